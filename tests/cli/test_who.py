"""frank who: whose an address or a domain is, who answers for it, and what it sent us."""
import json
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from conftest import has_control  # noqa: E402
from fakes.dns import FakeDns  # noqa: E402

from test_psl import RULES  # noqa: E402
from test_why import Journal  # noqa: E402

IP, V6 = "192.0.2.25", "2001:db8::25"
V6_REVERSE = "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa."
ZONE = [
    "25.2.0.192.in-addr.arpa. IN PTR mail.hosting.example.",
    "25.2.0.192.in-addr.arpa. IN PTR www.bank.example.",
    "25.2.0.192.in-addr.arpa. IN RP noc.isp.example. .",
    "2.0.192.in-addr.arpa. IN SOA ns.isp.example. dns\\.admin.isp.example. 1 1 1 1 1",
    "mail.hosting.example. IN A 192.0.2.25",
    "mail.hosting.example. IN AAAA 2001:db8::25",
    "mail.hosting.example. IN RP jane.hosting.example. jane.people.hosting.example.",
    "jane.people.hosting.example. IN TXT \"Jane, telephone 1\"",
    "www.bank.example. IN A 198.51.100.1",
    "hosting.example. IN SOA ns.hosting.example. hostmaster.hosting.example. 1 1 1 1 1",
    "hosting.example. IN TXT \"v=spf1 a:mail.hosting.example -all\"",
    "_client._smtp.mail.hosting.example. IN SRV 1 2 1 mail.hosting.example.",
    "shop.example. IN MX 10 mail.hosting.example.",
    "shop.example. IN MX 20 gone.hosting.example.",
    "shop.example. IN A 198.51.100.80",
    "shop.example. IN TXT \"v=spf1 include:hosting.example ip4:198.51.100.0/28 ~all\"",
    "_rmx.shop.example. IN TXT \"ipv4:192.0.2.0/24\"",
    "_imx.shop.example. IN TXT \"v=imx1 ip4:198.51.100.80 only\"",
    "closed.example. IN TXT \"v=spf1 -all\"",
    "closed.example. IN MX 0 .",
    f"{V6_REVERSE} IN PTR mail.hosting.example.",
    "8.b.d.0.1.0.0.2.ip6.arpa. IN SOA ns.isp.example. six.isp.example. 1 1 1 1 1",
]
LISTS = [
    "2.0.0.127.bl.test. IN A 127.0.0.2", "2.0.0.127.ok.test. IN A 127.0.0.2", "test.doms.test. IN A 127.0.0.2",
    "25.2.0.192.bl.test. IN A 127.0.0.2", "25.2.0.192.bl.test. IN TXT \"see http://bl.test/\"", "shop.example.doms.test. IN A 127.0.0.3",
]
CONF = """owners = "owners.csv"; %s
methods = { dnslist = { lists = ( { name = "bl"; zone = "bl.test"; ipv6 = false; }, { name = "ok"; zone = "ok.test"; ipv6 = false; },
                                  { name = "doms"; zone = "doms.test"; by = "mailfrom"; } ); }; };
"""


@pytest.fixture
def who(frank):
    """Runs it in ZONE with CONF; `conf` is put into it."""
    frank.write("owners.csv", 'hosting.example,"Hosting, Ltd"\n')

    def run(*arguments, zone=(), conf='journal = { file = ""; };', **more):
        frank.write("frank.conf", CONF % conf)
        return frank.run("who", *arguments, "--zone", frank.zone(*ZONE, *LISTS, *zone), "--config", "frank.conf", "--at", "1700000000", **more)
    return run


def domain_of(one, name):
    return next(d for d in one["domains"] if d["domain"] == name)


def results(g):
    return {row["method"]: row["result"] for row in g["methods"] if row.get("stands")}


# ---- an address ----

def test_names_and_which_lead_back(who):
    one = who(IP, "--json").json
    assert one["names"] == [{"name": "mail.hosting.example", "confirmed": True, "addresses": [IP, V6]},
                            {"name": "www.bank.example", "confirmed": False, "addresses": ["198.51.100.1"]}]
    assert one["complete"] and one["names_left_out"] == 0
    # A name that does not lead back names nobody.
    assert [d["domain"] for d in one["domains"]] == ["mail.hosting.example", "hosting.example"]


