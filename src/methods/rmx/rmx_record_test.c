/* rmx_record_test: records as text and as RDATA, address prefix lists, names of full addresses. */
#include "methods/rmx/rmx_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/codec.h"
#include "methods/path.h"
#include "methods/rmx/rmx_apl.h"
#include "methods/prefix.h"

#define ROOM PATH_ENTRIES_MAX

struct parsed { enum rmx_fault fault; struct rmx_entry entries[ROOM]; struct rmx_list list; struct slice where; uint8_t names_room[4096]; struct text names; };

static void prepare(struct parsed *p)
{
    memset(p, 0, sizeof *p);
    p->names = text_fixed(p->names_room, sizeof p->names_room);
    p->list = (struct rmx_list){ p->entries, 0, ROOM, &p->names };
}

static void parse_text(struct slice text, bool legacy, struct parsed *p)
{
    prepare(p);
    p->fault = rmx_parse_text(text, legacy, &p->list, &p->where);
}

static void parse_rdata(struct slice rdata, bool legacy, struct parsed *p)
{
    prepare(p);
    p->fault = rmx_parse_rdata(rdata, legacy, &p->list, &p->where);
}

static void is_printed(const struct parsed *p, const char *expected, const char *what)
{
    char room[4096];
    struct text t = text_fixed(room, sizeof room);
    text_add_rmx(&t, p->list.at, p->list.count);
    if (t.bad || !slice_same(text_slice(&t), slice_str(expected)))
        fail_msg("%s: %.*s", what, (int)t.len, room);
}

static bool same_entries(const struct rmx_list *a, const struct rmx_list *b)
{
    for (size_t i = 0; i < a->count && a->count == b->count; i++) {
        const struct rmx_entry *x = &a->at[i], *y = &b->at[i];
        if (x->tag != y->tag || x->negated != y->negated || x->prefix.bits != y->prefix.bits || !slice_same(x->name, y->name) ||
            x->prefix.address.family != y->prefix.address.family || memcmp(x->prefix.address.octets, y->prefix.address.octets, 16) != 0)
            return false;
    }
    return a->count == b->count;
}

/* parse(print(x)) == x, as text and as RDATA */
static void survives_printing(const struct parsed *p, const char *what)
{
    static struct parsed again;
    char text_room[4096], rdata_room[4096];
    struct text text = text_fixed(text_room, sizeof text_room), rdata = text_fixed(rdata_room, sizeof rdata_room);
    text_add_rmx(&text, p->list.at, p->list.count);
    parse_text(text_slice(&text), false, &again);
    if (again.fault != RMX_FINE || !same_entries(&p->list, &again.list))
        fail_msg("%s: text differs", what);
    text_add_rmx_rdata(&rdata, p->list.at, p->list.count);
    parse_rdata(text_slice(&rdata), false, &again);
    if (rdata.bad || again.fault != RMX_FINE || !same_entries(&p->list, &again.list))
        fail_msg("%s: RDATA differs", what);
}

/* ---- text ---- */

