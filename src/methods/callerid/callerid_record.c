#include "methods/callerid/callerid_record.h"

#include "base/compiler.h"
#include "mail/domain.h"

#define WHERE_MAX 80                 /* octets of a mistake that are kept */
#define LIST_FIRST_ROOM 8

/* ---- the schema ---- */

enum place {
    AT_NOWHERE, AT_EP, AT_SCOPE, AT_DOMAIN, AT_ELEMENT, AT_MESSAGE_ID, AT_DATE, AT_IN, AT_PUZZLE, AT_OUT, AT_NO_SERVERS, AT_M, AT_CDL,
    AT_INTERNAL, AT_EDGE, AT_A, AT_R, AT_MX, AT_INDIRECT
};

/* Every element has one place where it may stand. */
static const struct schema { const char *name; enum place place, parent; bool has_text, once; } schema[] = {
    { "ep", AT_EP, AT_NOWHERE, false, true },
    { "scope", AT_SCOPE, AT_EP, false, true },
    { "domain", AT_DOMAIN, AT_SCOPE, true, true },
    { "element", AT_ELEMENT, AT_SCOPE, true, true },
    { "message-id", AT_MESSAGE_ID, AT_SCOPE, true, true },
    { "date", AT_DATE, AT_SCOPE, true, true },
    { "in", AT_IN, AT_EP, false, true },
    { "hashedPuzzle", AT_PUZZLE, AT_IN, true, false },
    { "out", AT_OUT, AT_EP, false, true },
    { "noMailServers", AT_NO_SERVERS, AT_OUT, false, true },
    { "m", AT_M, AT_OUT, false, false },
    { "cdl", AT_CDL, AT_OUT, true, false },
    { "internal", AT_INTERNAL, AT_EP, false, true },
    { "edgeHeader", AT_EDGE, AT_INTERNAL, true, false },
    { "a", AT_A, AT_M, true, false },
    { "r", AT_R, AT_M, true, false },
    { "mx", AT_MX, AT_M, true, false },
    { "indirect", AT_INDIRECT, AT_M, true, false },
};

static const char *const kind_names[] = { [EP_A] = "a", [EP_R] = "r", [EP_MX] = "mx", [EP_INDIRECT] = "indirect" };

/* ---- the state of one reading ---- */

struct grown { void *at; size_t count, room; };

struct reader {
    struct arena *arena;
    struct xml *xml;
    struct ep *ep;
    struct ep_mistake *mistake;
    const struct schema *stack[XML_DEPTH_MAX];
    unsigned depth;
    unsigned passed_over;            /* open elements of another namespace's subtree */
    uint32_t seen;                   /* bits (1 << place) of elements that stand once only */
    size_t items;
    struct grown ms, entries, cdls, edges, puzzles;
    struct text content;             /* of the element that is open, where it may have text */
};

static void mistake(struct reader *r, enum ep_fault fault, struct slice where)
{
    if (r->mistake->fault != EP_FINE)
        return;
    r->mistake->fault = fault;
    r->mistake->where = slice_dup(r->arena, slice_first(where, WHERE_MAX));
    xml_stop(r->xml);
}

static const struct schema *top(const struct reader *r)
{
    return r->depth > 0 ? r->stack[r->depth - 1] : NULL;
}

/* One more of a list; NULL: too many, or no memory. */
static void *add(struct reader *r, struct grown *g, size_t octets)
{
    if (++r->items > EP_ITEMS_MAX) {
        mistake(r, EP_FAULT_ITEMS, SLICE(""));
        return NULL;
    }
    if (g->count == g->room) {
        size_t room = g->room == 0 ? LIST_FIRST_ROOM : 2 * g->room;
        void *more = g->at ? arena_grow(r->arena, g->at, g->room * octets, room * octets) : arena_array(r->arena, room, octets);
        if (!more) {
            mistake(r, EP_FAULT_MEMORY, SLICE(""));
            return NULL;
        }
        g->at = more;
        g->room = room;
    }
    return (uint8_t *)g->at + g->count++ * octets;
}

static struct slice keep(struct reader *r, struct slice s)
{
    return s.len > 0 ? slice_dup(r->arena, s) : (struct slice){ 0 };
}

