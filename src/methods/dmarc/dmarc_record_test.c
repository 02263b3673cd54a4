/* dmarc_record_test: DMARC Policy Records (RFC 9989 4.7, 4.8; dmarc.md 2). */
#include "methods/dmarc/dmarc_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* ---- what is no record, and what spoils one ---- */

static void refuses(void **state)
{
    static const struct { struct slice text; enum dmarc_parse how; } vectors[] = {
        { SLICE_INIT(""), DMARC_NOT_A_RECORD },
        { SLICE_INIT("v"), DMARC_NOT_A_RECORD },
        { SLICE_INIT("v=DMARC"), DMARC_NOT_A_RECORD },
        { SLICE_INIT("v=DMARC12"), DMARC_NOT_A_RECORD },
        { SLICE_INIT("v=DMARC1 p=none"), DMARC_NOT_A_RECORD },
        { SLICE_INIT("v=dmarc1; p=reject"), DMARC_NOT_A_RECORD },              /* vector 17 */
        { SLICE_INIT("V=DMARC1; p=reject"), DMARC_NOT_A_RECORD },              /* vector 16 */
        { SLICE_INIT("p=reject; v=DMARC1"), DMARC_NOT_A_RECORD },              /* vector 18 */
        { SLICE_INIT(";v=DMARC1"), DMARC_NOT_A_RECORD },
        { SLICE_INIT("v=spf1 -all"), DMARC_NOT_A_RECORD },
        { SLICE_INIT("v=DMARC1\0; p=reject"), DMARC_NOT_A_RECORD },
        { SLICE_INIT("v=DMARC1; p=none; p=none"), DMARC_MALFORMED },
        { SLICE_INIT("v=DMARC1; rua=mailto:a@b.c; p=none; rua=mailto:a@b.c"), DMARC_MALFORMED },
        { SLICE_INIT("v=DMARC1; v=DMARC1; p=none"), DMARC_MALFORMED },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct dmarc_record r;
        if (dmarc_record_parse(vectors[i].text, &r) != vectors[i].how)
            fail_msg("%s", (const char *)vectors[i].text.at);
    }
}

/* ---- what records say ---- */

enum { NO_URI, URI };
#define N DMARC_POLICY_NONE
#define Q DMARC_POLICY_QUARANTINE
#define R DMARC_POLICY_REJECT
#define A DMARC_POLICY_ABSENT
#define I DMARC_POLICY_INVALID

