#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dns/answer.h"

static void assert_slice(struct slice got, struct slice want)
{
    assert_int_equal(got.len, want.len);
    if (want.len > 0)
        assert_memory_equal(got.at, want.at, want.len);
}

static struct answer *made(uint16_t type, const struct slice *rdata, size_t count)
{
    return answer_make(&(struct answer_draft){
        .question = { .name = SLICE("Name.Example."), .type = type }, .status = ANSWER_DATA, .count = count, .rdata = rdata, .ttl_seconds = 60 });
}

static void a_made_answer_owns_its_bytes(void **state)
{
    (void)state;
    char name[] = "HOST.example", alias[] = "alias.example", rdata[] = "\5hello\4 you";
    struct slice one = slice_of(rdata, sizeof rdata - 1);
    struct answer *a = answer_make(&(struct answer_draft){
        .question = { .name = slice_str(name), .type = RTYPE_TXT }, .status = ANSWER_DATA, .security = SECURITY_SECURE, .origin = ORIGIN_LIVE,
        .ttl_seconds = 7, .canonical = slice_str(alias), .count = 1, .rdata = &one });
    memset(name, 'x', sizeof name);
    memset(alias, 'x', sizeof alias);
    memset(rdata, 'x', sizeof rdata);
    assert_slice(a->question.name, SLICE("host.example"));
    assert_slice(a->canonical, SLICE("alias.example"));
    assert_slice(a->records[0].text, SLICE("hello you"));
    assert_int_equal(a->security, SECURITY_SECURE);
    assert_int_equal(a->origin, ORIGIN_LIVE);
    assert_int_equal(a->ttl_seconds, 7);
    assert_true(a->octets > 0);
    answer_drop(a);
}

static const struct { const char *name; uint16_t type; struct slice rdata; bool usable; } rdatas[] = {
    { "A", RTYPE_A, SLICE_INIT("\1\2\3\4"), true },
    { "A of 3", RTYPE_A, SLICE_INIT("\1\2\3"), false },
    { "A of 5", RTYPE_A, SLICE_INIT("\1\2\3\4\5"), false },
    { "A of 16", RTYPE_A, SLICE_INIT("\1\2\3\4\5\6\7\1\1\2\3\4\5\6\7\1"), false },
    { "AAAA of 16", RTYPE_AAAA, SLICE_INIT("\1\2\3\4\5\6\7\1\1\2\3\4\5\6\7\1"), true },
    { "AAAA of 4", RTYPE_AAAA, SLICE_INIT("\1\2\3\4"), false },
    { "TXT of nothing", RTYPE_TXT, SLICE_INIT(""), false },
    { "TXT of an empty string", RTYPE_TXT, SLICE_INIT("\0"), true },
    { "TXT cut", RTYPE_TXT, SLICE_INIT("\3ab"), false },
    { "TXT, second string cut", RTYPE_TXT, SLICE_INIT("\1a\3ab"), false },
    { "SPF like TXT", RTYPE_SPF, SLICE_INIT("\1a"), true },
    { "MX", RTYPE_MX, SLICE_INIT("\0\12\2mx\7example\0"), true },
    { "null MX", RTYPE_MX, SLICE_INIT("\0\0\0"), true },
    { "MX without host", RTYPE_MX, SLICE_INIT("\0\12"), false },
    { "MX with octets behind", RTYPE_MX, SLICE_INIT("\0\12\2mx\0x"), false },
    { "MX with a pointer", RTYPE_MX, SLICE_INIT("\0\12\xc0\x0c"), false },
    { "PTR", RTYPE_PTR, SLICE_INIT("\2mx\7Example\0"), true },
    { "PTR with a dot in its label", RTYPE_PTR, SLICE_INIT("\5mx.ab\7example\0"), false },
    { "SRV", RTYPE_SRV, SLICE_INIT("\0\1\0\2\0\3\2mx\0"), true },
    { "SRV cut", RTYPE_SRV, SLICE_INIT("\0\1\0\2\0"), false },
    { "private type, anything", 65280, SLICE_INIT("\xff\0"), true },
    { "private type, nothing", 65280, SLICE_INIT(""), true },
    { "APL raw", RTYPE_APL, SLICE_INIT("\0\1"), true },
};

