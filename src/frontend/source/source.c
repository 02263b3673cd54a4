#include "frontend/source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/text.h"
#include "frontend/source/folder.h"
#include "frontend/source/mbox.h"

#define WHY_OCTETS 256

/* What a folder is, and so what in it is mail. */
enum level_kind {
    LEVEL_PLAIN,           /* files, then folders */
    LEVEL_MAILDIR,         /* new, cur, then folders that are maildirs */
    LEVEL_LEAF             /* new or cur: files that are messages */
};

struct level {
    struct folder folder;
    enum level_kind kind;
    unsigned stage;        /* of what the kind lists */
    bool listing;          /* the stage is a list of names */
    size_t name_len;       /* of the place's name, up to here */
};

struct source {
    const char *const *paths;
    size_t count, next;
    enum source_format format;
    bool measuring;        /* files are counted, not opened */
    struct level levels[SOURCE_DEPTH_MAX + 1];
    size_t depth;          /* levels in use */
    struct file_part part;
    bool has_part, in_mbox;
    uint64_t done;         /* octets of the files before this one; measuring: of all */
    char name[SOURCE_NAME_OCTETS_MAX];
    size_t name_len;
    char why[WHY_OCTETS];
    struct mbox mbox;
};

bool source_format_named(struct slice name, enum source_format *out)
{
    static const struct { const char *name; enum source_format format; } table[] = {
        { "auto", SOURCE_AUTO }, { "message", SOURCE_MESSAGE }, { "mbox", SOURCE_MBOXRD }, { "mboxrd", SOURCE_MBOXRD },
        { "mboxo", SOURCE_MBOXO }, { "maildir", SOURCE_MAILDIR },
    };
    for (size_t i = 0; i < COUNT_OF(table); i++)
        if (slice_same(name, slice_str(table[i].name))) {
            *out = table[i].format;
            return true;
        }
    return false;
}

/* ---- names and troubles ---- */

static void set_name(struct source *s, size_t keep, const char *more)
{
    struct text t = text_fixed(s->name, sizeof s->name);
    size_t len = strlen(more);
    t.len = keep;
    if (keep > 0 && s->name[keep - 1] != '/' && keep < sizeof s->name)
        text_add_octet(&t, '/');
    text_add(&t, slice_of(more, len < sizeof s->name - t.len ? len : sizeof s->name - t.len));
    s->name_len = t.len;
}

static struct slice name_of(const struct source *s)
{
    return slice_of(s->name, s->name_len);
}

static enum source_step trouble(struct source *s, struct source_item *out, enum status status, const char *why)
{
    struct text t = text_fixed(s->why, sizeof s->why);
    text_add(&t, slice_first(slice_str(why), sizeof s->why));
    *out = (struct source_item){ .file = name_of(s), .status = status, .text = text_slice(&t), .in_place = s->depth > 0 };
    return SOURCE_TROUBLE;
}

static enum source_step trouble_of_errno(struct source *s, struct source_item *out, int error)
{
    return trouble(s, out, file_status_of(error), strerror(error));
}

/* ---- files ---- */

static void finish_file(struct source *s)
{
    if (!s->has_part)
        return;
    s->done += s->part.end;
    close(s->part.fd);
    s->has_part = s->in_mbox = false;
}

static enum source_step next_in_mbox(struct source *s, struct source_item *out)
{
    struct mbox_entry entry;
    switch (mbox_next(&s->mbox, &entry)) {
    case MBOX_MESSAGE:
        *out = (struct source_item){
            .file = name_of(s), .number = entry.number, .in_place = true,
            .part = { s->part.fd, entry.begin, entry.end, s->format == SOURCE_MBOXO ? QUOTING_MBOXO : QUOTING_MBOXRD },
            .has_sender = entry.has_sender, .sender = entry.sender,
        };
        return SOURCE_ITEM;
    case MBOX_FAILED: {
        int error = errno;
        finish_file(s);
        return trouble_of_errno(s, out, error);
    }
    case MBOX_END:
        break;
    }
    finish_file(s);
    return SOURCE_END;
}

/* "From" and blanks before a colon are a field, as it was once written (RFC 5322 4.5.2). */
static bool begins_as_mbox(const struct file_part *part)
{
    uint8_t octets[MBOX_FROM_LINE_MAX];
    ssize_t n = pread(part->fd, octets, sizeof octets, 0);
    struct cursor c = cursor_of(slice_of(octets, n > 0 ? (size_t)n : 0));
    if (!accept_text(&c, SLICE("From ")))
        return false;
    skip_wsp(&c);
    return peek(&c) != ':';
}

