"""Where messages come from: files, folders, mboxes, maildirs, standard input; what cannot be read is told and loses nothing else."""
import os
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from harness.sign import Key, dkim_signed  # noqa: E402

MESSAGE = "From: a{n}@sender.example\nSubject: {n}\n\nhello\n"
FROM = "From a{n}@envelope.example Tue Nov 14 22:13:20 2023\n"


def message(n, more=""):
    return more + MESSAGE.format(n=n)


def box(*messages, end="\n"):
    return "".join(FROM.format(n=n) + m + "\n" for n, m in enumerate(messages)).replace("\n", end).encode()


def authors(said):
    return [one["from"] for one in said.objects]


def run(frank, *paths, code=0, **more):
    return frank.run("verify", *paths, "--zone", frank.zone(name="empty.zone"), "--json", "--at", "1700000000", code=code, **more)


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_an_mbox_is_as_many_messages(frank, end):
    path = frank.write("box", box(*map(message, range(5)), end=end))
    said = run(frank, path)
    assert authors(said) == [f"a{n}@sender.example" for n in range(5)]
    assert [one["file"] for one in said.objects] == [str(path)] * 5
    assert [one["number"] for one in said.objects] == [1, 2, 3, 4, 5]


SENDERS = {
    "the From line": (FROM.format(n=0), "", "a0@envelope.example", True),
    "Return-Path is better": (FROM.format(n=0), "Return-Path: <b@path.example>\n", "b@path.example", True),
    "the null sender": ("From MAILER-DAEMON Tue Nov 14 22:13:20 2023\n", "", "", True),
    "nobody": ("From - Tue Nov 14 22:13:20 2023\n", "", "", False),
}


@pytest.mark.parametrize("line,fields,sender,known", SENDERS.values(), ids=SENDERS.keys())
def test_the_sender_of_an_mbox(frank, line, fields, sender, known):
    frank.write("box", (line + message(1, fields)).encode())
    session = run(frank, "box").json["session"]
    assert session["mail_from"] == sender
    assert ("mail_from" in session["from_message"]) == known
    assert run(frank, "box", "--mail-from", "c@given.example").json["session"]["mail_from"] == "c@given.example"


def test_where_the_sender_came_from_is_told(frank):
    frank.write("box", box(message(1)))
    assert "sender: From line" in frank.run("verify", "box", "--zone", frank.zone()).out


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    return Key(tmp_path_factory.mktemp("key"))


@pytest.mark.parametrize("form,quoted,result", [("mboxrd", b">From me", "pass"), ("mboxo", b">From me", "pass"), ("mboxo", b">>From me", "fail"), ("message", b">From me", "fail")])
def test_quoted_lines_are_as_they_were_signed(frank, key, form, quoted, result):
    """A signature over "From me" holds, read in the form it was written in."""
    signed = dkim_signed(b"From: a@sender.example\r\nSubject: x\r\n\r\nhello\r\nFrom me\r\n", key, "sender.example", fields=("from", "subject"))
    record = " ".join(f'"{key.record[i:i + 200]}"' for i in range(0, len(key.record), 200))
    zone = frank.zone(f"s1._domainkey.sender.example. IN TXT {record}")
    text = signed.replace(b"\r\nFrom me", b"\r\n" + quoted).replace(b"\r\n", b"\n")
    frank.write("box", (b"" if form == "message" else FROM.format(n=1).encode()) + text)
    said = frank.run("verify", "box", "--format", form, "--zone", zone, "--json")
    assert [one["result"] for one in said.json["dkim"]] == [result]


def make_maildir(folder):
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    (folder / "new" / "1.host").write_text(message(1))
    (folder / "cur" / "2.host:2,S").write_text(message(2))
    (folder / "tmp" / "3.host").write_text(message(3))
    (folder / "uidlist").write_text("no mail")


def test_a_maildir_is_new_and_cur(frank):
    make_maildir(frank.folder / "Maildir")
    for form in ("auto", "maildir"):
        assert authors(run(frank, "Maildir", "--format", form)) == ["a1@sender.example", "a2@sender.example"]


