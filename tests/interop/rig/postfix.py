"""A private Postfix: Debian's binaries, our own configuration, queue and data, loopback only. Needs root, as Postfix does.

    with Postfix(milters=["inet:1234@127.0.0.1"], sink=sink.port) as postfix:
        Client(postfix.port)

With chroot=True smtpd and cleanup run in the queue directory, as in Debian's own master.cf.
"""
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
import time

from harness.ports import free_port

from .client import submit_smtp

DAEMONS = "/usr/lib/postfix/sbin"

MAIN = """\
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {home}/mail.log
maillog_file_prefixes = {home}
inet_interfaces = 127.0.0.1
inet_protocols = all
mynetworks = 127.0.0.0/8
myhostname = mx.receiver.example
mydestination =
alias_maps =
local_recipient_maps =
relay_domains = receiver.example
relay_transport = lmtp:inet:127.0.0.1:{sink}
default_transport = lmtp:inet:127.0.0.1:{sink}
smtpd_relay_restrictions = reject_unauth_destination
smtpd_authorized_xclient_hosts = 127.0.0.1
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtpd_forbid_bare_newline = no
default_process_limit = 300
in_flow_delay = 0
message_size_limit = 67108864
mailbox_size_limit = 0
lmtp_destination_concurrency_limit = 20
milter_default_action = tempfail
smtpd_milters = {milters}
non_smtpd_milters = {milters}
"""

# service type private unprivileged chroot wakeup maxproc command; {c} is y or n
MASTER = """\
127.0.0.1:{port} inet n - {c} - - smtpd
pickup    unix  n - {c} 1 1 pickup
cleanup   unix  n - {c} - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - {c} - - trivial-rewrite
bounce    unix  - - {c} - 0 bounce
defer     unix  - - {c} - 0 bounce
trace     unix  - - {c} - 0 bounce
verify    unix  - - {c} - 1 verify
flush     unix  n - {c} 1000? 0 flush
proxymap  unix  - - n - - proxymap
proxywrite unix - - n - 1 proxymap
showq     unix  n - {c} - - showq
error     unix  - - {c} - - error
retry     unix  - - {c} - - error
discard   unix  - - {c} - - discard
lmtp      unix  - - {c} - - lmtp
anvil     unix  - - {c} - 1 anvil
scache    unix  - - {c} - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


def address(milter):
    """Postfix writes inet:HOST:PORT where the milter world writes inet:PORT@HOST."""
    kind, _, rest = milter.partition(":")
    port, _, host = rest.partition("@")
    return f"inet:{host}:{port}" if kind == "inet" else milter


class Postfix:
    def __init__(self, milters=(), sink=0, chroot=False, settings=None):
        self.port = free_port()
        # Not below a test's own temporary folder: that is closed to the postfix user, and its name is too long for sockets.
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="postfix-", dir="/tmp"))
        self.home.chmod(0o755)
        self.last_log = ""
        self.config = self.home / "etc"
        self.queue = self.home / "queue"
        self.log = self.home / "mail.log"
        self.config.mkdir()
        self.queue.mkdir()
        (self.home / "data").mkdir()
        owner = pwd.getpwnam("postfix")
        os.chown(self.home / "data", owner.pw_uid, owner.pw_gid)
        text = MAIN.format(home=self.home, daemons=DAEMONS, sink=sink, milters=", ".join(map(address, milters)))
        text += "".join(f"{name} = {value}\n" for name, value in (settings or {}).items())
        (self.config / "main.cf").write_text(text)
        (self.config / "master.cf").write_text(MASTER.format(port=self.port, c="y" if chroot else "n"))
        for name in ("dynamicmaps.cf", "postfix-files"):
            if os.path.exists(f"/etc/postfix/{name}"):
                shutil.copy(f"/etc/postfix/{name}", self.config)

    def run(self, *command, **options):
        environment = {**os.environ, "MAIL_CONFIG": str(self.config), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        return subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False, **options)

    def __enter__(self):
        said = self.run("postfix", "-c", str(self.config), "start")
        if said.returncode:
            reason = f"postfix does not start: {said.stderr.decode()} {self.log_text()}"
            self.__exit__()
            raise RuntimeError(reason)
        return self  # postfix start returns when the master listens

    def __exit__(self, *_):
        self.run("postfix", "-c", str(self.config), "stop")
        self.wait_until_gone()
        self.last_log = self.log_text()
        print(self.last_log[-20000:])  # a failing test shows it
        shutil.rmtree(self.home, ignore_errors=True)

    def wait_until_gone(self, seconds=10):
        """postfix stop returns before the last daemon has left the queue directory."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.run("postfix", "-c", str(self.config), "status").returncode == 0:
            time.sleep(0.1)

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def submit(self, sender, recipients, octets):
        """As a local user does: sendmail -i, so postdrop, pickup and the non_smtpd_milters."""
        return self.run("/usr/sbin/sendmail", "-C", str(self.config), "-i", "-f", sender, "--", *recipients, input=octets)

    def submit_smtp(self, sender, recipients, octets):
        """sendmail -bs on standard input and output."""
        return submit_smtp(["/usr/sbin/sendmail", "-C", str(self.config), "-bs"], sender, recipients, octets)

    def held(self):
        """Names of the queue files on hold."""
        return [path.name for path in (self.queue / "hold").rglob("*") if path.is_file()]
