"""Help: grouped by what somebody does, complete, no wider than a terminal."""
import re

import pytest

METHODS = ["auth", "iprev", "spf", "dkim", "arc", "dmarc", "rmx", "dmp", "mxout", "imx", "csa", "mtamark", "msd", "drip", "submission", "dnsmail", "callerid", "senderid", "domainkeys", "dnslist"]
COMMANDS = ["verify", "who", "authres", "org-domain", "limits", "config", "status", "compare", "publish", "check", "why", "what-if", "setup", "doctor"]
COMMON = ["zone", "resolver", "at", "ip", "helo", "mail-from", "rcpt-to", "auth-user", "receiver", "overlay", "save-zone", "psl", "config", "json",
          "explain", "timeout"]


@pytest.mark.parametrize("how", [["help"], ["--help"], ["-h"], ["help", "help"]])
def test_help_is_output_and_success(frank, how):
    said = frank.run(*how)
    assert said.err == ""
    titles = [line for line in said.lines if line.startswith("I ")]
    assert titles[0].startswith("I receive") and any(t.startswith("I study") for t in titles)
    listed = re.findall(r"^  (\S+) ", said.out, re.M)
    assert set(METHODS + COMMANDS) <= set(listed)
    assert len(listed) == len(set(listed))
    assert [line for line in said.lines if len(line) > 80] == []


@pytest.mark.parametrize("name", METHODS + COMMANDS)
def test_every_command_explains_itself(frank, name):
    said = frank.run(name, "--help")
    assert said.lines[0].startswith(f"usage: frank {name} ")
    assert [line for line in said.lines if len(line) > 80] == []
    assert frank.run("help", name).out == said.out
    assert frank.run(name, "-h").out == said.out


# dnslist has more: it also makes lists.
@pytest.mark.parametrize("name", [name for name in METHODS if name != "dnslist"] + ["verify"])
def test_methods_have_the_options_of_verify(frank, name):
    options = re.findall(r"^  --(\S+)", frank.run(name, "--help").out, re.M)
    assert set(COMMON) <= set(options)
    assert options == re.findall(r"^  --(\S+)", frank.run("verify", "--help").out, re.M)


def test_dnslist_has_them_behind_its_own(frank):
    options, of_verify = (re.findall(r"^  --(\S+)", frank.run(name, "--help").out, re.M) for name in ("dnslist", "verify"))
    assert options[0] == "list" and options[-len(of_verify):] == of_verify


def test_help_wins_over_what_else_is_wrong(frank):
    assert frank.run("verify", "--help", "nowhere.eml").lines[0].startswith("usage:")


def test_version(frank):
    assert re.fullmatch(r"frank \d+\.\d+\.\d+\n", frank.run("--version").out)
