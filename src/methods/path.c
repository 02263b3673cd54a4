#include "methods/path.h"

#include <assert.h>
#include <stdlib.h>

/* ---- outcomes ---- */

bool path_unknown(enum path_outcome o)
{
    return o == PATH_FAILED || o == PATH_OVER_QUOTA;
}

enum path_outcome path_answer(const struct answer *a)
{
    if (!a)
        return PATH_WAIT;
    if (a->status == ANSWER_OVER_QUOTA)
        return PATH_OVER_QUOTA;
    if (answer_failed(a))
        return PATH_FAILED;
    return answer_has_data(a) ? PATH_HIT : PATH_MISS;
}

static enum path_outcome weightier(enum path_outcome a, enum path_outcome b)
{
    return a > b ? a : b;
}

/* ---- the loop ---- */

enum path_outcome path_judge(struct check *c, const struct path_member *m, void *context, const void *entries, size_t count, size_t octets,
                             size_t *which)
{
    const uint8_t *at = entries;
    assert(count <= PATH_ENTRIES_MAX);
    for (size_t i = 0; m->hint && i < count; i++)
        m->hint(c, context, at + i * octets);
    for (size_t i = 0; i < count; i++) {
        enum path_outcome o = m->judge(c, context, at + i * octets);
        *which = i;
        if (o != PATH_MISS)
            return o;
    }
    return PATH_MISS;
}

/* ---- who claims to send ---- */

bool path_claim(const struct txn *t, struct slice *domain, enum identity *identity)
{
    *identity = t->mail_from.null ? IDENTITY_HELO : IDENTITY_MAILFROM;
    *domain = t->mail_from.null ? t->helo_domain : t->mail_from.normal_domain;
    return name_labels(*domain) >= 2;
}

unsigned path_subjects(const struct txn *t)
{
    return t->client.family == IP_NONE ? 0 : 1;
}

/* ---- hosts ---- */

uint16_t path_address_type(const struct txn *t)
{
    return t->client.family == IP_V6 ? RTYPE_AAAA : RTYPE_A;
}

static bool holds_client(const struct txn *t, const struct answer *a)
{
    for (size_t i = 0; i < a->count; i++)
        if (ip_same(&a->records[i].ip, &t->client))
            return true;
    return false;
}

enum path_outcome path_host(struct check *c, struct slice host)
{
    const struct answer *a = ask(c, host, path_address_type(c->run.txn));
    enum path_outcome o = path_answer(a);
    if (o == PATH_HIT && !holds_client(c->run.txn, a))
        return PATH_MISS;
    return o;
}

void path_host_hint(struct check *c, struct slice host)
{
    prefetch(c, host, path_address_type(c->run.txn));
}

void path_scout_host(struct scout *s, struct slice host)
{
    hint(s, host, path_address_type(s->run.txn));
}

/* ---- MX sets ---- */

static int preferred_first(const void *a, const void *b)
{
    const struct rdata *x = *(const struct rdata *const *)a, *y = *(const struct rdata *const *)b;
    if (x->mx.preference != y->mx.preference)
        return x->mx.preference < y->mx.preference ? -1 : 1;
    return slice_compare_nocase(x->mx.host, y->mx.host);
}

static int last_preference_first(const void *a, const void *b)
{
    const struct rdata *x = *(const struct rdata *const *)a, *y = *(const struct rdata *const *)b;
    return x->mx.preference != y->mx.preference ? preferred_first(b, a) : preferred_first(a, b);
}

static bool is_usable_exchange(struct slice host)
{
    struct ip literal;
    return !slice_same(host, SLICE(".")) && !ip_parse(host, &literal);
}

static size_t sorted_exchanges(const struct answer *mx, int (*compare)(const void *, const void *), const struct rdata *out[ANSWER_RECORDS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < mx->count; i++)
        if (is_usable_exchange(mx->records[i].mx.host))
            out[n++] = &mx->records[i];
    qsort(out, n, sizeof *out, compare);
    return n;
}

size_t path_exchanges(const struct answer *mx, const struct rdata *out[ANSWER_RECORDS_MAX])
{
    return sorted_exchanges(mx, preferred_first, out);
}

static size_t exchanges_of(const struct answer *mx, const struct rdata *out[ANSWER_RECORDS_MAX])
{
    size_t n = sorted_exchanges(mx, last_preference_first, out);
    return n < PATH_MX_MAX ? n : PATH_MX_MAX;
}

static enum path_outcome mx_hosts(struct check *c, const struct answer *mx, struct path_mx *out)
{
    const struct rdata *hosts[ANSWER_RECORDS_MAX];
    size_t n = exchanges_of(mx, hosts);
    enum path_outcome worst = PATH_MISS;
    for (size_t i = 0; i < n; i++)
        path_host_hint(c, hosts[i]->mx.host);
    for (size_t i = 0; i < n; i++) {
        enum path_outcome o = path_host(c, hosts[i]->mx.host);
        out->hosts_asked++;
        if (o == PATH_WAIT)
            return o;
        if (o == PATH_HIT) {
            out->host = hosts[i]->mx.host;
            out->preference = hosts[i]->mx.preference;
            return o;
        }
        worst = weightier(worst, o);      /* another host may still match */
    }
    return worst;
}

