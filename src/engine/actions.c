/*
 * actions.c: the verdict and the results become header edits and a reply.
 *
 * Forged fields go first, last index first, because every deletion renumbers the later ones of its name
 * (threats.md T31); ours is inserted at the top afterwards.
 */
#include "engine/state.h"

#define FIELD_DISPOSITION "X-Frank-Disposition"
#define FIELD_AUTHRES "Authentication-Results"
#define AUTHRES_OUT_MAX 32768        /* our own field, printed; far above what 16 signatures need */

static struct action *action_add(struct transaction *t, struct action action)
{
    t->actions[t->action_count] = action;
    return &t->actions[t->action_count++];
}

static struct slice authres_method_name(struct transaction *t, const struct method *m)
{
    if (m->registered)
        return slice_str(m->authres_name ? m->authres_name : m->name);
    struct text name = text_in(t->action_arena, 64);
    text_addf(&name, "x-%s", m->authres_name ? m->authres_name : m->name);
    return text_slice(&name);
}

static void authres_result_fill(struct transaction *t, const struct result *r, struct authres_result *out)
{
    struct authres_property *p = ARENA_ARRAY(t->action_arena, r->evidence.property_count ? r->evidence.property_count : 1, struct authres_property);
    *out = (struct authres_result){
        .method = r->evidence.authres_name ? slice_str(r->evidence.authres_name) : authres_method_name(t, r->method), .method_version = 1,
        .result = slice_str(auth_result_word(r->word)), .reason = r->evidence.ar_reason, .properties = p,
    };
    for (size_t i = 0; p && i < r->evidence.property_count; i++)
        p[out->count++] = (struct authres_property){
            slice_str(r->evidence.properties[i].ptype), slice_str(r->evidence.properties[i].name), r->evidence.properties[i].value,
        };
}

static bool authres_print_ours(struct transaction *t, bool fold, struct slice *out)
{
    struct authres_result *list = ARENA_ARRAY(t->action_arena, t->flat_count ? t->flat_count : 1, struct authres_result);
    struct authres ours = { .authserv_id = t->engine->conf.authserv_id, .version = 1, .results = list };
    for (size_t i = 0; list && i < t->flat_count; i++) {
        const struct result *r = &t->flat[i];
        bool registered = r->method->registered || r->evidence.authres_name;
        if (!r->evidence.quiet && (registered || t->engine->conf.authres_legacy))
            authres_result_fill(t, r, &list[ours.count++]);
    }
    struct text text = text_in(t->action_arena, AUTHRES_OUT_MAX);
    text_add_str(&text, fold ? " " : "");
    bool good = list && authres_print(&ours, fold, &text) && !text.bad;
    *out = text_slice(&text);
    return good;
}

static bool authres_forged(struct transaction *t, struct arena *arena, struct slice value)
{
    const struct engine_conf *conf = &t->engine->conf;
    struct slice ids[AUTHRES_IDS_MAX];
    size_t n = 0;
    ids[n++] = conf->authserv_id;
    for (size_t i = 0; i < conf->authres_ids.count && n < AUTHRES_IDS_MAX; i++)
        ids[n++] = conf->authres_ids.at[i];
    return authres_is_forged(arena, value, ids, n, conf->authres_remove == 1);
}

static bool is_forged(struct transaction *t, const struct field *f)
{
    if (slice_same_nocase(f->name, SLICE(FIELD_DISPOSITION)))
        return true;
    return slice_same_nocase(f->name, SLICE(FIELD_AUTHRES)) && authres_forged(t, t->action_arena, f->value);
}

/* ---- fields beyond the header's bounds ---- */

static bool missed_grow(struct transaction *t)
{
    if (t->missed_count < t->missed_room)
        return true;
    size_t room = t->missed_room ? t->missed_room * 2 : 16;
    struct missed_field *more = room <= MISSED_FORGED_MAX ? ARENA_ARRAY(t->arena, room, struct missed_field) : NULL;
    if (!more)
        return false;
    for (size_t i = 0; i < t->missed_count; i++)
        more[i] = t->missed[i];
    t->missed = more;
    t->missed_room = room;
    return true;
}

void engine_note_missed(struct transaction *t, struct slice name, struct slice value)
{
    bool authres = slice_same_nocase(name, SLICE(FIELD_AUTHRES));
    if (!authres && !slice_same_nocase(name, SLICE(FIELD_DISPOSITION)))
        return;
    unsigned *missed = authres ? &t->missed_authres : &t->missed_disposition;
    unsigned nth = message_count(&t->message, name) + ++*missed;
    arena_reset(t->engine->scratch);
    if (authres && !authres_forged(t, t->engine->scratch, value))
        return;
    if (missed_grow(t))
        t->missed[t->missed_count++] = (struct missed_field){ authres, nth };
    else
        t->fields_lost = true;
}

