/*
 * builtin.c: the rule sets that come with Frank, in the very syntax users write, read by the same reader.
 * Methods that are not built never hold here.
 */
#include "verdict/rule.h"

/* In front of every set: what the administrator said about single senders. */
const char *const builtin_lists[] = {
    "{ name = \"deny\"; reason = \"on the deny list\"; when = [ \"claimed in deny\" ]; action = \"reject\";"
    "  text = \"%{client} or %{sender} is refused here by local policy; if that is a mistake, ask the postmaster\"; },",
    "{ name = \"allow\"; when = [ \"authenticated in allow\" ]; action = \"accept\"; override = \"local policy: on the allow list\"; }",
    NULL
};

const char *const builtin_temperror[] = {
    "{ name = \"temperror\"; reason = \"the name servers of %{domain} did not answer, and their answer decides\"; when = [ \"decisive = temperror\" ]; action = \"defer\"; code = 451; enhanced = \"4.4.3\";"
    "  text = \"%{results}: the name servers of %{domain} did not answer, and their answer decides; please try again later\"; }",
    NULL
};

/* Nothing: every result is reported, none acts. */
static const char *const monitor_set[] = { NULL };

#define NAMED_OVERRIDES \
    "{ name = \"trusted-forwarder\"; when = [ \"sent_by in trusted_forwarders\" ];" \
    "  action = \"accept\"; override = \"trusted forwarder\"; },"
#define SEALER_OVERRIDE \
    "{ name = \"trusted-sealer\"; when = [ \"dmarc = fail\", \"arc = pass\", \"arc.trusted_result.dmarc = pass\"," \
    "  \"arc.trusted_result.from = author\" ];" \
    "  action = \"accept\"; override = \"trusted sealer: the message authenticated when it reached the sealer\"; },"
#define AUTHOR_RULE \
    "{ name = \"author\"; reason = \"the From field is missing, doubled, malformed or behind more header than is read\"; when = [ \"author = missing|several|malformed\" ]; action = \"reject\"; code = 550; enhanced = \"5.7.1\";" \
    "  text = \"From of %{sender}: a message has exactly one well-formed From field (RFC 5322 3.6), in a header of at most 1000 fields and 1 MiB; please repair the sending program\"; },"

static const char *const standard_set[] = {
    "{ name = \"temperror\"; reason = \"the name servers of %{domain} did not answer, and their answer decides\"; when = [ \"decisive = temperror\" ]; action = \"defer\"; code = 451; enhanced = \"4.4.3\";"
    "  text = \"%{results}: the name servers of %{domain} did not answer, and their answer decides; please try again later\"; },",
    AUTHOR_RULE,
    "{ name = \"trusted-forwarder\"; when = [ \"dmarc = fail\", \"sent_by in trusted_forwarders\" ];"
    "  action = \"accept\"; override = \"trusted forwarder\"; },",
    SEALER_OVERRIDE,
    "{ name = \"dmarc-reject\"; reason = \"%{from} did not authorise it\"; when = [ \"option.honour_p_reject = always\", \"dmarc = fail\", \"dmarc.policy = reject\","
    "  \"dmarc.disposition = reject\" ]; action = \"reject\"; code = 550; enhanced = \"5.7.26\";"
    "  text = \"dmarc=fail: %{from} asks to reject mail it did not authenticate; send through its own hosts or sign with DKIM as %{from}\"; },",
    "{ name = \"dmarc-evidence\"; reason = \"%{from} did not authorise it\"; when = [ \"option.honour_p_reject = evidence\", \"dmarc = fail\", \"dmarc.policy = reject\","
    "  \"dmarc.disposition = reject\" ]; any = [ \"class.mailfrom = black\", \"spf = fail\", \"dnslist = listed\" ];"
    "  action = \"reject\"; code = 550; enhanced = \"5.7.26\";"
    "  text = \"%{results}: %{from} asks to reject mail it did not authenticate, and %{client} is not its host;"
    " send through its own hosts or sign with DKIM as %{from}\"; },",
    "{ name = \"dmarc-quarantine\"; reason = \"%{from} did not authorise it\"; when = [ \"dmarc = fail\", \"dmarc.policy = quarantine|reject\","
    "  \"dmarc.disposition = quarantine|reject\" ]; action = \"quarantine\"; },",
    /* Several author domains, a group, no usable domain: no policy can be found for it, so nobody vouches for any part. */
    "{ name = \"author-unusual\"; reason = \"the From field names no single author domain\"; when = [ \"author = group|bad-domain|too-many-domains|several-domains\" ]; action = \"quarantine\"; },",
    "{ name = \"spf-fail\"; reason = \"%{domain} does not allow this host to send its mail\"; when = [ \"option.spf_fail = reject\", \"spf = fail\", \"dmarc = none\" ]; action = \"reject\";"
    "  code = 550; enhanced = \"5.7.23\";"
    "  text = \"spf=fail: %{domain} does not allow %{client} to send its mail; add this host to its SPF record or send through its hosts\"; },",
    "{ name = \"relay-disowned\"; reason = \"the relay does not service %{domain}\"; when = [ \"class.mailfrom = white\" ]; any = [ \"agreement.mailfrom = disowned\", \"csa = fail\" ];"
    "  action = \"tag\"; text = \"relay does not service %{mailfrom}: %{results}\"; },",
    "{ name = \"spf-tag\"; when = [ \"spf = fail\", \"dmarc = none\" ]; action = \"tag\"; },",
    "{ name = \"legacy-tag\"; any = [ \"rmx = fail\", \"dmp = fail\", \"mxout = fail\", \"imx = fail\", \"callerid = fail\","
    "  \"senderid.reason = not-authorised|domain-absent|malformed-domain|submitter-differs|submitter-malformed\", \"csa = fail\", \"mtamark = fail\", \"msd = fail\", \"drip = fail\" ]; action = \"tag\"; }",
    NULL
};

