/*
 * faults_test.c: threats.md T42: the k-th allocation fails, once or from then on, for every k that one message
 * makes. Whatever k: no crash, no leak (the sanitizers look), and never a better word for the message than without the fault.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dns/zone.h"
#include "engine/engine.h"
#include "env/zone_resolver.h"

#define FAULTS_MAX 20000        /* more allocations than one message makes */

static const char zone_text[] =
    "$TTL 300\n"
    "sender.example. IN TXT \"v=spf1 a mx include:inc.example exists:%{i}.x.example ptr -all\"\n"
    "inc.example. IN TXT \"v=spf1 ip4:198.51.100.0/24 redirect=red.example\"\n"
    "red.example. IN TXT \"v=spf1 ?all\"\n"
    "sender.example. IN MX 10 mx.sender.example.\n"
    "mx.sender.example. IN A 192.0.2.25\n"
    "_dmarc.sender.example. IN TXT \"v=DMARC1; p=reject; rua=mailto:a@sender.example\"\n"
    "_rmx.sender.example. IN TXT \"ipv4:192.0.2.0/24 host:mx.sender.example domain:\"\n"
    "_smtp-client.sender.example. IN TXT \"dmp=\"\n"
    "9.113.0.203.in-addr.arpa. IN PTR host.stranger.example.\n"
    "host.stranger.example. IN A 203.0.113.9\n"
    "s1._domainkey.sender.example. IN TXT \"v=DKIM1; k=rsa; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALVI635dLK4cJJAH3Lx6upo3X/Lm1tQz3mweWTcTA3BUBsnIsyx5lWLQvVu1Z5vD6TqHoAB6F8OfyGhn2zqGl2cCAwEAAQ==\"\n";

static const char *const header[] = {
    "Authentication-Results: mx.receiver.example; dmarc=pass header.from=sender.example",
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=sender.example; s=s1; h=from:to:subject; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA",
    "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=sender.example; s=s1; t=1; b=AAAA",
    "ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=sender.example; s=s1; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA",
    "ARC-Authentication-Results: i=1; sender.example; spf=pass",
    "DomainKey-Signature: a=rsa-sha1; c=nofws; q=dns; d=sender.example; s=s1; h=from:to:subject; b=AAAA",
    "From: A <a@sender.example>",
    "To: you@receiver.example",
    "Subject: hello",
};

static void fill_same(struct random *r, void *at, size_t octets)
{
    (void)r;
    memset(at, 7, octets);
}

struct world { struct zone *zone; struct resolver *dns; struct random random; struct env env; struct config *config; struct engine *engine; };

static void world_make(struct world *w, const char *conf)
{
    size_t count;
    struct config_error error = { 0 };
    struct zone_error zone_error = { 0 };
    *w = (struct world){ .random = { fill_same } };
    assert_int_equal(crypto_start(), STATUS_OK);
    w->zone = zone_new();
    assert_true(zone_read(w->zone, slice_str(zone_text), &zone_error));
    w->dns = zone_resolver_new(w->zone);
    w->env = (struct env){ .dns = w->dns, .random = &w->random };
    const struct section *sections = engine_sections(&count);
    w->config = config_parse("test", slice_str(conf), sections, count, &error);
    if (!w->config)
        fail_msg("%s", error.text);
    w->engine = engine_new(&w->env, w->config, NULL, &error);
    if (!w->engine)
        fail_msg("%s", error.text);
}

static void world_free(struct world *w)
{
    engine_free(w->engine);
    config_free(w->config);
    zone_resolver_free(w->dns);
    zone_free(w->zone);
}

struct outcome { bool began; enum disposition disposition; bool dmarc_pass; bool spf_pass; bool forged_left; bool has_results; };

/* A stranger who forges a@sender.example, or one of its own hosts: then the words are those of a message that is good. */
#define STRANGER "203.0.113.9"
#define OWN_HOST "192.0.2.25"

static bool removes_forged(struct txn *t)
{
    size_t n;
    const struct action *a = txn_actions(t, &n);
    for (size_t i = 0; a && i < n; i++)
        if (a[i].kind == ACTION_DELETE_FIELD)
            return true;
    return false;
}

static bool any_pass(struct txn *t, const char *name)
{
    size_t n;
    const struct result *r = txn_all_results(t, &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(r[i].method->name, name) == 0 && r[i].word == AUTH_PASS)
            return true;
    return false;
}

static void feed(struct txn *t)
{
    txn_helo(t, SLICE("host.stranger.example"));
    txn_mail(t, SLICE("a@sender.example"), false);
    txn_rcpt(t, SLICE("you@receiver.example"));
    for (size_t i = 0; i < COUNT_OF(header); i++)
        txn_field(t, slice_str(header[i]));
    txn_end_of_header(t);
    txn_body(t, SLICE("hello\r\n"));
    txn_end_of_message(t);
}

static bool inserts_results(struct txn *t)
{
    size_t n;
    const struct action *a = txn_actions(t, &n);
    for (size_t i = 0; a && i < n; i++)
        if (a[i].kind == ACTION_INSERT_FIELD && slice_same(a[i].name, SLICE("Authentication-Results")))
            return true;
    return false;
}

