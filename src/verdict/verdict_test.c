/*
 * verdict_test.c: verdict.md's vectors, every exemption, class, list and date, refusals at their earliest
 * stage, temperrors that decide and those that do not.
 *
 * The methods here are stand-ins with the names the rule sets know; what they said is written as
 * "spf=fail@example.com!", "dmarc=fail@example.com!:policy=reject:disposition=reject": METHOD[/IDENTITY]=WORD
 * [@DOMAIN] ["!" a statement] ["~" the domain does not exist] *[:FACT=VALUE]; WORD "?" is not settled yet. "opinions" has
 * subjects the configuration names: "opinions=fail:who=early"; late ones settle with the message.
 */
#include "verdict/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* ---- methods ---- */

static const struct reason reasons[] = {
    { NULL, 0, AUTH_NONE, NULL },
    { "said", 9001, AUTH_NONE, "the stand-in said so" },
    { "other", 9002, AUTH_NONE, "another reason" },
};

static size_t mailfrom_first(const struct results *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->at[i].evidence.identity == IDENTITY_MAILFROM)
            return i;
    return 0;
}

#define STAND_IN(NAME, STAGE) .name = NAME, .when = STAGE, .reasons = reasons, .reason_count = 3
static const struct method auth = { STAND_IN("auth", STAGE_MAIL), .identities = 1u << IDENTITY_USER };
static const struct method iprev = { STAND_IN("iprev", STAGE_CONNECT), .identities = 1u << IDENTITY_CLIENT };
static const struct method spf = { STAND_IN("spf", STAGE_MAIL), .principal = mailfrom_first };
static const struct method rmx = { STAND_IN("rmx", STAGE_MAIL) };
static const struct method mxout = { STAND_IN("mxout", STAGE_MAIL) };
static const struct method dkim = { STAND_IN("dkim", STAGE_HEADERS), .many = true };
static const struct method arc = { STAND_IN("arc", STAGE_HEADERS) };
static const struct method dmarc = { STAND_IN("dmarc", STAGE_HEADERS) };
static const struct method callerid = { STAND_IN("callerid", STAGE_HEADERS) };
/* The server's own word about the sender's domain. */
static const struct method msd = { STAND_IN("msd", STAGE_MAIL), .identities = 1u << IDENTITY_MAILFROM, .server_side = true };

/* Somebody else's opinion: two that are known at MAIL, one at the end. */
static const struct named_subject opinion_names[] = {
    { SLICE_INIT("early"), STAGE_MAIL }, { SLICE_INIT("other.early"), STAGE_MAIL }, { SLICE_INIT("late"), STAGE_MESSAGE },
};

static bool named_opinion(const void *conf, unsigned i, struct named_subject *out)
{
    assert_non_null(conf);
    if (i < COUNT_OF(opinion_names))
        *out = opinion_names[i];
    return i < COUNT_OF(opinion_names);
}

/* Reasons of this stand-in: "said" with fail, "other" with anything else. */
static const struct method_word opinion_words[] = { { "against", 1u << 1, 1u << 1 }, { "heard", 1u << 1, 1u << 1 | 1u << 2 }, { NULL, 0, 0 } };
static const struct method opinions = {
    STAND_IN("opinions", STAGE_MAIL), .many = true, .dispensable = true, .identities = 1u << IDENTITY_CLIENT,
    .named_subject = named_opinion, .subject_member = "who", .words = opinion_words,
};

/* What a domain's people should do instead. */
static const struct method help = { STAND_IN("help", STAGE_MAIL), .identities = 1u << IDENTITY_USER, .dispensable = true, .hints_reply = true };

const struct method *const methods[] = { &auth, &iprev, &spf, &rmx, &mxout, &msd, &dkim, &arc, &dmarc, &callerid, &opinions, &help, NULL };

size_t methods_count(void)
{
    return COUNT_OF(methods) - 1;
}

const struct method *method_named(struct slice name)
{
    for (size_t i = 0; methods[i]; i++)
        if (slice_same(slice_str(methods[i]->name), name))
            return methods[i];
    return NULL;
}

size_t method_index(const struct method *m)
{
    size_t i = 0;

    while (methods[i] && methods[i] != m)
        i++;
    return i;
}

static enum identity usual_identity(const struct method *m)
{
    if (m == &dkim)
        return IDENTITY_SIGNER;
    if (m == &dmarc)
        return IDENTITY_FROM;
    if (m == &callerid)
        return IDENTITY_PRA;
    if (m == &iprev)
        return IDENTITY_CLIENT;
    return m == &arc || m == &opinions || m == &help ? IDENTITY_NONE : m == &auth ? IDENTITY_USER : IDENTITY_MAILFROM;
}

/* ---- one case ---- */

#define NOW 1700000000                /* 2023-11-14T22:13:20Z */
#define RESULTS_MAX 32

struct scene {
    struct arena *arena;
    struct case_facts facts;
    struct result results[RESULTS_MAX];
    struct path recipients[4];
};

static enum identity identity_of_word(struct slice word)
{
    for (int i = IDENTITY_NONE; i <= IDENTITY_USER; i++)
        if (slice_same(slice_str(identity_name((enum identity)i)), word))
            return (enum identity)i;
    fail_msg("no identity %.*s", (int)word.len, (const char *)word.at);
    return IDENTITY_NONE;
}

static void add_facts(struct scene *s, struct result *r, struct slice text)
{
    struct fact *g = fact_group(s->arena, NULL);
    struct slice one, name, value;

    while (text.len > 0) {
        (void)slice_cut(text, ':', &one, &text);
        (void)slice_cut(one, '=', &name, &value);
        struct fact *parent = g;
        struct slice outer, inner;
        if (slice_cut(name, '.', &outer, &inner)) {
            const char *group = slice_to_string(s->arena, outer);
            const struct fact *there = fact_find(g, group);
            parent = there ? g->last : fact_add_group(s->arena, g, group);
            name = inner;
        }
        fact_add_text(s->arena, parent, slice_to_string(s->arena, name), value);
    }
    r->evidence.facts = g;
}

static void add_result(struct scene *s, struct slice token)
{
    struct slice head, rest, facts, name, identity, word, domain;
    struct result *r = &s->results[s->facts.result_count];

    (void)slice_cut(token, '=', &head, &rest);
    (void)slice_cut(rest, ':', &rest, &facts);
    bool named = slice_cut(head, '/', &name, &identity);
    const struct method *m = method_named(name);
    if (m == NULL)
        fail_msg("no method %.*s", (int)name.len, (const char *)name.at);
    if (slice_same(rest, SLICE("?"))) {
        s->facts.settled &= ~((uint64_t)1 << method_index(m));
        return;
    }
    assert_true(s->facts.result_count < RESULTS_MAX);
    *r = (struct result){ .method = m, .subject = (unsigned)s->facts.result_count, .reason = 1 };
    r->evidence.identity = named ? identity_of_word(identity) : usual_identity(m);
    while (rest.len > 0 && (rest.at[rest.len - 1] == '!' || rest.at[rest.len - 1] == '~')) {
        r->evidence.statement = r->evidence.statement || rest.at[rest.len - 1] == '!';
        r->evidence.absent = r->evidence.absent || rest.at[rest.len - 1] == '~';
        rest.len--;
    }
    (void)slice_cut(rest, '@', &word, &domain);
    r->evidence.domain = domain;
    assert_true(auth_result_from_word(word, &r->word));
    r->reason = m == &opinions && r->word != AUTH_FAIL ? 2 : 1;
    add_facts(s, r, facts);
    s->facts.result_count++;
}

static struct slice domain_part(struct slice address)
{
    return slice_from(address, slice_find_last(address, '@') + 1);
}

/* Everybody says example.com to a client that is not its host, unless told otherwise. */
static void set_scene(struct scene *s, const char *results, const char *sender, const char *from)
{
    struct slice rest = slice_str(results), token;
    struct case_facts *f = &s->facts;

    *s = (struct scene){ .arena = arena_new(8u << 20) };
    *f = (struct case_facts){
        .stage = STAGE_MESSAGE, .now = NOW, .helo_domain = SLICE("mail.example.net"), .mail_from = slice_str(sender),
        .mailfrom_domain = domain_part(slice_str(sender)), .null_sender = sender[0] == '\0', .from_domain = slice_str(from),
        .recipients = s->recipients, .recipient_count = 1, .results = s->results, .settled = UINT64_MAX,
    };
    assert_true(path_parse(s->arena, SLICE("bob@receiver.example"), &s->recipients[0]));
    assert_true(ip_parse(SLICE("203.0.113.9"), &f->client));
    while (rest.len > 0) {
        (void)slice_cut(rest, ' ', &token, &rest);
        if (token.len > 0)
            add_result(s, token);
    }
}

struct opinions_conf { bool enabled; };
static const struct option opinions_options[] = { OPTION_ENABLED(struct opinions_conf, true), { 0 } };

/* Verdict's own, and that of the method whose subjects the configuration names. */
static const struct section *all_sections(size_t *count)
{
    static struct section all[8];

    assert_true(verdict_section_count < COUNT_OF(all));
    memcpy(all, verdict_sections, verdict_section_count * sizeof all[0]);
    all[verdict_section_count] = (struct section){ "methods.opinions", opinions_options, sizeof(struct opinions_conf), "Opinions." };
    *count = verdict_section_count + 1;
    return all;
}

static struct config *config_of(const char *text)
{
    struct config_error e;
    size_t count;
    const struct section *sections = all_sections(&count);
    struct config *c = config_parse("frank.conf", slice_str(text), sections, count, &e);

    if (c == NULL)
        fail_msg("%s\n%s:%u: %s", text, e.file, e.line, e.text);
    return c;
}

static const struct rules *rules_of(struct config *c, const char *text)
{
    struct config_error e;
    const struct rules *r = rules_read(c, &e);

    if (r == NULL)
        fail_msg("%s\n%s:%u: %s", text, e.file, e.line, e.text);
    return r;
}

static bool contains(struct slice text, const char *piece)
{
    size_t len = strlen(piece);

    for (size_t i = 0; i + len <= text.len; i++)
        if (memcmp(text.at + i, piece, len) == 0)
            return true;
    return len == 0;
}

static void show(const char *name, const struct verdict *v, bool final)
{
    print_message("%s: %s rule %.*s reply %u %.*s %.*s tags %.*s%s\n", name, disposition_name(v->disposition), (int)v->rule.len,
                  (const char *)v->rule.at, v->reply.code, (int)v->reply.enhanced.len, (const char *)v->reply.enhanced.at,
                  (int)v->reply.text.len, (const char *)v->reply.text.at, (int)v->tags.len, (const char *)v->tags.at, final ? "" : " (not final)");
}

static void expect_printable(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        assert_true(is_printable(text.at[i]));
}

/* ---- the table ---- */

#define REJECT DISPOSITION_REJECT
#define ACCEPT DISPOSITION_ACCEPT
#define QUARANTINE DISPOSITION_QUARANTINE
#define DEFER DISPOSITION_DEFER
#define DISCARD DISPOSITION_DISCARD

#define STANDARD "rules = \"standard\";"
#define STRICT "rules = \"strict\";"
#define P_REJECT ":policy=reject:disposition=reject"
#define P_QUARANTINE ":policy=quarantine:disposition=quarantine"
#define DMARC_FAIL "dmarc=fail@example.com!" P_REJECT
#define SPF_FAIL "spf=fail@example.com!"
#define GRACE "2023-11-14T22:13:20Z"