def test_whom_to_write_to(who):
    assert who(IP, "--json").json["contacts"] == [
        {"record": "RP", "of": "mail.hosting.example", "mailbox": "jane@hosting.example", "text": ["Jane, telephone 1"]},
        {"record": "SOA", "of": "hosting.example", "mailbox": "hostmaster@hosting.example"},
        {"record": "RP", "of": "25.2.0.192.in-addr.arpa", "mailbox": "noc@isp.example", "text": []},
        {"record": "SOA", "of": "2.0.192.in-addr.arpa", "mailbox": "dns.admin@isp.example"},
    ]


def test_a_reverse_zone_delegated_in_parts(who):
    """RFC 2317"""
    zone = ["26.2.0.192.in-addr.arpa. IN CNAME 26.24-31.2.0.192.in-addr.arpa.", "26.24-31.2.0.192.in-addr.arpa. IN PTR a.customer.example.",
            "24-31.2.0.192.in-addr.arpa. IN SOA ns.customer.example. us.customer.example. 1 1 1 1 1", "a.customer.example. IN A 192.0.2.26"]
    one = who("192.0.2.26", "--json", zone=zone).json
    assert [n["name"] for n in one["names"] if n["confirmed"]] == ["a.customer.example"]
    assert [c["mailbox"] for c in one["contacts"]] == ["us@customer.example", "dns.admin@isp.example"]


def test_what_domains_say_of_it(who):
    one = who(IP, "--domain", "SHOP.example.", "--domain", "closed.example", "--json").json
    host, hosting, shop, closed = (domain_of(one, name) for name in ("mail.hosting.example", "hosting.example", "shop.example", "closed.example"))
    assert (host["why"], hosting["why"], shop["why"]) == (["name"], ["name"], ["asked"])
    assert results(host)["csa"] == "pass" and results(hosting)["spf"] == "pass"
    assert {m: results(shop)[m] for m in ("spf", "rmx", "imx", "mxout", "senderid", "callerid", "dmp")} == \
        {"spf": "pass", "rmx": "pass", "imx": "pass", "mxout": "pass", "senderid": "pass", "callerid": "none", "dmp": "none"}
    assert (shop["mx"], shop["mx_host"], shop["mx_implicit"]) == (True, "mail.hosting.example", False)
    assert (closed["mx"], results(closed)["spf"]) == (False, "fail")
    assert (host["mx"], host["mx_implicit"]) == (True, True)
    assert (hosting["owner"], host["owner"], shop["owner"]) == ("Hosting, Ltd", "Hosting, Ltd", None)
    # What is said of the address itself is said once.
    assert results(one) == {"iprev": "pass", "mtamark": "none"}
    assert "iprev" not in results(shop)


def test_lists(who):
    one = who(IP, "--domain", "shop.example", "--json").json
    assert [(r["subject"], r["listed"], r["codes"]) for r in one["lists"]] == [("bl", True, ["127.0.0.2"]), ("ok", False, [])]
    assert [(r["subject"], r["listed"]) for r in domain_of(one, "shop.example")["lists"]] == [("doms", True)]
    assert [(r["subject"], r["listed"]) for r in domain_of(one, "hosting.example")["lists"]] == [("doms", False)]


def test_ipv6(who):
    one = who("2001:DB8:0::25", "--json").json
    assert one["ip"] == V6
    assert [(n["name"], n["confirmed"]) for n in one["names"]] == [("mail.hosting.example", True)]
    assert one["contacts"][-1] == {"record": "SOA", "of": "8.b.d.0.1.0.0.2.ip6.arpa", "mailbox": "six@isp.example"}
    assert results(domain_of(one, "hosting.example"))["spf"] == "pass"
    assert who("::ffff:192.0.2.25", "--json").json["ip"] == IP