static enum source_step open_mbox(struct source *s, struct source_item *out)
{
    bool is_mbox;
    bool good = mbox_open(&s->mbox, s->part.fd, s->part.end, &is_mbox);
    int error = errno;
    if (good && is_mbox) {
        s->in_mbox = true;
        return next_in_mbox(s, out);
    }
    finish_file(s);
    return good ? trouble(s, out, STATUS_BAD_INPUT, "no mbox: it does not begin with a line \"From ...\"") : trouble_of_errno(s, out, error);
}

/* SOURCE_END: the file held nothing. */
static enum source_step take_file(struct source *s, const struct file_part *part, struct source_item *out)
{
    bool is_leaf = s->depth > 0 && s->levels[s->depth - 1].kind == LEVEL_LEAF;
    bool wants_mbox = s->format == SOURCE_MBOXRD || s->format == SOURCE_MBOXO;
    s->part = *part;
    s->has_part = true;
    if (!is_leaf && (wants_mbox || (s->format == SOURCE_AUTO && begins_as_mbox(part))))
        return open_mbox(s, out);
    *out = (struct source_item){ .file = name_of(s), .in_place = s->depth > 0, .part = *part };
    return SOURCE_ITEM;
}

/* ---- folders ---- */

static bool is_maildir(int fd)
{
    return folder_at_holds(fd, "cur") && folder_at_holds(fd, "new") && folder_at_holds(fd, "tmp");
}

/* Goes down into a folder; fd is taken over. */
static enum source_step enter(struct source *s, int fd, enum level_kind kind, struct source_item *out)
{
    if (s->depth > SOURCE_DEPTH_MAX) {
        close(fd);
        return trouble(s, out, STATUS_LIMIT, "folders this deep are not read");
    }
    struct level *l = &s->levels[s->depth];
    *l = (struct level){ .kind = kind, .name_len = s->name_len };
    if (!folder_open(&l->folder, fd))
        return trouble_of_errno(s, out, errno);
    s->depth++;
    return SOURCE_END;
}

