"""Schedules of scans: what ``config/catalog.yaml`` asks for, ``herald config apply`` makes."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError
from tests.contract.ports.aws_resources import Between
from tests.unit.command_line.a_stack import CATALOG, SCHEDULES, Stack, watching_configuration
from tests.unit.configuration.folders import GOOD

from herald.domain.catalog.plan import CatalogPlan, Partition, plan_of
from herald_cli.doctor_scans import bucket, schedules
from herald_cli.ports_of_stack import configuration_store
from herald_cli.scan_scheduler import Refused, scan_scheduler
from herald_cli.scan_schedules import ScanSchedule, ScheduleTarget, schedule_changes, wanted_schedules

TARGET = ScheduleTarget("arn:queue", "arn:role", "arn:dead")
NIGHTLY, HOURLY = "cron(0 3 * * ? *)", "rate(1 hour)"
BERLIN = "Europe/Berlin"


def plan(*partitions: Partition) -> CatalogPlan:
    return CatalogPlan(partitions=partitions)


def nightly(*names: str) -> ScanSchedule:
    return ScanSchedule(names, NIGHTLY, "UTC")


class TestPlanning:
    def test_partitions_of_equal_times_share_a_schedule(self) -> None:
        wanted = wanted_schedules(
            plan(
                Partition("a", ("a",), NIGHTLY), Partition("b", ("b",), HOURLY), Partition("c", ("c",), NIGHTLY),
                Partition("d", ("d",), NIGHTLY, BERLIN), Partition("e"),
            )
        )  # fmt: skip
        assert wanted == (nightly("a", "c"), ScanSchedule(("b",), HOURLY, "UTC"), ScanSchedule(("d",), NIGHTLY, BERLIN))
        assert [schedule.name for schedule in wanted] == ["a", "b", "d"]

    def test_a_schedule_asks_as_begin_takes_it(self) -> None:
        settings = nightly("a", "c").settings(TARGET)
        assert settings["FlexibleTimeWindow"] == {"Mode": "OFF"}
        target = settings["Target"]
        assert (target["Arn"], target["RoleArn"], target["DeadLetterConfig"]) == (
            "arn:queue", "arn:role", {"Arn": "arn:dead"},
        )  # fmt: skip
        assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 10}
        assert json.loads(target["Input"]) == {
            "step": "begin", "by": "schedule", "ask": "<aws.scheduler.execution-id>", "partitions": ["a", "c"],
        }  # fmt: skip

    def test_what_is_as_it_should_be_is_left_alone(self) -> None:
        told = {**nightly("a").settings(TARGET), "Arn": "arn:a", "ActionAfterCompletion": "NONE"}
        changes = schedule_changes([nightly("a")], {"a": told}, TARGET)
        assert changes.none
        assert changes.unchanged == (nightly("a"),)

    @pytest.mark.parametrize(
        ("other", "differs"),
        [
            ({"ScheduleExpression": HOURLY}, "ScheduleExpression"),
            ({"ScheduleExpressionTimezone": BERLIN}, "ScheduleExpressionTimezone"),
            ({"State": "DISABLED"}, "State"),
            ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5}}, "FlexibleTimeWindow"),
            ({"EndDate": "tomorrow"}, "EndDate"),
            ({"Target": nightly("a", "b").settings(TARGET)["Target"]}, "Target.Input"),
            ({"Target": nightly("a").settings(replace(TARGET, role_arn="arn:other"))["Target"]}, "Target.RoleArn"),
        ],
    )
    def test_what_differs_is_named(self, other: Mapping[str, Any], differs: str) -> None:
        told = {**nightly("a").settings(TARGET), **other}
        assert schedule_changes([nightly("a")], {"a": told}, TARGET).update == ((nightly("a"), (differs,)),)

    def test_what_is_missing_is_created_and_what_nobody_wants_deleted(self) -> None:
        changes = schedule_changes([nightly("b")], {"a": {}}, TARGET)
        assert (changes.create, changes.delete) == ((nightly("b"),), ("a",))
        assert not changes.none


def held(stack: Stack, group: str = SCHEDULES) -> dict[str, Any]:
    client = stack.connection.scheduler()
    names = [entry["Name"] for entry in client.list_schedules(GroupName=group)["Schedules"]]
    return {name: client.get_schedule(Name=name, GroupName=group) for name in names}


class TestApplying:
    def test_the_group_becomes_what_is_wanted_and_stays_so(self, stack: Stack) -> None:
        scheduler = scan_scheduler(stack.connection)
        wanted = plan(Partition("outdoor", ("o",), HOURLY, BERLIN), Partition("all", (), HOURLY))
        done = scheduler.apply(wanted)
        assert (done.created, done.updated, done.deleted, done.refused) == (["outdoor"], ["all"], [], [])
        assert {name: told["ScheduleExpression"] for name, told in held(stack).items()} == dict.fromkeys(
            ("all", "outdoor"), HOURLY
        )
        assert scheduler.apply(wanted).unchanged == ["outdoor", "all"]
        assert scheduler.apply(plan(Partition("all"))).deleted == ["all", "outdoor"]
        assert held(stack) == {}

    def test_other_groups_are_not_touched(self, stack: Stack) -> None:
        client = stack.connection.scheduler()
        client.create_schedule_group(Name="another")
        client.create_schedule(Name="theirs", GroupName="another", **nightly("theirs").settings(TARGET))
        scan_scheduler(stack.connection).apply(plan(Partition("all")))
        assert list(held(stack, "another")) == ["theirs"]

    def test_more_schedules_than_one_page_lists(self, stack: Stack) -> None:
        partitions = [Partition(f"p{number}", (f"t{number}",), f"rate({number + 2} hours)") for number in range(105)]
        scheduler = scan_scheduler(stack.connection)
        assert len(scheduler.apply(plan(*partitions)).created) == 105
        assert len(scheduler.apply(plan(*partitions)).unchanged) == 105

    def test_what_aws_refuses_is_told_with_its_partitions_and_stops_nothing_else(self, stack: Stack) -> None:
        scheduler = refusing(stack, "rate(0 hours)")
        bad = (Partition(name, (name,), "rate(0 hours)") for name in ("a", "b"))
        done = scheduler.apply(plan(*bad, Partition("c", (), HOURLY)))
        assert done.refused == [Refused(("a", "b"), "ValidationException: Invalid Schedule Expression rate(0 hours).")]
        assert (done.created, done.deleted) == (["c"], ["all"])

    def test_one_that_somebody_else_deleted_is_gone_and_one_that_may_not_be_is_told(self, stack: Stack) -> None:
        for code, deleted, refused in (
            ("ResourceNotFoundException", ["all"], []),
            ("AccessDeniedException", [], [Refused(("all",), "AccessDeniedException: no")]),
        ):
            scheduler = scan_scheduler(stack.connection)
            hindered = replace(scheduler, client=failing(scheduler.client, "delete_schedule", code))
            done = hindered.apply(plan(Partition("all")))
            assert (done.deleted, done.refused) == (deleted, refused)


def a_client_error(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Operation")


def failing(client: Any, failing_operation: str, code: str) -> Any:
    def wrap(operation: str, request: dict[str, Any], way_on: Any) -> Any:
        if operation == failing_operation:
            raise a_client_error(code)
        return way_on(**request)

    return _WithPages(client, wrap)


def refusing(stack: Stack, expression: str) -> Any:
    """The schedules of a stack, as AWS keeps them: unlike its emulation it refuses what means nothing."""
    scheduler = scan_scheduler(stack.connection)
    client: Any = scheduler.client

    def wrap(_operation: str, request: dict[str, Any], way_on: Any) -> Any:
        if request.get("ScheduleExpression") == expression:
            raise a_client_error("ValidationException", f"Invalid Schedule Expression {expression}.")
        return way_on(**request)

    client = _WithPages(client, wrap)
    return replace(scheduler, client=client)


class _WithPages(Between):
    """A client whose pages come as they are."""

    def __getattr__(self, operation: str) -> Any:
        return getattr(self._client, operation) if operation == "get_paginator" else super().__getattr__(operation)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small configuration whose catalogue is scanned every hour."""
    copied = Path(shutil.copytree(GOOD / "minimal", tmp_path / "config"))
    scanned = f"partitions:\n  - name: outdoor\n    tags: [outdoor]\n    schedule: {HOURLY}\n  - name: rest\n"
    (copied / "catalog.yaml").write_text(scanned, encoding="utf-8")
    return copied


