/* condition.c: does it hold, from when on can that be known, and on which results does it rest. */
#include "verdict/rule.h"

#define STAGE_NEVER ((enum stage)(STAGE_MESSAGE + 1))

static enum truth truth_of(bool holds)
{
    return holds ? YES : NO;
}

static enum truth not_truth(enum truth t)
{
    return t == YES ? NO : t == NO ? YES : MAYBE;
}

static bool reached(const struct world *w, enum stage stage)
{
    return w->facts->stage >= stage;
}

/* ---- methods ---- */

static bool word_in(uint64_t words, enum auth_result word)
{
    return words >> word & 1;
}

static bool own_word_holds(const struct condition *c, const struct result *r)
{
    return r->reason < 64 && (c->own >> r->reason & 1);
}

static bool any_own_word_holds(const struct condition *c, const struct results *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (own_word_holds(c, &set->at[i]))
            return true;
    return false;
}

/* The result for the subject the configuration calls so; by name, for in a journal the numbers may be another configuration's. */
static const struct result *named_result(const struct condition *c, const struct results *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (slice_same(fact_text(set->at[i].evidence.facts, c->method->subject_member), c->subject))
            return &set->at[i];
    return NULL;
}

static bool subject_holds(const struct condition *c, const struct result *r)
{
    return r ? word_in(c->words, r->word) || own_word_holds(c, r) : word_in(c->words, AUTH_NONE);
}

static bool identity_word_holds(const struct condition *c, const struct results *set)
{
    bool spoken = false;

    for (size_t i = 0; i < set->count; i++) {
        if (set->at[i].evidence.identity != c->identity)
            continue;
        spoken = true;
        if (word_in(c->words, set->at[i].word))
            return true;
    }
    return !spoken && word_in(c->words, AUTH_NONE);
}

static int value_index(const char *values, const struct fact *f)
{
    struct slice rest = slice_str(values), head, wanted = f->text;
    bool more = true;

    if (f->kind == FACT_FLAG)
        wanted = f->flag ? SLICE("true") : SLICE("false");
    for (int i = 0; more; i++) {
        more = slice_cut(rest, '|', &head, &rest);
        if (slice_same_nocase(head, wanted))
            return i;
    }
    return -1;
}

static const struct fact *fact_at(const struct fact *group, const char *path)
{
    struct slice rest = slice_str(path), head;
    bool more = true;

    while (group != NULL && more) {
        const struct fact *found = NULL;
        more = slice_cut(rest, '.', &head, &rest);
        for (const struct fact *f = group->first; f && !found; f = f->next)
            if (f->name && slice_same(slice_str(f->name), head))
                found = f;
        group = found;
    }
    return group;
}

static int fact_value(const struct world *w, const struct condition *c, const struct fact *f)
{
    bool of_author = slice_same(slice_str(c->fact->values), SLICE(FACT_IS_AUTHOR));

    if (of_author)
        return w->facts->from_domain.len > 0 && slice_same_nocase(f->text, w->facts->from_domain) ? 0 : 1;
    return value_index(c->fact->values, f);
}

static enum truth fact_holds(const struct world *w, const struct condition *c, const struct result *r)
{
    const struct fact *f = fact_at(r->evidence.facts, c->fact->name);
    bool there = f && (f->kind == FACT_TEXT || f->kind == FACT_FLAG);

    if (result_is_imagined(r) && !(c->fact->lasting && there))
        return MAYBE;
    int value = there ? fact_value(w, c, f) : -1;
    return truth_of(value >= 0 && (c->words >> value & 1));
}

static enum truth detail_holds(const struct world *w, const struct condition *c, const struct result *r)
{
    if (c->about == ABOUT_FACT)
        return fact_holds(w, c, r);
    if (c->about == ABOUT_REASON)
        return result_is_imagined(r) ? MAYBE : truth_of(c->reasons[r->reason]);
    return truth_of(entries_have_domain(c->entries, r->evidence.domain));
}

/* Of a method that examines many subjects any will do; of the others the one that stands for it. */
static enum truth any_detail_holds(const struct world *w, const struct condition *c, const struct results *set)
{
    const struct result *main = set_principal(c->method, set);
    enum truth best = NO;

