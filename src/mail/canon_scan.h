/*
 * canon_scan.h: the inner loop of relaxed body canonicalisation; private to canon.c and its tests.
 *
 * canon_scan: how many octets from the start may be handed on as they are, if the octet before them was no
 * blank and no withheld line end. It stops at a TAB, at SP or CR behind SP, and at CR behind LF: so inside
 * the run blanks stand alone and no empty line ends. The run's own last octets (CRLF, SP, CR) may
 * still turn out to be a tail that has to go. O(n).
 */
#ifndef FRANK_MAIL_CANON_SCAN_H
#define FRANK_MAIL_CANON_SCAN_H

#include <stddef.h>
#include <stdint.h>

size_t canon_scan_portable(const uint8_t *at, size_t len);

#if defined(__SSE2__)
size_t canon_scan_sse2(const uint8_t *at, size_t len);
#define canon_scan canon_scan_sse2
#else
#define canon_scan canon_scan_portable
#endif

#endif
