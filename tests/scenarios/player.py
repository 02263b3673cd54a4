"""Plays a scenario (scenario.py says how one is written) through a frankd."""
import contextlib
import json
import re
import time

from fakes.dns import FakeDns
from harness import milter_wire
from harness.frankd import AUTHSERV_ID, CHECKED, Frankd
from harness.milter_client import POSTFIX, SENDMAIL, Closed, Field, MilterClient
from harness.sign import zone_strings
from scenario import Broken, compose, options_of, unescaped

OURS = ("Authentication-Results", "X-Frank-Disposition")
ID = "[0-9a-hjkmnp-tv-z]{12}"
ABSENT = object()


@contextlib.contextmanager
def world(scenario, key):
    """The daemon a scenario wants, with its DNS."""
    zone = scenario.text("zone").replace("{key}", zone_strings(key.record)) + "\n"
    options = {"rules": None, "more": scenario.text("conf"), "milter": scenario.text("milter"), "build": CHECKED,
               "process": "workers = 1; " * ("workers" not in scenario.text("process")) + scenario.text("process")}
    slow = dict(line.split() for line in scenario.blocks.get("slow", []) if line)
    with contextlib.ExitStack() as stack:
        if slow:
            dns = stack.enter_context(FakeDns(zone, {name: float(seconds) for name, seconds in slow.items()}))
            options["more"] = options["more"].replace("{dns}", dns.address)
            options["dns"] = f'resolver = [ "{dns.address}" ]; ' + scenario.text("dns")
        else:
            options["dns"] = scenario.text("dns") or None
        yield stack.enter_context(Frankd(zone, **options))


