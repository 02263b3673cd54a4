/* doctor_host.c: this host: its clock, its name, frankd's user, and whether the journal can be written. */
#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "programs/frank/doctor.h"

#define CLOCK_EARLIEST 1760000000      /* October 2025: this program is not older */
#define CLOCK_LATEST 4102444800        /* 2100 */
#define FREE_PERCENT_MIN 2
#define GROUPS_MAX 256                 /* groups of one user that are looked at (ours) */

/* ---- clock ---- */

void doctor_clock(struct doctor *d)
{
    struct timex t = { 0 };
    time_t now = time(NULL);
    char shown[32];
    time_shown((int64_t)now, shown);
    if (now < CLOCK_EARLIEST || now > CLOCK_LATEST) {
        finding(d, HEALTH_BAD, "clock", "set it; signatures and DNSSEC are judged by it", "it says %s", shown);
        return;
    }
    int state = adjtimex(&t);
    if (state < 0)
        finding(d, HEALTH_OK, "clock", NULL, "%s; whether it is synchronised is not known", shown);
    else if (state == TIME_ERROR || (t.status & STA_UNSYNC))
        finding(d, HEALTH_WARN, "clock", "systemctl enable --now systemd-timesyncd (in a container: on its host)", "%s, but the kernel does not take it for synchronised", shown);
    else
        finding(d, HEALTH_OK, "clock", NULL, "%s, synchronised", shown);
}

/* ---- name ---- */

void doctor_name(struct doctor *d)
{
    char name[256] = "";
    struct slice id = installed_engine_conf(&d->installed).authserv_id;
    if (id.len > 0) {
        finding(d, HEALTH_OK, "name", NULL, "results are signed %.*s", (int)id.len, (const char *)id.at);
        return;
    }
    if (gethostname(name, sizeof name - 1) == 0 && strchr(name, '.'))
        finding(d, HEALTH_OK, "name", NULL, "results are signed %s, this host's name", name);
    else
        finding(d, HEALTH_WARN, "name", "set authserv_id in frank.conf to the full name, such as mx.example.org",
                "this host's name \"%s\" is not fully qualified: it stands in every Authentication-Results", name);
}

/* ---- users and what they may ---- */

const struct passwd *doctor_frankd_user(const struct doctor *d)
{
    struct slice user = process_settings(d->installed.config)->user;
    const char *name = user.len ? slice_to_string(d->arena, user) : "frank";
    const struct passwd *p = name ? getpwnam(name) : NULL;
    return p || user.len ? p : getpwnam("nobody");
}

void doctor_user(struct doctor *d)
{
    const struct passwd *p = doctor_frankd_user(d);
    struct slice user = process_settings(d->installed.config)->user;
    if (!p)
        finding(d, HEALTH_BAD, "user", "create it, or change process.user", "there is no user \"%.*s\"", (int)user.len, (const char *)user.at);
    else if (strcmp(p->pw_name, "nobody") == 0)
        finding(d, HEALTH_WARN, "user", "systemd-sysusers creates it from what make install put there", "there is no user frank; frankd would run as nobody");
    else
        finding(d, HEALTH_OK, "user", NULL, "frankd runs as %s", p->pw_name);
}

static bool is_in_group(const struct passwd *p, gid_t group)
{
    gid_t groups[GROUPS_MAX];
    int count = GROUPS_MAX;
    if (getgrouplist(p->pw_name, p->pw_gid, groups, &count) < 0)
        count = GROUPS_MAX;
    for (int i = 0; i < count; i++)
        if (groups[i] == group)
            return true;
    return false;
}

static bool mode_allows(const struct passwd *p, const struct stat *st, unsigned want)
{
    unsigned mode = (unsigned)st->st_mode;
    if (p->pw_uid == 0)
        return true;
    if (p->pw_uid == st->st_uid)
        return (mode >> 6 & want) == want;
    return ((is_in_group(p, st->st_gid) ? mode >> 3 : mode) & want) == want;
}

