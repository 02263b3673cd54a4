#include "frontend/milter/milter_session.h"

#include <string.h>

#define TELL_TIME_US 1000000        /* engine.h: about once a second is enough */
#define SHORT_TEXT_MAX 320          /* a host name, an authenticated user: what is kept of a macro */

/* Which commands may come. */
enum phase {
    PHASE_NEW,           /* before negotiation */
    PHASE_IDLE,          /* negotiated; CONNECT is next (also after QUIT_NEW) */
    PHASE_CONNECTED,     /* between messages */
    PHASE_ENVELOPE,      /* MAIL was said */
    PHASE_HEADER,        /* DATA, or the first field */
    PHASE_BODY
};

/* A fact taken from a macro or command, kept until it is used; cut when longer. */
struct short_text { uint8_t at[SHORT_TEXT_MAX]; size_t len; };

struct milter_session {
    struct milter_front *front;
    struct milter_host host;
    struct milter_decoder decoder;
    struct buffer backlog, output;
    enum phase phase;
    bool over, overloaded, failed, in_read;
    uint32_t protocol, actions;              /* negotiated */
    struct session *session;
    struct txn *txn;
    bool waiting;                            /* for results, with an answer owed */
    bool judged;                             /* the transaction has its verdict, and the MTA was told at least once */
    bool ended;                              /* end of message was seen */
    const char *told;
    unsigned deleted, inserted;
    int64_t now_us, heard_us, frame_us, output_us, wait_us, end_us, progress_us, told_us;
    struct short_text peer_name, auth_user, auth_type;
};

/* ---- small things ---- */

/* What is said from here on is said now. */
static void look_at_clock(struct milter_session *s)
{
    s->now_us = s->front->env->clock->monotonic_us(s->front->env->clock);
    if (buffer_slice(&s->output).len == 0)
        s->output_us = s->now_us;
}

static void short_set(struct short_text *t, struct slice s)
{
    t->len = s.len < SHORT_TEXT_MAX ? s.len : SHORT_TEXT_MAX;
    if (t->len)
        memcpy(t->at, s.at, t->len);
}

static struct slice short_get(const struct short_text *t)
{
    return slice_of(t->at, t->len);
}

static void end_because(struct milter_session *s, const char *what)
{
    if (!s->over && what && s->front->complained)
        s->front->complained(s->front->context, what);
    s->over = true;
}

static void must(struct milter_session *s, bool written)
{
    if (!written)
        end_because(s, "no memory for an answer");
}

static void put(struct milter_session *s, uint8_t answer)
{
    must(s, milter_put(&s->front->buffers, &s->output, answer, (struct slice){ 0 }));
}

/* Is this command answered at all? */
static bool answered(const struct milter_session *s, uint32_t no_reply_flag)
{
    return !(s->protocol & no_reply_flag);
}

static void go_on(struct milter_session *s, uint32_t no_reply_flag)
{
    if (answered(s, no_reply_flag))
        put(s, s->failed ? MILTER_TEMPFAIL : MILTER_CONTINUE);
}

/* ---- transactions ---- */

/* The verdict is journaled when the transaction is over: then it has all recipients that were refused. */
static void transaction_over(struct milter_session *s)
{
    if (!s->txn)
        return;
    txn_abandoned(s->txn);
    if (s->judged && s->front->decided)
        s->front->decided(s->front->context, &(struct milter_decision){
            .txn = s->txn, .action = s->told, .deleted = s->deleted, .inserted = s->inserted,
            .waited_us = s->ended ? s->now_us - s->end_us : 0,
            .peer_named = s->peer_name.len > 0, .peer_name = short_get(&s->peer_name),
        });
    txn_end(s->txn);
    s->txn = NULL;
    s->judged = s->ended = s->waiting = false;
    s->deleted = s->inserted = 0;
    s->told = "accept";
}

static void progress_made(void *context, struct txn *t);

/* Without memory the session answers "tempfail" from now on, until the next MAIL tries again. */
static bool transaction_begin(struct milter_session *s)
{
    struct txn_host host = { .progress = progress_made, .context = s };
    transaction_over(s);
    s->txn = s->session ? txn_begin(s->session, s->front->env->clock->now(s->front->env->clock), &host) : NULL;
    s->failed = !s->txn;
    s->told = "accept";
    if (s->txn && s->overloaded)
        txn_own_failure(s->txn);
    return s->txn != NULL;
}

