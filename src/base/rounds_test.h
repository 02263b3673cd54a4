/*
 * rounds_test.h: how often a test with random input does its round.
 *
 * FRANK_SLOWED is set where a program runs tens of times slower (valgrind, the memory sanitizer): what they look for shows in
 * a twentieth of the rounds as well.
 */
#ifndef FRANK_BASE_ROUNDS_TEST_H
#define FRANK_BASE_ROUNDS_TEST_H

#include <stdlib.h>

#define ROUNDS_SLOWED 20

static inline unsigned test_rounds(unsigned rounds)
{
    return getenv("FRANK_SLOWED") ? (rounds + ROUNDS_SLOWED - 1) / ROUNDS_SLOWED : rounds;
}

#endif
