"""frank check: what a domain publishes, what is wrong with it, and the rules of large receivers."""
import pathlib
import re
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from fakes.dns import FakeDns  # noqa: E402
from harness.sign import Key, dkim_signed, zone_strings  # noqa: E402

GOOD = [
    'example.com. TXT "v=spf1 mx -all"',
    "example.com. MX 10 mx.example.com.",
    "mx.example.com. A 192.0.2.1",
    "1.2.0.192.in-addr.arpa. PTR mx.example.com.",
    '_dmarc.example.com. TXT "v=DMARC1; p=reject; rua=mailto:d@example.com"',
    "_submissions._tcp.example.com. SRV 0 1 465 mx.example.com.",
]
BAD = [
    'example.com. TXT "v=spf1 mx include:none.example ?all"',
    "example.com. MX 10 gone.example.com.",
    '_dmarc.example.com. TXT "v=DMARC1; p=none; pct=50; rua=mailto:x@far.example"',
    "_submission._tcp.example.com. SRV 0 1 587 smtp.example.com.",
]
NEWS = ("Received: from mx.example.com (mx.example.com [192.0.2.1]) by in.test with ESMTPS id 1; Tue, 14 Nov 2023 22:13:20 +0000\n"
        "From: News <news@example.com>\nTo: u@in.test\nSubject: news\nDate: Tue, 14 Nov 2023 22:13:20 +0000\n"
        "List-Unsubscribe: <https://example.com/u?1>, <mailto:u@example.com>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n\nHello\n")
FIELDS = ("from", "to", "subject", "date", "list-unsubscribe", "list-unsubscribe-post")


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    return Key(tmp_path_factory.mktemp("key"))


def key_line(key, selector="s1"):
    return f"{selector}._domainkey.example.com. TXT {zone_strings(key.record)}"


def findings(said):
    """(section, level, code) of all."""
    return [(s["name"], f["level"], f["code"]) for s in said["sections"] for f in s["findings"]]


def rules(said):
    return {r["rule"]: r["state"] for r in said["bulk_rules"]}


def check(frank, zone, *options, code=0, domain="example.com"):
    return frank.run("check", "--json", "--zone", frank.zone(*zone), "--at", "1700000000", *options, domain, code=code).json


def test_nothing_is_wrong(frank, key):
    said = check(frank, GOOD + [key_line(key)])
    assert [f for f in findings(said) if f[1] != "note"] == []
    assert (said["errors"], said["warnings"], said["unknown"]) == (0, 0, 0)
    records = {(s["name"], r["owner"], r["type"]) for s in said["sections"] for r in s["records"]}
    assert {("spf", "example.com", "TXT"), ("dkim", "s1._domainkey.example.com", "TXT"), ("dmarc", "_dmarc.example.com", "TXT"), ("mx", "example.com", "MX"),
            ("services", "_submissions._tcp.example.com", "SRV"), ("reverse", "1.2.0.192.in-addr.arpa", "PTR")} <= records


def test_errors_and_warnings_are_exit_1(frank):
    said = check(frank, BAD, code=1)
    assert {("spf", "error", "include-none"), ("mx", "error", "no-address"), ("services", "error", "no-address"), ("services", "note", "no-implicit-tls"),
            ("dmarc", "warning", "report-unauthorised"), ("dmarc", "note", "policy-none"), ("dmarc", "note", "tag-gone")} <= set(findings(said))
    for section in said["sections"]:
        for found in section["findings"]:
            assert found["repair"] or found["level"] in ("note", "unknown"), found
    check(frank, GOOD[1:4] + ['example.com. TXT "v=spf1 mx ?all"'], "--methods", "spf", code=1)


def test_without_an_answer_it_is_exit_75(frank):
    zone = [line for line in GOOD if "_dmarc" not in line] + ["; timeout _dmarc.example.com TXT"]
    said = check(frank, zone, code=75)
    assert ("dmarc", "unknown", "dns-failed") in findings(said) and said["unknown"] > 0
    assert rules(said)["dmarc"] == "not known"
    check(frank, BAD + ["; timeout _mta-sts.example.com TXT"], code=1)      # what is wrong is wrong all the same


