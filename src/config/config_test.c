/* config_test.c: what a file may say, and the line it is told when it may not. */
#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

struct top { uint64_t count; struct slice name; struct texts allow; struct prefixes relays; const struct conf_node *rules; };
struct more { bool fast; unsigned mode; };
struct gap { uint64_t number; };
struct one { bool enabled; uint64_t timeout, size; int64_t until; struct slice domain; struct texts domains; };

static const struct option top_options[] = {
    { "count", OPT_UINT, "10", 1, 20, offsetof(struct top, count), NULL, "How many." },
    { "name", OPT_TEXT, "", 0, 0, offsetof(struct top, name), NULL, "A name." },
    { "allow", OPT_TEXTS, "", 0, 0, offsetof(struct top, allow), NULL, "A list." },
    { "relays", OPT_PREFIXES, "", 0, 0, offsetof(struct top, relays), NULL, "Networks." },
    { "rules", OPT_NODE, "monitor", 0, 0, offsetof(struct top, rules), NULL, "Rules." },
    { 0 }
};
static const struct option more_options[] = {
    { "fast", OPT_BOOL, "false", 0, 0, offsetof(struct more, fast), NULL, "Fast or not." },
    { "mode", OPT_CHOICE, "evidence", 0, 0, offsetof(struct more, mode), "always|evidence|quarantine", "A mode." },
    { 0 }
};
static const struct option one_options[] = {
    OPTION_ENABLED(struct one, true),
    { "timeout", OPT_DURATION, "20s", 1, 3600, offsetof(struct one, timeout), NULL, "Seconds to wait. Then it is over." },
    { "size", OPT_SIZE, "64K", 1024, 1u << 30, offsetof(struct one, size), NULL, "Octets." },
    { "until", OPT_DATE, "never", 0, 0, offsetof(struct one, until), NULL, "A day." },
    { "domain", OPT_DOMAIN, "", 0, 0, offsetof(struct one, domain), NULL, "A domain." },
    { "domains", OPT_DOMAINS, "a.example, b.example", 0, 0, offsetof(struct one, domains), NULL, "Domains." },
    { 0 }
};
static const struct option gap_options[] = {
    { "number", OPT_UINT, "0", 65280, 65534, offsetof(struct gap, number), "0", "Off, or a number of this range." },
    { 0 }
};
static const struct section sections[] = {
    { "", top_options, sizeof(struct top), "The top level." },
    { "methods.one", one_options, sizeof(struct one), "One method." },
    { "", more_options, sizeof(struct more), "More of the top level." },
    { "methods.two", more_options, sizeof(struct more), "Another method." },
    { "gap", gap_options, sizeof(struct gap), "A gap." },
};

static struct config *read_text(const char *text, struct config_error *e)
{
    return config_parse("frank.conf", slice_str(text), sections, COUNT_OF(sections), e);
}

/* ---- refusals: text, line, a piece of what is said ---- */

