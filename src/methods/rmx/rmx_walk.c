#include "methods/rmx/rmx_walk.h"

#include "methods/rmx/rmx_apl.h"
#include "methods/prefix.h"

/* ---- finding the record ---- */

static const enum rmx_reason reason_of_fault[] = {
    [RMX_FINE] = RMX_NOT_YET, [RMX_FAULT_TAG] = RMX_BAD_TAG, [RMX_FAULT_NO_TAG] = RMX_NO_TAG, [RMX_FAULT_ADDRESS] = RMX_BAD_ADDRESS,
    [RMX_FAULT_LENGTH] = RMX_BAD_LENGTH, [RMX_FAULT_NAME] = RMX_BAD_NAME, [RMX_FAULT_DATA] = RMX_BAD_DATA,
    [RMX_FAULT_NEGATED] = RMX_BAD_NEGATION, [RMX_FAULT_CUT] = RMX_CUT, [RMX_FAULT_ENTRIES] = RMX_TOO_MANY_ENTRIES,
};

enum rmx_reason rmx_reason_of_fault(enum rmx_fault fault)
{
    return reason_of_fault[fault];
}

static const struct rmx_set *set_of(struct run *run, const struct rmx_conf *conf, const struct answer *a)
{
    if (a->question.type == RTYPE_TXT)
        return memo(run, a, conf->legacy ? rmx_set_of_text_legacy : rmx_set_of_text, rmx_set_release);
    return memo(run, a, conf->legacy ? rmx_set_of_rdata_legacy : rmx_set_of_rdata, rmx_set_release);
}

/* HIT: o has the set. The record type wins over TXT if both are there: TXT is the draft's interim form. */
static enum path_outcome look_up(struct check *c, const struct rmx_conf *conf, struct slice name, uint16_t type, struct rmx_outcome *o)
{
    const struct answer *a = ask(c, name, type);
    enum path_outcome found = path_answer(a);
    if (a)
        o->absent = o->absent || (type != RTYPE_TXT && a->status == ANSWER_NXDOMAIN);
    if (found != PATH_HIT)
        return found;
    const struct rmx_set *set = set_of(&c->run, conf, a);
    if (!set)
        return PATH_FAILED;                  /* no memory for it */
    if (set->records == 0)
        return PATH_MISS;
    o->owner = a->question.name;
    o->type = type;
    o->set = set;
    return PATH_HIT;
}

static enum path_outcome find_set(struct check *c, const struct rmx_conf *conf, struct slice rr_name, struct slice txt_name, struct rmx_outcome *o)
{
    if (conf->rr_type != 0) {
        prefetch(c, txt_name, RTYPE_TXT);
        enum path_outcome found = look_up(c, conf, rr_name, (uint16_t)conf->rr_type, o);
        if (found != PATH_MISS)
            return found;
    }
    return look_up(c, conf, txt_name, RTYPE_TXT, o);
}

static struct slice txt_name(struct run *run, struct slice domain)
{
    return name_join(run->scratch, SLICE("_rmx"), domain);
}

/* ---- judging entries ---- */

struct walk { const struct rmx_conf *conf; const struct rmx_claim *claim; struct rmx_outcome *out; };

/* An entry without a name of its own speaks of the claimed domain. */
static struct slice subject_of(const struct rmx_claim *claim, const struct rmx_entry *e)
{
    return e->name.len > 0 ? e->name : claim->domain;
}

static void hint_entry(struct check *c, void *context, const void *entry)
{
    const struct walk *w = context;
    const struct rmx_entry *e = entry;
    switch (e->tag) {
    case RMX_HOST: path_host_hint(c, e->name); break;
    case RMX_APL: prefetch(c, e->name, RTYPE_APL); break;
    case RMX_DOMAIN: path_names_hint(c); break;
    case RMX_MX: path_mx_hint(c, subject_of(w->claim, e)); break;
    case RMX_IPV4: case RMX_IPV6: case RMX_UNUSED: case RMX_FULL: break;
    }
}

