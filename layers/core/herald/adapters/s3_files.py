"""Workings of scans, and reports, on S3."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from herald.adapters.aws_errors import error_code, storage_errors

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

CHUNK = 1024 * 1024
ABSENT = frozenset({"NoSuchKey", "404"})


@dataclass(frozen=True)
class S3Files:
    """Implements ``catalog_ports.Files``. Encryption is the bucket's own."""

    client: "S3Client"
    bucket: str

    def put(self, key: str, content: bytes, media_type: str = "application/octet-stream") -> None:
        """Write a file. Raises ``StorageError``."""
        with storage_errors("writing to the bucket"):
            self.client.put_object(Bucket=self.bucket, Key=key, Body=content, ContentType=media_type)

    def get(self, key: str) -> bytes | None:
        """Return a file, or ``None``. Raises ``StorageError``."""
        with storage_errors("reading the bucket"):
            try:
                return bytes(self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read())
            except ClientError as error:
                if error_code(error) in ABSENT:
                    return None
                raise

    def names(self, prefix: str) -> list[str]:
        """Return all keys that begin with a prefix, in order. Raises ``StorageError``."""
        found: list[str] = []
        with storage_errors("listing the bucket"):
            for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
                found += [entry["Key"] for entry in page.get("Contents", ())]
        return sorted(found)

    def upload(self, key: str, path: Path) -> None:
        """Write a file from the disk. Raises ``StorageError``."""
        with storage_errors("writing to the bucket"), path.open("rb") as content:
            self.client.put_object(Bucket=self.bucket, Key=key, Body=content)

    def download(self, key: str, path: Path) -> bool:
        """Write a file to the disk; say whether there was one. Raises ``StorageError``."""
        with storage_errors("reading the bucket"):
            try:
                body = self.client.get_object(Bucket=self.bucket, Key=key)["Body"]
            except ClientError as error:
                if error_code(error) in ABSENT:
                    return False
                raise
            with path.open("wb") as file:
                for chunk in body.iter_chunks(CHUNK):
                    file.write(chunk)
        return True