def test_the_report(who):
    said = who(IP, "--domain", "shop.example", "--domain", "mute.example")
    assert said.lines == """\
192.0.2.25
  names       mail.hosting.example
              www.bank.example (not confirmed: 198.51.100.1)
  contacts    jane@hosting.example (RP of mail.hosting.example): Jane, telephone
                1
              hostmaster@hosting.example (SOA of hosting.example)
              noc@isp.example (RP of 25.2.0.192.in-addr.arpa)
              dns.admin@isp.example (SOA of 2.0.192.in-addr.arpa)
  lists       bl: listed (127.0.0.2): see http://bl.test/
              not on ok
  the address itself
    iprev     pass      mail.hosting.example
  mail.hosting.example (Hosting, Ltd): its name
    csa       pass      mail.hosting.example is 192.0.2.25
  hosting.example (Hosting, Ltd): its name
    spf       pass      "a:mail.hosting.example" covers 192.0.2.25
    senderid  pass      by its SPF record
  shop.example: asked for
    mx        yes       it receives for the domain, as mail.hosting.example
    spf       pass      "include:hosting.example" covers 192.0.2.25
    rmx       pass      "ipv4:192.0.2.0/24" covers 192.0.2.25
    mxout     pass      mail.hosting.example is an MX of shop.example
    imx       pass      mail.hosting.example is an MX of shop.example
    senderid  pass      by its SPF record
    list      domain    doms: listed (127.0.0.3)
  mute.example: asked for
    senderid  fail      "mute.example": the responsible address has a domain
                          that does not exist
  journal     none (the configuration keeps none)
""".splitlines()


def test_no_reverse_name(who):
    said = who("198.51.100.7")
    assert said.lines[:3] == ["198.51.100.7", "  names       none", "  contacts    none"]
    assert "permerror the client's address has no name" in said.out


def test_more_names_than_are_looked_at(who):
    zone = [f"9.2.0.192.in-addr.arpa. IN PTR host{n:02}.many.example." for n in range(15, 0, -1)] + [f"host{n:02}.many.example. IN A 192.0.2.9" for n in range(16)]
    one = who("192.0.2.9", "--json", zone=zone).json
    assert [n["name"] for n in one["names"]] == [f"host{n:02}.many.example" for n in range(1, 11)]
    assert one["names_left_out"] == 5
    assert "and 5 more, which were not looked at" in who("192.0.2.9", zone=zone).out


def test_domains_of_names_are_bounded(who):
    name = ".".join("abcdefghijklmnopqrstuvwxyz") + ".deep.example"
    one = who("192.0.2.9", "--json", zone=[f"9.2.0.192.in-addr.arpa. IN PTR {name}.", f"{name}. IN A 192.0.2.9"]).json
    assert len(one["domains"]) == 20


def test_helo_is_the_name_or_what_is_said(who):
    zone = ["_serves._smtp.mail.hosting.example. IN TXT \"v=msd1 d:shop.example only\"", "other.hosting.example. IN A 192.0.2.25",
            "25.2.0.192.in-addr.arpa. IN PTR other.hosting.example."]
    one = who(IP, "--domain", "shop.example", "--domain", "closed.example", "--json", zone=zone).json
    assert results(domain_of(one, "shop.example"))["msd"] == "pass" and results(domain_of(one, "closed.example"))["msd"] == "fail"


@pytest.mark.parametrize("conf,words", [('internal_networks = [ "192.0.2.0/24" ];', "one of internal_networks"), ('trusted_relays = [ "192.0.2.25" ];', "one of trusted_relays")])
def test_what_is_not_examined_here_is_said(who, conf, words):
    said = who(IP, conf=conf + 'journal = { file = ""; };')
    assert f"  examined    no: {words}" in said.out
    assert "    was not asked" in said.lines and "does not say" not in said.out
    assert "192.0.2.25 (mail.hosting.example): not asked: our own" in who("shop.example", conf=conf + 'journal = { file = ""; };').out


# ---- a domain ----

