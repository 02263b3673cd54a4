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

size_t nofws_scan_portable(const uint8_t *at, size_t len)
{
    size_t i = 0;

    while (i < len && (at[i] > ' ' || (at[i] != ' ' && at[i] != '\t' && at[i] != '\r' && at[i] != '\n')))
        i++;
    return i;
}

size_t nofws_squeeze_portable(uint8_t *to, const uint8_t *at, size_t len, size_t *taken)
{
    size_t i = 0, written = 0;

    for (; i < len && at[i] != '\r' && at[i] != '\n'; i++) {
        to[written] = at[i];
        written += at[i] != ' ' && at[i] != '\t';
    }
    *taken = i;
    return written;
}
