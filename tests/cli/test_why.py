"""frank why: what was thought of a message, from journal files."""
import gzip
import json
import os
import shutil

import pytest

ZONE = ["sender.example. IN TXT \"v=spf1 ip4:192.0.2.0/24 -all\"", "_dmarc.sender.example. IN TXT \"v=DMARC1; p=reject\"",
        "plain.example. IN A 192.0.2.1"]
DAY = 86400
START = 1700000000


def message(sender="alice@sender.example", message_id="<one@sender.example>"):
    return f"From: Alice <{sender}>\nTo: bob@receiver.example\nMessage-ID: {message_id}\nSubject: hello\n\nhello\n"


class Journal:
    """Lines as frankd writes them: verify's object, with what only the daemon knows."""

    def __init__(self, frank):
        self.frank, self.records = frank, []

    def add(self, at=START, queue_id="4ZxQ7b1Tz", told=None, ip="203.0.113.9", sender="alice@sender.example", rcpts=("bob@receiver.example",),
            author=None, message_id="<one@sender.example>", config=None):
        options = ["--zone", self.frank.zone(*ZONE), "--at", str(at), "--ip", ip, "--helo", "mail.sender.example", "--mail-from", sender]
        for rcpt in rcpts:
            options += ["--rcpt-to", rcpt]
        if config:
            options += ["--config", config]
        path = self.frank.write("message.eml", message(author or sender, message_id))
        record = self.frank.run("verify", path, "--json", *options).json
        del record["file"]
        record["queue_id"] = queue_id
        record["action"] = {"told": told or record["verdict"]["disposition"], "deleted": 0, "inserted": 1}
        self.records.append(record)
        return record

    def text(self, first=0, last=None):
        return "".join(json.dumps(r, ensure_ascii=False, separators=(",", ":")) + "\n" for r in self.records[first:last]).encode()

    def write(self, name="journal", first=0, last=None):
        path = self.frank.folder / name
        octets = self.text(first, last)
        path.write_bytes(gzip.compress(octets) if name.endswith(".gz") else octets)
        return path


@pytest.fixture
def journal(frank):
    return Journal(frank)


def test_the_report_is_verifys(frank, journal):
    record = journal.add()
    journal.write()
    why = frank.run("why", record["id"], "--journal", "journal")
    verify = frank.run("verify", "message.eml", "--zone", "world.zone", "--at", str(START), "--ip", "203.0.113.9", "--helo", "mail.sender.example",
                       "--mail-from", "alice@sender.example", "--rcpt-to", "bob@receiver.example")
    assert why.lines[0].split() == ["2023-11-14", "22:13:20Z", "id", record["id"], "queue", "4ZxQ7b1Tz", "told", "accept"]
    assert why.lines[1:3] == ["  to bob@receiver.example", "  message <one@sender.example>"]
    assert why.lines[3:] == verify.lines
    assert all(len(line) <= 80 for line in why.lines)


KEYS = {
    "queue id": "4ZxQ7b1Tz", "message id": "<one@sender.example>", "message id without brackets": "one@sender.example",
    "sender": "alice@sender.example", "sender in brackets": "<Alice@Sender.Example>", "recipient": "carol@receiver.example",
    "author": "author@plain.example", "client": "203.0.113.9",
}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS.keys())
def test_whatever_is_at_hand(frank, journal, key):
    wanted = journal.add(rcpts=("bob@receiver.example", "carol@receiver.example"), author="author@plain.example")
    journal.add(queue_id="4other", sender="eve@plain.example", ip="192.0.2.77", message_id="<two@plain.example>", rcpts=["dave@receiver.example"])
    journal.write()
    assert [r["id"] for r in frank.run("why", key, "--journal", "journal", "--json").objects] == [wanted["id"]]


def test_json_is_the_line_itself(frank, journal):
    record = journal.add()
    journal.write()
    assert frank.run("why", record["id"], "--journal", "journal", "--json").objects == [record]


def test_newest_last_over_rotated_files(frank, journal):
    for i in range(4):
        journal.add(at=START + i * DAY, queue_id=f"4q{i}")
    journal.write("journal.2.gz", 0, 1)
    journal.write("journal.10.gz", 0, 0)
    journal.write("journal.1", 1, 2)
    journal.write("journal", 2, 4)
    times = [r["time"] for r in frank.run("why", "alice@sender.example", "--journal", "journal", "--json").objects]
    assert times == [START + i * DAY for i in range(4)]
    # a shell's journal*, in its order: the same, nothing twice
    shell = sorted(str(p) for p in frank.folder.glob("journal*"))
    assert [r["time"] for r in frank.run("why", "alice@sender.example", "--json", "--journal", *shell).objects] == times
    # one of them alone
    assert len(frank.run("why", "alice@sender.example", "--json", "--journal", "journal.2.gz").objects) == 1


