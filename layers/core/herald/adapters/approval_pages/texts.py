"""The words of the pages, one catalogue per language in ``texts/``. All catalogues have the same keys."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "texts"
LANGUAGES: Final = ("en", "de", "fr")
FALLBACK: Final = "en"

_ZERO_IS_ONE: Final = frozenset({"fr"})


def page_language(locale: str) -> str:
    """Return the language of the pages for a BCP 47 locale: de-CH gives de, one without texts gives en."""
    language = locale.strip().replace("_", "-").split("-")[0].casefold()
    return language if language in LANGUAGES else FALLBACK


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return the texts of one of ``LANGUAGES`` by their key; ``{name}`` in a text stands for a value."""
    found: dict[str, str] = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return found


def plural_form(language: str, count: int) -> str:
    """Return the last part of the key that fits a count: ``one`` or ``other``."""
    return "one" if count == 1 or (count == 0 and language in _ZERO_IS_ONE) else "other"
