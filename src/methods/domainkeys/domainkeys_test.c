/* domainkeys_test: the sheet's vectors and ours, signed here and played through the engine; see method_vectors.h for what must hold for each. */
#include "methods/domainkeys/domainkeys.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "crypto/refusal_test.h"
#include "fakes/method_vectors.h"
#include "methods/domainkeys/signed_test.h"

#define CONF(line) "methods = { domainkeys = { " line " }; };"
#define HEADER_OCTETS_MAX (2u << 20)
#define ROWS_MAX 80

/* A vector whose signature is made when the test runs. */
struct row {
    struct vector v;                 /* .header: the fields below the signature; {1024} stands for a key in the zone */
    const char *tags;                /* NULL: not signed */
    unsigned bits;                   /* 0: 1024 */
    const char *over, *over_body;    /* what is signed; NULL: what is sent */
    const char *above;               /* fields above the signature */
};

#define SENT_BODY "text\r\n"         /* the player's, where a row has none */

/* ---- the world of these rows ---- */

#define ZONE \
    "$TTL 300\n" \
    "s._domainkey.example.com. TXT \"k=rsa; p={1024}\"\n" \
    "weak._domainkey.example.com. TXT \"k=rsa; p={512}\"\n" \
    "long._domainkey.example.com. TXT \"k=rsa; p={2048}\"\n" \
    "dkim._domainkey.example.com. TXT \"v=DKIM1; k=rsa; p={1024}\"\n" \
    "joe._domainkey.example.com. TXT \"g=joe; k=rsa; p={1024}\"\n" \
    "star._domainkey.example.com. TXT \"g=*; k=rsa; p={1024}\"\n" \
    "testing._domainkey.example.com. TXT \"k=rsa; t=y; p={1024}\"\n" \
    "revoked._domainkey.example.com. TXT \"k=rsa; p=\"\n" \
    "gone._domainkey.example.com. TXT \"t=y; p=\"\n" \
    "dsa._domainkey.example.com. TXT \"k=dsa; p={1024}\"\n" \
    "junk._domainkey.example.com. TXT \"p=AAAA\"\n" \
    "words._domainkey.example.com. TXT \"this is no key\"\n" \
    "even._domainkey.example.com. TXT \"p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAPemKhy4Oy1ofGwBI5y9PvE+H5TQX0OX" \
        "MFMLxUXuC45K2WMNuPbe9mF83u5EV/afqBEOqcOOtVO4h6YvdJu+LrICAwEAAQ==\"\n" \
    "mx._domainkey.example.com. MX 10 mx.example.com.\n" \
    "two._domainkey.example.com. TXT \"unusable\"\n" \
    "two._domainkey.example.com. TXT \"k=rsa; p={1024}\"\n" \
    "alias._domainkey.example.com. CNAME s._domainkey.example.com.\n" \
    "; timeout late._domainkey.example.com\n" \
    "; servfail broken._domainkey.example.com\n"
#define SIGNS_ALL "_domainkey.football.example.com. TXT \"o=-; r=abuse@example.com\"\n"
#define SIGNS_ALL_TESTING "_domainkey.football.example.com. TXT \"o=-; t=y\"\n"
#define SIGNS_SOME "_domainkey.football.example.com. TXT \"o=~\"\n"
#define SIGNS_SOME_TESTING "_domainkey.football.example.com. TXT \"o=~; t=y\"\n"

#define BY(selector) "a=rsa-sha1; c=nofws; q=dns; d=example.com; s=" selector
#define GOOD BY("s")
#define JOE "From: \"Joe SixPack\" <joe@football.example.com>\nTo: suzie@shopping.example.net\nSubject: Is dinner\n\tready?\n"
#define ANN "From: Ann <ann@football.example.com>\nTo: suzie@shopping.example.net\n"
#define POLICY_ASKED "TXT _domainkey.football.example.com"

