"""A daemon that cannot start says so, to its log and by its exit, and never that it is ready."""
import os
import pathlib
import socket
import subprocess

import pytest

from harness.frankd import BUILD


def start(folder, conf):
    """(exit code, what it wrote, what systemd was told) of a frankd that ends by itself."""
    path = folder / "frank.conf"
    path.write_text(f'process = {{ status = ""; }}; journal = {{ file = ""; }}; {conf}')
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(folder / "notify"))
        systemd.setblocking(False)
        done = subprocess.run([BUILD / "frankd", "-c", path, "--foreground"], env={**os.environ, "NOTIFY_SOCKET": str(folder / "notify")},
                              capture_output=True, text=True, timeout=30, check=False)
        told = b""
        while True:
            try:
                told += systemd.recv(4096)
            except BlockingIOError:
                return done.returncode, done.stderr, told.decode()


def listening(folder, address, dns=""):
    zone = folder / "empty.zone"
    zone.write_text("$TTL 300\n")
    dns = dns or f'zone = [ "{zone}" ];'
    return f'milter = {{ listen = [ "{address}" ]; }}; dns = {{ {dns} }};'


@pytest.mark.parametrize("what", ["a port in use", "a folder that is not there", "a file where the socket goes", "a socket somebody listens on",
                                  "a socket whose listener takes nobody"])
def test_sockets_that_cannot_be_had(tmp_path, what):
    unix = socket.AF_UNIX
    with socket.socket() as other, socket.socket(unix) as local, socket.socket(unix) as full, socket.socket(unix) as first:
        other.bind(("127.0.0.1", 0))
        other.listen()
        local.bind(str(tmp_path / "live"))
        local.listen()
        full.bind(str(tmp_path / "full"))
        full.listen(0)
        first.connect(str(tmp_path / "full"))
        (tmp_path / "file").write_text("mine")
        address = {
            "a port in use": f"inet:{other.getsockname()[1]}@127.0.0.1",
            "a folder that is not there": f"unix:{tmp_path}/nowhere/milter",
            "a file where the socket goes": f"unix:{tmp_path}/file",
            "a socket somebody listens on": f"unix:{tmp_path}/live",
            "a socket whose listener takes nobody": f"unix:{tmp_path}/full",
        }[what]
        code, said, told = start(tmp_path, listening(tmp_path, address))
    assert code == 1
    assert "READY=1" not in told
    assert address.partition(":")[2] in said
    assert "old configuration" not in said
    assert pathlib.Path(tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("conf", ['milter = { listen = [ "inet:0@127.0.0.1" ]; };', 'dns = { resolver = [ "localhost" ]; };',
                                  'milter = { listen = [ "inet:8891@127.0.0.1", "inet:8891" ]; };'])
def test_a_configuration_that_could_not_serve_is_78(tmp_path, conf):
    code, said, told = start(tmp_path, conf)
    assert code == 78
    assert told == ""
    assert said.count("\n") == 1
    assert f"frankd: {tmp_path}/frank.conf:1: " in said