static enum path_outcome judge_apl(struct check *c, struct slice name, uint64_t *hosts)
{
    const struct answer *a = ask(c, name, RTYPE_APL);
    enum path_outcome found = path_answer(a);
    if (found != PATH_HIT)
        return found;
    const struct apl_set *set = memo(&c->run, a, apl_set_make, apl_set_release);
    if (!set)
        return PATH_FAILED;
    if (set->broken)
        return PATH_BROKEN;
    *hosts = apl_hosts(set);
    return apl_judge(set, &c->run.txn->client) == APL_MATCH ? PATH_HIT : PATH_MISS;
}

static enum path_outcome judge_domain(struct check *c, struct slice domain)
{
    struct slice names[PATH_NAMES_MAX];
    size_t n;
    enum path_outcome worst = path_names(c, domain, names, &n);
    if (worst != PATH_HIT)
        return worst;
    worst = PATH_MISS;
    for (size_t i = 0; i < n; i++) {
        enum path_outcome o = path_host(c, names[i]);
        if (o == PATH_WAIT || o == PATH_HIT)
            return o;
        worst = o > worst ? o : worst;
    }
    return worst;
}

static enum path_outcome judge_entry(struct check *c, void *context, const void *entry)
{
    struct walk *w = context;
    const struct rmx_entry *e = entry;
    struct path_mx mx;
    w->out->apl_hosts = 0;
    switch (e->tag) {
    case RMX_IPV4: case RMX_IPV6: return prefix_covers(&e->prefix, &c->run.txn->client) ? PATH_HIT : PATH_MISS;
    case RMX_HOST: return path_host(c, e->name);
    case RMX_APL: return judge_apl(c, e->name, &w->out->apl_hosts);
    case RMX_DOMAIN: return judge_domain(c, subject_of(w->claim, e));
    case RMX_MX: return path_mx(c, subject_of(w->claim, e), false, false, &mx);
    case RMX_UNUSED: case RMX_FULL: return PATH_HIT;         /* reached: they decide what happens next */
    }
    return PATH_MISS;
}

static const struct path_member rmx_member = { .hint = hint_entry, .judge = judge_entry };

/* Entries behind one that certainly decides are never reached, so nothing is asked for them. */
static size_t reachable(const struct rmx_set *set, size_t from, const struct ip *client)
{
    for (size_t i = from; i < set->count; i++) {
        const struct rmx_entry *e = &set->entries[i];
        bool covers = (e->tag == RMX_IPV4 || e->tag == RMX_IPV6) && prefix_covers(&e->prefix, client);
        if (covers || e->tag == RMX_UNUSED)
            return i + 1;
    }
    return set->count;
}

/* ---- what the entry that ended the walk means ---- */

/* The draft's example of a local rule: who admits (nearly) everybody has said nothing. */
static bool is_too_loose(const struct walk *w)
{
    return w->conf->max_hosts > 0 && hosts_sum(w->out->set->hosts, w->out->apl_hosts) > w->conf->max_hosts;
}

static enum rmx_reason reason_of(const struct walk *w, enum path_outcome walked)
{
    switch (walked) {
    case PATH_WAIT: return RMX_NOT_YET;
    case PATH_MISS: w->out->entry = NULL; return RMX_NOT_IN_LIST;
    case PATH_FAILED: return RMX_DNS_FAILED;
    case PATH_OVER_QUOTA: return RMX_OVER_QUOTA;
    case PATH_BROKEN: return RMX_BAD_APL;
    case PATH_HIT: break;
    }
    if (w->out->entry->tag == RMX_UNUSED)
        return RMX_NEVER_SENDS;
    if (w->out->entry->negated)
        return RMX_DENIED;
    return is_too_loose(w) ? RMX_TOO_LOOSE : RMX_GRANTED;
}

static enum rmx_reason fault_reason(struct rmx_outcome *o)
{
    if (o->set->fault != RMX_FINE)
        return reason_of_fault[o->set->fault];
    for (size_t i = 0; o->full && i < o->set->count; i++) {
        if (o->set->entries[i].tag != RMX_FULL)
            continue;
        o->entry = &o->set->entries[i];
        return RMX_FULL_MISPLACED;           /* only valid in a domain's record, so lists are replaced once at most */
    }
    return RMX_NOT_YET;
}

