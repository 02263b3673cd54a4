/* dnsmail_record_test: ids, lists and records as text: read, refused, printed and read again. */
#include "methods/dnsmail/dnsmail_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/codec.h"
#include "crypto/digest.h"

#define ARENA_OCTETS (1u << 20)

static void ids(void **state)
{
    (void)state;
    static const char long_label[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk";
    static const struct { const char *text, *label, *domain; } vectors[] = {
        { "1wsed45rtgyh5678.example.com", "1wsed45rtgyh5678", "example.com" }, { "A-1.Example.COM", "a-1", "example.com" },
        { "x.example.com.", "x", "example.com" }, { "x.b\xc3\xbc" "cher.example", "x", "xn--bcher-kva.example" },
        { "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk.a.b", long_label, "a.b" },
        { "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl.a.b", NULL, NULL },
        { "", NULL, NULL }, { "x", NULL, NULL }, { "x.", NULL, NULL }, { "x.com", NULL, NULL }, { ".example.com", NULL, NULL },
        { "a_b.example.com", NULL, NULL }, { "-a.example.com", NULL, NULL }, { "a-.example.com", NULL, NULL }, { "a b.example.com", NULL, NULL },
        { "*.example.com", NULL, NULL }, { "a..example.com", NULL, NULL }, { "a.exa mple.com", NULL, NULL }, { "a.example.com, b.example.com", NULL, NULL },
        { "a.[192.0.2.1]", NULL, NULL }, { "a.example.com (comment)", NULL, NULL }, { "<a.example.com>", NULL, NULL },
    };
    struct arena *arena = arena_new(ARENA_OCTETS);
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct dnsmail_id id;
        bool good = dnsmail_id_parse(arena, slice_str(vectors[i].text), &id);
        if (good != !!vectors[i].label)
            fail_msg("%s", vectors[i].text);
        if (!good)
            continue;
        assert_true(slice_same(id.label, slice_str(vectors[i].label)) && slice_same(id.domain, slice_str(vectors[i].domain)));
        struct dnsmail_id again;
        assert_true(dnsmail_id_parse(arena, id.name, &again) && slice_same(again.name, id.name));
    }
    /* 253 octets can be asked, 254 cannot. */
    for (size_t len = NAME_TEXT_MAX; len <= NAME_TEXT_MAX + 1; len++) {
        char name[NAME_TEXT_MAX + 2];
        struct dnsmail_id id;
        for (size_t i = 0; i < len; i++)
            name[i] = i % 60 == 59 && i + 1 < len ? '.' : 'a';
        assert_int_equal(dnsmail_id_parse(arena, slice_of(name, len), &id), len <= NAME_TEXT_MAX);
    }
    arena_free(arena);
}

static void lists(void **state)
{
    (void)state;
    static const struct { const char *text, *printed; } vectors[] = {
        { "192.0.2.53", "192.0.2.53" }, { "192.0.2.53,192.0.2.54", "192.0.2.53,192.0.2.54" }, { " 192.0.2.53 ,\t192.0.2.54 ", "192.0.2.53,192.0.2.54" },
        { "192.0.2.53,,192.0.2.53,", "192.0.2.53" }, { "2001:DB8::53,192.0.2.53", "2001:db8::53,192.0.2.53" }, { "::ffff:192.0.2.1", "192.0.2.1" },
        { "192.0.2.9,192.0.2.8,192.0.2.7,192.0.2.6,192.0.2.5,192.0.2.4,192.0.2.3,192.0.2.2,192.0.2.1",
          "192.0.2.9,192.0.2.8,192.0.2.7,192.0.2.6,192.0.2.5,192.0.2.4,192.0.2.3,192.0.2.2" },
        { "", NULL }, { ",", NULL }, { "ns.example", NULL }, { "192.0.2.53,ns.example", NULL }, { "192.0.2.053", NULL }, { "192.0.2.53:53", NULL },
        { "192.0.2.0/24", NULL }, { "192.0.2.53;192.0.2.54", NULL }, { "192.0.2.53 192.0.2.54", NULL }, { "v=spf1 -all", NULL }, { "fe80::1%eth0", NULL },
    };
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        char room[400];
        struct text t = text_fixed(room, sizeof room);
        struct dnsmail_servers s = { .count = 0 }, again = { .count = 0 };
        bool good = dnsmail_servers_add(&s, slice_str(vectors[i].text));
        text_add_dnsmail_servers(&t, &s);
        if (good != !!vectors[i].printed || !slice_same(text_slice(&t), slice_str(vectors[i].printed)))
            fail_msg("%s: %.*s", vectors[i].text, (int)t.len, room);
        if (good)
            assert_true(dnsmail_servers_add(&again, text_slice(&t)) && again.count == s.count);
    }
}

