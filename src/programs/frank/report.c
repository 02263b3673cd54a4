/* report.c: the report a person reads. Everything foreign in it was shown-escaped here or before. */
#include "programs/frank/report.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "methods/list.h"

#define COLUMNS 80
#define NAME_WIDTH 7          /* "domainkeys" is wider; the column then moves for its line only */
#define WORD_WIDTH 7
#define LINE_MAX_OCTETS 1200  /* one fact as shown (text_add_shown's cap) */

/* ---- style ---- */

struct report_style report_style_of(FILE *to)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    bool plain = (no_color && no_color[0]) || (term && strcmp(term, "dumb") == 0);
    return (struct report_style){ .colour = isatty(fileno(to)) && !plain, .columns = COLUMNS };
}

static const char *colour_of(struct slice word)
{
    static const struct { const char *word, *colour; } table[] = {
        { "accept", "\033[32m" }, { "pass", "\033[32m" }, { "reject", "\033[31;1m" }, { "fail", "\033[31m" },
        { "permerror", "\033[31m" }, { "quarantine", "\033[33;1m" }, { "defer", "\033[33;1m" }, { "discard", "\033[31;1m" },
        { "softfail", "\033[33m" }, { "temperror", "\033[33m" }, { "policy", "\033[33m" },
    };
    for (size_t i = 0; i < COUNT_OF(table); i++)
        if (slice_same(word, slice_str(table[i].word)))
            return table[i].colour;
    return "";
}

static void put_word(const struct report_style *st, FILE *to, struct slice word, unsigned width)
{
    const char *colour = st->colour ? colour_of(word) : "";
    fprintf(to, "%s%.*s%s", colour, (int)word.len, (const char *)word.at, colour[0] ? "\033[0m" : "");
    for (size_t i = word.len; i < width; i++)
        fputc(' ', to);
}

/* ---- text ---- */

struct shown { char at[LINE_MAX_OCTETS * 4]; size_t len; };

static void show(struct shown *s, struct slice foreign)
{
    struct text t = text_fixed(s->at, sizeof s->at);
    text_add_shown(&t, foreign, true);
    s->len = text_slice(&t).len;
}

static size_t columns_of(struct slice s)
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
    return blank > 0 ? blank : i;
}

