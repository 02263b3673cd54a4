/* callerid_parts_test: the responsible address, and the enhanced NOOP. */
#include "methods/callerid/callerid_pra.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "crypto/digest.h"
#include "methods/callerid/callerid_noop.h"

/* ---- the responsible address ---- */

static const struct { const char *name, *header; enum pra_problem problem; const char *field, *address; } headers[] = {
    { "callerid.md 10", "Resent-From: list@l.example\nReceived: by a\nResent-Sender: old@o.example\nSender: s@s.example\n", PRA_FINE, "Resent-From",
      "list@l.example" },
    { "... with Return-Path between", "Resent-From: list@l.example\nReturn-Path: <>\nResent-Sender: old@o.example\n", PRA_FINE, "Resent-From", "list@l.example" },
    { "... with nothing between", "Resent-From: list@l.example\nResent-Sender: new@o.example\nReceived: by a\n", PRA_FINE, "Resent-Sender", "new@o.example" },
    { "... with Received above both", "Received: by a\nResent-From: list@l.example\nTo: b\nResent-Sender: new@o.example\n", PRA_FINE, "Resent-Sender",
      "new@o.example" },
    { "... with Resent-From below", "Resent-Sender: new@o.example\nReceived: by a\nResent-From: old@l.example\n", PRA_FINE, "Resent-Sender", "new@o.example" },
    { "... with an empty Resent-From above", "Resent-From: \nReceived: by a\nResent-Sender: s@o.example\n", PRA_FINE, "Resent-Sender", "s@o.example" },
    { "... with an empty Resent-Sender first", "Resent-Sender:\nResent-From: l@l.example\nReceived: by a\nResent-Sender: s@o.example\n", PRA_FINE, "Resent-From",
      "l@l.example" },
    { "Resent-From before Sender", "Sender: s@s.example\nResent-From: r@r.example\nFrom: f@f.example\n", PRA_FINE, "Resent-From", "r@r.example" },
    { "the first of several Resent-From", "Resent-From: r@r.example\nResent-From: q@q.example\n", PRA_FINE, "Resent-From", "r@r.example" },
    { "its first mailbox", "Resent-From: R <r@r.example>, q@q.example\n", PRA_FINE, "Resent-From", "r@r.example" },
    { "Sender before From", "From: f@f.example\nSender: s@s.example\n", PRA_FINE, "Sender", "s@s.example" },
    { "an empty Sender does not count", "From: f@f.example\nSender: \t \n", PRA_FINE, "From", "f@f.example" },
    { "From", "To: t@t.example\nFrom: f@f.example\n", PRA_FINE, "From", "f@f.example" },
    { "From with several mailboxes (RFC 4407 has none then)", "From: f@f.example, g@g.example\n", PRA_FINE, "From", "f@f.example" },
    { "a name of letters the address does not have", "from: \"s@s.example\" <F@F.Example>\n", PRA_FINE, "from", "F@F.Example" },
    { "U-labels", "From: f@b\xc3\xbc" "cher.example\n", PRA_FINE, "From", "f@b\xc3\xbc" "cher.example" },

    { "nothing", "To: t@t.example\nSubject: x\n", PRA_NONE, NULL, NULL },
    { "all empty", "From:\nSender: \nResent-From:\n", PRA_NONE, NULL, NULL },
    { "T39: a Sender that cannot be read is no From", "Sender: s@\nFrom: f@f.example\n", PRA_MALFORMED, "Sender", NULL },
    { "T39: a Resent-From that cannot be read", "Resent-From: <r@r.example\nFrom: f@f.example\n", PRA_MALFORMED, "Resent-From", NULL },
    { "T39: a Resent-Sender that cannot be read", "Resent-Sender: x y z\nFrom: f@f.example\n", PRA_MALFORMED, "Resent-Sender", NULL },
    { "T39: a list broken behind its first item", "From: f@f.example, g@\n", PRA_MALFORMED, "From", NULL },
    { "a group", "From: friends: f@f.example;\n", PRA_MALFORMED, "From", NULL },
    { "a comment alone", "From: (f@f.example)\n", PRA_MALFORMED, "From", NULL },
    { "two mailboxes in Sender", "Sender: s@s.example, t@t.example\nFrom: f@f.example\n", PRA_SEVERAL, "Sender", NULL },
    { "two mailboxes in Resent-Sender", "Resent-Sender: s@s.example, t@t.example\n", PRA_SEVERAL, "Resent-Sender", NULL },
    { "two Senders", "Sender: s@s.example\nSender: s@s.example\n", PRA_SEVERAL, "Sender", NULL },
    { "two From", "From: f@f.example\nFROM : f@f.example\n", PRA_SEVERAL, "From", NULL },
    { "two From do not matter to a Sender", "From: f@f.example\nSender: s@s.example\nFrom: g@g.example\n", PRA_FINE, "Sender", "s@s.example" },
    { "an address literal", "From: f@[192.0.2.1]\n", PRA_NO_DOMAIN, "From", NULL },
    { "one label", "From: f@localhost\n", PRA_NO_DOMAIN, "From", NULL },
    { "a From that others may see", "From: f@f.example\nFr om: g@g.example\n", PRA_HEADER, "From", NULL },
};

