#include "methods/dnsmail/dnsmail_words.h"

#define TEXT_OCTETS 1024

/* `stored` numbers are kept in journals: never change or reuse one. */
const struct reason dnsmail_reason_table[DNSMAIL_REASONS] = {
    [DNSMAIL_EXEMPT]         = { "exempt", 3101, AUTH_POLICY, "not checked for this client" },
    [DNSMAIL_OWN_FAILURE]    = { "own-failure", 3102, AUTH_TEMPERROR, "the check itself failed" },
    [DNSMAIL_OVER_QUOTA]     = { "over-quota", 3103, AUTH_TEMPERROR, "too many questions" },
    [DNSMAIL_REGISTERED]     = { "registered", 3110, AUTH_PASS, "the author's domain registered the message for its recipients" },
    [DNSMAIL_FORWARDED]      = { "forwarded", 3111, AUTH_PASS, "the author's domain registered the message, and so did each forwarder" },
    [DNSMAIL_ORIGIN_ONLY]    = { "origin-only", 3120, AUTH_SOFTFAIL, "registered by the author's domain, but not for this recipient" },
    [DNSMAIL_NOT_REGISTERED] = { "not-registered", 3130, AUTH_FAIL, "the servers of its domain do not know the id" },
    [DNSMAIL_NO_SERVERS]     = { "no-servers", 3131, AUTH_FAIL, "the id's domain names no servers" },
    [DNSMAIL_FOREIGN_RECORD] = { "foreign-record", 3132, AUTH_FAIL, "the record is about an author of another domain than its own" },
    [DNSMAIL_EXPIRED]        = { "expired", 3133, AUTH_FAIL, "the record is older than 10 days" },
    [DNSMAIL_FROM_FUTURE]    = { "from-future", 3134, AUTH_FAIL, "the record is dated in the future" },
    [DNSMAIL_NO_ORIGIN_ID]   = { "no-origin-id", 3135, AUTH_FAIL, "no id in the message is of the author's domain" },
    [DNSMAIL_FROM_DIFFERS]   = { "from-differs", 3136, AUTH_FAIL, "registered for another author" },
    [DNSMAIL_DATE_DIFFERS]   = { "date-differs", 3137, AUTH_FAIL, "registered with another date" },
    [DNSMAIL_CHAIN_BROKEN]   = { "chain-broken", 3138, AUTH_FAIL, "forwarded by somebody to whom nobody is known to have sent it" },
    [DNSMAIL_BODY_DIFFERS]   = { "body-differs", 3139, AUTH_FAIL, "registered with another body" },
    [DNSMAIL_REQUIRED]       = { "id-required", 3140, AUTH_FAIL, "the author's domain registers its mail, and the message has no id" },
    [DNSMAIL_BLOCKED]        = { "server-blocked", 3150, AUTH_POLICY, "the domain names a server that is never asked" },
    [DNSMAIL_TOO_MANY_DIGESTS] = { "too-many-digests", 3151, AUTH_POLICY, "too many different body hashes are wanted of this message" },
    [DNSMAIL_BAD_ID]         = { "bad-id", 3160, AUTH_PERMERROR, "a DNS-Mail-ID field holds no id" },
    [DNSMAIL_TOO_MANY_IDS]   = { "too-many-ids", 3161, AUTH_PERMERROR, "more than 10 DNS-Mail-ID fields" },
    [DNSMAIL_BAD_RECORD]     = { "bad-record", 3162, AUTH_PERMERROR, "what is registered is no DNS Mail record" },
    [DNSMAIL_BAD_FROM]       = { "bad-from", 3163, AUTH_PERMERROR, "the message has not exactly one author with a domain" },
    [DNSMAIL_BAD_DATE]       = { "bad-date", 3164, AUTH_PERMERROR, "the message has not exactly one date" },
    [DNSMAIL_DNS_FAILED]     = { "dns-failed", 3170, AUTH_TEMPERROR, "DNS did not answer whom to ask" },
    [DNSMAIL_SERVER_FAILED]  = { "server-failed", 3171, AUTH_TEMPERROR, "a server of the domain did not answer" },
    [DNSMAIL_NOT_THERE_YET]  = { "not-there-yet", 3172, AUTH_TEMPERROR, "the message is younger than 10 minutes and not registered yet" },
    [DNSMAIL_NO_ID]          = { "no-id", 3180, AUTH_NONE, "the message has no id" },
    [DNSMAIL_NO_LIST]        = { "no-list", 3181, AUTH_NONE, "the author's domain takes no part in DNS Mail" },
};

struct slice dnsmail_words_text(struct arena *a, enum dnsmail_reason reason, const struct dnsmail_case *f)
{
    struct text t = text_in(a, TEXT_OCTETS);
    if (f->culprit) {
        text_add_shown(&t, f->culprit->id.name, false);
        if (f->culprit->server.family != IP_NONE) {
            text_add_str(&t, " at ");
            text_add_ip(&t, &f->culprit->server);
        }
        text_add_str(&t, ": ");
    } else if (f->recipient.len > 0 && dnsmail_reason_table[reason].word != AUTH_PASS) {
        text_add_shown(&t, slice_first(f->recipient, 200), true);
        text_add_str(&t, ": ");
    }
    text_add_str(&t, dnsmail_reason_table[reason].text);
    return text_slice(&t);
}

/* ---- facts ---- */

