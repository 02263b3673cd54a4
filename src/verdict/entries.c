#include "verdict/entries.h"

#include <stdlib.h>
#include <string.h>

#define NETWORK_KEY 18u               /* family, bits, 16 octets */
#define MAILBOX_OCTETS_MAX 512u       /* local part (64) and domain (253) with room for what is longer than allowed */

/* ---- keys ---- */

static void network_key(uint8_t *key, const struct ip *ip, unsigned bits)
{
    key[0] = (uint8_t)ip->family;
    key[1] = (uint8_t)bits;
    for (unsigned i = 0; i < 16; i++) {
        unsigned kept = bits > i * 8 ? bits - i * 8 : 0;
        unsigned mask = kept >= 8 ? 0xff : 0xff00u >> kept;
        key[2 + i] = (uint8_t)(ip->octets[i] & mask);
    }
}

static struct slice mailbox_key(struct text *room, const struct path *path)
{
    text_add_lower(room, path->local);
    text_add_octet(room, '@');
    text_add(room, path->normal_domain);
    return text_slice(room);
}

static int compare_slices(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

static bool holds(const struct slices *list, struct slice key)
{
    return key.len > 0 && list->count > 0 && bsearch(&key, list->at, list->count, sizeof key, compare_slices) != NULL;
}

/* ---- reading ---- */

enum entry_kind { ENTRY_BAD = 0, ENTRY_NETWORK, ENTRY_DOMAIN, ENTRY_BELOW, ENTRY_MAILBOX, ENTRY_OWNER, ENTRY_NULL };
struct entry { enum entry_kind kind; struct slice key; struct prefix network; };

/* "192.0.2" is a network somebody did not finish, not a domain. */
static bool ends_in_digits(struct slice domain)
{
    struct slice last = slice_from(domain, domain.len > 0 && slice_has(domain, '.') ? slice_find_last(domain, '.') + 1 : 0);

    for (size_t i = 0; i < last.len; i++)
        if (!is_digit(last.at[i]))
            return false;
    return true;
}

static struct slice lower_dup(struct arena *arena, struct slice text)
{
    struct text t = text_in(arena, OWNER_NAME_MAX);

    text_add_lower(&t, text);
    return text_slice(&t);
}

static struct entry read_entry(struct arena *arena, struct slice text)
{
    static const struct slice owner = SLICE_INIT("owner:");
    struct entry e = { .kind = ENTRY_BAD };
    struct path path;

    if (slice_same(text, SLICE("<>"))) {
        e.kind = ENTRY_NULL;
    } else if (slice_starts_nocase(text, owner)) {
        e.key = lower_dup(arena, slice_trim(slice_from(text, owner.len), " \t"));
        e.kind = e.key.len > 0 ? ENTRY_OWNER : ENTRY_BAD;
    } else if (prefix_parse(text, &e.network)) {
        uint8_t *key = arena_alloc(arena, NETWORK_KEY);
        if (key != NULL) {
            network_key(key, &e.network.address, e.network.bits);
            e.kind = ENTRY_NETWORK;
            e.key = slice_of(key, NETWORK_KEY);
        }
    } else if (slice_has(text, '@')) {
        struct text room = text_in(arena, MAILBOX_OCTETS_MAX);
        if (path_parse(arena, text, &path) && path.local.len > 0 && path.normal_domain.len > 0 && path.route_first.len == 0) {
            e.key = mailbox_key(&room, &path);
            e.kind = room.bad ? ENTRY_BAD : ENTRY_MAILBOX;
        }
    } else {
        bool below = text.len > 1 && text.at[0] == '.';
        if (domain_normal(arena, slice_from(text, below), &e.key) && !ends_in_digits(e.key))
            e.kind = below ? ENTRY_BELOW : ENTRY_DOMAIN;
    }
    return e;
}

static bool list_make(struct arena *arena, struct slices *list, size_t room)
{
    list->at = ARENA_ARRAY(arena, room ? room : 1, struct slice);
    return list->at != NULL;
}

static void entries_add(struct entries *list, const struct entry *e)
{
    switch (e->kind) {
    case ENTRY_BAD:
        return;
    case ENTRY_NETWORK:
        list->networks.at[list->networks.count++] = e->key;
        if (e->network.address.family == IP_V4)
            list->lengths4 |= (uint64_t)1 << e->network.bits;
        else
            list->lengths6[e->network.bits / 64] |= (uint64_t)1 << e->network.bits % 64;
        break;
    case ENTRY_DOMAIN:
        list->domains.at[list->domains.count++] = e->key;
        break;
    case ENTRY_BELOW:
        list->below.at[list->below.count++] = e->key;
        break;
    case ENTRY_MAILBOX:
        list->mailboxes.at[list->mailboxes.count++] = e->key;
        break;
    case ENTRY_OWNER:
        list->owned_by.at[list->owned_by.count++] = e->key;
        break;
    case ENTRY_NULL:
        list->null_sender = true;
        break;
    }
    list->count++;
}

static struct entries *entries_new(struct arena *arena, const struct owners *owners, size_t room)
{
    struct entries *e = ARENA_NEW(arena, struct entries);

    if (e == NULL || !list_make(arena, &e->networks, room) || !list_make(arena, &e->domains, room) ||
        !list_make(arena, &e->below, room) || !list_make(arena, &e->mailboxes, room) || !list_make(arena, &e->owned_by, room))
        return NULL;
    e->table = owners;
    return e;
}

static void entries_sort(struct entries *e)
{
    struct slices *lists[] = { &e->networks, &e->domains, &e->below, &e->mailboxes, &e->owned_by };

    for (size_t i = 0; i < COUNT_OF(lists); i++)
        qsort(lists[i]->at, lists[i]->count, sizeof *lists[i]->at, compare_slices);
}

static bool entries_take(struct arena *arena, struct entries *list, struct slice text, const struct conf_node *where,
                         struct config_error *error)
{
    struct entry e = read_entry(arena, text);

    if (arena_failed(arena)) {
        config_complain(error, where, "no memory");
        return false;
    }
    if (e.kind == ENTRY_BAD) {
        config_complain(error, where, "\"%.*s\" is no address, network, domain, .domain, mailbox or owner:NAME", (int)slice_first(text, 80).len,
                        (const char *)text.at);
        return false;
    }
    if (e.kind == ENTRY_OWNER && list->table == NULL) {
        config_complain(error, where, "\"%.*s\": there is no owner table (owners = [ \"FILE\" ];)", (int)slice_first(text, 80).len, (const char *)text.at);
        return false;
    }
    entries_add(list, &e);
    return true;
}

const struct entries *entries_read(struct arena *arena, const struct owners *owners, const struct conf_node *node, struct config_error *error)
{
    size_t count = 0;
    struct entries *list;

    for (const struct conf_node *n = node && node->kind == NODE_LIST ? node->first : NULL; n; n = n->next)
        count++;
    if (node && node->kind != NODE_LIST)
        count = 1;
    if (count > ENTRIES_MAX) {
        config_complain(error, node, "a list may have %u entries", ENTRIES_MAX);
        return NULL;
    }
    list = entries_new(arena, owners, count);
    if (list == NULL) {
        config_complain(error, node, "no memory");
        return NULL;
    }
    for (const struct conf_node *n = node && node->kind == NODE_LIST ? node->first : node; n; n = n->next) {
        if (n->kind != NODE_TEXT) {
            config_complain(error, n, "a list of strings is wanted: addresses, networks, domains, mailboxes");
            return NULL;
        }
        if (!entries_take(arena, list, n->text, n, error))
            return NULL;
        if (n == node)
            break;
    }
    entries_sort(list);
    return list;
}

const struct entries *entries_of_values(struct arena *arena, const struct owners *owners, struct slice values, const struct conf_node *where,
                                        struct config_error *error)
{
    struct entries *list;
    struct slice rest = values, head;
    size_t count = 1;
    bool more = true;

    for (size_t i = 0; i < values.len; i++)
        count += values.at[i] == '|';
    list = count > ENTRIES_MAX ? NULL : entries_new(arena, owners, count);
    if (list == NULL) {
        config_complain(error, where, "too many values, or no memory");
        return NULL;
    }
    while (more) {
        more = slice_cut(rest, '|', &head, &rest);
        if (!entries_take(arena, list, slice_trim(head, " \t"), where, error))
            return NULL;
    }
    entries_sort(list);
    return list;
}

/* ---- look-ups ---- */

bool entries_have_ip(const struct entries *e, const struct ip *ip)
{
    uint8_t key[NETWORK_KEY];
    unsigned widest = ip->family == IP_V4 ? 32 : 128;

    if (ip->family == IP_NONE || e->networks.count == 0)
        return false;
    for (unsigned bits = 0; bits <= widest; bits++) {
        uint64_t used = ip->family == IP_V4 ? e->lengths4 >> bits : e->lengths6[bits / 64] >> bits % 64;
        if (!(used & 1))
            continue;
        network_key(key, ip, bits);
        if (holds(&e->networks, slice_of(key, sizeof key)))
            return true;
    }
    return false;
}

static bool have_owner_of(const struct entries *e, struct slice domain)
{
    uint8_t room[OWNER_NAME_MAX];
    struct text lower = text_fixed(room, sizeof room);

    if (e->owned_by.count == 0)
        return false;
    text_add_lower(&lower, owners_find(e->table, domain));
    return holds(&e->owned_by, text_slice(&lower));
}

bool entries_have_domain(const struct entries *e, struct slice domain)
{
    if (holds(&e->domains, domain) || have_owner_of(e, domain))
        return true;
    for (struct slice rest = domain; rest.len > 0 && e->below.count > 0;) {
        if (holds(&e->below, rest))
            return true;
        size_t dot = slice_find(rest, '.');
        rest = slice_from(rest, dot + 1);
    }
    return false;
}

static bool have_mailbox_of(const struct entries *e, const struct path *path)
{
    uint8_t octets[MAILBOX_OCTETS_MAX];
    struct text room = text_fixed(octets, sizeof octets);

    return e->mailboxes.count > 0 && path->local.len > 0 && holds(&e->mailboxes, mailbox_key(&room, path));
}

bool entries_have_mailbox(const struct entries *e, struct arena *arena, struct slice address)
{
    struct path path;

    return e->mailboxes.count > 0 && address.len > 0 && path_parse(arena, address, &path) && have_mailbox_of(e, &path);
}

bool entries_have_path(const struct entries *e, const struct path *path)
{
    if (path->raw.len == 0)
        return e->null_sender;
    return have_mailbox_of(e, path) || (entries_name_domains(e) && entries_have_domain(e, path->normal_domain));
}

bool entries_name_domains(const struct entries *e)
{
    return e->domains.count + e->below.count + e->owned_by.count > 0;
}
