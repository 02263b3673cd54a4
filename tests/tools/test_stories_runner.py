"""tools/stories: told as expected, otherwise, not built; and never a pass for silence."""
import pathlib
import subprocess

import pytest

STORIES = pathlib.Path(__file__).resolve().parents[2] / "tools/stories"
FRANK = """#!/bin/sh
case $1 in
limits) echo "spf   120 questions" ;;
verify) echo "REJECT  $2"; echo; echo "  spf  fail"; exit 1 ;;
esac
"""
TOLD = "A forgery\n\nSomebody said so.\n\n    $ frank verify a.eml\n    REJECT  a.eml\n\n      spf  fail\n    [1]\n\nThe end.\n"


@pytest.fixture
def play(tmp_path):
    frank = tmp_path / "frank"
    frank.write_text(FRANK)
    frank.chmod(0o755)

    def run(stories, *options):
        for name, text in stories.items():
            (tmp_path / "stories" / name).mkdir(parents=True)
            (tmp_path / "stories" / name / "story.txt").write_text(text)
        said = subprocess.run([STORIES, *options, frank, tmp_path / "stories"], capture_output=True, text=True, check=False)
        return said.returncode, said.stdout.splitlines()[-1], tmp_path / "stories"
    return run


def test_as_told(play):
    assert play({"1": TOLD})[:2] == (0, "1 as told")


def test_otherwise(play):
    assert play({"1": TOLD, "2": TOLD.replace("fail", "pass")})[:2] == (1, "1 as told, 1 otherwise")


def test_not_built_is_no_pass(play):
    assert play({"1": TOLD.replace("\n\nS", "\nneeds: spf callerid\n\nS")})[:2] == (1, "0 as told, 1 not built")


def test_no_story_is_no_pass(play):
    assert play({})[:2] == (1, "0 as told")


def test_written_anew(play):
    code, _, folder = play({"1": TOLD.replace("  spf  fail\n", "  old words\n    more\n")}, "--write")
    assert code == 0
    assert (folder / "1/story.txt").read_text() == TOLD
