/* doctor_dns.c: does DNS answer, how soon, and can its answers be trusted? */
#include <string.h>
#include <time.h>

#include "platform/resolver/live.h"
#include "programs/frank/doctor.h"
#include "programs/frank/world.h"

#define ASKED SLICE("org")             /* there for thirty years, and signed */
#define SLOW_MS 2000

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* "127.0.0.1", "127.0.0.1:5353", "[::1]:53" */
static bool is_loopback(struct slice server)
{
    struct ip ip;
    struct slice host = server, port;
    if (server.len > 0 && server.at[0] == '[')
        host = slice_first(slice_from(server, 1), slice_find(server, ']') - 1);
    else if (!ip_parse(server, &ip))
        slice_cut(server, ':', &host, &port);
    return ip_parse(host, &ip) && ip_is_loopback(&ip);
}

enum way { WAY_ZONES, WAY_RECURSES, WAY_LOCAL, WAY_REMOTE };

static enum way way_of(const struct doctor *d)
{
    const struct dns_settings *s = dns_settings(d->installed.config);
    struct slice own = slice_str(d->cli->resolver);
    struct live_options options = { .forward = own.len ? &own : s->resolver.at, .forward_count = own.len ? 1 : s->resolver.count };
    if (d->cli->zones.count > 0 || (s->zone.count > 0 && own.len == 0))
        return WAY_ZONES;
    for (size_t i = 0; i < options.forward_count; i++)
        if (!is_loopback(options.forward[i]))
            return WAY_REMOTE;
    return live_recurses(&options) ? WAY_RECURSES : WAY_LOCAL;
}

static const char *way_words(enum way way)
{
    switch (way) {
    case WAY_ZONES: return "zone files";
    case WAY_RECURSES: return "own recursion";
    case WAY_LOCAL: return "the name server on this host";
    case WAY_REMOTE: return "the name servers of dns.resolver";
    }
    return "";
}

static void judge_trust(struct doctor *d, enum way way, const struct answer *a)
{
    bool validates = dns_settings(d->installed.config)->validate;
    if (way == WAY_REMOTE)
        finding(d, HEALTH_WARN, "resolver", "run a validating resolver on this host (apt install unbound), or leave dns.resolver empty",
                "the name servers are not on this host: whoever sits between can answer for them");
    if (way == WAY_RECURSES && !validates)
        finding(d, HEALTH_WARN, "dnssec", "leave dns.validate at true", "switched off");
    else if (way == WAY_RECURSES && a->security == SECURITY_SECURE)
        finding(d, HEALTH_OK, "dnssec", NULL, "signatures are validated");
    else if (way == WAY_RECURSES)
        finding(d, HEALTH_WARN, "dnssec", "apt install dns-root-data; is the clock right?", "signatures are not validated");
}

static void judge_answer(struct doctor *d, enum way way, const struct answer *a, int64_t ms)
{
    if (answer_failed(a)) {
        finding(d, HEALTH_BAD, "resolver", way == WAY_RECURSES ? "let UDP and TCP port 53 out of this host, or set dns.resolver"
                : "is the name server running, and does it answer this host?", "%s: no answer (%s) after %lld ms: every message waits and is deferred or passes unexamined",
                way_words(way), answer_status_name(a->status), (long long)ms);
        return;
    }
    if (!answer_has_data(a)) {
        finding(d, HEALTH_WARN, "resolver", "a name server with a world of its own is for tests only", "%s: says that there is no org in the DNS (%s)", way_words(way),
                answer_status_name(a->status));
        return;
    }
    if (ms > SLOW_MS)
        finding(d, HEALTH_WARN, "resolver", "a resolver on this host with a warm cache answers sooner", "%s: answers, but only after %lld ms", way_words(way), (long long)ms);
    else
        finding(d, HEALTH_OK, "resolver", NULL, "%s: answers in %lld ms", way_words(way), (long long)ms);
    judge_trust(d, way, a);
}

void doctor_resolver(struct doctor *d)
{
    enum way way = way_of(d);
    if (way == WAY_ZONES) {
        finding(d, HEALTH_WARN, "resolver", "that is for tests: take dns.zone out", "all answers come from zone files");
        return;
    }
    struct world w;
    struct cli cli = *d->cli;
    cli.config = d->installed.path;
    int code = world_open(&w, &cli, 0, 0);
    if (code == EX_OK) {
        int64_t before = now_ms();
        const struct answer *a = world_ask(&w, ASKED, RTYPE_NS);
        if (!a)
            out_of_memory();
        judge_answer(d, way, a, now_ms() - before);
    } else {
        finding(d, HEALTH_BAD, "resolver", NULL, "%s: cannot be used", way_words(way));
    }
    world_close(&w);
}

/* ---- what methods rest on ---- */

static void progress_ignored(void *context, struct txn *t)
{
    (void)context;
    (void)t;
}

static void judge_tended(struct doctor *d, const struct method *m, const struct result *r)
{
    struct text check = text_in(d->arena, 512);
    text_addf(&check, "%s.", m->name);
    text_add(&check, fact_text(r->evidence.facts, m->subject_member));
    text_add_octet(&check, '\0');
    enum health health = r->word == AUTH_PASS ? HEALTH_OK : HEALTH_WARN;
    finding(d, health, check.bad ? m->name : (const char *)check.at, health == HEALTH_OK ? NULL : "until it is in order it says nothing; is it the right one?",
            "%.*s", (int)r->evidence.text.len, (const char *)r->evidence.text.at);
}

static size_t look(struct doctor *d, struct world *w)
{
    static const struct txn_host host = { .progress = progress_ignored };
    struct txn *t = txn_tend(w->engine, world_now(w), &host);
    size_t count = 0;
    if (!t)
        out_of_memory();
    world_finish(w, t);
    for (size_t m = 0; methods[m]; m++) {
        const struct results *set = methods[m]->tend ? txn_results(t, methods[m]) : NULL;
        for (size_t i = 0; set && i < set->count; i++, count++)
            judge_tended(d, methods[m], &set->at[i]);
    }
    txn_end(t);
    return count;
}

void doctor_tended(struct doctor *d)
{
    struct world w;
    struct cli cli = *d->cli;
    cli.config = d->installed.path;
    int code = world_open(&w, &cli, 0, 0);
    size_t count = code == EX_OK ? look(d, &w) : 0;
    /* Large lists refuse who asks through a name server that many share. */
    if (count > 0 && way_of(d) == WAY_REMOTE)
        finding(d, HEALTH_WARN, "lists", "run a resolver on this host (apt install unbound)", "asked through other hosts' name servers, which many lists refuse");
    world_close(&w);
}
