/*
 * fuzz_codec: the first octet chooses the codec, the rest is its text. Reading is strict, so what
 * was read and is written again is the same text, but for case and blanks. `show` and UTF-8 too.
 */
#include <stdlib.h>

#include "base/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

/* The text without blanks. */
static struct slice squeezed(struct arena *a, struct slice text)
{
    struct text t = text_in(a, text.len);

    for (size_t i = 0; i < text.len; i++)
        if (!is_wsp(text.at[i]) && text.at[i] != '\r' && text.at[i] != '\n')
            text_add_octet(&t, text.at[i]);
    must(!t.bad);
    return text_slice(&t);
}

static void check_shown(struct arena *a, struct slice text)
{
    struct slice ascii = slice_shown(a, text, false), utf8 = slice_shown(a, text, true);

    must(ascii_only(ascii) && utf8_valid(utf8));
    for (size_t i = 0; i < utf8.len; i++)
        must(utf8.at[i] >= 0x20 && utf8.at[i] != 0x7f);
    for (size_t i = 0; i < ascii.len; i++)
        must(is_printable(ascii.at[i]));
}

static void check_base64(struct arena *a, struct slice text, bool blanks)
{
    struct text t = text_in(a, text.len);
    struct slice out;

    if (!base64_decode(a, text, blanks, &out))
        return;
    base64_encode(&t, out);
    must(!t.bad && slice_same(text_slice(&t), blanks ? squeezed(a, text) : text));
}

static void check_base32(struct arena *a, struct slice text)
{
    struct text t = text_in(a, text.len);
    struct slice out;

    if (!base32_decode(a, text, &out))
        return;
    base32_encode(&t, out);
    must(!t.bad && slice_same_nocase(text_slice(&t), text));
}

static void check_hex(struct arena *a, struct slice text)
{
    struct text t = text_in(a, text.len);
    struct slice out;

    if (!hex_decode(a, text, &out))
        return;
    hex_encode(&t, out);
    must(!t.bad && slice_same_nocase(text_slice(&t), squeezed(a, text)));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct arena *a = arena_new((size_t)1 << 24);
    struct slice text = slice_from(slice_of(at, len), 1);

    must(a != NULL);
    switch (len == 0 ? 0 : at[0] % 5) {
    case 0: check_base64(a, text, false); break;
    case 1: check_base64(a, text, true); break;
    case 2: check_base32(a, text); break;
    case 3: check_hex(a, text); break;
    case 4: check_shown(a, text); break;
    }
    arena_free(a);
    return 0;
}
