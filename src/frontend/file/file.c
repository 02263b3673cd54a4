#include "frontend/file/file.h"

#include "mail/received.h"

#include <errno.h>
#include <unistd.h>

#define HEADER_ARENA_OCTETS (16u << 20)       /* the header up to its cap, twice, and what is parsed from it */
#define HEADER_FIELDS_MAX (MESSAGE_FIELDS_MAX + 1)   /* one more than the engine keeps, so that it sees the overflow */

/* ---- facts ---- */

struct reader {
    struct engine *engine;
    const struct file_facts *given;
    int64_t now;
    const struct txn_host *host;
    struct file_run *out;
    struct slice *fields;
    size_t count, octets;
    struct message peek;              /* the same fields, to look facts up */
    bool failed;
};

static bool names_host(struct slice by, struct slice receiver)
{
    return receiver.len > 0 && name_same(by, receiver);
}

/* The receiving host's own Received field: see file.h. */
static bool own_received(struct reader *r, struct received *found)
{
    for (unsigned nth = 1; nth <= HEADER_FIELDS_MAX; nth++) {
        const struct field *f = message_field(&r->peek, SLICE("Received"), nth);
        if (!f)
            return false;
        if (received_parse(r->out->arena, f->value, found) && (r->given->receiver.len == 0 || names_host(found->by, r->given->receiver))) {
            r->out->origin.received = nth;
            return true;
        }
        if (r->given->receiver.len == 0)
            return false;
    }
    return false;
}

struct facts { struct ip ip; struct slice helo, mail_from, rcpt, auth_user; bool has_mail_from; int64_t received_at; };

static void facts_from_received(struct reader *r, struct facts *f)
{
    struct received own;
    struct file_origin *o = &r->out->origin;
    bool wants = !r->given->has_ip || !r->given->has_helo || r->given->rcpt_count == 0;
    if (!wants || !own_received(r, &own))
        return;
    if (!r->given->has_ip && own.client.family != IP_NONE) {
        f->ip = own.client;
        o->ip = true;
        f->received_at = own.has_date ? own.date : 0;
    }
    if (!r->given->has_helo && own.helo.len > 0) {
        f->helo = own.helo;
        o->helo = true;
    }
    if (r->given->rcpt_count == 0 && own.envelope_for.len > 0) {
        f->rcpt = own.envelope_for;
        o->rcpt_to = true;
    }
    /* Who logged in exempts from checks: believed only of the host named as ours. */
    if (r->given->auth_user.len == 0 && own.authenticated && r->given->receiver.len > 0) {
        f->auth_user = SLICE("authenticated");
        o->auth_user = true;
    }
}

static void facts_gather(struct reader *r, struct facts *f)
{
    const struct file_facts *g = r->given;
    *f = (struct facts){ .ip = g->ip, .helo = g->helo, .mail_from = g->mail_from, .has_mail_from = g->has_mail_from, .auth_user = g->auth_user };
    facts_from_received(r, f);
    const struct field *path = g->has_mail_from ? NULL : message_field(&r->peek, SLICE("Return-Path"), 1);
    if (path) {
        f->mail_from = slice_trim_fws(field_unfolded(r->out->arena, path));
        f->has_mail_from = true;
        r->out->origin.mail_from = true;
    } else if (!g->has_mail_from && g->has_from_line) {
        f->mail_from = g->from_line;
        f->has_mail_from = true;
        r->out->origin.mail_from = r->out->origin.from_line = true;
    }
}

/* ---- events ---- */

static void on_field(void *context, struct slice raw)
{
    struct reader *r = context;
    /* The field that crosses a bound is still handed on: the engine must see the overflow. */
    if (r->count == HEADER_FIELDS_MAX || r->octets > MESSAGE_HEADER_OCTETS_MAX)
        return;
    r->octets += raw.len + 2;
    struct slice copy = slice_dup(r->out->arena, raw);
    r->fields[r->count++] = copy;
    message_add(&r->peek, copy);
}

