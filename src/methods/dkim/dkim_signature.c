#include "methods/dkim/dkim_signature.h"

#include "base/codec.h"
#include "mail/domain.h"
#include "mail/taglist.h"

struct reading {
    struct arena *arena;
    struct dkim_signature *s;
};

/* ---- pieces of values ---- */

static bool is_field_name(uint8_t octet)
{
    return octet > 0x20 && octet < 0x7f && octet != ':' && octet != ';';
}

/* The next item of a colon-separated list, FWS around it dropped; false at the end. */
static bool next_item(struct cursor *c, bool *first, struct slice *item)
{
    if (!*first) {
        if (at_end(c))
            return false;
        expect(c, ':');
    }
    *first = false;
    *item = slice_trim_fws(take_until(c, ':'));
    return true;
}

static bool all_of(struct slice text, bool (*is)(uint8_t))
{
    struct cursor c = cursor_of(text);
    take_while(&c, is);
    return at_end(&c);
}

static size_t count_of(struct slice text, uint8_t octet)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += text.at[i] == octet;
    return n;
}

/* A name in d=, s= or i=: no dot at the end (threats.md T12), labels LDH or U-labels (RFC 8616). */
static bool read_name(struct reading *r, struct slice text, struct slice *out)
{
    if (text.len == 0 || text.at[text.len - 1] == '.')
        return false;
    return domain_normal(r->arena, text, out);
}

static bool hex_digit(uint8_t octet, uint8_t *value)
{
    if (is_digit(octet))
        *value = (uint8_t)(octet - '0');
    else if (octet >= 'A' && octet <= 'F')
        *value = (uint8_t)(octet - 'A' + 10);
    else
        return false;
    return true;
}

/* hex-octet = "=" 2(%x30-39 / %x41-46)     RFC 6376 2.11 */
static bool take_hex_octet(struct cursor *c, uint8_t *octet)
{
    int high = peek_at(c, 1), low = peek_at(c, 2);
    uint8_t a, b;
    if (peek(c) != '=' || high < 0 || low < 0 || !hex_digit((uint8_t)high, &a) || !hex_digit((uint8_t)low, &b))
        return false;
    take(c, 3);
    *octet = (uint8_t)(a << 4 | b);
    return true;
}

struct slice dkim_unquoted(struct arena *arena, struct slice text)
{
    struct text out = text_in(arena, text.len + 1);
    struct cursor c = cursor_of(text);
    for (skip_fws(&c); !at_end(&c); skip_fws(&c)) {
        uint8_t octet;
        if (!take_hex_octet(&c, &octet))
            octet = take_octet(&c);
        text_add_octet(&out, octet);
    }
    return text_slice(&out);
}

/* ---- tags ---- */

static enum dkim_reason read_v(struct reading *r, struct slice value)
{
    (void)r;
    return slice_same(value, SLICE("1")) ? DKIM_FINE : DKIM_VERSION;
}

static enum dkim_reason read_a(struct reading *r, struct slice value)
{
    static const struct { struct slice name; enum key_type key; enum hash_alg hash; } known[] = {
        { SLICE_INIT("rsa-sha256"), KEY_RSA, HASH_SHA256 },
        { SLICE_INIT("ed25519-sha256"), KEY_ED25519, HASH_SHA256 },
        { SLICE_INIT("rsa-sha1"), KEY_RSA, HASH_SHA1 },
    };
    r->s->algorithm = value;
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (slice_same(value, known[i].name)) {
            r->s->key = known[i].key;
            r->s->hash = known[i].hash;
            return DKIM_FINE;
        }
    }
    return DKIM_ALGORITHM_UNKNOWN;
}

static enum dkim_reason read_b(struct reading *r, struct slice value)
{
    r->s->b_text = value;
    return base64_decode(r->arena, value, true, &r->s->b) && r->s->b.len > 0 ? DKIM_FINE : DKIM_B_MALFORMED;
}

