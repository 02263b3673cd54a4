#include "publish/lint.h"

#include "methods/list.h"
#include "publish/lint_parts.h"

/* One section at work: what lint() functions get is the first member. */
struct lint_run {
    struct lint lint;
    struct lint_report *report;
    struct lint_section *section;
    struct asker *asker;
    const struct config *config;
    struct question *asked;
    size_t asked_count, asked_room;
    bool missing;                    /* an answer is not there yet: the run is discarded */
};

static struct lint_run *run_of(struct lint *l)
{
    return l->driver;
}

/* Room for one more in a list of the arena; NULL: no memory, and the arena has failed. */
static void *one_more(struct arena *a, void *list, size_t count, size_t *room, size_t octets_each)
{
    if (count < *room)
        return list;
    size_t more = *room ? 2 * *room : 8;
    void *grown = arena_grow(a, list, *room * octets_each, more * octets_each);
    if (grown)
        *room = more;
    return grown;
}
#define ONE_MORE(arena, list, count, room) one_more((arena), (list), (count), &(room), sizeof *(list))

/* ---- needs ---- */

/* As askers want it: a domain's own records may be written in any case. */
static struct slice normal(struct arena *a, struct slice name)
{
    struct text lower = text_in(a, NAME_TEXT_MAX);
    text_add_lower(&lower, name_undotted(name));
    return text_slice(&lower);
}

/* Counts a question once, however often it is asked. False: there are enough. */
static bool count_question(struct lint_run *r, struct slice name, uint16_t rtype)
{
    for (size_t i = 0; i < r->asked_count; i++)
        if (r->asked[i].type == rtype && slice_same(r->asked[i].name, name))
            return true;
    if (r->asked_count == LINT_ASKS_MAX)
        return false;
    struct question *list = ONE_MORE(r->lint.arena, r->asked, r->asked_count, r->asked_room);
    if (!list)
        return false;
    r->asked = list;
    r->asked[r->asked_count++] = (struct question){ .name = name, .type = rtype };
    return true;
}

static const struct answer unaskable = { .status = ANSWER_BAD_NAME }, over_quota = { .status = ANSWER_OVER_QUOTA };

const struct answer *lint_ask(struct lint *l, struct slice name, uint16_t rtype)
{
    struct lint_run *r = run_of(l);
    if (!name_askable(name))
        return &unaskable;
    name = normal(l->arena, name);
    if (!count_question(r, name, rtype))
        return &over_quota;
    const struct answer *a = r->asker->ask(r->asker, name, rtype);
    r->missing = r->missing || !a;
    return a;
}

void lint_prefetch(struct lint *l, struct slice name, uint16_t rtype)
{
    struct lint_run *r = run_of(l);
    if (!name_askable(name))
        return;
    name = normal(l->arena, name);
    if (count_question(r, name, rtype))
        (void)r->asker->ask(r->asker, name, rtype);
}

bool lint_unanswered(struct lint *l, struct slice owner, const struct answer *a)
{
    if (!answer_failed(a))
        return false;
    if (a->status == ANSWER_OVER_QUOTA) {
        lint_say(l, LINT_UNKNOWN, "too-many-questions", owner, "not looked at: there is more to ask than Frank asks", NULL);
        return true;
    }
    struct text t = text_in(l->arena, LINT_TEXT_MAX);
    char type[16];
    text_addf(&t, "DNS did not answer for %s (%s)", rtype_name(a->question.type, type), answer_status_name(a->status));
    lint_say_text(l, LINT_UNKNOWN, "dns-failed", owner, text_slice(&t), SLICE(""));
    return true;
}

const void *lint_conf(const struct lint *l)
{
    const struct lint_run *r = l->driver;
    return r->config && l->method ? method_conf(r->config, l->method) : NULL;
}

struct slice lint_name(struct lint *l, const char *prefix, struct slice name)
{
    struct slice joined = name_join(l->arena, slice_str(prefix), name);
    return name_askable(joined) ? joined : SLICE("");
}

/* ---- saying ---- */

const char *lint_level_word(enum lint_level level)
{
    static const char *const words[] = { [LINT_NOTE] = "note", [LINT_WARNING] = "warning", [LINT_ERROR] = "error", [LINT_UNKNOWN] = "unknown" };
    return words[level];
}

void lint_record(struct lint *l, struct slice owner, uint16_t rtype, struct slice text)
{
    struct lint_section *s = run_of(l)->section;
    struct lint_found *list = s->record_count < LINT_FINDINGS_MAX ? ONE_MORE(l->arena, s->records, s->record_count, s->record_room) : NULL;
    if (!list)
        return;
    s->records = list;
    s->records[s->record_count++] = (struct lint_found){ owner, rtype, text };
}