    if (main == NULL)
        return NO;
    if (!c->method->many)
        return detail_holds(w, c, main);
    for (size_t i = 0; i < set->count; i++) {
        enum truth t = detail_holds(w, c, &set->at[i]);
        best = t > best ? t : best;
    }
    return best;
}

static enum truth set_holds(const struct world *w, const struct condition *c, const struct results *set)
{
    if (c->about == ABOUT_METHOD) {
        const struct result *main = set_principal(c->method, set);
        return truth_of(word_in(c->words, main ? main->word : AUTH_NONE) || any_own_word_holds(c, set));
    }
    if (c->about == ABOUT_SUBJECT)
        return truth_of(subject_holds(c, named_result(c, set)));
    if (c->about == ABOUT_METHOD_IDENTITY)
        return truth_of(identity_word_holds(c, set));
    return any_detail_holds(w, c, set);
}

/* Before all of its subjects are settled. */
static enum truth early_holds(const struct condition *c, const struct results *set)
{
    const struct result *r = c->about == ABOUT_SUBJECT ? named_result(c, set) : NULL;

    if (r != NULL)
        return truth_of(subject_holds(c, r));
    return c->about == ABOUT_METHOD && any_own_word_holds(c, set) ? YES : MAYBE;
}

static enum truth method_holds(const struct world *w, const struct condition *c)
{
    size_t m = method_index(c->method);
    enum truth same;

    if (!world_settled(w, c->method))
        return early_holds(c, &w->sets[m]);
    if (!(w->open >> m & 1))
        return set_holds(w, c, &w->sets[m]);
    same = set_holds(w, c, &w->alternatives[m][0]);
    for (unsigned k = 1; k < ALTERNATIVES; k++)
        if (set_holds(w, c, &w->alternatives[m][k]) != same)
            return MAYBE;
    return same;
}

/* ---- classes ---- */

static enum truth class_holds(const struct world *w, const struct condition *c)
{
    struct world closed = { .facts = w->facts };
    bool waiting = !reached(w, claim_stage(c->identity)), open = false;

    for (size_t m = 0; m < METHODS_MAX && methods[m] != NULL; m++) {
        if (!class_rests_on(methods[m], c->identity))
            continue;
        if (!world_settled(w, methods[m]))
            waiting = true;
        else if (w->open >> m & 1)
            open = true;
        else
            closed.sets[m] = w->sets[m];
    }
    /* White is never taken back; anything else may become white, or black. */
    enum domain_class now = class_in(waiting || open ? &closed : w, c->identity);
    if ((waiting || open) && now != CLASS_WHITE)
        return MAYBE;
    return truth_of(c->words >> now & 1);
}

/* Nothing less than all results of both sides tells. */
static enum truth agreement_holds(const struct world *w, const struct condition *c)
{
    if (!reached(w, claim_stage(c->identity)))
        return MAYBE;
    for (size_t m = 0; m < METHODS_MAX && methods[m] != NULL; m++)
        if (agreement_rests_on(methods[m], c->identity) && (!world_settled(w, methods[m]) || (w->open >> m & 1)))
            return MAYBE;
    return truth_of(c->words >> agreement_in(w, c->identity) & 1);
}

/* ---- who ---- */

/* Behind a trusted relay the client is known with the header only. */
static bool client_known(const struct world *w)
{
    return w->facts->client.family != IP_NONE || reached(w, STAGE_HEADERS);
}

static enum truth client_holds(const struct world *w, const struct entries *e)
{
    return client_known(w) ? truth_of(entries_have_ip(e, &w->facts->client)) : MAYBE;
}

static enum truth helo_holds(const struct world *w, const struct entries *e)
{
    if (!reached(w, STAGE_HELO) || !client_known(w))
        return entries_name_domains(e) ? MAYBE : NO;
    return truth_of(entries_have_domain(e, w->facts->helo_domain));
}

static enum truth mailfrom_holds(const struct world *w, const struct entries *e)
{
    if (!reached(w, STAGE_MAIL))
        return MAYBE;
    if (w->facts->null_sender)
        return truth_of(e->null_sender);
    return truth_of(entries_have_domain(e, w->facts->mailfrom_domain) || entries_have_mailbox(e, w->arena, w->facts->mail_from));
}

static enum truth from_holds(const struct world *w, const struct entries *e)
{
    if (!reached(w, STAGE_HEADERS))
        return entries_name_domains(e) ? MAYBE : NO;
    return truth_of(entries_have_domain(e, w->facts->from_domain));
}

