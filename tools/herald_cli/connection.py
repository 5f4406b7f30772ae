"""Which Herald the command speaks to: a stack in an AWS account, or the local run."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from herald.domain.errors import ConfigurationError

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

LOCAL_RUN = Path(".local/running.json")
"""Where a running local stack says how it is reached (written by ``make up``)."""


@dataclass(frozen=True)
class Connection:
    """A stack that was found. ``outputs`` are its CloudFormation outputs; ``local`` holds what only a local run has."""

    stack: str
    region: str | None
    endpoint_url: str | None
    outputs: Mapping[str, str]
    local: Mapping[str, Any]

    @property
    def api_url(self) -> str:
        """The HTTP API's URL without a slash at its end."""
        return str(self.local.get("api_url") or self.outputs["ApiUrl"]).rstrip("/")

    def dynamodb(self) -> "DynamoDBClient":
        """Return a DynamoDB client."""
        return self._session().client("dynamodb", endpoint_url=self.endpoint_url)

    def secretsmanager(self) -> "SecretsManagerClient":
        """Return a Secrets Manager client."""
        return self._session().client("secretsmanager", endpoint_url=self.endpoint_url)

    def sqs(self) -> "SQSClient":
        """Return an SQS client."""
        return self._session().client("sqs", endpoint_url=self.endpoint_url)

    def _session(self) -> "boto3.Session":
        return _session(self.region, local=self.endpoint_url is not None)

    def secret(
        self, output: Literal["WebhookSecretId", "CallbackSecretId", "ThreekitSecretId", "OpenTextSecretId"]
    ) -> Any:
        """Return a secret's JSON. Raises ``ConfigurationError`` if it is no JSON."""
        value = self.secretsmanager().get_secret_value(SecretId=self.outputs[output])["SecretString"]
        try:
            return json.loads(value)
        except ValueError:
            raise ConfigurationError(
                f"the secret {self.outputs[output]} is not JSON: put a JSON object there"
            ) from None


def connect(stack: str | None, region: str | None, *, local: bool) -> Connection:
    """Find the stack. Raises ``ConfigurationError`` that names the fix if it cannot be found."""
    if local:
        if not LOCAL_RUN.exists():
            raise ConfigurationError(f"no local run is up here ({LOCAL_RUN} is not there): start one with `make up`")
        running = json.loads(LOCAL_RUN.read_text(encoding="utf-8"))
        return Connection(running["stack"], running["region"], running["endpoint_url"], running["outputs"], running)
    name = stack or os.environ.get("HERALD_STACK")
    if not name:
        raise ConfigurationError("say which stack: --stack NAME, or HERALD_STACK, or --local for the local run")
    return Connection(name, region, None, _outputs(name, region), {})


def _outputs(stack: str, region: str | None) -> dict[str, str]:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - only where AWS is asked

    client: CloudFormationClient = _session(region, local=False).client("cloudformation")
    try:
        found = client.describe_stacks(StackName=stack)["Stacks"][0]
    except (BotoCoreError, ClientError) as error:
        raise ConfigurationError(
            f"cannot read the stack {stack}: {error}. Check --stack, --region (or AWS_REGION) and the AWS credentials"
        ) from None
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def _session(region: str | None, *, local: bool) -> "boto3.Session":
    import boto3  # noqa: PLC0415 - a fifth of a second that --help need not wait for

    if local:
        return boto3.Session(aws_access_key_id="local", aws_secret_access_key="local", region_name=region)  # noqa: S106
    return boto3.Session(region_name=region)
