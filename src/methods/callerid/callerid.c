/*
 * callerid.c: the method: whose address the header makes responsible, who the client is, and what the walk of the domain's
 * document says.
 */
#include "methods/callerid/callerid.h"

#include "methods/callerid/callerid_edge.h"
#include "methods/callerid/callerid_pra.h"
#include "methods/callerid/callerid_lint.h"
#include "methods/callerid/callerid_publish.h"
#include "methods/callerid/callerid_words.h"

#define DAY_SECONDS UINT64_C(86400)
#define TOO_OLD_MAX (36525 * DAY_SECONDS)
#define PATIENCE_LEAST 20            /* callerid.md: an overall time limit is allowed but not below 20 s */

static const struct option callerid_options[] = {
    OPTION_ENABLED(struct callerid_conf, true),
    { "testing_domains", OPT_DOMAINS, "", 0, 0, offsetof(struct callerid_conf, testing_domains), NULL,
      "Domains, with all below them, whose policy documents count even where they say testing='true'. Those of all others then count as not published." },
    { "known_forwarders", OPT_DOMAINS, "", 0, 0, offsetof(struct callerid_conf, known_forwarders), NULL,
      "Domains, with all below them, that forward mail to our users: what they hand on is not held against a From domain that allows direct delivery only (directOnly)." },
    { "known_recipients", OPT_TEXTS, "", 0, 0, offsetof(struct callerid_conf, known_recipients), NULL,
      "Addresses elsewhere whose mail is forwarded to our users: directOnly does not count for a message with one of them in To or Cc. Whoever knows such an address can use it; known_forwarders is safer." },
    { "edge_domain", OPT_DOMAIN, "", 0, 0, offsetof(struct callerid_conf, edge_domain), NULL,
      "Our own domain, for mail that came by a trusted relay or from a file: the client is then taken from the Received field of our edge, which is known by the edgeHeader of this domain's policy document or else by its MX set. Empty: as for all other methods." },
    { "too_old", OPT_DURATION, "28d", 1, TOO_OLD_MAX, offsetof(struct callerid_conf, too_old), NULL,
      "A message received longer ago than this is not checked. The draft allows 28 days, as long as domains are to keep retired servers in their documents; more is for studies of old mail." },
    { "timeout", OPT_DURATION, "20s", PATIENCE_LEAST, 300, offsetof(struct callerid_conf, timeout), NULL,
      "How long one evaluation may wait for DNS before the result is temperror. The draft allows no less than 20 s." },
    { 0 }
};

static uint64_t callerid_patience(const void *conf)
{
    return ((const struct callerid_conf *)conf)->timeout;
}

/* ---- who is responsible, and from where the message came ---- */

static const struct address_list *kept_addresses(void *run, const struct field *f)
{
    return parsed_addresses(run, f);
}

static void *find_pra(struct check *c, void *arg)
{
    struct pra *p = ARENA_NEW(c->run.txn->arena, struct pra);
    (void)arg;
    if (p)
        *p = callerid_pra(c->run.txn->message, kept_addresses, &c->run);
    return p;
}

static enum callerid_reason reason_of_pra(enum pra_problem problem)
{
    switch (problem) {
    case PRA_FINE: return CALLERID_NOT_YET;
    case PRA_NONE: return CALLERID_NO_ADDRESS;
    case PRA_MALFORMED: return CALLERID_BAD_ADDRESS;
    case PRA_SEVERAL: return CALLERID_SEVERAL_ADDRESSES;
    case PRA_NO_DOMAIN: return CALLERID_NO_DOMAIN;
    case PRA_HEADER: return CALLERID_BAD_HEADER;
    }
    return CALLERID_BAD_HEADER;
}

/* NOT_YET with *waits false: go on with *edge. */
static enum callerid_reason locate(struct check *c, const struct callerid_conf *conf, struct callerid_edge *edge, bool *waits)
{
    const struct txn *t = c->run.txn;
    *edge = (struct callerid_edge){ t->client, t->session->received_at };
    *waits = false;
    if (!callerid_edge_applies(t, conf))
        return CALLERID_NOT_YET;
    switch (callerid_find_edge(c, conf, edge)) {
    case PATH_HIT: return CALLERID_NOT_YET;
    case PATH_WAIT: *waits = true; return CALLERID_NOT_YET;
    case PATH_FAILED: return CALLERID_DNS_FAILED;
    case PATH_OVER_QUOTA: return CALLERID_OVER_QUOTA;
    case PATH_BROKEN: return CALLERID_OWN_FAILURE;
    case PATH_MISS: break;
    }
    return CALLERID_NO_EDGE;
}

/* The draft: only within 28 days of receipt; whoever sends today may have been an outgoing server then, and the other way round. */
static bool is_too_old(const struct txn *t, const struct callerid_conf *conf, int64_t received_at)
{
    return received_at != 0 && t->now > received_at && (uint64_t)t->now - (uint64_t)received_at > conf->too_old;
}

/* ---- forwarders we know ---- */

static bool is_known_recipient(const struct callerid_conf *conf, const struct address *address)
{
    for (size_t i = 0; i < conf->known_recipients.count; i++) {
        struct slice known = conf->known_recipients.at[i];
        size_t at_sign = slice_find_last(known, '@');
        if (name_same(slice_from(known, at_sign + 1), address->normal_domain) && slice_same_nocase(slice_first(known, at_sign), address->local))
            return true;
    }
    return false;
}

