/*
 * quoting.h: takes the marks away that an mbox puts before lines that begin "From ". A push interface, any chunking.
 */
#ifndef FRANK_FRONTEND_FILE_QUOTING_H
#define FRANK_FRONTEND_FILE_QUOTING_H

#include "base/slice.h"

enum file_quoting {
    QUOTING_NONE = 0,
    QUOTING_MBOXO,         /* ">From " at the start of a line was "From "; ">>From " was written as it is */
    QUOTING_MBOXRD         /* any number of ">" before "From " at the start of a line is one more than there was */
};

/* What is held back at the start of a line until it is known whether it is quoted. */
struct unquoting {
    enum file_quoting quoting;
    void (*push)(void *, struct slice);
    void *context;
    bool at_start;
    uint64_t marks;              /* ">" seen */
    size_t matched;              /* octets of "From " behind them */
};

struct unquoting unquoting_begin(enum file_quoting, void (*push)(void *context, struct slice), void *context);
void unquoting_push(struct unquoting *, struct slice);
void unquoting_end(struct unquoting *);

#endif
