"""An OpenText workflow's HttpTask: calls out with what its designer typed (docs/vendor/opentext.md 7.1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from http.client import HTTPException
from typing import Self
from urllib.parse import urlsplit

from simulators.outgoing_http import send

Variable = str | int | float | bool | None
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_STATUS_PATTERN = re.compile(r"[1-5](\d\d|XX)")
_DEFAULT_TIMEOUT_SECONDS = 10.0


class WorkflowFailedError(Exception):
    """An HttpTask that fails its workflow; ``status`` is what the receiver answered (None: it did not)."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True)
class HttpTask:
    """The properties of an HttpTask, named as in the model and all text, as the designer types them.

    - ``httptaskrequestheaders``: lines ``Name: value``.
    - ``httptaskfailstatuscodes``: statuses that fail the workflow, comma separated; ``4XX`` and ``5XX`` stand for all
      of their hundred, as in Flowable. Empty: none does.
    - ``httptaskrequesttimeout``: milliseconds, an assumption after Flowable. Empty: 10 s, another one.

    Address, headers and body are templates in which ``${name}`` stands for a process variable; an expression other than
    a name is not known here. Raises ValueError for a property that could not be played.
    """

    httptaskrequestmethod: str
    httptaskrequesturl: str
    httptaskrequestheaders: str = ""
    httptaskrequestbody: str = ""
    httptaskfailstatuscodes: str = ""
    httptaskrequesttimeout: str = ""

    @classmethod
    def from_properties(cls, properties: Mapping[str, str]) -> Self:
        """Build a task of the properties of a model. Raises ValueError for an unknown, missing or wrong one."""
        known = {spec.name for spec in fields(cls)}
        unknown = sorted(set(properties) - known)
        if unknown:
            raise ValueError(f"an HttpTask has no {', '.join(unknown)} here; it has {', '.join(sorted(known))}")
        for name in ("httptaskrequestmethod", "httptaskrequesturl"):
            if name not in properties:
                raise ValueError(f"an HttpTask needs {name}")
        return cls(**properties)

    def __post_init__(self) -> None:
        """Refuse what could not be played."""
        for spec in fields(self):
            if not isinstance(getattr(self, spec.name), str):
                raise ValueError(f"{spec.name} is text")
        if re.fullmatch(r"GET|POST|PUT|PATCH|DELETE", self.httptaskrequestmethod) is None:
            raise ValueError("httptaskrequestmethod is one of GET, POST, PUT, PATCH, DELETE")
        for code in self._fail_codes:
            if _STATUS_PATTERN.fullmatch(code) is None:
                raise ValueError(f"httptaskfailstatuscodes: {code!r} is not a status or a pattern like 5XX")
        if re.fullmatch(r"([1-9]\d*)?", self.httptaskrequesttimeout, re.ASCII) is None:
            raise ValueError("httptaskrequesttimeout is a whole number of milliseconds")

    def run(self, variables: Mapping[str, Variable]) -> int:
        """Send the request and return the status it was answered.

        A variable goes into a template as it is: characters that JSON would escape are NOT escaped, and a line end in a
        header starts another one, exactly as a naive template behaves. Raises ValueError for a variable that is not
        there, an address that is none and a header line without a colon, WorkflowFailedError for a status that is to
        fail the workflow and for no answer at all.
        """
        url = _filled(self.httptaskrequesturl, variables)
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise ValueError(f"{url!r} is not the address of a web server")
        headers = _headers(_filled(self.httptaskrequestheaders, variables))
        body = _filled(self.httptaskrequestbody, variables).encode()
        timeout = int(self.httptaskrequesttimeout) / 1000 if self.httptaskrequesttimeout else _DEFAULT_TIMEOUT_SECONDS
        try:
            status = send(self.httptaskrequestmethod, url, body or None, headers, timeout)
        except (OSError, HTTPException) as error:
            raise WorkflowFailedError(f"no answer: {type(error).__name__}: {error}") from error
        if {str(status), f"{status // 100}XX"} & set(self._fail_codes):
            raise WorkflowFailedError(f"the request was answered {status}", status)
        return status

    @property
    def _fail_codes(self) -> list[str]:
        return (
            [code.strip() for code in self.httptaskfailstatuscodes.split(",")] if self.httptaskfailstatuscodes else []
        )


def _filled(template: str, variables: Mapping[str, Variable]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1].strip()
        if name not in variables:
            raise ValueError(f"there is no process variable {name!r}")
        return _text(variables[name])

    return _VARIABLE.sub(value, template)


def _text(value: Variable) -> str:
    """Write a value as the expression language of Flowable does, so far as is assumed here."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _headers(text: str) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise ValueError(f"the header line {line!r} is not 'Name: value'")
        headers[name.strip()] = value.strip()
    return headers
