"""The templates about orders to be approved render for every language, whatever facts are missing."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from tests.unit.messages.shipped import CONFIGURATION, LOCALES, assert_well_formed, lacking

from herald.adapters.templates import JinjaRenderer
from herald_cli.samples.surroundings import around

TEMPLATES = ("approval-request", "escalation")
PARTS = ("subject.txt", "body.txt", "body.html", "sms.txt")

LINE: dict[str, Any] = {
    "sku": "SOF-3-OAK",
    "name": "Sofa <Alder> & Söhne",
    "quantity": 24,
    "unitPrice": Decimal("5208.35"),
    "lineTotal": Decimal("125000.40"),
}
ORDER: dict[str, Any] = {
    "id": "7f1c0a52-3b64-4c0e-9a3e-5d2f8b6a1001",
    "shortId": "AB12CD3",
    "name": "Lobby",
    "status": "New",
    "currency": "EUR",
    "region": "EMEA",
    "total": Decimal("125000.40"),
    "quantity": 24,
    "lines": [LINE],
    "requester": {"name": "Lena Vogt"},
}
AROUND = around("threekit.order.created")
CASES = list(product(TEMPLATES, LOCALES))


def test_both_templates_have_every_part_in_every_language() -> None:
    assert [part for template, locale in CASES for part in lacking(template, locale, PARTS)] == []


@pytest.mark.parametrize(("template", "locale"), CASES)
def test_a_full_order_is_told_in_full(template: str, locale: str) -> None:
    values = {**AROUND, "order": ORDER}
    mail = JinjaRenderer().email(CONFIGURATION, template, locale, values)
    amount = {"en": "€125,000.40", "de": "125.000,40\u00a0€", "fr": "125\u202f000,40\u00a0€"}[locale]
    for part in (mail.text, mail.html):
        for told in (amount, "AB12CD3", "EMEA", "Lena Vogt", "SOF-3-OAK", "Anna", AROUND["rule"]["description"]):
            assert told in part
    assert " ".join(amount.split()) in mail.subject
    assert "<Alder>" in mail.text
    assert "&lt;Alder&gt;" in mail.html
    assert f'lang="{locale}"' in mail.html


@pytest.mark.parametrize(("template", "locale"), CASES)
@pytest.mark.parametrize("missing", ["order", *ORDER, "now"])
def test_any_fact_may_be_missing(template: str, locale: str, missing: str) -> None:
    values = {**AROUND, "order": ORDER}
    values = {key: value for key, value in values.items() if key != missing}
    if "order" in values:
        values["order"] = {key: value for key, value in ORDER.items() if key != missing}
    renderer = JinjaRenderer()
    mail = renderer.email(CONFIGURATION, template, locale, values)
    assert mail.subject
    assert "{{" not in mail.text + mail.html
    assert renderer.sms(CONFIGURATION, template, locale, values).text


@pytest.mark.parametrize(("template", "locale"), CASES)
@pytest.mark.parametrize("missing", [*LINE])
def test_any_fact_of_a_line_may_be_missing(template: str, locale: str, missing: str) -> None:
    line = {key: value for key, value in LINE.items() if key != missing}
    mail = JinjaRenderer().email(CONFIGURATION, template, locale, {**AROUND, "order": {**ORDER, "lines": [line]}})
    assert (LINE["name"] if missing != "name" else LINE["sku"]) in mail.text


@pytest.mark.parametrize(("template", "locale"), CASES)
def test_an_sms_is_one_message_in_the_short_alphabet(template: str, locale: str) -> None:
    sms = JinjaRenderer().sms(CONFIGURATION, template, locale, {**AROUND, "order": ORDER})
    assert sms.segments == 1
    assert "AB12CD3" in sms.text


@pytest.mark.parametrize(("template", "locale"), CASES)
def test_a_long_order_stays_readable(template: str, locale: str) -> None:
    lines = [{**LINE, "sku": f"SKU-{number:03d}"} for number in range(150)]
    mail = JinjaRenderer().email(CONFIGURATION, template, locale, {**AROUND, "order": {**ORDER, "lines": lines}})
    for part in (mail.text, mail.html):
        assert "SKU-019" in part
        assert "SKU-020" not in part
        assert "130" in part


@pytest.mark.parametrize(("template", "locale"), CASES)
def test_the_html_is_well_formed_and_loads_nothing(template: str, locale: str) -> None:
    mail = JinjaRenderer().email(CONFIGURATION, template, locale, {**AROUND, "order": ORDER})
    assert_well_formed(mail.html)
