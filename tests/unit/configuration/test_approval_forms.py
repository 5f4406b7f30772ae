"""Chains and calendars: what their files say arrives in the configuration, survives its bundle, and may be left out."""

import zlib
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.configuration.approvals import TODAY, a_folder, spoilt
from tests.unit.configuration.folders import GOOD, SHIPPED

from herald.adapters.configuration_bundle import from_bytes, to_bytes, to_document
from herald.adapters.exact_json import dumps
from herald.domain.approval.policy import (
    Approvers,
    Chain,
    Level,
    Measure,
    Part,
    Shown,
    Step,
    Threshold,
    Timeout,
)
from herald.domain.canonical import short_id
from herald.domain.configuration import Configuration
from herald.domain.delivery import Channel
from herald.domain.working_time import Calendar
from herald_cli.configuration_folder import load_folder, read_folder

HOUR = timedelta(hours=1)
DESK = Step(
    id="desk", title="Sales desk", approvers=Approvers(audience="approvers"), stage=1, quorum="all", deadline=8 * HOUR,
    reminders=(2 * HOUR, 4.5 * HOUR, 7 * HOUR),
    ladder=(
        Level(Approvers(audience="directors"), 4 * HOUR),
        Level(Approvers(found="order.attributes.manager"), 0.75 * HOUR),
    ),
    repeat=2, timeout=Timeout.ESCALATE, acknowledge=HOUR, channels=(Channel.EMAIL, Channel.SMS),
    reply_up_to={"EUR": Decimal("10000.00"), "JPY": Decimal(1600000)},
)  # fmt: skip
FINANCE = Step(
    id="finance", title="Finance", approvers=Approvers(found="order.attributes.accountManager"), stage=2, quorum=2,
    rules=("large-order",),
    when=(
        Threshold(Measure.SUM, {"EUR": Decimal("20000.00")}, "lineTotal"),
        Threshold(Measure.MAX, {"EUR": Decimal(4000)}, "unitPrice"),
        Threshold(Measure.SUM, {"*": Decimal(50)}, "quantity"),
        Threshold(Measure.COUNT, {"*": Decimal(3)}, None, "attributes.Wood == 'Rosewood'"),
    ),
    inputs=(Part.PRICE, Part.CURRENCY),
)  # fmt: skip
ORDER = Chain(
    id="order", title="Order approval", steps=(DESK, FINANCE), requester="order.customer", watchers="account-team",
    delegates="deputies", last_resort="directors", show=(Shown("Margin", "order.attributes.margin"),),
    status={"approved": "In Progress", "rejected": "List"}, calendar="berlin",
)  # fmt: skip
MORNING, AFTERNOON = (time(8, 30), time(12, 30)), (time(13), time(17, 30))


def the_configuration(folder: Path) -> Configuration:
    configuration = load_folder(folder, TODAY).configuration
    assert configuration is not None
    return configuration


def test_a_chain_is_read_as_it_says_and_the_policys_defaults_hold_for_the_rest(tmp_path: Path) -> None:
    assert the_configuration(a_folder(tmp_path)).approvals == {"order": ORDER}


def test_calendars_are_read_as_they_say_with_holidays_of_three_years(tmp_path: Path) -> None:
    configuration = the_configuration(a_folder(tmp_path))
    berlin, night = configuration.calendars["berlin"], configuration.calendars["night"]
    assert (berlin.zone, configuration.default_calendar) == ("Europe/Berlin", "berlin")
    assert berlin.hours == {
        **dict.fromkeys(range(4), (MORNING, AFTERNOON)), 4: ((time(8, 30), time(14)),),
    }  # fmt: skip
    # Women's day is one in Berlin only.
    assert {date(2026, 3, 8), date(2027, 10, 3), date(2028, 12, 26), date(2026, 12, 24)} <= berlin.holidays
    assert {day.year for day in berlin.holidays} == {2026, 2027, 2028}
    assert night == Calendar("night", "UTC", dict.fromkeys((5, 6), ((time(22), time(0)),)))


