#include "platform/journal/about.h"

#include <string.h>

#include "mail/address.h"

static struct slice bare(struct slice s)
{
    s = slice_trim(s, " \t\r\n");
    if (s.len >= 2 && s.at[0] == '<' && s.at[s.len - 1] == '>')
        s = slice_first(slice_from(s, 1), s.len - 2);
    return s;
}

/* JSON writes these octets as they are; a program other than ours could escape them, but then a backslash is in the line. */
static bool is_written_plainly(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_printable(s.at[i]) || s.at[i] == '"' || s.at[i] == '\\')
            return false;
    return true;
}

bool journal_key_of(struct slice text, struct journal_key *out)
{
    *out = (struct journal_key){ .text = bare(text) };
    if (out->text.len == 0 || out->text.len > JOURNAL_KEY_MAX)
        return false;
    if (ip_parse(out->text, &out->ip)) {
        struct text t = text_fixed(out->ip_text, sizeof out->ip_text);
        text_add_ip(&t, &out->ip);
        out->needle = text_slice(&t);
    } else if (is_written_plainly(out->text)) {
        out->needle = out->text;
    }
    return true;
}

static bool holds_nocase(struct slice s, struct slice needle)
{
    uint8_t lower = to_lower(needle.at[0]), upper = is_alpha(lower) ? (uint8_t)(lower & 0xdf) : lower;
    for (size_t i = 0; i + needle.len <= s.len; i++)
        if ((s.at[i] == lower || s.at[i] == upper) && slice_same_nocase(slice_first(slice_from(s, i), needle.len), needle))
            return true;
    return false;
}

bool journal_may_hold(const struct journal_key *key, struct slice line)
{
    return key->needle.len == 0 || holds_nocase(line, key->needle) || slice_has(line, '\\');
}

/* ---- the parsed line ---- */

static bool is_key(const struct journal_key *key, struct slice value)
{
    return slice_same_nocase(bare(value), key->text);
}

static bool names_recipient(const struct fact *session, const struct journal_key *key)
{
    const struct fact *list = fact_find(session, "rcpt_to");
    for (const struct fact *f = list ? list->first : NULL; f; f = f->next)
        if (f->kind == FACT_TEXT && is_key(key, f->text))
            return true;
    return false;
}

/* An address of the From field; of one that is malformed, any part. */
static bool names_author(struct arena *a, const struct fact *record, const struct journal_key *key)
{
    struct slice from = fact_text(record, "from");
    struct address_list list;
    if (from.len == 0 || !slice_has(key->text, '@') || !address_list_parse(a, from, &list))
        return false;
    for (size_t i = 0; i < list.count; i++) {
        struct text t = text_in(a, JOURNAL_KEY_MAX * 4);
        text_add_address(&t, &list.at[i]);
        if (!t.bad && is_key(key, text_slice(&t)))
            return true;
    }
    return !list.well_formed && holds_nocase(from, key->text);
}

static bool same_ip(const struct fact *session, const struct journal_key *key)
{
    struct ip ip;
    return key->ip.family != IP_NONE && ip_parse(fact_text(session, "ip"), &ip) && ip_same(&ip, &key->ip);
}

bool journal_is_about(struct arena *a, const struct fact *record, const struct journal_key *key)
{
    const struct fact *session = fact_find(record, "session");
    if (is_key(key, fact_text(record, "id")) || slice_same(fact_text(record, "queue_id"), key->text) || is_key(key, fact_text(record, "message_id")))
        return true;
    return session && (same_ip(session, key) || is_key(key, fact_text(session, "mail_from")) || names_recipient(session, key) ||
                       names_author(a, record, key));
}
