#include "methods/spf/spf_trace.h"

#define STEPS_AT_FIRST 16

static bool has_room(struct spf_trace *t)
{
    if (t->count < t->room)
        return true;
    if (t->room == SPF_TRACE_STEPS_MAX)
        return false;
    size_t room = t->room ? t->room * 2 : STEPS_AT_FIRST;
    struct spf_step *more = arena_grow(t->arena, t->steps, t->room * sizeof *more, room * sizeof *more);
    if (!more)
        return false;
    t->steps = more;
    t->room = room;
    return true;
}

void spf_trace_note(struct spf_trace *t, const struct spf_step *step)
{
    if (has_room(t))
        t->steps[t->count++] = *step;
    else
        t->left_out++;
}

/* Two steps of one depth with none between them are of one record (entering a record is a step), so one slice can span them. */
static bool stands_before(const struct spf_step *step, unsigned depth, struct slice term)
{
    return step->kind == SPF_STEP_TERMS && step->outcome == SPF_STEP_NO_MATCH && step->depth == depth && !step->answer &&
           step->name.len == 0 && step->text.at + step->text.len < term.at &&
           slice_trim(slice_of(step->text.at + step->text.len, (size_t)(term.at - step->text.at) - step->text.len), " ").len == 0;
}

void spf_trace_no_match(struct spf_trace *t, unsigned depth, struct slice term)
{
    struct spf_step *last = t->count > 0 ? &t->steps[t->count - 1] : NULL;
    if (last && t->left_out == 0 && stands_before(last, depth, term))
        last->text.len = (size_t)(term.at - last->text.at) + term.len;
    else
        spf_trace_note(t, &(struct spf_step){ .kind = SPF_STEP_TERMS, .depth = depth, .text = term });
}

/* ---- facts ---- */

static struct slice kept(struct arena *a, struct slice text)
{
    if (text.len <= SPF_TRACE_RECORD_OCTETS)
        return slice_dup(a, text);
    struct text t = text_in(a, SPF_TRACE_RECORD_OCTETS + 3);
    text_add(&t, slice_first(text, SPF_TRACE_RECORD_OCTETS));
    text_add(&t, SLICE("..."));
    return text_slice(&t);
}

static void add_record(struct arena *a, struct fact *g, const struct spf_step *s)
{
    fact_add_text(a, g, "domain", slice_dup(a, s->name));
    if (s->text.len > 0)
        fact_add_text(a, g, "record", kept(a, s->text));
    if (s->problem)
        fact_add_str(a, g, "problem", spf_method.reasons[s->problem].name);
}

static void add_terms(struct arena *a, struct fact *g, const struct spf_step *s)
{
    static const char *const words[] = {
        [SPF_STEP_NO_MATCH] = "no match", [SPF_STEP_MATCH] = "match", [SPF_STEP_ENTERED] = "entered", [SPF_STEP_ERROR] = "error",
    };
    fact_add_text(a, g, "term", kept(a, s->text));
    fact_add_str(a, g, "outcome", words[s->outcome]);
    if (s->name.len > 0)
        fact_add_text(a, g, "name", slice_dup(a, s->name));
}

static void add_step(struct arena *a, struct fact *list, const struct spf_step *s)
{
    struct fact *g = fact_add_group(a, list, NULL);
    fact_add_number(a, g, "depth", s->depth);
    switch (s->kind) {
    case SPF_STEP_RECORD:
        add_record(a, g, s);
        break;
    case SPF_STEP_TERMS:
        add_terms(a, g, s);
        break;
    case SPF_STEP_EXPLANATION:
        fact_add_text(a, g, "explanation", slice_dup(a, s->name));
        break;
    }
    if (s->answer && !answer_has_data(s->answer))
        fact_add_str(a, g, "answer", answer_status_name(s->answer->status));
}

void spf_trace_add_facts(const struct spf_trace *t, struct arena *a, struct fact *group)
{
    struct fact *list = fact_add_list(a, group, METHOD_TRACE);
    for (size_t i = 0; i < t->count; i++)
        add_step(a, list, &t->steps[i]);
    if (t->left_out > 0)
        fact_add_number(a, group, "trace_left_out", t->left_out);
}
