"""A scan that is killed anywhere, any number of times, ends as one that nobody disturbed."""

import random
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from tests.integration.catalog_watch.conftest import Watched
from tests.integration.catalog_watch.watch_house import WatchHouse

from herald.domain.catalog.plan import CatalogPlan, Escalation, Group, Match, Partition, Region, Steward
from herald.domain.catalog.run import Stage
from herald.domain.notification import Severity
from herald.ports import StorageError
from herald.usecases.scan import scan_shelves
from herald.usecases.scan.begin import abandon

PLAN = CatalogPlan(
    partitions=(Partition("seating", ("seating",)), Partition("rest")),
    stewards=(Steward("seating-data", Match(("seating",))), Steward("catalog")),
    groups=(Group("everything"), Group("emea", Match((), {"region": ("EMEA",)}))),
    regions=(Region("EMEA", {"Europe": ("EUR",)}, ("de-DE", "fr-FR")),),
    escalations=(Escalation(Severity.CRITICAL, value=Decimal(2000)),),
)
KILLS = 50


def two_scans(house: WatchHouse) -> dict[str, Any]:
    """Scan, change the catalogue, scan again: every kind of message and of change is met."""
    house.scan()
    catalogue = house.threekit.generated
    assert catalogue is not None
    house.threekit.unpublish_item(catalogue.item_id(11))
    house.threekit.rename_item(catalogue.item_id(12), "Changed Name")
    house.threekit.delete_item(catalogue.item_id(13))
    house.threekit.change_item(catalogue.item_id(14), product={"attributes": []})
    for fault in house.threekit.planted[:3]:
        house.threekit.delete_item(fault.item)
    house.scan()
    assert house.watch().current == ""
    return house.final_state()


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, Any]:
    """How it ends when nobody disturbs it."""
    return two_scans(a_house())


def a_house() -> WatchHouse:
    from tests.builders import NOW, MovingClock  # noqa: PLC0415
    from tests.integration.catalog_watch.conftest import MAPPING  # noqa: PLC0415

    from simulators import ThreekitSimulator  # noqa: PLC0415 - with the test's own clock below
    from simulators.threekit.generated import Generated  # noqa: PLC0415

    catalogue = Generated(3, 150, faults=0.2)
    threekit = ThreekitSimulator(catalogue=catalogue, clock=MovingClock(NOW))
    return WatchHouse(threekit, PLAN, MAPPING, segment_size=20)


def test_undisturbed_scans_meet_every_kind_of_message(undisturbed: dict[str, Any]) -> None:
    kinds = {kind for kind, _, _ in undisturbed["events"]}
    assert {"catalog.digest", "catalog.issue.critical", "catalog.experiences.published"} <= kinds


