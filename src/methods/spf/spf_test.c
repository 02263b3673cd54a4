/* spf_test: what a result says to people and programs, options, exempt sessions, bounds, scouts. */
#include "methods/spf/spf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "env/zone_resolver.h"
#include "fakes/method_player.h"
#include "methods/list.h"

static const char zone_text[] =
    "$TTL 300\n"
    "good.example. TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\n"
    "soft.example. TXT \"v=spf1 mx ~all\"\n"
    "soft.example. MX 10 mx.soft.example.\n"
    "mx.soft.example. A 192.0.2.25\n"
    "inc.example. TXT \"v=spf1 include:good.example ?all\"\n"
    "minus.example. TXT \"v=spf1 -ip4:203.0.113.0/24 +all\"\n"
    "bare.example. TXT \"v=spf1\"\n"
    "exp.example. TXT \"v=spf1 -all exp=why.example\"\n"
    "why.example. TXT \"go away, %{i}\"\n"
    "bad.example. TXT \"v=spf1 mx ipv4:192.0.2.1 -all\"\n"
    "incbad.example. TXT \"v=spf1 include:bad.example -all\"\n"
    "incnone.example. TXT \"v=spf1 include:mx.soft.example -all\"\n"
    "two.example. TXT \"v=spf1 -all\"\n"
    "two.example. TXT \"v=spf1 mx -all\"\n"
    "void.example. TXT \"v=spf1 a:no1.example a:no2.example a:no3.example ip4:192.0.2.1 -all\"\n"
    "octets.example. TXT \"v=spf1 a:\\027[31m.example -all\"\n"
    "long.example. TXT \"v=spf1 ip4:192.0.2.0/28 ip4:192.0.2.32/28 ip4:192.0.2.64/28 include:good.example -all\"\n"
    "; servfail dead.example TXT\n"
    "; timeout silent.example TXT\n";

static struct player *player_with(const char *config)
{
    struct player *p = player_new(&spf_method, slice_str(config));
    player_zone(p, slice_str(zone_text));
    return p;
}

static struct played plays(struct player *p, const char *ip, const char *helo, const char *from)
{
    return player_play(p, &(struct play){ .ip = slice_str(ip), .helo = slice_str(helo), .from = slice_str(from) });
}

static void is(struct slice got, const char *expected, const char *what)
{
    if (!slice_same(got, slice_str(expected)))
        fail_msg("%s: %.*s", what, (int)got.len, (const char *)got.at);
}

/* ---- words ---- */

