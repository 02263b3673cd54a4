"""The daemons under test: Frank and Debian's milters, each with the configuration nearest to the same work.

All run as the caller in a private namespace, listen on unix sockets in the run's folder, ask the name server
at 127.0.0.1, change nothing but the Authentication-Results field, and log nothing.
"""
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import time

AUTHSERV_ID = "mx.receiver.example"
READY_SECONDS = 60
OFFER = struct.pack(">IcIII", 13, b"O", 6, 0x1ff, 0x1fffff)


def suffix_list(path="/usr/share/publicsuffix/public_suffix_list.dat"):
    """The public suffix list with the corpus' top domain, which no real list holds."""
    return pathlib.Path(path).read_text() + "\nexample\n"


def answers(path):
    """Does a milter at this socket answer a negotiation?"""
    try:
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(5)
            s.connect(str(path))
            s.sendall(OFFER)
            return len(s.recv(17)) > 0
    except OSError:
        return False


class Daemon:
    """One milter: its program, configuration and socket. `check`: methods it reports; `lenient`: its words for not-pass differ."""
    name = program = check = ""
    lenient = False

    def __init__(self, folder):
        self.folder = pathlib.Path(folder) / self.name
        self.process = None
        self.socket = self.folder / "milter.sock"

    @classmethod
    def installed(cls):
        return shutil.which(cls.program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") is not None

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def command(self):
        raise NotImplementedError

    def prepare(self):
        """Empties the folder; returns the command that starts the daemon."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        return [str(part) for part in self.command()]

    def start(self):
        command = self.prepare()
        with open(self.folder / "output", "wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, env=self.environment(), start_new_session=True)
        end = time.monotonic() + READY_SECONDS
        while not answers(self.socket):
            if self.process.poll() is not None or time.monotonic() > end:
                said = (self.folder / "output").read_text(errors="replace")[-1500:]
                self.stop()
                raise RuntimeError(f"{self.name} does not start: {said}")
            time.sleep(0.01)
        return self

    def environment(self):
        return {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(5)
        self.process = None

    @property
    def pids(self):
        return [self.process.pid]


class OpenDkim(Daemon):
    name = program = "opendkim"
    check, lenient = "dkim", True

    def command(self):
        self.write("internal", "127.0.0.2\n")
        config = self.write("opendkim.conf", f"""
Mode v
Socket local:{self.socket}
AuthservID {AUTHSERV_ID}
AlwaysAddARHeader yes
InternalHosts refile:{self.folder}/internal
Nameservers 127.0.0.1
Syslog no
UMask 000
""")
        return ["opendkim", "-f", "-x", config]


class OpenDmarc(Daemon):
    """own_spf: checks SPF itself; otherwise takes it from the Authentication-Results of a milter before it."""
    program = "opendmarc"
    lenient = True

    def __init__(self, folder, own_spf=True):
        self.name = "opendmarc" if own_spf else "opendmarc-after-pyspf"
        self.own_spf = own_spf
        super().__init__(folder)

    def command(self):
        spf = "true" if self.own_spf else "false"
        suffixes = self.write("suffixes.dat", suffix_list())
        config = self.write("opendmarc.conf", f"""
Socket local:{self.socket}
AuthservID {AUTHSERV_ID}
TrustedAuthservIDs {AUTHSERV_ID}
PublicSuffixList {suffixes}
SPFSelfValidate {spf}
SPFIgnoreResults {spf}
RejectFailures false
Syslog false
UMask 000
""")
        return ["opendmarc", "-f", "-c", config]


class PySpf(Daemon):
    name = program = "pyspf-milter"
    check, lenient = "spf", True

    def command(self):
        config = self.write("pyspf.conf", f"""
debugLevel = 0
TestOnly = 1
HELO_reject = False
Mail_From_reject = False
PermError_reject = False
TempError_Defer = False
Header_Type = AR
Authserv_Id = {AUTHSERV_ID}
skip_addresses = 127.0.0.0/8
Socket = {self.socket}
PidFile = {self.folder}/pid
UserID = {os.environ.get('USER') or 'root'}
InternalHosts = 127.0.0.2
""")
        return ["pyspf-milter", config]


class Rspamd(Daemon):
    """Milter mode of one proxy worker which scans itself, with the authentication modules only."""
    name = program = "rspamd"
    check, lenient = "spf,dkim,arc,dmarc", True

    def command(self):
        share, etc = "/usr/share/rspamd", "/etc/rspamd"
        tlds = self.write("tlds.dat", suffix_list(f"{share}/effective_tld_names.dat"))
        modules = "\n".join(f'.include "{etc}/modules.d/{m}.conf"' for m in ("spf", "dkim", "arc", "dmarc"))
        config = self.write("rspamd.conf", f"""
options {{
    pidfile = "{self.folder}/pid";
    filters = "dkim";
    dns {{ timeout = 5s; sockets = 16; retransmits = 2; nameserver = ["127.0.0.1:53"]; }}
    dns_max_requests = 64;
    url_tld = "{tlds}";
    tempdir = "{self.folder}";
    control_socket = "{self.folder}/control.sock mode=0600";
    hs_cache_dir = "{self.folder}/";
    cache_file = "{self.folder}/symbols.cache";
    stats_file = "{self.folder}/stats.ucl";
    history_rows = 1;
    history_file = "{self.folder}/history";
    dynamic_conf = "{self.folder}/dynamic";
    allow_raw_input = true;
    task_timeout = 30s;
    local_addrs = [127.0.0.2];
    explicit_modules = ["milter_headers"];
    words_decay = 600;
}}
logging {{ type = "file"; filename = "{self.folder}/log"; level = "error"; }}
worker "rspamd_proxy" {{
    bind_socket = "{self.socket} mode=0666";
    milter = yes;
    timeout = 120s;
    upstream "local" {{ default = yes; self_scan = yes; }}
    count = 1;
}}
.include "{etc}/metrics.conf"
.include "{etc}/actions.conf"
.include "{etc}/groups.conf"
{modules}
milter_headers {{
    use = ["authentication-results"];
    skip_local = false;
    skip_authenticated = false;
    authenticated_headers = ["authentication-results"];
    routines {{ authentication-results {{ header = "Authentication-Results"; remove = 1; add_smtp_user = false; }} }}
}}
modules {{ path = "{share}/plugins/"; }}
""")
        return ["rspamd", "-f", "-i", "-c", config]


class Frank(Daemon):
    name = "frankd"
    check = "spf,dkim,arc,dmarc"
    workers = 2

    def __init__(self, folder, program, rules='"monitor"', name="frankd", off=()):
        """off: methods that are switched off."""
        self.name, self.program, self.rules, self.off = name, str(program), rules, off
        super().__init__(folder)

    def command(self):
        config = self.write("frank.conf", f"""
authserv_id = "{AUTHSERV_ID}";
milter = {{ listen = [ "unix:{self.socket}" ]; }};
dns = {{ resolver = [ "127.0.0.1" ]; }};
methods = {{ {" ".join(f"{method} = {{ enabled = false; }};" for method in self.off)} }};
process = {{ user = "nobody"; }};
rules = {self.rules};
""")
        return [self.program, "-c", config, "--foreground"]


class Chain:
    """Several milters one after the other, as an MTA configures them."""
    lenient = True

    def __init__(self, name, daemons, check):
        self.name, self.daemons, self.check = name, daemons, check

    def start(self):
        for daemon in self.daemons:
            if not daemon.process:
                daemon.start()
        return self

    def stop(self):
        for daemon in self.daemons:
            daemon.stop()

    @property
    def pids(self):
        return [pid for daemon in self.daemons for pid in daemon.pids]


def sockets(daemon):
    return [d.socket for d in getattr(daemon, "daemons", [daemon])]