static struct outcome one_message(struct engine *e, const char *client)
{
    struct outcome o = { 0 };
    struct session_facts f = { 0 };
    ip_parse(slice_str(client), &f.peer);
    struct session *s = session_begin(e, &f);
    struct txn *t = s ? txn_begin(s, 1700000000, NULL) : NULL;
    if (t) {
        o.began = true;
        feed(t);
        if (txn_progress(t) == PROGRESS_WAIT)
            txn_deadline(t);
        assert_int_equal(txn_progress(t), PROGRESS_DONE);
        o.forged_left = !removes_forged(t);
        o.has_results = inserts_results(t);
        o.disposition = txn_verdict(t)->disposition;
        o.dmarc_pass = any_pass(t, "dmarc");
        o.spf_pass = any_pass(t, "spf");
        txn_record(t);
        txn_authentication_results(t);
        txn_end(t);
    }
    session_end(s);
    return o;
}

static void refuse_every_allocation(const char *conf, bool sticky, bool deferring)
{
    struct world w;
    world_make(&w, conf);
    struct outcome whole = one_message(w.engine, STRANGER);
    assert_int_equal(whole.disposition, DISPOSITION_REJECT);
    unsigned k = 1;
    for (; k < FAULTS_MAX; k++) {
        struct world fresh;
        world_make(&fresh, conf);
        uint64_t before = mem_calls();
        mem_fail_at(k, sticky);
        struct outcome o = one_message(fresh.engine, STRANGER);
        bool struck = mem_calls() - before >= k;
        mem_fail_at(0, false);
        assert_false(o.dmarc_pass || o.spf_pass);
        if (o.began && deferring)
            assert_true(o.disposition == DISPOSITION_REJECT || o.disposition == DISPOSITION_DEFER);
        if (o.began && o.disposition == DISPOSITION_ACCEPT)
            assert_false(o.forged_left);
        world_free(&fresh);
        if (!struck)
            break;
    }
    assert_true(k > 20 && k < FAULTS_MAX);
    world_free(&w);
}

/* A good message is accepted with its results, or has to come back: no want of memory makes it a worse one. */
static void defer_or_accept_whole(const char *conf, bool sticky)
{
    struct world w;
    world_make(&w, conf);
    struct outcome whole = one_message(w.engine, OWN_HOST);
    assert_int_equal(whole.disposition, DISPOSITION_ACCEPT);
    assert_true(whole.dmarc_pass && whole.spf_pass && whole.has_results && !whole.forged_left);
    world_free(&w);
    bool struck = true;
    for (unsigned k = 1; struck && k < FAULTS_MAX; k++) {
        world_make(&w, conf);
        uint64_t before = mem_calls();
        mem_fail_at(k, sticky);
        struct outcome o = one_message(w.engine, OWN_HOST);
        struck = mem_calls() - before >= k;
        mem_fail_at(0, false);
        bool accepted = o.disposition == DISPOSITION_ACCEPT;
        if (o.began && (accepted ? !o.dmarc_pass || !o.spf_pass || !o.has_results || o.forged_left : o.disposition != DISPOSITION_DEFER))
            fail_msg("allocation %u: disposition %s, dmarc %d, spf %d, results %d, forged %d", k, disposition_name(o.disposition), o.dmarc_pass,
                     o.spf_pass, o.has_results, o.forged_left);
        world_free(&w);
    }
    assert_false(struck);
}

static const char strict_conf[] =
    "authserv_id = \"mx.receiver.example\"; rules = \"standard\"; verdict = { honour_p_reject = \"always\"; }; methods = { domainkeys = { rsa_bits = 512; }; };";
static const char passing_conf[] =
    "authserv_id = \"mx.receiver.example\"; rules = \"standard\"; on_failure = \"accept\"; verdict = { honour_p_reject = \"always\"; };";

static void t42_one_allocation_fails_and_mail_is_deferred(void **state)
{
    (void)state;
    refuse_every_allocation(strict_conf, false, true);
}

static const char psl_conf[] =
    "authserv_id = \"mx.receiver.example\"; rules = \"strict\"; methods = { dmarc = { discovery = \"psl\"; }; rmx = { enabled = true; }; };";

static void t42_a_good_message_is_deferred_or_whole(void **state)
{
    (void)state;
    defer_or_accept_whole(strict_conf, false);
    defer_or_accept_whole(strict_conf, true);
    defer_or_accept_whole(psl_conf, false);
    defer_or_accept_whole(psl_conf, true);
}

static void t42_all_allocations_fail_from_the_kth_on(void **state)
{
    (void)state;
    refuse_every_allocation(strict_conf, true, true);
}

static void t42_passing_on_failure_still_removes_forged_fields(void **state)
{
    (void)state;
    refuse_every_allocation(passing_conf, false, false);
    refuse_every_allocation(passing_conf, true, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(t42_one_allocation_fails_and_mail_is_deferred),
        cmocka_unit_test(t42_all_allocations_fail_from_the_kth_on),
        cmocka_unit_test(t42_a_good_message_is_deferred_or_whole),
        cmocka_unit_test(t42_passing_on_failure_still_removes_forged_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
