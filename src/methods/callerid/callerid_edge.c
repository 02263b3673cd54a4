#include "methods/callerid/callerid_edge.h"

#include <stdlib.h>

#include "mail/received.h"

bool callerid_edge_applies(const struct txn *t, const struct callerid_conf *conf)
{
    return conf->edge_domain.len > 0 && (t->session->via_relay || t->session->client_from_message);
}

/* ---- by edgeHeader ---- */

static bool contains(struct slice text, struct slice piece)
{
    for (; text.len >= piece.len; text = slice_from(text, 1))
        if (slice_starts(text, piece))
            return true;
    return false;
}

static bool contains_any(struct slice text, const struct ep *ep)
{
    for (size_t i = 0; i < ep->edge_count && i < EDGE_STRINGS_MAX; i++)
        if (ep->edges[i].len > 0 && contains(text, ep->edges[i]))
            return true;
    return false;
}

static bool take_client(const struct received *r, struct callerid_edge *edge)
{
    edge->client = r->client;
    edge->received_at = r->has_date ? r->date : 0;
    return r->client.family != IP_NONE;
}

static enum path_outcome edge_of_header(struct check *c, const struct ep *ep, struct callerid_edge *edge)
{
    for (unsigned nth = 1; nth <= EDGE_HOPS_MAX; nth++) {
        const struct field *f = message_field(c->run.txn->message, SLICE("Received"), nth);
        struct received r;
        if (!f)
            return PATH_MISS;
        if (contains_any(slice_first(field_unfolded(c->run.scratch, f), EDGE_FIELD_OCTETS), ep))
            return received_parse(c->run.scratch, f->value, &r) && take_client(&r, edge) ? PATH_HIT : PATH_MISS;
    }
    return PATH_MISS;
}

/* ---- by the MX set ---- */

struct ours { struct ip at[EDGE_ADDRESSES_MAX]; size_t count; };

static bool is_ours(const struct ours *ours, const struct ip *ip)
{
    for (size_t i = 0; i < ours->count; i++)
        if (ip_same(&ours->at[i], ip))
            return true;
    return false;
}

static const uint16_t address_types[] = { RTYPE_A, RTYPE_AAAA };

/* Both families: which one the hop used is not known. HIT: both answers are there, either may be void. */
static enum path_outcome addresses_of(struct check *c, struct slice host, const struct answer *out[2])
{
    for (size_t i = 0; i < COUNT_OF(address_types); i++)
        prefetch(c, host, address_types[i]);
    for (size_t i = 0; i < COUNT_OF(address_types); i++) {
        out[i] = ask(c, host, address_types[i]);
        enum path_outcome o = path_answer(out[i]);
        if (o == PATH_WAIT || path_unknown(o))
            return o;
    }
    return PATH_HIT;
}

static int by_host(const void *a, const void *b)
{
    return slice_compare_nocase((*(const struct rdata *const *)a)->mx.host, (*(const struct rdata *const *)b)->mx.host);
}

static enum path_outcome gather_ours(struct check *c, struct slice domain, struct ours *ours)
{
    const struct rdata *hosts[ANSWER_RECORDS_MAX];
    const struct answer *mx = ask(c, domain, RTYPE_MX), *addresses[2];
    enum path_outcome o = path_answer(mx);
    if (o != PATH_HIT)
        return o;
    size_t n = mx->count;
    for (size_t i = 0; i < n; i++)
        hosts[i] = &mx->records[i];
    qsort(hosts, n, sizeof *hosts, by_host);
    for (size_t i = 0; i < n && i < EDGE_HOSTS_MAX; i++) {
        o = addresses_of(c, hosts[i]->mx.host, addresses);
        if (o != PATH_HIT)
            return o;
        for (size_t k = 0; k < COUNT_OF(addresses); k++)
            for (size_t j = 0; j < addresses[k]->count && ours->count < EDGE_ADDRESSES_MAX; j++)
                ours->at[ours->count++] = addresses[k]->records[j].ip;
    }
    return ours->count > 0 ? PATH_HIT : PATH_MISS;
}

/* Is it a host of our MX set? With `private`, also one that has addresses of private networks only. HIT, MISS, or why not known. */
static enum path_outcome judge_by(struct check *c, const struct ours *ours, struct slice by, bool private)
{
    const struct answer *addresses[2];
    struct slice name;
    size_t count = 0, inner = 0;
    if (!domain_normal(c->run.scratch, by, &name))
        return PATH_MISS;
    enum path_outcome o = addresses_of(c, name, addresses);
    if (o != PATH_HIT)
        return o;
    for (size_t k = 0; k < COUNT_OF(addresses); k++)
        for (size_t i = 0; i < addresses[k]->count; i++) {
            const struct ip *ip = &addresses[k]->records[i].ip;
            if (is_ours(ours, ip))
                return PATH_HIT;
            count++;
            inner += ip_is_private(ip);
        }
    return private && count > 0 && inner == count ? PATH_HIT : PATH_MISS;
}

/* The client of this hop is one of our own hosts: the field below was written by it. */
static bool stays_inside(const struct ours *ours, const struct ip *client)
{
    return client->family != IP_NONE && (is_ours(ours, client) || ip_is_private(client));
}

static enum path_outcome edge_of_mx(struct check *c, struct slice domain, struct callerid_edge *edge)
{
    struct ours ours = { .count = 0 };
    bool found = false;
    enum path_outcome o = gather_ours(c, domain, &ours);
    if (o != PATH_HIT)
        return o;
    for (unsigned nth = 1; nth <= EDGE_HOPS_MAX; nth++) {
        const struct field *f = message_field(c->run.txn->message, SLICE("Received"), nth);
        struct received r;
        if (!f)
            break;
        o = received_parse(c->run.scratch, f->value, &r) ? judge_by(c, &ours, r.by, found) : PATH_MISS;
        if (o == PATH_WAIT || path_unknown(o))
            return o;
        if (o == PATH_MISS && !found)
            continue;
        if (o == PATH_MISS)
            break;
        found = true;
        take_client(&r, edge);
        if (!stays_inside(&ours, &r.client))
            break;
    }
    return found && edge->client.family != IP_NONE ? PATH_HIT : PATH_MISS;
}

enum path_outcome callerid_find_edge(struct check *c, const struct callerid_conf *conf, struct callerid_edge *edge)
{
    struct callerid_place place;
    *edge = (struct callerid_edge){ .received_at = 0 };
    enum path_outcome o = callerid_fetch(c, conf, conf->edge_domain, &place);
    if (o == PATH_HIT && place.set->ep.edge_count > 0)
        return edge_of_header(c, &place.set->ep, edge);
    if (o == PATH_WAIT || path_unknown(o) || place.absence == CALLERID_OWN_FAILURE)
        return o;
    return edge_of_mx(c, conf->edge_domain, edge);
}
