/*
 * engine_test.c: what the engine itself promises: stages and held replies, whose address is judged, who is exempt, pinned
 * answers, quotas, withdrawing, digests, forged fields, and bounds on what a hostile message costs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/engine.h"
#include "fakes/shuffle_resolver.h"

#define NOW 1700000000
#define STRANGER "203.0.113.9"
#define OWN_HOST "192.0.2.25"
#define RELAY "198.51.100.1"

static const char zone_text[] =
    "$TTL 300\n"
    "sender.example. IN TXT \"v=spf1 ip4:192.0.2.0/24 include:inc.example -all\"\n"
    "inc.example. IN TXT \"v=spf1 ip4:198.51.100.200 ?all\"\n"
    "_dmarc.sender.example. IN TXT \"v=DMARC1; p=reject\"\n"
    "9.113.0.203.in-addr.arpa. IN PTR host.stranger.example.\n"
    "host.stranger.example. IN A 203.0.113.9\n"
    "s1._domainkey.sender.example. IN TXT ( \"v=DKIM1; k=rsa; p=\"\n"
    "    \"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDN/7lQYVRXGReC9Xzylemx8k2WlqDYFWsqujeEO1MA8lUAwQ9/p/u1+c1Wta4+Q687xWxx\"\n"
    "    \"2C+R6eiZr6Fdai+ESBSu4Zz56amJqSCMpGl8yoMxYSScRR1L+1znDASvAA4wf2pn5bzVS0R7PtSuYFWqhyAuCFQO693h+t9e9G2ebQIDAQAB\" )\n";

static void fill_same(struct random *r, void *at, size_t octets)
{
    (void)r;
    memset(at, 3, octets);
}

struct bench {
    struct zone *zone;
    struct shuffle_resolver *dns;
    struct random random;
    struct meter meter;
    struct env env;
    struct config *config;
    struct engine *engine;
    struct session *session;
    struct txn *txn;
    unsigned told;               /* how often host.progress was called */
    bool end_when_told;
};

/* In every configuration here. */
#define COMMON "authserv_id = \"mx.receiver.example\"; "

static void world_open(struct bench *b, const char *conf, struct shuffle_options options)
{
    size_t count;
    struct config_error error = { 0 };
    struct zone_error zone_error = { 0 };
    *b = (struct bench){ .random = { fill_same } };
    assert_int_equal(crypto_start(), STATUS_OK);
    b->zone = zone_new();
    assert_true(zone_read(b->zone, slice_str(zone_text), &zone_error));
    b->dns = shuffle_resolver_new(b->zone, options);
    b->env = (struct env){ .dns = shuffle_resolver(b->dns), .random = &b->random, .meter = &b->meter };
    const struct section *sections = engine_sections(&count);
    b->config = config_parse("test", slice_str(conf), sections, count, &error);
    if (!b->config)
        fail_msg("%s", error.text);
    b->engine = engine_new(&b->env, b->config, NULL, &error);
    if (!b->engine)
        fail_msg("%s", error.text);
}

static void told(void *context, struct txn *t)
{
    struct bench *b = context;
    b->told++;
    if (b->end_when_told && txn_progress(t) != PROGRESS_WAIT) {
        txn_end(t);
        b->txn = NULL;
    }
}

static void session_open(struct bench *b, const struct session_facts *facts)
{
    b->session = session_begin(b->engine, facts);
    assert_non_null(b->session);
}

static void txn_open(struct bench *b)
{
    struct txn_host host = { told, b };
    b->txn = txn_begin(b->session, NOW, &host);
    assert_non_null(b->txn);
}

static void open_from(struct bench *b, const char *conf, const char *client)
{
    struct session_facts facts = { 0 };
    world_open(b, conf, (struct shuffle_options){ .seed = 5 });
    assert_true(ip_parse(slice_str(client), &facts.peer));
    session_open(b, &facts);
    txn_open(b);
}

static void close_all(struct bench *b)
{
    txn_end(b->txn);
    session_end(b->session);
    engine_free(b->engine);
    config_free(b->config);
    assert_int_equal(shuffle_waiting(b->dns), 0);
    shuffle_resolver_free(b->dns);
    zone_free(b->zone);
}

static void answer_all(struct bench *b)
{
    while (shuffle_deliver_one(b->dns))
        ;
}

static void envelope(struct bench *b, const char *from)
{
    txn_helo(b->txn, SLICE("host.stranger.example"));
    txn_mail(b->txn, slice_str(from), false);
    txn_rcpt(b->txn, SLICE("you@receiver.example"));
}

static void fields(struct bench *b, const char *const *list)
{
    for (size_t i = 0; list[i]; i++)
        txn_field(b->txn, slice_str(list[i]));
}

static const char *const plain_header[] = { "From: a@sender.example", "Subject: hello", NULL };

static enum progress finish(struct bench *b)
{
    txn_end_of_header(b->txn);
    answer_all(b);
    txn_body(b->txn, SLICE("hello\r\n"));
    txn_end_of_message(b->txn);
    answer_all(b);
    return txn_progress(b->txn);
}

static const struct result *only_result(const struct bench *b, const struct method *m)
{
    const struct results *all = txn_results(b->txn, m);
    assert_non_null(all);
    return all->count ? &all->at[0] : NULL;
}

