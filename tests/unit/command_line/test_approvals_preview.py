"""``herald approvals preview``: whom a configuration would ask, why, and what comes if nobody answers."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.builders import NOW, ORDER_ID
from tests.unit.configuration.approvals import APPROVALS, a_folder, spoilt
from typer.testing import CliRunner, Result

from herald.domain.approval.approval import By, State
from herald_cli.approval_preview import FROM_FILE, PreviewedChain, PreviewedEvent, PreviewedStep, preview_body
from herald_cli.approval_preview_report import local, preview_as_json
from herald_cli.configuration_folder import read_folder
from herald_cli.explain import AS_TOLD
from herald_cli.main import app

DESK_IS_FOR_LARGE_ORDERS = (
    "approvals.yaml",
    "        quorum: all\n",
    "        quorum: all\n        rules: [large-order]\n",
)

LIMITS = APPROVALS.partition("rules: [large-order]\n")[2].partition("        inputs:")[0]
FINANCE_WITHOUT_LIMITS = ("approvals.yaml", LIMITS, "")


def a_body(price: float = 100.0, status: str = "New", **customer: str) -> bytes:
    """The webhook of an order of two chairs in EMEA."""
    lena = {"name": "Lena", "email": "lena@example.com"}
    metadata = {"currency": "EUR", "region": "EMEA", "customer": {**lena, **customer}}
    line = {"count": 2, "metadata": {"sku": "CH-1", "price": price, "attributes": {"Wood": "Oak"}}}
    order = {
        "id": ORDER_ID, "status": status, "metadata": metadata, "cart": [line],
        "createdAt": "2026-03-02T09:00:00.000Z", "updatedAt": "2026-03-02T09:00:00.000Z",
    }  # fmt: skip
    return json.dumps({"topic": "orders", "action": "created", "data": order}).encode()


def previewed(folder: Path, body: bytes, **options: Any) -> PreviewedEvent:
    (event,) = preview_body(body, read_folder(folder), NOW, **options)
    return event


def the_chain(folder: Path, body: bytes) -> PreviewedChain:
    (chain,) = previewed(folder, body).chains
    return chain


def the_step(chain: PreviewedChain, identity: str) -> PreviewedStep:
    return next(one for one in chain.steps if one.step.id == identity)


def run(folder: Path, body: bytes, *options: str) -> Result:
    file = folder.parent / "event.json"
    file.write_bytes(body)
    return CliRunner().invoke(app, ["approvals", "preview", str(file), "--config", str(folder), *options])


def silence(step: PreviewedStep) -> list[tuple[str, str, str]]:
    """What comes if nobody answers: when on their clocks, what, to whom."""
    return [(local(one.at, one.zone), one.kind, one.person.name) for one in step.silence]


class TestWhoIsAsked:
    def test_a_step_left_alone_reminds_climbs_its_ladder_and_ends(self, tmp_path: Path) -> None:
        desk = the_step(the_chain(a_folder(tmp_path), a_body()), "desk")
        assert silence(desk)[:9] == [
            ("Mon 03-02 10:30", "request", "Ines Falk"), ("Mon 03-02 10:30", "request", "Order desk"),
            ("Mon 03-02 12:30", "reminder", "Ines Falk"), ("Mon 03-02 12:30", "reminder", "Order desk"),
            ("Mon 03-02 15:30", "reminder", "Ines Falk"), ("Mon 03-02 15:30", "reminder", "Order desk"),
            ("Tue 03-03 09:00", "reminder", "Ines Falk"), ("Tue 03-03 09:00", "reminder", "Order desk"),
            ("Tue 03-03 10:00", "escalated", "Directors"),
        ]  # fmt: skip
        assert desk.alone is not None
        assert desk.alone.end is not None
        assert (desk.alone.state, desk.alone.end.by) == (State.PARKED, By.DEADLINE)

    def test_each_deadline_is_told_on_the_clock_of_whoever_has_it(self, tmp_path: Path) -> None:
        first = the_step(the_chain(a_folder(tmp_path), a_body()), "desk").silence[0]
        assert (first.deadline.isoformat(), first.zone) == ("2026-03-03T09:00:00+00:00", "Europe/Berlin")
        assert local(first.deadline, first.zone) == "Tue 03-03 10:00"
        assert first.channels == ("email", "sms")

    def test_a_reply_decides_only_what_is_not_worth_too_much_and_of_whom_has_a_phone(self, tmp_path: Path) -> None:
        folder = a_folder(tmp_path)
        cheap = the_step(the_chain(folder, a_body()), "desk").silence
        dear = the_step(the_chain(folder, a_body(5000.01)), "desk").silence
        assert [one.reply for one in cheap[:2]] == [True, False]
        assert [one.reply for one in dear[:2]] == [False, False]

    def test_the_requester_is_left_out_and_not_waited_for(self, tmp_path: Path) -> None:
        desk = the_step(the_chain(a_folder(tmp_path), a_body(name="I. Falk", email="INES.FALK@example.com")), "desk")
        assert [(one.person.name, one.rung, one.why) for one in desk.left_out] == [("Ines Falk", 0, "asked for it")]
        assert [one.person.name for one in desk.silence if one.kind == "request"] == ["Order desk"]
        assert desk.alone is not None
        assert desk.alone.steps[0].needed == 1

    def test_whoever_cannot_be_reached_is_left_out_too(self, tmp_path: Path) -> None:
        folder = spoilt(tmp_path, "approvals.yaml", "channels: [email, sms]", "channels: [sms]")
        desk = the_step(the_chain(folder, a_body()), "desk")
        assert [(one.person.name, one.rung, one.why) for one in desk.left_out] == [
            ("Order desk", 0, "has no address for sms"), ("Directors", 1, "has no address for sms")
        ]  # fmt: skip

    def test_where_no_step_applies_nobody_has_to_be_asked(self, tmp_path: Path) -> None:
        folder = spoilt(tmp_path, *DESK_IS_FOR_LARGE_ORDERS)
        chain = the_chain(folder, a_body())
        assert (chain.begun.state, [one.planned for one in chain.steps]) == (State.APPROVED, [None, None])
        assert "approved by policy: nobody has to be asked" in run(folder, a_body()).stdout

    def test_where_those_who_can_be_asked_are_not_enough_it_is_parked(self, tmp_path: Path) -> None:
        folder = spoilt(tmp_path, *FINANCE_WITHOUT_LIMITS)
        finance = the_step(the_chain(folder, a_body(6000.0)), "finance")
        assert finance.silence == ()
        assert finance.alone is not None
        assert finance.alone.state is State.PARKED
        assert "nobody can be asked: parked" in run(folder, a_body(6000.0)).stdout


class TestWhy:
    def test_a_step_waits_for_its_rules_and_all_its_limits(self, tmp_path: Path) -> None:
        folder = a_folder(tmp_path)
        small, large = (the_step(the_chain(folder, a_body(price)), "finance") for price in (100.0, 2500.01))
        assert (small.planned, small.rules) == (None, (("large-order", "not_matched"),))
        assert (large.planned, large.rules) == (None, (("large-order", "matched"),))
        assert [(holds, f"{why['measure']} {why['of']}") for holds, why in large.thresholds] == [
            (False, "sum lineTotal"), (False, "max unitPrice"), (False, "sum quantity"), (False, "count None")
        ]  # fmt: skip

    def test_people_read_what_was_measured_against_what(self, tmp_path: Path) -> None:
        said = " ".join(run(a_folder(tmp_path), a_body(6000.0)).stdout.split())
        for told in (
            "asked for by new-order, large-order", "requester: Lena", "Sales desk (desk), all 2", "always asked",
            "Finance (finance) is not asked", "asked if one of these matched: large-order (matched)",
            "sum of lineTotal is 12,000.00, not above 20,000.00 EUR", "max of unitPrice is 6,000.00, above 4,000 EUR",
            "count of lines is 0, not above 3", "if all are silent: parked",
        ):  # fmt: skip
            assert told in said, told

    def test_what_cannot_be_measured_is_asked_about(self, tmp_path: Path) -> None:
        body = a_body(6000.0).replace(b'"EUR"', b'"USD"')
        assert "sum of lineTotal has no limit in USD: who is not sure asks" in run(a_folder(tmp_path), body).stdout

    def test_without_a_rule_that_matches_those_that_might_are_named(self, tmp_path: Path) -> None:
        ended = run(a_folder(tmp_path), a_body(status="Complete"))
        assert ended.exit_code == 0
        for told in ("no rule asks for an approval", "new-order: not_matched", "large-order: not_matched"):
            assert told in ended.stdout


class TestScripts:
    def test_they_get_chains_steps_and_times(self, tmp_path: Path) -> None:
        told = preview_as_json(previewed(a_folder(tmp_path), a_body()))
        (chain,) = told["approvals"]
        assert told["rules"] == {"new-order": "matched", "large-order": "not_matched"}
        assert (told["type"], told["basis"], told["problem"]) == ("threekit.order.created", AS_TOLD, "")
        assert {name: chain[name] for name in ("chain", "askedBy", "total", "currency", "state", "by", "outcome")} == {
            "chain": "order", "askedBy": ["new-order"], "total": "200.00", "currency": "EUR", "state": "open",
            "by": None, "outcome": "people are asked",
        }  # fmt: skip
        desk, finance = chain["steps"]
        assert (desk["asked"], desk["why"], desk["quorum"], desk["needed"]) == (True, ["always asked"], "all", 2)
        assert desk["ifNobodyAnswers"][0] == {
            "at": "2026-03-02T09:30:00+00:00", "kind": "request", "name": "Ines Falk",
            "email": "ines.falk@example.com", "phone": "+493023125101", "channels": ["email", "sms"],
            "deadline": "2026-03-03T09:00:00+00:00", "localDeadline": "2026-03-03T10:00:00+01:00",
            "zone": "Europe/Berlin", "replyDecides": True,
        }  # fmt: skip
        assert (desk["end"]["state"], desk["end"]["by"]) == ("parked", "deadline")
        assert (finance["asked"], finance["ifNobodyAnswers"], finance["end"]) == (False, [], None)
        assert finance["thresholds"][0] == {
            "measure": "sum", "of": "lineTotal", "value": "200.00", "above": "20000.00", "currency": "EUR",
            "holds": False,
        }  # fmt: skip

    def test_the_command_prints_that(self, tmp_path: Path) -> None:
        ended = run(a_folder(tmp_path), a_body(), "--json")
        assert ended.exit_code == 0, ended.output
        (told,) = json.loads(ended.stdout)
        assert [chain["chain"] for chain in told["approvals"]] == ["order"]


class TestOrder:
    def test_the_order_of_a_file_stands_for_the_one_that_would_be_read_again(self, tmp_path: Path) -> None:
        order = json.loads(a_body(6000.0))["data"]
        event = previewed(a_folder(tmp_path), a_body(), order=order)
        assert event.explained.basis == FROM_FILE
        assert event.rules == {"new-order": "matched", "large-order": "matched"}

    @pytest.mark.parametrize("content", [a_body(6000.0), json.dumps(json.loads(a_body(6000.0))["data"]).encode()])
    def test_as_threekit_answers_it_or_tells_it(self, tmp_path: Path, content: bytes) -> None:
        file = tmp_path / "order.json"
        file.write_bytes(content)
        ended = run(a_folder(tmp_path), a_body(), "--order", str(file))
        assert ended.exit_code == 0, ended.output
        assert "asked for by new-order, large-order" in ended.stdout

    @pytest.mark.parametrize(
        ("content", "says"),
        [(b'{"id": "another"}', "is not the order that"), (b"[]", "it is no order"), (b"{", "not JSON")],
    )
    def test_another_file_is_refused(self, tmp_path: Path, content: bytes, says: str) -> None:
        file = tmp_path / "order.json"
        file.write_bytes(content)
        ended = run(a_folder(tmp_path), a_body(), "--order", str(file))
        assert ended.exit_code == 1
        assert says in ended.stderr


def test_a_body_that_is_no_event_is_refused(tmp_path: Path) -> None:
    ended = run(a_folder(tmp_path), b"{}")
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert "it is no body of Threekit" in ended.stderr


def test_a_name_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    ended = run(spoilt(tmp_path, "approvals.yaml", "{audience: approvers}", "{audience: approver}"), a_body())
    assert ended.exit_code == 1
    assert "nothing of the name 'approver': `herald config lint`" in ended.stderr


def test_a_calendar_in_which_no_deadline_can_be_told_is_named(tmp_path: Path) -> None:
    folder = spoilt(tmp_path, "calendars.yaml", "    zone: Europe/Berlin\n", "")
    ended = run(folder, a_body())
    assert ended.exit_code == 1
    assert "a deadline cannot be told: the calendar `berlin` has no zone\n" in ended.stderr


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    ended = CliRunner().invoke(app, ["approvals", "preview", __file__, "--config", str(tmp_path / "none")])
    assert ended.exit_code == 2
    assert "--config" in ended.stderr