def test_a_domain(who):
    one = who("Shop.Example", "--json").json
    assert (one["domain"], one["org_domain"], one["owner"], one["exists"]) == ("shop.example", "shop.example", None, True)
    assert [(m["host"], m["preference"], [a["ip"] for a in m["addresses"]]) for m in one["mx"]] == \
        [("mail.hosting.example", 10, [IP, V6]), ("gone.hosting.example", 20, [])]
    assert [(n["name"], n["confirmed"]) for n in one["mx"][0]["addresses"][0]["names"]] == [("mail.hosting.example", True), ("www.bank.example", False)]
    assert [a["ip"] for a in one["addresses"]] == ["198.51.100.80"]
    senders = one["senders"]
    assert (senders["found"], senders["networks"], senders["others"]) == ("said", ["198.51.100.0/28"], "softfail")
    assert [(p["domain"], p["networks"]) for p in senders["providers"]] == [("hosting.example", ["192.0.2.25/32", "2001:db8::25/128"])]
    assert ("spf", "v=spf1 include:hosting.example ip4:198.51.100.0/28 ~all") in [(r["method"], r["text"]) for r in one["records"]]
    said = {h["ip"]: results(h) for h in one["hosts"]}
    assert list(said) == [IP, V6, "198.51.100.80"]
    assert (said[IP]["spf"], said[IP]["rmx"], said["198.51.100.80"]["imx"], said["198.51.100.80"]["rmx"]) == ("pass", "pass", "pass", "fail")
    assert {m: results(one["others"])[m] for m in ("spf", "rmx", "imx")} == {"spf": "softfail", "rmx": "fail", "imx": "fail"}
    assert "submission" not in results(one["others"])
    assert [(r["subject"], r["listed"]) for r in one["lists"]] == [("doms", True)]


def without_records(lines):
    """Which dialects' records are shown grows with the methods that look for them."""
    first = next(n for n, line in enumerate(lines) if line.startswith("  publishes"))
    last = next(n for n, line in enumerate(lines) if n > first and line.startswith("  ") and line[2] != " ")
    assert lines[first] == "  publishes   spf: v=spf1 include:hosting.example ip4:198.51.100.0/28 ~all"
    return lines[:first] + lines[last:]


def test_the_report_of_a_domain(who):
    assert without_records(who("shop.example").lines) == """\
shop.example
  belongs to  shop.example
  addresses   198.51.100.80 (no name)
  receives    10 mail.hosting.example: 192.0.2.25 (mail.hosting.example,
                www.bank.example, not confirmed), 2001:db8::25
                (mail.hosting.example)
              20 gone.hosting.example: no address
  sends       198.51.100.0/28; as hosting.example does (192.0.2.25/32,
                2001:db8::25/128); others: softfail
  its hosts   192.0.2.25 (mail.hosting.example): pass spf, rmx, mxout, imx,
                senderid
              2001:db8::25 (mail.hosting.example): pass spf, mxout, imx,
                senderid; fail rmx
              198.51.100.80 (shop.example): pass imx; softfail spf, mxout,
                senderid; fail rmx
  others      softfail spf, mxout, senderid; fail rmx, imx
  contacts    none
  lists       doms: listed (127.0.0.3)
  journal     none (the configuration keeps none)
""".splitlines()


@pytest.mark.parametrize("domain,lines", [
    ("closed.example", ["  receives    nothing (null MX)", "  sends       nothing: its SPF record lets nobody send"]),
    ("hosting.example", ["  owner       Hosting, Ltd", "  receives    nothing: no MX, no address", "  sends       hosts mail.hosting.example; others: fail"]),
    ("mail.hosting.example", ["  receives    at its own address: it has no MX", "  sends       not said: it has no SPF record"]),
    ("nowhere.example", ["  exists      no: there is no such name in DNS"]),
    ("both.example", ["  sends       not said: its SPF record is broken (frank spf says why)"]),
    ("macro.example", ["  sends       more, which depends on the message; others: fail"]),
])
def test_domains_of_all_kinds(who, domain, lines):
    said = who(domain, zone=['both.example. IN TXT "v=spf1 -all"', 'both.example. IN TXT "v=spf1 +all"', 'macro.example. IN TXT "v=spf1 exists:%{i}.l.macro.example -all"'])
    assert set(lines) <= set(said.lines), said.out


