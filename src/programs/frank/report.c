/* report.c: the layout of the report a person reads; its sentences are report_words.c's. */
#include "programs/frank/report.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "methods/list.h"
#include "programs/frank/report_words.h"

#define COLUMNS 80
#define INDENT 2
#define NAME_WIDTH 7           /* a wider name or word moves the column for the whole report */
#define WORD_WIDTH 7
#define TEXT_COLUMN (INDENT + NAME_WIDTH + WORD_WIDTH)
#define CELL_FIRST 21          /* legacy methods, several a line: where the second begins, and then each next */
#define CELL_STEP 14
#define CELL_GAP 3
#define EXPLAIN_INDENT 9
#define EXPLAIN_DEPTH_MAX 8    /* our own trees are four levels deep */
#define LINE_OCTETS 5000       /* one fact as shown: 1024 octets, each as \xHH */
#define LINES_MAX 64           /* method lines kept to find the columns; METHODS_MAX and their subjects fit */

/* ---- style ---- */

struct report_style report_style_of(FILE *to)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    bool plain = (no_color && no_color[0]) || !term || strcmp(term, "dumb") == 0;
    return (struct report_style){ .colour = isatty(fileno(to)) && !plain, .columns = COLUMNS };
}

static const char *colour_of(struct slice word)
{
    static const struct { const char *word, *colour; } table[] = {
        { "accept", "\033[32;1m" }, { "pass", "\033[32m" }, { "reject", "\033[31;1m" }, { "fail", "\033[31m" },
        { "permerror", "\033[31m" }, { "quarantine", "\033[33;1m" }, { "defer", "\033[33;1m" }, { "discard", "\033[31;1m" },
        { "softfail", "\033[33m" }, { "temperror", "\033[33m" }, { "policy", "\033[33m" },
    };
    for (size_t i = 0; i < COUNT_OF(table); i++)
        if (slice_same(word, slice_str(table[i].word)))
            return table[i].colour;
    return "";
}

void report_coloured(const struct report_style *st, FILE *to, struct slice meaning, struct slice text)
{
    const char *colour = st->colour ? colour_of(meaning) : "";
    fprintf(to, "%s%.*s%s", colour, (int)text.len, (const char *)text.at, colour[0] ? "\033[0m" : "");
}

/* ---- text ---- */

size_t report_columns(struct slice s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += (s.at[i] & 0xc0) != 0x80;         /* UTF-8 continuation octets take no column */
    return n;
}

/* Where to break: the last blank that fits, or the column itself. */
static size_t break_at(struct slice s, size_t room)
{
    size_t columns = 0, blank = 0, i = 0;
    for (; i < s.len; i++) {
        columns += (s.at[i] & 0xc0) != 0x80;
        if (columns > room)
            break;
        if (s.at[i] == ' ')
            blank = i;
    }
    if (i == s.len)
        return s.len;
    return s.at[i] == ' ' ? i : blank > 0 ? blank : i;
}

void report_wrapped(const struct report_style *st, FILE *to, struct slice s, size_t used, size_t indent)
{
    for (;;) {
        size_t n = break_at(s, st->columns > used + 10 ? st->columns - used : 10);
        size_t end = n;
        while (end > 0 && s.at[end - 1] == ' ')
            end--;
        fwrite(s.at, 1, end, to);
        fputc('\n', to);
        while (n < s.len && s.at[n] == ' ')
            n++;
        s = slice_from(s, n);
        if (s.len == 0)
            return;
        fprintf(to, "%*s", (int)indent, "");
        used = indent;
    }
}

void report_foreign(const struct report_style *st, FILE *to, struct slice foreign, size_t used, size_t indent)
{
    char room[LINE_OCTETS];
    struct text t = text_fixed(room, sizeof room);
    words_show(&t, foreign);
    report_wrapped(st, to, text_slice(&t), used, indent);
}

/* ---- method lines ---- */

struct line { const char *name; const struct fact *result; const char *subject; };       /* subject: the member that names it; NULL: none */
struct lines { struct line at[LINES_MAX]; size_t count; size_t name_width, word_width; };

