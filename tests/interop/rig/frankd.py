"""The daemon under test: build/frankd on a port of its own, with the DNS of a zone file.

    with Frankd(zone_text, rules='"standard"') as frankd:
        Postfix([frankd.address], ...)
"""
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import tempfile

from .ports import free_port

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = pathlib.Path(os.environ.get("FRANK_BUILD", ROOT / "build")) / "frankd"
AUTHSERV_ID = "mx.receiver.example"

CONF = """\
authserv_id = "{authserv_id}";
milter = {{ listen = [ {listen} ]; }};
dns = {{ {dns} }};
rules = {rules};
{more}
"""


class Frankd:
    """zone: master-file text; dns: instead of it, what the dns group holds; sockets: unix socket paths it listens on besides its port."""

    def __init__(self, zone="", rules='"monitor"', more="", dns=None, sockets=()):
        self.port = free_port()
        self.address = f"inet:{self.port}@127.0.0.1"
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="frankd-", dir="/tmp"))
        self.home.chmod(0o755)
        (self.home / "test.zone").write_text(zone)
        self.log = self.home / "stderr"
        self.conf = self.home / "frank.conf"
        self.listen = ", ".join(f'"{address}"' for address in [self.address, *(f"unix:{path}" for path in sockets)])
        self.dns = dns or f'zone = [ "{self.home}/test.zone" ];'
        self.configure(rules, more)
        self.process = None

    def configure(self, rules, more=""):
        """Writes the configuration anew; reload() makes it count."""
        self.conf.write_text(CONF.format(authserv_id=AUTHSERV_ID, listen=self.listen, dns=self.dns, rules=rules, more=more))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        print(self.log_text()[-20000:])  # a failing test shows it
        shutil.rmtree(self.home, ignore_errors=True)

    def start(self, seconds=20):
        """Returns when frankd says READY=1, as to systemd."""
        path = str(self.home / "notify")
        pathlib.Path(path).unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready, self.log.open("ab") as log:
            ready.bind(path)
            os.chmod(path, 0o666)
            self.process = subprocess.Popen([BINARY, "-c", self.conf, "--foreground"], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={**os.environ, "NOTIFY_SOCKET": path}, start_new_session=True)
            if not select.select([ready], [], [], seconds)[0] or b"READY=1" not in ready.recv(4096).split(b"\n"):
                self.kill()
                raise RuntimeError(f"frankd is not ready after {seconds} s (status {self.process.poll()}): {self.log_text()}")

    def stop(self):
        """Ends it as systemd would; a daemon that does not go, or goes in anger, is a failure."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            code = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("frankd does not stop within 30 s of SIGTERM") from None
        self.process = None
        assert code == 0, f"frankd ended with {code}: {self.log_text()}"

    def kill(self):
        """kill -9 of the whole family."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process = None

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""
