/*
 * fuzz_dnslist_look: what a list answers: each four octets of the first half a value, the second half its reason. Asked for an
 * address or a domain, with a self-test or without, by the first octet; every status an answer may have.
 */
#include "methods/dnslist/dnslist_look.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

#define VALUES_MAX 120

struct list { const uint8_t *at; size_t len; unsigned how, asked; const struct answer *answers[8]; };

static void must(bool truth)
{
    if (!truth)
        abort();
}

static const struct answer *values_of(struct list *l, struct slice name)
{
    struct slice rdata[VALUES_MAX];
    size_t count = 0;
    for (size_t i = 0; i + 4 <= l->len / 2 && count < VALUES_MAX; i += 4)
        rdata[count++] = slice_of(l->at + i, 4);
    return answer_make(&(struct answer_draft){ .question = { .name = name, .type = RTYPE_A }, .status = ANSWER_DATA, .count = count, .rdata = rdata });
}

static const struct answer *reason_of(struct list *l, struct slice name)
{
    uint8_t string[2][256];
    struct slice text = slice_of(l->at + l->len / 2, l->len - l->len / 2), rdata[2];
    for (unsigned i = 0; i < 2; i++) {
        struct slice s = slice_first(slice_from(text, i * (text.len / 2)), 255);
        string[i][0] = (uint8_t)s.len;
        if (s.len > 0)
            memcpy(string[i] + 1, s.at, s.len);
        rdata[i] = slice_of(string[i], s.len + 1);
    }
    return answer_make(&(struct answer_draft){ .question = { .name = name, .type = RTYPE_TXT }, .status = ANSWER_DATA, .count = 2, .rdata = rdata });
}

static const struct answer *ask(void *context, struct slice name, uint16_t type)
{
    static const enum answer_status others[] = { ANSWER_NXDOMAIN, ANSWER_NODATA, ANSWER_SERVFAIL, ANSWER_TIMEOUT, ANSWER_OVER_QUOTA };
    struct list *l = context;
    unsigned kind = l->how >> (l->asked % 4) & 7;
    must(l->asked < 8 && name_askable(name));
    if (kind == 7)
        return NULL;
    const struct answer *a = kind < 2 ? (type == RTYPE_A ? values_of(l, name) : reason_of(l, name)) : answer_of_status(name, type, others[kind - 2]);
    l->answers[l->asked++] = a;
    return a;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    static const struct slice zones[] = { SLICE_INIT("bl.example"), SLICE_INIT("doms.example") };
    static const struct ip clients[] = { { { 192, 0, 2, 99 }, IP_V4 }, { { 0x20, 1, 0xd, 0xb8 }, IP_V6 } };
    struct dnslist_match match = { .given = false };
    const char *error;
    if (len < 3)
        return 0;
    struct list l = { .at = at + 3, .len = len - 3, .how = at[0] };
    struct arena *arena = arena_new(4u << 20);
    enum dnslist_form form = (enum dnslist_form)(at[1] % 3);
    struct dnslist_asker asker = { ask, &l, arena };
    struct slice zone = zones[form == DNSLIST_NAMES], txt;
    /* A name that is too long, too. */
    struct text wide = text_in(arena, 512);
    for (unsigned i = 0; i < 60; i++)
        text_add_str(&wide, "a.bc");
    struct slice key = form == DNSLIST_NAMES ? (at[1] & 64 ? text_slice(&wide) : SLICE("spam.example")) : dnslist_address_key(arena, &clients[form == DNSLIST_IPV6]);
    if (at[2] & 1)
        must(dnslist_match_parse(SLICE("127.0.0.[2..100]"), &match, &error));
    struct dnslist_look look = dnslist_look_up(&asker, key, zone, &match);
    must((look.found != DNSLIST_THERE && look.found != DNSLIST_OTHER_VALUES) || look.values.count > 0);
    must(look.found == DNSLIST_THERE || look.found == DNSLIST_NOT_THERE || look.found == DNSLIST_OTHER_VALUES || look.found == DNSLIST_WAIT || look.detail.len > 0);
    for (size_t i = 0; i < look.values.count && look.found == DNSLIST_THERE; i++)
        must(look.values.at[i].octets[0] == 127);
    struct dnslist_look test = dnslist_self_test(&asker, form, zone);
    must(test.found == DNSLIST_NOT_THERE || test.found == DNSLIST_WAIT || test.detail.len > 0);
    (void)dnslist_must_have(arena, form, zone);
    (void)dnslist_must_lack(arena, form, at[2] & 2 ? text_slice(&wide) : zone);
    (void)dnslist_reason_of(&asker, key, zone, &txt);
    must(txt.len <= DNSLIST_TXT_MAX);
    for (size_t i = 0; i < txt.len; i++)
        must(is_printable(txt.at[i]));
    for (unsigned i = 0; i < l.asked; i++)
        answer_drop(l.answers[i]);
    arena_free(arena);
    return 0;
}