/* ---- attributes ---- */

static struct slice trimmed(struct slice s)
{
    return slice_trim_fws(s);        /* XML's white space: SP HTAB CR LF */
}

static enum ep_flag flag_of(struct reader *r, const struct xml_attribute *a)
{
    unsigned which;
    if (word_index("true|1|false|0", trimmed(a->value), &which))
        return which < 2 ? EP_TRUE : EP_FALSE;
    mistake(r, EP_FAULT_BOOLEAN, a->value);
    return EP_UNSAID;
}

static void read_attribute(struct reader *r, enum place place, const struct xml_attribute *a)
{
    struct ep_m *m = place == AT_M && r->ms.count > 0 ? (struct ep_m *)r->ms.at + r->ms.count - 1 : NULL;
    struct ep_puzzle *p = place == AT_PUZZLE && r->puzzles.count > 0 ? (struct ep_puzzle *)r->puzzles.at + r->puzzles.count - 1 : NULL;
    if (place == AT_EP && slice_same(a->local, SLICE("testing")))
        r->ep->testing = flag_of(r, a) == EP_TRUE;
    else if (place == AT_OUT && slice_same(a->local, SLICE("directOnly")))
        r->ep->direct_only = flag_of(r, a);
    else if (m && slice_same(a->local, SLICE("eNoop")))
        m->e_noop = flag_of(r, a);
    else if (m && slice_same(a->local, SLICE("allETPSigned")))
        m->all_etp_signed = flag_of(r, a);
    else if (p && slice_same(a->local, SLICE("nMin"))) {
        p->has_n_min = number_of(trimmed(a->value), 0, UINT64_MAX, &p->n_min);
        if (!p->has_n_min)
            mistake(r, EP_FAULT_NUMBER, a->value);
    }
}

/* ---- elements begin ---- */

static void open_other(struct reader *r, const struct xml_element *e)
{
    const struct schema *parent = top(r);
    if (parent->has_text || e->space.len == 0) {
        mistake(r, EP_FAULT_ELEMENT, e->local);
        return;
    }
    r->ep->others++;
    r->passed_over = 1;
    if (parent->place != AT_SCOPE)
        return;
    if (r->ep->scope.kind != EP_SCOPE_NONE)
        mistake(r, EP_FAULT_SCOPE, e->local);
    r->ep->scope = (struct ep_scope){ EP_SCOPE_OTHER, .text = keep(r, e->local), .space = keep(r, e->space) };
}

static const struct schema *schema_of(struct slice local, enum place parent)
{
    for (size_t i = 0; i < COUNT_OF(schema); i++)
        if (schema[i].parent == parent && slice_same(slice_str(schema[i].name), local))
            return &schema[i];
    return NULL;
}

static void begin(struct reader *r, enum place place)
{
    struct ep_m *m;
    switch (place) {
    case AT_IN: r->ep->has_in = true; break;
    case AT_OUT: r->ep->has_out = true; break;
    case AT_INTERNAL: r->ep->has_internal = true; break;
    case AT_NO_SERVERS: r->ep->no_mail_servers = true; break;
    case AT_PUZZLE: add(r, &r->puzzles, sizeof(struct ep_puzzle)); break;
    case AT_M:
        m = add(r, &r->ms, sizeof *m);
        if (m)
            m->first = r->entries.count;
        break;
    case AT_NOWHERE: case AT_EP: case AT_SCOPE: case AT_DOMAIN: case AT_ELEMENT: case AT_MESSAGE_ID: case AT_DATE: case AT_CDL: case AT_EDGE:
    case AT_A: case AT_R: case AT_MX: case AT_INDIRECT:
        break;
    }
}

