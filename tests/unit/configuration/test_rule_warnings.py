"""Rules that never match, people who are told twice, and what nobody uses: warnings that keep nothing from shipping."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.configuration.case_folders import a_folder_with
from typer.testing import CliRunner

from herald_cli.findings import Finding
from herald_cli.main import app
from herald_cli.rule_lint import lint_folder

CREATED, UPDATED, SUBMITTED = "threekit.order.created", "threekit.order.updated", "configuration.submitted"
INES = {"name": "Ines", "email": "ines@example.com", "phone": "+493023125101"}
PAUL = {"name": "Paul", "email": "paul@example.com", "phone": "+16175550102"}
DESK = {"name": "Desk", "email": "desk@example.com"}
AUDIENCES: dict[str, Any] = {
    "sales": {"by": "order.region", "members": {"EMEA": [INES], "AMER": [PAUL], "*": [DESK]}},
    "finance": {"members": {"*": [{"name": "Finance", "email": "finance@example.com"}]}},
}


def a_rule(
    identity: str, when: str, audience: str = "sales", *, events: tuple[str, ...] = (CREATED,),
    template: str = "approval-request", channels: tuple[str, ...] = ("email",),
) -> dict[str, Any]:  # fmt: skip
    """A rule that tells an audience."""
    then = {"notify": {"audience": audience, "template": template, "channels": list(channels), "severity": "low"}}
    return {"id": identity, "description": "Said.", "events": list(events), "when": when, "then": then}


def a_folder(into: Path, *rules: dict[str, Any], audiences: dict[str, Any] | None = None, **lists: Any) -> Path:
    """A folder with these rules; the audiences that no rule names are left out."""
    folder = a_folder_with(into)
    named = {rule["then"]["notify"]["audience"] for rule in rules}
    own = {name: audience for name, audience in {**AUDIENCES, **(audiences or {})}.items() if name in named}
    for file, content in (
        ("rules/orders.yaml", {"rules": rules}), ("audiences.yaml", {"audiences": own}), ("lists.yaml", lists),
    ):  # fmt: skip
        (folder / file).write_text(json.dumps(content, indent=1), encoding="utf-8")
    return folder


def warnings(folder: Path) -> list[Finding]:
    found = lint_folder(folder)
    assert all(finding.warning for finding in found), found
    return list(found)


def said(into: Path, *rules: dict[str, Any], **others: Any) -> list[str]:
    """What is warned of, without places; that an audience is nobody for some values is told elsewhere."""
    found = warnings(a_folder(into, *rules, **others))
    return [finding.message for finding in found if finding.code != "nobody-for-some"]


class TestNever:
    def test_a_rule_that_never_matches_is_found_where_its_condition_says_so(self, tmp_path: Path) -> None:
        folder = a_folder(tmp_path, a_rule("r", "true"))
        rules = "rules:\n  - id: r\n    description: Said.\n    events: [threekit.order.created]\n    when: |\n"
        rules += (
            '      order.total > 5.0\n      && order.status == "a" && order.status == "b"\n    then:\n      notify: '
        )
        then = "{audience: sales, template: approval-request, channels: [email], severity: low}\n"
        (folder / "rules" / "orders.yaml").write_text(rules + then, encoding="utf-8")
        (finding,) = warnings(folder)
        assert str(finding) == (
            "rules/orders.yaml:7:23: warning: the rule never matches: `order.status` cannot be all that is asked of it "
            "at once [never-matches]"
        )

    def test_for_one_of_its_types_is_found_at_the_type(self, tmp_path: Path) -> None:
        condition = f'event.type != "{UPDATED}" && order.region == "EMEA"'
        (finding,) = warnings(a_folder(tmp_path, a_rule("r", condition, events=(CREATED, UPDATED))))
        assert finding.code == "event-in-vain"
        assert finding.message == f"the rule never matches for {UPDATED}: `event.type` is {UPDATED}"
        lines = (tmp_path / "config" / "rules" / "orders.yaml").read_text(encoding="utf-8").splitlines()
        assert UPDATED in lines[finding.line - 1]

    def test_for_all_of_them_it_is_one_warning(self, tmp_path: Path) -> None:
        assert said(tmp_path, a_rule("r", 'event.type == "sync.failed"', events=(CREATED, UPDATED))) == [
            f"the rule never matches: `event.type` is {CREATED}"
        ]

    def test_a_list_that_is_empty(self, tmp_path: Path) -> None:
        assert said(tmp_path, a_rule("r", "order.region in lists.banned"), banned=[]) == [
            "the rule never matches: nothing is in `lists.banned`"
        ]

    def test_nothing_else_is_said_of_it(self, tmp_path: Path) -> None:
        found = said(tmp_path, a_rule("a", "1 > 2"), a_rule("b", "1 > 2"))
        assert found == ["the rule never matches: a part that has to be true never is, whatever happens"] * 2


LARGE = "order.total > 5.0"
IN_EMEA = 'order.region == "EMEA"'


class TestTwice:
    def test_a_condition_that_implies_another_tells_the_same_people_twice(self, tmp_path: Path) -> None:
        folder = a_folder(tmp_path, a_rule("wide", LARGE), a_rule("narrow", f"{IN_EMEA} && {LARGE}"))
        (finding,) = warnings(folder)
        place = next(
            number for number, line in enumerate((folder / "rules/orders.yaml").read_text().splitlines(), 1)
            if '"wide"' in line
        )  # fmt: skip
        assert (finding.code, finding.line > place) == ("told-twice", True)
        assert finding.message == (
            "`sales` is told twice with `approval-request`: whenever this rule matches, "
            f"`wide` (rules/orders.yaml:{place}) does"
        )

    def test_it_does_not_matter_which_stands_first(self, tmp_path: Path) -> None:
        (message,) = said(tmp_path, a_rule("narrow", f"{IN_EMEA} && {LARGE}"), a_rule("wide", LARGE))
        assert "`wide` (" in message

    def test_a_rule_without_a_condition_tells_everybody_already(self, tmp_path: Path) -> None:
        (message,) = said(tmp_path, a_rule("always", "true"), a_rule("large", LARGE))
        assert "`always` (" in message

    def test_a_condition_that_differs_by_the_type_only_is_the_same_for_that_type(self, tmp_path: Path) -> None:
        both = a_rule("both", f'(event.type == "{SUBMITTED}" || order.status == "New") && {LARGE}',
                      events=(CREATED, SUBMITTED))  # fmt: skip
        (message,) = said(tmp_path, both, a_rule("submitted", LARGE, events=(SUBMITTED,)))
        assert "`both` (" in message

    @pytest.mark.parametrize(
        "other",
        [
            a_rule("r", f"{LARGE} && {IN_EMEA}", "finance"),
            a_rule("r", f"{LARGE} && {IN_EMEA}", events=(UPDATED,)),
            a_rule("r", 'order.total > 5.1 && order.status == "a"'),
            a_rule("r", f"{LARGE} || {IN_EMEA}"),
            a_rule("r", f"!({LARGE}) && {IN_EMEA}"),
        ],
        ids=["audience", "event", "number", "either", "opposite"],
    )
    def test_what_is_not_sure_is_not_said(self, tmp_path: Path, other: dict[str, Any]) -> None:
        assert said(tmp_path, a_rule("wide", LARGE), other) == []

    def test_another_channel_is_meant(self, tmp_path: Path) -> None:
        phones = {"sales": {"members": {"*": [INES]}}}
        rules = a_rule("mail", LARGE), a_rule("sms", LARGE, channels=("sms", "email"))
        assert said(tmp_path, *rules, audiences=phones) == []

    def test_whoever_has_only_the_second_channel_is_told_twice_by_it(self, tmp_path: Path) -> None:
        only_mail = {"sales": {"members": {"*": [DESK]}}}
        rules = a_rule("mail", LARGE), a_rule("sms", LARGE, channels=("sms", "email"))
        assert len(said(tmp_path, *rules, audiences=only_mail)) == 1

    def test_the_customer_is_told_twice_if_both_begin_with_one_channel(self, tmp_path: Path) -> None:
        customer = {"customer": {"person": "order.customer"}, "buyer": {"person": "order.customer"}}
        same = a_rule("a", LARGE, "customer"), a_rule("b", LARGE, "buyer")
        (message,) = said(tmp_path / "1", *same, audiences=customer)
        assert message.startswith("`order.customer` is told twice: `a` (")
        other = a_rule("a", LARGE, "customer"), a_rule("b", LARGE, "buyer", channels=("sms",))
        assert said(tmp_path / "2", *other, audiences=customer) == []

    @pytest.mark.parametrize(
        ("members", "message"),
        [
            ({"by": "order.region", "members": {"EMEA": [INES]}}, "Ines is told twice for `EMEA`: `a` ("),
            ({"by": "order.region", "members": {"*": [PAUL]}}, "Paul is told twice for `AMER`: `a` ("),
            ({"members": {"*": [DESK]}}, "Desk is told twice: `a` ("),
            ({"members": {"*": [{"name": "I.", "email": "INES@example.com"}]}}, "I. is told twice for `EMEA`: `a` ("),
            ({"by": "order.region", "members": {"APAC": [INES], "EMEA": [PAUL], "AMER": [INES]}}, ""),
            ({"by": "order.status", "members": {"EMEA": [INES]}}, ""),
        ],
        ids=["value", "any-other", "everybody", "fixed", "other-values", "by-something-else"],
    )
    def test_one_person_in_two_audiences_of_one_condition(
        self, tmp_path: Path, members: dict[str, Any], message: str
    ) -> None:
        rules = a_rule("a", LARGE), a_rule("b", f"({LARGE})", "others", template="approval-request")
        found = said(tmp_path, *rules, audiences={"others": members})
        assert [one[: len(message)] for one in found] == ([message] if message else [])

    def test_whoever_is_told_always_is_told_twice_where_a_value_names_them(self, tmp_path: Path) -> None:
        rules = a_rule("a", LARGE, "others"), a_rule("b", LARGE)
        (message,) = said(tmp_path, *rules, audiences={"others": {"members": {"*": [PAUL]}}})
        assert message.startswith("Paul is told twice for `AMER`: `a` (")

    def test_a_value_the_condition_rules_out_is_no_overlap(self, tmp_path: Path) -> None:
        others = {"others": {"by": "order.region", "members": {"EMEA": [PAUL], "AMER": [PAUL]}}}
        rules = a_rule("a", IN_EMEA), a_rule("b", IN_EMEA, "others")
        assert said(tmp_path / "1", *rules, audiences=others) == []
        either = '(order.region == "EMEA" || order.region == "APAC")'
        rules = a_rule("a", either), a_rule("b", either, "others")
        assert said(tmp_path / "2", *rules, audiences=others) == []

    def test_a_manager_whom_only_events_name_is_told_twice_too(self, tmp_path: Path) -> None:
        boss = {"boss": {"manager_of": "order.requester"}, "chief": {"manager_of": "order.requester"}}
        (message,) = said(tmp_path, a_rule("a", LARGE, "boss"), a_rule("b", LARGE, "chief"), audiences=boss)
        assert message.startswith("the manager of `order.requester` is told twice: `a` (")

    def test_what_people_want_to_be_told_over_counts(self, tmp_path: Path) -> None:
        phones = {"sales": {"members": {"*": [{**INES, "channels": ["sms"]}]}}}
        rules = a_rule("a", LARGE, channels=("email", "sms")), a_rule("b", LARGE, channels=("sms", "email"))
        assert len(said(tmp_path, *rules, audiences=phones)) == 1

    def test_each_rule_is_warned_of_once(self, tmp_path: Path) -> None:
        rules = [a_rule(f"r{number}", LARGE, events=(CREATED, UPDATED)) for number in range(4)]
        messages = said(tmp_path, *rules)
        assert len(messages) == 3
        assert all("`r0` (" in message for message in messages)


class TestUnused:
    def test_what_nobody_asks_for_is_named_with_its_place(self, tmp_path: Path) -> None:
        folder = a_folder(tmp_path, a_rule("r", "order.currency in lists.used"), used=["EUR"], spare=["USD"])
        (folder / "audiences.yaml").write_text(json.dumps({"audiences": AUDIENCES}, indent=1), encoding="utf-8")
        (folder / "templates" / "old" / "en").mkdir(parents=True)
        (folder / "templates" / "old" / "en" / "sms.txt").write_text("text", encoding="utf-8")
        hours = {"zone": "UTC", "hours": {"monday": ["08:00-09:00"]}}
        calendars = {"default": "day", "calendars": {"day": hours, "night": hours}}
        (folder / "calendars.yaml").write_text(json.dumps(calendars), encoding="utf-8")
        assert [(one.file, one.code, one.message) for one in warnings(folder)] == [
            ("audiences.yaml", "unused", "nobody tells or asks the audience `finance`"),
            ("calendars.yaml", "unused", "nobody works by the calendar `night`"),
            ("lists.yaml", "unused", "no condition looks into the list `spare`"),
            ("templates/old", "unused", "nothing is told with the template `old`"),
        ]

    def test_a_list_in_a_loop_is_used(self, tmp_path: Path) -> None:
        assert said(tmp_path, a_rule("r", "lists.spare.exists(one, one == order.name)"), spare=["EUR"]) == []

    def test_a_check_of_ones_own_uses_a_list(self, tmp_path: Path) -> None:
        folder = a_folder(tmp_path, a_rule("r", LARGE), spare=["EUR"])
        (folder / "checks").mkdir()
        check = {
            "name": "listed", "about": "It is listed.", "severity": "low", "when": "item.name in lists.spare",
            "message": "It is.",
        }  # fmt: skip
        (folder / "checks" / "own.yaml").write_text(json.dumps({"checks": [check]}), encoding="utf-8")
        assert not any("spare" in finding.message for finding in lint_folder(folder))

    def test_while_something_is_wrong_nothing_is_said_of_it(self, tmp_path: Path) -> None:
        folder = a_folder(tmp_path, a_rule("r", LARGE), a_rule("s", LARGE, template="aproval-request"), spare=["EUR"])
        assert [finding.code for finding in lint_folder(folder)] == ["unknown-template"]


def test_a_warning_is_shown_as_one_and_the_folder_may_ship(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, a_rule("a", LARGE), a_rule("b", LARGE))
    result = CliRunner().invoke(app, ["config", "lint", "--config", str(folder)])
    assert result.exit_code == 0
    assert "warning told-twice" in result.output
    assert "keep one of them, or let their conditions exclude each other" in result.output