static const struct row {
    const char *name, *config, *results;
    enum disposition disposition;
    const char *rule, *says;          /* says: in the reply's "enhanced text", or in the tags */
} rows[] = {
    /* verdict.md, test vectors (1 and 10 to 13 need more than a row) */
    { "2 allow without a pass", STANDARD "allow = [ \"example.com\" ];", SPF_FAIL " dmarc=none@example.com", ACCEPT, "default", "spf-tag" },
    { "2 allow without a pass, strict", STRICT "allow = [ \"example.com\" ];", SPF_FAIL " dmarc=none@example.com", REJECT, "strict/mailfrom-black", "5.7.23" },
    { "3 allow with a signature", STRICT "allow = [ \"example.com\" ];", SPF_FAIL " dkim=pass@example.com", ACCEPT, "allow", "" },
    { "4 p=reject, softfail", STANDARD, "spf=softfail@example.com! " DMARC_FAIL, QUARANTINE, "standard/dmarc-quarantine", "" },
    { "5 p=reject, spf fail", STANDARD, SPF_FAIL " " DMARC_FAIL, REJECT, "standard/dmarc-evidence", "5.7.26" },
    { "6 always", STANDARD "verdict = { honour_p_reject = \"always\"; };", "spf=softfail@example.com " DMARC_FAIL, REJECT, "standard/dmarc-reject", "5.7.26" },
    { "never refused for the policy", STANDARD "verdict = { honour_p_reject = \"quarantine\"; };", SPF_FAIL " " DMARC_FAIL, QUARANTINE, "standard/dmarc-quarantine", "" },
    { "7 grace not over", STRICT "verdict = { grace_until = \"2023-11-14T22:13:21Z\"; };", "spf=none@example.com", ACCEPT, "default", "would be rejected from 2023-11-14T22:13:21Z" },
    { "8 grace over this second", STRICT "verdict = { grace_until = \"" GRACE "\"; };", "spf=none@example.com", REJECT, "strict/mailfrom-grey", "5.7.1" },
    { "8 one second after", STRICT "verdict = { grace_until = \"2023-11-14T22:13:19Z\"; };", "spf=none@example.com", REJECT, "strict/mailfrom-grey", "5.7.1" },
    { "9 sender does not exist", STRICT, "spf=none@example.com~", REJECT, "strict/mailfrom-absent", "5.7.1" },
    { "12 deny beats allow", STANDARD "deny = [ \"example.com\" ]; allow = [ \"example.com\" ];", "dkim=pass@example.com", REJECT, "deny", "5.7.1" },

    /* monitor */
    { "monitor never acts", "", SPF_FAIL " " DMARC_FAIL, ACCEPT, "default", "" },
    { "monitor on temperror", "", "spf=temperror dmarc=temperror", ACCEPT, "default", "" },
    { "monitor and deny", "deny = [ \"203.0.113.0/24\" ];", "", ACCEPT, "default", "" },

    /* standard: policies */
    { "pass", STANDARD, "spf=pass@example.com! dmarc=pass@example.com!:policy=reject:disposition=none", ACCEPT, "default", "" },
    { "p=none", STANDARD, SPF_FAIL " dmarc=fail@example.com!:policy=none:disposition=none", ACCEPT, "default", "" },
    { "p=quarantine", STANDARD, SPF_FAIL " dmarc=fail@example.com!" P_QUARANTINE, QUARANTINE, "standard/dmarc-quarantine", "" },
    { "p=reject t=y", STANDARD, SPF_FAIL " dmarc=fail@example.com!:policy=reject:disposition=quarantine", QUARANTINE, "standard/dmarc-quarantine", "" },
    { "p=quarantine t=y", STANDARD, SPF_FAIL " dmarc=fail@example.com!:policy=quarantine:disposition=none", ACCEPT, "default", "" },
    { "evidence of rmx", STANDARD, "spf=none@example.com rmx=fail@example.com! " DMARC_FAIL, REJECT, "standard/dmarc-evidence", "5.7.26" },
    { "rmx fail without a statement is no evidence", STANDARD, "rmx=fail@example.com " DMARC_FAIL, QUARANTINE, "standard/dmarc-quarantine", "" },
    { "dmarc's own statement is no further evidence", STANDARD, DMARC_FAIL, QUARANTINE, "standard/dmarc-quarantine", "" },
    { "spf fail, no dmarc record", STANDARD, SPF_FAIL " dmarc=none@example.com", ACCEPT, "default", "spf-tag: spf=fail (example.com)" },
    { "spf_fail = reject", STANDARD "verdict = { spf_fail = \"reject\"; };", SPF_FAIL " dmarc=none@example.com", REJECT, "standard/spf-fail", "5.7.23 spf=fail: example.com does not allow 203.0.113.9" },
    { "spf_fail = reject, dmarc pass", STANDARD "verdict = { spf_fail = \"reject\"; };", SPF_FAIL " dmarc=pass@example.com", ACCEPT, "default", "" },
    { "spf softfail is not even tagged", STANDARD "verdict = { spf_fail = \"reject\"; };", "spf=softfail@example.com", ACCEPT, "default", "" },
    { "legacy only tagged", STANDARD, "rmx=fail@example.com! mxout=fail@example.com! dmarc=none", ACCEPT, "default", "legacy-tag: rmx=fail (example.com), mxout=fail (example.com)" },

    /* standard: forwarders and sealers */
    { "sealer", STANDARD, SPF_FAIL " arc=pass:trusted_result.dmarc=pass:trusted_result.from=example.com " DMARC_FAIL, ACCEPT, "standard/trusted-sealer", "" },
    { "sealer who saw a failure", STANDARD, SPF_FAIL " arc=pass:trusted_result.dmarc=fail:trusted_result.from=example.com " DMARC_FAIL, REJECT, "standard/dmarc-evidence", "" },
    { "sealer who saw another author", STANDARD, SPF_FAIL " arc=pass:trusted_result.dmarc=pass:trusted_result.from=example.org " DMARC_FAIL, REJECT, "standard/dmarc-evidence", "" },
    { "sealer who does not say of whom", STANDARD, SPF_FAIL " arc=pass:trusted_result.dmarc=pass " DMARC_FAIL, REJECT, "standard/dmarc-evidence", "" },
    { "sealer nobody trusts", STANDARD, SPF_FAIL " arc=pass " DMARC_FAIL, REJECT, "standard/dmarc-evidence", "" },
    { "broken chain of a trusted sealer", STANDARD, SPF_FAIL " arc=fail:trusted_result.dmarc=pass:trusted_result.from=example.com " DMARC_FAIL, REJECT, "standard/dmarc-evidence", "" },
    { "forwarder by address", STANDARD "trusted_forwarders = \"203.0.113.9\";", SPF_FAIL " " DMARC_FAIL, ACCEPT, "standard/trusted-forwarder", "" },
    { "forwarder by HELO pass", STANDARD "trusted_forwarders = \".example.net\";", "spf/helo=pass@mail.example.net " SPF_FAIL " " DMARC_FAIL, ACCEPT, "standard/trusted-forwarder", "" },
    { "forwarder by name", STANDARD "trusted_forwarders = \".example.net\";", "iprev=pass@mail.example.net " SPF_FAIL " " DMARC_FAIL, ACCEPT, "standard/trusted-forwarder", "" },
    { "forwarder's name not confirmed", STANDARD "trusted_forwarders = \".example.net\";", "iprev=fail@mail.example.net " SPF_FAIL " " DMARC_FAIL, REJECT, "standard/dmarc-evidence", "" },
    { "a signature makes no forwarder", STANDARD "trusted_forwarders = \".example.net\";", "dkim=pass@mail.example.net " SPF_FAIL " " DMARC_FAIL, REJECT, "standard/dmarc-evidence", "" },

    /* standard: temperror */
    { "dmarc temperror", STANDARD, "spf=none dmarc=temperror@example.com", DEFER, "standard/temperror", "4.4.3 dmarc=temperror (example.com)" },
    { "dmarc temperror under known p=none", STANDARD, "spf=temperror@example.com dmarc=temperror@example.com:policy=none:disposition=none", ACCEPT, "default", "" },
    { "dmarc temperror under known p=reject", STANDARD, "spf=temperror@example.com dmarc=temperror@example.com:policy=reject:disposition=none", DEFER, "standard/temperror", "4.4.3" },
    { "spf temperror, dmarc none", STANDARD, "spf=temperror@example.com dmarc=none", ACCEPT, "default", "" },
    { "spf temperror, dmarc none, spf_fail = reject", STANDARD "verdict = { spf_fail = \"reject\"; };", "spf=temperror@example.com dmarc=none", DEFER, "standard/temperror", "4.4.3 spf=temperror" },
    { "spf temperror, dmarc pass", STANDARD, "spf=temperror@example.com dmarc=pass", ACCEPT, "default", "" },
    { "spf temperror would make evidence", STANDARD, "spf=temperror@example.com " DMARC_FAIL, DEFER, "standard/temperror", "4.4.3 spf=temperror" },
    { "a pass would take the evidence away", STANDARD, "spf=temperror@example.com rmx=fail@example.com! " DMARC_FAIL, DEFER, "standard/temperror", "" },
    { "evidence is there already", STANDARD, SPF_FAIL " rmx=temperror@example.com " DMARC_FAIL, REJECT, "standard/dmarc-evidence", "" },
    { "rmx temperror would make evidence", STANDARD, "rmx=temperror@example.com " DMARC_FAIL, DEFER, "standard/temperror", "4.4.3 rmx=temperror" },
    { "rmx temperror, p=quarantine", STANDARD, "rmx=temperror@example.com dmarc=fail@example.com!" P_QUARANTINE, QUARANTINE, "standard/dmarc-quarantine", "" },
    { "iprev temperror decides nothing", STANDARD, "iprev=temperror " DMARC_FAIL, QUARANTINE, "standard/dmarc-quarantine", "" },
    { "arc temperror of a failing message", STANDARD, "arc=temperror " DMARC_FAIL, DEFER, "standard/temperror", "4.4.3 arc=temperror" },
    { "arc temperror of a good message", STANDARD, "arc=temperror dmarc=pass", ACCEPT, "default", "" },
    { "allowed despite temperror", STANDARD "allow = [ \"203.0.113.9\" ];", "dmarc=temperror", ACCEPT, "allow", "" },
    { "denied despite temperror", STANDARD "deny = [ \"203.0.113.9\" ];", "dmarc=temperror", REJECT, "deny", "" },
    { "a temperror that might allow", STANDARD "allow = [ \"example.com\" ];", "dkim=temperror@example.com " DMARC_FAIL, QUARANTINE, "standard/dmarc-quarantine", "" },

    /* strict: classes */
    { "white", STRICT, "spf=pass@example.com! dmarc=pass@example.com!", ACCEPT, "default", "" },
    { "white by rmx alone", STRICT, "rmx=pass@example.com! spf=none@example.com", ACCEPT, "default", "" },
    { "one pass outweighs a fail", STRICT, "spf=fail@example.com! rmx=pass@example.com!", ACCEPT, "default", "" },
    { "black", STRICT, SPF_FAIL, REJECT, "strict/mailfrom-black", "5.7.23" },
    { "black by two", STRICT, SPF_FAIL " rmx=fail@example.com!", REJECT, "strict/mailfrom-black", "5.7.26" },
    { "black by rmx", STRICT, "rmx=fail@example.com!", REJECT, "strict/mailfrom-black", "5.7.1 rmx=fail (example.com)" },
    { "softfail is grey", STRICT, "spf=softfail@example.com!", REJECT, "strict/mailfrom-grey", "" },
    { "neutral is grey", STRICT, "spf=neutral@example.com!", REJECT, "strict/mailfrom-grey", "" },
    { "permerror is grey", STRICT, "spf=permerror@example.com", REJECT, "strict/mailfrom-grey", "" },
    { "nothing at all is grey", STRICT, "", REJECT, "strict/mailfrom-grey", "" },
    { "unknown", STRICT, "spf=temperror@example.com", DEFER, "strict/temperror", "4.4.3" },
    { "a HELO pass does not whiten the sender", STRICT, "spf/helo=pass@mail.example.net spf=none@example.com", REJECT, "strict/mailfrom-grey", "" },
    { "a From pass does not whiten the sender", STRICT, "dmarc=pass@example.com! dkim=pass@example.com", REJECT, "strict/mailfrom-grey", "" },
    { "a sender pass does not whiten From", STRICT, "spf=pass@example.com! " DMARC_FAIL, REJECT, "strict/from-black", "5.7.26" },
    { "From passes by signature", STRICT, "spf=pass@example.com! dkim=pass@example.com dmarc=fail@example.com!" P_REJECT, ACCEPT, "default", "" },
    { "another's signature does not whiten From", STRICT, "spf=pass@example.com! dkim=pass@example.org " DMARC_FAIL, REJECT, "strict/from-black", "" },
    { "From p=none is not black", STRICT, "spf=pass@example.com! dmarc=fail@example.com!:policy=none:disposition=none", ACCEPT, "default", "" },
    { "From by another method", STRICT, "spf=pass@example.com! callerid=fail@example.com!", REJECT, "strict/from-black", "" },
    { "another responsible address says nothing of From", STRICT, "spf=pass@example.com! callerid=fail@example.org!", ACCEPT, "default", "" },
    { "From does not exist", STRICT, "spf=pass@example.com! dmarc=none@example.com~", REJECT, "strict/from-absent", "5.7.1" },
    { "From unknown", STRICT, "spf=pass@example.com! dmarc=temperror@example.com", DEFER, "strict/temperror", "4.4.3" },
    { "sealer helps From only", STRICT, "spf=pass@example.com! arc=pass:trusted_result.dmarc=pass:trusted_result.from=example.com " DMARC_FAIL, ACCEPT, "strict/trusted-sealer", "" },
    { "sealer does not help the sender", STRICT, SPF_FAIL " arc=pass:trusted_result.dmarc=pass:trusted_result.from=example.com " DMARC_FAIL, REJECT, "strict/mailfrom-black", "" },
    { "forwarder in strict", STRICT "trusted_forwarders = \"203.0.113.0/28\";", SPF_FAIL, ACCEPT, "strict/trusted-forwarder", "" },

    /* lists */
    { "deny network", STANDARD "deny = [ \"203.0.113.0/24\" ];", "", REJECT, "deny", "5.7.1 203.0.113.9 or <alice@example.com> is refused here" },
    { "deny other network", STANDARD "deny = [ \"203.0.113.10\" ];", "", ACCEPT, "default", "" },
    { "deny mailbox, any case", STANDARD "deny = [ \"ALICE@example.COM\" ];", "", REJECT, "deny", "" },
    { "deny other mailbox", STANDARD "deny = [ \"alicia@example.com\" ];", "", ACCEPT, "default", "" },
    { "deny domain", STANDARD "deny = [ \"example.com\" ];", "", REJECT, "deny", "" },
    { "deny below is not above", STANDARD "deny = [ \".www.example.com\" ];", "", ACCEPT, "default", "" },
    { "deny exact is not below", STANDARD "deny = [ \"com\" ];", "", ACCEPT, "default", "" },
    { "deny with subdomains", STANDARD "deny = [ \".com\" ];", "", REJECT, "deny", "" },
    { "deny a HELO name", STANDARD "deny = [ \"mail.example.net\" ];", "", REJECT, "deny", "" },
    { "labels, not characters", STANDARD "deny = [ \".ample.com\" ];", "", ACCEPT, "default", "" },
    { "allow address needs nothing", STRICT "allow = [ \"203.0.113.9\" ];", SPF_FAIL " " DMARC_FAIL, ACCEPT, "allow", "" },
    { "allow mailbox without a pass", STRICT "allow = [ \"alice@example.com\" ];", SPF_FAIL, REJECT, "strict/mailfrom-black", "" },
    { "allow mailbox with a pass", STRICT "allow = [ \"alice@example.com\" ];", "spf=pass@example.com! " DMARC_FAIL, ACCEPT, "allow", "" },
    { "allow by HELO pass is not enough", STRICT "allow = [ \"mail.example.net\" ];", "spf/helo=pass@mail.example.net " SPF_FAIL, REJECT, "strict/mailfrom-black", "" },
    { "allow by the host's own word is not enough", STRICT "allow = [ \"example.com\" ];", "msd=pass@example.com! " SPF_FAIL, REJECT, "strict/mailfrom-black", "" },
    { "... nor for a mailbox", STRICT "allow = [ \"alice@example.com\" ];", "msd=pass@example.com! " SPF_FAIL, REJECT, "strict/mailfrom-black", "" },
    { "... nor does it make a forwarder", STRICT "trusted_forwarders = \"example.com\";", "msd=pass@example.com! " SPF_FAIL, REJECT, "strict/mailfrom-black", "" },
    { "allow by the client's name is not enough", STRICT "allow = [ \"mail.example.net\" ];", "iprev=pass@mail.example.net " SPF_FAIL, REJECT, "strict/mailfrom-black", "" },
    { "allow by another's signature", STRICT "allow = [ \"example.com\" ];", "dkim=pass@example.org " SPF_FAIL, REJECT, "strict/mailfrom-black", "" },
    { "allow by the second signature", STRICT "allow = [ \"example.com\" ];", "dkim=fail@example.com dkim=pass@example.com " SPF_FAIL, ACCEPT, "allow", "" },

    /* own rules */
    { "interface.md's rule", "rules = ( { name = \"dmarc-reject\"; when = [ \"dmarc = fail\", \"class.from = black\" ]; action = \"reject\"; } );", DMARC_FAIL, REJECT, "dmarc-reject", "5.7.26" },
    { "all must hold", "rules = ( { name = \"r\"; when = [ \"spf = fail\", \"dmarc = fail\" ]; action = \"reject\"; } );", SPF_FAIL " dmarc=none", ACCEPT, "default", "" },
    { "first match wins", "rules = ( { name = \"a\"; when = [ \"spf = fail\" ]; action = \"quarantine\"; }, { name = \"b\"; when = [ \"spf = fail\" ]; action = \"reject\"; } );", SPF_FAIL, QUARANTINE, "a", "" },
    { "a tag does not end it", "rules = ( { name = \"a\"; when = [ \"spf = fail\" ]; action = \"tag\"; text = \"look: %{results}\"; }, { name = \"b\"; when = [ \"spf = fail\" ]; action = \"quarantine\"; } );", SPF_FAIL, QUARANTINE, "b", "a: look: spf=fail (example.com)" },
    { "two of three", "rules = ( { name = \"a\"; any = [ \"spf = fail\", \"rmx = fail\", \"mxout = fail\" ]; at_least = 2; action = \"discard\"; } );", "spf=fail mxout=fail", DISCARD, "a", "" },
    { "one of three is not two", "rules = ( { name = \"a\"; any = [ \"spf = fail\", \"rmx = fail\", \"mxout = fail\" ]; at_least = 2; action = \"discard\"; } );", "mxout=fail", ACCEPT, "default", "" },
    { "one that weighs two", "rules = ( { name = \"a\"; any = [ \"spf = fail\", \"spf = fail\", \"rmx = fail\" ]; at_least = 2; action = \"discard\"; } );", "spf=fail", DISCARD, "a", "" },
    { "one that weighs one", "rules = ( { name = \"a\"; any = [ \"spf = fail\", \"spf = fail\", \"rmx = fail\" ]; at_least = 2; action = \"discard\"; } );", "rmx=fail", ACCEPT, "default", "" },
    { "any", "rules = ( { name = \"a\"; any = [ \"spf = fail\", \"rmx = fail\" ]; action = \"discard\"; } );", "rmx=fail", DISCARD, "a", "" },
    { "any, none", "rules = ( { name = \"a\"; any = [ \"spf = fail\", \"rmx = fail\" ]; action = \"discard\"; } );", "rmx=none", ACCEPT, "default", "" },
    { "require", "rules = ( { name = \"ok\"; require = [ \"spf\", \"rmx\" ]; action = \"accept\"; }, { name = \"rest\"; action = \"reject\"; } );", "rmx=neutral", ACCEPT, "ok", "" },
    { "require none", "rules = ( { name = \"ok\"; require = [ \"spf\", \"rmx\" ]; action = \"accept\"; }, { name = \"rest\"; action = \"reject\"; } );", "spf=none", REJECT, "rest", "5.7.1 policy: refused by rule rest" },
    { "no result is none", "rules = ( { name = \"a\"; when = [ \"dkim = none\" ]; action = \"reject\"; } );", "", REJECT, "a", "5.7.1" },
    { "no signature passes", "rules = ( { name = \"a\"; when = [ \"dkim != pass\" ]; action = \"reject\"; } );", "dkim=fail@example.com", REJECT, "a", "5.7.21 dkim=fail" },
    { "several words", "rules = ( { name = \"a\"; when = [ \"spf = fail|softfail\" ]; action = \"reject\"; } );", "spf=softfail@example.com", REJECT, "a", "5.7.23" },
    { "identity", "rules = ( { name = \"a\"; when = [ \"spf.helo = fail\" ]; action = \"reject\"; } );", "spf/helo=fail@mail.example.net spf=pass@example.com", REJECT, "a", "5.7.23 spf=fail (mail.example.net)" },
    { "the other identity", "rules = ( { name = \"a\"; when = [ \"spf.helo = fail\" ]; action = \"reject\"; } );", "spf/helo=none@mail.example.net spf=fail@example.com", ACCEPT, "default", "" },
    { "no such identity is none", "rules = ( { name = \"a\"; when = [ \"spf.helo = none\" ]; action = \"reject\"; } );", "spf=fail@example.com", REJECT, "a", "" },
    { "spf permerror", "rules = ( { name = \"a\"; when = [ \"spf = permerror\" ]; action = \"reject\"; } );", "spf=permerror@example.com", REJECT, "a", "5.7.24" },
    { "reverse name", "rules = ( { name = \"a\"; when = [ \"iprev = fail|permerror\" ]; action = \"reject\"; } );", "iprev=permerror", REJECT, "a", "5.7.25" },
    { "two that failed", "rules = ( { name = \"a\"; when = [ \"iprev = fail\", \"spf = fail\" ]; action = \"reject\"; } );", "iprev=fail spf=fail", REJECT, "a", "5.7.26" },
    { "own codes", "rules = ( { name = \"a\"; when = [ \"spf = fail\" ]; action = \"reject\"; code = 554; enhanced = \"5.7.0\"; text = \"go away\"; } );", SPF_FAIL, REJECT, "a", "5.7.0 go away [spf=fail (example.com)]" },
    { "reason", "rules = ( { name = \"a\"; when = [ \"spf.reason = said\" ]; action = \"reject\"; } );", "spf=none", REJECT, "a", "" },
    { "another reason", "rules = ( { name = \"a\"; when = [ \"spf.reason = other\" ]; action = \"reject\"; } );", "spf=none", ACCEPT, "default", "" },
    { "domain spoken of", "rules = ( { name = \"a\"; when = [ \"dkim.domain = .example.org\", \"dkim = pass\" ]; action = \"discard\"; } );", "dkim=fail@example.com dkim=pass@mail.example.org", DISCARD, "a", "" },
    { "client", "rules = ( { name = \"a\"; when = [ \"client = 198.51.100.0/24|203.0.113.9\" ]; action = \"defer\"; } );", "", DEFER, "a", "4.7.1" },
    { "not client", "rules = ( { name = \"a\"; when = [ \"client != 203.0.113.9\" ]; action = \"defer\"; } );", "", ACCEPT, "default", "" },
    { "table", "tables = { staff = [ \"alice@example.com\" ]; }; rules = ( { name = \"a\"; when = [ \"mailfrom in staff\" ]; action = \"discard\"; } );", "", DISCARD, "a", "" },
    { "not in table", "tables = { staff = [ \"alice@example.com\" ]; }; rules = ( { name = \"a\"; when = [ \"mailfrom not in staff\" ]; action = \"discard\"; } );", "", ACCEPT, "default", "" },
    { "recipient", "rules = ( { name = \"a\"; when = [ \"recipient = bob@RECEIVER.example\" ]; action = \"discard\"; } );", "", DISCARD, "a", "" },
    { "recipient's domain", "rules = ( { name = \"a\"; when = [ \"recipient = receiver.example\" ]; action = \"discard\"; } );", "", DISCARD, "a", "" },
    { "helo and from", "rules = ( { name = \"a\"; when = [ \"helo = .example.net\", \"from = example.com\" ]; action = \"discard\"; } );", "", DISCARD, "a", "" },
    { "mixed with a set", "rules = ( { name = \"mine\"; when = [ \"client = 192.0.2.1\" ]; action = \"accept\"; }, \"standard\" );", SPF_FAIL " " DMARC_FAIL, REJECT, "standard/dmarc-evidence", "" },
    { "own rule without a name", "rules = ( { when = [ \"spf = none\" ]; action = \"reject\"; } );", "", REJECT, "rule-3", "" },
    { "accept rule with override", "rules = ( { name = \"list\"; when = [ \"client = 203.0.113.9\" ]; action = \"accept\"; override = \"mailing list\"; }, \"standard\" );", SPF_FAIL " " DMARC_FAIL, ACCEPT, "list", "" },

    /* own rules and temperror: what the file does not say is said for it */
    { "temperror of an own rule's method", "rules = ( { name = \"a\"; when = [ \"spf = fail\" ]; action = \"reject\"; } );", "spf=temperror@example.com", DEFER, "temperror", "4.4.3 spf=temperror (example.com): the name servers of example.com did not answer" },
    { "temperror of a method no rule names", "rules = ( { name = \"a\"; when = [ \"spf = fail\" ]; action = \"reject\"; } );", "rmx=temperror@example.com", ACCEPT, "default", "" },
    { "two temperrors decide together", "rules = ( { name = \"a\"; when = [ \"spf = fail\", \"rmx = fail\" ]; action = \"reject\"; } );", "spf=temperror@example.com rmx=temperror@example.com", DEFER, "temperror", "4.4.3 spf=temperror (example.com), rmx=temperror (example.com)" },
    { "one of the two cannot", "rules = ( { name = \"a\"; when = [ \"spf = fail\", \"rmx = fail\" ]; action = \"reject\"; } );", "spf=temperror@example.com rmx=none@example.com", ACCEPT, "default", "" },
    { "whatever it were", "rules = ( { name = \"a\"; when = [ \"spf = fail\" ]; action = \"reject\"; }, { name = \"b\"; when = [ \"spf != fail\" ]; action = \"reject\"; } );", "spf=temperror@example.com", REJECT, "b", "" },
    { "a rule that says so itself", "rules = ( { name = \"t\"; when = [ \"spf = temperror\" ]; action = \"accept\"; }, { name = \"a\"; when = [ \"spf = fail\" ]; action = \"reject\"; } );", "spf=temperror@example.com", ACCEPT, "t", "" },
    { "dry run decides nothing", "rules = ( { name = \"a\"; when = [ \"spf = fail\" ]; action = \"reject\"; dry_run = true; } );", "spf=temperror@example.com", ACCEPT, "default", "" },
    { "tag decides nothing", "rules = ( { name = \"a\"; when = [ \"spf = fail\" ]; action = \"tag\"; } );", "spf=temperror@example.com", ACCEPT, "default", "" },
    { "second signature failed for now", "rules = ( { name = \"a\"; when = [ \"dkim != pass\" ]; action = \"reject\"; } );", "dkim=fail@example.com dkim=temperror@example.com", DEFER, "temperror", "4.4.3 dkim=temperror" },
    { "one signature passed anyway", "rules = ( { name = \"a\"; when = [ \"dkim != pass\" ]; action = \"reject\"; } );", "dkim=pass@example.com dkim=temperror@example.com", ACCEPT, "default", "" },
};

