/* dmarc_walk_test: the walk's vectors of dmarc.md section 4, with the questions in their order, and ours. */
#include "methods/dmarc/dmarc_walk.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "dns/zone.h"

#define NONE " TXT \"v=DMARC1; p=none\"\n"
#define PSD_Y " TXT \"v=DMARC1; p=none; psd=y\"\n"
#define PSD_N " TXT \"v=DMARC1; p=none; psd=n\"\n"
#define BANK "_dmarc.bank.example." PSD_Y

static const struct {
    const char *name, *start, *zone, *asked, *org, *policy;      /* policy "": none */
} vectors[] = {
    { "1 (B.4.1)", "example.com", "_dmarc.example.com." NONE, "example.com com", "example.com", "example.com" },
    { "2", "signing.example.com", "_dmarc.signing.example.com." NONE "_dmarc.example.com." NONE, "signing.example.com example.com com", "example.com",
      "signing.example.com" },
    { "3 (4.10)", "a.b.c.d.e.f.g.h.i.j.mail.example.com", "_dmarc.example.com." NONE,
      "a.b.c.d.e.f.g.h.i.j.mail.example.com g.h.i.j.mail.example.com h.i.j.mail.example.com i.j.mail.example.com j.mail.example.com mail.example.com "
      "example.com com", "example.com", "example.com" },
    { "4 (B.4.2)", "a.b.c.d.e.f.g.h.i.j.k.example.com", "_dmarc.example.com." NONE,
      "a.b.c.d.e.f.g.h.i.j.k.example.com g.h.i.j.k.example.com h.i.j.k.example.com i.j.k.example.com j.k.example.com k.example.com example.com com",
      "example.com", "example.com" },
    { "5", "giant.bank.example", "_dmarc.giant.bank.example." NONE BANK, "giant.bank.example bank.example", "giant.bank.example", "giant.bank.example" },
    { "6", "mail.giant.bank.example", "_dmarc.giant.bank.example." NONE BANK, "mail.giant.bank.example giant.bank.example bank.example",
      "giant.bank.example", "giant.bank.example" },
    { "7", "mail.mega.bank.example", BANK, "mail.mega.bank.example mega.bank.example bank.example", "mega.bank.example", "bank.example" },
    { "8 (4.10.2)", "a.mail.example.com", "_dmarc.mail.example.com." NONE "_dmarc.example.com." NONE, "a.mail.example.com mail.example.com example.com com",
      "example.com", "example.com" },
    { "9", "a.mail.example.com", "_dmarc.mail.example.com." PSD_N "_dmarc.example.com." NONE, "a.mail.example.com mail.example.com", "mail.example.com",
      "mail.example.com" },
    { "10", "a.mail.example.com", "_dmarc.com." PSD_Y, "a.mail.example.com mail.example.com example.com com", "example.com", "com" },
    { "11 (5.1.8)", "mail.a.b.c.d.e.f.g.example.com", "_dmarc.b.c.d.e.f.g.example.com." PSD_N "_dmarc.example.com." NONE,
      "mail.a.b.c.d.e.f.g.example.com c.d.e.f.g.example.com d.e.f.g.example.com e.f.g.example.com f.g.example.com g.example.com example.com com",
      "example.com", "example.com" },
    { "12", "a.b.c.d.e.f.example.com", "$TTL 300\n",
      "a.b.c.d.e.f.example.com b.c.d.e.f.example.com c.d.e.f.example.com d.e.f.example.com e.f.example.com f.example.com example.com com",
      "a.b.c.d.e.f.example.com", "" },
    { "13", "a.b.c.d.e.example.com", "$TTL 300\n",
      "a.b.c.d.e.example.com b.c.d.e.example.com c.d.e.example.com d.e.example.com e.example.com example.com com", "a.b.c.d.e.example.com", "" },
    { "14", "example.com", "_dmarc.example.com." NONE "_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\n", "example.com com", "example.com", "" },
    { "15", "bank.example", BANK, "bank.example", "bank.example", "bank.example" },
    { "16", "example.com", "_dmarc.example.com. TXT \"V=DMARC1; p=reject\"\n", "example.com com", "example.com", "" },
    { "17", "example.com", "_dmarc.example.com. TXT \"v=dmarc1; p=reject\"\n", "example.com com", "example.com", "" },
    { "18", "example.com", "_dmarc.example.com. TXT \"p=reject; v=DMARC1\"\n", "example.com com", "example.com", "" },
    { "19", "example.com", "_dmarc.example.com. TXT \"v=DMARC1;\"\n_dmarc.example.com. TXT \"some other TXT\"\n", "example.com com", "example.com", "example.com" },
    { "20", "com", "_dmarc.com." NONE, "com", "com", "com" },
    /* dmarc.md 3.9 and ours */
    { "author without record right below a PSD", "giant.bank.example", BANK, "giant.bank.example bank.example", "giant.bank.example", "bank.example" },
    { "a walk that ends at a TLD with a plain record", "example.com", "_dmarc.com." NONE, "example.com com", "com", "com" },
    { "one label below, counted from the start", "a.b.c.d.e.f.g.h.i.example.com", "_dmarc.e.f.g.h.i.example.com." PSD_Y,
      "a.b.c.d.e.f.g.h.i.example.com e.f.g.h.i.example.com", "d.e.f.g.h.i.example.com", "e.f.g.h.i.example.com" },
    { "psd=n at the start", "example.com", "_dmarc.example.com." PSD_N, "example.com", "example.com", "example.com" },
    { "several at a name in between", "a.mail.example.com", "_dmarc.mail.example.com." NONE "_dmarc.mail.example.com." PSD_N "_dmarc.example.com." NONE,
      "a.mail.example.com mail.example.com example.com com", "example.com", "example.com" },
    { "a malformed one in between", "mail.example.com", "_dmarc.mail.example.com. TXT \"v=DMARC1; p=none; p=none; psd=n\"\n_dmarc.example.com." NONE,
      "mail.example.com example.com com", "example.com", "example.com" },
    { "an alias", "example.com", "_dmarc.example.com. CNAME d.other.example.\nd.other.example." NONE, "example.com com", "example.com", "example.com" },
    { "NXDOMAIN prunes nothing", "x.y.example.com", "_dmarc.example.com." NONE, "x.y.example.com y.example.com example.com com", "example.com", "example.com" },
};

