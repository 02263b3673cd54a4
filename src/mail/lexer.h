/*
 * lexer.h: the words RFC 5322 3.2 makes structured header fields of, for this room's parsers.
 *
 * Between words stands CFWS: blanks, folds and comments, nested at most COMMENT_DEPTH_MAX deep, without
 * recursion. NUL, a CR or LF that is no fold, and an open comment or quoted string make the cursor bad.
 */
#ifndef FRANK_MAIL_LEXER_H
#define FRANK_MAIL_LEXER_H

#include "base/cursor.h"
#include "base/text.h"

#define COMMENT_DEPTH_MAX 32        /* nested comments (ours) */

/* [CFWS]. True if there was any. */
bool skip_cfws(struct cursor *);
/* [FWS]: blanks and folds only. */
void skip_folds(struct cursor *);
/* atext of RFC 5322 3.2.3 and RFC 6532; any octet >= 0x80 (check utf8_valid first). */
bool is_atext(uint8_t);
/* The inside of a quoted-string whose DQUOTE is next, as written, both quotes taken. Bad if it is cut. */
struct slice take_quoted(struct cursor *);
/* Adds it without backslashes and folds. `inside` is what take_quoted gave. */
void text_add_unquoted(struct text *, struct slice inside);

#endif
