/* mxout_test: the sheet's vectors and ours, through the engine; see method_vectors.h for what must hold for each. */
#include "methods/mxout/mxout.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "fakes/method_vectors.h"
#include "methods/list.h"
#include "methods/mxout/mxout_names.h"

#define CONF(line) "methods = { mxout = { " line " }; };"
#define AFTER "enforce_after = \"2020-01-01\"; "
#define SHEET \
    "example.com. MX 10 mx.example.com.\nexample.com. MX 65535 out1.example.com.\n" \
    "mx.example.com. A 192.0.2.1\nout1.example.com. A 192.0.2.7\n" \
    "example.net. A 198.51.100.9\n" \
    "example-out.example. MX 10 o.example-out.example.\no.example-out.example. A 203.0.113.5\n"
#define SENDER .from = "u@example.com"
#define OUT .ip = "203.0.113.5", .helo = "o.example-out.example"

static const struct vector sheet[] = {
    { "mx-outbound.md 1", .zone = SHEET, .ip = "192.0.2.1", SENDER, .result = "pass", .reason = "sender",
      .holds = { "\"identity\":\"mailfrom\"", "\"domain\":\"example.com\"", "\"reading\":\"sender\"", "\"owner\":\"example.com\"", "\"host\":\"mx.example.com\"",
                 "mx.example.com is an MX of example.com" }, .explain = "" },
    { "mx-outbound.md 2", .zone = SHEET, .ip = "192.0.2.7", SENDER, .result = "pass", .reason = "sender", .holds = { "\"preference\":65535" } },
    { "mx-outbound.md 3: grace", .zone = SHEET, .ip = "198.51.100.9", .helo = "example.net", .from = "u@example.net", .result = "none", .reason = "no-mx",
      .holds = { "\"sender\":\"no-mx\"", "\"owner\":null", "\"reading\":null" }, .lacks = "\"statement\"" },
    { "mx-outbound.md 3: after", .conf = CONF(AFTER), .zone = SHEET, .ip = "198.51.100.9", .helo = "example.net", .from = "u@example.net", .result = "fail",
      .reason = "no-mx-refused", .lacks = "\"statement\"",
      .explain = "example.net: if this host is yours, register it with the record \"example.net. MX 65535 example.net.\"" },
    { "mx-outbound.md 4", .conf = CONF("implicit_mx = true;"), .zone = SHEET, .ip = "198.51.100.9", .helo = "example.net", .from = "u@example.net",
      .result = "pass", .reason = "sender", .holds = { "\"owner\":\"example.net\"" } },
    { "mx-outbound.md 5", .zone = SHEET, OUT, SENDER, .result = "pass", .reason = "registered",
      .holds = { "\"owner\":\"example-out.example\"", "\"reading\":\"registered\"", "\"identity\":\"helo\"", "\"domain\":\"o.example-out.example\"",
                 "\"by\":\"helo\"", "\"sender\":\"mx\"" } },
    { "mx-outbound.md 6: grace", .zone = SHEET, .ip = "203.0.113.6", .helo = "o.example-out.example", SENDER, .result = "softfail", .reason = "unregistered-grace",
      .explain = "example.com: if this host is yours, register it with the record \"example.com. MX 65535 o.example-out.example.\"" },
    { "mx-outbound.md 6: after", .conf = CONF(AFTER), .zone = SHEET, .ip = "203.0.113.6", .helo = "o.example-out.example", SENDER, .result = "fail",
      .reason = "unregistered", .holds = { "\"statement\":true", "\"text\":\"in no MX set\"" } },
    { "mx-outbound.md 7", .zone = SHEET, .ip = "192.0.2.7", .helo = "out1.example.com", .from = "<>", .result = "pass", .reason = "registered",
      .holds = { "\"owner\":\"example.com\"", "\"identity\":\"helo\"", "\"domain\":\"out1.example.com\"", "\"sender\":null" } },
    { "mx-outbound.md 8", .zone = "; servfail example.com MX\n", SENDER, .result = "temperror", .reason = "dns-failed" },
    { "mx-outbound.md 9", .zone = "example.com. MX 0 .\n", SENDER, .result = "fail", .reason = "null-mx", .holds = { "\"absent\":true", "\"sender\":\"null-mx\"" },
      .explain = "example.com: \"MX 0 .\" says that no server is its own; if it sends, replace that by its servers" },
    { "mx-outbound.md 10", .conf = CONF("denied_owners = [ \"example-out.example\" ];"), .zone = SHEET, OUT, SENDER, .result = "policy", .reason = "owner-denied",
      .holds = { "owned by example-out.example", "\"owner\":\"example-out.example\"" }, .explain = "" },
    { "mx-outbound.md 11", .conf = "internal_networks = [ \"203.0.113.0/24\" ];", .zone = SHEET, OUT, SENDER, .result = "policy", .reason = "exempt" },
};