static const struct { const char *text; unsigned line; const char *says; } refused[] = {
    { "cuont = 3;", 1, "no option \"cuont\"" },
    { "\n\nmethods = { three = { }; };", 3, "no option \"methods.three\"" },
    { "methods = {\n one = {\n  tiemout = 3;\n };\n};", 3, "no option \"one.tiemout\"" },
    { "enabled = true;", 1, "no option \"enabled\"" },
    { "Count = 3;", 1, "no option \"Count\"" },
    { "count = 3;\ncount = 4;", 2, "duplicate" },
    { "methods = { one = { }; };\nmethods = { two = { }; };", 2, "duplicate" },
    { "methods = { one = { }; one = { }; };", 1, "duplicate" },
    { "count = 0;", 1, "count wants a number from 1 to 20" },
    { "count = 21;", 1, "from 1 to 20" },
    { "count = -1;", 1, "from 1 to 20" },
    { "count = 99999999999999999999;", 1, "" },
    { "count = 18446744073709551626;", 1, "larger than can be kept" },
    { "count = 4294967299;", 1, "larger than can be kept" },
    { "count = 2147483648;", 1, "larger than can be kept" },
    { "count = -4294967293;", 1, "larger than can be kept" },
    { "count = 18446744073709551619L;", 1, "larger than can be kept" },
    { "count = 4294967299L;", 1, "from 1 to 20" },
    { "count = 0x100000003;", 1, "larger than can be kept" },
    { "count = 0x80000000;", 1, "larger than can be kept" },
    { "count = 0x10000000000000003L;", 1, "larger than can be kept" },
    { "count =\n 4294967299;", 2, "larger than can be kept" },
    { "allow = [ \"a\" ]; rules = ( 1, 4294967297 );", 1, "larger than can be kept" },
    { "gap = { number = 1; };", 1, "number wants 0 or a number from 65280 to 65534" },
    { "gap = { number = 65279; };", 1, "from 65280" },
    { "gap = { number = 65535; };", 1, "from 65280" },
    { "count = 3.0;", 1, "whole" },
    { "count = \"3\";", 1, "count wants" },
    { "count = true;", 1, "count wants" },
    { "count = [ 3 ];", 1, "count wants" },
    { "count = { };", 1, "count wants" },
    { "count = ;", 1, "syntax error" },
    { "count 3;", 1, "syntax error" },
    { "count", 1, "syntax error" },
    { "fast = 1;", 1, "fast wants true or false" },
    { "fast = \"true\";", 1, "fast wants" },
    { "mode = \"Always\";", 1, "one of \"always\"" },
    { "mode = \"\";", 1, "one of" },
    { "mode = \"always|evidence\";", 1, "one of" },
    { "name = \"a\nb\";", 1, "does not end on its line" },
    { "name = \"abc", 1, "never closed" },
    { "name = \"a\\qb\";", 1, "unknown escape" },
    { "name = \"a\\x0\";", 1, "hexadecimal" },
    { "name = \"a\\xg0\";", 1, "hexadecimal" },
    { "name = \"a\\x00b\";", 1, "octet 0" },
    { "name = \"\xff\";", 1, "not UTF-8" },
    { "name = \"\x01\";", 1, "control character" },
    { "name = \"\xc2\x85\";", 1, "control character" },
    { "name = \"a\\", 1, "unknown escape" },
    { "allow = [ \"a\" \"b\" ];", 1, "a comma is missing" },
    { "allow = ( \"a\"\n \"b\" );", 2, "a comma is missing" },
    { "\"x\" = 3;", 1, "no value can stand" },
    { "count \"x\";", 1, "no value can stand" },
    { "count = 3 \"x\";", 1, "no value can stand" },
    { "allow = [ 1 \"x\" ];", 1, "no value can stand" },
    { "allow = [ 1, \"x\" ];", 1, "" },
    { "name = \"x\", \"y\";", 1, "no value can stand" },
    { "name = \"x\" = \"y\";", 1, "" },
    { "name = = \"y\";", 1, "syntax error" },
    { "methods = { one = \"x\" };", 1, "\"one\" is a group" },
    { "allow = [ \"a\", 1 ];", 1, "" },
    { "allow = ( \"a\", 1 );", 1, "allow wants a list of strings" },
    { "allow = [ \"a\", ];", 1, "" },
    { "relays = [ \"192.0.2.0/33\" ];", 1, "relays wants" },
    { "relays = [ \"192.0.2\" ];", 1, "relays wants" },
    { "relays = [ \"mail.example\" ];", 1, "relays wants" },
    { "relays = ( ( \"192.0.2.1\" ) );", 1, "relays wants" },
    { "methods = 3;", 1, "\"methods\" is a group" },
    { "methods = {\n one = 3;\n};", 2, "\"one\" is a group" },
    { "methods = ( { } );", 1, "\"methods\" is a group" },
    { "count = 3;\n/* no end\n", 2, "comment is never closed" },
    { "/*/", 1, "comment is never closed" },
    { "methods = {\n one = {\n timeout = 3;\n", 2, "\"{\" is never closed" },
    { "methods = { one = { timeout = 3; ) };", 1, "cannot close" },
    { "rules = ( { name = \"x\"; ];", 1, "cannot close the \"{\" opened in line 1" },
    { "};", 1, "closes nothing" },
    { "@include \"other.conf\"", 1, "@include is not allowed" },
    { "count = 3; @include \"/etc/passwd\"\n", 1, "@include is not allowed" },
    { "count = $3;", 1, "unexpected \"$\"" },
    { "count = \x80;", 1, "unexpected octet 0x80" },
    { "\xef\xbb\xbf" "count = 3;", 1, "unexpected octet 0xef" },
    { "rules = ((((((((((((((((( 1 )))))))))))))))));", 1, "too deeply" },
    { "methods = { one = { timeout = \"20x\"; }; };", 1, "timeout wants a time" },
    { "methods = { one = { timeout = \"20S\"; }; };", 1, "timeout wants a time" },
    { "methods = { one = { timeout = \"s\"; }; };", 1, "timeout wants a time" },
    { "methods = { one = { timeout = \"\"; }; };", 1, "timeout wants a time" },
    { "methods = { one = { timeout = \"1h30m\"; }; };", 1, "timeout wants a time" },
    { "methods = { one = { timeout = \" 20s\"; }; };", 1, "timeout wants a time" },
    { "methods = { one = { timeout = \"-20s\"; }; };", 1, "timeout wants a time" },
    { "methods = { one = { timeout = \"61m\"; }; };", 1, "from \"1s\" to \"1h\"" },
    { "methods = { one = { timeout = \"3601\"; }; };", 1, "from \"1s\" to \"1h\"" },
    { "methods = { one = { timeout = \"30500568904943w\"; }; };", 1, "timeout wants a time" },
    { "methods = { one = { timeout = true; }; };", 1, "timeout wants a time" },
    { "methods = { one = { size = \"64KB\"; }; };", 1, "size wants a size" },
    { "methods = { one = { size = \"1023\"; }; };", 1, "size wants a size" },
    { "methods = { one = { size = \"2G\"; }; };", 1, "size wants a size" },
    { "methods = { one = { size = \"17179869185G\"; }; };", 1, "size wants a size" },
    { "methods = { one = { until = 20261231; }; };", 1, "until wants a date" },
    { "methods = { one = { until = \"2026-02-29\"; }; };", 1, "until wants a date" },
    { "methods = { one = { until = \"2026-13-01\"; }; };", 1, "until wants a date" },
    { "methods = { one = { until = \"2026-00-01\"; }; };", 1, "until wants a date" },
    { "methods = { one = { until = \"2026-04-31\"; }; };", 1, "until wants a date" },
    { "methods = { one = { until = \"2026-12-31T25:00:00Z\"; }; };", 1, "until wants a date" },
    { "methods = { one = { until = \"1969-12-31\"; }; };", 1, "until wants a date" },
    { "methods = { one = { until = \"9999-12-31T23:59:59-00:01\"; }; };", 1, "until wants a date" },
    { "methods = { one = { until = \"2026-12-31T23:59:59\"; }; };", 1, "until wants a date" },
    { "methods = { one = { until = \"2026-12-31 \"; }; };", 1, "until wants a date" },
    { "methods = { one = { until = \"26-12-31\"; }; };", 1, "until wants a date" },
    { "methods = { one = { until = \"\"; }; };", 1, "until wants a date" },
    { "methods = { one = { domain = \"a..example\"; }; };", 1, "domain wants a host" },
    { "methods = { one = { domain = \".example\"; }; };", 1, "domain wants a host" },
    { "methods = { one = { domain = \"a b.example\"; }; };", 1, "domain wants a host" },
    { "methods = { one = { domain = \"example..\"; }; };", 1, "domain wants a host" },
    { "methods = { one = { domain = 3; }; };", 1, "domain wants a host" },
    { "methods = { one = { domains = [ \"a.example\", \"\" ]; }; };", 1, "domains wants a list" },
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct config_error e;
        struct config *c = read_text(refused[i].text, &e);
        if (c != NULL)
            fail_msg("accepted: %s", refused[i].text);
        if (e.line != refused[i].line || strcmp(e.file, "frank.conf") != 0 || e.text[0] == '\0' ||
            strstr(e.text, refused[i].says) == NULL)
            fail_msg("%s: %s:%u: %s, not line %u: %s", refused[i].text, e.file, e.line, e.text, refused[i].line, refused[i].says);
    }
}

