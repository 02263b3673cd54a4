/*
 * compiler.h: the only place where compiler extensions are named.
 */
#ifndef FRANK_BASE_COMPILER_H
#define FRANK_BASE_COMPILER_H

#if defined(__GNUC__) || defined(__clang__)
#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(format, first) __attribute__((format(printf, format, first)))
#define NO_RETURN __attribute__((noreturn))
#else
#define MUST_CHECK
#define PRINTF_LIKE(format, first)
#define NO_RETURN
#endif

/* Number of elements of a real array (never of a pointer). */
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
