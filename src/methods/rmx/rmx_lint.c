#include "methods/rmx/rmx_lint.h"

#include "methods/lint_path.h"
#include "methods/rmx/rmx_apl.h"
#include "methods/rmx/rmx_walk.h"
#include "methods/rmx/rmx_words.h"

#define ENTRY_OCTETS 512

struct place { struct lint *l; struct slice owner; uint16_t type; const struct rmx_set *set; };

static struct slice entry_text(const struct place *p, const struct rmx_entry *e)
{
    struct text t = text_in(p->l->arena, ENTRY_OCTETS);
    text_add_rmx_entry(&t, e);
    return text_slice(&t);
}

static bool is_network(const struct rmx_entry *e)
{
    return e->tag == RMX_IPV4 || e->tag == RMX_IPV6;
}

/* ---- the records themselves ---- */

static void show_records(const struct place *p, const struct answer *a)
{
    struct text t = text_in(p->l->arena, LINT_TEXT_MAX);
    for (size_t i = 0; p->type == RTYPE_TXT && i < a->count; i++)
        if (!rmx_is_foreign(a->records[i].text))
            lint_record(p->l, p->owner, p->type, a->records[i].text);
    if (p->type == RTYPE_TXT)
        return;
    text_add_rmx(&t, p->set->entries, p->set->count);
    if (p->set->fault == RMX_FINE && a->count == 1 && !t.bad) {
        lint_record(p->l, p->owner, p->type, text_slice(&t));
        return;
    }
    for (size_t i = 0; i < a->count; i++)
        lint_record_raw(p->l, p->owner, p->type, a->records[i].raw);
}

static const char *repair_of(enum rmx_fault fault)
{
    switch (fault) {
    case RMX_FAULT_TAG: return "use one of the tags ipv4:, ipv6:, host:, apl:, domain:, unused:, full: and mx:";
    case RMX_FAULT_NO_TAG: return "put the tag and a colon before it, as in ipv4:192.0.2.1";
    case RMX_FAULT_ADDRESS: return "write an address, IPv4 behind ipv4: and IPv6 behind ipv6:, with a prefix length if it is a network";
    case RMX_FAULT_LENGTH: return "give a prefix length of at most 32 for ipv4: and 128 for ipv6:";
    case RMX_FAULT_NAME: return "write the name of a host or domain";
    case RMX_FAULT_DATA: return "leave nothing behind the colon";
    case RMX_FAULT_NEGATED: return "take the \"!\" away";
    case RMX_FAULT_ENTRIES: return "join addresses to networks, or name an address prefix list with apl:";
    case RMX_FINE: case RMX_FAULT_CUT: break;
    }
    return "make the record anew";
}

static bool says_what_is_broken(const struct place *p)
{
    if (p->set->fault == RMX_FINE)
        return false;
    enum rmx_reason reason = rmx_reason_of_fault(p->set->fault);
    struct slice where = p->type == RTYPE_TXT ? p->set->where : (struct slice){ 0 };
    lint_say_entry(p->l, LINT_ERROR, rmx_reason_table[reason].name, p->owner, where, rmx_reason_table[reason].text, repair_of(p->set->fault));
    return true;
}

/* ---- the list as a whole ---- */

static bool lies_in(const struct prefix *inner, const struct prefix *outer)
{
    return outer->bits <= inner->bits && prefix_covers(outer, &inner->address);
}

/* The entry before the i-th that leaves it nothing; NULL: none. */
static const struct rmx_entry *eclipsed_by(const struct rmx_set *set, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        const struct rmx_entry *before = &set->entries[k], *e = &set->entries[i];
        if (before->tag == RMX_UNUSED || (is_network(e) && is_network(before) && lies_in(&e->prefix, &before->prefix)))
            return before;
    }
    return NULL;
}

static void say_unreached(const struct place *p)
{
    for (size_t i = 0; i < p->set->count; i++) {
        const struct rmx_entry *before = eclipsed_by(p->set, i);
        struct text t = text_in(p->l->arena, LINT_TEXT_MAX);
        if (!before)
            continue;
        text_add_octet(&t, '"');
        text_add_rmx_entry(&t, &p->set->entries[i]);
        text_add_str(&t, "\": never matches, as \"");
        text_add_rmx_entry(&t, before);
        text_add_str(&t, "\" stands before it");
        lint_say_text(p->l, LINT_WARNING, "never-reached", p->owner, text_slice(&t), SLICE("put it first, or take it out"));
    }
}

/* Questions receivers need to come to the end of the list. */
static unsigned questions_of(const struct rmx_set *set)
{
    static const unsigned each[RMX_TAG_MAX + 1] = {
        [RMX_HOST] = 1, [RMX_APL] = 1, [RMX_DOMAIN] = 1 + PATH_NAMES_MAX, [RMX_FULL] = 1, [RMX_MX] = 1 + PATH_MX_MAX,
    };
    unsigned n = 1;
    for (size_t i = 0; i < set->count; i++)
        n += each[set->entries[i].tag];
    return n;
}

static void say_of_list(const struct place *p)
{
    const struct rmx_set *set = p->set;
    size_t grants = 0;
    bool unused = false;
    for (size_t i = 0; i < set->count; i++) {
        grants += !set->entries[i].negated && set->entries[i].tag != RMX_UNUSED ? 1 : 0;
        unused = unused || set->entries[i].tag == RMX_UNUSED;
    }
    if (set->records > 1)
        lint_say(p->l, LINT_WARNING, "several-records", p->owner, "several records: their entries are read in no order of their own",
                 "put all entries into one record, in the order they are meant");
    if (grants == 0 && !unused)
        lint_say(p->l, LINT_WARNING, "grants-nobody", p->owner, "no entry lets anybody send",
                 "list the hosts that send, or say \"unused:\" if none does");
    if (grants > 0 && unused)
        lint_say(p->l, LINT_WARNING, "unused-and-hosts", p->owner, "\"unused:\" says that the domain never sends, and other entries say who sends",
                 "take out \"unused:\", or all else");
    if (questions_of(set) > RMX_ASKS)
        lint_say(p->l, LINT_WARNING, "over-quota", p->owner, "needs more than the 60 questions that receivers ask",
                 "replace host:, apl:, domain: and mx: by ipv4: and ipv6:");
    say_unreached(p);
}

