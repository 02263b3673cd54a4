/*
 * authres_words.h: what the parser and the serializer of Authentication-Results agree on; private to them.
 */
#ifndef FRANK_MAIL_AUTHRES_WORDS_H
#define FRANK_MAIL_AUTHRES_WORDS_H

#include "mail/lexer.h"

/* Keyword: letters, digits, hyphens (RFC 5321 4.1.2 Ldh-str), and the underscores that exist in the wild. */
bool is_keyword_octet(uint8_t);
/* token of RFC 2045 5.1 without 8-bit octets. */
bool is_token_octet(uint8_t);
/* [CFWS] authserv-id, then [CFWS version]; the cursor stands behind both, at ";" if the field goes on as it
 * should. Bad, or *id empty: there is none. A quoted id is unquoted into the arena. */
void take_authserv_id(struct arena *, struct cursor *, struct slice *id, unsigned *version);

#endif
