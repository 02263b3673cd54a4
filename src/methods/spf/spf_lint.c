/*
 * spf_lint.c: the record as every receiver walks it when no term matches, so that all of it is seen (RFC 7208 4.6).
 *
 * A question without an answer yet is passed over: further ones leave early, and the run is discarded anyway.
 */
#include "methods/spf/spf_lint.h"

#include <string.h>

#include "mail/domain.h"
#include "methods/spf/spf_record.h"
#include "methods/spf/spf_words.h"

#define QUOTED_MAX 200               /* octets of one term that are quoted */
#define UDP_OCTETS 512               /* RFC 1035 4.2.1: without EDNS no answer over UDP is longer */
#define HEADER_OCTETS 12             /* RFC 1035 4.1.1 */
#define RECORD_OCTETS 12             /* one record of an answer beside its data, its name compressed */

struct frame {
    const struct spf_record *record;
    struct slice domain;
    size_t next;
    bool own;                        /* the domain's own record, or where redirect= leads from it */
};

struct walk {
    struct lint *l;
    struct frame frames[SPF_MAX_TERMS + 1];
    unsigned depth, terms, voids;
    bool ended;                      /* permerror for everybody who gets here */
    bool passes_some;                /* there are terms that pass somebody */
    struct slice top_term;           /* the term of the domain's own record that is at work ... */
    unsigned terms_before;           /* ... and what was counted when it began */
    struct slice costliest;
    unsigned costliest_terms;
};

/* ---- sentences ---- */

static struct text begun(struct lint *l, const char *before, struct slice quoted, const char *behind)
{
    struct text t = text_in(l->arena, LINT_TEXT_MAX);
    text_add_str(&t, before);
    text_add_octet(&t, '"');
    text_add(&t, slice_first(quoted, QUOTED_MAX));
    text_add_str(&t, quoted.len > QUOTED_MAX ? "...\"" : "\"");
    text_add_str(&t, behind);
    return t;
}

static void say_of(struct lint *l, enum lint_level level, const char *code, struct slice owner, struct slice quoted, const char *behind,
                   const char *repair)
{
    struct text t = begun(l, "", quoted, behind);
    lint_say_text(l, level, code, owner, text_slice(&t), slice_str(repair));
}

static void say_broken(struct lint *l, const struct spf_record *r, struct slice owner, const char *repair)
{
    const struct reason *why = &spf_reason_table[r->problem];
    struct text t = begun(l, "", r->problem_term, ": ");
    text_addf(&t, "%s; receivers answer permerror", why->text);
    lint_say_text(l, LINT_ERROR, why->name, owner, text_slice(&t), slice_str(repair));
}

/* ---- networks ---- */

static void look_at_width(struct walk *w, const struct frame *f, const struct spf_term *t)
{
    bool four = t->kind != SPF_IP6, six = t->kind != SPF_IP4;
    if ((four && t->bits4 == 0) || (six && t->bits6 == 0)) {
        say_of(w->l, LINT_ERROR, "everybody", f->domain, spf_term_text(f->record, t), " covers all addresses", "name the networks that send");
        return;
    }
    if ((four && t->bits4 <= (f->own ? SPF_LINT_HUGE4 : SPF_LINT_VAST4)) || (six && t->bits6 <= (f->own ? SPF_LINT_HUGE6 : SPF_LINT_VAST6)))
        say_of(w->l, LINT_WARNING, "huge-network", f->domain, spf_term_text(f->record, t),
               " covers very many addresses: whoever has one of them may send",
               f->own ? "name the hosts or small networks that send" : "ask whoever publishes it, or name the servers that send for you");
}

static void take_network(struct walk *w, const struct frame *f, const struct spf_term *t)
{
    struct prefix p = { .address.family = t->kind == SPF_IP4 ? IP_V4 : IP_V6, .bits = t->kind == SPF_IP4 ? t->bits4 : t->bits6 };
    memcpy(p.address.octets, t->network, sizeof t->network);
    look_at_width(w, f, t);
    if (f->own)
        lint_sender_network(w->l, p);
}

/* ---- hosts ---- */

