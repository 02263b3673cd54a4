#include "dns/zone.h"

#include "dns/zone_parts.h"

/*
 * Look-up cost: one hash of the name per question; the first time also one per label and alias.
 * Questions come from strangers (SPF macros), so the answers kept are bounded: past the bound all of
 * them are dropped and made again.
 */
#define ZONE_MADE_MAX 65536
#define ZONE_MADE_OCTETS_MAX ((size_t)64 << 20)

struct made { struct made *next; const struct answer *answer; };

struct zone *zone_new(void)
{
    struct zone *zone = mem_zalloc(1, sizeof *zone);
    if (!zone)
        return NULL;
    /* Nothing shows the order of a table here; the address is seed enough against chosen names. */
    uint64_t seed = (uint64_t)(uintptr_t)zone * 0x9e3779b97f4a7c15u;
    *zone = (struct zone){
        .arena = arena_new(ZONE_OCTETS_MAX), .made_arena = arena_new(ZONE_MADE_OCTETS_MAX),
        .nodes = table_new(seed), .made = table_new(seed),
        .negative_ttl_seconds = ZONE_NEGATIVE_TTL_DEFAULT, .origin = ORIGIN_ZONE,
    };
    if (zone->arena && zone->made_arena && zone->nodes && zone->made)
        return zone;
    zone_free(zone);
    return NULL;
}

void zone_forget_made(struct zone *zone)
{
    struct slice name;
    void *value;
    for (size_t at = 0; table_next(zone->made, &at, &name, &value);)
        for (const struct made *m = value; m; m = m->next)
            answer_drop(m->answer);
    table_clear(zone->made);
    arena_reset(zone->made_arena);
    zone->made_count = 0;
}

void zone_free(struct zone *zone)
{
    if (!zone)
        return;
    if (zone->made && zone->made_arena)
        zone_forget_made(zone);
    table_free(zone->made);
    table_free(zone->nodes);
    arena_free(zone->made_arena);
    arena_free(zone->arena);
    mem_free(zone);
}

void zone_set_origin(struct zone *zone, enum answer_origin origin)
{
    zone->origin = origin;
    zone_forget_made(zone);
}

/* ---- building ---- */

static struct slice parent_or_root(struct slice name)
{
    struct slice parent = name_parent(name);
    return parent.len > 0 ? parent : SLICE(".");
}

static struct zone_node *add_one_node(struct zone *zone, struct slice name)
{
    struct zone_node *node = ARENA_NEW(zone->arena, struct zone_node);
    if (!node)
        return NULL;
    node->name = slice_dup(zone->arena, name);
    if (node->name.len == 0 || !table_put(zone->nodes, node->name, node))
        return NULL;
    return node;
}

struct zone_node *zone_node_add(struct zone *zone, struct slice name)
{
    struct zone_node *node = table_get(zone->nodes, name);
    if (node)
        return node;
    node = add_one_node(zone, name);
    /* A node that exists has all its ancestors. */
    for (bool more = node != NULL; more && !slice_same(name, SLICE("."));) {
        name = parent_or_root(name);
        more = table_get(zone->nodes, name) == NULL;
        if (more && !add_one_node(zone, name))
            return NULL;
    }
    return node;
}

bool zone_record_add(struct zone *zone, struct zone_node *node, uint16_t type, uint32_t ttl_seconds, struct slice rdata)
{
    struct zone_record *record = ARENA_NEW(zone->arena, struct zone_record);
    if (!record)
        return false;
    *record = (struct zone_record){ .type = type, .ttl_seconds = ttl_seconds, .rdata = slice_dup(zone->arena, rdata) };
    if (record->rdata.len != rdata.len)
        return false;
    if (node->last)
        node->last->next = record;
    else
        node->first = record;
    node->last = record;
    return true;
}

bool zone_note_add(struct zone *zone, struct zone_node *node, const struct zone_note *told)
{
    struct zone_note *note = ARENA_NEW(zone->arena, struct zone_note);
    if (!note)
        return false;
    *note = *told;
    note->next = node->notes;
    node->notes = note;
    return true;
}

/* ---- looking up ---- */

/* Name text in lower case, without the final dot, in a buffer. */
struct key { uint8_t octets[NAME_TEXT_MAX]; size_t len; };

static void key_set(struct key *key, struct slice name)
{
    struct text text = text_fixed(key->octets, sizeof key->octets);
    text_add_lower(&text, name_undotted(name));
    key->len = text.bad ? 0 : text.len;
}

