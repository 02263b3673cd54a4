/* patience_test.c: a method's `timeout` ends its own waiting, and only then; the message's deadline ends all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/engine.h"

#define SECOND INT64_C(1000000)

/* Never answers. */
struct deaf { struct resolver resolver; unsigned asked, withdrawn; };

static const struct answer *deaf_ask(struct resolver *r, const struct question *q, struct waiter *w)
{
    (void)q;
    (void)w;
    ((struct deaf *)r)->asked++;
    return NULL;
}

static void deaf_withdraw(struct resolver *r, struct waiter *w)
{
    (void)w;
    ((struct deaf *)r)->withdrawn++;
}

static void fill_same(struct random *r, void *at, size_t octets)
{
    (void)r;
    memset(at, 3, octets);
}

struct fixture {
    struct deaf dns;
    struct random random;
    struct env env;
    struct config *config;
    struct engine *engine;
    struct session *session;
    struct txn *txn;
};

static void begin(struct fixture *f)
{
    static const char conf[] = "methods = { spf = { timeout = \"5s\"; }; };";
    size_t count;
    struct config_error error = { 0 };
    *f = (struct fixture){ .dns = { .resolver = { deaf_ask, deaf_withdraw } }, .random = { fill_same } };
    assert_int_equal(crypto_start(), STATUS_OK);
    f->env = (struct env){ .dns = &f->dns.resolver, .random = &f->random };
    const struct section *sections = engine_sections(&count);
    f->config = config_parse("test", slice_str(conf), sections, count, &error);
    assert_non_null(f->config);
    f->engine = engine_new(&f->env, f->config, NULL, &error);
    assert_non_null(f->engine);
    struct session_facts facts = { 0 };
    ip_parse(SLICE("192.0.2.1"), &facts.peer);
    f->session = session_begin(f->engine, &facts);
    f->txn = txn_begin(f->session, 1700000000, NULL);
    txn_helo(f->txn, SLICE("mx.sender.example"));
    txn_mail(f->txn, SLICE("a@sender.example"), false);
    txn_field(f->txn, SLICE("From: a@sender.example"));
    txn_end_of_header(f->txn);
    txn_end_of_message(f->txn);
}

static void end(struct fixture *f)
{
    txn_end(f->txn);
    session_end(f->session);
    engine_free(f->engine);
    config_free(f->config);
    assert_int_equal(f->dns.asked, f->dns.withdrawn);
}

static void a_method_waits_as_long_as_its_timeout(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f);
    txn_time(f.txn, 100 * SECOND);
    txn_time(f.txn, 105 * SECOND - 1);
    assert_null(txn_results(f.txn, &spf_method));
    txn_time(f.txn, 105 * SECOND);
    const struct results *spf = txn_results(f.txn, &spf_method);
    assert_non_null(spf);
    for (size_t i = 0; i < spf->count; i++)
        assert_int_equal(spf->at[i].word, AUTH_TEMPERROR);
    assert_int_equal(txn_progress(f.txn), PROGRESS_WAIT);
    assert_null(txn_results(f.txn, &dmarc_method));
    end(&f);
}

static void the_deadline_ends_everything(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f);
    assert_int_equal(txn_progress(f.txn), PROGRESS_WAIT);
    txn_deadline(f.txn);
    assert_int_equal(txn_progress(f.txn), PROGRESS_DONE);
    size_t n;
    const struct result *all = txn_all_results(f.txn, &n);
    for (size_t i = 0; i < n; i++)
        assert_int_not_equal(all[i].word, AUTH_PASS);
    assert_true(txn_counts(f.txn).deadline);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_method_waits_as_long_as_its_timeout),
        cmocka_unit_test(the_deadline_ends_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