/* Lengths are compared before contents (threats.md T13). */
static enum dkim_reason read_bh(struct reading *r, struct slice value)
{
    bool good = base64_decode(r->arena, value, true, &r->s->bh) && r->s->bh.len == hash_octets(r->s->hash);
    return good ? DKIM_FINE : DKIM_BH_MALFORMED;
}

static bool canon_from_word(struct slice word, enum canon *out)
{
    if (slice_same(word, SLICE("relaxed")))
        *out = CANON_RELAXED;
    else if (slice_same(word, SLICE("simple")))
        *out = CANON_SIMPLE;
    else
        return false;
    return true;
}

/* "relaxed" alone is relaxed/simple (RFC 6376 3.5, c=). */
static enum dkim_reason read_c(struct reading *r, struct slice value)
{
    struct slice header, body;
    if (value.len == 0)
        return DKIM_C_MALFORMED;
    if (!slice_cut(value, '/', &header, &body))
        body = SLICE("simple");
    bool known = canon_from_word(header, &r->s->header_canon) && canon_from_word(body, &r->s->body_canon);
    return known ? DKIM_FINE : DKIM_CANON_UNKNOWN;
}

/* domain-name = sub-domain 1*("." sub-domain): a single label is none. */
static enum dkim_reason read_d(struct reading *r, struct slice value)
{
    if (!read_name(r, value, &r->s->domain))
        return DKIM_D_MALFORMED;
    return slice_has(r->s->domain, '.') ? DKIM_FINE : DKIM_D_MALFORMED;
}

static enum dkim_reason read_s(struct reading *r, struct slice value)
{
    struct dkim_signature *s = r->s;
    if (!read_name(r, value, &s->selector))
        return DKIM_S_MALFORMED;
    s->key_name = name_join(r->arena, s->selector, name_join(r->arena, SLICE("_domainkey"), s->domain));
    return name_askable(s->key_name) ? DKIM_FINE : DKIM_S_MALFORMED;
}

/* "from" may stand anywhere and in any case; a name may be listed more often than it occurs. */
static enum dkim_reason read_h(struct reading *r, struct slice value)
{
    struct dkim_signature *s = r->s;
    if (value.len == 0)
        /* RFC 8617 leaves open what an empty list covers; the field itself is signed all the same. */
        return s->kind == SIGNATURE_ARC_MESSAGE ? DKIM_FINE : DKIM_H_MALFORMED;
    size_t count = count_of(value, ':') + 1;
    if (count > DKIM_NAMES_MAX)
        return DKIM_TOO_MANY_NAMES;
    struct slice *names = ARENA_ARRAY(r->arena, count, struct slice);
    if (!names)
        return DKIM_OWN_FAILURE;
    bool first = true, from = false;
    struct cursor c = cursor_of(value);
    for (size_t i = 0; i < count && next_item(&c, &first, &names[i]); i++) {
        /* An empty item breaks the grammar, but selects nothing either: not worth a whole chain of others. */
        if ((names[i].len == 0 && s->kind == SIGNATURE_DKIM) || !all_of(names[i], is_field_name))
            return DKIM_H_MALFORMED;
        from = from || slice_same_nocase(names[i], SLICE("from"));
    }
    s->names = names;
    s->name_count = count;
    return from || s->kind != SIGNATURE_DKIM ? DKIM_FINE : DKIM_FROM_UNSIGNED;
}

/* sig-i-tag = [Local-part] "@" domain-name, dkim-quoted-printable */
static enum dkim_reason read_i(struct reading *r, struct slice value)
{
    struct dkim_signature *s = r->s;
    s->identity = dkim_unquoted(r->arena, value);
    size_t at = slice_find_last(s->identity, '@');
    if (at == s->identity.len || !read_name(r, slice_from(s->identity, at + 1), &s->identity_domain))
        return DKIM_I_MALFORMED;
    return name_at_or_below(s->identity_domain, s->domain) ? DKIM_FINE : DKIM_I_FOREIGN;
}

/* position = 1*2DIGIT ; 1 - 50      RFC 8617 4.2.1 */
static enum dkim_reason read_instance(struct reading *r, struct slice value)
{
    uint64_t n;
    if (value.len > 2 || !number_of(value, 1, ARC_INSTANCE_MAX, &n))
        return DKIM_I_MALFORMED;
    r->s->instance = (unsigned)n;
    return DKIM_FINE;
}

