"""The clients: one per service, of one session, and none that could wait for ever."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from herald.adapters import aws_clients


@pytest.fixture(autouse=True)
def fresh_clients(emulated_aws: None) -> Iterator[None]:
    cached: tuple[Any, ...] = (aws_clients.client, aws_clients._session)
    for function in cached:
        function.cache_clear()
    yield
    for function in cached:
        function.cache_clear()


@pytest.mark.parametrize("service", ["dynamodb", "events", "scheduler", "secretsmanager", "sqs"])
def test_every_client_gives_up_in_time(service: Any) -> None:
    config = aws_clients.client(service).meta.config

    assert (config.connect_timeout, config.read_timeout) == (2, 5)
    assert config.retries == {"mode": "standard", "total_max_attempts": 3}
    assert config.tcp_keepalive is True


def test_a_service_has_one_client() -> None:
    assert aws_clients.client("dynamodb") is aws_clients.client("dynamodb")


def test_all_clients_share_a_session(monkeypatch: pytest.MonkeyPatch) -> None:
    import botocore.session  # noqa: PLC0415 - under the emulation only

    made: list[Any] = []
    session = botocore.session.Session

    def noted() -> Any:
        made.append(session())
        return made[-1]

    monkeypatch.setattr(botocore.session, "Session", noted)
    aws_clients.client("dynamodb")
    aws_clients.client("sqs")

    assert len(made) == 1


@pytest.mark.parametrize(
    "module",
    ["aws_clients", "memory", "exact_json", "dynamodb_items", "ledger_records", "dynamodb_inbox", "sqs", "scheduler"],
)
def test_importing_an_adapter_does_not_import_boto3(module: str) -> None:
    code = f"import sys, herald.adapters.{module}; sys.exit('boto3' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0  # noqa: S603 - our own code
