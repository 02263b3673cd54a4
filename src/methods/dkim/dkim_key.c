#include "methods/dkim/dkim_key.h"

#include "base/codec.h"
#include "mail/taglist.h"

#define PARSING_OCTETS_MAX (4 * ANSWER_OCTETS_MAX)      /* tags and decoded key of one record set */

/* Is this word an item of the colon-separated list? */
static bool list_has(struct slice list, const char *word)
{
    struct slice item, rest = list;
    do {
        struct slice all = rest;
        if (!slice_cut(all, ':', &item, &rest))
            rest = (struct slice){ NULL, 0 };
        if (slice_same(slice_trim_fws(item), slice_str(word)))
            return true;
    } while (rest.len > 0);
    return false;
}

/* A zone file's escapes pasted into a panel that wanted none: "v=DKIM1\; k=rsa\; p=..." */
static const char *guess_hint(struct slice text)
{
    for (size_t i = 1; i < text.len; i++)
        if (text.at[i] == ';' && text.at[i - 1] == '\\')
            return "there is a backslash before a semicolon: remove it";
    return NULL;
}

/*
 * Which records are meant as keys? "v=DKIM1" at the start says so; without v=, having p= does. Others,
 * such as wildcards of another protocol, are passed over.
 */
static bool meant_as_key(const struct tag_list *list, struct slice text)
{
    const struct tag *v = tag_find(list, "v"), *p = tag_find(list, "p");
    if (v)
        return slice_starts_nocase(v->value, SLICE("DKIM")) || (p && v != list->tags);
    return p || slice_starts_nocase(slice_trim_fws(text), SLICE("v=DKIM1"));
}

/* RFC 6376 3.6.1: v= "is RECOMMENDED ... If specified, this tag MUST be set to "DKIM1" ... MUST be the first tag" */
static enum dkim_reason judge_version(const struct tag_list *list)
{
    const struct tag *v = tag_find(list, "v");
    return !v || (v == list->tags && slice_same(v->value, SLICE("DKIM1"))) ? DKIM_FINE : DKIM_KEY_SYNTAX;
}

static void read_lists(const struct tag_list *list, struct dkim_key *key)
{
    const struct tag *h = tag_find(list, "h"), *s = tag_find(list, "s"), *t = tag_find(list, "t");
    key->any_hash = !h;
    key->sha1 = h && list_has(h->value, "sha1");
    key->sha256 = h && list_has(h->value, "sha256");
    key->mail = !s || list_has(s->value, "*") || list_has(s->value, "email");
    key->testing = t && list_has(t->value, "y");
    key->strict = t && list_has(t->value, "s");
}

static enum dkim_reason reason_of(enum key_problem problem)
{
    switch (problem) {
    case KEY_USABLE: return DKIM_FINE;
    case KEY_MALFORMED: return DKIM_KEY_DATA;
    case KEY_TOO_SHORT: return DKIM_KEY_WEAK;
    case KEY_TOO_LONG: return DKIM_KEY_TOO_LONG;
    case KEY_ODDITIES: return DKIM_KEY_ODD;
    case KEY_SMALL_ORDER: return DKIM_KEY_ODD;
    case KEY_NO_MEMORY: return DKIM_OWN_FAILURE;
    }
    return DKIM_KEY_DATA;
}

static enum dkim_reason read_key_data(struct arena *arena, struct slice value, struct dkim_key *key)
{
    struct slice octets;
    enum key_problem problem = KEY_MALFORMED;
    if (!base64_decode(arena, value, true, &octets))
        return arena_failed(arena) ? DKIM_OWN_FAILURE : DKIM_KEY_DATA;
    if (octets.len == 0)
        return DKIM_KEY_REVOKED;
    switch (key->type) {
    case KEY_RSA:
        key->key = public_key_rsa(octets, DKIM_RSA_BITS_LEAST, &problem, &key->bits);
        break;
    case KEY_ED25519:
        key->key = public_key_ed25519(octets, &problem);
        key->bits = key->key ? public_key_bits(key->key) : 0;
        break;
    case KEY_NONE:
        break;
    }
    return reason_of(problem);
}

static enum key_type type_of(const struct tag *k)
{
    if (!k || slice_same(k->value, SLICE("rsa")))
        return KEY_RSA;
    return slice_same(k->value, SLICE("ed25519")) ? KEY_ED25519 : KEY_NONE;
}

static enum dkim_reason read_record(struct arena *arena, const struct tag_list *list, struct dkim_key *key)
{
    if (list->problem == TAGS_NO_MEMORY)
        return DKIM_OWN_FAILURE;
    if (list->problem != TAGS_GOOD)
        return DKIM_KEY_SYNTAX;
    enum dkim_reason reason = judge_version(list);
    const struct tag *p = tag_find(list, "p");
    if (reason != DKIM_FINE || !p)
        return DKIM_KEY_SYNTAX;
    read_lists(list, key);
    key->type = type_of(tag_find(list, "k"));
    if (p->value.len == 0)
        return DKIM_KEY_REVOKED;
    if (key->type == KEY_NONE)
        return DKIM_KEY_TYPE;
    return read_key_data(arena, p->value, key);
}

bool dkim_key_parse(struct arena *arena, struct slice text, struct dkim_key *out)
{
    *out = (struct dkim_key){ .problem = DKIM_FINE };
    struct tag_list list = tag_list_parse(arena, TAGS_DKIM, text);
    if (list.problem != TAGS_NO_MEMORY && !meant_as_key(&list, text))
        return false;
    out->problem = read_record(arena, &list, out);
    if (out->problem == DKIM_KEY_SYNTAX)
        out->hint = guess_hint(text);
    return true;
}

void *dkim_keys_make(const struct answer *answer)
{
    struct dkim_keys *keys = mem_zalloc(1, sizeof *keys);
    struct arena *arena = arena_new(PARSING_OCTETS_MAX);
    bool failed = !keys || !arena;
    for (size_t i = 0; i < answer->count && !failed; i++) {
        struct dkim_key key;
        if (!dkim_key_parse(arena, answer->records[i].text, &key)) {
            keys->others++;
        } else if (keys->count++ < DKIM_KEYS_MAX) {
            keys->at[keys->count - 1] = key;
            failed = key.problem == DKIM_OWN_FAILURE;
        } else {
            public_key_free(key.key);
        }
    }
    arena_free(arena);
    if (!failed)
        return keys;
    dkim_keys_release(keys);
    return NULL;
}

void dkim_keys_release(void *made)
{
    struct dkim_keys *keys = made;
    if (!keys)
        return;
    for (size_t i = 0; i < DKIM_KEYS_MAX; i++)
        public_key_free(keys->at[i].key);
    mem_free(keys);
}

enum dkim_reason dkim_key_fits(const struct dkim_key *key, const struct dkim_signature *s, unsigned bits_min)
{
    if (key->problem != DKIM_FINE)
        return key->problem;
    if (!key->any_hash && !(s->hash == HASH_SHA256 ? key->sha256 : key->sha1))
        return DKIM_KEY_HASH;
    if (key->type != s->key)
        return DKIM_KEY_TYPE;
    if (!key->mail)
        return DKIM_KEY_SERVICE;
    if (key->type == KEY_RSA && key->bits < bits_min)
        return DKIM_KEY_WEAK;
    /* ARC has no agent identifier that a strict key could restrict. */
    if (key->strict && s->kind == SIGNATURE_DKIM && !slice_same(s->identity_domain, s->domain))
        return DKIM_KEY_STRICT;
    return DKIM_FINE;
}
