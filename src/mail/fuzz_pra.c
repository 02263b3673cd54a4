/* fuzz_pra: lines are header fields (CR LF and a blank is a fold): an address that is found is whole, and stands in the field that was chosen. */
#include "mail/pra.h"

#include <stdlib.h>

#define LINES_MAX 1200               /* over MESSAGE_FIELDS_MAX */

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static void read_fields(struct message *m, struct slice text)
{
    size_t start = 0, lines = 0;

    for (size_t i = 0; i < text.len && lines < LINES_MAX; i++) {
        bool fold = i > 0 && text.at[i - 1] == '\r' && i + 1 < text.len && is_wsp(text.at[i + 1]);

        if (text.at[i] != '\n' || fold)
            continue;
        (void)message_add(m, slice_first(slice_from(text, start), i - start));
        start = i + 1;
        lines++;
    }
}

static void check(const struct message *m, const struct pra *pra)
{
    must(pra->problem != PRA_CUT || m->overflow);
    must((pra->field == NULL) == (pra->problem == PRA_CUT || (pra->problem >= PRA_NO_FROM && pra->problem <= PRA_SEVERAL_FROM)));
    if (pra->field)
        must(slice_trim_fws(pra->field->value).len > 0 && m->fields[pra->field->index] == pra->field);
    if (pra->problem != PRA_FOUND)
        return;
    must(pra->mailbox.normal_domain.len > 0 && name_askable(pra->mailbox.normal_domain));
    must(pra->mailbox.local.len + pra->mailbox.domain.len < pra->field->value.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct arena *arena = arena_new(256u << 20);
    struct message m;

    must(arena != NULL);
    message_init(&m, arena);
    read_fields(&m, slice_of(at, len));
    struct pra pra = pra_of(arena, &m);
    check(&m, &pra);
    arena_free(arena);
    return 0;
}
