#include "methods/dkim/dkim_lint.h"

#include "methods/dkim/dkim_key.h"

/* Selectors of large providers, and those that manuals of signing software use in their examples. */
static const char *const guesses[] = {
    "default", "dkim", "mail", "email", "smtp", "mx", "key1", "key2", "k1", "k2", "k3", "s1", "s2", "selector1", "selector2", "google",
    "20230601", "dkim1", "dkim2", "s1024", "s2048", "fm1", "fm2", "fm3", "protonmail", "protonmail2", "protonmail3", "zoho", "zmail", "mandrill",
    "sig1", "pm", "mta", "ed25519", "rsa",
};

static struct slice owner_of(struct lint *l, struct slice selector)
{
    struct text t = text_in(l->arena, NAME_TEXT_MAX + 1);
    text_add(&t, selector);
    text_add_str(&t, "._domainkey.");
    text_add(&t, l->domain);
    return name_askable(text_slice(&t)) ? text_slice(&t) : SLICE("");
}

/* ---- one key ---- */

static void say_bits(struct lint *l, struct slice owner, const struct dkim_key *k)
{
    struct text t = text_in(l->arena, LINT_TEXT_MAX);
    if (k->type != KEY_RSA || k->bits >= DKIM_LINT_BITS_GOOD)
        return;
    text_addf(&t, "the RSA key has %u bits", k->bits);
    bool weak = k->bits < DKIM_LINT_BITS_MIN;
    text_add_str(&t, weak ? ": receivers take no signature of a key shorter than 1024 (RFC 8301 3.2)" : ", and should have 2048 (RFC 8301 3.2)");
    lint_say_text(l, weak ? LINT_ERROR : LINT_WARNING, "key-short", owner, text_slice(&t),
                  SLICE("make a key of 2048 bits under a new selector and sign with it"));
}

static void say_limits(struct lint *l, struct slice owner, const struct dkim_key *k)
{
    if (!k->any_hash && !k->sha256)
        lint_say(l, LINT_ERROR, "hash-sha256-missing", owner, "h= does not allow sha256, and no other hash is accepted any more (RFC 8301 3.1)",
                 "remove h=");
    if (!k->mail)
        lint_say(l, LINT_ERROR, "not-for-mail", owner, "s= does not allow e-mail: no signature of a message can use the key", "remove s=");
    if (k->testing)
        lint_say(l, LINT_WARNING, "testing", owner,
                 "t=y says that the domain is only testing: receivers may treat its mail as unsigned (RFC 6376 3.6.1)",
                 "remove t=y once signatures verify");
    if (k->strict)
        lint_say(l, LINT_NOTE, "no-subdomains", owner, "t=s: no subdomain in i= of a signature", NULL);
}

/* The reasons of a result, said of a record. */
static void say_problem(struct lint *l, struct slice owner, const struct dkim_key *k, bool given)
{
    const struct reason *why = &dkim_reasons[k->problem];
    if (k->problem == DKIM_KEY_REVOKED)
        lint_say(l, given ? LINT_WARNING : LINT_NOTE, "key-revoked", owner,
                 "the key was revoked (empty p=): signatures of this selector do not verify",
                 given ? "sign with another selector, or publish the key" : NULL);
    else if (k->problem == DKIM_KEY_TYPE)
        lint_say(l, LINT_ERROR, "key-type", owner, "k= is neither rsa nor ed25519: receivers do not know the key's type",
                 "publish a key of one of these types");
    else
        lint_say(l, LINT_ERROR, why->name, owner, why->text, k->hint ? k->hint : "publish the key as the signing software printed it");
}

static void look_at_key(struct lint *l, struct slice owner, const struct dkim_key *k, bool given)
{
    bool short_key = k->problem == DKIM_KEY_WEAK || (k->type == KEY_RSA && k->bits < DKIM_LINT_BITS_MIN);
    if (k->problem != DKIM_FINE && k->problem != DKIM_KEY_WEAK) {
        say_problem(l, owner, k, given);
        return;
    }
    say_bits(l, owner, k);
    say_limits(l, owner, k);
    bool usable = k->mail && (k->any_hash || k->sha256);
    if (usable && (short_key || k->testing))
        lint_merit(l, LINT_SIGNING_KEY_WEAK);
    else if (usable)
        lint_merit(l, LINT_SIGNING_KEY);
}

/* ---- one selector ---- */

static void look_at_keys(struct lint *l, struct slice owner, const struct answer *a, const struct dkim_keys *keys, bool given)
{
    if (keys->count == 0 && !given)
        return;                      /* a wildcard of something else */
    for (size_t i = 0; i < a->count; i++)
        lint_record(l, owner, RTYPE_TXT, a->records[i].text);
    if (keys->count == 0)
        lint_say(l, LINT_ERROR, "not-a-key", owner, dkim_reasons[DKIM_KEY_NONE_HERE].text, "publish the key as the signing software printed it");
    if (keys->count > 1)
        lint_say(l, keys->count > DKIM_KEYS_MAX ? LINT_ERROR : LINT_WARNING, "several-keys", owner,
                 "several key records under one name: receivers may take any of them (RFC 6376 3.6.2.2)", "leave one, and give each key a selector "
                                                                                                          "of its own");
    for (size_t i = 0; i < keys->count && i < DKIM_KEYS_MAX; i++)
        look_at_key(l, owner, &keys->at[i], given);
}

static void look_at_selector(struct lint *l, struct slice selector, bool given)
{
    struct slice owner = owner_of(l, selector);
    const struct answer *a = lint_ask(l, owner, RTYPE_TXT);
    if (!a || (given && lint_unanswered(l, owner, a)))
        return;
    if (!answer_has_data(a)) {
        if (given)
            lint_say(l, LINT_ERROR, "no-key", owner, "no key is published for this selector", "publish the key, or sign with another selector");
        return;
    }
    const struct dkim_keys *keys = answer_memo(a, dkim_keys_make, dkim_keys_release);
    if (keys)
        look_at_keys(l, owner, a, keys, given);
}

/* A wildcard answers for every guess: then it is looked at once. */
static void look_at_guesses(struct lint *l)
{
    struct slice probe = SLICE("no-such-selector-is-used"), wildcard = owner_of(l, SLICE("*"));
    for (size_t i = 0; i < COUNT_OF(guesses); i++)
        lint_prefetch(l, owner_of(l, slice_str(guesses[i])), RTYPE_TXT);
    const struct answer *a = lint_ask(l, owner_of(l, probe), RTYPE_TXT);
    const struct dkim_keys *keys = a && answer_has_data(a) ? answer_memo(a, dkim_keys_make, dkim_keys_release) : NULL;
    if (keys && keys->count > 0) {
        look_at_keys(l, wildcard, a, keys, false);
        return;
    }
    for (size_t i = 0; a && i < COUNT_OF(guesses); i++)
        look_at_selector(l, slice_str(guesses[i]), false);
}

void dkim_lint(struct lint *l)
{
    for (size_t i = 0; i < l->selectors.count; i++)
        look_at_selector(l, l->selectors.at[i], true);
    if (l->selectors.count == 0)
        look_at_guesses(l);
}
