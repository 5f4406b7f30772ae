"""Every shipped template, in every language, over every sample: it renders, and its text tells what its HTML tells."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html.parser import HTMLParser
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.messages.shipped import BUNDLE, CONFIGURATION, lacking, parsed

from herald.adapters.templates import EMAIL_PARTS, JinjaRenderer
from herald.domain.message import EmailContent
from herald_cli.samples.by_template import Sample, samples_of

RENDERER = JinjaRenderer()
SAMPLES = [(template, sample) for template in BUNDLE.names() for sample in samples_of(template, CONFIGURATION)]
SPOKEN = {"en": "en", "de": "de", "de-CH": "de", "fr": "fr", "xx": "en", "ja-JP": "en"}
"""Locales that are asked for, and the language that is answered in."""
EACH = [
    pytest.param(template, sample, locale, id=f"{template}, {sample.name}, {locale}")
    for (template, sample), locale in product(SAMPLES, SPOKEN)
]
NOBODYS = frozenset({"event", "recipient", "rule", "now"})
ADDRESS = re.compile(r"https?://\S+")


class _Words(HTMLParser):
    """What a reader sees: no styles, no preheader, no title of the window."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = 0
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        unseen = tag in ("style", "title") or "display:none" in (dict(attrs).get("style") or "")
        if unseen or (self.hidden and tag not in ("meta", "br", "img")):
            self.hidden += 1

    def handle_endtag(self, _tag: str) -> None:
        self.hidden = max(self.hidden - 1, 0)

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.seen.append(data)


def seen_in(html: str) -> str:
    parser = _Words()
    parser.feed(html)
    return " ".join(parser.seen)


def figures(text: str) -> set[str]:
    """Amounts, references, dates, codes: whatever has a digit in it, but no addresses and no numbers of a list."""
    words = ADDRESS.sub(" ", re.sub(r"^\d+\. ", "", text, flags=re.MULTILINE)).split()
    return {word.strip("().,:;·\N{EN DASH}\"'") for word in words if any(letter.isdigit() for letter in word)}


def mail_of(template: str, sample: Sample, locale: str) -> EmailContent:
    return RENDERER.email(CONFIGURATION, template, locale, sample.values)


def test_there_are_samples_of_every_template() -> None:
    assert [name for name in BUNDLE.names() if not samples_of(name, CONFIGURATION)] == []


@pytest.mark.parametrize(("template", "sample", "locale"), EACH)
def test_it_renders_in_the_nearest_language(template: str, sample: Sample, locale: str) -> None:
    language = SPOKEN[locale]
    mail = mail_of(template, sample, locale)
    assert mail.subject
    assert f'lang="{locale if locale.startswith(language) else language}"' in mail.html
    parsed(mail.html)
    if not lacking(template, language, ["sms.txt"]):
        assert RENDERER.sms(CONFIGURATION, template, locale, sample.values).segments <= 3
    if locale in ("xx", "ja-JP"):
        assert mail.text.splitlines()[0].startswith("Hello")


@pytest.mark.parametrize(("template", "sample", "locale"), EACH)
def test_the_text_tells_the_facts_of_the_html(template: str, sample: Sample, locale: str) -> None:
    mail = mail_of(template, sample, locale)
    html, text = figures(seen_in(mail.html)), figures(mail.text)
    assert html - text <= figures(mail.subject)
    assert text - html == set()
    assert sorted(ADDRESS.findall(mail.text)) == sorted(parsed(mail.html).links)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all texts in values."""
    if isinstance(value, str):
        yield path
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        if path or key not in NOBODYS:
            yield from places(item, (*path, key))


def put(value: Any, path: tuple[Any, ...], text: str) -> Any:
    if not path:
        return text
    if isinstance(value, Mapping):
        return {**value, path[0]: put(value[path[0]], path[1:], text)}
    return [put(item, path[1:], text) if number == path[0] else item for number, item in enumerate(value)]


HARMFUL = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}{% raw %}", "</td></table>", "&lt;b&gt;",
    "a\r\nBcc: all@example.com", "\u2028Bcc: all@example.com", "https://evil.example/<b>", "javascript:alert(1)", "",
)  # fmt: skip
HARMLESS = ("word", "https://example.com/word")
WRITTEN = st.one_of(st.text(max_size=60), st.sampled_from(HARMFUL))
"""What people write, some of whom mean harm."""


@given(st.sampled_from(SAMPLES), st.sampled_from(["en", "de-CH", "fr", "xx"]), WRITTEN, st.data())
def test_whatever_people_write_stays_what_it_is(
    told: tuple[str, Sample], locale: str, written: str, data: st.DataObject
) -> None:
    template, sample = told
    where = data.draw(st.sampled_from(list(places(sample.values))))
    spoilt = Sample(sample.name, put(sample.values, where, written))
    mail, before = mail_of(template, spoilt, locale), mail_of(template, sample, locale)
    tags = parsed(mail.html)
    assert len(mail.subject.splitlines()) == 1
    assert "<script" not in mail.html
    harmless = [mail_of(template, Sample(sample.name, put(sample.values, where, one)), locale) for one in HARMLESS]
    assert len(mail.text.splitlines()) <= max(len(one.text.splitlines()) for one in (before, *harmless)), "a new line"
    assert set(tags.links + tags.pictures) - set(parsed(before.html).links + parsed(before.html).pictures) <= {written}
    assert not [link for link in tags.links + tags.pictures if not re.fullmatch(r"https?://\S+", link)]


def test_who_works_on_an_order_is_led_to_it_and_who_ordered_is_not() -> None:
    linked = replace(CONFIGURATION, version="cfg_linked", order_link="https://threekit.example.com/orders/{id}")
    led = {
        f"{template}, {sample.name}"
        for template, sample in SAMPLES
        if "threekit.example.com/orders/" in RENDERER.email(linked, template, "en", sample.values).text
    }
    asked = {f"approval-request, {kind}" for kind in ("request", "changed", "escalated", "delegated")}
    steps = {f"build-progress, milestone {step.name}" for step in CONFIGURATION.milestones}
    assert led == asked | steps | {"approval-reminder, reminder", "approval-question, reply", "escalation, an order"}


def test_every_template_is_a_mail_in_every_language() -> None:
    missing = {
        (template, language): lacking(template, language, EMAIL_PARTS)
        for template, language in product(BUNDLE.names(), ("en", "de", "fr"))
    }
    assert {key: parts for key, parts in missing.items() if parts} == {}
