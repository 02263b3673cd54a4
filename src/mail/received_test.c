#include "mail/received.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"

#define D "; Thu, 3 Aug 2006 09:10:49 +0000"
#define AT INT64_C(1154596249)

static int make_arena(void **state)
{
    *state = arena_new(16u << 20);
    return *state == NULL;
}

static int free_arena(void **state)
{
    arena_free(*state);
    return 0;
}

static const struct vector {
    const char *about, *value;
    const char *client, *helo, *rdns, *by, *with, *id, *to;
    bool authenticated;
    int64_t date;               /* 0: none */
} vectors[] = {
    /* Postfix */
    { "postfix", " from mail.example.net (out.example.net [192.0.2.7])\r\n\tby mx.example.org (Postfix) with ESMTP id 4ABCdE5xyz\r\n\tfor <a@example.org>" D,
      "192.0.2.7", "mail.example.net", "out.example.net", "mx.example.org", "ESMTP", "4ABCdE5xyz", "a@example.org", false, AT },
    { "postfix, TLS and client certificate",
      " from mail.example.net (unknown [IPv6:2001:db8::7])\r\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\r\n\t key-exchange X25519)"
      "\r\n\t(Client CN \"x helo=evil.example [198.51.100.1]\", Issuer \"y\" (verified OK))\r\n\tby mx.example.org (Postfix) with ESMTPS id 1" D,
      "2001:db8::7", "mail.example.net", "", "mx.example.org", "ESMTPS", "1", "", false, AT },
    { "postfix, authenticated", " from [10.0.0.3] (client.example.net [192.0.2.8])\r\n\t(Authenticated sender: jo)\r\n\tby mx.example.org (Postfix) with ESMTPSA id 2" D,
      "192.0.2.8", "[10.0.0.3]", "client.example.net", "mx.example.org", "ESMTPSA", "2", "", true, AT },
    { "postfix, locally submitted", " by mx.example.org (Postfix, from userid 1000)\r\n\tid 3" D, NULL, "", "", "mx.example.org", "", "3", "", false, AT },
    { "postfix, literal as HELO", " from [192.0.2.9] (unknown [198.51.100.2]) by mx.example.org (Postfix) with SMTP id 4" D,
      "198.51.100.2", "[192.0.2.9]", "", "mx.example.org", "SMTP", "4", "", false, AT },
    /* Exim */
    { "exim", " from out.example.net ([192.0.2.7] helo=mail.example.net)\r\n\tby mx.example.org with esmtps  (TLS1.3) tls TLS_AES_256_GCM_SHA384\r\n"
      "\t(Exim 4.96)\r\n\t(envelope-from <b@example.net>)\r\n\tid 1pAbCd-0001Ef-2G\r\n\tfor a@example.org" D,
      "192.0.2.7", "mail.example.net", "out.example.net", "mx.example.org", "esmtps", "1pAbCd-0001Ef-2G", "a@example.org", false, AT },
    { "exim, HELO is the PTR name", " from mail.example.net ([192.0.2.7])\r\n\tby mx.example.org with esmtp (Exim 4.96)\r\n\tid 1" D,
      "192.0.2.7", "mail.example.net", "mail.example.net", "mx.example.org", "esmtp", "1", "", false, AT },
    { "exim, no PTR name", " from [192.0.2.7] (helo=mail.example.net)\r\n\tby mx.example.org with esmtp (Exim 4.96)\r\n\tid 1" D,
      "192.0.2.7", "mail.example.net", "", "mx.example.org", "esmtp", "1", "", false, AT },
    { "exim, neither, with port", " from [192.0.2.7]:25\r\n\tby mx.example.org with smtp (Exim 4.96) id 1" D, "192.0.2.7", "", "", "mx.example.org", "smtp", "1", "", false, AT },
    { "exim, ident, port, IPv6", " from out.example.net ([2001:db8::7]:12345 ident=jo helo=mail.example.net) by mx.example.org with esmtpsa (Exim 4.96) id 1" D,
      "2001:db8::7", "mail.example.net", "out.example.net", "mx.example.org", "esmtpsa", "1", "", true, AT },
    { "exim, local", " from jo by mx.example.org with local (Exim 4.96)\r\n\tid 1" D, NULL, "jo", "", "mx.example.org", "local", "1", "", false, AT },
    /* Sendmail */
    { "sendmail", " from mail.example.net (out.example.net [192.0.2.7])\r\n\tby mx.example.org (8.17.1.9/8.17.1) with ESMTPS id 3739AnXy012345\r\n"
      "\t(version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 bits=256 verify=NO)\r\n\tfor <a@example.org>" D,
      "192.0.2.7", "mail.example.net", "out.example.net", "mx.example.org", "ESMTPS", "3739AnXy012345", "a@example.org", false, AT },
    { "sendmail, doubtful", " from mail.example.net (out.example.net [192.0.2.7] (may be forged)) by mx.example.org (8.17.1/8.17.1) with SMTP id x" D,
      "192.0.2.7", "mail.example.net", "", "mx.example.org", "SMTP", "x", "", false, AT },
    { "sendmail, no PTR name", " from mail.example.net ([IPv6:2001:db8::7]) by mx.example.org (8.17.1/8.17.1) with ESMTP id x" D,
      "2001:db8::7", "mail.example.net", "", "mx.example.org", "ESMTP", "x", "", false, AT },
    { "sendmail, ident text like an address", " from mail.example.net ([198.51.100.1] jo@out.example.net [192.0.2.7]) by mx.example.org (8.12.11/8.12.11) with ESMTP id x" D,
      "192.0.2.7", "mail.example.net", "out.example.net", "mx.example.org", "ESMTP", "x", "", false, AT },
    { "exim, ident with an at-sign", " from out.example.net ([192.0.2.7] ident=[198.51.100.1]@x helo=mail.example.net) by mx.example.org with esmtp (Exim 4.96) id 1" D,
      "192.0.2.7", "mail.example.net", "out.example.net", "mx.example.org", "esmtp", "1", "", false, AT },
    { "sendmail, ident", " from mail.example.net (IDENT:jo@out.example.net [192.0.2.7]) by mx.example.org (8.12.11/8.12.11) with ESMTP id x" D,
      "192.0.2.7", "mail.example.net", "out.example.net", "mx.example.org", "ESMTP", "x", "", false, AT },
    { "sendmail, authenticated", " from pc (pc.example.net [192.0.2.8])\r\n\t(authenticated bits=0)\r\n\tby mx.example.org (8.17.1/8.17.1) with ESMTP id x" D,
      "192.0.2.8", "pc", "pc.example.net", "mx.example.org", "ESMTP", "x", "", true, AT },
    { "sendmail, local", " (from jo@localhost)\r\n\tby mx.example.org (8.17.1/8.17.1/Submit) id x" D, NULL, "", "", "mx.example.org", "", "x", "", false, AT },
    /* Exchange */
    { "exchange", " from mail.example.net (192.0.2.7) by mx.example.org\r\n (10.1.2.3) with Microsoft SMTP Server (version=TLS1_2,\r\n"
      " cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.1234.5 via Frontend\r\n Transport" D,
      "192.0.2.7", "mail.example.net", "", "mx.example.org", "Microsoft SMTP Server", "15.20.1234.5", "", false, AT },
    { "exchange, IPv6, https", " from A1.example.net (2001:db8:1:2::7) by\r\n B2.example.org with HTTPS" D, "2001:db8:1:2::7", "A1.example.net", "", "B2.example.org", "HTTPS", "", "", false, AT },
    /* Gmail */
    { "gmail", " from mail.example.net (out.example.net. [192.0.2.7])\r\n        by mx.example.org with ESMTPS id a1-20020a170902si1234567plb.1.2026.01.01.00.00.00\r\n"
      "        for <a@example.org>\r\n        (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256)" D,
      "192.0.2.7", "mail.example.net", "out.example.net", "mx.example.org", "ESMTPS", "a1-20020a170902si1234567plb.1.2026.01.01.00.00.00", "a@example.org", false, AT },
    { "gmail, no PTR name", " from mail.example.net ([192.0.2.7]) by mx.example.org with SMTP id x" D, "192.0.2.7", "mail.example.net", "", "mx.example.org", "SMTP", "x", "", false, AT },
    { "gmail, inside", " by 2001:db8:a05:6a10:0:0:0:0 with SMTP id x" D, NULL, "", "", "2001:db8:a05:6a10:0:0:0:0", "SMTP", "x", "", false, AT },
    /* others */
    { "qmail", " from out.example.net (HELO mail.example.net) (192.0.2.7)\r\n  by mx.example.org with SMTP" D, "192.0.2.7", "mail.example.net", "out.example.net", "mx.example.org", "SMTP", "", "", false, AT },
    { "qmail, nothing known", " from unknown (HELO mail.example.net) (jo@192.0.2.7) by 0 with SMTP" D, "192.0.2.7", "mail.example.net", "", "0", "SMTP", "", "", false, AT },
    { "address and EHLO", " from 192.0.2.7 (EHLO mail.example.net) by 198.51.100.1 with SMTPs" D, "192.0.2.7", "mail.example.net", "", "198.51.100.1", "SMTPs", "", "", false, AT },
    { "case and order of clauses", " FROM a (b [192.0.2.7]) FOR <c@d> ID e WITH LMTPA VIA f BY g." D, "192.0.2.7", "a", "b", "g", "LMTPA", "e", "c@d", true, AT },
    /* what strangers write */
    { "words of clauses as names", " from by (from [192.0.2.7]) by with with for id id for for" D, "192.0.2.7", "by", "from", "with", "for", "id", "", false, AT },
    { "a clause counts once", " from a (b [192.0.2.7]) by c by d with e id f id g with h from i ([198.51.100.1])" D, "192.0.2.7", "a", "b", "c", "e", "f", "", false, AT },
    { "second address in the comment", " from a (b [192.0.2.7] [198.51.100.1]) ([198.51.100.2]) by c", "192.0.2.7", "a", "b", "c", "", "", "", false, 0 },
    { "authenticated only before by", " from a (b [192.0.2.7]) by c (Authenticated sender: d)", "192.0.2.7", "a", "b", "c", "", "", "", false, 0 },
    { "no address in the brackets", " from a (b [192.0.2.700]) by c", NULL, "a", "", "c", "", "", "", false, 0 },
    { "mapped address", " from a (b [IPv6:::ffff:192.0.2.7]) by c", "192.0.2.7", "a", "b", "c", "", "", "", false, 0 },
    { "comment not closed", " from a (b [192.0.2.7] by c", "192.0.2.7", "a", "b", "", "", "", "", false, 0 },
    { "date that is none", " from a (b [192.0.2.7]) by c; yesterday", "192.0.2.7", "a", "b", "c", "", "", "", false, 0 },
    { "semicolon in a comment", " from a (b; [192.0.2.7]) by c" D, "192.0.2.7", "a", "b", "c", "", "", "", false, AT },
    { "for nobody", " from a by c for multiple recipients", NULL, "a", "", "c", "", "", "", false, 0 },
};

