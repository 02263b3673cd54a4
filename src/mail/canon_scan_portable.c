#include "mail/canon_scan.h"

size_t canon_scan_portable(const uint8_t *at, size_t len)
{
    uint8_t before = 0;

    for (size_t i = 0; i < len; i++) {
        uint8_t octet = at[i];

        if (octet <= ' ') {
            if (octet == '\t' || (before == ' ' && (octet == ' ' || octet == '\r')) || (before == '\n' && octet == '\r'))
                return i;
        }
        before = octet;
    }
    return len;
}
