/* frank.c: the exported face (include/frank/frank.h) over engine, with the host as the resolver. */
#include <frank/frank.h>

#include <string.h>

#include "dns/packet.h"
#include "engine/engine.h"
#include "mail/received.h"

#define FACE_TEXT_OCTETS (1u << 20)      /* strings handed out per transaction */
#define FACE_NAME_OCTETS 1100            /* a name of 255 octets, each as \DDD */

struct host_resolver { struct resolver resolver; struct host_question *questions; uint64_t last_id; };

/* A question the host has, or will take. Shared by all transactions of one struct frank. */
struct host_question {
    uint64_t id;
    struct waiter *waiter;
    struct question question;            /* borrowed from the waiter's transaction */
    char name[FACE_NAME_OCTETS];
    char server[IP_TEXT_MAX + 1];
    bool taken;
    struct host_question *next;
};

struct frank {
    struct env env;
    struct random random;
    struct host_resolver dns;
    struct config *config;
    struct engine *engine;
    uint64_t seed;
};
struct frank_session { struct frank *frank; struct session *session; char *helo; };
struct frank_txn {
    struct frank *frank;
    struct txn *txn;
    struct arena *arena;                 /* what is handed out as C strings */
    struct splitter *splitter;
};

/* ---- the host answers ---- */

static const struct answer *host_ask(struct resolver *r, const struct question *q, struct waiter *w)
{
    struct host_resolver *h = (struct host_resolver *)r;
    struct host_question *hq = mem_zalloc(1, sizeof *hq);
    if (!hq)
        return answer_to(q, ANSWER_SERVFAIL);
    hq->id = ++h->last_id;
    hq->waiter = w;
    hq->question = *q;
    struct text name = text_fixed(hq->name, sizeof hq->name - 1);
    text_add_presentation_name(&name, q->name);
    struct text server = text_fixed(hq->server, sizeof hq->server - 1);
    text_add_ip(&server, &q->server);
    struct host_question **end = &h->questions;
    while (*end)
        end = &(*end)->next;
    *end = hq;
    return NULL;
}

static void host_withdraw(struct resolver *r, struct waiter *w)
{
    struct host_resolver *h = (struct host_resolver *)r;
    for (struct host_question **p = &h->questions; *p; p = &(*p)->next) {
        if ((*p)->waiter != w)
            continue;
        struct host_question *gone = *p;
        *p = gone->next;
        mem_free(gone);
        return;
    }
}

static int host_deliver(struct frank_txn *t, uint64_t id, const struct answer *a)
{
    for (struct host_question **p = &t->frank->dns.questions; a && *p; p = &(*p)->next) {
        if ((*p)->id != id)
            continue;
        struct host_question *found = *p;
        *p = found->next;
        found->waiter->deliver(found->waiter, a);
        mem_free(found);
        answer_drop(a);
        return 0;
    }
    answer_drop(a);
    return -1;
}

static const struct host_question *question_with(const struct frank_txn *t, uint64_t id)
{
    for (const struct host_question *q = t->frank->dns.questions; q; q = q->next)
        if (q->id == id)
            return q;
    return NULL;
}

int frank_txn_question(struct frank_txn *t, struct frank_question *out)
{
    for (struct host_question *q = t->frank->dns.questions; q; q = q->next) {
        if (q->taken)
            continue;
        q->taken = true;
        *out = (struct frank_question){ q->id, q->name, q->question.type, q->server[0] ? q->server : NULL };
        return 1;
    }
    return 0;
}

int frank_txn_answer(struct frank_txn *t, uint64_t id, const void *packet, size_t length)
{
    const struct host_question *q = question_with(t, id);
    if (!q)
        return -1;
    struct answer *a = packet_read(&q->question, slice_of(packet, length), SECURITY_UNKNOWN, ORIGIN_LIVE);
    return a ? host_deliver(t, id, a) : frank_txn_no_answer(t, id);
}

int frank_txn_no_answer(struct frank_txn *t, uint64_t id)
{
    const struct host_question *q = question_with(t, id);
    if (!q)
        return -1;
    return host_deliver(t, id, answer_to(&q->question, ANSWER_TIMEOUT));
}

/* ---- randomness without I/O: ids need to differ, not to be secret ---- */

static void mix_fill(struct random *r, void *at, size_t octets)
{
    struct frank *f = (struct frank *)((char *)r - offsetof(struct frank, random));
    uint8_t *out = at;
    for (size_t i = 0; i < octets; i++) {
        /* xorshift64: Marsaglia, "Xorshift RNGs", 2003 */
        f->seed ^= f->seed << 13;
        f->seed ^= f->seed >> 7;
        f->seed ^= f->seed << 17;
        out[i] = (uint8_t)(f->seed >> 24);
    }
}

