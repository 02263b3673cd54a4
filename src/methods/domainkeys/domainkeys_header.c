#include "methods/domainkeys/domainkeys_header.h"

#include "methods/dkim/dkim_header.h"

/* ---- who sends ---- */

/* The one field of this name. */
static const struct field *only_field(const struct message *m, struct slice name)
{
    return message_count(m, name) == 1 ? message_field(m, name, 1) : NULL;
}

static bool is_plain_list(const struct address_list *list)
{
    return list->well_formed && list->count > 0 && !list->has_group;
}

bool domainkeys_sender_of(struct run *run, struct domainkeys_sender *out)
{
    const struct message *m = run->txn->message;
    const struct field *from = only_field(m, SLICE("From")), *sender = only_field(m, SLICE("Sender"));
    *out = (struct domainkeys_sender){ .field = NULL };
    if (!from || (!sender && message_count(m, SLICE("Sender")) > 0))
        return true;
    const struct address_list *authors = parsed_addresses(run, from);
    const struct address_list *chosen = sender ? parsed_addresses(run, sender) : authors;
    if (!authors || !chosen)
        return false;
    /* RFC 2822 3.6.2: Sender is one mailbox. */
    if (!is_plain_list(authors) || !is_plain_list(chosen) || (sender && chosen->count > 1) || chosen->at[0].normal_domain.len == 0)
        return true;
    out->field = sender ? sender : from;
    out->address = &chosen->at[0];
    return true;
}

enum domainkeys_reason domainkeys_fits(const struct domainkeys_signature *s, const struct domainkeys_sender *sender)
{
    if (s->problem != DOMAINKEYS_FINE)
        return s->problem;
    /* RFC 4870 3.3, d=: the sending address's domain, or "one of the parent domains" of it. */
    if (!name_at_or_below(sender->address->normal_domain, s->domain))
        return DOMAINKEYS_D_FOREIGN;
    /* ... h=: "MUST include the header that was used to identify the sending domain". Above the signature it is not signed. */
    return domainkeys_signs(s, sender->field) ? DOMAINKEYS_FINE : DOMAINKEYS_SENDER_UNSIGNED;
}

/* ---- what is signed ---- */

static void add_octets(void *text, struct slice octets)
{
    text_add(text, octets);
}

/* Does a field of this name stand below and signed, and another one above? */
static bool is_added(const struct message *m, const struct domainkeys_signature *s, struct slice name)
{
    const struct field *top = message_field(m, name, 1), *bottom = message_field_from_below(m, name, 1);
    return top && bottom && top->index < s->field->index && domainkeys_signs(s, bottom);
}

static const char *added_field(const struct message *m, const struct domainkeys_signature *s)
{
    for (size_t i = 0; watched_fields[i]; i++)
        if (is_added(m, s, slice_str(watched_fields[i])))
            return watched_fields[i];
    return NULL;
}

/* The first place of a listed name in h=. */
static size_t place_of(const struct domainkeys_signature *s, struct slice name)
{
    size_t i = 0;
    while (!slice_same_nocase(s->names[i], name))
        i++;
    return i;
}

/* Do the names begin to occur in the order in which h= lists them? */
static bool is_in_listed_order(const struct message *m, const struct domainkeys_signature *s)
{
    bool seen[DOMAINKEYS_NAMES_MAX] = { false };
    size_t last = 0;
    for (size_t i = s->field->index + 1; s->names && i < m->count; i++) {
        if (!domainkeys_signs(s, m->fields[i]))
            continue;
        size_t place = place_of(s, m->fields[i]->name);
        if (!seen[place] && place < last)
            return false;
        if (!seen[place])
            last = place;
        seen[place] = true;
    }
    return true;
}

struct hashing {
    const struct message *message;
    const struct domainkeys_signature *signature;
    struct domainkeys_signed *out;
    struct text text;
};

static void add_field(struct hashing *h, const struct field *f)
{
    canon_field(h->signature->canon, f->raw, add_octets, &h->text);
    text_add(&h->text, SLICE("\r\n"));
    h->out->odd_octets = h->out->odd_octets || f->odd_octets;
}

static void add_in_message_order(struct hashing *h)
{
    const struct message *m = h->message;
    for (size_t i = h->signature->field->index + 1; i < m->count; i++)
        if (domainkeys_signs(h->signature, m->fields[i]))
            add_field(h, m->fields[i]);
}

/* Those from the first to the last of the fields of this name below the signature; 0 is the topmost. */
static void add_occurrences(struct hashing *h, struct slice name, size_t first, size_t last)
{
    const struct message *m = h->message;
    size_t nth = 0;
    for (size_t i = h->signature->field->index + 1; i < m->count; i++)
        if (slice_same_nocase(m->fields[i]->name, name)) {
            if (nth >= first && nth <= last)
                add_field(h, m->fields[i]);
            nth++;
        }
}

static size_t count_listed(const struct domainkeys_signature *s, size_t from, size_t to, struct slice name)
{
    size_t n = 0;
    for (size_t i = from; i < to; i++)
        n += slice_same_nocase(s->names[i], name);
    return n;
}

static size_t count_below(const struct hashing *h, struct slice name)
{
    size_t n = 0;
    for (size_t i = h->signature->field->index + 1; i < h->message->count; i++)
        n += slice_same_nocase(h->message->fields[i]->name, name);
    return n;
}

/* Each entry but the first of its name is for one field, counted from below; the first is for all that are left. */
static void add_in_listed_order(struct hashing *h)
{
    const struct domainkeys_signature *s = h->signature;
    for (size_t i = 0; i < s->name_count; i++) {
        struct slice name = s->names[i];
        size_t fields = count_below(h, name), later = count_listed(s, i + 1, s->name_count, name);
        bool is_first = count_listed(s, 0, i, name) == 0;
        if (fields > later)
            add_occurrences(h, name, is_first ? 0 : fields - later - 1, fields - later - 1);
    }
}

/*
 * RFC 4870 3.4.2.1 presents the lines "in the order it occurs in the complete email", and 3.3 has h= list them "in the order
 * presented to the signing algorithm": the same, until somebody on the way puts them in another order. Then the list knows it.
 */
bool domainkeys_sign_header(struct arena *arena, const struct message *m, const struct domainkeys_signature *s, struct domainkeys_signed *out)
{
    struct hashing h = { .message = m, .signature = s, .out = out, .text = text_in(arena, m->octets + 1) };
    *out = (struct domainkeys_signed){ .odd_octets = s->field->odd_octets || m->hidden_lines, .added = added_field(m, s) };
    if (is_in_listed_order(m, s))
        add_in_message_order(&h);
    else
        add_in_listed_order(&h);
    out->octets = text_slice(&h.text);
    return !h.text.bad;
}