@pytest.mark.parametrize("seed", range(KILLS))
def test_killed_at_random_points(undisturbed: dict[str, Any], seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test's
    house = a_house()
    house.chance = random.Random(seed)  # noqa: S311 - steps are made in another order too
    often = chance.choice([0.005, 0.02, 0.1])
    house.dies = lambda _name, _subject: chance.random() < often and len(house.deaths) < 40
    assert two_scans(house) == undisturbed
    assert house.parked == []


@pytest.mark.parametrize("patience", [1, 2, 3, 7])
def test_cut_off_by_its_time_again_and_again(undisturbed: dict[str, Any], patience: int) -> None:
    house = a_house()
    asked = [0]

    def enough() -> bool:
        asked[0] += 1
        return asked[0] % (patience + 1) != 0

    house.enough_time = enough
    assert two_scans(house) == undisturbed


def test_killed_at_every_point_once(undisturbed: dict[str, Any]) -> None:
    house = a_house()
    house.dies = lambda name, _subject: name not in house.deaths
    assert two_scans(house) == undisturbed
    assert len(set(house.deaths)) >= 17


def test_every_message_twice(undisturbed: dict[str, Any]) -> None:
    house = a_house()
    put = house.queue.put

    def twice(steps: Any) -> None:
        put(steps)
        put([step for step in steps if step["step"] != "begin"])

    house.queue.put = twice  # type: ignore[method-assign]
    assert two_scans(house) == undisturbed


def test_two_scans_never_overlap(watched: Watched) -> None:
    house = watched(200, 1, 0.1)
    stages: list[tuple[str, ...]] = []

    def look(_name: str, _subject: str) -> bool:
        runs = scan_shelves.scan_runs(house.state).all().values()
        stages.append(
            tuple(run.id for run in runs if run.stage not in (Stage.FINISHED,) and run.id == house.watch().current)
        )
        return False

    house.dies = look
    for number in range(3):
        house.ask(ask=f"ask-{number}")
    house.settle()
    runs = scan_shelves.scan_runs(house.state).all()
    assert len(runs) == 3
    assert all(run.stage is Stage.FINISHED for run in runs.values())
    spans = sorted((run.began_at, run.finished_at) for run in runs.values() if run.finished_at)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    assert max(map(len, stages)) == 1


def test_the_same_request_twice_is_one_scan(watched: Watched) -> None:
    house = watched(50)
    house.ask(ask="one")
    house.ask(ask="one")
    house.settle()
    house.ask(ask="one")
    house.settle()
    assert len(scan_shelves.scan_runs(house.state).all()) == 1


def test_an_interrupted_scan_whose_messages_are_lost_goes_on_with_the_next_request(watched: Watched) -> None:
    house = watched(300, 1, 0.1)
    house.ask(ask="first")
    lost = [False]

    def lose(name: str, _subject: str) -> bool:
        if name == "scan.segment" and not lost[0]:
            lost[0] = True
            house.queue.steps.clear()
            house.waiting.clear()
            return True
        return False

    house.dies = lose
    house.settle()
    assert house.watch().current
    house.clock.advance(timedelta(hours=2))
    house.ask(ask="second")
    house.settle()
    runs = scan_shelves.scan_runs(house.state).all().values()
    assert [run.stage for run in runs] == [Stage.FINISHED, Stage.FINISHED]
    assert house.open_issues() == {(one.check, one.cause) for one in house.threekit.planted}


def test_a_run_that_is_given_up_is_made_up_for_by_the_next(watched: Watched) -> None:
    house = watched(100, 1, 0.2)
    house.ask(ask="first")
    # It has stored its issues, and told nobody.
    house.dies = lambda name, _subject: name == "scan.issues"
    for _ in range(40):
        house.step()
    house.dies = lambda _name, _subject: False
    assert house.issues
    assert house.told("catalog.digest") == []
    assert abandon(house.state, house.watch().current, house.clock())
    house.settle()
    house.clock.advance(timedelta(hours=1))
    run = house.scan()
    (digest,) = house.told("catalog.digest", run)
    assert digest["new"] == digest["open"] == len(house.issues)
    assert house.open_issues() == {(one.check, one.cause) for one in house.threekit.planted}


@pytest.mark.parametrize("prefix", ["runs/", "reports/", "catalog/"])
def test_a_bucket_that_fails_for_a_while_stops_no_step(watched: Watched, prefix: str) -> None:
    """A step that fails must find its own turn free when its message comes again at once."""
    house = watched(100, 1, 0.2)
    fails = [4]
    put = house.files.put

    def failing(key: str, content: bytes, media_type: str = "") -> None:
        if key.startswith(prefix) and fails[0]:
            fails[0] -= 1
            raise StorageError("writing to the bucket: SlowDown")
        put(key, content, media_type)

    house.files.put = failing  # type: ignore[method-assign]
    run = house.scan()
    assert fails == [0]
    assert run.stage is Stage.FINISHED
    assert house.watch().current == ""
    assert run.finished_at is not None
    assert run.finished_at - run.began_at < timedelta(minutes=30), "no step was lost and asked for again"
