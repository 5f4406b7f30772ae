"""The templates about what scans found render for every language, whatever is missing and whatever items are called."""

from collections.abc import Iterator
from copy import deepcopy
from itertools import product
from typing import Any

import pytest
from tests.unit.messages.shipped import CONFIGURATION, LOCALES, lacking, parsed

from herald.adapters.exact_json import dumps, loads
from herald.adapters.templates import JinjaRenderer
from herald.domain.catalog.messages import shown_items
from herald.domain.delivery import Channel
from herald.domain.message import EmailContent
from herald.domain.sms_length import Encoding, sms_length
from herald_cli.samples.scans import ITEM, LINKS, TYPES, full, rows, told
from herald_cli.samples.surroundings import around

ALL = list(product(TYPES, LOCALES))
HOSTILE = "<script>alert('x')</script>{{ 7*7 }}{% raw %}\r\nBcc: everyone@example.com\u2028" + "endless" * 60
OF_ITEMS = ("release-wave", "launch-ready", "localization-late")


def values_of(template: str, data: Any) -> dict[str, Any]:
    return {**around(TYPES[template], "a-rule", "catalog/seating"), "data": data}


def mail_of(template: str, locale: str, data: Any) -> EmailContent:
    return JinjaRenderer().email(CONFIGURATION, template, locale, values_of(template, data))


