/*
 * milter_wire.h: the milter protocol on the wire, versions 2 to 6, both directions. Pure.
 *
 * Everything is a frame: a length of four octets (network order; the command counts, it does not), one
 * octet of command, data. Frames are decoded where the octets lie as far as they are whole; bodies are handed
 * out as they come, never collected:
 *
 *     struct slice octets = ...what was read...;
 *     struct milter_frame f;
 *     while (milter_next(&decoder, &octets, &f))
 *         ...f.command, f.data until the next call...
 *     if (decoder.bad) close this session, and only this one
 *
 * (There is no specification but the implementations: Sendmail's mfdef.h and what Postfix documents of it.)
 */
#ifndef FRANK_FRONTEND_MILTER_MILTER_WIRE_H
#define FRANK_FRONTEND_MILTER_MILTER_WIRE_H

#include "base/ip.h"
#include "frontend/milter/buffers.h"

#define MILTER_FRAME_MAX (1u << 20)           /* command and data (threats.md T40); the largest chunk MTAs can be asked for */
#define MILTER_COLLECTED_MAX (64u << 20)      /* octets of frames that are not body, from one MAIL to the next (threats.md T40) */
#define MILTER_STRINGS_MAX 64                 /* strings of one frame that are looked at: pairs of macros, ESMTP arguments */

enum milter_command {                         /* from the MTA */
    MILTER_ABORT = 'A', MILTER_BODY = 'B', MILTER_CONNECT = 'C', MILTER_MACROS = 'D', MILTER_END = 'E', MILTER_HELO = 'H',
    MILTER_QUIT_NEW = 'K', MILTER_HEADER = 'L', MILTER_MAIL = 'M', MILTER_END_OF_HEADER = 'N', MILTER_NEGOTIATE = 'O',
    MILTER_QUIT = 'Q', MILTER_RCPT = 'R', MILTER_DATA = 'T', MILTER_UNKNOWN = 'U'
};
enum milter_answer {                          /* to the MTA */
    MILTER_ACCEPT = 'a', MILTER_CONTINUE = 'c', MILTER_DISCARD = 'd', MILTER_INSERT = 'i', MILTER_CHANGE = 'm', MILTER_PROGRESS = 'p',
    MILTER_HOLD = 'q', MILTER_REJECT = 'r', MILTER_SKIP = 's', MILTER_TEMPFAIL = 't', MILTER_REPLY = 'y'
};
/* What a milter may do. */
enum { MILTER_ADDS = 0x01, MILTER_CHANGES = 0x10, MILTER_QUARANTINES = 0x20, MILTER_CHOOSES_MACROS = 0x100 };
/* What is not to be sent, or not to be answered (NR), and how. */
enum {
    MILTER_NR_HEADER = 0x80, MILTER_NO_UNKNOWN = 0x100, MILTER_CAN_SKIP = 0x400, MILTER_NR_CONNECT = 0x1000, MILTER_NR_HELO = 0x2000,
    MILTER_NR_MAIL = 0x4000, MILTER_NR_RCPT = 0x8000, MILTER_NR_DATA = 0x10000, MILTER_NR_UNKNOWN = 0x20000,
    MILTER_NR_END_OF_HEADER = 0x40000, MILTER_NR_BODY = 0x80000, MILTER_LEADING_BLANK = 0x100000
};
enum milter_macro_stage { MILTER_AT_CONNECT = 0, MILTER_AT_HELO, MILTER_AT_MAIL, MILTER_AT_RCPT, MILTER_AT_DATA, MILTER_AT_END, MILTER_AT_END_OF_HEADER };

/* ---- decoding ---- */

struct milter_frame {
    uint8_t command;
    struct slice data;         /* BODY and END: a piece of it */
    bool last;                 /* the frame ends here; false only for pieces of BODY and END */
};

struct milter_decoder {
    struct buffers *buffers;
    struct buffer frame;       /* a frame that came in pieces */
    size_t left;               /* of a BODY or END being handed out */
    uint8_t streaming;         /* its command; 0: none */
    size_t collected;          /* set to 0 by the session at each MAIL */
    bool handed;               /* `frame` was handed out and is to be given back */
    const char *bad;           /* why nothing can be read any more; static; NULL: all is well */
};

/* The next frame, or piece of body, from the front of *octets; its data lie there or in the decoder until the next call.
 * False: all octets are taken and more are needed, or d->bad. */
bool milter_next(struct milter_decoder *, struct slice *octets, struct milter_frame *);
bool milter_in_frame(const struct milter_decoder *);      /* a frame has begun and not ended */
void milter_decoder_clear(struct milter_decoder *);

struct milter_negotiation { uint32_t version, actions, protocol; };
struct milter_connection {
    struct slice host;
    uint8_t family;            /* '4', '6', 'L' local socket, 'U' unknown */
    uint16_t port;
    struct ip ip;              /* IP_NONE for other families and for text that is no address */
};
struct milter_strings { struct slice at[MILTER_STRINGS_MAX]; size_t count; };

/* False: the data are not what they must be: the session is to be closed. Slices borrow the frame. */
bool milter_read_negotiation(struct slice data, struct milter_negotiation *);
bool milter_read_connection(struct slice data, struct milter_connection *);
/* Strings, each ended by NUL; those beyond the bound are left out. */
bool milter_read_strings(struct slice data, struct milter_strings *);
/* Of a MACROS frame: the command they belong to, and name, value, name, value ...; a last name without value is left out. */
bool milter_read_macros(struct slice data, uint8_t *command, struct milter_strings *);
/* Value of a macro, asked for without braces; macros come as "i", "{mail_addr}" or, by some, "mail_addr". Empty if absent. */
struct slice milter_macro(const struct milter_strings *, struct slice name);
/* Exactly name and value. */
bool milter_read_header(struct slice data, struct slice *name, struct slice *value);

/* ---- encoding: frames are added to a buffer; false without memory ---- */

bool milter_put(struct buffers *, struct buffer *, uint8_t answer, struct slice data);
struct milter_macro_list { uint32_t stage; const char *names; };
bool milter_put_negotiation(struct buffers *, struct buffer *, const struct milter_negotiation *, const struct milter_macro_list *, size_t count);
/* value: CRLF of folds become LF, as MTAs want them. */
bool milter_put_insert(struct buffers *, struct buffer *, uint32_t index, struct slice name, struct slice value);
bool milter_put_delete(struct buffers *, struct buffer *, uint32_t nth, struct slice name);
bool milter_put_hold(struct buffers *, struct buffer *, struct slice reason);
/*
 * "550-5.7.1 words\r\n550 5.7.1 words": as many lines as it takes; nothing in the text can end a line or begin
 * another reply: octets outside printable ASCII become "?". "%" is doubled, which MTAs undo.
 */
bool milter_put_reply(struct buffers *, struct buffer *, unsigned code, struct slice enhanced, struct slice text);

#endif
