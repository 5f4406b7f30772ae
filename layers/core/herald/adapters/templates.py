"""Messages of templates: which template in which language, its limits, and what a mail's subject may hold."""

import unicodedata
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from jinja2 import Template, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError

from herald.adapters.template_formats import FORMATS, FormatError
from herald.adapters.template_sandbox import TemplateSandbox
from herald.domain.configuration import Configuration
from herald.domain.message import EmailContent, RegisteredTemplate, SmsContent, WhatsAppContent
from herald.domain.sms_length import MAX_SEGMENTS, plain_typography, sms_length
from herald.ports import RenderError

SUBJECT, TEXT, HTML, SMS, WHATSAPP = "subject.txt", "body.txt", "body.html", "sms.txt", "whatsapp.txt"
EMAIL_PARTS: Final = (SUBJECT, TEXT, HTML)
SMS_PARTS: Final = (SMS,)
WHATSAPP_PARTS: Final = (WHATSAPP,)
MAX_CHARACTERS: Final[Mapping[str, int]] = {
    SUBJECT: 2_000, TEXT: 100_000, HTML: 300_000, SMS: 5_000, WHATSAPP: 5_000,
}  # fmt: skip
MAX_SUBJECT: Final = 200
MAX_WHATSAPP: Final = 4_096
"""WhatsApp's own limit; OpenText publishes none (docs/vendor/opentext.md 9.14)."""
KEPT_VERSIONS: Final = 4

