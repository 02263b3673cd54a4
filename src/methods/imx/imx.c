/*
 * imx.c: the method, in imx.md's order: the domain's MX set, its IMX record, on request other domains' MX sets;
 * then what it means that none of them has the client.
 */
#include "methods/imx/imx.h"

#include "methods/imx/imx_lint.h"
#include "methods/imx/imx_publish.h"
#include "methods/imx/imx_words.h"
#include "methods/record.h"

static const struct option imx_options[] = {
    OPTION_ENABLED(struct imx_conf, true),
    { "rr_type", OPT_UINT, "0", RECORD_RR_MIN, RECORD_RR_MAX, offsetof(struct imx_conf, rr_type), "0",
      "Number of the private record type that IMX is also looked up as, at the domain itself; it wins over the TXT form. No other method may have the same. With 0, only TXT is." },
    { "other_domains", OPT_BOOL, "false", 0, 0, offsetof(struct imx_conf, other_domains), NULL,
      "Whether a client that the sender's domain does not know passes as the MX host of another domain, to which its confirmed names or its HELO name lead. The result then speaks of that name only." },
    { "own_domains", OPT_DOMAINS, "", 0, 0, offsetof(struct imx_conf, own_domains), NULL,
      "Domains of this organisation, with all below them: for mail from them the private addresses in their records and MX sets count, which nobody outside can mean." },
    { 0 }
};

/* ---- the state of one run ---- */

struct search {
    struct check *c;
    const struct imx_conf *conf;
    struct imx_finding *found;
    bool inside;                             /* private addresses count */
    unsigned asked;                          /* of IMX_OWN_ASKS */
    enum path_outcome unknown;               /* MISS, or the weightiest failure met */
};

static void note_unknown(struct search *s, enum path_outcome o)
{
    if (path_unknown(o) && o > s->unknown)
        s->unknown = o;
}

static struct record_place place_of(struct run *run, const struct imx_conf *conf, struct slice domain)
{
    return (struct record_place){
        .version = SLICE(IMX_VERSION), .txt_name = name_join(run->scratch, SLICE("_imx"), domain),
        .rr_type = (uint16_t)conf->rr_type, .rr_name = domain,
    };
}

static const struct imx_record *record_of(struct run *run, const struct answer *a)
{
    return memo(run, a, a->question.type == RTYPE_TXT ? imx_record_of_text : imx_record_of_rdata, imx_record_release);
}

/* ---- the record ---- */

/* HIT: there is one. */
static enum path_outcome find_record(struct search *s)
{
    struct record_place place = place_of(&s->c->run, s->conf, s->found->domain);
    enum path_outcome o = record_find(s->c, &place, &s->found->answer);
    s->asked += place.rr_type != 0 ? 2 : 1;
    note_unknown(s, o);
    if (o != PATH_HIT)
        return o;
    s->found->record = record_of(&s->c->run, s->found->answer);
    if (s->found->record)
        return PATH_HIT;
    note_unknown(s, PATH_FAILED);            /* no memory for it */
    return PATH_FAILED;
}

/* Which item wins does not matter, so networks, which cost nothing, go before names. */
static const struct imx_item *covering_network(const struct imx_record *record, const struct ip *client)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct imx_item *item = &record->items[i];
        if ((item->tag == IMX_IP4 || item->tag == IMX_IP6) && prefix_covers(&item->prefix, client))
            return item;
    }
    return NULL;
}

static void hint_item(struct check *c, void *context, const void *entry)
{
    const struct imx_item *item = entry;
    (void)context;
    if (item->tag == IMX_HOST)
        path_host_hint(c, item->name);
}

/* A failure does not end the search: a later name may be the client's. */
static enum path_outcome judge_item(struct check *c, void *context, const void *entry)
{
    const struct imx_item *item = entry;
    struct search *s = context;
    if (item->tag != IMX_HOST)
        return PATH_MISS;
    enum path_outcome o = s->asked < IMX_OWN_ASKS ? path_host(c, item->name) : PATH_OVER_QUOTA;
    s->asked++;
    note_unknown(s, o);
    return path_unknown(o) ? PATH_MISS : o;
}

static const struct path_member imx_member = { .hint = hint_item, .judge = judge_item };

/* An outsider cannot tell whose private address it is. */
static bool may_be_listed(const struct search *s)
{
    return s->found->record->fault == IMX_FINE && (s->inside || !ip_is_private(&s->c->run.txn->client));
}

static enum path_outcome judge_record(struct search *s)
{
    const struct imx_record *record = s->found->record;
    size_t which = 0;
    if (!may_be_listed(s))
        return PATH_MISS;
    s->found->item = covering_network(record, &s->c->run.txn->client);
    if (s->found->item)
        return PATH_HIT;
    enum path_outcome o = path_judge(s->c, &imx_member, s, record->items, record->count, sizeof record->items[0], &which);
    if (o == PATH_HIT)
        s->found->item = &record->items[which];
    return o;
}

