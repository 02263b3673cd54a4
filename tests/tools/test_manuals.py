"""The manual: every page is well formed, leads only to pages that exist, and frank(1) knows every command and option.

  FRANK_BUILD   the build folder with frank and the generated pages (default: build-check)
"""
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("FRANK_BUILD", ROOT / "build-check")).resolve()
SECTIONS = "[15678]"


def run(*words):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, check=False)


def pages():
    """Those that stand in the tree, and those made when Frank is built."""
    here = [path for folder in ("doc", "src", "packaging") for path in (ROOT / folder).rglob(f"*.{SECTIONS}")]
    made = [BUILD / "doc" / path.name.removesuffix(".in") for path in (ROOT / "doc").glob(f"*.{SECTIONS}.in")]
    return sorted(here + made, key=lambda path: path.name)


PAGES = pages()
# Another page's presence is looked at below; whether this host has an index of its pages is not ours to say; RECORDS is no typo.
NOT_ABOUT_THE_PAGE = ("referenced manual not found", "outdated mandoc.db", "RECORDS instead of ERRORS")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_page_is_well_formed(page):
    said = run("mandoc", "-T", "lint", page)
    complaints = [line for line in (said.stdout + said.stderr).splitlines() if not any(words in line for words in NOT_ABOUT_THE_PAGE)]
    assert complaints == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_page_leads_to_pages_that_exist(page):
    names = {path.name for path in PAGES}
    led_to = re.findall(r"^\.Xr (frank\S*) (\d)", page.read_text(encoding="utf-8"), re.M)
    assert [f"{name}.{section}" for name, section in led_to if f"{name}.{section}" not in names] == []


def frank_page():
    text = (BUILD / "doc/frank.1").read_text(encoding="utf-8")
    return re.findall(r"^\.It Ic (\S+) Li", text, re.M), re.findall(r"^\.It Fl Fl (\S+)", text, re.M)


def test_frank_1_has_every_command_and_option():
    commands, options = frank_page()
    helped = run(BUILD / "frank", "help").stdout
    assert sorted(commands) == sorted(re.findall(r"^  (\S+) ", helped, re.M))
    for command in commands:
        said = run(BUILD / "frank", command, "--help").stdout
        assert [option for option in re.findall(r"^  --(\S+)", said, re.M) if option not in options] == []


def test_every_method_has_its_page():
    limits = run(BUILD / "frank", "limits").stdout
    methods = [line.split()[0] for line in limits.splitlines()[1:limits.splitlines().index("")]]
    assert len(methods) >= 9
    names = {path.name for path in PAGES}
    assert [m for m in methods if f"frank-{m}.7" not in names] == []
    see_also = (BUILD / "doc/frank.1").read_text(encoding="utf-8").partition(".Sh SEE ALSO")[2]
    assert [m for m in methods if f".Xr frank-{m} 7" not in see_also] == []


def option_list(text, heading):
    """The list of options behind a heading, blanks and line ends alike."""
    found = re.search(rf"{re.escape(heading)}\n.*?\n(\.Bl -tag -width Ds\n.*?\.El\n)", text, re.S)
    return " ".join(found.group(1).split()) if found else None


@pytest.mark.parametrize("page", [p for p in PAGES if re.fullmatch(r"frank-\w+\.7", p.name)], ids=lambda p: p.name)
def test_a_methods_page_has_its_options_as_the_tables_say(page):
    method = re.fullmatch(r"frank-(\w+)\.7", page.name)[1]
    tables = (BUILD / "doc/frank.conf.5").read_text(encoding="utf-8")
    expected = option_list(tables, f".Ss methods.{method}")
    assert expected
    assert option_list(page.read_text(encoding="utf-8"), f".Ic methods.{method}") == expected
