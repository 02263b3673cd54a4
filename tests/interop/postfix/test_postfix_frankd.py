"""frankd behind a real Postfix."""
import contextlib
import socket
import time

import pytest

from harness.frankd import Frankd
from rig import behaviour
from rig.client import message
from rig.postfix import Postfix
from rig.world import BAD, GOOD, RECIPIENT, SENDER, World, ZONE, own_results


@pytest.fixture(scope="class")
def built_world(request, module_sink, key):
    with World("postfix", module_sink, key, **getattr(request.cls, "WORLD", {})) as built:
        yield built


@pytest.fixture
def world(built_world, sink):
    return built_world


class TestStandard(behaviour.Standard):
    def test_dropped_mail_is_exempt(self, world):
        """sendmail -i: postdrop and pickup, then Postfix's simulated session."""
        said = world.mta.submit(SENDER, [RECIPIENT], message(behaviour.FORGED[0]))
        assert said.returncode == 0, said.stderr
        assert behaviour.FORGED[0].partition(": ")[2] not in world.sink.next().header("Authentication-Results")

    def test_travelling_user_with_auth(self, world):
        with world.client(BAD, LOGIN="alice") as client:
            client.send(SENDER, [RECIPIENT], message())
        assert "auth=pass" in own_results(world.sink.next())

    def test_client_of_unknown_family(self, world):
        with world.client(GOOD, ADDR="[UNAVAILABLE]", NAME="[UNAVAILABLE]") as client:
            client.send("alice@plain.example", [RECIPIENT], message("From: alice@plain.example"))
        assert "spf=pass" not in own_results(world.sink.next())

    def test_client_over_ipv6(self, world):
        with world.client(GOOD, ADDR="IPV6:2001:db8::1") as client:
            client.send(SENDER, [RECIPIENT], message())
        assert "spf=pass" in own_results(world.sink.next())
        with world.client(BAD, ADDR="IPV6:2001:db8::2") as client:
            assert behaviour.refused(client, SENDER, [RECIPIENT], message()).code == 550

    def test_international_mail(self, world):
        octets = message("From: Jos\u00e9 <jos\u00e9@sender.example>", "Subject: \u00fcber")
        with world.client(GOOD) as client:
            client.smtp.command_encoding = "utf-8"
            client.send("jos\u00e9@sender.example", [RECIPIENT], octets, options=["SMTPUTF8", "BODY=8BITMIME"])
        assert "spf=pass" in own_results(world.sink.next())


class TestEarly(behaviour.Early):
    WORLD = {"frankd": {"rules": behaviour.Early.RULES}}


class TestHold(behaviour.Hold):
    WORLD = {"frankd": {"more": behaviour.Hold.MORE}}


class TestRestart(behaviour.Restart):
    pass


@pytest.mark.parametrize("version", [2, 3, 4, 6])
def test_every_protocol_version(sink, version):
    with World("postfix", sink, settings={"milter_protocol": version}) as world:
        with world.client(GOOD) as client:
            client.send(SENDER, [RECIPIENT], message("Subject:   three blanks"))
        assert "dmarc=pass" in own_results(sink.next())
        with world.client(BAD) as client:
            assert behaviour.refused(client, SENDER, [RECIPIENT], message()).code == 550


def test_socket_inside_the_chroot(sink):
    """As Debian runs smtpd and cleanup: the socket has to be below the queue directory, and the postfix user to be let in."""
    with contextlib.ExitStack() as stack:
        postfix = Postfix(["unix:frank/milter.sock"], sink.port, chroot=True)
        folder = postfix.queue / "frank"
        folder.mkdir()
        folder.chmod(0o777)
        frankd = stack.enter_context(Frankd(ZONE, sockets=[folder / "milter.sock"]))
        (folder / "milter.sock").chmod(0o666)
        stack.enter_context(postfix)
        world = World.__new__(World)
        world.addresses, world.mta, world.frankd = {GOOD: "192.0.2.1"}, postfix, frankd
        with world.client(GOOD) as client:
            client.send(SENDER, [RECIPIENT], message())
        assert "spf=pass" in own_results(sink.next())


def sockets_of_one_port():
    """UDP and TCP: a port that is free for one may be taken for the other."""
    for _ in range(50):
        udp, tcp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket()
        try:
            tcp.bind(("127.0.0.1", 0))
            udp.bind(tcp.getsockname())
        except OSError:
            udp.close()
            tcp.close()
        else:
            return udp, tcp
    raise AssertionError("no port is free for both")


@pytest.fixture
def silent_resolver():
    """A name server that never answers, over UDP and TCP."""
    udp, tcp = sockets_of_one_port()
    with udp, tcp:
        tcp.listen()
        yield f"127.0.0.1:{udp.getsockname()[1]}"


def test_postfix_does_not_time_out_while_dns_is_silent(sink, silent_resolver):
    """Frank answers before Postfix loses patience (here 15 s a command), says so, and asks to come again."""
    patience = {"milter_command_timeout": "15s", "milter_content_timeout": "15s"}
    frankd = {"dns": f'resolver = [ "{silent_resolver}" ];', "rules": '"monitor"'}
    with World("postfix", sink, frankd=frankd, settings=patience) as world:
        started = time.monotonic()
        with world.client(GOOD) as client:
            client.send(SENDER, [RECIPIENT], message())
        assert time.monotonic() - started < 25
        results = own_results(sink.next())
        assert "spf=temperror" in results and "pass" not in results
        world.frankd.configure('"standard"')
        world.frankd.reload()
        time.sleep(2)
        with world.client(GOOD) as client:
            no = behaviour.refused(client, SENDER, [RECIPIENT], message())
        assert no.code == 451 and no.text.startswith("4.4.3")
    assert "timeout" not in world.mta.last_log.lower()
