#include "programs/frank/compare_page.h"

#include <errno.h>
#include <string.h>

#include "mail/date.h"
#include "programs/frank/cli.h"
#include "programs/frank/report_words.h"

#define MESSAGE_OCTETS_MAX (64u << 20)   /* of one kept message's tree */
#define BOOKS_OCTETS_MAX (32u << 20)
#define TEXT_OCTETS 1024                 /* what text_add_html takes of one text */

/* ---- which messages are kept ---- */

struct kept_domain;

struct kept {
    long at;                             /* in the spool */
    size_t len;
    bool plain;                          /* nothing stops it, nobody differs */
    bool gone;                           /* made room for one that matters more */
    struct kept_domain *domain;
    struct kept *next, *next_plain;
};

struct kept_domain { struct kept *first, *last; unsigned count, plain; };

struct compare_page {
    FILE *out, *spool;
    struct arena *books, *reading;
    struct table *domains;               /* domain -> struct kept_domain */
    struct kept *first_plain, *last_plain;      /* of all domains, oldest first */
    unsigned count;
};

struct compare_page *compare_page_open(const char *path, uint64_t seed)
{
    struct compare_page *p = mem_zalloc(1, sizeof *p);
    if (!p)
        out_of_memory();
    p->books = arena_new(BOOKS_OCTETS_MAX);
    p->reading = arena_new(MESSAGE_OCTETS_MAX);
    p->domains = table_new(seed);
    if (!p->books || !p->reading || !p->domains)
        out_of_memory();
    p->out = fopen(path, "w");
    p->spool = p->out ? tmpfile() : NULL;
    if (p->spool)
        return p;
    int saved = errno;
    compare_page_drop(p);
    errno = saved;
    return NULL;
}

void compare_page_drop(struct compare_page *p)
{
    if (!p)
        return;
    if (p->out)
        fclose(p->out);
    if (p->spool)
        fclose(p->spool);
    table_free(p->domains);
    arena_free(p->books);
    arena_free(p->reading);
    mem_free(p);
}

static struct slice key_of(struct slice domain)
{
    return domain.len ? domain : SLICE("\n");          /* no domain has that name */
}

static struct kept_domain *domain_for(struct compare_page *p, struct slice domain)
{
    struct slice key = key_of(domain);
    struct kept_domain *d = table_get(p->domains, key);
    if (d || table_count(p->domains) == TALLY_DOMAINS_MAX)
        return d;
    d = ARENA_NEW(p->books, struct kept_domain);
    key = slice_dup(p->books, key);
    if (!d || !key.at || !table_put(p->domains, key, d))
        out_of_memory();
    return d;
}

static void let_go(struct compare_page *p, struct kept *k)
{
    k->gone = true;
    k->domain->count--;
    k->domain->plain--;
    p->count--;
}

/* One that matters less than another goes: of this domain, or of any. */
static bool make_room(struct compare_page *p, struct kept_domain *d)
{
    if (d->count == PAGE_MESSAGES_OF_DOMAIN && d->plain > 0) {
        struct kept *k = d->first;
        while (!k->plain || k->gone)
            k = k->next;
        let_go(p, k);
    }
    while (p->count == PAGE_MESSAGES_KEPT && p->first_plain) {
        if (!p->first_plain->gone)
            let_go(p, p->first_plain);
        p->first_plain = p->first_plain->next_plain;
    }
    return d->count < PAGE_MESSAGES_OF_DOMAIN && p->count < PAGE_MESSAGES_KEPT;
}

static void append(struct compare_page *p, struct kept_domain *d, struct kept *k)
{
    if (d->last)
        d->last->next = k;
    else
        d->first = k;
    d->last = k;
    d->count++;
    p->count++;
    if (!k->plain)
        return;
    d->plain++;
    if (p->first_plain)
        p->last_plain->next_plain = k;
    else
        p->first_plain = k;
    p->last_plain = k;
}