static void rdata_is_parsed_or_left_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rdatas); i++) {
        struct answer *a = made(rdatas[i].type, &rdatas[i].rdata, 1);
        if ((a->status == ANSWER_DATA) != rdatas[i].usable)
            fail_msg("%s", rdatas[i].name);
        assert_int_equal(a->count, rdatas[i].usable ? 1 : 0);
        assert_int_equal(a->dropped, rdatas[i].usable ? 0 : 1);
        if (rdatas[i].usable)
            assert_slice(a->records[0].raw, rdatas[i].rdata);
        else
            assert_int_equal(a->status, ANSWER_NODATA);
        answer_drop(a);
    }
}

static void parsed_forms(void **state)
{
    (void)state;
    struct slice mx = SLICE("\0\12\2Mx\7example\0"), null_mx = SLICE("\0\0\0"), srv = SLICE("\0\1\0\2\1\3\1h\0");
    struct slice mapped = SLICE("\0\0\0\0\0\0\0\0\0\0\xff\xff\1\2\3\4");
    struct slice both[] = { SLICE("\0\12\2a.\0"), mx, null_mx };
    struct answer *a = made(RTYPE_MX, both, 3);
    assert_int_equal(a->count, 2);
    assert_int_equal(a->dropped, 1);
    assert_int_equal(a->records[0].mx.preference, 10);
    assert_slice(a->records[0].mx.host, SLICE("Mx.example"));
    assert_slice(a->records[1].mx.host, SLICE("."));
    answer_drop(a);
    a = made(RTYPE_SRV, &srv, 1);
    assert_int_equal(a->records[0].srv.priority, 1);
    assert_int_equal(a->records[0].srv.weight, 2);
    assert_int_equal(a->records[0].srv.port, 259);
    assert_slice(a->records[0].srv.host, SLICE("h"));
    answer_drop(a);
    a = made(RTYPE_AAAA, &mapped, 1);
    assert_int_equal(a->records[0].ip.family, IP_V6);
    answer_drop(a);
}

static void bounds_of_a_set(void **state)           /* threats.md T29 */
{
    (void)state;
    struct slice many[ANSWER_RECORDS_MAX + 1];
    for (size_t i = 0; i < COUNT_OF(many); i++)
        many[i] = SLICE("\1\2\3\4");
    for (size_t n = ANSWER_RECORDS_MAX - 1; n <= ANSWER_RECORDS_MAX + 1; n++) {
        struct answer *a = made(RTYPE_A, many, n);
        assert_int_equal(a->status, n <= ANSWER_RECORDS_MAX ? ANSWER_DATA : ANSWER_GARBLED);
        assert_int_equal(a->count, n <= ANSWER_RECORDS_MAX ? n : 0);
        answer_drop(a);
    }
    static uint8_t big[ANSWER_OCTETS_MAX + 1];
    for (size_t n = ANSWER_OCTETS_MAX - 1; n <= ANSWER_OCTETS_MAX + 1; n++) {
        struct slice one = slice_of(big, n);
        struct answer *a = made(65280, &one, 1);
        assert_int_equal(a->status, n <= ANSWER_OCTETS_MAX ? ANSWER_DATA : ANSWER_GARBLED);
        answer_drop(a);
    }
}

static void not_knowing_is_never_none(void **state)     /* threats.md T28 */
{
    (void)state;
    static const struct { enum answer_status status; bool failed, is_void; } statuses[] = {
        { ANSWER_UNKNOWN, true, false }, { ANSWER_NODATA, false, true }, { ANSWER_NXDOMAIN, false, true }, { ANSWER_SERVFAIL, true, false },
        { ANSWER_TIMEOUT, true, false }, { ANSWER_GARBLED, true, false }, { ANSWER_OVER_QUOTA, true, false }, { ANSWER_BAD_NAME, false, true },
    };
    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        struct answer *a = answer_of_status(SLICE("x"), RTYPE_A, statuses[i].status);
        assert_int_equal(answer_failed(a), statuses[i].failed);
        assert_int_equal(answer_is_void(a), statuses[i].is_void);
        assert_false(answer_has_data(a));
        assert_true(strlen(answer_status_name(a->status)) > 0);
        answer_drop(a);
    }
}