#define F "*From:m@example.com"
#define D "*date=Thu, 03 Aug 2006 13:10:49 +0000"
#define FIVE "*a=*b=*c=*d=*e="

static const struct { const char *text, *printed; } records[] = {
    { "To:claire@nonprofit.example*From:martha@example.com*date=Thu, 03 Aug 2006 09:10:49 -0400",
      "To:claire@nonprofit.example*From:martha@example.com*date=Thu, 03 Aug 2006 13:10:49 +0000" },
    { "to=a@x.example*FROM=m@EXAMPLE.com*Date:Thu, 03 Aug 2006 13:10:49 +0000", "To:a@x.example" F D },
    { "date=3 Aug 2006 13:10:49 GMT*From:m@example.com*To:a@x.example", "To:a@x.example" F D },
    { " To : a@x.example * From = m@example.com * date = Thu, 03 Aug 2006 13:10:49 +0000 ", "To:a@x.example" F D },
    { "To:a@x.example*To:b@x.example*th=vjh7udpqtfy5jevgeqth2dru2wz5hbje" F D, "To:a@x.example*To:b@x.example*th=vjh7udpqtfy5jevgeqth2dru2wz5hbje" F D },
    { "To:a%2Ab%25c@x.example" F D, "To:a%2Ab%25c@x.example" F D },
    { "To:a%2ab@x.example" F D, "To:a%2Ab@x.example" F D },
    { "To:%22a b%22@x.example" F D, "To:%22a%20b%22@x.example" F D },
    { "To:\"a.b\"@x.example" F D, "To:a.b@x.example" F D },
    { "To:b%C3%BCcher@x.example" F D, "To:b%C3%BCcher@x.example" F D },
    { "To:a@b%C3%BCcher.example" F D, "To:a@xn--bcher-kva.example" F D },
    { "To:a@x.example" F D "*bh=eDCyaw7m810RhFf0TmGWGkTYiT/1GwL4/PCOGIr3ew4=*prev=abc.example.com*x=1*y_z:2",
      "To:a@x.example" F D "*bh=eDCyaw7m810RhFf0TmGWGkTYiT/1GwL4/PCOGIr3ew4=*prev=abc.example.com" },
    { "To:a@x.example" F D FIVE FIVE "*f=*g=*h=", "To:a@x.example" F D },
    { "To:a@x.example" F D FIVE FIVE "*f=*g=*h=*i=", NULL },         /* a field more than DNSMAIL_FIELDS_MAX */
    { "", NULL }, { "hello", NULL }, { "v=spf1 -all", NULL }, { "To:a@x.example" F, NULL }, { "To:a@x.example" D, NULL }, { "x=1" F D, NULL },
    { "To:a@x.example" F F D, NULL }, { "To:a@x.example" F D D, NULL }, { "To:a@x.example" F D "*bh=a*bh=b", NULL },
    { "To:a@x.example" F D "*", NULL }, { "To:a@x.example" F D "**x=1", NULL }, { "To:a*b@x.example" F D, NULL }, { "To:" F D, NULL },
    { "To:a" F D, NULL }, { "To:@x.example" F D, NULL }, { "To:<a@x.example>" F D, NULL }, { "To:@r.example:a@x.example" F D, NULL },
    { "To:a@[192.0.2.1]" F D, NULL }, { "To:A <a@x.example>" F D, NULL }, { "To:a@x.example,b@x.example" F D, NULL }, { "To:\"\"@x.example" F D, NULL },
    { "To:a%@x.example" F D, NULL }, { "To:a%2@x.example" F D, NULL }, { "To:a%zz@x.example" F D, NULL }, { "To:a%2 0@x.example" F D, NULL },
    { "To:a%00b@x.example" F D, NULL }, { "To:a%FFb@x.example" F D, NULL }, { "To:a%0D%0Ab@x.example" F D, NULL },
    { "To:a@x.example" F "*date=yesterday", NULL }, { "To:a@x.example" F "*date=", NULL }, { "th=abc" F D, NULL }, { "th=" F D, NULL },
    { "To:a@x.example" F D "*bh=eDCy", NULL }, { "To:a@x.example" F D "*bh=", NULL }, { "To:a@x.example" F D "*prev=", NULL },
    { "To:a@x.example" F D "*prev=a*prev=b", NULL }, { "To:a@x.example" F D "*x", NULL }, { "To:a@x.example" F D "*=x", NULL },
};

