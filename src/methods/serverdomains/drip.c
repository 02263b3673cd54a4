/*
 * drip.c: the record of the HELO name for the client's address; without one, a parent that speaks shows that the name is
 * made up.
 */
#include "methods/serverdomains/drip.h"

#include "methods/serverdomains/drip_lint.h"
#include "methods/serverdomains/drip_publish.h"

struct drip_conf { bool enabled; };

static const struct option drip_options[] = {
    OPTION_ENABLED(struct drip_conf, false),
    { 0 }
};

/* `stored` numbers are kept in journals: never change or reuse one. */
static const struct reason drip_reasons[DRIP_REASONS] = {
    [DRIP_EXEMPT]        = { "exempt", 2851, AUTH_POLICY, "not checked for this client" },
    [DRIP_OWN_FAILURE]   = { "own-failure", 2852, AUTH_TEMPERROR, "the check itself failed" },
    [DRIP_OVER_QUOTA]    = { "over-quota", 2853, AUTH_TEMPERROR, "too many questions" },
    [DRIP_RELAY]         = { "relay", 2860, AUTH_PASS, "the client is a relay of this name" },
    [DRIP_NO_RELAY]      = { "no-relay", 2861, AUTH_FAIL, "no relay of this name is at this address" },
    [DRIP_PARENT_SPEAKS] = { "parent-speaks", 2862, AUTH_FAIL, "a parent domain lists its relays, and the name is none of them" },
    [DRIP_NO_RECORD]     = { "no-record", 2870, AUTH_NONE, "no DRIP record" },
    [DRIP_NO_IDENTITY]   = { "no-identity", 2871, AUTH_NONE, "HELO gave no domain name" },
    [DRIP_DNS_FAILED]    = { "dns-failed", 2880, AUTH_TEMPERROR, "DNS did not answer" },
};

static void add_address_label(struct text *t, const struct ip *ip)
{
    size_t octets = ip->family == IP_V6 ? 16 : 4;
    for (size_t i = 0; i < octets; i++) {
        bool group_begins = i > 0 && (ip->family == IP_V4 || i % 2 == 0);
        text_add_str(t, group_begins ? "_" : "");
        text_addf(t, ip->family == IP_V6 ? "%02x" : "%u", ip->octets[i]);
    }
}

struct slice drip_name(struct arena *a, const struct ip *client, struct slice domain)
{
    struct text t = text_in(a, 2 * NAME_TEXT_MAX);
    add_address_label(&t, client);
    text_add_str(&t, client->family == IP_V6 ? ".IPv6.relays._email_." : ".IPv4.relays._email_.");
    text_add(&t, domain);
    return name_askable(text_slice(&t)) ? text_slice(&t) : (struct slice){ 0 };
}

enum drip_word drip_read(const struct answer *a, const struct ip *client)
{
    if (a->count != 1)
        return DRIP_UNKNOWN;
    return ip_same(&a->records[0].ip, client) ? DRIP_YES : DRIP_NO;
}

/* HIT: *word is yes or no. */
static enum path_outcome ask_word(struct check *c, struct slice domain, enum drip_word *word, const struct answer **a)
{
    const struct txn *t = c->run.txn;
    *a = ask(c, drip_name(c->run.scratch, &t->client, domain), path_address_type(t));
    enum path_outcome o = path_answer(*a);
    if (o != PATH_HIT)
        return o;
    *word = drip_read(*a, &t->client);
    return *word == DRIP_UNKNOWN ? PATH_MISS : PATH_HIT;
}

static enum drip_reason reason_of_unknown(enum path_outcome o)
{
    if (o == PATH_WAIT)
        return DRIP_NOT_YET;
    return o == PATH_OVER_QUOTA ? DRIP_OVER_QUOTA : DRIP_DNS_FAILED;
}

