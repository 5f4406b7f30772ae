"""A stack for the command line: the template's tables and queues in an emulated AWS, and the command against them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.builders import a_configuration
from tests.contract.ports.aws_resources import create_queue, create_table, resources
from typer.testing import CliRunner, Result

from herald.domain.catalog.plan import plan_of
from herald.domain.configuration import Configuration
from herald.domain.gate import Gate, gate_of, to_document
from herald.domain.incident import Incident
from herald.domain.milestones import MilestoneStep
from herald.domain.sweep import Sweep
from herald.usecases import passage, shelves
from herald.usecases.shelf import Shelf
from herald_cli.connection import Connection
from herald_cli.main import app
from herald_cli.ports_of_stack import OPENTEXT, configuration_store, state_store
from herald_cli.scan_scheduler import scan_scheduler

REGION: Final = "eu-central-1"
API_URL = "https://api.example.com"
ORDERS, NOTIFICATIONS, WHATSAPP = "/threekit/orders", "/opentext/notifications", "whatsapp"
TOKEN = "a-path-token-0123456789abcdef"
NOBODY = "http://127.0.0.1:1"
TABLES = ("Inbox", "Audit", "Ledger", "State", "Catalog")
CONFIG_BUCKET, CONFIG_PARAMETER = "herald-test-config", "/herald-test/configuration/active"
BUCKET, SCHEDULES, TIMERS = "herald-test-catalog", "herald-test-scans", "herald-test-approvals"
CATALOG: Mapping[str, Any] = {"partitions": [{"name": "all", "schedule": "cron(0 3 * * ? *)"}]}
SECRETS: Mapping[str, Any] = {
    "WebhookSecretId": {"sources": {"orders": {"path_token": TOKEN}}},
    "CallbackSecretId": {
        "sources": {
            "notifications": {"path_token": TOKEN},
            WHATSAPP: {"kind": "whatsapp-replies", "path_token": [TOKEN, TOKEN[::-1]]},
        }
    },
    "ThreekitSecretId": {"private_token": "nobody-gave-it"},
    "OpenTextSecretId": {"basic": {"user_id": "nobody", "password": "nobody's password"}},
    "ApprovalSecretId": {"key": "drawn-by-aws-" * 5},
}


@dataclass
class Stack:
    """A deployed stack. Built inside ``mock_aws``; the ``connect`` of the command line has to return ``connection``."""

    connection: Connection

    def __post_init__(self) -> None:
        self.sqs = self.connection.sqs()

    def run(self, *arguments: str) -> Result:
        """Run ``herald`` with those arguments."""
        return CliRunner().invoke(app, [*arguments, "--stack", self.connection.stack])

    def run_json(self, *arguments: str, ends_with: int = 0) -> Any:
        """Run ``herald ... --json`` and return what it prints."""
        ended = self.run(*arguments, "--json")
        assert ended.exit_code == ends_with, ended.output
        return json.loads(ended.stdout)

    def url(self, queue: str) -> str:
        """The URL of a queue by its logical id."""
        return self.connection.output(f"{queue}Url")

    def taken(self, queue: str) -> list[str]:
        """Take everything out of a queue; return the bodies."""
        bodies: list[str] = []
        while found := self.sqs.receive_message(QueueUrl=self.url(queue), MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                bodies.append(message["Body"])
                self.sqs.delete_message(QueueUrl=self.url(queue), ReceiptHandle=message["ReceiptHandle"])
        return bodies

    def put_secret(self, output: str, value: object) -> None:
        """Replace a secret's value."""
        client = self.connection.secretsmanager()
        client.put_secret_value(SecretId=self.connection.output(output), SecretString=json.dumps(value))

    def forget_configurations(self) -> None:
        """Let no configuration ever have been applied."""
        self.connection.ssm().delete_parameter(Name=CONFIG_PARAMETER)

    def set_gate(self, gate: Gate) -> None:
        """Let OpenText's gate stand so."""
        shelf = Shelf(state_store(self.connection), passage.KIND, gate_of, to_document, passage.KEEP)
        shelf.change(OPENTEXT, lambda _before: (gate, None))

    def set_sweep(self, name: str, sweep: Sweep) -> None:
        """Let a sweep stand so."""
        shelves.sweeps(state_store(self.connection)).change(name, lambda _before: (sweep, None))

    def hear(self, source: str, at: datetime) -> None:
        """Let a source have been heard last at that time."""
        shelves.sources(state_store(self.connection)).change(source, lambda _before: (at, None))

    def open_incident(self, incident: Incident) -> None:
        """Let a system have that incident."""
        shelves.incidents(state_store(self.connection)).change(incident.system, lambda _before: (incident, None))


