/*
 * dmarc_record.h: DMARC Policy Records (RFC 9989 section 4.7, 4.8).
 */
#ifndef FRANK_METHODS_DMARC_DMARC_RECORD_H
#define FRANK_METHODS_DMARC_DMARC_RECORD_H

#include "dns/answer.h"

#define DMARC_TAGS_MAX 64           /* tags in one record (ours) */
#define DMARC_RECORD_OCTETS_MAX 8192   /* ours; published records are a few hundred */

enum dmarc_policy { DMARC_POLICY_ABSENT = 0, DMARC_POLICY_INVALID, DMARC_POLICY_NONE, DMARC_POLICY_QUARANTINE, DMARC_POLICY_REJECT };
enum dmarc_psd { DMARC_PSD_UNKNOWN = 0, DMARC_PSD_YES, DMARC_PSD_NO };

struct dmarc_record {
    enum dmarc_policy p, sp, np;
    bool strict_dkim, strict_spf;    /* adkim=s, aspf=s; anything else is relaxed */
    bool testing;                    /* t=y */
    enum dmarc_psd psd;
    struct slice fo, rua, ruf;       /* as published; empty if absent */
    bool has_report_uri;             /* rua holds at least one syntactically valid URI */
    struct slice text;               /* the whole record */
};

const char *dmarc_policy_word(enum dmarc_policy);        /* "none", "quarantine", "reject"; "" for the others */

/*
 * dmarc_record_parse: false: not a DMARC record at all (v=DMARC1 is not first, exactly), or malformed as
 * a whole (a doubled tag, more than DMARC_TAGS_MAX). Unknown tags are ignored, unusable values
 * fall back to the tag's default, as RFC 9989 asks; slices borrow the text.
 */
enum dmarc_parse { DMARC_NOT_A_RECORD = 0, DMARC_MALFORMED, DMARC_RECORD };
enum dmarc_parse dmarc_record_parse(struct slice text, struct dmarc_record *out);
/* A record's canonical text: tags that differ from their defaults. parse(print(x)) == x but for unknown tags. */
void text_add_dmarc_record(struct text *, const struct dmarc_record *);

/* What the TXT records of one name say: how many are DMARC records; record is usable if kept == 1. */
struct dmarc_set { unsigned kept; bool malformed; struct dmarc_record record; };
/* answer_memo's maker and releaser; slices borrow the answer, with which the memo dies. */
void *dmarc_set_make(const struct answer *);
void dmarc_set_release(void *);

#endif