static void says_what_it_found(void **state)
{
    static const struct { const char *ip, *from, *text, *explain; } vectors[] = {
        { "192.0.2.7", "a@good.example", "\"ip4:192.0.2.0/24\" covers 192.0.2.7", "" },
        { "203.0.113.9", "a@good.example", "\"ip4:192.0.2.0/24 -all\" does not cover 203.0.113.9",
          "good.example: if this host is yours, add ip4:203.0.113.9" },
        { "2001:db8::9", "a@good.example", "\"ip4:192.0.2.0/24 -all\" does not cover 2001:db8::9",
          "good.example: if this host is yours, add ip6:2001:db8::9" },
        { "203.0.113.9", "a@soft.example", "\"mx ~all\" does not cover 203.0.113.9", "soft.example: if this host is yours, add ip4:203.0.113.9" },
        { "192.0.2.7", "a@inc.example", "\"include:good.example\" covers 192.0.2.7", "" },
        { "203.0.113.9", "a@inc.example", "\"include:good.example ?all\" does not cover 203.0.113.9",
          "inc.example: if this host is yours, add ip4:203.0.113.9" },
        { "203.0.113.9", "a@minus.example", "\"-ip4:203.0.113.0/24\" matches 203.0.113.9",
          "minus.example: if this host is yours, add ip4:203.0.113.9" },
        { "192.0.2.7", "a@minus.example", "\"-ip4:203.0.113.0/24 +all\" covers any address, so 192.0.2.7", "" },
        { "192.0.2.7", "a@bare.example", "\"v=spf1\" does not cover 192.0.2.7", "bare.example: if this host is yours, add ip4:192.0.2.7" },
        { "203.0.113.9", "a@long.example", "\"ip4:192.0.2.0/28 ... -all\" does not cover 203.0.113.9",
          "long.example: if this host is yours, add ip4:203.0.113.9" },
        { "192.0.2.7", "a@bad.example", "\"ipv4:192.0.2.1\" of bad.example: no such mechanism",
          "bad.example: repair \"ipv4:192.0.2.1\" in the SPF record of bad.example: no such mechanism" },
        { "192.0.2.7", "a@incbad.example", "\"ipv4:192.0.2.1\" of bad.example: no such mechanism",
          "incbad.example: repair \"ipv4:192.0.2.1\" in the SPF record of bad.example: no such mechanism" },
        { "192.0.2.7", "a@incnone.example", "\"include:mx.soft.example\" of incnone.example: the included domain has no SPF record",
          "incnone.example: repair \"include:mx.soft.example\" in the SPF record of incnone.example: remove the term, or let that domain"
          " publish a record" },
        { "192.0.2.7", "a@two.example", "two.example: more than one SPF record", "two.example: merge its SPF records into one" },
        { "192.0.2.7", "a@mx.soft.example", "mx.soft.example: no SPF record",
          "mx.soft.example: publish a TXT record such as \"v=spf1 mx -all\"" },
        { "192.0.2.7", "a@gone.example", "gone.example: domain does not exist", "" },
        { "192.0.2.7", "a@dead.example", "dead.example: DNS server failure", "" },
        { "192.0.2.7", "a@silent.example", "silent.example: no answer from DNS in time", "" },
        { "192.0.2.7", "a@void.example", "\"a:no3.example\" of void.example: too many terms ask for what does not exist (RFC 7208 4.6.4)",
          "void.example: remove the terms whose names do not exist" },
        { "192.0.2.7", "a@[192.0.2.7]", "MAIL FROM: no domain name that could have a record", "" },
        { "192.0.2.7", "a@org", "MAIL FROM \"org\": no domain name that could have a record", "" },
        { "192.0.2.7", "", "HELO \"h\": no domain name that could have a record", "" },
        { "192.0.2.7", "a@octets.example", "\"a:\\x1b[31m.example\" of octets.example: holds a control or non-ASCII octet",
          "octets.example: repair \"a:\\x1b[31m.example\" in the SPF record of octets.example: holds a control or non-ASCII octet" },
    };
    struct player *p = player_with("");
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct played r = plays(p, vectors[i].ip, "h", vectors[i].from);
        is(fact_text(r.facts, "text"), vectors[i].text, vectors[i].from);
        is(r.explain, vectors[i].explain, vectors[i].from);
    }
    player_free(p);
}

static void reports_each_identity(void **state)
{
    static const struct { const char *helo, *from, *results; } vectors[] = {
        /* authres.md 2.8: domains only; a HELO name without record is not worth an entry beside MAIL FROM */
        { "h.example", "a@good.example", "mx.receiver.example; spf=pass smtp.mailfrom=good.example" },
        { "good.example", "a@exp.example", "mx.receiver.example; spf=fail smtp.mailfrom=exp.example; spf=pass smtp.helo=good.example" },
        { "good.example", "", "mx.receiver.example; spf=pass smtp.helo=good.example" },
        { "GOOD.example.", "<>", "mx.receiver.example; spf=pass smtp.helo=good.example" },
        { "x (y", "a@[192.0.2.1]", "mx.receiver.example; spf=none" },
    };
    struct player *p = player_with("");
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++)
        is(plays(p, "192.0.2.1", vectors[i].helo, vectors[i].from).authentication_results, vectors[i].results, vectors[i].from);
    player_free(p);
}

