"""tools/check-floors refuses what the house forbids, and lets through what it allows."""
import importlib.machinery
import importlib.util
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
loader = importlib.machinery.SourceFileLoader("check_floors", str(ROOT / "tools/check-floors"))
spec = importlib.util.spec_from_loader("check_floors", loader)
floors = importlib.util.module_from_spec(spec)
loader.exec_module(floors)

REFUSED = [
    ("up",                          "base/a.c",             '#include "mail/b.h"'),
    ("up from the library",         "engine/a.c",           '#include "platform/b.h"'),
    ("sideways",                    "dns/a.c",              '#include "mail/b.h"'),
    ("another method",              "methods/dmarc/a.c",    '#include "methods/spf/spf.h"'),
    ("the exception is one-way",    "methods/dkim/a.c",     '#include "methods/arc/arc.h"'),
    ("shared file sees no method",  "methods/path.c",       '#include "methods/rmx/rmx.h"'),
    ("path not from src",           "base/a.c",             '#include "slice.h"'),
    ("openssl outside crypto",      "mail/a.c",             "#include <openssl/evp.h>"),
    ("libevent outside its room",   "platform/helper/a.c",  "#include <event2/event.h>"),
    ("unknown third party",         "platform/loop/a.c",    "#include <uv.h>"),
    ("test library in the program", "base/a.c",             "#include <cmocka.h>"),
    ("unbounded copy",              "programs/a.c",         "void f(void) { strcpy(a, b); }"),
    ("unbounded copy in a test",    "base/a_test.c",        "void f(void) { sprintf(a, b); }"),
    ("own number reader",           "mail/a.c",             "void f(void) { x = strtoul(a, 0, 10); }"),
    ("allocation",                  "platform/loop/a.c",    "void f(void) { free (p); }"),
    ("the time",                    "methods/spf/a.c",      "void f(void) { t = time(NULL); }"),
    ("a system header",             "dns/a.c",              "#include <unistd.h>"),
    ("a file",                      "config/a.c",           "void f(void) { fopen(a, b); }"),
    ("a print",                     "engine/a.c",           "void f(void) { printf(a); }"),
    ("the environment",             "platform/loop/a.c",    "void f(void) { getenv(a); }"),
    ("the arguments",               "frontend/a.c",         "int f(int argc, char **argv);"),
    ("a room nobody planned",       "util/a.c",             ""),
]
ALLOWED = [
    ("own room",                    "dns/a.c",              '#include "dns/b.h"'),
    ("down",                        "methods/spf/a.c",      '#include "methods/method.h"\n#include "dns/b.h"\n#include <frank/x.h>'),
    ("built on it",                 "methods/arc/a.c",      '#include "methods/dkim/dkim.h"'),
    ("the only list",               "methods/list.c",       '#include "methods/spf/spf.h"\n#include "methods/dkim/dkim.h"'),
    ("a test looks up",             "methods/spf/a_test.c", '#include "engine/engine.h"\n#include <cmocka.h>\nvoid f(void) { free(p); }'),
    ("its own third party",         "crypto/a.c",           "#include <openssl/evp.h>"),
    ("member of that name",         "engine/a.c",           "void f(void) { x->open(x); y.free(y); reopen(z); }"),
    ("only words",                  "base/a.c",             '/* strcpy(a, b); #include "engine/b.h" */ const char *s = "free(x)"; // time(0)'),
    ("platform may ask",            "platform/loop/a.c",    "void f(void) { clock_gettime(c, &t); socket(a, b, c); }"),
    ("programs may read",           "programs/frank/a.c",   "int main(int argc, char **argv) { getenv(a); }"),
    ("base allocates",              "base/arena.c",         "void f(void) { free(malloc(1)); }"),
]


def complaints(tmp_path, files):
    (tmp_path / "include").mkdir(exist_ok=True)
    for name, text in files.items():
        path = tmp_path / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return [text for _, _, text in floors.complaints(tmp_path)]


@pytest.mark.parametrize("name,path,text", REFUSED, ids=[row[0] for row in REFUSED])
def test_refused(tmp_path, name, path, text):
    assert complaints(tmp_path, {path: text})


@pytest.mark.parametrize("name,path,text", ALLOWED, ids=[row[0] for row in ALLOWED])
def test_allowed(tmp_path, name, path, text):
    assert complaints(tmp_path, {path: text}) == []


def test_one_room_for_a_third_party_without_a_fixed_one(tmp_path):
    text = "#include <jansson.h>"
    assert complaints(tmp_path, {"report/a.c": text, "report/b.c": text}) == []
    assert complaints(tmp_path, {"verdict/a.c": text}) == ["<jansson.h> belongs to report/ only"]


def test_own_header_first(tmp_path):
    assert complaints(tmp_path, {"dns/a.h": "", "dns/a.c": '#include "dns/a.h"\n#include <string.h>'}) == []
    assert len(complaints(tmp_path, {"dns/a.c": '#include <string.h>\n#include "dns/a.h"'})) == 1
