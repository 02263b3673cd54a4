"""The rig itself: a real Postfix, with a fake milter in frankd's place, does what the other tests rely on."""
import time

import pytest

from fakes.milter import FakeMilter
from rig.client import Client, Refused, message
from rig.postfix import Postfix

SENDER, RECIPIENT = "alice@sender.example", "bob@receiver.example"


@pytest.fixture(scope="module", params=[False, True], ids=["open", "chroot"])
def postfix(request, module_sink, module_fake_milter):
    with Postfix([module_fake_milter.address], module_sink.port, chroot=request.param) as server:
        yield server


def test_accepts_and_adds_at_the_top(postfix, sink, fake_milter):
    with Client(postfix.port) as client:
        client.send(SENDER, [RECIPIENT], message())
    mail = sink.next()
    assert (mail.sender, mail.recipients) == (SENDER, [RECIPIENT])
    assert mail.header("X-Fake-Milter") == ["seen"]
    assert mail.field_names()[:2] == ["x-fake-milter", "received"]
    assert fake_milter.negotiated[0].version == 6
    assert fake_milter.commands().startswith("OCHMRT")


def test_each_answer(postfix, sink):
    with Client(postfix.port) as client:
        for recipient, code in (("reject@receiver.example", 550), ("tempfail@receiver.example", 451)):
            with pytest.raises(Refused) as no:
                client.send(SENDER, [recipient], message())
            assert (no.value.stage, no.value.code) == ("RCPT", code)
            client.smtp.rset()
        for demand, code in (("reject", 550), ("tempfail", 451), ("reply 554 5.7.1 asked for", 554)):
            with pytest.raises(Refused) as no:
                client.send(SENDER, [RECIPIENT], message(f"X-Demand: {demand}"))
            assert (no.value.stage, no.value.code) == ("DATA", code)
        client.send(SENDER, [RECIPIENT], message("X-Demand: discard"))
    assert sink.empty()


def test_quarantine_holds(postfix, sink):
    with Client(postfix.port) as client:
        client.send(SENDER, [RECIPIENT], message("X-Demand: quarantine"))
    assert sink.empty()
    assert len(postfix.held()) == 1


def test_strips_every_field_of_a_name(postfix, sink):
    with Client(postfix.port) as client:
        client.send(SENDER, [RECIPIENT], message("X-Forged: 1", "x-forged: 2", "X-Demand: strip X-Forged", "X-FORGED: 3"))
    assert sink.next().header("X-Forged") == []


def test_xclient_is_believed(postfix, sink, fake_milter):
    with Client(postfix.port, helo="mail.sender.example") as client:
        client.xclient(ADDR="192.0.2.7", NAME="mail.sender.example", LOGIN="alice")
        client.send(SENDER, [RECIPIENT], message())
    assert "mail.sender.example" in sink.next().header("Received")[0]
    connects = [heard.data for heard in fake_milter.log if heard.command == "C"]
    assert connects[-1].endswith(b"192.0.2.7\0") and connects[-1].startswith(b"mail.sender.example\0")
    assert [h.macros.get("{auth_authen}") for h in fake_milter.log if h.command == "M"] == ["alice"]


def test_several_messages_on_one_connection_are_one_session(postfix, sink, fake_milter):
    with Client(postfix.port) as client:
        for number in range(3):
            client.send(SENDER, [f"bob{number}@receiver.example"], message())
    assert len(sink.take(3)) == 3
    assert fake_milter.commands().count("C") == 1 and fake_milter.commands().count("E") == 3


def test_local_submission_reaches_the_milter(postfix, sink, fake_milter):
    said = postfix.submit(SENDER, [RECIPIENT], message())
    assert said.returncode == 0, said.stderr
    assert sink.next().header("X-Fake-Milter") == ["seen"]
    assert postfix.submit_smtp(SENDER, [RECIPIENT], message()).startswith("250 2.0.0 Ok")
    assert sink.next().header("X-Fake-Milter") == ["seen"]


def test_postfix_gives_up_on_a_milter_that_is_late(sink, fake_milter):
    with Postfix([fake_milter.address], sink.port, settings={"milter_content_timeout": "2s"}) as server, Client(server.port) as client:
        started = time.monotonic()
        with pytest.raises(Refused) as no:
            client.send(SENDER, [RECIPIENT], message("X-Demand: sleep 6"))
        assert no.value.code == 451
        assert 1.5 < time.monotonic() - started < 5.5


def test_a_socket_inside_the_chroot(sink):
    with Postfix(["unix:frank/milter.sock"], sink.port, chroot=True) as server:
        (server.queue / "frank").mkdir()
        with FakeMilter(str(server.queue / "frank/milter.sock")), Client(server.port) as client:
            client.send(SENDER, [RECIPIENT], message())
        assert sink.next().header("X-Fake-Milter") == ["seen"]
