/* rules.c: the tables of options, and rule sets from their text to what the judge reads. */
#include "verdict/rule.h"

#include <string.h>

/* ---- options ---- */

struct list_conf { const struct conf_node *rules, *deny, *allow, *forwarders, *tables; struct texts owners; };

static const struct option list_options[] = {
    { "rules", OPT_NODE, "monitor", 0, 0, offsetof(struct list_conf, rules), NULL,
      "What happens to mail: \"monitor\" (report only), \"standard\", \"strict\", or a list of rules and names of sets, judged in file order." },
    { "deny", OPT_NODE, "", 0, 0, offsetof(struct list_conf, deny), NULL,
      "Addresses, networks, domains (.domain with all below it), mailboxes, owners of domains (owner:NAME): refused when one of them is claimed." },
    { "allow", OPT_NODE, "", 0, 0, offsetof(struct list_conf, allow), NULL,
      "The same kinds: accepted before any rule. A domain or mailbox counts only with an authenticated pass for that domain, an address needs nothing else." },
    { "trusted_forwarders", OPT_NODE, "", 0, 0, offsetof(struct list_conf, forwarders), NULL,
      "Hosts that forward mail here: an address, or a domain for which SPF of the envelope or the client's confirmed name passes. Their mail is not refused for a failing author domain." },
    { "tables", OPT_NODE, "", 0, 0, offsetof(struct list_conf, tables), NULL,
      "A group of named lists of the same kinds, for conditions like \"from in NAME\"." },
    { "owners", OPT_TEXTS, "", 0, 0, offsetof(struct list_conf, owners), NULL,
      "Files that say who owns which domain: lines \"domain,owner\" (CSV), or saved RDAP answers. Names below a listed one have its owner." },
    { 0 }
};

static const struct option verdict_options[] = {
    { "honour_p_reject", OPT_CHOICE, "evidence", 0, 0, offsetof(struct verdict_conf, honour_p_reject), "always|evidence|quarantine",
      "Mail that fails DMARC under p=reject: refused always, refused with further evidence and quarantined without (RFC 9989 asks not to refuse for the policy alone), or quarantined." },
    { "spf_fail", OPT_CHOICE, "tag", 0, 0, offsetof(struct verdict_conf, spf_fail), "tag|reject",
      "Mail that fails SPF when the author domain has no DMARC record, in the set standard." },
    { "grace_until", OPT_DATE, "1970-01-01", 0, 0, offsetof(struct verdict_conf, grace_until), NULL,
      "Until then the set strict only tags mail of domains that publish nothing; afterwards it refuses it." },
    { "repair_url", OPT_TEXT, "", 0, 0, offsetof(struct verdict_conf, repair_url), NULL,
      "A page that helps the sender, added to refusals. The macros of rule texts may stand in it; what they give is percent-encoded." },
    { "explanation", OPT_BOOL, "false", 0, 0, offsetof(struct verdict_conf, explanation), NULL,
      "Whether a refusal for SPF repeats what the domain wants said (exp=, RFC 7208 6.2), marked as its words: a stranger's text." },
    { 0 }
};

const struct section verdict_sections[] = {
    { "", list_options, sizeof(struct list_conf), "Who is let in and by which rules." },
    { "verdict", verdict_options, sizeof(struct verdict_conf), "Choices of the built-in rule sets." },
};
const size_t verdict_section_count = COUNT_OF(verdict_sections);

struct rule_conf {
    struct slice name;
    const struct conf_node *when, *any, *require, *after, *until;
    unsigned action, stage;
    uint64_t code, at_least;
    struct slice enhanced, text, reason, override;
    bool dry_run;
};

#define STAGE_WORDS "connect|helo|mail|rcpt|headers|message"           /* enum stage, from STAGE_CONNECT */
#define ACTION_WORDS "accept|reject|defer|quarantine|discard|tag"      /* enum rule_action */

