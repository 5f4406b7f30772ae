"""The configuration store on AWS: versions on S3, and the pointer to the active one in Parameter Store."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from herald.adapters.parameter_pointer import ParameterPointer
from herald.adapters.s3_configurations import S3Configurations
from herald.domain.configuration import Activation, Configuration
from herald.domain.errors import ConfigurationError
from herald.ports import Clock, Count, StorageError

PAUSE = timedelta(seconds=30)
"""Between readings when a refresh failed: neither service is asked with every event."""

_log = logging.getLogger(__name__)


class AwsConfigurationStore:
    """Implements ``ports.ConfigurationStore``; asks which version is active only once per ``max_age``.

    Every method raises ``StorageError`` if bucket or parameter cannot be used.
    """

    def __init__(
        self, versions: S3Configurations, pointer: ParameterPointer, clock: Clock, max_age: timedelta, count: Count
    ) -> None:
        self._versions = versions
        self._pointer = pointer
        self._clock = clock
        self._max_age = max_age
        self._count = count
        self._active: Configuration | None = None
        self._good_until = datetime.min.replace(tzinfo=UTC)

    def active(self) -> Configuration:
        """Return the active version; if a refresh fails, the last good one serves on.

        Raises ``StorageError`` if none was ever read, and ``ConfigurationError`` if there is none.
        """
        now = self._clock()
        if self._active is None or now >= self._good_until:
            self._active = self._refreshed(now)
        return self._active

    def version(self, version: str) -> Configuration:
        """Return one version. Raises ``ConfigurationError`` if it is not there or cannot be read."""
        if self._active is not None and self._active.version == version:
            return self._active
        return self._versions.version(version)

    def apply(self, configuration: Configuration, by: str = "", comment: str = "") -> None:
        """Store a version and make it the active one. Raises ``ConfigurationError`` if it is too large to store."""
        self._versions.put(configuration)
        self._point_at(configuration, by, comment)

    def activate(self, version: str, by: str = "", comment: str = "") -> None:
        """Make a stored version the active one. Raises ``ConfigurationError`` if it is not there or cannot be read."""
        self._point_at(self.version(version), by, comment)

    def history(self) -> Sequence[Activation]:
        """Return what was made active when, newest first."""
        return self._pointer.history()

    def _point_at(self, configuration: Configuration, by: str, comment: str) -> None:
        now = self._clock()
        self._pointer.write(Activation(configuration.version, now, by, comment))
        self._active, self._good_until = configuration, now + self._max_age

    def _refreshed(self, now: datetime) -> Configuration:
        try:
            configuration = self.version(self._pointer.read())
        except (StorageError, ConfigurationError) as error:
            if self._active is None:
                raise
            _log.warning("configuration.refresh_failed", extra={"serving": self._active.version, "error": str(error)})
            self._count("ConfigurationRefreshesFailed", 1)
            self._good_until = now + min(PAUSE, self._max_age)
            return self._active
        self._good_until = now + self._max_age
        return configuration