static const struct result *result_about(const struct bench *b, const struct method *m, enum identity identity)
{
    const struct results *all = txn_results(b->txn, m);
    assert_non_null(all);
    for (size_t i = 0; i < all->count; i++)
        if (all->at[i].evidence.identity == identity)
            return &all->at[i];
    return NULL;
}

/* ---- stages ---- */

static bool was_asked(const struct bench *b, const char *name, uint16_t type)
{
    return shuffle_times_asked(b->dns, name, type) > 0;
}

static void questions_leave_with_the_fact_they_need(void **state)
{
    struct bench b;
    (void)state;
    open_from(&b, COMMON, STRANGER);
    assert_true(was_asked(&b, "9.113.0.203.in-addr.arpa", RTYPE_PTR));
    assert_false(was_asked(&b, "sender.example", RTYPE_TXT));
    txn_helo(b.txn, SLICE("host.stranger.example"));
    txn_mail(b.txn, SLICE("a@sender.example"), false);
    assert_true(was_asked(&b, "sender.example", RTYPE_TXT));
    assert_false(was_asked(&b, "_dmarc.sender.example", RTYPE_TXT));
    txn_rcpt(b.txn, SLICE("you@receiver.example"));
    txn_field(b.txn, SLICE("From: a@sender.example"));
    assert_true(was_asked(&b, "_dmarc.sender.example", RTYPE_TXT));        /* the scout, at the field */
    assert_int_equal(finish(&b), PROGRESS_DONE);
    close_all(&b);
}

#define REJECTS_AT(stage) COMMON "rules = ( { name = \"r\"; when = [ \"spf = fail\" ]; action = \"reject\"; stage = \"" stage "\"; } );"

static void a_reply_is_held_until_its_results_are_there(void **state)
{
    struct bench b;
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct session_facts facts = { 0 };
        world_open(&b, REJECTS_AT("rcpt"), (struct shuffle_options){ .seed = seed });
        ip_parse(SLICE(STRANGER), &facts.peer);
        session_open(&b, &facts);
        txn_open(&b);
        txn_helo(b.txn, SLICE("host.stranger.example"));
        assert_int_equal(txn_progress(b.txn), PROGRESS_GO);
        txn_mail(b.txn, SLICE("a@sender.example"), false);
        assert_int_equal(txn_progress(b.txn), PROGRESS_GO);               /* this rule acts at RCPT */
        txn_rcpt(b.txn, SLICE("you@receiver.example"));
        enum progress p;
        while ((p = txn_progress(b.txn)) == PROGRESS_WAIT)
            assert_true(shuffle_deliver_one(b.dns));
        assert_int_equal(p, PROGRESS_ACT);
        assert_int_equal(txn_verdict(b.txn)->disposition, DISPOSITION_REJECT);
        assert_int_equal(txn_verdict(b.txn)->reply.code / 100, 5);
        close_all(&b);
    }
}

static void a_verdict_ends_questions_and_runs(void **state)
{
    struct bench b;
    (void)state;
    open_from(&b, REJECTS_AT("mail"), STRANGER);
    txn_helo(b.txn, SLICE("host.stranger.example"));
    txn_mail(b.txn, SLICE("a@sender.example"), false);
    while (txn_progress(b.txn) == PROGRESS_WAIT)
        assert_true(shuffle_deliver_one(b.dns));
    assert_int_equal(txn_progress(b.txn), PROGRESS_ACT);
    assert_int_equal(shuffle_waiting(b.dns), 0);
    unsigned asked = shuffle_asked(b.dns);
    size_t results, after;
    txn_all_results(b.txn, &results);
    txn_rcpt(b.txn, SLICE("you@receiver.example"));                       /* clients go on, MTAs too */
    assert_int_equal(txn_progress(b.txn), PROGRESS_ACT);
    fields(&b, plain_header);
    txn_field(b.txn, SLICE("DKIM-Signature: v=1; a=rsa-sha256; d=sender.example; s=s1; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA"));
    assert_int_equal(finish(&b), PROGRESS_DONE);
    txn_all_results(b.txn, &after);
    assert_int_equal(shuffle_asked(b.dns), asked);
    assert_int_equal(after, results);
    assert_int_equal(b.meter.counts[METRIC_MESSAGES], 1);
    assert_int_equal(b.meter.counts[METRIC_REJECTED], 1);
    size_t n;
    const struct action *a = txn_actions(b.txn, &n);
    assert_true(n == 1 && a[0].kind == ACTION_REPLY && a[0].reply.code / 100 == 5);
    close_all(&b);
}

static void the_host_may_end_a_transaction_when_told(void **state)
{
    struct bench b;
    (void)state;
    open_from(&b, COMMON, STRANGER);
    envelope(&b, "a@sender.example");
    fields(&b, plain_header);
    txn_end_of_header(b.txn);
    txn_end_of_message(b.txn);
    assert_int_equal(txn_progress(b.txn), PROGRESS_WAIT);
    assert_int_equal(b.told, 0);
    b.end_when_told = true;
    answer_all(&b);
    assert_null(b.txn);
    assert_true(b.told > 0);
    close_all(&b);
}

