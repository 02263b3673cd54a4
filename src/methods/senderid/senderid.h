/*
 * senderid.h: Sender ID, RFC 4405 to 4407: SPF's evaluation, with the domain of the header's purported responsible address
 * in the place of the envelope's, or with records of Sender ID's own for the envelope.
 *
 *     example.com. TXT "v=spf1 mx -all"              for the envelope, and where there is no other, for the header too
 *     example.com. TXT "spf2.0/pra mx include:lists.example -all"
 *
 * The record selection of RFC 4406 is SPF's evaluator (methods/spf/spf.h, scopes), the address mail/pra.h, MAIL's
 * SUBMITTER mail/submitter.h. The responsible address is not the author: DMARC never sees any of it (threats.md T21).
 */
#ifndef FRANK_METHODS_SENDERID_SENDERID_H
#define FRANK_METHODS_SENDERID_SENDERID_H

#include "methods/spf/spf.h"

/* SPF's, and one question of type SPF (99) for each record that can be opened. */
#define SENDERID_ASKS (SPF_ASKS + SPF_MAX_TERMS + 1)
#define SENDERID_HINTS SPF_HINTS

extern const struct method senderid_method;

struct senderid_conf { bool enabled; unsigned scope; bool fallback, ask_type_spf; };

/* The first SPF_REASONS are enum spf_reason: what the evaluation says. */
enum senderid_reason {
    /* RFC 4406 4.3, and the two further reasons of a fail: "Domain Does Not Exist", "Malformed Domain" */
    SENDERID_DOMAIN_ABSENT = SPF_REASONS,
    SENDERID_MALFORMED_DOMAIN,
    SENDERID_NO_RECORD,
    /* not authorised, by a record of SPF's own that stands in: apart, so that rules can pass over it */
    SENDERID_SPF_DENIES,
    /* RFC 4407 2, step 6: no purported responsible address, in the order of enum pra_problem */
    SENDERID_NO_FROM,
    SENDERID_SEVERAL_SENDER,
    SENDERID_SEVERAL_FROM,
    SENDERID_MALFORMED,
    SENDERID_SEVERAL_MAILBOXES,
    SENDERID_GROUP,
    SENDERID_NO_DOMAIN,
    SENDERID_HEADER_CUT,
    /* RFC 4405 4.2 */
    SENDERID_SUBMITTER_DIFFERS,
    SENDERID_SUBMITTER_MALFORMED,
    SENDERID_REASONS
};

#endif
