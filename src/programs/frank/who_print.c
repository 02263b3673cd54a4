/*
 * who_print.c: what was found out, for people.
 *
 *     192.0.2.25
 *       names       mail.hosting.example
 *       contacts    hostmaster@hosting.example (SOA of hosting.example)
 *       lists       not on bl.example
 *       hosting.example (Hosting Ltd): its name
 *         spf       pass      "a:mail.hosting.example" covers 192.0.2.25
 *       journal     14 messages, 2026-01-01 08:00:00Z .. 2026-01-31 22:13:20Z: 12 accept, 2 reject
 */
#include "programs/frank/who.h"

#include <string.h>

#include "programs/frank/installed.h"
#include "programs/frank/report_words.h"

#define LINE_OCTETS (8u << 20)   /* one line's text: --explain lists whatever there is */
#define PRINTED_OCTETS ((size_t)512 << 20)
#define VALUE_SHOWN 300          /* octets of one foreign value: a name has at most 253 */
#define SHOWN_MAX 12             /* of a list without --explain */
#define LABEL_WIDTH 12
#define COLUMN (2 + LABEL_WIDTH)
#define ROW_COLUMN 24            /* where a row's sentence begins */

struct printer { const struct report_style *style; FILE *to; const char *label; size_t max; struct arena *arena; };

static struct text line_of(struct printer *p)
{
    return text_in(p->arena, LINE_OCTETS);
}

static void show(struct text *t, struct slice foreign)
{
    words_show(t, slice_first(foreign, VALUE_SHOWN));
    text_add_str(t, foreign.len > VALUE_SHOWN ? "..." : "");
}

/* A label stands before the first line of what it is of. */
static void put(struct printer *p, const struct text *t)
{
    if (t->bad)
        out_of_memory();
    fprintf(p->to, "  %-*s", LABEL_WIDTH, p->label);
    report_wrapped(p->style, p->to, text_slice(t), COLUMN, COLUMN + 2);
    p->label = "";
}

static void put_words(struct printer *p, const char *words)
{
    struct text t = line_of(p);
    text_add_str(&t, words);
    put(p, &t);
}

static bool is_word(const struct fact *g, const char *member, const char *word)
{
    return slice_same(fact_text(g, member), slice_str(word));
}

static bool is_null(const struct fact *g, const char *member)
{
    const struct fact *f = fact_find(g, member);
    return !f || f->kind == FACT_NULL;
}

static const struct fact *first_of(const struct fact *g, const char *list)
{
    const struct fact *f = fact_find(g, list);
    return f ? f->first : NULL;
}

static size_t length_of(const struct fact *first)
{
    size_t n = 0;
    for (const struct fact *f = first; f; f = f->next)
        n++;
    return n;
}

/* ", " between, and how many were left out behind. Members: a text of each group, or the texts themselves. */
static void add_list(struct printer *p, struct text *t, const struct fact *first, const char *member)
{
    size_t shown = 0, all = length_of(first);
    for (const struct fact *f = first; f && shown < p->max; f = f->next, shown++) {
        text_add_str(t, shown > 0 ? ", " : "");
        show(t, member ? fact_text(f, member) : f->text);
    }
    if (all > shown)
        text_addf(t, " and %zu more", all - shown);
}

/* ---- names ---- */

/* Behind a name: whether it can be believed. */
static void add_doubt(struct printer *p, struct text *t, const struct fact *name)
{
    if (fact_flag(name, "confirmed"))
        return;
    if (is_null(name, "confirmed")) {
        text_add_str(t, " (DNS does not tell whether it leads back)");
        return;
    }
    text_add_str(t, " (not confirmed: ");
    add_list(p, t, first_of(name, "addresses"), NULL);
    text_add_str(t, first_of(name, "addresses") ? ")" : "it has no address)");
}

