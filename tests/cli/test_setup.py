"""frank setup: what the mail server is told, put in and taken out again, with Debian's own postconf on a copy of its files."""
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import threading

import pytest

sys.path.append(str(pathlib.Path(__file__).parents[1]))
from fakes.milter import FakeMilter  # noqa: E402

POSTCONF = "/usr/sbin/postconf"
pytestmark = pytest.mark.skipif(not os.path.exists(POSTCONF), reason="Postfix is not installed (tools/setup interop)")

MASTER = """\
smtp      inet  n       -       {c}       -       -       smtpd
pickup    unix  n       -       {c}       60      1       pickup
cleanup   unix  n       -       {c}       -       0       cleanup
"""
OURS = "inet:127.0.0.1:8891"


def items(value):
    """A list of milters as Postfix splits it."""
    return re.findall(r"\{[^}]*\}|[^\s,]+", value)


class Config:
    """A Postfix configuration directory of our own."""

    def __init__(self, frank, main="", master="", chroot="y"):
        self.frank, self.folder = frank, frank.folder / "postfix"
        self.folder.mkdir()
        self.queue = frank.folder / "queue"
        self.queue.mkdir()
        self.main, self.master = self.folder / "main.cf", self.folder / "master.cf"
        self.main.write_text(f"compatibility_level = 3.6\nqueue_directory = {self.queue}\n{main}")
        self.master.write_text(MASTER.format(c=chroot) + master)
        if os.path.exists("/etc/postfix/dynamicmaps.cf"):
            shutil.copy("/etc/postfix/dynamicmaps.cf", self.folder)
        self.age()

    def age(self):
        """Postfix waits a second and more before it reads a file that has just been written."""
        for path in self.folder.iterdir():
            os.utime(path, (1000000000, 1000000000))

    def setup(self, *options, **more):
        self.age()
        return self.frank.run("setup", "postfix", "--config-dir", self.folder, *options, **more)

    def write(self, *options, **more):
        return self.setup("--write", "--force", *options, **more)

    def undo(self, *options, **more):
        return self.setup("--undo", *options, **more)

    def postconf(self, *arguments):
        self.age()
        return subprocess.run([POSTCONF, "-c", self.folder, *arguments], capture_output=True, text=True, check=True).stdout.strip()

    def value(self, name):
        return self.postconf("-xh", name)

    def state(self):
        """Everything about every file."""
        return {p.name: (p.read_bytes(), p.stat().st_mode, p.stat().st_uid, p.stat().st_gid) for p in self.folder.iterdir()}


@pytest.fixture
def config(frank):
    return lambda *a, **k: Config(frank, *a, **k)


MAINS = {
    "nothing set": "",
    "empty": "smtpd_milters =\nnon_smtpd_milters =\n",
    "one milter": "smtpd_milters = inet:localhost:12301\nnon_smtpd_milters = inet:localhost:12301\n",
    "Debian's OpenDKIM advice": "milter_default_action = accept\nmilter_protocol = 6\nsmtpd_milters = unix:opendkim/opendkim.sock\nnon_smtpd_milters = $smtpd_milters\n",
    "several, folded, with options and a comment": "# filters\nsmtpd_milters = unix:opendkim/opendkim.sock,\n   { inet:localhost:9999, default_action = accept }\n#  inside\n"
                                                   "   inet:localhost:10000\nnon_smtpd_milters = unix:opendkim/opendkim.sock\n",
    "names": "opendkim = inet:localhost:12301\nothers = inet:localhost:1, inet:localhost:2\nsmtpd_milters = $opendkim ${others}\nnon_smtpd_milters = ${smtpd_milters}\n",
    "last line without its end": "smtpd_milters = inet:localhost:12301",
    "old protocol, hurried": "milter_protocol = 2\nmilter_command_timeout = 5s\nmilter_content_timeout = 10s\n",
}


@pytest.mark.parametrize("main", MAINS.values(), ids=MAINS.keys())
def test_written_once_and_undone_to_the_octet(config, main):
    postfix = config(main)
    before, others = postfix.state(), [postfix.value("smtpd_milters"), postfix.value("non_smtpd_milters")]
    said = postfix.write()
    assert "Written" in said.out
    for name, value in zip(("smtpd_milters", "non_smtpd_milters"), others):
        now = postfix.value(name)
        assert now.count(OURS) == 1
        ours, *rest = items(now)
        assert OURS in ours and rest == items(value), now
    written = postfix.state()
    assert postfix.write().out.startswith("Nothing to change")
    assert postfix.state() == written
    assert postfix.undo().out.startswith("Postfix is as it was")
    assert postfix.state() == before
    assert postfix.undo().out.startswith("Nothing to undo")
    assert postfix.state() == before


