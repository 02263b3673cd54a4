/*
 * folder.h: the names in one folder, in order, in constant memory, however many there are.
 *
 * A pass over the folder keeps the next FOLDER_BATCH names behind the last one given; when they are used
 * up there is another pass. Names are given by kind: files first, then folders.
 */
#ifndef FRANK_FRONTEND_SOURCE_FOLDER_H
#define FRANK_FRONTEND_SOURCE_FOLDER_H

#include <dirent.h>

#include "base/arena.h"
#include "base/status.h"

#define FOLDER_FILES_KEPT 16384            /* names of files in memory: 4 MB if each has 255 octets */
#define FOLDER_FOLDERS_KEPT 512            /* names of folders: of every folder on the way down */

enum folder_kind { FOLDER_FILE = 0, FOLDER_FOLDER, FOLDER_LINK, FOLDER_OTHER };
enum folder_wanted { WANT_FILES = 0, WANT_FOLDERS };      /* files: and whatever else is no folder */

struct folder_name { char *name; enum folder_kind kind; };

struct folder {
    DIR *dir;
    enum folder_wanted wanted;
    bool hidden;                           /* also names that begin with a dot */
    struct folder_name *kept;              /* in order */
    size_t count, room, next;
    char *last;                            /* given last; NULL: none */
    bool whole;                            /* nothing stands behind what is kept */
};

/* Takes fd over, also when it fails: false with errno. */
MUST_CHECK bool folder_open(struct folder *, int fd);
void folder_close(struct folder *);
/* Begins with the first name of another kind. */
void folder_want(struct folder *, enum folder_wanted, bool hidden);
/* The next one: STATUS_OK; name NULL: there is none more. Until the next call. STATUS_IO with errno, STATUS_NO_MEMORY. */
MUST_CHECK enum status folder_next(struct folder *, struct folder_name *);
/* Is there a folder of this name, not a link to one? */
bool folder_holds(const struct folder *, const char *name);
bool folder_at_holds(int fd, const char *name);

#endif
