#include "dns/packet.h"

#include "base/arena.h"
#include "base/cursor.h"

/*
 * The bound on the answer section: a full set (ANSWER_RECORDS_MAX), a full alias chain, and as many
 * signatures again. More is refused before it is read, so that a packet of 64 KiB full of tiny records
 * with long names costs no more than a good one.
 */
#define SECTION_RECORDS_MAX 256
#define HEADER_OCTETS 12                     /* RFC 1035 4.1.1 */
#define POINTER_MARK 0xc0                    /* RFC 1035 4.1.4 */
#define NAME_RDATA_MAX (2 * NAME_WIRE_MAX + 20)      /* SOA: two names and five numbers; the longest with names */
#define TTL_MAX 0x7fffffffu                  /* RFC 2181 8 */

#define CLASS_IN 1
#define TYPE_OPT 41

enum { FLAG_QR = 0x8000, FLAG_OPCODE = 0x7800, FLAG_AA = 0x0400, FLAG_TC = 0x0200, FLAG_RD = 0x0100, FLAG_RA = 0x0080, FLAG_RCODE = 0x000f };
enum { RCODE_NOERROR = 0, RCODE_SERVFAIL = 2, RCODE_NXDOMAIN = 3 };

/* ---- reading pieces ---- */

/*
 * A name at the cursor, compressed or not, uncompressed into `wire`. A pointer must lead before the
 * start of the piece that holds it: every jump goes further back, so no loop is possible.
 */
static bool take_packet_name(struct slice packet, struct cursor *c, struct text *wire)
{
    struct cursor *at = c, jumped;
    size_t start = packet.len - c->rest.len, first = wire->len;
    for (;;) {
        uint8_t octet = take_octet(at);
        if (at->bad)
            break;
        if ((octet & POINTER_MARK) == POINTER_MARK) {
            size_t target = (size_t)(octet & ~POINTER_MARK) << 8 | take_octet(at);
            if (at->bad || target >= start)
                break;
            jumped = cursor_of(slice_from(packet, target));
            at = &jumped;
            start = target;
            continue;
        }
        if (octet > LABEL_MAX || wire->len - first + 1 + octet > NAME_WIRE_MAX)
            break;
        text_add_octet(wire, octet);
        text_add(wire, take(at, octet));
        if (at->bad || wire->bad)
            break;
        if (octet == 0)
            return true;
    }
    c->bad = true;
    return false;
}

/* Name text of a name in the packet; *len 0 with a good cursor: it has none. */
static bool take_packet_name_text(struct slice packet, struct cursor *c, uint8_t text[NAME_TEXT_MAX], size_t *len)
{
    uint8_t octets[NAME_WIRE_MAX];
    struct text wire = text_fixed(octets, sizeof octets);
    *len = 0;
    if (!take_packet_name(packet, c, &wire))
        return false;
    struct cursor name = cursor_of(text_slice(&wire));
    take_wire_name_to(&name, text, len);
    return true;
}

struct header { uint16_t id, flags, questions, answers, authorities, additionals; };

static struct header take_header(struct cursor *c)
{
    struct header h = { .id = take_u16(c) };
    h.flags = take_u16(c);
    h.questions = take_u16(c);
    h.answers = take_u16(c);
    h.authorities = take_u16(c);
    h.additionals = take_u16(c);
    return h;
}

struct record {
    uint16_t type, class;
    uint32_t ttl_seconds;
    size_t rdata_at;                         /* offset in the packet: names in it may point back */
    size_t rdata_len;
    size_t owner_len;                        /* 0: no name text, never matches */
    uint8_t owner[NAME_TEXT_MAX];
};

static bool take_record(struct slice packet, struct cursor *c, struct record *r)
{
    if (!take_packet_name_text(packet, c, r->owner, &r->owner_len))
        return false;
    r->type = take_u16(c);
    r->class = take_u16(c);
    r->ttl_seconds = take_u32(c);
    if (r->ttl_seconds > TTL_MAX)
        r->ttl_seconds = 0;                  /* RFC 2181 8: the top bit set means zero */
    r->rdata_len = take_u16(c);
    r->rdata_at = packet.len - c->rest.len;
    take(c, r->rdata_len);
    return !c->bad;
}

static struct slice owner_of(const struct record *r)
{
    return slice_of(r->owner, r->owner_len);
}

/* ---- RDATA without compression ---- */

/* Octets in front of the names, and how many names; RFC 3597 4 lets only these types compress. SRV and
 * RP are written compressed by some all the same. */
static const struct { uint16_t type; unsigned octets, names, tail; } name_forms[] = {
    { RTYPE_NS, 0, 1, 0 }, { RTYPE_CNAME, 0, 1, 0 }, { RTYPE_PTR, 0, 1, 0 }, { RTYPE_MX, 2, 1, 0 }, { RTYPE_SRV, 6, 1, 0 },
    { RTYPE_SOA, 0, 2, 20 }, { RTYPE_RP, 0, 2, 0 },
};

