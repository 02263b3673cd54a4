"""Single messages made to cost as much as possible, and what `frank verify` spends on each: CPU, memory, questions."""
import base64
import json
import os
import subprocess

from . import costly

MIB = 1 << 20
HEAD = "From: a@victim.example\r\nTo: b@receiver.example\r\nSubject: x\r\nDate: Sun, 15 Jun 2025 10:00:00 +0000\r\nMessage-ID: <1@victim.example>\r\n"


def signature(i, domain="victim.example"):
    junk = base64.b64encode(bytes(256)).decode()
    return (f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=k{i}; h=From:To:Subject;\r\n"
            f"\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; l={i}; b={junk}\r\n")


def arc_set(i):
    junk = base64.b64encode(bytes(256)).decode()
    return (f"ARC-Seal: i={i}; a=rsa-sha256; cv={'none' if i == 1 else 'pass'}; d=victim.example; s=k{i}; t=1; b={junk}\r\n"
            f"ARC-Message-Signature: i={i}; a=rsa-sha256; c=relaxed/relaxed; d=victim.example; s=k{i}; h=From:To; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b={junk}\r\n"
            f"ARC-Authentication-Results: i={i}; x.example; spf=pass\r\n")


def zone(key):
    """Keys that exist for every selector, SPF at its bounds, ten MX with ten addresses, deep DMARC names."""
    lines = ["$TTL 60"]
    for i in range(1, 120):
        lines.append(f'k{i}._domainkey.victim.example. IN TXT "v=DKIM1; k=rsa; p={key[:200]}" "{key[200:]}"')
        lines.append(f'k{i}._domainkey.s{i}.victim.example. IN TXT "v=DKIM1; k=rsa; p={key[:200]}" "{key[200:]}"')
    lines.append('victim.example. IN TXT "v=spf1 ' + " ".join(f"mx:m{i}.victim.example" for i in range(10)) + ' -all"')
    for i in range(10):
        for k in range(10):
            lines.append(f"m{i}.victim.example. IN MX {k} h{k}.m{i}.victim.example.")
            for a in range(20):
                lines.append(f"h{k}.m{i}.victim.example. IN A 198.18.{i}.{a + 1}")
    lines.append('exists.example. IN TXT "v=spf1 ' + " ".join("exists:%{i}.%{l1r-}.%{d2}.e" + str(i) + ".victim.example" for i in range(12)) + ' -all"')
    lines.append('loop.example. IN TXT "v=spf1 include:loop.example redirect=loop.example"')
    return "\n".join(lines) + "\n"


def messages():
    body = "x\r\n"
    yield "3,000 signatures", "".join(signature(i % 119 + 1) for i in range(3000)) + HEAD + "\r\n" + body
    yield "100 signatures, many lengths", "".join(signature(i + 1, f"s{i % 119 + 1}.victim.example") for i in range(100)) + HEAD + "\r\n" + body * 1000
    yield "60 ARC sets", "".join(arc_set(i) for i in range(60, 0, -1)) + HEAD + "\r\n" + body
    yield "50 ARC sets and 50 signatures", "".join(arc_set(i) for i in range(50, 0, -1)) + "".join(signature(i + 1) for i in range(50)) + HEAD + "\r\n" + body
    yield "200,000 fields", HEAD + "X: y\r\n" * 200000 + "\r\n" + body
    yield "one field of 20 MB", HEAD + "X: " + "y" * 20_000_000 + "\r\n\r\n" + body
    yield "a million folds", HEAD + "X: y" + "\r\n y" * 1_000_000 + "\r\n\r\n" + body
    yield "a million addresses in From", "From: " + ",\r\n ".join(["a@victim.example"] * 1_000_000) + "\r\n" + HEAD + "\r\n" + body
    yield "comments in comments", "From: " + "(" * 200_000 + "a@victim.example\r\n" + "To: b@c.example\r\n\r\n" + body
    yield "h= of a million names", signature(1).replace("h=From:To:Subject", "h=" + ":".join(["From"] * 1_000_000)) + HEAD + "\r\n" + body
    yield "a million tags", "DKIM-Signature: v=1; " + "; ".join(f"t{i}=x" for i in range(1_000_000)) + "\r\n" + HEAD + "\r\n" + body
    yield "30 MB of blanks", "".join(signature(i + 1) for i in range(8)) + HEAD + "\r\n" + " \t" * 15_000_000 + "\r\n"
    yield "10 million empty lines", "".join(signature(i + 1) for i in range(8)) + HEAD + "\r\n" + "\r\n" * 10_000_000
    yield "100,000 Authentication-Results", "Authentication-Results: mx.receiver.example; dkim=pass\r\n" * 100_000 + HEAD + "\r\n" + body


