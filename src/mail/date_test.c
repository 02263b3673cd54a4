#include "mail/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"

#define NEVER INT64_MIN

static const struct { const char *text; int64_t seconds; } mail_vectors[] = {
    { "Thu, 01 Jan 1970 00:00:00 +0000", 0 },
    { "Wed, 31 Dec 1969 23:59:59 +0000", -1 },
    { "Thu, 3 Aug 2006 09:10:49 +0000", 1154596249 },
    { "3 Aug 2006 09:10 +0000", 1154596200 },
    { "Thu, 03 Aug 2006 11:10:49 +0200", 1154596249 },
    { "Thu, 03 Aug 2006 04:10:49 -0500", 1154596249 },
    { " \r\n Thu,\r\n 3 Aug 2006\t09 : 10 : 49 +0000 (UTC (nested \\) ) comment) ", 1154596249 },
    { "Thu (day), 3(x)Aug(y)2006(z)09:10:49(w)+0000", 1154596249 },
    { "thu, 3 aUG 2006 09:10:49 gmt", 1154596249 },
    { "Thu 3 Aug 2006 09:10:49 UT", 1154596249 },
    { "Mon, 3 Aug 2006 09:10:49 +0000", 1154596249 },              /* the wrong day is nobody's business */
    { "Thu, 3 Aug 06 09:10:49 +0000", 1154596249 },
    { "Thu, 3 Aug 106 09:10:49 +0000", 1154596249 },
    { "Tue, 1 Jan 49 00:00:00 +0000", 2493072000 },
    { "Sun, 1 Jan 50 00:00:00 +0000", -631152000 },
    { "Thu, 3 Aug 2006 05:10:49 EDT", 1154596249 },
    { "Thu, 3 Aug 2006 04:10:49 EST", 1154596249 },
    { "Thu, 3 Aug 2006 04:10:49 CDT", 1154596249 },
    { "Thu, 3 Aug 2006 02:10:49 PDT", 1154596249 },
    { "Thu, 3 Aug 2006 09:10:49 A", 1154596249 },                  /* military letters say nothing (4.3) */
    { "Thu, 3 Aug 2006 09:10:49 CEST", 1154596249 },
    { "Thu, 3 Aug 2006 09:10:49 -0000", 1154596249 },
    { "Sat, 31 Dec 2016 23:59:60 +0000", 1483228800 },
    { "Tue, 29 Feb 2000 00:00:00 +0000", 951782400 },
    { "Mon, 29 Feb 2016 00:00:00 +1400", 1456653600 },
    { "Tue, 19 Jan 2038 03:14:08 +0000", 2147483648 },
    { "Fri, 31 Dec 9999 23:59:59 +0000", 253402300799 },
    { "Sat, 1 Jan 0001 00:00:00 +0000", -62135596800 },
    { "", NEVER }, { " ", NEVER }, { "now", NEVER },
    { "Thu, 3 Aug 2006 09:10:49", NEVER },                         /* no zone */
    { "Thu, 3 Aug 2006 09:10:49 +0000 x", NEVER },
    { "Thu, 3 Aug 2006 09:10:49 +0000 (open", NEVER },
    { "Thu, 3 Aug 2006 09:10:49 0000", NEVER },
    { "Thu, 3 Aug 2006 09:10:49 +000", NEVER },
    { "Thu, 3 Aug 2006 09:10:49 +00000", NEVER },
    { "Thu, 3 Aug 2006 09:10:49 +0060", NEVER },
    { "Thu, 3 Aug 2006 09:10:49 ABCDEF", NEVER },
    { "Thu, 3 Aug 2006 24:00:00 +0000", NEVER },
    { "Thu, 3 Aug 2006 09:60:00 +0000", NEVER },
    { "Thu, 3 Aug 2006 09:10:61 +0000", NEVER },
    { "Thu, 0 Aug 2006 09:10:49 +0000", NEVER },
    { "Thu, 32 Aug 2006 09:10:49 +0000", NEVER },
    { "Thu, 31 Apr 2006 09:10:49 +0000", NEVER },
    { "Tue, 29 Feb 2005 00:00:00 +0000", NEVER },
    { "Thu, 29 Feb 1900 00:00:00 +0000", NEVER },
    { "Thu, 003 Aug 2006 09:10:49 +0000", NEVER },
    { "Thu, 3 Aug 12006 09:10:49 +0000", NEVER },
    { "Thu, 3 Aug 6 09:10:49 +0000", NEVER },
    { "Thu, 3 August 2006 09:10:49 +0000", NEVER },
    { "Thursday, 3 Aug 2006 09:10:49 +0000", NEVER },
    { "Day, 3 Aug 2006 09:10:49 +0000", NEVER },
    { "Thu, 3 Aug 200609:10:49 +0000", NEVER },
    { "Thu, Aug 3 2006 09:10:49 +0000", NEVER },
    { "Thu, 3 Aug 2006 09.10.49 +0000", NEVER },
    { "Thu, -3 Aug 2006 09:10:49 +0000", NEVER },
    { "Thu, 3 Aug 2006 09:10:49\n+0000", NEVER },
};

