"""Knot DNS on a loopback port: an authoritative server that takes dynamic updates from this host."""
import pathlib
import shutil
import subprocess

from harness.ports import free_port, wait_for_port

KNOTD = shutil.which("knotd", path="/usr/sbin:/usr/bin:/sbin:/bin")

CONFIGURATION = """server:
    listen: 127.0.0.1@{port}
    rundir: {folder}
    tcp-workers: 1
    udp-workers: 1
    background-workers: 1
database:
    storage: {folder}
log:
  - target: {folder}/knot.log
    any: info
acl:
  - id: here
    address: 127.0.0.1
    action: [update, transfer]
zone:
"""
ZONE = """  - domain: {name}
    storage: {folder}
    file: {name}.zone
    acl: here
"""


class Knot:
    """zones: name -> master-file text. Anything Knot says against a zone is in log()."""

    def __init__(self, folder, zones):
        self.folder, self.port = pathlib.Path(folder), free_port()
        text = CONFIGURATION.format(port=self.port, folder=self.folder)
        for name, zone in zones.items():
            (self.folder / f"{name}.zone").write_text(zone, encoding="utf-8")
            text += ZONE.format(name=name, folder=self.folder)
        (self.folder / "knot.conf").write_text(text, encoding="utf-8")
        self.process = None

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def __enter__(self):
        self.process = subprocess.Popen([KNOTD, "-c", self.folder / "knot.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(self.port)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=30)

    def log(self):
        return (self.folder / "knot.log").read_text(encoding="utf-8")

    def update(self, script):
        """An nsupdate script; it must be accepted as it is."""
        done = subprocess.run(["nsupdate"], input=f"server 127.0.0.1 {self.port}\n{script}", capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0 and done.stderr == "", done.stderr
