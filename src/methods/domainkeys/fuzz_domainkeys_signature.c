/*
 * fuzz_domainkeys_signature: DomainKey-Signature values: what is found good can be asked for and prints no surprise.
 * covers: src/methods/domainkeys/domainkeys_signature.c src/methods/domainkeys/domainkeys_tags.c
 */
#include "methods/domainkeys/domainkeys_signature.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct arena *arena = arena_new(8u << 20);
    struct message m;
    message_init(&m, arena);
    const struct field *f = message_add_parts(&m, SLICE(DOMAINKEYS_FIELD), slice_of(at, len));
    const struct field *from = f ? message_add(&m, SLICE("From: a@example.com")) : NULL;
    const struct domainkeys_signature *s = f ? domainkeys_signature_make(arena, f) : NULL;
    if (s && s->problem == DOMAINKEYS_FINE) {
        must(name_is_hostname(s->domain) && name_is_hostname(s->selector) && name_askable(s->key_name));
        must(s->b.len > 0 && s->name_count <= DOMAINKEYS_NAMES_MAX && (s->names != NULL) == (s->name_count > 0));
        must(!domainkeys_signs(s, f) && (!from || s->names || domainkeys_signs(s, from)));
        for (size_t i = 0; i < s->name_count; i++)
            must(s->names[i].len > 0 && !slice_has(s->names[i], ':') && !slice_has(s->names[i], ' '));
    }
    arena_free(arena);
    return 0;
}
