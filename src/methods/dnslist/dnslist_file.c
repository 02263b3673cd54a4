/* dnslist_file.c: the lines of a list become names of a zone. */
#include "methods/dnslist/dnslist_zone.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "mail/domain.h"

bool dnslist_wrong(struct dnslist_mistake *m, size_t line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    m->line = line;
    vsnprintf(m->text, sizeof m->text, format, arguments);
    va_end(arguments);
    return false;
}

/* ---- paths ---- */

static void add_label(struct text *t, struct slice label)
{
    text_add(t, label);
    text_add_octet(t, '\0');
}

/* The first `labels` octets or nibbles of an address. */
static struct slice address_path(struct arena *arena, const struct ip *ip, unsigned labels)
{
    struct text t = text_in(arena, 64);
    for (unsigned i = 0; i < labels; i++) {
        if (ip->family == IP_V4)
            text_addf(&t, "%u", ip->octets[i]);
        else
            text_addf(&t, "%x", i % 2 ? ip->octets[i / 2] & 0x0f : ip->octets[i / 2] >> 4);
        text_add_octet(&t, '\0');
    }
    return text_slice(&t);
}

static struct slice name_path(struct arena *arena, struct slice name)
{
    struct text t = text_in(arena, NAME_TEXT_MAX + 1);
    while (name.len > 0) {
        size_t dot = slice_find_last(name, '.');
        bool last = dot == name.len;
        add_label(&t, last ? name : slice_from(name, dot + 1));
        name = last ? (struct slice){ 0 } : slice_first(name, dot);
    }
    return text_slice(&t);
}

/* ---- entries ---- */

static bool make_room(struct arena *arena, struct dnslist_entries *e)
{
    if (e->count < e->room)
        return true;
    size_t room = e->room ? 2 * e->room : 256;
    struct dnslist_entry *more = arena_grow(arena, e->at, e->room * sizeof *e->at, room * sizeof *e->at);
    if (!more)
        return false;
    e->at = more;
    e->room = room;
    return true;
}

static bool add_entry(struct arena *arena, struct dnslist_entries *e, struct dnslist_entry entry)
{
    if (e->count == DNSLIST_NAMES_MAX || !make_room(arena, e))
        return false;
    e->at[e->count++] = entry;
    return !arena_failed(arena);
}

/* Counts up the address by one in its n-th label. */
static void next_address(struct ip *ip, unsigned label)
{
    unsigned step = ip->family == IP_V4 ? 1 : label % 2 ? 1 : 16;
    unsigned at = ip->family == IP_V4 ? label : label / 2;
    ip->octets[at] = (uint8_t)(ip->octets[at] + step);
}

bool dnslist_entries_add_prefix(struct arena *arena, struct dnslist_entries *e, const struct dnslist_entry *like, const struct prefix *p)
{
    bool four = p->address.family == IP_V4;
    unsigned width = four ? 8 : 4, all = four ? 4 : 32, labels = (p->bits + width - 1) / width;
    struct ip at = p->address;
    /* The last label may be fixed in part: then each of its values is a name. */
    for (unsigned n = 1u << (labels * width - p->bits); n > 0; n--) {
        struct dnslist_entry entry = *like;
        entry.path = address_path(arena, &at, labels);
        entry.bits = p->bits;
        entry.wildcard = labels < all;
        entry.family = four ? DNSLIST_FAMILY_V4 : DNSLIST_FAMILY_V6;
        if (!add_entry(arena, e, entry))
            return false;
        if (n > 1)
            next_address(&at, labels - 1);
    }
    return true;
}

bool dnslist_entries_add_name(struct arena *arena, struct dnslist_entries *e, const struct dnslist_entry *like, struct slice name)
{
    struct dnslist_entry entry = *like;
    entry.path = name_path(arena, name);
    entry.family = DNSLIST_FAMILY_NAMES;
    return add_entry(arena, e, entry);
}

/* ---- one line ---- */

struct reading {
    struct arena *arena;
    struct slice zone;
    struct dnslist_entries *entries;
    struct dnslist_mistake *mistake;
    size_t line;
};