static const struct option rule_options[] = {
    { "name", OPT_TEXT, "", 0, 0, offsetof(struct rule_conf, name), NULL, "How reports and replies call it." },
    { "when", OPT_NODE, "", 0, 0, offsetof(struct rule_conf, when), NULL, "Conditions that must all hold." },
    { "any", OPT_NODE, "", 0, 0, offsetof(struct rule_conf, any), NULL, "Conditions of which at least one must hold." },
    { "at_least", OPT_UINT, "1", 1, CONDITIONS_MAX, offsetof(struct rule_conf, at_least), NULL,
      "How many of \"any\" must hold; a condition that stands there twice counts twice, so that lists can be weighed." },
    { "require", OPT_NODE, "", 0, 0, offsetof(struct rule_conf, require), NULL, "Methods of which at least one must have another result than none." },
    { "action", OPT_CHOICE, "accept", 0, 0, offsetof(struct rule_conf, action), ACTION_WORDS,
      "What happens to the mail. A tag is a note in X-Frank-Disposition, after which the next rules are judged." },
    { "code", OPT_UINT, "0", 0, 599, offsetof(struct rule_conf, code), NULL, "SMTP code: 5xx with reject, 4xx with defer; 0 means 550 or 451." },
    { "enhanced", OPT_TEXT, "", 0, 0, offsetof(struct rule_conf, enhanced), NULL, "Enhanced status code (RFC 3463); empty: by what the rule rests on (RFC 7372)." },
    { "text", OPT_TEXT, "", 0, 0, offsetof(struct rule_conf, text), NULL, "Text of the reply or tag, with macros; empty: the results." },
    { "reason", OPT_TEXT, "", 0, 0, offsetof(struct rule_conf, reason), NULL, "One line for reports and the journal, with macros; empty: the results." },
    { "override", OPT_TEXT, "", 0, 0, offsetof(struct rule_conf, override), NULL, "Reason for reports why mail was accepted against a published policy." },
    { "stage", OPT_CHOICE, "connect", 0, 0, offsetof(struct rule_conf, stage), STAGE_WORDS,
      "Not before this stage, though its facts may be known earlier. Nothing acts before MAIL, where authentication is known." },
    { "after", OPT_NODE, "", 0, 0, offsetof(struct rule_conf, after), NULL, "Date from which it acts; before it, what it would do is only logged." },
    { "until", OPT_NODE, "", 0, 0, offsetof(struct rule_conf, until), NULL, "Date from which it is as if absent." },
    { "dry_run", OPT_BOOL, "false", 0, 0, offsetof(struct rule_conf, dry_run), NULL, "Only log what it would do, and go on as if it were absent." },
    { 0 }
};
const struct section verdict_rule_section = {
    "rules", rule_options, sizeof(struct rule_conf), "One rule of a list of rules.",
};

/* ---- one rule ---- */

struct builder {
    struct reader reader;
    const struct verdict_conf *conf;
    const char *prefix;               /* "standard/" or "" */
    struct rule *at;
    size_t count, room;
    bool about_temperror;             /* some rule speaks of temperror by itself */
};

static bool no_memory(struct builder *b, const struct conf_node *where)
{
    config_complain(b->reader.error, where, "no memory");
    return false;
}

static size_t count_texts(const struct conf_node *n)
{
    size_t count = 0;

    if (n == NULL || n->kind != NODE_LIST)
        return n != NULL;
    for (const struct conf_node *m = n->first; m; m = m->next)
        count++;
    return count;
}

static const struct conf_node *first_text(const struct conf_node *n)
{
    return n && n->kind == NODE_LIST ? n->first : n;
}

static void note_temperror(struct builder *b, const struct condition *c)
{
    bool about_word = c->about == ABOUT_METHOD || c->about == ABOUT_METHOD_IDENTITY || c->about == ABOUT_SUBJECT;
    bool word = about_word && !c->negated && (c->words >> AUTH_TEMPERROR & 1);
    bool class = c->about == ABOUT_CLASS && !c->negated && (c->words >> CLASS_UNKNOWN & 1);

    b->about_temperror = b->about_temperror || c->about == ABOUT_DECISIVE || word || class;
}

