#include "crypto/refusal_test.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

static bool no_signatures, no_hash;

void refuse_sha1_signatures(bool yes)
{
    no_signatures = yes;
}

void refuse_sha1_hash(bool yes)
{
    no_hash = yes;
}

static void *real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (!found)
        abort();
    return found;
}

/* ISO C has no conversion from an object's pointer to a function's; POSIX has dlsym. */
int EVP_PKEY_CTX_set_signature_md(EVP_PKEY_CTX *context, const EVP_MD *md)
{
    union { void *object; int (*call)(EVP_PKEY_CTX *, const EVP_MD *); } next = { .object = real("EVP_PKEY_CTX_set_signature_md") };
    return no_signatures && EVP_MD_is_a(md, "SHA1") ? 0 : next.call(context, md);
}

EVP_MD *EVP_MD_fetch(OSSL_LIB_CTX *library, const char *name, const char *properties)
{
    union { void *object; EVP_MD *(*call)(OSSL_LIB_CTX *, const char *, const char *); } next = { .object = real("EVP_MD_fetch") };
    return no_hash && strcmp(name, "SHA1") == 0 ? NULL : next.call(library, name, properties);
}
