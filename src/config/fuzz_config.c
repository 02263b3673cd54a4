/*
 * fuzz_config.c: any octets as frank.conf. What is accepted prints, and what was printed is accepted and
 * prints the same. covers: src/config/tree.c src/config/value.c src/config/config.c
 */
#include "config/config.h"

#include <stdlib.h>

struct every { bool yes; uint64_t number, seconds, octets; int64_t date; struct slice text, domain; unsigned choice;
               struct texts texts, domains; struct prefixes prefixes; const struct conf_node *node; };

static const struct option every_options[] = {
    { "yes", OPT_BOOL, "true", 0, 0, offsetof(struct every, yes), NULL, "A flag." },
    { "number", OPT_UINT, "3", 1, 5000000000, offsetof(struct every, number), NULL, "A number." },
    { "seconds", OPT_DURATION, "20s", 0, 604800, offsetof(struct every, seconds), NULL, "A time." },
    { "octets", OPT_SIZE, "64K", 1, 1u << 30, offsetof(struct every, octets), NULL, "A size." },
    { "date", OPT_DATE, "never", 0, 0, offsetof(struct every, date), NULL, "A date." },
    { "text", OPT_TEXT, "", 0, 0, offsetof(struct every, text), NULL, "Text." },
    { "domain", OPT_DOMAIN, "", 0, 0, offsetof(struct every, domain), NULL, "A domain." },
    { "choice", OPT_CHOICE, "one", 0, 0, offsetof(struct every, choice), "one|two", "A choice." },
    { "texts", OPT_TEXTS, "", 0, 0, offsetof(struct every, texts), NULL, "Texts." },
    { "domains", OPT_DOMAINS, "a.example, b.example", 0, 0, offsetof(struct every, domains), NULL, "Domains." },
    { "prefixes", OPT_PREFIXES, "127.0.0.0/8", 0, 0, offsetof(struct every, prefixes), NULL, "Networks." },
    { "node", OPT_NODE, "", 0, 0, offsetof(struct every, node), NULL, "Anything." },
    { 0 }
};
struct other { uint64_t size; };
static const struct option other_options[] = {
    { "size", OPT_UINT, "7", 0, 100, offsetof(struct other, size), NULL, "A number." },
    { 0 }
};
static const struct section sections[] = {
    { "", every_options, sizeof(struct every), "The top." },
    { "", other_options, sizeof(struct other), "More of the top." },
    { "methods.one", other_options, sizeof(struct other), "Below." },
};

static struct config *read_all(struct slice text)
{
    struct config_error error;

    return config_parse("fuzz", text, sections, COUNT_OF(sections), &error);
}

/* What is left out because it is a default comes back as that default. */
static void print_again(const struct config *c, struct arena *arena)
{
    struct text brief = text_in(arena, 16u << 20), whole = text_in(arena, 16u << 20), of_brief = text_in(arena, 16u << 20);
    struct config *again;

    if (!config_print(c, false, &brief) || !config_print(c, true, &whole) || (again = read_all(text_slice(&brief))) == NULL)
        abort();
    if (!config_print(again, true, &of_brief) || !slice_same(text_slice(&whole), text_slice(&of_brief)))
        abort();
    config_free(again);
}

/* The group "node" by a table of its own, as rules are read. */
static void read_group(const struct config *c, struct arena *arena)
{
    const struct every *top = config_section_of(c, &sections[0]);
    struct other group = { 0 };
    struct config_error error;

    if (config_section(c, "") != top || config_section(c, "none") != NULL)
        abort();
    if (top->node && config_group(arena, other_options, top->node, &group, &error) && (top->node->kind != NODE_GROUP || group.size > 100))
        abort();
    if (config_node(c, "methods.one", "size") && ((const struct other *)config_section(c, "methods.one"))->size > 100)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *c = read_all(slice_of(data, size)), *again;
    struct arena *arena = arena_new(64u << 20);
    struct text first = text_in(arena, 16u << 20), second = text_in(arena, 16u << 20);

    if (c != NULL) {
        if (!config_print(c, true, &first) || (again = read_all(text_slice(&first))) == NULL)
            abort();
        if (!config_print(again, true, &second) || !slice_same(text_slice(&first), text_slice(&second)))
            abort();
        config_free(again);
        print_again(c, arena);
        read_group(c, arena);
    }
    config_free(c);
    arena_free(arena);
    return 0;
}
