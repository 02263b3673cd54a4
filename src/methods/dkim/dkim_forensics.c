#include "methods/dkim/dkim_forensics.h"

#define TEXT_OCTETS_MAX 4096

/* ---- the body ---- */

/* One way to hash the body: a canonical form, at most `left` octets of it. */
struct stream { struct body_canon canon; struct hasher *hasher; uint64_t left; };

struct dkim_forensics {
    struct arena *arena;
    const struct dkim_signature *signature;
    struct stream as_signed, other;
    struct stream cut[FORENSICS_LINES];      /* as_signed at the latest line starts: a ring */
    uint64_t line_starts;                    /* seen so far; the latest is cut[(line_starts - 1) % FORENSICS_LINES] */
    bool at_line_start, failed;
};

static void stream_sink(void *context, struct slice octets)
{
    struct stream *s = context;
    struct slice part = slice_first(octets, s->left < octets.len ? (size_t)s->left : octets.len);
    hasher_add(s->hasher, part);
    s->left -= part.len;
}

static bool stream_begin(struct stream *s, const struct dkim_signature *signature, enum canon form)
{
    s->hasher = hasher_new(signature->hash);
    s->left = signature->length;
    body_canon_begin(&s->canon, form, stream_sink, s);
    return s->hasher != NULL;
}

/* Ends the stream: is this the body that was signed? */
static bool stream_fits(struct stream *s, const struct dkim_signature *signature)
{
    uint8_t out[HASH_OCTETS_MAX];
    body_canon_end(&s->canon);
    return hasher_end(s->hasher, out) && digest_same(slice_of(out, hash_octets(signature->hash)), signature->bh);
}

struct dkim_forensics *dkim_forensics_begin(struct arena *arena, const struct result *result)
{
    const struct dkim_signature *s = result->evidence.detail;
    if (!s || result->reason != DKIM_BODY_DIFFERS)
        return NULL;
    struct dkim_forensics *f = ARENA_NEW(arena, struct dkim_forensics);
    if (!f)
        return NULL;
    f->arena = arena;
    f->signature = s;
    f->at_line_start = true;
    f->failed = !stream_begin(&f->as_signed, s, s->body_canon)
        || !stream_begin(&f->other, s, s->body_canon == CANON_RELAXED ? CANON_SIMPLE : CANON_RELAXED);
    for (size_t i = 0; i < FORENSICS_LINES && !f->failed; i++)
        f->failed = !stream_begin(&f->cut[i], s, s->body_canon);
    return f;
}

/* Remembers how the body looked up to here. */
static void mark_line_start(struct dkim_forensics *f)
{
    struct stream *slot = &f->cut[f->line_starts++ % FORENSICS_LINES];
    slot->canon = f->as_signed.canon;
    slot->canon.context = slot;
    slot->left = f->as_signed.left;
    f->failed = f->failed || !hasher_copy(slot->hasher, f->as_signed.hasher);
    f->at_line_start = false;
}

void dkim_forensics_push(struct dkim_forensics *f, struct slice octets)
{
    while (octets.len > 0 && !f->failed) {
        if (f->at_line_start)
            mark_line_start(f);
        size_t end = slice_find(octets, '\n');
        f->at_line_start = end < octets.len;
        struct slice line = slice_first(octets, end + 1);
        body_canon_push(&f->as_signed.canon, line);
        body_canon_push(&f->other.canon, line);
        octets = slice_from(octets, line.len);
    }
}

static struct fact *add_finding(struct arena *arena, struct fact *list, const char *finding, struct text *line)
{
    struct fact *group = fact_add_group(arena, list, NULL);
    fact_add_str(arena, group, "finding", finding);
    fact_add_text(arena, group, "text", text_slice(line));
    return group;
}

/* The fewest last lines without which the body fits; 0: none. */
static unsigned lines_added(struct dkim_forensics *f)
{
    unsigned kept = f->line_starts < FORENSICS_LINES ? (unsigned)f->line_starts : FORENSICS_LINES;
    for (unsigned lines = 1; lines <= kept; lines++)
        if (stream_fits(&f->cut[(f->line_starts - lines) % FORENSICS_LINES], f->signature))
            return lines;
    return 0;
}

static void add_body_findings(struct dkim_forensics *f, struct fact *list)
{
    struct text t = text_in(f->arena, TEXT_OCTETS_MAX);
    const char *other = f->signature->body_canon == CANON_RELAXED ? "simple" : "relaxed";
    unsigned lines = lines_added(f);
    bool other_fits = stream_fits(&f->other, f->signature);
    if (lines > 0) {
        text_addf(&t, "without its last %u line%s the body is as signed: a footer was added", lines, lines == 1 ? "" : "s");
        fact_add_number(f->arena, add_finding(f->arena, list, "footer-added", &t), "lines", lines);
    } else if (other_fits) {
        text_addf(&t, "in %s form the body is as signed: %s", other, f->signature->body_canon == CANON_SIMPLE
                  ? "only blanks were changed; c=relaxed/relaxed would have stood it" : "the signer hashed it in another form than c= says");
        fact_add_str(f->arena, add_finding(f->arena, list, "other-form", &t), "form", other);
    } else {
        text_addf(&t, "neither cutting off up to %u lines nor the other canonical form gives the signed body", FORENSICS_LINES);
        add_finding(f->arena, list, "body-unknown", &t);
    }
}

