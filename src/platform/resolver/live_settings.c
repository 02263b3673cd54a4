#include "platform/resolver/live_settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <unbound-event.h>

#define TRUST_ANCHOR "/usr/share/dns/root.key"       /* Debian's dns-root-data */
#define RESOLV_CONF "/etc/resolv.conf"
#define RESOLV_CONF_OCTETS_MAX 65536
#define SERVER_TEXT_MAX 64
#define SOCKETS_MIN 512       /* the default of 16 turns answers of 50 ms into a second under load */
#define SOCKETS_MAX 4096

/* Which zones Frank must ask about though unbound would answer them itself: *.test, 127/8, ::1, and by the two *lan-zones
 * options 10/8, 192.0.2/24 and their like. A mail filter is asked about such names in tests and on inner networks. */
static const char *const not_built_in[] = {
    "test.", "127.in-addr.arpa.", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.",
};

static const struct { const char *name, *value; } settings[] = {
    { "use-syslog:", "no" }, { "verbosity:", "0" }, { "log-servfail:", "no" },
    { "unblock-lan-zones:", "yes" }, { "insecure-lan-zones:", "yes" }, { "do-not-query-localhost:", "no" },
    /*
     * Recovery after an outage: a server believed dead is tried again soon. But a resolver that takes seconds to find one name out
     * is not dead: the fourth try still waits 3 s for it, within a question's 8 s.
     */
    { "infra-keep-probing:", "yes" }, { "infra-host-ttl:", "10" }, { "infra-cache-max-rtt:", "4000" },
    { "infra-cache-numhosts:", "4096" },
    /* Few answers are longer than that: keys of 4096 bits, mostly. */
    { "edns-buffer-size:", "1232" }, { "outgoing-num-tcp:", "16" },
    { "num-queries-per-thread:", "4096" }, { "jostle-timeout:", "2000" },
    /* One thread: no slabs. */
    { "msg-cache-slabs:", "1" }, { "rrset-cache-slabs:", "1" }, { "key-cache-slabs:", "1" }, { "infra-cache-slabs:", "1" },
    { "minimal-responses:", "yes" },
};

static bool set(struct ub_ctx *c, const char *name, const char *value)
{
    return ub_ctx_set_option(c, name, value) == 0;
}

static bool set_number(struct ub_ctx *c, const char *name, uint64_t value)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    return set(c, name, digits);
}

static uint64_t between(uint64_t n, uint64_t least, uint64_t most)
{
    return n < least ? least : n > most ? most : n;
}

static bool set_all(struct ub_ctx *c, const struct live_options *o)
{
    bool good = true;
    for (size_t i = 0; i < COUNT_OF(settings); i++)
        good = set(c, settings[i].name, settings[i].value) && good;
    good = set_number(c, "msg-cache-size:", o->cache_octets / 4) && good;
    good = set_number(c, "rrset-cache-size:", o->cache_octets / 2) && good;
    good = set_number(c, "key-cache-size:", o->cache_octets / 8) && good;
    return set_number(c, "neg-cache-size:", o->cache_octets / 8) && good;
}

/* ---- which servers ---- */

struct server { char text[SERVER_TEXT_MAX]; };       /* "192.0.2.53@5353", as unbound writes it */

/* "192.0.2.53", "192.0.2.53:5353", "2001:db8::1", "[2001:db8::1]:53" */
static bool server_parse(struct slice given, struct server *out, struct ip *ip)
{
    struct slice host = given, port = { 0 };
    uint64_t number = 53;
    if (given.len > 0 && given.at[0] == '[') {
        size_t end = slice_find(given, ']');
        if (end == given.len)
            return false;
        host = slice_first(slice_from(given, 1), end - 1);
        port = slice_from(given, end + 1);
        if (port.len > 0 && port.at[0] != ':')
            return false;
        port = slice_from(port, 1);
    } else if (!ip_parse(given, ip)) {
        slice_cut(given, ':', &host, &port);
        if (port.len == 0)
            return false;
    }
    if (!ip_parse(host, ip) || (port.len > 0 && !number_of(port, 1, 65535, &number)))
        return false;
    struct text t = text_fixed(out->text, sizeof out->text - 1);
    text_add_ip(&t, ip);
    text_addf(&t, "@%u", (unsigned)number);
    out->text[t.bad ? 0 : t.len] = '\0';
    return !t.bad;
}

bool live_server_valid(struct slice given)
{
    struct server server;
    struct ip ip;
    return server_parse(given, &server, &ip);
}

struct servers { struct server at[LIVE_SERVERS_MAX]; size_t count; bool all_loopback, v4, v6; };

/* The caller knows that there is room. */
static bool servers_add(struct servers *all, struct slice given)
{
    struct ip ip;
    if (!server_parse(given, &all->at[all->count], &ip))
        return false;
    all->count++;
    all->all_loopback = all->all_loopback && ip_is_loopback(&ip);
    all->v4 = all->v4 || ip.family == IP_V4;
    all->v6 = all->v6 || ip.family == IP_V6;
    return true;
}

