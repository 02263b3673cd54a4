"""The command line, driven as a person or a script would: every run of frank in these tests also keeps what holds for all runs.

  FRANK_BUILD     the build folder with frank (default: build-check)
  FRANK_RELEASE   one without sanitizers, for what is measured (default: build)
"""
import json
import os
import pathlib
import subprocess
import unicodedata

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("FRANK_BUILD", ROOT / "build-check")).resolve()
RELEASE = pathlib.Path(os.environ.get("FRANK_RELEASE", ROOT / "build")).resolve()

NOW = "1700000000"
SECONDS = 60
# sysexits.h; and what --exit-verdict adds
EXITS = {0, 64, 65, 66, 69, 70, 73, 74, 75, 78}
EXITS_VERDICT = {0, 1, 2, 3, 75}


def has_control(text):
    """What may never reach a terminal raw (threats.md T32): C0 but the line end, DEL, C1, bidi and invisible formatting."""
    return sorted({f"U+{ord(c):04X}" for c in text
                   if (c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs", "Co"))})


def without_repeated_names(pairs):
    names = [name for name, _ in pairs]
    assert len(set(names)) == len(names), names
    return dict(pairs)


class Said:
    """What one run said."""

    def __init__(self, done, is_json, colour):
        self.code = done.returncode
        self.out = done.stdout.decode("utf-8")         # raises: everything printed is valid UTF-8
        self.err = done.stderr.decode("utf-8")
        if not colour:
            assert has_control(self.out) == [], self.out
        assert has_control(self.err) == [], self.err
        assert "Sanitizer" not in self.err and "runtime error" not in self.err, self.err
        self.lines = self.out.splitlines()
        self.objects = [json.loads(line, object_pairs_hook=without_repeated_names) for line in self.lines] if is_json else []
        for one in self.objects:
            assert one["version"] == 1

    @property
    def json(self):
        assert len(self.objects) == 1, self.out + self.err
        return self.objects[0]


class Frank:
    def __init__(self, folder, build=BUILD):
        self.folder = folder
        self.program = build / "frank"

    def write(self, name, octets):
        """A file in the test's folder; text means CRLF line ends."""
        path = self.folder / name
        path.write_bytes(octets if isinstance(octets, bytes) else octets.replace("\n", "\r\n").encode("utf-8"))
        return path

    def zone(self, *lines, name="world.zone"):
        path = self.folder / name
        path.write_text("$TTL 300\n" + "".join(line + "\n" for line in lines), encoding="utf-8")
        return path

    def run(self, *arguments, stdin=b"", code=0, colour=False, env=None):
        """code: the one, or a set of them; None: any of the documented ones."""
        done = subprocess.run([self.program, *arguments], cwd=self.folder, input=stdin, capture_output=True, timeout=SECONDS, check=False,
                              env={**{k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM", "COLUMNS")}, **(env or {})})
        said = Said(done, "--json" in arguments, colour)
        if code is None:
            assert said.code in EXITS | (EXITS_VERDICT if "--exit-verdict" in arguments else set()), said.err
        else:
            assert said.code in (code if isinstance(code, set) else {code}), f"exit {said.code}\n{said.out}{said.err}"
        return said

    def verify(self, message, *options, zone=None, **more):
        """frank verify --json of one message (bytes or text) under a fixed clock and a zone (default: an empty one)."""
        path = self.write("message.eml", message)
        if not any(o in options for o in ("--zone", "--overlay", "--resolver")):
            options = (*options, "--zone", zone or self.zone(name="empty.zone"))
        return self.run("verify", path, "--json", "--at", NOW, *options, **more)


@pytest.fixture
def frank(tmp_path):
    assert (BUILD / "frank").exists(), f"{BUILD} has no frank: build first"
    return Frank(tmp_path)


@pytest.fixture
def release(tmp_path):
    assert (RELEASE / "frank").exists(), f"{RELEASE} has no frank: build first"
    return Frank(tmp_path, RELEASE)
