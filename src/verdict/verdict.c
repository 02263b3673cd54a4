/*
 * verdict.c: the judge. Exempt sessions, then the rules in order (the lists are rules in front), then accept.
 *
 * A rule that may still come to hold stands in the way of those behind it unless it would do the same:
 * so a refusal before DATA is final, or is not made.
 */
#include "verdict/verdict.h"
#include "verdict/rule.h"

#define TAGS_MAX 900u                 /* octets of all tags of one message */

/* ---- names ---- */

static const char *const disposition_words[] = {
    [DISPOSITION_DEFER] = "defer", [DISPOSITION_ACCEPT] = "accept", [DISPOSITION_REJECT] = "reject",
    [DISPOSITION_QUARANTINE] = "quarantine", [DISPOSITION_DISCARD] = "discard",
};

const char *disposition_name(enum disposition d)
{
    return disposition_words[d];
}

enum disposition rule_disposition(enum rule_action a)
{
    switch (a) {
    case RULE_TAG:
    case RULE_ACCEPT: return DISPOSITION_ACCEPT;
    case RULE_REJECT: return DISPOSITION_REJECT;
    case RULE_DEFER: return DISPOSITION_DEFER;
    case RULE_QUARANTINE: return DISPOSITION_QUARANTINE;
    case RULE_DISCARD: return DISPOSITION_DISCARD;
    }
    return DISPOSITION_DEFER;
}

/* ---- one rule ---- */

static enum truth decisive(const struct rules *, size_t next, const struct world *, uint64_t *blamed);

struct judging {
    const struct rules *rules;
    const struct world *world;
    bool imagining;                   /* inside decisive(): the question is not asked again */
    uint64_t blamed;                  /* methods whose temperror decides */
};

static enum truth condition_truth(struct judging *j, size_t i, const struct condition *c)
{
    if (c->about != ABOUT_DECISIVE)
        return condition_holds(j->world, c);
    enum truth t = j->imagining ? NO : decisive(j->rules, i + 1, j->world, &j->blamed);
    return !c->negated ? t : t == MAYBE ? MAYBE : t == YES ? NO : YES;
}

static enum truth group_truth(struct judging *j, size_t i, const struct group *g)
{
    size_t hold = 0, may = 0;

    for (size_t k = 0; k < g->count && hold < g->least; k++) {
        enum truth t = condition_truth(j, i, &g->at[k]);
        hold += t == YES;
        may += t == MAYBE;
    }
    return hold >= g->least ? YES : hold + may >= g->least ? MAYBE : NO;
}

static enum truth rule_truth(struct judging *j, size_t i)
{
    const struct rule *r = &j->rules->at[i];
    enum truth all = YES;

    for (size_t g = 0; g < r->group_count && all != NO; g++) {
        enum truth t = group_truth(j, i, &r->groups[g]);
        all = t < all ? t : all;
    }
    return all == YES && j->world->facts->stage < r->stage ? MAYBE : all;
}

static bool is_over(const struct rule *r, int64_t now)
{
    return now >= r->until;
}

static bool only_logs(const struct rule *r, int64_t now)
{
    return r->dry_run || now < r->after;
}

static unsigned disposition_bit(enum rule_action a)
{
    return 1u << rule_disposition(a);
}

/* ---- would something else have come out? ---- */

/* The dispositions that may come out of the rules from `next` on: one bit if it is certain. */
static unsigned outcomes(const struct rules *rules, size_t next, const struct world *w)
{
    struct judging j = { .rules = rules, .world = w, .imagining = true };
    unsigned possible = 0;

    for (size_t i = next; i < rules->count; i++) {
        const struct rule *r = &rules->at[i];
        if (r->action == RULE_TAG || is_over(r, w->facts->now) || only_logs(r, w->facts->now))
            continue;
        enum truth t = rule_truth(&j, i);
        if (t != NO)
            possible |= disposition_bit(r->action);
        if (t == YES)
            return possible;
    }
    return possible | 1u << DISPOSITION_ACCEPT;
}

