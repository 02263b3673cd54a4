/*
 * iprev.c: PTR of the client's address, then A or AAAA of each name; pass if one leads back.
 *
 * RFC 8601 section 3: pass: a name maps back; fail: names exist, none maps back; temperror: a look-up
 * could not be completed; permerror: there is no PTR record at all.
 */
#include "methods/iprev/iprev.h"

#include "methods/path.h"

struct iprev_conf { bool enabled; };

static const struct option iprev_options[] = {
    OPTION_ENABLED(struct iprev_conf, true),
    { 0 }
};

static const struct reason iprev_reasons[IPREV_REASON_COUNT] = {
    [IPREV_EXEMPT]        = { "exempt", 2001, AUTH_NONE, "not checked for this client" },
    [IPREV_OWN_FAILURE]   = { "own-failure", 2002, AUTH_TEMPERROR, "no memory" },
    [IPREV_CONFIRMED]     = { "confirmed", 2010, AUTH_PASS, "the client's name leads back to its address" },
    [IPREV_NO_NAME]       = { "no-name", 2011, AUTH_PERMERROR, "the client's address has no name" },
    [IPREV_NOT_CONFIRMED] = { "not-confirmed", 2012, AUTH_FAIL, "no name of the client leads back to its address" },
    [IPREV_PTR_FAILED]    = { "ptr-failed", 2013, AUTH_TEMPERROR, "the client's name could not be looked up" },
    [IPREV_NAMES_FAILED]  = { "names-failed", 2014, AUTH_TEMPERROR, "the address of the client's name could not be looked up" },
};

struct findings { struct slice names[PATH_NAMES_MAX], confirmed; size_t count; };

static void conclude(struct check *c, enum iprev_reason reason, const struct findings *found)
{
    const struct txn *t = c->run.txn;
    struct text ip = text_in(t->arena, IP_TEXT_MAX + 1);
    text_add_ip(&ip, &t->client);
    struct property *p = ARENA_NEW(t->arena, struct property);
    struct fact *facts = fact_group(t->arena, NULL), *names = fact_add_list(t->arena, facts, "names");
    /* RFC 8601 2.7.3: policy.iprev is the client's address */
    if (p)
        *p = (struct property){ "policy", "iprev", text_slice(&ip) };
    struct slice confirmed = slice_dup(t->arena, found->confirmed);
    for (size_t i = 0; i < found->count; i++)
        fact_add_text(t->arena, names, NULL, slice_dup(t->arena, found->names[i]));
    if (confirmed.len)
        fact_add_text(t->arena, facts, "confirmed", confirmed);
    say(c, reason, &(struct evidence){
        .identity = IDENTITY_CLIENT, .domain = confirmed,
        .properties = p, .property_count = p ? 1 : 0, .facts = facts,
        .text = confirmed.len ? slice_shown(t->arena, confirmed, false) : (struct slice){ 0 },
    });
}

/* Another name may confirm it where one cannot be looked up. */
static enum path_outcome confirm(struct check *c, struct findings *found)
{
    bool failed = false;
    for (size_t i = 0; i < found->count; i++) {
        enum path_outcome o = path_host(c, found->names[i]);
        if (o == PATH_WAIT)
            return o;
        if (o == PATH_HIT) {
            found->confirmed = found->names[i];
            return o;
        }
        failed = failed || o != PATH_MISS;
    }
    return failed ? PATH_FAILED : PATH_MISS;
}

static void iprev_check(struct check *c)
{
    struct findings found = { .count = 0 };
    enum path_outcome o = path_names(c, SLICE(""), found.names, &found.count);
    if (o != PATH_HIT) {
        conclude(c, o == PATH_MISS ? IPREV_NO_NAME : IPREV_PTR_FAILED, &found);
        return;
    }
    o = confirm(c, &found);
    conclude(c, o == PATH_HIT ? IPREV_CONFIRMED : o == PATH_MISS ? IPREV_NOT_CONFIRMED : IPREV_NAMES_FAILED, &found);
}

static void iprev_scout(struct scout *s)
{
    struct slice names[PATH_NAMES_MAX];
    size_t n;
    if (path_subjects(s->run.txn) > 0)
        path_scout_names(s, SLICE(""), names, &n);
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
    .identities = 1u << IDENTITY_CLIENT, .subjects_max = 1, .asks = 1 + PATH_NAMES_MAX, .hints = 1 + PATH_NAMES_MAX,
    .options = iprev_options, .conf_size = sizeof(struct iprev_conf),
    .reasons = iprev_reasons, .reason_count = IPREV_REASON_COUNT,
    .reason_exempt = IPREV_EXEMPT, .reason_own_failure = IPREV_OWN_FAILURE,
    .subjects = path_subjects, .check = iprev_check, .scout = iprev_scout, .scout_when = STAGE_CONNECT,
    .explain = iprev_explain,
};
