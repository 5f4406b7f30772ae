"""The webhook's processor time for one accepted event, beside a hand-written floor that does the least."""

import hashlib
import hmac
import json
import subprocess
import tempfile
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench import deployed
from bench.aws_stub import AwsStub, aws_stub
from bench.fresh_start import declared_variables
from bench.recorded_house import CREDENTIALS, AwsCall

GOAL = 1.25
ITERATIONS = 200
ROUNDS = 15
FUNCTION = "threekit_webhook"
SAMPLES = {
    "signed CloudEvent": ("configuration_submitted.json", "storefront", "application/cloudevents+json"),
    "native order": ("threekit_order_created.json", "orders", "application/json"),
}
_KEY = b64encode(b"a key of thirty-two bytes, or so").decode()
_PATH_TOKEN = "a-path-token-of-the-benchmark"  # noqa: S105 - opens nothing
_SECRET = {"sources": {"storefront": {"hmac": [f"whsec_{_KEY}"]}, "orders": {"path_token": _PATH_TOKEN}}}


@dataclass(frozen=True)
class WebhookTime:
    """Medians over all rounds for one kind of body."""

    body: str
    ratio: float
    handler_microseconds: float
    floor_microseconds: float

    @property
    def met(self) -> bool:
        """Whether the goal is met."""
        return self.ratio <= GOAL


def measure(rounds: int = ROUNDS, iterations: int = ITERATIONS) -> Iterator[WebhookTime]:
    """Give the handler's time for each kind of body, from interleaved rounds in one deployed-like process."""
    events = {name: _event(*sample) for name, sample in SAMPLES.items()}
    asked = {"events": events, "signing_key": _KEY, "rounds": rounds, "iterations": iterations}
    with aws_stub() as stub:
        taken = _run(asked, stub)
    for name, pairs in taken.items():
        yield WebhookTime(
            name,
            median(handler / floor for handler, floor in pairs),
            median(handler for handler, _floor in pairs) * 1e6,
            median(floor for _handler, floor in pairs) * 1e6,
        )


def _run(asked: dict[str, Any], stub: AwsStub) -> dict[str, list[list[float]]]:
    secret = json.dumps({"SecretString": json.dumps(_SECRET)}).encode()
    call = AwsCall(FUNCTION, 0, "secretsmanager", "GetSecretValue", {}, 0, 200, secret, {})
    variables = {**declared_variables(FUNCTION), **CREDENTIALS, "AWS_ENDPOINT_URL": stub.endpoint([call])}
    script = Path(__file__).with_name("webhook_rounds.py")
    with tempfile.TemporaryDirectory() as folder:
        given, result = Path(folder) / "given.json", Path(folder) / "result.json"
        given.write_text(json.dumps(asked), encoding="utf-8")
        command = deployed.command("-P", str(script), str(given), str(result))
        environment = deployed.environment(FUNCTION, **variables)
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
        return dict(json.loads(result.read_bytes()))


def _event(sample: str, source: str, content_type: str) -> dict[str, Any]:
    body = json.dumps(json.loads((deployed.ROOT / "events" / sample).read_bytes()), separators=(",", ":"))
    like: dict[str, Any] = json.loads((deployed.ROOT / "events" / "lambda" / f"{FUNCTION}.json").read_bytes())
    headers = {
        **like["headers"], **_signed(body), "content-type": content_type, "content-length": str(len(body)),
        "x-floor-signature": hmac.new(_KEY.encode(), body.encode(), hashlib.sha256).hexdigest(),
    }  # fmt: skip
    parameters = {"source": source} if source == "storefront" else {"source": source, "token": _PATH_TOKEN}
    return {**like, "headers": headers, "pathParameters": parameters, "body": body}


def _signed(body: str) -> dict[str, str]:
    sent_at = str(int(time.time()))
    signature = hmac.new(b64decode(_KEY), f"msg_bench.{sent_at}.{body}".encode(), hashlib.sha256).digest()
    return {
        "webhook-id": "msg_bench", "webhook-timestamp": sent_at,
        "webhook-signature": f"v1,{b64encode(signature).decode()}",
    }  # fmt: skip
