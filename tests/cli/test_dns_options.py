"""Where answers come from: --zone, --overlay, --resolver, --save-zone; and the clock of --at."""
import pytest

MESSAGE = "From: a@sender.example\nTo: b@receiver.example\nSubject: hello\n\nhello\n"
ENVELOPE = ["--ip", "192.0.2.1", "--helo", "mx.sender.example", "--mail-from", "a@sender.example"]
SPF = 'sender.example. IN TXT "v=spf1 ip4:192.0.2.1 -all"'


def test_without_the_zone_naming_it_a_name_does_not_exist(frank):
    one = frank.verify(MESSAGE, *ENVELOPE, zone=frank.zone(SPF)).json
    assert one["spf"]["result"] == "pass"
    assert one["dmarc"]["result"] == "none"
    assert one["dns"]["failed"] == 0


def test_several_zones_are_one_world(frank):
    one = frank.verify(MESSAGE, *ENVELOPE, "--zone", frank.zone(SPF, name="a.zone"),
                       "--zone", frank.zone('_dmarc.sender.example. IN TXT "v=DMARC1; p=reject"', name="b.zone")).json
    assert (one["spf"]["result"], one["dmarc"]["result"], one["dmarc"]["policy"]) == ("pass", "pass", "reject")


@pytest.mark.parametrize("lines,failed", [
    (["; timeout sender.example"], True), (["; timeout sender.example TXT"], True), (["; servfail sender.example"], True),
    (["; servfail sender.example TXT"], True), (["; timeout sender.example MX"], False), (["; timeout SENDER.example"], True)])
def test_names_that_get_no_answer(frank, lines, failed):
    one = frank.verify(MESSAGE, *ENVELOPE, zone=frank.zone(*lines)).json
    assert one["spf"]["result"] == ("temperror" if failed else "none")


def test_an_overlay_covers_its_names_and_leaves_the_rest(frank):
    """Try a record before publishing it."""
    live = frank.zone('sender.example. IN TXT "v=spf1 ip4:198.51.100.1 -all"', '_dmarc.sender.example. IN TXT "v=DMARC1; p=reject"', name="live.zone")
    before = frank.verify(MESSAGE, *ENVELOPE, "--zone", live).json
    assert (before["spf"]["result"], before["dmarc"]["result"]) == ("fail", "fail")
    after = frank.verify(MESSAGE, *ENVELOPE, "--zone", live, "--overlay", frank.zone(SPF, name="new.zone")).json
    assert (after["spf"]["result"], after["dmarc"]["result"], after["dmarc"]["policy"]) == ("pass", "pass", "reject")


def test_an_overlay_without_network_still_has_its_own_names(frank):
    """The resolver is an address where nobody answers: the names of the file do not need it."""
    one = frank.verify(MESSAGE, *ENVELOPE, "--overlay", frank.zone(SPF, name="new.zone"), "--resolver", "127.0.0.1:9", "--timeout", "1").json
    assert one["spf"]["result"] == "pass"
    assert one["dmarc"]["result"] == "temperror"


def test_a_resolver_that_does_not_answer_is_temperror_not_none(frank):
    one = frank.verify(MESSAGE, *ENVELOPE, "--resolver", "127.0.0.1:9", "--timeout", "1").json
    assert (one["spf"]["result"], one["dmarc"]["result"]) == ("temperror", "temperror")
    assert one["dns"]["failed"] > 0


@pytest.mark.parametrize("resolver", ["nonsense", "127.0.0.1:", "127.0.0.1:99999", "", "256.0.0.1", "[::1]:x", "localhost"])
def test_a_resolver_that_is_no_address(frank, resolver):
    said = frank.run("spf", *ENVELOPE, "--resolver", resolver, code=64)
    assert said.err.count("\n") == 1


# ---- what the configuration says ----

def test_the_configurations_zone_is_asked(frank):
    frank.zone(SPF, name="conf.zone")
    conf = frank.write("own.conf", b'dns = { zone = [ "conf.zone" ]; };')
    path = frank.write("m.eml", MESSAGE)
    assert frank.run("verify", path, *ENVELOPE, "--config", conf, "--json").json["spf"]["result"] == "pass"
    # The command line replaces it.
    assert frank.verify(MESSAGE, *ENVELOPE, "--config", conf, zone=frank.zone(name="other.zone")).json["spf"]["result"] == "none"


def test_the_configurations_resolver_is_asked(frank):
    conf = frank.write("own.conf", b'dns = { resolver = [ "127.0.0.1:9" ]; timeout = "1s"; };')
    one = frank.run("verify", frank.write("m.eml", MESSAGE), *ENVELOPE, "--config", conf, "--json", "--timeout", "1").json
    assert one["spf"]["result"] == "temperror"


