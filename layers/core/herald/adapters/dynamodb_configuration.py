"""The versions of ``config/`` on DynamoDB: one immutable item per version, and the pointer to the active one."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from herald.adapters.dynamodb_requests import get, put_unless
from herald.domain.configuration import Configuration
from herald.domain.errors import ConfigurationError
from herald.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

POINTER = "active"
VERSIONS_KEPT = 8
"""How many versions a process holds on to: work begun under an older one still asks for it by name."""


class DynamoConfigurationStore:
    """Implements ``ports.ConfigurationStore``; asks which version is active only once per ``max_age``.

    Every method raises ``StorageError`` if the table cannot be used.
    """

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock, max_age: timedelta) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._max_age = max_age
        self._versions: dict[str, Configuration] = {}
        self._active: tuple[str, datetime] | None = None

    def active(self) -> Configuration:
        """Return the active version. Raises ``ConfigurationError`` if there is none or it cannot be read."""
        now = self._clock()
        if self._active is None or now - self._active[1] >= self._max_age:
            pointer = get(self._client, self._table, {"version": {"S": POINTER}})
            if pointer is None:
                raise ConfigurationError(
                    f"{self._table} has no active configuration: apply one with `herald config apply`"
                )
            self._active = (pointer["target"]["S"], now)
        return self.version(self._active[0])

    def version(self, version: str) -> Configuration:
        """Return one version. Raises ``ConfigurationError`` if it is not there or cannot be read."""
        known = self._versions.get(version)
        if known is not None:
            return known
        item = get(self._client, self._table, {"version": {"S": version}})
        if item is None or "bundle" not in item:
            raise ConfigurationError(f"{self._table} has no configuration {version}: apply it again from its folder")
        from herald.adapters.configuration_bundle import from_bytes  # noqa: PLC0415 - only where a version is not yet known

        return self._remembered(from_bytes(version, item["bundle"]["B"]))

    def apply(self, configuration: Configuration) -> None:
        """Store a version and make it the active one. Raises ``ConfigurationError`` if it is too large to store."""
        from herald.adapters.configuration_bundle import to_bytes  # noqa: PLC0415 - operators apply, functions never do

        # A version's name is the hash of its content: where one stands, it is this one.
        put_unless(
            self._client,
            self._table,
            {"version": {"S": configuration.version}, "bundle": {"B": to_bytes(configuration)}},
            ConditionExpression="attribute_not_exists(version)",
        )
        self._remembered(configuration)
        self._point_at(configuration.version)

    def activate(self, version: str) -> None:
        """Make a stored version the active one. Raises ``ConfigurationError`` if it is not there or cannot be read."""
        self.version(version)
        self._point_at(version)

    def _point_at(self, version: str) -> None:
        now = self._clock()
        put_unless(
            self._client,
            self._table,
            {"version": {"S": POINTER}, "target": {"S": version}, "since": {"S": now.isoformat()}},
        )
        self._active = (version, now)

    def _remembered(self, configuration: Configuration) -> Configuration:
        while len(self._versions) >= VERSIONS_KEPT:
            self._versions.pop(next(iter(self._versions)))
        self._versions[configuration.version] = configuration
        return configuration