static void judge_row(const struct row *row)
{
    struct scene s;
    struct verdict v;
    bool final;
    struct config *c = config_of(row->config);
    const struct rules *rules = rules_of(c, row->config);

    set_scene(&s, row->results, "alice@example.com", "example.com");
    verdict_judge(rules, s.arena, &s.facts, &v, &final);
    struct text said = text_in(s.arena, 4096);
    text_add(&said, v.reply.enhanced);
    text_add_octet(&said, ' ');
    text_add(&said, v.reply.text);
    bool says = contains(text_slice(&said), row->says) || contains(v.tags, row->says);
    if (v.disposition != row->disposition || !slice_same(v.rule, slice_str(row->rule)) || !says || !final) {
        show(row->name, &v, final);
        fail_msg("%s: wanted %s by %s saying \"%s\"", row->name, disposition_name(row->disposition), row->rule, row->says);
    }
    bool refused = v.disposition == REJECT || v.disposition == DEFER;
    assert_true(refused == (v.reply.code != 0));
    if (refused) {
        assert_int_equal(v.reply.code / 100, v.disposition == REJECT ? 5 : 4);
        assert_int_equal(v.reply.enhanced.at[0], v.disposition == REJECT ? '5' : '4');
        assert_true(v.reply.text.len > 0 && v.reply.text.len <= 400);
    }
    expect_printable(v.reply.text);
    expect_printable(v.tags);
    expect_printable(v.reason);
    assert_true(v.reason.len > 0);
    arena_free(s.arena);
    config_free(c);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        judge_row(&rows[i]);
}

