"""What a fax submit may contain: the fields of the sample and no other (docs/vendor/opentext.md 3.3).

It shows neither ``ref`` nor ``options``, so both are refused unless switched on, and of a document the type ``text``
alone. It has no field for a charset: what is no UTF-8 is read as ISO-8859-1 here.
"""

import base64
import binascii

from simulators.field_rules import ClosedObject, FieldError, ListOf, OneOf, Rule, Text
from simulators.json_types import Record
from simulators.opentext.message_rules import OPTIONS

_DOCUMENT = ClosedObject(
    {"name": Text(1), "type": OneOf(("text",)), "data": Text(1)}, frozenset({"name", "type", "data"})
)


def check_fax(body: Record, *, plus_numbers: bool, references: bool) -> list[str]:
    """Check a submit; return its documents' texts. Raises FieldError for an unknown, missing or wrong field."""
    number = Text(pattern=r"\+?\d{7,17}" if plus_numbers else r"\d{7,17}")
    destination = ClosedObject({"fax": number, **({"ref": Text()} if references else {})}, frozenset({"fax"}))
    fields: dict[str, Rule] = {"destinations": ListOf(destination, 1), "documents": ListOf(_DOCUMENT, 1)}
    ClosedObject({**fields, **({"options": OPTIONS} if references else {})}, frozenset(fields)).check(body, "body")
    return [_text(document["data"], f"body.documents[{place}]") for place, document in enumerate(body["documents"])]


def _text(data: str, where: str) -> str:
    try:
        written = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise FieldError(f"{where}.data is not base64") from error
    try:
        return written.decode("utf-8")
    except UnicodeDecodeError:
        return written.decode("iso-8859-1")
