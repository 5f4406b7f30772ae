"""The functions that an order passes through, in Lambda's own image under `sam local`, as docs/sam-local.md tells."""

import errno
import json
import os
import re
import shutil
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from herald.domain.event import EventReference
from herald.runtime.queue_messages import event_id, text
from herald.runtime.stream import references
from localrun import LocalStack, local_stack
from localrun.build_and_deploy import built
from localrun.build_target import BuildTarget
from localrun.child_process import child_process

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "events" / "lambda"
PAGE = ROOT / "docs" / "sam-local.md"
PYTHON_VERSION = "3.13"
IMAGE = "herald-sam-local-test"
ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
NOWHERE = "http://127.0.0.1:9"
TOKEN = "sample-token-that-opens-no-door"
CONSUMERS = {
    "rule_evaluation": "evaluation",
    "notification_dispatch": "dispatch",
    "delivery_tracking": "tracking",
    "threekit_writeback": "writeback",
}
"""Each function that works a queue off, and its queue."""


def sample(function: str) -> dict[str, Any]:
    """The Lambda event in a function's sample."""
    event: dict[str, Any] = json.loads((SAMPLES / f"{function}.json").read_text(encoding="utf-8"))
    return event


def message(function: str) -> dict[str, Any]:
    """The message in a consumer's sample."""
    (record,) = sample(function)["Records"]
    body: dict[str, Any] = json.loads(record["body"])
    return body


def relayed() -> EventReference:
    """The event in the relay's sample."""
    (reference,) = references(sample("event_relay"))
    return reference


class TestSamplesTellOneStory:
    def test_what_is_relayed_is_what_is_evaluated(self) -> None:
        assert event_id(message("rule_evaluation")) == relayed().event_id

    def test_the_message_of_the_bus_names_its_type_as_the_rules_of_the_bus_read_it(self) -> None:
        assert message("rule_evaluation")["detail-type"] == relayed().type
        assert message("delivery_tracking")["detail-type"] == "opentext.status"

    def test_what_is_dispatched_is_what_is_written_back_on_the_order(self) -> None:
        writeback = message("threekit_writeback")
        assert text(writeback, "about") == text(message("notification_dispatch"), "notification_id")
        assert text(writeback, "event_id") == relayed().event_id
        assert f"order/{text(writeback, 'object_id')}" == relayed().subject


@dataclass(frozen=True)
class SamLocal:
    """`sam local` on a build, in front of a running stack. ``options`` follow any of its commands."""

    stack: LocalStack
    options: tuple[str, ...]

    def invoke(self, function: str) -> Any:
        """Invoke a function with its sample; return its answer."""
        logical_name = "".join(part.capitalize() for part in function.split("_")) + "Function"
        event = str(SAMPLES / f"{function}.json")
        ended = _try([_sam(), "local", "invoke", logical_name, "--event", event, *self.options])
        assert ended.returncode == 0, ended.stderr
        answer = json.loads(ended.stdout)
        assert "errorType" not in (answer or {}), f"{answer}\n{ended.stderr}"
        return answer

    @contextmanager
    def http_api(self, log_file: Path) -> Iterator[str]:
        """Serve the HTTP API for the length of the block; yields its URL."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [_sam(), "local", "start-api", "--port", str(port), *self.options]
        with child_process(command, _environment(), log_file, ROOT):
            yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def architecture() -> str:
    """The architecture of a Docker engine that answers and has the runtime's image."""
    if shutil.which("docker") is None:
        pytest.skip("there is no docker command")
    told = _try(["docker", "info", "--format", "{{.Architecture}}"])
    if told.returncode != 0 or told.stdout.strip() not in ARCHITECTURES:
        pytest.skip(f"no Docker engine answers: {told.stderr.strip() or told.stdout.strip()}")
    found = ARCHITECTURES[told.stdout.strip()]
    if _try(["docker", "image", "inspect", _base(found)]).returncode != 0:
        pytest.skip(f"the Docker engine lacks an image: docker pull {_base(found)}")
    return found


