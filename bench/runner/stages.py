"""The parts of a run. Each takes the Run and returns rows; each can be run alone."""
import itertools
import json
import pathlib
import subprocess
import time

from . import daemons, hostile
from .programs import Failed
from .table import Row, median, print_grid, ratio

PAUSE_SECONDS = 1.0                       # until a fresh daemon is at rest
DELAY_MS = 50
MANY_MESSAGES, MANY_CONNECTIONS = 10000, 512


class Run:
    """What all stages share. `quick`: fewer rounds and messages, a smaller corpus."""

    def __init__(self, programs, folder, names, quick, frankd, frank):
        self.programs, self.folder, self.names, self.quick = programs, folder, names, quick
        self.frankd, self.frank = frankd, frank
        self.rounds = 1 if quick else 3
        self.corpus = programs.corpus("quick", "--mails", 400) if quick else programs.corpus("full", "--mails", 2000)
        self.mails = 400 if quick else 2000
        self.wrong, self.log = [], []

    def program(self, name, *arguments):
        result = self.programs.run(name, *arguments)
        self.log.append(result)
        if result.get("wrong"):
            self.wrong.append(f"{name}: {result['wrong']} wrong: {'; '.join(result['notes'][:2])}")
        return result

    def cpu(self, name, *arguments, key="cpu_us", rounds=None):
        return median([self.program(name, *arguments)[key] for _ in range(rounds or self.rounds)])

    # -- daemons

    def subjects(self, kinds=None):
        """The daemons to compare, those that are there."""
        every = {
            "frankd": lambda f: daemons.Frank(f, self.frankd, off=other_methods(self)),
            "opendkim": daemons.OpenDkim,
            "opendkim > opendmarc": lambda f: daemons.Chain("opendkim > opendmarc", [daemons.OpenDkim(f / "two"), daemons.OpenDmarc(f / "two")], "spf,dkim,dmarc"),
            "pyspf > opendkim > opendmarc": lambda f: daemons.Chain("pyspf > opendkim > opendmarc", [
                daemons.PySpf(f / "three"), daemons.OpenDkim(f / "three"), daemons.OpenDmarc(f / "three", own_spf=False)], "spf,dkim,dmarc"),
            "rspamd": daemons.Rspamd,
        }
        needs = {"frankd": [daemons.Frank], "opendkim": [daemons.OpenDkim], "opendkim > opendmarc": [daemons.OpenDkim, daemons.OpenDmarc],
                 "pyspf > opendkim > opendmarc": [daemons.PySpf, daemons.OpenDkim, daemons.OpenDmarc], "rspamd": [daemons.Rspamd]}
        found = {}
        for name, make in every.items():
            there = self.frankd is not None if name == "frankd" else all(kind.installed() for kind in needs[name])
            if there and (kinds is None or name in kinds) and (not self.names or name in self.names):
                found[name] = make(self.folder / "daemons")
        return found

    def load(self, daemon, connections, messages, *more, check=True, corpus=None):
        arguments = ["--corpus", corpus or self.corpus, "--connections", connections, "--messages", messages, "--authserv-id", daemons.AUTHSERV_ID]
        for socket in daemons.sockets(daemon):
            arguments += ["--milter", f"unix:{socket}"]
        for pid in daemon.pids:
            arguments += ["--daemon", pid]
        if check and daemon.check:
            arguments += ["--check", daemon.check] + (["--lenient"] if daemon.lenient else [])
        result = self.program("load", *arguments, *more)
        result["daemon"] = daemon.name
        if not result["complete"] or result["broken"]:
            self.wrong.append(f"{daemon.name}: {result['broken']} connections lost, complete: {result['complete']}")
        return result


def messages_for(run, name, connections):
    """Enough for a steady figure, little enough for slow daemons."""
    if name == "frankd":
        return run.mails * (4 if run.quick else 5)
    if name.startswith("pyspf"):
        return 300 if run.quick else 600
    return run.mails if connections <= run.mails else connections


# ---- library