static int name_form(uint16_t type)
{
    for (size_t i = 0; i < COUNT_OF(name_forms); i++)
        if (name_forms[i].type == type)
            return (int)i;
    return -1;
}

/* The record's RDATA behind what is in `room`; empty when its names are no names (the record is then left out). */
static struct slice uncompressed(struct slice packet, const struct record *r, struct text *room)
{
    size_t start = room->len;
    int form = name_form(r->type);
    /* Nothing behind this record may be read, and a name in it may point to anything before it. */
    struct slice seen = slice_first(packet, r->rdata_at + r->rdata_len);
    struct cursor c = cursor_of(slice_from(seen, r->rdata_at));
    if (form >= 0) {
        text_add(room, take(&c, name_forms[form].octets));
        for (unsigned i = 0; i < name_forms[form].names && !c.bad; i++)
            take_packet_name(seen, &c, room);
        text_add(room, take(&c, name_forms[form].tail));
        c.bad = c.bad || !at_end(&c);
    } else {
        text_add(room, take_rest(&c));
    }
    if (c.bad && !room->bad)
        room->len = start;
    return room->bad ? (struct slice){ NULL, 0 } : slice_of(room->at + start, room->len - start);
}

/* ---- the answer section ---- */

struct section {
    struct slice packet;
    size_t count;
    struct record records[SECTION_RECORDS_MAX];
};

static bool take_answers(struct section *s, struct cursor *c, size_t count)
{
    if (count > SECTION_RECORDS_MAX)
        return false;
    while (s->count < count)
        if (!take_record(s->packet, c, &s->records[s->count++]))
            return false;
    return true;
}

static const struct record *find(const struct section *s, struct slice owner, uint16_t type)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct record *r = &s->records[i];
        if (r->type == type && r->class == CLASS_IN && r->owner_len > 0 && name_same(owner_of(r), owner))
            return r;
    }
    return NULL;
}

struct chain { uint8_t name[NAME_TEXT_MAX]; size_t len; uint32_t ttl_seconds; bool aliased; };

static struct slice chain_name(const struct chain *chain)
{
    return slice_of(chain->name, chain->len);
}

/* From the question's name over its aliases to the name that has the records, or has none. */
static bool follow(const struct section *s, const struct question *q, struct chain *chain)
{
    struct text name = text_fixed(chain->name, sizeof chain->name);
    text_add(&name, name_undotted(q->name));
    chain->len = name.len;
    for (unsigned aliases = 0;; aliases++) {
        const struct record *alias = q->type == RTYPE_CNAME || find(s, chain_name(chain), q->type)
                                         ? NULL : find(s, chain_name(chain), RTYPE_CNAME);
        if (!alias)
            return true;
        struct slice seen = slice_first(s->packet, alias->rdata_at + alias->rdata_len);
        struct cursor c = cursor_of(slice_from(seen, alias->rdata_at));
        if (aliases == CNAME_CHAIN_MAX || !take_packet_name_text(seen, &c, chain->name, &chain->len) || chain->len == 0 || !at_end(&c))
            return false;
        chain->aliased = true;
        if (alias->ttl_seconds < chain->ttl_seconds)
            chain->ttl_seconds = alias->ttl_seconds;
    }
}

/* ---- the authority section ---- */

struct authority { bool has_soa, has_ns; uint32_t negative_ttl_seconds; };

/* RFC 2308 5: the negative TTL is the smaller of the SOA's own and its MINIMUM. Without SOA: 0. */
static bool take_authority(struct slice packet, struct cursor *c, size_t count, struct slice name, struct authority *a)
{
    if (count > SECTION_RECORDS_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        struct record r;
        if (!take_record(packet, c, &r))
            return false;
        if (r.class != CLASS_IN || !name_at_or_below(name, owner_of(&r)))
            continue;
        if (r.type == RTYPE_NS)
            a->has_ns = true;
        if (r.type != RTYPE_SOA || a->has_soa || r.rdata_len < 4)
            continue;
        struct cursor minimum = cursor_of(slice_from(slice_first(packet, r.rdata_at + r.rdata_len), r.rdata_at + r.rdata_len - 4));
        uint32_t seconds = take_u32(&minimum);
        a->has_soa = true;
        a->negative_ttl_seconds = seconds < r.ttl_seconds ? seconds : r.ttl_seconds;
    }
    return true;
}

/* ---- the whole ---- */

static bool echoes(struct slice packet, struct cursor *c, const struct question *q)
{
    uint8_t name[NAME_TEXT_MAX];
    size_t len;
    bool good = take_packet_name_text(packet, c, name, &len);
    uint16_t type = take_u16(c), class = take_u16(c);
    return good && !c->bad && type == q->type && class == CLASS_IN && len > 0 && name_same(slice_of(name, len), q->name);
}

