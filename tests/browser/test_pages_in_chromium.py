"""The page of frank compare, with --as-if and without, in a real browser: hostile mail makes no element, runs nothing and asks for nothing (threats.md T33).

Run by tools/check-all, which installs Chromium (tools/setup browser).

  FRANK_BUILD     the build folder with frank (default: build-check)
"""
import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from harness.pages import Structure, complaints, message_full_of, payloads, zone_full_of  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
FRANK = pathlib.Path(os.environ.get("FRANK_BUILD", ROOT / "build-check")).resolve() / "frank"
CHROMIUM = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
SECONDS = 120


class Beacon:
    """Hears whoever asks for anything: it is the server the payloads name, and the proxy for all others, so that nothing leaves this host.
    What the browser asks for on its own account has another address."""

    def __init__(self):
        heard = self.heard = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if "beacon" in self.path:
                    heard.append(self.path)
                self.send_error(404)
            do_POST = do_CONNECT = do_HEAD = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/beacon"


def render(folder, page, beacon, *options):
    """The page's DOM as the browser has it once everything came to rest, and what the page (not the browser for itself) looked for."""
    log = folder / "net.json"
    done = subprocess.run([*CHROMIUM, f"--user-data-dir={folder / 'profile'}", f"--proxy-server=127.0.0.1:{beacon.port}", "--proxy-bypass-list=<-loopback>",
                           f"--log-net-log={log}", "--virtual-time-budget=5000", *options, "--dump-dom", page.as_uri()],
                          capture_output=True, timeout=SECONDS, check=True)
    events = json.loads(log.read_text(encoding="utf-8", errors="replace"))["events"]
    params = [event["params"] for event in events if isinstance(event.get("params"), dict)]
    return done.stdout.decode("utf-8"), sorted({p["url"] for p in params if p.get("initiator", "not an origin") != "not an origin" and "url" in p})


def page_of(folder, texts, *options):
    mail = folder / "mail"
    mail.mkdir()
    zone = ["$TTL 300"]
    for n, text in enumerate(texts):
        name = f"{n}" + text.replace("/", "_").replace("\x00", "")[:60]
        (mail / name).write_bytes(message_full_of(text))
    zone += zone_full_of(texts[0])
    (folder / "world.zone").write_text("\n".join(zone) + "\n", encoding="utf-8")
    subprocess.run([FRANK, "compare", mail, "--zone", folder / "world.zone", "--html", folder / "page.html", *options], check=True, capture_output=True, timeout=SECONDS)
    return folder / "page.html"


@pytest.mark.parametrize("options", [[], ["--as-if"]], ids=["real", "as-if"])
@pytest.mark.parametrize("third", range(3))
def test_t33_hostile_mail_makes_no_element_and_asks_for_nothing(tmp_path, third, options):
    with Beacon() as beacon:
        texts = list(payloads(beacon.url).values())[third::3]
        page = page_of(tmp_path, texts, *options)
        dom, asked = render(tmp_path, page, beacon)
        written, shown = Structure(page.read_text(encoding="utf-8")), Structure(dom)
        assert complaints(shown) == []
        # What the browser built is what was written: an element for each tag.
        assert [tag for tag, _ in shown.elements] == [tag for tag, _ in written.elements]
        assert "<title>frank compare: who would have stopped what</title>" in dom
        assert [text for text in texts if text.isascii() and text.isprintable() and text not in shown.text] == []
        assert ("derived" in shown.text) == bool(options)
        assert (asked, beacon.heard) == ([], [])


def test_t33_the_policy_holds_where_an_escape_would_be_forgotten(tmp_path):
    """Payloads put into the page raw, as if the escaper had failed: still nothing runs, still nothing leaves."""
    with Beacon() as beacon:
        page = page_of(tmp_path, ["x"])
        raw = "".join(text for name, text in payloads(beacon.url).items() if name not in ("refresh", "link", "odd octets", "end of all"))
        page.write_text(page.read_text(encoding="utf-8").replace("<h2>Methods", raw + "<h2>Methods", 1), encoding="utf-8")
        dom, _ = render(tmp_path, page, beacon)
        assert "<img" in dom and "<iframe" in dom          # they are there
        assert "owned" not in dom.partition("</title>")[0]
        assert beacon.heard == []


def test_the_test_would_hear_it(tmp_path):
    """A page without the policy that asks for something is heard."""
    with Beacon() as beacon:
        page = tmp_path / "page.html"
        page.write_text(f'<!DOCTYPE html><title>x</title><script>document.title="owned"</script><img src="{beacon.url}">', encoding="utf-8")
        dom, asked = render(tmp_path, page, beacon)
        assert "<title>owned</title>" in dom
        assert beacon.heard and any("beacon" in url for url in asked)


@pytest.mark.parametrize("size,scheme,options", [("1280,1600", "0", []), ("1280,1600", "1", ["--as-if"]), ("400,1200", "0", ["--as-if"]), ("400,1200", "1", [])],
                         ids=["wide dark", "wide light as-if", "narrow dark as-if", "narrow light"])
def test_it_can_be_looked_at(tmp_path, size, scheme, options):
    """Nothing sticks out at the side of a narrow screen; a picture of it is not one colour."""
    with Beacon() as beacon:
        page = page_of(tmp_path, ["A long name of a person " * 20, "x"], *options)
        picture = tmp_path / "page.png"
        render(tmp_path, page, beacon, f"--window-size={size}", f"--blink-settings=preferredColorScheme={scheme}", f"--screenshot={picture}")
        assert picture.stat().st_size > 10000
