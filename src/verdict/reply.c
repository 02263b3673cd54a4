/*
 * reply.c: the words of a verdict: reply, reason and tag. Whatever came from outside is shown as printable
 * ASCII; a refusal names the method, the domain and what to repair.
 */
#include "verdict/rule.h"

#include "mail/date.h"

#define EXPANDED_MAX 4096u            /* before it is cut to what a reply may have */
#define VALUE_MAX 120u                /* octets of one foreign value that are shown */
#define URL_MAX 200u                  /* of the reply's text */

/* ---- macros ---- */

struct scene { const struct rules *rules; const struct world *world; const struct rule *rule; const struct verdict *verdict; };

static void add_value(struct text *out, struct slice value)
{
    text_add_shown(out, slice_first(value, VALUE_MAX), false);
    if (value.len > VALUE_MAX)
        text_add_str(out, "...");
}

static struct slice first_of(struct slice a, struct slice b)
{
    return a.len > 0 ? a : b;
}

static struct slice cited_domain(const struct verdict *v)
{
    for (unsigned i = 0; i < v->cite_count; i++)
        if (v->cites[i]->evidence.domain.len > 0)
            return v->cites[i]->evidence.domain;
    return (struct slice){ 0 };
}

static void add_client(const struct scene *s, struct text *out)
{
    if (s->world->facts->client.family == IP_NONE)
        text_add_str(out, "an unknown client");
    else
        text_add_ip(out, &s->world->facts->client);
}

static void add_helo(const struct scene *s, struct text *out)
{
    add_value(out, s->world->facts->helo_domain);
}

static void add_sender(const struct scene *s, struct text *out)
{
    text_add_octet(out, '<');
    add_value(out, s->world->facts->null_sender ? (struct slice){ 0 } : s->world->facts->mail_from);
    text_add_octet(out, '>');
}

static void add_mailfrom(const struct scene *s, struct text *out)
{
    add_value(out, s->world->facts->mailfrom_domain);
}

static void add_from(const struct scene *s, struct text *out)
{
    add_value(out, s->world->facts->from_domain);
}

static void add_claimed(const struct scene *s, struct text *out)
{
    struct slice domain = claimed_domain(s->world->facts, IDENTITY_MAILFROM);

    add_value(out, first_of(domain, SLICE("the sender")));
}

static void add_domain(const struct scene *s, struct text *out)
{
    struct slice claimed = first_of(claimed_domain(s->world->facts, IDENTITY_MAILFROM), s->world->facts->from_domain);

    add_value(out, first_of(first_of(cited_domain(s->verdict), claimed), SLICE("the sender")));
}

static void add_method(const struct scene *s, struct text *out)
{
    text_add_str(out, s->verdict->cite_count ? s->verdict->cites[0]->method->name : "policy");
}

static void add_results_of(const struct verdict *v, struct text *out)
{
    if (v->cite_count == 0)
        text_add_str(out, "policy");
    for (unsigned i = 0; i < v->cite_count; i++) {
        const struct result *r = v->cites[i];
        text_addf(out, "%s%s=%s", i ? ", " : "", r->method->name, auth_result_word(r->word));
        if (r->evidence.domain.len > 0) {
            text_add_str(out, " (");
            add_value(out, r->evidence.domain);
            text_add_octet(out, ')');
        }
    }
}

static void add_results(const struct scene *s, struct text *out)
{
    add_results_of(s->verdict, out);
}

static void add_rule(const struct scene *s, struct text *out)
{
    add_value(out, s->rule->name);
}

static void add_reason(const struct scene *s, struct text *out)
{
    const struct result *r = s->verdict->cite_count ? s->verdict->cites[0] : NULL;

    if (r != NULL && r->evidence.text.len > 0)
        add_value(out, r->evidence.text);
    else
        text_add_str(out, r != NULL ? r->method->reasons[r->reason].text : "local policy");
}

static void add_date(int64_t when, struct text *out)
{
    uint8_t room[40];
    struct text text = text_fixed(room, sizeof room);

    text_add_date_iso(&text, when);
    /* A whole day is known by its date. */
    text_add(out, when % 86400 == 0 ? slice_first(text_slice(&text), 10) : text_slice(&text));
}

static void add_grace(const struct scene *s, struct text *out)
{
    if (s->rules->conf->grace_until == INT64_MAX)
        text_add_str(out, "a date not set");
    else
        add_date(s->rules->conf->grace_until, out);
}

static void add_now(const struct scene *s, struct text *out)
{
    text_add_date_iso(out, s->world->facts->now);
}

struct macro { const char *name; void (*add)(const struct scene *, struct text *); };
static const struct macro macros[] = {
    { "client", add_client }, { "helo", add_helo }, { "sender", add_sender }, { "mailfrom", add_mailfrom }, { "from", add_from },
    { "claimed", add_claimed }, { "domain", add_domain }, { "method", add_method }, { "results", add_results }, { "rule", add_rule },
    { "reason", add_reason }, { "option.grace_until", add_grace }, { "date", add_now },
};

