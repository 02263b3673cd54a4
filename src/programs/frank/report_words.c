/*
 * report_words.c: the sentences of a report.
 *
 * They are made from the record alone, so that `frank why` says of a journal line what `frank verify` said of the message.
 */
#include "programs/frank/report_words.h"

#include "methods/list.h"

#define VALUE_SHOWN 200          /* octets of one foreign value in a sentence */
#define SAYS_NOTHING " does not say who may send its mail"

void words_show(struct text *t, struct slice foreign)
{
    for (;;) {
        size_t n = 0;
        while (n < foreign.len && foreign.at[n] != '\\')
            n++;
        text_add_shown(t, slice_first(foreign, n), true);
        if (n == foreign.len)
            return;
        text_add_octet(t, '\\');
        foreign = slice_from(foreign, n + 1);
    }
}

void words_number(struct text *t, uint64_t n)
{
    char room[32], *p = room + sizeof room;
    for (unsigned digits = 0; digits == 0 || n > 0; digits++, n /= 10) {
        if (digits > 0 && digits % 3 == 0)
            *--p = ',';
        *--p = (char)('0' + n % 10);
    }
    text_add(t, slice_of(p, (size_t)(room + sizeof room - p)));
}

static void show_value(struct text *t, struct slice foreign)
{
    words_show(t, slice_first(foreign, VALUE_SHOWN));
    if (foreign.len > VALUE_SHOWN)
        text_add_str(t, "...");
}

/* ---- looking things up in a record ---- */

static bool is_word(struct slice s, const char *word)
{
    return slice_same(s, slice_str(word));
}

static struct slice verdict_text(const struct fact *record, const char *name)
{
    return fact_text(fact_find(record, "verdict"), name);
}

static bool disposition_is(const struct fact *record, const char *word)
{
    return is_word(verdict_text(record, "disposition"), word);
}

static bool result_is(const struct fact *record, const char *method, const char *word)
{
    return is_word(fact_text(fact_find(record, method), "result"), word);
}

static bool cites(const struct fact *record, struct slice method)
{
    const struct fact *list = fact_find(fact_find(record, "verdict"), "cites");
    for (const struct fact *f = list ? list->first : NULL; f; f = f->next)
        if (slice_same(f->text, method))
            return true;
    return false;
}

/* The result a list's or a single method's object gives for the verdict's sake: the first with this word. */
static const struct fact *with_result(const struct fact *f, const char *word)
{
    if (!f || f->kind == FACT_GROUP)
        return f && is_word(fact_text(f, "result"), word) ? f : NULL;
    for (const struct fact *one = f->first; one; one = one->next)
        if (is_word(fact_text(one, "result"), word))
            return one;
    return NULL;
}

/* The domain of the first cited result with this word. */
static struct slice cited_domain(const struct fact *record, const char *word)
{
    const struct fact *list = fact_find(fact_find(record, "verdict"), "cites");
    for (const struct fact *f = list ? list->first : NULL; f; f = f->next) {
        uint8_t name[32];
        struct slice method = slice_first(f->text, sizeof name - 1);
        for (size_t i = 0; i < method.len; i++)
            name[i] = method.at[i];
        name[method.len] = '\0';
        struct slice domain = fact_text(fact_find(with_result(fact_find(record, (const char *)name), word), "claim"), "domain");
        if (domain.len > 0)
            return domain;
    }
    return (struct slice){ 0 };
}

static struct slice author_domain(const struct fact *record)
{
    const struct fact *list = fact_find(fact_find(record, "author"), "domains");
    return list && list->first ? list->first->text : (struct slice){ 0 };
}

static struct slice sender_domain(const struct fact *record)
{
    struct slice domain = fact_text(fact_find(record, "spf"), "domain");
    return domain.len > 0 ? domain : author_domain(record);
}

/* ---- who ---- */

static bool sender_known(const struct fact *record)
{
    return !fact_flag(fact_find(record, "session"), "sender_unknown");
}

void words_sender(struct text *t, const struct fact *record)
{
    struct slice sender = fact_text(fact_find(record, "session"), "mail_from"), author = fact_text(record, "from");
    if (sender.len > 2)
        show_value(t, slice_trim(sender, "<>"));
    else if (sender_known(record))
        text_add_str(t, "<>");
    else if (author.len > 0)
        show_value(t, author);
    else
        text_add_str(t, "no sender");
}

static void add_client(struct text *t, const struct fact *record, bool with_name)
{
    const struct fact *session = fact_find(record, "session"), *iprev = fact_find(record, "iprev");
    struct slice ip = fact_text(session, "ip"), user = fact_text(session, "auth_user");
    text_add_str(t, ip.len ? "Sent from " : "The client's address is not known");
    words_show(t, ip);
    if (with_name && is_word(fact_text(iprev, "result"), "pass")) {
        text_add_str(t, " (");
        show_value(t, fact_text(iprev, "confirmed"));
        text_add_str(t, ")");
    } else if (with_name && is_word(fact_text(iprev, "reason"), "no-name")) {
        text_add_str(t, " (no name)");
    }
    if (user.len > 0) {
        text_add_str(t, " by ");
        show_value(t, user);
        text_add_str(t, ", who is logged in (SMTP AUTH)");
    }
}

