#include "publish/plan_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define ARENA_OCTETS ((size_t)16 << 20)

/* "PEM" of tests: the path is the key. */
static bool path_is_key(struct plan_files *files, struct arena *a, struct slice path, struct slice *data, bool *ed25519, const char **error)
{
    (void)files, (void)a;
    if (!slice_ends_nocase(path, SLICE(".pem"))) {
        *error = "no such file";
        return false;
    }
    *data = SLICE("AAAA");
    *ed25519 = true;
    return true;
}

static struct plan_files files = { path_is_key };

static bool read_one(struct arena *a, const char *text, struct plan *plan, struct config_error *e)
{
    struct plan_file *f = plan_file_read(a, "p.plan", slice_str(text), e);
    return f && plan_file_next(f, a, &files, plan, e) == PLAN_NEXT_PLAN;
}

/* ---- printing is reading backwards ---- */

static const char *const printed[] = {
    "domain = \"example.com\";\nnever_sends = true;\n",
    "domain = \"example.com\";\nttl = \"300s\";\nnetworks = [ \"192.0.2.0/24\", \"2001:db8::/32\", \"198.51.100.7\" ];\n",
    "domain = \"example.com\";\nnetworks = [ \"192.0.2.1\", \"192.0.2.2\", \"192.0.2.3\", \"192.0.2.4\",\n    \"192.0.2.5\" ];\n",
    "domain = \"example.com\";\nhosts = (\n    \"out1.example.com\",\n    { name = \"out2.example.com\"; addresses = [ \"192.0.2.1\", \"2001:db8::1\" ]; }\n);\n",
    "domain = \"example.com\";\nmx_sends = true;\nexcluded = [ \"192.0.2.66\" ];\nending = \"soft\";\n"
        "mx = (\n    { name = \"mx1.example.com\"; preference = 0; },\n    { name = \"mx2.example.com\"; preference = 50; addresses = [ \"192.0.2.2\" ]; }\n);\n",
    "domain = \"example.com\";\nproviders = (\n    { domain = \"isp.example\"; },\n    { domain = \"b.example\"; apl = \"apl.b.example\"; speaks = [ \"spf\", \"dmarc\" ]; "
        "networks = [ \"192.0.2.0/28\" ]; }\n);\nlists = [ \"lists.example\" ];\nending = \"neutral\";\n",
    "domain = \"example.com\";\nnever_sends = true;\nreceives_nothing = true;\n"
        "services = { submissions = \"smtp.example.com:465\"; imap = \".\"; };\n",
    "domain = \"example.com\";\nnever_sends = true;\nkeys = (\n    { selector = \"s1\"; key = \"MIIB\"; testing = true; },\n"
        "    { selector = \"s2.eu\"; type = \"ed25519\"; key = \"AAAA\"; },\n    { selector = \"s3\"; revoked = true; },\n"
        "    { selector = \"s4\"; alias = \"s4.provider.example\"; }\n);\n"
        "dmarc = { policy = \"reject\"; subdomains = \"none\"; nonexistent = \"quarantine\"; reports = [ \"mailto:d@example.com\" ]; "
        "failures = [ \"mailto:f@example.com!10m\" ]; strict_dkim = true; strict_spf = true; testing = true; };\n",
    "domain = \"example.com\";\nnever_sends = true;\nserves = [ \"a.example\", \"*.b.example\" ];\nserves_anybody = true;\nserves_only = false;\nserves_factored = true;\n"
        "zones = [ \"b.example\" ];\naddress_space = [ \"192.0.2.0/24\" ];\nmessage_servers = [ \"192.0.2.53\", \"2001:db8::53\" ];\noutbound_domain = \"out.example\";\napl = \"apl.example.com\";\n"
        "methods = [ \"spf\", \"mx\" ];\nfill_deny = true;\nflatten = true;\n",
};

static void prints_what_it_reads(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(printed); i++) {
        struct arena *a = arena_new(ARENA_OCTETS);
        struct plan plan;
        struct config_error e;
        struct text t = text_in(a, 1 << 16);
        if (!read_one(a, printed[i], &plan, &e))
            fail_msg("%zu, line %u: %s", i, e.line, e.text);
        text_add_plan(&t, &plan);
        if (!slice_same(text_slice(&t), slice_str(printed[i])))
            fail_msg("%zu:\n%.*s", i, PUBLISH_NAME(text_slice(&t)));
        arena_free(a);
    }
}

/* ---- refusals ---- */

#define SENDS "networks = [ \"192.0.2.0/24\" ];"
#define PLAN "domain = \"example.com\";\n"

