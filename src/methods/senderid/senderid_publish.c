#include "methods/senderid/senderid_publish.h"

#include "methods/spf/spf_publish.h"

#define KIND "spf2.0/"           /* whatever scopes it has */

/* RFC 4406 4.4: without a record of its own a scope is what "v=spf1" says. */
void senderid_publish(const struct plan *plan, struct publication *p)
{
    if (plan->lists.count == 0 || plan->never_sends) {
        publish_absent(p, plan->domain, RTYPE_TXT, KIND);
        return;
    }
    spf_publish_version(plan, p, "spf2.0/pra", KIND, &plan->lists);
    publish_remark(p, PUBLISH_NOTE, "servers of mailing lists pass, too, where addresses of %.*s stand in the header", PUBLISH_NAME(plan->domain));
}
