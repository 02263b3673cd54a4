#include "methods/spf/spf_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROOM 64

static void versions(void **state)
{
    static const struct { struct slice text; unsigned scopes; } vectors[] = {
        { SLICE_INIT("v=spf1"), 1 }, { SLICE_INIT("V=SPF1 -all"), 1 }, { SLICE_INIT("v=spf1 "), 1 },
        { SLICE_INIT("v=spf10"), 0 }, { SLICE_INIT("v=spf1mx"), 0 }, { SLICE_INIT("v=spf1\t-all"), 0 }, { SLICE_INIT("v=spf1\0"), 0 },
        { SLICE_INIT(" v=spf1"), 0 }, { SLICE_INIT("v=spf"), 0 }, { SLICE_INIT(""), 0 }, { SLICE_INIT("\"v=spf1\""), 0 },
        { SLICE_INIT("v=spf1\xa0-all"), 0 }, { SLICE_INIT("v = spf1"), 0 },
        { SLICE_INIT("spf2.0/pra"), 4 }, { SLICE_INIT("spf2.0/mfrom -all"), 2 }, { SLICE_INIT("SPF2.0/MFROM,pra -all"), 6 },
        { SLICE_INIT("spf2.0/pra,other"), 4 }, { SLICE_INIT("spf2.0/prattle"), 0 }, { SLICE_INIT("spf2./pra"), 0 },
        { SLICE_INIT("spf2.0"), 0 }, { SLICE_INIT("spf2.0/"), 0 }, { SLICE_INIT("spf2.0/pra,"), 0 }, { SLICE_INIT("spf2.0/pra;"), 0 },
        { SLICE_INIT("spf2.00/pra"), 4 }, { SLICE_INIT("spf2.123456789012345678901234567890/pra"), 4 }, { SLICE_INIT("spf2.0/mfrom,prattle,fubar"), 2 },
        { SLICE_INIT("spf2.0/a.b-c_d,pra -all"), 4 }, { SLICE_INIT("spf2.0/pra,pra"), 4 }, { SLICE_INIT("spf2.0/1pra,pra"), 0 },
        { SLICE_INIT("spf2.0/,pra"), 0 }, { SLICE_INIT("spf2.0/pra, mfrom"), 0 }, { SLICE_INIT("spf2.0 /pra"), 0 }, { SLICE_INIT("spf2.x/pra"), 0 },
        { SLICE_INIT("spf2/pra"), 0 }, { SLICE_INIT("spf2.0/pra\0"), 0 }, { SLICE_INIT("spf2.0/pra\t-all"), 0 }, { SLICE_INIT("v=spf2.0/pra"), 0 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++)
        if (spf_record_scopes(vectors[i].text) != vectors[i].scopes)
            fail_msg("%.*s", (int)vectors[i].text.len, (const char *)vectors[i].text.at);
}

/* What is wrong with one term, and that it is found anywhere: before, behind and after "all". */
static void refuses(void **state)
{
    static const struct { struct slice term; enum spf_reason problem; } vectors[] = {
        { SLICE_INIT("moo"), SPF_UNKNOWN_MECHANISM }, { SLICE_INIT("all."), SPF_UNKNOWN_MECHANISM },
        { SLICE_INIT("redirect:a.org"), SPF_UNKNOWN_MECHANISM }, { SLICE_INIT("exp:a.org"), SPF_UNKNOWN_MECHANISM },
        { SLICE_INIT("-redirect=a.org"), SPF_UNKNOWN_MECHANISM }, { SLICE_INIT("moo.cow/far_out=man"), SPF_UNKNOWN_MECHANISM },
        { SLICE_INIT("ip5:1.2.3.4"), SPF_UNKNOWN_MECHANISM },
        { SLICE_INIT("1up=foo"), SPF_BAD_NAME }, { SLICE_INIT("=all"), SPF_BAD_NAME }, { SLICE_INIT("-"), SPF_BAD_NAME },
        { SLICE_INIT("--all"), SPF_BAD_NAME }, { SLICE_INIT(":a.org"), SPF_BAD_NAME }, { SLICE_INIT("/24"), SPF_BAD_NAME },
        { SLICE_INIT("a\tb"), SPF_BAD_OCTET }, { SLICE_INIT("all\0"), SPF_BAD_OCTET }, { SLICE_INIT("\xef\xbb\xbf""all"), SPF_BAD_OCTET },
        { SLICE_INIT("a:b\xc3\xa4.org"), SPF_BAD_OCTET }, { SLICE_INIT("foo=\x7f"), SPF_BAD_OCTET }, { SLICE_INIT("mx\r\n"), SPF_BAD_OCTET },
        { SLICE_INIT("all:"), SPF_ARGUMENT_UNEXPECTED }, { SLICE_INIT("all:a.org"), SPF_ARGUMENT_UNEXPECTED },
        { SLICE_INIT("all/8"), SPF_ARGUMENT_UNEXPECTED }, { SLICE_INIT("include/8"), SPF_ARGUMENT_UNEXPECTED },
        { SLICE_INIT("ptr/0"), SPF_ARGUMENT_UNEXPECTED }, { SLICE_INIT("exists/8"), SPF_ARGUMENT_UNEXPECTED },
        { SLICE_INIT("include"), SPF_ARGUMENT_MISSING }, { SLICE_INIT("include:"), SPF_ARGUMENT_MISSING },
        { SLICE_INIT("exists"), SPF_ARGUMENT_MISSING }, { SLICE_INIT("exists:"), SPF_ARGUMENT_MISSING },
        { SLICE_INIT("a:"), SPF_ARGUMENT_MISSING }, { SLICE_INIT("a:/24"), SPF_ARGUMENT_MISSING }, { SLICE_INIT("mx:"), SPF_ARGUMENT_MISSING },
        { SLICE_INIT("ptr:"), SPF_ARGUMENT_MISSING }, { SLICE_INIT("ip4"), SPF_ARGUMENT_MISSING }, { SLICE_INIT("ip4:"), SPF_ARGUMENT_MISSING },
        { SLICE_INIT("ip6:"), SPF_ARGUMENT_MISSING }, { SLICE_INIT("ip4/24"), SPF_ARGUMENT_MISSING },
        { SLICE_INIT("redirect="), SPF_ARGUMENT_MISSING }, { SLICE_INIT("exp="), SPF_ARGUMENT_MISSING },
        { SLICE_INIT("ip4:1.2.3"), SPF_BAD_ADDRESS }, { SLICE_INIT("ip4:1.2.3.04"), SPF_BAD_ADDRESS },
        { SLICE_INIT("ip4:1.2.3.4.5"), SPF_BAD_ADDRESS }, { SLICE_INIT("ip4:1.2.3.4:25"), SPF_BAD_ADDRESS },
        { SLICE_INIT("ip4:1.2.3.256"), SPF_BAD_ADDRESS }, { SLICE_INIT("ip4:::1"), SPF_BAD_ADDRESS }, { SLICE_INIT("ip4:a.org"), SPF_BAD_ADDRESS },
        { SLICE_INIT("ip4:/24"), SPF_BAD_ADDRESS }, { SLICE_INIT("ip6:1.2.3.4"), SPF_BAD_ADDRESS }, { SLICE_INIT("ip6::CAFE::BABE"), SPF_BAD_ADDRESS },
        { SLICE_INIT("ip6:fe80::1%eth0"), SPF_BAD_ADDRESS }, { SLICE_INIT("ip6:[::1]"), SPF_BAD_ADDRESS },
        { SLICE_INIT("ip4:1.2.3.4/"), SPF_BAD_LENGTH }, { SLICE_INIT("ip4:1.2.3.4/33"), SPF_BAD_LENGTH },
        { SLICE_INIT("ip4:1.2.3.4/032"), SPF_BAD_LENGTH }, { SLICE_INIT("ip4:1.2.3.4/00"), SPF_BAD_LENGTH },
        { SLICE_INIT("ip4:1.2.3.4/-1"), SPF_BAD_LENGTH }, { SLICE_INIT("ip4:1.2.3.4//32"), SPF_BAD_LENGTH },
        { SLICE_INIT("ip4:1.2.3.4/4294967296"), SPF_BAD_LENGTH }, { SLICE_INIT("ip4:1.2.3.4/18446744073709551616"), SPF_BAD_LENGTH },
        { SLICE_INIT("ip6:::1/129"), SPF_BAD_LENGTH }, { SLICE_INIT("ip6:::1//64"), SPF_BAD_LENGTH }, { SLICE_INIT("ip6:::1/"), SPF_BAD_LENGTH },
        { SLICE_INIT("a/33"), SPF_BAD_LENGTH }, { SLICE_INIT("a/"), SPF_BAD_LENGTH }, { SLICE_INIT("a//"), SPF_BAD_LENGTH },
        { SLICE_INIT("a//129"), SPF_BAD_LENGTH }, { SLICE_INIT("a/24/64"), SPF_BAD_LENGTH }, { SLICE_INIT("a/24//64/"), SPF_BAD_LENGTH },
        { SLICE_INIT("a/24//64//64"), SPF_BAD_LENGTH }, { SLICE_INIT("a///64"), SPF_BAD_LENGTH }, { SLICE_INIT("mx/024"), SPF_BAD_LENGTH },
        { SLICE_INIT("mx:a.org/24x"), SPF_BAD_LENGTH }, { SLICE_INIT("a:%{d}/33"), SPF_BAD_LENGTH }, { SLICE_INIT("a24"), SPF_UNKNOWN_MECHANISM },
        { SLICE_INIT("a:org"), SPF_BAD_DOMAIN }, { SLICE_INIT("a:org."), SPF_BAD_DOMAIN }, { SLICE_INIT("a:1.2.3.4"), SPF_BAD_DOMAIN },
        { SLICE_INIT("a:abc.123"), SPF_BAD_DOMAIN }, { SLICE_INIT("a:example.org:8080"), SPF_BAD_DOMAIN }, { SLICE_INIT("a:a.-org"), SPF_BAD_DOMAIN },
        { SLICE_INIT("a:a.org-"), SPF_BAD_DOMAIN }, { SLICE_INIT("a:a.o_g"), SPF_BAD_DOMAIN }, { SLICE_INIT("a:a.org.."), SPF_BAD_DOMAIN },
        { SLICE_INIT("a:."), SPF_BAD_DOMAIN }, { SLICE_INIT("a:.."), SPF_BAD_DOMAIN }, { SLICE_INIT("a:%{d}."), SPF_BAD_DOMAIN },
        { SLICE_INIT("a:%{d}org"), SPF_BAD_DOMAIN }, { SLICE_INIT("a:%{d}.1"), SPF_BAD_DOMAIN }, { SLICE_INIT("include:a.org/24"), SPF_BAD_DOMAIN },
        { SLICE_INIT("exists:a.org/24"), SPF_BAD_DOMAIN }, { SLICE_INIT("ptr:a.org/24"), SPF_BAD_DOMAIN }, { SLICE_INIT("redirect=-all"), SPF_BAD_DOMAIN },
        { SLICE_INIT("exp=a.org//64"), SPF_BAD_DOMAIN }, { SLICE_INIT("include:localhost"), SPF_BAD_DOMAIN },
        { SLICE_INIT("a:%a.org"), SPF_BAD_MACRO }, { SLICE_INIT("a:%{d0}"), SPF_BAD_MACRO }, { SLICE_INIT("exists:%(ir).a.org"), SPF_BAD_MACRO },
        { SLICE_INIT("exp=%{r}.a.org"), SPF_BAD_MACRO }, { SLICE_INIT("include:%{t}.a.org"), SPF_BAD_MACRO }, { SLICE_INIT("redirect=%{c}"), SPF_BAD_MACRO },
        { SLICE_INIT("foo=%"), SPF_BAD_MACRO }, { SLICE_INIT("foo=%abc"), SPF_BAD_MACRO }, { SLICE_INIT("foo=%{x}"), SPF_BAD_MACRO },
        { SLICE_INIT("exp=a.org exp=a.org"), SPF_MODIFIER_TWICE }, { SLICE_INIT("redirect=a.org REDIRECT=b.org"), SPF_MODIFIER_TWICE },
    };
    static const struct { const char *before, *after; } places[] = { { "", "" }, { "ip4:0.0.0.0/0 ", " mx" }, { "-all ", "" } };
    char buffer[256];
    struct spf_term room[ROOM];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        for (size_t k = 0; k < COUNT_OF(places); k++) {
            struct text t = text_fixed(buffer, sizeof buffer);
            struct spf_record r;
            text_add_str(&t, "v=spf1 ");
            text_add_str(&t, places[k].before);
            text_add(&t, vectors[i].term);
            text_add_str(&t, places[k].after);
            spf_record_parse(text_slice(&t), room, &r);
            if (r.problem != vectors[i].problem)
                fail_msg("%.*s: %d, not %d", (int)t.len, buffer, (int)r.problem, (int)vectors[i].problem);
            assert_true(r.problem_term.len > 0 && slice_ends_nocase(vectors[i].term, r.problem_term));
        }
    }
}

