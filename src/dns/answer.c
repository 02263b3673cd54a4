#include "dns/answer.h"

#include <assert.h>
#include <stdalign.h>
#include <string.h>

#include "base/arena.h"

struct memo {
    struct memo *next;
    void *(*make)(const struct answer *);
    void (*release)(void *);
    void *object;
};

/* The bookkeeping of a shared answer (holders, memos) changes; what it says does not. */
static struct answer *bookkeeping(const struct answer *answer)
{
    return (struct answer *)(uintptr_t)answer;
}

/* ---- questions ---- */

static size_t address_octets(const struct ip *ip)
{
    return ip->family == IP_V4 ? 4 : ip->family == IP_V6 ? 16 : 0;
}

bool question_same(const struct question *a, const struct question *b)
{
    return a->type == b->type && a->server.family == b->server.family && (a->server.family == IP_NONE || ip_same(&a->server, &b->server)) &&
        name_same(a->name, b->name);
}

/* Read from its end: the family says how many octets of address stand before the type. */
void text_add_question_key(struct text *t, const struct question *q)
{
    text_add_lower(t, name_undotted(q->name));
    text_add(t, slice_of(q->server.octets, address_octets(&q->server)));
    text_add_octet(t, (uint8_t)(q->type >> 8));
    text_add_octet(t, (uint8_t)(q->type & 0xff));
    text_add_octet(t, (uint8_t)q->server.family);
}

/* ---- names for people ---- */

const char *answer_status_name(enum answer_status status)
{
    switch (status) {
    case ANSWER_UNKNOWN: return "unknown";
    case ANSWER_DATA: return "data";
    case ANSWER_NODATA: return "nodata";
    case ANSWER_NXDOMAIN: return "nxdomain";
    case ANSWER_SERVFAIL: return "servfail";
    case ANSWER_TIMEOUT: return "timeout";
    case ANSWER_GARBLED: return "garbled";
    case ANSWER_OVER_QUOTA: return "over-quota";
    case ANSWER_BAD_NAME: return "bad-name";
    case ANSWER_BLOCKED: return "blocked";
    }
    return "unknown";
}

static const struct { uint16_t type; const char *name; } type_names[] = {
    { RTYPE_A, "A" }, { RTYPE_NS, "NS" }, { RTYPE_CNAME, "CNAME" }, { RTYPE_SOA, "SOA" },
    { RTYPE_PTR, "PTR" }, { RTYPE_MX, "MX" }, { RTYPE_TXT, "TXT" }, { RTYPE_RP, "RP" }, { RTYPE_AAAA, "AAAA" },
    { RTYPE_SRV, "SRV" }, { RTYPE_APL, "APL" }, { RTYPE_TLSA, "TLSA" }, { RTYPE_SPF, "SPF" },
};

const char *rtype_name(uint16_t type, char buffer[16])
{
    for (size_t i = 0; i < COUNT_OF(type_names); i++)
        if (type_names[i].type == type)
            return type_names[i].name;
    struct text t = text_fixed(buffer, 16);
    text_addf(&t, "TYPE%u", (unsigned)type);
    text_add_octet(&t, 0);
    return buffer;
}

bool rtype_from_name(struct slice name, uint16_t *type)
{
    for (size_t i = 0; i < COUNT_OF(type_names); i++)
        if (slice_same_nocase(name, slice_str(type_names[i].name))) {
            *type = type_names[i].type;
            return true;
        }
    uint64_t number;
    if (!slice_starts_nocase(name, SLICE("TYPE")) || !number_of(slice_from(name, 4), 0, UINT16_MAX, &number))
        return false;
    *type = (uint16_t)number;
    return true;
}

bool answer_failed(const struct answer *answer)
{
    switch (answer->status) {
    case ANSWER_DATA: case ANSWER_NODATA: case ANSWER_NXDOMAIN: case ANSWER_BAD_NAME:
        return false;
    case ANSWER_UNKNOWN: case ANSWER_SERVFAIL: case ANSWER_TIMEOUT: case ANSWER_GARBLED: case ANSWER_OVER_QUOTA: case ANSWER_BLOCKED:
        return true;
    }
    return true;
}

