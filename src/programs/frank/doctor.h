/* doctor.h: what the files of frank doctor share: findings, and what the checks look at. */
#ifndef FRANK_PROGRAMS_DOCTOR_H
#define FRANK_PROGRAMS_DOCTOR_H

#include <pwd.h>

#include "programs/frank/installed.h"
#include "programs/frank/postfix.h"

enum health { HEALTH_OK, HEALTH_WARN, HEALTH_BAD };

struct doctor {
    const struct cli *cli;
    struct arena *arena;
    struct fact *checks;
    enum health worst;
    struct installed installed;
    struct postfix postfix;
    bool has_postfix;
    const char *config_dir;         /* Postfix's, if it is not its own */
};

/* One line of the report. repair: what to do about it; NULL or empty: nothing. Both are copied. */
void finding(struct doctor *, enum health, const char *check, const char *repair, const char *format, ...) PRINTF_LIKE(5, 6);

/* Each looks at its part and makes findings. */
void doctor_clock(struct doctor *);
void doctor_name(struct doctor *);
void doctor_user(struct doctor *);
void doctor_journal(struct doctor *);
void doctor_sockets(struct doctor *);
void doctor_resolver(struct doctor *);
void doctor_tended(struct doctor *);
void doctor_postfix(struct doctor *);

/* Whom frankd runs as when root starts it: process.user, else frank, else nobody. NULL: no such user. */
const struct passwd *doctor_frankd_user(const struct doctor *);

/*
 * May this user do that with this path? Looks at owners, groups and permissions of it and of every folder above it, not at
 * lists of access rights. want: bits of rwx (4, 2, 1). What stands in the way is put in *obstacle.
 */
enum access { ACCESS_YES, ACCESS_NO, ACCESS_MISSING, ACCESS_UNKNOWN };
enum access access_as(const struct doctor *, const struct passwd *, const char *path, unsigned want, const char **obstacle);

#endif
