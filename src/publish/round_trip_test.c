/*
 * round_trip_test.c: random plans, published into a zone and evaluated by the real methods.
 *
 * For each network a plan speaks of: its first and last address, the one before and the one behind, and 20 random
 * ones. Every method that published something without a remark must pass exactly those the plan permits, and say
 * fail, softfail or neutral to the others; one that remarked that it is looser still passes those, and one that is
 * stricter still passes no other.
 */
#include "publish/publish.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rounds_test.h"
#include "fakes/whole.h"
#include "methods/list.h"
#include "publish/plan_file.h"
#include "publish/test_asker.h"

#define PLANS 1000
#define SERVER_PLANS 300
#if defined(HAVE_ADDRESS_SANITIZER)
#define PREFIXES_PROBED 1            /* of one plan */
#else
#define PREFIXES_PROBED 3
#endif
#define RANDOM_PROBES 20             /* around each */
#define ARENA_OCTETS ((size_t)8 << 20)

/* Those that answer "may this address send with this domain", and in how many plans at least they say so exactly. */
static struct { const char *name; const struct method *method; unsigned exact, looser, stricter, silent, at_least, passed, refused; } members[] = {
    { .name = "spf", .at_least = 500 }, { .name = "rmx", .at_least = 400 }, { .name = "dmp", .at_least = 300 }, { .name = "mxout", .at_least = 10 },
    { .name = "imx", .at_least = 100 }, { .name = "callerid", .at_least = 300 }, { .name = "senderid", .at_least = 400 },
};

/* ---- dice ---- */

static uint64_t seed = 20261129;

static unsigned below(unsigned limit)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((seed >> 33) % limit);
}

static bool one_in(unsigned n)
{
    return below(n) == 0;
}

/* ---- the world: hosts, providers, MX; the plan refers to them ---- */

/* Few addresses, so that what a plan says meets: three networks of each family. */
static void add_address(struct text *t, bool four)
{
    static const char *const fours[] = { "192.0.2", "198.51.100", "203.0.113" };
    if (four)
        text_addf(t, "%s.%u", fours[below(3)], below(256));
    else
        text_addf(t, "2001:db8:%u::%x", below(3), below(256));
}

static void add_network(struct text *t)
{
    bool four = !one_in(3);
    add_address(t, four);
    if (!one_in(3))
        text_addf(t, "/%u", four ? 20 + below(13) : one_in(4) ? 32 + below(33) : 112 + below(17));
}

#define HOSTS 6
#define PROVIDERS 3

struct world {
    struct text zone;
    struct text addresses[HOSTS];        /* "192.0.2.1", "2001:db8::1", quoted, with commas */
    struct text networks[PROVIDERS];     /* the same */
    struct text list;                    /* every network and address there is, one a line: what is probed */
    bool has_mx;
};

static const char *const host_names[HOSTS] = {
    "h0.d.example", "h1.d.example", "d.example", "h3.isp.example", "h4.isp.example", "h5.d.example",
};

static void add_host_records(struct world *w, struct arena *a, unsigned host)
{
    w->addresses[host] = text_in(a, 1 << 12);
    for (unsigned i = 0, n = 1 + below(2); i < n; i++) {
        uint8_t room[64];
        struct text ip = text_fixed(room, sizeof room);
        bool four = i == 0;
        add_address(&ip, four);
        text_addf(&w->addresses[host], "%s\"%.*s\"", i > 0 ? ", " : "", PUBLISH_NAME(text_slice(&ip)));
        text_addf(&w->zone, "%s. %s %.*s\n", host_names[host], four ? "A" : "AAAA", PUBLISH_NAME(text_slice(&ip)));
        text_addf(&w->list, "%.*s\n", PUBLISH_NAME(text_slice(&ip)));
    }
}

