/*
 * class.c: white, grey, black, absent or unknown: what the domain's own statements say about this mail, one
 * class per claimed identity.
 *
 * The envelope's classes rest on methods that need only the envelope, so that they are known before
 * DATA; a signature speaks for the author domain. A pass for one identity never whitens another, and a
 * pass for one domain never whitens another.
 */
#include "verdict/rule.h"

static const char *const class_words[] = {
    [CLASS_UNKNOWN] = "unknown", [CLASS_GREY] = "grey", [CLASS_BLACK] = "black", [CLASS_WHITE] = "white", [CLASS_ABSENT] = "absent",
};

const char *class_name(enum domain_class c)
{
    return class_words[c];
}

static const char *const agreement_words[] = {
    [AGREEMENT_NONE] = "none", [AGREEMENT_AGREED] = "agreed", [AGREEMENT_DISOWNED] = "disowned",
};

const char *agreement_name(enum agreement a)
{
    return agreement_words[a];
}

struct slice claimed_domain(const struct case_facts *f, enum identity identity)
{
    if (identity == IDENTITY_FROM)
        return f->from_domain;
    /* RFC 7208 2.4: the null sender stands for postmaster at the HELO name. */
    if (identity == IDENTITY_HELO || (identity == IDENTITY_MAILFROM && f->null_sender))
        return f->helo_domain;
    return identity == IDENTITY_MAILFROM ? f->mailfrom_domain : (struct slice){ 0 };
}

enum stage claim_stage(enum identity identity)
{
    return identity == IDENTITY_FROM ? STAGE_HEADERS : identity == IDENTITY_HELO ? STAGE_HELO : STAGE_MAIL;
}

static unsigned bit(enum identity identity)
{
    return 1u << identity;
}

bool class_rests_on(const struct method *m, enum identity identity)
{
    unsigned of = m->identities ? m->identities : UINT32_MAX;

    /* A spammer's own host could say that it serves victim.example. */
    if (m->server_side)
        return false;
    if (identity == IDENTITY_FROM)
        return (of & (bit(IDENTITY_FROM) | bit(IDENTITY_PRA) | bit(IDENTITY_SIGNER))) != 0;
    if (settle_stage(m) > STAGE_RCPT)
        return false;
    /* The null sender is known by its HELO name. */
    return (of & (bit(IDENTITY_HELO) | (identity == IDENTITY_MAILFROM ? bit(IDENTITY_MAILFROM) : 0))) != 0;
}

bool agreement_rests_on(const struct method *m, enum identity identity)
{
    return class_rests_on(m, identity) || (m->server_side && (m->identities & bit(identity)) != 0 && settle_stage(m) <= STAGE_RCPT);
}

static bool speaks_of(const struct case_facts *f, const struct result *r, enum identity identity)
{
    enum identity of = r->evidence.identity;
    bool same_domain = slice_same_nocase(r->evidence.domain, claimed_domain(f, identity));

    if (identity == IDENTITY_FROM)
        return of == IDENTITY_FROM || (same_domain && (of == IDENTITY_PRA || (of == IDENTITY_SIGNER && r->word == AUTH_PASS)));
    return of == identity || (identity == IDENTITY_MAILFROM && f->null_sender && of == IDENTITY_HELO);
}

bool class_counts(const struct case_facts *f, const struct result *r, enum identity identity)
{
    return class_rests_on(r->method, identity) && speaks_of(f, r, identity);
}

bool agreement_counts(const struct case_facts *f, const struct result *r, enum identity identity)
{
    return r->method->server_side && agreement_rests_on(r->method, identity) && speaks_of(f, r, identity);
}

/* A policy that asks for nothing is no statement against the mail (RFC 9989: p=none must not change handling). */
static bool asks_nothing(const struct result *r)
{
    const struct fact *asked = result_is_imagined(r) ? NULL : fact_find(r->evidence.facts, "disposition");

    return asked && asked->kind == FACT_TEXT && slice_same(asked->text, SLICE("none"));
}

struct tally { bool pass, absent, against, temperror, served, disowned; };

static void count_result(struct tally *t, const struct case_facts *f, const struct result *r, enum identity identity)
{
    struct slice claimed = claimed_domain(f, identity);

    if (agreement_counts(f, r, identity)) {
        t->served = t->served || r->word == AUTH_PASS;
        t->disowned = t->disowned || (r->word == AUTH_FAIL && r->evidence.statement);
    }
    if (!class_counts(f, r, identity))
        return;
    if (r->word == AUTH_PASS)
        t->pass = t->pass || r->evidence.domain.len == 0 || slice_same_nocase(r->evidence.domain, claimed);
    t->absent = t->absent || r->evidence.absent;
    t->against = t->against || (r->word == AUTH_FAIL && r->evidence.statement && !asks_nothing(r));
    t->temperror = t->temperror || r->word == AUTH_TEMPERROR;
}

static enum domain_class class_of_tally(const struct tally *t)
{
    if (t->pass)
        return CLASS_WHITE;
    if (t->absent)
        return CLASS_ABSENT;
    if (t->against)
        return CLASS_BLACK;
    return t->temperror ? CLASS_UNKNOWN : CLASS_GREY;
}

static enum agreement agreement_of_tally(const struct tally *t)
{
    if (!t->pass || (!t->served && !t->disowned))
        return AGREEMENT_NONE;
    /* A host with several confirmed names may say both; one that serves the domain does. */
    return t->served ? AGREEMENT_AGREED : AGREEMENT_DISOWNED;
}

static struct tally tally_of(const struct case_facts *f, enum identity identity)
{
    struct tally t = { 0 };

    for (size_t i = 0; i < f->result_count; i++)
        count_result(&t, f, &f->results[i], identity);
    return t;
}

static struct tally tally_in(const struct world *w, enum identity identity)
{
    struct tally t = { 0 };

    for (size_t m = 0; m < METHODS_MAX; m++)
        for (size_t i = 0; i < w->sets[m].count; i++)
            count_result(&t, w->facts, &w->sets[m].at[i], identity);
    return t;
}

enum domain_class class_of(const struct case_facts *f, enum identity identity)
{
    struct tally t = tally_of(f, identity);

    return class_of_tally(&t);
}

enum domain_class class_in(const struct world *w, enum identity identity)
{
    struct tally t = tally_in(w, identity);

    return class_of_tally(&t);
}

enum agreement agreement_of(const struct case_facts *f, enum identity identity)
{
    struct tally t = tally_of(f, identity);

    return agreement_of_tally(&t);
}

enum agreement agreement_in(const struct world *w, enum identity identity)
{
    struct tally t = tally_in(w, identity);

    return agreement_of_tally(&t);
}
