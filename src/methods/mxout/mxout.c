/*
 * mxout.c: the method: reading A, then the names the client can be tied to, then what the search found.
 */
#include "methods/mxout/mxout.h"

#include "methods/mxout/mxout_names.h"
#include "methods/mxout/mxout_lint.h"
#include "methods/mxout/mxout_publish.h"

static const struct option mxout_options[] = {
    OPTION_ENABLED(struct mxout_conf, true),
    { "reading", OPT_CHOICE, "registered", 0, 0, offsetof(struct mxout_conf, reading), "sender|registered|outbound-only",
      "Whose MX set a client may stand in: the MAIL FROM domain's only; also that of any domain its confirmed names or its HELO name lead to (a registered server); or of such a domain only if the mail is not from it (a domain kept for sending)." },
    { "enforce_after", OPT_DATE, "never", 0, 0, offsetof(struct mxout_conf, enforce_after), NULL,
      "End of the grace period: until then an unregistered client is softfail, and one without any MX set to stand in is none; afterwards both fail." },
    { "implicit_mx", OPT_BOOL, "false", 0, 0, offsetof(struct mxout_conf, implicit_mx), NULL,
      "Whether the addresses of a MAIL FROM domain without MX records count (RFC 5321 5.1). The idea was that only explicit records register a server." },
    { "mxout_names", OPT_BOOL, "false", 0, 0, offsetof(struct mxout_conf, mxout_names), NULL,
      "Whether confirmed names like a.mxout.example.com register a host by themselves, if mxout.example.com has the address 127.0.0.1 or 127.0.0.2 (draft-lorenzen-marid-mxout-00)." },
    { "denied_owners", OPT_DOMAINS, "", 0, 0, offsetof(struct mxout_conf, denied_owners), NULL,
      "Domains, with all below them, whose registration of a server counts against it: the result is policy." },
    { 0 }
};

/* `stored` numbers are kept in journals: never change or reuse one. */
static const struct reason mxout_reasons[MXOUT_REASONS] = {
    [MXOUT_EXEMPT]             = { "exempt", 2301, AUTH_POLICY, "not checked for this client" },
    [MXOUT_OWN_FAILURE]        = { "own-failure", 2302, AUTH_TEMPERROR, "the check itself failed" },
    [MXOUT_OVER_QUOTA]         = { "over-quota", 2303, AUTH_PERMERROR, "the client's names lead to more MX sets than are looked at" },
    [MXOUT_SENDER]             = { "sender", 2310, AUTH_PASS, "the client is an MX of the sender's domain" },
    [MXOUT_REGISTERED]         = { "registered", 2311, AUTH_PASS, "the client is a registered server" },
    [MXOUT_OUTBOUND_ONLY]      = { "outbound-only", 2312, AUTH_PASS, "the client is registered by a domain kept for sending" },
    [MXOUT_NAMED]              = { "named", 2313, AUTH_PASS, "the client's name says that it sends mail" },
    [MXOUT_UNREGISTERED]       = { "unregistered", 2320, AUTH_FAIL, "in no MX set" },
    [MXOUT_UNREGISTERED_GRACE] = { "unregistered-grace", 2321, AUTH_SOFTFAIL, "in no MX set" },
    [MXOUT_NO_MX_REFUSED]      = { "no-mx-refused", 2322, AUTH_FAIL, "there is no MX set to be in" },
    [MXOUT_NULL_MX]            = { "null-mx", 2323, AUTH_FAIL, "the sender's domain registers no server" },
    [MXOUT_NAME_REFUSED]       = { "name-refused", 2324, AUTH_FAIL, "hosts with such a name send no mail" },
    [MXOUT_NAME_REFUSED_GRACE] = { "name-refused-grace", 2325, AUTH_SOFTFAIL, "hosts with such a name send no mail" },
    [MXOUT_OWNER_DENIED]       = { "owner-denied", 2330, AUTH_POLICY, "owned by a listed sender" },
    [MXOUT_NO_MX]              = { "no-mx", 2340, AUTH_NONE, "there is no MX set to be in" },
    [MXOUT_NO_IDENTITY]        = { "no-identity", 2341, AUTH_NONE, "no domain name that could have an MX set" },
    [MXOUT_DNS_FAILED]         = { "dns-failed", 2350, AUTH_TEMPERROR, "DNS did not answer" },
};

