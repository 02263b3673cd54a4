#include "methods/domainkeys/domainkeys_lint.h"

#include "methods/domainkeys/domainkeys.h"
#include "methods/domainkeys/domainkeys_record.h"
#include "methods/lint_path.h"

/* Selectors of that time, looked at where a policy says that the domain signs and nobody named others (ours). */
static const char *const guesses[] = { "default", "mail", "dk", "key1", "s1024", NULL };
#define SELECTORS_MAX 32             /* looked at (ours) */

/* TXT of other systems, by a wildcard: both SPF and DMARC would read as a tag list. */
static bool is_foreign(struct slice text)
{
    return slice_starts_nocase(text, SLICE("v=")) || slice_starts_nocase(text, SLICE("spf2"));
}

/* ---- the policy ---- */

static unsigned look_at_policies(struct lint *l, struct slice owner, const struct answer *a, struct domainkeys_policy *out)
{
    unsigned n = 0;
    for (size_t i = 0; i < a->count; i++) {
        struct domainkeys_policy policy;
        struct slice text = a->records[i].text;
        if (is_foreign(text))
            continue;
        lint_record(l, owner, RTYPE_TXT, text);
        if (!domainkeys_policy_parse(text, &policy))
            lint_say_entry(l, LINT_ERROR, "bad-policy", owner, text, "no policy that can be read, and so it says nothing",
                           "publish \"o=~\" if some mail is signed, \"o=-\" if all is");
        else if (n++ == 0)
            *out = policy;
    }
    return n;
}

/* False: not yet. */
static bool look_at_policy(struct lint *l, bool *signs)
{
    struct domainkeys_policy policy = { .found = false };
    struct slice owner = lint_name(l, "_domainkey", l->domain);
    const struct answer *a = lint_ask(l, owner, RTYPE_TXT);
    *signs = false;
    if (!a)
        return false;
    if (lint_unanswered(l, owner, a))
        return true;
    unsigned n = look_at_policies(l, owner, a, &policy);
    *signs = n > 0;
    if (n > 1)
        lint_say(l, LINT_WARNING, "several-policies", owner, "several policies: receivers take any one of them", "leave one of them");
    if (policy.found && policy.testing)
        lint_say(l, LINT_WARNING, "testing", owner, "the policy is a test (t=y): what fails does not count", "when all is right, take t=y away");
    if (policy.found && policy.all_signed)
        lint_say(l, LINT_NOTE, "all-signed", owner,
                 "says that all mail has a signature of DomainKeys (o=-): mail that is signed with DKIM alone fails by it",
                 "publish \"o=~\", unless the domain never sends");
    return true;
}

/* ---- keys ---- */

static const char *repair_of(enum domainkeys_reason reason)
{
    if (reason == DOMAINKEYS_KEY_TOO_LONG)
        return "publish a key of 2048 bits";
    if (reason == DOMAINKEYS_KEY_TYPE)
        return "publish an RSA key: DomainKeys has no others";
    return "publish the record anew from the key pair";
}

static void look_at_usable(struct lint *l, struct slice owner, const struct domainkeys_key *key)
{
    const struct domainkeys_conf *conf = lint_conf(l);
    struct slice g = key->record.granularity;
    if (key->problem == DOMAINKEYS_KEY_WEAK || key->bits < conf->rsa_bits)
        lint_say(l, LINT_WARNING, "key-weak", owner, "the key is shorter than receivers accept: its signatures do not count",
                 "publish a key of 2048 bits under a new selector, and sign with that");
    if (key->record.testing)
        lint_say(l, LINT_WARNING, "key-testing", owner, "the key is for tests (t=y): what fails does not count", "when all is right, take t=y away");
    if (slice_has(g, '*'))
        lint_say(l, LINT_WARNING, "granularity", owner, "g= with an asterisk is a pattern in DKIM only: here no local part is like it",
                 "leave g= out");
}

static void look_at_key(struct lint *l, struct slice owner, const struct domainkeys_key *key)
{
    const struct reason *r = &domainkeys_reasons[key->problem];
    if (key->problem == DOMAINKEYS_KEY_REVOKED)
        lint_say(l, LINT_NOTE, r->name, owner, "the key was revoked (empty p=)", NULL);
    else if (key->problem == DOMAINKEYS_FINE || key->problem == DOMAINKEYS_KEY_WEAK)
        look_at_usable(l, owner, key);
    else
        lint_say(l, LINT_ERROR, r->name, owner, r->text, repair_of(key->problem));
}

/* False: not yet. A record that says v= is DKIM's, and looked at there; so are all where no policy speaks of DomainKeys. */
static bool look_at_selector(struct lint *l, struct slice selector)
{
    struct slice owner = lint_name(l, "_domainkey", l->domain);
    owner = name_join(l->arena, selector, owner);
    const struct answer *a = lint_ask(l, owner, RTYPE_TXT);
    if (!a)
        return false;
    if (lint_unanswered(l, owner, a) || !answer_has_data(a) || is_foreign(a->records[0].text))
        return true;
    for (size_t i = 0; i < a->count; i++)
        lint_record(l, owner, RTYPE_TXT, a->records[i].text);
    if (a->count > 1)
        lint_say(l, LINT_WARNING, "several-keys", owner, "several records: receivers take any one of them", "leave one of them");
    const struct domainkeys_key *key = answer_memo(a, domainkeys_key_make, domainkeys_key_release);
    if (key)
        look_at_key(l, owner, key);
    else
        lint_own_failure(l, owner);
    return true;
}

static size_t selectors_of(const struct lint *l, struct slice out[SELECTORS_MAX])
{
    size_t n = 0;
    for (; n < l->selectors.count && n < SELECTORS_MAX; n++)
        out[n] = l->selectors.at[n];
    for (size_t i = 0; l->selectors.count == 0 && guesses[i]; i++)
        out[n++] = slice_str(guesses[i]);
    return n;
}

void domainkeys_lint(struct lint *l)
{
    struct slice selectors[SELECTORS_MAX];
    bool signs;
    if (!look_at_policy(l, &signs) || !signs)
        return;
    size_t n = selectors_of(l, selectors);
    for (size_t i = 0; i < n; i++)
        lint_prefetch(l, name_join(l->arena, selectors[i], lint_name(l, "_domainkey", l->domain)), RTYPE_TXT);
    for (size_t i = 0; i < n; i++)
        if (!look_at_selector(l, selectors[i]))
            return;
}