static void test_octet_zero_and_size(void **state)
{
    struct config_error e;
    struct arena *arena = arena_new(CONFIG_OCTETS_MAX * 4u);
    uint8_t *blanks = arena_alloc(arena, CONFIG_OCTETS_MAX + 1u);

    (void)state;
    assert_null(config_parse("f", SLICE("count = 3;\0"), sections, COUNT_OF(sections), &e));
    assert_non_null(strstr(e.text, "octet 0"));
    memset(blanks, ' ', CONFIG_OCTETS_MAX + 1u);
    assert_null(config_parse("f", slice_of(blanks, CONFIG_OCTETS_MAX + 1u), sections, COUNT_OF(sections), &e));
    assert_non_null(strstr(e.text, "larger"));
    struct config *c = config_parse("f", slice_of(blanks, CONFIG_OCTETS_MAX), sections, COUNT_OF(sections), &e);
    assert_non_null(c);
    config_free(c);
    arena_free(arena);
}

/* Their strings and comments hold more signs of assignment, which are none. */
static void add_settings(struct text *t, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        text_addf(t, "k%u %c \"=:\"; # = :\n", i, i % 2 ? '=' : ':');
}

static void test_settings_of_a_group_are_counted(void **state)
{
    (void)state;
    for (unsigned count = CONFIG_SETTINGS_MAX - 1; count <= CONFIG_SETTINGS_MAX + 1; count++) {
        struct config_error e;
        struct arena *arena = arena_new(64u << 20);
        struct text t = text_in(arena, 1u << 20);

        add_settings(&t, count - 1);
        text_add_str(&t, "list = (");
        for (unsigned i = 0; i < 3; i++) {
            text_add_str(&t, i ? ", {" : "{");
            add_settings(&t, count - 1);
            text_add_str(&t, "}");
        }
        text_add_str(&t, ");");
        const struct conf_node *root = config_tree(arena, "f", text_slice(&t), &e);
        assert_int_equal(root != NULL, count <= CONFIG_SETTINGS_MAX);
        assert_true(root || strstr(e.text, "more than 1000 settings in one group"));
        assert_true(root || e.line == CONFIG_SETTINGS_MAX + 1);
        arena_free(arena);
    }
}

