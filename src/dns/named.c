#include "dns/named.h"

#include "base/cursor.h"

/* Besides what ip_is_private knows. RFC 6890 and the IANA registries of special-purpose addresses; networks for documentation
 * are not among them: nobody is there. */
static const struct prefix special[] = {
    { { { 100, 64 }, IP_V4 }, 10 },                              /* shared by a provider's customers: RFC 6598 */
    { { { 192, 0, 0 }, IP_V4 }, 24 },                            /* protocol assignments */
    { { { 192, 88, 99 }, IP_V4 }, 24 },                          /* 6to4 relays: RFC 7526 */
    { { { 198, 18 }, IP_V4 }, 15 },                              /* measurements: RFC 2544 */
    { { { 240 }, IP_V4 }, 4 },                                   /* reserved, and the broadcast address */
    { { { 0x20, 0x01, 0x00 }, IP_V6 }, 23 },                     /* protocol assignments, Teredo among them: RFC 2928, 4380 */
    { { { 0x20, 0x02 }, IP_V6 }, 16 },                           /* 6to4: RFC 3056 */
};
/* All of IPv6 that is the public Internet; translated and mapped IPv4 addresses are elsewhere (RFC 4291 2.5.4). */
static const struct prefix global_unicast = { { { 0x20 }, IP_V6 }, 3 };

static bool is_public(const struct ip *server)
{
    if (server->family == IP_NONE || ip_is_private(server) || (server->family == IP_V6 && !prefix_covers(&global_unicast, server)))
        return false;
    for (size_t i = 0; i < COUNT_OF(special); i++)
        if (prefix_covers(&special[i], server))
            return false;
    return true;
}

static const struct named_entry *entry_for(const struct named_list *list, const struct ip *server)
{
    for (size_t i = 0; list && i < list->count; i++)
        if (prefix_covers(&list->at[i].network, server))
            return &list->at[i];
    return NULL;
}

bool named_listed(const struct named_list *list, const struct ip *server)
{
    return entry_for(list, server) != NULL;
}

uint16_t named_port(const struct named_list *list, const struct ip *server)
{
    const struct named_entry *entry = entry_for(list, server);
    if (entry)
        return entry->port ? entry->port : NAMED_PORT;
    return is_public(server) ? NAMED_PORT : 0;
}

/* "[" ADDRESS "]:" PORT, or IPv4 ":" PORT */
static bool split_port(struct slice given, struct slice *address, struct slice *port)
{
    if (given.len == 0 || given.at[0] != '[')
        return slice_cut(given, ':', address, port);
    size_t end = slice_find(given, ']');
    *address = slice_first(slice_from(given, 1), end - 1);
    *port = slice_from(given, end + 2);
    return end + 1 < given.len && given.at[end + 1] == ':';
}

bool named_entry_parse(struct slice given, struct named_entry *out)
{
    struct slice address, port;
    uint64_t number;
    *out = (struct named_entry){ .port = 0 };
    if (prefix_parse(given, &out->network))
        return true;
    if (!split_port(given, &address, &port) || slice_has(address, '/') || !prefix_parse(address, &out->network) ||
        !number_of(port, 1, UINT16_MAX, &number))
        return false;
    out->port = (uint16_t)number;
    return true;
}

bool named_list_add(struct named_list *list, struct slice given)
{
    if (list->count == NAMED_ENTRIES_MAX || !named_entry_parse(given, &list->at[list->count]))
        return false;
    list->count++;
    return true;
}
