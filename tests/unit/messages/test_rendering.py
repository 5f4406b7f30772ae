"""Templates print values in the message's language, and can do nothing else."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.messages.configurations import one_mail, with_templates

from herald.adapters.templates import MAX_SUBJECT, JinjaRenderer
from herald.domain.languages import fallback_chain
from herald.domain.message import template_values
from herald.domain.notification import Recipient, Severity
from herald.ports import RenderError

SECRET_VALUE = "Erika Mustermann"


def text_of(source: str, values: dict[str, Any] | None = None, locale: str = "en") -> str:
    configuration = with_templates(one_mail(text=source))
    return JinjaRenderer().email(configuration, "t", locale, values or {}).text


def subject_of(source: str, values: dict[str, Any]) -> str:
    return JinjaRenderer().email(with_templates(one_mail(subject=source)), "t", "en", values).subject


def refusal_of(source: str, values: dict[str, Any] | None = None) -> str:
    with pytest.raises(RenderError) as refusal:
        text_of(source, values)
    assert SECRET_VALUE not in str(refusal.value)
    assert refusal.value.__suppress_context__
    return str(refusal.value)


@pytest.mark.parametrize(
    ("locale", "default", "chain"),
    [
        ("de-AT", "en", ["de-at", "de", "en"]),
        ("de-CH", "en", ["de-ch", "de", "en"]),
        ("zh-Hant-TW", "en-GB", ["zh-hant-tw", "zh-hant", "zh", "en-gb", "en"]),
        ("en", "en", ["en"]),
        ("PT_br", "pt", ["pt-br", "pt"]),
    ],
)
def test_the_fallback_chain(locale: str, default: str, chain: list[str]) -> None:
    assert fallback_chain(locale, default) == chain


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("de-AT", "de"),
        ("de-CH", "de"),
        ("it-CH", "en"),
        ("de", "de"),
        ("fr-CA", "fr-CA"),
        ("FR_ca", "fr-CA"),
        ("fr", "en"),
        ("ja", "en"),
    ],
)
def test_a_message_is_in_the_nearest_language(locale: str, language: str) -> None:
    templates = {f"t/{name}/sms.txt": name for name in ("en", "de", "fr-CA")}
    assert JinjaRenderer().sms(with_templates(templates), "t", locale, {}).text == language


def test_a_mail_is_never_in_two_languages() -> None:
    german_lacks_html = one_mail(subject="Betreff", text="Text", locale="de")
    del german_lacks_html["t/de/body.html"]
    mail = JinjaRenderer().email(with_templates({**one_mail(), **german_lacks_html}), "t", "de", {})
    assert (mail.subject, mail.text, mail.html) == ("S", "T", "H")


def test_no_template_in_any_language_is_an_error_that_names_it() -> None:
    with pytest.raises(RenderError, match=r"^t: neither .* subject\.txt and body\.txt and body\.html$"):
        JinjaRenderer().email(with_templates({"t/en/sms.txt": "x"}), "t", "de", {})


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("locale", "money", "number", "time"),
    [
        ("en-US", "$1,234.50", "1,234.567891", "Mar 2, 2026, 9:30:00 AM"),
        ("de", "1.234,50 $", "1.234,567891", "02.03.2026, 09:30:00"),
        ("de-AT", "$ 1.234,50", "1.234,567891", "02.03.2026, 09:30:00"),
        ("fr-FR", "1 234,50 $US", "1 234,567891", "2 mars 2026, 09:30:00"),
        ("xx-unknown", "$1,234.50", "1,234.567891", "Mar 2, 2026, 9:30:00 AM"),
    ],
)
def test_filters_write_as_the_locale_does(locale: str, money: str, number: str, time: str) -> None:
    source = "{{ amount | money('USD') }};{{ exact | number }};{{ when | datetime }}"
    values = {
        "amount": Decimal("1234.5"),
        "exact": Decimal("1234.567891"),
        "when": datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    }
    templates = {f"t/{language}/sms.txt": source for language in ("en", "de", "fr", "xx")}
    rendered = JinjaRenderer().sms(with_templates(templates), "t", locale, values).text
    assert plain(rendered) == f"{money};{number};{time}"


@pytest.mark.parametrize(
    ("locale", "zone", "written"),
    [
        ("en-GB", "Europe/Berlin", "26 Nov 2026, 16:00 CET"),
        ("en", "Europe/Berlin", "Nov 26, 2026, 4:00 PM CET"),
        ("de-AT", "Europe/Berlin", "26.11.2026, 16:00 MEZ"),
        ("fr", "Europe/Berlin", "26 nov. 2026, 16:00 CET"),
        ("de", "America/New_York", "26.11.2026, 10:00 EST"),
        ("fr", "Asia/Dubai", "26 nov. 2026, 19:00 UTC+04:00"),
        ("en-GB", "Asia/Kathmandu", "26 Nov 2026, 20:45 UTC+05:45"),
        ("fr", "UTC", "26 nov. 2026, 15:00 UTC"),
    ],
)
def test_a_time_in_a_zone_is_local_and_says_whose(locale: str, zone: str, written: str) -> None:
    templates = {f"t/{language}/sms.txt": "{{ when | datetime('medium', zone) }}" for language in ("en", "de", "fr")}
    values = {"when": datetime(2026, 11, 26, 15, 0, tzinfo=UTC), "zone": zone}
    assert plain(JinjaRenderer().sms(with_templates(templates), "t", locale, values).text) == written


@pytest.mark.parametrize(
    ("recipient", "written"),
    [
        ({"zone": "Europe/Berlin"}, "Nov 26, 2026, 4:00 PM CET"),
        ({"zone": "UTC"}, "Nov 26, 2026, 3:00 PM UTC"),
        ({"zone": "Mars/Olympus"}, "Nov 26, 2026, 3:00 PM UTC"),
        ({"name": "Jo"}, "Nov 26, 2026, 3:00:00 PM"),
        ("Jo", "Nov 26, 2026, 3:00:00 PM"),
        (None, "Nov 26, 2026, 3:00:00 PM"),
    ],
)
def test_a_time_is_written_in_the_recipients_zone_unless_the_template_names_another(
    recipient: Any, written: str
) -> None:
    values = {"when": "2026-11-26T15:00:00Z", **({"recipient": recipient} if recipient else {})}
    assert plain(text_of("{{ when | datetime }}", values)) == written
    assert plain(text_of("{{ when | datetime('medium', 'Asia/Tokyo') }}", values)).endswith("12:00 AM JST")


def test_what_is_told_of_the_recipient_is_what_there_is_to_tell() -> None:
    jo = Recipient("Jo", "jo@example.com", locale="de-CH")
    assert template_values({}, jo, "r", "", Severity.LOW)["recipient"] == {"name": "Jo", "locale": "de-CH"}
    told = template_values({}, replace(jo, in_place_of=("Ada",)), "r", "", Severity.LOW, "Europe/Zurich")["recipient"]
    assert told == {"name": "Jo", "locale": "de-CH", "zone": "Europe/Zurich", "in_place_of": ("Ada",)}


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Europe", "../secrets", "", "\0", "x" * 500, 7, None])
def test_a_zone_nobody_knows_is_utc(zone: Any) -> None:
    values = {"when": "2026-11-26T15:00:00Z"} | ({"zone": zone} if zone is not None else {})
    assert plain(text_of("{{ when | datetime('medium', zone) }}", values)) == "Nov 26, 2026, 3:00 PM UTC"


def test_a_constant_amount_is_written_anew_for_each_locale() -> None:
    """One compiled template serves de and de-AT: nothing of the first message may be folded into it."""
    renderer, configuration = JinjaRenderer(), with_templates({"t/de/sms.txt": "{{ 5 | money('EUR') }}"})
    texts = [renderer.sms(configuration, "t", locale, {}).text for locale in ("de", "de-AT", "de")]
    assert texts == ["5,00 €", "€ 5,00", "5,00 €"]


@pytest.mark.parametrize(
    ("source", "value", "written"),
    [
        ("{{ v | money('JPY') }}", 1200, "¥1,200"),
        ("{{ v | money('EUR') }}", "99.90", "€99.90"),
        ("{{ v | number }}", 3, "3"),
        ("{{ v | datetime('short', 'Europe/Berlin') }}", "2026-07-01T10:00:00Z", "7/1/26, 12:00 PM CEST"),
        ("{{ v | datetime }}", "2026-07-01T10:00:00", "Jul 1, 2026, 10:00:00 AM"),
    ],
)
def test_filters_take_the_forms_that_facts_have(source: str, value: Any, written: str) -> None:
    assert plain(text_of(source, {"v": value})) == written


@pytest.mark.parametrize(
    "source",
    [
        "{{ v | money('euro') }}", "{{ v | money(none) }}", "{{ v | number }}", "{{ v | datetime }}",
        "{{ 1 | datetime }}", "{{ '2026-07-01T10:00:00Z' | datetime('odd') }}", "{{ '1e99999' | number }}",
        "{{ v | datetime('short', 'Europe/Berlin') }}", "{{ true | number }}", "{{ 'NaN' | number }}",
    ],
)  # fmt: skip
def test_what_a_filter_cannot_write_is_an_error_without_the_value(source: str) -> None:
    assert refusal_of("line one\n" + source, {"v": SECRET_VALUE}).startswith("t/en/body.txt: line 2: ")


def test_a_missing_value_is_an_error_and_can_be_asked_for() -> None:
    refusal = refusal_of("{{ order.total }}", {"order": {}})
    assert refusal == "t/en/body.txt: line 1: total is not there (ask by 'is defined' first)"
    assert text_of("{% if order.total is defined %}{{ order.total }}{% else %}-{% endif %}", {"order": {}}) == "-"


def test_a_computed_key_does_not_leak_into_the_error() -> None:
    assert "a value is not there" in refusal_of("{{ names[v] }}", {"names": {}, "v": SECRET_VALUE})


def test_keys_win_over_methods() -> None:
    assert text_of("{{ o.items }} {{ o.keys }}", {"o": {"items": 3, "keys": "k"}}) == "3 k"
    assert "items is not there" in refusal_of("{{ o.items }}", {"o": {}})


def test_html_is_escaped_and_text_is_not() -> None:
    value = {"v": "<script>alert('x')</script> & \"Söhne\""}
    mail = JinjaRenderer().email(
        with_templates(one_mail(text="{{ v }}", html='<p title="{{ v }}">{{ v }}</p>')), "t", "en", value
    )
    assert mail.text == value["v"]
    assert "<script" not in mail.html
    assert mail.html.count("&lt;script&gt;") == 2
    assert '"Söhne"' not in mail.html


@pytest.mark.parametrize(
    "source",
    [
        "{{ v | safe }}",
        "{% autoescape false %}{{ v }}{% endautoescape %}",
        "{{ v.__class__ }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ v.upper() }}",
        "{{ v.format(1) }}",
        "{{ '%9999999d' | format(1) }}",
        "{{ 'x' * 1000000000 }}",
        "{{ [1] * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ 'x'.ljust(1000000000) }}",
        "{{ self._TemplateReference__context }}",
        "{{ cycler.__init__ }}",
        "{{ lipsum(n=1000000) }}",
        "{{ 'x' | center(1000000000) }}",
        "{% include 't/en/subject.txt' %}",
        "{% import 't/en/subject.txt' as x %}",
        "{% extends 't/en/subject.txt' %}",
        "{{ namespace(a=1) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for x in [[1]] recursive %}{{ loop(x) }}{% endfor %}",
        "{% set x = {} %}{{ x.update({'a': 1}) }}",
        "{{ v | attr('__class__') }}",
        "{{ v + v }}",
        "{{ '%s' % v }}",
    ],
)
def test_what_templates_cannot_do(source: str) -> None:
    assert refusal_of(source, {"v": SECRET_VALUE}).startswith("t/en/body.txt: ")


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in range(1000000000) %}x{% endfor %}",
        "{% for i in range(300) %}{% for j in range(300) %}{% endfor %}{% endfor %}",
        "{% for i in v %}{% for j in v %}{% for k in v %}{% endfor %}{% endfor %}{% endfor %}",
        "{% for i in v | select %}{% for j in v | select %}{% endfor %}{% endfor %}",
        "{% macro m(n) %}{% if n > 0 %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
    ],
)
def test_a_runaway_template_is_stopped_by_its_steps(source: str) -> None:
    assert "too many steps" in refusal_of(source, {"v": list(range(1, 300))})


@pytest.mark.parametrize(("part", "cap"), [("subject.txt", 2_000), ("body.txt", 100_000), ("body.html", 300_000)])
def test_a_part_that_grows_too_long_is_stopped(part: str, cap: int) -> None:
    source = "{% for i in range(300) %}" + "x" * 1001 + "{% endfor %}"
    with pytest.raises(
        RenderError, match=rf"^t/en/{part}: line 1: it is longer than {cap} characters$|^t/en/{part}: it is"
    ):
        JinjaRenderer().email(with_templates({**one_mail(), f"t/en/{part}": source}), "t", "en", {})


def test_one_rendering_does_not_use_up_the_steps_of_the_next() -> None:
    renderer, configuration = (
        JinjaRenderer(),
        with_templates({"t/en/sms.txt": "{% for i in range(9000) %}{% endfor %}ok"}),
    )
    assert {renderer.sms(configuration, "t", "en", {}).text for _ in range(5)} == {"ok"}


def test_a_failed_rendering_does_not_disturb_the_next() -> None:
    renderer = JinjaRenderer()
    configuration = with_templates({"t/en/sms.txt": "{% for i in range(v) %}x{% endfor %}"})
    kept = []
    for size, fine in ((10**9, False), (3, True), (10**9, False), (2, True)):
        if fine:
            assert renderer.sms(configuration, "t", "en", {"v": size}).text == "x" * size
        else:
            with pytest.raises(RenderError) as refusal:
                renderer.sms(configuration, "t", "en", {"v": size})
            kept.append(refusal.value)
    assert len(kept) == 2


def test_a_broken_template_names_part_and_line() -> None:
    assert refusal_of("fine\n{% if %}").startswith("t/en/body.txt: line 2: ")
    assert refusal_of("{{ v | nosuch }}").startswith("t/en/body.txt: line 1: No filter named 'nosuch'")


@pytest.mark.parametrize(
    ("value", "subject"),
    [
        ("Sofa\r\nBcc: everyone@example.com", "Order Sofa Bcc: everyone@example.com"),
        ("Sofa\n\n\tblue", "Order Sofa blue"),
        ("So\x00fa\x1b[31m", "Order Sofa[31m"),
        ("Sofa\u2028x\u0085y\x0bz", "Order Sofa x y z"),
        ("\u202eafoS", "Order afoS"),
        ("So\ud800fa", "Order Sofa"),
        ("Söfa 😀", "Order Söfa 😀"),
    ],
)
def test_nothing_in_a_subject_can_begin_a_header(value: str, subject: str) -> None:
    assert subject_of("Order {{ v }}\n", {"v": value}) == subject


@given(st.text())
def test_a_subject_is_one_short_printable_line(value: str) -> None:
    subject = subject_of("Order {{ v }}", {"v": value})
    assert subject.startswith("Order")
    assert len(subject) <= MAX_SUBJECT
    assert len(subject.splitlines()) == 1
    assert subject.isprintable() or all(ord(character) > 0x9F for character in subject if not character.isprintable())
    subject.encode("utf-8")


def test_a_long_subject_is_cut_and_an_empty_one_refused() -> None:
    assert subject_of("{{ v }}", {"v": "x" * 900}) == "x" * (MAX_SUBJECT - 1) + "…"
    with pytest.raises(RenderError, match=r"t/en/subject\.txt: the subject is empty"):
        subject_of("{{ v }}", {"v": "\r\n\x00"})


@pytest.mark.parametrize(("length", "segments"), [(1, 1), (160, 1), (161, 2), (1530, 10)])
def test_an_sms_knows_its_segments(length: int, segments: int) -> None:
    found = JinjaRenderer().sms(with_templates({"t/en/sms.txt": "{{ v }}"}), "t", "en", {"v": "x" * length})
    assert (len(found.text), found.segments) == (length, segments)


@pytest.mark.parametrize(("text", "segments"), [("x" * 1531, 11), ("ж" * 671, 11), (" \n", 0)])
def test_an_sms_that_is_too_long_or_empty_is_refused(text: str, segments: int) -> None:
    with pytest.raises(RenderError, match=rf"^t/en/sms\.txt: it has {segments} segments; 1 to 10 are sent$"):
        JinjaRenderer().sms(with_templates({"t/en/sms.txt": "{{ v }}"}), "t", "en", {"v": text})


def test_each_version_keeps_its_own_templates() -> None:
    renderer = JinjaRenderer()
    versions = [with_templates({"t/en/sms.txt": f"version {number}"}) for number in range(12)]
    for _ in range(2):
        assert [renderer.sms(version, "t", "en", {}).text for version in versions] == [
            f"version {n}" for n in range(12)
        ]