static void test_error_text_is_printable(void **state)
{
    struct config_error e;

    (void)state;
    assert_null(config_parse("f", SLICE("mode\x1b = 1;"), sections, COUNT_OF(sections), &e));
    for (const char *at = e.text; *at; at++)
        assert_true(is_printable((uint8_t)*at));
    assert_true(strlen(e.text) > 0);
}

/* ---- what is accepted ---- */

static void test_defaults(void **state)
{
    struct config *c = config_defaults(sections, COUNT_OF(sections));
    const struct top *top = config_section_of(c, &sections[0]);
    const struct more *more = config_section_of(c, &sections[2]);
    const struct one *one = config_section(c, "methods.one");

    (void)state;
    assert_int_equal(top->count, 10);
    assert_int_equal(top->allow.count, 0);
    assert_true(top->rules->kind == NODE_TEXT && slice_same(top->rules->text, SLICE("monitor")));
    assert_int_equal(more->mode, 1);
    assert_false(more->fast);
    assert_true(one->enabled);
    assert_int_equal(one->timeout, 20);
    assert_int_equal(one->size, 65536);
    assert_true(one->until == INT64_MAX);
    assert_int_equal(one->domain.len, 0);
    assert_int_equal(one->domains.count, 2);
    assert_true(slice_same(one->domains.at[1], SLICE("b.example")));
    assert_ptr_equal(config_section(c, ""), top);
    assert_ptr_not_equal(config_section_of(c, &sections[3]), more);
    config_free(c);
}