static void reads_mail_dates(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(mail_vectors); i++) {
        int64_t seconds = NEVER;
        bool ok = date_parse(slice_str(mail_vectors[i].text), &seconds);

        if (ok != (mail_vectors[i].seconds != NEVER) || (ok && seconds != mail_vectors[i].seconds))
            fail_msg("\"%s\": %d %lld", mail_vectors[i].text, ok, (long long)seconds);
    }
    int64_t seconds;
    assert_false(date_parse(SLICE("Thu, 3 Aug 2006 09:10:49 +0000\0"), &seconds));
    assert_false(date_parse(SLICE("Thu, 3 Aug 2006 09:10:49\0+0000"), &seconds));
}

static const struct { const char *text; int64_t seconds; } iso_vectors[] = {
    { "1970-01-01", 0 },
    { "2026-12-31", 1798675200 },
    { "2026-12-31T23:59:59Z", 1798761599 },
    { "2026-12-31t23:59:59z", 1798761599 },
    { "2026-12-31 23:59:59Z", 1798761599 },
    { "2027-01-01T01:59:59+02:00", 1798761599 },
    { "2027-01-01T01:59:59+0200", 1798761599 },
    { "2026-12-31T18:29:59-05:30", 1798761599 },
    { "", NEVER }, { "2026-12", NEVER }, { "2026-12-31T", NEVER }, { "2026-12-31T23:59", NEVER }, { "2026-12-31T23:59:59", NEVER },
    { "2026-13-01", NEVER }, { "2026-00-01", NEVER }, { "2026-02-29", NEVER }, { "26-12-31", NEVER }, { "2026-1-1", NEVER },
    { " 2026-12-31", NEVER }, { "2026-12-31 ", NEVER }, { "2026-12-31Z", NEVER }, { "2026-12-31T24:00:00Z", NEVER },
    { "2026-12-31T23:59:59ZZ", NEVER }, { "2026-12-31T23:59:59+2", NEVER }, { "2026-12-31T23:59:59+25:00", NEVER },
    { "2026-12-31T23:59:59.5Z", NEVER }, { "20261231", NEVER }, { "02026-12-31", NEVER }, { "2026-12-31T23:59:59 02:00", NEVER },
};

static void reads_iso_dates(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(iso_vectors); i++) {
        int64_t seconds = NEVER;
        bool ok = date_iso_parse(slice_str(iso_vectors[i].text), &seconds);

        if (ok != (iso_vectors[i].seconds != NEVER) || (ok && seconds != iso_vectors[i].seconds))
            fail_msg("\"%s\": %d %lld", iso_vectors[i].text, ok, (long long)seconds);
    }
}

static struct slice printed(char *buffer, size_t octets, int64_t seconds, bool iso)
{
    struct text t = text_fixed(buffer, octets);

    if (iso)
        text_add_date_iso(&t, seconds);
    else
        text_add_date(&t, seconds);
    assert_false(t.bad);
    return text_slice(&t);
}

static void prints_what_it_reads(void **state)
{
    char buffer[64];
    int64_t step = 86400 * 17 + 3607, again;

    (void)state;
    assert_true(slice_same(printed(buffer, sizeof buffer, 1154596249, false), SLICE("Thu, 03 Aug 2006 09:10:49 +0000")));
    assert_true(slice_same(printed(buffer, sizeof buffer, 1154596249, true), SLICE("2006-08-03T09:10:49Z")));
    assert_true(slice_same(printed(buffer, sizeof buffer, -1, false), SLICE("Wed, 31 Dec 1969 23:59:59 +0000")));
    for (int64_t s = -62135596800; s <= 253402300799; s += step) {
        assert_true(date_parse(printed(buffer, sizeof buffer, s, false), &again) && again == s);
        assert_true(date_iso_parse(printed(buffer, sizeof buffer, s, true), &again) && again == s);
    }
}

/* Total: no second is too far away to print. */
static void prints_the_ends_of_time(void **state)
{
    char buffer[64];

    (void)state;
    assert_true(slice_same(printed(buffer, sizeof buffer, INT64_MAX, true), SLICE("292277026596-12-04T15:30:07Z")));
    assert_true(slice_same(printed(buffer, sizeof buffer, INT64_MIN, true), SLICE("-292277022657-01-27T08:29:52Z")));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_mail_dates),
        cmocka_unit_test(reads_iso_dates),
        cmocka_unit_test(prints_what_it_reads),
        cmocka_unit_test(prints_the_ends_of_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