bool answer_has_data(const struct answer *answer)
{
    return answer->status == ANSWER_DATA;
}

bool answer_is_void(const struct answer *answer)
{
    return answer->status == ANSWER_NODATA || answer->status == ANSWER_NXDOMAIN || answer->status == ANSWER_BAD_NAME;
}

/* ---- RDATA ---- */

static struct slice added(struct text *room, struct slice octets)
{
    size_t start = room->len;
    text_add(room, octets);
    return room->bad ? (struct slice){ NULL, 0 } : slice_of(room->at + start, octets.len);
}

/* <domain-name> as name text in the answer's block */
static bool take_host(struct cursor *c, struct text *room, struct slice *host)
{
    uint8_t name[NAME_TEXT_MAX];
    size_t len;
    if (!take_wire_name_to(c, name, &len))
        return false;
    *host = added(room, slice_of(name, len));
    return host->len > 0;
}

static bool is_one_string(struct slice rdata)
{
    return rdata.len > 0 && rdata.len == (size_t)rdata.at[0] + 1;
}

/* RFC 1035 3.3.14: one or more <character-string>s; RFC 7208 3.3: joined without blanks. One stands joined already. */
static bool take_strings(struct cursor *c, struct text *room, struct slice *joined)
{
    size_t start = room->len;
    if (is_one_string(c->rest)) {
        *joined = take(c, take_octet(c));
        return !c->bad;
    }
    do {
        text_add(room, take(c, take_octet(c)));
    } while (!at_end(c));
    *joined = slice_of(room->at + start, room->len - start);
    return !c->bad && !room->bad;
}

static bool take_address(struct cursor *c, size_t octets, enum ip_family family, struct ip *ip)
{
    struct slice address = take(c, octets);
    if (c->bad)
        return false;
    ip->family = family;
    memcpy(ip->octets, address.at, octets);
    return true;
}

/* The form of the types that have one here; false: not RDATA of this type, leave the record out. */
static bool rdata_parse(struct rdata *r, struct text *room)
{
    struct cursor c = cursor_of(r->raw);
    bool good = true;
    switch (r->type) {
    case RTYPE_A:
        good = take_address(&c, 4, IP_V4, &r->ip);
        break;
    case RTYPE_AAAA:
        good = take_address(&c, 16, IP_V6, &r->ip);
        break;
    case RTYPE_TXT: case RTYPE_SPF:
        good = take_strings(&c, room, &r->text);
        break;
    case RTYPE_NS: case RTYPE_CNAME: case RTYPE_PTR:
        good = take_host(&c, room, &r->host);
        break;
    case RTYPE_MX:
        r->mx.preference = take_u16(&c);
        good = take_host(&c, room, &r->mx.host);
        break;
    case RTYPE_SRV:
        r->srv.priority = take_u16(&c);
        r->srv.weight = take_u16(&c);
        r->srv.port = take_u16(&c);
        good = take_host(&c, room, &r->srv.host);
        break;
    default:                                            /* an open set of numbers, not an enum: raw is all there is */
        return true;
    }
    return good && !c.bad && c.rest.len == 0;
}

/* ---- making ---- */

static_assert(alignof(struct rdata) <= alignof(struct answer), "records stand behind their answer");

struct measure { size_t count, octets, parsed; bool within; };

/* What rdata_parse may write of a record: a name as text is no longer than its RDATA, except the root's ".". */
static size_t parsed_octets(uint16_t type, struct slice rdata)
{
    switch (type) {
    case RTYPE_TXT: case RTYPE_SPF:
        return is_one_string(rdata) ? 0 : rdata.len;
    case RTYPE_NS: case RTYPE_CNAME: case RTYPE_PTR: case RTYPE_MX: case RTYPE_SRV:
        return rdata.len + 1;
    default:
        return 0;
    }
}

static struct measure draft_measure(const struct answer_draft *draft)
{
    struct measure m = { .count = draft->count, .within = draft->count <= ANSWER_RECORDS_MAX };
    for (size_t i = 0; m.within && i < draft->count; i++) {
        m.octets += draft->rdata[i].len;
        m.parsed += parsed_octets(draft->question.type, draft->rdata[i]);
        m.within = m.octets <= ANSWER_OCTETS_MAX;
    }
    return m.within ? m : (struct measure){ .within = false };
}

