#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "env/added_resolver.h"
#include "env/overlay_resolver.h"
#include "env/zone_resolver.h"
#include "fakes/shuffle_resolver.h"

static struct zone *zone_of(const char *text)
{
    struct zone *zone = zone_new();
    struct zone_error error;
    if (!zone || !zone_read(zone, slice_str(text), &error))
        fail_msg("the zone was not read");
    return zone;
}

/* Somebody who waits and keeps what came. */
struct asker { struct waiter waiter; const struct answer *answer; unsigned deliveries; };

static void keep(struct waiter *w, const struct answer *answer)
{
    struct asker *a = (struct asker *)w;
    a->answer = answer_hold(answer);
    a->deliveries++;
}

static void ask(struct resolver *r, struct asker *a, const char *name, uint16_t type)
{
    *a = (struct asker){ .waiter.deliver = keep };
    a->answer = r->ask(r, &(struct question){ .name = slice_str(name), .type = type }, &a->waiter);
}

static void assert_name(struct slice got, const char *want)
{
    assert_true(slice_same(got, slice_str(want)));
}

static void a_zone_resolver_answers_at_once(void **state)
{
    (void)state;
    struct zone *zone = zone_of("x. IN A 1.2.3.4\n; timeout slow.\n");
    struct resolver *r = zone_resolver_new(zone);
    struct asker a;
    ask(r, &a, "x", RTYPE_A);
    assert_int_equal(a.answer->count, 1);
    answer_drop(a.answer);
    ask(r, &a, "slow", RTYPE_A);
    assert_int_equal(a.answer->status, ANSWER_TIMEOUT);
    answer_drop(a.answer);
    mem_fail_at(1, true);
    ask(r, &a, "new", RTYPE_A);
    mem_fail_at(0, false);
    assert_true(answer_failed(a.answer));
    answer_drop(a.answer);
    assert_int_equal(a.deliveries, 0);
    zone_resolver_free(r);
    zone_free(zone);
}

/* ---- shuffling ---- */

static void everything_arrives_once_in_many_orders(void **state)
{
    (void)state;
    struct zone *zone = zone_of("a. IN TXT a\nb. IN TXT b\nc. IN TXT c\nd. IN TXT d\n");
    static const char *const names[] = { "a", "b", "c", "d" };
    unsigned orders_seen[256] = { 0 }, orders = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct shuffle_resolver *s = shuffle_resolver_new(zone, (struct shuffle_options){ .seed = seed });
        struct asker askers[4];
        for (size_t i = 0; i < 4; i++) {
            ask(shuffle_resolver(s), &askers[i], names[i], RTYPE_TXT);
            assert_null(askers[i].answer);
        }
        unsigned order = 0;
        for (unsigned step = 0; step < 4; step++) {
            unsigned before[4], now = 0;
            for (size_t i = 0; i < 4; i++)
                before[i] = askers[i].deliveries;
            assert_true(shuffle_deliver_one(s));
            for (unsigned i = 0; i < 4; i++)
                if (askers[i].deliveries != before[i])
                    now = i;
            order = order * 4 + now;
        }
        assert_false(shuffle_deliver_one(s));
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(askers[i].deliveries, 1);
            assert_name(askers[i].answer->records[0].text, names[i]);
            answer_drop(askers[i].answer);
        }
        orders += orders_seen[order]++ == 0;
        shuffle_resolver_free(s);
    }
    assert_int_equal(orders, 24);
    zone_free(zone);
}

