/* fuzz_dnsmail_id: a field's value. What is an id can be asked for, and reads back to the same. */
#include "methods/dnsmail/dnsmail_record.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct dnsmail_id id, again;
    struct arena *arena = arena_new(1 << 20);
    if (dnsmail_id_parse(arena, slice_of(at, len), &id)) {
        must(id.label.len > 0 && id.label.len <= LABEL_MAX && name_labels(id.domain) >= 2 && name_askable(id.name));
        must(dnsmail_id_parse(arena, id.name, &again) && slice_same(id.name, again.name) && slice_same(id.label, again.label));
    }
    arena_free(arena);
    return 0;
}
