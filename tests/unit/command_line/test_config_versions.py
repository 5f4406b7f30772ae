"""``herald config apply``, ``history`` and ``rollback``: which version is in force, since when, and by whose word."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from tests.unit.command_line.a_stack import CONFIG_BUCKET, CONFIG_PARAMETER, Stack, watching_configuration
from tests.unit.configuration.folders import GOOD

from herald.ports import ConfigurationStore
from herald_cli.connection import Connection
from herald_cli.ports_of_stack import configuration_store

FOLDER = str(GOOD / "minimal")
CALLER = "arn:aws:sts::123456789012:user/moto"
OTHER = {"partitions": [{"name": "other", "schedule": "rate(1 hour)"}]}


@pytest.fixture
def store(stack: Stack) -> ConfigurationStore:
    """The versions of the stack, one of which was active since it was deployed."""
    return configuration_store(stack.connection)


class TestApply:
    def test_it_is_kept_who_applied_and_why(self, stack: Stack, store: ConfigurationStore) -> None:
        applied = stack.run_json("config", "apply", "--config", FOLDER, "--by", "ann", "--comment", "two\n  lines ")
        [newest, _] = store.history()
        assert (newest.version, newest.by, newest.comment) == (applied["active"], "ann", "two lines")
        assert abs(datetime.now(UTC) - newest.at) < timedelta(minutes=5)

    def test_unless_it_is_said_it_is_whose_credentials_these_are(self, stack: Stack, store: ConfigurationStore) -> None:
        stack.run_json("config", "apply", "--config", FOLDER)
        assert (store.history()[0].by, store.history()[0].comment) == (CALLER, "")

    def test_whoever_says_who_it_is_is_not_looked_up(
        self, stack: Stack, store: ConfigurationStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Connection, "caller", Mock(side_effect=AssertionError))
        stack.run_json("config", "apply", "--config", FOLDER, "--by", "ann")
        assert store.history()[0].by == "ann"

    def test_too_long_a_comment_makes_nothing_active(self, stack: Stack, store: ConfigurationStore) -> None:
        before = store.active()
        ended = stack.run("config", "apply", "--config", FOLDER, "--comment", "x" * 5000)
        assert ended.exit_code == 1
        assert "use fewer words" in ended.stderr
        assert store.active() == before

    def test_a_folder_that_is_not_there_is_a_wrong_use(self, stack: Stack, tmp_path: Path) -> None:
        ended = stack.run("config", "apply", "--config", str(tmp_path / "none"))
        assert ended.exit_code == 2
        assert "there is no folder" in ended.stderr

    def test_a_bucket_that_is_gone_ends_with_1(self, stack: Stack, store: ConfigurationStore) -> None:
        stack.connection.s3().delete_object(Bucket=CONFIG_BUCKET, Key=f"configurations/{store.active().version}")
        stack.connection.s3().delete_bucket(Bucket=CONFIG_BUCKET)
        ended = stack.run("config", "apply", "--config", FOLDER)
        assert ended.exit_code == 1
        assert "NoSuchBucket" in ended.stderr


class TestHistory:
    def test_it_is_told_newest_first_with_what_is_active(self, stack: Stack, store: ConfigurationStore) -> None:
        first = store.active().version
        second = stack.run_json("config", "apply", "--config", FOLDER, "--by", "ann", "--comment", "[b] why")["active"]
        stack.run_json("config", "rollback", "--by", "bo")
        ended = stack.run("config", "history")
        assert ended.exit_code == 0
        lines = ended.stdout.splitlines()[1:]
        assert [word in line for word, line in zip((first, second, first), lines, strict=True)] == [True] * 3
        assert [" active" in line for line in lines] == [True, False, False]
        assert "[b] why" in lines[1]
        assert ["ann" in line for line in lines] == [False, True, False]

    def test_for_scripts(self, stack: Stack, store: ConfigurationStore) -> None:
        first = store.active().version
        second = stack.run_json("config", "apply", "--config", FOLDER, "--by", "ann", "--comment", "why")["active"]
        newest, oldest = stack.run_json("config", "history")
        assert datetime.fromisoformat(newest.pop("at")) >= datetime.fromisoformat(oldest.pop("at"))
        assert newest == {"version": second, "by": "ann", "comment": "why", "active": True}
        assert oldest == {"version": first, "by": "", "comment": "", "active": False}

    def test_before_anything_was_applied_it_is_empty(self, stack: Stack) -> None:
        stack.forget_configurations()
        assert stack.run_json("config", "history") == []
        assert "herald config apply" in stack.run("config", "history").stdout


class TestRollback:
    def test_without_a_name_it_goes_to_what_was_active_before(self, stack: Stack, store: ConfigurationStore) -> None:
        first = store.active()
        second = stack.run_json("config", "apply", "--config", FOLDER)["active"]
        stack.run_json("config", "apply", "--config", FOLDER)
        told = stack.run_json("config", "rollback", "--by", "ann")
        assert (told["active"], told["rules"]) == (first.version, len(first.rules))
        assert store.active() == first
        newest = store.history()[0]
        assert (newest.by, newest.comment) == ("ann", f"back from {second}")

    def test_twice_goes_back_and_forth(self, stack: Stack, store: ConfigurationStore) -> None:
        second = stack.run_json("config", "apply", "--config", FOLDER)["active"]
        stack.run_json("config", "rollback")
        stack.run_json("config", "rollback")
        assert store.active().version == second
        assert store.history()[0].by == CALLER

    def test_to_a_version_by_name_with_a_comment(self, stack: Stack, store: ConfigurationStore) -> None:
        first = store.active().version
        stack.run_json("config", "apply", "--config", FOLDER)
        store.apply(watching_configuration(default_locale="fr"))
        ended = stack.run("config", "rollback", first, "--comment", "French was not meant")
        assert ended.exit_code == 0
        assert f"{first} is active" in ended.stdout
        assert (store.history()[0].version, store.history()[0].comment) == (first, "French was not meant")

    def test_the_schedules_of_scans_are_those_of_the_version(self, stack: Stack, store: ConfigurationStore) -> None:
        store.apply(watching_configuration(catalog=OTHER))
        forth = stack.run_json("config", "apply", "--config", FOLDER)["schedules"]
        assert forth["deleted"] == ["all"]
        back = stack.run_json("config", "rollback")["schedules"]
        assert (back["created"], back["deleted"], back["refused"]) == (["other"], [], [])

    def test_a_version_that_is_not_stored_is_refused(self, stack: Stack, store: ConfigurationStore) -> None:
        before = store.history()
        ended = stack.run("config", "rollback", "cfg_none")
        assert ended.exit_code == 2
        assert "no configuration cfg_none" in ended.stderr
        assert "herald config history" in ended.stderr
        assert store.history() == before

    def test_where_nothing_else_was_active_it_is_said(self, stack: Stack) -> None:
        ended = stack.run("config", "rollback")
        assert ended.exit_code == 1
        assert "no other version was active before" in ended.stderr
        stack.forget_configurations()
        assert stack.run("config", "rollback").exit_code == 1

    def test_a_pointer_put_by_hand_is_gone_back_from(self, stack: Stack, store: ConfigurationStore) -> None:
        first = store.active().version
        second = stack.run_json("config", "apply", "--config", FOLDER)["active"]
        ssm = stack.connection.ssm()
        ssm.put_parameter(Name=CONFIG_PARAMETER, Value=first, Type="String", Overwrite=True)
        assert stack.run_json("config", "rollback")["active"] == second


@pytest.mark.parametrize("command", [("apply", "--config", FOLDER), ("history",), ("rollback",)])
def test_a_stack_of_an_older_template_is_told_plainly(stack: Stack, command: tuple[str, ...]) -> None:
    outputs = {name: value for name, value in stack.connection.outputs.items() if name != "ConfigParameterName"}
    object.__setattr__(stack.connection, "outputs", outputs)
    ended = stack.run("config", *command)
    assert ended.exit_code == 1
    assert "no output ConfigParameterName: deploy it again" in ended.stderr