static void session_over(struct milter_session *s)
{
    transaction_over(s);
    session_end(s->session);
    s->session = NULL;
}

/* ---- answers that rest on a verdict ---- */

static bool stage_takes_discard(const struct milter_session *s)
{
    return s->phase >= PHASE_ENVELOPE;
}

/* The reply's text with the id that `frank why` takes. */
static void put_reply(struct milter_session *s, const struct reply *r)
{
    uint8_t room[2048];
    struct text t = text_fixed(room, sizeof room);
    text_add(&t, slice_first(r->text, sizeof room - 64));
    text_add_str(&t, " [id ");
    text_add(&t, txn_id(s->txn));
    text_add_str(&t, "]");
    must(s, milter_put_reply(&s->front->buffers, &s->output, r->code, r->enhanced, text_slice(&t)));
}

static void put_disposition(struct milter_session *s, const struct verdict *v)
{
    static const struct reply defer = { 451, SLICE_INIT("4.7.1"), SLICE_INIT("Please try again later") };
    static const struct reply reject = { 550, SLICE_INIT("5.7.1"), SLICE_INIT("Refused by policy") };
    switch (v->disposition) {
    case DISPOSITION_ACCEPT: case DISPOSITION_QUARANTINE:
        put(s, MILTER_CONTINUE);
        return;
    case DISPOSITION_DISCARD:
        s->told = "discard";
        put(s, stage_takes_discard(s) ? MILTER_DISCARD : MILTER_CONTINUE);
        return;
    case DISPOSITION_REJECT:
        s->told = "reject";
        put_reply(s, v->reply.code ? &v->reply : &reject);
        return;
    case DISPOSITION_DEFER:
        s->told = "defer";
        put_reply(s, v->reply.code ? &v->reply : &defer);
        return;
    }
}

static struct slice without_leading_blank(const struct milter_session *s, struct slice value)
{
    /* A MTA that keeps no leading blank puts its own. */
    if (!(s->protocol & MILTER_LEADING_BLANK) && value.len > 0 && value.at[0] == ' ')
        return slice_from(value, 1);
    return value;
}

static void put_insert(struct milter_session *s, struct slice name, struct slice value)
{
    must(s, milter_put_insert(&s->front->buffers, &s->output, 0, name, without_leading_blank(s, value)));
    s->inserted++;
}

static void put_hold(struct milter_session *s, struct slice reason)
{
    if (s->actions & MILTER_QUARANTINES) {
        s->told = "hold";
        must(s, milter_put_hold(&s->front->buffers, &s->output, reason));
    } else {
        /* A MTA that cannot hold still delivers it marked. */
        uint8_t room[256];
        struct text mark = text_fixed(room, sizeof room);
        text_add_str(&mark, " quarantine; reason=");
        text_add_shown(&mark, slice_first(txn_verdict(s->txn)->rule, 48), false);
        put_insert(s, SLICE("X-Frank-Disposition"), text_slice(&mark));
    }
}

static void put_action(struct milter_session *s, const struct action *a)
{
    switch (a->kind) {
    case ACTION_DELETE_FIELD:
        must(s, milter_put_delete(&s->front->buffers, &s->output, a->nth, a->name));
        s->deleted++;
        return;
    case ACTION_INSERT_FIELD:
        put_insert(s, a->name, a->value);
        return;
    case ACTION_QUARANTINE:
        put_hold(s, a->value);
        return;
    case ACTION_REPLY:
        return;                 /* comes last, from the verdict */
    }
}

static void finish_message(struct milter_session *s)
{
    size_t count;
    const struct action *actions = txn_actions(s->txn, &count);
    /* What was said of single recipients is not what is said of the message. */
    s->told = txn_verdict(s->txn)->disposition == DISPOSITION_QUARANTINE ? "quarantine" : "accept";
    for (size_t i = 0; i < count && !s->over; i++)
        put_action(s, &actions[i]);
    put_disposition(s, txn_verdict(s->txn));
    s->judged = true;
    transaction_over(s);
    s->phase = PHASE_CONNECTED;
}

/* Methods have a patience of their own; they hear the time while somebody waits. */
static void tell_time(struct milter_session *s)
{
    s->told_us = s->now_us;
    txn_time(s->txn, s->now_us);
}