/* A provider: its SPF record, perhaps with an include, and its address prefix list. */
static void add_provider_records(struct world *w, struct arena *a, unsigned provider)
{
    struct text spf = text_in(a, 1 << 12), apl = text_in(a, 1 << 12);
    w->networks[provider] = text_in(a, 1 << 12);
    for (unsigned i = 0, n = 1 + below(3); i < n; i++) {
        uint8_t room[64];
        struct text network = text_fixed(room, sizeof room);
        add_network(&network);
        struct prefix p;
        assert_true(prefix_parse(text_slice(&network), &p));
        bool four = p.address.family == IP_V4;
        text_addf(&w->networks[provider], "%s\"%.*s\"", i > 0 ? ", " : "", PUBLISH_NAME(text_slice(&network)));
        text_addf(&spf, " ip%c:%.*s", four ? '4' : '6', PUBLISH_NAME(text_slice(&network)));
        text_addf(&apl, " %c:%.*s/%u", four ? '1' : '2', (int)slice_find(text_slice(&network), '/'), (const char *)network.at, p.bits);
        text_addf(&w->list, "%.*s\n", PUBLISH_NAME(text_slice(&network)));
    }
    text_addf(&w->zone, "p%u.example. TXT \"v=spf1 include:i.p%u.example -all\"\ni.p%u.example. TXT \"v=spf1%.*s ~all\"\nl.p%u.example. APL%.*s\n", provider, provider, provider,
              PUBLISH_NAME(text_slice(&spf)), provider, PUBLISH_NAME(text_slice(&apl)));
}

static struct world make_world(struct arena *a)
{
    struct world w = { .zone = text_in(a, 1 << 16), .list = text_in(a, 1 << 16) };
    for (unsigned i = 0; i < HOSTS; i++)
        add_host_records(&w, a, i);
    for (unsigned i = 0; i < PROVIDERS; i++)
        add_provider_records(&w, a, i);
    return w;
}

/* ---- a plan ---- */

static void add_networks(struct world *w, struct text *plan, const char *option, unsigned most)
{
    unsigned n = below(most + 1);
    if (n == 0)
        return;
    text_addf(plan, "%s = [ ", option);
    for (unsigned i = 0; i < n; i++) {
        uint8_t room[64];
        struct text network = text_fixed(room, sizeof room);
        add_network(&network);
        text_addf(plan, "%s\"%.*s\"", i > 0 ? ", " : "", PUBLISH_NAME(text_slice(&network)));
        text_addf(&w->list, "%.*s\n", PUBLISH_NAME(text_slice(&network)));
    }
    text_add_str(plan, " ];\n");
}

static void add_hosts(struct world *w, struct text *plan, const char *option, unsigned most)
{
    unsigned n = below(most + 1), first = below(HOSTS);
    if (n == 0)
        return;
    text_addf(plan, "%s = ( ", option);
    for (unsigned i = 0; i < n; i++) {
        unsigned host = (first + i) % HOSTS;
        if (one_in(2))
            text_addf(plan, "%s\"%s\"", i > 0 ? ", " : "", host_names[host]);
        else
            text_addf(plan, "%s{ name = \"%s\"; addresses = [ %.*s ]; }", i > 0 ? ", " : "", host_names[host], PUBLISH_NAME(text_slice(&w->addresses[host])));
    }
    text_add_str(plan, " );\n");
}

static void add_providers(struct world *w, struct text *plan)
{
    unsigned n = below(3), first = below(PROVIDERS);
    if (n == 0)
        return;
    text_add_str(plan, "providers = ( ");
    for (unsigned i = 0; i < n; i++) {
        unsigned provider = (first + i) % PROVIDERS;
        text_addf(plan, "%s{ domain = \"p%u.example\";", i > 0 ? ", " : "", provider);
        if (one_in(3))
            text_addf(plan, " networks = [ %.*s ];", PUBLISH_NAME(text_slice(&w->networks[provider])));
        else if (one_in(4))
            text_add_str(plan, " speaks = [ \"spf\" ];");
        if (one_in(3))
            text_addf(plan, " apl = \"l.p%u.example\";", provider);
        text_add_str(plan, " }");
    }
    text_add_str(plan, " );\n");
}

static void add_mx(struct world *w, struct text *plan)
{
    w->has_mx = true;
    if (one_in(3)) {
        text_add_str(plan, "receives_nothing = true;\n");
        w->has_mx = false;
    } else if (one_in(2)) {
        text_addf(plan, "mx = [ \"%s\" ];\n", host_names[below(HOSTS)]);
    } else {
        text_addf(&w->zone, "d.example. MX 10 %s.\n", host_names[below(HOSTS)]);
    }
    if (w->has_mx && one_in(2))
        text_add_str(plan, "mx_sends = true;\n");
}

