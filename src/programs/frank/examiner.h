/* examiner.h: the worker of frank compare: examines the messages it is given in a world of its own, several at a time. */
#ifndef FRANK_PROGRAMS_EXAMINER_H
#define FRANK_PROGRAMS_EXAMINER_H

#include "programs/frank/pool.h"
#include "programs/frank/world.h"

struct examiner_work {
    struct world *world;                   /* prepared, and not started: each worker starts its own */
    const struct file_facts *facts;        /* what the command line says of every message */
    bool as_if;                            /* examine it in that world, too */
};

/*
 * pool_work's work, with a struct examiner_work. A line is comparison_of's object, with as_if if that is wanted, or { "trouble": "Input/output error" } for a message that
 * could not be read to its end.
 */
int examine_all(void *context, const struct pool_worker *);

#endif
