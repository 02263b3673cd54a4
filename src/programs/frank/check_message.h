/* check_message.h: what one message shows of the rules of large receivers, as the engine sees it. */
#ifndef FRANK_PROGRAMS_CHECK_MESSAGE_H
#define FRANK_PROGRAMS_CHECK_MESSAGE_H

#include "programs/frank/world.h"
#include "publish/bulk_rules.h"

/*
 * Examines the message in this file as it was received. EX_OK, or an exit code after complaining. Texts of *out are
 * in the arena. The Received field whose protocol counts is the one whose client is examined (--receiver), else the topmost.
 */
int check_message(struct world *, const char *path, struct arena *, struct bulk_message *out);

#endif