static void refuses_text(void **state)
{
    static const struct { struct slice text; enum rmx_fault fault; struct slice where; } vectors[] = {
        { SLICE_INIT("bogus:1"), RMX_FAULT_TAG, SLICE_INIT("bogus:1") },
        { SLICE_INIT("ipv4:192.0.2.1 bogus:1 mx:"), RMX_FAULT_TAG, SLICE_INIT("bogus:1") },
        { SLICE_INIT("0:192.0.2.1"), RMX_FAULT_TAG, SLICE_INIT("0:192.0.2.1") },
        { SLICE_INIT("9:"), RMX_FAULT_TAG, SLICE_INIT("9:") },
        { SLICE_INIT("129:192.0.2.1"), RMX_FAULT_TAG, SLICE_INIT("129:192.0.2.1") },
        { SLICE_INIT(":192.0.2.1"), RMX_FAULT_TAG, SLICE_INIT(":192.0.2.1") },
        { SLICE_INIT("ipv4 :192.0.2.1"), RMX_FAULT_NO_TAG, SLICE_INIT("ipv4") },
        { SLICE_INIT("192.0.2.0/24"), RMX_FAULT_NO_TAG, SLICE_INIT("192.0.2.0/24") },
        { SLICE_INIT("!"), RMX_FAULT_NO_TAG, SLICE_INIT("!") },
        { SLICE_INIT("!!ipv4:192.0.2.1"), RMX_FAULT_TAG, SLICE_INIT("!!ipv4:192.0.2.1") },
        { SLICE_INIT("! ipv4:192.0.2.1"), RMX_FAULT_NO_TAG, SLICE_INIT("!") },
        { SLICE_INIT("ipv4:"), RMX_FAULT_ADDRESS, SLICE_INIT("ipv4:") },
        { SLICE_INIT("ipv4:192.0.2"), RMX_FAULT_ADDRESS, SLICE_INIT("ipv4:192.0.2") },
        { SLICE_INIT("ipv4:192.0.2.01"), RMX_FAULT_ADDRESS, SLICE_INIT("ipv4:192.0.2.01") },
        { SLICE_INIT("ipv4:2001:db8::1"), RMX_FAULT_ADDRESS, SLICE_INIT("ipv4:2001:db8::1") },
        { SLICE_INIT("ipv6:192.0.2.1"), RMX_FAULT_ADDRESS, SLICE_INIT("ipv6:192.0.2.1") },
        { SLICE_INIT("ipv4:192.0.2.1\0"), RMX_FAULT_ADDRESS, SLICE_INIT("ipv4:192.0.2.1\0") },
        { SLICE_INIT("ipv4:192.0.2.0/"), RMX_FAULT_LENGTH, SLICE_INIT("ipv4:192.0.2.0/") },
        { SLICE_INIT("ipv4:192.0.2.0/33"), RMX_FAULT_LENGTH, SLICE_INIT("ipv4:192.0.2.0/33") },
        { SLICE_INIT("ipv4:192.0.2.0/-1"), RMX_FAULT_LENGTH, SLICE_INIT("ipv4:192.0.2.0/-1") },
        { SLICE_INIT("ipv6:2001:db8::/129"), RMX_FAULT_LENGTH, SLICE_INIT("ipv6:2001:db8::/129") },
        { SLICE_INIT("host:"), RMX_FAULT_NAME, SLICE_INIT("host:") },
        { SLICE_INIT("apl:a..b"), RMX_FAULT_NAME, SLICE_INIT("apl:a..b") },
        { SLICE_INIT("host:."), RMX_FAULT_NAME, SLICE_INIT("host:.") },
        { SLICE_INIT("domain:.example"), RMX_FAULT_NAME, SLICE_INIT("domain:.example") },
        { SLICE_INIT("host:b\xc3\xbc" "cher.example"), RMX_FAULT_NAME, SLICE_INIT("host:b\xc3\xbc" "cher.example") },
        { SLICE_INIT("host:a(b.example"), RMX_FAULT_NAME, SLICE_INIT("host:a(b.example") },
        { SLICE_INIT("unused:x"), RMX_FAULT_DATA, SLICE_INIT("unused:x") },
        { SLICE_INIT("full:x"), RMX_FAULT_DATA, SLICE_INIT("full:x") },
        { SLICE_INIT("mx:example.com"), RMX_FAULT_DATA, SLICE_INIT("mx:example.com") },
        { SLICE_INIT("!unused:"), RMX_FAULT_NEGATED, SLICE_INIT("!unused:") },
        { SLICE_INIT("!7:"), RMX_FAULT_NEGATED, SLICE_INIT("!7:") },
    };
    static struct parsed p;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        parse_text(vectors[i].text, false, &p);
        if (p.fault != vectors[i].fault || !slice_same(p.where, vectors[i].where))
            fail_msg("%s: fault %d at %.*s", (const char *)vectors[i].text.at, (int)p.fault, (int)p.where.len, (const char *)p.where.at);
    }
}