static const struct row sheet[] = {
    { .v = { "domainkeys.md 5, parent domain", .zone = ZONE, .header = JOE, .result = "pass", .reason = "verified",
             .holds = { "\"domain\":\"example.com\",\"selector\":\"s\",\"sender\":\"joe@football.example.com\",\"header\":\"from\",\"key_bits\":1024",
                        "\"testing\":false,\"policy\":null,\"algorithm\":\"rsa-sha1\",\"canonicalization\":\"nofws\",\"historic\":true",
                        "\"identity\":\"from\",\"domain\":\"football.example.com\"", "signed by example.com (rsa-sha1, 1024 bits)" },
             .lacks = "cause", .explain = "", .questions = "TXT s._domainkey.example.com" }, .tags = GOOD },
    { .v = { "5, not a parent by labels", .zone = ZONE, .header = JOE, .result = "permerror", .reason = "d-foreign",
             .explain = "ball.example.com: correct the signer's settings, or sign with DKIM only: d= is neither the sender's domain nor above it",
             .questions = POLICY_ASKED }, .tags = "c=nofws; q=dns; d=ball.example.com; s=s" },
    { .v = { "6, the domain of From when Sender counts", .zone = ZONE, .header = "From: a@example.com\nSender: b@y.example\n",
             .result = "permerror", .reason = "d-foreign", .holds = { "\"sender\":\"b@y.example\",\"header\":\"sender\"" },
             .questions = "TXT _domainkey.y.example" }, .tags = GOOD },
    { .v = { "7, revoked", .zone = ZONE, .header = JOE, .result = "permerror", .reason = "key-revoked",
             .explain = "example.com: publish the public key at revoked._domainkey.example.com" }, .tags = BY("revoked") },
    { .v = { "8, granularity", .zone = ZONE, .header = ANN, .result = "fail", .reason = "granularity", .lacks = "\"statement\":true",
             .explain = "example.com: correct the key record at joe._domainkey.example.com" }, .tags = BY("joe") },
    { .v = { "8, the local part it is for", .zone = ZONE, .header = JOE, .result = "pass" }, .tags = BY("joe") },
    { .v = { "9, another algorithm", .zone = ZONE, .header = JOE, .result = "permerror", .reason = "algorithm-unknown" },
      .tags = "a=rsa-sha256; c=nofws; q=dns; d=example.com; s=s" },
    { .v = { "10, a tag twice", .zone = ZONE, .header = JOE, .result = "permerror", .reason = "tag-twice" },
      .tags = "c=nofws; q=dns; d=example.com; s=s; c=nofws" },
    { .v = { "11, unsigned, o=-", .zone = ZONE SIGNS_ALL, .header = JOE, .result = "fail", .reason = "all-signed",
             .holds = { "\"cause\":\"no-signature\"", "\"policy\":\"all\"", "\"statement\":true", "\"domain\":null" },
             .explain = "football.example.com: if DKIM is all you sign with, remove \"o=-\" from the TXT record at _domainkey.football.example.com",
             .questions = POLICY_ASKED } },
    { .v = { "11, unsigned, testing", .zone = ZONE SIGNS_ALL_TESTING, .header = JOE, .result = "neutral", .reason = "testing",
             .holds = { "\"testing\":true" }, .lacks = "\"statement\":true" } },
    { .v = { "11, unsigned, no policy", .zone = ZONE, .header = JOE, .result = "none", .reason = "no-signature",
             .holds = { "\"policy\":null,\"text\":\"no signature\"" }, .explain = "", .questions = POLICY_ASKED } },
    { .v = { "12, the key's time is over", .zone = ZONE SIGNS_ALL, .header = JOE, .result = "temperror", .reason = "dns-timeout",
             .holds = { "no answer from DNS: late._domainkey.example.com", "\"unanswered\":\"late._domainkey.example.com\"" },
             .explain = "example.com: the name servers do not answer for late._domainkey.example.com",
             .questions = "TXT late._domainkey.example.com" }, .tags = BY("late") },
};