def test_a_configured_zone_that_is_missing(frank):
    conf = frank.write("own.conf", b'dns = { zone = [ "nowhere.zone" ]; };')
    frank.run("spf", *ENVELOPE, "--config", conf, code=66)


# ---- --save-zone ----

WORLD = [
    'sender.example. IN TXT "v=spf1 a mx include:inc.example exists:%{i}.x.example ptr -all"',
    'inc.example. IN TXT "v=spf1 ip4:198.51.100.0/24 redirect=red.example"',
    'red.example. IN TXT "v=spf1 ?all"',
    "sender.example. IN MX 10 mx.sender.example.", "mx.sender.example. IN A 192.0.2.25", "mx.sender.example. IN AAAA 2001:db8::25",
    '_dmarc.sender.example. IN TXT "v=DMARC1; p=reject; rua=mailto:a@sender.example"',
    "1.2.0.192.in-addr.arpa. IN PTR host.sender.example.", "host.sender.example. IN CNAME alias.sender.example.", "alias.sender.example. IN A 192.0.2.1",
    r's1._domainkey.sender.example. IN TXT "v=DKIM1; k=rsa; " "p=\077\000\255AAAA"',
    "; timeout slow.example TXT", "; servfail broken.example TXT",
    r'odd.example. IN TXT "semi;colon \"quoted\" back\\slash \000\001\255"',
]
SIGNED = "DKIM-Signature: v=1; a=rsa-sha256; d=sender.example; s=s1; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\n" + MESSAGE
CASES = {
    "pass by include": (SIGNED, ENVELOPE),
    "stranger": (SIGNED, ["--ip", "203.0.113.9", "--helo", "h.example", "--mail-from", "a@sender.example"]),
    "timeout": (MESSAGE.replace("sender.example", "slow.example"), ["--ip", "192.0.2.1", "--helo", "slow.example", "--mail-from", "a@slow.example"]),
    "servfail": (MESSAGE, ["--ip", "192.0.2.1", "--helo", "broken.example", "--mail-from", "a@broken.example"]),
    "odd octets": (MESSAGE, ["--ip", "192.0.2.1", "--helo", "odd.example", "--mail-from", "a@odd.example"]),
    "nothing there": (MESSAGE.replace("sender", "nowhere"), ["--ip", "2001:db8::1", "--helo", "no.example", "--mail-from", "a@no.example"]),
}


def without_traces_of_the_run(one):
    return {k: v for k, v in one.items() if k not in ("id", "file")}


@pytest.mark.parametrize("message,envelope", CASES.values(), ids=CASES.keys())
def test_a_saved_zone_replays_to_the_same(frank, message, envelope):
    first = frank.verify(message, *envelope, "--save-zone", "saved.zone", zone=frank.zone(*WORLD))
    saved = frank.folder / "saved.zone"
    text = saved.read_text(encoding="ascii")
    assert all(c == "\n" or " " <= c <= "~" for c in text)
    again = frank.verify(message, *envelope, "--save-zone", "again.zone", zone=saved)
    assert without_traces_of_the_run(again.json) == without_traces_of_the_run(first.json)
    assert (frank.folder / "again.zone").read_text() == text


def test_a_saved_zone_holds_the_answers_of_all_messages(frank):
    paths = [frank.write(f"{name}.eml", MESSAGE.replace("sender.example", name)) for name in ("sender.example", "inc.example")]
    options = [*paths, *ENVELOPE, "--at", "1700000000", "--json"]
    first = frank.run("verify", *options, "--zone", frank.zone(*WORLD), "--save-zone", "saved.zone").objects
    again = frank.run("verify", *options, "--zone", "saved.zone").objects
    assert [without_traces_of_the_run(o) for o in again] == [without_traces_of_the_run(o) for o in first]


def test_a_methods_command_saves_too(frank):
    frank.run("spf", *ENVELOPE, "--zone", frank.zone(*WORLD), "--save-zone", "saved.zone")
    assert frank.run("spf", *ENVELOPE, "--zone", "saved.zone", "--json").json["result"] == \
        frank.run("spf", *ENVELOPE, "--zone", "world.zone", "--json").json["result"]


# ---- the clock ----

SIGNED_UNTIL = "DKIM-Signature: v=1; a=rsa-sha256; d=sender.example; s=s1; x=1700000000; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\n" + MESSAGE


@pytest.mark.parametrize("at,expired", [("1700000000", False), ("2023-11-14T22:13:20Z", False), ("2023-11-15", True), ("1800000000", True), ("2023-11-15T06:13:20+08:00", False)])
def test_at_is_the_clock(frank, at, expired):
    path = frank.write("m.eml", SIGNED_UNTIL)
    said = frank.run("verify", path, "--json", "--at", at, "--zone", frank.zone()).json
    assert ("expired" in said["dkim"][0]["reason"]) is expired


def test_the_time_is_in_the_answer(frank):
    assert frank.verify(MESSAGE).json["time"] == 1700000000
