"""What a submit may contain: the known fields of SMS and e-mail and no other (docs/vendor/opentext.md 3.1 and 3.2).

The vendor's error codes are unknown (9): every broken rule is a 422 here. Strict readings of unknowns: a telephone
number is digits only, as in all samples of the REST API, so a leading ``+`` is refused unless switched on; a body part
has all four fields of the samples; its type is ``text`` or ``HTML`` (the latter as SOAP names it).
"""

import base64
import binascii
from typing import Literal

from simulators.field_rules import ClosedObject, FieldError, ListOf, OneOf, Rule, Text, Whole
from simulators.json_types import Record

Channel = Literal["sms", "email", "whatsapp", "fax"]

# SOAP limits MessageId to 80 characters; that REST does too is assumed (3.6).
MESSAGE_ID_LONGEST = 80
_MAIL = Text(pattern=r"[^@\s]+@[^@\s]+\.[^@\s]+")
_INSERTS = ListOf(ClosedObject({"id": Whole(), "value": Text()}, frozenset({"id", "value"})))
_REPORT_FIELDS: dict[str, Rule] = {
    "type": OneOf(("none", "exception", "detail", "summary", "pull")),
    "report_destinations": ListOf(ClosedObject({"email": _MAIL}, frozenset({"email"}))),
}
_REPORT = ClosedObject(_REPORT_FIELDS)
_REPORTS = ClosedObject(
    {
        "report_template": Text(),
        "delivery_report": _REPORT,
        "final_report": _REPORT,
        "progress_report": ClosedObject({**_REPORT_FIELDS, "intervals": Text(pattern=r"\d{1,2}(\s+\d{1,2})*")}),
    }
)
_OPTION_FIELDS: dict[str, Rule] = {
    "message_id": Text(1, MESSAGE_ID_LONGEST),
    "billing_code": Text(),
    "customer_reference": Text(),
}
OPTIONS = ClosedObject(_OPTION_FIELDS)
_EMAIL_OPTIONS = ClosedObject(
    {
        "subject": Text(),
        "from_display_name": Text(),
        "forward_reply": _MAIL,
        "charset": Text(1),
        "pull_password": Text(),
        "html_open_tracking": OneOf(("top", "bottom", "none")),
        "expiration_days": Whole(1),
        "display_to": Text(),
        "display_cc": Text(),
    }
)
_EMAIL = ClosedObject(
    {
        "destinations": ListOf(
            ClosedObject(
                {"email": _MAIL, "ref": Text(), "inserts": _INSERTS, "display_to": Text(), "display_cc": Text()},
                frozenset({"email"}),
            ),
            1,
        ),
        "body": ListOf(
            ClosedObject(
                {"type": OneOf(("text", "HTML")), "data": Text(1), "name": Text(1), "charset": Text(1)},
                frozenset({"type", "data", "name", "charset"}),
            ),
            1,
        ),
        "options": ClosedObject({**_OPTION_FIELDS, "email_options": _EMAIL_OPTIONS}),
        "reports": _REPORTS,
    },
    frozenset({"destinations", "body"}),
)


def _sms(number: str) -> ClosedObject:
    destination = ClosedObject({"sms": Text(pattern=number), "ref": Text(), "inserts": _INSERTS}, frozenset({"sms"}))
    return ClosedObject(
        {
            "destinations": ListOf(destination, 1),
            "sms_text": Text(1),
            "options": OPTIONS,
            "reports": _REPORTS,
        },
        frozenset({"destinations", "sms_text"}),
    )


_SMS_DIGITS = _sms(r"\d{7,17}")
_SMS_PLUS = _sms(r"\+?\d{7,17}")


def check_message(channel: Literal["sms", "email"], body: Record, *, plus_numbers: bool) -> list[str]:
    """Check a submit and return its readable texts: the SMS text, or each e-mail body part decoded.

    Raises FieldError for an unknown, missing or wrong field, and for ``data`` that is not base64 of its charset.
    """
    if channel == "sms":
        (_SMS_PLUS if plus_numbers else _SMS_DIGITS).check(body, "body")
        return [body["sms_text"]]
    _EMAIL.check(body, "body")
    return [_decoded(part, f"body.body[{place}]") for place, part in enumerate(body["body"])]


def _decoded(part: Record, where: str) -> str:
    try:
        return base64.b64decode(part["data"], validate=True).decode(part["charset"])
    except binascii.Error as error:
        raise FieldError(f"{where}.data is not base64") from error
    except UnicodeDecodeError as error:
        raise FieldError(f"{where}.data is not text in {part['charset']}") from error
    except LookupError as error:
        raise FieldError(f"{where}.charset is unknown") from error
