/*
 * auth.c: who logged in. The MTA checked the password; Frank only reports what it was told, so
 * there is no fail and nothing to ask.
 */
#include "methods/auth/auth.h"

struct auth_conf { bool enabled; };

static const struct option auth_options[] = {
    OPTION_ENABLED(struct auth_conf, true),
    { 0 }
};

static const struct reason auth_reasons[AUTH_REASON_COUNT] = {
    [AUTH_R_NONE]   = { "not-authenticated", 2060, AUTH_NONE, "the client did not authenticate" },
    [AUTH_R_FAILED] = { "own-failure", 2052, AUTH_TEMPERROR, "no memory" },
    [AUTH_R_USER]   = { "authenticated", 2061, AUTH_PASS, "the client authenticated" },
};

/* RFC 8601 2.7.4: smtp.auth holds the identity, smtp.mailfrom the AUTH= address (not given by milters). */
static void auth_check(struct check *c)
{
    const struct session *s = c->run.txn->session;
    if (s->auth_user.len == 0) {
        say(c, AUTH_R_NONE, &(struct evidence){ .quiet = true });
        return;
    }
    struct property *p = ARENA_NEW(c->run.txn->arena, struct property);
    struct fact *facts = fact_group(c->run.txn->arena, NULL);
    if (p)
        *p = (struct property){ "smtp", "auth", s->auth_user };
    fact_add_text(c->run.txn->arena, facts, "user", s->auth_user);
    fact_add_text(c->run.txn->arena, facts, "mechanism", s->auth_type);
    say(c, AUTH_R_USER, &(struct evidence){
        .identity = IDENTITY_USER, .properties = p, .property_count = p ? 1 : 0, .facts = facts,
    });
}

const struct method auth_method = {
    .name = "auth", .title = "SMTP authentication (RFC 4954, RFC 8601)", .when = STAGE_MAIL, .registered = true,
    .identities = 1u << IDENTITY_USER, .subjects_max = 1, .options = auth_options, .conf_size = sizeof(struct auth_conf),
    .reasons = auth_reasons, .reason_count = AUTH_REASON_COUNT,
    .reason_exempt = AUTH_R_NONE, .reason_own_failure = AUTH_R_FAILED, .check = auth_check,
};