static void put_names(struct printer *p, const struct fact *root)
{
    struct text t = line_of(p);
    p->label = "names";
    for (const struct fact *f = first_of(root, "names"); f; f = f->next) {
        text_reset(&t);
        show(&t, fact_text(f, "name"));
        add_doubt(p, &t, f);
        put(p, &t);
    }
    if (fact_number(root, "names_left_out", 0) > 0) {
        text_reset(&t);
        text_addf(&t, "and %lld more, which were not looked at", (long long)fact_number(root, "names_left_out", 0));
        put(p, &t);
    }
    if (!first_of(root, "names"))
        put_words(p, fact_flag(root, "names_known") ? "none" : "not known: DNS did not answer");
}

/* "192.0.2.1 (mx1.example)" */
static void add_address(struct printer *p, struct text *t, const struct fact *address)
{
    const struct fact *names = first_of(address, "names");
    size_t shown = 0;
    text_add(t, fact_text(address, "ip"));
    if (!fact_find(address, "names"))
        return;
    text_add_str(t, " (");
    for (const struct fact *f = names; f && shown < p->max; f = f->next, shown++) {
        text_add_str(t, shown > 0 ? ", " : "");
        show(t, fact_text(f, "name"));
        text_add_str(t, fact_flag(f, "confirmed") ? "" : is_null(f, "confirmed") ? ", perhaps" : ", not confirmed");
    }
    text_add_str(t, names ? ")" : fact_flag(address, "names_known") ? "no name)" : "name not known)");
}

static void add_addresses(struct printer *p, struct text *t, const struct fact *g)
{
    const struct fact *first = first_of(g, "addresses");
    size_t shown = 0;
    for (const struct fact *f = first; f && shown < p->max; f = f->next, shown++) {
        text_add_str(t, shown > 0 ? ", " : "");
        add_address(p, t, f);
    }
    if (length_of(first) > shown)
        text_addf(t, " and %zu more", length_of(first) - shown);
    if (!first)
        text_add_str(t, "no address");
}

/* ---- contacts ---- */

static void put_contacts(struct printer *p, const struct fact *root)
{
    struct text t = line_of(p);
    p->label = "contacts";
    for (const struct fact *f = first_of(root, "contacts"); f; f = f->next) {
        text_reset(&t);
        if (is_null(f, "mailbox"))
            text_add_str(&t, "no mailbox");
        else
            show(&t, fact_text(f, "mailbox"));
        text_add_str(&t, " (");
        text_add(&t, fact_text(f, "record"));
        text_add_str(&t, " of ");
        show(&t, fact_text(f, "of"));
        text_add_str(&t, ")");
        for (const struct fact *line = first_of(f, "text"); line; line = line->next) {
            text_add_str(&t, line == first_of(f, "text") ? ": " : "; ");
            show(&t, line->text);
        }
        put(p, &t);
    }
    if (!first_of(root, "contacts"))
        put_words(p, "none");
}

/* ---- methods, lists ---- */

static void put_row(struct printer *p, const char *name, struct slice word, struct slice sentence)
{
    size_t indent = ROW_COLUMN - 20;
    fprintf(p->to, "%*s%-10s", (int)indent, "", name);
    report_coloured(p->style, p->to, word, word);
    fprintf(p->to, "%*s", word.len < 10 ? 10 - (int)word.len : 1, "");
    report_wrapped(p->style, p->to, sentence, ROW_COLUMN, ROW_COLUMN + 2);
}

static bool says_something(const struct fact *row)
{
    return !is_word(row, "result", "none");
}

/* Who is exempt from examination, or hands on what others sent, nothing was asked about. */
static bool is_unexamined(const struct fact *g)
{
    for (const struct fact *row = first_of(g, "methods"); row; row = row->next)
        if (!is_word(row, "reason", "exempt") && !is_word(row, "reason", "no-subject"))
            return false;
    return true;
}

