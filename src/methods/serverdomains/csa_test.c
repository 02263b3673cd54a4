/* csa_test: the sheet's vectors and ours, through the engine; see method_vectors.h for what must hold for each. */
#include "methods/serverdomains/csa.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "dns/zone.h"
#include "fakes/method_vectors.h"
#include "methods/list.h"

#define MX1 .helo = "mx1.example.com", .from = "u@example.com"
#define SRV "_client._smtp.mx1.example.com. SRV "
#define ADDRESS "mx1.example.com. A 192.0.2.1\n"
#define ONE SRV "1 2 0 mx1.example.com.\n" ADDRESS
#define EXPLICIT "_client._smtp.example.com. SRV 1 1 1 example.com.\n"

static const struct vector sheet[] = {
    { "server-domains.md 1", .zone = ONE, MX1, .result = "pass", .reason = "target", .questions = "SRV _client._smtp.mx1.example.com, A mx1.example.com",
      .holds = { "\"identity\":\"helo\"", "\"domain\":\"mx1.example.com\"", "\"record\":\"1 2 0 mx1.example.com.\"", "\"target\":\"mx1.example.com\"",
                 "\"record_domain\":\"_client._smtp.mx1.example.com\"", "\"statement\":true" }, .explain = "" },
    { "server-domains.md 1b", .zone = ONE, .ip = "192.0.2.2", MX1, .result = "fail", .reason = "not-a-target", .holds = { "\"statement\":true", "\"target\":null" },
      .explain = "mx1.example.com: if this host is yours, give a target of the SRV record at _client._smtp.mx1.example.com the address 192.0.2.2" },
    { "server-domains.md 2", .zone = SRV "1 1 0 mx1.example.com.\n" ADDRESS, MX1, .result = "fail", .reason = "never-sends",
      .explain = "mx1.example.com: if this host sends mail, publish _client._smtp.mx1.example.com. SRV 1 2 0 mx1.example.com." },
    { "server-domains.md 3", .zone = SRV "1 3 0 mx1.example.com.\n" ADDRESS, .ip = "192.0.2.2", MX1, .result = "neutral", .reason = "not-proven", .explain = "" },
    { "server-domains.md 4", .zone = EXPLICIT, .helo = "pc.example.com", .result = "fail", .reason = "not-listed",
      .holds = { "\"record_domain\":\"_client._smtp.example.com\"", "\"record\":\"1 1 1 example.com.\"", "\"domain\":\"pc.example.com\"" },
      .explain = "pc.example.com: if this host sends mail, publish _client._smtp.pc.example.com. SRV 1 2 0 pc.example.com." },
    { "server-domains.md 5", .zone = ADDRESS, MX1, .result = "none", .reason = "no-record", .lacks = "\"statement\"", .explain = "",
      .questions = "SRV _client._smtp.mx1.example.com, SRV _client._smtp.example.com" },
};

static const struct vector bits[] = {
    { "weight 0 is 1", .zone = SRV "1 0 0 mx1.example.com.\n" ADDRESS, MX1, .result = "fail", .reason = "never-sends",
      .holds = { "\"record\":\"1 1 0 mx1.example.com.\"" } },
    { "other weights are passed over", .zone = SRV "1 4 0 mx1.example.com.\n" SRV "1 65535 0 mx1.example.com.\n" ADDRESS, MX1, .result = "none" },
    { "other versions are passed over", .zone = SRV "0 2 0 mx1.example.com.\n" SRV "2 1 0 mx1.example.com.\n" ADDRESS, MX1, .result = "none" },
    { "... beside one of ours", .zone = SRV "2 1 0 mx1.example.com.\n" ONE, MX1, .result = "pass", .holds = { "\"record\":\"1 2 0 mx1.example.com.\"" } },
    { "other port bits change nothing", .zone = SRV "1 2 65534 mx1.example.com.\n" ADDRESS, MX1, .result = "pass" },
    { "Explicit at the name itself changes nothing", .zone = SRV "1 2 1 mx1.example.com.\n" ADDRESS, MX1, .result = "pass" },
    { "several weights", .zone = ONE SRV "1 1 0 mx1.example.com.\n", MX1, .result = "permerror", .reason = "conflict",
      .explain = "mx1.example.com: repair (records that contradict each other) the SRV records at _client._smtp.mx1.example.com" },
    { "several targets", .zone = SRV "1 2 0 a.example.net.\n" ONE, MX1, .result = "pass", .holds = { "1 2 0 a.example.net., 1 2 0 mx1.example.com." } },
    { "several targets, none is it", .zone = SRV "1 2 0 a.example.net.\n" ONE, .ip = "192.0.2.9", MX1, .result = "fail" },
    { "one target fails, another is it", .zone = SRV "1 2 0 a.example.net.\n; servfail a.example.net\n" ONE, MX1, .result = "pass" },
    { "one target fails, none is it", .zone = SRV "1 2 0 a.example.net.\n; servfail a.example.net\n" ONE, .ip = "192.0.2.9", MX1, .result = "temperror" },
    { "a target without address", .zone = SRV "1 2 0 nowhere.example.\n", MX1, .result = "fail", .reason = "not-a-target" },
    { "the target is the root", .zone = SRV "1 2 0 .\n", MX1, .result = "fail", .questions = "SRV _client._smtp.mx1.example.com" },
    { "a target elsewhere", .zone = SRV "1 2 0 out.isp.example.\nout.isp.example. A 192.0.2.1\n", MX1, .result = "pass", .holds = { "out.isp.example is 192.0.2.1" } },
    { "IPv6", .zone = SRV "1 2 0 mx1.example.com.\nmx1.example.com. AAAA 2001:db8::1\n" ADDRESS, .ip = "2001:db8::1", MX1, .result = "pass",
      .questions = "SRV _client._smtp.mx1.example.com, AAAA mx1.example.com" },
    { "mapped client", .zone = ONE, .ip = "::ffff:192.0.2.1", MX1, .result = "pass" },
    { "weight 3 asks for no address", .zone = SRV "1 3 0 a.example.net.\n; servfail a.example.net\n", MX1, .result = "neutral",
      .questions = "SRV _client._smtp.mx1.example.com" },
    { "the record fails", .zone = "; servfail _client._smtp.mx1.example.com\n", MX1, .result = "temperror", .reason = "dns-failed" },
    { "the record is late", .zone = "; timeout _client._smtp.mx1.example.com\n" EXPLICIT, MX1, .result = "temperror" },
    { "an alias", .zone = "_client._smtp.mx1.example.com. CNAME c.example.com.\nc.example.com. SRV 1 1 0 .\n", MX1, .result = "fail",
      .reason = "never-sends" },
};