static void reads_text(void **state)
{
    static const struct { const char *text, *printed; bool legacy; } vectors[] = {
        { "", "", false },
        { " \t ", "", false },
        { "ipv4:192.0.2.1", "ipv4:192.0.2.1", false },
        { "ipv4:192.0.2.1/32", "ipv4:192.0.2.1", false },
        { "ipv4:192.0.2.66/24", "ipv4:192.0.2.0/24", false },
        { "ipv4:255.255.255.255/0", "ipv4:0.0.0.0/0", false },
        { "ipv4:255.255.255.255/31", "ipv4:255.255.255.254/31", false },
        { "ipv6:2001:DB8:0::1", "ipv6:2001:db8::1", false },
        { "ipv6:2001:db8:ffff:ffff:ffff::/33", "ipv6:2001:db8:8000::/33", false },
        { "ipv6:::/0", "ipv6:::/0", false },
        { "IPv4:192.0.2.1 !HOST:a.example MX: !mx:", "ipv4:192.0.2.1 !host:a.example mx: !mx:", false },
        { "1:192.0.2.1 2:::1 3:a.b 4:a.b 5: 6: 7: 8:", "ipv4:192.0.2.1 ipv6:::1 host:a.b apl:a.b domain: unused: full: mx:", false },
        { "host:A.example. apl:_r.isp.example domain:Isp.Example.", "host:A.example apl:_r.isp.example domain:Isp.Example", false },
        { "\tipv4:192.0.2.1\t ipv4:192.0.2.2  ", "ipv4:192.0.2.1 ipv4:192.0.2.2", false },
        { "192.0.2.0/24 !192.0.2.1 2001:db8::/32 ::ffff:192.0.2.7 relays.isp.example",
          "ipv4:192.0.2.0/24 !ipv4:192.0.2.1 ipv6:2001:db8::/32 ipv4:192.0.2.7 apl:relays.isp.example", true },
        { "ipv4:192.0.2.1 1:192.0.2.2", "ipv4:192.0.2.1 ipv4:192.0.2.2", true },
    };
    static struct parsed p;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        parse_text(slice_str(vectors[i].text), vectors[i].legacy, &p);
        if (p.fault != RMX_FINE)
            fail_msg("%s: fault %d", vectors[i].text, (int)p.fault);
        is_printed(&p, vectors[i].printed, vectors[i].text);
        survives_printing(&p, vectors[i].text);
    }
    parse_text(SLICE("bogus:1"), true, &p);
    assert_int_equal(p.fault, RMX_FAULT_TAG);
    parse_text(SLICE("not a/name"), true, &p);
    assert_int_equal(p.fault, RMX_FAULT_NAME);
}

static void mapped_addresses_stay_ipv6(void **state)
{
    static struct parsed p;
    struct ip client;
    (void)state;
    parse_text(SLICE("ipv6:::ffff:192.0.2.1"), false, &p);
    assert_int_equal(p.fault, RMX_FINE);
    survives_printing(&p, "mapped");
    assert_true(ip_parse(SLICE("::ffff:192.0.2.1"), &client));
    assert_false(prefix_covers(&p.entries[0].prefix, &client));
}

static void takes_as_many_as_there_is_room(void **state)
{
    static struct parsed p;
    static char room[8 * ROOM];
    (void)state;
    for (unsigned n = ROOM - 1; n <= ROOM + 1; n++) {
        struct text t = text_fixed(room, sizeof room);
        for (unsigned i = 0; i < n; i++)
            text_add_str(&t, "mx: ");
        parse_text(text_slice(&t), false, &p);
        assert_int_equal(p.fault, n > ROOM ? RMX_FAULT_ENTRIES : RMX_FINE);
    }
}

/* ---- RDATA ---- */

static struct slice octets_of(struct arena *a, const char *hex)
{
    struct slice out;
    assert_true(hex_decode(a, slice_str(hex), &out));
    return out;
}