/* ---- a valid MX of another domain ---- */

static void hint_tie(struct check *c, void *context, const void *entry)
{
    const struct path_tie *tie = entry;
    (void)context;
    path_mx_hint(c, tie->domain);
}

static enum path_outcome judge_tie(struct check *c, void *context, const void *entry)
{
    struct search *s = context;
    const struct path_tie *tie = entry;
    enum path_outcome o = path_mx(c, tie->domain, false, true, &s->found->tied_mx);
    note_unknown(s, o);
    return path_unknown(o) ? PATH_MISS : o;
}

static const struct path_member tie_member = { .hint = hint_tie, .judge = judge_tie };

static enum path_outcome judge_other_domains(struct search *s)
{
    const struct txn *t = s->c->run.txn;
    struct slice names[PATH_NAMES_MAX];
    size_t n, which = 0;
    enum path_outcome unknown = PATH_MISS;
    if (path_confirmed(s->c, PATH_NAMES_MAX, names, &n, &unknown) == PATH_WAIT)
        return PATH_WAIT;
    note_unknown(s, unknown);
    const struct path_tied *list = path_tied_of(s->c->run.scratch, t->suffixes, names, n, t->helo_domain);
    if (!list) {
        note_unknown(s, PATH_FAILED);
        return PATH_FAILED;
    }
    enum path_outcome o = path_judge(s->c, &tie_member, s, list->at, list->count, sizeof list->at[0], &which);
    if (o == PATH_HIT)
        s->found->tie = &list->at[which];
    return o;
}

/* ---- the decision ---- */

static const enum imx_reason reason_of_fault[] = {
    [IMX_FINE] = IMX_NOT_YET, [IMX_FAULT_ITEM] = IMX_BAD_ITEM, [IMX_FAULT_ADDRESS] = IMX_BAD_ADDRESS, [IMX_FAULT_LENGTH] = IMX_BAD_LENGTH,
    [IMX_FAULT_NAME] = IMX_BAD_NAME, [IMX_FAULT_DATA] = IMX_BAD_DATA, [IMX_FAULT_CUT] = IMX_CUT, [IMX_FAULT_ITEMS] = IMX_TOO_MANY_ITEMS,
    [IMX_FAULT_NAMES] = IMX_TOO_MANY_NAMES, [IMX_FAULT_NONE] = IMX_NONE_AND_HOSTS, [IMX_FAULT_SEVERAL] = IMX_SEVERAL_RECORDS,
};

enum imx_reason imx_reason_of_fault(enum imx_fault fault)
{
    return reason_of_fault[fault];
}

/* Nothing has the client. What could not be looked up might have had it, so it goes before mistakes and refusals. */
static enum imx_reason reason_without_hit(const struct search *s)
{
    const struct imx_record *record = s->found->record;
    if (s->unknown == PATH_OVER_QUOTA)
        return IMX_OVER_QUOTA;
    if (s->unknown == PATH_FAILED)
        return IMX_DNS_FAILED;
    if (!record)
        return s->found->mx.exists ? IMX_NOT_AN_MX : IMX_NO_MX;
    if (record->fault != IMX_FINE)
        return reason_of_fault[record->fault];
    if (record->none)
        return IMX_LIST_IS_NONE;
    return record->only ? IMX_NOT_LISTED : IMX_NOT_IN_OPEN_LIST;
}

static enum imx_reason decide(struct search *s)
{
    struct record_place place = place_of(&s->c->run, s->conf, s->found->domain);
    path_mx_hint(s->c, s->found->domain);
    record_hint(s->c, &place);
    enum path_outcome o = path_mx(s->c, s->found->domain, false, !s->inside, &s->found->mx);
    s->asked = 1 + s->found->mx.hosts_asked;
    note_unknown(s, o);
    if (o == PATH_WAIT || o == PATH_HIT)
        return o == PATH_HIT ? IMX_IS_MX : IMX_NOT_YET;
    o = find_record(s);
    if (o == PATH_HIT)
        o = judge_record(s);
    if (o == PATH_HIT && !imx_is_too_loose(s->found->record))
        return IMX_LISTED;
    if (o == PATH_HIT)                       /* an MX, had it answered, might have passed */
        return s->unknown == PATH_MISS ? IMX_TOO_LOOSE : reason_without_hit(s);
    if (o != PATH_WAIT && s->conf->other_domains)
        o = judge_other_domains(s);
    if (o == PATH_HIT)
        return IMX_OTHER_DOMAIN;
    return o == PATH_WAIT ? IMX_NOT_YET : reason_without_hit(s);
}

