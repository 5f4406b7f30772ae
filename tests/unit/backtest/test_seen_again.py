"""The facts of a recorded event as two configurations see them, with nothing read anywhere."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.backtest.recorded import ORDER, changed, decided, nothing_read, told
from tests.unit.rules.orders import CONFIGURATION, NOW

from herald.adapters.memory_storage import MemoryConfigurationStore
from herald.domain.configuration import Configuration, Rule
from herald.domain.decision import Decision, Skip
from herald.domain.errors import Reason
from herald.domain.event import Event, Origin
from herald.domain.facts import facts_fingerprint
from herald_cli.backtest_facts import (
    ANOTHER_EVENT,
    NEVER_READ,
    NOT_DECIDED,
    NOT_IN_IT,
    VERSION_GONE,
    CannotReplayError,
    Seen,
    SeenAgain,
    goes_through_rules,
)

CREATED = told("threekit.order.created", ORDER)


def mapped(section: str, **fields: Any) -> Configuration:
    """The shipped configuration with fields of the order found elsewhere."""
    mapping = dict(CONFIGURATION.mapping)
    mapping[section] = {**mapping[section], "order": {**mapping[section]["order"], **fields}}
    return changed(mapping=mapping)


def listening(*types: str, **changes: Any) -> Configuration:
    """The shipped configuration with a rule that listens to other types too."""
    rule = Rule("other", "", types, "true", CONFIGURATION.rules[1].then)
    return changed(rules=(*CONFIGURATION.rules, rule), **changes)


ORDERS = next(key for key in CONFIGURATION.mapping if key.startswith("threekit.order."))
ELSEWHERE = mapped(ORDERS, region="metadata.country")


def seen(
    event: Event, decision: Decision | None, after: Configuration = CONFIGURATION, before: Configuration = CONFIGURATION
) -> tuple[Seen, Seen]:
    return SeenAgain(before, after, MemoryConfigurationStore(CONFIGURATION).version)(event, decision)


def reason(event: Event, decision: Decision | None, after: Configuration = ELSEWHERE, **options: Any) -> str:
    with pytest.raises(CannotReplayError) as refused:
        seen(event, decision, after, **options)
    return str(refused.value)


class TestStoredFacts:
    def test_are_what_both_see_where_both_map_the_event_alike(self) -> None:
        decision = decided(CREATED, decided(CREATED).facts)
        stored = Seen(decision.facts, decision.facts_fingerprint)
        assert seen(CREATED, decision, listening("sync.failed")) == (stored, stored)

    def test_stand_though_the_mapping_of_other_types_differs(self) -> None:
        others = changed(mapping={**CONFIGURATION.mapping, "erp.*": {"order": {"id": "id"}}})
        decision = decided(CREATED)
        assert seen(CREATED, decision, others)[1].facts is decision.facts

    @pytest.mark.parametrize(
        "why", [Reason.OVERTAKEN, Reason.ALREADY_REACHED, Reason.INCIDENT_OPEN, Reason.NO_INCIDENT]
    )
    def test_bring_no_rule_that_memory_kept_from_being_asked(self, why: Reason) -> None:
        decision = decided(CREATED, decided(CREATED).facts, Skip("event", why, ""))
        assert [one.problem for one in seen(CREATED, decision)] == [why, why]

    def test_bring_the_rules_where_none_listened_or_matched(self) -> None:
        for why in (Reason.NO_RULE_LISTENS, Reason.NO_RULE_MATCHED):
            decision = decided(CREATED, decided(CREATED).facts, Skip("event", why, ""))
            assert [one.problem for one in seen(CREATED, decision)] == ["", ""]


class TestAnotherMapping:
    def test_reads_the_body_again_if_that_is_what_was_read(self) -> None:
        body = {**ORDER, "metadata": {**ORDER["metadata"], "country": "DE"}}
        event = told("threekit.order.created", body)
        before, after = seen(event, decided(event), ELSEWHERE)
        assert (before.facts["order"]["region"], after.facts["order"]["region"]) == ("EMEA", "DE")
        assert before.version == decided(event).facts_fingerprint != after.version
        assert after.facts["now"] == NOW

    def test_cannot_read_what_threekit_had_if_the_body_is_only_a_hint(self) -> None:
        hint = replace(CREATED, data={"id": ORDER["id"], "updatedAt": ORDER["updatedAt"]})
        assert reason(hint, decided(CREATED)) == NOT_IN_IT

    def test_cannot_read_what_was_read_beside_the_body(self) -> None:
        facts: dict[str, Any] = dict(decided(CREATED).facts)
        line = {**facts["order"]["lines"][0], "attributes": {"Fabric": "Boucle"}}
        assert reason(CREATED, decided(CREATED, {**facts, "order": {**facts["order"], "lines": [line]}})) == NOT_IN_IT

    def test_needs_the_version_that_decided(self) -> None:
        assert reason(CREATED, decided(CREATED, config_version="cfg_gone")) == VERSION_GONE

    def test_that_cannot_read_it_asks_no_rule(self) -> None:
        broken = mapped(ORDERS, currency="metadata.requester.name")
        before, after = seen(CREATED, decided(CREATED), broken)
        assert (before.problem, after.problem) == ("", "mapping_failed")

    def test_reads_a_connector_s_body_which_is_its_own_proof(self) -> None:
        own = {"submitted.by.us": {"order": {"id": "id", "region": "country"}}}
        before = changed(mapping={**CONFIGURATION.mapping, "submitted.by.us": {"order": {"id": "id"}}})
        event = told("submitted.by.us", {"id": "o1", "country": "DE"})
        stored = {"event": {"type": event.type, "subject": event.subject}, "order": {"id": "o1"}, "now": NOW}
        seen_before, seen_after = seen(
            event, decided(event, stored), changed(mapping={**before.mapping, **own}), before
        )
        assert "region" not in seen_before.facts["order"]
        assert seen_after.facts["order"]["region"] == "DE"

    def test_leaves_memory_as_it_was_and_what_it_is_keyed_by(self) -> None:
        facts = {**decided(CREATED).facts, "incident": {"id": "inc_1", "state": "open"}}
        decision = decided(CREATED, facts, facts_fingerprint="of the incident")
        _, after = seen(CREATED, decision, ELSEWHERE)
        assert (after.facts["incident"], after.version) == (facts["incident"], "of the incident")

    def test_keys_by_the_facts_where_memory_has_nothing(self) -> None:
        facts = {**decided(CREATED).facts, "incident": {}}
        _, after = seen(CREATED, decided(CREATED, facts), ELSEWHERE)
        assert after.version == facts_fingerprint(after.facts)


class TestWhereNothingWasRead:
    def test_nobody_hears_of_what_neither_listens_to(self) -> None:
        event = told("erp.changed", {"id": "1"})
        assert seen(event, nothing_read(event, Reason.NO_RULE_LISTENS)) == (
            Seen({}, problem="no_rule_listens"), Seen({}, problem="no_rule_listens")
        )  # fmt: skip

    def test_a_new_rule_sees_the_body_of_a_connector(self) -> None:
        event = told("erp.changed", {"id": "1"})
        after = listening("erp.changed")
        assert seen(event, nothing_read(event, Reason.NO_RULE_LISTENS), after)[1].facts["data"] == {"id": "1"}

    def test_a_new_rule_about_orders_has_nothing_to_see(self) -> None:
        event = told("threekit.order.deleted", ORDER)
        decision = nothing_read(event, Reason.NO_RULE_LISTENS)
        assert reason(event, decision, listening("threekit.order.deleted")) == NEVER_READ

    def test_a_mended_mapping_reads_the_body_of_a_connector(self) -> None:
        broken = changed(mapping={**CONFIGURATION.mapping, "erp.changed": {"order": {"currency": "name"}}})
        event = told("erp.changed", {"name": "no currency"})
        before, after = seen(event, nothing_read(event, Reason.MAPPING_FAILED), before=broken)
        assert (before.problem, after.problem) == ("mapping_failed", "")

    @pytest.mark.parametrize("why", [Reason.UNVERIFIABLE, Reason.NOT_FOUND, Reason.WINDOW_PASSED])
    def test_what_could_not_be_read_cannot_be_replayed(self, why: Reason) -> None:
        assert reason(CREATED, nothing_read(CREATED, why), CONFIGURATION) == NEVER_READ

    def test_what_memory_would_have_to_know_cannot_be_replayed(self) -> None:
        event = told("sync.failed", {"system": "erp"})
        assert reason(event, nothing_read(event, Reason.MAPPING_FAILED)) == NEVER_READ

    def test_what_was_not_decided_cannot_be_replayed(self) -> None:
        assert reason(CREATED, None) == NOT_DECIDED


class TestAWorkflowsOwnBody:
    """The plant's workflow says that texts are done, in its own words."""

    EVENT = replace(
        told("opentext.workflow", {"item": "i1", "language": "de-DE"}), subject="workflow/1", origin=Origin.CALLBACK,
        identity=replace(told("x", {}).identity, source="/opentext/plant"),
    )  # fmt: skip

    def configured(self, event_type: str = "localization.completed", **data: str) -> Configuration:
        callbacks = {"plant": [{"type": event_type, "data": {"itemId": "item", **data}}]}
        return changed(mapping={**CONFIGURATION.mapping, "opentext.workflow": {"callbacks": callbacks}})

    def decision(self) -> Decision:
        facts = {
            "event": {"type": "localization.completed", "subject": "item/i1"},
            "data": {"locale": "de-DE"},
            "now": NOW,
        }
        return decided(self.EVENT, facts)

    def test_is_read_again_where_it_means_the_same_event(self) -> None:
        french, german = self.configured(locale="'fr-FR'"), self.configured(locale="language")
        before, after = seen(self.EVENT, self.decision(), french, german)
        assert (before.facts["data"]["locale"], after.facts["data"]["locale"]) == ("de-DE", "fr-FR")

    def test_cannot_be_replayed_as_another_event(self) -> None:
        other = self.configured("regional.approval.completed", region="language", outcome="'approved'")
        german = self.configured(locale="language")
        assert reason(self.EVENT, self.decision(), other, before=german) == ANOTHER_EVENT
        assert reason(self.EVENT, self.decision(), self.configured(), before=german) == ANOTHER_EVENT


@pytest.mark.parametrize(
    ("changes", "goes"),
    [
        ({}, True),
        ({"publish": False}, False),
        ({"type": "opentext.status"}, False),
        ({"type": "opentext.reply.sms"}, False),
        ({"type": "approval.answered"}, False),
    ],
)
def test_only_some_events_go_through_rules(changes: Mapping[str, Any], goes: bool) -> None:
    assert goes_through_rules(replace(CREATED, **changes)) is goes