/* A method may say the same of HELO. */
static bool is_said_before(const struct fact *g, const struct fact *row, bool text)
{
    for (const struct fact *f = first_of(g, "methods"); f && f != row; f = f->next)
        if (slice_same(fact_text(f, "method"), fact_text(row, "method")) && slice_same(fact_text(f, "result"), fact_text(row, "result")) &&
            (!text || slice_same(fact_text(f, "text"), fact_text(row, "text"))))
            return true;
    return false;
}

static bool put_methods(struct printer *p, const struct fact *g)
{
    char name[32];
    struct text t = line_of(p);
    bool any = false;
    for (const struct fact *row = first_of(g, "methods"); row; row = row->next) {
        struct text n = text_fixed(name, sizeof name - 1);
        if (!p->style->explain && (!says_something(row) || is_said_before(g, row, true)))
            continue;
        any = any || says_something(row);
        text_add(&n, fact_text(row, "method"));
        name[n.len] = '\0';
        text_reset(&t);
        show(&t, fact_text(row, "text"));
        put_row(p, name, fact_text(row, "result"), text_slice(&t));
    }
    return any;
}

static bool holds(struct slice text, struct slice part)
{
    while (text.len >= part.len && !slice_starts(text, part))
        text = slice_from(text, 1);
    return text.len >= part.len;
}

/* A list without words of its own says no more than its code. */
static bool has_words(const struct fact *list)
{
    const struct fact *code = first_of(list, "codes");
    struct slice text = fact_text(list, "text");
    return text.len > 0 && !(code && holds(text, code->text));
}

static void add_listed(struct printer *p, struct text *t, const struct fact *list)
{
    show(t, fact_text(list, "subject"));
    if (!is_null(list, "error")) {
        text_add_str(t, ": ");
        show(t, fact_text(list, "error"));
        return;
    }
    text_add_str(t, ": listed (");
    add_list(p, t, first_of(list, "codes"), NULL);
    text_add_str(t, ")");
    if (has_words(list)) {
        text_add_str(t, ": ");
        show(t, fact_text(list, "text"));
    }
}

static bool is_clear(const struct fact *list)
{
    return !fact_flag(list, "listed") && is_null(list, "error");
}

/* Those it is on, one a line; those it is not on, together. */
static void put_lists(struct printer *p, const struct fact *g)
{
    struct text t = line_of(p), clear = line_of(p);
    p->label = "lists";
    for (const struct fact *f = first_of(g, "lists"); f; f = f->next) {
        if (is_clear(f)) {
            text_add_str(&clear, clear.len > 0 ? ", " : "not on ");
            show(&clear, fact_text(f, "subject"));
            continue;
        }
        text_reset(&t);
        add_listed(p, &t, f);
        put(p, &t);
    }
    if (clear.len > 0)
        put(p, &clear);
}

/* ---- an address ---- */

static void add_reasons(struct text *t, const struct fact *domain)
{
    static const struct { const char *word, *said; } table[] = { { "name", "its name" }, { "asked", "asked for" }, { "sender", NULL }, { "author", NULL } };
    bool sender = false, author = false, any = false;
    for (const struct fact *f = first_of(domain, "why"); f; f = f->next)
        for (size_t i = 0; i < COUNT_OF(table); i++)
            if (slice_same(f->text, slice_str(table[i].word))) {
                sender = sender || i == 2;
                author = author || i == 3;
                if (table[i].said) {
                    text_addf(t, "%s%s", any ? ", " : "", table[i].said);
                    any = true;
                }
            }
    if (sender || author) {
        text_addf(t, "%s%s of ", any ? ", " : "", sender && author ? "sender and author" : sender ? "sender" : "author");
        words_number(t, (uint64_t)fact_number(domain, "messages", 0));
        text_addf(t, " message%s", fact_number(domain, "messages", 0) == 1 ? "" : "s");
    }
}

