"""The running stack as the tests speak to it: tell it of orders by HTTP, wait for what becomes of them."""

import json
import os
import subprocess
import sys
import time
import uuid
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx

from herald.domain.standard_webhooks import read_key, sign
from herald.usecases.trace import Tracer
from herald_cli.ports_of_stack import tracer
from herald_cli.send import Answer, send
from localrun.running_house import ORDERS, RunningHouse
from simulators.threekit.seed import ids
from simulators.threekit.seed.orders import orders

PATIENCE_SECONDS = 120.0
LOOK_EVERY_SECONDS = 0.2
SIGNED, TOKENED = "e2e-signed", "e2e-tokened"
"""Sources that only the tests of the ingress use, so that what they recorded can be told apart."""
SIGNING_KEYS = tuple("whsec_" + b64encode(bytes([number]) * 32).decode("ascii") for number in (1, 2, 3))
PATH_TOKEN = "e2e-path-token-0123456789-abcdef"


@dataclass(frozen=True)
class WholeStack:
    """A running house. ``folder`` is where commands find it, ``faults`` the file that says where processes die."""

    house: RunningHouse
    folder: Path
    faults: Path
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30.0, trust_env=False))
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """A boto3 client of the stack's AWS, made once."""
        if service not in self._clients:
            self._clients[service] = self.house.stack.client(service)
        return self._clients[service]

    @cached_property
    def trace(self) -> Tracer:
        """Finds the story of an event as far as it is written, by the event's id."""
        return tracer(self.house.connection)

    def new_order(self, like: str = ids.ORDER_LYON_TABLE_NEW, **metadata: Any) -> str:
        """Put a seed order into Threekit under a new id, other ``metadata`` laid over it; return the id.

        It is as the seed data has it, whatever has become of that order since.
        """
        identity = str(uuid.uuid4())
        (order,) = (one for one in orders() if one["id"] == like)
        order.update(id=identity, shortId=identity[:8], metadata={**order["metadata"], **metadata})
        self.house.threekit.orders[identity] = order
        return identity

    def told_of(self, order_id: str) -> bytes:
        """The body Threekit would push when the order was created."""
        order = self.house.threekit.orders[order_id]
        return json.dumps({"topic": "orders", "action": "created", "data": order}).encode()

    def tell_of(self, order_id: str) -> Answer:
        """Tell of an order through the HTTP API as Threekit does."""
        return send(self.house.connection, self.told_of(order_id), ORDERS)

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """POST exactly that to the HTTP API."""
        return self.http.post(f"{self.house.connection.api_url}{path}", content=body, headers=dict(headers))

    def post_signed(
        self,
        body: bytes,
        *,
        key: str = SIGNING_KEYS[0],
        at: float | None = None,
        without: str = "",
        content_type: str = "application/cloudevents+json",
        source: str = SIGNED,
    ) -> httpx.Response:
        """POST with a good signature of that key as of then (seconds since 1970, else now), one header left out."""
        headers = {"content-type": content_type, **signature(body, key, at)}
        headers.pop(without, None)
        return self.post(f"/webhooks/threekit/{source}", body, headers)

    def written_back(self, order_id: str) -> dict[str, Any]:
        """What Threekit's order bears of Herald's notes, by notification."""
        metadata = self.house.threekit.orders[order_id]["metadata"]
        return dict(metadata.get("herald", {}).get("notifications", {}))

    def command(self, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run the installed ``herald`` to its end, in a terminal's place, without any AWS of the host's."""
        script = Path(sys.executable).with_name("herald")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "HERALD_"))}
        return subprocess.run(  # noqa: S603 - our own script
            [str(script), *words],
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            cwd=cwd or self.folder,
            env=kept | {"COLUMNS": "200"},
            timeout=PATIENCE_SECONDS,
        )

    def command_json(self, *words: str) -> Any:
        """Run ``herald`` with ``--local --json``; return what it printed, after it ended well."""
        ended = self.command(*words, "--local", "--json")
        assert ended.returncode == 0, ended.stderr + ended.stdout
        return json.loads(ended.stdout)

    def died(self, point: str, subject: str) -> bool:
        """Whether a process was killed at that checkpoint, as the fault port leaves word of."""
        return (self.folder / f"{self.faults.name}.{point}.{subject.replace('/', '_')}").exists()

    def waiting_in(self, queue_url: str) -> int:
        """How many messages of a queue a consumer could take now."""
        told = self.client("sqs").get_queue_attributes(
            QueueUrl=queue_url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(told["Attributes"]["ApproximateNumberOfMessages"])

    def at_rest(self) -> str:
        """Which queues still hold a message, taken by a consumer or not; empty when none does."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        busy = []
        for name, url in self.house.connection.outputs.items():
            if name.endswith("QueueUrl") and not name.endswith("DeadLetterQueueUrl"):
                told = self.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
                if any(int(count) for count in told.values()):
                    busy.append(name)
        return f"messages in {', '.join(busy)}" if busy else ""

    def dead_letters(self) -> dict[str, int]:
        """How many messages each dead-letter queue holds, by the name of the stack's output."""
        outputs = self.house.connection.outputs
        return {name: self.waiting_in(url) for name, url in outputs.items() if name.endswith("DeadLetterQueueUrl")}

    def inbox_of(self, source: str) -> dict[str, str]:
        """The body hash of every event recorded from a source, by event id."""
        scan = self.client("dynamodb").get_paginator("scan")
        pages = scan.paginate(TableName=self.house.stack.outputs.inbox_table_name, ConsistentRead=True)
        items = (item for page in pages for item in page["Items"])
        return {
            item["id"]["S"]: item["body_hash"]["S"] for item in items if item["source"]["S"] == f"/threekit/{source}"
        }


def fill_sources(house: RunningHouse) -> None:
    """Add the sources of these tests to those the local run has: one with three live keys, one with a path token."""
    secret = house.connection.secret("WebhookSecretId")
    secret["sources"] |= {SIGNED: {"hmac": list(SIGNING_KEYS)}, TOKENED: {"path_token": PATH_TOKEN}}
    house.connection.secretsmanager().put_secret_value(
        SecretId=house.connection.outputs["WebhookSecretId"], SecretString=json.dumps(secret)
    )


def signature(body: bytes, key: str, at: float | None = None) -> dict[str, str]:
    """The headers of Standard Webhooks for a body, under a fresh message id."""
    message_id, timestamp = f"msg_{uuid.uuid4().hex}", str(int(time.time() if at is None else at))
    signed = sign(read_key(key), message_id.encode(), timestamp.encode(), body).decode("ascii")
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": f"v1,{signed}"}


def wait_until(look: Callable[[], str], patience: float = PATIENCE_SECONDS) -> None:
    """Wait until ``look`` finds nothing missing. Raises ``AssertionError`` with what it found last."""
    deadline = time.monotonic() + patience
    while missing := look():
        assert time.monotonic() < deadline, f"after {patience:.0f} s: {missing}"
        time.sleep(LOOK_EVERY_SECONDS)