static void add_flags(struct text *plan)
{
    static const char *const endings[] = { "strict", "soft", "neutral" };
    text_addf(plan, "ending = \"%s\";\n", endings[one_in(2) ? 0 : below(3)]);
    text_add_str(plan, one_in(4) ? "fill_deny = true;\n" : "");
    text_add_str(plan, one_in(4) ? "flatten = true;\n" : "");
    text_add_str(plan, one_in(5) ? "apl = \"nets.d.example\";\n" : "");
    text_add_str(plan, one_in(5) ? "lists = [ \"p0.example\" ];\n" : "");
    text_add_str(plan, one_in(5) ? "private_types = { rmx = 65280; imx = 65281; };\n" : "");
}

static struct slice make_plan(struct arena *a, struct world *w)
{
    struct text plan = text_in(a, 1 << 16);
    text_add_str(&plan, "domain = \"d.example\";\n");
    add_mx(w, &plan);
    if (one_in(20)) {
        text_reset(&plan);
        text_addf(&plan, "domain = \"d.example\";\nnever_sends = true;\n%s", w->has_mx ? "" : "receives_nothing = true;\n");
        return text_slice(&plan);
    }
    add_networks(w, &plan, "networks", 3);
    add_hosts(w, &plan, "hosts", 2);
    if (one_in(2))
        add_providers(w, &plan);
    if (one_in(2))
        add_networks(w, &plan, "excluded", 2);
    add_flags(&plan);
    return text_slice(&plan);
}

/* ---- judging ---- */

struct trial {
    struct slice plan_text, zone_text;
    struct plan plan;
    struct publication published;
    enum remark_kind said[COUNT_OF(members)];
    bool looser[COUNT_OF(members)], stricter[COUNT_OF(members)], silent[COUNT_OF(members)];
};

static void note_remarks(struct trial *t)
{
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        t->looser[i] = t->stricter[i] = false;
        t->silent[i] = true;
        for (size_t k = 0; k < t->published.count; k++)
            if (strcmp(t->published.records[k].by, members[i].name) == 0 && !t->published.records[k].absent)
                t->silent[i] = false;
        for (size_t k = 0; k < t->published.remarks.count; k++) {
            const struct remark *r = &t->published.remarks.at[k];
            if (strcmp(r->by, members[i].name) != 0)
                continue;
            t->looser[i] = t->looser[i] || r->kind == PUBLISH_LOOSER;
            t->stricter[i] = t->stricter[i] || r->kind == PUBLISH_STRICTER;
        }
        /* Sender ID reads the SPF record, unless mailing lists have it one of its own, whose servers pass, too. */
        if (strcmp(members[i].name, "senderid") == 0) {
            t->silent[i] = t->silent[i] && t->silent[0];
            t->looser[i] = t->looser[i] || t->plan.lists.count > 0;
        }
        members[i].silent += t->silent[i];
        members[i].looser += !t->silent[i] && t->looser[i];
        members[i].stricter += !t->silent[i] && t->stricter[i];
        members[i].exact += !t->silent[i] && !t->looser[i] && !t->stricter[i];
    }
}

static void judge(const struct trial *t, const struct told *told, size_t member, struct slice ip, bool permitted)
{
    for (unsigned i = 0; i < told->count; i++) {
        if (told->words[i].method != members[member].method || told->words[i].subject != 0)
            continue;
        enum auth_result word = told->words[i].word;
        bool refused = word == AUTH_FAIL || word == AUTH_SOFTFAIL || word == AUTH_NEUTRAL;
        bool good = permitted ? word == AUTH_PASS || t->stricter[member] : word != AUTH_PASS || t->looser[member];
        if (!t->stricter[member] && !t->looser[member])
            good = permitted ? word == AUTH_PASS : refused;
        members[member].passed += word == AUTH_PASS;
        members[member].refused += refused;
        if (good)
            continue;
        printf("%.*s\n%.*s\n%.*s\n", PUBLISH_NAME(t->plan_text), PUBLISH_NAME(t->zone_text), PUBLISH_NAME(told->json));
        fail_msg("%s: %.*s is %s, permitted: %d", members[member].name, PUBLISH_NAME(ip), auth_result_word(word), permitted);
    }
}

