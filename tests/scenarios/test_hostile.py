"""Mail servers that are none, too many of them, and processes that die: threats.md T40, T41, T42, T45 in their short forms.

The long forms are in tests/soak.
"""
import contextlib
import ctypes
import os
import random
import resource
import signal
import socket
import struct
import time

import pytest
from fakes.dns import FakeDns
from harness.frankd import CHECKED, Frankd
from harness.load import FORGED, GOOD, LETTER, ZONE, Load, is_right, is_tempfail, say_and_hear_out, send_next, send_one
from harness.milter_client import POSTFIX, Closed, MilterClient
from harness.milter_wire import frame, negotiation, zero_ended

HONEST_SECONDS = 2.0
LIBC, SYS_PIDFD_GETFD = ctypes.CDLL(None, use_errno=True), 438
OFFER = negotiation(6, 0x1ff, 0x1fffff)
CONNECT = frame("C", zero_ended("mail.sender.example") + b"4" + struct.pack(">H", 4000) + zero_ended("192.0.2.1"))
HELO, MAIL, RCPT = frame("H", zero_ended("mail.sender.example")), frame("M", zero_ended("<alice@sender.example>")), frame("R", zero_ended("<bob@receiver.example>"))


@contextlib.contextmanager
def daemon(**options):
    options = {"rules": '"standard"', "process": "workers = 2;", "build": CHECKED, **options}
    with Frankd(options.pop("zone", ZONE), **options) as frankd:
        yield frankd


@pytest.fixture(scope="module")
def frankd():
    with daemon(process="workers = 1;") as running:
        yield running


def dial(frankd, octets=b""):
    sock = socket.create_connection(("127.0.0.1", frankd.port), timeout=10)
    try:
        sock.sendall(octets)
    except ConnectionError:
        pass                # closed before it was all said, which is for the test to see
    return sock


def ends(sock, seconds=10):
    """The other side closes, whatever it says before."""
    sock.settimeout(seconds)
    try:
        while sock.recv(65536):
            pass
    except ConnectionError:
        pass
    except TimeoutError:
        return False
    return True


def honest(frankd, address=GOOD):
    """One session as a mail server has it; how long it took."""
    started = time.monotonic()
    with MilterClient(frankd.address) as client:
        client.negotiate()
        reply, outcome = send_one(client, address)
        assert is_right(address, reply, outcome), reply
        client.quit()
    return time.monotonic() - started


# ---- T40

BROKEN = {
    "length 0": struct.pack(">I", 0) + b"O",
    "length 0 later": OFFER + CONNECT + struct.pack(">I", 0) + b"M",
    "length 2^31": struct.pack(">I", 1 << 31) + b"O",
    "length 2^31 of a body": OFFER + CONNECT + MAIL + RCPT + frame("N") + struct.pack(">I", 1 << 31) + b"B",
    "length 2^32-1": OFFER + struct.pack(">I", (1 << 32) - 1) + b"L",
    "length 1 MiB + 1": OFFER + CONNECT + MAIL + struct.pack(">I", (1 << 20) + 1) + b"L",
    "no NUL in HELO": OFFER + CONNECT + frame("H", b"mail.sender.example"),
    "no NUL in MAIL": OFFER + CONNECT + frame("M", b"<alice@sender.example>"),
    "no NUL in a value": OFFER + CONNECT + MAIL + frame("L", b"From\0 alice"),
    "three strings of a field": OFFER + CONNECT + MAIL + frame("L", b"From\0 alice\0more\0"),
    "a field without a name": OFFER + CONNECT + MAIL + frame("L", b"\0 alice\0"),
    "no NUL in macros": OFFER + frame("D", b"Cj\0mx"),
    "macros of nothing": OFFER + frame("D"),
    "an address that ends early": OFFER + frame("C", zero_ended("a.example") + b"4\x01"),
    "an address family of its own": OFFER + frame("C", zero_ended("a.example") + b"9" + struct.pack(">H", 1) + zero_ended("1")),
    "no path": OFFER + CONNECT + frame("M"),
    "an unknown command": OFFER + CONNECT + frame("Z"),
    "an octet that is no letter": OFFER + frame("\0"),
    "nothing negotiated": CONNECT,
    "negotiated twice": OFFER + OFFER,
    "negotiated later": OFFER + CONNECT + HELO + OFFER,
    "negotiated too short": frame("O", b"\0\0\0\6"),
    "version 1": negotiation(1, 0x1ff, 0x1fffff),
    "version 0": negotiation(0, 0x1ff, 0x1fffff),
    "may edit nothing": negotiation(6, 0, 0x1fffff),
    "QUIT_NC before all": frame("K"),
    "RCPT before MAIL": OFFER + CONNECT + HELO + RCPT,
    "a body before a header": OFFER + CONNECT + HELO + MAIL + RCPT + frame("B", b"Hello"),
    "the end before MAIL": OFFER + CONNECT + HELO + frame("E"),
    "HTTP": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "SMTP": b"EHLO mail.sender.example\r\n",
}


