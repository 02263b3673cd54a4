/*
 * msd.c: the client's confirmed names, what each of them says of the sender's domain, and which of them counts.
 */
#include "methods/serverdomains/msd.h"

#include "mail/domain.h"
#include "methods/record.h"
#include "methods/serverdomains/msd_lint.h"
#include "methods/serverdomains/msd_publish.h"
#include "methods/serverdomains/msd_words.h"

static const struct option msd_options[] = {
    OPTION_ENABLED(struct msd_conf, true),
    { "rr_type", OPT_UINT, "0", RECORD_RR_MIN, RECORD_RR_MAX, offsetof(struct msd_conf, rr_type), "0",
      "Number of the private record type that MSD is also looked up as, at the host itself and at entries; it wins over the TXT form. No other method may have the same. With 0, only TXT is." },
    { 0 }
};

/* ---- who the client is ---- */

struct hosts { struct slice at[MSD_HOSTS_MAX]; size_t count; };

static void add_host(struct run *run, struct hosts *list, struct slice name)
{
    struct slice normal;
    if (list->count == MSD_HOSTS_MAX || !domain_normal(run->scratch, name, &normal))
        return;
    for (size_t i = 0; i < list->count; i++)
        if (slice_same(list->at[i], normal))
            return;
    list->at[list->count++] = normal;
}

/*
 * The statement must be that of whoever controls the address: the HELO name if it leads to the client, then the PTR names that
 * do. WAIT, or MISS with what could be found; what failed keeps its place.
 */
static enum path_outcome confirmed_hosts(struct check *c, struct hosts *list, enum path_outcome *unknown)
{
    struct slice names[PATH_NAMES_MAX], helo = helo_name(c->run.txn);
    size_t n;
    path_names_hint(c);
    enum path_outcome o = helo.len > 0 ? path_host(c, helo) : PATH_MISS;
    if (o == PATH_WAIT)
        return o;
    if (path_unknown(o))
        *unknown = o;
    if (o == PATH_HIT)
        add_host(&c->run, list, helo);
    if (path_confirmed(c, o == PATH_MISS ? MSD_HOSTS_MAX : MSD_HOSTS_MAX - 1, names, &n, unknown) == PATH_WAIT)
        return PATH_WAIT;
    for (size_t i = 0; i < n; i++)
        add_host(&c->run, list, names[i]);
    return PATH_MISS;
}

/* ---- records ---- */

static struct record_place base_place(struct run *run, struct slice host)
{
    const struct msd_conf *conf = conf_of(run);
    return (struct record_place){
        .version = SLICE(MSD_VERSION), .txt_name = msd_base_name(run->scratch, host), .rr_type = (uint16_t)conf->rr_type, .rr_name = host,
    };
}

static struct record_place entry_place(struct run *run, struct slice name)
{
    const struct msd_conf *conf = conf_of(run);
    return (struct record_place){ .version = SLICE(MSD_VERSION), .txt_name = name, .rr_type = (uint16_t)conf->rr_type, .rr_name = name };
}

static const struct msd_record *base_of(struct run *run, const struct answer *a)
{
    return memo(run, a, a->question.type == RTYPE_TXT ? msd_base_of_text : msd_base_of_rdata, msd_record_release);
}

static const struct msd_record *entry_of(struct run *run, const struct answer *a)
{
    return memo(run, a, a->question.type == RTYPE_TXT ? msd_entry_of_text : msd_entry_of_rdata, msd_record_release);
}

/* HIT: the host has a record. */
static enum path_outcome find_base(struct check *c, struct msd_word *w)
{
    struct record_place place = base_place(&c->run, w->host);
    const struct answer *a;
    enum path_outcome o = record_find(c, &place, &a);
    if (o != PATH_HIT)
        return o;
    w->base_record = base_of(&c->run, a);
    if (!w->base_record)
        return PATH_FAILED;                  /* no memory for it */
    w->base = a;
    return PATH_HIT;
}

/* HIT: *answer holds an entry, whose record is *record. */
static enum path_outcome find_entry(struct check *c, struct slice name, const struct answer **answer, const struct msd_record **record)
{
    struct record_place place = entry_place(&c->run, name);
    const struct answer *a;
    if (name.len == 0)
        return PATH_MISS;
    enum path_outcome o = record_find(c, &place, &a);
    if (o != PATH_HIT)
        return o;
    *record = entry_of(&c->run, a);
    if (!*record)
        return PATH_FAILED;                  /* no memory for it */
    *answer = a;
    return PATH_HIT;
}

/* ---- what one host says ---- */