static const struct macro *macro_named(struct slice name)
{
    for (size_t i = 0; i < COUNT_OF(macros); i++)
        if (slice_same(slice_str(macros[i].name), name))
            return &macros[i];
    return NULL;
}

/* The next piece: literal text, then perhaps a macro; "%%" gives one percent sign. False at a "%" that is neither. */
static bool take_piece(struct cursor *c, struct slice *literal, const struct macro **macro)
{
    struct slice name;

    *macro = NULL;
    *literal = take_until(c, '%');
    if (at_end(c))
        return true;
    if (accept_text(c, SLICE("%%"))) {
        *literal = slice_of(literal->at ? literal->at : c->rest.at - 2, literal->len + 1);
        return true;
    }
    if (!accept_text(c, SLICE("%{")))
        return false;
    name = take_until(c, '}');
    expect(c, '}');
    *macro = macro_named(name);
    return !c->bad && *macro != NULL;
}

bool macros_check(struct slice text, const struct conf_node *where, struct config_error *error)
{
    struct cursor c = cursor_of(text);
    const struct macro *macro;
    struct slice literal;

    while (!at_end(&c)) {
        if (!take_piece(&c, &literal, &macro)) {
            config_complain(error, where, "unknown macro in \"%.*s\" (known are %%{client} %%{helo} %%{sender} %%{mailfrom} %%{from} %%{claimed} "
                            "%%{domain} %%{method} %%{results} %%{rule} %%{reason} %%{date} %%{option.grace_until} and %%%%)",
                            (int)slice_first(text, 60).len, (const char *)text.at);
            return false;
        }
    }
    return true;
}

static void expand(const struct scene *s, struct slice template, struct text *out)
{
    struct cursor c = cursor_of(template);
    const struct macro *macro;
    struct slice literal;

    while (!at_end(&c) && take_piece(&c, &literal, &macro)) {
        text_add_shown(out, literal, false);
        if (macro != NULL)
            macro->add(s, out);
    }
}

/* RFC 3986 2.3: unreserved characters stand for themselves. */
static void add_encoded(struct text *out, struct slice value)
{
    for (size_t i = 0; i < value.len; i++) {
        uint8_t o = value.at[i];
        if (is_alnum(o) || o == '-' || o == '.' || o == '_' || o == '~')
            text_add_octet(out, o);
        else
            text_addf(out, "%%%02X", o);
    }
}

static struct slice repair_url(const struct scene *s)
{
    struct text out = text_in(s->world->arena, URL_MAX);
    struct cursor c = cursor_of(s->rules->conf->repair_url);
    const struct macro *macro;
    struct slice literal;

    while (!at_end(&c) && take_piece(&c, &literal, &macro)) {
        struct text value = text_in(s->world->arena, EXPANDED_MAX);
        text_add(&out, literal);
        if (macro != NULL)
            macro->add(s, &value);
        add_encoded(&out, text_slice(&value));
    }
    return text_slice(&out);
}

/* ---- codes ---- */

static bool went_wrong(const struct result *r)
{
    return r->word == AUTH_FAIL || r->word == AUTH_SOFTFAIL || r->word == AUTH_POLICY || r->word == AUTH_PERMERROR;
}

static unsigned methods_gone_wrong(const struct verdict *v)
{
    uint64_t seen = 0;
    unsigned count = 0;

    for (unsigned i = 0; i < v->cite_count; i++) {
        uint64_t bit = (uint64_t)1 << method_index(v->cites[i]->method);
        if (went_wrong(v->cites[i]) && !(seen & bit))
            count++;
        seen |= bit;
    }
    return count;
}

/* What is cited counts here, not what stands for the method: "spf.helo = fail" may rest on a HELO that failed. */
static bool cites_meet(const struct verdict *v, const struct condition *c)
{
    for (unsigned i = 0; i < v->cite_count && c->about == ABOUT_METHOD; i++)
        if (v->cites[i]->method == c->method && (c->words >> v->cites[i]->word & 1))
            return true;
    return false;
}

static struct slice coded(const struct scene *s)
{
    /* RFC 7372 3.4: several failed */
    if (methods_gone_wrong(s->verdict) > 1)
        return SLICE("5.7.26");
    for (size_t i = 0; i < s->rules->reply_count; i++) {
        const struct rule *r = &s->rules->replies[i];
        if (cites_meet(s->verdict, r->groups[0].at))
            return r->enhanced;
    }
    return SLICE("5.7.1");
}

static bool rests_on_temperror(const struct verdict *v)
{
    for (unsigned i = 0; i < v->cite_count; i++)
        if (v->cites[i]->word == AUTH_TEMPERROR)
            return true;
    return false;
}

static struct slice enhanced_code(const struct scene *s)
{
    if (s->rule->enhanced.len > 0)
        return s->rule->enhanced;
    if (s->rule->action == RULE_REJECT)
        return coded(s);
    /* RFC 3463 3.5: no answer from directory or name servers */
    return rests_on_temperror(s->verdict) ? SLICE("4.4.3") : SLICE("4.7.1");
}

/* ---- texts ---- */

static bool mentions(struct slice text, struct slice piece)
{
    for (size_t i = 0; i + piece.len <= text.len; i++)
        if (slice_starts(slice_from(text, i), piece))
            return true;
    return false;
}