static enum dkim_reason read_l(struct reading *r, struct slice value)
{
    return number_of(value, 0, UINT64_MAX - 1, &r->s->length) ? DKIM_FINE : DKIM_L_MALFORMED;
}

static bool read_time(struct slice value, int64_t *out)
{
    uint64_t n;
    if (!number_of(value, 0, DKIM_TIME_MAX, &n))
        return false;
    *out = (int64_t)n;
    return true;
}

static enum dkim_reason read_t(struct reading *r, struct slice value)
{
    return read_time(value, &r->s->signed_at) ? DKIM_FINE : DKIM_T_MALFORMED;
}

static enum dkim_reason read_x(struct reading *r, struct slice value)
{
    struct dkim_signature *s = r->s;
    if (!read_time(value, &s->expires))
        return DKIM_X_MALFORMED;
    /* RFC 6376 3.5: "The value of the "x=" tag MUST be greater than the value of the "t=" tag if both are present." */
    return s->signed_at < 0 || s->expires > s->signed_at ? DKIM_FINE : DKIM_X_BEFORE_T;
}

/* Unknown ways are passed over. "dns" without a type is what signers before RFC 4871 wrote. */
static enum dkim_reason read_q(struct reading *r, struct slice value)
{
    struct cursor c = cursor_of(value);
    struct slice item;
    (void)r;
    for (bool first = true; next_item(&c, &first, &item); )
        if (slice_same(item, SLICE("dns/txt")) || slice_same(item, SLICE("dns")))
            return DKIM_FINE;
    return DKIM_QUERY_UNKNOWN;
}

static enum dkim_reason read_z(struct reading *r, struct slice value)
{
    r->s->copied = value;
    return DKIM_FINE;
}

static enum dkim_reason read_cv(struct reading *r, struct slice value)
{
    if (slice_same(value, SLICE("none")))
        r->s->chain = CHAIN_NONE;
    else if (slice_same(value, SLICE("pass")))
        r->s->chain = CHAIN_PASS;
    else if (slice_same(value, SLICE("fail")))
        r->s->chain = CHAIN_FAIL;
    else
        return DKIM_CV_MALFORMED;
    return DKIM_FINE;
}

/* RFC 8617 4.1.3: the h tag in a seal "MUST result in a cv status of fail" */
static enum dkim_reason read_h_of_seal(struct reading *r, struct slice value)
{
    (void)r;
    (void)value;
    return DKIM_H_FORBIDDEN;
}

/* ---- the list ---- */

#define DKIM_BIT    (1u << SIGNATURE_DKIM)
#define MESSAGE_BIT (1u << SIGNATURE_ARC_MESSAGE)
#define SEAL_BIT    (1u << SIGNATURE_ARC_SEAL)
#define ALL_BITS    (DKIM_BIT | MESSAGE_BIT | SEAL_BIT)

/* In the order of judging: what a reader needs from another tag stands below that one. */
static const struct tag_rule {
    const char *name;
    unsigned kinds, required;
    enum dkim_reason (*read)(struct reading *, struct slice);
} tag_rules[] = {
    { "v",  DKIM_BIT,               DKIM_BIT,               read_v },
    { "d",  ALL_BITS,               ALL_BITS,               read_d },
    { "s",  ALL_BITS,               ALL_BITS,               read_s },
    { "i",  MESSAGE_BIT | SEAL_BIT, MESSAGE_BIT | SEAL_BIT, read_instance },
    { "cv", SEAL_BIT,               SEAL_BIT,               read_cv },
    { "a",  ALL_BITS,               ALL_BITS,               read_a },
    { "i",  DKIM_BIT,               0,                      read_i },
    { "h",  SEAL_BIT,               0,                      read_h_of_seal },
    { "h",  DKIM_BIT | MESSAGE_BIT, DKIM_BIT | MESSAGE_BIT, read_h },
    { "c",  DKIM_BIT | MESSAGE_BIT, 0,                      read_c },
    { "q",  DKIM_BIT | MESSAGE_BIT, 0,                      read_q },
    { "l",  DKIM_BIT | MESSAGE_BIT, 0,                      read_l },
    { "t",  ALL_BITS,               0,                      read_t },
    { "x",  DKIM_BIT | MESSAGE_BIT, 0,                      read_x },
    { "z",  DKIM_BIT | MESSAGE_BIT, 0,                      read_z },
    { "bh", DKIM_BIT | MESSAGE_BIT, DKIM_BIT | MESSAGE_BIT, read_bh },
    { "b",  ALL_BITS,               ALL_BITS,               read_b },
};

