"""A fax is its own words or the mail's plain ones, on pages a typewriter could have written."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.messages.configurations import one_mail, with_templates

from herald.adapters.templates import JinjaRenderer
from herald.domain.configuration import FaxSending
from herald.domain.fax_text import COLUMNS, LINES_A_PAGE, MOST_PAGES, fax_text, pages_of
from herald.domain.message import FaxContent, FaxEncoding
from herald.ports import RenderError

ASCII, LATIN, UTF_8 = FaxEncoding.US_ASCII, FaxEncoding.ISO_8859_1, FaxEncoding.UTF_8


def fax(
    templates: Mapping[str, str], values: Mapping[str, Any] | None = None, *, locale: str = "en",
    sending: FaxSending | None = None,
) -> FaxContent:  # fmt: skip
    configuration = replace(with_templates(templates), fax=sending or FaxSending())
    return JinjaRenderer().fax(configuration, "t", locale, values or {"order": 7})


def test_it_is_subject_and_plain_text_of_the_mail_or_words_of_its_own() -> None:
    mail = one_mail("Order {{ order }}", "Please decide.", "<p>Please decide.</p>")
    assert fax(mail).text == "Order 7\n\nPlease decide."
    assert fax({**mail, "t/en/fax.txt": "Fax {{ order }}"}).text == "Fax 7"


def test_one_body_for_text_and_html_serves_too() -> None:
    configuration = with_templates({"t/subject.txt": "S", "t/body.jinja": "{{ t.said }} & more"})
    configuration = replace(configuration, words={"t/en": {"said": "Said"}})
    assert JinjaRenderer().fax(configuration, "t", "en", {}).text == "S\n\nSaid & more"


def test_the_language_of_the_recipient_matters_more_than_words_of_its_own() -> None:
    german = one_mail("Betreff", "Deutsch", "Deutsch", "de")
    assert fax({"t/en/fax.txt": "English", **german}, locale="de-AT").text == "Betreff\n\nDeutsch"


@pytest.mark.parametrize("templates", [{"t/en/sms.txt": "short"}, {"t/en/body.txt": "no subject"}])
def test_without_words_for_it_it_is_an_error(templates: Mapping[str, str]) -> None:
    with pytest.raises(RenderError, match=r"^t: neither .* has fax\.txt or subject\.txt and body\.txt$"):
        fax(templates)


@pytest.mark.parametrize(
    ("templates", "key"),
    [(one_mail("S", "{{ lines }}"), "body"), ({"t/en/fax.txt": "S\n\n{{ lines }}"}, "fax")],
)
def test_it_has_ten_pages_at_most(templates: Mapping[str, str], key: str) -> None:
    most = MOST_PAGES * LINES_A_PAGE - 2
    assert fax(templates, {"lines": "\n".join(["x"] * most)}).pages == MOST_PAGES
    with pytest.raises(RenderError, match=rf"^t/en/{key}\.txt: it has 11 pages; 1 to 10 are sent$"):
        fax(templates, {"lines": "\n".join(["x"] * (most + 1))})


def test_a_fax_of_nothing_is_none() -> None:
    with pytest.raises(RenderError, match=r"^t/en/fax\.txt: it has 0 pages; 1 to 10 are sent$"):
        fax({"t/en/fax.txt": " \n"})


@pytest.mark.parametrize("encoding", FaxEncoding)
def test_encoding_and_references_are_settings(encoding: FaxEncoding) -> None:
    content = fax({"t/en/fax.txt": "5 €"}, sending=FaxSending(encoding, send_references=True))
    assert content == FaxContent("5 €" if encoding is UTF_8 else "5 EUR", 1, encoding, referenced=True)
    assert content.text.encode(encoding)


@pytest.mark.parametrize(
    ("text", "latin", "ascii_only"),
    [
        ("Größe", "Größe", "Grosse"),
        (
            "„so“ \N{EN DASH} \N{LEFT SINGLE QUOTATION MARK}or\N{RIGHT SINGLE QUOTATION MARK} …",
            "\"so\" - 'or' ...",
            "\"so\" - 'or' ...",
        ),
        ("œuvre à 5 €", "oeuvre à 5 EUR", "oeuvre a 5 EUR"),
        ("Łódź, Žižkov", "Lódz, Zizkov", "Lodz, Zizkov"),
        ("e\N{COMBINING ACUTE ACCENT}", "é", "e"),
        ("½ m² 5 µm", "½ m² 5 µm", "1/2 m2 5 um"),
        ("✅ ⚠\N{VARIATION SELECTOR-16} 東", "? ? ?", "? ? ?"),
        ("«ici»", "«ici»", '"ici"'),
    ],
)
def test_what_an_encoding_lacks_is_written_by_what_it_has(text: str, latin: str, ascii_only: str) -> None:
    assert (fax_text(text, LATIN), fax_text(text, ASCII)) == (latin, ascii_only)


def test_utf_8_lacks_nothing() -> None:
    assert fax_text("„✅“ 東 €", UTF_8) == "„✅“ 東 €"


def test_lines_break_between_words_and_keep_their_form() -> None:
    address = "https://threekit.example.com/" + "x" * 44 + "-and"
    text = f"Order:\n\n  - {'word ' * 14}{address} end"
    assert fax_text(text, LATIN).split("\n") == [
        "Order:", "", f"  - {'word ' * 14}".rstrip(), address, "end",
    ]  # fmt: skip


def test_a_word_longer_than_a_line_begins_one_and_is_broken() -> None:
    lines = fax_text(f"see {'x' * 100} end", LATIN).split("\n")
    assert lines == ["see", "x" * COLUMNS, "x" * 20, "end"]


def test_pages_are_counted_by_lines() -> None:
    counted = {0: 0, 1: 1, 60: 1, 61: 2, 600: 10, 601: 11}
    assert {lines: pages_of("\n".join(["x"] * lines)) for lines in counted} == counted


@given(st.text(max_size=600), st.sampled_from(FaxEncoding))
def test_whatever_is_said_fits_paper_and_encoding(text: str, encoding: FaxEncoding) -> None:
    text = text.encode("utf-8", "replace").decode()
    written = fax_text(text, encoding)
    assert written.encode(encoding) or not written
    assert all(len(line) <= COLUMNS for line in written.split("\n"))
    assert fax_text(written, encoding) == written


@given(st.lists(st.text("abcdefgh-/.", min_size=1, max_size=COLUMNS), max_size=60))
def test_no_word_that_fits_is_broken_or_lost(words: list[str]) -> None:
    assert fax_text(" ".join(words), ASCII).split() == words
