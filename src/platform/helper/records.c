/* records.c: records in a packet. Pure. */
#include "platform/helper/helper.h"

bool helper_next(struct cursor *packet, struct helper_record *out)
{
    if (at_end(packet))
        return false;
    uint32_t length = take_u32(packet);
    out->id = take_u32(packet);
    out->kind = take_u16(packet);
    if (length > HELPER_PAYLOAD_MAX)
        packet->bad = true;
    out->payload = take(packet, length);
    return !packet->bad;
}

static void add_number(struct text *t, uint32_t n, unsigned octets)
{
    for (unsigned i = octets; i-- > 0;)
        text_add_octet(t, (uint8_t)(n >> (8 * i)));
}

void helper_add(struct text *out, const struct helper_record *r)
{
    add_number(out, (uint32_t)r->payload.len, 4);
    add_number(out, r->id, 4);
    add_number(out, r->kind, 2);
    text_add(out, r->payload);
}