/* The order in which results come does not matter. */
static void test_any_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct scene s;
        struct verdict forward, backward;
        bool final;
        struct config *c = config_of(rows[i].config);
        const struct rules *rules = rules_of(c, rows[i].config);
        struct result mixed[RESULTS_MAX];
        set_scene(&s, rows[i].results, "alice@example.com", "example.com");
        verdict_judge(rules, s.arena, &s.facts, &forward, &final);
        for (size_t k = 0; k < s.facts.result_count; k++)
            mixed[k] = s.results[s.facts.result_count - 1 - k];
        s.facts.results = mixed;
        verdict_judge(rules, s.arena, &s.facts, &backward, &final);
        assert_int_equal(forward.disposition, backward.disposition);
        assert_true(slice_same(forward.rule, backward.rule));
        assert_true(slice_same(forward.reply.text, backward.reply.text));
        assert_true(slice_same(forward.tags, backward.tags));
        arena_free(s.arena);
        config_free(c);
    }
}

/* ---- facts that are no results ---- */

struct judged { struct verdict v; bool final; struct scene s; struct config *c; const struct rules *rules; };

static void judge(struct judged *j)
{
    verdict_judge(j->rules, j->s.arena, &j->s.facts, &j->v, &j->final);
}

static void begin(struct judged *j, const char *config, const char *results)
{
    j->c = config_of(config);
    j->rules = rules_of(j->c, config);
    set_scene(&j->s, results, "alice@example.com", "example.com");
    judge(j);
}

static void end(struct judged *j)
{
    arena_free(j->s.arena);
    config_free(j->c);
}

static void wanted(const struct judged *j, enum disposition d, const char *rule)
{
    if (j->v.disposition != d || !slice_same(j->v.rule, slice_str(rule))) {
        show("got", &j->v, j->final);
        fail_msg("wanted %s by %s", disposition_name(d), rule);
    }
}

static void test_exemptions(void **state)
{
    static const struct { enum exempt exempt; const char *rule; } exemptions[] = {
        { EXEMPT_AUTHENTICATED, "exempt/authenticated" }, { EXEMPT_INTERNAL, "exempt/internal" }, { EXEMPT_LOCAL, "exempt/local" },
        { EXEMPT_CERTIFICATE, "exempt/certificate" },
    };
    static const char *const configs[] = { STANDARD, STRICT, STANDARD "deny = [ \"203.0.113.9\", \"example.com\" ];",
                                           "rules = ( { name = \"all\"; action = \"reject\"; } );" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(configs); i++) {
        for (size_t k = 0; k < COUNT_OF(exemptions); k++) {
            struct judged j;
            begin(&j, configs[i], SPF_FAIL " " DMARC_FAIL);
            assert_int_equal(j.v.disposition, REJECT);
            j.s.facts.exempt = exemptions[k].exempt;
            j.s.facts.author = AUTHOR_SEVERAL_FROM;
            for (enum stage at = STAGE_MAIL; at <= STAGE_MESSAGE; at++) {
                j.s.facts.stage = at;
                judge(&j);
                wanted(&j, ACCEPT, exemptions[k].rule);
                assert_true(j.final && j.v.reason.len > 0);
            }
            end(&j);
        }
    }
}

static void test_own_failure(void **state)
{
    struct judged j;

    (void)state;
    begin(&j, "", "");
    j.s.facts.own_failure = true;
    judge(&j);
    wanted(&j, DEFER, "own-failure");
    assert_true(j.final && j.v.reply.code == 451 && slice_same(j.v.reply.enhanced, SLICE("4.3.0")));
    end(&j);
}

/* A result that rules ask for and that never came: deferred, not let through. */
static void test_missing_result(void **state)
{
    struct judged j;

    (void)state;
    begin(&j, STANDARD, "dmarc=?");
    wanted(&j, DEFER, "own-failure");
    end(&j);
    begin(&j, "", "dmarc=?");
    wanted(&j, ACCEPT, "default");
    end(&j);
}

