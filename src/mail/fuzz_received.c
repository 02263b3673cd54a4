/* fuzz_received: any text ends in facts that lie in the arena, or in nothing. */
#include "mail/received.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct arena *arena = arena_new(64u << 20);
    uint8_t *copy = malloc(len + 1);
    struct received r;
    bool any;

    must(arena != NULL && copy != NULL);
    if (len > 0)
        memcpy(copy, at, len);
    any = received_parse(arena, slice_of(copy, len), &r);
    free(copy);
    must(any == (r.client.family != IP_NONE || r.helo.len > 0 || r.by.len > 0));
    const struct slice parts[] = { r.helo, r.rdns, r.by, r.with, r.queue_id, r.envelope_for };
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        must(parts[i].len <= len && !slice_has(parts[i], '('));
    arena_free(arena);
    return 0;
}
