#include "methods/dnslist/dnslist_words.h"

#define TEXT_OCTETS 1024
#define PROPERTIES_MAX 4
#define VALUES_SHOWN 16               /* of one answer, in texts and facts */

/* `stored` numbers are kept in journals: never change or reuse one. */
const struct reason dnslist_reason_table[DNSLIST_REASONS] = {
    [DNSLIST_EXEMPT]          = { "exempt", 3001, AUTH_POLICY, "not checked for this client" },
    [DNSLIST_OWN_FAILURE]     = { "own-failure", 3002, AUTH_TEMPERROR, "the check itself failed" },
    [DNSLIST_OVER_QUOTA]      = { "over-quota", 3003, AUTH_TEMPERROR, "too many questions" },
    [DNSLIST_LISTED]          = { "listed", 3010, AUTH_FAIL, "listed" },
    [DNSLIST_LISTED_RELAY]    = { "open-relay", 3011, AUTH_FAIL, "listed as an open relay" },
    [DNSLIST_ALLOWED]         = { "allowed", 3012, AUTH_PASS, "on the allow list" },
    [DNSLIST_UNLISTED]        = { "not-listed", 3020, AUTH_NONE, "not listed" },
    [DNSLIST_UNWANTED_VALUES] = { "other-values", 3021, AUTH_NONE, "listed with values that do not count here" },
    [DNSLIST_NOTHING_TO_ASK]  = { "nothing-to-ask", 3022, AUTH_NONE, "nothing this list could be asked about" },
    [DNSLIST_VOUCHED]         = { "vouched", 3023, AUTH_NONE, "not asked: on a trusted list" },
    [DNSLIST_BROKEN]          = { "list-broken", 3030, AUTH_NONE, "the list is not in order" },
    [DNSLIST_REFUSED]         = { "list-refuses", 3031, AUTH_TEMPERROR, "the list does not answer us" },
    [DNSLIST_DNS_FAILED]      = { "dns-failed", 3040, AUTH_TEMPERROR, "DNS did not answer" },
    [DNSLIST_IN_ORDER]        = { "in-order", 3050, AUTH_PASS, "the list is in order" },
};

enum dnslist_reason dnslist_reason_of_finding(const struct dnslist_list *l, const struct dnslist_finding *f)
{
    static const enum dnslist_reason there[] = {
        [DNSLIST_BLOCK] = DNSLIST_LISTED, [DNSLIST_OPEN_RELAY] = DNSLIST_LISTED_RELAY, [DNSLIST_ALLOW] = DNSLIST_ALLOWED,
    };
    switch (f->look.found) {
    case DNSLIST_WAIT: return DNSLIST_NOT_YET;
    case DNSLIST_NOT_THERE: return DNSLIST_UNLISTED;
    case DNSLIST_OTHER_VALUES: return DNSLIST_UNWANTED_VALUES;
    case DNSLIST_UNHEARD: return DNSLIST_DNS_FAILED;
    case DNSLIST_QUOTA: return DNSLIST_OVER_QUOTA;
    case DNSLIST_REFUSES: return DNSLIST_REFUSED;
    case DNSLIST_OUT_OF_ORDER: return DNSLIST_BROKEN;
    case DNSLIST_THERE: break;
    }
    return there[l->kind];
}

/* ---- texts ---- */

void text_add_dnslist_values(struct text *t, const struct dnslist_values *values, const char *between)
{
    for (size_t i = 0; i < values->count && i < VALUES_SHOWN; i++) {
        text_add_str(t, i ? between : "");
        text_add_ip(t, &values->at[i]);
    }
}

struct slice dnslist_error(struct arena *a, const struct dnslist_look *look)
{
    struct text t = text_in(a, TEXT_OCTETS);
    bool broken = look->found == DNSLIST_OUT_OF_ORDER;
    if (look->detail.len == 0)
        return (struct slice){ 0 };
    text_add_str(&t, broken ? "list broken: " : "");
    text_add(&t, look->detail);
    return text_slice(&t);
}

static bool is_there(enum dnslist_reason reason)
{
    return reason == DNSLIST_LISTED || reason == DNSLIST_LISTED_RELAY || reason == DNSLIST_ALLOWED;
}

static struct slice sentence(struct arena *a, const struct dnslist_list *l, enum dnslist_reason reason, const struct dnslist_finding *f)
{
    struct text t = text_in(a, TEXT_OCTETS);
    if (f->look.detail.len > 0)
        return dnslist_error(a, &f->look);
    if (f->of.len == 0 || reason == DNSLIST_VOUCHED) {
        text_add_str(&t, dnslist_reason_table[reason].text);
        text_add_str(&t, f->voucher.len ? " (" : "");
        text_add(&t, f->voucher);
        text_add_str(&t, f->voucher.len ? ")" : "");
        return text_slice(&t);
    }
    text_add(&t, f->of);
    text_add_str(&t, reason == DNSLIST_UNLISTED ? " is not on " : reason == DNSLIST_LISTED_RELAY ? " is an open relay, says " : " is on ");
    text_add(&t, l->zone);
    if (f->look.values.count > 0) {
        text_add_str(&t, reason == DNSLIST_UNWANTED_VALUES ? " with values that do not count here (" : " (");
        text_add_dnslist_values(&t, &f->look.values, ", ");
        text_add_octet(&t, ')');
    }
    text_add_str(&t, f->txt.len ? ": " : "");
    text_add(&t, f->txt);
    return text_slice(&t);
}

