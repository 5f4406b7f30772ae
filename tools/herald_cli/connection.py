"""Which Herald the command speaks to: a stack in an AWS account, or the local run."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from herald.domain.errors import ConfigurationError

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_sts import STSClient

SecretOutput = Literal[
    "WebhookSecretId", "CallbackSecretId", "ThreekitSecretId", "OpenTextSecretId", "ApprovalSecretId"
]
LOCAL_RUN = Path(".local/running.json")
"""Where a running local stack says how it is reached (written by ``make up``)."""


@dataclass(frozen=True)
class Connection:
    """A stack that was found.

    ``outputs`` and ``parameters`` are those of CloudFormation; ``local`` holds what only a local run has.
    """

    stack: str
    region: str | None
    endpoint_url: str | None
    outputs: Mapping[str, str]
    local: Mapping[str, Any]
    parameters: Mapping[str, str] = field(default_factory=dict)

    def output(self, name: str) -> str:
        """Return one of the stack's outputs. Raises ``ConfigurationError`` if it was deployed without it."""
        try:
            return self.outputs[name]
        except KeyError:
            raise ConfigurationError(
                f"the stack {self.stack} has no output {name}: deploy it again with this version of template.yaml"
            ) from None

    @property
    def api_url(self) -> str:
        """The HTTP API's URL without a slash at its end."""
        return str(self.local.get("api_url") or self.output("ApiUrl")).rstrip("/")

    @property
    def threekit_url(self) -> str:
        """Where Threekit is, without a slash at its end."""
        return str(self.local.get("threekit_url") or self.output("ThreekitBaseUrl")).rstrip("/")

    @property
    def opentext_url(self) -> str:
        """Where OpenText is, without a slash at its end."""
        return str(self.local.get("opentext_url") or self.output("OpenTextBaseUrl")).rstrip("/")

    def dynamodb(self) -> "DynamoDBClient":
        """Return a DynamoDB client."""
        client: DynamoDBClient = self._client("dynamodb")
        return client

    def secretsmanager(self) -> "SecretsManagerClient":
        """Return a Secrets Manager client."""
        client: SecretsManagerClient = self._client("secretsmanager")
        return client

    def sqs(self) -> "SQSClient":
        """Return an SQS client."""
        client: SQSClient = self._client("sqs")
        return client

    def s3(self) -> "S3Client":
        """Return an S3 client."""
        client: S3Client = self._client("s3")
        return client

    def scheduler(self) -> "EventBridgeSchedulerClient":
        """Return a client of EventBridge Scheduler."""
        client: EventBridgeSchedulerClient = self._client("scheduler")
        return client

    def ssm(self) -> "SSMClient":
        """Return a client of Parameter Store."""
        client: SSMClient = self._client("ssm")
        return client

    def caller(self) -> str:
        """Return whose credentials these are, as an ARN. Raises what boto3 raises."""
        client: STSClient = self._client("sts")
        return client.get_caller_identity()["Arn"]

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            made: Any = self._session.client
            self._clients[service] = made(service, endpoint_url=self.endpoint_url)
        return self._clients[service]

    @cached_property
    def _clients(self) -> dict[str, Any]:
        return {}

    @cached_property
    def _session(self) -> "boto3.Session":
        return _session(self.region, local=self.endpoint_url is not None)

    def secret(self, output: SecretOutput) -> dict[str, Any]:
        """Return a secret's JSON object. Raises ``ConfigurationError`` if it is none."""
        secret_id = self.output(output)
        text = self.secretsmanager().get_secret_value(SecretId=secret_id)["SecretString"]
        value: Any = None
        with suppress(ValueError):  # not raised from: the decoder's error holds the whole text
            value = json.loads(text)
        if not isinstance(value, dict):
            raise ConfigurationError(f"the secret {secret_id} is not JSON: put a JSON object there")
        return value


def connect(stack: str | None, region: str | None, *, local: bool) -> Connection:
    """Find the stack. Raises ``ConfigurationError`` that names the fix if it cannot be found."""
    if local:
        if not LOCAL_RUN.exists():
            raise ConfigurationError(f"no local run is up here ({LOCAL_RUN} is not there): start one with `make up`")
        running = json.loads(LOCAL_RUN.read_text(encoding="utf-8"))
        return Connection(
            running["stack"], running["region"], running["endpoint_url"], running["outputs"], running,
            running.get("parameters", {}),
        )  # fmt: skip
    name = stack or os.environ.get("HERALD_STACK")
    if not name:
        raise ConfigurationError("say which stack: --stack NAME, or HERALD_STACK, or --local for the local run")
    found = _described(name, region)
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
    parameters = {given["ParameterKey"]: given["ParameterValue"] for given in found.get("Parameters", [])}
    return Connection(name, region, None, outputs, {}, parameters)


def _described(stack: str, region: str | None) -> "StackTypeDef":
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - only where AWS is asked

    client: CloudFormationClient = _session(region, local=False).client("cloudformation")
    try:
        return client.describe_stacks(StackName=stack)["Stacks"][0]
    except (BotoCoreError, ClientError) as error:
        raise ConfigurationError(
            f"cannot read the stack {stack}: {error}. Check --stack, --region (or AWS_REGION) and the AWS credentials"
        ) from None


def _session(region: str | None, *, local: bool) -> "boto3.Session":
    import boto3  # noqa: PLC0415 - a fifth of a second that --help need not wait for

    if local:
        return boto3.Session(aws_access_key_id="local", aws_secret_access_key="local", region_name=region)  # noqa: S106
    return boto3.Session(region_name=region)
