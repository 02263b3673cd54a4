#include "programs/frank/compare_print.h"

#include <string.h>

#include "programs/frank/cli.h"
#include "programs/frank/report_words.h"

#define LINE_OCTETS 5000               /* one text of a row as shown: 1024 octets, each as \xHH */
#define IDENTITY_WIDTH 10
#define RESULT_WIDTH 10
#define ASKED_WIDTH 7
#define DOMAINS_SHOWN 20
#define CELL_WIDTH 6
#define FROM_SHOWN 200

static int name_width(void)
{
    size_t width = 11;                   /* "always none" */
    for (size_t i = 0; methods[i]; i++)
        width = strlen(methods[i]->name) > width ? strlen(methods[i]->name) : width;
    return (int)width + 1;
}

/* ---- one message ---- */

static void put_head(const struct fact *c, const struct report_style *st, FILE *to)
{
    char room[SOURCE_NAME_OCTETS_MAX + LINE_OCTETS], place[SOURCE_NAME_OCTETS_MAX + 64];
    struct text t = text_fixed(room, sizeof room), p = text_fixed(place, sizeof place);
    const struct fact *session = fact_find(c, "session"), *v = fact_find(c, "verdict");
    text_add_place(&p, fact_text(c, "file"), (uint64_t)fact_number(c, "number", 0));
    report_foreign(st, to, text_slice(&p), 0, 2);
    words_sender(&t, c);
    text_add_str(&t, " from ");
    words_show(&t, fact_text(session, "ip").len ? fact_text(session, "ip") : SLICE("an unknown client"));
    if (fact_text(session, "helo").len) {
        text_add_str(&t, " (");
        words_show(&t, slice_first(fact_text(session, "helo"), FROM_SHOWN));
        text_add_str(&t, ")");
    }
    fputs("  ", to);
    report_wrapped(st, to, text_slice(&t), 2, 2);
    if (fact_text(c, "from").len) {
        text_reset(&t);
        text_add_str(&t, "From: ");
        words_show(&t, slice_first(fact_text(c, "from"), FROM_SHOWN));
        fputs("  ", to);
        report_wrapped(st, to, text_slice(&t), 2, 4);
    }
    fputs("  ", to);
    report_coloured(st, to, fact_text(v, "disposition"), fact_text(v, "disposition"));
    text_reset(&t);
    text_add_str(&t, "by rule ");
    words_show(&t, fact_text(v, "rule"));
    text_addf(&t, ", %lld DNS questions", (long long)fact_number(fact_find(c, "dns"), "queries", 0));
    fputc(' ', to);
    report_wrapped(st, to, text_slice(&t), 3 + fact_text(v, "disposition").len, 2);
}

/* "bank.example: "mx -all" does not cover 198.51.100.200" */
static void add_reason(struct text *t, const struct fact *row)
{
    struct slice domain = fact_text(row, "domain"), text = fact_text(row, "text");
    bool says_it = text.len >= domain.len && slice_starts(text, domain);
    if (domain.len && !says_it) {
        words_show(t, domain);
        text_add_str(t, text.len ? ": " : "");
    }
    words_show(t, text.len ? text : fact_text(row, "reason"));
}

static void put_row(const struct fact *row, int names, const struct report_style *st, FILE *to)
{
    char room[2 * LINE_OCTETS];
    struct text reason = text_fixed(room, sizeof room);
    struct slice name = fact_text(row, "method"), identity = fact_text(row, "identity"), word = fact_text(row, "result"), record = fact_text(row, "record");
    bool stands = fact_flag(row, "stands");
    size_t column = (size_t)names + IDENTITY_WIDTH + RESULT_WIDTH + ASKED_WIDTH;
    add_reason(&reason, row);
    fprintf(to, "%-*.*s", names, stands ? (int)name.len : 0, (const char *)name.at);
    fprintf(to, "%-*.*s", IDENTITY_WIDTH, slice_same(identity, SLICE("none")) ? 0 : (int)identity.len, (const char *)identity.at);
    report_coloured(st, to, word, word);
    fprintf(to, "%*s", word.len < RESULT_WIDTH ? RESULT_WIDTH - (int)word.len : 1, "");
    if (stands)
        fprintf(to, "%*lld  ", ASKED_WIDTH - 2, (long long)fact_number(row, "questions", 0));
    else
        fprintf(to, "%*s", ASKED_WIDTH, "");
    if (record.len > 0) {
        report_foreign(st, to, record, column, column + 2);
        fprintf(to, "%*s", (int)column, "");
    }
    report_wrapped(st, to, text_slice(&reason), column, column + 2);
}