static size_t read_small_file(const char *path, void *buffer, size_t room)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t have = 0;
    while (fd >= 0 && have < room) {
        ssize_t n = read(fd, (char *)buffer + have, room - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        have += (size_t)n;
    }
    if (fd >= 0)
        close(fd);
    return have;
}

/* The "nameserver" lines of resolv.conf(5). */
static void servers_of_resolv_conf(struct slice file, struct servers *out)
{
    *out = (struct servers){ .all_loopback = true };
    while (file.len > 0) {
        struct slice line, value;
        slice_cut(file, '\n', &line, &file);
        line = slice_trim(line, " \t\r");
        if (!slice_starts(line, SLICE("nameserver")))
            continue;
        value = slice_trim(slice_from(line, sizeof "nameserver" - 1), " \t");
        if (out->count == LIVE_SERVERS_MAX)
            return;
        if (!servers_add(out, value))
            out->all_loopback = false;         /* with a zone id, say: not loopback */
    }
}

static bool choose_servers(const struct live_options *o, struct servers *out, const char **error)
{
    *out = (struct servers){ .all_loopback = true };
    if (o->forward_count == 0) {
        static uint8_t file[RESOLV_CONF_OCTETS_MAX];
        servers_of_resolv_conf(slice_of(file, read_small_file(RESOLV_CONF, file, sizeof file)), out);
        if (!out->all_loopback)
            out->count = 0;
        return true;
    }
    if (o->forward_count > LIVE_SERVERS_MAX) {
        *error = "too many name servers";
        return false;
    }
    for (size_t i = 0; i < o->forward_count; i++)
        if (!servers_add(out, o->forward[i])) {
            *error = "a name server is not of the form ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT";
            return false;
        }
    return true;
}

bool live_recurses(const struct live_options *o)
{
    struct servers servers;
    const char *error;
    return choose_servers(o, &servers, &error) && servers.count == 0;
}

/* ---- the context ---- */

/*
 * A socket costs 800 octets, each address family and its table of source ports 240 KiB more. Recursion may have two
 * packets out for a question, a forwarder gets one, and of the questions in flight half may have to wait for a socket;
 * no family is opened that no server has; and a quarter of the ports is enough where no stranger's packet can arrive, nor
 * need sockets be tied to the server there (the library looks at who answers anyway): a system call less for each question.
 */
static bool set_sockets(struct ub_ctx *c, const struct live_options *o, const struct servers *s)
{
    uint64_t packets = s->count ? 1 : 2;
    return set_number(c, "outgoing-range:", between(packets * o->in_flight_max / 2, SOCKETS_MIN, SOCKETS_MAX))
        && (s->count == 0 || (set(c, "do-ip4:", s->v4 ? "yes" : "no") && set(c, "do-ip6:", s->v6 ? "yes" : "no")))
        && (s->count == 0 || !s->all_loopback || (set(c, "outgoing-port-avoid:", "0-49151") && set(c, "udp-connect:", "no")));
}

/*
 * Validation only where we recurse ourselves: behind a forwarder that strips signatures everything would be bogus, and a
 * forwarder on this host validates itself.
 */
static bool configure(struct ub_ctx *c, const struct live_options *o, const char **error)
{
    struct servers servers;
    *error = "the DNS library does not take its settings";
    if (!set_all(c, o))
        return false;
    if (!choose_servers(o, &servers, error))
        return false;
    *error = "the DNS library does not take its sockets";
    if (!set_sockets(c, o, &servers))
        return false;
    *error = "the DNS library does not take its name servers";
    for (size_t i = 0; i < servers.count; i++)
        if (ub_ctx_set_fwd(c, servers.at[i].text) != 0)
            return false;
    bool validate = o->validate && servers.count == 0 && access(TRUST_ANCHOR, R_OK) == 0;
    *error = "the DNSSEC trust anchor " TRUST_ANCHOR " cannot be used";
    if (validate && ub_ctx_add_ta_file(c, TRUST_ANCHOR) != 0)
        return false;
    return validate || set(c, "module-config:", "iterator");
}

/* Finalises the context. ("local-zone: ... nodefault" has no effect when it is set through the library.) */
static bool take_out_built_in_zones(struct ub_ctx *c)
{
    for (size_t i = 0; i < COUNT_OF(not_built_in); i++)
        if (ub_ctx_zone_remove(c, not_built_in[i]) != 0)
            return false;
    return true;
}

struct ub_ctx *live_context_new(struct loop *l, const struct live_options *o, const char **error)
{
    *error = "no memory for the DNS library";
    struct ub_ctx *c = ub_ctx_create_event(loop_event_base(l));
    if (!c)
        return NULL;
    if (configure(c, o, error) && take_out_built_in_zones(c))
        return c;
    ub_ctx_delete(c);
    return NULL;
}
