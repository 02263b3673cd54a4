"""What frank exits with (interface.md: sysexits; --exit-verdict)."""
import os
import resource
import subprocess

import pytest

MESSAGE = "From: a@sender.example\nTo: b@receiver.example\nSubject: hello\n\nhello\n"

USAGE = {
    "no command": [],
    "unknown command": ["frobnicate"],
    "unknown option": ["verify", "--frobnicate"],
    "unknown short option": ["verify", "-x"],
    "a method of a later issue": ["stamps"],
    "option without its value": ["verify", "--zone"],
    "an address that is none": ["verify", "--ip", "192.0.2.256"],
    "an empty address": ["verify", "--ip", ""],
    "a prefix is no address": ["verify", "--ip", "192.0.2.0/24"],
    "a time that is none": ["verify", "--at", "yesterday"],
    "a negative time": ["verify", "--at", "-1"],
    "a time over 63 bits": ["verify", "--at", "9223372036854775808"],
    "a day that is not in the calendar": ["verify", "--at", "2023-02-30T00:00:00Z"],
    "no seconds at all": ["verify", "--timeout", "0"],
    "seconds over the bound": ["verify", "--timeout", "3601"],
    "seconds with a unit": ["verify", "--timeout", "5s"],
    "a form of file that is none": ["verify", "--format", "mbx"],
    "a flag with a value": ["verify", "--json=yes"],
    "org-domain without a domain": ["org-domain"],
    "org-domain with two": ["org-domain", "a.example", "b.example"],
    "config without a word": ["config"],
    "config with an unknown word": ["config", "frobnicate"],
    "config check of two files": ["config", "check", "empty.conf", "nowhere.conf"],
    "config check of two files, one as an option": ["config", "check", "empty.conf", "--config", "nowhere.conf"],
    "limits of a file": ["limits", "message.eml"],
    "authres without --receiver": ["authres", "message.eml"],
    "an envelope method with neither address nor message": ["spf", "--helo", "h.example", "--mail-from", "a@b.example"],
}


@pytest.mark.parametrize("arguments", USAGE.values(), ids=USAGE.keys())
def test_usage_is_64(frank, arguments):
    frank.write("message.eml", MESSAGE)
    frank.write("empty.conf", b"")
    said = frank.run(*arguments, code=64)
    assert said.out == ""
    assert said.err != ""


def test_equals_and_blank_are_the_same(frank):
    frank.write("message.eml", MESSAGE)
    zone = frank.zone()
    a = frank.run("verify", "message.eml", "--json", f"--zone={zone}", "--ip=192.0.2.1", "--at=1700000000").json
    b = frank.run("verify", "message.eml", "--json", "--zone", zone, "--ip", "192.0.2.1", "--at", "1700000000").json
    for one in (a, b):
        del one["id"]
    assert a == b


def test_behind_two_hyphens_all_are_files(frank):
    frank.write("--explain", MESSAGE)
    said = frank.run("verify", "--zone", frank.zone(), "--at", "1700000000", "--", "--explain")
    assert said.lines[0].startswith("ACCEPT")


UNREADABLE = {
    "a missing message": (["verify", "nowhere.eml"], 66),
    "a folder instead of a maildir": (["verify", ".", "--format", "maildir"], 65),
    "a message instead of an mbox": (["verify", "message.eml", "--format", "mbox"], 65),
    "a missing zone": (["verify", "message.eml", "--zone", "nowhere.zone"], 66),
    "a zone that is none": (["verify", "message.eml", "--zone", "message.eml"], 65),
    "a missing overlay": (["verify", "message.eml", "--overlay", "nowhere.zone"], 66),
    "a missing configuration": (["verify", "message.eml", "--config", "nowhere.conf"], 66),
    "a configuration that is none": (["verify", "message.eml", "--config", "message.eml"], 78),
    "a suffix list that is none": (["org-domain", "--psl", "message.eml", "a.example"], 65),
    "a missing suffix list": (["org-domain", "--psl", "nowhere.dat", "a.example"], 66),
    "a name that is no domain": (["org-domain", "not a domain"], 65),
    "authres of a missing message": (["authres", "--receiver", "mx.receiver.example", "nowhere.eml"], 66),
    "authres of a folder": (["authres", "--receiver", "mx.receiver.example", "."], 66),
    "config check of a missing file": (["config", "check", "nowhere.conf"], 66),
    "config check of a bad file": (["config", "check", "message.eml"], 78),
    "a zone that cannot be written": (["verify", "message.eml", "--zone", "empty.zone", "--save-zone", "nowhere/saved.zone"], 73),
}


