#include "frontend/source/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool folder_open(struct folder *f, int fd)
{
    *f = (struct folder){ .dir = fdopendir(fd) };
    if (f->dir)
        return true;
    int saved = errno;
    close(fd);
    errno = saved;
    return false;
}

static void forget(struct folder *f)
{
    for (size_t i = 0; i < f->count; i++)
        mem_free(f->kept[i].name);
    f->count = f->next = 0;
}

void folder_close(struct folder *f)
{
    forget(f);
    mem_free(f->kept);
    mem_free(f->last);
    if (f->dir)
        closedir(f->dir);
    *f = (struct folder){ .dir = NULL };
}

void folder_want(struct folder *f, enum folder_wanted wanted, bool hidden)
{
    forget(f);
    mem_free(f->kept);
    mem_free(f->last);
    f->kept = NULL;
    f->last = NULL;
    f->room = 0;
    f->whole = false;
    f->wanted = wanted;
    f->hidden = hidden;
}

bool folder_at_holds(int fd, const char *name)
{
    struct stat st;
    return fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

bool folder_holds(const struct folder *f, const char *name)
{
    return folder_at_holds(dirfd(f->dir), name);
}

/* ---- one pass ---- */

static enum folder_kind kind_of_mode(mode_t mode)
{
    return S_ISREG(mode) ? FOLDER_FILE : S_ISDIR(mode) ? FOLDER_FOLDER : S_ISLNK(mode) ? FOLDER_LINK : FOLDER_OTHER;
}

/* Not every file system says it with the name. What is gone meanwhile is found out when it is opened. */
static enum folder_kind kind_of(const struct folder *f, const struct dirent *e)
{
    struct stat st;
    switch (e->d_type) {
    case DT_REG: return FOLDER_FILE;
    case DT_DIR: return FOLDER_FOLDER;
    case DT_LNK: return FOLDER_LINK;
    case DT_UNKNOWN: return fstatat(dirfd(f->dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? kind_of_mode(st.st_mode) : FOLDER_FILE;
    default: return FOLDER_OTHER;
    }
}

static bool is_wanted(const struct folder *f, const char *name, enum folder_kind kind)
{
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || (name[0] == '.' && !f->hidden))
        return false;
    return (f->wanted == WANT_FOLDERS) == (kind == FOLDER_FOLDER);
}

/* While a pass runs, `kept` is a heap with its last name on top, so that a nearer one replaces it. */
static void sift_down(struct folder_name *heap, size_t count, size_t i)
{
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= count)
            return;
        if (child + 1 < count && strcmp(heap[child + 1].name, heap[child].name) > 0)
            child++;
        if (strcmp(heap[i].name, heap[child].name) >= 0)
            return;
        struct folder_name held = heap[i];
        heap[i] = heap[child];
        heap[child] = held;
        i = child;
    }
}

static void sift_up(struct folder_name *heap, size_t i)
{
    for (size_t parent; i > 0; i = parent) {
        parent = (i - 1) / 2;
        if (strcmp(heap[parent].name, heap[i].name) >= 0)
            return;
        struct folder_name held = heap[i];
        heap[i] = heap[parent];
        heap[parent] = held;
    }
}

static size_t most_kept(const struct folder *f)
{
    return f->wanted == WANT_FILES ? FOLDER_FILES_KEPT : FOLDER_FOLDERS_KEPT;
}

static bool make_room(struct folder *f)
{
    if (f->count < f->room)
        return true;
    size_t room = f->room ? f->room * 2 : 64;
    struct folder_name *larger = mem_resize(f->kept, room * sizeof *larger);
    if (!larger)
        return false;
    f->kept = larger;
    f->room = room;
    return true;
}

static bool keep(struct folder *f, const char *name, enum folder_kind kind)
{
    bool full = f->count == most_kept(f);
    if (full) {
        f->whole = false;
        if (strcmp(name, f->kept[0].name) >= 0)
            return true;
    }
    size_t octets = strlen(name) + 1;
    char *copy = mem_alloc(octets);
    if (!copy || (!full && !make_room(f))) {
        mem_free(copy);
        return false;
    }
    memcpy(copy, name, octets);
    if (full) {
        mem_free(f->kept[0].name);
        f->kept[0] = (struct folder_name){ copy, kind };
        sift_down(f->kept, f->count, 0);
    } else {
        f->kept[f->count++] = (struct folder_name){ copy, kind };
        sift_up(f->kept, f->count - 1);
    }
    return true;
}

/* The heap becomes a list in order. */
static void put_in_order(struct folder *f)
{
    for (size_t n = f->count; n > 1; n--) {
        struct folder_name top = f->kept[0];
        f->kept[0] = f->kept[n - 1];
        f->kept[n - 1] = top;
        sift_down(f->kept, n - 1, 0);
    }
}

static enum status pass(struct folder *f)
{
    forget(f);
    rewinddir(f->dir);
    f->whole = true;
    for (;;) {
        errno = 0;
        const struct dirent *e = readdir(f->dir);
        if (!e && errno != 0)
            return STATUS_IO;
        if (!e)
            break;
        enum folder_kind kind = kind_of(f, e);
        if (!is_wanted(f, e->d_name, kind) || (f->last && strcmp(e->d_name, f->last) <= 0))
            continue;
        if (!keep(f, e->d_name, kind))
            return STATUS_NO_MEMORY;
    }
    put_in_order(f);
    return STATUS_OK;
}

enum status folder_next(struct folder *f, struct folder_name *out)
{
    *out = (struct folder_name){ .name = NULL };
    if (f->next == f->count) {
        if (f->whole)
            return STATUS_OK;
        enum status status = pass(f);
        if (status != STATUS_OK) {
            forget(f);
            f->whole = true;
            return status;
        }
        if (f->count == 0)
            return STATUS_OK;
    }
    *out = f->kept[f->next];
    mem_free(f->last);
    f->last = out->name;
    f->kept[f->next++].name = NULL;
    return STATUS_OK;
}
