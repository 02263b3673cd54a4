"""A private Sendmail 8.17: Debian's package, unpacked by tools/setup and never installed, on loopback.

    with Sendmail(milter="inet:1234@127.0.0.1", sink=sink.port) as sendmail:
        Client(sendmail.port, source="127.0.0.7")

Everything it accepts goes to the sink. It knows no XCLIENT: a client really comes from the 127.x address it claims.
It runs in name spaces of its own, where the host has a full name (else it sleeps a minute at its start) and names come from one
file only (so it never asks the DNS).
"""
import os
import pathlib
import shutil
import subprocess
import tempfile

from harness.ports import free_port, wait_for_port

from .client import submit_smtp

UNPACKED = pathlib.Path(__file__).resolve().parents[3] / "build/sendmail"
BINARY = UNPACKED / "usr/libexec/sendmail/sendmail"
CF = UNPACKED / "usr/share/sendmail/cf"

# What m4 makes sendmail.cf of. {time_outs} are the milter's: connect, send, receive, end of message.
MC = """\
divert(0)dnl
VERSIONID(`rig')dnl
OSTYPE(`linux')dnl
define(`confDOMAIN_NAME', `mx.receiver.example')dnl
define(`QUEUE_DIR', `{home}/queue')dnl
define(`confPID_FILE', `{home}/sendmail.pid')dnl
define(`STATUS_FILE', `{home}/statistics')dnl
define(`HELP_FILE', `{home}/helpfile')dnl
define(`confSERVICE_SWITCH_FILE', `{home}/service.switch')dnl
define(`confHOSTS_FILE', `{home}/hosts')dnl
define(`ALIAS_FILE', `')dnl
define(`confTO_IDENT', `0s')dnl
define(`confTO_RESOLVER_RETRANS', `1s')dnl
define(`confTO_RESOLVER_RETRY', `1')dnl
define(`confQUEUE_LA', `1000')dnl
define(`confREFUSE_LA', `1000')dnl
define(`confMAX_DAEMON_CHILDREN', `300')dnl
define(`confMAX_MESSAGE_SIZE', `67108864')dnl
define(`confPRIVACY_FLAGS', `')dnl
define(`confLOG_LEVEL', `14')dnl
define(`confMILTER_LOG_LEVEL', `14')dnl
define(`SMART_HOST', `relay:[127.0.0.1]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h {sink}')dnl
FEATURE(`no_default_msa')dnl
FEATURE(`nocanonify')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`accept_unqualified_senders')dnl
RELAY_DOMAIN(`receiver.example')dnl
DAEMON_OPTIONS(`Name=MTA, Family=inet, Addr=127.0.0.1, Port={port}, Listen=256')dnl
INPUT_MAIL_FILTER(`frank', `S={milter}, F=T, T={time_outs}')dnl
{settings}
MAILER(`local')dnl
MAILER(`smtp')dnl
"""


# Runs the rest of its arguments as a host of its own: name, /etc/hosts, /etc/nsswitch.conf.
ENTER = ["unshare", "--mount", "--uts"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
BE_A_HOST = """\
hostname mx.receiver.example
mount --bind "$0/hosts" /etc/hosts
mount --bind "$0/nsswitch.conf" /etc/nsswitch.conf
exec "$@"
"""


class Sendmail:
    def __init__(self, milter, sink, time_outs="C:10s;S:10s;R:30s;E:5m", settings=()):
        self.port = free_port()
        # Sendmail distrusts a queue below a folder that others may write, /tmp among them.
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="sendmail-", dir="/run" if os.geteuid() == 0 else None))
        self.queue = self.home / "queue"
        self.queue.mkdir(mode=0o700)
        (self.home / "service.switch").write_text("hosts files\naliases files\n")
        (self.home / "hosts").write_text("127.0.0.1 mx.receiver.example localhost\n")
        (self.home / "nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files\n")
        (self.home / "helpfile").write_text("")
        (self.home / "sendmail.mc").write_text(MC.format(
            home=self.home, port=self.port, sink=sink, milter=milter, time_outs=time_outs, settings="\n".join(settings)))
        self.cf = self.home / "sendmail.cf"
        with self.cf.open("wb") as out:
            subprocess.run(["m4", f"-D_CF_DIR_={CF}/", CF / "m4/cf.m4", self.home / "sendmail.mc"], stdout=out, check=True, cwd=CF)
        self.transcript = self.home / "transcript"
        self.process = None

    def command(self, *options):
        return [*ENTER, "sh", "-euc", BE_A_HOST, self.home, BINARY, f"-C{self.cf}", *options]

    def __enter__(self):
        self.process = subprocess.Popen(self.command("-bD", "-X", self.transcript), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            wait_for_port(self.port)
        except TimeoutError:
            self.process.kill()
            said = self.process.communicate()[0].decode(errors="replace")
            self.__exit__()
            raise RuntimeError(f"sendmail does not start: {said}") from None
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, 15)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, 9)
                self.process.wait()
        self.process.stdout.close()
        if self.transcript.exists():
            print(self.transcript.read_text(errors="replace")[-20000:])  # a failing test shows it
        shutil.rmtree(self.home, ignore_errors=True)

    def submit_smtp(self, sender, recipients, octets):
        """sendmail -bs on standard input and output."""
        return submit_smtp(self.command("-bs", "-odi"), sender, recipients, octets)

    def held(self):
        """Queue files that are held back: Sendmail renames them from qf to hf."""
        return [path.name for path in self.queue.glob("hf*")]