static void nothing_is_left_open_when_all_is_done(void **state)
{
    struct bench b;
    (void)state;
    open_from(&b, COMMON, OWN_HOST);
    envelope(&b, "a@sender.example");
    fields(&b, plain_header);
    txn_end_of_header(b.txn);
    txn_end_of_message(b.txn);
    while (txn_progress(b.txn) == PROGRESS_WAIT)
        assert_true(shuffle_deliver_one(b.dns));
    assert_int_equal(shuffle_waiting(b.dns), 0);          /* hints nobody needed were withdrawn */
    close_all(&b);
    open_from(&b, COMMON, OWN_HOST);                      /* an ABORT in the middle */
    envelope(&b, "a@sender.example");
    assert_true(shuffle_waiting(b.dns) > 0);
    close_all(&b);
}

/* ---- pinned answers ---- */

static void an_answer_is_asked_for_once_and_stays(void **state)
{
    struct bench b;
    unsigned needed[2] = { 0, 0 };
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct session_facts facts = { 0 };
        world_open(&b, COMMON "methods = { rmx = { enabled = true; }; dmp = { enabled = true; }; };",
                   (struct shuffle_options){ .seed = seed, .contradict = true, .at_once_per_thousand = 300 });
        ip_parse(SLICE(OWN_HOST), &facts.peer);
        session_open(&b, &facts);
        txn_open(&b);
        envelope(&b, "a@sender.example");
        fields(&b, plain_header);
        assert_int_equal(finish(&b), PROGRESS_DONE);
        assert_false(shuffle_asked_twice(b.dns));
        assert_int_equal(result_about(&b, &spf_method, IDENTITY_MAILFROM)->word, AUTH_PASS);
        assert_int_equal(only_result(&b, &dmarc_method)->word, AUTH_PASS);
        assert_int_equal(txn_counts(b.txn).questions, shuffle_asked(b.dns));
        /* What a method needed is the same in every order, whatever its scout saw. */
        for (size_t i = 0; i < COUNT_OF(needed); i++) {
            unsigned now = txn_questions_of(b.txn, i == 0 ? &spf_method : &dmarc_method);
            assert_true(now > 0 && (seed == 0 || now == needed[i]));
            needed[i] = now;
        }
        close_all(&b);
    }
}

static void count_pinned(void *context, const struct answer *a)
{
    (void)a;
    ++*(unsigned *)context;
}

static void a_deadline_pins_timeouts(void **state)
{
    struct bench b;
    unsigned pinned = 0;
    (void)state;
    open_from(&b, COMMON "rules = \"strict\";", STRANGER);
    envelope(&b, "a@sender.example");
    fields(&b, plain_header);
    txn_end_of_header(b.txn);
    txn_end_of_message(b.txn);
    assert_int_equal(txn_progress(b.txn), PROGRESS_WAIT);
    txn_deadline(b.txn);
    txn_deadline(b.txn);
    assert_int_equal(txn_progress(b.txn), PROGRESS_DONE);
    assert_int_equal(shuffle_waiting(b.dns), 0);
    assert_true(txn_counts(b.txn).deadline);
    assert_int_equal(txn_verdict(b.txn)->disposition, DISPOSITION_DEFER);
    assert_int_equal(txn_verdict(b.txn)->reply.code, 451);
    txn_pinned(b.txn, count_pinned, &pinned);
    assert_true(pinned >= txn_counts(b.txn).questions);
    assert_int_equal(b.meter.counts[METRIC_DEADLINES], 1);
    close_all(&b);
}

/* ---- quotas ---- */

/* Twenty signatures whose keys cannot be had, each for a name far below the author's: their walks are more than DMARC may ask. */
static void questions_over_the_quota_are_not_asked(void **state)
{
    struct bench b;
    struct zone_error error;
    (void)state;
    open_from(&b, COMMON, STRANGER);
    envelope(&b, "a@other.example");
    txn_field(b.txn, SLICE("From: a@sender.example"));
    for (unsigned i = 0; i < 20; i++) {
        char text[400], line[100];
        snprintf(line, sizeof line, "; servfail s._domainkey.a%u.b%u.c%u.d%u.sender.example\n", i, i, i, i);
        assert_true(zone_read(b.zone, slice_str(line), &error));
        snprintf(text, sizeof text, "DKIM-Signature: v=1; a=rsa-sha256; d=a%u.b%u.c%u.d%u.sender.example; s=s; h=from;"
                 " bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA", i, i, i, i);
        txn_field(b.txn, slice_str(text));
    }
    assert_int_equal(finish(&b), PROGRESS_DONE);
    struct txn_counts counts = txn_counts(b.txn);
    assert_true(counts.over_quota > 0);
    uint64_t most = 0;
    for (size_t i = 0; methods[i]; i++)
        most += engine_method_enabled(b.engine, methods[i]) ? (uint64_t)methods[i]->subjects_max * methods[i]->asks + methods[i]->hints : 0;
    assert_true(counts.questions <= most);
    assert_int_equal(only_result(&b, &dmarc_method)->word, AUTH_TEMPERROR);
    close_all(&b);
}

