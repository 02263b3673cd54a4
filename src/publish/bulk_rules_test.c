#include "publish/bulk_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define ARENA_OCTETS ((size_t)4 << 20)
#define ALL_GOOD (LINT_PATH_RECORD | LINT_SIGNING_KEY | LINT_POLICY | LINT_POLICY_ENFORCED | LINT_REVERSE_CONFIRMED)

/* A letter a rule, in their order: + met, - not met, ? not known. */
static const char *letters(const struct bulk_verdict v[BULK_RULES])
{
    static char said[BULK_RULES + 1];
    for (unsigned i = 0; i < BULK_RULES; i++)
        said[i] = "?+-"[v[i].state];
    return said;
}

static struct bulk_message message_of(const char *author, enum bulk_state all, const char *with)
{
    return (struct bulk_message){ .author = slice_str(author), .aligned = all, .signature = all, .one_click = all, .one_click_why = "why",
                                  .tls = all, .received_with = slice_str(with) };
}

static const struct {
    unsigned merits;
    size_t unknown;
    bool selectors, message;
    const char *author;
    enum bulk_state shown;
    const char *with, *said;
} vectors[] = {
    { ALL_GOOD, 0, false, false, NULL, 0, NULL, "+++?+??" },
    { ALL_GOOD, 0, false, true, "example.com", BULK_MET, "ESMTPS", "+++++++" },
    { ALL_GOOD, 0, false, true, "news.example.com", BULK_MET, "ESMTPS", "+++++++" },
    { ALL_GOOD, 0, false, true, "other.example", BULK_MET, "ESMTPS", "+++?+??" },
    { ALL_GOOD, 0, false, true, "example.com", BULK_NOT_MET, "ESMTPS", "+-+-+--" },
    { ALL_GOOD, 0, false, true, "example.com", BULK_UNKNOWN, "ESMTP", "+++?+??" },
    { ALL_GOOD, 0, false, true, "example.com", BULK_MET, "", "+++++?+" },
    { 0, 0, false, false, NULL, 0, NULL, "-?--???" },
    { 0, 0, true, false, NULL, 0, NULL, "----???" },
    { 0, 1, true, false, NULL, 0, NULL, "???????" },
    { LINT_SIGNING_KEY_WEAK, 0, true, false, NULL, 0, NULL, "----???" },
    { LINT_PATH_RECORD | LINT_REVERSE_MISSING, 0, false, false, NULL, 0, NULL, "+?---??" },
    { LINT_POLICY, 0, false, true, "example.com", BULK_NOT_MET, "ESMTPS", "--+-?--" },
    { LINT_POLICY | LINT_ALIGNS_STRICTLY, 0, false, true, "example.com", BULK_NOT_MET, "ESMTPS", "--+-?--" },
};

static void judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct arena *a = arena_new(ARENA_OCTETS);
        struct lint_report report = { .arena = a, .domain = SLICE("example.com"), .merits = vectors[i].merits,
                                      .levels[LINT_UNKNOWN] = vectors[i].unknown };
        struct bulk_message m = message_of(vectors[i].author, vectors[i].shown, vectors[i].with);
        struct bulk_verdict v[BULK_RULES];
        assert_true(bulk_judge(a, &report, vectors[i].message ? &m : NULL, vectors[i].selectors, v));
        if (strcmp(letters(v), vectors[i].said) != 0)
            fail_msg("%zu: %s, expected %s", i, letters(v), vectors[i].said);
        for (unsigned k = 0; k < BULK_RULES; k++)
            assert_true(v[k].why.len > 0);
        arena_free(a);
    }
}

static void not_for_who_sends_nothing(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_OCTETS);
    struct lint_report report = { .arena = a, .domain = SLICE("example.com"), .merits = LINT_PATH_RECORD | LINT_SENDS_NOTHING };
    struct bulk_verdict v[BULK_RULES];
    struct text json = text_in(a, 1000);
    struct fact *f = fact_group(a, NULL);
    assert_false(bulk_judge(a, &report, NULL, false, v));
    bulk_facts(a, f, NULL);
    assert_true(fact_to_json(f, false, &json));
    assert_true(slice_same(text_slice(&json), SLICE("{\"bulk_rules\":null}")));
    arena_free(a);
}

/* Each rule says who asks it, where, and since when. */
static void sources(void **state)
{
    (void)state;
    for (unsigned i = 0; i < BULK_RULES; i++) {
        unsigned asked = 0;
        assert_non_null(bulk_rules[i].code);
        for (unsigned k = 0; k < BULK_ASKERS; k++) {
            const char *since = bulk_rules[i].since[k];
            asked += since != NULL;
            assert_true(!since || ((strlen(since) == 10 || strlen(since) == 7) && strncmp(since, "202", 3) == 0));
        }
        assert_true(asked > 0);
    }
    for (unsigned k = 0; k < BULK_ASKERS; k++)
        assert_true(strchr(bulk_sources[k].url, '/') && bulk_sources[k].title[0]);
}

