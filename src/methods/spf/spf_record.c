#include "methods/spf/spf_record.h"

#include "dns/name.h"
#include "methods/spf/spf_macro.h"

#include <string.h>

/* ---- version ---- */

/* version = "v=spf1", then SP or the end (4.5) */
static bool take_spf1(struct cursor *c)
{
    return accept_nocase(c, SLICE("v=spf1")) && (at_end(c) || peek(c) == ' ');
}

/* name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." ) */
static bool is_name_octet(uint8_t octet)
{
    return is_alnum(octet) || octet == '-' || octet == '_' || octet == '.';
}

static struct slice take_name(struct cursor *c)
{
    struct slice name = take_while(c, is_name_octet);
    if (name.len == 0 || !is_alpha(name.at[0]))
        c->bad = true;
    return name;
}

/* "spf2." 1*DIGIT "/" scope-id *( "," scope-id ), then SP or the end     RFC 4406 3.1 */
static unsigned take_spf2(struct cursor *c)
{
    unsigned scopes = 0;
    accept_nocase(c, SLICE("spf2."));
    if (take_while(c, is_digit).len == 0)
        return 0;
    expect(c, '/');
    do {
        struct slice scope = take_name(c);
        if (slice_same_nocase(scope, SLICE("mfrom")))
            scopes |= 1u << SPF_SCOPE_MFROM;
        else if (slice_same_nocase(scope, SLICE("pra")))
            scopes |= 1u << SPF_SCOPE_PRA;
    } while (accept_octet(c, ','));
    return !c->bad && (at_end(c) || peek(c) == ' ') ? scopes : 0;
}

static unsigned take_version(struct cursor *c)
{
    if (slice_starts_nocase(c->rest, SLICE("spf2.")))
        return take_spf2(c);
    return take_spf1(c) ? 1u << SPF_SCOPE_SPF1 : 0;
}

unsigned spf_record_scopes(struct slice text)
{
    struct cursor c = cursor_of(text);
    return take_version(&c);
}

/* ---- terms ---- */

static const struct { const char *name; enum spf_kind kind; } mechanisms[] = {
    { "all", SPF_ALL }, { "include", SPF_INCLUDE }, { "a", SPF_A }, { "mx", SPF_MX }, { "ptr", SPF_PTR },
    { "ip4", SPF_IP4 }, { "ip6", SPF_IP6 }, { "exists", SPF_EXISTS },
};

/* What is being read: the record's text, and the term with everything said about it. */
struct reading { struct slice text; struct spf_term *term; };

static uint32_t offset_in(struct slice text, struct slice part)
{
    return (uint32_t)(part.at - text.at);
}

static void set_spec(const struct reading *r, struct slice spec)
{
    r->term->spec_at = offset_in(r->text, spec);
    r->term->spec_len = (uint32_t)spec.len;
}

/* "0" / %x31-39 0*DIGIT, up to max */
static bool take_bits(struct cursor *c, unsigned max, uint8_t *bits)
{
    struct slice digits = take_while(c, is_digit);
    uint64_t value;
    if (digits.len > 1 && digits.at[0] == '0')
        return false;
    if (!number_of(digits, 0, max, &value))
        return false;
    *bits = (uint8_t)value;
    return true;
}

/* dual-cidr-length = [ ip4-cidr-length ] [ "/" ip6-cidr-length ]      5.6: "/24", "//64", "/24//64" */
static enum spf_reason read_dual_lengths(struct slice lengths, struct spf_term *t)
{
    struct cursor c = cursor_of(lengths);
    if (at_end(&c))
        return SPF_NOT_YET;
    expect(&c, '/');
    if (peek(&c) != '/') {
        if (!take_bits(&c, 32, &t->bits4))
            return SPF_BAD_LENGTH;
        if (at_end(&c))
            return SPF_NOT_YET;
        expect(&c, '/');
    }
    expect(&c, '/');
    if (c.bad || !take_bits(&c, 128, &t->bits6) || !at_end(&c))
        return SPF_BAD_LENGTH;
    return SPF_NOT_YET;
}