@pytest.fixture(scope="module")
def sam_local(architecture: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SamLocal]:
    scratch = tmp_path_factory.mktemp("sam-local")
    with local_stack(threekit_url=NOWHERE, opentext_url=NOWHERE, log_file=scratch / "emulator.log") as stack:
        _fill(stack.client("secretsmanager"), stack.outputs.webhook_secret_id, "showroom")
        _fill(stack.client("secretsmanager"), stack.outputs.callback_secret_id, "notifications")
        target = BuildTarget(PYTHON_VERSION, architecture)
        with built(ROOT, target) as build, _image_that_knows_the_endpoint(architecture, stack.emulator.port):
            options = (
                *("--template-file", str(build.artifacts / "template.yaml"), "--region", "us-east-1"),
                *("--parameter-overrides", *(f"{name}={value}" for name, value in target.parameters.items())),
                *("--env-vars", str(_variables(stack, scratch)), "--invoke-image", IMAGE, "--skip-pull-image"),
                *("--add-host", "host.docker.internal:host-gateway"),
            )
            with _reachable_by_containers(stack.emulator.port):
                yield SamLocal(stack, options)


@pytest.mark.e2e
@pytest.mark.docker
class TestInLambdasImage:
    def test_a_webhook_is_recorded_before_it_is_answered(self, sam_local: SamLocal) -> None:
        _forget(sam_local.stack, relayed().event_id)
        answer = sam_local.invoke("threekit_webhook")
        assert (answer["statusCode"], json.loads(answer["body"])["id"]) == (202, relayed().event_id)
        assert _is_recorded(sam_local.stack, relayed().event_id)

    def test_a_callback_is_recorded_before_it_is_answered(self, sam_local: SamLocal) -> None:
        told = event_id(message("delivery_tracking"))
        _forget(sam_local.stack, told)
        answer = sam_local.invoke("opentext_callback")
        assert (answer["statusCode"], json.loads(answer["body"])["id"]) == (202, told)
        assert _is_recorded(sam_local.stack, told)

    def test_the_relay_notes_what_it_published(self, sam_local: SamLocal) -> None:
        assert sam_local.invoke("event_relay") is None
        entries = sam_local.stack.client("dynamodb").query(
            TableName=sam_local.stack.outputs.audit_table_name,
            KeyConditionExpression="event_id = :id",
            ExpressionAttributeValues={":id": {"S": relayed().event_id}},
        )["Items"]
        assert [item["outcome"]["S"] for item in entries if item.get("key") == {"S": "relayed"}] == ["published"]

    @pytest.mark.parametrize(("function", "queue"), CONSUMERS.items())
    def test_a_consumer_parks_what_names_nothing_known(self, sam_local: SamLocal, function: str, queue: str) -> None:
        for consumer in ("rule_evaluation", "delivery_tracking"):
            _forget(sam_local.stack, event_id(message(consumer)))
        assert sam_local.invoke(function) == {"batchItemFailures": []}
        (record,) = sample(function)["Records"]
        dead_letters = getattr(sam_local.stack.outputs, f"{queue}_dead_letter_queue_url")
        assert _reason_parked(sam_local.stack, dead_letters, record["body"]) == "not_found"

    def test_the_http_api_answers_as_the_gateway_would(self, sam_local: SamLocal, tmp_path: Path) -> None:
        body = (ROOT / "events" / "threekit_order_created.json").read_bytes()
        _forget(sam_local.stack, relayed().event_id)
        # Retries cover the time until it listens
        transport = httpx.HTTPTransport(retries=7)
        headers = {"content-type": "application/json"}
        with (
            sam_local.http_api(tmp_path / "start-api.log") as url,
            httpx.Client(transport=transport, headers=headers, timeout=120.0) as client,
        ):
            recorded = client.post(f"{url}/webhooks/threekit/showroom/{TOKEN}", content=body)
            refused = client.post(f"{url}/webhooks/threekit/showroom", content=body)
        assert (recorded.status_code, recorded.json()) == (202, {"id": relayed().event_id, "duplicate": False})
        assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")


def _base(architecture: str) -> str:
    return f"public.ecr.aws/lambda/python:{PYTHON_VERSION}-{architecture}"


def _sam() -> str:
    return str(Path(sys.executable).with_name("sam"))


