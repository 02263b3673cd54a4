"""What frankd does behind a mail server, whichever it is. Each server's own test file says where the world comes from."""
import concurrent.futures
import threading
import time

import pytest

from harness.sign import dkim_signed

from .client import Refused, message
from .world import BAD, GOOD, RECIPIENT, SENDER, is_ours, own_results

BIG_OCTETS = 30 * 1000 * 1000
PARALLEL = 200

# Spellings of our own name that a receiver could take for it, and names that are somebody else's (threats.md T31).
FORGED = [
    "Authentication-Results: mx.receiver.example; dmarc=pass header.from=sender.example",
    "authentication-results: MX.Receiver.Example; spf=pass smtp.mailfrom=sender.example",
    "AUTHENTICATION-RESULTS: mx.receiver.example 1; dkim=pass header.d=sender.example",
    "Authentication-Results:mx.receiver.example;spf=pass",
    "Authentication-Results: (a comment) mx.receiver.example (another); spf=pass",
    'Authentication-Results: "mx.receiver.example"; spf=pass',
    "Authentication-Results:\r\n mx.receiver.example;\r\n\tspf=pass smtp.mailfrom=sender.example",
    "Authentication-Results: mx.receiver.example.; spf=pass",
    "Authentication-Results: mx.receiver.example; spf=pass (" + "x" * 800 + ")\r\n" + "\r\n".join(" (" + "y" * 900 + ")" for _ in range(5)),
]
FOREIGN = [
    "Authentication-Results: other.example; spf=pass smtp.mailfrom=sender.example",
    "Authentication-Results: mx.receiver.example.evil.example; spf=fail smtp.mailfrom=sender.example",
    "Authentication-Results: notmx.receiver.example; none",
]


def refused(client, *transaction):
    with pytest.raises(Refused) as no:
        client.send(*transaction)
    client.smtp.rset()
    return no.value


