/*
 * answer.h: a question and its immutable answer.
 *
 * An answer says exactly one of: here are records; the name exists without such records; the name
 * does not exist; or why we do not know. Not knowing is never "none" (threats.md T28): test
 * answer_failed() before looking at counts.
 *
 * Lifetime: an answer is one block, counted by holders; caches and transactions hold it. Its bytes
 * never change. Only its memos (what methods parsed from it) are added later and die with it.
 * Answers are not shared between threads.
 */
#ifndef FRANK_DNS_ANSWER_H
#define FRANK_DNS_ANSWER_H

#include "base/ip.h"
#include "dns/name.h"

enum rtype {          /* IANA numbers; private-use numbers 65280..65534 travel in the same type */
    RTYPE_A = 1, RTYPE_NS = 2, RTYPE_CNAME = 5, RTYPE_SOA = 6, RTYPE_PTR = 12, RTYPE_MX = 15, RTYPE_TXT = 16, RTYPE_RP = 17,
    RTYPE_AAAA = 28, RTYPE_SRV = 33, RTYPE_APL = 42, RTYPE_TLSA = 52, RTYPE_SPF = 99
};

enum answer_status {
    ANSWER_UNKNOWN = 0,   /* never delivered */
    ANSWER_DATA,          /* count >= 1 usable records of the asked type */
    ANSWER_NODATA,        /* NOERROR without (usable) records of the type; the name exists */
    ANSWER_NXDOMAIN,      /* the name does not exist (RFC 8020 sense) */
    ANSWER_SERVFAIL,      /* any other rcode, refused, bogus */
    ANSWER_TIMEOUT,       /* no answer before the question's or the message's deadline */
    ANSWER_GARBLED,       /* a packet that is not one, lies, or exceeds a bound */
    ANSWER_OVER_QUOTA,    /* not sent: the method's .asks is used up */
    ANSWER_BAD_NAME,      /* not sent: the name cannot be asked (name_askable is false) */
    ANSWER_BLOCKED        /* not sent: the server named in the question is one that is never asked (dns/named.h) */
};

enum answer_security { SECURITY_UNKNOWN = 0, SECURITY_INSECURE, SECURITY_SECURE, SECURITY_BOGUS };
enum answer_origin { ORIGIN_NONE = 0, ORIGIN_LIVE, ORIGIN_ZONE, ORIGIN_OVERLAY };

#define ANSWER_RECORDS_MAX 100        /* threats.md T29; beyond: GARBLED */
#define ANSWER_OCTETS_MAX 65536       /* one record set, RDATA octets; beyond: GARBLED */
#define CNAME_CHAIN_MAX 8             /* threats.md T26 */

/*
 * The server is part of what is asked: two servers may say different things of one name. IP_NONE: whoever the resolver
 * asks for everybody. Another: that server alone, directly, without recursion.
 */
struct question {
    struct slice name;                /* name text, lower case, no trailing dot */
    uint16_t type;
    struct ip server;
};
bool question_same(const struct question *, const struct question *);     /* names without regard to case */
/* The key of a question in tables: names in lower case; no two different questions have the same. */
#define QUESTION_KEY_MAX (NAME_TEXT_MAX + 16 + 3)
void text_add_question_key(struct text *, const struct question *);

struct rdata {
    uint16_t type;
    struct slice raw;                 /* RDATA, names in it uncompressed; parse_* of other rooms read this for APL, TLSA, private types */
    union {
        struct ip ip;                                                     /* A, AAAA (an AAAA record never becomes IPv4 here) */
        struct slice text;                                                /* TXT, SPF: character-strings joined with nothing between */
        struct slice host;                                                /* PTR, NS, CNAME: name text, case as it came */
        struct { struct slice host; uint16_t preference; } mx;            /* null MX: host "." */
        struct { struct slice host; uint16_t priority, weight, port; } srv;
    };
};

struct memo;

struct answer {
    struct question question;
    enum answer_status status;
    enum answer_security security;
    enum answer_origin origin;
    uint32_t ttl_seconds;             /* smallest of chain and records; negative answers: from the SOA */
    struct slice canonical;           /* owner of the records after CNAMEs; question.name if none */
    size_t count;
    const struct rdata *records;      /* in the order of arrival; in CLASS IN */
    unsigned dropped;                 /* records left out: names without text, bad RDATA */
    size_t octets;                    /* memory held, for caches (memos not counted) */
    /* private to answer.c */
    unsigned holders;
    struct memo *memos;
};

/* We do not know: temporary failure. True for SERVFAIL, TIMEOUT, GARBLED, OVER_QUOTA, BLOCKED, UNKNOWN; false
 * for DATA, NODATA, NXDOMAIN and BAD_NAME. (Who asks named servers looks for BLOCKED first: it will not pass.) */
bool answer_failed(const struct answer *);
bool answer_has_data(const struct answer *);
/* NODATA, NXDOMAIN or BAD_NAME: nothing is there. */
bool answer_is_void(const struct answer *);
const char *answer_status_name(enum answer_status);      /* "data", "nodata", "nxdomain", "servfail", ... static */
const char *rtype_name(uint16_t type, char buffer[16]);  /* "TXT" or "TYPE65280" */
bool rtype_from_name(struct slice, uint16_t *type);      /* any case, TYPEn too */

/* answer_make: copies everything into one new block with one holder; raw RDATA of records is
 * needed (see rdata_parse), types known here get their parsed form. NULL without memory. */
struct answer_draft {
    struct question question;
    enum answer_status status;        /* DATA with zero usable records becomes NODATA */
    enum answer_security security;
    enum answer_origin origin;
    uint32_t ttl_seconds;
    struct slice canonical;           /* empty: the question's name */
    size_t count;
    const struct slice *rdata;        /* RDATA octets, uncompressed names */
};
struct answer *answer_make(const struct answer_draft *);
struct answer *answer_of_status(struct slice name, uint16_t type, enum answer_status);
struct answer *answer_to(const struct question *, enum answer_status);
/* For who must answer and has no memory left: SERVFAIL without a question, in constant memory, never
 * counted; hold and drop do nothing, a memo is never made. */
const struct answer *answer_without_memory(void);
const struct answer *answer_hold(const struct answer *);      /* one more holder; returns it */
void answer_drop(const struct answer *);                      /* NULL allowed; the last drop frees block and memos */

/*
 * answer_memo: the parsed form of an answer, made once.
 * `make` may read the answer's bytes only (never client, domain, clock or configuration); it
 * returns an object it allocated itself, or NULL (not remembered). The pair (answer, make) is the
 * key. `release` is called when the answer dies.
 */
void *answer_memo(const struct answer *, void *(*make)(const struct answer *), void (*release)(void *));

#endif
