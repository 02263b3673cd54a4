#include "platform/journal/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cursor.h"
#include "base/text.h"

/* ---- names ---- */

/* What rotation put behind a name; kind 0: none. */
struct generation { enum { GENERATION_NONE = 0, GENERATION_DATED, GENERATION_NUMBERED } kind; uint64_t number; };

/* ".3", ".3.gz", "-20260131", "-20260131.gz", "-20260131-1769817600" (hourly rotation) */
static struct generation generation_of(struct slice suffix)
{
    struct generation g = { GENERATION_NONE, 0 };
    uint64_t number, more = 0;
    if (slice_ends_nocase(suffix, SLICE(".gz")))
        suffix = slice_first(suffix, suffix.len - 3);
    if (suffix.len >= 2 && suffix.at[0] == '.' && number_of(slice_from(suffix, 1), 1, 999999, &number))
        return (struct generation){ GENERATION_NUMBERED, number };
    if (suffix.len < 9 || suffix.at[0] != '-')
        return g;
    struct slice day, time;
    slice_cut(slice_from(suffix, 1), '-', &day, &time);
    if (day.len != 8 || !number_of(day, 10000101, 99991231, &number) || (time.len && !number_of(time, 0, 99999999999, &more)))
        return g;
    return (struct generation){ GENERATION_DATED, number * 100000000000u + more };
}

/* Is the name's end one that rotation makes? */
static bool is_generation(struct slice name)
{
    for (size_t i = 1; i < name.len; i++)
        if ((name.at[i] == '.' || name.at[i] == '-') && generation_of(slice_from(name, i)).kind != GENERATION_NONE)
            return true;
    return false;
}

struct found { const char *path; struct generation generation; struct stat stat; };

/* Oldest first: dates upward, then numbers downward, then the file that is written to. */
static int older_first(const void *x, const void *y)
{
    const struct found *a = x, *b = y;
    int ka = a->generation.kind == GENERATION_NONE ? 3 : (int)a->generation.kind;
    int kb = b->generation.kind == GENERATION_NONE ? 3 : (int)b->generation.kind;
    if (ka != kb)
        return ka - kb;
    int upward = (a->generation.number > b->generation.number) - (a->generation.number < b->generation.number);
    return a->generation.kind == GENERATION_NUMBERED ? -upward : upward;
}

/* ---- adding ---- */

static struct journal_file file_of(const char *path, bool past, const struct stat *st)
{
    return (struct journal_file){
        .path = path, .past = past, .modified = st->st_mtime, .octets = st->st_size > 0 ? (uint64_t)st->st_size : 0,
        .device = (uint64_t)st->st_dev, .number = (uint64_t)st->st_ino,
    };
}

static bool is_there(const struct journal_files *files, const struct journal_file *f)
{
    for (size_t i = 0; i < files->count; i++) {
        const struct journal_file *other = &files->at[i];
        if (strcmp(other->path, f->path) == 0 || (f->number && other->device == f->device && other->number == f->number))
            return true;
    }
    return false;
}

static enum status add(struct arena *a, struct journal_files *files, const struct journal_file *file)
{
    if (is_there(files, file))
        return STATUS_OK;
    if (files->count == JOURNAL_FILES_MAX)
        return STATUS_LIMIT;
    if (files->count == files->room) {
        size_t room = files->room ? files->room * 2 : 16;
        struct journal_file *larger = arena_grow(a, files->at, files->room * sizeof *larger, room * sizeof *larger);
        if (!larger)
            return STATUS_NO_MEMORY;
        files->at = larger;
        files->room = room;
    }
    files->at[files->count++] = *file;
    return STATUS_OK;
}

/* ---- looking ---- */

struct search { struct arena *arena; struct slice folder, base; struct found *at; size_t count; };

static enum status look_at(struct search *s, const char *name)
{
    struct slice entry = slice_str(name);
    if (!slice_starts(entry, s->base))
        return STATUS_OK;
    struct slice suffix = slice_from(entry, s->base.len);
    struct found f = { .generation = generation_of(suffix) };
    if (suffix.len > 0 && f.generation.kind == GENERATION_NONE)
        return STATUS_OK;
    if (s->count == JOURNAL_FILES_MAX)
        return STATUS_LIMIT;
    struct text path = text_in(s->arena, 8192);
    text_add(&path, s->folder);
    text_add(&path, entry);
    f.path = slice_to_string(s->arena, text_slice(&path));
    if (path.bad || !f.path)
        return STATUS_NO_MEMORY;
    if (stat(f.path, &f.stat) == 0 && !S_ISDIR(f.stat.st_mode))
        s->at[s->count++] = f;
    return STATUS_OK;
}

static enum status look_in_folder(struct search *s)
{
    char *folder = s->folder.len ? slice_to_string(s->arena, s->folder) : slice_to_string(s->arena, SLICE("."));
    DIR *d = folder ? opendir(folder) : NULL;
    if (!d)
        return !folder ? STATUS_NO_MEMORY : errno == ENOENT || errno == ENOTDIR ? STATUS_NOT_FOUND : STATUS_IO;
    enum status status = STATUS_OK;
    for (struct dirent *e = readdir(d); e && status == STATUS_OK; e = readdir(d))
        status = look_at(s, e->d_name);
    closedir(d);
    return status;
}

static enum status add_found(struct arena *a, struct journal_files *files, const struct search *s)
{
    enum status status = s->count ? STATUS_OK : STATUS_NOT_FOUND;
    for (size_t i = 0; i < s->count && status == STATUS_OK; i++) {
        const struct found *f = &s->at[i];
        struct journal_file file = file_of(f->path, f->generation.kind != GENERATION_NONE, &f->stat);
        status = add(a, files, &file);
    }
    return status;
}

/* The file alone: standard input, a generation, what is no regular file. */
static enum status add_one(struct arena *a, struct journal_files *files, const char *name)
{
    struct stat st = { 0 };
    if (strcmp(name, "-") != 0 && stat(name, &st) != 0)
        return errno == ENOENT || errno == ENOTDIR ? STATUS_NOT_FOUND : STATUS_IO;
    struct journal_file file = file_of(name, false, &st);
    return add(a, files, &file);
}

enum status journal_files_add(struct arena *a, struct journal_files *files, const char *name)
{
    struct slice path = slice_str(name);
    size_t slash = slice_find_last(path, '/');
    struct search s = { .arena = a, .base = path };
    if (slash < path.len) {
        s.folder = slice_first(path, slash + 1);
        s.base = slice_from(path, slash + 1);
    }
    struct stat st;
    if (strcmp(name, "-") == 0 || is_generation(s.base) || (stat(name, &st) == 0 && !S_ISREG(st.st_mode)))
        return add_one(a, files, name);
    s.at = ARENA_ARRAY(a, JOURNAL_FILES_MAX, struct found);
    enum status status = s.at && s.base.len ? look_in_folder(&s) : s.at ? STATUS_NOT_FOUND : STATUS_NO_MEMORY;
    if (status == STATUS_OK) {
        qsort(s.at, s.count, sizeof *s.at, older_first);
        status = add_found(a, files, &s);
    }
    if (status == STATUS_NOT_FOUND)
        errno = ENOENT;
    return status;
}
