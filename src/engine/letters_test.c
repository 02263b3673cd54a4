#include "engine/letters_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/codec.h"
#include "methods/arc/arc_chain.h"
#include "methods/dkim/test_mail.h"

#define ZONE_OCTETS (1u << 20)
#define ARENA_OCTETS (1u << 28)
#define TAGS_OCTETS 4096

struct letters { struct whole *whole; struct whole_set *set; const struct whole_case *base; struct arena *arena, *kept; };

static const char common_zone[] =
    "$TTL 300\n"
    "author.example. IN TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"
    "_dmarc.author.example. IN TXT \"v=DMARC1; p=reject\"\n"
    "author.example. IN MX 10 mx.author.example.\n"
    "mx.author.example. IN A 192.0.2.1\n"
    "stranger.example. IN TXT \"v=spf1 ip4:203.0.113.9 -all\"\n"
    "_dmarc.stranger.example. IN TXT \"v=DMARC1; p=reject\"\n";

struct letters *letters_new(const char *config, const char *more_zone)
{
    static const char *const signers[] = { "author.example", "stranger.example", "forwarder.example" };
    struct letters *l = mem_zalloc(1, sizeof *l);
    assert_non_null(l);
    l->whole = whole_new(slice_str(config));
    l->set = whole_set_new();
    l->arena = arena_new(ARENA_OCTETS);
    l->kept = arena_new(ZONE_OCTETS * 4);
    struct text zone = text_in(l->kept, ZONE_OCTETS);
    text_add_str(&zone, common_zone);
    for (size_t i = 0; i < COUNT_OF(signers); i++) {
        text_addf(&zone, "s1._domainkey.%s. IN TXT \"", signers[i]);
        text_add(&zone, test_key_record(l->kept, TEST_KEY_ED25519, ""));
        text_add_str(&zone, "\"\n");
    }
    text_add_str(&zone, more_zone);
    assert_false(zone.bad);
    whole_add(l->set, text_slice(&zone), &(struct whole_case){ .name = SLICE("letter"), .now = 1700000000 });
    l->base = whole_case(l->set, 0);
    return l;
}

void letters_free(struct letters *l)
{
    whole_free(l->whole);
    whole_set_free(l->set);
    arena_free(l->arena);
    arena_free(l->kept);
    mem_free(l);
}

struct arena *letters_arena(struct letters *l)
{
    return l->arena;
}

void letters_forget(struct letters *l)
{
    arena_reset(l->arena);
    whole_forget(l->whole);
}

/* ---- writing ---- */

struct slice letter_signed(struct letters *l, const char *domain, const char *tags, struct slice mail)
{
    char all[TAGS_OCTETS];
    int n = snprintf(all, sizeof all, "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=%s; s=s1; %s; ", domain, tags);
    assert_true(n > 0 && (size_t)n < sizeof all);
    struct slice out = test_mail_signed(l->arena, TEST_KEY_ED25519, SLICE("DKIM-Signature"), all, mail);
    assert_true(out.len > 0);
    return out;
}

static void *read_field(void *context, const struct field *f, void *(*make)(struct arena *, const struct field *))
{
    return make(context, f);
}

static struct slice with_seal(struct letters *l, const char *tags, struct slice b, struct slice mail)
{
    struct text t = text_in(l->arena, mail.len + TAGS_OCTETS);
    text_addf(&t, "ARC-Seal: %sb=", tags);
    base64_encode(&t, b);
    text_add_str(&t, "\r\n");
    text_add(&t, mail);
    return text_slice(&t);
}