/* ---- frank ---- */

const char *frank_version(void)
{
    return FRANK_VERSION;
}

static struct config *configure(const char *text, size_t length, struct config_error *e)
{
    size_t count;
    const struct section *sections = file_sections(&count);
    return text ? config_parse("configuration", slice_of(text, length), sections, count, e) : config_defaults(sections, count);
}

struct frank *frank_new(const char *configuration, size_t length, struct frank_error *error)
{
    struct config_error e = { .text = "no memory" };
    struct frank *f = mem_zalloc(1, sizeof *f);
    if (f && crypto_start() == STATUS_OK)
        f->config = configure(configuration, length, &e);
    if (f && f->config) {
        /* The address of the object: differs between objects, and needs no I/O. */
        f->seed = 0x9e3779b97f4a7c15u ^ (uint64_t)(uintptr_t)f;
        f->random.fill = mix_fill;
        f->dns.resolver = (struct resolver){ host_ask, host_withdraw };
        f->env = (struct env){ .dns = &f->dns.resolver, .random = &f->random };
        f->engine = engine_new(&f->env, f->config, NULL, &e);
    }
    if (f && f->engine)
        return f;
    if (error) {
        error->line = e.line;
        memcpy(error->text, e.text, sizeof error->text);
    }
    frank_free(f);
    return NULL;
}

void frank_free(struct frank *f)
{
    if (!f)
        return;
    engine_free(f->engine);
    config_free(f->config);
    mem_free(f);
}

int frank_set_authserv_id(struct frank *f, const char *name)
{
    return engine_set_authserv_id(f->engine, slice_str(name)) ? 0 : -1;
}

uint64_t frank_limit_questions(const struct frank *f)
{
    uint64_t total = 0;
    for (size_t i = 0; methods[i]; i++)
        if (engine_method_enabled(f->engine, methods[i]))
            total += (uint64_t)methods[i]->subjects_max * methods[i]->asks + methods[i]->hints;
    return total;
}

/* ---- sessions and transactions ---- */

struct frank_session *frank_session_new(struct frank *f, const struct frank_client *client)
{
    struct session_facts facts = { .peer_name = slice_str(client->name), .auth_user = slice_str(client->auth_user) };
    ip_parse(slice_str(client->ip), &facts.peer);
    struct frank_session *s = mem_zalloc(1, sizeof *s);
    if (s)
        s->session = session_begin(f->engine, &facts);
    if (!s || !s->session) {
        mem_free(s);
        return NULL;
    }
    s->frank = f;
    if (client->helo)
        session_set_helo(s->session, slice_str(client->helo));
    return s;
}

void frank_session_free(struct frank_session *s)
{
    if (!s)
        return;
    session_end(s->session);
    mem_free(s);
}

static void face_field(void *context, struct slice raw)
{
    txn_field(((struct frank_txn *)context)->txn, raw);
}

static void face_end_of_header(void *context)
{
    txn_end_of_header(((struct frank_txn *)context)->txn);
}

static void face_body(void *context, struct slice octets)
{
    txn_body(((struct frank_txn *)context)->txn, octets);
}

struct frank_txn *frank_txn_new(struct frank_session *s, int64_t now)
{
    struct frank_txn *t = mem_zalloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->frank = s->frank;
    t->arena = arena_new(MESSAGE_HEADER_OCTETS_MAX * 4 + FACE_TEXT_OCTETS);
    struct splitter_sink sink = { face_field, face_end_of_header, face_body, t };
    t->splitter = t->arena ? splitter_new(t->arena, &sink, false) : NULL;
    t->txn = t->splitter ? txn_begin(s->session, now, NULL) : NULL;
    if (t->txn)
        return t;
    frank_txn_free(t);
    return NULL;
}

void frank_txn_free(struct frank_txn *t)
{
    if (!t)
        return;
    txn_end(t->txn);
    arena_free(t->arena);
    mem_free(t);
}

void frank_txn_submitter(struct frank_txn *t, const char *value)
{
    txn_submitter(t->txn, slice_str(value));
}

void frank_txn_mail(struct frank_txn *t, const char *reverse_path)
{
    txn_mail(t->txn, slice_str(reverse_path), true);
}

