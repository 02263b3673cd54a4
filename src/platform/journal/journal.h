/*
 * journal.h: what is written down: one JSON line per message, one line per decision for the postmaster, and
 * what happens to the processes.
 *
 * The JSON line is the engine's record (interface.md's object of `frank verify`) with what only the front end
 * knows: "action" {"told", "deleted", "inserted", "waited_ms"}, "peer_name", "host". That is all it takes to judge the message
 * again (what-if) and to make a row of an aggregate report (RFC 9990): source address, envelope and header domains,
 * policy published, disposition, alignment, overrides, every signature's and SPF's result. An SPF trace is left out.
 *
 * The decision line: key=value, the transaction's id first (`frank why` takes it), quoted where it must be:
 *     id=7k2m... queue=4Zx... ip=203.0.113.9 from=<a@b.example> author=b.example spf=fail dkim=none dmarc=fail action=reject rule=standard/dmarc-evidence reply="550 5.7.26"
 *
 * Lines of one turn of the loop are written together. Nothing here fails: what cannot be written is counted, and
 * said once a minute; mail goes on (threats.md T42). Of a full disk half a line may stay; who writes next, whichever process it is,
 * begins a line of its own (so that a line may be empty).
 */
#ifndef FRANK_PLATFORM_JOURNAL_JOURNAL_H
#define FRANK_PLATFORM_JOURNAL_JOURNAL_H

#include "engine/engine.h"
#include "platform/loop/loop.h"
#include "platform/settings/settings.h"

/* ---- making the lines (pure) ---- */

struct journal_entry {
    struct txn *txn;
    const char *told;                /* what the MTA was told: "accept", "reject", "defer", "discard", "quarantine", "hold" */
    unsigned deleted, inserted;
    int64_t waited_us;
    struct slice peer_name, host;
};
/* The record with the entry's own facts. In the transaction's arena; NULL without memory. */
const struct fact *journal_line(const struct journal_entry *);
/* Adds the decision line, without a line end. */
void journal_decision(const struct journal_entry *, struct text *out);
/* key=value as decision lines have it: value shown-escaped, in quotes if it is empty or holds a blank, quote or "=". */
void journal_add_pair(struct text *, const char *key, struct slice value);

/* ---- writing them ---- */

struct journal_sink;
struct journal_counts { uint64_t lines, lost; };

/*
 * Opens what the configuration names: the file to append (0640; created), syslog. An unusable file is said in the log and
 * counted, no error. NULL only without memory. host: our name (authserv-id), borrowed. log: where decision lines
 * and complaints go. tears: how often half a line was left; one number for all who write this file, in memory that they share.
 */
struct journal_sink *journal_open(struct loop *, const struct journal_settings *, unsigned log, struct slice host, struct journal_counts *,
                                  unsigned *tears);
void journal_close(struct journal_sink *);                       /* writes what is left; NULL allowed */
void journal_message(struct journal_sink *, const struct journal_entry *);
void journal_flush(struct journal_sink *);

/* One line of our own into the log, at once. Foreign text must be shown-escaped. */
void log_say(unsigned target, const char *format, ...) PRINTF_LIKE(2, 3);      /* target: enum log_target */
void log_open(unsigned target);                                               /* before a sandbox closes */

#endif