def test_methods_are_chosen(frank):
    said = check(frank, BAD, "--methods", "dmarc,services", code=1)
    assert [s["name"] for s in said["sections"]] == ["dmarc", "services"]
    assert "bulk_rules" not in said
    for wrong in ("iprev", "nothing", "spf,", ","):
        expected = 0 if wrong == "spf," else 64
        assert frank.run("check", "--zone", frank.zone(*GOOD), "--methods", wrong, "example.com", code=expected).code == expected


@pytest.mark.parametrize("arguments", [[], ["--selector", "a b", "example.com"], ["--nonsense", "example.com"]])
def test_usage(frank, arguments):
    assert frank.run("check", "--zone", frank.zone(*GOOD), *arguments, code=64).err


@pytest.mark.parametrize("name,words", [("not..a.domain", "not a full domain name"), ("single", "not a full domain name"), ("", "not a full"),
                                        ("192.0.2.1", "frank who"), ("2001:db8::1", "frank who")])
def test_what_is_no_domain(frank, name, words):
    said = frank.run("check", "--zone", frank.zone(*GOOD), name, code=65)
    assert words in said.err and said.err.count("\n") == 1 and said.out == ""


def test_a_domain_that_does_not_exist_is_asked_for_nothing_more(frank):
    said = frank.run("check", "--zone", frank.zone(*GOOD), "nosuch.example", "--json", code=1).json
    assert said["bulk_rules"] is None
    assert "bulk-sender rules" not in frank.run("check", "--zone", frank.zone(*GOOD), "nosuch.example", code=1).out


def test_several_domains(frank):
    zone = frank.zone(*GOOD, 'example.org. TXT "v=spf1 -all"', "example.org. MX 0 .")
    said = frank.run("check", "--json", "--zone", zone, "example.com", "Example.ORG.")
    assert [one["domain"] for one in said.objects] == ["example.com", "example.org"]
    assert said.objects[1]["bulk_rules"] is None                              # it sends nothing
    text = frank.run("check", "--zone", zone, "example.com", "example.org").out
    assert text.count("bulk-sender rules") == 1


def test_selectors(frank, key):
    found = check(frank, GOOD + [key_line(key, "odd")], "--selector", "odd")
    assert rules(found)["dkim"] == "met"
    assert rules(check(frank, GOOD + [key_line(key, "odd")]))["dkim"] == "not known"
    lost = check(frank, GOOD, "--selector", "odd", "--selector", "s2", code=1)
    assert [f for f in findings(lost) if f[0] == "dkim"] == [("dkim", "error", "no-key")] * 2
    assert rules(lost)["dkim"] == "not met"


def test_rules_have_source_and_date(frank):
    said = check(frank, GOOD)
    assert [r["rule"] for r in said["bulk_rules"]] == ["spf", "dkim", "dmarc", "alignment", "reverse-dns", "tls", "one-click"]
    for rule in said["bulk_rules"]:
        assert rule["sources"] and rule["why"] and rule["state"] in ("met", "not met", "not known")
        for source in rule["sources"]:
            assert re.fullmatch(r"20\d\d-\d\d(-\d\d)?", source["since"]) and "/" in source["url"] and source["title"]
    by_name = {r["rule"]: {s["name"]: s["since"] for s in r["sources"]} for r in said["bulk_rules"]}
    assert by_name["spf"] == {"Google": "2024-02-01", "Yahoo": "2024-02", "Microsoft": "2025-05-05"}
    assert by_name["one-click"] == {"Google": "2024-06-01", "Yahoo": "2024-06"}
    assert rules(said) == {"spf": "met", "dkim": "not known", "dmarc": "met", "alignment": "not known", "reverse-dns": "met", "tls": "not known", "one-click": "not known"}


def message(frank, key, text=NEWS, fields=FIELDS):
    octets = text.replace("\n", "\r\n").encode()
    return frank.write("news.eml", dkim_signed(octets, key, "example.com", fields=fields) if key else octets)


def test_a_message_shows_the_rest(frank, key):
    zone = GOOD + [key_line(key)]
    assert set(rules(check(frank, zone, "--message", message(frank, key))).values()) == {"met"}
    plain = rules(check(frank, zone, "--message", message(frank, None)))
    assert plain == {"spf": "met", "dkim": "not met", "dmarc": "met", "alignment": "not met", "reverse-dns": "met", "tls": "met", "one-click": "not met"}