/* A folder in the one that is open; SOURCE_END: gone down into it, or passed over. */
static enum source_step enter_below(struct source *s, const char *name, struct source_item *out)
{
    struct level *l = &s->levels[s->depth - 1];
    int fd = openat(dirfd(l->folder.dir), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return trouble_of_errno(s, out, errno);
    bool in_maildir = l->kind == LEVEL_MAILDIR, its_own = in_maildir && l->stage < 2;
    bool maildir = s->format != SOURCE_MESSAGE && !its_own && is_maildir(fd);
    if (in_maildir && !its_own && !maildir) {
        close(fd);
        return SOURCE_END;
    }
    return enter(s, fd, its_own ? LEVEL_LEAF : maildir ? LEVEL_MAILDIR : LEVEL_PLAIN, out);
}

static enum source_step measure_entry(struct source *s, int at, const char *name)
{
    struct stat st;
    if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
        s->done += (uint64_t)st.st_size;
    return SOURCE_END;
}

static enum source_step open_entry(struct source *s, const struct folder_name *entry, struct source_item *out)
{
    struct file_part part;
    int folder = dirfd(s->levels[s->depth - 1].folder.dir);
    if (s->measuring)
        return measure_entry(s, folder, entry->name);
    if (entry->kind == FOLDER_LINK)
        return trouble(s, out, STATUS_OK, "a symbolic link, which is not followed");
    int fd = entry->kind == FOLDER_OTHER ? -1 : openat(folder, entry->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat st;
    if (entry->kind != FOLDER_OTHER && (fd < 0 || fstat(fd, &st) != 0)) {
        int error = errno;
        if (fd >= 0)
            close(fd);
        return trouble_of_errno(s, out, error);
    }
    /* What the folder listed may have been replaced since. */
    if (fd < 0 || !S_ISREG(st.st_mode)) {
        if (fd >= 0)
            close(fd);
        return trouble(s, out, STATUS_OK, "a device, pipe or socket, which is not opened");
    }
    if (file_part_of(fd, &part) != STATUS_OK)
        return trouble_of_errno(s, out, errno);
    return take_file(s, &part, out);
}

/* What the kind of folder lists next; false: there is no more. */
static bool next_stage(struct level *l)
{
    if (l->kind == LEVEL_PLAIN && l->stage < 2)
        folder_want(&l->folder, l->stage == 0 ? WANT_FILES : WANT_FOLDERS, false);
    else if (l->kind == LEVEL_LEAF && l->stage < 1)
        folder_want(&l->folder, WANT_FILES, false);
    else if (l->kind == LEVEL_MAILDIR && l->stage == 2)
        folder_want(&l->folder, WANT_FOLDERS, true);
    else if (l->kind != LEVEL_MAILDIR || l->stage > 2)
        return false;
    l->stage++;
    l->listing = true;
    return true;
}

static void leave(struct source *s)
{
    folder_close(&s->levels[--s->depth].folder);
}

/* new and cur, by their names, before anything else in a maildir. */
static enum source_step enter_own(struct source *s, struct source_item *out)
{
    struct level *l = &s->levels[s->depth - 1];
    const char *name = l->stage == 0 ? "new" : "cur";
    set_name(s, l->name_len, name);
    enum source_step step = enter_below(s, name, out);
    l->stage++;
    return step;
}

static bool is_own(const char *name)
{
    return strcmp(name, "new") == 0 || strcmp(name, "cur") == 0 || strcmp(name, "tmp") == 0;
}

/* One step in the innermost folder; SOURCE_END: nothing to hand out yet. */
static enum source_step step_folder(struct source *s, struct source_item *out)
{
    struct level *l = &s->levels[s->depth - 1];
    struct folder_name entry = { .name = NULL };
    if (l->kind == LEVEL_MAILDIR && l->stage < 2)
        return enter_own(s, out);
    enum status status = l->listing ? folder_next(&l->folder, &entry) : STATUS_OK;
    if (status != STATUS_OK) {
        int error = errno;
        s->name_len = l->name_len;
        return status == STATUS_IO ? trouble_of_errno(s, out, error) : trouble(s, out, status, status_text(status));
    }
    if (!entry.name) {
        if (!next_stage(l))
            leave(s);
        return SOURCE_END;
    }
    if (l->kind == LEVEL_MAILDIR && is_own(entry.name))
        return SOURCE_END;
    set_name(s, l->name_len, entry.name);
    return l->folder.wanted == WANT_FOLDERS ? enter_below(s, entry.name, out) : open_entry(s, &entry, out);
}

/* ---- what was named ---- */

static enum source_step enter_named(struct source *s, int fd, struct source_item *out)
{
    bool maildir = s->format != SOURCE_MESSAGE && is_maildir(fd);
    if (s->format == SOURCE_MAILDIR && !maildir) {
        close(fd);
        return trouble(s, out, STATUS_BAD_INPUT, "no maildir: it has no folders cur, new and tmp");
    }
    return enter(s, fd, maildir ? LEVEL_MAILDIR : LEVEL_PLAIN, out);
}

static enum source_step measure_named(struct source *s, const char *path, bool *is_folder)
{
    struct stat st;
    *is_folder = false;
    if (strcmp(path, "-") == 0 || stat(path, &st) != 0)
        return SOURCE_END;
    *is_folder = S_ISDIR(st.st_mode);
    if (S_ISREG(st.st_mode) && st.st_size > 0)
        s->done += (uint64_t)st.st_size;
    return SOURCE_END;
}

static enum source_step open_named(struct source *s, const char *path, struct source_item *out)
{
    struct file_part part;
    struct stat st;
    bool is_stdin = strcmp(path, "-") == 0, is_folder = true;
    set_name(s, 0, path);
    if (s->measuring && (measure_named(s, path, &is_folder), !is_folder))
        return SOURCE_END;
    int fd = is_stdin ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (!is_stdin && fd < 0)
        return s->measuring ? SOURCE_END : trouble_of_errno(s, out, errno);
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
        return enter_named(s, fd, out);
    enum status status = is_stdin ? file_part_open(path, &part) : file_part_of(fd, &part);
    return status == STATUS_OK ? take_file(s, &part, out) : trouble_of_errno(s, out, errno);
}

/* ---- steps ---- */

struct source *source_new(const char *const *paths, size_t count, enum source_format format)
{
    struct source *s = mem_zalloc(1, sizeof *s);
    if (s) {
        s->paths = paths;
        s->count = count;
        s->format = format;
    }
    return s;
}

enum source_step source_next(struct source *s, struct source_item *out)
{
    for (;;) {
        enum source_step step;
        if (s->in_mbox) {
            step = next_in_mbox(s, out);
        } else {
            finish_file(s);
            if (s->depth == 0 && s->next == s->count)
                return SOURCE_END;
            step = s->depth > 0 ? step_folder(s, out) : open_named(s, s->paths[s->next++], out);
        }
        if (step != SOURCE_END)
            return step;
    }
}

void source_free(struct source *s)
{
    if (!s)
        return;
    finish_file(s);
    while (s->depth > 0)
        leave(s);
    mem_free(s);
}

uint64_t source_octets_done(const struct source *s)
{
    return s->done + (s->in_mbox ? s->mbox.at : 0);
}

uint64_t source_octets_all(const char *const *paths, size_t count, enum source_format format)
{
    struct source_item item;
    struct source *s = source_new(paths, count, format);
    if (!s)
        return 0;
    s->measuring = true;
    while (source_next(s, &item) != SOURCE_END)
        ;
    uint64_t all = s->done;
    source_free(s);
    return all;
}
