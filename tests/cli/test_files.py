"""Which files: none, one, several, standard input, odd line ends, no header, no end, and very large ones."""
import os
import subprocess
import sys

import pytest

MESSAGE = "From: a@sender.example\nTo: b@receiver.example\nSubject: hello\n\nhello\n"


def test_standard_input_without_a_file_and_with_a_hyphen(frank):
    zone = frank.zone()
    octets = MESSAGE.replace("\n", "\r\n").encode()
    for arguments in ([], ["-"]):
        said = frank.run("verify", *arguments, "--zone", zone, "--json", stdin=octets)
        assert said.json["file"] == "-"
        assert said.json["from"] == "a@sender.example"


def test_a_pipe_that_delivers_slowly(frank):
    zone = frank.zone()
    run = subprocess.Popen([frank.program, "verify", "--zone", zone, "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    for octet in MESSAGE.replace("\n", "\r\n").encode():
        run.stdin.write(bytes([octet]))
        run.stdin.flush()
    out, _ = run.communicate(timeout=30)
    assert b'"a@sender.example"' in out
    assert run.returncode == 0


def test_a_method_reads_its_message_from_standard_input_too(frank):
    said = frank.run("dmarc", "--zone", frank.zone(), "--json", stdin=b"From: a@sender.example\r\n\r\nx\r\n").json
    assert said["from"] == "sender.example"


def test_several_files_give_one_line_each_in_order(frank):
    paths = [frank.write(f"{n}.eml", MESSAGE.replace("a@sender", f"a{n}@sender")) for n in range(5)]
    said = frank.run("verify", *paths, "--zone", frank.zone(), "--json")
    assert [one["file"] for one in said.objects] == [str(p) for p in paths]
    assert [one["from"] for one in said.objects] == [f"a{n}@sender.example" for n in range(5)]


def test_several_files_for_people_are_named(frank):
    paths = [frank.write(f"{n}.eml", MESSAGE) for n in range(2)]
    lines = frank.run("verify", *paths, "--zone", frank.zone()).lines
    assert [str(p) in lines for p in paths] == [True, True]


def test_the_same_file_twice_says_the_same(frank):
    path = frank.write("m.eml", MESSAGE)
    first, second = frank.run("verify", path, path, "--zone", frank.zone(), "--json", "--at", "1").objects
    first.pop("id"), second.pop("id")
    assert first == second


# ---- line ends: a file with bare LF and no CRLF stands for the same message with CRLF ----

STORIES = os.path.join(os.path.dirname(__file__), "../scenarios/stories")


def signed_message():
    with open(os.path.join(STORIES, "07-forwarded-home/untouched.eml"), "rb") as f:
        return f.read().replace(b"\r\n", b"\n")


ZONE = os.path.abspath(os.path.join(STORIES, "07-forwarded-home/world.zone"))


@pytest.mark.parametrize("ends,result", [(b"\n", "pass"), (b"\r\n", "pass")], ids=["LF", "CRLF"])
def test_line_ends_do_not_break_signatures(frank, ends, result):
    said = frank.verify(signed_message().replace(b"\n", ends), "--zone", ZONE)
    assert [one["result"] for one in said.json["dkim"]] == [result]


def test_lf_and_crlf_mixed_is_another_message(frank):
    octets = signed_message()
    octets = octets[:-1].replace(b"\n", b"\r\n") + b"\n"       # the last line end alone is LF
    said = frank.verify(octets, "--zone", ZONE)
    assert [one["result"] for one in said.json["dkim"]] == ["fail"]


def test_standard_input_with_lf(frank):
    said = frank.run("verify", "--zone", ZONE, "--json", "--at", "1700000000", stdin=signed_message())
    assert [one["result"] for one in said.json["dkim"]] == ["pass"]


# ---- what is hardly a message ----

ODD = {
    "empty": b"",
    "one line end": b"\r\n",
    "one octet": b"x",
    "NUL": b"\x00",
    "no header, only text": b"dear sir or madam\r\nI am a prince\r\n",
    "a header that does not end": b"From: a@sender.example\r\nSubject: x",
    "a header without its empty line": b"From: a@sender.example\r\nSubject: x\r\n",
    "an mbox line first": b"From a@sender.example Tue Nov 14 22:13:20 2023\r\nFrom: a@sender.example\r\n\r\nx\r\n",
    "a fold before any field": b" folded\r\nFrom: a@sender.example\r\n\r\nx\r\n",
    "a field without a colon": b"From: a@sender.example\r\nnonsense\r\n\r\nx\r\n",
    "only CR": b"From: a@sender.example\r\rhello\r",
    "only folds": b"\r\n ".join([b"Subject:"] + [b"x"] * 2000) + b"\r\n\r\n",
    "a line of one blank instead of the empty line": b"From: a@sender.example\r\n \r\nhello\r\n",
    "two megabytes without a line end": b"x" * 2000000,
    "a field of two megabytes": b"From: a@sender.example\r\nX: " + b"y" * 2000000 + b"\r\n\r\nx\r\n",
    "twenty thousand fields": b"X: y\r\n" * 20000 + b"From: a@sender.example\r\n\r\nx\r\n",
    "UTF-16": "From: a@sender.example\r\n\r\nx\r\n".encode("utf-16"),
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b\x04\x00",
}


@pytest.mark.parametrize("octets", ODD.values(), ids=ODD.keys())
def test_what_is_hardly_a_message_still_yields_the_object(frank, octets):
    said = frank.verify(octets, "--ip", "192.0.2.1", "--helo", "h.example", "--mail-from", "a@sender.example").json
    for key in ("session", "spf", "dkim", "arc", "dmarc", "iprev", "auth", "class", "verdict", "dns", "authentication_results"):
        assert key in said, key
    assert said["dmarc"]["result"] != "pass"
    frank.run("verify", "message.eml", "--zone", "empty.zone")
    frank.run("authres", "message.eml", "--receiver", "mx.receiver.example")


def test_a_header_without_end_is_read_to_its_last_field(frank):
    assert frank.verify(ODD["a header that does not end"]).json["dmarc"]["from"] == "sender.example"


def test_a_header_over_its_bounds_never_passes(frank):
    """T18: over the ceiling is a named result, never a pass by skipping."""
    zone = frank.zone('sender.example. IN TXT "v=spf1 ip4:192.0.2.1 -all"', '_dmarc.sender.example. IN TXT "v=DMARC1; p=none"')
    options = ["--ip", "192.0.2.1", "--helo", "sender.example", "--mail-from", "a@sender.example"]
    at_bound = b"X: y\r\n" * 999 + b"From: a@sender.example\r\n\r\nx\r\n"
    assert frank.verify(at_bound, *options, zone=zone).json["dmarc"]["result"] == "pass"
    assert frank.verify(b"X: y\r\n" + at_bound, *options, zone=zone).json["dmarc"]["result"] != "pass"
    assert frank.verify(b"From: a@sender.example\r\nX: " + b"y" * (1 << 20) + b"\r\n\r\nx\r\n", *options, zone=zone).json["dmarc"]["result"] != "pass"


# ---- size ----

# A process starts with the peak of the one that made it: so a very small one makes it.
MEASURE = """
import os, sys
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
_, status, usage = os.wait4(child, 0)
print(status, usage.ru_maxrss)
"""


def peak_of(program, arguments, feed=None):
    """Largest resident set of one run, in KiB."""
    run = subprocess.Popen([sys.executable, "-I", "-S", "-c", MEASURE, program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    if feed:
        feed(run.stdin)
    status, peak = run.communicate(timeout=60)[0].split()
    assert status == b"0"
    return int(peak)


HEADER = (b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=sender.example; s=s1; h=from:to:subject;\r\n"
          b"\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\nFrom: a@sender.example\r\nSubject: large\r\n\r\n")
LINE = b"The quick brown fox jumps over the lazy dog, again and again.   \r\n"


def write_large(path, megabytes, line=LINE):
    with open(path, "wb") as f:
        f.write(HEADER)
        block = line * (1000000 // len(line))
        for _ in range(megabytes):
            f.write(block)
    return path


@pytest.mark.parametrize("command", [["verify", "--json"], ["verify", "--explain"], ["authres", "--receiver", "mx.receiver.example"]], ids=lambda c: " ".join(c[:2]))
def test_a_body_of_100_megabytes_costs_no_memory(release, command):
    small = write_large(release.folder / "small.eml", 1)
    large = write_large(release.folder / "large.eml", 100)
    zone = ["--zone", release.zone()]
    a, b = (peak_of(release.program, [*command, path, *zone]) for path in (small, large))
    assert b < a + 2048, f"1 MB: {a} KiB, 100 MB: {b} KiB"


@pytest.mark.parametrize("line", [b"\r\n", b" " * 70 + b"\r\n", b"x" * 1000000], ids=["empty lines", "blank lines", "one line"])
def test_a_large_body_of_one_kind_costs_no_memory(release, line):
    """T19: runs of empty lines and blanks are held as counts, a line without end is not held at all."""
    path = write_large(release.folder / "large.eml", 50, line)
    assert peak_of(release.program, ["verify", "--json", path, "--zone", release.zone()]) < 32768


def test_a_large_body_by_standard_input_costs_no_memory(release):
    def feed(to):
        to.write(HEADER)
        for _ in range(50):
            to.write(LINE * 15000)
    assert peak_of(release.program, ["verify", "--json", "--zone", release.zone()], feed) < 32768
