/* fuzz_submitter: what is a mailbox in xtext prints as one that reads back to the same. */
#include "mail/submitter.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static void check_round_trip(struct arena *arena, const struct submitter *s)
{
    struct text t = text_in(arena, 8 * SUBMITTER_OCTETS_MAX);
    struct address address = { .local = s->mailbox.local, .domain = s->mailbox.domain, .normal_domain = s->mailbox.normal_domain };
    struct submitter again;

    text_add_submitter(&t, &s->mailbox);
    must(!t.bad);
    if (t.len > SUBMITTER_OCTETS_MAX)
        return;
    submitter_parse(arena, text_slice(&t), &again);
    must(again.well_formed && submitter_is(&again, &address) && submitter_is(s, &address));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct arena *arena = arena_new(16u << 20);
    struct submitter s;

    must(arena != NULL);
    submitter_parse(arena, slice_of(at, len), &s);
    must(s.given && (s.well_formed || s.mailbox.domain.len == 0));
    if (s.well_formed)
        check_round_trip(arena, &s);
    arena_free(arena);
    return 0;
}