static void test_authors(void **state)
{
    static const struct { enum author_problem problem; enum disposition standard; const char *rule; } authors[] = {
        { AUTHOR_OK, ACCEPT, "default" }, { AUTHOR_NO_FROM, REJECT, "standard/author" }, { AUTHOR_SEVERAL_FROM, REJECT, "standard/author" },
        { AUTHOR_MALFORMED, REJECT, "standard/author" }, { AUTHOR_GROUP, QUARANTINE, "standard/author-unusual" },
        { AUTHOR_BAD_DOMAIN, QUARANTINE, "standard/author-unusual" }, { AUTHOR_TOO_MANY_DOMAINS, QUARANTINE, "standard/author-unusual" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(authors); i++) {
        struct judged j;
        begin(&j, STANDARD, authors[i].problem == AUTHOR_OK ? "" : "dmarc=permerror");
        j.s.facts.author = authors[i].problem;
        j.s.facts.from_domain_count = 1;
        judge(&j);
        wanted(&j, authors[i].standard, authors[i].rule);
        if (j.v.disposition == REJECT)
            assert_true(j.v.reply.code == 550 && slice_same(j.v.reply.enhanced, SLICE("5.7.1")));
        end(&j);
    }
    for (size_t domains = 0; domains < 4; domains++) {
        struct judged j;
        begin(&j, STANDARD, "");
        j.s.facts.from_domain_count = domains;
        judge(&j);
        wanted(&j, domains > 1 ? QUARANTINE : ACCEPT, domains > 1 ? "standard/author-unusual" : "default");
        end(&j);
    }
}

static void test_null_sender(void **state)
{
    struct judged j;

    (void)state;
    /* The null sender is judged by its HELO name. */
    begin(&j, STRICT, "spf/helo=pass@mail.example.net!");
    j.s.facts.mail_from = j.s.facts.mailfrom_domain = (struct slice){ 0 };
    j.s.facts.null_sender = true;
    judge(&j);
    wanted(&j, ACCEPT, "default");
    assert_int_equal(j.v.class_mailfrom, CLASS_WHITE);
    end(&j);
    begin(&j, "rules = ( { name = \"bounce\"; when = [ \"mailfrom = <>\" ]; action = \"reject\"; } );", "");
    wanted(&j, ACCEPT, "default");
    j.s.facts.mail_from = j.s.facts.mailfrom_domain = (struct slice){ 0 };
    j.s.facts.null_sender = true;
    judge(&j);
    wanted(&j, REJECT, "bounce");
    assert_true(contains(j.v.reply.text, "bounce"));
    end(&j);
    begin(&j, STANDARD "deny = [ \"<>\" ];", "");
    wanted(&j, ACCEPT, "default");
    end(&j);
}

/* ---- dates and dry runs ---- */

static void test_dates(void **state)
{
    static const struct { int64_t now; bool acts, would; const char *rule; } moments[] = {
        { 1700000000, false, true, "default" },      /* before after */
        { 1700000009, false, true, "default" },
        { 1700000010, true, false, "timed" },
        { 1700000011, true, false, "timed" },
        { 1700000019, true, false, "timed" },
        { 1700000020, false, false, "default" },     /* until */
        { 1700000021, false, false, "default" },
    };
    struct judged j;

    (void)state;
    begin(&j, "rules = ( { name = \"timed\"; when = [ \"spf = fail\" ]; action = \"reject\"; after = \"2023-11-14T22:13:30Z\";"
              " until = \"2023-11-14T22:13:40Z\"; } );", SPF_FAIL);
    for (size_t i = 0; i < COUNT_OF(moments); i++) {
        j.s.facts.now = moments[i].now;
        judge(&j);
        wanted(&j, moments[i].acts ? REJECT : ACCEPT, moments[i].rule);
        assert_true(j.v.dry_run == moments[i].would);
        if (moments[i].would)
            assert_true(j.v.would == REJECT && slice_same(j.v.would_rule, SLICE("timed")));
    }
    end(&j);
}

static void test_grace(void **state)
{
    static const struct { int64_t now; enum disposition d; bool tag, would; } moments[] = {
        { 1699999998, ACCEPT, true, true }, { 1699999999, ACCEPT, true, true },
        { 1700000000, REJECT, false, false }, { 1700000001, REJECT, false, false },
    };
    struct judged j;

    (void)state;
    begin(&j, STRICT "verdict = { grace_until = \"" GRACE "\"; };", "spf=none@example.com");
    for (size_t i = 0; i < COUNT_OF(moments); i++) {
        j.s.facts.now = moments[i].now;
        judge(&j);
        assert_int_equal(j.v.disposition, moments[i].d);
        assert_true((j.v.tags.len > 0) == moments[i].tag);
        assert_true(j.v.dry_run == moments[i].would);
    }
    end(&j);
    begin(&j, STRICT "verdict = { grace_until = \"never\"; };", "spf=none@example.com");
    wanted(&j, ACCEPT, "default");
    assert_true(contains(j.v.tags, "a date not set"));
    end(&j);
    begin(&j, STRICT "verdict = { grace_until = \"2030-01-01\"; };", "spf=none@example.com");
    assert_true(contains(j.v.tags, "from 2030-01-01:"));
    end(&j);
}

static void test_dry_run(void **state)
{
    struct judged j;

    (void)state;
    begin(&j, "rules = ( { name = \"first\"; when = [ \"spf = fail\" ]; action = \"reject\"; dry_run = true; },"
              " { name = \"second\"; when = [ \"spf = fail\" ]; action = \"quarantine\"; } );", SPF_FAIL);
    wanted(&j, QUARANTINE, "second");
    assert_true(j.v.dry_run && j.v.would == REJECT && slice_same(j.v.would_rule, SLICE("first")));
    assert_true(j.v.reply.code == 0);
    end(&j);
    begin(&j, "deny = [ \"example.com\" ];", "");
    wanted(&j, ACCEPT, "default");
    assert_true(j.v.dry_run && j.v.would == REJECT && slice_same(j.v.would_rule, SLICE("deny")));
    end(&j);
}

/* ---- stages ---- */

#define ENVELOPE (1u << STAGE_MAIL | 1u << STAGE_RCPT)

/* When may something be refused, and when is it: the first stage at which judging is final with a refusal. */
static const struct {
    const char *name, *config, *results;
    unsigned may;                     /* bits of stages, MESSAGE apart */
    enum stage first;                 /* STAGE_NONE: accepted */
} stages[] = {
    { "monitor", "", SPF_FAIL, 0, STAGE_NONE },
    { "standard asks nothing before the header", STANDARD, SPF_FAIL " " DMARC_FAIL, 1u << STAGE_HEADERS, STAGE_MESSAGE },
    { "deny by address", STANDARD "deny = [ \"203.0.113.9\" ];", "", 1u << STAGE_MAIL | 1u << STAGE_HEADERS, STAGE_MAIL },
    { "deny by domain, known at MAIL or with From", STANDARD "deny = [ \"example.com\" ];", "", 1u << STAGE_MAIL | 1u << STAGE_HEADERS, STAGE_MAIL },
    { "strict", STRICT, SPF_FAIL, 1u << STAGE_RCPT | 1u << STAGE_HEADERS, STAGE_RCPT },
    { "strict, sender white", STRICT, "spf=pass@example.com " DMARC_FAIL, 1u << STAGE_RCPT | 1u << STAGE_HEADERS, STAGE_MESSAGE },
    { "strict, unknown", STRICT, "spf=temperror@example.com", 1u << STAGE_RCPT | 1u << STAGE_HEADERS, STAGE_RCPT },
    { "strict with an allow list by address", STRICT "allow = [ \"192.0.2.1\" ];", SPF_FAIL, 1u << STAGE_RCPT | 1u << STAGE_HEADERS, STAGE_RCPT },
    { "strict: a listed signature may still come", STRICT "allow = [ \"example.org\" ];", SPF_FAIL, 0, STAGE_MESSAGE },
    { "strict: a listed mailbox matters to itself", STRICT "allow = [ \"carol@example.org\" ];", SPF_FAIL, 1u << STAGE_RCPT | 1u << STAGE_HEADERS, STAGE_RCPT },
    { "own rule on the envelope", "rules = ( { name = \"a\"; when = [ \"spf = fail\" ]; action = \"reject\"; } );", SPF_FAIL, 1u << STAGE_MAIL, STAGE_MAIL },
    { "own rule at its stage", "rules = ( { name = \"a\"; when = [ \"spf = fail\" ]; stage = \"rcpt\"; action = \"reject\"; } );", SPF_FAIL, 1u << STAGE_RCPT, STAGE_RCPT },
    { "own rule on the client", "rules = ( { name = \"a\"; when = [ \"client = 203.0.113.9\" ]; action = \"reject\"; } );", "", 1u << STAGE_MAIL, STAGE_MAIL },
    { "temperror at MAIL", "rules = ( { name = \"a\"; when = [ \"spf = fail\" ]; action = \"reject\"; } );", "spf=temperror@example.com", 1u << STAGE_MAIL, STAGE_MAIL },
    { "an accept in front that is not known yet", "rules = ( { name = \"ok\"; when = [ \"dkim = pass\" ]; action = \"accept\"; }, { name = \"a\"; when = [ \"spf = fail\" ]; action = \"reject\"; } );", SPF_FAIL, 0, STAGE_MESSAGE },
    { "the same action in front", "rules = ( { name = \"b\"; when = [ \"dkim = fail\" ]; action = \"reject\"; }, { name = \"a\"; when = [ \"spf = fail\" ]; action = \"reject\"; } );", SPF_FAIL, 1u << STAGE_MAIL, STAGE_MAIL },
    { "an accept in front that is ruled out", "rules = ( { name = \"ok\"; when = [ \"dkim = pass\", \"client = 192.0.2.1\" ]; action = \"accept\"; }, { name = \"a\"; when = [ \"spf = fail\" ]; action = \"reject\"; } );", SPF_FAIL, 1u << STAGE_MAIL, STAGE_MAIL },
    { "recipient", "rules = ( { name = \"a\"; when = [ \"recipient = receiver.example\", \"spf = fail\" ]; action = \"reject\"; } );", SPF_FAIL, 1u << STAGE_RCPT, STAGE_RCPT },
    { "author", "rules = ( { name = \"a\"; when = [ \"author = ok\" ]; action = \"reject\"; } );", "", 1u << STAGE_HEADERS, STAGE_HEADERS },
    { "quarantine is for the end", "rules = ( { name = \"t\"; when = [ \"spf = temperror\" ]; action = \"accept\"; }, { name = \"a\"; when = [ \"spf = fail\" ]; action = \"quarantine\"; } );", SPF_FAIL, 0, STAGE_NONE },
    { "but its temperror is not", "rules = ( { name = \"a\"; when = [ \"spf = fail\" ]; action = \"quarantine\"; } );", "spf=temperror", 1u << STAGE_MAIL, STAGE_MAIL },
    { "two of the envelope, one of the message", "rules = ( { name = \"a\"; any = [ \"spf = fail\", \"rmx = fail\", \"dmarc = fail\" ]; at_least = 2; action = \"reject\"; } );",
      SPF_FAIL " rmx=fail@example.com dmarc=none", 1u << STAGE_MAIL, STAGE_MAIL },
    { "one of the envelope, one of the message", "rules = ( { name = \"a\"; any = [ \"spf = fail\", \"dmarc = fail\" ]; at_least = 2; action = \"reject\"; } );",
      SPF_FAIL " dmarc=fail@example.com", 0, STAGE_MESSAGE },
    { "two in front that cannot both hold", "rules = ( { name = \"ok\"; any = [ \"client = 192.0.2.1\", \"dkim = pass\" ]; at_least = 2; action = \"accept\"; }, { name = \"a\"; when = [ \"spf = fail\" ]; action = \"reject\"; } );",
      SPF_FAIL, 1u << STAGE_MAIL, STAGE_MAIL },
    { "dry run", "rules = ( { name = \"a\"; when = [ \"spf = fail\" ]; action = \"reject\"; dry_run = true; } );", SPF_FAIL, 0, STAGE_NONE },
    { "tag", "rules = ( { name = \"a\"; when = [ \"spf = fail\" ]; action = \"tag\"; } );", SPF_FAIL, 0, STAGE_NONE },
};

static void test_stages(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(stages); i++) {
        struct judged j;
        enum stage first = STAGE_NONE;
        unsigned may = 0;
        begin(&j, stages[i].config, stages[i].results);
        for (enum stage at = STAGE_NONE; at <= STAGE_MESSAGE; at++) {
            may |= at < STAGE_MESSAGE && rules_may_act_at(j.rules, at) ? 1u << at : 0;
            j.s.facts.stage = at;
            judge(&j);
            bool refuses = j.final && (j.v.disposition == REJECT || j.v.disposition == DEFER || j.v.disposition == DISCARD);
            if (refuses && first == STAGE_NONE)
                first = at;
            /* Once refused, always refused; and only where it was said that something may act. */
            assert_true(first == STAGE_NONE || refuses);
            if (refuses && first == at && at < STAGE_MESSAGE && !rules_may_act_at(j.rules, at))
                fail_msg("%s: refused at %s, where nothing may act", stages[i].name, stage_name(at));
        }
        if (may != stages[i].may || first != stages[i].first)
            fail_msg("%s: may act at %x, refused at %s; wanted %x, %s", stages[i].name, may, stage_name(first), stages[i].may, stage_name(stages[i].first));
        end(&j);
    }
}

static uint64_t bit(const struct method *m)
{
    return (uint64_t)1 << method_index(m);
}

static void test_methods_waited_for(void **state)
{
    struct judged j;

    (void)state;
    begin(&j, "", "");
    for (enum stage at = STAGE_NONE; at <= STAGE_MESSAGE; at++)
        assert_true(rules_methods_at(j.rules, at) == 0 && !rules_may_act_at(j.rules, at));
    end(&j);
    begin(&j, STANDARD, "");
    assert_true(rules_methods_at(j.rules, STAGE_MAIL) == 0);
    assert_true(rules_methods_at(j.rules, STAGE_RCPT) == 0);
    assert_true(rules_methods_at(j.rules, STAGE_HEADERS) == 0);
    assert_true((rules_methods_at(j.rules, STAGE_MESSAGE) & (bit(&dmarc) | bit(&spf) | bit(&arc))) == (bit(&dmarc) | bit(&spf) | bit(&arc)));
    assert_true((rules_methods_at(j.rules, STAGE_MESSAGE) & bit(&iprev)) == 0);
    end(&j);
    begin(&j, STRICT, "");
    assert_true(rules_methods_at(j.rules, STAGE_MAIL) == 0);
    assert_true(rules_methods_at(j.rules, STAGE_RCPT) == (bit(&spf) | bit(&rmx) | bit(&mxout) | bit(&msd)));
    end(&j);
    begin(&j, "rules = ( { name = \"a\"; when = [ \"spf = fail\" ]; action = \"reject\"; } );", "");
    assert_true(rules_methods_at(j.rules, STAGE_MAIL) == bit(&spf));
    assert_true(rules_methods_at(j.rules, STAGE_RCPT) == 0);
    end(&j);
}

/* ---- subjects that the configuration names, and words of a method's own ---- */

#define WHEN(condition) "rules = ( { name = \"a\"; when = [ \"" condition "\" ]; action = \"reject\"; } );"
#define AT_MAIL 1u << STAGE_MAIL
#define ALL_NONE "opinions=none:who=early opinions=none:who=other.early opinions=none:who=late"

static const struct { const char *config, *results; unsigned may; enum stage first; } opinion_rows[] = {
    /* Any of them is enough, as soon as it is there. */
    { WHEN("opinions = against"), ALL_NONE, AT_MAIL, STAGE_NONE },
    { WHEN("opinions = against"), "opinions=none:who=early opinions=fail:who=other.early opinions=none:who=late", AT_MAIL, STAGE_MAIL },
    { WHEN("opinions = against"), "opinions=none:who=early opinions=none:who=other.early opinions=fail:who=late", AT_MAIL, STAGE_MESSAGE },
    { WHEN("opinions = against"), "", AT_MAIL, STAGE_NONE },
    /* None of them: when all are there. */
    { WHEN("opinions != against"), ALL_NONE, 0, STAGE_MESSAGE },
    { WHEN("opinions != against"), "opinions=fail:who=early opinions=none:who=other.early opinions=none:who=late", 0, STAGE_NONE },
    /* One of them, as soon as that one is there. */
    { WHEN("opinions.early = against"), "opinions=fail:who=early opinions=none:who=other.early opinions=none:who=late", AT_MAIL, STAGE_MAIL },
    { WHEN("opinions.early = against"), "opinions=none:who=early opinions=fail:who=other.early opinions=fail:who=late", AT_MAIL, STAGE_NONE },
    { WHEN("opinions.early != against"), ALL_NONE, AT_MAIL, STAGE_MAIL },
    { WHEN("opinions.other.early = against"), "opinions=none:who=early opinions=fail:who=other.early opinions=none:who=late", AT_MAIL, STAGE_MAIL },
    { WHEN("opinions.late = against"), "opinions=fail:who=early opinions=none:who=other.early opinions=fail:who=late", 0, STAGE_MESSAGE },
    { WHEN("opinions.late != against"), ALL_NONE, 0, STAGE_MESSAGE },
    /* The word means more of one than of any. */
    { WHEN("opinions.early = heard"), "opinions=pass:who=early opinions=none:who=other.early opinions=none:who=late", AT_MAIL, STAGE_MAIL },
    { WHEN("opinions = heard"), "opinions=pass:who=early opinions=none:who=other.early opinions=none:who=late", AT_MAIL, STAGE_NONE },
    /* Results' words, alone and mixed. */
    { WHEN("opinions.early = pass"), "opinions=pass:who=early opinions=none:who=other.early opinions=none:who=late", AT_MAIL, STAGE_MAIL },
    { WHEN("opinions.early = none"), "", AT_MAIL, STAGE_MESSAGE },
    { WHEN("opinions = pass"), "opinions=pass:who=early opinions=none:who=other.early opinions=none:who=late", 0, STAGE_MESSAGE },
    { WHEN("opinions = pass|against"), "opinions=none:who=early opinions=fail:who=other.early opinions=none:who=late", AT_MAIL, STAGE_MAIL },
    { WHEN("opinions = pass|against"), "opinions=pass:who=early opinions=none:who=other.early opinions=none:who=late", AT_MAIL, STAGE_MESSAGE },
    { WHEN("opinions.early = temperror"), "opinions=temperror:who=early opinions=none:who=other.early opinions=none:who=late", AT_MAIL, STAGE_MAIL },
    /* What can be done without keeps nothing waiting: its temperror is as if it had said nothing. */
    { WHEN("opinions = against"), "opinions=temperror:who=early opinions=none:who=other.early opinions=none:who=late", AT_MAIL, STAGE_NONE },
    { "rules = ( { name = \"a\"; when = [ \"opinions.early = against\", \"spf = fail\" ]; action = \"reject\"; } );",
      SPF_FAIL " opinions=temperror:who=early", AT_MAIL, STAGE_NONE },
    { "rules = ( { name = \"a\"; when = [ \"opinions.early = against\", \"spf = fail\" ]; action = \"reject\"; } );",
      SPF_FAIL " opinions=fail:who=early opinions=none:who=other.early opinions=none:who=late", AT_MAIL, STAGE_MAIL },
};

