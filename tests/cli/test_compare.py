"""frank compare: every method side by side, counted in constant memory by any number of processes with one result."""
import json
import os
import pathlib
import pty
import signal
import subprocess
import sys
import time

import pytest

from test_files import peak_of
from test_hostile import NASTY, message_full_of

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from fakes.dns import FakeDns  # noqa: E402

STORIES = pathlib.Path(__file__).resolve().parents[1] / "scenarios/stories"
ZONE = ['bank.example. IN TXT "v=spf1 ip4:192.0.2.1 -all"', 'bank.example. IN MX 10 mx.bank.example.', "mx.bank.example. IN A 192.0.2.1",
        '_dmarc.bank.example. IN TXT "v=DMARC1; p=reject"', '_rmx.bank.example. IN TXT "ipv4:192.0.2.0/24"',
        'soft.example. IN TXT "v=spf1 ip4:192.0.2.1 ~all"', "quiet.example. IN A 192.0.2.2"]
# In what order: author's domain, client
LETTERS = [("bank.example", "192.0.2.1"), ("bank.example", "192.0.2.9"), ("bank.example", "203.0.113.9"), ("soft.example", "203.0.113.9"),
           ("quiet.example", "192.0.2.2"), ("nowhere.example", "192.0.2.3")]


def letter(domain, ip, n=0):
    return (f"Return-Path: <a{n}@{domain}>\nReceived: from host.{domain} (host.{domain} [{ip}]) by mx.receiver.example with ESMTP id {n} "
            f"for <you@receiver.example>; Tue, 14 Nov 2023 22:13:20 +0000\nFrom: A {n} <a{n}@{domain}>\nSubject: {n}\n\nhello\n")


def box(letters):
    return "".join(f"From x@y.example Tue Nov 14 22:13:20 2023\n{text}\n" for text in letters).encode()


def compare(frank, *arguments, zone=ZONE, **more):
    return frank.run("compare", *arguments, "--zone", frank.zone(*zone), "--json", "--at", "1700000000", **more)


def rows(message, method):
    return [row for row in message["methods"] if row["method"] == method]


# ---- one message ----

def test_one_message_is_a_table_with_methods_down(frank):
    frank.write("m.eml", letter("bank.example", "192.0.2.9"))
    lines = frank.run("compare", "m.eml", "--zone", frank.zone(*ZONE), "--at", "1700000000").lines
    assert lines[0] == "m.eml"
    assert any(line.split() == ["method", "identity", "result", "asked", "record", "found,", "and", "why"] for line in lines)
    spf = next(line for line in lines if line.startswith("spf "))
    assert spf.split()[:3] == ["spf", "mailfrom", "fail"] and "v=spf1 ip4:192.0.2.1 -all" in spf
    assert max(map(len, lines)) <= 80


def test_rows_are_what_verify_says(frank):
    path = frank.write("m.eml", letter("bank.example", "192.0.2.9"))
    one, summary = compare(frank, path).objects
    whole = frank.run("verify", path, "--zone", frank.zone(*ZONE), "--json", "--at", "1700000000").json
    assert one["file"] == str(path) and one["domain"] == "bank.example"
    methods = [key for key, value in whole.items() if isinstance(value, list | dict) and (value == [] or isinstance(value, dict) and "claim" in value)]
    assert {row["method"] for row in one["methods"]} >= set(methods) - {"rcpt_to"}
    for row in one["methods"]:
        said = whole[row["method"]]
        if isinstance(said, dict) and row.get("stands"):
            assert (row["result"], row["reason"]) == (said["result"], said["reason"])
        assert ("questions" in row) == row.get("stands", False)
    assert sum(bool(row.get("stands")) for row in one["methods"]) == len({row["method"] for row in one["methods"]})
    spf = next(row for row in one["methods"] if row["method"] == "spf")
    assert spf == {"method": "spf", "says": "no", "stops": True, "result": "fail", "reason": "not-authorised", "identity": "mailfrom", "domain": "bank.example",
                   "record": "v=spf1 ip4:192.0.2.1 -all", "text": spf["text"], "stands": True, "questions": spf["questions"]}
    assert spf["questions"] >= 1
    assert summary["summary"] is True and summary["messages"] == 1


