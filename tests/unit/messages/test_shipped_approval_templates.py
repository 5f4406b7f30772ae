"""The templates about approvals render for every language, whatever is missing and whatever people write."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from tests.unit.messages.approval_samples import ASKING, ENDLESS, HOSTILE, KINDS, RENDERER, mail_of, sms_of
from tests.unit.messages.shipped import CONFIGURATION, LOCALES, lacking, parsed

from herald.adapters.exact_json import dumps, loads
from herald.domain.sms_length import Encoding, sms_length
from herald.usecases.approvals.tellings import TEMPLATES
from herald_cli.samples.approvals import (
    CODE,
    LINK,
    PICTURE,
    WAITING_LINK,
    ask,
    decisions,
    differences,
    order,
    values,
    waiting,
)

PARTS = ("subject.txt", "body.txt", "body.html", "sms.txt")
ALL = list(product(TEMPLATES, LOCALES))


def poorer(told: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """What is told without one field, at any depth."""
    if isinstance(told, dict):
        for key, value in told.items():
            if path or key != "kind":
                yield f"{path}.{key}", {name: item for name, item in told.items() if name != key}
            for where, less in poorer(value, f"{path}.{key}"):
                yield where, {**told, key: less}
    elif isinstance(told, list) and told:
        for where, less in poorer(told[0], f"{path}[0]"):
            yield where, [less, *told[1:]]


@pytest.mark.parametrize(("template", "locale"), list(product(KINDS, LOCALES)))
def test_every_part_is_there_in_every_language(template: str, locale: str) -> None:
    assert lacking(template, locale, PARTS) == []


@pytest.mark.parametrize(("kind", "locale"), ALL)
def test_a_message_says_the_same_before_and_after_it_was_stored(kind: str, locale: str) -> None:
    told = ask(kind)
    stored = loads(dumps(told))
    assert mail_of(locale, values(stored)) == mail_of(locale, values(told))


@pytest.mark.parametrize(("kind", "locale"), ALL)
def test_any_fact_may_be_missing(kind: str, locale: str) -> None:
    for missing, told in poorer(ask(kind)):
        seen = values(told)
        mail = mail_of(locale, seen)
        assert len(mail.subject.splitlines()) == 1, missing
        assert "{{" not in mail.text + mail.html, missing
        parsed(mail.html)
        assert sms_of(locale, seen).text, missing
    for missing, facts in poorer(order(), "order"):
        assert mail_of(locale, {**values(ask(kind)), "order": facts}).subject, missing


@pytest.mark.parametrize(("kind", "locale"), ALL)
def test_the_least_that_is_told_makes_a_message(kind: str, locale: str) -> None:
    mail, sms = mail_of(locale, {"ask": {"kind": kind}}), sms_of(locale, {"ask": {"kind": kind}})
    assert min(len(mail.subject), len(mail.text), len(sms.text)) > 10
    assert parsed(mail.html).links == []
    assert (sms.segments, "http" in mail.text + mail.html) == (1, False)
    for template in KINDS:
        assert RENDERER.email(CONFIGURATION, template, locale, {}).subject


@pytest.mark.parametrize(("kind", "locale"), ALL)
def test_a_mail_links_to_the_page_and_to_nothing_else(kind: str, locale: str) -> None:
    mail = mail_of(locale, values(ask(kind)))
    found = parsed(mail.html)
    others = [one["link"] for one in waiting()]
    wanted = [*others, WAITING_LINK] if kind == "waiting" else [LINK, WAITING_LINK] if kind in ASKING else [LINK]
    assert (found.links, found.pictures) == (wanted, [PICTURE] if kind in ASKING else [])
    assert [mail.text.count(f"{link}\n") for link in wanted] == [1] * len(wanted)
    assert mail.text.count("http") == len(wanted)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_link_that_is_no_address_of_a_page_is_not_offered(locale: str) -> None:
    told = ask("request", link="javascript:alert(1)", picture="data:image/png;base64,AAAA", waiting_link=7)
    found = parsed(mail_of(locale, values(told)).html)
    assert (found.links, found.pictures) == ([], [])


@pytest.mark.parametrize(("kind", "locale"), ALL)
def test_hostile_words_are_harmless(kind: str, locale: str) -> None:
    seen = values(ask(kind, said=HOSTILE), name=HOSTILE)
    seen["order"]["shortId"] = HOSTILE
    seen["order"]["requester"] = {"name": HOSTILE}
    seen["order"]["lines"][0] |= {"name": HOSTILE, "sku": HOSTILE, "attributes": {HOSTILE: HOSTILE}}
    mail, sms = mail_of(locale, seen), sms_of(locale, seen)
    assert "<script" not in mail.html
    assert parsed(mail.html).links == parsed(mail_of(locale, values(ask(kind))).html).links
    assert not [line for line in mail.text.splitlines() if line.startswith("Bcc")]
    assert (len(mail.subject.splitlines()), len(mail.subject) <= 200) == (1, True)
    assert ENDLESS not in mail.text + mail.html + sms.text
    assert "49" not in mail.subject + sms.text
    assert sms.segments <= 8


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("number", [1e300, 1e-300, -1e300, float(10**16)])
def test_a_number_nobody_can_write_does_not_keep_an_approver_from_being_asked(locale: str, number: float) -> None:
    seen = values(ask("request", shown=[{"label": "Margin", "value": number}]))
    seen["order"]["lines"][0] |= {"attributes": {"Length": number}, "unitPrice": number, "quantity": number}
    seen["order"]["total"] = number
    assert mail_of(locale, seen).text.count(str(number)) >= 3
    assert str(number) in sms_of(locale, seen).text


@pytest.mark.parametrize("currency", ["euro", "eur", "ÄÖÜ", "", 7, None])
def test_an_order_without_a_proper_currency_is_asked_about_without_amounts(currency: Any) -> None:
    seen = values(ask("request"))
    seen["order"]["currency"] = currency
    assert ("125" in mail_of("en", seen).text, "AB12CD3" in sms_of("en", seen).text) == (False, True)


@pytest.mark.parametrize(("kind", "locale"), ALL)
def test_an_sms_is_short_and_says_no_more_than_reference_and_total(kind: str, locale: str) -> None:
    sms = sms_of(locale, values(ask(kind)))
    assert sms.segments <= (2 if locale == "en" else 3)
    assert sms_length(sms.text).encoding is Encoding.GSM
    assert not [word for word in ("Lobby", "Sofa", "Wool", "5,000.10", "0.28", "have a look") if word in sms.text]
    assert sms.text.count(WAITING_LINK if kind == "waiting" else LINK) == 1
    if kind in (*ASKING, "reminder", "reply"):
        assert (f"APPROVE {CODE}" in sms.text, f"REJECT {CODE}" in sms.text) == (True, True)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_long_order_stays_readable_and_below_what_mail_programs_cut_off(locale: str) -> None:
    seen = values(ask("changed", differences=differences() * 10, decisions=decisions() * 10, waiting=waiting(40)))
    options = {f"Option {number}": "Natural Oak" for number in range(15)}
    line = seen["order"]["lines"][0]
    seen["order"]["lines"] = [{**line, "sku": f"SKU-{number:03d}", "attributes": options} for number in range(150)]
    mail = mail_of(locale, seen)
    for part in (mail.text, mail.html):
        assert ("SKU-019" in part, "SKU-020" in part, "Option 11" in part, "Option 12" in part) == (
            True, False, True, False,
        )  # fmt: skip
        rest = {"en": "and 130 more items", "de": "und 130 weitere Artikel", "fr": "et 130 autres articles"}[locale]
        assert rest in part
    assert len(mail.html.encode()) < 100_000
