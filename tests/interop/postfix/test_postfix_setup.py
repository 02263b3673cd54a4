"""Day one: a Postfix that knows nothing of Frank, frank setup, mail, frank doctor, frank why, and back again."""
import contextlib
import json
import re
import subprocess

import pytest

from fakes.milter import FakeMilter
from harness.frankd import BUILD, Frankd
from rig.client import Client, Refused, message
from rig.postfix import Postfix
from rig.world import HELO, RECIPIENT, SENDER, ZONE, own_results


def frank(*arguments, code=0):
    done = subprocess.run([BUILD / "frank", *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


class Day:
    def __init__(self, postfix, frankd, sink):
        self.postfix, self.frankd, self.sink = postfix, frankd, sink

    def setup(self, *options, code=0):
        return frank("setup", "postfix", "--config-dir", self.postfix.config, "--config", self.frankd.conf, *options, code=code)

    def doctor(self, code=0):
        """The findings that are not well, by what they are about."""
        said = json.loads(frank("doctor", "--config-dir", self.postfix.config, "--config", self.frankd.conf, "--json", code=code))
        # What the machine of the tests is like is not what is tested.
        checks = [c for c in said["checks"] if c["check"] not in ("clock", "user", "name")]
        assert [c["health"] for c in checks if c["check"] == "resolver"] == ["warn"], "zone files are for tests"
        return [(c["check"], c["health"]) for c in checks if c["health"] != "ok" and c["check"] != "resolver"]

    def mail(self, address="192.0.2.1"):
        with Client(self.postfix.port, helo=HELO) as client:
            client.xclient(ADDR=address, NAME=HELO)
            client.send(SENDER, [RECIPIENT], message())
        return self.sink.next()

    def is_unseen(self):
        return self.mail().header("Authentication-Results") == []


@pytest.mark.parametrize("chroot", [False, True], ids=["open", "chroot"])
def test_inet(sink, chroot):
    with Frankd(ZONE) as frankd, FakeMilter() as other, Postfix([other.address], sink.port, chroot=chroot) as postfix:
        day = Day(postfix, frankd, sink)
        before = (postfix.config / "main.cf").read_bytes()
        assert day.is_unseen()
        assert ("postfix", "bad") in day.doctor(code=1)

        assert "Postfix was told to reload." in day.setup("--write")
        mail = day.mail()
        assert "spf=pass" in mail.header("Authentication-Results")[0]
        assert mail.header("X-Fake-Milter") == ["seen"], "the other milter still works"
        assert postfix.submit(SENDER, [RECIPIENT], message("Authentication-Results: mx.receiver.example; spf=pass")).returncode == 0
        assert all("spf=pass" not in value for value in sink.next().header("Authentication-Results")), "non_smtpd_milters"
        assert day.doctor() == []

        assert "Postfix was told to reload." in day.setup("--undo")
        assert (postfix.config / "main.cf").read_bytes() == before
        mail = day.mail()
        assert mail.header("Authentication-Results") == [] and mail.header("X-Fake-Milter") == ["seen"]


def test_unix_socket_in_the_chroot(sink):
    with contextlib.ExitStack() as stack:
        postfix = stack.enter_context(Postfix([], sink.port, chroot=True))
        folder = postfix.queue / "frank"
        frankd = Frankd(ZONE, sockets=[folder / "milter.sock"])
        day = Day(postfix, frankd, sink)
        day.setup("--write", "--socket", "unix", code=69)       # makes the folder; frankd does not answer yet
        assert folder.is_dir() and day.is_unseen()
        stack.enter_context(frankd)
        assert (folder / "milter.sock").stat().st_mode & 0o777 == 0o660
        day.setup("--write", "--socket", "unix")
        assert "unix:frank/milter.sock" in (postfix.config / "main.cf").read_text()
        assert "spf=pass" in own_results(day.mail())
        assert day.doctor() == []
        (folder / "milter.sock").chmod(0o600)
        assert day.doctor(code=1) == [("permissions", "bad")]


def test_while_frankd_is_away_mail_waits(sink):
    """Whatever the others are allowed to do."""
    with Frankd(ZONE) as frankd, Postfix([], sink.port, settings={"milter_default_action": "accept"}) as postfix:
        day = Day(postfix, frankd, sink)
        day.setup("--write")
        assert "spf=pass" in own_results(day.mail())
        frankd.kill()
        with pytest.raises(Refused) as no:
            day.mail()
        assert no.value.code in (421, 451)
        frankd.start()


def test_why_and_what_if_from_the_real_journal(sink):
    with Frankd(ZONE, rules='"monitor"') as frankd, Postfix([], sink.port) as postfix:
        day = Day(postfix, frankd, sink)
        day.setup("--write")
        good, forged = day.mail(), day.mail("203.0.113.9")
        queue_id = re.search(r"with ESMTP id (\S+?)[; ]", forged.header("Received")[0] + " ").group(1)
        frankd.journal(2)
        said = frank("why", queue_id, "--config", frankd.conf)
        assert f"queue {queue_id}" in said and "203.0.113.9" in said and "dmarc  fail" in said
        assert len(frank("why", SENDER, "--config", frankd.conf, "--json").splitlines()) == 2
        changed = json.loads(frank("what-if", "--rules", "standard", "--since", "1h", "--config", frankd.conf, "--json"))
        assert changed["messages"] == 2
        assert [(c["queue_id"], c["was"], c["would"]) for c in changed["changes"]] == [(queue_id, "accept", "reject")]
        assert "spf=pass" in own_results(good)

        # and that is what happens when those rules are turned on
        frankd.configure('"standard"')
        frankd.stop()
        frankd.start()
        with pytest.raises(Refused) as no:
            day.mail("203.0.113.9")
        assert no.value.code == 550
        frankd.journal(3)
        last = json.loads(frank("why", "203.0.113.9", "--config", frankd.conf, "--json").splitlines()[-1])
        assert last["verdict"]["disposition"] == "reject" and last["action"]["told"] == "reject"
        assert no.value.text.startswith("5.7.26")
