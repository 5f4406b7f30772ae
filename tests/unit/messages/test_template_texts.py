"""Words and values come together in every language, and nothing that people write passes for markup or for a line."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.messages.configurations import one_mail, with_templates

from herald.adapters.template_texts import tidy, web_address
from herald.adapters.templates import JinjaRenderer
from herald.ports import RenderError


def both(source: str, values: dict[str, Any], locale: str = "en") -> tuple[str, str]:
    """The source as text and as HTML."""
    templates = with_templates(one_mail(text=source, html=source, locale=locale))
    mail = JinjaRenderer().email(templates, "t", locale, values)
    return mail.text, mail.html


def test_words_are_filled_and_in_html_escaped() -> None:
    source = "{{ w | fill(name=v, order=o) }}"
    text, html = both(source, {"w": "{name} & {order}, {unknown key}", "v": "<Anna>", "o": "{name}"})
    assert (text, html) == ("<Anna> & {name}, {unknown key}", "&lt;Anna&gt; &amp; {name}, {unknown key}")


def test_markup_of_a_macro_stays_markup() -> None:
    source = "{% macro b(v) %}<b>{{ v }}</b>{% endmacro %}{{ 'say {w}' | fill(w=b(v)) }}"
    assert both(source, {"v": "<x>"})[1] == "say <b>&lt;x&gt;</b>"


@pytest.mark.parametrize(
    ("words", "refusal"), [("{name} {order}", "{order}, which fill is not given"), ({"one": "1"}, "several forms")]
)
def test_words_without_their_values_are_an_error(words: Any, refusal: str) -> None:
    with pytest.raises(RenderError, match=refusal):
        both("{{ w | fill(name=1) }}", {"w": words})


@pytest.mark.parametrize(
    ("locale", "count", "told"),
    [
        ("en", 0, "0 items"), ("en", 1, "1 item"), ("en", 1200, "1,200 items"), ("fr", 0, "0 item"),
        ("fr", 1, "1 item"), ("fr", 2, "2 items"), ("pl", 2, "2 few"), ("pl", 5, "5 items"), ("ja", 1, "1 items"),
        ("de", Decimal(1200), "1.200 items"),
    ],
)  # fmt: skip
def test_a_count_chooses_its_form_as_the_language_does(locale: str, count: Any, told: str) -> None:
    forms = {"one": "{n} item", "few": "{n} few", "other": "{n} items"}
    assert both("{{ w | plural(n) }}", {"w": forms, "n": count}, locale)[0] == told


def test_words_without_forms_serve_any_count() -> None:
    assert both("{{ w | plural(n, what=v) }}", {"w": "{n} x {what}", "n": 3, "v": "y"})[0] == "3 x y"
    with pytest.raises(RenderError, match="one called other"):
        both("{{ w | plural(2) }}", {"w": {"one": "1"}})
    with pytest.raises(RenderError, match="not a number"):
        both("{{ w | plural(n) }}", {"w": "{n}", "n": "many"})


@pytest.mark.parametrize(
    ("value", "currency", "written"),
    [
        (Decimal("1234.5"), "EUR", "€1,234.50"), (3, "", "3"), (Decimal("0.28"), "", "0.28"), (0, "EUR", "€0.00"),
        (1e300, "EUR", "1e+300"), (-1e-300, "", "-1e-300"), (float("nan"), "EUR", "nan"), (True, "EUR", "True"),
        ("twelve", "EUR", "twelve"),
    ],
)  # fmt: skip
def test_an_amount_is_written_whatever_it_is(value: Any, currency: str, written: str) -> None:
    assert both("{{ v | amount(c) }}", {"v": value, "c": currency})[0] == written


@pytest.mark.parametrize(("value", "yes"), [("EUR", True), ("eur", False), ("ÄÖÜ", False), ("EU", False), (7, False)])
def test_a_currency_is_told_from_other_words(value: Any, yes: bool) -> None:
    assert both("{{ v is currency }}", {"v": value})[0] == str(yes)


@given(st.text(), st.integers(10, 100))
def test_a_line_is_one_line_and_no_longer_than_it_may_be(value: str, most: int) -> None:
    templates = with_templates(one_mail(text="[{{ v | line(m) }}]"))
    (line,) = JinjaRenderer().email(templates, "t", "en", {"v": value, "m": most}).text.splitlines() or [""]
    assert len(line) <= most + len("[]") + len("...") + 5  # a few more are not cut off


@pytest.mark.parametrize(
    ("value", "secure", "found"),
    [
        ("https://a.example.com/x?y=1&z", True, True), ("http://localhost:4566/r", False, True),
        ("http://localhost:4566/r", True, False), ("javascript:alert(1)", False, False), ("https://", False, False),
        ("https://a.example.com/\nBcc: x", False, False), ("data:image/png;base64,A", False, False), (7, False, False),
    ],
)  # fmt: skip
def test_only_addresses_of_the_web_are_such(value: Any, secure: bool, found: bool) -> None:
    assert web_address(value, secure) == (value if found else "")


def test_tidy_takes_away_what_nobody_sees() -> None:
    assert tidy("\n\na  \n\n\n\nb\n \nc\n\n") == "a\n\nb\n\nc"
    assert tidy("a\n\n\nb\n \nc", 0) == "a\nb\nc"