static void count_void(struct walk *w, const struct frame *f, const struct spf_term *t, const char *what)
{
    if (++w->voids == SPF_VOID_MAX + 1)
        lint_say(w->l, LINT_ERROR, "too-many-voids", w->l->domain, "more than 2 terms ask for what does not exist: permerror (RFC 7208 4.6.4)",
                 "remove the terms that are named below");
    say_of(w->l, LINT_WARNING, "void-lookup", f->domain, spf_term_text(f->record, t), what, "remove the term, or publish what it names");
}

/* Both families; true if both are answered and neither has an address. */
static bool has_no_address(struct walk *w, struct slice host)
{
    const struct answer *four = lint_ask(w->l, host, RTYPE_A), *six = lint_ask(w->l, host, RTYPE_AAAA);
    if (!four || !six)
        return false;
    if (lint_unanswered(w->l, host, four) || lint_unanswered(w->l, host, six))
        return false;
    return answer_is_void(four) && answer_is_void(six);
}

static void take_host(struct walk *w, const struct frame *f, const struct spf_term *t, struct slice name)
{
    look_at_width(w, f, t);
    if (has_no_address(w, name))
        count_void(w, f, t, " has no address: it authorises nobody");
    else if (f->own)
        lint_sender_host(w->l, name);
}

static void take_mx(struct walk *w, const struct frame *f, const struct spf_term *t, struct slice name)
{
    const struct answer *a = lint_ask(w->l, name, RTYPE_MX);
    look_at_width(w, f, t);
    if (!a || lint_unanswered(w->l, name, a))
        return;
    if (answer_is_void(a))
        count_void(w, f, t, " has no MX records: it authorises nobody");
    if (a->count > SPF_MAX_ADDRESS_NAMES) {
        w->ended = true;
        say_of(w->l, LINT_ERROR, "too-many-mx", f->domain, spf_term_text(f->record, t), " leads to more than 10 MX hosts: permerror (RFC 7208 4.6.4)",
               "write the addresses instead");
        return;
    }
    for (size_t i = 0; i < a->count && f->own; i++)
        if (!slice_same(a->records[i].mx.host, SLICE(".")))
            lint_sender_host(w->l, a->records[i].mx.host);
}

static void take_exists(struct walk *w, const struct frame *f, const struct spf_term *t, struct slice name)
{
    const struct answer *a = lint_ask(w->l, name, RTYPE_A);
    if (!a || lint_unanswered(w->l, name, a))
        return;
    if (answer_is_void(a))
        count_void(w, f, t, " does not exist: it authorises nobody");
    else if (t->qualifier == '+')
        say_of(w->l, LINT_ERROR, "everybody", f->domain, spf_term_text(f->record, t), " exists for every client: it passes everybody",
               "let the name depend on the client, as in exists:%{i}._spf.example.com, or remove it");
}

/* ---- records of others ---- */

static void ask_ahead(struct walk *w, const struct spf_record *r, struct slice domain)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct spf_term *t = &r->terms[i];
        struct slice name = domain;
        if (t->macros || (t->spec_len > 0 && !domain_normal(w->l->arena, spf_term_spec(r, t), &name)))
            continue;
        if (t->kind == SPF_INCLUDE)
            lint_prefetch(w->l, name, RTYPE_TXT);
        if (t->kind == SPF_MX)
            lint_prefetch(w->l, name, RTYPE_MX);
        if (t->kind == SPF_A || t->kind == SPF_EXISTS)
            lint_prefetch(w->l, name, RTYPE_A);
        if (t->kind == SPF_A)
            lint_prefetch(w->l, name, RTYPE_AAAA);
    }
}

/* The one well-formed record of a name that a term refers to; NULL: not yet, or said why not. */
static const struct spf_record *record_of(struct walk *w, const struct frame *f, const struct spf_term *t, struct slice name, const char *none)
{
    struct lint *l = w->l;
    const struct answer *a = lint_ask(l, name, RTYPE_TXT);
    if (!a || lint_unanswered(l, name, a))
        return NULL;
    const struct spf_records *found = answer_has_data(a) ? answer_memo(a, spf_records_make, spf_records_free) : NULL;
    unsigned count = found ? found->count[SPF_SCOPE_SPF1] : 0;
    const struct spf_record *r = count == 1 ? found->at[SPF_SCOPE_SPF1] : NULL;
    if (r && r->problem == SPF_NOT_YET)
        return r;
    w->ended = true;
    if (count == 0)
        say_of(l, LINT_ERROR, none, f->domain, spf_term_text(f->record, t), " names a domain without an SPF record: permerror",
               "remove the term, or correct the name");
    else if (r)
        say_broken(l, r, name, "ask whoever publishes that record to repair it, or remove the term that refers to it");
    else
        say_of(l, LINT_ERROR, "several-records-there", f->domain, spf_term_text(f->record, t), " names a domain with several SPF records: permerror",
               "ask its owner to leave one of them, or remove the term");
    return NULL;
}