static const struct row forms[] = {
    { .v = { "simple", .zone = ZONE, .header = JOE, .result = "pass", .holds = { "\"canonicalization\":\"simple\"" } },
      .tags = "c=simple; q=dns; d=example.com; s=s" },
    { .v = { "simple, blanks in the body changed", .zone = ZONE, .header = JOE, .body = "a  b\r\n", .result = "fail", .reason = "signature-differs",
             .explain = "example.com: sign behind the last of your hosts that changes the message, and check the key at s._domainkey.example.com",
             .questions = "TXT s._domainkey.example.com, " POLICY_ASKED },
      .tags = "c=simple; q=dns; d=example.com; s=s", .over_body = "a b\r\n" },
    { .v = { "nofws, blanks in the body changed", .zone = ZONE, .header = JOE, .body = "a  b\r\n \r\n\t\r\n", .result = "pass" },
      .tags = GOOD, .over_body = "ab\r\n" },
    { .v = { "nofws, a line less", .zone = ZONE, .header = JOE, .body = "a\r\nb\r\n", .result = "fail" }, .tags = GOOD, .over_body = "a\r\n\r\nb\r\n" },
    { .v = { "nofws, folded otherwise", .zone = ZONE, .header = "From: joe@football.example.com\nSubject: Is\n dinner ready?\n", .result = "pass" },
      .tags = GOOD, .over = "From: joe@football.example.com\nSubject: Is dinner\n\tready?\n" },
    { .v = { "simple, folded otherwise", .zone = ZONE, .header = "From: joe@football.example.com\nSubject: Is\n dinner ready?\n", .result = "fail" },
      .tags = "c=simple; q=dns; d=example.com; s=s", .over = "From: joe@football.example.com\nSubject: Is dinner\n\tready?\n" },
    { .v = { "a name's case is signed", .zone = ZONE, .header = "from: joe@football.example.com\n", .result = "fail" },
      .tags = GOOD, .over = "From: joe@football.example.com\n" },
    { .v = { "no body", .zone = ZONE, .header = JOE, .body = "", .result = "pass" }, .tags = GOOD },
    { .v = { "no body instead of an empty line", .zone = ZONE, .header = JOE, .body = "", .result = "pass" },
      .tags = "c=simple; q=dns; d=example.com; s=s", .over_body = "\r\n\r\n" },
    { .v = { "empty lines instead of no body", .zone = ZONE, .header = JOE, .body = "\r\n\r\n\r\n", .result = "pass" }, .tags = GOOD, .over_body = "" },
    { .v = { "blank lines are a body for simple", .zone = ZONE, .header = JOE, .body = " \r\n", .result = "fail" },
      .tags = "c=simple; q=dns; d=example.com; s=s", .over_body = "" },
    { .v = { "... and none for nofws", .zone = ZONE, .header = JOE, .body = " \r\n\t\r\n", .result = "pass" }, .tags = GOOD, .over_body = "" },
    { .v = { "no end of the last line", .zone = ZONE, .header = JOE, .body = "text", .result = "pass" },
      .tags = "c=simple; q=dns; d=example.com; s=s", .over_body = "text\r\n" },
    { .v = { "something appended", .zone = ZONE, .header = JOE, .body = "text\r\nmore\r\n", .result = "fail" }, .tags = GOOD, .over_body = "text\r\n" },
    { .v = { "h=", .zone = ZONE, .header = "Received: from x\n" JOE, .result = "pass" }, .tags = GOOD "; h=from:to:subject",
      .over = "Received: from y\n" JOE },
    { .v = { "h=, a listed field changed", .zone = ZONE, .header = "To: x\n" ANN, .result = "fail" }, .tags = GOOD "; h=from:to", .over = ANN },
    { .v = { "h= in the order of the signer, fields in another", .zone = ZONE, .header = "To: x\nFrom: joe@football.example.com\nDate: y\n", .result = "pass" },
      .tags = GOOD "; h=from:date:to", .over = "From: joe@football.example.com\nDate: y\nTo: x\n" },
    { .v = { "without h= the order is all there is", .zone = ZONE, .header = "To: x\nFrom: joe@football.example.com\n", .result = "fail" },
      .tags = GOOD, .over = "From: joe@football.example.com\nTo: x\n" },
    { .v = { "Received above", .zone = ZONE, .header = JOE, .result = "pass" }, .tags = GOOD, .above = "Received: from a\nReceived: from b\n" },
    { .v = { "Received below", .zone = ZONE, .header = "Received: from a\n" JOE, .result = "fail" }, .tags = GOOD, .over = JOE },
    { .v = { "folds around and in tags", .zone = ZONE, .header = JOE, .result = "pass" },
      .tags = "c=nofws;\n q\n\t=dns; d=example.com;\n s=s; h=From :\n\tto:\n\tsubject" },
};

