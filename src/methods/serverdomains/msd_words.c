#include "methods/serverdomains/msd_words.h"

#define TEXT_OCTETS 1024
#define RECORD_SHOWN 1024            /* octets of a record in facts */
#define MISTAKE_SHOWN 60             /* octets of a bad item in one line for people */

/* `stored` numbers are kept in journals: never change or reuse one. */
const struct reason msd_reason_table[MSD_REASONS] = {
    [MSD_EXEMPT]           = { "exempt", 2801, AUTH_POLICY, "not checked for this client" },
    [MSD_OWN_FAILURE]      = { "own-failure", 2802, AUTH_TEMPERROR, "the check itself failed" },
    [MSD_OVER_QUOTA]       = { "over-quota", 2803, AUTH_PERMERROR, "the host's names need more questions than are allowed" },

    [MSD_LISTED]           = { "listed", 2810, AUTH_PASS, "the host serves the domain" },
    [MSD_ENTRY_YES]        = { "entry-yes", 2811, AUTH_PASS, "the host serves the domain" },
    [MSD_NOT_LISTED]       = { "not-listed", 2812, AUTH_FAIL, "the host does not serve the domain" },
    [MSD_ENTRY_NO]         = { "entry-no", 2813, AUTH_FAIL, "the host does not serve the domain" },
    [MSD_NO_ENTRY]         = { "no-entry", 2814, AUTH_FAIL, "the host has no entry for the domain" },
    [MSD_NOT_IN_OPEN_LIST] = { "not-in-open-list", 2815, AUTH_SOFTFAIL, "the host does not list the domain" },
    [MSD_ANYBODY]          = { "anybody", 2816, AUTH_NEUTRAL, "the host serves anybody" },
    [MSD_WILDCARD]         = { "wildcard", 2817, AUTH_NEUTRAL, "the host has an entry for whatever is asked" },

    [MSD_NO_RECORD]        = { "no-record", 2820, AUTH_NONE, "no MSD record" },
    [MSD_NO_HOST]          = { "no-host", 2821, AUTH_NONE, "no name of the client leads back to it" },
    [MSD_NO_IDENTITY]      = { "no-identity", 2822, AUTH_NONE, "no sender domain that the host could serve" },
    [MSD_DNS_FAILED]       = { "dns-failed", 2825, AUTH_TEMPERROR, "DNS did not answer" },

    [MSD_BAD_ITEM]         = { "bad-item", 2830, AUTH_PERMERROR, "no such item" },
    [MSD_BAD_NAME]         = { "bad-name", 2831, AUTH_PERMERROR, "not a domain" },
    [MSD_BAD_DATA]         = { "bad-data", 2832, AUTH_PERMERROR, "takes no data" },
    [MSD_CUT]              = { "cut", 2833, AUTH_PERMERROR, "the record ends within an item" },
    [MSD_TOO_MANY_ITEMS]   = { "too-many-items", 2834, AUTH_PERMERROR, "more than 1024 items" },
    [MSD_SEVERAL_RECORDS]  = { "several-records", 2835, AUTH_PERMERROR, "more than one MSD record" },
    [MSD_BAD_ENTRY]        = { "bad-entry", 2836, AUTH_PERMERROR, "an entry says yes or no" },
};

static bool is_mistake(enum msd_reason reason)
{
    return reason >= MSD_BAD_ITEM;
}

/* The one that is at fault, or speaks last. */
static const struct msd_record *last_record(const struct msd_word *w)
{
    return w->entry ? w->entry_record : w->base_record;
}

/* ---- text ---- */

static void add_mistake(struct text *t, const struct msd_word *w)
{
    const struct msd_record *r = last_record(w);
    if (!r || r->where.len == 0)
        return;
    text_add_octet(t, '"');
    text_add_shown(t, slice_first(r->where, MISTAKE_SHOWN), false);
    text_add_str(t, r->where.len > MISTAKE_SHOWN ? "...\": " : "\": ");
}

static const char *verb_of(enum msd_reason reason)
{
    if (reason == MSD_LISTED || reason == MSD_ENTRY_YES)
        return " serves ";
    if (reason == MSD_NOT_LISTED || reason == MSD_ENTRY_NO || reason == MSD_NO_ENTRY)
        return " does not serve ";
    return reason == MSD_NOT_IN_OPEN_LIST ? " does not list " : NULL;
}

struct slice msd_words_text(struct arena *a, enum msd_reason reason, const struct msd_finding *f)
{
    struct text t = text_in(a, TEXT_OCTETS);
    const char *verb = verb_of(reason);
    if (verb && f->decides) {
        text_add_shown(&t, f->decides->host, false);
        text_add_str(&t, verb);
        text_add_shown(&t, f->domain, false);
        return text_slice(&t);
    }
    if (is_mistake(reason) && f->decides)
        add_mistake(&t, f->decides);
    text_add_str(&t, msd_reason_table[reason].text);
    return text_slice(&t);
}

/* ---- facts ---- */