#define PTR5 "5.113.0.203.in-addr.arpa. PTR o.example-out.example.\n"
static const struct vector more[] = {
    { "a confirmed name goes before HELO", .zone = SHEET PTR5, .ip = "203.0.113.5", .helo = "o.example-out.example", SENDER, .result = "pass",
      .reason = "registered", .holds = { "\"identity\":\"client\"", "\"by\":\"ptr\"", "\"name\":\"o.example-out.example\"" } },
    { "an unconfirmed name does not count", .ip = "203.0.113.6", SENDER, .result = "softfail",
      .zone = SHEET "6.113.0.203.in-addr.arpa. PTR o.example-out.example.\n", .helo = "x" },
    { "null MX, but a registered server", .zone = SHEET "null.example. MX 0 .\n", OUT, .from = "u@null.example", .result = "pass", .reason = "registered" },
    { "null MX and a failure elsewhere", .zone = "example.com. MX 0 .\n; servfail helo.example MX\n", SENDER, .result = "temperror" },
    { "the sender's domain does not exist", .zone = "$TTL 300\n", SENDER, .result = "none", .holds = { "\"absent\":true", "\"sender\":\"no-domain\"" } },
    { "three parents are looked at", .ip = "192.0.2.7", .helo = "a.b.c.example.com", .from = "<>", .zone = SHEET, .result = "pass" },
    { "not four", .ip = "192.0.2.7", .helo = "z.a.b.c.example.com", .from = "<>", .zone = SHEET, .result = "none",
      .questions = "PTR 7.2.0.192.in-addr.arpa, MX z.a.b.c.example.com, MX a.b.c.example.com, MX b.c.example.com, MX c.example.com" },
    { "never a public suffix", .ip = "192.0.2.7", .helo = "mail.example.co.uk", .from = "<>", .result = "none",
      .zone = "co.uk. MX 10 m.example\nm.example. A 192.0.2.7\n",
      .questions = "PTR 7.2.0.192.in-addr.arpa, MX mail.example.co.uk, MX example.co.uk" },
    { "HELO itself a public suffix", .ip = "192.0.2.7", .helo = "co.uk", .from = "<>", .result = "none", .questions = "PTR 7.2.0.192.in-addr.arpa",
      .zone = "co.uk. MX 10 m.example\nm.example. A 192.0.2.7\n" },
    { "HELO no name", .ip = "192.0.2.7", .helo = "[192.0.2.7]", .from = "<>", .result = "none", .zone = SHEET, .questions = "PTR 7.2.0.192.in-addr.arpa" },
    { "private addresses do not count", .ip = "10.0.0.1", SENDER, .result = "softfail",
      .zone = "example.com. MX 10 m.example.com\nm.example.com. A 10.0.0.1\n" },
    { "an exchange that is an address", .ip = "192.0.2.7", .helo = "x", SENDER, .result = "softfail", .zone = "example.com. MX 10 192.0.2.7\n",
      .questions = "MX example.com, PTR 7.2.0.192.in-addr.arpa" },
    { "an exchange that is an alias", .ip = "192.0.2.7", SENDER, .result = "pass",
      .zone = "example.com. MX 10 m.example.com\nm.example.com. CNAME n.example.com.\nn.example.com. A 192.0.2.7\n" },
    { "IPv6", .ip = "2001:db8::7", SENDER, .result = "pass", .zone = "example.com. MX 10 m.example.com\nm.example.com. AAAA 2001:db8::7\n" },
    { "IPv4-mapped", .ip = "::ffff:192.0.2.7", SENDER, .result = "pass", .zone = SHEET },
    { "one host fails, another matches", SENDER, .ip = "192.0.2.7", .result = "pass", .zone = SHEET "example.com. MX 5 dead.example.com\n; servfail dead.example.com\n" },
    { "one host fails, none matches", SENDER, .ip = "192.0.2.9", .result = "temperror",
      .zone = SHEET "example.com. MX 5 dead.example.com\n; servfail dead.example.com\n" },
    { "sender fails, but a registered server", .zone = SHEET "; servfail fails.example MX\n", OUT, .from = "u@fails.example", .result = "pass" },
    { "PTR fails, HELO registered", .zone = SHEET "; servfail 5.113.0.203.in-addr.arpa\n", OUT, SENDER, .result = "pass" },
    { "PTR fails, HELO not registered", .zone = SHEET "; servfail 1.2.0.192.in-addr.arpa\n", .from = "u@example.net", .result = "temperror" },
    { "implicit MX is for the sender's domain only", .conf = CONF("implicit_mx = true;"), .ip = "198.51.100.9", .helo = "example.net",
      .from = "u@other.example", .zone = SHEET, .result = "none" },
    { "implicit MX of a name that does not exist", .conf = CONF("implicit_mx = true; reading = \"sender\";"), .from = "u@nowhere.example", .result = "none",
      .questions = "MX nowhere.example" },
    { "implicit MX, address elsewhere", .conf = CONF("implicit_mx = true; reading = \"sender\";"), .from = "u@example.net", .zone = SHEET, .result = "softfail" },
    { "reading: sender", .conf = CONF("reading = \"sender\";"), .zone = SHEET, OUT, SENDER, .result = "softfail",
      .questions = "MX example.com, A out1.example.com, A mx.example.com" },
    { "reading: sender, null sender", .conf = CONF("reading = \"sender\";"), .zone = SHEET, OUT, .from = "<>", .result = "none", .reason = "no-identity",
      .questions = "" },
    { "reading: outbound-only", .conf = CONF("reading = \"outbound-only\";"), .zone = SHEET, OUT, SENDER, .result = "pass", .reason = "outbound-only",
      .holds = { "\"reading\":\"outbound-only\"", "\"owner\":\"example-out.example\"" } },
    { "reading: outbound-only, not kept for sending", .conf = CONF("reading = \"outbound-only\";"), .zone = SHEET, OUT, .from = "u@www.example-out.example",
      .result = "softfail" },
    { "reading: outbound-only, null sender", .conf = CONF("reading = \"outbound-only\";"), .zone = SHEET, OUT, .from = "<>", .result = "pass" },
    { "denied: below a listed name", .conf = CONF("denied_owners = [ \"example\" ];"), .zone = SHEET, OUT, SENDER, .result = "policy" },
    { "denied: by whole labels", .conf = CONF("denied_owners = [ \"out.example\" ];"), .zone = SHEET, OUT, SENDER, .result = "pass" },
    { "denied: the sender's own", .conf = CONF("denied_owners = [ \"example.com\" ];"), .zone = SHEET, SENDER, .result = "policy" },
    { "grace ends at its instant", .conf = CONF("enforce_after = \"2023-11-14T22:13:20Z\";"), .from = "u@example.com", .zone = SHEET, .ip = "192.0.2.9",
      .result = "fail" },
    { "and not a second before", .conf = CONF("enforce_after = \"2023-11-14T22:13:21Z\";"), .from = "u@example.com", .zone = SHEET, .ip = "192.0.2.9",
      .result = "softfail" },
    { "unknown client", .ip = "", .zone = SHEET, SENDER, .result = "none", .reason = "no-subject", .questions = "" },
};

