#include "methods/callerid/callerid_lint.h"

#include "methods/callerid/callerid_words.h"
#include "methods/lint_path.h"

#define ENTRY_OCTETS 512

/* A document, at the name it stands. */
struct place { struct lint *l; struct slice owner; const struct ep *ep; };

/* ---- finding it ---- */

/* False: not yet. *set is NULL where there is no document. */
static bool find(struct lint *l, struct slice owner, const struct answer **a, const struct ep_set **set)
{
    *set = NULL;
    *a = lint_ask(l, owner, RTYPE_TXT);
    if (!*a)
        return false;
    if (lint_unanswered(l, owner, *a) || !answer_has_data(*a))
        return true;
    *set = answer_memo(*a, ep_set_make, ep_set_release);
    if (!*set)
        lint_own_failure(l, owner);
    else if ((*set)->records == 0)
        *set = NULL;
    return true;
}

static void show(struct lint *l, struct slice owner, const struct answer *a)
{
    for (size_t i = 0; i < a->count; i++)
        if (!ep_is_foreign(a->records[i].text))
            lint_record(l, owner, RTYPE_TXT, a->records[i].text);
}

/* ---- mistakes ---- */

static const char *repair_of(enum ep_fault fault)
{
    if (fault == EP_NOT_EP)
        return "publish a document whose root is <ep xmlns='http://ms.net/1'>, or nothing here";
    if (fault == EP_FAULT_RECORD_OCTETS)
        return "split the document over several records, each with two characters of its own before it: 01, 02 and so on";
    if (fault == EP_FAULT_NO_MARK || fault == EP_FAULT_SAME_MARK)
        return "begin each of several records with two characters that tell its place: 01, 02 and so on";
    if (fault == EP_FAULT_ITEMS)
        return "join addresses to ranges";
    return "repair the document: receivers take one with a mistake for nothing";
}

static bool is_broken(struct lint *l, struct slice owner, const struct ep_set *set)
{
    const struct ep_mistake *m = &set->mistake;
    if (m->fault == EP_FINE)
        return false;
    enum callerid_reason reason = callerid_reason_of_fault(m->fault);
    struct text t = text_in(l->arena, LINT_TEXT_MAX);
    if (m->fault == EP_FAULT_XML)
        text_addf(&t, "the document %s (octet %llu)", xml_fault_text(m->xml), (unsigned long long)m->offset);
    else
        text_add_str(&t, callerid_reason_table[reason].text);
    char *text = slice_to_string(l->arena, text_slice(&t));
    lint_say_entry(l, LINT_ERROR, callerid_reason_table[reason].name, owner, m->where, text ? text : callerid_reason_table[reason].text,
                   repair_of(m->fault));
    return true;
}

/* ---- the document as a whole ---- */

static bool is_of_another_scope(const struct place *p)
{
    const struct ep_scope *scope = &p->ep->scope;
    return scope->kind != EP_SCOPE_NONE && (scope->kind != EP_SCOPE_DOMAIN || !name_same(scope->text, p->l->domain));
}

static unsigned questions_of(const struct ep *ep)
{
    unsigned n = 1;
    for (size_t i = 0; i < ep->entry_count; i++) {
        const struct ep_entry *e = &ep->entries[i];
        n += e->kind == EP_MX ? 1 + PATH_MX_MAX : e->prefix.address.family == IP_NONE ? 1 : 0;
    }
    return n;
}

static void look_at_document(const struct place *p)
{
    if (p->ep->testing)
        lint_say(p->l, LINT_WARNING, "testing", p->owner, "the document is a test: receivers take it for nothing",
                 "when it is right, take testing='true' away");
    if (is_of_another_scope(p))
        lint_say(p->l, LINT_ERROR, "out-of-scope", p->owner, "its scope is another than this domain: receivers take it for nothing",
                 "take the scope element away, or name this domain in it");
    if (!p->ep->no_mail_servers && p->ep->m_count == 0)
        lint_say(p->l, LINT_WARNING, "says-nothing", p->owner, "does not say who sends",
                 "list the hosts in <out><m>, or say <noMailServers/> if none sends");
    if (questions_of(p->ep) > CALLERID_ASKS)
        lint_say(p->l, LINT_WARNING, "over-quota", p->owner, "needs more than the 100 questions that receivers ask",
                 "list addresses and ranges in place of names");
}