static bool is_derived(const struct fact *row)
{
    return slice_same(fact_text(row, "source"), SLICE("derived"));
}

static void put_rows(const struct fact *rows, bool only_derived, const struct report_style *st, FILE *to)
{
    int names = name_width();
    fprintf(to, "%-*s%-*s%-*s%-*s%s\n", names, "method", IDENTITY_WIDTH, "identity", RESULT_WIDTH, "result", ASKED_WIDTH, "asked", "record found, and why");
    for (const struct fact *row = rows->first; row; row = row->next)
        if (!only_derived || is_derived(row))
            put_row(row, names, st, to);
}

static void put_derivation(const struct fact *domain, const struct report_style *st, FILE *to)
{
    char room[LINE_OCTETS];
    struct text t = text_fixed(room, sizeof room);
    const struct fact *limits = fact_find(domain, "limits");
    text_add_str(&t, "  ");
    words_show(&t, fact_text(domain, "domain"));
    text_add_str(&t, ": ");
    words_show(&t, fact_text(domain, "found"));
    report_wrapped(st, to, text_slice(&t), 0, 4);
    for (const struct fact *l = limits ? limits->first : NULL; l; l = l->next) {
        text_reset(&t);
        text_addf(&t, "%s than SPF", fact_flag(l, "stricter") ? "stricter" : "looser");
        text_add_str(&t, fact_text(l, "method").len ? ", " : "");
        words_show(&t, fact_text(l, "method"));
        text_add_str(&t, ": ");
        words_show(&t, fact_text(l, "text"));
        fputs("    ", to);
        report_wrapped(st, to, text_slice(&t), 4, 6);
    }
}

static bool any_derived(const struct fact *rows)
{
    const struct fact *row = rows ? rows->first : NULL;
    while (row && !is_derived(row))
        row = row->next;
    return row != NULL;
}

/* What would be otherwise; the rest stays as it is. */
static void put_as_if(const struct fact *as_if, const struct report_style *st, FILE *to)
{
    const struct fact *domains = fact_find(as_if, "domains"), *rows = fact_find(as_if, "methods");
    fputs("\nAs if it had been said in every dialect, derived from the SPF records\n", to);
    for (const struct fact *d = domains ? domains->first : NULL; d; d = d->next)
        put_derivation(d, st, to);
    if (any_derived(rows))
        put_rows(rows, true, st, to);
    else
        fputs("Nothing would be otherwise.\n", to);
}

void compare_print_message(const struct fact *c, const struct report_style *st, FILE *to)
{
    put_head(c, st, to);
    fputc('\n', to);
    put_rows(fact_find(c, "methods"), false, st, to);
    if (fact_find(c, "as_if"))
        put_as_if(fact_find(c, "as_if"), st, to);
}

/* ---- many: results ---- */

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

static void put_counts(const struct compare_totals *c, FILE *to)
{
    const struct tally *t = c->tally;
    const char *comma = "";
    fprintf(to, "%llu message%s", (unsigned long long)t->messages, plural(t->messages));
    if (c->unread)
        fprintf(to, "; %llu more could not be read", (unsigned long long)c->unread);
    fputs(t->messages ? "\nThe rules in force: " : "", to);
    for (unsigned d = 0; d < TALLY_DISPOSITIONS; d++) {
        if (!t->dispositions[d])
            continue;
        fprintf(to, "%s%s %llu", comma, disposition_name((enum disposition)d), (unsigned long long)t->dispositions[d]);
        comma = ", ";
    }
    fputc('\n', to);
}

/* A column of the tables of results: the sum of some words. */
struct column { const char *head; unsigned words; };
#define WORD(w) (1u << (w))

static uint64_t sum_of(const struct tally_method *m, unsigned words)
{
    uint64_t sum = 0;
    for (unsigned w = 0; w < TALLY_WORDS; w++)
        sum += words >> w & 1 ? m->words[w] : 0;
    return sum;
}