static void test_values(void **state)
{
    struct config_error e;
    struct config *c = read_text(
        "# a comment\n// another\n/* one\nmore */ count = 0x14, name = \"a\" \"\\\"b\\x41\";\n"
        "allow = \"alone\"; relays: [ \"192.0.2.0/28\", \"2001:db8::/32\", \"::ffff:10.0.0.1\" ];\n"
        "rules = ( \"standard\", { name = \"r\"; when = [ \"x = y\" ]; } ); fast = TRUE; mode = \"quarantine\";\n"
        "methods = { one = { enabled = false; timeout = \"10m\"; size = \"1M\"; until = \"2026-12-31T01:00:00+02:00\";\n"
        "  domain = \"Example.ORG.\"; domains = ( ); }; two = { mode = \"always\"; }; };", &e);

    (void)state;
    if (c == NULL)
        fail_msg("%s:%u: %s", e.file, e.line, e.text);
    const struct top *top = config_section(c, "");
    const struct more *more = config_section_of(c, &sections[2]), *two = config_section(c, "methods.two");
    const struct one *one = config_section(c, "methods.one");
    assert_int_equal(top->count, 20);
    assert_true(slice_same(top->name, SLICE("a\"bA")));
    assert_int_equal(top->allow.count, 1);
    assert_int_equal(top->relays.count, 3);
    assert_int_equal(top->relays.at[2].address.family, IP_V4);
    assert_int_equal(top->rules->kind, NODE_LIST);
    assert_int_equal(top->rules->first->next->line, 6);
    assert_non_null(conf_find(top->rules->first->next, "when"));
    assert_null(conf_find(top->rules->first, "when"));
    assert_true(more->fast);
    assert_int_equal(more->mode, 2);
    assert_false(two->fast);
    assert_int_equal(two->mode, 0);
    assert_false(one->enabled);
    assert_int_equal(one->timeout, 600);
    assert_int_equal(one->size, 1u << 20);
    assert_int_equal(one->until, 1798671600);
    assert_true(slice_same(one->domain, SLICE("example.org")));
    assert_int_equal(one->domains.count, 0);
    config_free(c);
}

static const struct { const char *text; int64_t seconds; } dates[] = {
    { "1970-01-01", 0 }, { "2000-02-29", 951782400 }, { "2024-02-29", 1709164800 }, { "2026-12-31", 1798675200 },
    { "2026-12-31T23:59:59Z", 1798761599 }, { "2027-01-01T00:59:59+01:00", 1798761599 }, { "2026-12-31T18:59:59-05:00", 1798761599 },
    { "9999-12-31", 253402214400 }, { "2100-03-01", 4107542400 },
};

static void test_dates(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(dates); i++) {
        struct config_error e;
        char text[128];
        (void)snprintf(text, sizeof text, "methods = { one = { until = \"%s\"; }; };", dates[i].text);
        struct config *c = read_text(text, &e);
        assert_non_null(c);
        assert_true(((const struct one *)config_section(c, "methods.one"))->until == dates[i].seconds);
        config_free(c);
    }
}

/* ---- printing ---- */

static struct slice printed(const struct config *c, bool all, struct arena *arena)
{
    struct text out = text_in(arena, 1u << 20);

    assert_true(config_print(c, all, &out));
    return text_slice(&out);
}

static void test_print_reads_back(void **state)
{
    static const char *const texts[] = {
        "", "count = 3;",
        "name = \"a\\\"b\\\\c\\n\\x1b \xc3\xa4\"; fast = true;",
        "allow = [ \"x\", \"y\" ]; relays = [ \"10.0.0.0/8\" ];",
        "rules = ( \"a\", { name = \"r\"; n = 5000000000L; on = true; deep = ( ( ), { }, [ 1, 2 ] ); } );",
        "methods = { one = { timeout = \"7m\"; size = \"1G\"; until = \"2026-12-31T23:59:59Z\"; domain = \"x.example\"; }; two = { fast = true; }; };",
    };
    struct arena *arena = arena_new(8u << 20);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        for (int all = 0; all < 2; all++) {
            struct config_error e;
            struct config *c = read_text(texts[i], &e);
            assert_non_null(c);
            struct slice first = printed(c, all, arena);
            struct config *again = config_parse("again", first, sections, COUNT_OF(sections), &e);
            if (again == NULL)
                fail_msg("%u: %s in\n%.*s", e.line, e.text, (int)first.len, (const char *)first.at);
            assert_true(slice_same(first, printed(again, all, arena)));
            assert_true(slice_same(printed(c, true, arena), printed(again, true, arena)));
            config_free(again);
            config_free(c);
        }
    }
    arena_free(arena);
}