/* The answer to the command that was just said, or the wait for it. */
static void answer(struct milter_session *s)
{
    switch (txn_progress(s->txn)) {
    case PROGRESS_WAIT:
        if (!s->waiting) {
            s->waiting = true;
            s->wait_us = s->progress_us = s->now_us;
            tell_time(s);
        }
        return;
    case PROGRESS_GO:
        s->waiting = false;
        put(s, MILTER_CONTINUE);
        return;
    case PROGRESS_ACT:
        s->waiting = false;
        s->judged = true;
        put_disposition(s, txn_verdict(s->txn));
        return;
    case PROGRESS_DONE:
        s->waiting = false;
        finish_message(s);
        return;
    }
}

static void answer_stage(struct milter_session *s, uint32_t no_reply_flag)
{
    if (!answered(s, no_reply_flag))
        return;
    if (s->failed)
        put(s, MILTER_TEMPFAIL);
    else
        answer(s);
}

/* ---- negotiation ---- */

static uint32_t actions_wanted(const struct milter_session *s)
{
    uint32_t actions = MILTER_ADDS | MILTER_CHANGES;
    if (engine_conf(s->front->engine)->quarantine == 1)
        actions |= MILTER_QUARANTINES;
    return actions;
}

static uint32_t protocol_wanted(const struct milter_session *s)
{
    static const struct { enum stage stage; uint32_t flag; } stages[] = {
        { STAGE_CONNECT, MILTER_NR_CONNECT }, { STAGE_HELO, MILTER_NR_HELO }, { STAGE_MAIL, MILTER_NR_MAIL },
        { STAGE_RCPT, MILTER_NR_RCPT }, { STAGE_HEADERS, MILTER_NR_END_OF_HEADER },
    };
    uint32_t p = MILTER_NO_UNKNOWN | MILTER_CAN_SKIP | MILTER_NR_HEADER | MILTER_NR_DATA | MILTER_NR_UNKNOWN | MILTER_NR_BODY
        | MILTER_LEADING_BLANK;
    for (size_t i = 0; i < COUNT_OF(stages) && !s->overloaded; i++)
        if (!rules_may_act_at(engine_rules(s->front->engine), stages[i].stage))
            p |= stages[i].flag;
    return p;
}

static void put_negotiation(struct milter_session *s, const struct milter_negotiation *ours)
{
    /* interface.md; DATA, end of header and end of message for the queue id. */
    static const struct milter_macro_list lists[] = {
        { MILTER_AT_CONNECT, "j {daemon_name} {client_addr} {client_ptr}" }, { MILTER_AT_MAIL, "{auth_type} {auth_authen} {mail_addr}" },
        { MILTER_AT_DATA, "i" }, { MILTER_AT_END_OF_HEADER, "i" }, { MILTER_AT_END, "i" },
    };
    size_t count = ours->actions & MILTER_CHOOSES_MACROS ? COUNT_OF(lists) : 0;
    must(s, milter_put_negotiation(&s->front->buffers, &s->output, ours, lists, count));
}

static void negotiate(struct milter_session *s, struct slice data)
{
    struct milter_negotiation theirs;
    if (s->phase != PHASE_NEW || !milter_read_negotiation(data, &theirs) || theirs.version < MILTER_VERSION_MIN) {
        end_because(s, "a negotiation that is none");
        return;
    }
    uint32_t needed = actions_wanted(s), edits = MILTER_ADDS | MILTER_CHANGES;
    if ((theirs.actions & edits) != edits) {
        end_because(s, "the MTA lets no header fields be added and removed");
        return;
    }
    struct milter_negotiation ours = {
        .version = theirs.version < MILTER_VERSION_MAX ? theirs.version : MILTER_VERSION_MAX,
        .actions = theirs.actions & (needed | (theirs.version >= 6 ? MILTER_CHOOSES_MACROS : 0U)),
        .protocol = theirs.protocol & protocol_wanted(s),
    };
    s->actions = ours.actions;
    s->protocol = ours.protocol;
    s->phase = PHASE_IDLE;
    put_negotiation(s, &ours);
}

/* ---- macros ---- */

