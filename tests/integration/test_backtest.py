"""A backtest of what really happened: what it says was told is what was told."""

from dataclasses import replace

from tests.integration.asking import what_if
from tests.integration.configuration import two_rules
from tests.integration.house import House
from tests.integration.paths import ROOT
from tests.integration.test_order_to_notification import LARGE, SMALL
from tests.integration.workflow_bodies import milestone

from herald.adapters.configuration_bundle import versioned
from herald.domain.configuration import Configuration
from herald_cli.configuration_folder import read_folder
from simulators import OpenTextSimulator, ThreekitSimulator


def asking(**whens: str) -> Configuration:
    """The two rules with other conditions."""
    named = {name.replace("_", "-"): when for name, when in whens.items()}
    rules = (replace(rule, when=named.get(rule.id, rule.when)) for rule in two_rules().rules)
    return versioned(replace(two_rules(), rules=tuple(rules)))


def told(house: House) -> int:
    """How many messages the ledger holds."""
    items = house.dynamodb.scan(TableName="LedgerTable")["Items"]
    return sum(item["sk"]["S"] == "notification" for item in items)


def orders_are_told_of(house: House) -> None:
    """A large and a small one, and the large one once more under another identity."""
    for order_id in (LARGE, SMALL):
        house.order_created(order_id)
    house.settle()
    order = {key: value for key, value in house.threekit.orders[LARGE].items() if key != "updatedAt"}
    house.tell({"topic": "orders", "action": "created", "data": order})
    house.settle()


def test_what_is_in_force_would_tell_what_it_told(house: House) -> None:
    orders_are_told_of(house)
    found = what_if(house, two_rules())
    assert (found.difference.events, found.missing) == (3, {})
    assert found.passed_by > 0
    assert found.difference.messages.before == found.difference.messages.after == told(house) == 3
    assert (found.difference.changed, found.difference.most_changed) == (0, ())


def test_another_threshold_is_told_in_messages(house: House) -> None:
    orders_are_told_of(house)
    difference = what_if(house, asking(large_order="order.total > 1.0")).difference
    assert (difference.messages.added, difference.messages.removed) == (1, 0)
    assert [line.added for (who, _), line in difference.people.items() if who == "Sales Desk"] == [1]


def test_the_shipped_configuration_says_what_it_said(
    emulated_aws: None, threekit: ThreekitSimulator, opentext: OpenTextSimulator
) -> None:
    shipped = read_folder(ROOT / "config")
    house = House(threekit, opentext, shipped)
    house.order_created(LARGE)
    house.call_back(milestone("received"), "workflow")
    house.settle()
    found = what_if(house, shipped)
    assert (found.missing, found.difference.changed) == ({}, 0)
    assert found.difference.messages.before == told(house)
    assert found.difference.approvals.before == 1


def test_nothing_is_sent_and_nothing_recorded(house: House) -> None:
    orders_are_told_of(house)
    before = (len(house.opentext.submits), house.dynamodb.scan(TableName="InboxTable")["Count"], told(house))
    what_if(house, asking(new_order="true", large_order="true"))
    house.settle()
    after = (len(house.opentext.submits), house.dynamodb.scan(TableName="InboxTable")["Count"], told(house))
    assert after == before
