"""A milter that does what each message asks for, so that a mail server and its rig can be tried without frankd.

It speaks the protocol of both mail servers (version 6, accepting down to 2) in plain threads. What it does is asked for
by the message itself:

    recipient reject@..., tempfail@...     answers RCPT so
    X-Demand: reject | tempfail | discard | quarantine | reply 554 5.7.1 words | sleep SECONDS | strip NAME
                                           answers the end of the message so; several fields add up
Otherwise it accepts and inserts 'X-Fake-Milter: seen' at the top.

Everything it hears is kept: milter.log is a list of Heard(session, command, data, macros), milter.negotiated of Negotiation.

    with FakeMilter() as milter:          # a free port on 127.0.0.1
        ... milter.address ...            # 'inet:PORT@127.0.0.1'
"""
import dataclasses
import os
import socket
import struct
import threading
import time

from harness.milter_wire import ADDHDRS, CHGHDRS, HDR_LEADSPC, QUARANTINE, frame, read_frame, strings


@dataclasses.dataclass
class Heard:
    session: int
    command: str
    data: bytes
    macros: dict


@dataclasses.dataclass
class Negotiation:
    version: int
    actions: int
    protocol: int


class Session:
    def __init__(self, milter, sock, number):
        self.milter, self.sock, self.number = milter, sock, number
        self.macros, self.headers, self.leading_blank = {}, [], False

    def send(self, command, data=b""):
        self.sock.sendall(frame(command, data))

    def run(self):
        while True:
            command, data = read_frame(self.sock)
            if command == "D":
                pairs = strings(data[1:])
                self.macros.update(zip(pairs[::2], pairs[1::2]))
                continue
            self.milter.heard(Heard(self.number, command, data, dict(self.macros)))
            if command == "Q":
                return
            self.answer(command, data)

    def answer(self, command, data):
        if command == "O":
            self.negotiate(data)
        elif command == "M":
            self.headers = []
            self.send("c")
        elif command == "R":
            name = strings(data)[0].strip("<>").partition("@")[0]
            self.send({"reject": "r", "tempfail": "t"}.get(name, "c"))
        elif command == "L":
            name, value = strings(data)
            self.headers.append((name, value.strip()))
            self.send("c")
        elif command == "E":
            self.finish()
        elif command not in "AK":
            self.send("c")

    def negotiate(self, data):
        version, actions, protocol = struct.unpack(">III", data[:12])
        self.milter.negotiated.append(Negotiation(version, actions, protocol))
        version = min(version, 6)
        self.send("O", struct.pack(">III", version, actions & (ADDHDRS | CHGHDRS | QUARANTINE), protocol & HDR_LEADSPC if version >= 6 else 0))

    def finish(self):
        reply = "c"
        self.insert("X-Fake-Milter", "seen")
        for demand in [value for name, value in self.headers if name.lower() == "x-demand"]:
            word, _, rest = demand.partition(" ")
            if word == "sleep":
                time.sleep(min(float(rest), 60))
            elif word == "strip":
                self.strip(rest)
            elif word == "quarantine":
                self.send("q", b"asked for\0")
            elif word == "reply":
                self.send("y", rest.encode() + b"\0")
                return
            else:
                reply = {"reject": "r", "tempfail": "t", "discard": "d"}[word]
        self.send(reply)

    def insert(self, name, value):
        value = f" {value}" if self.milter.saw(HDR_LEADSPC) else value
        self.send("i", struct.pack(">I", 0) + f"{name}\0{value}\0".encode())

    def strip(self, name):
        """Deletes every field of the name: the last first, so that the indexes of the others stay true."""
        count = sum(1 for other, _ in self.headers if other.lower() == name.lower())
        for index in range(count, 0, -1):
            self.send("m", struct.pack(">I", index) + f"{name}\0\0".encode())


class FakeMilter:
    def __init__(self, path=None):
        self.log, self.negotiated = [], []
        self.lock = threading.Lock()
        if path:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(path)
            os.chmod(path, 0o666)
            self.address = f"unix:{path}"
        else:
            self.listener = socket.create_server(("127.0.0.1", 0))
            self.address = f"inet:{self.listener.getsockname()[1]}@127.0.0.1"
        self.listener.listen(256)

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def accept(self):
        number = 0
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            number += 1
            threading.Thread(target=self.serve, args=(sock, number), daemon=True).start()

    def serve(self, sock, number):
        with sock:
            try:
                Session(self, sock, number).run()
            except OSError:
                pass

    def heard(self, what):
        with self.lock:
            self.log.append(what)

    def forget(self):
        with self.lock:
            self.log.clear()

    def saw(self, flag):
        return bool(self.negotiated and self.negotiated[-1].protocol & flag)

    def commands(self):
        """What was heard, as one string of command letters."""
        with self.lock:
            return "".join(heard.command for heard in self.log)