static void add_records(struct answer *answer, struct rdata *records, const struct answer_draft *draft, struct text *room)
{
    for (size_t i = 0; i < draft->count; i++) {
        struct rdata *r = &records[answer->count];
        *r = (struct rdata){ .type = draft->question.type, .raw = added(room, draft->rdata[i]) };
        size_t before = room->len;
        if (rdata_parse(r, room)) {
            answer->count++;
        } else {
            answer->dropped++;
            room->len = before;
        }
    }
    answer->records = records;
    if (answer->count == 0)
        answer->status = ANSWER_NODATA;
}

struct answer *answer_make(const struct answer_draft *draft)
{
    bool has_records = draft->status == ANSWER_DATA;
    struct measure m = has_records ? draft_measure(draft) : (struct measure){ .within = true };
    struct slice name = name_undotted(draft->question.name);
    bool elsewhere = draft->canonical.len > 0 && !slice_same(draft->canonical, name);
    size_t room_octets = name.len + (elsewhere ? draft->canonical.len : 0) + m.octets + m.parsed;
    size_t octets = sizeof(struct answer) + m.count * sizeof(struct rdata) + room_octets;
    struct answer *answer = mem_zalloc(1, octets);
    if (!answer)
        return NULL;
    struct rdata *records = (struct rdata *)(void *)(answer + 1);
    struct text room = text_fixed(records + m.count, room_octets);
    text_add_lower(&room, name);
    *answer = (struct answer){
        .question = { text_slice(&room), draft->question.type, draft->question.server },
        .status = m.within ? draft->status : ANSWER_GARBLED,
        .security = draft->security,
        .origin = draft->origin,
        .ttl_seconds = draft->ttl_seconds,
        .octets = octets,
        .holders = 1,
    };
    answer->canonical = elsewhere ? added(&room, draft->canonical) : answer->question.name;
    if (answer->status == ANSWER_DATA)
        add_records(answer, records, draft, &room);
    assert(!room.bad);
    return answer;
}

struct answer *answer_of_status(struct slice name, uint16_t type, enum answer_status status)
{
    return answer_make(&(struct answer_draft){ .question = { .name = name, .type = type }, .status = status });
}

struct answer *answer_to(const struct question *q, enum answer_status status)
{
    return answer_make(&(struct answer_draft){ .question = *q, .status = status });
}

/* ---- holding ---- */

/* An answer in constant memory: neither counted nor annotated. */
#define HOLDERS_NOT_COUNTED UINT32_MAX

const struct answer *answer_without_memory(void)
{
    static const struct answer answer = { .status = ANSWER_SERVFAIL, .holders = HOLDERS_NOT_COUNTED };
    return &answer;
}

const struct answer *answer_hold(const struct answer *answer)
{
    if (answer->holders != HOLDERS_NOT_COUNTED)
        bookkeeping(answer)->holders++;
    return answer;
}

void answer_drop(const struct answer *shared)
{
    if (!shared || shared->holders == HOLDERS_NOT_COUNTED)
        return;
    struct answer *answer = bookkeeping(shared);
    assert(answer->holders > 0);
    if (--answer->holders > 0)
        return;
    for (struct memo *m = answer->memos, *next; m; m = next) {
        next = m->next;
        if (m->release)
            m->release(m->object);
        mem_free(m);
    }
    mem_free(answer);
}

void *answer_memo(const struct answer *answer, void *(*make)(const struct answer *), void (*release)(void *))
{
    for (const struct memo *m = answer->memos; m; m = m->next)
        if (m->make == make)
            return m->object;
    if (answer->holders == HOLDERS_NOT_COUNTED)
        return NULL;
    struct memo *m = mem_alloc(sizeof *m);
    if (!m)
        return NULL;
    *m = (struct memo){ .next = answer->memos, .make = make, .release = release, .object = make(answer) };
    if (!m->object) {
        mem_free(m);
        return NULL;
    }
    bookkeeping(answer)->memos = m;
    return m->object;
}
