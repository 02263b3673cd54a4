/*
 * fuzz_fact: JSON to facts and back: what was printed reads back to what prints the same.
 * The octets are also printed as a text: JSON whatever they are.
 *
 * covers: src/fact/fact_json.c
 */
#include <stdlib.h>

#include "fact/fact.h"

static void must(bool what)
{
    if (!what)
        abort();
}

static struct slice print(struct arena *arena, const struct fact *f, bool pretty)
{
    struct text out = text_in(arena, 64u << 20);
    must(fact_to_json(f, pretty, &out));
    return text_slice(&out);
}

static void reprint(struct arena *arena, struct slice json, bool pretty)
{
    const struct fact *first, *second;
    const char *error;
    if (!fact_from_json(arena, json, &first, &error)) {
        must(error && error[0] != '\0');
        return;
    }
    struct slice printed = print(arena, first, pretty);
    must(utf8_valid(printed));
    must(fact_from_json(arena, printed, &second, &error));
    must(slice_same(print(arena, second, pretty), printed));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1 << 14)
        return 0;
    struct arena *arena = arena_new(256u << 20);
    struct slice text = slice_of(data, size);
    reprint(arena, text, false);
    reprint(arena, text, true);
    struct fact *list = fact_add_list(arena, fact_group(arena, NULL), NULL);
    fact_add_text(arena, list, NULL, text);
    const struct fact *back;
    const char *error;
    must(fact_from_json(arena, print(arena, list, false), &back, &error));
    if (utf8_valid(text))
        must(slice_same(back->first->text, text));
    arena_free(arena);
    return 0;
}