static unsigned makes, releases;

static void *make_length(const struct answer *a)
{
    makes++;
    size_t *length = mem_alloc(sizeof *length);
    if (length)
        *length = a->records[0].text.len;
    return length;
}

static void *make_nothing(const struct answer *a)
{
    (void)a;
    makes++;
    return NULL;
}

static void release_length(void *object)
{
    releases++;
    mem_free(object);
}

static void a_memo_is_made_once_and_dies_with_its_answer(void **state)
{
    (void)state;
    struct slice one = SLICE("\3abc");
    const struct answer *a = made(RTYPE_TXT, &one, 1);
    makes = releases = 0;
    assert_int_equal(*(size_t *)answer_memo(a, make_length, release_length), 3);
    assert_ptr_equal(answer_memo(a, make_length, release_length), answer_memo(a, make_length, release_length));
    assert_int_equal(makes, 1);
    assert_null(answer_memo(a, make_nothing, release_length));
    assert_null(answer_memo(a, make_nothing, release_length));
    assert_int_equal(makes, 3);
    answer_hold(a);
    answer_drop(a);
    assert_int_equal(releases, 0);
    answer_drop(a);
    assert_int_equal(releases, 1);
}

static void the_answer_without_memory(void **state)
{
    (void)state;
    const struct answer *a = answer_without_memory();
    assert_true(answer_failed(a));
    assert_ptr_equal(answer_hold(a), a);
    answer_drop(a);
    answer_drop(a);
    answer_drop(a);
    makes = 0;
    assert_null(answer_memo(a, make_nothing, NULL));
    assert_int_equal(makes, 0);
}

static void type_names(void **state)
{
    (void)state;
    static const uint16_t types[] = { 1, 2, 5, 6, 12, 15, 16, 28, 33, 42, 52, 99, 65280, 65535, 0, 257 };
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        char buffer[16];
        uint16_t back;
        assert_true(rtype_from_name(slice_str(rtype_name(types[i], buffer)), &back));
        assert_int_equal(back, types[i]);
    }
    uint16_t type;
    assert_true(rtype_from_name(SLICE("type00016"), &type));
    assert_int_equal(type, RTYPE_TXT);
    assert_true(rtype_from_name(SLICE("aaaa"), &type));
    assert_false(rtype_from_name(SLICE(""), &type));
    assert_false(rtype_from_name(SLICE("TYPE"), &type));
    assert_false(rtype_from_name(SLICE("TYPE65536"), &type));
    assert_false(rtype_from_name(SLICE("TYPE-1"), &type));
    assert_false(rtype_from_name(SLICE("TXT\0"), &type));
}

static void without_memory_there_is_no_answer(void **state)
{
    (void)state;
    struct slice one = SLICE("\3abc");
    mem_fail_at(1, false);
    assert_null(made(RTYPE_TXT, &one, 1));
    mem_fail_at(0, false);
    struct answer *a = made(RTYPE_TXT, &one, 1);
    makes = 0;
    for (uint64_t k = 1; k <= 2; k++) {
        mem_fail_at(k, true);
        assert_null(answer_memo(a, make_length, release_length));
    }
    mem_fail_at(0, false);
    assert_non_null(answer_memo(a, make_length, release_length));
    answer_drop(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_made_answer_owns_its_bytes),
        cmocka_unit_test(rdata_is_parsed_or_left_out),
        cmocka_unit_test(parsed_forms),
        cmocka_unit_test(bounds_of_a_set),
        cmocka_unit_test(not_knowing_is_never_none),
        cmocka_unit_test(a_memo_is_made_once_and_dies_with_its_answer),
        cmocka_unit_test(the_answer_without_memory),
        cmocka_unit_test(type_names),
        cmocka_unit_test(without_memory_there_is_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
