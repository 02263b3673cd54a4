/*
 * condition_read.c: one condition's text.
 *
 *     condition = subject ("=" / "!=") value *("|" value)
 *               / subject ("in" / "not in") table
 *     subject   = METHOD ["." IDENTITY] / METHOD "." SUBJECT / METHOD "." FACT / "class." IDENTITY / "agreement.mailfrom" / "option." NAME / ...     FACT may be below another
 *
 * Whatever is not known is an error: a rule that silently never holds is worse than none.
 */
#include "verdict/rule.h"

/* ---- words ---- */

#define RESULT_WORDS "none|temperror|permerror|neutral|policy|fail|softfail|pass"         /* as enum auth_result */
#define CLASS_WORDS "unknown|grey|black|white|absent"                                     /* as enum domain_class */
#define AGREEMENT_WORDS "none|agreed|disowned"                                            /* as enum agreement */
#define AUTHOR_WORDS "ok|missing|several|malformed|group|bad-domain|too-many-domains|several-domains"     /* as enum author_problem, and one more */

static const struct fact_word fact_words[] = {
    { "policy", "none|quarantine|reject", true },
    { "disposition", "none|quarantine|reject", false },
    { "trusted_result.dmarc", RESULT_WORDS, false },
    { "trusted_result.spf", RESULT_WORDS, false },
    { "trusted_result.dkim", RESULT_WORDS, false },
    { "trusted_result.from", FACT_IS_AUTHOR, false },
    { "testing", "false|true", false },
};

struct list_subject { const char *name; enum about about; };
static const struct list_subject list_subjects[] = {
    { "client", ABOUT_CLIENT }, { "helo", ABOUT_HELO }, { "mailfrom", ABOUT_MAILFROM }, { "from", ABOUT_FROM },
    { "recipient", ABOUT_RECIPIENT }, { "claimed", ABOUT_CLAIMED }, { "authenticated", ABOUT_AUTHENTICATED },
    { "sent_by", ABOUT_SENT_BY },
};

/* ---- the parts of the text ---- */

struct parts { struct slice subject, below, values; bool negated, in; };

static bool is_subject_octet(uint8_t octet)
{
    return is_alnum(octet) || octet == '_' || octet == '-';
}

static bool is_path_octet(uint8_t octet)
{
    return is_subject_octet(octet) || octet == '.';
}

static bool take_parts(struct slice text, struct parts *p)
{
    struct cursor c = cursor_of(slice_trim(text, " \t"));

    *p = (struct parts){ .negated = false };
    p->subject = take_while(&c, is_subject_octet);
    if (accept_octet(&c, '.'))
        p->below = take_while(&c, is_path_octet);
    skip_wsp(&c);
    if (accept_text(&c, SLICE("!="))) {
        p->negated = true;
    } else if (accept_text(&c, SLICE("not in "))) {
        p->in = p->negated = true;
    } else if (accept_text(&c, SLICE("in "))) {
        p->in = true;
    } else {
        expect(&c, '=');
    }
    skip_wsp(&c);
    p->values = take_rest(&c);
    return !c.bad && p->subject.len > 0 && p->values.len > 0;
}

static bool wrong(const struct reader *r, const struct conf_node *where, struct slice what, const char *why)
{
    config_complain(r->error, where, "condition \"%.*s\": %s", (int)slice_first(what, 100).len, (const char *)what.at, why);
    return false;
}

static bool word_bit(const char *words, struct slice word, uint64_t *bits)
{
    unsigned i;

    if (!word_index(words, word, &i))
        return false;
    *bits |= (uint64_t)1 << i;
    return true;
}

/* "fail|softfail" against the words there are. */
static bool read_words(const struct reader *r, const struct conf_node *where, const struct parts *p, const char *words, uint64_t *bits)
{
    struct slice rest = p->values, head;
    bool more = true;

    if (p->in)
        return wrong(r, where, p->subject, "\"in\" is for lists of addresses and domains; use \"=\"");
    while (more) {
        more = slice_cut(rest, '|', &head, &rest);
        head = slice_trim(head, " \t");
        if (!word_bit(words, head, bits)) {
            config_complain(r->error, where, "condition on \"%.*s\": \"%.*s\" is none of %s", (int)slice_first(p->subject, 60).len,
                            (const char *)p->subject.at, (int)slice_first(head, 60).len, (const char *)head.at, words);
            return false;
        }
    }
    return true;
}

/* ---- subjects ---- */

static const struct entries *read_entries(const struct reader *r, const struct conf_node *where, const struct parts *p)
{
    if (!p->in)
        return entries_of_values(r->arena, r->owners, p->values, where, r->error);
    for (size_t i = 0; i < r->table_count; i++)
        if (slice_same(r->tables[i].name, slice_trim(p->values, " \t")))
            return r->tables[i].entries;
    (void)wrong(r, where, p->values, "there is no such table");
    return NULL;
}

