/* list.h: the only list of methods. A method may take the result_of only earlier ones (asserted at start). */
#ifndef FRANK_METHODS_LIST_H
#define FRANK_METHODS_LIST_H
#include "methods/method.h"
#define METHODS_MAX 32
/* Each is defined in its own folder; named here so that result_of(c, &spf_method) needs no other method's header. */
extern const struct method auth_method, iprev_method, spf_method, rmx_method, dmp_method, mxout_method, imx_method, dkim_method, arc_method, dmarc_method;

extern const struct method *const methods[];          /* NULL-terminated */
size_t methods_count(void);
const struct method *method_named(struct slice name);  /* NULL if there is none */
size_t method_index(const struct method *);
#endif
