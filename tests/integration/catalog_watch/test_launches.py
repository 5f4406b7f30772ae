"""Release waves, readiness, launches per region, late translations, and how the board moves."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.integration.catalog_watch.conftest import Watched
from tests.integration.catalog_watch.watch_house import WatchHouse

from herald.domain.catalog.check import Requirement
from herald.domain.catalog.plan import CatalogPlan, Group, Match, Mute, Region, plan_document
from herald.domain.catalog.readiness import letter
from herald.domain.catalog.state import ItemState
from herald.domain.configuration import Configuration
from herald.domain.item_launch import ItemLaunch
from herald.usecases import shelves
from herald.usecases.catalog_words import CatalogWords

EMEA = Region("EMEA", {"Retail Europe": ("EUR", "GBP")}, ("en-US", "de-DE", "fr-FR"), ("web", "dealer"))
AMER = Region("AMER", {"Retail International": ("USD",)}, ("en-US",))
PLAN = CatalogPlan(
    regions=(EMEA, AMER),
    groups=(Group("all-products"), Group("emea-web", Match((), {"region": ("EMEA",)}))),
    item_link="https://catalog.example.com/items/{id}",
)


def state(house: WatchHouse, number: int) -> ItemState:
    """What is remembered of an item."""
    return house.states.load([house.item(number)])[house.item(number)]


def test_a_first_scan_announces_nothing(watched: Watched) -> None:
    house = watched(100, plan=PLAN)
    house.scan()
    assert house.inbox.events == []


def test_one_message_per_wave_and_group_with_pictures_and_links(watched: Watched) -> None:
    house = watched(300, plan=PLAN)
    for number in range(40, 80):
        house.threekit.unpublish_item(house.item(number))
    house.scan()
    for number in range(40, 80):
        house.threekit.publish_item(house.item(number))
    house.threekit.change_item(house.item(3), product={"description": "Now with castors"})
    house.threekit.unpublish_item(house.item(4))
    run = house.scan()
    waves = {wave["group"]: wave for wave in house.told("catalog.experiences.published", run)}
    assert len(house.told("catalog.experiences.published")) == len(waves)
    everything = waves["all-products"]
    assert everything["changes"] == {"published": 40, "changed": 1, "withdrawn": 1}
    assert (everything["count"], len(everything["items"]), everything["more"]) == (42, 30, 12)
    first = everything["items"][0]
    assert first["change"] == "published"
    assert first["picture"].startswith("https://")
    assert first["link"] == f"https://catalog.example.com/items/{first['id']}"
    assert 0 < waves["emea-web"]["count"] < 42
    assert house.told("catalog.experiences.published", house.scan()) == []


def test_what_herald_itself_notes_at_an_item_is_no_news(watched: Watched) -> None:
    house = watched(60, plan=PLAN)
    house.scan()
    rows = list(house.threekit_definition(5)["metadata"])
    rows.append({"name": "herald_localization", "type": "String", "defaultValue": "{}", "blacklist": [], "values": []})
    house.threekit.change_item(house.item(5), product={"metadata": rows})
    run = house.scan()
    assert run.counts["changes"] == 0


def test_jobs_that_succeeded_go_with_the_next_wave_once(watched: Watched) -> None:
    house = watched(60, plan=PLAN)
    house.scan()
    words = CatalogWords(house.states, house.state, house.queue)
    for number in (1, 2, 1):
        words.job_succeeded({"id": f"job-{number}", "type": "import", "title": "Import"})
    run = house.scan()
    (wave, _) = house.told("catalog.experiences.published", run)
    assert wave["jobs"] == [{"type": "import", "count": 2}]
    assert house.told("catalog.experiences.published", house.scan()) == []


def test_scores_and_letters(watched: Watched) -> None:
    house = watched(60, 1, {"missing_price.no_currency": [7], "no_picture.nothing": [8]}, plan=PLAN)
    house.scan()
    assert {known.score.points for known in state(house, 9).scores.values()} == {100}
    unpictured = state(house, 8).scores["web/EMEA/de-DE"].score
    assert (unpictured.points, unpictured.letter, unpictured.lacks) == (70, "C", {Requirement.ASSET: 0.0})
    unpriced = [known.score for known in state(house, 7).scores.values() if known.score.points < 100]
    assert {score.points for score in unpriced} <= {85, 70}
    assert all(set(score.lacks) == {Requirement.PRICE} for score in unpriced)
    assert [letter(points) for points in (100, 90, 89, 80, 79, 70, 69, 60, 59, 0)] == list("AABBCCDDEE")


def test_readiness_has_a_trend(watched: Watched) -> None:
    house = watched(60, plan=PLAN)
    house.scan()
    house.threekit.change_item(house.item(5), product={"metadata": []})
    house.scan()
    known = state(house, 5).scores["web/AMER/en-US"]
    assert (known.score.points, known.before, known.trend) == (90, 100, -10)


def test_an_item_is_announced_in_a_region_once_it_has_all_it_needs_there(watched: Watched) -> None:
    faults = {"missing_translation.name": [5]}
    house = watched(60, 1, faults, plan=PLAN)
    house.threekit.unpublish_item(house.item(5))
    house.threekit.unpublish_item(house.item(6))
    house.scan()
    house.threekit.publish_item(house.item(5))
    house.threekit.publish_item(house.item(6))
    run = house.scan()
    ready = {told["region"]: {item["id"] for item in told["items"]} for told in house.told("catalog.launch.ready", run)}
    # The fifth lacks a language of EMEA; in AMER nobody asks for one.
    assert ready == {"AMER": {house.item(5), house.item(6)}, "EMEA": {house.item(6)}}
    house.threekit.rename_item(house.item(5), "Translated At Last")
    run = house.scan()
    assert [(told["region"], told["count"]) for told in house.told("catalog.launch.ready", run)] == [("EMEA", 1)]
    assert house.told("catalog.launch.ready", house.scan()) == []


def test_what_was_withdrawn_is_launched_anew(watched: Watched) -> None:
    house = watched(60, plan=PLAN)
    house.scan()
    house.threekit.unpublish_item(house.item(5))
    house.scan()
    house.threekit.publish_item(house.item(5))
    run = house.scan()
    assert [told["region"] for told in house.told("catalog.launch.ready", run)] == ["AMER", "EMEA"]


def test_a_region_that_wants_to_be_asked_is(watched: Watched) -> None:
    region = Region("APAC", {}, ("en-US",), needs_approval=True)
    house = watched(60, plan=CatalogPlan(regions=(region,)))
    house.scan()
    now = house.clock()
    for outcome in ("rejected", "approved"):
        now += timedelta(minutes=1)
        said = ItemLaunch().with_region("APAC", outcome, now)
        told_launch(house, house.item(5), said)
        run = house.scan()
        told = house.told("catalog.launch.ready", run)
        assert [one["count"] for one in told] == ([1] if outcome == "approved" else [])


def test_late_languages_go_to_their_owners_once(watched: Watched) -> None:
    house = watched(60, 1, {"missing_translation.name": [5]}, plan=PLAN)
    (fault,) = house.threekit.planted
    locale = fault.cause.rpartition("/")[2]
    house.scan()
    (told,) = house.told("catalog.localization.late")
    assert (told["locale"], [item["id"] for item in told["items"]]) == (locale, [fault.item])
    house.scan()
    assert len(house.told("catalog.localization.late")) == 1


def test_a_language_that_was_called_complete_is_not_late_and_moves_the_board(watched: Watched) -> None:
    house = watched(60, 1, {"missing_translation.name": [5]}, plan=PLAN)
    (fault,) = house.threekit.planted
    locale = fault.cause.rpartition("/")[2]
    now: datetime = house.clock()
    known = ItemLaunch().with_locale(locale, now)
    told_launch(house, fault.item, known)
    house.scan()
    assert house.told("catalog.localization.late") == []
    cell = f"web/EMEA/{locale}"
    before = state(house, 5).scores[cell]
    assert before.score.points < 100
    words = CatalogWords(house.states, house.state, house.queue)
    for _ in range(2):
        words.localized(fault.item, locale, a_configuration(PLAN))
    moved = state(house, 5).scores[cell]
    assert (moved.score.points, moved.before, moved.told) == (100, before.score.points, True)
    assert state(house, 5).scores["web/AMER/en-US"].told is False
    # The next scan reads for itself: Threekit does not have the text yet.
    house.scan()
    assert (state(house, 5).scores[cell].score, state(house, 5).scores[cell].told) == (before.score, False)


def test_a_recovery_asks_for_a_scan_where_something_was_muted_for_it(watched: Watched) -> None:
    house = watched(60)
    words = CatalogWords(house.states, house.state, house.queue)
    configuration = a_configuration(CatalogPlan(mutes=(Mute("dam", ("no_picture",)),)))
    words.recovered("erp", "inc_1", configuration)
    assert house.queue.steps == []
    words.recovered("dam", "inc_2", configuration)
    assert [(step["step"], step["ask"]) for step in house.queue.steps] == [("begin", "recovered/inc_2")]


def told_launch(house: WatchHouse, item: str, launch: ItemLaunch) -> None:
    """Let it be told how far an item is."""
    shelves.item_launches(house.state).change(item, lambda _before: (launch, None))


def a_configuration(plan: CatalogPlan) -> Configuration:
    """A configuration with this plan."""
    catalog: Mapping[str, Any] = plan_document(plan)
    return Configuration("cfg_1", (), {}, {}, {}, {}, catalog=catalog)


def test_the_board_has_averages_and_trends(watched: Watched) -> None:
    house = watched(60, 1, {"no_picture.nothing": [8]}, plan=PLAN)
    first = house.scan()
    board = json.loads(house.files.content[f"reports/{first.id}/summary.json"])["board"]["web/AMER/en-US"]
    assert (board["before"], board["items"] - board["ready"]) == (None, 1)
    second = house.scan()
    again = json.loads(house.files.content[f"reports/{second.id}/summary.json"])["board"]["web/AMER/en-US"]
    assert again["before"] == board["score"] == again["score"]
