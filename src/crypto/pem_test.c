#include "crypto/pem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/codec.h"
#include "crypto/test_keys.h"
#include "crypto/test_signer.h"

static struct slice pem_of(struct arena *a, const char *label, struct slice der)
{
    struct text base64 = text_in(a, 1 << 16), t = text_in(a, 1 << 16);
    base64_encode(&base64, der);
    text_addf(&t, "-----BEGIN %s-----\n", label);
    for (struct slice rest = text_slice(&base64); rest.len > 0; rest = slice_from(rest, 64)) {
        text_add(&t, slice_first(rest, 64));
        text_add_octet(&t, '\n');
    }
    text_addf(&t, "-----END %s-----\n", label);
    return text_slice(&t);
}

static const struct { const uint8_t *der; size_t len; enum test_key name; enum key_type type; } keys[] = {
    { test_key_rsa_512, sizeof test_key_rsa_512, TEST_KEY_RSA_512, KEY_NONE },
    { test_key_rsa_1024, sizeof test_key_rsa_1024, TEST_KEY_RSA_1024, KEY_RSA },
    { test_key_rsa_2048, sizeof test_key_rsa_2048, TEST_KEY_RSA_2048, KEY_RSA },
    { test_key_rsa_2048_e3, sizeof test_key_rsa_2048_e3, TEST_KEY_RSA_2048_E3, KEY_RSA },
    { test_key_ed25519, sizeof test_key_ed25519, TEST_KEY_ED25519, KEY_ED25519 },
};

static void gives_the_public_half(void **state)
{
    struct arena *a = arena_new(1 << 20);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        struct slice octets, again, public = test_key_public(a, keys[i].name);
        enum key_type type;
        const char *error;
        bool good = pem_public_key(a, pem_of(a, "PRIVATE KEY", slice_of(keys[i].der, keys[i].len)), &type, &octets, &error);
        assert_int_equal(good, keys[i].type != KEY_NONE);
        if (!good) {
            assert_non_null(strstr(error, "1024"));
            continue;
        }
        assert_int_equal(type, keys[i].type);
        assert_true(slice_same(octets, public));
        if (type != KEY_RSA)
            continue;
        assert_true(pem_public_key(a, pem_of(a, "PUBLIC KEY", public), &type, &again, &error));
        assert_true(slice_same(again, public));
    }
    arena_free(a);
}

static void refuses(void **state)
{
    struct arena *a = arena_new(1 << 20);
    const struct slice texts[] = {
        SLICE(""), SLICE("hello"), SLICE("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), SLICE("-----BEGIN PRIVATE KEY-----\n"),
        SLICE("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAg=\n-----END ENCRYPTED PRIVATE KEY-----\n"),
        slice_of("\0\0\0", 3),
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        enum key_type type;
        struct slice octets;
        const char *error = NULL;
        assert_false(pem_public_key(a, texts[i], &type, &octets, &error));
        assert_non_null(error);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(gives_the_public_half), cmocka_unit_test(refuses) };
    if (crypto_start() != STATUS_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