static void take_macros(struct milter_session *s, struct slice data)
{
    uint8_t command;
    struct milter_strings m;
    if (!milter_read_macros(data, &command, &m)) {
        end_because(s, "macros that are none");
        return;
    }
    if (command == MILTER_CONNECT) {
        short_set(&s->peer_name, milter_macro(&m, SLICE("client_ptr")));
    } else if (command == MILTER_MAIL) {
        short_set(&s->auth_user, milter_macro(&m, SLICE("auth_authen")));
        short_set(&s->auth_type, milter_macro(&m, SLICE("auth_type")));
    }
    struct slice id = milter_macro(&m, SLICE("i"));
    if (id.len > 0 && s->txn && s->phase >= PHASE_ENVELOPE)
        txn_set_queue_id(s->txn, id);
}

/* ---- commands of a session ---- */

/*
 * Mail that was submitted on this host: Sendmail's has no address, Postfix simulates a client
 * "localhost" without a port. Nobody who connects over a network has either.
 */
static bool is_local(const struct milter_connection *c)
{
    if (!slice_same_nocase(c->host, SLICE("localhost")))
        return false;
    return c->family == 'U' || c->family == 'L' || (c->port == 0 && ip_is_loopback(&c->ip));
}

static void connect_client(struct milter_session *s, struct slice data)
{
    struct milter_connection c;
    if (s->phase != PHASE_IDLE || !milter_read_connection(data, &c)) {
        end_because(s, "a connection that is none, or twice");
        return;
    }
    s->phase = PHASE_CONNECTED;
    if (s->overloaded && engine_conf(s->front->engine)->on_failure == 0) {
        s->failed = true;
        go_on(s, MILTER_NR_CONNECT);
        return;
    }
    if (s->peer_name.len == 0)
        short_set(&s->peer_name, c.host);
    s->session = session_begin(s->front->engine, &(struct session_facts){
        .peer = c.ip, .peer_name = short_get(&s->peer_name), .local = is_local(&c),
    });
    transaction_begin(s);
    answer_stage(s, MILTER_NR_CONNECT);
}

/* A second HELO, as after STARTTLS, replaces the first. */
static void helo(struct milter_session *s, struct slice data)
{
    struct milter_strings names;
    if (s->phase < PHASE_CONNECTED || !milter_read_strings(data, &names) || names.count == 0) {
        end_because(s, "a HELO without a name, or before the connection");
        return;
    }
    bool fresh = s->txn && s->phase == PHASE_CONNECTED && s->txn->stage == STAGE_CONNECT;
    s->phase = PHASE_CONNECTED;
    if (fresh) {
        txn_helo(s->txn, names.at[0]);
    } else if (s->session) {
        session_set_helo(s->session, names.at[0]);
        transaction_begin(s);
    }
    answer_stage(s, MILTER_NR_HELO);
}

static void quit_new(struct milter_session *s)
{
    if (s->phase == PHASE_NEW) {
        end_because(s, "QUIT_NC before negotiation");
        return;
    }
    session_over(s);
    s->peer_name.len = s->auth_user.len = s->auth_type.len = 0;
    s->phase = PHASE_IDLE;
    s->failed = false;
}

/* ---- commands of a message ---- */

static bool has_argument(const struct milter_strings *m, struct slice word)
{
    for (size_t i = 1; i < m->count; i++)
        if (slice_same_nocase(m->at[i], word))
            return true;
    return false;
}

/* What stands behind NAME= in an argument. */
static bool argument_of(const struct milter_strings *m, struct slice name, struct slice *value)
{
    for (size_t i = 1; i < m->count; i++) {
        struct slice word;
        if (slice_cut(m->at[i], '=', &word, value) && slice_same_nocase(word, name))
            return true;
    }
    return false;
}

static void mail(struct milter_session *s, struct slice data)
{
    struct milter_strings m;
    struct slice submitter;
    if (s->phase < PHASE_CONNECTED || !milter_read_strings(data, &m) || m.count == 0) {
        end_because(s, "MAIL without a path, or before the connection");
        return;
    }
    s->decoder.collected = 0;
    /* Before the session changes: the last message's line names its own user. */
    if (s->txn && s->txn->stage >= STAGE_MAIL)
        transaction_over(s);
    if (s->session)
        session_set_auth(s->session, short_get(&s->auth_user), short_get(&s->auth_type));
    s->auth_user.len = s->auth_type.len = 0;         /* the next MAIL brings its own macros */
    if (s->session && !s->txn)
        transaction_begin(s);
    s->phase = PHASE_ENVELOPE;
    if (s->txn && argument_of(&m, SLICE("SUBMITTER"), &submitter))
        txn_submitter(s->txn, submitter);
    if (s->txn)
        txn_mail(s->txn, m.at[0], has_argument(&m, SLICE("SMTPUTF8")));
    answer_stage(s, MILTER_NR_MAIL);
}