static void fill(struct message *m, struct slice header)
{
    struct slice line;
    for (bool more = true; more;) {
        more = slice_cut(header, '\n', &line, &header);
        if (line.len > 0)
            message_add(m, line);
    }
}

static const struct address_list *addresses_in(void *arena, const struct field *f)
{
    struct address_list *list = ARENA_NEW(arena, struct address_list);
    return list && address_list_parse(arena, f->value, list) ? list : NULL;
}

static void finds_the_responsible_address(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(headers); i++) {
        struct arena *a = arena_new(1u << 20);
        struct message m;
        struct text address = text_in(a, 512);
        message_init(&m, a);
        fill(&m, slice_str(headers[i].header));
        struct pra p = callerid_pra(&m, addresses_in, a);
        if (p.problem != headers[i].problem || !slice_same(p.field ? p.field->name : SLICE(""), slice_str(headers[i].field)))
            fail_msg("%s: %u", headers[i].name, (unsigned)p.problem);
        text_add_address(&address, &p.address);
        if (headers[i].address && !slice_same(text_slice(&address), slice_str(headers[i].address)))
            fail_msg("%s: %.*s", headers[i].name, (int)address.len, (const char *)address.at);
        arena_free(a);
    }
}

static void a_header_over_its_bounds_has_none(void **state)
{
    (void)state;
    for (unsigned fields = MESSAGE_FIELDS_MAX - 1; fields <= MESSAGE_FIELDS_MAX + 1; fields++) {
        struct arena *a = arena_new(1u << 24);
        struct message m;
        message_init(&m, a);
        message_add(&m, SLICE("From: f@f.example"));
        for (unsigned i = 1; i < fields; i++)
            message_add(&m, SLICE("Resent-To: x"));
        assert_int_equal(callerid_pra(&m, addresses_in, a).problem, fields > MESSAGE_FIELDS_MAX ? PRA_HEADER : PRA_FINE);
        arena_free(a);
    }
}

static void knows_the_first_author(void **state)
{
    static const struct { const char *header, *domain; } cases[] = {
        { "Sender: s@s.example\nFrom: f@F.example, g@g.example\n", "f.example" }, { "From: f@[192.0.2.1]\n", NULL }, { "From: f@\n", NULL }, { "To: t@t.example\n", NULL },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena *a = arena_new(1u << 20);
        struct message m;
        struct address from;
        message_init(&m, a);
        fill(&m, slice_str(cases[i].header));
        assert_int_equal(callerid_first_from(&m, addresses_in, a, &from), cases[i].domain != NULL);
        assert_true(!cases[i].domain || slice_same(from.normal_domain, slice_str(cases[i].domain)));
        arena_free(a);
    }
}

/* ---- the enhanced NOOP ---- */

#define EHLO_11 "250-mx.example.net Hello mta.example.org [192.0.2.1] n=8c1f02d94e7ab365\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
#define EHLO_12 "250 mx.example.net n=8c1f02d94e7ab365\r\n"

static const struct { const char *name, *ehlo, *argument; bool proves; } noops[] = {
    { "callerid.md 11", EHLO_11, "cdc3ebe25d6d1fdfe4a2fc3c11cca89428f277df", true },
    { "callerid.md 12", EHLO_12, "51437c10c7a682a1205072b20ee74533d6c02e73", true },
    { "any case", EHLO_12, "51437C10C7A682A1205072B20EE74533D6C02E73", true },
    { "blanks and the line's end", EHLO_12, " 51437c10c7a682a1205072b20ee74533d6c02e73 \r\n", true },
    { "of another response", EHLO_11, "51437c10c7a682a1205072b20ee74533d6c02e73", false },
    { "of the response without its last line end", "250 mx.example.net n=8c1f02d94e7ab365", "51437c10c7a682a1205072b20ee74533d6c02e73", false },
    { "one digit less", EHLO_12, "51437c10c7a682a1205072b20ee74533d6c02e7", false },
    { "one digit more", EHLO_12, "51437c10c7a682a1205072b20ee74533d6c02e733", false },
    { "one digit wrong", EHLO_12, "51437c10c7a682a1205072b20ee74533d6c02e74", false },
    { "a word behind it", EHLO_12, "51437c10c7a682a1205072b20ee74533d6c02e73 x", false },
    { "nothing", EHLO_12, "", false },
};

static void the_noop_proves(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(noops); i++) {
        uint8_t hex[NOOP_HEX_OCTETS];
        if (noop_is_proof(slice_str(noops[i].ehlo), slice_str(noops[i].argument)) != noops[i].proves)
            fail_msg("%s", noops[i].name);
        assert_true(noop_hash(slice_str(noops[i].ehlo), hex));
        assert_true(noop_is_proof(slice_str(noops[i].ehlo), slice_of(hex, sizeof hex)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_responsible_address),
        cmocka_unit_test(a_header_over_its_bounds_has_none),
        cmocka_unit_test(knows_the_first_author),
        cmocka_unit_test(the_noop_proves),
    };
    return crypto_start() == STATUS_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