/* The receiver of 2004: no statement, no mail. The envelope is judged before DATA, the author domain when it is known. */
static const char *const strict_set[] = {
    "{ name = \"temperror\"; reason = \"the name servers of %{domain} did not answer, and their answer decides\"; when = [ \"decisive = temperror\" ]; action = \"defer\"; code = 451; enhanced = \"4.4.3\";"
    "  text = \"%{results}: the name servers of %{domain} did not answer, and their answer decides; please try again later\"; },",
    NAMED_OVERRIDES,
    "{ name = \"mailfrom-absent\"; reason = \"the sender domain %{domain} does not exist or takes no mail\"; when = [ \"class.mailfrom = absent\" ]; stage = \"rcpt\"; action = \"reject\"; code = 550; enhanced = \"5.7.1\";"
    "  text = \"%{results}: the sender's domain %{domain} does not exist or takes no mail; use a sender address in a domain that exists\"; },",
    "{ name = \"mailfrom-black\"; reason = \"%{domain} does not allow this host to send its mail\"; when = [ \"class.mailfrom = black\" ]; stage = \"rcpt\"; action = \"reject\"; code = 550;"
    "  text = \"%{results}: %{domain} does not allow %{client} to send its mail; add this host to its records or send through its hosts\"; },",
    "{ name = \"relay-disowned\"; reason = \"the relay does not service %{domain}\"; when = [ \"agreement.mailfrom = disowned\" ]; stage = \"rcpt\"; action = \"reject\"; code = 550;"
    "  enhanced = \"5.7.1\"; text = \"%{results}: this relay does not service %{mailfrom}; send through a host that does\"; },",
    "{ name = \"mailfrom-unknown\"; reason = \"the name servers of %{domain} did not answer\"; when = [ \"class.mailfrom = unknown\" ]; stage = \"rcpt\"; action = \"defer\"; code = 451; enhanced = \"4.4.3\";"
    "  text = \"%{results}: the name servers of %{domain} did not answer; please try again later\"; },",
    "{ name = \"mailfrom-grey-soon\"; when = [ \"class.mailfrom = grey\" ]; until = \"option.grace_until\"; action = \"tag\";"
    "  text = \"would be rejected from %{option.grace_until}: %{claimed} publishes nothing that covers %{client}\"; },",
    "{ name = \"mailfrom-grey\"; reason = \"%{claimed} publishes nothing that covers this host\"; when = [ \"class.mailfrom = grey\" ]; after = \"option.grace_until\"; stage = \"rcpt\"; action = \"reject\";"
    "  code = 550; enhanced = \"5.7.1\";"
    "  text = \"%{results}: %{claimed} publishes nothing that covers %{client}; publish an SPF record that lists this host\"; },",
    AUTHOR_RULE,
    SEALER_OVERRIDE,
    "{ name = \"from-absent\"; reason = \"the author domain %{from} does not exist\"; when = [ \"class.from = absent\" ]; action = \"reject\"; code = 550; enhanced = \"5.7.1\";"
    "  text = \"%{results}: the author's domain %{from} does not exist; use an address in a domain that exists\"; },",
    "{ name = \"from-black\"; reason = \"%{from} did not authorise it\"; when = [ \"class.from = black\" ]; action = \"reject\"; code = 550;"
    "  text = \"%{results}: this message is not authenticated as %{from}; send through its own hosts or sign with DKIM as %{from}\"; },",
    "{ name = \"author-unusual\"; reason = \"the From field names no single author domain\"; when = [ \"author = group|bad-domain|too-many-domains|several-domains\" ]; action = \"reject\"; code = 550; enhanced = \"5.7.1\";"
    "  text = \"From of %{sender}: the field names no single author domain, so that no policy can vouch for it; use one address, or several of one domain\"; },",
    "{ name = \"from-unknown\"; reason = \"the name servers of %{domain} did not answer\"; when = [ \"class.from = unknown\" ]; action = \"defer\"; code = 451; enhanced = \"4.4.3\";"
    "  text = \"%{results}: the name servers of %{domain} did not answer; please try again later\"; }",
    NULL
};

/* The enhanced code that says why (RFC 7208 8, RFC 7372, RFC 8617): of the results a refusal rests on, the first here. */
const char *const builtin_replies[] = {
    "{ action = \"reject\"; when = [ \"dmarc = fail\" ]; enhanced = \"5.7.26\"; },",
    "{ action = \"reject\"; when = [ \"spf = fail|softfail\" ]; enhanced = \"5.7.23\"; },",
    "{ action = \"reject\"; when = [ \"spf = permerror|temperror\" ]; enhanced = \"5.7.24\"; },",
    "{ action = \"reject\"; when = [ \"dkim = none\" ]; enhanced = \"5.7.20\"; },",
    "{ action = \"reject\"; when = [ \"dkim = fail|policy|neutral|permerror|temperror\" ]; enhanced = \"5.7.21\"; },",
    "{ action = \"reject\"; when = [ \"iprev = fail|permerror\" ]; enhanced = \"5.7.25\"; },",
    "{ action = \"reject\"; when = [ \"arc = fail\" ]; enhanced = \"5.7.29\"; }",
    NULL
};

const char *const *builtin_set(struct slice name)
{
    if (slice_same(name, SLICE("monitor")))
        return monitor_set;
    if (slice_same(name, SLICE("standard")))
        return standard_set;
    return slice_same(name, SLICE("strict")) ? strict_set : NULL;
}
