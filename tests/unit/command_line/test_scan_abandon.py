"""``herald scan abandon``: the way out where a scan cannot finish."""

import json

from tests.unit.command_line.a_stack import Stack
from tests.unit.command_line.scans import a_run, finished, set_watch

from herald.domain.catalog.run import Stage
from herald.usecases.scan import scan_shelves
from herald.usecases.shelves import CATALOG
from herald_cli.ports_of_stack import state_store


def test_the_present_scan_is_given_up_and_the_last_stays_the_last(stack: Stack) -> None:
    state = state_store(stack.connection)
    set_watch(state, a_run(id="scan_2"), finished(a_run()))
    ended = stack.run("scan", "abandon", "--json")
    assert ended.exit_code == 0, ended.output
    assert json.loads(ended.stdout) == {"abandoned": "scan_2"}
    watch, run = scan_shelves.scan_watch(state).get(CATALOG), scan_shelves.scan_runs(state).get("scan_2")
    assert watch is not None
    assert (watch.current, watch.finished) == ("", "scan_1")
    assert run is not None
    assert run.stage is Stage.ABANDONED


def test_where_none_is_under_way_nothing_is_given_up(stack: Stack) -> None:
    assert "no scan is under way" in stack.run("scan", "abandon").stdout
    set_watch(state_store(stack.connection), None, finished(a_run()))
    ended = stack.run("scan", "abandon", "--json")
    assert ended.exit_code == 0, ended.output
    assert json.loads(ended.stdout) == {"abandoned": None}
