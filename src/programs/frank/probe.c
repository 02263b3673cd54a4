#include "programs/frank/probe.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "frontend/milter/milter_wire.h"

#define FRAME_OCTETS 17        /* of a negotiation without macros: length, command, version, actions, protocol */
#define VERSION_OFFERED 6u
#define ACTIONS_OFFERED 0x1ffu
#define PROTOCOL_OFFERED 0x1fffffu

union place { struct sockaddr any; struct sockaddr_in v4; struct sockaddr_in6 v6; struct sockaddr_un local; };

static socklen_t place_of(const struct endpoint *e, union place *out)
{
    memset(out, 0, sizeof *out);
    if (e->kind == ENDPOINT_UNIX) {
        if (e->path.len >= sizeof out->local.sun_path)
            return 0;
        out->local.sun_family = AF_UNIX;
        memcpy(out->local.sun_path, e->path.at, e->path.len);
        return sizeof out->local;
    }
    if (e->ip.family == IP_V6) {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons(e->port);
        memcpy(&out->v6.sin6_addr, e->ip.octets, 16);
        return sizeof out->v6;
    }
    out->v4.sin_family = AF_INET;
    out->v4.sin_port = htons(e->port);
    memcpy(&out->v4.sin_addr, e->ip.octets, 4);
    return sizeof out->v4;
}

static void put_u32(uint8_t *at, uint32_t n)
{
    for (size_t i = 0; i < 4; i++)
        at[i] = (uint8_t)(n >> (24 - 8 * i));
}

static bool send_all(int fd, const uint8_t *at, size_t len)
{
    return send(fd, at, len, MSG_NOSIGNAL) == (ssize_t)len;        /* a few octets into an empty buffer */
}

static bool receive(int fd, uint8_t *at, size_t len)
{
    size_t have = 0;
    while (have < len) {
        ssize_t n = recv(fd, at + have, len - have, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            errno = ECONNRESET;
        if (n <= 0)
            return false;
        have += (size_t)n;
    }
    return true;
}

static enum probe_result negotiate(int fd, unsigned *version)
{
    uint8_t frame[FRAME_OCTETS] = { 0, 0, 0, FRAME_OCTETS - 4, MILTER_NEGOTIATE }, answer[FRAME_OCTETS];
    static const uint8_t quit[] = { 0, 0, 0, 1, MILTER_QUIT };
    struct milter_negotiation said;
    put_u32(frame + 5, VERSION_OFFERED);
    put_u32(frame + 9, ACTIONS_OFFERED);
    put_u32(frame + 13, PROTOCOL_OFFERED);
    if (!send_all(fd, frame, sizeof frame) || !receive(fd, answer, sizeof answer))
        return errno == EAGAIN ? PROBE_SILENT : PROBE_STRANGE;
    if (answer[0] != 0 || answer[1] != 0 || answer[4] != MILTER_NEGOTIATE || !milter_read_negotiation(slice_of(answer + 5, FRAME_OCTETS - 5), &said))
        return PROBE_STRANGE;
    *version = said.version;
    (void)!send_all(fd, quit, sizeof quit);
    return PROBE_ANSWERS;
}

static enum probe_result failed_with(int why)
{
    switch (why) {
    case ENOENT: case ENOTDIR: return PROBE_MISSING;
    case ECONNREFUSED: return PROBE_REFUSED;
    case EACCES: case EPERM: return PROBE_DENIED;
    case EAGAIN: case EINPROGRESS: case ETIMEDOUT: return PROBE_SILENT;
    default: return PROBE_FAILED;
    }
}

int probe_connect(const struct endpoint *e)
{
    union place place;
    socklen_t len = place_of(e, &place);
    struct timeval patience = { .tv_sec = PROBE_SECONDS };
    errno = ENAMETOOLONG;
    int fd = len ? socket(place.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0 && connect(fd, &place.any, len) == 0)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

enum probe_result milter_probe(const struct endpoint *e, unsigned *version)
{
    int fd = probe_connect(e);
    *version = 0;
    if (fd < 0)
        return failed_with(errno);
    enum probe_result result = negotiate(fd, version);
    int why = errno;
    close(fd);
    errno = why;
    return result;
}

const char *probe_words(enum probe_result r)
{
    switch (r) {
    case PROBE_ANSWERS: return "a milter answers there";
    case PROBE_MISSING: return "there is no such socket";
    case PROBE_REFUSED: return "nobody listens there";
    case PROBE_DENIED: return "it may not be connected to";
    case PROBE_SILENT: return "it does not answer";
    case PROBE_STRANGE: return "what answers there is no milter";
    case PROBE_FAILED: return strerror(errno);
    }
    return "";
}
