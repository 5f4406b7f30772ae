"""An AWS of nobody's, in this process."""

from collections.abc import Iterator

import pytest
from moto import mock_aws
from tests.builders import MovingClock


@pytest.fixture
def clock() -> MovingClock:
    """A clock that moves only when told to."""
    return MovingClock()


@pytest.fixture
def emulated_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No request leaves the process, and no account can be meant by accident."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "testing",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield
