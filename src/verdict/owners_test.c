#include "verdict/owners.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "verdict/verdict.h"

#define RDAP(NAME, ROLE, ROW) "{ \"objectClassName\": \"domain\", \"ldhName\": \"" NAME "\", \"entities\": [ { \"roles\": [ \"technical\" ], " \
    "\"vcardArray\": [ \"vcard\", [ [ \"fn\", {}, \"text\", \"Somebody Else\" ] ] ] }, { \"roles\": [ \"" ROLE "\" ], " \
    "\"vcardArray\": [ \"vcard\", [ [ \"version\", {}, \"text\", \"4.0\" ], " ROW " ] ] } ] }"

static const struct { const char *name, *text, *domain, *owner, *complaint; unsigned line; } files[] = {
    { "one line",             "example.com,Example Inc.\n",                  "example.com", "Example Inc.", NULL, 0 },
    { "no line end",          "example.com,Example Inc.",                    "example.com", "Example Inc.", NULL, 0 },
    { "heading",              "Domain,Owner\nexample.com,E\n",               "example.com", "E", NULL, 0 },
    { "CRLF, comment, blank line", "# mine\r\n\r\nexample.com,E\r\n",        "example.com", "E", NULL, 0 },
    { "quoted (RFC 4180 2)",  "\"example.com\",\"Example, \"\"E\"\" Inc.\"\n", "example.com", "Example, \"E\" Inc.", NULL, 0 },
    { "further columns",      "example.com,E,2004-01-01,x\n",                "example.com", "E", NULL, 0 },
    { "blanks around",        "  example.com ,  E  \n",                      "example.com", "E", NULL, 0 },
    { "a name below",         "example.com,E\n",                             "a.b.example.com", "E", NULL, 0 },
    { "the nearest name",     "example.com,E\nb.example.com,B\n",            "a.b.example.com", "B", NULL, 0 },
    { "letters are no labels", "example.com,E\n",                            "badexample.com", "", NULL, 0 },
    { "twice: the first",     "example.com,E\nexample.com,F\n",              "example.com", "E", NULL, 0 },
    { "U-label, case",        "B\xc3\xbc" "cher.Example,E\n",                "xn--bcher-kva.example", "E", NULL, 0 },
    { "nothing",              "",                                            "example.com", "", NULL, 0 },
    { "no owner",             "example.com,E\nexample.org\n",                NULL, NULL, "domain,owner", 2 },
    { "empty owner",          "example.com,\n",                              NULL, NULL, "owner's name", 1 },
    { "no domain",            "-.example,E\n",                               NULL, NULL, "no domain name", 1 },
    { "quote not closed",     "example.com,\"E\n",                           NULL, NULL, "domain,owner", 1 },
    { "text behind the quote", "example.com,\"E\"x\n",                       NULL, NULL, "domain,owner", 1 },
    { "RDAP, organisation",   RDAP("EXAMPLE.COM", "registrant", "[ \"fn\", {}, \"text\", \"J. Doe\" ], [ \"org\", {}, \"text\", \"Example Inc.\" ]"), "example.com", "Example Inc.", NULL, 0 },
    { "RDAP, person",         RDAP("example.com", "registrant", "[ \"fn\", {}, \"text\", \"J. Doe\" ]"), "example.com", "J. Doe", NULL, 0 },
    { "RDAP, a list as value", RDAP("example.com", "registrant", "[ \"org\", {}, \"text\", [ \"Example Inc.\", \"Mail\" ] ]"), "example.com", "Example Inc.", NULL, 0 },
    { "RDAP, one a line",     RDAP("example.org", "registrant", "[ \"fn\", {}, \"text\", \"O\" ]") "\n\n" RDAP("example.com", "registrant", "[ \"fn\", {}, \"text\", \"C\" ]") "\n", "example.com", "C", NULL, 0 },
    { "RDAP without registrant", RDAP("example.com", "abuse", "[ \"fn\", {}, \"text\", \"C\" ]"), NULL, NULL, "no registrant", 1 },
    { "RDAP of an address",   "{ \"objectClassName\": \"ip network\" }",     NULL, NULL, "of a domain", 1 },
    { "RDAP without a name",  "{ \"objectClassName\": \"domain\", \"entities\": [ { \"roles\": [ \"registrant\" ], \"vcardArray\": [ \"vcard\", [ [ \"fn\", {}, \"text\", \"C\" ] ] ] } ] }", NULL, NULL, "no domain name", 1 },
    { "RDAP of odd shapes",   "{ \"objectClassName\": \"domain\", \"ldhName\": \"example.com\", \"entities\": [ 1, \"x\", { \"roles\": \"registrant\", \"vcardArray\": {} }, "
                              "{ \"roles\": [ \"registrant\" ], \"vcardArray\": [ \"vcard\", [ 3, [ ], [ 4 ], [ \"fn\" ], [ \"fn\", {}, \"text\", [ ] ] ] ] } ] }", NULL, NULL, "no registrant", 1 },
    { "broken JSON",          "{ \"objectClassName\": ",                     NULL, NULL, "RDAP object", 1 },
};

static void test_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct arena *arena = arena_new(1u << 20);
        struct owners *o = owners_new(arena);
        struct config_error e;
        bool good = owners_add(o, "owners.csv", slice_str(files[i].text), &e);
        if (good != (files[i].complaint == NULL))
            fail_msg("%s: %s", files[i].name, good ? "taken" : e.text);
        if (!good && (!strstr(e.text, files[i].complaint) || e.line != files[i].line || strcmp(e.file, "owners.csv") != 0))
            fail_msg("%s: %s:%u: %s", files[i].name, e.file, e.line, e.text);
        owners_close(o);
        if (good && !slice_same(owners_find(o, slice_str(files[i].domain)), slice_str(files[i].owner)))
            fail_msg("%s: another owner", files[i].name);
        arena_free(arena);
    }
}

