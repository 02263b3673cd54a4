/*
 * fuzz_address: address lists and paths; what is printed reads as the same, and domains have one form.
 * covers: src/mail/address.c src/mail/path.c src/mail/lexer.c src/mail/domain.c
 */
#include "mail/address.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static void check_normal(struct arena *arena, struct slice normal)
{
    struct slice again;

    must(normal.len == 0 || (ascii_only(normal) && domain_normal(arena, normal, &again) && slice_same(again, normal)));
}

static struct slice printed(struct arena *arena, const struct address_list *list)
{
    struct text t = text_in(arena, 1u << 22);

    for (size_t i = 0; i < list->count; i++) {
        text_add(&t, i > 0 ? SLICE(",") : SLICE(""));
        text_add_address(&t, &list->at[i]);
    }
    must(!t.bad);
    return text_slice(&t);
}

static void check_list(struct arena *arena, struct slice value)
{
    struct address_list first, second;

    must(address_list_parse(arena, value, &first));
    must(first.well_formed || first.count == 0);
    for (size_t i = 0; i < first.count; i++)
        check_normal(arena, first.at[i].normal_domain);
    if (first.count == 0)
        return;
    must(address_list_parse(arena, printed(arena, &first), &second) && second.count == first.count);
    for (size_t i = 0; i < first.count; i++)
        must(slice_same(first.at[i].local, second.at[i].local) && slice_same(first.at[i].domain, second.at[i].domain));
}

static void check_path(struct arena *arena, struct slice text)
{
    struct path path;
    bool usable = path_parse(arena, text, &path);

    must(usable || path.domain.len == 0);
    must(!usable || path.null || path.domain.len > 0);
    check_normal(arena, path.normal_domain);
    check_normal(arena, path.route_first);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct arena *arena = arena_new(64u << 20);
    struct slice text = slice_of(at, len), normal;

    check_list(arena, text);
    check_path(arena, text);
    (void)domain_normal(arena, text, &normal);
    check_normal(arena, normal);
    (void)local_part_is_dot_atom(text, len % 2 == 0);
    arena_free(arena);
    return 0;
}
