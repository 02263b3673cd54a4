#include "methods/arc/arc_say.h"

#include "mail/authres.h"
#include "mail/domain.h"

#define TEXT_OCTETS_MAX 1024
#define PROPERTIES_MAX 2

/* ---- one line for people ---- */

static struct slice line_of(struct arena *arena, const struct arc_finding *f)
{
    const struct arc_chain *chain = f->chain;
    struct text t = text_in(arena, TEXT_OCTETS_MAX);
    if (f->reason == ARC_INTACT) {
        text_addf(&t, "%u set%s, the newest sealed by ", chain->count, chain->count == 1 ? "" : "s");
        text_add_shown(&t, chain->sets[chain->count].seal->domain, true);
        return text_slice(&t);
    }
    text_add_str(&t, arc_reasons[f->reason].text);
    if (f->instance)
        text_addf(&t, ": i=%u", f->instance);
    if (f->detail != DKIM_FINE)
        text_addf(&t, ", %s", dkim_reasons[f->detail].text);
    if (chain->problem_field && chain->problem_field->problem_tag)
        text_addf(&t, " (%s=)", chain->problem_field->problem_tag);
    return text_slice(&t);
}

/* ---- trust ---- */

static bool is_trusted(const struct texts *trusted, struct slice domain)
{
    for (size_t i = 0; i < trusted->count; i++)
        if (name_same(trusted->at[i], domain))
            return true;
    return false;
}

unsigned arc_first_trusted(const struct arc_chain *chain, const struct texts *trusted)
{
    unsigned first = 0;
    for (unsigned i = chain->count; i > 0 && is_trusted(trusted, chain->sets[i].seal->domain); i--)
        first = i;
    return first;
}

/* The best word of a method in a field: pass, if any of its results is one. */
static struct slice word_of(const struct authres *field, const char *method, const struct authres_result **which)
{
    struct slice word = { NULL, 0 };
    *which = NULL;
    for (size_t i = 0; i < field->count; i++) {
        const struct authres_result *r = &field->results[i];
        if (!slice_same_nocase(r->method, slice_str(method)))
            continue;
        if (!*which || slice_same(r->result, SLICE("pass"))) {
            word = r->result;
            *which = r;
        }
        if (slice_same(word, SLICE("pass")))
            break;
    }
    return word;
}

static struct slice property_of(const struct authres_result *r, const char *ptype, const char *name)
{
    for (size_t i = 0; r && i < r->count; i++)
        if (slice_same_nocase(r->properties[i].ptype, slice_str(ptype)) && slice_same_nocase(r->properties[i].name, slice_str(name)))
            return r->properties[i].value;
    return (struct slice){ NULL, 0 };
}

static struct slice normal_or_empty(struct arena *arena, struct slice domain)
{
    struct slice normal;
    return domain_normal(arena, domain, &normal) ? normal : (struct slice){ NULL, 0 };
}

/* A field that says several different things of the author says nothing to rely on (T20). */
static bool says_one_thing(const struct authres *field, const char *method)
{
    const struct authres_result *first = NULL;
    for (size_t i = 0; i < field->count; i++) {
        const struct authres_result *r = &field->results[i];
        if (!slice_same_nocase(r->method, slice_str(method)))
            continue;
        if (first && !slice_same(first->result, r->result))
            return false;
        first = r;
    }
    return true;
}

/* What the first trusted sealer says it saw. Only of an intact chain, only if the field can be read. */
static void add_trusted_result(struct arena *arena, struct fact *group, const struct arc_chain *chain, unsigned first)
{
    static const char *const names[] = { "dmarc", "spf", "dkim" };
    struct authres field;
    if (first == 0 || authres_parse(arena, chain->sets[first].results->payload, &field) != AUTHRES_GOOD)
        return;
    struct fact *g = fact_add_group(arena, group, "trusted_result");
    fact_add_text(arena, g, "sealer", chain->sets[first].seal->domain);
    fact_add_number(arena, g, "i", first);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const struct authres_result *which;
        struct slice word = word_of(&field, names[i], &which);
        /* spf and dkim may have several results, of several identities; the author has one. */
        if (i == 0 && !says_one_thing(&field, names[i]))
            word = (struct slice){ NULL, 0 };
        fact_add_text(arena, g, names[i], word);
        if (i == 0)
            fact_add_text(arena, g, "from", normal_or_empty(arena, property_of(which, "header", "from")));
    }
}

