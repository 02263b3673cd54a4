/* Reading Authentication-Results (RFC 8601 2.2); the contract is in authres.h. */
#include "mail/authres.h"

#include "mail/authres_words.h"

struct reader {
    struct arena *arena;
    struct cursor c;
    enum authres_problem problem;        /* the first one */
    struct authres_result *results;
    size_t count, cap;
    struct authres_property *properties; /* of the result being read */
    size_t property_count, property_cap;
};

static void complain(struct reader *r, enum authres_problem problem)
{
    if (r->problem == AUTHRES_GOOD)
        r->problem = problem;
}

/* ---- words ---- */

bool is_keyword_octet(uint8_t octet)
{
    return is_alnum(octet) || octet == '-' || octet == '_';
}

/* token = 1*<any (US-ASCII) CHAR except SPACE, CTLs, or tspecials>                RFC 2045 5.1 */
bool is_token_octet(uint8_t octet)
{
    switch (octet) {
    case '(': case ')': case '<': case '>': case '@': case ',': case ';': case ':':
    case '\\': case '"': case '/': case '[': case ']': case '?': case '=':
        return false;
    default:
        return octet > ' ' && octet < 0x7f;
    }
}

/* An authserv-id may be a U-label in internationalised mail (RFC 8601 2.5). */
static bool is_id_octet(uint8_t octet)
{
    return is_token_octet(octet) || octet >= 0x80;
}

/* pvalue, read leniently: an identity holds octets no token may; it ends before a blank, ";" or "(". */
static bool is_pvalue_octet(uint8_t octet)
{
    return octet > ' ' && octet != 0x7f && octet != ';' && octet != '(';
}

static struct slice unquoted(struct arena *arena, struct slice inside)
{
    struct text t = text_in(arena, inside.len + 1);

    text_add_unquoted(&t, inside);
    return text_slice(&t);
}

static struct slice take_keyword(struct reader *r)
{
    struct slice word = take_while(&r->c, is_keyword_octet);
    struct text t = text_in(r->arena, word.len + 1);

    if (word.len == 0)
        r->c.bad = true;
    text_add_lower(&t, word);
    return text_slice(&t);
}

/* ---- authserv-id ---- */

static void take_version(struct cursor *c, unsigned *version)
{
    int octet = peek(c);

    if (octet >= '0' && octet <= '9')
        *version = (unsigned)take_number(c, 0, UINT32_MAX);
    skip_cfws(c);
}

void take_authserv_id(struct arena *arena, struct cursor *c, struct slice *id, unsigned *version)
{
    *version = 1;
    *id = (struct slice){ .at = NULL, .len = 0 };
    skip_cfws(c);
    if (peek(c) == '"') {
        struct slice inside = take_quoted(c);

        if (!c->bad)
            *id = unquoted(arena, inside);
    } else {
        *id = take_while(c, is_id_octet);
    }
    if (skip_cfws(c))
        take_version(c, version);
}

/* ---- properties ---- */

/*
 * pvalue = [CFWS] ( ( value / [ [ local-part ] "@" ] domain-name ) ) [CFWS]. A quoted string that goes on
 * (`"a;b"@example.org`) is a local part: the whole is kept as written, quotes too.
 */
static struct slice take_pvalue(struct reader *r)
{
    struct slice start, inside;

    skip_cfws(&r->c);
    start = r->c.rest;
    if (peek(&r->c) != '"')
        return take_while(&r->c, is_pvalue_octet);
    inside = take_quoted(&r->c);
    if (take_while(&r->c, is_pvalue_octet).len == 0)
        return unquoted(r->arena, inside);
    return slice_first(start, start.len - r->c.rest.len);
}

static void add_property(struct reader *r, const struct authres_property *property)
{
    struct authres_property *larger;
    size_t cap = r->property_cap == 0 ? 4 : 2 * r->property_cap;

    if (r->property_count == AUTHRES_PROPERTIES_MAX) {
        complain(r, AUTHRES_TOO_MANY);
        return;
    }
    if (r->property_count == r->property_cap) {
        larger = arena_grow(r->arena, r->properties, r->property_cap * sizeof *larger, cap * sizeof *larger);
        if (larger == NULL)
            return;
        r->properties = larger;
        r->property_cap = cap;
    }
    r->properties[r->property_count++] = *property;
}

/*
 * propspec = ptype [CFWS] "." [CFWS] property [CFWS] "=" pvalue
 * reasonspec = "reason" [CFWS] "=" [CFWS] value
 * The second belongs before the first; it is read anywhere. Other words with "=" and no "." are skipped: they exist.
 */