static const struct {
    const char *text;
    enum dmarc_policy p, sp, np;
    bool strict_dkim, strict_spf, testing;
    enum dmarc_psd psd;
    bool uri;
    const char *printed;
} read_vectors[] = {
    { "v=DMARC1", A, A, A, false, false, false, DMARC_PSD_UNKNOWN, NO_URI, "v=DMARC1" },
    { "v=DMARC1;", A, A, A, false, false, false, DMARC_PSD_UNKNOWN, NO_URI, "v=DMARC1" },
    { "v = DMARC1 ;\tp = reject ; ", R, A, A, false, false, false, DMARC_PSD_UNKNOWN, NO_URI, "v=DMARC1; p=reject" },
    { "v=DMARC1;p=none;sp=quarantine;np=reject", N, Q, R, false, false, false, DMARC_PSD_UNKNOWN, NO_URI, "v=DMARC1; p=none; sp=quarantine; np=reject" },
    { "v=DMARC1; np=none; sp=reject; p=quarantine", Q, R, N, false, false, false, DMARC_PSD_UNKNOWN, NO_URI, "v=DMARC1; p=quarantine; sp=reject; np=none" },
    { "v=DMARC1; p=Reject; adkim=S; aspf=s; t=Y; psd=Y", R, A, A, true, true, true, DMARC_PSD_YES, NO_URI, "v=DMARC1; p=reject; adkim=s; aspf=s; psd=y; t=y" },
    { "v=DMARC1; adkim=r; aspf=r; t=n; psd=n", A, A, A, false, false, false, DMARC_PSD_NO, NO_URI, "v=DMARC1; psd=n" },
    { "v=DMARC1; p=none; psd=u", N, A, A, false, false, false, DMARC_PSD_UNKNOWN, NO_URI, "v=DMARC1; p=none" },
    /* unusable values fall back */
    { "v=DMARC1; p=; sp=rejected; np=none none", I, I, I, false, false, false, DMARC_PSD_UNKNOWN, NO_URI, "v=DMARC1" },
    { "v=DMARC1; p=none; adkim=strict; aspf=; t=yes; psd=1", N, A, A, false, false, false, DMARC_PSD_UNKNOWN, NO_URI, "v=DMARC1; p=none" },
    /* unknown tags, those retired by RFC 9989, and what is no tag are ignored */
    { "v=DMARC1; pct=20; rf=afrf; ri=3600; x=y; p=reject", R, A, A, false, false, false, DMARC_PSD_UNKNOWN, NO_URI, "v=DMARC1; p=reject" },
    { "v=DMARC1; x=1; x=2; p=reject", R, A, A, false, false, false, DMARC_PSD_UNKNOWN, NO_URI, "v=DMARC1; p=reject" },
    { "v=DMARC1;; reject; =x; p1=none; P=none; p=reject", R, A, A, false, false, false, DMARC_PSD_UNKNOWN, NO_URI, "v=DMARC1; p=reject" },
    { "v=DMARC1; p=reject\x01; sp=n\xc3\xb6ne; np=none", A, A, N, false, false, false, DMARC_PSD_UNKNOWN, NO_URI, "v=DMARC1; np=none" },
    /* report addresses */
    { "v=DMARC1; p=x; rua=mailto:d@example.com", I, A, A, false, false, false, DMARC_PSD_UNKNOWN, URI, "v=DMARC1; rua=mailto:d@example.com" },
    { "v=DMARC1; rua=mailto:a@example.com!10m , https://r.example/x; fo=1:d; ruf=mailto:f@example.com", A, A, A, false, false, false, DMARC_PSD_UNKNOWN, URI,
      "v=DMARC1; fo=1:d; rua=mailto:a@example.com!10m , https://r.example/x; ruf=mailto:f@example.com" },
    { "v=DMARC1; rua=d@example.com", A, A, A, false, false, false, DMARC_PSD_UNKNOWN, NO_URI, "v=DMARC1; rua=d@example.com" },
    { "v=DMARC1; rua=mailto:example.com", A, A, A, false, false, false, DMARC_PSD_UNKNOWN, NO_URI, "v=DMARC1; rua=mailto:example.com" },
    { "v=DMARC1; rua=mailto:@example.com", A, A, A, false, false, false, DMARC_PSD_UNKNOWN, NO_URI, "v=DMARC1; rua=mailto:@example.com" },
    { "v=DMARC1; rua=mailto:a@", A, A, A, false, false, false, DMARC_PSD_UNKNOWN, NO_URI, "v=DMARC1; rua=mailto:a@" },
    { "v=DMARC1; rua=1x:y", A, A, A, false, false, false, DMARC_PSD_UNKNOWN, NO_URI, "v=DMARC1; rua=1x:y" },
    { "v=DMARC1; rua=,mailto:a b@c,x:,:y,MAILTO:a@b", A, A, A, false, false, false, DMARC_PSD_UNKNOWN, URI, "v=DMARC1; rua=,mailto:a b@c,x:,:y,MAILTO:a@b" },
};

