/*
 * dnsmail_record.h: the three things DNS Mail writes: an id in a header field, a domain's list of servers, and the records of
 * messages. Each is parsed and printed here; parse(print(x)) == x.
 */
#ifndef FRANK_METHODS_DNSMAIL_DNSMAIL_RECORD_H
#define FRANK_METHODS_DNSMAIL_DNSMAIL_RECORD_H

#include "dns/answer.h"
#include "mail/address.h"
#include "methods/dnsmail/dnsmail.h"

#define DNSMAIL_HASH_OCTETS 20       /* of a hashed recipient: the first ones of its SHA-256 */
#define DNSMAIL_BODY_OCTETS 32
#define DNSMAIL_ADDRESS_MAX 512      /* octets of one in a record (ours); a path has 256 (RFC 5321 4.5.3.1.3) */
#define DNSMAIL_FIELDS_MAX 16        /* of one record (ours); a record with more is malformed */

/* ---- the id: "1wsed45rtgyh5678.example.com" ---- */

struct dnsmail_id {
    struct slice label;              /* LDH, lower case */
    struct slice domain;             /* normal form, two labels or more */
    struct slice name;               /* both */
};
/* The value of a DNS-Mail-ID field, unfolded and trimmed. Label and domain parse apart. False: it is none. In the arena. */
bool dnsmail_id_parse(struct arena *, struct slice value, struct dnsmail_id *out);

/* ---- the service list: "192.0.2.53,192.0.2.54" ---- */

struct dnsmail_servers { struct ip at[DNSMAIL_SERVERS_MAX]; unsigned count; };

/*
 * Adds the addresses of one TXT record that are not there yet. False: the record holds something else than addresses, and is no
 * list (somebody's wildcard may answer here): nothing of it is added. What is beyond DNSMAIL_SERVERS_MAX is left out.
 */
bool dnsmail_servers_add(struct dnsmail_servers *, struct slice text);
void text_add_dnsmail_servers(struct text *, const struct dnsmail_servers *);
/* Of all records of a name, whatever their order of arrival: answer_memo's maker and releaser. count 0: no list is there. */
void *dnsmail_servers_make(const struct answer *);
void dnsmail_servers_release(void *);

/* ---- the record: "To:claire@nonprofit.example*From:martha@example.com*date=..." ---- */

struct dnsmail_address { struct slice local, domain; };      /* local part unquoted; domain in normal form */

struct dnsmail_recipient {
    bool hashed;
    struct dnsmail_address address;              /* not hashed: To */
    uint8_t hash[DNSMAIL_HASH_OCTETS];           /* hashed: th */
};

struct dnsmail_record {
    struct dnsmail_address from;
    struct dnsmail_recipient *to;                /* To and th fields */
    unsigned to_count;
    int64_t date;
    bool has_body;
    uint8_t body[DNSMAIL_BODY_OCTETS];           /* bh: SHA-256 of the body in DKIM's relaxed form */
    struct slice previous;                       /* prev: an earlier id, as written; may be empty */
};

bool dnsmail_address_same(const struct dnsmail_address *, const struct dnsmail_address *);
/* One mailbox as text, without display name or brackets; quoted local parts are unquoted. */
bool dnsmail_address_parse(struct arena *, struct slice text, struct dnsmail_address *out);
/* th of this recipient, who must not be too long, under an id's label. False: the crypto library failed. */
MUST_CHECK bool dnsmail_hash(struct slice label, const struct dnsmail_address *, uint8_t out[DNSMAIL_HASH_OCTETS]);
bool dnsmail_too_long(const struct dnsmail_address *);       /* for any record to mean it: over DNSMAIL_ADDRESS_MAX */

/* False: it is none. In the arena. */
bool dnsmail_record_parse(struct arena *, struct slice text, struct dnsmail_record *out);
void text_add_dnsmail_record(struct text *, const struct dnsmail_record *);

struct dnsmail_records { struct dnsmail_record *at; size_t count; bool malformed; };     /* malformed: one of them is no record */
/* All records of a name: answer_memo's maker and releaser. */
void *dnsmail_records_make(const struct answer *);
void dnsmail_records_release(void *);

#endif