static void test_bounds(void **state)
{
    (void)state;
    char line[OWNER_NAME_MAX + 64];
    for (size_t n = OWNER_NAME_MAX - 1; n <= OWNER_NAME_MAX + 1; n++) {
        struct arena *arena = arena_new(1u << 20);
        struct owners *o = owners_new(arena);
        struct config_error e;
        int head = snprintf(line, sizeof line, "example.com,");
        memset(line + head, 'x', n);
        line[(size_t)head + n] = '\0';
        assert_int_equal(owners_add(o, "f", slice_str(line), &e), n <= OWNER_NAME_MAX);
        arena_free(arena);
    }
}

/* 100,000 names, found and not found; several files make one table. */
static void test_many(void **state)
{
    (void)state;
    struct arena *arena = arena_new(64u << 20), *texts = arena_new(64u << 20);
    struct owners *o = owners_new(arena);
    struct config_error e;
    struct text t = text_in(texts, 32u << 20);
    for (unsigned i = 0; i < 100000; i++)
        text_addf(&t, "d%u.example,Owner %u\n", i, i % 7);
    assert_true(owners_add(o, "a", text_slice(&t), &e));
    assert_true(owners_add(o, "b", SLICE("d5.example,Late\nmore.example,More\n"), &e));
    owners_close(o);
    assert_int_equal(owners_count(o), 100001);
    assert_true(slice_same(owners_find(o, SLICE("x.d99999.example")), SLICE("Owner 4")));
    assert_true(slice_same(owners_find(o, SLICE("d5.example")), SLICE("Owner 5")));
    assert_true(slice_same(owners_find(o, SLICE("more.example")), SLICE("More")));
    assert_int_equal(owners_find(o, SLICE("example")).len, 0);
    arena_free(texts);
    arena_free(arena);
}

/* ---- in lists and rules ---- */

static const struct rules *rules_with(const char *conf, const char *csv, struct config **config, struct config_error *e)
{
    size_t count = verdict_section_count;
    *config = config_parse("frank.conf", slice_str(conf), verdict_sections, count, e);
    assert_non_null(*config);
    if (csv) {
        struct arena *arena = arena_new(1u << 20);
        struct owners *o = owners_new(arena);
        assert_true(owners_add(o, "owners.csv", slice_str(csv), e));
        owners_close(o);
        config_set_owners(*config, arena, o);
    }
    return rules_read(*config, e);
}

#define OWNED "spam.example,Spam Ltd\nother.example,Spam Ltd\nhonest.example,Honest Inc.\n"
#define DENY "rules = \"standard\"; deny = [ \"owner:spam LTD\" ];"

static const struct { const char *conf, *mail_from, *from, *rule; } judged[] = {
    { DENY, "a@spam.example", "honest.example", "deny" },
    { DENY, "a@mail.other.example", "honest.example", "deny" },
    { DENY, "a@honest.example", "spam.example", "deny" },
    { DENY, "a@honest.example", "honest.example", "default" },
    { DENY, "a@unlisted.example", "unlisted.example", "default" },
    { "rules = ( { name = \"o\"; when = [ \"mailfrom = owner:Spam Ltd|owner:Nobody\" ]; action = \"reject\"; } );", "a@other.example", "honest.example", "o" },
    { "rules = ( { name = \"o\"; when = [ \"from in bad\" ]; action = \"reject\"; } ); tables = { bad = [ \"owner:Honest Inc.\", \"x.example\" ]; };",
      "a@other.example", "honest.example", "o" },
};

static void test_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(judged); i++) {
        struct config *config;
        struct config_error e = { 0 };
        const struct rules *rules = rules_with(judged[i].conf, OWNED, &config, &e);
        if (!rules)
            fail_msg("%s", e.text);
        struct arena *arena = arena_new(1u << 20);
        struct slice local, domain;
        struct case_facts f = {
            .stage = STAGE_MESSAGE, .now = 1700000000, .mail_from = slice_str(judged[i].mail_from), .from_domain = slice_str(judged[i].from),
            .from_domain_count = 1, .settled = UINT64_MAX,
        };
        assert_true(slice_cut(f.mail_from, '@', &local, &domain));
        f.mailfrom_domain = domain;
        struct verdict v;
        bool final;
        verdict_judge(rules, arena, &f, &v, &final);
        if (!slice_same(v.rule, slice_str(judged[i].rule)))
            fail_msg("%s, %s: rule %.*s", judged[i].mail_from, judged[i].from, (int)v.rule.len, (const char *)v.rule.at);
        arena_free(arena);
        config_free(config);
    }
}

static void test_without_a_table(void **state)
{
    (void)state;
    struct config *config;
    struct config_error e = { 0 };
    assert_null(rules_with(DENY, NULL, &config, &e));
    assert_non_null(strstr(e.text, "no owner table"));
    assert_int_equal(e.line, 1);
    config_free(config);
    assert_null(rules_with("deny = [ \"owner:\" ];", OWNED, &config, &e));
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files), cmocka_unit_test(test_bounds), cmocka_unit_test(test_many),
        cmocka_unit_test(test_rules), cmocka_unit_test(test_without_a_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
