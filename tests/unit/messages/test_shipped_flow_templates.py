"""The templates about milestones, failures and launches render for every language, whatever facts are missing."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from tests.unit.messages.shipped import CONFIGURATION, LOCALES, assert_well_formed, lacking

from herald.adapters.templates import JinjaRenderer
from herald.domain.delivery import Channel
from herald.domain.sms_length import Encoding, sms_length
from herald_cli.samples import flows
from herald_cli.samples.flows import CLOSED, INCIDENT, JOB, MILESTONE, SINCE
from herald_cli.samples.scans import TYPES as OF_SCANS
from herald_cli.samples.surroundings import around

# Names and texts as people could write them.
ORDER = {**flows.ORDER, "lines": [{"sku": "AF-SOF-001", "name": "Sofa <Alder> & Söhne", "quantity": 2}]}
REACHED = {**flows.REACHED, "note": "Two parcels <today>"}
FAILED = {**flows.FAILED, "message": "12 items have no <price>"}
LOCALIZED = {**flows.LOCALIZED, "itemName": "Meadow <Sideboard>"}
APPROVED = {**flows.APPROVED, "itemName": "Meadow <Sideboard>"}

BUDGET = {
    "limit": "phone-person-day",
    "scope": "person",
    "who": "Anna <Sideboard>",
    "audience": "it-operations",
    "threshold": 90,
    "share": 91,
    "spent": Decimal("10.9275"),
    "amount": Decimal(12),
    "currency": "EUR",
    "per": "day",
    "period": "2026-03-02",
    "until": datetime(2026, 3, 2, 23, tzinfo=UTC),
    "channels": ["sms", "whatsapp"],
    "degradeAt": 90,
    "degrades": True,
}

CASES: dict[str, tuple[str, str, dict[str, Any], tuple[str, ...]]] = {
    "customer": (
        "order-status",
        "order.milestone.reached",
        {"order": ORDER, "milestone": MILESTONE, "data": REACHED},
        ("berSofa1", "Alder", "2025", "Anna"),
    ),
    "progress": (
        "build-progress",
        "order.milestone.reached",
        {"order": ORDER, "milestone": MILESTONE, "data": REACHED},
        ("berSofa1", "Berlin 2025001", "Jonas Brandt", "EMEA", "Two parcels", "5:15"),
    ),
    "failed sync": (
        "sync-failed",
        "sync.failed",
        {"data": FAILED, "incident": INCIDENT},
        ("pim", INCIDENT["id"], "12 items have no", "prices in EUR, spring", "5:15"),
    ),
    "failed job": (
        "sync-failed",
        "threekit.job.updated",
        {"job": JOB, "incident": {**INCIDENT, "system": "threekit-export"}},
        ("threekit-export", INCIDENT["id"], "Export", "5eed000b-1", "3", "12"),
    ),
    "recovered sync": (
        "sync-recovered",
        "sync.recovered",
        {"data": {"system": "pim", "message": "340 items"}, "incident": CLOSED},
        ("pim", INCIDENT["id"], "2:05:00", "17", "340 items"),
    ),
    "recovered job": (
        "sync-recovered",
        "threekit.job.updated",
        {"job": {**JOB, "failures": 0}, "incident": {**CLOSED, "system": "threekit-export"}},
        ("threekit-export", "2:05:00", "17"),
    ),
    "localization": (
        "localization",
        "localization.completed",
        {"data": LOCALIZED},
        ("Meadow", "5eed0005-a", "fr-FR", "Kept in English"),
    ),
    "budget": (
        "budget",
        "herald.budget.reached",
        {"data": BUDGET},
        ("phone-person-day", "91", "Anna", "12", "10", "SMS", "WhatsApp", "2026", "config/budgets.yaml"),
    ),
    "approval": (
        "localization",
        "regional.approval.completed",
        {"data": APPROVED},
        ("Meadow", "EMEA", "Ines Falk", "Kept in English"),
    ),
}
"""By what they tell of: template, event type, its variables, and what a mail has to say in any language."""

ALL = [pytest.param(case, locale, id=f"{case} in {locale}") for case, locale in product(CASES, LOCALES)]


def values_of(case: str) -> dict[str, Any]:
    _, event_type, variables, _ = CASES[case]
    return {**around(event_type), **variables}


def poorer(values: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The values without one variable of the event, or without one field of one of them."""
    for name in values.keys() - {"event", "recipient", "rule"}:
        yield name, {key: value for key, value in values.items() if key != name}
        inner = values[name]
        for field in inner if isinstance(inner, dict) else ():
            yield f"{name}.{field}", {**values, name: {key: inner[key] for key in inner if key != field}}


@pytest.mark.parametrize(("case", "locale"), ALL)
def test_a_mail_says_all_it_has_to_in_both_its_parts(case: str, locale: str) -> None:
    template, _, _, told = CASES[case]
    mail = JinjaRenderer().email(CONFIGURATION, template, locale, values_of(case))
    for part in (mail.text, mail.html):
        assert [one for one in told if one not in part] == []
    assert f'lang="{locale}"' in mail.html
    assert_well_formed(mail.html)


