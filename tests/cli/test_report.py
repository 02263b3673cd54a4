"""The report for people: 80 columns, colours only where they are wanted, verdict first."""
import os
import pty
import re
import subprocess

import pytest

ZONE = ['sender.example. IN TXT "v=spf1 ip4:192.0.2.1 -all"', '_dmarc.sender.example. IN TXT "v=DMARC1; p=reject"',
        "9.113.0.203.in-addr.arpa. IN PTR h9.isp.example.", "h9.isp.example. IN A 203.0.113.9", "; timeout slow.example TXT"]
MESSAGE = "From: a@sender.example\nSubject: hello\n\nhello\n"
STRANGER = ["--ip", "203.0.113.9", "--helo", "h.example", "--mail-from", "a@sender.example"]
STANDARD = b'rules = "standard";'


def in_a_terminal(frank, *arguments, env=None):
    """What frank writes to a pseudo terminal."""
    master, slave = pty.openpty()
    run = subprocess.Popen([frank.program, *arguments], cwd=frank.folder, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave, close_fds=True,
                           env={**{k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM", "COLUMNS")}, **(env or {})})
    os.close(slave)
    out = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    os.close(master)
    assert run.wait() == 0
    return out.decode("utf-8").replace("\r\n", "\n")


@pytest.fixture
def forgery(frank):
    """The arguments of a forgery's report."""
    return ["verify", frank.write("m.eml", MESSAGE), *STRANGER, "--zone", frank.zone(*ZONE), "--at", "1700000000", "--config", frank.write("own.conf", STANDARD)]


PLAIN = """\
REJECT  550 5.7.26  a@sender.example     rule standard/dmarc-evidence
  Sent from 203.0.113.9 (h9.isp.example); sender.example did not authorise it.
  spf    fail   "ip4:192.0.2.1 -all" does not cover 203.0.113.9
  dkim   none   no signature
  dmarc  fail   p=reject, nothing aligned
  rmx    none        dmp  none     mxout  none
"""


def test_a_pipe_gets_no_colour(frank, forgery):
    said = frank.run(*forgery)
    assert said.out.startswith(PLAIN)
    assert "  repair        sender.example: if this host is yours, add ip4:203.0.113.9" in said.lines


def test_a_terminal_gets_colour(frank, forgery):
    out = in_a_terminal(frank, *forgery, env={"TERM": "xterm"})
    assert "\033[" in out
    assert re.sub(r"\033\[[0-9;]*m", "", out).startswith(PLAIN)
    # Every colour ends on its line.
    for line in out.splitlines():
        codes = re.findall(r"\033\[([0-9;]*)m", line)
        assert codes[1::2] == ["0"] * (len(codes) // 2) and len(codes) % 2 == 0


@pytest.mark.parametrize("env", [{"TERM": "xterm", "NO_COLOR": "1"}, {"TERM": "dumb"}, {}], ids=["NO_COLOR", "dumb", "no TERM"])
def test_a_terminal_that_wants_no_colour(frank, forgery, env):
    assert in_a_terminal(frank, *forgery, env=env).startswith(PLAIN)


def test_an_empty_no_color_does_not_count(frank, forgery):
    """no-color.org: present and not an empty string."""
    assert "\033[" in in_a_terminal(frank, *forgery, env={"TERM": "xterm", "NO_COLOR": ""})


def test_json_has_no_colour_in_a_terminal(frank, forgery):
    assert "\033" not in in_a_terminal(frank, *forgery, "--json", env={"TERM": "xterm"})


LONG = "x" * 60 + "." + "y" * 60 + "." + "z" * 60 + ".example"
WIDE = {
    "a long sender": ["--ip", "203.0.113.9", "--helo", "h.example", "--mail-from", "n" * 64 + "@" + LONG],
    "long words": ["--ip", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", "--helo", LONG, "--mail-from", "a@" + LONG],
    "a slow domain": ["--ip", "203.0.113.9", "--helo", LONG, "--mail-from", "a@slow.example"],
    "logged in": [*STRANGER, "--auth-user", "c" * 300],
    "nothing": [],
    "blanks": ["--ip", "203.0.113.9", "--helo", " " * 200, "--mail-from", "a b c@" + " " * 100],
    "UTF-8": ["--ip", "203.0.113.9", "--helo", "h.example", "--mail-from", "ü" * 100 + "@bücher.example"],
}


@pytest.mark.parametrize("envelope", WIDE.values(), ids=WIDE.keys())
@pytest.mark.parametrize("explain", [[], ["--explain"]], ids=["short", "explain"])
def test_nothing_is_wider_than_80_columns(frank, envelope, explain):
    zone = frank.zone(*ZONE, f'{LONG}. IN TXT "v=spf1 ip4:192.0.2.1 include:{LONG[5:]} exists:%{{i}}.%{{d}} a:{"w" * 60}.{"v" * 60}.example -all"',
                      f'_dmarc.{LONG}. IN TXT "v=DMARC1; p=reject; rua=mailto:{"r" * 200}@sender.example"')
    message = frank.write("m.eml", f"DKIM-Signature: v=1; a=rsa-sha256; d={LONG}; s={'s' * 60}; h=from; bh=AAAA; b=AAAA\nFrom: a@{LONG}\n\nx\n")
    for conf in (STANDARD, b'rules = "strict";'):
        said = frank.run("verify", message, *envelope, "--zone", zone, "--config", frank.write("own.conf", conf), "--at", "1700000000", *explain)
        assert [line for line in said.lines if len(line) > 80] == []
        assert [line for line in said.lines if line != line.rstrip()] == []


def test_a_methods_command_prints_its_line_whatever_it_says(frank):
    zone = frank.zone(*ZONE)
    assert frank.run("spf", *STRANGER, "--zone", zone).lines == ['  spf    fail   "ip4:192.0.2.1 -all" does not cover 203.0.113.9']
    assert frank.run("iprev", "--ip", "203.0.113.9", "--zone", zone).lines == ["  iprev  pass   h9.isp.example"]
    assert len(frank.run("auth", "--zone", zone).lines) == 1


def test_explain_says_what_the_record_was_and_where_it_matched(frank):
    out = frank.run("spf", *STRANGER, "--zone", frank.zone(*ZONE), "--explain").out
    assert "record v=spf1 ip4:192.0.2.1 -all" in out
    assert "term -all, outcome match" in out


def test_a_sender_nobody_named_is_not_called_the_null_sender(frank):
    path = frank.write("m.eml", MESSAGE)
    assert "<>" not in frank.run("verify", path, "--zone", frank.zone(*ZONE)).lines[0]
    assert "<>" in frank.run("verify", path, "--mail-from", "<>", "--zone", frank.zone(*ZONE)).lines[0]


def test_one_question_is_no_plural(frank):
    path = frank.write("m.eml", MESSAGE.replace("a@sender.example", "a@com"))
    assert re.search(r"\b(1 DNS question|([02-9]|1\d+) DNS questions)($|,)", frank.run("verify", path, "--zone", frank.zone()).lines[-1])