/* Else each answer to one method's hints would have all other methods read the header again (threats.md T18). */
static void a_scout_runs_for_what_it_hinted_itself(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct bench b;
        struct session_facts facts = { 0 };
        world_open(&b, COMMON, (struct shuffle_options){ .seed = seed });
        ip_parse(SLICE(STRANGER), &facts.peer);
        session_open(&b, &facts);
        txn_open(&b);
        envelope(&b, "a@sender.example");
        answer_all(&b);
        fields(&b, plain_header);
        for (unsigned i = 0; i < 16; i++) {
            char text[300];
            snprintf(text, sizeof text, "DKIM-Signature: v=1; a=rsa-sha256; d=sender.example; s=x%u; h=from;"
                     " bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA", i);
            txn_field(b.txn, slice_str(text));
        }
        txn_end_of_header(b.txn);
        unsigned before = txn_counts(b.txn).scout_runs;
        unsigned waiting = shuffle_waiting(b.dns);
        answer_all(&b);
        assert_true(waiting >= 16 && txn_counts(b.txn).scout_runs - before <= waiting);
        close_all(&b);
    }
}

static void bad_names_are_not_asked(void **state)
{
    static const char *const senders[] = {
        "a@..", "a@.example", "a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example", "a@[192.0.2.1]", "a", "", "@", "<a@b", "a@b>c",
        "a@x\x01y.example", "a@\xff\xfe.example", "\"a@b\"@", "a@sender.example.", "a@*.example",
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(senders); i++) {
        struct bench b;
        open_from(&b, COMMON "rules = \"strict\";", STRANGER);
        envelope(&b, senders[i]);
        fields(&b, plain_header);
        assert_int_equal(finish(&b), PROGRESS_DONE);
        for (unsigned k = 0; k < shuffle_asked(b.dns); k++)
            assert_true(name_askable(shuffle_question(b.dns, k).name));
        txn_record(b.txn);
        close_all(&b);
    }
}

/* ---- whose address ---- */

static const struct { const char *name; const char *const received[12]; const char *client; const char *helo; } relayed[] = {
    { "who gave it to the gateway", { "Received: from mail.sender.example (mail.sender.example [192.0.2.25]) by gw.receiver.example (Postfix) with ESMTP id A1;"
        " Tue, 14 Nov 2023 22:13:20 +0000" }, "192.0.2.25", "mail.sender.example" },
    { "a gateway behind a gateway", {
        "Received: from gw2.receiver.example (gw2.receiver.example [198.51.100.2]) by gw.receiver.example (Postfix) with ESMTP id A1; Tue, 14 Nov 2023 22:13:20 +0000",
        "Received: from x.stranger.example (unknown [203.0.113.9]) by gw2.receiver.example (Postfix) with ESMTP id A2; Tue, 14 Nov 2023 22:13:20 +0000",
        "Received: from mail.sender.example (mail.sender.example [192.0.2.25]) by x.stranger.example (Postfix) with ESMTP id A3; Tue, 14 Nov 2023 22:13:20 +0000" },
        "203.0.113.9", "x.stranger.example" },
    { "no Received field", { NULL }, NULL, "" },
    { "one that says nothing", { "Received: by gw.receiver.example; Tue, 14 Nov 2023 22:13:20 +0000",
        "Received: from mail.sender.example (mail.sender.example [192.0.2.25]) by gw.receiver.example (Postfix) with ESMTP id A1;"
        " Tue, 14 Nov 2023 22:13:20 +0000" }, NULL, "" },
    { "garbage", { "Received: \xff[]((" }, NULL, "" },
};

#define RELAYS COMMON "trusted_relays = [ \"198.51.100.0/28\" ]; rules = \"strict\";"

static void behind_a_relay_the_received_field_names_the_client(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(relayed); i++) {
        struct bench b;
        struct ip expected = { .family = IP_NONE };
        open_from(&b, RELAYS, RELAY);
        envelope(&b, "a@sender.example");
        assert_true(b.session->via_relay);
        assert_int_equal(b.txn->client.family, IP_NONE);
        assert_int_equal(shuffle_asked(b.dns), 0);                        /* nobody to ask about yet */
        assert_int_equal(txn_progress(b.txn), PROGRESS_GO);
        fields(&b, relayed[i].received);
        fields(&b, plain_header);
        assert_int_equal(finish(&b), PROGRESS_DONE);
        if (relayed[i].client)
            assert_true(ip_parse(slice_str(relayed[i].client), &expected));
        if (b.txn->client.family != expected.family || (expected.family != IP_NONE && !ip_same(&b.txn->client, &expected)))
            fail_msg("%s", relayed[i].name);
        assert_true(slice_same(b.txn->helo, slice_str(relayed[i].helo)));
        const struct result *spf = result_about(&b, &spf_method, IDENTITY_MAILFROM);
        assert_true(relayed[i].client ? spf && spf->word == (i == 0 ? AUTH_PASS : AUTH_FAIL) : !spf || spf->word == AUTH_NONE);
        close_all(&b);
    }
}

static void relays_are_followed_to_a_bound(void **state)
{
    (void)state;
    for (unsigned gateways = 8; gateways <= 11; gateways++) {
        struct bench b;
        open_from(&b, RELAYS, RELAY);
        envelope(&b, "a@sender.example");
        for (unsigned i = 0; i < gateways; i++)
            txn_field(b.txn, SLICE("Received: from gw.receiver.example (gw [198.51.100.2]) by gw (Postfix) with ESMTP id A1; Tue, 14 Nov 2023 22:13:20 +0000"));
        txn_field(b.txn, SLICE("Received: from h.example (h.example [192.0.2.25]) by gw (Postfix) with ESMTP id A1; Tue, 14 Nov 2023 22:13:20 +0000"));
        fields(&b, plain_header);
        assert_int_equal(finish(&b), PROGRESS_DONE);
        assert_int_equal(b.txn->client.family, gateways <= 9 ? IP_V4 : IP_NONE);
        close_all(&b);
    }
}

