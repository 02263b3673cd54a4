#include "methods/senderid/senderid_lint.h"

#include "methods/lint_path.h"
#include "methods/prefix.h"
#include "methods/senderid/senderid_words.h"
#include "methods/spf/spf_record.h"

struct look { struct lint *l; const struct answer *answer; const struct spf_records *records; };

static bool is_spf2(struct slice text)
{
    return slice_starts_nocase(text, SLICE("spf2"));
}

static bool has_own_record(const struct spf_records *r)
{
    return r->count[SPF_SCOPE_PRA] + r->count[SPF_SCOPE_MFROM] > 0;
}

/* ---- the records ---- */

static const struct spf_records *records_of(const struct answer *a)
{
    return answer_memo(a, spf_records_make, spf_records_free);
}

/* False: not yet. records NULL: there is nothing. Type 99 goes before TXT, where it is asked for (RFC 4406 4.4). */
static bool find(struct look *k, uint16_t type)
{
    const struct answer *a = lint_ask(k->l, k->l->domain, type);
    if (!a)
        return false;
    if (lint_unanswered(k->l, k->l->domain, a) || !answer_has_data(a) || k->records)
        return true;
    k->answer = a;
    k->records = records_of(a);
    if (!k->records)
        lint_own_failure(k->l, k->l->domain);
    return true;
}

static void look_at_texts(const struct look *k)
{
    for (size_t i = 0; i < k->answer->count; i++) {
        struct slice text = k->answer->records[i].text;
        if (!is_spf2(text))
            continue;
        lint_record(k->l, k->l->domain, k->answer->question.type, text);
        if (spf_record_scopes(text) == 0)
            lint_say_entry(k->l, LINT_ERROR, "no-scope", k->l->domain, text, "names no scope that receivers know, and so says nothing",
                           "begin it with spf2.0/pra, spf2.0/mfrom, or spf2.0/mfrom,pra");
    }
}

/* "-all" and no more: who never sends has no mailing list to fear for. */
static bool says_nobody_sends(const struct spf_record *r)
{
    return r && r->count == 1 && !r->has_redirect && r->terms[0].kind == SPF_ALL && r->terms[0].qualifier == '-';
}

/* RFC 4406 4.4: where the header's address has no record, one of SPF's own is read, which was written about envelopes. */
static void look_at_stand_in(const struct look *k)
{
    bool stands_in = k->records->count[SPF_SCOPE_PRA] == 0 && k->records->count[SPF_SCOPE_SPF1] > 0;
    if (stands_in && !says_nobody_sends(k->records->at[SPF_SCOPE_SPF1]))
        lint_say(k->l, LINT_NOTE, "spf-stands-in", k->l->domain,
                 "\"v=spf1\" is read for the header's address too: mailing lists and forwarders that pass by their own envelope fail by it",
                 "if that is not meant, publish \"spf2.0/pra ?all\" beside it");
}

/* ---- the terms of one record ---- */

static void look_at_network(const struct look *k, const struct spf_term *t, struct slice entry)
{
    struct prefix p = { .bits = t->kind == SPF_IP4 ? t->bits4 : t->bits6 };
    if (!prefix_of_octets(t->kind == SPF_IP4 ? IP_V4 : IP_V6, slice_of(t->network, t->kind == SPF_IP4 ? 4 : 16), p.bits, &p))
        return;
    lint_network(k->l, k->l->domain, entry, &p);
}

/* An included domain must speak in this scope, by a record of its own or SPF's; else the whole is permerror. */
static bool look_at_reference(const struct look *k, struct slice entry, struct slice target, enum spf_scope scope)
{
    const struct answer *a = lint_ask(k->l, target, RTYPE_TXT);
    if (!a)
        return false;
    if (lint_unanswered(k->l, target, a))
        return true;
    const struct spf_records *r = answer_has_data(a) ? records_of(a) : NULL;
    if (!r || r->count[scope] + r->count[SPF_SCOPE_SPF1] == 0)
        lint_say_entry(k->l, LINT_ERROR, "no-such-record", k->l->domain, entry, "the domain has no record for this, which breaks the whole record",
                       "take it out, or list the servers of that domain");
    return true;
}

