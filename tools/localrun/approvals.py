"""Approvals in the running house: people read their messages, open their pages and decide; by plain HTTP."""

import html
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from herald.domain.approval.approval import Approval, approval_id
from herald.usecases.approvals import approval_shelves
from herald_cli.ports_of_stack import state_store
from localrun.running_house import RunningHouse
from localrun.scenarios import EVENTS

CHAIN = "order"
PATIENCE_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.25

LINK = re.compile(r"https?://[^\s\"'<>]+/approvals/[A-Za-z0-9_-]+(?![A-Za-z0-9_/-])")
CODE = re.compile(r"APPROVE ([0-9A-Z]{6})\b")
ONCE = re.compile(r'name="once" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class DecisionScenario:
    """What one person does about it."""

    who: str
    by: str
    says: str
    reason: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalScenario:
    """An approval that a sample asks for, the decisions about it, and how it ends."""

    title: str
    asked_by: str
    decisions: Sequence[DecisionScenario]
    state: str
    steps: Mapping[str, str]
    status: str

    @property
    def order_id(self) -> str:
        """The order that is to be approved."""
        return str(json.loads((EVENTS / self.asked_by).read_text(encoding="utf-8"))["data"]["id"])


def read_approvals(path: Path = EVENTS / "approvals.yaml") -> list[ApprovalScenario]:
    """Return the approvals in the order in which they are decided."""
    return [
        ApprovalScenario(
            title=entry["title"], asked_by=entry["asked_by"],
            decisions=[DecisionScenario(**decision) for decision in entry["decisions"]],
            state=entry["expect"]["state"], steps=entry["expect"]["steps"], status=entry["expect"]["status"],
        )
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]  # fmt: skip


class Approvers:
    """The people of a running house."""

    def __init__(self, house: RunningHouse) -> None:
        self._house = house

    def decide(self, order_id: str, decision: DecisionScenario) -> None:
        """Wait for the message that asks somebody, and do what they do. Raises ``TimeoutError``."""
        if decision.by == "sms":
            code = self._found(CODE, order_id, decision.who)
            words = f"{decision.says.upper()} {code} {decision.reason}".strip()
            self._house.opentext.reply("sms", decision.phone, words)
            return
        press(self.link(order_id, decision.who), decision)

    def link(self, order_id: str, who: str) -> str:
        """Return the link to the page that asks somebody about an order, when it has come. Raises ``TimeoutError``."""
        return self._found(LINK, order_id, who)

    def approval(self, order_id: str) -> Approval | None:
        """Return the approval of an order as it stands."""
        shelf = approval_shelves.approvals(state_store(self._house.connection))
        return shelf.get(approval_id(CHAIN, f"order/{order_id}"))

    def story(self, order_id: str) -> dict[str, Any]:
        """Return how an approval stands and who said what, for people."""
        approval = self.approval(order_id)
        if approval is None:
            return {"order": order_id}
        said = [f"{one.step}: {one.person.name}, {one.verdict} by {one.channel}" for one in approval.answers]
        return {"order": order_id, "approval": approval.id, "state": str(approval.state), "said": said}

    def unmet(self, scenario: ApprovalScenario) -> list[str]:
        """Return what is not yet as expected."""
        approval = self.approval(scenario.order_id)
        order = self._house.threekit.orders[scenario.order_id]
        noted = order["metadata"].get("herald", {}).get("approval", {}).get(CHAIN, {})
        seen = {
            "the approval": (scenario.state, str(approval.state) if approval else "not there"),
            "Threekit's note": (scenario.state, noted.get("state")),
            "the fingerprint noted": (approval.fingerprint if approval else "", noted.get("fingerprint")),
            "the steps": (dict(scenario.steps), {one["id"]: one["state"] for one in noted.get("steps", ())}),
            "the order's status": (scenario.status, order.get("status")),
        }
        return [f"{what} is {found}, not {wanted}" for what, (wanted, found) in seen.items() if found != wanted]

    def until(self, there: Callable[[], Any], what: str) -> Any:
        """Return what is there, once it is. Raises ``TimeoutError``."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            found = there()
            if found:
                return found
            time.sleep(LOOK_EVERY_SECONDS)
        raise TimeoutError(f"{what} did not come within {PATIENCE_SECONDS:.0f} s")

    def _found(self, wanted: re.Pattern[str], order_id: str, who: str) -> str:
        reference = str(self._house.threekit.orders[order_id]["shortId"])

        def newest() -> str | None:
            for submit in reversed(self._house.opentext.submits):
                text = "\n".join(submit.texts)
                told = any(destination.endswith(who.removeprefix("+")) for destination in submit.destinations)
                match = wanted.search(html.unescape(text)) if told and reference in f"{submit.subject} {text}" else None
                if match is not None:
                    return match[match.lastindex or 0]
            return None

        return str(self.until(newest, f"the message that asks {who} about order {reference}"))


def press(link: str, decision: DecisionScenario) -> httpx.Response:
    """Open a page, fill its form in and send it. Raises ``httpx.HTTPError``."""
    with httpx.Client(timeout=30.0, trust_env=False) as browser:
        shown = browser.get(link).raise_for_status()
        once = ONCE.search(shown.text)
        form = {"once": html.unescape(once[1]) if once else "", "do": decision.says}
        said = {"sure": "yes"} if decision.says == "approve" else {"reason": decision.reason}
        return browser.post(link, data={**form, **said}).raise_for_status()
