/* dnsmail_id.c: the id of a DNS-Mail-ID field. */
#include "methods/dnsmail/dnsmail_record.h"

static bool is_label_octet(uint8_t octet)
{
    return is_alnum(octet) || octet == '-';
}

static bool is_ldh_label(struct slice label)
{
    struct cursor c = cursor_of(label);
    take_while(&c, is_label_octet);
    return at_end(&c) && label.len > 0 && label.len <= LABEL_MAX && label.at[0] != '-' && label.at[label.len - 1] != '-';
}

bool dnsmail_id_parse(struct arena *arena, struct slice value, struct dnsmail_id *out)
{
    struct slice label, domain;
    *out = (struct dnsmail_id){ .label = { 0 } };
    if (!slice_cut(value, '.', &label, &domain) || !is_ldh_label(label) || !domain_normal(arena, domain, &out->domain))
        return false;
    struct text lower = text_in(arena, LABEL_MAX);
    text_add_lower(&lower, label);
    out->label = text_slice(&lower);
    out->name = name_join(arena, out->label, out->domain);
    return name_labels(out->domain) >= 2 && name_askable(out->name);
}
