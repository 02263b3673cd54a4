"""frank publish: plans and command lines to records, updates, JSON, and what DNS lacks of them."""
import re
import shutil
import subprocess

import pytest

PLAN = """
domain = "example.com";
networks = [ "192.0.2.0/24" ];
mx_sends = true;
mx = [ "mx1.@" ];
excluded = [ "192.0.2.66" ];
"""
WORLD = ["mx1.example.com. A 192.0.2.1"]


def plan(frank, text=PLAN, name="example.plan"):
    path = frank.folder / name
    path.write_text(text, encoding="utf-8")
    return path


def records(said):
    """(owner, type, data) of each line."""
    found = []
    for line in said.lines:
        if line and not line.startswith(";"):
            owner, _, _, rtype, data = line.split(" ", 4)
            found.append((owner, rtype, data))
    return found


def test_every_method_is_published(frank):
    said = frank.run("publish", "--zone", frank.zone(*WORLD), plan(frank))
    have = records(said)
    assert ("example.com.", "TXT", '"v=spf1 -ip4:192.0.2.66 ip4:192.0.2.0/24 mx -all"') in have
    assert ("_rmx.example.com.", "TXT", '"!ipv4:192.0.2.66 mx: ipv4:192.0.2.0/24"') in have
    assert ("_smtp-client.example.com.", "TXT", '"dmp="') in have
    assert ("example.com.", "MX", "10 mx1.example.com.") in have
    assert not [r for r in have if r[1] == "A" and "_email_" not in r[0]]


def test_what_is_printed_is_a_zone_that_the_methods_accept(frank):
    zone = frank.folder / "published.zone"
    zone.write_text(frank.run("publish", "--zone", frank.zone(*WORLD), plan(frank)).out, encoding="utf-8")
    world = frank.zone(*WORLD)
    for method in ("spf", "rmx", "dmp"):
        for ip, result in (("192.0.2.9", "pass"), ("192.0.2.66", "fail"), ("198.51.100.1", "fail"), ("192.0.2.1", "pass")):
            said = frank.run(method, "--json", "--zone", zone, "--zone", world, "--ip", ip, "--helo", "h.test", "--mail-from", "u@example.com")
            assert said.json["result"] == result, (method, ip)


def test_methods_are_chosen(frank):
    said = frank.run("publish", "--offline", "--method", "rmx,mx", plan(frank))
    assert {r[1] for r in records(said)} == {"TXT", "MX"} and len(records(said)) == 2
    for wrong in ("rmx,nothing", "iprev", ","):
        assert "--method" in frank.run("publish", "--offline", "--method", wrong, plan(frank), code=64).err
    chosen = plan(frank, PLAN + 'methods = [ "dmp" ];\n')
    assert all("_smtp-client" in r[0] for r in records(frank.run("publish", "--offline", chosen)))
    assert records(frank.run("publish", "--offline", "--method", "mx", chosen)) == [("example.com.", "MX", "10 mx1.example.com.")]


def test_json_is_one_object_for_each_plan(frank):
    text = 'plans = ( { template = "t"; networks = "192.0.2.0/24"; }, { like = "t"; domains = [ "a.example", "b.example" ]; } );'
    said = frank.run("publish", "--json", "--offline", "--method", "spf", plan(frank, text))
    assert [o["domain"] for o in said.objects] == ["a.example", "b.example"]
    record = said.objects[0]["records"][0]
    assert record == {"method": "spf", "owner": "a.example", "type": "TXT", "ttl": 3600, "data": '"v=spf1 ip4:192.0.2.0/24 -all"', "rdata": record["rdata"]}
    assert bytes.fromhex(record["rdata"]) == b"\x1cv=spf1 ip4:192.0.2.0/24 -all"
    only = frank.run("publish", "--json", "--offline", "--domain", "B.example", plan(frank, text))
    assert [o["domain"] for o in only.objects] == ["b.example"]
    assert "no plan" in frank.run("publish", "--offline", "--domain", "c.example", plan(frank, text), code=65).err


