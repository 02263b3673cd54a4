#include "methods/dkim/dkim_lint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "methods/dkim/dkim.h"
#include "methods/dkim/test_mail.h"
#include "publish/test_lint.h"

#define O "s1._domainkey.example.com"
#define AS_PRINTED " -> publish the key as the signing software printed it\n"

/* "%" in zone and sentences is the record of this key. */
static const struct { const char *selectors; enum test_key key; const char *more, *zone, *said; } vectors[] = {
    { "", TEST_KEY_RSA_2048, "", "", "" },
    { "s1", TEST_KEY_RSA_2048, "", O ". TXT \"%\"\n", "record " O " TXT %\nmerits 0x2\n" },
    { "s1", TEST_KEY_ED25519, "", O ". TXT \"%\"\n", "record " O " TXT %\nmerits 0x2\n" },
    { "", TEST_KEY_RSA_2048, "", O ". TXT \"%\"\nmine._domainkey.example.com. TXT \"%\"\n",
      "record " O " TXT %\nmerits 0x2\n" },      /* s1 is a guess */
    { "mine,s1", TEST_KEY_RSA_2048, "", O ". TXT \"%\"\n",
      "record " O " TXT %\nerror no-key mine._domainkey.example.com: no key is published for this selector -> publish the key, or sign with another "
                  "selector\nmerits 0x2\n" },
    /* lengths */
    { "s1", TEST_KEY_RSA_1024, "", O ". TXT \"%\"\n",
      "record " O " TXT %\nwarning key-short " O ": the RSA key has 1024 bits, and should have 2048 (RFC 8301 3.2) -> "
      "make a key of 2048 bits under a new selector and sign with it\nmerits 0x2\n" },
    { "s1", TEST_KEY_RSA_512, "", O ". TXT \"%\"\n",
      "record " O " TXT %\nerror key-short " O ": the RSA key has 512 bits: receivers take no signature of a key shorter than 1024 "
      "(RFC 8301 3.2) -> make a key of 2048 bits under a new selector and sign with it\nmerits 0x10\n" },
    /* what the tags say */
    { "s1", TEST_KEY_ED25519, "t=y; ", O ". TXT \"%\"\n",
      "record " O " TXT %\nwarning testing " O ": t=y says that the domain is only testing: receivers may treat its mail as unsigned "
      "(RFC 6376 3.6.1) -> remove t=y once signatures verify\nmerits 0x10\n" },
    { "s1", TEST_KEY_ED25519, "t=s; ", O ". TXT \"%\"\n",
      "record " O " TXT %\nnote no-subdomains " O ": t=s: no subdomain in i= of a signature\nmerits 0x2\n" },
    { "s1", TEST_KEY_ED25519, "h=sha1; ", O ". TXT \"%\"\n",
      "record " O " TXT %\nerror hash-sha256-missing " O ": h= does not allow sha256, and no other hash is accepted any more "
      "(RFC 8301 3.1) -> remove h=\n" },
    { "s1", TEST_KEY_ED25519, "s=web; ", O ". TXT \"%\"\n",
      "record " O " TXT %\nerror not-for-mail " O ": s= does not allow e-mail: no signature of a message can use the key -> remove s=\n" },
    /* no keys */
    { "s1", TEST_KEY_ED25519, "", O ". TXT \"v=DKIM1; p=\"\n",
      "record " O " TXT v=DKIM1; p=\nwarning key-revoked " O ": the key was revoked (empty p=): signatures of this selector do not verify -> "
      "sign with another selector, or publish the key\n" },
    { "", TEST_KEY_ED25519, "", O ". TXT \"v=DKIM1; p=\"\n",
      "record " O " TXT v=DKIM1; p=\nnote key-revoked " O ": the key was revoked (empty p=): signatures of this selector do not verify\n" },
    { "", TEST_KEY_ED25519, "", "*._domainkey.example.com. TXT \"v=DKIM1; p=\"\n",
      "record *._domainkey.example.com TXT v=DKIM1; p=\nnote key-revoked *._domainkey.example.com: the key was revoked (empty p=): signatures of "
      "this selector do not verify\n" },
    { "", TEST_KEY_ED25519, "", "*.example.com. TXT \"v=spf1 -all\"\n", "" },
    { "s1", TEST_KEY_ED25519, "", O ". TXT \"v=spf1 -all\"\n",
      "record " O " TXT v=spf1 -all\nerror not-a-key " O ": TXT record is not a key record" AS_PRINTED },
    { "s1", TEST_KEY_ED25519, "", O ". TXT \"v=DKIM1; k=dsa; p=AAAA\"\n", "record " O " TXT v=DKIM1; k=dsa; p=AAAA\n"
      "error key-type " O ": k= is neither rsa nor ed25519: receivers do not know the key's type -> publish a key of one of these types\n" },
    { "s1", TEST_KEY_ED25519, "", O ". TXT \"v=DKIM1; p=!!\"\n",
      "record " O " TXT v=DKIM1; p=!!\nerror key-data " O ": p= is not a key of its type" AS_PRINTED },
    { "s1", TEST_KEY_ED25519, "", O ". TXT \"v=DKIM1\\\\; p=AAAA\"\n", "record " O " TXT v=DKIM1\\\\; p=AAAA\n"
      "error key-syntax " O ": key record is malformed -> there is a backslash before a semicolon: remove it\n" },
    { "s1", TEST_KEY_ED25519, "", O ". TXT \"v=DKIM1; p=\"\n" O ". TXT \"%\"\n", "record " O " TXT v=DKIM1; p=\nrecord " O " TXT %\n"
      "warning several-keys " O ": several key records under one name: receivers may take any of them (RFC 6376 3.6.2.2) -> leave one, and give each "
                                "key a selector of its own\n"
      "warning key-revoked " O ": the key was revoked (empty p=): signatures of this selector do not verify -> sign with another selector, or "
                               "publish the key\nmerits 0x2\n" },
    { "s1", TEST_KEY_ED25519, "", "; timeout " O " TXT\n", "unknown dns-failed " O ": DNS did not answer for TXT (timeout)\n" },
};

static const char *with_key(struct arena *a, const char *text, struct slice record)
{
    struct text t = text_in(a, 1 << 20);
    for (; *text; text++) {
        if (*text == '%')
            text_add(&t, record);
        else
            text_add_octet(&t, (uint8_t)*text);
    }
    return slice_to_string(a, text_slice(&t));
}

static void lints(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct arena *a = arena_new(4 << 20);
        struct slice record = test_key_record(a, vectors[i].key, vectors[i].more);
        assert_lint(&dkim_method, "example.com", vectors[i].selectors, with_key(a, vectors[i].zone, record), with_key(a, vectors[i].said, record));
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(lints) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
