/*
 * world.h: the world of one command: zone files or live DNS, clock, configuration, engine.
 */
#ifndef FRANK_PROGRAMS_WORLD_H
#define FRANK_PROGRAMS_WORLD_H

#include "base/table.h"
#include "dns/zone.h"
#include "platform/clock/clock.h"
#include "platform/loop/loop.h"
#include "programs/frank/cli.h"

#define WORLD_ASKED_MAX 16               /* a tree walk asks eight (RFC 9989 4.10) */

struct world {
    const struct cli *cli;
    struct env env;
    struct system_clock clock;
    struct meter meter;
    struct zone *zone, *overlay;
    struct resolver *zone_resolver, *live, *named, *overlay_resolver;      /* named: in front of live */
    struct loop *loop;                    /* only with live DNS */
    struct config *config;
    struct suffix_list *suffixes;         /* --psl */
    struct engine *engine;
    struct text save;                     /* what --save-zone has so far */
    struct table *saved;                  /* its questions */
    struct arena *save_arena;
    const struct answer *asked[WORLD_ASKED_MAX];
    unsigned asked_count;
};

/* EX_OK, or an exit code after complaining. enable/only: see engine_options. DNS: --zone, else --resolver, else what the
 * configuration's dns group says, else this host's name servers; --overlay on top of it. */
int world_open(struct world *, const struct cli *, uint64_t enable, uint64_t only);
/* The two halves of it: what is read from files, once; and resolver and engine, which a process opens for itself after a fork. */
int world_prepare(struct world *, const struct cli *);
int world_start(struct world *, uint64_t enable, uint64_t only);
void world_stop(struct world *);
/* One more engine in the same configuration; the env and the world must outlive it. EX_OK, or EX_CONFIG after complaining. */
int world_engine(struct world *, const struct env *, uint64_t enable, uint64_t only, struct engine **out);
/* The same with no DNS at all: every question is answered by an empty zone. */
int world_open_offline(struct world *, const struct cli *);
void world_close(struct world *);
/* Runs the loop until the transaction is done, at most the message's time-out; then its deadline strikes. */
void world_finish(struct world *, struct txn *);
/* How long that is. */
int64_t world_patience_us(const struct world *);
/* Keeps the answers this transaction used for --save-zone, once each. EX_OK or EX_SOFTWARE after complaining. */
int world_note_answers(struct world *, const struct txn *);
/* The same with one answer. */
int world_note_answer(struct world *, const struct answer *);
/* Writes --save-zone's file from what was noted. EX_OK or EX_CANTCREAT. */
int world_save_zone(struct world *);
int64_t world_now(struct world *);
/* One look-up outside a transaction (org-domain), at most WORLD_ASKED_MAX of them; held until the world is closed. NULL without memory. */
const struct answer *world_ask(struct world *, struct slice name, uint16_t rtype);
/* Configuration alone: default path rules of --config. NULL after complaining (EX_CONFIG or EX_NOINPUT in *exit_code). */
void complain_of_config(const struct config_error *);
struct config *world_config(const struct cli *, int *exit_code);
/* This host's fully qualified name, or "localhost". In the arena. */
struct slice host_fqdn(struct arena *);

#endif
