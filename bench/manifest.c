#include "manifest.h"

#include <stdlib.h>
#include <string.h>

/* All values are ours: printable ASCII without quotes or backslashes. */

void manifest_print(struct buf *out, const struct entry *e)
{
    buf_fmt(out, "{\"file\":\"%s\",\"size\":%zu,\"ip\":\"%s\",\"helo\":\"%s\",\"mail_from\":\"%s\",\"rcpt\":\"%s\",\"from\":\"%s\",",
            e->file, e->size, e->ip, e->helo, e->mail_from, e->rcpt, e->from);
    buf_fmt(out, "\"spf\":\"%s\",\"dkim\":[", e->spf);
    for (unsigned i = 0; i < e->signatures; i++)
        buf_fmt(out, "%s{\"result\":\"%s\",\"domain\":\"%s\",\"selector\":\"%s\",\"algorithm\":\"%s\"}", i ? "," : "",
                e->dkim[i].result, e->dkim[i].domain, e->dkim[i].selector, e->dkim[i].algorithm);
    buf_fmt(out, "],\"arc\":\"%s\",\"sets\":%u,\"dmarc\":\"%s\",\"chain\":%u,\"chain_every\":%u}\n",
            e->arc, e->sets, e->dmarc, e->chain, e->chain_every);
}

/* "key":"value" or "key":number, cut off the front of *rest; false: no more */
static bool next_pair(struct bytes *rest, struct bytes *key, struct bytes *value)
{
    if (find(*rest, '"') == rest->len)
        return false;
    cut(rest, '"');
    *key = cut(rest, '"');
    cut(rest, ':');
    if (rest->len && rest->at[0] == '"') {
        cut(rest, '"');
        *value = cut(rest, '"');
    } else {
        size_t end = 0;
        while (end < rest->len && ((rest->at[end] >= '0' && rest->at[end] <= '9') || rest->at[end] == '['))
            end++;
        *value = part(*rest, 0, end);
        *rest = part(*rest, end, rest->len);
    }
    return true;
}

static unsigned number(struct bytes value)
{
    unsigned n = 0;
    for (size_t i = 0; i < value.len; i++)
        n = n * 10 + (unsigned)(value.at[i] - '0');
    return n;
}

static void store_signature(struct entry *e, struct bytes key, struct bytes value)
{
    if (same(key, BYTES("result")) && e->signatures == SIGNATURES_MAX)
        die("manifest: too many signatures");
    if (same(key, BYTES("result")))
        e->dkim[e->signatures++].result = copy_text(value);
    struct expected_signature *s = &e->dkim[e->signatures ? e->signatures - 1 : 0];
    if (same(key, BYTES("domain")))
        s->domain = copy_text(value);
    else if (same(key, BYTES("selector")))
        s->selector = copy_text(value);
    else if (same(key, BYTES("algorithm")))
        s->algorithm = copy_text(value);
}

static void read_entry(struct entry *e, struct bytes line)
{
    const struct { const char *key; char **to; } texts[] = {
        { "file", &e->file }, { "ip", &e->ip }, { "helo", &e->helo }, { "mail_from", &e->mail_from }, { "rcpt", &e->rcpt },
        { "from", &e->from }, { "spf", &e->spf }, { "arc", &e->arc }, { "dmarc", &e->dmarc },
    };
    struct bytes key, value;
    while (next_pair(&line, &key, &value)) {
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
            if (same(key, text(texts[i].key)))
                *texts[i].to = copy_text(value);
        if (same(key, BYTES("size")))
            e->size = number(value);
        else if (same(key, BYTES("sets")))
            e->sets = number(value);
        else if (same(key, BYTES("chain")))
            e->chain = number(value);
        else if (same(key, BYTES("chain_every")))
            e->chain_every = number(value);
        else if (!same(key, BYTES("dkim")))
            store_signature(e, key, value);
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!*texts[i].to)
            die("manifest: a line has no %s", texts[i].key);
}

struct manifest manifest_read(const char *folder)
{
    struct buf path = { 0 };
    buf_fmt(&path, "%s/manifest.jsonl%c", folder, 0);
    struct buf file = read_file((const char *)path.at);
    struct manifest m = { 0 };
    size_t lines = 0;
    for (size_t i = 0; i < file.len; i++)
        lines += file.at[i] == '\n';
    m.entries = zalloc(lines, sizeof *m.entries);
    struct bytes rest = buf_view(&file);
    while (rest.len) {
        struct bytes line = trim(cut(&rest, '\n'));
        if (line.len)
            read_entry(&m.entries[m.count++], line);
    }
    buf_free(&file);
    buf_free(&path);
    if (!m.count)
        die("%s: the manifest is empty", folder);
    return m;
}