def library(run):
    rows = []
    p = run.programs
    limit, frank, all_limit, frank_all, opendkim = [], [], [], [], []
    for _ in range(run.rounds):
        physical = run.program("limit", "--corpus", run.corpus)
        limit.append(physical["dkim"]["cpu_us"])
        all_limit.append(physical["all"]["cpu_us"])
        if p.has("verify"):
            frank.append(run.program("verify", "--corpus", run.corpus, "--methods", "dkim")["cpu_us"])
            frank_all.append(run.program("verify", "--corpus", run.corpus, "--methods", "all")["cpu_us"])
        if p.has("libopendkim"):
            opendkim.append(run.program("libopendkim", "--corpus", run.corpus, "--rounds", 2)["cpu_us"])
    floor = ratio(median(limit), median(opendkim))
    print_grid("library, CPU us a message", ["", "DKIM", "SPF, DKIM, ARC, DMARC"], [
        ["physical limit", median(limit), median(all_limit)], ["libfrank", median(frank), median(frank_all)], ["libopendkim", median(opendkim), None]])
    rows.append(Row("library: DKIM, libfrank / libopendkim", ratio(median(frank), median(opendkim)), 0.30, limit=floor))
    rows.append(Row("library: DKIM, libfrank / physical limit", ratio(median(frank), median(limit))))
    rows.append(Row("library: all four methods, libfrank / physical limit", ratio(median(frank_all), median(all_limit))))
    return rows


def sizes(run):
    """One RSA-2048 signature, one key, three sizes of mail."""
    lines = []
    for name, octets, mails in (("10 KB", 4500, 400), ("75 KB", 70000, 100), ("1 MB", 1_000_000, 20)):
        corpus = run.programs.corpus(f"size-{octets}", "--plain", "--mails", mails, "--body", octets, "--fields", 12, "--field-length", 250)
        limit = run.cpu("limit", "--corpus", corpus, "--rounds", 5, key="dkim", rounds=1)["cpu_us"]
        frank = run.cpu("verify", "--corpus", corpus, "--methods", "dkim", "--rounds", 5) if run.programs.has("verify") else None
        peer = run.cpu("libopendkim", "--corpus", corpus, "--rounds", 5) if run.programs.has("libopendkim") else None
        lines.append([name, limit, frank, peer, ratio(frank, peer), ratio(limit, peer)])
    print_grid("library by size, DKIM, CPU us a message", ["", "limit", "libfrank", "libopendkim", "ratio", "limit of it"], lines)
    return []


def spf(run):
    frank = run.cpu("verify", "--corpus", run.corpus, "--methods", "spf", "--rounds", 20) if run.programs.has("verify") else None
    peer = run.cpu("libspf2", "--corpus", run.corpus, "--rounds", 20) if run.programs.has("libspf2") else None
    print_grid("SPF of MAIL FROM, answers in memory, CPU us a check", ["libfrank", "libspf2"], [[number_or_none(frank), peer]])
    return [Row("SPF check from cache: libfrank / libspf2", ratio(frank, peer), 1.0)]


def number_or_none(value):
    return "-" if value is None else f"{value:.2f}"


def linear(run):
    """Twice the input, at most 2.2 times the time: longer body, more fields, longer fields."""
    pairs = {
        "body of 1 and 2 MB": (["--body", 1_000_000], ["--body", 2_000_000]),
        "450 and 900 fields": (["--body", 1000, "--fields", 450, "--field-length", 60], ["--body", 1000, "--fields", 900, "--field-length", 60]),
        "20 fields of 10 and 20 KB": (["--body", 1000, "--fields", 20, "--field-length", 10_000], ["--body", 1000, "--fields", 20, "--field-length", 20_000]),
    }
    rows = []
    for name, (one, two) in pairs.items():
        cost = None
        if run.programs.has("verify"):
            slug = "-".join(map(str, one)).replace("--", "")
            corpora = [run.programs.corpus(f"linear-{slug}-{i}", "--plain", "--mails", 12, *arguments) for i, arguments in enumerate((one, two))]
            times = [[], []]
            for _ in range(max(3, run.rounds)):
                for i, corpus in enumerate(corpora):
                    times[i].append(run.program("verify", "--corpus", corpus, "--methods", "all", "--rounds", 20)["cpu_us"])
            cost = ratio(median(times[1]), median(times[0]))
        rows.append(Row(f"double the input: {name}", cost, 2.2))
    return rows


# ---- daemons

