/*
 * progress.h: one line on standard error that says how far a long command is: only on a terminal, only after half a second.
 * NO_COLOR takes the colour; nothing but a carriage return moves the cursor, and a dumb terminal gets none.
 *
 *     [===========>                  ]  38 %  3,812 messages  1,906/s  3 s left
 */
#ifndef FRANK_PROGRAMS_PROGRESS_H
#define FRANK_PROGRAMS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress_line {
    bool wanted, colour, shown;
    uint64_t all;                          /* octets; 0: not known */
    int64_t started_us, shown_us;
};

/* Is there a terminal to show it on? Then `all` is worth finding out. */
bool progress_wanted(void);
void progress_begin(struct progress_line *, uint64_t all_octets);
/* As often as one likes: it looks at the clock, and draws four times a second. */
void progress_show(struct progress_line *, uint64_t octets, uint64_t messages);
/* Takes the line away before something else is printed. */
void progress_quiet(struct progress_line *);

#endif
