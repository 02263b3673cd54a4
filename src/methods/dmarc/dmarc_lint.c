#include "methods/dmarc/dmarc_lint.h"

#include "mail/domain.h"
#include "mail/taglist.h"
#include "methods/dmarc/dmarc_walk.h"

#define QUOTED_MAX 200               /* octets of one tag or address that are quoted */

static void say_of(struct lint *l, enum lint_level level, const char *code, struct slice owner, struct slice quoted, const char *behind,
                   const char *repair)
{
    struct text t = text_in(l->arena, LINT_TEXT_MAX);
    text_add_octet(&t, '"');
    text_add(&t, slice_first(quoted, QUOTED_MAX));
    text_addf(&t, "\"%s", behind);
    lint_say_text(l, level, code, owner, text_slice(&t), slice_str(repair));
}

/* ---- tags ---- */

static bool among(struct slice name, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (slice_same(name, slice_str(words[i])))
            return true;
    return false;
}

static void look_at_tags(struct lint *l, struct slice owner, struct slice text)
{
    static const char *const known[] = { "v", "p", "sp", "np", "adkim", "aspf", "fo", "psd", "t", "rua", "ruf", NULL };
    static const char *const gone[] = { "pct", "rf", "ri", NULL };      /* of RFC 7489 */
    struct tag_list list = tag_list_parse(l->arena, TAGS_DMARC, text);
    for (size_t i = 0; i < list.count; i++) {
        struct slice name = list.tags[i].name;
        if (slice_same(name, SLICE("pct")))
            say_of(l, LINT_NOTE, "tag-gone", owner, name,
                   " is gone in RFC 9989: receivers that follow it apply the policy to all messages; t=y asks for less", NULL);
        else if (among(name, gone))
            say_of(l, LINT_NOTE, "tag-gone", owner, name, " is gone in RFC 9989", NULL);
        else if (!among(name, known))
            say_of(l, LINT_WARNING, "unknown-tag", owner, name, " is no tag of DMARC: receivers pass over it", "correct or remove it");
    }
    if (list.problem == TAGS_SYNTAX)
        say_of(l, LINT_WARNING, "syntax", owner, slice_from(text, list.bad_at), " is no tag=value: receivers pass over it, or over the record",
               "correct the record from there on");
}

/* ---- policies ---- */

static void look_at_policies(struct lint *l, struct slice owner, const struct dmarc_record *r)
{
    if (r->p == DMARC_POLICY_ABSENT)
        lint_say(l, LINT_ERROR, "policy-missing", owner, "there is no p=: receivers take the record for p=none",
                 "add p=none, p=quarantine or p=reject");
    if (r->p == DMARC_POLICY_INVALID)
        lint_say(l, LINT_ERROR, "policy-unusable", owner,
                 "p= is neither none, quarantine nor reject: the record counts as p=none, or without rua= for nothing", "correct it");
    if (r->sp == DMARC_POLICY_INVALID || r->np == DMARC_POLICY_INVALID)
        lint_say(l, LINT_ERROR, "policy-unusable", owner,
                 "sp= or np= is neither none, quarantine nor reject: the record counts as p=none, or without rua= for nothing",
                 "correct it, or remove it");
    if (r->p == DMARC_POLICY_NONE)
        lint_say(l, LINT_NOTE, "policy-none", owner, "p=none asks for reports only: nobody is stopped", NULL);
    if (r->testing)
        lint_say(l, LINT_NOTE, "testing", owner, "t=y: receivers apply the policy one step less strictly (RFC 9989 4.7)", NULL);
    enum dmarc_policy sub = r->sp >= DMARC_POLICY_NONE ? r->sp : r->p, none = r->np >= DMARC_POLICY_NONE ? r->np : sub;
    if (r->p >= DMARC_POLICY_NONE && sub < r->p)
        lint_say(l, LINT_WARNING, "subdomains-weaker", owner, "sp= is weaker than p=: whoever invents a subdomain gets by",
                 "let sp= be as strict as p=, or remove it");
    if (r->p >= DMARC_POLICY_NONE && none < sub)
        lint_say(l, LINT_WARNING, "nonexistent-weaker", owner,
                 "np= is weaker than what holds for other subdomains, and no mail comes from names that do not exist",
                 "let np= be reject");
}

