/*
 * fuzz_owners.c: any octets as an owner table; what is accepted is found again, also for names below.
 *
 * covers: src/verdict/owners.c
 */
#include "verdict/owners.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(16u << 20);
    struct owners *o = arena ? owners_new(arena) : NULL;
    struct config_error error;

    if (o != NULL && owners_add(o, "table", slice_of(data, size), &error)) {
        size_t before = owners_count(o);
        owners_close(o);
        if (owners_count(o) > before || (before > 0 && owners_count(o) == 0))
            abort();
        if (owners_find(o, SLICE("example.com")).len > 0 && owners_find(o, SLICE("a.example.com")).len == 0)
            abort();
        if (owners_find(o, SLICE("a.example.com")).len > OWNER_NAME_MAX)
            abort();
    } else if (o != NULL && error.text[0] == '\0') {
        abort();
    }
    arena_free(arena);
    return 0;
}
