#include "results.h"

#include <string.h>

unsigned checks_parse(const char *list)
{
    static const char *const names[] = { "spf", "dkim", "arc", "dmarc" };
    struct bytes rest = text(list);
    unsigned bits = 0;
    while (rest.len) {
        struct bytes one = trim(cut(&rest, ','));
        unsigned i = 0;
        while (i < 4 && !same(one, text(names[i])))
            i++;
        if (i == 4)
            die("no such method: %.*s", (int)one.len, (const char *)one.at);
        bits |= 1u << i;
    }
    return bits;
}

/* The value without comments, folds as blanks, quotes gone but what they held kept; ';' in quotes becomes ','. */
static struct buf plain(struct bytes value)
{
    struct buf out = { 0 };
    unsigned depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = value.at[i];
        if (c == '\\' && (quoted || depth))
            i++;
        else if (c == '"' && !depth)
            quoted = !quoted;
        else if (quoted)
            buf_byte(&out, c == ';' || c == ' ' ? ',' : c);
        else if (c == '(')
            depth++;
        else if (c == ')' && depth)
            depth--;
        else if (!depth)
            buf_byte(&out, c == '\r' || c == '\n' || c == '\t' ? ' ' : c);
    }
    return out;
}

static void keep(char *to, size_t size, struct bytes what)
{
    size_t len = what.len < size - 1 ? what.len : size - 1;
    memcpy(to, what.at, len);
    to[len] = 0;
}

static struct bytes after_at(struct bytes address)
{
    size_t at = find(address, '@');
    return at < address.len ? part(address, at + 1, address.len) : address;
}

static void add_one(struct said_list *list, struct bytes resinfo)
{
    struct said s = { .domain = "" };
    struct bytes first = cut(&resinfo, ' '), method = cut(&first, '=');
    keep(s.method, sizeof s.method, trim(cut(&method, '/')));
    keep(s.result, sizeof s.result, trim(first));
    while (resinfo.len) {
        struct bytes property = cut(&resinfo, ' '), name = cut(&property, '=');
        if (same_nocase(name, BYTES("header.d")))
            keep(s.domain, sizeof s.domain, trim(property));
        else if (same_nocase(name, BYTES("header.i")) && !s.domain[0])
            keep(s.domain, sizeof s.domain, after_at(trim(property)));
        else if (same_nocase(name, BYTES("smtp.mailfrom")))
            keep(s.identity, sizeof s.identity, BYTES("mailfrom"));
        else if (same_nocase(name, BYTES("smtp.helo")))
            keep(s.identity, sizeof s.identity, BYTES("helo"));
    }
    if (s.method[0] && s.result[0] && list->count < sizeof list->at / sizeof *list->at)
        list->at[list->count++] = s;
}

void said_add(struct said_list *list, struct bytes value, struct bytes authserv_id)
{
    struct buf flat = plain(value);
    struct bytes rest = trim(buf_view(&flat)), head = trim(cut(&rest, ';'));
    if (same_nocase(cut(&head, ' '), authserv_id))
        while (rest.len) {
            struct bytes resinfo = trim(cut(&rest, ';'));
            if (resinfo.len)
                add_one(list, resinfo);
        }
    buf_free(&flat);
}

static bool agree(const char *said, const char *expected, bool lenient)
{
    return !strcmp(said, expected) || (lenient && strcmp(said, "pass") && strcmp(expected, "pass"));
}

/* The one result of a method. HELO's spf result is no result of MAIL FROM (no mail here has the null sender). None at all means "none". */
static const char *result_of(const struct said_list *list, const char *method)
{
    for (unsigned i = 0; i < list->count; i++)
        if (!strcmp(list->at[i].method, method) && strcmp(list->at[i].identity, "helo"))
            return list->at[i].result;
    return "none";
}

static bool one_right(const struct said_list *list, const char *method, const char *expected, bool lenient, struct buf *why)
{
    const char *said = result_of(list, method);
    if (agree(said, expected, lenient))
        return true;
    buf_fmt(why, " %s=%s, not %s;", method, said, expected);
    return false;
}

/* Every signature has one result of its domain, and no pass is left over. */
static bool dkim_right(const struct said_list *list, const struct entry *e, bool lenient, struct buf *why)
{
    bool used[48] = { false }, right = true;
    for (unsigned s = 0; s < e->signatures; s++) {
        bool found = false;
        for (unsigned i = 0; i < list->count && !found; i++) {
            const struct said *one = &list->at[i];
            found = !used[i] && !strcmp(one->method, "dkim") && same_nocase(text(one->domain), text(e->dkim[s].domain)) &&
                    agree(one->result, e->dkim[s].result, lenient);
            used[i] |= found;
        }
        if (!found)
            buf_fmt(why, " no dkim=%s of %s;", e->dkim[s].result, e->dkim[s].domain);
        right &= found;
    }
    for (unsigned i = 0; i < list->count; i++)
        if (!used[i] && !strcmp(list->at[i].method, "dkim") && !strcmp(list->at[i].result, "pass")) {
            buf_fmt(why, " dkim=pass of %s;", list->at[i].domain);
            right = false;
        }
    return right;
}

bool said_right(const struct said_list *list, const struct entry *e, unsigned checks, bool lenient, struct buf *why)
{
    bool right = true;
    if (checks & CHECK_SPF)
        right &= one_right(list, "spf", e->spf, lenient, why);
    if (checks & CHECK_DKIM)
        right &= dkim_right(list, e, lenient, why);
    if (checks & CHECK_ARC)
        right &= one_right(list, "arc", e->arc, lenient, why);
    if (checks & CHECK_DMARC)
        right &= one_right(list, "dmarc", e->dmarc, lenient, why);
    return right;
}
