/*
 * postfix.h: how Postfix is set up, as its own postconf tells it; and telling postconf what to change.
 *
 *     struct postfix p;
 *     if (postfix_open(&p, arena, NULL) == POSTFIX_HERE)
 *         ...postfix_value(&p, "smtpd_milters")...
 */
#ifndef FRANK_PROGRAMS_POSTFIX_H
#define FRANK_PROGRAMS_POSTFIX_H

#include "base/text.h"

#define POSTFIX_SERVICES_MAX 256            /* lines of master.cf that are looked at (ours) */

struct postfix_service {
    struct slice name;                      /* "smtp/inet" */
    struct slice command;                   /* "smtpd -o ..." */
    bool smtpd, cleanup, chroot;
};

struct postfix {
    struct arena *arena;
    const char *postconf;                   /* where it is */
    const char *dir;                        /* --config-dir; NULL: Postfix's own */
    const char *folder;                     /* the configuration directory, absolute unless --config-dir was not */
    struct slice queue_directory, mail_owner, version;
    struct slice values, raw, set, overrides;       /* what postconf printed: "name = value" lines */
    struct postfix_service services[POSTFIX_SERVICES_MAX];
    size_t service_count;
    char complaint[512];                    /* shown-escaped */
};

enum postfix_there { POSTFIX_HERE, POSTFIX_MISSING, POSTFIX_BROKEN };
/* BROKEN: postconf cannot read it; what it said is in complaint. Everything in the arena. */
enum postfix_there postfix_open(struct postfix *, struct arena *, const char *config_dir);

/* In force: names in it replaced. Of the parameters this file asks for: milters, milter_*, inet and queue settings. */
struct slice postfix_value(const struct postfix *, const char *name);
struct slice postfix_raw(const struct postfix *, const char *name);        /* as it is written in main.cf, or the default */
bool postfix_is_set(const struct postfix *, const char *name);             /* main.cf has it */
/* What one service of master.cf says instead ("-o name=value"). False: nothing. */
bool postfix_override(const struct postfix *, struct slice service, const char *name, struct slice *value);
/* Does this service's mail come from strangers: smtp, port 25, or smtpd behind postscreen? */
bool postfix_is_front_door(const struct postfix_service *);
/* Is any smtpd or cleanup in the chroot? */
bool postfix_is_chrooted(const struct postfix *);
/* "30s", "5m", "1h": Postfix's units; without one: seconds. */
bool postfix_seconds(struct slice value, uint64_t *seconds);

/* postconf -e / -P / -X with "name = value". False: complaint says why. */
MUST_CHECK bool postfix_change(struct postfix *, const char *flag, struct slice setting);
/* postfix reload if the master runs. *running says so. False: complaint. */
MUST_CHECK bool postfix_reload(struct postfix *, bool *running);

#endif