def test_since(frank, journal):
    for i in range(10):
        journal.add(at=START + i * DAY)
    journal.write()
    now = str(START + 10 * DAY)
    for when, count in (("14d", 10), ("3d", 3), ("1w", 7), ("25h", 1), (str(START + 5 * DAY), 5), ("2023-11-20", 4), ("2023-11-20T23:00:00Z", 3)):
        assert len(frank.run("why", "alice@sender.example", "--journal", "journal", "--json", "--at", now, "--since", when).objects) == count, when
    frank.run("why", "alice@sender.example", "--journal", "journal", "--at", now, "--since", "1h", code=66)
    for bad in ("yesterday", "", "14", "-3d", "3x", "99999999999999d"):
        frank.run("why", "alice@sender.example", "--journal", "journal", "--since", bad, code=0 if bad == "14" else 64)


def test_old_generations_are_not_even_opened(frank, journal):
    journal.add(at=START)
    journal.write("journal")
    (frank.folder / "journal.1").write_bytes(b"garbage that would be complained of\n")
    os.utime(frank.folder / "journal.1", (START - DAY, START - DAY))
    said = frank.run("why", "alice@sender.example", "--journal", "journal", "--since", str(START - 60))
    assert said.err == ""


def test_standard_input(frank, journal):
    record = journal.add()
    said = frank.run("why", record["id"], "--journal", "-", "--json", stdin=gzip.compress(journal.text()))
    assert said.objects == [record]


def test_nothing_found_is_66(frank, journal):
    journal.add()
    journal.write()
    said = frank.run("why", "nobody@nowhere.example", "--journal", "journal", code=66)
    assert "nobody@nowhere.example" in said.err and said.out == ""
    frank.run("why", "x", "--journal", "no-such-journal", code=66)
    frank.run("why", "x", "--journal", ".", code=66)
    frank.run("why", code=64)
    frank.run("why", "<>", "--journal", "journal", code=64)


def test_a_damaged_journal(frank, journal):
    first, last = journal.add(queue_id="4first"), journal.add(queue_id="4last")
    lines = journal.text().splitlines()
    path = frank.folder / "journal"
    path.write_bytes(b"alice@sender.example not json\n" + lines[0] + b"\n[\"alice@sender.example\"]\n" + b'{"version":1,"x":"alice@sender.example"}\n'
                     + b"\0\xff alice@sender.example \x1b[31m\n" + b"x" * (1 << 21) + b"\n" + lines[1] + b"\n" + lines[0][:300])
    said = frank.run("why", "alice@sender.example", "--journal", "journal", "--json")
    assert [r["queue_id"] for r in said.objects] == ["4first", "4last"]
    assert "journal:1:" in said.err and "4 more" in said.err
    # cut in the middle of compressed data: what is before it is shown, and that it is cut is said
    whole = gzip.compress(journal.text() * 50, 1)
    (frank.folder / "cut.gz").write_bytes(whole[:-20])
    said = frank.run("why", first["id"], "--journal", "cut.gz", "--json", code=74)
    assert len(said.objects) >= 1 and "cut.gz" in said.err
    assert last["id"] != first["id"]


def test_what_strangers_wrote_cannot_move_the_terminal(frank, journal):
    record = journal.add()
    record["message_id"] = "<\x1b[2J\u202e\u0085@x>"
    record["session"]["rcpt_to"] = ["\x07bob\n@receiver.example"]
    record["action"]["told"] = "\x1b]0;x\x07"
    journal.write()
    said = frank.run("why", record["id"], "--journal", "journal")       # frank.run looks at every octet printed
    assert "\\x1b" in said.out


def test_the_journal_of_the_configuration(frank, journal):
    record = journal.add()
    path = journal.write("other.journal")
    (frank.folder / "frank.conf").write_text(f'journal = {{ file = "{path}"; }};\n')
    assert frank.run("why", record["id"], "--config", "frank.conf", "--json").objects == [record]
    (frank.folder / "frank.conf").write_text('journal = { file = ""; };\n')
    assert "keeps no journal" in frank.run("why", record["id"], "--config", "frank.conf", code=78).err
    (frank.folder / "frank.conf").write_text('journal = { fil = ""; };\n')
    assert "frank.conf:1" in frank.run("why", record["id"], "--config", "frank.conf", code=78).err


def test_explain_says_all(frank, journal):
    record = journal.add()
    journal.write()
    assert len(frank.run("why", record["id"], "--journal", "journal", "--explain").lines) > len(frank.run("why", record["id"], "--journal", "journal").lines)


def test_a_big_journal_in_little_memory(release, journal):
    journal.add()
    journal.write()
    one = (release.folder / "journal").read_bytes()
    with (release.folder / "big").open("wb") as big:
        for _ in range(40):
            big.write(one * (250_000 // len(one)) * 4)
    prlimit = shutil.which("prlimit")
    assert prlimit
    release.program, program = prlimit, release.program
    said = release.run("--as=134217728", str(program), "why", "nobody@nowhere.example", "--journal", "big", code=66)
    assert "nothing in big" in said.err