class Standard:
    """Under rules = "standard". The class's world fixture has the key of sender.example."""

    def test_accepted_and_labelled(self, world):
        with world.client(GOOD) as client:
            client.send(SENDER, [RECIPIENT], message())
        mail = world.sink.next()
        results = own_results(mail)
        assert "spf=pass" in results and "smtp.mailfrom=" in results
        assert "dmarc=pass" in results and "header.from=sender.example" in results
        assert "iprev=pass" in results
        assert (mail.sender, mail.recipients) == (SENDER, [RECIPIENT])

    def test_signature_verifies(self, world, key):
        with world.client(GOOD) as client:
            client.send(SENDER, [RECIPIENT], dkim_signed(message(body="Two  words. \r\n\r\n"), key, "sender.example"))
        results = own_results(world.sink.next())
        assert "dkim=pass" in results and "header.d=sender.example" in results

    def test_signature_of_a_changed_body_fails(self, world, key):
        octets = dkim_signed(message(), key, "sender.example").replace(b"Hello.", b"Hallo.")
        with world.client(GOOD) as client:
            client.send(SENDER, [RECIPIENT], octets)
        assert "dkim=fail" in own_results(world.sink.next())

    def test_forgery_is_refused_after_data(self, world):
        with world.client(BAD) as client:
            no = refused(client, SENDER, [RECIPIENT], message())
        assert (no.stage, no.code) == ("DATA", 550)
        assert no.text.startswith("5.7.26") and "sender.example" in no.text
        assert world.sink.empty()

    def test_signature_saves_forwarded_mail(self, world, key):
        """SPF fails on the way home, DKIM survives."""
        with world.client(BAD) as client:
            client.send(SENDER, [RECIPIENT], dkim_signed(message(), key, "sender.example"))
        results = own_results(world.sink.next())
        assert "spf=fail" in results and "dkim=pass" in results and "dmarc=pass" in results

    def test_two_authors_are_refused(self, world):
        with world.client(GOOD) as client:
            no = refused(client, SENDER, [RECIPIENT], message("From: eve@evil.example", "From: alice@sender.example"))
        assert no.code == 550 and no.text.startswith("5.7.1")

    def test_unknown_is_deferred(self, world):
        with world.client(GOOD) as client:
            no = refused(client, "alice@broken.example", [RECIPIENT], message("From: alice@broken.example"))
        assert no.code == 451 and no.text.startswith("4.4.3")
        assert world.sink.empty()

    def test_quarantine_is_a_field(self, world):
        octets = message("From: alice@quarantined.example", "X-Frank-Disposition: none; reason=forged")
        with world.client(BAD) as client:
            client.send("alice@quarantined.example", [RECIPIENT], octets)
        mail = world.sink.next()
        marks = mail.header("X-Frank-Disposition")
        assert len(marks) == 1 and marks[0].startswith("quarantine")
        assert "dmarc=fail" in own_results(mail)

    def test_forged_fields_are_removed(self, world):
        mixed = [field for pair in zip(FORGED, FOREIGN + FOREIGN + FOREIGN) for field in pair]
        with world.client(GOOD) as client:
            client.send(SENDER, [RECIPIENT], message(*mixed, "X-Other: stays"))
        mail = world.sink.next()
        assert "dmarc=pass" in own_results(mail)
        others = [value for value in mail.header("Authentication-Results") if not is_ours(value)]
        assert others == [field.partition(": ")[2] for field in (FOREIGN * 3)[:len(FORGED)]]
        assert mail.header("X-Other") == ["stays"]

    @pytest.mark.parametrize("forged", FORGED, ids=range(len(FORGED)))
    def test_each_forged_spelling_alone(self, world, forged):
        with world.client(GOOD) as client:
            client.send(SENDER, [RECIPIENT], message(forged))
        own_results(world.sink.next())

    def test_messages_of_one_connection_do_not_mix(self, world, key):
        with world.client(BAD) as client:
            assert refused(client, SENDER, [RECIPIENT], message()).code == 550
            client.send("alice@plain.example", [RECIPIENT], message("From: alice@plain.example"))
            client.smtp.mail(SENDER)
            client.smtp.rset()
            client.send(SENDER, [RECIPIENT], dkim_signed(message(), key, "sender.example"))
            assert refused(client, SENDER, [RECIPIENT], message()).code == 550
            client.send("", [RECIPIENT], message("From: alice@plain.example"))
        first, second, third = (own_results(mail) for mail in world.sink.take(3))
        assert "plain.example" in first and "spf=fail" in first and "sender.example" not in first.replace("mail.sender.example", "")
        assert "dkim=pass" in second and "dmarc=pass" in second
        assert "dkim=none" in third or "dkim=" not in third

    def test_thirty_megabytes(self, world, key):
        line = "The quick brown fox jumps over the lazy dog, again and again and again. 0123\r\n"
        octets = dkim_signed(message(body=line * (BIG_OCTETS // len(line))), key, "sender.example")
        with world.client(GOOD) as client:
            client.send(SENDER, [RECIPIENT], octets)
        mail = world.sink.next(60)
        assert "dkim=pass" in own_results(mail)
        assert len(mail.octets) >= BIG_OCTETS * 0.99

    def test_parallel_clients(self, world):
        """All connected at once, half of them forgers; each gets its own answer."""
        together = threading.Barrier(PARALLEL)

        def one(number):
            with world.client(BAD if number % 2 else GOOD) as client:
                together.wait(120)
                recipient = f"bob{number}@receiver.example"
                if number % 2:
                    return refused(client, SENDER, [recipient], message()).code
                client.send(SENDER, [recipient], message())
                return 250

        with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
            codes = list(pool.map(one, range(PARALLEL)))
        assert codes == [550 if number % 2 else 250 for number in range(PARALLEL)]
        mails = world.sink.take(PARALLEL // 2)
        assert sorted(mail.recipients[0] for mail in mails) == sorted(f"bob{number}@receiver.example" for number in range(0, PARALLEL, 2))
        assert all("dmarc=pass" in own_results(mail) for mail in mails)

    def test_a_client_that_leaves_in_mid_message(self, world):
        with world.client(GOOD) as client:
            client.smtp.mail(SENDER)
            client.smtp.rcpt(RECIPIENT)
            client.command("DATA", 354)
            client.smtp.send(message()[:120])
            client.smtp.close()
        assert world.sink.empty()
        with world.client(GOOD) as client:
            client.send(SENDER, [RECIPIENT], message())
        own_results(world.sink.next())

    def test_a_pause_is_no_time_out(self, world, key):
        """Deadlines run from the question: a client that thinks longer than DNS may take changes no result."""
        octets = dkim_signed(message(), key, "sender.example")
        with world.client(GOOD) as client:
            client.smtp.mail(SENDER)
            client.smtp.rcpt(RECIPIENT)
            time.sleep(9)
            client.smtp.data(octets)
        results = own_results(world.sink.next())
        assert "spf=pass" in results and "dkim=pass" in results

    def test_local_mail_is_exempt(self, world):
        """sendmail -bs: no client, so nobody to check; forged fields go all the same."""
        world.mta.submit_smtp(SENDER, [RECIPIENT], message(FORGED[0], FOREIGN[0]))
        mail = world.sink.next()
        values = mail.header("Authentication-Results")
        assert FOREIGN[0].partition(": ")[2] in values
        assert FORGED[0].partition(": ")[2] not in values


class Early:
    """Under a rule that needs nothing but SPF."""

    RULES = '( { name = "spf-fail"; when = [ "spf = fail" ]; action = "reject"; } )'

    def test_refused_before_data(self, world):
        with world.client(BAD) as client:
            no = refused(client, SENDER, [RECIPIENT], message())
        assert no.stage in ("MAIL", "RCPT") and no.code == 550
        assert no.text.startswith("5.7.23") and "sender.example" in no.text
        assert world.sink.empty()

    def test_the_others_pass(self, world):
        with world.client(GOOD) as client:
            client.send(SENDER, [RECIPIENT, "carol@receiver.example"], message())
        assert "spf=pass" in own_results(world.sink.next())


class Hold:
    """With quarantine = "hold": the server keeps the message."""

    MORE = 'quarantine = "hold";'

    def test_held(self, world):
        with world.client(BAD) as client:
            client.send("alice@quarantined.example", [RECIPIENT], message("From: alice@quarantined.example"))
        assert world.sink.empty()
        assert len(world.mta.held()) == 1


class Restart:
    """frankd goes and comes back."""

    def test_without_frankd_mail_waits(self, world):
        world.frankd.kill()
        with world.client(GOOD) as client:
            assert refused(client, SENDER, [RECIPIENT], message()).code in (421, 451)
        world.frankd.start()
        with world.client(GOOD) as client:
            client.send(SENDER, [RECIPIENT], message())
        assert "spf=pass" in own_results(world.sink.next())

    def test_reload_between_messages(self, world):
        with world.client(BAD) as old:
            assert refused(old, SENDER, [RECIPIENT], message()).code == 550
            world.frankd.configure('"monitor"')
            world.frankd.reload()
            self.wait_for_new_rules(world)
            assert refused(old, SENDER, [RECIPIENT], message()).code == 550, "a session keeps the configuration it began with"

    def wait_for_new_rules(self, world, seconds=10):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                with world.client(BAD) as client:
                    client.send(SENDER, [RECIPIENT], message())
                return
            except Refused:
                time.sleep(0.1)
        raise AssertionError(f"new sessions still follow the old rules {seconds} s after SIGHUP")
