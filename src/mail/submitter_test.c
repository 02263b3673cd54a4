#include "mail/submitter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"

static const struct vector {
    const char *name;
    struct slice value;
    const char *local, *domain, *printed;      /* local NULL: not well formed */
} vectors[] = {
    { "plain (RFC 4405 4.1)", SLICE_INIT("jane.doe@example.com"), "jane.doe", "example.com", "jane.doe@example.com" },
    { "tag with a plus", SLICE_INIT("jo+2Btag@example.com"), "jo+tag", "example.com", "jo+2Btag@example.com" },
    { "SRS form with equals signs", SLICE_INIT("srs0+3Dab+3Dcd@example.com"), "srs0=ab=cd", "example.com", "srs0+3Dab+3Dcd@example.com" },
    { "a blank in quotes", SLICE_INIT("\"a+20b\"@example.com"), "a b", "example.com", "\"a+20b\"@example.com" },
    { "what needs no code may have one", SLICE_INIT("+6Ao@example.com"), "jo", "example.com", "jo@example.com" },
    { "upper case, final dot", SLICE_INIT("Jo@EXAMPLE.com."), "Jo", "example.com", "Jo@EXAMPLE.com." },
    { "not ASCII", SLICE_INIT("j+C3+B6@b+C3+BCcher.example"), "j\xc3\xb6", "xn--bcher-kva.example", "j+C3+B6@b+C3+BCcher.example" },
    { "address literal", SLICE_INIT("jo@[192.0.2.1]"), "jo", "", "jo@[192.0.2.1]" },
    { "empty", SLICE_INIT(""), NULL, NULL, NULL },
    { "no domain", SLICE_INIT("jo"), NULL, NULL, NULL },
    { "no domain name", SLICE_INIT("jo@a..b"), NULL, NULL, NULL },
    { "a path is no mailbox", SLICE_INIT("<jo@example.com>"), NULL, NULL, NULL },
    { "the null path neither", SLICE_INIT("<>"), NULL, NULL, NULL },
    { "nor a route", SLICE_INIT("@a.example:jo@example.com"), NULL, NULL, NULL },
    { "two of them", SLICE_INIT("jo@example.com,al@example.com"), NULL, NULL, NULL },
    { "blanks around", SLICE_INIT("+20jo@example.com"), NULL, NULL, NULL },
    { "blanks behind", SLICE_INIT("jo@example.com+20"), NULL, NULL, NULL },
    { "equals sign as it is", SLICE_INIT("a=b@example.com"), NULL, NULL, NULL },
    { "plus sign as it is", SLICE_INIT("jo+tag@example.com"), NULL, NULL, NULL },
    { "lower-case digits", SLICE_INIT("jo+2btag@example.com"), NULL, NULL, NULL },
    { "one digit", SLICE_INIT("jo@example.com+2"), NULL, NULL, NULL },
    { "no digit", SLICE_INIT("jo@example.com+"), NULL, NULL, NULL },
    { "blank", SLICE_INIT("jo @example.com"), NULL, NULL, NULL },
    { "8-bit octet", SLICE_INIT("j\xc3\xb6@example.com"), NULL, NULL, NULL },
    { "encoded NUL", SLICE_INIT("jo+00@example.com"), NULL, NULL, NULL },
    { "encoded line end", SLICE_INIT("jo@example.com+0D+0ARCPT"), NULL, NULL, NULL },
    { "encoded junk", SLICE_INIT("j+FFo@example.com"), NULL, NULL, NULL },
};

static int make_arena(void **state)
{
    *state = arena_new(1u << 20);
    return *state == NULL;
}

static int free_arena(void **state)
{
    arena_free(*state);
    return 0;
}

static void reads_and_prints(void **state)
{
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        const struct vector *v = &vectors[i];
        struct text t = text_in(*state, 2 * SUBMITTER_OCTETS_MAX);
        struct submitter s, again;

        submitter_parse(*state, v->value, &s);
        assert_true(s.given);
        if (s.well_formed != (v->local != NULL))
            fail_msg("%s: well formed: %d", v->name, s.well_formed);
        if (!v->local)
            continue;
        text_add_submitter(&t, &s.mailbox);
        if (!slice_same(s.mailbox.local, slice_str(v->local)) || !slice_same(s.mailbox.normal_domain, slice_str(v->domain)) ||
            !slice_same(text_slice(&t), slice_str(v->printed)))
            fail_msg("%s: %.*s", v->name, (int)t.len, (const char *)t.at);
        submitter_parse(*state, text_slice(&t), &again);
        assert_true(again.well_formed && slice_same(again.mailbox.local, s.mailbox.local) && slice_same(again.mailbox.domain, s.mailbox.domain));
    }
}

static void a_long_one_is_none(void **state)
{
    static uint8_t room[SUBMITTER_OCTETS_MAX + 1];
    static const struct slice end = SLICE_INIT("@example.com");
    struct submitter s;

    memset(room, 'a', sizeof room);
    memcpy(room + SUBMITTER_OCTETS_MAX - end.len, end.at, end.len);
    submitter_parse(*state, slice_of(room, SUBMITTER_OCTETS_MAX), &s);
    assert_true(s.well_formed);
    memcpy(room + sizeof room - end.len, end.at, end.len);
    submitter_parse(*state, slice_of(room, sizeof room), &s);
    assert_true(s.given && !s.well_formed);
}

/* RFC 4405 4.2 says "the same" and not how: local parts are their domain's business, domains are names. */
static void compares(void **state)
{
    static const struct { const char *value, *field; bool same; } pairs[] = {
        { "jo@example.com", "Jo <jo@example.com>", true }, { "jo@EXAMPLE.com.", "jo@example.COM", true },
        { "jo@b+C3+BCcher.example", "jo@xn--bcher-kva.example", true }, { "jo+2Bx@example.com", "jo+x@example.com", true },
        { "jo@example.com", "\"jo\"@example.com", true }, { "jo@[IPv6:2001:DB8::1]", "jo@[IPv6:2001:db8::1]", true },
        { "Jo@example.com", "jo@example.com", false }, { "jo@example.com", "jo@mail.example.com", false },
        { "jo@example.com", "jo@[192.0.2.1]", false }, { "jo@[192.0.2.1]", "jo@[192.0.2.2]", false }, { "jo", "jo@example.com", false },
    };

    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        struct submitter s;
        struct address_list list;

        submitter_parse(*state, slice_str(pairs[i].value), &s);
        assert_true(address_list_parse(*state, slice_str(pairs[i].field), &list) && list.count == 1);
        if (submitter_is(&s, &list.at[0]) != pairs[i].same)
            fail_msg("%s and %s", pairs[i].value, pairs[i].field);
    }
    assert_false(submitter_is(&(struct submitter){ .given = false }, &(struct address){ .in_group = false }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_and_prints, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(a_long_one_is_none, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(compares, make_arena, free_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
