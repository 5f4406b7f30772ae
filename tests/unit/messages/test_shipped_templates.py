"""The templates in ``config/`` render for every language, whatever facts are missing."""

from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from tests.unit.messages.configurations import with_templates

from herald.adapters.templates import JinjaRenderer
from herald.domain.configuration import Configuration

ROOT = Path(__file__).parents[3] / "config" / "templates"
TEMPLATES, LOCALES = ("approval-request", "escalation"), ("en", "de", "fr")
PARTS = ("subject.txt", "body.txt", "body.html", "sms.txt")
VOID = {"meta", "br"}

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
AROUND: dict[str, Any] = {
    "event": {"id": "evt_1", "subject": "order/7f1c0a52", "type": "threekit.order.created"},
    "now": datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    "recipient": {"name": "Anna", "locale": None},
    "rule": {"id": "large-order", "description": "The order exceeds what sales may confirm alone.", "severity": "high"},
}
CASES = list(product(TEMPLATES, LOCALES))


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    files = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in ROOT.rglob("*.*")}
    return with_templates(files)


def test_both_templates_have_every_part_in_every_language(shipped: Configuration) -> None:
    wanted = {f"{template}/{locale}/{part}" for template, locale, part in product(TEMPLATES, LOCALES, PARTS)}
    assert wanted <= set(shipped.templates)


@pytest.mark.parametrize(("template", "locale"), CASES)
def test_a_full_order_is_told_in_full(shipped: Configuration, template: str, locale: str) -> None:
    values = {**AROUND, "order": ORDER}
    mail = JinjaRenderer().email(shipped, template, locale, values)
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
def test_any_fact_may_be_missing(shipped: Configuration, template: str, locale: str, missing: str) -> None:
    values = {**AROUND, "order": ORDER}
    values = {key: value for key, value in values.items() if key != missing}
    if "order" in values:
        values["order"] = {key: value for key, value in ORDER.items() if key != missing}
    renderer = JinjaRenderer()
    mail = renderer.email(shipped, template, locale, values)
    assert mail.subject
    assert "{{" not in mail.text + mail.html
    assert renderer.sms(shipped, template, locale, values).text


@pytest.mark.parametrize(("template", "locale"), CASES)
@pytest.mark.parametrize("missing", [*LINE])
def test_any_fact_of_a_line_may_be_missing(shipped: Configuration, template: str, locale: str, missing: str) -> None:
    line = {key: value for key, value in LINE.items() if key != missing}
    mail = JinjaRenderer().email(shipped, template, locale, {**AROUND, "order": {**ORDER, "lines": [line]}})
    assert (LINE["name"] if missing != "name" else LINE["sku"]) in mail.text


@pytest.mark.parametrize(("template", "locale"), CASES)
def test_an_sms_is_one_message_in_the_short_alphabet(shipped: Configuration, template: str, locale: str) -> None:
    sms = JinjaRenderer().sms(shipped, template, locale, {**AROUND, "order": ORDER})
    assert sms.segments == 1
    assert "AB12CD3" in sms.text


@pytest.mark.parametrize(("template", "locale"), CASES)
def test_a_long_order_stays_readable(shipped: Configuration, template: str, locale: str) -> None:
    lines = [{**LINE, "sku": f"SKU-{number:03d}"} for number in range(150)]
    mail = JinjaRenderer().email(shipped, template, locale, {**AROUND, "order": {**ORDER, "lines": lines}})
    for part in (mail.text, mail.html):
        assert "SKU-019" in part
        assert "SKU-020" not in part
        assert "130" in part


class _Balance(HTMLParser):
    """Notes the tags that are open, and that every table is described to a screen reader."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        if tag == "th":
            assert "scope" in dict(attrs)
        assert tag not in ("script", "style", "link", "img", "form")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(("template", "locale"), CASES)
def test_the_html_is_well_formed_and_loads_nothing(shipped: Configuration, template: str, locale: str) -> None:
    mail = JinjaRenderer().email(shipped, template, locale, {**AROUND, "order": ORDER})
    parser = _Balance()
    parser.feed(mail.html)
    parser.close()
    assert parser.open == []
    assert "http" not in mail.html
