/* forensics.h: for --explain: reads the message a second time and says what more can be known of results that failed. */
#ifndef FRANK_PROGRAMS_FORENSICS_H
#define FRANK_PROGRAMS_FORENSICS_H
#include "frontend/file/file.h"
/* Adds "forensics" members to the failed results of methods that have a second reading (method.h); silent where nothing is known. */
void forensics_add(const struct file_part *, struct txn *, struct fact *record);
#endif
