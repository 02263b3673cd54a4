/*
 * settings.h: what the daemon's option tables (config/daemon.h) cannot say: addresses, modes and bounds of this platform.
 */
#ifndef FRANK_PLATFORM_SETTINGS_SETTINGS_H
#define FRANK_PLATFORM_SETTINGS_SETTINGS_H

#include "config/daemon.h"

#define SETTINGS_LISTEN_MAX 16

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
/*
 * Reads the owner table's files (option owners), relative to the folder of the configuration at `path` (NULL: built-in), and gives it to
 * the configuration: before rules are read. False + *error: file, line, rule.
 */
MUST_CHECK bool settings_read_owners(struct config *, const char *path, struct config_error *);

#endif
