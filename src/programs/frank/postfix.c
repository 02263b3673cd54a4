#include "programs/frank/postfix.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/cursor.h"
#include "programs/frank/child.h"

static const char *const parameters[] = {
    "smtpd_milters", "non_smtpd_milters", "milter_default_action", "milter_protocol", "milter_connect_timeout", "milter_command_timeout",
    "milter_content_timeout", "milter_connect_macros", "milter_mail_macros", "milter_end_of_data_macros", "milter_macro_daemon_name",
    "receive_override_options", "queue_directory", "mail_owner", "mail_version", "config_directory", "myhostname",
};

/* ---- lines of "name = value" ---- */

static bool find_line(struct slice lines, struct slice name, struct slice *value)
{
    struct slice line;
    while (lines.len > 0) {
        slice_cut(lines, '\n', &line, &lines);
        struct slice key, rest;
        if (!slice_cut(line, '=', &key, &rest) || !slice_same(slice_trim(key, " "), name))
            continue;
        *value = slice_trim(rest, " ");
        return true;
    }
    *value = (struct slice){ 0 };
    return false;
}

struct slice postfix_value(const struct postfix *p, const char *name)
{
    struct slice value;
    find_line(p->values, slice_str(name), &value);
    return value;
}

struct slice postfix_raw(const struct postfix *p, const char *name)
{
    struct slice value;
    find_line(p->raw, slice_str(name), &value);
    return value;
}

bool postfix_is_set(const struct postfix *p, const char *name)
{
    struct slice value;
    return find_line(p->set, slice_str(name), &value);
}

bool postfix_override(const struct postfix *p, struct slice service, const char *name, struct slice *value)
{
    char room[512];
    struct text key = text_fixed(room, sizeof room);
    text_add(&key, service);
    text_add_octet(&key, '/');
    text_add_str(&key, name);
    *value = (struct slice){ 0 };
    return !key.bad && find_line(p->overrides, text_slice(&key), value);
}

bool postfix_seconds(struct slice value, uint64_t *seconds)
{
    static const struct { char letter; unsigned factor; } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
    unsigned factor = 1;
    for (size_t i = 0; value.len > 0 && i < COUNT_OF(units); i++)
        if (to_lower(value.at[value.len - 1]) == (uint8_t)units[i].letter) {
            factor = units[i].factor;
            value.len--;
            break;
        }
    if (!number_of(value, 0, 1000000000, seconds))
        return false;
    *seconds *= factor;
    return true;
}

/* ---- asking postconf ---- */

static void complain_with(struct postfix *p, const char *what, struct slice said)
{
    struct text t = text_fixed(p->complaint, sizeof p->complaint - 1);
    text_add_str(&t, what);
    text_add_str(&t, ": ");
    struct slice first, rest;
    slice_cut(slice_trim(said, " \r\n"), '\n', &first, &rest);
    text_add_shown(&t, slice_first(first, 80), false);
    p->complaint[t.len < sizeof p->complaint - 1 ? t.len : 0] = '\0';
}

/* flags: up to two; names NULL-terminated or NULL. */
static bool ask(struct postfix *p, const char *flag, const char *const *names, size_t count, struct slice *out)
{
    const char *argv[CHILD_ARGUMENTS_MAX + 1] = { p->postconf };
    size_t n = 1;
    struct child_result said;
    if (p->dir) {
        argv[n++] = "-c";
        argv[n++] = p->dir;
    }
    if (flag)
        argv[n++] = flag;
    for (size_t i = 0; i < count; i++)
        argv[n++] = names[i];
    if (!child_run(p->arena, argv, &said)) {
        complain_with(p, p->postconf, slice_str(strerror(errno)));
        return false;
    }
    *out = said.out;
    if (said.code == 0)
        return true;
    complain_with(p, "postconf", said.err);
    return false;
}

/* "smtp/inet/chroot = y" */
static void take_field(struct postfix *p, struct slice line)
{
    struct slice key, value;
    if (!slice_cut(line, '=', &key, &value))
        return;
    key = slice_trim(key, " ");
    value = slice_trim(value, " ");
    size_t slash = slice_find_last(key, '/');
    if (slash == key.len)
        return;
    struct slice service = slice_first(key, slash), field = slice_from(key, slash + 1);
    struct postfix_service *s = p->service_count ? &p->services[p->service_count - 1] : NULL;
    if (!s || !slice_same(s->name, service)) {
        if (p->service_count == POSTFIX_SERVICES_MAX)
            return;
        s = &p->services[p->service_count++];
        *s = (struct postfix_service){ .name = service };
    }
    if (slice_same(field, SLICE("chroot")))
        s->chroot = value.len == 1 && value.at[0] == 'y';
    if (slice_same(field, SLICE("command"))) {
        struct slice program, rest;
        slice_cut(value, ' ', &program, &rest);
        s->command = value;
        s->smtpd = slice_same(program, SLICE("smtpd"));
        s->cleanup = slice_same(program, SLICE("cleanup"));
    }
}

