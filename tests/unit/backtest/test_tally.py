"""What two configurations say to many events, added up."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW

from herald.domain.delivery import Channel
from herald_cli.backtest_said import Message, Replayed, Said, changed_verdicts, is_changed
from herald_cli.backtest_tally import Difference, Line, Tally


def a_message(rule: str = "large", about: int = 1, who: str = "Greta", **changes: object) -> Message:
    """A message of a rule to somebody about something."""
    channel = Channel(str(changes.pop("channel", "email")))
    message = Message(f"{rule} {about} {who}", f"{about} {who} {channel}", who, channel)
    return replace(message, **changes)  # type: ignore[arg-type]


def said(*messages: Message, matched: Sequence[str] = (), chains: Sequence[str] = ()) -> Said:
    return Said(dict.fromkeys(matched, "matched"), messages, frozenset(chains))


def an_event(before: Said, after: Said, number: int = 1, subject: str = "order/1") -> Replayed:
    return Replayed(f"evt_{number}", "threekit.order.created", subject, NOW, before, after)


def difference(*events: Replayed) -> Difference:
    with closing(Tally()) as tally:
        for event in events:
            tally.add(event)
        return tally.difference()


NOTHING = Said()
TO_GRETA, TO_PAUL = said(a_message()), said(a_message(who="Paul"))


class TestMessages:
    def test_one_more_is_added_to_whoever_gets_it(self) -> None:
        found = difference(an_event(NOTHING, TO_GRETA))
        assert found.messages == Line(before=0, after=1, added=1, removed=0)
        assert found.people == {("Greta", "email"): Line(0, 1, 1, 0)}
        assert found.changed == 1

    def test_one_less_is_removed(self) -> None:
        assert difference(an_event(TO_GRETA, NOTHING)).messages == Line(1, 0, 0, 1)

    def test_another_person_is_one_of_each(self) -> None:
        found = difference(an_event(TO_GRETA, TO_PAUL))
        assert found.messages == Line(1, 1, 1, 1)
        assert found.people == {("Greta", "email"): Line(1, 0, 0, 1), ("Paul", "email"): Line(0, 1, 1, 0)}

    def test_another_channel_is_one_of_each(self) -> None:
        by_sms = said(a_message(channel="sms"))
        assert difference(an_event(TO_GRETA, by_sms)).messages == Line(1, 1, 1, 1)

    def test_the_same_from_another_rule_is_no_other_message(self) -> None:
        renamed = said(a_message("large-by-another-name"), matched=["b"])
        found = difference(an_event(said(a_message(), matched=["a"]), renamed))
        assert found.messages == Line(1, 1, 0, 0)
        assert found.rules == {"a": Line(1, 0, 0, 1), "b": Line(0, 1, 1, 0)}
        assert found.changed == 1

    def test_two_events_that_bring_the_same_message_bring_it_once(self) -> None:
        found = difference(an_event(NOTHING, TO_GRETA, 1), an_event(NOTHING, TO_GRETA, 2))
        assert found.messages == Line(0, 1, 1, 0)

    def test_a_message_that_one_event_stops_bringing_and_another_still_brings_is_not_removed(self) -> None:
        created, updated = an_event(TO_GRETA, TO_GRETA, 1), an_event(TO_GRETA, NOTHING, 2)
        for events in ((created, updated), (updated, created)):
            assert difference(*events).messages == Line(1, 1, 0, 0)

    def test_those_at_night_and_their_cost_are_added_up(self) -> None:
        dear = said(a_message(night=True, cost=Decimal("0.07")), a_message("b", who="Paul", cost=Decimal("0.01")))
        found = difference(an_event(TO_GRETA, dear))
        assert found.night == Line(0, 1, 1, 0)
        assert found.cost == (Decimal(0), Decimal("0.08"))


class TestDecisions:
    def test_a_rule_that_says_otherwise_changes_the_decision_though_nobody_hears_of_it(self) -> None:
        found = difference(an_event(Said({"a": "matched"}), Said({"a": "error"})))
        assert (found.changed, found.messages) == (1, Line())
        assert [(one.id, one.rules) for one in found.most_changed] == [("evt_1", 1)]

    def test_a_rule_that_one_side_does_not_have_is_not_there(self) -> None:
        before, after = Said({"a": "matched", "b": "matched"}), Said({"b": "matched", "c": "not_matched"})
        assert changed_verdicts(before, after) == {"a": ("matched", "not there"), "c": ("not there", "not_matched")}

    def test_so_does_another_problem(self) -> None:
        assert is_changed(Said(problem="mapping_failed"), NOTHING)
        assert not is_changed(Said(problem="overtaken"), Said(problem="overtaken"))


class TestApprovals:
    def test_one_of_a_thing_is_asked_for_once(self) -> None:
        asked = said(chains=["order"])
        found = difference(
            an_event(NOTHING, asked, 1), an_event(NOTHING, asked, 2), an_event(asked, asked, 3, "order/2")
        )
        assert found.approvals == Line(before=1, after=2, added=1, removed=0)
        assert found.chains == {"order": Line(1, 2, 1, 0)}

    def test_another_chain_is_one_of_each(self) -> None:
        found = difference(an_event(said(chains=["a"]), said(chains=["b"])))
        assert found.approvals == Line(1, 1, 1, 1)


class TestTheEventsThatChangeMost:
    def test_come_first_with_what_is_added_and_removed(self) -> None:
        two = said(a_message(about=2), a_message(about=2, who="Paul"), chains=["order"])
        first, second = difference(
            an_event(NOTHING, TO_GRETA, 1), an_event(two, NOTHING, 2, "order/2"), an_event(NOTHING, NOTHING, 3)
        ).most_changed
        assert (first.id, first.added, first.removed) == (
            "evt_2", (), ("Greta by email", "Paul by email", "approval order")
        )  # fmt: skip
        assert (second.id, second.added, second.rules) == ("evt_1", ("Greta by email",), 0)

    def test_are_ten_at_most(self) -> None:
        events = [an_event(NOTHING, said(a_message(about=number)), number, f"order/{number}") for number in range(25)]
        assert len(difference(*events).most_changed) == 10

    def test_a_message_is_laid_to_the_event_that_only_one_side_makes_it_of(self) -> None:
        first, second = an_event(NOTHING, TO_GRETA, 1), an_event(NOTHING, TO_GRETA, 2)
        added = {one.id: one.added for one in difference(first, second).most_changed}
        assert added == {"evt_1": ("Greta by email",), "evt_2": ()}
        other = said(a_message("b"))
        found = difference(an_event(TO_GRETA, other, 1), an_event(NOTHING, said(a_message("c")), 2))
        assert [(one.id, one.added) for one in found.most_changed] == [("evt_2", ("Greta by email",))]

    def test_what_both_sides_send_at_different_events_is_laid_to_neither(self) -> None:
        sooner = an_event(NOTHING, TO_GRETA, 1)
        later = an_event(TO_GRETA, said(a_message(), a_message("b")), 2)
        added = {one.id: one.added for one in difference(sooner, later).most_changed}
        assert added == {"evt_1": (), "evt_2": ("Greta by email",)}


MESSAGES = st.builds(
    a_message, st.sampled_from(["a", "b"]), st.integers(1, 3), st.sampled_from(["Greta", "Paul"]),
    night=st.booleans(), cost=st.integers(0, 9).map(Decimal),
)  # fmt: skip
SAID = st.builds(
    lambda messages, matched, chains: said(*messages, matched=sorted(matched), chains=sorted(chains)),
    st.lists(MESSAGES, max_size=4), st.sets(st.sampled_from(["a", "b"])), st.sets(st.sampled_from(["order", "board"])),
)  # fmt: skip
EVENTS = st.lists(
    st.builds(an_event, SAID, SAID, subject=st.sampled_from(["order/1", "order/2"])), max_size=8
).map(lambda events: [replace(event, event_id=f"evt_{number}") for number, event in enumerate(events)])  # fmt: skip


def mirrored(event: Replayed) -> Replayed:
    return replace(event, before=event.after, after=event.before)


def turned(line: Line) -> Line:
    return Line(line.after, line.before, line.removed, line.added)


@given(EVENTS)
def test_what_is_added_less_what_is_removed_is_the_difference_of_the_totals(events: list[Replayed]) -> None:
    found = difference(*events)
    lines = [found.messages, found.night, found.approvals, *found.people.values(), *found.chains.values()]
    for line in (*lines, *found.rules.values()):
        assert line.added - line.removed == line.after - line.before
        assert min(line.before - line.removed, line.after - line.added) >= 0


@given(EVENTS)
def test_a_configuration_does_not_differ_from_itself(events: list[Replayed]) -> None:
    found = difference(*(replace(event, after=event.before) for event in events))
    assert (found.changed, found.most_changed) == (0, ())
    assert {(line.added, line.removed) for line in (found.messages, found.night, found.approvals)} == {(0, 0)}
    assert found.cost[0] == found.cost[1]


@given(EVENTS, st.randoms(use_true_random=False))
def test_the_order_of_events_makes_no_difference(events: list[Replayed], chance: Random) -> None:
    shuffled = list(events)
    chance.shuffle(shuffled)
    one, other = difference(*events), difference(*shuffled)
    assert (one.messages, one.approvals, one.rules, one.changed) == (
        other.messages, other.approvals, other.rules, other.changed
    )  # fmt: skip


@given(EVENTS)
def test_looked_at_from_the_other_side_everything_is_turned_round(events: list[Replayed]) -> None:
    look: Callable[[Difference], list[Line]] = lambda found: [found.messages, found.night, found.approvals]  # noqa: E731
    one, other = difference(*events), difference(*map(mirrored, events))
    assert list(map(turned, look(one))) == look(other)
    assert (one.cost[::-1], one.changed) == (other.cost, other.changed)
