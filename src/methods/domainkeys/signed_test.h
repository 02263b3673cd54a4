/*
 * signed_test.h: signs test mail with DomainKeys, after RFC 4870 3.4 and nothing of ours: canonical forms are made here
 * from whole messages, line by line. Not part of libfrank: test programs name signed_test.c among their files.
 *
 *     struct slice field = domainkey_field(arena, TEST_KEY_RSA_1024, "c=nofws; q=dns; d=a.example; s=s1",
 *         SLICE("From: x@a.example\nSubject: hi\n"), SLICE("text\r\n"));
 */
#ifndef FRANK_METHODS_DOMAINKEYS_SIGNED_TEST_H
#define FRANK_METHODS_DOMAINKEYS_SIGNED_TEST_H

#include "crypto/test_signer.h"

/* "DomainKey-Signature: TAGS; b=...\n" to stand above these fields, each ended by LF. tags: with c=, and h= if not all are signed. */
struct slice domainkey_field(struct arena *, enum test_key, const char *tags, struct slice fields, struct slice body);
/* The octets it signs. */
struct slice domainkey_input(struct arena *, const char *tags, struct slice fields, struct slice body);
/* The text with {512}, {1024} and {2048} replaced by p= of that test key; in a zone file the strings are kept short. */
struct slice with_test_keys(struct arena *, const char *text, bool in_zone);

#endif
