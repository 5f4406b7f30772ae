"""Why somebody was told of an event, or was not: the answer, and the chain behind it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.builders import NOW, SUBJECT, an_audit_record, an_event
from tests.unit.domain.approval.stories import ADA, BEN, DORA, HOUR, REQUESTER, Story, a_plan, a_step
from tests.unit.usecases.why_world import (
    ENGINEERING,
    EVENT,
    HOUSE,
    MAIL,
    PAUL,
    World,
    a_decision_of,
    a_message,
    ended,
    facts,
    taken,
)

from herald.adapters.memory import MemoryConfigurationStore
from herald.domain.decision import Skip, Verdict
from herald.domain.delivery import Channel, Delivery, DeliveryState
from herald.domain.directory import Absence, Person
from herald.domain.errors import Reason
from herald.domain.event import Identity
from herald.usecases.approvals import approval_shelves
from herald.usecases.why import SeveralPeopleError

MATCHED, NOT_MATCHED, ERROR = Verdict.MATCHED, Verdict.NOT_MATCHED, Verdict.ERROR
TO_PAUL = a_message(PAUL)


def paul_was_told(*deliveries: Delivery) -> World:
    """A large order in America, of which Paul is told."""
    world = World().happened(a_decision_of({"large": MATCHED, "dear": NOT_MATCHED}, TO_PAUL))
    world.delivered(TO_PAUL, *deliveries)
    return world


class TestWhoWasTold:
    def test_hears_how_and_when_and_what_is_known_since(self) -> None:
        sent = taken(TO_PAUL)
        world = paul_was_told(sent, sent.ended(NOW + timedelta(minutes=3), DeliveryState.DELIVERED, None, "Confirmed"))
        assert world.answer("paul@example.com") == "Told by SMS at 2026-03-02 09:32 UTC, delivered (rule large)"
        sms, mail = world.ask("Paul").messages[0].channels
        assert [(step.what, step.said) for step in sms.steps] == [("submitted", ""), ("delivered", "Confirmed")]
        assert (mail.delivery, mail.steps) == (None, ())

    @pytest.mark.parametrize(
        ("state", "says"),
        [
            (DeliveryState.SENT, "sent on by OpenText, which cannot say whether it arrived"),
            (DeliveryState.UNCONFIRMED, "taken by OpenText, which never said what became of it"),
        ],
    )
    def test_sent_is_not_delivered(self, state: DeliveryState, says: str) -> None:
        sent = taken(TO_PAUL)
        assert paul_was_told(sent, sent.ended(NOW, state, None)).answer("Paul").endswith(f"UTC, {says} (rule large)")

    def test_on_the_next_channel_hears_what_failed_before(self) -> None:
        stop = ended(TO_PAUL, Channel.SMS, DeliveryState.SKIPPED, Reason.OPTED_OUT)
        world = paul_was_told(stop, taken(TO_PAUL, Channel.EMAIL))
        world.said_stop("+16175550102")
        assert world.answer("Paul") == (
            "Told by e-mail at 2026-03-02 09:32 UTC, taken by OpenText, which has not said more yet, "
            "after SMS ended as SKIPPED: they said stop on this channel (rule large)"
        )
        assert [(one.channel, one.event_id) for one in world.ask("Paul").stopped] == [(Channel.SMS, "evt_stop")]

    def test_a_stop_that_was_taken_back_is_none(self) -> None:
        world = paul_was_told(taken(TO_PAUL))
        world.said_stop("+16175550102", out=False)
        assert world.ask("Paul").stopped == ()

    def test_by_an_earlier_event_about_the_same_hears_which(self) -> None:
        earlier = an_event(identity=Identity.of_sender_id("/threekit/main", "earlier"))
        world = World().happened(a_decision_of({"large": MATCHED}, TO_PAUL))
        theirs = replace(TO_PAUL, event_id=earlier.id)
        world.delivered(theirs, replace(taken(theirs), event_id=earlier.id))
        assert f", because of the earlier event {earlier.id} about the same (rule large)" in world.answer("Paul")
        assert world.ask("Paul").messages[0].channels[0].steps[0].what == "submitted"

    def test_of_several_rules_hears_the_furthest_first(self) -> None:
        other = a_message(PAUL, "dear", MAIL)
        world = World().happened(a_decision_of({"large": MATCHED, "dear": MATCHED}, TO_PAUL, other))
        world.delivered(TO_PAUL, ended(TO_PAUL, Channel.SMS, DeliveryState.FAILED, Reason.OUTCOME_UNKNOWN))
        world.delivered(other, taken(other, Channel.EMAIL))
        first, second = world.answers("Paul")
        assert (first.startswith("Told by e-mail"), second.startswith("Not told: SMS ended")) == (True, True)


class TestWhoIsNotToldYet:
    def test_hears_what_it_waits_for_and_until_when(self) -> None:
        waits = Delivery(TO_PAUL.id, Channel.SMS, EVENT.id).waits(
            NOW, NOW + HOUR, Reason.RESTING, "at OpenText's gate", turn=True
        )
        assert paul_was_told(waits).answer("Paul") == (
            "Not told yet: the SMS is tried again at 2026-03-02 10:30 UTC: OpenText is left alone for a while "
            "(at OpenText's gate) (rule large)"
        )

    def test_hears_that_nothing_was_begun(self) -> None:
        assert paul_was_told().answer("Paul") == "Not told yet: the SMS waits in its queue (rule large)"

    def test_hears_that_the_ledger_knows_nothing(self) -> None:
        world = World().happened(a_decision_of({"large": MATCHED}, TO_PAUL))
        assert world.answer("Paul").startswith("Not told yet: it was decided on, and the ledger does not hold it yet")

    def test_may_have_been_told_if_no_answer_is_known(self) -> None:
        doubtful = Delivery(TO_PAUL.id, Channel.SMS, EVENT.id).unknown(NOW, NOW + HOUR, Reason.TIMED_OUT, "")
        assert paul_was_told(doubtful).answer("Paul").startswith("Perhaps told by SMS; an answer")

    def test_before_a_decision_hears_what_is_in_the_way(self) -> None:
        world = World().happened()
        assert world.answer("Paul") == "Not told yet: it is not decided yet; it came at 2026-03-02 09:30 UTC"
        details = {"reason": Reason.SERVER_ERROR, "detail": "HTTP 503"}
        world.audit.append(an_audit_record("postponed", action="event.evaluation_postponed", details=details))
        assert "the other side failed (HTTP 503); tried 1 times" in world.answer("Paul")


class TestWhoWasNotTold:
    def test_of_a_message_that_failed_everywhere_hears_each_reason(self) -> None:
        stop = ended(TO_PAUL, Channel.SMS, DeliveryState.SKIPPED, Reason.OPTED_OUT, "evt_stop")
        refused = ended(TO_PAUL, Channel.EMAIL, DeliveryState.FAILED, Reason.REFUSED, "HTTP 400")
        assert paul_was_told(stop, refused).answer("Paul") == (
            "Not told: SMS ended as SKIPPED: they said stop on this channel (evt_stop), e-mail ended as FAILED: it was "
            "refused (HTTP 400) (rule large)"
        )

    def test_because_they_are_a_member_for_another_value(self) -> None:
        assert paul_was_told().answer("Greta") == (
            "Not told: large told leaders, and they are in it for EMEA, while order.region is AMER"
        )
        (large, _) = paul_was_told().ask("Greta").rules
        assert large.membership is not None
        assert [one.name for one in large.membership.members] == ["Paul Okafor"]
        assert paul_was_told().ask("Greta").elsewhere == ()

    def test_because_the_rule_did_not_match(self) -> None:
        assert paul_was_told().answer("Finance desk") == "Not told: dear did not match: what decided dear"

    def test_because_the_rule_could_not_be_evaluated(self) -> None:
        world = World().happened(a_decision_of({"dear": ERROR}))
        assert world.answer("Finance desk") == "Not told: dear could not be evaluated: what decided dear"

    def test_because_it_did_not_match_and_would_have_told_others(self) -> None:
        world = World().happened(a_decision_of({"large": NOT_MATCHED}))
        assert world.answer("Greta") == (
            "Not told: large did not match: what decided large, and they are in it for EMEA, while order.region is AMER"
        )

    def test_a_rule_that_matched_is_nearer_than_one_that_did_not(self) -> None:
        world = World().happened(a_decision_of({"dear": NOT_MATCHED, "large": MATCHED}))
        assert world.answer("Paul").startswith("Not told: large matched, and no message was made for them")

    def test_because_they_have_no_address_for_its_channels(self) -> None:
        skip = Skip("to-plant", Reason.NO_ADDRESS, "a member of plant has no usable address")
        world = World().happened(a_decision_of({"to-plant": MATCHED}, skips=(skip,)))
        assert world.answer("Plant") == "Not told: to-plant matched, and they have no address for e-mail"

    def test_because_the_customer_has_no_address_at_all(self) -> None:
        skip = Skip("to-customer", Reason.NO_RECIPIENTS, "audience customer is nobody for this event")
        known = facts(customer={"name": "Jonas Brandt", "email": "none"})
        world = World().happened(a_decision_of({"to-customer": MATCHED}, skips=(skip,), facts=known))
        assert world.answer("Jonas") == (
            "Not told: to-customer matched, and order.customer has no address that can be used"
        )

    def test_because_they_were_absent_and_who_stood_in(self) -> None:
        away = Absence(NOW - timedelta(days=1), NOW + timedelta(days=1), ENGINEERING.key)
        world = World().happened(a_decision_of({"large": MATCHED}))
        people = {PAUL.key: Person(PAUL, absences=(away,)), ENGINEERING.key: Person(ENGINEERING)}
        world.configurations = MemoryConfigurationStore(replace(HOUSE, people=people))
        assert world.answer("Paul") == (
            "Not told: large matched, and they were absent: Engineering was told in their place"
        )
        back = replace(away, end=NOW)
        people = {**people, PAUL.key: Person(PAUL, absences=(back,))}
        world.configurations = MemoryConfigurationStore(replace(HOUSE, people=people))
        assert world.answer("Paul") == "Not told: large matched, and no message was made for them"

    def test_because_a_skip_of_the_rule_says_so(self) -> None:
        skip = Skip("large", Reason.HELD_BACK, "inc_1 of erp")
        world = World().happened(a_decision_of({"large": MATCHED}, skips=(skip,)))
        assert world.answer("Paul") == "Not told: large matched, and it was held back (inc_1 of erp)"

    def test_because_no_rule_was_asked(self) -> None:
        skip = Skip("event", Reason.INCIDENT_OPEN, "inc_1 of erp: failure 2")
        assert World().happened(a_decision_of({}, skips=(skip,))).answer("Paul") == (
            "Not told: no rule was asked, an incident of the system is open already, and was told "
            "(inc_1 of erp: failure 2)"
        )

    def test_that_no_rule_matched_is_no_reason_of_its_own(self) -> None:
        skip = Skip("event", Reason.NO_RULE_MATCHED, "1 rules listen")
        world = World().happened(a_decision_of({"dear": NOT_MATCHED}, skips=(skip,)))
        assert world.answer("Finance desk") == "Not told: dear did not match: what decided dear"

    def test_because_no_rule_that_listens_tells_them(self) -> None:
        why = paul_was_told().ask(str(ENGINEERING.email))
        assert why.elsewhere == ("engineering",)
        assert paul_was_told().answer("Engineering") == (
            "Not told: no rule that listens to threekit.order.created tells an audience that they are in; they are in "
            "engineering"
        )

    def test_because_nobody_knows_them(self) -> None:
        world = paul_was_told()
        assert not world.ask("nobody@example.com").known
        assert world.answer("nobody@example.com").endswith("name nobody of that name or address")

    def test_because_such_events_tell_nobody(self) -> None:
        report = replace(EVENT, type="opentext.status")
        assert (
            World().happened(event=report).answer("Paul") == "Not told: it is opentext.status, of which nobody is told"
        )
        echo = replace(EVENT, publish=False)
        assert World().happened(event=echo).answer("Paul").startswith("Not told: it is Herald's own change in Threekit")

    def test_where_the_configuration_is_gone_hears_what_is_left(self) -> None:
        world = paul_was_told(taken(TO_PAUL))
        world.configurations = MemoryConfigurationStore()
        why = world.ask("Paul")
        assert why.configuration is None
        assert why.missing.startswith("there is no configuration cfg_")
        assert [(rule.rule_id, rule.membership) for rule in why.rules] == [("large", None), ("dear", None)]
        assert world.answer("Paul").startswith("Told by SMS")


def to_come(delivery: Delivery, state: str, reason: str, detail: str = "", **changes: Any) -> Delivery:
    """A delivery with a state and a reason that this release may not know."""
    words: dict[str, Any] = {"state": state, "reason": reason}
    return replace(delivery, detail=detail, **words, **changes)


class TestWhatIsHeldOnPurpose:
    @pytest.mark.parametrize(
        ("reason", "says"),
        [
            ("quiet_hours", "it is night, or a day off, where they are"),
            ("gathered", "it waits for others, to be told with them in one message"),
            ("over_budget", "a budget for messages is nearly spent"),
            ("of_another_release", "of another release"),
        ],
    )
    def test_says_why_and_until_when(self, reason: str, says: str) -> None:
        fresh = taken(TO_PAUL)
        held = to_come(fresh, "HELD", reason, "until seven", due_at=NOW + HOUR, job_id=None)
        assert paul_was_told(held).answer("Paul") == (
            f"Not told yet: the SMS is held until 2026-03-02 10:30 UTC: {says} (until seven) (rule large)"
        )

    def test_told_within_a_digest_is_told_as_the_digest_is(self) -> None:
        digest = replace(a_message(PAUL, "digest"), event_id="evt_digest", channels=MAIL)
        world = paul_was_told(to_come(taken(TO_PAUL), DeliveryState.DIGESTED, "", digest.id))
        world.delivered(digest, replace(taken(digest, Channel.EMAIL, minutes=90), event_id="evt_digest"))
        (message,) = world.ask("Paul").messages
        assert message.digest is not None
        assert message.digest.channels[0].steps[0].what == "submitted"
        assert world.answer("Paul") == (
            "Told by e-mail at 2026-03-02 11:00 UTC, taken by OpenText, which has not said more yet, within the digest "
            f"{digest.id} (rule large)"
        )

    def test_a_digest_that_is_gone_is_named(self) -> None:
        world = paul_was_told(to_come(taken(TO_PAUL), DeliveryState.DIGESTED, "", "ntf_gone"))
        assert (
            world.answer("Paul")
            == "Perhaps told within the digest ntf_gone, of which nothing more is known (rule large)"
        )


class TestWhoHasToApprove:
    def world(self, story: Story, **said: Verdict) -> World:
        world = World().happened(a_decision_of(said, facts={**facts(), "approvals": [story.approval.id]}))
        approval_shelves.approvals(world.state).change(story.approval.id, lambda _before: (story.approval, None))
        return world

    def test_hears_of_their_questions_and_what_became_of_them(self) -> None:
        story = Story(a_plan(a_step(ADA, BEN, quorum="any")))
        story.approve(ADA)
        (asked,) = self.world(story).ask("Ben").approvals
        assert [str(ticket.closed) for ticket in asked.tickets] == ["settled"]
        (asked,) = self.world(story).ask("Ada").approvals
        assert ([str(one.closed) for one in asked.tickets], len(asked.answers)) == (["answered"], 1)

    def test_a_step_whose_turn_has_not_come_is_a_reason(self) -> None:
        story = Story(a_plan(a_step(ADA), a_step(BEN, id="board", stage=2)))
        assert self.world(story).answer("ben@example.com") == (
            "Not told: they are asked in Order approval at step board, which is waiting"
        )

    def test_so_is_a_rung_that_was_not_reached(self) -> None:
        story = Story(a_plan(a_step(ADA, ladder=((BEN,),))))
        assert "at rung 1 of step desk, which was not reached" in self.world(story).answer("ben@example.com")

    def test_whoever_asked_for_it_is_asked_by_nobody(self) -> None:
        story = Story(a_plan(a_step(ADA)))
        assert self.world(story).answer(str(REQUESTER.email)).startswith("Not told: they asked for it themselves")

    def test_it_is_found_by_what_it_is_about_too(self) -> None:
        story = Story(a_plan(a_step(ADA), watchers=(DORA,)))
        world = World().happened(a_decision_of({}))
        approval_shelves.approvals(world.state).change(story.approval.id, lambda _before: (story.approval, None))
        key = approval_shelves.subject_key(SUBJECT)
        approval_shelves.chains_of(world.state).change(key, lambda _before: (("order",), None))
        (asked,) = world.ask("Dora").approvals
        assert [part.role for part in asked.parts] == ["watcher"]


class TestWhoIsMeant:
    def test_a_name_that_fits_several_people_is_no_answer(self) -> None:
        with pytest.raises(SeveralPeopleError, match=r"^Greta Sommer, Engineering$"):
            paul_was_told().ask("er")

    def test_an_event_that_is_not_there_has_no_answer(self) -> None:
        with pytest.raises(AssertionError):
            World().ask("Paul")

    def test_somebody_named_in_two_ways_is_one(self) -> None:
        world = World().happened(
            a_decision_of({"large": MATCHED}, a_message(replace(PAUL, name="P. Okafor", email=None)))
        )
        assert len(world.ask(str(PAUL.email)).messages) == 1
