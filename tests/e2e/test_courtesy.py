"""Kind to people, on the whole stack: what is held comes back by a real schedule, what is silenced says so."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from tests.e2e.whole_stack import WholeStack, wait_until

from herald.adapters.configuration_bundle import versioned
from herald.domain.configuration import Configuration
from herald.domain.courtesy import Courtesy
from herald.domain.delivery import Channel
from herald.domain.working_time import Calendar
from herald_cli.configuration_folder import read_folder
from herald_cli.ports_of_stack import configuration_store
from localrun.bring_up import ROOT
from localrun.running_house import without_hours_and_throttles
from simulators.threekit.seed import ids

pytestmark = pytest.mark.e2e

RULE, PAUL = "large-order-to-sales-leadership", "paul.okafor@example.com"


def opening_at(opens: datetime) -> Calendar:
    """A day that begins then, in a zone where that is about noon, so that no midnight lies near."""
    shift = opens.hour - 12
    local = (opens - timedelta(hours=shift)).time().replace(tzinfo=None)
    zone = f"Etc/GMT{shift:+d}" if shift else "Etc/GMT"
    return Calendar("soon", zone, dict.fromkeys(range(7), ((local, time(23, 59)),)))


def state_of(stack: WholeStack, event_id: str) -> str:
    found = stack.command_json("trace", event_id)["notifications"]
    return next((str(one["states"]) for one in found if one["rule"] == RULE), "nothing")


def why(stack: WholeStack, event_id: str) -> str:
    ended = stack.command("why", event_id, "--person", PAUL, "--local")
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_a_text_outside_sending_hours_waits_and_goes_out_when_they_begin(stack: WholeStack) -> None:
    store, shipped = configuration_store(stack.house.connection), read_folder(ROOT / "config")
    opens = (datetime.now(UTC) + timedelta(seconds=210)).replace(second=0, microsecond=0)
    store.apply(_closed_until(shipped, opens))
    event_id = ""
    try:
        # Each process finds the new configuration out for itself, within a second.
        while not event_id:
            event_id = _told_under(stack, opens)
    finally:
        store.apply(without_hours_and_throttles(shipped))
    assert state_of(stack, event_id).startswith("sms: HELD (quiet_hours)")
    assert "the SMS is held until" in why(stack, event_id)
    wait_until(lambda: "" if "sms: DELIVERED" in state_of(stack, event_id) else state_of(stack, event_id), 300.0)
    submitted = next(
        row for row in stack.command_json("trace", event_id)["timeline"]
        if row["step"] == "delivery.submitted" and RULE in row["detail"]
    )  # fmt: skip
    assert datetime.fromisoformat(submitted["at"]) >= opens


def test_what_an_operator_silences_is_not_told_and_says_so(stack: WholeStack) -> None:
    order = stack.new_order(ids.ORDER_BOSTON_HOTEL_NEW)
    matchers = ("--rule", "large-order-*", "--subject", f"order/{order}")
    made = stack.command_json("silence", "add", *matchers, "--for", "1h", "--by", "Uta Kern", "--comment", "migration")
    event_id = str(stack.tell_of(order).body["id"])
    wait_until(lambda: "" if "SKIPPED (silenced)" in state_of(stack, event_id) else state_of(stack, event_id))
    assert "Uta Kern: migration" in why(stack, event_id)
    assert stack.command("silence", "end", made["id"], "--local").returncode == 0
    assert stack.command_json("silence", "list") == []


def _closed_until(configuration: Configuration, opens: datetime) -> Configuration:
    courtesy = Courtesy(hours={Channel.SMS: "soon"})
    calendars = {**configuration.calendars, "soon": opening_at(opens)}
    return versioned(replace(configuration, courtesy=courtesy, calendars=calendars))


def _told_under(stack: WholeStack, opens: datetime) -> str:
    """Tell of an order; return its event if it was decided by the new configuration, in time for it to be held."""
    assert datetime.now(UTC) < opens, "the hours have begun before anything was held"
    event_id = str(stack.tell_of(stack.new_order(ids.ORDER_BOSTON_HOTEL_NEW)).body["id"])
    wait_until(lambda: "" if state_of(stack, event_id) not in ("nothing", "") else "nobody is told yet")
    return event_id if "HELD" in state_of(stack, event_id) else ""
