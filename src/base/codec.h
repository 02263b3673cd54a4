/*
 * codec.h: base64, base32, hex.
 *
 * Decoding is strict: the alphabet and nothing else. skip_fws drops SP HTAB CR LF first, as DKIM
 * allows inside its values (RFC 6376 3.2). base64 padding must be right: missing or superfluous
 * "=" and non-zero bits behind the last octet are errors.
 */
#ifndef FRANK_BASE_CODEC_H
#define FRANK_BASE_CODEC_H

#include "base/text.h"

bool base64_decode(struct arena *, struct slice text, bool skip_fws, struct slice *out);   /* false: bad text or no memory */
void base64_encode(struct text *, struct slice);
bool base32_decode(struct arena *, struct slice text, struct slice *out);    /* RFC 4648, any case, no padding */
void base32_encode(struct text *, struct slice);                              /* lower case, no padding */
bool hex_decode(struct arena *, struct slice text, struct slice *out);        /* pairs; blanks between octets allowed */
void hex_encode(struct text *, struct slice);                                 /* lower case */

#endif
