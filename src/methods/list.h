/* list.h: the only list of methods. A method may take the result_of only earlier ones (asserted at start). */
#ifndef FRANK_METHODS_LIST_H
#define FRANK_METHODS_LIST_H
#include "methods/method.h"
#define METHODS_MAX 32
#define METHOD_SECTION_MAX 48         /* octets of "methods.NAME" */
/* Each is defined in its own folder; named here so that result_of(c, &spf_method) needs no other method's header. */
extern const struct method auth_method, iprev_method, spf_method, rmx_method, dmp_method, mxout_method, imx_method, senderid_method, dkim_method, dnslist_method, arc_method, dmarc_method;
extern const struct method domainkeys_method, dnsmail_method;
extern const struct method csa_method, mtamark_method, msd_method, drip_method;     /* serverdomains/ */
extern const struct method callerid_method;
extern const struct method submission_method;

extern const struct method *const methods[];          /* NULL-terminated */
size_t methods_count(void);
const struct method *method_named(struct slice name);  /* NULL if there is none */
size_t method_index(const struct method *);
/* The method's struct in a configuration; NULL: there is no such section. */
const void *method_conf(const struct config *, const struct method *);
/* Lets every method read its options' raw trees (method.prepare). False + *error. */
MUST_CHECK bool methods_prepare(struct config *, struct config_error *);
#endif