@pytest.mark.parametrize("octets", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_session_dies_alone(frankd, octets):
    with MilterClient(frankd.address) as other:
        other.negotiate()
        other.connect("mail.sender.example", GOOD)
        other.helo("mail.sender.example")
        with dial(frankd, octets) as broken:
            assert ends(broken)
        assert is_right(GOOD, *send_next(other)), "another session suffered"


def test_odd_macro_lists_are_read_as_far_as_they_go(frankd):
    with MilterClient(frankd.address) as client:
        client.negotiate()
        for data in (b"C", b"Cj\0", b"Cj\0mx\0{daemon_name}\0", b"C" + zero_ended(*["{x}", "y"] * 500), b"M{auth_authen}\0", b"Zj\0mx\0"):
            client.send("D", data)
        reply, outcome = send_one(client, GOOD)
    assert is_right(GOOD, reply, outcome)


def test_frames_may_come_an_octet_at_a_time(frankd):
    fields = frame("L", zero_ended("From", " Alice <alice@sender.example>"))
    octets = OFFER + CONNECT + HELO + MAIL + RCPT + frame("T") + fields + frame("N") + frame("B", b"Hello.\r\n") + frame("E")
    with MilterClient(frankd.address) as client:
        for octet in octets:
            client.raw(bytes([octet]))
        assert client.read()[0] == "O"
        said = client.read()
        while said[0] in "imp":
            said = client.read()
        assert said[0] == "c"


def test_a_session_cut_at_every_octet_takes_nobody_with_it(frankd):
    octets = OFFER + CONNECT + HELO + MAIL + RCPT + frame("L", zero_ended("From", " a@sender.example")) + frame("N") + frame("B", b"x") + frame("E")
    before = frankd.children()
    for end in range(0, len(octets), 3):
        say_and_hear_out(frankd.port, octets[:end])
    assert honest(frankd) < HONEST_SECONDS
    assert frankd.children() == before


def test_noise(frankd):
    """Seeded octets, and sessions with one of their octets changed: no process dies of any."""
    luck = random.Random(20031114)
    whole = OFFER + CONNECT + HELO + MAIL + RCPT + frame("L", zero_ended("From", " a@sender.example")) + frame("N") + frame("B", b"x") + frame("E") + frame("Q")
    before = frankd.children()
    for _ in range(300):
        octets = bytearray(whole)
        for _ in range(luck.randint(1, 4)):
            octets[luck.randrange(len(octets))] = luck.randrange(256)
        say_and_hear_out(frankd.port, luck.randbytes(luck.randint(1, 200)) if luck.random() < 0.3 else bytes(octets))
    assert honest(frankd) < HONEST_SECONDS
    assert frankd.children() == before


# ---- T41

def test_silent_and_half_sessions_slow_nobody():
    """500 that say nothing and 300 in the middle of a message."""
    half = OFFER + CONNECT + HELO + MAIL + RCPT + frame("L", zero_ended("From", " a@sender.example"))[:-4]
    with daemon() as frankd, contextlib.ExitStack() as idle:
        for _ in range(500):
            idle.enter_context(dial(frankd))
        for _ in range(300):
            idle.enter_context(dial(frankd, half))
        wait_until(lambda: frankd.status()["counters"]["live"] == 800)
        assert max(honest(frankd, address) for address in (GOOD, FORGED) * 5) < HONEST_SECONDS


def test_who_never_negotiates_is_let_go(frankd):
    with dial(frankd) as silent, dial(frankd, OFFER[:9]) as half:
        started = time.monotonic()
        assert ends(silent, 20) and ends(half, 20)
        assert 5 < time.monotonic() - started < 15, "T41: 10 s before negotiation"


def test_overload_asks_to_come_again():
    with daemon(milter="sessions = 4;", process="workers = 1;") as frankd, contextlib.ExitStack() as stack:
        clients = []
        for _ in range(6):
            clients.append(stack.enter_context(MilterClient(frankd.address)))
            clients[-1].negotiate()
        for client in clients[:4]:
            assert is_right(GOOD, *send_one(client, GOOD)), "those who came first keep their service"
        for client in clients[4:]:
            reply = client.connect("mail.sender.example", GOOD)
            assert reply and is_tempfail(reply)
        assert frankd.status()["counters"]["overloaded"] == 2


def test_overload_that_lets_pass_still_removes_what_is_forged():
    more = 'on_failure = "accept";'
    with daemon(milter="sessions = 1;", process="workers = 1;", more=more) as frankd, MilterClient(frankd.address) as first, MilterClient(frankd.address) as second:
        first.negotiate()
        second.negotiate()
        reply, outcome = send_one(second, FORGED)
        assert reply.word == "continue"
        assert outcome.values("Authentication-Results") == [], "neither the forged results nor any of ours"


def test_a_client_that_never_reads():
    """It asks and asks; what it does not fetch is bounded, and the others keep their pace."""
    with daemon(process="workers = 1;") as frankd, socket.create_connection(("127.0.0.1", frankd.port)) as deaf:
        deaf.setblocking(False)
        deaf.sendall(negotiation(2, 0x3f, 0x7f) + CONNECT + HELO)
        wanted, sent, end = frame("U", zero_ended("HELP")) * 4000, 0, time.monotonic() + 8
        while sent < (64 << 20) and time.monotonic() < end:
            try:
                sent += deaf.send(wanted)
            except BlockingIOError:
                break
        assert honest(frankd) < HONEST_SECONDS
        worker = next(pid for pid, name in frankd.children().items() if "worker" in name)
        with open(f"/proc/{worker}/statm", encoding="ascii") as statm:
            resident = int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")
        assert resident < 400 << 20, "sanitizers included"


# ---- T42

def kill_one(frankd, word):
    pids = [pid for pid, name in frankd.children().items() if word in name]
    assert pids, f"no {word} among {frankd.children()}"
    os.kill(random.choice(pids), signal.SIGKILL)
    return pids


def wait_until(what, seconds=10):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it does not come back"
        time.sleep(0.02)


def test_a_journal_at_its_size_limit_ends_no_worker():
    with daemon() as frankd:
        first = set(frankd.children())
        resource.prlimit(frankd.process.pid, resource.RLIMIT_FSIZE, (1000, 1000))     # the workers of the next generation have it, too
        frankd.reload()
        wait_until(lambda: len(frankd.children()) == 2 and not first & set(frankd.children()))
        workers = set(frankd.children())
        for _ in range(6):
            with MilterClient(frankd.address, POSTFIX) as client:
                client.negotiate()
                assert is_right(GOOD, *send_one(client, GOOD))
        wait_until(lambda: frankd.status()["counters"]["journal_lost"] == 6)
        assert set(frankd.children()) == workers


def test_killed_workers_cost_their_own_sessions_only():
    with daemon() as frankd, Load(frankd.address, clients=6) as load:
        for _ in range(4):
            time.sleep(0.5)
            kill_one(frankd, "worker")
            wait_until(lambda: len(frankd.children()) == 2)
        time.sleep(0.5)
    assert load.wrong == []
    assert load.answered > 20


def test_a_killed_resolver_is_replaced():
    with FakeDns(ZONE) as dns, daemon(dns=f'resolver = [ "{dns.address}" ]; timeout = "3s";') as frankd:
        with Load(frankd.address, clients=4, tempfail_allowed=True) as load:
            for _ in range(3):
                time.sleep(0.7)
                old = kill_one(frankd, "dns")
                wait_until(lambda: any("dns" in name and pid not in old for pid, name in frankd.children().items()))
            time.sleep(0.7)
        assert load.wrong == []
        assert load.answered > 10
        assert honest(frankd) < HONEST_SECONDS


def spoil_counters(pid):
    """What a worker that was taken over can write to the memory it shares with the parent."""
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "r+b", buffering=0) as memory:
        shared = [line.split()[0] for line in maps if line.split()[1] == "rw-s"]
        assert len(shared) == 1, shared
        first, end = (int(place, 16) for place in shared[0].split("-"))
        memory.seek(first)
        memory.write(b"\x81" * (end - first))