static void delete_missed(struct transaction *t)
{
    for (size_t i = t->missed_count; i-- > 0;) {
        struct slice name = t->missed[i].authres ? SLICE(FIELD_AUTHRES) : SLICE(FIELD_DISPOSITION);
        action_add(t, (struct action){ .kind = ACTION_DELETE_FIELD, .name = name, .nth = t->missed[i].nth });
    }
}

static void delete_forged(struct transaction *t)
{
    delete_missed(t);
    for (size_t i = t->message.count; i-- > 0;) {
        const struct field *f = t->message.fields[i];
        if (is_forged(t, f))
            action_add(t, (struct action){ .kind = ACTION_DELETE_FIELD, .name = f->name, .nth = f->nth });
    }
    if (t->engine->env->meter)
        t->engine->env->meter->counts[METRIC_FORGED_REMOVED] += t->action_count;
}

static void insert_authres(struct transaction *t)
{
    struct slice folded;
    if (authres_print_ours(t, true, &folded))
        action_add(t, (struct action){ .kind = ACTION_INSERT_FIELD, .name = SLICE(FIELD_AUTHRES), .value = folded });
}

static void quarantine(struct transaction *t)
{
    if (t->engine->conf.quarantine == 1) {
        action_add(t, (struct action){ .kind = ACTION_QUARANTINE, .value = slice_shown(t->action_arena, t->verdict.reason, false) });
        return;
    }
    struct text v = text_in(t->action_arena, 1200);
    text_add_str(&v, " quarantine; reason=");
    text_add_shown(&v, slice_first(t->verdict.rule, 200), false);
    action_add(t, (struct action){ .kind = ACTION_INSERT_FIELD, .name = SLICE(FIELD_DISPOSITION), .value = text_slice(&v) });
}

static void tag(struct transaction *t)
{
    struct text v = text_in(t->action_arena, 1200);
    text_add_str(&v, " tag; ");
    text_add_shown(&v, slice_first(t->verdict.tags, 900), false);
    action_add(t, (struct action){ .kind = ACTION_INSERT_FIELD, .name = SLICE(FIELD_DISPOSITION), .value = text_slice(&v) });
}

static bool keeps_message(enum disposition d)
{
    return d == DISPOSITION_ACCEPT || d == DISPOSITION_QUARANTINE;
}

static void edit_header(struct transaction *t)
{
    delete_forged(t);
    if (t->verdict.disposition == DISPOSITION_QUARANTINE)
        quarantine(t);
    else if (t->verdict.tags.len > 0)
        tag(t);
    /* Last, so that it stands above all. A message that passes because Frank failed carries no results of ours (threats.md T42). */
    if (!engine_has_failed(t))
        insert_authres(t);
}

static void make_actions_in(struct transaction *t, struct arena *arena)
{
    t->action_arena = arena;
    t->action_count = 0;
    /* Each field at most once, plus our two fields, quarantine and reply. The counts are bounded by the message's. */
    t->actions = ARENA_ARRAY(t->action_arena, t->message.count + t->missed_count + 4, struct action);
    if (!t->actions)
        return;
    if (t->facts.stage == STAGE_MESSAGE && keeps_message(t->verdict.disposition))
        edit_header(t);
    action_add(t, (struct action){ .kind = ACTION_REPLY, .reply = t->verdict.reply });
    if (!authres_print_ours(t, false, &t->authres_plain))
        t->authres_plain = (struct slice){ 0 };
}

/* In memory that the message has not used up. */
static void make_actions_of_failure(struct transaction *t)
{
    t->failure_arena = arena_new(SCRATCH_OCTETS);
    if (t->failure_arena)
        make_actions_in(t, t->failure_arena);
    if (t->failure_arena && t->actions && !arena_failed(t->failure_arena))
        return;
    /* Not even the forged fields can be removed: such mail must not pass. */
    t->fields_lost = true;
    t->action_count = 0;
    t->authres_plain = (struct slice){ 0 };
    engine_judge_own_failure(t);
}

void engine_make_actions(struct transaction *t)
{
    if (t->actions_made)
        return;
    t->actions_made = true;
    if (!engine_has_failed(t)) {
        make_actions_in(t, t->arena);
        if (!arena_failed(t->arena))
            return;
        engine_judge_own_failure(t);
    }
    make_actions_of_failure(t);
}

const struct action *txn_actions(struct txn *txn, size_t *count)
{
    struct transaction *t = transaction_of(txn);
    engine_make_actions(t);
    *count = t->action_count;
    return t->actions;
}

struct slice txn_authentication_results(struct txn *txn)
{
    struct transaction *t = transaction_of(txn);
    if (!t->judged)
        return (struct slice){ 0 };
    engine_make_actions(t);
    return t->authres_plain;
}