@pytest.mark.parametrize("main", MAINS.values(), ids=MAINS.keys())
def test_what_is_printed_is_what_write_does(config, main):
    postfix = config(main)
    before = postfix.state()
    script = postfix.setup().out
    assert postfix.state() == before, "printing changes nothing"
    copy = shutil.copytree(postfix.folder, postfix.folder.parent / "copy")
    commands = [line.replace(str(postfix.folder), str(copy)) for line in script.splitlines() if line.startswith("postconf")]
    for command in commands:
        subprocess.run(["/bin/sh", "-c", f"PATH=$PATH:/usr/sbin; {command}"], check=True)
    postfix.write()
    assert (copy / "main.cf").read_text() == postfix.main.read_text()
    assert (copy / "master.cf").read_text() == postfix.master.read_text()
    assert 'rules = "standard";' in script and "X-Frank-Disposition" in script and "require" in script
    assert subprocess.run(["/bin/sh", "-n"], input=script.encode(), check=False).returncode == 0, "the whole output is a script"


def test_rules_that_are_in_force_are_not_asked_for(frank):
    conf = frank.write("frank.conf", 'rules = "standard";')
    said = frank.run("setup", "sendmail", "--config", conf).out
    assert "only watches" not in said and "are in force" in said
    assert "only watches" in frank.run("setup", "sendmail", "--config", frank.write("other.conf", 'rules = "monitor";')).out


def test_options_only_where_they_are_needed(config, frank):
    assert config().setup().out.count("default_action") == 0
    shutil.rmtree(frank.folder / "postfix"), shutil.rmtree(frank.folder / "queue")
    hurried = config(MAINS["old protocol, hurried"] + "milter_default_action = accept\n").setup().out
    assert "{ inet:127.0.0.1:8891, default_action=tempfail, protocol=6, command_timeout=30s, content_timeout=300s }" in hurried


def test_if_mail_is_to_pass_when_frankd_fails(config, frank):
    (frank.folder / "frank.conf").write_text('on_failure = "accept";\n')
    assert "default_action=accept" in config().setup("--config", "frank.conf").out


def test_edited_after_writing_loses_only_what_is_ours(config):
    postfix = config("smtpd_milters = inet:localhost:1\n")
    postfix.write()
    postfix.postconf("-e", f"smtpd_milters = inet:localhost:2, {OURS}, inet:localhost:1")
    with postfix.main.open("a") as main:
        main.write("# a line of mine\nmyhostname = mx.receiver.example\n")
    postfix.undo()
    assert postfix.value("smtpd_milters") == "inet:localhost:2, inet:localhost:1"
    assert postfix.postconf("-n", "non_smtpd_milters") == "", "it was not set before"
    assert "# a line of mine\nmyhostname = mx.receiver.example\n" in postfix.main.read_text()
    assert sorted(p.name for p in postfix.folder.glob("*frank*")) == []


def test_edited_between_two_writings(config):
    """The copy of before lacks the edit: it is never put back over it."""
    postfix = config("smtpd_milters = inet:localhost:1\n")
    postfix.write()
    postfix.postconf("-e", "smtpd_milters = inet:localhost:3")
    postfix.write()
    assert postfix.value("smtpd_milters") == f"{OURS}, inet:localhost:3"
    postfix.undo()
    assert postfix.value("smtpd_milters") == "inet:localhost:3"


def test_put_in_by_hand_is_taken_out_too(config):
    postfix = config(f"smtpd_milters = inet:localhost:1, inet:localhost:8891\nnon_smtpd_milters = {OURS}\n")
    assert "Nothing to change" in postfix.setup().out
    postfix.undo()
    assert postfix.value("smtpd_milters") == "inet:localhost:1"
    assert postfix.postconf("-n", "non_smtpd_milters") == ""


def test_by_a_name_of_ones_own(config):
    postfix = config("frank = inet:localhost:8891\nsmtpd_milters = $frank, inet:localhost:1\nnon_smtpd_milters = $frank\n")
    before = postfix.state()
    assert postfix.write().out.startswith("Nothing to change")
    assert postfix.state() == before


def test_from_one_socket_to_the_other(config):
    postfix = config("smtpd_milters = inet:localhost:1\n")
    before = postfix.state()
    postfix.write("--socket", "inet")
    postfix.write("--socket", "unix")
    assert postfix.value("smtpd_milters") == "unix:frank/milter.sock, inet:localhost:1"
    postfix.write("--socket", "inet")
    assert postfix.value("smtpd_milters") == f"{OURS}, inet:localhost:1"
    postfix.undo()
    assert postfix.state() == before


