#include "methods/dmp/dmp_lint.h"

#include "methods/dmp/dmp.h"
#include "methods/dmp/dmp_record.h"
#include "methods/lint_path.h"

#define PLACE "_smtp-client"
/* The addresses that no client has; only a wildcard for all answers there. */
#define NO_CLIENT4 "0.0.0.0.in-addr." PLACE
#define NO_CLIENT6 "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6." PLACE

/* The names that are looked at. */
enum { PART, PROBE, ALL4, ALL6, BELOW4, BELOW6, NAMES };
static const char *const prefixes[NAMES] = {
    [PART] = PLACE, [PROBE] = DMP_PROBE_LABELS "." PLACE, [ALL4] = NO_CLIENT4, [ALL6] = NO_CLIENT6,
    [BELOW4] = "in-addr." PLACE, [BELOW6] = "ip6." PLACE,
};

struct look {
    struct lint *l;
    struct slice names[NAMES];
    const struct answer *answers[NAMES];
    struct dmp_set sets[NAMES];
};

static bool ask_all(struct look *k)
{
    bool there = true;
    for (size_t i = 0; i < NAMES; i++) {
        k->names[i] = lint_name(k->l, prefixes[i], k->l->domain);
        k->answers[i] = lint_ask(k->l, k->names[i], RTYPE_TXT);
        there = there && k->answers[i];
    }
    for (size_t i = 0; there && i < NAMES; i++) {
        const struct dmp_set *set = answer_has_data(k->answers[i]) ? answer_memo(k->answers[i], dmp_set_make, dmp_set_release) : NULL;
        if (set)
            k->sets[i] = *set;
    }
    return there;
}

static bool some_failed(const struct look *k)
{
    bool failed = false;
    for (size_t i = 0; i < NAMES; i++)
        failed = lint_unanswered(k->l, k->names[i], k->answers[i]) || failed;
    return failed;
}

static bool is_dmp(struct slice text)
{
    return slice_starts_nocase(text, SLICE("dmp"));
}

/* ---- the participation record ---- */

static void look_at_text(const struct look *k, struct slice text)
{
    struct dmp_record r;
    struct slice owner = k->names[PART];
    dmp_parse(text, &r);
    if (r.kind != DMP_OTHER || is_dmp(text))
        lint_record(k->l, owner, RTYPE_TXT, text);
    if (r.kind == DMP_OTHER && is_dmp(text))
        lint_say_entry(k->l, LINT_ERROR, "bad-record", owner, text, "no DMP record, and so it says nothing", "publish exactly \"dmp=\"");
    if (r.kind == DMP_ALLOW || r.kind == DMP_DENY)
        lint_say_entry(k->l, LINT_ERROR, "misplaced", owner, text, "answers for an address, and this is the name of none",
                       "publish it under the address it speaks of, and \"dmp=\" here");
}

static void look_at_participation(const struct look *k)
{
    const struct answer *a = k->answers[PART];
    const struct dmp_set *set = &k->sets[PART];
    for (size_t i = 0; i < a->count; i++)
        look_at_text(k, a->records[i].text);
    if (set->roles && !set->participant)
        lint_say(k->l, LINT_WARNING, "extension-only", k->names[PART],
                 "a proposed extension, which receivers do not read unless told to: for them the domain takes no part", "publish \"dmp=\" beside it");
}

/* Domains named by the extension, whose records would count for this one. */
static bool look_at_altdomains(const struct look *k)
{
    const struct dmp_record *alt = &k->sets[PART].altdomain;
    for (unsigned i = 0; i < alt->domain_count; i++)
        lint_prefetch(k->l, lint_name(k->l, PLACE, alt->domains[i]), RTYPE_TXT);
    for (unsigned i = 0; i < alt->domain_count; i++) {
        const struct answer *a = lint_ask(k->l, lint_name(k->l, PLACE, alt->domains[i]), RTYPE_TXT);
        if (!a)
            return false;
        if (lint_unanswered(k->l, alt->domains[i], a))
            continue;
        const struct dmp_set *set = answer_has_data(a) ? answer_memo(a, dmp_set_make, dmp_set_release) : NULL;
        if (!set || !set->participant)
            lint_say_entry(k->l, LINT_WARNING, "altdomain-silent", k->names[PART], alt->domains[i], "takes no part in DMP itself",
                           "publish DMP records for that domain, or take it out");
    }
    return true;
}

/* ---- answers for addresses ---- */

static void show_answer(const struct look *k, size_t name)
{
    for (size_t i = 0; i < k->answers[name]->count; i++)
        if (is_dmp(k->answers[name]->records[i].text))
            lint_record(k->l, k->names[name], RTYPE_TXT, k->answers[name]->records[i].text);
}

/* A wildcard for everything answers at all these names: said once. */
static void show_answers(const struct look *k)
{
    bool everything = k->sets[PROBE].allow;
    show_answer(k, PROBE);
    for (size_t i = ALL4; i <= ALL6; i++)
        if (k->sets[i].allow && !everything)
            show_answer(k, i);
}

static void look_at_wildcards(const struct look *k)
{
    static const struct { size_t name; const char *text; } all[] = {
        { ALL4, "allows every IPv4 address" }, { ALL6, "allows every IPv6 address" },
    };
    if (k->sets[PROBE].allow) {
        lint_say(k->l, LINT_ERROR, "global-wildcard", k->names[PROBE],
                 "\"dmp=allow\" answers for whatever is asked, which is invalid: receivers may refuse the domain's mail",
                 "replace the record at *." PLACE " by records for the addresses that send");
        return;
    }
    for (size_t i = 0; i < COUNT_OF(all); i++)
        if (k->sets[all[i].name].allow)
            lint_say(k->l, LINT_WARNING, "everybody", k->names[all[i].name], all[i].text, "publish records for the addresses that send only");
}

static bool answers_for_addresses(const struct look *k)
{
    for (size_t i = PROBE; i < NAMES; i++)
        if (k->sets[i].allow || k->sets[i].deny)
            return true;
    return false;
}

/* Certain only where nothing stands below: an answer at the name itself comes from a wildcard, which answers for names without anything below. */
static bool lists_nobody(const struct look *k, size_t below)
{
    return k->answers[below]->status == ANSWER_NXDOMAIN || (k->sets[below].deny && !k->sets[below].allow);
}

static void look_at_addresses(const struct look *k)
{
    bool takes_part = k->sets[PART].participant;
    look_at_wildcards(k);
    if (!takes_part && !k->sets[PART].roles && answers_for_addresses(k))
        lint_say(k->l, LINT_ERROR, "no-participation", k->names[PART],
                 "there are answers for addresses, but the domain does not say that it takes part: who gets no answer is not refused",
                 "publish the TXT record \"dmp=\" here");
    if (takes_part && !k->sets[PROBE].deny && !k->sets[PROBE].allow)
        lint_say(k->l, LINT_NOTE, "no-default", k->names[PART], "addresses that are not listed get no answer: receivers ask once more to refuse them",
                 "publish the TXT record \"dmp=deny\" at *." PLACE);
    if (takes_part && lists_nobody(k, BELOW4) && lists_nobody(k, BELOW6))
        lint_say(k->l, LINT_NOTE, "lists-nobody", k->names[PART], "no address is listed: the domain says that it never sends",
                 "if it does send, publish \"dmp=allow\" for each address");
}

void dmp_lint(struct lint *l)
{
    struct look k = { .l = l };
    if (!ask_all(&k) || some_failed(&k))
        return;
    look_at_participation(&k);
    show_answers(&k);
    look_at_addresses(&k);
    (void)look_at_altdomains(&k);
}
