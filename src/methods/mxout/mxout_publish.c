#include "methods/mxout/mxout_publish.h"

#include "methods/path.h"

/* MXOUT_SEND_ONLY as RDATA begins with it: records of other preferences say who receives, which is not this method's to change. */
#define KIND_SEND_ONLY "\xff\xff"

/* What DNS has of an earlier run of ours only sends. */
static bool receives(const struct plan *plan, struct slice host)
{
    for (size_t i = 0; i < plan->mx.count; i++)
        if (plan->mx.at[i].preference != MXOUT_SEND_ONLY && slice_same(plan->mx.at[i].name, host))
            return true;
    return false;
}

/* An MX set has hosts and nothing else: all of them send, and only they. */
static void remark_differences(const struct plan *plan, struct publication *p)
{
    if (plan->networks.count > 0)
        publish_remark(p, PUBLISH_STRICTER, "an MX set holds hosts: networks are not in it");
    if (plan->providers.count > 0)
        publish_remark(p, PUBLISH_STRICTER, "an MX set holds hosts: the servers of other domains are not in it");
    if (plan->excluded.count > 0)
        publish_remark(p, PUBLISH_LOOSER, "an MX set excludes no address of its hosts");
    bool has_mx = plan->mx.count > 0 || !plan->mx_known;
    if (!plan->mx_sends && !plan->receives_nothing && has_mx)
        publish_remark(p, PUBLISH_LOOSER, "every host that receives counts as sending");
}

static bool anybody_receives(const struct plan *plan)
{
    for (size_t i = 0; i < plan->mx.count; i++)
        if (plan->mx.at[i].preference != MXOUT_SEND_ONLY)
            return true;
    return false;
}

static void publish_send_only(const struct plan *plan, struct publication *p)
{
    bool separate = plan->outbound_domain.len > 0;
    struct slice domain = separate ? plan->outbound_domain : plan->domain;
    size_t added = 0;
    /* RFC 5321 5.1: without MX records mail goes to the domain's own address; the first record there is takes it all. */
    if (!separate && !plan->mx_given && plan->mx_known && !anybody_receives(plan)) {
        publish_remark(p, PUBLISH_STRICTER, "%.*s has no MX hosts: all its mail would go to the hosts that only send; say in mx who receives",
                       PUBLISH_NAME(domain));
        return;
    }
    for (size_t i = 0; i < plan->hosts.count; i++) {
        if (!separate && receives(plan, plan->hosts.at[i].name))
            continue;
        publish_mx(p, domain, separate ? "" : KIND_SEND_ONLY, separate ? 10 : MXOUT_SEND_ONLY, plan->hosts.at[i].name);
        added++;
    }
    if (added == 0)
        return;
    if (plan->mx.count + added > PATH_MX_MAX)
        publish_remark(p, PUBLISH_STRICTER, "more than %d hosts in one MX set: receivers look at the last ones only", PATH_MX_MAX);
    if (separate)
        publish_remark(p, PUBLISH_STRICTER, "hosts of %.*s pass by their HELO or reverse names, which must lie in that domain; use it in no address",
                       PUBLISH_NAME(domain));
    else
        publish_remark(p, PUBLISH_NOTE, "hosts with preference %d only send: they must answer others with 421, or mail to you may bounce there", MXOUT_SEND_ONLY);
}

void mxout_publish(const struct plan *plan, struct publication *p)
{
    if (plan->never_sends) {
        if (!plan->receives_nothing)
            publish_remark(p, PUBLISH_LOOSER, "that nobody sends cannot be said while the domain receives: its MX hosts count as sending");
        return;
    }
    /* RFC 7505 3: a null MX stands alone. */
    if (plan->receives_nothing && plan->outbound_domain.len == 0) {
        publish_remark(p, PUBLISH_STRICTER, "a domain that takes no mail has no MX set to list senders in; outbound_domain names another");
        return;
    }
    publish_send_only(plan, p);
    remark_differences(plan, p);
}