/* "dkim" of require is the condition "dkim != none". */
static bool read_required(struct builder *b, const struct conf_node *n, struct condition *out)
{
    struct text text = text_in(b->reader.arena, 128);

    text_add(&text, slice_first(n->text, 100));
    text_add_str(&text, " != none");
    return condition_read(&b->reader, text_slice(&text), n, out);
}

/* A list of condition texts, read into an array of so many. */
static bool read_conditions(struct builder *b, const struct conf_node *list, bool required, struct condition *out)
{
    const struct conf_node *n = first_text(list);

    for (size_t i = 0, count = count_texts(list); i < count; i++, n = n->next) {
        if (n->kind != NODE_TEXT) {
            config_complain(b->reader.error, n, "a condition is a string, as \"class.from = black\"");
            return false;
        }
        if (!(required ? read_required(b, n, &out[i]) : condition_read(&b->reader, n->text, n, &out[i])))
            return false;
        note_temperror(b, &out[i]);
    }
    return true;
}

static bool read_groups(struct builder *b, const struct rule_conf *c, const struct conf_node *where, struct rule *out)
{
    struct arena *arena = b->reader.arena;
    size_t all = count_texts(c->when), any = count_texts(c->any), required = count_texts(c->require);
    struct condition *conditions = ARENA_ARRAY(arena, all + any + required + 1, struct condition);
    struct group *groups = ARENA_ARRAY(arena, all + 2, struct group);

    if (conditions == NULL || groups == NULL)
        return no_memory(b, where);
    if (all + any + required > CONDITIONS_MAX) {
        config_complain(b->reader.error, where, "a rule may have %u conditions", CONDITIONS_MAX);
        return false;
    }
    if ((c->any && any == 0) || (c->require && required == 0)) {
        config_complain(b->reader.error, where, "\"any\" and \"require\" must not be empty");
        return false;
    }
    if (c->at_least > 1 && c->at_least > any) {
        config_complain(b->reader.error, where, "at_least wants more conditions than \"any\" has");
        return false;
    }
    if (!read_conditions(b, c->when, false, conditions) || !read_conditions(b, c->any, false, conditions + all) ||
        !read_conditions(b, c->require, true, conditions + all + any))
        return false;
    for (size_t i = 0; i < all; i++)
        groups[out->group_count++] = (struct group){ &conditions[i], 1, 1 };
    if (any > 0)
        groups[out->group_count++] = (struct group){ conditions + all, any, (size_t)c->at_least };
    if (required > 0)
        groups[out->group_count++] = (struct group){ conditions + all + any, required, 1 };
    out->groups = groups;
    return true;
}

/* A date, or an option that has one: "option.grace_until". */
static bool read_date(struct builder *b, const struct conf_node *n, int64_t otherwise, int64_t *out)
{
    static const struct option date = { "after and until", OPT_DATE, "never", 0, 0, 0, NULL, "A date." };

    *out = otherwise;
    if (n == NULL)
        return true;
    if (n->kind == NODE_TEXT && slice_starts(n->text, SLICE("option."))) {
        for (const struct option *o = verdict_options; o->type != OPT_END; o++) {
            if (o->type == OPT_DATE && slice_same(slice_from(n->text, 7), slice_str(o->name))) {
                *out = *(const int64_t *)(const void *)((const uint8_t *)b->conf + o->offset);
                return true;
            }
        }
        config_complain(b->reader.error, n, "there is no such option with a date");
        return false;
    }
    return config_value(b->reader.arena, &date, n, out, b->reader.error);
}

/* RFC 3463: class "." subject "." detail, of up to three digits each. */
static bool enhanced_fits(struct slice text, unsigned code)
{
    struct cursor c = cursor_of(text);
    uint64_t class;

    if (text.len == 0)
        return true;
    class = take_number(&c, 2, 5);
    expect(&c, '.');
    (void)take_number(&c, 0, 999);
    expect(&c, '.');
    (void)take_number(&c, 0, 999);
    return !c.bad && at_end(&c) && text.len <= 9 && class == code / 100;
}

