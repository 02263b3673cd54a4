/* DKIM-Signature, ARC-Message-Signature and ARC-Seal values; the first octet chooses. */
#include "methods/dkim/dkim_signature.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void *(*const makers[])(struct arena *, const struct field *) = { dkim_signature_make, arc_message_signature_make, arc_seal_make };
    if (size == 0)
        return 0;
    struct arena *arena = arena_new(8u << 20);
    struct message m;
    message_init(&m, arena);
    const struct field *f = message_add_parts(&m, SLICE("DKIM-Signature"), slice_of(data + 1, size - 1));
    const struct dkim_signature *s = f ? makers[data[0] % 3](arena, f) : NULL;
    if (s && s->problem == DKIM_FINE) {
        assert(name_is_hostname(s->domain) && name_is_hostname(s->selector) && name_askable(s->key_name));
        assert(s->hole.at >= f->raw.at && s->hole.at + s->hole.len <= f->raw.at + f->raw.len);
        assert(s->name_count <= DKIM_NAMES_MAX && s->b.len > 0);
    }
    arena_free(arena);
    return 0;
}