static bool read_list_subject(const struct reader *r, const struct conf_node *where, const struct parts *p, enum about about,
                              struct condition *out)
{
    out->about = about;
    out->entries = read_entries(r, where, p);
    if (out->entries == NULL)
        return false;
    /* Nobody is on an empty list. */
    if (out->entries->count == 0)
        *out = (struct condition){ .about = ABOUT_CONSTANT, .constant = p->negated };
    return true;
}

static bool identity_named(struct slice name, enum identity *out)
{
    for (int i = IDENTITY_CLIENT; i <= IDENTITY_USER; i++) {
        if (slice_same(slice_str(identity_name((enum identity)i)), name)) {
            *out = (enum identity)i;
            return true;
        }
    }
    return false;
}

static bool read_class(const struct reader *r, const struct conf_node *where, const struct parts *p, struct condition *out)
{
    out->about = ABOUT_CLASS;
    if (!identity_named(p->below, &out->identity) ||
        (out->identity != IDENTITY_MAILFROM && out->identity != IDENTITY_FROM && out->identity != IDENTITY_HELO))
        return wrong(r, where, p->below, "a class is of mailfrom, from or helo");
    return read_words(r, where, p, CLASS_WORDS, &out->words);
}

static bool read_agreement(const struct reader *r, const struct conf_node *where, const struct parts *p, struct condition *out)
{
    out->about = ABOUT_AGREEMENT;
    out->identity = IDENTITY_MAILFROM;
    if (!slice_same(p->below, SLICE("mailfrom")))
        return wrong(r, where, p->below, "an agreement is of mailfrom");
    return read_words(r, where, p, AGREEMENT_WORDS, &out->words);
}

/* option.honour_p_reject = always: known now. */
static bool read_option(const struct reader *r, const struct conf_node *where, const struct parts *p, struct condition *out)
{
    const struct section *s = &verdict_sections[verdict_section_count - 1];
    uint64_t bits = 0;

    for (const struct option *o = s->options; o->type != OPT_END; o++) {
        if (o->type != OPT_CHOICE || !slice_same(slice_str(o->name), p->below))
            continue;
        if (!read_words(r, where, p, o->words, &bits))
            return false;
        unsigned value = *(const unsigned *)(const void *)((const uint8_t *)r->conf + o->offset);
        *out = (struct condition){ .about = ABOUT_CONSTANT, .constant = (bits >> value & 1) != p->negated };
        return true;
    }
    return wrong(r, where, p->below, "there is no such option to choose");
}

static bool read_reasons(const struct reader *r, const struct conf_node *where, const struct parts *p, struct condition *out)
{
    bool *wanted = ARENA_ARRAY(r->arena, out->method->reason_count + 1u, bool);
    struct slice rest = p->values, head;
    bool more = true;

    out->about = ABOUT_REASON;
    out->reasons = wanted;
    if (wanted == NULL)
        return wrong(r, where, p->subject, "no memory");
    while (more) {
        bool known = false;
        more = slice_cut(rest, '|', &head, &rest);
        head = slice_trim(head, " \t");
        for (unsigned i = 1; i < out->method->reason_count; i++) {
            if (out->method->reasons[i].name && slice_same(slice_str(out->method->reasons[i].name), head))
                known = wanted[i] = true;
        }
        if (!known)
            return wrong(r, where, head, "the method has no such reason");
    }
    return true;
}

/* ---- methods ---- */

static const struct method_word *own_word(const struct method *m, struct slice word)
{
    for (const struct method_word *w = m->words; w && w->word; w++)
        if (slice_same(slice_str(w->word), word))
            return w;
    return NULL;
}

static bool not_a_word(const struct reader *r, const struct conf_node *where, const struct method *m, struct slice word)
{
    char room[256];
    struct text t = text_fixed(room, sizeof room);

    text_add_str(&t, RESULT_WORDS);
    for (const struct method_word *w = m->words; w && w->word; w++)
        text_addf(&t, "|%s", w->word);
    config_complain(r->error, where, "condition on \"%s\": \"%.*s\" is none of %.*s", m->name, (int)slice_first(word, 60).len,
                    (const char *)word.at, (int)text_slice(&t).len, room);
    return false;
}

/* Results' words and the method's own, mixed as one likes. */
static bool read_method_words(const struct reader *r, const struct conf_node *where, const struct parts *p, struct condition *out)
{
    struct slice rest = p->values, head;
    bool more = true;

    if (p->in)
        return wrong(r, where, p->subject, "\"in\" is for lists of addresses and domains; use \"=\"");
    while (more) {
        more = slice_cut(rest, '|', &head, &rest);
        head = slice_trim(head, " \t");
        const struct method_word *own = own_word(out->method, head);
        if (own != NULL)
            out->own |= out->about == ABOUT_SUBJECT ? own->of_named : own->reasons;
        else if (!word_bit(RESULT_WORDS, head, &out->words))
            return not_a_word(r, where, out->method, head);
    }
    return true;
}

