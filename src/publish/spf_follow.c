#include "publish/spf_follow.h"

#include <stdlib.h>
#include <string.h>

#include "mail/domain.h"

/* ---- questions ---- */

static enum followed answered(const struct answer *a)
{
    if (!a)
        return FOLLOW_NOT_YET;
    return answer_failed(a) ? FOLLOW_FAILED : FOLLOW_READY;
}

enum followed follow_record(struct follow *f, struct slice domain, const struct spf_record **out)
{
    const struct answer *a = f->asker->ask(f->asker, domain, RTYPE_TXT);
    enum followed how = answered(a);
    if (how != FOLLOW_READY)
        return how;
    if (!answer_has_data(a))
        return FOLLOW_NONE;
    const struct spf_records *found = answer_memo(a, spf_records_make, spf_records_free);
    if (!found)
        return FOLLOW_NO_MEMORY;
    if (found->count[SPF_SCOPE_SPF1] == 0)
        return FOLLOW_NONE;
    *out = found->at[SPF_SCOPE_SPF1];
    return *out && (*out)->problem == SPF_NOT_YET ? FOLLOW_READY : FOLLOW_ENDS;
}

bool follow_target(struct follow *f, const struct spf_record *r, const struct spf_term *t, struct slice domain, struct slice *out)
{
    *out = domain;
    return t->spec_len == 0 || (!t->macros && domain_normal(f->arena, spf_term_spec(r, t), out));
}

void follow_prefetch(struct follow *f, const struct spf_record *r, struct slice domain)
{
    struct slice name;
    for (size_t i = 0; i < r->count; i++) {
        const struct spf_term *t = &r->terms[i];
        if (!follow_target(f, r, t, domain, &name))
            continue;
        switch ((enum spf_kind)t->kind) {
        case SPF_INCLUDE: (void)f->asker->ask(f->asker, name, RTYPE_TXT); break;
        case SPF_MX: (void)f->asker->ask(f->asker, name, RTYPE_MX); break;
        case SPF_A:
            (void)f->asker->ask(f->asker, name, RTYPE_A);
            (void)f->asker->ask(f->asker, name, RTYPE_AAAA);
            break;
        case SPF_ALL: case SPF_PTR: case SPF_IP4: case SPF_IP6: case SPF_EXISTS: case SPF_REDIRECT: case SPF_EXP: case SPF_UNKNOWN_MODIFIER: break;
        }
    }
}

/* ---- hosts ---- */

static int compare_addresses(const void *one, const void *other)
{
    const struct ip *a = one, *b = other;
    return a->family != b->family ? (a->family < b->family ? -1 : 1) : memcmp(a->octets, b->octets, sizeof a->octets);
}

enum followed follow_host(struct follow *f, struct slice name, struct plan_host *out)
{
    const struct answer *both[] = { f->asker->ask(f->asker, name, RTYPE_A), f->asker->ask(f->asker, name, RTYPE_AAAA) };
    size_t count = 0;
    *out = (struct plan_host){ .name = name };
    for (unsigned i = 0; i < COUNT_OF(both); i++)
        if (!both[i])
            return FOLLOW_NOT_YET;
    for (unsigned i = 0; i < COUNT_OF(both); i++) {
        if (answer_failed(both[i]))
            return FOLLOW_FAILED;
        count += both[i]->count;
    }
    struct ip *at = ARENA_ARRAY(f->arena, count + 1, struct ip);
    if (!at)
        return FOLLOW_NO_MEMORY;
    for (unsigned i = 0; i < COUNT_OF(both); i++)
        for (size_t k = 0; k < both[i]->count; k++)
            at[out->count++] = both[i]->records[k].ip;
    qsort(at, out->count, sizeof *at, compare_addresses);
    out->addresses = at;
    out->known = true;
    return FOLLOW_READY;
}

static int compare_hosts(const void *one, const void *other)
{
    const struct plan_host *a = one, *b = other;
    return a->preference != b->preference ? (a->preference < b->preference ? -1 : 1) : slice_compare(a->name, b->name);
}

/* The names of an MX set; a null MX has none. */
static enum followed mx_names(struct follow *f, const struct answer *a, struct follow_hosts *out)
{
    for (size_t i = 0; i < a->count; i++) {
        struct slice name;
        if (!domain_normal(f->arena, a->records[i].mx.host, &name))
            continue;
        if (out->count == COUNT_OF(out->at))
            return FOLLOW_ENDS;
        out->at[out->count++] = (struct plan_host){ .name = name, .preference = a->records[i].mx.preference };
    }
    qsort(out->at, out->count, sizeof out->at[0], compare_hosts);
    return FOLLOW_READY;
}

