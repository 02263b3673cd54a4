/*
 * imx.h: IMX, internal mail exchangers: mail comes from the MX hosts of its sender's domain, or from hosts that
 * the domain flags as its internal exchangers (imx.md; Frank's own design after an article of 2004).
 */
#ifndef FRANK_METHODS_IMX_IMX_H
#define FRANK_METHODS_IMX_IMX_H

#include "methods/imx/imx_record.h"
#include "methods/path_tied.h"

extern const struct method imx_method;

#define IMX_OWN_ASKS 20              /* imx.md: for the domain's MX set and record */
#define IMX_ASKS (IMX_OWN_ASKS + 40) /* mx-outbound.md: 40 for "a valid MX of another domain" */
#define IMX_HINTS 60

enum imx_reason {
    IMX_NOT_YET = 0, IMX_EXEMPT, IMX_OWN_FAILURE, IMX_OVER_QUOTA,
    IMX_IS_MX, IMX_LISTED, IMX_OTHER_DOMAIN, IMX_TOO_LOOSE,
    IMX_NOT_LISTED, IMX_LIST_IS_NONE, IMX_NOT_IN_OPEN_LIST, IMX_NOT_AN_MX,
    IMX_NO_MX, IMX_NO_IDENTITY, IMX_DNS_FAILED,
    IMX_BAD_ITEM, IMX_BAD_ADDRESS, IMX_BAD_LENGTH, IMX_BAD_NAME, IMX_BAD_DATA, IMX_CUT, IMX_TOO_MANY_ITEMS, IMX_TOO_MANY_NAMES,
    IMX_NONE_AND_HOSTS, IMX_SEVERAL_RECORDS,
    IMX_REASONS
};

enum imx_reason imx_reason_of_fault(enum imx_fault);         /* IMX_NOT_YET: of IMX_FINE */

struct imx_conf {
    bool enabled;
    uint64_t rr_type;
    bool other_domains;
    struct texts own_domains;
};

/* What one evaluation found. All of it lives at least as long as the run. */
struct imx_finding {
    struct slice domain;                     /* that claims to send */
    enum identity identity;
    struct path_mx mx;
    const struct answer *answer;             /* that holds the record; NULL: there is none */
    const struct imx_record *record;
    const struct imx_item *item;             /* that lists the client; NULL: none */
    const struct path_tie *tie;              /* to the other domain whose MX the client is */
    struct path_mx tied_mx;
};

#endif
