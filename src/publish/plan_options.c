#include "publish/plan_conf.h"

#define PLAN_TTL_MIN 1
#define PLAN_TTL_MAX 604800           /* a week (ours) */

#define ROW(name, type, otherwise, words, help) { #name, type, otherwise, 0, 0, offsetof(struct plan_conf, name), words, help }

const struct option plan_options[] = {
    ROW(domain, OPT_TEXT, "", NULL, "The domain this plan is of."),
    ROW(domains, OPT_TEXTS, "", NULL, "Instead of domain: several that are the same but for their name. A name that ends in \"@\" ends in the domain's."),
    ROW(template, OPT_TEXT, "", NULL, "Instead of domain: a name for others to be like; nothing is published of it."),
    ROW(like, OPT_TEXT, "", NULL, "What is not said here is taken from the plan of this domain or template, which stands earlier in the file."),
    { "ttl", OPT_DURATION, "1h", PLAN_TTL_MIN, PLAN_TTL_MAX, offsetof(struct plan_conf, ttl), NULL, "How long resolvers may keep the records." },

    ROW(never_sends, OPT_BOOL, "false", NULL, "Nobody sends mail with this domain."),
    ROW(networks, OPT_PREFIXES, "", NULL, "Addresses and networks that send."),
    ROW(hosts, OPT_NODE, "", "a list of names and groups", "Hosts that send: names, or groups of name and addresses."),
    ROW(mx_sends, OPT_BOOL, "false", NULL, "The hosts that receive (mx) send, too."),
    ROW(providers, OPT_NODE, "", "a list of names and groups", "Other domains whose servers send for this one: names, or groups."),
    ROW(excluded, OPT_PREFIXES, "", NULL, "Addresses and networks that never send, whatever else covers them."),
    ROW(lists, OPT_TEXTS, "", NULL, "Domains of mailing lists: their servers may stand behind addresses of this domain in the header, not in the envelope."),
    ROW(ending, OPT_CHOICE, "strict", "strict|soft|neutral", "What is said of everybody else, in dialects that have a choice: fail, softfail, neutral."),

    ROW(receives_nothing, OPT_BOOL, "false", NULL, "The domain takes no mail (RFC 7505)."),
    ROW(mx, OPT_NODE, "", "a list of names and groups",
        "Hosts that receive, the preferred one first: names, or groups of name, addresses and preference. Not said: the MX records are not this plan's."),
    ROW(services, OPT_NODE, "", "a group",
        "Where users submit and fetch mail (RFC 6186, RFC 8314): a group of submissions, submission, imaps, imap, pop3s, pop3, sieve, jmap = "
        "\"host\" or \"host:port\"; \".\" says that it is not offered."),

    ROW(keys, OPT_NODE, "", "a list of groups", "Keys that sign: a list of groups."),
    ROW(dmarc, OPT_NODE, "", "a group", "The DMARC policy (RFC 9989): a group."),

    ROW(serves, OPT_TEXTS, "", NULL, "Domains the hosts of this plan send for, \"*.example.com\" for those below one; empty: this domain."),
    ROW(serves_anybody, OPT_BOOL, "false", NULL, "The hosts send for anybody: a forwarder, or an open relay that says so."),
    ROW(serves_only, OPT_BOOL, "true", NULL, "The hosts send for no domain that is not in serves."),
    ROW(serves_factored, OPT_BOOL, "false", NULL, "One record for each served domain instead of a list."),
    ROW(zones, OPT_TEXTS, "", NULL, "Further domains whose zones are under the same hand: records about hosts may go there."),
    ROW(address_space, OPT_PREFIXES, "", NULL, "Networks whose reverse zone is under the same hand: each address there is marked as sending or not."),
    ROW(message_servers, OPT_PREFIXES, "", NULL, "Addresses of name servers where messages are registered (DNS Mail)."),
    ROW(outbound_domain, OPT_TEXT, "", NULL, "A domain of its own for hosts that only send, used in no address."),
    ROW(apl, OPT_TEXT, "", NULL, "Name at which the networks are published as an address prefix list (RFC 3123), for others to refer to."),

    ROW(methods, OPT_TEXTS, "", NULL, "Methods and parts (mx, services, hosts) that are published; empty: all but hosts."),
    ROW(fill_deny, OPT_BOOL, "false", NULL, "DMP: also say deny where DNS would say that there is no such name."),
    ROW(flatten, OPT_BOOL, "false", NULL, "SPF: write providers and hosts out as networks. They change without telling; publish again when they do."),
    ROW(private_types, OPT_NODE, "", "a group", "Methods that also publish a record type of their own, and its number from 65280 to 65534: a group such as { rmx = 65280; }."),
    { 0 }
};

