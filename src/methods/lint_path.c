#include "methods/lint_path.h"

#include "base/codec.h"

/* ---- sentences ---- */

void lint_say_entry(struct lint *l, enum lint_level level, const char *code, struct slice owner, struct slice entry, const char *text,
                    const char *repair)
{
    struct text t = text_in(l->arena, LINT_TEXT_MAX);
    if (entry.len > 0) {
        text_add_octet(&t, '"');
        text_add(&t, slice_first(entry, LINT_ENTRY_SHOWN));
        text_add_str(&t, entry.len > LINT_ENTRY_SHOWN ? "...\": " : "\": ");
    }
    text_add_str(&t, text);
    lint_say_text(l, level, code, owner, text_slice(&t), slice_str(repair));
}

void lint_own_failure(struct lint *l, struct slice owner)
{
    lint_say(l, LINT_UNKNOWN, "own-failure", owner, "could not be looked at here (memory or library)", NULL);
}

void lint_record_raw(struct lint *l, struct slice owner, uint16_t rtype, struct slice raw)
{
    struct text t = text_in(l->arena, LINT_TEXT_MAX);
    struct slice shown = slice_first(raw, LINT_TEXT_MAX / 4);
    text_addf(&t, "\\# %zu ", raw.len);
    hex_encode(&t, shown);
    text_add_str(&t, shown.len < raw.len ? "..." : "");
    lint_record(l, owner, rtype, text_slice(&t));
}

void lint_records_of(struct lint *l, const struct answer *a, struct slice version, struct slice printed)
{
    struct slice owner = a->question.name, items;
    uint16_t type = a->question.type;
    for (size_t i = 0; i < a->count; i++) {
        const struct rdata *r = &a->records[i];
        if (type == RTYPE_TXT && record_begins(r->text, version, &items))
            lint_record(l, owner, type, r->text);
        else if (type != RTYPE_TXT && printed.len == 0)
            lint_record_raw(l, owner, type, r->raw);
    }
    if (type != RTYPE_TXT && printed.len > 0)
        lint_record(l, owner, type, printed);
}

/* ---- networks ---- */

void lint_network(struct lint *l, struct slice owner, struct slice entry, const struct prefix *p)
{
    bool wide = p->bits < (p->address.family == IP_V4 ? LINT_WIDE_BITS4 : LINT_WIDE_BITS6);
    if (p->bits == 0)
        lint_say_entry(l, LINT_ERROR, "everybody", owner, entry, "admits every address there is", "list only the networks that send");
    else if (wide)
        lint_say_entry(l, LINT_WARNING, "wide-network", owner, entry, "admits more addresses than a mail system has",
                       "list only the networks that send");
    else if (ip_is_private(&p->address))
        lint_say_entry(l, LINT_WARNING, "private-network", owner, entry, "is private: no receiver elsewhere ever sees such an address",
                       "list the public address that these hosts have outside");
    lint_sender_network(l, *p);
}

/* ---- hosts ---- */

void lint_host_hint(struct lint *l, struct slice host)
{
    lint_prefetch(l, host, RTYPE_A);
    lint_prefetch(l, host, RTYPE_AAAA);
}

static size_t public_addresses(const struct answer *a)
{
    size_t n = 0;
    for (size_t i = 0; i < a->count; i++)
        n += ip_is_private(&a->records[i].ip) ? 0 : 1;
    return n;
}

bool lint_host(struct lint *l, struct slice owner, struct slice entry, struct slice host)
{
    lint_host_hint(l, host);
    const struct answer *a = lint_ask(l, host, RTYPE_A), *aaaa = lint_ask(l, host, RTYPE_AAAA);
    if (!a || !aaaa)
        return false;
    lint_sender_host(l, host);
    if (lint_unanswered(l, host, a) || lint_unanswered(l, host, aaaa))
        return true;
    if (a->count + aaaa->count == 0)
        lint_say_entry(l, LINT_WARNING, "host-without-address", owner, entry, "the host has no address, so nobody is meant",
                       "give the host an address, or take it out");
    else if (public_addresses(a) + public_addresses(aaaa) == 0)
        lint_say_entry(l, LINT_WARNING, "private-host", owner, entry, "the host has private addresses only, which no receiver elsewhere ever sees",
                       "name a host by the public address it sends from");
    return true;
}

/* ---- MX sets ---- */

bool lint_mx(struct lint *l, struct slice owner, struct slice entry, struct slice domain)
{
    const struct rdata *hosts[ANSWER_RECORDS_MAX];
    const struct answer *mx = lint_ask(l, domain, RTYPE_MX);
    if (!mx)
        return false;
    if (lint_unanswered(l, domain, mx))
        return true;
    size_t n = path_exchanges(mx, hosts);
    if (n == 0)
        lint_say_entry(l, LINT_WARNING, "no-mx", owner, entry, "the domain has no MX hosts, so nobody is meant",
                       "list the hosts that send by name or address");
    if (n > PATH_MX_MAX)
        lint_say_entry(l, LINT_WARNING, "many-mx-hosts", owner, entry, "there are more MX hosts than the 10 that receivers look at",
                       "list the hosts that send by name or address");
    n = n < PATH_MX_MAX ? n : PATH_MX_MAX;
    for (size_t i = 0; i < n; i++)
        lint_host_hint(l, hosts[i]->mx.host);
    for (size_t i = 0; i < n; i++)
        if (!lint_host(l, owner, hosts[i]->mx.host, hosts[i]->mx.host))
            return false;
    return true;
}