void frank_txn_rcpt(struct frank_txn *t, const char *forward_path)
{
    txn_rcpt(t->txn, slice_str(forward_path));
}

void frank_txn_message(struct frank_txn *t, const void *octets, size_t length)
{
    splitter_push(t->splitter, slice_of(octets, length));
}

void frank_txn_end_of_message(struct frank_txn *t)
{
    splitter_end(t->splitter);
    if (arena_failed(t->arena))
        txn_own_failure(t->txn);
    txn_end_of_message(t->txn);
}

void frank_txn_deadline(struct frank_txn *t)
{
    txn_deadline(t->txn);
}

int frank_txn_done(struct frank_txn *t)
{
    return txn_progress(t->txn) == PROGRESS_DONE;
}

/* ---- results ---- */

static const char *handed_out(struct frank_txn *t, struct slice s)
{
    const char *c = slice_to_string(t->arena, s);
    return c ? c : "";
}

int frank_txn_result(struct frank_txn *t, size_t n, struct frank_result *out)
{
    size_t count;
    const struct result *all = txn_all_results(t->txn, &count);
    if (n >= count)
        return 0;
    const struct result *r = &all[n];
    const struct reason *reason = &r->method->reasons[r->reason];
    *out = (struct frank_result){
        .method = r->method->name, .result = auth_result_word(r->word), .reason = reason->name,
        .domain = handed_out(t, r->evidence.domain),
        .text = r->evidence.text.len ? handed_out(t, r->evidence.text) : reason->text,
    };
    return 1;
}

const char *frank_txn_disposition(struct frank_txn *t)
{
    return disposition_name(txn_verdict(t->txn)->disposition);
}

int frank_txn_reply_code(struct frank_txn *t)
{
    return (int)txn_verdict(t->txn)->reply.code;
}

const char *frank_txn_reply_text(struct frank_txn *t)
{
    const struct reply *r = &txn_verdict(t->txn)->reply;
    struct text s = text_in(t->arena, 2048);
    text_add(&s, r->enhanced);
    text_add_str(&s, r->code ? " " : "");
    text_add(&s, r->text);
    return handed_out(t, text_slice(&s));
}

const char *frank_txn_authentication_results(struct frank_txn *t)
{
    return handed_out(t, txn_authentication_results(t->txn));
}

const char *frank_txn_json(struct frank_txn *t)
{
    struct text s = text_in(t->arena, FACE_TEXT_OCTETS);
    return fact_to_json(txn_record(t->txn), false, &s) ? handed_out(t, text_slice(&s)) : "";
}

/* ---- reading trusted results ---- */

static void trusted_field(void *context, struct slice raw)
{
    message_add(context, raw);
}

static void trusted_end(void *context)
{
    (void)context;
}

static void trusted_body(void *context, struct slice octets)
{
    (void)context;
    (void)octets;
}

typedef void (*result_callback)(void *, const char *, const char *, const char *, const char *);

static int call_back(struct arena *a, const struct authres *field, result_callback each, void *context)
{
    for (size_t i = 0; i < field->count; i++) {
        const struct authres_result *r = &field->results[i];
        struct text property = text_in(a, 256);
        struct slice value = { 0 };
        if (r->count > 0) {
            text_add(&property, r->properties[0].ptype);
            text_add_str(&property, ".");
            text_add(&property, r->properties[0].name);
            value = r->properties[0].value;
        }
        const char *method = slice_to_string(a, r->method), *word = slice_to_string(a, r->result);
        const char *name = slice_to_string(a, text_slice(&property)), *v = slice_to_string(a, value);
        each(context, method ? method : "", word ? word : "", name ? name : "", v ? v : "");
    }
    return (int)field->count;
}

int frank_read_results(const void *header, size_t length, const char *authserv_id, result_callback each, void *context)
{
    struct arena *a = arena_new(MESSAGE_HEADER_OCTETS_MAX * 8);
    struct slice id = slice_str(authserv_id);
    struct message m;
    struct authres_set set = { 0 };
    int total = -1;
    if (!a)
        return -1;
    message_init(&m, a);
    struct splitter_sink sink = { trusted_field, trusted_end, trusted_body, &m };
    struct splitter *s = splitter_new(a, &sink, false);
    if (s) {
        splitter_push(s, slice_of(header, length));
        splitter_end(s);
        if (authres_trusted(a, &m, &id, 1, &id, 1, &set))
            total = 0;
    }
    for (size_t i = 0; total >= 0 && i < set.count; i++)
        total += call_back(a, &set.fields[i], each, context);
    arena_free(a);
    return total;
}
