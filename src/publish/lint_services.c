#include "publish/lint_parts.h"
#include "publish/parts.h"

static const struct lint_host_words words = { "the SRV record", "RFC 2782" };

static bool is_none(const struct rdata *r)
{
    return slice_same(r->srv.host, SLICE("."));
}

static void say_record(struct lint *l, struct slice owner, const struct rdata *r)
{
    struct text t = text_in(l->arena, LINT_TEXT_MAX);
    text_addf(&t, "%u %u %u ", r->srv.priority, r->srv.weight, r->srv.port);
    text_add(&t, r->srv.host);
    lint_record(l, owner, RTYPE_SRV, text_slice(&t));
}

static void look_at_port(struct lint *l, struct slice owner, const struct known_service *s, unsigned port)
{
    struct text t = text_in(l->arena, LINT_TEXT_MAX);
    if (port == s->port)
        return;
    if (port == 0) {
        lint_say(l, LINT_ERROR, "port-zero", owner, "the port is 0: nobody can connect",
                 "give the port, or \".\" as the host if the service is not offered");
        return;
    }
    for (const struct known_service *other = known_services; other->name; other++) {
        if (other->port != port)
            continue;
        text_addf(&t, "port %u is that of _%s._tcp: one speaks TLS from the start, the other does not", port, other->name);
        lint_say_text(l, LINT_WARNING, "port-of-another", owner, text_slice(&t),
                      SLICE("publish it under that name, or give this service's own port"));
        return;
    }
    text_addf(&t, "port %u is not the usual one, %u", port, s->port);
    lint_say_text(l, LINT_NOTE, "port-unusual", owner, text_slice(&t), SLICE(""));
}

static bool stands_before(const struct answer *a, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a->records[i].srv.port == a->records[n].srv.port && name_same(a->records[i].srv.host, a->records[n].srv.host))
            return true;
    return false;
}

/* True: the service is offered. */
static bool look_at_service(struct lint *l, const struct known_service *s, struct slice owner, const struct answer *a)
{
    bool offered = false;
    for (size_t i = 0; i < a->count; i++)
        say_record(l, owner, &a->records[i]);
    for (size_t i = 0; i < a->count; i++) {
        const struct rdata *r = &a->records[i];
        if (is_none(r) && a->count > 1)
            lint_say(l, LINT_ERROR, "none-and-others", owner, "\".\" says that the service is not offered, and stands beside others (RFC 2782)",
                     "remove it, or the others");
        if (is_none(r))
            continue;
        offered = true;
        if (stands_before(a, i))
            lint_say(l, LINT_WARNING, "twice", owner, "the same host and port stand in two records",
                     "leave one of them, with the priority that is meant");
        look_at_port(l, owner, s, r->srv.port);
        (void)lint_look_at_host(l, owner, r->srv.host, &words);
    }
    return offered;
}

void lint_services(struct lint *l)
{
    bool has_submission = false, has_submissions = false;
    struct slice plain = SLICE("");
    for (const struct known_service *s = known_services; s->name; s++) {
        struct text prefix = text_in(l->arena, LINT_TEXT_MAX);
        text_addf(&prefix, "_%s._tcp%c", s->name, '\0');
        struct slice owner = lint_name(l, (const char *)prefix.at, l->domain);
        const struct answer *a = lint_ask(l, owner, RTYPE_SRV);
        if (!a || lint_unanswered(l, owner, a))
            continue;
        bool offered = look_at_service(l, s, owner, a);
        if (slice_same(slice_str(s->name), SLICE("submissions")))
            has_submissions = a->count > 0;
        if (slice_same(slice_str(s->name), SLICE("submission"))) {
            has_submission = offered;
            plain = owner;
        }
    }
    if (has_submission && !has_submissions)
        lint_say(l, LINT_NOTE, "no-implicit-tls", plain, "there is no _submissions._tcp beside it, which clients should prefer (RFC 8314 5.1)", NULL);
}