def test_mistakes_have_file_and_line(frank):
    said = frank.run("publish", "--offline", plan(frank, 'domain = "example.com";\nnetwork = [];\n'), code=65)
    assert "example.plan:2: " in said.err and "network" in said.err
    assert frank.run("publish", "--offline", plan(frank, 'domain = "example.com";'), code=65).err.count("never_sends") == 1
    assert "says who sends" in frank.run("publish", "example.com", code=66).err
    frank.run("publish", code=64)
    frank.run("publish", "--nsupdate", "--json", plan(frank), code=64)
    frank.run("publish", "--check", "--offline", plan(frank), code=64)


# ---- check and update ----

def test_check_says_what_differs(frank):
    published = frank.folder / "published.zone"
    published.write_text(frank.run("publish", "--zone", frank.zone(*WORLD), plan(frank)).out, encoding="utf-8")
    world = frank.zone(*WORLD)
    said = frank.run("publish", "--check", "--zone", published, "--zone", world, plan(frank))
    assert re.fullmatch(r"example\.com: \d+ present, 0 missing, 0 wrong, 0 stale, 0 unknown\n", said.out)
    assert said.out.splitlines()[0] in frank.run("publish", "--check", "--all", "--zone", published, "--zone", world, plan(frank)).lines
    other = plan(frank, PLAN.replace("192.0.2.66", "192.0.2.67"), "other.plan")
    said = frank.run("publish", "--check", "--zone", published, "--zone", world, other, "--method", "spf,rmx,dmp", code=1)
    assert [line.split()[:2] for line in said.lines[1:] if line.startswith(("wrong", "missing", "stale"))] == [
        ["wrong", "dmp"], ["wrong", "rmx"], ["wrong", "spf"]]      # at the first, the network's wildcard answers
    counts = frank.run("publish", "--check", "--json", "--zone", published, "--zone", world, other, "--method", "spf,rmx,dmp", code=1).json
    assert (counts["missing"], counts["wrong"], counts["stale"], counts["unknown"]) == (0, 3, 0, 0)
    assert {c["state"] for c in counts["check"]} == {"present", "wrong"}
    # What the first plan published and the second does not.
    said = frank.run("publish", "--check", "--previous", plan(frank), "--zone", published, "--zone", world, other, "--method", "dmp", code=1)
    assert "stale    dmp        66.2.0.192.in-addr._smtp-client.example.com." in said.out


def test_dns_failure_is_not_missing(frank):
    zone = frank.zone(*WORLD, "; timeout _rmx.example.com")
    said = frank.run("publish", "--check", "--zone", zone, "--method", "rmx", plan(frank), code=75)
    assert "1 unknown" in said.out and "DNS did not answer" in said.err
    broken = frank.zone("; servfail out.example.com")
    said = frank.run("publish", "--zone", broken, "--method", "dmp", plan(frank, 'domain = "example.com"; hosts = "out.@";'), code=75)
    assert "stricter" in said.out
    frank.run("publish", "--offline", "--method", "spf", plan(frank, 'domain = "example.com"; hosts = "out.@";'))


def test_update_makes_dns_what_the_plan_says(frank):
    """The script is applied by hand to a zone file; then nothing differs."""
    before = ['example.com. TXT "v=spf1 mx -all"', 'example.com. TXT "site=1"', "example.com. MX 20 old.example.com.", *WORLD]
    said = frank.run("publish", "--nsupdate", "--zone", frank.zone(*before), plan(frank))
    lines = [line for line in said.lines if not line.startswith((";", "check-names"))]
    assert lines[0] == "zone example.com." and lines[-1] == "send"
    after = list(before)
    for line in lines[1:-1]:
        if line.startswith("update delete "):
            after.remove(line.removeprefix("update delete "))
        else:
            after.append(line.removeprefix("update add "))
    assert 'example.com. TXT "site=1"' in after and 'example.com. TXT "v=spf1 mx -all"' not in after
    zone = frank.zone(*after, name="after.zone")
    frank.run("publish", "--check", "--zone", zone, plan(frank))
    assert frank.run("publish", "--nsupdate", "--zone", zone, plan(frank)).out == "; example.com: 0 changes\n"
    offline = frank.run("publish", "--nsupdate", "--offline", plan(frank)).out
    assert "update delete" not in offline and "update add example.com." in offline


