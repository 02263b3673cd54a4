/* fuzz_contact: the first octet chooses SOA or RP, the rest is RDATA: a mailbox is none, or has a local part and a domain. */
#include "mail/contact.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct arena *a = arena_new(1 << 16);
    struct contact c;
    struct rdata r = { .type = len > 0 && at[0] == 'R' ? RTYPE_RP : len > 0 && at[0] == 'S' ? RTYPE_SOA : RTYPE_MX, .raw = slice_from(slice_of(at, len), 1) };
    if (contact_read(a, &r, &c)) {
        size_t monkey = slice_find_last(c.mailbox, '@');
        must(c.mailbox.len == 0 || (monkey > 0 && monkey < c.mailbox.len));
        must(c.text_name.len == 0 || r.type == RTYPE_RP);
    }
    arena_free(a);
    return 0;
}