static const struct vector parents[] = {
    { "a parent without Explicit", .zone = "_client._smtp.example.com. SRV 1 1 0 example.com.\n", MX1, .result = "none" },
    { "an own record goes first", .zone = ONE EXPLICIT, MX1, .result = "pass", .questions = "SRV _client._smtp.mx1.example.com, A mx1.example.com" },
    { "own records of other versions do not", .zone = SRV "2 2 0 mx1.example.com.\n" EXPLICIT, MX1, .result = "fail", .reason = "not-listed" },
    { "behind a parent without it", .helo = "a.b.example.com", .result = "fail", .reason = "not-listed",
      .zone = "_client._smtp.b.example.com. SRV 1 2 0 b.example.com.\n" EXPLICIT },
    { "never a top-level domain", .zone = "_client._smtp.com. SRV 1 1 1 com.\n", MX1, .result = "none",
      .questions = "SRV _client._smtp.mx1.example.com, SRV _client._smtp.example.com" },
    { "a registered domain has no parent", .zone = EXPLICIT, .helo = "example.com", .result = "fail", .reason = "never-sends",
      .questions = "SRV _client._smtp.example.com" },
    { "no deeper than 6 labels", .helo = "a.b.c.d.e.f.example.com", .result = "none",
      .zone = "_client._smtp.b.c.d.e.f.example.com. SRV 1 1 1 .\n",
      .questions = "SRV _client._smtp.a.b.c.d.e.f.example.com, SRV _client._smtp.c.d.e.f.example.com, SRV _client._smtp.d.e.f.example.com, "
                   "SRV _client._smtp.e.f.example.com, SRV _client._smtp.f.example.com, SRV _client._smtp.example.com" },
    { "6 labels", .helo = "b.c.d.e.f.example.com", .zone = "_client._smtp.c.d.e.f.example.com. SRV 1 1 1 .\n", .result = "fail" },
    { "a parent fails", .helo = "a.b.example.com", .zone = "; servfail _client._smtp.example.com\n", .result = "temperror" },
    { "a parent fails, another is Explicit", .helo = "a.b.example.com", .zone = "; servfail _client._smtp.b.example.com\n" EXPLICIT, .result = "fail" },
};

static const struct vector identities[] = {
    { "an address literal", .zone = ONE, .helo = "[192.0.2.1]", .result = "none", .reason = "no-identity", .questions = "" },
    { "one label", .zone = "_client._smtp.localhost. SRV 1 1 1 .\n", .helo = "localhost", .result = "none", .reason = "no-identity", .questions = "" },
    { "upper case, final dot", .zone = ONE, .helo = "MX1.Example.COM.", .result = "pass", .holds = { "\"domain\":\"mx1.example.com\"" } },
    { "MAIL FROM changes nothing", .zone = ONE, .helo = "mx1.example.com", .from = "u@other.example", .result = "pass" },
    { "nor does the null sender", .zone = ONE, .helo = "mx1.example.com", .from = "<>", .result = "pass" },
    { "unknown client: no subject", .zone = ONE, .ip = "", MX1, .result = "none", .reason = "no-subject", .questions = "" },
    { "exempt", .conf = "internal_networks = [ \"192.0.2.0/24\" ];", .zone = ONE, MX1, .result = "policy", .reason = "exempt", .questions = "" },
};

