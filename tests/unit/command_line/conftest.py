"""A stack in an emulated AWS, which every command finds."""

import pytest
from tests.contract.conftest import emulated_aws
from tests.unit.command_line.a_stack import Stack, deployed_stack

__all__ = ["emulated_aws"]


@pytest.fixture
def stack(emulated_aws: None, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """A deployed stack; the command line finds it, and waits for no queue."""
    deployed = deployed_stack()
    monkeypatch.setattr("herald_cli.terminal.connect", lambda *_names, **_local: deployed.connection)
    monkeypatch.setattr("herald_cli.dead_letters.WAIT_SECONDS", 0)
    return deployed
