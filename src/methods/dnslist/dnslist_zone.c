#include "methods/dnslist/dnslist_zone.h"

#include <stdlib.h>
#include <string.h>

#define LINE_OUT_MAX 2048
#define DEPTH_MAX 128                 /* labels of a name (RFC 1035 2.3.4) and one */
#define TEST_TEXT "test entry (RFC 5782 5)"
/* SOA, in seconds: what is usual; the last is how long "not listed" is remembered. */
#define SOA_REFRESH 3600u
#define SOA_RETRY 600u
#define SOA_EXPIRE 604800u

struct building {
    struct arena *arena;
    const struct dnslist_zone_options *options;
    struct dnslist_entries entries;
    struct dnslist_mistake *mistake;
    void (*put)(void *, struct slice);
    void *context;
    uint8_t room[LINE_OUT_MAX];
};

/* ---- test entries ---- */

static struct ip mapped_of(const struct ip *four)
{
    struct ip six = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }, IP_V6 };
    memcpy(six.octets + 12, four->octets, 4);
    return six;
}

static bool add_test(struct building *b, const struct ip *answer, bool four, bool six)
{
    struct dnslist_entry like = { .answer = *answer, .text = SLICE(TEST_TEXT) };
    struct prefix p4 = { *answer, 32 }, p6 = { mapped_of(answer), 128 };
    if (four && !dnslist_entries_add_prefix(b->arena, &b->entries, &like, &p4))
        return false;
    return !six || dnslist_entries_add_prefix(b->arena, &b->entries, &like, &p6);
}

/* RFC 5782 5: an entry for each answer there is, 127.0.0.2 always. None for a family that wildcards of the other would answer
 * for: who tests it learns that it is not to be asked. */
static bool add_tests(struct building *b)
{
    static const struct ip usual = { { 127, 0, 0, 2 }, IP_V4 };
    struct dnslist_entries *e = &b->entries;
    struct dnslist_entry name = { .answer = usual, .text = SLICE(TEST_TEXT) };
    if (e->names)
        return dnslist_entries_add_name(b->arena, e, &name, SLICE("test"));
    bool four = e->wildcard6 == 0, six = e->wildcard4 == 0, good = add_test(b, &usual, four, six);
    for (size_t i = 0; good && i < e->answer_count; i++)
        good = ip_same(&e->answers[i], &usual) || add_test(b, &e->answers[i], four, six);
    return good;
}

/* ---- order ---- */

static int compare_entries(const void *a, const void *b)
{
    const struct dnslist_entry *x = a, *y = b;
    int by = slice_compare(x->path, y->path);
    if (by == 0)
        by = (int)x->wildcard - (int)y->wildcard;
    if (by == 0)
        by = (int)y->bits - (int)x->bits;
    if (by == 0)
        by = memcmp(x->answer.octets, y->answer.octets, 4);
    if (by == 0)
        by = x->line < y->line ? -1 : x->line > y->line;
    return by;
}

static bool same_name(const struct dnslist_entry *a, const struct dnslist_entry *b)
{
    return a->wildcard == b->wildcard && slice_same(a->path, b->path);
}

/* ---- lines ---- */

static struct text line_begin(struct building *b)
{
    return text_fixed(b->room, sizeof b->room);
}

static void line_end(struct building *b, struct text *t)
{
    text_add_octet(t, '\n');
    b->put(b->context, text_slice(t));
}

/* "*." and the labels from the last to the first. */
static void add_owner(struct text *t, struct slice path, bool wildcard)
{
    text_add_str(t, wildcard ? "*" : "");
    for (size_t end = path.len; end > 0;) {
        size_t begin = end - 1;
        while (begin > 0 && path.at[begin - 1] != '\0')
            begin--;
        text_add_str(t, t->len > 0 ? "." : "");
        text_add(t, slice_of(path.at + begin, end - 1 - begin));
        end = begin;
    }
}

static void add_quoted(struct text *t, struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '"' || s.at[i] == '\\')
            text_add_octet(t, '\\');
        text_add_octet(t, s.at[i]);
    }
}

