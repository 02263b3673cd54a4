"""frank compare --as-if: real mail, judged as if every domain had said in every dialect what its SPF record says."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from fakes.dns import FakeDns  # noqa: E402

from test_compare import box, letter  # noqa: E402
from test_compare_page import page_of  # noqa: E402
from test_files import peak_of  # noqa: E402

ZONE = ['bank.example. IN TXT "v=spf1 ip4:192.0.2.0/24 include:provider.example -all"', "bank.example. IN MX 10 mx.bank.example.", "mx.bank.example. IN A 192.0.2.1",
        'provider.example. IN TXT "v=spf1 ip4:198.51.100.0/28 ~all"', 'real.example. IN TXT "v=spf1 ip4:192.0.2.70 -all"', '_rmx.real.example. IN TXT "ipv4:192.0.2.77"',
        'both.example. IN TXT "v=spf1 ip4:192.0.2.1 -all"', 'both.example. IN TXT "v=spf1 -all"', 'macro.example. IN TXT "v=spf1 exists:%{i}.list.example ip4:192.0.2.1 -all"',
        "nospf.example. IN A 192.0.2.9", "; servfail dead.example", 'many.example. IN TXT "v=spf1 +all"', 'none.example. IN TXT "v=spf1 -all"']


def as_if(frank, letters, *options, **more):
    frank.write("box", box(letters))
    return frank.run("compare", "box", "--as-if", "--zone", frank.zone(*ZONE), "--json", "--at", "1700000000", *options, **more).objects


def standing(rows):
    return {row["method"]: row for row in rows if row.get("stands")}


# Domain, client, and what rmx and dmp say then: the word, and whether it is derived.
CASES = {
    "its own network": ("bank.example", "192.0.2.5", "pass", True),
    "the provider's": ("bank.example", "198.51.100.7", "pass", True),
    "one beside it": ("bank.example", "198.51.100.16", "fail", True),
    "a stranger": ("bank.example", "203.0.113.9", "fail", True),
    "a domain that sends nothing": ("none.example", "203.0.113.9", "fail", True),
    "no SPF": ("nospf.example", "203.0.113.9", "none", False),
    "a broken record": ("both.example", "203.0.113.9", "none", False),
}


@pytest.mark.parametrize("domain,ip,word,derived", CASES.values(), ids=CASES.keys())
def test_dialects_say_what_spf_says(frank, domain, ip, word, derived):
    one = as_if(frank, [letter(domain, ip)])[0]
    real, other = standing(one["methods"]), standing(one["as_if"]["methods"])
    assert real["rmx"]["result"] == real["dmp"]["result"] == "none"
    for method in ("rmx", "dmp"):
        assert (other[method]["result"], other[method]["source"]) == (word, "derived" if derived else "real"), other[method]
    # What is real stays as it is.
    assert other["spf"] == {**real["spf"], "source": "real"}
    assert other["iprev"] == {**real["iprev"], "source": "real"}


def test_what_a_domain_really_publishes_is_not_replaced(frank):
    one = as_if(frank, [letter("real.example", "192.0.2.77")])[0]
    other = standing(one["as_if"]["methods"])
    assert (other["spf"]["result"], other["spf"]["source"]) == ("fail", "real")
    assert (other["rmx"]["result"], other["rmx"]["source"]) == ("pass", "real")
    assert (other["dmp"]["result"], other["dmp"]["source"]) == ("fail", "derived")
    assert "rmx" not in next(d for d in one["as_if"]["domains"] if d["domain"] == "real.example")["methods"]


FOUND = {"bank.example": "derived", "nospf.example": "no-spf", "both.example": "broken", "dead.example": "failed", "nowhere.example": "no-spf"}


@pytest.mark.parametrize("domain,found", FOUND.items())
def test_what_was_found_is_told(frank, domain, found):
    one = as_if(frank, [letter(domain, "192.0.2.1")])[0]
    assert next(d for d in one["as_if"]["domains"] if d["domain"] == domain)["found"] == found


def test_what_cannot_be_said_is_told(frank):
    one = as_if(frank, [letter("macro.example", "192.0.2.1")])[0]
    limits = one["as_if"]["domains"][0]["limits"]
    assert any(l["stricter"] and l["method"] is None and "exists:" in l["text"] for l in limits), limits


def test_the_summary_tells_derived_from_real(frank):
    letters = [letter(domain, ip, n) for n, (domain, ip, *_) in enumerate(CASES.values())]
    *messages, summary = as_if(frank, letters)
    real, other = ({m["method"]: m for m in part["methods"]} for part in (summary, summary["as_if"]))
    assert real["spf"]["results"] == other["spf"]["results"] and "derived" not in other["spf"]
    assert (real["rmx"]["stops"], other["rmx"]["stops"], other["rmx"]["derived"], other["rmx"]["stops_derived"]) == (0, 3, 5, 3)
    assert "derived" not in real["rmx"]
    assert summary["as_if"]["messages"] == summary["messages"] == len(messages)
    out = frank.run("compare", "box", "--as-if", "--zone", frank.zone(*ZONE)).out
    assert "Results as if every domain had said in every dialect what its SPF record says" in out
    line = next(line for line in out.splitlines() if line.startswith("rmx ") and len(line.split()) == 6)
    assert line.split() == ["rmx", "0", "3", "3", "0", "0"]
    assert max(map(len, out.splitlines())) <= 80


def test_one_message_for_people(frank):
    frank.write("m.eml", letter("bank.example", "203.0.113.9"))
    out = frank.run("compare", "m.eml", "--as-if", "--zone", frank.zone(*ZONE)).out
    head, _, tail = out.partition("As if it had been said in every dialect")
    assert "bank.example: derived" in tail
    assert any(line.split()[:3] == ["rmx", "mailfrom", "fail"] for line in tail.splitlines())
    assert not any(line.startswith("spf ") for line in tail.splitlines())
    frank.write("n.eml", letter("nospf.example", "203.0.113.9"))
    assert "Nothing would be otherwise." in frank.run("compare", "n.eml", "--as-if", "--zone", frank.zone(*ZONE)).out


def test_the_page_says_what_is_derived(frank):
    frank.write("box", box(letter(domain, ip, n) for n, (domain, ip, *_) in enumerate(CASES.values())))
    page = page_of(frank, "box", "--as-if", zone=ZONE)
    for words in ("<h2>As if</h2>", "of these derived", "rmx would stop", "rmx would pass", "spf stops", "derived from SPF records"):
        assert words in page, words


@pytest.mark.parametrize("jobs", [2, 5])
def test_many_processes_give_what_one_gives(release, jobs):
    """More domains than are kept at a time, so that they are forgotten in between."""
    zone = release.zone(*(f'd{n}.example. IN TXT "v=spf1 ip4:192.0.2.{n % 200} -all"' for n in range(1300)))
    release.write("box", box(letter(f"d{n % 1300}.example", f"192.0.2.{n % 7}", n) for n in range(1500)))
    outputs = [release.run("compare", "box", "--as-if", "--zone", zone, "--json", "--at", "1700000000", "--jobs", str(n)).out for n in (1, jobs)]
    assert outputs[0] == outputs[1]


def test_memory_does_not_grow_with_the_messages(release):
    zone = release.zone(*ZONE)
    peaks = []
    for count in (500, 4000):
        path = release.folder / f"box{count}"
        with open(path, "wb") as f:
            for n in range(count):
                f.write(box([letter(*list(CASES.values())[n % len(CASES)][:2], n)]))
        peaks.append(peak_of(release.program, ["compare", path, "--as-if", "--zone", zone, "--json", "--jobs", "2"]))
    assert peaks[1] < peaks[0] * 1.1, peaks


def test_live_dns(frank):
    letters = [letter(domain, ip, n) for n, (domain, ip, *_) in enumerate(CASES.values())]
    expected = as_if(frank, letters)
    with FakeDns("\n".join(line for line in ZONE if "dead.example" not in line), slow={"provider.example": 0.3}) as dns:
        said = frank.run("compare", "box", "--as-if", "--resolver", dns.address, "--json", "--at", "1700000000").objects
    for one, other in zip(expected[:-1], said[:-1], strict=True):
        words = [{row["method"]: (row["result"], row["source"]) for row in part["as_if"]["methods"] if row.get("stands")} for part in (one, other)]
        assert words[0] == words[1]


def test_a_saved_zone_replays(frank):
    letters = [letter(domain, ip, n) for n, (domain, ip, *_) in enumerate(CASES.values())]
    said = as_if(frank, letters, "--save-zone", "saved.zone")
    assert "_rmx.bank.example" not in [line.split(". ")[0] for line in (frank.folder / "saved.zone").read_text().splitlines() if "ipv4:" in line]
    again = frank.run("compare", "box", "--as-if", "--zone", "saved.zone", "--json", "--at", "1700000000").objects
    assert again == said


def test_what_only_derived_records_lead_to_is_saved(frank):
    """Nothing of bank.example's own speaks DMP, so only in the derived world is the host that says HELO asked what it speaks."""
    zone = frank.zone(*ZONE, '9.113.0.203.in-addr._smtp-client.out.bank.example. IN TXT "dmp=allow"', '_smtp-client.out.bank.example. IN TXT "dmp="')
    message = frank.write("m.eml", letter("bank.example", "203.0.113.9"))
    first, again = (frank.run("compare", message, "--as-if", "--zone", z, "--helo", "out.bank.example", "--json", "--at", "1700000000", *more).objects
                    for z, more in ((zone, ["--save-zone", "saved.zone"]), ("saved.zone", [])))
    assert "in-addr._smtp-client.out.bank.example" in (frank.folder / "saved.zone").read_text()
    assert again == first
