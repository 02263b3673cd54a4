/* installed.h: the configuration of this installation, for the commands that look after it. */
#ifndef FRANK_PROGRAMS_INSTALLED_H
#define FRANK_PROGRAMS_INSTALLED_H

#include "engine/engine.h"
#include "platform/settings/settings.h"
#include "programs/frank/cli.h"

struct installed {
    struct config *config;
    const char *path;           /* NULL: there is no file, these are the defaults */
};

/*
 * Reads --config, or frank.conf where it is installed, or takes the defaults if there is none; checked as frankd checks it.
 * EX_OK, or an exit code after complaining. To be closed in either case.
 */
int installed_open(struct installed *, const struct cli *);
void installed_close(struct installed *);
/* The same without complaining: what is wrong in *error (no line: the file cannot be read). */
bool installed_try(struct installed *, const struct cli *, struct config_error *error);

/* The engine's options in it; slices live as long as the configuration. */
struct engine_conf installed_engine_conf(const struct installed *);

/* A point in the past: Unix seconds, ISO time, or a duration back from now: "14d", "2w", "36h". */
bool when_parse(const char *text, int64_t now, int64_t *out);
/* now, or what --at says. */
int64_t cli_now(const struct cli *);
/* "2026-01-31 22:13:20Z" */
const char *time_shown(int64_t unix_seconds, char room[32]);

#endif