/* "$" stands for the entry as it is written in the file. */
static void add_reason(struct text *t, struct slice template, const struct dnslist_entry *e)
{
    text_add_octet(t, '"');
    for (size_t i = 0; i < template.len; i++) {
        if (template.at[i] == '$' && e->line > 0)
            add_quoted(t, e->written);
        else
            add_quoted(t, slice_of(template.at + i, 1));
    }
    text_add_octet(t, '"');
}

static struct slice reason_of(const struct building *b, const struct dnslist_entry *e)
{
    return e->text.len > 0 ? e->text : b->options->text;
}

/* The records of one name: of entries that are the same but for their answers. Each reason once. */
static void put_records(struct building *b, struct slice path, bool wildcard, const struct dnslist_entry *group, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && ip_same(&group[i].answer, &group[i - 1].answer))
            continue;
        struct text t = line_begin(b);
        add_owner(&t, path, wildcard);
        text_add_str(&t, " A ");
        text_add_ip(&t, &group[i].answer);
        line_end(b, &t);
    }
    for (size_t i = 0; i < count; i++) {
        if (reason_of(b, &group[i]).len == 0 || (i > 0 && slice_same(reason_of(b, &group[i]), reason_of(b, &group[i - 1]))))
            continue;
        struct text t = line_begin(b);
        add_owner(&t, path, wildcard);
        text_add_str(&t, " TXT ");
        add_reason(&t, reason_of(b, &group[i]), &group[i]);
        line_end(b, &t);
    }
}

/* ---- wildcards and the names within them ---- */

/* The names from the zone to where we are; each with the wildcard that is said at it, if any. */
struct level { size_t end; const struct dnslist_entry *cover; size_t cover_count; };
struct way { struct level at[DEPTH_MAX]; size_t depth; struct slice path; };

static size_t common_octets(struct slice a, struct slice b)
{
    size_t n = 0, label = 0;
    while (n < a.len && n < b.len && a.at[n] == b.at[n])
        if (a.at[n++] == '\0')
            label = n;
    return label;
}

static const struct level *nearest_cover(const struct way *w)
{
    for (size_t i = w->depth; i-- > 0;)
        if (w->at[i].cover)
            return &w->at[i];
    return NULL;
}

static bool ends_label(struct slice path, size_t at)
{
    return at == path.len || path.at[at] == '\0';
}

/* Steps down to the path; where a name within a wildcard comes into being on the way, the wildcard is said again below it. */
static void walk_to(struct building *b, struct way *w, const struct dnslist_entry *e, bool own_wildcard)
{
    size_t common = common_octets(w->path, e->path), labels = 0;
    while (w->depth > 0 && w->at[w->depth - 1].end > common)
        w->depth--;
    for (size_t i = 0; i < common; i++)
        labels += e->path.at[i] == '\0';
    for (size_t end = common; end < e->path.len;) {
        while (!ends_label(e->path, end))
            end++;
        end++;
        labels++;
        const struct level *cover = nearest_cover(w);
        bool last = end >= e->path.len;
        bool whole = (e->family == DNSLIST_FAMILY_V4 && labels == 4) || (e->family == DNSLIST_FAMILY_V6 && labels == 32);
        if (cover && !whole && !(last && own_wildcard))
            put_records(b, slice_first(e->path, end), true, cover->cover, cover->cover_count);
        w->at[w->depth++] = (struct level){ .end = end };
    }
    w->path = e->path;
}

/* How many entries from here make one name. Of those that fix more of the key than others only these. */
static size_t group_of(const struct dnslist_entry *e, size_t left, size_t *speaking)
{
    size_t count = 1;
    while (count < left && same_name(&e[0], &e[count]))
        count++;
    *speaking = 1;
    while (*speaking < count && e[*speaking].bits == e[0].bits)
        ++*speaking;
    return count;
}

/* With the entry in the place of each "$". */
static bool check_reason(struct building *b, const struct dnslist_entry *e)
{
    struct slice reason = reason_of(b, e);
    size_t octets = reason.len;
    for (size_t i = 0; i < reason.len && e->line > 0; i++)
        octets += reason.at[i] == '$' ? e->written.len - 1 : 0;
    return octets <= DNSLIST_REASON_MAX || dnslist_wrong(b->mistake, e->line, "its reason has %zu octets, more than %u", octets, DNSLIST_REASON_MAX);
}