static const enum msd_reason reason_of_fault[] = {
    [MSD_FINE] = MSD_NOT_YET, [MSD_FAULT_ITEM] = MSD_BAD_ITEM, [MSD_FAULT_NAME] = MSD_BAD_NAME, [MSD_FAULT_DATA] = MSD_BAD_DATA,
    [MSD_FAULT_CUT] = MSD_CUT, [MSD_FAULT_ITEMS] = MSD_TOO_MANY_ITEMS, [MSD_FAULT_SEVERAL] = MSD_SEVERAL_RECORDS, [MSD_FAULT_ENTRY] = MSD_BAD_ENTRY,
};

enum msd_reason msd_reason_of_fault(enum msd_fault fault)
{
    return reason_of_fault[fault];
}

static enum msd_reason reason_of_unknown(enum path_outcome o)
{
    if (o == PATH_WAIT)
        return MSD_NOT_YET;
    return o == PATH_OVER_QUOTA ? MSD_OVER_QUOTA : MSD_DNS_FAILED;
}

/* "yes" that answers for any name is the host's way to say that it serves anybody. */
static enum msd_reason judge_yes(struct check *c, struct slice host)
{
    const struct answer *a;
    const struct msd_record *record;
    enum path_outcome o = find_entry(c, msd_probe_name(c->run.scratch, host), &a, &record);
    if (o == PATH_MISS)
        return MSD_ENTRY_YES;
    if (o != PATH_HIT)
        return reason_of_unknown(o);
    return record->fault == MSD_FINE && record->yes ? MSD_WILDCARD : MSD_ENTRY_YES;
}

/* The entry under its plain name, else under its hashed one. NO_ENTRY: there is none. */
static enum msd_reason judge_entry(struct check *c, struct slice domain, struct msd_word *w)
{
    struct slice plain = msd_entry_name(c->run.scratch, domain, w->host), hashed;
    if (!msd_hashed_name(c->run.scratch, domain, w->host, &hashed))
        return MSD_OWN_FAILURE;
    struct record_place hashed_place = entry_place(&c->run, hashed);
    if (hashed.len > 0)
        record_hint(c, &hashed_place);
    enum path_outcome o = find_entry(c, plain, &w->entry, &w->entry_record);
    if (o == PATH_MISS)
        o = find_entry(c, hashed, &w->entry, &w->entry_record);
    if (o == PATH_MISS)
        return MSD_NO_ENTRY;
    if (o != PATH_HIT)
        return reason_of_unknown(o);
    if (w->entry_record->fault != MSD_FINE)
        return reason_of_fault[w->entry_record->fault];
    return w->entry_record->yes ? judge_yes(c, w->host) : MSD_ENTRY_NO;
}

static enum msd_reason judge_host(struct check *c, struct slice domain, struct msd_word *w)
{
    enum path_outcome o = find_base(c, w);
    if (o != PATH_HIT)
        return o == PATH_MISS ? MSD_NO_RECORD : reason_of_unknown(o);
    const struct msd_record *base = w->base_record;
    if (base->fault != MSD_FINE)
        return reason_of_fault[base->fault];
    if (msd_serves(base, domain))
        return MSD_LISTED;
    if (base->factored) {
        enum msd_reason reason = judge_entry(c, domain, w);
        if (reason != MSD_NO_ENTRY || !base->all)
            return reason;
    }
    if (base->all)
        return MSD_ANYBODY;
    return base->only ? MSD_NOT_LISTED : MSD_NOT_IN_OPEN_LIST;
}

/* ---- which of them counts ---- */

/* One name that serves the domain is enough; what could not be read might have served it; and so on down to no record. */
static unsigned weight_of(enum msd_reason reason)
{
    switch (msd_reason_table[reason].word) {
    case AUTH_PASS: return 7;
    case AUTH_TEMPERROR: return 6;
    case AUTH_PERMERROR: return 5;
    case AUTH_NEUTRAL: return 4;
    case AUTH_SOFTFAIL: return 3;
    case AUTH_FAIL: return 2;
    case AUTH_NONE: case AUTH_POLICY: break;
    }
    return 1;
}

static enum msd_reason decide(struct check *c, struct msd_finding *f)
{
    struct hosts hosts = { .count = 0 };
    enum path_outcome unknown = PATH_MISS;
    if (confirmed_hosts(c, &hosts, &unknown) == PATH_WAIT)
        return MSD_NOT_YET;
    for (size_t i = 0; i < hosts.count; i++) {
        struct record_place place = base_place(&c->run, hosts.at[i]);
        record_hint(c, &place);
    }
    enum msd_reason best = unknown != PATH_MISS ? reason_of_unknown(unknown) : hosts.count > 0 ? MSD_NO_RECORD : MSD_NO_HOST;
    for (size_t i = 0; i < hosts.count && weight_of(best) < weight_of(MSD_LISTED); i++) {
        struct msd_word *w = &f->words[f->count++];
        *w = (struct msd_word){ .host = hosts.at[i] };
        w->reason = judge_host(c, f->domain, w);
        if (w->reason == MSD_NOT_YET)
            return MSD_NOT_YET;
        if (weight_of(w->reason) <= weight_of(best))
            continue;
        best = w->reason;
        f->decides = w;
    }
    return best;
}

