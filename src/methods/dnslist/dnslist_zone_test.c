/*
 * dnslist_zone_test: lists in files become zones: what stands in them, what is refused, and that the zone says of any address
 * or domain what the smallest entry around it says.
 */
#include "methods/dnslist/dnslist_zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dns/zone.h"
#include "methods/dnslist/dnslist_look.h"

#define ZONE "bl.example"
#define HEAD "$ORIGIN bl.example.\n$TTL 3600\n"
#define TEST(name, answer) name " A " answer "\n" name " TXT \"test entry (RFC 5782 5)\"\n"
#define TEST4 TEST("2.0.0.127", "127.0.0.2")
#define MAPPED ".0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"
#define TEST6 TEST("2" MAPPED, "127.0.0.2")

static void put_into(void *context, struct slice line)
{
    assert_true(line.len > 1 && line.at[line.len - 1] == '\n');
    text_add(context, line);
}

static const struct dnslist_zone_options plain = { .zone = SLICE_INIT(ZONE), .ttl_seconds = 3600 };

/* The zone's text; empty and *mistake if it is refused. */
static struct slice built(struct arena *a, struct slice file, const struct dnslist_zone_options *o, struct dnslist_mistake *mistake)
{
    struct text out = text_in(a, 256u << 20);
    *mistake = (struct dnslist_mistake){ .line = 0 };
    if (!dnslist_zone_build(a, file, o, put_into, &out, mistake))
        return (struct slice){ 0 };
    assert_false(out.bad);
    return text_slice(&out);
}

/* ---- what stands in them ---- */

static const struct { const char *file, *zone; } zones[] = {
    { "", HEAD TEST6 TEST4 },
    { "192.0.2.99\n", HEAD TEST6 TEST4 "99.2.0.192 A 127.0.0.2\n" },
    { "192.0.2.99", HEAD TEST6 TEST4 "99.2.0.192 A 127.0.0.2\n" },
    { "# one\r\n\r\n  192.0.2.99\t127.0.0.2\r\n", HEAD TEST6 TEST4 "99.2.0.192 A 127.0.0.2\n" },
    { "::ffff:192.0.2.99\n", HEAD TEST6 TEST4 "99.2.0.192 A 127.0.0.2\n" },
    { "192.0.2.99 a reason, with \"quotes\" and \\\n", HEAD TEST6 TEST4 "99.2.0.192 A 127.0.0.2\n99.2.0.192 TXT \"a reason, with \\\"quotes\\\" and \\\\\"\n" },
    { "192.0.2.99 127.0.0.2 $: see us\n", HEAD TEST6 TEST4 "99.2.0.192 A 127.0.0.2\n99.2.0.192 TXT \"192.0.2.99: see us\"\n" },
    /* CIDR: at an octet a wildcard, between octets each of them. */
    { "192.0.2.0/24\n", HEAD TEST4 "*.2.0.192 A 127.0.0.2\n" },
    { "192.0.2.0/23\n", HEAD TEST4 "*.2.0.192 A 127.0.0.2\n*.3.0.192 A 127.0.0.2\n" },
    { "192.0.2.4/31\n", HEAD TEST6 TEST4 "4.2.0.192 A 127.0.0.2\n5.2.0.192 A 127.0.0.2\n" },
    { "192.0.0.0/16\n", HEAD TEST4 "*.0.192 A 127.0.0.2\n" },
    { "64.0.0.0/7\n", HEAD TEST4 "*.64 A 127.0.0.2\n*.65 A 127.0.0.2\n" },
    { "2001:db8::/32\n", HEAD TEST6 "*.8.b.d.0.1.0.0.2 A 127.0.0.2\n" },
    { "2001:db8::/31\n", HEAD TEST6 "*.8.b.d.0.1.0.0.2 A 127.0.0.2\n*.9.b.d.0.1.0.0.2 A 127.0.0.2\n" },
    { "2001:db8::1\n", HEAD TEST6 TEST4 "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2 A 127.0.0.2\n" },
    /* Both families, as long as nothing is a wildcard. */
    { "192.0.2.99\n2001:db8::1\n", HEAD TEST6 TEST4 "99.2.0.192 A 127.0.0.2\n1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2 A 127.0.0.2\n" },
    /* Answers: each has its test entry; several of one entry stand beside each other. */
    { "192.0.2.99 127.0.0.4\n192.0.2.99 127.0.0.3\n", HEAD TEST("2" MAPPED, "127.0.0.2") TEST("3" MAPPED, "127.0.0.3") TEST("4" MAPPED, "127.0.0.4")
      TEST4 TEST("3.0.0.127", "127.0.0.3") TEST("4.0.0.127", "127.0.0.4") "99.2.0.192 A 127.0.0.3\n99.2.0.192 A 127.0.0.4\n" },
    { "127.0.0.2 ours\n", HEAD TEST6 "2.0.0.127 A 127.0.0.2\n2.0.0.127 TXT \"test entry (RFC 5782 5)\"\n2.0.0.127 TXT \"ours\"\n" },
    /* What exists within a wildcard ends it beside: it is said again. */
    { "192.0.0.0/16 127.0.0.3\n192.0.2.99\n", HEAD TEST4 TEST("3.0.0.127", "127.0.0.3")
      "*.0.192 A 127.0.0.3\n*.2.0.192 A 127.0.0.3\n99.2.0.192 A 127.0.0.2\n" },
    { "192.0.2.0/24\n192.0.2.99 127.0.0.3\n", HEAD TEST4 TEST("3.0.0.127", "127.0.0.3") "*.2.0.192 A 127.0.0.2\n99.2.0.192 A 127.0.0.3\n" },
    { "192.0.2.0/23 127.0.0.3\n192.0.2.0/24\n", HEAD TEST4 TEST("3.0.0.127", "127.0.0.3") "*.2.0.192 A 127.0.0.2\n*.3.0.192 A 127.0.0.3\n" },
    { "2001:db8::/32\n2001:db8:1::/44 127.0.0.3\n", NULL },
    /* Names */
    { "Spam.Example.\n", HEAD "spam.example A 127.0.0.2\n" TEST("test", "127.0.0.2") },
    { ".spam.example\n", HEAD "spam.example A 127.0.0.2\n*.spam.example A 127.0.0.2\n" TEST("test", "127.0.0.2") },
    { "b\xc3\xbc" "cher.example\n", HEAD "xn--bcher-kva.example A 127.0.0.2\n" TEST("test", "127.0.0.2") },
    { ".example 127.0.0.3\nspam.example\n", HEAD "example A 127.0.0.3\n*.example A 127.0.0.3\n*.spam.example A 127.0.0.3\nspam.example A 127.0.0.2\n"
      TEST("test", "127.0.0.2") },
    { ".example 127.0.0.3\na.b.example\n", HEAD "example A 127.0.0.3\n*.example A 127.0.0.3\n*.b.example A 127.0.0.3\n*.a.b.example A 127.0.0.3\na.b.example A 127.0.0.2\n"
      TEST("test", "127.0.0.2") },
};