enum followed follow_mx(struct follow *f, struct slice domain, struct follow_hosts *out)
{
    const struct answer *a = f->asker->ask(f->asker, domain, RTYPE_MX);
    enum followed how = answered(a), worst = FOLLOW_READY;
    *out = (struct follow_hosts){ .count = 0 };
    if (how == FOLLOW_READY)
        how = mx_names(f, a, out);
    if (how != FOLLOW_READY)
        return how;
    /* All are asked before one is waited for. */
    for (size_t i = 0; i < out->count; i++) {
        unsigned preference = out->at[i].preference;
        how = follow_host(f, out->at[i].name, &out->at[i]);
        out->at[i].preference = preference;
        if (how != FOLLOW_READY && worst != FOLLOW_NOT_YET)
            worst = how;
    }
    return worst;
}

/* ---- one term ---- */

static bool add_covered(struct follow *f, const struct spf_term *t, const struct plan_host *host, struct ip_set *out)
{
    for (size_t i = 0; i < host->count; i++) {
        struct prefix p = { host->addresses[i], host->addresses[i].family == IP_V4 ? t->bits4 : t->bits6 };
        if (!ip_set_add(f->arena, out, &p))
            return false;
    }
    return true;
}

static enum followed match_network(struct follow *f, const struct spf_term *t, struct ip_set *out)
{
    struct prefix p = { .address.family = t->kind == SPF_IP4 ? IP_V4 : IP_V6, .bits = t->kind == SPF_IP4 ? t->bits4 : t->bits6 };
    memcpy(p.address.octets, t->network, sizeof t->network);
    return ip_set_add(f->arena, out, &p) ? FOLLOW_READY : FOLLOW_NO_MEMORY;
}

static enum followed match_everybody(struct follow *f, struct ip_set *out)
{
    struct prefix four = { .address.family = IP_V4 }, six = { .address.family = IP_V6 };
    return ip_set_add(f->arena, out, &four) && ip_set_add(f->arena, out, &six) ? FOLLOW_READY : FOLLOW_NO_MEMORY;
}

static enum followed match_host(struct follow *f, const struct spf_term *t, struct slice name, struct ip_set *out)
{
    struct plan_host host;
    enum followed how = follow_host(f, name, &host);
    if (how != FOLLOW_READY)
        return how;
    return add_covered(f, t, &host, out) ? FOLLOW_READY : FOLLOW_NO_MEMORY;
}

static enum followed match_mx(struct follow *f, const struct spf_term *t, struct slice name, struct ip_set *out)
{
    struct follow_hosts hosts;
    enum followed how = follow_mx(f, name, &hosts);
    for (size_t i = 0; how == FOLLOW_READY && i < hosts.count; i++)
        if (!add_covered(f, t, &hosts.at[i], out))
            how = FOLLOW_NO_MEMORY;
    return how;
}

enum followed follow_match(struct follow *f, const struct spf_record *r, const struct spf_term *t, struct slice domain, struct ip_set *out)
{
    struct slice name;
    *out = (struct ip_set){ 0 };
    if (spf_term_asks(t) && ++f->terms > SPF_MAX_TERMS)
        return FOLLOW_ENDS;
    if (!follow_target(f, r, t, domain, &name))
        return FOLLOW_UNSAYABLE;
    switch ((enum spf_kind)t->kind) {
    case SPF_IP4: case SPF_IP6: return match_network(f, t, out);
    case SPF_ALL: return match_everybody(f, out);
    case SPF_A: return match_host(f, t, name, out);
    case SPF_MX: return match_mx(f, t, name, out);
    case SPF_PTR: case SPF_EXISTS: case SPF_INCLUDE: case SPF_REDIRECT: case SPF_EXP: case SPF_UNKNOWN_MODIFIER: return FOLLOW_UNSAYABLE;
    }
    return FOLLOW_UNSAYABLE;
}

/* ---- a record with all it includes ---- */

struct frame {
    const struct spf_record *record;
    struct slice domain;
    size_t next;
    struct ip_set settled, pass;
    uint8_t qualifier;               /* of the include that led here */
    bool finished;
};

