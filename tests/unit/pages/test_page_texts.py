"""The words of the pages: the same keys in each language, all of them used, and the right one chosen."""

import re
import subprocess
import sys
from pathlib import Path
from string import Formatter

import pytest

from herald.adapters.approval_pages import texts
from herald.adapters.approval_pages.pages import ApprovalPages
from herald.adapters.approval_pages.texts import LANGUAGES, catalogue, page_language
from herald.ports import RenderError

TEMPLATES = "\n".join(
    path.read_text(encoding="utf-8") for path in (Path(texts.__file__).parent / "templates").glob("*.html")
)
SPELT = set(re.findall(r'"([a-z_]+(?:\.[a-zA-Z_]+)*)"', TEMPLATES))
"""All keys that stand in the templates as they are."""
BEGUN = set(re.findall(r'"([a-z_.]+\.)" ~', TEMPLATES)) | {"field.", "decided."}
"""The beginnings of those that are put together there."""


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_languages_have_the_same_keys_with_the_same_places_for_values(language: str) -> None:
    english = catalogue("en")
    own = catalogue(language)
    assert list(own) == list(english)
    for key, text in own.items():
        if not key.endswith(".one"):
            assert places(text) == places(english[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_texts_and_no_html(language: str) -> None:
    for key, text in catalogue(language).items():
        assert text.strip() == text != "", key
        assert not set("<>&") & set(text), key


def test_french_keeps_its_marks_with_their_words() -> None:
    assert not [key for key, text in catalogue("fr").items() if re.search(r" [:;?!]|\w[:;?!](\s|$)", text)]


def test_every_text_that_a_template_names_is_there() -> None:
    named = set(re.findall(r'"([a-zA-Z_.]+)" \| say(?!_count)', TEMPLATES))
    assert len(named) > 80
    assert named - set(catalogue("en")) == set()


def test_no_text_is_left_over() -> None:
    unused = [
        key
        for key in catalogue("en")
        if key not in SPELT
        and key.removesuffix(".one").removesuffix(".other") not in SPELT
        and not any(key.startswith(begun) for begun in BEGUN)
        and key not in ("value.yes", "value.no")
    ]
    assert unused == []


@pytest.mark.parametrize(
    ("locale", "language"),
    [("de-CH", "de"), ("de", "de"), ("FR_ca", "fr"), ("en-GB", "en"), ("it-IT", "en"), ("", "en"), ("<script>", "en")],
)
def test_the_nearest_language_is_taken_else_english(locale: str, language: str) -> None:
    assert page_language(locale) == language
    assert f'<html lang="{language}" dir="ltr">' in ApprovalPages().render("problem", locale, {})


@pytest.mark.parametrize(
    ("locale", "amount"),
    [
        ("de-CH", "EUR 1\u2019234.50"),
        ("de", "1.234,50 €"),
        ("de-XX", "1.234,50 €"),
        ("it-IT", "€1,234.50"),
        ("x-", "€1,234.50"),
    ],
)
def test_numbers_follow_the_region_if_the_page_is_in_the_readers_language(locale: str, amount: str) -> None:
    html = ApprovalPages().render("ask", locale, {"order": {"total": "1234.5", "currency": "EUR"}})
    assert amount in html.replace("\u00a0", " ")


def test_a_page_that_does_not_exist_is_an_error_that_names_it() -> None:
    with pytest.raises(RenderError, match=r"^nowhere: there is no such page$"):
        ApprovalPages().render("nowhere", "en", {})


def test_an_error_holds_no_value_of_the_page() -> None:
    with pytest.raises(RenderError, match=r"^page ask: \w+$") as refusal:
        ApprovalPages().render("ask", "en", {"order": {"lines": 7, "name": "Erika Mustermann"}})
    assert refusal.value.__suppress_context__


def test_a_page_without_numbers_and_times_does_not_load_babel() -> None:
    program = (
        "import sys\nfrom herald.adapters.approval_pages.pages import ApprovalPages\n"
        "ApprovalPages().render('problem', 'de', {'problem': 'expired'})\nsys.exit('babel' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0  # noqa: S603
