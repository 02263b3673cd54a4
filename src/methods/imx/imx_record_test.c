/* imx_record_test: records as text and as RDATA, and what they have in common with msd's (methods/record.h). */
#include "methods/imx/imx_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/codec.h"
#include "methods/record.h"

struct parsed { enum imx_fault fault; struct imx_item items[IMX_ITEMS_MAX]; struct imx_list list; struct slice where; uint8_t names_room[4096]; struct text names; };

static void prepare(struct parsed *p)
{
    memset(p, 0, sizeof *p);
    p->names = text_fixed(p->names_room, sizeof p->names_room);
    p->list = (struct imx_list){ p->items, 0, IMX_ITEMS_MAX, &p->names };
}

static void parse_text(struct slice text, struct parsed *p)
{
    struct slice items;
    prepare(p);
    assert_true(record_begins(text, SLICE(IMX_VERSION), &items));
    p->fault = imx_parse_text(items, &p->list, &p->where);
}

static void parse_rdata(struct slice rdata, struct parsed *p)
{
    prepare(p);
    assert_true(rdata.len > 0 && rdata.at[0] == RECORD_WIRE_VERSION);
    p->fault = imx_parse_rdata(slice_from(rdata, 1), &p->list, &p->where);
}

static bool same_items(const struct imx_list *a, const struct imx_list *b)
{
    for (size_t i = 0; i < a->count && a->count == b->count; i++) {
        const struct imx_item *x = &a->at[i], *y = &b->at[i];
        if (x->tag != y->tag || x->prefix.bits != y->prefix.bits || !slice_same(x->name, y->name) ||
            x->prefix.address.family != y->prefix.address.family || memcmp(x->prefix.address.octets, y->prefix.address.octets, 16) != 0)
            return false;
    }
    return a->count == b->count;
}

/* parse(print(x)) == x, as text and as RDATA */
static void prints_as(const struct parsed *p, const char *expected, const char *what)
{
    static struct parsed again;
    char text_room[4096], rdata_room[4096];
    struct text text = text_fixed(text_room, sizeof text_room), rdata = text_fixed(rdata_room, sizeof rdata_room);
    text_add_imx(&text, p->list.at, p->list.count);
    if (text.bad || !slice_same(text_slice(&text), slice_str(expected)))
        fail_msg("%s: %.*s", what, (int)text.len, text_room);
    parse_text(text_slice(&text), &again);
    if (again.fault != IMX_FINE || !same_items(&p->list, &again.list))
        fail_msg("%s: text differs", what);
    text_add_imx_rdata(&rdata, p->list.at, p->list.count);
    parse_rdata(text_slice(&rdata), &again);
    if (rdata.bad || again.fault != IMX_FINE || !same_items(&p->list, &again.list))
        fail_msg("%s: RDATA differs", what);
}

static void reads_text(void **state)
{
    static const struct { const char *text, *printed; } vectors[] = {
        { "v=imx1", "v=imx1" },
        { "V=Imx1   ", "v=imx1" },
        { "v=imx1 ip4:192.0.2.1/32 IP4:192.0.2.66/24 ip4:255.255.255.255/0", "v=imx1 ip4:192.0.2.1 ip4:192.0.2.0/24 ip4:0.0.0.0/0" },
        { "v=imx1 ip6:2001:DB8:0::1 ip6:2001:db8:ffff::/33 ip6:::/0 ip6:::ffff:192.0.2.1", "v=imx1 ip6:2001:db8::1 ip6:2001:db8:8000::/33 ip6:::/0 ip6:::ffff:192.0.2.1" },
        { "v=imx1 a:Relay.example.com. A:_x.b only ONLY", "v=imx1 a:Relay.example.com a:_x.b only only" },
        { "v=imx1 none only", "v=imx1 none only" },
        { "v=imx1 x=1 a.b-c_d= t=a:b=c", "v=imx1 x=1 a.b-c_d= t=a:b=c" },
    };
    static struct parsed p;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        parse_text(slice_str(vectors[i].text), &p);
        if (p.fault != IMX_FINE)
            fail_msg("%s: fault %d", vectors[i].text, (int)p.fault);
        prints_as(&p, vectors[i].printed, vectors[i].text);
    }
}

