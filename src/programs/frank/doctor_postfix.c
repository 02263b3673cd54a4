/* doctor_postfix.c: frankd's sockets, whether Postfix gets at them, and whether it is told to. */
#include <errno.h>
#include <string.h>

#include "programs/frank/doctor.h"
#include "programs/frank/milterlist.h"
#include "programs/frank/probe.h"

#define NAME_MAX_SHOWN 256
#define COMMAND_SECONDS_MIN 30

/* ---- sockets ---- */

static const char *repair_of_probe(enum probe_result r)
{
    switch (r) {
    case PROBE_ANSWERS: return NULL;
    case PROBE_MISSING: case PROBE_REFUSED: return "systemctl start frankd; journalctl -u frankd says why if it does not stay";
    case PROBE_DENIED: return "run frank doctor as root, or see milter.mode and milter.group";
    case PROBE_SILENT: return "frankd hangs or is overloaded: journalctl -u frankd, frank status";
    case PROBE_STRANGE: return "another program has that address: choose another in milter.listen";
    case PROBE_FAILED: return "see milter.listen in frank.conf";
    }
    return NULL;
}

static bool is_below(struct slice path, struct slice folder)
{
    return folder.len > 0 && slice_starts(path, folder) && path.len > folder.len + 1 && path.at[folder.len] == '/';
}

/* Postfix's smtpd and cleanup run as mail_owner. */
static void check_reach(struct doctor *d, const struct endpoint *e, const char *name)
{
    const char *owner = slice_to_string(d->arena, d->postfix.mail_owner), *path = slice_to_string(d->arena, e->path), *obstacle;
    const struct passwd *p = owner ? getpwnam(owner) : NULL;
    char repair[1024];
    if (!p || !path)
        return;
    /* The socket itself has to be written to; folders are passed through. */
    switch (access_as(d, p, path, 2, &obstacle)) {
    case ACCESS_YES:
        finding(d, HEALTH_OK, "permissions", NULL, "%s: %s may connect", name, owner);
        return;
    case ACCESS_NO:
        snprintf(repair, sizeof repair, "frank setup postfix --write --socket unix makes a folder whose sockets have Postfix's group; then systemctl restart frankd");
        finding(d, HEALTH_BAD, "permissions", repair, "%s: %s may not connect, because of %s", name, owner, obstacle);
        return;
    case ACCESS_UNKNOWN:
        finding(d, HEALTH_WARN, "permissions", "run frank doctor as root", "%s: %s cannot be looked at", name, obstacle);
        return;
    case ACCESS_MISSING:
        return;                           /* the probe has said so */
    }
}

static bool is_public(const struct endpoint *e)
{
    return e->kind == ENDPOINT_INET && !ip_is_loopback(&e->ip);
}

static void check_socket(struct doctor *d, struct slice address)
{
    struct endpoint e;
    unsigned version;
    char name[NAME_MAX_SHOWN];
    struct text t = text_fixed(name, sizeof name - 1);
    text_add(&t, slice_first(address, sizeof name - 1));
    name[t.len] = '\0';
    if (!endpoint_parse(address, &e))
        return;                           /* settings_check did */
    enum probe_result r = milter_probe(&e, &version);
    if (r == PROBE_ANSWERS)
        finding(d, HEALTH_OK, "socket", NULL, "%s: frankd answers, milter version %u", name, version);
    else
        finding(d, HEALTH_BAD, "socket", repair_of_probe(r), "%s: %s", name, probe_words(r));
    if (is_public(&e))
        finding(d, HEALTH_WARN, "socket", "listen on 127.0.0.1, or let only the mail server through the firewall", "%s: others can reach it, and milters know no password", name);
    if (e.kind == ENDPOINT_UNIX && d->has_postfix && r != PROBE_MISSING)
        check_reach(d, &e, name);
}

void doctor_sockets(struct doctor *d)
{
    const struct milter_settings *m = milter_settings(d->installed.config);
    for (size_t i = 0; i < m->listen.count; i++)
        check_socket(d, m->listen.at[i]);
}