void recipients_forget(struct recipients_seen *seen, size_t recipients_left)
{
    for (size_t i = 0; i < seen->count; i++) {
        struct seen_list *s = &seen->at[i];
        s->looked = s->looked < recipients_left ? s->looked : recipients_left;
        s->listed = s->listed <= recipients_left ? s->listed : 0;
    }
}

/* What is kept for this list; NULL: nothing can be. */
static struct seen_list *seen_list_of(struct recipients_seen *seen, const struct entries *e)
{
    for (size_t i = 0; seen && i < seen->count; i++)
        if (seen->at[i].list == e)
            return &seen->at[i];
    if (!seen || seen->count == RECIPIENT_LISTS_MAX)
        return NULL;
    seen->at[seen->count] = (struct seen_list){ .list = e };
    return &seen->at[seen->count++];
}

static bool any_recipient_listed(const struct case_facts *f, const struct entries *e)
{
    struct seen_list anew = { .list = e }, *kept = seen_list_of(f->seen, e), *s = kept ? kept : &anew;

    while (s->listed == 0 && s->looked < f->recipient_count)
        if (entries_have_path(e, &f->recipients[s->looked++]))
            s->listed = s->looked;
    return s->listed > 0 && s->listed <= f->recipient_count;
}

static enum truth recipient_holds(const struct world *w, const struct entries *e)
{
    if (reached(w, STAGE_RCPT) && any_recipient_listed(w->facts, e))
        return YES;
    /* More may come. */
    return reached(w, STAGE_HEADERS) ? NO : MAYBE;
}

static enum truth either(enum truth a, enum truth b)
{
    return a > b ? a : b;
}

static enum truth claimed_holds(const struct world *w, const struct entries *e)
{
    enum truth envelope = either(client_holds(w, e), either(helo_holds(w, e), mailfrom_holds(w, e)));

    return either(envelope, from_holds(w, e));
}

/* Does this result authenticate a listed domain, or the listed mailbox of the sender? */
static bool result_authenticates(const struct world *w, const struct condition *c, const struct result *r)
{
    enum identity of = r->evidence.identity;
    bool sender = of == IDENTITY_MAILFROM || (of == IDENTITY_HELO && w->facts->null_sender);

    /* A host may say of itself whatever it likes. */
    if (r->word != AUTH_PASS || of == IDENTITY_NONE || of == IDENTITY_USER || r->method->server_side)
        return false;
    if (c->about == ABOUT_SENT_BY) {
        if (of != IDENTITY_MAILFROM && of != IDENTITY_HELO && of != IDENTITY_CLIENT)
            return false;
    } else if ((of == IDENTITY_HELO && !sender) || of == IDENTITY_CLIENT) {
        return false;                     /* a host's name says nothing about whose mail it carries */
    }
    if (entries_have_domain(c->entries, r->evidence.domain))
        return true;
    return of == IDENTITY_MAILFROM && entries_have_mailbox(c->entries, w->arena, w->facts->mail_from);
}

static bool set_authenticates(const struct world *w, const struct condition *c, const struct results *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (result_authenticates(w, c, &set->at[i]))
            return true;
    return false;
}

static bool authenticates_by(const struct condition *c, const struct method *m)
{
    unsigned client_or_user = 1u << IDENTITY_CLIENT | 1u << IDENTITY_USER;

    if (m->server_side)
        return false;
    if (c->about == ABOUT_SENT_BY)
        return settle_stage(m) <= STAGE_RCPT && m->identities != 1u << IDENTITY_USER;
    return m->identities == 0 || (m->identities & ~client_or_user) != 0;
}

/* Could any answer authenticate somebody on the list: it names domains, or this sender's mailbox. */
static bool may_authenticate(const struct world *w, const struct condition *c)
{
    if (entries_name_domains(c->entries))
        return true;
    return c->entries->mailboxes.count > 0 && (!reached(w, STAGE_MAIL) || entries_have_mailbox(c->entries, w->arena, w->facts->mail_from));
}

static enum truth authenticated_holds(const struct world *w, const struct condition *c)
{
    enum truth found = client_holds(w, c->entries);

