/* report_words.h: what a record comes to, in sentences for people. Texts come out shown-escaped. */
#ifndef FRANK_PROGRAMS_REPORT_WORDS_H
#define FRANK_PROGRAMS_REPORT_WORDS_H

#include "fact/fact.h"

/* Foreign text as text_add_shown, but a backslash stays one: what methods say is escaped already. */
void words_show(struct text *, struct slice);
/* "1,234,567" */
void words_number(struct text *, uint64_t);
/* "niceperson@yahoo.example", "<>" for the null sender, the author's field where the sender is not known. */
void words_sender(struct text *, const struct fact *record);
/* "Sent from 203.0.113.9; yahoo.example did not authorise it." The client's name is said if all stays within `room` octets. */
void words_sentence(struct text *, const struct fact *record, size_t room);
/* What to do about it; empty if nothing. */
void words_repair(struct text *, const struct fact *record);
/* "ip, helo: Received 1; sender: Return-Path; 9 DNS questions" */
void words_origin(struct text *, const struct fact *record);
/* Is this method's line worth a person's time, beside the sentence? */
bool words_worth_a_line(const char *method, const struct fact *result);

#endif