def test_counters_that_a_worker_spoiled_keep_no_other_from_starting():
    with daemon() as frankd:
        workers = set(frankd.children())
        spoil_counters(min(workers))
        frankd.status()
        frankd.reload()
        wait_until(lambda: len(frankd.children()) == 2 and not workers & set(frankd.children()))
        for _ in range(4):
            assert honest(frankd) < HONEST_SECONDS


def channel_of(pid):
    """A copy of a worker's socket to the resolver: of its two that keep records apart, the one that was made later."""
    process = os.pidfd_open(pid)
    links = {number: os.readlink(f"/proc/{pid}/fd/{number}") for number in os.listdir(f"/proc/{pid}/fd")}
    made = sorted((int(link[len("socket:["):-1]), int(number)) for number, link in links.items() if link.startswith("socket:"))
    try:
        for _, number in reversed(made):
            copy = socket.socket(fileno=LIBC.syscall(SYS_PIDFD_GETFD, process, number, 0))
            if copy.family == socket.AF_UNIX and copy.type == socket.SOCK_SEQPACKET:
                return copy
            copy.close()
    finally:
        os.close(process)
    raise AssertionError(f"{pid} has no channel")


def test_a_worker_that_lost_its_channel_to_the_resolver_gets_another():
    with FakeDns(ZONE) as dns, daemon(dns=f'resolver = [ "{dns.address}" ]; timeout = "3s";') as frankd:
        workers = [pid for pid, name in frankd.children().items() if "worker" in name]
        before = frankd.children()
        for pid in workers:
            with channel_of(pid) as channel:
                channel.shutdown(socket.SHUT_RDWR)
        wait_until(lambda: frankd.log_text().count("lost its channel") == len(workers))
        time.sleep(0.2)             # until the new one is there
        for _ in range(3 * len(workers)):
            assert honest(frankd) < HONEST_SECONDS
        assert frankd.children() == before