/* ---- reports ---- */

static bool is_authorised(const struct answer *a)
{
    for (size_t i = 0; i < a->count; i++) {
        struct dmarc_record r;
        if (dmarc_record_parse(a->records[i].text, &r) != DMARC_NOT_A_RECORD)
            return true;
    }
    return false;
}

/* RFC 9990 4, RFC 7489 7.1: who is not of the same organisation must say that it wants the reports. */
static void look_at_foreign(struct lint *l, struct slice owner, struct slice policy_domain, struct slice target)
{
    struct text name = text_in(l->arena, 2 * NAME_TEXT_MAX), repair = text_in(l->arena, LINT_TEXT_MAX);
    text_add(&name, policy_domain);
    text_add_str(&name, "._report._dmarc.");
    text_add(&name, target);
    const struct answer *a = lint_ask(l, text_slice(&name), RTYPE_TXT);
    if (!a || lint_unanswered(l, text_slice(&name), a) || is_authorised(a))
        return;
    text_add_str(&repair, "ask ");
    text_add(&repair, target);
    text_add_str(&repair, " to publish at ");
    text_add(&repair, text_slice(&name));
    text_add_str(&repair, " TXT \"v=DMARC1;\"");
    struct text t = text_in(l->arena, LINT_TEXT_MAX);
    text_add(&t, target);
    text_add_str(&t, " does not say that it takes reports about this domain: none are sent there (RFC 9990 4)");
    lint_say_text(l, LINT_WARNING, "report-unauthorised", owner, text_slice(&t), text_slice(&repair));
}

/* mailto:box@domain, the obsolete "!10m" behind it */
static bool report_domain(struct lint *l, struct slice uri, struct slice *out)
{
    if (!slice_starts_nocase(uri, SLICE("mailto:")))
        return false;
    struct slice address = slice_first(uri, slice_find(uri, '!'));
    address = slice_first(address, slice_find(address, '?'));
    size_t at = slice_find_last(address, '@');
    return at < address.len && at > SLICE("mailto:").len && domain_normal(l->arena, slice_from(address, at + 1), out);
}

static void look_at_addresses(struct lint *l, struct slice owner, const struct dmarc_found *f, struct slice org, struct slice list)
{
    struct slice uri, target;
    for (unsigned i = 0; list.len > 0 && i < DMARC_LINT_ADDRESSES_MAX; i++) {
        (void)slice_cut(list, ',', &uri, &list);
        uri = slice_trim(uri, " \t");
        if (!report_domain(l, uri, &target))
            say_of(l, LINT_WARNING, "report-address", owner, uri, " is no mailto: address, and reports are sent to nothing else",
                   "write mailto:box@domain");
        else if (!name_at_or_below(target, org))
            look_at_foreign(l, owner, f->domain, target);
    }
}

/* ---- the record ---- */

static void look_at_record(struct lint *l, struct slice owner, const struct dmarc_found *f, struct slice org)
{
    const struct dmarc_record *r = f->record;
    look_at_tags(l, owner, r->text);
    look_at_policies(l, owner, r);
    if (r->rua.len == 0)
        lint_say(l, LINT_NOTE, "no-reports", owner, "there is no rua=: nobody reports who sends with this domain", NULL);
    look_at_addresses(l, owner, f, org, r->rua);
    look_at_addresses(l, owner, f, org, r->ruf);
}

/* RFC 9989 4.10.1: an unusable p, sp or np counts as p=none if reports are wanted, else the record does not count. */
static bool is_faulty(const struct dmarc_record *r)
{
    return r->p == DMARC_POLICY_INVALID || r->sp == DMARC_POLICY_INVALID || r->np == DMARC_POLICY_INVALID;
}

