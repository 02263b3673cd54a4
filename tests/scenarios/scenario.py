"""Scenarios: what frankd does, as text files that are read like a session.

A scenario is one file below tests/scenarios, *.scenario:

    A forger is refused after the data                      its title; more words may follow

    zone:                                                   master-file text: all the DNS there is
        sender.example. IN TXT "v=spf1 ip4:192.0.2.1 -all"
    conf:                                                   frank.conf, besides the sockets and files a test must have
        rules = "standard";
    message plain:                                          lines end in CRLF, a blank one ends the header
        From: alice@sender.example

        Hello.
    dialogue:                                               what the mail server says, and below it what is expected
        connect mail.sender.example 203.0.113.9
        helo mail.sender.example
        mail <alice@sender.example>
        rcpt <bob@receiver.example>
        message plain
            < 550 5.7.26 spf=fail (sender.example) ...
            journal verdict.rule "standard/dmarc-evidence"

Blocks
    zone:              {key} stands for the test key's DKIM record
    conf:              `conf NAME:` is another one, for reload
    process:  milter:  dns:        more options of these groups (dns: in place of the zone)
    message NAME:      {signed d=DOMAIN s=SELECTOR} signs all that stands below it, {sealed d= s= RESULTS} puts an ARC set on it,
                       {domainkeys d= s= c=FORM} a DomainKeys signature;
                       {change THIS => THAT} below all changes the message after that; *N LINE is N lines, # in them the number
    octets NAME:       the message's octets, Python's escapes in them, line ends only where \\r\\n says so
    slow:              "NAME SECONDS": the DNS is a real server and answers for this name so late; {dns} in the conf is its address and port
    Anywhere {date} stands for the time, as a Date field has it, and {date -3600} for an hour ago; the same moment in the whole scenario.

What the mail server says
    offer server=sendmail version=2 actions=N protocol=N     dials (again); without it: Postfix, version 6
    connect HOST ADDRESS [PORT]    ADDRESS may be local or unknown
    helo NAME   mail PATH [ARGUMENT...]   rcpt PATH   data   field NAME: VALUE   eoh   body TEXT   unknown LINE   abort   quit   quit-new
    auth USER [MECHANISM]          of the next MAILs; `auth` alone: nobody
    message NAME [chunk=N]         from DATA to end of message
    end                            end of message after single commands
    reload NAME                    puts conf NAME in place, and waits until frankd has taken or refused it
    *N LINE                        the same N times, # in it the number

What is expected
    < continue | silence | tempfail | discard | 550 5.7.1 text     the answer; ID in it stands for the short id. None: continue, or silence where agreed
    closed                         the connection ends instead of an answer
    = NAME: VALUE                  after a message: all Authentication-Results and X-Frank-Disposition fields there then are, top first, unfolded
                                   (header.b=B stands for whatever the signature begins with)
    = nothing                      there are none
    held TEXT                      the server is asked to hold it
    edits N deleted, M inserted
    skip                           the milter wanted no more of the body
    agreed FLAG... | not FLAG...   after offer: protocol flags by their name in harness/milter_wire.py
    version N                      after offer
    within SECONDS | after SECONDS         how long the answer took
    journal PATH JSON              a member of this transaction's journal line; `absent` in place of a value. Every transaction that leaves a
                                   line must have some, in order: a line nobody expects is an error, and so is one that is missing

Looked at without being asked: every field that is not ours stays as it was and where it was, counted as either mail server counts;
ids in replies are the journal's; the daemon ends in peace; sanitizers are silent.
"""
import dataclasses
import email.utils
import pathlib
import re
import time

from harness.sign import arc_sealed, dkim_signed, domainkeys_signed

INDENT = "    "
BLOCKS = {"zone", "conf", "process", "milter", "dns", "message", "octets", "dialogue", "slow"}


@dataclasses.dataclass
class Step:
    line: int
    command: str
    rest: str
    expected: list


@dataclasses.dataclass
class Scenario:
    path: pathlib.Path
    title: str
    blocks: dict
    steps: list

    def text(self, block):
        return "\n".join(self.blocks.get(block, []))


class Broken(AssertionError):
    """The scenario is not written as it must be, or did not go as it says."""


def dated(text, now):
    return re.sub(r"\{date(?: (-?\d+))?\}", lambda found: email.utils.formatdate(now + int(found[1] or 0)), text)


def read(path):
    lines = dated(path.read_text(encoding="utf-8"), time.time()).splitlines()
    blocks, steps, inside = {}, [], None
    for number, line in enumerate(lines, 1):
        header = re.fullmatch(r"(\w+)(?: (\S+))?:", line)
        if header and header[1] in BLOCKS:
            inside = line[:-1]
            if inside in blocks:
                raise Broken(f"{path}:{number}: a second {inside}")
            blocks[inside] = []
        elif inside and line.startswith(INDENT):
            if inside == "dialogue":
                take_dialogue(path, number, line[len(INDENT):], steps)
            blocks[inside].append(line[len(INDENT):])
        elif line.strip() and inside:
            raise Broken(f"{path}:{number}: neither a block nor inside of one: {line}")
        elif inside and inside != "dialogue":
            blocks[inside].append("")
    for name in blocks:
        while blocks[name] and not blocks[name][-1]:
            blocks[name].pop()
    return Scenario(path, lines[0], blocks, steps)


def take_dialogue(path, number, line, steps):
    if not line.strip() or line.startswith("#"):
        return
    if line.startswith(INDENT):
        if not steps:
            raise Broken(f"{path}:{number}: expected of what?")
        steps[-1].expected.append(line.strip())
        return
    for each in repeated(line):
        command, _, rest = each.partition(" ")
        steps.append(Step(number, command, rest, []))


def repeated(line):
    """*3 rcpt <bob#@receiver.example>"""
    times = re.match(r"\*(\d+) ", line)
    if not times:
        return [line]
    return [line[times.end():].replace("#", str(n)) for n in range(1, int(times[1]) + 1)]


def options_of(words):
    return dict(word.split("=", 1) for word in words if "=" in word)


def compose(lines, key):
    """The octets of a message block: from the last line to the first, for what signs covers what stands below it."""
    changes = [line for line in lines if line.startswith("{change ")]
    lines = [line for line in lines if line not in changes]
    octets = b"" if "" in lines else b"\r\n"
    for line in reversed(lines):
        if line.startswith("{signed "):
            words = options_of(line[1:-1].split())
            octets = dkim_signed(octets, key, words["d"], words["s"])
        elif line.startswith("{domainkeys "):
            words = options_of(line[1:-1].split())
            octets = domainkeys_signed(octets, key, words["d"], words["s"], words["c"])
        elif line.startswith("{sealed "):
            words = line[1:-1].split(None, 3)
            named = options_of(words[1:3])
            octets = arc_sealed(octets, key, named["d"], words[3], selector=named["s"])
        else:
            octets = "".join(f"{each}\r\n" for each in repeated(line)).encode() + octets
    for change in changes:
        this, _, that = change[len("{change "):-1].partition(" => ")
        if this.encode() not in octets:
            raise Broken(f"there is no {this!r} to change")
        octets = octets.replace(this.encode(), that.encode())
    return octets


def unescaped(lines):
    return "".join(lines).encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1")
