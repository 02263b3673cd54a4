/*
 * fuzz_helper.c: any octets as a packet of records; what was read is written the same.
 *
 * covers: src/platform/helper/records.c
 */
#include <stdlib.h>
#include <string.h>

#include "platform/helper/helper.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t room[HELPER_PACKET_MAX * 2];
    struct cursor packet = cursor_of(slice_first(slice_of(data, size), HELPER_PACKET_MAX));
    struct text t = text_fixed(room, sizeof room);
    struct helper_record r;
    size_t whole = 0;
    while (helper_next(&packet, &r)) {
        helper_add(&t, &r);
        whole += HELPER_RECORD_HEAD + r.payload.len;
    }
    if (t.bad || t.len != whole || (whole && memcmp(room, data, whole) != 0))
        abort();
    return 0;
}
