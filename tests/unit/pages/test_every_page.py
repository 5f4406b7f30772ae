"""All pages, in all languages and states: whole, usable without eyes or mouse, and with nothing from outside."""

import hashlib
import re
from base64 import b64encode
from typing import Any

import pytest
from tests.unit.pages.documents import faults, read
from tests.unit.pages.page_samples import CASES, HOSTILE, an_ask_page, around, rendered, what_is_asked

from herald.adapters.approval_pages.pages import PAGES, ApprovalPages
from herald.adapters.approval_pages.security_headers import SECURITY_HEADERS, STYLE, STYLE_HASH
from herald.adapters.approval_pages.texts import LANGUAGES

NOTHING: list[tuple[str, dict[str, Any]]] = [
    *((page, {}) for page in PAGES),
    ("ask", {"order": {}, "ask": {}, "approval": {}, "recipient": {}, "given": {}, "error": {}}),
    ("ask", {"order": {"lines": [{}]}, "ask": {"step": {}, "reasons": [{}], "shown": [{}], "decisions": [{}],
             "differences": [{}], "last_approved": {}}, "questions": [{}], "delegates": [{}]}),
    ("ask", {"order": None, "ask": None, "picture": None, "delegates": None}),
    ("ask", {"order": {"total": None, "lines": None, "name": None}, "ask": {"step": None, "deadline": None}}),
    ("recorded", {"mine": {}, "dissent": True}),
    ("recorded", {"dissent": {}}),
    ("closed", {"closed": "delegated"}),
    ("changed", {"ask": {"differences": [{}]}}),
    ("noted", {"noted": "delegate"}),
    ("waiting", {"ask": {"waiting": [{}]}}),
    ("requester", {"steps": [{}], "questions": [{}], "error": {"field": "text-1"}}),
    ("problem", {"problem": "never heard of"}),
]  # fmt: skip


def planted(value: Any) -> Any:
    """The value with all its texts replaced by what a hostile customer would write."""
    if isinstance(value, dict):
        return {name: planted(one) for name, one in value.items()}
    if isinstance(value, list):
        return [planted(one) for one in value]
    return HOSTILE if isinstance(value, str) else value


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_everybody_can_use_it(case: str, language: str) -> None:
    document = read(rendered(case, language))
    assert document.one("html").attributes == {"lang": language, "dir": "ltr"}
    assert faults(document) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("page", "values"), NOTHING)
def test_what_is_absent_is_left_out(page: str, values: dict[str, Any], language: str) -> None:
    document = read(ApprovalPages().render(page, language, values))
    assert document.one("h1").text.strip()
    assert "None" not in document.one("main").text


@pytest.mark.parametrize("case", CASES)
def test_nothing_runs_and_nothing_comes_from_outside(case: str) -> None:
    html = rendered(case)
    document = read(html)
    for tag in ("script", "link", "iframe", "object", "embed", "base", "svg"):
        assert document.all(tag) == []
    for element in document.one("html").everything():
        assert not [name for name in element.attributes if name.startswith("on") or name == "style"]
        source = element.attributes.get("src", "") + element.attributes.get("action", "")
        assert "//" not in source
    linked = {one.attributes["href"] for one in document.all("a")}
    assert set(re.findall(r"https?://[^\s\"'<]*", html)) <= linked
    assert "http" not in STYLE
    assert "url(" not in STYLE
    assert "@import" not in STYLE


@pytest.mark.parametrize("case", CASES)
def test_hostile_values_are_words(case: str) -> None:
    page, values = CASES[case]
    kept: dict[str, Any] = {
        name: values[name] for name in ("error", "state", "problem", "closed", "noted") if name in values
    }
    document = read(ApprovalPages().render(page, "en", {**planted(values), **kept}))
    assert [tag for tag in ("script", "meta") for one in document.one("body").all(tag)] == []
    assert not [one for one in document.all("img") if one.attributes["src"] == "x"]
    assert not [one for one in document.one("body").all("a") if not one.attributes["href"].startswith("#")]
    assert "49" not in document.text
    assert "\u202e" not in document.text


def test_a_hostile_value_is_shown_as_it_is_but_for_what_turns_the_text() -> None:
    order = {"name": HOSTILE, "lines": [{"name": HOSTILE, "attributes": {HOSTILE: HOSTILE}}]}
    html = ApprovalPages().render("ask", "en", {"order": order, "once": HOSTILE})
    document = read(html)
    shown = HOSTILE.replace("\u202e", "")
    assert document.one("table").one("caption").text == shown
    assert (document.one("th").text, document.one("td").text) == (shown, shown)
    assert {one.attributes["value"] for one in document.all("input") if one.attributes["name"] == "once"} == {shown}


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", " javascript:alert(1)", "//evil.example", "/\\evil.example", "data:text/html,x", "JaVa:x"],
)
def test_only_addresses_of_the_web_are_linked(link: str) -> None:
    ask = what_is_asked(waiting_link=link, link=link, waiting=[{"title": "T", "link": link}])
    given = around(ask, receipt=link, picture=link, action=link, noted="question")
    for page in PAGES:
        document = read(ApprovalPages().render(page, "en", given))
        targets = [one.attributes["href"] for one in document.all("a")]
        assert {target for target in targets if not target.startswith("#")} == set()
        assert document.all("img") == []
        assert not [one for one in document.all("form") if "action" in one.attributes]


def test_the_policy_names_the_one_style_there_is() -> None:
    style = read(rendered("ask")).one("style").text
    given = "sha256-" + b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert given == STYLE_HASH
    assert SECURITY_HEADERS["content-security-policy"] == (
        f"default-src 'none'; style-src '{given}'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def test_an_answer_is_kept_nowhere_and_tells_nobody_its_address() -> None:
    assert SECURITY_HEADERS["cache-control"] == "no-store"
    assert SECURITY_HEADERS["referrer-policy"] == "no-referrer"
    assert SECURITY_HEADERS["x-robots-tag"] == "noindex, nofollow"
    assert SECURITY_HEADERS["x-content-type-options"] == "nosniff"
    assert SECURITY_HEADERS["cross-origin-opener-policy"] == "same-origin"
    assert SECURITY_HEADERS["content-type"] == "text/html; charset=utf-8"
    assert SECURITY_HEADERS["strict-transport-security"].startswith("max-age=")
    assert all(name == name.lower() and "\n" not in value for name, value in SECURITY_HEADERS.items())


def test_a_page_witheverything_at_once_stays_small() -> None:
    assert len(ApprovalPages().render("ask", "de", an_ask_page()).encode()) < 40_000
