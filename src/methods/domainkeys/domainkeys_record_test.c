/* domainkeys_record_test: tag lists, key and policy records, signature fields: what is read, refused, printed; the sheet's hashes. */
#include "methods/domainkeys/domainkeys_record.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/codec.h"
#include "methods/domainkeys/domainkeys_header.h"
#include "methods/domainkeys/domainkeys_tags.h"
#include "methods/domainkeys/signed_test.h"

static struct arena *arena;

static int start(void **state)
{
    (void)state;
    arena = arena_new(1u << 24);
    return arena && crypto_start() == STATUS_OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* ---- tags ---- */

static void reads_tag_lists(void **state)
{
    static const struct { const char *text, *d; bool in_field; enum domainkeys_tags_problem problem; } vectors[] = {
        { "d=a", "a", false, DOMAINKEYS_TAGS_GOOD },
        { "d=a;", "a", false, DOMAINKEYS_TAGS_GOOD },
        { " d = a ; ", "a", false, DOMAINKEYS_TAGS_GOOD },
        { "\td\t=\ta\t;\t", "a", false, DOMAINKEYS_TAGS_GOOD },
        { "x=1;d=a=b==;y=2", "a=b==", false, DOMAINKEYS_TAGS_GOOD },
        { "d=", "", false, DOMAINKEYS_TAGS_GOOD },
        { "d=; x=1", "", false, DOMAINKEYS_TAGS_GOOD },
        { "d=a  b\t c ;", "a  b\t c", false, DOMAINKEYS_TAGS_GOOD },
        { "d=a\r\n b", "a\r\n b", true, DOMAINKEYS_TAGS_GOOD },
        { "\r\n d\r\n\t=\r\n a \r\n ;\r\n x=1", "a", true, DOMAINKEYS_TAGS_GOOD },
        { "d=a;d=a", "a", false, DOMAINKEYS_TAGS_TWICE },
        { "d=a; x=1; x=", "a", false, DOMAINKEYS_TAGS_TWICE },
        { "", "", false, DOMAINKEYS_TAGS_SYNTAX },
        { " ", "", false, DOMAINKEYS_TAGS_SYNTAX },
        { ";d=a", "", false, DOMAINKEYS_TAGS_SYNTAX },
        { "d=a;;x=1", "a", false, DOMAINKEYS_TAGS_SYNTAX },
        { "d=a;;", "a", false, DOMAINKEYS_TAGS_SYNTAX },
        { "d", "", false, DOMAINKEYS_TAGS_SYNTAX },
        { "d;x=1", "", false, DOMAINKEYS_TAGS_SYNTAX },
        { "D=a", "", false, DOMAINKEYS_TAGS_SYNTAX },
        { "1=a", "", false, DOMAINKEYS_TAGS_SYNTAX },
        { "dd=a", "", false, DOMAINKEYS_TAGS_SYNTAX },
        { "d=a; bh=1", "a", false, DOMAINKEYS_TAGS_SYNTAX },
        { "=a", "", false, DOMAINKEYS_TAGS_SYNTAX },
        { "d=a\r\n b", "", false, DOMAINKEYS_TAGS_SYNTAX },
        { "d=a\nb", "", true, DOMAINKEYS_TAGS_SYNTAX },
        { "d=a\r\nb", "", true, DOMAINKEYS_TAGS_SYNTAX },
        { "d=a\r\n", "", true, DOMAINKEYS_TAGS_SYNTAX },
        { "d=\x7f", "", false, DOMAINKEYS_TAGS_SYNTAX },
        { "d=b\xc3\xbc", "", false, DOMAINKEYS_TAGS_SYNTAX },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct domainkeys_tags tags;
        enum domainkeys_tags_problem problem = domainkeys_tags_read(slice_str(vectors[i].text), vectors[i].in_field, &tags);
        if (problem != vectors[i].problem || !slice_same(domainkeys_tag(&tags, 'd'), slice_str(vectors[i].d)))
            fail_msg("\"%s\": %d", vectors[i].text, (int)problem);
        assert_int_equal(domainkeys_has_tag(&tags, 'd'), vectors[i].d[0] != '\0' || problem == DOMAINKEYS_TAGS_GOOD);
    }
    struct domainkeys_tags tags;
    assert_int_equal(domainkeys_tags_read(slice_of("d=a\0", 4), true, &tags), DOMAINKEYS_TAGS_SYNTAX);
}

static void reads_flags(void **state)
{
    static const struct { const char *text; bool testing; } vectors[] = {
        { "t=y", true }, { "t=y:s", true }, { "t=n: y :x", true }, { "t=s:y", true },
        { "t=", false }, { "t=Y", false }, { "t=yes", false }, { "t=s", false }, { "t=:", false }, { "x=y", false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct domainkeys_tags tags;
        assert_int_equal(domainkeys_tags_read(slice_str(vectors[i].text), false, &tags), DOMAINKEYS_TAGS_GOOD);
        assert_int_equal(domainkeys_has_flag(&tags, "y"), vectors[i].testing);
    }
}

/* ---- records ---- */

static void reads_and_prints_key_records(void **state)
{
    static const struct { const char *text, *printed; } vectors[] = {
        { "p=AAAA", "k=rsa; p=AAAA" },
        { "k=rsa; p=AAAA;", "k=rsa; p=AAAA" },
        { "p=", "k=rsa; p=" },
        { "g=; k=rsa; p=AA==", "k=rsa; p=AA==" },
        { "g=joe smith ;p=A A;n= two  words; t=y:s", "g=joe smith; k=rsa; n=two  words; t=y; p=A A" },
        { "k=dsa; p=x; t=s", "k=dsa; p=x" },
        { "k=; p=x", "k=; p=x" },
        { "v=DKIM1; k=rsa; p=AAAA", "k=rsa; p=AAAA" },                /* a DKIM record is read if no name is longer than a letter */
        { "v=DKIM1; g=*; p=AAAA", "g=*; k=rsa; p=AAAA" },
        { "v=DKIM1; x1=y; p=AAAA", NULL },
        { "k=rsa", NULL },
        { "v=spf1 -all", NULL },
        { "k=rsa; t; p=AAAA", NULL },
        { "p=AAAA; p=AAAA", NULL },
        { "", NULL },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct domainkeys_key_record r, again;
        char room[200];
        struct text t = text_fixed(room, sizeof room);
        assert_int_equal(domainkeys_key_parse(slice_str(vectors[i].text), &r), vectors[i].printed != NULL);
        if (!vectors[i].printed)
            continue;
        text_add_domainkeys_key(&t, &r);
        if (!slice_same(text_slice(&t), slice_str(vectors[i].printed)))
            fail_msg("%s: %.*s", vectors[i].text, (int)t.len, room);
        assert_true(domainkeys_key_parse(text_slice(&t), &again));
        assert_true(slice_same(r.granularity, again.granularity) && slice_same(r.type, again.type) && slice_same(r.note, again.note));
        assert_true(slice_same(r.data, again.data) && r.testing == again.testing);
    }
}

static void reads_and_prints_policies(void **state)
{
    static const struct { const char *text, *printed; } vectors[] = {
        { "o=-", "o=-" }, { "o=~", "o=~" }, { "t=y", "o=~; t=y" }, { "o=-; t=y;", "o=-; t=y" }, { "v=spf1 -all", "o=~" },
        { "o=~; r=postmaster@example.com; t=y", "o=~; r=postmaster@example.com; t=y" },
        { "t=s;n=http://example.com/a=b ; o=-", "n=http://example.com/a=b; o=-" },
        { "o=!", NULL }, { "o=", NULL }, { "o=--", NULL }, { "o=-; o=~", NULL }, { "", NULL }, { "all", NULL },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct domainkeys_policy p, again;
        char room[200];
        struct text t = text_fixed(room, sizeof room);
        assert_int_equal(domainkeys_policy_parse(slice_str(vectors[i].text), &p), vectors[i].printed != NULL);
        if (!vectors[i].printed)
            continue;
        text_add_domainkeys_policy(&t, &p);
        if (!slice_same(text_slice(&t), slice_str(vectors[i].printed)))
            fail_msg("%s: %.*s", vectors[i].text, (int)t.len, room);
        assert_true(domainkeys_policy_parse(text_slice(&t), &again));
        assert_true(p.all_signed == again.all_signed && p.testing == again.testing && slice_same(p.report, again.report) && slice_same(p.note, again.note));
    }
}

/* ---- several records under one name: the answer's order chooses nothing ---- */

#define TEXTS_MAX 3

static const struct answer *answer_of(const char *const *texts, size_t count, bool backwards)
{
    struct slice rdata[TEXTS_MAX];
    for (size_t i = 0; i < count; i++) {
        struct slice text = with_test_keys(arena, texts[backwards ? count - 1 - i : i], false);
        struct text t = text_in(arena, 4096);
        for (; text.len > 0; text = slice_from(text, 255)) {
            text_add_octet(&t, (uint8_t)slice_first(text, 255).len);
            text_add(&t, slice_first(text, 255));
        }
        rdata[i] = text_slice(&t);
    }
    return answer_make(&(struct answer_draft){
        .question = { SLICE("s._domainkey.example.com"), RTYPE_TXT }, .status = ANSWER_DATA, .count = count, .rdata = rdata,
    });
}

static void picks_a_key(void **state)
{
    static const struct { const char *texts[TEXTS_MAX]; enum domainkeys_reason problem; unsigned bits; } vectors[] = {
        { { "p={1024}" }, DOMAINKEYS_FINE, 1024 },
        { { "k=rsa; p={512}" }, DOMAINKEYS_FINE, 512 },
        { { "k=rsa; p={2048}" }, DOMAINKEYS_FINE, 2048 },
        { { "p=" }, DOMAINKEYS_KEY_REVOKED, 0 },
        { { "k=dsa; p={1024}" }, DOMAINKEYS_KEY_TYPE, 0 },
        { { "k=RSA; p={1024}" }, DOMAINKEYS_KEY_TYPE, 0 },
        { { "p=AAAA" }, DOMAINKEYS_KEY_DATA, 0 },
        { { "p=A" }, DOMAINKEYS_KEY_DATA, 0 },
        { { "p=AA AA" }, DOMAINKEYS_KEY_DATA, 0 },
        { { "hello" }, DOMAINKEYS_KEY_SYNTAX, 0 },
        { { "v=spf1 -all" }, DOMAINKEYS_KEY_SYNTAX, 0 },
        /* the first that can be read, by octet order */
        { { "v=spf1 -all", "k=rsa; p={1024}" }, DOMAINKEYS_FINE, 1024 },
        { { "k=rsa; p={2048}", "g=; p={1024}" }, DOMAINKEYS_FINE, 1024 },
        { { "k=rsa; p={1024}", "k=rsa; p=AAAA", "p=" }, DOMAINKEYS_FINE, 1024 },
        { { "g=; p=", "k=rsa; p={1024}" }, DOMAINKEYS_KEY_REVOKED, 0 },
        { { "hello", "zz", "p=AAAA" }, DOMAINKEYS_KEY_DATA, 0 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++)
        for (unsigned backwards = 0; backwards < 2; backwards++) {
            size_t count = 0;
            while (count < TEXTS_MAX && vectors[i].texts[count])
                count++;
            const struct answer *a = answer_of(vectors[i].texts, count, backwards);
            struct domainkeys_key *key = domainkeys_key_make(a);
            if (!key || key->problem != vectors[i].problem || key->bits != vectors[i].bits || (key->key != NULL) != (key->problem == DOMAINKEYS_FINE))
                fail_msg("%s: %d, %u bits", vectors[i].texts[0], key ? (int)key->problem : -1, key ? key->bits : 0);
            domainkeys_key_release(key);
            answer_drop(a);
        }
}

static void picks_a_policy(void **state)
{
    static const struct { const char *texts[TEXTS_MAX]; bool found, all, testing; } vectors[] = {
        { { "o=-" }, true, true, false },
        { { "o=-; t=y", "hello" }, true, true, true },
        { { "o=~", "o=-" }, true, true, false },
        { { "hello", "o=!" }, false, false, false },
        { { "n=first; o=~", "o=-" }, true, false, false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++)
        for (unsigned backwards = 0; backwards < 2; backwards++) {
            size_t count = 0;
            while (count < TEXTS_MAX && vectors[i].texts[count])
                count++;
            const struct answer *a = answer_of(vectors[i].texts, count, backwards);
            struct domainkeys_policy *p = domainkeys_policy_make(a);
            if (!p || p->found != vectors[i].found || p->all_signed != vectors[i].all || p->testing != vectors[i].testing)
                fail_msg("%s", vectors[i].texts[0]);
            domainkeys_policy_release(p);
            answer_drop(a);
        }
}

/* Each allocation fails in turn: nothing is left behind, and nothing is said of the key. */
static void survives_without_memory(void **state)
{
    static const char *const texts[] = { "hello", "k=rsa; p={1024}" };
    const struct answer *a = answer_of(texts, 2, false);
    bool made = false;
    (void)state;
    for (uint64_t nth = 1; nth < 20 && !made; nth++) {
        mem_fail_at(nth, false);
        struct domainkeys_key *key = domainkeys_key_make(a);
        struct domainkeys_policy *policy = domainkeys_policy_make(a);
        mem_fail_at(0, false);
        made = key && policy;
        assert_true(!key || key->problem == DOMAINKEYS_FINE);
        domainkeys_key_release(key);
        domainkeys_policy_release(policy);
    }
    assert_true(made);
    answer_drop(a);
}

/* ---- signature fields ---- */

#define GOOD_BUT(tags) tags "b=AAAA; "
#define ALL "c=nofws; q=dns; d=example.com; s=s; "

static void reads_signatures(void **state)
{
    static const struct { const char *value; enum domainkeys_reason problem; const char *domain, *key_name; size_t names; } vectors[] = {
        { GOOD_BUT(ALL), DOMAINKEYS_FINE, "example.com", "s._domainkey.example.com", 0 },
        { GOOD_BUT(ALL "a=rsa-sha1;"), DOMAINKEYS_FINE, "example.com", "s._domainkey.example.com", 0 },
        { "a=rsa-sha1; s=Brisbane.East; d=Example.COM;\r\n\tc=simple; q=dns;\r\n b=AA\r\n AA", DOMAINKEYS_FINE, "example.com", "brisbane.east._domainkey.example.com", 0 },
        { GOOD_BUT(ALL "h=From:to: Sub\r\n ject ;"), DOMAINKEYS_FINE, "example.com", "s._domainkey.example.com", 3 },
        { GOOD_BUT(ALL "z=unknown; n=\"x y\";"), DOMAINKEYS_FINE, "example.com", "s._domainkey.example.com", 0 },
        { GOOD_BUT("c=nofws; d=com; s=s;"), DOMAINKEYS_FINE, "com", "s._domainkey.com", 0 },      /* q=: as large signers wrote it */
        { GOOD_BUT("c=nofws; d=xn--bcher-kva.example; s=s;"), DOMAINKEYS_FINE, "xn--bcher-kva.example", NULL, 0 },
        { GOOD_BUT(ALL "a=rsa-sha256;"), DOMAINKEYS_ALGORITHM_UNKNOWN, "example.com", NULL, 0 },
        { GOOD_BUT(ALL "a=RSA-SHA1;"), DOMAINKEYS_ALGORITHM_UNKNOWN, "example.com", NULL, 0 },
        { GOOD_BUT(ALL "a=;"), DOMAINKEYS_ALGORITHM_UNKNOWN, "example.com", NULL, 0 },
        { GOOD_BUT("q=dns; d=example.com; s=s;"), DOMAINKEYS_TAG_MISSING, "example.com", NULL, 0 },
        { GOOD_BUT("c=nofws; q=dns; s=s;"), DOMAINKEYS_TAG_MISSING, "", NULL, 0 },
        { GOOD_BUT("c=nofws; q=dns; d=example.com;"), DOMAINKEYS_TAG_MISSING, "example.com", NULL, 0 },
        { ALL, DOMAINKEYS_TAG_MISSING, "example.com", NULL, 0 },
        { GOOD_BUT("c=relaxed; q=dns; d=example.com; s=s;"), DOMAINKEYS_CANON_UNKNOWN, "example.com", NULL, 0 },
        { GOOD_BUT("c=simple/simple; q=dns; d=example.com; s=s;"), DOMAINKEYS_CANON_UNKNOWN, "example.com", NULL, 0 },
        { GOOD_BUT("c=no fws; q=dns; d=example.com; s=s;"), DOMAINKEYS_CANON_UNKNOWN, "example.com", NULL, 0 },
        { GOOD_BUT("c=nofws; q=http; d=example.com; s=s;"), DOMAINKEYS_QUERY_UNKNOWN, "example.com", NULL, 0 },
        { GOOD_BUT("c=nofws; q=dns/txt; d=example.com; s=s;"), DOMAINKEYS_QUERY_UNKNOWN, "example.com", NULL, 0 },
        { GOOD_BUT("c=nofws; q=dns; d=example.com.; s=s;"), DOMAINKEYS_D_MALFORMED, "", NULL, 0 },
        { GOOD_BUT("c=nofws; q=dns; d=exam ple.com; s=s;"), DOMAINKEYS_D_MALFORMED, "", NULL, 0 },
        { GOOD_BUT("c=nofws; q=dns; d=(a).com; s=s;"), DOMAINKEYS_D_MALFORMED, "", NULL, 0 },
        { GOOD_BUT("c=nofws; q=dns; d=; s=s;"), DOMAINKEYS_D_MALFORMED, "", NULL, 0 },
        { GOOD_BUT("c=nofws; q=dns; d=example.com; s=;"), DOMAINKEYS_S_MALFORMED, "example.com", NULL, 0 },
        { GOOD_BUT("c=nofws; q=dns; d=example.com; s=a..b;"), DOMAINKEYS_S_MALFORMED, "example.com", NULL, 0 },
        { GOOD_BUT("c=nofws; q=dns; d=example.com; s=a b;"), DOMAINKEYS_S_MALFORMED, "example.com", NULL, 0 },
        { GOOD_BUT(ALL "h=;"), DOMAINKEYS_H_MALFORMED, "example.com", NULL, 0 },
        { GOOD_BUT(ALL "h=from::to;"), DOMAINKEYS_H_MALFORMED, "example.com", NULL, 0 },
        { GOOD_BUT(ALL "h=from:;"), DOMAINKEYS_H_MALFORMED, "example.com", NULL, 0 },
        { ALL "b=;", DOMAINKEYS_B_MALFORMED, "example.com", NULL, 0 },
        { ALL "b=AAA;", DOMAINKEYS_B_MALFORMED, "example.com", NULL, 0 },
        { ALL "b=AA*A;", DOMAINKEYS_B_MALFORMED, "example.com", NULL, 0 },
        { GOOD_BUT(ALL "c=nofws;"), DOMAINKEYS_TAG_TWICE, "example.com", NULL, 0 },
        { GOOD_BUT("v=1; bh=A; " ALL), DOMAINKEYS_SYNTAX, "", NULL, 0 },
        { "", DOMAINKEYS_SYNTAX, "", NULL, 0 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct message m;
        message_init(&m, arena);
        const struct field *f = message_add_parts(&m, SLICE(DOMAINKEYS_FIELD), slice_str(vectors[i].value));
        const struct domainkeys_signature *s = domainkeys_signature_make(arena, f);
        if (s->problem != vectors[i].problem || !slice_same(s->domain, slice_str(vectors[i].domain)) || s->name_count != vectors[i].names)
            fail_msg("%s: %d, %.*s", vectors[i].value, (int)s->problem, (int)s->domain.len, (const char *)s->domain.at);
        assert_true(!vectors[i].key_name || slice_same(s->key_name, slice_str(vectors[i].key_name)));
    }
}

static void names_are_bounded(void **state)
{
    (void)state;
    for (unsigned count = DOMAINKEYS_NAMES_MAX; count <= DOMAINKEYS_NAMES_MAX + 1; count++) {
        struct text t = text_in(arena, 4096);
        struct message m;
        text_add_str(&t, GOOD_BUT(ALL) "h=from");
        for (unsigned i = 1; i < count; i++)
            text_addf(&t, ":x%u", i);
        message_init(&m, arena);
        const struct domainkeys_signature *s = domainkeys_signature_make(arena, message_add_parts(&m, SLICE(DOMAINKEYS_FIELD), text_slice(&t)));
        assert_int_equal(s->problem, count <= DOMAINKEYS_NAMES_MAX ? DOMAINKEYS_FINE : DOMAINKEYS_H_MALFORMED);
    }
}

/* ---- what is hashed: the sheet's messages ---- */

#define SHEET_FIELDS \
    "Received: from a.example.com by b.example.com;\n Fri, 11 Jul 2003 21:01:54 -0700\n" \
    "From: \"Joe\" <joe@football.example.com>\nTo: suzie@shopping.example.net\nSubject: Is dinner\n\tready?\n"
#define SHEET_BODY "Hi.\r\n\r\nWe lost  the game.\r\n \r\n\r\n"

static void add_octets(void *text, struct slice octets)
{
    text_add(text, octets);
}

/* The prefix and the body as the engine would hash them. */
static struct slice input_of(const char *tags, struct slice fields, struct slice body)
{
    struct message m;
    struct text t = text_in(arena, 1u << 16), value = text_in(arena, 1u << 12);
    struct body_canon canon;
    struct domainkeys_signed fields_signed;
    message_init(&m, arena);
    text_addf(&value, " %s; q=dns; d=example.com; s=s; b=AAAA", tags);
    const struct field *signature = message_add_parts(&m, SLICE(DOMAINKEYS_FIELD), text_slice(&value));
    struct text raw = text_in(arena, 1u << 16);
    for (size_t i = 0; i < fields.len; i++) {
        bool ends = fields.at[i] == '\n', folds = ends && i + 1 < fields.len && is_wsp(fields.at[i + 1]);
        if (ends && !folds) {
            assert_non_null(message_add(&m, slice_dup(arena, text_slice(&raw))));
            text_reset(&raw);
        } else {
            text_add(&raw, ends ? SLICE("\r\n") : slice_of(&fields.at[i], 1));
        }
    }
    const struct domainkeys_signature *s = domainkeys_signature_make(arena, signature);
    assert_int_equal(s->problem, DOMAINKEYS_FINE);
    assert_true(domainkeys_sign_header(arena, &m, s, &fields_signed));
    text_add(&t, fields_signed.octets);
    body_canon_begin(&canon, s->canon, add_octets, &t);
    body_canon_push(&canon, body);
    body_canon_end(&canon);
    return text_slice(&t);
}

static void hashes_the_sheets_messages(void **state)
{
    static const struct { const char *tags; struct slice fields, body; size_t octets; const char *sha1; } vectors[] = {
        { "c=simple", SLICE_INIT(SHEET_FIELDS), SLICE_INIT(SHEET_BODY), 215, "f44fc66fedcad0bf46d0d3df41579cdb1251d4a1" },
        { "c=nofws", SLICE_INIT(SHEET_FIELDS), SLICE_INIT(SHEET_BODY), 188, "479a469cd06b1833c79297cd2397bfc4d05f4aef" },
        { "c=nofws; h=from:to:subject", SLICE_INIT(SHEET_FIELDS), SLICE_INIT(SHEET_BODY), 118, "81362aab408e89d0c739f066eab4ce77f4d3aee7" },
        { "c=simple", SLICE_INIT("From: joe@football.example.com\nSubject: x\n"), SLICE_INIT("\r\n\r\n"), 0, "f854fec24b407616d16dfd81992e85a899e76014" },
        { "c=nofws", SLICE_INIT("From: joe@football.example.com\nSubject: x\n"), SLICE_INIT("\r\n\r\n"), 0, "076216872075f3dadd04e0e2f54e5234b4b26292" },
        { "c=simple", SLICE_INIT("From: joe@football.example.com\nSubject: x\n"), SLICE_INIT(""), 0, "f854fec24b407616d16dfd81992e85a899e76014" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        uint8_t hash[HASH_OCTETS_MAX];
        struct text hex = text_in(arena, 64);
        struct slice input = input_of(vectors[i].tags, vectors[i].fields, vectors[i].body);
        assert_true(hash_once(HASH_SHA1, input, hash));
        hex_encode(&hex, slice_of(hash, 20));
        if ((vectors[i].octets && input.len != vectors[i].octets) || !slice_same(text_slice(&hex), slice_str(vectors[i].sha1)))
            fail_msg("%s: %zu octets, %.*s", vectors[i].tags, input.len, (int)hex.len, (const char *)hex.at);
        /* The tests' signer, which has no code in common, has the same octets. */
        assert_true(slice_same(input, domainkey_input(arena, vectors[i].tags, vectors[i].fields, vectors[i].body)));
    }
}

static void orders_fields(void **state)
{
    static const struct { const char *tags, *fields, *input; } vectors[] = {
        { "c=nofws; h=a:from", "A: 1\nFrom: x\nB: 2\n", "A:1\r\nFrom:x\r\n" },
        { "c=nofws; h=from:a", "A: 1\nFrom: x\nB: 2\n", "From:x\r\nA:1\r\n" },
        { "c=nofws; h=FROM:b:none:a", "A: 1\nb: 2\nFrom: x\n", "From:x\r\nb:2\r\nA:1\r\n" },
        /* one entry is for all fields of its name, wherever they stand */
        { "c=nofws; h=a:from", "A: 1\nFrom: x\nA: 2\n", "A:1\r\nFrom:x\r\nA:2\r\n" },
        { "c=nofws; h=a:from:a", "A: 1\nFrom: x\nA: 2\n", "A:1\r\nFrom:x\r\nA:2\r\n" },
        /* in another order than listed: several entries are for one field each, from below */
        { "c=nofws; h=from:a:b:a", "A: 1\nA: 2\nA: 3\nFrom: x\nB: 4\n", "From:x\r\nA:1\r\nA:2\r\nB:4\r\nA:3\r\n" },
        { "c=nofws; h=from:a:b:a:a", "A: 1\nFrom: x\nB: 4\n", "From:x\r\nB:4\r\nA:1\r\n" },
        { "c=nofws; h=from:b:a:a:a", "A: 1\nA: 2\nFrom: x\nB: 4\n", "From:x\r\nB:4\r\nA:1\r\nA:2\r\n" },
        { "c=simple", "A: 1\nFrom : x\n  y \nA:\n", "A: 1\r\nFrom : x\r\n  y \r\nA:\r\n" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct slice input = input_of(vectors[i].tags, slice_str(vectors[i].fields), SLICE("\r\n"));
        if (!slice_same(input, slice_str(vectors[i].input)))
            fail_msg("%s: %.*s", vectors[i].tags, (int)input.len, (const char *)input.at);
    }
}

static void reasons_are_distinct(void **state)
{
    (void)state;
    for (size_t i = 1; i < DOMAINKEYS_REASONS; i++) {
        assert_true(domainkeys_reasons[i].stored > DOMAINKEYS_STORED_BASE && domainkeys_reasons[i].stored < DOMAINKEYS_STORED_BASE + 100);
        for (size_t k = 1; k < i; k++)
            assert_true(domainkeys_reasons[i].stored != domainkeys_reasons[k].stored
                        && !slice_same(slice_str(domainkeys_reasons[i].name), slice_str(domainkeys_reasons[k].name)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_tag_lists),
        cmocka_unit_test(reads_flags),
        cmocka_unit_test(reads_and_prints_key_records),
        cmocka_unit_test(reads_and_prints_policies),
        cmocka_unit_test(picks_a_key),
        cmocka_unit_test(picks_a_policy),
        cmocka_unit_test(survives_without_memory),
        cmocka_unit_test(reads_signatures),
        cmocka_unit_test(names_are_bounded),
        cmocka_unit_test(hashes_the_sheets_messages),
        cmocka_unit_test(orders_fields),
        cmocka_unit_test(reasons_are_distinct),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
