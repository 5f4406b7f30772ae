"""The configuration store in an emulated AWS: one bucket, one parameter, and stores that share them."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import boto3
from tests.builders import a_configuration

from herald.adapters.aws_configuration import AwsConfigurationStore
from herald.adapters.parameter_pointer import ParameterPointer
from herald.adapters.s3_configurations import S3Configurations
from herald.ports import Clock

BUCKET, PARAMETER = "herald-test-config", "/herald-test/configuration/active"
ENGLISH, GERMAN, FRENCH = (a_configuration(default_locale=locale) for locale in ("en", "de", "fr"))


@dataclass
class Configurations:
    """Where versions are kept. Built inside ``mock_aws``; ``s3`` and ``ssm`` may be replaced for the stores to come."""

    clock: Clock
    bucket: str = BUCKET
    parameter: str = PARAMETER
    s3: Any = field(default_factory=lambda: boto3.client("s3"))
    ssm: Any = field(default_factory=lambda: boto3.client("ssm"))
    counts: Counter[str] = field(default_factory=Counter)

    def made(self) -> "Configurations":
        """Make the bucket; the parameter is made by whoever applies first."""
        region = self.s3.meta.region_name
        at_home = region == "us-east-1"  # which is no location to S3
        elsewhere = {} if at_home else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        self.s3.create_bucket(Bucket=self.bucket, **elsewhere)
        return self

    def store(self, max_age: timedelta = timedelta(0)) -> AwsConfigurationStore:
        """A store of another process, which has read nothing yet."""
        versions = S3Configurations(lambda: self.s3, self.bucket)
        pointer = ParameterPointer(lambda: self.ssm, self.parameter)
        return AwsConfigurationStore(versions, pointer, self.clock, max_age, self._count)

    def _count(self, name: str, number: int) -> None:
        self.counts[name] += number
