/* fuzz_taglist: both grammars; the tags found lie in the text, in order and once. */
#include "mail/taglist.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static void check(struct arena *arena, enum tag_grammar grammar, struct slice text)
{
    struct tag_list list = tag_list_parse(arena, grammar, text);

    must(list.count <= TAGS_MAX && list.bad_at <= text.len && list.problem != TAGS_NO_MEMORY);
    must(list.problem != TAGS_GOOD || list.count > 0);
    for (size_t i = 0; i < list.count; i++) {
        const struct tag *tag = &list.tags[i];
        char *name = slice_to_string(arena, tag->name);

        must(tag->name.at == text.at + tag->at && tag->name.len > 0);
        must(tag->value.at >= tag->name.at + tag->name.len && tag->value.at + tag->value.len <= text.at + text.len);
        must(name != NULL && tag_find(&list, name) == tag);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct arena *arena = arena_new(16u << 20);

    check(arena, TAGS_DKIM, slice_of(at, len));
    check(arena, TAGS_DMARC, slice_of(at, len));
    arena_free(arena);
    return 0;
}
