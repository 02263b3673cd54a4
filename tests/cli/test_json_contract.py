"""The shape of what --json prints (interface.md): names, kinds, words; for the best message and for the worst."""
import pytest

WORDS = {"none", "neutral", "pass", "fail", "softfail", "policy", "temperror", "permerror"}
POLICIES = {"none", "quarantine", "reject"}
CLASSES = {"white", "black", "grey", "absent", "unknown"}
DISPOSITIONS = {"accept", "reject", "quarantine", "defer", "discard"}
TEXT, NUMBER, FLAG, LIST, GROUP = str, int, bool, list, dict

ZONE = [
    'sender.example. IN TXT "v=spf1 ip4:192.0.2.1 include:_spf.sender.example exp=why.sender.example -all"',
    '_spf.sender.example. IN TXT "v=spf1 mx ?all"', "_spf.sender.example. IN MX 10 mx.sender.example.", "mx.sender.example. IN A 192.0.2.25",
    'why.sender.example. IN TXT "%{i} is not one of our hosts"',
    '_dmarc.sender.example. IN TXT "v=DMARC1; p=reject"',
    "1.2.0.192.in-addr.arpa. IN PTR mx.sender.example.",
    "; timeout slow.example TXT", "; timeout s._domainkey.slow.example TXT", "; servfail broken.example",
    '_dmarc.broken-policy.example. IN TXT "v=DMARC1; p=oops"',
    'loop.example. IN TXT "v=spf1 include:loop.example -all"',
]

MESSAGES = {
    "good": b"From: a@sender.example\r\nTo: b@receiver.example\r\n\r\nhello\r\n",
    "nothing": b"",
    "two authors": b"From: a@sender.example\r\nFrom: b@other.example\r\n\r\nx\r\n",
    "bad signatures": b"DKIM-Signature: \r\nDKIM-Signature: v=1\r\nDKIM-Signature: v=1; a=rsa-sha256; d=sender.example; s=s; h=from; bh=AAAA; b=AAAA\r\n"
                      b"DKIM-Signature: v=1; a=rsa-sha256; d=slow.example; s=s; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n"
                      b"DKIM-Signature: v=1; v=2; a=x\r\nFrom: a@sender.example\r\n\r\nhello\r\n",
    "bad seals": b"ARC-Seal: i=1; a=rsa-sha256; cv=none; d=sender.example; s=s; b=AAAA\r\nARC-Message-Signature: i=2\r\nFrom: a@slow.example\r\n\r\nx\r\n",
    "odd author": b"From: Undisclosed: ;\r\n\r\nx\r\n",
    "broken policy": b"From: a@broken-policy.example\r\n\r\nx\r\n",
}
ENVELOPES = {
    "listed": ["--ip", "192.0.2.1", "--helo", "mx.sender.example", "--mail-from", "a@sender.example", "--rcpt-to", "b@receiver.example"],
    "stranger": ["--ip", "203.0.113.9", "--helo", "h.example", "--mail-from", "a@sender.example"],
    "IPv6": ["--ip", "2001:db8::1", "--helo", "h.example", "--mail-from", "a@loop.example"],
    "slow": ["--ip", "192.0.2.1", "--helo", "slow.example", "--mail-from", "a@slow.example"],
    "broken": ["--ip", "192.0.2.1", "--helo", "broken.example", "--mail-from", "a@broken.example"],
    "null sender": ["--ip", "192.0.2.1", "--helo", "mx.sender.example", "--mail-from", ""],
    "no domain": ["--ip", "192.0.2.1", "--helo", "[192.0.2.1]", "--mail-from", "nobody"],
    "nothing known": [],
    "logged in": ["--ip", "203.0.113.9", "--helo", "laptop", "--mail-from", "a@sender.example", "--auth-user", "claire"],
}


def keys(group, **kinds):
    for name, kind in kinds.items():
        assert name in group, f"{name} is missing in {group}"
        allowed = kind if isinstance(kind, tuple) else (kind,)
        assert group[name] is None if None in allowed and group[name] is None else type(group[name]) in allowed, f"{name}: {group[name]!r}"