def test_a_killed_parent_leaves_no_wrong_answer_and_can_be_started_again():
    with daemon() as frankd:
        children = list(frankd.children())
        with Load(frankd.address, clients=4) as load:
            time.sleep(0.7)
            os.kill(frankd.process.pid, signal.SIGKILL)
            frankd.process.wait()
            time.sleep(0.7)
        assert load.wrong == [] and load.answered > 5
        wait_until(lambda: not any(os.path.exists(f"/proc/{pid}/exe") for pid in children), 25)
        frankd.start()
        assert honest(frankd) < HONEST_SECONDS


# ---- T45

def generations(frankd):
    return frankd.status()["generations"]


def test_reloads_under_load_half_of_them_bad():
    with daemon(process='workers = 1; drain_timeout = "1s";') as frankd:
        with Load(frankd.address, clients=4) as load:
            most = 0
            for number in range(30):
                frankd.write_conf('rules = "standard";' if number % 2 else 'rules = "standart";')
                frankd.reload()
                time.sleep(0.1)
                most = max(most, generations(frankd))
                assert len(frankd.children()) <= 3
        assert load.wrong == [] and load.lost == 0 and load.refused == 0
        assert load.answered > 20 and most <= 3
        status = frankd.status()
        assert status["reloads"] > 0 and status["reloads_refused"] > 0


