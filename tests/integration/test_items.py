"""Localization and launch: noted on the catalogue item by importing its whole record."""

import json
from typing import Any

import pytest
from tests.integration.house import House
from tests.integration.workflow_bodies import cloudevent

from herald.domain.delivery import DeliveryState


@pytest.fixture
def item(whole_house: House) -> str:
    """An item of the seed catalogue that has attributes to lose."""
    return next(key for key, one in whole_house.threekit.definitions.items() if one.get("attributes"))


def localized(item: str, locale: str, **more: Any) -> dict[str, Any]:
    return {**cloudevent("localization.completed", f"l-{locale}-{item}", {"itemId": item, "locale": locale}), **more}


def approved(item: str, region: str, outcome: str, number: str = "1") -> dict[str, Any]:
    data = {"itemId": item, "region": region, "outcome": outcome}
    return cloudevent("regional.approval.completed", f"r-{region}-{number}", data)


def rows(house: House, item: str) -> dict[str, Any]:
    metadata = house.threekit.assets[item]["metadata"]
    return {name: json.loads(text) for name, text in metadata.items() if name.startswith("herald_")}


def test_languages_and_regions_are_noted_and_nothing_else_changes(whole_house: House, item: str) -> None:
    before = json.dumps(whole_house.threekit.definitions[item], sort_keys=True)
    for body in (localized(item, "de-DE"), localized(item, "fr-FR"), approved(item, "EMEA", "approved")):
        assert whole_house.call_back(body, "workflow")["statusCode"] == 202
    whole_house.settle()
    noted = rows(whole_house, item)
    assert set(noted["herald_localization"]) == {"de-DE", "fr-FR"}
    assert noted["herald_launch"]["EMEA"]["state"] == "approved"
    after = dict(whole_house.threekit.definitions[item])
    after["metadata"] = [row for row in after["metadata"] if not row["name"].startswith("herald_")]
    assert json.dumps(after, sort_keys=True) == before


def test_a_later_word_of_a_region_replaces_the_earlier_and_an_older_does_not(whole_house: House, item: str) -> None:
    for number, outcome, time in (("1", "approved", "10"), ("2", "rejected", "20"), ("3", "approved", "15")):
        body = {**approved(item, "EMEA", outcome, number), "time": f"2026-03-02T09:{time}:00Z"}
        whole_house.call_back(body, "workflow")
        whole_house.settle()
    assert rows(whole_house, item)["herald_launch"]["EMEA"]["state"] == "rejected"


def test_whoever_listens_is_told(whole_house: House, item: str) -> None:
    event_id = whole_house.call_back(localized(item, "de-DE"), "workflow")["json"]["id"]
    whole_house.settle()
    (record,) = whole_house.trace(event_id).notifications
    assert [one.state for one in record.deliveries] == [DeliveryState.SENT]
    assert "writeback.noted" in whole_house.actions(event_id)


def test_an_item_that_is_not_there_is_refused_and_said(whole_house: House) -> None:
    event_id = whole_house.call_back(localized("no-such-item", "de-DE"), "workflow")["json"]["id"]
    whole_house.settle()
    assert "writeback.refused" in whole_house.actions(event_id)


@pytest.mark.parametrize(
    "fault", [{"status": 503}, {"status": 504}, {"reset": "after_effect"}, {"reset": "before_effect"}]
)
def test_an_import_that_fails_is_tried_again(whole_house: House, item: str, fault: dict[str, Any]) -> None:
    whole_house.threekit.faults.next("POST /api/products/import", **fault)
    whole_house.call_back(localized(item, "de-DE"), "workflow")
    whole_house.settle()
    assert set(rows(whole_house, item)["herald_localization"]) == {"de-DE"}


@pytest.mark.parametrize("crash", ["writeback.put", "writeback.audited", "evaluate.written_back"])
def test_a_crash_loses_nothing(whole_house: House, item: str, crash: str) -> None:
    whole_house.die_at = {crash}
    whole_house.call_back(localized(item, "de-DE"), "workflow")
    whole_house.settle()
    assert whole_house.deaths == [crash]
    assert set(rows(whole_house, item)["herald_localization"]) == {"de-DE"}
