/*
 * publish.h: a domain plan and the records that say it.
 *
 *     plan file ── plans_read ─┐
 *     SPF record ─ plan_from_spf ─┼─> struct plan ── plan_complete ──> publish_plan ──> zone text,
 *     command line ───────────┘     (methods/plan.h)   (asks DNS)                       nsupdate, JSON, check
 *
 * For `frank compare --as-if`, which publishes in memory what a domain could have published:
 *
 *     struct plan plan;
 *     switch (plan_from_spf(arena, asker, domain, &plan, &remarks)) {
 *     case PLAN_NOT_YET: return;                     // asked; run again from the top
 *     case PLAN_READY:   publish_plan(arena, &plan, &methods, &publication);
 *                        text_add_publication(&text, &publication);      // zone_read() takes it
 *     ...
 *
 * and lay it over DNS by record set (env/overlay_resolver.h), so that what the domain really has stays.
 *
 * Nothing here waits or opens anything: who has DNS gives an asker, who has files gives their text.
 */
#ifndef FRANK_PUBLISH_PUBLISH_H
#define FRANK_PUBLISH_PUBLISH_H

#include "config/config.h"
#include "fact/fact.h"
#include "methods/plan.h"

/*
 * Where answers come from. ask gives the answer, or NULL for "not yet": it is on its way, and whoever
 * asked runs again from the top when it is there. Answers stay for as long as the caller uses what was
 * made from them; the same question gets the same answer. Names are normal form.
 */
struct asker { const struct answer *(*ask)(struct asker *, struct slice name, uint16_t rtype); };

enum plan_found {
    PLAN_NOT_YET = 0,
    PLAN_READY,
    PLAN_NONE,             /* the domain publishes no SPF record */
    PLAN_FAILED,           /* DNS failed for the domain's own record */
    PLAN_BROKEN,           /* several records, or one that is malformed: permerror to everybody */
    PLAN_NO_MEMORY         /* the arena is used up */
};

/* ---- from SPF ---- */

/*
 * plan_from_spf: the plan that the SPF record of a domain amounts to (RFC 7208).
 * It permits the addresses for which check_host() gives pass, as far as a plan can say so: what depends
 * on the sender, the HELO name or reverse DNS (exists, ptr, macros) is remarked as STRICTER and left
 * out. Included domains become providers whose networks are followed and known; redirect= is followed.
 * Softfail, neutral and fail are all "not permitted"; `all` decides the ending.
 *   cost    at most SPF_MAX_TERMS terms that ask, as the RFC counts; each mx 10 hosts, A and AAAA
 *   memory  everything in the arena; a run that ends with NOT_YET leaves its work there: give a scratch
 */
enum plan_found plan_from_spf(struct arena *, struct asker *, struct slice domain, struct plan *out, struct remarks *);

/*
 * plan_complete: looks up what a plan names and does not know: addresses of hosts, the MX set if
 * mx_sends is said without one, the networks and look-ups of providers (through their SPF records).
 * What DNS does not tell stays unknown, with a remark. READY, NOT_YET or NO_MEMORY.
 */
enum plan_found plan_complete(struct arena *, struct asker *, struct plan *, struct remarks *);

/* ---- records ---- */

/*
 * publish_plan: the records of these methods and parts; if names is empty, of those the plan says; if it says
 * none, of all but "hosts".
 * Parts are no methods: "mx" (who receives), "services" (RFC 6186, 8314), "hosts" (addresses of hosts that are ours
 * and said in the plan). The same record twice is one. In
 * list.c's order, parts behind. False: no memory.
 */
MUST_CHECK bool publish_plan(struct arena *, const struct plan *, const struct texts *names, struct publication *out);
/* What was remarked while the plan was made belongs to what is said of its records. */
void publication_add_remarks(struct publication *, const struct remarks *);
/* May publish_plan be asked for this? */
bool publish_knows(struct slice name);
/* Master-file lines, remarks as comments; records that must not be there are not mentioned. */
void text_add_publication(struct text *, const struct publication *);
struct fact *publication_facts(struct arena *, const struct publication *);

#endif