static void read_services(struct postfix *p, struct slice lines)
{
    struct slice line;
    while (lines.len > 0) {
        slice_cut(lines, '\n', &line, &lines);
        take_field(p, line);
    }
}

enum postfix_there postfix_open(struct postfix *p, struct arena *a, const char *config_dir)
{
    struct slice fields, folder;
    *p = (struct postfix){ .arena = a, .dir = config_dir, .postconf = child_find(a, "postconf") };
    if (!p->postconf)
        return POSTFIX_MISSING;
    if (!ask(p, "-x", parameters, COUNT_OF(parameters), &p->values) || !ask(p, NULL, parameters, COUNT_OF(parameters), &p->raw) ||
        !ask(p, "-n", NULL, 0, &p->set) || !ask(p, "-F", NULL, 0, &fields) || !ask(p, "-P", NULL, 0, &p->overrides))
        return POSTFIX_BROKEN;
    read_services(p, fields);
    folder = postfix_value(p, "config_directory");
    p->folder = config_dir ? config_dir : slice_to_string(a, folder);
    p->queue_directory = postfix_value(p, "queue_directory");
    p->mail_owner = postfix_value(p, "mail_owner");
    p->version = postfix_value(p, "mail_version");
    return p->folder ? POSTFIX_HERE : POSTFIX_BROKEN;
}

/* ---- services ---- */

bool postfix_is_front_door(const struct postfix_service *s)
{
    struct slice name, type;
    size_t slash = slice_find_last(s->name, '/');
    name = slice_first(s->name, slash);
    type = slice_from(s->name, slash + 1);
    if (!s->smtpd)
        return false;
    size_t colon = slice_find_last(name, ':');           /* "192.0.2.1:smtp" */
    if (colon < name.len)
        name = slice_from(name, colon + 1);
    return slice_same(type, SLICE("pass")) || slice_same(name, SLICE("smtp")) || slice_same(name, SLICE("25"));
}

bool postfix_is_chrooted(const struct postfix *p)
{
    for (size_t i = 0; i < p->service_count; i++)
        if ((p->services[i].smtpd || p->services[i].cleanup) && p->services[i].chroot)
            return true;
    return false;
}

/* ---- changing ---- */

bool postfix_change(struct postfix *p, const char *flag, struct slice setting)
{
    const char *text = slice_to_string(p->arena, setting);
    struct slice out;
    if (!text) {
        complain_with(p, "postconf", SLICE("no memory"));
        return false;
    }
    return ask(p, flag, &text, 1, &out);
}

/* The master writes its process id into its lock file. ("postfix status" tells too, and takes seconds after each change.) */
static bool master_runs(const struct postfix *p)
{
    char digits[32];
    struct text path = text_in(p->arena, 8192);
    uint64_t pid;
    text_add(&path, p->queue_directory);
    text_add_str(&path, "/pid/master.pid");
    const char *name = slice_to_string(p->arena, text_slice(&path));
    int fd = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t n = fd >= 0 ? read(fd, digits, sizeof digits) : -1;
    if (fd >= 0)
        close(fd);
    struct slice text = n > 0 ? slice_trim(slice_of(digits, (size_t)n), " \n") : (struct slice){ 0 };
    return number_of(text, 2, INT32_MAX, &pid) && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

bool postfix_reload(struct postfix *p, bool *running)
{
    const char *postfix = child_find(p->arena, "postfix");
    const char *argv[] = { postfix, "-c", p->folder, "reload", NULL };
    struct child_result said;
    *running = master_runs(p);
    if (!*running)
        return true;
    if (!postfix || !child_run(p->arena, argv, &said)) {
        complain_with(p, "postfix reload", slice_str(postfix ? strerror(errno) : "there is no such program"));
        return false;
    }
    if (said.code == 0)
        return true;
    complain_with(p, "postfix reload", said.err);
    return false;
}
