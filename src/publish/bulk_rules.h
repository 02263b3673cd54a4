/*
 * bulk_rules.h: what large receivers ask of whoever sends them much mail, and whether a domain does it.
 *
 *     struct bulk_verdict verdicts[BULK_RULES];
 *     bulk_judge(arena, &report, message, given, verdicts);
 *
 * The rules are a table: text, who asks, where it is written, since when. They are judged by what the lint found (merits) and,
 * where a message is given, by what that message shows. What neither shows is not known; nothing is guessed.
 */
#ifndef FRANK_PUBLISH_BULK_RULES_H
#define FRANK_PUBLISH_BULK_RULES_H

#include "mail/message.h"
#include "publish/lint.h"

enum bulk_asker { BULK_GOOGLE = 0, BULK_YAHOO, BULK_MICROSOFT, BULK_ASKERS };
struct bulk_source { const char *name, *title, *url; };
extern const struct bulk_source bulk_sources[BULK_ASKERS];

enum bulk_rule_id { BULK_PATH = 0, BULK_SIGNED, BULK_POLICY, BULK_ALIGNED, BULK_REVERSE, BULK_TLS, BULK_ONE_CLICK, BULK_RULES };
struct bulk_rule {
    const char *code;                  /* stable: "spf" ... as the receivers call it */
    const char *text;                  /* what is asked, no full stop */
    const char *since[BULK_ASKERS];    /* the day, or month, from which it is asked; NULL: this one does not ask it */
};
extern const struct bulk_rule bulk_rules[BULK_RULES];

enum bulk_state { BULK_UNKNOWN = 0, BULK_MET, BULK_NOT_MET };
const char *bulk_state_word(enum bulk_state);      /* "not known", "met", "not met" */

/* What a message of the domain shows. Slices and texts outlive the judging. */
struct bulk_message {
    struct slice author;               /* the author domain, normal form; empty: it has none, or several */
    enum bulk_state aligned;           /* an authenticated domain is aligned with it */
    enum bulk_state signature;         /* some signature verifies */
    enum bulk_state one_click;         /* RFC 8058: see bulk_one_click */
    const char *one_click_why;
    enum bulk_state tls;               /* it was received over TLS */
    struct slice received_with;        /* the protocol of that Received field; empty: it names none */
};

struct bulk_verdict { enum bulk_state state; struct slice why; };      /* why: one line, no full stop */

/*
 * The header fields of RFC 8058 3: List-Unsubscribe with an https URI, List-Unsubscribe-Post of one form, each once.
 * signed_both: BULK_MET if a signature that verifies covers both fields, NOT_MET if none does, UNKNOWN if DNS did not say.
 */
enum bulk_state bulk_one_click(struct arena *, const struct message *, enum bulk_state signed_both, const char **why);
/* Does RFC 3848 (and RFC 6531 4.3) say TLS of this "with" word of a Received field? */
bool bulk_protocol_is_tls(struct slice with);

/* False: the domain says that it sends nothing, or does not exist, and the rules are not for it. message: NULL, none was given; selectors: some were. */
bool bulk_judge(struct arena *, const struct lint_report *, const struct bulk_message *, bool selectors, struct bulk_verdict out[BULK_RULES]);
void text_add_bulk(struct text *, struct arena *, const struct bulk_verdict[BULK_RULES]);
/* The member "bulk_rules": a list. NULL verdicts: they do not apply, null. */
void bulk_facts(struct arena *, struct fact *group, const struct bulk_verdict *);

#endif
