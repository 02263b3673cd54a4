"""Where mail ends up: an LMTP and SMTP server that accepts everything and keeps it."""
import dataclasses
import email
import email.policy
import queue
import socketserver
import threading


@dataclasses.dataclass
class Mail:
    sender: str
    recipients: list
    octets: bytes

    @property
    def message(self):
        return email.message_from_bytes(self.octets, policy=email.policy.compat32)

    def header(self, name):
        """All values of a field, top first, unfolded."""
        return [" ".join(str(value).split()) for value in self.message.get_all(name, [])]

    def field_names(self):
        return [name.lower() for name in self.message.keys()]


class Dialogue(socketserver.StreamRequestHandler):
    def reply(self, *lines):
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def handle(self):
        sender, recipients, lmtp = "", [], False
        self.reply("220 sink.test ready")
        for raw in self.rfile:
            line = raw.decode("utf-8", "replace").strip()
            verb, argument = line[:4].upper(), line.partition(":")[2].strip()
            if verb in ("EHLO", "LHLO"):
                lmtp = verb == "LHLO"
                self.reply("250-sink.test", "250-PIPELINING", "250-8BITMIME", "250-SMTPUTF8", "250 SIZE 0")
            elif verb == "MAIL":
                sender, recipients = path(argument), []
                self.reply("250 2.1.0 ok")
            elif verb == "RCPT":
                recipients.append(path(argument))
                self.reply("250 2.1.5 ok")
            elif verb == "DATA":
                self.reply("354 go on")
                self.server.keep(Mail(sender, recipients, self.read_message()))
                self.reply(*["250 2.0.0 kept"] * (len(recipients) if lmtp else 1))
            elif verb == "QUIT":
                self.reply("221 2.0.0 bye")
                return
            else:
                self.reply("250 2.0.0 ok")

    def read_message(self):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)


def path(argument):
    """The address of 'FROM:<a@b> SIZE=1' after its colon."""
    return argument.partition(">")[0].lstrip("<")


class Sink(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Dialogue)
        self.port = self.server_address[1]
        self.mail = queue.Queue()

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def keep(self, mail):
        self.mail.put(mail)

    def next(self, seconds=20):
        """The next mail that arrives."""
        try:
            return self.mail.get(timeout=seconds)
        except queue.Empty:
            raise AssertionError(f"no mail arrived in {seconds} s") from None

    def take(self, count, seconds=60):
        return [self.next(seconds) for _ in range(count)]

    def forget(self):
        """Drops what arrived so far: one test's leftovers are not the next one's mail."""
        while not self.mail.empty():
            self.mail.get_nowait()

    def empty(self, seconds=1.0):
        """Nothing arrives for a while."""
        try:
            mail = self.mail.get(timeout=seconds)
        except queue.Empty:
            return True
        raise AssertionError(f"unexpected mail for {mail.recipients}")
