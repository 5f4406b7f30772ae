"""Which templates a version of ``config/`` has: what serves as a part in a language, and which words that has."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from herald.domain.configuration import Configuration
from herald.domain.languages import fallback_chain, normal
from herald.ports import RenderError

SUBJECT, TEXT, HTML, SMS, WHATSAPP = "subject.txt", "body.txt", "body.html", "sms.txt", "whatsapp.txt"
FAX: Final = "fax.txt"
BODY: Final = "body.jinja"
"""A mail's text and HTML in one."""
SHARED: Final = "shared"
Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A template in the language it will be rendered in. ``folder`` is how the configuration spells that language."""

    template: str
    folder: str
    locale: str


class TemplateBundle:
    """The templates of one configuration version.

    A part is ``<template>/<locale>/<part>``; where a language has ``words`` instead, it is the ``<template>/<part>``
    that all such languages share, or ``<template>/body.jinja`` for both bodies of a mail.
    """

    def __init__(self, configuration: Configuration) -> None:
        self.sources = configuration.templates
        self._words = configuration.words
        self._default_locale = configuration.default_locale
        self._folders: dict[tuple[str, str], str] = {}
        for key in (*configuration.templates, *configuration.words):
            owner, _, rest = key.partition("/")
            if "/" in rest or key in configuration.words:
                folder = rest.partition("/")[0]
                self._folders.setdefault((owner, normal(folder)), folder)

    def names(self) -> tuple[str, ...]:
        """Return the names of all templates, sorted."""
        return tuple(sorted({key.partition("/")[0] for key in (*self.sources, *self._words)} - {SHARED}))

    def languages(self, template: str) -> tuple[str, ...]:
        """Return the languages a template has, as the configuration spells them, sorted."""
        return tuple(sorted(folder for (owner, _), folder in self._folders.items() if owner == template))

    def key(self, template: str, folder: str, part: str) -> str | None:
        """Return the key of what serves as a part in a language; ``None`` if nothing does."""
        own = f"{template}/{folder}/{part}"
        if own in self.sources:
            return own
        if f"{template}/{folder}" not in self._words:
            return None
        names = (part, BODY) if part in (TEXT, HTML) else (part,)
        return next((key for key in (f"{template}/{name}" for name in names) if key in self.sources), None)

    def holds(self, template: str, folder: str, parts: Iterable[str]) -> bool:
        """Tell whether a template has all these parts in a language."""
        return all(self.key(template, folder, part) is not None for part in parts)

    def words(self, template: str, folder: str) -> Mapping[str, Any]:
        """Return the words of a language: shared ones, the template's over them, and a region's over its language's."""
        tags = normal(folder).split("-")
        found: Mapping[str, Any] = {}
        for owner in (SHARED, template):
            for length in range(1, len(tags) + 1):
                spelt = self._folders.get((owner, "-".join(tags[:length])), "")
                found = _laid_over(found, self._words.get(f"{owner}/{spelt}", {}))
        return found

    def choose(
        self, template: str, locale: str, parts: Parts, *, instead: Parts = (), spoken: Collection[str] | None = None
    ) -> Chosen:
        """Take the first language of the fallback chain that has all parts: a mail is in one language, or another.

        One with the parts that serve ``instead`` will do as well; where there are ``spoken`` languages, no other will.
        Raises ``RenderError``.
        """
        kinds = (parts, instead) if instead else (parts,)
        for candidate in fallback_chain(locale, self._default_locale):
            folder = self._folders.get((template, candidate))
            if folder is None or (spoken is not None and folder not in spoken):
                continue
            if any(self.holds(template, folder, kind) for kind in kinds):
                same_language = normal(locale).split("-")[0] == candidate.split("-")[0]
                return Chosen(template, folder, locale if same_language else folder)
        wanted = " or ".join(" and ".join(kind) for kind in kinds)
        wanted += " and is registered" if spoken is not None else ""
        raise RenderError(f"{template}: neither the recipient's nor the default language has {wanted}")


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return both, of a key that both have the upper's; what is a mapping in both is laid over in turn."""
    both = {**below, **above}
    for key in below.keys() & above.keys():
        if isinstance(below[key], Mapping) and isinstance(above[key], Mapping):
            both[key] = _laid_over(below[key], above[key])
    return both
