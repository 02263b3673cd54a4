#include "publish/publish.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/rounds_test.h"
#include "fakes/method_player.h"
#include "methods/list.h"
#include "publish/plan_file.h"
#include "publish/test_asker.h"

#define ARENA_OCTETS ((size_t)8 << 20)

/* Runs from the top until nothing is missing. */
static enum plan_found derive(struct arena *a, struct test_asker *t, const char *domain, struct plan *plan, struct remarks *remarks)
{
    enum plan_found found;
    for (;;) {
        arena_reset(a);
        *remarks = (struct remarks){ 0 };
        found = plan_from_spf(a, &t->asker, slice_str(domain), plan, remarks);
        if (found != PLAN_NOT_YET)
            return found;
        test_asker_turn(t);
    }
}

#define SPF(owner, text) owner ". TXT \"v=spf1 " text "\"\n"
#define P "domain = \"example.com\";\n"

static const struct { const char *name, *zone; enum plan_found found; const char *plan, *remarks; } vectors[] = {
    { "no record", "example.com. TXT \"hello\"\n", PLAN_NONE, "", "" },
    { "no domain", "", PLAN_NONE, "", "" },
    { "DNS fails", "; servfail example.com\n", PLAN_FAILED, "", "" },
    { "two records", SPF("example.com", "-all") SPF("example.com", "~all"), PLAN_BROKEN, "", "" },
    { "malformed", SPF("example.com", "ip4:1.2.3 -all"), PLAN_BROKEN, "", "" },
    { "nobody", SPF("example.com", "-all"), PLAN_READY, P "never_sends = true;\n", "" },
    { "nobody, softly", SPF("example.com", "~all"), PLAN_READY, P "never_sends = true;\nending = \"soft\";\n", "" },
    { "says nothing", SPF("example.com", "?all"), PLAN_NONE, "", "" },
    { "says nothing at all", "example.com. TXT \"v=spf1\"\n", PLAN_NONE, "", "" },
    { "networks", SPF("example.com", "ip4:192.0.2.0/24 ip6:2001:db8::/32 ip4:198.51.100.7 -all"), PLAN_READY,
      P "networks = [ \"192.0.2.0/24\", \"2001:db8::/32\", \"198.51.100.7\" ];\n", "" },
    { "hosts and mx", SPF("example.com", "a mx a:out.example.net ~all") "example.com. A 192.0.2.1\nexample.com. MX 10 mx.example.com.\nmx.example.com. A 192.0.2.2\n"
      "out.example.net. AAAA 2001:db8::1\n", PLAN_READY,
      P "hosts = (\n    \"example.com\",\n    \"out.example.net\"\n);\nmx_sends = true;\nending = \"soft\";\n", "" },
    { "an include", SPF("example.com", "include:_spf.isp.example -all") SPF("_spf.isp.example", "ip4:192.0.2.0/28 ?all"), PLAN_READY,
      P "providers = (\n    { domain = \"_spf.isp.example\"; }\n);\n", "" },
    { "include of nothing", SPF("example.com", "ip4:192.0.2.1 include:isp.example ip4:192.0.2.2 -all"), PLAN_READY,
      P "networks = [ \"192.0.2.1\" ];\nproviders = (\n    { domain = \"isp.example\"; }\n);\nending = \"neutral\";\n", "stricter stricter stricter " },
    { "everybody", SPF("example.com", "+all"), PLAN_READY, P "networks = [ \"0.0.0.0/0\", \"::/0\" ];\nending = \"neutral\";\n", "note " },
    { "excluded first", SPF("example.com", "-ip4:192.0.2.66 ip4:192.0.2.0/24 -all"), PLAN_READY,
      P "networks = [ \"192.0.2.0/24\" ];\nexcluded = [ \"192.0.2.66\" ];\n", "" },
    { "excluded too late", SPF("example.com", "ip4:192.0.2.0/24 -ip4:192.0.2.66 -ip4:198.51.100.1 ip4:198.51.100.0/24 -all"), PLAN_READY,
      P "networks = [ \"192.0.2.0/24\", \"198.51.100.0/24\" ];\nexcluded = [ \"198.51.100.1\" ];\n", "" },
    { "softly excluded", SPF("example.com", "~ip4:192.0.2.66 ip4:192.0.2.0/24 -all"), PLAN_READY,
      P "networks = [ \"192.0.2.0/24\" ];\nexcluded = [ \"192.0.2.66\" ];\n", "note " },
    { "what a plan cannot say", SPF("example.com", "exists:%{i}._spf.example.com ptr include:%{d}.isp.example a:%{d} ip4:192.0.2.1 -all"), PLAN_READY,
      P "networks = [ \"192.0.2.1\" ];\n", "stricter stricter stricter stricter " },
    { "what it cannot deny", SPF("example.com", "-exists:%{i}.bad.example ip4:192.0.2.1 -all"), PLAN_READY, P "networks = [ \"192.0.2.1\" ];\n", "looser " },
    { "networks of hosts", SPF("example.com", "a/24 mx/30 -all") "example.com. A 192.0.2.77\nexample.com. MX 10 mx.example.com.\nmx.example.com. A 198.51.100.9\n", PLAN_READY,
      P "networks = [ \"192.0.2.0/24\", \"198.51.100.8/30\" ];\n", "note note " },
    { "mx of another domain", SPF("example.com", "mx:isp.example -all") "isp.example. MX 20 b.isp.example.\nisp.example. MX 10 a.isp.example.\na.isp.example. A 192.0.2.1\n"
      "b.isp.example. A 192.0.2.2\n", PLAN_READY, P "hosts = (\n    \"a.isp.example\",\n    \"b.isp.example\"\n);\n", "note " },
    { "redirect", SPF("example.com", "ip4:192.0.2.1 redirect=b.example") SPF("b.example", "mx -all") "b.example. MX 5 mx.b.example.\nmx.b.example. A 192.0.2.9\n", PLAN_READY,
      P "networks = [ \"192.0.2.1\" ];\nhosts = (\n    \"mx.b.example\"\n);\n", "note " },
    { "redirect to nothing", SPF("example.com", "ip4:192.0.2.1 redirect=b.example"), PLAN_READY, P "networks = [ \"192.0.2.1\" ];\nending = \"neutral\";\n", "note " },
    { "redirect round and round", SPF("example.com", "ip4:192.0.2.1 redirect=example.com"), PLAN_READY,
      P "networks = [ \"192.0.2.1\", \"192.0.2.1\", \"192.0.2.1\", \"192.0.2.1\",\n    \"192.0.2.1\", \"192.0.2.1\", \"192.0.2.1\", \"192.0.2.1\",\n    \"192.0.2.1\", \"192.0.2.1\", \"192.0.2.1\" ];\n"
      "ending = \"neutral\";\n", "stricter " },
    { "include of itself", SPF("example.com", "ip4:192.0.2.1 include:example.com -all"), PLAN_READY,
      P "networks = [ \"192.0.2.1\" ];\nproviders = (\n    { domain = \"example.com\"; }\n);\nending = \"neutral\";\n", "stricter " },
    { "a host fails", SPF("example.com", "ip4:192.0.2.1 a:x.example ip4:192.0.2.2 -all") "; servfail x.example\n", PLAN_READY,
      P "networks = [ \"192.0.2.1\" ];\nending = \"neutral\";\n", "stricter stricter " },
    { "upper case, final dot", SPF("example.com", "INCLUDE:ISP.Example. -ALL") SPF("isp.example", "ip4:192.0.2.1 -all"), PLAN_READY,
      P "providers = (\n    { domain = \"isp.example\"; }\n);\n", "" },
};

