/*
 * canon_scan.h: the inner loops of relaxed and nofws canonicalisation; private to canon.c and its tests.
 *
 * canon_scan: how many octets from the start may be handed on as they are, if the octet before them was no
 * blank and no withheld line end. It stops at a TAB, at SP or CR behind SP, and at CR behind LF: so inside
 * the run blanks stand alone and no empty line ends. The run's own last octets (CRLF, SP, CR) may
 * still turn out to be a tail that has to go. O(n).
 *
 * nofws_scan: how many octets from the start are none of SP, HTAB, CR and LF. O(n).
 *
 * nofws_squeeze: copies octets up to the first CR or LF, or all, leaving out SP and HTAB. Returns how many were
 * written, and in *taken how many were read. `to` has room for len + SQUEEZE_SPARE octets. O(n).
 */
#ifndef FRANK_MAIL_CANON_SCAN_H
#define FRANK_MAIL_CANON_SCAN_H

#include <stddef.h>
#include <stdint.h>

size_t canon_scan_portable(const uint8_t *at, size_t len);
size_t nofws_scan_portable(const uint8_t *at, size_t len);
#define SQUEEZE_SPARE 16
size_t nofws_squeeze_portable(uint8_t *to, const uint8_t *at, size_t len, size_t *taken);

#if defined(__SSE2__)
size_t canon_scan_sse2(const uint8_t *at, size_t len);
size_t nofws_scan_sse2(const uint8_t *at, size_t len);
size_t nofws_squeeze_sse2(uint8_t *to, const uint8_t *at, size_t len, size_t *taken);
#define canon_scan canon_scan_sse2
#define nofws_scan nofws_scan_sse2
#define nofws_squeeze nofws_squeeze_sse2
#else
#define canon_scan canon_scan_portable
#define nofws_scan nofws_scan_portable
#define nofws_squeeze nofws_squeeze_portable
#endif

#endif