static void refuses_rdata(void **state)
{
    static const struct { const char *hex; enum rmx_fault fault; bool legacy; } vectors[] = {
        { "00", RMX_FAULT_TAG, false }, { "7f", RMX_FAULT_TAG, false }, { "09", RMX_FAULT_TAG, false }, { "80", RMX_FAULT_TAG, false },
        { "01", RMX_FAULT_CUT, false }, { "0118", RMX_FAULT_CUT, false }, { "0118c000", RMX_FAULT_CUT, false }, { "0119c00002", RMX_FAULT_CUT, false },
        { "0121c000020100", RMX_FAULT_LENGTH, false }, { "01ff", RMX_FAULT_LENGTH, false }, { "0281", RMX_FAULT_LENGTH, false },
        { "0280 2001 0db8 0000 0000 0000 0000 0000 00", RMX_FAULT_CUT, false },
        { "03", RMX_FAULT_CUT, false }, { "0300", RMX_FAULT_NAME, false }, { "0400", RMX_FAULT_NAME, false },
        { "03 01 61", RMX_FAULT_CUT, false }, { "03 01 61 c0 00", RMX_FAULT_CUT, false }, { "03 03 61 2e 62 00", RMX_FAULT_NAME, false },
        { "03 01 20 00", RMX_FAULT_NAME, false }, { "03 02 c3bc 00", RMX_FAULT_NAME, false },
        { "86", RMX_FAULT_NEGATED, false }, { "87", RMX_FAULT_NEGATED, false },
        { "06 7f", RMX_FAULT_TAG, false },
        { "7f", RMX_FAULT_TAG, true }, { "01 72", RMX_FAULT_LENGTH, true }, { "01 72 00 7f", RMX_FAULT_LENGTH, true },
    };
    static struct parsed p;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct arena *a = arena_new(1u << 16);
        parse_rdata(octets_of(a, vectors[i].hex), vectors[i].legacy, &p);
        if (p.fault != vectors[i].fault)
            fail_msg("%s: fault %d", vectors[i].hex, (int)p.fault);
        assert_true(p.where.len > 0);
        arena_free(a);
    }
}

static void reads_rdata(void **state)
{
    static const struct { const char *hex, *printed; bool legacy; } vectors[] = {
        { "", "", false },
        { "0118c00002", "ipv4:192.0.2.0/24", false },
        { "8120c0000242", "!ipv4:192.0.2.66", false },
        { "06", "unused:", false },
        { "0500", "domain:", false },
        { "0100", "ipv4:0.0.0.0/0", false },
        { "0101ff", "ipv4:128.0.0.0/1", false },
        { "0220 20010db8", "ipv6:2001:db8::/32", false },
        { "82 80 20010db8000000000000000000000001", "!ipv6:2001:db8::1", false },
        { "03 01 61 07 6578616d706c65 00 84 01 72 07 6578616d706c65 00 05 03 697370 00", "host:a.example !apl:r.example domain:isp", false },
        { "07 08 88 06", "full: mx: !mx: unused:", false },
        { "01 72 03 697370 02 6578 00  06 72656c617973 02 6578 00", "apl:r.isp.ex apl:relays.ex", true },
        { "0118c00002", "ipv4:192.0.2.0/24", true },
    };
    static struct parsed p;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct arena *a = arena_new(1u << 16);
        parse_rdata(octets_of(a, vectors[i].hex), vectors[i].legacy, &p);
        if (p.fault != RMX_FINE)
            fail_msg("%s: fault %d", vectors[i].hex, (int)p.fault);
        is_printed(&p, vectors[i].printed, vectors[i].hex);
        survives_printing(&p, vectors[i].hex);
        arena_free(a);
    }
}

/* ---- sets ---- */

static void counts_hosts(void **state)
{
    static const struct { const char *prefix; uint64_t hosts; } vectors[] = {
        { "192.0.2.1", 1 }, { "192.0.2.0/29", 8 }, { "0.0.0.0/0", UINT64_C(1) << 32 }, { "2001:db8::1", 1 }, { "2001:db8::/64", 1 }, { "2001:db8::/63", 2 },
        { "2001:db8::/1", UINT64_C(1) << 63 }, { "::/0", UINT64_MAX },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct prefix p;
        assert_true(prefix_parse(slice_str(vectors[i].prefix), &p));
        assert_true(prefix_hosts(&p) == vectors[i].hosts);
    }
    assert_true(hosts_sum(UINT64_MAX, 1) == UINT64_MAX);
    assert_true(hosts_sum(UINT64_MAX - 1, 1) == UINT64_MAX);
    assert_true(hosts_sum(1, 2) == 3);
}

static struct answer *texts_answer(struct arena *a, const struct slice *texts, size_t count)
{
    struct slice rdata[8];
    for (size_t i = 0; i < count; i++) {
        struct text t = text_in(a, 300);
        text_add_octet(&t, (uint8_t)texts[i].len);
        text_add(&t, texts[i]);
        rdata[i] = text_slice(&t);
    }
    return answer_make(&(struct answer_draft){
        .question = { .name = SLICE("_rmx.example.com"), .type = RTYPE_TXT }, .status = ANSWER_DATA, .count = count, .rdata = rdata,
    });
}

