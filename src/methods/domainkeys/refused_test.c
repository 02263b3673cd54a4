/* refused_test: a system whose library has no SHA-1 at all: DomainKeys is policy there, never fail, and everything else goes on. */
#include "methods/domainkeys/domainkeys.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "crypto/refusal_test.h"
#include "fakes/method_vectors.h"

static void without_sha1(void **state)
{
    static const struct vector vectors[] = {
        { "signed", .header = "DomainKey-Signature: c=nofws; q=dns; d=example.com; s=s; b=AAAA\nFrom: a@example.com\n",
          .result = "policy", .reason = "sha1-refused", .questions = "" },
        { "badly", .header = "DomainKey-Signature: c=nofws; q=dns; d=other.example; s=s; b=AAAA\nFrom: a@example.com\n",
          .result = "permerror", .reason = "d-foreign" },
        { "unsigned", .zone = "_domainkey.example.com. 300 TXT \"o=-\"\n", .header = "From: a@example.com\n", .result = "fail", .reason = "all-signed" },
    };
    (void)state;
    assert_false(hash_usable(HASH_SHA1));
    vectors_play(&domainkeys_method, 0, vectors, COUNT_OF(vectors));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(without_sha1) };
    refuse_sha1_hash(true);
    return crypto_start() == STATUS_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