/* ---- the state of one run ---- */

struct search {
    struct check *c;
    const struct mxout_conf *conf;
    const struct suffix_list *suffixes;
    struct slice mail;                       /* MAIL FROM domain; empty: null sender, or no domain */
    struct path_mx sender;                   /* reading A */
    bool any_mx;                             /* some MX set was found */
    enum path_outcome unknown;               /* MISS, or the weightiest failure met */
    struct slice refused_base;               /* ".mxout." naming speaks against the client */

    struct slice owner, exchange, name;      /* of the hit */
    unsigned preference;
    bool by_helo;
};

static void note_unknown(struct search *s, enum path_outcome o)
{
    if (path_unknown(o) && o > s->unknown)
        s->unknown = o;
}

/* ---- reading A ---- */

static enum path_outcome judge_sender(struct search *s)
{
    if (s->mail.len == 0)
        return PATH_MISS;
    enum path_outcome o = path_mx(s->c, s->mail, s->conf->implicit_mx, true, &s->sender);
    note_unknown(s, o);
    s->any_mx = s->any_mx || s->sender.exists;
    if (o == PATH_HIT) {
        s->owner = s->mail;
        s->exchange = s->sender.host;
        s->preference = s->sender.preference;
    }
    return o;
}

/* ---- readings B and C ---- */

static bool counts(const struct search *s, struct slice owner)
{
    bool separate_only = s->conf->reading == MXOUT_READ_OUTBOUND_ONLY && s->mail.len > 0;
    return !separate_only || !mxout_same_owner(s->suffixes, s->c->run.scratch, owner, s->mail);
}

static void hint_candidate(struct check *c, void *context, const void *entry)
{
    const struct path_tie *candidate = entry;
    (void)context;
    path_mx_hint(c, candidate->domain);
}

/* A failure does not end the search: a later domain may register the client. */
static enum path_outcome judge_candidate(struct check *c, void *context, const void *entry)
{
    const struct path_tie *candidate = entry;
    struct search *s = context;
    struct path_mx mx;
    enum path_outcome o = path_mx(c, candidate->domain, false, true, &mx);
    note_unknown(s, o);
    s->any_mx = s->any_mx || mx.exists;
    if (path_unknown(o) || (o == PATH_HIT && !counts(s, candidate->domain)))
        return PATH_MISS;
    if (o == PATH_HIT) {
        s->owner = candidate->domain;
        s->exchange = mx.host;
        s->preference = mx.preference;
        s->name = candidate->name;
        s->by_helo = candidate->helo;
    }
    return o;
}

static const struct path_member mxout_member = { .hint = hint_candidate, .judge = judge_candidate };

static enum path_outcome judge_names(struct search *s, const struct slice *names, size_t count)
{
    for (size_t i = 0; s->conf->mxout_names && i < count; i++) {
        struct slice base;
        enum path_outcome o = mxout_judge_name(s->c, s->suffixes, names[i], &base);
        if (o == PATH_WAIT)
            return o;
        note_unknown(s, o);
        if (o == PATH_BROKEN)
            s->refused_base = base;
        if (o != PATH_HIT)
            continue;
        s->owner = base;
        s->name = names[i];
        return o;
    }
    return PATH_MISS;
}