    if (!may_authenticate(w, c))
        return found;
    for (size_t m = 0; m < METHODS_MAX && methods[m] != NULL && found != YES; m++) {
        if (!authenticates_by(c, methods[m]))
            continue;
        if (!world_settled(w, methods[m])) {
            found = either(found, MAYBE);
        } else if (!(w->open >> m & 1)) {
            found = either(found, truth_of(set_authenticates(w, c, &w->sets[m])));
        } else {
            for (unsigned k = 0; k < ALTERNATIVES; k++)
                if (set_authenticates(w, c, &w->alternatives[m][k]))
                    found = either(found, set_authenticates(w, c, &w->sets[m]) ? YES : MAYBE);
        }
    }
    return found;
}

/* ---- all of them ---- */

static enum truth author_holds(const struct world *w, const struct condition *c)
{
    bool several = w->facts->author == AUTHOR_OK && w->facts->from_domain_count > 1;
    unsigned kind = several ? AUTHOR_SEVERAL_DOMAINS : (unsigned)w->facts->author;

    return reached(w, STAGE_HEADERS) ? truth_of(c->words >> kind & 1) : MAYBE;
}

static enum truth plain_truth(const struct world *w, const struct condition *c)
{
    switch (c->about) {
    case ABOUT_CONSTANT: break;
    case ABOUT_METHOD:
    case ABOUT_SUBJECT:
    case ABOUT_METHOD_IDENTITY:
    case ABOUT_FACT:
    case ABOUT_REASON:
    case ABOUT_SPOKEN_DOMAIN: return method_holds(w, c);
    case ABOUT_CLASS: return class_holds(w, c);
    case ABOUT_AGREEMENT: return agreement_holds(w, c);
    case ABOUT_AUTHOR: return author_holds(w, c);
    case ABOUT_CLIENT: return client_holds(w, c->entries);
    case ABOUT_HELO: return helo_holds(w, c->entries);
    case ABOUT_MAILFROM: return mailfrom_holds(w, c->entries);
    case ABOUT_FROM: return from_holds(w, c->entries);
    case ABOUT_RECIPIENT: return recipient_holds(w, c->entries);
    case ABOUT_CLAIMED: return claimed_holds(w, c->entries);
    case ABOUT_AUTHENTICATED:
    case ABOUT_SENT_BY: return authenticated_holds(w, c);
    case ABOUT_DECISIVE: return MAYBE;
    }
    return NO;
}

enum truth condition_holds(const struct world *w, const struct condition *c)
{
    enum truth t;

    /* What is constant has its negation in it. */
    if (c->about == ABOUT_CONSTANT)
        return truth_of(c->constant);
    t = plain_truth(w, c);
    return c->negated ? not_truth(t) : t;
}

/* ---- from when on ---- */

static enum stage later(enum stage a, enum stage b)
{
    return a > b ? a : b;
}

static enum stage agreement_stage(enum identity identity)
{
    enum stage stage = claim_stage(identity);

    for (size_t m = 0; methods[m] != NULL; m++)
        if (agreement_rests_on(methods[m], identity))
            stage = later(stage, settle_stage(methods[m]));
    return stage;
}

static enum stage class_stage(enum identity identity)
{
    enum stage stage = claim_stage(identity);

    for (size_t m = 0; methods[m] != NULL; m++)
        if (class_rests_on(methods[m], identity))
            stage = later(stage, settle_stage(methods[m]));
    return stage;
}

/* The last method that could authenticate somebody. */
static enum stage authentication_stage(const struct condition *c)
{
    enum stage stage = STAGE_CONNECT;

    for (size_t m = 0; methods[m] != NULL && c->entries->count > c->entries->networks.count; m++)
        if (authenticates_by(c, methods[m]))
            stage = later(stage, settle_stage(methods[m]));
    return stage;
}

