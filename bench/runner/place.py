"""Where a run happens: namespaces of its own: a network with nothing but a loopback, our name server in resolv.conf, and processes.

So every daemon asks the same fake name server at port 53, no packet can leave the machine, and nothing outlives the run.
"""
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys

INSIDE = "FRANK_BENCH_INSIDE"
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def enter(program, arguments):
    """Runs the program again inside a namespace, unless it is there already. Ends the process if that is not possible."""
    if os.environ.get(INSIDE):
        _prepare()
        return
    unshare = shutil.which("unshare")
    if not unshare:
        sys.exit("bench: unshare (util-linux) is needed for a private loopback")
    wanted = ["-n", "-m", "-p", "-f", "--kill-child", "--mount-proc"]
    if os.geteuid() != 0:
        wanted.insert(0, "-r")
    if subprocess.run([unshare, *wanted, "true"], capture_output=True).returncode:
        sys.exit("bench: cannot make a network namespace; run as root, or allow user namespaces")
    os.environ[INSIDE] = "1"
    os.execv(unshare, [unshare, *wanted, sys.executable, program, *arguments])


def _prepare():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(s, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | IFF_UP))


def use_name_server(folder):
    """Every program that reads resolv.conf asks 127.0.0.1 from now on; seen by this namespace only."""
    path = folder / "resolv.conf"
    path.write_text("nameserver 127.0.0.1\noptions edns0\n")
    subprocess.run(["mount", "--bind", path, "/etc/resolv.conf"], check=True)
