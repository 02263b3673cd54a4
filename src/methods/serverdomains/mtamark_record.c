#include "methods/serverdomains/mtamark_record.h"

enum mtamark mtamark_parse(struct slice text)
{
    return slice_same(text, SLICE("1")) ? MTAMARK_MTA : MTAMARK_NO_MTA;
}

void text_add_mtamark(struct text *t, enum mtamark mark)
{
    text_add_octet(t, mark == MTAMARK_MTA ? '1' : '0');
}

bool mtamark_of_answer(const struct answer *a, enum mtamark *mark, struct slice *text)
{
    for (size_t i = 0; i < a->count; i++)
        if (i == 0 || slice_compare(a->records[i].text, *text) < 0)
            *text = a->records[i].text;
    if (a->count > 0)
        *mark = mtamark_parse(*text);
    return a->count > 0;
}

/* Labels of the reverse name that a level leaves out. */
static const unsigned levels4[] = { 0, 1, 2, 3 };            /* /32 /24 /16 /8 */
static const unsigned levels6[] = { 0, 16, 24 };             /* /128 /64 /32 */

static struct slice without_labels(struct slice name, unsigned count)
{
    while (count-- > 0)
        name = name_parent(name);
    return name;
}

size_t mtamark_names(struct arena *a, const struct ip *client, struct slice reverse_name, struct slice names[MTAMARK_LEVELS_MAX])
{
    const unsigned *levels = client->family == IP_V6 ? levels6 : levels4;
    size_t n = client->family == IP_V6 ? COUNT_OF(levels6) : COUNT_OF(levels4);
    for (size_t i = 0; i < n; i++)
        names[i] = name_join(a, SLICE("_send._smtp._srv"), without_labels(reverse_name, levels[i]));
    return n;
}
