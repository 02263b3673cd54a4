"""Everything together: a client anywhere, a mail server, frankd with a small DNS of its own, a sink.

    with World("postfix", sink, key) as world:
        with world.client(GOOD) as client: client.send(...)

The same names mean the same under both servers: GOOD is an address sender.example authorises, BAD one it does not. Postfix is told
them by XCLIENT; under Sendmail the client really has them, so they are 127.x there.
"""
import contextlib

from harness.frankd import AUTHSERV_ID, Frankd
from harness.sign import zone_text

from .client import Client
from .postfix import Postfix
from .sendmail import Sendmail

GOOD, BAD = "good", "bad"
ADDRESSES = {"postfix": {GOOD: "192.0.2.1", BAD: "203.0.113.9"}, "sendmail": {GOOD: "127.0.0.7", BAD: "127.0.0.9"}}
HELO = "mail.sender.example"
SENDER, RECIPIENT = "alice@sender.example", "bob@receiver.example"

AUTHORISED = "v=spf1 ip4:192.0.2.1 ip4:127.0.0.7 ip6:2001:db8::1 -all"
ZONE = f"""\
mail.sender.example. 300 IN A 192.0.2.1
mail.sender.example. 300 IN A 127.0.0.7
1.2.0.192.in-addr.arpa. 300 IN PTR mail.sender.example.
7.0.0.127.in-addr.arpa. 300 IN PTR mail.sender.example.
sender.example. 300 IN TXT "{AUTHORISED}"
_dmarc.sender.example. 300 IN TXT "v=DMARC1; p=reject"
quarantined.example. 300 IN TXT "{AUTHORISED}"
_dmarc.quarantined.example. 300 IN TXT "v=DMARC1; p=quarantine"
plain.example. 300 IN TXT "{AUTHORISED}"
broken.example. 300 IN A 192.0.2.1
; servfail broken.example TXT
; servfail _dmarc.broken.example TXT
"""


class World:
    """server: postfix or sendmail; frankd: options of Frankd; the rest is for the server."""

    def __init__(self, server, sink, key=None, frankd=None, **options):
        self.addresses = ADDRESSES[server]
        self.sink = sink
        zone = ZONE + (zone_text("s1._domainkey.sender.example", key.record) if key else "")
        self.frankd = Frankd(**{"zone": zone, "rules": '"standard"', **(frankd or {})})
        if server == "postfix":
            self.mta = Postfix([self.frankd.address], sink.port, **options)
        else:
            self.mta = Sendmail(self.frankd.address, sink.port, **options)
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        with self.stack:
            self.stack.enter_context(self.frankd)
            self.stack.enter_context(self.mta)
            self.stack = self.stack.pop_all()
        return self

    def __exit__(self, *what):
        return self.stack.__exit__(*what)

    def client(self, where=GOOD, **facts):
        """A connected client at that address; facts are further XCLIENT attributes (Postfix only)."""
        if isinstance(self.mta, Sendmail):
            return Client(self.mta.port, helo=HELO, source=self.addresses[where])
        client = Client(self.mta.port, helo=HELO)
        client.xclient(**{"ADDR": self.addresses[where], "NAME": HELO if where == GOOD else "[UNAVAILABLE]", **facts})
        return client


def own_results(mail):
    """The one Authentication-Results field that frankd added: it stands above all else, and no other bears its name."""
    ours = [value for value in mail.header("Authentication-Results") if is_ours(value)]
    assert len(ours) == 1, mail.octets[:4000]
    assert mail.field_names()[0] == "authentication-results", mail.field_names()
    return ours[0]


def is_ours(value):
    return value.split(";")[0].split()[0].strip('"').rstrip(".").lower() == AUTHSERV_ID
