"""What frank publishes, frank finds nothing wrong with: every dialect, of a domain that sends and of one that does not."""
import pytest

SENDS = """domain = "example.com";
networks = [ "192.0.2.0/24", "2001:db8:17::/48" ];
hosts = ( { name = "news.@"; addresses = [ "198.51.100.7" ]; } );
mx = ( { name = "mx1.@"; addresses = [ "192.0.2.10" ]; } );
mx_sends = true;
excluded = [ "192.0.2.66" ];
services = { submissions = "smtp.@"; };
dmarc = { policy = "reject"; };
"""
NEVER_SENDS = 'domain = "example.com";\nnever_sends = true;\nreceives_nothing = true;\n'
METHODS = "rmx,dmp,mxout,imx,csa,msd,drip,senderid,callerid,domainkeys,dnsmail"
SPOKEN = {"rmx", "dmp", "mxout", "imx", "csa", "drip", "callerid"}       # have records in both


@pytest.mark.parametrize("plan", [SENDS, NEVER_SENDS], ids=["sends", "never-sends"])
def test_published_records_are_found_and_good(frank, tmp_path, plan):
    (tmp_path / "plan").write_text(plan, encoding="utf-8")
    zone = frank.run("publish", "--offline", tmp_path / "plan").out
    zone += frank.run("publish", "--offline", "--method", "hosts", tmp_path / "plan").out
    (tmp_path / "zone").write_text(zone, encoding="utf-8")
    said = frank.run("check", "--json", "--zone", tmp_path / "zone", "--methods", METHODS, "example.com")
    sections = said.objects[0]["sections"]
    found = [f for section in sections for f in section["findings"] if f["level"] in ("error", "warning", "unknown")]
    assert found == []
    assert SPOKEN <= {section["name"] for section in sections if section["records"]}