/* ---- exempt sessions ---- */

static const struct { const char *name, *conf, *client, *user; bool local; enum exempt exempt; } sessions[] = {
    { "a stranger", "", STRANGER, "", false, EXEMPT_NO },
    { "who logged in", "", STRANGER, "kim", false, EXEMPT_AUTHENTICATED },
    { "on our network", "internal_networks = [ \"203.0.113.0/24\" ];", STRANGER, "", false, EXEMPT_INTERNAL },
    { "next to our network", "internal_networks = [ \"203.0.113.0/29\" ];", STRANGER, "", false, EXEMPT_NO },
    { "a relay is not internal", "internal_networks = [ \"203.0.113.0/24\" ]; trusted_relays = [ \"203.0.113.9\" ];", STRANGER, "", false, EXEMPT_NO },
    { "here", "", NULL, "", true, EXEMPT_LOCAL },
    { "mapped into IPv6", "internal_networks = [ \"203.0.113.0/24\" ];", "::ffff:203.0.113.9", "", false, EXEMPT_INTERNAL },
};

static void exempt_sessions_are_not_examined(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(sessions); i++) {
        struct bench b;
        char conf[400];
        struct session_facts facts = { .local = sessions[i].local, .auth_user = slice_str(sessions[i].user) };
        snprintf(conf, sizeof conf, COMMON "rules = \"strict\"; %s", sessions[i].conf);
        world_open(&b, conf, (struct shuffle_options){ 0 });
        if (sessions[i].client)
            assert_true(ip_parse(slice_str(sessions[i].client), &facts.peer));
        session_open(&b, &facts);
        txn_open(&b);
        envelope(&b, "a@sender.example");
        fields(&b, plain_header);
        assert_int_equal(finish(&b), PROGRESS_DONE);
        if (b.session->exempt != sessions[i].exempt)
            fail_msg("%s: %s", sessions[i].name, exempt_name(b.session->exempt));
        bool exempt = sessions[i].exempt != EXEMPT_NO;
        assert_int_equal(txn_verdict(b.txn)->disposition == DISPOSITION_ACCEPT, exempt);
        assert_int_equal(was_asked(&b, "sender.example", RTYPE_TXT), !exempt && !b.session->via_relay);
        close_all(&b);
    }
}

/* Of an exempt session a method whose subjects the configuration names says once that it was not examined; where none is named, nothing. */
static void exempt_sessions_have_no_result_of_nothing(void **state)
{
    static const struct { const char *conf; size_t results; } table[] = {
        { "", 0 },
        { "methods = { dnslist = { lists = ( { name = \"one\"; zone = \"one.test\"; }, { name = \"two\"; zone = \"two.test\"; } ); }; };", 1 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        struct bench b;
        char conf[400];
        snprintf(conf, sizeof conf, COMMON "internal_networks = [ \"203.0.113.0/24\" ]; %s", table[i].conf);
        open_from(&b, conf, STRANGER);
        envelope(&b, "a@sender.example");
        fields(&b, plain_header);
        assert_int_equal(finish(&b), PROGRESS_DONE);
        const struct results *set = txn_results(b.txn, method_named(SLICE("dnslist")));
        assert_non_null(set);
        assert_int_equal(set->count, table[i].results);
        if (set->count > 0)
            assert_int_equal(set->at[0].reason, set->at[0].method->reason_exempt);
        close_all(&b);
    }
}

/* Names that change as often as a client likes cost a session no more than its bound, and trust nobody. */
static void a_session_is_bounded(void **state)
{
    struct bench b;
    struct session_facts facts = { 0 };
    char name[900];
    (void)state;
    world_open(&b, COMMON, (struct shuffle_options){ 0 });
    ip_parse(SLICE(STRANGER), &facts.peer);
    session_open(&b, &facts);
    for (unsigned i = 0; i < 1000; i++) {
        memset(name, 'a', sizeof name);
        snprintf(name, 12, "%u", i);
        name[strlen(name)] = 'x';
        session_set_helo(b.session, slice_of((const uint8_t *)name, sizeof name));
        session_set_auth(b.session, slice_of((const uint8_t *)name, sizeof name), SLICE("PLAIN"));
        session_set_auth(b.session, SLICE(""), SLICE(""));
        assert_int_equal(b.session->exempt, EXEMPT_NO);
    }
    txn_open(&b);
    txn_mail(b.txn, SLICE("a@sender.example"), false);
    fields(&b, plain_header);
    assert_int_equal(finish(&b), PROGRESS_DONE);
    close_all(&b);
}

/* ---- bodies ---- */

static struct slice signature(char *text, size_t size, const char *length)
{
    snprintf(text, size, "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=sender.example; s=s1; h=from;%s"
             " bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA", length);
    return slice_str(text);
}

static const struct { const char *name, *length; const char *body; bool enough_before, enough_after; } bodies[] = {
    { "no signature", NULL, "text\r\n", true, true },
    { "all of it", "", "text\r\n", false, false },
    { "less than l=", " l=10;", "text\r\n", false, false },
    { "just l=", " l=6;", "text\r\n", false, false },             /* more may follow, and is then unsigned */
    { "more than l=", " l=4;", "text\r\nmore\r\n", false, true },
    { "nothing signed", " l=0;", "text\r\n", false, true },
    { "empty lines may be the end", " l=6;", "text\r\n\r\n\r\n", false, false },
};

static void a_body_is_enough_when_no_digest_can_change(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        struct bench b;
        char text[400];
        open_from(&b, COMMON, STRANGER);
        envelope(&b, "a@sender.example");
        fields(&b, plain_header);
        if (bodies[i].length)
            txn_field(b.txn, signature(text, sizeof text, bodies[i].length));
        txn_end_of_header(b.txn);
        if (txn_body_enough(b.txn) != bodies[i].enough_before)
            fail_msg("%s: before", bodies[i].name);
        txn_body(b.txn, slice_str(bodies[i].body));
        if (txn_body_enough(b.txn) != bodies[i].enough_after)
            fail_msg("%s: after", bodies[i].name);
        txn_end_of_message(b.txn);
        answer_all(&b);
        assert_int_equal(txn_progress(b.txn), PROGRESS_DONE);
        close_all(&b);
    }
}

