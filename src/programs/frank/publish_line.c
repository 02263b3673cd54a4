/* publish_line.c: options of a command line as the group of options a plan file would have. */
#include "programs/frank/publish_line.h"

#include "publish/publish.h"

#define DOMAINS_OCTETS_MAX (4u << 20)
#define TYPE_FIRST 65280              /* RFC 6895 3.1: private use */
#define TYPE_LAST 65534

bool publish_line_says(const struct publish_line *l)
{
    return l->networks.count + l->hosts.count + l->either.count + l->excluded.count + l->providers.count + l->lists.count + l->receivers.count > 0 || l->mx ||
           l->never || l->nothing || l->apl || l->separate || l->domains || l->selector || l->key || l->policy;
}

/* ---- nodes ---- */

struct builder { struct arena *arena; struct conf_node *group, *last; };

static struct conf_node *new_node(struct arena *a, const char *name, enum node_kind kind)
{
    struct conf_node *n = ARENA_NEW(a, struct conf_node);
    if (!n)
        out_of_memory();
    *n = (struct conf_node){ .name = name, .kind = kind, .file = "command line" };
    return n;
}

static struct conf_node *append(struct conf_node *parent, struct conf_node **last, struct conf_node *n)
{
    if (*last)
        (*last)->next = n;
    else
        parent->first = n;
    *last = n;
    return n;
}

static struct conf_node *set(struct builder *b, const char *name, enum node_kind kind)
{
    return append(b->group, &b->last, new_node(b->arena, name, kind));
}

static void set_text(struct builder *b, const char *name, const char *text)
{
    if (text)
        set(b, name, NODE_TEXT)->text = slice_str(text);
}

static void set_flag(struct builder *b, const char *name, bool flag)
{
    set(b, name, NODE_FLAG)->flag = flag;
}

static void set_true(struct builder *b, const char *name, bool flag)
{
    if (flag)
        set_flag(b, name, true);
}

static void add_item(struct builder *b, struct conf_node *list, struct conf_node **last, struct slice text)
{
    append(list, last, new_node(b->arena, NULL, NODE_TEXT))->text = text;
}

static void set_list(struct builder *b, const char *name, const struct cli_list *values)
{
    struct conf_node *last = NULL, *list = values->count > 0 ? set(b, name, NODE_LIST) : NULL;
    for (size_t i = 0; i < values->count; i++)
        add_item(b, list, &last, slice_str(values->at[i]));
}

/* ---- what is more than a list ---- */

/* --a: an address is a network, a name is a host. */
static bool sort_either(struct publish_line *l)
{
    for (size_t i = 0; i < l->either.count; i++) {
        struct prefix p;
        struct cli_list *to = prefix_parse(slice_str(l->either.at[i]), &p) ? &l->networks : &l->hosts;
        if (to->count == CLI_LIST_MAX)
            return false;
        to->at[to->count++] = l->either.at[i];
    }
    return true;
}

static bool set_domains(struct builder *b, const char *path)
{
    struct slice text, line, comment;
    struct conf_node *last = NULL, *list;
    if (!path)
        return true;
    if (!read_file(b->arena, path, DOMAINS_OCTETS_MAX, &text))
        return false;
    list = set(b, "serves", NODE_LIST);
    while (text.len > 0) {
        (void)slice_cut(text, '\n', &line, &text);
        (void)slice_cut(line, '#', &line, &comment);
        line = slice_trim(line, " \t\r");
        if (line.len > 0)
            add_item(b, list, &last, line);
    }
    return true;
}

static void set_key(struct builder *b, const struct publish_line *l)
{
    if (!l->selector && !l->key)
        return;
    struct builder key = { b->arena, new_node(b->arena, NULL, NODE_GROUP), NULL };
    struct conf_node *last = NULL;
    set_text(&key, "selector", l->selector);
    set_text(&key, "file", l->key);
    append(set(b, "keys", NODE_LIST), &last, key.group);
}

