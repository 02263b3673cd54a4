/* The Author Domain of a header; the contract is in address.h. */
#include "mail/address.h"
#include "mail/message.h"

static bool has_domain(const struct author *author, struct slice domain)
{
    for (unsigned i = 0; i < author->count; i++)
        if (slice_same(author->domains[i], domain))
            return true;
    return false;
}

static struct author problem(enum author_problem which)
{
    return (struct author){ .problem = which };
}

static struct author author_of_list(const struct address_list *list)
{
    struct author author = { .problem = AUTHOR_OK };

    if (!list->well_formed)
        return problem(AUTHOR_MALFORMED);
    if (list->has_group)
        return problem(AUTHOR_GROUP);
    for (size_t i = 0; i < list->count; i++) {
        struct slice domain = list->at[i].normal_domain;

        if (domain.len == 0)
            return problem(AUTHOR_BAD_DOMAIN);
        if (has_domain(&author, domain))
            continue;
        if (author.count == AUTHOR_DOMAINS_MAX)
            return problem(AUTHOR_TOO_MANY_DOMAINS);
        author.domains[author.count++] = domain;
    }
    return author;
}

/* RFC 9989 4.7; the forms of From that only other parsers see count as well (threats.md T01). */
struct author author_of(struct arena *arena, const struct message *message)
{
    unsigned count = message_count(message, SLICE("From"));
    struct address_list list;

    if (message->overflow)
        return problem(AUTHOR_MALFORMED);      /* a second From may be among what is not here */
    if (count > 1 || (count == 1 && message->disguised_from))
        return problem(AUTHOR_SEVERAL_FROM);
    if (count == 0)
        return problem(message->disguised_from ? AUTHOR_MALFORMED : AUTHOR_NO_FROM);
    if (!address_list_parse(arena, message_field(message, SLICE("From"), 1)->value, &list))
        return problem(AUTHOR_MALFORMED);
    return author_of_list(&list);
}
