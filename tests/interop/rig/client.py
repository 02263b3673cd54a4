"""The stranger at the door: an SMTP client that shows the server's answers, and can come from anywhere.

Postfix believes XCLIENT from 127.0.0.1 (rig/postfix.py sees to that); for Sendmail it really comes from another 127.x address.
"""
import smtplib
import subprocess


class Refused(Exception):
    """The server said no: at which command, with which reply."""

    def __init__(self, stage, code, text):
        super().__init__(f"{stage}: {code} {text}")
        self.stage, self.code, self.text = stage, code, text


class Client:
    """One connection.

        with Client(port, helo="mail.sender.example") as client:
            client.xclient(ADDR="192.0.2.1", NAME="mail.sender.example")
            client.send("a@sender.example", ["b@receiver.example"], octets)
    """

    def __init__(self, port, helo="client.test", source="127.0.0.1", seconds=60):
        self.helo = helo
        self.smtp = smtplib.SMTP(timeout=seconds, source_address=(source, 0))
        code, text = self.smtp.connect("127.0.0.1", port)
        if code != 220:
            raise Refused("CONNECT", code, text.decode("utf-8", "replace"))
        self.ehlo()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.smtp.quit()
        except (smtplib.SMTPException, OSError):
            self.smtp.close()

    def ehlo(self):
        self.expect("EHLO", 250, *self.smtp.ehlo(self.helo))

    def command(self, line, wanted):
        """Any command; its reply's text."""
        code, text = self.smtp.docmd(line)
        return self.expect(line.split()[0].upper(), wanted, code, text)

    def expect(self, stage, wanted, code, text):
        text = text.decode("utf-8", "replace")
        if code != wanted:
            raise Refused(stage, code, text)
        return text

    def xclient(self, **facts):
        """Claims ADDR, NAME, HELO, LOGIN ... as a proxy would; the session then starts anew."""
        said = " ".join(f"{name}={value}" for name, value in facts.items())
        self.command(f"XCLIENT {said}", 220)
        self.ehlo()

    def send(self, sender, recipients, octets, options=()):
        """One transaction; raises Refused at the first no. Returns the reply to the end of data."""
        self.expect("MAIL", 250, *self.smtp.mail(sender, options))
        for recipient in recipients:
            self.expect("RCPT", 250, *self.smtp.rcpt(recipient))
        try:
            return self.expect("DATA", 250, *self.smtp.data(octets))
        except smtplib.SMTPDataError as error:
            raise Refused("DATA", error.smtp_code, error.smtp_error.decode("utf-8", "replace")) from None


def message(*fields, body="Hello.\r\n"):
    """A message's octets: the fields given, and what every message has where it is not among them."""
    names = {field.partition(":")[0].lower() for field in fields}
    usual = [("from", "From: Alice <alice@sender.example>"), ("to", "To: bob@receiver.example"), ("subject", "Subject: rig"),
             ("date", "Date: Tue, 14 Nov 2023 22:13:20 +0000"), ("message-id", "Message-ID: <rig@sender.example>")]
    lines = list(fields) + [line for name, line in usual if name not in names]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode("utf-8", "surrogateescape")


def submit_smtp(command, sender, recipients, octets):
    """One message over standard input and output of 'sendmail -bs', waiting for each reply as RFC 5321 asks.

    Returns the reply to the end of data; raises Refused at the first no.
    """
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        def say(stage, octets, wanted):
            process.stdin.write(octets)
            process.stdin.flush()
            while True:
                line = process.stdout.readline().decode("utf-8", "replace")
                if line[3:4] != "-":
                    break
            if not line.startswith(str(wanted)):
                raise Refused(stage, int(line[:3] or 0), line[4:].strip())
            return line.strip()
        try:
            say("CONNECT", b"", 220)
            say("EHLO", b"EHLO localhost\r\n", 250)
            say("MAIL", f"MAIL FROM:<{sender}>\r\n".encode(), 250)
            for recipient in recipients:
                say("RCPT", f"RCPT TO:<{recipient}>\r\n".encode(), 250)
            say("DATA", b"DATA\r\n", 354)
            return say("DATA", octets.replace(b"\r\n.", b"\r\n..") + b".\r\n", 250)
        finally:
            process.stdin.close()
            process.wait(30)
