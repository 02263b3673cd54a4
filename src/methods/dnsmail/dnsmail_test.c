/* dnsmail_test: the sheet's vectors and ours, through the engine; see method_vectors.h for what must hold for each. */
#include "methods/dnsmail/dnsmail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <frank/frank.h>

#include "dns/packet.h"
#include "fakes/method_vectors.h"
#include "methods/dnsmail/dnsmail_record.h"
#include "methods/list.h"

#define CONF(line) "methods = { dnsmail = { " line " }; };"

/* Of the sheet: Thu, 03 Aug 2006 09:10:49 -0400, seen at 14:00 UTC. */
#define SENT 1154610649
#define SEEN 1154613600
#define DATE "Date: Thu, 03 Aug 2006 09:10:49 -0400\n"
#define STAMP "*date=Thu, 03 Aug 2006 09:10:49 -0400"
#define LATER "*date=Thu, 03 Aug 2006 09:20:00 -0400"
#define MARTHA "From: Martha <martha@example.com>\n"
#define ID "DNS-Mail-ID: 1wsed45rtgyh5678.example.com\n"
#define HEADER ID MARTHA DATE
#define LIST "dnsmail.example.com. TXT \"192.0.2.53\"\n"
#define R1_NAME "1wsed45rtgyh5678.example.com"
#define R1 R1_NAME ". TXT \"To:claire@nonprofit.example*From:martha@example.com" STAMP "\"\n"
#define SHEET LIST R1
#define CLAIRE .rcpt = "claire@nonprofit.example"
#define AT_SHEETS_TIME .now = SEEN

#define FORWARD_LIST "dnsmail.nonprofit.example. TXT \"198.51.100.53\"\n"
#define FW1_ID "DNS-Mail-ID: fw1.nonprofit.example\n"
#define FW1 "fw1.nonprofit.example. TXT \"To:claire@my-isp.example*From:claire@nonprofit.example" LATER "\"\n"
#define FORWARDED SHEET FORWARD_LIST FW1

/* An id whose record is about this. */
#define ABOUT(to, from) LIST R1_NAME ". TXT \"To:" to "*From:" from STAMP "\"\n"

static const struct vector sheet[] = {
    { "dnsmail.md 1", .zone = SHEET, .header = HEADER, CLAIRE, AT_SHEETS_TIME, .result = "pass", .reason = "registered",
      .holds = { "\"domain\":\"example.com\"", "\"id\":\"" R1_NAME "\"", "\"found\":\"found\"", "\"server\":\"192.0.2.53\"", "\"recipients\":1",
                 "\"statement\":true" }, .explain = "",
      .questions = "TXT dnsmail.example.com, TXT " R1_NAME " @192.0.2.53" },
    { "dnsmail.md 2", .zone = SHEET, .header = ID MARTHA "Date: Thu, 03 Aug 2006 13:10:49 +0000\n", CLAIRE, AT_SHEETS_TIME, .result = "pass" },
    { "dnsmail.md 3", .zone = SHEET, .header = HEADER, .rcpt = "bob@nonprofit.example", AT_SHEETS_TIME, .result = "softfail", .reason = "origin-only",
      .holds = { "\"recipient\":\"bob@nonprofit.example\"" }, .lacks = "\"statement\"",
      .explain = "example.com: register one record for each envelope recipient; a forwarder registers its own" },
    { "dnsmail.md 4", .zone = SHEET, .header = ID "From: eve@example.com\n" DATE, CLAIRE, AT_SHEETS_TIME, .result = "fail", .reason = "from-differs",
      .holds = { "\"statement\":true" },
      .explain = "example.com: register the mailbox of the From field and the moment of the Date field as the message has them" },
    { "dnsmail.md 5, young", .zone = LIST, .header = HEADER, CLAIRE, .now = SENT + 300, .result = "temperror", .reason = "not-there-yet",
      .holds = { "\"found\":\"absent\"" } },
    { "dnsmail.md 5, old", .zone = LIST, .header = HEADER, CLAIRE, .now = SENT + 86400, .result = "fail", .reason = "not-registered",
      .holds = { "\"statement\":true", "192.0.2.53" },
      .explain = "example.com: let the record of a message be confirmed by every server that the list names before the message leaves: missing is "
                 R1_NAME },
    { "dnsmail.md 6", .header = MARTHA DATE, CLAIRE, AT_SHEETS_TIME, .result = "none", .reason = "no-subject", .questions = "" },
    { "dnsmail.md 7", .zone = "dnsmail.example.com. TXT \"127.0.0.1\"\n" R1, .header = HEADER, CLAIRE, AT_SHEETS_TIME, .result = "policy",
      .reason = "server-blocked", .questions = "TXT dnsmail.example.com", .holds = { "\"found\":\"blocked\"", "\"server\":\"127.0.0.1\"" },
      .explain = "example.com: name only servers with public addresses in the TXT record at dnsmail.example.com" },
    { "dnsmail.md 8", .zone = FORWARDED, .header = FW1_ID HEADER, .rcpt = "claire@my-isp.example", AT_SHEETS_TIME, .result = "pass",
      .reason = "forwarded", .questions = "TXT dnsmail.example.com, TXT dnsmail.nonprofit.example, TXT fw1.nonprofit.example @198.51.100.53, TXT "
                                          R1_NAME " @192.0.2.53" },
    { "dnsmail.md 8, original id removed", .zone = FORWARDED, .header = FW1_ID MARTHA DATE, .rcpt = "claire@my-isp.example", AT_SHEETS_TIME,
      .result = "fail", .reason = "no-origin-id", .lacks = "\"statement\"" },
    { "dnsmail.md 9", .zone = ABOUT("claire@nonprofit.example", "a%2Ab@example.com"), .header = ID "From: a*b@example.com\n" DATE, CLAIRE, AT_SHEETS_TIME,
      .result = "pass" },
    { "dnsmail.md 10, local part", .zone = SHEET, .header = ID "From: MARTHA@example.com\n" DATE, CLAIRE, AT_SHEETS_TIME, .result = "fail",
      .reason = "from-differs" },
    { "dnsmail.md 10, domain", .zone = SHEET, .header = ID "From: martha@EXAMPLE.com\n" DATE, CLAIRE, AT_SHEETS_TIME, .result = "pass" },
    { "dnsmail.md 12", .zone = LIST R1_NAME ". TXT \"To:a@x.example*From:martha@example.com" STAMP "\"\n"
                               R1_NAME ". TXT \"To:b@x.example*From:martha@example.com" STAMP "\"\n",
      .header = HEADER, .rcpt = "b@x.example", AT_SHEETS_TIME, .result = "pass", .holds = { "\"records\":2" } },
};

