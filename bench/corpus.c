/*
 * corpus: writes a corpus of mail with its zone and what every method must say of it.
 *
 *     corpus --out DIR [--mails 2000] [--seed 1] [--domains N]
 *            [--body-scale K] [--fields-scale K] [--field-scale K]       the same mails with K times the body,
 *                                                                        the filler fields, their length
 *            [--plain [--body OCTETS] [--fields N] [--field-length N]]   uniform mails: one RSA signature each
 *
 * DIR/mail/NNNNN.eml      CRLF line ends
 * DIR/corpus.zone         master file, absolute names
 * DIR/manifest.jsonl      manifest.h
 *
 * Deterministic: seed and options decide every octet. Sizes follow a log-normal distribution taken at
 * even quantiles: median 15 KB, mean 70 KB for 2,000 mails. One to three DKIM signatures (1.06 RSA-2048
 * and 0.22 Ed25519 a mail), ARC on 15 %, SPF includes 1 to 5 deep; one mail in nine is not as it was signed, forged or forwarded.
 */
#include "args.h"
#include "manifest.h"
#include "prose.h"
#include "spfwalk.h"
#include "world.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SIZE_MEDIAN 15360.0
#define SIZE_SIGMA  1.765             /* mean / median = exp(sigma^2 / 2), a little more for what the largest size cuts off */
enum { SIZE_MAX_OCTETS = 8 << 20, HEADER_OCTETS = 4100, BODY_MIN = 400, BASE_TIME = 1750000000, SETS_MAX = 3 };

struct options {
    const char *out;
    uint64_t seed;
    unsigned mails, domains, body_scale, fields_scale, field_scale;
    bool plain;
    unsigned body, fields, field_length;
};

/* How a mail came, and what happened to it on the way. */
enum story { DIRECT, SERVICE, FORWARDED, LISTED, GATEWAY, FORGED, BODY_CHANGED, SUBJECT_CHANGED };

struct plan {
    enum story story;
    bool arc, broken;                 /* broken: the newest ARC set does not hold */
    unsigned signatures;
    size_t size;
};

struct outcome { const char *result; struct signer by; };
struct job {
    const struct options *o;
    struct world *w;
    struct letter *letter;
    struct rng rng;
    unsigned number;
    unsigned long at;
    const struct house *author, *service, *last_hop;
    char author_domain[80], mail_from[160], mail_domain[128];
    const char *helo, *ip;
    struct outcome dkim[SIGNATURES_MAX];      /* bottom up */
    unsigned dkim_count;
    const char *arc;
    unsigned sets;
};