def daemon(run):
    name_server(run)
    subjects = run.subjects()
    figures = {}
    try:
        for name, d in subjects.items():
            d.start()
            run.load(d, 16, min(run.mails, messages_for(run, name, 16)))
        for _ in range(run.rounds):
            for connections in (1, 16, 512) if run.quick else (1, 16, 128, 512):
                for name, d in subjects.items():
                    figures.setdefault((name, connections), []).append(run.load(d, connections, messages_for(run, name, connections)))
            if "frankd" in subjects:      # as an MTA writes that flushes its stream buffer
                small = run.load(subjects["frankd"], 16, messages_for(run, "frankd", 16), "--write-size", 4096)
                figures.setdefault(("frankd, writes of 4 KB", 16), []).append(small)
    finally:
        for d in subjects.values():
            d.stop()

    def figure(name, connections, *path):
        values = []
        for result in figures.get((name, connections), []):
            for key in path:
                result = result[key]
            values.append(result)
        return median(values)

    lines = [[f"{name}, c={c}", figure(name, c, "cpu_us"), figure(name, c, "messages_per_s"), figure(name, c, "eom_ms", "p50"), figure(name, c, "eom_ms", "p99"),
              figure(name, c, "message_ms", "p50"), figure(name, c, "message_ms", "p99"), figure(name, c, "pss_after_kib") / 1024] for name, c in figures]
    print_grid("daemons, answers cacheable", ["", "CPU us/msg", "msg/s", "eom p50 ms", "p99", "MAIL-verdict p50", "p99", "PSS MiB"], lines)
    floor = limit_with_transport(run)
    of = lambda name: figure(name, 16, "cpu_us")
    frank = of("frankd")
    rows = [
        Row("frankd (SPF, DKIM, ARC, DMARC) / opendkim > opendmarc, CPU, c=16", ratio(frank, of("opendkim > opendmarc")), 0.10, limit=ratio(floor, of("opendkim > opendmarc"))),
        Row("frankd / rspamd with authentication modules, CPU, c=16", ratio(frank, of("rspamd")), 0.115, limit=ratio(floor, of("rspamd"))),
        Row("frankd / opendkim alone, CPU, c=16", ratio(frank, of("opendkim"))),
        Row("frankd / pyspf > opendkim > opendmarc, CPU, c=16", ratio(frank, of("pyspf > opendkim > opendmarc"))),
        Row("frankd, CPU a message at 512 connections / at 1", ratio(figure("frankd", 512, "cpu_us"), figure("frankd", 1, "cpu_us")), 1.1),
        Row("throughput, c=16, frankd / opendkim > opendmarc", ratio(figure("frankd", 16, "messages_per_s"), figure("opendkim > opendmarc", 16, "messages_per_s"))),
    ]
    return rows


TRANSPORT_US = 30.0                       # an own epoll server that answers nothing before end of message (shared/performance.md, 2)


def limit_with_transport(run):
    return run.program("limit", "--corpus", run.corpus, "--rounds", 1)["all"]["cpu_us"] + TRANSPORT_US


def name_server(run, corpus=None, **options):
    run.name_server.start((corpus or run.corpus) / "corpus.zone", **options)


def latency(run):
    """Every answer 50 ms late and nothing cacheable: fresh daemons, so that nothing is cached from before."""
    name_server(run, delay_ms=DELAY_MS, ttl=0)
    subjects = run.subjects(["frankd", "opendkim > opendmarc", "rspamd"])
    lines, rows = [], []
    for connections in (16, 128):
        for name, d in subjects.items():
            d.start()
            try:
                run.name_server.counts()
                # Long enough for the clients, which all begin at once, to fall out of step.
                messages = max(connections * (6 if run.quick else 24), 300 if run.quick else 800)
                result = run.load(d, connections, messages, "--delay-ms", DELAY_MS)
                asked = run.name_server.counts()
            finally:
                d.stop()
            chain = chain_quantiles(run)
            lines.append([f"{name}, c={connections}", result["message_ms"]["p50"], result["message_ms"]["p99"], chain[0], chain[1], result["eom_ms"]["p50"],
                          result["chain_ratio"]["p50"], result["messages_per_s"], (asked["udp"] + asked["tcp"]) / result["messages"]])
            if name == "frankd":
                rows.append(Row(f"50 ms DNS, c={connections}: MAIL to verdict / longest dependent chain, p50", result["chain_ratio"]["p50"], 1.05))
    print_grid("every DNS answer 50 ms late, TTL 0", ["", "MAIL-verdict p50 ms", "p99", "chain p50 ms", "p99", "eom p50", "ratio p50", "msg/s", "questions/msg"], lines)
    if "frankd" not in subjects:
        rows = [Row(f"50 ms DNS, c={c}: MAIL to verdict / longest dependent chain, p50", None, 1.05) for c in (16, 128)]
    return rows


def chain_quantiles(run, which="chain"):
    chains = sorted(json.loads(line)[which] for line in (run.corpus / "manifest.jsonl").open())
    return [chains[int(q * (len(chains) - 1))] * DELAY_MS for q in (0.5, 0.99)]


# ---- memory, start

