/*
 * limit: what the physics asks for. SHA-256 over the corpus' canonical octets and its RSA and Ed25519
 * verifications, keys made once, contexts kept; no parsing, no canonicalisation, no DNS.
 *
 *     limit --corpus DIR [--rounds 3] [--check]
 *
 * One body hash per distinct canonical form of a mail. Prints one JSON object: CPU microseconds a message
 * for the DKIM signatures alone ("dkim") and for DKIM and ARC ("all"), the share of each operation, and
 * how many signatures did not come out as the manifest says ("wrong"; 0 or the figures count for nothing).
 */
#include "args.h"
#include "manifest.h"
#include "seals.h"

#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bench {
    struct manifest manifest;
    struct sealed_mail *mails;
    struct zone zone;
    struct keyring *ring;
    EVP_MD *sha;
    EVP_MD_CTX *hash;
};

static void load(struct bench *b, const char *folder)
{
    struct buf path = { 0 };
    b->manifest = manifest_read(folder);
    buf_fmt(&path, "%s/corpus.zone%c", folder, 0);
    zone_read(&b->zone, (const char *)path.at);
    b->ring = keyring_new(&b->zone);
    b->mails = zalloc(b->manifest.count, sizeof *b->mails);
    for (size_t i = 0; i < b->manifest.count; i++) {
        buf_clear(&path);
        buf_fmt(&path, "%s/%s%c", folder, b->manifest.entries[i].file, 0);
        struct buf mail = read_file((const char *)path.at);
        sealed_read(&b->mails[i], buf_view(&mail), b->ring);
        buf_free(&mail);
    }
    buf_free(&path);
    b->sha = need(EVP_MD_fetch(NULL, "SHA256", NULL));
    b->hash = need(EVP_MD_CTX_new());
}

/* Every signature against the manifest. */
static unsigned wrong_ones(const struct bench *b)
{
    unsigned wrong = 0;
    for (size_t i = 0; i < b->manifest.count; i++) {
        const struct entry *e = &b->manifest.entries[i];
        const struct sealed_mail *m = &b->mails[i];
        bool chain = true;
        if (m->dkim_count != e->signatures)
            die("%s: %u signatures, not %u", e->file, m->dkim_count, e->signatures);
        for (unsigned s = 0; s < m->count; s++) {
            bool holds = seal_holds(m, &m->seals[s]);
            if (s < m->dkim_count && holds != !strcmp(e->dkim[s].result, "pass")) {
                fprintf(stderr, "limit: %s: signature %u is %s\n", e->file, s + 1, holds ? "good" : "bad");
                wrong++;
            }
            chain &= s < m->dkim_count || holds;
        }
        if (m->count > m->dkim_count && chain != !strcmp(e->arc, "pass")) {
            fprintf(stderr, "limit: %s: the ARC chain is %s\n", e->file, chain ? "good" : "bad");
            wrong++;
        }
    }
    return wrong;
}

static void hash_once(struct bench *b, uint8_t out[32], const struct buf *data)
{
    if (!EVP_DigestInit_ex2(b->hash, b->sha, NULL) || !EVP_DigestUpdate(b->hash, data->at, data->len) || !EVP_DigestFinal_ex(b->hash, out, NULL))
        die("SHA-256 failed");
}

/* One context per key, made at its first use and kept. */
struct kept { const struct key *key; EVP_PKEY_CTX *rsa; EVP_MD_CTX *ed25519; };
static struct kept kept[4096];
static unsigned kept_count;

static struct kept *kept_for(const struct key *key)
{
    for (unsigned i = 0; i < kept_count; i++)
        if (kept[i].key == key)
            return &kept[i];
    struct kept *k = &kept[kept_count++];
    k->key = key;
    if (key->kind == KEY_ED25519) {
        k->ed25519 = need(EVP_MD_CTX_new());
        return k;
    }
    k->rsa = need(EVP_PKEY_CTX_new(key->pkey, NULL));
    if (EVP_PKEY_verify_init(k->rsa) <= 0 || EVP_PKEY_CTX_set_rsa_padding(k->rsa, RSA_PKCS1_PADDING) <= 0 ||
        EVP_PKEY_CTX_set_signature_md(k->rsa, EVP_sha256()) <= 0)
        die("RSA context");
    return k;
}

static unsigned good;             /* so that no work can be left out */

static void verify_once(struct kept *k, const uint8_t hash[32], const struct buf *signature)
{
    if (k->rsa)
        good += EVP_PKEY_verify(k->rsa, signature->at, signature->len, hash, 32) == 1;
    else if (EVP_DigestVerifyInit(k->ed25519, NULL, NULL, NULL, k->key->pkey) > 0)
        good += EVP_DigestVerify(k->ed25519, signature->at, signature->len, hash, 32) == 1;
}

/* Nanoseconds of CPU. Reading the clock between the parts costs more than some of them, so the total is taken from passes of its own. */
struct figures { double total, body, header, rsa, ed25519; unsigned long octets, rsa_count, ed25519_count; };

static void hash_bodies(struct bench *b, const struct sealed_mail *m, bool arc, struct figures *f)
{
    uint8_t hash[32];
    for (unsigned form = 0; form < 2; form++)
        if (arc ? m->has_body[form] : (m->body_by_dkim >> form & 1)) {
            hash_once(b, hash, &m->body[form]);
            f->octets += m->body[form].len;
        }
}