static bool look_at_term(const struct look *k, const struct spf_record *r, const struct spf_term *t, enum spf_scope scope)
{
    struct slice entry = spf_term_text(r, t), spec = name_undotted(spf_term_spec(r, t));
    struct slice target = spec.len > 0 ? spec : k->l->domain;
    if (t->macros)
        return true;
    if (t->kind == SPF_INCLUDE)
        return look_at_reference(k, entry, target, scope);
    if (t->qualifier != '+')
        return true;
    if (t->kind == SPF_IP4 || t->kind == SPF_IP6)
        look_at_network(k, t, entry);
    if (t->kind == SPF_ALL)
        lint_say_entry(k->l, LINT_ERROR, "everybody", k->l->domain, entry, "admits every address there is", "end the record with -all, ~all or ?all");
    if (t->kind == SPF_A)
        return lint_host(k->l, k->l->domain, entry, target);
    return t->kind != SPF_MX || lint_mx(k->l, k->l->domain, entry, target);
}

static void say_too_many(const struct look *k, const struct spf_record *r)
{
    unsigned asking = r->has_redirect && !r->has_all ? 1 : 0;
    for (size_t i = 0; i < r->count; i++)
        asking += spf_term_asks(&r->terms[i]) ? 1 : 0;
    if (asking > SPF_MAX_TERMS)
        lint_say(k->l, LINT_ERROR, senderid_reason_table[SPF_TOO_MANY_TERMS].name, k->l->domain,
                 "more than 10 terms that ask DNS, which breaks the whole record",
                 "replace a, mx and include by ip4: and ip6:");
}

static bool look_at_record(const struct look *k, enum spf_scope scope)
{
    const struct spf_record *r = k->records->at[scope];
    if (k->records->count[scope] > 1)
        lint_say_entry(k->l, LINT_ERROR, senderid_reason_table[SPF_SEVERAL_RECORDS].name, k->l->domain,
                       scope == SPF_SCOPE_PRA ? SLICE("spf2.0/pra") : SLICE("spf2.0/mfrom"), "several records for this scope: receivers take none",
                       "leave one record for each scope");
    if (!r)
        return true;
    if (r->problem != SPF_NOT_YET) {
        lint_say_entry(k->l, LINT_ERROR, senderid_reason_table[r->problem].name, k->l->domain, r->problem_term,
                       senderid_reason_table[r->problem].text,
                       "repair the term: one mistake breaks the whole record");
        return true;
    }
    say_too_many(k, r);
    for (size_t i = 0; i < r->count; i++)
        if (!look_at_term(k, r, &r->terms[i], scope))
            return false;
    return !r->has_redirect || r->has_all || r->redirect.macros
        || look_at_reference(k, spf_term_text(r, &r->redirect), name_undotted(spf_term_spec(r, &r->redirect)), scope);
}

void senderid_lint(struct lint *l)
{
    const struct senderid_conf *conf = lint_conf(l);
    struct look k = { .l = l };
    lint_prefetch(l, l->domain, RTYPE_TXT);
    if ((conf->ask_type_spf && !find(&k, RTYPE_SPF)) || !find(&k, RTYPE_TXT) || !k.records)
        return;
    look_at_texts(&k);
    look_at_stand_in(&k);
    if (!has_own_record(k.records))
        return;
    bool one_for_both = k.records->at[SPF_SCOPE_PRA] && k.records->at[SPF_SCOPE_MFROM]
        && slice_same(k.records->at[SPF_SCOPE_PRA]->text, k.records->at[SPF_SCOPE_MFROM]->text);
    if (look_at_record(&k, SPF_SCOPE_PRA) && !one_for_both)
        (void)look_at_record(&k, SPF_SCOPE_MFROM);
}
