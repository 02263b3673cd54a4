/*
 * A second parser of address lists, against the first (threats.md T03): it drops CFWS, writes each word as one
 * letter, cuts the letters at commas and matches each item as a whole. It shares no step with address.c.
 */
#include "mail/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rounds_test.h"
#include "mail/lexer.h"

#if defined(HAVE_ADDRESS_SANITIZER)
#define MUTATIONS 60000
#else
#define MUTATIONS 1000000
#endif

#define LETTERS_MAX 512

/* ---- words to letters: w atom, q quoted string, l domain literal, and the specials themselves ---- */

static size_t fold_at(struct slice text, size_t i)
{
    return i + 2 < text.len && text.at[i] == '\r' && text.at[i + 1] == '\n' && is_wsp(text.at[i + 2]) ? 3 : 0;
}

/* Behind the comment or quoted string that begins at i; 0 if it is not sound. */
static size_t behind_enclosed(struct slice text, size_t i, uint8_t open, uint8_t close)
{
    unsigned depth = 0;

    while (i < text.len) {
        uint8_t octet = text.at[i];
        bool escaped = octet == '\\';

        if (fold_at(text, i) > 0) {
            i += 3;
            continue;
        }
        if (escaped)
            octet = ++i < text.len ? text.at[i] : 0;
        if (octet == 0 || octet == '\r' || octet == '\n')
            return 0;
        i++;
        if (escaped)
            continue;
        if (octet == close && (open != close || depth > 0))
            depth--;
        else if (octet == open && ++depth > COMMENT_DEPTH_MAX)
            return 0;
        if (depth == 0)
            return i;
    }
    return 0;
}

static size_t behind_literal(struct slice text, size_t i)
{
    for (i++; i < text.len && text.at[i] != ']';) {
        uint8_t octet = text.at[i];

        if (octet == '[' || octet == '\\' || octet == 0x7f)
            return 0;
        if (octet >= 32 || octet == '\t')
            i++;
        else if (fold_at(text, i) > 0)
            i += 3;
        else
            return 0;
    }
    return i < text.len ? i + 1 : 0;
}

static size_t behind_atom(struct slice text, size_t i)
{
    static const char *const specials = "()<>[]:;@\\,.\"";
    size_t start = i;

    while (i < text.len && text.at[i] > 32 && text.at[i] != 127 && memchr(specials, text.at[i], 13) == NULL)
        i++;
    return i > start ? i : 0;
}

/* False if the text is no sequence of words. */
static bool letters_of(struct slice text, char *to, size_t *count)
{
    *count = 0;
    for (size_t i = 0, next; i < text.len; i = next) {
        uint8_t octet = text.at[i];
        char letter = 0;

        if (is_wsp(octet) || fold_at(text, i) > 0) {
            next = i + (is_wsp(octet) ? 1 : 3);
            continue;
        }
        if (octet == '(') {
            next = behind_enclosed(text, i, '(', ')');
        } else if (octet == '"') {
            next = behind_enclosed(text, i, '"', '"');
            letter = 'q';
        } else if (octet == '[') {
            next = behind_literal(text, i);
            letter = 'l';
        } else if (octet != 0 && memchr("<>@,;:.", octet, 7) != NULL) {
            next = i + 1;
            letter = (char)octet;
        } else {
            next = behind_atom(text, i);
            letter = 'w';
        }
        if (next == 0 || *count == LETTERS_MAX)
            return false;
        if (letter != 0)
            to[(*count)++] = letter;
    }
    return true;
}

/* ---- matching letters ---- */

struct span { const char *from, *to; };

static const char *find(struct span s, char letter)
{
    return s.to > s.from ? memchr(s.from, letter, (size_t)(s.to - s.from)) : NULL;
}

static bool is_word(char letter)
{
    return letter == 'w' || letter == 'q';
}

static bool is_local(struct span s)
{
    for (const char *at = s.from; at < s.to; at++)
        if ((at - s.from) % 2 == 0 ? !is_word(*at) : *at != '.')
            return false;
    return (s.to - s.from) % 2 == 1;
}

static bool is_domain(struct span s)
{
    if (s.to - s.from == 1 && *s.from == 'l')
        return true;
    if (s.to > s.from && s.to[-1] == '.')
        s.to--;
    for (const char *at = s.from; at < s.to; at++)
        if (*at != ((at - s.from) % 2 == 0 ? 'w' : '.'))
            return false;
    return (s.to - s.from) % 2 == 1;
}

static bool is_spec(struct span s)
{
    const char *at_sign = find(s, '@');

    return at_sign != NULL && is_local((struct span){ s.from, at_sign }) && is_domain((struct span){ at_sign + 1, s.to });
}

static bool is_route(struct span s)
{
    bool any = false;

    while (s.from < s.to) {
        const char *comma = find(s, ',');
        struct span part = { s.from, comma == NULL ? s.to : comma };

        if (part.to > part.from && (*part.from != '@' || !is_domain((struct span){ part.from + 1, part.to })))
            return false;
        any |= part.to > part.from;
        s.from = comma == NULL ? s.to : comma + 1;
    }
    return any;
}

static bool is_phrase(struct span s)
{
    if (s.from == s.to || !is_word(*s.from))
        return false;
    for (; s.from < s.to; s.from++)
        if (!is_word(*s.from) && *s.from != '.')
            return false;
    return true;
}

