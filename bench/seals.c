#include "seals.h"
#include "canon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RING_MAX = 4096 };

struct keyring {
    const struct zone *zone;
    struct { char *name; struct key key; } rings[RING_MAX];
    unsigned count;
};

struct keyring *keyring_new(const struct zone *zone)
{
    struct keyring *ring = zalloc(1, sizeof *ring);
    ring->zone = zone;
    return ring;
}

void keyring_free(struct keyring *ring)
{
    for (unsigned i = 0; i < ring->count; i++) {
        free(ring->rings[i].name);
        key_free(&ring->rings[i].key);
    }
    free(ring);
}

static const struct key *key_for(struct keyring *ring, struct bytes selector, struct bytes domain)
{
    struct buf name = { 0 };
    buf_fmt(&name, "%.*s._domainkey.%.*s%c", (int)selector.len, (const char *)selector.at, (int)domain.len, (const char *)domain.at, 0);
    const char *at = (const char *)name.at;
    const struct key *found = NULL;
    for (unsigned i = 0; i < ring->count && !found; i++)
        if (!strcmp(ring->rings[i].name, at))
            found = &ring->rings[i].key;
    const struct record *record = found ? NULL : zone_look(ring->zone, at, RR_TXT);
    if (record) {
        if (ring->count == RING_MAX)
            die("too many keys");
        struct buf txt = txt_of(record);
        ring->rings[ring->count].name = copy_text(text(at));
        ring->rings[ring->count].key = key_from_record(buf_view(&txt));
        found = &ring->rings[ring->count++].key;
        buf_free(&txt);
    }
    buf_free(&name);
    return found;
}

/* Fields of a mail, top first, without the final CRLF. */
struct fields { struct bytes at[MAIL_FIELDS_MAX]; unsigned count; struct bytes body; };

static void split(struct fields *f, struct bytes mail)
{
    f->count = 0;
    while (mail.len && mail.at[0] != '\r') {
        size_t end = 0;
        do
            end += find(part(mail, end, mail.len), '\n') + 1;
        while (end < mail.len && (mail.at[end] == ' ' || mail.at[end] == '\t'));
        if (f->count == MAIL_FIELDS_MAX)
            die("too many fields in a mail");
        f->at[f->count++] = part(mail, 0, end - 2);
        mail = part(mail, end, mail.len);
    }
    f->body = mail.len >= 2 ? part(mail, 2, mail.len) : mail;
}

static struct bytes field_name(struct bytes field)
{
    return trim(part(field, 0, find(field, ':')));
}

static struct bytes tag(struct bytes field, const char *name)
{
    struct bytes rest = part(field, find(field, ':') + 1, field.len);
    while (rest.len) {
        struct bytes one = cut(&rest, ';'), key = trim(cut(&one, '='));
        if (same(key, text(name)))
            return trim(one);
    }
    return (struct bytes){ 0 };
}

static unsigned instance_of(struct bytes field)
{
    struct bytes i = tag(field, "i");
    return i.len == 1 ? (unsigned)(i.at[0] - '0') : 0;
}

/* The field with the value of b= taken out; nothing else may change. */
static struct buf without_signature(struct bytes field)
{
    struct buf out = { 0 };
    size_t at = find(field, ':') + 1;
    while (at < field.len) {
        size_t end = at + find(part(field, at, field.len), ';');
        struct bytes one = part(field, at, end), key = trim(cut(&one, '='));
        if (same(key, BYTES("b"))) {
            buf_bytes(&out, part(field, 0, (size_t)(one.at - field.at)));
            buf_bytes(&out, part(field, end, field.len));
            return out;
        }
        at = end + 1;
    }
    die("a signature has no b=");
}

static void hash_named(struct buf *out, const struct fields *f, struct bytes names, bool relaxed)
{
    bool *used = zalloc(f->count, sizeof *used);
    while (names.len) {
        struct bytes name = trim(cut(&names, ':'));
        for (unsigned i = f->count; i-- > 0;)
            if (!used[i] && same_nocase(field_name(f->at[i]), name)) {
                used[i] = true;
                canon_field(out, f->at[i], relaxed);
                buf_text(out, "\r\n");
                break;
            }
    }
    free(used);
}