/* RFC 7208 6.2: what the domain wants said to those it did not allow; marked as its words, and only if asked for (threats.md T25). */
static void add_explanation(const struct scene *s, struct text *out)
{
    const struct verdict *v = s->verdict;

    for (unsigned i = 0; s->rules->conf->explanation && i < v->cite_count; i++) {
        const struct result *r = v->cites[i];
        struct slice words = fact_text(r->evidence.facts, "explanation");
        if (r->word != AUTH_FAIL || words.len == 0)
            continue;
        text_add_str(out, "; ");
        add_value(out, r->evidence.domain);
        text_add_str(out, " says: ");
        add_value(out, words);
        return;
    }
}

/* The refusal speaks of this domain, and against it. */
static bool is_against(const struct verdict *v, struct slice domain)
{
    for (unsigned i = 0; i < v->cite_count; i++)
        if (went_wrong(v->cites[i]) && slice_same_nocase(v->cites[i]->evidence.domain, domain))
            return true;
    return false;
}

/* What helps the domain's people (method.h, hints_reply): whole, or where there is no room not at all. */
static void add_hint_of(const struct scene *s, const struct result *r, size_t room, struct text *out)
{
    struct slice words = fact_text(r->evidence.facts, METHOD_REPLY_HINT);
    struct text shown = text_in(s->world->arena, EXPANDED_MAX);

    text_add_shown(&shown, words, false);
    if (words.len == 0 || shown.bad || out->len + 2 + shown.len > room || !is_against(s->verdict, r->evidence.domain))
        return;
    text_add_str(out, "; ");
    text_add(out, text_slice(&shown));
}

static void add_hints(const struct scene *s, size_t room, struct text *out)
{
    for (size_t m = 0; methods[m] && s->rule->action == RULE_REJECT; m++)
        for (size_t i = 0; methods[m]->hints_reply && i < s->world->sets[m].count; i++)
            add_hint_of(s, &s->world->sets[m].at[i], room, out);
}

static const struct slice default_text = SLICE_INIT(
    "%{results}: refused by rule %{rule}; if this is your mail, correct the records of %{domain} or send through hosts they cover");

static struct slice reply_text(const struct scene *s)
{
    struct slice template = first_of(s->rule->text, default_text), url = repair_url(s);
    struct text base = text_in(s->world->arena, EXPANDED_MAX), out = text_in(s->world->arena, REPLY_TEXT_MAX);
    size_t room = REPLY_TEXT_MAX - (url.len > 0 ? url.len + 6 : 0);

    expand(s, template, &base);
    if (s->verdict->cite_count > 0 && !mentions(template, SLICE("%{results}"))) {
        text_add_str(&base, " [");
        add_results_of(s->verdict, &base);
        text_add_octet(&base, ']');
    }
    add_hints(s, room, &base);
    add_explanation(s, &base);
    struct slice words = text_slice(&base);
    if (base.bad)
        words = SLICE("refused by local policy");
    if (words.len > room) {
        text_add(&out, slice_first(words, room - 3));
        text_add_str(&out, "...");
    } else {
        text_add(&out, words);
    }
    if (url.len > 0) {
        text_add_str(&out, "; see ");
        text_add(&out, url);
    }
    return text_slice(&out);
}

void words_reply(const struct rules *rules, const struct world *w, const struct rule *rule, struct verdict *v)
{
    struct scene s = { rules, w, rule, v };

    if (rule->action != RULE_REJECT && rule->action != RULE_DEFER)
        return;
    v->reply.code = rule->code ? rule->code : rule->action == RULE_REJECT ? 550 : 451;
    v->reply.enhanced = enhanced_code(&s);
    v->reply.text = reply_text(&s);
}

void words_reason(const struct rules *rules, const struct world *w, const struct rule *rule, struct verdict *v)
{
    struct scene s = { rules, w, rule, v };
    struct text out = text_in(w->arena, EXPANDED_MAX);

    v->override_reason = slice_shown(w->arena, rule->override, false);
    text_add(&out, v->override_reason);
    text_add_str(&out, rule->override.len > 0 && (rule->reason.len > 0 || v->cite_count > 0) ? ": " : "");
    if (rule->reason.len > 0)
        expand(&s, rule->reason, &out);
    else if (v->cite_count > 0 || rule->override.len == 0)
        add_results_of(v, &out);
    v->reason = text_slice(&out);
}

struct slice words_tag(const struct rules *rules, const struct world *w, const struct rule *rule)
{
    struct verdict cites = { 0 };
    struct scene s = { rules, w, rule, &cites };
    struct text out = text_in(w->arena, EXPANDED_MAX);

    for (size_t g = 0; g < rule->group_count; g++)
        for (size_t k = 0; k < rule->groups[g].count; k++)
            if (condition_holds(w, &rule->groups[g].at[k]) == YES)
                condition_cite(w, &rule->groups[g].at[k], &cites);
    add_value(&out, rule->name);
    text_add_str(&out, ": ");
    expand(&s, first_of(rule->text, SLICE("%{results}")), &out);
    return text_slice(&out);
}
