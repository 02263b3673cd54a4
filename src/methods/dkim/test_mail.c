#include "methods/dkim/test_mail.h"

#include "base/codec.h"
#include "mail/taglist.h"
#include "methods/dkim/dkim_header.h"

struct limited { struct hasher *hasher; uint64_t left; };

static void keep_field(void *context, struct slice raw)
{
    struct test_mail *mail = context;
    message_add(&mail->message, raw);
}

static void end_of_header(void *context)
{
    struct test_mail *mail = context;
    mail->message.complete = true;
}

static void keep_body(void *context, struct slice octets)
{
    struct test_mail *mail = context;
    struct text t = text_in(mail->message.arena, mail->body.len + octets.len + 1);
    text_add(&t, mail->body);
    text_add(&t, octets);
    mail->body = text_slice(&t);
}

void test_mail_read(struct arena *arena, struct slice text, struct test_mail *out)
{
    struct splitter_sink sink = { .field = keep_field, .end_of_header = end_of_header, .body = keep_body, .context = out };
    *out = (struct test_mail){ .body = { NULL, 0 } };
    message_init(&out->message, arena);
    struct splitter *splitter = splitter_new(arena, &sink, false);
    splitter_push(splitter, text);
    splitter_end(splitter);
}

static void limited_sink(void *context, struct slice octets)
{
    struct limited *l = context;
    struct slice part = slice_first(octets, l->left < octets.len ? (size_t)l->left : octets.len);
    hasher_add(l->hasher, part);
    l->left -= part.len;
}

static bool hash_body(const struct dkim_signature *s, struct slice body, uint8_t out[HASH_OCTETS_MAX])
{
    struct limited l = { .hasher = hasher_new(s->hash), .left = s->length };
    struct body_canon canon;
    body_canon_begin(&canon, s->body_canon, limited_sink, &l);
    body_canon_push(&canon, body);
    body_canon_end(&canon);
    bool good = hasher_end(l.hasher, out);
    hasher_free(l.hasher);
    return good;
}

static void *(*maker_of(struct slice field_name))(struct arena *, const struct field *)
{
    if (slice_same(field_name, SLICE("ARC-Message-Signature")))
        return arc_message_signature_make;
    return slice_same(field_name, SLICE("ARC-Seal")) ? arc_seal_make : dkim_signature_make;
}

static struct slice mail_with(struct arena *arena, struct slice name, const char *tags, struct slice bh, struct slice b, struct slice text)
{
    struct text t = text_in(arena, text.len + 8192);
    text_add(&t, name);
    text_add_str(&t, ": ");
    text_add_str(&t, tags);
    if (bh.len > 0) {
        text_add_str(&t, "bh=");
        base64_encode(&t, bh);
        text_add_str(&t, "; ");
    }
    text_add_str(&t, "b=");
    base64_encode(&t, b);
    text_add_str(&t, "\r\n");
    text_add(&t, text);
    return text_slice(&t);
}

struct slice test_mail_signed(struct arena *arena, enum test_key key, struct slice field_name, const char *tags, struct slice text)
{
    uint8_t bh[HASH_OCTETS_MAX] = { 0 }, hash[HASH_OCTETS_MAX];
    struct test_mail mail;
    struct slice stand_in = SLICE("stand-in");
    /* Read once for l= and c=, and once more with bh= in place. */
    for (unsigned round = 0; round < 2; round++) {
        struct slice bh_octets = slice_of(bh, slice_same(field_name, SLICE("ARC-Seal")) ? 0 : 32);
        test_mail_read(arena, mail_with(arena, field_name, tags, bh_octets, stand_in, text), &mail);
        const struct dkim_signature *s = maker_of(field_name)(arena, message_field(&mail.message, field_name, 1));
        struct signed_fields fields;
        if (round == 0 && !hash_body(s, mail.body, bh))
            return (struct slice){ NULL, 0 };
        if (round == 0)
            continue;
        if (!dkim_select_fields(arena, &mail.message, s, &fields) || !dkim_header_hash(&fields, s, hash))
            return (struct slice){ NULL, 0 };
        struct slice b = test_key_sign(arena, key, s->hash, slice_of(hash, hash_octets(s->hash)));
        return b.len ? mail_with(arena, field_name, tags, bh_octets, b, text) : b;
    }
    return (struct slice){ NULL, 0 };
}

struct slice test_key_record(struct arena *arena, enum test_key key, const char *more)
{
    struct text t = text_in(arena, 4096);
    text_addf(&t, "v=DKIM1; k=%s; %sp=", key == TEST_KEY_ED25519 ? "ed25519" : "rsa", more);
    base64_encode(&t, test_key_public(arena, key));
    return text_slice(&t);
}
