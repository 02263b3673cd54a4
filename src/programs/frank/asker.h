/*
 * asker.h: publish/'s questions, asked of the command's world: many at a time, each once.
 *
 *     while ((found = plan_complete(arena, &asker.asker, &plan, &remarks)) == PLAN_NOT_YET)
 *         world_asker_wait(&asker);
 */
#ifndef FRANK_PROGRAMS_ASKER_H
#define FRANK_PROGRAMS_ASKER_H

#include "programs/frank/world.h"
#include "publish/publish.h"

#define ASKER_PENDING_MAX 64         /* questions in flight (ours) */

struct world_asker {
    struct asker asker;
    struct world *world;             /* NULL: no DNS; every question fails without being asked */
    struct arena *arena;
    struct table *known;             /* "type/name" -> struct asked */
    unsigned pending;
    unsigned failed;                 /* questions DNS did not answer */
};

void world_asker_open(struct world_asker *, struct world *);
void world_asker_close(struct world_asker *);
void world_asker_forget(struct world_asker *);       /* all answers; whatever was made of them is gone */
void world_asker_wait(struct world_asker *);         /* until what was asked is answered */
int world_asker_note(const struct world_asker *);    /* for --save-zone, as world_note_answer */

#endif
