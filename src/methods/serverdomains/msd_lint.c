#include "methods/serverdomains/msd_lint.h"

#include "methods/lint_path.h"
#include "methods/serverdomains/msd.h"
#include "methods/serverdomains/msd_words.h"

#define HOSTS_MAX (1 + PATH_MX_MAX)          /* the domain's own name as that of a host, and its MX hosts */

struct statement { struct slice owner; const struct answer *answer; const struct msd_record *record; };      /* record NULL: none */

/* ---- finding records ---- */

static const struct msd_record *record_of(const struct answer *a, enum msd_place place)
{
    bool text = a->question.type == RTYPE_TXT;
    if (place == MSD_BASE)
        return answer_memo(a, text ? msd_base_of_text : msd_base_of_rdata, msd_record_release);
    return answer_memo(a, text ? msd_entry_of_text : msd_entry_of_rdata, msd_record_release);
}

static bool look_up(struct lint *l, struct slice owner, uint16_t type, enum msd_place place, struct statement *out)
{
    struct slice first;
    const struct answer *a = lint_ask(l, owner, type);
    if (!a)
        return false;
    if (lint_unanswered(l, owner, a) || !answer_has_data(a) || record_count(a, SLICE(MSD_VERSION), &first) == 0)
        return true;
    const struct msd_record *record = record_of(a, place);
    if (!record) {
        lint_own_failure(l, owner);
        return true;
    }
    struct text printed = text_in(l->arena, LINT_TEXT_MAX);
    if (record->fault == MSD_FINE)
        text_add_msd(&printed, record->items, record->count);
    lint_records_of(l, a, SLICE(MSD_VERSION), text_slice(&printed));
    if (!out->record)
        *out = (struct statement){ owner, a, record };
    return true;
}

/* The record type wins where both are there. rr_name: where it stands. */
static bool find(struct lint *l, struct slice txt_name, struct slice rr_name, enum msd_place place, struct statement *out)
{
    const struct msd_conf *conf = lint_conf(l);
    lint_prefetch(l, txt_name, RTYPE_TXT);
    bool there = conf->rr_type == 0 || look_up(l, rr_name, (uint16_t)conf->rr_type, place, out);
    return there && look_up(l, txt_name, RTYPE_TXT, place, out);
}

/* ---- what is wrong with one ---- */

static const char *repair_of(enum msd_fault fault)
{
    switch (fault) {
    case MSD_FAULT_ITEM: return "use the items d:, all, factored and only; anything else as name=value";
    case MSD_FAULT_NAME: return "write a domain behind d:, or *. and a domain";
    case MSD_FAULT_ITEMS: return "say \"factored\", and publish an entry for each domain";
    case MSD_FAULT_SEVERAL: return "leave one record, with the items of all";
    case MSD_FAULT_ENTRY: return "say either yes or no";
    case MSD_FINE: case MSD_FAULT_DATA: case MSD_FAULT_CUT: break;
    }
    return "make the record anew";
}

static bool is_broken(struct lint *l, const struct statement *s)
{
    if (s->record->fault == MSD_FINE)
        return false;
    const struct reason *r = &msd_reason_table[msd_reason_of_fault(s->record->fault)];
    struct slice where = s->answer->question.type == RTYPE_TXT ? s->record->where : (struct slice){ 0 };
    lint_say_entry(l, LINT_ERROR, r->name, s->owner, where, r->text, repair_of(s->record->fault));
    return true;
}

/* ---- entries ---- */

/* The entry of our domain under its plain name, else its hashed one. False: not yet. */
static bool find_entry(struct lint *l, struct slice host, struct statement *entry)
{
    struct slice plain = msd_entry_name(l->arena, l->domain, host), hashed;
    if (!find(l, plain, plain, MSD_ENTRY, entry))
        return false;
    if (entry->record)
        return true;
    if (msd_hashed_name(l->arena, l->domain, host, &hashed))
        return find(l, hashed, hashed, MSD_ENTRY, entry);
    lint_own_failure(l, host);
    return true;
}

static bool look_at_wildcard(struct lint *l, struct slice host)
{
    struct slice first, name = msd_probe_name(l->arena, host);
    const struct answer *a = lint_ask(l, name, RTYPE_TXT);
    if (!a)
        return false;
    if (lint_unanswered(l, name, a) || !answer_has_data(a) || record_count(a, SLICE(MSD_VERSION), &first) == 0)
        return true;
    const struct msd_record *record = record_of(a, MSD_ENTRY);
    if (record && record->fault == MSD_FINE && record->yes)
        lint_say_entry(l, LINT_WARNING, "wildcard", name, host, "\"yes\" answers for any domain: the host says that it serves anybody",
                       "publish an entry for each domain it serves");
    return true;
}

/* Whether the statement has our domain: *served. */
static bool look_at_entry(struct lint *l, struct slice host, const struct msd_record *base, bool *served)
{
    struct statement entry = { .record = NULL };
    *served = msd_serves(base, l->domain) || base->all;
    if (!base->factored)
        return true;
    if (!find_entry(l, host, &entry) || !look_at_wildcard(l, host))
        return false;
    if (entry.record && !is_broken(l, &entry))
        *served = *served || entry.record->yes;
    return true;
}

/* ---- one host ---- */

static void look_at_base(struct lint *l, struct slice host, const struct statement *s)
{
    const struct msd_record *r = s->record;
    if (r->all)
        lint_say_entry(l, LINT_WARNING, "serves-anybody", s->owner, host, "says that it sends for anybody: a statement of an open relay",
                       "list the domains it serves");
    if (r->only && r->count == 1)
        lint_say_entry(l, LINT_NOTE, "serves-nobody", s->owner, host, "lists no domain, and says that the list is complete", NULL);
}

static bool look_at_host(struct lint *l, struct slice host, bool is_mx)
{
    struct statement s = { .record = NULL };
    bool served = true;
    if (!find(l, msd_base_name(l->arena, host), host, MSD_BASE, &s))
        return false;
    if (!s.record || is_broken(l, &s))
        return true;
    look_at_base(l, host, &s);
    if (!look_at_entry(l, host, s.record, &served))
        return false;
    if (is_mx && !served)
        lint_say_entry(l, LINT_WARNING, "not-served", s.owner, host,
                       "does not say that it sends for this domain: what it sends for it is refused or doubtful",
                       "if it sends for the domain, have its operator add that to the host's statement");
    return true;
}

void msd_lint(struct lint *l)
{
    const struct rdata *hosts[ANSWER_RECORDS_MAX];
    const struct answer *mx = lint_ask(l, l->domain, RTYPE_MX);
    bool itself = false;
    if (!mx)
        return;
    size_t n = lint_unanswered(l, l->domain, mx) ? 0 : path_exchanges(mx, hosts);
    n = n < HOSTS_MAX - 1 ? n : HOSTS_MAX - 1;
    for (size_t i = 0; i < n; i++) {
        lint_prefetch(l, msd_base_name(l->arena, hosts[i]->mx.host), RTYPE_TXT);
        itself = itself || name_same(hosts[i]->mx.host, l->domain);
    }
    if (!itself && !look_at_host(l, l->domain, false))
        return;
    for (size_t i = 0; i < n; i++)
        if (!look_at_host(l, hosts[i]->mx.host, true))
            return;
}