static void reads_and_prints(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(read_vectors); i++) {
        struct dmarc_record r, again;
        char room[600];
        struct text t = text_fixed(room, sizeof room);
        if (dmarc_record_parse(slice_str(read_vectors[i].text), &r) != DMARC_RECORD)
            fail_msg("%s: no record", read_vectors[i].text);
        if (r.p != read_vectors[i].p || r.sp != read_vectors[i].sp || r.np != read_vectors[i].np || r.strict_dkim != read_vectors[i].strict_dkim ||
            r.strict_spf != read_vectors[i].strict_spf || r.testing != read_vectors[i].testing || r.psd != read_vectors[i].psd ||
            r.has_report_uri != read_vectors[i].uri)
            fail_msg("%s: read otherwise", read_vectors[i].text);
        text_add_dmarc_record(&t, &r);
        if (!slice_same(text_slice(&t), slice_str(read_vectors[i].printed)))
            fail_msg("%s: %.*s", read_vectors[i].text, (int)t.len, room);
        assert_int_equal(dmarc_record_parse(text_slice(&t), &again), DMARC_RECORD);
        struct text u = text_fixed(room + 300, 300);
        text_add_dmarc_record(&u, &again);
        assert_true(slice_same(text_slice(&t), text_slice(&u)));
    }
}

static void has_bounds(void **state)
{
    static char room[DMARC_RECORD_OCTETS_MAX + 2];
    struct dmarc_record r;
    (void)state;
    for (unsigned tags = DMARC_TAGS_MAX - 1; tags <= DMARC_TAGS_MAX + 1; tags++) {
        struct text t = text_fixed(room, sizeof room);
        text_add_str(&t, "v=DMARC1");
        for (unsigned i = 0; i < tags; i++)
            text_add_str(&t, "; x=y");
        assert_int_equal(dmarc_record_parse(text_slice(&t), &r), tags > DMARC_TAGS_MAX ? DMARC_MALFORMED : DMARC_RECORD);
    }
    for (size_t len = DMARC_RECORD_OCTETS_MAX - 1; len <= DMARC_RECORD_OCTETS_MAX + 1; len++) {
        memset(room, ' ', sizeof room);
        memcpy(room, "v=DMARC1;", 9);
        assert_int_equal(dmarc_record_parse(slice_of(room, len), &r), len > DMARC_RECORD_OCTETS_MAX ? DMARC_MALFORMED : DMARC_RECORD);
    }
}

/* ---- a name's records ---- */

static void counts_the_records_of_a_name(void **state)
{
    static const struct { const char *texts[3]; unsigned kept; bool malformed; } vectors[] = {
        { { "v=spf1", "x" }, 0, false },
        { { "v=DMARC1; p=none" }, 1, false },
        { { "x", "v=DMARC1; p=none", "V=DMARC1" }, 1, false },
        { { "v=DMARC1; p=none", "v=DMARC1; p=none" }, 2, false },
        { { "v=DMARC1; p=none; p=none" }, 1, true },
        { { "v=DMARC1; p=none; p=none", "v=DMARC1" }, 2, true },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        uint8_t wire[3][100];
        struct slice rdata[3];
        size_t n = 0;
        for (; n < 3 && vectors[i].texts[n]; n++) {
            struct text t = text_fixed(wire[n], sizeof wire[n]);
            struct slice text = slice_str(vectors[i].texts[n]);
            text_add_octet(&t, (uint8_t)text.len);
            text_add(&t, text);
            rdata[n] = text_slice(&t);
        }
        struct answer *a = answer_make(&(struct answer_draft){
            .question = { .name = SLICE("_dmarc.example.com"), .type = RTYPE_TXT }, .status = ANSWER_DATA, .count = n, .rdata = rdata,
        });
        struct dmarc_set *set = dmarc_set_make(a);
        assert_non_null(set);
        assert_int_equal(set->kept, vectors[i].kept);
        assert_int_equal(set->malformed, vectors[i].malformed);
        dmarc_set_release(set);
        answer_drop(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses),
        cmocka_unit_test(reads_and_prints),
        cmocka_unit_test(has_bounds),
        cmocka_unit_test(counts_the_records_of_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
