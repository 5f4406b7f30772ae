"""The page of an approval: GET shows, and only a POST with a form that was shown decides."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from herald.domain.approval.approval import Approval, Result, Ticket, Verdict
from herald.domain.approval.links import Link, Role, form_is_good, form_token, opened
from herald.domain.event import Event, Origin
from herald.ports import Checkpoint, Inbox, Recorded
from herald.usecases.approvals import approval_events as kinds
from herald.usecases.approvals import approval_values as values_of
from herald.usecases.approvals.approval_events import approval_event
from herald.usecases.approvals.desk import Desk
from herald.usecases.approvals.page_values import PageValues
from herald.usecases.approvals.waiting_list import WaitingList

LONGEST_TEXT = 2000


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be shown: its name, in which language, with what, and under which HTTP status."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    locale: str | None = None


@dataclass(frozen=True)
class ApprovalPage:
    """Shows pages and takes what is pressed on them. ``salt`` gives a text that was never given before."""

    desk: Desk
    inbox: Inbox
    waiting: WaitingList
    values: PageValues
    key: Callable[[], str]
    salt: Callable[[], str]
    clock: Callable[[], datetime]
    checkpoint: Checkpoint

    def open(self, token: str) -> "Visit | Page":
        """Return the visit of a link, or the page that says why there is none."""
        link = opened(token, self.key())
        if link is None:
            return problem("bad_link", 404)
        if self.clock() > link.until:
            return problem("expired", 410)
        if link.role is Role.PERSON:
            return Visit(self, token, link, None)
        approval = self.desk.load(link.identity)
        return Visit(self, token, link, approval) if approval is not None else problem("bad_link", 404)


@dataclass(frozen=True)
class Visit:
    """One request with a link of ours."""

    page: ApprovalPage
    token: str
    link: Link
    approval: Approval | None

    def show(self) -> Page:
        """Answer a GET. Nothing is changed."""
        if self.link.role is Role.PERSON:
            return self._all_that_waits()
        if self.approval is None or self.link.role is Role.PICTURE:
            return problem("bad_link", 404)
        if self.link.role is Role.REQUESTER:
            mine = self.link.is_for(values_of.requester_print(self.approval))
            return self._requester(self.approval) if mine else problem("not_yours", 403)
        ticket = self.approval.ticket(self.link.number)
        return self._approver(self.approval, ticket) if ticket is not None else problem("bad_link", 404)

    def press(self, form: Mapping[str, str]) -> Page:
        """Take what somebody pressed. Raises ``CallFailed`` and ``StorageError``."""
        approval = self.approval
        if approval is None or self.link.role not in (Role.APPROVER, Role.REQUESTER):
            return problem("bad_link", 404)
        if not form_is_good(form.get("once", ""), self.token, self.page.clock(), self.page.key()):
            return problem("bad_form", 400, action=self._action())
        if self.link.role is Role.REQUESTER:
            mine = self.link.is_for(values_of.requester_print(approval))
            return self._press_as_requester(approval, form) if mine else problem("not_yours", 403)
        ticket = approval.ticket(self.link.number)
        return self._press_as_approver(approval, ticket, form) if ticket else problem("bad_link", 404)

    # -- the approver ------------------------------------------------------------------------------------------------

    def _press_as_approver(self, approval: Approval, ticket: Ticket, form: Mapping[str, str]) -> Page:
        do = form.get("do", "")
        error = _missing(do, form)
        if error is not None:
            return self._approver(approval, ticket, error=error, given=form, status=422)
        doing = _approver_events(do, form, ticket)
        if doing is None:
            return problem("bad_form", 400, action=self._action())
        kind, data = doing
        decides = kind == kinds.ANSWERED
        if decides:
            found = self.page.desk.look(approval) if self._is_current(approval, ticket) else Result.CHANGED
            if found is not None:
                return self._after(approval, ticket, found)
        after, result = self._happen(kind, approval, form, {**data, "name": ticket.person.name})
        return self._after(after, after.ticket(ticket.number) or ticket, result, noted=None if decides else do)

    def _after(self, approval: Approval, ticket: Ticket, result: Result, noted: str | None = None) -> Page:
        if result is Result.GONE:
            return replace(problem("gone", 410), locale=ticket.person.locale)
        if result is Result.CHANGED:
            return Page("changed", self.page.values.ticket(approval, ticket), 409, ticket.person.locale)
        if result is Result.NOT_ALLOWED:
            return self._approver(approval, ticket, error={"field": noted or "do", "code": "not_allowed"}, status=409)
        if noted is not None and result is Result.DONE:
            values = self.page.values.noted(approval, ticket)
            return Page("noted", {**values, "noted": noted, "action": self._action()}, 200, ticket.person.locale)
        shown = self._approver(approval, ticket)
        late = result in (Result.DISSENT, Result.CLOSED)
        return Page(shown.name, {**shown.values, "result": str(result)}, 409 if late else 200, shown.locale)

    def _approver(
        self, approval: Approval, ticket: Ticket, *, error: Mapping[str, str] | None = None,
        given: Mapping[str, str] | None = None, status: int = 200,
    ) -> Page:  # fmt: skip
        locale, values = ticket.person.locale, self.page.values
        mine = next((one for one in reversed(approval.answers) if one.ticket == ticket.number and not one.void), None)
        if mine is not None:
            return Page("recorded", values.recorded(approval, ticket, mine, self._receipt(approval)), status, locale)
        if not self._is_current(approval, ticket):
            return Page("changed", values.ticket(approval, ticket), status, locale)
        if ticket not in approval.open_tickets():
            return Page("closed", values.closed(approval, ticket), status, locale)
        shown = {**values.question(approval, ticket), **self._form(), "picture": values.picture(approval)}
        if error is not None:
            shown |= {"error": error, "given": _given(given or {})}
        return Page("ask", shown, status, locale)

    def _is_current(self, approval: Approval, ticket: Ticket) -> bool:
        """Say whether what the link was made for is what is asked now."""
        run = approval.step(ticket.step)
        return run is not None and ticket.print == run.print and self.link.is_for(run.print)

    # -- the requester, and all that waits for a person --------------------------------------------------------------

    def _press_as_requester(self, approval: Approval, form: Mapping[str, str]) -> Page:
        name = approval.requester.name if approval.requester else ""
        do = form.get("do", "")
        if do == "recall" and form.get("sure") != "yes":
            return self._requester(approval, error={"field": "sure", "code": "not_sure"}, status=422)
        if do == "answer" and not form.get("text", "").strip():
            error = {"field": f"text-{form.get('question', '')}", "code": "text_missing"}
            return self._requester(approval, error=error, status=422)
        if do == "recall":
            kind, data = kinds.RECALLED, {"name": name, "reason": _short(form.get("reason", ""))}
        elif do == "answer":
            kind, data = (
                kinds.REPLIED,
                {"question": form.get("question", ""), "text": _short(form["text"]), "name": name},
            )
        else:
            return problem("bad_form", 400, action=self._action())
        after, result = self._happen(kind, approval, form, data)
        shown = self._requester(after)
        values = {**shown.values, "result": str(result), "noted": do}
        return Page(shown.name, values, 200 if result in (Result.DONE, Result.REPEATED) else 409, shown.locale)

    def _requester(self, approval: Approval, *, error: Mapping[str, str] | None = None, status: int = 200) -> Page:
        values = {**self.page.values.requester(approval, self._receipt(approval)), **self._form()}
        locale = approval.requester.locale if approval.requester else None
        return Page("requester", {**values, **({"error": error} if error else {})}, status, locale)

    def _all_that_waits(self) -> Page:
        found = self.page.waiting.of_key(self.link.identity)
        person = found[0][1].person if found else None
        return Page("waiting", self.page.values.waiting(found, self.link.until), 200, person.locale if person else None)

    # -- what both do ------------------------------------------------------------------------------------------------

    def _happen(
        self, kind: str, approval: Approval, form: Mapping[str, str], data: Mapping[str, Any]
    ) -> tuple[Approval, Result]:
        """Record what was pressed, then apply it; should this process end between, the queue behind it applies it."""
        event = approval_event(kind, approval.id, form["once"], data, Origin.PAGE, self.page.clock())
        if self.page.inbox.record(event) is Recorded.CONFLICT:
            # The one form was pressed twice with different words: the first stands.
            event = self._first(event)
        self.page.checkpoint("page.recorded", event.subject)
        applied = self.page.desk.apply(event, checked=True)
        self.page.checkpoint("page.applied", event.subject)
        return applied.approval, applied.heard.result

    def _first(self, event: Event) -> Event:
        return self.page.inbox.load(event.id) or event

    def _form(self) -> dict[str, str]:
        once = form_token(self.token, self.page.clock(), self.page.key(), self.page.salt())
        return {"action": self._action(), "once": once}

    def _action(self) -> str:
        """Return where the form goes, relative to the page, so that it holds under any base path."""
        return self.token

    def _receipt(self, approval: Approval) -> str | None:
        return f"{self._action()}/receipt" if approval.end is not None else None


def problem(name: str, status: int, **values: Any) -> Page:
    """Return the page that says why something is not done, and what to do."""
    return Page("problem", {"problem": name, **values}, status)


def _missing(do: str, form: Mapping[str, str]) -> Mapping[str, str] | None:
    """Return what has to be filled in before it can be pressed."""
    if do == "approve" and form.get("sure") != "yes":
        return {"field": "sure", "code": "not_sure"}
    if do == "reject" and not form.get("reason", "").strip():
        return {"field": "reason", "code": "reason_missing"}
    if do == "question" and not form.get("text", "").strip():
        return {"field": "text", "code": "text_missing"}
    return {"field": "to", "code": "nobody_chosen"} if do == "delegate" and not form.get("to") else None


def _approver_events(do: str, form: Mapping[str, str], ticket: Ticket) -> tuple[str, dict[str, Any]] | None:
    number = {"ticket": ticket.number}
    if do in ("approve", "reject"):
        verdict = Verdict.APPROVE if do == "approve" else Verdict.REJECT
        reason = _short(form.get("reason" if do == "reject" else "comment", ""))
        return kinds.ANSWERED, {**number, "verdict": str(verdict), "reason": reason, "channel": "page"}
    others: dict[str, tuple[str, dict[str, Any]]] = {
        "acknowledge": (kinds.ACKNOWLEDGED, {**number}),
        "question": (kinds.QUESTIONED, {**number, "text": _short(form.get("text", ""))}),
        "delegate": (kinds.DELEGATED, {**number, "to": form.get("to", ""), "note": _short(form.get("note", ""))}),
    }
    return others.get(do)


def _given(form: Mapping[str, str]) -> dict[str, str]:
    return {name: _short(form[name]) for name in ("reason", "text", "note", "comment", "to", "do") if name in form}


def _short(text: str) -> str:
    # Browsers send line breaks as two characters and count them as one.
    return text.replace("\r\n", "\n").strip()[:LONGEST_TEXT]
