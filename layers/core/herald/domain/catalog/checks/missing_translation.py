"""A text that people see has no translation."""

from collections.abc import Iterator

from herald.domain.canonical import short_id
from herald.domain.catalog.check import Check, Requirement, Settings
from herald.domain.catalog.finding import Finding
from herald.domain.catalog.item import CatalogItem
from herald.domain.catalog.reading import quoted
from herald.domain.catalog.surroundings import Surroundings
from herald.domain.notification import Severity


def _run(item: CatalogItem, surroundings: Surroundings, settings: Settings) -> Iterator[Finding]:
    """Look up each text in each language (docs/vendor/threekit.md 7); the keys are the texts themselves."""
    texts, translated = item.texts, surroundings.translated
    only = settings["locales"]
    for locale in surroundings.locales:
        if only and locale not in only:
            continue
        for text in texts:
            if not translated(locale, text) and _needs_translation(text, settings):
                yield _finding(item, locale, text)


def _needs_translation(text: str, settings: Settings) -> bool:
    return not settings["skip_numbers"] or any(character.isalpha() for character in text)


def _finding(item: CatalogItem, locale: str, text: str) -> Finding:
    """Return a finding that an item's own name has to itself and that all items share which show another text."""
    text_id = short_id("txt", text)
    cause = f"item/{item.id}/{locale}" if text == item.name else f"text/{locale}/{text_id}"
    return Finding(
        check=CHECK.name, cause=cause, detail=text_id, scope=locale,
        message=f"{quoted(text)} has no translation for {locale}.", evidence={"text": text, "locale": locale},
    )  # fmt: skip


CHECK = Check(
    name="missing_translation",
    about="Every text of the item is translated into every language of the organisation.",
    severity=Severity.MEDIUM,
    requirement=Requirement.TRANSLATION,
    run=_run,
    settings={"locales": [], "skip_numbers": True},
)