/* Eight different digests are computed, the others are too many, and none of it is our failure. */
static void digests_are_bounded(void **state)
{
    (void)state;
    for (unsigned n = DIGESTS_MAX - 1; n <= DIGESTS_MAX + 3; n++) {
        struct bench b;
        char text[400], length[20];
        open_from(&b, COMMON, STRANGER);
        envelope(&b, "a@sender.example");
        fields(&b, plain_header);
        for (unsigned i = 0; i < n; i++) {
            snprintf(length, sizeof length, " l=%u;", i);
            txn_field(b.txn, signature(text, sizeof text, length));
        }
        assert_int_equal(finish(&b), PROGRESS_DONE);
        const struct results *dkim = txn_results(b.txn, &dkim_method);
        assert_true(dkim && dkim->count >= n);
        unsigned too_many = 0;
        for (size_t i = 0; i < dkim->count; i++) {
            assert_true(dkim->at[i].word == AUTH_FAIL || dkim->at[i].word == AUTH_NEUTRAL);
            too_many += strcmp(dkim_method.reasons[dkim->at[i].reason].name, "too-many-digests") == 0;
        }
        assert_int_equal(too_many, n > DIGESTS_MAX ? n - DIGESTS_MAX : 0);
        assert_int_not_equal(txn_verdict(b.txn)->disposition, DISPOSITION_DEFER);
        close_all(&b);
    }
}

/* ---- forged fields ---- */

static unsigned deletions(struct bench *b, const char *name, unsigned *highest, unsigned *lowest)
{
    size_t n;
    unsigned count = 0;
    const struct action *a = txn_actions(b->txn, &n);
    *highest = 0;
    *lowest = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        if (a[i].kind != ACTION_DELETE_FIELD || !slice_same_nocase(a[i].name, slice_str(name)))
            continue;
        assert_true(a[i].nth < *lowest);                                  /* last index first */
        *highest = a[i].nth > *highest ? a[i].nth : *highest;
        *lowest = a[i].nth;
        count++;
    }
    return count;
}

static void forged_fields_go_last_index_first(void **state)
{
    static const char *const header[] = {
        "Authentication-Results: other.example; spf=pass",                /* 1: stays */
        "Authentication-Results: mx.receiver.example; dmarc=pass",        /* 2 */
        "X-Frank-Disposition: quarantine",
        "authentication-results : MX.Receiver.Example. ; dmarc=pass",     /* 3 */
        "Authentication-Results:",                                        /* 4: nobody's */
        "From: a@sender.example", NULL,
    };
    struct bench b;
    unsigned highest, lowest;
    (void)state;
    open_from(&b, COMMON, STRANGER);
    envelope(&b, "a@sender.example");
    fields(&b, header);
    assert_int_equal(finish(&b), PROGRESS_DONE);
    assert_int_equal(deletions(&b, "Authentication-Results", &highest, &lowest), 3);
    assert_true(highest == 4 && lowest == 2);
    assert_int_equal(deletions(&b, "X-Frank-Disposition", &highest, &lowest), 1);
    assert_int_equal(b.meter.counts[METRIC_FORGED_REMOVED], 4);
    close_all(&b);
}

#define FORGED SLICE("Authentication-Results: mx.receiver.example; dmarc=pass")

/* Beyond the thousand fields that are kept, and beyond what can be noted of those that are not. */
static void forged_fields_beyond_the_bounds_go_too(void **state)
{
    static const unsigned behind[] = { 1, 3000, 4096, 4097, 6000 };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(behind); i++) {
        struct bench b;
        unsigned highest, lowest;
        open_from(&b, COMMON "on_failure = \"accept\";", STRANGER);
        envelope(&b, "a@sender.example");
        txn_field(b.txn, SLICE("From: a@sender.example"));
        for (unsigned k = 1; k < MESSAGE_FIELDS_MAX; k++)
            txn_field(b.txn, SLICE("X-Filler: x"));
        for (unsigned k = 0; k < behind[i]; k++)
            txn_field(b.txn, FORGED);
        assert_int_equal(finish(&b), PROGRESS_DONE);
        unsigned count = deletions(&b, "Authentication-Results", &highest, &lowest);
        if (txn_verdict(b.txn)->disposition == DISPOSITION_ACCEPT)
            assert_true(count == behind[i] && highest == behind[i] && lowest == 1);
        else
            assert_true(behind[i] > 4096 && txn_verdict(b.txn)->disposition == DISPOSITION_DEFER);
        assert_int_equal(only_result(&b, &dmarc_method)->word, AUTH_PERMERROR);
        close_all(&b);
    }
}