static void facts_have_the_members_of_the_interface(void **state)
{
    struct player *p = player_with("");
    struct played r = plays(p, "203.0.113.9", "good.example", "a@inc.example");
    (void)state;
    static const char expected[] =
        "{\"result\":\"neutral\",\"reason\":\"no-assertion\",\"identity\":\"mailfrom\",\"domain\":\"inc.example\","
        "\"text\":\"\\\"include:good.example ?all\\\" does not cover 203.0.113.9\",\"explanation\":null,\"terms\":1,\"void\":0,"
        "\"decided\":{\"domain\":\"inc.example\",\"term\":\"?all\"},\"trace\":["
        "{\"depth\":0,\"domain\":\"inc.example\",\"record\":\"v=spf1 include:good.example ?all\"},"
        "{\"depth\":0,\"term\":\"include:good.example\",\"outcome\":\"entered\"},"
        "{\"depth\":1,\"domain\":\"good.example\",\"record\":\"v=spf1 ip4:192.0.2.0/24 -all\"},"
        "{\"depth\":1,\"term\":\"ip4:192.0.2.0/24\",\"outcome\":\"no match\"},"
        "{\"depth\":1,\"term\":\"-all\",\"outcome\":\"match\"},"
        "{\"depth\":0,\"term\":\"?all\",\"outcome\":\"match\"}]";
    if (!slice_starts(r.json, slice_str(expected)))
        fail_msg("%.*s", (int)r.json.len, (const char *)r.json.at);
    const struct fact *others = fact_find(r.facts, "others");
    assert_true(others && others->first && !others->first->next);
    is(fact_text(others->first, "identity"), "helo", "others");
    is(fact_text(others->first, "result"), "fail", "others");
    r = plays(p, "203.0.113.9", "good.example", "");
    is(fact_text(r.facts, "identity"), "helo", "null sender");
    assert_null(fact_find(r.facts, "others"));
    player_free(p);
}

/* ---- sessions ---- */

static void exempt_sessions_are_not_examined(void **state)
{
    struct player *p = player_with("internal_networks = [ \"198.51.100.0/24\" ];");
    (void)state;
    struct played r = player_play(p, &(struct play){
        .ip = SLICE("203.0.113.9"), .helo = SLICE("h"), .from = SLICE("a@good.example"), .auth_user = SLICE("joe"),
    });
    is(fact_text(r.facts, "reason"), "exempt", "authenticated");
    assert_int_equal(r.asked, 0);
    r = plays(p, "198.51.100.7", "h", "a@good.example");
    is(fact_text(r.facts, "result"), "none", "internal");
    is(fact_text(r.facts, "reason"), "exempt", "internal");
    player_free(p);
}

static void behind_a_relay_without_address_there_is_no_subject(void **state)
{
    struct player *p = player_with("trusted_relays = [ \"198.51.100.0/24\" ];");
    struct play play = { .ip = SLICE("198.51.100.7"), .helo = SLICE("relay.example"), .from = SLICE("a@good.example") };
    (void)state;
    struct played r = player_play(p, &play);
    is(fact_text(r.facts, "result"), "none", "no Received field");
    assert_int_equal(r.asked, 0);
    player_free(p);
}

/* ---- options ---- */

