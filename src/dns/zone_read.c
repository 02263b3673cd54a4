#include "dns/zone_parts.h"

#include <string.h>

/* ---- complaints ---- */

bool zone_complain(struct zone_reader *r, const char *words, struct slice about)
{
    if (r->failed)
        return false;
    r->failed = true;
    r->error->line = r->line;
    struct text text = text_fixed(r->error->text, sizeof r->error->text - 1);
    text_add_str(&text, words);
    if (about.len > 0) {
        text_add_str(&text, ": ");
        text_add_shown(&text, slice_first(about, 24), false);      /* at most 96 octets shown */
    }
    r->error->text[text.len] = '\0';
    return false;
}

static bool complain_memory(struct zone_reader *r)
{
    return zone_complain(r, "no memory", (struct slice){ NULL, 0 });
}

/* ---- tokens: RFC 1035 5.1 ---- */

static bool is_blank(uint8_t octet)
{
    return octet == ' ' || octet == '\t' || octet == '\r';
}

static bool ends_word(int octet)
{
    return octet < 0 || is_blank((uint8_t)octet) || octet == '\n' || octet == ';' || octet == '(' || octet == ')';
}

static bool accept_line_end(struct zone_reader *r)
{
    if (!accept_octet(&r->c, '\n'))
        return false;
    r->line++;
    return true;
}

/* Blanks, comments, parentheses and, within those, line ends. */
static void skip_filling(struct zone_reader *r)
{
    for (;;) {
        take_while(&r->c, is_blank);
        if (peek(&r->c) == ';')
            take_until(&r->c, '\n');
        else if (accept_octet(&r->c, '('))
            r->groups++;
        else if (r->groups > 0 && accept_octet(&r->c, ')'))
            r->groups--;
        else if (r->groups == 0 || !accept_line_end(r))
            return;
    }
}

static struct token take_word(struct zone_reader *r)
{
    struct slice from = r->c.rest;
    while (!ends_word(peek(&r->c))) {
        bool escape = take_octet(&r->c) == '\\';
        if (escape && peek(&r->c) >= 0 && peek(&r->c) != '\n')
            take_octet(&r->c);
    }
    return (struct token){ TOKEN_WORD, slice_first(from, from.len - r->c.rest.len) };
}

static struct token take_quoted(struct zone_reader *r)
{
    struct slice from = r->c.rest;
    for (;;) {
        int next = peek(&r->c);
        if (next < 0 || next == '\n') {
            zone_complain(r, "the quoted string does not end on its line", slice_first(from, from.len - r->c.rest.len));
            return (struct token){ .kind = TOKEN_END };
        }
        struct slice string = slice_first(from, from.len - r->c.rest.len);
        take_octet(&r->c);
        if (next == '"')
            return (struct token){ TOKEN_STRING, string };
        if (next == '\\' && peek(&r->c) >= 0 && peek(&r->c) != '\n')
            take_octet(&r->c);
    }
}

struct token zone_take_token(struct zone_reader *r)
{
    struct token end = { .kind = TOKEN_END };
    if (r->failed)
        return end;
    skip_filling(r);
    if (at_end(&r->c) && r->groups > 0)
        zone_complain(r, "a parenthesis is not closed", (struct slice){ NULL, 0 });
    else if (peek(&r->c) == ')')
        zone_complain(r, "a parenthesis is closed that was not opened", (struct slice){ NULL, 0 });
    if (r->failed || at_end(&r->c) || peek(&r->c) == '\n')
        return end;                                     /* the line end stays for read_line */
    if (accept_octet(&r->c, '"'))
        return take_quoted(r);
    return take_word(r);
}

/* \DDD is an octet, \X is X (5.1). */
bool text_add_unescaped(struct text *out, struct slice raw)
{
    struct cursor c = cursor_of(raw);
    while (!at_end(&c)) {
        text_add(out, take_until(&c, '\\'));
        if (!accept_octet(&c, '\\'))
            continue;
        uint64_t octet;
        if (peek(&c) < 0)
            return false;
        if (!is_digit((uint8_t)peek(&c)))
            octet = take_octet(&c);
        else if (!number_of(take(&c, 3), 0, 255, &octet))
            return false;
        text_add_octet(out, (uint8_t)octet);
    }
    return !c.bad;
}