static bool spool_write(struct compare_page *p, const struct fact *message, struct kept *k)
{
    arena_reset(p->reading);
    struct text t = text_in(p->reading, FACT_JSON_MAX);
    if (!fact_to_json(message, false, &t) || t.bad)
        out_of_memory();
    k->len = t.len;
    return fseek(p->spool, 0, SEEK_END) == 0 && (k->at = ftell(p->spool)) >= 0 && fwrite(t.at, 1, t.len, p->spool) == t.len;
}

bool compare_page_add(struct compare_page *p, const struct fact *message, const struct verdicts *v)
{
    struct kept_domain *d = domain_for(p, fact_text(message, "domain"));
    bool plain = v->stop_count == 0 && !verdicts_differ(v);
    bool room = d && d->count < PAGE_MESSAGES_OF_DOMAIN && p->count < PAGE_MESSAGES_KEPT;
    if (!d || (!room && (plain || !make_room(p, d))))
        return true;
    struct kept *k = ARENA_NEW(p->books, struct kept);
    if (!k)
        out_of_memory();
    *k = (struct kept){ .plain = plain, .domain = d };
    append(p, d, k);
    return spool_write(p, message, k);
}

static const struct fact *spool_read(struct compare_page *p, const struct kept *k)
{
    const struct fact *message;
    const char *error;
    arena_reset(p->reading);
    uint8_t *at = arena_alloc(p->reading, k->len);
    if (!at || fseek(p->spool, k->at, SEEK_SET) != 0 || fread(at, 1, k->len, p->spool) != k->len)
        return NULL;
    return fact_from_json(p->reading, slice_of(at, k->len), &message, &error) ? message : NULL;
}

/* ---- writing: markup is ours, everything else goes through put_text ---- */

static void put(FILE *to, const char *markup)
{
    fputs(markup, to);
}

static void put_text(FILE *to, struct slice foreign)
{
    char room[HTML_GROWTH * TEXT_OCTETS + 8];
    struct text t = text_fixed(room, sizeof room);
    text_add_html(&t, foreign);
    fwrite(room, 1, t.len, to);
}

static void put_str(FILE *to, const char *words)
{
    put_text(to, slice_str(words));
}

static void put_number(FILE *to, uint64_t n)
{
    char room[32];
    struct text t = text_fixed(room, sizeof room);
    words_number(&t, n);
    fwrite(room, 1, t.len, to);
}

static void put_cell(FILE *to, uint64_t n)
{
    put(to, n ? "<td class=\"n\">" : "<td class=\"n z\">");
    put_number(to, n);
    put(to, "</td>");
}

static void put_method_head(FILE *to, size_t method)
{
    put(to, "<th scope=\"row\" title=\"");
    put_str(to, methods[method]->title);
    put(to, "\">");
    put_str(to, methods[method]->name);
    put(to, "</th>");
}

/* The colour of a result. */
static const char *colour_of(enum auth_result word)
{
    switch (word) {
    case AUTH_PASS: return "y";
    case AUTH_FAIL: return "f";
    case AUTH_SOFTFAIL: case AUTH_POLICY: case AUTH_TEMPERROR: case AUTH_PERMERROR: return "s";
    case AUTH_NONE: case AUTH_NEUTRAL: break;
    }
    return "o";
}

/* ---- head ---- */

static void put_fact(FILE *to, uint64_t n, const char *words)
{
    put(to, "<li><b>");
    put_number(to, n);
    put(to, "</b>");
    put_str(to, words);
    put(to, "</li>");
}

static void put_head(FILE *to, const struct compare_page_facts *f)
{
    char room[64];
    struct text date = text_fixed(room, sizeof room);
    const struct tally *t = f->tally;
    text_add_date_iso(&date, f->now);
    put(to, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
            "<meta name=\"generator\" content=\"frank " FRANK_VERSION "\">\n<title>frank compare: who would have stopped what</title>\n<style>");
    for (size_t i = 0; compare_style[i]; i++)
        put(to, compare_style[i]);
    put(to, "</style>\n</head>\n<body>\n<main>\n<h1>Who would have stopped what</h1>\n<p class=\"soft\">Every method, side by side, as DNS answered at ");
    put_text(to, text_slice(&date));
    put(to, ".</p>\n<ul class=\"facts\">");
    put_fact(to, t->messages, t->messages == 1 ? "message" : "messages");
    put_fact(to, t->stopped, f->other ? "really stopped by some method" : "stopped by some method");
    if (f->other)
        put_fact(to, f->other->stopped, "stopped by some method, as if");
    put_fact(to, t->vouched, "passed by some method for sender, author or signer");
    put_fact(to, t->dispositions[DISPOSITION_REJECT] + t->dispositions[DISPOSITION_DISCARD], "refused by the rules in force");
    put_fact(to, t->questions, "DNS questions");
    if (f->unread)
        put_fact(to, f->unread, "could not be read");
    put(to, "</ul>\n");
}

