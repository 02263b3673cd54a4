/*
 * submission.c: the method: is the hint needed, is there something to say.
 */
#include "methods/submission/submission.h"

#include "methods/list.h"
#include "methods/path.h"

#define HINT_OCTETS (2 * NAME_TEXT_MAX + 60)

struct submission_conf { bool enabled; uint64_t timeout; };

static const struct option submission_options[] = {
    OPTION_ENABLED(struct submission_conf, false),
    { "timeout", OPT_DURATION, "5s", 1, 60, offsetof(struct submission_conf, timeout), NULL,
      "How long a refusal waits for this; then it says nothing of submission servers." },
    { 0 }
};

/* `stored` numbers are kept in journals: never change or reuse one. */
static const struct reason submission_reasons[SUBMISSION_REASONS] = {
    [SUBMISSION_EXEMPT]      = { "exempt", 3201, AUTH_POLICY, "not checked for this client" },
    [SUBMISSION_OWN_FAILURE] = { "own-failure", 3202, AUTH_TEMPERROR, "the check itself failed" },
    [SUBMISSION_OVER_QUOTA]  = { "over-quota", 3203, AUTH_TEMPERROR, "too many questions" },
    [SUBMISSION_OFFERED]     = { "offered", 3210, AUTH_NEUTRAL, "the domain's users have a server to submit to" },
    [SUBMISSION_NOT_OFFERED] = { "not-offered", 3220, AUTH_NONE, "the domain says that it has no submission server" },
    [SUBMISSION_NO_RECORD]   = { "no-record", 3221, AUTH_NONE, "the domain does not say where its users submit" },
    [SUBMISSION_NO_HOST]     = { "no-host", 3222, AUTH_NONE, "the domain's submission records name no host" },
    [SUBMISSION_NOT_NEEDED]  = { "not-needed", 3223, AUTH_NONE, "no method says that the client may not send" },
    [SUBMISSION_NO_IDENTITY] = { "no-identity", 3224, AUTH_NONE, "no domain that could have users" },
    [SUBMISSION_DNS_FAILED]  = { "dns-failed", 3230, AUTH_TEMPERROR, "DNS did not answer" },
};

/* In the order in which they are asked: with TLS from the first octet before STARTTLS (RFC 8314 3.3). */
static const struct { const char *name, *labels; } services[SUBMISSION_ASKS] = {
    { "submissions", "_submissions._tcp" }, { "submission", "_submission._tcp" },
};

/* ---- records ---- */

static bool is_null_target(struct slice host)
{
    return slice_same(host, SLICE("."));
}

/* It is repeated to strangers: a host's name, nothing else. */
static bool names_a_host(const struct rdata *r)
{
    struct ip literal;
    return r->srv.port > 0 && name_is_hostname(r->srv.host) && name_labels(r->srv.host) >= 2 && !ip_parse(r->srv.host, &literal);
}

static bool goes_before(const struct rdata *a, const struct rdata *b)
{
    if (a->srv.priority != b->srv.priority)
        return a->srv.priority < b->srv.priority;
    if (a->srv.weight != b->srv.weight)
        return a->srv.weight > b->srv.weight;
    int order = slice_compare_nocase(a->srv.host, b->srv.host);
    return order != 0 ? order < 0 : a->srv.port < b->srv.port;
}

struct submission_place submission_place_of(const struct answer *a)
{
    const struct rdata *best = NULL;
    for (size_t i = 0; i < a->count; i++)
        if (names_a_host(&a->records[i]) && (!best || goes_before(&a->records[i], best)))
            best = &a->records[i];
    if (best)
        return (struct submission_place){ .offered = true, .host = best->srv.host, .port = best->srv.port };
    return (struct submission_place){ .declined = a->count == 1 && is_null_target(a->records[0].srv.host) };
}

/* ---- is it needed? ---- */

/* Does it look at whether the client may send for the MAIL FROM domain, with the envelope alone? */
static bool judges_the_path(const struct method *m)
{
    bool of_sender = m->identities == 0 || (m->identities >> IDENTITY_MAILFROM & 1);
    return m->when <= STAGE_MAIL && of_sender && !m->dispensable && !m->server_side;
}

struct need { bool refused, allowed, unknown; };

static void count_results(const struct results *list, struct slice domain, struct need *need)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct result *r = &list->at[i];
        if (r->evidence.identity != IDENTITY_MAILFROM || !slice_same_nocase(r->evidence.domain, domain))
            continue;
        need->refused = need->refused || r->word == AUTH_FAIL || r->word == AUTH_SOFTFAIL;
        need->allowed = need->allowed || r->word == AUTH_PASS;
        need->unknown = need->unknown || r->word == AUTH_TEMPERROR;
    }
}

