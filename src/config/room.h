/* room.h: what the files of config/ share. */
#ifndef FRANK_CONFIG_ROOM_H
#define FRANK_CONFIG_ROOM_H

#include "config/config.h"

struct config {
    struct arena *arena;
    const struct section *sections;
    size_t count;
    void **values;                        /* one struct per section */
    const struct conf_node *root;         /* the file's tree; NULL: all defaults */
    struct arena *table_arena;            /* of the owner table; NULL: none */
    const void *owners;
};

/* Puts `otherwise` into the struct; an unreadable default is our bug (asserted). False without memory. */
MUST_CHECK bool value_default(struct arena *, const struct option *, void *section);
/* The value as the file writes it. */
void value_print(const struct option *, const void *section, struct text *out);
/* What may stand there, for people: "number from 0 to 10", "true or false" ... */
void value_describe(const struct option *, struct text *out);
/* Has the option another value here than there? Compares what would be printed. */
bool value_differs(const struct option *, const void *a, const void *b);

/* Errors without a node: line 0 names the file only. */
void config_complain_at(struct config_error *, const char *file, unsigned line, const char *format, ...) PRINTF_LIKE(4, 5);

#endif
