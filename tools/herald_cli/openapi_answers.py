"""The answers of the doors, from the code that gives them."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from herald.ports import Recorded
from herald.runtime import http
from herald.runtime.http import Problem, ProblemError
from herald.runtime.receiver import batch_answer, single_answer
from herald.usecases.ingest import Receipt
from herald_cli.event_schemas import EVENT_ID, Schema

PROBLEMS: tuple[Problem, ...] = tuple(one for one in vars(http).values() if isinstance(one, Problem))
THROTTLED = "429"

_IDS = ("evt_" + "a" * 26, "evt_" + "b" * 26)
_BOOLEAN_ENTRY: Schema = {
    "type": "object",
    "properties": {"id": EVENT_ID, "duplicate": {"type": "boolean"}},
    "required": ["id", "duplicate"],
    "additionalProperties": False,
}
_CONFLICT_ENTRY: Schema = {
    "type": "object",
    "properties": {"id": EVENT_ID, "conflict": {"const": True}},
    "required": ["id", "conflict"],
    "additionalProperties": False,
}


def problem_name(problem: Problem) -> str:
    """Return the name under which the document holds a problem."""
    return "".join(word.capitalize() for word in problem.slug.split("-")) + "Problem"


def answer_schemas() -> dict[str, Schema]:
    """Return the schemas of all answers by name."""
    schemas = {
        "Recorded": _receipt(duplicate=False),
        "Known": _receipt(duplicate=True),
        "BatchRecorded": _receipts("At least one is new.", contains={"properties": {"duplicate": {"const": False}}}),
        "BatchKnown": _receipts("None is new.", items=_receipt(duplicate=True)),
        "GatewayAnswer": {
            "description": "What API Gateway answers by itself.",
            "type": "object",
            "properties": {"message": {"type": ["string", "null"]}},
            "required": ["message"],
        },
    }
    return schemas | {problem_name(problem): _problem(problem) for problem in PROBLEMS}


def answers(*, batches: bool, never: Iterable[Problem]) -> dict[str, Any]:
    """Return a door's answers by status; ``never`` are problems it has no cause for."""
    told: dict[str, Any] = {"200": _success(200, batches=batches), "202": _success(202, batches=batches)}
    by_status: dict[int, list[Problem]] = defaultdict(list)
    for problem in PROBLEMS:
        if problem not in never:
            by_status[problem.status].append(problem)
    told |= {str(status): _refusal(problems, batches=batches) for status, problems in by_status.items()}
    told[THROTTLED] = {
        "description": "Too many requests, by API Gateway's throttle; it counts before a sender is known",
        "content": {"application/json": {"schema": _ref("GatewayAnswer")}},
    }
    return dict(sorted(told.items()))


def _success(status: int, *, batches: bool) -> dict[str, Any]:
    known = status == 200
    recorded = Recorded.DUPLICATE if known else Recorded.NEW
    given = {"Known" if known else "Recorded": single_answer(Receipt(_IDS[0], recorded))}
    if batches:
        receipts = [Receipt(_IDS[0], recorded), Receipt(_IDS[1], Recorded.DUPLICATE)]
        given["BatchKnown" if known else "BatchRecorded"] = batch_answer(receipts)
    meaning = "Known already; nothing was recorded" if known else "Recorded; it will be carried on"
    return _response(meaning, given, examples=given)


def _refusal(problems: list[Problem], *, batches: bool) -> dict[str, Any]:
    given = {problem_name(problem): http.problem_response(problem, "", "", {}) for problem in problems}
    examples: dict[str, dict[str, Any]] = {}
    if http.ID_CONFLICT in problems:
        examples["Single"] = _conflict(lambda: single_answer(Receipt(_IDS[0], Recorded.CONFLICT)))
        if batches:
            receipts = [Receipt(_IDS[0], Recorded.CONFLICT), Receipt(_IDS[1], Recorded.NEW)]
            examples["Batch"] = _conflict(lambda: batch_answer(receipts))
    return _response("; ".join(f"{p.title} (`{p.slug}`)" for p in problems), given, examples=examples)


def _response(
    description: str, given: Mapping[str, dict[str, Any]], *, examples: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    """Return an answer whose schemas are named as what the code gave; their headers are the same."""
    headers = dict(next(iter(given.values()))["headers"])
    media_type = headers.pop("content-type")
    refs = [_ref(name) for name in given]
    content: dict[str, Any] = {"schema": refs[0] if len(refs) == 1 else {"anyOf": refs}}
    if examples:
        content["examples"] = {name: {"value": json.loads(one["body"])} for name, one in examples.items()}
    return {
        "description": description,
        "headers": {
            name: {"required": True, "schema": {"type": "string", "const": value}} for name, value in headers.items()
        },
        "content": {media_type: content},
    }


def _conflict(answer: Callable[[], object]) -> dict[str, Any]:
    try:
        answer()
    except ProblemError as refused:
        return http.problem_response(refused.problem, refused.detail, "JKJaXmPLvHcESHA=", refused.members)
    raise ValueError("a conflict is not refused")


def _receipt(*, duplicate: bool) -> Schema:
    return {**_BOOLEAN_ENTRY, "properties": {"id": EVENT_ID, "duplicate": {"const": duplicate}}}


def _receipts(about: str, *, items: Schema = _BOOLEAN_ENTRY, **more: Any) -> Schema:
    return {
        "description": f"One entry for each event of the batch, in its order. {about}",
        "type": "object",
        "properties": {"events": {"type": "array", "items": items, **more}},
        "required": ["events"],
        "additionalProperties": False,
    }


def _problem(problem: Problem) -> Schema:
    said = json.loads(http.problem_response(problem, "", "", {})["body"])
    properties: dict[str, Schema] = {
        **{name: {"type": "string", "const": said[name]} for name in ("type", "title")},
        "status": {"type": "integer", "const": said["status"]},
        "detail": {"type": "string", "description": "Names what is wrong and the fix, and nothing that was sent"},
        "instance": {"type": "string", "description": "The request's id, as it stands in the log"},
    }
    if problem is http.ID_CONFLICT:
        entries = {"type": "array", "items": {"anyOf": [_BOOLEAN_ENTRY, _CONFLICT_ENTRY]}}
        properties["events"] = {**entries, "description": "Of a batch only: one entry for each event, in its order"}
    return {
        "description": f"A problem document (RFC 9457): {problem.title}.",
        "type": "object",
        "properties": properties,
        "required": ["type", "title", "status", "detail"],
        "additionalProperties": False,
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}