def test_a_tree_is_read_in_order_with_all_forms_in_it(frank):
    tree = frank.folder / "tree"
    (tree / "sub").mkdir(parents=True)
    make_maildir(tree / "maildir")
    (tree / "z.eml").write_text(message(4))
    (tree / "box").write_bytes(box(message(5), message(6)))
    (tree / "sub" / "x").write_text(message(7))
    said = run(frank, "tree")
    assert authors(said) == [f"a{n}@sender.example" for n in (5, 6, 4, 1, 2, 7)]
    assert [one["file"] for one in said.objects] == ["tree/box", "tree/box", "tree/z.eml", "tree/maildir/new/1.host", "tree/maildir/cur/2.host:2,S", "tree/sub/x"]


def test_standard_input_may_be_an_mbox(frank):
    said = run(frank, "-", stdin=box(message(1), message(2)))
    assert authors(said) == ["a1@sender.example", "a2@sender.example"]
    assert [(one["file"], one["number"]) for one in said.objects] == [("-", 1), ("-", 2)]


def test_a_pipe_may_be_named(frank):
    """As a shell's <(command) does."""
    read, write = os.pipe()
    os.write(write, box(message(1), message(2)))
    os.close(write)
    done = subprocess.run([frank.program, "verify", f"/dev/fd/{read}", "--zone", frank.zone(), "--json"], pass_fds=[read], capture_output=True, check=True)
    assert done.stdout.count(b"\n") == 2
    os.close(read)


def test_links_do_not_lead_out_of_the_tree(frank):
    (frank.folder / "tree").mkdir()
    (frank.folder / "secret").write_text(message(1))
    (frank.folder / "tree" / "link").symlink_to("../secret")
    (frank.folder / "tree" / "loop").symlink_to(".")
    (frank.folder / "tree" / "m").write_text(message(2))
    os.mkfifo(frank.folder / "tree" / "pipe")
    said = run(frank, "tree")
    assert authors(said) == ["a2@sender.example"]
    assert [line.split(": ")[1] for line in said.err.splitlines()] == ["tree/link", "tree/loop", "tree/pipe"]
    assert authors(run(frank, "tree/link")) == ["a1@sender.example"]      # named: followed as cat would


def test_what_cannot_be_read_loses_nothing_else(frank):
    tree = frank.folder / "tree"
    (tree / "closed").mkdir(parents=True)
    for n in range(3):
        (tree / str(n)).write_text(message(n))
    (tree / "1").chmod(0)
    (tree / "closed").chmod(0)
    without = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    done = subprocess.run([*without, frank.program, "verify", "tree", "gone", "tree/2", "--zone", frank.zone(), "--json"], cwd=frank.folder, capture_output=True, check=False)
    (tree / "closed").chmod(0o700)
    assert done.returncode == 66
    assert [line.split(": ")[1:] for line in done.stderr.decode().splitlines()] == [
        ["tree/1", "Permission denied"], ["tree/closed", "Permission denied"], ["gone", "No such file or directory"]]
    assert done.stdout.count(b"\n") == 3


def test_reports_for_people_are_named(frank):
    frank.write("box", box(message(1), message(2)))
    lines = frank.run("verify", "box", "--zone", frank.zone()).lines
    assert [line for line in lines if line.startswith("box")] == ["box, message 1", "box, message 2"]


def test_a_method_takes_sources_too(frank):
    frank.write("box", box(message(1), message(2)))
    said = frank.run("dmarc", "box", "--zone", frank.zone(), "--json")
    assert [(one["number"], one["from"]) for one in said.objects] == [(1, "sender.example"), (2, "sender.example")]


def test_of_many_the_gravest_verdict_is_told(frank):
    conf = frank.write("own.conf", b'rules = "standard";')
    frank.write("box", box(message(1), message(2, "From: another@author.example\n"), message(3)))
    options = ["box", "--config", conf, "--zone", frank.zone(), "--exit-verdict", "--json"]
    assert [one["verdict"]["disposition"] for one in frank.run("verify", *options, code=1).objects] == ["accept", "reject", "accept"]


def test_answers_of_many_are_saved_once(frank):
    zone = frank.zone('sender.example. IN TXT "v=spf1 -all"')
    frank.write("box", box(*map(message, range(20))))
    frank.run("verify", "box", "--zone", zone, "--json", "--ip", "192.0.2.1", "--mail-from", "a@sender.example", "--save-zone", "saved.zone")
    saved = (frank.folder / "saved.zone").read_text()
    assert saved.count('"v=spf1 -all"') == 1
    frank.run("verify", "box", "--zone", "saved.zone", "--json", "--ip", "192.0.2.1", "--mail-from", "a@sender.example")