static enum drip_reason judge_parents(struct check *c, const struct slice *parents, size_t count, const struct answer **a)
{
    enum path_outcome unknown = PATH_MISS;
    for (size_t i = 0; i < count; i++) {
        enum drip_word word;
        enum path_outcome o = ask_word(c, parents[i], &word, a);
        if (o == PATH_WAIT || o == PATH_HIT)
            return o == PATH_HIT ? DRIP_PARENT_SPEAKS : DRIP_NOT_YET;
        if (path_unknown(o) && o > unknown)
            unknown = o;
    }
    *a = NULL;
    return unknown == PATH_MISS ? DRIP_NO_RECORD : reason_of_unknown(unknown);
}

static enum drip_reason decide(struct check *c, struct slice helo, const struct answer **a)
{
    const struct txn *t = c->run.txn;
    struct slice parents[HELO_PARENTS_MAX];
    size_t n = helo_parents(helo, parents);
    enum drip_word word;
    for (size_t i = 0; i < n; i++)
        prefetch(c, drip_name(c->run.scratch, &t->client, parents[i]), path_address_type(t));
    enum path_outcome o = ask_word(c, helo, &word, a);
    if (o == PATH_MISS)
        return judge_parents(c, parents, n, a);
    if (o == PATH_HIT)
        return word == DRIP_YES ? DRIP_RELAY : DRIP_NO_RELAY;
    *a = NULL;
    return reason_of_unknown(o);
}

static struct fact *facts_of(struct arena *a, struct slice helo, const struct answer *answer)
{
    struct fact *g = fact_group(a, NULL);
    struct text ip = text_in(a, IP_TEXT_MAX + 1);
    fact_add_str(a, g, "identity", identity_name(IDENTITY_HELO));
    fact_add_text(a, g, "domain", helo);
    if (!answer)
        return g;
    text_add_ip(&ip, &answer->records[0].ip);
    fact_add_text(a, g, "record_domain", slice_dup(a, answer->question.name));
    fact_add_text(a, g, "record", text_slice(&ip));
    return g;
}

static void drip_check(struct check *c)
{
    struct arena *a = c->run.txn->arena;
    struct slice helo = helo_name(c->run.txn);
    const struct answer *answer = NULL;
    enum drip_reason reason = helo.len > 0 ? decide(c, helo, &answer) : DRIP_NO_IDENTITY;
    if (reason == DRIP_NOT_YET)
        return;
    const struct property *p = domain_property(a, IDENTITY_HELO, helo);
    say(c, reason, &(struct evidence){
        .identity = IDENTITY_HELO, .domain = helo, .properties = p, .property_count = p ? 1 : 0,
        .text = slice_str(drip_reasons[reason].text), .facts = facts_of(a, helo, answer),
        .statement = reason >= DRIP_RELAY && reason <= DRIP_PARENT_SPEAKS, .quiet = drip_reasons[reason].word == AUTH_NONE,
    });
}

static struct slice drip_explain(struct arena *a, const struct txn *t, const struct result *r)
{
    struct text s = text_in(a, 1024);
    if (r->reason != DRIP_NO_RELAY && r->reason != DRIP_PARENT_SPEAKS)
        return (struct slice){ 0 };
    text_add_shown(&s, r->evidence.domain, false);
    text_add_str(&s, ": if this host is yours, publish the address ");
    text_add_ip(&s, &t->client);
    text_add_str(&s, " at ");
    text_add_shown(&s, drip_name(a, &t->client, r->evidence.domain), false);
    return text_slice(&s);
}

static const char *const drip_members[] = { "identity", "domain", "record_domain", "record", NULL };

const struct method drip_method = {
    .members = drip_members,
    .name = "drip", .title = "DRIP, relays by address (draft-brand-drip-02)",
    .when = STAGE_HELO, .needs_client = true, .identities = 1u << IDENTITY_HELO,
    .subjects_max = 1, .asks = DRIP_ASKS, .hints = DRIP_HINTS,
    .options = drip_options, .conf_size = sizeof(struct drip_conf),
    .reasons = drip_reasons, .reason_count = DRIP_REASONS,
    .reason_exempt = DRIP_EXEMPT, .reason_own_failure = DRIP_OWN_FAILURE,
    .subjects = path_subjects, .check = drip_check, .explain = drip_explain,
    .publish = drip_publish, .lint = drip_lint,
};