/* As the engine shows it: before the end the late one is not there, and the method not settled. */
static void set_stage(struct judged *j, enum stage at, size_t all)
{
    uint64_t here = bit(&opinions);

    j->s.facts.stage = at;
    j->s.facts.result_count = 0;
    for (size_t i = 0; i < all; i++)
        if (j->s.results[i].method != &opinions || at == STAGE_MESSAGE ||
            (at >= STAGE_MAIL && !slice_same(fact_text(j->s.results[i].evidence.facts, "who"), SLICE("late"))))
            j->s.facts.result_count = i + 1;
    j->s.facts.settled = at == STAGE_MESSAGE ? UINT64_MAX : ~here;
}

static void test_named_subjects(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(opinion_rows); i++) {
        struct judged j;
        enum stage first = STAGE_NONE;
        unsigned may = 0;
        begin(&j, opinion_rows[i].config, opinion_rows[i].results);
        size_t all = j.s.facts.result_count;
        for (enum stage at = STAGE_MAIL; at <= STAGE_MESSAGE; at++) {
            may |= at < STAGE_MESSAGE && rules_may_act_at(j.rules, at) ? 1u << at : 0;
            if (at < STAGE_MESSAGE && rules_may_act_at(j.rules, at))
                assert_true(rules_methods_at(j.rules, at) & bit(&opinions));
            set_stage(&j, at, all);
            judge(&j);
            if (j.final && j.v.disposition != ACCEPT && first == STAGE_NONE)
                first = at;
        }
        if (may != opinion_rows[i].may || first != opinion_rows[i].first)
            fail_msg("%s %s: may act at %x, refused at %s", opinion_rows[i].config, opinion_rows[i].results, may, stage_name(first));
        if (first != STAGE_NONE && opinion_rows[i].results[0])
            assert_true(j.v.cite_count > 0 || contains(slice_str(opinion_rows[i].config), "!="));
        end(&j);
    }
}

/* What is not settled yet keeps a refusal back, whatever the stage. */
static void test_unsettled(void **state)
{
    struct judged j;

    (void)state;
    begin(&j, STRICT, SPF_FAIL " rmx=?");
    j.s.facts.stage = STAGE_RCPT;
    judge(&j);
    assert_false(j.final);
    wanted(&j, ACCEPT, "default");
    j.s.facts.settled = UINT64_MAX;
    judge(&j);
    assert_true(j.final);
    wanted(&j, REJECT, "strict/mailfrom-black");
    end(&j);
    /* White needs no more. */
    begin(&j, "rules = ( { name = \"a\"; when = [ \"class.mailfrom = white\" ]; action = \"reject\"; } );", "spf=pass@example.com rmx=?");
    j.s.facts.stage = STAGE_MAIL;
    judge(&j);
    assert_true(j.final);
    wanted(&j, REJECT, "a");
    end(&j);
}

/* Behind a trusted relay the client is known with the header only. */
static void test_unknown_client(void **state)
{
    struct judged j;

    (void)state;
    begin(&j, STANDARD "deny = [ \"203.0.113.9\" ];", "");
    j.s.facts.client = (struct ip){ .family = IP_NONE };
    j.s.facts.stage = STAGE_RCPT;
    judge(&j);
    assert_false(j.final);
    j.s.facts.stage = STAGE_HEADERS;
    assert_true(ip_parse(SLICE("203.0.113.9"), &j.s.facts.client));
    judge(&j);
    assert_true(j.final);
    wanted(&j, REJECT, "deny");
    j.s.facts.client = (struct ip){ .family = IP_NONE };
    j.s.facts.stage = STAGE_MESSAGE;
    judge(&j);
    wanted(&j, ACCEPT, "default");
    end(&j);
}

static void test_recipients(void **state)
{
    struct judged j;

    (void)state;
    begin(&j, "rules = ( { name = \"abuse\"; when = [ \"recipient = abuse@receiver.example\" ]; action = \"accept\"; },"
              " { name = \"a\"; when = [ \"spf = fail\" ]; action = \"reject\"; } );", SPF_FAIL);
    wanted(&j, REJECT, "a");
    j.s.facts.stage = STAGE_RCPT;
    judge(&j);
    assert_false(j.final);                /* abuse may be the next recipient */
    assert_true(path_parse(j.s.arena, SLICE("Abuse@Receiver.Example"), &j.s.recipients[1]));
    j.s.facts.recipient_count = 2;
    judge(&j);
    assert_true(j.final);
    wanted(&j, ACCEPT, "abuse");
    end(&j);
}

/* What was looked at is not looked at again, and what was taken off again is forgotten. */
static void test_recipients_seen(void **state)
{
    struct recipients_seen seen = { .count = 0 };
    struct judged j;

    (void)state;
    begin(&j, "rules = ( { name = \"abuse\"; when = [ \"recipient = abuse@receiver.example|.trap.example\" ]; action = \"reject\"; } );", "");
    j.s.facts.stage = STAGE_RCPT;
    j.s.facts.seen = &seen;
    judge(&j);
    assert_false(j.final);
    assert_true(path_parse(j.s.arena, SLICE("u@a.trap.example"), &j.s.recipients[1]));
    j.s.facts.recipient_count = 2;
    judge(&j);
    wanted(&j, REJECT, "abuse");
    /* Of the first one alone it was known; the second one's place is another's now. */
    j.s.facts.recipient_count = 1;
    judge(&j);
    assert_false(j.final);
    recipients_forget(&seen, 1);
    assert_true(path_parse(j.s.arena, SLICE("carol@receiver.example"), &j.s.recipients[1]));
    j.s.facts.recipient_count = 2;
    judge(&j);
    assert_false(j.final);
    /* Only one that came later is looked at. */
    assert_true(path_parse(j.s.arena, SLICE("abuse@receiver.example"), &j.s.recipients[0]));
    assert_true(path_parse(j.s.arena, SLICE("dave@receiver.example"), &j.s.recipients[2]));
    j.s.facts.recipient_count = 3;
    judge(&j);
    assert_false(j.final);
    j.s.facts.seen = NULL;
    judge(&j);
    wanted(&j, REJECT, "abuse");
    end(&j);
}

/* ---- classes ---- */

static void test_classes(void **state)
{
    static const struct { const char *results; enum domain_class mailfrom, from, helo; } classes[] = {
        { "", CLASS_GREY, CLASS_GREY, CLASS_GREY },
        { "spf=pass@example.com", CLASS_WHITE, CLASS_GREY, CLASS_GREY },
        { "spf=pass@example.org", CLASS_GREY, CLASS_GREY, CLASS_GREY },
        { "spf=pass", CLASS_WHITE, CLASS_GREY, CLASS_GREY },
        { "spf/helo=pass@mail.example.net", CLASS_GREY, CLASS_GREY, CLASS_WHITE },
        { "spf/helo=fail@mail.example.net!", CLASS_GREY, CLASS_GREY, CLASS_BLACK },
        { "spf=fail@example.com!", CLASS_BLACK, CLASS_GREY, CLASS_GREY },
        { "spf=fail@example.com", CLASS_GREY, CLASS_GREY, CLASS_GREY },
        { "spf=fail@example.com! rmx=pass@example.com", CLASS_WHITE, CLASS_GREY, CLASS_GREY },
        { "spf=temperror", CLASS_UNKNOWN, CLASS_GREY, CLASS_GREY },
        { "spf=temperror rmx=none", CLASS_UNKNOWN, CLASS_GREY, CLASS_GREY },
        { "spf=temperror rmx=fail!", CLASS_BLACK, CLASS_GREY, CLASS_GREY },
        { "spf=temperror rmx=pass", CLASS_WHITE, CLASS_GREY, CLASS_GREY },
        { "spf=none~", CLASS_ABSENT, CLASS_GREY, CLASS_GREY },
        { "spf=none~ rmx=fail!", CLASS_ABSENT, CLASS_GREY, CLASS_GREY },
        { "dkim=pass@example.com", CLASS_GREY, CLASS_WHITE, CLASS_GREY },
        { "dkim=pass@Example.COM", CLASS_GREY, CLASS_WHITE, CLASS_GREY },
        { "dkim=pass@mail.example.com", CLASS_GREY, CLASS_GREY, CLASS_GREY },
        { "dkim=fail@example.com!", CLASS_GREY, CLASS_GREY, CLASS_GREY },
        { "dmarc=pass@example.com", CLASS_GREY, CLASS_WHITE, CLASS_GREY },
        { "dmarc=fail@example.com!" P_REJECT, CLASS_GREY, CLASS_BLACK, CLASS_GREY },
        { "dmarc=fail@example.com!:disposition=none", CLASS_GREY, CLASS_GREY, CLASS_GREY },
        { "dmarc=temperror", CLASS_GREY, CLASS_UNKNOWN, CLASS_GREY },
        { "callerid=pass@example.com", CLASS_GREY, CLASS_WHITE, CLASS_GREY },
        { "callerid=pass@example.org", CLASS_GREY, CLASS_GREY, CLASS_GREY },
        { "callerid/mailfrom=pass@example.com", CLASS_GREY, CLASS_GREY, CLASS_GREY },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(classes); i++) {
        struct judged j;
        begin(&j, "", classes[i].results);
        if (j.v.class_mailfrom != classes[i].mailfrom || j.v.class_from != classes[i].from || j.v.class_helo != classes[i].helo)
            fail_msg("%s: %s %s %s", classes[i].results, class_name(j.v.class_mailfrom), class_name(j.v.class_from), class_name(j.v.class_helo));
        assert_int_equal(class_of(&j.s.facts, IDENTITY_MAILFROM), classes[i].mailfrom);
        end(&j);
    }
}

/* ---- two sides ---- */

static void test_agreement(void **state)
{
    static const struct { const char *results; enum domain_class class; enum agreement agreement; } cases[] = {
        { "", CLASS_GREY, AGREEMENT_NONE },
        { "spf=pass@example.com", CLASS_WHITE, AGREEMENT_NONE },
        { "spf=pass@example.com msd=none", CLASS_WHITE, AGREEMENT_NONE },
        { "spf=pass@example.com msd=pass@example.com!", CLASS_WHITE, AGREEMENT_AGREED },
        { "rmx=pass@example.com msd=pass@example.com!", CLASS_WHITE, AGREEMENT_AGREED },
        /* the attack: a spammer's domain blesses somebody's relay */
        { "spf=pass@example.com msd=fail@example.com!", CLASS_WHITE, AGREEMENT_DISOWNED },
        { "spf=pass@example.com msd=softfail@example.com!", CLASS_WHITE, AGREEMENT_NONE },
        { "spf=pass@example.com msd=temperror", CLASS_WHITE, AGREEMENT_NONE },
        /* a server's word alone makes nobody white or black */
        { "msd=pass@example.com!", CLASS_GREY, AGREEMENT_NONE },
        { "msd=fail@example.com!", CLASS_GREY, AGREEMENT_NONE },
        { "spf=fail@example.com! msd=pass@example.com!", CLASS_BLACK, AGREEMENT_NONE },
        { "spf=pass@example.org msd=pass@example.com!", CLASS_GREY, AGREEMENT_NONE },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct judged j;
        begin(&j, "rules = \"strict\"; verdict = { grace_until = \"never\"; };", cases[i].results);
        if (j.v.class_mailfrom != cases[i].class || j.v.agreement_mailfrom != cases[i].agreement)
            fail_msg("%s: %s %s", cases[i].results, class_name(j.v.class_mailfrom), agreement_name(j.v.agreement_mailfrom));
        assert_int_equal(agreement_of(&j.s.facts, IDENTITY_MAILFROM), cases[i].agreement);
        if (slice_same(j.v.rule, SLICE("strict/relay-disowned")) != (cases[i].agreement == AGREEMENT_DISOWNED))
            fail_msg("%s: rule %.*s", cases[i].results, (int)j.v.rule.len, (const char *)j.v.rule.at);
        end(&j);
    }
}

/* ---- words ---- */

