/* plan.c: the file, the rules, the zone files, the user: all of it good, or nothing. */
#include "programs/frankd/frankd.h"

#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platform/clock/clock.h"
#include "platform/settings/whole_file.h"

#define ZONE_OCTETS_MAX (64u << 20)
#define PLAN_OCTETS (ZONE_OCTETS_MAX * 2)
#define HOST_NAME_MAX_OCTETS 255

struct complaint { char *at; size_t room; };

static bool complain(struct complaint c, const char *format, ...) PRINTF_LIKE(2, 3);
static bool complain(struct complaint c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(c.at, c.room, format, args);
    va_end(args);
    return false;
}

/* Opened once; what it is is asked of the descriptor (threats.md T45). */
static bool read_whole(const char *path, size_t octets_max, struct arena *a, struct slice *out, struct complaint c)
{
    if (whole_file_read(a, path, octets_max, out))
        return true;
    return errno == EFBIG ? complain(c, "%s: larger than %zu octets", path, octets_max) : complain(c, "%s: %s", path, strerror(errno));
}

/* ---- parts ---- */

/* The host's full name, as the resolver of the system completes it. */
static struct slice full_host_name(struct arena *a)
{
    char name[HOST_NAME_MAX_OCTETS + 1] = "";
    struct addrinfo hints = { .ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM }, *found = NULL;
    struct slice result = SLICE("localhost");
    if (gethostname(name, sizeof name - 1) != 0 || !name[0])
        return result;
    result = slice_dup(a, slice_str(name));
    if (slice_has(result, '.') || getaddrinfo(name, NULL, &hints, &found) != 0)
        return result;
    if (found->ai_canonname && slice_has(slice_str(found->ai_canonname), '.') && name_is_hostname(slice_str(found->ai_canonname)))
        result = slice_dup(a, slice_str(found->ai_canonname));
    freeaddrinfo(found);
    return result;
}

/* What workers will use: they are given this engine when they are forked, with a world of their own behind it. */
static bool make_engine(struct plan *p, struct config_error *e)
{
    p->env = (struct env){ .random = system_random() };
    p->engine = engine_new(&p->env, p->config, NULL, e);
    if (!p->engine)
        return false;
    if (engine_conf(p->engine)->authserv_id.len == 0 && !engine_set_authserv_id(p->engine, full_host_name(p->arena)))
        return false;
    p->authserv_id = engine_conf(p->engine)->authserv_id;
    return true;
}

static bool read_config(struct plan *p, struct complaint c)
{
    struct slice text;
    struct config_error e = { .line = 0 };
    size_t count;
    const struct section *sections = file_sections(&count);
    if (!read_whole(p->path, CONFIG_OCTETS_MAX, p->arena, &text, c))
        return false;
    p->config = config_parse(p->path, text, sections, count, &e);
    if (p->config && settings_read_owners(p->config, p->path, &e) && make_engine(p, &e) && settings_check(p->config, p->path, &e))
        return true;
    if (e.line)
        return complain(c, "%s:%u: %s", e.file, e.line, e.text);
    return complain(c, "%s: %s", e.file[0] ? e.file : p->path, e.text[0] ? e.text : "no memory");
}

static bool read_zones(struct plan *p, struct complaint c)
{
    const struct texts *zones = &dns_settings(p->config)->zone;
    struct zone_error e = { .line = 0 };
    if (zones->count == 0)
        return true;
    p->zone = zone_new();
    if (!p->zone)
        return complain(c, "no memory");
    for (size_t i = 0; i < zones->count; i++) {
        struct slice text;
        const char *path = beside_file(p->arena, p->path, zones->at[i]);
        if (!path)
            return complain(c, "dns.zone: not a file name");
        if (!read_whole(path, ZONE_OCTETS_MAX, p->arena, &text, c))
            return false;
        if (!zone_read(p->zone, text, &e))
            return complain(c, "%s:%u: %s", path, e.line, e.text);
    }
    return true;
}

static bool find_user(struct plan *p, struct complaint c)
{
    const char *error = "";
    const char *name = slice_to_string(p->arena, process_settings(p->config)->user);
    return (name && sandbox_user_find(name, &p->user, &error)) || complain(c, "%s: %s", p->path, error);
}

static unsigned worker_count(const struct plan *p)
{
    uint64_t n = process_settings(p->config)->workers;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (n == 0)
        n = cores > 0 ? (uint64_t)cores : 1;
    return n > SETTINGS_WORKERS_MAX ? SETTINGS_WORKERS_MAX : (unsigned)n;
}

struct plan *plan_read(const char *path, char *error, size_t room)
{
    struct complaint c = { error, room };
    struct plan *p = mem_zalloc(1, sizeof *p);
    complain(c, "no memory");
    if (!p)
        return NULL;
    p->arena = arena_new(PLAN_OCTETS);
    p->path = p->arena ? slice_to_string(p->arena, slice_str(path)) : NULL;
    if (p->path && read_config(p, c) && read_zones(p, c) && find_user(p, c)) {
        p->workers = worker_count(p);
        return p;
    }
    plan_free(p);
    return NULL;
}

void plan_free(struct plan *p)
{
    if (!p)
        return;
    engine_free(p->engine);
    zone_free(p->zone);
    config_free(p->config);
    arena_free(p->arena);
    mem_free(p);
}

bool plan_needs_resolver(const struct plan *p)
{
    return !p->zone;
}
