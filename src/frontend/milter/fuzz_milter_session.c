/*
 * fuzz_milter_session.c: any octets against the state machine, over a small zone. The first octet chooses the rules, and
 * whether answers are held back (0x40: one comes after each piece) or the server is overloaded (0x80); the second how the
 * octets are cut. A piece that ends in 0xff lets five seconds pass.
 */
#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"
#include "env/zone_resolver.h"
#include "frontend/milter/milter_session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char zone_text[] =
    "sender.example. 300 IN TXT \"v=spf1 ip4:192.0.2.1 include:other.example -all\"\n"
    "other.example. 300 IN TXT \"v=spf1 mx ?all\"\n"
    "_dmarc.sender.example. 300 IN TXT \"v=DMARC1; p=reject\"\n"
    "quarantined.example. 300 IN TXT \"v=spf1 -all\"\n_dmarc.quarantined.example. 300 IN TXT \"v=DMARC1; p=quarantine\"\n"
    "; timeout silent.example\n; timeout _dmarc.silent.example\n";
static const char *const configurations[] = {
    "", "rules = \"standard\";", "rules = \"standard\"; quarantine = \"hold\"; on_failure = \"accept\";",
    "rules = ( { name = \"early\"; when = [ \"spf = fail\" ]; action = \"reject\"; } );",
    "rules = ( { name = \"drop\"; when = [ \"spf = fail\" ]; action = \"discard\"; } ); limits = { message_timeout = \"12s\"; };",
};
#define HELD_MAX 4096

/* Answers that wait to be delivered. */
static struct { struct resolver resolver, *zone; bool held; struct waiter *waiters[HELD_MAX]; const struct answer *answers[HELD_MAX]; size_t count; } dns;

static const struct answer *dns_ask(struct resolver *r, const struct question *q, struct waiter *w)
{
    (void)r;
    const struct answer *a = dns.zone->ask(dns.zone, q, w);
    if (!dns.held || dns.count == HELD_MAX)
        return a;
    dns.waiters[dns.count] = w;
    dns.answers[dns.count++] = a;
    return NULL;
}

static void dns_withdraw(struct resolver *r, struct waiter *w)
{
    (void)r;
    for (size_t i = 0; i < dns.count; i++) {
        if (dns.waiters[i] != w)
            continue;
        answer_drop(dns.answers[i]);
        dns.count--;
        dns.waiters[i] = dns.waiters[dns.count];
        dns.answers[i] = dns.answers[dns.count];
        return;
    }
    abort();
}

static void deliver_one(void)
{
    if (dns.count == 0)
        return;
    struct waiter *w = dns.waiters[0];
    const struct answer *a = dns.answers[0];
    dns.count--;
    dns.waiters[0] = dns.waiters[dns.count];
    dns.answers[0] = dns.answers[dns.count];
    w->deliver(w, a);
    answer_drop(a);
}

static int64_t now_us = 1000000;

static int64_t wall(struct clock *c)
{
    (void)c;
    return 1700000000;
}

static int64_t monotonic(struct clock *c)
{
    (void)c;
    return now_us;
}

static void fill(struct random *r, void *at, size_t octets)
{
    (void)r;
    memset(at, 7, octets);
}

static void decided(void *context, const struct milter_decision *d)
{
    (void)context;
    if (!d->txn || !d->action || !txn_record(d->txn))
        abort();
}

static void complained(void *context, const char *what)
{
    (void)context;
    if (!what[0])
        abort();
}

static void woken(void *context, struct milter_session *s)
{
    (void)context;
    (void)s;
}

struct world { struct clock clock; struct random random; struct env env; struct milter_front fronts[COUNT_OF(configurations)]; };

static struct world *world(void)
{
    static struct world w;
    size_t count;
    if (w.env.clock)
        return &w;
    struct zone *zone = zone_new();
    struct zone_error ze;
    w.clock = (struct clock){ wall, monotonic };
    w.random = (struct random){ fill };
    if (!zone || !zone_read(zone, slice_str(zone_text), &ze) || crypto_start() != STATUS_OK)
        abort();
    dns.zone = zone_resolver_new(zone);
    dns.resolver = (struct resolver){ dns_ask, dns_withdraw };
    w.env = (struct env){ .dns = &dns.resolver, .clock = &w.clock, .random = &w.random };
    const struct section *sections = engine_sections(&count);
    for (size_t i = 0; i < COUNT_OF(configurations); i++) {
        struct config_error e;
        struct config *c = config_parse("fuzz", slice_str(configurations[i]), sections, count, &e);
        struct engine *engine = c ? engine_new(&w.env, c, NULL, &e) : NULL;
        if (!engine || !engine_set_authserv_id(engine, SLICE("mx.receiver.example")))
            abort();
        w.fronts[i] = (struct milter_front){ .engine = engine, .env = &w.env, .decided = decided, .complained = complained };
    }
    return &w;
}

/* Answers are whole frames, and few. */
static void take_output(struct milter_session *s)
{
    struct slice out = milter_session_output(s);
    for (size_t at = 0; at < out.len;) {
        size_t length = out.len - at >= 4 ? (size_t)out.at[at] << 24 | (size_t)out.at[at + 1] << 16 | (size_t)out.at[at + 2] << 8 | out.at[at + 3] : 0;
        if (length == 0 || length > out.len - at - 4)
            abort();
        at += 4 + length;
    }
    milter_session_wrote(s, out.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world *w = world();
    if (size < 2)
        return 0;
    struct milter_front *front = &w->fronts[(data[0] & 0x3f) % COUNT_OF(configurations)];
    struct milter_session *s = milter_session_new(front, data[0] & 0x80, &(struct milter_host){ woken, NULL });
    dns.held = data[0] & 0x40;
    size_t step = data[1] ? data[1] : size;
    for (size_t at = 2; at < size && !milter_session_over(s); at += step) {
        struct slice piece = slice_first(slice_of(data + at, size - at), step);
        milter_session_read(s, piece);
        if (data[1] % 3)
            take_output(s);
        if (milter_session_between(s) && milter_session_waits(s))
            abort();
        deliver_one();
        now_us += piece.len && piece.at[piece.len - 1] == 0xff ? 5000000 : 1000;
        if (milter_session_due_us(s) <= now_us)
            milter_session_tick(s);
    }
    while (dns.count > 0 && !milter_session_over(s))
        deliver_one();
    take_output(s);
    milter_session_free(s);
    if (dns.count > 0)
        abort();
    return 0;
}
