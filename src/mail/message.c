#include "mail/message.h"

#include <string.h>

/* ---- the index by name ---- */

/* Buckets of the index: names in one message are few; a chain is never longer than MESSAGE_FIELDS_MAX. */
#define NAME_BUCKETS 64

struct name_entry;

/* A field and its neighbours of the same name. */
struct linked_field {
    struct field field;
    struct linked_field *above, *below;
};

struct name_entry {
    struct slice name;
    uint64_t hash;
    struct linked_field *topmost, *lowest;
    unsigned count;
    struct name_entry *next;
};

struct name_index {
    struct name_entry *buckets[NAME_BUCKETS];
};

/* The seed is where the message lives, so that strangers cannot aim at one bucket; no result depends on it. */
static uint64_t name_hash(const struct message *m, struct slice name)
{
    return slice_hash_nocase(name, (uint64_t)(uintptr_t)m);
}

static struct name_entry *find_name(const struct message *m, struct slice name, uint64_t hash)
{
    const struct name_index *index = m->names;

    if (index == NULL)
        return NULL;
    for (struct name_entry *e = index->buckets[hash % NAME_BUCKETS]; e != NULL; e = e->next)
        if (e->hash == hash && slice_same_nocase(e->name, name))
            return e;
    return NULL;
}

static struct name_entry *find_or_add_name(struct message *m, struct name_index *index, struct slice name)
{
    uint64_t hash = name_hash(m, name);
    struct name_entry *entry = find_name(m, name, hash);

    if (entry != NULL)
        return entry;
    entry = ARENA_NEW(m->arena, struct name_entry);
    if (entry == NULL)
        return NULL;
    entry->name = name;
    entry->hash = hash;
    entry->next = index->buckets[hash % NAME_BUCKETS];
    index->buckets[hash % NAME_BUCKETS] = entry;
    return entry;
}

/* ---- the tokenizer ---- */

/* ftext = %d33-57 / %d59-126                                     RFC 5322 3.6.8 */
static bool is_ftext(uint8_t octet)
{
    return octet > 32 && octet < 127 && octet != ':';
}

/* CRLF at offset i that a blank follows: a fold. */
static bool is_fold_at(struct slice text, size_t i)
{
    return i + 2 < text.len && text.at[i] == '\r' && text.at[i + 1] == '\n' && is_wsp(text.at[i + 2]);
}

/* *WSP and folds from offset i on; where they end. */
static size_t skip_blanks_and_folds(struct slice text, size_t i)
{
    while (i < text.len) {
        if (is_wsp(text.at[i]))
            i++;
        else if (is_fold_at(text, i))
            i += 3;
        else
            break;
    }
    return i;
}

/* optional-field = field-name *WSP ":" unstructured               RFC 5322 3.6.8, 4.5.8 */
static bool split_field(struct slice raw, struct field *out)
{
    size_t name_end = 0, colon;

    while (name_end < raw.len && is_ftext(raw.at[name_end]))
        name_end++;
    if (name_end == 0)
        return false;
    colon = skip_blanks_and_folds(raw, name_end);
    if (colon == raw.len || raw.at[colon] != ':')
        return false;
    out->raw = raw;
    out->name = slice_first(raw, name_end);
    out->value = slice_from(raw, colon + 1);
    out->blank_before_colon = colon > name_end;
    return true;
}

static bool has_odd_octets(struct slice raw)
{
    for (size_t i = 0; i < raw.len; i++) {
        uint8_t octet = raw.at[i];

        if (octet > '\r')
            continue;
        if (is_fold_at(raw, i))
            i += 2;
        else if (octet == '\0' || octet == '\r' || octet == '\n')
            return true;
    }
    return false;
}

/* A line end for somebody else, and not one that a fold follows. */
static bool has_hidden_lines(struct slice raw)
{
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.at[i] > '\r')
            continue;
        if (is_fold_at(raw, i))
            i += 2;
        else if ((raw.at[i] == '\r' || raw.at[i] == '\n') && (i + 1 == raw.len || (raw.at[i + 1] != ' ' && raw.at[i + 1] != '\t')))
            return true;
    }
    return false;
}

/* ---- names that only other parsers would read as From (threats.md T01) ---- */

/*
 * Is there a line whose text up to its colon says "from" once everything that is no ftext is left out? A
 * line begins behind any CR or LF that is no fold's, and at the start too if at_start. One pass: the letters
 * of "from" differ, so two readings never go on side by side.
 */
static bool reads_as_from(struct slice raw, bool at_start)
{
    static const uint8_t from[] = { 'f', 'r', 'o', 'm' };
    size_t matched = 0;
    bool fresh = at_start;

    for (size_t i = 0; i < raw.len; i++) {
        uint8_t octet = to_lower(raw.at[i]);

        if (is_fold_at(raw, i)) {
            i += 2;
        } else if (octet == '\r' || octet == '\n') {
            fresh = true;
        } else if (octet == ':' && matched == sizeof from) {
            return true;
        } else if (octet == ':' || is_ftext(octet)) {
            if (matched > 0 && matched < sizeof from && octet == from[matched])
                matched++;
            else
                matched = fresh && octet == from[0] ? 1 : 0;
            fresh = false;
        }
    }
    return false;
}

/* ---- adding ---- */

void message_init(struct message *m, struct arena *arena)
{
    *m = (struct message){ .arena = arena };
}