static void put_domain(struct printer *p, const struct fact *domain)
{
    struct text t = line_of(p);
    show(&t, fact_text(domain, "domain"));
    if (!is_null(domain, "owner")) {
        text_add_str(&t, " (");
        show(&t, fact_text(domain, "owner"));
        text_add_str(&t, ")");
    }
    text_add_str(&t, ": ");
    add_reasons(&t, domain);
    fputs("  ", p->to);
    report_wrapped(p->style, p->to, text_slice(&t), 2, 6);
    if (fact_flag(domain, "mx") && (!fact_flag(domain, "mx_implicit") || p->style->explain)) {
        text_reset(&t);
        text_add_str(&t, "it receives for the domain, as ");
        show(&t, fact_text(domain, "mx_host"));
        text_add_str(&t, fact_flag(domain, "mx_implicit") ? ", for there is no MX" : "");
        put_row(p, "mx", SLICE("yes"), text_slice(&t));
    } else if (is_null(domain, "mx")) {
        put_row(p, "mx", SLICE("?"), SLICE("DNS did not answer who receives for the domain"));
    }
    bool any = put_methods(p, domain);
    for (const struct fact *f = first_of(domain, "lists"); f; f = f->next) {
        if (is_clear(f) && !p->style->explain)
            continue;
        text_reset(&t);
        if (is_clear(f))
            show(&t, fact_text(f, "subject"));
        else
            add_listed(p, &t, f);
        put_row(p, "list", is_clear(f) ? SLICE("not on") : SLICE("domain"), text_slice(&t));
    }
    if (!any)
        fprintf(p->to, "%*s%s\n", 4, "", is_unexamined(domain) ? "was not asked" : "does not say who may send its mail");
}

/* What the rules never look at is no judgement. */
static void put_exempt(struct printer *p, const struct fact *root)
{
    p->label = "examined";
    if (fact_flag(root, "relay"))
        put_words(p, "no: one of trusted_relays; whoever is before it is examined");
    else if (!is_word(root, "exempt", "no"))
        put_words(p, "no: one of internal_networks; lists and records are not asked");
}

static void put_of_address(struct printer *p, const struct fact *root)
{
    put_names(p, root);
    put_exempt(p, root);
    put_contacts(p, root);
    put_lists(p, root);
    if (!is_unexamined(root)) {
        fputs("  the address itself\n", p->to);
        if (!put_methods(p, root))
            fputs("    nothing is said of it\n", p->to);
    }
    for (const struct fact *f = first_of(root, "domains"); f; f = f->next)
        put_domain(p, f);
}

/* ---- a domain ---- */

static void put_text(struct printer *p, const char *label, struct slice foreign)
{
    struct text t = line_of(p);
    p->label = label;
    show(&t, foreign);
    if (t.len > 0)
        put(p, &t);
}

static void put_receivers(struct printer *p, const struct fact *root)
{
    struct text t = line_of(p);
    p->label = "addresses";
    add_addresses(p, &t, root);
    put(p, &t);
    p->label = "receives";
    for (const struct fact *f = first_of(root, "mx"); f; f = f->next) {
        text_reset(&t);
        text_addf(&t, "%lld ", (long long)fact_number(f, "preference", 0));
        show(&t, fact_text(f, "host"));
        text_add_str(&t, ": ");
        add_addresses(p, &t, f);
        put(p, &t);
    }
    if (fact_number(root, "mx_left_out", 0) > 0) {
        text_reset(&t);
        text_addf(&t, "and %lld more, which were not looked at", (long long)fact_number(root, "mx_left_out", 0));
        put(p, &t);
    }
    if (first_of(root, "mx"))
        return;
    if (!fact_flag(root, "mx_known"))
        put_words(p, "not known: DNS did not answer");
    else if (fact_flag(root, "null_mx"))
        put_words(p, "nothing (null MX)");
    else
        put_words(p, first_of(root, "addresses") ? "at its own address: it has no MX" : "nothing: no MX, no address");
}

static void add_part(struct text *t, const char *words)
{
    text_addf(t, "%s%s", t->len > 0 ? "; " : "", words);
}

