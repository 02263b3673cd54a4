"""A mail server's side of the milter protocol, versions 2 to 6, with no mail server behind it.

    with MilterClient("inet:1234@127.0.0.1", POSTFIX) as client:
        client.negotiate()
        client.connect("mail.sender.example", "192.0.2.1")
        client.helo("mail.sender.example")
        client.mail("<alice@sender.example>")
        client.rcpt("<bob@receiver.example>")
        outcome = client.message(octets)
        outcome.reply, outcome.header("postfix"), outcome.held

Each call returns the milter's Reply, or None where the two agreed that there is none. What a mail server never does (frames out of
order, of odd lengths, cut) is for raw(). A milter that closes the connection raises Closed.

The two servers tell apart: which macros they send and when the queue id is known (Server), how they number fields when a milter
deletes some (apply_edits).
"""
import dataclasses
import ipaddress
import re
import select
import socket
import struct
import time

from .milter_wire import (ADDHDRS, ADDRCPT, ADDRCPT_PAR, CHGBODY, CHGFROM, CHGHDRS, DELRCPT, HDR_LEADSPC, MAX_CHUNK, NODATA, NOUNKNOWN, NR_BODY,
                          NR_CONN, NR_DATA, NR_EOH, NR_HDR, NR_HELO, NR_MAIL, NR_RCPT, NR_UNKN, QUARANTINE, SETSYMLIST, SKIP, frame, read_frame,
                          strings, zero_ended)

V2_ACTIONS = ADDHDRS | CHGBODY | ADDRCPT | DELRCPT | CHGHDRS | QUARANTINE
V6_ACTIONS = V2_ACTIONS | CHGFROM | ADDRCPT_PAR | SETSYMLIST
V2_PROTOCOL, V6_PROTOCOL = 0x7f, 0x1fffff
PROTOCOLS = {2: V2_PROTOCOL, 3: V2_PROTOCOL | NOUNKNOWN, 4: V2_PROTOCOL | NOUNKNOWN | NODATA, 6: V6_PROTOCOL}

WORDS = {"a": "accept", "c": "continue", "d": "discard", "r": "reject", "t": "tempfail", "s": "skip", "y": "reply"}
PROGRESS = "p"
EDITS = "imqh"


class Closed(Exception):
    """The milter ended the connection."""


@dataclasses.dataclass
class Server:
    """What a mail server says of itself and of a message. id_from: the first command at which it has a queue id."""
    name: str
    id_from: str
    connect: dict
    id: str


POSTFIX = Server("postfix", "R", {"j": "mx.receiver.example", "{daemon_name}": "mx.receiver.example", "{daemon_addr}": "127.0.0.1", "v": "Postfix 3.7.11"},
                 "4Zx0Kj1mTbz9rvK")
SENDMAIL = Server("sendmail", "M", {"j": "mx.receiver.example", "{daemon_name}": "MTA", "{if_name}": "mx.receiver.example", "{if_addr}": "127.0.0.1"},
                  "3AED0t8c004711")


@dataclasses.dataclass
class Reply:
    """word: one of WORDS; code, enhanced and text of a 'reply', its lines joined."""
    word: str
    code: int = 0
    enhanced: str = ""
    text: str = ""

    def __str__(self):
        return f"{self.code} {self.enhanced} {self.text}" if self.word == "reply" else self.word


def reply_of(command, data):
    if command not in WORDS:
        raise AssertionError(f"the milter answers {command!r} {data[:100]!r}")
    if command != "y":
        return Reply(WORDS[command])
    assert data.endswith(b"\0") and data.count(b"\0") == 1, data
    lines = data[:-1].decode("ascii").split("\r\n")
    parsed = [re.fullmatch(r"([245]\d\d)([- ])([245]\.\d{1,3}\.\d{1,3}) ((?:[ -$&-~]|%%)*)", line) for line in lines]
    assert all(parsed), f"no SMTP reply: {lines}"
    assert all(len(line) <= 510 for line in lines), "RFC 5321 4.5.3.1.5"
    assert [match[2] for match in parsed] == ["-"] * (len(lines) - 1) + [" "], f"lines of a reply: {lines}"
    assert len({(match[1], match[3]) for match in parsed}) == 1, f"codes of a reply: {lines}"
    return Reply("reply", int(parsed[0][1]), parsed[0][3], " ".join(match[4].replace("%%", "%") for match in parsed))


@dataclasses.dataclass
class Edit:
    """index: of deletions, counted from 1 among the fields of the name; of insertions, a place."""
    kind: str
    index: int
    name: str
    value: str


def edit_of(command, data):
    index = struct.unpack(">I", data[:4])[0]
    name, value = strings(data[4:])
    if command == "m":
        assert value == "", f"a field is changed, which frankd never does: {name}"
        return Edit("delete", index, name, value)
    return Edit("insert", index, name, value)


