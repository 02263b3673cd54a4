/* fuzz_milter_wire.c: any octets as frames, in pieces the first octet chooses, and every reader on what they hold. */
#include <stdlib.h>
#include <string.h>

#include "frontend/milter/milter_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(struct slice data)
{
    struct milter_negotiation n;
    struct milter_connection c;
    struct milter_strings s;
    struct slice name, value;
    uint8_t command;
    (void)milter_read_negotiation(data, &n);
    (void)milter_read_connection(data, &c);
    if (milter_read_macros(data, &command, &s))
        (void)milter_macro(&s, SLICE("i"));
    (void)milter_read_strings(data, &s);
    (void)milter_read_header(data, &name, &value);
}

static void write_all(struct buffers *b, struct slice data)
{
    static const struct milter_macro_list lists[] = { { 0, "j {client_addr}" } };
    struct buffer out = { .len = 0 };
    if (!milter_put_negotiation(b, &out, &(struct milter_negotiation){ 6, 1, 1 }, lists, data.len % 2))
        abort();
    buffer_clear(b, &out);
    if (!milter_put_reply(b, &out, 550, SLICE("5.7.1"), data) || !milter_put_insert(b, &out, 0, slice_first(data, 7), data)
        || !milter_put_delete(b, &out, 1, data) || !milter_put_hold(b, &out, data))
        abort();
    /* A reply's text has no line end but ours. */
    struct slice o = buffer_slice(&out);
    for (size_t i = 5; i + 1 < o.len && o.at[i]; i++)
        if (o.at[i] == '\n' && (o.at[i - 1] != '\r' || memcmp(o.at + i + 1, "550", 3) != 0))
            abort();
    buffer_clear(b, &out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffers b = { .count = 0 };
    struct milter_decoder d = { .buffers = &b };
    struct milter_frame f;
    if (size == 0)
        return 0;
    size_t step = data[0] ? data[0] : size;
    for (size_t at = 1; at < size && !d.bad; at += step) {
        struct slice piece = slice_first(slice_of(data + at, size - at), step);
        while (milter_next(&d, &piece, &f))
            read_all(f.data);
        if (!d.bad && (piece.len > 0 || (d.streaming && !milter_in_frame(&d))))
            abort();
    }
    write_all(&b, slice_first(slice_of(data, size), 65536));
    milter_decoder_clear(&d);
    buffers_free(&b);
    return 0;
}