static void failures_as_chosen(void **state)
{
    (void)state;
    struct zone *zone = zone_of("a. IN TXT a\n");
    struct asker a;
    for (unsigned nth = 1; nth <= 3; nth++) {
        struct shuffle_resolver *s = shuffle_resolver_new(zone, (struct shuffle_options){ .fail_nth = nth, .fail_status = ANSWER_GARBLED });
        for (unsigned i = 1; i <= 3; i++) {
            ask(shuffle_resolver(s), &a, "a", RTYPE_TXT);
            shuffle_deliver_one(s);
            assert_int_equal(a.answer->status, i == nth ? ANSWER_GARBLED : ANSWER_DATA);
            answer_drop(a.answer);
        }
        assert_int_equal(shuffle_times_asked(s, "A.", RTYPE_TXT), 3);
        assert_int_equal(shuffle_times_asked(s, "a", RTYPE_A), 0);
        shuffle_resolver_free(s);
    }
    struct shuffle_resolver *s = shuffle_resolver_new(zone, (struct shuffle_options){ .drop_per_thousand = 300, .at_once_per_thousand = 300 });
    unsigned timeouts = 0, at_once = 0;
    for (unsigned i = 0; i < 1000; i++) {
        ask(shuffle_resolver(s), &a, "a", RTYPE_TXT);
        at_once += a.answer != NULL;
        shuffle_deliver_one(s);
        timeouts += a.answer->status == ANSWER_TIMEOUT;
        answer_drop(a.answer);
    }
    assert_in_range(timeouts, 200, 400);
    assert_in_range(at_once, 200, 400);
    shuffle_resolver_free(s);
    s = shuffle_resolver_new(zone, (struct shuffle_options){ .contradict = true });
    static const enum answer_status told[] = { ANSWER_DATA, ANSWER_NXDOMAIN };
    for (unsigned i = 0; i < 2; i++) {
        ask(shuffle_resolver(s), &a, "a", RTYPE_TXT);
        shuffle_deliver_one(s);
        assert_int_equal(a.answer->status, told[i]);
        answer_drop(a.answer);
    }
    assert_name(shuffle_question(s, 1).name, "a");
    shuffle_resolver_free(s);
    zone_free(zone);
}

static void the_withdrawn_hear_nothing(void **state)
{
    (void)state;
    struct zone *zone = zone_of("a. IN TXT a\n");
    struct shuffle_resolver *s = shuffle_resolver_new(zone, (struct shuffle_options){ .seed = 1 });
    struct resolver *r = shuffle_resolver(s);
    struct asker a, b;
    ask(r, &a, "a", RTYPE_TXT);
    ask(r, &b, "a", RTYPE_TXT);
    r->withdraw(r, &a.waiter);
    assert_int_equal(shuffle_waiting(s), 1);
    while (shuffle_deliver_one(s))
        ;
    assert_int_equal(a.deliveries, 0);
    assert_int_equal(b.deliveries, 1);
    assert_int_equal(shuffle_withdrawn(s), 1);
    answer_drop(b.answer);
    shuffle_resolver_free(s);
    zone_free(zone);
}

/* ---- overlay ---- */

static const char world[] =
    "live.org. 50 IN TXT live\nshared.org. IN TXT live\nhost.wild.org. IN TXT live\nabove.org. 50 IN TXT live\n"
    "key.provider.net. 40 IN TXT key\nalias.provider.net. IN CNAME key.provider.net.\n; timeout dead.provider.net.\n";
static const char ours[] =
    "shared.org. IN A 1.2.3.4\n_x.above.org. IN TXT new\nnew.org. IN TXT new\n*.wild.org. IN TXT wild\n*.cwild.org. 60 IN CNAME key.provider.net.\n"
    "s1._domainkey.new.org. 30 IN CNAME alias.provider.net.\ndead.new.org. 1h IN CNAME dead.provider.net.\n"
    "lost.new.org. 1h IN CNAME nowhere.provider.net.\nhop.new.org. 20 IN CNAME s1._domainkey.new.org.\nin.new.org. 1h IN CNAME new.org.\n";

static const struct {
    const char *what, *name;
    enum answer_status status;
    enum answer_origin origin;
    const char *text, *canonical;
    uint32_t ttl;
} overlays[] = {
    { "only live", "live.org", ANSWER_DATA, ORIGIN_ZONE, "live", "live.org", 50 },
    { "only in the overlay", "new.org", ANSWER_DATA, ORIGIN_OVERLAY, "new", "new.org", 3600 },
    { "the overlay has the name: all types are its", "shared.org", ANSWER_NODATA, ORIGIN_OVERLAY, NULL, "shared.org", 300 },
    { "something below it", "_domainkey.new.org", ANSWER_NODATA, ORIGIN_OVERLAY, NULL, "_domainkey.new.org", 300 },
    { "something below it, and the name is live", "above.org", ANSWER_DATA, ORIGIN_ZONE, "live", "above.org", 50 },
    { "in neither", "none.org", ANSWER_NXDOMAIN, ORIGIN_ZONE, NULL, "none.org", 300 },
    { "alias within", "in.new.org", ANSWER_DATA, ORIGIN_OVERLAY, "new", "new.org", 3600 },
    { "alias to live, and on from there", "s1._domainkey.new.org", ANSWER_DATA, ORIGIN_OVERLAY, "key", "key.provider.net", 30 },
    { "two aliases to live", "hop.new.org", ANSWER_DATA, ORIGIN_OVERLAY, "key", "key.provider.net", 20 },
    { "alias to what fails", "dead.new.org", ANSWER_TIMEOUT, ORIGIN_OVERLAY, NULL, "dead.provider.net", 300 },
    { "alias to nothing", "lost.new.org", ANSWER_NXDOMAIN, ORIGIN_OVERLAY, NULL, "nowhere.provider.net", 300 },
    { "wildcard, and the name is live", "host.wild.org", ANSWER_DATA, ORIGIN_ZONE, "live", "host.wild.org", 50 },
    { "wildcard, and it is not", "other.wild.org", ANSWER_DATA, ORIGIN_OVERLAY, "wild", "other.wild.org", 3600 },
    { "wildcard that leads out", "x.cwild.org", ANSWER_DATA, ORIGIN_OVERLAY, "key", "key.provider.net", 40 },
    { "no name", "a..b", ANSWER_BAD_NAME, ORIGIN_NONE, NULL, "a..b", 0 },
};