static struct slice key_name(const struct key *key)
{
    return slice_of(key->octets, key->len);
}

/*
 * RFC 4592 3.3.1: a name that does not exist is answered from "*" below its closest encloser, the
 * longest ancestor that does exist, and from no other wildcard.
 */
static const struct zone_node *find_wildcard(const struct zone *zone, struct slice name)
{
    struct slice encloser = name;
    do {
        if (slice_same(encloser, SLICE(".")))
            return NULL;
        encloser = parent_or_root(encloser);
    } while (!table_get(zone->nodes, encloser));
    uint8_t buffer[NAME_TEXT_MAX + 2];
    struct text star = text_fixed(buffer, sizeof buffer);
    text_add_octet(&star, '*');
    if (!slice_same(encloser, SLICE("."))) {
        text_add_octet(&star, '.');
        text_add(&star, encloser);
    }
    return table_get(zone->nodes, text_slice(&star));
}

static const struct zone_node *find_node(const struct zone *zone, struct slice name)
{
    const struct zone_node *node = table_get(zone->nodes, name);
    return node ? node : find_wildcard(zone, name);
}

static const struct zone_record *find_record(const struct zone_node *node, uint16_t type)
{
    for (const struct zone_record *r = node->first; r; r = r->next)
        if (r->type == type)
            return r;
    return NULL;
}

/* A note of just this type goes before one of every type. server: of that one alone; IP_NONE: of all. */
static const struct zone_note *find_note(const struct zone_node *node, uint16_t type, const struct ip *server)
{
    const struct zone_note *found = NULL;
    for (const struct zone_note *n = node->notes; n; n = n->next) {
        if (n->server.family != server->family || (server->family != IP_NONE && !ip_same(&n->server, server)))
            continue;
        if (n->type == type)
            return n;
        if (n->type == 0)
            found = n;
    }
    return found;
}

/* Where a question leads through its aliases. */
struct path {
    enum answer_status status;
    const struct zone_node *node;        /* with the records, if DATA */
    uint8_t canonical[NAME_TEXT_MAX];
    size_t canonical_len;                /* 0: no alias was followed */
    uint32_t ttl_seconds;                /* smallest of the aliases */
};

/* Goes over one alias: the next key. False if its target has no name text. */
static bool go_over(struct path *path, const struct zone_record *alias, struct key *key)
{
    struct cursor c = cursor_of(alias->rdata);
    if (!take_wire_name_to(&c, path->canonical, &path->canonical_len))
        return false;
    if (alias->ttl_seconds < path->ttl_seconds)
        path->ttl_seconds = alias->ttl_seconds;
    key_set(key, slice_of(path->canonical, path->canonical_len));
    return true;
}

/* What the name last reached says of the type; CNAME: go on. */
static void judge(const struct zone *zone, struct path *path, struct slice name, const struct question *q, const struct zone_record **alias)
{
    static const struct ip all = { .family = IP_NONE };
    *alias = NULL;
    path->node = find_node(zone, name);
    if (!path->node) {
        path->status = ANSWER_NXDOMAIN;
        return;
    }
    const struct zone_note *own = q->server.family != IP_NONE ? find_note(path->node, q->type, &q->server) : NULL;
    const struct zone_note *note = find_note(path->node, q->type, &all);
    if (own)
        path->status = own->status;
    else if (find_record(path->node, q->type))
        path->status = ANSWER_DATA;
    else if (note)
        path->status = note->status;
    else if ((*alias = find_record(path->node, RTYPE_CNAME)) == NULL)
        path->status = ANSWER_NODATA;
}

static void follow(const struct zone *zone, struct path *path, struct key *key, const struct question *q)
{
    *path = (struct path){ .ttl_seconds = ZONE_TTL_MAX };
    for (unsigned aliases = 0;; aliases++) {
        const struct zone_record *alias;
        judge(zone, path, key_name(key), q, &alias);
        if (!alias)
            return;
        if (aliases == CNAME_CHAIN_MAX || !go_over(path, alias, key)) {
            path->status = ANSWER_SERVFAIL;
            return;
        }
    }
}

/* ---- answering ---- */

