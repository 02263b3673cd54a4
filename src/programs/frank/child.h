/* child.h: another program, run without a shell: the mail server's own tools. */
#ifndef FRANK_PROGRAMS_CHILD_H
#define FRANK_PROGRAMS_CHILD_H

#include "base/text.h"

#define CHILD_OCTETS_MAX (256u << 10)     /* of output kept, each stream; the rest is read and dropped */
#define CHILD_SECONDS_MAX 60            /* then it is killed */
#define CHILD_ARGUMENTS_MAX 32

struct child_result {
    int code;                           /* exit status; 128 + signal if it was killed */
    struct slice out, err;              /* in the arena */
};

/* Where a program is: PATH, then /usr/sbin, /sbin, /usr/local/sbin (a user's PATH lacks them). In the arena; NULL: nowhere. */
const char *child_find(struct arena *, const char *name);
/* argv[0] is a path; NULL-terminated. Standard input is empty. False: it could not be run, see errno. */
MUST_CHECK bool child_run(struct arena *, const char *const *argv, struct child_result *);

#endif