/* ---- entry by entry ---- */

static void hint_entry(const struct place *p, const struct rmx_entry *e)
{
    if (e->tag == RMX_HOST)
        lint_host_hint(p->l, e->name);
    else if (e->tag == RMX_APL)
        lint_prefetch(p->l, e->name, RTYPE_APL);
}

static bool look_at_apl(const struct place *p, const struct rmx_entry *e)
{
    const struct answer *a = lint_ask(p->l, e->name, RTYPE_APL);
    struct slice entry = entry_text(p, e);
    if (!a)
        return false;
    if (lint_unanswered(p->l, e->name, a))
        return true;
    const struct apl_set *list = answer_has_data(a) ? answer_memo(a, apl_set_make, apl_set_release) : NULL;
    if (!list && answer_has_data(a))
        lint_own_failure(p->l, e->name);
    else if (!list)
        lint_say_entry(p->l, LINT_WARNING, "no-apl", p->owner, entry, "there is no address prefix list of this name, so nobody is meant",
                       "publish an APL record (RFC 3123) there, or take the entry out");
    else if (list->broken)
        lint_say_entry(p->l, LINT_ERROR, "bad-apl", p->owner, entry, rmx_reason_table[RMX_BAD_APL].text, "make the APL record anew");
    for (size_t i = 0; list && !list->broken && !e->negated && i < list->count; i++)
        if (!list->items[i].negated)
            lint_network(p->l, p->owner, entry, &list->items[i].prefix);
    return true;
}

/* A host that is denied needs an address as much as one that is granted, but does not send. */
static bool look_at_entry(const struct place *p, const struct rmx_entry *e)
{
    switch (e->tag) {
    case RMX_IPV4: case RMX_IPV6:
        if (!e->negated)
            lint_network(p->l, p->owner, entry_text(p, e), &e->prefix);
        return true;
    case RMX_HOST: return e->negated || lint_host(p->l, p->owner, entry_text(p, e), e->name);
    case RMX_APL: return look_at_apl(p, e);
    case RMX_MX: return e->negated || lint_mx(p->l, p->owner, entry_text(p, e), p->l->domain);
    case RMX_FULL:
        lint_say_entry(p->l, LINT_NOTE, "full-addresses", p->owner, entry_text(p, e),
                       "addresses may have lists of their own, which cannot be looked at from here", NULL);
        return true;
    case RMX_DOMAIN: case RMX_UNUSED: return true;
    }
    return true;
}

static bool look_at(const struct place *p)
{
    say_of_list(p);
    for (size_t i = 0; i < p->set->count; i++)
        hint_entry(p, &p->set->entries[i]);
    for (size_t i = 0; i < p->set->count; i++)
        if (!look_at_entry(p, &p->set->entries[i]))
            return false;
    return true;
}

/* ---- the two forms ---- */

static const struct rmx_set *set_of(const struct rmx_conf *conf, const struct answer *a)
{
    if (a->question.type == RTYPE_TXT)
        return answer_memo(a, conf->legacy ? rmx_set_of_text_legacy : rmx_set_of_text, rmx_set_release);
    return answer_memo(a, conf->legacy ? rmx_set_of_rdata_legacy : rmx_set_of_rdata, rmx_set_release);
}

/* False: not yet. p->set stays NULL where there is no record. */
static bool find(struct place *p)
{
    const struct answer *a = lint_ask(p->l, p->owner, p->type);
    if (!a)
        return false;
    if (lint_unanswered(p->l, p->owner, a) || !answer_has_data(a))
        return true;
    p->set = set_of(lint_conf(p->l), a);
    if (!p->set)
        lint_own_failure(p->l, p->owner);
    else if (p->set->records == 0)
        p->set = NULL;
    else
        show_records(p, a);
    return true;
}

static bool same_list(const struct place *x, const struct place *y)
{
    struct text a = text_in(x->l->arena, LINT_TEXT_MAX * 8), b = text_in(x->l->arena, LINT_TEXT_MAX * 8);
    text_add_rmx(&a, x->set->entries, x->set->count);
    text_add_rmx(&b, y->set->entries, y->set->count);
    return slice_same(text_slice(&a), text_slice(&b));
}

void rmx_lint(struct lint *l)
{
    const struct rmx_conf *conf = lint_conf(l);
    struct place txt = { .l = l, .owner = lint_name(l, "_rmx", l->domain), .type = RTYPE_TXT };
    struct place rr = { .l = l, .owner = l->domain, .type = (uint16_t)conf->rr_type };
    lint_prefetch(l, txt.owner, txt.type);
    if ((conf->rr_type != 0 && !find(&rr)) || !find(&txt))
        return;
    /* The record type wins where both are there. */
    const struct place *read = rr.set ? &rr : &txt;
    if (txt.set && rr.set && !same_list(&txt, &rr))
        lint_say(l, LINT_WARNING, "forms-differ", txt.owner, "the TXT record says something else than the private record type",
                 "publish the same list in both forms");
    if (!read->set || says_what_is_broken(read))
        return;
    (void)look_at(read);
}
