#include "methods/dnslist/dnslist_look.h"

#include <stdlib.h>
#include <string.h>

#define DETAIL_OCTETS 160

/* ---- names ---- */

struct slice dnslist_name(struct arena *arena, struct slice key, struct slice zone)
{
    struct slice name = name_join(arena, key, zone);
    return key.len > 0 && name_askable(name) ? name : (struct slice){ 0 };
}

struct slice dnslist_address_key(struct arena *arena, const struct ip *ip)
{
    struct text t = text_in(arena, NAME_TEXT_MAX);
    text_add_ip_reversed(&t, ip);
    return text_slice(&t);
}

/* RFC 5782 5: 127.0.0.2 is listed, 127.0.0.1 is not; in IPv6 lists ::ffff:127.0.0.2 and ::ffff:127.0.0.1; in lists of names TEST, INVALID. */
static struct slice test_name(struct arena *arena, enum dnslist_form form, struct slice zone, bool listed)
{
    struct ip mapped = { { 0 }, IP_V6 };
    switch (form) {
    case DNSLIST_IPV4: return dnslist_name(arena, listed ? SLICE("2.0.0.127") : SLICE("1.0.0.127"), zone);
    case DNSLIST_NAMES: return dnslist_name(arena, listed ? SLICE("test") : SLICE("invalid"), zone);
    case DNSLIST_IPV6: break;
    }
    (void)ip6_parse(listed ? SLICE("::ffff:127.0.0.2") : SLICE("::ffff:127.0.0.1"), &mapped, true);
    return dnslist_name(arena, dnslist_address_key(arena, &mapped), zone);
}

struct slice dnslist_must_have(struct arena *arena, enum dnslist_form form, struct slice zone)
{
    return test_name(arena, form, zone, true);
}

struct slice dnslist_must_lack(struct arena *arena, enum dnslist_form form, struct slice zone)
{
    return test_name(arena, form, zone, false);
}

static const char *test_word(enum dnslist_form form, bool listed)
{
    switch (form) {
    case DNSLIST_IPV4: return listed ? "127.0.0.2" : "127.0.0.1";
    case DNSLIST_IPV6: return listed ? "::ffff:127.0.0.2" : "::ffff:127.0.0.1";
    case DNSLIST_NAMES: return listed ? "test" : "invalid";
    }
    return "";
}

/* ---- values ---- */

static int compare_values(const void *a, const void *b)
{
    return memcmp(((const struct ip *)a)->octets, ((const struct ip *)b)->octets, 4);
}

static struct dnslist_values values_of(struct arena *arena, const struct answer *a)
{
    struct ip *at = ARENA_ARRAY(arena, a->count, struct ip);
    struct dnslist_values v = { .at = at };
    for (size_t i = 0; at && i < a->count && i < ANSWER_RECORDS_MAX; i++)
        if (a->records[i].type == RTYPE_A)
            at[v.count++] = a->records[i].ip;
    if (v.count > 0)
        qsort(at, v.count, sizeof *at, compare_values);
    return v;
}

/* dnsbl.md, algorithm 3: these are no listings, whatever else stands beside them. */
static enum dnslist_found meaning_of(const struct ip *value)
{
    if (value->octets[0] != 127 || memcmp(value->octets, "\x7f\0\0\1", 4) == 0)
        return DNSLIST_OUT_OF_ORDER;
    return memcmp(value->octets, "\x7f\xff\xff", 3) == 0 ? DNSLIST_REFUSES : DNSLIST_THERE;
}

static struct slice value_detail(struct arena *arena, enum dnslist_found found, const struct ip *value)
{
    struct text t = text_in(arena, DETAIL_OCTETS);
    text_add_str(&t, found == DNSLIST_REFUSES ? "query refused (" : "it answers ");
    text_add_ip(&t, value);
    if (found == DNSLIST_REFUSES)
        text_add_octet(&t, ')');
    else
        text_add_str(&t, value->octets[0] == 127 ? ", which is no listing" : ", which is outside 127.0.0.0/8");
    return text_slice(&t);
}

static void judge_values(struct arena *arena, const struct dnslist_match *match, struct dnslist_look *look)
{
    look->found = DNSLIST_OTHER_VALUES;
    for (size_t i = 0; i < look->values.count; i++) {
        const struct ip *value = &look->values.at[i];
        enum dnslist_found means = meaning_of(value);
        if (means == DNSLIST_THERE && !dnslist_matches(match, value))
            means = DNSLIST_OTHER_VALUES;
        if (means > DNSLIST_THERE && means > look->found)
            look->detail = value_detail(arena, means, value);
        look->found = means > look->found ? means : look->found;
    }
}

