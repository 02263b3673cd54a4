#include "letter.h"
#include "canon.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { B_WIDTH = 72, HASHED_MAX = 64 };

void letter_clear(struct letter *l)
{
    for (unsigned i = 0; i < l->count; i++)
        buf_clear(&l->fields[i]);
    l->count = 0;
    buf_clear(&l->body);
}

void letter_field(struct letter *l, const char *format, ...)
{
    char line[65536];
    va_list list;
    va_start(list, format);
    int len = vsnprintf(line, sizeof line, format, list);
    va_end(list);
    if (len < 0 || (size_t)len >= sizeof line || l->count == FIELDS_MAX)
        die("a field is too long, or there are too many");
    buf_text(&l->fields[l->count++], line);
}

struct buf letter_print(const struct letter *l)
{
    struct buf out = { 0 };
    for (unsigned i = l->count; i-- > 0;) {
        buf_bytes(&out, buf_view(&l->fields[i]));
        buf_text(&out, "\r\n");
    }
    buf_text(&out, "\r\n");
    buf_bytes(&out, buf_view(&l->body));
    return out;
}

static struct bytes name_of(const struct buf *field)
{
    return trim(part(buf_view(field), 0, find(buf_view(field), ':')));
}

/* RFC 6376 5.4.2: each name takes the next instance from the bottom up; one that is not there adds nothing. */
static void hash_fields(struct buf *out, const struct letter *l, const char *fields, bool relaxed)
{
    struct bytes rest = text(fields), earlier[HASHED_MAX];
    unsigned count = 0;
    while (rest.len) {
        struct bytes wanted = trim(cut(&rest, ':'));
        unsigned skip = 0;
        for (unsigned i = 0; i < count; i++)
            skip += same_nocase(earlier[i], wanted);
        if (count == HASHED_MAX)
            die("too many names in h=");
        earlier[count++] = wanted;
        for (unsigned i = 0; i < l->count; i++) {
            if (!same_nocase(name_of(&l->fields[i]), wanted) || skip--)
                continue;
            canon_field(out, buf_view(&l->fields[i]), relaxed);
            buf_text(out, "\r\n");
            break;
        }
    }
}

static void add_body_hash(struct buf *field, const struct letter *l, bool relaxed)
{
    struct buf canonical = { 0 };
    uint8_t hash[32];
    canon_body(&canonical, buf_view(&l->body), relaxed);
    sha256(hash, buf_view(&canonical));
    base64_add(field, (struct bytes){ hash, sizeof hash });
    buf_free(&canonical);
}

static void add_names(struct buf *field, const char *names)
{
    struct bytes rest = text(names);
    size_t width = 0;
    while (rest.len) {
        struct bytes name = cut(&rest, ':');
        if (width > 60) {
            buf_text(field, "\r\n\t ");
            width = 0;
        }
        buf_bytes(field, name);
        width += name.len + 1;
        if (rest.len)
            buf_byte(field, ':');
    }
}

/* `field` ends in "b=": signs hashed + the field itself, and puts the value there, folded. */
static void finish(struct letter *l, struct buf *field, struct buf *hashed, const struct key *key, bool relaxed)
{
    canon_field(hashed, buf_view(field), relaxed);
    struct buf signature = key_sign(key, buf_view(hashed)), letters = { 0 };
    base64_add(&letters, buf_view(&signature));
    for (size_t i = 0; i < letters.len; i += B_WIDTH) {
        if (i)
            buf_text(field, "\r\n\t");
        buf_add(field, letters.at + i, letters.len - i < B_WIDTH ? letters.len - i : B_WIDTH);
    }
    if (l->count == FIELDS_MAX)
        die("too many fields");
    buf_bytes(&l->fields[l->count++], buf_view(field));
    buf_free(&signature);
    buf_free(&letters);
    buf_free(hashed);
    buf_free(field);
}

static const char *algorithm(const struct key *key)
{
    return key->kind == KEY_RSA ? "rsa-sha256" : "ed25519-sha256";
}

void letter_sign(struct letter *l, struct signer s, struct sign_form form)
{
    struct buf field = { 0 }, hashed = { 0 };
    buf_fmt(&field, "DKIM-Signature: v=1; a=%s; c=%s/%s; d=%s; s=%s;\r\n\tt=%lu; h=", algorithm(s.key),
            form.relaxed_header ? "relaxed" : "simple", form.relaxed_body ? "relaxed" : "simple", s.domain, s.selector, form.at);
    add_names(&field, form.fields);
    buf_text(&field, ";\r\n\tbh=");
    add_body_hash(&field, l, form.relaxed_body);
    buf_text(&field, ";\r\n\tb=");
    hash_fields(&hashed, l, form.fields, form.relaxed_header);
    finish(l, &field, &hashed, s.key, form.relaxed_header);
}

/* RFC 8617 4.1.2: like a DKIM signature; no ARC fields, no Authentication-Results among the names. */
static void add_message_signature(struct letter *l, struct signer s, const struct arc_form *form)
{
    static const char names[] = "From:To:Subject:Date:Message-ID:MIME-Version:Content-Type:DKIM-Signature:DKIM-Signature:DKIM-Signature";
    struct buf field = { 0 }, hashed = { 0 };
    buf_fmt(&field, "ARC-Message-Signature: i=%u; a=%s; c=relaxed/relaxed; d=%s; s=%s;\r\n\tt=%lu; h=", form->i,
            algorithm(s.key), s.domain, s.selector, form->at);
    add_names(&field, names);
    buf_text(&field, ";\r\n\tbh=");
    add_body_hash(&field, l, true);
    buf_text(&field, ";\r\n\tb=");
    hash_fields(&hashed, l, names, true);
    finish(l, &field, &hashed, s.key, true);
}

static bool is_of_set(const struct buf *field, const char *name, unsigned i)
{
    char start[64];
    snprintf(start, sizeof start, "%s: i=%u;", name, i);
    size_t len = strlen(start);
    return field->len > len && !memcmp(field->at, start, len);
}

/* RFC 8617 5.1.1: AAR, AMS, AS of sets 1 to i in order, relaxed. */
static void hash_sets(struct buf *out, const struct letter *l, unsigned last)
{
    static const char *const names[] = { "ARC-Authentication-Results", "ARC-Message-Signature", "ARC-Seal" };
    for (unsigned set = 1; set <= last; set++)
        for (unsigned n = 0; n < 3; n++)
            for (unsigned i = 0; i < l->count; i++)
                if (is_of_set(&l->fields[i], names[n], set)) {
                    canon_field(out, buf_view(&l->fields[i]), true);
                    buf_text(out, "\r\n");
                }
}

void letter_seal(struct letter *l, struct signer s, struct arc_form form)
{
    struct buf field = { 0 }, hashed = { 0 };
    buf_fmt(&field, "ARC-Authentication-Results: i=%u; %s;\r\n\t%s", form.i, form.authserv_id, form.results);
    if (l->count == FIELDS_MAX)
        die("too many fields");
    buf_bytes(&l->fields[l->count++], buf_view(&field));
    buf_clear(&field);
    add_message_signature(l, s, &form);
    buf_fmt(&field, "ARC-Seal: i=%u; a=%s; cv=%s; d=%s; s=%s; t=%lu;\r\n\tb=", form.i, algorithm(s.key),
            form.i == 1 ? "none" : "pass", s.domain, s.selector, form.at);
    hash_sets(&hashed, l, form.i);
    finish(l, &field, &hashed, form.wrong ? form.wrong : s.key, true);
}
