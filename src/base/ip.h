/*
 * ip.h: addresses and prefixes.
 *
 * An IPv4-mapped IPv6 address (::ffff:a.b.c.d) is IPv4 from the moment it is read: ip_parse and
 * ip_from_octets normalise it, so nobody else has to remember. A parser that returns false leaves
 * IP_NONE in *out.
 */
#ifndef FRANK_BASE_IP_H
#define FRANK_BASE_IP_H

#include "base/cursor.h"
#include "base/text.h"

enum ip_family { IP_NONE = 0, IP_V4 = 4, IP_V6 = 6 };

struct ip {
    uint8_t octets[16];      /* network order; IPv4 in the first four */
    enum ip_family family;   /* IP_NONE: no address known */
};

struct prefix {
    struct ip address;
    unsigned bits;           /* 0..32 or 0..128; host bits of address need not be zero */
};

#define IP_TEXT_MAX 45       /* longest text form */

/* Strict: dotted quad with no leading zeros, or RFC 4291 text; no zone id, no brackets. */
bool ip_parse(struct slice, struct ip *out);
bool ip4_parse(struct slice, struct ip *out);              /* IPv4 text only */
bool ip6_parse(struct slice, struct ip *out, bool keep_mapped);   /* IPv6 text only; keep_mapped leaves ::ffff:… IPv6 */
bool ip_from_octets(const uint8_t *octets, size_t count, struct ip *out);     /* 4 or 16 */
/* address ["/" bits]; without bits the full length; bits without leading zeros; a mapped ::ffff:a.b.c.d/n
 * (n >= 96) becomes a.b.c.d/(n-96) */
bool prefix_parse(struct slice, struct prefix *out);
bool ip_same(const struct ip *, const struct ip *);              /* false if either is IP_NONE */
bool prefix_covers(const struct prefix *, const struct ip *);    /* false for the other family */
bool prefix_has_bits(const struct prefix *);                      /* bits <= family's width */
void prefix_clear_host_bits(struct prefix *);
void text_add_ip(struct text *, const struct ip *);               /* RFC 5952; IP_NONE adds nothing, here and below */
void text_add_prefix(struct text *, const struct prefix *);
/* "1.2.0.192" for 192.0.2.1: reversed octets or nibbles joined by dots, without in-addr.arpa or the like. */
void text_add_ip_reversed(struct text *, const struct ip *);
/* Forward: IPv4 dotted; IPv6 as 32 dot-separated lower-case nibbles (SPF %{i}). */
void text_add_ip_dotted(struct text *, const struct ip *);
bool ip_is_loopback(const struct ip *);                           /* 127/8, ::1 */
/* Loopback, RFC 1918, link-local, ULA, multicast, unspecified (0/8, ::). Documentation is NOT private. */
bool ip_is_private(const struct ip *);

#endif
