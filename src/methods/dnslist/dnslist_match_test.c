/* dnslist_match_test: value sets, read, printed and compared. */
#include "methods/dnslist/dnslist_match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct { const char *text, *printed; const char *matches, *matches_not; } good[] = {
    { "127.0.0.2", "127.0.0.2", "127.0.0.2", "127.0.0.3 127.0.1.2 127.1.0.2" },
    { "127.0.0.[2..11]", "127.0.0.[2..11]", "127.0.0.2 127.0.0.7 127.0.0.11", "127.0.0.1 127.0.0.12" },
    { "127.0.0.[2;4;6]", "127.0.0.[2;4;6]", "127.0.0.2 127.0.0.4 127.0.0.6", "127.0.0.3 127.0.0.5" },
    { "127.0.[0..3].[2;4..6;255]", "127.0.[0..3].[2;4..6;255]", "127.0.3.5 127.0.0.255", "127.0.4.5 127.0.0.3" },
    { "127.0.0.[7]", "127.0.0.7", "127.0.0.7", "127.0.0.6" },
    { "127.0.0.[7..7]", "127.0.0.7", "127.0.0.7", "127.0.0.6" },
    { "127.0.0.[0..255]", "127.0.0.[0..255]", "127.0.0.0 127.0.0.255", "127.0.1.0" },
    { "127.0.0.0&4", "127.0.0.0&4", "127.0.0.4 127.0.0.6 127.0.0.255", "127.0.0.2 127.0.0.8 127.0.1.4" },
    { "127.0.0.0&12", "127.0.0.0&12", "127.0.0.4 127.0.0.8 127.0.0.9", "127.0.0.2" },
    { "127.0.0.0&256", "127.0.0.0&256", "127.0.1.0", "" },
    { "127.0.0.2&256", "127.0.0.2&256", "127.0.1.2 127.0.3.2", "127.0.1.3 127.0.2.2 127.0.0.2" },
    { "127.0.0.0&65537", "127.0.0.0&65537", "127.0.0.1 127.1.0.0 127.3.0.2", "127.2.0.2 127.2.0.8" },
    { "127.[1..2].0.[0..9]&1", NULL, NULL, NULL },
    { "127.[1..2].0.0&1", "127.[1..2].0.0&1", "127.1.0.3 127.2.0.1", "127.0.0.1 127.1.0.2" },
};

static bool matches_all(const struct dnslist_match *m, const char *values, bool wanted)
{
    struct slice rest = slice_str(values), one;
    while (rest.len > 0) {
        struct ip ip;
        (void)slice_cut(rest, ' ', &one, &rest);
        assert_true(ip4_parse(one, &ip));
        if (dnslist_matches(m, &ip) != wanted)
            return false;
    }
    return true;
}

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct dnslist_match m, again;
        const char *error;
        char room[256];
        struct text t = text_fixed(room, sizeof room);
        if (!good[i].printed) {
            assert_false(dnslist_match_parse(slice_str(good[i].text), &m, &error));
            continue;
        }
        if (!dnslist_match_parse(slice_str(good[i].text), &m, &error))
            fail_msg("%s: %s", good[i].text, error);
        text_add_dnslist_match(&t, &m);
        if (!slice_same(text_slice(&t), slice_str(good[i].printed)))
            fail_msg("%s prints %.*s", good[i].text, (int)t.len, room);
        assert_true(dnslist_match_parse(text_slice(&t), &again, &error) && memcmp(&m, &again, sizeof m) == 0);
        if (!matches_all(&m, good[i].matches, true) || !matches_all(&m, good[i].matches_not, false))
            fail_msg("%s matches otherwise", good[i].text);
    }
}

static const struct { const char *text, *says; } bad[] = {
    { "", "wanted" }, { "127", "wanted" }, { "127.0.0", "wanted" }, { "127.0.0.", "wanted" }, { "127.0.0.256", "wanted" },
    { "127.0.0.[", "wanted" }, { "127.0.0.[]", "wanted" }, { "127.0.0.[2", "wanted" }, { "127.0.0.[2;]", "wanted" }, { "127.0.0.[3..2]", "wanted" },
    { "127.0.0.[2...4]", "wanted" }, { "127.0.0.[2,4]", "wanted" }, { "127.0.0.-1", "wanted" }, { "a", "wanted" },
    { "127.0.0.[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17]", "wanted" },
    { "128.0.0.2", "127.0.0.0/8" }, { "[127].0.0.2", "" }, { "[127..128].0.0.2", "127.0.0.0/8" },
    { "127.0.0.2.1", "behind the value set" }, { "127.0.0.2 ", "behind the value set" }, { "127.0.0.0&", "behind \"&\"" }, { "127.0.0.0&0", "behind \"&\"" },
    { "127.0.0.0&16777216", "behind \"&\"" }, { "127.0.0.0&4x", "behind the value set" }, { "127.0.0.1&4", "is written 0" }, { "127.0.1.0&256", "is written 0" },
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct dnslist_match m;
        const char *error = "";
        bool read = dnslist_match_parse(slice_str(bad[i].text), &m, &error);
        if (read != (bad[i].says[0] == '\0') || (!read && !strstr(error, bad[i].says)))
            fail_msg("%s: %s", bad[i].text, read ? "is read" : error);
    }
}

static void test_none(void **state)
{
    const struct dnslist_match any = { .given = false };
    struct ip ip;
    (void)state;
    assert_true(ip4_parse(SLICE("127.9.9.9"), &ip));
    assert_true(dnslist_matches(&any, &ip));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_good), cmocka_unit_test(test_bad), cmocka_unit_test(test_none) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