@dataclasses.dataclass
class Field:
    """One field of a message on its way through a mail server. value: as it stands after the colon, folds included."""
    name: str
    value: str
    gone: bool = False

    @property
    def unfolded(self):
        return " ".join(self.value.split())


def apply_edits(fields, edits, numbering):
    """The header after a milter's edits, as numbering "postfix" or "sendmail" understands their indexes.

    Postfix numbers the fields that are there at the moment; Sendmail keeps deleted ones in its list and counts them.
    Both count what was inserted before.
    """
    fields = [Field(field.name, field.value) for field in fields]
    for edit in edits:
        if edit.kind == "insert":
            fields.insert(edit.index, Field(edit.name, edit.value))
            continue
        same = [field for field in fields if field.name.lower() == edit.name.lower() and not (field.gone and numbering == "postfix")]
        if 1 <= edit.index <= len(same):
            same[edit.index - 1].gone = True
    return [field for field in fields if not field.gone]


@dataclasses.dataclass
class Outcome:
    """What became of a message: the final reply, what the milter asked for before, how often it said that it is at work."""
    reply: Reply
    fields: list
    edits: list
    held: str
    progress: int
    seconds: float
    skipped: bool

    def header(self, numbering="postfix"):
        return apply_edits(self.fields, self.edits, numbering)

    def values(self, *names):
        """The fields of these names as "Name: value" lines, unfolded; the same by both servers' counting, or it is an error."""
        names = {name.lower() for name in names}
        either = [[f"{field.name}: {field.unfolded}" for field in self.header(numbering) if field.name.lower() in names] for numbering in ("postfix", "sendmail")]
        assert either[0] == either[1], f"Postfix keeps {either[0]}, Sendmail {either[1]}"
        return either[0]


def split_message(octets):
    """(fields, body) of a message with CRLF line ends. Folds stand with LF in the values, as mail servers hand them over."""
    head, _, body = octets.partition(b"\r\n\r\n")
    fields = []
    for line in re.split(rb"\r\n(?![ \t])", head):
        name, _, value = line.partition(b":")
        fields.append(Field(name.decode("utf-8", "surrogateescape"), value.replace(b"\r\n", b"\n").decode("utf-8", "surrogateescape")))
    return fields, body


def dial(address, seconds):
    if address.startswith("unix:"):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(seconds)
        sock.connect(address[5:])
        return sock
    port, _, host = address.partition(":")[2].partition("@")
    sock = socket.create_connection((host, int(port)), timeout=seconds)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)      # as mail servers do: macros and command are two writes
    return sock


