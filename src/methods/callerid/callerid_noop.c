#include "methods/callerid/callerid_noop.h"

#include "base/codec.h"
#include "crypto/digest.h"

bool noop_hash(struct slice ehlo, uint8_t hex[NOOP_HEX_OCTETS])
{
    uint8_t hash[HASH_OCTETS_MAX];
    struct text t = text_fixed(hex, NOOP_HEX_OCTETS);
    if (!hash_once(HASH_SHA1, ehlo, hash))
        return false;
    hex_encode(&t, slice_of(hash, hash_octets(HASH_SHA1)));
    return !t.bad;
}

bool noop_is_proof(struct slice ehlo, struct slice argument)
{
    uint8_t expected[NOOP_HEX_OCTETS], given[NOOP_HEX_OCTETS];
    struct slice word = slice_trim_fws(argument);
    struct text lower = text_fixed(given, sizeof given);
    text_add_lower(&lower, word);
    return noop_hash(ehlo, expected) && !lower.bad && digest_same(slice_of(expected, sizeof expected), text_slice(&lower));
}
