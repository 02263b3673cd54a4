#include "methods/dnsmail/dnsmail_ids.h"

#define LIST_LABEL "dnsmail"

/* ---- the fields ---- */

struct parsed_id { bool good; struct dnsmail_id id; };

static void *make_id(struct arena *a, const struct field *field)
{
    struct parsed_id *p = ARENA_NEW(a, struct parsed_id);
    if (p)
        p->good = !field->odd_octets && dnsmail_id_parse(a, field_unfolded(a, field), &p->id);
    return p;
}

static bool is_known(const struct dnsmail_ids *ids, const struct dnsmail_id *id)
{
    for (unsigned i = 0; i < ids->count; i++)
        if (slice_same(ids->at[i].id.name, id->name))
            return true;
    return false;
}

void dnsmail_ids_collect(struct run *run, struct dnsmail_ids *out)
{
    const struct message *m = run->txn->message;
    *out = (struct dnsmail_ids){ .fields = message_count(m, SLICE(DNSMAIL_FIELD)) };
    for (unsigned nth = 1; nth <= out->fields && out->fields <= DNSMAIL_IDS_MAX; nth++) {
        const struct field *field = message_field(m, SLICE(DNSMAIL_FIELD), nth);
        const struct parsed_id *p = parsed(run, field, make_id);
        if ((!p || !p->good) && !out->bad)
            out->bad = field;
        else if (p && p->good && !is_known(out, &p->id))
            out->at[out->count++].id = p->id;
    }
}

/* ---- the lists ---- */

struct slice dnsmail_list_name(struct arena *a, struct slice domain)
{
    return name_join(a, SLICE(LIST_LABEL), domain);
}

enum dnsmail_list dnsmail_list_of(struct check *c, struct slice domain, const struct dnsmail_servers **out)
{
    const struct answer *a = ask(c, dnsmail_list_name(c->run.scratch, domain), RTYPE_TXT);
    *out = NULL;
    if (!a)
        return DNSMAIL_LIST_WAIT;
    if (a->status == ANSWER_OVER_QUOTA)
        return DNSMAIL_LIST_OVER_QUOTA;
    if (answer_failed(a))
        return DNSMAIL_LIST_FAILED;
    if (!answer_has_data(a))
        return DNSMAIL_LIST_NONE;
    *out = memo(&c->run, a, dnsmail_servers_make, dnsmail_servers_release);
    if (!*out)
        return DNSMAIL_LIST_OWN_FAILURE;
    return (*out)->count > 0 ? DNSMAIL_LIST_THERE : DNSMAIL_LIST_NONE;
}

static enum dnsmail_found found_of_list(enum dnsmail_list list)
{
    switch (list) {
    case DNSMAIL_LIST_NONE: return DNSMAIL_ID_NO_SERVERS;
    case DNSMAIL_LIST_FAILED: return DNSMAIL_ID_LIST_FAILED;
    case DNSMAIL_LIST_OVER_QUOTA: return DNSMAIL_ID_OVER_QUOTA;
    case DNSMAIL_LIST_OWN_FAILURE: return DNSMAIL_ID_OWN_FAILURE;
    case DNSMAIL_LIST_WAIT: case DNSMAIL_LIST_THERE: break;
    }
    return DNSMAIL_ID_UNKNOWN;
}

bool dnsmail_ids_ask_lists(struct check *c, struct dnsmail_ids *ids)
{
    for (unsigned i = 0; i < ids->count; i++)
        prefetch(c, dnsmail_list_name(c->run.scratch, ids->at[i].id.domain), RTYPE_TXT);
    for (unsigned i = 0; i < ids->count; i++) {
        enum dnsmail_list list = dnsmail_list_of(c, ids->at[i].id.domain, &ids->at[i].servers);
        if (list == DNSMAIL_LIST_WAIT)
            return false;
        if (list != DNSMAIL_LIST_THERE)
            ids->at[i].servers = NULL;
        ids->at[i].found = found_of_list(list);
    }
    /* The first of each list will be needed; whether others are, it says. */
    for (unsigned i = 0; i < ids->count; i++)
        if (ids->at[i].servers)
            prefetch_server(c, &ids->at[i].servers->at[0], ids->at[i].id.name, RTYPE_TXT);
    return true;
}

/* ---- the servers ---- */

/* What weighs more is not lost by what comes later: not knowing, then not being allowed to ask, then no. */
static void note(struct dnsmail_entry *e, enum dnsmail_found found, const struct ip *server)
{
    static const unsigned weight[] = {
        [DNSMAIL_ID_ABSENT] = 1, [DNSMAIL_ID_BLOCKED] = 2, [DNSMAIL_ID_SERVER_FAILED] = 3, [DNSMAIL_ID_OVER_QUOTA] = 4, [DNSMAIL_ID_OWN_FAILURE] = 5,
    };
    if (weight[found] <= weight[e->found])
        return;
    e->found = found;
    e->server = *server;
}

static void take_data(struct check *c, struct dnsmail_entry *e, const struct answer *a, const struct ip *server)
{
    e->records = memo(&c->run, a, dnsmail_records_make, dnsmail_records_release);
    e->found = !e->records ? DNSMAIL_ID_OWN_FAILURE : e->records->malformed ? DNSMAIL_ID_MALFORMED : DNSMAIL_ID_FOUND;
    e->server = *server;
}

static enum dnsmail_found found_without_data(const struct answer *a)
{
    if (a->status == ANSWER_BLOCKED)
        return DNSMAIL_ID_BLOCKED;
    if (a->status == ANSWER_OVER_QUOTA)
        return DNSMAIL_ID_OVER_QUOTA;
    return answer_failed(a) ? DNSMAIL_ID_SERVER_FAILED : DNSMAIL_ID_ABSENT;
}

/* The first that has something decides: others may lag behind it. */
bool dnsmail_entry_ask(struct check *c, struct dnsmail_entry *e)
{
    for (unsigned i = 0; e->servers && i < e->servers->count; i++) {
        const struct ip *server = &e->servers->at[i];
        const struct answer *a = ask_server(c, server, e->id.name, RTYPE_TXT);
        if (!a)
            return false;
        if (answer_has_data(a)) {
            take_data(c, e, a, server);
            return true;
        }
        note(e, found_without_data(a), server);
    }
    return true;
}
