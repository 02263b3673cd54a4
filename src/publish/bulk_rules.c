#include "publish/bulk_rules.h"

/* The addresses are where the rules stood when this was written; the days are those their authors gave, Yahoo's only the month. */
const struct bulk_source bulk_sources[BULK_ASKERS] = {
    [BULK_GOOGLE] = { "Google", "Email sender guidelines", "support.google.com/a/answer/81126" },
    [BULK_YAHOO] = { "Yahoo", "Sender Hub, sender best practices", "senders.yahooinc.com/best-practices" },
    [BULK_MICROSOFT] = { "Microsoft", "Outlook.com requirements for high-volume senders",
                         "techcommunity.microsoft.com/blog/microsoftdefenderforoffice365blog" },
};

#define GOOGLE_YAHOO [BULK_GOOGLE] = "2024-02-01", [BULK_YAHOO] = "2024-02"
#define ALL_THREE GOOGLE_YAHOO, [BULK_MICROSOFT] = "2025-05-05"

const struct bulk_rule bulk_rules[BULK_RULES] = {
    [BULK_PATH] = { "spf", "an SPF record names the hosts that send", { ALL_THREE } },
    [BULK_SIGNED] = { "dkim", "mail is signed with DKIM, by a key of 1024 bits at least", { ALL_THREE } },
    [BULK_POLICY] = { "dmarc", "a DMARC policy is published; p=none will do", { ALL_THREE } },
    [BULK_ALIGNED] = { "alignment", "the domain of From is aligned with that of SPF or DKIM", { ALL_THREE } },
    [BULK_REVERSE] = { "reverse-dns", "sending addresses have names that lead back to them", { GOOGLE_YAHOO } },
    [BULK_TLS] = { "tls", "mail is handed over with TLS", { [BULK_GOOGLE] = "2024-02-01" } },
    [BULK_ONE_CLICK] = { "one-click", "marketing mail can be unsubscribed from with one click (RFC 8058)",
                         { [BULK_GOOGLE] = "2024-06-01", [BULK_YAHOO] = "2024-06" } },
};

const char *bulk_state_word(enum bulk_state s)
{
    static const char *const words[] = { [BULK_UNKNOWN] = "not known", [BULK_MET] = "met", [BULK_NOT_MET] = "not met" };
    return words[s];
}

/* ---- one click ---- */

#define URIS_MAX 32                  /* of one List-Unsubscribe field (ours) */

/* RFC 2369 2: URIs in angle brackets, parted by commas. */
static bool has_https(struct slice list)
{
    struct slice uri;
    for (unsigned i = 0; list.len > 0 && i < URIS_MAX; i++) {
        (void)slice_cut(list, '<', &uri, &list);
        (void)slice_cut(list, '>', &uri, &list);
        if (slice_starts_nocase(slice_trim_fws(uri), SLICE("https://")))
            return true;
    }
    return false;
}

/* What is wrong with the two fields; NULL: nothing. */
static const char *fields_fault(struct arena *a, const struct message *m)
{
    const struct slice list_name = SLICE("List-Unsubscribe"), post_name = SLICE("List-Unsubscribe-Post");
    const struct field *list = message_field(m, list_name, 1), *post = message_field(m, post_name, 1);
    if (!list)
        return "the message has no List-Unsubscribe field";
    if (!post)
        return "the message has no List-Unsubscribe-Post field";
    if (message_count(m, list_name) > 1 || message_count(m, post_name) > 1)
        return "List-Unsubscribe or List-Unsubscribe-Post occurs twice";
    if (!has_https(field_unfolded(a, list)))
        return "List-Unsubscribe names no https: address";
    if (!slice_same(field_unfolded(a, post), SLICE("List-Unsubscribe=One-Click")))
        return "List-Unsubscribe-Post is not \"List-Unsubscribe=One-Click\"";
    return NULL;
}

enum bulk_state bulk_one_click(struct arena *a, const struct message *m, enum bulk_state signed_both, const char **why)
{
    static const char *const words[] = {
        [BULK_UNKNOWN] = "the fields are there; whether a signature covers them could not be verified",
        [BULK_MET] = "the message has both fields, and a signature covers them",
        [BULK_NOT_MET] = "no DKIM signature that verifies covers List-Unsubscribe and List-Unsubscribe-Post (RFC 8058 4)",
    };
    *why = fields_fault(a, m);
    if (*why)
        return BULK_NOT_MET;
    *why = words[signed_both];
    return signed_both;
}