def pss_mib(pids):
    """Over the processes and their descendants; and the shared objects they have mapped."""
    tree = set(pids)
    parents = {}
    for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            text = entry.read_text()
        except OSError:
            continue
        parents[int(entry.parent.name)] = int(text.rsplit(")", 1)[1].split()[1])
    while True:
        more = {pid for pid, parent in parents.items() if parent in tree} - tree
        if not more:
            break
        tree |= more
    total, objects = 0, set()
    for pid in tree:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
        for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
            path = line.split(maxsplit=5)[5] if line.count(" ") > 5 and len(line.split(maxsplit=5)) == 6 else ""
            if ".so" in path and "(deleted)" not in path:
                objects.add(path)
    return total / 1024, len(tree), sorted(objects)


def idle_mib(run, processes, objects, *options):
    """A program that does nothing, with the same libraries in as many processes."""
    objects = [o for o in objects if "/ld-linux" not in o]
    with subprocess.Popen([run.programs.build / "idle", *options, str(processes), *objects], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout.readline().strip() != "ready":
            raise Failed("idle did not start")
        time.sleep(PAUSE_SECONDS)
        found = pss_mib([process.pid])[0]
        process.stdin.close()
    return found


def memory(run):
    name_server(run)
    lines, rows = [], []
    loaded_ratio = rest_ratio = growth = None
    for name, d in run.subjects().items():
        messages = MANY_MESSAGES if name == "frankd" or not run.quick and not name.startswith("pyspf") else 1000
        d.start()
        try:
            time.sleep(PAUSE_SECONDS)
            rest, processes, objects = pss_mib(d.pids)
            run.load(d, MANY_CONNECTIONS, messages)
            time.sleep(PAUSE_SECONDS)
            after = pss_mib(d.pids)[0]
        finally:
            d.stop()
        loaded = ready = None
        if name == "frankd":
            loaded, ready = idle_mib(run, processes, objects), idle_mib(run, processes, objects, "--ready")
            loaded_ratio, rest_ratio, growth = ratio(rest, loaded), ratio(rest, ready), after - rest
        lines.append([name, processes, rest, ready, loaded, after, messages])
    print_grid("memory, PSS in MiB over all processes",
               ["", "processes", "idle", "libraries ready", "libraries loaded", f"after, c={MANY_CONNECTIONS}", "messages"], lines)
    rows.append(Row("memory: frankd idle / a program that does nothing, its libraries initialised", rest_ratio, 1.3))
    rows.append(Row("memory: frankd idle / a program that does nothing, its libraries only loaded", loaded_ratio))
    rows.append(Row(f"memory: growth over {MANY_MESSAGES:,} messages at {MANY_CONNECTIONS} connections", growth, 10.0, "MiB"))
    return rows


def start(run):
    name_server(run)
    times = {}
    for _ in range(5 if run.quick else 15):
        for name, d in run.subjects(["frankd", "opendkim"]).items():
            command = d.prepare()
            times.setdefault(name, []).append(run.program("start", d.socket, *command)["ms"])
    lines = [[name, median(values), min(values), max(values)] for name, values in times.items()]
    print_grid("from start until the socket answers, ms", ["", "median", "least", "most"], lines)
    return [Row("start: frankd / opendkim", ratio(median(times.get("frankd")), median(times.get("opendkim"))), 1.0)]


# ---- what the other methods cost

FOUR = {"spf", "dkim", "arc", "dmarc"}


def other_methods(run):
    """All but the four that the peers know, too."""
    if not run.frank:
        return []
    limits = json.loads(subprocess.run([run.frank, "limits", "--json"], capture_output=True, text=True, check=True).stdout)
    return [m["method"] for m in limits["methods"] if m["method"] not in FOUR]


def every_method(run):
    """SPF, DKIM, ARC and DMARC alone beside every method there is: CPU from the cache, then latency and questions with late answers."""
    if not run.frankd:
        return [Row("every method / the four: CPU from the cache", None, 1.3)]
    kinds = {"spf, dkim, arc, dmarc": other_methods(run), "every method": []}
    made = {name: daemons.Frank(run.folder / "daemons", run.frankd, name=f"frankd-methods-{i}", off=off) for i, (name, off) in enumerate(kinds.items())}
    lines, late, cpu = [], [], {}
    name_server(run)
    for name, d in made.items():
        d.start()
        try:
            run.load(d, 16, 2000)                                # fills the caches
            run.name_server.counts()
            result = run.load(d, 16, 4000)
            asked = run.name_server.counts()
        finally:
            d.stop()
        cpu[name] = result["cpu_us"]
        lines.append([name, result["cpu_us"], result["messages_per_s"], result["message_ms"]["p50"], (asked["udp"] + asked["tcp"]) / result["messages"]])
    print_grid("answers from the cache, c=16", ["", "CPU us/msg", "msg/s", "MAIL-verdict p50 ms", "questions/msg"], lines)
    name_server(run, delay_ms=DELAY_MS, ttl=0)
    wait, chains = {}, {}
    for name, d in made.items():
        d.start()
        try:
            run.name_server.counts()
            result = run.load(d, 16, 300 if run.quick else 800, "--delay-ms", DELAY_MS, *([] if kinds[name] else ["--every-method"]))
            asked = run.name_server.counts()
        finally:
            d.stop()
        wait[name], chains[name] = result["message_ms"]["p50"], result["chain_ratio"]["p50"]
        chain = chain_quantiles(run, "chain" if kinds[name] else "chain_every")
        late.append([name, result["message_ms"]["p50"], result["message_ms"]["p99"], *chain, result["chain_ratio"]["p50"], result["chain_ratio"]["p99"],
                     (asked["udp"] + asked["tcp"]) / result["messages"]])
    print_grid("every DNS answer 50 ms late, TTL 0, c=16",
               ["", "MAIL-verdict p50 ms", "p99", "its longest chain p50 ms", "p99", "ratio p50", "p99", "questions/msg"], late)
    four, every = kinds
    return [Row("every method / the four: CPU from the cache", ratio(cpu[every], cpu[four]), 1.3),
            Row("every method, 50 ms DNS: MAIL to verdict / longest dependent chain of every method, p50", chains[every], 1.05),
            Row("every method / the four: MAIL to verdict, 50 ms DNS, p50", ratio(wait[every], wait[four]))]


# ---- refusals, hostile mail

REFUSE_SPF_FAIL = '( { name = "spf-fail"; when = [ "spf = fail" ]; action = "reject"; } )'


def refuse(run):
    """Mail refused before DATA: what it costs, beside the same mails taken whole."""
    name_server(run)
    if not run.frankd:
        return [Row("refused before DATA", None, None, note="frankd is not built")]
    count = sum(1 for line in (run.corpus / "manifest.jsonl").open() if '"spf":"fail"' in line)
    results = {}
    for name, rules, more, check in (("refused at the envelope", REFUSE_SPF_FAIL, ["--expect-refusal"], False), ("the same mails, accepted", '"monitor"', [], True)):
        d = daemons.Frank(run.folder / "daemons", run.frankd, rules, f"frankd-{len(results)}", other_methods(run))
        d.start()
        try:
            run.load(d, 16, count, "--select", "spf=fail", *more, check=check)
            results[name] = run.load(d, 16, max(count * 20, 4000), "--select", "spf=fail", *more, check=check)
        finally:
            d.stop()
    print_grid("mail refused before DATA", ["", "octets/msg", "CPU us/msg", "MAIL-verdict p50 ms"],
               [[name, r["octets"], r["cpu_us"], r["message_ms"]["p50"]] for name, r in results.items()])
    refused, taken = results["refused at the envelope"], results["the same mails, accepted"]
    return [Row("refused before DATA / accepted: octets", ratio(refused["octets"], taken["octets"])),
            Row("refused before DATA / accepted: CPU", ratio(refused["cpu_us"], taken["cpu_us"]))]


def hostile_mail(run):
    rows = [Row("one hostile message: CPU", None, 1.0, "s"), Row("one hostile message: memory", None, 64.0, "MiB"),
            Row("one hostile message: questions / what frank limits prints", None, 1.0)]
    if not run.frank:
        return rows
    bound = json.loads(subprocess.run([run.frank, "limits", "--json"], capture_output=True, text=True, check=True).stdout)["questions_per_message"]
    lines = []
    folder = run.folder / "hostile"
    measured = itertools.chain(hostile.measure(run.frank, run.corpus, folder), hostile.measure_domains(run.frank, run.name_server, folder))
    for name, cpu, mib, questions, error in measured:
        lines.append([name, cpu, mib, questions, error])
        if error:
            run.wrong.append(f"hostile: {name}: {error}")
        for row, value in zip(rows, (cpu, mib, ratio(questions, bound))):
            if value is not None and (row.value is None or value > row.value):
                row.value, row.note = value, name
    print_grid("hostile messages, frank verify", ["", "CPU s", "peak MiB", "questions", ""], lines)
    return rows


STAGES = {"library": library, "sizes": sizes, "spf": spf, "linear": linear, "daemon": daemon, "latency": latency, "methods": every_method, "memory": memory, "start": start,
          "refuse": refuse, "hostile": hostile_mail}