#define NAMES(line) .conf = CONF("mxout_names = true; " line)
#define NAMED "8.2.0.192.in-addr.arpa. PTR a.mxout.example.com.\na.mxout.example.com. A 192.0.2.8\n"
#define POOL "8.2.0.192.in-addr.arpa. PTR pool8.example.com.\npool8.example.com. A 192.0.2.8\n"
static const struct vector names[] = {
    { "named", NAMES(""), .ip = "192.0.2.8", .from = "u@other.example", .result = "pass", .reason = "named",
      .zone = NAMED "mxout.example.com. A 127.0.0.1\n", .holds = { "\"owner\":\"example.com\"", "\"identity\":\"client\"", "\"name\":\"a.mxout.example.com\"" } },
    { "named, 2", NAMES(""), .ip = "192.0.2.8", .from = "u@other.example", .result = "pass", .zone = NAMED "mxout.example.com. A 127.0.0.2\n" },
    { "named, another value", NAMES(""), .ip = "192.0.2.8", .from = "u@other.example", .result = "none", .zone = NAMED "mxout.example.com. A 127.0.0.4\n" },
    { "named, any other address", NAMES(""), .ip = "192.0.2.8", .from = "u@other.example", .result = "none", .zone = NAMED "mxout.example.com. A 192.0.2.1\n" },
    { "named, no convention", NAMES(""), .ip = "192.0.2.8", .from = "u@other.example", .result = "none", .zone = NAMED },
    { "named, switched off", .ip = "192.0.2.8", .from = "u@other.example", .result = "none", .zone = NAMED "mxout.example.com. A 127.0.0.1\n" },
    { "named, unconfirmed", NAMES(""), .ip = "192.0.2.9", .from = "u@other.example", .result = "none",
      .zone = NAMED "9.2.0.192.in-addr.arpa. PTR a.mxout.example.com.\nmxout.example.com. A 127.0.0.1\n" },
    { "named below a public suffix", NAMES(""), .ip = "192.0.2.8", .from = "u@other.example", .result = "none",
      .zone = "8.2.0.192.in-addr.arpa. PTR a.mxout.co.uk.\na.mxout.co.uk. A 192.0.2.8\nmxout.co.uk. A 127.0.0.1\n" },
    { "the convention fails", NAMES(""), .ip = "192.0.2.8", .from = "u@other.example", .result = "temperror", .zone = NAMED "; servfail mxout.example.com\n" },
    { "not named where hosts are", NAMES(""), .ip = "192.0.2.8", .from = "u@other.example", .result = "softfail", .reason = "name-refused-grace",
      .zone = POOL "mxout.example.com. A 127.0.0.2\n", .holds = { "\"refused_by\":\"example.com\"", "\"statement\":true" },
      .explain = "example.com: if this host may send, give it a name below mxout.example.com" },
    { "not named, enforced", NAMES(AFTER), .ip = "192.0.2.8", .from = "u@other.example", .result = "fail", .reason = "name-refused",
      .zone = POOL "mxout.example.com. A 127.0.0.2\n" },
    { "not named, 1 refuses nobody", NAMES(""), .ip = "192.0.2.8", .from = "u@other.example", .result = "none", .zone = POOL "mxout.example.com. A 127.0.0.1\n" },
    { "not named, but in an MX set", NAMES(""), .ip = "192.0.2.8", .from = "u@other.example", .result = "pass", .reason = "registered",
      .zone = POOL "mxout.example.com. A 127.0.0.2\nexample.com. MX 10 pool8.example.com.\n" },
};