static enum stage hold_stage(const struct condition *c)
{
    switch (c->about) {
    case ABOUT_CONSTANT: break;
    case ABOUT_METHOD:
    case ABOUT_SUBJECT:
    case ABOUT_METHOD_IDENTITY:
    case ABOUT_FACT:
    case ABOUT_REASON:
    case ABOUT_SPOKEN_DOMAIN: return c->from;
    case ABOUT_CLASS: {
        /* White by the first pass; another class when all is there. */
        bool white = c->words >> CLASS_WHITE & 1;
        return white ? claim_stage(c->identity) : class_stage(c->identity);
    }
    case ABOUT_AGREEMENT: return agreement_stage(c->identity);
    case ABOUT_AUTHOR:
    case ABOUT_FROM: return STAGE_HEADERS;
    case ABOUT_CLIENT: return STAGE_CONNECT;
    case ABOUT_HELO: return STAGE_HELO;
    case ABOUT_MAILFROM: return STAGE_MAIL;
    case ABOUT_RECIPIENT: return STAGE_RCPT;
    case ABOUT_CLAIMED:
    case ABOUT_AUTHENTICATED:
    case ABOUT_SENT_BY: return STAGE_CONNECT;
    case ABOUT_DECISIVE: return STAGE_MAIL;
    }
    return STAGE_CONNECT;
}

static enum stage fail_stage(const struct condition *c)
{
    switch (c->about) {
    case ABOUT_CONSTANT: break;
    case ABOUT_METHOD:
    case ABOUT_SUBJECT:
    case ABOUT_METHOD_IDENTITY:
    case ABOUT_FACT:
    case ABOUT_REASON:
    case ABOUT_SPOKEN_DOMAIN: return c->by;
    case ABOUT_CLASS: return c->words >> CLASS_WHITE & 1 ? class_stage(c->identity) : claim_stage(c->identity);
    case ABOUT_AGREEMENT: return agreement_stage(c->identity);
    case ABOUT_AUTHOR:
    case ABOUT_RECIPIENT: return STAGE_HEADERS;
    case ABOUT_FROM: return entries_name_domains(c->entries) ? STAGE_HEADERS : STAGE_CONNECT;
    case ABOUT_CLIENT: return STAGE_CONNECT;
    case ABOUT_HELO: return STAGE_HELO;
    case ABOUT_MAILFROM: return STAGE_MAIL;
    case ABOUT_CLAIMED: return entries_name_domains(c->entries) ? STAGE_HEADERS : STAGE_MAIL;
    case ABOUT_AUTHENTICATED:
    case ABOUT_SENT_BY:
        /* A mailbox matters to its own sender only. */
        return entries_name_domains(c->entries) ? authentication_stage(c) : STAGE_MAIL;
    case ABOUT_DECISIVE: return STAGE_MAIL;
    }
    return STAGE_CONNECT;
}

enum stage condition_yes_stage(const struct condition *c)
{
    if (c->about == ABOUT_CONSTANT)
        return c->constant ? STAGE_CONNECT : STAGE_NEVER;
    return c->negated ? fail_stage(c) : hold_stage(c);
}

enum stage condition_no_stage(const struct condition *c)
{
    if (c->about == ABOUT_CONSTANT)
        return c->constant ? STAGE_NEVER : STAGE_CONNECT;
    return c->negated ? hold_stage(c) : fail_stage(c);
}

static bool learns_method_at(const struct condition *c, enum stage stage)
{
    uint64_t mask = condition_methods(c);

    for (size_t m = 0; methods[m] != NULL && m < METHODS_MAX; m++)
        if ((mask >> m & 1) && settle_stage(methods[m]) == stage)
            return true;
    return false;
}

bool condition_learns_at(const struct condition *c, enum stage stage, bool towards_yes)
{
    switch (c->about) {
    case ABOUT_CONSTANT:
    case ABOUT_DECISIVE: return false;
    case ABOUT_METHOD:
    case ABOUT_SUBJECT:
    case ABOUT_METHOD_IDENTITY:
    case ABOUT_FACT:
    case ABOUT_REASON:
    case ABOUT_SPOKEN_DOMAIN: return stage == c->from || stage == c->by;
    case ABOUT_CLASS:
    case ABOUT_AGREEMENT: return claim_stage(c->identity) == stage || learns_method_at(c, stage);
    case ABOUT_AUTHOR:
    case ABOUT_FROM: return stage == STAGE_HEADERS;
    case ABOUT_CLIENT: return stage == STAGE_CONNECT;
    case ABOUT_HELO: return stage == STAGE_HELO;
    case ABOUT_MAILFROM: return stage == STAGE_MAIL;
    /* Listed by the first recipient that is; not listed when all are there. */
    case ABOUT_RECIPIENT: return stage == (towards_yes != c->negated ? STAGE_RCPT : STAGE_HEADERS);
    case ABOUT_CLAIMED: return stage <= STAGE_MAIL || (stage == STAGE_HEADERS && entries_name_domains(c->entries));
    case ABOUT_AUTHENTICATED:
    case ABOUT_SENT_BY: return stage == STAGE_CONNECT || learns_method_at(c, stage);
    }
    return false;
}

