"""``herald reconcile``: the messages the schedules would send, now."""

import json

import pytest
from tests.unit.command_line.a_stack import Stack

from herald.runtime.bootstrap.reconcile import compose
from herald.runtime.bootstrap.world import World
from herald.runtime.settings import ReconcileSettings
from herald_cli.reconcile import SweepName

ALL = ["deliveries", "orders", "approvals", "jobs", "sources"]


@pytest.mark.parametrize(
    ("named", "asked"), [((), ALL), (("orders",), ["orders"]), (("jobs", "sources", "jobs"), ["jobs", "sources"])]
)
def test_each_sweep_gets_one_message_that_names_it(stack: Stack, named: tuple[str, ...], asked: list[str]) -> None:
    ended = stack.run("reconcile", *named)
    assert ended.exit_code == 0, ended.output
    assert ", ".join(asked) in ended.stdout
    assert "herald status" in ended.stdout
    assert sorted(stack.taken("ReconcileQueue")) == sorted(json.dumps({"sweep": name}) for name in asked)


def test_the_same_for_scripts(stack: Stack) -> None:
    assert stack.run_json("reconcile") == {"asked": ALL}


def test_a_sweep_that_is_none_is_refused_with_those_that_are(stack: Stack) -> None:
    ended = stack.run("reconcile", "everything")
    assert ended.exit_code == 2
    assert "deliveries" in ended.stderr
    assert stack.taken("ReconcileQueue") == []


def test_the_sweeps_are_those_of_the_function() -> None:
    settings = ReconcileSettings.model_construct(
        inbox_table="", state_table="", config_bucket="", config_parameter="", writeback_queue_url="",
        event_retention_days=30, config_max_age_seconds=60,
    )  # fmt: skip
    world = World(None, None, lambda _service: None, None, None)  # type: ignore[arg-type]
    assert list(compose(settings, world)) == list(SweepName)