/* Inverse of the normal distribution function by bisection: slow and exact enough. */
static double normal_quantile(double p)
{
    double low = -8, high = 8;
    for (unsigned i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (0.5 * erfc(-middle / sqrt(2.0)) < p)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

static void shuffle(unsigned *numbers, unsigned count, struct rng *r)
{
    for (unsigned i = 0; i < count; i++)
        numbers[i] = i;
    for (unsigned i = count; i-- > 1;) {
        unsigned j = rng_below(r, i + 1), kept = numbers[i];
        numbers[i] = numbers[j];
        numbers[j] = kept;
    }
}

static struct plan plan_of(unsigned story, unsigned signatures, double size)
{
    struct plan p = { .story = DIRECT };
    p.arc = story < 15;
    p.broken = story == 6 || story == 10;
    if (story < 7 || (story >= 24 && story < 27))
        p.story = FORWARDED;
    else if (story < 11)
        p.story = LISTED;
    else if (story < 15)
        p.story = GATEWAY;
    else if (story < 20)
        p.story = FORGED;
    else if (story < 23)
        p.story = BODY_CHANGED;
    else if (story < 24)
        p.story = SUBJECT_CHANGED;
    else if (story < 39)
        p.story = SERVICE;
    p.signatures = signatures < 78 ? 1 : signatures < 94 ? 2 : 3;
    if (p.story == LISTED && p.signatures > 2)
        p.signatures = 2;                 /* the list adds its own */
    double octets = SIZE_MEDIAN * exp(SIZE_SIGMA * normal_quantile(size));
    p.size = octets > SIZE_MAX_OCTETS ? SIZE_MAX_OCTETS : (size_t)octets;
    return p;
}

/* Each property at even quantiles, in an order of its own: the shares are exact whatever the number of mails. */
static struct plan *plans_make(const struct options *o)
{
    struct rng r = rng_seed(o->seed, 7);
    unsigned n = o->mails;
    unsigned *story = zalloc(n, sizeof *story), *signatures = zalloc(n, sizeof *signatures), *size = zalloc(n, sizeof *size);
    shuffle(story, n, &r);
    shuffle(signatures, n, &r);
    shuffle(size, n, &r);
    struct plan *plans = zalloc(n, sizeof *plans);
    for (unsigned i = 0; i < n; i++)
        plans[i] = o->plain ? (struct plan){ .story = DIRECT, .signatures = 1 }
                            : plan_of(story[i] * 100 / n, signatures[i] * 100 / n, (size[i] + 0.5) / n);
    free(story);
    free(signatures);
    free(size);
    return plans;
}

/* The mail as its author sent it */

static void choose_people(struct job *j, const struct plan *p)
{
    struct world *w = j->w;
    j->author = &w->domains[j->o->plain ? 0 : rng_below(&j->rng, w->domain_count)];
    j->service = &w->services[rng_below(&j->rng, SERVICES)];
    bool below = !j->o->plain && rng_chance(&j->rng, 10);
    snprintf(j->author_domain, sizeof j->author_domain, "%s%s", below ? "news." : "", j->author->name);
    j->last_hop = j->author;
    snprintf(j->mail_domain, sizeof j->mail_domain, "%s%s", !j->o->plain && rng_chance(&j->rng, 30) ? "bounce." : "", j->author->name);
    if (p->story == SERVICE) {
        j->last_hop = j->service;
        snprintf(j->mail_domain, sizeof j->mail_domain, "bounce.%s", j->service->name);
    } else if (p->story == FORWARDED || p->story == LISTED) {
        j->last_hop = &w->forwarders[rng_below(&j->rng, FORWARDERS)];
        if (p->story == LISTED)
            snprintf(j->mail_domain, sizeof j->mail_domain, "bounce.%s", j->last_hop->name);
    } else if (p->story == FORGED)
        j->last_hop = &w->stranger;
    snprintf(j->mail_from, sizeof j->mail_from, "user%u@%s", rng_below(&j->rng, 1000), j->mail_domain);
    j->helo = j->last_hop->host;
    j->ip = j->last_hop->ip;
}

static void filler(struct job *j, unsigned count, unsigned length)
{
    static const char *const names[] = { "X-Mailer-Info", "X-Campaign", "X-Originating-Data", "Thread-Index", "X-Feedback-ID" };
    for (unsigned i = 0; i < count; i++) {
        struct buf value = { 0 };
        unsigned whole = length * j->o->field_scale;
        size_t line = 0;
        while (value.len < whole) {
            if (value.len - line > 60) {
                buf_text(&value, "\r\n\t");
                line = value.len;
            } else if (value.len)
                buf_byte(&value, ' ');
            prose_words(&value, &j->rng, 1);
        }
        buf_byte(&value, 0);
        letter_field(j->letter, "%s: %s", names[i % 5], (const char *)value.at);
        buf_free(&value);
    }
}

static void compose(struct job *j, const struct plan *p)
{
    static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    struct letter *l = j->letter;
    struct buf type = { 0 }, subject = { 0 };
    size_t body = p->size > HEADER_OCTETS + BODY_MIN ? p->size - HEADER_OCTETS : BODY_MIN;
    body = (j->o->plain ? j->o->body : body) * j->o->body_scale;
    prose_body(&l->body, &type, &j->rng, body);
    prose_words(&subject, &j->rng, 3 + rng_below(&j->rng, 6));
    buf_byte(&type, 0);
    buf_byte(&subject, 0);
    unsigned minute = j->number % 60;
    filler(j, (j->o->plain ? j->o->fields : 8 + rng_below(&j->rng, 6)) * j->o->fields_scale,
           j->o->plain ? j->o->field_length : 90 + rng_below(&j->rng, 200));
    letter_field(l, "Content-Type: %s", (const char *)type.at);
    letter_field(l, "MIME-Version: 1.0");
    letter_field(l, "List-Unsubscribe: <https://%s/unsubscribe/%u>", j->author_domain, j->number);
    letter_field(l, "Message-ID: <%08x.%u@%s>", (unsigned)(rng_next(&j->rng) >> 32), j->number, j->author_domain);
    letter_field(l, "Date: %s, %u Jun 2025 10:%02u:%02u +0000", days[(j->number + 1) % 7], j->number % 7 + 15, minute, j->number % 53);
    letter_field(l, "Subject: %s", (const char *)subject.at);
    letter_field(l, "To: \"Receiver, %u\" <user%u@receiver.example>", j->number % 100, j->number % 100);
    letter_field(l, "From: =?utf-8?q?S=C3=B8nder?= %u <author%u@%s>", j->number, rng_below(&j->rng, 500), j->author_domain);
    buf_free(&type);
    buf_free(&subject);
}

static void received(struct job *j, const struct house *from, const char *by)
{
    letter_field(j->letter, "Received: from %s (%s [%s])\r\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\r\n"
                 "\tby %s (Postfix) with ESMTPS id %010llX\r\n\tfor <user%u@receiver.example>; Sun, 15 Jun 2025 10:%02u:%02u +0000 (UTC)",
                 from->host, from->host, from->ip, by, (unsigned long long)(rng_next(&j->rng) >> 24), j->number % 100,
                 j->number % 60, j->number % 53);
}

static void sign(struct job *j, struct signer by, const char *result)
{
    static const char usual[] = "From:To:Subject:Date:Message-ID:MIME-Version:Content-Type:List-Unsubscribe";
    static const char oversigned[] = "From:From:To:To:Subject:Subject:Date:Message-ID:MIME-Version:Content-Type:X-Campaign:X-Feedback-ID";
    static const char all_fillers[] = "From:To:Subject:Date:Message-ID:X-Mailer-Info:X-Campaign:X-Originating-Data:Thread-Index:X-Feedback-ID:"
        "X-Mailer-Info:X-Campaign:X-Originating-Data:Thread-Index:X-Feedback-ID";
    unsigned kind = j->o->plain ? 0 : rng_below(&j->rng, 20);
    struct sign_form form = { .relaxed_header = kind > 0 || j->o->plain, .relaxed_body = kind > 3 || j->o->plain, .at = j->at,
                              .fields = j->o->plain ? all_fillers : rng_chance(&j->rng, 20) ? oversigned : usual };
    letter_sign(j->letter, by, form);
    j->dkim[j->dkim_count++] = (struct outcome){ result, by };
}

/* The author's signatures: RSA; with a second one Ed25519 below it; with a third one of a service. */
static void sign_at_origin(struct job *j, const struct plan *p)
{
    const struct key *rsa = p->story == FORGED ? &j->w->wrong : j->author->rsa;
    const char *result = p->story == FORGED ? "fail" : "pass";
    const struct key *ed25519 = p->story == FORGED ? &j->w->wrong_ed25519 : j->author->ed25519;
    if (p->signatures > 1)
        sign(j, (struct signer){ j->author->name, "e1", ed25519 }, result);
    sign(j, (struct signer){ j->author->name, "s1", rsa }, result);
    if (p->signatures > 2)
        sign(j, (struct signer){ j->service->name, "s1", p->story == FORGED ? &j->w->wrong : j->service->rsa }, result);
}

static void all_fail(struct job *j)
{
    for (unsigned i = 0; i < j->dkim_count; i++)
        j->dkim[i].result = "fail";
}

static void change_subject(struct letter *l)
{
    for (unsigned i = 0; i < l->count; i++)
        if (l->fields[i].len > 9 && !memcmp(l->fields[i].at, "Subject: ", 9))
            buf_text(&l->fields[i], " [changed]");
}

/* What hops added: ARC sets, each with what that hop saw. */

static void seal(struct job *j, const struct plan *p)
{
    struct rng *r = &j->rng;
    unsigned roll = rng_below(r, 100), sets = roll < 60 ? 1 : roll < 85 ? 2 : SETS_MAX;
    for (unsigned i = 1; i <= sets; i++) {
        const struct house *hop = i == sets && p->story != GATEWAY ? j->last_hop : &j->w->forwarders[rng_below(r, FORWARDERS)];
        char results[512];
        snprintf(results, sizeof results, "spf=pass smtp.mailfrom=%s;\r\n\tdkim=%s header.d=%s header.s=s1;\r\n\tdmarc=%s header.from=%s%s",
                 j->mail_domain, j->dkim[0].result, j->author->name, "pass", j->author_domain, i > 1 ? ";\r\n\tarc=pass" : "");
        struct arc_form form = { .i = i, .authserv_id = hop->host, .results = results, .at = j->at + i,
                                 .wrong = p->broken && p->story == FORWARDED && i == sets ? &j->w->wrong : NULL };
        letter_seal(j->letter, (struct signer){ hop->name, "s1", hop->rsa }, form);
        received(j, hop, i == sets ? "mx.receiver.example" : "relay.forwarder.example");
    }
    j->sets = sets;
    j->arc = p->broken ? "fail" : "pass";
}

static void travel(struct job *j, const struct plan *p)
{
    struct letter *l = j->letter;
    received(j, j->author, j->last_hop->host);
    if (p->story == LISTED) {
        buf_text(&l->body, "_______________________________________________\r\nlist mailing list\r\nhttps://lists.example/list\r\n");
        all_fail(j);
        sign(j, (struct signer){ j->last_hop->name, "s1", j->last_hop->rsa }, "pass");
    }
    if (p->arc)
        seal(j, p);
    if (p->story == BODY_CHANGED || (p->broken && p->story == LISTED)) {
        buf_text(&l->body, "-- \r\nScanned by a gateway.\r\n");
        all_fail(j);
    }
    if (p->story == SUBJECT_CHANGED) {
        change_subject(l);
        all_fail(j);
    }
}

/* What must come out */

static unsigned longer(unsigned one, unsigned other)
{
    return one > other ? one : other;
}

/* One question for the MX sets at a name and above it, one for their hosts' addresses. 0: nothing there. */
static unsigned chain_of_exchangers(const struct zone *z, const char *name)
{
    for (; name; name = strchr(name, '.') ? strchr(name, '.') + 1 : NULL)
        if (zone_look(z, name, RR_MX))
            return 2;
    return 0;
}

/* What depends on the client's names: its pointer, then their addresses and MX sets beside one another, then the exchangers' addresses. */
static unsigned chain_of_names(const struct job *j)
{
    unsigned octet[4], chain = longer(1, chain_of_exchangers(&j->w->zone, j->helo));
    char pointer[64];
    if (sscanf(j->ip, "%u.%u.%u.%u", &octet[0], &octet[1], &octet[2], &octet[3]) != 4)
        return chain;
    snprintf(pointer, sizeof pointer, "%u.%u.%u.%u.in-addr.arpa", octet[3], octet[2], octet[1], octet[0]);
    for (const struct record *r = zone_look(&j->w->zone, pointer, RR_PTR); r; r = record_of_type(r->next, RR_PTR)) {
        char *name = name_from_wire(r->data);
        chain = longer(chain, 1 + longer(1, chain_of_exchangers(&j->w->zone, name)));
        free(name);
    }
    return chain;
}

static void judge(struct job *j, struct entry *e)
{
    const char *results[SIGNATURES_MAX], *domains[SIGNATURES_MAX];
    struct spf_walk mailfrom = spf_walk(&j->w->zone, j->mail_domain, j->ip), helo = spf_walk(&j->w->zone, j->helo, j->ip);
    for (unsigned i = 0; i < j->dkim_count; i++) {
        const struct outcome *o = &j->dkim[j->dkim_count - 1 - i];
        e->dkim[i] = (struct expected_signature){ .result = copy_text(text(o->result)), .domain = copy_text(text(o->by.domain)),
            .selector = copy_text(text(o->by.selector)),
            .algorithm = copy_text(text(o->by.key->kind == KEY_RSA ? "rsa-sha256" : "ed25519-sha256")) };
        results[i] = o->result;
        domains[i] = o->by.domain;
    }
    e->signatures = j->dkim_count;
    e->sets = j->sets;
    e->chain = longer(mailfrom.chain, helo.chain);
    e->chain_every = longer(longer(e->chain, chain_of_names(j)), spf_walk(&j->w->zone, j->author_domain, j->ip).chain);
    e->spf = copy_text(text(mailfrom.result));
    e->arc = copy_text(text(j->arc));
    e->dmarc = copy_text(text(world_dmarc(j->w, &(struct dmarc_facts){ .author = j->author_domain, .spf = mailfrom.result,
        .spf_domain = j->mail_domain, .dkim = results, .dkim_domains = domains, .signatures = j->dkim_count })));
}

static void entry_free(struct entry *e)
{
    char *all[] = { e->file, e->ip, e->helo, e->mail_from, e->rcpt, e->from, e->spf, e->arc, e->dmarc };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
    for (unsigned i = 0; i < e->signatures; i++) {
        free(e->dkim[i].result);
        free(e->dkim[i].domain);
        free(e->dkim[i].selector);
        free(e->dkim[i].algorithm);
    }
}

struct tally { double *sizes; double octets; unsigned rsa, ed25519, sets, with_arc, chain[16]; };

static void write_mail(struct job *j, struct entry *e, struct buf *manifest, struct tally *t)
{
    struct buf mail = letter_print(j->letter), path = { 0 };
    e->size = mail.len;
    buf_fmt(&path, "%s/%s%c", j->o->out, e->file, 0);
    write_file((const char *)path.at, buf_view(&mail));
    manifest_print(manifest, e);
    t->sizes[j->number] = (double)mail.len;
    t->octets += (double)mail.len;
    t->sets += j->sets;
    t->with_arc += j->sets > 0;
    t->chain[e->chain < 15 ? e->chain : 15]++;
    for (unsigned i = 0; i < j->dkim_count; i++)
        *(j->dkim[i].by.key->kind == KEY_RSA ? &t->rsa : &t->ed25519) += 1;
    buf_free(&mail);
    buf_free(&path);
}

static void make_mail(struct job *j, const struct plan *p, struct buf *manifest, struct tally *t)
{
    letter_clear(j->letter);
    j->dkim_count = j->sets = 0;
    j->arc = "none";
    j->at = BASE_TIME + j->number * 61ul;
    choose_people(j, p);
    compose(j, p);
    sign_at_origin(j, p);
    travel(j, p);

    struct buf name = { 0 };
    buf_fmt(&name, "mail/%05u.eml", j->number);
    struct entry e = { .file = copy_text(buf_view(&name)), .ip = copy_text(text(j->ip)), .helo = copy_text(text(j->helo)),
        .mail_from = copy_text(text(j->mail_from)), .from = copy_text(text(j->author_domain)) };
    buf_clear(&name);
    buf_fmt(&name, "user%u@receiver.example", j->number % 100);
    e.rcpt = copy_text(buf_view(&name));
    buf_free(&name);
    judge(j, &e);
    write_mail(j, &e, manifest, t);
    entry_free(&e);
}

static void make_folder(const char *path)
{
    if (mkdir(path, 0755) && errno != EEXIST)
        die("%s: %s", path, strerror(errno));
}

static void generate(const struct options *o)
{
    struct world *w = zalloc(1, sizeof *w);
    struct letter *letter = zalloc(1, sizeof *letter);
    struct buf manifest = { 0 }, path = { 0 };
    struct tally t = { .sizes = zalloc(o->mails, sizeof *t.sizes) };
    make_folder(o->out);
    buf_fmt(&path, "%s/mail%c", o->out, 0);
    make_folder((const char *)path.at);
    world_make(w, o->seed, o->domains);
    struct plan *plans = plans_make(o);
    for (unsigned i = 0; i < o->mails; i++) {
        struct job j = { .o = o, .w = w, .letter = letter, .rng = rng_seed(o->seed, 5000000ull + i), .number = i };
        make_mail(&j, &plans[i], &manifest, &t);
    }
    buf_clear(&path);
    buf_fmt(&path, "%s/manifest.jsonl%c", o->out, 0);
    write_file((const char *)path.at, buf_view(&manifest));
    buf_clear(&path);
    buf_fmt(&path, "%s/corpus.zone%c", o->out, 0);
    zone_write(&w->zone, (const char *)path.at, "made by bench/corpus; for tests only");

    double n = o->mails;
    printf("%u mails: median %.1f KB, mean %.1f KB; per mail %.2f RSA-2048, %.2f Ed25519 signatures, %.2f ARC sets (on %.1f %%)\n",
           o->mails, percentile(t.sizes, o->mails, 0.5) / 1024, t.octets / n / 1024, t.rsa / n, t.ed25519 / n, t.sets / n, 100 * t.with_arc / n);
    printf("longest dependent chain of DNS questions:");
    for (unsigned i = 1; i < 16; i++)
        if (t.chain[i])
            printf(" %u on %.0f %%%s", i, 100 * t.chain[i] / n, i < 15 ? "," : "");
    printf(" %zu names in the zone\n", w->zone.ordered);
}

int main(int argc, char **argv)
{
    struct options o = { .mails = 2000, .body_scale = 1, .fields_scale = 1, .field_scale = 1, .body = 10000, .fields = 6, .field_length = 150 };
    unsigned seed = 1;
    args_read(argc, argv, (const struct arg[]){
        { "--out", ARG_TEXT, &o.out, 0, 0, "folder to write" },
        { "--mails", ARG_NUMBER, &o.mails, 1, 99999, "how many" },
        { "--seed", ARG_NUMBER, &seed, 0, 1000000000, "same seed, same octets" },
        { "--domains", ARG_NUMBER, &o.domains, 1, DOMAINS_MAX, "sender domains; default an eighth of the mails, 8 to 250" },
        { "--body-scale", ARG_NUMBER, &o.body_scale, 1, 64, "the same mails with a body so many times as long" },
        { "--fields-scale", ARG_NUMBER, &o.fields_scale, 1, 64, "with so many times the filler fields" },
        { "--field-scale", ARG_NUMBER, &o.field_scale, 1, 64, "with filler fields so many times as long" },
        { "--plain", ARG_FLAG, &o.plain, 0, 0, "uniform mails with one RSA signature each, of one domain" },
        { "--body", ARG_NUMBER, &o.body, 0, 64u << 20, "plain: octets of the body" },
        { "--fields", ARG_NUMBER, &o.fields, 0, 2000, "plain: filler fields" },
        { "--field-length", ARG_NUMBER, &o.field_length, 1, 60000, "plain: octets of each" },
        { 0 } }, "writes a corpus of mail, its zone and its manifest");
    if (!o.out)
        die("--out is needed");
    o.seed = seed;
    if (!o.domains)
        o.domains = o.mails / 8 < 8 ? 8 : o.mails / 8 > 250 ? 250 : o.mails / 8;
    generate(&o);
    return 0;
}