bool bulk_protocol_is_tls(struct slice with)
{
    static const char *const words[] = { "ESMTPS", "ESMTPSA", "UTF8SMTPS", "UTF8SMTPSA", "LMTPS", "LMTPSA", "UTF8LMTPS", "UTF8LMTPSA" };
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (slice_same_nocase(with, slice_str(words[i])))
            return true;
    return false;
}

/* ---- judging ---- */

struct evidence_of_domain {
    struct arena *arena;
    const struct lint_report *report;
    const struct bulk_message *message;      /* NULL: none, or none of this domain */
    const char *no_message;                  /* then: why, and what to do */
    bool selectors;
};

static bool has(const struct evidence_of_domain *e, unsigned merits)
{
    return e->report->merits & merits;
}

static struct bulk_verdict verdict(enum bulk_state state, const char *why)
{
    return (struct bulk_verdict){ state, slice_str(why) };
}

/* What is not there is not met, unless DNS kept something back. */
static struct bulk_verdict absent(const struct evidence_of_domain *e, const char *why)
{
    if (e->report->levels[LINT_UNKNOWN] > 0)
        return verdict(BULK_UNKNOWN, "DNS did not answer everything");
    return verdict(BULK_NOT_MET, why);
}

static struct bulk_verdict judge_path(const struct evidence_of_domain *e)
{
    if (has(e, LINT_PATH_RECORD))
        return verdict(BULK_MET, "there is a record that receivers can use");
    return absent(e, "there is no record that receivers can use");
}

static struct bulk_verdict judge_signed(const struct evidence_of_domain *e)
{
    if (e->message && e->message->signature == BULK_MET)
        return verdict(BULK_MET, "a signature of the message verifies");
    if (e->message && e->message->signature == BULK_NOT_MET)
        return verdict(BULK_NOT_MET, "no signature of the message verifies");
    if (has(e, LINT_SIGNING_KEY))
        return verdict(BULK_MET, "a usable key is published");
    if (has(e, LINT_SIGNING_KEY_WEAK))
        return verdict(BULK_NOT_MET, "the keys that were found are short, or for tests only");
    if (!e->selectors)
        return verdict(BULK_UNKNOWN, "no key was found under well-known selectors; --selector NAME says where they are");
    return absent(e, "no usable key is published for these selectors");
}

static struct bulk_verdict judge_policy(const struct evidence_of_domain *e)
{
    if (!has(e, LINT_POLICY))
        return absent(e, "there is no policy that receivers can use");
    return verdict(BULK_MET, has(e, LINT_POLICY_ENFORCED) ? "there is a policy, and it is enforced" : "there is a policy; it asks for reports only");
}

static struct bulk_verdict judge_aligned(const struct evidence_of_domain *e)
{
    if (!has(e, LINT_POLICY))
        return absent(e, "without a policy nothing is aligned");
    if (!e->message)
        return verdict(BULK_UNKNOWN, e->no_message);
    if (e->message->aligned == BULK_MET)
        return verdict(BULK_MET, "an authenticated domain of the message is aligned");
    if (e->message->aligned == BULK_UNKNOWN)
        return verdict(BULK_UNKNOWN, "the message could not be authenticated for the moment");
    if (has(e, LINT_ALIGNS_STRICTLY))
        return verdict(BULK_NOT_MET, "nothing in the message is aligned; the policy wants the very same domain");
    return verdict(BULK_NOT_MET, "nothing in the message is aligned");
}

static struct bulk_verdict judge_reverse(const struct evidence_of_domain *e)
{
    if (has(e, LINT_REVERSE_MISSING))
        return verdict(BULK_NOT_MET, "some that send have no confirmed reverse name, see above");
    if (has(e, LINT_REVERSE_CONFIRMED))
        return verdict(BULK_MET, "all that send have confirmed reverse names");
    return verdict(BULK_UNKNOWN, "not all that send could be looked at");
}

static struct bulk_verdict judge_tls(const struct evidence_of_domain *e)
{
    if (!e->message)
        return verdict(BULK_UNKNOWN, e->no_message);
    if (e->message->received_with.len == 0)
        return verdict(BULK_UNKNOWN, "the message's Received field does not say how it came");
    struct text t = text_in(e->arena, LINT_TEXT_MAX);
    text_add_str(&t, "the message was received with ");
    text_add(&t, e->message->received_with);
    text_add_str(&t, e->message->tls == BULK_MET ? "" : ", without TLS: was it offered?");
    return (struct bulk_verdict){ e->message->tls, text_slice(&t) };
}