class MilterClient:
    """One connection. actions, protocol: what is offered; without them what a server of the version offers."""

    def __init__(self, address, server=POSTFIX, version=6, actions=None, protocol=None, seconds=30):
        self.server, self.version = server, version
        self.offered = (V6_ACTIONS if version >= 6 else V2_ACTIONS) if actions is None else actions, PROTOCOLS.get(version, V6_PROTOCOL) if protocol is None else protocol
        self.actions = self.protocol = 0
        self.wanted_macros = {}
        self.auth = {}
        self.sock = dial(address, seconds)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.sock.close()

    # ---- octets

    def raw(self, octets):
        try:
            self.sock.sendall(octets)
        except (ConnectionError, BrokenPipeError) as error:
            raise Closed(str(error)) from None

    def send(self, command, data=b""):
        self.raw(frame(command, data))

    def read(self):
        try:
            return read_frame(self.sock)
        except TimeoutError:
            raise
        except ConnectionError as error:
            raise Closed(str(error)) from None

    def answer(self):
        return reply_of(*self.read())

    def is_closed(self, seconds=5):
        """The milter ends the connection, saying nothing more."""
        self.sock.settimeout(seconds)
        try:
            return self.sock.recv(1) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False

    def is_silent(self, seconds=0.2):
        return not select.select([self.sock], [], [], seconds)[0]

    # ---- the session

    def negotiate(self):
        """What was agreed on is in version, actions, protocol and wanted_macros."""
        self.send("O", struct.pack(">III", self.version, *self.offered))
        command, data = self.read()
        assert command == "O", f"answer to a negotiation: {command!r}"
        version, self.actions, self.protocol = struct.unpack(">III", data[:12])
        assert version <= self.version, f"version {version} of {self.version}"
        assert not self.actions & ~self.offered[0], "actions that were not offered"
        assert not self.protocol & ~self.offered[1], "protocol flags that were not offered"
        self.version = version
        rest = data[12:]
        assert not rest or self.actions & SETSYMLIST, "macro lists that were not offered"
        while rest:
            names, _, after = rest[4:].partition(b"\0")
            self.wanted_macros[struct.unpack(">I", rest[:4])[0]] = names.decode().split()
            rest = after

    def say(self, command, data, no_reply, macros=None):
        """A command with its macros before it; None where no answer was agreed on."""
        if macros:
            self.send("D", command.encode() + zero_ended(*[text for pair in macros.items() for text in pair]))
        self.send(command, data)
        return None if self.protocol & no_reply else self.answer()

    def connect(self, host, address, port=54321, **macros):
        """address: of IPv4 or IPv6; "local" for a unix socket; "unknown"."""
        if address == "unknown":
            data = zero_ended(host) + b"U"
        elif address == "local":
            data = zero_ended(host) + b"L" + struct.pack(">H", 0) + zero_ended("/var/run/submit")
        else:
            ip = ipaddress.ip_address(address)
            text = f"IPv6:{ip}" if ip.version == 6 and self.server is SENDMAIL else str(ip)
            data = zero_ended(host) + str(ip.version).encode() + struct.pack(">H", port) + zero_ended(text)
        known = {"{client_addr}": address, "{client_ptr}": host} if self.server is POSTFIX and 0 in self.wanted_macros else {}
        return self.say("C", data, NR_CONN, {**self.server.connect, **known, **macros})

    def helo(self, name):
        return self.say("H", zero_ended(name), NR_HELO)

    def authenticated(self, user, mechanism="PLAIN"):
        """From now on each MAIL says that the client has logged in."""
        self.auth = {"{auth_type}": mechanism, "{auth_authen}": user} if user else {}

    def quit(self):
        self.send("Q")

    def quit_new(self):
        """QUIT_NC: the connection serves another client from here on, without a new negotiation."""
        self.send("K")

    # ---- a message

    def queue_id(self, command):
        known = "MRTNE".index(command) >= "MRTNE".index(self.server.id_from)
        return {"i": self.server.id} if known else {}

    def mail(self, path, *arguments):
        return self.say("M", zero_ended(path, *arguments), NR_MAIL, {**self.queue_id("M"), **self.auth, "{mail_addr}": path.strip("<>"), "{mail_mailer}": "smtp"})

    def rcpt(self, path, *arguments):
        return self.say("R", zero_ended(path, *arguments), NR_RCPT, {**self.queue_id("R"), "{rcpt_addr}": path.strip("<>")})

    def data(self):
        """Nothing below version 4, which has no such command."""
        return self.say("T", b"", NR_DATA, self.queue_id("T")) if self.version >= 4 else None

    def unknown(self, line):
        return self.say("U", zero_ended(line), NR_UNKN) if self.version >= 3 else None

    def field(self, name, value):
        """value as it stands after the colon. Servers that do not keep the first blank take one away."""
        if not self.protocol & HDR_LEADSPC and value.startswith(" "):
            value = value[1:]
        return self.say("L", zero_ended(name, value), NR_HDR)

    def end_of_header(self):
        return self.say("N", b"", NR_EOH, self.queue_id("N"))

    def body(self, octets):
        return self.say("B", octets, NR_BODY)

    def abort(self):
        self.send("A")

    def end(self, fields, octets=b"", skipped=False):
        """End of message, octets being the last of its body; waits for all that the milter has to say of it."""
        self.send("D", b"E" + zero_ended(*[text for pair in self.queue_id("E").items() for text in pair]))
        self.send("E", octets)
        edits, held, progress, started = [], None, 0, time.monotonic()
        while True:
            command, data = self.read()
            if command == PROGRESS:
                progress += 1
            elif command == "q":
                held = strings(data)[0]
            elif command in EDITS:
                edits.append(edit_of(command, data))
            else:
                return Outcome(reply_of(command, data), fields, self.with_blanks(edits), held, progress, time.monotonic() - started, skipped)

    def with_blanks(self, edits):
        """A server that does not keep the first blank of values writes one itself."""
        if not self.protocol & HDR_LEADSPC:
            edits = [dataclasses.replace(edit, value=f" {edit.value}") if edit.kind == "insert" else edit for edit in edits]
        return edits

    def message(self, octets, chunk=MAX_CHUNK):
        """A whole message: DATA to end of message. An answer other than 'continue' on the way ends it: then the Outcome is that answer."""
        fields, body = split_message(octets)
        steps = [self.data] + [lambda field=field: self.field(field.name, field.value) for field in fields] + [self.end_of_header]
        for step in steps:
            reply = step()
            if reply and reply.word != "continue":
                return Outcome(reply, fields, [], None, 0, 0.0, False)
        for at in range(0, len(body), chunk):
            reply = self.body(body[at:at + chunk])
            if reply and reply.word == "skip":
                assert self.protocol & SKIP, "SKIP, which was not agreed on"
                return self.end(fields, skipped=True)
            if reply and reply.word != "continue":
                return Outcome(reply, fields, [], None, 0, 0.0, False)
        return self.end(fields)