/* A confirmed PTR name goes before the HELO name: by it the owner of the address consents too. */
static enum mxout_reason judge_registered(struct search *s)
{
    struct arena *scratch = s->c->run.scratch;
    struct slice names[PATH_NAMES_MAX];
    size_t n, which;
    enum path_outcome unknown = PATH_MISS, o = path_confirmed(s->c, PATH_NAMES_MAX, names, &n, &unknown);
    note_unknown(s, unknown);
    if (o == PATH_WAIT)
        return MXOUT_NOT_YET;
    o = judge_names(s, names, n);
    if (o != PATH_MISS)
        return o == PATH_HIT ? MXOUT_NAMED : MXOUT_NOT_YET;
    struct path_tied *list = path_tied_of(scratch, s->suffixes, names, n, s->c->run.txn->helo_domain);
    if (!list)
        return MXOUT_OWN_FAILURE;
    o = path_judge(s->c, &mxout_member, s, list->at, list->count, sizeof list->at[0], &which);
    if (o == PATH_HIT)
        return s->conf->reading == MXOUT_READ_OUTBOUND_ONLY ? MXOUT_OUTBOUND_ONLY : MXOUT_REGISTERED;
    return o == PATH_WAIT ? MXOUT_NOT_YET : MXOUT_UNREGISTERED;
}

/* ---- the decision ---- */

static bool in_grace(const struct search *s)
{
    return s->c->run.txn->now < s->conf->enforce_after;
}

/* Nothing registers the client: what that means now. */
static enum mxout_reason reason_without_hit(const struct search *s)
{
    if (s->unknown == PATH_OVER_QUOTA)
        return MXOUT_OVER_QUOTA;
    if (s->unknown == PATH_FAILED)
        return MXOUT_DNS_FAILED;
    if (s->refused_base.len > 0)
        return in_grace(s) ? MXOUT_NAME_REFUSED_GRACE : MXOUT_NAME_REFUSED;
    if (s->sender.null_mx)
        return MXOUT_NULL_MX;
    if (s->any_mx)
        return in_grace(s) ? MXOUT_UNREGISTERED_GRACE : MXOUT_UNREGISTERED;
    return in_grace(s) ? MXOUT_NO_MX : MXOUT_NO_MX_REFUSED;
}

static enum mxout_reason decide(struct search *s)
{
    enum path_outcome o = judge_sender(s);
    if (o == PATH_WAIT)
        return MXOUT_NOT_YET;
    if (o == PATH_HIT)
        return MXOUT_SENDER;
    if (s->conf->reading == MXOUT_READ_SENDER)
        return s->mail.len > 0 ? reason_without_hit(s) : MXOUT_NO_IDENTITY;
    enum mxout_reason reason = judge_registered(s);
    return reason == MXOUT_UNREGISTERED ? reason_without_hit(s) : reason;
}

/* ---- saying it ---- */

static bool is_hit(enum mxout_reason reason)
{
    return reason >= MXOUT_SENDER && reason <= MXOUT_NAMED;
}

static const char *reading_word(enum mxout_reason hit)
{
    return hit == MXOUT_NOT_YET ? NULL : mxout_reasons[hit].name;
}

static const char *sender_word(const struct search *s)
{
    if (s->mail.len == 0)
        return NULL;
    if (s->sender.null_mx)
        return "null-mx";
    if (s->sender.absent)
        return "no-domain";
    return s->sender.exists ? "mx" : "no-mx";
}

/* Who the result speaks about: the sender for reading A, and when nothing was found; else whose name led to the owner. */
static enum identity identity_of(const struct search *s, enum mxout_reason hit, struct slice *domain)
{
    const struct txn *t = s->c->run.txn;
    bool other = hit == MXOUT_REGISTERED || hit == MXOUT_OUTBOUND_ONLY || hit == MXOUT_NAMED;
    if (other && !s->by_helo) {
        *domain = slice_dup(t->arena, s->name);
        return IDENTITY_CLIENT;
    }
    bool by_helo = other || t->mail_from.null;
    *domain = by_helo ? t->helo_domain : s->mail;
    return by_helo ? IDENTITY_HELO : IDENTITY_MAILFROM;
}