static struct slice text_of(const struct fact *g)
{
    struct slice text = fact_text(g, "text");
    return text.len ? text : fact_text(g, "reason");
}

static void line_add(struct lines *l, const struct method *m, const struct fact *result)
{
    if (l->count == LINES_MAX)
        return;
    l->at[l->count++] = (struct line){ m->name, result, m->subject_member };
    size_t name_width = strlen(m->name) + 1, word_width = fact_text(result, "result").len + 1;
    l->name_width = name_width > l->name_width ? name_width : l->name_width;
    l->word_width = word_width > l->word_width ? word_width : l->word_width;
}

/* --explain: everything else that is known of a result. */
static void put_known(const struct report_style *st, FILE *to, const struct fact *g, unsigned depth);

static bool is_said_already(const struct fact *f, unsigned depth)
{
    return (f->kind == FACT_TEXT && f->text.len == 0) || (f->name && (strcmp(f->name, "claim") == 0 || (depth == 0 && (strcmp(f->name, "result") == 0 || strcmp(f->name, "text") == 0))));
}

static void put_one_known(const struct report_style *st, FILE *to, const struct fact *f, unsigned depth)
{
    size_t indent = EXPLAIN_INDENT + 2 * (size_t)depth, used = indent + (f->name ? strlen(f->name) + 2 : 2);
    bool many = (f->kind == FACT_LIST || f->kind == FACT_GROUP) && f->first;
    fprintf(to, "%*s%s%s%s", (int)indent, "", f->name ? f->name : "-", f->name ? ":" : "", many ? "" : " ");
    switch (f->kind) {
    case FACT_NULL: fputs("none\n", to); break;
    case FACT_FLAG: fputs(f->flag ? "yes\n" : "no\n", to); break;
    case FACT_NUMBER: fprintf(to, "%lld\n", (long long)f->number); break;
    case FACT_TEXT: report_foreign(st, to, f->text, used, indent + 2); break;
    case FACT_LIST: case FACT_GROUP:
        fputs(f->first ? "\n" : "none\n", to);
        if (depth < EXPLAIN_DEPTH_MAX)
            put_known(st, to, f, depth + 1);
        break;
    }
}

/* A list's group on one line: its sentence if it has one ("none: no SPF record"), else "term mx, outcome match". */
static void put_step(const struct report_style *st, FILE *to, const struct fact *g, unsigned depth)
{
    char room[LINE_OCTETS];
    struct text t = text_fixed(room, sizeof room);
    size_t indent = EXPLAIN_INDENT + 2 * (size_t)depth;
    struct slice sentence = fact_text(g, "text"), word = fact_text(g, "result");
    words_show(&t, word);
    text_add_str(&t, word.len ? ": " : "");
    words_show(&t, sentence);
    for (const struct fact *f = sentence.len ? NULL : g->first; f; f = f->next) {
        text_addf(&t, "%s%s ", f == g->first ? "" : ", ", f->name ? f->name : "");
        switch (f->kind) {
        case FACT_TEXT: words_show(&t, f->text); break;
        case FACT_NUMBER: text_addf(&t, "%lld", (long long)f->number); break;
        case FACT_FLAG: text_add_str(&t, f->flag ? "yes" : "no"); break;
        case FACT_NULL: text_add_str(&t, "none"); break;
        case FACT_LIST: case FACT_GROUP: text_add_str(&t, "..."); break;
        }
    }
    fprintf(to, "%*s", (int)indent, "");
    report_wrapped(st, to, text_slice(&t), indent, indent + 2);
}

static void put_known(const struct report_style *st, FILE *to, const struct fact *g, unsigned depth)
{
    for (const struct fact *f = g->first; f; f = f->next) {
        if (g->kind == FACT_LIST && f->kind == FACT_GROUP)
            put_step(st, to, f, depth);
        else if (!is_said_already(f, depth))
            put_one_known(st, to, f, depth);
    }
}