/* ---- saying it ---- */

static const struct property *properties_of(struct arena *a, const struct msd_finding *f, size_t *count)
{
    struct property *p = ARENA_ARRAY(a, 2, struct property);
    *count = 0;
    if (p && f->domain.len > 0)
        p[(*count)++] = (struct property){ "smtp", identity_name(IDENTITY_MAILFROM), f->domain };
    if (p && f->decides)
        p[(*count)++] = (struct property){ "policy", "host", f->decides->host };
    return p;
}

static void conclude(struct check *c, struct msd_finding *f, enum msd_reason reason)
{
    struct arena *a = c->run.txn->arena;
    size_t n;
    for (size_t i = 0; i < f->count; i++)
        f->words[i].host = slice_dup(a, f->words[i].host);
    const struct property *p = properties_of(a, f, &n);
    say(c, reason, &(struct evidence){
        .identity = IDENTITY_MAILFROM, .domain = f->domain, .properties = p, .property_count = n,
        .text = msd_words_text(a, reason, f), .facts = msd_words_facts(a, f),
        .statement = reason >= MSD_LISTED && reason <= MSD_WILDCARD, .quiet = msd_reason_table[reason].word == AUTH_NONE,
    });
}

static bool has_sender(const struct txn *t)
{
    return !t->mail_from.null && name_labels(t->mail_from.normal_domain) >= 2;
}

static void msd_check(struct check *c)
{
    const struct txn *t = c->run.txn;
    struct msd_finding f = { .domain = t->mail_from.null ? (struct slice){ 0 } : t->mail_from.normal_domain };
    enum msd_reason reason = has_sender(t) ? decide(c, &f) : MSD_NO_IDENTITY;
    if (reason != MSD_NOT_YET)
        conclude(c, &f, reason);
}

/* ---- the scout ---- */

static void foresee_host(struct scout *s, struct slice host)
{
    const struct txn *t = s->run.txn;
    struct record_place place = base_place(&s->run, host);
    const struct answer *a = record_foresee(s, &place);
    const struct msd_record *base = a ? base_of(&s->run, a) : NULL;
    if (!base || base->fault != MSD_FINE || !base->factored || t->stage < STAGE_MAIL || !has_sender(t) || msd_serves(base, t->mail_from.normal_domain))
        return;
    struct slice name = msd_entry_name(s->run.scratch, t->mail_from.normal_domain, host);
    if (name.len > 0) {
        place = entry_place(&s->run, name);
        record_foresee(s, &place);
    }
}

/* From the first packet on the client's own names, which iprev asks for too, and their records. */
static void msd_scout(struct scout *s)
{
    const struct txn *t = s->run.txn;
    struct slice names[PATH_NAMES_MAX];
    struct hosts hosts = { .count = 0 };
    size_t n;
    if (path_subjects(t) == 0)
        return;
    path_scout_names(s, SLICE(""), names, &n);
    for (size_t i = 0; i < n; i++)
        add_host(&s->run, &hosts, names[i]);
    for (size_t i = 0; i < hosts.count; i++)
        foresee_host(s, hosts.at[i]);
    if (t->stage >= STAGE_HELO && helo_name(t).len > 0)
        path_scout_host(s, helo_name(t));
}

static const char *const msd_members[] = { "identity", "domain", "host", "hosts", "base", "entry", NULL };

const struct method msd_method = {
    .members = msd_members,
    .name = "msd", .title = "MSD, mail server domains (Frank's own design)",
    .when = STAGE_MAIL, .needs_client = true, .server_side = true, .identities = 1u << IDENTITY_MAILFROM,
    .subjects_max = 1, .asks = MSD_ASKS, .hints = MSD_HINTS,
    .options = msd_options, .conf_size = sizeof(struct msd_conf),
    .reasons = msd_reason_table, .reason_count = MSD_REASONS,
    .reason_exempt = MSD_EXEMPT, .reason_own_failure = MSD_OWN_FAILURE,
    .subjects = path_subjects, .check = msd_check, .scout = msd_scout, .scout_when = STAGE_CONNECT,
    .explain = msd_words_explain,
    .publish = msd_publish, .lint = msd_lint,
};
