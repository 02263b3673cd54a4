#include "platform/resolver/dns_records.h"

static void add_number(struct text *t, uint32_t n, unsigned octets)
{
    for (unsigned i = octets; i-- > 0;)
        text_add_octet(t, (uint8_t)(n >> (8 * i)));
}

/* The type, the octets of the server's address (none, 4 or 16) behind their number, the name. */
void dns_write_question(struct text *t, const struct question *q)
{
    size_t octets = q->server.family == IP_V4 ? 4 : q->server.family == IP_V6 ? 16 : 0;
    add_number(t, q->type, 2);
    text_add_octet(t, (uint8_t)octets);
    text_add(t, slice_of(q->server.octets, octets));
    text_add(t, q->name);
}

bool dns_read_question(struct slice payload, struct question *q)
{
    struct cursor c = cursor_of(payload);
    *q = (struct question){ .type = take_u16(&c) };
    struct slice address = take(&c, take_octet(&c));
    q->name = take_rest(&c);
    bool addressed = address.len == 0 || ip_from_octets(address.at, address.len, &q->server);
    return !c.bad && addressed && name_askable(q->name);
}

void dns_write_answer(struct text *t, const struct answer *a)
{
    text_add_octet(t, (uint8_t)a->status);
    text_add_octet(t, (uint8_t)a->security);
    text_add_octet(t, (uint8_t)a->origin);
    add_number(t, a->ttl_seconds, 4);
    add_number(t, (uint32_t)a->canonical.len, 2);
    text_add(t, a->canonical);
    add_number(t, (uint32_t)a->count, 2);
    for (size_t i = 0; i < a->count; i++) {
        add_number(t, (uint32_t)a->records[i].raw.len, 4);
        text_add(t, a->records[i].raw);
    }
}

/* What a resolver process may say; the other states are made on this side of the pair. */
static bool is_sendable(unsigned status, unsigned security, unsigned origin)
{
    return ((status >= ANSWER_DATA && status <= ANSWER_GARBLED) || status == ANSWER_BLOCKED) && security <= SECURITY_BOGUS && origin <= ORIGIN_OVERLAY;
}

const struct answer *dns_read_answer(struct slice payload, const struct question *q)
{
    struct slice rdata[ANSWER_RECORDS_MAX];
    struct cursor c = cursor_of(payload);
    unsigned status = take_octet(&c), security = take_octet(&c), origin = take_octet(&c);
    struct answer_draft d = { .question = *q, .ttl_seconds = take_u32(&c), .rdata = rdata };
    d.canonical = take(&c, take_u16(&c));
    d.count = take_u16(&c);
    if (c.bad || !is_sendable(status, security, origin) || d.count > ANSWER_RECORDS_MAX || d.canonical.len > NAME_TEXT_MAX)
        return NULL;
    d.status = (enum answer_status)status;
    d.security = (enum answer_security)security;
    d.origin = (enum answer_origin)origin;
    size_t octets = 0;
    for (size_t i = 0; i < d.count; i++) {
        rdata[i] = take(&c, take_u32(&c));
        octets += rdata[i].len;
    }
    if (c.bad || !at_end(&c) || octets > ANSWER_OCTETS_MAX)
        return NULL;
    return answer_make(&d);
}