void lint_say_text(struct lint *l, enum lint_level level, const char *code, struct slice owner, struct slice text, struct slice repair)
{
    struct lint_section *s = run_of(l)->section;
    if (s->finding_count > LINT_FINDINGS_MAX)
        return;
    struct lint_finding *list = ONE_MORE(l->arena, s->findings, s->finding_count, s->finding_room);
    if (!list)
        return;
    s->findings = list;
    struct lint_finding f = { level, code, owner, text, repair };
    if (s->finding_count == LINT_FINDINGS_MAX)
        f = (struct lint_finding){ LINT_WARNING, "more-findings", l->domain, SLICE("there is more to say than is said here"),
                                   SLICE("repair the above first") };
    s->findings[s->finding_count++] = f;
}

void lint_say(struct lint *l, enum lint_level level, const char *code, struct slice owner, const char *text, const char *repair)
{
    lint_say_text(l, level, code, owner, slice_str(text), slice_str(repair));
}

void lint_merit(struct lint *l, unsigned merits)
{
    run_of(l)->section->merits |= merits;
}

static bool same_sender(const struct lint_sender *a, const struct lint_sender *b)
{
    if (a->is_host || b->is_host)
        return a->is_host && b->is_host && name_same(a->host, b->host);
    return a->network.bits == b->network.bits && ip_same(&a->network.address, &b->network.address);
}

static void add_sender(struct lint *l, const struct lint_sender *sender)
{
    struct lint_section *s = run_of(l)->section;
    for (size_t i = 0; i < s->sender_count; i++)
        if (same_sender(&s->senders[i], sender))
            return;
    s->senders_dropped = s->senders_dropped || s->sender_count == LINT_HOSTS_MAX;
    struct lint_sender *list = s->sender_count < LINT_HOSTS_MAX ? ONE_MORE(l->arena, s->senders, s->sender_count, s->sender_room) : NULL;
    if (!list)
        return;
    s->senders = list;
    s->senders[s->sender_count++] = *sender;
}

void lint_sender_host(struct lint *l, struct slice host)
{
    add_sender(l, &(struct lint_sender){ .host = host, .is_host = true });
}

void lint_sender_network(struct lint *l, struct prefix network)
{
    prefix_clear_host_bits(&network);
    add_sender(l, &(struct lint_sender){ .network = network });
}

/* ---- all of them ---- */

bool lint_knows(struct slice name)
{
    for (size_t i = 0; lint_parts[i].name; i++)
        if (slice_same(slice_str(lint_parts[i].name), name))
            return true;
    const struct method *m = method_named(name);
    return m && m->lint;
}

static bool wanted(const struct texts *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (slice_same(names->at[i], slice_str(name)))
            return true;
    return names->count == 0;
}

static struct lint_section *new_section(struct lint_report *report, const char *by, const char *title)
{
    if (report->section_count == LINT_SECTIONS_MAX)
        return NULL;
    struct lint_section *s = &report->sections[report->section_count++];
    *s = (struct lint_section){ .by = by, .title = title };
    return s;
}

/* False: an answer is missing. */
static bool run_section(struct lint_run *r, const struct method *method, const char *by, const char *title, void (*lint)(struct lint *))
{
    r->section = new_section(r->report, by, title);
    if (!r->section)
        return true;
    r->lint.method = method;
    r->asked_count = 0;
    r->missing = false;
    lint(&r->lint);
    r->report->merits |= r->section->merits;
    return !r->missing;
}

static void count_levels(struct lint_report *report)
{
    for (size_t i = 0; i < report->section_count; i++)
        for (size_t k = 0; k < report->sections[i].finding_count; k++)
            report->levels[report->sections[i].findings[k].level]++;
}

const struct lint_report *lint_report_so_far(const struct lint *l)
{
    const struct lint_run *r = l->driver;
    return r->report;
}

/* All run before one is waited for, but for parts that look at what the others found. */
enum plan_found lint_domain(struct arena *a, struct asker *asker, const struct lint_request *request, struct lint_report *out)
{
    const struct method *const *all = request->methods ? request->methods : methods;
    bool ready = true;
    *out = (struct lint_report){ .arena = a, .domain = request->domain, .sections = ARENA_ARRAY(a, LINT_SECTIONS_MAX, struct lint_section) };
    if (!out->sections)
        return PLAN_NO_MEMORY;
    struct lint_run r = { .report = out, .asker = asker, .config = request->config };
    r.lint = (struct lint){ .domain = request->domain, .selectors = request->selectors, .now = request->now, .arena = a, .driver = &r };
    for (size_t i = 0; all[i]; i++)
        if (all[i]->lint && wanted(&request->names, all[i]->name) && !run_section(&r, all[i], all[i]->name, all[i]->title, all[i]->lint))
            ready = false;
    for (size_t i = 0; lint_parts[i].name; i++) {
        const struct lint_part *p = &lint_parts[i];
        if (wanted(&request->names, p->name) && (ready || !p->looks_back) && !run_section(&r, NULL, p->name, p->title, p->lint))
            ready = false;
    }
    count_levels(out);
    if (arena_failed(a))
        return PLAN_NO_MEMORY;
    return ready ? PLAN_READY : PLAN_NOT_YET;
}