static const struct row senders[] = {
    { .v = { "Sender", .zone = ZONE, .header = "From: a@elsewhere.example\nSender: Boss <b@example.com>\n", .result = "pass",
             .holds = { "\"sender\":\"b@example.com\",\"header\":\"sender\"", "\"identity\":\"pra\",\"domain\":\"example.com\"" } }, .tags = GOOD },
    { .v = { "Sender above the signature is not signed", .zone = ZONE, .header = JOE, .result = "permerror", .reason = "sender-unsigned" },
      .tags = GOOD, .above = "Sender: b@example.com\n" },
    { .v = { "From above the signature is not signed", .zone = ZONE, .header = "Subject: x\n", .result = "permerror", .reason = "sender-unsigned" },
      .tags = GOOD, .above = "From: joe@football.example.com\n" },
    { .v = { "h= without the sender's field", .zone = ZONE, .header = JOE, .result = "permerror", .reason = "sender-unsigned",
             .explain = "example.com: correct the signer's settings, or sign with DKIM only: the field with the sender's address is not signed" },
      .tags = GOOD "; h=to:subject" },
    { .v = { "h= with From when Sender counts", .zone = ZONE, .header = "From: a@example.com\nSender: b@example.com\n",
             .result = "permerror", .reason = "sender-unsigned" }, .tags = GOOD "; h=from" },
    { .v = { "the first of several authors", .zone = ZONE, .header = "From: joe@example.com, eve@evil.example\n", .result = "pass" }, .tags = GOOD },
    { .v = { "... not the second", .zone = ZONE, .header = "From: eve@evil.example, joe@example.com\n", .result = "permerror", .reason = "d-foreign" },
      .tags = GOOD },
    { .v = { "two From", .zone = ZONE, .header = JOE "From: joe@example.com\n", .result = "permerror", .reason = "sender-unknown",
             .holds = { "\"sender\":null,\"header\":null" }, .explain = "", .questions = "" }, .tags = GOOD },
    { .v = { "two Sender", .zone = ZONE, .header = JOE "Sender: a@example.com\nSender: a@example.com\n", .result = "permerror", .reason = "sender-unknown" },
      .tags = GOOD },
    { .v = { "Sender without From", .zone = ZONE, .header = "Sender: a@example.com\n", .result = "permerror", .reason = "sender-unknown" }, .tags = GOOD },
    { .v = { "From cannot be read", .zone = ZONE, .header = "From: joe@example.com, <\nSender: a@example.com\n", .result = "permerror", .reason = "sender-unknown" },
      .tags = GOOD },
    { .v = { "Sender cannot be read", .zone = ZONE, .header = JOE "Sender: a b c\n", .result = "permerror", .reason = "sender-unknown" }, .tags = GOOD },
    { .v = { "two addresses in Sender", .zone = ZONE, .header = JOE "Sender: a@example.com, b@example.com\n", .result = "permerror", .reason = "sender-unknown" },
      .tags = GOOD },
    { .v = { "an address literal", .zone = ZONE, .header = "From: joe@[192.0.2.1]\n", .result = "permerror", .reason = "sender-unknown" }, .tags = GOOD },
    { .v = { "a group", .zone = ZONE, .header = "From: us: joe@example.com;\n", .result = "permerror", .reason = "sender-unknown" }, .tags = GOOD },
    /* RFC 4870 3.7: "no signature" is said of mail without the field, whatever else is in it */
    { .v = { "unsigned and no sender", .zone = ZONE, .header = "Subject: x\n", .result = "none", .reason = "no-signature", .questions = "" } },
    { .v = { "quoted local part", .zone = ZONE, .header = "From: \"joe\"@football.example.com\n", .result = "pass" }, .tags = BY("joe") },
    { .v = { "g= counts capitals", .zone = ZONE, .header = "From: Joe@football.example.com\n", .result = "fail", .reason = "granularity" }, .tags = BY("joe") },
    { .v = { "g= is no pattern", .zone = ZONE, .header = JOE, .result = "fail", .reason = "granularity" }, .tags = BY("star") },
    { .v = { "a domain in capitals", .zone = ZONE, .header = "From: joe@Football.EXAMPLE.com\n", .result = "pass" },
      .tags = "c=nofws; q=dns; d=Example.Com; s=S" },
    { .v = { "a child's signature", .zone = ZONE, .header = "From: joe@example.com\n", .result = "permerror", .reason = "d-foreign" },
      .tags = "c=nofws; q=dns; d=football.example.com; s=s" },
    { .v = { "a name that only ends alike", .zone = ZONE, .header = "From: joe@badexample.com\n", .result = "permerror", .reason = "d-foreign" }, .tags = GOOD },
};

static const struct row keys[] = {
    { .v = { "no key", .zone = ZONE, .header = JOE, .result = "permerror", .reason = "no-key", .holds = { "no key is published: none._domainkey.example.com" },
             .explain = "example.com: publish the public key at none._domainkey.example.com" }, .tags = BY("none") },
    { .v = { "no TXT record", .zone = ZONE, .header = JOE, .result = "permerror", .reason = "no-key" }, .tags = BY("mx") },
    { .v = { "a name too long to be asked", .zone = ZONE, .header = JOE, .result = "permerror", .reason = "s-malformed" },
      .tags = BY("a23456789012345678901234567890123456789012345678901234567890.a23456789012345678901234567890123456789012345678901234567890."
                 "a23456789012345678901234567890123456789012345678901234567890.a23456789012345678901234567890123456789012345678901234567890") },
    { .v = { "SERVFAIL", .zone = ZONE SIGNS_ALL, .header = JOE, .result = "temperror", .reason = "dns-failed" }, .tags = BY("broken") },
    { .v = { "another type", .zone = ZONE, .header = JOE, .result = "permerror", .reason = "key-type" }, .tags = BY("dsa") },
    { .v = { "no key in p=", .zone = ZONE, .header = JOE, .result = "permerror", .reason = "key-data" }, .tags = BY("junk") },
    { .v = { "no tag list", .zone = ZONE, .header = JOE, .result = "permerror", .reason = "key-syntax" }, .tags = BY("words") },
    { .v = { "an even modulus", .zone = ZONE, .header = JOE, .result = "permerror", .reason = "key-odd" }, .tags = BY("even") },
    { .v = { "the record that can be read", .zone = ZONE, .header = JOE, .result = "pass" }, .tags = BY("two") },
    { .v = { "a DKIM record", .zone = ZONE, .header = JOE, .result = "pass" }, .tags = BY("dkim") },
    { .v = { "an alias", .zone = ZONE, .header = JOE, .result = "pass" }, .tags = BY("alias") },
    { .v = { "2048 bits", .zone = ZONE, .header = JOE, .result = "pass", .holds = { "\"key_bits\":2048" } }, .tags = BY("long"), .bits = 2048 },
    { .v = { "512 bits", .zone = ZONE SIGNS_ALL, .header = JOE, .result = "policy", .reason = "key-weak", .holds = { "\"key_bits\":512", "accepted here: 512 bits" },
             .explain = "example.com: make a new RSA key of 2048 bits, and publish it instead of weak._domainkey.example.com",
             .questions = "TXT weak._domainkey.example.com" }, .tags = BY("weak"), .bits = 512 },
    { .v = { "512 bits allowed", .conf = CONF("rsa_bits = 512;"), .zone = ZONE, .header = JOE, .result = "pass", .holds = { "\"key_bits\":512" } },
      .tags = BY("weak"), .bits = 512 },
    { .v = { "2048 bits wanted", .conf = CONF("rsa_bits = 2048;"), .zone = ZONE, .header = JOE, .result = "policy", .reason = "key-weak" }, .tags = GOOD },
    { .v = { "signed by another key", .zone = ZONE, .header = JOE, .result = "fail", .reason = "signature-differs" }, .tags = GOOD, .bits = 2048 },
    { .v = { "good, with a key for tests", .zone = ZONE, .header = JOE, .result = "pass", .holds = { "\"testing\":true", "1024 bits, testing" } },
      .tags = BY("testing") },
    { .v = { "bad, with a key for tests", .zone = ZONE SIGNS_ALL, .header = JOE, .result = "neutral", .reason = "testing", .holds = { "\"cause\":\"signature-differs\"" },
             .lacks = "statement\":true", .questions = "TXT testing._domainkey.example.com" }, .tags = BY("testing"), .over = ANN },
    { .v = { "revoked, and for tests", .zone = ZONE, .header = JOE, .result = "neutral", .reason = "testing", .holds = { "\"cause\":\"key-revoked\"" } },
      .tags = BY("gone") },
};