static void take_include(struct walk *w, const struct frame *f, const struct spf_term *t, struct slice name)
{
    const struct spf_record *r = record_of(w, f, t, name, "include-none");
    if (!r)
        return;
    w->frames[w->depth++] = (struct frame){ .record = r, .domain = name };
    ask_ahead(w, r, name);
}

/* The same walk goes on with another record (RFC 7208 6.1). */
static bool take_redirect(struct walk *w, struct frame *f, struct slice name)
{
    const struct spf_record *r = record_of(w, f, &f->record->redirect, name, "redirect-none");
    if (!r)
        return false;
    if (f->own)
        lint_record(w->l, name, RTYPE_TXT, r->text);
    f->record = r;
    f->domain = name;
    f->next = 0;
    ask_ahead(w, r, name);
    return true;
}

/* ---- terms ---- */

static void count_term(struct walk *w)
{
    if (++w->terms <= SPF_MAX_TERMS)
        return;
    w->ended = true;
}

static void say_of_macros(struct walk *w, const struct frame *f, const struct spf_term *t)
{
    if (t->host_name)
        say_of(w->l, LINT_WARNING, "ptr", f->domain, spf_term_text(f->record, t),
               " rests on reverse names, which many receivers do not look up (RFC 7208 7.2)",
               "use another macro than %{p}");
    else if (f->own)
        say_of(w->l, LINT_NOTE, "macros", f->domain, spf_term_text(f->record, t),
               " is another question for each message: what it authorises is not looked at", NULL);
}

static void take_all(struct walk *w, const struct frame *f, const struct spf_term *t)
{
    if (t->qualifier == '+')
        say_of(w->l, LINT_ERROR, "everybody", f->domain, spf_term_text(f->record, t), " passes everybody", "end the record with -all or ~all");
    else if (t->qualifier == '?' && f->own)
        say_of(w->l, LINT_WARNING, "neutral-all", f->domain, spf_term_text(f->record, t), " says nothing about strangers",
               "end the record with -all or ~all");
}

static void take_term(struct walk *w, struct frame *f)
{
    const struct spf_term *t = &f->record->terms[f->next++];
    struct slice name = f->domain;
    if (f == w->frames) {
        w->top_term = spf_term_text(f->record, t);
        w->terms_before = w->terms;
    }
    w->passes_some = w->passes_some || t->qualifier == '+';
    if (spf_term_asks(t))
        count_term(w);
    if (w->ended)
        return;
    if (t->macros || (t->spec_len > 0 && !domain_normal(w->l->arena, spf_term_spec(f->record, t), &name))) {
        say_of_macros(w, f, t);
        return;
    }
    switch ((enum spf_kind)t->kind) {
    case SPF_ALL: take_all(w, f, t); break;
    case SPF_INCLUDE: take_include(w, f, t, name); break;
    case SPF_A: take_host(w, f, t, name); break;
    case SPF_MX: take_mx(w, f, t, name); break;
    case SPF_IP4: case SPF_IP6: take_network(w, f, t); break;
    case SPF_EXISTS: take_exists(w, f, t, name); break;
    case SPF_PTR:
        say_of(w->l, LINT_WARNING, "ptr", f->domain, spf_term_text(f->record, t),
               " should not be used (RFC 7208 5.5): it is slow, and many receivers pass over it",
               "name the hosts or networks that send");
        break;
    case SPF_REDIRECT: case SPF_EXP: case SPF_UNKNOWN_MODIFIER: break;
    }
}

static bool has_all(const struct spf_record *r)
{
    return r->count > 0 && r->has_all;
}