static void test_print_only_what_differs(void **state)
{
    struct arena *arena = arena_new(1u << 20);
    struct config_error e;
    struct config *c = read_text("count = 10; methods = { two = { fast = true; }; one = { timeout = 20; }; };", &e);

    (void)state;
    assert_true(slice_same(printed(c, false, arena), SLICE("methods = {\n    two = {\n        fast = true;\n    };\n};\n")));
    config_free(c);
    arena_free(arena);
}

static bool contains(struct slice text, const char *piece)
{
    for (size_t i = 0; i < text.len; i++)
        if (slice_starts(slice_from(text, i), slice_str(piece)))
            return true;
    return false;
}

/* The sample with the comment mark taken from every option. */
static struct slice uncommented(struct arena *arena, struct slice sample)
{
    struct text out = text_in(arena, 1u << 20);
    struct slice rest = sample, line;

    while (rest.len > 0) {
        (void)slice_cut(rest, '\n', &line, &rest);
        size_t mark = slice_find(line, '#');
        if (mark + 1 < line.len && is_alpha(line.at[mark + 1])) {
            text_add(&out, slice_first(line, mark));
            text_add(&out, slice_from(line, mark + 1));
        } else {
            text_add(&out, line);
        }
        text_add_octet(&out, '\n');
    }
    return text_slice(&out);
}

static struct slice sample(struct arena *arena)
{
    struct text out = text_in(arena, 1u << 20);

    assert_true(config_sample(sections, COUNT_OF(sections), &out));
    return text_slice(&out);
}

static void test_sample(void **state)
{
    struct arena *arena = arena_new(8u << 20);
    struct slice all = sample(arena), open = uncommented(arena, all);
    struct config_error e;
    struct config *defaults = config_defaults(sections, COUNT_OF(sections));

    (void)state;
    for (size_t i = 0; i < COUNT_OF(sections); i++) {
        assert_true(contains(all, sections[i].help));
        for (const struct option *o = sections[i].options; o->type != OPT_END; o++)
            assert_true(contains(all, o->help) && contains(open, o->name));
    }
    const struct slice files[] = { all, open };
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct config *c = config_parse("sample", files[i], sections, COUNT_OF(sections), &e);
        if (c == NULL)
            fail_msg("%u: %s", e.line, e.text);
        assert_true(slice_same(printed(c, true, arena), printed(defaults, true, arena)));
        config_free(c);
    }
    config_free(defaults);
    arena_free(arena);
}

/*
 * threats.md T46: every line of the sample, changed in every way below, is refused, or means what a
 * reader would think: the same configuration, or one that prints differently. Errors name a line of the file.
 */
static struct slice mutate(struct arena *arena, struct slice text, size_t from, size_t to, size_t at, unsigned how)
{
    static const uint8_t replacements[] = { ' ', '"', '{', '}', '=', ';', '0', 'x', '\n', '@', 0x80, '\\', '#' };
    struct text out = text_in(arena, text.len * 2 + 64);

    text_add(&out, slice_first(text, at));
    if (how < COUNT_OF(replacements))
        text_add_octet(&out, replacements[how]);
    if (how == COUNT_OF(replacements) + 1)             /* the line again */
        text_add(&out, slice_first(slice_from(text, from), to - from));
    if (how == COUNT_OF(replacements) + 1)
        text_add(&out, slice_from(text, at));
    else if (how == COUNT_OF(replacements) + 2)        /* cut here */
        (void)0;
    else
        text_add(&out, slice_from(text, at + 1));      /* replaced, or dropped */
    return text_slice(&out);
}

