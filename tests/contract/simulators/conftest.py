"""A webhook receiver for the tests of both simulators."""

from collections.abc import Iterator

import pytest
from tests.contract.simulators.webhook_receiver import WebhookReceiver


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    """A receiver that answers 200."""
    with WebhookReceiver() as running:
        yield running
