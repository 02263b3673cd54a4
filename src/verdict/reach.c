/*
 * reach.c: at which stages may something be refused, and what must be known for it. Computed once from the
 * conditions' stages: dates are left out, since they pass while a configuration is in force.
 */
#include "verdict/rule.h"

static bool group_yes_by(const struct group *g, enum stage stage)
{
    size_t count = 0;

    for (size_t i = 0; i < g->count; i++)
        count += condition_yes_stage(&g->at[i]) <= stage;
    return count >= g->least;
}

static bool group_no_by(const struct group *g, enum stage stage)
{
    size_t left = 0;

    for (size_t i = 0; i < g->count; i++)
        left += condition_no_stage(&g->at[i]) > stage;
    return left < g->least;
}

static bool can_hold_by(const struct rule *r, enum stage stage)
{
    for (size_t i = 0; i < r->group_count; i++)
        if (!group_yes_by(&r->groups[i], stage))
            return false;
    return r->stage <= stage;
}

static bool can_fail_by(const struct rule *r, enum stage stage)
{
    for (size_t i = 0; i < r->group_count; i++)
        if (group_no_by(&r->groups[i], stage))
            return true;
    return false;
}

static bool decides(const struct rule *r)
{
    return r->action != RULE_TAG && !r->dry_run && can_hold_by(r, STAGE_MESSAGE);
}

static bool refuses(enum rule_action a)
{
    return a == RULE_REJECT || a == RULE_DEFER || a == RULE_DISCARD;
}

/* Whether a temperror decides is asked of the rules behind it: it can act when one of them could, and is in nobody's way. */
static bool asks_decisive(const struct rule *r)
{
    for (size_t g = 0; g < r->group_count; g++)
        for (size_t k = 0; k < r->groups[g].count; k++)
            if (r->groups[g].at[k].about == ABOUT_DECISIVE)
                return true;
    return false;
}

/* How many rules, from the first, may take part in a refusal at this stage; 0: none can be final. */
static size_t last_refusal(const struct rules *rules, enum stage stage)
{
    unsigned undecided = 0;               /* dispositions of rules in front that cannot be ruled out yet */
    bool defers = false;                  /* in place of what a rule would do, if a temperror keeps it from it */
    size_t last = 0;

    for (size_t i = 0; i < rules->count; i++) {
        const struct rule *r = &rules->at[i];
        unsigned bit = 1u << rule_disposition(r->action);
        if (!decides(r))
            continue;
        if (asks_decisive(r)) {
            defers = true;
            continue;
        }
        if ((refuses(r->action) || (defers && r->action != RULE_ACCEPT)) && can_hold_by(r, stage) && (undecided & ~bit) == 0)
            last = i + 1;
        if (!can_fail_by(r, stage))
            undecided |= bit;
    }
    return last;
}

static bool learns_at(const struct rule *r, enum stage stage, bool towards_yes)
{
    for (size_t g = 0; g < r->group_count; g++)
        for (size_t k = 0; k < r->groups[g].count; k++)
            if (condition_learns_at(&r->groups[g].at[k], stage, towards_yes))
                return true;
    return false;
}

/* A rule behind it refuses in another way, as far as `count`. */
static bool stands_in_the_way(const struct rules *rules, size_t i, size_t count)
{
    for (size_t k = i + 1; k < count; k++) {
        const struct rule *r = &rules->at[k];
        if (decides(r) && refuses(r->action) && !asks_decisive(r) && r->action != rules->at[i].action)
            return true;
    }
    return false;
}

/*
 * Does this stage bring anything by which one of those rules may newly refuse, or one in front give way? Otherwise
 * what could be refused was refused before. Nothing acts before MAIL, so that all before it is new there.
 */
static bool brings_news(const struct rules *rules, size_t count, enum stage stage)
{
    for (size_t i = 0; i < count; i++) {
        const struct rule *r = &rules->at[i];
        if (!decides(r) || asks_decisive(r))
            continue;
        if (r->stage == stage)
            return true;
        if (r->action != RULE_ACCEPT && r->stage < stage && learns_at(r, stage, true))
            return true;
        if (stands_in_the_way(rules, i, count) && learns_at(r, stage, false))
            return true;
    }
    return false;
}

static uint64_t methods_of(const struct rules *rules, size_t count, enum stage stage)
{
    uint64_t mask = 0, settled = 0;

    for (size_t i = 0; i < count; i++) {
        const struct rule *r = &rules->at[i];
        for (size_t g = 0; g < r->group_count && decides(r); g++)
            for (size_t k = 0; k < r->groups[g].count; k++)
                mask |= condition_methods(&r->groups[g].at[k]);
    }
    for (size_t m = 0; methods[m] != NULL && m < METHODS_MAX; m++)
        if (settle_stage(methods[m]) <= stage)
            settled |= (uint64_t)1 << m;
    return mask & settled;
}

void reach_compute(struct rules *rules)
{
    for (enum stage s = STAGE_MAIL; s <= STAGE_MESSAGE; s = (enum stage)(s + 1)) {
        size_t last = last_refusal(rules, s);
        rules->may_act[s] = last > 0 && (s == STAGE_MESSAGE || brings_news(rules, last, s));
        if (rules->may_act[s])
            rules->methods[s] = methods_of(rules, last, s);
    }
    /* After the message the last word is said: quarantine and tags rest on everything a rule names. */
    bool any = false;
    for (size_t i = 0; i < rules->count; i++)
        any = any || decides(&rules->at[i]);
    rules->may_act[STAGE_MESSAGE] = rules->may_act[STAGE_MESSAGE] || any;
    rules->methods[STAGE_MESSAGE] = methods_of(rules, rules->count, STAGE_MESSAGE);
}

bool rules_may_act_at(const struct rules *rules, enum stage stage)
{
    return rules->may_act[stage];
}

uint64_t rules_methods_at(const struct rules *rules, enum stage stage)
{
    return rules->methods[stage];
}
