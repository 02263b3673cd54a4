/*
 * verify: libfrank over the corpus, all DNS from a zone held in memory.
 *
 *     verify --corpus DIR [--methods dkim|spf|all] [--rounds 3] [--chunk 65535]
 *
 * Uses the engine as a front end does: fields one by one, the body in pieces. dkim: DKIM alone, as
 * libopendkim's driver. spf: MAIL FROM alone, no message, as libspf2's driver. all: spf, dkim, arc, dmarc.
 * The name server is a function call; answers, and with them records and keys, are parsed once. Prints CPU
 * microseconds a message and how many mails have a result that is not the manifest's.
 */
#include "args.h"
#include "manifest.h"

#include "dns/zone.h"
#include "engine/engine.h"
#include "methods/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW 1760000000                     /* after every t= of the corpus */

enum what { WHAT_DKIM, WHAT_SPF, WHAT_ALL };

struct world {
    struct resolver resolver;
    struct clock clock;
    struct random random;
    struct env env;
    struct zone *zone;
    uint64_t next_random;
};

static const struct answer *ask_zone(struct resolver *r, const struct question *q, struct waiter *w)
{
    (void)w;
    return zone_answer(((struct world *)(void *)((char *)r - offsetof(struct world, resolver)))->zone, q);
}

static void withdraw(struct resolver *r, struct waiter *w)
{
    (void)r;
    (void)w;
}

static int64_t clock_now(struct clock *c) { (void)c; return NOW; }
static int64_t clock_us(struct clock *c) { (void)c; return 0; }

static void fill(struct random *r, void *at, size_t octets)
{
    struct world *w = (struct world *)(void *)((char *)r - offsetof(struct world, random));
    for (size_t i = 0; i < octets; i++)
        ((uint8_t *)at)[i] = (uint8_t)((w->next_random += 0x9e3779b97f4a7c15u) >> 56);
}

static struct slice slice_bytes(struct bytes b) { return (struct slice){ b.at, b.len }; }
static struct slice slice_words(const char *t) { return slice_bytes(text(t)); }

static void world_make(struct world *w, const char *corpus)
{
    struct buf path = { 0 };
    struct zone_error error = { 0 };
    buf_fmt(&path, "%s/corpus.zone%c", corpus, 0);
    struct buf zone = read_file((const char *)path.at);
    w->zone = need(zone_new());
    if (!zone_read(w->zone, slice_bytes(buf_view(&zone)), &error))
        die("corpus.zone:%u: %s", error.line, error.text);
    buf_free(&zone);
    buf_free(&path);
    w->resolver = (struct resolver){ ask_zone, withdraw };
    w->clock = (struct clock){ clock_now, clock_us };
    w->random = (struct random){ fill };
    w->env = (struct env){ .dns = &w->resolver, .clock = &w->clock, .random = &w->random };
    if (crypto_start() != STATUS_OK)
        die("crypto_start");
}

/* The mail cut beforehand, as for libopendkim: an MTA or libmilter does that. */
struct mail { struct buf octets; struct slice *fields; size_t count; struct slice body; struct ip ip; const struct entry *expected; };

static void split(struct mail *m)
{
    struct bytes rest = buf_view(&m->octets);
    while (rest.len && rest.at[0] != '\r') {
        size_t end = 0;
        do
            end += find(part(rest, end, rest.len), '\n') + 1;
        while (end < rest.len && (rest.at[end] == ' ' || rest.at[end] == '\t'));
        m->fields = need(realloc(m->fields, (m->count + 1) * sizeof *m->fields));
        m->fields[m->count++] = slice_bytes(part(rest, 0, end - 2));
        rest = part(rest, end, rest.len);
    }
    m->body = slice_bytes(part(rest, rest.len < 2 ? rest.len : 2, rest.len));
}

static uint64_t bits_of(enum what what)
{
    static const char *const names[][5] = { [WHAT_DKIM] = { "dkim" }, [WHAT_SPF] = { "spf" }, [WHAT_ALL] = { "spf", "dkim", "arc", "dmarc" } };
    uint64_t bits = 0;
    for (unsigned i = 0; names[what][i]; i++) {
        const struct method *m = method_named(slice_words(names[what][i]));
        if (!m)
            die("libfrank has no method %s", names[what][i]);
        bits |= (uint64_t)1 << method_index(m);
    }
    return bits;
}

static bool is_word(const struct result *r, const char *expected)
{
    return !strcmp(auth_result_word(r->word), expected);
}

static unsigned complain(const struct mail *m, const char *method, const struct result *r, const char *expected)
{
    fprintf(stderr, "verify: %s: %s=%s, not %s\n", m->expected->file, method, r ? auth_result_word(r->word) : "nothing", expected);
    return 1;
}

static unsigned wrong_one(const struct mail *m, const struct txn *t, const char *method, const char *expected)
{
    const struct results *all = txn_results(t, method_named(slice_words(method)));
    const struct result *r = NULL;
    for (size_t i = 0; all && i < all->count; i++)
        if (all->at[i].evidence.identity != IDENTITY_HELO)
            r = &all->at[i];
    if (!r)
        return strcmp(expected, "none") ? complain(m, method, NULL, expected) : 0;
    return is_word(r, expected) ? 0 : complain(m, method, r, expected);
}

