#include "verdict/owners.h"

#include <stdlib.h>

#include "base/cursor.h"
#include "fact/fact.h"
#include "mail/domain.h"

#define RDAP_TREE_OCTETS (64u << 20)      /* of one object of at most FACT_JSON_MAX octets */

struct owned { struct slice domain, owner; size_t order; };
struct owners { struct arena *arena; struct owned *at; size_t count, room; };

struct owners *owners_new(struct arena *arena)
{
    struct owners *o = ARENA_NEW(arena, struct owners);

    if (o != NULL)
        o->arena = arena;
    return o;
}

/* What is wrong where; always false. */
static bool wrong(struct config_error *error, const char *file_name, unsigned line, const char *rule, struct slice about)
{
    struct conf_node where = { .file = file_name, .line = line };

    if (about.len > 0)
        config_complain(error, &where, "%s: \"%.*s\"", rule, (int)slice_first(about, 80).len, (const char *)about.at);
    else
        config_complain(error, &where, "%s", rule);
    return false;
}

static bool make_room(struct owners *o)
{
    size_t room = o->room ? o->room * 2 : 64;
    struct owned *at;

    if (o->count < o->room)
        return true;
    at = ARENA_ARRAY(o->arena, room, struct owned);
    if (at == NULL)
        return false;
    for (size_t i = 0; i < o->count; i++)
        at[i] = o->at[i];
    o->at = at;
    o->room = room;
    return true;
}

static bool add(struct owners *o, const char *file_name, unsigned line, struct slice domain, struct slice owner, struct config_error *error)
{
    struct slice normal;

    owner = slice_trim(owner, " \t");
    if (!domain_normal(o->arena, slice_trim(domain, " \t"), &normal))
        return wrong(error, file_name, line, "no domain name", domain);
    if (owner.len == 0 || owner.len > OWNER_NAME_MAX)
        return wrong(error, file_name, line, "an owner's name has 1 to 256 octets", owner);
    if (o->count >= OWNERS_MAX)
        return wrong(error, file_name, line, "more than 1000000 domains", (struct slice){ 0 });
    if (!make_room(o))
        return wrong(error, file_name, line, "no memory", (struct slice){ 0 });
    o->at[o->count] = (struct owned){ normal, slice_dup(o->arena, owner), o->count };
    o->count++;
    return !arena_failed(o->arena) || wrong(error, file_name, line, "no memory", (struct slice){ 0 });
}

/* ---- CSV ---- */

/* field = escaped / non-escaped             RFC 4180 2, on one line. False: a quote that is not closed, or text behind it. */
static bool take_csv_field(struct cursor *c, struct text *out)
{
    if (!accept_octet(c, '"')) {
        while (!at_end(c) && peek(c) != ',')
            text_add_octet(out, (uint8_t)take_octet(c));
        return true;
    }
    while (!at_end(c)) {
        uint8_t octet = (uint8_t)take_octet(c);
        if (octet == '"' && !accept_octet(c, '"'))
            return at_end(c) || peek(c) == ',';
        text_add_octet(out, octet);
    }
    return false;
}

static bool add_csv_line(struct owners *o, const char *file_name, unsigned line, struct slice text, struct config_error *error)
{
    uint8_t domain_room[512], owner_room[2 * OWNER_NAME_MAX];
    struct text domain = text_fixed(domain_room, sizeof domain_room), owner = text_fixed(owner_room, sizeof owner_room);
    struct cursor c = cursor_of(slice_trim(text, " \t\r"));

    if (at_end(&c) || peek(&c) == '#')
        return true;
    bool good = take_csv_field(&c, &domain) && accept_octet(&c, ',') && take_csv_field(&c, &owner);
    if (good && line == 1 && slice_same_nocase(text_slice(&domain), SLICE("domain")))
        return true;
    /* Further columns are somebody's own. */
    if (!good || domain.bad || owner.bad)
        return wrong(error, file_name, line, "wanted: domain,owner", text);
    return add(o, file_name, line, text_slice(&domain), text_slice(&owner), error);
}

static bool add_csv(struct owners *o, const char *file_name, struct slice text, struct config_error *error)
{
    struct slice rest = text, line;

    for (unsigned n = 1; rest.len > 0; n++) {
        (void)slice_cut(rest, '\n', &line, &rest);
        if (!add_csv_line(o, file_name, n, line, error))
            return false;
    }
    return true;
}

/* ---- RDAP ---- */

static bool has_role(const struct fact *entity, const char *role)
{
    const struct fact *roles = fact_find(entity, "roles");

    for (const struct fact *r = roles && roles->kind == FACT_LIST ? roles->first : NULL; r; r = r->next)
        if (r->kind == FACT_TEXT && slice_same_nocase(r->text, slice_str(role)))
            return true;
    return false;
}

/* jCard (RFC 7095): [ "vcard", [ [ "fn", {}, "text", "Example" ], ... ] ]; a value may be a list, whose first counts. */
static struct slice card_value(const struct fact *entity, const char *name)
{
    const struct fact *card = fact_find(entity, "vcardArray");
    const struct fact *rows = card && card->kind == FACT_LIST && card->first ? card->first->next : NULL;

