#include "programs/frank/milterlist.h"

#include "base/cursor.h"

/* ---- reading ---- */

static bool is_separator(uint8_t octet)
{
    return octet == ' ' || octet == '\t' || octet == ',' || octet == '\r' || octet == '\n';
}

static bool is_no_separator(uint8_t octet)
{
    return !is_separator(octet);
}

/* "{ ... }" with what it holds; empty if it never ends. Braces of "${name}" count too. */
static struct slice take_item(struct cursor *c)
{
    struct slice start = c->rest;
    size_t depth = 0, i = 0;
    for (; i < start.len && (depth > 0 || !is_separator(start.at[i])); i++) {
        if (start.at[i] == '{')
            depth++;
        if (start.at[i] == '}' && depth > 0)
            depth--;
    }
    if (depth > 0)
        return (struct slice){ 0 };
    return take(c, i);
}

/* The text between the braces; anything else as it is. */
static struct slice inside(struct slice item)
{
    if (item.len < 2 || item.at[0] != '{')
        return item;
    return slice_trim(slice_first(slice_from(item, 1), item.len - 2), " \t\r\n");
}

bool milter_list_read(struct slice text, struct milter_list *out)
{
    struct cursor c = cursor_of(text);
    out->count = 0;
    for (;;) {
        take_while(&c, is_separator);
        if (at_end(&c))
            return true;
        struct slice item = take_item(&c);
        if (item.len == 0 || out->count == MILTER_ITEMS_MAX)
            return false;
        struct cursor first = cursor_of(inside(item));
        out->at[out->count++] = (struct milter_item){ item, take_while(&first, is_no_separator) };
    }
}

struct slice milter_item_option(const struct milter_item *item, struct slice name)
{
    struct slice found = { 0 };
    if (item->text.len == 0 || item->text.at[0] != '{')
        return found;
    struct cursor c = cursor_of(inside(item->text));
    while (!at_end(&c)) {
        struct slice pair = take_while(&c, is_no_separator), key, value;
        /* "name = value" has blanks where "name=value" has none. */
        take_while(&c, is_wsp);
        bool cut = slice_cut(pair, '=', &key, &value);
        if (!cut && accept_octet(&c, '='))
            cut = true;
        if (cut && value.len == 0) {
            take_while(&c, is_wsp);
            value = take_while(&c, is_no_separator);
        }
        if (cut && slice_same(key, name))
            found = value;
        take_while(&c, is_separator);
    }
    return found;
}

/* ---- places ---- */

void text_add_postfix_address(struct text *t, const struct endpoint *e, struct slice queue_directory)
{
    if (e->kind == ENDPOINT_INET) {
        struct ip ip = e->ip;
        /* All addresses of this host: the nearest will do. */
        if (ip.family == IP_V4 && ip.octets[0] == 0)
            (void)!ip_parse(SLICE("127.0.0.1"), &ip);
        struct ip any;
        if (ip_parse(SLICE("::"), &any) && ip_same(&ip, &any))
            (void)!ip_parse(SLICE("::1"), &ip);
        text_add_str(t, ip.family == IP_V6 ? "inet:[" : "inet:");
        text_add_ip(t, &ip);
        text_addf(t, "%s:%u", ip.family == IP_V6 ? "]" : "", (unsigned)e->port);
        return;
    }
    struct slice path = e->path, below = slice_from(path, queue_directory.len + 1);
    text_add_str(t, "unix:");
    bool is_below = queue_directory.len > 0 && slice_starts(path, queue_directory) && path.len > queue_directory.len + 1 && path.at[queue_directory.len] == '/';
    text_add(t, is_below ? below : path);
}

struct place { bool inet; struct slice host, port, path; struct ip ip; };

static bool place_of(struct slice where, struct slice queue_directory, struct place *out)
{
    *out = (struct place){ 0 };
    if (slice_starts(where, SLICE("unix:"))) {
        out->path = slice_from(where, 5);
        if (queue_directory.len > 0 && slice_starts(out->path, queue_directory))
            out->path = slice_from(out->path, queue_directory.len);
        while (out->path.len > 0 && out->path.at[0] == '/')
            out->path = slice_from(out->path, 1);
        return out->path.len > 0;
    }
    if (!slice_starts(where, SLICE("inet:")))
        return false;
    where = slice_from(where, 5);
    size_t colon = slice_find_last(where, ':');
    if (colon == where.len)
        return false;
    out->inet = true;
    out->port = slice_from(where, colon + 1);
    out->host = slice_first(where, colon);
    if (out->host.len >= 2 && out->host.at[0] == '[' && out->host.at[out->host.len - 1] == ']')
        out->host = slice_first(slice_from(out->host, 1), out->host.len - 2);
    if (slice_same_nocase(out->host, SLICE("localhost")))
        out->host = SLICE("127.0.0.1");
    (void)!ip_parse(out->host, &out->ip);
    return out->port.len > 0;
}

bool milter_where_same(struct slice a, struct slice b, struct slice queue_directory)
{
    struct place x, y;
    if (!place_of(a, queue_directory, &x) || !place_of(b, queue_directory, &y) || x.inet != y.inet)
        return false;
    if (!x.inet)
        return slice_same(x.path, y.path);
    bool host = x.ip.family != IP_NONE ? ip_same(&x.ip, &y.ip) : slice_same_nocase(x.host, y.host);
    return host && slice_same(x.port, y.port);
}

static bool is_ours(const struct milter_item *item, const struct slice *places, size_t count, struct slice queue_directory)
{
    for (size_t i = 0; i < count; i++)
        if (milter_where_same(item->where, places[i], queue_directory))
            return true;
    return false;
}

size_t milter_list_find(const struct milter_list *list, const struct slice *places, size_t count, struct slice queue_directory)
{
    size_t i = 0;
    while (i < list->count && !is_ours(&list->at[i], places, count, queue_directory))
        i++;
    return i;
}

/* ---- changing ---- */

/* Within braces a comma separates as well as a blank does. */
static void add_compact(struct text *t, struct slice item)
{
    bool gap = false;
    uint8_t last = '{';
    for (size_t i = 0; i < item.len; i++) {
        if (is_separator(item.at[i])) {
            gap = true;
            continue;
        }
        if (gap && last != '{' && last != '=' && item.at[i] != '}' && item.at[i] != '=')
            text_add_octet(t, ',');
        last = item.at[i];
        text_add_octet(t, last);
        gap = false;
    }
}

static void add_item(struct text *t, struct slice item, bool compact, bool *any)
{
    if (*any)
        text_add_str(t, compact ? "," : ", ");
    *any = true;
    if (compact)
        add_compact(t, item);
    else
        text_add(t, item);
}

void text_add_milters_with(struct text *t, const struct milter_list *list, struct slice ours, const struct slice *places, size_t count,
                           struct slice queue_directory, bool compact)
{
    size_t mine = milter_list_find(list, places, count, queue_directory);
    bool any = false;
    if (mine == list->count)
        add_item(t, ours, compact, &any);
    for (size_t i = 0; i < list->count; i++) {
        if (i == mine)
            add_item(t, ours, compact, &any);
        else if (!is_ours(&list->at[i], places, count, queue_directory))
            add_item(t, list->at[i].text, compact, &any);
    }
}

void text_add_milters_without(struct text *t, const struct milter_list *list, const struct slice *places, size_t count, struct slice queue_directory, bool compact)
{
    bool any = false;
    for (size_t i = 0; i < list->count; i++)
        if (!is_ours(&list->at[i], places, count, queue_directory))
            add_item(t, list->at[i].text, compact, &any);
}
