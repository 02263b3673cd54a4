/*
 * compiler.h: the only place where compiler extensions are named.
 */
#ifndef FRANK_BASE_COMPILER_H
#define FRANK_BASE_COMPILER_H

#if defined(__GNUC__) || defined(__clang__)
#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(at, first) __attribute__((__format__(__printf__, at, first)))
#define NO_RETURN __attribute__((noreturn))
#define AT_LOAD __attribute__((constructor))      /* runs before main(), or before dlopen() returns */
#else
#define MUST_CHECK
#define PRINTF_LIKE(at, first)
#define NO_RETURN
#endif

/* A 128-bit product, where the compiler has one. */
#if defined(__SIZEOF_INT128__)
#define HAVE_UINT128 1
__extension__ typedef unsigned __int128 uint128;
#endif

/*
 * Under the address sanitizer arenas hide what they have not handed out, and leave a gap behind
 * each piece, so that reading past a piece is found. Elsewhere these do nothing.
 */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_ADDRESS_SANITIZER 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define HAVE_ADDRESS_SANITIZER 1
#endif
#if defined(HAVE_ADDRESS_SANITIZER)
#include <sanitizer/asan_interface.h>
#define MEMORY_HIDE(at, octets) ASAN_POISON_MEMORY_REGION((at), (octets))
#define MEMORY_SHOW(at, octets) ASAN_UNPOISON_MEMORY_REGION((at), (octets))
#define MEMORY_GAP 16
#else
#define MEMORY_HIDE(at, octets) ((void)(at), (void)(octets))
#define MEMORY_SHOW(at, octets) ((void)(at), (void)(octets))
#define MEMORY_GAP 0
#endif

/* Number of elements of a real array (never of a pointer). */
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