static bool is_single(unsigned bits)
{
    return bits != 0 && (bits & (bits - 1)) == 0;
}

/* Another result in place of this method's temperrors: does the outcome change? At an early stage only what is certain counts. */
static enum truth changes_with(const struct rules *rules, size_t next, const struct world *w, size_t m, unsigned now)
{
    struct world other = *w;
    enum truth found = NO;

    for (unsigned k = 0; k < ALTERNATIVES && found != YES; k++) {
        other.sets[m] = w->alternatives[m][k];
        unsigned then = outcomes(rules, next, &other);
        if (then == now)
            continue;
        found = (then & now) == 0 || w->facts->stage == STAGE_MESSAGE ? YES : MAYBE;
    }
    return found;
}

/*
 * verdict.md, standard: a temperror is decisive if some other result of that method would change the
 * disposition under these rules. Each failing method is tried with every other word, then all together.
 */
static enum truth decisive(const struct rules *rules, size_t next, const struct world *w, uint64_t *blamed)
{
    struct world open = *w;
    enum truth found = NO;

    open.open = w->failing;
    unsigned any = outcomes(rules, next, &open), now = outcomes(rules, next, w);
    if (is_single(any))
        return NO;
    if (!is_single(now))
        return MAYBE;
    for (size_t m = 0; m < METHODS_MAX; m++) {
        enum truth t = w->failing >> m & 1 ? changes_with(rules, next, w, m, now) : NO;
        if (t == YES)
            *blamed |= (uint64_t)1 << m;
        found = t > found ? t : found;
    }
    if (found == NO && (w->failing & (w->failing - 1)) != 0) {
        *blamed = w->failing;
        found = w->facts->stage == STAGE_MESSAGE || (any & now) == 0 ? YES : MAYBE;
    }
    return found;
}

/* ---- what comes out ---- */

static void cite_blamed(const struct world *w, uint64_t blamed, struct verdict *v)
{
    for (size_t m = 0; m < METHODS_MAX; m++)
        for (size_t i = 0; (blamed >> m & 1) && i < w->sets[m].count; i++)
            if (w->sets[m].at[i].word == AUTH_TEMPERROR)
                verdict_cite(v, &w->sets[m].at[i]);
}

static void cite_rule(struct judging *j, const struct rule *r, struct verdict *v)
{
    for (size_t g = 0; g < r->group_count; g++) {
        for (size_t k = 0; k < r->groups[g].count; k++) {
            const struct condition *c = &r->groups[g].at[k];
            if (c->about == ABOUT_DECISIVE)
                cite_blamed(j->world, j->blamed, v);
            else if (condition_holds(j->world, c) == YES)
                condition_cite(j->world, c, v);
        }
    }
}

static void add_tag(struct judging *j, const struct rule *r, struct text *tags)
{
    struct slice tag = words_tag(j->rules, j->world, r);

    if (tags->len > 0 && tags->len + tag.len + 2 > TAGS_MAX)
        return;
    text_add_str(tags, tags->len > 0 ? "; " : "");
    text_add(tags, slice_first(tag, TAGS_MAX - tags->len));
}

static void note_would(const struct rule *r, struct verdict *v)
{
    if (v->dry_run || r->action == RULE_ACCEPT || r->action == RULE_TAG)
        return;
    v->dry_run = true;
    v->would = rule_disposition(r->action);
    v->would_rule = r->name;
}