static void hash_sets(struct buf *out, const struct fields *f, unsigned last, struct bytes self)
{
    static const char *const names[] = { "ARC-Authentication-Results", "ARC-Message-Signature", "ARC-Seal" };
    for (unsigned set = 1; set <= last; set++)
        for (unsigned n = 0; n < 3; n++)
            for (unsigned i = 0; i < f->count; i++)
                if (f->at[i].at != self.at && same_nocase(field_name(f->at[i]), text(names[n])) && instance_of(f->at[i]) == set) {
                    canon_field(out, f->at[i], true);
                    buf_text(out, "\r\n");
                }
}

static bool is_relaxed(struct bytes c, bool body)
{
    struct bytes header = cut(&c, '/');
    return same(body ? c : header, BYTES("relaxed"));
}

static void add_seal(struct sealed_mail *m, const struct fields *f, struct bytes field, enum seal_kind kind, struct keyring *ring)
{
    if (m->count == SEALS_MAX)
        die("too many signatures in a mail");
    struct seal *s = &m->seals[m->count++];
    bool relaxed = kind == SEAL_ARC_SEAL || is_relaxed(tag(field, "c"), false);
    s->kind = kind;
    s->instance = kind == SEAL_DKIM ? 0 : instance_of(field);
    if (kind == SEAL_ARC_SEAL)
        hash_sets(&s->header, f, s->instance, field);
    else
        hash_named(&s->header, f, tag(field, "h"), relaxed);
    struct buf bare = without_signature(field);
    canon_field(&s->header, buf_view(&bare), relaxed);
    buf_free(&bare);
    s->signature = base64_read(tag(field, "b"));
    s->key = key_for(ring, tag(field, "s"), tag(field, "d"));
    if (kind == SEAL_ARC_SEAL)
        return;
    s->relaxed_body = is_relaxed(tag(field, "c"), true);
    if (!m->has_body[s->relaxed_body])
        canon_body(&m->body[s->relaxed_body], f->body, s->relaxed_body);
    m->has_body[s->relaxed_body] = true;
    if (kind == SEAL_DKIM)
        m->body_by_dkim |= 1u << s->relaxed_body;
    struct buf hash = base64_read(tag(field, "bh"));
    if (hash.len == sizeof s->body_hash)
        memcpy(s->body_hash, hash.at, hash.len);
    buf_free(&hash);
}

void sealed_read(struct sealed_mail *m, struct bytes mail, struct keyring *ring)
{
    struct fields *f = zalloc(1, sizeof *f);
    unsigned newest = 0;
    *m = (struct sealed_mail){ 0 };
    split(f, mail);
    for (unsigned i = 0; i < f->count; i++) {
        if (same_nocase(field_name(f->at[i]), BYTES("DKIM-Signature")))
            add_seal(m, f, f->at[i], SEAL_DKIM, ring);
        else if (same_nocase(field_name(f->at[i]), BYTES("ARC-Seal")) && instance_of(f->at[i]) > newest)
            newest = instance_of(f->at[i]);
    }
    m->dkim_count = m->count;
    for (unsigned i = 0; i < f->count; i++)
        if (same_nocase(field_name(f->at[i]), BYTES("ARC-Message-Signature")) && instance_of(f->at[i]) == newest)
            add_seal(m, f, f->at[i], SEAL_ARC_MESSAGE, ring);
    for (unsigned i = 0; i < f->count; i++)
        if (same_nocase(field_name(f->at[i]), BYTES("ARC-Seal")))
            add_seal(m, f, f->at[i], SEAL_ARC_SEAL, ring);
    free(f);
}

void sealed_free(struct sealed_mail *m)
{
    for (unsigned i = 0; i < m->count; i++) {
        buf_free(&m->seals[i].header);
        buf_free(&m->seals[i].signature);
    }
    buf_free(&m->body[0]);
    buf_free(&m->body[1]);
}

bool seal_holds(const struct sealed_mail *m, const struct seal *s)
{
    if (s->kind != SEAL_ARC_SEAL) {
        uint8_t hash[32];
        sha256(hash, buf_view(&m->body[s->relaxed_body]));
        if (memcmp(hash, s->body_hash, sizeof hash))
            return false;
    }
    return s->key && s->key->pkey && key_verify(s->key, buf_view(&s->header), buf_view(&s->signature));
}
