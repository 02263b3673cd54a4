"""Lists that are not in order are said once, whatever number of workers and messages meet them."""
import time

from harness.frankd import CHECKED, Frankd

LISTS = """methods = { dnslist = { lists = ( { name = "good"; zone = "good.test"; ipv6 = false; }, { name = "dead"; zone = "dead.test"; } ); }; };"""
ZONE = "2.0.0.127.good.test. IN A 127.0.0.2\n*.dead.test. IN A 127.0.0.2\n"


def test_a_broken_list_is_said_once():
    with Frankd(ZONE, more=LISTS, process="workers = 3;", build=CHECKED) as frankd:
        deadline = time.monotonic() + 20
        while "dnslist." not in frankd.log_text() and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(1.5)
        said = [line for line in frankd.log_text().splitlines() if "dnslist." in line]
    assert len(said) == 1 and said[0].endswith("dnslist.dead: list broken: 127.0.0.1 is listed"), said
