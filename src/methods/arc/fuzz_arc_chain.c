/* ARC fields of a header: the input is a message. */
#include "methods/arc/arc_chain.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void keep_field(void *context, struct slice raw)
{
    message_add(context, raw);
}

static void ignore_end(void *context)
{
    (void)context;
}

static void ignore_body(void *context, struct slice octets)
{
    (void)context;
    (void)octets;
}

static void *read_field(void *context, const struct field *f, void *(*make)(struct arena *, const struct field *))
{
    return make(context, f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool started;
    if (!started && crypto_start() != STATUS_OK)
        return 0;
    started = true;
    struct arena *arena = arena_new(32u << 20);
    struct message m;
    struct arc_chain chain;
    message_init(&m, arena);
    const struct splitter_sink sink = { keep_field, ignore_end, ignore_body, &m };
    struct splitter *splitter = splitter_new(arena, &sink, true);
    splitter_push(splitter, slice_of(data, size));
    splitter_end(splitter);
    const struct arc_reader reader = { .read = read_field, .context = arena };
    if (arc_chain_collect(&m, &reader, &chain) && chain.problem == ARC_FINE) {
        struct arc_hashes hashes;
        assert(chain.count >= 1 && chain.count <= ARC_INSTANCE_MAX);
        arc_seal_hashes(&chain, &hashes);
        assert(hashes.good);
    }
    arena_free(arena);
    return 0;
}
