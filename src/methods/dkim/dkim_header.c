#include "methods/dkim/dkim_header.h"

#include <string.h>

const char *const watched_fields[] = {
    "From", "Subject", "To", "Date", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", NULL,
};

static unsigned times_listed(const struct dkim_signature *s, size_t before, struct slice name)
{
    unsigned n = 0;
    for (size_t i = 0; i < before; i++)
        n += slice_same_nocase(s->names[i], name);
    return n;
}

static const char *added_field(const struct message *m, const struct dkim_signature *s)
{
    for (size_t i = 0; watched_fields[i]; i++) {
        struct slice name = slice_str(watched_fields[i]);
        unsigned listed = times_listed(s, s->name_count, name);
        if (listed > 0 && message_count(m, name) > listed)
            return watched_fields[i];
    }
    return NULL;
}

bool dkim_select_fields(struct arena *arena, const struct message *m, const struct dkim_signature *s, struct signed_fields *out)
{
    *out = (struct signed_fields){ .odd_octets = s->field->odd_octets || m->hidden_lines, .added = added_field(m, s) };
    const struct field **at = ARENA_ARRAY(arena, s->name_count + 1, const struct field *);
    if (!at)
        return false;
    for (size_t i = 0; i < s->name_count; i++) {
        /* 5.4.2: the lowest instance first, then the one above it; none left: nothing is added. */
        const struct field *f = message_field_from_below(m, s->names[i], times_listed(s, i, s->names[i]) + 1);
        if (!f)
            continue;
        at[out->count++] = f;
        out->odd_octets = out->odd_octets || f->odd_octets;
        out->covers_itself = out->covers_itself || f == s->field;
    }
    out->at = at;
    return true;
}

void gather_flush(struct gather *g)
{
    hasher_add(g->hasher, slice_of(g->octets, g->len));
    g->len = 0;
}

void gather_sink(void *gather, struct slice octets)
{
    struct gather *g = gather;
    if (octets.len > GATHER_OCTETS - g->len)
        gather_flush(g);
    if (octets.len > GATHER_OCTETS) {
        hasher_add(g->hasher, octets);
    } else if (octets.len > 0) {
        memcpy(g->octets + g->len, octets.at, octets.len);
        g->len += octets.len;
    }
}

bool dkim_header_hash(const struct signed_fields *fields, const struct dkim_signature *s, uint8_t out[HASH_OCTETS_MAX])
{
    struct gather g;
    g.len = 0;
    g.hasher = hasher_new(s->hash);
    if (!g.hasher)
        return false;
    for (size_t i = 0; i < fields->count; i++) {
        canon_field(s->header_canon, fields->at[i]->raw, gather_sink, &g);
        gather_sink(&g, SLICE("\r\n"));
    }
    canon_field_without(s->header_canon, s->field->raw, s->hole, gather_sink, &g);
    gather_flush(&g);
    bool good = hasher_end(g.hasher, out);
    hasher_free(g.hasher);
    return good;
}
