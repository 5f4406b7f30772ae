from tests.builders import NOW, MovingClock, a_signed_event

from herald.adapters.memory_storage import MemoryAuditTrail, MemoryInbox
from herald.domain.event import Event
from herald.ports import Recorded
from herald.usecases.ingest import Receipt, ingest


class World:
    """One inbox and one audit trail, and the steps that were passed."""

    def __init__(self) -> None:
        self.inbox = MemoryInbox(MovingClock())
        self.audit = MemoryAuditTrail()
        self.steps: list[tuple[str, str]] = []

    def ingest(self, *events: Event) -> list[Receipt]:
        return ingest(
            events, inbox=self.inbox, audit=self.audit, clock=lambda: NOW,
            checkpoint=lambda name, subject: self.steps.append((name, subject)), actor="threekit_webhook",
        )  # fmt: skip


def test_a_new_event_is_recorded_by_one_write() -> None:
    world = World()
    event = a_signed_event()
    assert world.ingest(event) == [Receipt(event.id, Recorded.NEW)]
    assert world.inbox.load(event.id) == event
    assert not world.audit.entries(event.id)
    assert world.steps == [("ingest.verified", event.subject), ("ingest.recorded", event.subject)]


def test_the_same_event_again_changes_nothing() -> None:
    world = World()
    event = a_signed_event()
    assert [receipt.recorded for receipt in world.ingest(event, event)] == [Recorded.NEW, Recorded.DUPLICATE]
    assert not world.audit.entries(event.id)


def test_another_body_under_the_same_id_is_audited_by_its_hash_and_the_first_stands() -> None:
    world = World()
    first, second = a_signed_event(), a_signed_event(data={"secret plan": "nobody may read this"})
    outcomes = [receipt.recorded for receipt in world.ingest(first, second, second)]
    assert outcomes == [Recorded.NEW, Recorded.CONFLICT, Recorded.CONFLICT]
    assert world.inbox.load(first.id) == first
    (entry,) = world.audit.entries(first.id)
    assert (entry.record.action, entry.record.actor, entry.record.at) == ("event.conflict", "threekit_webhook", NOW)
    assert entry.record.details["body_hash"] == second.body_hash
    assert "plan" not in str(entry.record)


def test_each_other_body_is_audited_once() -> None:
    world = World()
    others = [a_signed_event(data={"n": number}) for number in (1, 2, 1)]
    world.ingest(a_signed_event(), *others)
    assert len(world.audit.entries(others[0].id)) == 2


def test_a_conflict_does_not_keep_the_rest_from_being_recorded() -> None:
    world = World()
    world.ingest(a_signed_event("a"))
    conflicting, fresh = a_signed_event("a", data={"n": 1}), a_signed_event("b")
    assert [receipt.recorded for receipt in world.ingest(conflicting, fresh)] == [Recorded.CONFLICT, Recorded.NEW]