static void refuses_text(void **state)
{
    static const struct { const char *text; enum imx_fault fault; const char *where; } vectors[] = {
        { "v=imx1 frob", IMX_FAULT_ITEM, "frob" }, { "v=imx1 only frob:1", IMX_FAULT_ITEM, "frob:1" }, { "v=imx1 =x", IMX_FAULT_ITEM, "=x" },
        { "v=imx1 1=x", IMX_FAULT_ITEM, "1=x" }, { "v=imx1 a/b=x", IMX_FAULT_ITEM, "a/b=x" }, { "v=imx1 x=\t", IMX_FAULT_ITEM, "x=\t" },
        { "v=imx1 x=\xc3\xbc", IMX_FAULT_ITEM, "x=\xc3\xbc" }, { "v=imx1 only:", IMX_FAULT_ITEM, "only:" }, { "v=imx1 \tonly", IMX_FAULT_ITEM, "\tonly" },
        { "v=imx1 ip4:", IMX_FAULT_ADDRESS, "ip4:" }, { "v=imx1 ip4:192.0.2", IMX_FAULT_ADDRESS, "ip4:192.0.2" }, { "v=imx1 ip4:2001:db8::1", IMX_FAULT_ADDRESS, "ip4:2001:db8::1" },
        { "v=imx1 ip6:192.0.2.1", IMX_FAULT_ADDRESS, "ip6:192.0.2.1" }, { "v=imx1 ip4:192.0.2.1/33", IMX_FAULT_LENGTH, "ip4:192.0.2.1/33" },
        { "v=imx1 ip4:192.0.2.1/", IMX_FAULT_LENGTH, "ip4:192.0.2.1/" }, { "v=imx1 ip6:::/129", IMX_FAULT_LENGTH, "ip6:::/129" },
        { "v=imx1 a:", IMX_FAULT_NAME, "a:" }, { "v=imx1 a:-x.b", IMX_FAULT_NAME, "a:-x.b" }, { "v=imx1 a:x..b", IMX_FAULT_NAME, "a:x..b" },
        { "v=imx1 a:[192.0.2.1]", IMX_FAULT_NAME, "a:[192.0.2.1]" },
        { "v=imx1 none a:b", IMX_FAULT_NONE, "" }, { "v=imx1 ip6:::1 none", IMX_FAULT_NONE, "" },
        { "v=imx1 a:a a:b a:c a:d a:e a:f a:g a:h a:i a:j a:k", IMX_FAULT_NAMES, "" },
    };
    static struct parsed p;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        parse_text(slice_str(vectors[i].text), &p);
        if (p.fault != vectors[i].fault || !slice_same(p.where, slice_str(vectors[i].where)))
            fail_msg("%s: fault %d at %.*s", vectors[i].text, (int)p.fault, (int)p.where.len, (const char *)p.where.at);
    }
}

static void versions_are_words(void **state)
{
    static const struct { struct slice text; bool is; const char *items; } vectors[] = {
        { SLICE_INIT("v=imx1"), true, "" }, { SLICE_INIT("V=IMX1 only"), true, " only" }, { SLICE_INIT("v=imx10"), false, NULL },
        { SLICE_INIT("v=imx1\tonly"), false, NULL }, { SLICE_INIT(" v=imx1"), false, NULL }, { SLICE_INIT("v=imx"), false, NULL }, { SLICE_INIT(""), false, NULL },
        { SLICE_INIT("v=imx1\0only"), false, NULL },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct slice items;
        assert_int_equal(record_begins(vectors[i].text, SLICE(IMX_VERSION), &items), vectors[i].is);
        assert_true(!vectors[i].is || slice_same(items, slice_str(vectors[i].items)));
    }
}

static struct slice octets_of(struct arena *a, const char *hex)
{
    struct slice out;
    assert_true(hex_decode(a, slice_str(hex), &out));
    return out;
}

static void reads_rdata(void **state)
{
    static const struct { const char *hex, *printed; } vectors[] = {
        { "01", "v=imx1" },
        { "01 01 05 1d c0000210 05 00", "v=imx1 ip4:192.0.2.16/29 only" },
        { "01 01 01 00 01 02 01ff", "v=imx1 ip4:0.0.0.0/0 ip4:128.0.0.0/1" },
        { "01 01 05 18 c0000277", NULL },
        { "01 02 05 20 20010db8 02 11 80 20010db8000000000000000000000001", "v=imx1 ip6:2001:db8::/32 ip6:2001:db8::1" },
        { "01 03 11 05 72656c6179 07 6578616d706c65 02 6175 00 04 00", NULL },
        { "01 03 12 05 72656c6179 07 6578616d706c65 02 6175 00", "v=imx1 a:relay.example.au" },
        { "01 04 00 80 03 78 3d 31", "v=imx1 none x=1" },
        { "01 80 01 78 80 00 ff 02 0000 81 00 05 00", "v=imx1 only" },         /* what is passed over */
    };
    static struct parsed p;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct arena *a = arena_new(1u << 16);
        parse_rdata(octets_of(a, vectors[i].hex), &p);
        if ((p.fault == IMX_FINE) != (vectors[i].printed != NULL))
            fail_msg("%s: fault %d", vectors[i].hex, (int)p.fault);
        if (vectors[i].printed)
            prints_as(&p, vectors[i].printed, vectors[i].hex);
        arena_free(a);
    }
}

