"""Everything at once, for real: a plan, published by frank publish into Knot; frankd with every method on, behind Postfix; clients that
really have the addresses the plan allows, and one that it does not. 127.0.0.0/8 gives many.
"""
import contextlib
import datetime
import email.utils
import os
import pathlib
import shutil
import subprocess

import pytest

from harness.frankd import Frankd
from harness.sign import arc_sealed, dkim_signed, domainkeys_signed, zone_text
from rig.client import Client, Refused, message
from rig.knot import KNOTD, Knot
from rig.postfix import Postfix

ROOT = pathlib.Path(__file__).resolve().parents[3]
FRANK = pathlib.Path(os.environ.get("FRANK_BUILD", ROOT / "build-check")).resolve() / "frank"

pytestmark = pytest.mark.skipif(not KNOTD or not shutil.which("postfix", path="/usr/sbin:/usr/bin:/sbin:/bin"), reason="tools/setup interop brings knotd and postfix")

ALLOWED, ALSO_ALLOWED, FORBIDDEN = "127.0.1.1", "127.0.1.2", "127.0.9.9"
HELO = {ALLOWED: "mail.sender.example", ALSO_ALLOWED: "out.sender.example", FORBIDDEN: "pc.elsewhere.example"}
TYPES = {"rmx": 65280, "imx": 65281, "msd": 65282}
PRIVATE = "private_types = { " + " ".join(f"{name} = {number};" for name, number in TYPES.items()) + " };\n"
PLAN = """
domain = "sender.example";
hosts = ( { name = "mail.@"; addresses = [ "127.0.1.1" ]; }, { name = "out.@"; addresses = [ "127.0.1.2" ]; } );
mx = [ "mail.@", "out.@" ];
mx_sends = true;
message_servers = [ "127.0.0.1" ];
dmarc = { policy = "reject"; };
zones = [ "127.in-addr.arpa" ];
address_space = [ "127.0.0.0/16" ];
fill_deny = true;
"""
# What stands beside the plan: the zones' own records, reverse names, a list of DNS, and the elsewhere of the forbidden client.
START = "$TTL 300\n@ SOA ns.example. hostmaster.example. 1 3600 600 86400 300\n@ NS ns.example.\n"
NAMES = "ns A 127.0.0.1\n2.0.0.127.listed A 127.0.0.2\npc.elsewhere.example.listed A 127.0.0.2\ntest.listed A 127.0.0.2\npc.elsewhere A 127.0.9.9\n"
REVERSE = "1.1.0 PTR mail.sender.example.\n2.1.0 PTR out.sender.example.\n9.9.0 PTR pc.elsewhere.example.\n"

# By method: what it says of an allowed client, and of the forbidden one. For mxout no private address is in any MX set.
PATH_METHODS = {
    "spf": ("pass", "fail"), "rmx": ("pass", "fail"), "dmp": ("pass", "fail"), "imx": ("pass", "fail"), "senderid": ("pass", "fail"),
    "callerid": ("pass", "fail"), "mxout": ("softfail", "softfail"), "csa": ("pass", "none"), "drip": ("pass", "none"), "msd": ("pass", "none"),
    "mtamark": ("pass", "fail"), "iprev": ("pass", "pass"),
}
EXTRA = {  # not in a message's results unless it has what they examine
    "dkim": "pass", "domainkeys": "pass", "arc": "pass", "dmarc": "pass", "dnsmail": "pass",
}


