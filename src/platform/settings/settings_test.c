/* settings_test.c: addresses and modes, refusals first; the tables agree with the checker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "engine/engine.h"
#include "platform/settings/settings.h"

static void test_endpoints(void **state)
{
    (void)state;
    static const struct { const char *text; bool good; enum endpoint_kind kind; const char *where; unsigned port; } vectors[] = {
        { "", false, 0, NULL, 0 }, { "inet", false, 0, NULL, 0 }, { "inet:", false, 0, NULL, 0 }, { "inet:65536", false, 0, NULL, 0 },
        { "inet:-1", false, 0, NULL, 0 }, { "inet:8891@", false, 0, NULL, 0 }, { "inet:8891@localhost", false, 0, NULL, 0 },
        { "inet:8891@127.0.0.1 ", false, 0, NULL, 0 }, { "INET:8891", false, 0, NULL, 0 }, { "unix:", false, 0, NULL, 0 },
        { "unix:relative", false, 0, NULL, 0 }, { "tcp:1@127.0.0.1", false, 0, NULL, 0 },
        { "unix:/1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456", true,
          ENDPOINT_UNIX, "/1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456", 0 },
        { "unix:/12345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567", false, 0, NULL, 0 },
        { "inet:8891@127.0.0.1", true, ENDPOINT_INET, "127.0.0.1", 8891 }, { "inet:0", true, ENDPOINT_INET, "127.0.0.1", 0 },
        { "inet:65535", true, ENDPOINT_INET, "127.0.0.1", 65535 }, { "inet6:8891", true, ENDPOINT_INET, "::1", 8891 },
        { "inet6:8891@[2001:db8::1]", true, ENDPOINT_INET, "2001:db8::1", 8891 }, { "inet6:8891@2001:db8::1", true, ENDPOINT_INET, "2001:db8::1", 8891 },
        { "unix:/run/x", true, ENDPOINT_UNIX, "/run/x", 0 }, { "local:/run/x", true, ENDPOINT_UNIX, "/run/x", 0 },
        { "/run/x", true, ENDPOINT_UNIX, "/run/x", 0 },
    };
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct endpoint e;
        char room[64];
        struct text t = text_fixed(room, sizeof room);
        if (endpoint_parse(slice_str(vectors[i].text), &e) != vectors[i].good)
            fail_msg("\"%s\"", vectors[i].text);
        if (!vectors[i].good)
            continue;
        assert_int_equal(e.kind, vectors[i].kind);
        text_add_ip(&t, &e.ip);
        assert_true(slice_same(e.kind == ENDPOINT_UNIX ? e.path : text_slice(&t), slice_str(vectors[i].where)));
        assert_int_equal(e.port, vectors[i].port);
    }
}

static void test_modes(void **state)
{
    (void)state;
    static const struct { const char *text; bool good; unsigned mode; } vectors[] = {
        { "", false, 0 }, { "66", false, 0 }, { "0680", false, 0 }, { "06600", false, 0 }, { "1777", false, 0 }, { "rw", false, 0 },
        { "660", true, 0660 }, { "0660", true, 0660 }, { "0777", true, 0777 }, { "000", true, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        unsigned mode;
        if (mode_parse(slice_str(vectors[i].text), &mode) != vectors[i].good)
            fail_msg("\"%s\"", vectors[i].text);
        if (vectors[i].good)
            assert_int_equal(mode, vectors[i].mode);
    }
}

static struct config_error e;

static const char *complaint(const char *text)
{
    size_t count;
    const struct section *sections = file_sections(&count);
    e = (struct config_error){ .line = 0 };
    struct config *c = config_parse("test.conf", slice_str(text), sections, count, &e);
    bool good = c && settings_check(c, "test.conf", &e);
    config_free(c);
    return good ? NULL : e.text;
}

#define NAME_SERVERS_4 "\"127.0.0.1\", \"127.0.0.1\", \"127.0.0.1\", \"127.0.0.1\""
#define NAME_SERVERS_16 NAME_SERVERS_4 ", " NAME_SERVERS_4 ", " NAME_SERVERS_4 ", " NAME_SERVERS_4

static void test_files(void **state)
{
    (void)state;
    static const struct { const char *text; bool good; } vectors[] = {
        { "", true },
        { "milter = { listen = [ \"inet:1@127.0.0.1\", \"unix:/x\" ]; mode = \"0666\"; group = \"postfix\"; };", true },
        { "milter = { listen = [ ]; };", false }, { "milter = { listen = [ \"nowhere\" ]; };", false },
        { "milter = { listen = [ \"inet:0@127.0.0.1\" ]; };", false },
        { "milter = { listen = [ \"inet:8891@127.0.0.1\", \"/x\", \"inet:8891\" ]; };", false },
        { "milter = { listen = [ \"unix:/x\", \"local:/x\" ]; };", false },
        { "milter = { listen = [ \"inet:8891@127.0.0.1\", \"inet:8891@127.0.0.2\", \"inet:8892@127.0.0.1\" ]; };", true },
        { "dns = { resolver = [ \"127.0.0.1\", \"localhost\" ]; };", false }, { "dns = { resolver = [ \"\" ]; };", false },
        { "dns = { resolver = [ \"127.0.0.1:0\" ]; };", false }, { "dns = { resolver = [ \"127.0.0.1:5353\", \"[::1]:53\", \"2001:db8::1\" ]; };", true },
        { "dns = { resolver = [ " NAME_SERVERS_16 " ]; };", true }, { "dns = { resolver = [ " NAME_SERVERS_16 ", \"127.0.0.1\" ]; };", false },
        { "milter = { mode = \"0999\"; };", false }, { "milter = { port = 1; };", false },
        { "dns = { zone = [ \"a\" ]; resolver = [ \"127.0.0.1\" ]; };", false }, { "dns = { zone = [ \"a\" ]; };", true },
        { "process = { workers = 65; };", false }, { "process = { workers = 64; };", true }, { "process = { log = \"loud\"; };", false },
        { "journal = { file = \"\"; syslog = true; };", true },
        { "named_servers_allowed = [ \"127.0.0.1:5353\", \"[::1]:5353\", \"10.0.0.0/8\", \"fd00::53\" ];", true },
        { "named_servers_allowed = [ \"10.0.0.1\", \"ns.example\" ];", false }, { "named_servers_allowed = [ \"10.0.0.0/8:53\" ];", false },
    };
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        const char *said = complaint(vectors[i].text);
        if (!said != vectors[i].good)
            fail_msg("%s: %s", vectors[i].text, said ? said : "good");
        assert_true(!said || said[0]);
    }
}

static void test_lines(void **state)
{
    (void)state;
    static const struct { const char *text; unsigned line; } vectors[] = {
        { "milter = {\n listen = [\n \"unix:/x\",\n \"nowhere\" ];\n};", 4 }, { "milter = {\n listen = [ ];\n};", 2 },
        { "milter = {\n listen = \"nowhere\";\n};", 2 }, { "milter = {\n listen = [ \"unix:/x\",\n \"unix:/x\" ];\n};", 3 },
        { "\nmilter = { mode = \"0999\"; };", 2 }, { "dns = {\n\n resolver = [ \"localhost\" ];\n};", 3 },
        { "dns = {\n resolver = [ \"127.0.0.1\" ];\n zone = [ \"a\" ];\n};", 3 },
    };
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        assert_non_null(complaint(vectors[i].text));
        assert_string_equal(e.file, "test.conf");
        if (e.line != vectors[i].line)
            fail_msg("%s: line %u: %s", vectors[i].text, e.line, e.text);
    }
}

static void test_defaults(void **state)
{
    (void)state;
    size_t count;
    const struct section *sections = file_sections(&count);
    struct config *c = config_defaults(sections, count);
    assert_int_equal(milter_settings(c)->listen.count, 1);
    assert_true(slice_same(milter_settings(c)->listen.at[0], SLICE("inet:8891@127.0.0.1")));
    assert_int_equal(process_settings(c)->drain_seconds, 600);
    assert_int_equal(dns_settings(c)->timeout_seconds, 8);
    assert_int_equal(dns_settings(c)->zone.count, 0);
    assert_true(process_settings(c)->sandbox);
    config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_endpoints), cmocka_unit_test(test_modes), cmocka_unit_test(test_files), cmocka_unit_test(test_lines),
        cmocka_unit_test(test_defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
