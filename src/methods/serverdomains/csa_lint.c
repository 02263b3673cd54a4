#include "methods/serverdomains/csa_lint.h"

#include "methods/serverdomains/csa.h"
#include "methods/serverdomains/helo_lint.h"

#define PLACE "_client._smtp"

struct name { struct slice domain, owner; const struct answer *answer; struct csa_set set; };
struct look { struct lint *l; struct name at[HELO_LINT_NAMES_MAX]; size_t count; };

static bool find_names(struct look *k)
{
    struct slice names[HELO_LINT_NAMES_MAX];
    lint_prefetch(k->l, lint_name(k->l, PLACE, k->l->domain), RTYPE_SRV);
    if (!helo_lint_names(k->l, names, &k->count))
        return false;
    for (size_t i = 0; i < k->count; i++)
        k->at[i] = (struct name){ .domain = names[i], .owner = lint_name(k->l, PLACE, names[i]) };
    return true;
}

static bool ask_records(struct look *k)
{
    for (size_t i = 0; i < k->count; i++)
        lint_prefetch(k->l, k->at[i].owner, RTYPE_SRV);
    for (size_t i = 0; i < k->count; i++) {
        struct name *n = &k->at[i];
        n->answer = lint_ask(k->l, n->owner, RTYPE_SRV);
        if (!n->answer)
            return false;
        if (answer_has_data(n->answer))
            csa_set_of(n->answer, &n->set);
    }
    return true;
}

/* ---- one record ---- */

static void look_at_record(const struct look *k, const struct name *n, const struct rdata *r)
{
    struct text t = text_in(k->l->arena, LINT_TEXT_MAX);
    text_addf(&t, "%u %u %u ", (unsigned)r->srv.priority, (unsigned)r->srv.weight, (unsigned)r->srv.port);
    text_add_presentation_name(&t, r->srv.host);
    struct slice entry = text_slice(&t);
    lint_record(k->l, n->owner, RTYPE_SRV, entry);
    if (r->srv.priority != CSA_VERSION)
        lint_say_entry(k->l, LINT_ERROR, "other-version", n->owner, entry, "its priority is no version of CSA, and so it says nothing",
                       "set the priority to 1");
    else if (r->srv.weight > CSA_UNPROVEN)
        lint_say_entry(k->l, LINT_ERROR, "bad-weight", n->owner, entry, "its weight has no meaning, and so it says nothing",
                       "set the weight to 2 if the target sends under this name, or 1 if nobody does");
    else if (r->srv.weight == 0)
        lint_say_entry(k->l, LINT_WARNING, "weight-zero", n->owner, entry, "weight 0 is read as 1: nobody sends under this name",
                       "set the weight to 2 if the target sends under this name, or 1 if nobody does");
    if (r->srv.priority == CSA_VERSION && (r->srv.port & ~CSA_PORT_EXPLICIT) != 0)
        lint_say_entry(k->l, LINT_WARNING, "unknown-bits", n->owner, entry, "its port has bits without a meaning",
                       "set the port to 1 if every name of the domain that sends has a record of its own, else 0");
}

/* ---- one name ---- */

static void look_at_set(const struct look *k, const struct name *n)
{
    if (n->set.conflict)
        lint_say(k->l, LINT_ERROR, "conflict", n->owner, "records that contradict each other: receivers take none", "leave records of one weight");
    if (n->set.too_many)
        lint_say(k->l, LINT_ERROR, "too-many-targets", n->owner, "more than 10 targets: receivers take none",
                 "give the hosts names of their own, with a record each");
    if (n->set.records > 0 && n->set.weight == CSA_AUTHORISED && !n->set.conflict && n->set.target_count == 0)
        lint_say(k->l, LINT_ERROR, "no-target", n->owner, "says that the name sends, and names no host that does", "set the target to the host");
}

static bool look_at_name(const struct look *k, const struct name *n)
{
    if (lint_unanswered(k->l, n->owner, n->answer))
        return true;
    for (size_t i = 0; i < n->answer->count; i++)
        look_at_record(k, n, &n->answer->records[i]);
    look_at_set(k, n);
    /* Receivers look up from a name without a record to the nearest parents. */
    if (n->set.records == 0 && k->at[0].set.explicit_names)
        lint_say_entry(k->l, LINT_NOTE, "host-not-listed", n->owner, n->domain,
                       "has no record, which the domain says all its senders have: mail under this name is refused",
                       "if it sends, publish an SRV record 1 2 0 with itself as target");
    if (n->set.conflict || n->set.too_many)
        return true;
    for (size_t i = 0; i < n->set.target_count; i++)
        lint_host_hint(k->l, n->set.targets[i]);
    for (size_t i = 0; i < n->set.target_count; i++)
        if (!lint_host(k->l, n->owner, n->set.targets[i], n->set.targets[i]))
            return false;
    return true;
}

void csa_lint(struct lint *l)
{
    struct look *k = ARENA_NEW(l->arena, struct look);
    if (!k)
        return;
    k->l = l;
    if (!find_names(k) || !ask_records(k))
        return;
    for (size_t i = 0; i < k->count; i++)
        if (!look_at_name(k, &k->at[i]))
            return;
}
