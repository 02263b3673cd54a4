#include "spfwalk.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { TERMS_MAX = 10 };      /* RFC 7208 4.6.4 */

struct walk {
    const struct zone *zone;
    uint8_t ip[16];
    unsigned octets;          /* 4 or 16 */
    unsigned terms, chain, questions;
};

static const char *evaluate(struct walk *, const char *domain, unsigned before);

static void asked(struct walk *w, unsigned depth)
{
    w->questions++;
    if (depth > w->chain)
        w->chain = depth;
}

static bool covers(const struct walk *w, const uint8_t *net, unsigned octets, unsigned bits)
{
    if (octets != w->octets || bits > octets * 8)
        return false;
    for (unsigned i = 0; i < bits; i++) {
        unsigned mask = 0x80u >> (i % 8);
        if ((net[i / 8] & mask) != (w->ip[i / 8] & mask))
            return false;
    }
    return true;
}

static bool match_ip(const struct walk *w, struct bytes value, int family)
{
    uint8_t net[16];
    unsigned octets = family == AF_INET ? 4 : 16, bits = octets * 8;
    size_t slash = find(value, '/');
    char *address = copy_text(part(value, 0, slash));
    if (slash < value.len) {
        char *length = copy_text(part(value, slash + 1, value.len));
        bits = (unsigned)strtoul(length, NULL, 10);
        free(length);
    }
    bool good = inet_pton(family, address, net) == 1 && covers(w, net, octets, bits);
    free(address);
    return good;
}

static bool match_host(struct walk *w, const char *host, unsigned depth)
{
    uint16_t type = w->octets == 4 ? RR_A : RR_AAAA;
    asked(w, depth);
    bool hit = false;
    for (const struct record *r = zone_look(w->zone, host, type); r; r = record_of_type(r->next, type))
        hit |= covers(w, r->data.at, w->octets, w->octets * 8);
    return hit;
}

static bool match_mx(struct walk *w, const char *domain, unsigned depth)
{
    asked(w, depth);
    bool hit = false;
    for (const struct record *r = zone_look(w->zone, domain, RR_MX); r; r = record_of_type(r->next, RR_MX)) {
        char *host = name_from_wire(part(r->data, 2, r->data.len));
        hit |= match_host(w, host, depth + 1);
        free(host);
    }
    return hit;
}

static const char *word_of(uint8_t qualifier)
{
    switch (qualifier) {
    case '-': return "fail";
    case '~': return "softfail";
    case '?': return "neutral";
    default:  return "pass";
    }
}

/* One directive: its result if it matches, NULL if not. */
static const char *directive(struct walk *w, struct bytes term, const char *domain, unsigned depth)
{
    uint8_t qualifier = '+';
    if (term.len && strchr("+-~?", term.at[0])) {
        qualifier = term.at[0];
        term = part(term, 1, term.len);
    }
    size_t colon = find(term, ':');
    struct bytes name = part(term, 0, colon), value = part(term, colon < term.len ? colon + 1 : colon, term.len);
    if (same(name, BYTES("all")))
        return word_of(qualifier);
    if (same(name, BYTES("ip4")))
        return match_ip(w, value, AF_INET) ? word_of(qualifier) : NULL;
    if (same(name, BYTES("ip6")))
        return match_ip(w, value, AF_INET6) ? word_of(qualifier) : NULL;

    if (++w->terms > TERMS_MAX)
        return "permerror";
    char *target = value.len ? copy_text(value) : copy_text(text(domain));
    const char *result = NULL;
    if (same(name, BYTES("a")))
        result = match_host(w, target, depth + 1) ? word_of(qualifier) : NULL;
    else if (same(name, BYTES("mx")))
        result = match_mx(w, target, depth + 1) ? word_of(qualifier) : NULL;
    else if (same(name, BYTES("include"))) {
        const char *inner = evaluate(w, target, depth);
        if (!strcmp(inner, "pass"))
            result = word_of(qualifier);
        else if (!strcmp(inner, "none") || !strcmp(inner, "permerror"))
            result = "permerror";
    } else
        die("spf: %s has a term that is not known here", domain);
    free(target);
    return result;
}

static const char *terms(struct walk *w, struct bytes record, const char *domain, unsigned depth)
{
    char *redirect = NULL;
    const char *result = NULL;
    while (record.len && !result) {
        struct bytes term = trim(cut(&record, ' '));
        if (!term.len)
            continue;
        if (term.len > 9 && same(part(term, 0, 9), BYTES("redirect=")))
            redirect = copy_text(part(term, 9, term.len));
        else
            result = directive(w, term, domain, depth);
    }
    if (!result && redirect)
        result = ++w->terms > TERMS_MAX ? "permerror" : evaluate(w, redirect, depth);
    free(redirect);
    return result ? result : "neutral";
}

/* before: the length of the chain that led to this question */
static const char *evaluate(struct walk *w, const char *domain, unsigned before)
{
    asked(w, before + 1);
    const char *result = "none";
    for (const struct record *r = zone_look(w->zone, domain, RR_TXT); r; r = record_of_type(r->next, RR_TXT)) {
        struct buf joined = txt_of(r);
        struct bytes record = buf_view(&joined);
        if (record.len >= 6 && same(part(record, 0, 6), BYTES("v=spf1")) && (record.len == 6 || record.at[6] == ' '))
            result = terms(w, part(record, 6, record.len), domain, before + 1);
        buf_free(&joined);
    }
    return result;
}

struct spf_walk spf_walk(const struct zone *zone, const char *domain, const char *ip)
{
    struct walk w = { .zone = zone, .octets = strchr(ip, ':') ? 16 : 4 };
    if (inet_pton(w.octets == 16 ? AF_INET6 : AF_INET, ip, w.ip) != 1)
        die("%s: no address", ip);
    const char *result = evaluate(&w, domain, 0);
    return (struct spf_walk){ result, w.chain, w.questions };
}