static void test_mutated_sample(void **state)
{
    struct arena *keep = arena_new(8u << 20), *arena = arena_new(8u << 20);
    struct slice text = uncommented(keep, sample(keep));
    unsigned lines = 0, refusals = 0, doubled = 0, options = 0, declared = 0;

    (void)state;
    for (size_t i = 0; i < text.len; i++)
        lines += text.at[i] == '\n';
    for (size_t from = 0, to; from < text.len; from = to) {
        to = from + slice_find(slice_from(text, from), '\n') + 1;
        struct slice line = slice_trim(slice_first(slice_from(text, from), to - from), " \n");
        bool option = line.len > 0 && line.at[0] != '#' && slice_has(line, '=') && !slice_has(line, '{');
        options += option;
        for (size_t at = from; at < to; at++) {
            for (unsigned how = 0; how < 16; how++) {
                struct config_error e;
                arena_reset(arena);
                if (how == 14 && at != from)
                    continue;
                struct slice changed = mutate(arena, text, from, to, at, how);
                struct config *c = config_parse("sample", changed, sections, COUNT_OF(sections), &e);
                if (c == NULL) {
                    refusals++;
                    doubled += how == 14 && option;
                    assert_true(e.text[0] != '\0' && e.line <= lines + 2);
                    assert_true(e.line > 0);
                } else {
                    (void)printed(c, true, arena);
                }
                config_free(c);
            }
        }
    }
    for (size_t i = 0; i < COUNT_OF(sections); i++)
        for (const struct option *o = sections[i].options; o->type != OPT_END; o++)
            declared++;
    assert_int_equal(options, declared);
    assert_int_equal(doubled, options);                /* an option given twice is never accepted */
    assert_true(refusals > 1000);
    arena_free(arena);
    arena_free(keep);
}

/* One letter of an option's name, or of its group, is another: never accepted silently. */
static void test_misspelt_names(void **state)
{
    struct arena *arena = arena_new(8u << 20);
    struct slice text = uncommented(arena, sample(arena));

    (void)state;
    for (size_t from = 0, to; from < text.len; from = to) {
        to = from + slice_find(slice_from(text, from), '\n') + 1;
        struct slice line = slice_first(slice_from(text, from), to - from);
        size_t name = 0, end = slice_find(line, '=');
        while (name < line.len && line.at[name] == ' ')
            name++;
        if (name >= line.len || line.at[name] == '#' || end == line.len || end == 0)
            continue;
        for (size_t at = name; at + 1 < end; at++) {
            struct text out = text_in(arena, text.len + 1);
            struct config_error e;
            text_add(&out, slice_first(text, from + at));
            text_add_octet(&out, line.at[at] == 'z' ? 'y' : 'z');
            text_add(&out, slice_from(text, from + at + 1));
            struct config *c = config_parse("sample", text_slice(&out), sections, COUNT_OF(sections), &e);
            if (c != NULL)
                fail_msg("accepted: %.*s", (int)line.len, (const char *)line.at);
            assert_non_null(strstr(e.text, "no option"));
        }
    }
    arena_free(arena);
}

static void test_manual(void **state)
{
    struct arena *arena = arena_new(1u << 20);
    struct text out = text_in(arena, 1u << 16);

    (void)state;
    assert_true(config_manual(&sections[1], &out));
    assert_true(contains(text_slice(&out), ".It Sy timeout\nSeconds to wait.\nThen it is over.\n"));
    assert_true(contains(text_slice(&out), "default \"20s\""));
    arena_free(arena);
}

static void test_memory(void **state)
{
    struct config_error e;

    (void)state;
    for (uint64_t nth = 1; nth < 12; nth++) {
        mem_fail_at(nth, true);
        struct config *c = read_text("count = 3; allow = [ \"a\" ]; methods = { one = { timeout = 3; }; };", &e);
        mem_fail_at(0, false);
        if (c == NULL)
            assert_non_null(strstr(e.text, "memory"));
        config_free(c);
    }
}

static void zero_beside_a_range(void **state)
{
    static const struct { const char *text; uint64_t number; } good[] = {
        { "", 0 }, { "gap = { number = 0; };", 0 }, { "gap = { number = 65280; };", 65280 }, { "gap = { number = 65534; };", 65534 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct config_error e = { 0 };
        struct config *c = read_text(good[i].text, &e);
        assert_non_null(c);
        assert_int_equal(((const struct gap *)config_section(c, "gap"))->number, good[i].number);
        config_free(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_beside_a_range),
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_octet_zero_and_size), cmocka_unit_test(test_settings_of_a_group_are_counted), cmocka_unit_test(test_error_text_is_printable),
        cmocka_unit_test(test_defaults), cmocka_unit_test(test_values), cmocka_unit_test(test_dates),
        cmocka_unit_test(test_print_reads_back), cmocka_unit_test(test_print_only_what_differs), cmocka_unit_test(test_sample),
        cmocka_unit_test(test_mutated_sample), cmocka_unit_test(test_misspelt_names), cmocka_unit_test(test_manual),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