def test_of_several_signatures_the_best_stands(frank):
    bad = b"DKIM-Signature: v=1; a=rsa-sha256; d=bank.example; s=none; h=from; bh=AAAA; b=AAAA\r\n"
    frank.write("m.eml", bad * 3 + letter("bank.example", "192.0.2.1").replace("\n", "\r\n").encode())
    one = compare(frank, "m.eml").objects[0]
    several = [method for method in {row["method"] for row in one["methods"]} if len(rows(one, method)) == 3]
    assert len(several) == 1
    assert [row.get("stands", False) for row in rows(one, several[0])].count(True) == 1


# ---- many ----

def test_many_are_a_summary(frank):
    frank.write("box", box(letter(*one, n) for n, one in enumerate(LETTERS)))
    said = compare(frank, "box")
    assert [(one["number"], one["domain"]) for one in said.objects[:-1]] == [(n + 1, d) for n, (d, _) in enumerate(LETTERS)]
    summary = said.objects[-1]
    by_name = {m["method"]: m for m in summary["methods"]}
    assert summary["messages"] == 6 and summary["unread"] == 0
    assert by_name["spf"]["results"] == {"pass": 1, "fail": 2, "softfail": 1, "none": 2}
    assert by_name["rmx"]["results"] == {"pass": 2, "fail": 1, "none": 3}
    assert (by_name["spf"]["stops"], by_name["spf"]["stops_against"]) == (2, 1)        # rmx lists 192.0.2.9, spf does not
    assert (by_name["rmx"]["stops"], by_name["rmx"]["stops_alone"]) == (1, 0)
    pair = next(p for p in summary["agreement"] if {p["first"], p["second"]} == {"spf", "rmx"})
    assert (pair["first"], pair["both_yes"], pair["both_no"], pair["yes_no"], pair["no_yes"]) == ("spf", 1, 1, 0, 1)
    for p in summary["agreement"]:
        assert sum(v for v in p.values() if isinstance(v, int)) == 6
    assert [(d["domain"], d["messages"]) for d in summary["by_domain"]] == [("bank.example", 3), ("nowhere.example", 1), ("quiet.example", 1), ("soft.example", 1)]
    assert summary["by_domain"][0]["methods"]["spf"] == {"nothing": 0, "yes": 1, "no": 2, "stops": 2}
    assert summary["verdicts"]["accept"] == 6 and summary["other_messages"] == 0


def test_the_summary_for_people(frank):
    frank.write("box", box(letter(*one, n) for n, one in enumerate(LETTERS)))
    said = frank.run("compare", "box", "--zone", frank.zone(*ZONE), "--at", "1700000000")
    for words in ("6 messages", "Results", "Who would have stopped what", "Agreement", "Contradiction", "By domain"):
        assert words in said.out
    assert "stopped by spf 2, rmx 1" in said.out
    assert max(map(len, said.lines)) <= 80
    everything = frank.run("compare", "box", "--all", "--zone", frank.zone(*ZONE), "--at", "1700000000").out
    assert all(f"box, message {n + 1}" in everything for n in range(6))
    one = frank.run("compare", "box", "--domain", "Bank.Example", "--zone", frank.zone(*ZONE)).out
    assert one.startswith("3 messages")


def test_the_summary_counts_what_the_messages_say(frank):
    """Counted again from the messages' own objects."""
    frank.write("box", box(letter(*LETTERS[n * 7 % 6], n) for n in range(60)))
    *messages, summary = compare(frank, "box").objects
    for m in summary["methods"]:
        standing = [row for one in messages for row in rows(one, m["method"]) if row.get("stands")]
        assert m["examined"] == len(standing)
        assert m["results"] == {word: n for word in ("pass", "fail", "softfail", "none", "neutral", "policy", "permerror", "temperror")
                                if (n := sum(row["result"] == word for row in standing))}
        assert m["stops"] == sum(row["stops"] for row in standing)
        assert m["questions"] == sum(row["questions"] for row in standing)


@pytest.mark.parametrize("jobs", [2, 3, 8])
def test_many_processes_give_what_one_gives(frank, jobs):
    frank.write("box", box(letter(*LETTERS[n * 7 % 6], n) for n in range(200)))
    (frank.folder / "folder").mkdir()
    for n in range(20):
        frank.write(f"folder/{n}", letter(*LETTERS[n % 6], n))
    assert compare(frank, "box", "folder", "--jobs", str(jobs)).out == compare(frank, "box", "folder", "--jobs", "1").out


