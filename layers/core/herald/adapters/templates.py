"""Messages of templates: which template in which language, its limits, and what a mail's subject may hold."""

import unicodedata
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any, Final
from urllib.parse import quote

from jinja2 import TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError

from herald.adapters.message_sandbox import MessageSandbox
from herald.adapters.template_bundle import FAX, HTML, SMS, SUBJECT, TEXT, WHATSAPP, Chosen, TemplateBundle
from herald.adapters.template_formats import FORMATS, FormatError
from herald.adapters.template_texts import TESTS, TEXTS
from herald.domain.configuration import Configuration
from herald.domain.fax_text import MOST_PAGES, fax_text, pages_of
from herald.domain.message import EmailContent, FaxContent, RegisteredTemplate, SmsContent, WhatsAppContent
from herald.domain.sms_length import MAX_SEGMENTS, plain_typography, sms_length
from herald.ports import RenderError

EMAIL_PARTS: Final = (SUBJECT, TEXT, HTML)
SMS_PARTS: Final = (SMS,)
WHATSAPP_PARTS: Final = (WHATSAPP,)
FAX_PARTS: Final = (FAX,)
TWIN_PARTS: Final = (SUBJECT, TEXT)
"""What a mail says in plain text."""
MAX_CHARACTERS: Final[Mapping[str, int]] = {
    SUBJECT: 2_000, TEXT: 100_000, HTML: 300_000, SMS: 5_000, WHATSAPP: 5_000, FAX: 100_000,
}  # fmt: skip
MAX_SUBJECT: Final = 200
MAX_WHATSAPP: Final = 4_096
"""WhatsApp's own limit; OpenText publishes none (docs/vendor/opentext.md 9.14)."""
KEPT_VERSIONS: Final = 4

_BIDI: Final = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class PartError(RenderError):
    """What is wrong in a template's file: its ``key``, the ``line`` there (0 for all of it), and why, without values.

    ``why`` names the line of a shared part, where that is what failed.
    """

    def __init__(self, key: str, line: int, why: str) -> None:
        super().__init__(f"{key}: line {line}: {why}" if line else f"{key}: {why}")
        self.key = key
        self.line = line
        self.why = why


class JinjaRenderer:
    """Renders the templates of a configuration; compiled ones are kept for the last few versions.

    Beside its values a template sees ``locale`` (BCP 47), ``t`` (the words of its language) and ``links``.
    """

    def __init__(self) -> None:
        self._versions: OrderedDict[str, _Compiled] = OrderedDict()
        self._lock = Lock()

    def email(
        self, configuration: Configuration, template: str, locale: str, values: Mapping[str, Any]
    ) -> EmailContent:
        """Render subject, text and HTML, all in one language. Raises ``RenderError``.

        A line break in the subject becomes a blank and other control characters go, so nothing can begin a header of
        its own; they are not refused, since a customer's odd name must not keep an approver from being asked.
        """
        compiled = self._compiled(configuration)
        chosen = compiled.bundle.choose(template, locale, EMAIL_PARTS)
        subject = _subject(compiled, chosen, values)
        return EmailContent(subject, compiled.render(chosen, TEXT, values), compiled.render(chosen, HTML, values))

    def subject(self, configuration: Configuration, template: str, locale: str, values: Mapping[str, Any]) -> str:
        """Render the subject of an e-mail alone, in the language the e-mail would have. Raises ``RenderError``."""
        compiled = self._compiled(configuration)
        return _subject(compiled, compiled.bundle.choose(template, locale, EMAIL_PARTS), values)

    def sms(self, configuration: Configuration, template: str, locale: str, values: Mapping[str, Any]) -> SmsContent:
        """Render an SMS. Raises ``RenderError``, also for one that is empty or longer than ten segments."""
        compiled = self._compiled(configuration)
        chosen = compiled.bundle.choose(template, locale, SMS_PARTS)
        text = plain_typography(compiled.render(chosen, SMS, values))
        segments = sms_length(text).segments
        if not 0 < segments <= MAX_SEGMENTS:
            why = f"it has {segments} segments; 1 to {MAX_SEGMENTS} are sent"
            raise PartError(compiled.key(chosen, SMS), 0, why)
        return SmsContent(text, segments)

    def whatsapp(
        self, configuration: Configuration, template: str, locale: str, values: Mapping[str, Any]
    ) -> WhatsAppContent:
        """Render a WhatsApp message, of ``sms.txt`` in a language without ``whatsapp.txt``. Raises ``RenderError``.

        Where the template is registered with the account, it is in a language in which it is, and in one line, since
        WhatsApp takes no line break in what fills a template (docs/vendor/opentext.md 9.14).
        """
        compiled = self._compiled(configuration)
        registered = configuration.whatsapp.templates.get(template)
        chosen = compiled.bundle.choose(
            template, locale, WHATSAPP_PARTS, instead=SMS_PARTS, spoken=registered.languages if registered else None
        )
        part = WHATSAPP if compiled.bundle.holds(template, chosen.folder, WHATSAPP_PARTS) else SMS
        text = compiled.render(chosen, part, values)
        text = " ".join(text.split()) if registered else text
        if not 0 < len(text) <= MAX_WHATSAPP:
            why = f"it has {len(text)} characters; 1 to {MAX_WHATSAPP} are sent"
            raise PartError(compiled.key(chosen, part), 0, why)
        filled = RegisteredTemplate(registered.template_id, registered.languages[chosen.folder]) if registered else None
        return WhatsAppContent(text, filled, configuration.whatsapp.send_references)

    def fax(self, configuration: Configuration, template: str, locale: str, values: Mapping[str, Any]) -> FaxContent:
        """Render a fax: ``fax.txt``, or a mail's subject and plain text in a language without.

        Raises ``RenderError``, also for one that is empty or longer than ten pages.
        """
        compiled, sending = self._compiled(configuration), configuration.fax
        chosen = compiled.bundle.choose(template, locale, FAX_PARTS, instead=TWIN_PARTS)
        if compiled.bundle.holds(template, chosen.folder, FAX_PARTS):
            part, said = FAX, compiled.render(chosen, FAX, values)
        else:
            part, said = TEXT, f"{_subject(compiled, chosen, values)}\n\n{compiled.render(chosen, TEXT, values)}"
        text = fax_text(said, sending.encoding)
        pages = pages_of(text)
        if not 0 < pages <= MOST_PAGES:
            raise PartError(compiled.key(chosen, part), 0, f"it has {pages} pages; 1 to {MOST_PAGES} are sent")
        return FaxContent(text, pages, sending.encoding, sending.send_references)

    def _compiled(self, configuration: Configuration) -> "_Compiled":
        with self._lock:
            found = self._versions.pop(configuration.version, None) or _Compiled(configuration)
            self._versions[configuration.version] = found
            if len(self._versions) > KEPT_VERSIONS:
                self._versions.popitem(last=False)
            return found