static struct bulk_verdict judge_one_click(const struct evidence_of_domain *e)
{
    return e->message ? verdict(e->message->one_click, e->message->one_click_why) : verdict(BULK_UNKNOWN, e->no_message);
}

bool bulk_judge(struct arena *a, const struct lint_report *report, const struct bulk_message *message, bool selectors,
                struct bulk_verdict out[BULK_RULES])
{
    static struct bulk_verdict (*const judges[BULK_RULES])(const struct evidence_of_domain *) = {
        [BULK_PATH] = judge_path, [BULK_SIGNED] = judge_signed, [BULK_POLICY] = judge_policy, [BULK_ALIGNED] = judge_aligned,
        [BULK_REVERSE] = judge_reverse, [BULK_TLS] = judge_tls, [BULK_ONE_CLICK] = judge_one_click,
    };
    struct evidence_of_domain e = { a, report, message, "--message FILE, one that was received, would show it", selectors };
    if (report->merits & (LINT_SENDS_NOTHING | LINT_NO_SUCH_DOMAIN))
        return false;
    if (message && !name_at_or_below(message->author, report->domain)) {
        e.message = NULL;
        e.no_message = "the message's author is of another domain";
    }
    for (unsigned i = 0; i < BULK_RULES; i++)
        out[i] = judges[i](&e);
    return true;
}

/* ---- printing ---- */

#define STATE_COLUMNS 12             /* "  not known " */

static void add_who_asks(struct text *t, const struct bulk_rule *rule)
{
    bool begun = false;
    for (unsigned k = 0; k < BULK_ASKERS; k++) {
        if (!rule->since[k])
            continue;
        text_addf(t, "%s%s %s", begun ? ", " : "", bulk_sources[k].name, rule->since[k]);
        begun = true;
    }
}

static void add_line(struct text *t, struct slice line)
{
    for (size_t i = 0; i < STATE_COLUMNS; i++)
        text_add_octet(t, ' ');
    text_add_wrapped(t, line, STATE_COLUMNS, STATE_COLUMNS);
}

void text_add_bulk(struct text *t, struct arena *a, const struct bulk_verdict verdicts[BULK_RULES])
{
    text_add_str(t, "\nbulk-sender rules: what large receivers ask of who sends them much\n");
    for (unsigned i = 0; i < BULK_RULES; i++) {
        struct text who = text_in(a, LINT_TEXT_MAX);
        text_addf(t, "  %-9s ", bulk_state_word(verdicts[i].state));
        text_add_wrapped(t, slice_str(bulk_rules[i].text), STATE_COLUMNS, STATE_COLUMNS);
        add_line(t, slice_shown(a, verdicts[i].why, false));
        text_add_octet(&who, '(');
        add_who_asks(&who, &bulk_rules[i]);
        text_add_octet(&who, ')');
        add_line(t, text_slice(&who));
    }
    for (unsigned k = 0; k < BULK_ASKERS; k++) {
        struct text source = text_in(a, LINT_TEXT_MAX);
        text_addf(&source, "%s: %s, %s", bulk_sources[k].name, bulk_sources[k].title, bulk_sources[k].url);
        text_add_str(t, "  ");
        text_add_wrapped(t, text_slice(&source), 2, 4);
    }
}

static void rule_facts(struct arena *a, struct fact *f, const struct bulk_rule *rule, const struct bulk_verdict *v)
{
    fact_add_str(a, f, "rule", rule->code);
    fact_add_str(a, f, "text", rule->text);
    fact_add_str(a, f, "state", bulk_state_word(v->state));
    fact_add_text(a, f, "why", v->why);
    struct fact *sources = fact_add_list(a, f, "sources");
    for (unsigned k = 0; k < BULK_ASKERS; k++) {
        if (!rule->since[k])
            continue;
        struct fact *one = fact_add_group(a, sources, NULL);
        fact_add_str(a, one, "name", bulk_sources[k].name);
        fact_add_str(a, one, "title", bulk_sources[k].title);
        fact_add_str(a, one, "url", bulk_sources[k].url);
        fact_add_str(a, one, "since", rule->since[k]);
    }
}

void bulk_facts(struct arena *a, struct fact *group, const struct bulk_verdict *verdicts)
{
    struct fact *list = verdicts ? fact_add_list(a, group, "bulk_rules") : fact_add_null(a, group, "bulk_rules");
    for (unsigned i = 0; verdicts && i < BULK_RULES; i++)
        rule_facts(a, fact_add_group(a, list, NULL), &bulk_rules[i], &verdicts[i]);
}
