/*
 * refusal_test.h: a library that refuses SHA-1, as systems with a strict cryptographic policy have it. Not part of libfrank:
 * test programs name refusal_test.c among their files; it stands between libfrank and the library.
 */
#ifndef FRANK_CRYPTO_REFUSAL_TEST_H
#define FRANK_CRYPTO_REFUSAL_TEST_H

#include <stdbool.h>

/* Signatures over SHA-1 are refused from now on, or no longer. Keys that have verified one are not asked again. */
void refuse_sha1_signatures(bool);
/* The hash itself; decides what crypto_start() finds. */
void refuse_sha1_hash(bool);

#endif
