"""Whatever bytes come in, --json is valid JSON in UTF-8 and a terminal gets no control octet (threats.md T32).

conftest.Said looks at every output of every run; these tests only bring the bytes."""
import pytest

NASTY = {
    "escape sequence": b"\x1b[2J\x1b]0;owned\x07\x1b[31m",
    "C1 in UTF-8": "\u009b31m\u0085".encode(),
    "C1 as octets": b"\x9b31m\x90\x9c",
    "NUL": b"a\x00b\x00",
    "DEL and backspaces": b"\x7f\x08\x08\x08safe",
    "bare CR": b"good\rEVIL",
    "bare LF": b"good\nEVIL",
    "invalid UTF-8": b"\xff\xfe\xc3\x28\xe2\x82\xf0\x9f\x92",
    "overlong UTF-8": b"\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf",
    "surrogates": b"\xed\xa0\x80\xed\xb0\x80",
    "beyond Unicode": b"\xf4\x90\x80\x80\xf8\x88\x80\x80\x80",
    "bidi": "\u202eelpmaxe\u2066\u200f".encode(),
    "invisible": "pay\u200bpal\ufeff\u00ad\u2060".encode(),
    "line separators": "a\u2028b\u2029c\u0085d".encode(),
    "JSON and shell": b"\"};\\u0000\\\\'`$(id)</script>",
    "printf": b"%s%n%99999d%{i}%%",
    "noncharacters": "\ufffe\uffff\U0001ffff".encode(),
    "long": b"\x1b" * 5000,
    "all octets": bytes(range(256)),
}

SIGNATURE = b"DKIM-Signature: v=1; a=rsa-sha256; d=%s; s=%s; h=from:%s; i=@%s; bh=%s; z=%s; q=%s; b=%s\r\n"
ARC = (b"ARC-Seal: i=1; a=rsa-sha256; cv=none; d=%s; s=%s; t=1; b=%s\r\n"
       b"ARC-Message-Signature: i=1; a=rsa-sha256; d=%s; s=%s; h=from; bh=%s; b=%s\r\n"
       b"ARC-Authentication-Results: i=1; %s; spf=pass smtp.mailfrom=%s\r\n")


def message_full_of(octets):
    n = octets
    return (b"Return-Path: <" + n + b"@sender.example>\r\n"
            b"Received: from " + n + b" (" + n + b" [192.0.2.1]) by " + n + b" with ESMTP id 1 for <" + n + b"@r.example>; Tue, 14 Nov 2023 22:13:20 +0000\r\n"
            b"Authentication-Results: " + n + b"; spf=pass smtp.mailfrom=" + n + b"\r\n"
            + SIGNATURE % ((n,) * 8) + (ARC % ((n,) * 9)) +
            b"From: " + n + b" <" + n + b"@" + n + b".example>\r\n"
            b"From " + n + b": x\r\n" + n + b": " + n + b"\r\n"
            b"Subject: " + n + b"\r\nMessage-ID: <" + n + b"@x>\r\n\r\n" + n + b"\r\n")


@pytest.mark.parametrize("octets", NASTY.values(), ids=NASTY.keys())
@pytest.mark.parametrize("options", [["--json"], [], ["--explain"], ["--json", "--explain"]], ids=["json", "report", "explain", "json explain"])
def test_t32_message_octets_stay_inside(frank, octets, options):
    path = frank.write("message.eml", message_full_of(octets))
    frank.run("verify", path, "--zone", frank.zone(), "--at", "1700000000", *options)


@pytest.mark.parametrize("octets", NASTY.values(), ids=NASTY.keys())
def test_t32_authres_of_a_hostile_message(frank, octets):
    path = frank.write("message.eml", b"Authentication-Results: mx.r.example; spf=pass reason=\"" + octets + b"\" smtp.mailfrom=\"" + octets
                       + b"\"; " + octets + b"=pass; dkim=fail " + octets + b".d=x\r\nFrom: a@b.example\r\n\r\nx\r\n")
    for options in (["--json"], []):
        frank.run("authres", path, "--receiver", "mx.r.example", *options)


