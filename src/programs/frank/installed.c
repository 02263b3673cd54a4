#include "programs/frank/installed.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>


#include "mail/date.h"
#include "platform/clock/clock.h"

/* ---- the file ---- */

static bool fail(struct config_error *error, const char *file, const char *why)
{
    struct text name = text_fixed(error->file, sizeof error->file - 1), t = text_fixed(error->text, sizeof error->text - 1);
    *error = (struct config_error){ .line = 0 };
    text_add(&name, slice_first(slice_str(file), sizeof error->file - 1));
    text_add_str(&t, why);
    return false;
}

/* False: see errno; EFBIG if it is larger than a configuration may be. */
static bool read_text(struct arena *a, const char *path, struct slice *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    uint8_t *at = fd >= 0 ? mem_alloc(CONFIG_OCTETS_MAX + 1) : NULL;
    size_t have = 0;
    ssize_t n = at ? 1 : -1;
    while (at && n > 0 && have <= CONFIG_OCTETS_MAX) {
        n = read(fd, at + have, CONFIG_OCTETS_MAX + 1 - have);
        if (n < 0 && errno == EINTR)
            n = 1;
        else if (n > 0)
            have += (size_t)n;
    }
    int why = n < 0 ? errno : have > CONFIG_OCTETS_MAX ? EFBIG : 0;
    if (!why)
        *out = slice_dup(a, slice_of(at, have));
    mem_free(at);
    if (fd >= 0)
        close(fd);
    errno = why;
    return why == 0;
}

static bool check(struct installed *in, struct config_error *error)
{
    const char *where = in->path ? in->path : "built-in defaults";
    return settings_check(in->config, where, error) && settings_read_owners(in->config, in->path, error) && rules_read(in->config, error);
}

bool installed_try(struct installed *in, const struct cli *cli, struct config_error *error)
{
    size_t count;
    const struct section *sections = file_sections(&count);
    struct slice text;
    *in = (struct installed){ .path = cli->config };
    *error = (struct config_error){ .line = 0 };
    if (!in->path && access(FRANK_CONFIG_FILE, F_OK) == 0)
        in->path = FRANK_CONFIG_FILE;
    if (in->path && !read_text(cli->arena, in->path, &text))
        return fail(error, in->path, strerror(errno));
    in->config = in->path ? config_parse(in->path, text, sections, count, error) : config_defaults(sections, count);
    if (!in->config && !in->path)
        out_of_memory();
    return in->config && check(in, error);
}

int installed_open(struct installed *in, const struct cli *cli)
{
    struct config_error error;
    if (installed_try(in, cli, &error))
        return EX_OK;
    if (error.line)
        complain("%s:%u: %s", error.file, error.line, error.text);
    else
        complain("%s: %s", error.file, error.text);
    return error.line || in->config ? EX_CONFIG : EX_NOINPUT;
}

void installed_close(struct installed *in)
{
    config_free(in->config);
    in->config = NULL;
}

struct engine_conf installed_engine_conf(const struct installed *in)
{
    struct system_clock clock;
    system_clock_init(&clock);
    struct env env = { .clock = &clock.clock, .random = system_random() };
    struct config_error error;
    struct engine *e = engine_new(&env, in->config, NULL, &error);
    if (!e)                                   /* the rules were read when it was opened */
        out_of_memory();
    struct engine_conf conf = *engine_conf(e);
    engine_free(e);
    return conf;
}

/* ---- time ---- */

/* "14d": the syntax durations have in frank.conf. */
static bool duration_parse(const char *text, int64_t *seconds)
{
    static const struct option duration = {
        "since", OPT_DURATION, "0", 0, 1000000000, 0, NULL, "How long ago.",
    };
    struct conf_node node = { .kind = NODE_TEXT, .text = slice_str(text), .file = "" };
    struct config_error error;
    struct arena *a = arena_new(4096);
    uint64_t n = 0;
    bool good = a && config_value(a, &duration, &node, &n, &error);
    arena_free(a);
    *seconds = (int64_t)n;
    return good;
}

bool when_parse(const char *text, int64_t now, int64_t *out)
{
    uint64_t n;
    int64_t back;
    if (number_of(slice_str(text), 0, INT64_MAX, &n)) {
        *out = (int64_t)n;
        return true;
    }
    if (date_iso_parse(slice_str(text), out))
        return true;
    if (!duration_parse(text, &back))
        return false;
    *out = now - back;
    return true;
}

int64_t cli_now(const struct cli *cli)
{
    return cli->has_at ? cli->at : (int64_t)time(NULL);
}

const char *time_shown(int64_t unix_seconds, char room[32])
{
    struct text t = text_fixed(room, 31);
    text_add_date_iso(&t, unix_seconds);
    room[t.bad ? 0 : t.len] = '\0';
    if (t.len > 10 && room[10] == 'T')
        room[10] = ' ';
    return room;
}
