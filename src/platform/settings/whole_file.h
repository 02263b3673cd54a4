/* whole_file.h: a file of the administrator's, read once and whole: configuration, zones, tables. */
#ifndef FRANK_PLATFORM_SETTINGS_WHOLE_FILE_H
#define FRANK_PLATFORM_SETTINGS_WHOLE_FILE_H

#include "base/arena.h"

/* Into the arena. False with errno: EFBIG if it has more than octets_max octets, ENOMEM, or what open and read say. */
MUST_CHECK bool whole_file_read(struct arena *, const char *path, size_t octets_max, struct slice *out);
/* A name of a file in a configuration: relative to the configuration's folder. NULL configuration: as it stands. In the arena;
 * NULL: no memory, or no file name. */
char *beside_file(struct arena *, const char *configuration, struct slice name);

#endif
