/*
 * cli.h: what every subcommand of frank has: common options (interface.md), exit codes, complaints.
 */
#ifndef FRANK_PROGRAMS_CLI_H
#define FRANK_PROGRAMS_CLI_H

#include <stdio.h>
#include <sysexits.h>

#include "base/ip.h"
#include "frontend/file/file.h"
#include "frontend/source/source.h"

#define CLI_LIST_MAX 256        /* repeatable options on one command line */

struct cli_list { const char *at[CLI_LIST_MAX]; size_t count; };

struct cli {
    struct cli_list zones, rcpts;
    const char *overlay, *resolver, *save_zone, *psl, *config;
    const char *helo, *mail_from, *auth_user, *receiver;
    bool has_ip, has_at, json, explain, exit_verdict;
    struct ip ip;
    enum noop_proof noop;
    int64_t at;
    unsigned timeout_seconds;    /* 0: default */
    char **files;
    size_t file_count;
    struct arena *arena;        /* for what options leave behind; process lifetime */
};

/* For whom a command is: how frank help groups. */
enum command_group { COMMANDS_RECEIVE, COMMANDS_SEND, COMMANDS_STUDY, COMMAND_GROUPS };
const char *command_group_title(enum command_group);
/* What a domain can repair by its own records is a sender's business. */
enum command_group method_group(const struct method *);

/* One subcommand. */
struct command {
    const char *name;
    enum command_group group;
    const char *usage;          /* behind "frank NAME " */
    const char *summary;        /* one line */
    int (*run)(int argc, char **argv);      /* argv[0] is the subcommand's name; returns an exit code */
};

/* An option of one subcommand beyond the common ones. */
struct cli_extra {
    const char *name; bool takes_value; const char *value_name, *help;
    const char **value; bool *flag;
    struct cli_list *list;      /* instead of value: may be given several times */
};

/*
 * Parses common options and extras; what is left are files. Returns EX_OK to go on; otherwise the
 * caller returns what *exit_code says (usage was printed to standard error, or help to standard output).
 */
bool cli_parse(struct cli *, const struct command *, int argc, char **argv, const struct cli_extra *extras, size_t extra_count, int *exit_code);
/* Frees what cli_parse made; after a cli_parse that returned false too. */
void cli_close(struct cli *);
void cli_usage(const struct command *, const struct cli_extra *extras, size_t extra_count, FILE *);
/* From now on --help of a command is its entry in frank(1)'s list, in mdoc(7), without the common options. */
void cli_help_as_manual(void);
/* The common options as entries of a list in mdoc(7). */
void cli_manual_common(FILE *);
/* "frank NAME: ..." on standard error, one line whatever is in it: what could move a terminal is escaped. */
void complain(const char *format, ...) PRINTF_LIKE(1, 2);
/* Exits with EX_SOFTWARE after saying so: no memory for the program's own things. */
NO_RETURN void out_of_memory(void);
/* Says why a message file could not be read (errno as file.h leaves it); the exit code for it. */
int file_failed(const char *path, enum status);
/* The same of what a source could not hand out. */
int source_failed(const struct source_item *);
/* The option of every command that takes sources, for cli_parse; and its value: false after complaining (NULL: not given). */
#define SOURCE_OPTION(value_) \
    { .name = "format", .takes_value = true, .value_name = "FORM", .help = "what files are: auto (default), message, mbox, mboxrd, mboxo, maildir", .value = &(value_) }
bool source_option_read(const char *value, enum source_format *);
/* "box, message 3" */
void text_add_place(struct text *, struct slice file, uint64_t number);
/* At the end of what was printed: EX_OK, or EX_IOERR after saying that it did not get out. */
int flush_output(void);
/* What the command line says of every message. In the command line's arena. */
struct file_facts file_facts_of(const struct cli *);
/* Prints what was built on standard output; a text that is bad is out_of_memory(). */
void print_text(const struct text *);
/* Prints facts as JSON on standard output, with a line end. Returns an exit code. */
int print_json(const struct fact *, bool pretty);
/* Whole small file (own configuration, zones, keys) into the arena; complains itself. */
bool read_file(struct arena *, const char *path, size_t octets_max, struct slice *out);

extern const struct command *const commands[];      /* NULL-terminated */
/* NULL: there is none. A method whose name is a command's is run by it. */
const struct command *command_named(const char *name);
int run_method_command(const struct method *, int argc, char **argv);
void set_program_name(const char *subcommand);

#endif
