/*
 * test_mail.h: signed messages for tests, from a message and a signature's tags without bh= and b=. Not part
 * of libfrank.
 *
 *     struct slice mail = test_mail_signed(arena, TEST_KEY_ED25519, SLICE("DKIM-Signature"),
 *         "v=1; a=ed25519-sha256; d=a.example; s=s1; h=from; ", SLICE("From: x@a.example\r\n\r\nHi\r\n"));
 */
#ifndef FRANK_METHODS_DKIM_TEST_MAIL_H
#define FRANK_METHODS_DKIM_TEST_MAIL_H

#include "crypto/test_signer.h"
#include "mail/message.h"

/* Fields of a message's text (CRLF), and its body. */
struct test_mail { struct message message; struct slice body; };
void test_mail_read(struct arena *, struct slice text, struct test_mail *out);
/* The message with one more field at its top. tags: with l= bh= covers so much of the body. Empty: it failed. */
struct slice test_mail_signed(struct arena *, enum test_key, struct slice field_name, const char *tags, struct slice text);
/* TXT text of the key: "v=DKIM1; k=...; <more>p=..." */
struct slice test_key_record(struct arena *, enum test_key, const char *more);

#endif