static void begin_txn(struct reader *r, const struct facts *f)
{
    struct session_facts s = {
        .peer = f->ip, .auth_user = f->auth_user, .receiver = r->given->receiver,
        .client_from_message = !r->given->has_ip, .received_at = f->received_at, .noop = r->given->noop,
    };
    r->out->session = session_begin(r->engine, &s);
    r->out->txn = r->out->session ? txn_begin(r->out->session, r->now, r->host) : NULL;
    struct txn *t = r->out->txn;
    if (!t) {
        r->failed = true;
        return;
    }
    if (f->helo.len > 0)
        txn_helo(t, f->helo);
    txn_mail(t, f->mail_from, true);
    for (size_t i = 0; i < r->given->rcpt_count; i++)
        txn_rcpt(t, r->given->rcpt_to[i]);
    if (r->given->rcpt_count == 0 && f->rcpt.len > 0)
        txn_rcpt(t, f->rcpt);
}

static void on_end_of_header(void *context)
{
    struct reader *r = context;
    struct facts f;
    facts_gather(r, &f);
    begin_txn(r, &f);
    if (r->failed)
        return;
    for (size_t i = 0; i < r->count; i++)
        txn_field(r->out->txn, r->fields[i]);
    if (arena_failed(r->out->arena))
        txn_own_failure(r->out->txn);
    txn_end_of_header(r->out->txn);
}

static void on_body(void *context, struct slice octets)
{
    struct reader *r = context;
    if (!r->failed)
        txn_body(r->out->txn, octets);
}

static void push_to_splitter(void *context, struct slice octets)
{
    splitter_push(context, octets);
}

static enum status feed(const struct file_part *part, struct arena *arena, const struct splitter_sink *sink)
{
    bool crlf;
    enum status status = file_part_has_crlf(part, &crlf);
    if (status != STATUS_OK)
        return status;
    struct splitter *s = splitter_new(arena, sink, !crlf);
    if (!s)
        return STATUS_NO_MEMORY;
    status = file_part_read(part, push_to_splitter, s);
    if (status == STATUS_OK)
        splitter_end(s);
    return status;
}

static enum status run_open(const struct file_part *part, struct reader *r)
{
    struct arena *a = r->out->arena;
    r->fields = ARENA_ARRAY(a, HEADER_FIELDS_MAX, struct slice);
    if (!r->fields)
        return STATUS_NO_MEMORY;
    message_init(&r->peek, a);
    struct splitter_sink sink = { on_field, on_end_of_header, on_body, r };
    enum status status = feed(part, a, &sink);
    if (status != STATUS_OK)
        return status;
    if (r->failed || !r->out->txn)
        return STATUS_NO_MEMORY;
    txn_end_of_message(r->out->txn);
    return STATUS_OK;
}

enum status file_run(struct engine *engine, const struct file_part *part, const struct file_facts *given, int64_t now,
                     const struct txn_host *host, struct file_run *out)
{
    *out = (struct file_run){ .arena = arena_new(HEADER_ARENA_OCTETS) };
    if (!out->arena)
        return STATUS_NO_MEMORY;
    struct reader r = { .engine = engine, .given = given, .now = now, .host = host, .out = out };
    return run_open(part, &r);
}

void file_run_end(struct file_run *run)
{
    txn_end(run->txn);
    session_end(run->session);
    arena_free(run->arena);
    *run = (struct file_run){ 0 };
}

/* ---- a part of a message, for those who want no more ---- */

static void no_field(void *context, struct slice raw)
{
    (void)context;
    (void)raw;
}

static void no_end_of_header(void *context)
{
    (void)context;
}

static void no_body(void *context, struct slice octets)
{
    (void)context;
    (void)octets;
}

static void header_field(void *context, struct slice raw)
{
    message_add(context, raw);
}

enum status file_header(const char *path, struct arena *arena, struct message *out)
{
    struct file_part part;
    enum status status = file_part_open(path, &part);
    if (status != STATUS_OK)
        return status;
    message_init(out, arena);
    struct splitter_sink sink = { header_field, no_end_of_header, no_body, out };
    status = feed(&part, arena, &sink);
    int saved = errno;
    close(part.fd);
    errno = saved;
    return status;
}

struct again { void (*push)(void *, struct slice); void *context; };

static void again_body(void *context, struct slice octets)
{
    struct again *a = context;
    a->push(a->context, octets);
}

enum status file_body_again(const struct file_part *part, void (*push)(void *context, struct slice octets), void *context)
{
    struct arena *arena = arena_new(HEADER_ARENA_OCTETS);
    struct again a = { push, context };
    struct splitter_sink sink = { no_field, no_end_of_header, again_body, &a };
    enum status status = arena ? feed(part, arena, &sink) : STATUS_NO_MEMORY;
    arena_free(arena);
    return status;
}