/* ---- why ---- */

static void add_trusted_sealer(struct text *t, const struct fact *record)
{
    const struct fact *sealers = fact_find(fact_find(record, "arc"), "sealers");
    const struct fact *f = sealers ? sealers->first : NULL;
    while (f && !fact_flag(f, "trusted"))
        f = f->next;
    show_value(t, fact_text(f, "domain"));
    text_add_str(t, ", trusted here, saw it authentic before it was forwarded");
}

static void add_absent_or(struct text *t, const struct fact *record, struct slice domain, const char *otherwise)
{
    const struct fact *class = fact_find(record, "class");
    bool absent = is_word(fact_text(class, slice_same(domain, author_domain(record)) ? "from" : "mailfrom"), "absent");
    show_value(t, domain);
    text_add_str(t, absent ? " does not exist, or takes no mail" : otherwise);
}

/* The domain lets the host send, and the host says that it does not send for it (server-domains.md). */
static bool is_disowned(const struct fact *record)
{
    return is_word(fact_text(fact_find(record, "agreement"), "mailfrom"), "disowned");
}

static void add_disowned(struct text *t, const struct fact *record)
{
    show_value(t, sender_domain(record));
    text_add_str(t, " allows this relay, which does not service it");
}

/* Of accepted mail: what speaks for it, or that nothing does. */
static bool add_why_accepted(struct text *t, const struct fact *record)
{
    const struct fact *dmarc = fact_find(record, "dmarc");
    struct slice author = author_domain(record), sender = sender_domain(record);
    if (author.len > 0 && is_word(fact_text(dmarc, "result"), "pass")) {
        show_value(t, author);
        text_add_str(t, " authorised it");
    } else if (author.len > 0 && is_word(fact_text(dmarc, "result"), "fail")) {
        show_value(t, author);
        text_add_str(t, " did not authorise it");
    } else if (is_disowned(record)) {
        add_disowned(t, record);
    } else if (sender.len > 0 && result_is(record, "spf", "pass")) {
        show_value(t, sender);
        text_add_str(t, " allows this host");
    } else if (sender.len > 0 && result_is(record, "spf", "fail")) {
        show_value(t, sender);
        text_add_str(t, " does not allow this host");
    } else if (sender.len > 0 && is_word(fact_text(fact_find(record, "class"), "mailfrom"), "grey") && result_is(record, "spf", "none")) {
        show_value(t, sender);
        text_add_str(t, SAYS_NOTHING);
    } else {
        return false;
    }
    return true;
}

static bool add_why_refused(struct text *t, const struct fact *record)
{
    struct slice fail = cited_domain(record, "fail"), none = cited_domain(record, "none");
    if (cites(record, SLICE("dmarc")) && result_is(record, "dmarc", "fail"))
        fail = author_domain(record);
    else if (is_disowned(record)) {
        add_disowned(t, record);
        return true;
    }
    if (fail.len > 0)
        add_absent_or(t, record, fail, " did not authorise it");
    else if (none.len > 0)
        add_absent_or(t, record, none, SAYS_NOTHING);
    return fail.len > 0 || none.len > 0;
}

static bool add_why_deferred(struct text *t, const struct fact *record)
{
    struct slice domain = cited_domain(record, "temperror");
    if (domain.len == 0)
        return false;
    text_add_str(t, "the name servers of ");
    show_value(t, domain);
    text_add_str(t, " did not answer, and their answer decides");
    return true;
}

static bool add_why(struct text *t, const struct fact *record)
{
    struct slice override = verdict_text(record, "override");
    if (slice_starts(verdict_text(record, "rule"), SLICE("exempt/")))
        return false;
    if (override.len > 0 && cites(record, SLICE("arc"))) {
        add_trusted_sealer(t, record);
        return true;
    }
    if (override.len > 0 || is_word(verdict_text(record, "rule"), "allow") || is_word(verdict_text(record, "rule"), "deny"))
        return false;
    if (disposition_is(record, "accept"))
        return add_why_accepted(t, record);
    if (disposition_is(record, "defer"))
        return add_why_deferred(t, record);
    return add_why_refused(t, record);
}

static void add_sentence(struct text *t, const struct fact *record, bool with_name)
{
    add_client(t, record, with_name);
    size_t before = t->len;
    text_add_str(t, "; ");
    if (!add_why(t, record)) {
        /* Who is logged in has just been said. */
        struct slice reason = is_word(verdict_text(record, "rule"), "exempt/authenticated") ? (struct slice){ 0 } : verdict_text(record, "reason");
        t->len = reason.len ? t->len : before;
        words_show(t, slice_first(reason, 600));
    }
    text_add_str(t, ".");
}

void words_sentence(struct text *t, const struct fact *record, size_t room)
{
    add_sentence(t, record, true);
    if (text_slice(t).len <= room)
        return;
    text_reset(t);
    add_sentence(t, record, false);
}