@pytest.mark.parametrize("arguments,code", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_input_that_is_not_there_or_not_that(frank, arguments, code):
    frank.write("message.eml", MESSAGE)
    frank.zone(name="empty.zone")
    said = frank.run(*arguments, code=code)
    assert said.err.startswith("frank ")
    assert said.err.count("\n") == 1


def test_a_file_without_permission_is_66(frank):
    path = frank.write("secret.eml", MESSAGE)
    path.chmod(0)
    # Root reads everything unless it gives that up.
    without = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    done = subprocess.run([*without, frank.program, "verify", path, "--zone", frank.zone()], capture_output=True, check=False)
    assert done.returncode == 66, done.stderr
    assert b"Permission denied" in done.stderr


def test_of_several_files_the_good_ones_are_still_examined(frank):
    good = frank.write("good.eml", MESSAGE)
    said = frank.run("verify", good, "nowhere.eml", good, "--zone", frank.zone(), "--json", "--at", "1700000000", code=66)
    assert len(said.objects) == 2
    assert said.err.count("\n") == 1


def test_a_closed_output_is_74(frank):
    """A full disk must not look like success."""
    path = frank.write("message.eml", MESSAGE)
    with open("/dev/full", "wb") as full:
        for options in (["--json"], []):
            done = subprocess.run([frank.program, "verify", path, "--zone", frank.zone(), *options], stdout=full, stderr=subprocess.PIPE, check=False)
            assert done.returncode == 74, done.stderr


@pytest.mark.parametrize("arguments", [["help"], ["--help"], ["--version"], ["verify", "--help"], ["help", "spf"], ["limits"], ["config", "defaults"],
                                       ["config", "check"], ["setup", "sendmail"]],
                         ids=lambda arguments: " ".join(arguments))
def test_help_that_nobody_gets_is_74(frank, arguments):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([frank.program, *arguments], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 74
    assert b"cannot write: No space left on device" in done.stderr


def test_a_file_at_its_size_limit_is_74(frank):
    with open(frank.folder / "out", "wb") as out:
        done = subprocess.run([frank.program, "config", "defaults"], stdout=out, stderr=subprocess.PIPE, check=False,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)))
    assert done.returncode == 74
    assert b"cannot write: File too large" in done.stderr


# ---- --exit-verdict ----

ZONE = [
    'sender.example. IN TXT "v=spf1 ip4:192.0.2.1 -all"', '_dmarc.sender.example. IN TXT "v=DMARC1; p=reject"',
    'soft.example. IN TXT "v=spf1 ip4:192.0.2.1 ~all"', '_dmarc.soft.example. IN TXT "v=DMARC1; p=quarantine"',
    'discard.example. IN TXT "v=spf1 ~all"', "; timeout slow.example TXT",
]
VERDICTS = {
    "accept": ("a@sender.example", "192.0.2.1", 0, "accept"),
    "reject": ("a@sender.example", "203.0.113.9", 1, "reject"),
    "quarantine": ("a@soft.example", "203.0.113.9", 2, "quarantine"),
    "defer": ("a@slow.example", "203.0.113.9", 75, "defer"),
    "discard": ("a@discard.example", "203.0.113.9", 3, "discard"),
}
CONF = b'''authserv_id = "mx.receiver.example";
rules = ( { name = "silently"; when = [ "spf = softfail", "dmarc = none" ]; action = "discard"; },
          { name = "fail"; when = [ "dmarc = fail", "dmarc.policy = reject" ]; action = "reject"; },
          { name = "doubt"; when = [ "dmarc = fail" ]; action = "quarantine"; },
          { name = "later"; when = [ "spf = temperror" ]; action = "defer"; } );
'''


@pytest.mark.parametrize("sender,ip,code,disposition", VERDICTS.values(), ids=VERDICTS.keys())
def test_exit_verdict(frank, sender, ip, code, disposition):
    message = f"From: {sender}\nSubject: x\n\nhello\n"
    options = ["--ip", ip, "--helo", "h.example", "--mail-from", sender, "--config", frank.write("own.conf", CONF), "--zone", frank.zone(*ZONE)]
    said = frank.verify(message, *options, "--exit-verdict", code=code)
    assert said.json["verdict"]["disposition"] == disposition
    # Without it the command did its work, whatever the mail's result.
    assert frank.verify(message, *options, code=0).json["verdict"]["disposition"] == disposition


def test_exit_verdict_of_several_files_is_the_gravest(frank):
    """A script that hands over a folder must not be told of the last one only."""
    zone, conf = frank.zone(*ZONE), frank.write("own.conf", CONF)
    good = frank.write("good.eml", "Return-Path: <a@sender.example>\nReceived: from h (h [192.0.2.1]) by mx with SMTP; Tue, 14 Nov 2023 22:13:20 +0000\nFrom: a@sender.example\n\nx\n")
    bad = frank.write("bad.eml", "Return-Path: <a@sender.example>\nReceived: from h (h [203.0.113.9]) by mx with SMTP; Tue, 14 Nov 2023 22:13:20 +0000\nFrom: a@sender.example\n\nx\n")
    for files in ([good, bad], [bad, good]):
        frank.run("verify", *files, "--zone", zone, "--config", conf, "--exit-verdict", "--json", "--at", "1700000000", code=1)