/* ---- what a hostile message costs ---- */

/* One field's text, repeated until the header is full. */
static const struct { const char *name, *before, *again, *after; unsigned repeat, times; } hostile[] = {
    { "addresses in From", "From: ", "a@b.example,", "c@d.example", 80000, 1 },
    { "comments in From", "From: ", "()", "a@sender.example", 500000, 1 },
    { "open comments in From", "From: ", "(", "a@sender.example", 1000000, 1 },
    { "quoted pairs in From", "From: \"", "\\\\", "\" <a@sender.example>", 500000, 1 },
    { "many From fields", "From: ", "a@b.example,", "a@sender.example", 70, 990 },
    { "tags of signatures", "DKIM-Signature: v=1; a=rsa-sha256; d=sender.example; s=s1; bh=AAAA; b=AAAA; ", "x=y;", "", 250, 900 },
    { "names signed", "DKIM-Signature: v=1; a=rsa-sha256; d=sender.example; s=s1; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA; h=from:", "x:", "to", 20000, 20 },
    { "results", "Authentication-Results: mx.receiver.example; ", "spf=pass smtp.mailfrom=a@b.example;", "dkim=pass", 20, 990 },
    { "one long result", "Authentication-Results: a.example; ", "spf=pass;", "dkim=pass", 110000, 1 },
    { "reasons in results", "Authentication-Results: a.example; spf=pass reason=\"", "\\\"", "\"", 500000, 1 },
    { "sealed results", "ARC-Authentication-Results: i=1; a.example; ", "spf=pass;", "dkim=pass", 2000, 49 },
    { "seals", "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=sender.example; s=s1; b=AAAA; ", "x=y;", "", 200, 900 },
    { "received", "Received: ", "from a (b [192.0.2.1]) by c ", "; Tue, 14 Nov 2023 22:13:20 +0000", 30, 990 },
    { "folds", "Subject: ", "\r\n ", "x", 340000, 1 },
    { "empty fields", "X:", "", "", 0, 1000 },
};

static void hostile_headers_are_no_failure_of_ours(void **state)
{
    static char room[(1u << 20) + 4096];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(hostile); i++) {
        struct bench b;
        struct text t = text_fixed(room, sizeof room);
        text_add_str(&t, hostile[i].before);
        for (unsigned k = 0; k < hostile[i].repeat; k++)
            text_add_str(&t, hostile[i].again);
        text_add_str(&t, hostile[i].after);
        assert_false(t.bad);
        open_from(&b, COMMON "rules = \"strict\"; methods = { rmx = { enabled = true; }; };", OWN_HOST);
        envelope(&b, "a@sender.example");
        for (unsigned k = 0; k < hostile[i].times; k++)
            txn_field(b.txn, text_slice(&t));
        fields(&b, plain_header);
        assert_int_equal(finish(&b), PROGRESS_DONE);
        size_t n;
        txn_actions(b.txn, &n);
        txn_record(b.txn);
        struct txn_counts counts = txn_counts(b.txn);
        if (slice_same(txn_verdict(b.txn)->rule, SLICE("own-failure")) || counts.memory > 16u << 20)
            fail_msg("%s: %s, %zu octets", hostile[i].name, disposition_name(txn_verdict(b.txn)->disposition), counts.memory);
        close_all(&b);
    }
}

/* Thousands of recipients, with a rule that is asked at each. */
static void recipients_are_bounded(void **state)
{
    struct bench b;
    (void)state;
    open_from(&b, COMMON "rules = ( { name = \"r\"; when = [ \"recipient in trap\" ]; action = \"reject\"; } ); tables = { trap = [ \"trap@receiver.example\" ]; };", STRANGER);
    txn_helo(b.txn, SLICE("host.stranger.example"));
    txn_mail(b.txn, SLICE("a@sender.example"), false);
    answer_all(&b);
    for (unsigned i = 0; i < 3000; i++) {
        char text[60];
        snprintf(text, sizeof text, "u%u@receiver.example", i);
        txn_rcpt(b.txn, slice_str(text));
        assert_int_equal(txn_progress(b.txn), PROGRESS_GO);
    }
    assert_int_equal(b.txn->recipient_count, RECIPIENTS_MAX);
    assert_int_equal(b.txn->recipient_total, 3000);
    fields(&b, plain_header);
    assert_int_equal(finish(&b), PROGRESS_DONE);
    assert_true(txn_counts(b.txn).memory < 4u << 20);
    close_all(&b);
}

