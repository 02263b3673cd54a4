#include "mail/address.h"

#include "mail/lexer.h"

struct reader {
    struct arena *arena;
    struct cursor c;
    struct text spool;              /* unquoted local parts and joined domains, one behind the other; as long as the value */
    struct address_list list;
    size_t cap;
    bool in_group;
    bool no_memory;
};

static void fail(struct reader *r)
{
    r->c.bad = true;
}

/* What was spooled since `start`. */
static struct slice spooled(const struct reader *r, size_t start)
{
    return slice_of(r->spool.at + start, r->spool.len - start);
}

/* ---- addresses found ---- */

static bool make_room(struct reader *r)
{
    size_t cap = r->cap == 0 ? 4 : 2 * r->cap;
    struct address *larger;

    if (r->list.count < r->cap)
        return true;
    larger = arena_grow(r->arena, r->list.at, r->cap * sizeof *larger, cap * sizeof *larger);
    if (larger == NULL)
        return false;
    r->list.at = larger;
    r->cap = cap;
    return true;
}

static void add(struct reader *r, const struct address *address)
{
    if (r->c.bad)
        return;
    if (r->list.count == ADDRESSES_MAX) {
        fail(r);
        return;
    }
    if (!make_room(r)) {
        r->no_memory = true;
        fail(r);
        return;
    }
    r->list.at[r->list.count] = *address;
    r->list.at[r->list.count].in_group = r->in_group;
    domain_normal(r->arena, address->domain, &r->list.at[r->list.count].normal_domain);
    r->list.count++;
}

/* ---- words ---- */

/* word = atom / quoted-string, without the CFWS around; its text goes to the spool. False: no word is next. */
static bool take_word(struct reader *r)
{
    struct slice atom;

    if (peek(&r->c) == '"') {
        text_add_unquoted(&r->spool, take_quoted(&r->c));
        return true;
    }
    atom = take_while(&r->c, is_atext);
    text_add(&r->spool, atom);
    return atom.len > 0;
}

/* ---- domains ---- */

static bool is_dtext(uint8_t octet)
{
    return octet > ' ' && octet != 0x7f && octet != '[' && octet != ']' && octet != '\\';
}

/* domain-literal = [CFWS] "[" *([FWS] dtext) [FWS] "]" [CFWS]     RFC 5322 3.4.1 */
static void take_literal(struct reader *r)
{
    expect(&r->c, '[');
    text_add_octet(&r->spool, '[');
    do {
        skip_folds(&r->c);
        text_add(&r->spool, take_while(&r->c, is_dtext));
        skip_folds(&r->c);
    } while (peek(&r->c) >= 0 && is_dtext((uint8_t)peek(&r->c)));
    expect(&r->c, ']');
    text_add_octet(&r->spool, ']');
}

/* obs-domain = atom *("." atom), and one "." behind it. */
static void take_atoms(struct reader *r)
{
    for (;;) {
        struct slice atom = take_while(&r->c, is_atext);

        if (atom.len == 0) {
            fail(r);
            return;
        }
        text_add(&r->spool, atom);
        skip_cfws(&r->c);
        if (!accept_octet(&r->c, '.'))
            return;
        text_add_octet(&r->spool, '.');
        skip_cfws(&r->c);
        if (peek(&r->c) < 0 || !is_atext((uint8_t)peek(&r->c)))
            return;
    }
}

static struct slice take_domain(struct reader *r)
{
    size_t start = r->spool.len;

    skip_cfws(&r->c);
    if (peek(&r->c) == '[')
        take_literal(r);
    else
        take_atoms(r);
    skip_cfws(&r->c);
    return spooled(r, start);
}

/* ---- one mailbox ---- */

/* obs-route = obs-domain-list ":"; obs-domain-list = *(CFWS / ",") "@" domain *("," [CFWS] ["@" domain])   4.4 */
static void skip_route(struct reader *r)
{
    size_t start = r->spool.len;
    bool any = false;

    do {
        skip_cfws(&r->c);
        if (accept_octet(&r->c, '@')) {
            take_domain(r);
            any = true;
        }
    } while (accept_octet(&r->c, ','));
    if (!any)
        fail(r);
    r->spool.len = start;
    expect(&r->c, ':');
    skip_cfws(&r->c);
}

/* local-part = dot-atom / quoted-string / obs-local-part; obs-local-part = word *("." word)   RFC 5322 3.4.1, 4.4 */
static struct slice take_local_part(struct reader *r)
{
    size_t start = r->spool.len;

    for (;;) {
        if (!take_word(r))
            fail(r);
        skip_cfws(&r->c);
        if (!accept_octet(&r->c, '.'))
            return spooled(r, start);
        text_add_octet(&r->spool, '.');
        skip_cfws(&r->c);
    }
}

/* angle-addr = [CFWS] "<" addr-spec ">" [CFWS] / obs-angle-addr   RFC 5322 3.4, 4.4 */
static void take_angle(struct reader *r, struct slice display)
{
    struct address address = { .display = display };

    expect(&r->c, '<');
    skip_cfws(&r->c);
    if (peek(&r->c) == '@' || peek(&r->c) == ',')
        skip_route(r);
    address.local = take_local_part(r);
    expect(&r->c, '@');
    address.domain = take_domain(r);
    expect(&r->c, '>');
    add(r, &address);
}