static void add_record(struct arena *a, struct fact *g, const char *name, const struct answer *answer, const struct msd_record *r)
{
    char type[16];
    struct fact *of = fact_add_group(a, g, name);
    fact_add_text(a, of, "record_domain", slice_dup(a, answer->question.name));
    fact_add_text(a, of, "record_type", slice_dup(a, slice_str(rtype_name(answer->question.type, type))));
    struct text t = text_in(a, RECORD_SHOWN);
    if (r->fault == MSD_FINE)
        text_add_msd(&t, r->items, r->count);
    else if (r->where.len > 0)
        fact_add_text(a, of, "mistake", slice_dup(a, slice_first(r->where, RECORD_SHOWN)));
    if (r->fault == MSD_FINE && !t.bad)
        fact_add_text(a, of, "record", text_slice(&t));
}

static void add_word(struct arena *a, struct fact *list, const struct msd_word *w)
{
    struct fact *g = fact_add_group(a, list, NULL);
    fact_add_text(a, g, "host", w->host);
    fact_add_str(a, g, "result", auth_result_word(msd_reason_table[w->reason].word));
    fact_add_str(a, g, "reason", msd_reason_table[w->reason].name);
}

/* The pair that the result is about, host and domain, goes first. */
struct fact *msd_words_facts(struct arena *a, const struct msd_finding *f)
{
    struct fact *g = fact_group(a, NULL);
    const struct msd_word *w = f->decides;
    fact_add_str(a, g, "identity", identity_name(IDENTITY_MAILFROM));
    fact_add_text(a, g, "domain", f->domain);
    if (w)
        fact_add_text(a, g, "host", w->host);
    else
        fact_add_null(a, g, "host");
    struct fact *hosts = fact_add_list(a, g, "hosts");
    for (size_t i = 0; i < f->count; i++)
        add_word(a, hosts, &f->words[i]);
    if (w && w->base)
        add_record(a, g, "base", w->base, w->base_record);
    if (w && w->entry)
        add_record(a, g, "entry", w->entry, w->entry_record);
    return g;
}

/* ---- what the host's owner can do ---- */

static void add_place(struct text *t, const struct fact *facts)
{
    const struct fact *entry = fact_find(facts, "entry"), *of = entry && entry->kind == FACT_GROUP ? entry : fact_find(facts, "base");
    text_add_str(t, "the ");
    text_add_shown(t, fact_text(of, "record_type"), false);
    text_add_str(t, " record at ");
    text_add_shown(t, fact_text(of, "record_domain"), false);
}

static void add_advice(struct text *t, struct arena *a, const struct result *r)
{
    struct slice host = fact_text(r->evidence.facts, "host"), domain = r->evidence.domain, name;
    enum msd_reason reason = (enum msd_reason)r->reason;
    switch (reason) {
    case MSD_NOT_LISTED: case MSD_NOT_IN_OPEN_LIST:
        text_add_str(t, "if this host sends for ");
        text_add_shown(t, domain, false);
        text_add_str(t, ", add d:");
        text_add_shown(t, domain, false);
        text_add_str(t, " to ");
        break;
    case MSD_ENTRY_NO:
        text_add_str(t, "if this host sends for ");
        text_add_shown(t, domain, false);
        text_add_str(t, ", say \"" MSD_VERSION " yes\" in ");
        break;
    case MSD_NO_ENTRY:
        name = msd_entry_name(a, domain, host);
        if (name.len == 0 && !msd_hashed_name(a, domain, host, &name))
            return;
        text_add_str(t, "if this host sends for ");
        text_add_shown(t, domain, false);
        text_add_str(t, ", publish the TXT record \"" MSD_VERSION " yes\" at ");
        text_add_shown(t, name, false);
        return;
    case MSD_WILDCARD:
        text_add_str(t, "replace the wildcard below ");
        text_add_shown(t, msd_base_name(a, host), false);
        text_add_str(t, " by an entry for each domain");
        return;
    case MSD_BAD_ITEM: case MSD_BAD_NAME: case MSD_BAD_DATA: case MSD_CUT: case MSD_TOO_MANY_ITEMS: case MSD_SEVERAL_RECORDS: case MSD_BAD_ENTRY:
        text_addf(t, "repair (%s) ", msd_reason_table[reason].text);
        break;
    case MSD_NOT_YET: case MSD_EXEMPT: case MSD_OWN_FAILURE: case MSD_OVER_QUOTA: case MSD_LISTED: case MSD_ENTRY_YES: case MSD_ANYBODY:
    case MSD_NO_RECORD: case MSD_NO_HOST: case MSD_NO_IDENTITY: case MSD_DNS_FAILED: case MSD_REASONS:
        return;
    }
    add_place(t, r->evidence.facts);
}

struct slice msd_words_explain(struct arena *a, const struct txn *txn, const struct result *r)
{
    struct text t = text_in(a, TEXT_OCTETS);
    (void)txn;
    text_add_shown(&t, fact_text(r->evidence.facts, "host"), false);
    text_add_str(&t, ": ");
    size_t before = t.len;
    add_advice(&t, a, r);
    return t.len > before ? text_slice(&t) : (struct slice){ 0 };
}
