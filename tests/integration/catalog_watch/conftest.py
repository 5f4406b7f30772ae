"""A watch over a generated catalogue."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from tests.integration.catalog_watch.watch_house import WatchHouse
from tests.integration.paths import ROOT

from simulators import ThreekitSimulator
from simulators.threekit.generated import Generated

MAPPING = yaml.safe_load((ROOT / "config" / "mapping.yaml").read_text(encoding="utf-8"))
Watched = Callable[..., WatchHouse]


@pytest.fixture
def watched() -> Watched:
    """Make a watch over so many items of a seed, with a share of faults or named ones."""

    def make(items: int = 200, seed: int = 1, faults: Any = 0.0, generated: Any = None, **more: Any) -> WatchHouse:
        catalogue = Generated(seed, items, faults=faults, **(generated or {}))
        return WatchHouse(ThreekitSimulator(catalogue=catalogue), mapping=MAPPING, **more)

    return make