/* ---- what to do ---- */

/* DMARC rests on spf and dkim: their repairs are its own. */
static bool concerns(const struct fact *record, struct slice method)
{
    bool dmarc = cites(record, SLICE("dmarc")) && (is_word(method, "spf") || is_word(method, "dkim"));
    return dmarc || cites(record, method);
}

/* A whole chain of seals that nobody here trusts by name: the receiver can change that. */
static bool repair_by_trust(struct text *t, const struct fact *record)
{
    const struct fact *sealers = fact_find(fact_find(record, "arc"), "sealers");
    const struct fact *last = sealers ? sealers->last : NULL;
    if (!cites(record, SLICE("dmarc")) || !result_is(record, "arc", "pass") || !last || fact_flag(last, "trusted"))
        return false;
    text_add_str(t, "if ");
    show_value(t, fact_text(last, "domain"));
    text_add_str(t, " forwards for your users, name it in methods.arc.trusted_sealers");
    return true;
}

/* A signature of the author's own domain that broke on the way: then this host is hardly one of its own. */
static bool signature_broke(const struct fact *record)
{
    const struct fact *list = fact_find(record, "dkim");
    for (const struct fact *f = list ? list->first : NULL; f; f = f->next)
        if (is_word(fact_text(f, "result"), "fail") && slice_same(fact_text(f, "domain"), author_domain(record)))
            return true;
    return false;
}

/* A host that may send for its own domain handed on what an author signed: a mailing list, mostly. */
static bool repair_by_list(struct text *t, const struct fact *record)
{
    struct slice sender = sender_domain(record);
    if (!cites(record, SLICE("dmarc")) || !signature_broke(record) || !result_is(record, "spf", "pass") || slice_same(sender, author_domain(record)))
        return false;
    show_value(t, sender);
    text_add_str(t, ": hand mail on unchanged, or put an address of your own into From");
    return true;
}

/* Refused for saying nothing: so it should say something. */
static bool repair_by_statement(struct text *t, const struct fact *record)
{
    struct slice domain = cited_domain(record, "none"), ip = fact_text(fact_find(record, "session"), "ip");
    if (domain.len == 0 || cited_domain(record, "fail").len > 0 || ip.len == 0)
        return false;
    show_value(t, domain);
    text_addf(t, ": publish who may send its mail, such as \"v=spf1 ip%c:", slice_has(ip, ':') ? '6' : '4');
    words_show(t, ip);
    text_add_str(t, " -all\"");
    return true;
}

static bool repair_of(struct text *t, const struct fact *record, struct slice method)
{
    const struct fact *list = fact_find(record, "repair");
    for (const struct fact *f = list ? list->first : NULL; f; f = f->next) {
        struct slice name = fact_text(f, "method");
        if (!(method.len ? slice_same(name, method) : concerns(record, name)))
            continue;
        words_show(t, fact_text(f, "text"));
        return true;
    }
    return false;
}

void words_repair(struct text *t, const struct fact *record)
{
    struct slice silent = cited_domain(record, "temperror");
    if (disposition_is(record, "accept"))
        return;
    if (disposition_is(record, "defer") && silent.len > 0) {
        show_value(t, silent);
        text_add_str(t, ": its name servers must answer; the client retries");
        return;
    }
    if (repair_by_trust(t, record) || repair_by_list(t, record) || repair_by_statement(t, record))
        return;
    if (cites(record, SLICE("dmarc")) && signature_broke(record) && repair_of(t, record, SLICE("dkim")))
        return;
    repair_of(t, record, (struct slice){ 0 });
}

void words_origin(struct text *t, const struct fact *record)
{
    const struct fact *dns = fact_find(record, "dns");
    struct slice from = fact_text(fact_find(record, "session"), "origin");
    long long asked = (long long)fact_number(dns, "queries", 0), failed = (long long)fact_number(dns, "failed", 0);
    words_show(t, from);
    text_addf(t, "%s%lld DNS question%s", from.len ? "; " : "", asked, asked == 1 ? "" : "s");
    if (failed)
        text_addf(t, ", %lld failed", failed);
    if (fact_flag(dns, "deadline"))
        text_add_str(t, ", out of time");
}

bool words_worth_a_line(const char *method, const struct fact *result)
{
    struct slice name = slice_str(method), word = fact_text(result, "result");
    if (is_word(name, "auth") || is_word(name, "arc"))
        return !is_word(word, "none");
    /* Why nobody looked has been said: the client is logged in, or ours. */
    if (is_word(fact_text(result, "reason"), "exempt"))
        return is_word(name, "spf");
    /* Its name, or that it has none, is in the sentence. */
    if (is_word(name, "iprev"))
        return is_word(word, "fail") || is_word(word, "temperror");
    /* The message carries nothing for it; without a client's address it is worth saying. */
    const struct method *m = method_named(name);
    return !m || m->needs_client || !is_word(fact_text(result, "reason"), "no-subject");
}