static void test_zones(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(zones); i++) {
        struct arena *a = arena_new(1u << 24);
        struct dnslist_mistake mistake;
        struct slice zone = built(a, slice_str(zones[i].file), &plain, &mistake);
        if (!zones[i].zone)
            assert_int_equal(mistake.line, 2);
        else if (!slice_same(zone, slice_str(zones[i].zone)))
            fail_msg("%s: %zu: %s\n%.*s", zones[i].file, mistake.line, mistake.text, (int)zone.len, (const char *)zone.at);
        arena_free(a);
    }
}

static void test_head(void **state)
{
    static const struct slice servers[] = { SLICE_INIT("ns1.bl.example"), SLICE_INIT("ns.other.example") };
    struct dnslist_zone_options o = { .zone = SLICE(ZONE), .ttl_seconds = 300, .servers = servers, .server_count = 2, .serial = 7,
                                      .contact = SLICE("host.master@bl.example"), .text = SLICE("$ is listed") };
    struct arena *a = arena_new(1u << 20);
    struct dnslist_mistake mistake;
    (void)state;
    struct slice zone = built(a, SLICE("192.0.2.0/24\n"), &o, &mistake);
    assert_true(slice_same(zone, SLICE("$ORIGIN bl.example.\n$TTL 300\n"
        "@ SOA ns1.bl.example. host\\.master.bl.example. 7 3600 600 604800 300\n@ NS ns1.bl.example.\n@ NS ns.other.example.\n"
        TEST4 "*.2.0.192 A 127.0.0.2\n*.2.0.192 TXT \"192.0.2.0/24 is listed\"\n")));
    o.contact = (struct slice){ 0 };
    zone = built(a, SLICE(""), &o, &mistake);
    assert_true(slice_starts(slice_from(zone, sizeof "$ORIGIN bl.example.\n$TTL 300\n@ SOA ns1.bl.example. " - 1), SLICE("hostmaster.bl.example. 7 ")));
    arena_free(a);
}

/* ---- what is refused ---- */

#define LONG50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONG250 LONG50 LONG50 LONG50 LONG50 LONG50