static void expect_slice(const char *about, const char *what, struct slice got, const char *wanted)
{
    if (!slice_same(got, slice_str(wanted)))
        fail_msg("%s: %s is \"%.*s\"", about, what, (int)got.len, (const char *)got.at);
}

static void reads(void **state)
{
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        const struct vector *v = &vectors[i];
        struct received r;
        struct ip client = { .family = IP_NONE };

        if (!received_parse(*state, slice_str(v->value), &r))
            fail_msg("%s: nothing", v->about);
        assert_true(v->client == NULL || ip_parse(slice_str(v->client), &client));
        if (client.family != r.client.family || (v->client != NULL && !ip_same(&client, &r.client)))
            fail_msg("%s: client", v->about);
        expect_slice(v->about, "helo", r.helo, v->helo);
        expect_slice(v->about, "rdns", r.rdns, v->rdns);
        expect_slice(v->about, "by", r.by, v->by);
        expect_slice(v->about, "with", r.with, v->with);
        expect_slice(v->about, "id", r.queue_id, v->id);
        expect_slice(v->about, "for", r.envelope_for, v->to);
        if (r.authenticated != v->authenticated || r.has_date != (v->date != 0) || (r.has_date && r.date != v->date))
            fail_msg("%s: authenticated %d, date %d %lld", v->about, r.authenticated, r.has_date, (long long)r.date);
    }
}