class Player:
    def __init__(self, scenario, frankd, key):
        self.scenario, self.frankd = scenario, frankd
        self.messages = {name.split()[1]: compose(lines, key) for name, lines in scenario.blocks.items() if name.startswith("message ")}
        self.messages.update({name.split()[1]: unescaped(lines) for name, lines in scenario.blocks.items() if name.startswith("octets ")})
        self.client, self.fields = None, []
        self.journal = []           # (step, members, id in the reply) of each line that must be there

    def play(self):
        try:
            for step in self.scenario.steps:
                self.take(step)
        except Closed as error:
            raise Broken(f"{self.where(step)}: frankd closed the connection: {error}") from None
        finally:
            if self.client:
                self.client.close()
        self.check_journal()

    def where(self, step):
        return f"{self.scenario.path.name}:{step.line}: {step.command} {step.rest}"

    def must(self, step, good, what):
        if not good:
            raise Broken(f"{self.where(step)}: {what}")

    def take(self, step):
        if not self.client and step.command not in ("offer", "reload"):
            self.dial()
        handler = getattr(self, "say_" + step.command.replace("-", "_"), None)
        self.must(step, handler, "no such command")
        started = time.monotonic()
        if "closed" in step.expected:
            self.expect_closed(step, handler)
            return
        answer = handler(step)
        self.judge(step, answer, time.monotonic() - started)

    def expect_closed(self, step, handler):
        try:
            handler(step)
            closed = self.client.is_closed()
        except Closed:
            closed = True
        self.must(step, closed, "the connection goes on")
        self.note_journal(step, None)
        self.client = None

    # ---- what is said

    def dial(self, server="postfix", version="6", actions=None, protocol=None):
        if self.client:
            self.client.close()
        self.client = MilterClient(self.frankd.address, {"postfix": POSTFIX, "sendmail": SENDMAIL}[server], int(version),
                                   actions and int(actions, 0), protocol and int(protocol, 0))
        self.client.negotiate()

    def say_offer(self, step):
        self.dial(**options_of(step.rest.split()))

    def say_connect(self, step):
        host, address, *port = step.rest.split()
        return self.client.connect(host, address, *map(int, port))

    def say_helo(self, step):
        return self.client.helo(step.rest)

    def say_auth(self, step):
        user, *mechanism = step.rest.split() or [""]
        self.client.authenticated(user, *mechanism)

    def say_mail(self, step):
        self.fields = []
        return self.client.mail(*path_and_arguments(step.rest))

    def say_rcpt(self, step):
        return self.client.rcpt(*path_and_arguments(step.rest))

    def say_data(self, step):
        return self.client.data()

    def say_field(self, step):
        name, _, value = step.rest.partition(":")
        self.fields.append(Field(name, value))
        return self.client.field(name, value)

    def say_eoh(self, step):
        return self.client.end_of_header()

    def say_body(self, step):
        return self.client.body(unescaped([step.rest]))

    def say_end(self, step):
        return self.client.end(self.fields)

    def say_unknown(self, step):
        return self.client.unknown(step.rest)

    def say_message(self, step):
        name, *options = step.rest.split()
        self.must(step, name in self.messages, "no such message")
        return self.client.message(self.messages[name], int(options_of(options).get("chunk", milter_wire.MAX_CHUNK)))

    def say_abort(self, step):
        self.client.abort()

    def say_quit(self, step):
        self.client.quit()
        self.must(step, self.client.is_closed(), "the connection goes on after QUIT")
        self.client = None

    def say_quit_new(self, step):
        self.client.quit_new()

    def say_reload(self, step):
        before = self.frankd.status()
        self.frankd.write_conf(self.scenario.text(f"conf {step.rest}"))
        self.frankd.reload()
        end = time.monotonic() + 20
        while (now := self.frankd.status())["reloads"] + now["reloads_refused"] == before["reloads"] + before["reloads_refused"]:
            self.must(step, time.monotonic() < end, "frankd has neither taken nor refused it")
            time.sleep(0.02)

    # ---- what is expected

    def judge(self, step, answer, seconds):
        outcome = answer if hasattr(answer, "edits") else None
        reply = outcome.reply if outcome else answer
        self.judge_reply(step, reply)
        if outcome:
            self.judge_outcome(step, outcome)
        for line in step.expected:
            self.judge_one(step, line, outcome, seconds)
        self.note_journal(step, reply)

    def judge_reply(self, step, reply):
        wanted = [line[2:] for line in step.expected if line.startswith("< ")]
        said = str(reply) if reply else "silence"
        if not wanted:
            self.must(step, said in ("continue", "silence"), f"answers {said}")
        else:
            pattern = re.escape(wanted[0]).replace(r"\[id\ ID\]", rf"\[id\ {ID}\]")
            self.must(step, re.fullmatch(pattern, said), f"answers\n  {said}\nand not\n  {wanted[0]}")

    def judge_outcome(self, step, outcome):
        passes = outcome.reply.word == "continue"
        wanted = [line[2:] for line in step.expected if line.startswith("= ")]
        self.must(step, not passes or wanted, "says nothing of the header afterwards; it is\n" + "\n".join("  = " + line for line in outcome.values(*OURS)))
        if not passes:
            self.must(step, not outcome.edits, f"edits of a message that does not pass: {outcome.edits}")
            return
        # header.b is as new as the key.
        now = [re.sub(r'header\.b="?[A-Za-z0-9+/]{8,}"?', "header.b=B", line) for line in outcome.values(*OURS)]
        self.must(step, now == [line for line in wanted if line != "nothing"], "the fields are\n" + "\n".join("  = " + line for line in now))
        for numbering in ("postfix", "sendmail"):
            self.judge_others(step, outcome, numbering)

    def judge_others(self, step, outcome, numbering):
        def others(fields):
            return [field for field in fields if field.name.lower() not in [name.lower() for name in OURS]]
        after = outcome.header(numbering)
        self.must(step, others(after) == others(outcome.fields), f"other fields changed ({numbering})")
        added = sum(edit.kind == "insert" for edit in outcome.edits)
        self.must(step, all(field.name in OURS for field in after[:added]), f"ours are not on top ({numbering})")
        self.must(step, all(field.value.startswith(" ") for field in after[:added]), "no blank after the colon")
        self.must(step, not added or after[0].name == OURS[0] or outcome.reply.word != "continue", "Authentication-Results is not the first")

    def judge_one(self, step, line, outcome, seconds):
        word, _, rest = line.partition(" ")
        if word == "held":
            self.must(step, outcome.held == rest, f"held: {outcome.held}")
        elif word == "edits":
            kinds = [edit.kind for edit in outcome.edits]
            said = f"{kinds.count('delete')} deleted, {kinds.count('insert')} inserted"
            self.must(step, said == rest, said)
        elif word == "skip":
            self.must(step, outcome.skipped, "took the whole body")
        elif word in ("agreed", "not"):
            for flag in rest.split():
                agreed = bool(self.client.protocol & getattr(milter_wire, flag))
                self.must(step, agreed == (word == "agreed"), f"{flag}: {agreed} (protocol {self.client.protocol:#x})")
        elif word == "version":
            self.must(step, self.client.version == int(rest), f"version {self.client.version}")
        elif word == "within":
            self.must(step, seconds < float(rest), f"took {seconds:.1f} s")
        elif word == "after":
            self.must(step, seconds >= float(rest), f"took {seconds:.1f} s")
        elif word not in ("<", "=", "journal", "closed"):
            raise Broken(f"{self.where(step)}: what is {line!r}?")
        if outcome and outcome.held and not any(line.startswith("held ") for line in step.expected):
            raise Broken(f"{self.where(step)}: held: {outcome.held}")

    def note_journal(self, step, reply):
        members = [line.split(None, 2)[1:] for line in step.expected if line.startswith("journal ")]
        told = re.search(rf"\[id ({ID})\]$", reply.text) if reply and reply.word == "reply" else None
        if members:
            self.journal.append((step, members, told and told[1]))

    def check_journal(self):
        lines = self.frankd.journal(len(self.journal))
        for (step, members, told), line in zip(self.journal, lines):
            self.must(step, told in (None, line["id"]), f"the reply names {told}, the journal {line['id']}")
            self.must(step, line["version"] == 1 and line["host"] == AUTHSERV_ID and abs(line["time"] - time.time()) < 120, f"journal: {line}")
            for path, value in members:
                found, wanted = member(line, path), ABSENT if value == "absent" else parsed(step, value)
                self.must(step, found == wanted, f"journal {path} {json.dumps(found) if found is not ABSENT else 'absent'}\nall of it: {json.dumps(line)}")
        if len(lines) > len(self.journal):
            raise Broken(f"{self.scenario.path.name}: a journal line nobody expected: {json.dumps(lines[len(self.journal)])}")


def path_and_arguments(text):
    """A path may hold blanks in quotes."""
    path, _, arguments = text.rpartition(">")
    return [f"{path}>", *arguments.split()] if path else text.split()


def parsed(step, value):
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        raise Broken(f"line {step.line}: not JSON: {value}") from None


def member(line, path):
    """dkim.0.result of an object."""
    for name in path.split("."):
        if isinstance(line, list):
            line = line[int(name)] if int(name) < len(line) else ABSENT
        elif isinstance(line, dict):
            line = line.get(name, ABSENT)
        else:
            return ABSENT
    return line