/* ---- facts ---- */

static const char *chain_value_name(enum chain_value value)
{
    switch (value) {
    case CHAIN_UNSET: return "";
    case CHAIN_NONE: return "none";
    case CHAIN_PASS: return "pass";
    case CHAIN_FAIL: return "fail";
    }
    return "";
}

static void add_sealers(struct arena *arena, struct fact *group, const struct arc_chain *chain, const struct texts *trusted)
{
    struct fact *list = fact_add_list(arena, group, "sealers");
    for (unsigned i = 1; i <= chain->count; i++) {
        const struct dkim_signature *seal = chain->sets[i].seal;
        if (!seal)
            continue;
        struct fact *one = fact_add_group(arena, list, NULL);
        fact_add_number(arena, one, "i", i);
        fact_add_text(arena, one, "domain", seal->domain);
        fact_add_str(arena, one, "cv", chain_value_name(seal->chain));
        fact_add_flag(arena, one, "trusted", is_trusted(trusted, seal->domain));
    }
}

static const struct fact *facts_of(struct arena *arena, const struct arc_finding *f, const struct texts *trusted, struct slice line)
{
    struct fact *group = fact_group(arena, NULL);
    fact_add_number(arena, group, "sets", f->chain->count);
    add_sealers(arena, group, f->chain, trusted);
    if (f->reason == ARC_INTACT) {
        fact_add_number(arena, group, "oldest_pass", f->oldest_pass);
        if (f->open)
            fact_add_flag(arena, group, "open", true);
        else
            add_trusted_result(arena, group, f->chain, arc_first_trusted(f->chain, trusted));
    } else {
        fact_add_null(arena, group, "oldest_pass");
    }
    fact_add_text(arena, group, "text", line);
    return group;
}

/* ---- Authentication-Results (RFC 8617 10.2) ---- */

static size_t properties_of(struct run *run, const struct arc_finding *f, struct property *out)
{
    struct arena *arena = run->txn->arena;
    size_t count = 0;
    if (f->reason == ARC_NO_CHAIN)
        return 0;
    if (run->txn->client.family != IP_NONE) {
        struct text ip = text_in(arena, IP_TEXT_MAX + 1);
        text_add_ip(&ip, &run->txn->client);
        out[count++] = (struct property){ "smtp", "remote-ip", text_slice(&ip) };
    }
    if (f->reason == ARC_INTACT) {
        struct text oldest = text_in(arena, 8);
        text_addf(&oldest, "%u", f->oldest_pass);
        out[count++] = (struct property){ "header", "oldest-pass", text_slice(&oldest) };
    }
    return count;
}

void arc_say(struct check *c, const struct arc_finding *f)
{
    const struct arc_conf *conf = conf_of(&c->run);
    struct arena *arena = c->run.txn->arena;
    const struct dkim_signature *newest = f->chain->sets[f->chain->count].seal;
    struct property *properties = ARENA_ARRAY(arena, PROPERTIES_MAX, struct property);
    if (f->reason == ARC_OWN_FAILURE || !properties) {
        say(c, ARC_OWN_FAILURE, NULL);
        return;
    }
    struct slice line = line_of(arena, f);
    struct evidence evidence = {
        .domain = newest ? newest->domain : (struct slice){ NULL, 0 },
        .text = line,
        .properties = properties,
        .property_count = properties_of(&c->run, f, properties),
        .ar_reason = arc_reasons[f->reason].word == AUTH_FAIL ? slice_str(arc_reasons[f->reason].text) : (struct slice){ NULL, 0 },
        .facts = facts_of(arena, f, &conf->trusted_sealers, line),
    };
    say(c, f->reason, &evidence);
}