static void void_max_is_the_last_that_is_allowed(void **state)
{
    static const struct { const char *config, *result; } vectors[] = {
        { "methods = { spf = { void_max = 0; }; };", "permerror" }, { "methods = { spf = { void_max = 2; }; };", "permerror" },
        { "methods = { spf = { void_max = 3; }; };", "pass" }, { "methods = { spf = { void_max = 10; }; };", "pass" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct player *p = player_with(vectors[i].config);
        is(fact_text(plays(p, "192.0.2.1", "h", "a@void.example").facts, "result"), vectors[i].result, vectors[i].config);
        player_free(p);
    }
}

static void explanations_follow_the_options(void **state)
{
    static const struct { const char *config, *from, *explanation; } vectors[] = {
        { "", "a@exp.example", "go away, 203.0.113.9" },
        { "", "a@good.example", "" },
        { "methods = { spf = { explanation = false; }; };", "a@exp.example", "" },
        { "methods = { spf = { default_explanation = \"see x.example\"; }; };", "a@good.example", "see x.example" },
        { "methods = { spf = { default_explanation = \"see x.example\"; }; };", "a@exp.example", "go away, 203.0.113.9" },
        { "methods = { spf = { default_explanation = \"see x.example\"; explanation = false; }; };", "a@exp.example", "see x.example" },
        { "methods = { spf = { default_explanation = \"see x.example\"; }; };", "a@soft.example", "" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct player *p = player_with(vectors[i].config);
        struct played r = plays(p, "203.0.113.9", "h", vectors[i].from);
        is(fact_text(r.facts, "explanation"), vectors[i].explanation, vectors[i].config);
        assert_int_equal(fact_find(r.facts, "explanation")->kind, vectors[i].explanation[0] ? FACT_TEXT : FACT_NULL);
        player_free(p);
    }
}

/* The manual page's list is the table's. */
static void manual_has_the_options(void **state)
{
    static char page[1u << 16];
    char path[512], list[1u << 13];
    struct slice here = slice_str(__FILE__);
    struct text t = text_fixed(path, sizeof path), expected = text_fixed(list, sizeof list);
    size_t count;
    const struct section *sections = engine_sections(&count);
    (void)state;
    text_add(&t, slice_first(here, here.len - (sizeof "spf_test.c" - 1)));
    text_add_str(&t, "frank-spf.7");
    text_add_octet(&t, 0);
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("cannot open %s (paths are relative to the build folder)", path);
    size_t len = fread(page, 1, sizeof page - 1, f);
    fclose(f);
    page[len] = '\0';
    for (size_t i = 0; i < count; i++)
        if (slice_same(slice_str(sections[i].name), SLICE("methods.spf")))
            assert_true(config_manual(&sections[i], &expected));
    text_add_octet(&expected, 0);
    assert_true(!expected.bad && expected.len > 100);
    if (!strstr(page, list))
        fail_msg("frank-spf.7 lacks this list:\n%s", list);
}

/* ---- bounds and scouts ---- */

/* threats.md T18, T23: a record made to cause as many questions as it can. */
static void hostile_records_stay_within_the_bounds(void **state)
{
    static char zone[1u << 17];
    struct text t = text_fixed(zone, sizeof zone);
    (void)state;
    text_add_str(&t, "$TTL 300\n");
    text_add_str(&t, "evil.example. TXT \"v=spf1");
    for (unsigned i = 0; i < 10; i++)
        text_addf(&t, " mx:%%{p}.m%u.evil.example", i);
    text_add_str(&t, " -all exp=%{p}.why.example\"\n");
    for (unsigned i = 0; i < 12; i++)
        text_addf(&t, "1.2.0.192.in-addr.arpa. PTR p%u.evil.example.\n", i);
    text_add_str(&t, "p9.evil.example. A 192.0.2.1\n");
    for (unsigned i = 0; i < 10; i++)
        for (unsigned k = 0; k < 10; k++)
            text_addf(&t, "p9.evil.example.m%u.evil.example. MX 10 h%u-%u.evil.example.\n", i, i, k);
    assert_false(t.bad);
    struct player *p = player_new(&spf_method, SLICE(""));
    player_zone(p, text_slice(&t));
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct play play = {
            .ip = SLICE("192.0.2.1"), .helo = SLICE("evil.example"), .from = SLICE("a@evil.example"), .no_scouts = seed % 2, .dns.seed = seed,
        };
        struct played r = player_play(p, &play);
        is(fact_text(r.facts, "reason"), "over-quota", "ten mx of ten hosts, and the client's names");
        assert_true(r.asked <= SPF_ASKS + SPF_HINTS && !r.asked_twice);
    }
    player_free(p);
}

/* A resolver that answers in waves: all that was asked by then, at once. Waves are the latency. */
struct waves { struct resolver resolver; struct zone *zone; struct question q[256]; struct waiter *w[256]; size_t asked, answered; unsigned count; };

static const struct answer *waves_ask(struct resolver *r, const struct question *q, struct waiter *w)
{
    struct waves *s = (struct waves *)r;
    assert_true(s->asked < COUNT_OF(s->q));
    s->q[s->asked] = *q;
    s->w[s->asked++] = w;
    return NULL;
}

static void waves_withdraw(struct resolver *r, struct waiter *w)
{
    struct waves *s = (struct waves *)r;
    for (size_t i = s->answered; i < s->asked; i++)
        if (s->w[i] == w)
            s->w[i] = NULL;
}

static void next_wave(struct waves *s)
{
    size_t end = s->asked;
    s->count++;
    while (s->answered < end) {
        size_t i = s->answered++;
        if (!s->w[i])
            continue;
        const struct answer *a = zone_answer(s->zone, &s->q[i]);
        s->w[i]->deliver(s->w[i], a);
        answer_drop(a);
    }
}

static int64_t no_time(struct clock *c)
{
    (void)c;
    return 0;
}

static void no_luck(struct random *r, void *at, size_t octets)
{
    (void)r;
    memset(at, 1, octets);
}

struct latency { unsigned waves; size_t asked; };

/* Waves from MAIL to the result; HELO came one wave earlier. */
static struct latency latency_of(const char *zone, const char *helo, const char *from, bool no_scouts)
{
    struct waves dns = { .resolver = { waves_ask, waves_withdraw }, .zone = zone_new() };
    struct clock clock = { no_time, no_time };
    struct random luck = { no_luck };
    struct env env = { .dns = &dns.resolver, .clock = &clock, .random = &luck };
    struct config_error error;
    struct zone_error zone_error;
    size_t sections;
    const struct section *list = engine_sections(&sections);
    struct config *config = config_defaults(list, sections);
    struct engine_options options = { .no_scouts = no_scouts, .only = (uint64_t)1 << method_index(&spf_method) };
    struct engine *e = engine_new(&env, config, &options, &error);
    assert_true(e && zone_read(dns.zone, slice_str(zone), &zone_error));
    struct session_facts facts = { .peer = { .family = IP_V4, .octets = { 192, 0, 2, 1 } } };
    struct session *s = session_begin(e, &facts);
    struct txn *t = txn_begin(s, 0, NULL);
    txn_helo(t, slice_str(helo));
    next_wave(&dns);
    dns.count = 0;
    txn_mail(t, slice_str(from), false);
    while (!txn_results(t, &spf_method) && dns.answered < dns.asked)
        next_wave(&dns);
    struct latency result = { dns.count, dns.asked };
    assert_non_null(txn_results(t, &spf_method));
    txn_end(t);
    session_end(s);
    engine_free(e);
    config_free(config);
    zone_free(dns.zone);
    return result;
}

static void scouts_shorten_the_wait(void **state)
{
    static const struct { const char *name, *zone, *helo, *from; unsigned with, without; size_t asked; } vectors[] = {
        { "includes side by side",
          "a.example. TXT \"v=spf1 include:1.example include:2.example include:3.example include:4.example -all\"\n"
          "1.example. TXT \"v=spf1 ip4:192.0.2.2\"\n2.example. TXT \"v=spf1 ip4:192.0.2.2\"\n"
          "3.example. TXT \"v=spf1 ip4:192.0.2.2\"\n4.example. TXT \"v=spf1 ip4:192.0.2.2\"\n",
          "h", "x@a.example", 2, 5, 5 },
        { "includes one in the other",
          "a.example. TXT \"v=spf1 include:1.example -all\"\n1.example. TXT \"v=spf1 include:2.example -all\"\n"
          "2.example. TXT \"v=spf1 mx -all\"\n2.example. MX 1 m.example.\nm.example. A 192.0.2.2\n",
          "h", "x@a.example", 5, 5, 5 },
        { "mx and a", "a.example. TXT \"v=spf1 a mx mx:b.example ~all\"\na.example. A 192.0.2.2\na.example. MX 1 m.example.\n"
          "b.example. MX 1 n.example.\nm.example. A 192.0.2.2\nn.example. A 192.0.2.2\n", "h", "x@a.example", 3, 6, 6 },
        { "nothing behind a certain match", "a.example. TXT \"v=spf1 include:1.example include:2.example -all\"\n"
          "1.example. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n2.example. TXT \"v=spf1 include:3.example -all\"\n", "h", "x@a.example", 2, 2, 3 },
        { "nothing behind a match at once", "a.example. TXT \"v=spf1 ip4:192.0.2.1 include:2.example -all\"\n", "h", "x@a.example", 1, 1, 1 },
        { "nothing behind all", "a.example. TXT \"v=spf1 -all include:2.example\"\n", "h", "x@a.example", 1, 1, 1 },
        { "the HELO name is examined from HELO on", "a.example. TXT \"v=spf1 include:1.example -all\"\n1.example. TXT \"v=spf1 -all\"\n",
          "a.example", "", 1, 2, 2 },
        { "never a name with the local part", "a.example. TXT \"v=spf1 include:1.example exists:%{l}.x.example -all\"\n"
          "1.example. TXT \"v=spf1 -all\"\n", "h", "x@a.example", 3, 3, 3 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct latency with = latency_of(vectors[i].zone, vectors[i].helo, vectors[i].from, false);
        struct latency without = latency_of(vectors[i].zone, vectors[i].helo, vectors[i].from, true);
        if (with.waves != vectors[i].with || without.waves != vectors[i].without || with.asked != vectors[i].asked)
            fail_msg("%s: %u and %u waves, %zu questions", vectors[i].name, with.waves, without.waves, with.asked);
    }
}

/* ---- own failures, threats.md T42 ---- */

/* One message while the nth allocation fails; false once none did. */
static bool survives(uint64_t nth, const char *from, const char *expected)
{
    static const struct question warm[] = {
        { .name = SLICE_INIT("inc.example"), .type = RTYPE_TXT }, { .name = SLICE_INIT("good.example"), .type = RTYPE_TXT }, { .name = SLICE_INIT("exp.example"), .type = RTYPE_TXT },
        { .name = SLICE_INIT("why.example"), .type = RTYPE_TXT }, { .name = SLICE_INIT("h"), .type = RTYPE_TXT },
    };
    struct zone *zone = zone_new();
    struct zone_error zone_error;
    assert_true(zone && zone_read(zone, slice_str(zone_text), &zone_error));
    for (size_t i = 0; i < COUNT_OF(warm); i++)
        answer_drop(zone_answer(zone, &warm[i]));        /* kept by the zone: only what is made of answers may fail */
    struct resolver *dns = zone_resolver_new(zone);
    struct clock clock = { no_time, no_time };
    struct random luck = { no_luck };
    struct env env = { .dns = dns, .clock = &clock, .random = &luck };
    struct config_error error;
    size_t count;
    const struct section *sections = engine_sections(&count);
    struct config *config = config_defaults(sections, count);
    struct engine_options options = { .only = (uint64_t)1 << method_index(&spf_method) };
    struct engine *e = engine_new(&env, config, &options, &error);
    assert_non_null(e);
    struct session_facts facts = { .peer = { .family = IP_V4, .octets = { 203, 0, 113, 9 } } };
    uint64_t before = mem_calls();
    mem_fail_at(nth, false);
    struct session *s = session_begin(e, &facts);
    struct txn *t = s ? txn_begin(s, 0, NULL) : NULL;
    if (t) {
        txn_helo(t, SLICE("h"));
        txn_mail(t, slice_str(from), false);
        txn_end_of_header(t);
        txn_end_of_message(t);
        const struct results *r = txn_results(t, &spf_method);
        if (r && r->count > 0 && r->at[0].word != AUTH_TEMPERROR)
            is(slice_str(auth_result_word(r->at[0].word)), expected, from);
        txn_end(t);
    }
    bool struck = mem_calls() - before >= nth;
    mem_fail_at(0, false);
    if (s)
        session_end(s);
    engine_free(e);
    config_free(config);
    zone_resolver_free(dns);
    zone_free(zone);
    return struck;
}

static void failing_allocations_change_no_result(void **state)
{
    (void)state;
    for (uint64_t nth = 1; survives(nth, "a@inc.example", "neutral"); nth++)
        ;
    for (uint64_t nth = 1; survives(nth, "a@exp.example", "fail"); nth++)
        ;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_it_found),
        cmocka_unit_test(reports_each_identity),
        cmocka_unit_test(facts_have_the_members_of_the_interface),
        cmocka_unit_test(exempt_sessions_are_not_examined),
        cmocka_unit_test(behind_a_relay_without_address_there_is_no_subject),
        cmocka_unit_test(void_max_is_the_last_that_is_allowed),
        cmocka_unit_test(explanations_follow_the_options),
        cmocka_unit_test(manual_has_the_options),
        cmocka_unit_test(hostile_records_stay_within_the_bounds),
        cmocka_unit_test(scouts_shorten_the_wait),
        cmocka_unit_test(failing_allocations_change_no_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