/* ---- is Postfix told ---- */

struct places { struct slice at[SETTINGS_LISTEN_MAX]; struct endpoint endpoints[SETTINGS_LISTEN_MAX]; size_t count; };

static void find_places(const struct doctor *d, struct places *out)
{
    const struct milter_settings *m = milter_settings(d->installed.config);
    out->count = 0;
    for (size_t i = 0; i < m->listen.count && out->count < SETTINGS_LISTEN_MAX; i++) {
        struct text t = text_in(d->arena, 4096);
        if (!endpoint_parse(m->listen.at[i], &out->endpoints[out->count]))
            continue;
        text_add_postfix_address(&t, &out->endpoints[out->count], d->postfix.queue_directory);
        out->at[out->count++] = text_slice(&t);
    }
}

static size_t find(const struct doctor *d, const struct milter_list *list, const struct places *places)
{
    return milter_list_find(list, places->at, places->count, d->postfix.queue_directory);
}

/* An option of our item, or what holds for all. */
static struct slice option_of(const struct doctor *d, const struct milter_item *item, const char *name)
{
    char all[64];
    struct slice own = milter_item_option(item, slice_str(name));
    snprintf(all, sizeof all, "milter_%s", name);
    return own.len ? own : postfix_value(&d->postfix, all);
}

static void check_options(struct doctor *d, const struct milter_item *item)
{
    static const char repair[] = "frank setup postfix prints the setting that is right";
    bool pass = installed_engine_conf(&d->installed).on_failure == 1;
    struct slice action = option_of(d, item, "default_action"), protocol = option_of(d, item, "protocol");
    uint64_t version, seconds;
    if (!pass && slice_same(action, SLICE("accept")))
        finding(d, HEALTH_WARN, "postfix", repair, "default_action = accept: while frankd is away mail passes with whatever results it claims to have");
    else if (slice_same(action, SLICE("reject")))
        finding(d, HEALTH_BAD, "postfix", repair, "default_action = reject: while frankd is away all mail is refused for good");
    if (number_of(protocol, 0, 100, &version) && version < 6)
        finding(d, HEALTH_WARN, "postfix", repair, "milter protocol %u: frankd cannot ask for the macros it reads", (unsigned)version);
    if (postfix_seconds(option_of(d, item, "command_timeout"), &seconds) && seconds < COMMAND_SECONDS_MIN)
        finding(d, HEALTH_WARN, "postfix", repair, "command_timeout is %llu s: shorter than DNS may take", (unsigned long long)seconds);
    if (postfix_seconds(option_of(d, item, "content_timeout"), &seconds) && seconds < installed_engine_conf(&d->installed).message_timeout_seconds + 10)
        finding(d, HEALTH_WARN, "postfix", repair, "content_timeout is %llu s: shorter than a message may take (limits.message_timeout)", (unsigned long long)seconds);
}

/* A unix socket outside the queue directory is out of sight in a chroot. */
static void check_chroot(struct doctor *d, const struct milter_item *item, const struct places *places)
{
    struct milter_list one = { .at = { *item }, .count = 1 };
    for (size_t i = 0; i < places->count; i++) {
        const struct endpoint *e = &places->endpoints[i];
        if (milter_list_find(&one, &places->at[i], 1, d->postfix.queue_directory) == 1 || e->kind != ENDPOINT_UNIX)
            continue;
        if (postfix_is_chrooted(&d->postfix) && !is_below(e->path, d->postfix.queue_directory))
            finding(d, HEALTH_BAD, "chroot", "frank setup postfix --socket unix shows where it has to be",
                    "smtpd runs in %.*s and looks for %.*s below that", (int)d->postfix.queue_directory.len, (const char *)d->postfix.queue_directory.at,
                    (int)e->path.len, (const char *)e->path.at);
        else
            finding(d, HEALTH_OK, "chroot", NULL, "%.*s can be seen by smtpd and cleanup", (int)e->path.len, (const char *)e->path.at);
        return;
    }
}

