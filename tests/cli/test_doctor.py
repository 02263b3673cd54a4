"""frank doctor: each thing that can be wrong is said, with what to do about it."""
import os
import pathlib
import pwd
import shutil
import socket
import sys
import threading

import pytest

sys.path.append(str(pathlib.Path(__file__).parents[1]))
from fakes.milter import FakeMilter  # noqa: E402
from test_setup import POSTCONF, Config  # noqa: E402

HEALTH = ["ok", "warn", "bad"]
with_postfix = pytest.mark.skipif(not os.path.exists(POSTCONF), reason="Postfix is not installed (tools/setup interop)")


class NameServer:
    """Answers every question over UDP in one way."""

    def __init__(self, answer):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.answer = answer

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.socket.close()

    def serve(self):
        try:
            while True:
                question, peer = self.socket.recvfrom(512)
                end = question.index(b"\0", 12) + 5
                said = self.answer(question, end)
                if said:
                    self.socket.sendto(said, peer)
        except OSError:
            pass


def ns_answer(question, end):
    """ORG's name servers; for any other question no data."""
    is_ns = question[end - 4:end - 2] == b"\0\2"
    head = question[:2] + b"\x81\x80\0\1" + (b"\0\1" if is_ns else b"\0\0") + b"\0\0\0\0"
    return head + question[12:end] + (b"\xc0\x0c\0\2\0\1\0\0\0\x3c\0\6\1a\2ns\0" if is_ns else b"")


def nxdomain(question, end):
    return question[:2] + b"\x81\x83\0\1\0\0\0\0\0\0" + question[12:end]


class Patient:
    """A host to look at: what is configured, and what was found."""

    def __init__(self, frank):
        self.frank, self.conf = frank, frank.folder / "frank.conf"
        (frank.folder / "log").mkdir()
        self.journal = frank.folder / "log/journal"
        # tests run as root: the folders above must let the user frankd runs as through
        for above in [frank.folder, *frank.folder.parents]:
            if str(above).startswith("/tmp/"):
                above.chmod(0o755)
        os.chown(frank.folder / "log", pwd.getpwnam("nobody").pw_uid, -1)
        self.user = "nobody"

    def any_postfix(self):
        """Some Postfix that is not what is looked at."""
        folder = self.frank.folder / "postfix"
        if not folder.exists():
            Config(self.frank)
        return str(folder)

    def examine(self, text="", *options):
        self.conf.write_text(f'journal = {{ file = "{self.journal}"; }};\nprocess = {{ user = "{self.user}"; }};\n{text}')
        return self.look("--config", "frank.conf", *options)

    def look(self, *options):
        if "--resolver" not in options and "--zone" not in options:
            options = (*options, "--zone", os.devnull)
        if "--config-dir" not in options:
            options = (*options, "--config-dir", self.any_postfix())
        said = self.frank.run("doctor", "--json", *options, code={0, 1})
        found = said.json
        assert said.code == (1 if found["health"] == "bad" else 0)
        assert found["health"] == max((c["health"] for c in found["checks"]), key=HEALTH.index)
        for check in found["checks"]:
            assert check["health"] in HEALTH and check["text"]
            assert check["health"] == "ok" or check.get("repair"), check
        return found["checks"]


def of(checks, name):
    return [(c["health"], c["text"]) for c in checks if c["check"] == name]


@pytest.fixture
def patient(frank):
    return Patient(frank)


def test_all_checks_are_there_and_fit_80_columns(patient):
    checks = patient.examine()
    assert [c["check"] for c in checks][:6] == ["clock", "configuration", "name", "user", "journal", "resolver"]
    said = patient.frank.run("doctor", "--config", "frank.conf", "--zone", os.devnull, "--config-dir", "postfix", code=1)
    assert said.lines[0].split()[1] == "clock"
    assert all(len(line) <= 80 or len(line.split()[-1]) > 58 for line in said.lines), said.out
    assert any(line.strip().startswith("->") for line in said.lines)