static void test_overrides(void **state)
{
    struct judged j;

    (void)state;
    begin(&j, STANDARD, SPF_FAIL " arc=pass:trusted_result.dmarc=pass:trusted_result.from=example.com " DMARC_FAIL);
    assert_true(contains(j.v.override_reason, "trusted sealer") && contains(j.v.reason, "trusted sealer"));
    assert_true(j.v.cite_count == 2 && j.v.cites[0]->method == &dmarc && j.v.cites[1]->method == &arc);
    end(&j);
    begin(&j, STANDARD "allow = [ \"203.0.113.9\" ];", DMARC_FAIL);
    assert_true(contains(j.v.override_reason, "allow list"));
    end(&j);
    begin(&j, STANDARD, DMARC_FAIL);
    assert_int_equal(j.v.override_reason.len, 0);
    end(&j);
}

static void test_cites(void **state)
{
    struct judged j;

    (void)state;
    begin(&j, STANDARD, SPF_FAIL " rmx=none@example.com mxout=fail@example.com! " DMARC_FAIL);
    assert_int_equal(j.v.cite_count, 3);
    assert_ptr_equal(j.v.cites[0], &j.s.results[3]);
    assert_true(slice_same(j.v.reason, SLICE("example.com did not authorise it")));
    assert_true(contains(j.v.reply.text, "dmarc=fail (example.com), spf=fail (example.com), mxout=fail (example.com)"));
    end(&j);
    begin(&j, "rules = ( { name = \"a\"; when = [ \"spf = fail\", \"rmx = none\" ]; action = \"quarantine\"; } );", SPF_FAIL " rmx=none@example.org");
    assert_true(slice_same(j.v.reason, SLICE("spf=fail (example.com), rmx=none (example.org)")));
    end(&j);
    begin(&j, "rules = ( { name = \"a\"; action = \"quarantine\"; reason = \"%{client} by %{rule}\"; } );", "");
    assert_true(slice_same(j.v.reason, SLICE("203.0.113.9 by a")));
    end(&j);
}

static void test_macros_and_url(void **state)
{
    struct judged j;

    (void)state;
    begin(&j, "verdict = { repair_url = \"https://help.example/?d=%{domain}&ip=%{client}&s=%{sender}\"; };"
              "rules = ( { name = \"a\"; when = [ \"spf = fail\" ]; action = \"reject\"; text = \"%{client} %{helo} %{sender} %{mailfrom} %{from}"
              " %{claimed} %{domain} %{method} %{rule} %{reason} %{date} 100%% \\\"\xc3\xa4\\\" \\n\"; } );", SPF_FAIL);
    assert_true(contains(j.v.reply.text, "203.0.113.9 mail.example.net <alice@example.com> example.com example.com example.com example.com spf a "
                                         "the stand-in said so 2023-11-14T22:13:20Z 100% \"\\xc3\\xa4\" \\x0a"));
    assert_true(contains(j.v.reply.text, "; see https://help.example/?d=example.com&ip=203.0.113.9&s=%3Calice%40example.com%3E"));
    expect_printable(j.v.reply.text);
    end(&j);
}

static void test_hostile_values(void **state)
{
    struct judged j;
    uint8_t all[256];
    struct fact *facts;

    (void)state;
    for (unsigned i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)i;
    begin(&j, "verdict = { repair_url = \"https://help.example/%{sender}\"; }; rules = ( { name = \"a\"; when = [ \"spf = fail\" ]; action = \"reject\";"
              " text = \"%{sender} %{helo} %{results}\"; }, { name = \"t\"; action = \"tag\"; text = \"%{sender}\"; } );", SPF_FAIL);
    facts = fact_group(j.s.arena, NULL);
    fact_add_text(j.s.arena, facts, "explanation", slice_of(all, sizeof all));
    j.s.facts.mail_from = slice_of(all, sizeof all);
    j.s.facts.helo_domain = slice_of(all, 40);
    j.s.results[0].evidence.domain = slice_of(all, sizeof all);
    j.s.results[0].evidence.facts = facts;
    judge(&j);
    wanted(&j, REJECT, "a");
    expect_printable(j.v.reply.text);
    expect_printable(j.v.reason);
    assert_true(j.v.reply.text.len <= 400);
    end(&j);
}

static void t25_explanations_are_repeated_only_if_asked_for(void **state)
{
    struct judged j;

    (void)state;
    begin(&j, STRICT, "spf=fail@example.com!:explanation=ask-our-postmaster");
    assert_false(contains(j.v.reply.text, "ask-our-postmaster"));
    end(&j);
    begin(&j, STRICT " verdict = { explanation = true; };", "spf=fail@example.com!:explanation=ask-our-postmaster");
    assert_true(contains(j.v.reply.text, "; example.com says: ask-our-postmaster"));
    end(&j);
}

#define HINT " help=neutral@example.com:reply_hint=log-in-at-home"

static void test_hints_go_with_refusals_of_their_domain(void **state)
{
    struct judged j;

    (void)state;
    begin(&j, STRICT, "spf=fail@example.com!" HINT);
    wanted(&j, REJECT, "strict/mailfrom-black");
    assert_true(contains(j.v.reply.text, "; log-in-at-home"));
    end(&j);
    begin(&j, STRICT, "spf=fail@example.com! help=neutral@other.example:reply_hint=log-in-at-home");
    assert_false(contains(j.v.reply.text, "log-in-at-home"));
    end(&j);
    begin(&j, STRICT, "spf=fail@example.com! opinions=fail@example.com:reply_hint=log-in-at-home");
    assert_false(contains(j.v.reply.text, "log-in-at-home"));
    end(&j);
    /* Whoever is refused for something else, or may come again. */
    begin(&j, STANDARD "deny = [ \"example.com\" ];", "spf=fail@example.com!" HINT);
    assert_int_equal(j.v.disposition, DISPOSITION_REJECT);
    assert_false(contains(j.v.reply.text, "log-in-at-home"));
    end(&j);
    begin(&j, "rules = ( { name = \"later\"; when = [ \"spf = fail\" ]; action = \"defer\"; } );", "spf=fail@example.com!" HINT);
    assert_int_equal(j.v.disposition, DISPOSITION_DEFER);
    assert_false(contains(j.v.reply.text, "log-in-at-home"));
    end(&j);
}

static void test_hints_fit_whole_or_not_at_all(void **state)
{
    (void)state;
    for (unsigned len = 340; len < 400; len++) {
        struct judged j;
        char config[700];
        struct text t = text_fixed(config, sizeof config);
        text_add_str(&t, "rules = ( { name = \"a\"; when = [ \"spf = fail\" ]; action = \"reject\"; text = \"");
        for (unsigned i = 0; i < len; i++)
            text_add_octet(&t, 'x');
        text_add_str(&t, "%%\"; } );");
        text_add_octet(&t, 0);
        begin(&j, config, "spf=fail@example.com!" HINT);
        /* ... "% [spf=fail (example.com)]" stands behind the text. */
        bool fits = len + 26 + 2 + 14 <= 400;
        if (contains(j.v.reply.text, "; log-in-at-home") != fits || contains(j.v.reply.text, "; log") != fits || j.v.reply.text.len > 400)
            fail_msg("%u: %.*s", len, (int)j.v.reply.text.len, (const char *)j.v.reply.text.at);
        end(&j);
    }
}

static void test_hostile_hints(void **state)
{
    struct judged j;
    uint8_t all[90];
    struct fact *facts;

    (void)state;
    for (unsigned i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)(i % 2 ? i : 255 - i);
    begin(&j, STRICT, "spf=fail@example.com! help=neutral@example.com");
    facts = fact_group(j.s.arena, NULL);
    fact_add_text(j.s.arena, facts, METHOD_REPLY_HINT, slice_of(all, sizeof all));
    for (size_t i = 0; i < j.s.facts.result_count; i++)
        if (j.s.results[i].method == &help)
            j.s.results[i].evidence.facts = facts;
    judge(&j);
    assert_int_equal(j.v.disposition, DISPOSITION_REJECT);
    expect_printable(j.v.reply.text);
    assert_true(j.v.reply.text.len <= 400);
    end(&j);
}

/* Every built-in refusal names method, domain and repair. */
static void test_refusals_say_what_to_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct judged j;
        begin(&j, rows[i].config, rows[i].results);
        if (j.v.disposition == REJECT && j.v.cite_count > 0 && slice_has(j.v.rule, '/')) {
            assert_true(contains(j.v.reply.text, j.v.cites[0]->method->name));
            assert_true(contains(j.v.reply.text, "example.com"));
            assert_true(contains(j.v.reply.text, "; "));
        }
        end(&j);
    }
}

/* ---- what-if ---- */

static void test_other_sets(void **state)
{
    struct config_error e;
    struct judged j;

    (void)state;
    begin(&j, "deny = [ \"192.0.2.66\" ];", SPF_FAIL " " DMARC_FAIL);
    wanted(&j, ACCEPT, "default");
    j.rules = rules_named(j.c, SLICE("standard"), &e);
    assert_non_null(j.rules);
    judge(&j);
    wanted(&j, REJECT, "standard/dmarc-evidence");
    assert_true(ip_parse(SLICE("192.0.2.66"), &j.s.facts.client));
    judge(&j);
    wanted(&j, REJECT, "deny");
    assert_null(rules_named(j.c, SLICE("lenient"), &e));
    assert_non_null(strstr(e.text, "no rule set \"lenient\""));
    j.rules = rules_from_text(j.c, "mine.conf", SLICE("rules = ( { name = \"q\"; when = [ \"spf = fail\" ]; action = \"quarantine\"; } );"), &e);
    assert_non_null(j.rules);
    assert_true(ip_parse(SLICE("203.0.113.9"), &j.s.facts.client));
    judge(&j);
    wanted(&j, QUARANTINE, "q");
    assert_null(rules_from_text(j.c, "mine.conf", SLICE("rulse = ( );"), &e));
    assert_string_equal(e.file, "mine.conf");
    assert_null(rules_from_text(j.c, "mine.conf", SLICE("\nrules = ( { nmae = \"x\"; } );"), &e));
    assert_int_equal(e.line, 2);
    /* A case that ended at RCPT has no author: other rules that need one cannot be told. */
    j.rules = rules_named(j.c, SLICE("standard"), &e);
    j.s.facts.stage = STAGE_RCPT;
    judge(&j);
    assert_false(j.final);
    end(&j);
}

/* ---- refusals of the reader ---- */

#define RULE(TEXT) "rules = (\n{ name = \"a\"; action = \"reject\"; " TEXT " } );"

