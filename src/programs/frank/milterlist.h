/*
 * milterlist.h: Postfix's lists of milters (smtpd_milters), read and changed without losing what is there. Pure.
 *
 *     inet:localhost:12301, { unix:rspamd/milter.sock, default_action=accept }, $others
 */
#ifndef FRANK_PROGRAMS_MILTERLIST_H
#define FRANK_PROGRAMS_MILTERLIST_H

#include "base/text.h"
#include "platform/settings/settings.h"

#define MILTER_ITEMS_MAX 64                 /* of one list (ours; Postfix has no bound) */

struct milter_item {
    struct slice text;                      /* as it is written, with its braces */
    struct slice where;                     /* "inet:localhost:12301"; "$others" stays as it is */
};
struct milter_list { struct milter_item at[MILTER_ITEMS_MAX]; size_t count; };

/* Borrows the text. False: more than MILTER_ITEMS_MAX, or braces that do not match. */
MUST_CHECK bool milter_list_read(struct slice text, struct milter_list *);

/* An address as Postfix writes it: "inet:127.0.0.1:8891", "inet:[::1]:8891", "unix:frank/milter.sock" (below the queue directory). */
void text_add_postfix_address(struct text *, const struct endpoint *, struct slice queue_directory);
/*
 * Do both name the same place? Hosts by address ("localhost" is 127.0.0.1), paths relative to the queue directory (where a
 * chrooted smtpd sees "/x" as QUEUE/x).
 */
bool milter_where_same(struct slice a, struct slice b, struct slice queue_directory);
/* The first item that is at one of these places; list->count: none. */
size_t milter_list_find(const struct milter_list *, const struct slice *places, size_t count, struct slice queue_directory);
/* An option of an item in braces: "default_action" of "{ inet:..., default_action=accept }"; empty if it has none. */
struct slice milter_item_option(const struct milter_item *, struct slice name);

/*
 * The list with our item first if it was not in it, in its place if it was; other items at our places go, all others stay as
 * they are written. compact: without any blank (master.cf takes none).
 */
void text_add_milters_with(struct text *, const struct milter_list *, struct slice ours, const struct slice *places, size_t count,
                           struct slice queue_directory, bool compact);
/* The list without the items at these places. */
void text_add_milters_without(struct text *, const struct milter_list *, const struct slice *places, size_t count, struct slice queue_directory, bool compact);

#endif