@pytest.mark.parametrize("was,now,rule,state", [
    ("with ESMTPS", "with ESMTP", "tls", "not known"),
    ("List-Unsubscribe-Post: List-Unsubscribe=One-Click\n", "", "one-click", "not met"),
    ("<https://example.com/u?1>", "<http://example.com/u?1>", "one-click", "not met"),
    ("news@example.com", "news@other.example", "alignment", "not known"),
    ("news@example.com", "news@other.example", "one-click", "not known"),
])
def test_a_message_that_lacks_something(frank, key, was, now, rule, state):
    changed = NEWS.replace(was, now)
    assert changed != NEWS
    fields = FIELDS if "Post" in changed else FIELDS[:-1]
    assert rules(check(frank, GOOD + [key_line(key)], "--message", message(frank, key, changed, fields)))[rule] == state


def test_one_click_wants_a_signature_over_both_fields(frank, key):
    said = check(frank, GOOD + [key_line(key)], "--message", message(frank, key, fields=FIELDS[:4]))
    assert rules(said)["one-click"] == "not met" and rules(said)["dkim"] == "met"
    unsure = check(frank, GOOD + ["; timeout s1._domainkey.example.com TXT"], "--message", message(frank, key))
    assert rules(unsure)["one-click"] == "not known" and rules(unsure)["dkim"] == "not known"


def test_no_such_message(frank):
    assert "nowhere.eml" in frank.run("check", "--zone", frank.zone(*GOOD), "--message", "nowhere.eml", "example.com", code=66).err


HOSTILE = [
    'example.com. TXT "v=spf1 \\027[31m\\226\\128\\174 -all"',
    'example.com. TXT "v=spf1 mx"',
    '_dmarc.example.com. TXT "v=DMARC1; p=\\007x; \\155\\049=2; rua=mailto:a@b\\000c"',
    's1._domainkey.example.com. TXT "v=DKIM1; p=\\010\\013\\127"',
    "example.com. MX 10 \\027]0\\;x.example.com.",
    "_submission._tcp.example.com. SRV 0 1 587 \\010x.example.com.",
    "mx.example.com. A 192.0.2.1",
    "1.2.0.192.in-addr.arpa. PTR \\027[2J.example.com.",
    '_mta-sts.example.com. TXT "v=STSv1; \\027[1m"',
] + [f"example.com. TXT \"{'x' * 250}\\{octet:03}\"" for octet in range(128, 160)]


@pytest.mark.parametrize("zone", [GOOD, BAD, HOSTILE, ["; servfail example.com"], []], ids=["good", "bad", "hostile", "servfail", "nothing"])
def test_reports_fit_and_hold_no_controls(frank, zone):
    """Controls: conftest looks at every run."""
    said = frank.run("check", "--zone", frank.zone(*zone), "example.com", code=None if zone == GOOD else {1, 75})
    assert [line for line in said.lines if len(line) > 80] == []
    assert said.err == ""
    check(frank, zone, code={0, 1, 75})


def test_hostile_octets_are_shown_escaped(frank):
    said = frank.run("check", "--zone", frank.zone(*HOSTILE), "example.com", code=1)
    assert "\\x1b[31m" in said.out and "\\x1b]0" in said.out


def test_answers_are_saved(frank):
    saved = frank.folder / "saved.zone"
    first = check(frank, BAD, "--save-zone", saved, code=1)
    again = frank.run("check", "--json", "--zone", saved, "--at", "1700000000", "example.com", code=1).json
    assert again == first


@pytest.mark.parametrize("zone", [GOOD, BAD], ids=["good", "bad"])
def test_asked_of_a_name_server_it_is_the_same(frank, zone):
    """Answers come late and in any order: each lint is run until all are there."""
    code = 0 if zone == GOOD else 1
    with FakeDns("".join(line + "\n" for line in zone), slow={"mx.example.com": 0.2, "_dmarc.example.com": 0.1}) as dns:
        live = frank.run("check", "--json", "--resolver", dns.address, "--at", "1700000000", "example.com", code=code).json
    assert live == check(frank, zone, code=code)