uint64_t condition_methods(const struct condition *c)
{
    uint64_t mask = 0;

    if (c->method != NULL && c->about != ABOUT_CONSTANT)
        return (uint64_t)1 << method_index(c->method);
    for (size_t m = 0; methods[m] != NULL && m < METHODS_MAX; m++) {
        bool counts = c->about == ABOUT_CLASS && class_rests_on(methods[m], c->identity);
        if (c->about == ABOUT_AGREEMENT)
            counts = agreement_rests_on(methods[m], c->identity);
        if (c->about == ABOUT_AUTHENTICATED || c->about == ABOUT_SENT_BY)
            counts = c->entries->count > c->entries->networks.count && authenticates_by(c, methods[m]);
        if (counts)
            mask |= (uint64_t)1 << m;
    }
    return mask;
}

/* ---- citing ---- */

void verdict_cite(struct verdict *v, const struct result *r)
{
    for (unsigned i = 0; i < v->cite_count; i++)
        if (v->cites[i] == r)
            return;
    if (v->cite_count < COUNT_OF(v->cites))
        v->cites[v->cite_count++] = r;
}

static void cite_named(const struct condition *c, const struct results *set, struct verdict *v)
{
    const struct result *named = c->about == ABOUT_SUBJECT ? named_result(c, set) : NULL;

    for (size_t i = 0; i < set->count; i++)
        if (c->about == ABOUT_SUBJECT ? &set->at[i] == named : own_word_holds(c, &set->at[i]))
            verdict_cite(v, &set->at[i]);
}

static void cite_set(const struct world *w, const struct condition *c, struct verdict *v)
{
    const struct results *set = &w->sets[method_index(c->method)];
    const struct result *main = set_principal(c->method, set);

    if (c->about == ABOUT_SUBJECT || (c->about == ABOUT_METHOD && any_own_word_holds(c, set))) {
        cite_named(c, set, v);
        return;
    }
    for (size_t i = 0; i < set->count; i++) {
        bool of_identity = c->about == ABOUT_METHOD_IDENTITY && set->at[i].evidence.identity == c->identity;
        bool of_many = c->about != ABOUT_METHOD && c->about != ABOUT_METHOD_IDENTITY && c->method->many && detail_holds(w, c, &set->at[i]) == YES;
        if (of_identity || of_many || (c->about != ABOUT_METHOD_IDENTITY && &set->at[i] == main))
            verdict_cite(v, &set->at[i]);
    }
}

static bool supports(enum domain_class class, const struct result *r)
{
    switch (class) {
    case CLASS_WHITE: return r->word == AUTH_PASS;
    case CLASS_BLACK: return r->word == AUTH_FAIL && r->evidence.statement;
    case CLASS_ABSENT: return r->evidence.absent;
    case CLASS_UNKNOWN: return r->word == AUTH_TEMPERROR;
    case CLASS_GREY: return !r->evidence.quiet;
    }
    return false;
}

void condition_cite(const struct world *w, const struct condition *c, struct verdict *v)
{
    if (c->method != NULL && c->about != ABOUT_CONSTANT) {
        cite_set(w, c, v);
        return;
    }
    enum domain_class now = c->about == ABOUT_CLASS ? class_in(w, c->identity) : CLASS_GREY;
    for (size_t m = 0; m < METHODS_MAX; m++) {
        for (size_t i = 0; i < w->sets[m].count; i++) {
            const struct result *r = &w->sets[m].at[i];
            if (c->about == ABOUT_CLASS && class_counts(w->facts, r, c->identity) && supports(now, r))
                verdict_cite(v, r);
            if (c->about == ABOUT_AGREEMENT && (agreement_counts(w->facts, r, c->identity) ||
                                                (class_counts(w->facts, r, c->identity) && r->word == AUTH_PASS)))
                verdict_cite(v, r);
            if ((c->about == ABOUT_AUTHENTICATED || c->about == ABOUT_SENT_BY) && result_authenticates(w, c, r))
                verdict_cite(v, r);
        }
    }
}