static void rcpt(struct milter_session *s, struct slice data)
{
    struct milter_strings m;
    if (s->phase != PHASE_ENVELOPE || !milter_read_strings(data, &m) || m.count == 0) {
        end_because(s, "RCPT without a path, or without MAIL");
        return;
    }
    if (s->txn)
        txn_rcpt(s->txn, m.at[0]);
    answer_stage(s, MILTER_NR_RCPT);
}

static void data_begins(struct milter_session *s)
{
    if (s->phase != PHASE_ENVELOPE) {
        end_because(s, "DATA without MAIL");
        return;
    }
    s->phase = PHASE_HEADER;
    go_on(s, MILTER_NR_DATA);
}

static bool needs_crlf(struct slice value)
{
    for (size_t i = 0; i < value.len; i++)
        if (value.at[i] == '\n' && (i == 0 || value.at[i - 1] != '\r'))
            return true;
    return false;
}

/*
 * The value as it stood in the message: MTAs hand folds over with a bare LF, and without HDR_LEADSPC less one
 * blank. False without memory.
 */
static bool original_value(struct milter_session *s, struct slice *value)
{
    bool blank = !(s->protocol & MILTER_LEADING_BLANK);
    struct buffer *b = &s->front->scratch;
    if (!blank && !needs_crlf(*value))
        return true;
    if (!buffer_reserve(&s->front->buffers, b, value->len * 2 + 1))
        return false;
    size_t n = 0;
    if (blank)
        b->at[n++] = ' ';
    for (size_t i = 0; i < value->len; i++) {
        if (value->at[i] == '\n' && (i == 0 || value->at[i - 1] != '\r'))
            b->at[n++] = '\r';
        b->at[n++] = value->at[i];
    }
    *value = slice_of(b->at, n);
    return true;
}

static void header(struct milter_session *s, struct slice data)
{
    struct slice name, value;
    if ((s->phase != PHASE_ENVELOPE && s->phase != PHASE_HEADER) || !milter_read_header(data, &name, &value)) {
        end_because(s, "a header field that is none, or outside a message");
        return;
    }
    s->phase = PHASE_HEADER;
    if (s->txn && original_value(s, &value))
        txn_field_parts(s->txn, name, value);
    else if (s->txn)
        txn_own_failure(s->txn);
    /* A field of the usual size keeps the block, a monster does not. */
    if (s->front->scratch.room > BUFFER_OCTETS)
        buffer_clear(&s->front->buffers, &s->front->scratch);
    go_on(s, MILTER_NR_HEADER);
}

static void end_of_header(struct milter_session *s)
{
    if (s->phase != PHASE_ENVELOPE && s->phase != PHASE_HEADER) {
        end_because(s, "end of header outside a message");
        return;
    }
    s->phase = PHASE_BODY;
    if (s->txn)
        txn_end_of_header(s->txn);
    answer_stage(s, MILTER_NR_END_OF_HEADER);
}

static void body(struct milter_session *s, const struct milter_frame *f)
{
    if (s->phase != PHASE_BODY) {
        end_because(s, "body outside a message");
        return;
    }
    if (s->txn)
        txn_body(s->txn, f->data);
    if (!f->last || !answered(s, MILTER_NR_BODY))
        return;
    if (s->txn && (s->protocol & MILTER_CAN_SKIP) && txn_body_enough(s->txn))
        put(s, MILTER_SKIP);
    else
        go_on(s, MILTER_NR_BODY);
}

