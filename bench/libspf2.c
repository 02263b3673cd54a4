/*
 * libspf2: libspf2 checks MAIL FROM of every mail of the corpus, all answers in its own cache.
 *
 *     libspf2 --corpus DIR [--rounds 20]
 *
 * Prints CPU microseconds a check and how many results are not the manifest's.
 */
#include "args.h"
#include "manifest.h"
#include "zone.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#include <spf2/spf.h>
#include <spf2/spf_dns_cache.h>
#include <spf2/spf_dns_zone.h>
#pragma GCC diagnostic pop

enum { CACHE_BITS = 14 };

static const char *word(SPF_result_t result)
{
    switch (result) {
    case SPF_RESULT_PASS:      return "pass";
    case SPF_RESULT_FAIL:      return "fail";
    case SPF_RESULT_SOFTFAIL:  return "softfail";
    case SPF_RESULT_NEUTRAL:   return "neutral";
    case SPF_RESULT_NONE:      return "none";
    case SPF_RESULT_TEMPERROR: return "temperror";
    case SPF_RESULT_PERMERROR: return "permerror";
    case SPF_RESULT_INVALID:   return "invalid";
    }
    return "?";
}

static bool check(SPF_server_t *server, const struct entry *e)
{
    SPF_request_t *request = need(SPF_request_new(server));
    SPF_response_t *response = NULL;
    if (strchr(e->ip, ':'))
        SPF_request_set_ipv6_str(request, e->ip);
    else
        SPF_request_set_ipv4_str(request, e->ip);
    SPF_request_set_helo_dom(request, e->helo);
    SPF_request_set_env_from(request, e->mail_from);
    SPF_request_query_mailfrom(request, &response);
    bool right = response && !strcmp(word(SPF_response_result(response)), e->spf);
    if (!right)
        fprintf(stderr, "libspf2: %s: %s, not %s\n", e->file, response ? word(SPF_response_result(response)) : "nothing", e->spf);
    if (response)
        SPF_response_free(response);
    SPF_request_free(request);
    return right;
}

static void add(SPF_dns_server_t *layer, const struct name *n, const struct record *r)
{
    char value[4096], address[INET6_ADDRSTRLEN];
    ns_type type;
    if (r->type == RR_TXT) {
        struct buf txt = txt_of(r);
        snprintf(value, sizeof value, "%.*s", (int)txt.len, (const char *)txt.at);
        buf_free(&txt);
        type = ns_t_txt;
    } else if (r->type == RR_MX) {
        char *host = name_from_wire(part(r->data, 2, r->data.len));
        snprintf(value, sizeof value, "%s", host);
        type = ns_t_mx;
    } else if (r->type == RR_A || r->type == RR_AAAA) {
        inet_ntop(r->type == RR_A ? AF_INET : AF_INET6, r->data.at, address, sizeof address);
        snprintf(value, sizeof value, "%s", address);
        type = r->type == RR_A ? ns_t_a : ns_t_aaaa;
    } else
        return;
    if (SPF_dns_zone_add_str(layer, n->text, type, NETDB_SUCCESS, value) != SPF_E_SUCCESS)
        die("%s: not taken", n->text);
}

int main(int argc, char **argv)
{
    const char *corpus = NULL;
    unsigned rounds = 20;
    args_read(argc, argv, (const struct arg[]){
        { "--corpus", ARG_TEXT, &corpus, 0, 0, "folder made by bench/corpus" },
        { "--rounds", ARG_NUMBER, &rounds, 1, 100000, "timed passes over the corpus" },
        { 0 } }, "libspf2 checks the corpus from its cache");
    if (!corpus)
        die("--corpus is needed");
    struct manifest manifest = manifest_read(corpus);
    struct zone zone = { 0 };
    struct buf path = { 0 };
    buf_fmt(&path, "%s/corpus.zone%c", corpus, 0);
    zone_read(&zone, (const char *)path.at);
    SPF_dns_server_t *layer = need(SPF_dns_zone_new(NULL, "corpus", 0));
    for (size_t i = 0; i < zone.ordered; i++)
        for (const struct record *r = zone.in_order[i]->first; r; r = r->next)
            add(layer, zone.in_order[i], r);
    SPF_dns_server_t *cache = need(SPF_dns_cache_new(layer, "cache", 0, CACHE_BITS));
    SPF_server_t *server = need(SPF_server_new_dns(cache, 0));

    unsigned wrong = 0;
    for (size_t i = 0; i < manifest.count; i++)
        wrong += !check(server, &manifest.entries[i]);
    uint64_t start = cpu_ns();
    for (unsigned round = 0; round < rounds; round++)
        for (size_t i = 0; i < manifest.count; i++)
            wrong += !check(server, &manifest.entries[i]);
    double checks = (double)manifest.count * rounds;
    printf("{\"program\":\"libspf2\",\"checks\":%.0f,\"cpu_us\":%.3f,\"wrong\":%u}\n", checks, (double)(cpu_ns() - start) / checks / 1000, wrong);
    return wrong ? 1 : 0;
}