static void sheet_vectors(void **state)
{
    (void)state;
    vectors_play(&dnsmail_method, 0, sheet, COUNT_OF(sheet));
}

/* ---- the author, the date, the ids ---- */

#define COMMON CLAIRE, AT_SHEETS_TIME
#define GOOD .zone = SHEET, COMMON, .result = "pass"

static const struct vector message[] = {
    { "no list", .header = HEADER, COMMON, .result = "none", .reason = "no-list", .questions = "TXT dnsmail.example.com" },
    { "a wildcard's record is no list", .zone = "*.example.com. TXT \"v=spf1 -all\"\n", .header = HEADER, COMMON, .result = "none", .reason = "no-list" },
    { "nor is a host name", .zone = "dnsmail.example.com. TXT \"ns.example.com\"\n", .header = HEADER, COMMON, .result = "none" },
    { "the list cannot be had", .zone = "; servfail dnsmail.example.com TXT\n", .header = HEADER, COMMON, .result = "temperror", .reason = "dns-failed" },
    { "required, and no id", .conf = CONF("require = true;"), .zone = SHEET, .header = MARTHA DATE, COMMON, .result = "fail", .reason = "id-required",
      .questions = "TXT dnsmail.example.com", .lacks = "\"statement\"",
      .explain = "example.com: send through the servers that register this domain's mail" },
    { "required, and no list", .conf = CONF("require = true;"), .header = MARTHA DATE, COMMON, .result = "none", .reason = "no-list" },
    { "required, and not known", .conf = CONF("require = true;"), .zone = "; timeout dnsmail.example.com\n", .header = MARTHA DATE, COMMON,
      .result = "temperror" },
    { "required, and no author", .conf = CONF("require = true;"), .header = DATE, COMMON, .result = "none", .reason = "no-id" },
    { "two authors", .zone = SHEET, .header = ID "From: martha@example.com, eve@example.com\n" DATE, COMMON, .result = "permerror", .reason = "bad-from",
      .questions = "" },
    { "two From fields", .zone = SHEET, .header = ID MARTHA MARTHA DATE, COMMON, .result = "permerror", .reason = "bad-from" },
    { "a group", .zone = SHEET, .header = ID "From: us: martha@example.com;\n" DATE, COMMON, .result = "permerror", .reason = "bad-from" },
    { "no From", .zone = SHEET, .header = ID DATE, COMMON, .result = "permerror", .reason = "bad-from" },
    { "an author without a domain name", .zone = SHEET, .header = ID "From: martha@[192.0.2.1]\n" DATE, COMMON, .result = "permerror" },
    { "an author of one label", .zone = SHEET, .header = ID "From: martha@com\n" DATE, COMMON, .result = "permerror", .questions = "" },
    { "no Date", .zone = SHEET, .header = ID MARTHA, COMMON, .result = "permerror", .reason = "bad-date" },
    { "two Dates", .zone = SHEET, .header = ID MARTHA DATE DATE, COMMON, .result = "permerror", .reason = "bad-date" },
    { "a Date that is none", .zone = SHEET, .header = ID MARTHA "Date: yesterday\n", COMMON, .result = "permerror", .reason = "bad-date" },
    { "another date", .zone = SHEET, .header = ID MARTHA "Date: Thu, 03 Aug 2006 09:10:50 -0400\n", COMMON, .result = "fail", .reason = "date-differs",
      .holds = { "\"statement\":true" } },
    { "the id in other case", .header = "dns-mail-id:\t1WSED45rtgyh5678.Example.COM \n" MARTHA DATE, GOOD },
    { "the id on a line of its own", .header = "DNS-Mail-ID:\n  1wsed45rtgyh5678.example.com\n" MARTHA DATE, GOOD },
    { "the same id twice", .header = ID ID MARTHA DATE, GOOD },
    { "an id below the field's own", .header = "DNS-Mail-ID: two words.example.com\n" HEADER, COMMON, .zone = SHEET, .result = "permerror",
      .reason = "bad-id", .questions = "TXT dnsmail.example.com" },
    { "an id without a domain", .header = "DNS-Mail-ID: 1wsed45rtgyh5678\n" MARTHA DATE, COMMON, .zone = SHEET, .result = "permerror", .reason = "bad-id" },
    { "an id of one label", .header = "DNS-Mail-ID: 1wsed45rtgyh5678.com\n" MARTHA DATE, COMMON, .zone = SHEET, .result = "permerror" },
    { "an empty field", .header = "DNS-Mail-ID:\n" MARTHA DATE, COMMON, .zone = SHEET, .result = "permerror" },
    { "a bad id in mail of a domain that takes no part", .header = "DNS-Mail-ID: ?\n" MARTHA DATE, COMMON, .result = "none", .reason = "no-list" },
    { "ten fields", .header = ID ID ID ID ID ID ID ID ID ID MARTHA DATE, GOOD },
    { "eleven fields", .header = ID ID ID ID ID ID ID ID ID ID ID MARTHA DATE, COMMON, .zone = SHEET, .result = "permerror", .reason = "too-many-ids",
      .questions = "TXT dnsmail.example.com" },
};