/* Wrapped to the width, further lines indented; the first line already has `used` columns. */
static void put_wrapped(const struct report_style *st, FILE *to, struct slice s, size_t used, unsigned indent)
{
    for (;;) {
        size_t room = st->columns > used + 10 ? st->columns - used : 10;
        size_t n = break_at(s, room);
        fwrite(s.at, 1, n, to);
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

/* ---- method lines ---- */

static struct slice line_text(const struct fact *g)
{
    struct slice text = fact_text(g, "text");
    return text.len ? text : fact_text(g, "reason");
}

static void put_result_line(const struct report_style *st, FILE *to, const char *name, const struct fact *g)
{
    struct shown s;
    show(&s, line_text(g));
    int width = (int)strlen(name) > NAME_WIDTH - 1 ? (int)strlen(name) + 1 : NAME_WIDTH;
    fprintf(to, "  %-*s", width, name);
    struct slice word = fact_text(g, "result");
    size_t word_width = word.len >= WORD_WIDTH ? word.len + 1 : WORD_WIDTH;
    put_word(st, to, word, (unsigned)word_width);
    put_wrapped(st, to, slice_of(s.at, s.len), 2 + (size_t)width + word_width, 2 + NAME_WIDTH + WORD_WIDTH);
}

static void put_facts(FILE *to, const struct fact *g, unsigned indent)
{
    for (const struct fact *f = g->first; f; f = f->next) {
        struct shown s;
        if (f->name && (strcmp(f->name, "result") == 0 || strcmp(f->name, "text") == 0 || strcmp(f->name, "claim") == 0))
            continue;
        fprintf(to, "%*s%s%s", (int)indent, "", f->name ? f->name : "-", f->name ? ": " : " ");
        switch (f->kind) {
        case FACT_NULL: fputs("none\n", to); break;
        case FACT_FLAG: fputs(f->flag ? "yes\n" : "no\n", to); break;
        case FACT_NUMBER: fprintf(to, "%lld\n", (long long)f->number); break;
        case FACT_TEXT:
            show(&s, f->text);
            fprintf(to, "%.*s\n", (int)s.len, s.at);
            break;
        case FACT_LIST: case FACT_GROUP:
            fputc('\n', to);
            if (indent < 24)          /* our own trees are four levels deep at most */
                put_facts(to, f, indent + 2);
            break;
        }
    }
}

static void put_result(const struct report_style *st, FILE *to, const char *name, const struct fact *g)
{
    put_result_line(st, to, name, g);
    if (st->explain)
        put_facts(to, g, 9);
}

static void put_none(const struct report_style *st, FILE *to, const char *name)
{
    fprintf(to, "  %-*s", NAME_WIDTH, name);
    put_word(st, to, SLICE("none"), WORD_WIDTH);
    fputs("no signature\n", to);
}

static void put_method(const struct report_style *st, FILE *to, const struct method *m, const struct fact *f)
{
    if (f->kind != FACT_LIST) {
        put_result(st, to, m->name, f);
        return;
    }
    if (!f->first)
        put_none(st, to, m->name);
    for (const struct fact *one = f->first; one; one = one->next)
        put_result(st, to, m->name, one);
}

/* Methods of the drafts: short, several a line, the text only where it is no plain "none". */
static void put_legacy(const struct report_style *st, FILE *to, const struct fact *record)
{
    size_t used = 0;
    for (size_t i = 0; methods[i]; i++) {
        const struct fact *f = fact_find(record, methods[i]->name);
        if (!f || methods[i]->registered || f->kind != FACT_GROUP)
            continue;
        struct slice word = fact_text(f, "result");
        struct shown s = { .len = 0 };
        if (!slice_same(word, SLICE("none")) && !slice_same(word, SLICE("pass")))
            show(&s, line_text(f));
        struct slice text = slice_of(s.at, s.len);
        size_t width = NAME_WIDTH + (word.len >= WORD_WIDTH ? word.len + 1 : WORD_WIDTH) + columns_of(text);
        if (width > 30 || st->explain) {
            if (used)
                fputc('\n', to);
            used = 0;
            put_result(st, to, methods[i]->name, f);
            continue;
        }
        if (used && used + width + 4 > st->columns) {
            fputc('\n', to);
            used = 0;
        }
        fprintf(to, "%*s%-*s", used ? 0 : 2, "", NAME_WIDTH, methods[i]->name);
        put_word(st, to, word, WORD_WIDTH);
        fprintf(to, "%.*s%*s", (int)text.len, (const char *)text.at, width < 20 ? (int)(20 - width) : 2, "");
        used += (used ? 0 : 2) + (width < 20 ? 20 : width + 2);
    }
    if (used)
        fputc('\n', to);
}

void report_methods(const struct fact *record, const struct report_style *st, FILE *to)
{
    for (size_t i = 0; methods[i]; i++) {
        const struct fact *f = fact_find(record, methods[i]->name);
        if (f && methods[i]->registered && !(slice_same(fact_text(f, "result"), SLICE("none")) && !st->explain
                && strcmp(methods[i]->name, "auth") == 0))
            put_method(st, to, methods[i], f);
    }
    put_legacy(st, to, record);
}

/* ---- the head: what happened ---- */

static void put_head(const struct fact *record, const struct report_style *st, FILE *to)
{
    const struct fact *v = fact_find(record, "verdict"), *session = fact_find(record, "session");
    struct slice disposition = fact_text(v, "disposition");
    uint8_t upper[16];
    struct slice word = slice_first(disposition, sizeof upper);
    for (size_t i = 0; i < word.len; i++)
        upper[i] = is_alpha(word.at[i]) ? (uint8_t)(word.at[i] & 0xdf) : word.at[i];
    fprintf(to, "%s%.*s%s", st->colour ? colour_of(disposition) : "", (int)word.len, (const char *)upper, st->colour ? "\033[0m" : "");
    const struct fact *reply = fact_find(v, "reply");
    if (reply && reply->kind == FACT_GROUP) {
        struct slice enhanced = fact_text(reply, "enhanced");
        fprintf(to, "  %lld %.*s", (long long)fact_number(reply, "code", 0), (int)enhanced.len, (const char *)enhanced.at);
    }
    struct shown who, rule;
    struct slice sender = fact_text(session, "mail_from");
    show(&who, sender.len ? sender : SLICE("<>"));
    show(&rule, fact_text(v, "rule"));
    fprintf(to, "  %.*s     rule %.*s\n", (int)who.len, who.at, (int)rule.len, rule.at);
}

static void put_sentence(const struct fact *record, const struct report_style *st, FILE *to)
{
    const struct fact *session = fact_find(record, "session"), *v = fact_find(record, "verdict");
    struct slice ip = fact_text(session, "ip"), user = fact_text(session, "auth_user");
    char line[LINE_MAX_OCTETS * 4];
    struct text t = text_fixed(line, sizeof line);
    text_add_str(&t, ip.len ? "Sent from " : "Client address not known");
    text_add_shown(&t, ip, true);
    if (user.len) {
        text_add_str(&t, ", authenticated as ");
        text_add_shown(&t, slice_first(user, 80), true);
    }
    struct slice reason = fact_text(v, "reason");
    if (reason.len) {
        text_add_str(&t, "; ");
        text_add_shown(&t, slice_first(reason, 600), true);
    }
    text_add_str(&t, ".");
    fputs("  ", to);
    put_wrapped(st, to, text_slice(&t), 2, 2);
    if (fact_flag(v, "dry_run"))
        fprintf(to, "  Dry run: would %.*s by %.*s.\n", (int)fact_text(v, "would").len, (const char *)fact_text(v, "would").at,
                (int)fact_text(v, "would_rule").len, (const char *)fact_text(v, "would_rule").at);
}

/* ---- the tail: what to do, what it rests on ---- */

static void put_repair(const struct report_style *st, FILE *to, const struct fact *f)
{
    struct shown s;
    show(&s, fact_text(f, "text"));
    fprintf(to, "  %-*s", NAME_WIDTH + WORD_WIDTH, "repair");
    put_wrapped(st, to, slice_of(s.at, s.len), 2 + NAME_WIDTH + WORD_WIDTH, 2 + NAME_WIDTH + WORD_WIDTH);
}

static bool is_accepted(const struct fact *record)
{
    return slice_same(fact_text(fact_find(record, "verdict"), "disposition"), SLICE("accept"));
}

/* The first thing to do; with --explain all of them. Accepted mail needs none. */
static void put_repairs(const struct fact *record, const struct report_style *st, FILE *to)
{
    const struct fact *list = fact_find(record, "repair");
    const struct fact *first = list ? list->first : NULL;
    for (const struct fact *f = first; f && st->explain; f = f->next)
        put_repair(st, to, f);
    if (st->explain || is_accepted(record))
        return;
    /* What concerns the client's own name comes first in the list and last in use. */
    while (first && first->next && slice_same(fact_text(first, "method"), SLICE("iprev")))
        first = first->next;
    if (first)
        put_repair(st, to, first);
}

static void put_origin(const struct fact *record, const struct report_style *st, FILE *to)
{
    struct slice from = fact_text(fact_find(record, "session"), "origin");
    const struct fact *dns = fact_find(record, "dns");
    char line[LINE_MAX_OCTETS];
    struct text t = text_fixed(line, sizeof line);
    text_add_shown(&t, from, true);
    text_addf(&t, "%s%lld DNS questions", from.len ? "; " : "", (long long)fact_number(dns, "queries", 0));
    int64_t failed = fact_number(dns, "failed", 0);
    if (failed)
        text_addf(&t, ", %lld failed", (long long)failed);
    fprintf(to, "  %-*s", NAME_WIDTH + WORD_WIDTH, "facts");
    put_wrapped(st, to, text_slice(&t), 2 + NAME_WIDTH + WORD_WIDTH, 2 + NAME_WIDTH + WORD_WIDTH);
}

void report_print(const struct fact *record, const struct report_style *st, FILE *to)
{
    put_head(record, st, to);
    put_sentence(record, st, to);
    report_methods(record, st, to);
    put_repairs(record, st, to);
    put_origin(record, st, to);
}
