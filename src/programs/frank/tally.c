#include "programs/frank/tally.h"

#include <stdlib.h>

#define DOMAINS_OCTETS_MAX (64u << 20)

/* ---- one message ---- */

static bool is_vouched_for(struct slice identity)
{
    static const enum identity whole[] = { IDENTITY_MAILFROM, IDENTITY_FROM, IDENTITY_PRA, IDENTITY_SIGNER };
    for (size_t i = 0; i < COUNT_OF(whole); i++)
        if (slice_same(identity, slice_str(identity_name(whole[i]))))
            return true;
    return false;
}

static void read_row(const struct fact *row, struct verdicts *v)
{
    const struct method *m = fact_flag(row, "stands") ? method_named(fact_text(row, "method")) : NULL;
    if (!m)
        return;
    size_t i = method_index(m);
    v->has[i] = true;
    v->rows[i] = row;
    says_named(fact_text(row, "says"), &v->says[i]);
    auth_result_from_word(fact_text(row, "result"), &v->words[i]);
    v->stops[i] = fact_flag(row, "stops");
    v->derived[i] = slice_same(fact_text(row, "source"), SLICE("derived"));
    /* Where a host comes from and what a server says of itself vouches for nobody (verdict.md, classes). */
    v->vouches[i] = v->words[i] == AUTH_PASS && !m->server_side && is_vouched_for(fact_text(row, "identity"));
    v->stop_count += v->stops[i];
    v->vouch_count += v->vouches[i];
}

void verdicts_read(const struct fact *rows, struct verdicts *v)
{
    *v = (struct verdicts){ .stop_count = 0 };
    for (const struct fact *row = rows ? rows->first : NULL; row; row = row->next)
        read_row(row, v);
}

bool verdicts_differ(const struct verdicts *v)
{
    bool yes = false, no = false;
    for (size_t i = 0; i < METHODS_MAX; i++) {
        yes = yes || v->vouches[i];
        no = no || (v->has[i] && v->says[i] == SAYS_NO);
    }
    return yes && no;
}

/* ---- all messages ---- */

bool tally_open(struct tally *t, uint64_t seed)
{
    *t = (struct tally){ .arena = arena_new(DOMAINS_OCTETS_MAX), .domains = table_new(seed) };
    return t->arena && t->domains;
}

void tally_close(struct tally *t)
{
    table_free(t->domains);
    arena_free(t->arena);
}

static void count_method(struct tally_method *m, const struct verdicts *v, size_t i)
{
    m->examined++;
    m->words[v->words[i]]++;
    m->stops += v->stops[i];
    m->vouches += v->vouches[i];
    m->alone += v->stops[i] && v->stop_count == 1;
    m->against += v->stops[i] && v->vouch_count > v->vouches[i];
    m->derived += v->derived[i];
    m->stops_derived += v->derived[i] && v->stops[i];
    m->questions += (uint64_t)fact_number(v->rows[i], "questions", 0);
}

static void count_pairs(struct tally *t, const struct verdicts *v)
{
    for (size_t a = 0; a < METHODS_MAX; a++)
        for (size_t b = 0; v->has[a] && b < METHODS_MAX; b++)
            if (v->has[b] && a != b)
                t->pairs[a][b][v->says[a]][v->says[b]]++;
}

static struct tally_domain *domain_of(struct tally *t, struct slice domain)
{
    struct slice key = domain.len ? domain : SLICE("\n");             /* no domain has that name */
    struct tally_domain *d = table_get(t->domains, key);
    if (d || table_count(t->domains) == TALLY_DOMAINS_MAX)
        return d;
    d = ARENA_NEW(t->arena, struct tally_domain);
    key = slice_dup(t->arena, key);
    if (!d || !key.at)
        return NULL;
    d->domain = domain.len ? key : domain;
    return table_put(t->domains, key, d) ? d : NULL;
}

static bool count_domain(struct tally *t, struct slice domain, const struct verdicts *v)
{
    struct tally_domain *d = domain_of(t, domain);
    if (!d) {
        t->other_messages++;
        return table_count(t->domains) == TALLY_DOMAINS_MAX;
    }
    d->messages++;
    for (size_t i = 0; i < METHODS_MAX; i++) {
        if (!v->has[i])
            continue;
        d->methods[i].says[v->says[i]]++;
        d->methods[i].stops += v->stops[i];
    }
    return true;
}

static void count_disposition(struct tally *t, const struct fact *told)
{
    struct slice disposition = fact_text(fact_find(told, "verdict"), "disposition");
    for (unsigned d = 0; d < TALLY_DISPOSITIONS; d++)
        if (slice_same(disposition, slice_str(disposition_name((enum disposition)d))))
            t->dispositions[d]++;
}

bool tally_add(struct tally *t, struct slice domain, const struct fact *told, const struct verdicts *v)
{
    t->messages++;
    t->stopped += v->stop_count > 0;
    t->vouched += v->vouch_count > 0;
    t->questions += (uint64_t)fact_number(fact_find(told, "dns"), "queries", 0);
    for (size_t i = 0; i < METHODS_MAX; i++)
        if (v->has[i])
            count_method(&t->methods[i], v, i);
    count_pairs(t, v);
    count_disposition(t, told);
    return count_domain(t, domain, v);
}

static int more_first(const void *x, const void *y)
{
    const struct tally_domain *a = *(const struct tally_domain *const *)x, *b = *(const struct tally_domain *const *)y;
    return a->messages != b->messages ? (a->messages < b->messages ? 1 : -1) : slice_compare(a->domain, b->domain);
}

