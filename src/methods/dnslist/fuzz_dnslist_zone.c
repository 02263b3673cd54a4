/*
 * fuzz_dnslist_zone: a list's file; what is built can be read as a zone, in which the test entry is there and 127.0.0.1 is not.
 * The first octet chooses options.
 *
 * covers: src/methods/dnslist/dnslist_zone.c src/methods/dnslist/dnslist_file.c
 */
#include "methods/dnslist/dnslist_zone.h"

#include <stdlib.h>
#include <string.h>

#include "dns/zone.h"

#define LINES_OCTETS (8u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static void put_into(void *context, struct slice line)
{
    must(line.len > 1 && line.at[line.len - 1] == '\n' && slice_find(line, '\n') == line.len - 1);
    text_add(context, line);
}

static bool has(struct zone *zone, const char *name)
{
    struct question q = { .name = slice_str(name), .type = RTYPE_A };
    const struct answer *a = zone_answer(zone, &q);
    bool data = a && answer_has_data(a);
    answer_drop(a);
    return data;
}

static void check_zone(struct slice text)
{
    struct zone_error error;
    struct zone *zone = zone_new();
    must(zone != NULL);
    must(zone_read(zone, text, &error));
    must(has(zone, "2.0.0.127.bl.example") || has(zone, "test.bl.example") ||
         has(zone, "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.bl.example"));
    must(!has(zone, "1.0.0.127.bl.example") || has(zone, "test.bl.example"));
    must(!has(zone, "invalid.bl.example"));
    must(!has(zone, "1.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.bl.example") || has(zone, "test.bl.example"));
    zone_free(zone);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    static const struct slice servers[] = { SLICE_INIT("ns1.bl.example"), SLICE_INIT("ns2.bl.example") };
    unsigned how = len > 0 ? at[0] : 0;
    struct dnslist_zone_options o = {
        .zone = SLICE("bl.example"), .ttl_seconds = 3600, .servers = servers, .server_count = how & 1 ? 2 : 0, .serial = 1,
        .contact = how & 2 ? SLICE("host.master@bl.example") : (struct slice){ 0 }, .text = how & 4 ? SLICE("$ is \"listed\"") : (struct slice){ 0 },
    };
    struct arena *arena = arena_new(64u << 20);
    struct text out = text_in(arena, LINES_OCTETS);
    struct dnslist_mistake mistake = { .line = 0 };
    if (arena && dnslist_zone_build(arena, slice_of(at + (len > 0), len - (len > 0)), &o, put_into, &out, &mistake)) {
        if (!out.bad)
            check_zone(text_slice(&out));
    } else {
        must(mistake.text[0] != '\0');
    }
    arena_free(arena);
    return 0;
}
