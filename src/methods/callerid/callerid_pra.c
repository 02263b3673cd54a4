#include "methods/callerid/callerid_pra.h"

/* In the order of the rules. */
enum { RESENT_SENDER, RESENT_FROM, SENDER, FROM, NAMES };
static const char *const names[NAMES] = { "Resent-Sender", "Resent-From", "Sender", "From" };

struct found {
    const struct field *first[NAMES];    /* that is not empty */
    unsigned count[NAMES];               /* of those */
    bool hop_between;                    /* below the first Resent-From and above the first Resent-Sender */
};

static bool is_trace(struct slice name)
{
    return slice_same_nocase(name, SLICE("Received")) || slice_same_nocase(name, SLICE("Return-Path"));
}

static void look_at(struct found *found, const struct field *f)
{
    if (found->first[RESENT_FROM] && !found->first[RESENT_SENDER] && is_trace(f->name))
        found->hop_between = true;
    for (unsigned i = 0; i < NAMES; i++) {
        if (!slice_same_nocase(f->name, slice_str(names[i])) || slice_trim_fws(f->value).len == 0)
            continue;
        if (found->count[i]++ == 0)
            found->first[i] = f;
    }
}

static struct found find_fields(const struct message *m)
{
    struct found found = { .hop_between = false };
    for (size_t i = 0; i < m->count; i++)
        look_at(&found, m->fields[i]);
    return found;
}

static unsigned responsible(const struct found *found)
{
    if (found->first[RESENT_SENDER] && !found->hop_between)
        return RESENT_SENDER;
    for (unsigned i = RESENT_FROM; i < FROM; i++)
        if (found->first[i])
            return i;
    return FROM;
}

/* Resent fields come in blocks, of which the topmost counts; Sender and From stand once in a message (RFC 5322 3.6). */
static bool stands_too_often(const struct found *found, unsigned which)
{
    return which >= SENDER && found->count[which] > 1;
}

/* Of Resent-From and From the first mailbox counts; in the others there can be one. */
static bool may_list(unsigned which)
{
    return which == RESENT_FROM || which == FROM;
}

static enum pra_problem read_address(const struct address_list *all, bool list, struct address *out)
{
    if (!all || !all->well_formed || all->has_group || all->count == 0)
        return PRA_MALFORMED;
    if (all->count > 1 && !list)
        return PRA_SEVERAL;
    *out = all->at[0];
    return name_labels(out->normal_domain) >= 2 ? PRA_FINE : PRA_NO_DOMAIN;
}

struct pra callerid_pra(const struct message *m, callerid_addresses *addresses, void *context)
{
    struct found found = find_fields(m);
    unsigned which = responsible(&found);
    struct pra p = { .field = found.first[which] };
    if (m->overflow || (which == FROM && m->disguised_from))
        p.problem = PRA_HEADER;      /* the latter: somebody else may see another author (threats.md T01) */
    else if (!p.field)
        p.problem = PRA_NONE;
    else if (stands_too_often(&found, which))
        p.problem = PRA_SEVERAL;
    else
        p.problem = read_address(addresses(context, p.field), may_list(which), &p.address);
    return p;
}

bool callerid_first_from(const struct message *m, callerid_addresses *addresses, void *context, struct address *out)
{
    struct found found = find_fields(m);
    return found.first[FROM] && read_address(addresses(context, found.first[FROM]), true, out) == PRA_FINE;
}
