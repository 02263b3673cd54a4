"""frank publish and a real DNS server: it loads what is printed, and takes the update that is printed."""
import os
import pathlib
import shutil
import subprocess

import pytest

from rig.knot import KNOTD, Knot

ROOT = pathlib.Path(__file__).resolve().parents[3]
FRANK = pathlib.Path(os.environ.get("FRANK_BUILD", ROOT / "build-check")).resolve() / "frank"

pytestmark = pytest.mark.skipif(not KNOTD or not shutil.which("nsupdate"), reason="tools/setup interop brings knotd and nsupdate")

START = """$TTL 300
@ SOA ns.example.com. hostmaster.example.com. 1 3600 600 86400 300
@ NS ns.example.com.
ns A 127.0.0.1
"""
WORLD = """@ TXT "site-verification=1"
mx1 A 192.0.2.1
smtp A 192.0.2.2
"""
# Every form of record there is: TXT of several strings, wildcards, private types, APL, SRV, MX, addresses.
PLAN = """
domain = "example.com";
networks = [ "192.0.2.0/24", "2001:db8:17::/48" ];
hosts = ( { name = "out1.@"; addresses = [ "198.51.100.7", "2001:db8:18::7" ]; } );
mx_sends = true;
mx = [ "mx1.@" ];
excluded = [ "192.0.2.66" ];
services = { submissions = "smtp.@"; pop3 = "."; };
keys = ( { selector = "s1"; key = "KEY"; }, { selector = "s2"; alias = "s2.provider.example"; } );
dmarc = { policy = "reject"; };
apl = "relays.@";
fill_deny = true;
private_types = { rmx = 65280; imx = 65281; };
""".replace("KEY", "MIIB" * 98)


def frank(*arguments, code=0):
    done = subprocess.run([FRANK, "publish", *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "example.plan"
    path.write_text(PLAN, encoding="utf-8")
    return path


def test_the_server_loads_what_is_printed(tmp_path, plan):
    world = tmp_path / "world.zone"
    world.write_text("mx1.example.com. A 192.0.2.1\n", encoding="utf-8")
    published = frank("--zone", world, plan) + frank("--zone", world, "--method", "hosts", plan)
    with Knot(tmp_path, {"example.com": START + WORLD + published}) as server:
        assert "error" not in server.log().lower(), server.log()
        assert ", 0 missing, 0 wrong, 0 stale, 0 unknown" in frank("--resolver", server.address, "--check", plan)


def test_the_server_takes_the_update(tmp_path, plan):
    old = '@ TXT "v=spf1 mx -all"\n@ MX 20 old.example.com.\n_dmarc TXT "v=DMARC1; p=none"\n'
    with Knot(tmp_path, {"example.com": START + WORLD + old}) as server:
        assert "wrong" in frank("--resolver", server.address, "--check", plan, code=1)
        server.update(frank("--resolver", server.address, "--nsupdate", plan))
        assert ", 0 missing, 0 wrong, 0 stale, 0 unknown" in frank("--resolver", server.address, "--check", plan)
        assert frank("--resolver", server.address, "--nsupdate", plan) == "; example.com: 0 changes\n"
        # And on to another plan: what the old one left goes, what is others' stays.
        other = tmp_path / "other.plan"
        other.write_text('domain = "example.com";\nnever_sends = true;\nmx = "mx1.@";\n', encoding="utf-8")
        server.update(frank("--resolver", server.address, "--nsupdate", "--previous", plan, other))
        frank("--resolver", server.address, "--check", "--previous", plan, other)
        txt = subprocess.run(["dig", "+short", "@127.0.0.1", "-p", str(server.port), "example.com", "TXT"], capture_output=True, text=True, check=True, timeout=60)
        assert sorted(txt.stdout.splitlines()) == ['"site-verification=1"', '"v=spf1 -all"']