static const struct row policies[] = {
    { .v = { "unsigned, o=~", .zone = ZONE SIGNS_SOME, .header = JOE, .result = "none", .holds = { "\"policy\":\"some\"" } } },
    { .v = { "unsigned, o=~, testing", .zone = ZONE SIGNS_SOME_TESTING, .header = JOE, .result = "none", .reason = "no-signature" } },
    { .v = { "bad, o=~", .zone = ZONE SIGNS_SOME, .header = JOE, .result = "fail", .reason = "signature-differs", .lacks = "statement\":true" }, .tags = GOOD, .over = ANN },
    { .v = { "bad, o=-", .zone = ZONE SIGNS_ALL, .header = JOE, .result = "fail", .reason = "signature-differs", .holds = { "\"statement\":true" }, .lacks = "cause" },
      .tags = GOOD, .over = ANN },
    { .v = { "bad, testing", .zone = ZONE SIGNS_SOME_TESTING, .header = JOE, .result = "neutral", .reason = "testing", .holds = { "\"cause\":\"signature-differs\"" } },
      .tags = GOOD, .over = ANN },
    { .v = { "no key, o=-", .zone = ZONE SIGNS_ALL, .header = JOE, .result = "fail", .reason = "all-signed", .holds = { "\"cause\":\"no-key\"" } }, .tags = BY("none") },
    { .v = { "revoked, o=-", .zone = ZONE SIGNS_ALL, .header = JOE, .result = "fail", .reason = "all-signed", .holds = { "\"cause\":\"key-revoked\"" } },
      .tags = BY("revoked") },
    { .v = { "granularity, o=- testing", .zone = ZONE SIGNS_ALL_TESTING, .header = ANN, .result = "neutral", .reason = "testing" }, .tags = BY("joe") },
    /* A signature that is to be ignored leaves the message unsigned: junk on top does not soften o=-. */
    { .v = { "bad format, o=-", .zone = ZONE SIGNS_ALL, .header = JOE, .result = "fail", .reason = "all-signed", .holds = { "\"cause\":\"d-foreign\"" } },
      .tags = "c=nofws; q=dns; d=evil.example; s=s" },
    { .v = { "bad format, testing", .zone = ZONE SIGNS_ALL_TESTING, .header = JOE, .result = "neutral", .reason = "testing", .holds = { "\"cause\":\"canonicalization-unknown\"" } },
      .tags = "c=relaxed; q=dns; d=example.com; s=s" },
    { .v = { "policy of the sender's domain, not of its parent", .zone = ZONE "_domainkey.example.com. TXT \"o=-\"\n", .header = JOE, .result = "none",
             .questions = POLICY_ASKED } },
    { .v = { "policy of Sender", .zone = ZONE SIGNS_ALL, .header = JOE "Sender: x@y.example\n", .result = "none", .questions = "TXT _domainkey.y.example" } },
    { .v = { "SERVFAIL for the policy", .zone = ZONE "; servfail _domainkey.football.example.com\n", .header = JOE, .result = "temperror", .reason = "dns-failed",
             .holds = { "\"cause\":\"no-signature\"", "\"unanswered\":\"_domainkey.football.example.com\"" },
             .explain = "football.example.com: the name servers do not answer for _domainkey.football.example.com" } },
    { .v = { "... which a good signature does not need", .zone = ZONE "; servfail _domainkey.football.example.com\n", .header = JOE, .result = "pass" }, .tags = GOOD },
    { .v = { "time-out for the policy of a bad one", .zone = ZONE "; timeout _domainkey.football.example.com\n", .header = JOE, .result = "temperror",
             .reason = "dns-timeout", .holds = { "\"cause\":\"signature-differs\"" } }, .tags = GOOD, .over = ANN },
    { .v = { "a policy that is none", .zone = ZONE "_domainkey.football.example.com. TXT \"o=all\"\n", .header = JOE, .result = "none", .holds = { "\"policy\":null" } } },
    { .v = { "wildcards of other protocols", .zone = ZONE "*.example.com. TXT \"v=spf1 -all\"\n", .header = JOE, .result = "none", .holds = { "\"policy\":\"some\"" } } },
};

