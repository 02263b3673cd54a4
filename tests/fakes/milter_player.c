#include "fakes/milter_player.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"
#include "env/zone_resolver.h"

#define HEARD_ROOM 65536
#define START_US 1000000000LL

struct milter_player {
    struct clock clock;
    struct random random;
    struct env env;
    struct zone *zone;
    struct resolver *at_once;
    struct shuffle_resolver *held;
    struct config *config;
    struct engine *engine;
    struct milter_front front;
    struct milter_session *session;
    int64_t now_us;
    char heard[HEARD_ROOM], shown[HEARD_ROOM];
    size_t heard_len;
    char decision[256], decision_shown[256];
    const char *complaint;
    unsigned woken;
};

static int64_t wall(struct clock *c)
{
    (void)c;
    return 1700000000;
}

static int64_t monotonic(struct clock *c)
{
    return ((struct milter_player *)(void *)((char *)c - offsetof(struct milter_player, clock)))->now_us;
}

static void same_octets(struct random *r, void *at, size_t octets)
{
    (void)r;
    memset(at, 7, octets);
}

static void decided(void *context, const struct milter_decision *d)
{
    struct milter_player *p = context;
    snprintf(p->decision, sizeof p->decision, "%s deleted=%u inserted=%u waited=%lld", d->action, d->deleted, d->inserted, (long long)(d->waited_us / 1000));
}

static void complained(void *context, const char *what)
{
    ((struct milter_player *)context)->complaint = what;
}

static void woken(void *context, struct milter_session *s)
{
    (void)s;
    ((struct milter_player *)context)->woken++;
}

struct milter_player *milter_player_new(const char *conf, const char *zone, bool held)
{
    struct milter_player *p = calloc(1, sizeof *p);
    struct zone_error ze;
    struct config_error ce = { .line = 0 };
    size_t count;
    const struct section *sections = engine_sections(&count);
    p->clock = (struct clock){ wall, monotonic };
    p->random = (struct random){ same_octets };
    p->now_us = START_US;
    p->zone = zone_new();
    if (crypto_start() != STATUS_OK || !zone_read(p->zone, slice_str(zone), &ze))
        abort();
    if (held)
        p->held = shuffle_resolver_new(p->zone, (struct shuffle_options){ .seed = 1 });
    p->at_once = zone_resolver_new(p->zone);
    p->env = (struct env){ .dns = held ? shuffle_resolver(p->held) : p->at_once, .clock = &p->clock, .random = &p->random };
    p->config = config_parse("test", slice_str(conf), sections, count, &ce);
    p->engine = p->config ? engine_new(&p->env, p->config, NULL, &ce) : NULL;
    if (!p->engine || !engine_set_authserv_id(p->engine, SLICE("mx.receiver.example"))) {
        fprintf(stderr, "%u: %s\n", ce.line, ce.text);
        abort();
    }
    p->front = (struct milter_front){ .engine = p->engine, .env = &p->env, .decided = decided, .complained = complained, .context = p };
    milter_restart(p, false);
    return p;
}

void milter_restart(struct milter_player *p, bool overloaded)
{
    milter_session_free(p->session);
    p->complaint = NULL;
    p->heard_len = 0;
    p->session = milter_session_new(&p->front, overloaded, &(struct milter_host){ woken, p });
    if (!p->session)
        abort();
}

void milter_player_free(struct milter_player *p)
{
    milter_session_free(p->session);
    milter_front_clear(&p->front);
    engine_free(p->engine);
    config_free(p->config);
    zone_resolver_free(p->at_once);
    if (p->held)
        shuffle_resolver_free(p->held);
    zone_free(p->zone);
    free(p);
}

void milter_send(struct milter_player *p, struct slice octets)
{
    milter_session_read(p->session, octets);
}