static void add_plan(struct printer *p, struct text *t, const struct fact *g)
{
    if (first_of(g, "networks"))
        add_list(p, t, first_of(g, "networks"), NULL);
    if (first_of(g, "hosts")) {
        add_part(t, "hosts ");
        add_list(p, t, first_of(g, "hosts"), NULL);
    }
    if (fact_flag(g, "mx"))
        add_part(t, "who receives for it");
    for (const struct fact *f = first_of(g, "providers"); f; f = f->next) {
        add_part(t, "as ");
        show(t, fact_text(f, "domain"));
        text_add_str(t, " does");
        if (first_of(f, "networks")) {
            text_add_str(t, " (");
            add_list(p, t, first_of(f, "networks"), NULL);
            text_add_str(t, ")");
        }
    }
    if (fact_flag(g, "more"))
        add_part(t, "more, which depends on the message");
    text_add_str(t, "; others: ");
    text_add(t, fact_text(g, "others"));
}

/* By the one record that nearly every domain has; who the other dialects let in, their lines tell. */
static void put_senders(struct printer *p, const struct fact *root)
{
    struct text t = line_of(p);
    const struct fact *g = fact_find(root, "senders");
    p->label = "sends";
    if (is_word(g, "found", "none")) {
        put_words(p, "not said: it has no SPF record");
        return;
    }
    if (!is_word(g, "found", "said")) {
        put_words(p, is_word(g, "found", "failed") ? "not known: DNS did not answer" : "not said: its SPF record is broken (frank spf says why)");
        return;
    }
    if (fact_flag(g, "never"))
        put_words(p, "nothing: its SPF record lets nobody send");
    else {
        add_plan(p, &t, g);
        put(p, &t);
    }
    for (const struct fact *f = first_of(g, "remarks"); f && p->style->explain; f = f->next)
        put_text(p, "", f->text);
}

/* "pass spf, rmx; fail dmp" */
static void add_results(struct text *t, const struct fact *g)
{
    for (unsigned word = AUTH_PASS + 1; word-- > AUTH_TEMPERROR;) {
        bool any = false;
        for (const struct fact *row = first_of(g, "methods"); row; row = row->next) {
            if (!is_word(row, "result", auth_result_word((enum auth_result)word)) || is_said_before(g, row, false))
                continue;
            text_addf(t, "%s", any ? ", " : t->len > 0 ? "; " : "");
            if (!any)
                text_addf(t, "%s ", auth_result_word((enum auth_result)word));
            text_add(t, fact_text(row, "method"));
            any = true;
        }
    }
}

static void put_results(struct printer *p, const struct fact *g, bool named)
{
    struct text t = line_of(p), results = line_of(p);
    add_results(&results, g);
    if (named) {
        text_add(&t, fact_text(g, "ip"));
        text_add_str(&t, " (");
        show(&t, fact_text(g, "host"));
        text_add_str(&t, "): ");
    }
    text_add(&t, text_slice(&results));
    text_add_str(&t, results.len > 0 ? "" : is_unexamined(g) ? "not asked: our own" : "nothing is said");
    put(p, &t);
}

static void put_record(struct printer *p, const struct fact *record)
{
    struct text t = line_of(p);
    text_add(&t, fact_text(record, "method"));
    text_add_str(&t, ": ");
    show(&t, fact_text(record, "text"));
    put(p, &t);
}

static void put_of_domain(struct printer *p, const struct fact *root)
{
    const struct fact *exists = fact_find(root, "exists");
    if (exists && exists->kind == FACT_FLAG && !exists->flag) {
        p->label = "exists";
        put_words(p, "no: there is no such name in DNS");
    }
    put_text(p, "belongs to", fact_text(root, "org_domain"));
    put_text(p, "owner", fact_text(root, "owner"));
    put_receivers(p, root);
    put_senders(p, root);
    p->label = "publishes";
    for (const struct fact *f = first_of(root, "records"); f; f = f->next)
        put_record(p, f);
    p->label = "its hosts";
    for (const struct fact *f = first_of(root, "hosts"); f; f = f->next)
        put_results(p, f, true);
    p->label = "others";
    put_results(p, fact_find(root, "others"), false);
    if (p->style->explain)
        (void)put_methods(p, fact_find(root, "others"));
    put_contacts(p, root);
    put_lists(p, root);
}

