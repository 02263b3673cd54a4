"""frank status: what the running daemon counts, as a table and as JSON; and when there is none, a clear word."""
import json
import os
import resource
import socket
import subprocess
import threading
import time

import pytest

from harness.frankd import BUILD, Frankd
from harness.milter_client import MilterClient

MESSAGE = b"From: alice@sender.example\r\nSubject: x\r\n\r\nhello\r\n"


def status(*options, code=0):
    done = subprocess.run([BUILD / "frank", "status", *map(str, options)], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done


def test_the_running_daemon(tmp_path):
    with Frankd() as frankd:
        said = json.loads(status("--config", frankd.conf, "--json").stdout)
        assert said["version"] == 1
        assert said["counters"]["messages"] == 0 and said["generation"] == 1
        assert {worker["pid"] for worker in said["workers"]} <= set(frankd.children())
        table = status("--socket", frankd.home / "status").stdout
        assert str(frankd.conf) in table
        counted = {line.split()[0]: line.split()[-1] for line in table.splitlines() if len(line.split()) == 2}
        assert counted["messages"] == "0" and counted["questions"] == "0"
        assert all(len(line) <= 80 for line in table.splitlines() if not line.startswith("configuration"))


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        return sum(map(int, stat.read().rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")


def test_who_asks_a_daemon_without_descriptors_waits_and_costs_nothing():
    with Frankd() as frankd:
        pid = frankd.process.pid
        open_now = {int(number) for number in os.listdir(f"/proc/{pid}/fd")}
        soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (min(set(range(len(open_now) + 1)) - open_now), hard))
        with socket.socket(socket.AF_UNIX) as asks:
            asks.settimeout(10)
            asks.connect(str(frankd.home / "status"))
            before = processor_seconds(pid)
            time.sleep(1)
            assert processor_seconds(pid) - before < 0.2, "it looks at who waits again and again"
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))
            assert asks.recv(65536).startswith(b'{"version":1')


def test_a_message_is_counted():
    with Frankd() as frankd:
        with MilterClient(frankd.address) as client:
            client.negotiate()
            client.connect("mail.sender.example", "192.0.2.1")
            client.helo("mail.sender.example")
            client.mail("<alice@sender.example>")
            client.rcpt("<bob@receiver.example>")
            client.message(MESSAGE)
        frankd.journal(1)
        counters = json.loads(status("--config", frankd.conf, "--json").stdout)["counters"]
        assert (counters["messages"], counters["accepted"]) == (1, 1)
        assert counters["questions"] > 0


def test_no_daemon_is_said_clearly(tmp_path):
    done = status("--socket", tmp_path / "nowhere", code=69)
    assert str(tmp_path / "nowhere") in done.stderr and "does not run" in done.stderr
    (tmp_path / "conf").write_text('process = { status = ""; };')
    assert "process.status" in status("--config", tmp_path / "conf", code=78).stderr
    status("--socket", "x" * 200, code=69)
    assert "no file" in status("what.eml", code=64).stderr


@pytest.mark.parametrize("said", [b"", b"hello\n", b"[1]", b"{" * 100000, b"x" * (2 << 20)],
                         ids=["nothing", "text", "another object", "deep", "too much"])
def test_somebody_else_behind_the_socket(tmp_path, said):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "other"))
        server.listen()

        def answer():
            peer, _ = server.accept()
            with peer:
                try:
                    peer.sendall(said)
                except OSError:
                    pass

        talker = threading.Thread(target=answer, daemon=True)
        talker.start()
        done = status("--socket", tmp_path / "other", code=65)
        talker.join()
    assert done.stderr.startswith("frank status: ") and done.stdout == ""