def deployed_stack() -> Stack:
    """A stack that was deployed and configured, and in which nothing has happened yet."""
    bare = Connection("herald-test", REGION, None, {}, {})
    outputs = {f"{name}TableName": create_table(bare.dynamodb(), f"{name}Table") for name in TABLES}
    queues = [name for name, declared in resources().items() if declared["Type"] == "AWS::SQS::Queue"]
    outputs |= {f"{name}Url": create_queue(bare.sqs(), name) for name in queues}
    for output, value in SECRETS.items():
        bare.secretsmanager().create_secret(Name=output, SecretString=json.dumps(value))
        outputs[output] = output
    outputs |= _outputs_of_scans(bare) | _outputs_of_configurations(bare)
    bare.scheduler().create_schedule_group(Name=TIMERS)
    outputs["ApprovalSchedulesName"] = TIMERS
    outputs |= {"ApiUrl": API_URL, "ThreekitBaseUrl": NOBODY, "OpenTextBaseUrl": NOBODY}
    stack = Stack(replace(bare, outputs=outputs, parameters={"OpenTextPerSecond": "10", "OpenTextAuth": "basic"}))
    configuration_store(stack.connection).apply(watching_configuration())
    scan_scheduler(stack.connection).apply(plan_of(CATALOG))
    return stack


def _outputs_of_configurations(bare: Connection) -> dict[str, str]:
    bare.s3().create_bucket(Bucket=CONFIG_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    return {"ConfigBucketName": CONFIG_BUCKET, "ConfigParameterName": CONFIG_PARAMETER}


def _outputs_of_scans(bare: Connection) -> dict[str, str]:
    """What scans have beside a table and queues."""
    bare.s3().create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    bare.scheduler().create_schedule_group(Name=SCHEDULES)
    arn = f"arn:aws:{{}}:{REGION}:123456789012:{{}}"
    return {
        "CatalogBucketName": BUCKET, "ScanSchedulesName": SCHEDULES, "ScanQueueArn": arn.format("sqs", "ScanQueue"),
        "ScanDeadLetterQueueArn": arn.format("sqs", "ScanDeadLetterQueue"),
        "ScanSchedulesRoleArn": "arn:aws:iam::123456789012:role/scan-schedules",
    }  # fmt: skip


def watching_configuration(**changes: Any) -> Configuration:
    """A configuration with milestones, that watches two sources and scans the catalogue every night."""
    watched = {ORDERS: timedelta(hours=24), NOTIFICATIONS: timedelta(hours=24)}
    steps = (MilestoneStep("received", "New"), MilestoneStep("shipped", "Complete"))
    return a_configuration(**{"silent_after": watched, "milestones": steps, "catalog": CATALOG, **changes})


def let_all_be_well(stack: Stack) -> None:
    """Let the sweeps have finished a moment ago, and every watched source have been heard."""
    now = datetime.now(UTC)
    for name in ("orders", "jobs"):
        days = {f"{now:%Y-%m-%d}": (40, 1)} if name == "orders" else {}
        watermark = now - timedelta(minutes=2)
        stack.set_sweep(name, Sweep(watermark=watermark, finished_at=now - timedelta(minutes=1), days=days))
    for source in (ORDERS, NOTIFICATIONS):
        stack.hear(source, now - timedelta(minutes=5))
