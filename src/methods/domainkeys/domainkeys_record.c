#include "methods/domainkeys/domainkeys_record.h"

#include "base/codec.h"
#include "methods/domainkeys/domainkeys_tags.h"

/* ---- key records as text ---- */

bool domainkeys_key_parse(struct slice text, struct domainkeys_key_record *out)
{
    struct domainkeys_tags tags;
    bool good = domainkeys_tags_read(text, false, &tags) == DOMAINKEYS_TAGS_GOOD && domainkeys_has_tag(&tags, 'p');
    *out = (struct domainkeys_key_record){
        .granularity = domainkeys_tag(&tags, 'g'), .type = domainkeys_has_tag(&tags, 'k') ? domainkeys_tag(&tags, 'k') : SLICE("rsa"),
        .note = domainkeys_tag(&tags, 'n'), .data = domainkeys_tag(&tags, 'p'), .testing = domainkeys_has_flag(&tags, "y"),
    };
    return good;
}

static void add_tag(struct text *t, char name, struct slice value)
{
    text_addf(t, "%s%c=", t->len > 0 ? "; " : "", name);
    text_add(t, value);
}

static void add_tag_unless_empty(struct text *t, char name, struct slice value)
{
    if (value.len > 0)
        add_tag(t, name, value);
}

void text_add_domainkeys_key(struct text *t, const struct domainkeys_key_record *r)
{
    add_tag_unless_empty(t, 'g', r->granularity);
    add_tag(t, 'k', r->type);
    add_tag_unless_empty(t, 'n', r->note);
    if (r->testing)
        add_tag(t, 't', SLICE("y"));
    add_tag(t, 'p', r->data);
}

/* ---- policy records as text ---- */

bool domainkeys_policy_parse(struct slice text, struct domainkeys_policy *out)
{
    struct domainkeys_tags tags;
    bool good = domainkeys_tags_read(text, false, &tags) == DOMAINKEYS_TAGS_GOOD;
    struct slice o = domainkeys_has_tag(&tags, 'o') ? domainkeys_tag(&tags, 'o') : SLICE("~");
    *out = (struct domainkeys_policy){
        .all_signed = slice_same(o, SLICE("-")), .testing = domainkeys_has_flag(&tags, "y"),
        .report = domainkeys_tag(&tags, 'r'), .note = domainkeys_tag(&tags, 'n'),
    };
    out->found = good && (out->all_signed || slice_same(o, SLICE("~")));
    return out->found;
}

void text_add_domainkeys_policy(struct text *t, const struct domainkeys_policy *p)
{
    add_tag_unless_empty(t, 'n', p->note);
    add_tag(t, 'o', p->all_signed ? SLICE("-") : SLICE("~"));
    add_tag_unless_empty(t, 'r', p->report);
    if (p->testing)
        add_tag(t, 't', SLICE("y"));
}

/* ---- the records of one name ---- */

/* The texts in octet order, so that the order of the answer chooses nothing. */
static void sorted_texts(const struct answer *a, struct slice out[ANSWER_RECORDS_MAX])
{
    for (size_t i = 0; i < a->count; i++) {
        size_t place = i;
        for (; place > 0 && slice_compare(a->records[i].text, out[place - 1]) < 0; place--)
            out[place] = out[place - 1];
        out[place] = a->records[i].text;
    }
}

static enum domainkeys_reason reason_of(enum key_problem problem)
{
    switch (problem) {
    case KEY_USABLE: return DOMAINKEYS_FINE;
    case KEY_MALFORMED: return DOMAINKEYS_KEY_DATA;
    case KEY_TOO_SHORT: return DOMAINKEYS_KEY_WEAK;
    case KEY_TOO_LONG: return DOMAINKEYS_KEY_TOO_LONG;
    case KEY_ODDITIES: return DOMAINKEYS_KEY_ODD;
    case KEY_SMALL_ORDER: return DOMAINKEYS_KEY_ODD;
    case KEY_NO_MEMORY: return DOMAINKEYS_OWN_FAILURE;
    }
    return DOMAINKEYS_KEY_DATA;
}

static enum domainkeys_reason read_key(struct arena *arena, struct slice text, struct domainkeys_key *out)
{
    struct slice octets;
    enum key_problem problem;
    if (!domainkeys_key_parse(text, &out->record))
        return DOMAINKEYS_KEY_SYNTAX;
    if (!slice_same(out->record.type, SLICE("rsa")))
        return DOMAINKEYS_KEY_TYPE;
    if (out->record.data.len == 0)
        return DOMAINKEYS_KEY_REVOKED;
    if (!base64_decode(arena, out->record.data, false, &octets))
        return arena_failed(arena) ? DOMAINKEYS_OWN_FAILURE : DOMAINKEYS_KEY_DATA;
    out->key = public_key_rsa(octets, DOMAINKEYS_BITS_LEAST, &problem, &out->bits);
    return reason_of(problem);
}

static bool is_no_key(enum domainkeys_reason reason)
{
    return reason == DOMAINKEYS_KEY_SYNTAX || reason == DOMAINKEYS_KEY_DATA;
}

/* RFC 4870 3.2.3 allows any one of several to be picked. Of those that cannot be read the first names the problem. */
static void pick_key(struct arena *arena, const struct answer *a, struct domainkeys_key *out)
{
    struct slice texts[ANSWER_RECORDS_MAX];
    sorted_texts(a, texts);
    for (size_t i = 0; i < a->count; i++) {
        struct domainkeys_key key = { .key = NULL };
        key.problem = read_key(arena, texts[i], &key);
        if (i == 0 || !is_no_key(key.problem) || (out->problem == DOMAINKEYS_KEY_SYNTAX && key.problem == DOMAINKEYS_KEY_DATA))
            *out = key;
        if (!is_no_key(key.problem))
            return;
    }
}

void *domainkeys_key_make(const struct answer *a)
{
    struct domainkeys_key *key = mem_zalloc(1, sizeof *key);
    struct arena *arena = arena_new(ANSWER_OCTETS_MAX * 2);
    if (key && arena)
        pick_key(arena, a, key);
    bool good = key && arena && key->problem != DOMAINKEYS_OWN_FAILURE;
    arena_free(arena);
    if (good)
        return key;
    domainkeys_key_release(key);
    return NULL;
}

void domainkeys_key_release(void *made)
{
    struct domainkeys_key *key = made;
    if (!key)
        return;
    public_key_free(key->key);
    mem_free(key);
}

void *domainkeys_policy_make(const struct answer *a)
{
    struct domainkeys_policy *policy = mem_zalloc(1, sizeof *policy);
    struct slice texts[ANSWER_RECORDS_MAX];
    sorted_texts(a, texts);
    for (size_t i = 0; policy && i < a->count; i++) {
        if (domainkeys_policy_parse(texts[i], policy))
            return policy;
        *policy = (struct domainkeys_policy){ .all_signed = false };
    }
    return policy;
}

void domainkeys_policy_release(void *made)
{
    mem_free(made);
}
