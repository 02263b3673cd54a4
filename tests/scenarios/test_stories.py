"""The stories people told in 2003, told again by the frank that was just built; and what the README shows of them.

  FRANK_BUILD   the build folder with frank (default: build-check)
"""
import importlib.machinery
import importlib.util
import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FRANK = str(pathlib.Path(os.environ.get("FRANK_BUILD", ROOT / "build-check")).resolve() / "frank")
FOLDER = ROOT / "tests/scenarios/stories"


def load():
    """tools/stories, as a module."""
    loader = importlib.machinery.SourceFileLoader("stories", str(ROOT / "tools/stories"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("stories", loader, origin=str(ROOT / "tools/stories")))
    loader.exec_module(module)
    return module


STORIES = load()
ALL = STORIES.stories(FOLDER)


def outputs(story):
    """What each command of a story printed, as the story has it."""
    lines = list(story.lines)
    while lines:
        line = lines.pop(0)
        if line.startswith(STORIES.PROMPT):
            count = STORIES.quoted(lines)
            yield line[len(STORIES.PROMPT):], [text[len(STORIES.INDENT):] for text in lines[:count]]


@pytest.mark.parametrize("story", ALL, ids=lambda s: s.folder.name)
def test_story_is_told_as_it_stands(story):
    assert story.missing(STORIES.methods_built(FRANK)) == [], "a method of this issue is not built"
    assert story.told(FRANK) == story.lines


@pytest.mark.parametrize("story", ALL, ids=lambda s: s.folder.name)
def test_story_fits_a_terminal(story):
    for command, lines in outputs(story):
        assert lines, f"{command} printed nothing"
        assert [line for line in lines if len(line) > 80] == []


EXPECTED = {
    "01-forged-niceperson": ["REJECT"], "02-worm-with-a-banks-name": ["QUARANTINE", "dmp    fail", "rmx    pass"],
    "03-send-only-host-as-last-mx": ["mxout  pass", "mxout  softfail"], "04-outbound-only-domain": ["mxout  pass", "mxout  softfail"],
    "05-travelling-user": ["REJECT", "ACCEPT"], "06-separate-hosts": ["ACCEPT"], "07-forwarded-home": ["ACCEPT", "REJECT", "ACCEPT"],
    "08-mailing-list-footer": ["QUARANTINE", "dkim   fail"], "09-no-record-and-the-date": ["ACCEPT", "REJECT"], "10-silent-name-server": ["DEFER"],
    "11-somebody-elses-relay": ["REJECT", "ACCEPT"],
    "14-a-record-for-the-envelope-only": ["senderid fail", "senderid neutral", "senderid pass"],
    "15-the-traveller-is-told": ["REJECT"],
}


@pytest.mark.parametrize("name,verdicts", EXPECTED.items(), ids=EXPECTED.keys())
def test_story_ends_as_promised(name, verdicts):
    """So that 'stories --write' cannot turn a story round unnoticed."""
    story = next(s for s in ALL if s.folder.name == name)
    first = [lines[0].strip() for _, lines in outputs(story)]
    assert len(first) == len(verdicts)
    assert all(line.startswith(verdict) for line, verdict in zip(first, verdicts)), first


def test_every_story_has_an_end():
    assert sorted(EXPECTED) == [s.folder.name for s in ALL]


def test_the_readme_shows_the_real_report():
    _, report = next(outputs(ALL[0]))
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "```\n" + "\n".join(report) + "\n```" in text
