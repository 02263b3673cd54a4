/* msd_record_test: records as text and as RDATA, in a base and in an entry, and the names they stand at. */
#include "methods/serverdomains/msd_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/codec.h"
#include "crypto/digest.h"
#include "methods/record.h"

struct parsed { enum msd_fault fault; struct msd_item items[MSD_ITEMS_MAX]; struct msd_list list; struct slice where; uint8_t names_room[4096]; struct text names; };

static void prepare(struct parsed *p)
{
    memset(p, 0, sizeof *p);
    p->names = text_fixed(p->names_room, sizeof p->names_room);
    p->list = (struct msd_list){ p->items, 0, MSD_ITEMS_MAX, &p->names };
}

static void parse_text(struct slice text, enum msd_place place, struct parsed *p)
{
    struct slice items;
    prepare(p);
    assert_true(record_begins(text, SLICE(MSD_VERSION), &items));
    p->fault = msd_parse_text(items, place, &p->list, &p->where);
}

static void parse_rdata(struct slice rdata, enum msd_place place, struct parsed *p)
{
    prepare(p);
    assert_true(rdata.len > 0 && rdata.at[0] == RECORD_WIRE_VERSION);
    p->fault = msd_parse_rdata(slice_from(rdata, 1), place, &p->list, &p->where);
}

static bool same_items(const struct msd_list *a, const struct msd_list *b)
{
    for (size_t i = 0; i < a->count && a->count == b->count; i++)
        if (a->at[i].tag != b->at[i].tag || !slice_same(a->at[i].name, b->at[i].name))
            return false;
    return a->count == b->count;
}

/* parse(print(x)) == x, as text and as RDATA */
static void prints_as(const struct parsed *p, enum msd_place place, const char *expected, const char *what)
{
    static struct parsed again;
    char text_room[4096], rdata_room[4096];
    struct text text = text_fixed(text_room, sizeof text_room), rdata = text_fixed(rdata_room, sizeof rdata_room);
    text_add_msd(&text, p->list.at, p->list.count);
    if (text.bad || !slice_same(text_slice(&text), slice_str(expected)))
        fail_msg("%s: %.*s", what, (int)text.len, text_room);
    parse_text(text_slice(&text), place, &again);
    if (again.fault != MSD_FINE || !same_items(&p->list, &again.list))
        fail_msg("%s: text differs", what);
    text_add_msd_rdata(&rdata, p->list.at, p->list.count);
    parse_rdata(text_slice(&rdata), place, &again);
    if (rdata.bad || again.fault != MSD_FINE || !same_items(&p->list, &again.list))
        fail_msg("%s: RDATA differs", what);
}

static void reads_text(void **state)
{
    static const struct { const char *text; enum msd_place place; enum msd_fault fault; const char *said; } vectors[] = {
        { "v=msd1", MSD_BASE, MSD_FINE, "v=msd1" },
        { "V=MSD1  ALL factored   Only ", MSD_BASE, MSD_FINE, "v=msd1 all factored only" },
        { "v=msd1 d:Example.com. D:*.Example.com x=1", MSD_BASE, MSD_FINE, "v=msd1 d:Example.com d:*.Example.com x=1" },
        { "v=msd1 yes", MSD_ENTRY, MSD_FINE, "v=msd1 yes" },
        { "v=msd1 NO since=2026", MSD_ENTRY, MSD_FINE, "v=msd1 no since=2026" },
        { "v=msd1", MSD_ENTRY, MSD_FAULT_ENTRY, "" },
        { "v=msd1 yes no", MSD_ENTRY, MSD_FAULT_ENTRY, "" },
        { "v=msd1 all", MSD_ENTRY, MSD_FAULT_ITEM, "all" },
        { "v=msd1 d:a.example yes", MSD_ENTRY, MSD_FAULT_ITEM, "d:a.example" },
        { "v=msd1 all yes", MSD_BASE, MSD_FAULT_ITEM, "yes" },
        { "v=msd1 frob", MSD_BASE, MSD_FAULT_ITEM, "frob" },
        { "v=msd1 e:x", MSD_BASE, MSD_FAULT_ITEM, "e:x" },
        { "v=msd1 d:", MSD_BASE, MSD_FAULT_NAME, "d:" },
        { "v=msd1 d:*", MSD_BASE, MSD_FAULT_NAME, "d:*" },
        { "v=msd1 d:*.", MSD_BASE, MSD_FAULT_NAME, "d:*." },
        { "v=msd1 d:*.*.example", MSD_BASE, MSD_FAULT_NAME, "d:*.*.example" },
        { "v=msd1 d:b\xc3\xbc" "cher.example", MSD_BASE, MSD_FAULT_NAME, "d:b\xc3\xbc" "cher.example" },
    };
    static struct parsed p;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        parse_text(slice_str(vectors[i].text), vectors[i].place, &p);
        if (p.fault != vectors[i].fault)
            fail_msg("%s: fault %d", vectors[i].text, (int)p.fault);
        if (p.fault == MSD_FINE)
            prints_as(&p, vectors[i].place, vectors[i].said, vectors[i].text);
        else if (!slice_same(p.where, slice_str(vectors[i].said)))
            fail_msg("%s: at %.*s", vectors[i].text, (int)p.where.len, (const char *)p.where.at);
    }
}

