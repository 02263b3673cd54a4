#include "methods/dnsmail/dnsmail_record.h"

#include <string.h>

#include "base/codec.h"
#include "crypto/digest.h"
#include "mail/date.h"

#define MEMO_OCTETS_MAX (4u << 20)   /* ANSWER_RECORDS_MAX records of DNSMAIL_FIELDS_MAX fields are far less */
#define ADDRESS_PRINTED_MAX (2 * DNSMAIL_ADDRESS_MAX + 8)      /* each octet of a local part may have a backslash */

/* ---- addresses ---- */

bool dnsmail_address_same(const struct dnsmail_address *a, const struct dnsmail_address *b)
{
    return slice_same(a->local, b->local) && slice_same(a->domain, b->domain);
}

bool dnsmail_address_parse(struct arena *arena, struct slice text, struct dnsmail_address *out)
{
    struct path path;
    *out = (struct dnsmail_address){ .local = { 0 } };
    /* Brackets and routes are of SMTP's paths, not of mailboxes. */
    if (text.len == 0 || text.at[0] == '<' || text.at[0] == '@' || !path_parse(arena, text, &path) || path.normal_domain.len == 0)
        return false;
    *out = (struct dnsmail_address){ .local = path.local, .domain = path.normal_domain };
    return path.local.len > 0;
}

/* Quoted only if it must be: two spellings of a mailbox are one text. */
static void add_address(struct text *t, const struct dnsmail_address *a)
{
    text_add_address(t, &(struct address){ .local = a->local, .domain = a->domain });
}

bool dnsmail_too_long(const struct dnsmail_address *a)
{
    return a->local.len + 1 + a->domain.len > DNSMAIL_ADDRESS_MAX;
}

bool dnsmail_hash(struct slice label, const struct dnsmail_address *a, uint8_t out[DNSMAIL_HASH_OCTETS])
{
    uint8_t room[LABEL_MAX + 1 + ADDRESS_PRINTED_MAX], digest[HASH_OCTETS_MAX];
    struct text t = text_fixed(room, sizeof room);
    text_add(&t, label);
    text_add_octet(&t, '\n');
    add_address(&t, a);
    if (t.bad || !hash_once(HASH_SHA256, text_slice(&t), digest))
        return false;
    memcpy(out, digest, DNSMAIL_HASH_OCTETS);
    return true;
}

/* "*" and "%" would be read as something else, quotes and backslashes as master-file escapes, others not at all. */
static bool must_be_escaped(uint8_t octet)
{
    return octet == '*' || octet == '%' || octet == '"' || octet == '\\' || octet < 0x21 || octet > 0x7e;
}

static void add_escaped(struct text *t, struct slice plain)
{
    for (size_t i = 0; i < plain.len; i++)
        if (must_be_escaped(plain.at[i]))
            text_addf(t, "%%%02X", (unsigned)plain.at[i]);
        else
            text_add_octet(t, plain.at[i]);
}

static bool add_unescaped(struct text *t, struct arena *arena, struct slice text)
{
    for (struct cursor c = cursor_of(text); !at_end(&c);) {
        struct slice octet;
        text_add(t, take_until(&c, '%'));
        if (!accept_octet(&c, '%'))
            continue;
        if (!hex_decode(arena, take(&c, 2), &octet) || octet.len != 1)
            return false;
        text_add(t, octet);
    }
    return !t->bad;
}

static bool address_of(struct arena *arena, struct slice value, struct dnsmail_address *out)
{
    if (!slice_has(value, '%'))
        return value.len <= DNSMAIL_ADDRESS_MAX && dnsmail_address_parse(arena, value, out);
    struct text t = text_in(arena, DNSMAIL_ADDRESS_MAX);
    return add_unescaped(&t, arena, value) && dnsmail_address_parse(arena, text_slice(&t), out);
}

/* ---- records ---- */

static bool is_name_octet(uint8_t octet)
{
    return is_alnum(octet) || octet == '-' || octet == '_';
}

/* name ( ":" / "=" ) value: either sign behind any name */
static bool take_field(struct slice field, struct slice *name, struct slice *value)
{
    struct cursor c = cursor_of(slice_trim(field, " \t"));
    *name = take_while(&c, is_name_octet);
    skip_wsp(&c);
    bool good = name->len > 0 && (accept_octet(&c, ':') || accept_octet(&c, '='));
    *value = slice_trim(take_rest(&c), " \t");
    return good;
}

static bool take_hash(struct arena *arena, struct slice value, struct dnsmail_recipient *out)
{
    struct slice octets;
    if (!base32_decode(arena, value, &octets) || octets.len != sizeof out->hash)
        return false;
    out->hashed = true;
    memcpy(out->hash, octets.at, sizeof out->hash);
    return true;
}

