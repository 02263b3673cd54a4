#include "methods/dnsmail/dnsmail_publish.h"

#include "methods/dnsmail/dnsmail_record.h"

void dnsmail_publish(const struct plan *plan, struct publication *p)
{
    struct dnsmail_servers servers = { .count = 0 };
    struct text t = publish_text(p);
    if (plan->message_servers.count == 0)
        return;
    for (size_t i = 0; i < plan->message_servers.count && servers.count < DNSMAIL_SERVERS_MAX; i++) {
        servers.at[servers.count++] = plan->message_servers.at[i].address;
        if (ip_is_private(&plan->message_servers.at[i].address))
            publish_remark(p, PUBLISH_STRICTER, "a server with a private address is asked by nobody");
    }
    if (plan->message_servers.count > DNSMAIL_SERVERS_MAX)
        publish_remark(p, PUBLISH_NOTE, "only the first %d servers are published: no more are asked", DNSMAIL_SERVERS_MAX);
    text_add_dnsmail_servers(&t, &servers);
    publish_txt(p, publish_name(p, "dnsmail", plan->domain), "", text_slice(&t));
}
