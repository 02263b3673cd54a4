#include "mail/received.h"

#include "base/cursor.h"
#include "dns/name.h"
#include "mail/date.h"
#include "mail/lexer.h"

/* ---- pieces of a Received field ---- */

enum piece_kind { PIECE_END, PIECE_WORD, PIECE_COMMENT };

struct piece {
    enum piece_kind kind;
    struct slice text;          /* a comment's without its parentheses */
};

static bool is_word_octet(uint8_t octet)
{
    return octet != ' ' && octet != '\t' && octet != '\r' && octet != '\n' && octet != '(' && octet != ';';
}

/* A comment up to the ")" that closes it, or to the end; nested ones stay inside. */
static struct slice take_comment(struct cursor *c)
{
    struct slice start;
    size_t depth = 1;

    take_octet(c);
    start = c->rest;
    while (!at_end(c)) {
        uint8_t octet = take_octet(c);

        if (octet == '\\' && !at_end(c))
            take_octet(c);
        depth += octet == '(';
        depth -= octet == ')';
        if (depth == 0)
            return slice_first(start, start.len - c->rest.len - 1);
    }
    return start;
}

/* Stops at ";", which begins the date. */
static struct piece next_piece(struct cursor *c)
{
    struct piece piece = { .kind = PIECE_END };

    skip_fws(c);
    if (at_end(c) || peek(c) == ';')
        return piece;
    if (peek(c) == '(') {
        piece.kind = PIECE_COMMENT;
        piece.text = take_comment(c);
    } else {
        piece.kind = PIECE_WORD;
        piece.text = take_while(c, is_word_octet);
    }
    return piece;
}

/* ---- addresses and names ---- */

static bool read_ip(struct slice text, struct ip *out)
{
    static const struct slice tag = SLICE_INIT("IPv6:");

    return ip_parse(slice_starts_nocase(text, tag) ? slice_from(text, tag.len) : text, out);
}

/* "[" address "]", and what a port makes of it: "[192.0.2.1]:25" */
static bool read_bracketed_ip(struct slice text, struct ip *out)
{
    size_t end = slice_find(text, ']');

    return text.len > 2 && text.at[0] == '[' && end < text.len && read_ip(slice_from(slice_first(text, end), 1), out);
}

static struct slice name_or_nothing(struct slice name)
{
    name = name_undotted(name);
    return slice_same_nocase(name, SLICE("unknown")) || slice_has(name, '[') ? slice_first(name, 0) : name;
}

/* ---- the from clause ---- */

/* What a comment behind "from NAME" says: the sum of all that MTAs put there. */
struct tcp_info {
    struct ip client;
    struct slice name;          /* before the address: what its PTR record says */
    struct slice helo;          /* named as such (Exim, qmail) */
    bool doubtful;              /* "may be forged" (Sendmail) */
};

static bool is_inner_octet(uint8_t octet)
{
    return is_word_octet(octet) && octet != ')';
}

/* Blanks, parentheses and ";" inside a comment stand between words. */
static struct slice next_inner_word(struct cursor *c)
{
    while (!at_end(c) && !is_inner_octet((uint8_t)peek(c)))
        take_octet(c);
    return take_while(c, is_inner_octet);
}

/* "ident@host" says host. */
static struct slice without_ident(struct slice word)
{
    size_t at_sign = slice_find_last(word, '@');

    return at_sign == word.len ? word : slice_from(word, at_sign + 1);
}

static void read_tcp_word(struct tcp_info *info, struct slice word, bool first)
{
    static const struct slice helo = SLICE_INIT("helo=");
    bool known = info->client.family != IP_NONE;

    /* "[203.0.113.1] x@host [192.0.2.7]": what stands before the at-sign is the client's own ident text (RFC 1413), and
     * may look like an address. */
    if (known && slice_has(word, '@') && !slice_has(word, '=')) {
        info->client.family = IP_NONE;
        info->name = without_ident(word);
        return;
    }
    if (slice_starts_nocase(word, helo))
        info->helo = slice_from(word, helo.len);
    else if (slice_same_nocase(word, SLICE("forged")))
        info->doubtful = true;
    else if (!known && read_bracketed_ip(without_ident(word), &info->client))
        return;
    else if (first && read_ip(without_ident(word), &info->client))
        return;                                    /* Exchange: nothing but the address */
    else if (first && !slice_has(word, '='))
        info->name = without_ident(word);
}

