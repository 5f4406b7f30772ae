"""A small folder with tests of its own, to be run."""

import json
import shutil
from pathlib import Path
from typing import Any

from tests.unit.configuration.folders import GOOD

from herald_cli.config_test_differences import Difference
from herald_cli.config_test_run import Run, run_tests

AT = "2026-03-02T10:30:00+01:00"
RULE = "large-order"
INES = {"person": "ines.falk@example.com", "rule": RULE, "channels": ["email"]}


def an_order(price: float = 6000.0, **metadata: Any) -> dict[str, Any]:
    """A webhook about an order in EMEA; above the limit of 5000.10 unless said otherwise."""
    order = {
        "id": "order-1", "status": "New", "metadata": {"currency": "EUR", "region": "EMEA", **metadata},
        "cart": [{"count": 1, "metadata": {"sku": "A", "price": price}}],
    }  # fmt: skip
    return {"topic": "orders", "action": "created", "data": order}


def a_case(**changes: Any) -> dict[str, Any]:
    """A test that passes: a large order is told to its approver."""
    return {"name": "A test", "event": an_order(), "at": AT, "rules": [RULE], "told": [INES], **changes}


def a_folder_with(into: Path, *cases: dict[str, Any], folder: str = "minimal") -> Path:
    """Write a folder with a file of tests, if there are any."""
    config = into / "config"
    shutil.copytree(GOOD / folder, config)
    if cases:
        write_cases(config, json.dumps({"tests": cases}, indent=1))
    return config


def write_cases(config: Path, text: str) -> None:
    """Write a file of tests."""
    (config / "tests").mkdir(exist_ok=True)
    (config / "tests" / "some.yaml").write_text(text, encoding="utf-8")


def run_of(into: Path, *cases: dict[str, Any], **options: Any) -> Run:
    """What comes of these tests."""
    return run_tests(a_folder_with(into, *cases), **options)


def differences_of(into: Path, **changes: Any) -> list[tuple[str, str, str]]:
    """Where the test goes otherwise, if it is changed like that."""
    run = run_of(into, a_case(**changes))
    assert run.findings == ()
    (result,) = run.results
    return [_plain(one) for one in result.differences]


def _plain(one: Difference) -> tuple[str, str, str]:
    return one.what, one.expected, one.found