/* WAIT, HIT (needed), MISS, or FAILED: whether the client may send is not known. */
static enum path_outcome is_needed(struct check *c, struct slice domain)
{
    struct need need = { .refused = false };
    for (size_t i = 0; methods[i] != c->run.method; i++) {
        if (!judges_the_path(methods[i]))
            continue;
        const struct results *list = result_of(c, methods[i]);
        if (!list)
            return PATH_WAIT;
        count_results(list, domain, &need);
    }
    if (need.allowed)
        return PATH_MISS;
    if (need.unknown)
        return PATH_FAILED;
    return need.refused ? PATH_HIT : PATH_MISS;
}

/* ---- the question ---- */

struct finding { struct slice domain; const char *service; struct submission_place place; };

static enum submission_reason reason_of_nothing(const struct answer *a, const struct submission_place *place)
{
    if (place->declined)
        return SUBMISSION_NOT_OFFERED;
    return answer_has_data(a) ? SUBMISSION_NO_HOST : SUBMISSION_NO_RECORD;
}

/* The first service with a host; else what the first with records says. */
static enum submission_reason look_up(struct check *c, struct finding *f)
{
    enum submission_reason said = SUBMISSION_NO_RECORD;
    for (size_t i = 0; i < COUNT_OF(services); i++) {
        const struct answer *a = ask(c, name_join(c->run.scratch, slice_str(services[i].labels), f->domain), RTYPE_SRV);
        enum path_outcome o = path_answer(a);
        if (o == PATH_WAIT)
            return SUBMISSION_NOT_YET;
        if (path_unknown(o))
            return o == PATH_OVER_QUOTA ? SUBMISSION_OVER_QUOTA : SUBMISSION_DNS_FAILED;
        f->place = submission_place_of(a);
        f->service = services[i].name;
        if (f->place.offered)
            return SUBMISSION_OFFERED;
        if (said == SUBMISSION_NO_RECORD)
            said = reason_of_nothing(a, &f->place);
    }
    return said;
}

static enum submission_reason decide(struct check *c, struct finding *f)
{
    const struct path *sender = &c->run.txn->mail_from;
    f->domain = sender->null ? (struct slice){ 0 } : sender->normal_domain;
    if (name_labels(f->domain) < 2)
        return SUBMISSION_NO_IDENTITY;
    enum path_outcome needed = is_needed(c, f->domain);
    if (needed == PATH_WAIT)
        return SUBMISSION_NOT_YET;
    if (needed == PATH_FAILED)
        return SUBMISSION_DNS_FAILED;
    return needed == PATH_HIT ? look_up(c, f) : SUBMISSION_NOT_NEEDED;
}

/* ---- saying it ---- */

static struct slice hint_of(struct arena *a, const struct finding *f)
{
    struct text t = text_in(a, HINT_OCTETS);
    text_add_str(&t, "users of ");
    text_add_shown(&t, f->domain, false);
    text_add_str(&t, ": send through ");
    text_add_shown(&t, f->place.host, false);
    text_addf(&t, " port %u", f->place.port);
    return text_slice(&t);
}

static struct fact *facts_of(struct arena *a, const struct finding *f, bool offered, struct slice hint)
{
    struct fact *g = fact_group(a, NULL);
    fact_add_text(a, g, "domain", f->domain);
    if (!offered)
        return g;
    fact_add_str(a, g, "service", f->service);
    fact_add_text(a, g, "host", slice_dup(a, f->place.host));
    fact_add_number(a, g, "port", f->place.port);
    fact_add_text(a, g, METHOD_REPLY_HINT, hint);
    return g;
}

static void submission_check(struct check *c)
{
    struct arena *a = c->run.txn->arena;
    struct finding f = { .service = NULL };
    enum submission_reason reason = decide(c, &f);
    if (reason == SUBMISSION_NOT_YET)
        return;
    bool offered = reason == SUBMISSION_OFFERED;
    struct slice hint = offered ? hint_of(a, &f) : (struct slice){ 0 };
    say(c, reason, &(struct evidence){
        .identity = IDENTITY_NONE, .domain = f.domain, .text = offered ? hint : slice_str(submission_reasons[reason].text),
        .facts = facts_of(a, &f, offered, hint), .quiet = !offered,
    });
}

static uint64_t submission_patience(const void *conf)
{
    return ((const struct submission_conf *)conf)->timeout;
}

static const char *const submission_members[] = { "domain", "service", "host", "port", METHOD_REPLY_HINT, NULL };

const struct method submission_method = {
    .members = submission_members,
    .name = "submission", .title = "Submission servers of the sender's domain (RFC 6186, RFC 8314)",
    .when = STAGE_MAIL, .needs_client = true, .dispensable = true, .hints_reply = true,
    .identities = 1u << IDENTITY_USER,                       /* no class or list rests on where a domain's users submit */
    .subjects_max = 1, .asks = SUBMISSION_ASKS,
    .options = submission_options, .conf_size = sizeof(struct submission_conf),
    .reasons = submission_reasons, .reason_count = SUBMISSION_REASONS,
    .reason_exempt = SUBMISSION_EXEMPT, .reason_own_failure = SUBMISSION_OWN_FAILURE,
    .subjects = path_subjects, .check = submission_check, .patience = submission_patience,
};
