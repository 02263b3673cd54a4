#include "xml/xml.h"

#include <expat.h>
#include <string.h>

#include "base/arena.h"

#define NAMESPACE_MARK '\n'          /* between namespace and local name in expat's names; no local name holds it, and expat refuses such namespaces */

struct xml {
    XML_Parser expat;
    struct xml_limits limits;
    struct xml_sink sink;
    enum xml_fault fault;
    uint64_t octets, work, offset;
    uint64_t given, read;            /* octets handed to expat, and those of them whose token has been reported */
    unsigned depth, declarations;    /* declarations: of the start tag that comes next */
    size_t filled;
    uint8_t block[XML_BLOCK];
};

static const char *const fault_texts[] = {
    [XML_FAULT_NONE] = "is well formed",
    [XML_FAULT_SYNTAX] = "is not well-formed XML",
    [XML_FAULT_CUT] = "ends before it is complete",
    [XML_FAULT_DOCTYPE] = "has a document type",
    [XML_FAULT_ENTITY] = "names an entity beyond the five of XML itself",
    [XML_FAULT_ENCODING] = "is not UTF-8",
    [XML_FAULT_DEPTH] = "is nested deeper than 32 elements",
    [XML_FAULT_ATTRIBUTES] = "has an element with more than 64 attributes",
    [XML_FAULT_TOKEN] = "has a tag or comment of more than 65536 octets",
    [XML_FAULT_OCTETS] = "is larger than is read",
    [XML_FAULT_WORK] = "takes more work to read than is spent on it",
    [XML_FAULT_STOPPED] = "is not what it should be",
    [XML_FAULT_MEMORY] = "could not be read for lack of memory",
};

const char *xml_fault_text(enum xml_fault fault)
{
    return fault_texts[fault];
}

/* ---- faults and work ---- */

static void fail(struct xml *x, enum xml_fault fault)
{
    if (x->fault != XML_FAULT_NONE)
        return;
    x->fault = fault;
    XML_Index at = XML_GetCurrentByteIndex(x->expat);
    x->offset = at > 0 ? (uint64_t)at : 0;
    XML_StopParser(x->expat, XML_FALSE);
}

static void spend(struct xml *x, uint64_t work)
{
    x->work += work;
    if (x->work > x->limits.work)
        fail(x, XML_FAULT_WORK);
}

/* Every token comes to one of the handlers, which say so here: what lies behind is looked at again with the next block. */
static void note_token(struct xml *x)
{
    XML_Index at = XML_GetCurrentByteIndex(x->expat);
    int octets = XML_GetCurrentByteCount(x->expat);
    if (at >= 0 && octets >= 0)
        x->read = (uint64_t)at + (uint64_t)octets;
}

/* ---- what expat reports ---- */

static void split_name(const XML_Char *name, struct slice *space, struct slice *local)
{
    struct slice whole = slice_str(name);
    size_t mark = slice_find_last(whole, NAMESPACE_MARK);
    *space = mark < whole.len ? slice_first(whole, mark) : slice_first(whole, 0);
    *local = mark < whole.len ? slice_from(whole, mark + 1) : whole;
}

/* Name, value, name, value ... NULL. False: too many. */
static bool read_attributes(struct xml *x, const XML_Char **pairs, struct xml_attribute out[XML_ATTRIBUTES_MAX], size_t *count)
{
    size_t room = x->declarations < XML_ATTRIBUTES_MAX ? XML_ATTRIBUTES_MAX - x->declarations : 0;
    if (x->declarations > XML_ATTRIBUTES_MAX)
        return false;
    for (*count = 0; pairs[2 * *count]; (*count)++) {
        struct xml_attribute *a = &out[*count];
        if (*count == room)
            return false;
        split_name(pairs[2 * *count], &a->space, &a->local);
        a->value = slice_str(pairs[2 * *count + 1]);
    }
    return true;
}

static void on_open(void *context, const XML_Char *name, const XML_Char **pairs)
{
    struct xml *x = context;
    struct xml_attribute attributes[XML_ATTRIBUTES_MAX];
    struct xml_element e = { .attributes = attributes };
    if (x->fault != XML_FAULT_NONE)
        return;
    note_token(x);
    if (++x->depth > XML_DEPTH_MAX)
        fail(x, XML_FAULT_DEPTH);
    else if (!read_attributes(x, pairs, attributes, &e.attribute_count))
        fail(x, XML_FAULT_ATTRIBUTES);
    spend(x, XML_WORK_ELEMENT + XML_WORK_ATTRIBUTE * (x->declarations + e.attribute_count));
    x->declarations = 0;
    if (x->fault != XML_FAULT_NONE)
        return;
    split_name(name, &e.space, &e.local);
    x->sink.open(x->sink.context, &e);
}

static void on_close(void *context, const XML_Char *name)
{
    struct xml *x = context;
    (void)name;
    if (x->fault != XML_FAULT_NONE)
        return;
    note_token(x);
    x->depth--;
    x->sink.close(x->sink.context);
}

static void on_text(void *context, const XML_Char *at, int len)
{
    struct xml *x = context;
    if (x->fault != XML_FAULT_NONE)
        return;
    note_token(x);
    spend(x, XML_WORK_TEXT);
    if (x->fault == XML_FAULT_NONE)
        x->sink.text(x->sink.context, slice_of(at, (size_t)len));
}

/* Comments, processing instructions, white space outside the root. */
static void on_other(void *context, const XML_Char *at, int len)
{
    struct xml *x = context;
    (void)at;
    (void)len;
    if (x->fault == XML_FAULT_NONE)
        note_token(x);
}

