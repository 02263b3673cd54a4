"""authres, org-domain, limits, config."""
import json
import re

import pytest

# ---- authres: results of trusted hosts, none of anybody else ----

OURS = 'Authentication-Results: mx.receiver.example; spf=pass smtp.mailfrom=sender.example; dkim=fail reason="body; differs" header.d=sender.example\n'
RECEIVED = "Received: from mail.sender.example (mail.sender.example [203.0.113.9]) by mx.receiver.example (Postfix) with ESMTP id 1; Tue, 14 Nov 2023 22:13:20 +0000\n"
FORGED = "Authentication-Results: mx.receiver.example; dmarc=pass header.from=bank.example\n"
MESSAGE = "From: a@sender.example\nSubject: x\n\nhello\n"


def test_authres_lists_the_trusted_results(frank):
    path = frank.write("m.eml", OURS + RECEIVED + FORGED + MESSAGE)
    one = frank.run("authres", path, "--receiver", "mx.receiver.example", "--json").json
    assert one["file"] == str(path)
    assert [f["authserv_id"] for f in one["fields"]] == ["mx.receiver.example"]
    spf, dkim = one["fields"][0]["results"]
    assert (spf["method"], spf["result"]) == ("spf", "pass")
    assert spf["properties"] == [{"ptype": "smtp", "property": "mailfrom", "value": "sender.example"}]
    assert (dkim["method"], dkim["result"], dkim["reason"]) == ("dkim", "fail", "body; differs")
    assert frank.run("authres", path, "--receiver", "mx.receiver.example").lines == \
        ["spf=pass  smtp.mailfrom=sender.example", "dkim=fail  header.d=sender.example"]


def test_authres_of_another_host_is_nobodys(frank):
    path = frank.write("m.eml", OURS + RECEIVED + MESSAGE)
    assert frank.run("authres", path, "--receiver", "other.example", "--json").json["fields"] == []
    assert frank.run("authres", path, "--receiver", "other.example").out == "no trusted results\n"


def test_authres_of_standard_input_and_of_several_files(frank):
    path = frank.write("m.eml", OURS + RECEIVED + MESSAGE)
    assert frank.run("authres", "--receiver", "mx.receiver.example", stdin=path.read_bytes()).lines[0].startswith("spf=pass")
    said = frank.run("authres", path, "nowhere.eml", path, "--receiver", "mx.receiver.example", "--json", code=66)
    assert len(said.objects) == 2


# ---- org-domain ----

PSL = ["com", "example", "org", "uk", "co.uk", "*.ck", "!www.ck", "net", "de", "jp"]


@pytest.mark.parametrize("domain,org", [
    ("example.com", "example.com"), ("a.b.example.com", "example.com"), ("a.example.com.", "example.com"), ("EXAMPLE.com", "example.com"),
    ("a.b.other.example", "b.other.example"), ("policy.other.example", "policy.other.example"), ("a.policy.other.example", "policy.other.example")])
def test_org_domain_by_tree_walk(frank, domain, org):
    zone = frank.zone('_dmarc.example.com. IN TXT "v=DMARC1; p=none"', '_dmarc.other.example. IN TXT "v=DMARC1; p=none; psd=y"',
                      '_dmarc.policy.other.example. IN TXT "v=DMARC1; p=none; psd=n"')
    one = frank.run("org-domain", domain, "--zone", zone, "--json").json
    assert (one["domain"], one["org_domain"], one["discovery"]) == (domain.lower().rstrip("."), org, "treewalk")
    assert frank.run("org-domain", domain, "--zone", zone).out == org + "\n"


def test_org_domain_when_nobody_answers(frank):
    said = frank.run("org-domain", "a.example.com", "--zone", frank.zone("; timeout _dmarc.example.com TXT"), code=75)
    assert said.out == ""


# ---- limits ----

def test_limits_add_up(frank):
    one = frank.run("limits", "--json").json
    names = [m["method"] for m in one["methods"]]
    assert set(names) >= {"spf", "dkim", "arc", "dmarc", "iprev", "rmx", "dmp", "mxout", "imx", "csa", "mtamark", "callerid", "msd", "dnsmail"}
    for m in one["methods"]:
        assert m["questions"] == m["subjects"] * m["asks_per_subject"] + m["hints"]
    assert one["questions_per_message"] == sum(m["questions"] for m in one["methods"])
    assert one["public_key_operations_per_message"] == 120 and one["header_fields"] == 1000 and one["header_octets"] == 1 << 20
    out = frank.run("limits").out
    for name in names:
        assert re.search(rf"^{name} ", out, re.M)
    assert max(len(line) for line in out.splitlines()) <= 80


def test_limits_follow_the_configuration(frank):
    off = frank.run("limits", "--json", "--config", frank.write("own.conf", b"methods = { arc = { enabled = false; }; };")).json
    assert "arc" not in [m["method"] for m in off["methods"]]


def test_no_message_asks_more_than_limits_says(frank):
    """A chain of includes, fans of MX and PTR, sixty signatures and as many authors' policies."""
    lines = []
    for n in range(12):
        lines.append(f'l{n}.example. IN TXT "v=spf1 a:h{n}.example mx:m{n}.example ptr exists:%{{ir}}.%{{l}}.e{n}.example include:l{n + 1}.example -all"')
        lines += [f"m{n}.example. IN MX {k} mx{k}.m{n}.example." for k in range(12)]
    lines += [f"9.113.0.203.in-addr.arpa. IN PTR p{n}.l0.example." for n in range(20)]
    signatures = "".join(f"DKIM-Signature: v=1; a=rsa-sha256; d=d{n}.example; s=s{n}; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\n" for n in range(60))
    one = frank.verify(signatures + "From: a@a.b.c.d.e.f.g.h.i.l0.example\n\nx\n", "--ip", "203.0.113.9", "--helo", "l0.example", "--mail-from", "a@l0.example",
                       zone=frank.zone(*lines)).json
    most = frank.run("limits", "--json").json["questions_per_message"]
    assert 40 < one["dns"]["queries"] <= most
    assert one["spf"]["result"] == "permerror"


