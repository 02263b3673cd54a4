/*
 * iprev.c: PTR of the client's address, then A or AAAA of each name; pass if one leads back.
 *
 * RFC 8601 section 3: pass: a name maps back; fail: names exist, none maps back; temperror: a look-up
 * could not be completed; permerror: there is no PTR record at all.
 */
#include "methods/iprev/iprev.h"

struct iprev_conf { bool enabled; };

static const struct option iprev_options[] = {
    OPTION_ENABLED(struct iprev_conf, true),
    { 0 }
};

static const struct reason iprev_reasons[IPREV_REASON_COUNT] = {
    [IPREV_EXEMPT]        = { "exempt", 2001, AUTH_NONE, "not checked for this client" },
    [IPREV_OWN_FAILURE]   = { "own-failure", 2002, AUTH_TEMPERROR, "no memory" },
    [IPREV_OVER_QUOTA]    = { "over-quota", 2003, AUTH_TEMPERROR, "too many questions" },
    [IPREV_CONFIRMED]     = { "confirmed", 2010, AUTH_PASS, "the client's name leads back to its address" },
    [IPREV_NO_NAME]       = { "no-name", 2011, AUTH_PERMERROR, "the client's address has no name" },
    [IPREV_NOT_CONFIRMED] = { "not-confirmed", 2012, AUTH_FAIL, "no name of the client leads back to its address" },
    [IPREV_PTR_FAILED]    = { "ptr-failed", 2013, AUTH_TEMPERROR, "the client's name could not be looked up" },
    [IPREV_NAMES_FAILED]  = { "names-failed", 2014, AUTH_TEMPERROR, "the address of the client's name could not be looked up" },
};

static unsigned iprev_subjects(const struct txn *t)
{
    return t->client.family == IP_NONE ? 0 : 1;
}

static struct slice reverse_name(struct arena *a, const struct ip *ip)
{
    struct text t = text_in(a, NAME_TEXT_MAX + 1);
    text_add_ip_reversed(&t, ip);
    text_add_str(&t, ip->family == IP_V4 ? ".in-addr.arpa" : ".ip6.arpa");
    return text_slice(&t);
}

static bool holds_address(const struct answer *a, const struct ip *ip)
{
    for (size_t i = 0; i < a->count; i++)
        if (ip_same(&a->records[i].ip, ip))
            return true;
    return false;
}

static void conclude(struct check *c, enum iprev_reason reason, const struct answer *ptr, struct slice confirmed)
{
    const struct txn *t = c->run.txn;
    struct text ip = text_in(t->arena, IP_TEXT_MAX + 1);
    text_add_ip(&ip, &t->client);
    struct property *p = ARENA_NEW(t->arena, struct property);
    struct fact *facts = fact_group(t->arena, NULL), *names = fact_add_list(t->arena, facts, "names");
    /* RFC 8601 2.7.3: policy.iprev is the client's address */
    if (p)
        *p = (struct property){ "policy", "iprev", text_slice(&ip) };
    for (size_t i = 0; ptr && i < ptr->count && i < IPREV_NAMES_MAX; i++)
        fact_add_text(t->arena, names, NULL, slice_dup(t->arena, ptr->records[i].host));
    if (confirmed.len)
        fact_add_text(t->arena, facts, "confirmed", slice_dup(t->arena, confirmed));
    say(c, reason, &(struct evidence){
        .identity = IDENTITY_CLIENT, .domain = slice_dup(t->arena, confirmed),
        .properties = p, .property_count = p ? 1 : 0, .facts = facts,
        .text = confirmed.len ? slice_shown(t->arena, confirmed, false) : (struct slice){ 0 },
    });
}

static void iprev_check(struct check *c)
{
    const struct ip *ip = &c->run.txn->client;
    uint16_t type = ip->family == IP_V4 ? RTYPE_A : RTYPE_AAAA;
    const struct answer *ptr = ask(c, reverse_name(c->run.scratch, ip), RTYPE_PTR);
    if (!ptr)
        return;
    if (answer_failed(ptr)) {
        conclude(c, IPREV_PTR_FAILED, NULL, SLICE(""));
        return;
    }
    if (!answer_has_data(ptr)) {
        conclude(c, IPREV_NO_NAME, NULL, SLICE(""));
        return;
    }
    for (size_t i = 0; i < ptr->count && i < IPREV_NAMES_MAX; i++)
        prefetch(c, ptr->records[i].host, type);
    bool failed = false;
    for (size_t i = 0; i < ptr->count && i < IPREV_NAMES_MAX; i++) {
        const struct answer *a = ask(c, ptr->records[i].host, type);
        if (!a)
            return;
        if (answer_failed(a))
            failed = true;      /* another name may still confirm it */
        else if (holds_address(a, ip)) {
            conclude(c, IPREV_CONFIRMED, ptr, ptr->records[i].host);
            return;
        }
    }
    conclude(c, failed ? IPREV_NAMES_FAILED : IPREV_NOT_CONFIRMED, ptr, SLICE(""));
}

static void iprev_scout(struct scout *s)
{
    const struct ip *ip = &s->run.txn->client;
    if (ip->family == IP_NONE)
        return;
    const struct answer *ptr = hint(s, reverse_name(s->run.scratch, ip), RTYPE_PTR);
    for (size_t i = 0; ptr && i < ptr->count && i < IPREV_NAMES_MAX; i++)
        hint(s, ptr->records[i].host, ip->family == IP_V4 ? RTYPE_A : RTYPE_AAAA);
}

static struct slice iprev_explain(struct arena *a, const struct txn *t, const struct result *r)
{
    struct text s = text_in(a, 256);
    if (r->reason != IPREV_NO_NAME && r->reason != IPREV_NOT_CONFIRMED)
        return SLICE("");
    text_add_ip(&s, &t->client);
    text_add_str(&s, ": give this address a PTR record whose name has this address");
    return text_slice(&s);
}

static const char *const iprev_members[] = { "names", NULL };

const struct method iprev_method = {
    .members = iprev_members,
    .name = "iprev", .title = "Reverse name of the client (RFC 8601)", .when = STAGE_CONNECT, .needs_client = true, .registered = true,
    .identities = 1u << IDENTITY_CLIENT, .subjects_max = 1, .asks = 1 + IPREV_NAMES_MAX, .hints = 1 + IPREV_NAMES_MAX,
    .options = iprev_options, .conf_size = sizeof(struct iprev_conf),
    .reasons = iprev_reasons, .reason_count = IPREV_REASON_COUNT,
    .reason_exempt = IPREV_EXEMPT, .reason_own_failure = IPREV_OWN_FAILURE,
    .subjects = iprev_subjects, .check = iprev_check, .scout = iprev_scout, .scout_when = STAGE_CONNECT,
    .explain = iprev_explain,
};
