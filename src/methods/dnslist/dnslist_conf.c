/* dnslist_conf.c: the option "lists": strings and groups become what the method asks. */
#include "methods/dnslist/dnslist.h"

#define BY_WORDS "address|mailfrom|helo|authenticated"
#define KIND_WORDS "block|open-relay|allow"
#define NAME_OCTETS_MAX NAME_TEXT_MAX

const char *const dnslist_by_words[] = { "address", "mailfrom", "helo", "authenticated" };

struct list_conf {
    struct slice name, zone;
    unsigned by, kind;
    bool trusted, ipv6, parents, self_test;
};

static const struct option list_options[] = {
    { "zone", OPT_TEXT, "", 0, 0, offsetof(struct list_conf, zone), NULL,
      "The list's domain, and behind an equals sign which of its answers count: \"bl.example\", \"bl.example=127.0.0.[2..11]\"." },
    { "name", OPT_TEXT, "", 0, 0, offsetof(struct list_conf, name), NULL,
      "How rules and reports call it: letters, digits, hyphens, underscores, dots. Empty: the zone." },
    { "by", OPT_CHOICE, "address", 0, 0, offsetof(struct list_conf, by), BY_WORDS,
      "What it is asked about: the client's address, the domain of MAIL FROM, the HELO name, or each domain that SPF or DKIM authenticated." },
    { "kind", OPT_CHOICE, "block", 0, 0, offsetof(struct list_conf, kind), KIND_WORDS,
      "Whether being on it speaks against the mail, as an open relay in particular, or for it." },
    { "trusted", OPT_BOOL, "false", 0, 0, offsetof(struct list_conf, trusted), NULL,
      "For an allow list: whoever is on it is not asked of the block lists." },
    { "ipv6", OPT_BOOL, "true", 0, 0, offsetof(struct list_conf, ipv6), NULL,
      "Whether a list of addresses is asked about IPv6 clients." },
    { "parents", OPT_BOOL, "false", 0, 0, offsetof(struct list_conf, parents), NULL,
      "Whether a list of names is also asked about the registrable domain above the exact one." },
    { "self_test", OPT_BOOL, "true", 0, 0, offsetof(struct list_conf, self_test), NULL,
      "Whether its test entries are asked too, so that a list that is not in order says nothing (RFC 5782 5)." },
    { 0 }
};
const struct section dnslist_list_section = { "lists", list_options, sizeof(struct list_conf), "One list." };

bool dnslist_zone_parse(struct arena *arena, struct slice text, struct slice *zone, struct dnslist_match *match, const char **error)
{
    struct slice domain, values;
    bool given = slice_cut(text, '=', &domain, &values);
    *match = (struct dnslist_match){ .given = false };
    *error = "a list has the name of a domain";
    if (!domain_normal(arena, slice_trim(domain, " "), zone))
        return false;
    return !given || dnslist_match_parse(slice_trim(values, " "), match, error);
}

static bool is_name_octet(uint8_t octet)
{
    return is_alnum(octet) || octet == '-' || octet == '_' || octet == '.';
}

static bool is_name(struct slice name)
{
    struct cursor c = cursor_of(name);
    take_while(&c, is_name_octet);
    return name.len > 0 && name.len <= NAME_OCTETS_MAX && at_end(&c);
}

/* What cannot be meant so. NULL: all is well. */
static const char *contradiction(const struct dnslist_list *l)
{
    if (!is_name(l->name))
        return "a list's name is of letters, digits, hyphens, underscores and dots";
    if (l->trusted && l->kind != DNSLIST_ALLOW)
        return "trusted is for kind = \"allow\"";
    if (l->kind == DNSLIST_ALLOW && (l->by == DNSLIST_BY_MAILFROM || l->by == DNSLIST_BY_HELO))
        return "an allow list by a domain that is only claimed lets every forger in: by = \"authenticated\"";
    return NULL;
}

static bool read_list(struct arena *arena, const struct conf_node *n, struct dnslist_list *out, struct config_error *error)
{
    static const struct conf_node nothing = { .kind = NODE_GROUP, .file = "" };
    struct list_conf c = { .by = 0 };
    const char *why;
    if (!config_group(arena, list_options, n->kind == NODE_TEXT ? &nothing : n, &c, error))
        return false;
    *out = (struct dnslist_list){
        .name = c.name, .by = c.by, .kind = c.kind, .trusted = c.trusted, .ipv6 = c.ipv6, .parents = c.parents, .self_test = c.self_test,
    };
    if (!dnslist_zone_parse(arena, n->kind == NODE_TEXT ? n->text : c.zone, &out->zone, &out->match, &why)) {
        config_complain(error, n, "zone: %s", why);
        return false;
    }
    if (out->name.len == 0)
        out->name = out->zone;
    why = contradiction(out);
    if (why)
        config_complain(error, n, "%s", why);
    return why == NULL;
}

static bool check_among(const struct dnslist_list *lists, unsigned count, const struct conf_node *where, struct config_error *error)
{
    const struct dnslist_list *last = &lists[count - 1];
    unsigned trusted = 0;
    for (unsigned i = 0; i < count; i++) {
        trusted += lists[i].trusted;
        if (i + 1 < count && slice_same(lists[i].name, last->name)) {
            config_complain(error, where, "two lists are called \"%.*s\"", (int)last->name.len, (const char *)last->name.at);
            return false;
        }
    }
    if (trusted > DNSLIST_TRUSTED_MAX)
        config_complain(error, where, "there may be %u trusted lists", DNSLIST_TRUSTED_MAX);
    return trusted <= DNSLIST_TRUSTED_MAX;
}

bool dnslist_prepare(struct arena *arena, void *at, struct config_error *error)
{
    struct dnslist_conf *conf = at;
    if (conf->lists)
        return true;
    const struct conf_node *node = conf->lists_node, *n = node && node->kind == NODE_LIST ? node->first : node;
    struct dnslist_list *lists = ARENA_ARRAY(arena, DNSLIST_LISTS_MAX, struct dnslist_list);
    unsigned count = 0;
    for (; lists && n; n = node->kind == NODE_LIST ? n->next : NULL) {
        if (count == DNSLIST_LISTS_MAX) {
            config_complain(error, n, "there may be %u lists", DNSLIST_LISTS_MAX);
            return false;
        }
        if (!read_list(arena, n, &lists[count], error) || !check_among(lists, ++count, n, error))
            return false;
    }
    conf->lists = lists;
    conf->count = count;
    if (arena_failed(arena))
        config_complain(error, node, "no memory");
    return !arena_failed(arena);
}
