/* plan_conf.h: a plan's options as the file says them, before names are made normal; shared by the files that read and print plans. */
#ifndef FRANK_PUBLISH_PLAN_CONF_H
#define FRANK_PUBLISH_PLAN_CONF_H

#include "publish/plan_file.h"

struct plan_conf {
    struct slice domain, template, like, outbound_domain, apl;
    struct texts domains, lists, serves, zones, methods;
    uint64_t ttl;
    bool never_sends, mx_sends, receives_nothing, serves_anybody, serves_only, serves_factored, fill_deny, flatten;
    struct prefixes networks, excluded, address_space, message_servers;
    unsigned ending;
    const struct conf_node *hosts, *providers, *mx, *services, *keys, *dmarc, *private_types;
};

struct plan_host_conf { struct slice name; struct prefixes addresses; uint64_t preference; };
struct plan_provider_conf { struct slice domain, apl; struct texts speaks; struct prefixes networks; };
struct plan_key_conf { struct slice selector, key, file, alias; unsigned type; bool revoked, testing; };
struct plan_dmarc_conf {
    unsigned policy, subdomains, nonexistent;
    struct texts reports, failures;
    bool strict_dkim, strict_spf, testing;
};

#endif
