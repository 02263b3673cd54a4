"""make install puts everything where it belongs, and make uninstall takes all of it away but the configuration."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Not build/: meson remembers one installation a folder, and that one is for whoever really installs.
BUILD = ROOT / "build-check"
EXPOSURE_AT_MOST = 1.5


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, timeout=300, **options)


def files_below(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder everything is installed below, as DESTDIR."""
    target = tmp_path_factory.mktemp("install")
    said = run("meson", "install", "-C", BUILD, "--no-rebuild", env={**os.environ, "DESTDIR": str(target)})
    assert said.returncode == 0, said.stdout + said.stderr
    return target


def test_everything_is_there(installed):
    found = files_below(installed)
    wanted = ["etc/frank/frank.conf", "usr/local/lib/systemd/system/frankd.service", "usr/local/lib/sysusers.d/frank.conf",
              "usr/local/lib/tmpfiles.d/frank.conf", "usr/local/lib/libfrank.so", "usr/local/lib/libfrank.a",
              "usr/local/lib/pkgconfig/libfrank.pc"]
    wanted += [f"usr/local/{path.relative_to(ROOT)}" for path in (ROOT / "include").rglob("*.h")]
    wanted += [f"usr/local/share/man/man{path.suffix[1:]}/{path.name}" for path in manual_pages()]
    assert [name for name in wanted if name not in found] == []


def test_nothing_but_the_face_is_exported(installed):
    library = next(installed.rglob("libfrank.so"))
    exported = [line.split()[-1] for line in run("nm", "-D", "--defined-only", library).stdout.splitlines()]
    ours = [name for name in exported if not name.startswith(("__asan", "__ubsan", "__odr_asan", "_"))]
    assert [name for name in ours if not name.startswith("frank_")] == []


def test_the_unit_is_hardened(installed, tmp_path):
    unit = tmp_path / "frankd.service"
    shutil.copy(installed / "usr/local/lib/systemd/system/frankd.service", unit)
    said = run("systemd-analyze", "security", "--offline=true", "--no-pager", unit)
    level = re.search(r"Overall exposure level for frankd.service: ([0-9.]+)", said.stdout)
    assert level, said.stdout + said.stderr
    assert float(level.group(1)) <= EXPOSURE_AT_MOST


def test_the_unit_is_well_formed(installed, tmp_path):
    unit = tmp_path / "frankd.service"
    text = (installed / "usr/local/lib/systemd/system/frankd.service").read_text()
    assert "@" not in re.sub(r"^(SystemCallFilter=|#).*", "", text, flags=re.M), "a path was not filled in"
    unit.write_text(re.sub(r"^(Exec\w+=)\S+", r"\1/bin/true", text, flags=re.M))
    said = run("systemd-analyze", "verify", "--man=no", unit)
    assert said.returncode == 0 and "frankd.service" not in said.stderr, said.stderr


def test_users_and_folders_are_well_formed(installed, tmp_path):
    """Played into an empty root: the user exists afterwards, and its folders are asked for."""
    (tmp_path / "etc").mkdir()
    sysusers = installed / "usr/local/lib/sysusers.d/frank.conf"
    said = run("systemd-sysusers", f"--root={tmp_path}", sysusers)
    assert said.returncode == 0, said.stderr
    assert re.search(r"^frank:", (tmp_path / "etc/passwd").read_text(), re.M)
    for line in (installed / "usr/local/lib/tmpfiles.d/frank.conf").read_text().splitlines():
        assert line.startswith("#") or re.fullmatch(r"d /\S+ +0[0-7]{3} frank frank -", line), line


def test_a_configuration_that_is_there_stays(installed):
    conf = installed / "etc/frank/frank.conf"
    conf.write_text("# somebody's work\n")
    said = run("meson", "install", "-C", BUILD, "--no-rebuild", env={**os.environ, "DESTDIR": str(installed)})
    assert said.returncode == 0
    assert conf.read_text() == "# somebody's work\n"


def test_uninstall_leaves_the_configuration_only(installed):
    said = run("ninja", "-C", BUILD, "uninstall")
    assert said.returncode == 0, said.stdout + said.stderr
    assert files_below(installed) == {"etc/frank/frank.conf"}


def manual_pages():
    return sorted(path for folder in ("doc", "src") for path in (ROOT / folder).rglob("*.[1578]"))


@pytest.mark.parametrize("page", manual_pages(), ids=lambda path: path.name)
def test_manual_page_is_well_formed(page):
    said = run("mandoc", "-Tlint", "-Wwarning", page)
    assert said.returncode == 0, said.stdout
