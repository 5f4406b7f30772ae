"""Pages of the approvals: which page, in which language, from which values."""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import ChainableUndefined, FileSystemLoader
from jinja2.environment import create_cache
from markupsafe import Markup

from herald.adapters.approval_pages.page_formats import FILTERS
from herald.adapters.approval_pages.security_headers import STYLE
from herald.adapters.approval_pages.texts import page_language
from herald.adapters.template_sandbox import TemplateSandbox
from herald.ports import RenderError

PAGES: Final = ("ask", "recorded", "closed", "changed", "noted", "waiting", "requester", "problem")
LONGEST_TEXT: Final = 2_000
"""How many characters the pages let people write into a field."""

MAX_CHARACTERS: Final = 2_000_000
SHOWN_LINES: Final = 300
"""The lines of an order that are written out, and the requests that a list of them holds."""

_BIDI: Final = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_UNPRINTABLE: Final = dict.fromkeys(
    [code for code in range(0xA0) if unicodedata.category(chr(code)) == "Cc" and chr(code) not in "\n\t"]
    + [*range(0xD800, 0xE000), *map(ord, _BIDI)]
)
"""Controls, lone surrogates, and what turns the direction: a customer's text must not look like another."""


class ApprovalPages:
    """Renders the pages. All values are optional; what is absent or None is left out of the page."""

    def render(self, page: str, locale: str, values: Mapping[str, Any]) -> str:
        """Return one of ``PAGES`` as an HTML document for a reader of a BCP 47 locale. Raises ``RenderError``.

        ``values`` are those of the messages (``order``, ``approval``, ``ask``, ``recipient``) and of the page.
        """
        if page not in PAGES:
            raise RenderError(f"{page}: there is no such page")
        try:
            sandbox = _sandbox()
            text = sandbox.rendered(sandbox.get_template(f"{page}.html"), _context(locale, values), MAX_CHARACTERS)
        except Exception as error:  # noqa: BLE001 - a value of any kind; the function answers with another page
            # The chained exception could hold a value of the page, so the chain is cut.
            raise RenderError(f"page {page}: {type(error).__name__}") from None
        return text.translate(_UNPRINTABLE)


class _PageSandbox(TemplateSandbox):
    """The sandbox of messages over our own files, in which what is absent is empty, however deep it is asked for."""

    def __init__(self) -> None:
        super().__init__(html=True, filters=FILTERS)
        self.undefined = ChainableUndefined
        self.loader = FileSystemLoader(Path(__file__).parent / "templates")
        self.cache = create_cache(-1)
        self.auto_reload = False

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return the key of a mapping; None is absent."""
        found = super().getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute) if found is None else found


@lru_cache(maxsize=1)
def _sandbox() -> _PageSandbox:
    return _PageSandbox()


def _context(locale: str, values: Mapping[str, Any]) -> dict[str, Any]:
    language = page_language(locale)
    given = {name: value for name, value in values.items() if value is not None}
    ask = given.get("ask")
    zone = ask.get("zone") if isinstance(ask, Mapping) else None
    return {
        "zone": zone or "UTC", **given, "style": Markup(STYLE), "language": language,  # noqa: S704 - our own file
        "locale": _format_locale(locale, language), "longest_text": LONGEST_TEXT, "shown_lines": SHOWN_LINES,
    }  # fmt: skip


def _format_locale(locale: str, language: str) -> str:
    """Return the locale for numbers and times: the reader's, region included, if the page is in its language."""
    tags = locale.strip().replace("_", "-").split("-")
    if page_language(locale) != tags[0].casefold():
        return language
    region = next((tag.upper() for tag in tags[1:] if len(tag) == 2 and tag.isascii() and tag.isalpha()), None)
    return f"{language}-{region}" if region else language
