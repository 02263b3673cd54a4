"""frankd behind a real Sendmail 8.17."""
import pytest

from rig import behaviour
from rig.world import World


@pytest.fixture(scope="class")
def built_world(request, module_sink, key):
    with World("sendmail", module_sink, key, **getattr(request.cls, "WORLD", {})) as built:
        yield built


@pytest.fixture
def world(built_world, sink):
    return built_world


class TestStandard(behaviour.Standard):
    pass


class TestEarly(behaviour.Early):
    WORLD = {"frankd": {"rules": behaviour.Early.RULES}}


class TestHold(behaviour.Hold):
    WORLD = {"frankd": {"more": behaviour.Hold.MORE}}


class TestRestart(behaviour.Restart):
    pass