/* A seal's hash runs over all sets (RFC 8617 5.1.1): it is taken from the letter with a stand-in. */
static struct slice sealed(struct letters *l, unsigned i, const char *tags, struct slice mail)
{
    const struct arc_reader reader = { .read = read_field, .context = l->arena };
    struct test_mail read_back;
    struct arc_chain chain;
    struct arc_hashes hashes;
    test_mail_read(l->arena, with_seal(l, tags, SLICE("stand-in"), mail), &read_back);
    assert_true(arc_chain_collect(&read_back.message, &reader, &chain));
    arc_seal_hashes(&chain, &hashes);
    assert_true(hashes.good);
    return with_seal(l, tags, test_key_sign(l->arena, TEST_KEY_ED25519, HASH_SHA256, slice_of(hashes.at[i], 32)), mail);
}

struct slice letter_sealed(struct letters *l, unsigned i, const char *results, struct slice mail)
{
    char tags[TAGS_OCTETS];
    struct text aar = text_in(l->arena, mail.len + TAGS_OCTETS);
    text_addf(&aar, "ARC-Authentication-Results: i=%u; %s\r\n", i, results);
    text_add(&aar, mail);
    snprintf(tags, sizeof tags, "i=%u; a=ed25519-sha256; c=relaxed/relaxed; d=forwarder.example; s=s1; h=from:subject; ", i);
    mail = test_mail_signed(l->arena, TEST_KEY_ED25519, SLICE("ARC-Message-Signature"), tags, text_slice(&aar));
    assert_true(mail.len > 0);
    snprintf(tags, sizeof tags, "i=%u; a=ed25519-sha256; d=forwarder.example; s=s1; t=1699990000; cv=%s; ", i, i == 1 ? "none" : "pass");
    return sealed(l, i, tags, mail);
}

struct slice letter_join(struct letters *l, struct slice a, struct slice b)
{
    struct text t = text_in(l->arena, a.len + b.len + 1);
    text_add(&t, a);
    text_add(&t, b);
    return text_slice(&t);
}

struct slice letter_times(struct letters *l, struct slice piece, size_t times)
{
    struct text t = text_in(l->arena, piece.len * times + 1);
    while (times-- > 0)
        text_add(&t, piece);
    assert_false(t.bad);
    return text_slice(&t);
}

/* ---- playing ---- */

struct told letter_played_from(struct letters *l, const char *ip, const char *helo, const char *mail_from, struct slice mail)
{
    struct whole_case c = *l->base;
    c.ip = slice_str(ip);
    c.helo = slice_str(helo);
    c.mail_from = slice_str(mail_from);
    c.message = mail;
    return whole_play(l->whole, &c, &(struct whole_how){ .dns = { .seed = 1 } });
}

struct told letter_played(struct letters *l, struct slice mail)
{
    return letter_played_from(l, "203.0.113.9", "stranger.example", "a@stranger.example", mail);
}

struct told letter_played_to(struct letters *l, unsigned recipients, struct slice mail)
{
    struct whole_case c = *l->base;
    c.ip = SLICE("203.0.113.9");
    c.helo = SLICE("stranger.example");
    c.mail_from = SLICE("a@stranger.example");
    c.message = mail;
    c.recipients = recipients;
    return whole_play(l->whole, &c, &(struct whole_how){ .dns = { .seed = 1 } });
}

/* ---- reading ---- */

enum auth_result letter_word(const struct told *told, const struct method *m)
{
    enum auth_result best = AUTH_NONE;
    for (unsigned i = 0; i < told->count; i++)
        if (told->words[i].method == m && (told->words[i].word == AUTH_PASS || best == AUTH_NONE))
            best = told->words[i].word;
    return best;
}

bool letter_any(const struct told *told, const struct method *m, enum auth_result word)
{
    for (unsigned i = 0; i < told->count; i++)
        if (told->words[i].method == m && told->words[i].word == word)
            return true;
    return false;
}

bool letter_disposition_is(const struct told *told, const char *word)
{
    return slice_same(fact_text(fact_find(told->record, "verdict"), "disposition"), slice_str(word));
}

struct slice letter_member(const struct told *told, const struct method *m, const char *name)
{
    return fact_text(fact_find(told->record, m->name), name);
}
