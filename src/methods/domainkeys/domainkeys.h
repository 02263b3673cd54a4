/*
 * domainkeys.h: DomainKeys (RFC 4870, historic): the predecessor of DKIM, verified.
 *
 *     DomainKey-Signature: a=rsa-sha1; q=dns; c=nofws; d=example.com; s=brisbane; b=dzdVyOfAKCd...
 *     brisbane._domainkey.example.com. TXT "k=rsa; p=MIGfMA0G..."
 *     _domainkey.example.com.          TXT "o=-; r=postmaster@example.com"
 *
 * One subject: the message, by the topmost signature that can speak for the sending address. Header and
 * body are one SHA-1 stream, so the canonical header is the prefix of the body's digest. The policy is asked for
 * only without a good signature. The result is no input of any other method (threats.md T21).
 */
#ifndef FRANK_METHODS_DOMAINKEYS_DOMAINKEYS_H
#define FRANK_METHODS_DOMAINKEYS_DOMAINKEYS_H

#include "methods/domainkeys/domainkeys_reason.h"
#include "methods/list.h"

#define DOMAINKEYS_SIGNATURES_MAX 20  /* fields looked at for one of use (threats.md T18) */
#define DOMAINKEYS_ASKS 2             /* key, policy */
#define DOMAINKEYS_HINTS 1            /* the key of the topmost well-formed signature */
#define DOMAINKEYS_KEY_OPERATIONS 1

struct domainkeys_conf {
    bool enabled;
    uint64_t rsa_bits;
};

#endif