static bool check_reply(struct builder *b, const struct rule_conf *c, const struct conf_node *where)
{
    bool refuses = c->action == RULE_REJECT || c->action == RULE_DEFER;
    unsigned family = c->action == RULE_REJECT ? 5 : 4;

    if (!refuses && (c->code != 0 || c->enhanced.len > 0)) {
        config_complain(b->reader.error, where, "code and enhanced are for reject and defer");
        return false;
    }
    if (c->code != 0 && c->code / 100 != family) {
        config_complain(b->reader.error, where, "this action wants a code of %uxx", family);
        return false;
    }
    if (refuses && !enhanced_fits(c->enhanced, family * 100)) {
        config_complain(b->reader.error, where, "enhanced wants the form %u.7.1", family);
        return false;
    }
    if (c->override.len > 0 && c->action != RULE_ACCEPT) {
        config_complain(b->reader.error, where, "override is for accept");
        return false;
    }
    return macros_check(c->text, where, b->reader.error) && macros_check(c->reason, where, b->reader.error);
}

static struct slice rule_name(struct builder *b, struct slice given)
{
    struct text name = text_in(b->reader.arena, 256);

    text_add_str(&name, b->prefix);
    if (given.len > 0)
        text_add_shown(&name, slice_first(given, 64), false);
    else
        text_addf(&name, "rule-%zu", b->count + 1);
    return text_slice(&name);
}

static bool name_is_new(const struct builder *b, struct slice name)
{
    for (size_t i = 0; i < b->count; i++)
        if (slice_same(b->at[i].name, name))
            return false;
    return true;
}

/* Room for one more. */
static bool make_room(struct builder *b, const struct conf_node *where)
{
    size_t room = b->room ? 2 * b->room : 32;
    struct rule *larger;

    if (b->count < b->room)
        return true;
    if (b->count == RULES_MAX) {
        config_complain(b->reader.error, where, "there may be %u rules", RULES_MAX);
        return false;
    }
    larger = ARENA_ARRAY(b->reader.arena, room > RULES_MAX ? RULES_MAX : room, struct rule);
    if (larger == NULL)
        return no_memory(b, where);
    if (b->count > 0)
        memcpy(larger, b->at, b->count * sizeof *larger);
    b->at = larger;
    b->room = room > RULES_MAX ? RULES_MAX : room;
    return true;
}

static bool read_rule(struct builder *b, const struct conf_node *group)
{
    struct rule_conf c = { .code = 0 };
    struct rule *r;

    if (!make_room(b, group))
        return false;
    r = &b->at[b->count];
    if (!config_group(b->reader.arena, rule_options, group, &c, b->reader.error))
        return false;
    if (b->reader.built_in == false && conf_find(group, "action") == NULL) {
        config_complain(b->reader.error, group, "a rule wants an action");
        return false;
    }
    *r = (struct rule){
        .name = rule_name(b, c.name), .action = (enum rule_action)c.action, .code = (unsigned)c.code, .enhanced = c.enhanced,
        .text = c.text, .reason = c.reason, .override = c.override, .dry_run = c.dry_run, .stage = (enum stage)(c.stage + STAGE_CONNECT),
    };
    if (r->stage < STAGE_MAIL)
        r->stage = STAGE_MAIL;
    if (!check_reply(b, &c, group) || !read_date(b, c.after, 0, &r->after) || !read_date(b, c.until, INT64_MAX, &r->until) ||
        !read_groups(b, &c, group, r))
        return false;
    if (!name_is_new(b, r->name)) {
        config_complain(b->reader.error, group, "two rules are called \"%.*s\"", (int)r->name.len, (const char *)r->name.at);
        return false;
    }
    if (arena_failed(b->reader.arena))
        return no_memory(b, group);
    b->count++;
    return true;
}

/* ---- sets ---- */

