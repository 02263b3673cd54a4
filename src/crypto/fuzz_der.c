/* Public keys from DNS. */
#include "crypto/public_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool started;
    if (!started && crypto_start() != STATUS_OK)
        return 0;
    started = true;
    enum key_problem problem;
    unsigned bits;
    public_key_free(public_key_rsa(slice_of(data, size), RSA_BITS_MIN, &problem, &bits));
    public_key_free(public_key_ed25519(slice_of(data, size), &problem));
    return 0;
}
