#include "methods/record.h"

static enum path_outcome look_up(struct check *c, struct slice name, uint16_t type, struct slice version, const struct answer **out)
{
    struct slice first;
    *out = ask(c, name, type);
    enum path_outcome o = path_answer(*out);
    return o == PATH_HIT && record_count(*out, version, &first) == 0 ? PATH_MISS : o;
}

void record_hint(struct check *c, const struct record_place *p)
{
    if (p->rr_type != 0)
        prefetch(c, p->rr_name, p->rr_type);
    prefetch(c, p->txt_name, RTYPE_TXT);
}

enum path_outcome record_find(struct check *c, const struct record_place *p, const struct answer **out)
{
    record_hint(c, p);
    enum path_outcome o = p->rr_type != 0 ? look_up(c, p->rr_name, p->rr_type, p->version, out) : PATH_MISS;
    return o == PATH_MISS ? look_up(c, p->txt_name, RTYPE_TXT, p->version, out) : o;
}

static bool holds(const struct answer *a, struct slice version)
{
    struct slice first;
    return a && answer_has_data(a) && record_count(a, version, &first) > 0;
}

const struct answer *record_foresee(struct scout *s, const struct record_place *p)
{
    const struct answer *txt = hint(s, p->txt_name, RTYPE_TXT);
    const struct answer *rr = p->rr_type != 0 ? hint(s, p->rr_name, p->rr_type) : NULL;
    if (holds(rr, p->version))
        return rr;
    return (p->rr_type == 0 || rr) && holds(txt, p->version) ? txt : NULL;
}