static void probe(struct whole *whole, const struct trial *t, struct zone *zone, const struct ip *ip)
{
    uint8_t room[IP_TEXT_MAX];
    struct text text = text_fixed(room, sizeof room);
    text_add_ip(&text, ip);
    struct whole_case c = {
        .name = SLICE("round trip"), .zone = zone, .now = 1700000000, .ip = text_slice(&text), .helo = SLICE("helo.test"), .mail_from = SLICE("u@d.example"),
        .message = SLICE("From: u@d.example\r\nTo: x@receiver.example\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000\r\nSubject: x\r\n\r\nx\r\n"),
    };
    struct told told = whole_play(whole, &c, &(struct whole_how){ .no_scouts = true });
    bool permitted = plan_permits(&t->plan, ip);
    for (size_t i = 0; i < COUNT_OF(members); i++)
        if (members[i].method && !t->silent[i])
            judge(t, &told, i, text_slice(&text), permitted);
    whole_forget(whole);
}

/* ip + by, within its family's octets; false where it leaves them. */
static bool move(struct ip *ip, int by)
{
    for (unsigned i = ip->family == IP_V4 ? 4 : 16; i-- > 0;) {
        uint8_t end = by > 0 ? 0xff : 0;
        if (ip->octets[i] != end) {
            ip->octets[i] = (uint8_t)(ip->octets[i] + by);
            return true;
        }
        ip->octets[i] = by > 0 ? 0 : 0xff;
    }
    return false;
}