class TestConfigApply:
    def test_it_says_what_it_did(self, stack: Stack, folder: Path) -> None:
        ended = stack.run("config", "apply", "--config", str(folder))
        assert ended.exit_code == 0, ended.output
        assert "is active" in ended.stdout
        assert "created the schedule outdoor" in ended.stdout
        assert "deleted the schedule all" in ended.stdout
        assert "1 schedule is as it should be" in stack.run("config", "apply", "--config", str(folder)).stdout
        catalog = folder / "catalog.yaml"
        both = catalog.read_text(encoding="utf-8") + "    schedule: rate(2 hours)\n"
        catalog.write_text(both, encoding="utf-8")
        assert "created the schedule rest" in stack.run("config", "apply", "--config", str(folder)).stdout
        assert "2 schedules are as they should be" in stack.run("config", "apply", "--config", str(folder)).stdout

    def test_for_scripts(self, stack: Stack, folder: Path) -> None:
        told = stack.run_json("config", "apply", "--config", str(folder))
        assert told["active"] == configuration_store(stack.connection).active().version
        assert told["schedules"] == {
            "created": ["outdoor"], "updated": [], "deleted": ["all"], "unchanged": [], "refused": [],
        }  # fmt: skip

    def test_what_aws_refuses_ends_with_1_though_the_version_is_active(
        self, stack: Stack, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        scheduler = refusing(stack, HOURLY)
        monkeypatch.setattr("herald_cli.scan_scheduler.scan_scheduler", lambda _connection: scheduler)
        ended = stack.run("config", "apply", "--config", str(folder))
        assert ended.exit_code == 1
        assert "refused the schedule of outdoor: ValidationException: Invalid Schedule Expression" in ended.stdout
        assert "AWS refused the schedule of outdoor: mend `schedule`" in ended.stderr
        assert configuration_store(stack.connection).active().version in ended.stderr
        told = stack.run_json("config", "apply", "--config", str(folder), ends_with=1)
        assert told["schedules"]["refused"][0]["partitions"] == ["outdoor"]

    def test_a_stack_of_an_older_template_is_told_plainly(
        self, stack: Stack, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        outputs = {name: value for name, value in stack.connection.outputs.items() if "ScanSchedules" not in name}
        older = replace(stack.connection, outputs=outputs)
        monkeypatch.setattr("herald_cli.terminal.connect", lambda *_names, **_local: older)
        ended = stack.run("config", "apply", "--config", str(folder))
        assert ended.exit_code == 1
        assert "no output ScanSchedulesRoleArn: deploy it again" in ended.stderr
        (folder / "catalog.yaml").write_text("partitions: [{name: rest}]\n", encoding="utf-8")
        assert stack.run_json("config", "apply", "--config", str(folder))["schedules"] is None

    def test_who_may_not_look_at_schedules_is_told(
        self, stack: Stack, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = Mock(get_paginator=Mock(side_effect=a_client_error("AccessDeniedException")))
        refused = replace(scan_scheduler(stack.connection), client=client)
        monkeypatch.setattr("herald_cli.scan_scheduler.scan_scheduler", lambda _connection: refused)
        ended = stack.run("config", "apply", "--config", str(folder))
        assert ended.exit_code == 1
        assert "AccessDeniedException" in ended.stderr
        assert "is active, but" in ended.stderr


class TestDoctor:
    def test_a_sound_stack(self, stack: Stack) -> None:
        assert (bucket(stack.connection).health, bucket(stack.connection).detail) == ("ok", "may be read")
        found = schedules(stack.connection)
        assert (found.health, found.detail) == ("ok", f"all {NIGHTLY}")

    def test_a_bucket_that_is_gone(self, stack: Stack) -> None:
        stack.connection.s3().delete_bucket(Bucket=stack.connection.output("CatalogBucketName"))
        assert bucket(stack.connection).health == "broken"

    def test_schedules_that_are_not_as_configured(self, stack: Stack) -> None:
        scan_scheduler(stack.connection).apply(plan(Partition("all", (), HOURLY), Partition("old", (), NIGHTLY)))
        catalog = {"partitions": [{"name": "new", "tags": ["n"], "schedule": HOURLY}, *CATALOG["partitions"]]}
        configuration_store(stack.connection).apply(watching_configuration(catalog=catalog))
        found = schedules(stack.connection)
        assert (found.health, found.fix) == ("warning", "run `herald config apply`")
        assert found.detail == "none for new; that of all differs in ScheduleExpression; no longer configured: old"

    def test_a_partition_without_a_schedule_is_named(self, stack: Stack) -> None:
        catalog = {"partitions": [{"name": "new", "tags": ["n"]}, *CATALOG["partitions"]]}
        configuration_store(stack.connection).apply(watching_configuration(catalog=catalog))
        found = schedules(stack.connection)
        assert (found.health, found.detail) == ("warning", "new: scanned only by `herald scan run`")
        assert "config/catalog.yaml" in found.fix

    def test_an_older_stack_says_deploy_again(self, stack: Stack) -> None:
        older = replace(
            stack.connection,
            outputs={name: stack.connection.output(name) for name in ("ConfigBucketName", "ConfigParameterName")},
        )
        for found in (bucket(older), schedules(older)):
            assert found.health == "broken"
            assert "deploy the stack again" in found.fix

    def test_a_local_run_needs_no_schedules(self, stack: Stack) -> None:
        scan_scheduler(stack.connection).apply(plan_of({}))
        local = replace(stack.connection, endpoint_url="https://scheduler.eu-central-1.amazonaws.com")
        local._clients.update(stack.connection._clients)
        assert schedules(local).health == "ok"
