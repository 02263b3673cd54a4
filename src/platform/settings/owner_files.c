/* owner_files.c: the owner table, from the files that the configuration names. */
#include "platform/settings/settings.h"

#include <errno.h>
#include <string.h>

#include "platform/settings/whole_file.h"
#include "verdict/verdict.h"
#include "verdict/owners.h"

#define TABLE_OCTETS ((size_t)1 << 30)

static bool add_file(struct owners *o, const char *path, struct config_error *error)
{
    struct arena *a = arena_new(OWNERS_FILE_OCTETS_MAX + (1u << 20));
    struct slice text;
    bool read = a && whole_file_read(a, path, OWNERS_FILE_OCTETS_MAX, &text);

    if (!read) {
        struct conf_node where = { .file = path };
        config_complain(error, &where, "%s", a ? strerror(errno) : "no memory");
    }
    bool good = read && owners_add(o, path, text, error);
    arena_free(a);
    return good;
}

bool settings_read_owners(struct config *config, const char *path, struct config_error *error)
{
    const struct texts *files = rules_owner_files(config);
    struct arena *arena = files->count > 0 ? arena_new(TABLE_OCTETS) : NULL;
    struct owners *owners = arena ? owners_new(arena) : NULL;

    *error = (struct config_error){ .line = 0 };
    if (files->count == 0)
        return true;
    for (size_t i = 0; owners && i < files->count; i++) {
        char *file = beside_file(arena, path, files->at[i]);
        if (!file || !add_file(owners, file, error)) {
            if (!file)
                config_complain(error, NULL, "owners: no file name");
            owners = NULL;
        }
    }
    if (owners == NULL) {
        if (error->text[0] == '\0')
            config_complain(error, NULL, "no memory");
        arena_free(arena);
        return false;
    }
    owners_close(owners);
    config_set_owners(config, arena, owners);
    return true;
}