/* ---- servers and records ---- */

#define TWO_SERVERS "dnsmail.example.com. TXT \"192.0.2.53, 192.0.2.54\"\n"
#define OLD .header = HEADER, CLAIRE, .now = SENT + 86400
#define OTHER_ID "DNS-Mail-ID: other.example.org\n"

static const struct vector servers[] = {
    { "the first has it not, the second has it", .zone = TWO_SERVERS R1 "; nxdomain " R1_NAME " @192.0.2.53\n", .header = HEADER, COMMON,
      .result = "pass", .holds = { "\"server\":\"192.0.2.54\"" },
      .questions = "TXT dnsmail.example.com, TXT " R1_NAME " @192.0.2.53, TXT " R1_NAME " @192.0.2.54" },
    { "the first is silent, the second has it", .zone = TWO_SERVERS R1 "; timeout " R1_NAME " @192.0.2.53\n", .header = HEADER, COMMON, .result = "pass" },
    { "the first is silent, the second has it not", .zone = TWO_SERVERS "; timeout " R1_NAME " TXT @192.0.2.53\n; nodata " R1_NAME " TXT @192.0.2.54\n",
      OLD, .result = "temperror", .reason = "server-failed", .holds = { "\"server\":\"192.0.2.53\"" } },
    { "the first has it not, the second is silent", .zone = TWO_SERVERS "; timeout " R1_NAME " TXT @192.0.2.54\n; nodata " R1_NAME " TXT @192.0.2.53\n",
      OLD, .result = "temperror", .reason = "server-failed" },
    { "the first is good, what the second says is not asked for", .zone = TWO_SERVERS R1 "; servfail " R1_NAME " @192.0.2.54\n", .header = HEADER, COMMON,
      .result = "pass", .questions = "TXT dnsmail.example.com, TXT " R1_NAME " @192.0.2.53" },
    { "both say no", .zone = TWO_SERVERS, OLD, .result = "fail", .reason = "not-registered" },
    { "a private server and one that has it", .zone = "dnsmail.example.com. TXT \"10.0.0.1,192.0.2.54\"\n" R1, .header = HEADER, COMMON, .result = "pass",
      .questions = "TXT dnsmail.example.com, TXT " R1_NAME " @192.0.2.54" },
    { "a private server and one that has it not", .zone = "dnsmail.example.com. TXT \"10.0.0.1,192.0.2.54\"\n", OLD, .result = "policy",
      .reason = "server-blocked" },
    { "a private server and one that is silent", .zone = "dnsmail.example.com. TXT \"10.0.0.1,192.0.2.54\"\n; timeout " R1_NAME " TXT @192.0.2.54\n", OLD,
      .result = "temperror" },
    { "a private server that is listed", .conf = "named_servers_allowed = [ \"10.0.0.0/8\" ];", .zone = "dnsmail.example.com. TXT \"10.0.0.1\"\n" R1,
      .header = HEADER, COMMON, .result = "pass", .questions = "TXT dnsmail.example.com, TXT " R1_NAME " @10.0.0.1" },
    { "every address that is none of the Internet's", .header = HEADER, COMMON, .result = "policy", .questions = "TXT dnsmail.example.com",
      .zone = "dnsmail.example.com. TXT \"0.0.0.0,169.254.1.1,224.0.0.1,::1,fe80::1,fd00::1,ff02::1,::ffff:127.0.0.1\"\n" R1 },
    { "IPv6", .zone = "dnsmail.example.com. TXT \"2001:db8::53\"\n" R1, .header = HEADER, COMMON, .result = "pass",
      .questions = "TXT dnsmail.example.com, TXT " R1_NAME " @2001:db8::53" },
    { "two lists are one, in no order of arrival", .zone = "dnsmail.example.com. TXT \"192.0.2.54\"\ndnsmail.example.com. TXT \"192.0.2.53\"\n"
      "dnsmail.example.com. TXT \"v=spf1 -all\"\n" R1, .header = HEADER, COMMON, .result = "pass",
      .questions = "TXT dnsmail.example.com, TXT " R1_NAME " @192.0.2.53" },
    { "strings are joined", .zone = "dnsmail.example.com. TXT \"192.0.2\" \".53\"\n" R1_NAME ". TXT \"To:claire@nonprofit.example*Fr\" "
      "\"om:martha@example.com" STAMP "\"\n", .header = HEADER, COMMON, .result = "pass" },
    { "nine servers: eight are asked", OLD, .result = "fail",
      .zone = "dnsmail.example.com. TXT \"192.0.2.1,192.0.2.2,192.0.2.3,192.0.2.4,192.0.2.5,192.0.2.6,192.0.2.7,192.0.2.8,192.0.2.9\"\n"
              "; servfail " R1_NAME " @192.0.2.9\n" },
    { "what is registered is no record", .zone = LIST R1_NAME ". TXT \"hello\"\n", .header = HEADER, COMMON, .result = "permerror", .reason = "bad-record",
      .holds = { "\"found\":\"malformed\"" }, .explain = "example.com: register To, From (of this domain) and date, \"*\" between them, at " R1_NAME },
    { "one of two is no record", .zone = SHEET R1_NAME ". TXT \"hello\"\n", .header = HEADER, COMMON, .result = "permerror", .reason = "bad-record" },
    { "the age's last second", .zone = SHEET, .header = HEADER, CLAIRE, .now = SENT + 864000, .result = "pass" },
    { "a second older", .zone = SHEET, .header = HEADER, CLAIRE, .now = SENT + 864001, .result = "fail", .reason = "expired" },
    { "an hour ahead", .zone = SHEET, .header = HEADER, CLAIRE, .now = SENT - 3600, .result = "pass" },
    { "a second more", .zone = SHEET, .header = HEADER, CLAIRE, .now = SENT - 3601, .result = "fail", .reason = "from-future" },
    { "the last second of the lag", .zone = LIST, .header = HEADER, CLAIRE, .now = SENT + 599, .result = "temperror", .reason = "not-there-yet" },
    { "the first after it", .zone = LIST, .header = HEADER, CLAIRE, .now = SENT + 600, .result = "fail", .reason = "not-registered" },
    { "a date of the future is no excuse", .zone = LIST, .header = HEADER, CLAIRE, .now = SENT - 3601, .result = "fail", .reason = "not-registered" },
    { "an id whose domain names no servers", .zone = SHEET, .header = OTHER_ID HEADER, COMMON, .result = "fail", .reason = "no-servers",
      .lacks = "\"statement\"", .explain = "example.org: publish the addresses of the servers that hold the records as TXT at dnsmail.example.org" },
    { "an id whose domain's list cannot be had", .zone = SHEET "; timeout dnsmail.example.org\n", .header = OTHER_ID HEADER, COMMON,
      .result = "temperror", .reason = "dns-failed" },
    { "one id is unknown to a silent server, another is missing", .zone = LIST "dnsmail.example.org. TXT \"192.0.2.77\"\n"
      "; timeout other.example.org TXT @192.0.2.77\n", .header = OTHER_ID HEADER, CLAIRE, .now = SENT + 86400, .result = "fail", .reason = "not-registered" },
    { "the other way round", .zone = LIST "dnsmail.example.org. TXT \"192.0.2.77\"\n; timeout " R1_NAME " TXT @192.0.2.53\n",
      .header = OTHER_ID HEADER, CLAIRE, .now = SENT + 86400, .result = "fail", .reason = "not-registered", .lacks = "\"statement\"" },
    { "an unknown server beside a blocked one", .zone = "dnsmail.example.com. TXT \"127.0.0.1\"\ndnsmail.example.org. TXT \"192.0.2.77\"\n"
      "; timeout other.example.org TXT @192.0.2.77\n", .header = OTHER_ID HEADER, COMMON, .result = "temperror", .reason = "server-failed" },
    { "the record of another domain's author", .zone = SHEET "dnsmail.example.org. TXT \"192.0.2.77\"\n"
      "other.example.org. TXT \"To:x@y.example*From:martha@example.com" STAMP "\"\n", .header = OTHER_ID HEADER, COMMON, .result = "fail",
      .reason = "foreign-record", .lacks = "\"statement\"" },
};

