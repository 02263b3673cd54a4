/*
 * setup_apply.c: settings put into Postfix's files, and taken out again.
 *
 * Before the first change FILE is copied to FILE.frank-before, after it to FILE.frank-written. Undoing: a file that still is
 * as we left it becomes the copy of before, octet for octet. From one that somebody changed since only what is ours is taken,
 * so nothing of theirs is lost.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "programs/frank/milterlist.h"
#include "programs/frank/probe.h"
#include "programs/frank/setup.h"

#define FILE_OCTETS_MAX (4u << 20)
#define FOLDER_MODE 02750              /* sockets made in it get its group: frankd may not give files away */

/* ---- files ---- */

struct file { const char *path, *before, *written; };

static const char *path_of(struct setup *s, const char *name, const char *suffix)
{
    struct text t = text_in(s->arena, 8192);
    text_add_str(&t, s->postfix.folder);
    text_add_str(&t, "/");
    text_add_str(&t, name);
    text_add_str(&t, suffix);
    const char *path = t.bad ? NULL : slice_to_string(s->arena, text_slice(&t));
    if (!path)
        out_of_memory();
    return path;
}

static struct file file_named(struct setup *s, const char *name)
{
    return (struct file){ path_of(s, name, ""), path_of(s, name, ".frank-before"), path_of(s, name, ".frank-written") };
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static int io_failed(const char *path)
{
    complain("%s: %s%s", path, strerror(errno), errno == EACCES || errno == EPERM ? " (this has to be done as root)" : "");
    return EX_IOERR;
}

static bool write_all(int fd, struct slice s)
{
    while (s.len > 0) {
        ssize_t n = write(fd, s.at, s.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        s = slice_from(s, (size_t)n);
    }
    return true;
}

/* The same octets, owner and permissions, put in place at once; on the disk when it returns, if it is to keep what would be lost. */
static int copy_file(struct setup *s, const char *from, const char *to, bool to_keep)
{
    struct slice octets;
    struct stat st;
    struct text name = text_in(s->arena, 8192);
    text_add_str(&name, to);
    text_add_str(&name, ".new");
    const char *fresh = slice_to_string(s->arena, text_slice(&name));
    if (!fresh)
        out_of_memory();
    if (stat(from, &st) != 0)
        return io_failed(from);
    if (!read_file(s->arena, from, FILE_OCTETS_MAX, &octets))
        return EX_IOERR;
    unlink(fresh);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return io_failed(fresh);
    bool good = write_all(fd, octets) && (fchown(fd, st.st_uid, st.st_gid) == 0 || geteuid() != 0) && fchmod(fd, st.st_mode & 07777) == 0 && (!to_keep || fsync(fd) == 0);
    good = close(fd) == 0 && good;
    good = good && rename(fresh, to) == 0;
    int why = errno;
    if (!good)
        unlink(fresh);
    errno = why;
    return good ? EX_OK : io_failed(to);
}

static bool same_octets(struct setup *s, const char *a, const char *b)
{
    struct slice x, y;
    return is_there(a) && is_there(b) && read_file(s->arena, a, FILE_OCTETS_MAX, &x) && read_file(s->arena, b, FILE_OCTETS_MAX, &y) && slice_same(x, y);
}

/* ---- the folder of the socket ---- */

static const struct passwd *frankd_user(const struct setup *s)
{
    struct slice user = process_settings(s->installed.config)->user;
    const char *name = user.len ? slice_to_string(s->arena, user) : "frank";
    return name ? getpwnam(name) : NULL;
}

static int make_folder(struct setup *s, const char *folder)
{
    const char *owner = slice_to_string(s->arena, s->postfix.mail_owner);
    const struct passwd *mail = owner ? getpwnam(owner) : NULL;
    if (!mail) {
        complain("Postfix's mail_owner \"%s\" is no user of this host", owner ? owner : "");
        return EX_CONFIG;
    }
    gid_t group = mail->pw_gid;
    const struct passwd *frank = frankd_user(s);
    struct stat st;
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return io_failed(folder);
    if (lstat(folder, &st) != 0 || !S_ISDIR(st.st_mode)) {
        errno = ENOTDIR;
        return io_failed(folder);
    }
    if (chown(folder, frank ? frank->pw_uid : st.st_uid, group) != 0 || chmod(folder, FOLDER_MODE) != 0)
        return io_failed(folder);
    if (!frank)
        complain("there is no user frank yet: %s stays with user %u, who has to be the one frankd runs as", folder, (unsigned)st.st_uid);
    return EX_OK;
}

/* ---- writing ---- */

static int is_ready(struct setup *s, bool even_if_silent)
{
    unsigned version;
    if (even_if_silent)
        return EX_OK;
    if (!s->listens) {
        complain("frankd is not told to listen there: put the line for frank.conf in, restart frankd, and run this again");
        return EX_UNAVAILABLE;
    }
    enum probe_result r = milter_probe(&s->endpoint, &version);
    if (r == PROBE_ANSWERS)
        return EX_OK;
    complain("%.*s: %s; Postfix would put off all mail. Start frankd first (or --force)", (int)s->places[0].len, (const char *)s->places[0].at, probe_words(r));
    return EX_UNAVAILABLE;
}

static bool changes_file(const struct setup *s, const char *flag)
{
    for (size_t i = 0; i < s->change_count; i++)
        if (strcmp(s->changes[i].flag, flag) == 0)
            return true;
    return false;
}

/* False: something went wrong on the way; the files are then put back. */
static bool apply_changes(struct setup *s)
{
    for (size_t i = 0; i < s->change_count; i++) {
        const struct setup_change *c = &s->changes[i];
        struct text t = text_in(s->arena, 1u << 16);
        text_add(&t, c->name);
        text_add_str(&t, strcmp(c->flag, "-P") == 0 ? "=" : " = ");
        text_add(&t, c->value);
        if (t.bad || !postfix_change(&s->postfix, c->flag, text_slice(&t))) {
            complain("%s", s->postfix.complaint);
            return false;
        }
    }
    return true;
}

struct saved { struct file file; const char *flag; bool edited, undone; };

/* A copy of what is there, unless one from before our first change is; was it edited between? */
static int save(struct setup *s, struct saved *saved)
{
    saved->edited = is_there(saved->file.before) && !same_octets(s, saved->file.path, saved->file.written);
    if (saved->edited || is_there(saved->file.before))
        return EX_OK;
    return copy_file(s, saved->file.path, saved->file.before, true);
}

static int write_files(struct setup *s)
{
    struct saved files[] = { { .file = file_named(s, "main.cf"), .flag = "-e" }, { .file = file_named(s, "master.cf"), .flag = "-P" } };
    const char *rescue[COUNT_OF(files)];
    int code = EX_OK;
    for (size_t i = 0; i < COUNT_OF(files) && code == EX_OK; i++) {
        rescue[i] = path_of(s, i == 0 ? "main.cf" : "master.cf", ".frank-rescue");
        if (!changes_file(s, files[i].flag))
            continue;
        code = save(s, &files[i]);
        if (code == EX_OK)
            code = copy_file(s, files[i].file.path, rescue[i], false);
    }
    if (code != EX_OK)
        return code;
    bool good = apply_changes(s);
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        if (!changes_file(s, files[i].flag))
            continue;
        if (!good)
            code = copy_file(s, rescue[i], files[i].file.path, true);
        else if (files[i].edited)
            unlink(files[i].file.written);       /* it is not ours alone any more */
        else
            code = copy_file(s, files[i].file.path, files[i].file.written, false);
        unlink(rescue[i]);
    }
    return good ? code : EX_UNAVAILABLE;
}

static int reload(struct setup *s)
{
    bool running;
    if (!postfix_reload(&s->postfix, &running)) {
        complain("%s", s->postfix.complaint);
        return EX_UNAVAILABLE;
    }
    puts(running ? "Postfix was told to reload." : "Postfix is not running; the settings count when it starts.");
    return EX_OK;
}

int setup_write(struct setup *s, bool even_if_silent)
{
    const char *folder = setup_folder(s);
    int code = folder ? make_folder(s, folder) : EX_OK;
    if (code == EX_OK)
        code = is_ready(s, even_if_silent);
    if (code != EX_OK)
        return code;
    if (s->change_count == 0) {
        puts("Nothing to change: Postfix uses frankd already.");
        return EX_OK;
    }
    code = write_files(s);
    if (code != EX_OK)
        return code;
    for (size_t i = 0; i < s->change_count; i++)
        printf("%.*s = %.*s\n", (int)s->changes[i].name.len, (const char *)s->changes[i].name.at, (int)s->changes[i].value.len, (const char *)s->changes[i].value.at);
    printf("Written; frank setup postfix --undo takes it back (%s/*.frank-before).\n", s->postfix.folder);
    return reload(s);
}

/* ---- undoing ---- */

/* Does this file set the parameter at all? */
static bool sets(struct setup *s, const char *path, const char *name)
{
    struct slice text, line, key, value;
    if (!is_there(path) || !read_file(s->arena, path, FILE_OCTETS_MAX, &text))
        return false;
    while (text.len > 0) {
        slice_cut(text, '\n', &line, &text);
        if (slice_cut(line, '=', &key, &value) && slice_same(slice_trim(key, " \t"), slice_str(name)) && !is_wsp(line.at[0]))
            return true;
    }
    return false;
}

static int take_out(struct setup *s, const char *flag, struct slice name, struct slice raw, bool unset_if_empty, bool *changed)
{
    struct milter_list list;
    struct text t = text_in(s->arena, 1u << 16);
    bool compact = strcmp(flag, "-P") == 0;
    if (!milter_list_read(raw, &list)) {
        complain("%.*s cannot be read", (int)name.len, (const char *)name.at);
        return EX_DATAERR;
    }
    if (milter_list_find(&list, s->places, s->place_count, s->postfix.queue_directory) == list.count)
        return EX_OK;
    text_add(&t, name);
    size_t before = t.len + (compact ? 1 : 3);
    text_add_str(&t, compact ? "=" : " = ");
    text_add_milters_without(&t, &list, s->places, s->place_count, s->postfix.queue_directory, compact);
    bool empty = t.len == before;
    *changed = true;
    if (t.bad || !(empty && unset_if_empty ? postfix_change(&s->postfix, "-X", name) : postfix_change(&s->postfix, flag, text_slice(&t)))) {
        complain("%s", s->postfix.complaint);
        return EX_IOERR;
    }
    return EX_OK;
}

static int take_out_of_main(struct setup *s, const struct file *f, bool *changed)
{
    static const char *const lists[] = { "smtpd_milters", "non_smtpd_milters" };
    int code = EX_OK;
    for (size_t i = 0; i < COUNT_OF(lists) && code == EX_OK; i++)
        code = take_out(s, "-e", slice_str(lists[i]), postfix_raw(&s->postfix, lists[i]), !sets(s, f->before, lists[i]), changed);
    return code;
}

static int take_out_of_master(struct setup *s, bool *changed)
{
    int code = EX_OK;
    for (size_t i = 0; i < s->postfix.service_count && code == EX_OK; i++) {
        struct slice value;
        struct text name = text_in(s->arena, 1024);
        if (!postfix_is_front_door(&s->postfix.services[i]) || !postfix_override(&s->postfix, s->postfix.services[i].name, "smtpd_milters", &value))
            continue;
        text_add(&name, s->postfix.services[i].name);
        text_add_str(&name, "/smtpd_milters");
        code = take_out(s, "-P", text_slice(&name), value, false, changed);
    }
    return code;
}

static int undo_file(struct setup *s, const char *name, bool *changed)
{
    struct file f = file_named(s, name);
    int code;
    if (same_octets(s, f.path, f.written) && is_there(f.before)) {
        code = rename(f.before, f.path) == 0 ? EX_OK : io_failed(f.path);
        *changed = true;
    } else {
        code = strcmp(name, "main.cf") == 0 ? take_out_of_main(s, &f, changed) : take_out_of_master(s, changed);
    }
    if (code == EX_OK) {
        unlink(f.before);
        unlink(f.written);
    }
    return code;
}

int setup_undo(struct setup *s)
{
    bool changed = false;
    int code = undo_file(s, "main.cf", &changed);
    if (code == EX_OK)
        code = undo_file(s, "master.cf", &changed);
    if (code != EX_OK)
        return code;
    const char *folder = setup_folder(s);
    if (folder)
        (void)!rmdir(folder);                    /* stays while a socket is in it */
    if (!changed) {
        puts("Nothing to undo: Postfix does not use frankd.");
        return EX_OK;
    }
    puts("Postfix is as it was before.");
    return reload(s);
}
