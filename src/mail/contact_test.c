/* contact_test.c: mailboxes of SOA and RP records. */
#include "mail/contact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define NUMBERS "\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1"

static const struct { const char *name; uint16_t type; struct slice raw; bool good; const char *mailbox, *text_name; } vectors[] = {
    { "SOA", RTYPE_SOA, SLICE_INIT("\2ns\1x\0\4host\7example\3org\0" NUMBERS), true, "host@example.org", "" },
    { "a dot in the local part (RFC 1035 8)", RTYPE_SOA, SLICE_INIT("\2ns\0\010jane.doe\1x\0" NUMBERS), true, "jane.doe@x", "" },
    { "a server whose name has no text", RTYPE_SOA, SLICE_INIT("\3n.s\0\1a\1x\0" NUMBERS), true, "a@x", "" },
    { "no mailbox", RTYPE_SOA, SLICE_INIT("\2ns\0\0" NUMBERS), true, "", "" },
    { "a local part alone", RTYPE_SOA, SLICE_INIT("\2ns\0\4host\0" NUMBERS), true, "", "" },
    { "a dot in the domain", RTYPE_SOA, SLICE_INIT("\2ns\0\1a\3x.y\0" NUMBERS), true, "", "" },
    { "a local part to be quoted", RTYPE_SOA, SLICE_INIT("\2ns\0\5a \"b\\\1x\0" NUMBERS), true, "\"a \\\"b\\\\\"@x", "" },
    { "two dots", RTYPE_SOA, SLICE_INIT("\2ns\0\4a..b\1x\0" NUMBERS), true, "\"a..b\"@x", "" },
    { "a pointer", RTYPE_SOA, SLICE_INIT("\2ns\0\xc0\0" NUMBERS), false, NULL, NULL },
    { "SOA cut in its server", RTYPE_SOA, SLICE_INIT("\2n"), false, NULL, NULL },
    { "SOA cut in its mailbox", RTYPE_SOA, SLICE_INIT("\2ns\0\4ho"), false, NULL, NULL },
    { "SOA without its mailbox", RTYPE_SOA, SLICE_INIT("\2ns\0"), false, NULL, NULL },
    { "RP", RTYPE_RP, SLICE_INIT("\4jane\1x\0\4jane\6people\1x\0"), true, "jane@x", "jane.people.x" },
    { "RP without text (RFC 1183 2.2)", RTYPE_RP, SLICE_INIT("\4jane\1x\0\0"), true, "jane@x", "" },
    { "RP without a mailbox (RFC 1183 2.2)", RTYPE_RP, SLICE_INIT("\0\4jane\1x\0"), true, "", "jane.x" },
    { "RP of nothing", RTYPE_RP, SLICE_INIT("\0\0"), true, "", "" },
    { "octets nobody should print", RTYPE_RP, SLICE_INIT("\3\x1b[m\1x\0\0"), true, "\"\x1b[m\"@x", "" },
    { "RP cut", RTYPE_RP, SLICE_INIT("\4jane\1x\0"), false, NULL, NULL },
    { "RP with more", RTYPE_RP, SLICE_INIT("\0\0\0"), false, NULL, NULL },
    { "nothing", RTYPE_RP, SLICE_INIT(""), false, NULL, NULL },
    { "another type", RTYPE_MX, SLICE_INIT("\0\0"), false, NULL, NULL },
};

static void records_name_their_mailbox(void **state)
{
    struct arena *a = arena_new(1 << 16);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct contact c;
        struct rdata r = { .type = vectors[i].type, .raw = vectors[i].raw };
        bool good = contact_read(a, &r, &c);
        if (good != vectors[i].good || (good && (!slice_same(c.mailbox, slice_str(vectors[i].mailbox)) || !slice_same(c.text_name, slice_str(vectors[i].text_name)))))
            fail_msg("%s: %.*s %.*s", vectors[i].name, (int)c.mailbox.len, (const char *)c.mailbox.at, (int)c.text_name.len, (const char *)c.text_name.at);
    }
    arena_free(a);
}

/* The longest local part a label can hold, all of it to be escaped. */
static void the_longest_fits(void **state)
{
    uint8_t octets[1 + LABEL_MAX + 3 + 1] = { LABEL_MAX };
    struct arena *a = arena_new(1 << 16);
    struct contact c;
    struct rdata r = { .type = RTYPE_RP, .raw = slice_of(octets, sizeof octets) };
    (void)state;
    memset(octets + 1, '"', LABEL_MAX);
    octets[1 + LABEL_MAX] = 1;
    octets[2 + LABEL_MAX] = 'x';
    assert_true(contact_read(a, &r, &c));
    assert_int_equal(c.mailbox.len, 2 * LABEL_MAX + strlen("\"\"@x"));
    octets[0] = LABEL_MAX + 1;
    assert_false(contact_read(a, &r, &c));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(records_name_their_mailbox), cmocka_unit_test(the_longest_fits) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
