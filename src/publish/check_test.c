#include "publish/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "publish/plan_file.h"
#include "publish/test_asker.h"

#define ARENA_OCTETS ((size_t)8 << 20)
#define D "domain = \"example.com\"; "

static void publication_of(struct arena *a, const char *text, const char *method, struct plan *plan, struct publication *p)
{
    struct config_error e = { .line = 0 };
    struct slice names[2] = { { 0 } };
    bool two = slice_cut(slice_str(method), '+', &names[0], &names[1]);
    struct texts list = { names, two ? 2 : 1 };
    struct plan_file *f = plan_file_read(a, "p.plan", slice_str(text), &e);
    if (!f || plan_file_next(f, a, NULL, plan, &e) != PLAN_NEXT_PLAN)
        fail_msg("%s: %s", text, e.text);
    assert_true(publish_plan(a, plan, &list, p));
}

static const struct { const char *name, *method, *plan, *previous, *zone, *said, *update; } vectors[] = {
    { "there", "rmx", D "never_sends = true;", NULL, "_rmx.example.com. 60 TXT \"unused:\"\n", "", "" },
    { "there, cut elsewhere", "rmx", D "never_sends = true;", NULL, "_rmx.example.com. TXT \"unu\" \"sed:\"\n", "", "" },
    { "missing", "rmx", D "never_sends = true;", NULL, "", "missing  rmx        _rmx.example.com. TXT \"unused:\"\n",
      "zone example.com.\nupdate add _rmx.example.com. 3600 IN TXT \"unused:\"\nsend\n" },
    { "wrong", "spf", D "never_sends = true;", NULL, "example.com. TXT \"V=SPF1 mx -all\"\nexample.com. TXT \"site-verification=1\"\n",
      "wrong    spf        example.com. TXT \"v=spf1 -all\"\n  found             example.com. TXT \"V=SPF1 mx -all\"\n",
      "zone example.com.\nupdate delete example.com. TXT \"V=SPF1 mx -all\"\nupdate add example.com. 3600 IN TXT \"v=spf1 -all\"\nsend\n" },
    { "one too many", "spf", D "never_sends = true;", NULL, "example.com. TXT \"v=spf1 mx -all\"\nexample.com. TXT \"v=spf1 -all\"\n",
      "stale    spf        example.com. TXT \"v=spf1 mx -all\"\n", "zone example.com.\nupdate delete example.com. TXT \"v=spf1 mx -all\"\nsend\n" },
    { "DNS fails", "rmx", D "never_sends = true;", NULL, "; timeout _rmx.example.com\n", "unknown  rmx        _rmx.example.com. TXT \"unused:\"\n", "" },
    { "MX in another case and order", "mx", D "never_sends = true; mx = [ \"mx1.@\", \"mx2.@\" ];", NULL,
      "example.com. MX 20 MX2.Example.com.\nexample.com. MX 10 mx1.example.com.\n", "", "" },
    { "MX of another preference", "mx", D "never_sends = true; mx = [ \"mx1.@\" ];", NULL, "example.com. MX 20 mx1.example.com.\n",
      "wrong    mx         example.com. MX 10 mx1.example.com.\n  found             example.com. MX 20 mx1.example.com.\n",
      "zone example.com.\nupdate delete example.com. MX 20 mx1.example.com.\nupdate add example.com. 3600 IN MX 10 mx1.example.com.\nsend\n" },
    { "MX of another method", "mx", D "hosts = \"out.@\"; mx = [ \"mx1.@\" ];", NULL, "example.com. MX 10 mx1.example.com.\nexample.com. MX 65535 out.example.com.\n", "", "" },
    { "... and of none", "mx", D "hosts = \"out.@\"; mx = [ \"mx1.@\" ];", NULL, "example.com. MX 10 mx1.example.com.\nexample.com. MX 65535 x.example.com.\n",
      "stale    mx         example.com. MX 65535 x.example.com.\n", "zone example.com.\nupdate delete example.com. MX 65535 x.example.com.\nsend\n" },
    { "MX of who receives, where the plan does not say who does", "mxout", D "hosts = \"out.@\";", NULL,
      "example.com. MX 10 mx1.example.com.\nexample.com. MX 20 mx.isp.example.\nexample.com. MX 65535 old.example.com.\n",
      "wrong    mxout      example.com. MX 65535 out.example.com.\n  found             example.com. MX 65535 old.example.com.\n",
      "zone example.com.\nupdate delete example.com. MX 65535 old.example.com.\nupdate add example.com. 3600 IN MX 65535 out.example.com.\nsend\n" },
    { "a wildcard is a name", "dmp", D "never_sends = true;", NULL, "_smtp-client.example.com. TXT \"dmp=\"\n*._smtp-client.example.com. TXT \"dmp=deny\"\n", "", "" },
    { "what a wildcard answered until now", "dmp", D "networks = \"192.0.2.0/24\"; excluded = \"192.0.2.66\";", NULL,
      "_smtp-client.example.com. TXT \"dmp=\"\n*._smtp-client.example.com. TXT \"dmp=deny\"\n",
      "wrong    dmp        *.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=allow\"\n"
      "  found             *.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=deny\"\n",
      "zone example.com.\nupdate delete *.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=deny\"\n"
      "update add *.2.0.192.in-addr._smtp-client.example.com. 3600 IN TXT \"dmp=allow\"\n"
      "update add 66.2.0.192.in-addr._smtp-client.example.com. 3600 IN TXT \"dmp=deny\"\nsend\n" },
    { "what the old plan's wildcard answered", "dmp", D "networks = \"192.0.2.0/24\";", D "networks = \"192.0.0.0/16\";",
      "_smtp-client.example.com. TXT \"dmp=\"\n*._smtp-client.example.com. TXT \"dmp=deny\"\n*.0.192.in-addr._smtp-client.example.com. TXT \"dmp=allow\"\n",
      "stale    dmp        *.0.192.in-addr._smtp-client.example.com. TXT \"dmp=allow\"\n",
      "zone example.com.\nupdate add *.2.0.192.in-addr._smtp-client.example.com. 3600 IN TXT \"dmp=allow\"\n"
      "update delete *.0.192.in-addr._smtp-client.example.com. TXT \"dmp=allow\"\nsend\n" },
    { "what the old plan left below a wildcard of the new one", "dmp", D "networks = \"192.0.2.0/24\";", D "networks = \"192.0.2.4\";",
      "_smtp-client.example.com. TXT \"dmp=\"\n*._smtp-client.example.com. TXT \"dmp=deny\"\n*.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=allow\"\n"
      "4.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=allow\"\n", "",
      "zone example.com.\nupdate delete 4.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=allow\"\nsend\n" },
    { "what the old plan left", "dmp", D "never_sends = true;", D "networks = \"192.0.2.1\";",
      "_smtp-client.example.com. TXT \"dmp=\"\n*._smtp-client.example.com. TXT \"dmp=deny\"\n1.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=allow\"\n",
      "stale    dmp        1.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=allow\"\n",
      "zone example.com.\nupdate delete 1.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=allow\"\nsend\n" },
    { "what the old plan left, and the new one found", "spf", D "never_sends = true;", D "mx_sends = true;", "example.com. TXT \"v=spf1 mx -all\"\n",
      "wrong    spf        example.com. TXT \"v=spf1 -all\"\n  found             example.com. TXT \"v=spf1 mx -all\"\n",
      "zone example.com.\nupdate delete example.com. TXT \"v=spf1 mx -all\"\nupdate add example.com. 3600 IN TXT \"v=spf1 -all\"\nsend\n" },
    { "another zone is another message", "mxout", D "hosts = \"o.out.example\"; outbound_domain = \"out.example\"; mx_sends = true; mx = \"mx.@\";", NULL, "",
      "missing  mxout      out.example. MX 10 o.out.example.\n", "update add out.example. 3600 IN MX 10 o.out.example.\nsend\n" },
    { "other zones come before the one that is named", "mtamark+spf", D "networks = \"192.0.2.1\"; address_space = \"192.0.2.1\";", NULL, "",
      "missing  mtamark    _send._smtp._srv.1.2.0.192.in-addr.arpa. TXT \"1\"\nmissing  spf        example.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n",
      "update add _send._smtp._srv.1.2.0.192.in-addr.arpa. 3600 IN TXT \"1\"\nsend\n"
      "zone example.com.\nupdate add example.com. 3600 IN TXT \"v=spf1 ip4:192.0.2.1 -all\"\nsend\n" },
    { "owners that are no host names", "drip", D "hosts = { name = \"a.@\"; addresses = \"192.0.2.1\"; };", NULL,
      "192_0_2_1.ipv4.relays._email_.a.example.com. A 192.0.2.1\n*.ipv6.relays._email_.a.example.com. AAAA ::\n",
      "missing  drip       *.ipv4.relays._email_.a.example.com. A 0.0.0.0\n",
      "check-names no\nzone example.com.\nupdate add *.ipv4.relays._email_.a.example.com. 3600 IN A 0.0.0.0\n"
      "update add 192_0_2_1.ipv4.relays._email_.a.example.com. 3600 IN A 192.0.2.1\nsend\n" },
    { "what a wildcard answered that no plan has", "dmp", D "networks = \"192.0.2.0/24\"; excluded = \"192.0.2.66\";", NULL,
      "_smtp-client.example.com. TXT \"dmp=\"\n*._smtp-client.example.com. TXT \"dmp=deny\"\n*.0.192.in-addr._smtp-client.example.com. TXT \"dmp=allow\"\n",
      "wrong    dmp        66.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=deny\"\n"
      "  found             66.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=allow\"\n",
      "zone example.com.\nupdate add *.2.0.192.in-addr._smtp-client.example.com. 3600 IN TXT \"dmp=allow\"\n"
      "update delete 66.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=allow\"\n"
      "update add 66.2.0.192.in-addr._smtp-client.example.com. 3600 IN TXT \"dmp=deny\"\nsend\n" },
    { "an alias where a key was", "dkim", D "never_sends = true; keys = { selector = \"s\"; alias = \"s.p.example\"; };",
      D "never_sends = true; keys = { selector = \"s\"; key = \"AAAA\"; };", "s._domainkey.example.com. TXT \"v=DKIM1; k=rsa; p=AAAA\"\n",
      "missing  dkim       s._domainkey.example.com. CNAME s.p.example.\nstale    dkim       s._domainkey.example.com. TXT \"v=DKIM1; k=rsa; p=AAAA\"\n",
      "zone example.com.\nupdate delete s._domainkey.example.com. TXT \"v=DKIM1; k=rsa; p=AAAA\"\n"
      "update add s._domainkey.example.com. 3600 IN CNAME s.p.example.\nupdate delete s._domainkey.example.com. TXT \"v=DKIM1; k=rsa; p=AAAA\"\nsend\n" },
    { "a key where an alias was", "dkim", D "never_sends = true; keys = { selector = \"s\"; key = \"AAAA\"; };",
      D "never_sends = true; keys = { selector = \"s\"; alias = \"s.p.example\"; };", "s._domainkey.example.com. CNAME s.p.example.\n",
      "missing  dkim       s._domainkey.example.com. TXT \"v=DKIM1; k=rsa; p=AAAA\"\nstale    dkim       s._domainkey.example.com. CNAME s.p.example.\n",
      "zone example.com.\nupdate delete s._domainkey.example.com. CNAME s.p.example.\n"
      "update add s._domainkey.example.com. 3600 IN TXT \"v=DKIM1; k=rsa; p=AAAA\"\nupdate delete s._domainkey.example.com. CNAME s.p.example.\nsend\n" },
    { "an alias", "dkim", D "never_sends = true; keys = { selector = \"s\"; alias = \"s.p.example\"; };", NULL, "s._domainkey.example.com. CNAME s.P.example.\n", "", "" },
    { "another alias", "dkim", D "never_sends = true; keys = { selector = \"s\"; alias = \"s.p.example\"; };", NULL, "s._domainkey.example.com. CNAME x.p.example.\n",
      "wrong    dkim       s._domainkey.example.com. CNAME s.p.example.\n  found             s._domainkey.example.com. CNAME x.p.example.\n",
      "zone example.com.\nupdate delete s._domainkey.example.com. CNAME x.p.example.\nupdate add s._domainkey.example.com. 3600 IN CNAME s.p.example.\nsend\n" },
};

