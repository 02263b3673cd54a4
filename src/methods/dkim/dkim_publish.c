#include "methods/dkim/dkim_publish.h"

void text_add_dkim_key(struct text *t, const struct plan_key *key)
{
    text_addf(t, "v=DKIM1; k=%s; ", key->ed25519 ? "ed25519" : "rsa");
    text_add_str(t, key->testing ? "t=y; p=" : "p=");
    text_add(t, key->data);
}

static void publish_key(struct publication *p, struct slice owner, const struct plan_key *key)
{
    struct text t = publish_text(p);
    text_add_dkim_key(&t, key);
    publish_txt(p, owner, "", text_slice(&t));
}

void dkim_publish(const struct plan *plan, struct publication *p)
{
    struct slice keys = publish_name(p, "_domainkey", plan->domain);
    for (size_t i = 0; i < plan->keys.count; i++) {
        const struct plan_key *key = &plan->keys.at[i];
        struct slice owner = name_join(p->arena, key->selector, keys);
        if (key->alias.len > 0)
            publish_alias(p, owner, key->alias);
        else
            publish_key(p, owner, key);
    }
    /* Whoever finds a signature of a domain that never sends finds its key revoked (RFC 6376 6.1.2). */
    if (plan->never_sends && plan->keys.count == 0)
        publish_key(p, publish_name(p, "*", keys), &(struct plan_key){ .ed25519 = false });
}
