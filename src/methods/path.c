#include "methods/path.h"

#include <stdarg.h>
#include <stdio.h>

#define PATH_TEXT_OCTETS 400

enum path_outcome path_judge(struct check *c, const struct path_member *m, const void *entries, size_t count, size_t octets, size_t *which)
{
    const uint8_t *at = entries;
    if (count > PATH_ENTRIES_MAX)
        count = PATH_ENTRIES_MAX;
    for (size_t i = 0; m->hint && i < count; i++)
        m->hint(c, at + i * octets);
    for (size_t i = 0; i < count; i++) {
        enum path_outcome o = m->judge(c, at + i * octets);
        *which = i;
        if (o != PATH_MISS)
            return o;
    }
    return PATH_MISS;
}

bool path_claim(const struct txn *t, struct slice *domain, enum identity *identity)
{
    *identity = t->mail_from.null ? IDENTITY_HELO : IDENTITY_MAILFROM;
    *domain = t->mail_from.null ? t->helo_domain : t->mail_from.normal_domain;
    return domain->len > 0;
}

uint16_t path_address_type(const struct txn *t)
{
    return t->client.family == IP_V6 ? RTYPE_AAAA : RTYPE_A;
}

static bool holds_client(const struct txn *t, const struct answer *a, bool skip_private)
{
    for (size_t i = 0; i < a->count; i++)
        if (ip_same(&a->records[i].ip, &t->client) && !(skip_private && ip_is_private(&a->records[i].ip)))
            return true;
    return false;
}

static enum path_outcome host_public(struct check *c, struct slice host, bool skip_private)
{
    const struct answer *a = ask(c, host, path_address_type(c->run.txn));
    if (!a)
        return PATH_WAIT;
    if (answer_failed(a))
        return PATH_FAILED;
    return answer_has_data(a) && holds_client(c->run.txn, a, skip_private) ? PATH_HIT : PATH_MISS;
}

enum path_outcome path_host(struct check *c, struct slice host)
{
    return host_public(c, host, false);
}

void path_host_hint(struct check *c, struct slice host)
{
    prefetch(c, host, path_address_type(c->run.txn));
}

void path_mx_hint(struct check *c, struct slice domain)
{
    prefetch(c, domain, RTYPE_MX);
}

static enum path_outcome mx_hosts(struct check *c, const struct answer *mx, bool skip_private, struct path_mx *out)
{
    bool failed = false;
    for (size_t i = 0; i < mx->count && i < PATH_MX_MAX; i++)
        path_host_hint(c, mx->records[i].mx.host);
    for (size_t i = 0; i < mx->count && i < PATH_MX_MAX; i++) {
        enum path_outcome o = host_public(c, mx->records[i].mx.host, skip_private);
        if (o == PATH_WAIT)
            return PATH_WAIT;
        failed = failed || o == PATH_FAILED;      /* another host may still match */
        if (o != PATH_HIT)
            continue;
        out->host = mx->records[i].mx.host;
        out->preference = mx->records[i].mx.preference;
        return PATH_HIT;
    }
    return failed ? PATH_FAILED : PATH_MISS;
}

enum path_outcome path_mx(struct check *c, struct slice domain, bool implicit, bool skip_private, struct path_mx *out)
{
    *out = (struct path_mx){ 0 };
    const struct answer *mx = ask(c, domain, RTYPE_MX);
    if (!mx)
        return PATH_WAIT;
    if (answer_failed(mx))
        return PATH_FAILED;
    if (!answer_has_data(mx)) {
        if (!implicit)
            return PATH_MISS;
        out->exists = mx->status == ANSWER_NODATA;
        out->host = domain;
        return host_public(c, domain, skip_private);
    }
    out->exists = true;
    if (mx->count == 1 && slice_same(mx->records[0].mx.host, SLICE("."))) {
        out->null_mx = true;
        return PATH_MISS;
    }
    return mx_hosts(c, mx, skip_private, out);
}

/* ---- the client's own names ---- */

static struct slice reverse_name(struct check *c)
{
    const struct ip *ip = &c->run.txn->client;
    struct text t = text_in(c->run.scratch, NAME_TEXT_MAX + 1);
    text_add_ip_reversed(&t, ip);
    text_add_str(&t, ip->family == IP_V6 ? ".ip6.arpa" : ".in-addr.arpa");
    return text_slice(&t);
}

void path_names_hint(struct check *c)
{
    prefetch(c, reverse_name(c), RTYPE_PTR);
}

enum path_outcome path_names(struct check *c, struct slice names[PATH_NAMES_MAX], size_t *count)
{
    *count = 0;
    const struct answer *ptr = ask(c, reverse_name(c), RTYPE_PTR);
    if (!ptr)
        return PATH_WAIT;
    if (answer_failed(ptr))
        return PATH_FAILED;
    for (size_t i = 0; i < ptr->count && i < PATH_NAMES_MAX; i++)
        path_host_hint(c, ptr->records[i].host);
    bool failed = false;
    for (size_t i = 0; i < ptr->count && i < PATH_NAMES_MAX; i++) {
        enum path_outcome o = path_host(c, ptr->records[i].host);
        if (o == PATH_WAIT)
            return PATH_WAIT;
        failed = failed || o == PATH_FAILED;
        if (o == PATH_HIT)
            names[(*count)++] = ptr->records[i].host;
    }
    if (*count > 0)
        return PATH_HIT;
    return failed ? PATH_FAILED : PATH_MISS;
}

struct slice path_text(struct check *c, const char *format, ...)
{
    char line[PATH_TEXT_OCTETS];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof line ? (size_t)n : sizeof line - 1;
    return slice_shown(c->run.txn->arena, slice_of(line, len), false);
}