static void verify_all(struct kept **contexts, const struct sealed_mail *m, unsigned count, uint8_t hash[][32])
{
    for (unsigned s = 0; s < count; s++)
        if (contexts[s])
            verify_once(contexts[s], hash[s], &m->seals[s].signature);
}

static void run_whole(struct bench *b, bool arc, struct kept ***contexts, struct figures *f)
{
    uint8_t hash[SEALS_MAX][32];
    uint64_t start = cpu_ns();
    for (size_t i = 0; i < b->manifest.count; i++) {
        const struct sealed_mail *m = &b->mails[i];
        unsigned count = arc ? m->count : m->dkim_count;
        hash_bodies(b, m, arc, &(struct figures){ 0 });
        for (unsigned s = 0; s < count; s++)
            hash_once(b, hash[s], &m->seals[s].header);
        verify_all(contexts[i], m, count, hash);
    }
    f->total += (double)(cpu_ns() - start);
}

/* The same by parts: each part over the whole corpus, so that the clock is read three times and no more. */
static void run_parts(struct bench *b, bool arc, struct kept ***contexts, struct figures *f)
{
    uint8_t hash[SEALS_MAX][32];
    uint64_t start = cpu_ns();
    for (size_t i = 0; i < b->manifest.count; i++)
        hash_bodies(b, &b->mails[i], arc, f);
    uint64_t bodies = cpu_ns();
    for (size_t i = 0; i < b->manifest.count; i++)
        for (unsigned s = 0; s < (arc ? b->mails[i].count : b->mails[i].dkim_count); s++)
            hash_once(b, hash[s], &b->mails[i].seals[s].header);
    uint64_t headers = cpu_ns();
    f->body += (double)(bodies - start);
    f->header += (double)(headers - bodies);
    for (unsigned rsa = 0; rsa < 2; rsa++) {
        uint64_t from = cpu_ns();
        unsigned long count = 0;
        for (size_t i = 0; i < b->manifest.count; i++)
            for (unsigned s = 0; s < (arc ? b->mails[i].count : b->mails[i].dkim_count); s++) {
                struct kept *k = contexts[i][s];
                if (!k || (k->rsa != NULL) != (rsa == 1))
                    continue;
                verify_once(k, hash[s], &b->mails[i].seals[s].signature);
                count++;
            }
        *(rsa ? &f->rsa : &f->ed25519) += (double)(cpu_ns() - from);
        *(rsa ? &f->rsa_count : &f->ed25519_count) += count;
    }
}

static void print_figures(const char *name, const struct figures *f, double messages)
{
    printf("\"%s\":{\"cpu_us\":%.2f,\"body_hash_us\":%.2f,\"header_hash_us\":%.2f,\"rsa_us\":%.2f,\"ed25519_us\":%.2f,"
           "\"gb_per_s\":%.2f,\"us_per_rsa\":%.2f,\"us_per_ed25519\":%.2f},", name, f->total / messages / 1000, f->body / messages / 1000,
           f->header / messages / 1000, f->rsa / messages / 1000, f->ed25519 / messages / 1000,
           f->body > 0 ? (double)f->octets / f->body : 0, f->rsa_count ? f->rsa / 1000 / (double)f->rsa_count : 0,
           f->ed25519_count ? f->ed25519 / 1000 / (double)f->ed25519_count : 0);
}

int main(int argc, char **argv)
{
    const char *corpus = NULL;
    unsigned rounds = 3;
    bool check = false;
    args_read(argc, argv, (const struct arg[]){
        { "--corpus", ARG_TEXT, &corpus, 0, 0, "folder made by bench/corpus" },
        { "--rounds", ARG_NUMBER, &rounds, 1, 1000, "timed passes over the corpus" },
        { "--check", ARG_FLAG, &check, 0, 0, "only check the corpus against its manifest" },
        { 0 } }, "the physical limit");
    if (!corpus)
        die("--corpus is needed");
    struct bench b = { 0 };
    load(&b, corpus);
    unsigned wrong = wrong_ones(&b);
    if (check) {
        printf("{\"messages\":%zu,\"wrong\":%u}\n", b.manifest.count, wrong);
        return wrong ? 1 : 0;
    }
    struct kept ***contexts = zalloc(b.manifest.count, sizeof *contexts);
    for (size_t i = 0; i < b.manifest.count; i++) {
        contexts[i] = zalloc(SEALS_MAX, sizeof **contexts);
        for (unsigned s = 0; s < b.mails[i].count; s++)
            contexts[i][s] = b.mails[i].seals[s].key ? kept_for(b.mails[i].seals[s].key) : NULL;
    }
    struct figures warm = { 0 }, dkim = { 0 }, all = { 0 };
    run_whole(&b, true, contexts, &warm);
    good = 0;
    for (unsigned i = 0; i < rounds; i++) {
        run_whole(&b, false, contexts, &dkim);
        run_whole(&b, true, contexts, &all);
    }
    unsigned verified = good;
    for (unsigned i = 0; i < rounds; i++) {
        run_parts(&b, false, contexts, &dkim);
        run_parts(&b, true, contexts, &all);
    }
    double messages = (double)b.manifest.count * rounds;
    printf("{\"program\":\"limit\",\"messages\":%.0f,", messages);
    print_figures("dkim", &dkim, messages);
    print_figures("all", &all, messages);
    printf("\"good\":%u,\"wrong\":%u}\n", verified, wrong);
    return wrong ? 1 : 0;
}
