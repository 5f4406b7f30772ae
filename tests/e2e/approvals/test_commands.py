"""``herald approvals`` against a running stack: what waits, what came of it, and what its receipt proves."""

import json
from pathlib import Path

import pytest
from tests.e2e.approvals.asked import DANA, LUC, ask
from tests.e2e.whole_stack import WholeStack, wait_until

from localrun.approvals import DecisionScenario, press
from simulators.threekit.seed import ids

pytestmark = pytest.mark.e2e


def test_an_approval_is_listed_while_it_waits_and_its_receipt_verified_when_it_has_ended(
    stack: WholeStack, tmp_path: Path
) -> None:
    request = ask(stack, ids.ORDER_LYON_TABLE_NEW)
    listed = stack.command_json("approvals", "list", "--approver", LUC)
    assert request.id in json.dumps(listed)
    assert stack.command("approvals", "show", request.id, "--receipt", "--local").returncode == 1
    press(request.link(LUC), DecisionScenario(who=LUC, by="page", says="approve"))
    wait_until(lambda: "" if request.noted().get("state") == "approved" else f"noted is {request.noted()}")

    story = stack.command("approvals", "show", f"order/{request.order_id}", "--local")
    assert story.returncode == 0, story.stderr
    assert "Luc Perrin" in story.stdout
    receipt = tmp_path / "receipt.json"
    receipt.write_text(stack.command("approvals", "show", request.id, "--receipt", "--local").stdout, encoding="utf-8")
    public = stack.command_json("approvals", "key")["key"]
    proved = stack.command("approvals", "verify", str(receipt), "--key", public)
    assert proved.returncode == 0, proved.stderr + proved.stdout
    told = json.loads(receipt.read_text(encoding="utf-8"))
    receipt.write_text(json.dumps({**told, "outcome": "rejected"}), encoding="utf-8")
    assert stack.command("approvals", "verify", str(receipt), "--key", public).returncode == 1
    assert DANA not in json.dumps(told)