static enum access look_at(const struct passwd *p, const char *path, unsigned want)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return errno == ENOENT || errno == ENOTDIR ? ACCESS_MISSING : ACCESS_UNKNOWN;
    return mode_allows(p, &st, want) ? ACCESS_YES : ACCESS_NO;
}

enum access access_as(const struct doctor *d, const struct passwd *p, const char *path, unsigned want, const char **obstacle)
{
    struct slice s = slice_str(path);
    *obstacle = path;
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] != '/')
            continue;
        const char *folder = i == 0 ? "/" : slice_to_string(d->arena, slice_first(s, i));
        enum access a = folder ? look_at(p, folder, 1) : ACCESS_UNKNOWN;
        if (a != ACCESS_YES) {
            *obstacle = folder ? folder : path;
            return a;
        }
    }
    return look_at(p, path, want);
}

/* ---- journal ---- */

static void check_space(struct doctor *d, const char *folder)
{
    struct statvfs v;
    if (statvfs(folder, &v) != 0 || v.f_blocks == 0)
        return;
    unsigned percent = (unsigned)(100.0 * (double)v.f_bavail / (double)v.f_blocks);
    if (v.f_flag & ST_RDONLY)
        finding(d, HEALTH_BAD, "journal", "mount it writable, or change journal.file", "%s is read-only", folder);
    else if (percent < FREE_PERCENT_MIN)
        finding(d, HEALTH_WARN, "journal", "make room, or rotate journals sooner", "%s has %u %% left", folder, percent);
}

/* What frankd opens for it: no link, no folder, no pipe. */
static bool can_be_journal(const char *path)
{
    struct stat st;
    return lstat(path, &st) != 0 || S_ISREG(st.st_mode) || S_ISCHR(st.st_mode);
}

static void check_writable(struct doctor *d, const struct passwd *p, const char *path, const char *folder)
{
    const char *obstacle;
    char repair[512];
    if (!can_be_journal(path)) {
        finding(d, HEALTH_BAD, "journal", "name the file itself in journal.file", "%s is a link, a folder or a pipe: frankd writes into files only", path);
        return;
    }
    /* It is created if it is missing. */
    enum access a = access_as(d, p, path, 2, &obstacle);
    if (a == ACCESS_MISSING && strcmp(obstacle, path) == 0)
        a = access_as(d, p, folder, 3, &obstacle);
    switch (a) {
    case ACCESS_YES:
        finding(d, HEALTH_OK, "journal", NULL, "%s can be written by %s", path, p->pw_name);
        return;
    case ACCESS_MISSING:
        snprintf(repair, sizeof repair, "systemd-tmpfiles --create makes /var/log/frank; else: install -d -o %s -m 750 %s", p->pw_name, folder);
        finding(d, HEALTH_BAD, "journal", repair, "%s: %s does not exist", path, obstacle);
        return;
    case ACCESS_NO:
        snprintf(repair, sizeof repair, "chown %s %s", p->pw_name, obstacle);
        finding(d, HEALTH_BAD, "journal", repair, "%s: %s may not write there, because of %s", path, p->pw_name, obstacle);
        return;
    case ACCESS_UNKNOWN:
        finding(d, HEALTH_WARN, "journal", "run frank doctor as root", "%s: %s cannot be looked at", path, obstacle);
        return;
    }
}

void doctor_journal(struct doctor *d)
{
    const struct journal_settings *j = journal_settings(d->installed.config);
    const struct passwd *p = doctor_frankd_user(d);
    char *path = slice_to_string(d->arena, j->file);
    size_t slash = slice_find_last(j->file, '/');
    const char *folder = slash == j->file.len ? "." : slash == 0 ? "/" : slice_to_string(d->arena, slice_first(j->file, slash));
    if (!path || !folder)
        out_of_memory();
    if (j->file.len == 0) {
        finding(d, HEALTH_WARN, "journal", "set journal.file, unless that is meant", "none is kept: frank why and frank what-if have nothing to read");
        return;
    }
    if (!p)
        return;
    check_writable(d, p, path, folder);
    check_space(d, folder);
}