/* ---- who is named ---- */

#define HASHED(hash) LIST R1_NAME ". TXT \"th=" hash "*From:martha@example.com" STAMP "\"\n"
#define HASH_OF_CLAIRE "vjh7udpqtfy5jevgeqth2dru2wz5hbje"        /* base32(sha256("1wsed45rtgyh5678\nclaire@nonprofit.example")[:20]) */
#define EVIL "dnsmail.evil.example. TXT \"203.0.113.53\"\n"
#define EVIL_ID "DNS-Mail-ID: abc.evil.example\n"

static const struct vector named[] = {
    { "a hashed recipient", .zone = HASHED(HASH_OF_CLAIRE), .header = HEADER, COMMON, .result = "pass" },
    { "in capitals", .zone = HASHED("VJH7UDPQTFY5JEVGEQTH2DRU2WZ5HBJE"), .header = HEADER, .rcpt = "claire@NONPROFIT.example", AT_SHEETS_TIME, .result = "pass" },
    { "hashed, and another recipient", .zone = HASHED(HASH_OF_CLAIRE), .header = HEADER, .rcpt = "bob@nonprofit.example", AT_SHEETS_TIME,
      .result = "softfail" },
    { "a hash too short", .zone = HASHED("vjh7udpqtfy5jevgeqth2dru2wz5hbj"), .header = HEADER, COMMON, .result = "permerror", .reason = "bad-record" },
    { "over a hashed recipient to a forwarder", .zone = HASHED(HASH_OF_CLAIRE) FORWARD_LIST FW1, .header = FW1_ID HEADER, .rcpt = "claire@my-isp.example",
      AT_SHEETS_TIME, .result = "pass", .reason = "forwarded" },
    { "two recipients, both named", .zone = LIST R1_NAME ". TXT \"To:a@x.example*To:b@x.example*From:martha@example.com" STAMP "\"\n",
      .header = HEADER, .rcpt = "a@x.example b@x.example", AT_SHEETS_TIME, .result = "pass", .holds = { "\"recipients\":2" } },
    { "two recipients, one named", .zone = SHEET, .header = HEADER, .rcpt = "claire@nonprofit.example bob@nonprofit.example", AT_SHEETS_TIME,
      .result = "softfail", .holds = { "\"recipients\":2", "\"recipient\":\"bob@nonprofit.example\"" } },
    { "one to whom it was sent, one to whom it was forwarded", .zone = FORWARDED, .header = FW1_ID HEADER,
      .rcpt = "claire@nonprofit.example claire@my-isp.example", AT_SHEETS_TIME, .result = "pass", .reason = "forwarded" },
    { "a recipient that is no address", .zone = SHEET, .header = HEADER, .rcpt = "postmaster", AT_SHEETS_TIME, .result = "softfail" },
    { "a quoted recipient that need not be", .zone = SHEET, .header = HEADER, .rcpt = "<\"claire\"@nonprofit.example>", AT_SHEETS_TIME, .result = "pass" },
    { "a quoted record that need not be", .zone = ABOUT("%22claire%22@nonprofit.example", "martha@example.com"), .header = HEADER, COMMON, .result = "pass" },
    { "no envelope: To", .zone = SHEET, .header = HEADER "To: x@y.example, Claire <claire@nonprofit.example>\n", AT_SHEETS_TIME, .result = "pass",
      .holds = { "\"recipients\":2" } },
    { "no envelope: Delivered-To", .zone = SHEET, .header = "Delivered-To: claire@nonprofit.example\n" HEADER "To: list@y.example\n", AT_SHEETS_TIME,
      .result = "pass" },
    { "no envelope: none of them", .zone = SHEET, .header = HEADER "To: x@y.example\n", AT_SHEETS_TIME, .result = "softfail", .lacks = "\"recipient\":" },
    { "no envelope, nothing", .zone = SHEET, .header = HEADER, AT_SHEETS_TIME, .result = "softfail" },
    { "an envelope counts, not the header", .zone = SHEET, .header = HEADER "To: claire@nonprofit.example\n", .rcpt = "bob@x.example", AT_SHEETS_TIME,
      .result = "softfail" },
    { "another hop", .zone = FORWARDED "dnsmail.my-isp.example. TXT \"198.51.100.54\"\nfw2.my-isp.example. TXT \"To:c@home.example*From:"
      "claire@my-isp.example" LATER "\"\n", .header = "DNS-Mail-ID: fw2.my-isp.example\n" FW1_ID HEADER, .rcpt = "c@home.example", AT_SHEETS_TIME,
      .result = "pass", .reason = "forwarded" },
    { "fields in any order", .zone = FORWARDED "dnsmail.my-isp.example. TXT \"198.51.100.54\"\nfw2.my-isp.example. TXT \"To:c@home.example*From:"
      "claire@my-isp.example" LATER "\"\n", .header = FW1_ID ID "DNS-Mail-ID: fw2.my-isp.example\n" MARTHA DATE, .rcpt = "c@home.example", AT_SHEETS_TIME,
      .result = "pass" },
    { "a hop is missing", .zone = SHEET "dnsmail.my-isp.example. TXT \"198.51.100.54\"\nfw2.my-isp.example. TXT \"To:c@home.example*From:"
      "claire@my-isp.example" LATER "\"\n", .header = "DNS-Mail-ID: fw2.my-isp.example\n" HEADER, .rcpt = "c@home.example", AT_SHEETS_TIME,
      .result = "fail", .reason = "chain-broken", .lacks = "\"statement\"" },
    { "a forwarder within the domain", .zone = LIST R1_NAME ". TXT \"To:all@example.com*From:martha@example.com" STAMP "\"\n"
      "fw3.example.com. TXT \"To:claire@nonprofit.example*From:all@example.com" LATER "\"\n", .header = "DNS-Mail-ID: fw3.example.com\n" HEADER,
      COMMON, .result = "pass", .reason = "forwarded" },
    { "an id that leads nowhere harms nothing", .zone = SHEET EVIL "abc.evil.example. TXT \"To:x@evil.example*From:y@evil.example" LATER "\"\n",
      .header = EVIL_ID HEADER, COMMON, .result = "pass", .reason = "registered" },
    { "a stranger sends on what was sent to claire", .zone = SHEET EVIL "abc.evil.example. TXT \"To:victim@x.example*From:y@evil.example" LATER "\"\n",
      .header = EVIL_ID HEADER, .rcpt = "victim@x.example", AT_SHEETS_TIME, .result = "fail", .reason = "chain-broken" },
    { "and says that he was claire", .zone = SHEET EVIL "abc.evil.example. TXT \"To:victim@x.example*From:claire@nonprofit.example" LATER "\"\n",
      .header = EVIL_ID HEADER, .rcpt = "victim@x.example", AT_SHEETS_TIME, .result = "fail", .reason = "foreign-record" },
    { "a circle", .zone = LIST R1_NAME ". TXT \"To:a@example.com*From:martha@example.com" STAMP "\"\n"
      "fw3.example.com. TXT \"To:b@example.com*From:a@example.com" LATER "\"\nfw4.example.com. TXT \"To:a@example.com*From:b@example.com" LATER "\"\n",
      .header = "DNS-Mail-ID: fw4.example.com\nDNS-Mail-ID: fw3.example.com\n" HEADER, .rcpt = "b@example.com", AT_SHEETS_TIME, .result = "pass" },
};

