/* Whose Authentication-Results fields are whose; the contract is in authres.h. */
#include "mail/authres.h"

#include "mail/authres_words.h"
#include "mail/domain.h"
#include "mail/received.h"

/* ---- names ---- */

static bool same_name(struct arena *arena, struct slice a, struct slice b)
{
    struct slice normal_a, normal_b;

    if (domain_normal(arena, a, &normal_a) && domain_normal(arena, b, &normal_b))
        return slice_same(normal_a, normal_b);
    return slice_same_nocase(name_undotted(a), name_undotted(b));
}

static bool is_among(struct arena *arena, struct slice name, const struct slice *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (same_name(arena, name, names[i]))
            return true;
    return false;
}

/* Does the text hold one of the names, in any case? The names are ours: few and short. */
static bool mentions(struct slice text, const struct slice *names, size_t count)
{
    for (size_t n = 0; n < count; n++) {
        struct slice name = name_undotted(names[n]);

        for (size_t i = 0; name.len > 0 && i + name.len <= text.len; i++)
            if (slice_same_nocase(slice_first(slice_from(text, i), name.len), name))
                return true;
    }
    return false;
}

/* ---- forged fields ---- */

/* Behind an id a result list begins or the field ends; "=" and "/" follow a method where the id was left out. */
static bool may_follow_id(int octet)
{
    return octet < 0 || octet == ';' || octet == '=' || octet == '/';
}

/* No name, and yet one of ours is in it: to readers that trim blanks beyond ASCII, or split before they unquote, it is ours. */
static bool reads_as_ours(struct arena *arena, struct slice id, const struct slice *ids, size_t id_count)
{
    struct slice normal;

    return !domain_normal(arena, id, &normal) && mentions(id, ids, id_count);
}

bool authres_is_forged(struct arena *arena, struct slice value, const struct slice *ids, size_t id_count, bool all)
{
    struct cursor c = cursor_of(value);
    struct slice id;
    struct authres parsed;
    unsigned version;

    if (all)
        return true;
    take_authserv_id(arena, &c, &id, &version);
    if (c.bad || id.len == 0 || !may_follow_id(peek(&c)) || arena_failed(arena))
        return true;                           /* threats.md T31: nobody can say whose it is */
    if (version != 1)
        return true;                           /* RFC 8601 5: versions not supported must go, whoever wrote them */
    if (is_among(arena, slice_trim_fws(id), ids, id_count) || reads_as_ours(arena, id, ids, id_count))
        return true;
    return authres_parse(arena, value, &parsed) != AUTHRES_GOOD && mentions(value, ids, id_count);
}

/* ---- fields to believe ---- */

/*
 * Did one of the trusted hosts write this Received field, about a host that is trusted as well? Below
 * the first that says no, everything came from outside. What the client called itself proves nothing.
 */
static bool came_from_within(struct arena *arena, const struct field *field, const struct slice *hosts, size_t count)
{
    struct received hop;

    if (!received_parse(arena, field->value, &hop) || !is_among(arena, hop.by, hosts, count))
        return false;
    return ip_is_loopback(&hop.client) || (hop.rdns.len > 0 && is_among(arena, hop.rdns, hosts, count));
}

static bool is_believed(struct arena *arena, const struct field *field, const struct slice *ids, size_t id_count, struct authres *out)
{
    return slice_same_nocase(field->name, SLICE("Authentication-Results")) && authres_parse(arena, field->value, out) == AUTHRES_GOOD
        && is_among(arena, out->authserv_id, ids, id_count);
}

bool authres_trusted(struct arena *arena, const struct message *message, const struct slice *ids, size_t id_count,
                     const struct slice *trusted_hosts, size_t host_count, struct authres_set *out)
{
    size_t most = message_count(message, SLICE("Authentication-Results")), results = 0;
    struct authres *fields;

    *out = (struct authres_set){ .count = 0 };
    if (most == 0)
        return true;
    fields = ARENA_ARRAY(arena, most, struct authres);
    if (fields == NULL)
        return false;
    out->fields = fields;
    for (size_t i = 0; i < message->count && results < AUTHRES_RESULTS_MAX; i++) {
        const struct field *field = message->fields[i];

        if (is_believed(arena, field, ids, id_count, &fields[out->count])) {
            if (fields[out->count].count > AUTHRES_RESULTS_MAX - results)
                fields[out->count].count = AUTHRES_RESULTS_MAX - results;
            results += fields[out->count++].count;
        } else if (host_count > 0 && slice_same_nocase(field->name, SLICE("Received"))
                   && !came_from_within(arena, field, trusted_hosts, host_count)) {
            break;
        }
    }
    return !arena_failed(arena);
}