/* Our own texts: pieces of a list of rules. Errors in them are bugs, and are reported like any other. */
static bool read_pieces(struct builder *b, const char *const *pieces, const char *name, const char *prefix)
{
    struct text text = text_in(b->reader.arena, 64u << 10);
    const char *outer = b->prefix;
    bool was_built_in = b->reader.built_in, good = true;

    text_add_str(&text, "rules = (");
    for (size_t i = 0; pieces[i]; i++)
        text_add_str(&text, pieces[i]);
    text_add_str(&text, ");");
    const struct conf_node *root = config_tree(b->reader.arena, name, text_slice(&text), b->reader.error);
    const struct conf_node *list = root ? conf_find(root, "rules") : NULL;
    if (list == NULL)
        return false;
    b->prefix = prefix;
    b->reader.built_in = true;
    for (const struct conf_node *n = list->first; good && n; n = n->next)
        good = read_rule(b, n);
    b->prefix = outer;
    b->reader.built_in = was_built_in;
    return good;
}

static bool read_set(struct builder *b, struct slice name, const struct conf_node *where)
{
    const char *const *pieces = builtin_set(name);
    struct text prefix = text_in(b->reader.arena, 64);

    if (pieces == NULL) {
        config_complain(b->reader.error, where, "there is no rule set \"%.*s\" (monitor, standard, strict)", (int)slice_first(name, 60).len,
                        (const char *)name.at);
        return false;
    }
    text_add(&prefix, name);
    text_add_octet(&prefix, '/');
    text_add_octet(&prefix, '\0');
    if (prefix.bad)
        return no_memory(b, where);
    return read_pieces(b, pieces, "built-in rules", (const char *)prefix.at);
}

static bool read_list(struct builder *b, const struct conf_node *list)
{
    for (const struct conf_node *n = list->first; n; n = n->next)
        if (!(n->kind == NODE_TEXT ? read_set(b, n->text, n) : read_rule(b, n)))
            return false;
    return true;
}

/* A list of one's own that says nothing of temperror gets the rule of the built-in sets: DNS that fails must not let mail pass. */
static bool read_own_list(struct builder *b, const struct conf_node *list)
{
    size_t first = b->count;
    struct rule added;

    if (!read_list(b, list))
        return false;
    if (b->about_temperror || b->count == first)
        return true;
    if (b->count == RULES_MAX) {
        config_complain(b->reader.error, list, "there may be %u rules", RULES_MAX);
        return false;
    }
    if (!read_pieces(b, builtin_temperror, "built-in rules", ""))
        return false;
    added = b->at[b->count - 1];
    memmove(&b->at[first + 1], &b->at[first], (b->count - 1 - first) * sizeof added);
    b->at[first] = added;
    return true;
}

static bool is_monitor(const struct conf_node *node)
{
    return node && node->kind == NODE_TEXT && slice_same(node->text, SLICE("monitor"));
}

static bool read_rules_node(struct builder *b, const struct conf_node *node)
{
    if (!read_pieces(b, builtin_lists, "built-in rules", ""))
        return false;
    /* Monitor never acts: the lists only say what they would do. */
    for (size_t i = 0; i < b->count; i++)
        b->at[i].dry_run = is_monitor(node);
    if (node != NULL && node->kind == NODE_LIST)
        return read_own_list(b, node);
    if (node == NULL || node->kind != NODE_TEXT) {
        config_complain(b->reader.error, node, "rules wants the name of a set or a list ( { ... }, ... )");
        return false;
    }
    return read_set(b, node->text, node);
}

/* ---- lists ---- */

static bool add_table(struct reader *r, struct table *tables, const char *name, const struct conf_node *node)
{
    const struct entries *e = entries_read(r->arena, r->owners, node, r->error);

    tables[r->table_count] = (struct table){ slice_str(name), e };
    r->table_count++;
    return e != NULL;
}

