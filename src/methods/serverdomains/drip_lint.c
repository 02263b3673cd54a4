#include "methods/serverdomains/drip_lint.h"

#include "methods/serverdomains/drip.h"
#include "methods/serverdomains/helo_lint.h"

/* No client has these; what answers for them answers for any. Not 0.0.0.0 and ::, which are the draft's defaults. */
static const struct ip nobody4 = { .octets = { 255, 255, 255, 255 }, .family = IP_V4 };
static const struct ip nobody6 = { .octets = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
                                   .family = IP_V6 };

struct look { struct lint *l; struct slice name; };

static uint16_t type_of(const struct ip *ip)
{
    return ip->family == IP_V6 ? RTYPE_AAAA : RTYPE_A;
}

static const struct answer *ask_for(const struct look *k, const struct ip *client)
{
    return lint_ask(k->l, drip_name(k->l->arena, client, k->name), type_of(client));
}

static void show(const struct look *k, const struct answer *a)
{
    for (size_t i = 0; i < a->count; i++) {
        struct text t = text_in(k->l->arena, LINT_TEXT_MAX);
        text_add_ip(&t, &a->records[i].ip);
        lint_record(k->l, a->question.name, a->question.type, text_slice(&t));
    }
    if (a->count > 1)
        lint_say(k->l, LINT_ERROR, "several-addresses", a->question.name, "more than one address, which says neither yes nor no", "leave one record");
}

/* ---- what answers for any address ---- */

/* False: not yet. *speaks: there is a default of either family. */
static bool look_at_defaults(const struct look *k, bool *speaks)
{
    const struct answer *four = ask_for(k, &nobody4), *six = ask_for(k, &nobody6);
    *speaks = false;
    if (!four || !six)
        return false;
    if (lint_unanswered(k->l, k->name, four) || lint_unanswered(k->l, k->name, six))
        return true;
    show(k, four);
    show(k, six);
    *speaks = four->count + six->count > 0;
    if (*speaks && (four->count == 0 || six->count == 0))
        lint_say_entry(k->l, LINT_WARNING, "one-family", k->name, k->name,
                       six->count == 0 ? "refuses IPv4 clients it does not list, and says nothing of IPv6 ones"
                                       : "refuses IPv6 clients it does not list, and says nothing of IPv4 ones",
                       "publish a default for both: 0.0.0.0 at *.IPv4.relays._email_, and :: at *.IPv6.relays._email_");
    return true;
}

/* ---- the host's own addresses ---- */

static bool look_at_own(const struct look *k, const struct answer *own, bool speaks, bool *relays)
{
    for (size_t i = 0; i < own->count; i++) {
        const struct answer *a = ask_for(k, &own->records[i].ip);
        if (!a)
            return false;
        if (lint_unanswered(k->l, k->name, a))
            continue;
        enum drip_word word = drip_read(a, &own->records[i].ip);
        if (word == DRIP_YES) {
            show(k, a);
            *relays = true;
        } else if (speaks && word == DRIP_NO) {
            struct text t = text_in(k->l->arena, IP_TEXT_MAX + 1);
            text_add_ip(&t, &own->records[i].ip);
            lint_say_entry(k->l, LINT_NOTE, "own-address", k->name, text_slice(&t),
                           "the host has this address and does not list it: what it sends from there under its name is refused",
                           "if it sends, publish the address as its own relay record");
        }
    }
    return true;
}

/* A wildcard for all names of the domain (a web server's) answers here too, and is no statement. */
static bool is_general_wildcard(const struct answer *control)
{
    return answer_has_data(control);
}

static bool look_at_name(const struct look *k, bool is_host)
{
    const struct answer *control = lint_ask(k->l, lint_name(k->l, "relays._email_", k->name), RTYPE_A);
    const struct answer *a = lint_ask(k->l, k->name, RTYPE_A), *aaaa = lint_ask(k->l, k->name, RTYPE_AAAA);
    bool speaks, relays = false;
    if (!control || !a || !aaaa)
        return false;
    if (lint_unanswered(k->l, k->name, control) || is_general_wildcard(control))
        return true;
    if (!look_at_defaults(k, &speaks))
        return false;
    if (!is_host || lint_unanswered(k->l, k->name, a) || lint_unanswered(k->l, k->name, aaaa))
        return true;
    if (!look_at_own(k, a, speaks, &relays) || !look_at_own(k, aaaa, speaks, &relays))
        return false;
    if (relays)
        lint_sender_host(k->l, k->name);
    return true;
}

void drip_lint(struct lint *l)
{
    struct slice names[HELO_LINT_NAMES_MAX];
    size_t n;
    if (!helo_lint_names(l, names, &n))
        return;
    for (size_t i = 0; i < n; i++) {
        lint_prefetch(l, lint_name(l, "relays._email_", names[i]), RTYPE_A);
        lint_host_hint(l, names[i]);
    }
    for (size_t i = 0; i < n; i++)
        if (!look_at_name(&(struct look){ l, names[i] }, i > 0))
            return;
}