static const char *found_word(enum dnsmail_found found)
{
    switch (found) {
    case DNSMAIL_ID_FOUND: return "found";
    case DNSMAIL_ID_ABSENT: return "absent";
    case DNSMAIL_ID_NO_SERVERS: return "no-servers";
    case DNSMAIL_ID_MALFORMED: return "malformed";
    case DNSMAIL_ID_BLOCKED: return "blocked";
    case DNSMAIL_ID_LIST_FAILED: case DNSMAIL_ID_SERVER_FAILED: case DNSMAIL_ID_OVER_QUOTA: case DNSMAIL_ID_OWN_FAILURE: return "failed";
    case DNSMAIL_ID_UNKNOWN: break;
    }
    return "unknown";
}

static void add_entry(struct arena *a, struct fact *list, const struct dnsmail_entry *e)
{
    struct fact *g = fact_add_group(a, list, NULL);
    struct text server = text_in(a, IP_TEXT_MAX);
    text_add_ip(&server, &e->server);
    fact_add_text(a, g, "id", slice_dup(a, e->id.name));
    fact_add_str(a, g, "found", found_word(e->found));
    if (server.len > 0)
        fact_add_text(a, g, "server", text_slice(&server));
    if (e->found == DNSMAIL_ID_FOUND)
        fact_add_number(a, g, "records", (int64_t)e->records->count);
}

struct fact *dnsmail_words_facts(struct arena *a, enum dnsmail_reason reason, const struct dnsmail_case *f)
{
    struct fact *g = fact_group(a, NULL);
    fact_add_text(a, g, "domain", f->domain);
    struct fact *ids = fact_add_list(a, g, "ids");
    for (unsigned i = 0; i < f->ids.count; i++)
        add_entry(a, ids, &f->ids.at[i]);
    fact_add_number(a, g, "recipients", (int64_t)f->recipients);
    if (f->recipient.len > 0 && dnsmail_reason_table[reason].word != AUTH_PASS)
        fact_add_text(a, g, "recipient", slice_dup(a, f->recipient));
    if (f->culprit)
        fact_add_text(a, g, "id", slice_dup(a, f->culprit->id.name));
    return g;
}

/* ---- what the domain's owner can do ---- */

static void add_advice(struct text *t, enum dnsmail_reason reason, struct slice id)
{
    switch (reason) {
    case DNSMAIL_NOT_REGISTERED: case DNSMAIL_NOT_THERE_YET:
        text_add_str(t, "let the record of a message be confirmed by every server that the list names before the message leaves: missing is ");
        text_add_shown(t, id, false);
        break;
    case DNSMAIL_ORIGIN_ONLY:
        text_add_str(t, "register one record for each envelope recipient; a forwarder registers its own");
        break;
    case DNSMAIL_NO_SERVERS:
        text_add_str(t, "publish the addresses of the servers that hold the records as TXT at dnsmail.");
        text_add_shown(t, name_parent(id), false);
        break;
    case DNSMAIL_BLOCKED:
        text_add_str(t, "name only servers with public addresses in the TXT record at dnsmail.");
        text_add_shown(t, name_parent(id), false);
        break;
    case DNSMAIL_BAD_RECORD: case DNSMAIL_FOREIGN_RECORD:
        text_add_str(t, "register To, From (of this domain) and date, \"*\" between them, at ");
        text_add_shown(t, id, false);
        break;
    case DNSMAIL_FROM_DIFFERS: case DNSMAIL_DATE_DIFFERS:
        text_add_str(t, "register the mailbox of the From field and the moment of the Date field as the message has them");
        break;
    case DNSMAIL_REQUIRED:
        text_add_str(t, "send through the servers that register this domain's mail");
        break;
    case DNSMAIL_NOT_YET: case DNSMAIL_EXEMPT: case DNSMAIL_OWN_FAILURE: case DNSMAIL_OVER_QUOTA: case DNSMAIL_REGISTERED: case DNSMAIL_FORWARDED:
    case DNSMAIL_EXPIRED: case DNSMAIL_FROM_FUTURE: case DNSMAIL_NO_ORIGIN_ID: case DNSMAIL_CHAIN_BROKEN: case DNSMAIL_BODY_DIFFERS:
    case DNSMAIL_BAD_ID: case DNSMAIL_TOO_MANY_IDS: case DNSMAIL_BAD_FROM: case DNSMAIL_BAD_DATE: case DNSMAIL_DNS_FAILED:
    case DNSMAIL_SERVER_FAILED: case DNSMAIL_TOO_MANY_DIGESTS: case DNSMAIL_NO_ID: case DNSMAIL_NO_LIST: case DNSMAIL_REASONS:
        break;
    }
}

/* The owner who can do it is that of the id, a forwarder perhaps. */
struct slice dnsmail_words_explain(struct arena *a, const struct txn *txn, const struct result *r)
{
    struct text advice = text_in(a, TEXT_OCTETS), s = text_in(a, 2 * TEXT_OCTETS);
    struct slice id = fact_text(r->evidence.facts, "id");
    (void)txn;
    add_advice(&advice, (enum dnsmail_reason)r->reason, id);
    if (advice.len == 0)
        return (struct slice){ 0 };
    text_add_shown(&s, id.len > 0 ? name_parent(id) : r->evidence.domain, false);
    text_add_str(&s, ": ");
    text_add(&s, text_slice(&advice));
    return text_slice(&s);
}
