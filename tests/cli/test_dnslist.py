"""frank dnslist: one list asked, a list in a file made a zone, the configured ones asked about a message."""
import pytest

ZONE = """\
2.0.0.127.bl.test. IN A 127.0.0.2
10.2.0.192.bl.test. IN A 127.0.0.4
10.2.0.192.bl.test. IN A 127.0.0.2
10.2.0.192.bl.test. IN TXT "see http://bl.test/?192.0.2.10"
11.2.0.192.bl.test. IN A 203.0.113.9
12.2.0.192.bl.test. IN A 127.255.255.254
; servfail 13.2.0.192.bl.test.
1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.test. IN A 127.0.0.2
spam.test.doms.test. IN A 127.0.1.4
*.world.test. IN A 127.0.0.2
"""


@pytest.mark.parametrize("words,listed,codes,text,error,said", [
    (["bl.test", "--ip", "192.0.2.10"], True, ["127.0.0.2", "127.0.0.4"], "see http://bl.test/?192.0.2.10", None,
     "192.0.2.10 is on bl.test (127.0.0.2, 127.0.0.4): see http://bl.test/?192.0.2.10"),
    (["bl.test", "--ip", "::ffff:192.0.2.10"], True, ["127.0.0.2", "127.0.0.4"], "see http://bl.test/?192.0.2.10", None, None),
    (["bl.test=127.0.0.0&4", "--ip", "192.0.2.10"], True, ["127.0.0.2", "127.0.0.4"], "see http://bl.test/?192.0.2.10", None, None),
    (["bl.test=127.0.0.9", "--ip", "192.0.2.10"], False, [], None, None, "192.0.2.10 is on bl.test with values that do not count here (127.0.0.2, 127.0.0.4)"),
    (["bl.test", "--ip", "192.0.2.20"], False, [], None, None, "192.0.2.20 is not on bl.test"),
    (["bl.test", "--ip", "10.1.2.3"], False, [], None, None, "10.1.2.3 is not on bl.test"),
    (["bl.test", "--ip", "2001:db8::1"], True, ["127.0.0.2"], None, None, None),
    (["bl.test", "--ip", "192.0.2.11"], False, [], None, "list broken: it answers 203.0.113.9, which is outside 127.0.0.0/8", None),
    (["bl.test", "--ip", "192.0.2.12"], False, [], None, "query refused (127.255.255.254)", None),
    (["bl.test", "--ip", "192.0.2.13"], False, [], None, "no answer (servfail)", "no answer (servfail)"),
    (["doms.test", "--domain", "SPAM.test."], True, ["127.0.1.4"], None, None, "spam.test is on doms.test (127.0.1.4)"),
    (["world.test", "--ip", "192.0.2.10"], True, ["127.0.0.2"], None, None, None),
    (["world.test", "--ip", "192.0.2.10", "--self-test"], False, [], None, "list broken: 127.0.0.1 is listed", "list broken: 127.0.0.1 is listed"),
    (["bl.test", "--ip", "192.0.2.10", "--self-test"], True, ["127.0.0.2", "127.0.0.4"], "see http://bl.test/?192.0.2.10", None, None),
    (["bl.test", "--ip", "2001:db8::1", "--self-test"], False, [], None, "list broken: ::ffff:127.0.0.2 is not listed", None),
])
def test_one_list(frank, words, listed, codes, text, error, said):
    zone = frank.zone(ZONE)
    code = 75 if error and error.startswith("no answer") else 0
    one = frank.run("dnslist", "--zone", zone, "--list", *words, "--json", code=code).json
    assert (one["listed"], one["codes"], one["text"], one["error"]) == (listed, codes, text, error)
    out = frank.run("dnslist", "--zone", zone, "--list", *words, code=code).out
    assert said is None or out == said + "\n"


@pytest.mark.parametrize("words,code", [
    (["--list", "bl.test"], 64), (["--list", "bl.test", "--ip", "192.0.2.1", "l.txt"], 64), (["--list", "bl.test", "--domain", "a.test", "nowhere"], 64),
    (["--list", "bl.test", "--ip", "192.0.2.1", "--domain", "a.test"], 64), (["--list", "b..l", "--ip", "192.0.2.1"], 64),
    (["--list", "bl.test=128.0.0.1", "--ip", "192.0.2.1"], 64), (["--list", "bl.test", "--domain", "a b"], 65), (["build", "--zone", "bl.test"], 64),
    (["build", "--zone", "bl.test", "--in", "l.txt", "more.txt"], 64),
    (["build", "--in", "l.txt"], 64), (["build", "--zone", "b l", "--in", "l.txt"], 64), (["build", "--zone", "bl.test", "--in", "nowhere.txt"], 66),
    (["build", "--zone", "bl.test", "--in", "l.txt", "--ttl", "soon"], 64), (["build", "--zone", "bl.test", "--in", "l.txt", "--ns", "-"], 64),
    (["build", "--zone", "bl.test", "--in", "l.txt", "--serial", "4294967296"], 64), (["build", "--zone", "bl.test", "--in", "l.txt", "--contact", "me"], 64),
])
def test_what_cannot_be_asked(frank, words, code):
    frank.write("l.txt", "192.0.2.1\n")
    said = frank.run("dnslist", *words, code=code)
    assert said.out == "" and said.err