/* RFC 6376 3.7: the value of b=, "including all surrounding whitespace", is treated as empty. */
static struct slice hole_of(struct slice value, const struct tag *b)
{
    struct slice behind_name = slice_from(value, b->at);
    struct slice behind_equals = slice_from(behind_name, slice_find(behind_name, '=') + 1);
    return slice_first(behind_equals, slice_find(behind_equals, ';'));
}

static enum dkim_reason list_reason(enum tag_problem problem)
{
    switch (problem) {
    case TAGS_GOOD: return DKIM_FINE;
    case TAGS_SYNTAX: return DKIM_SYNTAX;
    case TAGS_TOO_MANY: return DKIM_SYNTAX;
    case TAGS_DUPLICATE: return DKIM_TAG_TWICE;
    case TAGS_NO_MEMORY: return DKIM_OWN_FAILURE;
    }
    return DKIM_SYNTAX;
}

static void read_tags(struct reading *r, const struct tag_list *list)
{
    struct dkim_signature *s = r->s;
    unsigned bit = 1u << s->kind;
    for (size_t i = 0; i < COUNT_OF(tag_rules); i++) {
        const struct tag_rule *rule = &tag_rules[i];
        if (!(rule->kinds & bit))
            continue;
        const struct tag *tag = tag_find(list, rule->name);
        enum dkim_reason reason = tag ? rule->read(r, tag->value) : rule->required & bit ? DKIM_TAG_MISSING : DKIM_FINE;
        /* The first thing wrong names the result; the rest is still read, for display. */
        if (reason != DKIM_FINE && s->problem == DKIM_FINE) {
            s->problem = reason;
            s->problem_tag = rule->name;
        }
    }
    const struct tag *b = tag_find(list, "b");
    if (b)
        s->hole = hole_of(s->field->value, b);
}

/* "If the "i=" tag is not present, ... an empty local-part, followed by an "@", followed by the value of d="  RFC 6376 3.5 */
static void identity_by_default(struct reading *r)
{
    struct text t = text_in(r->arena, NAME_TEXT_MAX + 1);
    text_add_octet(&t, '@');
    text_add(&t, r->s->domain);
    r->s->identity = text_slice(&t);
    r->s->identity_domain = r->s->domain;
}

static struct dkim_signature *signature_make(struct arena *arena, const struct field *field, enum signature_kind kind)
{
    struct dkim_signature *s = ARENA_NEW(arena, struct dkim_signature);
    if (!s)
        return NULL;
    s->field = field;
    s->kind = kind;
    s->length = UINT64_MAX;
    s->signed_at = s->expires = -1;
    struct reading r = { .arena = arena, .s = s };
    struct tag_list list = tag_list_parse(arena, TAGS_DKIM, field->value);
    s->problem = list_reason(list.problem);
    read_tags(&r, &list);
    if (kind == SIGNATURE_DKIM && !tag_find(&list, "i"))
        identity_by_default(&r);
    return arena_failed(arena) ? NULL : s;
}

void *dkim_signature_make(struct arena *arena, const struct field *field)
{
    return signature_make(arena, field, SIGNATURE_DKIM);
}

void *arc_message_signature_make(struct arena *arena, const struct field *field)
{
    return signature_make(arena, field, SIGNATURE_ARC_MESSAGE);
}

void *arc_seal_make(struct arena *arena, const struct field *field)
{
    return signature_make(arena, field, SIGNATURE_ARC_SEAL);
}
