/*
 * callerid_noop.h: the enhanced NOOP (draft-atkinson-callerid-00 5.2): proof that the SMTP client reads what the server
 * says to it, so that nobody can speak in the name of an address whose packets do not come to him.
 *
 * The server puts a text nobody can guess into its EHLO response; the client answers, before its first
 * MAIL, "NOOP" and the hash of the whole response. The server says the same to a right and a wrong one and
 * remembers which it was (session.noop).
 */
#ifndef FRANK_METHODS_CALLERID_NOOP_H
#define FRANK_METHODS_CALLERID_NOOP_H

#include "base/compiler.h"
#include "base/slice.h"

#define NOOP_HEX_OCTETS 40           /* SHA-1 in hex */

/* ehlo: all lines of the newest EHLO response with their codes and CRLFs, as sent. False: the library failed. */
MUST_CHECK bool noop_hash(struct slice ehlo, uint8_t hex[NOOP_HEX_OCTETS]);
/* Is that what stands behind "NOOP "? In any case of letters, blanks around it; compared in constant time. */
bool noop_is_proof(struct slice ehlo, struct slice argument);

#endif