/* Good beside forged, and what is not below the signature. */
#define JUNK "DomainKey-Signature: a=rsa-sha256; c=nofws; q=dns; d=example.com; s=s; b=AAAA\n"
#define FORGED "DomainKey-Signature: c=nofws; q=dns; d=example.com; s=s; b=AAAA\n"

static const struct row hostile[] = {
    { .v = { "the topmost of use is examined", .zone = ZONE, .header = JOE, .result = "fail", .reason = "signature-differs" }, .tags = GOOD, .above = FORGED },
    { .v = { "one of no use on top is passed over", .zone = ZONE, .header = JOE, .result = "pass" }, .tags = GOOD, .above = JUNK "DomainKey-Signature: x\n" },
    { .v = { "the second is part of what the first signs", .zone = ZONE, .header = FORGED JOE, .result = "pass" }, .tags = GOOD },
    { .v = { "19 of no use", .zone = ZONE, .header = JOE, .result = "pass" }, .tags = GOOD,
      .above = JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK },
    { .v = { "20 of no use", .zone = ZONE, .header = JOE, .result = "permerror", .reason = "too-many-signatures" }, .tags = GOOD,
      .above = JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK },
    { .v = { "20 of no use soften no policy", .zone = ZONE SIGNS_ALL, .header = JOE, .result = "fail", .reason = "all-signed" }, .tags = GOOD,
      .above = JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK JUNK },
    /* threats.md T11 */
    { .v = { "a second Subject on top", .zone = ZONE, .header = JOE, .result = "policy", .reason = "fields-added", .holds = { "again, unsigned: Subject" } },
      .tags = GOOD, .above = "Subject: another\n" },
    { .v = { "a Subject that h= leaves out", .zone = ZONE, .header = JOE, .result = "pass" }, .tags = GOOD "; h=from:to", .above = "Subject: another\n" },
    { .v = { "a Content-Type on top", .zone = ZONE, .header = JOE "Content-Type: text/plain\n", .result = "policy", .reason = "fields-added" },
      .tags = GOOD, .above = "Content-Type: text/html\n" },
    /* threats.md T06 */
    { .v = { "a bare CR in a signed field", .zone = ZONE, .header = JOE "X-Odd: a\rb\n", .result = "policy", .reason = "odd-octets" }, .tags = GOOD },
    { .v = { "a hidden line above", .zone = ZONE, .header = JOE, .result = "policy", .reason = "odd-octets" }, .tags = GOOD, .above = "X-Odd: a\rSubject: b\n" },
    { .v = { "a bare CR in the body of nofws", .zone = ZONE, .header = JOE, .body = "a\rb\r\n", .result = "pass" }, .tags = GOOD },
    { .v = { "a signature in an older message's words", .zone = ZONE, .header = JOE, .result = "none", .reason = "no-signature" },
      .above = "X-DomainKey-Signature: c=nofws; q=dns; d=example.com; s=s; b=AAAA\n" },
    { .v = { "names in the place of others", .zone = "$TTL 300\n_domainkey.x._domainkey.example.com. TXT \"o=-; p={1024}\"\n",
             .header = "From: a@x._domainkey.example.com\n", .result = "fail", .reason = "signature-differs", .holds = { "\"policy\":\"all\"" },
             .questions = "TXT _domainkey.x._domainkey.example.com" }, .tags = BY("_domainkey.x"), .over = ANN },
};

/* ---- playing ---- */

static struct arena *arena;