/* Whatever order records arrive in, they make one list. */
static void sorts_the_records_of_a_name(void **state)
{
    static const struct slice texts[] = { SLICE_INIT("mx:"), SLICE_INIT("ipv4:192.0.2.1"), SLICE_INIT("V=spf1 -all"), SLICE_INIT("host:a.example") };
    static const unsigned orders[][4] = { { 0, 1, 2, 3 }, { 3, 2, 1, 0 }, { 2, 0, 3, 1 } };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        struct arena *a = arena_new(1u << 16);
        struct slice turned[4];
        for (size_t k = 0; k < 4; k++)
            turned[k] = texts[orders[i][k]];
        struct answer *answer = texts_answer(a, turned, 4);
        struct rmx_set *set = rmx_set_of_text(answer);
        char room[200];
        struct text t = text_fixed(room, sizeof room);
        assert_non_null(set);
        assert_int_equal(set->records, 3);
        assert_int_equal(set->hosts, 1);
        text_add_rmx(&t, set->entries, set->count);
        assert_true(slice_same(text_slice(&t), SLICE("host:a.example ipv4:192.0.2.1 mx:")));
        rmx_set_release(set);
        answer_drop(answer);
        arena_free(a);
    }
}

/* ---- address prefix lists ---- */

static void refuses_apl(void **state)
{
    static const char *const vectors[] = { "00", "0001", "000118", "000118 03 c000", "0001 21 00", "0001 20 05 c000020100", "0002 81 00", "0002 80 11 00112233445566778899aabbccddeeff00",
                                           "0001 18 03 c00002 00" };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct arena *a = arena_new(1u << 16);
        struct apl_item items[8];
        size_t count = 0;
        if (apl_parse(octets_of(a, vectors[i]), items, 8, &count))
            fail_msg("%s is read", vectors[i]);
        arena_free(a);
    }
}

static void reads_apl(void **state)
{
    /* hex; client; match */
    static const struct { const char *hex, *client; enum apl_match match; } vectors[] = {
        { "", "192.0.2.1", APL_NOTHING },
        { "0001 18 03 c00002", "192.0.2.9", APL_MATCH },
        { "0001 18 03 c00002", "198.51.100.1", APL_NOTHING },
        { "0001 18 83 c00002", "192.0.2.9", APL_NEGATED },
        { "0001 20 84 c0000201 0001 18 03 c00002", "192.0.2.1", APL_NEGATED },
        { "0001 20 84 c0000201 0001 18 03 c00002", "192.0.2.2", APL_MATCH },
        { "0001 18 03 c00002 0001 20 84 c0000201", "192.0.2.1", APL_MATCH },
        { "0001 00 00", "192.0.2.1", APL_MATCH },
        { "0001 00 00", "2001:db8::1", APL_NOTHING },
        { "0002 20 04 20010db8", "2001:db8::1", APL_MATCH },
        { "0002 60 0c 00000000000000000000ffff", "192.0.2.1", APL_NOTHING },       /* mapped: no IPv4 address */
        { "0003 08 01 00 0001 18 03 c00002", "192.0.2.1", APL_MATCH },            /* RFC 3123 4: other families */
        { "0001 18 04 c0000207", "192.0.2.1", APL_MATCH },                        /* bits behind the prefix do not count */
        { "0001 18 04 c0000200", "192.0.2.1", APL_MATCH },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct arena *a = arena_new(1u << 16);
        struct apl_set *set = arena_alloc(a, sizeof *set + 8 * sizeof set->items[0]);
        struct ip client;
        assert_true(ip_parse(slice_str(vectors[i].client), &client));
        if (!apl_parse(octets_of(a, vectors[i].hex), set->items, 8, &set->count))
            fail_msg("%s is not read", vectors[i].hex);
        if (apl_judge(set, &client) != vectors[i].match)
            fail_msg("%s: match %d", vectors[i].hex, (int)apl_judge(set, &client));
        char room[200];
        struct text t = text_fixed(room, sizeof room);
        struct apl_item again[8];
        size_t count = 0;
        text_add_apl_wire(&t, set->items, set->count);
        assert_true(apl_parse(text_slice(&t), again, 8, &count));
        assert_int_equal(count, set->count);
        if (count > 0)
            assert_memory_equal(again, set->items, count * sizeof again[0]);
        arena_free(a);
    }
}