/*
 * What stands before "<", "@" or ":" is the same up to there: words and dots. As a local part they must take
 * turns (word *("." word)); as a phrase the first must be a word (obs-phrase).
 */
struct lead {
    struct slice text;              /* as written, from the first word to the last */
    struct slice joined;            /* unquoted and without CFWS: the local part if it is one */
    bool is_phrase, is_local;
};

static struct lead take_lead(struct reader *r)
{
    struct slice start = r->c.rest;
    size_t spool_start = r->spool.len;
    struct lead lead = { .is_local = true };
    bool after_word = false;

    for (;;) {
        bool dot = accept_octet(&r->c, '.');

        if (dot)
            text_add_octet(&r->spool, '.');
        else if (!take_word(r))
            break;
        if (lead.text.len == 0)
            lead.is_phrase = !dot;
        lead.text = slice_first(start, start.len - r->c.rest.len);
        lead.is_local &= dot == after_word;
        after_word = !dot;
        skip_cfws(&r->c);
    }
    lead.is_local &= after_word;
    lead.joined = spooled(r, spool_start);
    return lead;
}

/* ---- the list ---- */

/* group = display-name ":" [group-list] ";"; the members are read by the list's own loop. */
static void begin_group(struct reader *r, const struct lead *lead)
{
    if (r->in_group || !lead->is_phrase)
        fail(r);
    expect(&r->c, ':');
    r->in_group = r->list.has_group = true;
}

/* mailbox / the head of a group                                    RFC 5322 3.4 */
static void take_item(struct reader *r)
{
    struct lead lead = take_lead(r);
    struct address address = { .local = lead.joined };

    switch (peek(&r->c)) {
    case '@':
        if (!lead.is_local)
            fail(r);
        accept_octet(&r->c, '@');
        address.domain = take_domain(r);
        add(r, &address);
        break;
    case '<':
        if (!lead.is_phrase && lead.text.len > 0)
            fail(r);
        take_angle(r, lead.text);
        break;
    case ':':
        begin_group(r, &lead);
        break;
    default:
        fail(r);
    }
}

/* ";" ends a group; behind it, as behind a mailbox, only "," or the end may stand. */
static void end_group(struct reader *r)
{
    if (!r->in_group)
        fail(r);
    accept_octet(&r->c, ';');
    r->in_group = false;
}

/*
 * address-list = address *("," address), and obs-addr-list with its empty items. `due` says that an item may
 * begin here: at the start, behind "," and behind the ":" of a group.
 */
static void take_list(struct reader *r)
{
    bool due = true;

    for (skip_cfws(&r->c); !at_end(&r->c); skip_cfws(&r->c)) {
        int octet = peek(&r->c);

        if (octet == ',') {
            r->list.empty_items += due;
            accept_octet(&r->c, ',');
            due = true;
        } else if (octet == ';') {
            end_group(r);
            due = false;
        } else if (due) {
            bool in_group = r->in_group;

            take_item(r);
            due = r->in_group && !in_group;
        } else {
            fail(r);
        }
    }
    if (r->in_group || (r->list.count == 0 && !r->list.has_group))
        fail(r);
}

bool address_list_parse(struct arena *arena, struct slice value, struct address_list *out)
{
    struct reader r = { .arena = arena, .c = cursor_of(value) };

    *out = (struct address_list){ .well_formed = false };
    if (value.len == 0 || !utf8_valid(value))
        return true;
    void *spool = arena_alloc(arena, value.len);
    if (spool == NULL)
        return false;
    r.spool = text_fixed(spool, value.len);     /* what is spooled was in the value: it never overflows */
    take_list(&r);
    if (r.no_memory || arena_failed(arena))
        return false;
    if (!r.c.bad) {
        *out = r.list;
        out->well_formed = true;
    }
    return true;
}

/* ---- printing ---- */

bool local_part_is_dot_atom(struct slice local, bool utf8)
{
    bool after_atom = false;

    if (utf8 ? !utf8_valid(local) : !ascii_only(local))
        return false;
    for (size_t i = 0; i < local.len; i++) {
        bool is_dot = local.at[i] == '.';

        if (is_dot ? !after_atom : !is_atext(local.at[i]))
            return false;
        after_atom = !is_dot;
    }
    return after_atom;
}

static void add_quoted(struct text *t, struct slice local)
{
    text_add_octet(t, '"');
    for (size_t i = 0; i < local.len; i++) {
        if (local.at[i] == '"' || local.at[i] == '\\')
            text_add_octet(t, '\\');
        text_add_octet(t, local.at[i]);
    }
    text_add_octet(t, '"');
}

void text_add_address(struct text *t, const struct address *address)
{
    if (local_part_is_dot_atom(address->local, true))
        text_add(t, address->local);
    else
        add_quoted(t, address->local);
    text_add_octet(t, '@');
    text_add(t, address->domain);
}
