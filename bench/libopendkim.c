/*
 * opendkim: libopendkim verifies the corpus, keys from memory.
 *
 *     opendkim-verify --corpus DIR [--rounds 3]
 *
 * Every signature is processed, as an Authentication-Results field needs. Prints CPU microseconds a
 * message and the number of signatures that did not come out as the manifest says.
 */
#include "args.h"
#include "manifest.h"
#include "zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <opendkim/dkim.h>

enum { CHUNK = 65535 };

static struct zone zone;

static DKIM_CBSTAT key_from_zone(DKIM *dkim, DKIM_SIGINFO *sig, unsigned char *out, size_t size)
{
    char name[512];
    (void)dkim;
    snprintf(name, sizeof name, "%s._domainkey.%s", (const char *)dkim_sig_getselector(sig), (const char *)dkim_sig_getdomain(sig));
    const struct record *r = zone_look(&zone, name, RR_TXT);
    if (!r)
        return DKIM_CBSTAT_NOTFOUND;
    struct buf txt = txt_of(r);
    bool fits = txt.len < size;
    if (fits) {
        memcpy(out, txt.at, txt.len);
        out[txt.len] = 0;
    }
    buf_free(&txt);
    return fits ? DKIM_CBSTAT_CONTINUE : DKIM_CBSTAT_ERROR;
}

/* The mail cut into fields and body beforehand: finding them is not libopendkim's work. */
struct mail { struct buf octets; struct bytes *fields; size_t count; struct bytes body; };

static void split(struct mail *m)
{
    struct bytes rest = buf_view(&m->octets);
    while (rest.len && rest.at[0] != '\r') {
        size_t end = 0;
        do
            end += find(part(rest, end, rest.len), '\n') + 1;
        while (end < rest.len && (rest.at[end] == ' ' || rest.at[end] == '\t'));
        m->fields = need(realloc(m->fields, (m->count + 1) * sizeof *m->fields));
        m->fields[m->count++] = part(rest, 0, end - 2);
        rest = part(rest, end, rest.len);
    }
    m->body = part(rest, rest.len < 2 ? rest.len : 2, rest.len);
}

static unsigned char *loose(struct bytes b)
{
    return (unsigned char *)(uintptr_t)b.at;      /* the library's functions take what they do not change without const */
}

static unsigned verify(DKIM_LIB *lib, const struct mail *m, const struct entry *e)
{
    DKIM_STAT status;
    DKIM *dkim = dkim_verify(lib, (const unsigned char *)"bench", NULL, &status);
    if (!dkim)
        die("dkim_verify: %d", status);
    for (size_t i = 0; i < m->count; i++)
        if (dkim_header(dkim, loose(m->fields[i]), m->fields[i].len) != DKIM_STAT_OK)
            die("%s: dkim_header", e->file);
    dkim_eoh(dkim);
    for (size_t at = 0; at < m->body.len; at += CHUNK)
        dkim_body(dkim, loose(part(m->body, at, m->body.len)), m->body.len - at < CHUNK ? m->body.len - at : CHUNK);
    bool test_key = false;
    dkim_eom(dkim, &test_key);
    DKIM_SIGINFO **sigs = NULL;
    int count = 0;
    unsigned wrong = 0;
    if (dkim_getsiglist(dkim, &sigs, &count) != DKIM_STAT_OK || (unsigned)count != e->signatures)
        wrong++;
    for (int i = 0; i < count && !wrong; i++) {
        dkim_sig_process(dkim, sigs[i]);
        bool pass = (dkim_sig_getflags(sigs[i]) & DKIM_SIGFLAG_PASSED) && dkim_sig_getbh(sigs[i]) == DKIM_SIGBH_MATCH;
        wrong += pass != !strcmp(e->dkim[i].result, "pass");
    }
    if (wrong)
        fprintf(stderr, "opendkim: %s: not as expected\n", e->file);
    dkim_free(dkim);
    return wrong;
}

int main(int argc, char **argv)
{
    const char *corpus = NULL;
    unsigned rounds = 3;
    args_read(argc, argv, (const struct arg[]){
        { "--corpus", ARG_TEXT, &corpus, 0, 0, "folder made by bench/corpus" },
        { "--rounds", ARG_NUMBER, &rounds, 1, 1000, "timed passes over the corpus" },
        { 0 } }, "libopendkim verifies the corpus");
    if (!corpus)
        die("--corpus is needed");
    struct manifest manifest = manifest_read(corpus);
    struct mail *mails = zalloc(manifest.count, sizeof *mails);
    struct buf path = { 0 };
    buf_fmt(&path, "%s/corpus.zone%c", corpus, 0);
    zone_read(&zone, (const char *)path.at);
    for (size_t i = 0; i < manifest.count; i++) {
        buf_clear(&path);
        buf_fmt(&path, "%s/%s%c", corpus, manifest.entries[i].file, 0);
        mails[i].octets = read_file((const char *)path.at);
        split(&mails[i]);
    }
    DKIM_LIB *lib = need(dkim_init(NULL, NULL));
    if (dkim_set_key_lookup(lib, key_from_zone) != DKIM_STAT_OK)
        die("dkim_set_key_lookup");

    unsigned wrong = 0;
    for (size_t i = 0; i < manifest.count; i++)
        wrong += verify(lib, &mails[i], &manifest.entries[i]);
    uint64_t start = cpu_ns();
    for (unsigned round = 0; round < rounds; round++)
        for (size_t i = 0; i < manifest.count; i++)
            wrong += verify(lib, &mails[i], &manifest.entries[i]);
    double messages = (double)manifest.count * rounds;
    printf("{\"program\":\"libopendkim\",\"messages\":%.0f,\"cpu_us\":%.2f,\"wrong\":%u}\n", messages,
           (double)(cpu_ns() - start) / messages / 1000, wrong);
    dkim_close(lib);
    return wrong ? 1 : 0;
}