/* RFC 2308 5: the smaller of the SOA's TTL and its MINIMUM field, its last. */
static uint32_t negative_ttl(const struct zone *zone, struct slice name)
{
    for (;; name = parent_or_root(name)) {
        const struct zone_node *node = table_get(zone->nodes, name);
        const struct zone_record *soa = node ? find_record(node, RTYPE_SOA) : NULL;
        if (soa && soa->rdata.len > 4) {
            struct cursor c = cursor_of(slice_from(soa->rdata, soa->rdata.len - 4));
            uint32_t minimum = take_u32(&c);
            return minimum < soa->ttl_seconds ? minimum : soa->ttl_seconds;
        }
        if (slice_same(name, SLICE(".")))
            return zone->negative_ttl_seconds;
    }
}

struct collected { struct slice rdata[ANSWER_RECORDS_MAX + 1]; };

/* The records of the draft's type, one more than the bound at most, so that answer_make sees the excess. */
static void collect(struct answer_draft *draft, struct collected *into, const struct zone_node *node)
{
    for (const struct zone_record *r = node->first; r && draft->count < COUNT_OF(into->rdata); r = r->next) {
        if (r->type != draft->question.type)
            continue;
        into->rdata[draft->count++] = r->rdata;
        if (r->ttl_seconds < draft->ttl_seconds)
            draft->ttl_seconds = r->ttl_seconds;
    }
    draft->rdata = into->rdata;
}

static struct answer *make(const struct zone *zone, const struct question *q)
{
    struct key key;
    struct path path;
    struct collected records;
    key_set(&key, q->name);
    follow(zone, &path, &key, q);
    struct answer_draft draft = {
        .question = *q,
        .status = path.status,
        .security = SECURITY_UNKNOWN,
        .origin = zone->origin,
        .ttl_seconds = path.ttl_seconds,
        .canonical = slice_of(path.canonical, path.canonical_len),
    };
    if (path.status == ANSWER_DATA) {
        collect(&draft, &records, path.node);
    } else {
        uint32_t ttl = negative_ttl(zone, key_name(&key));
        draft.ttl_seconds = ttl < path.ttl_seconds ? ttl : path.ttl_seconds;
    }
    return answer_make(&draft);
}

static const struct answer *find_made(const struct made *list, const struct question *q)
{
    for (const struct made *m = list; m; m = m->next)
        if (question_same(&m->answer->question, q))
            return m->answer;
    return NULL;
}

/* Keeps an answer for the next time; without memory it is just not kept. */
static void keep_made(struct zone *zone, struct made *list, const struct answer *answer)
{
    if (zone->made_count == ZONE_MADE_MAX) {
        zone_forget_made(zone);
        list = NULL;
    }
    struct made *m = ARENA_NEW(zone->made_arena, struct made);
    if (!m)
        return;
    m->answer = answer;
    if (list) {
        m->next = list->next;
        list->next = m;
    } else if (!table_put(zone->made, answer->question.name, m)) {
        return;
    }
    answer_hold(answer);
    zone->made_count++;
}

const struct answer *zone_answer(struct zone *zone, const struct question *question)
{
    struct key key;
    if (!name_askable(question->name))
        return answer_to(question, ANSWER_BAD_NAME);
    key_set(&key, question->name);
    struct made *list = table_get(zone->made, key_name(&key));
    const struct answer *answer = find_made(list, question);
    if (answer)
        return answer_hold(answer);
    answer = make(zone, question);
    if (answer)
        keep_made(zone, list, answer);
    return answer;
}

bool zone_knows(const struct zone *zone, struct slice name)
{
    struct key key;
    key_set(&key, name);
    return table_get(zone->nodes, key_name(&key)) != NULL;
}

bool zone_has(const struct zone *zone, struct slice name, uint16_t type)
{
    static const struct ip all = { .family = IP_NONE };
    struct key key;
    key_set(&key, name);
    const struct zone_node *node = table_get(zone->nodes, key_name(&key));
    if (!node || type == 0)
        return node && (node->first || node->notes);
    return find_record(node, type) || find_record(node, RTYPE_CNAME) || find_note(node, type, &all);
}

bool zone_covers(const struct zone *zone, struct slice name)
{
    struct key key;
    key_set(&key, name);
    return key.len > 0 && find_node(zone, key_name(&key)) != NULL;
}

bool zone_leaves(const struct zone *zone, const struct question *question, struct arena *arena, struct slice *target, uint32_t *ttl_seconds)
{
    struct key key;
    struct path path;
    key_set(&key, question->name);
    if (key.len == 0)
        return false;
    follow(zone, &path, &key, question);
    if (path.status != ANSWER_NXDOMAIN || path.node || path.canonical_len == 0)
        return false;
    *target = slice_dup(arena, key_name(&key));
    *ttl_seconds = path.ttl_seconds;
    return target->len > 0;
}