/* Before any section is read: what the header alone decides; UNKNOWN: go on. */
static enum answer_status judge_header(const struct header *h)
{
    unsigned rcode = h->flags & FLAG_RCODE;
    if ((h->flags & FLAG_QR) == 0 || (h->flags & FLAG_OPCODE) != 0 || (h->flags & FLAG_TC) != 0)
        return ANSWER_GARBLED;
    if (rcode != RCODE_NOERROR && rcode != RCODE_NXDOMAIN)
        return ANSWER_SERVFAIL;              /* servers that refuse often leave the question out */
    return h->questions == 1 ? ANSWER_UNKNOWN : ANSWER_GARBLED;
}

static size_t room_for(const struct section *s, uint16_t type)
{
    return name_form(type) >= 0 ? s->count * NAME_RDATA_MAX : s->packet.len;
}

/* The records of the draft's type at the end of the chain. */
static struct answer *make_data(const struct section *s, struct answer_draft *draft, struct slice owner)
{
    size_t room_octets = room_for(s, draft->question.type), count = 0;
    struct slice *rdata = mem_alloc(s->count * sizeof *rdata + room_octets);
    if (!rdata)
        return NULL;
    struct text room = text_fixed(rdata + s->count, room_octets);
    for (size_t i = 0; i < s->count; i++) {
        const struct record *r = &s->records[i];
        if (r->type != draft->question.type || r->class != CLASS_IN || r->owner_len == 0 || !name_same(owner_of(r), owner))
            continue;
        rdata[count++] = uncompressed(s->packet, r, &room);
        if (r->ttl_seconds < draft->ttl_seconds)
            draft->ttl_seconds = r->ttl_seconds;
    }
    draft->status = room.bad ? ANSWER_GARBLED : ANSWER_DATA;
    draft->count = count;
    draft->rdata = rdata;
    struct answer *answer = answer_make(draft);
    mem_free(rdata);
    return answer;
}

/* NODATA or NXDOMAIN with its TTL, unless the server only pointed elsewhere. */
static void judge_nothing(struct answer_draft *draft, const struct header *h, const struct authority *a)
{
    bool lame = a->has_ns && !a->has_soa && h->answers == 0 && (h->flags & (FLAG_AA | FLAG_RA)) == 0;
    if ((h->flags & FLAG_RCODE) == RCODE_NXDOMAIN)
        draft->status = ANSWER_NXDOMAIN;
    else
        draft->status = lame ? ANSWER_SERVFAIL : ANSWER_NODATA;
    if (a->negative_ttl_seconds < draft->ttl_seconds)
        draft->ttl_seconds = a->negative_ttl_seconds;
}

static struct answer *make_garbled(struct answer_draft *draft)
{
    draft->status = ANSWER_GARBLED;
    draft->canonical = (struct slice){ NULL, 0 };
    draft->ttl_seconds = 0;
    return answer_make(draft);
}

static struct answer *read_sections(struct section *s, struct cursor *c, const struct header *h, struct answer_draft *draft)
{
    const struct question *q = &draft->question;
    struct chain chain = { .ttl_seconds = TTL_MAX };
    struct authority authority = { .has_soa = false };
    if (!echoes(s->packet, c, q) || !take_answers(s, c, h->answers) || !follow(s, q, &chain))
        return make_garbled(draft);
    draft->ttl_seconds = chain.ttl_seconds;
    if (chain.aliased)
        draft->canonical = chain_name(&chain);
    bool has_data = find(s, chain_name(&chain), q->type) != NULL;
    if (has_data && (h->flags & FLAG_RCODE) == RCODE_NXDOMAIN)
        return make_garbled(draft);          /* it exists and does not */
    if (has_data)
        return make_data(s, draft, chain_name(&chain));
    if (!take_authority(s->packet, c, h->authorities, chain_name(&chain), &authority))
        return make_garbled(draft);
    judge_nothing(draft, h, &authority);
    return answer_make(draft);
}

struct answer *packet_read(const struct question *question, struct slice packet, enum answer_security security, enum answer_origin origin)
{
    struct answer_draft draft = { .question = *question, .security = security, .origin = origin };
    struct cursor c = cursor_of(packet);
    struct header h = take_header(&c);
    draft.status = c.bad || packet.len > PACKET_MAX ? ANSWER_GARBLED : judge_header(&h);
    if (draft.status != ANSWER_UNKNOWN)
        return answer_make(&draft);
    struct section *section = mem_alloc(sizeof *section);
    if (!section)
        return NULL;
    section->packet = packet;
    section->count = 0;
    struct answer *answer = read_sections(section, &c, &h, &draft);
    mem_free(section);
    return answer;
}