const struct tally_domain **tally_sorted(const struct tally *t, struct arena *a)
{
    size_t count = table_count(t->domains), n = 0, position = 0;
    const struct tally_domain **list = ARENA_ARRAY(a, count + 1, const struct tally_domain *);
    struct slice key;
    void *value;
    while (list && n < count && table_next(t->domains, &position, &key, &value))
        list[n++] = value;
    if (list)
        qsort(list, n, sizeof *list, more_first);
    return list;
}

uint64_t tally_agree(const struct tally *t, size_t a, size_t b, uint64_t *both_said)
{
    const uint64_t (*p)[SAYS] = t->pairs[a][b];
    uint64_t agree = p[SAYS_YES][SAYS_YES] + p[SAYS_NO][SAYS_NO];
    *both_said = agree + p[SAYS_YES][SAYS_NO] + p[SAYS_NO][SAYS_YES];
    return agree;
}

void tally_spoken_of(const struct tally *t, struct tally_spoken *s)
{
    s->count = 0;
    for (size_t i = 0; methods[i]; i++) {
        const uint64_t *w = t->methods[i].words;
        if (w[AUTH_PASS] + w[AUTH_FAIL] + w[AUTH_SOFTFAIL] > 0)
            s->at[s->count++] = i;
    }
}

/* ---- as facts ---- */

static void add_count(struct arena *a, struct fact *g, const char *name, uint64_t n)
{
    fact_add_number(a, g, name, n > INT64_MAX ? INT64_MAX : (int64_t)n);
}

static void add_methods(const struct tally *t, struct arena *a, struct fact *root)
{
    struct fact *list = fact_add_list(a, root, "methods");
    for (size_t i = 0; methods[i]; i++) {
        const struct tally_method *m = &t->methods[i];
        if (m->examined == 0)
            continue;
        struct fact *g = fact_add_group(a, list, NULL);
        fact_add_str(a, g, "method", methods[i]->name);
        add_count(a, g, "examined", m->examined);
        struct fact *words = fact_add_group(a, g, "results");
        for (unsigned w = 0; w < TALLY_WORDS; w++)
            if (m->words[w])
                add_count(a, words, auth_result_word((enum auth_result)w), m->words[w]);
        add_count(a, g, "vouches", m->vouches);
        add_count(a, g, "stops", m->stops);
        add_count(a, g, "stops_alone", m->alone);
        add_count(a, g, "stops_against", m->against);
        add_count(a, g, "questions", m->questions);
        if (m->derived) {
            add_count(a, g, "derived", m->derived);
            add_count(a, g, "stops_derived", m->stops_derived);
        }
    }
}

static void add_pairs(const struct tally *t, struct arena *a, struct fact *root)
{
    static const struct { const char *name; enum says first, second; } cells[] = {
        { "both_yes", SAYS_YES, SAYS_YES }, { "both_no", SAYS_NO, SAYS_NO }, { "yes_no", SAYS_YES, SAYS_NO }, { "no_yes", SAYS_NO, SAYS_YES },
        { "yes_nothing", SAYS_YES, SAYS_NOTHING }, { "no_nothing", SAYS_NO, SAYS_NOTHING }, { "nothing_yes", SAYS_NOTHING, SAYS_YES },
        { "nothing_no", SAYS_NOTHING, SAYS_NO }, { "both_nothing", SAYS_NOTHING, SAYS_NOTHING },
    };
    struct fact *list = fact_add_list(a, root, "agreement");
    for (size_t i = 0; methods[i]; i++) {
        for (size_t k = i + 1; methods[k]; k++) {
            if (t->methods[i].examined == 0 || t->methods[k].examined == 0)
                continue;
            struct fact *g = fact_add_group(a, list, NULL);
            fact_add_str(a, g, "first", methods[i]->name);
            fact_add_str(a, g, "second", methods[k]->name);
            for (size_t c = 0; c < COUNT_OF(cells); c++)
                add_count(a, g, cells[c].name, t->pairs[i][k][cells[c].first][cells[c].second]);
        }
    }
}

static void add_domain(struct arena *a, struct fact *list, const struct tally_domain *d)
{
    struct fact *g = fact_add_group(a, list, NULL);
    fact_add_text(a, g, "domain", d->domain);
    add_count(a, g, "messages", d->messages);
    struct fact *by = fact_add_group(a, g, "methods");
    for (size_t i = 0; methods[i]; i++) {
        if (d->methods[i].says[SAYS_YES] + d->methods[i].says[SAYS_NO] == 0)
            continue;
        struct fact *m = fact_add_group(a, by, methods[i]->name);
        for (enum says s = SAYS_NOTHING; s <= SAYS_NO; s++)
            add_count(a, m, says_name(s), d->methods[i].says[s]);
        add_count(a, m, "stops", d->methods[i].stops);
    }
}

void tally_facts(const struct tally *t, struct arena *a, struct fact *root)
{
    add_count(a, root, "messages", t->messages);
    add_count(a, root, "stopped", t->stopped);
    add_count(a, root, "vouched", t->vouched);
    add_count(a, root, "questions", t->questions);
    struct fact *verdicts = fact_add_group(a, root, "verdicts");
    for (unsigned d = 0; d < TALLY_DISPOSITIONS; d++)
        add_count(a, verdicts, disposition_name((enum disposition)d), t->dispositions[d]);
    add_methods(t, a, root);
    add_pairs(t, a, root);
    const struct tally_domain **domains = tally_sorted(t, a);
    struct fact *list = fact_add_list(a, root, "by_domain");
    for (size_t i = 0; domains && domains[i]; i++)
        add_domain(a, list, domains[i]);
    add_count(a, root, "other_messages", t->other_messages);
}