@pytest.mark.parametrize("octets", [o for n, o in NASTY.items() if b"\x00" not in o], ids=[n for n, o in NASTY.items() if b"\x00" not in o])
def test_t32_command_line_octets_stay_inside(frank, octets):
    """An MTA's script hands over what the client said."""
    zone = frank.zone()
    path = frank.write("message.eml", "From: a@b.example\n\nx\n")
    envelope = [b"--ip", b"192.0.2.1", b"--helo", octets, b"--mail-from", octets + b"@b.example", b"--rcpt-to", octets, b"--auth-user", octets]
    for options in (["--json"], [], ["--explain"]):
        frank.run("verify", path, "--zone", zone, *envelope, "--receiver", "mx.r.example", *options)
        frank.run("spf", "--zone", zone, *envelope[:6], *options)
    frank.run("verify", path, "--zone", zone, "--receiver", octets, "--json", code=None)
    frank.run("org-domain", octets, "--zone", zone, "--json", code=None)
    frank.run("config", octets, code=64)
    frank.run(octets, code=64)
    frank.run(b"verify", b"--" + octets, code=64)
    frank.run("verify", b"--at", octets, code=64)


@pytest.mark.parametrize("octets", [o[:200] for n, o in NASTY.items() if b"\x00" not in o], ids=[n for n, o in NASTY.items() if b"\x00" not in o])
def test_t32_file_names_stay_inside(frank, octets):
    """A mail folder may hold any name."""
    import os
    octets = octets.replace(b"/", b"_")
    name = os.fsencode(frank.folder) + b"/" + octets
    with open(name, "wb") as f:
        f.write(b"From: a@b.example\r\n\r\nx\r\n")
    zone = frank.zone()
    frank.run("verify", name, name, "--zone", zone)
    frank.run("verify", name, name, "--zone", zone, "--json")
    frank.run("verify", name + b".missing", "--zone", zone, code=66)
    frank.run("verify", name, "--zone", name, code=65)
    frank.run("verify", name, "--zone", zone, "--config", name, code=78)
    frank.run("config", "check", name, code=78)
    frank.run("org-domain", "--psl", name, "a.example", code=65)


@pytest.mark.parametrize("octets", NASTY.values(), ids=NASTY.keys())
def test_t32_dns_octets_stay_inside(frank, octets):
    """What a stranger publishes: records, explanations, names of hosts, keys."""
    text = "".join(f"\\{octet:03d}" for octet in octets[:200])
    zone = frank.zone(
        f'sender.example. IN TXT "v=spf1 ip4:192.0.2.9 include:inc.example exp=why.example -all"',
        f'inc.example. IN TXT "v=spf1 {text} -all"',
        f'odd.example. IN TXT "v=spf1 exp=why.example -all"',
        f'why.example. IN TXT "{text}"',
        f'_dmarc.sender.example. IN TXT "v=DMARC1; p=reject; x={text}"',
        f's._domainkey.sender.example. IN TXT "v=DKIM1; n={text}; p={text}"',
        f'1.2.0.192.in-addr.arpa. IN PTR {text[:160]}.sender.example.',
        f'1.2.0.192.in-addr.arpa. IN PTR host.sender.example.',
        f'sender.example. IN MX 10 {text[:160]}.example.',
    )
    path = frank.write("message.eml", b"DKIM-Signature: v=1; a=rsa-sha256; d=sender.example; s=s; h=from; bh=AAAA; b=AAAA\r\nFrom: a@sender.example\r\n\r\nx\r\n")
    for sender in ("a@sender.example", "a@odd.example"):
        envelope = ["--ip", "192.0.2.1", "--helo", "sender.example", "--mail-from", sender, "--zone", zone, "--at", "1700000000"]
        for options in (["--json"], [], ["--explain"]):
            frank.run("verify", path, *envelope, *options)
            frank.run("spf", *envelope, *options)


def test_json_shows_what_cannot_be_decoded_as_u_fffd(frank):
    said = frank.verify(b"From: a@b.example\r\n\r\nx\r\n", "--ip", "192.0.2.1", "--helo", b"h\xff.example", "--mail-from", b"\xfe@b.example")
    assert said.json["session"]["helo"] == "h\ufffd.example"
    assert said.json["session"]["mail_from"] == "\ufffd@b.example"


def test_json_keeps_what_is_valid(frank):
    said = frank.verify("From: Jörg <jörg@bücher.example>\n\nx\n", "--ip", "192.0.2.1", "--helo", "h", "--mail-from", "jörg@bücher.example")
    assert said.json["session"]["mail_from"] == "jörg@bücher.example"
    assert said.json["dmarc"]["from"] == "xn--bcher-kva.example"


def test_a_megabyte_of_everything(frank):
    octets = bytes(range(256)) * 4096
    for options in (["--json"], [], ["--explain"]):
        frank.run("verify", frank.write("m.eml", octets), "--zone", frank.zone(), *options)
        frank.run("verify", frank.write("m.eml", b"From: a@b.example\r\nX: " + octets), "--zone", frank.zone(), *options)
