"""Which version of ``config/`` is active, in one parameter of Parameter Store; its history is the history."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from herald.adapters.aws_errors import error_code, storage_errors
from herald.domain.configuration import Activation
from herald.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from mypy_boto3_ssm.client import SSMClient

ABSENT = "ParameterNotFound"
LARGEST_VALUE = 4096
"""Bytes of a standard parameter."""


class ParameterPointer:
    """The parameter. Its value is JSON, or a version's name alone where somebody put that by hand.

    ``client`` is asked for when the parameter is. Every method raises ``StorageError`` if it cannot be used.
    """

    def __init__(self, client: Callable[[], "SSMClient"], name: str) -> None:
        self._client = client
        self._name = name

    def read(self) -> str:
        """Return the active version. Raises ``ConfigurationError`` if there is none."""
        with storage_errors(f"reading {self._name}"):
            try:
                found = self._client().get_parameter(Name=self._name)["Parameter"]
            except ClientError as error:
                if error_code(error) == ABSENT:
                    raise ConfigurationError(
                        f"{self._name} has no active configuration: apply one with `herald config apply`"
                    ) from None
                raise
        return _activation(found).version

    def write(self, activation: Activation) -> None:
        """Let a version be the active one. Raises ``ConfigurationError`` if it is told of in too many words."""
        told = {
            "version": activation.version, "at": activation.at.isoformat(),
            "by": activation.by, "comment": activation.comment,
        }  # fmt: skip
        # Two braces would refer to another parameter, and are refused.
        value = json.dumps(told, ensure_ascii=False).replace("{{", "{\\u007b")
        if len(value.encode("utf-8", "surrogatepass")) > LARGEST_VALUE:
            raise ConfigurationError("the name and the comment are too long to be kept: use fewer words")
        with storage_errors(f"writing {self._name}"):
            self._client().put_parameter(Name=self._name, Value=value, Type="String", Overwrite=True)

    def history(self) -> Sequence[Activation]:
        """Return what was active, newest first: the last hundred, which is what Parameter Store keeps."""
        found: list[Activation] = []
        with storage_errors(f"reading the history of {self._name}"):
            try:
                for page in self._client().get_paginator("get_parameter_history").paginate(Name=self._name):
                    found += [_activation(one) for one in page["Parameters"]]
            except ClientError as error:
                if error_code(error) != ABSENT:
                    raise
        return found[::-1]


def _activation(found: Any) -> Activation:
    value = found["Value"]
    try:
        told = json.loads(value)
        return Activation(told["version"], datetime.fromisoformat(told["at"]), told["by"], told["comment"])
    except (ValueError, KeyError, TypeError):
        return Activation(value.strip(), found["LastModifiedDate"], found.get("LastModifiedUser", ""))
