"""Every scenario goes as it says, through the real daemon under sanitizers."""
import pathlib

import pytest
import scenario
from player import Player, world

FOLDER = pathlib.Path(__file__).parent
FILES = sorted(FOLDER.rglob("*.scenario"))


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(FOLDER).with_suffix("")) for path in FILES])
def test_scenario(path, key):
    told = scenario.read(path)
    with world(told, key) as frankd:
        Player(told, frankd, key).play()
