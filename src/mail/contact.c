#include "mail/contact.h"

#include "mail/address.h"

#define MAILBOX_OCTETS (3 * NAME_TEXT_MAX)        /* each octet of the local part may need a backslash */

/* <domain-name>; name text to the arena, empty for the root and for names without text. */
static struct slice take_name(struct cursor *c, struct arena *a)
{
    struct slice name = take_wire_name(c, a);
    return slice_same(name, SLICE(".")) ? (struct slice){ NULL, 0 } : name;
}

/*
 * RFC 1035 8: the first label is the local part, dots and all; the rest is the domain.
 * RFC 1183 2.2: the root means that there is no mailbox. Without a domain, or with one that has no text, there is none either.
 */
static struct slice take_mailbox(struct cursor *c, struct arena *a)
{
    struct text t = text_in(a, MAILBOX_OCTETS);
    struct slice local = take(c, take_octet(c));
    if (local.len == 0)
        return local;
    c->bad = c->bad || local.len > LABEL_MAX;
    struct address address = { .local = local, .domain = take_name(c, a) };
    if (c->bad || address.domain.len == 0)
        return (struct slice){ NULL, 0 };
    text_add_address(&t, &address);
    return text_slice(&t);
}

bool contact_read(struct arena *a, const struct rdata *r, struct contact *out)
{
    struct cursor c = cursor_of(r->raw);
    *out = (struct contact){ .mailbox = { NULL, 0 } };
    if (r->type == RTYPE_SOA) {
        (void)take_wire_name(&c, a);                       /* MNAME */
        out->mailbox = take_mailbox(&c, a);
        return !c.bad;
    }
    if (r->type != RTYPE_RP)
        return false;
    out->mailbox = take_mailbox(&c, a);
    out->text_name = take_name(&c, a);
    return !c.bad && at_end(&c);
}
