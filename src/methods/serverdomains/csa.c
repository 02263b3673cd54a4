/*
 * csa.c: the record of the HELO name, and its targets' addresses; without one, a parent that says that all its
 * senders have one.
 */
#include "methods/serverdomains/csa.h"

#include "methods/serverdomains/csa_lint.h"
#include "methods/serverdomains/csa_publish.h"

#define RECORD_SHOWN 1024            /* octets of records in facts */

struct csa_conf { bool enabled; };

static const struct option csa_options[] = {
    OPTION_ENABLED(struct csa_conf, true),
    { 0 }
};

/* `stored` numbers are kept in journals: never change or reuse one. */
static const struct reason csa_reasons[CSA_REASONS] = {
    [CSA_EXEMPT]           = { "exempt", 2701, AUTH_POLICY, "not checked for this client" },
    [CSA_OWN_FAILURE]      = { "own-failure", 2702, AUTH_TEMPERROR, "the check itself failed" },
    [CSA_OVER_QUOTA]       = { "over-quota", 2703, AUTH_PERMERROR, "the records need more questions than are allowed" },
    [CSA_IS_TARGET]        = { "target", 2710, AUTH_PASS, "the HELO name may send, from this address" },
    [CSA_NOT_A_TARGET]     = { "not-a-target", 2711, AUTH_FAIL, "the HELO name may send, but not from this address" },
    [CSA_NEVER_SENDS]      = { "never-sends", 2712, AUTH_FAIL, "no host of this HELO name sends mail" },
    [CSA_NOT_LISTED]       = { "not-listed", 2713, AUTH_FAIL, "the HELO name has no record, which its domain says all senders have" },
    [CSA_NOT_PROVEN]       = { "not-proven", 2714, AUTH_NEUTRAL, "the HELO name may send; whose it is, addresses do not tell" },
    [CSA_NO_RECORD]        = { "no-record", 2720, AUTH_NONE, "no CSA record" },
    [CSA_NO_IDENTITY]      = { "no-identity", 2721, AUTH_NONE, "HELO gave no domain name" },
    [CSA_DNS_FAILED]       = { "dns-failed", 2730, AUTH_TEMPERROR, "DNS did not answer" },
    [CSA_CONFLICT]         = { "conflict", 2740, AUTH_PERMERROR, "records that contradict each other" },
    [CSA_TOO_MANY_TARGETS] = { "too-many-targets", 2741, AUTH_PERMERROR, "more than 10 targets" },
};

/* What was found; borrowed from answers. */
struct finding {
    const struct answer *answer;     /* that decides; NULL: none */
    struct slice target;             /* that has the client's address */
};

static struct slice record_name(struct check *c, struct slice domain)
{
    return name_join(c->run.scratch, SLICE("_client._smtp"), domain);
}

/* HIT: *set holds a record at least. */
static enum path_outcome ask_set(struct check *c, struct slice domain, struct csa_set *set, const struct answer **a)
{
    *a = ask(c, record_name(c, domain), RTYPE_SRV);
    enum path_outcome o = path_answer(*a);
    if (o != PATH_HIT)
        return o;
    csa_set_of(*a, set);
    return set->records > 0 ? PATH_HIT : PATH_MISS;
}

static enum csa_reason reason_of_unknown(enum path_outcome o)
{
    if (o == PATH_WAIT)
        return CSA_NOT_YET;
    return o == PATH_OVER_QUOTA ? CSA_OVER_QUOTA : CSA_DNS_FAILED;
}

/* ---- the targets ---- */

static enum csa_reason judge_targets(struct check *c, const struct csa_set *set, struct finding *f)
{
    enum path_outcome unknown = PATH_MISS;
    for (size_t i = 0; i < set->target_count; i++)
        path_host_hint(c, set->targets[i]);
    for (size_t i = 0; i < set->target_count; i++) {
        enum path_outcome o = path_host(c, set->targets[i]);
        if (o == PATH_WAIT)
            return CSA_NOT_YET;
        if (o == PATH_HIT) {
            f->target = set->targets[i];
            return CSA_IS_TARGET;
        }
        unknown = o > unknown ? o : unknown;
    }
    return unknown == PATH_MISS ? CSA_NOT_A_TARGET : reason_of_unknown(unknown);
}

static enum csa_reason judge_set(struct check *c, const struct csa_set *set, struct finding *f)
{
    if (set->conflict)
        return CSA_CONFLICT;
    if (set->too_many)
        return CSA_TOO_MANY_TARGETS;
    switch (set->weight) {
    case CSA_NOT_AUTHORISED: return CSA_NEVER_SENDS;
    case CSA_UNPROVEN: return CSA_NOT_PROVEN;
    case CSA_AUTHORISED: break;
    }
    return judge_targets(c, set, f);
}

/* ---- the parents ---- */

/* One that says Explicit decides, whatever the others are. */
static enum csa_reason judge_parents(struct check *c, const struct slice *parents, size_t count, struct finding *f)
{
    enum path_outcome unknown = PATH_MISS;
    for (size_t i = 0; i < count; i++) {
        struct csa_set set;
        const struct answer *a;
        enum path_outcome o = ask_set(c, parents[i], &set, &a);
        if (o == PATH_WAIT)
            return CSA_NOT_YET;
        if (o == PATH_HIT && set.explicit_names) {
            f->answer = a;
            return CSA_NOT_LISTED;
        }
        if (path_unknown(o) && o > unknown)
            unknown = o;
    }
    return unknown == PATH_MISS ? CSA_NO_RECORD : reason_of_unknown(unknown);
}