/* What follows a record's mechanisms. False: its frame is done. */
static bool at_end_of_record(struct walk *w, struct frame *f)
{
    const struct spf_record *r = f->record;
    struct slice name;
    if (has_all(r))
        return false;
    if (!r->has_redirect) {
        if (f->own)
            lint_say(w->l, LINT_WARNING, "no-all", f->domain, "the record ends without \"all\": strangers are neutral",
                     "end the record with -all or ~all");
        return false;
    }
    count_term(w);
    if (w->ended)
        return false;
    if (r->redirect.macros || !domain_normal(w->l->arena, spf_term_spec(r, &r->redirect), &name)) {
        say_of_macros(w, f, &r->redirect);
        return false;
    }
    return take_redirect(w, f, name);
}

static void note_cost(struct walk *w)
{
    unsigned cost = w->terms - w->terms_before;
    if (w->depth != 1 || cost <= w->costliest_terms)
        return;
    w->costliest = w->top_term;
    w->costliest_terms = cost;
}

static void walk_all(struct walk *w)
{
    while (w->depth > 0) {
        struct frame *f = &w->frames[w->depth - 1];
        if (!w->ended && f->next < f->record->count)
            take_term(w, f);
        else if (w->ended || !at_end_of_record(w, f))
            w->depth--;
        note_cost(w);
    }
}

static void say_cost(struct walk *w)
{
    struct text t = text_in(w->l->arena, LINT_TEXT_MAX), repair = begun(w->l, "", w->costliest, " alone ");
    text_addf(&repair, "costs %u: write its networks out, or give it a subdomain of its own", w->costliest_terms);
    if (w->terms > SPF_MAX_TERMS) {
        text_addf(&t, "more than %d terms ask DNS, with those of included records: permerror (RFC 7208 4.6.4)", SPF_MAX_TERMS);
        lint_say_text(w->l, LINT_ERROR, "too-many-terms", w->l->domain, text_slice(&t), text_slice(&repair));
    } else if (w->terms >= SPF_LINT_NEAR) {
        text_addf(&t, "%u of the %d terms that may ask DNS are used, with those of included records; when a provider adds one", w->terms,
                  SPF_MAX_TERMS);
        text_add_str(&t, w->terms == SPF_MAX_TERMS ? " more it is permerror" : " or two more it is permerror");
        lint_say_text(w->l, LINT_WARNING, "near-term-limit", w->l->domain, text_slice(&t), text_slice(&repair));
    }
}

/* ---- the domain's own record ---- */

static void say_behind_all(struct lint *l, const struct spf_record *r)
{
    const struct spf_term *last = r->has_all && r->count > 0 ? &r->terms[r->count - 1] : NULL;
    struct slice rest = last ? slice_from(r->text, last->at + last->len) : SLICE(""), word;
    while (rest.len > 0) {
        (void)slice_cut(rest, ' ', &word, &rest);
        if (word.len == 0 || slice_has(word, '='))
            continue;
        say_of(l, LINT_WARNING, "behind-all", l->domain, word, " stands behind \"all\", where no receiver gets to", "put \"all\" at the end");
        return;
    }
}

static void say_of_modifiers(struct lint *l, const struct spf_record *r)
{
    if (r->has_redirect && r->has_all)
        say_of(l, LINT_WARNING, "redirect-unused", l->domain, spf_term_text(r, &r->redirect), " counts for nothing beside \"all\" (RFC 7208 6.1)",
               "remove one of the two");
    for (unsigned i = 0; i < r->unknown_count; i++)
        say_of(l, LINT_NOTE, "unknown-modifier", l->domain, slice_first(slice_from(r->text, r->unknown[i].at), r->unknown[i].len),
               " is a modifier that receivers pass over", NULL);
}

/* 6.2: exp= leads to an explanation that is there. */
static void look_at_explanation(struct lint *l, const struct spf_record *r)
{
    struct slice name;
    if (!r->has_exp || r->exp.macros || !domain_normal(l->arena, spf_term_spec(r, &r->exp), &name))
        return;
    const struct answer *a = lint_ask(l, name, RTYPE_TXT);
    if (a && !lint_unanswered(l, name, a) && a->count != 1)
        say_of(l, LINT_WARNING, "no-explanation", l->domain, spf_term_text(r, &r->exp), " leads to no single text: nothing is explained",
               "publish one TXT record there");
}