/* Read, printed in canonical form, read again and the same. */
static void reads_and_prints(void **state)
{
    static const struct { const char *text, *printed; size_t terms; } vectors[] = {
        { "v=spf1", "v=spf1", 0 },
        { "v=spf1   ", "v=spf1", 0 },
        { "V=spf1   +A  -ALL ", "v=spf1 a -all", 2 },
        { "v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.1/32 ip4:0.0.0.0/0 -all", "v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.1 ip4:0.0.0.0/0 -all", 4 },
        { "v=spf1 ip6:2001:DB8:0:0::/32 ip6:::1/128 ~all", "v=spf1 ip6:2001:db8::/32 ip6:::1 ~all", 3 },
        { "v=spf1 ip6:::ffff:192.0.2.1/96 ?all", "v=spf1 ip6:::ffff:192.0.2.1/96 ?all", 2 },
        { "v=spf1 a a/24 a//64 a/24//64 a/32//128", "v=spf1 a a/24 a//64 a/24//64 a", 5 },
        { "v=spf1 mx:a.org mx:a.org/0 mx:a.org//0 MX:a.org./24//64", "v=spf1 mx:a.org mx:a.org/0 mx:a.org//0 mx:a.org./24//64", 4 },
        { "v=spf1 a:foo:bar/baz.example.com a:%{d/}.org/24", "v=spf1 a:foo:bar/baz.example.com a:%{d/}.org/24", 2 },
        { "v=spf1 a:%{d}/24 a:%{d}//64 mx:x.%{h}", "v=spf1 a:%{d}/24 a:%{d}//64 mx:x.%{h}", 3 },
        { "v=spf1 ptr ptr:a.org -ptr:%%", "v=spf1 ptr ptr:a.org -ptr:%%", 3 },
        { "v=spf1 include:_spf.A.org -exists:%{ir}.%{v}._spf.%{d2} ?include:.a.xn--zckzah", "v=spf1 include:_spf.A.org"
          " -exists:%{ir}.%{v}._spf.%{d2} ?include:.a.xn--zckzah", 3 },
        { "v=spf1 redirect=a.org exp=%{d}.b.org mx", "v=spf1 mx redirect=a.org exp=%{d}.b.org", 1 },
        { "v=spf1 Moo.cow-far_out=Man:dog/cat ra=%{r} mx", "v=spf1 mx moo.cow-far_out=Man:dog/cat ra=%{r}", 1 },
        { "v=spf1 mx default=", "v=spf1 mx default=", 1 },
        { "v=spf1 a=b c=d e=f g=h i=j", "v=spf1 a=b c=d e=f g=h", 0 },
        { "spf2.0/PRA,mfrom mx", "spf2.0/pra,mfrom mx", 1 },
        { "SPF2.07/Other,pra +mx  redirect=a.org", "spf2.07/other,pra mx redirect=a.org", 1 },
    };
    char buffer[256], again[256];
    struct spf_term room[ROOM], room_again[ROOM];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct text t = text_fixed(buffer, sizeof buffer), u = text_fixed(again, sizeof again);
        struct spf_record r, counted, reread;
        spf_record_parse(slice_str(vectors[i].text), room, &r);
        spf_record_parse(slice_str(vectors[i].text), NULL, &counted);
        text_add_spf_record(&t, &r);
        if (r.problem != SPF_NOT_YET || !slice_same(text_slice(&t), slice_str(vectors[i].printed)))
            fail_msg("%s: problem %d, %.*s", vectors[i].text, (int)r.problem, (int)t.len, buffer);
        assert_int_equal(r.count, vectors[i].terms);
        assert_int_equal(counted.count, vectors[i].terms);
        spf_record_parse(text_slice(&t), room_again, &reread);
        text_add_spf_record(&u, &reread);
        assert_true(slice_same(text_slice(&t), text_slice(&u)));
    }
}