static void on_open(void *context, const struct xml_element *e)
{
    struct reader *r = context;
    bool ours = slice_same(e->space, SLICE(EP_NAMESPACE));
    if (r->passed_over > 0) {
        r->passed_over++;
        return;
    }
    const struct schema *s = ours ? schema_of(e->local, r->depth > 0 ? top(r)->place : AT_NOWHERE) : NULL;
    if (r->depth == 0 && !s) {
        mistake(r, EP_NOT_EP, e->local);
    } else if (!ours) {
        open_other(r, e);
    } else if (!s) {
        mistake(r, EP_FAULT_ELEMENT, e->local);
    } else if (s->once && (r->seen & 1u << s->place)) {
        mistake(r, EP_FAULT_TWICE, e->local);
    } else {
        r->seen |= 1u << s->place;
        r->stack[r->depth++] = s;
        text_reset(&r->content);
        begin(r, s->place);
        for (size_t i = 0; i < e->attribute_count && r->mistake->fault == EP_FINE; i++)
            if (e->attributes[i].space.len == 0)
                read_attribute(r, s->place, &e->attributes[i]);
    }
}

/* ---- content ---- */

static void on_text(void *context, struct slice s)
{
    struct reader *r = context;
    if (r->passed_over > 0)
        return;
    if (top(r)->has_text)
        text_add(&r->content, s);
    else if (trimmed(s).len > 0)
        mistake(r, EP_FAULT_TEXT, trimmed(s));
}

/* A fully qualified name; in any spelling that mail knows. What ends in a number is an address gone wrong (RFC 3696 2). */
static bool is_host(struct reader *r, struct slice content, struct slice *out)
{
    uint64_t number;
    return domain_normal(r->arena, content, out) && !number_of(name_last_labels(*out, 1), 0, UINT64_MAX, &number);
}

static void read_host(struct reader *r, struct slice content, struct slice *out)
{
    if (!is_host(r, content, out))
        mistake(r, EP_FAULT_NAME, content);
}

static void read_a(struct reader *r, struct slice content, struct ep_entry *e)
{
    if (content.len == 0)
        return;
    if (ip_parse(content, &e->prefix.address))
        e->prefix.bits = e->prefix.address.family == IP_V4 ? 32 : 128;
    else if (!is_host(r, content, &e->name))
        mistake(r, EP_FAULT_ADDRESS, content);
}

/* r = [ "!" ] address "/" prefix */
static void read_r(struct reader *r, struct slice content, struct ep_entry *e)
{
    e->negated = content.len > 0 && content.at[0] == '!';
    struct slice range = slice_from(content, e->negated ? 1 : 0);
    if (!slice_has(range, '/') || !prefix_parse(range, &e->prefix))
        mistake(r, EP_FAULT_RANGE, content);
}

static void end_entry(struct reader *r, enum ep_kind kind, struct slice content)
{
    struct ep_m *m = (struct ep_m *)r->ms.at + r->ms.count - 1;
    struct ep_entry *e = add(r, &r->entries, sizeof *e);
    if (!e)
        return;
    *e = (struct ep_entry){ .kind = kind };
    m->count++;
    m->indirect = m->indirect || kind == EP_INDIRECT;
    switch (kind) {
    case EP_A: read_a(r, content, e); break;
    case EP_R: read_r(r, content, e); break;
    case EP_MX:
        if (content.len > 0)
            read_host(r, content, &e->name);
        break;
    case EP_INDIRECT: read_host(r, content, &e->name); break;
    }
}

/* scope = domain | element | (message-id, date?) | one element of another namespace */
static void end_scope_member(struct reader *r, enum place place, struct slice content)
{
    static const enum ep_scope_kind kinds[] = {
        [AT_DOMAIN] = EP_SCOPE_DOMAIN, [AT_ELEMENT] = EP_SCOPE_ELEMENT, [AT_MESSAGE_ID] = EP_SCOPE_MESSAGE,
    };
    struct ep_scope *s = &r->ep->scope;
    if (place == AT_DATE) {
        s->date = keep(r, content);
        if (s->kind != EP_SCOPE_MESSAGE || content.len == 0)
            mistake(r, EP_FAULT_SCOPE, content);
        return;
    }
    if (s->kind != EP_SCOPE_NONE || content.len == 0) {
        mistake(r, EP_FAULT_SCOPE, content);
        return;
    }
    s->kind = kinds[place];
    if (place == AT_DOMAIN)
        read_host(r, content, &s->text);
    else
        s->text = keep(r, content);
}

static void end_string(struct reader *r, struct grown *list, struct slice content)
{
    struct slice *s = add(r, list, sizeof *s);
    if (s)
        *s = keep(r, content);
}