static bool take_body(struct arena *arena, struct slice value, struct dnsmail_record *r)
{
    struct slice octets;
    if (r->has_body || !base64_decode(arena, value, false, &octets) || octets.len != sizeof r->body)
        return false;
    r->has_body = true;
    memcpy(r->body, octets.at, sizeof r->body);
    return true;
}

static bool take_previous(struct slice value, struct dnsmail_record *r)
{
    bool first = r->previous.len == 0 && value.len > 0;
    r->previous = value;
    return first;
}

struct seen { bool from, date; };

/* False: the field is not what its name says, or stands there twice. Names that are not known are for others. */
static bool read_field(struct arena *arena, struct slice name, struct slice value, struct dnsmail_record *r, struct seen *seen)
{
    if (slice_same_nocase(name, SLICE("to")))
        return address_of(arena, value, &r->to[r->to_count++].address);
    if (slice_same_nocase(name, SLICE("th")))
        return take_hash(arena, value, &r->to[r->to_count++]);
    if (slice_same_nocase(name, SLICE("bh")))
        return take_body(arena, value, r);
    if (slice_same_nocase(name, SLICE("prev")))
        return take_previous(value, r);
    bool from = slice_same_nocase(name, SLICE("from")), date = slice_same_nocase(name, SLICE("date"));
    if ((from && seen->from) || (date && seen->date))
        return false;
    seen->from = seen->from || from;
    seen->date = seen->date || date;
    return (!from || address_of(arena, value, &r->from)) && (!date || date_parse(value, &r->date));
}

static unsigned count_fields(struct slice text)
{
    unsigned n = 1;
    for (struct slice field; n <= DNSMAIL_FIELDS_MAX && slice_cut(text, '*', &field, &text);)
        n++;
    return n;
}

bool dnsmail_record_parse(struct arena *arena, struct slice text, struct dnsmail_record *out)
{
    struct seen seen = { .from = false };
    unsigned fields = count_fields(text);
    *out = (struct dnsmail_record){ .to = NULL };
    if (fields > DNSMAIL_FIELDS_MAX)
        return false;
    out->to = ARENA_ARRAY(arena, fields, struct dnsmail_recipient);
    for (bool more = out->to != NULL; more;) {
        struct slice field, name, value;
        more = slice_cut(text, '*', &field, &text);
        if (!take_field(field, &name, &value) || !read_field(arena, name, value, out, &seen))
            return false;
    }
    return seen.from && seen.date && out->to_count > 0;
}

static void add_recipient(struct text *t, const struct dnsmail_recipient *to)
{
    char room[ADDRESS_PRINTED_MAX];
    struct text address = text_fixed(room, sizeof room);
    if (to->hashed) {
        text_add_str(t, "th=");
        base32_encode(t, slice_of(to->hash, sizeof to->hash));
        return;
    }
    add_address(&address, &to->address);
    text_add_str(t, "To:");
    add_escaped(t, text_slice(&address));
}

void text_add_dnsmail_record(struct text *t, const struct dnsmail_record *r)
{
    char room[ADDRESS_PRINTED_MAX];
    struct text from = text_fixed(room, sizeof room);
    for (unsigned i = 0; i < r->to_count; i++) {
        add_recipient(t, &r->to[i]);
        text_add_octet(t, '*');
    }
    add_address(&from, &r->from);
    text_add_str(t, "From:");
    add_escaped(t, text_slice(&from));
    text_add_str(t, "*date=");
    text_add_date(t, r->date);
    if (r->has_body) {
        text_add_str(t, "*bh=");
        base64_encode(t, slice_of(r->body, sizeof r->body));
    }
    if (r->previous.len > 0) {
        text_add_str(t, "*prev=");
        text_add(t, r->previous);
    }
}

/* ---- a name's records ---- */

struct made { struct dnsmail_records set; struct arena *arena; };

void *dnsmail_records_make(const struct answer *a)
{
    struct arena *arena = arena_new(MEMO_OCTETS_MAX);
    struct made *m = arena ? ARENA_NEW(arena, struct made) : NULL;
    struct dnsmail_record *at = m ? ARENA_ARRAY(arena, a->count, struct dnsmail_record) : NULL;
    if (!at) {
        arena_free(arena);
        return NULL;
    }
    *m = (struct made){ .set = { .at = at }, .arena = arena };
    for (size_t i = 0; i < a->count && !m->set.malformed; i++)
        m->set.malformed = !dnsmail_record_parse(arena, a->records[i].text, &at[m->set.count++]);
    if (!arena_failed(arena))
        return &m->set;
    arena_free(arena);
    return NULL;
}

void dnsmail_records_release(void *set)
{
    arena_free(((struct made *)set)->arena);     /* the set is its first member */
}