class TestServices:
    MASTER = ("submission inet n - y - - smtpd\n  -o smtpd_milters=\n  -o milter_macro_daemon_name=ORIGINATING\n"
              "127.0.0.1:10025 inet n - y - - smtpd\n  -o receive_override_options=no_milters\n")

    def test_what_others_decided_is_left_and_said(self, config):
        postfix = config(master=self.MASTER)
        said = postfix.setup()
        assert "# submission/inet has smtpd_milters of its own (none)" in said.out
        assert "# 127.0.0.1:10025/inet has no_milters" in said.out
        postfix.write()
        assert postfix.master.read_text().endswith(self.MASTER)

    def test_the_front_door_with_a_list_of_its_own(self, config):
        postfix = config(master="192.0.2.1:smtp inet n - y - - smtpd\n  -o { smtpd_milters = inet:localhost:1, { inet:localhost:2, default_action = accept } }\n"
                                "smtpd pass - - y - - smtpd\n  -o smtpd_milters=inet:localhost:3\n")
        before = postfix.state()
        postfix.write()
        overrides = postfix.postconf("-P")
        assert f"192.0.2.1:smtp/inet/smtpd_milters = {OURS},inet:localhost:1,{{inet:localhost:2,default_action=accept}}" in overrides
        assert f"smtpd/pass/smtpd_milters = {OURS},inet:localhost:3" in overrides
        assert postfix.write().out.startswith("Nothing to change")
        postfix.undo()
        assert postfix.state() == before

    def test_and_undone_after_an_edit(self, config):
        postfix = config(master="smtpd pass - - y - - smtpd\n  -o smtpd_milters=inet:localhost:3\n")
        postfix.write()
        with postfix.master.open("a") as master:
            master.write("discard unix - - y - - discard\n")
        postfix.undo()
        assert "smtpd/pass/smtpd_milters = inet:localhost:3" in postfix.postconf("-P")
        assert postfix.master.read_text().endswith("discard unix - - y - - discard\n")


class TestUnixSocket:
    def test_below_the_queue_directory_with_postfixs_group(self, config):
        postfix = config()
        said = postfix.setup("--socket", "unix")
        assert f"install -d -o frank -g postfix -m 2750 '{postfix.queue}/frank'" in said.out
        assert f'"unix:{postfix.queue}/frank/milter.sock"' in said.out and "chroot" in said.out
        assert not (postfix.queue / "frank").exists()
        postfix.write("--socket", "unix")
        made = (postfix.queue / "frank").stat()
        assert made.st_mode & 0o7777 == 0o2750
        assert made.st_gid == __import__("pwd").getpwnam("postfix").pw_gid
        assert postfix.value("non_smtpd_milters") == "unix:frank/milter.sock"
        postfix.undo("--socket", "unix")
        assert not (postfix.queue / "frank").exists()

    def test_not_before_frankd_is_told(self, config):
        postfix = config()
        before = postfix.state()
        said = postfix.setup("--write", "--socket", "unix", code=69)
        assert "not told to listen" in said.err and (postfix.queue / "frank").exists()
        assert postfix.state() == before

    def test_the_one_frankd_listens_on(self, config, frank):
        postfix = config()
        (frank.folder / "frank.conf").write_text(f'milter = {{ listen = [ "unix:{postfix.queue}/frank/milter.sock" ]; }};\n')
        out = postfix.setup("--config", "frank.conf").out
        assert "unix:frank/milter.sock" in out and "has to listen" not in out

    def test_one_out_of_sight_of_the_chroot_is_not_taken(self, config, frank):
        postfix = config()
        (frank.folder / "frank.conf").write_text('milter = { listen = [ "unix:/run/frank/milter.sock" ]; };\n')
        assert "unix:frank/milter.sock" in postfix.setup("--config", "frank.conf", "--socket", "unix").out

    def test_without_a_chroot_it_is(self, config, frank):
        postfix = config(chroot="n")
        (frank.folder / "frank.conf").write_text('milter = { listen = [ "unix:/run/frank/milter.sock" ]; };\n')
        assert "unix:/run/frank/milter.sock" in postfix.setup("--config", "frank.conf", "--socket", "unix").out

    def test_something_else_is_in_the_way(self, config):
        postfix = config()
        (postfix.queue / "frank").write_text("")
        postfix.write("--socket", "unix", code=74)