static bool names_known_recipient(struct run *run, const struct callerid_conf *conf, const struct field *f)
{
    struct address_list list;
    if (!address_list_parse(run->scratch, f->value, &list))
        return false;
    for (size_t i = 0; i < list.count; i++)
        if (is_known_recipient(conf, &list.at[i]))
            return true;
    return false;
}

static bool comes_by_known_forwarder(struct run *run, const struct callerid_conf *conf, struct slice responsible)
{
    const struct message *m = run->txn->message;
    for (size_t i = 0; i < conf->known_forwarders.count; i++)
        if (name_at_or_below(responsible, conf->known_forwarders.at[i]))
            return true;
    for (size_t i = 0; conf->known_recipients.count > 0 && i < m->count; i++) {
        const struct field *f = m->fields[i];
        if ((slice_same_nocase(f->name, SLICE("To")) || slice_same_nocase(f->name, SLICE("Cc"))) && names_known_recipient(run, conf, f))
            return true;
    }
    return false;
}

/* ---- the check ---- */

static struct callerid_query query_of(struct run *run, const struct pra *p, const struct ip *client)
{
    const struct callerid_conf *conf = conf_of(run);
    struct callerid_query q = { .conf = conf, .domain = p->address.normal_domain, .client = *client, .noop = run->txn->session->noop };
    struct address from;
    if (!callerid_first_from(run->txn->message, kept_addresses, run, &from) || name_same(from.normal_domain, q.domain))
        return q;
    q.from_domain = from.normal_domain;
    q.forwarder_known = comes_by_known_forwarder(run, conf, q.domain);
    return q;
}

static void conclude(struct check *c, enum callerid_reason reason, const struct callerid_finding *f)
{
    const struct txn *t = c->run.txn;
    const struct property *p = callerid_words_property(t->arena, f);
    bool is_statement = reason >= CALLERID_LISTED && reason <= CALLERID_DIRECT_ONLY;
    say(c, reason, &(struct evidence){
        .identity = IDENTITY_PRA, .domain = f->pra->address.normal_domain, .properties = p, .property_count = p ? 1 : 0,
        .text = callerid_words_text(t->arena, reason, f), .facts = callerid_words_facts(t->arena, t, reason, f),
        .statement = is_statement, .quiet = reason == CALLERID_NO_RECORD || reason == CALLERID_NO_DOMAIN,
    });
}

static void callerid_check(struct check *c)
{
    const struct callerid_conf *conf = conf_of(&c->run);
    static const struct pra nobody = { .problem = PRA_NONE };
    const struct pra *p = once(c, 1, find_pra, NULL);
    struct callerid_finding f = { .pra = p ? p : &nobody };
    struct callerid_edge edge;
    bool waits = false;
    enum callerid_reason reason = p ? reason_of_pra(p->problem) : CALLERID_OWN_FAILURE;
    if (reason == CALLERID_NOT_YET)
        reason = locate(c, conf, &edge, &waits);
    if (waits)
        return;
    if (reason == CALLERID_NOT_YET && is_too_old(c->run.txn, conf, edge.received_at))
        reason = CALLERID_TOO_OLD;
    if (reason == CALLERID_NOT_YET) {
        struct callerid_query q = query_of(&c->run, p, &edge.client);
        f.client = edge.client;
        f.from_domain = q.from_domain;
        reason = callerid_evaluate(c, &q, &f.out);
        if (reason == CALLERID_NOT_YET)
            return;
    }
    conclude(c, reason, &f);
}

static unsigned callerid_subjects(const struct txn *t)
{
    return t->client.family != IP_NONE || callerid_edge_applies(t, conf_of_method(t, &callerid_method)) ? 1 : 0;
}

static void callerid_scout(struct scout *s)
{
    const struct txn *t = s->run.txn;
    const struct callerid_conf *conf = conf_of(&s->run);
    if (t->stage < STAGE_HEADERS || t->client.family == IP_NONE || callerid_edge_applies(t, conf) || is_too_old(t, conf, t->session->received_at))
        return;
    struct pra p = callerid_pra(t->message, kept_addresses, &s->run);
    if (p.problem != PRA_FINE)
        return;
    struct callerid_query q = query_of(&s->run, &p, &t->client);
    callerid_foresee(s, &q);
}

static const char *const callerid_members[] = { "pra", "header", "domain", "client", "record_domain", "record", "entry", NULL };

const struct method callerid_method = {
    .members = callerid_members,
    .name = "callerid", .title = "Caller ID for E-Mail (draft-atkinson-callerid-00)",
    .when = STAGE_HEADERS, .needs_client = true,
    .identities = 1u << IDENTITY_PRA,
    .subjects_max = 1, .asks = CALLERID_ASKS, .hints = CALLERID_HINTS,
    .options = callerid_options, .conf_size = sizeof(struct callerid_conf),
    .reasons = callerid_reason_table, .reason_count = CALLERID_REASONS,
    .reason_exempt = CALLERID_EXEMPT, .reason_own_failure = CALLERID_OWN_FAILURE,
    .subjects = callerid_subjects, .check = callerid_check, .patience = callerid_patience,
    .scout = callerid_scout, .scout_when = STAGE_HEADERS,
    .explain = callerid_words_explain,
    .publish = callerid_publish, .lint = callerid_lint,
};