def test_domains_beyond_the_bound_are_counted_together(release):
    release.write("box", box(letter(f"d{n}.example", "192.0.2.1", n) for n in range(5100)))
    out = release.run("compare", "box", "--zone", release.zone()).out
    assert "... and 4980 domains more" in out
    assert "100  of other domains: no more than 5000 are told apart" in out


def test_ten_thousand_messages_cost_no_more_memory_than_a_thousand(release):
    zone = release.zone(*ZONE)
    peaks = []
    for count in (1000, 10000):
        path = release.folder / f"box{count}"
        with open(path, "wb") as f:
            for n in range(count):
                f.write(box([letter(*LETTERS[n % 6], n)]))
        peaks.append(peak_of(release.program, ["compare", path, "--zone", zone, "--json", "--jobs", "2"]))
    assert peaks[1] < peaks[0] * 1.1, peaks


def test_nothing_to_examine(frank):
    (frank.folder / "empty").mkdir()
    assert compare(frank, "empty").json["messages"] == 0
    assert frank.run("compare", "empty", "--zone", frank.zone()).lines[0] == "0 messages"


# ---- what is broken ----

def test_troubles_are_told_counted_and_lose_nothing(frank):
    frank.write("good.eml", letter(*LETTERS[0]))
    said = compare(frank, "good.eml", "gone", "good.eml", code=66)
    assert said.objects[-1]["messages"] == 2 and said.objects[-1]["unread"] == 1
    assert said.err == "frank compare: gone: No such file or directory\n"


@pytest.mark.parametrize("octets", NASTY.values(), ids=NASTY.keys())
def test_t32_hostile_messages_stay_inside(frank, octets):
    for n in range(2):
        frank.write(f"{n}.eml", message_full_of(octets))
    for options in (["0.eml"], ["0.eml", "1.eml"], ["0.eml", "1.eml", "--all"], ["0.eml", "1.eml", "--json"]):
        frank.run("compare", *options, "--zone", frank.zone(*ZONE), "--at", "1700000000")


def test_what_is_hardly_a_message_is_compared_too(frank):
    for name, octets in {"empty": b"", "NUL": b"\0" * 5000, "text": b"no header\r\n", "long": b"x" * 3000000, "fields": b"X: y\r\n" * 20000}.items():
        frank.write(name, octets)
    said = compare(frank, "empty", "NUL", "text", "long", "fields")
    assert len(said.objects) == 6 and said.objects[-1]["messages"] == 5


USAGE = {"no number of processes": ["--jobs", "0"], "too many": ["--jobs", "129"], "a word": ["--jobs", "many"], "a form that is none": ["--format", "pst"]}


@pytest.mark.parametrize("options", USAGE.values(), ids=USAGE.keys())
def test_usage_is_64(frank, options):
    frank.run("compare", "m.eml", *options, code=64)


def test_a_world_that_cannot_be_is_told_once(frank):
    frank.write("m.eml", letter(*LETTERS[0]))
    for options, code in ((["--zone", "gone.zone"], 66), (["--config", "m.eml"], 78)):
        said = frank.run("compare", "m.eml", "m.eml", "--jobs", "3", *options, code=code)
        assert said.err.count("\n") == 1 and said.out == ""


def test_a_closed_output_is_74(frank):
    path = frank.write("message.eml", letter(*LETTERS[0]))
    with open("/dev/full", "wb") as full:
        for options in (["--json"], [], ["--all"]):
            done = subprocess.run([frank.program, "compare", path, "--zone", frank.zone(), *options], stdout=full, stderr=subprocess.PIPE, check=False)
            assert done.returncode == 74, done.stderr


# ---- where answers come from ----

def test_live_dns_is_asked_for_several_messages_at_once(frank):
    """Messages that wait, each for a name of its own, do not wait one after the other."""
    names = [f"d{n}.example" for n in range(12)]
    frank.write("box", box(letter(name, "192.0.2.1", n) for n, name in enumerate(names)))
    zone = "".join(f'{name}. IN TXT "v=spf1 ip4:192.0.2.1 -all"\n' for name in names)
    # One question of each is slow, so that several at once are several messages.
    with FakeDns(zone, slow={f"_dmarc.{name}": 0.5 for name in names}) as dns:
        said = frank.run("compare", "box", "--resolver", dns.address, "--json", "--jobs", "2")
        asked = [dns.asked[f"_dmarc.{name}"] for name in names]
    assert [one["number"] for one in said.objects[:-1]] == list(range(1, 13))
    assert {row["result"] for one in said.objects[:-1] for row in rows(one, "spf") if row.get("stands")} == {"pass"}
    assert min(asked) >= 1 and dns.most_waiting > max(asked)