static void put_line(const struct report_style *st, FILE *to, const struct lines *l, const struct line *line)
{
    struct slice word = fact_text(line->result, "result");
    size_t column = INDENT + l->name_width + l->word_width;
    fprintf(to, "%*s%-*s", INDENT, "", (int)l->name_width, line->name);
    report_coloured(st, to, word, word);
    fprintf(to, "%*s", (int)(l->word_width - word.len), "");
    char room[LINE_OCTETS];
    struct text t = text_fixed(room, sizeof room);
    words_show(&t, line->subject ? fact_text(line->result, line->subject) : (struct slice){ 0 });
    text_add_str(&t, t.len ? ": " : "");
    words_show(&t, text_of(line->result));
    report_wrapped(st, to, text_slice(&t), column, column);
    if (st->explain)
        put_known(st, to, line->result, 0);
}

/* ---- methods of the drafts: several a line while they are short ---- */

/* Says all there is to say. */
static bool is_plain(struct slice word)
{
    return slice_same(word, SLICE("none")) || slice_same(word, SLICE("pass"));
}

/* The name's column in a row's first cell; at least a blank stands behind the name. */
static size_t first_name_width(const struct line *line)
{
    size_t needed = strlen(line->name) + 1;
    return needed > NAME_WIDTH ? needed : NAME_WIDTH;
}

static size_t cell_width(const struct line *line, size_t used)
{
    struct slice word = fact_text(line->result, "result"), text = text_of(line->result);
    size_t said = is_plain(word) ? 0 : report_columns(text) + 2;
    if (used == 0)
        return first_name_width(line) + (said ? WORD_WIDTH + said : word.len);
    return strlen(line->name) + 2 + word.len + said;
}

static void put_cell(const struct report_style *st, FILE *to, const struct line *line, size_t used)
{
    struct slice word = fact_text(line->result, "result");
    bool first = used == 0, plain = is_plain(word);
    fprintf(to, "%*s%-*s%s", first ? INDENT : 0, "", first ? (int)first_name_width(line) : 0, line->name, first ? "" : "  ");
    report_coloured(st, to, word, word);
    if (first && !plain)
        fprintf(to, "%*s", word.len < WORD_WIDTH ? (int)(WORD_WIDTH - word.len) : 1, "");
    if (plain)
        return;
    char room[LINE_OCTETS];
    struct text t = text_fixed(room, sizeof room);
    words_show(&t, text_of(line->result));
    fprintf(to, "%s%.*s", first ? "" : "  ", (int)text_slice(&t).len, room);
}

/* Where the cell behind `end` may begin. */
static size_t next_stop(size_t end)
{
    size_t stop = CELL_FIRST;
    while (stop < end + CELL_GAP)
        stop += CELL_STEP;
    return stop;
}

static void put_cells(const struct report_style *st, FILE *to, const struct lines *l)
{
    size_t used = 0;
    for (size_t i = 0; i < l->count; i++) {
        size_t stop = used ? next_stop(used) : 0;
        if (used && stop + cell_width(&l->at[i], used) > st->columns) {
            fputc('\n', to);
            used = stop = 0;
        }
        if (used && l->at[i].subject) {
            fputc('\n', to);
            used = stop = 0;
        }
        size_t width = cell_width(&l->at[i], used);
        if (used == 0 && (INDENT + width > st->columns || l->at[i].subject)) {
            put_line(st, to, l, &l->at[i]);
            continue;
        }
        fprintf(to, "%*s", used ? (int)(stop - used) : 0, "");
        put_cell(st, to, &l->at[i], used);
        used = (used ? stop : INDENT) + width;
    }
    if (used)
        fputc('\n', to);
}

/* ---- all methods ---- */

/* Not worth a line of its own: nothing is published and nothing was expected, or another method says the same. */
static bool is_quiet(const struct fact *result)
{
    return fact_flag(fact_find(result, "claim"), "quiet") && !slice_same(fact_text(result, "reason"), SLICE("exempt"));
}

/* Methods for which nothing is published share one line. */
static bool is_silent(const struct fact *result)
{
    return is_quiet(result) && slice_same(fact_text(result, "result"), SLICE("none"));
}

static bool all_silent(const struct fact *list)
{
    for (const struct fact *one = list->first; one; one = one->next)
        if (!is_silent(one))
            return false;
    return list->first != NULL;
}

