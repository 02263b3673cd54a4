#include "frontend/file/quoting.h"

static const struct slice from_word = SLICE_INIT("From ");

static void push_marks(struct unquoting *u, uint64_t count)
{
    static const char many[] = ">>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>";
    for (size_t n; count > 0; count -= n) {
        n = count < sizeof many - 1 ? (size_t)count : sizeof many - 1;
        u->push(u->context, slice_of(many, n));
    }
}

/* The start of the line is over: it goes on, with or without its mark. */
static void release(struct unquoting *u, bool quoted)
{
    bool one_less = quoted && (u->quoting == QUOTING_MBOXRD ? u->marks > 0 : u->marks == 1);
    push_marks(u, u->marks - one_less);
    if (u->matched > 0)
        u->push(u->context, slice_first(from_word, u->matched));
    u->at_start = false;
    u->marks = u->matched = 0;
}

/* Takes one octet of a line's start into what is held, or ends the start; then the octet is still to be handled. */
static bool held(struct unquoting *u, uint8_t octet)
{
    if (octet == '>' && u->matched == 0) {
        u->marks++;
        return true;
    }
    if (octet != from_word.at[u->matched]) {
        release(u, false);
        return false;
    }
    if (++u->matched == from_word.len)
        release(u, true);
    return true;
}

struct unquoting unquoting_begin(enum file_quoting quoting, void (*push)(void *context, struct slice), void *context)
{
    return (struct unquoting){ .quoting = quoting, .push = push, .context = context, .at_start = true };
}

void unquoting_push(struct unquoting *u, struct slice octets)
{
    if (u->quoting == QUOTING_NONE) {
        u->push(u->context, octets);
        return;
    }
    while (octets.len > 0) {
        if (u->at_start) {
            if (held(u, octets.at[0]))
                octets = slice_from(octets, 1);
            continue;
        }
        size_t n = slice_find(octets, '\n');
        u->at_start = n < octets.len;
        n += u->at_start;
        u->push(u->context, slice_first(octets, n));
        octets = slice_from(octets, n);
    }
}

void unquoting_end(struct unquoting *u)
{
    release(u, false);
}