static const struct { const char *file; size_t line; const char *says; } refused[] = {
    { "192.0.2.99\n192.0.2.300\n", 2, "is no address, network or domain" },
    { "192.0.2\n", 1, "is no address, network or domain" },
    { "192.0.2.0/33\n", 1, "is no address, network or domain" },
    { "a..b\n", 1, "is no address, network or domain" },
    { ".\n", 1, "is no address, network or domain" },
    { "\n\n!\n", 3, "is no address, network or domain" },
    { "192.0.2.1/24\n", 1, "bits behind its length /24" },
    { "2001:db8::1/64\n", 1, "bits behind its length /64" },
    { "127.0.0.1\n", 1, "must never be listed" },
    { "127.0.0.0/8\n", 1, "must never be listed" },
    { "0.0.0.0/0\n", 1, "must never be listed" },
    { "::/0\n", 1, "must never be listed" },
    { "::/64\n", 1, "must never be listed" },
    { "invalid\n", 1, "must never be listed" },
    { ".INVALID\n", 1, "must never be listed" },
    { "192.0.2.1\nspam.example\n", 2, "of addresses or of names" },
    { "spam.example\n192.0.2.1\n", 2, "of addresses or of names" },
    { "192.0.2.0/24\n192.0.2.1\n2001:db8::1\n", 3, "network in line 1, the other family in line 3" },
    { "2001:db8::1\n192.0.2.0/24\n", 2, "network in line 2, the other family in line 1" },
    { "192.0.2.1\n2001:db8::/32\n", 2, "make two zones" },
    { "192.0.2.1 127.0.0.1\n", 1, "within 127.0.0.0/8" },
    { "192.0.2.1 128.0.0.2\n", 1, "within 127.0.0.0/8" },
    { "192.0.2.1 127.255.255.254\n", 1, "within 127.0.0.0/8" },
    { "192.0.2.1\n192.0.2.2\n192.0.2.1 127.0.0.2\n", 3, "stands in line 1 already" },
    { "192.0.2.0/24\n192.0.2.0/24 again\n", 2, "stands in line 1 already" },
    { "spam.example\n.spam.example\n", 2, "stands in line 1 already" },
    { "192.0.2.1 caf\xc3\xa9\n", 1, "printable ASCII" },
    { "192.0.2.1 a\x01" "b\n", 1, "control octet" },
    { "192.0.2.1 " LONG250 "aaaaaa\n", 1, "at most 255" },
    { "192.0.2.1 $" LONG250 "\n", 1, "more than 255" },
    { LONG50 "." LONG50 "." LONG50 "." LONG50 ".aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example\n", 1, "too long below bl.example" },
    { "192.0.2.1 " LONG250 LONG250 LONG250 LONG250 LONG50 "\n", 1, "more than 1024 octets" },
};

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct arena *a = arena_new(1u << 20);
        struct dnslist_mistake mistake;
        struct slice zone = built(a, slice_str(refused[i].file), &plain, &mistake);
        if (zone.len > 0 || mistake.line != refused[i].line || !strstr(mistake.text, refused[i].says))
            fail_msg("%s: line %zu: %s", refused[i].file, mistake.line, mistake.text);
        arena_free(a);
    }
}

static void test_bounds(void **state)
{
    struct arena *a = arena_new(1u << 30);
    struct text file = text_in(a, 1u << 26);
    struct dnslist_mistake mistake;
    (void)state;
    for (unsigned i = 0; i < DNSLIST_ANSWERS_MAX + 1u; i++)
        text_addf(&file, "192.0.2.1 127.0.1.%u\n", i);
    assert_int_equal(built(a, text_slice(&file), &plain, &mistake).len, 0);
    assert_int_equal(mistake.line, DNSLIST_ANSWERS_MAX + 1);
    assert_non_null(strstr(mistake.text, "64 different answers"));
    /* 128 names each. */
    text_reset(&file);
    for (unsigned i = 0; i < DNSLIST_NAMES_MAX / 128 + 1; i++)
        text_addf(&file, "10.%u.%u.0/25\n", i / 256, i % 256);
    assert_int_equal(built(a, text_slice(&file), &plain, &mistake).len, 0);
    assert_non_null(strstr(mistake.text, "1000000 names"));
    arena_free(a);
    /* No memory is no mistake of the file. */
    for (size_t octets = 256; octets < 20000; octets += 512) {
        a = arena_new(octets);
        char room[4096];
        struct text out = text_fixed(room, sizeof room);
        if (!dnslist_zone_build(a, SLICE("192.0.2.1\n192.0.3.0/25\n"), &plain, put_into, &out, &mistake))
            assert_non_null(strstr(mistake.text, "no memory"));
        arena_free(a);
    }
}

/* ---- what the zone says is what the file says ---- */

struct rng { uint64_t state; };

static unsigned below(struct rng *r, unsigned n)
{
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(r->state >> 33) % n;
}

#define RULES 12
struct rule { struct prefix prefix; unsigned answer; };