/*
 * toplabel = ( *alphanum ALPHA *alphanum ) / ( 1*alphanum "-" *( alphanum / "-" ) alphanum )
 * Letters, digits and hyphens, neither all digits nor with a hyphen at an end.
 */
static bool is_toplabel(struct slice label)
{
    bool other = false;
    if (label.len == 0 || label.at[0] == '-' || label.at[label.len - 1] == '-')
        return false;
    for (size_t i = 0; i < label.len; i++) {
        if (!is_alnum(label.at[i]) && label.at[i] != '-')
            return false;
        other = other || !is_digit(label.at[i]);
    }
    return other;
}

/* domain-end = ( "." toplabel [ "." ] ) / macro-expand        7.1; tail: what follows the last macro-expand */
static bool is_domain_end(struct slice spec, size_t tail_at)
{
    struct slice tail = slice_from(spec, tail_at);
    if (tail.len == 0)
        return spec.len > 0;
    if (tail.at[tail.len - 1] == '.')
        tail = slice_first(tail, tail.len - 1);
    size_t dot = slice_find_last(tail, '.');
    return dot < tail.len && is_toplabel(slice_from(tail, dot + 1));
}

/*
 * domain-spec, and behind it what may be prefix lengths. A slash is legal inside a domain-spec, but not
 * in a toplabel nor in what follows one: so the lengths begin at the first slash behind the last dot
 * of the tail.
 */
static void split_lengths(struct slice both, size_t tail_at, struct slice *spec, struct slice *lengths)
{
    struct slice tail = slice_from(both, tail_at);
    size_t dot = slice_find_last(tail, '.');
    size_t from = dot < tail.len ? dot : 0;
    size_t slash = tail_at + from + slice_find(slice_from(tail, from), '/');
    *spec = slice_first(both, slash);
    *lengths = slice_from(both, slash);
}

static enum spf_reason read_spec(const struct reading *r, struct slice both, bool with_lengths)
{
    struct spf_macro_facts facts;
    struct slice spec = both, lengths = { 0 };
    if (!spf_macro_check(both, SPF_USE_DOMAIN, &facts))
        return slice_has(both, '%') ? SPF_BAD_MACRO : SPF_BAD_DOMAIN;
    if (with_lengths)
        split_lengths(both, facts.tail, &spec, &lengths);
    if (spec.len == 0)
        return SPF_ARGUMENT_MISSING;
    if (!is_domain_end(spec, facts.tail))
        return SPF_BAD_DOMAIN;
    set_spec(r, spec);
    r->term->macros = facts.macros;
    r->term->local_part = facts.local_part;
    r->term->host_name = facts.host_name;
    return read_dual_lengths(lengths, r->term);
}

/* [ ":" domain-spec ] [ dual-cidr-length ] */
static enum spf_reason read_address_mechanism(const struct reading *r, struct cursor *c)
{
    return accept_octet(c, ':') ? read_spec(r, c->rest, true) : read_dual_lengths(c->rest, r->term);
}

/* ":" domain-spec, for ptr optional */
static enum spf_reason read_domain_mechanism(const struct reading *r, struct cursor *c, bool optional)
{
    if (optional && at_end(c))
        return SPF_NOT_YET;
    if (!accept_octet(c, ':'))
        return at_end(c) ? SPF_ARGUMENT_MISSING : SPF_ARGUMENT_UNEXPECTED;
    return c->rest.len > 0 ? read_spec(r, c->rest, false) : SPF_ARGUMENT_MISSING;
}

/* ":" ip4-network [ ip4-cidr-length ]; the same for ip6 */
static enum spf_reason read_network_mechanism(const struct reading *r, struct cursor *c)
{
    bool v4 = r->term->kind == SPF_IP4;
    struct ip ip;
    if (!accept_octet(c, ':') || at_end(c))
        return SPF_ARGUMENT_MISSING;
    struct slice network = take_until(c, '/');
    /* 5: an address written ::ffff:a.b.c.d stays IPv6 and covers nobody: such clients are IPv4 here. */
    if (v4 ? !ip4_parse(network, &ip) : !ip6_parse(network, &ip, true))
        return SPF_BAD_ADDRESS;
    memcpy(r->term->network, ip.octets, sizeof r->term->network);
    if (at_end(c))
        return SPF_NOT_YET;
    expect(c, '/');
    if (!take_bits(c, v4 ? 32 : 128, v4 ? &r->term->bits4 : &r->term->bits6) || !at_end(c))
        return SPF_BAD_LENGTH;
    return SPF_NOT_YET;
}