static void records_are_read_and_printed(void **state)
{
    (void)state;
    struct arena *arena = arena_new(ARENA_OCTETS);
    for (size_t i = 0; i < COUNT_OF(records); i++) {
        char room[1000];
        struct text t = text_fixed(room, sizeof room);
        struct dnsmail_record r, again;
        bool good = dnsmail_record_parse(arena, slice_str(records[i].text), &r);
        if (good != !!records[i].printed)
            fail_msg("%s", records[i].text);
        if (!good)
            continue;
        text_add_dnsmail_record(&t, &r);
        if (!slice_same(text_slice(&t), slice_str(records[i].printed)))
            fail_msg("%s: %.*s", records[i].text, (int)t.len, room);
        assert_true(dnsmail_record_parse(arena, text_slice(&t), &again) && again.to_count == r.to_count && again.date == r.date &&
            dnsmail_address_same(&again.from, &r.from) && again.has_body == r.has_body && slice_same(again.previous, r.previous));
    }
    arena_free(arena);
}

static void addresses_have_a_bound(void **state)
{
    (void)state;
    struct arena *arena = arena_new(ARENA_OCTETS);
    for (size_t len = 512; len <= 513; len++)
        for (unsigned escaped = 0; escaped < 2; escaped++) {
            struct text t = text_in(arena, 4096);
            struct dnsmail_record r;
            text_add_str(&t, "To:");
            text_add_str(&t, escaped ? "%61" : "a");
            for (size_t i = 0; i < len - sizeof "a@x.example" + 1; i++)
                text_add_octet(&t, 'a');
            text_add_str(&t, "@x.example" F D);
            assert_int_equal(dnsmail_record_parse(arena, text_slice(&t), &r), len == 512);
        }
    arena_free(arena);
}

static void hashes(void **state)
{
    (void)state;
    static const struct { const char *label, *local, *domain, *hash; } vectors[] = {
        { "1wsed45rtgyh5678", "claire", "nonprofit.example", "vjh7udpqtfy5jevgeqth2dru2wz5hbje" },
        { "fw1", "claire", "my-isp.example", "j5fzlfpvz6kwrwg6s53q7pz74metanja" },
        { "1wsed45rtgyh5678", "bob", "nonprofit.example", "dcqoxssvhrqquxg54fjqmkemjqdx6vqn" },
    };
    struct arena *arena = arena_new(ARENA_OCTETS);
    assert_int_equal(crypto_start(), STATUS_OK);
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        uint8_t hash[DNSMAIL_HASH_OCTETS];
        struct slice octets;
        struct dnsmail_address a = { slice_str(vectors[i].local), slice_str(vectors[i].domain) };
        assert_true(dnsmail_hash(slice_str(vectors[i].label), &a, hash) && base32_decode(arena, slice_str(vectors[i].hash), &octets));
        assert_true(slice_same(octets, slice_of(hash, sizeof hash)));
    }
    arena_free(arena);
}

static void sets_without_memory(void **state)
{
    (void)state;
    char wire[100];
    struct text t = text_fixed(wire, sizeof wire);
    struct slice record = SLICE("To:claire@nonprofit.example" F D);
    text_add_octet(&t, (uint8_t)record.len);
    text_add(&t, record);
    struct slice rdata = text_slice(&t);
    struct answer *a = answer_make(&(struct answer_draft){
        .question = { .name = SLICE("id.example"), .type = RTYPE_TXT }, .status = ANSWER_DATA, .count = 1, .rdata = &rdata });
    assert_int_equal(a->count, 1);
    for (uint64_t nth = 1; nth < 20; nth++) {
        mem_fail_at(nth, true);
        struct dnsmail_records *set = dnsmail_records_make(a);
        mem_fail_at(0, false);
        assert_true(!set || (set->count == 1 && !set->malformed));
        if (set)
            dnsmail_records_release(set);
    }
    answer_drop(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids), cmocka_unit_test(lists), cmocka_unit_test(records_are_read_and_printed), cmocka_unit_test(addresses_have_a_bound),
        cmocka_unit_test(hashes), cmocka_unit_test(sets_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