static void put_results(const struct tally *t, bool derived, int names, FILE *to)
{
    static const struct column all[] = {
        { "pass", WORD(AUTH_PASS) }, { "fail", WORD(AUTH_FAIL) }, { "softfail", WORD(AUTH_SOFTFAIL) }, { "neutral", WORD(AUTH_NEUTRAL) },
        { "none", WORD(AUTH_NONE) }, { "policy", WORD(AUTH_POLICY) }, { "temperr", WORD(AUTH_TEMPERROR) }, { "permerr", WORD(AUTH_PERMERROR) },
    }, fewer[] = {
        { "pass", WORD(AUTH_PASS) }, { "fail", WORD(AUTH_FAIL) }, { "softfail", WORD(AUTH_SOFTFAIL) }, { "neutral", WORD(AUTH_NEUTRAL) },
        { "none", WORD(AUTH_NONE) }, { "policy", WORD(AUTH_POLICY) }, { "errors", WORD(AUTH_TEMPERROR) | WORD(AUTH_PERMERROR) },
    };
    const struct column *columns = derived ? fewer : all;
    size_t count = derived ? COUNT_OF(fewer) : COUNT_OF(all);
    fprintf(to, "%-*s", names, derived ? "" : "Results");
    for (size_t i = 0; i < count; i++)
        fprintf(to, " %*s", 7 + (i == 2), columns[i].head);
    fputs(derived ? " derived\n" : "\n", to);
    for (size_t i = 0; methods[i]; i++) {
        const struct tally_method *m = &t->methods[i];
        if (m->words[AUTH_NONE] == m->examined)
            continue;
        fprintf(to, "%-*s", names, methods[i]->name);
        for (size_t c = 0; c < count; c++)
            fprintf(to, " %*llu", 7 + (c == 2), (unsigned long long)sum_of(m, columns[c].words));
        if (derived)
            fprintf(to, " %7llu", (unsigned long long)m->derived);
        fputc('\n', to);
    }
}

/* Methods for which nothing is published, and what the messages do not carry. */
static void put_silent(const struct tally *t, int names, const struct report_style *st, FILE *to)
{
    char room[LINE_OCTETS];
    struct text text = text_fixed(room, sizeof room);
    for (size_t i = 0; methods[i]; i++)
        if (t->methods[i].examined > 0 && t->methods[i].words[AUTH_NONE] == t->methods[i].examined)
            text_addf(&text, "%s%s", text.len ? ", " : "", methods[i]->name);
    if (text.len == 0)
        return;
    fprintf(to, "%-*s ", names, "always none");
    report_wrapped(st, to, text_slice(&text), (size_t)names + 1, (size_t)names + 1);
}

static void put_stops_line(const struct compare_totals *c, size_t i, int names, FILE *to)
{
    const struct tally_method *real = &c->tally->methods[i], *m = c->other ? &c->other->methods[i] : real;
    if (real->stops + m->stops == 0)
        return;
    fprintf(to, "%-*s %8llu", names, methods[i]->name, (unsigned long long)real->stops);
    if (c->other)
        fprintf(to, " %8llu %8llu", (unsigned long long)m->stops, (unsigned long long)m->stops_derived);
    fprintf(to, " %8llu %8llu\n", (unsigned long long)m->alone, (unsigned long long)m->against);
}

static void put_stops(const struct compare_totals *c, int names, FILE *to)
{
    fprintf(to, "\nWho would have stopped what\n%-*s %8s", names, "", c->other ? "real" : "stops");
    if (c->other)
        fprintf(to, " %8s %8s", "as if", "derived");
    fprintf(to, " %8s %8s\n", "alone", "against");
    for (size_t i = 0; methods[i]; i++)
        put_stops_line(c, i, names, to);
    fprintf(to, "%-*s %8llu", names, "any", (unsigned long long)c->tally->stopped);
    if (c->other)
        fprintf(to, " %8llu", (unsigned long long)c->other->stopped);
    fputs("\nstops: it fails by what the domain published for such a message.\n", to);
    if (c->other)
        fputs("as if: had every domain said in every dialect what its SPF record says; derived:\n"
              "how many of these rest on what nobody published. The rest below is as if, too.\n", to);
    fputs("alone: no other method stops it.\n"
          "against: another one passes for the message's sender, author or signer.\n", to);
}

/* ---- many: the matrix ---- */

static void put_number(uint64_t n, FILE *to)
{
    if (n < 100000)
        fprintf(to, "%*llu", CELL_WIDTH, (unsigned long long)n);
    else if (n < 10000000)
        fprintf(to, "%*lluk", CELL_WIDTH - 1, (unsigned long long)(n / 1000));
    else
        fprintf(to, "%*lluM", CELL_WIDTH - 1, (unsigned long long)(n / 1000000));
}

static void put_agreement(const struct tally *t, size_t row, size_t column, FILE *to)
{
    uint64_t both, agree = tally_agree(t, row, column, &both);
    if (row == column || both == 0)
        fprintf(to, "%*s", CELL_WIDTH, row == column ? "." : "-");
    else
        fprintf(to, "%*u", CELL_WIDTH, (unsigned)(100.0 * (double)agree / (double)both));
}