def test_a_long_served_domain_is_hashed_without_dns(frank):
    served = ".".join(["d" * 63, "e" * 63, "f" * 63, "g" * 40, "example"])
    text = f'domain = "example.com"; networks = "192.0.2.1"; hosts = "out.@"; serves = "{served}"; serves_factored = true;'
    have = records(frank.run("publish", "--offline", "--method", "msd", plan(frank, text)))
    assert [owner for owner, _, data in have if data == '"v=msd1 yes"'][0].startswith("_h")


def test_plans_that_share_a_host_say_the_same_of_it(frank):
    text = """plans = ( { template = "h"; hosts = "out.hosting.example"; zones = "hosting.example"; methods = [ "spf", "msd" ];%s },
        { like = "h"; domains = [ "a.example", "b.example" ]; } );"""
    said = frank.run("publish", "--offline", plan(frank, text % ""), code=65)
    assert "a.example and b.example say different things of _serves._smtp.out.hosting.example" in said.err
    frank.run("publish", "--offline", plan(frank, text % ' serves = [ "a.example", "b.example" ];'))


def test_a_host_that_only_sends_stays_what_it_is_once_it_is_published(frank):
    text = 'domain = "example.com"; hosts = "out.@"; methods = "mxout";'
    zone = frank.zone("example.com. MX 10 mx1.example.com.", "example.com. MX 65535 out.example.com.", "mx1.example.com. A 192.0.2.1", "out.example.com. A 192.0.2.2")
    assert ("example.com.", "MX", "65535 out.example.com.") in records(frank.run("publish", "--zone", zone, plan(frank, text)))
    left = plan(frank, 'domain = "example.com"; networks = "192.0.2.9"; methods = "mxout";', name="new.plan")
    said = frank.run("publish", "--nsupdate", "--previous", plan(frank, text), "--zone", zone, left)
    assert "update delete example.com. MX 65535 out.example.com." in said.lines and "MX 10" not in said.out


def test_an_update_takes_no_provider_away_that_dns_does_not_tell(frank):
    text = 'domain = "example.com"; networks = "192.0.2.0/24"; providers = "prov.example"; methods = "rmx";'
    zone = frank.zone('_rmx.example.com. TXT "ipv4:192.0.2.0/24 ipv4:198.51.100.0/24"', "; timeout prov.example")
    said = frank.run("publish", "--nsupdate", "--zone", zone, plan(frank, text), code=75)
    assert said.out.startswith("; example.com: no changes") and "update" not in said.out