/* ---- names ---- */

/* One label without its escapes, from the cursor up to an unescaped dot or the end. */
static bool take_label(struct cursor *c, struct text *label)
{
    struct slice from = c->rest;
    while (!at_end(c) && peek(c) != '.')
        if (take_octet(c) == '\\' && !at_end(c))
            take_octet(c);
    return text_add_unescaped(label, slice_first(from, from.len - c->rest.len)) && !label->bad && label->len > 0;
}

static bool labels_to_wire(struct slice raw, struct text *wire, bool *absolute)
{
    *absolute = false;
    for (struct cursor c = cursor_of(raw); !at_end(&c);) {
        uint8_t octets[LABEL_MAX];
        struct text label = text_fixed(octets, sizeof octets);
        if (!take_label(&c, &label))
            return false;
        text_add_octet(wire, (uint8_t)label.len);
        text_add(wire, text_slice(&label));
        *absolute = accept_octet(&c, '.');
    }
    return true;
}

bool zone_name_to_wire(struct zone_reader *r, struct slice raw, uint8_t out[NAME_WIRE_MAX], size_t *len)
{
    struct text wire = text_fixed(out, NAME_WIRE_MAX);
    bool absolute = slice_same(raw, SLICE("."));
    if (raw.len == 0 || (!absolute && !slice_same(raw, SLICE("@")) && !labels_to_wire(raw, &wire, &absolute)))
        return zone_complain(r, "not a domain name", raw);
    if (absolute)
        text_add_octet(&wire, 0);
    else
        text_add(&wire, slice_of(r->origin, r->origin_len));       /* the root where no $ORIGIN was given */
    *len = wire.len;
    return wire.bad ? zone_complain(r, "the name is longer than 255 octets", raw) : true;
}

/* Name text in lower case; *len 0: the name is one, but has no text. */
static bool owner_of(struct zone_reader *r, struct slice raw, uint8_t out[NAME_TEXT_MAX], size_t *len)
{
    uint8_t wire[NAME_WIRE_MAX], text[NAME_TEXT_MAX];
    size_t wire_len;
    if (!zone_name_to_wire(r, raw, wire, &wire_len))
        return false;
    struct cursor c = cursor_of(slice_of(wire, wire_len));
    *len = 0;
    if (!take_wire_name_to(&c, text, len))
        return true;
    struct text lower = text_fixed(out, NAME_TEXT_MAX);
    text_add_lower(&lower, slice_of(text, *len));
    return true;
}

/* ---- TTL and class ---- */

static const struct { uint8_t letter; uint32_t seconds; } units[] = {
    { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 },
};

static uint32_t take_unit(struct cursor *c)
{
    uint8_t letter = to_lower(take_octet(c));
    for (size_t i = 0; i < COUNT_OF(units); i++)
        if (units[i].letter == letter)
            return units[i].seconds;
    c->bad = true;
    return 0;
}

bool zone_ttl_of(struct slice word, uint32_t *seconds)
{
    struct cursor c = cursor_of(word);
    uint64_t sum = 0;
    do {
        uint64_t number = take_number(&c, 0, UINT32_MAX);
        sum += at_end(&c) ? number : number * take_unit(&c);
        if (sum > UINT32_MAX)
            return false;
    } while (!at_end(&c));
    *seconds = (uint32_t)sum;
    return !c.bad;
}

static bool take_ttl(struct zone_reader *r, struct slice word, uint32_t *seconds)
{
    if (!zone_ttl_of(word, seconds) || *seconds > ZONE_TTL_MAX)
        return zone_complain(r, "not a TTL", word);
    return true;
}

