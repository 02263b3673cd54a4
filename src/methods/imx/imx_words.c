#include "methods/imx/imx_words.h"

#define TEXT_OCTETS 1024
#define RECORD_SHOWN 1024            /* octets of a record in facts */
#define MISTAKE_SHOWN 60             /* octets of a bad item in one line for people */

/* `stored` numbers are kept in journals: never change or reuse one. */
const struct reason imx_reason_table[IMX_REASONS] = {
    [IMX_EXEMPT]           = { "exempt", 2601, AUTH_POLICY, "not checked for this client" },
    [IMX_OWN_FAILURE]      = { "own-failure", 2602, AUTH_TEMPERROR, "the check itself failed" },
    [IMX_OVER_QUOTA]       = { "over-quota", 2603, AUTH_PERMERROR, "MX set and record need more questions than are allowed" },

    [IMX_IS_MX]            = { "mx", 2610, AUTH_PASS, "the client is an MX of the domain" },
    [IMX_LISTED]           = { "imx", 2611, AUTH_PASS, "the client is an internal mail exchanger of the domain" },
    [IMX_OTHER_DOMAIN]     = { "other-domain", 2612, AUTH_PASS, "a valid MX, of another domain" },
    [IMX_TOO_LOOSE]        = { "too-loose", 2613, AUTH_POLICY, "the list is too wide to tell anybody apart" },

    [IMX_NOT_LISTED]       = { "not-listed", 2620, AUTH_FAIL, "neither an MX nor in the domain's list, which is complete" },
    [IMX_LIST_IS_NONE]     = { "none-but-mx", 2621, AUTH_FAIL, "not an MX of the domain, which has no other exchangers" },
    [IMX_NOT_IN_OPEN_LIST] = { "not-in-open-list", 2622, AUTH_SOFTFAIL, "neither an MX nor in the domain's list, which may lack some" },
    [IMX_NOT_AN_MX]        = { "not-an-mx", 2623, AUTH_SOFTFAIL, "not an MX of the domain" },

    [IMX_NO_MX]            = { "no-mx", 2630, AUTH_NONE, "the domain has neither MX nor IMX record" },
    [IMX_NO_IDENTITY]      = { "no-identity", 2631, AUTH_NONE, "no domain name that could have a record" },
    [IMX_DNS_FAILED]       = { "dns-failed", 2640, AUTH_TEMPERROR, "DNS did not answer" },

    [IMX_BAD_ITEM]         = { "bad-item", 2650, AUTH_PERMERROR, "no such item" },
    [IMX_BAD_ADDRESS]      = { "bad-address", 2651, AUTH_PERMERROR, "not an address of this family" },
    [IMX_BAD_LENGTH]       = { "bad-length", 2652, AUTH_PERMERROR, "not a prefix length" },
    [IMX_BAD_NAME]         = { "bad-name", 2653, AUTH_PERMERROR, "not a host name" },
    [IMX_BAD_DATA]         = { "bad-data", 2654, AUTH_PERMERROR, "takes no data" },
    [IMX_CUT]              = { "cut", 2655, AUTH_PERMERROR, "the record ends within an item" },
    [IMX_TOO_MANY_ITEMS]   = { "too-many-items", 2656, AUTH_PERMERROR, "more than 128 items" },
    [IMX_TOO_MANY_NAMES]   = { "too-many-names", 2657, AUTH_PERMERROR, "more than 10 host names" },
    [IMX_NONE_AND_HOSTS]   = { "none-and-hosts", 2658, AUTH_PERMERROR, "both \"none\" and hosts" },
    [IMX_SEVERAL_RECORDS]  = { "several-records", 2659, AUTH_PERMERROR, "more than one IMX record" },
};

/* ---- text ---- */

static void add_mx(struct text *t, struct slice host, struct slice domain)
{
    text_add_shown(t, host, false);
    text_add_str(t, " is an MX of ");
    text_add_shown(t, domain, false);
}

static void add_mistake(struct text *t, const struct imx_record *record)
{
    if (record->where.len == 0)
        return;
    text_add_octet(t, '"');
    text_add_shown(t, slice_first(record->where, MISTAKE_SHOWN), false);
    text_add_str(t, record->where.len > MISTAKE_SHOWN ? "...\": " : "\": ");
}

struct slice imx_words_text(struct arena *a, const struct txn *txn, enum imx_reason reason, const struct imx_finding *f)
{
    struct text t = text_in(a, TEXT_OCTETS);
    if (reason == IMX_IS_MX) {
        add_mx(&t, f->mx.host, f->domain);
    } else if (reason == IMX_OTHER_DOMAIN && f->tie) {
        add_mx(&t, f->tied_mx.host, f->tie->domain);
    } else if (reason == IMX_LISTED && f->item) {
        text_add_octet(&t, '"');
        text_add_imx_item(&t, f->item);
        text_add_str(&t, "\" covers ");
        text_add_ip(&t, &txn->client);
    } else {
        if (f->record)
            add_mistake(&t, f->record);
        text_add_str(&t, imx_reason_table[reason].text);
    }
    return text_slice(&t);
}

/* ---- facts ---- */

static const char *means_of(enum imx_reason reason)
{
    if (reason == IMX_IS_MX || reason == IMX_OTHER_DOMAIN)
        return imx_reason_table[reason].name;
    return reason == IMX_LISTED || reason == IMX_TOO_LOOSE ? "imx" : NULL;
}