/* The array doubles when it holds 16, 32, 64 ... fields. */
static bool has_room(struct message *m)
{
    size_t is = m->count < 16 ? 16 : m->count, octets = sizeof(struct field *);
    struct field **larger;

    if (m->count != 0 && (m->count < 16 || (m->count & (m->count - 1)) != 0))
        return true;
    larger = m->count == 0 ? arena_alloc(m->arena, is * octets) : arena_grow(m->arena, m->fields, is * octets, 2 * is * octets);
    if (larger == NULL)
        return false;
    m->fields = larger;
    return true;
}

static struct name_index *index_of(struct message *m)
{
    if (m->names == NULL)
        m->names = ARENA_NEW(m->arena, struct name_index);
    /* The index is ours: const only keeps others from it. */
    return (struct name_index *)(uintptr_t)m->names;
}

static struct field *append(struct message *m, struct linked_field *linked)
{
    struct name_index *index = index_of(m);
    struct name_entry *entry = index == NULL || !has_room(m) ? NULL : find_or_add_name(m, index, linked->field.name);

    if (entry == NULL)
        return NULL;
    linked->above = entry->lowest;
    if (entry->lowest != NULL)
        entry->lowest->below = linked;
    else
        entry->topmost = linked;
    entry->lowest = linked;
    linked->field.nth = ++entry->count;
    linked->field.index = (unsigned)m->count;
    m->fields[m->count++] = &linked->field;
    m->octets += linked->field.raw.len + 2;
    return &linked->field;
}

/* Takes a field whose octets are in the arena behind its struct. */
static struct field *add_copied(struct message *m, struct linked_field *linked, struct slice raw)
{
    if (!split_field(raw, &linked->field)) {
        m->malformed = true;
        m->disguised_from |= reads_as_from(raw, true);
        m->hidden_lines |= has_hidden_lines(raw);
        return NULL;
    }
    linked->field.odd_octets = has_odd_octets(raw);
    if (linked->field.odd_octets) {
        m->disguised_from |= reads_as_from(raw, false);
        m->hidden_lines |= has_hidden_lines(raw);
    }
    return append(m, linked);
}

/* One block for the struct and len octets behind it; NULL when a bound strikes or has struck, or there is no memory. */
static struct linked_field *new_field(struct message *m, size_t len)
{
    if (m->overflow || m->count == MESSAGE_FIELDS_MAX || len + 2 > MESSAGE_HEADER_OCTETS_MAX - m->octets) {
        m->overflow = true;
        return NULL;
    }
    return arena_alloc(m->arena, sizeof(struct linked_field) + len);
}

struct field *message_add(struct message *m, struct slice raw)
{
    struct linked_field *linked = new_field(m, raw.len);

    if (linked == NULL)
        return NULL;
    uint8_t *octets = (uint8_t *)(linked + 1);
    if (raw.len > 0)
        memcpy(octets, raw.at, raw.len);
    return add_copied(m, linked, slice_of(octets, raw.len));
}

struct field *message_add_parts(struct message *m, struct slice name, struct slice value)
{
    struct linked_field *linked;

    if (name.len > MESSAGE_HEADER_OCTETS_MAX || value.len > MESSAGE_HEADER_OCTETS_MAX) {
        m->overflow = true;
        return NULL;
    }
    linked = new_field(m, name.len + 1 + value.len);
    if (linked == NULL)
        return NULL;
    uint8_t *octets = (uint8_t *)(linked + 1);
    if (name.len > 0)
        memcpy(octets, name.at, name.len);
    octets[name.len] = ':';
    if (value.len > 0)
        memcpy(octets + name.len + 1, value.at, value.len);
    return add_copied(m, linked, slice_of(octets, name.len + 1 + value.len));
}

/* ---- finding ---- */

static struct name_entry *entry_of(const struct message *m, struct slice name)
{
    return find_name(m, name, name_hash(m, name));
}

struct field *message_field(const struct message *m, struct slice name, unsigned nth)
{
    const struct name_entry *entry = entry_of(m, name);

    if (entry == NULL || nth == 0 || nth > entry->count)
        return NULL;
    struct linked_field *at = entry->topmost;
    while (at->field.nth < nth)
        at = at->below;
    return &at->field;
}

struct field *message_field_from_below(const struct message *m, struct slice name, unsigned nth)
{
    const struct name_entry *entry = entry_of(m, name);

    if (entry == NULL || nth == 0 || nth > entry->count)
        return NULL;
    struct linked_field *at = entry->lowest;
    while (at->field.nth > entry->count - nth + 1)
        at = at->above;
    return &at->field;
}

unsigned message_count(const struct message *m, struct slice name)
{
    const struct name_entry *entry = entry_of(m, name);

    return entry == NULL ? 0 : entry->count;
}

/* ---- showing ---- */

struct slice field_unfolded(struct arena *arena, const struct field *field)
{
    struct slice value = slice_trim_fws(field->value);
    uint8_t *out = value.len == 0 ? NULL : arena_alloc(arena, value.len);
    size_t len = 0;

    if (out == NULL)
        return (struct slice){ .at = NULL, .len = 0 };
    for (size_t i = 0; i < value.len; i++) {
        if (is_fold_at(value, i))
            i += 2;
        out[len++] = value.at[i];
    }
    return slice_of(out, len);
}