/* ---- saying it ---- */

static bool is_inside(const struct imx_conf *conf, struct slice domain)
{
    for (size_t i = 0; i < conf->own_domains.count; i++)
        if (name_at_or_below(domain, conf->own_domains.at[i]))
            return true;
    return false;
}

static bool is_statement(enum imx_reason reason)
{
    return reason >= IMX_IS_MX && reason <= IMX_NOT_IN_OPEN_LIST;
}

/* Who the result speaks about: who claims to send, or the name that leads to the other domain. */
static enum identity spoken_of(const struct check *c, const struct imx_finding *f, struct slice *domain)
{
    *domain = f->domain;
    if (!f->tie)
        return f->identity;
    *domain = f->tie->helo ? c->run.txn->helo_domain : slice_dup(c->run.txn->arena, f->tie->name);
    return f->tie->helo ? IDENTITY_HELO : IDENTITY_CLIENT;
}

static const struct property *properties_of(struct arena *a, enum identity identity, struct slice domain, const struct imx_finding *f, size_t *count)
{
    struct property *p = ARENA_ARRAY(a, 2, struct property);
    *count = 0;
    if (p && domain.len > 0 && identity != IDENTITY_CLIENT)
        p[(*count)++] = (struct property){ "smtp", identity_name(identity), domain };
    if (p && f->tie)
        p[(*count)++] = (struct property){ "policy", "owner", slice_dup(a, f->tie->domain) };
    return p;
}

static void conclude(struct check *c, const struct imx_finding *f, enum imx_reason reason)
{
    struct arena *a = c->run.txn->arena;
    struct slice domain;
    enum identity identity = spoken_of(c, f, &domain);
    size_t n;
    const struct property *p = properties_of(a, identity, domain, f, &n);
    say(c, reason, &(struct evidence){
        .identity = identity, .domain = domain, .properties = p, .property_count = n,
        .text = imx_words_text(a, c->run.txn, reason, f), .facts = imx_words_facts(a, reason, f, identity, domain),
        /* verdict.md: as MAIL FROM domain, one that takes no mail is as good as none */
        .absent = f->identity == IDENTITY_MAILFROM && (f->mx.absent || f->mx.null_mx),
        .statement = is_statement(reason), .quiet = reason == IMX_NO_MX || reason == IMX_NO_IDENTITY,
    });
}

static void imx_check(struct check *c)
{
    struct imx_finding found = { .identity = IDENTITY_NONE };
    struct search s = { .c = c, .conf = conf_of(&c->run), .found = &found, .unknown = PATH_MISS };
    bool claimed = path_claim(c->run.txn, &found.domain, &found.identity);
    s.inside = is_inside(s.conf, found.domain);
    enum imx_reason reason = claimed ? decide(&s) : IMX_NO_IDENTITY;
    if (reason != IMX_NOT_YET)
        conclude(c, &found, reason);
}

static void imx_scout(struct scout *s)
{
    const struct txn *t = s->run.txn;
    struct slice domain;
    enum identity identity;
    if (path_subjects(t) == 0 || !path_claim(t, &domain, &identity))
        return;
    struct record_place place = place_of(&s->run, conf_of(&s->run), domain);
    path_scout_mx(s, domain);
    const struct answer *a = record_foresee(s, &place);
    const struct imx_record *record = a ? record_of(&s->run, a) : NULL;
    if (!record || record->fault != IMX_FINE || covering_network(record, &t->client))
        return;
    for (size_t i = 0; i < record->count; i++)
        if (record->items[i].tag == IMX_HOST)
            path_scout_host(s, record->items[i].name);
}

static const char *const imx_members[] = { "identity", "domain", "by", "owner", "record_domain", "record_type", "record", "entry", NULL };

const struct method imx_method = {
    .members = imx_members,
    .name = "imx", .title = "IMX, internal mail exchangers (Frank's own design)",
    .when = STAGE_MAIL, .needs_client = true,
    .identities = 1u << IDENTITY_CLIENT | 1u << IDENTITY_HELO | 1u << IDENTITY_MAILFROM,
    .subjects_max = 1, .asks = IMX_ASKS, .hints = IMX_HINTS,
    .options = imx_options, .conf_size = sizeof(struct imx_conf),
    .reasons = imx_reason_table, .reason_count = IMX_REASONS,
    .reason_exempt = IMX_EXEMPT, .reason_own_failure = IMX_OWN_FAILURE,
    .subjects = path_subjects, .check = imx_check, .scout = imx_scout, .scout_when = STAGE_MAIL,
    .explain = imx_words_explain,
    .publish = imx_publish, .lint = imx_lint,
};
