"""Templates use the shared parts of their own version and nothing else, and none of the sandbox's promises is lost."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.messages.configurations import with_templates

from herald.adapters.configuration_bundle import from_bytes, from_document, to_bytes, to_document, versioned
from herald.adapters.templates import JinjaRenderer
from herald.domain.configuration import Configuration
from herald.domain.message import EmailContent
from herald.ports import RenderError

SECRET_VALUE = "Erika Mustermann"
WORDS: Mapping[str, Mapping[str, Any]] = {"t/en": {}}


def configuration(
    templates: Mapping[str, str], words: Mapping[str, Mapping[str, Any]] | None = None, **more: Any
) -> Configuration:
    mail = {"t/subject.txt": "S", "t/body.txt": "T", "t/body.html": "H"}
    return replace(with_templates({**mail, **templates}), words=words if words is not None else WORDS, **more)


def mail_of(
    templates: Mapping[str, str], values: Mapping[str, Any] | None = None, *, locale: str = "en",
    words: Mapping[str, Mapping[str, Any]] | None = None,
) -> EmailContent:  # fmt: skip
    return JinjaRenderer().email(configuration(templates, words), "t", locale, values or {})


def refusal_of(templates: Mapping[str, str], values: Mapping[str, Any] | None = None) -> str:
    with pytest.raises(RenderError) as refusal:
        mail_of(templates, values)
    assert SECRET_VALUE not in str(refusal.value)
    return str(refusal.value)


BOTH = {
    "t/body.jinja": '{% extends "shared/mail" %}{% import "shared/parts" as p %}'
    "{% block content %}{{ p.strong(v) }}{% endblock %}",
    "shared/mail.html": "<main>{% block content %}{% endblock %}</main>",
    "shared/mail.txt": "= {% block content %}{% endblock %}",
    "shared/parts.html": "{% macro strong(text) %}<strong>{{ text }}</strong>{% endmacro %}",
    "shared/parts.txt": "{% macro strong(text) %}*{{ text }}*{% endmacro %}",
    "t/subject.txt": "S",
}


def test_one_body_makes_the_text_and_the_html() -> None:
    settings = replace(with_templates(BOTH), words=WORDS)
    mail = JinjaRenderer().email(settings, "t", "en", {"v": "<b> & c"})
    assert (mail.text, mail.html) == ("= *<b> & c*", "<main><strong>&lt;b&gt; &amp; c</strong></main>")


def test_a_part_of_its_own_comes_before_what_serves_both() -> None:
    mail = mail_of({**BOTH, "t/body.txt": "own"}, {"v": "v"})
    assert (mail.text, mail.html) == ("own", "H")


def test_a_part_fills_the_blocks_of_what_it_extends_and_can_say_what_was_there() -> None:
    mail = mail_of({
        "t/body.html": '{% extends "shared/mail" %}{% set title = v %}'
        "{% block end %}{{ super() }}, Herald{% endblock %}",
        "shared/mail.html": "<h1>{{ title }}</h1>{% block end %}Bye{% endblock %}",
    }, {"v": "<Hello>"})  # fmt: skip
    assert mail.html == "<h1>&lt;Hello&gt;</h1>Bye, Herald"


def test_a_part_for_both_serves_where_there_is_none_of_the_kind() -> None:
    templates = {"t/body.txt": '{% include "shared/end" %}', "t/body.html": '{% include "shared/end" %}'}
    shared = {"shared/end.jinja": "for both: {{ v }}", "shared/end.html": "<i>{{ v }}</i>"}
    mail = mail_of({**templates, **shared}, {"v": "<x>"})
    assert (mail.text, mail.html) == ("for both: <x>", "<i>&lt;x&gt;</i>")


def test_what_serves_text_is_never_put_into_html() -> None:
    refusal = refusal_of({"t/body.html": '{% include "shared/end" %}', "shared/end.txt": "{{ v }}"}, {"v": "<script>"})
    assert refusal == "t/body.html: line 1: there is no shared/end.html"


@pytest.mark.parametrize(
    "source",
    [
        '{% include "t/subject.txt" %}', '{% include "shared/../t/subject" %}', '{% include "shared/end.txt" %}',
        '{% include "/etc/passwd" %}', '{% include ["shared/end"] %}', "{% include v %}", '{% extends "sh" ~ "ared" %}',
        '{% import "t/subject.txt" as x %}', '{% from "t/subject.txt" import x %}', "{% import v as x %}",
        '{% include "shared/end" ignore missing %}', '{% include "shared/deep/end" %}', "{% extends none %}",
    ],
)  # fmt: skip
def test_nothing_else_can_be_used(source: str) -> None:
    refusal = refusal_of({"t/body.txt": source, "shared/end.txt": "E"}, {"v": "shared/end"})
    assert refusal.startswith("t/body.txt: line 1: ")
    assert "shared" in refusal or "ignored" in refusal


@pytest.mark.parametrize(
    "shared",
    [
        {"shared/a.txt": 'x\n{% include "shared/a" %}'},
        {"shared/a.txt": '{% include "shared/b" %}', "shared/b.jinja": '\n{% include "shared/a" %}'},
        {"shared/a.txt": '{% import "shared/b" as b %}', "shared/b.txt": '\n{% extends "shared/a" %}'},
        {"shared/a.txt": '{% if false %}{% include "shared/b" %}{% endif %}',
         "shared/b.txt": '\n{% from "shared/a" import m %}'},
    ],
)  # fmt: skip
def test_a_part_that_would_use_itself_is_refused_where_it_does(shared: Mapping[str, str]) -> None:
    refusal = refusal_of({"t/body.txt": '{% include "shared/a" %}', **shared})
    assert refusal == f"{list(shared)[-1]}: line 2: shared/a would use itself"


def test_two_may_use_the_same_part() -> None:
    shared = {"shared/a.txt": 'a{% include "shared/c" %}', "shared/b.txt": 'b{% include "shared/c" %}'}
    source = '{% include "shared/a" %}{% include "shared/b" %}{% include "shared/c" %}'
    assert mail_of({"t/body.txt": source, **shared, "shared/c.txt": "c"}).text == "acbcc"


def test_every_use_is_a_step() -> None:
    doubling = {
        f"shared/p{n}.txt": f'{{% include "shared/p{n + 1}" %}}' * 2 for n in range(40)
    } | {"shared/p40.txt": ""}  # fmt: skip
    assert "too many steps" in refusal_of({"t/body.txt": '{% include "shared/p0" %}', **doubling})
    looped = {"shared/m.txt": "{% macro m(n) %}{% for i in range(n) %}{% endfor %}{% endmacro %}"}
    source = '{% import "shared/m" as m %}{% for i in range(100) %}{{ m.m(300) }}{% endfor %}'
    assert "too many steps" in refusal_of({"t/body.txt": source, **looped})


@pytest.mark.parametrize(
    "source",
    [
        '{% import "shared/m" as m %}{{ m.__class__ }}', '{% import "shared/m" as m %}{{ m._body_stream }}',
        '{% import "shared/m" as m %}{{ m.secret }}', '{% import "shared/m" as m %}{{ m.m.__call__() }}',
        '{% from "shared/m" import _hidden %}', '{% from "shared/m" import nothing %}{{ nothing }}',
        '{% import "shared/m" as m %}{{ m.m(1, 2, 3, 4) }}', '{% import "shared/m" as m %}{{ m.upper() }}',
    ],
)  # fmt: skip
def test_of_what_is_imported_there_are_only_its_macros(source: str) -> None:
    shared = {"shared/m.txt": "{% set secret = v %}{% macro m() %}{% endmacro %}"}
    assert refusal_of({"t/body.txt": source, **shared}, {"v": SECRET_VALUE}).startswith("t/body.txt: ")


def test_values_can_be_taken_from_a_part_by_name() -> None:
    shared = {"shared/order.jinja": '{% set called = order.shortId | default("-") %}'}
    templates = {"t/body.txt": '{% from "shared/order" import called %}{{ called }}', **shared}
    assert (mail_of(templates, {"order": {"shortId": "A"}}).text, mail_of(templates).text) == ("A", "-")


def test_a_macro_writes_in_the_language_of_the_message_it_is_used_in() -> None:
    shared = {"shared/m.txt": '{% macro m(v) %}{{ t.total }} {{ v | money("EUR") }}{% endmacro %}'}
    words = {"t/en": {"total": "Total"}, "t/de": {"total": "Summe"}}
    settings = configuration({"t/body.txt": '{% import "shared/m" as p %}{{ p.m(v) }}', **shared}, words)
    renderer = JinjaRenderer()
    told = [renderer.email(settings, "t", locale, {"v": Decimal(5)}).text for locale in ("en", "de", "de-AT", "en")]
    assert [one.replace("\u00a0", " ") for one in told] == [
        "Total €5.00",
        "Summe 5,00 €",
        "Summe € 5,00",
        "Total €5.00",
    ]


def test_a_failure_in_a_shared_part_names_both_places() -> None:
    shared = {"shared/m.txt": "{% macro m(v) %}\n{{ v | number }}\n{% endmacro %}"}
    source = 'one\n{% import "shared/m" as m %}\n{{ m.m(v) }}'
    refusal = refusal_of({"t/body.txt": source, **shared}, {"v": SECRET_VALUE})
    assert refusal == "t/body.txt: line 3: in shared/m.txt, line 2: that is not a number"


def test_a_mistake_in_a_shared_part_is_named_there() -> None:
    refusal = refusal_of({"t/body.txt": '{% include "shared/m" %}', "shared/m.txt": "one\n{% if %}"})
    assert refusal.startswith("shared/m.txt: line 2: ")


def test_what_is_missing_is_missing_however_deep_it_is_asked_for() -> None:
    source = '{{ order.requester.name | default("-") }}{{ "x" if ordr.total is defined else "y" }}'
    assert mail_of({"t/body.txt": source}, {"order": {}}).text == "-y"
    assert "requester is not there" in refusal_of({"t/body.txt": "{{ order.requester.name }}"}, {"order": {}})
    for test in ("{% if order.x %}{% endif %}", "{% for i in order.x %}{% endfor %}", "{{ order.x == 1 }}"):
        assert "x is not there" in refusal_of({"t/body.txt": test}, {"order": {}})


WORDS_OF: Mapping[str, Mapping[str, Any]] = {
    "shared/en": {"hello": "Hello", "total": "Total", "said": {"yes": "yes", "no": "no"}},
    "shared/de": {"hello": "Guten Tag", "total": "Summe", "said": {"yes": "ja", "no": "nein"}},
    "shared/de-CH": {"hello": "Grüezi"},
    "t/en": {"title": "Big order", "total": "Amount"},
    "t/de": {"title": "Große Bestellung", "said": {"no": "keineswegs"}},
    "t/de-CH": {"title": "Grosse Bestellung"},
}


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ("en", "Hello, Big order, Amount, yes, no"), ("fr", "Hello, Big order, Amount, yes, no"),
        ("de", "Guten Tag, Große Bestellung, Summe, ja, keineswegs"),
        ("de-AT", "Guten Tag, Große Bestellung, Summe, ja, keineswegs"),
        ("de_ch", "Grüezi, Grosse Bestellung, Summe, ja, keineswegs"),
    ],
)  # fmt: skip
def test_words_lie_over_each_other_by_region_and_by_template(locale: str, told: str) -> None:
    source = "{{ t.hello }}, {{ t.title }}, {{ t.total }}, {{ t.said.yes }}, {{ t.said.no }}"
    assert mail_of({"t/body.txt": source}, locale=locale, words=WORDS_OF).text == told


def test_a_word_that_is_not_there_is_an_error_that_names_it() -> None:
    assert refusal_of({"t/body.txt": "{{ t.titel }}"}) == (
        "t/body.txt: line 1: titel is not there (ask by 'is defined' first)"
    )


def test_a_language_may_have_a_part_of_its_own() -> None:
    templates = {"t/body.txt": "shared by all", "t/de/body.txt": "nur auf Deutsch"}
    words: dict[str, dict[str, Any]] = {"t/en": {}, "t/de": {}}
    assert [mail_of(templates, locale=one, words=words).text for one in ("en", "de", "fr")] == [
        "shared by all", "nur auf Deutsch", "shared by all",
    ]  # fmt: skip


def test_what_languages_share_serves_only_those_with_words() -> None:
    words: dict[str, dict[str, Any]] = {"t/de": {}}
    assert mail_of({"t/body.txt": "Text", "t/fr/sms.txt": "SMS"}, locale="de", words=words).text == "Text"
    with pytest.raises(RenderError, match=r"^t: neither"):
        mail_of({"t/fr/sms.txt": "SMS"}, locale="fr", words=words)


def test_an_order_is_linked_to_only_where_somebody_said_how() -> None:
    settings = configuration({"t/body.txt": "[{{ links.order }}]"})
    linked = replace(settings, version="cfg_l", order_link="https://tk.example.com/o/{shortId}?id={id}")
    order = {"id": "a/b?c=1", "shortId": "AB 1"}

    def told(one: Configuration, values: Mapping[str, Any]) -> str:
        return JinjaRenderer().email(one, "t", "en", values).text

    assert told(settings, {"order": order}) == "[]"
    assert told(linked, {"order": order}) == "[https://tk.example.com/o/AB%201?id=a%2Fb%3Fc%3D1]"
    for lacking in ({}, {"order": {"id": "a"}}, {"order": {"id": 7, "shortId": "x"}}, {"order": "a"}):
        assert told(linked, lacking) == "[]"


def test_a_version_stored_before_there_were_shared_parts_renders_as_it_did() -> None:
    old = versioned(with_templates({
        "t/en/subject.txt": "S {{ v }}",
        "t/en/body.txt": "{% set o = order if order is defined else {} %}T {{ o.x | default(1) }}",
        "t/en/body.html": "<p>{{ v }}</p>", "shared/en/sms.txt": "a template that happens to be called shared",
    }))  # fmt: skip
    document = to_document(old)
    del document["words"], document["order_link"]
    loaded = replace(from_document(document), version=old.version)
    assert loaded == old
    mail = JinjaRenderer().email(loaded, "t", "en", {"v": "<v>"})
    assert (mail.subject, mail.text, mail.html) == ("S <v>", "T 1", "<p>&lt;v&gt;</p>")
    assert JinjaRenderer().sms(loaded, "shared", "en", {}).text.startswith("a template")


def test_words_and_the_link_are_part_of_a_version() -> None:
    plain = configuration({}, {"t/en": {"title": "One"}})
    versions = {
        versioned(plain).version, versioned(replace(plain, words={"t/en": {"title": "Two"}})).version,
        versioned(replace(plain, order_link="https://x.example.com/{id}")).version,
    }  # fmt: skip
    assert len(versions) == 3
    named = versioned(plain)
    assert from_bytes(named.version, to_bytes(named)) == named