static void on_declaration(void *context, const XML_Char *version, const XML_Char *encoding, int standalone)
{
    struct xml *x = context;
    (void)version;
    (void)standalone;
    if (x->fault != XML_FAULT_NONE)
        return;
    note_token(x);
    if (encoding && !slice_same_nocase(slice_str(encoding), SLICE("UTF-8")))
        fail(x, XML_FAULT_ENCODING);
}

static void on_doctype(void *context, const XML_Char *name, const XML_Char *system, const XML_Char *public, int has_subset)
{
    (void)name;
    (void)system;
    (void)public;
    (void)has_subset;
    fail(context, XML_FAULT_DOCTYPE);
}

static void on_namespace(void *context, const XML_Char *prefix, const XML_Char *uri)
{
    struct xml *x = context;
    (void)prefix;
    (void)uri;
    x->declarations++;
}

/* ---- making one ---- */

static void set_handlers(struct xml *x)
{
    XML_SetUserData(x->expat, x);
    XML_SetElementHandler(x->expat, on_open, on_close);
    XML_SetCharacterDataHandler(x->expat, on_text);
    XML_SetDefaultHandler(x->expat, on_other);
    XML_SetXmlDeclHandler(x->expat, on_declaration);
    XML_SetStartDoctypeDeclHandler(x->expat, on_doctype);
    XML_SetStartNamespaceDeclHandler(x->expat, on_namespace);
}

struct xml *xml_new(const struct xml_limits *limits, const struct xml_sink *sink)
{
    static const XML_Memory_Handling_Suite memory = { mem_alloc, mem_resize, mem_free };
    static const XML_Char mark[] = { NAMESPACE_MARK, '\0' };
    struct xml *x = mem_zalloc(1, sizeof *x);
    if (!x)
        return NULL;
    x->limits = *limits;
    x->sink = *sink;
    x->expat = XML_ParserCreate_MM("UTF-8", &memory, mark);
    if (!x->expat) {
        mem_free(x);
        return NULL;
    }
    set_handlers(x);
    /* Without a salt expat would ask the system for one, from within any sandbox. */
    XML_SetHashSalt(x->expat, limits->salt != 0 ? (unsigned long)limits->salt : 1);
    return x;
}

void xml_free(struct xml *x)
{
    if (!x)
        return;
    XML_ParserFree(x->expat);
    mem_free(x);
}

/* ---- feeding it ---- */

static enum xml_fault fault_of_expat(const struct xml *x)
{
    enum XML_Error error = XML_GetErrorCode(x->expat);
    if (error == XML_ERROR_NO_MEMORY)
        return XML_FAULT_MEMORY;
    if (error == XML_ERROR_UNDEFINED_ENTITY)
        return XML_FAULT_ENTITY;
    if (error == XML_ERROR_NO_ELEMENTS || error == XML_ERROR_UNCLOSED_TOKEN || error == XML_ERROR_PARTIAL_CHAR ||
        error == XML_ERROR_UNCLOSED_CDATA_SECTION)
        return XML_FAULT_CUT;
    return XML_FAULT_SYNTAX;
}

static void give_block(struct xml *x, bool last)
{
    spend(x, x->filled + (x->given - x->read));
    if (x->fault != XML_FAULT_NONE)
        return;
    x->given += x->filled;
    if (XML_Parse(x->expat, (const char *)x->block, (int)x->filled, last) != XML_STATUS_OK)
        fail(x, fault_of_expat(x));
    else if (x->given - x->read > XML_TOKEN_MAX)
        fail(x, XML_FAULT_TOKEN);
    x->filled = 0;
}

/* What is wrong before the octet that cannot stand comes first. */
static void refuse_octet(struct xml *x, enum xml_fault fault)
{
    give_block(x, false);
    if (x->fault != XML_FAULT_NONE)
        return;
    fail(x, fault);
    x->offset = x->octets;
}

/* These occur in no UTF-8; without the first three expat cannot take a document for UTF-16. */
static bool is_foreign_octet(uint8_t octet)
{
    return octet == 0x00 || octet == 0xfe || octet == 0xff;
}

static size_t native_octets(struct slice s)
{
    size_t n = 0;
    while (n < s.len && !is_foreign_octet(s.at[n]))
        n++;
    return n;
}

void xml_push(struct xml *x, struct slice octets)
{
    while (octets.len > 0 && x->fault == XML_FAULT_NONE) {
        struct slice piece = slice_first(octets, XML_BLOCK - x->filled);
        uint64_t room = x->limits.octets - x->octets;
        if (piece.len > room)
            piece.len = (size_t)room;
        piece.len = native_octets(piece);
        if (piece.len == 0) {
            refuse_octet(x, room == 0 ? XML_FAULT_OCTETS : XML_FAULT_ENCODING);
            return;
        }
        memcpy(x->block + x->filled, piece.at, piece.len);
        x->filled += piece.len;
        x->octets += piece.len;
        octets = slice_from(octets, piece.len);
        if (x->filled == XML_BLOCK)
            give_block(x, false);
    }
}

enum xml_fault xml_end(struct xml *x)
{
    if (x->fault == XML_FAULT_NONE)
        give_block(x, true);
    return x->fault;
}

enum xml_fault xml_fault(const struct xml *x)
{
    return x->fault;
}

void xml_stop(struct xml *x)
{
    fail(x, XML_FAULT_STOPPED);
}

uint64_t xml_offset(const struct xml *x)
{
    return x->offset;
}

uint64_t xml_work(const struct xml *x)
{
    return x->work;
}