static bool is_mailbox(struct span s)
{
    const char *open = find(s, '<'), *colon;
    struct span inside;

    if (open == NULL)
        return is_spec(s);
    if (s.to[-1] != '>' || (open > s.from && !is_phrase((struct span){ s.from, open })))
        return false;
    inside = (struct span){ open + 1, s.to - 1 };
    colon = find(inside, ':');
    if (colon == NULL)
        return is_spec(inside);
    return colon > inside.from && is_route((struct span){ inside.from, colon }) && is_spec((struct span){ colon + 1, inside.to });
}

/* The first such letter outside angles, or NULL. */
static const char *find_outside(struct span s, char letter)
{
    bool inside = false;

    for (const char *at = s.from; at < s.to; at++) {
        if (!inside && *at == letter)
            return at;
        inside = *at == '<' || (inside && *at != '>');
    }
    return NULL;
}

static bool count_mailboxes(struct span s, size_t *count)
{
    while (s.from < s.to) {
        const char *comma = find_outside(s, ',');
        struct span item = { s.from, comma == NULL ? s.to : comma };

        if (item.to > item.from && !is_mailbox(item))
            return false;
        *count += item.to > item.from;
        s.from = comma == NULL ? s.to : comma + 1;
    }
    return true;
}

/* The end of the item that begins at s.from: a comma outside angles, behind the ";" if it is a group. */
static const char *item_end(struct span s)
{
    const char *comma = find_outside(s, ','), *colon = find_outside(s, ':');
    const char *end = comma == NULL ? s.to : comma;

    if (colon == NULL || colon > end)
        return end;
    end = find_outside((struct span){ colon + 1, s.to }, ';');
    if (end == NULL)
        return s.to;
    comma = find_outside((struct span){ end, s.to }, ',');
    return comma == NULL ? s.to : comma;
}

struct opinion { bool well_formed, has_group; size_t count; };

static bool judge_item(struct span item, struct opinion *o)
{
    const char *colon = find_outside(item, ':');
    struct span head = { item.from, colon };

    if (item.from == item.to)
        return true;
    if (colon == NULL)
        return count_mailboxes(item, &o->count);
    o->has_group = true;
    return is_phrase(head) && item.to[-1] == ';' && count_mailboxes((struct span){ colon + 1, item.to - 1 }, &o->count);
}

static struct opinion second_opinion(struct slice text)
{
    struct opinion o = { .well_formed = false };
    char letters[LETTERS_MAX];
    size_t count;

    if (!utf8_valid(text) || !letters_of(text, letters, &count))
        return o;
    for (struct span rest = { letters, letters + count }; rest.from < rest.to;) {
        const char *end = item_end(rest);

        if (!judge_item((struct span){ rest.from, end }, &o))
            return (struct opinion){ .well_formed = false };
        rest.from = end < rest.to ? end + 1 : end;
    }
    o.well_formed = o.count > 0 || o.has_group;
    return o;
}

/* ---- mutations ---- */

static const char *const seeds[] = {
    "a@example.org", "Jo Q. Smith <a.b@example.org>, \"x, y\" <c@example.net>", "g: a@example.org, B <b@example.net>;, c@example.org",
    "(1) <(2)@a.example,@[192.0.2.1]:c@example.org(3)> (4(5)\\))", "a.\"b \\\" c\".d@[192.0.2.1]\r\n ,,x@y.", "\"\"@a, b:;, <c.d@e>",
    "\xc3\xb6 <\xc3\xb6@\xc3\xb6.example>",
};

static size_t mutate(uint8_t *at, size_t len, size_t cap, unsigned *seed)
{
    static const char octets[] = "<>()[]@,;:.\"\\ \t\r\nab\xc3\xb6\x01\x7f\0=";

    for (unsigned n = (unsigned)rand_r(seed) % 5; n > 0 && len > 0; n--) {
        size_t i = (size_t)rand_r(seed) % len;
        unsigned kind = (unsigned)rand_r(seed) % 3;

        if (kind == 1) {
            memmove(at + i, at + i + 1, --len - i);
            continue;
        }
        if (kind == 2 && len < cap)
            memmove(at + i + 1, at + i, len++ - i);
        at[i] = (uint8_t)octets[(size_t)rand_r(seed) % (sizeof octets - 1)];
    }
    return len;
}

static void two_parsers_agree(void **state)
{
    struct arena *arena = arena_new(1u << 20);
    unsigned seed = 42, good = 0, rounds = test_rounds(MUTATIONS);

    (void)state;
    assert_non_null(arena);
    for (unsigned round = 0; round < rounds; round++) {
        struct slice from = slice_str(seeds[round % COUNT_OF(seeds)]);
        uint8_t text[128];
        struct address_list list;

        memcpy(text, from.at, from.len);
        struct slice value = slice_of(text, mutate(text, from.len, sizeof text, &seed));
        struct opinion second = second_opinion(value);
        assert_true(address_list_parse(arena, value, &list));
        if (list.well_formed != second.well_formed || (list.well_formed && (list.count != second.count || list.has_group != second.has_group)))
            fail_msg("round %u: %d %zu, %d %zu: \"%.*s\"", round, list.well_formed, list.count, second.well_formed, second.count,
                     (int)value.len, (const char *)value.at);
        good += list.well_formed;
        arena_reset(arena);
    }
    assert_true(good > rounds / 10 && good < rounds - rounds / 10);
    arena_free(arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_parsers_agree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
