#include "methods/dnsmail/dnsmail_chain.h"

enum dnsmail_reason dnsmail_entry_judge(const struct dnsmail_entry *e, int64_t now)
{
    for (size_t i = 0; i < e->records->count; i++) {
        const struct dnsmail_record *r = &e->records->at[i];
        /* Or anybody could register what somebody else is said to have forwarded. */
        if (!slice_same(r->from.domain, e->id.domain))
            return DNSMAIL_FOREIGN_RECORD;
        if (r->date < now - DNSMAIL_AGE_MAX_SECONDS)
            return DNSMAIL_EXPIRED;
        if (r->date > now + DNSMAIL_FUTURE_MAX_SECONDS)
            return DNSMAIL_FROM_FUTURE;
    }
    return DNSMAIL_REGISTERED;
}

/* ---- who is named ---- */

/* An address under one id: its hash is made once, and only if a record asks for it. */
struct sought { const struct dnsmail_address *address; struct slice label; bool hashed; uint8_t hash[DNSMAIL_HASH_OCTETS]; };

static bool is_sought(struct dnsmail_chain *chain, const struct dnsmail_recipient *to, struct sought *s)
{
    if (!to->hashed)
        return dnsmail_address_same(&to->address, s->address);
    if (dnsmail_too_long(s->address))
        return false;
    if (!s->hashed && !dnsmail_hash(s->label, s->address, s->hash)) {
        chain->failed = true;
        return false;
    }
    s->hashed = true;
    return slice_same(slice_of(to->hash, sizeof to->hash), slice_of(s->hash, sizeof s->hash));
}

static bool names(struct dnsmail_chain *chain, const struct dnsmail_record *r, struct sought *s)
{
    for (unsigned i = 0; i < r->to_count; i++)
        if (is_sought(chain, &r->to[i], s))
            return true;
    return false;
}

static struct sought sought_under(const struct dnsmail_entry *e, const struct dnsmail_address *address)
{
    return (struct sought){ .address = address, .label = e->id.label };
}

/* ---- the chain ---- */

static bool make_room(struct dnsmail_chain *chain)
{
    for (unsigned i = 0; i < chain->ids->count && !chain->failed; i++) {
        chain->hop[i] = ARENA_ARRAY(chain->scratch, chain->ids->at[i].records->count, unsigned char);
        chain->failed = chain->hop[i] == NULL;
    }
    return !chain->failed;
}

/* The records that name this author and date; *reason says how near the others came. */
static bool find_origins(struct dnsmail_chain *chain, const struct dnsmail_address *author, int64_t date, enum dnsmail_reason *reason)
{
    bool found = false;
    *reason = DNSMAIL_NO_ORIGIN_ID;
    for (unsigned i = 0; i < chain->ids->count; i++) {
        const struct dnsmail_entry *e = &chain->ids->at[i];
        bool own = slice_same(e->id.domain, author->domain);
        if (own && *reason == DNSMAIL_NO_ORIGIN_ID)
            *reason = DNSMAIL_FROM_DIFFERS;
        for (size_t k = 0; own && k < e->records->count; k++) {
            if (!dnsmail_address_same(&e->records->at[k].from, author))
                continue;
            *reason = DNSMAIL_DATE_DIFFERS;
            chain->hop[i][k] = e->records->at[k].date == date;
            found = found || chain->hop[i][k];
        }
    }
    return found;
}

/* Is this forwarder named by a record of another id that was reached at the last hop? */
static bool is_next(struct dnsmail_chain *chain, unsigned own, const struct dnsmail_address *forwarder, unsigned char last)
{
    for (unsigned i = 0; i < chain->ids->count; i++) {
        const struct dnsmail_entry *e = &chain->ids->at[i];
        struct sought s = sought_under(e, forwarder);
        for (size_t k = 0; i != own && k < e->records->count; k++)
            if (chain->hop[i][k] == last && names(chain, &e->records->at[k], &s))
                return true;
    }
    return false;
}

/* Each pair of records is looked at once: a record against those of the hop before. */
static bool take_hop(struct dnsmail_chain *chain, unsigned char last)
{
    bool more = false;
    for (unsigned i = 0; i < chain->ids->count; i++) {
        const struct dnsmail_records *set = chain->ids->at[i].records;
        for (size_t k = 0; k < set->count; k++) {
            if (chain->hop[i][k] != 0 || !is_next(chain, i, &set->at[k].from, last))
                continue;
            chain->hop[i][k] = (unsigned char)(last + 1);
            more = true;
        }
    }
    return more;
}

enum dnsmail_reason dnsmail_chain_begin(struct dnsmail_chain *chain, struct arena *scratch, const struct dnsmail_ids *ids,
                                        const struct dnsmail_address *author, int64_t date)
{
    enum dnsmail_reason reason = DNSMAIL_OWN_FAILURE;
    *chain = (struct dnsmail_chain){ .scratch = scratch, .ids = ids };
    if (!make_room(chain) || !find_origins(chain, author, date, &reason))
        return reason;
    /* One hop for each id; records of one id may lead to different ones. */
    for (unsigned char hop = 1; hop <= DNSMAIL_IDS_MAX && take_hop(chain, hop); hop++)
        ;
    return chain->failed ? DNSMAIL_OWN_FAILURE : DNSMAIL_REGISTERED;
}

enum dnsmail_reason dnsmail_chain_delivers(struct dnsmail_chain *chain, const struct dnsmail_address *recipient)
{
    enum dnsmail_reason best = DNSMAIL_ORIGIN_ONLY;
    for (unsigned i = 0; i < chain->ids->count; i++) {
        const struct dnsmail_entry *e = &chain->ids->at[i];
        struct sought s = sought_under(e, recipient);
        for (size_t k = 0; k < e->records->count; k++) {
            if (best == DNSMAIL_FORWARDED && chain->hop[i][k] != 1)
                continue;                        /* says nothing better */
            if (!names(chain, &e->records->at[k], &s))
                continue;
            if (chain->hop[i][k] == 1)
                return DNSMAIL_REGISTERED;
            best = chain->hop[i][k] > 0 ? DNSMAIL_FORWARDED : DNSMAIL_CHAIN_BROKEN;
        }
    }
    return chain->failed ? DNSMAIL_OWN_FAILURE : best;
}

/* ---- the body ---- */

bool dnsmail_has_body_hash(const struct dnsmail_ids *ids)
{
    for (unsigned i = 0; i < ids->count; i++)
        for (size_t k = 0; k < ids->at[i].records->count; k++)
            if (ids->at[i].records->at[k].has_body)
                return true;
    return false;
}

const struct dnsmail_entry *dnsmail_body_differs(const struct dnsmail_ids *ids, struct slice digest)
{
    for (unsigned i = 0; i < ids->count; i++)
        for (size_t k = 0; k < ids->at[i].records->count; k++) {
            const struct dnsmail_record *r = &ids->at[i].records->at[k];
            if (r->has_body && !slice_same(slice_of(r->body, sizeof r->body), digest))
                return &ids->at[i];
        }
    return NULL;
}