static bool is_other_class(struct slice word)
{
    return slice_same_nocase(word, SLICE("CH")) || slice_same_nocase(word, SLICE("HS")) || slice_same_nocase(word, SLICE("CS"));
}

/* ---- entries ---- */

struct entry { uint32_t ttl_seconds; uint16_t type; bool unread; };

/* [TTL] [class] type, or [class] [TTL] type; `word` is the first of them. */
static bool take_entry_head(struct zone_reader *r, struct token word, struct entry *entry)
{
    bool has_ttl = false, has_class = false;
    for (;; word = zone_take_token(r)) {
        if (word.kind != TOKEN_WORD)
            return zone_complain(r, "a record type is expected", word.raw);
        if (!has_ttl && is_digit(word.raw.at[0])) {
            if (!take_ttl(r, word.raw, &r->ttl_seconds))
                return false;
            entry->ttl_seconds = r->ttl_seconds;
            has_ttl = r->has_ttl = true;
        } else if (!has_class && slice_same_nocase(word.raw, SLICE("IN"))) {
            has_class = true;
        } else if (is_other_class(word.raw)) {
            return zone_complain(r, "class IN only", word.raw);
        } else {
            break;
        }
    }
    if (!has_ttl && r->has_default_ttl)
        entry->ttl_seconds = r->default_ttl_seconds;             /* RFC 2308 4 */
    else if (!has_ttl)
        entry->ttl_seconds = r->has_ttl ? r->ttl_seconds : ZONE_TTL_DEFAULT;
    return zone_type_of(word.raw, &entry->type, &entry->unread) || zone_complain(r, "unknown record type (write TYPEn \\# ...)", word.raw);
}

static bool skip_entry(struct zone_reader *r)
{
    while (zone_take_token(r).kind != TOKEN_END)
        ;
    return !r->failed;
}

/* Records of a type that is not read are there, but what they say is not known: never "none". */
static bool add_entry(struct zone_reader *r, const struct entry *entry, const struct text *rdata)
{
    if (r->owner_len == 0)
        return true;
    struct zone_node *node = zone_node_add(r->zone, slice_of(r->owner, r->owner_len));
    bool added = node && (entry->unread ? zone_note_add(r->zone, node, &(struct zone_note){ .type = entry->type, .status = ANSWER_SERVFAIL })
                                        : zone_record_add(r->zone, node, entry->type, entry->ttl_seconds, text_slice(rdata)));
    return added || complain_memory(r);
}

static bool read_entry(struct zone_reader *r, struct token first)
{
    struct entry entry = { .type = 0 };
    struct text rdata = text_fixed(r->rdata, sizeof r->rdata);
    if (!r->has_owner)
        return zone_complain(r, "no owner name yet", first.raw);
    if (!take_entry_head(r, first, &entry))
        return false;
    if (entry.unread ? !skip_entry(r) : !zone_take_rdata(r, entry.type, &rdata))
        return false;
    return add_entry(r, &entry, &rdata);
}

/* ---- controls ---- */

static bool read_control(struct zone_reader *r, struct slice word)
{
    struct token value = zone_take_token(r);
    if (slice_same_nocase(word, SLICE("$ORIGIN")) && value.kind == TOKEN_WORD) {
        uint8_t wire[NAME_WIRE_MAX];
        size_t len;
        if (!zone_name_to_wire(r, value.raw, wire, &len))
            return false;
        memcpy(r->origin, wire, len);
        r->origin_len = len;
    } else if (slice_same_nocase(word, SLICE("$TTL")) && value.kind == TOKEN_WORD) {
        if (!take_ttl(r, value.raw, &r->default_ttl_seconds))
            return false;
        if (!r->has_default_ttl)
            r->zone->negative_ttl_seconds = r->default_ttl_seconds;
        r->has_default_ttl = true;
    } else {
        return zone_complain(r, "$ORIGIN name and $TTL seconds are the controls known", word);
    }
    struct token more = zone_take_token(r);
    return more.kind == TOKEN_END ? !r->failed : zone_complain(r, "nothing may follow here", more.raw);
}