static void check_overlay(size_t i, const struct answer *a)
{
    if (a->status != overlays[i].status || a->origin != overlays[i].origin || a->ttl_seconds != overlays[i].ttl)
        fail_msg("%s: %s, origin %d, TTL %u", overlays[i].what, answer_status_name(a->status), (int)a->origin, a->ttl_seconds);
    assert_name(a->question.name, overlays[i].name);
    assert_name(a->canonical, overlays[i].canonical);
    if (overlays[i].text)
        assert_name(a->records[0].text, overlays[i].text);
}

static void overlaid(struct shuffle_options options)
{
    struct zone *live = zone_of(world), *zone = zone_of(ours);
    struct shuffle_resolver *s = shuffle_resolver_new(live, options);
    struct resolver *r = overlay_resolver_new(zone, shuffle_resolver(s));
    struct asker askers[COUNT_OF(overlays)];
    for (size_t i = 0; i < COUNT_OF(overlays); i++)
        ask(r, &askers[i], overlays[i].name, RTYPE_TXT);
    while (shuffle_deliver_one(s))
        ;
    for (size_t i = 0; i < COUNT_OF(overlays); i++) {
        assert_non_null(askers[i].answer);
        check_overlay(i, askers[i].answer);
        answer_drop(askers[i].answer);
    }
    overlay_resolver_free(r);
    shuffle_resolver_free(s);
    zone_free(zone);
    zone_free(live);
}

static void an_overlay_goes_before_the_rest(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 100; seed++)
        overlaid((struct shuffle_options){ .seed = seed, .at_once_per_thousand = (unsigned)(seed % 3) * 500 });
}

/* By record set: the overlay's A record hides no TXT record. */
static void an_overlay_of_record_sets(void **state)
{
    static const struct { const char *name; uint16_t type; enum answer_status status; enum answer_origin origin; } vectors[] = {
        { "shared.org", RTYPE_A, ANSWER_DATA, ORIGIN_OVERLAY }, { "shared.org", RTYPE_TXT, ANSWER_DATA, ORIGIN_ZONE },
        { "shared.org", RTYPE_MX, ANSWER_NODATA, ORIGIN_ZONE }, { "new.org", RTYPE_TXT, ANSWER_DATA, ORIGIN_OVERLAY },
        { "new.org", RTYPE_MX, ANSWER_NODATA, ORIGIN_OVERLAY }, { "s1._domainkey.new.org", RTYPE_TXT, ANSWER_DATA, ORIGIN_OVERLAY },
        { "other.wild.org", RTYPE_TXT, ANSWER_DATA, ORIGIN_OVERLAY }, { "host.wild.org", RTYPE_TXT, ANSWER_DATA, ORIGIN_ZONE },
        { "none.org", RTYPE_TXT, ANSWER_NXDOMAIN, ORIGIN_ZONE },
    };
    struct zone *live = zone_of(world), *zone = zone_of(ours);
    struct shuffle_resolver *s = shuffle_resolver_new(live, (struct shuffle_options){ .seed = 1 });
    struct resolver *r = overlay_resolver_new_sets(zone, shuffle_resolver(s));
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct asker a;
        ask(r, &a, vectors[i].name, vectors[i].type);
        while (!a.answer && shuffle_deliver_one(s))
            ;
        assert_non_null(a.answer);
        if (a.answer->status != vectors[i].status || a.answer->origin != vectors[i].origin)
            fail_msg("%s %u: %s", vectors[i].name, (unsigned)vectors[i].type, answer_status_name(a.answer->status));
        answer_drop(a.answer);
    }
    overlay_resolver_free(r);
    shuffle_resolver_free(s);
    zone_free(zone);
    zone_free(live);
}