static void derives(void **state)
{
    static const char *const kinds[] = { "note ", "looser ", "stricter " };
    (void)state;
    for (size_t i = 0; i < 2 * COUNT_OF(vectors); i++) {
        struct arena *a = arena_new(ARENA_OCTETS);
        struct test_asker t = test_asker_new(vectors[i / 2].zone, i % 2);
        struct plan plan;
        struct remarks remarks;
        enum plan_found found = derive(a, &t, "example.com", &plan, &remarks);
        struct text said = text_in(a, 1 << 16), noticed = text_in(a, 1 << 16);
        if (found == PLAN_READY)
            text_add_plan(&said, &plan);
        for (size_t k = 0; k < remarks.count; k++)
            text_add_str(&noticed, kinds[remarks.at[k].kind]);
        if (found != vectors[i / 2].found || !slice_same(text_slice(&said), slice_str(vectors[i / 2].plan)) ||
            !slice_same(text_slice(&noticed), slice_str(vectors[i / 2].remarks)))
            fail_msg("%s: %d\n%.*s%.*s", vectors[i / 2].name, found, PUBLISH_NAME(text_slice(&said)), PUBLISH_NAME(text_slice(&noticed)));
        test_asker_free(&t);
        arena_free(a);
    }
}

/* ---- what the plan permits is what SPF passes, for any record ---- */

struct dice { uint64_t seed; };

static unsigned below(struct dice *r, unsigned limit)
{
    r->seed = r->seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((r->seed >> 33) % limit);
}