def _environment() -> dict[str, str]:
    """The host's without what concerns AWS, which `sam local` would hand to the functions."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAM_CLI_", "HERALD_"))}
    unread = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
    return kept | unread | {"AWS_EC2_METADATA_DISABLED": "true", "SAM_CLI_TELEMETRY": "0"}


def _try(
    command: list[str], environment: Mapping[str, str] | None = None, folder: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the commands are written in this file and on its page
        command,
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=_environment() if environment is None else dict(environment),
        cwd=folder,
    )


def _run(command: list[str], environment: Mapping[str, str] | None = None, folder: Path = ROOT) -> str:
    """Run a command to its end; return its standard output."""
    ended = _try(command, environment, folder)
    assert ended.returncode == 0, f"`{' '.join(command[:3])}` ended with {ended.returncode}\n{ended.stderr}"
    return ended.stdout


def _from_page(language: str, containing: str) -> str:
    """Return the one script of the page that holds the words."""
    blocks = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (block,) = (block for block in blocks if containing in block)
    return str(block)


def _variables(stack: LocalStack, scratch: Path) -> Path:
    """Write what the page's script says about the stack's functions; return the file."""
    outputs = stack.client("cloudformation").describe_stacks(StackName=stack.name)["Stacks"][0]["Outputs"]
    running = {
        "endpoint_url": stack.emulator.endpoint_url,
        "region": "us-east-1",
        "outputs": {output["OutputKey"]: output["OutputValue"] for output in outputs},
    }
    (scratch / ".local").mkdir()
    (scratch / ".local" / "running.json").write_text(json.dumps(running), encoding="utf-8")
    variables = scratch / "variables.json"
    script = _from_page("python", "get_function_configuration")
    variables.write_text(_run([sys.executable, "-c", script], folder=scratch), encoding="utf-8")
    return variables


@contextmanager
def _image_that_knows_the_endpoint(architecture: str, port: int) -> Iterator[None]:
    """Build the page's image for the length of the block."""
    script = _from_page("sh", "docker build").replace("herald-sam-local", IMAGE)
    _run(["/bin/sh", "-c", script], {**_environment(), "ARCHITECTURE": architecture, "PORT": str(port)})
    try:
        yield
    finally:
        _try(["docker", "image", "rm", "--force", IMAGE])


class _Forwarder(socketserver.ThreadingTCPServer):
    """Carries connections on to the same port of the loopback address."""

    allow_reuse_address = True
    daemon_threads = True

    def finish_request(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - socketserver's signature
        with socket.create_connection(("127.0.0.1", self.socket.getsockname()[1])) as onward:
            back = threading.Thread(target=_carry, args=(onward, request), daemon=True)
            back.start()
            _carry(request, onward)
            back.join()


def _carry(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


@contextmanager
def _reachable_by_containers(port: int) -> Iterator[None]:
    """Offer a port of the loopback address where containers look for the host, unless that is not on this machine."""
    asked = _from_page("sh", "/etc/hosts").replace("herald-sam-local", IMAGE)
    address = _run(["/bin/sh", "-c", asked]).split()[0]
    try:
        server = _Forwarder((address, port), socketserver.BaseRequestHandler)
    except OSError as error:
        if error.errno != errno.EADDRNOTAVAIL:
            raise
        # An engine in a virtual machine leads host.docker.internal to the host's loopback by itself
        yield
        return
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()


def _fill(secrets: Any, secret_id: str, source: str) -> None:
    secrets.put_secret_value(SecretId=secret_id, SecretString=json.dumps({"sources": {source: {"path_token": TOKEN}}}))


def _forget(stack: LocalStack, event: str) -> None:
    stack.client("dynamodb").delete_item(TableName=stack.outputs.inbox_table_name, Key={"id": {"S": event}})


def _is_recorded(stack: LocalStack, event: str) -> bool:
    key = {"id": {"S": event}}
    return "Item" in stack.client("dynamodb").get_item(TableName=stack.outputs.inbox_table_name, Key=key)


def _reason_parked(stack: LocalStack, queue_url: str, body: str) -> str | None:
    """Look through a dead-letter queue for a message; return why it is there, or ``None`` if it is not."""
    queue = stack.client("sqs")
    wanted = {"QueueUrl": queue_url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"], "WaitTimeSeconds": 1}
    while found := queue.receive_message(**wanted).get("Messages"):
        for parked in found:
            queue.delete_message(QueueUrl=queue_url, ReceiptHandle=parked["ReceiptHandle"])
            if parked["Body"] == body:
                return str(parked["MessageAttributes"]["reason"]["StringValue"])
    return None