def test_an_overlay_and_a_saved_zone(frank):
    frank.write("box", box(letter(*one) for one in LETTERS))
    overlay = frank.zone('quiet.example. IN TXT "v=spf1 -all"', name="overlay.zone")
    said = compare(frank, "box", "--overlay", overlay, "--save-zone", "saved.zone", "--jobs", "4")
    assert next(m for m in said.objects[-1]["methods"] if m["method"] == "spf")["stops"] == 3
    again = frank.run("compare", "box", "--zone", "saved.zone", "--json", "--at", "1700000000")
    assert again.objects[-1] == said.objects[-1]


# ---- workers that die ----

def children_of(pid):
    try:
        return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def run_while_killing(frank, dns, kill):
    run = subprocess.Popen([frank.program, "compare", "box", "--resolver", dns.address, "--json", "--jobs", "2", "--timeout", "5"], cwd=frank.folder,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    kill(run)
    out, err = run.communicate(timeout=60)
    return run.returncode, [json.loads(line) for line in out.splitlines()], err.decode()


def test_a_worker_that_is_killed_loses_no_message(frank):
    frank.write("box", box(letter(f"d{n}.example", "192.0.2.1", n) for n in range(30)))

    def kill_one(run):
        while not children_of(run.pid):
            time.sleep(0.01)
        time.sleep(0.2)
        os.kill(children_of(run.pid)[0], signal.SIGKILL)

    with FakeDns("", slow={f"d{n}.example": 0.3 for n in range(30)}) as dns:
        code, said, err = run_while_killing(frank, dns, kill_one)
    assert (code, err) == (0, "")
    assert [one["number"] for one in said[:-1]] == list(range(1, 31)) and said[-1]["unread"] == 0


def test_workers_that_always_die_are_given_up(release):
    """Without sanitizers: the one that looks for leaks has a child of its own."""
    release.write("box", box(letter(f"d{n}.example", "192.0.2.1", n) for n in range(30)))

    def kill_all(run):
        while run.poll() is None:
            for child in children_of(run.pid):
                try:
                    os.kill(child, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.005)

    with FakeDns("", slow={f"d{n}.example": 3.0 for n in range(30)}) as dns:
        code, said, err = run_while_killing(release, dns, kill_all)
    assert code == 70
    assert said[-1]["messages"] == 0 and "do not live" in err


# ---- on a terminal ----

def on_a_terminal(frank, arguments, **env):
    parent, child = pty.openpty()
    run = subprocess.Popen([frank.program, *arguments], cwd=frank.folder, stdout=subprocess.DEVNULL, stderr=child,
                           env={**{k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}, **env})
    os.close(child)
    shown = b""
    while True:
        try:
            octets = os.read(parent, 65536)
        except OSError:
            break
        if not octets:
            break
        shown += octets
    os.close(parent)
    assert run.wait() == 0
    return shown.decode()


@pytest.mark.parametrize("env,bar,colour", [({"TERM": "xterm"}, True, True), ({"TERM": "xterm", "NO_COLOR": "1"}, True, False), ({"TERM": "dumb"}, False, False), ({}, False, False)])
def test_progress_is_shown_on_a_terminal(frank, env, bar, colour):
    frank.write("box", box(letter(f"d{n}.example", "192.0.2.1", n) for n in range(9)))
    with FakeDns("", slow={f"d{n}.example": 0.4 for n in range(9)}) as dns:
        shown = on_a_terminal(frank, ["compare", "box", "--resolver", dns.address, "--jobs", "1"], **env)
    assert ("messages" in shown and "%" in shown) == bar
    assert ("\x1b[" in shown) == colour
    assert not bar or shown.endswith("\r")


def test_progress_is_not_shown_elsewhere(frank):
    frank.write("box", box(letter(f"d{n}.example", "192.0.2.1", n) for n in range(9)))
    with FakeDns("", slow={f"d{n}.example": 0.4 for n in range(9)}) as dns:
        assert frank.run("compare", "box", "--resolver", dns.address, "--jobs", "1", env={"TERM": "xterm"}).err == ""