@pytest.mark.parametrize(("case", "locale"), ALL)
def test_any_fact_may_be_missing(case: str, locale: str) -> None:
    renderer, template = JinjaRenderer(), CASES[case][0]
    for missing, values in poorer(values_of(case)):
        mail = renderer.email(CONFIGURATION, template, locale, values)
        assert mail.subject, missing
        assert_well_formed(mail.html)
        if not lacking(template, locale, ["sms.txt"]):
            assert renderer.sms(CONFIGURATION, template, locale, values).text, missing


@pytest.mark.parametrize("locale", LOCALES)
def test_every_rule_can_be_told_in_every_language_for_every_event_it_listens_to(locale: str) -> None:
    samples = {(template, event_type): case for case, (template, event_type, _, _) in CASES.items()}
    rendered = set()
    for rule in CONFIGURATION.rules:
        if rule.then is None:
            continue
        for key in ((rule.then.template, event_type) for event_type in rule.events):
            if key not in samples:
                assert rule.then.template in ("escalation", *OF_SCANS)
                continue
            for channel in rule.then.channels:
                render = JinjaRenderer().email if channel is Channel.EMAIL else JinjaRenderer().sms
                assert render(CONFIGURATION, rule.then.template, locale, values_of(samples[key]))
            rendered.add(key)
    assert rendered == samples.keys()


@pytest.mark.parametrize("locale", LOCALES)
def test_each_milestone_has_words_of_its_own(locale: str) -> None:
    steps = [step.name for step in CONFIGURATION.milestones]
    variables = [{**values_of("customer"), "milestone": {**MILESTONE, "name": step}} for step in steps]
    mails = [JinjaRenderer().email(CONFIGURATION, "order-status", locale, values) for values in variables]
    texts = [JinjaRenderer().sms(CONFIGURATION, "order-status", locale, values).text for values in variables]
    assert len({mail.subject for mail in mails}) == len({mail.text for mail in mails}) == len(set(texts)) == len(steps)
    progress = [JinjaRenderer().email(CONFIGURATION, "build-progress", locale, values) for values in variables]
    assert len({mail.subject for mail in progress}) == len(steps)
    assert not any("_" in mail.subject + mail.text + mail.html for mail in (*mails, *progress))


@pytest.mark.parametrize("locale", LOCALES)
def test_a_milestone_of_the_integrators_own_is_told_by_its_name(locale: str) -> None:
    values = {
        **values_of("customer"),
        "milestone": {**MILESTONE, "name": "out_for_assembly", "previous": "cut_to_size"},
    }
    mail = JinjaRenderer().email(CONFIGURATION, "order-status", locale, values)
    progress = JinjaRenderer().email(CONFIGURATION, "build-progress", locale, values)
    sms = JinjaRenderer().sms(CONFIGURATION, "order-status", locale, values)
    assert all("out for assembly" in text for text in (mail.text, mail.html, sms.text, progress.subject))
    assert "cut to size" in progress.text
    assert sms.segments == 1


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("step", [step.name for step in CONFIGURATION.milestones])
def test_a_customer_reads_no_word_of_ours(locale: str, step: str) -> None:
    values = {
        **around("order.milestone.reached", rule_id="milestone-to-customer"),
        **CASES["customer"][2],
        "milestone": {**MILESTONE, "name": step},
    }
    mail = JinjaRenderer().email(CONFIGURATION, "order-status", locale, values)
    sms = JinjaRenderer().sms(CONFIGURATION, "order-status", locale, values)
    ours = (
        "Herald",
        "Threekit",
        "milestone-to-customer",
        "evt_",
        ORDER["id"],
        ORDER["name"],
        "Two parcels",
        "sales may",
    )
    for text in (mail.subject, mail.text, mail.html, sms.text):
        assert [one for one in ours if one in text] == []
    assert (sms_length(sms.text).encoding, sms.segments) == (Encoding.GSM, 1)
    assert "STOP" in sms.text


@pytest.mark.parametrize("locale", LOCALES)
def test_a_person_without_a_name_is_greeted_all_the_same(locale: str) -> None:
    values = {**values_of("customer"), "recipient": {"name": "", "locale": None}}
    greeting = JinjaRenderer().email(CONFIGURATION, "order-status", locale, values).text.splitlines()[0]
    assert greeting in ("Hello,", "Guten Tag,", "Bonjour,")