static void probe_prefix(struct whole *whole, const struct trial *t, struct zone *zone, struct prefix p)
{
    unsigned width = p.address.family == IP_V4 ? 32 : 128;
    prefix_clear_host_bits(&p);
    struct ip first = p.address, last = p.address, before, after;
    for (unsigned bit = p.bits; bit < width; bit++)
        last.octets[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    before = first;
    after = last;
    probe(whole, t, zone, &first);
    probe(whole, t, zone, &last);
    if (move(&before, -1))
        probe(whole, t, zone, &before);
    if (move(&after, 1))
        probe(whole, t, zone, &after);
    /* Within the prefix, its neighbours, and anywhere. */
    for (unsigned n = 0; n < RANDOM_PROBES; n++) {
        struct ip ip = first;
        unsigned wider = n % 3 * 2;
        for (unsigned bit = p.bits > wider ? p.bits - wider : 0; bit < width; bit++)
            if (one_in(2))
                ip.octets[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        probe(whole, t, zone, &ip);
    }
}

static void probe_all(struct whole *whole, const struct trial *t, struct zone *zone, struct slice list)
{
    unsigned lines = 0, probed = 0;
    for (size_t i = 0; i < list.len; i++)
        lines += list.at[i] == '\n';
    for (struct slice line; list.len > 0 && probed < PREFIXES_PROBED; lines--) {
        struct prefix p;
        (void)slice_cut(list, '\n', &line, &list);
        if (below(lines) >= PREFIXES_PROBED - probed)
            continue;
        assert_true(prefix_parse(line, &p));
        probe_prefix(whole, t, zone, p);
        probed++;
    }
}

/* ---- a plan's way ---- */

static void add_reverse_names(struct text *zone, const struct plan_hosts *hosts)
{
    for (size_t i = 0; i < hosts->count; i++)
        for (size_t k = 0; k < hosts->at[i].count; k++) {
            const struct ip *ip = &hosts->at[i].addresses[k];
            text_add_ip_reversed(zone, ip);
            text_addf(zone, ".%s.arpa. PTR %.*s.\n", ip->family == IP_V4 ? "in-addr" : "ip6", PUBLISH_NAME(hosts->at[i].name));
        }
}

/* Reads, completes and publishes the plan: the world with what it publishes. NULL: it names no sender. */
static struct zone *publish_trial(struct arena *a, struct world *w, struct trial *t)
{
    struct config_error e = { .line = 0 };
    struct remarks remarks = { .count = 0 };
    struct texts everything = { .count = 0 };
    struct zone_error error = { 0 };
    struct text world_zone = text_in(a, 1 << 16), zone_text = text_in(a, 1 << 20);
    struct plan_file *file = plan_file_read(a, "random.plan", t->plan_text, &e);
    enum plan_next next = file ? plan_file_next(file, a, NULL, &t->plan, &e) : PLAN_NEXT_ERROR;
    if (next == PLAN_NEXT_ERROR && strstr(e.text, "nobody that they send"))
        return NULL;
    if (next != PLAN_NEXT_PLAN)
        fail_msg("%s\n%.*s", e.text, PUBLISH_NAME(t->plan_text));
    text_add(&world_zone, text_slice(&w->zone));
    text_add_octet(&world_zone, '\0');
    struct test_asker asker = test_asker_new((const char *)text_slice(&world_zone).at, one_in(2));
    const struct plan as_read = t->plan;
    for (enum plan_found found; (found = plan_complete(a, &asker.asker, &t->plan, &remarks)) != PLAN_READY; t->plan = as_read) {
        assert_int_equal(found, PLAN_NOT_YET);
        test_asker_turn(&asker);
    }
    test_asker_free(&asker);
    assert_true(publish_plan(a, &t->plan, &everything, &t->published));
    text_add(&zone_text, text_slice(&w->zone));
    add_reverse_names(&zone_text, &t->plan.hosts);
    text_add_publication(&zone_text, &t->published);
    t->zone_text = text_slice(&zone_text);
    struct zone *zone = zone_new();
    if (!zone_read(zone, t->zone_text, &error))
        fail_msg("line %u: %s\n%.*s", error.line, error.text, PUBLISH_NAME(t->zone_text));
    return zone;
}

static void plans_mean_what_they_say(void **state)
{
    uint64_t only = 0;
    struct arena *a = arena_new(ARENA_OCTETS);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        const struct method *m = method_named(slice_str(members[i].name));
        members[i].method = m && m->publish ? m : NULL;
        only |= members[i].method ? (uint64_t)1 << method_index(m) : 0;
    }
    struct whole *whole = whole_new_only(SLICE("methods = { rmx = { rr_type = 65280; }; imx = { rr_type = 65281; }; };"), only);
    for (unsigned i = 0; i < test_rounds(PLANS); i++) {
        arena_reset(a);
        struct world w = make_world(a);
        struct trial t = { .plan_text = make_plan(a, &w) };
        struct zone *zone = publish_trial(a, &w, &t);
        if (!zone)
            continue;
        note_remarks(&t);
        probe_all(whole, &t, zone, text_slice(&w.list));
        zone_free(zone);
    }
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        unsigned at_least = test_rounds(members[i].at_least);
        if (!members[i].method)
            continue;
        printf("%-8s exact %u, looser %u, stricter %u, not published %u plans; passed %u, refused %u\n", members[i].name, members[i].exact,
               members[i].looser, members[i].stricter, members[i].silent, members[i].passed, members[i].refused);
        assert_true(members[i].exact >= at_least && members[i].passed >= at_least && members[i].refused >= at_least);
    }
    whole_free(whole);
    arena_free(a);
}

/* ---- what hosts and owners of addresses say ---- */

enum { CSA, DRIP, MSD, MTAMARK, SERVER_METHODS };
static const char *const server_names[SERVER_METHODS] = { "csa", "drip", "msd", "mtamark" };
static unsigned server_words[SERVER_METHODS][2];      /* passed, refused */

/* A host of ours says its own name in HELO: from its own addresses, and from others. */
static void judge_server(struct whole *whole, struct zone *zone, const struct trial *t, const struct plan_host *host, const struct ip *ip, bool own)
{
    uint8_t room[IP_TEXT_MAX];
    struct text text = text_fixed(room, sizeof room);
    text_add_ip(&text, ip);
    struct whole_case c = {
        .name = SLICE("round trip"), .zone = zone, .now = 1700000000, .ip = text_slice(&text), .helo = host->name, .mail_from = SLICE("u@d.example"),
        .message = SLICE("From: u@d.example\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000\r\n\r\nx\r\n"),
    };
    struct told told = whole_play(whole, &c, &(struct whole_how){ .no_scouts = true });
    bool in_space = plan_owns_address(&t->plan, ip);
    for (unsigned i = 0; i < told.count; i++) {
        struct slice name = slice_str(told.words[i].method->name);
        enum auth_result word = told.words[i].word;
        for (unsigned k = 0; k < COUNT_OF(server_names); k++) {
            if (!slice_same(name, slice_str(server_names[k])))
                continue;
            bool expected = k == MTAMARK ? plan_permits(&t->plan, ip) : own;
            /* msd is asked of confirmed names only, mtamark says something of the plan's addresses only. */
            bool silent = (k == MSD && !own) || (k == MTAMARK && !in_space);
            server_words[k][expected ? 0 : 1] += !silent;
            if (silent || (expected ? word == AUTH_PASS : word == AUTH_FAIL))
                continue;
            printf("%.*s\n%.*s\n%.*s\n", PUBLISH_NAME(t->plan_text), PUBLISH_NAME(t->zone_text), PUBLISH_NAME(told.json));
            fail_msg("%s: %.*s at %.*s is %s, own: %d", server_names[k], PUBLISH_NAME(host->name), PUBLISH_NAME(text_slice(&text)), auth_result_word(word), own);
        }
    }
    whole_forget(whole);
}

