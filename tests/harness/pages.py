"""Hostile mail for pages: what a stranger writes where, and what a page made of it may consist of (threats.md T33)."""
import html.parser
import re

# Each tries to become an element, an attribute, a request, or the end of whatever it stands in. {beacon} is a URL nobody may ask for.
PAYLOADS = {
    "script": '<script>document.title="owned"</script>',
    "script by reference": '<script src="{beacon}"></script>',
    "image": '"><img src={beacon} onerror=document.title="owned">',
    "handler": "' onmouseover='document.title=1' x='",
    "svg": '<svg/onload=document.title="owned">',
    "style": '</style><style>@import url({beacon});body{{background:url({beacon})}}</style>',
    "end of title": '</title></head><body onload=document.title="owned">',
    "frame": '<iframe src="{beacon}"></iframe><object data="{beacon}"></object><embed src="{beacon}">',
    "base and form": '<base href="{beacon}"><form action="{beacon}"><button>',
    "refresh": '<meta http-equiv="refresh" content="0;url={beacon}"><link rel="stylesheet" href="{beacon}">',
    "link": '<a href="javascript:document.title=1" ping="{beacon}">x</a>',
    "comment": "--><!-- <![CDATA[ ]]>",
    "end of all": "</details></main></body></html><plaintext>",
    "references": "&lt;script&gt;&#60;script&#62;&amp;",
    "UTF-7": "+ADw-script+AD4-document.title=1+ADw-/script+AD4-",
    "odd octets": "\x00<\x00script>\x0b\x1b[2J\u2028\u202e\ufeff\U000e0041",
    "fullwidth": "\uff1cscript\uff1e\u02bcx\u02ba",
    "template": "{{{{constructor.constructor('document.title=1')()}}}} ${{7*7}} <%= 7 %>",
}

# All a page of ours is made of.
ELEMENTS = {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "b", "ul", "li", "i", "div", "table", "thead", "tbody", "tr", "th", "td",
            "details", "summary", "span", "code", "br", "footer"}
ATTRIBUTES = {"class", "style", "title", "scope", "lang", "charset", "http-equiv", "content", "name"}


def payloads(beacon="http://127.0.0.1:9/beacon"):
    return {name: text.format(beacon=beacon) for name, text in PAYLOADS.items()}


def message_full_of(text):
    """In every field that is shown, and in names, selectors and comments."""
    octets = text.encode("utf-8", "surrogateescape")
    inside = octets.replace(b"\r", b"").replace(b"\n", b"")
    return (b"Return-Path: <" + inside + b"@sender.example>\r\n"
            b"Received: from " + inside + b" (" + inside + b" [192.0.2.1]) by mx.receiver.example with ESMTP id 1 for <" + inside + b"@r.example>; Tue, 14 Nov 2023 22:13:20 +0000\r\n"
            b"DKIM-Signature: v=1; a=rsa-sha256; d=" + inside + b"; s=" + inside + b"; h=from; i=@" + inside + b"; bh=AAAA; b=AAAA\r\n"
            b"DKIM-Signature: v=1; a=rsa-sha256; d=sender.example; s=s; h=from:" + inside + b"; i=@sender.example; bh=" + inside + b"; b=AAAA\r\n"
            b"From: " + inside + b" <" + inside + b"@sender.example>\r\nSubject: " + inside + b"\r\nMessage-ID: <" + inside + b"@x>\r\n\r\n" + octets + b"\r\n")


def zone_full_of(text):
    """What a stranger publishes."""
    shown = "".join(f"\\{octet:03d}" for octet in text.encode("utf-8", "surrogateescape")[:180])
    return [f'sender.example. IN TXT "v=spf1 include:i.example x={shown} -all"', f'i.example. IN TXT "v=spf1 {shown}"', f'_rmx.sender.example. IN TXT "{shown}"',
            f'_dmarc.sender.example. IN TXT "v=DMARC1; p=reject; x={shown}"', f's._domainkey.sender.example. IN TXT "v=DKIM1; n={shown}; p={shown}"',
            f"1.2.0.192.in-addr.arpa. IN PTR {shown[:120]}.sender.example.", "1.2.0.192.in-addr.arpa. IN PTR host.sender.example."]


class Structure(html.parser.HTMLParser):
    """Elements and attributes as a parser meets them, and the text between."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.elements, self.words, self.others, self.inside = [], [], [], None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside != "style":
            self.words.append(data)

    def handle_comment(self, data):
        self.others.append(("comment", data))

    def handle_pi(self, data):
        self.others.append(("instruction", data))

    def unknown_decl(self, data):
        self.others.append(("declaration", data))

    @property
    def text(self):
        return "".join(self.words)

    def count(self, tag):
        return sum(one == tag for one, _ in self.elements)


def complaints(structure):
    """What is in a page that should not be."""
    found = [str(other) for other in structure.others]
    for tag, attributes in structure.elements:
        if tag not in ELEMENTS:
            found.append(f"<{tag}>")
        for name, value in attributes.items():
            if name not in ATTRIBUTES:
                found.append(f"<{tag} {name}={value!r}>")
            if name == "style" and not re.fullmatch(r"width:\d+\.\d\d%", value or ""):
                found.append(f"<{tag} style={value!r}>")
            if name == "class" and not re.fullmatch(r"[a-z ]+", value or ""):
                found.append(f"<{tag} class={value!r}>")
            if name == "http-equiv" and value != "Content-Security-Policy":
                found.append(f"<{tag} http-equiv={value!r}>")
    return found
