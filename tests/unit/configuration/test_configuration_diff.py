"""What differs between two configurations: found whatever it is, and told in the words of ``config/``."""

from dataclasses import fields, replace
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import APPROVER, a_configuration, a_rule
from tests.unit.configuration.folders import GOOD, SHIPPED

from herald.adapters.configuration_bundle import from_bytes, to_bytes, to_document
from herald.adapters.exact_json import dumps
from herald.domain.approval.policy import Approvers, Chain, Step
from herald.domain.configuration import (
    Audience,
    Configuration,
    FaxSending,
    ReplyWords,
    StatusReading,
    WhatsAppSending,
    WhatsAppTemplate,
)
from herald.domain.courtesy import Courtesy, Repeat
from herald.domain.delivery import Channel
from herald.domain.directory import Person
from herald.domain.message import FaxEncoding
from herald.domain.milestones import MilestoneStep
from herald.domain.notification import Recipient, Severity
from herald.domain.working_time import Calendar
from herald_cli.configuration_diff import NOTHING, Change, Field, Kind, differences
from herald_cli.configuration_folder import read_folder

BASE = a_configuration()
BOSS = Recipient("Boss", "boss@example.com")
NAMES = st.sampled_from(("a", "b", "c"))
KEYS = NAMES | st.sampled_from(("id", "name"))
VALUES = st.recursive(
    st.sampled_from(("", "x", "5", True, None, 5, Decimal("5"), Decimal("5.0"), Decimal("5.00"))),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=5,
)
CONFIGURATIONS = st.builds(
    lambda lists, catalog, rules, milestones, templates: a_configuration(
        lists=lists, catalog=catalog, templates=templates,
        rules=tuple(a_rule(id=name, when=when) for name, when in rules.items()),
        milestones=tuple(MilestoneStep(name, None) for name in milestones),
    ),
    st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=2), max_size=2),
    st.dictionaries(NAMES, VALUES, max_size=2),
    st.dictionaries(NAMES, st.sampled_from(("true", "false")), max_size=3),
    st.lists(NAMES, unique=True),
    st.dictionaries(NAMES, st.text(max_size=3), max_size=2),
)  # fmt: skip


@settings(deadline=None)
@given(CONFIGURATIONS, CONFIGURATIONS)
def test_nothing_differs_exactly_where_the_content_is_the_same(one: Configuration, other: Configuration) -> None:
    same = dumps(to_document(one)) == dumps(to_document(other))
    assert (differences(one, other) == []) is same


@settings(deadline=None)
@given(CONFIGURATIONS)
def test_what_is_stored_says_what_was_put_in(one: Configuration) -> None:
    assert differences(one, from_bytes(one.version, to_bytes(one))) == []


@pytest.mark.parametrize("folder", [GOOD / "minimal", SHIPPED], ids=["minimal", "shipped"])
def test_a_folder_says_what_its_stored_version_says(folder: Path) -> None:
    """Keys stand in the order of the files on one side, and sorted on the other."""
    configuration = read_folder(folder)
    assert differences(from_bytes(configuration.version, to_bytes(configuration)), configuration) == []


@settings(deadline=None)
@given(CONFIGURATIONS, CONFIGURATIONS)
def test_the_other_way_round_what_was_added_is_removed(one: Configuration, other: Configuration) -> None:
    turned = {Kind.ADDED: Kind.REMOVED, Kind.REMOVED: Kind.ADDED, Kind.CHANGED: Kind.CHANGED}
    there = {(change.part, change.name, change.kind) for change in differences(one, other)}
    back = {(change.part, change.name, turned[change.kind]) for change in differences(other, one)}
    assert there == back


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([{"id": 5}], [{"id": "5"}]),
        ([{"id": "x"}], [{"name": "x"}]),
        ({"x": {}}, [{"name": "x"}]),
        ([{"name": "x", "of": 1}, {"name": "x", "of": 2}], [{"name": "x", "of": 2}]),
        (None, {}),
        ([], {}),
        (["a", "b"], ["b", "a"]),
        ("5", 5),
        (True, 1),
    ],
)
def test_what_looks_alike_is_told_apart(one: Any, other: Any) -> None:
    before, after = (a_configuration(catalog={"of": value}) for value in (one, other))
    assert differences(before, after)
    assert differences(after, before)


