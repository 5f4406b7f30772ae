"""Marks of the infrastructure tests."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Register marks."""
    config.addinivalue_line("markers", "slow: builds something; quick again once it is built")
