/*
 * fuzz_rules.c: any octets as a configuration with rules; what is accepted judges a case at every stage.
 *
 * A verdict that is final stays the same whatever comes later, refusals come only where something may act,
 * and no word of them is outside printable ASCII.
 *
 * covers: src/verdict/rules.c src/verdict/condition_read.c src/verdict/entries.c src/verdict/condition.c src/verdict/reach.c
 */
#include "verdict/verdict.h"

#include <stdlib.h>

#define CASES 3

static void must(bool truth)
{
    if (!truth)
        abort();
}

static void must_be_printable(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        must(is_printable(s.at[i]));
}

/* A result of whatever method has this place in the list, so that the target needs to know none. */
static void add_result(struct case_facts *f, struct result *at, size_t method, enum auth_result word, enum identity identity)
{
    struct result *r = &at[f->result_count++];

    *r = (struct result){ .method = methods[method], .reason = 1, .word = word };
    r->evidence.identity = identity;
    r->evidence.domain = SLICE("example.com");
    r->evidence.statement = true;
}

static void fill_case(struct arena *arena, unsigned which, struct case_facts *f, struct result *at)
{
    static const enum auth_result words[CASES] = { AUTH_FAIL, AUTH_TEMPERROR, AUTH_PASS };
    struct fact *facts = fact_group(arena, NULL);

    *f = (struct case_facts){
        .now = 1700000000, .helo_domain = SLICE("mail.example.net"), .mail_from = SLICE("a@example.com"),
        .mailfrom_domain = SLICE("example.com"), .from_domain = SLICE("example.com"), .from_domain_count = 1, .results = at,
        .settled = UINT64_MAX, .null_sender = false,
    };
    static struct path recipient;
    must(path_parse(arena, SLICE("bob@receiver.example"), &recipient));
    f->recipients = &recipient;
    must(ip_parse(which == 1 ? SLICE("2001:db8::9") : SLICE("203.0.113.9"), &f->client));
    fact_add_str(arena, facts, "policy", "reject");
    fact_add_str(arena, facts, "disposition", "reject");
    fact_add_flag(arena, facts, "testing", false);
    for (size_t m = 0; methods[m] && m < METHODS_MAX; m++) {
        add_result(f, at, m, words[which], m % 3 == 0 ? IDENTITY_MAILFROM : m % 3 == 1 ? IDENTITY_FROM : IDENTITY_HELO);
        at[f->result_count - 1].evidence.facts = facts;
    }
}

static bool refuses(enum disposition d)
{
    return d == DISPOSITION_REJECT || d == DISPOSITION_DEFER || d == DISPOSITION_DISCARD;
}

static void judge_all_stages(const struct rules *rules, struct arena *arena, struct case_facts *f)
{
    enum disposition decided = DISPOSITION_ACCEPT;
    bool was_final = false;

    for (enum stage at = STAGE_NONE; at <= STAGE_MESSAGE; at = (enum stage)(at + 1)) {
        struct verdict v;
        bool final;
        f->stage = at;
        f->recipient_count = at >= STAGE_RCPT;
        verdict_judge(rules, arena, f, &v, &final);
        must(!was_final || (final && v.disposition == decided));
        must(!final || was_final || !refuses(v.disposition) || at == STAGE_MESSAGE || rules_may_act_at(rules, at));
        must(at < STAGE_MESSAGE || final);
        must_be_printable(v.reply.text);
        must_be_printable(v.reason);
        must_be_printable(v.tags);
        must(v.reply.text.len <= 400);
        was_final = final;
        decided = v.disposition;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config_error error = { .line = 0 };
    struct config *c = config_parse("fuzz", slice_of(data, size), verdict_sections, verdict_section_count, &error);
    const struct rules *rules = c ? rules_read(c, &error) : NULL;

    if (rules == NULL)
        must(error.text[0] != '\0');
    for (unsigned i = 0; rules && i < CASES; i++) {
        struct arena *arena = arena_new(64u << 20);
        struct case_facts facts;
        struct result results[METHODS_MAX];
        must(arena != NULL);
        fill_case(arena, i, &facts, results);
        judge_all_stages(rules, arena, &facts);
        arena_free(arena);
    }
    config_free(c);
    return 0;
}
