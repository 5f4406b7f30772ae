"""Requests for the pages of approvals: in from the HTTP API, out as HTML, a picture or a receipt."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl

from herald.domain.errors import CallFailed, ConfigurationError, PoisonError
from herald.ports import RenderError, StorageError
from herald.runtime.http import ProblemError, read_request
from herald.usecases.approvals.attachments import PageAttachments
from herald.usecases.approvals.page import ApprovalPage, Page, Visit, problem
from herald.usecases.approvals.visitors import Visitors

MOST_FIELDS = 20
FORM = "application/x-www-form-urlencoded"
RETRY_AFTER = {"limited": "300", "unavailable": "30"}


class Pages(Protocol):
    """Renders pages."""

    def render(self, page: str, locale: str, values: Mapping[str, Any]) -> str:
        """Return the HTML of a page."""
        ...


@dataclass(frozen=True)
class ApprovalRequests:
    """Answers requests. Whatever goes wrong is a page that says what to do, and a GET changes nothing."""

    page: ApprovalPage
    pages: Pages
    attachments: PageAttachments
    visitors: Visitors
    headers: Mapping[str, str]
    max_body_bytes: int
    default_locale: str = "en"

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one request of the HTTP API (payload format 2.0)."""
        method, path = _told(event, "method").upper(), str(event.get("rawPath") or "")
        try:
            answer = self._answered(event, method, path)
        except (CallFailed, StorageError, PoisonError, RenderError, ConfigurationError):
            answer = self._html(event, problem("unavailable", 503))
        return {**answer, "body": ""} if method == "HEAD" else answer

    def _answered(self, event: Mapping[str, Any], method: str, path: str) -> dict[str, Any]:
        request = event.get("pathParameters")
        token = request.get("token") if isinstance(request, Mapping) else None
        visit = self.page.open(str(token or ""))
        if isinstance(visit, Page):
            return self._html(event, self._refused(event, visit))
        if path.endswith("/picture"):
            return self._picture(event, visit)
        if path.endswith("/receipt"):
            return self._receipt(event, visit)
        if method != "POST":
            return self._html(event, visit.show())
        form = self._form(event)
        return self._html(event, visit.press(form) if form is not None else problem("bad_form", 400))

    def _refused(self, event: Mapping[str, Any], page: Page) -> Page:
        too_many = page.status == 404 and self.visitors.refused(_told(event, "sourceIp"))
        return problem("limited", 429, retry_after=int(RETRY_AFTER["limited"])) if too_many else page

    def _form(self, event: Mapping[str, Any]) -> dict[str, str] | None:
        try:
            request = read_request(event, max_body_bytes=self.max_body_bytes)
            if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
                return None
            return dict(parse_qsl(request.body.decode("utf-8"), max_num_fields=MOST_FIELDS, keep_blank_values=True))
        except (ProblemError, ValueError):
            return None

    def _picture(self, event: Mapping[str, Any], visit: Visit) -> dict[str, Any]:
        found = self.attachments.picture(visit)
        if found is None:
            return self._html(event, problem("bad_link", 404))
        media_type, raw = found
        headers = {**self.headers, "content-type": media_type, "content-security-policy": "default-src 'none'"}
        return {
            "statusCode": 200, "headers": headers, "body": b64encode(raw).decode("ascii"), "isBase64Encoded": True,
        }  # fmt: skip

    def _receipt(self, event: Mapping[str, Any], visit: Visit) -> dict[str, Any]:
        receipt = self.attachments.receipt(visit)
        if receipt is None:
            return self._html(event, problem("bad_link", 404))
        name = f'attachment; filename="{receipt["approval"]}-{receipt["round"]}.json"'
        headers = {**self.headers, "content-type": "application/json", "content-disposition": name}
        return {
            "statusCode": 200, "headers": headers, "body": json.dumps(receipt, indent=2), "isBase64Encoded": False,
        }  # fmt: skip

    def _html(self, event: Mapping[str, Any], page: Page) -> dict[str, Any]:
        locale = page.locale or _preferred(event) or self.default_locale
        later = RETRY_AFTER.get(str(page.values.get("problem")))
        headers = {**self.headers, **({"retry-after": later} if later else {})}
        body = self.pages.render(page.name, locale, page.values)
        return {"statusCode": page.status, "headers": headers, "body": body, "isBase64Encoded": False}


def _told(event: Mapping[str, Any], name: str) -> str:
    """Return what the HTTP API tells of a request beside its headers and body; empty if it does not."""
    context = event.get("requestContext")
    http = context.get("http") if isinstance(context, Mapping) else None
    return str(http.get(name) or "") if isinstance(http, Mapping) else ""


def _preferred(event: Mapping[str, Any]) -> str | None:
    """Return the language a browser asks for first."""
    headers = event.get("headers")
    told = headers.get("accept-language") if isinstance(headers, Mapping) else None
    first = told.partition(",")[0].partition(";")[0].strip() if isinstance(told, str) else ""
    return first if first.replace("-", "").isalnum() and len(first) <= 20 else None