static void checks(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * COUNT_OF(vectors); i++) {
        struct arena *a = arena_new(ARENA_OCTETS);
        struct test_asker t = test_asker_new(vectors[i / 2].zone, i % 2);
        struct plan plan, old;
        struct publication p, previous;
        struct check_list list;
        publication_of(a, vectors[i / 2].plan, vectors[i / 2].method, &plan, &p);
        if (vectors[i / 2].previous)
            publication_of(a, vectors[i / 2].previous, vectors[i / 2].method, &old, &previous);
        struct publication beside;
        assert_true(publish_plan(a, &plan, &(struct texts){ .count = 0 }, &beside));
        enum plan_found found;
        while ((found = publication_check(a, &t.asker, &p, &beside, vectors[i / 2].previous ? &previous : NULL, &list)) == PLAN_NOT_YET)
            test_asker_turn(&t);
        assert_int_equal(found, PLAN_READY);
        struct text said = text_in(a, 1 << 16), update = text_in(a, 1 << 16), in_zone = text_in(a, 1 << 16);
        text_add_check(&said, &list, false);
        text_add_nsupdate(&update, &in_zone, &p, &list);
        text_add(&update, text_slice(&in_zone));
        if (!slice_same(text_slice(&said), slice_str(vectors[i / 2].said)) || !slice_same(text_slice(&update), slice_str(vectors[i / 2].update)))
            fail_msg("%s:\n%.*s%.*s", vectors[i / 2].name, PUBLISH_NAME(text_slice(&said)), PUBLISH_NAME(text_slice(&update)));
        test_asker_free(&t);
        arena_free(a);
    }
}

