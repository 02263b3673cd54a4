"""Signs test mail (RFC 6376 and RFC 8617, rsa-sha256, relaxed/relaxed; RFC 4870) over the openssl command: nothing of Frank's own is in it."""
import base64
import hashlib
import pathlib
import re
import subprocess


class Key:
    """An RSA key of 2048 bits, and the record that publishes it."""

    def __init__(self, folder):
        self.path = pathlib.Path(folder) / "dkim.pem"
        subprocess.run(["openssl", "genrsa", "-out", self.path, "2048"], check=True, capture_output=True)
        der = subprocess.run(["openssl", "rsa", "-in", self.path, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        self.record = "v=DKIM1; k=rsa; p=" + base64.b64encode(der).decode()

    def sign(self, data, digest="sha256"):
        return subprocess.run(["openssl", "dgst", f"-{digest}", "-sign", self.path], input=data, check=True, capture_output=True).stdout


def relaxed_field(name, value):
    """RFC 6376 3.4.2"""
    value = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" \t")
    return name.lower().strip(b" \t") + b":" + value


def relaxed_body(body):
    """RFC 6376 3.4.4"""
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)


def dkim_signed(octets, key, domain, selector="s1", fields=("from", "to", "subject", "date")):
    """The message with a signature on top."""
    body = octets.partition(b"\r\n\r\n")[2]
    chosen = [pair for wanted in fields for pair in fields_of(octets) if pair[0].lower() == wanted.encode()]
    body_hash = base64.b64encode(hashlib.sha256(relaxed_body(body)).digest()).decode()
    tags = f" v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s={selector}; h={':'.join(fields)}; bh={body_hash}; b=".encode()
    data = b"".join(relaxed_field(name, value) + b"\r\n" for name, value in chosen) + relaxed_field(b"DKIM-Signature", tags)
    return b"DKIM-Signature:" + tags + base64.b64encode(key.sign(data)) + b"\r\n" + octets


def domainkeys_signed(octets, key, domain, selector="s1", form="nofws"):
    """The message with a DomainKeys signature over all of it on top (RFC 4870 3.4)."""
    head, _, body = octets.partition(b"\r\n\r\n")
    lines = re.split(rb"\r\n(?![ \t])", head) + [b""] + body.split(b"\r\n")
    if form == "nofws":
        lines = [re.sub(rb"[ \t\r\n]", b"", line) for line in lines]
    while not lines[-1]:
        lines.pop()
    signature = base64.b64encode(key.sign(b"".join(line + b"\r\n" for line in lines), "sha1")).decode()
    return f"DomainKey-Signature: a=rsa-sha1; c={form}; q=dns; d={domain}; s={selector};\r\n\tb={signature}\r\n".encode() + octets


def fields_of(octets):
    head = octets.partition(b"\r\n\r\n")[0]
    return [tuple(field.partition(b":")[::2]) for field in re.split(rb"\r\n(?![ \t])", head)]


def arc_sealed(octets, key, domain, results, selector="arc", at=1700000000, fields=("from", "to", "subject", "date", "dkim-signature")):
    """The message with ARC set 1 on top (RFC 8617 5.1): first AMS, then AS over AAR, AMS and itself."""
    body = octets.partition(b"\r\n\r\n")[2]
    body_hash = base64.b64encode(hashlib.sha256(relaxed_body(body)).digest()).decode()
    aar = f" i=1; {results}".encode()
    ams = (f" i=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s={selector}; t={at}; h={':'.join(fields)}; bh={body_hash}; b=").encode()
    chosen = [pair for wanted in fields for pair in fields_of(octets) if pair[0].lower() == wanted.encode()]
    data = b"".join(relaxed_field(*pair) + b"\r\n" for pair in chosen) + relaxed_field(b"ARC-Message-Signature", ams)
    ams += base64.b64encode(key.sign(data))
    seal = f" i=1; a=rsa-sha256; cv=none; d={domain}; s={selector}; t={at}; b=".encode()
    data = (relaxed_field(b"ARC-Authentication-Results", aar) + b"\r\n" + relaxed_field(b"ARC-Message-Signature", ams) + b"\r\n"
            + relaxed_field(b"ARC-Seal", seal))
    seal += base64.b64encode(key.sign(data))
    return (b"ARC-Seal:" + seal + b"\r\nARC-Message-Signature:" + ams + b"\r\nARC-Authentication-Results:" + aar + b"\r\n" + octets)


def zone_strings(text):
    """A text of any length as the strings of a TXT record."""
    return " ".join(f'"{text[at:at + 250]}"' for at in range(0, len(text), 250))


def zone_text(name, text):
    """A TXT record of any length as a master-file line."""
    return f"{name}. 300 IN TXT {zone_strings(text)}\n"
