#include "platform/settings/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

#define PATH_OCTETS_MAX 4096

/* One octet more than it may have, so that a larger one is seen. */
static size_t room_for(int fd, size_t octets_max)
{
    struct stat st;

    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= 0 && (uint64_t)st.st_size < octets_max)
        return (size_t)st.st_size + 1;
    return octets_max + 1;
}

static bool read_open(struct arena *a, int fd, size_t octets_max, struct slice *out)
{
    size_t have = 0, room = room_for(fd, octets_max);
    uint8_t *at = arena_alloc(a, room);
    ssize_t n = 1;

    errno = ENOMEM;
    if (at == NULL)
        return false;
    while (have < room && (n = read(fd, at + have, room - have)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        have += (size_t)n;
    }
    *out = slice_of(at, have);
    errno = EFBIG;
    return have <= octets_max && (have < room || n == 0);
}

bool whole_file_read(struct arena *a, const char *path, size_t octets_max, struct slice *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return false;
    bool good = read_open(a, fd, octets_max, out);
    int why = errno;
    close(fd);
    errno = why;
    return good;
}

char *beside_file(struct arena *a, const char *configuration, struct slice name)
{
    struct text t = text_in(a, PATH_OCTETS_MAX);
    struct slice path = slice_str(configuration);
    size_t slash = slice_find_last(path, '/');

    if (name.len > 0 && name.at[0] != '/' && slash < path.len)
        text_add(&t, slice_first(path, slash + 1));
    text_add(&t, name);
    return t.bad || slice_has(name, '\0') ? NULL : slice_to_string(a, text_slice(&t));
}
