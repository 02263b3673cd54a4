/* forensics.h: for --explain: reads the message a second time and says what can be known of a body hash that failed. */
#ifndef FRANK_PROGRAMS_FORENSICS_H
#define FRANK_PROGRAMS_FORENSICS_H
#include "frontend/file/file.h"
/* Adds "forensics" members to the dkim results of the record that failed by their body or header; silent where nothing is known. */
void forensics_add(const struct file_part *, struct txn *, struct fact *record);
#endif