static struct slice failure_detail(struct arena *arena, const struct answer *a)
{
    struct text t = text_in(arena, DETAIL_OCTETS);
    text_addf(&t, "no answer (%s)", answer_status_name(a->status));
    return text_slice(&t);
}

struct dnslist_look dnslist_read(struct arena *arena, const struct answer *a, const struct dnslist_match *match)
{
    struct dnslist_look look = { .found = DNSLIST_WAIT };
    if (!a)
        return look;
    look.security = a->security;
    if (a->status == ANSWER_OVER_QUOTA) {
        look.found = DNSLIST_QUOTA;
        look.detail = SLICE("too many questions");
    } else if (answer_failed(a)) {
        look.found = DNSLIST_UNHEARD;
        look.detail = failure_detail(arena, a);
    } else if (answer_has_data(a)) {
        look.values = values_of(arena, a);
        judge_values(arena, match, &look);
    } else {
        look.found = DNSLIST_NOT_THERE;
    }
    return look;
}

/* ---- asking ---- */

static const struct answer *ask_of(const struct dnslist_asker *asker, struct slice name, uint16_t type)
{
    return asker->ask(asker->context, name, type);
}

struct dnslist_look dnslist_look_up(const struct dnslist_asker *asker, struct slice key, struct slice zone, const struct dnslist_match *match)
{
    struct slice name = dnslist_name(asker->scratch, key, zone);
    /* What is too long for a name is on no list. */
    if (name.len == 0)
        return (struct dnslist_look){ .found = DNSLIST_NOT_THERE };
    return dnslist_read(asker->scratch, ask_of(asker, name, RTYPE_A), match);
}

static struct dnslist_look broken(struct arena *arena, const char *what, const char *how)
{
    struct text t = text_in(arena, DETAIL_OCTETS);
    text_addf(&t, "%s is %s", what, how);
    return (struct dnslist_look){ .found = DNSLIST_OUT_OF_ORDER, .detail = text_slice(&t) };
}

/* One of the two entries: there (or not) as it must be. */
static struct dnslist_look test_one(const struct dnslist_asker *asker, enum dnslist_form form, struct slice zone, bool listed)
{
    static const struct dnslist_match any = { .given = false };
    struct slice name = test_name(asker->scratch, form, zone, listed);
    if (name.len == 0)
        return broken(asker->scratch, test_word(form, listed), "no name that could be asked");
    struct dnslist_look look = dnslist_read(asker->scratch, ask_of(asker, name, RTYPE_A), &any);
    if (look.found != DNSLIST_THERE && look.found != DNSLIST_NOT_THERE)
        return look;
    if ((look.found == DNSLIST_THERE) == listed)
        return (struct dnslist_look){ .found = DNSLIST_NOT_THERE };
    return broken(asker->scratch, test_word(form, listed), listed ? "not listed" : "listed");
}

struct dnslist_look dnslist_self_test(const struct dnslist_asker *asker, enum dnslist_form form, struct slice zone)
{
    struct dnslist_look must_have = test_one(asker, form, zone, true);
    if (must_have.found == DNSLIST_WAIT)
        return must_have;
    struct dnslist_look must_lack = test_one(asker, form, zone, false);
    return must_lack.found > must_have.found ? must_lack : must_have;
}

/* ---- the reason ---- */

static struct slice first_text(const struct answer *a)
{
    struct slice first = { 0 };
    for (size_t i = 0; i < a->count && i < ANSWER_RECORDS_MAX; i++)
        if (a->records[i].type == RTYPE_TXT && (first.at == NULL || slice_compare(a->records[i].text, first) < 0))
            first = a->records[i].text;
    return first;
}

/* A stranger's words: what is not printable ASCII becomes "?". */
static struct slice made_plain(struct arena *arena, struct slice s)
{
    struct text t = text_in(arena, DNSLIST_TXT_MAX);
    s = slice_first(s, DNSLIST_TXT_MAX);
    for (size_t i = 0; i < s.len; i++)
        text_add_octet(&t, is_printable(s.at[i]) ? s.at[i] : '?');
    return text_slice(&t);
}

enum dnslist_found dnslist_reason_of(const struct dnslist_asker *asker, struct slice key, struct slice zone, struct slice *txt)
{
    struct slice name = dnslist_name(asker->scratch, key, zone);
    const struct answer *a = name.len > 0 ? ask_of(asker, name, RTYPE_TXT) : NULL;
    *txt = (struct slice){ 0 };
    if (!a)
        return name.len > 0 ? DNSLIST_WAIT : DNSLIST_NOT_THERE;
    if (answer_has_data(a))
        *txt = made_plain(asker->scratch, first_text(a));
    return DNSLIST_NOT_THERE;
}