static void end_of_message(struct milter_session *s, const struct milter_frame *f)
{
    /* A message may lack an end of header on the wire: it has no body then. */
    if (s->phase < PHASE_ENVELOPE) {
        end_because(s, "end of message outside a message");
        return;
    }
    if (s->phase != PHASE_BODY && s->txn)
        txn_end_of_header(s->txn);
    s->phase = PHASE_BODY;
    if (s->txn && f->data.len)
        txn_body(s->txn, f->data);
    if (!f->last)
        return;
    if (s->failed || !s->txn) {
        put(s, MILTER_TEMPFAIL);
        s->phase = PHASE_CONNECTED;
        return;
    }
    s->ended = true;
    s->end_us = s->now_us;
    txn_end_of_message(s->txn);
    answer(s);
}

static void abort_message(struct milter_session *s)
{
    if (s->phase < PHASE_ENVELOPE)
        return;
    transaction_over(s);
    s->phase = PHASE_CONNECTED;
}

/* ---- octets in ---- */

static void obey(struct milter_session *s, const struct milter_frame *f)
{
    switch ((enum milter_command)f->command) {
    case MILTER_NEGOTIATE: negotiate(s, f->data); return;
    case MILTER_MACROS: take_macros(s, f->data); return;
    case MILTER_CONNECT: connect_client(s, f->data); return;
    case MILTER_HELO: helo(s, f->data); return;
    case MILTER_MAIL: mail(s, f->data); return;
    case MILTER_RCPT: rcpt(s, f->data); return;
    case MILTER_DATA: data_begins(s); return;
    case MILTER_HEADER: header(s, f->data); return;
    case MILTER_END_OF_HEADER: end_of_header(s); return;
    case MILTER_BODY: body(s, f); return;
    case MILTER_END: end_of_message(s, f); return;
    case MILTER_ABORT: abort_message(s); return;
    case MILTER_UNKNOWN:
        if (s->phase < PHASE_CONNECTED)
            end_because(s, "a command before the connection");
        else
            go_on(s, MILTER_NR_UNKNOWN);
        return;
    case MILTER_QUIT_NEW: quit_new(s); return;
    case MILTER_QUIT:
        session_over(s);
        s->over = true;
        return;
    }
    end_because(s, "an unknown command");
}

static bool takes_frames(const struct milter_session *s)
{
    return !s->over && !s->waiting && buffer_slice(&s->output).len < MILTER_OUTPUT_MAX;
}

/* As many frames as can be obeyed now. What is left of octets is returned. */
static struct slice run_frames(struct milter_session *s, struct slice octets)
{
    struct milter_frame f;
    bool same_frame = milter_in_frame(&s->decoder);
    s->in_read = true;
    while (takes_frames(s) && milter_next(&s->decoder, &octets, &f)) {
        obey(s, &f);
        same_frame = same_frame && !f.last;
    }
    s->in_read = false;
    if (s->decoder.bad)
        end_because(s, s->decoder.bad);
    /* The time inside a frame counts from its first octet. */
    if (!same_frame)
        s->frame_us = s->now_us;
    return octets;
}

static void run_backlog(struct milter_session *s)
{
    if (buffer_slice(&s->backlog).len == 0)
        return;
    struct buffer old = s->backlog;
    s->backlog = (struct buffer){ 0 };
    struct slice rest = run_frames(s, buffer_slice(&old));
    if (!s->over && !buffer_add(&s->front->buffers, &s->backlog, rest))
        end_because(s, "no memory for what was read");
    buffer_clear(&s->front->buffers, &old);
}

void milter_session_read(struct milter_session *s, struct slice octets)
{
    look_at_clock(s);
    s->heard_us = s->now_us;
    if (s->over)
        return;
    if (buffer_slice(&s->backlog).len > 0) {
        if (!buffer_add(&s->front->buffers, &s->backlog, octets))
            end_because(s, "no memory for what was read");
        run_backlog(s);
        return;
    }
    struct slice rest = run_frames(s, octets);
    if (!s->over && !buffer_add(&s->front->buffers, &s->backlog, rest))
        end_because(s, "no memory for what was read");
}

/* The engine has news: answer if an answer is owed, then go on with what was read meanwhile. */
static void progress_made(void *context, struct txn *t)
{
    struct milter_session *s = context;
    (void)t;
    if (!s->waiting || s->in_read)
        return;
    look_at_clock(s);
    answer(s);
    if (s->waiting)
        return;
    run_backlog(s);
    s->host.woken(s->host.context, s);
}

/* ---- output ---- */

struct slice milter_session_output(const struct milter_session *s)
{
    return buffer_slice(&s->output);
}