static void set_policy(struct builder *b, const char *policy)
{
    if (!policy)
        return;
    struct builder dmarc = { b->arena, set(b, "dmarc", NODE_GROUP), NULL };
    set_text(&dmarc, "policy", policy);
}

/* Who only says what hosts serve, or which key signs, has said nothing of senders: the domain is the host itself. */
static void set_senders(struct builder *b, const struct publish_line *l)
{
    struct cli_list self = { { "@" }, 1 };
    bool said = l->networks.count + l->hosts.count + l->providers.count > 0 || l->mx || l->never;
    set_list(b, "networks", &l->networks);
    set_list(b, "hosts", said ? &l->hosts : &self);
    set_list(b, "providers", &l->providers);
    set_true(b, "mx_sends", l->mx);
    set_true(b, "never_sends", l->never);
    set_list(b, "excluded", &l->excluded);
    set_list(b, "lists", &l->lists);
    set_text(b, "ending", l->neutral ? "neutral" : l->only && !l->soft ? "strict" : "soft");
}

struct plan_file *publish_line_plan(struct arena *a, const struct publish_line *given, const char *domain, int *exit_code)
{
    struct publish_line line = *given;
    struct builder b = { a, new_node(a, NULL, NODE_GROUP), NULL };
    struct config_error e = { .line = 0 };
    *exit_code = EX_NOINPUT;
    set_text(&b, "domain", domain);
    set_text(&b, "ttl", line.ttl);
    bool fits = sort_either(&line);
    set_senders(&b, &line);
    set_list(&b, "mx", &line.receivers);
    set_true(&b, "receives_nothing", line.nothing);
    set_key(&b, &line);
    set_policy(&b, line.policy);
    set_text(&b, "apl", line.apl);
    set_text(&b, "outbound_domain", line.separate);
    set_flag(&b, "serves_only", line.only);
    set_true(&b, "serves_factored", line.factored);
    if (!fits)
        complain("more than %d hosts or networks", CLI_LIST_MAX);
    if (!fits || !set_domains(&b, line.domains))
        return NULL;
    *exit_code = EX_DATAERR;
    struct plan_file *file = plan_file_of(a, b.group, &e);
    if (!file)
        complain("%s", e.text);
    return file;
}

/* ---- over plans ---- */

/* "rmx=65280,imx=65281" */
static bool take_types(struct arena *a, const char *text, struct plan *plan)
{
    struct slice rest = slice_str(text), item, method, number;
    size_t room = 1;
    for (size_t i = 0; i < rest.len; i++)
        room += rest.at[i] == ',';
    struct plan_private_type *at = ARENA_ARRAY(a, room, struct plan_private_type);
    if (!at)
        out_of_memory();
    plan->private_types = at;
    plan->private_type_count = 0;
    while (rest.len > 0) {
        uint64_t type;
        (void)slice_cut(rest, ',', &item, &rest);
        if (!slice_cut(item, '=', &method, &number) || !publish_knows(method) || !number_of(number, TYPE_FIRST, TYPE_LAST, &type)) {
            complain("--private-types: \"%.*s\" is not METHOD=NUMBER with a number from %d to %d", (int)item.len, (const char *)item.at, TYPE_FIRST, TYPE_LAST);
            return false;
        }
        for (size_t i = 0; i < plan->private_type_count; i++)
            if (at[i].type == type) {
                complain("--private-types: two methods cannot have one record type");
                return false;
            }
        at[plan->private_type_count++] = (struct plan_private_type){ method, (uint16_t)type };
    }
    return true;
}

bool publish_line_override(struct arena *a, const struct publish_line *l, struct plan *plan)
{
    plan->fill_deny = plan->fill_deny || l->fill_deny;
    plan->flatten = plan->flatten || l->flatten;
    return !l->private_types || take_types(a, l->private_types, plan);
}
