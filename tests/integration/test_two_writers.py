"""Two writers on one order's metadata, at every moment of our read, write and read-back."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.integration.configuration import all_flows
from tests.integration.house import House
from tests.integration.workflow_bodies import ORDER, milestone

from simulators import OpenTextSimulator, ThreekitSimulator

GET, PUT = f"GET /api/orders/{ORDER}", f"PUT /api/orders/{ORDER}"


def write_as_another(house: House, key: str) -> Callable[[], None]:
    """Another integration reads the order, adds its key, and writes the whole metadata."""

    def act() -> None:
        metadata = house.threekit.orders[ORDER]["metadata"]
        house.threekit.change_order(ORDER, metadata={**metadata, key: "theirs"})

    return act


def metadata_of(house: House) -> dict[str, Any]:
    found: dict[str, Any] = house.threekit.orders[ORDER]["metadata"]
    return found


def reach(house: House) -> None:
    house.call_back(milestone("received"), "workflow")
    house.settle()


@pytest.fixture(params=["replace", "merge"])
def told_as_it_is(
    request: pytest.FixtureRequest, emulated_aws: None, threekit: ThreekitSimulator, opentext: OpenTextSimulator
) -> House:
    """A house that was told what PUT does."""
    threekit.switches.metadata_put = request.param
    return House(
        threekit, opentext, all_flows(), threekit_metadata_put="whole" if request.param == "replace" else "own"
    )


def test_a_key_that_is_written_before_we_read_stays(told_as_it_is: House) -> None:
    write_as_another(told_as_it_is, "before")()
    reach(told_as_it_is)
    assert metadata_of(told_as_it_is)["before"] == "theirs"
    assert metadata_of(told_as_it_is)["herald"]["milestones"]


def test_a_key_that_is_written_between_our_write_and_our_reading_back_stays(told_as_it_is: House) -> None:
    seen: list[str] = []

    def after_put() -> None:
        if seen:
            write_as_another(told_as_it_is, "after")()

    def at_put() -> None:
        seen.append("put")
        # The reading back is the first GET after the PUT.
        told_as_it_is.threekit.interlude(GET, after_put)

    told_as_it_is.threekit.interlude(PUT, at_put)
    reach(told_as_it_is)
    assert seen
    assert metadata_of(told_as_it_is)["after"] == "theirs"
    assert metadata_of(told_as_it_is)["herald"]["milestones"]


def test_where_put_merges_a_key_that_is_written_between_our_reading_and_our_write_stays(
    emulated_aws: None, threekit: ThreekitSimulator, opentext: OpenTextSimulator
) -> None:
    threekit.switches.metadata_put = "merge"
    house = House(threekit, opentext, all_flows(), threekit_metadata_put="own")
    house.threekit.interlude(PUT, write_as_another(house, "between"))
    reach(house)
    assert metadata_of(house)["between"] == "theirs"
    assert metadata_of(house)["herald"]["milestones"]


def test_a_put_that_replaces_although_we_were_told_it_merges_loses_nothing(
    emulated_aws: None, threekit: ThreekitSimulator, opentext: OpenTextSimulator
) -> None:
    threekit.switches.metadata_put = "replace"
    before = dict(threekit.orders[ORDER]["metadata"])
    house = House(threekit, opentext, all_flows(), threekit_metadata_put="own")
    reach(house)
    found = metadata_of(house)
    assert {key: found[key] for key in before} == before
    assert found["herald"]["milestones"]


def test_a_writer_that_overwrites_our_key_at_once_is_answered(told_as_it_is: House) -> None:
    """Its PUT bears what it read before ours, so ours is gone when we read back: it is written again."""
    kept = dict(metadata_of(told_as_it_is))
    struck: list[str] = []

    def overwrite() -> None:
        if not struck:
            struck.append("once")
            told_as_it_is.threekit.orders[ORDER]["metadata"] = {**kept, "stale": "theirs"}

    told_as_it_is.threekit.interlude(PUT, lambda: told_as_it_is.threekit.interlude(GET, overwrite))
    reach(told_as_it_is)
    assert struck
    assert metadata_of(told_as_it_is)["stale"] == "theirs"
    assert metadata_of(told_as_it_is)["herald"]["milestones"]


def test_notes_of_notifications_and_milestones_share_one_order(told_as_it_is: House) -> None:
    told_as_it_is.order_created(ORDER)
    reach(told_as_it_is)
    herald = metadata_of(told_as_it_is)["herald"]
    assert len(herald["milestones"]) == 1
    assert len(herald["notifications"]) == 2