/* ---- methods ---- */

static void put_piece(FILE *to, const char *colour, uint64_t n, uint64_t all)
{
    if (n > 0)
        fprintf(to, "<i class=\"%s\" style=\"width:%.2f%%\"></i>", colour, 100.0 * (double)n / (double)all);
}

static void put_bar(FILE *to, const struct tally_method *m)
{
    put(to, "<td class=\"bar\"><div class=\"stack\">");
    put_piece(to, "y", m->words[AUTH_PASS], m->examined);
    put_piece(to, "f", m->words[AUTH_FAIL], m->examined);
    put_piece(to, "s", m->words[AUTH_SOFTFAIL], m->examined);
    put(to, "</div></td>");
}

static void put_method(FILE *to, const struct tally *t, bool derived, size_t i)
{
    const struct tally_method *m = &t->methods[i];
    put(to, "<tr>");
    put_method_head(to, i);
    put_bar(to, m);
    if (derived)
        put_cell(to, m->derived);
    put_cell(to, m->stops);
    if (derived)
        put_cell(to, m->stops_derived);
    put_cell(to, m->alone);
    put_cell(to, m->against);
    put_cell(to, m->words[AUTH_PASS]);
    put_cell(to, m->words[AUTH_FAIL]);
    put_cell(to, m->words[AUTH_SOFTFAIL]);
    put_cell(to, m->words[AUTH_NONE] + m->words[AUTH_NEUTRAL]);
    put_cell(to, m->words[AUTH_PERMERROR] + m->words[AUTH_TEMPERROR] + m->words[AUTH_POLICY]);
    put(to, "</tr>\n");
}

static void put_heads(FILE *to, const char *const *heads)
{
    for (size_t i = 0; heads[i]; i++) {
        put(to, "<th scope=\"col\" class=\"n\">");
        put_str(to, heads[i]);
        put(to, "</th>");
    }
}

static void put_method_table(FILE *to, const struct tally *t, bool derived)
{
    static const char *const counts[] = { "alone", "against", "pass", "fail", "softfail", "none, neutral", "errors, policy", NULL };
    static const char *const real[] = { "stops", NULL }, *const as_if[] = { "derived", "stops", "of these derived", NULL };
    put(to, "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">method</th><th scope=\"col\">results</th>");
    put_heads(to, derived ? as_if : real);
    put_heads(to, counts);
    put(to, "</tr></thead><tbody>\n");
    for (size_t i = 0; methods[i]; i++)
        if (t->methods[i].examined)
            put_method(to, t, derived, i);
    put(to, "</tbody></table></div>\n<ul class=\"key\"><li><i class=\"y\"></i>pass</li><li><i class=\"f\"></i>fail</li>"
            "<li><i class=\"s\"></i>softfail</li><li><i></i>says nothing</li></ul>\n");
}

static void put_methods(FILE *to, const struct compare_page_facts *f)
{
    put(to, "<h2>Methods</h2>\n<p class=\"soft\">A method <b>stops</b> a message if it fails by what the domain published for such a message; "
            "<b>alone</b> if no other method does, <b>against</b> another if one passes for its sender, author or signer.</p>\n");
    put_method_table(to, f->tally, false);
    if (!f->other)
        return;
    put(to, "<h2>As if</h2>\n<p class=\"soft\">Had every domain said in every dialect what its SPF record says. <b>Derived</b>: results that rest on records "
            "nobody published; all others are real. What follows is as if, too.</p>\n");
    put_method_table(to, f->other, true);
}