static void take_propspec(struct reader *r, struct authres_result *result)
{
    struct authres_property property = { .ptype = take_keyword(r) };
    bool has_name;

    skip_cfws(&r->c);
    has_name = accept_octet(&r->c, '.');
    if (has_name) {
        skip_cfws(&r->c);
        property.name = take_keyword(r);
        skip_cfws(&r->c);
    }
    expect(&r->c, '=');
    property.value = take_pvalue(r);
    if (r->c.bad)
        return;
    if (has_name)
        add_property(r, &property);
    else if (slice_same(property.ptype, SLICE("reason")))
        result->reason = property.value;
}

/* ---- results ---- */

static void add_result(struct reader *r, const struct authres_result *result)
{
    struct authres_result *larger;
    size_t cap = r->cap == 0 ? 4 : 2 * r->cap;

    if (r->count == AUTHRES_RESULTS_MAX) {
        complain(r, AUTHRES_TOO_MANY);
        return;
    }
    if (r->count == r->cap) {
        larger = arena_grow(r->arena, r->results, r->cap * sizeof *larger, cap * sizeof *larger);
        if (larger == NULL)
            return;
        r->results = larger;
        r->cap = cap;
    }
    r->results[r->count++] = *result;
}

/* methodspec = [CFWS] method [ [CFWS] "/" [CFWS] method-version ] [CFWS] "=" [CFWS] result */
static void take_methodspec(struct reader *r, struct authres_result *result)
{
    result->method = take_keyword(r);
    result->method_version = 1;
    skip_cfws(&r->c);
    if (accept_octet(&r->c, '/')) {
        skip_cfws(&r->c);
        result->method_version = (unsigned)take_number(&r->c, 0, UINT32_MAX);
        skip_cfws(&r->c);
    }
    expect(&r->c, '=');
    skip_cfws(&r->c);
    result->result = take_keyword(r);
}

static bool at_result_end(const struct cursor *c)
{
    return at_end(c) || peek(c) == ';';
}

/* "none": a word that no "=" follows. */
static bool skip_none(struct reader *r)
{
    struct cursor ahead = r->c;

    if (!accept_nocase(&ahead, SLICE("none")))
        return false;
    skip_cfws(&ahead);
    if (ahead.bad || !at_result_end(&ahead))
        return false;
    r->c = ahead;
    return true;
}

/* resinfo = methodspec [ CFWS reasonspec ] [ CFWS 1*propspec ] */
static void take_resinfo(struct reader *r)
{
    struct authres_result result = { .method_version = 1 };

    r->properties = NULL;
    r->property_count = r->property_cap = 0;
    take_methodspec(r, &result);
    skip_cfws(&r->c);
    while (!at_result_end(&r->c)) {
        take_propspec(r, &result);
        skip_cfws(&r->c);
    }
    result.properties = r->properties;
    result.count = r->property_count;
    if (!r->c.bad)
        add_result(r, &result);
}

/* 1*( [CFWS] ";" resinfo ), empty ones between ";" and ";" and at the end tolerated. False: neither result nor "none". */
static bool take_results(struct reader *r)
{
    bool any = false;

    for (;;) {
        skip_cfws(&r->c);
        if (!at_result_end(&r->c)) {
            if (!skip_none(r))
                take_resinfo(r);
            any = true;
        }
        if (at_end(&r->c) || r->problem == AUTHRES_TOO_MANY)
            return any;
        expect(&r->c, ';');
    }
}

/* The id, or AUTHRES_NO_ID when the first word is a method's: "spf=pass ...". Then nothing has been taken. */
static void take_id(struct reader *r, struct authres *out)
{
    struct cursor start = r->c;

    take_authserv_id(r->arena, &r->c, &out->authserv_id, &out->version);
    if (out->authserv_id.len > 0 && accept_octet(&r->c, ';'))
        return;
    if (!r->c.bad && out->authserv_id.len > 0 && peek(&r->c) != '=' && peek(&r->c) != '/')
        r->c.bad = true;
    if (out->authserv_id.len == 0 || !r->c.bad) {
        complain(r, AUTHRES_NO_ID);
        out->authserv_id = (struct slice){ .at = NULL, .len = 0 };
        r->c = start;
    }
}

enum authres_problem authres_parse(struct arena *arena, struct slice value, struct authres *out)
{
    struct reader r = { .arena = arena, .c = cursor_of(value) };

    *out = (struct authres){ .version = 1 };
    if (value.len > AUTHRES_OCTETS_MAX)
        return AUTHRES_TOO_LONG;
    take_id(&r, out);
    if (!r.c.bad && out->version != 1)
        return AUTHRES_VERSION;
    if (!r.c.bad && !take_results(&r))
        complain(&r, AUTHRES_SYNTAX);
    if (r.c.bad)
        complain(&r, AUTHRES_SYNTAX);
    out->results = r.results;
    out->count = r.count;
    return arena_failed(arena) ? AUTHRES_NO_MEMORY : r.problem;
}
