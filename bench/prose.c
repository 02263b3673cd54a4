#include "prose.h"

static const char *const words[] = {
    "the", "of", "and", "to", "in", "that", "is", "was", "for", "it", "with", "as", "his", "on", "be", "at", "by", "this", "had", "not",
    "are", "but", "from", "or", "have", "an", "they", "which", "one", "you", "were", "her", "all", "she", "there", "would", "their",
    "we", "him", "been", "has", "when", "who", "will", "more", "no", "if", "out", "so", "said", "what", "up", "its", "about", "into",
    "than", "them", "can", "only", "other", "new", "some", "could", "time", "these", "two", "may", "then", "do", "first", "any", "my",
    "now", "such", "like", "our", "over", "man", "me", "even", "most", "made", "after", "also", "did", "many", "before", "must",
    "meeting", "invoice", "project", "report", "number", "question", "attached", "yesterday", "tomorrow", "customer", "delivery",
    "address", "holiday", "minutes", "greetings", "regards", "deadline", "contract", "schedule", "department", "university",
};
enum { WORDS = sizeof words / sizeof *words };

void prose_words(struct buf *out, struct rng *r, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (i)
            buf_byte(out, ' ');
        buf_text(out, words[rng_below(r, WORDS)]);
    }
}

/* Lines of at most 76 octets; a few hold what canonicalisation changes: runs of blanks, TABs, blanks at the end. */
static void plain(struct buf *out, struct rng *r, size_t size)
{
    size_t end = out->len + size;
    while (out->len < end) {
        unsigned kind = rng_below(r, 100);
        if (kind < 12) {
            buf_text(out, "\r\n");
            continue;
        }
        size_t line = out->len;
        if (kind < 16)
            buf_text(out, "> ");
        do {
            if (out->len > line)
                buf_text(out, kind == 97 ? "  " : kind == 98 ? "\t" : " ");
            buf_text(out, words[rng_below(r, WORDS)]);
        } while (out->len - line < 62 && rng_below(r, 60));
        buf_text(out, kind == 99 ? " \r\n" : "\r\n");
    }
}

static void html(struct buf *out, struct rng *r, size_t size)
{
    size_t end = out->len + size;
    buf_text(out, "<!DOCTYPE html>\r\n<html><head><meta charset=\"us-ascii\"><title>");
    prose_words(out, r, 4);
    buf_text(out, "</title></head>\r\n<body style=\"margin:0;padding:0\">\r\n");
    while (out->len < end) {
        size_t line = out->len;
        buf_text(out, "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\"><tr><td style=\"font:14px/20px sans-serif;color:#333\">");
        while (out->len - line < 700) {
            prose_words(out, r, 9);
            buf_text(out, "<br> ");
        }
        buf_text(out, "</td></tr></table>\r\n");
    }
    buf_text(out, "</body></html>\r\n");
}

static void attachment(struct buf *out, struct rng *r, size_t size)
{
    size_t end = out->len + size;
    while (out->len < end) {
        uint8_t octets[57];
        for (size_t i = 0; i < sizeof octets; i += 3) {
            uint64_t n = rng_next(r);
            octets[i] = (uint8_t)n;
            octets[i + 1] = (uint8_t)(n >> 8);
            octets[i + 2] = (uint8_t)(n >> 16);
        }
        base64_add(out, (struct bytes){ octets, sizeof octets });
        buf_text(out, "\r\n");
    }
}

static void part_start(struct buf *out, const char *boundary, const char *fields)
{
    buf_fmt(out, "--%s\r\n%s\r\n\r\n", boundary, fields);
}

void prose_body(struct buf *body, struct buf *type, struct rng *r, size_t size)
{
    char boundary[] = "=_part_0000000000";
    for (size_t i = 7; i < sizeof boundary - 1; i++)
        boundary[i] = (char)('0' + rng_below(r, 10));
    if (size < 9000) {
        buf_text(type, "text/plain; charset=us-ascii");
        plain(body, r, size);
    } else if (size < 48000) {
        buf_fmt(type, "multipart/alternative;\r\n\tboundary=\"%s\"", boundary);
        part_start(body, boundary, "Content-Type: text/plain; charset=us-ascii");
        plain(body, r, size / 5);
        part_start(body, boundary, "Content-Type: text/html; charset=us-ascii");
        html(body, r, size - size / 5 - 1000);
        buf_fmt(body, "--%s--\r\n", boundary);
    } else {
        buf_fmt(type, "multipart/mixed;\r\n\tboundary=\"%s\"", boundary);
        part_start(body, boundary, "Content-Type: text/plain; charset=us-ascii");
        plain(body, r, 3000);
        part_start(body, boundary, "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
                                   "Content-Disposition: attachment; filename=\"data.bin\"");
        attachment(body, r, size - 3000);
        buf_fmt(body, "--%s--\r\n", boundary);
    }
    for (unsigned extra = rng_below(r, 10); extra > 7; extra--)
        buf_text(body, "\r\n");
}