static struct fact *facts_of(const struct search *s, enum mxout_reason hit, enum identity identity, struct slice domain)
{
    struct arena *a = s->c->run.txn->arena;
    struct fact *g = fact_group(a, NULL);
    fact_add_str(a, g, "identity", identity_name(identity));
    fact_add_text(a, g, "domain", domain);
    fact_add_str(a, g, "reading", reading_word(hit));
    if (s->owner.len > 0)
        fact_add_text(a, g, "owner", slice_dup(a, s->owner));
    else
        fact_add_null(a, g, "owner");
    fact_add_str(a, g, "sender", sender_word(s));
    if (s->exchange.len > 0) {
        fact_add_text(a, g, "host", slice_dup(a, s->exchange));
        fact_add_number(a, g, "preference", s->preference);
    }
    if (s->name.len > 0) {
        fact_add_str(a, g, "by", s->by_helo ? "helo" : "ptr");
        fact_add_text(a, g, "name", slice_dup(a, s->name));
    }
    if (s->refused_base.len > 0)
        fact_add_text(a, g, "refused_by", slice_dup(a, s->refused_base));
    return g;
}

static struct slice text_of(const struct search *s, enum mxout_reason reason)
{
    struct text t = text_in(s->c->run.txn->arena, 1024);
    if (reason == MXOUT_OWNER_DENIED) {
        text_add_str(&t, "owned by ");
        text_add_shown(&t, s->owner, false);
    } else if (is_hit(reason) && s->exchange.len > 0) {
        text_add_shown(&t, s->exchange, false);
        text_add_str(&t, " is an MX of ");
        text_add_shown(&t, s->owner, false);
    } else {
        text_add_str(&t, mxout_reasons[reason].text);
    }
    return text_slice(&t);
}

static const struct property *properties_of(struct arena *a, enum identity identity, struct slice domain, const struct search *s, size_t *count)
{
    struct property *p = ARENA_ARRAY(a, 2, struct property);
    *count = 0;
    if (p && domain.len > 0 && identity != IDENTITY_CLIENT)
        p[(*count)++] = (struct property){ "smtp", identity_name(identity), domain };
    if (p && s->owner.len > 0)
        p[(*count)++] = (struct property){ "policy", "owner", slice_dup(a, s->owner) };
    return p;
}

/* hit: how the client is registered; NOT_YET: not at all. */
static void conclude(const struct search *s, enum mxout_reason reason, enum mxout_reason hit)
{
    struct slice domain;
    enum identity identity = identity_of(s, hit, &domain);
    size_t n;
    const struct property *p = properties_of(s->c->run.txn->arena, identity, domain, s, &n);
    bool of_sender = identity == IDENTITY_MAILFROM;
    say(s->c, reason, &(struct evidence){
        .identity = identity, .domain = domain, .text = text_of(s, reason), .properties = p, .property_count = n,
        .facts = facts_of(s, hit, identity, domain),
        /* verdict.md: as MAIL FROM domain, one that takes no mail is as good as none */
        .absent = of_sender && (s->sender.absent || s->sender.null_mx),
        .statement = hit != MXOUT_NOT_YET || (of_sender && s->sender.exists) || s->refused_base.len > 0,
    });
}

static struct slice or_none(struct slice domain)
{
    return name_labels(domain) >= 2 ? domain : (struct slice){ 0 };
}

static void mxout_check(struct check *c)
{
    struct search s = { .c = c, .conf = conf_of(&c->run), .unknown = PATH_MISS };
    s.suffixes = c->run.txn->suffixes;
    s.mail = or_none(c->run.txn->mail_from.normal_domain);
    enum mxout_reason reason = decide(&s);
    if (reason == MXOUT_NOT_YET)
        return;
    bool denied = is_hit(reason) && mxout_is_denied(&s.conf->denied_owners, s.owner);
    conclude(&s, denied ? MXOUT_OWNER_DENIED : reason, is_hit(reason) ? reason : MXOUT_NOT_YET);
}

/* ---- the scout ---- */

static bool is_registered_so_far(struct scout *s, struct slice domain)
{
    const struct answer *mx = hint(s, domain, RTYPE_MX);
    for (size_t i = 0; mx && i < mx->count; i++) {
        const struct answer *a = hint(s, mx->records[i].mx.host, path_address_type(s->run.txn));
        for (size_t k = 0; a && k < a->count; k++)
            if (ip_same(&a->records[k].ip, &s->run.txn->client))
                return true;
    }
    return false;
}

/* From the first packet on the client's own names (which iprev asks for too); MX sets when the sender is known, and the
 * other readings' only as long as reading A may miss. */
