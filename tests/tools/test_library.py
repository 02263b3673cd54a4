"""libfrank as another program sees it: the example in doc/ runs, the header is for C and C++, and nothing but frank_* gets out.

  FRANK_RELEASE   the build folder with the shared library (default: build)
"""
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("FRANK_RELEASE", ROOT / "build")).resolve()
LIBRARY = BUILD / "libfrank.so"
HEADER = ROOT / "include/frank/frank.h"
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]

# What doc/embed.c says of its message: SPF passes, the other records do not exist.
EXPECTED = """\
accept
Authentication-Results: mx.receiver.example; iprev=permerror policy.iprev=192.0.2.1; spf=pass smtp.mailfrom=sender.example; \
arc=none; dmarc=none header.from=sender.example
"""


def run(*words, **more):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, check=False, **more)


def ok(*words, **more):
    said = run(*words, **more)
    assert said.returncode == 0, said.stdout + said.stderr
    return said.stdout


# The ends of sections, which the linker puts into every library.
LINKERS_OWN = {"__bss_start", "_edata", "_end"}


def exported():
    return {line.split()[-1].split("@")[0] for line in ok("nm", "-D", "--defined-only", LIBRARY).splitlines()} - LINKERS_OWN


def declared():
    return set(re.findall(r"^FRANK_API\b[^;(]*?\b(frank_\w+)\(", HEADER.read_text(encoding="utf-8"), re.M))


def test_the_example_runs_against_the_shared_library(tmp_path):
    ok("gcc", "-std=c17", *STRICT, "-I", ROOT / "include", "-o", tmp_path / "embed", ROOT / "doc/embed.c", LIBRARY)
    assert ok(tmp_path / "embed", env={**os.environ, "LD_LIBRARY_PATH": str(BUILD)}) == EXPECTED


def test_the_example_needs_no_other_library(tmp_path):
    ok("gcc", "-I", ROOT / "include", "-o", tmp_path / "embed", ROOT / "doc/embed.c", LIBRARY)
    needed = re.findall(r"NEEDED.*\[(.*)\]", ok("readelf", "-d", tmp_path / "embed"))
    assert [name for name in needed if not name.startswith(("libfrank.so.", "libc.so."))] == []


def test_the_example_stays_sixty_lines():
    code = (ROOT / "doc/embed.c").read_text(encoding="utf-8").split("*/", 1)[1]
    lines = [line for line in code.splitlines() if line.strip() and not line.startswith("#include")]
    assert len(lines) <= 60


def test_only_frank_symbols_get_out():
    assert exported()
    assert [name for name in exported() if not name.startswith("frank_")] == []


def names_of(*words):
    """Symbols other objects may refer to, as nm prints them."""
    return {line.split()[2].split("@")[0] for line in ok("nm", *words).splitlines() if len(line.split()) == 3}


def test_the_archive_goes_together_with_the_libraries_it_needs():
    """In an archive hidden names are still names: one that is also a needed library's is the wrong function, or a linker's error."""
    ours = names_of("-g", "--defined-only", BUILD / "libfrank.a")
    needed = [line.split(" => ")[1].split()[0] for line in ok("ldd", LIBRARY).splitlines() if " => /" in line]
    assert any("libconfig" in library for library in needed)
    assert {library: ours & names_of("-D", "--defined-only", library) for library in needed if ours & names_of("-D", "--defined-only", library)} == {}


def test_what_is_declared_is_exported_and_the_other_way_round():
    assert exported() == declared()


@pytest.mark.parametrize("compiler,standard", [("gcc", "c99"), ("gcc", "c11"), ("gcc", "c17"), ("g++", "c++98"), ("g++", "c++17")])
def test_the_header_compiles_alone(tmp_path, compiler, standard):
    suffix = "cc" if compiler == "g++" else "c"
    source = tmp_path / f"use.{suffix}"
    source.write_text("#include <frank/frank.h>\nint use(void);\nint use(void) { return frank_version() != 0; }\n")
    # C++98 has no long long and no stdint.h of its own: what the header needs of them is the platform's.
    extra = ["-Wno-long-long"] if standard == "c++98" else ["-Wstrict-prototypes"] if suffix == "c" else []
    ok(compiler, f"-std={standard}", *STRICT, *extra, "-I", ROOT / "include", "-c", "-o", tmp_path / "use.o", source)


def test_a_cplusplus_program_links(tmp_path):
    source = tmp_path / "use.cc"
    source.write_text("#include <frank/frank.h>\n#include <cstdio>\nint main() { std::puts(frank_version()); return 0; }\n")
    ok("g++", *STRICT, "-I", ROOT / "include", "-o", tmp_path / "use", source, LIBRARY)
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", ok(tmp_path / "use", env={**os.environ, "LD_LIBRARY_PATH": str(BUILD)}))
