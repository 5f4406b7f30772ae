"""``make demo`` and ``make up`` as their users know them: every sample has its effects, and nothing is left behind."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.e2e.whole_stack import WholeStack, wait_until

from herald.domain.delivery import DeliveryState
from localrun.approvals import read_approvals
from localrun.demo import Played, play
from localrun.scans import read_scans
from localrun.scenarios import read_scenarios

pytestmark = pytest.mark.e2e

TITLES = (
    [scenario.title for scenario in read_scenarios()]
    + [approval.title for approval in read_approvals()]
    + [title for scan in read_scans() for title in (scan.title, *(message.expected.title for message in scan.messages))]
)
DEMO_ENDS_WITHIN_SECONDS = 300.0


@pytest.fixture(scope="module")
def played(stack: WholeStack) -> dict[str, Played]:
    """Every scenario by its title, sent in order, each awaited."""
    return {one.scenario.title: one for one in play(stack.house, lambda _: None)}


@pytest.mark.parametrize("title", TITLES)
def test_a_sample_has_all_its_effects_and_no_other(played: dict[str, Played], title: str) -> None:
    one = played[title]
    assert one.answer.status == (one.scenario.answer if one.scenario.is_sent else 200)
    assert not played[title].missing


def test_every_message_was_submitted_once(stack: WholeStack, played: dict[str, Played]) -> None:
    wait_until(stack.at_rest)
    notifications = [record for one in played.values() if one.trace for record in one.trace.notifications]
    deliveries = [delivery for record in notifications for delivery in record.deliveries]
    unsent = (DeliveryState.SKIPPED, DeliveryState.DIGESTED)
    wanted = {delivery.reference for delivery in deliveries if delivery.state not in unsent}
    sent = Counter(str(ref) for submit in stack.house.opentext.submits for ref in submit.refs if ref in wanted)
    assert sent == Counter(wanted)
    assert {submit.arrivals for submit in stack.house.opentext.submits if set(submit.refs) & wanted} == {1}


@dataclass
class LocalRun:
    """``python -m localrun`` in a folder of its own, and every process and folder that came of it."""

    process: subprocess.Popen[bytes]
    folder: Path
    began: dict[int, str] = field(default_factory=dict)
    scratch: set[Path] = field(default_factory=set)

    @property
    def running_file(self) -> Path:
        return self.folder / ".local" / "running.json"

    @property
    def emulating(self) -> bool:
        """Whether the emulator was seen at work, in its scratch folder."""
        return any(path.name.startswith("herald-emulator-") for path in (*self.scratch, *self._temporary().iterdir()))

    def look(self) -> None:
        """Note the processes that descend from the run and the folders they work in."""
        table = _processes()
        family = {self.process.pid}
        while fresh := {pid for pid, (parent, _) in table.items() if parent in family} - family:
            family |= fresh
        for pid in family & table.keys():
            self.began[pid] = table[pid][1]
            if pid != self.process.pid:
                # Only Linux tells; elsewhere scratch folders are in the run's own TMPDIR
                with suppress(OSError):
                    self.scratch.add(Path(f"/proc/{pid}/cwd").readlink())

    def until(self, there: Callable[[], bool], what: str) -> None:
        """Look on until ``there``; fail if the run ends before."""

        def not_yet() -> str:
            self.look()
            assert there() or self.process.poll() is None, f"it ended with {self.process.returncode} before {what}"
            return "" if there() else f"not yet {what}"

        wait_until(not_yet, DEMO_ENDS_WITHIN_SECONDS)

    def interrupt(self) -> int:
        """Do what Ctrl-C in a terminal does; return the exit code."""
        self.look()
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(60)

    def assert_nothing_is_left(self) -> None:
        """Hold the machine to having no process, no folder and no note of the run."""
        wait_until(lambda: ", ".join(f"{pid}" for pid in self.began if pid in self._alive()), 20.0)
        assert len(self.began) > 1, "no child process was ever seen"
        assert not self.running_file.exists()
        assert list(self._temporary().iterdir()) == []
        assert {path for path in self.scratch if path.name.startswith("herald-") and path.exists()} == set()

    def _temporary(self) -> Path:
        return self.folder / "tmp"

    def _alive(self) -> set[int]:
        return {pid for pid, (_, since) in _processes().items() if self.began.get(pid) == since}


AS_IN_A_TERMINAL = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("localrun", run_name="__main__", alter_sys=True)
"""
"""``python -m localrun`` with Ctrl-C in force: a suite that runs in the background hands down that it is ignored."""


@contextmanager
def local_run(folder: Path, *words: str) -> Iterator[LocalRun]:
    """Start ``python -m localrun`` in that folder; whatever becomes of the test, end it."""
    (folder / "tmp").mkdir()
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-c", AS_IN_A_TERMINAL, *words],
            cwd=folder,
            env=os.environ | {"TMPDIR": str(folder / "tmp")},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
    try:
        yield LocalRun(process, folder)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)


def test_the_demo_tells_that_all_is_as_expected_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with local_run(tmp_path, "demo", "--json") as run:
        run.until(lambda: run.process.poll() is not None, "ended")
        said = (tmp_path / "stderr").read_text(errors="replace")
        assert run.process.returncode == 0, said
        run.assert_nothing_is_left()
    report = json.loads((tmp_path / "stdout").read_text(encoding="utf-8"))
    assert report["passed"] is True
    assert [scenario["title"] for scenario in report["scenarios"]] == TITLES
    assert [scenario["unmet"] for scenario in report["scenarios"]] == [[] for _ in TITLES]
    assert report["sent"]


def test_ctrl_c_ends_a_run_that_is_up(tmp_path: Path) -> None:
    with local_run(tmp_path, "up") as run:
        run.until(lambda: "Ctrl-C ends it." in (tmp_path / "stdout").read_text(errors="replace"), "up")
        assert run.running_file.exists()
        assert run.interrupt() == 0
        assert "nothing is left running" in (tmp_path / "stderr").read_text(errors="replace")
        run.assert_nothing_is_left()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_run_that_is_ended_while_it_starts_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    with local_run(tmp_path, "up") as run:
        # The template is being built for it or deployed into it
        run.until(lambda: run.emulating, "emulating")
        os.killpg(run.process.pid, number)
        run.process.wait(60)
        run.assert_nothing_is_left()


def _processes() -> dict[int, tuple[int, str]]:
    """Every process of this machine that is more than a zombie: its parent, and when it began."""
    listed = subprocess.run(
        ["ps", "-axo", "pid=,ppid=,state=,lstart="],  # noqa: S607 - of the system, wherever that keeps it
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    rows = (line.split(None, 3) for line in listed.splitlines())
    return {int(pid): (int(parent), since) for pid, parent, state, since in rows if not state.startswith("Z")}
