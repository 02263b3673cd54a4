/* setup_plan.c: what Postfix has to be told so that frankd sees its mail, and no other milter is lost. */
#include <string.h>

#include "programs/frank/milterlist.h"
#include "programs/frank/setup.h"

#define SOCKET_BELOW_QUEUE "frank/milter.sock"
#define COMMAND_SECONDS_MIN 30         /* a reply at RCPT may wait for DNS; Postfix's default */
#define CONTENT_SECONDS_MIN 60         /* end of message: message_timeout, and PROGRESS every 10 s before that */

/* ---- which socket ---- */

static bool is_below(struct slice path, struct slice folder)
{
    return folder.len > 0 && slice_starts(path, folder) && path.len > folder.len + 1 && path.at[folder.len] == '/';
}

/* The first address frankd listens on that is of this kind, and can be reached from a chroot. */
static bool find_listening(struct setup *s, enum endpoint_kind kind)
{
    const struct milter_settings *m = milter_settings(s->installed.config);
    for (size_t i = 0; i < m->listen.count; i++) {
        struct endpoint e;
        if (!endpoint_parse(m->listen.at[i], &e) || e.kind != kind)
            continue;
        if (kind == ENDPOINT_UNIX && postfix_is_chrooted(&s->postfix) && !is_below(e.path, s->postfix.queue_directory))
            continue;
        s->endpoint = e;
        s->listens = true;
        return true;
    }
    return false;
}

static bool suggest(struct setup *s, enum endpoint_kind kind)
{
    struct text t = text_in(s->arena, 4096);
    if (kind == ENDPOINT_INET) {
        text_add_str(&t, "inet:8891@127.0.0.1");
    } else {
        text_add_str(&t, "unix:");
        text_add(&t, s->postfix.queue_directory);
        text_add_str(&t, "/" SOCKET_BELOW_QUEUE);
    }
    return !t.bad && endpoint_parse(text_slice(&t), &s->endpoint);
}

static bool choose_socket(struct setup *s, enum setup_socket wanted)
{
    switch (wanted) {
    case SETUP_ANY: return find_listening(s, ENDPOINT_INET) || find_listening(s, ENDPOINT_UNIX) || suggest(s, ENDPOINT_INET);
    case SETUP_INET: return find_listening(s, ENDPOINT_INET) || suggest(s, ENDPOINT_INET);
    case SETUP_UNIX: return find_listening(s, ENDPOINT_UNIX) || suggest(s, ENDPOINT_UNIX);
    }
    return false;
}

const char *setup_folder(const struct setup *s)
{
    if (s->endpoint.kind != ENDPOINT_UNIX || !is_below(s->endpoint.path, s->postfix.queue_directory))
        return NULL;
    size_t slash = slice_find_last(s->endpoint.path, '/');
    if (slash <= s->postfix.queue_directory.len)
        return NULL;
    return slice_to_string(s->arena, slice_first(s->endpoint.path, slash));
}

/* ---- what is ours ---- */

static void add_place(struct setup *s, const struct endpoint *e)
{
    struct text t = text_in(s->arena, 4096);
    text_add_postfix_address(&t, e, s->postfix.queue_directory);
    if (!t.bad && s->place_count < SETUP_PLACES_MAX)
        s->places[s->place_count++] = text_slice(&t);
}

/* Where frankd listens, and where this program would have put it: the socket may be changed from one kind to the other. */
static void find_places(struct setup *s)
{
    const struct milter_settings *m = milter_settings(s->installed.config);
    struct endpoint e, chosen = s->endpoint;
    add_place(s, &chosen);
    for (size_t i = 0; i < m->listen.count; i++)
        if (endpoint_parse(m->listen.at[i], &e))
            add_place(s, &e);
    if (suggest(s, ENDPOINT_UNIX))
        add_place(s, &s->endpoint);
    if (suggest(s, ENDPOINT_INET))
        add_place(s, &s->endpoint);
    s->endpoint = chosen;
}

/* ---- the item, with options where what is set for all milters would not do ---- */

static void add_option(struct text *t, const char *name, const char *value)
{
    text_add_str(t, ", ");
    text_add_str(t, name);
    text_add_octet(t, '=');
    text_add_str(t, value);
}

static bool is_shorter(const struct postfix *p, const char *name, uint64_t least)
{
    uint64_t seconds;
    return postfix_seconds(postfix_value(p, name), &seconds) && seconds < least;
}

static bool is_old_protocol(const struct postfix *p)
{
    uint64_t version;
    return number_of(postfix_value(p, "milter_protocol"), 0, 100, &version) && version < 6;
}

static bool make_item(struct setup *s)
{
    const struct postfix *p = &s->postfix;
    const char *action = s->pass_on_failure ? "accept" : "tempfail";
    struct text options = text_in(s->arena, 1024), t = text_in(s->arena, 8192);
    if (!slice_same(postfix_value(p, "milter_default_action"), slice_str(action)))
        add_option(&options, "default_action", action);
    if (is_old_protocol(p))
        add_option(&options, "protocol", "6");
    if (is_shorter(p, "milter_command_timeout", COMMAND_SECONDS_MIN))
        add_option(&options, "command_timeout", "30s");
    if (is_shorter(p, "milter_content_timeout", CONTENT_SECONDS_MIN))
        add_option(&options, "content_timeout", "300s");
    text_add_str(&t, options.len ? "{ " : "");
    text_add_postfix_address(&t, &s->endpoint, p->queue_directory);
    text_add(&t, text_slice(&options));
    text_add_str(&t, options.len ? " }" : "");
    s->item = text_slice(&t);
    return !t.bad && !options.bad;
}