struct walk {
    struct follow *f;
    struct frame frames[SPF_MAX_TERMS + 1];
    unsigned depth;                  /* frames in use */
    bool unsaid, ended;              /* ended: permerror for everybody not settled yet */
};

static enum followed enter(struct walk *w, struct slice domain, uint8_t qualifier)
{
    const struct spf_record *record;
    enum followed how = follow_record(w->f, domain, &record);
    if (how != FOLLOW_READY)
        return how;
    w->frames[w->depth++] = (struct frame){ .record = record, .domain = domain, .qualifier = qualifier };
    follow_prefetch(w->f, record, domain);
    return FOLLOW_READY;
}

/* A term matched these; those of them that no earlier one settled are settled now. */
static bool settle(struct walk *w, struct frame *frame, const struct ip_set *match, uint8_t qualifier)
{
    struct arena *a = w->f->arena;
    struct ip_set fresh;
    return ip_set_difference(a, match, &frame->settled, &fresh) && ip_set_join(a, &frame->settled, &fresh) &&
           (qualifier != '+' || ip_set_join(a, &frame->pass, &fresh));
}

/* RFC 7208 5.2: an included domain without a usable record is permerror. */
static enum followed take_include(struct walk *w, struct frame *frame, const struct spf_term *t)
{
    struct slice name;
    if (++w->f->terms > SPF_MAX_TERMS)
        return FOLLOW_ENDS;
    if (!follow_target(w->f, frame->record, t, frame->domain, &name))
        return FOLLOW_UNSAYABLE;
    enum followed how = enter(w, name, t->qualifier);
    return how == FOLLOW_NONE ? FOLLOW_ENDS : how;
}

static enum followed take_term(struct walk *w, struct frame *frame)
{
    const struct spf_term *t = &frame->record->terms[frame->next++];
    struct ip_set match;
    if (t->kind == SPF_INCLUDE)
        return take_include(w, frame, t);
    enum followed how = follow_match(w->f, frame->record, t, frame->domain, &match);
    if (how == FOLLOW_READY && !settle(w, frame, &match, t->qualifier))
        return FOLLOW_NO_MEMORY;
    return how;
}

/* RFC 7208 6.1: the same walk goes on with another record; without one it is permerror. */
static enum followed take_redirect(struct walk *w, struct frame *frame)
{
    struct slice name;
    if (++w->f->terms > SPF_MAX_TERMS)
        return FOLLOW_ENDS;
    frame->finished = !follow_target(w->f, frame->record, &frame->record->redirect, frame->domain, &name);
    if (frame->finished)
        return FOLLOW_UNSAYABLE;
    enum followed how = follow_record(w->f, name, &frame->record);
    if (how != FOLLOW_READY)
        return how == FOLLOW_NONE ? FOLLOW_ENDS : how;
    frame->domain = name;
    frame->next = 0;
    return FOLLOW_READY;
}

/* The included record's passes are what the include matched. */
static bool leave(struct walk *w)
{
    struct frame *inner = &w->frames[--w->depth];
    return w->depth == 0 || settle(w, &w->frames[w->depth - 1], &inner->pass, inner->qualifier);
}

static enum followed step(struct walk *w)
{
    struct frame *frame = &w->frames[w->depth - 1];
    bool on = !w->ended && !frame->finished;
    if (on && frame->next < frame->record->count)
        return take_term(w, frame);
    if (on && frame->record->has_redirect && !frame->record->has_all)
        return take_redirect(w, frame);
    return leave(w) ? FOLLOW_READY : FOLLOW_NO_MEMORY;
}

enum followed follow_domain(struct follow *f, struct slice domain, struct followed_domain *out)
{
    struct walk w = { .f = f };
    *out = (struct followed_domain){ .unsaid = false };
    enum followed how = enter(&w, domain, '+');
    if (how != FOLLOW_READY)
        return how;
    while (w.depth > 0) {
        how = step(&w);
        if (how == FOLLOW_NOT_YET || how == FOLLOW_NO_MEMORY)
            return how;
        w.unsaid = w.unsaid || how == FOLLOW_UNSAYABLE || how == FOLLOW_FAILED;
        w.ended = w.ended || how == FOLLOW_ENDS || how == FOLLOW_FAILED;
    }
    *out = (struct followed_domain){ .pass = w.frames[0].pass, .unsaid = w.unsaid, .ended = w.ended };
    return FOLLOW_READY;
}