class TestConfiguration:
    def test_good(self, patient):
        assert of(patient.examine(), "configuration") == [("ok", "frank.conf")]

    @pytest.mark.parametrize("text", ["rules = (;", 'rules = "sloppy";', "frobnicate = 1;", 'milter = { listen = [ "tcp:25" ]; };',
                                      'dns = { zone = ["a"]; resolver = ["127.0.0.1"]; };'])
    def test_bad(self, patient, text):
        checks = patient.examine(text)
        (health, said), = of(checks, "configuration")
        assert health == "bad" and "frank.conf" in said
        assert [c["check"] for c in checks] == ["clock", "configuration"], "nothing is said about what is not known"

    def test_missing(self, patient):
        assert of(patient.look("--config", "missing.conf"), "configuration")[0][0] == "bad"


class TestName:
    def test_given(self, patient):
        assert of(patient.examine('authserv_id = "mx.receiver.example";'), "name") == [("ok", "results are signed mx.receiver.example")]


class TestUser:
    def test_there(self, patient):
        assert of(patient.examine(), "user")[0][0] == "warn", "nobody is for those who have no user frank"
        patient.user = "daemon"
        assert of(patient.examine(), "user") == [("ok", "frankd runs as daemon")]

    def test_missing(self, patient):
        patient.user = "nosuchuser"
        assert of(patient.examine(), "user")[0][0] == "bad"


class TestJournal:
    def test_to_be_made(self, patient):
        assert of(patient.examine(), "journal")[0] == ("ok", f"{patient.journal} can be written by nobody")

    def test_there(self, patient):
        patient.journal.write_text("")
        os.chown(patient.journal, pwd.getpwnam("nobody").pw_uid, -1)
        assert of(patient.examine(), "journal")[0][0] == "ok"

    def test_somebody_elses(self, patient):
        patient.journal.write_text("")
        patient.journal.chmod(0o640)
        assert of(patient.examine(), "journal")[0][0] == "bad"

    def test_folder_of_somebody_else(self, patient):
        os.chown(patient.journal.parent, 0, 0)
        (health, said), = of(patient.examine(), "journal")[:1]
        assert health == "bad" and f"because of {patient.journal.parent}" in said

    def test_a_link_is_not_written_into(self, patient):
        patient.journal.symlink_to("/dev/null")
        (health, said), = of(patient.examine(), "journal")[:1]
        assert health == "bad" and "is a link" in said

    def test_folder_above_is_closed(self, patient):
        patient.frank.folder.chmod(0o700)
        (health, said), = of(patient.examine(), "journal")[:1]
        assert health == "bad" and said.endswith(f"because of {patient.frank.folder}")

    def test_by_group(self, patient):
        os.chown(patient.journal.parent, 0, pwd.getpwnam("nobody").pw_gid)
        patient.journal.parent.chmod(0o770)
        assert of(patient.examine(), "journal")[0][0] == "ok"
        # the owner's permissions count for the owner, whatever the group may do
        os.chown(patient.journal.parent, pwd.getpwnam("nobody").pw_uid, -1)
        patient.journal.parent.chmod(0o570)
        assert of(patient.examine(), "journal")[0][0] == "bad"

    def test_no_folder(self, patient):
        shutil.rmtree(patient.journal.parent)
        assert "does not exist" in of(patient.examine(), "journal")[0][1]

    def test_none_wanted(self, patient):
        patient.journal = ""
        assert of(patient.examine(), "journal")[0][0] == "warn"


class TestResolver:
    def test_answers(self, patient):
        with NameServer(ns_answer) as server:
            (health, said), = of(patient.examine("", "--resolver", server.address), "resolver")
        assert health == "ok" and said.startswith("the name server on this host: answers in")

    def test_of_the_configuration(self, patient):
        with NameServer(ns_answer) as server:
            patient.conf.write_text(f'dns = {{ resolver = [ "{server.address}" ]; }};')
            said = patient.frank.run("doctor", "--config", "frank.conf", "--config-dir", "/nonexistent", "--json", code={0, 1}).json
        assert of(said["checks"], "resolver")[0][0] == "ok"

    def test_says_nothing(self, patient):
        with NameServer(lambda *_: None) as server:
            (health, said), = of(patient.examine("", "--resolver", server.address, "--timeout", "1"), "resolver")
        assert health == "bad" and "timeout" in said

    def test_fails(self, patient):
        with NameServer(lambda q, end: q[:2] + b"\x81\x82\0\1\0\0\0\0\0\0" + q[12:end]) as server:
            assert of(patient.examine("", "--resolver", server.address, "--timeout", "2"), "resolver")[0][0] == "bad"

    def test_knows_another_world(self, patient):
        with NameServer(nxdomain) as server:
            assert of(patient.examine("", "--resolver", server.address), "resolver")[0][0] == "warn"

    def test_files(self, patient):
        assert of(patient.examine(f'dns = {{ zone = [ "{os.devnull}" ]; }};'), "resolver")[0] == ("warn", "all answers come from zone files")


