/*
 * provider.h: what this room fetched from OpenSSL, once a process. Private to crypto/.
 *
 * Fetching by name takes a lock and a search through the providers; doing it a message costs more
 * than the hash of a small header.
 */
#ifndef FRANK_CRYPTO_PROVIDER_H
#define FRANK_CRYPTO_PROVIDER_H

#include "crypto/digest.h"

#include <openssl/evp.h>

const EVP_MD *provider_hash(enum hash_alg);      /* NULL: crypto_start was not called, or the library lacks it */
void provider_forget_errors(void);               /* empties OpenSSL's error queue, which nobody else reads */
bool provider_out_of_memory(void);               /* does that queue say memory failed? call before forgetting */

#endif
