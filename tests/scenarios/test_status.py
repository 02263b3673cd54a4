"""frank status: what the running daemon counts, as a table and as JSON; and when there is none, a clear word."""
import json
import socket
import subprocess
import threading

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