/* Few distinct octets, so that entries lie within each other. */
static struct prefix random_prefix(struct rng *r, bool four)
{
    struct prefix p = { .address = { .family = four ? IP_V4 : IP_V6 } };
    unsigned width = four ? 32 : 128;
    for (unsigned i = 0; i < width / 8; i++)
        p.address.octets[i] = (uint8_t)(i == 0 ? 20 + below(r, 2) : below(r, 3) * (four ? 85 : 17));
    p.bits = below(r, 3) ? width - below(r, four ? 26 : 30) : width;
    for (unsigned i = p.bits; i < width; i++)
        p.address.octets[i / 8] &= (uint8_t)~(0x80u >> i % 8);
    return p;
}

static unsigned told_by_file(const struct rule *rules, size_t count, const struct ip *ip)
{
    const struct rule *best = NULL;
    for (size_t i = 0; i < count; i++)
        if (prefix_covers(&rules[i].prefix, ip) && (!best || rules[i].prefix.bits > best->prefix.bits))
            best = &rules[i];
    return best ? best->answer : 0;
}

static unsigned told_by_zone(struct arena *a, struct zone *zone, const struct ip *ip)
{
    static const struct dnslist_match any = { .given = false };
    struct question q = { .name = dnslist_name(a, dnslist_address_key(a, ip), SLICE(ZONE)), .type = RTYPE_A };
    const struct answer *answer = zone_answer(zone, &q);
    struct dnslist_look look = dnslist_read(a, answer, &any);
    unsigned told = look.found == DNSLIST_THERE && look.values.count == 1 ? look.values.at[0].octets[3] : look.found == DNSLIST_NOT_THERE ? 0 : 999;
    answer_drop(answer);
    return told;
}

static bool same_prefix(const struct prefix *a, const struct prefix *b)
{
    return a->bits == b->bits && ip_same(&a->address, &b->address);
}

static size_t make_rules(struct rng *r, bool four, struct rule *rules, struct text *file)
{
    size_t count = 0;
    for (unsigned n = 1 + below(r, RULES); n > 0; n--) {
        struct rule rule = { random_prefix(r, four), 2 + below(r, 9) };
        bool is_new = true;
        for (size_t i = 0; i < count; i++)
            is_new = is_new && !same_prefix(&rules[i].prefix, &rule.prefix);
        if (!is_new)
            continue;
        rules[count++] = rule;
        text_add_prefix(file, &rule.prefix);
        text_addf(file, " 127.0.0.%u\n", rule.answer);
    }
    return count;
}

/* Its first, its last, those just outside, and some. */
static struct ip probe(struct rng *r, const struct prefix *p, unsigned n)
{
    struct ip ip = p->address;
    unsigned width = ip.family == IP_V4 ? 32 : 128;
    for (unsigned i = p->bits; i < width && n > 0; i++)
        if (n == 1 || below(r, 2))
            ip.octets[i / 8] |= (uint8_t)(0x80u >> i % 8);
    if (n % 5 == 4) {
        unsigned bit = below(r, width);
        ip.octets[bit / 8] ^= (uint8_t)(0x80u >> bit % 8);
    }
    return ip;
}

static void check_list(uint64_t seed)
{
    struct rng r = { seed };
    struct rule rules[RULES];
    struct arena *a = arena_new(1u << 26);
    struct text file = text_in(a, 4096);
    struct dnslist_mistake mistake;
    struct zone_error error = { .line = 0 };
    size_t count = make_rules(&r, seed % 2, rules, &file);
    struct slice text = built(a, text_slice(&file), &plain, &mistake);
    struct zone *zone = zone_new();
    if (text.len == 0 || !zone_read(zone, text, &error))
        fail_msg("seed %u: %s%s\n%.*s", (unsigned)seed, mistake.text, error.text, (int)file.len, (const char *)file.at);
    for (size_t i = 0; i < count; i++) {
        for (unsigned n = 0; n < 20; n++) {
            struct ip ip = probe(&r, &rules[i].prefix, n);
            unsigned wanted = told_by_file(rules, count, &ip), told = told_by_zone(a, zone, &ip);
            char room[IP_TEXT_MAX];
            struct text shown = text_fixed(room, sizeof room);
            text_add_ip(&shown, &ip);
            if (wanted != told)
                fail_msg("seed %u: %.*s: %u, not %u\n%.*s\n%.*s", (unsigned)seed, (int)shown.len, room, told, wanted, (int)file.len, (const char *)file.at,
                         (int)text.len, (const char *)text.at);
        }
    }
    struct ip good, bad;
    assert_true(ip4_parse(SLICE("127.0.0.2"), &good) && ip4_parse(SLICE("127.0.0.1"), &bad));
    assert_true(seed % 2 == 0 || (told_by_zone(a, zone, &good) == 2 && told_by_zone(a, zone, &bad) == 0));
    zone_free(zone);
    arena_free(a);
}

static void test_zone_says_what_file_says(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 1000; seed++)
        check_list(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zones), cmocka_unit_test(test_head), cmocka_unit_test(test_refused), cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_zone_says_what_file_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