static unsigned wrong_dkim(const struct mail *m, const struct txn *t)
{
    const struct entry *e = m->expected;
    const struct results *all = txn_results(t, method_named(slice_words("dkim")));
    if (!all || all->count != e->signatures)
        return complain(m, "dkim", NULL, "there");
    for (unsigned i = 0; i < e->signatures; i++)
        if (!is_word(&all->at[i], e->dkim[i].result))
            return complain(m, "dkim", &all->at[i], e->dkim[i].result);
    return 0;
}

static unsigned wrong(const struct mail *m, const struct txn *t, enum what what)
{
    unsigned n = 0;
    if (what != WHAT_DKIM)
        n += wrong_one(m, t, "spf", m->expected->spf);
    if (what != WHAT_SPF)
        n += wrong_dkim(m, t);
    if (what == WHAT_ALL)
        n += wrong_one(m, t, "arc", m->expected->arc) + wrong_one(m, t, "dmarc", m->expected->dmarc);
    return n > 0;
}

/* SPF's driver of libspf2 asks about MAIL FROM only: without HELO there is only that subject. */
static unsigned run_one(struct engine *e, const struct mail *m, enum what what, size_t chunk)
{
    struct session *s = need(session_begin(e, &(struct session_facts){ .peer = m->ip }));
    struct txn *t = need(txn_begin(s, NOW, NULL));
    if (what != WHAT_SPF)
        txn_helo(t, slice_words(m->expected->helo));
    txn_mail(t, slice_words(m->expected->mail_from), false);
    if (what != WHAT_SPF) {
        txn_rcpt(t, slice_words(m->expected->rcpt));
        for (size_t i = 0; i < m->count; i++)
            txn_field(t, m->fields[i]);
        txn_end_of_header(t);
        for (size_t at = 0; at < m->body.len; at += chunk)
            txn_body(t, (struct slice){ m->body.at + at, m->body.len - at < chunk ? m->body.len - at : chunk });
        txn_end_of_message(t);
        if (txn_progress(t) != PROGRESS_DONE)
            die("%s: not done", m->expected->file);
    }
    unsigned bad = wrong(m, t, what);
    txn_end(t);
    session_end(s);
    return bad;
}

int main(int argc, char **argv)
{
    const char *corpus = NULL, *methods_arg = "all";
    unsigned rounds = 3, chunk = 65535;
    args_read(argc, argv, (const struct arg[]){
        { "--corpus", ARG_TEXT, &corpus, 0, 0, "folder made by bench/corpus" },
        { "--methods", ARG_TEXT, &methods_arg, 0, 0, "dkim, spf or all" },
        { "--rounds", ARG_NUMBER, &rounds, 1, 100000, "timed passes over the corpus" },
        { "--chunk", ARG_NUMBER, &chunk, 1, 1 << 30, "octets of body a piece" },
        { 0 } }, "libfrank verifies the corpus");
    if (!corpus)
        die("--corpus is needed");
    enum what what = !strcmp(methods_arg, "dkim") ? WHAT_DKIM : !strcmp(methods_arg, "spf") ? WHAT_SPF : WHAT_ALL;
    struct manifest manifest = manifest_read(corpus);
    struct mail *mails = zalloc(manifest.count, sizeof *mails);
    struct world w = { 0 };
    struct buf path = { 0 };
    world_make(&w, corpus);
    for (size_t i = 0; i < manifest.count; i++) {
        struct mail *m = &mails[i];
        m->expected = &manifest.entries[i];
        buf_clear(&path);
        buf_fmt(&path, "%s/%s%c", corpus, m->expected->file, 0);
        m->octets = read_file((const char *)path.at);
        split(m);
        if (!ip_parse(slice_words(m->expected->ip), &m->ip))
            die("%s: no address", m->expected->ip);
    }
    size_t sections;
    struct config_error error = { 0 };
    const struct section *list = engine_sections(&sections);
    struct config *config = need(config_defaults(list, sections));
    struct engine *engine = engine_new(&w.env, config, &(struct engine_options){ .only = bits_of(what) }, &error);
    if (!engine)
        die("engine: %s", error.text);

    unsigned bad = 0;
    for (size_t i = 0; i < manifest.count; i++)
        bad += run_one(engine, &mails[i], what, chunk);
    uint64_t start = cpu_ns();
    for (unsigned round = 0; round < rounds; round++)
        for (size_t i = 0; i < manifest.count; i++)
            bad += run_one(engine, &mails[i], what, chunk);
    double messages = (double)manifest.count * rounds;
    printf("{\"program\":\"verify\",\"methods\":\"%s\",\"messages\":%.0f,\"cpu_us\":%.3f,\"wrong\":%u}\n", methods_arg, messages,
           (double)(cpu_ns() - start) / messages / 1000, bad);
    engine_free(engine);
    config_free(config);
    zone_free(w.zone);
    return bad ? 1 : 0;
}