/* ---- one m ---- */

static struct slice entry_text(const struct place *p, const struct ep_entry *e)
{
    struct text t = text_in(p->l->arena, ENTRY_OCTETS);
    text_add_ep_entry(&t, e);
    return text_slice(&t);
}

static bool lies_in(const struct prefix *inner, const struct prefix *outer)
{
    return outer->bits <= inner->bits && prefix_covers(outer, &inner->address);
}

/* An exclusion reaches as far as its m, wherever it stands in it. */
static bool is_excluded(const struct ep *ep, const struct ep_m *m, const struct ep_entry *e)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct ep_entry *other = &ep->entries[m->first + i];
        if (other->negated && lies_in(&e->prefix, &other->prefix))
            return true;
    }
    return false;
}

/* False: not yet. What indirect leads to: a document, or the MX hosts of a domain without one. */
static bool look_at_indirect(const struct place *p, const struct ep_entry *e)
{
    const struct answer *a;
    const struct ep_set *set;
    struct slice owner = lint_name(p->l, "_ep", e->name);
    if (name_same(e->name, p->l->domain)) {
        lint_say_entry(p->l, LINT_ERROR, "indirect-loop", p->owner, entry_text(p, e), "leads back to this document: who sends is left undecided",
                       "take it out");
        return true;
    }
    if (!find(p->l, owner, &a, &set))
        return false;
    if (answer_failed(a))
        return true;
    if (!set)
        return lint_mx(p->l, p->owner, entry_text(p, e), e->name);
    if (set->mistake.fault != EP_FINE)
        lint_say_entry(p->l, LINT_ERROR, "indirect-broken", p->owner, entry_text(p, e), "leads to a document with a mistake",
                       "tell that domain, or list its servers here");
    return true;
}

static bool look_at_address(const struct place *p, const struct ep_m *m, const struct ep_entry *e)
{
    if (is_excluded(p->ep, m, e))
        lint_say_entry(p->l, LINT_WARNING, "never-matches", p->owner, entry_text(p, e), "is excluded in the same <m>",
                       "take out the range with \"!\", or this");
    else
        lint_network(p->l, p->owner, entry_text(p, e), &e->prefix);
    return true;
}

static bool look_at_entry(const struct place *p, const struct ep_m *m, const struct ep_entry *e)
{
    struct slice subject = e->name.len > 0 ? e->name : p->l->domain;
    if (e->negated)
        return true;
    if (e->prefix.address.family != IP_NONE)
        return look_at_address(p, m, e);
    switch (e->kind) {
    case EP_INDIRECT: return look_at_indirect(p, e);
    case EP_MX: return lint_mx(p->l, p->owner, entry_text(p, e), subject);
    case EP_A: case EP_R: break;
    }
    return lint_host(p->l, p->owner, entry_text(p, e), subject);
}

static void hint_entry(const struct place *p, const struct ep_entry *e)
{
    if (e->kind == EP_INDIRECT)
        lint_prefetch(p->l, lint_name(p->l, "_ep", e->name), RTYPE_TXT);
    else if (e->kind == EP_A && e->prefix.address.family == IP_NONE && e->name.len > 0)
        lint_host_hint(p->l, e->name);
}

static bool look_at_m(const struct place *p, const struct ep_m *m)
{
    if (m->count == 0)
        return lint_mx(p->l, p->owner, SLICE("<m/>"), p->l->domain);
    for (size_t i = 0; i < m->count; i++)
        hint_entry(p, &p->ep->entries[m->first + i]);
    for (size_t i = 0; i < m->count; i++)
        if (!look_at_entry(p, m, &p->ep->entries[m->first + i]))
            return false;
    return true;
}

void callerid_lint(struct lint *l)
{
    struct place p = { .l = l, .owner = lint_name(l, "_ep", l->domain) };
    const struct answer *a;
    const struct ep_set *set;
    if (!find(l, p.owner, &a, &set) || !set)
        return;
    show(l, p.owner, a);
    if (is_broken(l, p.owner, set))
        return;
    p.ep = &set->ep;
    look_at_document(&p);
    for (size_t i = 0; i < p.ep->m_count && !p.ep->no_mail_servers; i++)
        if (!look_at_m(&p, &p.ep->ms[i]))
            return;
}