static void check_order(struct doctor *d, const struct milter_list *list, size_t mine, const struct places *places)
{
    struct milter_list behind = { .count = list->count - mine - 1 };
    memcpy(behind.at, list->at + mine + 1, behind.count * sizeof *behind.at);
    if (mine > 0)
        finding(d, HEALTH_WARN, "postfix", "put frankd first in smtpd_milters, unless that milter changes nothing",
                "%.*s comes before frankd: what it changes breaks signatures", (int)list->at[mine - 1].where.len, (const char *)list->at[mine - 1].where.at);
    if (find(d, &behind, places) < behind.count)
        finding(d, HEALTH_WARN, "postfix", "frank setup postfix --write leaves one", "frankd is in smtpd_milters twice");
}

static void check_main_list(struct doctor *d, const struct places *places)
{
    struct milter_list list;
    if (!milter_list_read(postfix_value(&d->postfix, "smtpd_milters"), &list)) {
        finding(d, HEALTH_BAD, "postfix", "postconf smtpd_milters", "smtpd_milters cannot be read");
        return;
    }
    size_t mine = find(d, &list, places);
    if (mine == list.count) {
        finding(d, HEALTH_BAD, "postfix", "frank setup postfix --write", "it does not use frankd: smtpd_milters = %.*s", (int)postfix_value(&d->postfix, "smtpd_milters").len,
                (const char *)postfix_value(&d->postfix, "smtpd_milters").at);
        return;
    }
    finding(d, HEALTH_OK, "postfix", NULL, "it uses frankd at %.*s", (int)list.at[mine].where.len, (const char *)list.at[mine].where.at);
    check_order(d, &list, mine, places);
    check_options(d, &list.at[mine]);
    check_chroot(d, &list.at[mine], places);
}

static void check_local_list(struct doctor *d, const struct places *places)
{
    struct milter_list list;
    if (milter_list_read(postfix_value(&d->postfix, "non_smtpd_milters"), &list) && find(d, &list, places) == list.count)
        finding(d, HEALTH_WARN, "postfix", "frank setup postfix --write", "mail submitted on this host does not pass frankd (non_smtpd_milters): results forged there stay");
}

static bool holds(struct slice s, const char *word)
{
    return memmem(s.at, s.len, word, strlen(word)) != NULL;
}

/* What single services of master.cf do instead. */
static void check_services(struct doctor *d, const struct places *places)
{
    const struct postfix *p = &d->postfix;
    for (size_t i = 0; i < p->service_count; i++) {
        const struct postfix_service *s = &p->services[i];
        struct slice value;
        struct milter_list list;
        int len = (int)s->name.len;
        const char *name = (const char *)s->name.at;
        if (!postfix_is_front_door(s))
            continue;
        if (postfix_override(p, s->name, "smtpd_milters", &value) && milter_list_read(value, &list) && find(d, &list, places) == list.count)
            finding(d, HEALTH_BAD, "postfix", "frank setup postfix --write, or take that -o out of master.cf",
                    "%.*s has smtpd_milters of its own, without frankd: %.*s", len, name, value.len ? (int)value.len : 4, value.len ? (const char *)value.at : "none");
        if (postfix_override(p, s->name, "receive_override_options", &value) && holds(value, "no_milters"))
            finding(d, HEALTH_BAD, "postfix", "take no_milters out of its receive_override_options in master.cf", "%.*s has no_milters: mail from outside does not pass frankd", len, name);
    }
    if (holds(postfix_value(p, "receive_override_options"), "no_milters"))
        finding(d, HEALTH_BAD, "postfix", "postconf -X receive_override_options", "receive_override_options = no_milters in main.cf: no mail passes frankd");
}

void doctor_postfix(struct doctor *d)
{
    struct places places;
    find_places(d, &places);
    check_main_list(d, &places);
    check_local_list(d, &places);
    check_services(d, &places);
}