ENVELOPES = [("a@victim.example", "victim.example"), ("a-b-c-d@exists.example", "exists.example"), ("a@loop.example", "loop.example"),
             ("a@" + ".".join(["a"] * 120) + ".example", "victim.example")]


def spend(command):
    """(CPU seconds, peak MiB, exit code, object) of one run of a program."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    try:
        result = json.loads(said)
    except ValueError:
        result = None
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode, result


def key_of(corpus_zone):
    for line in corpus_zone.read_text().splitlines():
        if "k=rsa" in line:
            return "".join(line.split('"')[1::2]).split("p=")[1]
    raise ValueError("no RSA key in the zone")


def apart(work, *arguments):
    """By a process of its own: what the kernel says of a program's peak begins with that of whoever started it."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work(*arguments)
            code = 0
        finally:
            os._exit(code)
    if os.waitpid(pid, 0)[1] != 0:
        raise RuntimeError("the hostile messages could not be written")


def write_messages(folder):
    """Every message as a file, under the first envelope, and a small one under each; their list [name, file, envelope] in cases.json."""
    cases = []
    for name, text in messages():
        path = folder / f"{len(cases)}.eml"
        path.write_text(text, newline="")
        cases.append([name, str(path), ENVELOPES[0]])
    (folder / "small.eml").write_text("".join(signature(i + 1) for i in range(3)) + HEAD + "\r\nx\r\n", newline="")
    cases += [[f"envelope {e[0][:24]}", str(folder / "small.eml"), e] for e in ENVELOPES]
    (folder / "cases.json").write_text(json.dumps(cases))


def verify(frank, path, sender, helo, *dns):
    """(CPU seconds, MiB, questions, error) of one message."""
    cpu, mib, code, result = spend([frank, "verify", "--json", *dns, "--ip", "192.0.2.99", "--helo", helo, "--mail-from", sender,
                                    "--rcpt-to", "b@receiver.example", "--receiver", "mx.receiver.example", "--at", "1760000000", path])
    return cpu, mib, (result or {}).get("dns", {}).get("queries"), "" if code == 0 and result else f"exit {code}"


def measure(frank, corpus, folder):
    """Yields (name, CPU seconds, MiB, questions, error) of each message, all DNS from a zone."""
    folder.mkdir(parents=True, exist_ok=True)
    zone_file = folder / "hostile.zone"
    zone_file.write_text(zone(key_of(corpus / "corpus.zone")))
    apart(write_messages, folder)
    cases = json.loads((folder / "cases.json").read_text())
    for name, path, (sender, helo) in cases:
        yield name, *verify(frank, path, sender, helo, "--zone", zone_file)
    for path in {path for _, path, _ in cases}:
        os.unlink(path)


def measure_domains(frank, name_server, folder):
    """The same of mail from costly domains, from a name server whose answers come one after the other: each may be one more look at all there is."""
    folder.mkdir(parents=True, exist_ok=True)
    zone_file = folder / "costly.zone"
    apart(lambda: zone_file.write_text(costly.zone()))
    name_server.start(zone_file, delay_ms=1)
    try:
        for name, domain, _ in costly.DOMAINS:
            path = folder / "costly.eml"
            path.write_text(costly.message(domain), newline="")
            yield name, *verify(frank, path, f"a@{domain}", domain, "--resolver", "127.0.0.1")
    finally:
        name_server.stop()