static enum spf_reason read_mechanism(const struct reading *r, struct slice name, struct cursor *c)
{
    size_t i = 0;
    while (i < COUNT_OF(mechanisms) && !slice_same_nocase(name, slice_str(mechanisms[i].name)))
        i++;
    if (i == COUNT_OF(mechanisms))
        return SPF_UNKNOWN_MECHANISM;
    r->term->kind = (uint8_t)mechanisms[i].kind;
    switch (mechanisms[i].kind) {
    case SPF_ALL:
        return at_end(c) ? SPF_NOT_YET : SPF_ARGUMENT_UNEXPECTED;
    case SPF_A: case SPF_MX:
        return read_address_mechanism(r, c);
    case SPF_INCLUDE: case SPF_EXISTS:
        return read_domain_mechanism(r, c, false);
    case SPF_PTR:
        return read_domain_mechanism(r, c, true);
    case SPF_IP4: case SPF_IP6:
        return read_network_mechanism(r, c);
    case SPF_REDIRECT: case SPF_EXP: case SPF_UNKNOWN_MODIFIER:
        break;                     /* not in the table of mechanisms */
    }
    return SPF_UNKNOWN_MECHANISM;
}

/* modifier = redirect / explanation / unknown-modifier; a known name is never an unknown modifier */
static enum spf_reason read_modifier(const struct reading *r, struct slice name, struct slice value)
{
    struct spf_macro_facts facts;
    bool redirect = slice_same_nocase(name, SLICE("redirect"));
    if (redirect || slice_same_nocase(name, SLICE("exp"))) {
        r->term->kind = redirect ? SPF_REDIRECT : SPF_EXP;
        return value.len > 0 ? read_spec(r, value, false) : SPF_ARGUMENT_MISSING;
    }
    r->term->kind = SPF_UNKNOWN_MODIFIER;
    return spf_macro_check(value, SPF_USE_MODIFIER, &facts) ? SPF_NOT_YET : SPF_BAD_MACRO;
}

static bool is_visible(uint8_t octet)
{
    return octet > 0x20 && octet < 0x7f;
}

static uint8_t take_qualifier(struct cursor *c)
{
    int next = peek(c);
    if (next == '+' || next == '-' || next == '~' || next == '?')
        return take_octet(c);
    return 0;
}

/* term = directive / modifier; directive = [ qualifier ] mechanism */
static enum spf_reason read_term(struct slice text, struct slice word, struct spf_term *out)
{
    struct cursor c = cursor_of(word);
    if (take_while(&c, is_visible).len < word.len)
        return SPF_BAD_OCTET;
    *out = (struct spf_term){ .bits4 = 32, .bits6 = 128, .at = offset_in(text, word), .len = (uint32_t)word.len };
    const struct reading r = { text, out };
    c = cursor_of(word);
    out->qualifier = take_qualifier(&c);
    struct slice name = take_name(&c);
    if (c.bad)
        return SPF_BAD_NAME;
    if (peek(&c) == '=') {
        take_octet(&c);
        if (out->qualifier)
            return SPF_UNKNOWN_MECHANISM;
        return read_modifier(&r, name, c.rest);
    }
    if (!out->qualifier)
        out->qualifier = '+';
    return read_mechanism(&r, name, &c);
}

/* ---- records ---- */

/* A record being built. */
struct keeping {
    struct spf_term *room;         /* NULL: terms are only counted */
    unsigned asking;               /* mechanisms so far that ask DNS */
    struct spf_record *record;
};

static enum spf_reason keep_once(bool *has, struct spf_term *where, const struct spf_term *t)
{
    if (*has)
        return SPF_MODIFIER_TWICE;       /* 6: redirect and exp once each */
    *has = true;
    *where = *t;
    return SPF_NOT_YET;
}

