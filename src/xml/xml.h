/*
 * xml.h: XML from strangers: one hardened face over expat, which is seen in this room only.
 *
 * What it reads: UTF-8, namespaces, the five entities and character references. What it refuses (threats.md
 * T37): a document type at its very start, every other entity, another encoding, more than the octets, depth, attributes and
 * work its caller allows. It never opens anything and never recurses.
 *
 *     static void open(void *context, const struct xml_element *e) { ... }
 *     struct xml_limits limits = { .octets = 65536, .work = 1u << 19, .salt = salt };
 *     struct xml *x = xml_new(&limits, &(struct xml_sink){ open, text, close, context });
 *     while (more) xml_push(x, piece);                  // any slices: where the input is cut changes nothing
 *     switch (xml_end(x)) { case XML_FAULT_NONE: ... }
 *     xml_free(x);
 *
 * The sink has been told a part of the document when a fault is found: what it made of that counts only if
 * xml_end() says XML_FAULT_NONE.
 */
#ifndef FRANK_XML_XML_H
#define FRANK_XML_XML_H

#include "base/compiler.h"
#include "base/slice.h"

#define XML_DEPTH_MAX 32             /* elements open at once (threats.md T37) */
#define XML_ATTRIBUTES_MAX 64        /* of one element, namespace declarations counted (threats.md T37) */
#define XML_TOKEN_MAX 65536          /* octets of one tag, comment or processing instruction (ours): none is held longer */
#define XML_BLOCK 4096               /* octets given to expat at once, however the input comes in */

/*
 * Work, in place of a clock, which libfrank has not: an octet looked at counts 1, each time it is; the rest is what its
 * handling costs beside that. A document of this size in honest use stays far below octets * 8.
 */
#define XML_WORK_ELEMENT 32
#define XML_WORK_ATTRIBUTE 16
#define XML_WORK_TEXT 4              /* a piece of text */

struct xml_limits {
    uint64_t octets;                 /* of the document */
    uint64_t work;
    uint64_t salt;                   /* seeds expat's tables: nothing the author of the document could know, or a cryptographic hash of the document */
};

struct xml_attribute { struct slice space, local, value; };      /* space: namespace name, empty: none */
struct xml_element {
    struct slice space, local;
    const struct xml_attribute *attributes;                      /* without namespace declarations */
    size_t attribute_count;
};

/* Slices live for the call only. text: a part of the character data, in one call or many. */
struct xml_sink {
    void (*open)(void *context, const struct xml_element *);
    void (*text)(void *context, struct slice);
    void (*close)(void *context);
    void *context;
};

enum xml_fault {
    XML_FAULT_NONE = 0,
    XML_FAULT_SYNTAX,                /* not well formed */
    XML_FAULT_CUT,                   /* ends before it is complete, or is empty */
    XML_FAULT_DOCTYPE,
    XML_FAULT_ENTITY,                /* an entity that is not one of the five */
    XML_FAULT_ENCODING,              /* not UTF-8, or says it is something else */
    XML_FAULT_DEPTH, XML_FAULT_ATTRIBUTES, XML_FAULT_TOKEN, XML_FAULT_OCTETS, XML_FAULT_WORK,
    XML_FAULT_STOPPED,               /* by the sink */
    XML_FAULT_MEMORY
};
const char *xml_fault_text(enum xml_fault);      /* for people: "has a document type", static */

struct xml;
struct xml *xml_new(const struct xml_limits *, const struct xml_sink *);      /* both copied; NULL without memory */
void xml_push(struct xml *, struct slice);                                    /* does nothing once there is a fault */
enum xml_fault xml_fault(const struct xml *);                                 /* so far: a reader may stop pushing */
MUST_CHECK enum xml_fault xml_end(struct xml *);                              /* no more input; once */
void xml_stop(struct xml *);                                                  /* from within the sink: it is called no more */
uint64_t xml_offset(const struct xml *);                                      /* octets before the fault */
uint64_t xml_work(const struct xml *);                                        /* done so far */
void xml_free(struct xml *);                                                  /* NULL allowed */

#endif