static enum path_outcome implicit_mx(struct check *c, struct slice domain, struct path_mx *out)
{
    const struct answer *a = ask(c, domain, path_address_type(c->run.txn));
    enum path_outcome o = path_answer(a);
    if (o != PATH_HIT)
        return o;
    out->exists = true;
    out->host = a->question.name;
    return holds_client(c->run.txn, a) ? PATH_HIT : PATH_MISS;
}

enum path_outcome path_mx(struct check *c, struct slice domain, bool implicit, bool skip_private, struct path_mx *out)
{
    *out = (struct path_mx){ 0 };
    const struct answer *mx = ask(c, domain, RTYPE_MX);
    enum path_outcome o = path_answer(mx);
    if (o == PATH_MISS) {
        out->absent = mx->status == ANSWER_NXDOMAIN;
        return implicit && !out->absent ? implicit_mx(c, domain, out) : PATH_MISS;
    }
    if (o != PATH_HIT)
        return o;
    out->exists = true;
    out->null_mx = mx->count == 1 && slice_same(mx->records[0].mx.host, SLICE("."));
    /* No address of a private network counts: then a client there is in no set, without further questions. */
    if (skip_private && ip_is_private(&c->run.txn->client))
        return PATH_MISS;
    return mx_hosts(c, mx, out);
}

void path_mx_hint(struct check *c, struct slice domain)
{
    prefetch(c, domain, RTYPE_MX);
}

void path_scout_mx(struct scout *s, struct slice domain)
{
    const struct rdata *hosts[ANSWER_RECORDS_MAX];
    const struct answer *mx = hint(s, domain, RTYPE_MX);
    size_t n = mx && answer_has_data(mx) ? exchanges_of(mx, hosts) : 0;
    for (size_t i = 0; i < n; i++)
        path_scout_host(s, hosts[i]->mx.host);
}

/* ---- the client's own names ---- */

struct slice path_reverse_name(struct run *run)
{
    const struct ip *ip = &run->txn->client;
    struct text t = text_in(run->scratch, NAME_TEXT_MAX + 1);
    text_add_ip_reversed(&t, ip);
    text_add_str(&t, ip->family == IP_V6 ? ".ip6.arpa" : ".in-addr.arpa");
    return text_slice(&t);
}

static int by_host(const void *a, const void *b)
{
    const struct rdata *x = *(const struct rdata *const *)a, *y = *(const struct rdata *const *)b;
    return slice_compare_nocase(x->host, y->host);
}

static size_t names_of(const struct answer *ptr, struct slice within, struct slice names[PATH_NAMES_MAX])
{
    const struct rdata *fit[ANSWER_RECORDS_MAX];
    size_t n = 0, kept;
    for (size_t i = 0; i < ptr->count; i++)
        if (within.len == 0 || name_at_or_below(ptr->records[i].host, within))
            fit[n++] = &ptr->records[i];
    qsort(fit, n, sizeof *fit, by_host);
    for (kept = 0; kept < n && kept < PATH_NAMES_MAX; kept++)
        names[kept] = fit[kept]->host;
    return kept;
}

void path_names_hint(struct check *c)
{
    prefetch(c, path_reverse_name(&c->run), RTYPE_PTR);
}

enum path_outcome path_names(struct check *c, struct slice within, struct slice names[PATH_NAMES_MAX], size_t *count)
{
    const struct answer *ptr = ask(c, path_reverse_name(&c->run), RTYPE_PTR);
    enum path_outcome o = path_answer(ptr);
    *count = o == PATH_HIT ? names_of(ptr, within, names) : 0;
    if (o == PATH_HIT && *count == 0)
        return PATH_MISS;
    for (size_t i = 0; i < *count; i++)
        path_host_hint(c, names[i]);
    return o;
}

static void note_unknown(enum path_outcome *unknown, enum path_outcome o)
{
    if (path_unknown(o))
        *unknown = weightier(*unknown, o);
}

enum path_outcome path_confirmed(struct check *c, size_t most, struct slice names[PATH_NAMES_MAX], size_t *count, enum path_outcome *unknown)
{
    struct slice all[PATH_NAMES_MAX];
    size_t n, failed = 0;
    enum path_outcome o = path_names(c, SLICE(""), all, &n);
    note_unknown(unknown, o);
    *count = 0;
    /* A failure keeps its place: no name may come into play because another could not be looked up. */
    for (size_t i = 0; i < n && *count + failed < most && o != PATH_WAIT; i++) {
        o = path_host(c, all[i]);
        note_unknown(unknown, o);
        failed += path_unknown(o) ? 1 : 0;
        if (o == PATH_HIT)
            names[(*count)++] = all[i];
    }
    return o == PATH_WAIT ? PATH_WAIT : PATH_MISS;
}

void path_scout_names(struct scout *s, struct slice within, struct slice names[PATH_NAMES_MAX], size_t *count)
{
    const struct answer *ptr = hint(s, path_reverse_name(&s->run), RTYPE_PTR);
    struct slice all[PATH_NAMES_MAX];
    size_t n = ptr && answer_has_data(ptr) ? names_of(ptr, within, all) : 0;
    *count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct answer *a = hint(s, all[i], path_address_type(s->run.txn));
        if (a && answer_has_data(a) && holds_client(s->run.txn, a))
            names[(*count)++] = all[i];
    }
}