def result(group):
    keys(group, result=TEXT, reason=TEXT, text=TEXT)
    assert group["result"] in WORDS
    assert group["reason"] and group["text"]
    assert group["reason"] == group["reason"].lower()


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES.keys())
@pytest.mark.parametrize("envelope", ENVELOPES.values(), ids=ENVELOPES.keys())
def test_verify_object(frank, message, envelope):
    one = frank.verify(message, *envelope, "--receiver", "mx.receiver.example", zone=frank.zone(*ZONE)).json
    keys(one, version=NUMBER, file=TEXT, session=GROUP, spf=GROUP, iprev=GROUP, auth=GROUP, dkim=LIST, arc=GROUP, dmarc=GROUP, verdict=GROUP,
         dns=GROUP, authentication_results=TEXT)
    keys(one["session"], ip=(TEXT, None), helo=TEXT, mail_from=TEXT, rcpt_to=LIST, auth_user=TEXT, from_message=LIST)
    result(one["spf"])
    # Null where nothing was examined: no client address, or a session exempt from these checks.
    examined = bool(one["session"]["ip"]) and not one["session"]["auth_user"]
    keys(one["spf"], identity=(TEXT, None), domain=(TEXT, None))
    assert one["spf"]["identity"] in (("mailfrom", "helo") if examined else (None,))
    result(one["iprev"])
    keys(one["iprev"], names=LIST if examined else (LIST, None))
    result(one["auth"])
    for signature in one["dkim"]:
        result(signature)
        readable = (TEXT, None) if signature["result"] in ("permerror", "neutral") else TEXT
        keys(signature, domain=readable, selector=readable, algorithm=readable, identity=readable, key_bits=(NUMBER, None), testing=FLAG)
    result(one["arc"])
    assert one["arc"]["result"] in ("none", "pass", "fail", "temperror")
    keys(one["arc"], sets=NUMBER, sealers=LIST)
    for sealer in one["arc"]["sealers"]:
        keys(sealer, i=NUMBER, domain=TEXT, cv=TEXT, trusted=FLAG)
    dmarc = one["dmarc"]
    result(dmarc)
    keys(dmarc, **{"from": TEXT}, policy=(TEXT, None), disposition=TEXT, record_domain=(TEXT, None), org_domain=(TEXT, None), discovery=TEXT, aligned=GROUP)
    assert dmarc["policy"] in (POLICIES if dmarc["result"] in ("pass", "fail") else POLICIES | {None})      # null: no record says anything
    assert dmarc["disposition"] in POLICIES and dmarc["discovery"] in ("treewalk", "psl")
    keys(dmarc["aligned"], spf=FLAG, dkim=FLAG)
    assert dmarc["result"] != "pass" or dmarc["disposition"] == "none"
    assert set(one["class"]) == {"mailfrom", "from", "helo"} and set(one["class"].values()) <= CLASSES
    verdict = one["verdict"]
    keys(verdict, disposition=TEXT, rule=TEXT, reason=TEXT, reply=(GROUP, None), dry_run=FLAG)
    assert verdict["disposition"] in DISPOSITIONS
    if verdict["reply"]:
        keys(verdict["reply"], code=NUMBER, enhanced=TEXT, text=TEXT)
    keys(one["dns"], queries=NUMBER, cached=NUMBER, failed=NUMBER)
    assert one["authentication_results"].startswith("mx.receiver.example; ")
    assert "\n" not in one["authentication_results"] and "\r" not in one["authentication_results"]


@pytest.mark.parametrize("envelope", list(ENVELOPES.values())[:7], ids=list(ENVELOPES)[:7])
def test_spf_object(frank, envelope):
    one = frank.run("spf", *envelope, "--json", "--zone", frank.zone(*ZONE)).json
    result(one)
    keys(one, explanation=(TEXT, None), identity=TEXT, domain=TEXT, terms=NUMBER, void=NUMBER, trace=LIST)