static void say_merits(struct lint *l, const struct dmarc_found *f)
{
    const struct dmarc_record *r = f->record;
    bool own = name_same(f->domain, l->domain), faulty = is_faulty(r);
    enum dmarc_policy policy = !own && r->sp != DMARC_POLICY_ABSENT ? r->sp : r->p;
    if (faulty && !r->has_report_uri)
        return;
    lint_merit(l, LINT_POLICY);
    if (!faulty && policy >= DMARC_POLICY_QUARANTINE && !r->testing)
        lint_merit(l, LINT_POLICY_ENFORCED);
    if (r->strict_dkim || r->strict_spf)
        lint_merit(l, LINT_ALIGNS_STRICTLY);
}

static bool holds(struct slice text, struct slice word)
{
    for (size_t i = 0; i + word.len <= text.len; i++)
        if (slice_starts_nocase(slice_from(text, i), word))
            return true;
    return false;
}

/* All that stands at the domain's own name, also what receivers do not read. */
static void look_at_own_name(struct lint *l, struct slice owner, const struct answer *a)
{
    unsigned records = 0;
    for (size_t i = 0; i < a->count; i++) {
        struct dmarc_record r;
        struct slice text = a->records[i].text;
        enum dmarc_parse how = dmarc_record_parse(text, &r);
        if (how == DMARC_NOT_A_RECORD && !holds(text, SLICE("DMARC1")))
            continue;
        lint_record(l, owner, RTYPE_TXT, text);
        records += how != DMARC_NOT_A_RECORD;
        if (how == DMARC_NOT_A_RECORD)
            lint_say(l, LINT_ERROR, "not-a-record", owner, "a record does not begin with \"v=DMARC1\", in these letters: receivers do not see it",
                     "let it begin with \"v=DMARC1;\"");
        if (how == DMARC_MALFORMED)
            lint_say(l, LINT_ERROR, "malformed", owner, "a tag occurs twice, or there are too many: receivers do not take the record",
                     "leave each tag once");
    }
    if (records > 1)
        lint_say(l, LINT_ERROR, "several-records", owner, "several DMARC records: receivers take none (RFC 9989 4.10)", "leave one of them");
}

static const struct answer *walk_ask(void *context, struct slice name)
{
    return lint_ask(context, name, RTYPE_TXT);
}

static void ask_ahead(struct lint *l)
{
    struct slice names[DMARC_WALK_MAX];
    unsigned n = dmarc_walk_names(l->domain, names);
    for (unsigned i = 0; i < n; i++)
        lint_prefetch(l, dmarc_query_name(l->arena, names[i]), RTYPE_TXT);
}

void dmarc_lint(struct lint *l)
{
    struct slice own = dmarc_query_name(l->arena, l->domain);
    struct dmarc_walk walk;
    ask_ahead(l);
    const struct answer *a = lint_ask(l, own, RTYPE_TXT);
    if (!a || lint_unanswered(l, own, a))
        return;
    look_at_own_name(l, own, a);
    enum dmarc_walk_end end = dmarc_walk_run(l->arena, l->domain, walk_ask, l, &walk);
    if (end == DMARC_WALK_NOT_YET || end == DMARC_WALK_NO_MEMORY)
        return;
    if (end == DMARC_WALK_FAILED)
        lint_say(l, LINT_UNKNOWN, "dns-failed", l->domain, "DNS did not answer for a name above: the organizational domain is not known", NULL);
    const struct dmarc_found *f = dmarc_policy_of(&walk);
    if (!f)
        return;
    struct slice owner = dmarc_query_name(l->arena, f->domain);
    if (!name_same(f->domain, l->domain)) {
        lint_record(l, owner, RTYPE_TXT, f->record->text);
        lint_say(l, LINT_NOTE, "inherited", owner, "the policy of the organizational domain holds", NULL);
    }
    look_at_record(l, owner, f, dmarc_org_domain(&walk));
    say_merits(l, f);
}
