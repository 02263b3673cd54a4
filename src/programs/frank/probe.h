/* probe.h: does a milter answer there? What a mail server does first, and no more. */
#ifndef FRANK_PROGRAMS_PROBE_H
#define FRANK_PROGRAMS_PROBE_H

#include "platform/settings/settings.h"

#define PROBE_SECONDS 5

enum probe_result {
    PROBE_ANSWERS,         /* it negotiates */
    PROBE_MISSING,         /* no such socket */
    PROBE_REFUSED,         /* nobody listens */
    PROBE_DENIED,          /* we may not connect */
    PROBE_SILENT,          /* connected, but no answer in PROBE_SECONDS */
    PROBE_STRANGE,         /* somebody answers, and not as a milter */
    PROBE_FAILED           /* anything else, see errno */
};
/* A stream to it, both directions with PROBE_SECONDS of patience; -1 with errno. */
int probe_connect(const struct endpoint *);
enum probe_result milter_probe(const struct endpoint *, unsigned *version);
/* "nobody listens there", for messages; probe_failed: errno's. */
const char *probe_words(enum probe_result);

#endif