static bool is_legacy(const struct method *m)
{
    return !m->registered || m->historic;
}

static void gather(const struct fact *record, bool legacy, bool all, struct lines *l)
{
    *l = (struct lines){ .name_width = NAME_WIDTH, .word_width = WORD_WIDTH };
    for (size_t i = 0; methods[i]; i++) {
        const struct fact *f = fact_find(record, methods[i]->name);
        if (!f || is_legacy(methods[i]) != legacy)
            continue;
        if (f->kind == FACT_GROUP && (all || (words_worth_a_line(methods[i]->name, f) && !is_quiet(f))))
            line_add(l, methods[i], f);
        for (const struct fact *one = f->kind == FACT_LIST ? f->first : NULL; one; one = one->next)
            if (all || (words_worth_a_line(methods[i]->name, one) && !is_quiet(one)))
                line_add(l, methods[i], one);
    }
}

/* A list without entries: the message carries nothing of the kind, if that is worth saying. */
static void put_empty_lists(const struct fact *record, const struct report_style *st, FILE *to, const struct lines *l, bool all)
{
    for (size_t i = 0; methods[i]; i++) {
        const struct fact *f = fact_find(record, methods[i]->name);
        const char *nothing = methods[i]->nothing ? methods[i]->nothing : all ? "nothing to examine" : NULL;
        if (!f || f->kind != FACT_LIST || f->first || !nothing)
            continue;
        size_t width = strlen(methods[i]->name) + 1;
        fprintf(to, "%*s%-*s", INDENT, "", (int)(width > l->name_width ? width : l->name_width), methods[i]->name);
        report_coloured(st, to, SLICE("none"), SLICE("none"));
        fprintf(to, "%*s%s\n", (int)(l->word_width - 4), "", nothing);
    }
}

/* The place of the methods whose results are a list, among those earlier and later: where an empty list is said. */
static size_t first_list(void)
{
    size_t i = 0;
    while (methods[i] && !methods[i]->nothing)
        i++;
    return i;
}

static void put_methods(const struct fact *record, const struct report_style *st, FILE *to, bool all)
{
    struct lines lines;
    gather(record, false, all || st->explain, &lines);
    size_t i = 0;
    for (; i < lines.count && method_index(method_named(slice_str(lines.at[i].name))) < first_list(); i++)
        put_line(st, to, &lines, &lines.at[i]);
    put_empty_lists(record, st, to, &lines, all);
    for (; i < lines.count; i++)
        put_line(st, to, &lines, &lines.at[i]);
    struct lines legacy;
    gather(record, true, all || st->explain, &legacy);
    if (!st->explain && !all) {
        put_cells(st, to, &legacy);
        return;
    }
    for (i = 0; i < legacy.count; i++)
        put_line(st, to, &legacy, &legacy.at[i]);
}

void report_methods(const struct fact *record, const struct report_style *st, FILE *to)
{
    put_methods(record, st, to, true);
}

/* ---- the head: what happened ---- */

static void put_head(const struct fact *record, const struct report_style *st, FILE *to)
{
    const struct fact *v = fact_find(record, "verdict"), *reply = fact_find(v, "reply");
    struct slice disposition = fact_text(v, "disposition");
    char room[LINE_OCTETS], upper[16], rule_room[LINE_OCTETS];
    struct text t = text_fixed(room, sizeof room), rule = text_fixed(rule_room, sizeof rule_room);
    struct slice word = slice_first(disposition, sizeof upper);
    for (size_t i = 0; i < word.len; i++)
        upper[i] = (char)(is_alpha(word.at[i]) ? word.at[i] & 0xdf : word.at[i]);
    if (reply && reply->kind == FACT_GROUP) {
        text_addf(&t, "%lld ", (long long)fact_number(reply, "code", 0));
        words_show(&t, fact_text(reply, "enhanced"));
        text_add_str(&t, "  ");
    }
    words_sender(&t, record);
    text_add_str(&rule, "rule ");
    words_show(&rule, fact_text(v, "rule"));
    report_coloured(st, to, disposition, slice_of(upper, word.len));
    fputs("  ", to);
    size_t used = word.len + 2;
    bool together = used + report_columns(text_slice(&t)) + 5 + report_columns(text_slice(&rule)) <= st->columns;
    if (together)
        text_addf(&t, "     %.*s", (int)text_slice(&rule).len, rule_room);
    report_wrapped(st, to, text_slice(&t), used, INDENT);
    if (!together)
        fprintf(to, "%*s%.*s\n", INDENT, "", (int)text_slice(&rule).len, rule_room);
}

