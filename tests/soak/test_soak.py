"""The long forms of what tests/scenarios/test_hostile.py shows in short: threats.md T40, T41, T42, T45.

Every loop is bounded in count and in time; all of it together takes less than six minutes and ends by itself.
"""
import contextlib
import os
import random
import signal
import socket
import time

from fakes.dns import FakeDns
from harness.frankd import CHECKED, Frankd
from harness.load import FORGED, GOOD, ZONE, Load, is_right, say_and_hear_out, send_one
from harness.milter_client import MilterClient
from harness.milter_wire import frame, negotiation, zero_ended

RELOADS, RELOADS_SECONDS = 1000, 120
KILLS, KILLS_SECONDS = 60, 90
NOISES, NOISES_SECONDS = 5000, 60
IDLE = 3000
HONEST_SECONDS = 2.0


@contextlib.contextmanager
def daemon(**options):
    with Frankd(options.pop("zone", ZONE), **{"rules": '"standard"', "process": "workers = 2;", "build": CHECKED, **options}) as frankd:
        yield frankd


def honest(frankd, address=GOOD):
    started = time.monotonic()
    with MilterClient(frankd.address) as client:
        client.negotiate()
        assert is_right(address, *send_one(client, address))
        client.quit()
    return time.monotonic() - started


def wait_until(what, seconds=20):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it does not come to that"
        time.sleep(0.02)


def test_a_thousand_reloads_under_load():
    """Good and bad files in turn: nothing lost, nothing answered wrongly, never more than three generations (T45)."""
    with daemon(process='workers = 2; drain_timeout = "1s";') as frankd:
        end, most, requests = time.monotonic() + RELOADS_SECONDS, 0, 0
        with Load(frankd.address, clients=6) as load:
            while requests < RELOADS and time.monotonic() < end:
                frankd.write_conf('rules = "standard";' if requests % 2 else 'rules = "standard"; deny = [ ;')
                frankd.reload()
                requests += 1
                most = max(most, len(frankd.children()))
                time.sleep(0.03)
        assert requests == RELOADS, f"only {requests} requests in {RELOADS_SECONDS} s"
        assert load.wrong == [] and load.lost == 0 and load.refused == 0
        assert load.answered > 500
        assert most <= 3 * 2, "three generations of two workers"
        status = frankd.status()
        assert status["reloads"] > 10 and status["reloads_refused"] > 10 and status["restarts"] == 0
        wait_until(lambda: len(frankd.children()) == 2)
        assert honest(frankd) < HONEST_SECONDS


def test_any_process_killed_at_any_time():
    """Workers, resolver and parent in a seeded order: no wrong answer, the mail server's clients only have to come again (T42)."""
    luck = random.Random(20040229)
    with FakeDns(ZONE) as dns, daemon(dns=f'resolver = [ "{dns.address}" ]; timeout = "3s";') as frankd:
        end, kills = time.monotonic() + KILLS_SECONDS, 0
        with Load(frankd.address, clients=6, tempfail_allowed=True) as load:
            while kills < KILLS and time.monotonic() < end:
                time.sleep(luck.uniform(0.05, 0.6))
                kill_somebody(frankd, luck)
                kills += 1
        assert kills > 20 and load.wrong == [] and load.answered > 50
        wait_until(lambda: len(frankd.children()) == 3)
        assert honest(frankd) < HONEST_SECONDS and honest(frankd, FORGED) < HONEST_SECONDS


def kill_somebody(frankd, luck):
    children = list(frankd.children())
    if luck.random() < 0.1:
        os.kill(frankd.process.pid, signal.SIGKILL)
        frankd.process.wait()
        wait_until(lambda: not any(os.path.exists(f"/proc/{pid}/exe") for pid in children), 40)
        frankd.start()
    elif children:
        os.kill(luck.choice(children), signal.SIGKILL)


def test_thousands_of_idle_sessions():
    """Negotiated and silent: allowed for two hours, and nobody else's trouble (T41)."""
    with daemon() as frankd, contextlib.ExitStack() as idle:
        for _ in range(IDLE):
            sock = idle.enter_context(socket.create_connection(("127.0.0.1", frankd.port), timeout=10))
            sock.sendall(negotiation(6, 0x1ff, 0x1fffff))
        wait_until(lambda: frankd.status()["counters"]["live"] == IDLE)
        time.sleep(12)
        assert frankd.status()["counters"]["live"] == IDLE, "they may be silent for longer than one that never negotiated"
        assert max(honest(frankd, address) for address in (GOOD, FORGED) * 20) < HONEST_SECONDS


def test_noise():
    """Seeded octets and changed sessions: no process dies, and honest sessions are right in between (T40)."""
    luck = random.Random(20060101)
    connect = zero_ended("mail.sender.example") + b"4\x0f\xa0" + zero_ended("192.0.2.1")
    whole = (negotiation(6, 0x1ff, 0x1fffff) + frame("D", b"C" + zero_ended("j", "mx")) + frame("C", connect) + frame("H", zero_ended("h.example"))
             + frame("M", zero_ended("<a@sender.example>")) + frame("R", zero_ended("<b@receiver.example>")) + frame("T")
             + frame("L", zero_ended("From", " a@sender.example")) + frame("N") + frame("B", b"Hello.\r\n") + frame("E") + frame("A") + frame("K") + frame("Q"))
    with daemon() as frankd:
        before, end, done = frankd.children(), time.monotonic() + NOISES_SECONDS, 0
        while done < NOISES and time.monotonic() < end:
            octets = bytearray(whole)
            for _ in range(luck.randint(1, 6)):
                octets[luck.randrange(len(octets))] = luck.randrange(256)
            cut = luck.randrange(len(octets)) if luck.random() < 0.3 else len(octets)
            say_and_hear_out(frankd.port, octets[:cut])
            done += 1
            if done % 500 == 0:
                assert honest(frankd) < HONEST_SECONDS
        counters = frankd.status()["counters"]
        assert done > 1000 and counters["connections"] >= done and counters["peers_wrong"] > done // 10
        assert frankd.children() == before