/* ---- the body ---- */

#define BODY_HASH "*bh=eDCyaw7m810RhFf0TmGWGkTYiT/1GwL4/PCOGIr3ew4="        /* base64(sha256("text\r\n")) */
#define WITH_BODY LIST R1_NAME ". TXT \"To:claire@nonprofit.example*From:martha@example.com" STAMP BODY_HASH "\"\n"

static const struct vector body[] = {
    { "its body", .zone = WITH_BODY, .header = HEADER, COMMON, .result = "pass" },
    { "its body, relaxed", .zone = WITH_BODY, .header = HEADER, COMMON, .body = "text \t\r\n\r\n\r\n", .result = "pass" },
    { "another body", .zone = WITH_BODY, .header = HEADER, COMMON, .body = "other\r\n", .result = "fail", .reason = "body-differs",
      .holds = { "\"statement\":true" } },
    { "another body, another recipient", .zone = WITH_BODY, .header = HEADER, .rcpt = "b@x.example", AT_SHEETS_TIME, .body = "other\r\n", .result = "fail" },
    { "another body, another author: that is said", .zone = WITH_BODY, .header = ID "From: eve@example.com\n" DATE, COMMON, .body = "other\r\n",
      .result = "fail", .reason = "from-differs" },
    { "a forwarder's body hash counts too", .zone = SHEET FORWARD_LIST "fw1.nonprofit.example. TXT \"To:claire@my-isp.example*From:"
      "claire@nonprofit.example" LATER BODY_HASH "\"\n", .header = FW1_ID HEADER, .rcpt = "claire@my-isp.example", AT_SHEETS_TIME, .body = "x\r\n",
      .result = "fail", .reason = "body-differs", .lacks = "\"statement\"" },
    { "a hash of wrong length", .header = HEADER, COMMON, .result = "permerror",
      .zone = LIST R1_NAME ". TXT \"To:claire@nonprofit.example*From:martha@example.com" STAMP "*bh=eDCy\"\n" },
};

