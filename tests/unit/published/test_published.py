"""The published files are what the code says now."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from tests.unit.ingress.door import CALLBACKS, TOKEN, Answer, Door, FailingInbox, callback_door, request, signed_request
from tests.unit.ingress.workflow_samples import workflow_event

from herald.domain.cloudevents import MAX_BATCH
from herald.ports import StorageError
from herald.runtime import http
from herald.runtime.http import Problem
from herald.runtime.receiver import Limits
from herald.runtime.source_credentials import read_sources
from herald_cli import published
from herald_cli.openapi_answers import PROBLEMS
from herald_cli.openapi_doors import DOORS
from herald_cli.openapi_routes import declared_routes
from herald_cli.openapi_security import PATH_TOKEN
from herald_cli.published import COMMAND, DOCS, publish, published_files

FILES = published_files()
DOCUMENT: dict[str, Any] = json.loads(FILES[DOCS / "openapi.json"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(DOCS)))
def test_each_file_is_what_the_code_says(path: Path) -> None:
    assert path.exists(), f"{path.name} is missing: run `{COMMAND}`"
    assert path.read_text(encoding="utf-8") == FILES[path], f"{path.name} is out of date: run `{COMMAND}`"


def test_no_schema_lies_there_that_nobody_publishes() -> None:
    assert set((DOCS / "schemas").glob("*")) == {path for path in FILES if path.parent.name == "schemas"}


def test_publishing_writes_what_changed_and_removes_what_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "DOCS", tmp_path)
    assert {path.relative_to(tmp_path) for path in publish()} == {path.relative_to(DOCS) for path in FILES}
    assert publish() == []
    gone = tmp_path / "schemas" / "gone.json"
    gone.write_text("{}")
    (tmp_path / "openapi.json").write_text("{}")
    assert publish() == [tmp_path / "openapi.json", gone]
    assert not gone.exists()


def test_the_document_is_openapi() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_it_has_the_two_doors_with_and_without_a_token() -> None:
    doors = ("/webhooks/threekit/{source}", "/callbacks/opentext/{source}")
    assert set(DOCUMENT["paths"]) == {*doors, *(f"{door}/{{token}}" for door in doors)}
    assert {method for path in DOCUMENT["paths"].values() for method in path} == {"post"}


def test_a_template_without_routes_is_refused(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text("Resources: {Topic: {Type: 'AWS::SNS::Topic', Properties: {KmsMasterKeyId: !GetAtt Key.Arn}}}")
    with pytest.raises(ValueError, match="declares no route"):
        declared_routes(template)


def test_what_it_says_of_a_batch_is_what_the_door_takes() -> None:
    assert DOCUMENT["components"]["schemas"]["CloudEventBatch"]["maxItems"] == MAX_BATCH


@given(st.from_regex(PATH_TOKEN) | st.from_regex(PATH_TOKEN, fullmatch=True) | st.text(max_size=30))
def test_a_path_token_has_the_shape_it_says(token: str) -> None:
    sources = read_sources({"sources": {"main": {"path_token": token}}})
    assert ("main" in sources.credentials) == Draft202012Validator({"pattern": rf"^{PATH_TOKEN}\Z"}).is_valid(token)


def _gone() -> Any:
    raise RuntimeError("no clock")


def _door(function: str, **changes: Any) -> Door:
    return Door(**changes) if function == "threekit_webhook" else callback_door(CALLBACKS, **changes)


def _event(function: str, **changes: Any) -> dict[str, Any]:
    body = workflow_event(**changes)
    return signed_request(body) if function == "threekit_webhook" else request(body, source="flow")


def _without_clock(function: str) -> Answer:
    door = _door(function)
    object.__setattr__(door.receiver, "clock", _gone)
    return door(_event(function))


def _told_otherwise(function: str) -> Answer:
    door = _door(function)
    door(_event(function))
    return door(_event(function, time="2026-03-02T09:30:00Z"))


CAUSES: dict[Problem, Callable[[str], Answer]] = {
    http.BODY_ENCODING: lambda function: _door(function)({**_event(function), "body": "!"}),
    http.JSON_REFUSED: lambda function: _door(function)(request(b"{", source=_open(function))),
    http.CREDENTIALS: lambda function: _door(function)(request({}, source="nobody")),
    http.UNSIGNED: lambda function: _door(function)(request(workflow_event(), source=_open(function))),
    http.ID_CONFLICT: _told_otherwise,
    http.BODY_TOO_LARGE: lambda function: _door(function, limits=Limits(max_body_bytes=9))(_event(function)),
    http.CONTENT_TYPE: lambda function: _door(function)(request({}, source=_open(function), content_type="text/plain")),
    http.ENVELOPE: lambda function: _door(function)(_event(function, id="")),
    http.RESERVED_TYPE: lambda function: _door(function)(_event(function, event_type="herald.x", data={})),
    http.UNEXPECTED: _without_clock,
    http.UNAVAILABLE: lambda function: _door(function, inbox=FailingInbox(StorageError("away")))(_event(function)),
}


def _open(function: str) -> str:
    return "showroom" if function == "threekit_webhook" else "flow"


def test_every_problem_of_the_code_is_provoked_here() -> None:
    assert set(CAUSES) == set(PROBLEMS)


@pytest.mark.parametrize("function", DOORS)
@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.slug)
def test_a_documented_problem_has_a_cause_and_comes_as_documented(function: str, problem: Problem) -> None:
    answer = CAUSES[problem](function)
    if problem in DOORS[function].never:
        assert answer.status == 202
        return
    assert (answer.status, answer.problem) == (problem.status, problem.slug)
    documented = DOCUMENT["components"]["responses"][f"{function}.{problem.status}"]
    headers = {name: header["schema"]["const"] for name, header in documented["headers"].items()}
    assert answer.headers == {"content-type": "application/problem+json", **headers}
    _validator(documented["content"]["application/problem+json"]["schema"]).validate(answer.document)
    assert TOKEN not in answer.raw["body"]


@pytest.mark.parametrize("function", DOORS)
def test_the_examples_are_as_the_document_says(function: str) -> None:
    answers = {name: one for name, one in DOCUMENT["components"]["responses"].items() if name.startswith(function)}
    assert answers
    for answer in answers.values():
        for content in answer["content"].values():
            for example in content.get("examples", {}).values():
                _validator(content["schema"]).validate(example["value"])


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    registry = Registry().with_resource("urn:document", Resource.opaque(DOCUMENT))
    text = json.dumps(schema).replace('"#/', '"urn:document#/')
    return Draft202012Validator(json.loads(text), registry=registry)