/* ---- the walk ---- */

/* "full:": HIT: the whole address has a record set, which now takes the place of the rest. A HELO name has no local part. */
static enum path_outcome enter_full(struct check *c, const struct walk *w)
{
    struct rmx_outcome full = { .full = true, .absent = w->out->absent };
    if (w->claim->identity != IDENTITY_MAILFROM)
        return PATH_MISS;
    struct slice name = rmx_full_name(c->run.scratch, w->claim->local, w->claim->domain);
    enum path_outcome found = find_set(c, w->conf, name, name, &full);
    if (found == PATH_HIT)
        *w->out = full;
    return found;
}

static enum rmx_reason walk_entries(struct check *c, struct walk *w)
{
    struct rmx_outcome *o = w->out;
    enum rmx_reason bad = fault_reason(o);
    for (size_t from = 0; bad == RMX_NOT_YET && from < o->set->count;) {
        size_t which = 0, count = reachable(o->set, from, &c->run.txn->client) - from;
        const struct rmx_entry *rest = o->set->entries + from;
        enum path_outcome walked = path_judge(c, &rmx_member, w, rest, count, sizeof *rest, &which);
        o->entry = &rest[which];
        if (walked != PATH_HIT || o->entry->tag != RMX_FULL)
            return reason_of(w, walked);
        walked = enter_full(c, w);
        if (walked != PATH_HIT && walked != PATH_MISS)
            return reason_of(w, walked);
        from = walked == PATH_HIT ? 0 : from + which + 1;
        bad = fault_reason(o);
    }
    if (bad != RMX_NOT_YET)
        return bad;
    return reason_of(w, PATH_MISS);
}

enum rmx_reason rmx_evaluate(struct check *c, const struct rmx_conf *conf, const struct rmx_claim *claim, struct rmx_outcome *o)
{
    *o = (struct rmx_outcome){ .owner = (struct slice){ 0 } };
    switch (find_set(c, conf, claim->domain, txt_name(&c->run, claim->domain), o)) {
    case PATH_WAIT: return RMX_NOT_YET;
    case PATH_MISS: return RMX_NO_RECORD;
    case PATH_FAILED: return RMX_DNS_FAILED;
    case PATH_OVER_QUOTA: return RMX_OVER_QUOTA;
    case PATH_BROKEN: case PATH_HIT: break;
    }
    return walk_entries(c, &(struct walk){ conf, claim, o });
}

/* ---- the scout ---- */

static const struct rmx_set *foresee_set(struct scout *s, const struct rmx_conf *conf, const struct rmx_claim *claim)
{
    const struct answer *txt = hint(s, txt_name(&s->run, claim->domain), RTYPE_TXT), *a = txt;
    if (conf->rr_type != 0) {
        const struct answer *rr = hint(s, claim->domain, (uint16_t)conf->rr_type);
        if (!rr)
            return NULL;
        a = answer_has_data(rr) ? rr : txt;
    }
    return a && answer_has_data(a) ? set_of(&s->run, conf, a) : NULL;
}

static void foresee_entry(struct scout *s, const struct rmx_claim *claim, const struct rmx_entry *e)
{
    struct slice names[PATH_NAMES_MAX];
    size_t n;
    switch (e->tag) {
    case RMX_HOST: path_scout_host(s, e->name); break;
    case RMX_APL: hint(s, e->name, RTYPE_APL); break;
    case RMX_DOMAIN: path_scout_names(s, subject_of(claim, e), names, &n); break;
    case RMX_MX: path_scout_mx(s, subject_of(claim, e)); break;
    case RMX_IPV4: case RMX_IPV6: case RMX_UNUSED: case RMX_FULL: break;      /* full: its name holds the local part */
    }
}

void rmx_foresee(struct scout *s, const struct rmx_conf *conf, const struct rmx_claim *claim)
{
    const struct rmx_set *set = foresee_set(s, conf, claim);
    size_t count = set && set->fault == RMX_FINE ? reachable(set, 0, &s->run.txn->client) : 0;
    for (size_t i = 0; i < count; i++)
        foresee_entry(s, claim, &set->entries[i]);
}