static void further_vectors(void **state)
{
    (void)state;
    vectors_play(&dnsmail_method, 0, message, COUNT_OF(message));
    vectors_play(&dnsmail_method, 0, servers, COUNT_OF(servers));
    vectors_play(&dnsmail_method, 0, named, COUNT_OF(named));
    vectors_play(&dnsmail_method, 0, body, COUNT_OF(body));
}

/* ---- bounds ---- */

/* Ten ids of ten domains, each with eight servers that know nothing: what is asked is within the bound, and near it. */
static void all_ids_and_servers(void **state)
{
    (void)state;
    struct player *p = player_new(&dnsmail_method, SLICE(""));
    struct arena *a = arena_new(1 << 20);
    struct text zone = text_in(a, 1 << 16), header = text_in(a, 1 << 16);
    text_add_str(&zone, LIST);
    for (unsigned i = 0; i < DNSMAIL_IDS_MAX; i++) {
        text_addf(&zone, "dnsmail.d%u.example. TXT \"", i);
        for (unsigned k = 1; k <= DNSMAIL_SERVERS_MAX + 1; k++)
            text_addf(&zone, "198.51.100.%u,", i * 16 + k);
        text_addf(&zone, "\"\n; timeout abc.d%u.example\n", i);
        text_addf(&header, "DNS-Mail-ID: abc.d%u.example\n", i);
    }
    text_add_str(&header, MARTHA DATE);
    player_zone(p, text_slice(&zone));
    struct played r = player_play(p, &(struct play){ .ip = SLICE("192.0.2.1"), .header = text_slice(&header), .rcpt = SLICE("a@b.example"), .now = SEEN });
    assert_true(slice_same(fact_text(r.facts, "reason"), SLICE("server-failed")));
    assert_int_equal(r.asked, DNSMAIL_ASKS);
    player_free(p);
    arena_free(a);
}

