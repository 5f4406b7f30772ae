"""What a house stands on: its emulated tables, queues, bus, secrets and bucket, and the settings that name them."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeVar

import boto3
from pydantic import BaseModel
from tests.contract.ports.aws_resources import create_queue, create_table
from tests.contract.ports.configurations import BUCKET, PARAMETER, Configurations

from herald.domain.configuration import Configuration
from herald.ports import Clock
from simulators import OpenTextSimulator, ThreekitSimulator

Model = TypeVar("Model", bound=BaseModel)

LEASE = timedelta(seconds=120)
GRACE = timedelta(minutes=15)
PATH_TOKEN = "demo-path-token-0123456789abcdef"
SIGNING_KEY = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY="
REPORT_KEY = "k" * 64
APPROVAL_KEY = "a" * 64
APPROVALS, HOLDS = "approvals", "holds"
"""Groups of schedules."""
ARN = "arn:aws:sqs:eu-central-1:123456789012:"
PLENTY_PER_SECOND = 1000.0
TRACKED = ["opentext.status", "opentext.reply.sms", "opentext.reply.whatsapp"]
TABLES = ("InboxTable", "AuditTable", "LedgerTable", "StateTable", "CatalogTable")
QUEUES = ("Evaluation", "Tracking", "Dispatch", "Writeback", "Reconcile", "Scan", "ApprovalTimer")
SOURCES = {"sources": {"orders": {"path_token": PATH_TOKEN}, "storefront": {"hmac": [SIGNING_KEY]}}}
CALLBACK_SOURCES = {
    "sources": {
        "notifications": {"path_token": PATH_TOKEN},
        "workflow": {"kind": "workflow", "path_token": PATH_TOKEN},
        "plant": {"kind": "workflow", "path_token": PATH_TOKEN},
        "sms": {"kind": "sms-replies", "path_token": PATH_TOKEN},
        "whatsapp": {"kind": "whatsapp-replies", "path_token": PATH_TOKEN},
    }
}


class Resources:
    """Made once per house, inside ``mock_aws``."""

    def __init__(
        self, configuration: Configuration, clock: Clock, threekit: ThreekitSimulator, opentext: OpenTextSimulator
    ) -> None:
        self._threekit, self._opentext = threekit, opentext
        self.dynamodb, self.sqs, self.s3 = boto3.client("dynamodb"), boto3.client("sqs"), boto3.client("s3")
        self.scheduler = boto3.client("scheduler")
        for group in (APPROVALS, HOLDS):
            self.scheduler.create_schedule_group(Name=group)
        self.tables = {name: create_table(self.dynamodb, name) for name in TABLES}
        self.queues = {name: create_queue(self.sqs, f"{name}Queue") for name in QUEUES}
        self.dead_letters = {name: create_queue(self.sqs, f"{name}DeadLetterQueue") for name in QUEUES}
        self.configurations = Configurations(clock).made().store()
        self.configurations.apply(configuration)
        self._make_bucket()
        self._make_bus()
        self._make_secrets()
        self._streams = boto3.client("dynamodbstreams")
        self._iterator = self._opened_stream()

    def new_stream_records(self) -> list[Any]:
        """What the inbox's stream holds since it was last asked."""
        answer = self._streams.get_records(ShardIterator=self._iterator)
        self._iterator = answer["NextShardIterator"]
        return list(answer["Records"])

    def settings(self, changed: Mapping[str, Any], model: type[Model], queue: str = "", secret: str = "") -> Model:
        """A function's settings; ``changed`` wins over what is set here."""
        return model.model_validate(
            {
                **self._shared_settings(), **changed,
                "queue_url": self.queues.get(queue, ""), "dlq_url": self.dead_letters.get(queue, ""),
                "queue_arn": f"{ARN}{queue}Queue", "dlq_arn": f"{ARN}{queue}DeadLetterQueue",
                "secret_id": secret,
            }
        )  # fmt: skip

    def _shared_settings(self) -> dict[str, Any]:
        return {
            "inbox_table": "InboxTable", "audit_table": "AuditTable", "ledger_table": "LedgerTable",
            "config_bucket": BUCKET, "config_parameter": PARAMETER, "state_table": "StateTable", "bus_name": "herald",
            "dispatch_queue_url": self.queues["Dispatch"],
            "writeback_queue_url": self.queues["Writeback"], "threekit_base_url": self._threekit.url,
            "opentext_base_url": self._opentext.url, "opentext_auth": "basic", "opentext_token_url": "",
            "opentext_phone_format": "00", "opentext_html_type": "HTML",
            "opentext_per_second": PLENTY_PER_SECOND, "threekit_source": "orders", "opentext_source": "notifications",
            "threekit_metadata_put": "whole", "order_sort": "-createdAt", "sweep_days": 14, "settle_seconds": 120,
            "catalog_table": "CatalogTable", "catalog_bucket": "catalog", "report_secret_id": "report",
            "report_base_url": "https://herald.example.com", "report_link_days": 7, "order_days": 90,
            "scan_queue_url": self.queues["Scan"], "scan_overdue_hours": 26,
            "approval_secret_id": "approval", "approval_base_url": "https://herald.example.com",
            "approval_link_days": 14, "approval_schedules": APPROVALS,
            "approval_timer_queue_url": self.queues["ApprovalTimer"],
            "approval_timer_queue_arn": f"{ARN}ApprovalTimerQueue",
            "approval_timer_dlq_arn": f"{ARN}ApprovalTimerDeadLetterQueue",
            "approval_schedules_role_arn": "arn:aws:iam::123456789012:role/approval-schedules",
            "hold_schedules": HOLDS, "hold_schedules_role_arn": "arn:aws:iam::123456789012:role/hold-schedules",
            "threekit_secret_id": "threekit", "opentext_secret_id": "opentext", "message_prefix": "herald-test",
            "max_body_bytes": 262_144, "max_json_depth": 32, "event_retention_days": 30,
            "lease_seconds": int(LEASE.total_seconds()),
            "grace_seconds": int(GRACE.total_seconds()), "retry_window_hours": 24, "config_max_age_seconds": 60,
        }  # fmt: skip

    def _make_bucket(self) -> None:
        elsewhere: Any = {"CreateBucketConfiguration": {"LocationConstraint": self.s3.meta.region_name}}
        at_home = self.s3.meta.region_name == "us-east-1"  # which is no location to S3
        self.s3.create_bucket(Bucket="catalog", **({} if at_home else elsewhere))

    def _make_bus(self) -> None:
        events = boto3.client("events")
        events.create_event_bus(Name="herald")
        for queue, pattern in (
            ("Evaluation", {"source": ["herald"], "detail-type": [{"anything-but": TRACKED}]}),
            ("Tracking", {"source": ["herald"], "detail-type": TRACKED}),
        ):
            asked = self.sqs.get_queue_attributes(QueueUrl=self.queues[queue], AttributeNames=["QueueArn"])
            arn = asked["Attributes"]["QueueArn"]
            events.put_rule(Name=queue, EventBusName="herald", EventPattern=json.dumps(pattern))
            events.put_targets(Rule=queue, EventBusName="herald", Targets=[{"Id": queue, "Arn": arn}])

    def _make_secrets(self) -> None:
        account = self._opentext.credentials.account
        secrets = boto3.client("secretsmanager")
        for name, value in {
            "webhook": SOURCES,
            "callback": CALLBACK_SOURCES,
            "threekit": {"private_token": self._threekit.tokens.private},
            "opentext": {"basic": {"user_id": account.user_id, "password": account.password}},
            "report": {"key": REPORT_KEY},
            "approval": {"key": APPROVAL_KEY},
        }.items():
            secrets.create_secret(Name=name, SecretString=json.dumps(value))

    def _opened_stream(self) -> str:
        arn = self.dynamodb.describe_table(TableName="InboxTable")["Table"]["LatestStreamArn"]
        shard = self._streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
        opened = self._streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
        return str(opened["ShardIterator"])