/* Records that must not be there. */
static void finds_what_must_not_be(void **state)
{
    struct arena *a = arena_new(ARENA_OCTETS);
    struct test_asker t = test_asker_new("_imx.example.com. TXT \"v=imx1 none\"\n_imx.example.com. TXT \"other\"\n", false);
    struct plan plan = { .domain = SLICE("example.com"), .ttl_seconds = 60 };
    struct publication p = { .arena = a, .plan = &plan, .by = "imx" };
    struct check_list list;
    struct text said = text_in(a, 1 << 16), json = text_in(a, 1 << 16);
    (void)state;
    publish_absent(&p, SLICE("_imx.example.com"), RTYPE_TXT, "v=imx1");
    publish_absent(&p, SLICE("_x.example.com"), RTYPE_TXT, "");
    assert_int_equal(publication_check(a, &t.asker, &p, NULL, NULL, &list), PLAN_READY);
    text_add_check(&said, &list, true);
    assert_true(slice_same(text_slice(&said), SLICE("stale    imx        _imx.example.com. TXT \"v=imx1 none\"\n")));
    assert_true(fact_to_json(check_facts(a, &p, &list), false, &json));
    assert_true(slice_same(text_slice(&json), SLICE("{\"version\":1,\"domain\":\"example.com\",\"present\":0,\"missing\":0,\"wrong\":0,\"stale\":1,\"unknown\":0,"
        "\"check\":[{\"state\":\"stale\",\"method\":\"imx\",\"owner\":\"_imx.example.com\",\"type\":\"TXT\",\"found\":\"\\\"v=imx1 none\\\"\"}],\"remarks\":[]}")));
    test_asker_free(&t);
    arena_free(a);
}

