/*
 * mtamark.c: the marks of the client's address and of the networks it lies in; the most specific one counts.
 */
#include "methods/serverdomains/mtamark.h"

#include "methods/serverdomains/mtamark_lint.h"
#include "methods/serverdomains/mtamark_publish.h"

struct mtamark_conf { bool enabled; unsigned unmarked; };

static const struct option mtamark_options[] = {
    OPTION_ENABLED(struct mtamark_conf, true),
    { "unmarked", OPT_CHOICE, "none", 0, 0, offsetof(struct mtamark_conf, unmarked), "none|yes|no",
      "What an address without a mark is: none; or, as the draft wanted, a mail server for the first six months (yes: pass), and later not (no: fail)." },
    { 0 }
};

/* `stored` numbers are kept in journals: never change or reuse one. */
static const struct reason mtamark_reasons[MTAMARK_REASONS] = {
    [MTAMARK_EXEMPT]       = { "exempt", 2751, AUTH_POLICY, "not checked for this client" },
    [MTAMARK_OWN_FAILURE]  = { "own-failure", 2752, AUTH_TEMPERROR, "the check itself failed" },
    [MTAMARK_OVER_QUOTA]   = { "over-quota", 2753, AUTH_TEMPERROR, "too many questions" },
    [MTAMARK_MARKED]       = { "mta", 2760, AUTH_PASS, "the address is marked as a mail server" },
    [MTAMARK_MARKED_NOT]   = { "no-mta", 2761, AUTH_FAIL, "the address is marked as no mail server" },
    [MTAMARK_UNMARKED]     = { "unmarked", 2762, AUTH_NONE, "the address has no mark" },
    [MTAMARK_UNMARKED_YES] = { "unmarked-yes", 2763, AUTH_PASS, "the address has no mark, which is accepted here" },
    [MTAMARK_UNMARKED_NO]  = { "unmarked-no", 2764, AUTH_FAIL, "the address has no mark, which is not accepted here" },
    [MTAMARK_DNS_FAILED]   = { "dns-failed", 2770, AUTH_TEMPERROR, "DNS did not answer" },
};

struct finding { struct slice name, text; };             /* of the mark that counts; empty: none */

static enum mtamark_reason reason_of_unmarked(const struct mtamark_conf *conf)
{
    switch ((enum mtamark_unmarked)conf->unmarked) {
    case MTAMARK_IS_NONE: return MTAMARK_UNMARKED;
    case MTAMARK_IS_YES: return MTAMARK_UNMARKED_YES;
    case MTAMARK_IS_NO: return MTAMARK_UNMARKED_NO;
    }
    return MTAMARK_UNMARKED;
}

/* What is not known at a more specific level could have been the mark. */
static enum mtamark_reason decide(struct check *c, struct finding *f)
{
    struct slice names[MTAMARK_LEVELS_MAX];
    size_t n = mtamark_names(c->run.scratch, &c->run.txn->client, path_reverse_name(&c->run), names);
    for (size_t i = 0; i < n; i++)
        prefetch(c, names[i], RTYPE_TXT);
    for (size_t i = 0; i < n; i++) {
        enum mtamark mark;
        const struct answer *a = ask(c, names[i], RTYPE_TXT);
        enum path_outcome o = path_answer(a);
        if (o == PATH_WAIT)
            return MTAMARK_NOT_YET;
        if (path_unknown(o))
            return o == PATH_OVER_QUOTA ? MTAMARK_OVER_QUOTA : MTAMARK_DNS_FAILED;
        if (o != PATH_HIT || !mtamark_of_answer(a, &mark, &f->text))
            continue;
        f->name = a->question.name;
        return mark == MTAMARK_MTA ? MTAMARK_MARKED : MTAMARK_MARKED_NOT;
    }
    return reason_of_unmarked(conf_of(&c->run));
}

static struct fact *facts_of(struct arena *a, const struct finding *f)
{
    struct fact *g = fact_group(a, NULL);
    if (f->name.len == 0)
        return g;
    fact_add_text(a, g, "record_domain", slice_dup(a, f->name));
    fact_add_text(a, g, "record", slice_dup(a, f->text));
    return g;
}

static void mtamark_check(struct check *c)
{
    struct arena *a = c->run.txn->arena;
    struct finding f = { .name = { 0 } };
    enum mtamark_reason reason = decide(c, &f);
    if (reason == MTAMARK_NOT_YET)
        return;
    struct text ip = text_in(a, IP_TEXT_MAX + 1);
    text_add_ip(&ip, &c->run.txn->client);
    struct property *p = ARENA_NEW(a, struct property);
    if (p)
        *p = (struct property){ "policy", "iprev", text_slice(&ip) };
    say(c, reason, &(struct evidence){
        .identity = IDENTITY_CLIENT, .text = slice_str(mtamark_reasons[reason].text), .properties = p, .property_count = p ? 1 : 0,
        .facts = facts_of(a, &f), .statement = reason == MTAMARK_MARKED || reason == MTAMARK_MARKED_NOT, .quiet = reason == MTAMARK_UNMARKED,
    });
}

static struct slice mtamark_explain(struct arena *a, const struct txn *t, const struct result *r)
{
    struct text s = text_in(a, 1024);
    if (r->reason != MTAMARK_MARKED_NOT && r->reason != MTAMARK_UNMARKED_NO)
        return (struct slice){ 0 };
    text_add_ip(&s, &t->client);
    text_add_str(&s, ": if this host sends mail, publish the TXT record \"1\" at _send._smtp._srv.");
    text_add_ip_reversed(&s, &t->client);
    text_add_str(&s, t->client.family == IP_V6 ? ".ip6.arpa" : ".in-addr.arpa");
    return text_slice(&s);
}

static const char *const mtamark_members[] = { "record_domain", "record", NULL };

const struct method mtamark_method = {
    .members = mtamark_members,
    .name = "mtamark", .title = "MTAMARK, marked addresses (draft-stumpf-dns-mtamark-04)",
    .when = STAGE_CONNECT, .needs_client = true, .server_side = true, .identities = 1u << IDENTITY_CLIENT,
    .subjects_max = 1, .asks = MTAMARK_ASKS, .hints = MTAMARK_HINTS,
    .options = mtamark_options, .conf_size = sizeof(struct mtamark_conf),
    .reasons = mtamark_reasons, .reason_count = MTAMARK_REASONS,
    .reason_exempt = MTAMARK_EXEMPT, .reason_own_failure = MTAMARK_OWN_FAILURE,
    .subjects = path_subjects, .check = mtamark_check, .explain = mtamark_explain,
    .publish = mtamark_publish, .lint = mtamark_lint,
};