static void overlaid_questions_can_be_withdrawn(void **state)
{
    (void)state;
    struct zone *live = zone_of(world), *zone = zone_of(ours);
    struct shuffle_resolver *s = shuffle_resolver_new(live, (struct shuffle_options){ .seed = 1 });
    struct resolver *r = overlay_resolver_new(zone, shuffle_resolver(s));
    struct asker a;
    ask(r, &a, "s1._domainkey.new.org", RTYPE_TXT);
    assert_null(a.answer);
    r->withdraw(r, &a.waiter);
    ask(r, &a, "x.cwild.org", RTYPE_TXT);
    assert_true(shuffle_deliver_one(s));                /* NXDOMAIN: now the target is asked for */
    assert_int_equal(a.deliveries, 0);
    r->withdraw(r, &a.waiter);
    assert_false(shuffle_deliver_one(s));
    overlay_resolver_free(r);
    shuffle_resolver_free(s);
    zone_free(zone);
    zone_free(live);
}

static void an_overlay_without_memory_fails_and_never_lies(void **state)
{
    (void)state;
    struct zone *live = zone_of(world), *zone = zone_of(ours);
    struct shuffle_resolver *s = shuffle_resolver_new(live, (struct shuffle_options){ .seed = 1 });
    struct resolver *r = overlay_resolver_new(zone, shuffle_resolver(s));
    for (size_t i = 0; i < COUNT_OF(overlays); i++)
        for (uint64_t k = 1; k < 12; k++) {
            struct asker a;
            mem_fail_at(k, false);
            ask(r, &a, overlays[i].name, RTYPE_TXT);
            while (shuffle_deliver_one(s))
                ;
            mem_fail_at(0, false);
            assert_non_null(a.answer);
            if (!answer_failed(a.answer))
                check_overlay(i, a.answer);
            answer_drop(a.answer);
        }
    overlay_resolver_free(r);
    shuffle_resolver_free(s);
    zone_free(zone);
    zone_free(live);
}

/* ---- in addition ---- */

static const char there[] =
    "live.org. 50 IN TXT live\nboth.org. 50 IN TXT live\nboth.org. IN TXT same\nhost.wild.org. IN TXT live\nempty.org. IN A 1.2.3.4\n"
    "alias.org. IN CNAME live.org.\n; timeout dead.org.\n; servfail dead.wild.org.\n";
static const char more[] =
    "both.org. 60 IN TXT same\nboth.org. IN TXT new\nnew.org. IN TXT new\nempty.org. IN TXT new\nx.deep.org. IN TXT new\n*.wild.org. IN TXT wild\n"
    "alias.org. IN TXT new\ndead.org. IN TXT new\n";

static const struct { const char *what, *name; enum answer_status status; const char *texts; } additions[] = {
    { "only there", "live.org", ANSWER_DATA, "live " },
    { "in both: each record once", "both.org", ANSWER_DATA, "live same new " },
    { "only here", "new.org", ANSWER_DATA, "new " },
    { "the name is there, without such records", "empty.org", ANSWER_DATA, "new " },
    { "exists for what is below it", "deep.org", ANSWER_NODATA, "" },
    { "in neither", "none.org", ANSWER_NXDOMAIN, "" },
    { "wildcard, and the name is there", "host.wild.org", ANSWER_DATA, "live " },
    { "wildcard, and it is not", "other.wild.org", ANSWER_DATA, "wild " },
    { "wildcard, and it is not known", "dead.wild.org", ANSWER_SERVFAIL, "" },
    { "an alias hides", "alias.org", ANSWER_DATA, "live " },
    { "failure stays failure", "dead.org", ANSWER_TIMEOUT, "" },
    { "no name", "a..b", ANSWER_BAD_NAME, "" },
};