/* From when on, and by when, the method's results are known: of those the configuration names this differs by subject. */
static void set_stages(const struct reader *r, struct condition *c)
{
    const void *conf = c->method->named_subject ? method_conf(r->config, c->method) : NULL;
    struct named_subject s;

    c->from = c->by = settle_stage(c->method);
    for (unsigned i = 0; conf && c->method->named_subject(conf, i, &s); i++) {
        c->from = i == 0 || s.settles < c->from ? s.settles : c->from;
        c->by = i == 0 || s.settles > c->by ? s.settles : c->by;
    }
}

static bool subject_named(const struct reader *r, const struct method *m, struct slice name, struct named_subject *out)
{
    const void *conf = m->named_subject ? method_conf(r->config, m) : NULL;

    for (unsigned i = 0; conf && m->named_subject(conf, i, out); i++)
        if (slice_same(out->name, name))
            return true;
    return false;
}

static bool read_method(const struct reader *r, const struct conf_node *where, const struct parts *p, struct condition *out)
{
    struct named_subject named;

    set_stages(r, out);
    if (p->below.len == 0) {
        out->about = ABOUT_METHOD;
        bool good = read_method_words(r, where, p, out);
        /* A result's word is not certain as long as another may still come to stand for the method. */
        if (out->own == 0)
            out->from = out->by;
        return good;
    }
    if (subject_named(r, out->method, p->below, &named)) {
        out->about = ABOUT_SUBJECT;
        out->subject = named.name;
        out->from = out->by = named.settles;
        return read_method_words(r, where, p, out);
    }
    out->from = out->by;
    if (identity_named(p->below, &out->identity)) {
        out->about = ABOUT_METHOD_IDENTITY;
        return read_words(r, where, p, RESULT_WORDS, &out->words);
    }
    if (slice_same(p->below, SLICE("reason")))
        return p->in ? wrong(r, where, p->subject, "a reason is compared with \"=\"") : read_reasons(r, where, p, out);
    if (slice_same(p->below, SLICE("domain")))
        return read_list_subject(r, where, p, ABOUT_SPOKEN_DOMAIN, out);
    for (size_t i = 0; i < COUNT_OF(fact_words); i++) {
        if (slice_same(slice_str(fact_words[i].name), p->below)) {
            out->about = ABOUT_FACT;
            out->fact = &fact_words[i];
            return read_words(r, where, p, fact_words[i].values, &out->words);
        }
    }
    return wrong(r, where, p->below, "no identity and no fact that rules may ask for");
}

static bool read_plain_subject(const struct reader *r, const struct conf_node *where, const struct parts *p, struct condition *out)
{
    if (slice_same(p->subject, SLICE("author"))) {
        out->about = ABOUT_AUTHOR;
        return read_words(r, where, p, AUTHOR_WORDS, &out->words);
    }
    if (slice_same(p->subject, SLICE("decisive"))) {
        out->about = ABOUT_DECISIVE;
        return read_words(r, where, p, "temperror", &out->words);
    }
    for (size_t i = 0; i < COUNT_OF(list_subjects); i++)
        if (slice_same(slice_str(list_subjects[i].name), p->subject))
            return read_list_subject(r, where, p, list_subjects[i].about, out);
    return wrong(r, where, p->subject, "not a subject");
}

static bool is_plain_subject(struct slice name)
{
    for (size_t i = 0; i < COUNT_OF(list_subjects); i++)
        if (slice_same(slice_str(list_subjects[i].name), name))
            return true;
    return slice_same(name, SLICE("author")) || slice_same(name, SLICE("decisive"));
}

bool condition_read(const struct reader *r, struct slice text, const struct conf_node *where, struct condition *out)
{
    struct parts p;

    *out = (struct condition){ .about = ABOUT_CONSTANT };
    if (!take_parts(text, &p))
        return wrong(r, where, text, "wanted: subject = value, subject != value, or subject in table");
    out->negated = p.negated;
    if (slice_same(p.subject, SLICE("class")))
        return read_class(r, where, &p, out);
    if (slice_same(p.subject, SLICE("agreement")))
        return read_agreement(r, where, &p, out);
    if (slice_same(p.subject, SLICE("option")))
        return read_option(r, where, &p, out);
    if (p.below.len == 0 && is_plain_subject(p.subject))
        return read_plain_subject(r, where, &p, out);
    out->method = method_named(p.subject);
    if (out->method != NULL)
        return read_method(r, where, &p, out);
    /* A built-in set may name a method that is not there: it never holds. In a file that is a mistake. */
    if (r->built_in)
        return true;
    return wrong(r, where, p.subject, "there is no such method or subject");
}