/* ---- directives ---- */

static const struct { struct slice word; enum answer_status status; } directives[] = {
    { SLICE_INIT("timeout"), ANSWER_TIMEOUT }, { SLICE_INIT("servfail"), ANSWER_SERVFAIL },
    { SLICE_INIT("nodata"), ANSWER_NODATA }, { SLICE_INIT("nxdomain"), ANSWER_NXDOMAIN },
};

static bool is_not_blank(uint8_t octet)
{
    return !is_blank(octet);
}

static struct slice take_plain_word(struct cursor *c)
{
    take_while(c, is_blank);
    return take_while(c, is_not_blank);
}

/* [TYPE] ["@" ADDRESS] up to the comment's end */
static bool take_note_tail(struct cursor *c, struct zone_note *note)
{
    bool unread;
    struct slice word = take_plain_word(c);
    if (word.len > 0 && word.at[0] != '@') {
        if (!zone_type_of(word, &note->type, &unread))
            return false;
        word = take_plain_word(c);
    }
    if (word.len == 0)
        return true;
    return word.at[0] == '@' && ip_parse(slice_from(word, 1), &note->server) && take_plain_word(c).len == 0;
}

/*
 * ";" word NAME [TYPE] [@ADDRESS] and nothing more is a directive; any other comment is a comment. A comment of
 * that shape whose second word is no type in capitals is prose.
 */
static bool read_comment(struct zone_reader *r, struct slice comment)
{
    struct cursor c = cursor_of(comment);
    struct slice word = take_plain_word(&c), name = take_plain_word(&c);
    struct zone_note note = { .status = ANSWER_UNKNOWN };
    for (size_t i = 0; i < COUNT_OF(directives); i++)
        if (slice_same(word, directives[i].word))
            note.status = directives[i].status;
    if (note.status == ANSWER_UNKNOWN || name.len == 0 || !take_note_tail(&c, &note))
        return true;
    uint8_t owner[NAME_TEXT_MAX];
    size_t len;
    if (!owner_of(r, name, owner, &len))
        return false;
    if (len == 0)
        return true;
    struct zone_node *node = zone_node_add(r->zone, slice_of(owner, len));
    return (node && zone_note_add(r->zone, node, &note)) || complain_memory(r);
}

/* ---- the file ---- */

static bool read_owner(struct zone_reader *r, struct slice raw)
{
    r->has_owner = true;
    return owner_of(r, raw, r->owner, &r->owner_len);
}

static bool read_line(struct zone_reader *r)
{
    bool starts_blank = peek(&r->c) >= 0 && is_blank((uint8_t)peek(&r->c));
    take_while(&r->c, is_blank);
    if (accept_octet(&r->c, ';'))
        return read_comment(r, take_until(&r->c, '\n'));
    struct token first = zone_take_token(r);
    if (first.kind == TOKEN_END)
        return !r->failed;
    if (starts_blank)
        return read_entry(r, first);
    if (first.kind == TOKEN_STRING)
        return zone_complain(r, "an owner name is expected", first.raw);
    if (slice_starts(first.raw, SLICE("$")))
        return read_control(r, first.raw);
    return read_owner(r, first.raw) && read_entry(r, zone_take_token(r));
}

bool zone_read(struct zone *zone, struct slice text, struct zone_error *error)
{
    *error = (struct zone_error){ .line = 0 };
    struct zone_reader *r = mem_alloc(sizeof *r);
    if (!r) {
        memcpy(error->text, "no memory", sizeof "no memory");
        return false;
    }
    *r = (struct zone_reader){ .zone = zone, .c = cursor_of(text), .line = 1, .error = error, .origin_len = 1 };
    zone_forget_made(zone);
    accept_text(&r->c, SLICE("\xef\xbb\xbf"));          /* a byte order mark is no owner name */
    while (!at_end(&r->c) && read_line(r))
        accept_line_end(r);
    bool good = !r->failed;
    mem_free(r);
    return good;
}