static void reads_rdata(void **state)
{
    static const struct { const char *hex; enum msd_place place; enum msd_fault fault; const char *printed; } vectors[] = {
        { "01", MSD_BASE, MSD_FINE, "v=msd1" },
        { "01 01 0d 07 6578616d706c65 03 636f6d 00 02 05 03 636f6d 00 0300 0400 0500", MSD_BASE, MSD_FINE, "v=msd1 d:example.com d:*.com all factored only" },
        { "01 0600", MSD_ENTRY, MSD_FINE, "v=msd1 yes" },
        { "01 0700 80 03 783d31 9000 80 01 78", MSD_ENTRY, MSD_FINE, "v=msd1 no x=1" },
        { "01 0600", MSD_BASE, MSD_FAULT_ITEM, NULL }, { "01 0300", MSD_ENTRY, MSD_FAULT_ITEM, NULL }, { "01", MSD_ENTRY, MSD_FAULT_ENTRY, NULL },
        { "01 0800", MSD_BASE, MSD_FAULT_ITEM, NULL }, { "01 0000", MSD_BASE, MSD_FAULT_ITEM, NULL }, { "01 01", MSD_BASE, MSD_FAULT_CUT, NULL },
        { "01 0300 0401", MSD_BASE, MSD_FAULT_CUT, NULL }, { "01 030100", MSD_BASE, MSD_FAULT_DATA, NULL }, { "01 060100", MSD_ENTRY, MSD_FAULT_DATA, NULL },
        { "01 0100", MSD_BASE, MSD_FAULT_NAME, NULL }, { "01 010100", MSD_BASE, MSD_FAULT_NAME, NULL }, { "01 0103 01 61 01", MSD_BASE, MSD_FAULT_NAME, NULL },
        { "01 0204 01 2a c000", MSD_BASE, MSD_FAULT_NAME, NULL }, { "01 0203 01 2a 00", MSD_BASE, MSD_FAULT_NAME, NULL },
    };
    static struct parsed p;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct arena *a = arena_new(1u << 16);
        struct slice rdata;
        assert_true(hex_decode(a, slice_str(vectors[i].hex), &rdata));
        parse_rdata(rdata, vectors[i].place, &p);
        if (p.fault != vectors[i].fault)
            fail_msg("%s: fault %d", vectors[i].hex, (int)p.fault);
        if (vectors[i].printed)
            prints_as(&p, vectors[i].place, vectors[i].printed, vectors[i].hex);
        arena_free(a);
    }
}

static void takes_1024_items(void **state)
{
    static uint8_t rdata[1 + 2 * (MSD_ITEMS_MAX + 1)];
    static struct parsed p;
    (void)state;
    memset(rdata, 0, sizeof rdata);
    rdata[0] = RECORD_WIRE_VERSION;
    for (unsigned i = 0; i <= MSD_ITEMS_MAX; i++)
        rdata[1 + 2 * i] = MSD_ONLY;
    for (unsigned n = MSD_ITEMS_MAX - 1; n <= MSD_ITEMS_MAX + 1; n++) {
        parse_rdata(slice_of(rdata, 1 + 2 * n), MSD_BASE, &p);
        assert_int_equal(p.fault, n > MSD_ITEMS_MAX ? MSD_FAULT_ITEMS : MSD_FINE);
    }
}

static void builds_names(void **state)
{
    static uint8_t domain[200], host[60];
    struct arena *a = arena_new(1u << 16);
    struct slice name;
    (void)state;
    assert_true(slice_same(msd_base_name(a, SLICE("mx1.isp.example")), SLICE("_serves._smtp.mx1.isp.example")));
    assert_true(slice_same(msd_entry_name(a, SLICE("example.com"), SLICE("mx1.isp.example")), SLICE("example.com._serves._smtp.mx1.isp.example")));
    assert_true(msd_hashed_name(a, SLICE("example.com"), SLICE("mx1.isp.example"), &name));
    assert_true(slice_same(name,
                           SLICE("_ha379a6f6eeafb9a55e378c118034e2751e682fab._serves._smtp.mx1.isp.example")));
    assert_true(slice_same(msd_probe_name(a, SLICE("mx1.isp.example")), SLICE("_any._serves._smtp.mx1.isp.example")));
    memset(domain, 'a', sizeof domain);
    memset(host, 'b', sizeof host);
    for (size_t i = 50; i < sizeof domain; i += 50)
        domain[i] = '.';
    for (size_t len = 170; len < 190; len++) {
        struct slice d = slice_of(domain, len), h = slice_of(host, sizeof host);
        assert_int_equal(msd_entry_name(a, d, h).len > 0, len + 1 + sizeof "_serves._smtp." - 1 + sizeof host <= NAME_TEXT_MAX);
        assert_true(msd_hashed_name(a, d, h, &name) && name.len > 0);
    }
    arena_free(a);
}

int main(void)
{
    if (crypto_start() != STATUS_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_text),
        cmocka_unit_test(reads_rdata),
        cmocka_unit_test(takes_1024_items),
        cmocka_unit_test(builds_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
