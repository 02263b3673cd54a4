"""frank what-if: the journal judged again by other rules."""
import gzip
import json

import pytest

from test_why import DAY, START, Journal

SENDERS = ["alice@sender.example", "eve@plain.example", "x@nowhere.example", "q@quarantined.example"]
RULES = ["monitor", "standard", "strict"]


@pytest.fixture
def journal(frank):
    made = Journal(frank)
    for i, sender in enumerate(SENDERS):
        for k, ip in enumerate(("192.0.2.7", "203.0.113.9")):
            made.add(at=START + i * DAY, ip=ip, sender=sender, queue_id=f"4q{i}{k}")
    made.write()
    return made


def whatif(frank, rules, *options, **more):
    return frank.run("what-if", "--rules", rules, "--journal", "journal", "--json", *options, **more).json


@pytest.mark.parametrize("rules", RULES)
def test_as_if_they_had_been_in_force(frank, journal, rules):
    """What what-if says is what verify under those rules would have decided."""
    (frank.folder / "rules.conf").write_text(f'rules = "{rules}";\n')
    truth = Journal(frank)
    for i, sender in enumerate(SENDERS):
        for ip in ("192.0.2.7", "203.0.113.9"):
            truth.add(at=START + i * DAY, ip=ip, sender=sender, config="rules.conf")
    said = whatif(frank, rules)
    assert said["messages"] == len(journal.records)
    expected = {}
    for before, after in zip(journal.records, truth.records):
        if before["verdict"]["disposition"] != after["verdict"]["disposition"]:
            expected[before["id"]] = (after["verdict"]["disposition"], after["verdict"]["rule"])
    assert {c["id"]: (c["would"], c["rule"]) for c in said["changes"]} == expected
    assert said["changed"] == len(expected) == sum(t["count"] for t in said["transitions"]) == sum(r["count"] for r in said["by_rule"])
    assert said["changed"] == sum(d["count"] for d in said["by_domain"])
    assert (rules == "monitor") == (said["changed"] == 0)


def test_by_rule_and_by_domain(frank, journal):
    said = whatif(frank, "standard")
    assert {"was": "accept", "was_rule": "default", "would": "reject", "rule": "standard/dmarc-evidence", "count": 1} in said["by_rule"]
    assert {"domain": "sender.example", "count": 1, "reject": 1} in said["by_domain"]
    assert said["transitions"] == [{"was": "accept", "would": "reject", "count": 1}]


def test_for_people(frank, journal):
    said = frank.run("what-if", "--rules", "standard", "--journal", "journal")
    assert said.lines[0] == "8 messages, 2023-11-14 22:13:20Z .. 2023-11-17 22:13:20Z"
    assert said.lines[1] == "1 would have gone another way under standard"
    assert "By rule" in said.lines and "By domain" in said.lines and "Messages" in said.lines
    assert all(len(line) <= 80 for line in said.lines), said.out
    assert frank.run("what-if", "--rules", "monitor", "--journal", "journal").lines[1:] == ["0 would have gone another way under monitor"]


def test_since(frank, journal):
    assert whatif(frank, "strict", "--since", str(START + 2 * DAY))["messages"] == 4
    assert whatif(frank, "strict", "--since", "36h", "--at", str(START + 4 * DAY))["messages"] == 2
    frank.run("what-if", "--rules", "strict", "--journal", "journal", "--since", "soon", code=64)


def test_at_moves_the_date_of_rules(frank, journal):
    """strict with a date of grace: before it mail without a statement is tagged, from it on rejected."""
    (frank.folder / "frank.conf").write_text('verdict = { grace_until = "2023-12-01"; };\n')
    def grey(*options):
        return sum(r["count"] for r in whatif(frank, "strict", "--config", "frank.conf", *options)["by_rule"] if r["rule"] == "strict/mailfrom-grey")
    assert grey() == 0
    assert grey("--at", "2023-12-02") > 0