static bool full(struct reading *r)
{
    if (arena_failed(r->arena))
        return dnslist_wrong(r->mistake, r->line, "no memory for more");
    return dnslist_wrong(r->mistake, r->line, "a zone may have %u names", DNSLIST_NAMES_MAX);
}

static bool has_host_bits(const struct prefix *p)
{
    unsigned width = p->address.family == IP_V4 ? 32 : 128;
    for (unsigned i = p->bits; i < width; i++)
        if (p->address.octets[i / 8] >> (7 - i % 8) & 1)
            return true;
    return false;
}

/* RFC 5782 5: 127.0.0.1 and ::ffff:127.0.0.1 must not be listed. */
static bool lists_the_unlisted(const struct prefix *p)
{
    static const struct ip four = { { 127, 0, 0, 1 }, IP_V4 };
    static const struct ip six = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1 }, IP_V6 };
    return prefix_covers(p, &four) || prefix_covers(p, &six);
}

static size_t or_first(size_t line, size_t now, bool is)
{
    return line == 0 && is ? now : line;
}

/* A wildcard matches names of any length: 1.2.0.0/16 in one family is a piece of the other. */
static bool check_families(struct reading *r)
{
    struct dnslist_entries *e = r->entries;
    if (e->names && (e->v4 || e->v6))
        return dnslist_wrong(r->mistake, r->line, "a list is of addresses or of names, not of both");
    if (e->v4 && e->v6 && e->wildcard4 + e->wildcard6 > 0) {
        size_t wildcard = e->wildcard4 ? e->wildcard4 : e->wildcard6, other = e->wildcard4 ? e->first6 : e->first4;
        return dnslist_wrong(r->mistake, r->line, "IPv4 and IPv6 do not go together where a network becomes a wildcard, which matches both "
                             "(network in line %zu, the other family in line %zu): make two zones", wildcard, other);
    }
    return true;
}

static bool read_prefix(struct reading *r, const struct prefix *p, const struct dnslist_entry *like)
{
    struct dnslist_entries *e = r->entries;
    bool four = p->address.family == IP_V4, wildcard = p->bits <= (four ? 24 : 124);
    if (has_host_bits(p))
        return dnslist_wrong(r->mistake, r->line, "the address has bits behind its length /%u", p->bits);
    if (lists_the_unlisted(p))
        return dnslist_wrong(r->mistake, r->line, "this lists 127.0.0.1, which must never be listed (RFC 5782 5)");
    e->v4 = e->v4 || four;
    e->v6 = e->v6 || !four;
    e->first4 = or_first(e->first4, r->line, four);
    e->first6 = or_first(e->first6, r->line, !four);
    e->wildcard4 = or_first(e->wildcard4, r->line, four && wildcard);
    e->wildcard6 = or_first(e->wildcard6, r->line, !four && wildcard);
    return check_families(r) && (dnslist_entries_add_prefix(r->arena, e, like, p) || full(r));
}

/* No top-level domain is a number: that is an address somebody mistyped. */
static bool ends_in_number(struct slice name)
{
    uint64_t number;
    return number_of(name_last_labels(name, 1), 0, UINT64_MAX, &number);
}

static bool read_name(struct reading *r, struct slice text, const struct dnslist_entry *like)
{
    struct dnslist_entry below = *like;
    struct slice name;
    bool with_below = text.len > 0 && text.at[0] == '.';
    if (!domain_normal(r->arena, slice_from(text, with_below), &name) || ends_in_number(name))
        return dnslist_wrong(r->mistake, r->line, "\"%.*s\" is no address, network or domain", (int)slice_first(text, 80).len, (const char *)text.at);
    if (slice_same(name, SLICE("invalid")))
        return dnslist_wrong(r->mistake, r->line, "\"invalid\" must never be listed (RFC 5782 5)");
    if (name.len + 1 + r->zone.len + 2 > NAME_TEXT_MAX)
        return dnslist_wrong(r->mistake, r->line, "the name is too long below %.*s", (int)slice_first(r->zone, 80).len, (const char *)r->zone.at);
    r->entries->names = true;
    below.wildcard = true;
    if (!check_families(r))
        return false;
    return (dnslist_entries_add_name(r->arena, r->entries, like, name) &&
            (!with_below || dnslist_entries_add_name(r->arena, r->entries, &below, name))) || full(r);
}

