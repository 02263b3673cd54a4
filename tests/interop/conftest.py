"""Fixtures of the interop tests: the sink every server delivers to, and a milter that needs no frankd."""
import pathlib
import sys

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1])]

from fakes.milter import FakeMilter  # noqa: E402
from harness.sign import Key  # noqa: E402
from rig.sink import Sink  # noqa: E402


@pytest.fixture(scope="module")
def module_sink():
    with Sink() as server:
        yield server


@pytest.fixture
def sink(module_sink):
    module_sink.forget()
    return module_sink


@pytest.fixture(scope="module")
def module_fake_milter():
    with FakeMilter() as milter:
        yield milter


@pytest.fixture
def fake_milter(module_fake_milter):
    module_fake_milter.forget()
    return module_fake_milter


@pytest.fixture(scope="session")
def key(tmp_path_factory):
    return Key(tmp_path_factory.mktemp("key"))