/* The first rule that holds, or NULL; *in_the_way: dispositions of those before it that may still come to hold. */
static const struct rule *first_match(struct judging *j, struct verdict *v, struct text *tags, unsigned *in_the_way)
{
    int64_t now = j->world->facts->now;

    for (size_t i = 0; i < j->rules->count; i++) {
        const struct rule *r = &j->rules->at[i];
        if (is_over(r, now))
            continue;
        enum truth t = rule_truth(j, i);
        if (t == NO)
            continue;
        if (only_logs(r, now)) {
            if (t == YES)
                note_would(r, v);
        } else if (r->action == RULE_TAG) {
            if (t == YES)
                add_tag(j, r, tags);
        } else if (t == MAYBE) {
            *in_the_way |= disposition_bit(r->action);
        } else {
            return r;
        }
    }
    return NULL;
}

static void say_accept(struct verdict *v, struct slice rule, struct slice reason)
{
    v->disposition = DISPOSITION_ACCEPT;
    v->rule = rule;
    v->reason = reason;
}

static void say_own_failure(struct verdict *v)
{
    *v = (struct verdict){ .disposition = DISPOSITION_DEFER, .rule = SLICE("own-failure"), .reason = SLICE("the message could not be examined") };
    v->reply = (struct reply){ 451, SLICE("4.3.0"), SLICE("this message could not be examined now; please try again later") };
}

static bool is_exempt(const struct case_facts *f, struct verdict *v)
{
    switch (f->exempt) {
    case EXEMPT_NO: return false;
    case EXEMPT_AUTHENTICATED: say_accept(v, SLICE("exempt/authenticated"), SLICE("the client is authenticated (SMTP AUTH)")); return true;
    case EXEMPT_INTERNAL: say_accept(v, SLICE("exempt/internal"), SLICE("the client is in internal_networks")); return true;
    case EXEMPT_LOCAL: say_accept(v, SLICE("exempt/local"), SLICE("submitted on this host")); return true;
    case EXEMPT_CERTIFICATE: say_accept(v, SLICE("exempt/certificate"), SLICE("the client has an accepted certificate")); return true;
    }
    return false;
}

static void judge_by_rules(const struct rules *rules, const struct world *w, struct verdict *v, bool *final)
{
    struct judging j = { .rules = rules, .world = w };
    struct text tags = text_in(w->arena, TAGS_MAX);
    unsigned in_the_way = 0;
    const struct rule *r = first_match(&j, v, &tags, &in_the_way);
    enum disposition d = r ? rule_disposition(r->action) : DISPOSITION_ACCEPT;

    *final = (in_the_way & ~(1u << d)) == 0 && w->facts->stage >= STAGE_MAIL;
    v->tags = text_slice(&tags);
    if (!*final && w->facts->stage == STAGE_MESSAGE) {
        /* A result a rule asks for is missing for good: that is our failure, not the mail's. */
        say_own_failure(v);
        *final = true;
    } else if (!*final || r == NULL) {
        say_accept(v, SLICE("default"), *final ? SLICE("no rule refuses it") : SLICE("not decided yet"));
    } else {
        v->disposition = d;
        v->rule = r->name;
        cite_rule(&j, r, v);
        words_reason(rules, w, r, v);
        words_reply(rules, w, r, v);
    }
}

static void fill_classes(const struct case_facts *f, struct verdict *v)
{
    v->class_mailfrom = class_of(f, IDENTITY_MAILFROM);
    v->agreement_mailfrom = agreement_of(f, IDENTITY_MAILFROM);
    v->class_from = class_of(f, IDENTITY_FROM);
    v->class_helo = class_of(f, IDENTITY_HELO);
}

void verdict_judge(const struct rules *rules, struct arena *arena, const struct case_facts *facts, struct verdict *out, bool *final)
{
    struct world w;

    *out = (struct verdict){ .disposition = DISPOSITION_DEFER };
    *final = true;
    if (facts->own_failure || !world_of(facts, arena, &w) || !world_imagine(&w))
        say_own_failure(out);
    else if (!is_exempt(facts, out))
        judge_by_rules(rules, &w, out, final);
    if (arena_failed(arena))
        say_own_failure(out);
    fill_classes(facts, out);
}