/* ---- the journal ---- */

static void add_verdicts(struct text *t, const struct fact *journal)
{
    bool any = false;
    const struct fact *g = fact_find(journal, "verdicts");
    for (const struct fact *f = g ? g->first : NULL; f; f = f->next) {
        if (f->number == 0)
            continue;
        text_add_str(t, any ? ", " : ": ");
        words_number(t, (uint64_t)f->number);
        text_addf(t, " %s", f->name);
        any = true;
    }
}

static void put_seen_names(struct printer *p, const struct fact *journal, const char *list, const char *member)
{
    struct text t = line_of(p);
    size_t shown = 0;
    int64_t all = fact_number(journal, strcmp(list, "domains") == 0 ? "domains_seen" : "addresses_seen", 0);
    for (const struct fact *f = first_of(journal, list); f && shown < p->max; f = f->next, shown++) {
        text_add_str(&t, shown > 0 ? ", " : "from ");
        show(&t, fact_text(f, member));
        text_add_str(&t, " (");
        words_number(&t, (uint64_t)fact_number(f, "messages", 0));
        text_add_str(&t, ")");
    }
    if (all > (int64_t)shown)
        text_addf(&t, " and %lld more", (long long)(all - (int64_t)shown));
    if (t.len > 0)
        put(p, &t);
}

static void put_newest(struct printer *p, const struct fact *journal)
{
    char time[32];
    struct text t = line_of(p);
    for (const struct fact *f = first_of(journal, "newest"); f; f = f->next) {
        text_reset(&t);
        text_add_str(&t, time_shown(fact_number(f, "time", 0), time));
        text_add_str(&t, "  id ");
        show(&t, fact_text(f, "id"));
        text_add_str(&t, "  ");
        show(&t, fact_text(f, "told"));
        put(p, &t);
    }
}

static void put_journal(struct printer *p, const struct fact *root)
{
    char first[32], last[32];
    struct text t = line_of(p);
    const struct fact *journal = fact_find(root, "journal");
    uint64_t messages = (uint64_t)fact_number(journal, "messages", 0);
    p->label = "journal";
    if (!journal || journal->kind != FACT_GROUP) {
        text_add_str(&t, "none (");
        show(&t, fact_text(root, "no_journal"));
        text_add_str(&t, ")");
        put(p, &t);
        return;
    }
    if (messages == 0) {
        put_words(p, "nothing came from there");
        return;
    }
    words_number(&t, messages);
    text_addf(&t, " message%s, %s", messages == 1 ? "" : "s", time_shown(fact_number(journal, "first", 0), first));
    if (messages > 1)
        text_addf(&t, " .. %s", time_shown(fact_number(journal, "last", 0), last));
    add_verdicts(&t, journal);
    put(p, &t);
    put_seen_names(p, journal, "domains", "domain");
    put_seen_names(p, journal, "addresses", "ip");
    put_newest(p, journal);
}

void who_print(const struct fact *root, const struct report_style *style, FILE *to)
{
    struct printer p = { .style = style, .to = to, .label = "", .max = style->explain ? SIZE_MAX : SHOWN_MAX, .arena = arena_new(PRINTED_OCTETS) };
    if (!p.arena)
        out_of_memory();
    bool of_address = fact_find(root, "ip") != NULL;
    report_foreign(style, to, fact_text(root, of_address ? "ip" : "domain"), 0, 2);
    if (of_address)
        put_of_address(&p, root);
    else
        put_of_domain(&p, root);
    put_journal(&p, root);
    if (!fact_flag(root, "complete"))
        fputs("  DNS did not answer everything: what is missing here is not known.\n", to);
    arena_free(p.arena);
}