/* RFC 5321 3.3: who is refused is no recipient; the message goes on to the others, in whatever order they came. */
static void a_refused_recipient_leaves_the_others(void **state)
{
    static const char *const orders[][3] = {
        { "trap@receiver.example", "you@receiver.example", "her@receiver.example" },
        { "you@receiver.example", "trap@receiver.example", "her@receiver.example" },
        { "you@receiver.example", "her@receiver.example", "trap@receiver.example" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        struct bench b;
        open_from(&b, COMMON "rules = ( { name = \"r\"; when = [ \"recipient in trap\" ]; action = \"reject\"; } ); tables = { trap = [ \"trap@receiver.example\" ]; };", STRANGER);
        txn_helo(b.txn, SLICE("host.stranger.example"));
        txn_mail(b.txn, SLICE("a@sender.example"), false);
        for (size_t k = 0; k < 3; k++) {
            txn_rcpt(b.txn, slice_str(orders[i][k]));
            assert_int_equal(txn_progress(b.txn), orders[i][k][0] == 't' ? PROGRESS_ACT : PROGRESS_GO);
        }
        assert_int_equal(b.txn->recipient_count, 2);
        fields(&b, plain_header);
        assert_int_equal(finish(&b), PROGRESS_DONE);
        assert_int_equal(txn_verdict(b.txn)->disposition, DISPOSITION_ACCEPT);
        assert_non_null(fact_find(fact_find(txn_record(b.txn), "session"), "rcpt_refused"));
        close_all(&b);
    }
}

/* However many recipients there are, and rules about them: none is told "go on" and not counted, or deferred for want of memory. */
static void many_recipients_and_many_rules(void **state)
{
    char conf[8192], rcpt[256];
    struct text c = text_fixed(conf, sizeof conf - 1);
    struct bench b;
    (void)state;
    text_add_str(&c, COMMON "rules = ( ");
    for (unsigned i = 0; i < 32; i++)
        text_addf(&c, "%s{ name = \"r%u\"; when = [ \"recipient = trap%u@receiver.example\" ]; action = \"reject\"; }", i ? ", " : "", i, i);
    text_add_str(&c, " );");
    conf[c.len] = '\0';
    open_from(&b, conf, STRANGER);
    txn_helo(b.txn, SLICE("host.stranger.example"));
    txn_mail(b.txn, SLICE("a@sender.example"), false);
    for (unsigned i = 0; i < RECIPIENTS_MAX; i++) {
        struct text t = text_fixed(rcpt, sizeof rcpt);
        text_addf(&t, "<u%u+", i);
        for (unsigned k = 0; k < 180; k++)
            text_add_octet(&t, 'x');
        text_add_str(&t, "@receiver.example>");
        txn_rcpt(b.txn, text_slice(&t));
        assert_int_equal(txn_progress(b.txn), PROGRESS_GO);
    }
    assert_int_equal(b.txn->recipient_count, RECIPIENTS_MAX);
    close_all(&b);
}

/* A message over its memory is deferred, even where failures pass: what was not seen cannot be removed. */
static void a_message_over_its_memory_waits(void **state)
{
    static char field[240000];
    struct bench b;
    (void)state;
    memset(field, 'x', sizeof field);
    memcpy(field, "X: ", 3);
    open_from(&b, COMMON "on_failure = \"accept\"; limits = { memory = \"1M\"; };", STRANGER);
    envelope(&b, "a@sender.example");
    for (unsigned i = 0; i < 4; i++)
        txn_field(b.txn, slice_of((const uint8_t *)field, sizeof field));
    for (unsigned i = 0; i < 900; i++)
        txn_field(b.txn, SLICE("X: y"));
    fields(&b, plain_header);
    txn_end_of_header(b.txn);
    txn_end_of_message(b.txn);
    answer_all(&b);
    if (txn_progress(b.txn) == PROGRESS_WAIT)
        txn_deadline(b.txn);
    assert_int_equal(txn_progress(b.txn), PROGRESS_DONE);
    size_t n;
    txn_actions(b.txn, &n);
    assert_int_equal(txn_verdict(b.txn)->disposition, DISPOSITION_DEFER);
    assert_int_equal(txn_verdict(b.txn)->reply.code, 451);
    assert_int_equal(b.meter.counts[METRIC_OWN_FAILURES], 1);
    close_all(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_leave_with_the_fact_they_need),
        cmocka_unit_test(a_reply_is_held_until_its_results_are_there),
        cmocka_unit_test(a_verdict_ends_questions_and_runs),
        cmocka_unit_test(the_host_may_end_a_transaction_when_told),
        cmocka_unit_test(nothing_is_left_open_when_all_is_done),
        cmocka_unit_test(an_answer_is_asked_for_once_and_stays),
        cmocka_unit_test(a_deadline_pins_timeouts),
        cmocka_unit_test(questions_over_the_quota_are_not_asked),
        cmocka_unit_test(a_scout_runs_for_what_it_hinted_itself),
        cmocka_unit_test(bad_names_are_not_asked),
        cmocka_unit_test(behind_a_relay_the_received_field_names_the_client),
        cmocka_unit_test(relays_are_followed_to_a_bound),
        cmocka_unit_test(exempt_sessions_are_not_examined),
        cmocka_unit_test(exempt_sessions_have_no_result_of_nothing),
        cmocka_unit_test(a_session_is_bounded),
        cmocka_unit_test(a_body_is_enough_when_no_digest_can_change),
        cmocka_unit_test(digests_are_bounded),
        cmocka_unit_test(forged_fields_go_last_index_first),
        cmocka_unit_test(forged_fields_beyond_the_bounds_go_too),
        cmocka_unit_test(hostile_headers_are_no_failure_of_ours),
        cmocka_unit_test(recipients_are_bounded),
        cmocka_unit_test(a_refused_recipient_leaves_the_others),
        cmocka_unit_test(many_recipients_and_many_rules), cmocka_unit_test(a_message_over_its_memory_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
