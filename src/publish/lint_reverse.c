#include "publish/lint_reverse.h"

/* Whom the records of all methods let send, as far as it is looked at. */
struct senders {
    struct lint *l;
    struct ip at[REVERSE_ADDRESSES_MAX];
    size_t count, confirmed, missing, unknown;
    size_t hosts;                    /* whose addresses were asked for */
    size_t networks, left;           /* networks too large, and hosts and addresses beyond the bounds: not looked at */
    bool waits;
};

/* ---- who ---- */

static void add_address(struct senders *s, const struct ip *ip)
{
    for (size_t i = 0; i < s->count; i++)
        if (ip_same(&s->at[i], ip))
            return;
    if (s->count == REVERSE_ADDRESSES_MAX)
        s->left++;
    else
        s->at[s->count++] = *ip;
}

static void add_answer(struct senders *s, struct slice host, uint16_t rtype)
{
    const struct answer *a = lint_ask(s->l, host, rtype);
    s->waits = s->waits || !a;
    if (!a)
        return;
    s->unknown += lint_unanswered(s->l, host, a);
    for (size_t i = 0; i < a->count; i++)
        add_address(s, &a->records[i].ip);
}

static void add_host(struct senders *s, struct slice host)
{
    if (s->hosts++ >= REVERSE_HOSTS_MAX) {
        s->left++;
        return;
    }
    add_answer(s, host, RTYPE_A);
    add_answer(s, host, RTYPE_AAAA);
}

static void add_network(struct senders *s, const struct prefix *p)
{
    unsigned width = p->address.family == IP_V4 ? 32 : 128, last = width / 8 - 1;
    if (width - p->bits > REVERSE_NETWORK_BITS) {
        s->networks++;
        return;
    }
    for (unsigned i = 0; i < 1u << (width - p->bits); i++) {
        struct ip ip = p->address;
        ip.octets[last] = (uint8_t)(ip.octets[last] | i);
        add_address(s, &ip);
    }
}

static void add_section(struct senders *s, const struct lint_section *section)
{
    s->left += section->senders_dropped;
    for (size_t i = 0; i < section->sender_count; i++) {
        if (section->senders[i].is_host)
            add_host(s, section->senders[i].host);
        else
            add_network(s, &section->senders[i].network);
    }
}

/* ---- their names ---- */

static struct slice address_text(struct lint *l, const struct ip *ip)
{
    struct text t = text_in(l->arena, IP_TEXT_MAX + 1);
    text_add_ip(&t, ip);
    return text_slice(&t);
}

static struct slice reverse_name(struct lint *l, const struct ip *ip)
{
    struct text t = text_in(l->arena, NAME_TEXT_MAX);
    text_add_ip_reversed(&t, ip);
    text_add_str(&t, ip->family == IP_V4 ? ".in-addr.arpa" : ".ip6.arpa");
    return text_slice(&t);
}

/* Does the name lead back? unknown: DNS did not say. */
static bool leads_back(struct senders *s, struct slice name, const struct ip *ip, bool *unknown)
{
    const struct answer *a = lint_ask(s->l, name, ip->family == IP_V4 ? RTYPE_A : RTYPE_AAAA);
    s->waits = s->waits || !a;
    if (!a)
        return false;
    *unknown = lint_unanswered(s->l, name, a) || *unknown;
    for (size_t i = 0; i < a->count; i++)
        if (ip_same(&a->records[i].ip, ip))
            return true;
    return false;
}

static void say_missing(struct senders *s, const struct ip *ip, struct slice name)
{
    struct lint *l = s->l;
    struct text t = text_in(l->arena, LINT_TEXT_MAX), repair = text_in(l->arena, LINT_TEXT_MAX);
    s->missing++;
    if (name.len == 0) {
        lint_say(l, LINT_WARNING, "no-reverse-name", address_text(l, ip), "the address has no reverse name: many receivers refuse its mail",
                 "ask whoever the address is from for a PTR record with the host's name");
        return;
    }
    text_addf(&t, "its reverse name \"");
    text_add(&t, name);
    text_add_str(&t, "\" does not lead back to it: many receivers refuse its mail");
    text_add_str(&repair, "publish the address at that name, or let the PTR record name the host");
    lint_say_text(l, LINT_WARNING, "not-confirmed", address_text(l, ip), text_slice(&t), text_slice(&repair));
}

static void look_at(struct senders *s, const struct ip *ip)
{
    struct lint *l = s->l;
    struct slice owner = reverse_name(l, ip), first = SLICE("");
    const struct answer *a = lint_ask(l, owner, RTYPE_PTR);
    bool unknown = false;
    s->waits = s->waits || !a;
    if (!a)
        return;
    if (lint_unanswered(l, owner, a)) {
        s->unknown++;
        return;
    }
    for (size_t i = 0; i < a->count && i < REVERSE_NAMES_MAX; i++) {
        first = i == 0 ? a->records[i].host : first;
        if (!leads_back(s, a->records[i].host, ip, &unknown))
            continue;
        lint_record(l, owner, RTYPE_PTR, a->records[i].host);
        s->confirmed++;
        return;
    }
    if (!unknown && a->count <= REVERSE_NAMES_MAX) {
        say_missing(s, ip, first);
        return;
    }
    s->unknown++;
    if (!unknown)
        lint_say(l, LINT_NOTE, "many-names", address_text(l, ip), "the address has many reverse names, and none of the first 4 leads back to it",
                 NULL);
}

static void look_at_all(struct senders *s)
{
    struct lint *l = s->l;
    for (size_t i = 0; i < s->count; i++)
        lint_prefetch(l, reverse_name(l, &s->at[i]), RTYPE_PTR);
    for (size_t i = 0; i < s->count; i++) {
        if (ip_is_private(&s->at[i]))
            lint_say(l, LINT_NOTE, "private-address", address_text(l, &s->at[i]), "a private address: nobody outside ever sees mail from it", NULL);
        else
            look_at(s, &s->at[i]);
    }
}

static void say_left(struct senders *s)
{
    struct text t = text_in(s->l->arena, LINT_TEXT_MAX);
    if (s->networks > 0) {
        text_addf(&t, "%zu network%s of more than %u addresses %s not looked at", s->networks, s->networks == 1 ? "" : "s",
                  1u << REVERSE_NETWORK_BITS, s->networks == 1 ? "is" : "are");
        lint_say_text(s->l, LINT_NOTE, "networks-not-looked-at", s->l->domain, text_slice(&t), SLICE(""));
    }
    if (s->left > 0)
        lint_say(s->l, LINT_NOTE, "senders-not-looked-at", s->l->domain, "more hosts and addresses send than are looked at", NULL);
}

void lint_reverse(struct lint *l)
{
    const struct lint_report *report = lint_report_so_far(l);
    struct senders s = { .l = l };
    for (size_t i = 0; i < report->section_count; i++)
        add_section(&s, &report->sections[i]);
    look_at_all(&s);
    say_left(&s);
    if (s.missing > 0)
        lint_merit(l, LINT_REVERSE_MISSING);
    else if (!s.waits && s.confirmed > 0 && s.unknown == 0 && s.networks == 0 && s.left == 0)
        lint_merit(l, LINT_REVERSE_CONFIRMED);
}
