/* commands.c: the list of subcommands; methods are commands by themselves. */
#include "programs/frank/cli.h"

extern const struct command verify_command, org_domain_command, limits_command, config_command, authres_command,
    why_command, whatif_command;

const struct command *const commands[] = {
    &verify_command, &authres_command, &org_domain_command, &limits_command, &config_command,
    &why_command, &whatif_command,
    NULL,
};