static void bounds_apl(void **state)
{
    static uint8_t octets[4 * (APL_ITEMS_MAX + 1)];
    (void)state;
    for (size_t i = 0; i <= APL_ITEMS_MAX; i++)
        octets[4 * i + 1] = 1;
    for (size_t n = APL_ITEMS_MAX - 1; n <= APL_ITEMS_MAX + 1; n++) {
        struct slice rdata = slice_of(octets, 4 * n);
        struct answer *answer = answer_make(&(struct answer_draft){
            .question = { .name = SLICE("r.example"), .type = RTYPE_APL }, .status = ANSWER_DATA, .count = 1, .rdata = &rdata,
        });
        struct apl_set *set = apl_set_make(answer);
        assert_non_null(set);
        assert_int_equal(set->broken, n > APL_ITEMS_MAX);
        assert_true(apl_hosts(set) >= (uint64_t)(APL_ITEMS_MAX - 1) << 32);
        apl_set_release(set);
        answer_drop(answer);
    }
}

/* ---- full addresses ---- */

static void names_full_addresses(void **state)
{
    static const struct { struct slice local; const char *name; } vectors[] = {
        { SLICE_INIT("some.user"), "some.user._rmx.example.com" },
        { SLICE_INIT("a-1"), "a-1._rmx.example.com" },
        /* these three must differ */
        { SLICE_INIT("john.doe"), "john.doe._rmx.example.com" },
        { SLICE_INIT("John.Doe"), "jjxwq3roirxwk._b32._rmx.example.com" },
        { SLICE_INIT("john"), "john._rmx.example.com" },
        { SLICE_INIT("a..b"), "mexc4yq._b32._rmx.example.com" },
        { SLICE_INIT("a."), "mexa._b32._rmx.example.com" },
        { SLICE_INIT(".a"), "fzqq._b32._rmx.example.com" },
        { SLICE_INIT("."), "fy._b32._rmx.example.com" },
        { SLICE_INIT("a_b"), "mfpwe._b32._rmx.example.com" },
        { SLICE_INIT("a\0b"), "meage._b32._rmx.example.com" },
        { SLICE_INIT("\xc3\xbc"), "yo6a._b32._rmx.example.com" },
        { SLICE_INIT(""), "._b32._rmx.example.com" },                             /* no name: never asked */
        { SLICE_INIT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),           /* 64: more than a label holds */
          "mfqwcylbmfqwcylbmfqwcylbmfqwcylbmfqwcylbmfqwcylbmfqwcylbmfqw.cylbmfqwcylbmfqwcylbmfqwcylbmfqwcylbmfqwcyi._b32._rmx.example.com" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct arena *a = arena_new(1u << 16);
        struct slice name = rmx_full_name(a, vectors[i].local, SLICE("example.com"));
        if (!slice_same(name, slice_str(vectors[i].name)))
            fail_msg("%zu: %.*s", i, (int)name.len, (const char *)name.at);
        arena_free(a);
    }
    static uint8_t giant[1000];
    memset(giant, 'A', sizeof giant);
    struct arena *a = arena_new(1u << 16);
    assert_false(name_askable(rmx_full_name(a, slice_of(giant, sizeof giant), SLICE("example.com"))));
    assert_false(name_askable(rmx_full_name(a, SLICE(""), SLICE("example.com"))));
    assert_false(arena_failed(a));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_text),
        cmocka_unit_test(reads_text),
        cmocka_unit_test(mapped_addresses_stay_ipv6),
        cmocka_unit_test(takes_as_many_as_there_is_room),
        cmocka_unit_test(refuses_rdata),
        cmocka_unit_test(reads_rdata),
        cmocka_unit_test(counts_hosts),
        cmocka_unit_test(sorts_the_records_of_a_name),
        cmocka_unit_test(refuses_apl),
        cmocka_unit_test(reads_apl),
        cmocka_unit_test(bounds_apl),
        cmocka_unit_test(names_full_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