/* Few addresses, so that terms meet: 192.0.2.0 to 192.0.2.63 and 2001:db8::0 to ::3f. */
static void add_term(struct dice *r, struct text *t)
{
    static const char *const qualifiers[] = { "", "", "", "", "-", "~", "?" };
    text_addf(t, " %s", qualifiers[below(r, 7)]);
    switch (below(r, 9)) {
    case 0: case 1: text_addf(t, "ip4:192.0.2.%u/%u", below(r, 64), 26 + below(r, 7)); break;
    case 2: text_addf(t, "ip6:2001:db8::%x/%u", below(r, 64), 122 + below(r, 7)); break;
    case 3: text_addf(t, "a:h%u.example", below(r, 4)); break;
    case 4: text_addf(t, "a:h%u.example/%u//%u", below(r, 4), 28 + below(r, 5), 124 + below(r, 5)); break;
    case 5: text_addf(t, below(r, 2) ? "mx:d%u.example" : "mx", below(r, 4)); break;
    default: text_addf(t, "include:d%u.example", below(r, 6)); break;
    }
}

static void add_record(struct dice *r, struct text *t, unsigned number)
{
    static const char *const endings[] = { " -all", " -all", " ~all", " ?all", " +all", "" };
    text_addf(t, "d%u.example. TXT \"v=spf1", number);
    for (unsigned i = below(r, 4); i > 0; i--)
        add_term(r, t);
    if (below(r, 5) == 0)
        text_addf(t, " redirect=d%u.example", below(r, 6));
    else
        text_add_str(t, endings[below(r, 6)]);
    text_add_str(t, "\"\n");
}

static void add_zone(struct dice *r, struct text *t)
{
    for (unsigned i = 0; i < 5; i++)
        add_record(r, t, i);
    for (unsigned i = 0; i < 4; i++) {
        text_addf(t, "h%u.example. A 192.0.2.%u\nh%u.example. AAAA 2001:db8::%x\n", i, below(r, 64), i, below(r, 64));
        text_addf(t, "d%u.example. MX 10 h%u.example.\n", i, below(r, 4));
        if (below(r, 3) == 0)
            text_addf(t, "d%u.example. MX 10 h%u.example.\n", i, below(r, 4));
    }
    text_add_octet(t, '\0');
}

static bool is_stricter(const struct remarks *remarks)
{
    for (size_t i = 0; i < remarks->count; i++)
        if (remarks->at[i].kind == PUBLISH_STRICTER)
            return true;
    return false;
}

static void plan_permits_what_spf_passes(void **state)
{
    struct dice r = { 20261129 };
    struct player *player = player_new(&spf_method, SLICE(""));
    unsigned plans = 0, passes = 0;
    (void)state;
    for (unsigned round = 0; round < test_rounds(400); round++) {
        struct arena *a = arena_new(ARENA_OCTETS), *zone_arena = arena_new(1 << 16);
        struct text zone = text_in(zone_arena, 1 << 16);
        struct plan plan;
        struct remarks remarks;
        add_zone(&r, &zone);
        struct test_asker t = test_asker_new((const char *)text_slice(&zone).at, round % 2);
        bool ready = derive(a, &t, "d0.example", &plan, &remarks) == PLAN_READY;
        player_zone(player, slice_first(text_slice(&zone), zone.len - 1));
        for (unsigned n = 0; ready && n < 64; n++) {
            uint8_t room[IP_TEXT_MAX];
            struct text ip_text = text_fixed(room, sizeof room);
            text_addf(&ip_text, n % 2 ? "2001:db8::%x" : "192.0.2.%u", below(&r, 64));
            struct ip ip;
            assert_true(ip_parse(text_slice(&ip_text), &ip));
            struct played p = player_play(player, &(struct play){ .ip = text_slice(&ip_text), .helo = SLICE("x.test"), .from = SLICE("u@d0.example"), .no_scouts = true });
            bool pass = slice_same(fact_text(p.facts, "result"), SLICE("pass"));
            /* How many terms count depends on the client; where that matters, the plan is the stricter one. */
            if (pass != plan_permits(&plan, &ip) && !(pass && is_stricter(&remarks)))
                fail_msg("round %u, %.*s: spf %d\n%s%.*s", round, PUBLISH_NAME(text_slice(&ip_text)), pass, (const char *)text_slice(&zone).at, PUBLISH_NAME(p.json));
            passes += pass;
            player_forget(player);
        }
        plans += ready && !is_stricter(&remarks);
        test_asker_free(&t);
        arena_free(a);
        arena_free(zone_arena);
    }
    player_free(player);
    assert_true(plans > test_rounds(200) / 2 && passes > test_rounds(2000) / 2);
}