static enum csa_reason decide(struct check *c, struct slice helo, struct finding *f)
{
    struct slice parents[HELO_PARENTS_MAX];
    struct csa_set set;
    const struct answer *a;
    size_t n = helo_parents(helo, parents);
    for (size_t i = 0; i < n; i++)
        prefetch(c, record_name(c, parents[i]), RTYPE_SRV);
    enum path_outcome o = ask_set(c, helo, &set, &a);
    if (o == PATH_MISS)
        return judge_parents(c, parents, n, f);
    if (o != PATH_HIT)
        return reason_of_unknown(o);
    f->answer = a;
    return judge_set(c, &set, f);
}

/* ---- saying it ---- */

static struct fact *facts_of(struct arena *a, struct slice helo, const struct finding *f)
{
    struct fact *g = fact_group(a, NULL);
    fact_add_str(a, g, "identity", identity_name(IDENTITY_HELO));
    fact_add_text(a, g, "domain", helo);
    if (!f->answer)
        return g;
    struct text t = text_in(a, RECORD_SHOWN);
    text_add_csa_records(&t, f->answer);
    fact_add_text(a, g, "record_domain", slice_dup(a, f->answer->question.name));
    if (!t.bad)
        fact_add_text(a, g, "record", text_slice(&t));
    if (f->target.len > 0)
        fact_add_text(a, g, "target", slice_dup(a, f->target));
    return g;
}

static struct slice text_of(struct arena *a, const struct txn *t, enum csa_reason reason, const struct finding *f)
{
    struct text s = text_in(a, 512);
    if (reason != CSA_IS_TARGET)
        return slice_str(csa_reasons[reason].text);
    text_add_shown(&s, f->target, false);
    text_add_str(&s, " is ");
    text_add_ip(&s, &t->client);
    return text_slice(&s);
}

static void csa_check(struct check *c)
{
    const struct txn *t = c->run.txn;
    struct slice helo = helo_name(t);
    struct finding f = { .answer = NULL };
    enum csa_reason reason = helo.len > 0 ? decide(c, helo, &f) : CSA_NO_IDENTITY;
    if (reason == CSA_NOT_YET)
        return;
    const struct property *p = domain_property(t->arena, IDENTITY_HELO, helo);
    say(c, reason, &(struct evidence){
        .identity = IDENTITY_HELO, .domain = helo, .properties = p, .property_count = p ? 1 : 0,
        .text = text_of(t->arena, t, reason, &f), .facts = facts_of(t->arena, helo, &f),
        .statement = reason >= CSA_IS_TARGET && reason <= CSA_NOT_PROVEN,
        .quiet = reason == CSA_NO_RECORD || reason == CSA_NO_IDENTITY,
    });
}

/* ---- what the domain's owner can do ---- */

static void add_advice(struct text *s, const struct txn *t, const struct result *r)
{
    switch ((enum csa_reason)r->reason) {
    case CSA_NOT_A_TARGET:
        text_add_str(s, "if this host is yours, give a target of the SRV record at _client._smtp.");
        text_add_shown(s, r->evidence.domain, false);
        text_add_str(s, " the address ");
        text_add_ip(s, &t->client);
        break;
    case CSA_NEVER_SENDS: case CSA_NOT_LISTED:
        text_add_str(s, "if this host sends mail, publish _client._smtp.");
        text_add_shown(s, r->evidence.domain, false);
        text_add_str(s, ". SRV 1 2 0 ");
        text_add_shown(s, r->evidence.domain, false);
        text_add_octet(s, '.');
        break;
    case CSA_CONFLICT: case CSA_TOO_MANY_TARGETS: case CSA_OVER_QUOTA:
        text_addf(s, "repair (%s) the SRV records at _client._smtp.", csa_reasons[r->reason].text);
        text_add_shown(s, r->evidence.domain, false);
        break;
    case CSA_NOT_YET: case CSA_EXEMPT: case CSA_OWN_FAILURE: case CSA_IS_TARGET: case CSA_NOT_PROVEN: case CSA_NO_RECORD: case CSA_NO_IDENTITY:
    case CSA_DNS_FAILED: case CSA_REASONS:
        break;
    }
}

static struct slice csa_explain(struct arena *a, const struct txn *t, const struct result *r)
{
    struct text s = text_in(a, 1024);
    text_add_shown(&s, r->evidence.domain, false);
    text_add_str(&s, ": ");
    size_t before = s.len;
    add_advice(&s, t, r);
    return s.len > before ? text_slice(&s) : (struct slice){ 0 };
}

static const char *const csa_members[] = { "identity", "domain", "record_domain", "record", "target", NULL };

const struct method csa_method = {
    .members = csa_members,
    .name = "csa", .title = "CSA, Client SMTP Authorization (draft-ietf-marid-csv-csa-02)",
    .when = STAGE_HELO, .needs_client = true, .identities = 1u << IDENTITY_HELO,
    .subjects_max = 1, .asks = CSA_ASKS, .hints = CSA_HINTS,
    .options = csa_options, .conf_size = sizeof(struct csa_conf),
    .reasons = csa_reasons, .reason_count = CSA_REASONS,
    .reason_exempt = CSA_EXEMPT, .reason_own_failure = CSA_OWN_FAILURE,
    .subjects = path_subjects, .check = csa_check, .explain = csa_explain,
    .publish = csa_publish, .lint = csa_lint,
};