void milter_say(struct milter_player *p, char command, const char *data, size_t octets)
{
    uint8_t *frame = malloc(octets + 5);
    size_t length = octets + 1;
    frame[0] = (uint8_t)(length >> 24);
    frame[1] = (uint8_t)(length >> 16);
    frame[2] = (uint8_t)(length >> 8);
    frame[3] = (uint8_t)length;
    frame[4] = (uint8_t)command;
    memcpy(frame + 5, data, octets);
    milter_send(p, slice_of(frame, octets + 5));
    free(frame);
}

void milter_say_text(struct milter_player *p, char command, const char *data)
{
    milter_say(p, command, data, strlen(data) + 1);
}

void milter_fields(struct milter_player *p, const char *lines)
{
    struct slice rest = slice_str(lines), line;
    while (rest.len > 0) {
        char frame[4096];
        slice_cut(rest, '\n', &line, &rest);
        size_t colon = slice_find(line, ':');
        memcpy(frame, line.at, line.len);
        frame[colon] = '\0';
        frame[line.len] = '\0';
        milter_say(p, 'L', frame, line.len + 1);
    }
}

/* ---- what is heard ---- */

static void show(struct milter_player *p, const uint8_t *frame, size_t length)
{
    char *out = p->heard + p->heard_len;
    size_t room = sizeof p->heard - p->heard_len;
    uint32_t number = length >= 5 ? (uint32_t)frame[1] << 24 | (uint32_t)frame[2] << 16 | (uint32_t)frame[3] << 8 | frame[4] : 0;
    const char *text = (const char *)frame;
    int n;
    switch (frame[0]) {
    case 'O': n = snprintf(out, room, "O %u\n", number); break;
    case 'y': case 'q': n = snprintf(out, room, "%c %s\n", frame[0], text + 1); break;
    case 'm': n = snprintf(out, room, "m %u %s%s\n", number, text + 5, length == 5 + strlen(text + 5) + 2 ? "" : " not empty"); break;
    case 'i': n = snprintf(out, room, "i %u %s:%s\n", number, text + 5, text + 5 + strlen(text + 5) + 1); break;
    default: n = snprintf(out, room, "%c\n", frame[0]); break;
    }
    p->heard_len += (size_t)n;
}

const char *milter_heard(struct milter_player *p)
{
    struct slice out = milter_session_output(p->session);
    size_t at = 0;
    while (out.len - at >= 5) {
        size_t length = (size_t)out.at[at] << 24 | (size_t)out.at[at + 1] << 16 | (size_t)out.at[at + 2] << 8 | out.at[at + 3];
        if (length > out.len - at - 4)
            abort();
        show(p, out.at + at + 4, length);
        at += 4 + length;
    }
    milter_session_wrote(p->session, out.len);
    memcpy(p->shown, p->heard, p->heard_len);
    p->shown[p->heard_len ? p->heard_len - 1 : 0] = '\0';
    p->heard_len = 0;
    return p->shown;
}

bool milter_deliver_one(struct milter_player *p)
{
    return p->held && shuffle_deliver_one(p->held);
}

void milter_deliver(struct milter_player *p)
{
    while (milter_deliver_one(p))
        ;
}

void milter_wait(struct milter_player *p, int64_t us)
{
    int64_t end = p->now_us + us;
    while (p->now_us < end) {
        int64_t due = milter_session_due_us(p->session);
        p->now_us = due < end ? (due > p->now_us ? due : p->now_us + 1) : end;
        if (milter_session_due_us(p->session) <= p->now_us)
            milter_session_tick(p->session);
        if (milter_session_over(p->session))
            p->now_us = end;
    }
}

struct milter_session *milter_session_of(struct milter_player *p)
{
    return p->session;
}

const char *milter_decision(struct milter_player *p)
{
    memcpy(p->decision_shown, p->decision, sizeof p->decision);
    p->decision[0] = '\0';
    return p->decision_shown;
}

const char *milter_complaint(struct milter_player *p)
{
    return p->complaint ? p->complaint : "";
}

unsigned milter_woken(const struct milter_player *p)
{
    return p->woken;
}
