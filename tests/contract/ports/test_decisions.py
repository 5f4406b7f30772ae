"""The decisions: written once, the first one stands, and what the rules saw comes back exactly."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders import a_decision, a_notification
from tests.contract.ports.aws_resources import (
    answer_lost_once,
    counted,
    create_table,
    incompressible,
    refused_with,
    silent_about_what_stands,
)

from herald.adapters.dynamodb_decisions import RETENTION, DynamoDecisions
from herald.adapters.dynamodb_items import ITEM_BYTES, decision_item, decision_of
from herald.adapters.memory import MemoryDecisions
from herald.domain.decision import RuleOutcome, Skip, Verdict
from herald.domain.delivery import Channel
from herald.domain.errors import PoisonError, Reason
from herald.domain.notification import Recipient, Severity
from herald.ports import Decisions, StorageError


@pytest.fixture
def table(dynamodb: Any) -> str:
    return create_table(dynamodb, "AuditTable")


@pytest.fixture
def decisions(implementation: str, request: pytest.FixtureRequest) -> Decisions:
    if implementation == "memory":
        return MemoryDecisions()
    table = request.getfixturevalue("table")
    return DynamoDecisions(request.getfixturevalue("dynamodb"), table)


def test_an_event_without_a_decision_has_none(decisions: Decisions) -> None:
    assert decisions.load("evt_unknown") is None


def test_a_decision_comes_back_whole(decisions: Decisions) -> None:
    decision = a_decision()

    assert decisions.save(decision) == decision
    assert decisions.load(decision.event_id) == decision


def test_the_first_one_stands(decisions: Decisions) -> None:
    first = a_decision()
    decisions.save(first)

    assert decisions.save(a_decision(config_version="cfg_2", notifications=())) == first
    assert decisions.load(first.event_id) == first


def test_events_have_decisions_of_their_own(decisions: Decisions) -> None:
    decisions.save(a_decision())
    other = a_decision(event_id="evt_other", notifications=())

    assert decisions.save(other) == other


def test_facts_come_back_in_their_types_and_digits(decisions: Decisions) -> None:
    facts = {
        "total": Decimal("5000.50"), "limit": Decimal("5000"), "quantity": 5, "rush": False, "note": None,
        "now": datetime(2026, 3, 2, 9, 30, 0, 250000, tzinfo=UTC), "lines": [{"price": Decimal("0.10")}],
    }  # fmt: skip
    decisions.save(a_decision(facts=facts))

    loaded = decisions.load(a_decision().event_id)
    assert loaded is not None
    assert repr(loaded.facts) == repr(facts)


def test_the_caller_cannot_change_what_is_decided(decisions: Decisions) -> None:
    facts: dict[str, Any] = {"order": {"total": 1}}
    decisions.save(a_decision(facts=facts))
    facts["order"]["total"] = 2

    loaded = decisions.load(a_decision().event_id)
    assert loaded is not None
    assert loaded.facts == {"order": {"total": 1}}


def test_a_decision_far_longer_than_an_item_fits(decisions: Decisions) -> None:
    lines = [{"sku": f"CHAIR-{number:06d}", "quantity": 1, "unitPrice": Decimal("199.90")} for number in range(12_000)]
    decision = a_decision(facts={"order": {"lines": lines}})
    decisions.save(decision)

    assert decisions.load(decision.event_id) == decision


# ---------------------------------------------------------------- on DynamoDB


TEXTS = st.text(st.characters(categories=None), max_size=20)
RECIPIENTS = st.builds(
    Recipient, name=TEXTS, email=st.none() | TEXTS, phone=st.none() | TEXTS, locale=st.none() | st.just("de-AT"),
    calendar=st.none() | TEXTS, zone=st.none() | TEXTS,
    channels=st.lists(st.sampled_from(Channel), unique=True).map(tuple),
    in_place_of=st.lists(TEXTS, max_size=2).map(tuple),
)  # fmt: skip
NOTIFICATIONS = st.builds(
    lambda recipient, channels, severity, at: a_notification(
        recipient=recipient, channels=tuple(channels), severity=severity, created_at=at
    ),
    RECIPIENTS,
    st.lists(st.sampled_from(Channel), unique=True),
    st.sampled_from(Severity),
    st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(fold=0)),
)
DECISIONS = st.builds(
    lambda facts, outcomes, skips, notifications: a_decision(
        facts=facts, outcomes=tuple(outcomes), skips=tuple(skips), notifications=tuple(notifications)
    ),
    st.dictionaries(TEXTS, st.none() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | TEXTS),
    st.lists(st.builds(RuleOutcome, TEXTS, st.sampled_from(Verdict), TEXTS), max_size=3),
    st.lists(st.builds(Skip, TEXTS, st.sampled_from(Reason), TEXTS), max_size=3),
    st.lists(NOTIFICATIONS, max_size=3),
)


@given(DECISIONS)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_every_decision_comes_back_of_its_item(decision: Any) -> None:
    restored = decision_of(decision_item(decision, RETENTION))

    assert restored == decision
    assert repr(restored) == repr(decision)
    assert repr(restored.facts) == repr(decision.facts)
    assert [type(outcome.verdict) for outcome in restored.outcomes] == [Verdict] * len(decision.outcomes)


@pytest.mark.parametrize("through", [silent_about_what_stands, lambda client: answer_lost_once(client, "put_item")])
def test_the_first_one_stands_whatever_the_service_tells(dynamodb: Any, table: str, through: Any) -> None:
    decisions = DynamoDecisions(through(dynamodb), table)
    first = a_decision()

    assert decisions.save(first) == first
    assert decisions.save(a_decision(config_version="cfg_2")) == first


def test_beyond_what_an_item_holds_it_is_poison_and_not_written(dynamodb: Any, table: str) -> None:
    calls: list[str] = []
    decision = a_decision(facts={"text": incompressible(ITEM_BYTES).hex()})

    with pytest.raises(
        PoisonError, match=f"the decision about {decision.event_id} has .* bytes when compressed"
    ) as caught:
        DynamoDecisions(counted(dynamodb, calls), table).save(decision)
    assert caught.value.reason is Reason.REFUSED
    assert calls == []


def test_throttling_is_an_error(throttled: ClientError) -> None:
    decisions = DynamoDecisions(refused_with(throttled), "audit")

    with pytest.raises(StorageError, match="ThrottlingException"):
        decisions.save(a_decision())
    with pytest.raises(StorageError, match="ThrottlingException"):
        decisions.load("evt_1")