static bool note_answer(struct reading *r, const struct ip *answer)
{
    struct dnslist_entries *e = r->entries;
    for (size_t i = 0; i < e->answer_count; i++)
        if (ip_same(&e->answers[i], answer))
            return true;
    if (e->answer_count == DNSLIST_ANSWERS_MAX)
        return dnslist_wrong(r->mistake, r->line, "a list may have %u different answers", DNSLIST_ANSWERS_MAX);
    e->answers[e->answer_count++] = *answer;
    return true;
}

/* "127.0.0.4" behind the entry; what is not an address is its text. */
static bool take_answer(struct reading *r, struct cursor *c, struct ip *out)
{
    struct cursor ahead = *c;
    struct slice word = slice_first(ahead.rest, slice_find(ahead.rest, ' '));
    if (!ip4_parse(word, out)) {
        *out = (struct ip){ { 127, 0, 0, 2 }, IP_V4 };
        return note_answer(r, out);
    }
    take(c, word.len);
    skip_wsp(c);
    const uint8_t *o = out->octets;
    if (o[0] != 127 || memcmp(o, "\x7f\0\0\1", 4) == 0 || memcmp(o, "\x7f\xff\xff", 3) == 0)
        return dnslist_wrong(r->mistake, r->line, "a list answers within 127.0.0.0/8, but not 127.0.0.1 or 127.255.255.0/24");
    return note_answer(r, out);
}

static bool is_word_octet(uint8_t octet)
{
    return octet != ' ';
}

static bool read_line(struct reading *r, struct slice line)
{
    struct dnslist_entry like = { .line = r->line };
    struct prefix p;
    for (size_t i = 0; i < line.len; i++)
        if (line.at[i] < 0x20 || line.at[i] == 0x7f)
            return dnslist_wrong(r->mistake, r->line, "the line has a control octet");
    struct cursor c = cursor_of(line);
    like.written = take_while(&c, is_word_octet);
    skip_wsp(&c);
    if (!take_answer(r, &c, &like.answer))
        return false;
    like.text = take_rest(&c);
    if (like.text.len > DNSLIST_REASON_MAX || !ascii_only(like.text))
        return dnslist_wrong(r->mistake, r->line, "a reason is of at most %u printable ASCII characters", DNSLIST_REASON_MAX);
    bool is_address = prefix_parse(like.written, &p) && prefix_has_bits(&p);
    return is_address ? read_prefix(r, &p, &like) : read_name(r, like.written, &like);
}

/* Tabs are blanks; a comment begins at a "#" that begins a line. */
static struct slice plain_line(struct arena *arena, struct slice line)
{
    struct text t = text_in(arena, DNSLIST_LINE_MAX + 1);
    line = slice_trim(line, " \t\r");
    if (line.len > 0 && line.at[0] == '#')
        return (struct slice){ 0 };
    for (size_t i = 0; i < line.len; i++)
        text_add_octet(&t, line.at[i] == '\t' ? ' ' : line.at[i]);
    return text_slice(&t);
}

bool dnslist_file_read(struct arena *arena, struct slice file, struct slice zone, struct dnslist_entries *out, struct dnslist_mistake *mistake)
{
    struct reading r = { .arena = arena, .zone = zone, .entries = out, .mistake = mistake };
    struct slice line;
    *out = (struct dnslist_entries){ .count = 0 };
    for (bool more = file.len > 0; more;) {
        more = slice_cut(file, '\n', &line, &file);
        r.line++;
        if (line.len > DNSLIST_LINE_MAX)
            return dnslist_wrong(mistake, r.line, "the line has more than %u octets", DNSLIST_LINE_MAX);
        line = plain_line(arena, line);
        if (line.len > 0 && !read_line(&r, line))
            return false;
    }
    return !arena_failed(arena) || full(&r);
}
