/*
 * tender.h: what methods rest on is looked at when a worker starts, and every hour (method.tend; RFC 5782 5 for lists).
 *
 * One worker of a generation does it. A line in the log says when something breaks, and when it is in order again: one for
 * each change, whatever number of messages met it. Evaluations look for themselves; this is for the postmaster.
 */
#ifndef FRANK_PROGRAMS_FRANKD_TENDER_H
#define FRANK_PROGRAMS_FRANKD_TENDER_H

#include "engine/engine.h"
#include "platform/loop/loop.h"

struct tender;
/* NULL without memory. The engine and env must outlive it. */
struct tender *tender_new(struct loop *, struct engine *, const struct env *, unsigned log);
/* Looks now, if it is not looking already; what it does by itself. */
void tender_look(struct tender *);
void tender_free(struct tender *);             /* NULL allowed */

#endif