@pytest.mark.skipif(not shutil.which("nsupdate"), reason="no nsupdate here")
def test_nsupdate_reads_the_script(frank):
    script = frank.run("publish", "--nsupdate", "--offline", "--private-types", "rmx=65280", plan(frank)).out.replace("send\n", "show\n")
    done = subprocess.run(["nsupdate"], input="server 127.0.0.1 1\n" + script, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 and "TYPE65280" in done.stdout, done.stderr


# ---- SPF's own limits ----

def provider(includes):
    """A provider whose record makes so many look-ups."""
    names = [f"i{i}.isp.example" for i in range(includes)]
    return ([f'isp.example. TXT "v=spf1 {" ".join("include:" + n for n in names)} -all"'] +
            [f'{n}. TXT "v=spf1 ip4:198.51.100.{i} -all"' for i, n in enumerate(names)])


@pytest.mark.parametrize("includes, said", [(6, None), (7, "note"), (9, "note"), (10, "stricter")])
def test_nested_look_ups_are_counted(frank, includes, said):
    text = 'domain = "example.com"; providers = "isp.example";'
    got = frank.run("publish", "--zone", frank.zone(*provider(includes)), "--method", "spf", plan(frank, text))
    remarks = [line for line in got.lines if line.startswith("; ") and "look up" in line]
    assert [r.split(":")[0].removeprefix("; ") for r in remarks] == ([said] if said else [])
    assert ("permerror" in got.err) == (said == "stricter")
    if remarks:
        assert f" {includes + 1} names" in remarks[0]


def test_flattened_providers_are_written_out(frank):
    text = 'domain = "example.com"; providers = "isp.example"; hosts = "out.example.com";'
    zone = frank.zone(*provider(10), "out.example.com. A 192.0.2.4")
    said = frank.run("publish", "--zone", zone, "--flatten", "--method", "spf", plan(frank, text))
    assert '"v=spf1 ip4:192.0.2.4 ip4:198.51.100.0/29 ip4:198.51.100.8/31 -all"' in said.out
    assert "flattened" in said.out and "permerror" not in said.err


def test_deny_is_filled_in(frank):
    lines = frank.run("publish", "--offline", "--fill-deny", "--method", "dmp", plan(frank, 'domain = "example.com"; networks = "192.0.2.1";')).lines
    assert '*.2.0.192.in-addr._smtp-client.example.com. 3600 IN TXT "dmp=deny"' in lines


# ---- from SPF ----

SPF_WORLD = ['example.com. TXT "v=spf1 ip4:192.0.2.0/28 include:_spf.isp.example exists:%{i}.x.example ~all"',
             '_spf.isp.example. TXT "v=spf1 ip4:198.51.100.0/30 -all"']


def test_a_plan_from_spf_is_a_plan_file(frank):
    zone = frank.zone(*SPF_WORLD)
    said = frank.run("publish", "--from-spf", "--zone", zone, "example.com")
    assert "exists" in said.out and 'ending = "soft";' in said.out
    made = plan(frank, said.out, "made.plan")
    spf = records(frank.run("publish", "--zone", zone, "--method", "spf", made))
    assert spf == [("example.com.", "TXT", '"v=spf1 ip4:192.0.2.0/28 include:_spf.isp.example ~all"')]
    direct = frank.run("publish", "--from-spf", "--zone", zone, "--method", "rmx", "example.com")
    assert records(direct) == [("_rmx.example.com.", "TXT", '"ipv4:192.0.2.0/28 ipv4:198.51.100.0/30"')]
    one = frank.run("publish", "--from-spf", "--json", "--zone", zone, "example.com").json
    assert one["plan"].startswith('domain = "example.com";') and one["remarks"][0]["kind"] == "stricter"


@pytest.mark.parametrize("lines, code", [([], 65), (['example.com. TXT "v=spf1 ip4:x"'], 65), (['example.com. TXT "v=spf1 -all"'] * 2, 65),
                                         (["; servfail example.com"], 75), (['example.com. TXT "v=spf1 ?all"'], 65)])
def test_no_plan_from_spf(frank, lines, code):
    said = frank.run("publish", "--from-spf", "--zone", frank.zone(*lines), "example.com", code=code)
    assert said.out == "" and "example.com" in said.err


# ---- one record without a file ----

@pytest.mark.parametrize("options, expected", [
    (["--method", "rmx", "--ip4", "192.0.2.0/24", "--not", "192.0.2.66", "--apl", "relays.isp.example", "--private-types", "rmx=65280"],
     [("_rmx.example.com.", "TXT", '"!ipv4:192.0.2.66 apl:relays.isp.example"'),
      ("example.com.", "TYPE65280", r"\# 27 8120c0000242040672656c61797303697370076578616d706c6500"),
      ("relays.isp.example.", "APL", "!1:192.0.2.66/32 1:192.0.2.0/24")]),
    (["--method", "imx", "--ip4", "192.0.2.16/29", "--host", "relay.example.com", "--only"],
     [("_imx.example.com.", "TXT", '"v=imx1 a:relay.example.com ip4:192.0.2.16/29 only"')]),
    (["--method", "mxout", "--host", "out1.example.com"], [("example.com.", "MX", "65535 out1.example.com.")]),
    (["--method", "mxout", "--host", "out1.example-out.example", "--separate", "example-out.example"],
     [("example-out.example.", "MX", "10 out1.example-out.example.")]),
    (["--method", "spf", "--mx", "--a", "192.0.2.9", "--a", "out.example.com", "--provider", "isp.example", "--only"],
     [("example.com.", "TXT", '"v=spf1 ip4:192.0.2.9 a:out.example.com mx include:isp.example -all"'), ("out.example.com.", "TXT", '"v=spf1 a -all"')]),
    (["--method", "spf", "--mx"], [("example.com.", "TXT", '"v=spf1 mx ~all"')]),
    (["--method", "spf", "--mx", "--neutral", "--ttl", "60"], [("example.com.", "TXT", '"v=spf1 mx ?all"')]),
    (["--method", "rmx", "--never"], [("_rmx.example.com.", "TXT", '"unused:"')]),
    (["--method", "mx", "--mx", "--receiver-host", "mx1.example.com", "--receiver-host", "mx2.example.com"],
     [("example.com.", "MX", "10 mx1.example.com."), ("example.com.", "MX", "20 mx2.example.com.")]),
    (["--method", "mx", "--never", "--receives-nothing"], [("example.com.", "MX", "0 .")]),
    (["--method", "dmarc", "--never", "--policy", "quarantine"], [("_dmarc.example.com.", "TXT", '"v=DMARC1; p=quarantine"')]),
])
def test_a_command_line_is_a_plan(frank, options, expected):
    assert records(frank.run("publish", "--offline", *options, "example.com")) == expected


def test_a_command_line_has_mistakes(frank):
    assert 'not "192.0.2.0/33"' in frank.run("publish", "--offline", "--method", "rmx", "--ip4", "192.0.2.0/33", "example.com", code=65).err
    frank.run("publish", "--offline", "--method", "rmx", "--ip4", "192.0.2.0/24", "exa mple.com", code=65)
    frank.run("publish", "--offline", "--method", "rmx", "--ip4", "192.0.2.0/24", "--never", "example.com", code=65)
    frank.run("publish", "--offline", "--method", "rmx", "--never", "--private-types", "rmx=16", "example.com", code=64)
    frank.run("publish", "--offline", "--method", "rmx", "--never", "--private-types", "rmx=65280,imx=65280", "example.com", code=64)


def test_t44_what_is_secret_of_a_key_is_in_no_output(frank):
    """Records, JSON, updates and complaints, of a good key and of one that was damaged."""
    openssl = shutil.which("openssl") or pytest.fail("no openssl")
    private = frank.folder / "private.pem"
    subprocess.run([openssl, "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", private], check=True, capture_output=True, timeout=60)
    text = private.read_text()
    lines = text.splitlines()[1:-1]
    damaged = {"cut": text[:-200], "odd": text.replace(lines[5], lines[5][:-3] + "!!!"), "short": "\n".join(text.splitlines()[:5] + text.splitlines()[-1:]) + "\n"}
    for name, octets in damaged.items():
        (frank.folder / f"{name}.pem").write_text(octets)
    said = []
    for name, code in {"private": 0, **{name: 65 for name in damaged}}.items():
        for options in (["--offline"], ["--offline", "--json"], ["--offline", "--nsupdate"]):
            done = frank.run("publish", *options, "--mx", "--selector", "s1", "--key", f"{name}.pem", "example.com", code=code)
            said.append(done.out + done.err)
    for octets in (text.encode(), b"\n".join(line.encode() for line in lines)):        # the key given as a plan
        (frank.folder / "key.plan").write_bytes(octets)
        done = frank.run("publish", "--offline", "key.plan", code=65)
        said.append(done.out + done.err)
    assert "p=" in said[0]
    assert [line for line in lines if any(line[at:at + 16] in one for one in said for at in range(0, len(line) - 15, 16))] == []


def test_keys_are_read_from_pem(frank):
    """The public half of a private key is published, and nothing else of it; an unreadable one is said."""
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("no openssl here")
    for kind, options in (("rsa", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]), ("ed25519", ["-algorithm", "ED25519"])):
        private, public = frank.folder / f"{kind}.pem", frank.folder / f"{kind}.pub"
        subprocess.run([openssl, "genpkey", *options, "-out", private], check=True, capture_output=True, timeout=60)
        subprocess.run([openssl, "pkey", "-in", private, "-pubout", "-out", public], check=True, capture_output=True, timeout=60)
        both = [records(frank.run("publish", "--offline", "--method", "dkim", "--mx", "--selector", "s1", "--key", f, "example.com")) for f in (private, public)]
        assert both[0] == both[1]
        (owner, rtype, data), = both[0]
        assert owner == "s1._domainkey.example.com." and rtype == "TXT" and f"k={kind}; p=" in data
        if kind == "rsa":
            assert len(data.split('" "')) == 2          # two strings: none is longer than 255 octets
            body = "".join(public.read_text().splitlines()[1:-1])
            assert body in data.replace('" "', "")
    assert "cannot be read" in frank.run("publish", "--offline", "--mx", "--selector", "s1", "--key", "nowhere.pem", "example.com", code=65).err
    (frank.folder / "text.pem").write_text("hello")
    assert "PEM" in frank.run("publish", "--offline", "--mx", "--selector", "s1", "--key", "text.pem", "example.com", code=65).err