/* ---- settings ---- */

static int too_many(const char *name)
{
    complain("%s holds more milters than this program reads, or braces that do not match", name);
    return EX_DATAERR;
}

static int add_change(struct setup *s, const char *flag, struct slice name, struct text *value)
{
    if (value->bad || s->change_count == SETUP_CHANGES_MAX) {
        complain("too much has to be changed");
        return EX_SOFTWARE;
    }
    s->changes[s->change_count++] = (struct setup_change){ flag, name, text_slice(value) };
    return EX_OK;
}

/* Is our item, as we want it, in the list already, and nothing else of ours? */
static bool is_right(const struct setup *s, const struct milter_list *list)
{
    struct slice queue = s->postfix.queue_directory;
    size_t i = milter_list_find(list, s->places, s->place_count, queue);
    if (i == list->count || !milter_where_same(list->at[i].where, s->places[0], queue))
        return false;
    struct milter_list rest = { .count = list->count - i - 1 };
    memcpy(rest.at, list->at + i + 1, rest.count * sizeof *rest.at);
    if (milter_list_find(&rest, s->places, s->place_count, queue) < rest.count)
        return false;
    /* Options we do not need are the administrator's business; those we need have to be there. */
    static const char *const names[] = { "default_action", "protocol", "command_timeout", "content_timeout" };
    struct milter_list wanted;
    if (!milter_list_read(s->item, &wanted) || wanted.count != 1)
        return false;
    for (size_t n = 0; n < COUNT_OF(names); n++) {
        struct slice needed = milter_item_option(&wanted.at[0], slice_str(names[n])), there = milter_item_option(&list->at[i], slice_str(names[n]));
        if (needed.len > 0 && there.len == 0)
            return false;
    }
    return true;
}

static int plan_list(struct setup *s, const char *flag, struct slice name, struct slice raw, struct slice in_force)
{
    struct milter_list list;
    char *shown = slice_to_string(s->arena, name);
    if (!milter_list_read(in_force, &list))
        return too_many(shown ? shown : "a list");
    if (is_right(s, &list))
        return EX_OK;
    if (!milter_list_read(raw, &list))
        return too_many(shown ? shown : "a list");
    /* It is there by way of a name of the administrator's own, who then also says how. */
    struct slice queue = s->postfix.queue_directory;
    if (milter_list_find(&list, s->places, s->place_count, queue) == list.count && !slice_same(raw, in_force) &&
        milter_list_read(in_force, &list) && milter_list_find(&list, s->places, 1, queue) < list.count)
        return EX_OK;
    (void)!milter_list_read(raw, &list);
    struct text value = text_in(s->arena, 1u << 16);
    text_add_milters_with(&value, &list, s->item, s->places, s->place_count, queue, strcmp(flag, "-P") == 0);
    return add_change(s, flag, name, &value);
}

/* Postfix takes what a service's own line says instead of main.cf: the lines through which strangers come are changed too. */
static int plan_services(struct setup *s)
{
    struct postfix *p = &s->postfix;
    for (size_t i = 0; i < p->service_count; i++) {
        struct slice value;
        if (!postfix_is_front_door(&p->services[i]) || !postfix_override(p, p->services[i].name, "smtpd_milters", &value) || value.len == 0)
            continue;
        struct text name = text_in(s->arena, 1024);
        text_add(&name, p->services[i].name);
        text_add_str(&name, "/smtpd_milters");
        int code = plan_list(s, "-P", text_slice(&name), value, value);
        if (code != EX_OK)
            return code;
    }
    return EX_OK;
}

static int plan_settings(struct setup *s)
{
    static const char *const lists[] = { "smtpd_milters", "non_smtpd_milters" };
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        struct slice raw = postfix_raw(&s->postfix, lists[i]);
        struct slice in_force = postfix_value(&s->postfix, lists[i]);
        /* non_smtpd_milters = $smtpd_milters gets what that gets. */
        bool follows = i == 1 && (slice_same(raw, SLICE("$smtpd_milters")) || slice_same(raw, SLICE("${smtpd_milters}")) || slice_same(raw, SLICE("$(smtpd_milters)")));
        int code = follows ? EX_OK : plan_list(s, "-e", slice_str(lists[i]), raw, in_force);
        if (code != EX_OK)
            return code;
    }
    return plan_services(s);
}

/* ---- all together ---- */

static int open_postfix(struct setup *s, const char *config_dir)
{
    switch (postfix_open(&s->postfix, s->arena, config_dir)) {
    case POSTFIX_HERE: return EX_OK;
    case POSTFIX_MISSING: complain("there is no postconf: Postfix is not installed here"); return EX_UNAVAILABLE;
    case POSTFIX_BROKEN: complain("%s", s->postfix.complaint); return EX_CONFIG;
    }
    return EX_SOFTWARE;
}

int setup_plan(struct setup *s, const struct cli *cli, enum setup_socket wanted, const char *config_dir)
{
    *s = (struct setup){ .arena = cli->arena };
    int code = installed_open(&s->installed, cli);
    if (code == EX_OK)
        code = open_postfix(s, config_dir);
    if (code != EX_OK)
        return code;
    if (!choose_socket(s, wanted))
        out_of_memory();
    find_places(s);
    s->pass_on_failure = installed_engine_conf(&s->installed).on_failure == 1;
    if (!make_item(s))
        out_of_memory();
    return plan_settings(s);
}

void setup_close(struct setup *s)
{
    installed_close(&s->installed);
}
