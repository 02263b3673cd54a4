/* whole_cases.c: cases from files. */
#include "fakes/whole.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mail/received.h"

#define CASES_MAX 4096
#define ZONES_MAX 1024
#define ARENA_OCTETS (1u << 28)
#define FILE_OCTETS_MAX (32u << 20)
#define PATH_OCTETS 1024

struct whole_set {
    struct arena *arena;
    struct whole_case *cases[CASES_MAX];
    size_t count;
    struct zone *zones[ZONES_MAX];
    size_t zone_count;
};

static void must(bool truth, const char *what)
{
    if (truth)
        return;
    fprintf(stderr, "whole: %s\n", what);
    abort();
}

struct whole_set *whole_set_new(void)
{
    struct whole_set *set = calloc(1, sizeof *set);
    must(set != NULL, "no memory");
    set->arena = arena_new(ARENA_OCTETS);
    must(set->arena != NULL, "no memory");
    return set;
}

void whole_set_free(struct whole_set *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->zone_count; i++)
        zone_free(set->zones[i]);
    arena_free(set->arena);
    free(set);
}

size_t whole_count(const struct whole_set *set)
{
    return set->count;
}

const struct whole_case *whole_case(const struct whole_set *set, size_t i)
{
    must(i < set->count, "no such case");
    return set->cases[i];
}

/* ---- parts ---- */

static struct zone *zone_of(struct whole_set *set, struct slice text)
{
    struct zone_error error = { 0 };
    struct zone *zone = zone_new();
    must(zone && set->zone_count < ZONES_MAX, "too many zones");
    set->zones[set->zone_count++] = zone;
    if (!zone_read(zone, text, &error))
        fprintf(stderr, "line %u: ", error.line), must(false, error.text);
    return zone;
}

static struct whole_case *case_add(struct whole_set *set)
{
    struct whole_case *c = ARENA_NEW(set->arena, struct whole_case);
    must(c && set->count < CASES_MAX, "too many cases");
    set->cases[set->count++] = c;
    return c;
}

void whole_add(struct whole_set *set, struct slice zone_text, const struct whole_case *given)
{
    struct whole_case *c = case_add(set);
    *c = *given;
    c->zone = zone_of(set, zone_text);
    c->name = slice_dup(set->arena, given->name);
    c->message = slice_dup(set->arena, given->message);
}

static bool read_file(struct arena *a, const char *path, struct slice *out)
{
    FILE *f = fopen(path, "rb");
    struct text t = text_in(a, FILE_OCTETS_MAX);
    char buffer[65536];
    if (!f)
        return false;
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, f)) > 0;)
        text_add(&t, slice_of(buffer, n));
    must(!ferror(f) && !t.bad, path);
    fclose(f);
    *out = text_slice(&t);
    return true;
}

/* A file beside another. */
static struct slice read_beside(struct arena *a, const char *path, struct slice name)
{
    char full[PATH_OCTETS];
    struct slice octets = { 0 }, folder = slice_str(path);
    int n = snprintf(full, sizeof full, "%.*s/%.*s", (int)slice_find_last(folder, '/'), path, (int)name.len, (const char *)name.at);
    must(n > 0 && (size_t)n < sizeof full && read_file(a, full, &octets), full);
    return octets;
}

/* conformance/README.md: a file with bare LF and no CRLF stands for the same message with CRLF. */
static struct slice with_crlf(struct arena *a, struct slice s)
{
    struct text t = text_in(a, FILE_OCTETS_MAX);
    for (size_t i = 1; i < s.len; i++)
        if (s.at[i] == '\n' && s.at[i - 1] == '\r')
            return s;
    for (size_t i = 0; i < s.len; i++)
        text_add(&t, s.at[i] == '\n' ? SLICE("\r\n") : slice_of(s.at + i, 1));
    must(!t.bad, "no memory");
    return text_slice(&t);
}

/* ---- the JSON files ---- */

/* Code points up to U+00FF are octets (README.md: one octet a character, Latin-1). */
static void add_latin1(struct text *t, struct slice utf8)
{
    while (utf8.len > 0) {
        uint32_t code = 0;
        size_t n = utf8_next(utf8, &code);
        must(n > 0 && code <= 0xff, "a recipe's character that is no octet");
        text_add_octet(t, (uint8_t)code);
        utf8 = slice_from(utf8, n);
    }
}

static struct slice by_recipe(struct arena *a, const char *path, const struct fact *parts)
{
    struct text t = text_in(a, FILE_OCTETS_MAX);
    for (const struct fact *p = parts->first; p; p = p->next)
        for (int64_t times = fact_number(p, "times", 1); times > 0; times--) {
            if (fact_find(p, "file"))
                text_add(&t, read_beside(a, path, fact_text(p, "file")));
            else
                add_latin1(&t, fact_text(p, "text"));
        }
    must(!t.bad, "a recipe over the bound");
    return text_slice(&t);
}

static struct slice message_of(struct arena *a, const char *path, const struct fact *c)
{
    if (fact_find(c, "recipe"))
        return by_recipe(a, path, fact_find(c, "recipe"));
    if (fact_find(c, "message"))
        return with_crlf(a, read_beside(a, path, fact_text(c, "message")));
    return with_crlf(a, fact_text(c, "message_text"));
}

