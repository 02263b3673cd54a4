/*
 * daemon.h: the sections of frank.conf that concern the daemon and not the mail: where it listens, whom it
 * asks, what it writes down, which processes it is. Tables alone: whoever reads a frank.conf, the library too,
 * knows them all, so one file serves every program. platform/settings says what the tables cannot check.
 */
#ifndef FRANK_CONFIG_DAEMON_H
#define FRANK_CONFIG_DAEMON_H

#include "config/config.h"

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

/* Static. */
const struct section *daemon_sections(size_t *count);
/* Of a configuration that was read against these sections. */
const struct milter_settings *milter_settings(const struct config *);
const struct dns_settings *dns_settings(const struct config *);
const struct journal_settings *journal_settings(const struct config *);
const struct process_settings *process_settings(const struct config *);

#endif
