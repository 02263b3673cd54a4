#include "util.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void die(const char *format, ...)
{
    va_list list;
    fflush(stdout);
    fputs("bench: ", stderr);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    exit(70);
}

void *need(void *pointer)
{
    if (!pointer)
        die("out of memory");
    return pointer;
}

void *zalloc(size_t count, size_t size)
{
    return need(calloc(count ? count : 1, size ? size : 1));
}

char *copy_text(struct bytes b)
{
    char *copy = zalloc(b.len + 1, 1);
    if (b.len)
        memcpy(copy, b.at, b.len);
    return copy;
}

void buf_add(struct buf *b, const void *at, size_t len)
{
    if (!len)
        return;
    if (b->cap - b->len < len) {
        size_t cap = b->cap ? b->cap * 2 : 256;
        while (cap - b->len < len)
            cap *= 2;
        b->at = need(realloc(b->at, cap));
        b->cap = cap;
    }
    memcpy(b->at + b->len, at, len);
    b->len += len;
}

void buf_bytes(struct buf *b, struct bytes more) { buf_add(b, more.at, more.len); }
void buf_text(struct buf *b, const char *more) { buf_add(b, more, strlen(more)); }
void buf_byte(struct buf *b, uint8_t byte) { buf_add(b, &byte, 1); }
void buf_clear(struct buf *b) { b->len = 0; }

void buf_be32(struct buf *b, uint32_t n)
{
    buf_add(b, (const uint8_t[4]){ (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n }, 4);
}

void buf_fmt(struct buf *b, const char *format, ...)
{
    va_list list;
    char *made = NULL;
    va_start(list, format);
    int len = vasprintf(&made, format, list);
    va_end(list);
    if (len < 0)
        die("out of memory");
    buf_add(b, made, (size_t)len);
    free(made);
}

void buf_free(struct buf *b)
{
    free(b->at);
    *b = (struct buf){ 0 };
}

struct bytes text(const char *t)
{
    return (struct bytes){ (const uint8_t *)t, t ? strlen(t) : 0 };
}

bool same(struct bytes a, struct bytes b)
{
    return a.len == b.len && (!a.len || !memcmp(a.at, b.at, a.len));
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

bool same_nocase(struct bytes a, struct bytes b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.at[i]) != lower(b.at[i]))
            return false;
    return true;
}

bool ends_with_nocase(struct bytes b, struct bytes tail)
{
    return b.len >= tail.len && same_nocase(part(b, b.len - tail.len, b.len), tail);
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct bytes trim(struct bytes b)
{
    while (b.len && is_space(b.at[0])) {
        b.at++;
        b.len--;
    }
    while (b.len && is_space(b.at[b.len - 1]))
        b.len--;
    return b;
}

struct bytes part(struct bytes b, size_t from, size_t to)
{
    return (struct bytes){ b.at + from, to - from };
}

size_t find(struct bytes b, uint8_t c)
{
    const uint8_t *hit = b.len ? memchr(b.at, c, b.len) : NULL;
    return hit ? (size_t)(hit - b.at) : b.len;
}

struct bytes cut(struct bytes *rest, uint8_t at)
{
    size_t end = find(*rest, at);
    struct bytes first = part(*rest, 0, end);
    *rest = part(*rest, end < rest->len ? end + 1 : end, rest->len);
    return first;
}

struct buf read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        fprintf(stderr, "bench: %s: %s\n", path, strerror(errno));
        exit(66);
    }
    struct buf b = { 0 };
    uint8_t block[65536];
    size_t n;
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        buf_add(&b, block, n);
    if (ferror(f))
        die("%s: cannot be read", path);
    fclose(f);
    return b;
}

void write_file(const char *path, struct bytes b)
{
    FILE *f = fopen(path, "wb");
    if (!f)
        die("%s: %s", path, strerror(errno));
    if (b.len && fwrite(b.at, 1, b.len, f) != b.len)
        die("%s: cannot be written", path);
    if (fclose(f))
        die("%s: %s", path, strerror(errno));
}

static const char base64_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_add(struct buf *out, struct bytes in)
{
    for (size_t i = 0; i < in.len; i += 3) {
        size_t left = in.len - i;
        uint32_t group = (uint32_t)in.at[i] << 16;
        group |= left > 1 ? (uint32_t)in.at[i + 1] << 8 : 0;
        group |= left > 2 ? in.at[i + 2] : 0;
        uint8_t four[4];
        for (unsigned k = 0; k < 4; k++)
            four[k] = (uint8_t)base64_letters[group >> (18 - 6 * k) & 63];
        if (left < 3)
            four[3] = '=';
        if (left < 2)
            four[2] = '=';
        buf_add(out, four, 4);
    }
}

struct buf base64_read(struct bytes in)
{
    struct buf out = { 0 };
    uint32_t group = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < in.len && in.at[i] != '='; i++) {
        const char *hit = in.at[i] ? strchr(base64_letters, in.at[i]) : NULL;
        if (!hit)
            continue;
        group = group << 6 | (uint32_t)(hit - base64_letters);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            buf_byte(&out, (uint8_t)(group >> bits));
        }
    }
    return out;
}

static uint64_t splitmix(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

struct rng rng_seed(uint64_t seed, uint64_t stream)
{
    uint64_t state = seed * 0x2545f4914f6cdd1du + stream;
    struct rng r;
    for (unsigned i = 0; i < 4; i++)
        r.s[i] = splitmix(&state);
    return r;
}

static uint64_t rotate(uint64_t n, unsigned by)
{
    return n << by | n >> (64 - by);
}

uint64_t rng_next(struct rng *r)
{
    uint64_t result = rotate(r->s[1] * 5, 7) * 9, shifted = r->s[1] << 17;
    r->s[2] ^= r->s[0];
    r->s[3] ^= r->s[1];
    r->s[1] ^= r->s[2];
    r->s[0] ^= r->s[3];
    r->s[2] ^= shifted;
    r->s[3] = rotate(r->s[3], 45);
    return result;
}

uint32_t rng_below(struct rng *r, uint32_t bound)
{
    return bound ? (uint32_t)(((rng_next(r) >> 32) * bound) >> 32) : 0;
}

double rng_unit(struct rng *r)
{
    return (double)(rng_next(r) >> 11) / 9007199254740992.0;
}

bool rng_chance(struct rng *r, unsigned percent)
{
    return rng_below(r, 100) < percent;
}

static uint64_t clock_ns(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }
uint64_t cpu_ns(void) { return clock_ns(CLOCK_PROCESS_CPUTIME_ID); }

static int compare_doubles(const void *a, const void *b)
{
    double x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

double percentile(double *values, size_t count, double p)
{
    if (!count)
        return 0;
    qsort(values, count, sizeof *values, compare_doubles);
    size_t at = (size_t)(p * (double)(count - 1) + 0.5);
    return values[at];
}
