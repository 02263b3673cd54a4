"""frank compare --html: one page that needs nothing else, whatever is in the mail (threats.md T33). tests/browser looks at it in a browser."""
import os
import pathlib
import re
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from harness.pages import Structure, complaints, message_full_of, payloads, zone_full_of  # noqa: E402

from test_compare import LETTERS, ZONE, box, letter  # noqa: E402


def page_of(frank, *arguments, zone=ZONE, **more):
    frank.run("compare", *arguments, "--zone", frank.zone(*zone), "--at", "1700000000", "--html", "page.html", **more)
    return (frank.folder / "page.html").read_text(encoding="utf-8")


def test_the_page_holds_the_matrix_domains_and_messages(frank):
    frank.write("box", box(letter(*one, n) for n, one in enumerate(LETTERS)))
    page = page_of(frank, "box")
    structure = Structure(page)
    assert complaints(structure) == []
    for words in ("Who would have stopped what", "Agreement", "Contradiction", "bank.example", "box, message 3", "v=spf1 ip4:192.0.2.1 -all", "spf stops 2"):
        assert words in structure.text, words
    # Four domains, six messages.
    assert structure.count("details") == 4 + 6
    said = frank.run("compare", "box", "--zone", frank.zone(*ZONE), "--at", "1700000000", "--json").objects
    rows = sum(len(one["methods"]) for one in said[:-1])
    assert len(re.findall(r'<tr(?: class="more")?><th scope="row">', page)) == rows
    assert structure.count("table") == 3 + 4 + 6


def test_the_page_needs_nothing_else(frank):
    frank.write("box", box(letter(*one) for one in LETTERS))
    page = page_of(frank, "box")
    assert page.count("<!DOCTYPE html>") == 1
    assert "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'" in page
    assert not re.search(r"url\(|@import|https?:|//", page.replace("<!DOCTYPE html>", ""))
    assert "prefers-color-scheme:dark" in page and "width=device-width" in page


@pytest.mark.parametrize("text", payloads().values(), ids=payloads().keys())
def test_t33_script_in_every_field_stays_text(frank, text):
    """The same elements as for harmless mail, none new; what was written is there to be read."""
    folder = frank.folder / "mail"
    folder.mkdir()
    name = text.replace("/", "_").replace("\x00", "")[:60].encode()
    (folder / os.fsdecode(b"a" + name)).write_bytes(message_full_of(text))
    (folder / "b").write_bytes(b"From " + text.encode().replace(b" ", b"_").replace(b"\0", b"") + b"@sender.example Tue Nov 14 22:13:20 2023\n" +
                               message_full_of(text).partition(b"\r\n")[2].replace(b"\r\n", b"\n"))
    structure = Structure(page_of(frank, "mail", zone=zone_full_of(text)))
    assert complaints(structure) == []
    if text.isascii() and text.isprintable():
        assert text in structure.text


def test_the_number_of_messages_and_domains_is_bounded(release):
    release.write("box", box(letter(f"d{n % 1100}.example", "192.0.2.1", n) for n in range(11500)) + box(letter("bank.example", "203.0.113.9", n) for n in range(40)))
    page = page_of(release, "box")
    assert Structure(page).count("details") <= 200 + 200 * 10
    assert "And 9,311 messages of 901 other domains." in page
    # It comes last, when all places are taken: what is stopped gets one all the same.
    assert page.index("bank.example") < page.index("d0.example") and page.count("@bank.example&gt;") >= 10


def test_stopped_messages_are_preferred(frank):
    plain, stopped = [letter("bank.example", "192.0.2.1", n) for n in range(30)], [letter("bank.example", "203.0.113.9", 100 + n) for n in range(3)]
    frank.write("box", box(plain + stopped))
    page = page_of(frank, "box")
    assert [f"a{100 + n}@bank.example" in page for n in range(3)] == [True] * 3
    assert page.count("Sender: a") == 10


def test_a_page_that_cannot_be_written_is_73(frank):
    frank.write("m.eml", letter(*LETTERS[0]))
    said = frank.run("compare", "m.eml", "--zone", frank.zone(), "--html", "nowhere/page.html", code=73)
    assert said.out == "" and said.err.count("\n") == 1
    frank.run("compare", "m.eml", "--zone", frank.zone(), "--html", "/dev/full", code=73)


def test_no_messages_still_make_a_page(frank):
    (frank.folder / "empty").mkdir()
    assert complaints(Structure(page_of(frank, "empty"))) == []