static int start(void **state)
{
    (void)state;
    arena = arena_new(64u << 20);
    return arena && crypto_start() == STATUS_OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const char *terminated(struct slice text)
{
    struct text t = text_in(arena, text.len + 1);
    text_add(&t, text);
    text_add_octet(&t, '\0');
    assert_false(t.bad);
    return (const char *)t.at;
}

static enum test_key key_of(unsigned bits)
{
    return bits == 512 ? TEST_KEY_RSA_512 : bits == 2048 ? TEST_KEY_RSA_2048 : TEST_KEY_RSA_1024;
}

static const char *or_else(const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

static struct vector vector_of(const struct row *r)
{
    struct vector v = r->v;
    struct text header = text_in(arena, HEADER_OCTETS_MAX);
    text_add_str(&header, or_else(r->above, ""));
    if (r->tags) {
        const char *body = or_else(r->over_body, or_else(v.body, SENT_BODY));
        struct slice field = domainkey_field(arena, key_of(r->bits), r->tags, slice_str(or_else(r->over, v.header)), slice_str(body));
        assert_true(field.len > 0);
        text_add(&header, field);
    }
    text_add_str(&header, v.header);
    v.header = terminated(text_slice(&header));
    v.zone = terminated(with_test_keys(arena, v.zone, true));
    return v;
}

static void play_rows_among(const struct method *m, uint64_t others, const struct row *rows, size_t count)
{
    static struct vector vectors[ROWS_MAX];
    assert_true(count <= ROWS_MAX);
    for (size_t i = 0; i < count; i++)
        vectors[i] = vector_of(&rows[i]);
    vectors_play(m, others, vectors, count);
    arena_reset(arena);
}

static void play_rows(const struct row *rows, size_t count)
{
    play_rows_among(&domainkeys_method, 0, rows, count);
}

static void sheet_vectors(void **state)
{
    (void)state;
    play_rows(sheet, COUNT_OF(sheet));
}

static void canonical_forms(void **state)
{
    (void)state;
    play_rows(forms, COUNT_OF(forms));
}

static void sending_addresses(void **state)
{
    (void)state;
    play_rows(senders, COUNT_OF(senders));
}

static void key_records(void **state)
{
    (void)state;
    play_rows(keys, COUNT_OF(keys));
}

static void policy_records(void **state)
{
    (void)state;
    play_rows(policies, COUNT_OF(policies));
}

static void hostile_headers(void **state)
{
    (void)state;
    play_rows(hostile, COUNT_OF(hostile));
}

/* ---- what others do to it, and it to others ---- */

#define DKIM_OVER(l) "DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=x.example; s=s; h=from; l=" #l "; " \
    "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\n"

/* DIGESTS_MAX other body hashes were ordered before. */
static void too_many_digests(void **state)
{
    static const struct row rows[] = {
        { .v = { "7 others", .zone = ZONE, .header = JOE, .result = "pass" }, .tags = GOOD,
          .above = DKIM_OVER(1) DKIM_OVER(2) DKIM_OVER(3) DKIM_OVER(4) DKIM_OVER(5) DKIM_OVER(6) DKIM_OVER(7) },
        { .v = { "8 others", .zone = ZONE SIGNS_ALL, .header = JOE, .result = "neutral", .reason = "too-many-digests" }, .tags = GOOD,
          .above = DKIM_OVER(1) DKIM_OVER(2) DKIM_OVER(3) DKIM_OVER(4) DKIM_OVER(5) DKIM_OVER(6) DKIM_OVER(7) DKIM_OVER(8) },
    };
    (void)state;
    play_rows_among(&domainkeys_method, UINT64_C(1) << method_index(&dkim_method), rows, COUNT_OF(rows));
}

static void t21_domainkeys_never_align(void **state)
{
    static const struct row rows[] = {
        { .v = { "good for the author's domain", .zone = ZONE "_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\n", .header = JOE, .result = "fail",
                 .lacks = "domainkeys" }, .tags = GOOD },
    };
    (void)state;
    uint64_t others = UINT64_C(1) << method_index(&domainkeys_method) | UINT64_C(1) << method_index(&dkim_method) | UINT64_C(1) << method_index(&spf_method);
    play_rows_among(&dmarc_method, others, rows, COUNT_OF(rows));
}

static struct played played_row(struct player *p, const struct row *r)
{
    struct vector v = vector_of(r);
    struct play play = vector_as_play(&v);
    player_zone(p, slice_str(v.zone));
    return player_play(p, &play);
}

static void authentication_results(void **state)
{
    static const struct { struct row row; const char *field; } rows[] = {
        { { .v = { "pass", .zone = ZONE, .header = JOE }, .tags = GOOD },
          PLAYER_RECEIVER "; domainkeys=pass reason=\"SHA-1, historic (RFC 4870)\" header.d=example.com header.from=joe@football.example.com" },
        { { .v = { "Sender", .zone = ZONE, .header = JOE "Sender: a@example.com\n" }, .tags = BY("none") },
          PLAYER_RECEIVER "; domainkeys=permerror reason=\"no key is published\" header.d=example.com header.sender=a@example.com" },
        { { .v = { "unsigned", .zone = ZONE SIGNS_ALL, .header = JOE } },
          PLAYER_RECEIVER "; domainkeys=fail reason=\"the domain signs all its mail (o=-), and here is no good signature\" header.from=joe@football.example.com" },
        { { .v = { "nothing published", .zone = ZONE, .header = JOE } }, PLAYER_RECEIVER "; none" },
    };
    (void)state;
    struct player *p = player_new(&domainkeys_method, SLICE(""));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct played r = played_row(p, &rows[i].row);
        if (!slice_same(r.authentication_results, slice_str(rows[i].field)))
            fail_msg("%.*s", (int)r.authentication_results.len, (const char *)r.authentication_results.at);
    }
    player_free(p);
}

/* threats.md T18: what is looked at is bounded; what is hashed is the header once. */
static void t18_floods_of_domainkey_signatures(void **state)
{
    static const struct { const char *line; unsigned count; const char *reason; } floods[] = {
        { FORGED, 900, "signature-differs" }, { JUNK, 900, "too-many-signatures" }, { "DomainKey-Signature: \n", 990, "too-many-signatures" },
        { JUNK, 1200, "header-overflow" },
    };
    (void)state;
    struct player *p = player_new(&domainkeys_method, SLICE(""));
    for (size_t i = 0; i < COUNT_OF(floods); i++) {
        struct text above = text_in(arena, HEADER_OCTETS_MAX);
        for (unsigned n = 0; n < floods[i].count; n++)
            text_add_str(&above, floods[i].line);
        struct row row = { .v = { "flood", .zone = ZONE, .header = JOE }, .tags = GOOD, .above = terminated(text_slice(&above)) };
        struct played r = played_row(p, &row);
        if (!slice_same(fact_text(r.facts, "reason"), slice_str(floods[i].reason)) || r.asked > DOMAINKEYS_ASKS)
            fail_msg("%zu: %u questions, %.*s", i, r.asked, (int)r.json.len, (const char *)r.json.at);
        arena_reset(arena);
    }
    player_free(p);
}

/* A signature over a header at its bounds: each name of h= is looked for in each field. */
static void t18_a_header_at_its_bounds_is_signed(void **state)
{
    (void)state;
    struct player *p = player_new(&domainkeys_method, SLICE(""));
    struct text tags = text_in(arena, 1u << 14), fields = text_in(arena, HEADER_OCTETS_MAX);
    text_add_str(&tags, "c=nofws; q=dns; d=example.com; s=s; h=to:from");
    for (unsigned i = 2; i < 128; i++)
        text_addf(&tags, ":x%u", i);
    text_add_str(&fields, JOE);
    for (unsigned i = 0; i < 900; i++)
        text_addf(&fields, "X%u: 012345678901234567890123456789012345678901234567890123456789 012345678901234567890123456789\n", i % 128);
    struct row row = { .v = { "at the bounds", .zone = ZONE, .header = terminated(text_slice(&fields)) }, .tags = terminated(text_slice(&tags)) };
    struct played r = played_row(p, &row);
    /* In the signer's tests h= is no order: signed in the message's, verified in the list's. */
    assert_true(slice_same(fact_text(r.facts, "reason"), SLICE("signature-differs")));
    player_free(p);
    arena_reset(arena);
}

/* ---- a library that refuses ---- */

static void a_refusal_is_policy(void **state)
{
    static const struct row rows[] = {
        { .v = { "refused", .zone = ZONE SIGNS_ALL, .header = JOE, .result = "policy", .reason = "sha1-refused", .lacks = "\"policy\":\"all\"",
                 .explain = "" }, .tags = GOOD },
    };
    (void)state;
    struct vector v = vector_of(&rows[0]);
    refuse_sha1_signatures(true);
    vectors_play(&domainkeys_method, 0, &v, 1);
    refuse_sha1_signatures(false);
    arena_reset(arena);
}

static void manual_has_the_options(void **state)
{
    (void)state;
    vectors_check_manual(&domainkeys_method, __FILE__);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sheet_vectors),
        cmocka_unit_test(canonical_forms),
        cmocka_unit_test(sending_addresses),
        cmocka_unit_test(key_records),
        cmocka_unit_test(policy_records),
        cmocka_unit_test(hostile_headers),
        cmocka_unit_test(too_many_digests),
        cmocka_unit_test(t21_domainkeys_never_align),
        cmocka_unit_test(authentication_results),
        cmocka_unit_test(t18_floods_of_domainkey_signatures),
        cmocka_unit_test(t18_a_header_at_its_bounds_is_signed),
        cmocka_unit_test(a_refusal_is_policy),
        cmocka_unit_test(manual_has_the_options),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
