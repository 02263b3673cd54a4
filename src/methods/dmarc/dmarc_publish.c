#include "methods/dmarc/dmarc_publish.h"

#include "methods/dmarc/dmarc_record.h"

static enum dmarc_policy policy_of(unsigned said)
{
    static const enum dmarc_policy policies[] = { DMARC_POLICY_ABSENT, DMARC_POLICY_NONE, DMARC_POLICY_QUARANTINE, DMARC_POLICY_REJECT };
    return policies[said < COUNT_OF(policies) ? said : 0];
}

/* "mailto:dmarc@reports.example!10m": reports.example; empty for other URIs. */
static struct slice domain_of_uri(struct slice uri)
{
    struct slice address, rest;
    if (!slice_starts_nocase(uri, SLICE("mailto:")))
        return SLICE("");
    (void)slice_cut(uri, '!', &address, &rest);
    size_t at = slice_find_last(address, '@');
    return at < address.len ? slice_from(address, at + 1) : SLICE("");
}

/* RFC 9990 4: who gets reports of another domain must agree to it. */
static void remark_elsewhere(const struct plan *plan, struct publication *p, const struct texts *uris)
{
    for (size_t i = 0; i < uris->count; i++) {
        struct slice domain = domain_of_uri(uris->at[i]);
        if (!name_is_hostname(domain) || name_at_or_below(domain, plan->domain) || name_at_or_below(plan->domain, domain))
            continue;
        publish_remark(p, PUBLISH_NOTE, "%.*s must agree to get these reports: %.*s._report._dmarc.%.*s TXT \"v=DMARC1\"", PUBLISH_NAME(domain),
                       PUBLISH_NAME(plan->domain), PUBLISH_NAME(domain));
    }
}

static struct slice joined(struct publication *p, const struct texts *uris)
{
    struct text t = publish_text(p);
    for (size_t i = 0; i < uris->count; i++) {
        text_add_str(&t, i > 0 ? "," : "");
        text_add(&t, uris->at[i]);
    }
    return text_slice(&t);
}

void dmarc_publish(const struct plan *plan, struct publication *p)
{
    const struct plan_dmarc *d = &plan->dmarc;
    struct text t = publish_text(p);
    struct dmarc_record r = {
        .p = policy_of(d->policy), .sp = policy_of(d->subdomains), .np = policy_of(d->nonexistent), .strict_dkim = d->strict_dkim,
        .strict_spf = d->strict_spf, .testing = d->testing, .rua = joined(p, &d->reports), .ruf = joined(p, &d->failures),
    };
    if (!d->given && !plan->never_sends)
        return;
    if (!d->given)
        r.p = DMARC_POLICY_REJECT;       /* nobody sends: whatever comes is forged */
    text_add_dmarc_record(&t, &r);
    publish_txt(p, publish_name(p, "_dmarc", plan->domain), "v=DMARC1", text_slice(&t));
    remark_elsewhere(plan, p, &d->reports);
    remark_elsewhere(plan, p, &d->failures);
}