static void sheet_vectors(void **state) { (void)state; vectors_play(&mxout_method, 0, sheet, COUNT_OF(sheet)); }
static void further_vectors(void **state) { (void)state; vectors_play(&mxout_method, 0, more, COUNT_OF(more)); }
static void names_that_speak(void **state) { (void)state; vectors_play(&mxout_method, 0, names, COUNT_OF(names)); }

/* ---- bounds ---- */

static struct played play_zone(struct player *p, struct slice zone, const char *ip, bool no_scouts)
{
    player_zone(p, zone);
    return player_play(p, &(struct play){ .ip = slice_str(ip), .helo = SLICE("x"), .from = SLICE("u@example.com"), .no_scouts = no_scouts });
}

/* Of more than ten hosts the last ones by preference count, whatever the order of arrival. */
static void ten_hosts_of_a_set(void **state)
{
    static const struct { unsigned hosts; const char *result; } cases[] = {
        { PATH_MX_MAX, "pass" }, { PATH_MX_MAX + 1, "softfail" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena *a = arena_new(1u << 20);
        struct player *p = player_new(&mxout_method, SLICE(""));
        struct text t = text_in(a, 1u << 16);
        for (unsigned k = 0; k < cases[i].hosts; k++)
            text_addf(&t, "example.com. MX %u h%u.example\nh%u.example. A 192.0.2.%u\n", k, k, k, 100 + k);
        struct played first = play_zone(p, text_slice(&t), "192.0.2.100", true);
        assert_true(slice_same(fact_text(first.facts, "result"), slice_str(cases[i].result)));
        struct played last = play_zone(p, text_slice(&t), "192.0.2.109", true);
        assert_true(slice_same(fact_text(last.facts, "result"), SLICE("pass")));
        player_free(p);
        arena_free(a);
    }
}

/* A client with ten names in ten domains with ten MX hosts each. */
static void forty_questions(void **state)
{
    (void)state;
    struct arena *a = arena_new(1u << 20);
    struct player *p = player_new(&mxout_method, SLICE(""));
    struct text t = text_in(a, 1u << 18);
    for (unsigned n = 0; n < 10; n++) {
        text_addf(&t, "1.2.0.192.in-addr.arpa. PTR n%u.d%u.example.\nn%u.d%u.example. A 192.0.2.1\n", n, n, n, n);
        for (unsigned k = 0; k < 10; k++)
            text_addf(&t, "d%u.example. MX 10 h%u.d%u.example.\n", n, k, n);
    }
    struct played r = play_zone(p, text_slice(&t), "192.0.2.1", true);
    assert_true(slice_same(fact_text(r.facts, "reason"), SLICE("over-quota")));
    assert_int_equal(r.asked, MXOUT_ASKS);
    r = play_zone(p, text_slice(&t), "192.0.2.1", false);
    assert_true(slice_same(fact_text(r.facts, "reason"), SLICE("over-quota")));
    assert_true(r.asked <= MXOUT_ASKS + MXOUT_HINTS);
    player_free(p);
    arena_free(a);
}

/* ---- candidates ---- */

static void lists_names_and_parents(void **state)
{
    static const struct { const char *names, *domains; } vectors[] = {
        { "out1.example.com", "out1.example.com example.com" },
        { "OUT1.Example.COM.", "out1.example.com example.com" },
        { "a.b.c.d.e.example.com", "a.b.c.d.e.example.com b.c.d.e.example.com c.d.e.example.com d.e.example.com" },
        { "mail.example.co.uk", "mail.example.co.uk example.co.uk" },
        { "example.com mail.example.com", "example.com mail.example.com" },
        { "co.uk", "" }, { "com", "" }, { "localhost", "" }, { "", "" }, { "a..example.com", "" }, { "[192.0.2.1]", "" },
    };
    struct suffix_list *suffixes = suffix_list_builtin();
    (void)state;
    assert_non_null(suffixes);
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct arena *a = arena_new(1u << 20);
        struct path_tied list = { .count = 0 };
        struct slice rest = slice_str(vectors[i].names), name;
        for (bool more_names = true; more_names;) {
            more_names = slice_cut(rest, ' ', &name, &rest);
            path_tie_name(suffixes, a, &list, name, false);
        }
        struct text t = text_in(a, 4096);
        for (size_t k = 0; k < list.count; k++) {
            text_add_str(&t, k > 0 ? " " : "");
            text_add(&t, list.at[k].domain);
        }
        if (!slice_same(text_slice(&t), slice_str(vectors[i].domains)))
            fail_msg("%s: %.*s", vectors[i].names, (int)t.len, (const char *)t.at);
        arena_free(a);
    }
    suffix_list_free(suffixes);
}

static void manual_has_the_options(void **state)
{
    (void)state;
    vectors_check_manual(&mxout_method, __FILE__);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sheet_vectors),
        cmocka_unit_test(further_vectors),
        cmocka_unit_test(names_that_speak),
        cmocka_unit_test(ten_hosts_of_a_set),
        cmocka_unit_test(forty_questions),
        cmocka_unit_test(lists_names_and_parents),
        cmocka_unit_test(manual_has_the_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
