"""What a WhatsApp submit may contain: the fields of the samples and no other (docs/vendor/opentext.md 3.4).

The samples show six kinds of free-form messages, of which ``text_message`` is simulated. They show neither ``ref`` nor
``options``, so both are refused unless switched on. Assumed, because they are WhatsApp's own rules and not OpenText's
words: a text has at most 4096 characters, and what fills a template holds no line break and no tab.
"""

from simulators.field_rules import ClosedObject, ListOf, Rule, Text
from simulators.json_types import Record
from simulators.opentext.message_rules import OPTIONS

LONGEST_TEXT = 4096
_TEXT_MESSAGE = ClosedObject(
    {"text_message": ClosedObject({"text": Text(1, LONGEST_TEXT)}, frozenset({"text"}))}, frozenset({"text_message"})
)
_FILLED = ClosedObject(
    {
        "template_id": Text(1),
        "language_code": Text(1),
        "parameters": ClosedObject({"body[1]text": Text(1, LONGEST_TEXT, r"[^\r\n\t]*")}, frozenset({"body[1]text"})),
    },
    frozenset({"template_id", "language_code", "parameters"}),
)


def _inside(name: str, rule: Rule) -> ClosedObject:
    return ClosedObject({name: rule}, frozenset({name}))


_TEMPLATE_MESSAGE = _inside("template_message", _inside("channel_template", _inside("WHATSAPP", _FILLED)))


def check_whatsapp(body: Record, *, template: bool, plus_numbers: bool, references: bool) -> list[str]:
    """Check a submit, of a ``template`` or free-form; return its text: what fills the template, or the whole of it.

    Raises FieldError for an unknown, missing or wrong field.
    """
    number = Text(pattern=r"\+?\d{7,17}" if plus_numbers else r"\d{7,17}")
    name, message = (
        ("whatsapp_template_message", _TEMPLATE_MESSAGE) if template else ("whatsapp_message", _TEXT_MESSAGE)
    )
    destination = ClosedObject(
        {"whatsapp": number, **({"ref": Text()} if references else {})},
        frozenset({"whatsapp"}),
    )
    fields: dict[str, Rule] = {"destinations": ListOf(destination, 1), name: message}
    ClosedObject({**fields, **({"options": OPTIONS} if references else {})}, frozenset(fields)).check(body, "body")
    if template:
        return [body[name]["template_message"]["channel_template"]["WHATSAPP"]["parameters"]["body[1]text"]]
    return [body[name]["text_message"]["text"]]