static struct tcp_info read_tcp_info(struct slice comment)
{
    struct tcp_info info = { .doubtful = false };
    struct cursor c = cursor_of(comment);
    struct slice word = next_inner_word(&c);

    /* qmail: (HELO name) */
    if (slice_same_nocase(word, SLICE("HELO")) || slice_same_nocase(word, SLICE("EHLO"))) {
        info.helo = next_inner_word(&c);
        return info;
    }
    read_tcp_word(&info, word, true);
    for (word = next_inner_word(&c); word.len > 0; word = next_inner_word(&c))
        read_tcp_word(&info, word, false);
    return info;
}

/* What is known while the clauses are read. */
struct reading {
    struct received *out;
    struct slice from;          /* the word behind "from" */
    struct tcp_info tcp;
    bool has_from, is_exim;
};

static bool begins_with_authenticated(struct slice comment)
{
    return slice_starts_nocase(slice_trim_fws(comment), SLICE("authenticated"));
}

/* Comments of the from clause, up to the first that names an address: those behind it may quote the client
 * (a certificate's name, say) and say nothing about it but that it was authenticated. */
static void read_from_comment(struct reading *r, struct slice comment)
{
    struct tcp_info info;

    if (begins_with_authenticated(comment)) {
        r->out->authenticated = true;
        return;
    }
    if (r->tcp.client.family != IP_NONE)
        return;
    info = read_tcp_info(comment);
    if (info.helo.len == 0)
        info.helo = r->tcp.helo;
    if (info.client.family != IP_NONE)
        r->tcp = info;
    else
        r->tcp.helo = info.helo;
}

/*
 * Which name is which:
 *   Postfix, Sendmail, Gmail   from HELO (PTR [ip])      from HELO ([ip])
 *   Exim                       from PTR ([ip] helo=HELO)  from [ip] (helo=HELO)   from PTR ([ip]): HELO is the same
 *   Exchange                   from HELO (ip)
 *   qmail                      from PTR (HELO HELO) (ip)   from ip (EHLO HELO)
 */
static void conclude_from(struct reading *r)
{
    struct received *out = r->out;
    struct ip literal = { .family = IP_NONE };
    bool is_literal = read_bracketed_ip(r->from, &literal) || read_ip(r->from, &literal);

    out->client = r->tcp.client.family != IP_NONE ? r->tcp.client : literal;
    if (r->tcp.helo.len > 0) {
        out->helo = r->tcp.helo;
        out->rdns = is_literal ? slice_first(r->from, 0) : name_or_nothing(r->from);
    } else if (is_literal && r->tcp.client.family == IP_NONE) {
        out->helo = slice_first(r->from, 0);       /* Exim: no PTR, no HELO */
    } else if (r->is_exim && r->tcp.client.family != IP_NONE && r->tcp.name.len == 0) {
        out->helo = out->rdns = name_or_nothing(r->from);
    } else {
        out->helo = r->from;
        out->rdns = r->tcp.doubtful ? slice_first(r->from, 0) : name_or_nothing(r->tcp.name);
    }
}

/* ---- the other clauses ---- */

enum clause { CLAUSE_NONE, CLAUSE_FROM, CLAUSE_BY, CLAUSE_VIA, CLAUSE_WITH, CLAUSE_ID, CLAUSE_FOR };

static enum clause clause_of(struct slice word)
{
    static const struct { const char *word; enum clause clause; } words[] = {
        { "from", CLAUSE_FROM }, { "by", CLAUSE_BY }, { "via", CLAUSE_VIA }, { "with", CLAUSE_WITH }, { "id", CLAUSE_ID },
        { "for", CLAUSE_FOR },
    };

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (slice_same_nocase(word, slice_str(words[i].word)))
            return words[i].clause;
    return CLAUSE_NONE;
}