static void check_addition(size_t i, const struct answer *a)
{
    char room[64];
    struct text texts = text_fixed(room, sizeof room);
    for (size_t k = 0; k < a->count; k++) {
        text_add(&texts, a->records[k].text);
        text_add_octet(&texts, ' ');
    }
    if (a->status != additions[i].status || !slice_same(text_slice(&texts), slice_str(additions[i].texts)))
        fail_msg("%s: %s, %.*s", additions[i].what, answer_status_name(a->status), (int)texts.len, room);
    assert_name(a->question.name, additions[i].name);
}

struct heard { unsigned answers, added; };

static void hear(void *context, const struct answer *theirs)
{
    struct heard *h = context;
    h->answers++;
    h->added += theirs->origin == ORIGIN_OVERLAY;
}

static void a_zones_records_stand_beside_the_rest(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct zone *live = zone_of(there), *zone = zone_of(more);
        struct shuffle_resolver *s = shuffle_resolver_new(live, (struct shuffle_options){ .seed = seed, .at_once_per_thousand = (unsigned)(seed % 3) * 500 });
        struct resolver *r = added_resolver_new(zone, shuffle_resolver(s));
        struct asker askers[COUNT_OF(additions)];
        struct heard heard = { 0 };
        added_resolver_tell(r, hear, &heard);
        for (size_t i = 0; i < COUNT_OF(additions); i++)
            ask(r, &askers[i], additions[i].name, RTYPE_TXT);
        while (shuffle_deliver_one(s))
            ;
        for (size_t i = 0; i < COUNT_OF(additions); i++) {
            check_addition(i, askers[i].answer);
            answer_drop(askers[i].answer);
        }
        /* What is told is what the other resolver said, nothing of the zone's in it. */
        assert_int_equal(heard.answers, COUNT_OF(additions));
        assert_int_equal(heard.added, 0);
        /* Other types of a name are the other resolver's. */
        ask(r, &askers[0], "empty.org", RTYPE_A);
        while (shuffle_deliver_one(s))
            ;
        assert_int_equal(askers[0].answer->status, ANSWER_DATA);
        answer_drop(askers[0].answer);
        added_resolver_free(r);
        shuffle_resolver_free(s);
        zone_free(zone);
        zone_free(live);
    }
}

static void additions_can_be_withdrawn_and_never_lie(void **state)
{
    (void)state;
    struct zone *live = zone_of(there), *zone = zone_of(more);
    struct shuffle_resolver *s = shuffle_resolver_new(live, (struct shuffle_options){ .seed = 1 });
    struct resolver *r = added_resolver_new(zone, shuffle_resolver(s));
    struct asker a;
    ask(r, &a, "both.org", RTYPE_TXT);
    assert_null(a.answer);
    r->withdraw(r, &a.waiter);
    assert_false(shuffle_deliver_one(s));
    for (size_t i = 0; i < COUNT_OF(additions); i++)
        for (uint64_t k = 1; k < 12; k++) {
            mem_fail_at(k, false);
            ask(r, &a, additions[i].name, RTYPE_TXT);
            while (shuffle_deliver_one(s))
                ;
            mem_fail_at(0, false);
            assert_non_null(a.answer);
            if (!answer_failed(a.answer))
                check_addition(i, a.answer);
            answer_drop(a.answer);
        }
    added_resolver_free(r);
    shuffle_resolver_free(s);
    zone_free(zone);
    zone_free(live);
}

static void metrics_have_names(void **state)
{
    (void)state;
    for (enum metric a = 0; a < METRIC_COUNT; a++)
        for (enum metric b = 0; b < METRIC_COUNT; b++) {
            assert_true(strlen(metric_name(a)) > 0);
            assert_int_equal(strcmp(metric_name(a), metric_name(b)) == 0, a == b);
        }
    assert_string_equal(metric_name(METRIC_COUNT), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zone_resolver_answers_at_once),
        cmocka_unit_test(everything_arrives_once_in_many_orders),
        cmocka_unit_test(failures_as_chosen),
        cmocka_unit_test(the_withdrawn_hear_nothing),
        cmocka_unit_test(an_overlay_goes_before_the_rest),
        cmocka_unit_test(an_overlay_of_record_sets),
        cmocka_unit_test(overlaid_questions_can_be_withdrawn),
        cmocka_unit_test(an_overlay_without_memory_fails_and_never_lies),
        cmocka_unit_test(a_zones_records_stand_beside_the_rest),
        cmocka_unit_test(additions_can_be_withdrawn_and_never_lie),
        cmocka_unit_test(metrics_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