/* Terms that no evaluation reaches are read but not kept: those behind all, and behind the eleventh that asks. */
static void keeps_what_can_be_reached(void **state)
{
    static const struct { const char *text; size_t kept; } vectors[] = {
        { "v=spf1 mx -all a a a", 2 },
        { "v=spf1 a a a a a a a a a ip4:192.0.2.1 -all", 11 },
        { "v=spf1 a a a a a a a a a a ip4:192.0.2.1 -all", 12 },
        { "v=spf1 a a a a a a a a a a a ip4:192.0.2.1 -all", 11 },
        { "v=spf1 a a a a a a a a a a a a -all", 11 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct spf_term room[ROOM];
        struct spf_record r;
        spf_record_parse(slice_str(vectors[i].text), room, &r);
        assert_int_equal(r.problem, SPF_NOT_YET);
        assert_int_equal(r.count, vectors[i].kept);
        assert_true(r.has_all);
    }
}

static struct answer *txt_answer(const struct slice *texts, size_t count)
{
    static uint8_t wire[8][300];
    struct slice rdata[8];
    assert_true(count <= COUNT_OF(rdata));
    for (size_t i = 0; i < count; i++) {
        assert_true(texts[i].len < 256);
        wire[i][0] = (uint8_t)texts[i].len;
        memcpy(wire[i] + 1, texts[i].at, texts[i].len);
        rdata[i] = slice_of(wire[i], texts[i].len + 1);
    }
    return answer_make(&(struct answer_draft){
        .question = { .name = SLICE("example.org"), .type = RTYPE_TXT }, .status = ANSWER_DATA, .count = count, .rdata = rdata,
    });
}

static void selects_by_scope(void **state)
{
    static const struct { struct slice texts[3]; unsigned count[SPF_SCOPES]; } vectors[] = {
        { { SLICE_INIT("v=spf1 -all"), SLICE_INIT("other"), SLICE_INIT("v=spf10 mx") }, { 1, 0, 0 } },
        { { SLICE_INIT("v=spf1 -all"), SLICE_INIT("V=SPF1 -all"), SLICE_INIT("spf2.0/pra mx") }, { 2, 0, 1 } },
        { { SLICE_INIT("v=spf1 bad"), SLICE_INIT("spf2.0/pra,mfrom a"), SLICE_INIT("spf2.0/pra mx") }, { 1, 1, 2 } },
        { { SLICE_INIT("x"), SLICE_INIT("\x96"), SLICE_INIT("") }, { 0, 0, 0 } },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct answer *a = txt_answer(vectors[i].texts, 3);
        struct spf_records *r = spf_records_make(a);
        assert_non_null(r);
        for (unsigned s = 0; s < SPF_SCOPES; s++) {
            assert_int_equal(r->count[s], vectors[i].count[s]);
            assert_int_equal(r->at[s] != NULL, vectors[i].count[s] == 1);
        }
        spf_records_free(r);
        answer_drop(a);
    }
}

static void without_memory_there_is_no_memo(void **state)
{
    static const struct slice text = SLICE_INIT("v=spf1 mx -all");
    struct answer *a = txt_answer(&text, 1);
    (void)state;
    mem_fail_at(1, false);
    assert_null(spf_records_make(a));
    mem_fail_at(0, false);
    answer_drop(a);
}

/* A memo stays within a small multiple of the record it was made from, whatever that holds. */
static void long_records_take_bounded_memory(void **state)
{
    static const char *const terms[] = { "a= ", "ip6::: ", "mx ", "exp=a.b ", "all " };
    static uint8_t record[60000];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(terms); i++) {
        struct text t = text_fixed(record, sizeof record);
        struct spf_record r;
        text_add_str(&t, "v=spf1 ");
        while (t.len + 16 < sizeof record)
            text_add_str(&t, terms[i]);
        spf_record_parse(text_slice(&t), NULL, &r);
        assert_true(r.count * sizeof(struct spf_term) <= 6 * t.len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions),
        cmocka_unit_test(refuses),
        cmocka_unit_test(reads_and_prints),
        cmocka_unit_test(keeps_what_can_be_reached),
        cmocka_unit_test(selects_by_scope),
        cmocka_unit_test(without_memory_there_is_no_memo),
        cmocka_unit_test(long_records_take_bounded_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
