"""``events/scenarios.yaml`` expects of every sample what the shipped rules say to it, in the order it is sent."""

import json
from collections.abc import Iterator

import pytest
from tests.unit.rules.memory import Memory, Said
from tests.unit.rules.orders import CONFIGURATION, NOW

from herald.domain.envelope import Told
from herald.domain.event import Event
from herald.domain.reach import Reach, reach
from herald.domain.replies import intent_of, read_reply
from herald.domain.strict_json import parse_json
from herald.domain.threekit_envelope import read_webhook
from herald.domain.workflow_envelope import read_workflow
from herald.domain.workflow_mapping import as_agreed
from herald_cli.send import content_type
from localrun.running_house import PIM, PLANT, SMS, STOREFRONT, WORKFLOW
from localrun.scenarios import EVENTS, Scenario, read_scenarios

SCENARIOS = read_scenarios()
DECIDED = [scenario for scenario in SCENARIOS if not scenario.undecided]
REPLIES = [scenario for scenario in SCENARIOS if scenario.undecided]


def event_of(scenario: Scenario) -> Event:
    """The event a scenario's file becomes at its door."""
    content = parse_json(scenario.file.read_bytes(), max_depth=32)
    signed = scenario.source in (STOREFRONT, PIM)
    told = Told(scenario.source, content_type(content), content, signed=signed, message_id="msg", received_at=NOW)
    (event,) = (read_workflow if scenario.source in (WORKFLOW, PLANT) else read_webhook)(told)
    return as_agreed(event, CONFIGURATION.mapping)


@pytest.fixture(scope="module")
def said() -> dict[str, Said]:
    """What the rules say, by title; one memory heard all of it."""
    memory = Memory()
    return {scenario.title: memory.hear(event_of(scenario)) for scenario in DECIDED}


def reached_by(said: Said) -> Iterator[tuple[str, Reach]]:
    for rule in CONFIGURATION.rules:
        if rule.id in said.matched and rule.then is not None:
            yield from ((rule.id, one) for one in reach(rule.then, CONFIGURATION, said.facts, NOW))


def test_every_sample_is_sent_and_titles_are_told_apart() -> None:
    statuses = {"opentext_status_email.json", "opentext_status_sms.json"}
    assert {one.file.name for one in SCENARIOS} | statuses == {path.name for path in EVENTS.glob("*.json")}
    assert len({one.title for one in SCENARIOS}) == len(SCENARIOS)


@pytest.mark.parametrize("scenario", DECIDED, ids=lambda scenario: scenario.title)
def test_rules_and_reasons_are_those_expected(said: dict[str, Said], scenario: Scenario) -> None:
    seen = said[scenario.title]
    assert seen.matched == scenario.matched
    assert scenario.skips == ({seen.skip} if seen.skip else set())


@pytest.mark.parametrize("scenario", DECIDED, ids=lambda scenario: scenario.title)
def test_those_told_are_those_expected_each_over_the_rules_channels_in_turn(
    said: dict[str, Said], scenario: Scenario
) -> None:
    notifying = {rule.id for rule in CONFIGURATION.rules if rule.then is not None}
    wanted = {(told.rule, told.to) for told in scenario.told if told.rule in notifying}
    reached = set()
    for rule, one in reached_by(said[scenario.title]):
        ways = [(rule, address) for channel in one.channels if (address := one.recipient.address(channel))]
        assert not one.without_consent
        # The first way is always tried; another only where the one before it came to nothing.
        assert ways[0] in wanted
        reached |= set(ways) & wanted
    assert reached == wanted


@pytest.mark.parametrize("scenario", REPLIES, ids=lambda scenario: scenario.title)
def test_a_reply_comes_from_somebody_who_got_an_sms_before_and_means_what_is_expected(scenario: Scenario) -> None:
    assert scenario.source == SMS
    reply = read_reply(
        "sms", json.loads(scenario.file.read_bytes()), CONFIGURATION.mapping["opentext.reply.sms"]["reply"]
    )
    assert reply is not None
    earlier = SCENARIOS[: SCENARIOS.index(scenario)]
    assert reply.sender in {told.to for one in earlier for told in one.told if told.channel == "sms"}
    assert scenario.audit == {f"reply.{intent_of(reply.text, CONFIGURATION.replies)}"}
