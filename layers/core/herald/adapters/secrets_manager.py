"""The one secret a function may read, from AWS Secrets Manager."""

import json
import logging
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from herald.adapters.aws_errors import storage_errors
from herald.domain.errors import ConfigurationError
from herald.ports import Clock, StorageError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

MAX_AGE = timedelta(seconds=300)
PAUSE = timedelta(seconds=30)
"""Between readings when a refresh failed or a vendor refused: the service is not asked with every request."""

_log = logging.getLogger(__name__)


class SecretsManagerSecrets:
    """Implements ``ports.Secrets``. Its text forms never show the value."""

    def __init__(
        self, client: "SecretsManagerClient", secret_id: str, clock: Clock, max_age: timedelta = MAX_AGE
    ) -> None:
        self._client = client
        self._secret_id = secret_id
        self._clock = clock
        self._max_age = max_age
        self._lock = threading.Lock()
        self._text = ""
        self._value: Mapping[str, Any] | None = None
        self._read_at = self._good_until = datetime.min.replace(tzinfo=UTC)

    def __repr__(self) -> str:
        return f"SecretsManagerSecrets({self._secret_id!r})"

    def get(self) -> Mapping[str, Any]:
        """Return the secret's object, the very same one as long as the secret's text is the same.

        If a refresh fails, the last good value serves on. Raises ``StorageError`` if the secret was never read, and
        ``ConfigurationError`` if it is no JSON object.
        """
        with self._lock:
            now = self._clock()
            if self._value is None or now >= self._good_until:
                self._value = self._refreshed(now)
            return self._value

    def refused(self) -> None:
        """Let what a vendor refused serve no longer than half a minute after it was read."""
        with self._lock:
            self._good_until = min(self._good_until, self._read_at + PAUSE)

    def _refreshed(self, now: datetime) -> Mapping[str, Any]:
        try:
            text = self._read()
            value = (
                self._value if self._value is not None and text == self._text else _json_object(text, self._secret_id)
            )
        except (StorageError, ConfigurationError) as error:
            if self._value is None:
                raise
            _log.warning("secret.refresh_failed", extra={"secret": self._secret_id, "error": str(error)})
            self._good_until = now + min(PAUSE, self._max_age)
            return self._value
        self._text = text
        self._read_at, self._good_until = now, now + self._max_age
        return value

    def _read(self) -> str:
        with storage_errors(f"reading secret {self._secret_id}"):
            return self._client.get_secret_value(SecretId=self._secret_id).get("SecretString", "")


def _json_object(text: str, secret_id: str) -> Mapping[str, Any]:
    value: Any = None
    with suppress(ValueError, RecursionError):  # not raised from: the decoder's error holds the whole text
        value = json.loads(text)
    if not isinstance(value, dict):
        raise ConfigurationError(
            f"secret {secret_id} must be a JSON object: put one with `aws secretsmanager put-secret-value`"
        )
    return value