STEP = Step("sales", "Sales", Approvers(audience="approvers"))


def changed(part: str, name: str, *told: Field) -> Change:
    return Change(part, name, Kind.CHANGED, told)


def added(part: str, name: str, *told: Field) -> Change:
    return Change(part, name, Kind.ADDED, told)


CHANGES: dict[str, tuple[Any, *tuple[Change, ...]]] = {
    "rules": (
        (a_rule(when="true"),),
        changed("rules", "approve-new-order", Field(("when",), 'order.status == "New"', "true")),
    ),
    "lists": (
        {"thresholds": {"EUR": Decimal("5000.0")}},
        changed("lists", "thresholds", Field(("EUR",), Decimal("5000"), Decimal("5000.0"))),
    ),
    "audiences": (
        {"approvers": Audience("approvers", "order.region", {"DACH": (replace(APPROVER, email="new@example.com"),)})},
        changed(
            "audiences", "approvers",
            Field(("members", "DACH", APPROVER.name, "email"), APPROVER.email, "new@example.com"),
        ),
    ),
    "mapping": (
        {"threekit.order.*": {"region": "metadata.area"}},
        changed("mapping", "threekit.order.*", Field(("region",), "metadata.region", "metadata.area")),
    ),
    "templates": (
        {**BASE.templates, "approval-request/de/sms.txt": "Bitte"},
        added("templates", "approval-request/de/sms.txt", Field((), NOTHING, "Bitte")),
    ),
    "default_locale": ("fr", changed("audiences, default locale", "", Field((), "en", "fr"))),
    "milestones": (
        (MilestoneStep("received", "New"),), added("milestones", "received", Field(("status",), NOTHING, "New")),
    ),
    "status": (
        StatusReading(benign_gamma_codes=(0, 7)),
        changed("channels, status", "benign_gamma_codes", Field((), [0], [0, 7])),
    ),
    "replies": (
        ReplyWords(start=("GO",)), changed("channels, replies", "start", Field((), ["START", "UNSTOP"], ["GO"])),
    ),
    "whatsapp": (
        WhatsAppSending({"request": WhatsAppTemplate("t-1", {"en": "en_US"})}),
        changed(
            "channels, whatsapp", "templates",
            Field(("request", "languages", "en"), NOTHING, "en_US"), Field(("request", "template_id"), NOTHING, "t-1"),
        ),
    ),
    "fax": (
        FaxSending(FaxEncoding.UTF_8), changed("channels, fax", "encoding", Field((), "ISO-8859-1", "UTF-8")),
    ),
    "silent_after": (
        {"/threekit/orders": timedelta(hours=36)},
        added("sources, silent after", "/threekit/orders", Field((), NOTHING, "36 h")),
    ),
    "catalog": (
        {"partitions": [{"name": "all"}]}, added("catalog", "partitions", Field(("all",), NOTHING, {})),
    ),
    "courtesy": (
        Courtesy(hours={Channel.SMS: "day"}, repeats=(Repeat("once", ("*",), "order.id"),)),
        changed("courtesy", "hours", Field(("sms",), NOTHING, "day")),
        changed(
            "courtesy", "repeats",
            Field(("once", "by"), NOTHING, "order.id"), Field(("once", "rules"), NOTHING, ["*"]),
            Field(("once", "within"), NOTHING, "4 h"),
        ),
    ),
    "budgets": ({"currency": "EUR"}, added("budgets", "currency", Field((), NOTHING, "EUR"))),
    "people": (
        {APPROVER.key: Person(APPROVER, manager="boss@example.com"), "boss@example.com": Person(BOSS)},
        added("audiences, people", APPROVER.key, Field(("manager",), NOTHING, "boss@example.com")),
        added(
            "audiences, people", BOSS.key, Field(("email",), NOTHING, BOSS.email), Field(("name",), NOTHING, BOSS.name)
        ),
    ),
    "local_times": (False, changed("messages, local times", "", Field((), True, False))),
    "words": (
        {"approval-request/de": {"title": "Freigabe"}},
        added("templates, words", "approval-request/de", Field(("title",), NOTHING, "Freigabe")),
    ),
    "order_link": ("https://x/{id}", changed("messages, order link", "", Field((), "", "https://x/{id}"))),
    "default_calendar": ("berlin", changed("calendars, default", "", Field((), "", "berlin"))),
}  # fmt: skip


