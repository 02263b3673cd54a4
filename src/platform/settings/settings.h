/*
 * settings.h: the sections of frank.conf that concern the daemon and not the mail: where it listens, whom it
 * asks, what it writes down, which processes it is. Programs read a file against these and the library's together.
 */
#ifndef FRANK_PLATFORM_SETTINGS_SETTINGS_H
#define FRANK_PLATFORM_SETTINGS_SETTINGS_H

#include "config/config.h"

#define SETTINGS_LISTEN_MAX 16
#define SETTINGS_WORKERS_MAX 64

struct milter_settings {
    struct texts listen;               /* "inet:8891@127.0.0.1", "inet6:8891@::1", "unix:/path" */
    struct slice mode, group;          /* of unix sockets: octal text; group name or empty */
    uint64_t sessions;                 /* per worker; beyond it peers are told to come back */
};
struct dns_settings {
    struct texts zone, resolver;
    uint64_t timeout_seconds, cache_octets, resolver_cache_octets, in_flight;
    bool validate;
};
struct journal_settings { struct slice file; bool syslog; };
enum log_target { LOG_TO_STDERR, LOG_TO_SYSLOG, LOG_TO_NOBODY };
struct process_settings {
    uint64_t workers;                  /* 0: one per core */
    struct slice user, status;
    uint64_t drain_seconds, stop_seconds;
    unsigned log;                      /* enum log_target */
    bool sandbox;
};

/* The library's sections and these. Static. */
const struct section *host_sections(size_t *count);
const struct milter_settings *milter_settings(const struct config *);
const struct dns_settings *dns_settings(const struct config *);
const struct journal_settings *journal_settings(const struct config *);
const struct process_settings *process_settings(const struct config *);

/* Where a milter listens. */
enum endpoint_kind { ENDPOINT_INET, ENDPOINT_UNIX };
struct endpoint { enum endpoint_kind kind; struct ip ip; uint16_t port; struct slice path; };
/* "inet:PORT@ADDR", "inet:PORT" (127.0.0.1), "inet6:PORT@ADDR", "unix:PATH", "local:PATH", "/PATH". False: none of these. */
bool endpoint_parse(struct slice, struct endpoint *);
/* "0660": three or four octal digits. */
bool mode_parse(struct slice, unsigned *mode);
/*
 * What the tables cannot say: every address, mode and bound is usable. False + *error. `where` names the file in messages.
 */
MUST_CHECK bool settings_check(const struct config *, const char *where, struct config_error *);

#endif