/* ---- matrices ---- */

static void put_agreement(FILE *to, const struct tally *t, size_t row, size_t column)
{
    uint64_t both, agree = tally_agree(t, row, column, &both);
    unsigned percent = both ? (unsigned)(100.0 * (double)agree / (double)both) : 0;
    if (both == 0) {
        put(to, "<td class=\"z\">-</td>");
        return;
    }
    fprintf(to, "<td class=\"%s\" title=\"", percent >= 95 ? "g" : percent >= 70 ? "m" : "b");
    put_number(to, agree);
    put(to, " of ");
    put_number(to, both);
    fprintf(to, "\">%u %%</td>", percent);
}

static void put_contradiction(FILE *to, const struct tally *t, size_t row, size_t column)
{
    uint64_t n = t->pairs[row][column][SAYS_YES][SAYS_NO];
    put(to, n ? "<td class=\"b\">" : "<td class=\"z\">");
    put_number(to, n);
    put(to, "</td>");
}

static void put_matrix(FILE *to, const struct tally *t, const struct tally_spoken *s, void (*cell)(FILE *, const struct tally *, size_t row, size_t column))
{
    put(to, "<div class=\"scroll\"><table class=\"matrix\"><thead><tr><th scope=\"col\"></th>");
    for (size_t k = 0; k < s->count; k++) {
        put(to, "<th scope=\"col\">");
        put_str(to, methods[s->at[k]]->name);
        put(to, "</th>");
    }
    put(to, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < s->count; i++) {
        put(to, "<tr>");
        put_method_head(to, s->at[i]);
        for (size_t k = 0; k < s->count; k++) {
            if (i == k)
                put(to, "<td class=\"self\"></td>");
            else
                cell(to, t, s->at[i], s->at[k]);
        }
        put(to, "</tr>\n");
    }
    put(to, "</tbody></table></div>\n");
}

static void put_matrices(FILE *to, const struct tally *t)
{
    struct tally_spoken s;
    tally_spoken_of(t, &s);
    if (s.count < 2)
        return;
    put(to, "<h2>Agreement</h2>\n<p class=\"soft\">Of the messages both methods say something of (pass, or fail and softfail), the share on which they agree.</p>\n");
    put_matrix(to, t, &s, put_agreement);
    put(to, "<h2>Contradiction</h2>\n<p class=\"soft\">Messages that the method of the row passes and that of the column fails.</p>\n");
    put_matrix(to, t, &s, put_contradiction);
}

/* ---- one message ---- */

static void put_row(FILE *to, const struct fact *row)
{
    enum auth_result word = AUTH_NONE;
    struct slice text = fact_text(row, "text"), identity = fact_text(row, "identity"), record = fact_text(row, "record");
    auth_result_from_word(fact_text(row, "result"), &word);
    put(to, fact_flag(row, "stands") ? "<tr><th scope=\"row\">" : "<tr class=\"more\"><th scope=\"row\">");
    put_text(to, fact_text(row, "method"));
    fprintf(to, "</th><td class=\"r %s\">", colour_of(word));
    put_text(to, fact_text(row, "result"));
    put(to, "</td><td class=\"o\">");
    put_text(to, slice_same(identity, SLICE("none")) ? SLICE("") : identity);
    put(to, "</td><td>");
    put_text(to, fact_text(row, "domain"));
    put(to, "</td>");
    if (fact_flag(row, "stands"))
        put_cell(to, (uint64_t)fact_number(row, "questions", 0));
    else
        put(to, "<td></td>");
    put(to, "<td>");
    if (record.len > 0) {
        put(to, "<code>");
        put_text(to, record);
        put(to, "</code><br>");
    }
    put_text(to, text.len ? text : fact_text(row, "reason"));
    put(to, "</td></tr>\n");
}

static bool is_derived(const struct fact *row)
{
    return slice_same(fact_text(row, "source"), SLICE("derived"));
}

