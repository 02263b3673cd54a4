/* commands.c: the list of subcommands; methods are commands by themselves. */
#include "programs/frank/cli.h"

#include <string.h>

extern const struct command verify_command, org_domain_command, limits_command, config_command, authres_command,
    why_command, whatif_command, status_command, setup_command, doctor_command, publish_command,
    compare_command, dnslist_command, check_command, who_command;

const char *command_group_title(enum command_group g)
{
    switch (g) {
    case COMMANDS_RECEIVE: return "I receive mail";
    case COMMANDS_SEND: return "I send mail";
    case COMMANDS_STUDY: return "I study mail authentication";
    case COMMAND_GROUPS: break;
    }
    return "";
}

enum command_group method_group(const struct method *m)
{
    return m->explain ? COMMANDS_SEND : COMMANDS_STUDY;
}

const struct command *const commands[] = {
    &verify_command, &authres_command, &org_domain_command, &limits_command, &config_command,
    &why_command, &who_command, &whatif_command, &compare_command, &status_command, &setup_command, &doctor_command, &publish_command, &check_command, &dnslist_command,
    NULL,
};

const struct command *command_named(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}