static void refuses(void **state)
{
    static const struct slice bad[] = {
        SLICE_INIT(""), SLICE_INIT(" "), SLICE_INIT("; Thu, 3 Aug 2006 09:10:49 +0000"), SLICE_INIT("(from a (b [192.0.2.7]) by c)"), SLICE_INIT("fromage a bye c"),
        SLICE_INIT("((((("), SLICE_INIT(")"), SLICE_INIT("from"), SLICE_INIT("by ; from a"), SLICE_INIT("with id for via"), SLICE_INIT("\\"), SLICE_INIT("(\\"),
    };

    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct received r;

        if (received_parse(*state, bad[i], &r))
            fail_msg("%zu", i);
    }
}

/* Cut anywhere and with any octet replaced, it ends, and what it gives lies in the arena. */
static void is_total(void **state)
{
    unsigned seed = 1;

    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct slice whole = slice_str(vectors[i].value);

        for (size_t len = 0; len <= whole.len; len++) {
            char *copy = malloc(len + 1);
            struct received r;

            assert_non_null(copy);
            memcpy(copy, whole.at, len);
            if (len > 0)
                copy[(size_t)rand_r(&seed) % len] = "()[];= \\\0\r\n<>@"[(size_t)rand_r(&seed) % 14];
            (void)received_parse(*state, slice_of(copy, len), &r);
            free(copy);
            const struct slice parts[] = { r.helo, r.rdns, r.by, r.with, r.queue_id, r.envelope_for };
            for (size_t k = 0; k < COUNT_OF(parts); k++)
                (void)slice_hash(parts[k], 1);
        }
        arena_reset(*state);
    }
}

static void deep_and_long_comments_cost_little(void **state)
{
    size_t len = 1 << 20;
    char *text = malloc(len);
    struct received r;

    assert_non_null(text);
    memset(text, '(', len);
    memcpy(text, "from a ", 7);
    assert_true(received_parse(*state, slice_of(text, len), &r));
    for (size_t i = 7; i + 1 < len; i += 2)
        memcpy(text + i, "()", 2);
    assert_true(received_parse(*state, slice_of(text, len), &r));
    free(text);
}

static void says_when_memory_is_out(void **state)
{
    struct arena *a = arena_new(20);
    struct received r;

    (void)state;
    assert_false(received_parse(a, slice_str(vectors[0].value), &r));
    arena_free(a);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(refuses, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(is_total, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(deep_and_long_comments_cost_little, make_arena, free_arena),
        cmocka_unit_test(says_when_memory_is_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
