/*
 * rmx.c: the method: who claims to send, and what the walk of the claimed domain's record says.
 */
#include "methods/rmx/rmx.h"

#include "methods/rmx/rmx_lint.h"
#include "methods/rmx/rmx_publish.h"
#include "methods/rmx/rmx_walk.h"
#include "methods/rmx/rmx_words.h"

#define PRIVATE_TYPE_MIN 65280       /* RFC 6895 3.1: private use; RMX never got a number of its own */
#define PRIVATE_TYPE_MAX 65534
#define HOSTS_MAX (UINT64_C(1) << 32)     /* more than all IPv4 addresses is no limit */

static const struct option rmx_options[] = {
    OPTION_ENABLED(struct rmx_conf, true),
    { "rr_type", OPT_UINT, "0", PRIVATE_TYPE_MIN, PRIVATE_TYPE_MAX, offsetof(struct rmx_conf, rr_type), "0",
      "Number of the private record type that RMX is also looked up as, at the domain itself; it wins over the TXT form. With 0, only TXT is." },
    { "legacy", OPT_BOOL, "false", 0, 0, offsetof(struct rmx_conf, legacy), NULL,
      "Also read the first drafts' records: bare prefixes, and bare names of APL records. Without it they are permerror." },
    { "max_hosts", OPT_UINT, "0", 0, HOSTS_MAX, offsetof(struct rmx_conf, max_hosts), NULL,
      "A list that admits more hosts than this makes nobody trustworthy: its pass becomes policy. Counted are the IPv4 addresses, and the IPv6 networks of 64 bits, of ipv4:, ipv6: and the apl: that matched. With 0 there is no limit." },
    { 0 }
};

static struct rmx_claim claim_of(const struct txn *t)
{
    struct rmx_claim claim = { .local = t->mail_from.local };
    path_claim(t, &claim.domain, &claim.identity);
    return claim;
}

static bool is_about_a_list(enum rmx_reason reason)
{
    return reason >= RMX_GRANTED && reason <= RMX_TOO_LOOSE;
}

static const struct property *property_of(struct arena *a, const struct rmx_claim *claim)
{
    struct property *p = claim->domain.len > 0 ? ARENA_NEW(a, struct property) : NULL;
    if (p)
        *p = (struct property){ "smtp", identity_name(claim->identity), claim->domain };
    return p;
}

static void rmx_check(struct check *c)
{
    const struct txn *t = c->run.txn;
    struct rmx_claim claim = claim_of(t);
    struct rmx_outcome o = { .set = NULL };
    struct slice domain;
    enum identity identity;
    enum rmx_reason reason = path_claim(t, &domain, &identity) ? rmx_evaluate(c, conf_of(&c->run), &claim, &o) : RMX_NO_IDENTITY;
    if (reason == RMX_NOT_YET)
        return;
    const struct property *p = property_of(t->arena, &claim);
    say(c, reason, &(struct evidence){
        .identity = claim.identity, .domain = claim.domain, .properties = p, .property_count = p ? 1 : 0,
        .text = rmx_words_text(t->arena, t, reason, &o), .facts = rmx_words_facts(t->arena, &claim, &o),
        .absent = o.absent, .statement = is_about_a_list(reason),
    });
}

static void rmx_scout(struct scout *s)
{
    const struct txn *t = s->run.txn;
    struct rmx_claim claim = claim_of(t);
    struct slice domain;
    enum identity identity;
    if (path_subjects(t) > 0 && path_claim(t, &domain, &identity))
        rmx_foresee(s, conf_of(&s->run), &claim);
}

static const char *const rmx_members[] = { "identity", "domain", "record_domain", "record_type", "record", "entry", NULL };

const struct method rmx_method = {
    .members = rmx_members,
    .name = "rmx", .title = "RMX, reverse MX (draft-danisch-dns-rr-smtp-04)",
    .when = STAGE_MAIL, .needs_client = true,
    .identities = 1u << IDENTITY_HELO | 1u << IDENTITY_MAILFROM,
    .subjects_max = 1, .asks = RMX_ASKS, .hints = RMX_HINTS,
    .options = rmx_options, .conf_size = sizeof(struct rmx_conf),
    .reasons = rmx_reason_table, .reason_count = RMX_REASONS,
    .reason_exempt = RMX_EXEMPT, .reason_own_failure = RMX_OWN_FAILURE,
    .subjects = path_subjects, .check = rmx_check, .scout = rmx_scout, .scout_when = STAGE_MAIL,
    .explain = rmx_words_explain,
    .publish = rmx_publish, .lint = rmx_lint,
};
