#include "programs/frankd/frankd.h"

#include <sys/mman.h>

struct counters *counters_new(void)
{
    struct counters *c = mem_zalloc(1, sizeof *c);
    void *at = c ? mmap(NULL, sizeof *c->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) : MAP_FAILED;
    if (at == MAP_FAILED) {
        mem_free(c);
        return NULL;
    }
    c->shared = at;
    return c;
}

void counters_free(struct counters *c)
{
    if (!c)
        return;
    munmap(c->shared, sizeof *c->shared);
    mem_free(c);
}

struct slot *counters_take(struct counters *c, unsigned generation)
{
    for (size_t i = 0; i < SLOTS_MAX; i++) {
        if (c->owners[i].pid)
            continue;
        c->owners[i] = (struct slot_owner){ .pid = -1, .generation = generation };
        c->shared->slots[i] = (struct slot){ .peers_wrong = 0 };
        return &c->shared->slots[i];
    }
    return NULL;
}

void counters_name(struct counters *c, const struct slot *s, pid_t pid)
{
    c->owners[s - c->shared->slots].pid = pid;
}

static void add(struct slot *sum, const struct slot *s)
{
    for (int i = 0; i < METRIC_COUNT; i++)
        sum->meter.counts[i] += s->meter.counts[i];
    sum->milter.connections += s->milter.connections;
    sum->milter.live += s->milter.live;
    sum->milter.overloaded += s->milter.overloaded;
    sum->milter.closed += s->milter.closed;
    sum->journal.lines += s->journal.lines;
    sum->journal.lost += s->journal.lost;
    sum->cache.hits += s->cache.hits;
    sum->cache.misses += s->cache.misses;
    sum->cache.evicted += s->cache.evicted;
    sum->cache.entries += s->cache.entries;
    sum->cache.octets += s->cache.octets;
    sum->peers_wrong += s->peers_wrong;
}

void counters_give(struct counters *c, struct slot *s)
{
    if (!s)
        return;
    /* What it held is gone with it; what it did stays. */
    s->milter.live = 0;
    s->cache.entries = s->cache.octets = 0;
    add(&c->gone, s);
    counters_name(c, s, 0);
}

/* ---- printed ---- */

static void add_counts(struct arena *a, struct fact *g, const struct slot *s)
{
    for (int i = 0; i < METRIC_COUNT; i++)
        fact_add_number(a, g, metric_name((enum metric)i), (int64_t)s->meter.counts[i]);
    fact_add_number(a, g, "connections", (int64_t)s->milter.connections);
    fact_add_number(a, g, "live", (int64_t)s->milter.live);
    fact_add_number(a, g, "overloaded", (int64_t)s->milter.overloaded);
    fact_add_number(a, g, "closed", (int64_t)s->milter.closed);
    fact_add_number(a, g, "peers_wrong", (int64_t)s->peers_wrong);
    fact_add_number(a, g, "journal_lines", (int64_t)s->journal.lines);
    fact_add_number(a, g, "journal_lost", (int64_t)s->journal.lost);
    fact_add_number(a, g, "cache_hits", (int64_t)s->cache.hits);
    fact_add_number(a, g, "cache_misses", (int64_t)s->cache.misses);
    fact_add_number(a, g, "cache_entries", (int64_t)s->cache.entries);
    fact_add_number(a, g, "cache_octets", (int64_t)s->cache.octets);
}

static void add_worker(struct arena *a, struct fact *list, const struct slot *s, const struct slot_owner *owner)
{
    struct fact *g = fact_add_group(a, list, NULL);
    fact_add_number(a, g, "pid", owner->pid);
    fact_add_number(a, g, "generation", owner->generation);
    fact_add_flag(a, g, "landlock", s->landlock != 0);
    fact_add_flag(a, g, "seccomp", s->seccomp != 0);
    fact_add_number(a, g, "live", (int64_t)s->milter.live);
    fact_add_number(a, g, "messages", (int64_t)s->meter.counts[METRIC_MESSAGES]);
}

bool counters_print(const struct counters *c, const struct status_facts *f, struct text *out)
{
    struct arena *a = arena_new(1u << 20);
    struct fact *root = a ? fact_group(a, NULL) : NULL;
    struct slot sum = c->gone;
    if (!root)
        return false;
    fact_add_number(a, root, "version", 1);
    fact_add_number(a, root, "started", f->started);
    fact_add_number(a, root, "uptime_seconds", f->now - f->started);
    fact_add_str(a, root, "config", f->config);
    fact_add_number(a, root, "generation", f->generation);
    fact_add_number(a, root, "generations", f->generations);
    fact_add_number(a, root, "reloads", f->reloads);
    fact_add_number(a, root, "reloads_refused", f->reloads_refused);
    fact_add_str(a, root, "last_error", f->last_error[0] ? f->last_error : NULL);
    fact_add_number(a, root, "restarts", f->restarts);
    struct fact *workers = fact_add_list(a, root, "workers");
    for (size_t i = 0; i < SLOTS_MAX; i++) {
        if (c->owners[i].pid <= 0)
            continue;
        add(&sum, &c->shared->slots[i]);
        add_worker(a, workers, &c->shared->slots[i], &c->owners[i]);
    }
    add_counts(a, fact_add_group(a, root, "counters"), &sum);
    bool good = !arena_failed(a) && fact_to_json(root, false, out);
    text_add_octet(out, '\n');
    arena_free(a);
    return good && !out->bad;
}