static void mxout_scout(struct scout *s)
{
    const struct txn *t = s->run.txn;
    const struct mxout_conf *conf = conf_of(&s->run);
    struct slice names[PATH_NAMES_MAX], mail = or_none(t->mail_from.normal_domain);
    size_t n = 0;
    if (t->client.family == IP_NONE)
        return;
    if (conf->reading != MXOUT_READ_SENDER)
        path_scout_names(s, SLICE(""), names, &n);
    if (t->stage < STAGE_MAIL)
        return;
    bool settled = mail.len > 0 && is_registered_so_far(s, mail);
    if (settled || conf->reading == MXOUT_READ_SENDER)
        return;
    const struct path_tied *list = path_tied_of(s->run.scratch, t->suffixes, names, n, t->helo_domain);
    for (size_t i = 0; list && i < list->count; i++)
        path_scout_mx(s, list->at[i].domain);
}

/* ---- what the domain's owner can do ---- */

static void add_register(struct text *t, const struct txn *txn, struct slice domain)
{
    text_add_str(t, "if this host is yours, register it with the record \"");
    text_add_shown(t, domain, false);
    text_add_str(t, ". MX 65535 ");
    if (txn->helo_domain.len > 0)
        text_add_shown(t, txn->helo_domain, false);
    else
        text_add_str(t, "HOST");
    text_add_str(t, ".\"");
}

static struct slice mxout_explain(struct arena *a, const struct txn *txn, const struct result *r)
{
    struct text t = text_in(a, 1024);
    struct slice domain = r->evidence.domain;
    switch ((enum mxout_reason)r->reason) {
    case MXOUT_UNREGISTERED: case MXOUT_UNREGISTERED_GRACE: case MXOUT_NO_MX_REFUSED:
        if (domain.len == 0)
            return (struct slice){ 0 };
        text_add_shown(&t, domain, false);
        text_add_str(&t, ": ");
        add_register(&t, txn, domain);
        break;
    case MXOUT_NULL_MX:
        text_add_shown(&t, domain, false);
        text_add_str(&t, ": \"MX 0 .\" says that no server is its own; if it sends, replace that by its servers");
        break;
    case MXOUT_NAME_REFUSED: case MXOUT_NAME_REFUSED_GRACE:
        text_add_shown(&t, fact_text(r->evidence.facts, "refused_by"), false);
        text_add_str(&t, ": if this host may send, give it a name below mxout.");
        text_add_shown(&t, fact_text(r->evidence.facts, "refused_by"), false);
        break;
    case MXOUT_NOT_YET: case MXOUT_EXEMPT: case MXOUT_OWN_FAILURE: case MXOUT_OVER_QUOTA: case MXOUT_SENDER: case MXOUT_REGISTERED:
    case MXOUT_OUTBOUND_ONLY: case MXOUT_NAMED: case MXOUT_OWNER_DENIED: case MXOUT_NO_MX: case MXOUT_NO_IDENTITY: case MXOUT_DNS_FAILED:
    case MXOUT_REASONS:
        break;
    }
    return text_slice(&t);
}

static const char *const mxout_members[] = { "identity", "domain", "reading", "owner", NULL };

const struct method mxout_method = {
    .members = mxout_members,
    .name = "mxout", .title = "MX records for outbound servers (Fitzgibbon 2002)",
    .when = STAGE_MAIL, .needs_client = true,
    .identities = 1u << IDENTITY_CLIENT | 1u << IDENTITY_HELO | 1u << IDENTITY_MAILFROM,
    .subjects_max = 1, .asks = MXOUT_ASKS, .hints = MXOUT_HINTS,
    .options = mxout_options, .conf_size = sizeof(struct mxout_conf),
    .reasons = mxout_reasons, .reason_count = MXOUT_REASONS,
    .reason_exempt = MXOUT_EXEMPT, .reason_own_failure = MXOUT_OWN_FAILURE,
    .subjects = path_subjects, .check = mxout_check, .scout = mxout_scout, .scout_when = STAGE_CONNECT,
    .explain = mxout_explain,
    .publish = mxout_publish, .lint = mxout_lint,
};
