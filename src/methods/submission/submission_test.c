/* submission_test: our vectors, through the engine; see method_vectors.h for what must hold for each. */
#include "methods/submission/submission.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "fakes/method_vectors.h"
#include "methods/list.h"

#define ON "methods = { submission = { enabled = true; }; };"
#define FAILS "example.com. TXT \"v=spf1 -all\"\n"
#define TLS(rdata) "_submissions._tcp.example.com. SRV " rdata "\n"
#define PLAIN(rdata) "_submission._tcp.example.com. SRV " rdata "\n"
#define SENDER .conf = ON, .from = "claire@example.com"

static const struct vector vectors[] = {
    { "the traveller", .zone = FAILS TLS("0 1 465 smtp.example.com."), SENDER, .result = "neutral", .reason = "offered",
      .holds = { "\"service\":\"submissions\"", "\"host\":\"smtp.example.com\"", "\"port\":465", "\"domain\":\"example.com\"",
                 "\"reply_hint\":\"users of example.com: send through smtp.example.com port 465\"" } },
    { "STARTTLS", .zone = FAILS PLAIN("0 1 587 smtp.example.com."), SENDER, .result = "neutral",
      .holds = { "\"service\":\"submission\"", "\"port\":587" } },
    { "TLS from the first octet goes before STARTTLS", .zone = FAILS PLAIN("0 1 587 a.example.com.") TLS("9 1 465 b.example.com."), SENDER,
      .result = "neutral", .holds = { "\"host\":\"b.example.com\"" } },
    { "lowest priority", .zone = FAILS TLS("2 9 465 a.example.com.") TLS("1 1 465 b.example.com."), SENDER, .result = "neutral",
      .holds = { "\"host\":\"b.example.com\"" } },
    { "then largest weight", .zone = FAILS TLS("1 1 465 a.example.com.") TLS("1 9 465 b.example.com."), SENDER, .result = "neutral",
      .holds = { "\"host\":\"b.example.com\"" } },
    { "then name, then port", .zone = FAILS TLS("1 1 466 a.example.com.") TLS("1 1 465 b.example.com.") TLS("1 1 465 a.example.com."), SENDER,
      .result = "neutral", .holds = { "\"host\":\"a.example.com\"", "\"port\":465" } },
    { "not offered", .zone = FAILS TLS("0 0 0 .") PLAIN("0 0 0 ."), SENDER, .result = "none", .reason = "not-offered", .lacks = "users of" },
    { "TLS not offered, STARTTLS is", .zone = FAILS TLS("0 0 0 .") PLAIN("0 1 587 smtp.example.com."), SENDER, .result = "neutral",
      .holds = { "\"port\":587" } },
    { "no record", .zone = FAILS, SENDER, .result = "none", .reason = "no-record", .lacks = "users of" },
    { "port 0", .zone = FAILS TLS("0 1 0 smtp.example.com."), SENDER, .result = "none", .reason = "no-host" },
    { "no host's name", .zone = FAILS TLS("0 1 465 a\\032b.example.com."), SENDER, .result = "none", .reason = "no-host" },
    { "an address", .zone = FAILS TLS("0 1 465 192.0.2.1."), SENDER, .result = "none", .reason = "no-host" },
    { "one label", .zone = FAILS TLS("0 1 465 localhost."), SENDER, .result = "none", .reason = "no-host" },
    /* who may send needs no help, and causes no question */
    { "passes", .zone = "example.com. TXT \"v=spf1 +all\"\n" TLS("0 1 465 smtp.example.com."), SENDER, .result = "none", .reason = "not-needed" },
    { "nothing published", .zone = TLS("0 1 465 smtp.example.com."), SENDER, .result = "none", .reason = "not-needed" },
    { "one method refuses, another allows", .zone = FAILS "_rmx.example.com. TXT \"ipv4:192.0.2.1\"\n" TLS("0 1 465 smtp.example.com."), SENDER,
      .result = "none", .reason = "not-needed" },
    { "softfail", .zone = "example.com. TXT \"v=spf1 ~all\"\n" TLS("0 1 465 smtp.example.com."), SENDER, .result = "neutral" },
    { "the HELO name's failure is not the sender's", .zone = "h.example. TXT \"v=spf1 -all\"\n" TLS("0 1 465 smtp.example.com."), .helo = "h.example",
      SENDER, .result = "none", .reason = "not-needed" },
    { "null sender", .conf = ON, .zone = FAILS, .from = "<>", .helo = "example.com", .result = "none", .reason = "no-identity" },
    { "one label of a domain", .conf = ON, .zone = FAILS, .from = "u@com", .result = "none", .reason = "no-identity" },
    { "not known whether it is needed", .zone = "; servfail example.com TXT\n" TLS("0 1 465 smtp.example.com."), SENDER, .result = "temperror",
      .reason = "dns-failed", .lacks = "users of" },
    { "the first question fails", .zone = FAILS "; servfail _submissions._tcp.example.com SRV\n" PLAIN("0 1 587 smtp.example.com."), SENDER,
      .result = "temperror", .reason = "dns-failed" },
    { "the second fails", .zone = FAILS "; timeout _submission._tcp.example.com SRV\n", SENDER, .result = "temperror", .reason = "dns-failed" },
    { "unknown client: no subject", .ip = "", .zone = FAILS, SENDER, .result = "none", .reason = "no-subject" },
    { "exempt", .conf = ON " internal_networks = [ \"192.0.2.0/24\" ];", .zone = FAILS, .from = "claire@example.com", .result = "policy",
      .reason = "exempt" },
};

static void all_vectors(void **state)
{
    (void)state;
    uint64_t path = (uint64_t)1 << method_index(&spf_method) | (uint64_t)1 << method_index(&rmx_method);
    vectors_play(&submission_method, path, vectors, COUNT_OF(vectors));
}

static void manual_has_the_options(void **state)
{
    (void)state;
    vectors_check_manual(&submission_method, __FILE__);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(all_vectors), cmocka_unit_test(manual_has_the_options) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