class TestLists:
    LISTS = 'methods = {{ dnslist = {{ lists = ( {{ name = "good"; zone = "good.test"; ipv6 = false; }}, {{ name = "dead"; zone = "dead.test"; }} ); }}; }};{}'

    def test_in_order_and_not(self, patient):
        zone = patient.frank.zone("2.0.0.127.good.test. A 127.0.0.2", "*.dead.test. A 203.0.113.1")
        checks = patient.examine(self.LISTS.format(""), "--zone", str(zone))
        assert of(checks, "dnslist.good") == [("ok", "the list is in order")]
        assert of(checks, "dnslist.dead") == [("warn", "list broken: it answers 203.0.113.1, which is outside 127.0.0.0/8")]
        assert of(checks, "lists") == []

    def test_none(self, patient):
        assert [c for c in patient.examine() if "list" in c["check"]] == []


class TestSockets:
    def test_answers(self, patient):
        with FakeMilter() as milter:
            assert of(patient.examine(f'milter = {{ listen = [ "{milter.address}" ]; }};'), "socket") == \
                [("ok", f"{milter.address}: frankd answers, milter version 6")]

    def test_nobody(self, patient):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            found = of(patient.examine(f'milter = {{ listen = [ "inet:{closed.getsockname()[1]}@127.0.0.1", "unix:/nonexistent/x" ]; }};'), "socket")
        assert [h for h, _ in found] == ["bad", "bad"]
        assert "nobody listens" in found[0][1] and "no such socket" in found[1][1]

    def test_somebody_else(self, patient):
        with socket.create_server(("127.0.0.1", 0)) as server:
            def talk():
                for _ in range(2):
                    peer, _ = server.accept()
                    peer.close()
            threading.Thread(target=talk, daemon=True).start()
            assert "no milter" in of(patient.examine(f'milter = {{ listen = [ "inet:{server.getsockname()[1]}@127.0.0.1" ]; }};'), "socket")[0][1]

    def test_hangs(self, patient):
        with socket.create_server(("127.0.0.1", 0)) as server:
            (health, said), = of(patient.examine(f'milter = {{ listen = [ "inet:{server.getsockname()[1]}@127.0.0.1" ]; }};'), "socket")
        assert health == "bad" and "does not answer" in said


