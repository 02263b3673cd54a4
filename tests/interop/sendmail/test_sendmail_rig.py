"""The rig itself: a real Sendmail, with a fake milter in frankd's place, does what the other tests rely on."""
import time

import pytest

from rig.client import Client, Refused, message
from rig.sendmail import Sendmail

SENDER, RECIPIENT = "alice@sender.example", "bob@receiver.example"


@pytest.fixture(scope="module")
def sendmail(module_sink, module_fake_milter):
    with Sendmail(module_fake_milter.address, module_sink.port) as server:
        yield server


def test_accepts_and_adds(sendmail, sink, fake_milter):
    with Client(sendmail.port, source="127.0.0.7") as client:
        client.send(SENDER, [RECIPIENT], message())
    mail = sink.next()
    assert (mail.sender, mail.recipients) == (SENDER, [RECIPIENT])
    assert mail.header("X-Fake-Milter") == ["seen"]
    assert mail.field_names()[:2] == ["x-fake-milter", "received"]
    assert fake_milter.negotiated[-1].version == 6
    # Whoever looked if the port answers may be told of late, too.
    connects = [heard.data for heard in fake_milter.log if heard.command == "C"]
    assert any(data.endswith(b"127.0.0.7\0") for data in connects)


def test_each_answer(sendmail, sink):
    with Client(sendmail.port) as client:
        for recipient, code in (("reject@receiver.example", 550), ("tempfail@receiver.example", 451)):
            with pytest.raises(Refused) as no:
                client.send(SENDER, [recipient], message())
            assert (no.value.stage, no.value.code) == ("RCPT", code)
            client.smtp.rset()
        for demand, code in (("reject", 554), ("tempfail", 451), ("reply 554 5.7.1 asked for", 554)):
            with pytest.raises(Refused) as no:
                client.send(SENDER, [RECIPIENT], message(f"X-Demand: {demand}"))
            assert (no.value.stage, no.value.code) == ("DATA", code)
        client.send(SENDER, [RECIPIENT], message("X-Demand: discard"))
    assert sink.empty()


def test_quarantine_holds(sendmail, sink):
    with Client(sendmail.port) as client:
        client.send(SENDER, [RECIPIENT], message("X-Demand: quarantine"))
    assert sink.empty()
    assert len(sendmail.held()) == 1


def test_strips_every_field_of_a_name(sendmail, sink):
    with Client(sendmail.port) as client:
        client.send(SENDER, [RECIPIENT], message("X-Forged: 1", "x-forged: 2", "X-Demand: strip X-Forged", "X-FORGED: 3"))
    assert sink.next().header("X-Forged") == []


def test_several_messages_on_one_connection_are_one_session(sendmail, sink, fake_milter):
    with Client(sendmail.port) as client:
        for number in range(3):
            client.send(SENDER, [f"bob{number}@receiver.example"], message())
    assert len(sink.take(3)) == 3
    assert fake_milter.commands().count("C") == 1 and fake_milter.commands().count("E") == 3


def test_local_submission_reaches_the_milter(sendmail, sink):
    assert sendmail.submit_smtp(SENDER, [RECIPIENT], message()).startswith("250 2.0.0")
    assert sink.next().header("X-Fake-Milter") == ["seen"]


def test_sendmail_gives_up_on_a_milter_that_is_late(sink, fake_milter):
    with Sendmail(fake_milter.address, sink.port, time_outs="C:5s;S:2s;R:2s;E:10s") as server, Client(server.port) as client:
        started = time.monotonic()
        with pytest.raises(Refused) as no:
            client.send(SENDER, [RECIPIENT], message("X-Demand: sleep 6"))
        assert no.value.code == 451
        assert 1.5 < time.monotonic() - started < 5.5