def test_written_only_when_frankd_answers(config, frank):
    postfix = config()
    with FakeMilter() as milter:
        (frank.folder / "frank.conf").write_text(f'milter = {{ listen = [ "{milter.address}" ]; }};\n')
        postfix.setup("--write", "--config", "frank.conf")
        assert len(milter.negotiated) == 1
    postfix.undo("--config", "frank.conf")
    before = postfix.state()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        (frank.folder / "frank.conf").write_text(f'milter = {{ listen = [ "inet:{closed.getsockname()[1]}@127.0.0.1" ]; }};\n')
        said = postfix.setup("--write", "--config", "frank.conf", code=69)
    assert "nobody listens" in said.err
    assert postfix.state() == before


def test_strange_listeners(config, frank):
    postfix = config()
    with socket.create_server(("127.0.0.1", 0)) as server:
        def talk():
            peer, _ = server.accept()
            with peer:
                peer.sendall(b"220 this is SMTP, not a milter\r\n")
                peer.recv(100)
        threading.Thread(target=talk, daemon=True).start()
        (frank.folder / "frank.conf").write_text(f'milter = {{ listen = [ "inet:{server.getsockname()[1]}@127.0.0.1" ]; }};\n')
        assert "no milter" in postfix.setup("--write", "--config", "frank.conf", code=69).err


def test_owner_and_permissions_stay(config):
    postfix = config("smtpd_milters = inet:localhost:1\n")
    os.chmod(postfix.main, 0o640)
    os.chown(postfix.main, 0, 4)
    before = postfix.state()
    postfix.write()
    assert (postfix.folder / "main.cf.frank-before").stat().st_mode & 0o7777 == 0o640
    postfix.undo()
    assert postfix.state() == before


def test_a_shell_reads_quotes_as_text(config):
    postfix = config("smtpd_milters = inet:it's:1;`id>pwned`;\"\n")
    commands = [line for line in postfix.setup().out.splitlines() if line.startswith("postconf")]
    subprocess.run(["/bin/sh", "-c", "PATH=$PATH:/usr/sbin; " + commands[0]], check=True, cwd=postfix.folder)
    assert not (postfix.folder / "pwned").exists()
    assert "smtpd_milters = inet:127.0.0.1:8891, inet:it's:1;`id>pwned`;\"\n" in postfix.main.read_text()


MISTAKES = {
    "no server": (64, []), "an unknown one": (64, ["exim"]), "two": (64, ["postfix", "sendmail"]), "both ways": (64, ["postfix", "--write", "--undo"]),
    "a socket of no kind": (64, ["postfix", "--socket", "tcp"]), "sendmail is not written": (64, ["sendmail", "--write"]),
    "no such folder": (78, ["postfix", "--config-dir", "/nonexistent"]), "no such configuration": (66, ["postfix", "--config", "missing.conf"]),
    "json": (64, ["postfix", "--json"]),
}


@pytest.mark.parametrize("code, arguments", MISTAKES.values(), ids=MISTAKES.keys())
def test_mistakes(frank, code, arguments):
    said = frank.run("setup", *arguments, code=code)
    assert said.out == "" and said.err


def test_a_broken_list_is_not_touched(config):
    postfix = config("smtpd_milters = { inet:localhost:1\n")
    before = postfix.state()
    postfix.write(code=None)
    assert postfix.state() == before


def test_no_postfix_here(frank):
    said = frank.run("setup", "postfix", code=None, env={"PATH": "/nonexistent", "MAIL_CONFIG": "/nonexistent"})
    assert said.code in (69, 78) and said.err


class TestSendmail:
    def test_lines(self, frank):
        said = frank.run("setup", "sendmail")
        assert "INPUT_MAIL_FILTER(`frank', `S=inet:8891@127.0.0.1, F=T, T=C:30s;S:30s;R:30s;E:5m')dnl" in said.lines

    def test_socket_and_failure_as_configured(self, frank):
        (frank.folder / "frank.conf").write_text('milter = { listen = [ "/run/frank/m.sock" ]; }; on_failure = "accept";\n')
        said = frank.run("setup", "sendmail", "--config", "frank.conf")
        assert "INPUT_MAIL_FILTER(`frank', `S=unix:/run/frank/m.sock, T=C:30s;S:30s;R:30s;E:5m')dnl" in said.lines
        (frank.folder / "frank.conf").write_text('milter = { listen = [ "inet6:8891@::" ]; };\n')
        assert "`S=inet6:8891@::1, F=T" in frank.run("setup", "sendmail", "--config", "frank.conf").out
