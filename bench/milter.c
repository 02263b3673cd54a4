#include "milter.h"

#include <stdlib.h>
#include <string.h>

void packet(struct buf *out, uint8_t command, struct bytes data)
{
    buf_be32(out, (uint32_t)data.len + 1);
    buf_byte(out, command);
    buf_bytes(out, data);
}

void packet_negotiation(struct buf *out, uint32_t protocol)
{
    struct buf data = { 0 };
    buf_be32(&data, MILTER_VERSION);
    buf_be32(&data, ACTIONS_OFFERED);
    buf_be32(&data, protocol);
    packet(out, 'O', buf_view(&data));
    buf_free(&data);
}

void packet_macros(struct buf *out, uint8_t command, const char *const *pairs)
{
    struct buf data = { 0 };
    buf_byte(&data, command);
    for (; *pairs; pairs++)
        buf_add(&data, *pairs, strlen(*pairs) + 1);
    packet(out, 'D', buf_view(&data));
    buf_free(&data);
}

void packet_field(struct buf *out, struct bytes field, bool leading_space)
{
    struct buf data = { 0 };
    size_t colon = find(field, ':');
    buf_bytes(&data, trim(part(field, 0, colon)));
    buf_byte(&data, 0);
    struct bytes value = part(field, colon < field.len ? colon + 1 : colon, field.len);
    if (!leading_space && value.len && value.at[0] == ' ')
        value = part(value, 1, value.len);
    for (size_t i = 0; i < value.len; i++)
        if (value.at[i] != '\r')
            buf_byte(&data, value.at[i]);
    buf_byte(&data, 0);
    packet(out, 'L', buf_view(&data));
    buf_free(&data);
}

static void ended(struct stream *s, uint8_t command)
{
    if (s->count == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 64;
        s->ends = need(realloc(s->ends, s->cap * sizeof *s->ends));
        s->commands = need(realloc(s->commands, s->cap));
    }
    s->ends[s->count] = s->octets.len;
    s->commands[s->count++] = command;
}

void stream_field(struct stream *s, struct bytes field, bool leading_space)
{
    packet_field(&s->octets, field, leading_space);
    ended(s, 'L');
}

/* Macros belong to the packet that follows: one unit, one wait. */
static void with_queue_id(struct stream *s, uint8_t command, const char *queue_id, struct bytes data)
{
    packet_macros(&s->octets, command, (const char *const[]){ "i", queue_id, NULL });
    packet(&s->octets, command, data);
    ended(s, command);
}

void stream_build(struct stream *s, struct bytes mail, const char *queue_id, uint32_t protocol)
{
    while (mail.len && mail.at[0] != '\r') {
        size_t end = 0;
        do
            end += find(part(mail, end, mail.len), '\n') + 1;
        while (end < mail.len && (mail.at[end] == ' ' || mail.at[end] == '\t'));
        if (stage_wanted('L', protocol))
            stream_field(s, part(mail, 0, end - 2), protocol & P_LEADING_SPACE);
        mail = part(mail, end, mail.len);
    }
    if (stage_wanted('N', protocol))
        with_queue_id(s, 'N', queue_id, (struct bytes){ 0 });
    mail = part(mail, mail.len < 2 ? mail.len : 2, mail.len);
    while (mail.len && stage_wanted('B', protocol)) {
        size_t size = mail.len < BODY_CHUNK ? mail.len : BODY_CHUNK;
        packet(&s->octets, 'B', part(mail, 0, size));
        ended(s, 'B');
        mail = part(mail, size, mail.len);
    }
    with_queue_id(s, 'E', queue_id, (struct bytes){ 0 });
}

void stream_clear(struct stream *s)
{
    buf_clear(&s->octets);
    s->count = 0;
}

void stream_free(struct stream *s)
{
    buf_free(&s->octets);
    free(s->ends);
    free(s->commands);
    *s = (struct stream){ 0 };
}

static const struct { uint8_t command; uint32_t none, no_reply; } stages[] = {
    { 'C', P_NO_CONNECT, P_NR_CONNECT }, { 'H', P_NO_HELO, P_NR_HELO }, { 'M', P_NO_MAIL, P_NR_MAIL }, { 'R', P_NO_RCPT, P_NR_RCPT },
    { 'T', P_NO_DATA, P_NR_DATA }, { 'L', P_NO_HEADERS, P_NR_HEADER }, { 'N', P_NO_EOH, P_NR_EOH }, { 'B', P_NO_BODY, P_NR_BODY },
};

bool reply_expected(uint8_t command, uint32_t protocol)
{
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
        if (stages[i].command == command)
            return !(protocol & stages[i].no_reply);
    return command == 'E' || command == 'O';
}

bool stage_wanted(uint8_t command, uint32_t protocol)
{
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
        if (stages[i].command == command)
            return !(protocol & stages[i].none);
    return true;
}