static void put_rows(FILE *to, const struct fact *rows, bool only_derived)
{
    put(to, "<div class=\"scroll\"><table class=\"rows\"><thead><tr><th scope=\"col\">method</th><th scope=\"col\">result</th><th scope=\"col\">identity</th>"
            "<th scope=\"col\">domain</th><th scope=\"col\" class=\"n\">asked</th><th scope=\"col\">record found, and why</th></tr></thead><tbody>\n");
    for (const struct fact *row = rows ? rows->first : NULL; row; row = row->next)
        if (!only_derived || is_derived(row))
            put_row(to, row);
    put(to, "</tbody></table></div>\n");
}

static void put_derivation(FILE *to, const struct fact *domain)
{
    const struct fact *limits = fact_find(domain, "limits");
    put_text(to, fact_text(domain, "domain"));
    put(to, ": ");
    put_text(to, fact_text(domain, "found"));
    put(to, "<br>");
    for (const struct fact *l = limits ? limits->first : NULL; l; l = l->next) {
        put(to, fact_flag(l, "stricter") ? "Stricter than SPF: " : "Looser than SPF: ");
        put_text(to, fact_text(l, "method"));
        put(to, fact_text(l, "method").len ? ": " : "");
        put_text(to, fact_text(l, "text"));
        put(to, "<br>");
    }
}

/* What would be otherwise; the rest stays as it is. */
static void put_as_if(FILE *to, const struct fact *as_if)
{
    const struct fact *domains = fact_find(as_if, "domains");
    put(to, "<p class=\"soft\"><b>As if</b>, derived from SPF records:<br>");
    for (const struct fact *d = domains ? domains->first : NULL; d; d = d->next)
        put_derivation(to, d);
    put(to, "</p>\n");
    put_rows(to, fact_find(as_if, "methods"), true);
}

/* Who stops it, and who vouches for it. */
static void put_message_tags(FILE *to, const struct fact *rows)
{
    struct verdicts v;
    verdicts_read(rows, &v);
    for (size_t i = 0; methods[i]; i++) {
        if (!v.stops[i] && !v.vouches[i])
            continue;
        put(to, v.stops[i] ? "<span class=\"tag f\">" : "<span class=\"tag y\">");
        put_str(to, methods[i]->name);
        put(to, v.stops[i] ? v.derived[i] ? " would stop</span>" : " stops</span>" : v.derived[i] ? " would pass</span>" : " passes</span>");
    }
}

static void put_place(FILE *to, const struct fact *m)
{
    int64_t number = fact_number(m, "number", 0);
    put_text(to, fact_text(m, "file"));
    if (number > 0)
        fprintf(to, ", message %lld", (long long)number);
}

static void put_labelled(FILE *to, const char *label, struct slice text)
{
    if (text.len == 0)
        return;
    put_str(to, label);
    put_text(to, text);
    put(to, "<br>");
}

static void put_message(FILE *to, const struct fact *m)
{
    const struct fact *session = fact_find(m, "session"), *v = fact_find(m, "verdict"), *rows = fact_find(m, "methods"), *as_if = fact_find(m, "as_if");
    put(to, "<details><summary><span>");
    put_text(to, fact_text(m, "from").len ? fact_text(m, "from") : SLICE("(no author)"));
    put(to, "</span>");
    put_message_tags(to, as_if ? fact_find(as_if, "methods") : rows);
    put(to, "</summary><div class=\"in\"><p class=\"soft\">");
    put_place(to, m);
    put(to, "<br>");
    put_labelled(to, "Sender: ", fact_text(session, "mail_from").len ? fact_text(session, "mail_from") : SLICE("<>"));
    put_labelled(to, "Client: ", fact_text(session, "ip"));
    put_labelled(to, "HELO: ", fact_text(session, "helo"));
    put_labelled(to, "Message-ID: ", fact_text(m, "message_id"));
    put(to, "The rules in force: ");
    put_text(to, fact_text(v, "disposition"));
    put(to, " by ");
    put_text(to, fact_text(v, "rule"));
    put(to, "</p>\n");
    put_rows(to, rows, false);
    if (as_if)
        put_as_if(to, as_if);
    put(to, "</div></details>\n");
}

/* ---- one domain ---- */

