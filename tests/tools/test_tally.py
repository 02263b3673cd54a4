"""tools/tally counts cases, and never takes a skip, a crash or silence for a pass."""
import json
import pathlib
import subprocess

import pytest

TALLY = pathlib.Path(__file__).resolve().parents[2] / "tools/tally"
CMOCKA = "[  PASSED  ] 3 test(s).\n"
CMOCKA_BAD = CMOCKA + "[  SKIPPED ] 1 test(s), listed below:\n[  FAILED  ] 2 test(s), listed below:\n[  FAILED  ] x\n"


def meson(result, text=""):
    return json.dumps({"name": "t", "result": result, "stdout": text})


CASES = [
    ("nothing",              {},                                           "0 passed, 0 failed", 1),
    ("cmocka cases",         {"a.json": meson("OK", CMOCKA)},              "3 passed, 0 failed", 0),
    ("a plain program",      {"a.json": meson("OK")},                      "1 passed, 0 failed", 0),
    ("cmocka failures",      {"a.json": meson("FAIL", CMOCKA_BAD)},        "3 passed, 2 failed, 1 skipped", 1),
    ("died after its cases", {"a.json": meson("FAIL", CMOCKA)},            "3 passed, 1 failed", 1),
    ("timed out",            {"a.json": meson("TIMEOUT")},                 "0 passed, 1 failed", 1),
    ("skipped only",         {"a.json": meson("SKIP")},                    "0 passed, 0 failed, 1 skipped", 1),
    ("a step",               {"a.count": "0 1 the build"},                 "0 passed, 1 failed", 1),
    ("junk",                 {"a.count": "well", "b.json": "{", "c.xml": "<"}, "0 passed, 3 failed", 1),
    ("pytest",               {"a.xml": "<testsuites><testsuite><testcase/><testcase><failure/></testcase>"
                                       "<testcase><error/></testcase><testcase><skipped/></testcase></testsuite></testsuites>"},
                             "1 passed, 2 failed, 1 skipped", 1),
    ("a sum",                {"a.json": meson("OK", CMOCKA), "b.count": "2 0 x"}, "5 passed, 0 failed", 0),
]


@pytest.mark.parametrize("name,files,line,code", CASES, ids=[row[0] for row in CASES])
def test_sum(tmp_path, name, files, line, code):
    for file, text in files.items():
        (tmp_path / file).write_text(text)
    run = subprocess.run(["/usr/bin/python3", TALLY, tmp_path], capture_output=True, text=True, check=False)
    assert (run.stdout.splitlines()[-1], run.returncode) == (line, code)
