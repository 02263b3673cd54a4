/* setup.h: what the files of frank setup share: which socket, which settings, putting them in and taking them out. */
#ifndef FRANK_PROGRAMS_SETUP_H
#define FRANK_PROGRAMS_SETUP_H

#include "programs/frank/installed.h"
#include "programs/frank/postfix.h"

#define SETUP_PLACES_MAX (SETTINGS_LISTEN_MAX + 3)
#define SETUP_CHANGES_MAX 16

/* One setting that has to change. */
struct setup_change {
    const char *flag;               /* of postconf: "-e" main.cf, "-P" master.cf */
    struct slice name;              /* "smtpd_milters", "smtp/inet/smtpd_milters" */
    struct slice value;
};

struct setup {
    struct arena *arena;
    struct installed installed;
    struct postfix postfix;
    struct endpoint endpoint;       /* the socket Postfix is to use, as frankd names it */
    bool listens;                   /* frankd's configuration has it */
    bool pass_on_failure;           /* on_failure = "accept" */
    struct slice item;              /* as it stands in smtpd_milters, with options if it needs any */
    struct slice places[SETUP_PLACES_MAX];      /* every address that is ours, as Postfix writes them */
    size_t place_count;
    struct setup_change changes[SETUP_CHANGES_MAX];
    size_t change_count;
};

enum setup_socket { SETUP_ANY, SETUP_INET, SETUP_UNIX };
/* Reads frank.conf and Postfix and works out what has to change. EX_OK, or an exit code after complaining. */
int setup_plan(struct setup *, const struct cli *, enum setup_socket, const char *config_dir);
void setup_close(struct setup *);
/* The folder of the unix socket below the queue directory, as a path; NULL for inet. */
const char *setup_folder(const struct setup *);

/* Both complain themselves. EX_OK: done, or nothing to do. */
int setup_write(struct setup *, bool even_if_silent);
int setup_undo(struct setup *);

#endif