static void end(struct reader *r, enum place place, struct slice content)
{
    switch (place) {
    case AT_SCOPE:
        if (r->ep->scope.kind == EP_SCOPE_NONE)
            mistake(r, EP_FAULT_SCOPE, SLICE("scope"));
        break;
    case AT_DOMAIN: case AT_ELEMENT: case AT_MESSAGE_ID: case AT_DATE: end_scope_member(r, place, content); break;
    case AT_PUZZLE: ((struct ep_puzzle *)r->puzzles.at)[r->puzzles.count - 1].text = keep(r, content); break;
    case AT_CDL: end_string(r, &r->cdls, content); break;
    case AT_EDGE: end_string(r, &r->edges, content); break;
    case AT_A: end_entry(r, EP_A, content); break;
    case AT_R: end_entry(r, EP_R, content); break;
    case AT_MX: end_entry(r, EP_MX, content); break;
    case AT_INDIRECT: end_entry(r, EP_INDIRECT, content); break;
    case AT_NOWHERE: case AT_EP: case AT_IN: case AT_OUT: case AT_NO_SERVERS: case AT_M: case AT_INTERNAL: break;
    }
}

static void on_close(void *context)
{
    struct reader *r = context;
    if (r->passed_over > 0) {
        r->passed_over--;
        return;
    }
    enum place place = r->stack[--r->depth]->place;
    if (r->content.bad)
        mistake(r, EP_FAULT_MEMORY, SLICE(""));
    else
        end(r, place, trimmed(text_slice(&r->content)));
    text_reset(&r->content);
}

/* ---- the whole ---- */

static void take_lists(struct reader *r)
{
    struct ep *ep = r->ep;
    ep->ms = r->ms.at;
    ep->m_count = r->ms.count;
    ep->entries = r->entries.at;
    ep->entry_count = r->entries.count;
    ep->cdls = r->cdls.at;
    ep->cdl_count = r->cdls.count;
    ep->edges = r->edges.at;
    ep->edge_count = r->edges.count;
    ep->puzzles = r->puzzles.at;
    ep->puzzle_count = r->puzzles.count;
}

static enum ep_fault fault_of_xml(enum xml_fault xml)
{
    return xml == XML_FAULT_NONE ? EP_FINE : xml == XML_FAULT_MEMORY ? EP_FAULT_MEMORY : EP_FAULT_XML;
}

enum ep_fault ep_parse(struct arena *a, struct slice document, uint64_t salt, struct ep *out, struct ep_mistake *m)
{
    struct reader r = { .arena = a, .ep = out, .mistake = m, .content = text_in(a, EP_OCTETS_MAX) };
    struct xml_limits limits = { .octets = EP_OCTETS_MAX, .work = EP_WORK_MAX, .salt = salt };
    *out = (struct ep){ .testing = false };
    *m = (struct ep_mistake){ .fault = EP_FINE };
    r.xml = xml_new(&limits, &(struct xml_sink){ on_open, on_text, on_close, &r });
    if (!r.xml)
        return m->fault = EP_FAULT_MEMORY;
    xml_push(r.xml, document);
    m->xml = xml_end(r.xml);
    m->offset = xml_offset(r.xml);
    xml_free(r.xml);
    take_lists(&r);
    if (m->fault == EP_FINE)
        m->fault = fault_of_xml(m->xml);
    if (arena_failed(a))
        m->fault = EP_FAULT_MEMORY;
    return m->fault;
}

/* ---- printing ---- */

/* CR and, in attributes, TAB and LF would not come back as they are. */
static void add_escaped(struct text *t, struct slice s, bool attribute)
{
    for (size_t i = 0; i < s.len; i++) {
        uint8_t o = s.at[i];
        switch (o) {
        case '<': text_add_str(t, "&lt;"); break;
        case '>': text_add_str(t, "&gt;"); break;
        case '&': text_add_str(t, "&amp;"); break;
        case '\'': text_add_str(t, "&apos;"); break;
        case '\r': text_add_str(t, "&#13;"); break;
        case '\t': case '\n':
            if (attribute)
                text_addf(t, "&#%u;", o);
            else
                text_add_octet(t, o);
            break;
        default: text_add_octet(t, o);
        }
    }
}

