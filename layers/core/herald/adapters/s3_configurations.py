"""The versions of ``config/`` on S3: one object each, named by its content and never written again."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from herald.adapters.aws_errors import error_code, storage_errors
from herald.domain.configuration import Configuration
from herald.domain.errors import ConfigurationError
from herald.ports import StorageError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PREFIX = "configurations/"
KEPT_CONTENT = 32_000_000
"""Characters of content, as much as one version may have: work begun under an older one still asks for it by name."""
ABSENT = frozenset({"NoSuchKey", "404"})
STANDS = "PreconditionFailed"


class S3Configurations:
    """Implements ``ports.ConfigurationVersions``; holds on to those asked for last. Encryption is the bucket's own.

    ``client`` is asked for with the first version. Every method raises ``StorageError`` if the bucket cannot be used.
    """

    def __init__(self, client: Callable[[], "S3Client"], bucket: str) -> None:
        self._client = client
        self._bucket = bucket
        self._kept: dict[str, tuple[Configuration, int]] = {}

    def version(self, version: str) -> Configuration:
        """Return one version. Raises ``ConfigurationError`` if it is not there or cannot be read."""
        known = self._kept.pop(version, None)
        configuration, size = known if known is not None else self._read(version)
        self._kept[version] = configuration, size
        while sum(size for _, size in self._kept.values()) > KEPT_CONTENT and len(self._kept) > 1:
            self._kept.pop(next(iter(self._kept)))
        return configuration

    def put(self, configuration: Configuration) -> None:
        """Store a version; that it is there already is success. Raises ``ConfigurationError`` if it is too large."""
        from herald.adapters.configuration_bundle import to_bytes  # noqa: PLC0415 - operators store, functions never do

        body, key = to_bytes(configuration), PREFIX + configuration.version
        with storage_errors(f"storing configuration {configuration.version}"):
            try:
                self._client().put_object(Bucket=self._bucket, Key=key, Body=body, IfNoneMatch="*")
            except ClientError as error:
                if error_code(error) != STANDS:
                    raise
                self._compare(configuration.version)

    def _compare(self, version: str) -> None:
        """Raise ``ConfigurationError`` if what stands under a version's name is not that version."""
        try:
            self._read(version)
        except ConfigurationError as error:
            raise ConfigurationError(f"{error}, once s3://{self._bucket}/{PREFIX}{version} is deleted") from None

    def _read(self, version: str) -> tuple[Configuration, int]:
        from herald.adapters.configuration_bundle import from_content, unpacked  # noqa: PLC0415 - only what is not kept

        content = unpacked(version, self._body(version))
        return from_content(version, content), len(content)

    def _body(self, version: str) -> bytes:
        with storage_errors(f"reading configuration {version}"):
            try:
                return self._client().get_object(Bucket=self._bucket, Key=PREFIX + version)["Body"].read()
            except ClientError as error:
                if error_code(error) in ABSENT:
                    raise ConfigurationError(
                        f"{self._bucket} has no configuration {version}: apply it again from its folder"
                    ) from None
                if error_code(error) == "AccessDenied":
                    # Functions may not list the bucket, so that S3 does not tell them what is not there.
                    raise StorageError(
                        f"reading configuration {version}: AccessDenied, which S3 also says of one that is not there"
                    ) from error
                raise