def frank(*arguments):
    done = subprocess.run([FRANK, *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def published(folder, key, private):
    """(the zone sender.example's records, those of the reverse zone)"""
    plan = folder / "sender.plan"
    public = key.record.rpartition("p=")[2]
    plan.write_text(PLAN + (PRIVATE if private else "") + f'keys = ( {{ selector = "s1"; key = "{public}"; }} );\n', encoding="utf-8")
    # Knot refuses underscores in nothing but what BIND does: address records; drip's go in with the rest.
    lines = (frank("publish", "--offline", plan) + frank("publish", "--offline", "--method", "hosts", plan)).splitlines(keepends=True)
    records = [line for line in lines if not line.startswith(";")]
    reverse = [line for line in records if line.partition(" ")[0].endswith(".in-addr.arpa.")]
    return "".join(line for line in records if line not in reverse), "".join(reverse)


def conf_of(server, private):
    # The plan's addresses are private ones, which IMX believes our own domains only.
    options = {"drip": "enabled = true;", "imx": 'own_domains = [ "sender.example" ];',
               "dnslist": 'lists = ( { name = "listed"; zone = "listed.example"; by = "helo"; } );'}
    for name, number in TYPES.items() if private else ():
        options[name] = options.get(name, "") + f" rr_type = {number};"
    methods = " ".join(f"{name} = {{ {text} }};" for name, text in options.items())
    return f'authres = {{ legacy = true; }};\nnamed_servers_allowed = [ "{server.address}" ];\nmethods = {{ {methods} }};\n'


@pytest.fixture(scope="module", params=[False, True], ids=["as-text", "private-types"])
def world(request, tmp_path_factory, module_sink, key):
    folder = tmp_path_factory.mktemp("world")
    records, reverse = published(folder, key, request.param)
    now = datetime.datetime.now(datetime.timezone.utc)
    date = email.utils.format_datetime(now)
    registered = f'id1.sender.example. 300 IN TXT "To:bob@receiver.example*From:alice@sender.example*date={date}"\n'
    seal = zone_text("arc._domainkey.sealer.example", key.record)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(Knot(folder, {"example": START + NAMES + records + registered + seal, "127.in-addr.arpa": START + REVERSE + reverse}))
        assert "error" not in server.log().lower(), server.log()
        frankd = stack.enter_context(Frankd(dns=f'resolver = [ "{server.address}" ];', rules='"monitor"', more=conf_of(server, request.param)))
        postfix = stack.enter_context(Postfix([frankd.address], module_sink.port))
        yield postfix, frankd, date


def full_message(key, date):
    octets = message("DNS-Mail-ID: id1.sender.example", f"Date: {date}")
    octets = dkim_signed(domainkeys_signed(octets, key, "sender.example"), key, "sender.example")
    now = int(datetime.datetime.now().timestamp())
    return arc_sealed(octets, key, "sealer.example", "sealer.example; spf=pass smtp.mailfrom=sender.example", at=now)


def send(world, sink, client, octets):
    """The journal's line of it, after it arrived."""
    postfix, frankd, _ = world
    sink.forget()
    before = len(frankd.journal())
    with Client(postfix.port, helo=HELO[client], source=client) as connection:
        connection.send("alice@sender.example", ["bob@receiver.example"], octets)
    sink.next()
    return frankd.journal(before + 1)[-1]


def results_of(line):
    """method -> its results"""
    found = {}
    for method in [*PATH_METHODS, *EXTRA]:
        value = line.get(method)
        values = value if isinstance(value, list) else [value]
        found[method] = {one["result"] for one in values if one}
    return found


@pytest.mark.parametrize("client", [ALLOWED, ALSO_ALLOWED])
def test_every_method_lets_the_allowed_in(world, sink, key, client):
    found = results_of(send(world, sink, client, full_message(key, world[2])))
    assert {method: sorted(found[method]) for method in PATH_METHODS} == {method: [yes] for method, (yes, _) in PATH_METHODS.items()}
    assert {method: sorted(found[method]) for method in EXTRA} == {method: [yes] for method, yes in EXTRA.items()}


def test_every_method_tells_the_forbidden(world, sink, key):
    line = send(world, sink, FORBIDDEN, message())
    found = results_of(line)
    assert {method: sorted(found[method]) for method in PATH_METHODS} == {method: [no] for method, (_, no) in PATH_METHODS.items()}
    assert found["dmarc"] == {"fail"}
    assert [one["reason"] for one in line["dnslist"]] == ["listed"]


def test_the_strict_rules_refuse_it(world, sink):
    postfix, frankd, _ = world
    with Frankd(dns=frankd.dns, rules='"strict"', more=frankd.conf.read_text().partition('rules = "monitor";')[2]) as strict:
        with Postfix([strict.address], sink.port) as server:
            with Client(server.port, helo=HELO[FORBIDDEN], source=FORBIDDEN) as connection:
                with pytest.raises(Refused) as refused:
                    connection.send("alice@sender.example", ["bob@receiver.example"], message())
            assert refused.value.stage == "RCPT" and refused.value.code == 550
            with Client(server.port, helo=HELO[ALLOWED], source=ALLOWED) as connection:
                connection.send("alice@sender.example", ["bob@receiver.example"], message())
            sink.next()