def test_the_organisation(who, frank):
    zone = ['_dmarc.hosting.example. IN TXT "v=DMARC1; p=none"', '_dmarc.mail.hosting.example. IN TXT "v=DMARC1; p=none"']
    assert who("mail.hosting.example", "--json", zone=zone).json["org_domain"] == "hosting.example"
    psl = frank.write("list", (RULES + "hosting.example\n").encode())
    assert who("a.mail.hosting.example", "--psl", psl, "--json", zone=zone).json["org_domain"] == "mail.hosting.example"


def test_more_exchangers_and_hosts_than_are_looked_at(who):
    zone = [f"big.example. IN MX {n} mx{n:02}.big.example." for n in range(13, 0, -1)] + [f"mx{n:02}.big.example. IN A 192.0.2.{100 + n}" for n in range(14)]
    one = who("big.example", "--json", zone=zone).json
    assert [m["host"] for m in one["mx"]] == [f"mx{n:02}.big.example" for n in range(1, 11)] and one["mx_left_out"] == 3
    assert [h["ip"] for h in one["hosts"]] == [f"192.0.2.{100 + n}" for n in range(1, 9)]
    assert "              and 3 more, which were not looked at" in who("big.example", zone=zone).lines


def test_the_same_is_said_once(who):
    zone = ["9.2.0.192.in-addr.arpa. IN PTR twice.example.", "twice.example. IN A 192.0.2.9", 'twice.example. IN TXT "v=spf1 -all"']
    said = who("192.0.2.9", zone=zone)
    assert [line.split()[0] for line in said.lines].count("spf") == 1
    assert [line.split()[0] for line in who("192.0.2.9", "--explain", zone=zone).lines].count("spf") == 2


# ---- hostile ----

NASTY = ["9.2.0.192.in-addr.arpa. IN PTR evil\\027[31m\\226\\128\\174.example.", "9.2.0.192.in-addr.arpa. IN PTR \\000\\010x.example.",
         "2.0.192.in-addr.arpa. IN RP \\027[2J\\010.isp.example. evil.isp.example.", "evil.isp.example. IN TXT \"\\027]0;owned\\007\\010second line\"",
         "9.2.0.192.in-addr.arpa. IN RP a\\034b.isp.example. evil.isp.example.", "nasty.example. IN SOA . \\255\\254.nasty.example. 1 1 1 1 1",
         "nasty.example. IN MX 1 m\\027x.nasty.example.", "m\\027x.nasty.example. IN A 192.0.2.9", "nasty.example. IN TXT \"v=spf1 \\027[31m -all\"",
         "nasty.example. IN RP . .", f"nasty.example. IN MX 2 {'.'.join(['x' * 63] * 3)}.{'y' * 50}."]


def test_what_strangers_wrote_is_escaped(who):
    for arguments in (["192.0.2.9"], ["nasty.example"], ["192.0.2.9", "nasty.example", "--explain"]):
        said = who(*arguments, zone=NASTY)                  # conftest looks for control characters
        assert all(len(line) <= 80 for line in said.lines), said.out
        assert "\\x1b" in said.out
        who(*arguments, "--json", zone=NASTY)
    one = who("192.0.2.9", "--json", zone=NASTY).json
    assert [n["confirmed"] for n in one["names"]] == [False, False] and one["domains"] == []
    assert one["contacts"][0]["mailbox"] == '"a\\"b"@isp.example'
    assert [c["mailbox"] for c in who("nasty.example", "--json", zone=NASTY).json["contacts"]][0] is None


def test_long_texts_are_cut(who):
    said = who("192.0.2.9", zone=["9.2.0.192.in-addr.arpa. IN RP a.isp.example. t.isp.example.", f't.isp.example. IN TXT "{"long " * 2000}"'])
    assert "..." in said.out and len(said.out) < 3000 and has_control(said.out) == []


# ---- DNS that does not answer ----

@pytest.mark.parametrize("dead,line", [
    ("25.2.0.192.in-addr.arpa PTR", "  names       not known: DNS did not answer"),
    ("mail.hosting.example A", "  names       mail.hosting.example (DNS does not tell whether it leads back)"),
    ("2.0.192.in-addr.arpa SOA", "192.0.2.25"),
])
def test_an_answer_that_does_not_come(frank, who, dead, line):
    frank.zone("", name="no.zone")
    lines = [record for record in ZONE if not record.startswith(dead.split()[0] + ". IN " + dead.split()[1])]
    zone = frank.zone(*lines, *LISTS, f"; servfail {dead}", name="dead.zone")
    frank.write("frank.conf", CONF % 'journal = { file = ""; };')
    said = frank.run("who", IP, "--zone", zone, "--config", "frank.conf", code=75)
    assert line in said.lines
    assert said.lines[-1] == "  DNS did not answer everything: what is missing here is not known."
    assert not frank.run("who", IP, "--zone", zone, "--config", "frank.conf", "--json", code=75).json["complete"]