static bool check_doubles(struct building *b, const struct dnslist_entry *e, size_t speaking)
{
    for (size_t i = 1; i < speaking; i++)
        if (ip_same(&e[i].answer, &e[i - 1].answer) && e[i - 1].line > 0)
            return dnslist_wrong(b->mistake, e[i].line, "this stands in line %zu already", e[i - 1].line);
    return true;
}

static void put_entries(struct building *b)
{
    const struct dnslist_entries *all = &b->entries;
    struct way w = { .depth = 0 };
    size_t speaking;
    for (size_t i = 0; i < all->count;) {
        const struct dnslist_entry *e = &all->at[i];
        size_t count = group_of(e, all->count - i, &speaking), next = i + count;
        bool wildcard_follows = next < all->count && all->at[next].wildcard && slice_same(all->at[next].path, e->path);
        walk_to(b, &w, e, e->wildcard || wildcard_follows);
        put_records(b, e->path, e->wildcard, e, speaking);
        if (e->wildcard) {
            w.at[w.depth - 1].cover = e;
            w.at[w.depth - 1].cover_count = speaking;
        }
        i = next;
    }
}

/* ---- the head ---- */

static void add_mailbox(struct text *t, const struct dnslist_zone_options *o)
{
    struct slice local = SLICE("hostmaster"), domain = o->zone;
    if (o->contact.len > 0)
        (void)slice_cut(o->contact, '@', &local, &domain);
    /* RFC 1035 8: a dot of the local part is no end of a label. */
    for (size_t i = 0; i < local.len; i++) {
        if (local.at[i] == '.')
            text_add_octet(t, '\\');
        text_add_octet(t, local.at[i]);
    }
    text_add_octet(t, '.');
    text_add(t, domain);
    text_add_octet(t, '.');
}

static void put_head(struct building *b)
{
    const struct dnslist_zone_options *o = b->options;
    struct text t = line_begin(b);
    text_add_str(&t, "$ORIGIN ");
    text_add(&t, o->zone);
    text_add_octet(&t, '.');
    line_end(b, &t);
    t = line_begin(b);
    text_addf(&t, "$TTL %u", o->ttl_seconds);
    line_end(b, &t);
    if (o->server_count == 0)
        return;
    t = line_begin(b);
    text_add_str(&t, "@ SOA ");
    text_add(&t, o->servers[0]);
    text_add_str(&t, ". ");
    add_mailbox(&t, o);
    text_addf(&t, " %u %u %u %u %u", o->serial, SOA_REFRESH, SOA_RETRY, SOA_EXPIRE, o->ttl_seconds);
    line_end(b, &t);
    for (size_t i = 0; i < o->server_count; i++) {
        t = line_begin(b);
        text_add_str(&t, "@ NS ");
        text_add(&t, o->servers[i]);
        text_add_octet(&t, '.');
        line_end(b, &t);
    }
}

bool dnslist_zone_build(struct arena *arena, struct slice file, const struct dnslist_zone_options *options,
                        void (*put)(void *, struct slice), void *context, struct dnslist_mistake *mistake)
{
    struct building b = { .arena = arena, .options = options, .mistake = mistake, .put = put, .context = context };
    struct dnslist_entries *e = &b.entries;
    size_t speaking;
    if (!dnslist_file_read(arena, file, options->zone, e, mistake))
        return false;
    if (!add_tests(&b))
        return dnslist_wrong(mistake, 0, arena_failed(arena) ? "no memory for more" : "too many names for one zone");
    qsort(e->at, e->count, sizeof *e->at, compare_entries);
    for (size_t i = 0; i < e->count; i += group_of(&e->at[i], e->count - i, &speaking)) {
        (void)group_of(&e->at[i], e->count - i, &speaking);
        if (!check_doubles(&b, &e->at[i], speaking))
            return false;
    }
    for (size_t i = 0; i < e->count; i++)
        if (!check_reason(&b, &e->at[i]))
            return false;
    put_head(&b);
    put_entries(&b);
    return true;
}