static const struct { const char *text; unsigned line; const char *says; } refused[] = {
    { "rules = \"lenient\";", 1, "no rule set" },
    { "rules = 3;", 1, "rules wants" },
    { "rules = { };", 1, "rules wants" },
    { "rules = ( 3 );", 1, "a group" },
    { "rules = (\n\"lenient\" );", 2, "no rule set" },
    { "rules = ( { name = \"a\"; } );", 1, "wants an action" },
    { "rules = ( { name = \"a\"; action = \"drop\"; } );", 1, "action wants one of" },
    { "rules = ( { nmae = \"a\"; } );", 1, "no option \"nmae\"" },
    { "rules = ( { name = 3; } );", 1, "name wants" },
    { "rules = ( { name = \"a\"; action = \"reject\"; },\n{ name = \"a\"; action = \"accept\"; } );", 2, "two rules are called \"a\"" },
    { "rules = ( { name = \"deny\"; action = \"reject\"; } );", 1, "two rules are called" },
    { "rules = ( \"standard\",\n\"standard\" );", 1, "two rules are called" },
    { RULE("when = \"spf\";"), 2, "wanted: subject" },
    { RULE("when = \"spf fail\";"), 2, "wanted: subject" },
    { RULE("when = \"spf =\";"), 2, "wanted: subject" },
    { RULE("when = \"= fail\";"), 2, "wanted: subject" },
    { RULE("when = \"\";"), 2, "wanted: subject" },
    { RULE("when = 3;"), 2, "a condition is a string" },
    { RULE("when = [ \"spf = fail\",\n\"sfp = fail\" ];"), 3, "no such method" },
    { RULE("when = \"SPF = fail\";"), 2, "no such method" },
    { RULE("when = \"nolist.listed = true\";"), 2, "no such method" },
    { RULE("when = \"opinions = angainst\";"), 2, "\"angainst\" is none of none|temperror|permerror|neutral|policy|fail|softfail|pass|against|heard" },
    { RULE("when = \"opinions.early = said\";"), 2, "\"said\" is none of" },
    { RULE("when = \"opinions.nobody = against\";"), 2, "no identity and no fact" },
    { RULE("when = \"opinions.early in deny\";"), 2, "\"in\" is for lists" },
    { RULE("when = \"spf = against\";"), 2, "is none of" },
    { RULE("when = \"spf = failed\";"), 2, "\"failed\" is none of" },
    { RULE("when = \"spf = Fail\";"), 2, "\"Fail\" is none of" },
    { RULE("when = \"spf = fail|\";"), 2, "is none of" },
    { RULE("when = \"spf in deny\";"), 2, "\"in\" is for lists" },
    { RULE("when = \"spf.polcy = none\";"), 2, "no identity and no fact" },
    { RULE("when = \"dmarc.policy = refuse\";"), 2, "is none of" },
    { RULE("when = \"spf.reason = because\";"), 2, "no such reason" },
    { RULE("when = \"spf.reason in deny\";"), 2, "compared with" },
    { RULE("when = \"class = black\";"), 2, "a class is of" },
    { RULE("when = \"class.client = black\";"), 2, "a class is of" },
    { RULE("when = \"class.from = blue\";"), 2, "is none of" },
    { RULE("when = \"option.grace = always\";"), 2, "no such option" },
    { RULE("when = \"option.honour_p_reject = maybe\";"), 2, "is none of" },
    { RULE("when = \"from in staff\";"), 2, "no such table" },
    { RULE("when = \"from = 192.0.2\";"), 2, "is no address" },
    { RULE("when = \"client = 192.0.2.0/33\";"), 2, "is no address" },
    { RULE("when = \"author = strange\";"), 2, "is none of" },
    { RULE("when = \"decisive = fail\";"), 2, "is none of" },
    { RULE("any = [ ];"), 2, "must not be empty" },
    { RULE("require = [ ];"), 2, "must not be empty" },
    { RULE("any = [ \"spf = fail\" ]; at_least = 2;"), 2, "at_least wants more" },
    { RULE("at_least = 2;"), 2, "at_least wants more" },
    { RULE("any = [ \"spf = fail\" ]; at_least = 0;"), 2, "at_least wants a number" },
    { RULE("require = [ \"sfp\" ];"), 2, "no such method" },
    { RULE("code = 450;"), 2, "5xx" },
    { RULE("code = 600;"), 2, "code wants" },
    { RULE("code = \"550\";"), 2, "code wants" },
    { RULE("enhanced = \"4.7.1\";"), 2, "the form 5.7.1" },
    { RULE("enhanced = \"5.7\";"), 2, "the form 5.7.1" },
    { RULE("enhanced = \"5.7.1.1\";"), 2, "the form 5.7.1" },
    { RULE("enhanced = \"5.1000.1\";"), 2, "the form 5.7.1" },
    { RULE("enhanced = \"5.7.\";"), 2, "the form 5.7.1" },
    { RULE("override = \"x\";"), 2, "override is for accept" },
    { RULE("text = \"%{who}\";"), 2, "unknown macro" },
    { RULE("text = \"100%\";"), 2, "unknown macro" },
    { RULE("reason = \"%{whose}\";"), 2, "unknown macro" },
    { RULE("text = \"%{from\";"), 2, "unknown macro" },
    { RULE("text = \"%s\";"), 2, "unknown macro" },
    { RULE("after = \"tomorrow\";"), 2, "wants a date" },
    { RULE("after = 3;"), 2, "wants a date" },
    { RULE("until = \"option.grace\";"), 2, "no such option with a date" },
    { RULE("until = \"option.spf_fail\";"), 2, "no such option with a date" },
    { RULE("stage = \"data\";"), 2, "stage wants" },
    { RULE("dry_run = 1;"), 2, "dry_run wants" },
    { "rules = ( { name = \"a\"; action = \"accept\"; code = 250; } );", 1, "code and enhanced are for" },
    { "rules = ( { name = \"a\"; action = \"defer\"; code = 550; } );", 1, "4xx" },
    { "deny = [ \"example..com\" ];", 1, "is no address" },
    { "deny = [ \"192.0.2\" ];", 1, "is no address" },
    { "deny = [ \"192.0.2.256\" ];", 1, "is no address" },
    { "deny = [ \"@example.com\" ];", 1, "is no address" },
    { "deny = [ \"a@b@example..com\" ];", 1, "is no address" },
    { "deny = [ \"*.example.com\" ];", 1, "is no address" },
    { "deny = [ \".\" ];", 1, "is no address" },
    { "deny = [ \"\" ];", 1, "is no address" },
    { "deny = [ \"example.com\",\n\"a b\" ];", 2, "is no address" },
    { "deny = ( 3 );", 1, "a list of strings" },
    { "allow = { };", 1, "a list of strings" },
    { "tables = [ \"a\" ];", 1, "tables wants" },
    { "tables = { allow = [ \"a.example\" ]; };", 1, "a list of its own" },
    { "tables = { t = [ \"a..example\" ]; };", 1, "is no address" },
    { "verdict = { repair_url = \"https://x.example/%{url}\"; };", 1, "unknown macro" },
    { "verdict = { repair_url = \"https://x.example/ a\"; };", 1, "repair_url" },
    { "verdict = { honour_p_reject = \"never\"; };", 1, "one of" },
    { "verdict = { grace_untill = \"2026-01-01\"; };", 1, "no option" },
};

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct config_error e = { .line = 0 };
        size_t count;
        const struct section *sections = all_sections(&count);
        struct config *c = config_parse("frank.conf", slice_str(refused[i].text), sections, count, &e);
        const struct rules *r = c ? rules_read(c, &e) : NULL;
        if (r != NULL || e.line != refused[i].line || strstr(e.text, refused[i].says) == NULL)
            fail_msg("%s: %s %u: %s", refused[i].text, r ? "accepted" : "refused", e.line, e.text);
        config_free(c);
    }
}

/*
 * threats.md T46, for rules: a file with every option of a rule and every kind of condition. Each letter of a name (outside
 * the quotes) and of a condition (inside) is changed; every change is refused, and in its own line.
 */
static const char every_rule[] =
    "deny = [ \"192.0.2.1\" ];\n"
    "tables = { staff = [ \"a@example.com\" ]; };\n"
    "verdict = { honour_p_reject = \"always\"; spf_fail = \"reject\"; grace_until = \"never\"; };\n"
    "rules = (\n"
    "{ when = \"spf = fail|softfail\";\n"
    "any = [ \"dmarc.policy = reject\", \"class.from != black\" ]; at_least = 2;\n"
    "require = [ \"dkim\", \"rmx\" ];\n"
    "action = \"reject\";\n"
    "code = 550; enhanced = \"5.7.1\"; stage = \"rcpt\"; dry_run = true;\n"
    "after = \"option.grace_until\"; until = \"never\"; },\n"
    "{ when = [ \"spf.mailfrom = none\", \"author = several\",\n"
    "\"mailfrom in staff\", \"option.spf_fail = reject\", \"arc.reason = said\",\n"
    "\"decisive = temperror\" ]; action = \"defer\"; },\n"
    "\"standard\" );\n";

static void test_mutated_rules(void **state)
{
    struct config_error e;
    char text[sizeof every_rule];
    unsigned line = 1, changed = 0;
    struct config *c = config_of(every_rule);

    (void)state;
    assert_non_null(rules_of(c, every_rule));
    config_free(c);
    for (size_t i = 0; i < sizeof every_rule - 1; i++) {
        line += every_rule[i] == '\n';
        /* Letters of values that are free text or data mean something else when changed. */
        if (!is_alpha((uint8_t)every_rule[i]) || line == 1 || (line == 2 && every_rule[i - 1] != ' '))
            continue;
        memcpy(text, every_rule, sizeof text);
        text[i] = text[i] == 'q' ? 'j' : 'q';
        /* "staff" may be called otherwise, and then is missed where it is asked for. */
        unsigned wanted_line = line == 2 && slice_starts(slice_str(every_rule + i), SLICE("staff")) ? 12 : line;
        c = config_parse("frank.conf", slice_str(text), verdict_sections, verdict_section_count, &e);
        if (c != NULL && rules_read(c, &e) != NULL)
            fail_msg("accepted: %.40s", text + i);
        if (e.line != wanted_line)
            fail_msg("line %u, not %u: %s: %.40s", e.line, wanted_line, e.text, text + i);
        config_free(c);
        changed++;
    }
    assert_true(changed > 250);
}

/* RULES_MAX - 1, RULES_MAX, RULES_MAX + 1, with the three rules that stand in front; CONDITIONS_MAX likewise. */
static void test_bounds(void **state)
{
    struct arena *arena = arena_new(64u << 20);

    (void)state;
    for (unsigned own = 996; own <= 998; own++) {
        struct text t = text_in(arena, 1u << 20);
        struct config_error e;
        text_add_str(&t, "rules = (");
        for (unsigned i = 0; i < own; i++)
            text_addf(&t, "%s{ when = [ \"spf = fail\" ]; action = \"reject\"; }", i ? "," : "");
        text_add_str(&t, ");");
        struct config *c = config_parse("f", text_slice(&t), verdict_sections, verdict_section_count, &e);
        assert_non_null(c);
        const struct rules *r = rules_read(c, &e);
        assert_true((r != NULL) == (own <= 997));
        if (r == NULL)
            assert_non_null(strstr(e.text, "1000 rules"));
        config_free(c);
    }
    for (unsigned n = 63; n <= 65; n++) {
        struct text t = text_in(arena, 1u << 20);
        struct config_error e;
        text_add_str(&t, "rules = ( { action = \"reject\"; when = [");
        for (unsigned i = 0; i < n; i++)
            text_addf(&t, "%s\"spf = fail\"", i ? "," : "");
        text_add_str(&t, "]; } );");
        struct config *c = config_parse("f", text_slice(&t), verdict_sections, verdict_section_count, &e);
        assert_true((rules_read(c, &e) != NULL) == (n <= 64));
        config_free(c);
    }
    arena_free(arena);
}

static void test_memory(void **state)
{
    (void)state;
    for (uint64_t nth = 1; nth < 60; nth++) {
        struct config_error e = { .line = 0 };
        struct scene s;
        struct verdict v;
        bool final;
        struct config *c = config_of(STANDARD "deny = [ \"192.0.2.1\" ];");
        mem_fail_at(nth, true);
        const struct rules *r = rules_read(c, &e);
        mem_fail_at(0, false);
        if (r == NULL)
            assert_true(e.text[0] != '\0');
        config_free(c);

        c = config_of(STANDARD);
        r = rules_read(c, &e);
        set_scene(&s, "spf=temperror@example.com " DMARC_FAIL, "alice@example.com", "example.com");
        struct arena *small = arena_new((size_t)nth * 256);
        verdict_judge(r, small, &s.facts, &v, &final);
        assert_int_equal(v.disposition, DEFER);
        assert_true(v.reply.code == 451);
        arena_free(small);
        arena_free(s.arena);
        config_free(c);
    }
}

/* Options have help; no rule text of ours names a macro that is not there: reading each set says so. */
static void test_sets_read(void **state)
{
    static const char *const sets[] = { "monitor", "standard", "strict" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(sets); i++) {
        struct config_error e;
        struct config *c = config_of("");
        if (rules_named(c, slice_str(sets[i]), &e) == NULL)
            fail_msg("%s: %s:%u: %s", sets[i], e.file, e.line, e.text);
        config_free(c);
    }
    for (const struct option *o = verdict_rule_section.options; o->type != OPT_END; o++)
        assert_true(o->help && o->help[0]);
    for (size_t i = 0; i < verdict_section_count; i++)
        for (const struct option *o = verdict_sections[i].options; o->type != OPT_END; o++)
            assert_true(o->help && o->help[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sets_read), cmocka_unit_test(test_rows), cmocka_unit_test(test_any_order), cmocka_unit_test(test_exemptions),
        cmocka_unit_test(test_own_failure), cmocka_unit_test(test_missing_result), cmocka_unit_test(test_authors), cmocka_unit_test(test_null_sender),
        cmocka_unit_test(test_dates), cmocka_unit_test(test_grace), cmocka_unit_test(test_dry_run), cmocka_unit_test(test_stages),
        cmocka_unit_test(test_methods_waited_for), cmocka_unit_test(test_named_subjects), cmocka_unit_test(test_unsettled), cmocka_unit_test(test_unknown_client),
        cmocka_unit_test(test_recipients), cmocka_unit_test(test_recipients_seen), cmocka_unit_test(test_classes), cmocka_unit_test(test_agreement), cmocka_unit_test(test_overrides), cmocka_unit_test(test_cites),
        cmocka_unit_test(test_macros_and_url), cmocka_unit_test(test_hostile_values), cmocka_unit_test(t25_explanations_are_repeated_only_if_asked_for),
        cmocka_unit_test(test_hints_go_with_refusals_of_their_domain), cmocka_unit_test(test_hints_fit_whole_or_not_at_all),
        cmocka_unit_test(test_hostile_hints),
        cmocka_unit_test(test_refusals_say_what_to_do), cmocka_unit_test(test_other_sets), cmocka_unit_test(test_refused), cmocka_unit_test(test_mutated_rules),
        cmocka_unit_test(test_bounds), cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
