"""An approval as it is kept is the approval, to the digit and the second."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.approval.approval_model import Rules, World, rules
from tests.unit.domain.approval.approved_orders import stands
from tests.unit.domain.approval.stories import (
    BEN,
    CLEO,
    DORA,
    HOUR,
    REQUESTER,
    Story,
    a_plan,
    a_step,
    again,
    dearer,
    person,
)

from herald.adapters.exact_json import dumps, loads
from herald.domain.approval.answering import answer
from herald.domain.approval.approval import Approval, Verdict
from herald.domain.approval.document import approval_document, approval_of
from herald.domain.approval.policy import Part, Timeout, chain_document, chain_of
from herald.domain.approval.stand import Stand
from herald.domain.delivery import Channel
from herald.domain.notification import Recipient, person_document, person_of

words = st.text(max_size=30)
DEAREST = World(price=9)
"""The price from which on every step is asked."""
ODD = '\ud800 \x00 {"$datetime"}'


def kept(approval: Approval) -> Approval:
    """The approval as it comes back from where it is kept."""
    return approval_of(loads(dumps(approval_document(approval))))


def eventful() -> Story:
    """Everything that leaves a trace: handed on, asked back, looked into, reminded, changed, void, carried, dissent."""
    at_work = person("ada", phone="+4930123456", locale="de-DE", calendar="office")
    story = Story(
        a_plan(
            a_step(at_work, BEN, quorum="all", inputs=(Part.OPTIONS,), reminders=(HOUR,), ladder=((CLEO,),), repeat=1),
            a_step(DORA, id="board", stage=2, quorum=1, timeout=Timeout.ESCALATE),
            watchers=(DORA,), delegates=(CLEO,), last_resort=(BEN,), matched=("large-order",),
            last_approved={"order": "o-0", "differences": [{"before": Decimal("1.10"), "after": 1}]},
        )
    )  # fmt: skip
    story.question(at_work, ODD)
    story.reply(story.approval.questions[0].id, ODD)
    story.acknowledge(BEN)
    story.wait(HOUR)
    story.delegate(BEN, CLEO, "Please")
    story.approve(at_work)
    story.reject(at_work, "On second thoughts")
    story.change(dearer())
    story.approve(CLEO)
    story.reject(DORA, ODD)
    return story


def test_everything_that_happened_is_kept_as_it_was() -> None:
    approval = eventful().approval

    assert kept(approval) == approval
    assert kept(approval).fingerprint == approval.fingerprint
    assert {(one.counted, one.void, one.carried) for one in approval.answers} == {
        (True, False, True), (False, False, False), (True, False, False),
    }  # fmt: skip


@pytest.mark.parametrize("steps", range(9))
def test_each_moment_on_the_way_is_kept_as_it_was(steps: int) -> None:
    story = Story(a_plan(a_step(reminders=(HOUR, 2 * HOUR), ladder=((BEN,), (CLEO,))), last_resort=(DORA,)))
    for _ in range(steps):
        if not story.ended:
            story.wait_until_due()

    assert kept(story.approval) == story.approval


def test_what_is_kept_goes_on_like_what_was_never_put_away() -> None:
    story, other = eventful(), eventful()
    other.approval = kept(other.approval)

    for one in (story, other):
        one.change(Stand({**dearer().order, "currency": "USD"}))
        one.approve(DORA)

    assert story.approval == other.approval


def test_an_event_told_again_after_it_was_put_away_brings_the_same() -> None:
    story = eventful()
    first = story.heard[1]
    story.approval = kept(story.approval)

    story.apply(lambda turn: answer(turn, 1, Verdict.REJECT, "No", event_id="x", channel="page"), first.event_id)

    assert story.heard[-1] == first


@given(rules(), stands(), words, words, st.sampled_from([None, REQUESTER]))
def test_any_approval_is_kept_as_it_is(
    chain: Rules, stand: Stand, reason: str, note: str, requester: Recipient | None
) -> None:
    story = Story(again(chain.plan(DEAREST, requester), stand=stand))
    story.question(1, note)
    story.reject(1, reason, channel="sms")
    if not story.ended:
        story.wait(timedelta(days=1))
    story.recall(note)

    assert kept(story.approval) == story.approval


@given(words, st.none() | words, st.none() | words, st.none() | words)
def test_a_person_is_kept_whole(name: str, email: str | None, phone: str | None, locale: str | None) -> None:
    someone = Recipient(name, email, phone, locale, "office")
    standing_in = replace(someone, zone="Asia/Tokyo", channels=(Channel.SMS, Channel.EMAIL), in_place_of=("Ada", "Ben"))

    for one in (someone, standing_in, replace(someone, in_place_of=("Ada",))):
        assert person_of(loads(dumps(person_document(one)))) == one


def test_a_person_of_an_older_release_is_read_with_what_they_had() -> None:
    assert person_of(["Ada", "ada@example.com", None, "de"]) == Recipient("Ada", "ada@example.com", None, "de")
    assert person_of(["Ada", None, None, None, "office"]) == Recipient("Ada", calendar="office")


@given(rules())
def test_a_chain_is_kept_with_every_step_in_it(chain: Rules) -> None:
    policy = chain.plan(DEAREST, None).policy.chain
    found = chain_of(loads(dumps(chain_document(policy))))

    assert found == policy
    assert [step.print for step in found.steps] == [step.print for step in policy.steps]