static void free_hashers(struct dkim_forensics *f)
{
    hasher_free(f->as_signed.hasher);
    hasher_free(f->other.hasher);
    for (size_t i = 0; i < FORENSICS_LINES; i++)
        hasher_free(f->cut[i].hasher);
}

void dkim_forensics_end(struct dkim_forensics *f, struct fact *list)
{
    if (list && !f->failed)
        add_body_findings(f, list);
    free_hashers(f);
}

/* ---- copied header fields ---- */

static void collect_sink(void *context, struct slice octets)
{
    text_add(context, octets);
}

static struct slice relaxed(struct arena *arena, struct slice raw)
{
    struct text t = text_in(arena, raw.len + 1);
    canon_field(CANON_RELAXED, raw, collect_sink, &t);
    return text_slice(&t);
}

static struct slice value_shown(struct arena *arena, struct slice canonical)
{
    return slice_shown(arena, slice_from(canonical, slice_find(canonical, ':') + 1), true);
}

static void add_removed(struct arena *arena, struct fact *list, struct slice name, struct slice was)
{
    struct text t = text_in(arena, TEXT_OCTETS_MAX);
    text_add_shown(&t, name, false);
    text_add_str(&t, " was there when signed, and is not any more");
    struct fact *g = add_finding(arena, list, "field-removed", &t);
    fact_add_text(arena, g, "field", name);
    fact_add_text(arena, g, "was", value_shown(arena, was));
}

static void add_changed(struct arena *arena, struct fact *list, struct slice name, struct slice was, struct slice is)
{
    struct text t = text_in(arena, TEXT_OCTETS_MAX);
    text_add_shown(&t, name, false);
    text_add_str(&t, " was \"");
    text_add(&t, value_shown(arena, was));
    text_add_str(&t, "\" when signed");
    struct fact *g = add_finding(arena, list, "field-changed", &t);
    fact_add_text(arena, g, "field", name);
    fact_add_text(arena, g, "was", value_shown(arena, was));
    fact_add_text(arena, g, "is", value_shown(arena, is));
}

/* One copy against all fields of its name. True if one of them is the same. */
static bool compare_copy(struct arena *arena, const struct message *m, struct slice copy, struct fact *list)
{
    struct slice name = slice_trim_fws(slice_first(copy, slice_find(copy, ':')));
    struct slice was = relaxed(arena, copy), first = { NULL, 0 };
    unsigned count = message_count(m, name);
    for (unsigned nth = 1; nth <= count; nth++) {
        struct slice is = relaxed(arena, message_field(m, name, nth)->raw);
        if (slice_same(was, is))
            return true;
        first = nth == 1 ? is : first;
    }
    if (count == 0)
        add_removed(arena, list, name, was);
    else
        add_changed(arena, list, name, was, first);
    return false;
}

/* sig-z-tag = hdr-name ":" qp-hdr-value *( "|" hdr-name ":" qp-hdr-value )      RFC 6376 3.5 */
void dkim_forensics_header(struct arena *arena, const struct message *m, const struct result *result, struct fact *list)
{
    const struct dkim_signature *s = result->evidence.detail;
    if (!s || result->reason != DKIM_SIGNATURE_DIFFERS || s->copied.len == 0 || s->copied.len > FORENSICS_COPIES_OCTETS)
        return;
    struct slice rest = s->copied, entry;
    bool all_same = true, more = true;
    for (unsigned i = 0; i < FORENSICS_COPIES_MAX && more; i++) {
        struct slice all = rest;
        more = slice_cut(all, '|', &entry, &rest);
        struct slice copy = dkim_unquoted(arena, entry);
        if (slice_has(copy, ':'))
            all_same = compare_copy(arena, m, copy, list) && all_same;
    }
    if (!all_same)
        return;
    struct text t = text_in(arena, TEXT_OCTETS_MAX);
    text_add_str(&t, "the fields copied in z= are as signed: another signed field was changed, or the key is another one");
    add_finding(arena, list, "copies-agree", &t);
}

/* ---- the method's second reading ---- */

static void *second_begin(struct arena *arena, const struct txn *t, const struct result *result, struct fact *list)
{
    dkim_forensics_header(arena, t->message, result, list);
    return dkim_forensics_begin(arena, result);
}

static void second_push(void *reading, struct slice octets)
{
    dkim_forensics_push(reading, octets);
}

static void second_end(void *reading, struct fact *list)
{
    dkim_forensics_end(reading, list);
}

const struct second_reading dkim_second_reading = { second_begin, second_push, second_end };