/* ---- facts ---- */

static void add_codes(struct arena *a, struct fact *g, const struct dnslist_values *values)
{
    struct fact *list = fact_add_list(a, g, "codes");
    for (size_t i = 0; i < values->count && i < VALUES_SHOWN; i++) {
        struct text t = text_in(a, IP_TEXT_MAX);
        text_add_ip(&t, &values->at[i]);
        fact_add_text(a, list, NULL, text_slice(&t));
    }
}

static struct fact *facts_of(struct arena *a, const struct dnslist_list *l, enum dnslist_reason reason, const struct dnslist_finding *f)
{
    struct fact *g = fact_group(a, NULL);
    static const struct dnslist_values no_values = { .count = 0 };
    bool asked = f->of.len > 0 && reason != DNSLIST_VOUCHED;
    fact_add_text(a, g, "list", l->name);
    if (asked)
        fact_add_flag(a, g, "listed", is_there(reason));
    else
        fact_add_null(a, g, "listed");
    add_codes(a, g, is_there(reason) ? &f->look.values : &no_values);
    if (is_there(reason) && f->txt.len > 0)
        fact_add_text(a, g, "text", slice_dup(a, f->txt));
    if (f->look.detail.len > 0)
        fact_add_text(a, g, "error", dnslist_error(a, &f->look));
    else
        fact_add_null(a, g, "error");
    fact_add_text(a, g, "zone", l->zone);
    fact_add_str(a, g, "by", dnslist_by_words[l->by]);
    if (f->of.len > 0)
        fact_add_text(a, g, "of", slice_dup(a, f->of));
    return g;
}

/* ---- Authentication-Results: the properties of RFC 8904, for block lists too ---- */

static struct slice values_text(struct arena *a, const struct dnslist_values *values)
{
    struct text t = text_in(a, TEXT_OCTETS);
    text_add_dnslist_values(&t, values, ",");
    return text_slice(&t);
}

static size_t add_properties(struct arena *a, const struct dnslist_list *l, enum dnslist_reason reason, const struct dnslist_finding *f,
                             struct property *p)
{
    size_t n = 0;
    p[n++] = (struct property){ "dns", "zone", l->zone };
    if (!is_there(reason))
        return n;
    p[n++] = (struct property){ "policy", "ip", values_text(a, &f->look.values) };
    if (f->txt.len > 0)
        p[n++] = (struct property){ "policy", "txt", slice_dup(a, f->txt) };
    if (f->look.security == SECURITY_SECURE || f->look.security == SECURITY_INSECURE)
        p[n++] = (struct property){ "dns", "sec", f->look.security == SECURITY_SECURE ? SLICE("yes") : SLICE("no") };
    return n;
}

static bool is_quiet(enum dnslist_reason reason)
{
    return reason == DNSLIST_UNLISTED || reason == DNSLIST_UNWANTED_VALUES || reason == DNSLIST_NOTHING_TO_ASK || reason == DNSLIST_VOUCHED;
}

struct evidence dnslist_evidence(struct arena *a, const struct dnslist_list *l, enum dnslist_reason reason, const struct dnslist_finding *f)
{
    struct property *p = ARENA_ARRAY(a, PROPERTIES_MAX, struct property);
    /* RFC 8904 is about allow lists that are asked by address. */
    bool dnswl = l->kind == DNSLIST_ALLOW && l->by == DNSLIST_BY_ADDRESS;
    return (struct evidence){
        .identity = IDENTITY_NONE, .domain = l->zone, .text = sentence(a, l, reason, f), .facts = facts_of(a, l, reason, f),
        .properties = p, .property_count = p ? add_properties(a, l, reason, f, p) : 0,
        .ar_reason = dnslist_error(a, &f->look), .quiet = is_quiet(reason), .authres_name = dnswl ? "dnswl" : NULL,
    };
}

/* ---- what can be done about it ---- */

struct slice dnslist_explain(struct arena *a, const struct txn *txn, const struct result *r)
{
    struct text t = text_in(a, 2 * TEXT_OCTETS);
    struct slice of = fact_text(r->evidence.facts, "of");
    (void)txn;
    if (r->reason != DNSLIST_LISTED && r->reason != DNSLIST_LISTED_RELAY)
        return (struct slice){ 0 };
    text_add_shown(&t, of, false);
    if (r->reason == DNSLIST_LISTED_RELAY)
        text_add_str(&t, " passes on anybody's mail: let it take mail for its own users and domains only, then ask ");
    else
        text_add_str(&t, ": find out why it is listed and stop that, then ask ");
    text_add_shown(&t, fact_text(r->evidence.facts, "zone"), false);
    text_add_str(&t, " to take it off");
    return text_slice(&t);
}