# ---- config ----

GOOD = b'authserv_id = "mx.receiver.example";\nrules = "standard";\nmethods = { spf = { void_max = 1; }; };\n'
BAD = {
    "unknown name": b"frobnicate = 1;", "unknown group": b"frobnicate = { };", "unknown in a group": b"methods = { spf = { frobnicate = 1; }; };",
    "twice": b'rules = "standard";\nrules = "strict";', "wrong kind": b"authserv_id = 5;", "out of range": b"methods = { spf = { void_max = 99; }; };",
    "unclosed": b"methods = { spf = {", "a bad unit": b'limits = { message_timeout = "20x"; };', "an unknown set": b'rules = "lax";',
    "an unknown condition": b'rules = ( { name = "x"; when = [ "moon = full" ]; action = "reject"; } );', "no domain": b'authserv_id = "two words";',
    "NUL": b'authserv_id = "a\x00b";', "not UTF-8": b'authserv_id = "\xff";', "a bad address": b'trusted_relays = [ "192.0.2.0/33" ];',
}


def test_config_check_of_a_good_file(frank):
    path = frank.write("own.conf", GOOD)
    for arguments in (["config", "check", path], ["config", "check", "--config", path]):
        assert "good" in frank.run(*arguments).out
    assert frank.run("config", "check", frank.write("empty.conf", b"")).out.endswith("good\n")


@pytest.mark.parametrize("octets", BAD.values(), ids=BAD.keys())
def test_config_check_names_file_and_line(frank, octets):
    path = frank.write("own.conf", b"// first\n" + octets)
    said = frank.run("config", "check", path, code=78)
    assert re.match(rf"frank config: {re.escape(str(path))}:[1-9]\d*: .", said.err), said.err
    assert said.err.count("\n") == 1
    # Whoever uses the file is told the same.
    assert frank.run("verify", "--config", path, "--zone", frank.zone(), code=78).err.split(": ", 1)[1] == said.err.split(": ", 1)[1]


def test_config_print_prints_a_file_that_says_the_same(frank):
    path = frank.write("own.conf", GOOD)
    printed = frank.run("config", "print", path).out
    again = frank.write("again.conf", printed.encode())
    assert frank.run("config", "print", again).out == printed
    assert "void_max = 1" in printed and '"mx.receiver.example"' in printed


def test_config_defaults_are_a_file_that_changes_nothing(frank):
    sample = frank.write("sample.conf", frank.run("config", "defaults").out.encode())
    assert frank.run("config", "print", sample).out == frank.run("config", "print", frank.write("empty.conf", b"")).out


def test_config_defaults_uncommented_are_the_defaults(frank):
    """Every line that can be switched on is valid and says what already held."""
    lines = frank.run("config", "defaults").lines
    text = "\n".join(line.replace("#", "", 1) if re.match(r"\s*#[a-z_]+ =", line) else line for line in lines) + "\n"
    assert text.count("=") > 30
    path = frank.write("all.conf", text.encode())
    frank.run("config", "check", path)
    assert frank.run("config", "print", path).out == frank.run("config", "print", frank.write("empty.conf", b"")).out


def test_json_of_every_command_is_one_object(frank):
    for arguments in (["limits"], ["org-domain", "a.example", "--zone", frank.zone()]):
        assert json.loads(frank.run(*arguments, "--json").out)["version"] == 1


# ---- the owner table ----

def test_owners_are_named_and_refused(frank):
    frank.write("owners.csv", b"domain,owner\nspam.example,\"Spam, Ltd\"\nhonest.example,Honest Inc.\n")
    conf = frank.write("frank.conf", b'rules = "standard"; owners = [ "owners.csv" ]; deny = [ "owner:Spam, Ltd" ];')
    one = frank.verify("From: a@honest.example\nSubject: x\n\nx\n", "--ip", "192.0.2.1", "--helo", "h.example", "--mail-from", "a@mail.spam.example",
                       "--config", conf).json
    assert one["owner"] == {"mailfrom": "Spam, Ltd", "from": "Honest Inc."}
    assert (one["verdict"]["rule"], one["verdict"]["disposition"]) == ("deny", "reject")
    assert "owner" not in frank.verify("From: a@honest.example\n\nx\n", "--ip", "192.0.2.1").json


@pytest.mark.parametrize("table,complaint", [(None, "No such file"), (b"spam.example\n", "owners.csv:1: wanted: domain,owner"),
                                             (b"{}", "owners.csv:1: no RDAP object")])
def test_an_owner_table_that_cannot_be_read_is_a_configuration_error(frank, table, complaint):
    if table is not None:
        frank.write("owners.csv", table)
    conf = frank.write("frank.conf", b'owners = [ "owners.csv" ];')
    for command in (["verify", frank.write("m.eml", "From: a@b.example\n\nx\n"), "--zone", frank.zone(), "--config", conf], ["config", "check", "--config", conf]):
        said = frank.run(*command, code=78)
        assert complaint in said.err
