/* Organizational domains by a public suffix list; the contract is in domain.h. */
#include "mail/domain.h"

#include <stdio.h>
#include <string.h>

#include <libpsl.h>

/* A list with less than this is cut or not a list at all (threats.md T49); the real one has about 9000 rules. */
#define LIST_OCTETS_MIN 10000
#define LIST_RULES_MIN 1000

struct suffix_list {
    const psl_ctx_t *rules;
    psl_ctx_t *owned;       /* the same when it came from a file */
};

/* Names whose state no honest list will change. */
static const struct { const char *name; int is_suffix; } known[] = {
    { "com", 1 }, { "org", 1 }, { "de", 1 }, { "co.uk", 1 }, { "example.com", 0 }, { "www.example.co.uk", 0 },
};

static bool knows_the_known(const psl_ctx_t *rules)
{
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (psl_is_public_suffix(rules, known[i].name) != known[i].is_suffix)
            return false;
    return true;
}

struct suffix_list *suffix_list_builtin(void)
{
    const psl_ctx_t *rules = psl_builtin();
    struct suffix_list *list = rules == NULL ? NULL : mem_zalloc(1, sizeof *list);

    if (list != NULL)
        list->rules = rules;
    return list;
}

/* libpsl reads from a stream only; this one is memory. It also reads a binary form, which nobody here checks: refused. */
static psl_ctx_t *load(struct slice text)
{
    static const struct slice binary = SLICE_INIT(".DAFSA@");
    psl_ctx_t *rules = NULL;
    char *copy;
    FILE *stream;

    if (slice_starts(text, binary))
        return NULL;
    copy = mem_alloc(text.len);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text.at, text.len);
    stream = fmemopen(copy, text.len, "r");
    if (stream != NULL) {
        rules = psl_load_fp(stream);
        fclose(stream);
    }
    mem_free(copy);
    return rules;
}

struct suffix_list *suffix_list_read(struct slice text, const char **error)
{
    struct suffix_list *list;
    psl_ctx_t *rules;

    *error = NULL;
    if (text.len < LIST_OCTETS_MIN || text.len > SUFFIX_LIST_OCTETS_MAX)
        *error = "the suffix list is too small or too large to be one";
    else if (!utf8_valid(text) || slice_has(text, '\0'))
        *error = "the suffix list is not UTF-8 text";
    if (*error != NULL)
        return NULL;
    rules = load(text);
    if (rules == NULL || psl_suffix_count(rules) < LIST_RULES_MIN || !knows_the_known(rules)) {
        *error = "the suffix list lacks rules that every such list has";
        psl_free(rules);
        return NULL;
    }
    list = mem_zalloc(1, sizeof *list);
    if (list == NULL) {
        *error = "no memory for the suffix list";
        psl_free(rules);
        return NULL;
    }
    list->rules = list->owned = rules;
    return list;
}

void suffix_list_free(struct suffix_list *list)
{
    if (list == NULL)
        return;
    psl_free(list->owned);
    mem_free(list);
}

struct slice suffix_list_org_domain(const struct suffix_list *list, struct arena *arena, struct slice domain)
{
    char *text = slice_to_string(arena, domain);
    const char *found = text == NULL ? NULL : psl_registrable_domain(list->rules, text);

    return slice_str(found);
}

bool suffix_list_is_suffix(const struct suffix_list *list, struct arena *arena, struct slice domain)
{
    const char *text = slice_to_string(arena, domain);

    return text != NULL && psl_is_public_suffix(list->rules, text) != 0;
}
