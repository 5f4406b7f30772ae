"""The tables and queues of template.yaml, created in whatever a client talks to; and clients that misbehave."""

import hashlib
import threading
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
TABLE_PROPERTIES = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode", "StreamSpecification")


class _TemplateLoader(yaml.SafeLoader):
    """Reads CloudFormation's short forms (``!Ref`` and so on) as what they stand on."""


def _short_form(loader: yaml.SafeLoader, _tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node)
    assert isinstance(node, yaml.MappingNode)
    return loader.construct_mapping(node)


_TemplateLoader.add_multi_constructor("!", _short_form)


@lru_cache(maxsize=1)
def resources() -> Mapping[str, Any]:
    """The resources the template declares, by logical id."""
    template = yaml.load(TEMPLATE.read_text(encoding="utf-8"), Loader=_TemplateLoader)  # noqa: S506 - a safe loader
    return dict(template["Resources"])


def create_table(client: Any, logical_id: str) -> str:
    """Create a table with the keys, indexes and stream the template gives it; return its name."""
    declared = resources()[logical_id]
    assert declared["Type"] == "AWS::DynamoDB::Table"
    wanted = {name: value for name, value in declared["Properties"].items() if name in TABLE_PROPERTIES}
    if "StreamSpecification" in wanted:
        wanted["StreamSpecification"] = {"StreamEnabled": True, **wanted["StreamSpecification"]}
    client.create_table(TableName=logical_id, **wanted)
    return logical_id


def create_queue(client: Any, logical_id: str) -> str:
    """Create a queue, FIFO if the template says so; return its URL."""
    declared = resources()[logical_id]
    assert declared["Type"] == "AWS::SQS::Queue"
    fifo = declared["Properties"].get("FifoQueue", False)
    attributes = {"FifoQueue": "true"} if fifo else {}
    return str(client.create_queue(QueueName=f"{logical_id}{'.fifo' * fifo}", Attributes=attributes)["QueueUrl"])


def incompressible(size: int) -> bytes:
    """As many bytes that look like chance, always the same."""
    return hashlib.shake_256(b"incompressible").digest(size)


class Between:
    """A client that passes requests on, with something done before, in place of, or to the answer of each.

    ``wrap`` is given the operation's name, the request and the way on; its result is the answer.
    """

    def __init__(self, client: Any, wrap: Callable[[str, dict[str, Any], Callable[..., Any]], Any]) -> None:
        self._client = client
        self._wrap = wrap

    def __getattr__(self, operation: str) -> Any:
        way_on = getattr(self._client, operation)
        return lambda **request: self._wrap(operation, request, way_on)


def counted(client: Any, calls: list[str]) -> Any:
    """A client that notes the name of every operation."""

    def wrap(operation: str, request: dict[str, Any], way_on: Callable[..., Any]) -> Any:
        calls.append(operation)
        return way_on(**request)

    return Between(client, wrap)


def in_small_pages(client: Any, items: int = 2) -> Any:
    """A client whose queries bring only a few items a page."""

    def wrap(operation: str, request: dict[str, Any], way_on: Callable[..., Any]) -> Any:
        return way_on(**request, Limit=items) if operation == "query" else way_on(**request)

    return Between(client, wrap)


def one_at_a_time(client: Any) -> Any:
    """A client for threads: the service does one request after another, as DynamoDB does for one item."""
    lock = threading.Lock()

    def wrap(_operation: str, request: dict[str, Any], way_on: Callable[..., Any]) -> Any:
        with lock:
            return way_on(**request)

    return Between(client, wrap)


def silent_about_what_stands(client: Any) -> Any:
    """A client of an older service: a condition that failed comes back without the item that made it fail."""

    def wrap(_operation: str, request: dict[str, Any], way_on: Callable[..., Any]) -> Any:
        request.pop("ReturnValuesOnConditionCheckFailure", None)
        return way_on(**request)

    return Between(client, wrap)


def answer_lost_once(client: Any, lost: str) -> Any:
    """A client that repeats one operation by itself because the answer to the first request never came."""
    left = [1]

    def wrap(operation: str, request: dict[str, Any], way_on: Callable[..., Any]) -> Any:
        if operation == lost and left:
            left.pop()
            way_on(**request)
        return way_on(**request)

    return Between(client, wrap)


def refused_with(error: Exception) -> Any:
    """A client to which every operation fails."""

    def wrap(_operation: str, _request: dict[str, Any], _way_on: Callable[..., Any]) -> Any:
        raise error

    return Between(_Anything(), wrap)


class _Anything:
    def __getattr__(self, _name: str) -> Any:
        return None
