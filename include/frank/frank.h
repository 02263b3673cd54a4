/*
 * frank.h: libfrank, mail authentication as a library without I/O.
 *
 * You feed it what an SMTP server knows; it tells you which DNS questions to ask; you bring the
 * answers; it gives results, a verdict, and one Authentication-Results field.
 *
 *     struct frank *f = frank_new(NULL, 0, NULL);                       // defaults; or frank.conf's text
 *     struct frank_session *s = frank_session_new(f, &(struct frank_client){ .ip = "192.0.2.1", .helo = "mx.example" });
 *     struct frank_txn *t = frank_txn_new(s, time(NULL));
 *     frank_txn_mail(t, "user@example.com");
 *     frank_txn_rcpt(t, "me@receiver.example");
 *     frank_txn_message(t, octets, len);                                // any chunks, header and body, CRLF line ends
 *     frank_txn_end_of_message(t);
 *     while (!frank_txn_done(t)) {
 *         struct frank_question q;
 *         while (frank_txn_question(t, &q))                             // may be asked all at once, in any order
 *             ...send q.name, q.type (to q.server, if it names one); later: frank_txn_answer(t, q.id, packet, packet_len), or frank_txn_no_answer(t, q.id)
 *     }
 *     puts(frank_txn_authentication_results(t));
 *     frank_txn_free(t); frank_session_free(s); frank_free(f);
 *
 * Memory: strings given to Frank are copied; strings Frank returns live until their object is freed.
 * Errors: functions that can fail for lack of memory return NULL or -1; after that the object may
 * still be freed. What a stranger's mail or record says is never an error, always a result.
 * Time: nothing here reads a clock; `now` is given.
 * Threads: one `struct frank` and everything made from it belong to one thread at a time; make one per thread.
 * Cost: bounded per message; frank_limit_questions() says how many DNS questions at most.
 */
#ifndef FRANK_FRANK_H
#define FRANK_FRANK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define FRANK_API __attribute__((visibility("default")))
#else
#define FRANK_API
#endif

struct frank;
struct frank_session;
struct frank_txn;

struct frank_error {
    unsigned line;                 /* of the configuration; 0: not about a line */
    char text[256];                /* which rule was broken */
};

/* The library's version, "0.1.0". Static. */
FRANK_API const char *frank_version(void);

/*
 * frank_new: configuration as text in frank.conf(5)'s syntax (NULL, 0: all defaults). Sections only the
 * daemon uses are checked and otherwise ignored. Returns NULL with *error filled (error may be NULL).
 */
FRANK_API struct frank *frank_new(const char *configuration, size_t length, struct frank_error *error);
/* All its sessions must have been freed. NULL allowed, here and in the other free functions. */
FRANK_API void frank_free(struct frank *);
/* Our name in Authentication-Results (RFC 8601 2.5). 0, or -1 without memory. */
FRANK_API int frank_set_authserv_id(struct frank *, const char *name);
/* The most DNS questions one message can cause under this configuration. */
FRANK_API uint64_t frank_limit_questions(const struct frank *);

struct frank_client {              /* members may be NULL: not known */
    const char *ip;                /* "192.0.2.1", "2001:db8::1"; text that is no address counts as not known */
    const char *name;              /* as the MTA looked it up; not trusted */
    const char *helo;
    const char *auth_user;         /* SMTP AUTH identity: such sessions are exempt from sender checks */
};
FRANK_API struct frank_session *frank_session_new(struct frank *, const struct frank_client *);
FRANK_API void frank_session_free(struct frank_session *);      /* its transactions must have been freed */

/* One message. now: Unix seconds, fixed for its whole life. */
FRANK_API struct frank_txn *frank_txn_new(struct frank_session *, int64_t now);
FRANK_API void frank_txn_free(struct frank_txn *);

/* In this order. Empty or "<>" is the null sender. Each once, but rcpt; submitter only where MAIL had that parameter (RFC 4405): its value as
 * it came. */
FRANK_API void frank_txn_submitter(struct frank_txn *, const char *value);
FRANK_API void frank_txn_mail(struct frank_txn *, const char *reverse_path);
FRANK_API void frank_txn_rcpt(struct frank_txn *, const char *forward_path);
/* Octets of header and body as they come, in any pieces; only CRLF ends a line. */
FRANK_API void frank_txn_message(struct frank_txn *, const void *octets, size_t length);
FRANK_API void frank_txn_end_of_message(struct frank_txn *);

struct frank_question {
    uint64_t id;
    const char *name;              /* presentation form, dot at the end; unusual octets as \DDD */
    uint16_t type;                 /* IANA number: 1 A, 12 PTR, 15 MX, 16 TXT, 28 AAAA ... */
    const char *server;            /* NULL: ask as for everybody. "192.0.2.53": ask this server alone, at port 53, without recursion;
                                      a stranger chose it, Frank made sure that its address is public. Or frank_txn_no_answer */
};
/* 1 with the next question not yet handed out, 0: none at the moment. Its strings live until its answer is given. */
FRANK_API int frank_txn_question(struct frank_txn *, struct frank_question *);
/* The response packet, as it came (any garbage is survived: it counts as a failure). 0, or -1 for an unknown id. */
FRANK_API int frank_txn_answer(struct frank_txn *, uint64_t id, const void *packet, size_t length);
/* Time-out, or no way to ask. */
FRANK_API int frank_txn_no_answer(struct frank_txn *, uint64_t id);
/* Gives up on everything open: counts as time-outs; the transaction is then done. */
FRANK_API void frank_txn_deadline(struct frank_txn *);
/* 1 after end of message once nothing is missing. Before that, results are not there. */
FRANK_API int frank_txn_done(struct frank_txn *);

/* ---- when done ---- */

struct frank_result {
    const char *method;            /* "spf", "dkim", ... */
    const char *result;            /* RFC 8601 word: "pass", "fail", ... */
    const char *reason;            /* stable code: "dns-failed" */
    const char *domain;            /* the domain it speaks about, A-labels, may be "" */
    const char *text;              /* one line for people */
};
/* The n-th result, 0 first. 1, or 0 behind the last one. Strings live until the transaction is freed. */
FRANK_API int frank_txn_result(struct frank_txn *, size_t n, struct frank_result *);
/* "accept", "reject", "quarantine", "defer", "discard" under the configured rules. */
FRANK_API const char *frank_txn_disposition(struct frank_txn *);
/* The reply for a reject or defer: 550, "5.7.26 text"; code 0 for none. */
FRANK_API int frank_txn_reply_code(struct frank_txn *);
FRANK_API const char *frank_txn_reply_text(struct frank_txn *);
/* The field's value, unfolded. Incoming fields with our id must be removed before it is added at the top. */
FRANK_API const char *frank_txn_authentication_results(struct frank_txn *);
/* The whole record as JSON: the object `frank verify --json` prints. "" without memory. */
FRANK_API const char *frank_txn_json(struct frank_txn *);

/*
 * frank_read_results: for programs downstream of an MTA that runs Frank: the results a trusted host wrote
 * into this message (header octets, CRLF), and no forged ones: only fields of this authserv_id that stand
 * above the first Received field written by somebody else. Calls back once per result, top first; strings
 * live during the call. Returns the number of results, or -1 without memory.
 */
FRANK_API int frank_read_results(const void *header, size_t length, const char *authserv_id,
                                 void (*each)(void *context, const char *method, const char *result, const char *property, const char *value),
                                 void *context);

#ifdef __cplusplus
}
#endif
#endif