def test_a_domain_whose_dns_is_silent(frank, who):
    said = who("dead.example", zone=["; servfail dead.example"], code=75)
    assert {"  receives    not known: DNS did not answer", "  sends       not known: DNS did not answer"} <= set(said.lines)
    said = who(IP, "--domain", "dead.example", zone=["; servfail dead.example"], code=75)
    assert "    mx        ?         DNS did not answer who receives for the domain" in said.lines


def test_a_zone_behind_one_that_is_silent_is_not_taken_for_it(who):
    one = who("198.51.100.7", "--json", zone=["; servfail 100.51.198.in-addr.arpa SOA", "51.198.in-addr.arpa. IN SOA ns.other.example. other.other.example. 1 1 1 1 1"], code=75).json
    assert one["contacts"] == []


def test_silent_name_servers(frank):
    with FakeDns("") as dns:
        dns.silent = True
        one = frank.run("who", IP, "shop.example", "--resolver", dns.address, "--timeout", "1", "--json", code=75).objects
    assert [o["complete"] for o in one] == [False, False] and not one[0]["names_known"] and not one[1]["mx_known"]


def test_live_dns_gives_what_zones_give(frank, who):
    plain = [record for record in ZONE if "\\" not in record and " SRV " not in record]
    options = ["--domain", "shop.example", "--json", "--at", "1700000000"]
    expected = frank.run("who", IP, V6, "shop.example", "--zone", frank.zone(*plain), *options).objects
    with FakeDns("\n".join(plain), slow={"hosting.example": 0.2}) as dns:
        said = frank.run("who", IP, V6, "shop.example", "--resolver", dns.address, *options).objects
    assert said == expected


def test_a_saved_zone_replays(frank, who):
    options = ["--domain", "shop.example", "--json", "--at", "1700000000", "--config", "frank.conf"]
    first = who(IP, V6, "shop.example", "--domain", "shop.example", "--save-zone", "saved.zone", "--json").objects
    assert frank.run("who", IP, V6, "shop.example", "--zone", "saved.zone", *options).objects == first


# ---- the journal ----

@pytest.fixture
def journal(frank):
    j = Journal(frank)
    for n in range(3):
        j.add(at=1700000000 + n, ip=IP, sender="a@shop.example", author="b@other.example")
    j.add(at=1700000010, ip=IP, sender="a@sub.shop.example", told="reject")
    j.add(at=1700000020, ip="198.51.100.9", sender="x@shop.example")
    j.add(at=1700000030, ip=IP, sender="<>", author="b@other.example")
    j.write()
    return j


def test_what_an_address_sent(who, journal):
    one = who(IP, "--journal", "journal", "--json").json
    seen = one["journal"]
    assert (seen["messages"], seen["first"], seen["last"]) == (5, 1700000000, 1700000030)
    assert seen["verdicts"] == {"defer": 0, "accept": 5, "reject": 0, "quarantine": 0, "discard": 0}
    assert [(d["domain"], d["messages"]) for d in seen["domains"]] == [("other.example", 4), ("shop.example", 3), ("sub.shop.example", 1)]
    assert [m["id"] for m in seen["newest"]] == [journal.records[n]["id"] for n in (5, 3, 2, 1, 0)]
    assert seen["newest"][1]["told"] == "reject"
    # Its domains are asked what they say of it, most messages first, behind those of its names.
    assert [(d["domain"], d["why"], d["messages"]) for d in one["domains"]] == [
        ("mail.hosting.example", ["name"], 0), ("hosting.example", ["name"], 0), ("other.example", ["author"], 4),
        ("shop.example", ["sender"], 3), ("sub.shop.example", ["sender", "author"], 1)]
    assert results(domain_of(one, "shop.example"))["spf"] == "pass"