static bool read_tables(struct reader *r, const struct list_conf *lists)
{
    size_t own = 0;
    struct table *tables;

    bool none = lists->tables && lists->tables->kind == NODE_LIST && lists->tables->first == NULL;

    if (lists->tables && lists->tables->kind != NODE_GROUP && !none) {
        config_complain(r->error, lists->tables, "tables wants a group of named lists: tables = { NAME = [ ... ]; };");
        return false;
    }
    for (const struct conf_node *n = lists->tables ? lists->tables->first : NULL; n; n = n->next)
        own++;
    tables = ARENA_ARRAY(r->arena, own + 3, struct table);
    r->tables = tables;
    if (tables == NULL || !add_table(r, tables, "deny", lists->deny) || !add_table(r, tables, "allow", lists->allow) ||
        !add_table(r, tables, "trusted_forwarders", lists->forwarders))
        return false;
    for (const struct conf_node *n = lists->tables ? lists->tables->first : NULL; n; n = n->next) {
        for (size_t i = 0; i < 3; i++) {
            if (slice_same(tables[i].name, slice_str(n->name))) {
                config_complain(r->error, n, "\"%s\" is a list of its own", n->name);
                return false;
            }
        }
        if (!add_table(r, tables, n->name, n))
            return false;
    }
    return true;
}

/* ---- all together ---- */

/* The template of an address: what it says itself must need no encoding. */
static bool check_url(const struct config *config, const struct verdict_conf *conf, struct config_error *error)
{
    const struct conf_node *where = config_node(config, verdict_sections[1].name, "repair_url");

    for (size_t i = 0; i < conf->repair_url.len; i++) {
        uint8_t octet = conf->repair_url.at[i];
        if (!is_printable(octet) || octet == ' ' || octet == '"' || octet == '<' || octet == '>') {
            config_complain(error, where, "repair_url holds what may not stand in a URL");
            return false;
        }
    }
    return macros_check(conf->repair_url, where, error);
}

/* What failed and said nothing had no memory. */
static const struct rules *no_rules(struct config_error *error)
{
    if (error->text[0] == '\0')
        config_complain(error, NULL, "no memory");
    return NULL;
}

static const struct rules *build(struct config *config, const struct conf_node *node, struct config_error *error)
{
    struct arena *arena = config_arena(config);
    const struct list_conf *lists = config_section_of(config, &verdict_sections[0]);
    const struct verdict_conf *conf = config_section_of(config, &verdict_sections[1]);
    struct rules *rules = ARENA_NEW(arena, struct rules);
    struct reader reader = { .arena = arena, .config = config, .conf = conf, .owners = config_owners(config), .error = error };
    struct builder b = { .reader = reader, .conf = conf, .prefix = "" };
    struct builder replies = b;

    *error = (struct config_error){ .line = 0 };
    /* Conditions may name what methods read from their raw options. */
    if (rules == NULL || !methods_prepare(config, error) || !read_tables(&b.reader, lists) || !check_url(config, conf, error))
        return no_rules(error);
    if (!read_rules_node(&b, node ? node : lists->rules) || !read_pieces(&replies, builtin_replies, "built-in replies", ""))
        return no_rules(error);
    *rules = (struct rules){ .at = b.at, .count = b.count, .replies = replies.at, .reply_count = replies.count, .conf = conf };
    reach_compute(rules);
    return rules;
}

const struct texts *rules_owner_files(const struct config *config)
{
    const struct list_conf *lists = config_section_of(config, &verdict_sections[0]);

    return &lists->owners;
}

const struct rules *rules_read(struct config *config, struct config_error *error)
{
    return build(config, NULL, error);
}

const struct rules *rules_named(struct config *config, struct slice name, struct config_error *error)
{
    struct conf_node *node = ARENA_NEW(config_arena(config), struct conf_node);

    if (node == NULL) {
        config_complain(error, NULL, "no memory");
        return NULL;
    }
    *node = (struct conf_node){ .kind = NODE_TEXT, .text = name, .file = "" };
    return build(config, node, error);
}

const struct rules *rules_from_text(struct config *config, const char *file_name, struct slice text, struct config_error *error)
{
    const struct conf_node *root = config_tree(config_arena(config), file_name, text, error);
    const struct conf_node *node = root ? conf_find(root, "rules") : NULL;

    if (root != NULL && node == NULL)
        config_complain(error, root, "there are no rules in it: rules = ( ... );");
    return node ? build(config, node, error) : NULL;
}