static void refuses_rdata(void **state)
{
    static const struct { const char *hex; enum imx_fault fault; } vectors[] = {
        { "01 00 00", IMX_FAULT_ITEM }, { "01 06 00", IMX_FAULT_ITEM }, { "01 7f 00", IMX_FAULT_ITEM },
        { "01 01", IMX_FAULT_CUT }, { "01 04", IMX_FAULT_CUT }, { "01 01 05 1d c00002", IMX_FAULT_CUT }, { "01 80 02 78", IMX_FAULT_CUT },
        { "01 01 00", IMX_FAULT_LENGTH }, { "01 01 06 21 c000021000", IMX_FAULT_LENGTH }, { "01 02 02 81 00", IMX_FAULT_LENGTH },
        { "01 01 04 1d c00002", IMX_FAULT_ADDRESS }, { "01 01 06 1d c000021000", IMX_FAULT_ADDRESS }, { "01 01 02 00 00", IMX_FAULT_ADDRESS },
        { "01 03 00", IMX_FAULT_NAME }, { "01 03 01 00", IMX_FAULT_NAME }, { "01 03 02 01 61", IMX_FAULT_NAME }, { "01 03 04 01 61 00 00", IMX_FAULT_NAME },
        { "01 03 04 01 61 c0 00", IMX_FAULT_NAME }, { "01 03 05 03 612e62 00", IMX_FAULT_NAME }, { "01 03 03 01 20 00", IMX_FAULT_NAME },
        { "01 04 01 00", IMX_FAULT_DATA }, { "01 05 01 00", IMX_FAULT_DATA }, { "01 04 00 03 03 01 61 00", IMX_FAULT_NONE },
    };
    static struct parsed p;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct arena *a = arena_new(1u << 16);
        parse_rdata(octets_of(a, vectors[i].hex), &p);
        if (p.fault != vectors[i].fault)
            fail_msg("%s: fault %d", vectors[i].hex, (int)p.fault);
        arena_free(a);
    }
}

static void takes_128_items(void **state)
{
    static uint8_t rdata[1 + 2 * (IMX_ITEMS_MAX + 1)];
    static char room[16 + 5 * (IMX_ITEMS_MAX + 1)];
    static struct parsed p;
    (void)state;
    for (unsigned n = IMX_ITEMS_MAX - 1; n <= IMX_ITEMS_MAX + 1; n++) {
        enum imx_fault wanted = n > IMX_ITEMS_MAX ? IMX_FAULT_ITEMS : IMX_FINE;
        struct text t = text_fixed(room, sizeof room);
        text_add_str(&t, "v=imx1");
        rdata[0] = RECORD_WIRE_VERSION;
        for (unsigned i = 0; i < n; i++) {
            text_add_str(&t, " only");
            rdata[1 + 2 * i] = IMX_ONLY;
        }
        parse_text(text_slice(&t), &p);
        assert_int_equal(p.fault, wanted);
        parse_rdata(slice_of(rdata, 1 + 2 * n), &p);
        assert_int_equal(p.fault, wanted);
    }
}

static void notes_fit_into_rdata(void **state)
{
    static uint8_t note[RECORD_TYPE_NOTE * 2 + 1];
    (void)state;
    memset(note, 'x', sizeof note);
    note[1] = '=';
    assert_true(record_is_note(slice_of(note, 255)));
    assert_false(record_is_note(slice_of(note, 256)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_text),
        cmocka_unit_test(refuses_text),
        cmocka_unit_test(versions_are_words),
        cmocka_unit_test(reads_rdata),
        cmocka_unit_test(refuses_rdata),
        cmocka_unit_test(takes_128_items),
        cmocka_unit_test(notes_fit_into_rdata),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
