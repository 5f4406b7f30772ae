"""A request that nobody answers, under a configuration in which waiting is counted in minutes."""

import shutil
from pathlib import Path

import yaml
from tests.e2e.approvals.asked import Request, ask
from tests.e2e.whole_stack import WholeStack

from herald_cli.configuration_folder import read_folder
from herald_cli.ports_of_stack import configuration_store
from localrun.bring_up import ROOT
from localrun.running_house import without_hours_and_throttles
from simulators.threekit.seed import ids

SHIPPED = ROOT / "config"
DESK = {
    "id": "desk", "title": "Sales desk", "approvers": {"audience": "approvers"},
    "deadline": "2m", "reminders": ["1m"], "ladder": [{"audience": "sales-leadership", "deadline": "1m"}],
    "timeout": "reject",
}  # fmt: skip


def begin_silence(stack: WholeStack, folder: Path) -> Request:
    """Ask somebody under a policy of minutes, then put the shipped one back: a request keeps that it began with."""
    store = configuration_store(stack.house.connection)
    store.apply(without_hours_and_throttles(read_folder(_impatient(folder / "config"))))
    try:
        # The configuration that functions have is one second old at most; nothing is told before.
        return _asked_by_the_new_one(stack)
    finally:
        store.apply(without_hours_and_throttles(read_folder(SHIPPED)))


def _impatient(folder: Path) -> Path:
    shutil.copytree(SHIPPED, folder)
    audiences = (folder / "audiences.yaml").read_text(encoding="utf-8")
    (folder / "audiences.yaml").write_text(audiences.replace("calendar: office-boston", "calendar: always"))
    approvals = yaml.safe_load((folder / "approvals.yaml").read_text(encoding="utf-8"))
    approvals["chains"]["order"] |= {"steps": [DESK], "calendar": "always"}
    (folder / "approvals.yaml").write_text(yaml.safe_dump(approvals))
    return folder


def _asked_by_the_new_one(stack: WholeStack) -> Request:
    """Ask until a request runs by the new policy: each process finds it out for itself, within a second."""
    while True:
        request = ask(stack, ids.ORDER_BOSTON_HOTEL_NEW)
        if len(request.approval.steps) == 1:
            return request