struct asking { struct zone *zone; struct text asked; unsigned budget; };

static const struct answer *ask_zone(void *context, struct slice name)
{
    struct asking *a = context;
    assert_true(slice_starts(name, SLICE("_dmarc.")));
    if (a->budget-- == 0)
        return NULL;
    text_add_str(&a->asked, a->asked.len > 0 ? " " : "");
    text_add(&a->asked, slice_from(name, 7));
    const struct answer *answer = zone_answer(a->zone, &(struct question){ .name = name, .type = RTYPE_TXT });
    answer_drop(answer);                                 /* the zone keeps it */
    return answer;
}

static struct zone *zone_of(const char *text)
{
    struct zone_error error;
    struct zone *zone = zone_new();
    if (!zone_read(zone, slice_str(text), &error))
        fail_msg("line %u: %s", error.line, error.text);
    return zone;
}

static bool is(struct slice got, const char *expected)
{
    return slice_same(got, slice_str(expected));
}

static void walk_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct arena *arena = arena_new(1u << 20);
        struct asking a = { .zone = zone_of(vectors[i].zone), .asked = text_in(arena, 4096), .budget = DMARC_WALK_MAX };
        struct dmarc_walk walk;
        if (dmarc_walk_run(arena, slice_str(vectors[i].start), ask_zone, &a, &walk) != DMARC_WALK_DONE)
            fail_msg("%s: not done", vectors[i].name);
        const struct dmarc_found *policy = dmarc_policy_of(&walk);
        if (!is(text_slice(&a.asked), vectors[i].asked))
            fail_msg("%s: asked %.*s", vectors[i].name, (int)a.asked.len, (const char *)a.asked.at);
        if (!is(dmarc_org_domain(&walk), vectors[i].org))
            fail_msg("%s: organizational domain %.*s", vectors[i].name, (int)dmarc_org_domain(&walk).len, (const char *)dmarc_org_domain(&walk).at);
        if (!is(policy ? policy->domain : SLICE(""), vectors[i].policy))
            fail_msg("%s: policy of %.*s", vectors[i].name, policy ? (int)policy->domain.len : 0, policy ? (const char *)policy->domain.at : "");
        zone_free(a.zone);
        arena_free(arena);
    }
}

/* Whichever question waits, the walk waits; whichever fails, it fails, unless it ended before. */
static void waits_and_fails(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1u << 20);
    struct zone *zone = zone_of("_dmarc.example.com." NONE "; servfail _dmarc.com\n");
    for (unsigned budget = 0; budget < 3; budget++) {
        struct asking a = { .zone = zone, .asked = text_in(arena, 4096), .budget = budget };
        struct dmarc_walk walk;
        assert_int_equal(dmarc_walk_run(arena, SLICE("a.example.com"), ask_zone, &a, &walk), budget < 3 ? DMARC_WALK_NOT_YET : DMARC_WALK_FAILED);
    }
    struct asking a = { .zone = zone, .asked = text_in(arena, 4096), .budget = DMARC_WALK_MAX };
    struct dmarc_walk walk;
    assert_int_equal(dmarc_walk_run(arena, SLICE("a.example.com"), ask_zone, &a, &walk), DMARC_WALK_FAILED);
    zone_free(zone);
    arena_free(arena);
}

static void says_what_was_discarded(void **state)
{
    static const struct { const char *zone, *discarded; bool several; } cases[] = {
        { "_dmarc.example.com." NONE "_dmarc.example.com." NONE, "example.com", true },
        { "_dmarc.a.example.com. TXT \"v=DMARC1; p=none; p=none\"\n_dmarc.example.com." NONE "_dmarc.example.com." NONE, "a.example.com", false },
        { "_dmarc.example.com." NONE, "", false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena *arena = arena_new(1u << 20);
        struct asking a = { .zone = zone_of(cases[i].zone), .asked = text_in(arena, 4096), .budget = DMARC_WALK_MAX };
        struct dmarc_walk walk;
        assert_int_equal(dmarc_walk_run(arena, SLICE("a.example.com"), ask_zone, &a, &walk), DMARC_WALK_DONE);
        assert_true(is(walk.discarded, cases[i].discarded));
        assert_int_equal(walk.several, cases[i].several);
        zone_free(a.zone);
        arena_free(arena);
    }
}

static void never_more_than_eight_questions(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1u << 20);
    struct text name = text_in(arena, 300);
    for (unsigned labels = 1; labels <= NAME_LABELS_MAX; labels++) {
        struct slice names[DMARC_WALK_MAX];
        text_add_str(&name, labels > 1 ? ".a" : "a");
        unsigned n = dmarc_walk_names(text_slice(&name), names);
        assert_int_equal(n, labels <= 8 ? labels : 8);
        assert_int_equal(name_labels(names[n - 1]), 1);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walk_vectors),
        cmocka_unit_test(waits_and_fails),
        cmocka_unit_test(says_what_was_discarded),
        cmocka_unit_test(never_more_than_eight_questions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