/* As many records, recipients and ids as there can be, and every name sought in all of them: it ends, within the memory of a message. */
static void as_much_as_there_can_be(void **state)
{
    (void)state;
    struct player *p = player_new(&dnsmail_method, SLICE(""));
    struct arena *a = arena_new(16 << 20);
    struct text zone = text_in(a, 4 << 20), header = text_in(a, 1 << 16), rcpt = text_in(a, 1 << 20);
    for (unsigned i = 0; i < DNSMAIL_IDS_MAX; i++) {
        text_addf(&zone, "dnsmail.d%u.example. TXT 192.0.2.%u\n", i, i + 1);
        for (unsigned k = 0; k < ANSWER_RECORDS_MAX; k++) {
            text_addf(&zone, "id.d%u.example. TXT \"From:u%u@d%u.example" STAMP "\" \"*th=" HASH_OF_CLAIRE, i, k, i);
            for (unsigned n = 0; n < DNSMAIL_FIELDS_MAX - 4; n++)
                text_addf(&zone, "*To:u%u@d%u.example%s", k, (i + 1) % DNSMAIL_IDS_MAX, n == 5 ? "\" \"" : "");
            text_add_str(&zone, "\"\n");
        }
        text_addf(&header, "DNS-Mail-ID: id.d%u.example\n", i);
    }
    text_add_str(&header, "From: u0@d0.example\n" DATE);
    for (unsigned i = 0; i < RECIPIENTS_MAX; i++)
        text_addf(&rcpt, "%sr%u@d.example", i ? " " : "", i);
    assert_false(zone.bad || header.bad || rcpt.bad);
    player_zone(p, text_slice(&zone));
    struct played r = player_play(p, &(struct play){ .ip = SLICE("192.0.2.1"), .header = text_slice(&header), .rcpt = text_slice(&rcpt), .now = SEEN });
    if (!slice_same(fact_text(r.facts, "reason"), SLICE("origin-only")))
        fail_msg("%.*s", (int)r.json.len, (const char *)r.json.at);
    player_free(p);
    arena_free(a);
}

