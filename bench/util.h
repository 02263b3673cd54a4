/*
 * util.h: what all measuring programs share: memory that never fails quietly, growing buffers,
 * slices, a seeded generator of numbers, clocks, percentiles.
 *
 * These programs are tools for trusted input (their own corpus): on any failure they say why on
 * standard error and exit with 70 (own failure) or 66 (no such input). They are no part of libfrank.
 */
#ifndef BENCH_UTIL_H
#define BENCH_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes { const uint8_t *at; size_t len; };          /* borrowed */
struct buf   { uint8_t *at; size_t len, cap; };           /* owned; {0} is empty */

#define BYTES(literal) ((struct bytes){ (const uint8_t *)("" literal), sizeof(literal) - 1 })

_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

void *need(void *pointer);                                /* pointer, or dies without memory */
void *zalloc(size_t count, size_t size);
char *copy_text(struct bytes);                            /* NUL-terminated */

void buf_add(struct buf *, const void *, size_t);
void buf_bytes(struct buf *, struct bytes);
void buf_text(struct buf *, const char *);
void buf_byte(struct buf *, uint8_t);
void buf_be32(struct buf *, uint32_t);
void buf_fmt(struct buf *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_clear(struct buf *);                             /* empty, keeps the memory */
void buf_free(struct buf *);
static inline struct bytes buf_view(const struct buf *b) { return (struct bytes){ b->at, b->len }; }

struct bytes text(const char *);
bool same(struct bytes, struct bytes);                    /* octet by octet */
bool same_nocase(struct bytes, struct bytes);             /* ASCII case ignored */
bool ends_with_nocase(struct bytes, struct bytes tail);
struct bytes trim(struct bytes);                          /* blanks, CR, LF at both ends */
struct bytes part(struct bytes, size_t from, size_t to);
/* Cuts the part before the first `at` off *rest; all of it if there is none. */
struct bytes cut(struct bytes *rest, uint8_t at);
size_t find(struct bytes, uint8_t);                       /* index, or len */

struct buf read_file(const char *path);
void write_file(const char *path, struct bytes);
void base64_add(struct buf *out, struct bytes);
struct buf base64_read(struct bytes);                     /* skips white space */

/* xoshiro256**, seeded by splitmix64: the same numbers everywhere. */
struct rng { uint64_t s[4]; };
struct rng rng_seed(uint64_t seed, uint64_t stream);
uint64_t rng_next(struct rng *);
uint32_t rng_below(struct rng *, uint32_t bound);
double rng_unit(struct rng *);                            /* [0, 1) */
bool rng_chance(struct rng *, unsigned percent);

/* Nanoseconds. */
uint64_t now_ns(void);                                    /* monotonic */
uint64_t cpu_ns(void);                                    /* this process */

/* Sorts values; p in [0, 1]; 0 of nothing is 0. */
double percentile(double *values, size_t count, double p);

#endif
