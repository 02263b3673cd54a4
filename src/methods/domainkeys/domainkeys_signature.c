#include "methods/domainkeys/domainkeys_signature.h"

#include "base/codec.h"
#include "mail/domain.h"
#include "methods/domainkeys/domainkeys_tags.h"

struct reading {
    struct arena *arena;
    struct domainkeys_signature *s;
};

static bool is_field_name(uint8_t octet)
{
    return octet > 0x20 && octet < 0x7f && octet != ':';
}

/* No dot at the end (threats.md T12). */
static bool read_name(struct reading *r, struct slice text, struct slice *out)
{
    if (text.len == 0 || text.at[text.len - 1] == '.')
        return false;
    return domain_normal(r->arena, text, out);
}

static enum domainkeys_reason read_a(struct reading *r, struct slice value)
{
    (void)r;
    return slice_same(value, SLICE("rsa-sha1")) ? DOMAINKEYS_FINE : DOMAINKEYS_ALGORITHM_UNKNOWN;
}

static enum domainkeys_reason read_b(struct reading *r, struct slice value)
{
    return base64_decode(r->arena, value, true, &r->s->b) && r->s->b.len > 0 ? DOMAINKEYS_FINE : DOMAINKEYS_B_MALFORMED;
}

static enum domainkeys_reason read_c(struct reading *r, struct slice value)
{
    if (slice_same(value, SLICE("simple")))
        r->s->canon = CANON_DOMAINKEYS_SIMPLE;
    else if (slice_same(value, SLICE("nofws")))
        r->s->canon = CANON_DOMAINKEYS_NOFWS;
    else
        return DOMAINKEYS_CANON_UNKNOWN;
    return DOMAINKEYS_FINE;
}

static enum domainkeys_reason read_d(struct reading *r, struct slice value)
{
    return read_name(r, value, &r->s->domain) ? DOMAINKEYS_FINE : DOMAINKEYS_D_MALFORMED;
}

static enum domainkeys_reason read_s(struct reading *r, struct slice value)
{
    struct domainkeys_signature *s = r->s;
    if (!read_name(r, value, &s->selector))
        return DOMAINKEYS_S_MALFORMED;
    s->key_name = name_join(r->arena, s->selector, name_join(r->arena, SLICE("_domainkey"), s->domain));
    return name_askable(s->key_name) ? DOMAINKEYS_FINE : DOMAINKEYS_S_MALFORMED;
}

static enum domainkeys_reason read_q(struct reading *r, struct slice value)
{
    (void)r;
    return slice_same(value, SLICE("dns")) ? DOMAINKEYS_FINE : DOMAINKEYS_QUERY_UNKNOWN;
}

static struct slice without_blanks(struct arena *arena, struct slice value)
{
    struct text t = text_in(arena, value.len + 1);
    struct cursor c = cursor_of(value);
    for (skip_fws(&c); !at_end(&c); skip_fws(&c))
        text_add_octet(&t, take_octet(&c));
    return text_slice(&t);
}

static bool is_name(struct slice text)
{
    struct cursor c = cursor_of(text);
    return take_while(&c, is_field_name).len > 0 && at_end(&c);
}

/* "Whitespace is ignored in this value"; it can never be empty, for it must name the sender's field. */
static enum domainkeys_reason read_h(struct reading *r, struct slice value)
{
    struct slice rest = without_blanks(r->arena, value);
    struct slice *names = ARENA_ARRAY(r->arena, DOMAINKEYS_NAMES_MAX, struct slice);
    size_t count = 0;
    if (!names)
        return DOMAINKEYS_OWN_FAILURE;
    for (bool more = true; more; count++) {
        struct slice all = rest;
        if (count == DOMAINKEYS_NAMES_MAX)
            return DOMAINKEYS_H_MALFORMED;
        more = slice_cut(all, ':', &names[count], &rest);
        if (!is_name(names[count]))
            return DOMAINKEYS_H_MALFORMED;
    }
    r->s->names = names;
    r->s->name_count = count;
    return DOMAINKEYS_FINE;
}

/* In the order of judging: s= needs d=. RFC 4870 3.3 requires q= too, but it has one value only, and large signers left it out. */
static const struct tag_rule {
    char name;
    bool required;
    enum domainkeys_reason (*read)(struct reading *, struct slice);
} tag_rules[] = {
    { 'd', true, read_d }, { 's', true, read_s }, { 'a', false, read_a }, { 'c', true, read_c },
    { 'q', false, read_q }, { 'h', false, read_h }, { 'b', true, read_b },
};

static enum domainkeys_reason list_reason(enum domainkeys_tags_problem problem)
{
    switch (problem) {
    case DOMAINKEYS_TAGS_GOOD: return DOMAINKEYS_FINE;
    case DOMAINKEYS_TAGS_SYNTAX: return DOMAINKEYS_SYNTAX;
    case DOMAINKEYS_TAGS_TWICE: return DOMAINKEYS_TAG_TWICE;
    }
    return DOMAINKEYS_SYNTAX;
}

static void read_tags(struct reading *r, const struct domainkeys_tags *tags)
{
    struct domainkeys_signature *s = r->s;
    for (size_t i = 0; i < COUNT_OF(tag_rules); i++) {
        const struct tag_rule *rule = &tag_rules[i];
        enum domainkeys_reason reason = DOMAINKEYS_FINE;
        if (domainkeys_has_tag(tags, rule->name))
            reason = rule->read(r, domainkeys_tag(tags, rule->name));
        else if (rule->required)
            reason = DOMAINKEYS_TAG_MISSING;
        /* The first thing wrong names the result; the rest is still read, for display. */
        if (reason != DOMAINKEYS_FINE && s->problem == DOMAINKEYS_FINE) {
            s->problem = reason;
            s->problem_tag = rule->name;
        }
    }
}

void *domainkeys_signature_make(struct arena *arena, const struct field *field)
{
    struct domainkeys_signature *s = ARENA_NEW(arena, struct domainkeys_signature);
    struct domainkeys_tags tags;
    if (!s)
        return NULL;
    s->field = field;
    s->problem = list_reason(domainkeys_tags_read(field->value, true, &tags));
    struct reading r = { .arena = arena, .s = s };
    read_tags(&r, &tags);
    return arena_failed(arena) ? NULL : s;
}

bool domainkeys_signs(const struct domainkeys_signature *s, const struct field *field)
{
    if (field->index <= s->field->index)
        return false;
    for (size_t i = 0; i < s->name_count; i++)
        if (slice_same_nocase(s->names[i], field->name))
            return true;
    return !s->names;
}