def test_what_a_domain_sent(who, journal):
    seen = who("shop.example", "--journal", "journal", "--json").json["journal"]
    assert seen["messages"] == 5
    assert [(a["ip"], a["messages"]) for a in seen["addresses"]] == [(IP, 4), ("198.51.100.9", 1)]
    assert who("hop.example", "--journal", "journal", "--json").json["journal"]["messages"] == 0


def test_several_are_counted_in_one_walk(who, journal):
    said = who(IP, "shop.example", "198.51.100.9", "--journal", "-", "--json", stdin=journal.text())
    assert [o["journal"]["messages"] for o in said.objects] == [5, 5, 1]


def test_the_journals_lines(who, journal):
    said = who(IP, "--journal", "journal")
    at = next(n for n, line in enumerate(said.lines) if line.startswith("  journal"))
    assert said.lines[at:at + 3] == [
        "  journal     5 messages, 2023-11-14 22:13:20Z .. 2023-11-14 22:13:50Z: 5 accept",
        "              from other.example (4), shop.example (3), sub.shop.example (1)",
        f"              2023-11-14 22:13:50Z  id {journal.records[5]['id']}  accept"]
    assert "  shop.example: sender of 3 messages" in said.lines
    assert "nothing came from there" in who("198.51.100.77", "--journal", "journal").out


def test_since(who, journal):
    seen = who(IP, "--journal", "journal", "--since", "1700000005", "--json").json["journal"]
    assert (seen["messages"], seen["since"]) == (2, 1700000005)
    who(IP, "--journal", "journal", "--since", "yesterday", code=64)


def test_the_configured_journal(frank, who, journal):
    path = frank.folder / "journal"
    assert who(IP, "--json", conf=f'journal = {{ file = "{path}"; }};').json["journal"]["messages"] == 5
    path.unlink()
    one = who(IP, "--json", conf=f'journal = {{ file = "{path}"; }};').json
    assert one["journal"] is None and one["no_journal"] == f"{path}: there is none"
    assert "there is none)" in who(IP, conf=f'journal = {{ file = "{path}"; }};').out
    # One that is named must be there.
    assert who(IP, "--journal", "nowhere", code=66).out == ""


def test_a_hostile_journal(frank, who, journal):
    record = json.loads(journal.text(0, 1))
    record["id"] = "\x1b[31m" + "x" * 5000
    record["session"]["mail_from"] = "a@\x1b.example"
    record["author"]["domains"] = ["\x1b[2J\n", "y" * 3000, 7, "a..b", "<script>", *[f"d{n}.example" for n in range(500)]]
    record["action"]["told"] = "\u202e\x07"
    (frank.folder / "journal").write_text(json.dumps(record) + "\n" + "garbage 192.0.2.25\n" + json.dumps({**record, "session": [], "author": 5}) + "\n")
    said = who(IP, "--journal", "journal")
    assert all(len(line) <= 80 for line in said.lines) and "1 message," in said.out
    one = who(IP, "--journal", "journal", "--json").json
    assert all(d["domain"].isascii() and "\x1b" not in d["domain"] for d in one["domains"]) and len(one["domains"]) <= 22


# ---- the command line ----

@pytest.mark.parametrize("arguments,code,words", [
    ([], 64, "An IP address or a domain"),
    (["192.0.2.300"], 65, '"192.0.2.300" is neither'), (["192.0.2.1/24"], 65, "neither"), (["a b"], 65, "neither"), ([""], 65, "neither"),
    (["user@example.com"], 65, "neither"), (["2001:db8::g"], 65, "neither"), ([IP, "no domain"], 65, "neither"),
    (["shop.example", "--domain", "a.example"], 64, "no address is asked about"), ([IP, "--domain", "a b"], 65, "is not a domain"),
])
def test_what_cannot_be_asked(who, arguments, code, words):
    said = who(*arguments, code=code)
    assert words in said.err and said.out == ""


def test_names_in_other_alphabets(who):
    assert who("b\u00fccher.example", "--json").json["domain"] == "xn--bcher-kva.example"