/* A host that brings its own DNS is told which server to ask. */
static void hosts_learn_the_server(void **state)
{
    (void)state;
    static const char text[] = "DNS-Mail-ID: " R1_NAME "\r\nFrom: martha@example.com\r\nDate: Thu, 03 Aug 2006 09:10:49 -0400\r\n\r\nx\r\n";
    static const char conf[] = "methods = { dmarc = { enabled = false; }; };";
    struct frank *f = frank_new(conf, sizeof conf - 1, NULL);
    struct frank_session *s = frank_session_new(f, &(struct frank_client){ .ip = NULL });
    struct frank_txn *t = frank_txn_new(s, SEEN);
    frank_txn_mail(t, "");
    frank_txn_rcpt(t, "claire@nonprofit.example");
    frank_txn_message(t, text, sizeof text - 1);
    frank_txn_end_of_message(t);
    unsigned told = 0;
    struct zone *zone = zone_new();
    struct zone_error error;
    struct frank_question q;
    assert_true(zone_read(zone, SLICE(SHEET), &error));
    while (!frank_txn_done(t) && frank_txn_question(t, &q)) {
        uint8_t packet[2000];
        struct text out = text_fixed(packet, sizeof packet);
        struct slice name = slice_str(q.name);
        const struct answer *a = zone_answer(zone, &(struct question){ .name = slice_first(name, name.len - 1), .type = q.type });
        assert_true(packet_write_answer(&out, 0, a));
        answer_drop(a);
        told += q.server && strcmp(q.server, "192.0.2.53") == 0;
        assert_int_equal(frank_txn_answer(t, q.id, packet, out.len), 0);
    }
    struct frank_result result = { .method = "" };
    for (size_t n = 0; frank_txn_result(t, n, &result) && strcmp(result.method, "dnsmail") != 0; n++)
        ;
    assert_string_equal(result.result, "pass");
    assert_int_equal(told, 1);
    zone_free(zone);
    frank_txn_free(t);
    frank_session_free(s);
    frank_free(f);
}

static void authentication_results(void **state)
{
    (void)state;
    struct player *p = player_new(&dnsmail_method, SLICE("authres = { legacy = true; };"));
    struct play play = { .ip = SLICE("192.0.2.1"), .header = SLICE(HEADER), .rcpt = SLICE("claire@nonprofit.example"), .now = SEEN };
    player_zone(p, SLICE(SHEET));
    struct played r = player_play(p, &play);
    assert_true(vector_has(r.authentication_results, "x-dnsmail=pass header.from=example.com"));
    play.header = SLICE(MARTHA DATE);
    r = player_play(p, &play);
    assert_false(vector_has(r.authentication_results, "dnsmail"));
    player_free(p);
}

static void manual_has_the_options(void **state)
{
    (void)state;
    vectors_check_manual(&dnsmail_method, __FILE__);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sheet_vectors), cmocka_unit_test(further_vectors), cmocka_unit_test(all_ids_and_servers),
        cmocka_unit_test(as_much_as_there_can_be), cmocka_unit_test(hosts_learn_the_server), cmocka_unit_test(authentication_results), cmocka_unit_test(manual_has_the_options),
    };
    if (crypto_start() != STATUS_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
