/* fuzz_dnslist_match: one value set, and the answers it takes; what is read prints into what reads back to the same. */
#include "methods/dnslist/dnslist_match.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    char room[1024];
    struct text t = text_fixed(room, sizeof room);
    struct dnslist_match m, again;
    const char *error = NULL;
    if (!dnslist_match_parse(slice_of(at, len), &m, &error)) {
        must(error != NULL);
        return 0;
    }
    text_add_dnslist_match(&t, &m);
    must(!t.bad && dnslist_match_parse(text_slice(&t), &again, &error) && memcmp(&m, &again, sizeof m) == 0);
    unsigned taken = 0;
    for (unsigned i = 0; i < 1024; i++) {
        struct ip ip = { { 127, (uint8_t)(i >> 9), (uint8_t)(i >> 8 & 1), (uint8_t)i }, IP_V4 };
        taken += dnslist_matches(&m, &ip);
        must(dnslist_matches(&m, &ip) == dnslist_matches(&again, &ip));
        ip.octets[0] = 126;
        must(!dnslist_matches(&m, &ip));
    }
    must(taken <= 1024);
    return 0;
}
