"""What the pages are rendered from: one real case per page and state, in full, and values that mean harm."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from herald.adapters.approval_pages.pages import ApprovalPages

ZONE = "Europe/Berlin"
DEADLINE = datetime(2026, 3, 5, 16, 0, tzinfo=UTC)
EARLIER = datetime(2026, 3, 2, 9, 12, tzinfo=UTC)
URL = "/approvals/eyJhIjoxfQ.c2lnbmVk"
REASON = "The discount is above what finance allows.\nPlease ask for 8 % at most."
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}{% raw %}\u202egnihtemos"
PROBLEMS = ("bad_link", "expired", "limited", "unavailable", "not_yours", "bad_form", "withdrawn")
CLOSED: dict[str, dict[str, Any]] = {
    **{state: {"closed": "ended", "state": state} for state in ("approved", "rejected", "recalled", "parked")},
    "settled": {"closed": "settled", "state": "open"}, "changed": {"closed": "changed", "state": "open"},
    "delegated": {"closed": "delegated", "delegated_to": "Paul Adam", "state": "open"},
}  # fmt: skip
FIELDS = {
    "reason": "reject-reason", "text": "question-text", "to": "delegate-to", "delegate": "delegate-to",
    "note": "delegate-note", "comment": "approve-comment", "sure": "approve-sure", "acknowledge": "decide",
}  # fmt: skip

CODES = {
    "reason": "reason_missing", "text": "text_missing", "to": "nobody_chosen", "sure": "not_sure",
    "delegate": "not_allowed", "acknowledge": "not_allowed",
}  # fmt: skip


def an_order(**changes: Any) -> dict[str, Any]:
    """Two lines with options, components and prices."""
    return {
        "id": "7f1c0a52-3b64-4c0e-9a3e-5d2f8b6a1001", "shortId": "TK-10482", "name": "Lounge for the Berlin lobby",
        "currency": "EUR", "region": "DACH", "total": Decimal("12480.50"), "quantity": 5,
        "requester": {"name": "Lena Vogt", "email": "lena.vogt@example.com"},
        "customer": {"name": "Hotel Königshof GmbH", "email": "einkauf@example.net"},
        "attributes": {"Delivery": "to the third floor", "Rush": True},
        "lines": [
            {
                "sku": "AF-SOF-001-VEL", "name": "Alder Sofa, three seats", "quantity": 2,
                "unitPrice": Decimal("4990.00"), "lineTotal": Decimal("9980.00"),
                "attributes": {"Fabric": "Velvet Navy", "Legs": "Brushed Brass", "Width": 228, "Stain guard": True},
                "components": [{"sku": "CMP-LEG-18", "name": "Sofa leg 18 cm", "quantity": 6}],
            },
            {
                "sku": "AF-TAB-003-ROS", "name": "Harvest Side Table", "quantity": 3,
                "unitPrice": Decimal("833.50"), "lineTotal": Decimal("2500.50"), "attributes": {"Wood": "Rosewood"},
            },
        ],
        **changes,
    }  # fmt: skip


def a_decision(**changes: Any) -> dict[str, Any]:
    """An approval on the page by sales."""
    return {
        "step": "Sales", "name": "Jonas Keller", "verdict": "approve", "reason": "", "at": EARLIER, "channel": "page",
        "carried": False, "void": False, **changes,
    }  # fmt: skip


def some_differences() -> list[dict[str, Any]]:
    """One of each kind: a price, an option that came, a line that went, a quantity, a row of what is shown."""
    return [
        {"part": "price", "line": "", "field": "total", "before": Decimal("11990.00"), "after": Decimal("12480.50")},
        {"part": "price", "line": "Alder Sofa, three seats", "field": "unitPrice", "before": Decimal("4745.00"),
         "after": Decimal("4990.00")},
        {"part": "options", "line": "Alder Sofa, three seats", "field": "Fabric", "before": "Bouclé Sand",
         "after": "Velvet Navy"},
        {"part": "options", "line": "Alder Sofa, three seats", "field": "Stain guard", "after": True},
        {"part": "quantities", "line": "Harvest Side Table", "field": "quantity", "before": 2, "after": 3},
        {"part": "options", "line": "Nest Stool", "field": "line", "before": "AF-STO-009"},
        {"part": "shown", "line": "", "field": "Margin", "before": Decimal("27.5"), "after": Decimal("24.1")},
    ]  # fmt: skip


def what_is_asked(**changes: Any) -> dict[str, Any]:
    """The second step of three, asked because of two rules."""
    return {
        "kind": "request", "step": {"id": "finance", "title": "Finance", "number": 2, "of": 3},
        "deadline": DEADLINE, "zone": ZONE, "link": f"https://herald.example.com{URL}",
        "reasons": [
            {"rule": "large-order", "description": "The order is worth more than sales may confirm alone."},
            {"rule": "rosewood", "description": "Rosewood needs a CITES certificate."},
        ],
        "shown": [{"label": "Margin", "value": Decimal("24.1")}, {"label": "Discount", "value": "12 %"},
                  {"label": "Key account", "value": True}],
        "last_approved": {"order": "TK-09917", "at": datetime(2026, 1, 12, 8, 0, tzinfo=UTC),
                          "differences": some_differences()[2:4]},
        "decisions": [
            a_decision(carried=True),
            a_decision(name="Mara Lindner", step="Legal", verdict="reject", channel="whatsapp", void=True,
                       reason="No certificate for the rosewood."),
        ],
        "waiting_link": "https://herald.example.com/approvals/waiting-token",
        **changes,
    }  # fmt: skip


def around(ask: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """What a page about an approval is given, beside its own values."""
    return {
        "order": an_order(), "approval": {"id": "apr_1", "chain": "order", "title": "Order approval", "state": "open"},
        "ask": what_is_asked() if ask is None else ask, "recipient": {"name": "Anna Berg", "locale": "de-DE"},
        "action": URL, "once": "b25jZQ", "zone": ZONE, **more,
    }  # fmt: skip


def an_ask_page(**more: Any) -> dict[str, Any]:
    """The page with everything that can be on it."""
    full: dict[str, Any] = {
        "delegates": [{"id": "p1", "name": "Tom Weiss"}, {"id": "p2", "name": "Sofia Rossi"}],
        "others": ["Paul Adam", "Nina Roth"], "picture": "picture.png", "acknowledge_until": DEADLINE,
        "questions": [
            {"id": "q1", "from": "Jonas Keller", "text": "Who pays the freight?", "at": EARLIER, "answer": "The hotel."}
        ],
    }  # fmt: skip
    return around(**{**full, **more})


def an_error(field: str, code: str, **given: str) -> dict[str, Any]:
    """The page as it comes back because of what was typed."""
    return an_ask_page(error={"field": field, "code": code}, given=given)


def mine(**changes: Any) -> dict[str, Any]:
    """An approval that was recorded."""
    return {"verdict": "approve", "reason": "", "at": EARLIER, "channel": "page", **changes}


def _asked() -> Iterator[tuple[str, str, dict[str, Any]]]:
    yield "ask", "ask", an_ask_page()
    yield "ask-plain", "ask", around(what_is_asked(last_approved=None, decisions=[], shown=[], waiting_link=None))
    changed = what_is_asked(kind="changed", differences=some_differences())
    yield "ask-changed", "ask", an_ask_page(ask=changed, acknowledged_until=DEADLINE)
    told = {"from": "Paul Adam", "text": "I am away until Monday.\nPlease have a look."}
    for kind in ("escalated", "delegated", "reminder", "reply"):
        yield f"ask-{kind}", "ask", an_ask_page(ask=what_is_asked(kind=kind, **told))
    yield "ask-few", "ask", an_ask_page(may_acknowledge=False, may_question=False, delegates=[])
    for field in FIELDS:
        yield (
            f"ask-error-{field}",
            "ask",
            an_error(field, CODES.get(field, "too_long"), reason="Too", text="Why", to="p2", note="Hi"),
        )
    yield "ask-too-long", "ask", an_error("reason", "too_long", reason="long " * 400)
    yield "ask-not-allowed", "ask", an_error("delegate", "not_allowed", to="p1")


def _answered() -> Iterator[tuple[str, str, dict[str, Any]]]:
    yield "recorded-approve", "recorded", around(mine=mine(), receipt=f"{URL}/receipt", state="open")
    yield "recorded-reject", "recorded", around(mine=mine(verdict="reject", reason=REASON), state="rejected")
    yield "recorded-again", "recorded", around(result="repeated", mine=mine(channel="sms"), state="approved")
    dissent = a_decision(verdict="reject", name="Paul Adam", step="Finance", reason=REASON)
    yield "recorded-dissent", "recorded", around(mine=mine(), dissent=dissent, state="rejected")
    for why, closed in CLOSED.items():
        yield f"closed-{why}", "closed", around(**closed, end={"at": EARLIER, "from": "Paul Adam"})
    yield "changed", "changed", around(what_is_asked(differences=some_differences()))
    yield "noted-acknowledge", "noted", around(noted="acknowledge", acknowledged_until=DEADLINE)
    yield "noted-question", "noted", around(noted="question")
    yield "noted-delegate", "noted", around(noted="delegate", delegated_to="Tom Weiss")


def some_waiting(count: int = 3) -> list[dict[str, Any]]:
    """Requests of the bulk view."""
    return [
        {"title": "Finance", "reference": f"TK-{10482 + number}", "total": Decimal("12480.50") * (number + 1),
         "currency": "EUR", "deadline": DEADLINE, "link": f"https://herald.example.com/approvals/token-{number}"}
        for number in range(count)
    ]  # fmt: skip


def a_requesters_page(**more: Any) -> dict[str, Any]:
    """Two steps of three still open, one question without an answer."""
    own: dict[str, Any] = {
        "state": "open", "recipient": {"name": "Lena Vogt"},
        "steps": [
            {"title": "Sales", "state": "approved"},
            {"title": "Finance", "state": "open"},
            {"title": "Management", "state": "waiting"},
        ],
        "questions": [
            {"id": "q1", "from": "Jonas Keller", "text": "Who pays the freight?", "at": EARLIER,
             "answer": "The hotel."},
            {"id": "q2", "from": "Anna Berg", "text": "Is the margin final?", "at": EARLIER},
        ],
    }  # fmt: skip
    return around(**{**own, **more})


def _others() -> Iterator[tuple[str, str, dict[str, Any]]]:
    yield "waiting", "waiting", around({"waiting": some_waiting(), "zone": ZONE})
    yield "waiting-one", "waiting", around({"waiting": some_waiting(1), "zone": ZONE})
    yield "waiting-none", "waiting", around({"waiting": []})
    yield "requester", "requester", a_requesters_page()
    for state in ("approved", "rejected", "recalled", "parked"):
        yield f"requester-{state}", "requester", a_requesters_page(state=state)
    for field, code in (("text-q2", "text_missing"), ("sure", "not_sure"), ("reason", "too_long")):
        yield f"requester-error-{field}", "requester", a_requesters_page(error={"field": field, "code": code})
    for done in ("answer", "recall"):
        yield f"requester-{done}", "requester", a_requesters_page(noted=done, result="done", receipt=f"{URL}/receipt")
    for problem in PROBLEMS:
        yield f"problem-{problem}", "problem", {"problem": problem}
    yield "problem-limited-minutes", "problem", {"problem": "limited", "retry_after": 290}


CASES = {name: (page, values) for sort in (_asked, _answered, _others) for name, page, values in sort()}
"""Page and values, by a name."""


def rendered(case: str, locale: str = "en") -> str:
    """The document of a case."""
    page, values = CASES[case]
    return ApprovalPages().render(page, locale, values)
