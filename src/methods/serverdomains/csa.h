/*
 * csa.h: CSA, Client SMTP Authorization: the domain of a HELO name says whether hosts may use that name, and from
 * which addresses (draft-ietf-marid-csv-csa-02). Accreditation (csv-dna-02) is not built.
 */
#ifndef FRANK_METHODS_SERVERDOMAINS_CSA_H
#define FRANK_METHODS_SERVERDOMAINS_CSA_H

#include "methods/serverdomains/csa_record.h"
#include "methods/serverdomains/serverdomains.h"

extern const struct method csa_method;

#define CSA_ASKS (1 + CSA_TARGETS_MAX)         /* its own record, then targets, or else parents, which are fewer */
#define CSA_HINTS (CSA_ASKS + HELO_PARENTS_MAX)

enum csa_reason {
    CSA_NOT_YET = 0, CSA_EXEMPT, CSA_OWN_FAILURE, CSA_OVER_QUOTA,
    CSA_IS_TARGET, CSA_NOT_A_TARGET, CSA_NEVER_SENDS, CSA_NOT_LISTED, CSA_NOT_PROVEN,
    CSA_NO_RECORD, CSA_NO_IDENTITY, CSA_DNS_FAILED,
    CSA_CONFLICT, CSA_TOO_MANY_TARGETS,
    CSA_REASONS
};

#endif