static void keep_unknown(struct spf_record *r, const struct spf_term *t)
{
    if (r->unknown_count == SPF_UNKNOWN_MODIFIERS_KEPT)
        return;
    r->unknown[r->unknown_count].at = t->at;
    r->unknown[r->unknown_count].len = t->len;
    r->unknown_count++;
}

/* Behind "all", and behind one asking mechanism too many, no evaluation comes. */
static void keep_mechanism(struct keeping *k, const struct spf_term *t)
{
    struct spf_record *r = k->record;
    if (!r->has_all && k->asking <= SPF_MAX_TERMS) {
        k->asking += spf_term_asks(t);
        if (k->room)
            k->room[r->count] = *t;
        r->count++;
    }
    r->has_all = r->has_all || t->kind == SPF_ALL;
}

static enum spf_reason keep(struct keeping *k, const struct spf_term *t)
{
    struct spf_record *r = k->record;
    switch ((enum spf_kind)t->kind) {
    case SPF_REDIRECT:
        return keep_once(&r->has_redirect, &r->redirect, t);
    case SPF_EXP:
        return keep_once(&r->has_exp, &r->exp, t);
    case SPF_UNKNOWN_MODIFIER:
        keep_unknown(r, t);
        return SPF_NOT_YET;
    case SPF_ALL: case SPF_INCLUDE: case SPF_A: case SPF_MX: case SPF_PTR: case SPF_IP4: case SPF_IP6: case SPF_EXISTS:
        keep_mechanism(k, t);
        return SPF_NOT_YET;
    }
    return SPF_UNKNOWN_MECHANISM;
}

/* record = version terms *SP; terms = *( 1*SP term ) */
static bool take_word(struct cursor *c, struct slice *word)
{
    while (accept_octet(c, ' '))
        ;
    *word = take_until(c, ' ');
    return word->len > 0;
}

void spf_record_parse(struct slice text, struct spf_term *room, struct spf_record *out)
{
    struct cursor c = cursor_of(text);
    struct keeping k = { .room = room, .record = out };
    struct slice word;
    struct spf_term t;
    *out = (struct spf_record){ .text = text, .terms = room };
    take_version(&c);
    while (out->problem == SPF_NOT_YET && take_word(&c, &word)) {
        out->problem = read_term(text, word, &t);
        if (out->problem == SPF_NOT_YET)
            out->problem = keep(&k, &t);
        if (out->problem != SPF_NOT_YET)
            out->problem_term = word;
    }
}

struct slice spf_term_text(const struct spf_record *r, const struct spf_term *t)
{
    return slice_first(slice_from(r->text, t->at), t->len);
}

struct slice spf_term_spec(const struct spf_record *r, const struct spf_term *t)
{
    return slice_first(slice_from(r->text, t->spec_at), t->spec_len);
}

bool spf_term_asks(const struct spf_term *t)
{
    switch ((enum spf_kind)t->kind) {
    case SPF_INCLUDE: case SPF_A: case SPF_MX: case SPF_PTR: case SPF_EXISTS: case SPF_REDIRECT:
        return true;
    case SPF_ALL: case SPF_IP4: case SPF_IP6: case SPF_EXP: case SPF_UNKNOWN_MODIFIER:
        return false;
    }
    return false;
}

bool spf_term_covers(const struct spf_term *t, const struct ip *client, const struct ip *address)
{
    struct prefix p = { .address = *address, .bits = address->family == IP_V4 ? t->bits4 : t->bits6 };
    return prefix_covers(&p, client);
}

/* ---- printing ---- */

static const char *const kind_names[] = {
    [SPF_ALL] = "all", [SPF_INCLUDE] = "include", [SPF_A] = "a", [SPF_MX] = "mx", [SPF_PTR] = "ptr", [SPF_IP4] = "ip4",
    [SPF_IP6] = "ip6", [SPF_EXISTS] = "exists", [SPF_REDIRECT] = "redirect", [SPF_EXP] = "exp",
};