static void printed(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_OCTETS);
    struct lint_report report = { .arena = a, .domain = SLICE("example.com"), .merits = ALL_GOOD };
    struct bulk_message m = message_of("example.com", BULK_MET, "ESMTPS\x1b[31m");
    struct bulk_verdict v[BULK_RULES];
    struct text t = text_in(a, 1 << 20);
    assert_true(bulk_judge(a, &report, &m, false, v));
    text_add_bulk(&t, a, v);
    const char *text = slice_to_string(a, text_slice(&t));
    assert_non_null(strstr(text, "  met       an SPF record names the hosts that send\n            there is a record that receivers can use\n"
                                 "            (Google 2024-02-01, Yahoo 2024-02, Microsoft 2025-05-05)\n"));
    assert_non_null(strstr(text, "ESMTPS\\x1b[31m"));
    struct slice rest = text_slice(&t), line;
    while (slice_cut(rest, '\n', &line, &rest))
        assert_true(line.len <= LINT_COLUMNS);
    arena_free(a);
}

#define LU "List-Unsubscribe: <mailto:u@example.com>, <https://example.com/u?1>\n"
#define LUP "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n"

static const struct { const char *header; enum bulk_state both, state; const char *why; } clicks[] = {
    { LU LUP, BULK_MET, BULK_MET, "the message has both fields, and a signature covers them" },
    { "list-unsubscribe:\n\t<HTTPS://example.com/u>\nLIST-UNSUBSCRIBE-POST:\n\tList-Unsubscribe=One-Click\n", BULK_MET, BULK_MET,
      "the message has both fields, and a signature covers them" },
    { LU LUP, BULK_NOT_MET, BULK_NOT_MET, "no DKIM signature that verifies covers" },
    { LU LUP, BULK_UNKNOWN, BULK_UNKNOWN, "the fields are there; whether" },
    { "Subject: x\n", BULK_MET, BULK_NOT_MET, "the message has no List-Unsubscribe field" },
    { LU, BULK_MET, BULK_NOT_MET, "the message has no List-Unsubscribe-Post field" },
    { LUP, BULK_MET, BULK_NOT_MET, "the message has no List-Unsubscribe field" },
    { "List-Unsubscribe: <mailto:u@example.com>\n" LUP, BULK_MET, BULK_NOT_MET, "List-Unsubscribe names no https: address" },
    { "List-Unsubscribe: https://example.com/u\n" LUP, BULK_MET, BULK_NOT_MET, "List-Unsubscribe names no https: address" },
    { LU LU LUP, BULK_MET, BULK_NOT_MET, "List-Unsubscribe or List-Unsubscribe-Post occurs twice" },
    { LU LUP LUP, BULK_MET, BULK_NOT_MET, "List-Unsubscribe or List-Unsubscribe-Post occurs twice" },
    { LU "List-Unsubscribe-Post: List-Unsubscribe=Two-Clicks\n", BULK_MET, BULK_NOT_MET,
      "List-Unsubscribe-Post is not \"List-Unsubscribe=One-Click\"" },
};

static void one_click(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(clicks); i++) {
        struct arena *a = arena_new(ARENA_OCTETS);
        struct message m;
        const char *why = NULL;
        message_init(&m, a);
        struct text field = text_in(a, 1000);
        for (const char *at = clicks[i].header; *at; at++) {
            bool folds = *at == '\n' && at[1] == '\t';
            if (*at == '\n' && !folds) {
                assert_non_null(message_add(&m, text_slice(&field)));
                field = text_in(a, 1000);
                continue;
            }
            if (folds)
                text_add_octet(&field, '\r');
            text_add_octet(&field, (uint8_t)*at);
        }
        assert_int_equal(bulk_one_click(a, &m, clicks[i].both, &why), clicks[i].state);
        if (strncmp(why, clicks[i].why, strlen(clicks[i].why)) != 0)
            fail_msg("%s: %s", clicks[i].header, why);
        arena_free(a);
    }
}

static void protocols(void **state)
{
    (void)state;
    static const char *const tls[] = { "ESMTPS", "esmtpsa", "UTF8SMTPS", "LMTPSA" };
    static const char *const clear[] = { "", "SMTP", "ESMTP", "ESMTPA", "UTF8SMTP", "HTTPS", "ESMTPSX" };
    for (size_t i = 0; i < COUNT_OF(tls); i++)
        assert_true(bulk_protocol_is_tls(slice_str(tls[i])));
    for (size_t i = 0; i < COUNT_OF(clear); i++)
        assert_false(bulk_protocol_is_tls(slice_str(clear[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judged),
        cmocka_unit_test(not_for_who_sends_nothing),
        cmocka_unit_test(sources),
        cmocka_unit_test(printed),
        cmocka_unit_test(one_click),
        cmocka_unit_test(protocols),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