/* ESMTPA, ESMTPSA, LMTPA, UTF8SMTPSA ... (RFC 3848, RFC 6531 4.3) and Exim's lower case. */
static bool says_authenticated(struct slice protocol)
{
    return slice_ends_nocase(protocol, SLICE("MTPA")) || slice_ends_nocase(protocol, SLICE("MTPSA"));
}

/* "<a@example.org>" or "a@example.org"; not "for multiple recipients". */
static struct slice recipient_of(struct slice word)
{
    return slice_has(word, '@') ? slice_trim(word, "<>") : slice_first(word, 0);
}

/* The first word of a clause; each clause counts once, so that nothing behind it can say it again. */
static void read_word(struct reading *r, enum clause clause, struct slice word)
{
    struct received *out = r->out;

    switch (clause) {
    case CLAUSE_NONE:
    case CLAUSE_VIA:
        break;
    case CLAUSE_FROM:
        if (!r->has_from)
            r->from = word;
        r->has_from = true;
        break;
    case CLAUSE_BY:
        if (out->by.len == 0)
            out->by = name_undotted(word);
        break;
    case CLAUSE_WITH:
        if (out->with.len == 0)
            out->with = word;
        break;
    case CLAUSE_ID:
        if (out->queue_id.len == 0)
            out->queue_id = slice_trim(word, "<>");
        break;
    case CLAUSE_FOR:
        if (out->envelope_for.len == 0)
            out->envelope_for = recipient_of(word);
        break;
    }
}

static void read_comment(struct reading *r, enum clause clause, struct slice comment)
{
    if (clause == CLAUSE_FROM && r->out->by.len == 0)
        read_from_comment(r, comment);
    else if (slice_starts_nocase(comment, SLICE("Exim")))
        r->is_exim = true;
}

/* "with Microsoft SMTP Server": the words of one clause that no comment parts. */
static void extend_protocol(struct received *out, struct slice word)
{
    out->with = slice_of(out->with.at, (size_t)(word.at + word.len - out->with.at));
}

/* from ... by ... via ... with ... id ... for ...                  RFC 5321 4.4 */
static void read_clauses(struct reading *r, struct cursor *c)
{
    enum clause clause = CLAUSE_NONE;
    unsigned words = 0;              /* of this clause; a comment ends them */
    bool first_with = false;

    for (struct piece p = next_piece(c); p.kind != PIECE_END; p = next_piece(c)) {
        bool starts_clause = words > 0 || clause == CLAUSE_NONE;

        if (p.kind == PIECE_COMMENT) {
            read_comment(r, clause, p.text);
            first_with = false;
        } else if (starts_clause && clause_of(p.text) != CLAUSE_NONE) {
            clause = clause_of(p.text);
            words = 0;
            first_with = clause == CLAUSE_WITH && r->out->with.len == 0;
        } else if (words++ == 0) {
            read_word(r, clause, p.text);
        } else if (first_with) {
            extend_protocol(r->out, p.text);
        }
    }
}

static void keep(struct arena *arena, struct slice *text)
{
    if (text->len > 0)
        *text = slice_dup(arena, *text);
    else
        *text = (struct slice){ .at = NULL, .len = 0 };
}

bool received_parse(struct arena *arena, struct slice value, struct received *out)
{
    struct cursor c = cursor_of(value);
    struct reading r = { .out = out };

    *out = (struct received){ .has_date = false };
    read_clauses(&r, &c);
    if (r.has_from)
        conclude_from(&r);
    out->authenticated |= says_authenticated(out->with);
    if (accept_octet(&c, ';'))
        out->has_date = date_parse(take_rest(&c), &out->date);
    keep(arena, &out->helo);
    keep(arena, &out->rdns);
    keep(arena, &out->by);
    keep(arena, &out->with);
    keep(arena, &out->queue_id);
    keep(arena, &out->envelope_for);
    return !arena_failed(arena) && (out->client.family != IP_NONE || out->helo.len > 0 || out->by.len > 0);
}