#define HOST(name, type, otherwise, help) { #name, type, otherwise, 0, 0, offsetof(struct plan_host_conf, name), NULL, help }

const struct option plan_host_options[] = {
    HOST(name, OPT_TEXT, "", "Its full name, which it also uses in HELO."),
    HOST(addresses, OPT_PREFIXES, "", "Its addresses; without them they are looked up."),
    { "preference", OPT_UINT, "0", 0, 65535, offsetof(struct plan_host_conf, preference), NULL, "In mx: its preference; without it ten more than the host before." },
    { 0 }
};

#define PROVIDER(name, type, otherwise, help) { #name, type, otherwise, 0, 0, offsetof(struct plan_provider_conf, name), NULL, help }

const struct option plan_provider_options[] = {
    PROVIDER(domain, OPT_TEXT, "", "The domain whose SPF record lists the servers."),
    PROVIDER(apl, OPT_TEXT, "", "Name of its address prefix list (RFC 3123)."),
    PROVIDER(speaks, OPT_TEXTS, "spf", "Methods in which that domain publishes, so that records of these may refer to it."),
    PROVIDER(networks, OPT_PREFIXES, "", "Its servers, for dialects that cannot refer to it; without them its SPF record is followed."),
    { 0 }
};

#define KEY(name, type, otherwise, words, help) { #name, type, otherwise, 0, 0, offsetof(struct plan_key_conf, name), words, help }

const struct option plan_key_options[] = {
    KEY(selector, OPT_TEXT, "", NULL, "Selector."),
    KEY(type, OPT_CHOICE, "rsa", "rsa|ed25519", "Type of key, if it is given as text."),
    KEY(key, OPT_TEXT, "", NULL, "The public key, base64 as in p=."),
    KEY(file, OPT_TEXT, "", NULL, "Instead: a PEM file; of a private key the public half is published."),
    KEY(alias, OPT_TEXT, "", NULL, "Instead: the name where somebody else publishes it (CNAME)."),
    KEY(revoked, OPT_BOOL, "false", NULL, "Instead: the key is revoked."),
    KEY(testing, OPT_BOOL, "false", NULL, "Say that signing is being tested (t=y)."),
    { 0 }
};

#define DMARC(name, type, otherwise, words, help) { #name, type, otherwise, 0, 0, offsetof(struct plan_dmarc_conf, name), words, help }
#define POLICIES "unsaid|none|quarantine|reject"

const struct option plan_dmarc_options[] = {
    DMARC(policy, OPT_CHOICE, "none", POLICIES, "What receivers should do with mail that fails (p=)."),
    DMARC(subdomains, OPT_CHOICE, "unsaid", POLICIES, "... of subdomains (sp=)."),
    DMARC(nonexistent, OPT_CHOICE, "unsaid", POLICIES, "... of subdomains that do not exist (np=)."),
    DMARC(reports, OPT_TEXTS, "", NULL, "Where aggregate reports go (rua=): mailto: URIs."),
    DMARC(failures, OPT_TEXTS, "", NULL, "Where failure reports go (ruf=)."),
    DMARC(strict_dkim, OPT_BOOL, "false", NULL, "Signatures of the very domain only count (adkim=s)."),
    DMARC(strict_spf, OPT_BOOL, "false", NULL, "Envelope senders of the very domain only count (aspf=s)."),
    DMARC(testing, OPT_BOOL, "false", NULL, "The policy is being tested (t=y)."),
    { 0 }
};

const struct section plan_sections[] = {
    { "plan", plan_options, sizeof(struct plan_conf), "A plan has these options." },
    { "plan host", plan_host_options, sizeof(struct plan_host_conf), "One of hosts or mx that is more than a name." },
    { "plan provider", plan_provider_options, sizeof(struct plan_provider_conf), "One of providers that is more than a name." },
    { "plan key", plan_key_options, sizeof(struct plan_key_conf), "One of keys." },
    { "plan dmarc", plan_dmarc_options, sizeof(struct plan_dmarc_conf), "The group dmarc." },
    { 0 }
};