static void sheet_vectors(void **state) { (void)state; vectors_play(&csa_method, 0, sheet, COUNT_OF(sheet)); }
static void the_bits(void **state) { (void)state; vectors_play(&csa_method, 0, bits, COUNT_OF(bits)); }
static void the_parents(void **state) { (void)state; vectors_play(&csa_method, 0, parents, COUNT_OF(parents)); }
static void who_is_examined(void **state) { (void)state; vectors_play(&csa_method, 0, identities, COUNT_OF(identities)); }

static void ten_targets(void **state)
{
    (void)state;
    for (unsigned n = CSA_TARGETS_MAX - 1; n <= CSA_TARGETS_MAX + 1; n++) {
        struct arena *a = arena_new(1u << 20);
        struct player *p = player_new(&csa_method, SLICE(""));
        struct text t = text_in(a, 1u << 16);
        for (unsigned i = 0; i < n; i++)
            text_addf(&t, SRV "1 2 0 t%02u.example.\n" SRV "1 2 4 T%02u.example.\n", i, i);         /* the same twice */
        text_addf(&t, "t%02u.example. A 192.0.2.1\n", n - 1);
        player_zone(p, text_slice(&t));
        struct played r = player_play(p, &(struct play){ .ip = SLICE("192.0.2.1"), .helo = SLICE("mx1.example.com") });
        assert_true(slice_same(fact_text(r.facts, "reason"), n > CSA_TARGETS_MAX ? SLICE("too-many-targets") : SLICE("target")));
        assert_true(r.asked <= CSA_ASKS + HELO_PARENTS_MAX);
        player_free(p);
        arena_free(a);
    }
}

static void lists_parents(void **state)
{
    static const struct { const char *name, *parents; } vectors[] = {
        { "", "" }, { "com", "" }, { "example.com", "" }, { "a.example.com", "example.com" },
        { "a.b.c.d.e.f.g.h", "c.d.e.f.g.h d.e.f.g.h e.f.g.h f.g.h g.h" }, { "a.b.c.d.e.f.g", "b.c.d.e.f.g c.d.e.f.g d.e.f.g e.f.g f.g" },
        { "a.b.c.d.e.f", "b.c.d.e.f c.d.e.f d.e.f e.f" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        char room[256];
        struct text t = text_fixed(room, sizeof room);
        struct slice of[HELO_PARENTS_MAX];
        size_t n = helo_parents(slice_str(vectors[i].name), of);
        for (size_t k = 0; k < n; k++) {
            text_add_str(&t, k > 0 ? " " : "");
            text_add(&t, of[k]);
        }
        if (!slice_same(text_slice(&t), slice_str(vectors[i].parents)))
            fail_msg("%s: %.*s", vectors[i].name, (int)t.len, room);
    }
}

/* parse(print(x)) == x, by way of a zone. */
static void survives_printing(void **state)
{
    static const struct { enum csa_weight weight; uint16_t port; struct slice target; } records[] = {
        { CSA_NOT_AUTHORISED, 0, SLICE_INIT(".") }, { CSA_AUTHORISED, 1, SLICE_INIT("mx1.example.com") }, { CSA_UNPROVEN, 65535, SLICE_INIT("a b\\.example") },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(records); i++) {
        struct arena *a = arena_new(1u << 16);
        struct text t = text_in(a, 1024);
        struct csa_record r = { records[i].weight, records[i].port, records[i].target }, again;
        struct zone *z = zone_new();
        struct zone_error error;
        text_add_str(&t, "x. SRV ");
        text_add_csa(&t, &r);
        text_add_str(&t, "\n");
        assert_true(zone_read(z, text_slice(&t), &error));
        const struct answer *answer = zone_answer(z, &(struct question){ .name = SLICE("x"), .type = RTYPE_SRV });
        assert_true(answer->count == 1 && csa_read(&answer->records[0], &again));
        assert_true(again.weight == r.weight && again.port == r.port && name_same(again.target, r.target));
        answer_drop(answer);
        zone_free(z);
        arena_free(a);
    }
}

static void manual_has_the_options(void **state)
{
    (void)state;
    vectors_check_manual(&csa_method, __FILE__);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sheet_vectors),
        cmocka_unit_test(the_bits),
        cmocka_unit_test(the_parents),
        cmocka_unit_test(who_is_examined),
        cmocka_unit_test(ten_targets),
        cmocka_unit_test(lists_parents),
        cmocka_unit_test(survives_printing),
        cmocka_unit_test(manual_has_the_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