_BIDI: Final = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class JinjaRenderer:
    """Renders the templates of a configuration; compiled ones are kept for the last few versions."""

    def __init__(self) -> None:
        self._sandboxes = {
            True: TemplateSandbox(html=True, filters=FORMATS),
            False: TemplateSandbox(html=False, filters=FORMATS),
        }
        self._versions: OrderedDict[str, _Compiled] = OrderedDict()
        self._lock = Lock()

    def email(
        self, configuration: Configuration, template: str, locale: str, values: Mapping[str, Any]
    ) -> EmailContent:
        """Render subject, text and HTML, all in one language. Raises ``RenderError``.

        A line break in the subject becomes a blank and other control characters go, so nothing can begin a header of
        its own; they are not refused, since a customer's odd name must not keep an approver from being asked.
        """
        chosen = self._compiled(configuration).choose(template, locale, EMAIL_PARTS)
        subject = self._subject(chosen, values)
        return EmailContent(subject, self._render(chosen, TEXT, values), self._render(chosen, HTML, values))

    def subject(self, configuration: Configuration, template: str, locale: str, values: Mapping[str, Any]) -> str:
        """Render the subject of an e-mail alone, in the language the e-mail would have. Raises ``RenderError``."""
        return self._subject(self._compiled(configuration).choose(template, locale, EMAIL_PARTS), values)

    def _subject(self, chosen: "_Chosen", values: Mapping[str, Any]) -> str:
        subject = one_line(self._render(chosen, SUBJECT, values))
        if not subject:
            raise RenderError(f"{chosen.key(SUBJECT)}: the subject is empty")
        return subject

    def sms(self, configuration: Configuration, template: str, locale: str, values: Mapping[str, Any]) -> SmsContent:
        """Render an SMS. Raises ``RenderError``, also for one that is empty or longer than ten segments."""
        chosen = self._compiled(configuration).choose(template, locale, SMS_PARTS)
        text = plain_typography(self._render(chosen, SMS, values))
        segments = sms_length(text).segments
        if not 0 < segments <= MAX_SEGMENTS:
            raise RenderError(f"{chosen.key(SMS)}: it has {segments} segments; 1 to {MAX_SEGMENTS} are sent")
        return SmsContent(text, segments)

    def whatsapp(
        self, configuration: Configuration, template: str, locale: str, values: Mapping[str, Any]
    ) -> WhatsAppContent:
        """Render a WhatsApp message, of ``sms.txt`` in a language without ``whatsapp.txt``. Raises ``RenderError``.

        Where the template is registered with the account, it is in a language in which it is, and in one line, since
        WhatsApp takes no line break in what fills a template (docs/vendor/opentext.md 9.14).
        """
        registered = configuration.whatsapp.templates.get(template)
        chosen = self._compiled(configuration).choose(
            template, locale, WHATSAPP_PARTS, instead=SMS_PARTS, spoken=registered.languages if registered else None
        )
        part = WHATSAPP if chosen.has(WHATSAPP) else SMS
        text = self._render(chosen, part, values)
        text = " ".join(text.split()) if registered else text
        if not 0 < len(text) <= MAX_WHATSAPP:
            raise RenderError(f"{chosen.key(part)}: it has {len(text)} characters; 1 to {MAX_WHATSAPP} are sent")
        filled = RegisteredTemplate(registered.template_id, registered.languages[chosen.folder]) if registered else None
        return WhatsAppContent(text, filled, configuration.whatsapp.send_references)

    def _compiled(self, configuration: Configuration) -> "_Compiled":
        with self._lock:
            found = self._versions.pop(configuration.version, None) or _Compiled(configuration, self._sandboxes)
            self._versions[configuration.version] = found
            if len(self._versions) > KEPT_VERSIONS:
                self._versions.popitem(last=False)
            return found

    def _render(self, chosen: "_Chosen", part: str, values: Mapping[str, Any]) -> str:
        key = chosen.key(part)
        template = chosen.compiled.template(key)
        sandbox = self._sandboxes[_is_html(part)]
        try:
            text = sandbox.rendered(template, {**values, "locale": chosen.locale}, MAX_CHARACTERS[part])
        except Exception as error:  # noqa: BLE001 - an expression of a template can raise anything; none may kill the batch
            # The chained exception could hold a value of the message, so the chain is cut.
            raise RenderError(f"{key}: {_reason(error, chosen.compiled.source(key))}") from None
        return _printable(text).strip()


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A template in the language it will be rendered in. ``folder`` is how the configuration spells that language."""

    compiled: "_Compiled"
    template: str
    folder: str
    locale: str

    def key(self, part: str) -> str:
        return f"{self.template}/{self.folder}/{part}"

    def has(self, part: str) -> bool:
        return self.compiled.holds(self.template, self.folder, (part,))


class _Compiled:
    """The templates of one configuration version, each compiled when it is first used."""

    def __init__(self, configuration: Configuration, sandboxes: Mapping[bool, TemplateSandbox]) -> None:
        self._sources = configuration.templates
        self._default_locale = configuration.default_locale
        self._sandboxes = sandboxes
        self._templates: dict[str, Template] = {}
        self._folders: dict[tuple[str, str], str] = {}
        for key in configuration.templates:
            template, _, rest = key.partition("/")
            folder = rest.partition("/")[0]
            self._folders.setdefault((template, _normal(folder)), folder)

    def source(self, key: str) -> str:
        return self._sources[key]

    def holds(self, template: str, folder: str, parts: tuple[str, ...]) -> bool:
        return all(f"{template}/{folder}/{part}" in self._sources for part in parts)

    def choose(
        self, template: str, locale: str, parts: tuple[str, ...], *,
        instead: tuple[str, ...] = (), spoken: Collection[str] | None = None,
    ) -> _Chosen:  # fmt: skip
        """Take the first language of the fallback chain that has all parts: a mail is in one language, or another.

        One with the parts that serve ``instead`` will do as well; where there are ``spoken`` languages, no other will.
        """
        kinds = (parts, instead) if instead else (parts,)
        for candidate in fallback_chain(locale, self._default_locale):
            folder = self._folders.get((template, candidate))
            if folder is None or (spoken is not None and folder not in spoken):
                continue
            if any(self.holds(template, folder, kind) for kind in kinds):
                same_language = _normal(locale).split("-")[0] == candidate.split("-")[0]
                return _Chosen(self, template, folder, locale if same_language else folder)
        wanted = " or ".join(" and ".join(kind) for kind in kinds)
        wanted += " and is registered" if spoken is not None else ""
        raise RenderError(f"{template}: neither the recipient's nor the default language has {wanted}")

    def template(self, key: str) -> Template:
        found = self._templates.get(key)
        if found is None:
            try:
                found = self._sandboxes[_is_html(key)].from_string(self._sources[key])
            except TemplateSyntaxError as error:
                raise RenderError(f"{key}: line {error.lineno}: {error.message}") from None
            except RecursionError:
                raise RenderError(f"{key}: it is nested too deeply") from None
            self._templates[key] = found
        return found


def fallback_chain(locale: str, default_locale: str) -> list[str]:
    """Return the languages to look for, best first: de-AT gives de-at, de, then the default and its language."""
    chain: list[str] = []
    for wanted in (locale, default_locale):
        tags = _normal(wanted).split("-")
        chain.extend("-".join(tags[:length]) for length in range(len(tags), 0, -1))
    return list(dict.fromkeys(chain))


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
    """Return why a rendering failed, in words that hold no value of the message."""
    line = _line(error)
    where = f"line {line}: " if line else ""
    if isinstance(error, UndefinedError):
        named = _undefined_name(error, source)
        return f"{where}{named or 'a value'} is not there (ask by 'is defined' first)"
    if isinstance(error, SecurityError | FormatError):
        return f"{where}{error}"
    return f"{where}{type(error).__name__}"


def _undefined_name(error: UndefinedError, source: str) -> str | None:
    """Return the name that Jinja2 quotes, if the template itself spells it: a computed key may be a value."""
    quoted = str(error).split("'")
    name = quoted[-2] if len(quoted) > 2 else ""
    return name if name and name in source else None


def _line(error: Exception) -> int | None:
    """Return the template's line that raised; Jinja2 puts it into the traceback."""
    line = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _is_html(key: str) -> bool:
    return key.endswith(".html")


def _normal(locale: str) -> str:
    return locale.strip().replace("_", "-").casefold()
