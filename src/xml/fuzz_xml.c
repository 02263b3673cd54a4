/*
 * fuzz_xml: the first octet says into which pieces the rest is cut; in one piece it must come to the same.
 */
#include "xml/xml.h"

#include <stdlib.h>

#define OCTETS_MAX 9000
#define WORK_MAX 20000

struct tally { uint64_t hash; unsigned open, elements; bool closed_too_much; };

static void must(bool truth)
{
    if (!truth)
        abort();
}

static void on_open(void *context, const struct xml_element *e)
{
    struct tally *t = context;
    t->open++;
    t->elements++;
    t->hash = slice_hash(e->local, slice_hash(e->space, t->hash));
    must(e->local.len > 0 && e->attribute_count <= XML_ATTRIBUTES_MAX && t->open <= XML_DEPTH_MAX);
    for (size_t i = 0; i < e->attribute_count; i++)
        t->hash = slice_hash(e->attributes[i].value, slice_hash(e->attributes[i].local, slice_hash(e->attributes[i].space, t->hash)));
}

/* Octet by octet: text may come in other pieces. */
static void on_text(void *context, struct slice s)
{
    struct tally *t = context;
    for (size_t i = 0; i < s.len; i++)
        t->hash = slice_hash(slice_of(s.at + i, 1), t->hash);
}

static void on_close(void *context)
{
    struct tally *t = context;
    t->closed_too_much = t->closed_too_much || t->open == 0;
    t->open--;
}

static enum xml_fault parse(struct slice document, size_t piece, struct tally *t, uint64_t *offset)
{
    struct xml *x = xml_new(&(struct xml_limits){ OCTETS_MAX, WORK_MAX, 12345 }, &(struct xml_sink){ on_open, on_text, on_close, t });
    must(x != NULL);
    for (; document.len > 0; document = slice_from(document, piece))
        xml_push(x, slice_first(document, piece));
    enum xml_fault fault = xml_end(x);
    *offset = xml_offset(x);
    must(xml_fault_text(fault)[0] != '\0');
    must(xml_work(x) <= WORK_MAX || fault == XML_FAULT_WORK);
    xml_free(x);
    return fault;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct tally whole = { 0 }, pieces = { 0 };
    uint64_t offset[2];
    struct slice document = slice_from(slice_of(at, len), 1);
    size_t piece = len > 0 ? (size_t)at[0] * 23 + 1 : 1;
    enum xml_fault fault = parse(document, SIZE_MAX, &whole, &offset[0]);
    must(parse(document, piece, &pieces, &offset[1]) == fault);
    must(whole.hash == pieces.hash && whole.elements == pieces.elements && offset[0] == offset[1]);
    must(!whole.closed_too_much && (fault != XML_FAULT_NONE || (whole.open == 0 && whole.elements > 0)));
    return 0;
}
