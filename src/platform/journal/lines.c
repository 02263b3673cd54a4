/* lines.c: what the lines say. Pure. */
#include "platform/journal/journal.h"

#include <string.h>

/* Takes the member out of a group: the record is ours to change when the transaction is over. */
static void take_out(struct fact *group, const char *name)
{
    struct fact *before = NULL;
    for (struct fact *f = group->first; f; before = f, f = f->next) {
        if (!f->name || strcmp(f->name, name) != 0)
            continue;
        if (before)
            before->next = f->next;
        else
            group->first = f->next;
        if (group->last == f)
            group->last = before;
        return;
    }
}

/* The steps of an evaluation can be had again from the rest, and are longer than it. */
static void take_out_traces(struct fact *record)
{
    for (struct fact *result = record->first; result; result = result->next) {
        if (result->kind != FACT_GROUP)
            continue;
        take_out(result, METHOD_TRACE);
        struct fact *others = fact_member(result, "others");
        for (struct fact *f = others ? others->first : NULL; f; f = f->next)
            take_out(f, METHOD_TRACE);
    }
}

const struct fact *journal_line(const struct journal_entry *e)
{
    struct fact *record = txn_record(e->txn);
    struct arena *a = txn_record_arena(e->txn);
    if (!record)
        return NULL;
    take_out_traces(record);
    struct fact *action = fact_add_group(a, record, "action");
    fact_add_str(a, action, "told", e->told);
    fact_add_number(a, action, "deleted", e->deleted);
    fact_add_number(a, action, "inserted", e->inserted);
    fact_add_number(a, action, "waited_ms", e->waited_us / 1000);
    fact_add_number(a, record, "body_octets", (int64_t)e->txn->body_octets);
    fact_add_text(a, record, "peer_name", e->peer_name);
    fact_add_text(a, record, "host", e->host);
    return record;
}

/* ---- the decision line ---- */

#define VALUE_SHOWN_MAX 256

static bool needs_quotes(struct slice shown)
{
    for (size_t i = 0; i < shown.len; i++)
        if (shown.at[i] == ' ' || shown.at[i] == '"' || shown.at[i] == '=')
            return true;
    return shown.len == 0;
}

void journal_add_pair(struct text *t, const char *key, struct slice value)
{
    char room[VALUE_SHOWN_MAX * 4 + 8];
    struct text shown = text_fixed(room, sizeof room);
    text_add_shown(&shown, slice_first(value, VALUE_SHOWN_MAX), false);
    struct slice s = text_slice(&shown);
    bool quoted = needs_quotes(s);
    if (t->len > 0)
        text_add_octet(t, ' ');
    text_add_str(t, key);
    text_add_str(t, quoted ? "=\"" : "=");
    for (size_t i = 0; i < s.len; i++) {
        if (quoted && s.at[i] == '"')
            text_add_str(t, "\\x22");
        else
            text_add_octet(t, s.at[i]);
    }
    if (quoted)
        text_add_octet(t, '"');
}

static void add_ip(struct text *t, const struct ip *ip)
{
    char room[IP_TEXT_MAX + 1];
    struct text s = text_fixed(room, sizeof room);
    text_add_ip(&s, ip);
    journal_add_pair(t, "ip", ip->family == IP_NONE ? SLICE("unknown") : text_slice(&s));
}

static void add_sender(struct text *t, const struct txn *txn)
{
    char room[VALUE_SHOWN_MAX + 2];
    struct text s = text_fixed(room, sizeof room);
    struct slice raw = slice_trim(txn->mail_from.raw, "<>");
    text_add_str(&s, "<");
    text_add(&s, slice_first(txn->mail_from.null ? (struct slice){ 0 } : raw, VALUE_SHOWN_MAX - 2));
    text_add_str(&s, ">");
    journal_add_pair(t, "from", text_slice(&s));
}

/* spf=fail dkim=pass,fail: each method's words in subject order. */
static void add_results(struct text *t, struct txn *txn)
{
    size_t count;
    const struct result *r = txn_all_results(txn, &count);
    const struct method *last = NULL;
    for (size_t i = 0; i < count; i++) {
        if (r[i].evidence.quiet && r[i].word == AUTH_NONE)
            continue;
        if (r[i].method == last)
            text_addf(t, ",%s", auth_result_word(r[i].word));
        else
            text_addf(t, " %s=%s", r[i].method->name, auth_result_word(r[i].word));
        last = r[i].method;
    }
}

void journal_decision(const struct journal_entry *e, struct text *t)
{
    const struct txn *txn = e->txn;
    const struct verdict *v = txn_verdict(txn);
    journal_add_pair(t, "id", txn_id(txn));
    if (txn->queue_id.len)
        journal_add_pair(t, "queue", txn->queue_id);
    add_ip(t, &txn->client);
    add_sender(t, txn);
    if (txn->author.count > 0)
        journal_add_pair(t, "author", txn->author.domains[0]);
    add_results(t, e->txn);
    text_addf(t, " action=%s", e->told);
    journal_add_pair(t, "rule", v->rule);
    if (v->reply.code) {
        char room[64];
        struct text reply = text_fixed(room, sizeof room);
        text_addf(&reply, "%u ", v->reply.code);
        text_add(&reply, v->reply.enhanced);
        journal_add_pair(t, "reply", text_slice(&reply));
    }
    if (v->dry_run) {
        text_addf(t, " would=%s", disposition_name(v->would));
        journal_add_pair(t, "would_rule", v->would_rule);
    }
    if (v->reason.len)
        journal_add_pair(t, "reason", v->reason);
}
