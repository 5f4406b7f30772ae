"""``docs/workflow-callbacks.md``: what stands there to be pasted is taken by the door, and its mapping by the lint."""

import json
import re
from typing import Any

import pytest
import yaml
from tests.unit.ingress.door import callback_door, request

from herald.domain.workflow_contract import CONTRACT
from herald_cli.configuration_schema import MappingFile
from herald_cli.openapi import ROOT
from simulators.opentext.workflow import HttpTask

TEXT = (ROOT / "docs" / "workflow-callbacks.md").read_text(encoding="utf-8")
BLOCKS = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)]
TASKS = [block for block in BLOCKS if "httptaskrequestbody" in block]
KEY = "a-key-of-thirty-two-characters-00"
VARIABLES = {
    "heraldUrl": "https://herald.invalid",
    "heraldKey": KEY,
    "processInstanceId": "4711",
    "threekitOrderId": "aB3_x-9Z",
    "threekitItemId": "5eed0005-0000-4000-8000-000000000001",
    "locale": "de-DE",
    "region": "EMEA",
    "outcome": "approved",
}


def filled(template: str) -> str:
    return re.sub(r"\$\{(\w+)\}", lambda found: VARIABLES[found[1]], template)


def door() -> Any:
    (secret,) = [block for block in BLOCKS if "sources" in block]
    secret["sources"]["workflow"]["header"]["value"] = KEY
    return callback_door(secret)


@pytest.mark.parametrize("task", TASKS)
def test_the_settings_are_those_of_an_http_task_and_their_body_is_taken(task: dict[str, str]) -> None:
    HttpTask.from_properties(task)
    headers = dict(line.split(": ", 1) for line in filled(task["httptaskrequestheaders"]).split("\n"))
    path = filled(task["httptaskrequesturl"]).removeprefix("https://herald.invalid/callbacks/opentext/")
    receiver = door()
    told = request(
        filled(task["httptaskrequestbody"]).encode(), source=path, token=None,
        content_type=headers.pop("Content-Type"), headers=headers,
    )  # fmt: skip
    assert receiver(told).status == 202
    assert receiver(told).status == 200


def test_there_is_a_task_for_each_event_of_the_contract() -> None:
    told = {json.loads(filled(task["httptaskrequestbody"]))["type"] for task in TASKS}
    assert told == set(CONTRACT)


def test_every_event_and_field_of_the_contract_is_named() -> None:
    for event_type, model in CONTRACT.items():
        row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{event_type}`"))
        for field in model.model_fields:
            assert f"`{field}`" in row, (event_type, field)


def test_the_mapping_is_one() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    MappingFile.model_validate(yaml.safe_load(block))
