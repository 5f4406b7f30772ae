"""How the functions reach ``config/``: some by the names of versions alone, the others by what is active."""

from datetime import timedelta
from typing import TYPE_CHECKING

from herald.adapters.s3_configurations import S3Configurations
from herald.runtime.bootstrap.world import World
from herald.runtime.settings import ActiveVersionSettings, VersionSettings

if TYPE_CHECKING:
    from herald.adapters.aws_configuration import AwsConfigurationStore


def versions(settings: VersionSettings, world: World) -> S3Configurations:
    """Return the versions by name."""
    return S3Configurations(lambda: world.client("s3"), settings.config_bucket)


def store(settings: ActiveVersionSettings, world: World) -> "AwsConfigurationStore":
    """Return the versions and which of them is active."""
    from herald.adapters.aws_configuration import AwsConfigurationStore  # noqa: PLC0415 - not for whoever reads by name
    from herald.adapters.parameter_pointer import ParameterPointer  # noqa: PLC0415 - as above

    pointer = ParameterPointer(lambda: world.client("ssm"), settings.config_parameter)
    max_age = timedelta(seconds=settings.config_max_age_seconds)
    return AwsConfigurationStore(versions(settings, world), pointer, world.clock, max_age, world.count)