static void add_network(struct text *out, const struct spf_term *t)
{
    struct prefix p = { .address.family = t->kind == SPF_IP4 ? IP_V4 : IP_V6 };
    memcpy(p.address.octets, t->network, sizeof t->network);
    p.bits = t->kind == SPF_IP4 ? t->bits4 : t->bits6;
    text_add_octet(out, ':');
    text_add_ip(out, &p.address);
    if (p.bits < (t->kind == SPF_IP4 ? 32u : 128u))
        text_addf(out, "/%u", p.bits);
}

static void add_lengths(struct text *out, const struct spf_term *t)
{
    if (t->bits4 < 32)
        text_addf(out, "/%u", (unsigned)t->bits4);
    if (t->bits6 < 128)
        text_addf(out, "//%u", (unsigned)t->bits6);
}

static void add_unknown(struct text *out, struct slice written)
{
    struct slice name, value;
    slice_cut(written, '=', &name, &value);
    text_add_lower(out, name);
    text_add_octet(out, '=');
    text_add(out, value);
}

void text_add_spf_term(struct text *out, const struct spf_record *r, const struct spf_term *t)
{
    if (t->qualifier && t->qualifier != '+')
        text_add_octet(out, t->qualifier);
    text_add_str(out, kind_names[t->kind]);
    if (t->kind == SPF_IP4 || t->kind == SPF_IP6) {
        add_network(out, t);
        return;
    }
    if (t->spec_len > 0) {
        text_add_octet(out, t->qualifier ? ':' : '=');
        text_add(out, spf_term_spec(r, t));
    }
    add_lengths(out, t);
}

static void add_spaced(struct text *out, const struct spf_record *r, const struct spf_term *t)
{
    text_add_octet(out, ' ');
    text_add_spf_term(out, r, t);
}

void text_add_spf_record(struct text *out, const struct spf_record *r)
{
    struct cursor c = cursor_of(r->text);
    take_version(&c);
    text_add_lower(out, slice_first(r->text, r->text.len - c.rest.len));
    for (size_t i = 0; i < r->count; i++)
        add_spaced(out, r, &r->terms[i]);
    if (r->has_redirect)
        add_spaced(out, r, &r->redirect);
    if (r->has_exp)
        add_spaced(out, r, &r->exp);
    for (unsigned i = 0; i < r->unknown_count; i++) {
        text_add_octet(out, ' ');
        add_unknown(out, slice_first(slice_from(r->text, r->unknown[i].at), r->unknown[i].len));
    }
}

/* ---- answers ---- */

/* Which text of an answer speaks for each scope, before anything is kept. */
struct found { unsigned count[SPF_SCOPES]; struct slice first[SPF_SCOPES]; };

static void find_records(const struct answer *a, struct found *out)
{
    *out = (struct found){ 0 };
    for (size_t i = 0; i < a->count; i++) {
        unsigned scopes = spf_record_scopes(a->records[i].text);
        for (unsigned s = 0; s < SPF_SCOPES; s++)
            if ((scopes >> s & 1) && out->count[s]++ == 0)
                out->first[s] = a->records[i].text;
    }
}

static size_t terms_of(const struct found *found, unsigned scope)
{
    struct spf_record counted;
    if (found->count[scope] != 1)
        return 0;
    spf_record_parse(found->first[scope], NULL, &counted);
    return counted.count;
}

void *spf_records_make(const struct answer *a)
{
    struct found found;
    find_records(a, &found);
    size_t terms = 0, records = 0;
    for (unsigned s = 0; s < SPF_SCOPES; s++) {
        terms += terms_of(&found, s);
        records += found.count[s] == 1;
    }
    struct spf_records *made = mem_zalloc(1, sizeof *made + records * sizeof(struct spf_record) + terms * sizeof(struct spf_term));
    if (!made)
        return NULL;
    struct spf_record *record = (struct spf_record *)(void *)(made + 1);
    struct spf_term *room = (struct spf_term *)(void *)(record + records);
    for (unsigned s = 0; s < SPF_SCOPES; s++) {
        made->count[s] = found.count[s];
        if (found.count[s] != 1)
            continue;
        spf_record_parse(found.first[s], room, record);
        room += record->count;
        made->at[s] = record++;
    }
    return made;
}

void spf_records_free(void *records)
{
    mem_free(records);
}
