/* The words every method shares. */
#include "methods/method.h"

#include "methods/list.h"

#include <assert.h>

static const char *const result_words[] = {
    [AUTH_NONE] = "none", [AUTH_TEMPERROR] = "temperror", [AUTH_PERMERROR] = "permerror", [AUTH_NEUTRAL] = "neutral",
    [AUTH_POLICY] = "policy", [AUTH_FAIL] = "fail", [AUTH_SOFTFAIL] = "softfail", [AUTH_PASS] = "pass",
};

static const char *const identity_words[] = {
    [IDENTITY_NONE] = "none", [IDENTITY_CLIENT] = "client", [IDENTITY_HELO] = "helo", [IDENTITY_MAILFROM] = "mailfrom",
    [IDENTITY_FROM] = "from", [IDENTITY_PRA] = "pra", [IDENTITY_SIGNER] = "signer", [IDENTITY_USER] = "user",
};

static const char *const stage_words[] = {
    [STAGE_NONE] = "none", [STAGE_CONNECT] = "connect", [STAGE_HELO] = "helo", [STAGE_MAIL] = "mail",
    [STAGE_RCPT] = "rcpt", [STAGE_HEADERS] = "headers", [STAGE_MESSAGE] = "message",
};

static const char *const exempt_words[] = {
    [EXEMPT_NO] = "no", [EXEMPT_AUTHENTICATED] = "authenticated", [EXEMPT_INTERNAL] = "internal",
    [EXEMPT_LOCAL] = "local", [EXEMPT_CERTIFICATE] = "certificate",
};

const char *auth_result_word(enum auth_result word)
{
    assert((size_t)word < COUNT_OF(result_words));
    return result_words[word];
}

bool auth_result_from_word(struct slice text, enum auth_result *out)
{
    for (size_t i = 0; i < COUNT_OF(result_words); i++) {
        if (slice_same_nocase(text, slice_str(result_words[i]))) {
            *out = (enum auth_result)i;
            return true;
        }
    }
    /* RFC 7601 retired "hardfail"; old filters still write it. */
    if (!slice_same_nocase(text, SLICE("hardfail")))
        return false;
    *out = AUTH_FAIL;
    return true;
}

const char *identity_name(enum identity identity)
{
    assert((size_t)identity < COUNT_OF(identity_words));
    return identity_words[identity];
}

const char *stage_name(enum stage stage)
{
    assert((size_t)stage < COUNT_OF(stage_words));
    return stage_words[stage];
}

const char *exempt_name(enum exempt exempt)
{
    assert((size_t)exempt < COUNT_OF(exempt_words));
    return exempt_words[exempt];
}

static const char *section_name(const struct method *m, char name[METHOD_SECTION_MAX])
{
    struct text t = text_fixed(name, METHOD_SECTION_MAX);
    text_addf(&t, "methods.%s", m->name);
    text_add_octet(&t, '\0');
    assert(!t.bad);
    return name;
}

const void *method_conf(const struct config *config, const struct method *m)
{
    char name[METHOD_SECTION_MAX];
    return config_section(config, section_name(m, name));
}

bool methods_prepare(struct config *config, struct config_error *error)
{
    char name[METHOD_SECTION_MAX];
    for (size_t i = 0; methods[i]; i++) {
        void *conf = methods[i]->prepare ? config_section_to_fill(config, section_name(methods[i], name)) : NULL;
        if (conf && !methods[i]->prepare(config_arena(config), conf, error))
            return false;
    }
    return true;
}