static void without_dns_all_is_added(void **state)
{
    struct arena *a = arena_new(ARENA_OCTETS);
    struct plan plan;
    struct publication p;
    struct check_list list;
    struct text elsewhere = text_in(a, 1 << 16), update = text_in(a, 1 << 16);
    (void)state;
    publication_of(a, D "never_sends = true;", "spf", &plan, &p);
    assert_int_equal(publication_unchecked(a, &p, &list), PLAN_READY);
    text_add_nsupdate(&elsewhere, &update, &p, &list);
    assert_int_equal(elsewhere.len, 0);
    assert_true(slice_same(text_slice(&update), SLICE("zone example.com.\nupdate add example.com. 3600 IN TXT \"v=spf1 -all\"\nsend\n")));
    arena_free(a);
}

/* A message of nsupdate has 65535 octets at most; without the cut it sends none. */
static void large_updates_are_cut(void **state)
{
    struct arena *a = arena_new(2 * ARENA_OCTETS);
    struct plan plan;
    struct publication p;
    struct check_list list;
    struct text elsewhere = text_in(a, 1 << 20), update = text_in(a, 1 << 20), hosts = text_in(a, 1 << 16);
    size_t octets = 0, most = 0, messages = 0;
    (void)state;
    text_add_str(&hosts, D "networks = [ \"2001:db8::1\"");
    for (unsigned i = 0; i < 900; i++)
        text_addf(&hosts, ", \"2001:db8:%x::1\"", i + 1);
    text_add_str(&hosts, " ];");
    publication_of(a, slice_to_string(a, text_slice(&hosts)), "dmp", &plan, &p);
    assert_int_equal(publication_unchecked(a, &p, &list), PLAN_READY);
    assert_int_equal(list.count, 903);
    text_add_nsupdate(&elsewhere, &update, &p, &list);
    for (struct slice line, rest = text_slice(&update); rest.len > 0;) {
        (void)slice_cut(rest, '\n', &line, &rest);
        bool sent = slice_same(line, SLICE("send"));
        messages += sent;
        octets = sent ? 0 : octets + line.len;     /* the line is longer than the record */
        most = octets > most ? octets : most;
    }
    assert_int_equal(messages, 2);
    assert_int_equal(octets, 0);
    assert_true(most < 90000);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks), cmocka_unit_test(finds_what_must_not_be), cmocka_unit_test(without_dns_all_is_added),
        cmocka_unit_test(large_updates_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