static void add_element(struct text *t, const char *name, struct slice content)
{
    if (content.len == 0) {
        text_addf(t, "<%s/>", name);
        return;
    }
    text_addf(t, "<%s>", name);
    add_escaped(t, content, false);
    text_addf(t, "</%s>", name);
}

static void add_flag(struct text *t, const char *name, enum ep_flag flag)
{
    if (flag != EP_UNSAID)
        text_addf(t, " %s='%s'", name, flag == EP_TRUE ? "true" : "false");
}

void text_add_ep_entry(struct text *t, const struct ep_entry *e)
{
    if (e->prefix.address.family == IP_NONE) {
        add_element(t, kind_names[e->kind], e->name);
        return;
    }
    text_addf(t, "<%s>%s", kind_names[e->kind], e->negated ? "!" : "");
    text_add_ip(t, &e->prefix.address);
    if (e->kind == EP_R)
        text_addf(t, "/%u", e->prefix.bits);
    text_addf(t, "</%s>", kind_names[e->kind]);
}

static void add_scope(struct text *t, const struct ep_scope *s)
{
    if (s->kind == EP_SCOPE_NONE)
        return;
    text_add_str(t, "<scope>");
    switch (s->kind) {
    case EP_SCOPE_NONE: break;
    case EP_SCOPE_DOMAIN: add_element(t, "domain", s->text); break;
    case EP_SCOPE_ELEMENT: add_element(t, "element", s->text); break;
    case EP_SCOPE_MESSAGE:
        add_element(t, "message-id", s->text);
        if (s->date.len > 0)
            add_element(t, "date", s->date);
        break;
    case EP_SCOPE_OTHER:
        text_add_octet(t, '<');
        text_add(t, s->text);
        text_add_str(t, " xmlns='");
        add_escaped(t, s->space, true);
        text_add_str(t, "'/>");
        break;
    }
    text_add_str(t, "</scope>");
}

static void add_in(struct text *t, const struct ep *ep)
{
    if (!ep->has_in)
        return;
    text_add_str(t, "<in>");
    for (size_t i = 0; i < ep->puzzle_count; i++) {
        const struct ep_puzzle *p = &ep->puzzles[i];
        text_add_str(t, "<hashedPuzzle");
        if (p->has_n_min)
            text_addf(t, " nMin='%llu'", (unsigned long long)p->n_min);
        text_add_octet(t, '>');
        add_escaped(t, p->text, false);
        text_add_str(t, "</hashedPuzzle>");
    }
    text_add_str(t, "</in>");
}

static void add_out(struct text *t, const struct ep *ep)
{
    if (!ep->has_out)
        return;
    text_add_str(t, "<out");
    add_flag(t, "directOnly", ep->direct_only);
    text_add_str(t, ep->no_mail_servers ? "><noMailServers/>" : ">");
    for (size_t i = 0; i < ep->m_count; i++) {
        const struct ep_m *m = &ep->ms[i];
        text_add_str(t, "<m");
        add_flag(t, "eNoop", m->e_noop);
        add_flag(t, "allETPSigned", m->all_etp_signed);
        text_add_octet(t, '>');
        for (size_t k = 0; k < m->count; k++)
            text_add_ep_entry(t, &ep->entries[m->first + k]);
        text_add_str(t, "</m>");
    }
    for (size_t i = 0; i < ep->cdl_count; i++)
        add_element(t, "cdl", ep->cdls[i]);
    text_add_str(t, "</out>");
}

static void add_internal(struct text *t, const struct ep *ep)
{
    if (!ep->has_internal)
        return;
    text_add_str(t, "<internal>");
    for (size_t i = 0; i < ep->edge_count; i++)
        add_element(t, "edgeHeader", ep->edges[i]);
    text_add_str(t, "</internal>");
}

void text_add_ep(struct text *t, const struct ep *ep)
{
    text_add_str(t, "<ep xmlns='" EP_NAMESPACE "'");
    text_add_str(t, ep->testing ? " testing='true'>" : ">");
    add_scope(t, &ep->scope);
    add_in(t, ep);
    add_out(t, ep);
    add_internal(t, ep);
    text_add_str(t, "</ep>");
}