static void add_printed(struct arena *a, struct fact *g, const char *name, const struct imx_item *items, size_t count, bool whole)
{
    struct text t = text_in(a, RECORD_SHOWN);
    if (whole)
        text_add_imx(&t, items, count);
    else
        text_add_imx_item(&t, items);
    if (!t.bad)
        fact_add_text(a, g, name, text_slice(&t));
}

static void add_record(struct arena *a, struct fact *g, const struct imx_finding *f)
{
    char type[16];
    const struct imx_record *record = f->record;
    fact_add_text(a, g, "record_domain", slice_dup(a, f->answer->question.name));
    fact_add_text(a, g, "record_type", slice_dup(a, slice_str(rtype_name(f->answer->question.type, type))));
    if (record->fault == IMX_FINE)
        add_printed(a, g, "record", record->items, record->count, true);
    else if (record->where.len > 0)
        fact_add_text(a, g, "mistake", slice_dup(a, slice_first(record->where, RECORD_SHOWN)));
    if (f->item)
        add_printed(a, g, "entry", f->item, 1, false);
    if (record->hosts4 > 0)
        fact_add_number(a, g, "addresses", (int64_t)(record->hosts4 > INT64_MAX ? INT64_MAX : record->hosts4));
    if (record->networks6 > 0)
        fact_add_number(a, g, "networks6", (int64_t)(record->networks6 > INT64_MAX ? INT64_MAX : record->networks6));
}

static void add_exchange(struct arena *a, struct fact *g, const struct path_mx *mx)
{
    fact_add_text(a, g, "host", slice_dup(a, mx->host));
    fact_add_number(a, g, "preference", mx->preference);
}

struct fact *imx_words_facts(struct arena *a, enum imx_reason reason, const struct imx_finding *f, enum identity identity, struct slice domain)
{
    struct fact *g = fact_group(a, NULL);
    fact_add_str(a, g, "identity", identity_name(identity));
    fact_add_text(a, g, "domain", domain);
    fact_add_str(a, g, "by", means_of(reason));
    if (f->record)
        add_record(a, g, f);
    if (reason == IMX_IS_MX)
        add_exchange(a, g, &f->mx);
    if (f->tie) {
        fact_add_text(a, g, "owner", slice_dup(a, f->tie->domain));
        fact_add_text(a, g, "sender", f->domain);
        add_exchange(a, g, &f->tied_mx);
    }
    return g;
}

/* ---- what the domain's owner can do ---- */

static void add_client(struct text *t, const struct ip *client)
{
    text_add_str(t, client->family == IP_V4 ? "ip4:" : "ip6:");
    text_add_ip(t, client);
}

static void add_place(struct text *t, const struct fact *facts)
{
    text_add_str(t, "the ");
    text_add_shown(t, fact_text(facts, "record_type"), false);
    text_add_str(t, " record at ");
    text_add_shown(t, fact_text(facts, "record_domain"), false);
}

static void add_new_record(struct text *t, const struct ip *client, struct slice domain)
{
    text_add_str(t, "if this host is yours, publish \"" IMX_VERSION " ");
    add_client(t, client);
    text_add_str(t, "\" as TXT record at _imx.");
    text_add_shown(t, domain, false);
}

static void add_advice(struct text *t, const struct txn *txn, const struct result *r)
{
    enum imx_reason reason = (enum imx_reason)r->reason;
    switch (reason) {
    case IMX_NOT_AN_MX:
        add_new_record(t, &txn->client, r->evidence.domain);
        return;
    case IMX_NOT_LISTED: case IMX_NOT_IN_OPEN_LIST:
        text_add_str(t, "if this host is yours, add ");
        add_client(t, &txn->client);
        text_add_str(t, " to ");
        break;
    case IMX_LIST_IS_NONE:
        text_add_str(t, "if this host is yours, put ");
        add_client(t, &txn->client);
        text_add_str(t, " in the place of \"none\" in ");
        break;
    case IMX_TOO_LOOSE:
        text_add_str(t, "list only the hosts that really send in ");
        break;
    case IMX_OVER_QUOTA:
        text_add_str(t, "replace a: by ip4: and ip6: items in the TXT record at _imx.");
        text_add_shown(t, r->evidence.domain, false);
        return;
    case IMX_BAD_ITEM: case IMX_BAD_ADDRESS: case IMX_BAD_LENGTH: case IMX_BAD_NAME: case IMX_BAD_DATA: case IMX_CUT:
    case IMX_TOO_MANY_ITEMS: case IMX_TOO_MANY_NAMES: case IMX_NONE_AND_HOSTS: case IMX_SEVERAL_RECORDS:
        text_addf(t, "repair (%s) ", imx_reason_table[reason].text);
        break;
    case IMX_NOT_YET: case IMX_EXEMPT: case IMX_OWN_FAILURE: case IMX_IS_MX: case IMX_LISTED: case IMX_OTHER_DOMAIN: case IMX_NO_MX:
    case IMX_NO_IDENTITY: case IMX_DNS_FAILED: case IMX_REASONS:
        return;
    }
    add_place(t, r->evidence.facts);
}

struct slice imx_words_explain(struct arena *a, const struct txn *txn, const struct result *r)
{
    struct text t = text_in(a, TEXT_OCTETS);
    text_add_shown(&t, r->evidence.domain, false);
    text_add_str(&t, ": ");
    size_t before = t.len;
    add_advice(&t, txn, r);
    return t.len > before ? text_slice(&t) : (struct slice){ 0 };
}
