"""``herald approvals key`` and ``verify``: what a receipt proves without asking anybody."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.unit.command_line.a_stack import Stack
from tests.unit.command_line.approvals import PUBLIC_KEY, a_receipt, a_story, signed
from tests.unit.domain.approval.stories import ADA, BEN, HOUR, Story, a_plan, a_step, dearer
from typer.testing import CliRunner, Result

from herald.adapters.receipt_signature import key_id, public_key
from herald.domain.approval.policy import ALL, Part, Timeout
from herald_cli.main import app


def verify(folder: Path, receipt: object, *options: str, key: str = PUBLIC_KEY) -> Result:
    file = folder / "receipt.json"
    file.write_text(receipt if isinstance(receipt, str) else json.dumps(receipt), encoding="utf-8")
    return CliRunner().invoke(app, ["approvals", "verify", str(file), "--key", key, *options])


def an_approved_one() -> Mapping[str, Any]:
    """The receipt of an approval that Ada and Ben approved, Ada before a change that did not touch her step."""
    story = a_story(a_step(ADA, inputs=(Part.OPTIONS,)), a_step(BEN, id="board"))
    story.approve(ADA)
    story.change(dearer())
    story.approve(BEN)
    return a_receipt(story.approval)


def ended_by(what: str) -> Story:
    """A story that ended in one of the ways there are."""
    story = a_story(a_step(ADA, BEN, quorum=ALL, timeout=Timeout.REJECT)) if what != "policy" else Story(a_plan())
    if what == "rejection":
        story.approve(ADA)
        story.reject(BEN)
    elif what == "deadline":
        story.wait(9 * HOUR)
    elif what == "administrator":
        story.override("approve")
    elif what == "requester":
        story.recall("Ordered twice")
    return story


class TestKey:
    def test_scripts_and_people_get_the_same_key(self, stack: Stack) -> None:
        printed = stack.run("approvals", "key")
        assert (printed.exit_code, printed.stdout) == (0, f"{PUBLIC_KEY}\n")
        assert stack.run_json("approvals", "key") == {
            "stack": "herald-test", "algorithm": "Ed25519", "id": key_id(PUBLIC_KEY), "key": PUBLIC_KEY
        }  # fmt: skip

    def test_what_is_printed_verifies_a_receipt_of_the_stack(self, stack: Stack, tmp_path: Path) -> None:
        assert verify(tmp_path, an_approved_one(), key=stack.run("approvals", "key").stdout).exit_code == 0

    @pytest.mark.parametrize("secret", [{}, {"key": 7}, {"key": ""}])
    def test_a_secret_without_a_key_is_told(self, stack: Stack, secret: Mapping[str, Any]) -> None:
        stack.put_secret("ApprovalSecretId", secret)
        ended = stack.run("approvals", "key")
        assert (ended.exit_code, ended.stdout) == (1, "")
        assert "has no key: `herald doctor`" in ended.stderr


class TestVerify:
    def test_it_says_what_a_receipt_proves(self, tmp_path: Path) -> None:
        ended = verify(tmp_path, an_approved_one())
        assert ended.exit_code == 0, ended.output
        for told in (
            "300.00 EUR was approved by people at 2026-03-02T09:30:00+00:00", "round 2",
            "step Desk (desk): approved, quorum any, 1 needed",
            "Ada <ada@example.com> said approve at desk by page at 2026-03-02T09:30:00+00:00, counts, carried over",
            "as it was signed",
        ):  # fmt: skip
            assert told in ended.stdout, told

    @pytest.mark.parametrize("how", ["rejection", "deadline", "administrator", "requester", "policy"])
    def test_every_end_agrees_with_itself(self, tmp_path: Path, how: str) -> None:
        story = ended_by(how)
        ended = verify(tmp_path, a_receipt(story.approval))
        assert (ended.exit_code, ended.stderr) == (0, ""), ended.output
        assert f"was {story.state} by {story.by}" in ended.stdout

    def test_scripts_get_the_same(self, tmp_path: Path) -> None:
        told = json.loads(verify(tmp_path, an_approved_one(), "--json").stdout)
        assert (told["proved"], told["problems"]) == (True, [])
        assert "was approved by people" in told["says"][0]

    @pytest.mark.parametrize("form", ["text", "json"])
    def test_the_key_may_lie_in_a_file_as_it_was_printed(self, tmp_path: Path, stack: Stack, form: str) -> None:
        options = ("--json",) if form == "json" else ()
        (tmp_path / "herald.key").write_text(stack.run("approvals", "key", *options).stdout, encoding="utf-8")
        assert verify(tmp_path, an_approved_one(), key=str(tmp_path / "herald.key")).exit_code == 0

    @pytest.mark.parametrize("key", ["nothing", "", "{}", "x" * 5000, "{no json", public_key("x")[:-4]])
    def test_what_is_no_key_is_refused(self, tmp_path: Path, key: str) -> None:
        ended = verify(tmp_path, an_approved_one(), key=key)
        assert (ended.exit_code, ended.stdout) == (2, "")
        assert "`herald approvals key` prints it" in ended.stderr

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            ("{", "not JSON"), ("[]", "its type is not"), ('{"type": "another"}', "its type is not"),
            ('{"type": "herald.approval.receipt/1"}', "it bears no signature"),
        ],
    )  # fmt: skip
    def test_what_is_no_receipt_is_refused(self, tmp_path: Path, content: str, says: str) -> None:
        ended = verify(tmp_path, content)
        assert (ended.exit_code, ended.stdout) == (1, "")
        assert "is no receipt" in ended.stderr
        assert says in ended.stderr


class TestWhatProvesNothing:
    def test_what_was_changed_since(self, tmp_path: Path) -> None:
        ended = verify(tmp_path, {**an_approved_one(), "outcome": "rejected"})
        assert (ended.exit_code, ended.stdout) == (1, "")
        assert "it was changed since it was signed" in ended.stderr

    def test_what_was_signed_with_another_key(self, tmp_path: Path) -> None:
        other = public_key("another secret")
        ended = verify(tmp_path, an_approved_one(), key=other)
        assert ended.exit_code == 1
        assert f"it names another key: {key_id(PUBLIC_KEY)}, and the one given is {key_id(other)}" in ended.stderr

    def test_scripts_are_told_why(self, tmp_path: Path) -> None:
        ended = verify(tmp_path, {**an_approved_one(), "round": 1}, "--json")
        told = json.loads(ended.stdout)
        assert (ended.exit_code, told["proved"], told["says"]) == (1, False, [])
        assert "changed since" in told["problems"][0]

    def test_an_approval_by_people_with_a_step_that_was_not(self, tmp_path: Path) -> None:
        story = a_story(a_step(ADA), a_step(BEN, id="board"))
        story.approve(ADA)
        end = {"at": "2026-03-02T09:30:00+00:00", "by": "people", "name": "", "reason": ""}
        ended = verify(tmp_path, a_receipt(story.approval, outcome="approved", ended=end))
        assert ended.exit_code == 1
        assert "it is approved, but step board is open" in ended.stderr

    @pytest.mark.parametrize("by", ["deadline", "requester"])
    def test_an_approval_by_what_never_approves(self, tmp_path: Path, by: str) -> None:
        end = {"at": "2026-03-02T09:30:00+00:00", "by": by, "name": "", "reason": ""}
        ended = verify(tmp_path, a_receipt(ended_by("policy").approval, ended=end))
        assert f"it is approved by {by}, which approves nothing" in ended.stderr

    def test_an_approval_by_policy_of_steps_that_ask(self, tmp_path: Path) -> None:
        end = {"at": "2026-03-02T09:30:00+00:00", "by": "policy", "name": "", "reason": ""}
        ended = verify(tmp_path, a_receipt(ended_by("administrator").approval, ended=end))
        assert "but it has steps" in ended.stderr

    def test_a_step_with_fewer_voices_than_it_needs(self, tmp_path: Path) -> None:
        receipt = an_approved_one()
        steps = [{**step, "needed": 2} for step in receipt["steps"]]
        ended = verify(tmp_path, signed({**receipt, "steps": steps}))
        assert "step desk is approved by 1 people, but needs 2" in ended.stderr

    def test_a_word_about_something_else_is_no_voice(self, tmp_path: Path) -> None:
        receipt = an_approved_one()
        decisions = [{**one, "fingerprint": "another"} for one in receipt["decisions"]]
        ended = verify(tmp_path, signed({**receipt, "decisions": decisions}))
        assert "step desk is approved by 0 people, but needs 1" in ended.stderr

    def test_all_had_to_approve_and_one_did_not(self, tmp_path: Path) -> None:
        receipt = a_receipt(ended_by("rejection").approval)
        steps = [{**step, "state": "approved", "needed": 1} for step in receipt["steps"]]
        ended = verify(tmp_path, signed({**receipt, "outcome": "approved", "steps": steps}))
        assert "step desk is approved though one of all who had to approve rejected" in ended.stderr

    def test_a_rejection_by_people_without_a_step(self, tmp_path: Path) -> None:
        receipt = a_receipt(ended_by("rejection").approval)
        assert "it is rejected by people, but no step is" in verify(tmp_path, signed({**receipt, "steps": []})).stderr

    def test_a_rejection_of_nobodys(self, tmp_path: Path) -> None:
        rejected = a_receipt(ended_by("rejection").approval)
        nobody = signed({**rejected, "decisions": []})
        assert "step desk is rejected, but by nobody" in verify(tmp_path, nobody).stderr

    def test_one_that_was_signed_in_another_form(self, tmp_path: Path) -> None:
        ended = verify(tmp_path, a_receipt(a_story().approval, steps=None))
        assert ended.exit_code == 1
        assert "not of the form of a receipt" in ended.stderr
