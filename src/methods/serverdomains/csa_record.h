/*
 * csa_record.h: CSA records: SRV at _client._smtp.NAME, whose numbers are bits (draft-ietf-marid-csv-csa-02).
 *
 *     _client._smtp.mx1.example.com. SRV 1 2 0 mx1.example.com.
 *
 * Priority is the version. Records of another version, or of weights not defined, are passed over.
 */
#ifndef FRANK_METHODS_SERVERDOMAINS_CSA_RECORD_H
#define FRANK_METHODS_SERVERDOMAINS_CSA_RECORD_H

#include "dns/answer.h"

#define CSA_VERSION 1
#define CSA_PORT_EXPLICIT 1          /* all names in this domain that may send have records of their own */
#define CSA_TARGETS_MAX 10           /* of one name (ours) */

/* The weight; 0 on the wire reads as 1. */
enum csa_weight { CSA_NOT_AUTHORISED = 1, CSA_AUTHORISED = 2, CSA_UNPROVEN = 3 };

struct csa_record {
    enum csa_weight weight;
    uint16_t port;                   /* assertion bits */
    struct slice target;             /* name text; borrowed */
};

/* False: no CSA record of this version. */
bool csa_read(const struct rdata *, struct csa_record *);
/* "1 2 0 mx1.example.com.", the text of its SRV data. */
void text_add_csa(struct text *, const struct csa_record *);

/* What the SRV records of one name say, together. */
struct csa_set {
    unsigned records;                /* 0: none is a CSA record */
    enum csa_weight weight;
    bool conflict;                   /* of several weights */
    bool explicit_names;             /* one of them at least says Explicit */
    bool too_many;                   /* more than CSA_TARGETS_MAX targets */
    size_t target_count;             /* of CSA_AUTHORISED, in order, without doubles; "." is no host and left out */
    struct slice targets[CSA_TARGETS_MAX];
};
void csa_set_of(const struct answer *, struct csa_set *);
/* Its records' text, in order, joined by ", ". */
void text_add_csa_records(struct text *, const struct answer *);

#endif
