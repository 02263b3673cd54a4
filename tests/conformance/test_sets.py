"""The conformance sets, every case a test, driven through the command line of a built frank.

  FRANK_SHARED   the folder with conformance/ (default: shared/ beside this repository); without it there is nothing to run
  FRANK_BUILD    the build folder with frank (default: build-check)
"""
import functools
import importlib
import json
import os
import pathlib
import subprocess
import sys

import pytest

from deviations import DEVIATIONS

ROOT = pathlib.Path(__file__).resolve().parents[2]
FRANK = pathlib.Path(os.environ.get("FRANK_BUILD", ROOT / "build-check")).resolve() / "frank"
SETS = pathlib.Path(os.environ.get("FRANK_SHARED", ROOT.parent / "shared")) / "conformance"

# The sets of what is built. rfc4408 is run too: where it differs from rfc7208, deviations.py says so.
RUN = ["spf/rfc7208.json", "spf/rfc4408.json", "dkim/generated/generated.json", "dkim/generated/domainkeys.json",
       "dkim/gathered/gathered.json", "arc/validate.json",
       "dmarc/dmarc.json", "senderid/senderid.json", "psl/psl.json",
       "dnslist/dnslist.json"]


def runner():
    """The runner that comes with the sets: it knows how an answer is compared."""
    sys.path.insert(0, str(SETS / "run"))
    return importlib.import_module("run")


def cases():
    if not SETS.is_dir():
        return
    run = runner()
    for name in RUN:
        path = SETS / name
        data = json.loads(path.read_text(encoding="utf-8"))
        base = str(path.parent)
        if data["kind"] == "spf":
            todo, check = run.cases_spf(data, base), run.do_spf
        else:
            check = run.KINDS[data["kind"]]
            todo = [(case["name"], with_zone(run, data, case, base)) for case in data["cases"]]
        for case_name, case in todo:
            label = f"{path.stem}/{case_name}"
            why = DEVIATIONS.get(label)
            marks = [pytest.mark.xfail(reason=why, strict=True)] if why else []
            yield pytest.param(check, case, base, id=label, marks=marks)


def with_zone(run, data, case, base):
    """A case's own zone, else its set's."""
    own = "zone" in case or "zone_file" in case
    return {**case, "zone": run.zone_of(case if own else data, base)}


@functools.cache
def frank():
    return runner().adapters.get("frank", str(FRANK))


@pytest.mark.skipif(not FRANK.exists(), reason="there is no frank in this tree")
@pytest.mark.parametrize("check,case,base", cases())
def test_case(check, case, base):
    assert check(frank(), case, base) == []


@pytest.mark.skipif(not FRANK.exists() or not SETS.is_dir(), reason="there is no frank in this tree, or there are no sets")
@pytest.mark.parametrize("name", ["maildkim-good_dk_7", "maildkim-dk_multiple_1"])
def test_short_keys(name, tmp_path):
    """RFC 4870 wants 512 bits; who wants that too can have it."""
    gathered = SETS / "dkim/gathered"
    case = next(c for c in json.loads((gathered / "gathered.json").read_text(encoding="utf-8"))["cases"] if c["name"] == name)
    (tmp_path / "zone").write_text(case["zone"], encoding="utf-8")
    (tmp_path / "conf").write_text("methods = { domainkeys = { rsa_bits = 512; }; };\n", encoding="utf-8")
    said = subprocess.run([FRANK, "verify", "--json", "--config", tmp_path / "conf", "--zone", tmp_path / "zone", gathered / case["message"]],
                          capture_output=True, text=True, check=True)
    assert json.loads(said.stdout)["domainkeys"]["result"] == "pass"