static void put_domain_tags(FILE *to, const struct tally_domain *d)
{
    for (size_t i = 0; methods[i]; i++) {
        if (d->methods[i].stops == 0)
            continue;
        put(to, "<span class=\"tag f\">");
        put_str(to, methods[i]->name);
        put(to, " stops ");
        put_number(to, d->methods[i].stops);
        put(to, "</span>");
    }
}

static void put_domain_methods(FILE *to, const struct tally_domain *d)
{
    put(to, "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">method</th><th scope=\"col\" class=\"n\">yes</th><th scope=\"col\" class=\"n\">no</th>"
            "<th scope=\"col\" class=\"n\">nothing</th><th scope=\"col\" class=\"n\">stops</th></tr></thead><tbody>\n");
    for (size_t i = 0; methods[i]; i++) {
        const uint32_t *says = d->methods[i].says;
        if (says[SAYS_YES] + says[SAYS_NO] == 0)
            continue;
        put(to, "<tr>");
        put_method_head(to, i);
        put_cell(to, says[SAYS_YES]);
        put_cell(to, says[SAYS_NO]);
        put_cell(to, says[SAYS_NOTHING]);
        put_cell(to, d->methods[i].stops);
        put(to, "</tr>\n");
    }
    put(to, "</tbody></table></div>\n");
}

/* False: the spool cannot be read. */
static bool put_domain(struct compare_page *p, const struct tally_domain *d)
{
    FILE *to = p->out;
    const struct kept_domain *kept = table_get(p->domains, key_of(d->domain));
    put(to, "<details><summary><b>");
    put_text(to, d->domain.len ? d->domain : SLICE("(no domain)"));
    put(to, "</b><span class=\"soft\">");
    put_number(to, d->messages);
    put(to, d->messages == 1 ? " message</span>" : " messages</span>");
    put_domain_tags(to, d);
    put(to, "</summary><div class=\"in\">\n");
    put_domain_methods(to, d);
    if (!kept || kept->count < d->messages) {
        put(to, "<p class=\"soft\">Shown: ");
        put_number(to, kept ? kept->count : 0);
        put(to, ", those that are stopped or that methods differ about first.</p>\n");
    }
    for (const struct kept *k = kept ? kept->first : NULL; k; k = k->next) {
        if (k->gone)
            continue;
        const struct fact *m = spool_read(p, k);
        if (!m)
            return false;
        put_message(to, m);
    }
    put(to, "</div></details>\n");
    return true;
}

static bool put_domains(struct compare_page *p, const struct tally *t)
{
    struct arena *a = arena_new(BOOKS_OCTETS_MAX);
    const struct tally_domain **list = a ? tally_sorted(t, a) : NULL;
    if (!list)
        out_of_memory();
    bool good = true;
    uint64_t left = 0, left_messages = t->other_messages;
    put(p->out, "<h2>Domains and messages</h2>\n<p class=\"soft\">By the domain of the author, else of the sender, else of the host.</p>\n");
    for (size_t i = 0; good && list[i]; i++) {
        if (i < PAGE_DOMAINS_MAX) {
            good = put_domain(p, list[i]);
        } else {
            left++;
            left_messages += list[i]->messages;
        }
    }
    if (left_messages) {
        put(p->out, "<p class=\"soft\">And ");
        put_number(p->out, left_messages);
        put(p->out, " messages of ");
        put(p->out, t->other_messages ? "more than " : "");
        put_number(p->out, left);
        put(p->out, " other domains.</p>\n");
    }
    arena_free(a);
    return good;
}

bool compare_page_close(struct compare_page *p, const struct compare_page_facts *f)
{
    put_head(p->out, f);
    put_methods(p->out, f);
    const struct tally *t = f->other ? f->other : f->tally;
    put_matrices(p->out, t);
    bool good = fflush(p->spool) == 0 && put_domains(p, t);
    put(p->out, "<footer>Made by frank " FRANK_VERSION "; frank-compare(1) says what is counted.</footer>\n</main>\n</body>\n</html>\n");
    good = fflush(p->out) == 0 && !ferror(p->out) && good;
    int saved = errno;
    compare_page_drop(p);
    errno = saved;
    return good;
}
