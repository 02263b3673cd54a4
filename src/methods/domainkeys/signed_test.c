#include "methods/domainkeys/signed_test.h"

#include <string.h>

#include "base/codec.h"

/* ---- tags of our own tables, so read without care ---- */

static struct slice tag_of(const char *tags, char name)
{
    struct slice rest = slice_str(tags), tag;
    while (rest.len > 0) {
        struct slice all = rest;
        slice_cut(all, ';', &tag, &rest);
        tag = slice_trim_fws(tag);
        if (tag.len > 1 && tag.at[0] == name && tag.at[1] == '=')
            return slice_from(tag, 2);
    }
    return (struct slice){ NULL, 0 };
}

static bool is_listed(struct slice h, struct slice name)
{
    struct slice item;
    if (h.len == 0)
        return true;
    for (bool more = true; more;) {
        struct slice all = h;
        more = slice_cut(all, ':', &item, &h);
        if (slice_same_nocase(slice_trim_fws(item), name))
            return true;
    }
    return false;
}

/* ---- lines ---- */

struct writer {
    struct text text;
    bool nofws;
    size_t kept;                     /* up to behind the last line that is not empty */
};

static void add_line(struct writer *w, struct slice line)
{
    size_t before = w->text.len;
    for (size_t i = 0; i < line.len; i++)
        if (!w->nofws || memchr(" \t\r\n", line.at[i], 4) == NULL)
            text_add_octet(&w->text, line.at[i]);
    if (w->text.len > before)
        w->kept = w->text.len + 2;
    text_add_str(&w->text, "\r\n");
}

static struct slice take_line(struct slice *rest, struct slice end)
{
    struct slice all = *rest;
    for (size_t i = 0; i < all.len; i++)
        if (slice_starts(slice_from(all, i), end)) {
            *rest = slice_from(all, i + end.len);
            return slice_first(all, i);
        }
    *rest = (struct slice){ NULL, 0 };
    return all;
}

/* A field with its continuation lines, the LFs between them as CRLF. */
static struct slice take_field(struct arena *arena, struct slice *rest)
{
    struct text t = text_in(arena, rest->len * 2 + 1);
    text_add(&t, take_line(rest, SLICE("\n")));
    while (rest->len > 0 && is_wsp(rest->at[0])) {
        text_add_str(&t, "\r\n");
        text_add(&t, take_line(rest, SLICE("\n")));
    }
    return text_slice(&t);
}

struct slice domainkey_input(struct arena *arena, const char *tags, struct slice fields, struct slice body)
{
    struct writer w = { .text = text_in(arena, 2 * (fields.len + body.len) + 64), .nofws = slice_same(tag_of(tags, 'c'), SLICE("nofws")) };
    struct slice h = tag_of(tags, 'h'), name, value;
    while (fields.len > 0) {
        struct slice field = take_field(arena, &fields);
        slice_cut(field, ':', &name, &value);
        if (is_listed(h, slice_trim_fws(name)))
            add_line(&w, field);
    }
    add_line(&w, SLICE(""));
    while (body.len > 0)
        add_line(&w, take_line(&body, SLICE("\r\n")));
    return slice_first(text_slice(&w.text), w.kept);
}

struct slice domainkey_field(struct arena *arena, enum test_key key, const char *tags, struct slice fields, struct slice body)
{
    uint8_t hash[HASH_OCTETS_MAX];
    struct text t = text_in(arena, 8192);
    if (!hash_once(HASH_SHA1, domainkey_input(arena, tags, fields, body), hash))
        return (struct slice){ NULL, 0 };
    text_addf(&t, "DomainKey-Signature: %s; b=", tags);
    base64_encode(&t, test_key_sign(arena, key, HASH_SHA1, slice_of(hash, 20)));
    text_add_str(&t, "\n");
    return text_slice(&t);
}

/* ---- keys in texts ---- */

static void add_key(struct arena *arena, struct text *t, enum test_key key, bool in_zone)
{
    struct text p = text_in(arena, 4096);
    base64_encode(&p, test_key_public(arena, key));
    for (struct slice rest = text_slice(&p); rest.len > 0; rest = slice_from(rest, 200)) {
        text_add(t, slice_first(rest, 200));
        if (in_zone && rest.len > 200)
            text_add_str(t, "\" \"");
    }
}

struct slice with_test_keys(struct arena *arena, const char *text, bool in_zone)
{
    static const struct { const char *mark; enum test_key key; } keys[] = {
        { "{512}", TEST_KEY_RSA_512 }, { "{1024}", TEST_KEY_RSA_1024 }, { "{2048}", TEST_KEY_RSA_2048 },
    };
    struct slice rest = slice_str(text);
    struct text t = text_in(arena, 1u << 16);
    while (rest.len > 0) {
        size_t k = 0;
        while (k < COUNT_OF(keys) && !slice_starts(rest, slice_str(keys[k].mark)))
            k++;
        if (k < COUNT_OF(keys))
            add_key(arena, &t, keys[k].key, in_zone);
        else
            text_add(&t, slice_first(rest, 1));
        rest = slice_from(rest, k < COUNT_OF(keys) ? slice_str(keys[k].mark).len : 1);
    }
    return text_slice(&t);
}