static void put_indented(const struct report_style *st, FILE *to, struct slice text)
{
    fprintf(to, "%*s", INDENT, "");
    report_wrapped(st, to, text, INDENT, INDENT);
}

/* What a dry run or a date ahead would have done, and what a tag says. */
static void put_notes(const struct fact *record, const struct report_style *st, FILE *to)
{
    const struct fact *v = fact_find(record, "verdict");
    char room[LINE_OCTETS];
    struct text t = text_fixed(room, sizeof room);
    if (fact_flag(v, "dry_run")) {
        text_add_str(&t, "Would ");
        words_show(&t, fact_text(v, "would"));
        text_add_str(&t, " by rule ");
        words_show(&t, fact_text(v, "would_rule"));
        text_add_str(&t, ", which does not act yet.");
        put_indented(st, to, text_slice(&t));
        text_reset(&t);
    }
    if (fact_text(v, "tags").len > 0) {
        text_add_str(&t, "Tagged ");
        words_show(&t, slice_first(fact_text(v, "tags"), 600));
        text_add_str(&t, ".");
        put_indented(st, to, text_slice(&t));
    }
}

static void put_sentence(const struct fact *record, const struct report_style *st, FILE *to)
{
    char room[LINE_OCTETS];
    struct text t = text_fixed(room, sizeof room);
    words_sentence(&t, record, st->columns - INDENT);
    put_indented(st, to, text_slice(&t));
}

/* ---- the tail: what to do, what it rests on ---- */

static void put_tail(const struct report_style *st, FILE *to, const char *name, struct slice text)
{
    if (text.len == 0)
        return;
    fprintf(to, "%*s%-*s", INDENT, "", NAME_WIDTH + WORD_WIDTH, name);
    report_wrapped(st, to, text, TEXT_COLUMN, TEXT_COLUMN);
}

/* With --explain everything that could be repaired, else the one thing that decides. */
static void put_repairs(const struct fact *record, const struct report_style *st, FILE *to)
{
    char room[LINE_OCTETS];
    struct text t = text_fixed(room, sizeof room);
    const struct fact *list = fact_find(record, "repair");
    words_repair(&t, record);
    if (!st->explain || !list || !list->first) {
        put_tail(st, to, "repair", text_slice(&t));
        return;
    }
    for (const struct fact *f = list->first; f; f = f->next) {
        text_reset(&t);
        words_show(&t, fact_text(f, "text"));
        put_tail(st, to, "repair", text_slice(&t));
    }
}

/* "none          callerid, imx, msd": what has no line of its own. */
static void put_silent(const struct fact *record, const struct report_style *st, FILE *to)
{
    char room[LINE_OCTETS];
    struct text t = text_fixed(room, sizeof room);
    for (size_t i = 0; methods[i] && !st->explain; i++) {
        const struct fact *f = fact_find(record, methods[i]->name);
        if (f && (f->kind == FACT_LIST ? all_silent(f) : is_silent(f)) && words_worth_a_line(methods[i]->name, f))
            text_addf(&t, "%s%s", t.len ? ", " : "", methods[i]->name);
    }
    put_tail(st, to, "none", text_slice(&t));
}

void report_print(const struct fact *record, const struct report_style *st, FILE *to)
{
    char room[LINE_OCTETS];
    struct text t = text_fixed(room, sizeof room);
    put_head(record, st, to);
    put_sentence(record, st, to);
    put_notes(record, st, to);
    put_methods(record, st, to, false);
    put_silent(record, st, to);
    put_repairs(record, st, to);
    words_origin(&t, record);
    put_tail(st, to, "facts", text_slice(&t));
}