static void put_contradiction(const struct tally *t, size_t row, size_t column, FILE *to)
{
    if (row == column)
        fprintf(to, "%*s", CELL_WIDTH, ".");
    else
        put_number(t->pairs[row][column][SAYS_YES][SAYS_NO], to);
}

static void put_matrix(const struct tally *t, const struct tally_spoken *s, int names, const struct report_style *st, FILE *to,
                       void (*cell)(const struct tally *, size_t row, size_t column, FILE *))
{
    size_t left = (size_t)names + 4, block = (st->columns - left) / CELL_WIDTH;
    for (size_t first = 0; first < s->count; first += block) {
        size_t end = first + block < s->count ? first + block : s->count;
        fprintf(to, "%*s", (int)left, "");
        for (size_t k = first; k < end; k++)
            fprintf(to, "%*zu", CELL_WIDTH, k + 1);
        fputc('\n', to);
        for (size_t i = 0; i < s->count; i++) {
            fprintf(to, "%3zu %-*s", i + 1, names, methods[s->at[i]]->name);
            for (size_t k = first; k < end; k++)
                cell(t, s->at[i], s->at[k], to);
            fputc('\n', to);
        }
    }
}

static void put_matrices(const struct tally *t, int names, const struct report_style *st, FILE *to)
{
    struct tally_spoken s;
    tally_spoken_of(t, &s);
    if (s.count < 2)
        return;
    fputs("\nAgreement: per cent, of messages both say something of (pass; fail or softfail)\n", to);
    put_matrix(t, &s, names, st, to, put_agreement);
    fputs("\nContradiction: messages the row's method passes and the column's fails\n", to);
    put_matrix(t, &s, names, st, to, put_contradiction);
}

/* ---- many: domains ---- */

static void add_who(struct text *t, const struct tally_domain *d, bool stopped)
{
    const char *before = stopped ? "stopped by " : "passed by ";
    for (size_t i = 0; methods[i]; i++) {
        uint32_t n = stopped ? d->methods[i].stops : d->methods[i].says[SAYS_YES];
        if (n == 0)
            continue;
        text_addf(t, "%s%s %u", before, methods[i]->name, n);
        before = ", ";
    }
    if (before[0] == ',')
        text_add_str(t, "; ");
}

static void put_domain(const struct tally_domain *d, const struct report_style *st, FILE *to)
{
    char room[LINE_OCTETS];
    struct text t = text_fixed(room, sizeof room);
    fprintf(to, "%8llu  ", (unsigned long long)d->messages);
    words_show(&t, d->domain.len ? d->domain : SLICE("(no domain)"));
    text_add_str(&t, "  ");
    add_who(&t, d, true);
    add_who(&t, d, false);
    report_wrapped(st, to, slice_trim(text_slice(&t), "; "), 10, 12);
}

static void put_domains(const struct tally *t, bool all, const struct report_style *st, FILE *to)
{
    struct arena *a = arena_new(4u << 20);
    const struct tally_domain **list = a ? tally_sorted(t, a) : NULL;
    size_t count = table_count(t->domains), shown = all || count < DOMAINS_SHOWN ? count : DOMAINS_SHOWN;
    if (!list)
        out_of_memory();
    fputs("\nBy domain of the author, else of the sender, else of the host\n", to);
    for (size_t i = 0; i < shown; i++)
        put_domain(list[i], st, to);
    if (shown < count)
        fprintf(to, "          ... and %zu domain%s more (--all)\n", count - shown, plural(count - shown));
    if (t->other_messages)
        fprintf(to, "%8llu  of other domains: no more than %d are told apart\n", (unsigned long long)t->other_messages, TALLY_DOMAINS_MAX);
    arena_free(a);
}

void compare_print_summary(const struct compare_totals *c, const struct report_style *st, FILE *to)
{
    int names = name_width();
    put_counts(c, to);
    if (c->tally->messages == 0)
        return;
    const struct tally *t = c->other ? c->other : c->tally;
    fputc('\n', to);
    put_results(c->tally, false, names, to);
    put_silent(c->tally, names, st, to);
    if (c->other) {
        fputs("\nResults as if every domain had said in every dialect what its SPF record says\n", to);
        put_results(c->other, true, names, to);
        put_silent(c->other, names, st, to);
    }
    put_stops(c, names, to);
    put_matrices(t, names, st, to);
    put_domains(t, c->all, st, to);
}