def test_rules_may_notify_ask_for_an_approval_or_both(tmp_path: Path) -> None:
    rules = the_configuration(a_folder(tmp_path)).rules
    assert [(rule.then is not None, rule.approval) for rule in rules] == [
        (False, "order"),
        (True, "order"),
        (True, None),
    ]


def test_members_have_the_calendar_that_stands_beside_them(tmp_path: Path) -> None:
    approvers = the_configuration(a_folder(tmp_path)).audiences["approvers"]
    assert [member.calendar for members in approvers.members.values() for member in members] == [
        "berlin",
        None,
        "always",
        "night",
    ]


def test_without_the_files_nothing_is_approved_and_it_is_always_working_time() -> None:
    configuration = read_folder(GOOD / "minimal")
    assert (configuration.approvals, configuration.calendars, configuration.default_calendar) == ({}, {}, "")


def test_they_survive_the_bundle(tmp_path: Path) -> None:
    configuration = the_configuration(a_folder(tmp_path))
    assert from_bytes(configuration.version, to_bytes(configuration)) == configuration


def test_a_bundle_of_a_release_without_approvals_can_still_be_read() -> None:
    configuration = read_folder(GOOD / "minimal")
    document = to_document(configuration)
    for key in ("approvals", "calendars", "default_calendar"):
        del document[key]
    for rule in document["rules"]:
        del rule["approval"]
    for audience in document["audiences"].values():
        for member in (member for members in audience["members"].values() for member in members):
            del member["calendar"]
    content = dumps(document)
    version = short_id("cfg", content)
    restored = from_bytes(version, zlib.compress(content.encode("ascii")))
    assert (restored.rules, restored.audiences) == (configuration.rules, configuration.audiences)
    assert (restored.approvals, restored.calendars, restored.default_calendar) == ({}, {}, "")
    assert restored.version == version != configuration.version


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("approvals.yaml", "title: Sales desk", "title: Order desk"),
        ("approvals.yaml", "{EUR: 20000.00}", "{EUR: 20000.01}"),
        ("approvals.yaml", "4h30m", "4h31m"),
        ("calendars.yaml", "08:30-14:00", "08:30-14:01"),
        ("calendars.yaml", "subdivision: BE", "subdivision: BY"),
        ("calendars.yaml", "default: berlin", "default: night"),
        ("audiences.yaml", "calendar: night", "calendar: berlin"),
        ("rules/orders.yaml", "then: {approval: order}", "then: {approval: other}"),
    ],
)
def test_any_change_is_another_version(file: str, before: str, after: str, tmp_path: Path) -> None:
    changed = the_configuration(spoilt(tmp_path / "changed", file, before, after))
    assert changed.version != the_configuration(a_folder(tmp_path)).version


def test_another_year_has_other_holidays_and_is_another_version(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    later = load_folder(folder, TODAY.replace(year=2027)).configuration
    assert later is not None
    assert later.version != the_configuration(folder).version


def test_the_shipped_chain_asks_side_by_side_and_looks_at_what_concerns_each() -> None:
    chain = read_folder(SHIPPED).approvals["order"]
    assert [(step.id, step.stage) for step in chain.steps] == [
        ("desk", 1),
        ("engineering", 2),
        ("finance", 2),
        ("compliance", 2),
        ("leadership", 3),
    ]
    assert {step.id: set(step.inputs) for step in chain.steps if len(step.inputs) < len(Part)} == {
        "engineering": {Part.OPTIONS, Part.QUANTITIES},
        "finance": {Part.PRICE, Part.QUANTITIES, Part.CURRENCY, Part.SHOWN},
        "compliance": {Part.OPTIONS},
    }
    # The first step has no condition, so that nothing is approved without anybody.
    assert (chain.steps[0].rules, chain.steps[0].when) == ((), ())
