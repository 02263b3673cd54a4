/* fuzz_date: both readers of dates; what was read is printed and read again. */
#include "mail/date.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static void check_printed(int64_t seconds, bool must_read)
{
    char buffer[80];
    struct text t = text_fixed(buffer, sizeof buffer);
    int64_t again;

    text_add_date(&t, seconds);
    must(!t.bad);
    must(!must_read || (date_parse(text_slice(&t), &again) && again == seconds));
    text_reset(&t);
    text_add_date_iso(&t, seconds);
    must(!t.bad);
    must(!must_read || (date_iso_parse(text_slice(&t), &again) && again == seconds));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct slice text = slice_of(at, len);
    const int64_t year_10000 = 253402300800, year_1 = -62135596800;
    int64_t seconds;

    if (date_parse(text, &seconds) || date_iso_parse(text, &seconds))
        check_printed(seconds, seconds >= year_1 && seconds < year_10000);
    if (len == sizeof seconds) {
        memcpy(&seconds, at, sizeof seconds);
        check_printed(seconds, false);
    }
    return 0;
}