def test_spf_says_what_it_did(frank):
    one = frank.run("spf", *ENVELOPES["stranger"], "--json", "--zone", frank.zone(*ZONE)).json
    assert one["result"] == "fail"
    assert one["explanation"] == "203.0.113.9 is not one of our hosts"
    assert one["terms"] == 2                    # include, and the mx inside
    assert one["identity"] == "mailfrom" and one["domain"] == "sender.example"
    assert [step["term"] for step in one["trace"] if "term" in step] == \
        ["ip4:192.0.2.1", "include:_spf.sender.example", "mx", "?all", "-all"]


def test_a_method_switched_off_has_no_key(frank):
    conf = frank.write("own.conf", b"methods = { arc = { enabled = false; }; iprev = { enabled = false; }; };")
    one = frank.verify(MESSAGES["good"], *ENVELOPES["listed"], "--config", conf, zone=frank.zone(*ZONE)).json
    assert "arc" not in one and "iprev" not in one
    assert "; arc=" not in one["authentication_results"] and "iprev=" not in one["authentication_results"]
    assert one["dmarc"]["result"] == "pass"


def test_a_methods_own_command_switches_it_on(frank):
    conf = frank.write("own.conf", b"methods = { iprev = { enabled = false; }; };")
    one = frank.run("iprev", "--ip", "192.0.2.1", "--json", "--config", conf, "--zone", frank.zone(*ZONE)).json
    assert one["result"] in ("pass", "fail") and one["names"] == ["mx.sender.example"]


def test_dkim_command_lists_signatures_top_first(frank):
    path = frank.write("m.eml", MESSAGES["bad signatures"])
    one = frank.run("dkim", path, "--json", "--zone", frank.zone(*ZONE), "--at", "1700000000").json
    assert len(one["dkim"]) == 5
    assert one["dkim"][2]["domain"] == "sender.example"
    assert one["dkim"][3] | {"domain": "slow.example", "result": "temperror"} == one["dkim"][3]


@pytest.mark.parametrize("name", ["auth", "iprev", "spf", "dkim", "arc", "dmarc", "rmx", "dmp", "mxout", "imx", "csa", "mtamark", "callerid", "msd", "dnsmail",
                                  "senderid", "domainkeys", "dnslist"])
def test_every_method_is_a_command(frank, name):
    path = frank.write("m.eml", MESSAGES["good"])
    options = [path, *ENVELOPES["listed"], "--zone", frank.zone(*ZONE), "--at", "1700000000"]
    one = frank.run(name, *options, "--json").json
    whole = frank.run("verify", *options, "--json").json[name]
    # One object at the top level; a list keeps its name.
    assert {k: v for k, v in one.items() if k not in ("version", "file")} == ({name: whole} if isinstance(whole, list) else whole)
    for r in one.get(name, []) if isinstance(whole, list) else [one]:
        result(r)
    lines = frank.run(name, *options).lines
    assert lines and lines[0].split()[0] == name
    assert frank.run(name, "--help").lines[0].startswith(f"usage: frank {name} ")


def test_numbers_of_questions_are_counted(frank):
    one = frank.verify(MESSAGES["good"], *ENVELOPES["listed"], zone=frank.zone(*ZONE)).json
    assert one["dns"]["queries"] >= 4 and one["dns"]["failed"] == 0
    slow = frank.verify(MESSAGES["good"], *ENVELOPES["slow"], zone=frank.zone(*ZONE)).json
    assert slow["dns"]["failed"] > 0


def test_no_word_is_hardfail(frank):
    one = frank.verify(MESSAGES["good"], *ENVELOPES["stranger"], zone=frank.zone(*ZONE))
    assert "hardfail" not in one.out.replace(str(frank.folder), "")


def test_forged_results_do_not_come_back(frank):
    forged = b"Authentication-Results: mx.receiver.example; dmarc=pass header.from=sender.example\r\n" + MESSAGES["good"]
    one = frank.verify(forged, *ENVELOPES["stranger"], "--receiver", "mx.receiver.example", zone=frank.zone(*ZONE)).json
    assert one["dmarc"]["result"] == "fail"
    assert "dmarc=pass" not in one["authentication_results"]