@pytest.mark.parametrize("locale", LOCALES)
def test_an_sms_about_a_failure_is_one_message_and_two_at_most(locale: str) -> None:
    renderer = JinjaRenderer()
    for case in ("failed sync", "failed job"):
        sms = renderer.sms(CONFIGURATION, "sync-failed", locale, values_of(case))
        assert (sms_length(sms.text).encoding, sms.segments) == (Encoding.GSM, 1)
        assert INCIDENT["id"] in sms.text
    endless = {"data": {"message": "no answer " * 90}, "incident": {**INCIDENT, "system": "catalogue-" * 10}}
    assert renderer.sms(CONFIGURATION, "sync-failed", locale, {**around("sync.failed"), **endless}).segments <= 2


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("data", "told", "untold"),
    [
        ({"error": "refused by <peer>"}, ("refused by",), ()),
        ({"message": {"code": 5}, "error": "refused"}, ("refused",), ("code",)),
        ({"message": {"code": 5}, "error": 7}, (), ("code",)),
        ({"message": "m" * 900}, ("m" * 480,), ("m" * 501,)),
        ({"affects": "all prices"}, ("all prices",), ()),
        ({"affects": ["prices", {"locale": "fr"}, 5, "names"]}, ("prices, names",), ("fr'",)),
        ({"affects": {"prices": True}}, (), ("True",)),
        ({"affects": 5, "message": None}, (), ("None",)),
    ],
)
def test_a_connector_may_say_what_it_likes(
    locale: str, data: dict[str, Any], told: tuple[str, ...], untold: tuple[str, ...]
) -> None:
    values = {**around("sync.failed"), "data": {"system": "pim", **data}, "incident": INCIDENT}
    mail = JinjaRenderer().email(CONFIGURATION, "sync-failed", locale, values)
    for part in (mail.text, mail.html):
        assert [one for one in told if one not in part] == []
        assert [one for one in untold if one in part] == []
    assert "<peer>" not in mail.html
    assert JinjaRenderer().sms(CONFIGURATION, "sync-failed", locale, values).segments <= 2


@pytest.mark.parametrize(
    ("lasted", "words"),
    [
        (timedelta(seconds=50), ("0:00:50", "0:00:50", "0:00:50")),
        (timedelta(days=1, hours=2), ("1 day, 2:00:00", "1 Tag, 2:00:00", "1 jour, 2:00:00")),
        (timedelta(days=3, microseconds=12), ("3 days, 0:00:00", "3 Tage, 0:00:00", "3 jours, 0:00:00")),
    ],
)
def test_a_recovery_says_how_long_it_lasted(lasted: timedelta, words: tuple[str, str, str]) -> None:
    values = {**values_of("recovered sync"), "incident": {**CLOSED, "closedAt": SINCE + lasted}}
    for locale, expected in zip(LOCALES, words, strict=True):
        mail = JinjaRenderer().email(CONFIGURATION, "sync-recovered", locale, values)
        assert f": {expected}\n" in mail.text
        assert f">{expected}<" in mail.html


@pytest.mark.parametrize(
    ("locale", "approved", "rejected"),
    [("en", "approved", "rejected"), ("de", "freigegeben", "abgelehnt"), ("fr", "approuvé", "refusé")],
)
def test_a_decision_of_a_region_is_told_in_words(locale: str, approved: str, rejected: str) -> None:
    renderer, values = JinjaRenderer(), values_of("approval")
    refused = {**values, "data": {**APPROVED, "outcome": "rejected"}}
    yes = renderer.email(CONFIGURATION, "localization", locale, values)
    no = renderer.email(CONFIGURATION, "localization", locale, refused)
    assert (approved in yes.subject, rejected in no.subject) == (True, True)
    assert (approved in yes.text, rejected in no.text, yes.text == no.text) == (True, True, False)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_budget_tells_what_follows_and_for_whom(locale: str) -> None:
    renderer, values = JinjaRenderer(), values_of("budget")
    spent = renderer.email(CONFIGURATION, "budget", locale, values)
    half = {**BUDGET, "scope": "total", "who": "", "share": 55, "degrades": False, "per": "month"}
    early = renderer.email(CONFIGURATION, "budget", locale, {**values, "data": half})
    words = {"en": ("Until", "At 90 %", "Person", "a month"), "de": ("Bis", "Ab 90 %", "Person", "im Monat"),
             "fr": ("Jusqu", "À partir de 90 %", "Personne", "par mois")}[locale]  # fmt: skip
    for late_part, early_part in ((spent.text, early.text), (spent.html, early.html)):
        assert (words[0] in late_part, words[1] in late_part, words[2] in late_part) == (True, False, True)
        assert (words[1] in early_part, words[2] in early_part, words[3] in early_part) == (True, False, True)
    for data in (BUDGET, half):
        text = renderer.sms(CONFIGURATION, "budget", locale, {**values, "data": data}).text
        assert (sms_length(text).encoding, sms_length(text).segments) == (Encoding.GSM, 1)
    hostile = {**BUDGET, "who": "Eve\r\nBcc: all@example.com\u2028" + "x" * 300}
    assert "\nBcc" not in renderer.email(CONFIGURATION, "budget", locale, {**values, "data": hostile}).text


@pytest.mark.parametrize(("case", "locale"), ALL)
def test_values_are_escaped_in_html_only(case: str, locale: str) -> None:
    mail = JinjaRenderer().email(CONFIGURATION, CASES[case][0], locale, values_of(case))
    for value in ("<Alder>", "<today>", "<price>", "<Sideboard>"):
        assert value not in mail.html
        if value in mail.text:
            assert value.replace("<", "&lt;").replace(">", "&gt;") in mail.html