    for (const struct fact *row = rows && rows->kind == FACT_LIST ? rows->first : NULL; row; row = row->next) {
        const struct fact *f = row->kind == FACT_LIST ? row->first : NULL;
        if (!f || f->kind != FACT_TEXT || !slice_same_nocase(f->text, slice_str(name)))
            continue;
        for (unsigned i = 0; f && i < 3; i++)
            f = f->next;
        if (f && f->kind == FACT_LIST)
            f = f->first;
        if (f && f->kind == FACT_TEXT && f->text.len > 0)
            return f->text;
    }
    return (struct slice){ 0 };
}

static struct slice registrant_of(const struct fact *domain)
{
    const struct fact *entities = fact_find(domain, "entities");

    for (const struct fact *e = entities && entities->kind == FACT_LIST ? entities->first : NULL; e; e = e->next) {
        struct slice org = has_role(e, "registrant") ? card_value(e, "org") : (struct slice){ 0 };
        if (org.len > 0)
            return org;
        org = has_role(e, "registrant") ? card_value(e, "fn") : (struct slice){ 0 };
        if (org.len > 0)
            return org;
    }
    return (struct slice){ 0 };
}

static bool read_rdap_object(struct owners *o, struct arena *scratch, const char *file_name, unsigned line, struct slice json,
                             struct config_error *error)
{
    const struct fact *object;
    const char *why = "";
    struct slice owner;

    if (!fact_from_json(scratch, json, &object, &why))
        return wrong(error, file_name, line, "no RDAP object", slice_str(why));
    if (!slice_same(fact_text(object, "objectClassName"), SLICE("domain")))
        return wrong(error, file_name, line, "no RDAP object of a domain (objectClassName)", (struct slice){ 0 });
    owner = registrant_of(object);
    if (owner.len == 0)
        return wrong(error, file_name, line, "the RDAP object names no registrant", fact_text(object, "ldhName"));
    return add(o, file_name, line, fact_text(object, "ldhName"), owner, error);
}

static bool add_rdap_object(struct owners *o, const char *file_name, unsigned line, struct slice json, struct config_error *error)
{
    struct arena *scratch = arena_new(RDAP_TREE_OCTETS);
    bool good = scratch ? read_rdap_object(o, scratch, file_name, line, json, error) : wrong(error, file_name, line, "no memory", (struct slice){ 0 });

    arena_free(scratch);
    return good;
}

/* An object that begins and ends on one line: then each line is one. */
static bool is_line_by_line(struct slice text)
{
    struct slice line, rest;

    (void)slice_cut(text, '\n', &line, &rest);
    line = slice_trim(line, " \t\r");
    return line.len > 1 && line.at[line.len - 1] == '}';
}

static bool add_rdap(struct owners *o, const char *file_name, struct slice text, struct config_error *error)
{
    struct slice rest = text, line;

    if (!is_line_by_line(text))
        return add_rdap_object(o, file_name, 1, text, error);
    for (unsigned n = 1; rest.len > 0; n++) {
        (void)slice_cut(rest, '\n', &line, &rest);
        line = slice_trim(line, " \t\r");
        if (line.len > 0 && !add_rdap_object(o, file_name, n, line, error))
            return false;
    }
    return true;
}

/* ---- the table ---- */

bool owners_add(struct owners *o, const char *file_name, struct slice text, struct config_error *error)
{
    struct slice trimmed = slice_trim(text, " \t\r\n");

    *error = (struct config_error){ .line = 0 };
    if (text.len > OWNERS_FILE_OCTETS_MAX)
        return wrong(error, file_name, 0, "larger than 64 MiB", (struct slice){ 0 });
    if (trimmed.len > 0 && trimmed.at[0] == '{')
        return add_rdap(o, file_name, trimmed, error);
    return add_csv(o, file_name, text, error);
}

static int by_domain(const void *a, const void *b)
{
    const struct owned *x = a, *y = b;
    int way = slice_compare(x->domain, y->domain);

    return way ? way : x->order < y->order ? -1 : x->order > y->order;
}

void owners_close(struct owners *o)
{
    size_t kept = 0;

    if (o->count > 0)
        qsort(o->at, o->count, sizeof *o->at, by_domain);
    for (size_t i = 0; i < o->count; i++)
        if (kept == 0 || !slice_same(o->at[kept - 1].domain, o->at[i].domain))
            o->at[kept++] = o->at[i];
    o->count = kept;
}

size_t owners_count(const struct owners *o)
{
    return o->count;
}

static int to_domain(const void *key, const void *member)
{
    return slice_compare(*(const struct slice *)key, ((const struct owned *)member)->domain);
}

struct slice owners_find(const struct owners *o, struct slice domain)
{
    for (struct slice rest = domain; rest.len > 0 && o->count > 0; rest = slice_from(rest, slice_find(rest, '.') + 1)) {
        const struct owned *found = bsearch(&rest, o->at, o->count, sizeof *o->at, to_domain);
        if (found != NULL)
            return found->owner;
    }
    return (struct slice){ 0 };
}