@with_postfix
class TestPostfix:
    LISTEN = 'milter = { listen = [ "inet:8891@127.0.0.1", "unix:/run/nosuch/frank.sock" ]; };\n'

    def examine(self, patient, main, more="", **kinds):
        postfix = Config(patient.frank, main, **kinds)
        return patient.examine(self.LISTEN + more, "--config-dir", str(postfix.folder))

    def test_not_told(self, patient):
        assert ("bad", "it does not use frankd: smtpd_milters = inet:localhost:1") in of(self.examine(patient, "smtpd_milters = inet:localhost:1\n"), "postfix")

    def test_told(self, patient):
        checks = self.examine(patient, "smtpd_milters = inet:localhost:8891, inet:localhost:1\nnon_smtpd_milters = $smtpd_milters\n")
        assert of(checks, "postfix") == [("ok", "it uses frankd at inet:localhost:8891")]

    WRONG = {
        "second": ("smtpd_milters = inet:localhost:1, inet:127.0.0.1:8891\n", "warn", "comes before frankd"),
        "twice": ("smtpd_milters = inet:127.0.0.1:8891, inet:localhost:8891\n", "warn", "twice"),
        "local mail is not": ("smtpd_milters = inet:127.0.0.1:8891\n", "warn", "non_smtpd_milters"),
        "let pass": ("smtpd_milters = inet:127.0.0.1:8891\nmilter_default_action = accept\n", "warn", "default_action = accept"),
        "let pass by its own option": ("smtpd_milters = { inet:127.0.0.1:8891, default_action = accept }\n", "warn", "default_action = accept"),
        "refused for good": ("smtpd_milters = { inet:127.0.0.1:8891, default_action=reject }\n", "bad", "default_action = reject"),
        "old protocol": ("smtpd_milters = inet:127.0.0.1:8891\nmilter_protocol = 2\n", "warn", "protocol 2"),
        "hurried": ("smtpd_milters = inet:127.0.0.1:8891\nmilter_command_timeout = 3s\n", "warn", "command_timeout is 3 s"),
        "hurried at the end": ("smtpd_milters = { inet:127.0.0.1:8891, content_timeout=20 }\n", "warn", "content_timeout is 20 s"),
        "switched off": ("smtpd_milters = inet:127.0.0.1:8891\nreceive_override_options = no_milters\n", "bad", "no_milters in main.cf"),
        "braces": ("smtpd_milters = { inet:127.0.0.1:8891\n", "bad", "cannot be read"),
    }

    @pytest.mark.parametrize("main, health, said", WRONG.values(), ids=WRONG.keys())
    def test_wrong(self, patient, main, health, said):
        assert any(h == health and said in text for h, text in of(self.examine(patient, main), "postfix"))

    def test_passing_is_what_frankd_is_told_too(self, patient):
        checks = self.examine(patient, "smtpd_milters = inet:127.0.0.1:8891\nmilter_default_action = accept\n", 'on_failure = "accept";\n')
        assert not any("default_action" in text for _, text in of(checks, "postfix"))

    def test_a_front_door_of_its_own(self, patient):
        master = "smtpd pass - - y - - smtpd\n -o smtpd_milters=\n25 inet n - y - - smtpd\n -o receive_override_options=no_milters\nsubmission inet n - y - - smtpd\n -o smtpd_milters=\n"
        found = of(self.examine(patient, "smtpd_milters = inet:127.0.0.1:8891\nnon_smtpd_milters = $smtpd_milters\n", master=master), "postfix")
        assert ("bad", "smtpd/pass has smtpd_milters of its own, without frankd: none") in found
        assert ("bad", "25/inet has no_milters: mail from outside does not pass frankd") in found
        assert not any("submission" in text for _, text in found)

    @pytest.mark.parametrize("chroot, health", [("y", "bad"), ("n", "ok")])
    def test_a_socket_outside_the_chroot(self, patient, chroot, health):
        checks = self.examine(patient, "smtpd_milters = unix:/run/nosuch/frank.sock\n", chroot=chroot)
        assert [h for h, _ in of(checks, "chroot")] == [health]

    def test_unix_permissions(self, patient):
        postfix = Config(patient.frank, "smtpd_milters = unix:frank/m.sock\nnon_smtpd_milters = $smtpd_milters\n")
        folder = postfix.queue / "frank"
        folder.mkdir()
        with FakeMilter(str(folder / "m.sock")):
            text = f'milter = {{ listen = [ "unix:{folder}/m.sock" ]; }};\n'

            def permissions():
                return of(patient.examine(text, "--config-dir", str(postfix.folder)), "permissions")
            assert permissions()[0] == ("ok", f"unix:{folder}/m.sock: postfix may connect")
            (folder / "m.sock").chmod(0o600)
            assert permissions()[0][0] == "bad"
            (folder / "m.sock").chmod(0o660)
            os.chown(folder / "m.sock", -1, pwd.getpwnam("postfix").pw_gid)
            assert permissions()[0][0] == "ok"
            folder.chmod(0o700)
            assert permissions()[0] == ("bad", f"unix:{folder}/m.sock: postfix may not connect, because of {folder}")


def test_usage(frank):
    frank.run("doctor", "what", code=64)