bool packet_head(struct slice packet, struct packet_head *out)
{
    struct cursor c = cursor_of(packet);
    struct header h = take_header(&c);
    *out = (struct packet_head){
        .id = h.id, .response = (h.flags & FLAG_QR) != 0, .truncated = (h.flags & FLAG_TC) != 0, .rcode = h.flags & FLAG_RCODE,
    };
    return !c.bad;
}

/* ---- writing ---- */

static void add_u16(struct text *out, unsigned number)
{
    text_add_octet(out, (uint8_t)(number >> 8 & 0xff));
    text_add_octet(out, (uint8_t)(number & 0xff));
}

static void add_u32(struct text *out, uint32_t number)
{
    add_u16(out, number >> 16);
    add_u16(out, number & 0xffff);
}

static void add_header(struct text *out, const struct header *h)
{
    add_u16(out, h->id);
    add_u16(out, h->flags);
    add_u16(out, h->questions);
    add_u16(out, h->answers);
    add_u16(out, h->authorities);
    add_u16(out, h->additionals);
}

static bool add_name(struct text *out, struct slice name)
{
    uint8_t wire[NAME_WIRE_MAX];
    size_t len;
    if (!name_to_wire(name, wire, &len))
        return false;
    text_add(out, slice_of(wire, len));
    return true;
}

static bool add_question(struct text *out, const struct question *q)
{
    if (!add_name(out, q->name))
        return false;
    add_u16(out, q->type);
    add_u16(out, CLASS_IN);
    return true;
}

bool packet_write_question(struct text *out, uint16_t id, bool recursion_desired, const struct question *q, uint16_t edns_size)
{
    add_header(out, &(struct header){
        .id = id, .flags = recursion_desired ? FLAG_RD : 0, .questions = 1, .additionals = edns_size > 0 });
    if (!add_question(out, q))
        return false;
    if (edns_size > 0) {                     /* RFC 6891 6.1.2: root, OPT, UDP size, version 0, no options */
        text_add_octet(out, 0);
        add_u16(out, TYPE_OPT);
        add_u16(out, edns_size);
        add_u32(out, 0);
        add_u16(out, 0);
    }
    return !out->bad;
}

static void add_record_head(struct text *out, uint16_t type, uint32_t ttl_seconds, size_t rdata_len)
{
    add_u16(out, type);
    add_u16(out, CLASS_IN);
    add_u32(out, ttl_seconds);
    add_u16(out, (unsigned)rdata_len);
}

/* The alias to the canonical name, if there is one. */
static bool add_alias(struct text *out, const struct answer *a)
{
    uint8_t wire[NAME_WIRE_MAX];
    size_t len;
    if (!name_to_wire(a->canonical, wire, &len))
        return false;
    add_u16(out, POINTER_MARK << 8 | HEADER_OCTETS);
    add_record_head(out, RTYPE_CNAME, a->ttl_seconds, len);
    text_add(out, slice_of(wire, len));
    return true;
}

/* A SOA of the root that says how long "nothing" holds. */
static void add_negative_soa(struct text *out, uint32_t ttl_seconds)
{
    text_add_octet(out, 0);
    add_record_head(out, RTYPE_SOA, ttl_seconds, 22);
    add_u16(out, 0);                         /* MNAME and RNAME: the root */
    for (unsigned i = 0; i < 4; i++)
        add_u32(out, 1);
    add_u32(out, ttl_seconds);
}

static unsigned rcode_of(const struct answer *a)
{
    if (a->status == ANSWER_NXDOMAIN)
        return RCODE_NXDOMAIN;
    return answer_failed(a) || a->status == ANSWER_BAD_NAME ? RCODE_SERVFAIL : RCODE_NOERROR;
}

bool packet_write_answer(struct text *out, uint16_t id, const struct answer *a)
{
    bool aliased = !name_same(a->canonical, a->question.name) && rcode_of(a) != RCODE_SERVFAIL;
    bool nothing = a->status == ANSWER_NODATA || a->status == ANSWER_NXDOMAIN;
    add_header(out, &(struct header){
        .id = id, .flags = (uint16_t)(FLAG_QR | FLAG_RD | FLAG_RA | rcode_of(a)), .questions = 1,
        .answers = (uint16_t)(a->count + aliased), .authorities = nothing });
    if (!add_question(out, &a->question) || (aliased && !add_alias(out, a)))
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (!aliased)
            add_u16(out, POINTER_MARK << 8 | HEADER_OCTETS);
        else if (!add_name(out, a->canonical))
            return false;
        add_record_head(out, a->question.type, a->ttl_seconds, a->records[i].raw.len);
        text_add(out, a->records[i].raw);
    }
    if (nothing)
        add_negative_soa(out, a->ttl_seconds);
    return !out->bad && out->len <= PACKET_MAX;
}
