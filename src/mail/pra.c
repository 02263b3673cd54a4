#include "mail/pra.h"

/* ---- fields ---- */

static bool is_filled(const struct field *f)
{
    return slice_trim_fws(f->value).len > 0;
}

const struct field *message_filled(const struct message *message, struct slice name, unsigned *count)
{
    const struct field *topmost = NULL;
    unsigned filled = 0;

    for (size_t i = 0; i < message->count; i++) {
        const struct field *f = message->fields[i];

        if (!slice_same_nocase(f->name, name) || !is_filled(f))
            continue;
        if (filled++ == 0)
            topmost = f;
    }
    if (count)
        *count = filled;
    return topmost;
}

static bool is_trace(const struct field *f)
{
    return slice_same_nocase(f->name, SLICE("Received")) || slice_same_nocase(f->name, SLICE("Return-Path"));
}

bool message_trace_between(const struct message *message, const struct field *above, const struct field *below)
{
    for (size_t i = above->index + (size_t)1; i < below->index; i++)
        if (is_trace(message->fields[i]))
            return true;
    return false;
}

/*
 * A Resent-Sender belongs to the newest resending unless a Resent-From stands above it with a hop between them: then it is
 * an older one's. If that holds for any Resent-From, it holds for the topmost.
 */
const struct field *message_resender(const struct message *message)
{
    const struct field *sender = message_filled(message, SLICE("Resent-Sender"), NULL);
    const struct field *from = message_filled(message, SLICE("Resent-From"), NULL);

    if (!sender || !from)
        return sender ? sender : from;
    return message_trace_between(message, from, sender) ? from : sender;
}

/* ---- the choice ---- */

/* Steps 1 to 4: one field, or why none. */
static const struct field *choose(const struct message *message, enum pra_problem *problem)
{
    const struct field *resent = message_resender(message);
    unsigned senders, authors;
    const struct field *sender = message_filled(message, SLICE("Sender"), &senders);
    const struct field *from = message_filled(message, SLICE("From"), &authors);

    *problem = PRA_FOUND;
    if (resent)
        return resent;
    if (senders > 1)
        *problem = PRA_SEVERAL_SENDER;
    else if (sender)
        return sender;
    else if (authors == 0)
        *problem = PRA_NO_FROM;
    else if (authors > 1 || message->disguised_from)
        *problem = PRA_SEVERAL_FROM;
    else
        return from;
    return NULL;
}

/* Step 5. A comma with nothing beside it is obsolete syntax (RFC 5322 4.4) and no second mailbox. */
static enum pra_problem problem_of_list(const struct address_list *list)
{
    if (!list->well_formed)
        return PRA_MALFORMED;
    if (list->has_group)
        return PRA_GROUP;
    if (list->count > 1)
        return PRA_SEVERAL_MAILBOXES;
    return list->at[0].normal_domain.len > 0 ? PRA_FOUND : PRA_NO_DOMAIN;
}

struct pra pra_field(const struct message *message)
{
    struct pra pra = { .problem = PRA_CUT };

    if (!message->overflow)
        pra.field = choose(message, &pra.problem);
    return pra;
}

struct pra pra_read(struct pra chosen, const struct address_list *list)
{
    chosen.problem = list ? problem_of_list(list) : PRA_MALFORMED;
    if (chosen.problem == PRA_FOUND)
        chosen.mailbox = list->at[0];
    return chosen;
}

struct pra pra_of(struct arena *arena, const struct message *message)
{
    struct pra pra = pra_field(message);
    struct address_list list;

    if (!pra.field)
        return pra;
    return pra_read(pra, address_list_parse(arena, pra.field->value, &list) ? &list : NULL);
}