static void look_at_size(struct lint *l, const struct answer *a)
{
    size_t octets = HEADER_OCTETS + l->domain.len + 2 + 4;
    for (size_t i = 0; i < a->count; i++)
        octets += RECORD_OCTETS + a->records[i].raw.len;
    if (octets <= UDP_OCTETS)
        return;
    struct text t = text_in(l->arena, LINT_TEXT_MAX);
    text_addf(&t, "the TXT records of the domain make an answer of about %zu octets: some resolvers lose what is over %d (RFC 7208 3.4)", octets,
              UDP_OCTETS);
    lint_say_text(l, LINT_NOTE, "answer-over-512", l->domain, text_slice(&t), SLICE(""));
}

/* "v=spf1;", "v=spf1<TAB>", " v=spf1": meant as a record and none to receivers (4.5). */
static void say_of_misspelt(struct lint *l, const struct answer *a)
{
    for (size_t i = 0; i < a->count; i++) {
        struct slice text = a->records[i].text, meant = slice_trim(text, " \t\"");
        if (spf_record_scopes(text) != 0 || !(slice_starts_nocase(meant, SLICE("v=spf1")) || slice_starts_nocase(meant, SLICE("spf1 "))))
            continue;
        if (meant.len > 6 && is_alnum(meant.at[6]))
            continue;
        lint_record(l, l->domain, RTYPE_TXT, text);
        lint_say(l, LINT_ERROR, "not-a-record", l->domain, "a record does not begin with \"v=spf1\" and a blank: receivers do not see it",
                 "let it begin with \"v=spf1 \"");
    }
}

static size_t say_records(struct lint *l, const struct answer *a, uint16_t rtype)
{
    size_t count = 0;
    for (size_t i = 0; i < a->count; i++) {
        if (!(spf_record_scopes(a->records[i].text) & 1u << SPF_SCOPE_SPF1))
            continue;
        lint_record(l, l->domain, rtype, a->records[i].text);
        count++;
    }
    return count;
}

static void look_at_old_type(struct lint *l)
{
    const struct answer *a = lint_ask(l, l->domain, RTYPE_SPF);
    if (!a || answer_failed(a) || say_records(l, a, RTYPE_SPF) == 0)
        return;
    lint_say(l, LINT_NOTE, "type-spf", l->domain, "there is a record of type SPF (99), which receivers do not ask for any more (RFC 7208 3.1)", NULL);
}

static void look_at_record(struct lint *l, const struct spf_record *r)
{
    struct walk w = { .l = l, .frames = { { .record = r, .domain = l->domain, .own = true } }, .depth = 1 };
    say_behind_all(l, r);
    say_of_modifiers(l, r);
    look_at_explanation(l, r);
    ask_ahead(&w, r, l->domain);
    walk_all(&w);
    say_cost(&w);
    if (w.ended || w.voids > SPF_VOID_MAX)
        return;
    lint_merit(l, LINT_PATH_RECORD);
    if (!w.passes_some && r->has_all && r->terms[r->count - 1].qualifier == '-')
        lint_merit(l, LINT_SENDS_NOTHING);
}

static void look_at_records(struct lint *l, const struct answer *a)
{
    const struct spf_records *found = answer_memo(a, spf_records_make, spf_records_free);
    size_t count = say_records(l, a, RTYPE_TXT);
    say_of_misspelt(l, a);
    if (!found || count == 0)
        return;
    look_at_size(l, a);
    const struct spf_record *r = found->at[SPF_SCOPE_SPF1];
    if (count > 1)
        lint_say(l, LINT_ERROR, "several-records", l->domain, "several v=spf1 records: receivers answer permerror (RFC 7208 4.5)",
                 "join them into one, with one \"all\" at its end");
    else if (r && r->problem != SPF_NOT_YET)
        say_broken(l, r, l->domain, "correct the term");
    else if (r)
        look_at_record(l, r);
}

void spf_lint(struct lint *l)
{
    lint_prefetch(l, l->domain, RTYPE_SPF);
    const struct answer *a = lint_ask(l, l->domain, RTYPE_TXT);
    if (a && !lint_unanswered(l, l->domain, a) && answer_has_data(a))
        look_at_records(l, a);
    look_at_old_type(l);
}