/* Questions stay within SPF's own bounds whatever is published. */
static void hostile_records_are_bounded(void **state)
{
    struct arena *a = arena_new(ARENA_OCTETS), *zone_arena = arena_new(1 << 20);
    struct text zone = text_in(zone_arena, 1 << 20);
    struct plan plan;
    struct remarks remarks;
    (void)state;
    for (unsigned d = 0; d < 30; d++) {
        text_addf(&zone, "d%u.example. TXT \"v=spf1", d);
        for (unsigned i = 1; i < 12; i++)
            text_addf(&zone, " mx:m%u.d%u.example include:d%u.example", i, d, (d * 3 + i) % 30);
        text_add_str(&zone, " -all\"\n");
        for (unsigned i = 1; i < 12; i++)
            for (unsigned k = 0; k < 10; k++)
                text_addf(&zone, "m%u.d%u.example. MX 1 h%u.m%u.d%u.example.\n", i, d, k, i, d);
    }
    text_add_octet(&zone, '\0');
    struct test_asker t = test_asker_new((const char *)text_slice(&zone).at, true);
    assert_int_equal(derive(a, &t, "d0.example", &plan, &remarks), PLAN_READY);
    assert_true(t.count < 400);
    test_asker_free(&t);
    arena_free(a);
    arena_free(zone_arena);
}

static void completes(void **state)
{
    static const char plan_text[] = P "hosts = ( \"out.example.com\", { name = \"given.example.com\"; addresses = \"192.0.2.5\"; }, \"gone.example.com\", \"broken.example.com\" );\n"
        "mx_sends = true;\nproviders = ( \"isp.example\", { domain = \"said.example\"; networks = \"198.51.100.0/30\"; }, \"none.example\", \"odd.example\" );\n";
    static const char zone[] = "out.example.com. A 192.0.2.1\nout.example.com. AAAA 2001:db8::1\n; servfail broken.example.com\nexample.com. MX 10 mx.example.com.\n"
        "mx.example.com. A 192.0.2.9\n" SPF("isp.example", "include:b.isp.example ip4:203.0.113.0/28 -all") SPF("b.isp.example", "-ip4:203.0.113.33 ip4:203.0.113.32/30 -all")
        SPF("said.example", "mx a ip4:10.0.0.0/8 -all") SPF("odd.example", "exists:%{i}.odd.example ip4:203.0.113.77 -all");
    (void)state;
    for (unsigned late = 0; late < 2; late++) {
        struct arena *a = arena_new(ARENA_OCTETS), *b = arena_new(ARENA_OCTETS);
        struct config_error e;
        struct plan plan, done;
        struct remarks remarks;
        struct test_asker t = test_asker_new(zone, late);
        struct plan_file *f = plan_file_read(a, "p.plan", slice_str(plan_text), &e);
        assert_int_equal(plan_file_next(f, a, NULL, &plan, &e), PLAN_NEXT_PLAN);
        enum plan_found found;
        do {
            arena_reset(b);
            done = plan;
            remarks = (struct remarks){ 0 };
            found = plan_complete(b, &t.asker, &done, &remarks);
            if (found == PLAN_NOT_YET)
                test_asker_turn(&t);
        } while (found == PLAN_NOT_YET);
        assert_int_equal(found, PLAN_READY);
        assert_int_equal(remarks.count, 4);          /* gone, broken, none.example, odd.example */
        assert_true(done.hosts.at[0].known && done.hosts.at[0].count == 2 && !done.hosts.at[0].given);
        assert_true(done.hosts.at[2].known && done.hosts.at[2].count == 0);
        assert_false(done.hosts.at[3].known);
        assert_true(done.mx_known && done.mx.count == 1 && done.mx.at[0].count == 1);
        assert_true(done.providers.at[0].known && done.providers.at[0].lookups == 1);
        assert_true(done.providers.at[1].known && done.providers.at[1].lookups == 2 && done.providers.at[1].networks.count == 1);
        assert_false(done.providers.at[2].known || done.providers.at[2].lookups_known || done.providers.at[3].known);
        assert_false(plan_is_known(&done));
        static const struct { const char *ip; bool permitted; } clients[] = {
            { "192.0.2.1", true }, { "192.0.2.5", true }, { "192.0.2.9", true }, { "192.0.2.2", false }, { "203.0.113.32", true }, { "203.0.113.33", false },
            { "203.0.113.34", true }, { "203.0.113.15", true }, { "203.0.113.16", false }, { "198.51.100.3", true }, { "10.0.0.1", false }, { "203.0.113.77", true },
        };
        for (size_t i = 0; i < COUNT_OF(clients); i++) {
            struct ip ip;
            assert_true(ip_parse(slice_str(clients[i].ip), &ip));
            if (plan_permits(&done, &ip) != clients[i].permitted)
                fail_msg("%s", clients[i].ip);
        }
        test_asker_free(&t);
        arena_free(a);
        arena_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derives), cmocka_unit_test(plan_permits_what_spf_passes), cmocka_unit_test(hostile_records_are_bounded),
        cmocka_unit_test(completes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
