#include "config/daemon.h"

static const struct option milter_options[] = {
    { "listen", OPT_TEXTS, "inet:8891@127.0.0.1", 0, 0, offsetof(struct milter_settings, listen), NULL,
      "Where mail servers find us: inet:PORT@ADDRESS, inet6:PORT@ADDRESS or unix:PATH." },
    { "mode", OPT_TEXT, "0660", 0, 0, offsetof(struct milter_settings, mode), NULL,
      "Permissions of unix sockets, in octal digits." },
    { "group", OPT_TEXT, "", 0, 0, offsetof(struct milter_settings, group), NULL,
      "Group of unix sockets, such as the mail server's. Empty: our own." },
    { "sessions", OPT_UINT, "4096", 1, 65536, offsetof(struct milter_settings, sessions), NULL,
      "Connections one worker serves at once. Beyond them clients are told to come back later, or pass unexamined if on_failure says so." },
    { 0 }
};
static const struct option dns_options[] = {
    { "zone", OPT_TEXTS, "", 0, 0, offsetof(struct dns_settings, zone), NULL,
      "All answers come from these master files and from nowhere else. For tests." },
    { "resolver", OPT_TEXTS, "", 0, 0, offsetof(struct dns_settings, resolver), NULL,
      "Ask these name servers: ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT. Empty: those of resolv.conf if all are on this host, otherwise we recurse ourselves, with DNSSEC." },
    { "timeout", OPT_DURATION, "8s", 1, 60, offsetof(struct dns_settings, timeout_seconds), NULL,
      "How long one question waits for its answer; it then counts as a temporary failure." },
    { "cache", OPT_SIZE, "16M", 1u << 16, 1u << 30, offsetof(struct dns_settings, cache_octets), NULL,
      "Memory for answers in each worker." },
    { "resolver_cache", OPT_SIZE, "16M", 1u << 20, 1u << 30, offsetof(struct dns_settings, resolver_cache_octets), NULL,
      "Memory for answers in the resolver process." },
    { "in_flight", OPT_UINT, "1024", 16, 2048, offsetof(struct dns_settings, in_flight), NULL,
      "Questions asked at once; eight times as many wait, further ones fail." },
    { "validate", OPT_BOOL, "true", 0, 0, offsetof(struct dns_settings, validate), NULL,
      "DNSSEC validation, where we recurse ourselves." },
    { 0 }
};
static const struct option journal_options[] = {
    { "file", OPT_TEXT, "/var/log/frank/journal", 0, 0, offsetof(struct journal_settings, file), NULL,
      "One JSON line per message goes here, for frank why and frank what-if. Empty: none is kept. Opened anew at each reload." },
    { "syslog", OPT_BOOL, "false", 0, 0, offsetof(struct journal_settings, syslog), NULL,
      "The same lines go to syslog or journald, facility mail." },
    { 0 }
};
static const struct option process_options[] = {
    { "workers", OPT_UINT, "0", 0, SETTINGS_WORKERS_MAX, offsetof(struct process_settings, workers), NULL,
      "Processes that examine mail. 0: one per core." },
    { "user", OPT_TEXT, "", 0, 0, offsetof(struct process_settings, user), NULL,
      "Whom the workers run as if frankd is started by root. Empty: frank, or nobody where there is no such user." },
    { "drain_timeout", OPT_DURATION, "10m", 1, 86400, offsetof(struct process_settings, drain_seconds), NULL,
      "After a reload, how long sessions of the old configuration may go on; then each ends between two messages." },
    { "stop_timeout", OPT_DURATION, "20s", 1, 3600, offsetof(struct process_settings, stop_seconds), NULL,
      "When frankd is stopped, how long messages that have begun may take to end." },
    { "status", OPT_TEXT, "/run/frank/status.sock", 0, 0, offsetof(struct process_settings, status), NULL,
      "Unix socket where frank status reads the counters. Empty: none." },
    { "log", OPT_CHOICE, "stderr", 0, 0, offsetof(struct process_settings, log), "stderr|syslog|none",
      "Where one line per decision goes, and what happens to the processes." },
    { "sandbox", OPT_BOOL, "true", 0, 0, offsetof(struct process_settings, sandbox), NULL,
      "Workers and resolver give up files, programs and (but for the resolver) the network. Only debugging needs it off." },
    { 0 }
};

enum { SECTION_MILTER, SECTION_DNS, SECTION_JOURNAL, SECTION_PROCESS, SECTION_COUNT };
static const struct section own_sections[SECTION_COUNT] = {
    [SECTION_MILTER] = { "milter", milter_options, sizeof(struct milter_settings), "Where mail servers connect." },
    [SECTION_DNS] = { "dns", dns_options, sizeof(struct dns_settings), "Where answers come from." },
    [SECTION_JOURNAL] = { "journal", journal_options, sizeof(struct journal_settings), "What is written down of each message." },
    [SECTION_PROCESS] = { "process", process_options, sizeof(struct process_settings), "The processes of frankd." },
};

const struct section *daemon_sections(size_t *count)
{
    *count = SECTION_COUNT;
    return own_sections;
}

const struct milter_settings *milter_settings(const struct config *c)
{
    return config_section_of(c, &own_sections[SECTION_MILTER]);
}

const struct dns_settings *dns_settings(const struct config *c)
{
    return config_section_of(c, &own_sections[SECTION_DNS]);
}

const struct journal_settings *journal_settings(const struct config *c)
{
    return config_section_of(c, &own_sections[SECTION_JOURNAL]);
}

const struct process_settings *process_settings(const struct config *c)
{
    return config_section_of(c, &own_sections[SECTION_PROCESS]);
}
