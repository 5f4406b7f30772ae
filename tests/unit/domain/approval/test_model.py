"""Any order of events over any chain, told once, twice or late: what must hold after each of them."""

from hypothesis import settings
from hypothesis.stateful import invariant
from tests.unit.domain.approval.approval_machine import ToldApproval
from tests.unit.domain.approval.approval_model import WHO

from herald.adapters.exact_json import dumps, loads
from herald.domain.approval.approval import By, Closed, State, StepState
from herald.domain.approval.document import approval_document, approval_of
from herald.domain.approval.elapsing import elapse
from herald.domain.approval.turn import hear


class Approvals(ToldApproval):
    """What must hold after whatever happened."""

    @invariant()
    def only_words_that_stand_count(self) -> None:
        counting = [one.event_id for one in self.approval.answers if one.counted and not one.void]
        assert counting == [word.event for word in self.model.words]
        for run in self.approval.steps:
            valid = [one.event_id for one in self.approval.valid_answers(run)]
            assert valid == [word.event for word in self.model.at(run.id)]
            voices = [word.who for word in self.model.at(run.id)]
            assert len(voices) == len(set(voices)), "one person, one voice"

    @invariant()
    def nobody_is_approved_past(self) -> None:
        approval, asked = self.approval, self.model.asked()
        assert [run.id for run in approval.steps] == list(asked)
        assert approval.stand == self.model.about.stand()
        if approval.state is State.APPROVED:
            assert approval.end is not None
            assert approval.end.by in (By.PEOPLE, By.POLICY, By.ADMINISTRATOR)
            if approval.end.by is By.PEOPLE:
                assert asked
                assert all(self.model.has_its_quorum(asking) for asking in asked.values())
            if approval.end.by is By.POLICY:
                assert not asked
        for run in approval.steps:
            settled = run.state is StepState.APPROVED
            assert settled <= self.model.has_its_quorum(asked[run.id])

    @invariant()
    def what_was_said_takes_effect(self) -> None:
        if self.approval.state is not State.OPEN:
            return
        asked = self.model.asked()
        assert not any(self.model.is_lost(asking) for asking in asked.values())
        assert not all(run.state is StepState.APPROVED for run in self.approval.steps)

    @invariant()
    def the_requester_has_no_say(self) -> None:
        requester = self.model.requester
        assert all(WHO[one.person.name] != requester for one in self.approval.open_tickets())
        assert all(word.who != requester for word in self.model.words)

    @invariant()
    def what_is_handed_on_is_handed_on_once(self) -> None:
        for ticket in self.approval.tickets:
            if ticket.delegated_from is not None:
                giver = self.approval.ticket(ticket.delegated_from)
                assert giver is not None
                assert (giver.delegated_from, giver.closed) == (None, Closed.DELEGATED)

    @invariant()
    def only_who_is_asked_now_may_answer(self) -> None:
        approval, asked = self.approval, self.model.asked()
        unsettled = [run for run in approval.steps if run.state in (StepState.WAITING, StepState.OPEN)]
        stage = min((run.stage for run in unsettled), default=0)
        being_asked = {run.id for run in unsettled if run.state is StepState.OPEN and approval.state is State.OPEN}
        if approval.state is State.OPEN:
            assert being_asked == {run.id for run in unsettled if run.stage == stage}
        open_tickets = [ticket for ticket in approval.tickets if ticket.closed is None]
        assert {ticket.step for ticket in open_tickets} == being_asked
        assert len({(ticket.step, ticket.person.key) for ticket in open_tickets}) == len(open_tickets)
        for ticket in approval.tickets:
            if ticket.number not in self.shown:
                self.shown[ticket.number] = asked[ticket.step].looks_at(self.model.about)
        assert all(self.shown[one.number] == asked[one.step].looks_at(self.model.about) for one in open_tickets)

    @invariant()
    def there_is_always_an_end(self) -> None:
        approval, now = self.approval, self.now
        most = self.model.most_timers(len(approval.tickets))
        for number in range(most):
            if approval.state is not State.OPEN:
                break
            due = approval.next_due
            assert due is not None, "nobody waits without a timer"
            now = max(now, due)
            approval, _ = hear(approval, self.policy, f"silence_{number}", "elapse", now, elapse)
        assert approval.state is not State.OPEN, "silence ends it"
        if self.approval.state is State.OPEN:
            assert approval.end is not None
            assert approval.state in (State.REJECTED, State.PARKED)
            assert approval.end.by is By.DEADLINE

    @invariant()
    def it_is_kept_whole(self) -> None:
        assert approval_of(loads(dumps(approval_document(self.approval)))) == self.approval


TestApprovals = Approvals.TestCase
TestApprovals.settings = settings(max_examples=250, stateful_step_count=40)
