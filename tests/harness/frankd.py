"""The daemon under test, on a port of its own, with the DNS of a zone file.

    with Frankd(zone_text, rules='"standard"') as frankd:
        Postfix([frankd.address], ...)
        frankd.journal()            # what it wrote down, as objects

It comes from build/, or from the folder FRANK_BUILD names; a test that wants another says so: Frankd(..., build=CHECKED).
"""
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from .ports import free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("FRANK_BUILD", ROOT / "build"))
BINARY = BUILD / "frankd"
CHECKED = pathlib.Path(os.environ.get("FRANK_BUILD", ROOT / "build-check"))     # under sanitizers
AUTHSERV_ID = "mx.receiver.example"

CONF = """\
authserv_id = "{authserv_id}";
milter = {{ listen = [ {listen} ]; {milter} }};
dns = {{ {dns} }};
journal = {{ file = "{home}/journal"; }};
process = {{ status = "{home}/status"; {process} }};
{more}
"""

# What a sanitizer says when it has found something; the memory still held at the end is judged by the unit tests.
SANITIZERS = {"ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1", "UBSAN_OPTIONS": "print_stacktrace=1"}
COMPLAINTS = ("ERROR: AddressSanitizer", "runtime error:", "Assertion `")


class Frankd:
    """zone: master-file text; dns: instead of it, what the dns group holds; sockets: unix socket paths it listens on besides its port;
    milter, process: more options of these groups; more: what else the file holds."""

    def __init__(self, zone="", rules='"monitor"', more="", dns=None, sockets=(), milter="", process="", build=BUILD):
        self.port = free_port()
        self.address = f"inet:{self.port}@127.0.0.1"
        self.binary = build / "frankd"
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="frankd-", dir="/tmp"))
        self.home.chmod(0o777)          # its workers are another user
        self.zone = self.home / "test.zone"
        self.zone.write_text(zone)
        self.log = self.home / "stderr"
        self.conf = self.home / "frank.conf"
        self.listen = ", ".join(f'"{address}"' for address in [self.address, *(f"unix:{path}" for path in sockets)])
        self.dns = dns or f'zone = [ "{self.zone}" ];'
        self.milter, self.process_options = milter, process
        self.configure(rules, more)
        self.process = None

    def configure(self, rules, more=""):
        """Writes the configuration anew; reload() makes it count. rules None: `more` has them, or nothing has."""
        self.write_conf(f"rules = {rules};\n{more}" if rules else more)

    def write_conf(self, more):
        """The same, whole at once, with whatever text behind what a test must have."""
        text = CONF.format(authserv_id=AUTHSERV_ID, listen=self.listen, milter=self.milter, dns=self.dns, home=self.home,
                           process=self.process_options, more=more)
        new = self.conf.with_suffix(".new")
        new.write_text(text)
        new.replace(self.conf)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            print(self.log_text()[-20000:])  # a failing test shows it
            shutil.rmtree(self.home, ignore_errors=True)

    def start(self, seconds=20):
        """Returns when frankd says READY=1, as to systemd."""
        path = str(self.home / "notify")
        pathlib.Path(path).unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready, self.log.open("ab") as log:
            ready.bind(path)
            os.chmod(path, 0o666)
            self.process = subprocess.Popen([self.binary, "-c", self.conf, "--foreground"], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={**os.environ, **SANITIZERS, "NOTIFY_SOCKET": path}, start_new_session=True)
            if not select.select([ready], [], [], seconds)[0] or b"READY=1" not in ready.recv(4096).split(b"\n"):
                self.kill()
                raise RuntimeError(f"frankd is not ready after {seconds} s: {self.log_text()}")

    def stop(self, seconds=30):
        """Ends it as systemd would; a daemon that does not go, or goes in anger, is a failure."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"frankd does not stop within {seconds} s of SIGTERM") from None
        self.process = None
        assert code == 0, f"frankd ended with {code}: {self.log_text()}"
        said = self.log_text()
        assert not any(complaint in said for complaint in COMPLAINTS), said

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

    def journal(self, count=None, seconds=10):
        """The journal's lines as objects; with a count waits until there are as many."""
        end = time.monotonic() + seconds
        while True:
            path = self.home / "journal"
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
            objects = [json.loads(line) for line in lines if line.endswith("\n")]
            if count is None or len(objects) >= count:
                return objects
            if time.monotonic() > end:
                raise AssertionError(f"{len(objects)} journal lines and not {count} after {seconds} s: {self.log_text()[-4000:]}")
            time.sleep(0.01)

    def status(self):
        """What frank status reads: counters and processes."""
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(5)
            sock.connect(str(self.home / "status"))
            said = b""
            while piece := sock.recv(65536):
                said += piece
        return json.loads(said)

    def children(self):
        """{pid: name} of the living processes below the parent."""
        found = {}
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                head, _, rest = stat.read_text().rpartition(")")
            except OSError:
                continue
            if int(rest.split()[1]) == self.process.pid and rest.split()[0] != "Z":
                found[int(head.split()[0])] = head.partition("(")[2]
        return found