void milter_session_wrote(struct milter_session *s, size_t octets)
{
    bool was_full = buffer_slice(&s->output).len >= MILTER_OUTPUT_MAX;
    buffer_use(&s->front->buffers, &s->output, octets);
    look_at_clock(s);
    s->output_us = s->now_us;
    if (was_full)
        run_backlog(s);
}

bool milter_session_over(const struct milter_session *s)
{
    return s->over;
}

bool milter_session_waits(const struct milter_session *s)
{
    return s->waiting || buffer_slice(&s->output).len >= MILTER_OUTPUT_MAX;
}

bool milter_session_between(const struct milter_session *s)
{
    return s->phase <= PHASE_CONNECTED && !milter_in_frame(&s->decoder) && buffer_slice(&s->output).len == 0;
}

const struct txn *milter_session_txn(const struct milter_session *s)
{
    return s->txn;
}

/* ---- time ---- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t message_deadline_us(const struct milter_session *s)
{
    return s->wait_us + (int64_t)engine_conf(s->front->engine)->message_timeout_seconds * 1000000;
}

static bool owes_progress(const struct milter_session *s)
{
    return s->waiting && s->ended;      /* PROGRESS is understood after end of message only */
}

static int64_t silence_ends_us(const struct milter_session *s)
{
    if (milter_in_frame(&s->decoder))
        return s->frame_us + (s->phase == PHASE_NEW ? MILTER_IDLE_NEW_US : MILTER_IDLE_FRAME_US);
    return s->heard_us + (s->phase == PHASE_NEW ? MILTER_IDLE_NEW_US : MILTER_IDLE_US);
}

int64_t milter_session_due_us(const struct milter_session *s)
{
    /* Of a session that is over nothing is left but answers on their way. */
    if (s->over)
        return s->output_us + MILTER_IDLE_DEAF_US;
    int64_t due = s->waiting ? earlier(message_deadline_us(s), s->told_us + TELL_TIME_US) : silence_ends_us(s);
    if (owes_progress(s))
        due = earlier(due, s->progress_us + MILTER_PROGRESS_US);
    if (buffer_slice(&s->output).len > 0)
        due = earlier(due, s->output_us + MILTER_IDLE_DEAF_US);
    return due;
}

static void tick_waiting(struct milter_session *s)
{
    if (s->now_us >= message_deadline_us(s))
        txn_deadline(s->txn);
    else
        tell_time(s);
    answer(s);
    if (!s->waiting) {
        run_backlog(s);
    } else if (owes_progress(s) && s->now_us >= s->progress_us + MILTER_PROGRESS_US) {
        s->progress_us = s->now_us;
        put(s, MILTER_PROGRESS);
    }
}

/* Who does not take its answers gets none: a session that is over would stay for ever with them. */
static void give_up_deaf(struct milter_session *s)
{
    end_because(s, "a peer that does not take its answers");
    buffer_clear(&s->front->buffers, &s->output);
}

void milter_session_tick(struct milter_session *s)
{
    look_at_clock(s);
    if (buffer_slice(&s->output).len > 0 && s->now_us >= s->output_us + MILTER_IDLE_DEAF_US)
        give_up_deaf(s);
    else if (s->over)
        return;
    else if (s->waiting)
        tick_waiting(s);
    else if (s->now_us >= silence_ends_us(s))
        end_because(s, "a silent peer");
}

/* ---- begin and end ---- */

struct milter_session *milter_session_new(struct milter_front *front, bool overloaded, const struct milter_host *host)
{
    struct milter_session *s = mem_zalloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->front = front;
    s->host = *host;
    s->overloaded = overloaded;
    s->decoder.buffers = &front->buffers;
    s->told = "accept";
    look_at_clock(s);
    s->heard_us = s->frame_us = s->now_us;
    return s;
}

void milter_session_free(struct milter_session *s)
{
    if (!s)
        return;
    session_over(s);
    milter_decoder_clear(&s->decoder);
    buffer_clear(&s->front->buffers, &s->backlog);
    buffer_clear(&s->front->buffers, &s->output);
    mem_free(s);
}

void milter_front_clear(struct milter_front *front)
{
    buffer_clear(&front->buffers, &front->scratch);
    buffers_free(&front->buffers);
}