def test_a_session_in_mid_message_outlives_the_reload_and_then_ends_between_messages():
    with daemon(process='workers = 1; drain_timeout = "1s";') as frankd, MilterClient(frankd.address) as client:
        client.negotiate()
        client.connect("mail.sender.example", FORGED)
        client.helo("mail.sender.example")
        client.mail("<alice@sender.example>")
        client.rcpt("<bob@receiver.example>")
        frankd.write_conf('rules = "monitor";')
        frankd.reload()
        wait_until(lambda: frankd.status()["reloads"] == 1)
        time.sleep(1.5)
        assert client.message(LETTER).reply.code == 550, "the rules it began with"
        assert client.is_closed(), "drained between two messages"
        wait_until(lambda: generations(frankd) == 1)


def test_a_reload_that_waits_is_said_and_comes():
    with daemon(process='workers = 1; drain_timeout = "1s";') as frankd, contextlib.ExitStack() as stack:
        clients = []
        for reloads in (1, 2):
            clients.append(stack.enter_context(MilterClient(frankd.address)))
            clients[-1].negotiate()
            clients[-1].connect("mail.sender.example", GOOD)
            clients[-1].mail("<alice@sender.example>")
            frankd.reload()
            wait_until(lambda expected=reloads: frankd.status()["reloads"] == expected)
        frankd.write_conf('rules = "monitor";')
        frankd.reload()
        frankd.reload()
        wait_until(lambda: "a reload waits" in frankd.log_text())
        assert frankd.status()["reloads"] == 2 and generations(frankd) == 3
        clients[0].close()
        wait_until(lambda: frankd.status()["reloads"] == 3)
        assert frankd.log_text().count("a reload waits") == 1


def test_a_graceful_stop_finishes_messages_that_have_begun():
    with daemon(process="workers = 1;") as frankd, MilterClient(frankd.address, POSTFIX) as busy, MilterClient(frankd.address) as idle:
        for client in (busy, idle):
            client.negotiate()
            client.connect("mail.sender.example", GOOD)
            client.helo("mail.sender.example")
        busy.mail("<alice@sender.example>")
        busy.rcpt("<bob@receiver.example>")
        time.sleep(0.2)
        frankd.process.terminate()
        assert idle.is_closed()
        with pytest.raises((ConnectionError, Closed)):
            with MilterClient(frankd.address) as late:
                late.negotiate()
        outcome = busy.message(LETTER)
        assert is_right(GOOD, outcome.reply, outcome)
        assert busy.is_closed()
        assert frankd.process.wait(10) == 0
        frankd.process = None
        assert len(frankd.journal(1)) == 1


def test_all_processes_told_to_stop_at_once_end_by_themselves():
    """As systemd does it: a worker hears it from there and from its parent, and was not "ended by a signal"."""
    for _ in range(10):
        with daemon() as frankd:
            for _ in range(2):
                os.killpg(frankd.process.pid, signal.SIGTERM)
            assert frankd.process.wait(20) == 0
            assert "was ended by" not in frankd.log_text()
