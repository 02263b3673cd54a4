#include "methods/list.h"

/* A new method is one line here and one folder. Order: a method may take the result_of those above it only. */
const struct method *const methods[] = {
    &auth_method,
    &iprev_method,
    &spf_method,
    &rmx_method,
    &dmp_method,
    &mxout_method,
    &imx_method,
    &csa_method,
    &mtamark_method,
    &msd_method,
    &drip_method,
    &submission_method,
    &senderid_method,
    &dnsmail_method,
    &callerid_method,
    &dkim_method,
    &dnslist_method,
    &arc_method,
    &domainkeys_method,
    &dmarc_method,
    NULL,
};

size_t methods_count(void)
{
    size_t n = 0;
    while (methods[n])
        n++;
    return n;
}

const struct method *method_named(struct slice name)
{
    for (size_t i = 0; methods[i]; i++)
        if (slice_same(slice_str(methods[i]->name), name))
            return methods[i];
    return NULL;
}

size_t method_index(const struct method *method)
{
    size_t i = 0;
    while (methods[i] && methods[i] != method)
        i++;
    return i;
}