class _Compiled:
    """The templates of one configuration version, each compiled when it is first used."""

    def __init__(self, configuration: Configuration) -> None:
        self.bundle = TemplateBundle(configuration)
        self._order_link = configuration.order_link
        self._sandboxes = {
            html: MessageSandbox(self.bundle.sources, html=html, filters={**FORMATS, **TEXTS}, tests=TESTS)
            for html in (True, False)
        }
        self._words: dict[tuple[str, str], Mapping[str, Any]] = {}

    def key(self, chosen: Chosen, part: str) -> str:
        return self.bundle.key(chosen.template, chosen.folder, part) or f"{chosen.template}/{chosen.folder}/{part}"

    def words(self, chosen: Chosen) -> Mapping[str, Any]:
        of = (chosen.template, chosen.folder)
        return self._words.get(of) or self._words.setdefault(of, self.bundle.words(*of))

    def render(self, chosen: Chosen, part: str, values: Mapping[str, Any]) -> str:
        """Return a part's text. Raises ``PartError``."""
        key, sandbox = self.key(chosen, part), self._sandboxes[part == HTML]
        seen = {
            **values, "locale": chosen.locale, "t": self.words(chosen),
            "links": {"order": order_address(self._order_link, values.get("order"))},
        }  # fmt: skip
        try:
            text = sandbox.rendered(sandbox.get_template(key), seen, MAX_CHARACTERS[part])
        except TemplateSyntaxError as error:
            raise PartError(error.name or key, error.lineno, error.message or "") from None
        except RecursionError:
            raise PartError(key, 0, "it is nested too deeply") from None
        except Exception as error:  # noqa: BLE001 - an expression of a template can raise anything; none may kill the batch
            # The chained exception could hold a value of the message, so the chain is cut.
            raise self._failed(error, key) from None
        return _printable(text).strip()

    def _failed(self, error: Exception, key: str) -> PartError:
        """Return why a rendering failed, in words that hold no value of the message."""
        places = _places(error, self.bundle.sources)
        where, line = places[-1] if places else (key, 0)
        why = _reason(error, self.bundle.sources[where])
        if where == key:
            return PartError(key, line, why)
        used = next((number for file, number in reversed(places) if file == key), 0)
        return PartError(key, used, f"in {where}, line {line}: {why}")


def order_address(pattern: str, order: Any) -> str:
    """Return where an order is found in Threekit's pages; nothing without a pattern, or without what stands in it."""
    found = {name: order.get(name) for name in ("id", "shortId")} if isinstance(order, Mapping) else {}
    for name, value in found.items():
        if isinstance(value, str) and value:
            pattern = pattern.replace(f"{{{name}}}", quote(value, safe=""))
    return "" if "{" in pattern else pattern


def _subject(compiled: "_Compiled", chosen: Chosen, values: Mapping[str, Any]) -> str:
    subject = one_line(compiled.render(chosen, SUBJECT, values))
    if not subject:
        raise PartError(compiled.key(chosen, SUBJECT), 0, "the subject is empty")
    return subject


def one_line(text: str) -> str:
    """Return the text as a mail's subject: one line, single blanks, no control character, at most 200 characters."""
    line = " ".join(_printable(" ".join(text.split())).split())
    return line if len(line) <= MAX_SUBJECT else line[: MAX_SUBJECT - 1].rstrip() + "\u2026"


def _printable(text: str) -> str:
    """Every line break as line feed; no other control character but tab, no lone surrogate, no turn of direction."""
    return "".join(
        character
        for character in "\n".join(text.splitlines())
        if character in "\n\t" or (unicodedata.category(character) not in ("Cc", "Cs") and character not in _BIDI)
    )


def _reason(error: Exception, source: str) -> str:
    if isinstance(error, UndefinedError):
        named = _undefined_name(error, source)
        return f"{named or 'a value'} is not there (ask by 'is defined' first)"
    return str(error) if isinstance(error, SecurityError | FormatError) else type(error).__name__


def _undefined_name(error: UndefinedError, source: str) -> str | None:
    """Return the name that Jinja2 quotes, if the template itself spells it: a computed key may be a value."""
    quoted = str(error).split("'")
    name = quoted[-2] if len(quoted) > 2 else ""
    return name if name and name in source else None


def _places(error: Exception, sources: Mapping[str, str]) -> list[tuple[str, int]]:
    """Return the lines of templates that raised, the innermost last; Jinja2 puts them into the traceback."""
    places = []
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in sources:
            places.append((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    return places
