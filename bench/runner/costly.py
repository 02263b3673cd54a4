"""Domains that publish as much as they may in each dialect, so that looking at them costs most: a zone, and whose mail to verify."""

DOCUMENTS = 90                   # of Caller ID; the quota is 100 questions


def strings(text):
    """One TXT record's character-strings."""
    return " ".join(f'"{text[i:i + 255]}"' for i in range(0, len(text), 255))


def networks(seed, count):
    """Networks that are all different, and none of them the client's."""
    return [f"10.{(seed + i // 250) % 250}.{i % 250}.{seed % 250}/32" for i in range(count)]


def document(owner, children):
    """A policy document as marked records of 2 KB."""
    text = f"<ep xmlns='http://ms.net/1'><out><m>{''.join(children)}</m></out></ep>"
    pieces = [text[i:i + 2000] for i in range(0, len(text), 2000)]
    return [f"_ep.{owner}. IN TXT {strings(f'{n + 1:02}{piece}')}" for n, piece in enumerate(pieces)]


def callerid(domain, child):
    """One document that leads to 90, whose children look as child(document, n) says."""
    lines = document(domain, [f"<indirect>d{i}.{domain}</indirect>" for i in range(DOCUMENTS)])
    for i in range(DOCUMENTS):
        lines += document(f"d{i}.{domain}", child(i))
    return lines


def listed(domain, version, count):
    """Ten records, each of many networks, one including the next."""
    return [f"{'l%d.' % i if i else ''}{domain}. IN TXT " + strings(f"{version} " + " ".join(f"ip4:{n}" for n in networks(i, count)) + (f" include:l{i + 1}.{domain}" if i < 9 else " -all"))
            for i in range(10)]


def exchanges(domain):
    return [f"{domain}. IN MX {i} h{i}.{domain}." for i in range(100)] + [f"h{i}.{domain}. IN A 10.0.{i}.{k}" for i in range(100) for k in range(40)]


def of_networks(domain):
    return callerid(domain, lambda i: [f"<r>{n}</r>" for n in networks(i, 2700)])


DOMAINS = [
    ("Caller ID, 90 documents of networks", "cid-r.example", of_networks),
    ("Caller ID, 90 documents of hosts", "cid-a.example", lambda d: callerid(d, lambda i: [f"<a>h{k}.{d}</a>" for k in range(2200)])),
    ("Caller ID, 90 documents of MX sets", "cid-mx.example", lambda d: callerid(d, lambda i: [f"<mx>h{k}.{d}</mx>" for k in range(2000)])),
    ("SPF, ten records of networks", "spf.example", lambda d: listed(d, "v=spf1", 2500)),
    ("Sender ID, ten records of networks", "pra.example", lambda d: listed(d, "spf2.0/pra,mfrom", 2500)),
    ("100 MX hosts", "mx.example", exchanges),
    ("all of that", "all.example", lambda d: of_networks(d) + listed(d, "v=spf1", 1200) + listed(d, "spf2.0/pra,mfrom", 1200) + exchanges(d)),
]


def zone():
    return "$TTL 60\n" + "\n".join(line for _, domain, make in DOMAINS for line in make(domain)) + "\n"


def message(domain):
    return f"From: a@{domain}\r\nTo: b@receiver.example\r\nSubject: x\r\nDate: Sun, 15 Jun 2025 10:00:00 +0000\r\nMessage-ID: <1@{domain}>\r\n\r\nx\r\n"
