/*
 * owners.h: who owns a domain, as the administrator's registry data say (verdict.md, "Owners").
 *
 *     domain,owner                        CSV (RFC 4180): a heading is optional, "#" begins a comment line
 *     example.com,"Example, Inc."
 *
 * or saved RDAP answers (RFC 9083), one domain object in a file or one a line: the registrant's organisation, else
 * its name. Subdomains inherit the owner of the nearest name above them that is listed. A name listed twice keeps its first
 * owner; owners are compared without regard to case.
 */
#ifndef FRANK_VERDICT_OWNERS_H
#define FRANK_VERDICT_OWNERS_H

#include "config/config.h"

#define OWNERS_MAX 1000000u               /* domains in the table (ours) */
#define OWNERS_FILE_OCTETS_MAX (64u << 20)
#define OWNER_NAME_MAX 256u               /* octets of one owner's name */

struct owners;

struct owners *owners_new(struct arena *);                            /* everything lives in it; NULL without memory */
/* Adds a file's text, which is CSV, or RDAP if its first octet that is no blank is "{". False + *error: file, line, rule. */
MUST_CHECK bool owners_add(struct owners *, const char *file_name, struct slice text, struct config_error *error);
/* Sorts; afterwards only looked up. */
void owners_close(struct owners *);
size_t owners_count(const struct owners *);
/* The owner of this domain (normal form) or of the nearest name above it; empty: nobody known. O(labels * log n). */
struct slice owners_find(const struct owners *, struct slice domain);

#endif