def test_own_rules(frank, journal):
    mine = frank.folder / "mine.rules"
    mine.write_text('rules = ( { name = "no-eve"; when = [ "mailfrom in enemies" ]; action = "discard"; } );\n')
    # the list is in the configuration in force, not in the file of rules
    assert "enemies" in frank.run("what-if", "--rules", "mine.rules", "--journal", "journal", code=78).err
    (frank.folder / "frank.conf").write_text('tables = { enemies = [ "plain.example" ]; };\n')
    said = whatif(frank, "mine.rules", "--config", "frank.conf")
    assert said["transitions"] == [{"was": "accept", "would": "discard", "count": 2}]
    # a whole configuration is taken whole
    (frank.folder / "whole.conf").write_text('tables = { enemies = [ "plain.example" ]; };\n' + mine.read_text())
    assert whatif(frank, "whole.conf")["changed"] == 2


def test_dry_run_rules_change_nothing_but_are_counted(frank, journal):
    (frank.folder / "mine").write_text('rules = ( { name = "a"; when = [ "spf = fail" ]; action = "reject"; dry_run = true; } );\n')
    said = whatif(frank, "mine")
    assert (said["changed"], said["dry_runs"]) == (0, 1)


def test_refused_early_is_not_judged_by_content_never_seen(frank, journal):
    record = journal.records[1]
    record["session"]["stage"] = "rcpt"
    record["verdict"].update(disposition="reject", rule="spf-fail")
    for gone in ("dkim", "dmarc", "arc", "author", "from", "message_id"):
        record.pop(gone, None)
    (frank.folder / "journal").write_bytes(json.dumps(record).encode() + b"\n")
    said = whatif(frank, "standard")
    assert said["transitions"] == [{"was": "reject", "would": "further", "count": 1}]
    assert "not known" in frank.run("what-if", "--rules", "standard", "--journal", "journal").out
    assert whatif(frank, "strict")["changed"] == 0, "strict refuses it at the same stage"


def test_what_cannot_be_judged_is_counted(frank, journal):
    own = dict(journal.records[0], verdict={"disposition": "defer", "rule": "own-failure"})
    strange = dict(journal.records[0], verdict={"disposition": "eaten", "rule": "x"})
    unexamined = dict(journal.records[0])
    del unexamined["dmarc"]
    (frank.folder / "journal").write_text("".join(json.dumps(r) + "\n" for r in (own, strange, unexamined)))
    said = whatif(frank, "standard")
    assert (said["messages"], said["own_failures"], said["incomplete"]) == (3, 1, 1)
    assert said["not_examined"] == [{"method": "dmarc", "messages": 1}]
    assert "dmarc was not examined in 1 message" in frank.run("what-if", "--rules", "standard", "--journal", "journal").out


def test_all_lists_all(frank, journal):
    journal.records = [dict(r, id=f"{r['id']}{i}") for i in range(8) for r in journal.records]
    journal.write()
    some = whatif(frank, "strict")
    assert some["changed"] > 20 and len(some["changes"]) == 20
    *changes, summary = frank.run("what-if", "--rules", "strict", "--journal", "journal", "--json", "--all").objects
    assert len(changes) == summary["changed"] == some["changed"] and "changes" not in summary
    assert changes[-20:] == [{"version": 1, **c} for c in some["changes"]]
    lines = frank.run("what-if", "--rules", "strict", "--journal", "journal", "--all").out
    assert lines.count(" -> reject\n    ") == some["changed"]
    assert "--all lists" in frank.run("what-if", "--rules", "strict", "--journal", "journal").out


def test_many_domains_in_bounded_memory(frank, journal):
    """More domains than are told apart (10,000): the rest is one row, the totals stay exact."""
    base = json.dumps(journal.records[3])
    with gzip.open(frank.folder / "many.gz", "wt", compresslevel=1) as out:
        for i in range(10020):
            out.write(base.replace("plain.example", f"d{i}.example") + "\n")
    said = frank.run("what-if", "--rules", "strict", "--journal", "many.gz", "--json").json
    assert said["changed"] == 10020
    assert len(said["by_domain"]) == 10000 and said["other_domains"] == 20


USAGE = {
    "no rules": (64, []), "no such set or file": (66, ["--rules", "sloppy"]), "a folder": (66, ["--rules", "."]),
    "not a configuration": (78, ["--rules", "bad"]), "no journal": (66, ["--rules", "strict", "--journal", "none"]),
}


@pytest.mark.parametrize("code, options", USAGE.values(), ids=USAGE.keys())
def test_mistakes(frank, journal, code, options):
    (frank.folder / "bad").write_text("rules = (")
    said = frank.run("what-if", *options, *(() if "--journal" in options else ("--journal", "journal")), code=code)
    assert said.out == "" and said.err
