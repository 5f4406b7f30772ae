"""``herald why``: the answer at the top, and the chain below it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.builders import NOW, a_delivery
from tests.unit.command_line.a_stack import Stack
from tests.unit.command_line.approvals import a_story, keep_approval
from tests.unit.usecases.why_world import (
    EVENT,
    GRETA,
    HOUSE,
    PAUL,
    a_decision_of,
    a_message,
    facts,
    taken,
)

from herald.adapters.dynamodb_decisions import DynamoDecisions
from herald.domain.decision import Decision, Skip, Verdict
from herald.domain.delivery import Channel
from herald.domain.errors import Reason
from herald.runtime.bootstrap.world import utc_now
from herald.usecases import shelves
from herald_cli.ports_of_stack import configuration_store, inbox, ledger, state_store
from herald_cli.why_words import REASONS, because

TO_PAUL = a_message(PAUL)
SAID = {"large": Verdict.MATCHED, "dear": Verdict.NOT_MATCHED}


@pytest.fixture
def told(stack: Stack) -> Stack:
    """A stack in which Paul was told of a large order, of which Greta was not."""
    happened(stack, a_decision_of(SAID, TO_PAUL))
    ledger(stack.connection).open(TO_PAUL)
    ledger(stack.connection).write(taken(TO_PAUL))
    return stack


def happened(stack: Stack, decision: Decision) -> None:
    inbox(stack.connection).record(replace(EVENT, received_at=utc_now()))
    configuration_store(stack.connection).apply(HOUSE)
    DynamoDecisions(stack.connection.dynamodb(), stack.connection.output("AuditTableName")).save(
        replace(decision, decided_at=utc_now())
    )


def why(stack: Stack, who: str) -> str:
    ended = stack.run("why", EVENT.id, "--person", who)
    assert ended.exit_code == 0, ended.output
    return " ".join(ended.stdout.split())


def test_the_answer_comes_first_and_the_chain_after_it(told: Stack) -> None:
    said = why(told, "okafor")
    assert said.startswith(
        "Told by SMS at 2026-03-02 09:32 UTC, taken by OpenText, which has not said more yet (rule large)"
    )
    assert "matched large" in said
    assert "audience leaders: order.region is AMER; that is Paul Okafor" in said
    assert "they are in it, by SMS, e-mail" in said
    assert "SMS: SUBMITTED, job job-1" in said
    assert "e-mail: not begun" in said
    assert "+16175550102" not in said


def test_who_was_not_told_hears_the_first_reason_and_where_they_stand(told: Stack) -> None:
    said = why(told, str(GRETA.phone))
    assert said.startswith("Not told: large told leaders, and they are in it for EMEA, while order.region is AMER")
    assert "Messages to" not in said


def test_scripts_get_the_same(told: Stack) -> None:
    answer = told.run_json("why", EVENT.id, "--person", "Okafor")
    assert (answer["answer"], answer["person"]["name"], answer["person"]["known"]) == ("told", "Paul Okafor", True)
    assert answer["person"]["addresses"] == ["+16***02", "p***@example.com"]
    (message,) = answer["messages"]
    assert [(one["channel"], one["state"]) for one in message["channels"]] == [("sms", "SUBMITTED"), ("email", None)]
    (large, dear) = answer["rules"]
    assert (large["audience"]["values"], large["audience"]["members"]) == (["AMER"], ["Paul Okafor"])
    assert (dear["verdict"], dear["audience"]["isMember"]) == ("not_matched", False)
    assert answer["auditChain"] == "intact"


def test_a_skip_and_a_stop_are_told_in_words(stack: Stack) -> None:
    skip = Skip("large", Reason.HELD_BACK, "inc_1")
    happened(stack, a_decision_of({"large": Verdict.MATCHED}, skips=(skip,)))
    key = shelves.address_key(Channel.SMS, str(PAUL.phone))
    said = {"out": True, "at": NOW, "event": "evt_stop"}
    shelves.opt_outs(state_store(stack.connection)).change(key, lambda _before: (said, None))
    shown = why(stack, "Paul")
    assert "large skipped: it was held back (inc_1)" in shown
    assert "said stop to SMS 2026-03-02 09:30 (evt_stop)" in shown
    assert (
        stack.run_json("why", EVENT.id, "--person", "Paul")["rules"][0]["skips"][0]["words"]
        == "it was held back (inc_1)"
    )


def test_the_questions_of_an_approver_are_part_of_the_chain(stack: Stack) -> None:
    story = a_story()
    story.approve(1)
    happened(stack, a_decision_of({}, facts={**facts(), "approvals": [story.approval.id]}))
    keep_approval(stack, story.approval)
    shown = why(stack, "ada@example.com")
    assert "asked 2026-03-02 09:30 at step desk (request), due 2026-03-02 17:30: answered" in shown
    assert "said approve 2026-03-02 09:30 by page" in shown
    (asked,) = stack.run_json("why", EVENT.id, "--person", "ada@example.com")["approvals"]
    assert (asked["state"], asked["tickets"][0]["closed"], asked["answers"][0]["counts"]) == (
        "approved",
        "answered",
        True,
    )


def test_what_waits_says_until_when(stack: Stack) -> None:
    happened(stack, a_decision_of(SAID, TO_PAUL))
    held = a_delivery(TO_PAUL).retry_at(NOW, NOW + timedelta(minutes=1), Reason.SERVER_ERROR, "HTTP 503")
    ledger(stack.connection).open(TO_PAUL)
    ledger(stack.connection).write(held)
    shown = why(stack, "Paul")
    assert "SMS: RETRY_AT, the other side failed (HTTP 503)" in shown
    assert "waits until 2026-03-02 09:31" in shown


def test_a_name_of_several_people_ends_with_2_and_names_them(told: Stack) -> None:
    ended = told.run("why", EVENT.id, "--person", "er")
    assert ended.exit_code == 2
    assert "Engineering <engineering@example.com>, Greta Sommer <greta@example.com>" in ended.stderr


def test_a_name_of_nobody_ends_with_1(told: Stack) -> None:
    ended = told.run("why", EVENT.id, "--person", "Nobody")
    assert ended.exit_code == 1
    assert "name nobody of that name or address" in ended.stdout


def test_an_event_that_is_not_there_ends_with_1(stack: Stack) -> None:
    ended = stack.run("why", "evt_nothing", "--person", "Paul")
    assert ended.exit_code == 1
    assert "evt_nothing" in ended.stderr


class TestWords:
    def test_there_are_some_for_every_reason_there_is(self) -> None:
        assert {str(reason) for reason in Reason} - REASONS.keys() == set()

    def test_a_reason_without_words_is_said_as_it_is_spelt(self) -> None:
        assert because("of_another_release", "so") == "of another release (so)"
        assert because(Reason.OPTED_OUT) == "they said stop on this channel"
