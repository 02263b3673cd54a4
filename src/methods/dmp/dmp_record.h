/*
 * dmp_record.h: DMP's TXT records: "dmp=" participates, "dmp=allow" and "dmp=deny" answer for an address;
 * the proposed extensions name roles or alternative domains (draft-fecyk-dmp-02 appendix B).
 */
#ifndef FRANK_METHODS_DMP_DMP_RECORD_H
#define FRANK_METHODS_DMP_DMP_RECORD_H

#include "dns/answer.h"

enum dmp_kind {
    DMP_OTHER = 0,                   /* no DMP record, or a misspelt one, which is the same */
    DMP_PARTICIPANT,                 /* "dmp=" */
    DMP_ALLOW, DMP_DENY,
    DMP_ROLES,                       /* "dmp=host,forwarder" */
    DMP_ALTDOMAIN                    /* "dmp=altdomain:mail.example.,mail.example.net." */
};
enum dmp_role { DMP_ROLE_DOMAIN = 1, DMP_ROLE_HOST = 2, DMP_ROLE_FORWARDER = 4 };

#define DMP_DOMAINS_MAX 10           /* domains in one altdomain record; more make it no record */

struct dmp_record {
    enum dmp_kind kind;
    unsigned roles;                  /* DMP_ROLES: enum dmp_role, or-ed */
    struct slice domains[DMP_DOMAINS_MAX];       /* DMP_ALTDOMAIN: without final dot */
    unsigned domain_count;
};

/* The whole string counts, case does not. Never fails: what is no record is DMP_OTHER. Slices borrow the text. */
void dmp_parse(struct slice text, struct dmp_record *out);
/* parse(print(x)) == x; nothing for DMP_OTHER. */
void text_add_dmp(struct text *, const struct dmp_record *);

/* What the TXT records of one name say. */
struct dmp_set {
    bool allow, deny, participant;
    bool roles;                      /* the extension's participation records */
    struct dmp_record altdomain;     /* the first by octet order; kind DMP_OTHER: none */
};
/* answer_memo's maker and releaser; slices borrow the answer. */
void *dmp_set_make(const struct answer *);
void dmp_set_release(void *);

#endif