def test_a_list_made_a_zone_says_what_the_list_says(frank):
    listed = frank.write("l.txt", "# ours\n192.0.2.0/23 127.0.0.3\n192.0.2.99 127.0.0.4 sent spam\n198.51.100.0/30\n")
    out = frank.run("dnslist", "build", "--zone", "bl.test", "--in", listed, "--ns", "ns1.bl.test", "--ttl", "10m", "--serial", "5", "--contact", "list@bl.test").out
    assert out.startswith("$ORIGIN bl.test.\n$TTL 600\n@ SOA ns1.bl.test. list.bl.test. 5 3600 600 604800 600\n@ NS ns1.bl.test.\n")
    zone = frank.zone(out)
    for ip, codes, text in [("192.0.2.99", ["127.0.0.4"], "sent spam"), ("192.0.2.98", ["127.0.0.3"], "192.0.2.0/23 is listed by bl.test"),
                            ("192.0.3.255", ["127.0.0.3"], "192.0.2.0/23 is listed by bl.test"), ("192.0.4.0", [], None),
                            ("198.51.100.3", ["127.0.0.2"], "198.51.100.0/30 is listed by bl.test"), ("198.51.100.4", [], None)]:
        one = frank.run("dnslist", "--zone", zone, "--list", "bl.test", "--ip", ip, "--self-test", "--json").json
        assert (one["codes"], one["text"], one["error"]) == (codes, text, None), ip


def test_a_mistake_is_named_with_its_line(frank):
    listed = frank.write("l.txt", "192.0.2.1\n\n192.0.2.1/24\n")
    said = frank.run("dnslist", "build", "--zone", "bl.test", "--in", listed, code=65)
    assert said.out == "" and said.err == f"frank dnslist: {listed}:3: the address has bits behind its length /24\n"


def test_the_configured_lists_and_a_message(frank):
    conf = frank.write("frank.conf", 'methods = { dnslist = { lists = ( "bl.test", { name = "world"; zone = "world.test"; } ); }; };')
    zone = frank.zone(ZONE)
    one = frank.run("dnslist", "--zone", zone, "--config", conf, "--ip", "192.0.2.10", "--json").json
    assert [(r["list"], r["result"], r["listed"], r["error"]) for r in one["dnslist"]] == \
        [("bl.test", "fail", True, None), ("world", "none", False, "list broken: 127.0.0.1 is listed")]
    message = frank.write("m.eml", "From: a@author.test\n\nhello\n")
    said = frank.run("dnslist", "--zone", zone, "--config", conf, "--ip", "192.0.2.10", message)
    assert said.lines == ["  dnslist fail   bl.test: see http://bl.test/?192.0.2.10", "  dnslist none   world: list broken: 127.0.0.1 is listed"]
    assert frank.run("dnslist", "--zone", zone, "--ip", "192.0.2.10").out == "  dnslist none   nothing to examine\n"


def test_format_is_for_messages(frank):
    zone, box = frank.zone(ZONE), frank.write("box", b"From x Mon Jan  1 00:00:00 2024\nFrom: a@b.example\n\nhello\n\n" * 2)
    assert len(frank.run("dnslist", box, "--format", "mbox", "--zone", zone, "--json").objects) == 2
    assert len(frank.run("dnslist", box, "--format", "message", "--zone", zone, "--json").objects) == 1
    assert "--format" in frank.run("dnslist", "--list", "bl.test", "--ip", "192.0.2.10", "--format", "mbox", "--zone", zone, code=64).err


@pytest.mark.parametrize("lists,says", [
    ('"b..l"', "zone: a list has the name of a domain"), ('{ zone = "bl.test"; kind = "allow"; by = "helo"; }', "lets every forger in"),
    ('{ zone = "bl.test"; nmae = "x"; }', 'there is no option "nmae" here'),
])
def test_a_configuration_with_a_mistake_is_refused(frank, lists, says):
    conf = frank.write("frank.conf", f"methods = {{ dnslist = {{ lists = (\n{lists} ); }}; }};")
    assert f"{conf}:2: " in frank.run("config", "check", conf, code=78).err
    assert says in frank.run("config", "check", conf, code=78).err


def test_a_rule_that_names_a_list_that_is_not_there_is_refused(frank):
    conf = frank.write("frank.conf", 'methods = { dnslist = { lists = "bl.test"; }; };\nrules = ( { action = "reject"; when = "dnslist.other = listed"; } );')
    assert 'condition "other"' in frank.run("config", "check", conf, code=78).err
    conf = frank.write("frank.conf", 'methods = { dnslist = { lists = "bl.test"; }; };\nrules = ( { action = "reject"; when = "dnslist.bl.test = listed"; } );')
    frank.run("config", "check", conf)