static bool has_address(const struct plan_host *host, const struct ip *ip)
{
    bool has = false;
    for (size_t i = 0; i < host->count; i++)
        has = has || ip_same(&host->addresses[i], ip);
    return has;
}

static void judge_servers(struct whole *whole, struct zone *zone, const struct trial *t)
{
    for (size_t i = 0; i < t->plan.hosts.count; i++) {
        const struct plan_host *host = &t->plan.hosts.at[i];
        if (!plan_owns(&t->plan, host->name))
            continue;
        for (size_t k = 0; k < host->count; k++)
            judge_server(whole, zone, t, host, &host->addresses[k], true);
        for (unsigned n = 0; n < 4; n++) {
            uint8_t room[64];
            struct text text = text_fixed(room, sizeof room);
            struct ip ip;
            add_address(&text, n % 2);
            assert_true(ip_parse(text_slice(&text), &ip));
            if (!has_address(host, &ip))
                judge_server(whole, zone, t, host, &ip, false);
        }
    }
}

static struct slice make_server_plan(struct arena *a, struct world *w)
{
    struct text plan = text_in(a, 1 << 12);
    text_add_str(&plan, "domain = \"d.example\";\nreceives_nothing = true;\n");
    add_networks(w, &plan, "networks", 1);
    text_addf(&plan, "hosts = [ \"%s\", \"%s\" ];\n", host_names[below(3)], host_names[5]);
    text_add_str(&plan, "address_space = [ \"192.0.2.0/25\", \"198.51.100.64/29\", \"2001:db8:1::/64\" ];\n");
    text_add_str(&plan, one_in(2) ? "serves_factored = true;\n" : "");
    return text_slice(&plan);
}

/* A network of many addresses may need too many marks. */
static bool is_marked(const struct trial *t)
{
    for (size_t i = 0; i < t->published.remarks.count; i++)
        if (strcmp(t->published.remarks.at[i].by, "mtamark") == 0)
            return false;
    return true;
}

static void servers_mean_what_they_say(void **state)
{
    struct arena *a = arena_new(ARENA_OCTETS);
    uint64_t only = 0;
    (void)state;
    for (unsigned k = 0; k < COUNT_OF(server_names); k++)
        only |= (uint64_t)1 << method_index(method_named(slice_str(server_names[k])));
    struct whole *whole = whole_new_only(SLICE("methods = { drip = { enabled = true; }; };"), only);
    for (unsigned i = 0; i < test_rounds(SERVER_PLANS); i++) {
        arena_reset(a);
        struct world w = make_world(a);
        struct trial t = { .plan_text = make_server_plan(a, &w) };
        struct zone *zone = publish_trial(a, &w, &t);
        assert_non_null(zone);
        if (is_marked(&t))
            judge_servers(whole, zone, &t);
        zone_free(zone);
    }
    for (unsigned k = 0; k < COUNT_OF(server_names); k++) {
        printf("%-8s passed %u, refused %u\n", server_names[k], server_words[k][0], server_words[k][1]);
        assert_true(server_words[k][0] > test_rounds(100) && (k == MSD || server_words[k][1] > test_rounds(100)));
    }
    whole_free(whole);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(plans_mean_what_they_say), cmocka_unit_test(servers_mean_what_they_say) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