static void refuses(void **state)
{
    static const struct { const char *text; unsigned line; const char *words; } vectors[] = {
        { "", 1, "one of domain, domains and template" },
        { "domain = \"example.com\";", 1, "nobody that they send" },
        { "domain = \"exa mple.com\";" SENDS, 1, "a domain name is wanted" },
        { "domain = \"localhost\";" SENDS, 1, "a domain name is wanted" },
        { PLAN SENDS "\nhosts = [ \"mail\" ];", 3, "no full host" },
        { PLAN SENDS "\nhosts = [ \"mail.1\" ];", 3, "no full host" },
        { "domain = 5;" SENDS, 1, "a domain name is wanted" },
        { "domain = [ \"example.com\" ];" SENDS, 0, "" },
        { PLAN "template = \"t\";" SENDS, 1, "one of domain" },
        { PLAN SENDS "\nnetwork = [];", 3, "no option \"network\"" },
        { PLAN SENDS "\nnever_sends = true;", 2, "never_sends says" },
        { PLAN "\nnetworks = [ \"192.0.2.0/33\" ];", 3, "networks wants" },
        { PLAN SENDS "\nmx = \"192.0.2.1\";", 3, "this is an address" },
        { PLAN SENDS "\nmx = [ \"mx1.example.com\", \"\" ];", 3, "no full host or domain name" },
        { PLAN SENDS "\nmx = ( { name = \"a.example\"; addresses = [ \"192.0.2.0/24\" ]; } );", 3, "no networks" },
        { PLAN SENDS "\nmx = ( { name = \"a.example\"; preference = 65536; } );", 3, "preference wants" },
        { PLAN SENDS "\nmx = ( { name = \"a.example\"; addresses = [ \"192.0.2.1\" ]; } );\n"
          "hosts = ( { name = \"A.example\"; addresses = [ \"192.0.2.2\" ]; } );", 1, "say them once" },
        { PLAN SENDS "\nmx = ( { nam = \"a.example\"; } );", 3, "no option \"nam\"" },
        { PLAN "mx_sends = true;\nreceives_nothing = true;", 1, "takes no mail" },
        { PLAN SENDS "receives_nothing = true;\nmx = \"mx.example.com\";", 3, "takes no mail" },
        { PLAN SENDS "\nservices = { smtp = \"a.example\"; };", 3, "no such service" },
        { PLAN SENDS "\nservices = { imap = \"a.example:0\"; };", 3, "port" },
        { PLAN SENDS "\nservices = { imap = \"a.example:65536\"; };", 3, "port" },
        { PLAN SENDS "\nservices = { imap = 3; };", 3, "is wanted" },
        { PLAN SENDS "\nservices = \"a.example\";", 3, "wants a group" },
        { PLAN SENDS "\nkeys = ( { selector = \"s\"; } );", 3, "one of key, file" },
        { PLAN SENDS "\nkeys = ( { selector = \"s\"; key = \"AAAA\"; revoked = true; } );", 3, "one of key, file" },
        { PLAN SENDS "\nkeys = ( { selector = \"s_-\"; key = \"AAAA\"; } );", 3, "selector" },
        { PLAN SENDS "\nkeys = ( { key = \"AAAA\"; } );", 3, "selector" },
        { PLAN SENDS "\nkeys = ( { selector = \"s\"; key = \"A\"; } );", 3, "base64" },
        { PLAN SENDS "\nkeys = ( { selector = \"s\"; key = \"AAAA;t=y\"; } );", 3, "base64" },
        { PLAN SENDS "\nkeys = ( { selector = \"s\"; file = \"key.der\"; } );", 3, "no such file" },
        { PLAN SENDS "\ndmarc = { policy = \"refuse\"; };", 3, "policy wants" },
        { PLAN SENDS "\ndmarc = { reports = [ \"mailto:a@example.com,mailto:b@example.com\" ]; };", 3, "URIs" },
        { PLAN SENDS "\ndmarc = { reports = [ \"a@example.com; p=none\" ]; };", 3, "URIs" },
        { PLAN SENDS "\nprivate_types = { rmx = 16; };", 3, "65280" },
        { PLAN SENDS "\nprivate_types = { xyz = 65280; };", 3, "no method" },
        { PLAN SENDS "\nprivate_types = { rmx = 65280;\nimx = 65281;\nmsd = 65280; };", 5, "one record type" },
        { PLAN "\nproviders = ( { domain = \"a.example\"; speaks = [ \"latin\" ]; } );", 3, "speaks" },
        { PLAN SENDS "\nmethods = [ \"spf\", \"iprev\" ];", 3, "methods that publish" },
        { PLAN SENDS "\nttl = 0;", 3, "ttl wants" },
        { PLAN SENDS "\nmessage_servers = \"192.0.2.0/24\";", 3, "no networks" },
        { PLAN SENDS "\nserves = [ \"*.*.example\" ];", 3, "no full host" },
        { PLAN SENDS "\nzones = [ \"a..b\" ];", 3, "no full host or domain name" },
        { PLAN SENDS "\nlike = \"t\";", 3, "stands above" },
        { "plans = ();", 1, "wants a list" },
        { "plans = 5;", 1, "wants a list" },
        { "plans = ( 5 );", 1, "a group" },
        { "plans = ( { " PLAN SENDS " } );\nttl = 5;", 3, "beside plans" },
        { "ttl = 5;\nplans = ( { " PLAN SENDS " } );", 1, "beside plans" },
        { "plans = ( { " PLAN SENDS " },\n{ domain = \"EXAMPLE.com\";" SENDS " } );", 3, "two plans" },
        { "plans = ( { like = \"b.example\"; domain = \"a.example\"; },\n{ domain = \"b.example\";" SENDS " } );", 1, "stands above" },
        { "plans = ( { like = \"a.example\"; domain = \"a.example\"; } );", 1, "stands above" },
        { "plans = ( { template = \"t\";\nnetwork = []; },\n{ like = \"t\"; " PLAN SENDS " } );", 2, "no option" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct arena *a = arena_new(ARENA_OCTETS);
        struct config_error e = { .line = 0 };
        struct plan plan;
        bool good = read_one(a, vectors[i].text, &plan, &e);
        if (vectors[i].line == 0 ? !good : good || e.line != vectors[i].line || !strstr(e.text, vectors[i].words))
            fail_msg("%s: %d, line %u: %s", vectors[i].text, good, e.line, e.text);
        arena_free(a);
    }
}

/* ---- many plans in one file ---- */

static const char many[] =
    "plans = (\n"
    "  { template = \"hosting\"; hosts = [ \"out1.hosting.example\" ]; mx = [ \"mx.@\", \"mx.hosting.example\" ]; ttl = \"1d\"; },\n"
    "  { like = \"hosting\"; domains = [ \"a.example\", \"b\xc3\xbc" "cher.example\" ]; },\n"
    "  { like = \"a.example\"; domain = \"c.example\"; excluded = \"192.0.2.66\"; mx = \"@\"; zones = [ \"out.@\" ]; },\n"
    "  { like = \"hosting\"; domain = \"d.example\"; never_sends = true; receives_nothing = true; },\n"
    "  { like = \"d.example\"; domain = \"e.example\"; networks = \"192.0.2.1\"; }\n"
    ");\n";

static void templates_are_followed(void **state)
{
    static const char *const expected[] = {
        "domain = \"a.example\";\nttl = \"86400s\";\nhosts = (\n    \"out1.hosting.example\"\n);\n"
        "mx = (\n    { name = \"mx.a.example\"; preference = 10; },\n    { name = \"mx.hosting.example\"; preference = 20; }\n);\n",
        "domain = \"xn--bcher-kva.example\";\nttl = \"86400s\";\nhosts = (\n    \"out1.hosting.example\"\n);\n"
        "mx = (\n    { name = \"mx.xn--bcher-kva.example\"; preference = 10; },\n    { name = \"mx.hosting.example\"; preference = 20; }\n);\n",
        "domain = \"c.example\";\nttl = \"86400s\";\nhosts = (\n    \"out1.hosting.example\"\n);\nexcluded = [ \"192.0.2.66\" ];\n"
        "mx = (\n    { name = \"c.example\"; preference = 10; }\n);\nzones = [ \"out.c.example\" ];\n",
        "domain = \"d.example\";\nttl = \"86400s\";\nnever_sends = true;\nreceives_nothing = true;\n",
        "domain = \"e.example\";\nttl = \"86400s\";\nnetworks = [ \"192.0.2.1\" ];\nhosts = (\n    \"out1.hosting.example\"\n);\n"
        "mx = (\n    { name = \"mx.e.example\"; preference = 10; },\n    { name = \"mx.hosting.example\"; preference = 20; }\n);\n",
    };
    struct arena *a = arena_new(ARENA_OCTETS), *one = arena_new(ARENA_OCTETS);
    struct config_error e;
    struct plan plan;
    struct plan_file *f = plan_file_read(a, "p.plan", slice_str(many), &e);
    (void)state;
    assert_non_null(f);
    for (unsigned round = 0; round < 2; round++, plan_file_rewind(f)) {
        for (size_t i = 0; i < COUNT_OF(expected); i++) {
            arena_reset(one);
            struct text t = text_in(one, 1 << 16);
            if (plan_file_next(f, one, NULL, &plan, &e) != PLAN_NEXT_PLAN)
                fail_msg("%zu: %s", i, e.text);
            text_add_plan(&t, &plan);
            if (!slice_same(text_slice(&t), slice_str(expected[i])))
                fail_msg("%zu:\n%.*s", i, PUBLISH_NAME(text_slice(&t)));
        }
        assert_int_equal(plan_file_next(f, one, NULL, &plan, &e), PLAN_NEXT_END);
    }
    arena_free(one);
    arena_free(a);
}

static void templates_have_a_depth(void **state)
{
    struct arena *a = arena_new(ARENA_OCTETS);
    struct config_error e;
    (void)state;
    for (unsigned depth = PLAN_LIKE_DEPTH_MAX; depth <= PLAN_LIKE_DEPTH_MAX + 1; depth++) {
        struct text t = text_in(a, 1 << 16);
        text_add_str(&t, "plans = ( { domain = \"d0.example\"; networks = \"192.0.2.1\"; }");
        for (unsigned i = 1; i <= depth; i++)
            text_addf(&t, ",\n{ domain = \"d%u.example\"; like = \"d%u.example\"; }", i, i - 1);
        text_add_str(&t, ");");
        assert_int_equal(plan_file_read(a, "p.plan", text_slice(&t), &e) != NULL, depth <= PLAN_LIKE_DEPTH_MAX);
    }
    arena_free(a);
}

/* Thousands of domains: read once, made one by one in constant memory. */
static void thousands_of_domains(void **state)
{
    struct arena *a = arena_new(4 * ARENA_OCTETS), *one = arena_new((size_t)64 << 10);
    struct text t = text_in(a, 1 << 20);
    struct config_error e;
    struct plan plan;
    unsigned count = 0;
    (void)state;
    text_add_str(&t, "plans = ( { template = \"t\"; networks = \"192.0.2.0/24\"; mx = \"mx.t.example\"; }");
    for (unsigned i = 0; i < 5000; i++)
        text_addf(&t, ",\n{ domain = \"d%u.example\"; like = \"t\"; }", i);
    text_add_str(&t, ",\n{ like = \"t\"; domains = [ \"x.example\"");
    for (unsigned i = 0; i < 5000; i++)
        text_addf(&t, ", \"x%u.example\"", i);
    text_add_str(&t, " ]; } );");
    struct plan_file *f = plan_file_read(a, "p.plan", text_slice(&t), &e);
    if (!f)
        fail_msg("%u: %s", e.line, e.text);
    while (plan_file_next(f, one, NULL, &plan, &e) == PLAN_NEXT_PLAN) {
        assert_int_equal(plan.networks.count + plan.mx.count, 2);
        arena_reset(one);
        count++;
    }
    assert_int_equal(count, 10001);
    arena_reset(one);
    assert_int_equal(plan_file_find(f, one, NULL, SLICE("x4711.example"), &plan, &e), PLAN_NEXT_PLAN);
    assert_true(slice_same(plan.domain, SLICE("x4711.example")) && plan.networks.count == 1);
    assert_int_equal(plan_file_find(f, one, NULL, SLICE("t"), &plan, &e), PLAN_NEXT_END);
    assert_int_equal(plan_file_find(f, one, NULL, SLICE("y.example"), &plan, &e), PLAN_NEXT_END);
    arena_free(one);
    arena_free(a);
}

static void key_files_are_read(void **state)
{
    struct arena *a = arena_new(ARENA_OCTETS);
    struct config_error e;
    struct plan plan;
    (void)state;
    assert_true(read_one(a, PLAN SENDS "keys = ( { selector = \"s\"; file = \"k.pem\"; } );", &plan, &e));
    assert_true(plan.keys.count == 1 && plan.keys.at[0].ed25519 && slice_same(plan.keys.at[0].data, SLICE("AAAA")));
    struct plan_file *f = plan_file_read(a, "p.plan", SLICE(PLAN SENDS "keys = ( { selector = \"s\"; file = \"k.pem\"; } );"), &e);
    assert_int_equal(plan_file_next(f, a, NULL, &plan, &e), PLAN_NEXT_ERROR);
    arena_free(a);
}

static void options_have_help(void **state)
{
    (void)state;
    for (const struct section *t = plan_sections; t->name; t++)
        for (const struct option *o = t->options; o->type != OPT_END; o++)
            if (!o->help || strlen(o->help) < 5 || o->help[strlen(o->help) - 1] != '.' || o->offset >= t->size)
                fail_msg("%s has no help", o->name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_what_it_reads), cmocka_unit_test(refuses), cmocka_unit_test(templates_are_followed),
        cmocka_unit_test(templates_have_a_depth), cmocka_unit_test(thousands_of_domains), cmocka_unit_test(key_files_are_read),
        cmocka_unit_test(options_have_help),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
