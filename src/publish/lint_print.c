/* lint_print.c: a lint report for people, and as facts. */
#include "publish/lint.h"

#define LABEL_COLUMNS 10             /* "  warning " */
#define REPAIR_COLUMNS (LABEL_COLUMNS + 3)

/* ---- lines ---- */

static void add_blanks(struct text *t, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_add_octet(t, ' ');
}

static void break_line(struct text *t, size_t *column, size_t indent)
{
    text_add_octet(t, '\n');
    add_blanks(t, indent);
    *column = indent;
}

/* A word that fits on no line is cut where lines end. */
static void add_word(struct text *t, struct slice word, size_t *column, size_t indent)
{
    while (word.len > LINT_COLUMNS - *column) {
        struct slice piece = slice_first(word, LINT_COLUMNS - *column);
        text_add(t, piece);
        word = slice_from(word, piece.len);
        break_line(t, column, indent);
    }
    text_add(t, word);
    *column += word.len;
}

void text_add_wrapped(struct text *t, struct slice shown, size_t used, size_t indent)
{
    size_t column = used;
    bool begun = false;
    struct slice word;
    while (shown.len > 0) {
        (void)slice_cut(shown, ' ', &word, &shown);
        if (begun && column + 1 + word.len > LINT_COLUMNS && (word.len <= LINT_COLUMNS - indent || column + 1 >= LINT_COLUMNS)) {
            break_line(t, &column, indent);
        } else if (begun) {
            text_add_octet(t, ' ');
            column++;
        }
        add_word(t, word, &column, indent);
        begun = true;
    }
    text_add_octet(t, '\n');
}

/* text_add_shown stops at 1024 octets, and a record may be longer. */
static struct slice shown_whole(struct arena *a, struct slice foreign)
{
    enum { PIECE = 1024 };
    struct text t = text_in(a, 4 * foreign.len + 1);
    for (; foreign.len > 0; foreign = slice_from(foreign, PIECE))
        text_add_shown(&t, slice_first(foreign, PIECE), false);
    return text_slice(&t);
}

static void add_count(struct text *t, size_t n, const char *one, const char *several)
{
    text_addf(t, "%zu %s", n, n == 1 ? one : several);
}

void text_add_lint_levels(struct text *t, const size_t levels[LINT_LEVELS])
{
    add_count(t, levels[LINT_ERROR], "error", "errors");
    text_add_str(t, ", ");
    add_count(t, levels[LINT_WARNING], "warning", "warnings");
    text_add_str(t, ", ");
    add_count(t, levels[LINT_NOTE], "note", "notes");
    if (levels[LINT_UNKNOWN] > 0)
        text_addf(t, ", %zu unknown", levels[LINT_UNKNOWN]);
}

/* ---- sections ---- */

static void add_record(struct text *t, struct arena *a, const struct lint_found *r)
{
    struct text line = text_in(a, SIZE_MAX);
    char type[16];
    text_add(&line, shown_whole(a, r->owner));
    text_addf(&line, " %s ", rtype_name(r->type, type));
    text_add(&line, shown_whole(a, r->text));
    text_add_str(t, "  record  ");
    text_add_wrapped(t, text_slice(&line), LABEL_COLUMNS, LABEL_COLUMNS + 2);
}

static void add_finding(struct text *t, struct arena *a, const struct lint_finding *f)
{
    struct text line = text_in(a, SIZE_MAX);
    text_add(&line, shown_whole(a, f->owner));
    text_add_str(&line, f->owner.len > 0 ? ": " : "");
    text_add(&line, shown_whole(a, f->text));
    text_addf(&line, " [%s]", f->code);
    text_addf(t, "  %-7s ", lint_level_word(f->level));
    text_add_wrapped(t, text_slice(&line), LABEL_COLUMNS, LABEL_COLUMNS);
    if (f->repair.len == 0)
        return;
    add_blanks(t, LABEL_COLUMNS);
    text_add_str(t, "-> ");
    text_add_wrapped(t, shown_whole(a, f->repair), REPAIR_COLUMNS, REPAIR_COLUMNS);
}

static void add_section(struct text *t, struct arena *a, const struct lint_section *s)
{
    if (s->record_count == 0 && s->finding_count == 0)
        return;
    text_addf(t, "\n%s: %s\n", s->by, s->title);
    for (size_t i = 0; i < s->record_count; i++)
        add_record(t, a, &s->records[i]);
    /* What is worst comes first. */
    static const enum lint_level order[] = { LINT_ERROR, LINT_UNKNOWN, LINT_WARNING, LINT_NOTE };
    for (size_t k = 0; k < COUNT_OF(order); k++)
        for (size_t i = 0; i < s->finding_count; i++)
            if (s->findings[i].level == order[k])
                add_finding(t, a, &s->findings[i]);
}

void text_add_lint(struct text *t, const struct lint_report *report)
{
    text_add(t, shown_whole(report->arena, report->domain));
    text_add_str(t, ": ");
    text_add_lint_levels(t, report->levels);
    text_add_octet(t, '\n');
    for (size_t i = 0; i < report->section_count; i++)
        add_section(t, report->arena, &report->sections[i]);
}

/* ---- facts ---- */

static void record_fact(struct arena *a, struct fact *f, const struct lint_found *r)
{
    char type[16];
    fact_add_text(a, f, "owner", r->owner);
    fact_add_text(a, f, "type", slice_dup(a, slice_str(rtype_name(r->type, type))));
    fact_add_text(a, f, "text", r->text);
}

static void finding_fact(struct arena *a, struct fact *f, const struct lint_finding *found)
{
    fact_add_str(a, f, "level", lint_level_word(found->level));
    fact_add_str(a, f, "code", found->code);
    fact_add_text(a, f, "owner", found->owner);
    fact_add_text(a, f, "text", found->text);
    if (found->repair.len > 0)
        fact_add_text(a, f, "repair", found->repair);
    else
        fact_add_null(a, f, "repair");
}

struct fact *lint_facts(const struct lint_report *report)
{
    struct arena *a = report->arena;
    struct fact *f = fact_group(a, NULL);
    fact_add_number(a, f, "version", 1);
    fact_add_text(a, f, "domain", report->domain);
    fact_add_number(a, f, "errors", (int64_t)report->levels[LINT_ERROR]);
    fact_add_number(a, f, "warnings", (int64_t)report->levels[LINT_WARNING]);
    fact_add_number(a, f, "notes", (int64_t)report->levels[LINT_NOTE]);
    fact_add_number(a, f, "unknown", (int64_t)report->levels[LINT_UNKNOWN]);
    struct fact *sections = fact_add_list(a, f, "sections");
    for (size_t i = 0; i < report->section_count; i++) {
        const struct lint_section *s = &report->sections[i];
        struct fact *one = fact_add_group(a, sections, NULL);
        fact_add_str(a, one, "name", s->by);
        fact_add_str(a, one, "title", s->title);
        struct fact *records = fact_add_list(a, one, "records"), *findings = fact_add_list(a, one, "findings");
        for (size_t k = 0; k < s->record_count; k++)
            record_fact(a, fact_add_group(a, records, NULL), &s->records[k]);
        for (size_t k = 0; k < s->finding_count; k++)
            finding_fact(a, fact_add_group(a, findings, NULL), &s->findings[k]);
    }
    return f;
}