static struct zone *own_zone(struct whole_set *set, const char *path, const struct fact *from, struct zone *otherwise)
{
    if (fact_find(from, "zone"))
        return zone_of(set, fact_text(from, "zone"));
    if (fact_find(from, "zone_file"))
        return zone_of(set, read_beside(set->arena, path, fact_text(from, "zone_file")));
    return otherwise;
}

static struct slice label(struct arena *a, const char *path, struct slice name)
{
    struct slice file = slice_str(path);
    struct text t = text_in(a, PATH_OCTETS);
    text_add(&t, slice_from(file, slice_find_last(file, '/') + 1));
    text_add_octet(&t, '/');
    text_add(&t, name);
    return text_slice(&t);
}

static void add_case(struct whole_set *set, const char *path, const struct fact *c, struct zone *zone, struct slice message)
{
    struct whole_case *out = case_add(set);
    *out = (struct whole_case){
        .name = label(set->arena, path, fact_text(c, "name")), .zone = zone, .now = fact_number(c, "at", 1700000000),
        .ip = fact_text(c, "ip"), .helo = fact_text(c, "helo"), .mail_from = fact_text(c, "mail_from"), .message = message,
    };
}

static void add_spf_scenario(struct whole_set *set, const char *path, const struct fact *scenario)
{
    struct zone *zone = own_zone(set, path, scenario, NULL);
    for (const struct fact *c = fact_find(scenario, "cases")->first; c; c = c->next)
        add_case(set, path, c, zone, SLICE("From: someone@author.example\r\n\r\ntext\r\n"));
}

bool whole_read_json(struct whole_set *set, const char *path)
{
    struct slice json;
    const struct fact *root;
    const char *error = "";
    if (!read_file(set->arena, path, &json))
        return false;
    must(fact_from_json(set->arena, json, &root, &error), error);
    const struct fact *scenarios = fact_find(root, "scenarios"), *cases = fact_find(root, "cases");
    for (const struct fact *s = scenarios ? scenarios->first : NULL; s; s = s->next)
        add_spf_scenario(set, path, s);
    struct zone *common = scenarios ? NULL : own_zone(set, path, root, NULL);
    for (const struct fact *c = cases ? cases->first : NULL; c; c = c->next)
        add_case(set, path, c, own_zone(set, path, c, common), message_of(set->arena, path, c));
    must(scenarios || cases, "a file without cases");
    return true;
}

/* ---- stories ---- */

static void keep_field(void *context, struct slice raw)
{
    message_add(context, raw);
}

static void ignore_end(void *context)
{
    (void)context;
}

static void ignore_body(void *context, struct slice octets)
{
    (void)context;
    (void)octets;
}

/* Who sent it, as the message itself says. */
static void envelope_from_message(struct arena *a, struct whole_case *c)
{
    struct message m;
    struct received received;
    message_init(&m, a);
    struct splitter *s = splitter_new(a, &(struct splitter_sink){ keep_field, ignore_end, ignore_body, &m }, false);
    must(s != NULL, "no memory");
    splitter_push(s, c->message);
    splitter_end(s);
    const struct field *hop = message_field(&m, SLICE("Received"), 1), *path = message_field(&m, SLICE("Return-Path"), 1);
    c->ip = SLICE("203.0.113.77");
    c->helo = SLICE("host.example");
    c->mail_from = SLICE("someone@quiet.example");
    if (path)
        c->mail_from = slice_trim_fws(field_unfolded(a, path));
    if (!hop || !received_parse(a, hop->value, &received))
        return;
    struct text ip = text_in(a, IP_TEXT_MAX + 1);
    text_add_ip(&ip, &received.client);
    c->ip = text_slice(&ip);
    c->helo = received.helo;
}

static void read_story(struct whole_set *set, const char *folder, const char *name)
{
    char path[PATH_OCTETS];
    struct slice zone_text, octets;
    snprintf(path, sizeof path, "%s/%s/world.zone", folder, name);
    if (!read_file(set->arena, path, &zone_text))
        return;
    struct zone *zone = zone_of(set, zone_text);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    DIR *d = opendir(path);
    must(d != NULL, path);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        if (!slice_ends_nocase(slice_str(e->d_name), SLICE(".eml")))
            continue;
        int n = snprintf(path, sizeof path, "%s/%s/%s", folder, name, e->d_name);
        must(n > 0 && (size_t)n < sizeof path && read_file(set->arena, path, &octets), path);
        struct whole_case *c = case_add(set);
        *c = (struct whole_case){ .zone = zone, .now = 1700000000, .message = with_crlf(set->arena, octets) };
        c->name = label(set->arena, path, slice_str(name));
        envelope_from_message(set->arena, c);
    }
    closedir(d);
}

void whole_read_stories(struct whole_set *set, const char *folder)
{
    size_t before = set->count;
    DIR *d = opendir(folder);
    must(d != NULL, folder);
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        if (e->d_name[0] != '.')
            read_story(set, folder, e->d_name);
    closedir(d);
    must(set->count > before, "no story has a message");
}
