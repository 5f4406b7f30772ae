"""A deployed stack as its outputs tell it, and a running local one."""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from localrun.emulator import Emulator


@dataclass(frozen=True)
class StackOutputs:
    """Every output of the template, under its name in snake case."""

    stage: str
    api_url: str
    api_id: str
    threekit_base_url: str
    open_text_base_url: str
    bus_name: str
    alarm_topic_arn: str
    key_arn: str
    inbox_table_name: str
    audit_table_name: str
    ledger_table_name: str
    state_table_name: str
    catalog_table_name: str
    catalog_bucket_name: str
    config_bucket_name: str
    config_parameter_name: str
    evaluation_queue_url: str
    tracking_queue_url: str
    dispatch_queue_url: str
    writeback_queue_url: str
    reconcile_queue_url: str
    scan_queue_url: str
    approval_timer_queue_url: str
    relay_dead_letter_queue_url: str
    evaluation_dead_letter_queue_url: str
    tracking_dead_letter_queue_url: str
    dispatch_dead_letter_queue_url: str
    writeback_dead_letter_queue_url: str
    reconcile_dead_letter_queue_url: str
    scan_dead_letter_queue_url: str
    approval_timer_dead_letter_queue_url: str
    scan_schedules_name: str
    scan_schedules_role_arn: str
    scan_queue_arn: str
    scan_dead_letter_queue_arn: str
    approval_schedules_name: str
    webhook_secret_id: str
    callback_secret_id: str
    threekit_secret_id: str
    open_text_secret_id: str
    report_secret_id: str
    approval_secret_id: str
    threekit_webhook_function_name: str
    opentext_callback_function_name: str
    event_relay_function_name: str
    rule_evaluation_function_name: str
    notification_dispatch_function_name: str
    delivery_tracking_function_name: str
    threekit_writeback_function_name: str
    reconcile_function_name: str
    catalog_scan_function_name: str
    report_download_function_name: str
    approval_timer_function_name: str
    approval_page_function_name: str

    @classmethod
    def from_outputs(cls, outputs: Mapping[str, str]) -> Self:
        """From a stack's outputs by key. Raises ``ValueError`` that names every missing one at once."""
        named = {re.sub(r"(?<!^)(?=[A-Z])", "_", key).lower(): value for key, value in outputs.items()}
        fields = {field.name for field in dataclasses.fields(cls)}
        if missing := sorted(fields - named.keys()):
            raise ValueError(f"the stack has no outputs for {', '.join(missing)}")
        return cls(**{name: value for name, value in named.items() if name in fields})


def read_outputs(emulator: Emulator, stack_name: str) -> StackOutputs:
    """Ask a stack for its outputs."""
    return StackOutputs.from_outputs(_outputs_by_key(emulator, stack_name))


def _outputs_by_key(emulator: Emulator, stack_name: str) -> dict[str, str]:
    stack = emulator.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


@dataclass(frozen=True)
class LocalStack:
    """The stack while it runs on this machine."""

    name: str
    outputs: StackOutputs
    emulator: Emulator

    @property
    def api_url(self) -> str:
        """Where the HTTP API answers here; ``outputs.api_url`` is where it would in AWS."""
        return f"{self.emulator.endpoint_url}/_aws/execute-api/{self.outputs.api_id}/$default"

    @property
    def log_file(self) -> Path:
        """What the emulator says."""
        return self.emulator.log_file

    def raw_outputs(self) -> dict[str, str]:
        """The outputs under the keys the template gives them."""
        return _outputs_by_key(self.emulator, self.name)

    def client(self, service: str) -> Any:
        """A boto3 client of this stack's AWS."""
        return self.emulator.client(service)

    def environment(self) -> dict[str, str]:
        """Variables under which command-line tools find this stack's AWS."""
        return self.emulator.aws_environment()
