"""The measuring programs written in C, and the corpora."""
import json
import signal
import subprocess


class Failed(Exception):
    pass


class Programs:
    def __init__(self, build, folder):
        self.build, self.folder = build / "bench", folder

    def has(self, name):
        return (self.build / name).exists()

    def run(self, name, *arguments, seconds=900):
        """One JSON object on standard output. A program that ends with 1 has wrong verdicts: kept in the object."""
        command = [str(self.build / name), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        if done.returncode not in (0, 1) or not lines:
            raise Failed(f"{' '.join(command)}: {done.returncode}\n{done.stderr[-2000:]}")
        result = json.loads(lines[-1])
        result["notes"] = done.stderr.splitlines()[:5]
        return result

    def corpus(self, name, *arguments):
        """A corpus in the run's folder, made once: it depends on nothing but the generator and its arguments."""
        target, generator = self.folder / "corpus" / name, self.build / "corpus"
        stamp = target / "made-by"
        said = f"{' '.join(map(str, arguments))} {generator.stat().st_mtime_ns}"
        if not stamp.exists() or stamp.read_text() != said:
            target.mkdir(parents=True, exist_ok=True)
            made = subprocess.run([generator, "--out", target, *map(str, arguments)], capture_output=True, text=True)
            if made.returncode:
                raise Failed(made.stderr)
            (target / "description").write_text(made.stdout)
            if self.run("limit", "--corpus", target, "--check")["wrong"]:
                raise Failed(f"{target}: the corpus does not verify")
            stamp.write_text(said)
        return target


class NameServer:
    """dnsfake at 127.0.0.1:53; at most one at a time."""

    def __init__(self, programs):
        self.programs, self.process = programs, None

    def start(self, zone, delay_ms=0, ttl=3600):
        self.stop()
        self.process = subprocess.Popen([self.programs.build / "dnsfake", "--zone", zone, "--delay-ms", str(delay_ms), "--ttl", str(ttl)],
                                        stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline().strip() != "ready":
            raise Failed("dnsfake did not start")

    def counts(self):
        """Questions by kind since the last call."""
        self.process.send_signal(signal.SIGUSR1)
        return json.loads(self.process.stdout.readline())

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(5)
            self.process = None