def test_thousands_of_domains(frank):
    text = 'plans = ( { template = "t"; mx = "mx.t.example"; mx_sends = true; }, { like = "t"; domains = [ ' + ", ".join(
        f'"d{i}.example"' for i in range(2000)) + " ]; } );"
    said = frank.run("publish", "--offline", "--method", "spf,rmx", plan(frank, text))
    assert len(records(said)) == 4000


def test_no_records_are_not_silence(frank):
    """dnsmail publishes message_servers, mtamark address_space: a plan that has neither gets none of their records."""
    said = frank.run("publish", "--offline", "--method", "dnsmail,mtamark", plan(frank, 'domain = "example.com";\nnetworks = "192.0.2.0/24";\n'))
    assert said.lines == ["; example.com", "; no records: the plan has nothing of what these methods publish"]
    some = frank.run("publish", "--offline", "--method", "spf", plan(frank, 'domain = "example.com";\nnetworks = "192.0.2.0/24";\n'))
    assert "no records" not in some.out


@pytest.mark.parametrize("receives, changes", [([], 0), (["a.example. MX 0 ."], 0), (["a.example. MX 5 m.example.", "m.example. A 192.0.2.7"], 1)],
                         ids=["by its address", "nothing", "by MX"])
def test_a_host_that_only_sends_does_not_become_the_only_one_that_receives(frank, receives, changes):
    """RFC 5321 5.1: the first MX record takes mail away from the domain's address; RFC 7505 3: a null MX stands alone."""
    zone = frank.zone("a.example. SOA a. a. 1 1 1 1 1", "a.example. A 192.0.2.1", "x.example. A 192.0.2.2", *receives)
    said = frank.run("publish", "--zone", zone, "--method", "mxout", "--nsupdate", plan(frank, 'domain = "a.example";\nhosts = "x.example";\n'))
    assert said.out.count("MX 65535 x.example.") == changes
    assert ("say in mx who receives" in said.err) == (changes == 0)