@pytest.mark.parametrize("part", CHANGES)
def test_a_change_is_told_where_it_stands(part: str) -> None:
    value, *expected = CHANGES[part]
    assert differences(BASE, a_configuration(**{part: value})) == expected


def test_every_part_is_looked_at() -> None:
    parts = {field.name for field in fields(Configuration) if field.init} - {"version"}
    assert parts == CHANGES.keys() | {"approvals", "calendars"}, "add what a change of that part looks like"


def test_a_chain_is_told_by_its_steps() -> None:
    before = a_configuration(approvals={"order": Chain("order", "Order", (STEP,))})
    step = replace(STEP, approvers=Approvers(audience="finance"), deadline=timedelta(hours=4))
    assert differences(before, a_configuration(approvals={"order": Chain("order", "Order", (step,))})) == [
        changed(
            "approvals", "order",
            Field(("steps", "sales", "approvers", "audience"), "approvers", "finance"),
            Field(("steps", "sales", "deadline"), "16 h", "4 h"),
        )
    ]  # fmt: skip


def test_a_calendar_is_told_by_its_days() -> None:
    nine_to_five = Calendar("berlin", "Europe/Berlin", {0: ((time(9), time(17)),)}, frozenset({date(2027, 1, 1)}))
    longer = replace(nine_to_five, hours={0: ((time(9), time(18)),)}, holidays=frozenset())
    before, after = (a_configuration(calendars={"berlin": one}) for one in (nine_to_five, longer))
    assert differences(before, after) == [
        changed(
            "calendars", "berlin",
            Field(("holidays",), ["2027-01-01"], []), Field(("hours", "mon"), ["09:00-17:00"], ["09:00-18:00"]),
        )
    ]  # fmt: skip


def test_what_a_rule_leads_to_is_told_as_the_file_spells_it() -> None:
    then = a_rule().then
    assert then is not None
    softer, asking = a_rule(then=replace(then, severity=Severity.LOW)), a_rule(then=None, approval="order")
    [change] = differences(BASE, a_configuration(rules=(softer,)))
    assert change.fields == (Field(("then", "notify", "severity"), "high", "low"),)
    [change] = differences(BASE, a_configuration(rules=(asking,)))
    assert [(".".join(one.path), one.before, one.after) for one in change.fields] == [
        ("then.notify.audience", "approvers", NOTHING), ("then.notify.channels", ["sms", "email"], NOTHING),
        ("then.notify.severity", "high", NOTHING), ("then.notify.template", "approval-request", NOTHING),
        ("then.approval", None, "order"),
    ]  # fmt: skip


def test_another_order_is_told_and_what_comes_between_is_no_other_order() -> None:
    one, two, three = (a_rule(id=name) for name in ("one", "two", "three"))
    [turned] = differences(a_configuration(rules=(one, two)), a_configuration(rules=(two, one)))
    assert turned == changed("rules", "", Field(("order",), ["one", "two"], ["two", "one"]))
    [between] = differences(a_configuration(rules=(one, two)), a_configuration(rules=(one, three, two)))
    assert (between.name, between.kind) == ("three", Kind.ADDED)
