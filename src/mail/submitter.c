#include "mail/submitter.h"

#include "base/cursor.h"

/* ---- xtext, RFC 3461 section 4 ---- */

/* xchar = any ASCII CHAR between "!" (33) and "~" (126) inclusive, except for "+" and "=" */
static bool is_xchar(uint8_t octet)
{
    return octet >= '!' && octet <= '~' && octet != '+' && octet != '=';
}

static unsigned take_upper_hex(struct cursor *c)
{
    uint8_t digit = take_octet(c);

    if (is_digit(digit))
        return digit - (unsigned)'0';
    if (digit >= 'A' && digit <= 'F')
        return digit - (unsigned)'A' + 10;
    c->bad = true;
    return 0;
}

bool xtext_decode(struct arena *arena, struct slice text, struct slice *out)
{
    struct text t = text_in(arena, text.len + 1);
    struct cursor c = cursor_of(text);

    while (!at_end(&c)) {
        text_add(&t, take_while(&c, is_xchar));
        if (at_end(&c))
            break;
        expect(&c, '+');
        unsigned high = take_upper_hex(&c), low = take_upper_hex(&c);
        text_add_octet(&t, (uint8_t)(high << 4 | low));
    }
    *out = text_slice(&t);
    return !c.bad && !t.bad;
}

void text_add_xtext(struct text *t, struct slice octets)
{
    for (size_t i = 0; i < octets.len; i++) {
        if (is_xchar(octets.at[i]))
            text_add_octet(t, octets.at[i]);
        else
            text_addf(t, "+%02X", (unsigned)octets.at[i]);
    }
}

/* ---- the parameter ---- */

/* Mailbox = Local-part "@" ( Domain / address-literal ): a path without what makes it one. */
static bool is_mailbox(struct slice text)
{
    return text.len > 0 && text.at[0] != '<' && text.at[0] != '@' && !is_wsp(text.at[0]) && !is_wsp(text.at[text.len - 1]);
}

void submitter_parse(struct arena *arena, struct slice value, struct submitter *out)
{
    struct slice mailbox;

    *out = (struct submitter){ .given = true };
    if (value.len > SUBMITTER_OCTETS_MAX || !xtext_decode(arena, value, &mailbox) || !is_mailbox(mailbox))
        return;
    out->well_formed = path_parse(arena, mailbox, &out->mailbox) && (out->mailbox.normal_domain.len > 0 || out->mailbox.domain.at[0] == '[');
    if (!out->well_formed)
        out->mailbox = (struct path){ .null = false };
}

void text_add_submitter(struct text *t, const struct path *mailbox)
{
    uint8_t room[2 * SUBMITTER_OCTETS_MAX];          /* quoting doubles a local part at most */
    struct text plain = text_fixed(room, sizeof room);

    text_add_address(&plain, &(struct address){ .local = mailbox->local, .domain = mailbox->domain });
    t->bad = t->bad || plain.bad;
    text_add_xtext(t, text_slice(&plain));
}

bool submitter_is(const struct submitter *s, const struct address *address)
{
    if (!s->well_formed || !slice_same(s->mailbox.local, address->local))
        return false;
    if (s->mailbox.normal_domain.len > 0)
        return slice_same(s->mailbox.normal_domain, address->normal_domain);
    return address->normal_domain.len == 0 && slice_same_nocase(s->mailbox.domain, address->domain);
}