def poorer(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The data without one field, at any depth."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield f"{path}.{key}", {name: item for name, item in data.items() if name != key}
            for where, less in poorer(value, f"{path}.{key}"):
                yield where, {**data, key: less}
    elif isinstance(data, list) and data:
        for where, less in poorer(data[0], f"{path}[0]"):
            yield where, [less, *data[1:]]


@pytest.mark.parametrize(("template", "locale"), ALL)
def test_every_part_is_there_in_every_language(template: str, locale: str) -> None:
    parts = ["subject.txt", "body.txt", "body.html", *(["sms.txt"] if template == "catalog-critical" else [])]
    assert lacking(template, locale, parts) == []


def test_every_rule_about_scans_has_its_own_template() -> None:
    rules = [rule for rule in CONFIGURATION.rules if set(rule.events) & set(TYPES.values())]
    told = [(rule.then, rule.events) for rule in rules if rule.then is not None]
    assert {then.template: events for then, events in told} == {name: (kind,) for name, kind in TYPES.items()}
    assert {then.template for then, _ in told if Channel.SMS in then.channels} == {"catalog-critical"}


@pytest.mark.parametrize(("template", "locale"), ALL)
def test_a_mail_says_the_same_before_and_after_the_inbox(template: str, locale: str) -> None:
    data = full(template)
    assert mail_of(template, locale, loads(dumps(data))) == mail_of(template, locale, data)


@pytest.mark.parametrize(("template", "locale"), ALL)
def test_any_fact_may_be_missing(template: str, locale: str) -> None:
    renderer = JinjaRenderer()
    for missing, data in (("all", {}), *poorer(full(template))):
        values = values_of(template, data)
        mail = renderer.email(CONFIGURATION, template, locale, values)
        assert mail.subject, missing
        parsed(mail.html)
        if template == "catalog-critical":
            assert renderer.sms(CONFIGURATION, template, locale, values).text, missing
    for name in ("data", "now"):
        values = {key: value for key, value in values_of(template, full(template)).items() if key != name}
        assert renderer.email(CONFIGURATION, template, locale, values).subject


@pytest.mark.parametrize(("template", "locale"), ALL)
def test_hostile_names_are_harmless(template: str, locale: str) -> None:
    data = full(template, name=HOSTILE, said=HOSTILE)
    mail = mail_of(template, locale, data)
    assert "<script" not in mail.html
    assert "&lt;script&gt;" in mail.html
    assert "{{ 7*7 }}" in mail.html
    assert "49" not in mail.text
    assert "endless" * 80 not in mail.text + mail.html
    assert not [line for line in mail.text.splitlines() if line.startswith("Bcc")]
    assert len(mail.subject.splitlines()) == 1
    assert not [link for link in parsed(mail.html).links if not link.startswith("https://")]
    if template == "catalog-critical":
        assert JinjaRenderer().sms(CONFIGURATION, template, locale, values_of(template, data)).segments <= 2


@pytest.mark.parametrize("locale", LOCALES)
def test_a_digest_says_what_is_worst_and_why(locale: str) -> None:
    mail = mail_of("catalog-digest", locale, full("catalog-digest"))
    amount = {"en": "€41,800.50", "de": "41.800,50\u00a0€", "fr": "41\u202f800,50\u00a0€"}[locale]
    words = {
        "en": ("Critical", "new", "back again", "overdue", "and 4 more", "Resolved"),
        "de": ("Kritisch", "neu", "wieder da", "überfällig", "und 4 weitere", "Behoben"),
        "fr": ("Critique", "nouvelle", "de retour", "en retard", "et 4 autres", "Résolues"),
    }[locale]
    names = "Alder Sofa, Finch Armchair, Harvest Chair"
    told = ("It has no price in EUR", names, "AMER, EMEA", "2026-03-01", amount, *words)
    for part in (mail.text, mail.html.replace("&#39;", "'")):
        assert [one for one in told if one not in part] == []
        places = [part.index(one) for one in ("It has no price", "'Width'", "'SKU'", "'Contrast'", "Quill Desk")]
        assert places == sorted(places)
        assert "120 characters" not in part
    assert "seating" in mail.subject
    assert [number for number in "631" if number not in mail.subject] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_digest_links_to_its_reports_and_to_items(locale: str) -> None:
    data = full("catalog-digest")
    mail = mail_of("catalog-digest", locale, data)
    item = f"https://pim.example.com/products?threekit={ITEM}&tab=data"
    assert parsed(mail.html).links == [*[item] * 4, LINKS.csv, LINKS.json]
    assert all(link in mail.text for link in (item, LINKS.csv, LINKS.json))
    until = {"en": "Mar 16, 2026", "de": "16.03.2026", "fr": "16 mars 2026"}[locale]
    assert (until in mail.text, until in mail.html) == (True, True)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_local_digest_links_to_its_report_and_nothing_runs_a_script(locale: str) -> None:
    data = full("catalog-digest")
    data["report"] = {**data["report"], "csv": "http://localhost:4566/r.csv", "json": "javascript:alert(1)"}
    for issue in data["issues"]:
        issue["link"] = "javascript:alert(1)"
    assert parsed(mail_of("catalog-digest", locale, data).html).links == ["http://localhost:4566/r.csv"]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_digest_without_open_issues_says_so(locale: str) -> None:
    data = {**full("catalog-digest"), "open": 0, "new": 0, "issues": [], "more": 0, "severities": {}}
    mail = mail_of("catalog-digest", locale, data)
    quiet = {"en": "Nothing is open", "de": "Es ist nichts offen", "fr": "Aucune anomalie"}[locale]
    assert (quiet in mail.text, quiet in mail.html) == (True, True)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_largest_digest_stays_below_what_mail_programs_cut_off(locale: str) -> None:
    data = full("catalog-digest")
    data["issues"] = data["issues"][:1] * 20
    data["gone"] = data["gone"] * 20
    assert len(mail_of("catalog-digest", locale, data).html.encode()) < 100_000
    data["issues"], data["gone"] = data["issues"][:1] * 50, data["gone"][:1] * 50
    assert mail_of("catalog-digest", locale, data).html


@pytest.mark.parametrize("locale", LOCALES)
def test_a_critical_fault_is_one_sms_in_the_short_alphabet(locale: str) -> None:
    sms = JinjaRenderer().sms(
        CONFIGURATION, "catalog-critical", locale, values_of("catalog-critical", full("catalog-critical"))
    )
    assert (sms_length(sms.text).encoding, sms.segments) == (Encoding.GSM, 1)
    assert [one for one in ("Alder Sofa", "It has no price in EUR", "7", "3", "iss_") if one not in sms.text] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_critical_fault_that_is_back_is_called_so(locale: str) -> None:
    data = full("catalog-critical")
    again = deepcopy(data)
    again["issue"]["turn"] = "reopened"
    words = {"en": "is back", "de": "ist wieder da", "fr": "est de retour"}[locale]
    assert words not in mail_of("catalog-critical", locale, data).text
    assert words in mail_of("catalog-critical", locale, again).text


@pytest.mark.parametrize(("template", "locale"), list(product(OF_ITEMS, LOCALES)))
def test_items_are_shown_with_pictures_and_links(template: str, locale: str) -> None:
    mail = mail_of(template, locale, full(template))
    seen = parsed(mail.html)
    assert seen.pictures[0] == "https://images.example.com/af-sof-001.png?w=64&h=64"
    assert seen.alternatives[0] == "Alder Sofa"
    assert len(seen.pictures) == len(seen.alternatives) == 29
    assert seen.links == ["https://pim.example.com/p?id=1&t=2"]
    more = {"en": "and 5 more", "de": "und 5 weitere", "fr": "et 5 autres"}[locale]
    for part in (mail.text, mail.html):
        assert [one for one in ("AF-SOF-001", "Finch Armchair &", more) if one not in part] == []
    assert "35" in mail.subject


@pytest.mark.parametrize(("template", "locale"), list(product(OF_ITEMS, LOCALES)))
def test_pictures_are_loaded_over_https_only(template: str, locale: str) -> None:
    odd = [
        ["1", "A", "S", address, "javascript:alert(1)"]
        for address in ("http://images.example.com/1.png", "data:image/png,1", "", "javascript:1")
    ]
    seen = parsed(mail_of(template, locale, {**full(template), **shown_items(told(odd, "changed"))}).html)
    assert (seen.pictures, seen.links) == ([], [])


@pytest.mark.parametrize("locale", LOCALES)
def test_a_wave_says_what_happened_to_each_item_and_which_jobs_went_before(locale: str) -> None:
    mail = mail_of("release-wave", locale, full("release-wave"))
    words = {
        "en": ("Published", "Changed", "Withdrawn"), "de": ("Veröffentlicht", "Geändert", "Zurückgezogen"),
        "fr": ("Publié", "Modifié", "Retiré"),
    }[locale]  # fmt: skip
    for part in (mail.text, mail.html):
        assert [one for one in (*words, "import", "renderWebgl") if one not in part] == []
    assert "emea-web" in mail.subject


@pytest.mark.parametrize("locale", LOCALES)
def test_a_wave_of_jobs_only_says_so(locale: str) -> None:
    data = {**full("release-wave"), "items": [], "count": 0, "more": 0, "changes": {}}
    mail = mail_of("release-wave", locale, data)
    words = {"en": "No item has changed", "de": "kein Artikel hat sich geändert", "fr": "aucun article"}[locale]
    assert words in mail.text
    assert parsed(mail.html).pictures == []


@pytest.mark.parametrize(("template", "where"), [("launch-ready", "EMEA"), ("localization-late", "fr-FR")])
@pytest.mark.parametrize("locale", LOCALES)
def test_a_list_says_where_it_is_about(locale: str, template: str, where: str) -> None:
    mail = mail_of(template, locale, full(template))
    assert [part for part in (mail.subject, mail.text, mail.html) if where not in part] == []
    (one,) = rows(count=1)
    single = mail_of(template, locale, {**full(template), **shown_items(told([one], "ready"))})
    assert single.subject.endswith({"en": " 1 item", "de": " 1 Artikel", "fr": " 1 article"}[locale])
