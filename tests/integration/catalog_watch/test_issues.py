"""An issue's life: opened, escalated by what it touches, acknowledged, muted, tolerated, exempt, resolved, reopened."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.integration.catalog_watch.conftest import Watched
from tests.integration.catalog_watch.watch_house import WatchHouse

from herald.domain.catalog.check import Check, Requirement
from herald.domain.catalog.finding import issue_id
from herald.domain.catalog.issue import Issue, IssueState, Turn
from herald.domain.catalog.plan import CatalogPlan, Escalation, Exemption, Match, Mute, OwnCheck, Steward
from herald.domain.incident import Incident
from herald.domain.notification import Severity
from herald.usecases import shelves
from herald.usecases.scan import scan_shelves

NO_PICTURE = {"no_picture.nothing": [5]}


def the_issue(house: WatchHouse) -> Issue:
    """The one issue of the one planted fault."""
    (fault,) = {(one.check, one.cause) for one in house.threekit.planted}
    return house.issues[issue_id(*fault)]


def mend(house: WatchHouse) -> None:
    """Give the item a picture."""
    (fault,) = house.threekit.planted
    model = next(row["id"] for row in house.shop.catalogue.assets_page(1).records if row["type"] == "item")
    house.threekit.change_item(fault.item, asset={"proxyId": model}, product={"asset": {"assetId": model}})


def spoil(house: WatchHouse) -> None:
    """Take it away again."""
    (fault,) = house.threekit.planted
    house.threekit.change_item(fault.item, asset={"proxyId": None}, product={"asset": None})


def test_opened_resolved_reopened_and_told_each_time(watched: Watched) -> None:
    house = watched(60, 1, NO_PICTURE)
    run = house.scan()
    assert (the_issue(house).state, the_issue(house).turn) == (IssueState.OPEN, Turn.OPENED)
    (digest,) = house.told("catalog.digest", run)
    assert (digest["open"], digest["new"], digest["resolved"]) == (1, 1, 0)
    mend(house)
    run = house.scan()
    assert (the_issue(house).state, the_issue(house).turn) == (IssueState.RESOLVED, Turn.RESOLVED)
    (digest,) = house.told("catalog.digest", run)
    assert (digest["open"], digest["resolved"], [one["id"] for one in digest["gone"]]) == (0, 1, [the_issue(house).id])
    spoil(house)
    run = house.scan()
    assert (the_issue(house).turn, the_issue(house).reopened) == (Turn.REOPENED, 1)
    (digest,) = house.told("catalog.digest", run)
    assert digest["issues"][0]["turn"] == "reopened"


def test_nothing_new_is_not_told_until_it_is_time_for_a_reminder(watched: Watched) -> None:
    house = watched(60, 1, {"missing_price.no_pricing": [5]}, plan=CatalogPlan(remind_after_days=3))
    house.scan()
    assert [len(house.told("catalog.digest", house.scan())) for _ in range(4)] == [0, 0, 1, 0]


def test_who_acknowledged_it_is_left_alone_until_the_day(watched: Watched) -> None:
    house = watched(60, 1, {"missing_price.no_pricing": [5]}, plan=CatalogPlan(remind_after_days=1))
    house.scan()
    day = house.clock().date() + timedelta(days=2)
    scan_shelves.issues(house.state).change(
        the_issue(house).id, lambda issue: (issue and issue.acknowledged("Ada", house.clock(), "on its way", day), None)
    )
    assert [len(house.told("catalog.digest", house.scan())) for _ in range(3)] == [0, 0, 0]
    run = house.scan()
    (digest,) = house.told("catalog.digest", run)
    assert digest["issues"][0]["turn"] == "overdue"
    assert the_issue(house).acknowledged_by == "Ada"


def test_one_cause_is_one_issue_however_many_items_it_is_seen_at(watched: Watched) -> None:
    house = watched(200, 1, {"unavailable_option.common_tag": [3]})
    house.scan()
    issue = the_issue(house)
    assert issue.seen.blast.items == len(house.threekit.planted) > 10
    assert len(house.issues) == 1
    assert f"{issue.seen.blast.items - 1} more items" in issue.seen.message


def test_an_option_s_fault_is_its_own_steward_s(watched: Watched) -> None:
    stewards = (Steward("metals", Match(("metal",))), Steward("catalog"))
    house = watched(200, 1, {"unavailable_option.common_tag": [3]}, plan=CatalogPlan(stewards=stewards))
    house.scan()
    assert the_issue(house).seen.steward == "metals"


def test_blast_radius_by_configurations_orders_and_money(watched: Watched) -> None:
    plan = CatalogPlan(
        escalations=(Escalation(Severity.CRITICAL, open_orders=1), Escalation(Severity.HIGH, configurations=1)),
        rates={"USD": Decimal("0.9"), "GBP": Decimal("1.2"), "JPY": Decimal("0.006")},
    )
    house = watched(300, 1, 0.4, generated={"configurations": 400, "orders": 400}, plan=plan)
    house.scan()
    expected = blasts(house)
    assert sum(orders > 0 for _, orders, _ in expected.values()) > 3
    for issue in house.issues.values():
        configurations, orders, value = expected[issue.id]
        blast = issue.seen.blast
        assert (blast.configurations, blast.open_orders, dict(blast.value)) == (configurations, orders, value), issue
        if orders:
            assert issue.seen.severity is Severity.CRITICAL
    (digest,) = house.told("catalog.digest")
    ranks = [["low", "medium", "high", "critical"].index(one["severity"]) for one in digest["issues"]]
    assert ranks == sorted(ranks, reverse=True)
    assert digest["more"] == digest["open"] - len(digest["issues"])


def blasts(house: WatchHouse) -> dict[str, tuple[int, int, dict[str, Decimal]]]:
    """What each issue touches, counted plainly."""
    saved: dict[str, Any] = {}
    orders: list[Any] = []
    page = 1
    while records := house.shop.catalogue.configurations_page(page).records:
        saved |= {row["id"]: row for row in records}
        page += 1
    page = 1
    while rows := house.shop.catalogue.orders_page(page, "-createdAt"):
        orders += rows
        page += 1
    found = {}
    items: dict[tuple[str, str], set[str]] = {}
    for one in house.threekit.planted:
        items.setdefault((one.check, one.cause), set()).add(one.item)
    for (check, cause), affected in items.items():
        kind, _, asset = cause.partition("/")
        mine = {key for key, row in saved.items() if row["productId"] in affected}
        if kind == "asset":
            chosen = {
                key for key, row in saved.items() if any(asset in str(value) for value in row["variant"].values())
            }
            mine = chosen or mine
        touched, value = set(), dict[str, Decimal]()
        for order in orders:
            for line in order["cart"]:
                if line["configurationId"] in mine and order["status"] not in ("List", "In Cart"):
                    if order["status"] != "Complete":
                        touched.add(order["id"])
                    currency = order["metadata"]["currency"]
                    amount = Decimal(str(line["metadata"]["price"])) * line["count"]
                    value[currency] = value.get(currency, Decimal(0)) + amount
        found[issue_id(check, cause)] = (len(mine), len(touched), value)
    return found


def test_few_faults_are_tolerated_and_stand_in_the_report_only(watched: Watched) -> None:
    house = watched(300, 1, NO_PICTURE, plan=CatalogPlan(checks={"no_picture": {"tolerance": Decimal("0.02")}}))
    run = house.scan()
    assert the_issue(house).seen.tolerated
    assert house.told("catalog.digest") == []
    assert the_issue(house).id.encode() in house.files.content[f"reports/{run.id}/all.csv"]


def test_an_exemption_holds_until_its_day(watched: Watched) -> None:
    house = watched(60, 1, NO_PICTURE)
    (fault,) = house.threekit.planted
    until = date(2026, 3, 3)
    house.configure(CatalogPlan(exemptions=(Exemption("no_picture", "Ada", "a spare part", until, item=fault.item),)))
    assert house.scan().counts["exempt"] == 1
    assert house.scan().counts["exempt"] == 1
    assert house.issues == {}
    assert house.scan().counts["exempt"] == 0
    assert the_issue(house).state is IssueState.OPEN


def incident(house: WatchHouse, *, closed: bool) -> None:
    """Let the DAM fail, or work again."""
    now = house.clock()
    known = Incident("inc_1", "dam", now, 1, now, closed_at=now if closed else None)
    shelves.incidents(house.state).change("dam", lambda _before: (known, None))


def test_what_a_failure_explains_is_muted_until_it_recovers_and_read_again(watched: Watched) -> None:
    house = watched(60, 1, NO_PICTURE, plan=CatalogPlan(mutes=(Mute("dam", ("no_picture",)),)))
    incident(house, closed=False)
    house.scan()
    assert (the_issue(house).state, the_issue(house).muted_by) == (IssueState.MUTED, "inc_1")
    assert house.told("catalog.digest") == []
    incident(house, closed=True)
    house.scan()
    assert (the_issue(house).state, the_issue(house).turn) == (IssueState.OPEN, Turn.OPENED)
    assert len(house.told("catalog.digest")) == 1


def test_what_a_failure_explained_and_is_gone_is_never_told(watched: Watched) -> None:
    house = watched(60, 1, NO_PICTURE, plan=CatalogPlan(mutes=(Mute("dam", ("no_picture",)),)))
    incident(house, closed=False)
    house.scan()
    incident(house, closed=True)
    mend(house)
    house.scan()
    assert the_issue(house).turn is Turn.GONE
    assert house.told("catalog.digest") == []


def test_critical_ones_get_a_message_of_their_own_at_once(watched: Watched) -> None:
    house = watched(60, 1, {"broken_reference.visual_missing": [4]})
    run = house.scan()
    (told,) = house.told("catalog.issue.critical", run)
    assert told["issue"]["id"] == the_issue(house).id
    assert house.told("catalog.issue.critical", house.scan()) == []


def test_a_check_that_crashes_stops_no_other(watched: Watched) -> None:
    house = watched(120, 1, 0.1)

    def crash(item: Any, around: Any, settings: Mapping[str, Any]) -> Any:
        raise RuntimeError("boom")

    broken = Check("broken_check", "crashes", Severity.LOW, Requirement.ASSET, crash)
    house.checks = {"broken_check": broken, **house.checks}
    house._compose()
    run = house.scan()
    assert house.open_issues() == {(one.check, one.cause) for one in house.threekit.planted}
    assert run.counts["check_errors"] == 1
    assert house.counts["CheckErrors"] >= 1


def test_a_check_of_the_integrator_s_own_in_cel(watched: Watched) -> None:
    own = OwnCheck(
        "short_sku", "SKUs end in 7", Severity.LOW, Requirement.METADATA,
        'has(item.metadata.SKU) && item.metadata.SKU.endsWith("7") && item.published', "The SKU ends in 7",
    )  # fmt: skip
    house = watched(60, 1, plan=CatalogPlan(own_checks=(own,)))
    run = house.scan()
    assert run.counts["check_errors"] == 0
    assert {issue.seen.check for issue in house.issues.values()} == {"short_sku"}
    assert 3 < len(house.issues) < 30


def test_only_what_changed_is_looked_at_again_and_written(watched: Watched) -> None:
    house = watched(400, 1, 0.05)
    house.scan()
    written = house.states.written
    assert house.scan().counts["looked_at"] == 0
    assert house.states.written == written
    house.threekit.rename_item(house.item(9), "New")
    assert house.scan().counts["looked_at"] == 1
    assert house.states.written == written + 1
    house.threekit.change_item(house.item(8), product={"description": "New"})
    run = house.scan()
    assert run.counts["looked_at"] == 1
    assert house.states.written == written + 2


def test_a_dry_run_reports_and_remembers_nothing(watched: Watched) -> None:
    house = watched(120, 1, 0.1)
    run = house.scan(dry=True)
    assert run.counts["opened"] > 0
    assert house.issues == {}
    assert house.inbox.events == []
    assert house.states.written == 0
    assert f"reports/{run.id}/all.json" in house.files.content
    assert house.scan().counts["opened"] == run.counts["opened"]
