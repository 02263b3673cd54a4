/* Key records: the input is one answer, records parted by NUL. */
#include "methods/dkim/dkim_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RECORDS_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool started;
    if (!started && crypto_start() != STATUS_OK)
        return 0;
    started = true;
    struct rdata records[RECORDS_MAX] = { 0 };
    struct answer answer = { .status = ANSWER_DATA, .records = records };
    struct slice rest = slice_of(data, size), all;
    do {
        all = rest;
        slice_cut(all, 0, &records[answer.count++].text, &rest);
    } while (rest.len > 0 && answer.count < RECORDS_MAX);
    struct dkim_keys *keys = dkim_keys_make(&answer);
    struct dkim_signature s = { .hash = HASH_SHA256, .key = KEY_RSA, .domain = SLICE_INIT("a.example"), .identity_domain = SLICE_INIT("b.a.example") };
    for (unsigned type = KEY_RSA; keys && type <= KEY_ED25519; type++) {
        s.key = (enum key_type)type;
        for (size_t i = 0; i < keys->count && i < DKIM_KEYS_MAX; i++)
            (void)dkim_key_fits(&keys->at[i], &s, RSA_BITS_MIN);
    }
    dkim_keys_release(keys);
    return 0;
}
