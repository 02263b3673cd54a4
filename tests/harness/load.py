"""Mail in quantity: clients that know what each answer must be, and keep count of every one they did not expect.

    with Load(frankd.address, clients=8) as load:
        ... kill, reload ...
    load.wrong == []            answers nobody may give, whatever happens to frankd
    load.answered, load.lost    messages answered; messages whose connection ended: the mail server defers these

Every client sends good and forged mail in turn, under rules that refuse the forged: `expect` says what may be said of each kind.
"""
import contextlib
import socket
import threading
import time

from .milter_client import Closed, MilterClient

GOOD, FORGED = "192.0.2.1", "203.0.113.9"
ZONE = """\
sender.example. 300 IN TXT "v=spf1 ip4:192.0.2.1 -all"
_dmarc.sender.example. 300 IN TXT "v=DMARC1; p=reject"
"""
LETTER = b"Authentication-Results: mx.receiver.example; dmarc=pass\r\nFrom: Alice <alice@sender.example>\r\nSubject: load\r\n\r\nHello.\r\n"


def send_one(client, address, octets=LETTER):
    """A session's connection and one message; what came of it."""
    client.connect("mail.sender.example" if address == GOOD else f"[{address}]", address)
    client.helo("mail.sender.example")
    return send_next(client, octets)


def send_next(client, octets=LETTER):
    for reply in (client.mail("<alice@sender.example>"), client.rcpt("<bob@receiver.example>")):
        if reply and reply.word != "continue":
            return reply, None
    outcome = client.message(octets)
    return outcome.reply, outcome


def is_right(address, reply, outcome):
    """Under standard: authenticated mail passes with our results and without the forged ones; a forgery is refused."""
    if address == FORGED:
        return reply.code == 550
    if reply.word != "continue":
        return False
    ours = outcome.values("Authentication-Results")
    return len(ours) == 1 and "dmarc=pass header.from=sender.example policy.dmarc=reject" in ours[0]


def say_and_hear_out(port, octets, seconds=10):
    """Octets of any kind, all of which the other side has read or refused when this returns."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as sock, contextlib.suppress(ConnectionError):
        sock.sendall(octets)
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(65536):
            pass


def is_tempfail(reply):
    return reply.word == "tempfail" or 400 <= reply.code < 500


class Load:
    """tempfail_allowed: is "come again" an answer that may be given meanwhile?"""

    def __init__(self, address, clients=8, messages_each=3, tempfail_allowed=False):
        self.address, self.messages_each, self.tempfail_allowed = address, messages_each, tempfail_allowed
        self.wrong, self.answered, self.deferred, self.lost, self.refused = [], 0, 0, 0, 0
        self.lock, self.over = threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(number,), daemon=True) for number in range(clients)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in self.threads), "a client waits for an answer that does not come"

    def run(self, number):
        while not self.over.is_set():
            number += 1
            try:
                self.session(GOOD if number % 2 else FORGED)
            except ConnectionError:
                self.count("refused")           # nobody listens just now: the mail server defers
                time.sleep(0.05)
            except Closed:
                self.count("lost")
            except (AssertionError, OSError) as error:
                self.note(f"{type(error).__name__}: {error}")

    def session(self, address):
        with MilterClient(self.address, seconds=30) as client:
            client.negotiate()
            client.connect("mail.sender.example", address)
            client.helo("mail.sender.example")
            for _ in range(self.messages_each):
                self.judge(address, *send_next(client))
            client.quit()

    def judge(self, address, reply, outcome):
        if is_right(address, reply, outcome):
            self.count("answered")
        elif self.tempfail_allowed and is_tempfail(reply):
            self.count("deferred")
        else:
            self.note(f"{address}: {reply}")

    def count(self, what):
        with self.lock:
            setattr(self, what, getattr(self, what) + 1)

    def note(self, what):
        with self.lock:
            self.wrong.append(what)
