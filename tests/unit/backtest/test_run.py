"""Every event is put to both sides; what cannot be is counted with its reason."""

from dataclasses import replace
from datetime import time

from tests.unit.backtest.recorded import changed, seen, with_rule
from tests.unit.rules.orders import CONFIGURATION, NOW

from herald.adapters.cel import CelRuleEngine
from herald.domain.configuration import Configuration
from herald.domain.working_time import Calendar
from herald_cli.backtest_facts import Seen
from herald_cli.backtest_run import Backtest, Case, Missing, NotReplayed, PassedBy, backtest
from herald_cli.backtest_side import both_sides

ENGINE = CelRuleEngine()


def a_case(number: int, about: Seen) -> Case:
    return Case(f"evt_{number}", "threekit.order.created", f"order/order-{number}", NOW, about, about)


def run(
    *told: Case | NotReplayed | PassedBy, after: Configuration = CONFIGURATION, most: int | None = None
) -> Backtest:
    return backtest(told, both_sides(CONFIGURATION, after, ENGINE), None)


def test_what_goes_through_no_rules_and_what_cannot_be_replayed_is_counted() -> None:
    found = run(PassedBy(), *(NotReplayed(f"evt_{number}", "gone") for number in range(5)), PassedBy())
    assert (found.difference.events, found.passed_by) == (0, 2)
    assert found.missing == {"gone": Missing(5, ("evt_0", "evt_1", "evt_2"))}


def test_an_approval_that_cannot_be_planned_is_one_that_cannot_be_replayed() -> None:
    never = Calendar("never", "UTC", {0: ((time(9), time(9)),)})
    nobody_works = changed(calendars=dict.fromkeys(CONFIGURATION.calendars, never))
    found = run(a_case(1, seen()), after=nobody_works)
    assert found.difference.events == 0
    ((why, missing),) = found.missing.items()
    assert why.startswith("a deadline of the approval order cannot be told")
    assert missing.examples == ("evt_1",)


def test_a_calendar_in_which_no_deadline_can_be_told_is_named() -> None:
    named = CONFIGURATION.calendars["office-berlin"]
    unzoned = changed(calendars={**CONFIGURATION.calendars, "office-berlin": replace(named, zone="")})
    found = run(a_case(1, seen()), after=unzoned)
    assert list(found.missing) == [
        "a deadline of the approval order cannot be told: the calendar `office-berlin` has no zone"
    ]


def test_a_changed_threshold_is_told_in_messages_and_approvals() -> None:
    lower = with_rule("large-order-to-finance", when="order.total > 10.0")
    found = run(a_case(1, seen("100000.00", 1)), a_case(2, seen("20.00", 2)), a_case(3, seen("1.00", 3)), after=lower)
    difference = found.difference
    assert (difference.events, difference.changed) == (3, 1)
    assert {who for (who, _), line in difference.people.items() if line.added} == {"Finance desk"}
    assert [one.id for one in difference.most_changed] == ["evt_2"]
    assert difference.approvals.before == difference.approvals.after == 3


def test_only_the_first_events_are_replayed_if_so_many_are_asked_for() -> None:
    watched = []
    sides = both_sides(CONFIGURATION, CONFIGURATION, ENGINE)
    cases = (a_case(number, seen("1.00", number)) for number in range(9))
    found = backtest(cases, sides, 4, lambda: watched.append(1))
    assert (found.difference.events, found.cut_off, len(watched)) == (4, True, 4)
