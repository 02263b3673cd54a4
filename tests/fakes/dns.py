"""A name server for tests: answers from a zone's text, as late as it is told, or not at all.

    with FakeDns(zone, slow={"late.example": 2.0}) as dns:
        ... resolver = [ "127.0.0.1:PORT" ] ... dns.address

The zone is in the form of the conformance sets (absolute names, `; timeout NAME [TYPE]`, `; servfail NAME [TYPE]`), with A, AAAA, TXT, MX, PTR,
SRV, CNAME, NS, SOA and RP. UDP only: what does not fit into one datagram of 4096 octets is an error of the test. dns.asked counts the questions by name.
"""
import collections
import ipaddress
import re
import socket
import struct
import threading
import time

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "RP": 17, "AAAA": 28, "SRV": 33}
NOERROR, SERVFAIL, NXDOMAIN = 0, 2, 3
CNAME_CHAIN = 8


def wire_name(name):
    labels = [label for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label.encode("latin-1") for label in labels) + b"\0"


def rdata(kind, text):
    words = text.split()
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(words[0]).packed
    if kind == "MX":
        return struct.pack(">H", int(words[0])) + wire_name(words[1])
    if kind in ("SOA", "RP"):
        return wire_name(words[0]) + wire_name(words[1]) + b"".join(struct.pack(">I", int(number)) for number in words[2:])
    if kind == "SRV":
        return struct.pack(">HHH", *map(int, words[:3])) + wire_name(words[3])
    if kind == "TXT":
        strings = [string.encode("latin-1") for string in re.findall(r'"((?:[^"\\]|\\.)*)"', text)] or [words[0].encode("latin-1")]
        return b"".join(bytes([len(string)]) + string for string in strings)
    return wire_name(words[0])


class Zone:
    def __init__(self, text):
        self.records = collections.defaultdict(list)        # (name, type number) -> rdata
        self.faults = {}                                    # (name, type number or None) -> timeout | servfail
        for line in text.splitlines():
            self.take(line)
        self.names = {name for name, _ in self.records} | {name for name, _ in self.faults}

    def take(self, line):
        fault = re.fullmatch(r";\s*(timeout|servfail)\s+(\S+)(?:\s+(\S+))?\s*", line)
        if fault:
            self.faults[fault[2].lower().rstrip("."), TYPES.get(fault[3] or "")] = fault[1]
            return
        record = re.fullmatch(r"(\S+)\s+(?:\d+\s+)?(?:IN\s+)?([A-Z]+)\s+(.*)", line.strip())
        if record and not line.startswith((";", "$")):
            self.records[record[1].lower().rstrip("."), TYPES[record[2]]].append(rdata(record[2], record[3]))

    def exists(self, name):
        return any(other == name or other.endswith("." + name) for other in self.names)

    def answer(self, name, kind):
        """(rcode, [(owner, type, rdata)]), or None for silence."""
        found = []
        for _ in range(CNAME_CHAIN):
            if (name, kind) in self.records:
                return NOERROR, found + [(name, kind, data) for data in self.records[name, kind]]
            fault = self.faults.get((name, kind)) or self.faults.get((name, None))
            if fault:
                return None if fault == "timeout" else (SERVFAIL, [])
            if (name, TYPES["CNAME"]) not in self.records:
                return (NOERROR if self.exists(name) else NXDOMAIN), found
            target = self.records[name, TYPES["CNAME"]][0]
            found.append((name, TYPES["CNAME"], target))
            name = text_name(target)
        return SERVFAIL, []


def text_name(octets):
    labels, at = [], 0
    while octets[at]:
        labels.append(octets[at + 1:at + 1 + octets[at]].decode("latin-1"))
        at += 1 + octets[at]
    return ".".join(labels).lower()


class FakeDns:
    """slow: seconds by name; `silent` set later makes it answer nothing at all.

    `most_waiting`: how many slow questions were open at once."""

    def __init__(self, zone, slow=None):
        self.zone, self.slow = Zone(zone), {name.lower(): seconds for name, seconds in (slow or {}).items()}
        self.asked = collections.Counter()
        self.silent = False
        self.waiting = self.most_waiting = 0
        self.lock = threading.Lock()
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.sock.getsockname()[1]}"

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.sock.close()

    def serve(self):
        while True:
            try:
                packet, peer = self.sock.recvfrom(4096)
            except OSError:
                return
            self.take(packet, peer)

    def take(self, packet, peer):
        end = 12
        while packet[end]:
            end += 1 + packet[end]
        name, kind = text_name(packet[12:end + 1]), struct.unpack(">H", packet[end + 1:end + 3])[0]
        question = packet[12:end + 5]
        self.asked[name] += 1
        answer = self.zone.answer(name, kind)
        if self.silent or answer is None:
            return
        reply = self.packet(packet[:2], question, *answer)
        delay = self.slow.get(name, 0)
        if delay:
            with self.lock:
                self.waiting += 1
                self.most_waiting = max(self.most_waiting, self.waiting)
            threading.Thread(target=self.send_late, args=(delay, reply, peer), daemon=True).start()
        else:
            self.send(reply, peer)

    def packet(self, number, question, rcode, records):
        negative = b"" if records else wire_name("example") + struct.pack(">HHIH", 6, 1, 60, 22) + b"\0\0" + struct.pack(">IIIII", 1, 60, 60, 60, 60)
        head = number + struct.pack(">HHHHH", 0x8580 | rcode, 1, len(records), 1 if negative else 0, 0)
        body = b"".join(wire_name(owner) + struct.pack(">HHIH", kind, 1, 300, len(data)) + data for owner, kind, data in records)
        assert len(head + question + body) <= 4096, "an answer that does not fit"
        return head + question + body + negative

    def send_late(self, seconds, reply, peer):
        time.sleep(seconds)
        with self.lock:
            self.waiting -= 1
        self.send(reply, peer)

    def send(self, reply, peer):
        try:
            self.sock.sendto(reply, peer)
        except OSError:
            pass        # closed meanwhile
