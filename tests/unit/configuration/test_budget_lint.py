"""Whatever is wrong with a budget is found where it stands; what is right arrives in the configuration."""

import shutil
import zlib
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.configuration.folders import GOOD, SHIPPED

from herald.adapters.configuration_bundle import from_bytes, to_bytes, to_document
from herald.adapters.exact_json import dumps
from herald.domain.budget_plan import BudgetPlan, Limit, Per, Scope, plan_of
from herald.domain.canonical import short_id
from herald.domain.delivery import Channel
from herald.domain.event_types import BUDGET_REACHED
from herald_cli.configuration_folder import read_folder
from herald_cli.rule_lint import lint_folder

BUDGETS = """\
currency: EUR
prices:
  sms: {default: 0.0825, DE: 0.07, "NO": 0.05}
  whatsapp: {default: 0}
  email: {default: 0.0004}
limits:
  - {id: phones, scope: total, channels: [sms], amount: 900, per: month}
  - {id: norway, scope: country, match: "NO", channels: [sms], amount: 20.50, per: day, degrade_at: 70}
  - {id: orders, scope: rule, match: large-order, channels: [email, sms], amount: 5, per: day, audience: approvers}
  - {id: anna, scope: person, match: Anna@Example.com, channels: [sms], amount: 1, per: day}
announce: [90, 70, 50]
audience: approvers
"""
RULE = """\
rules:
  - id: budget-to-approvers
    description: So much of a budget is spent.
    events: [herald.budget.reached]
    when: data.threshold >= 50.0
    then:
      notify: {audience: approvers, template: approval-request, channels: [email], severity: low}
"""


def a_folder(into: Path, budgets: str = BUDGETS, rule: str = RULE) -> Path:
    """A folder with budgets, whose one rule and audience have the names they use, and with an audience nobody tells."""
    folder = shutil.copytree(GOOD / "minimal", into / "config")
    with (folder / "audiences.yaml").open("a", encoding="utf-8") as audiences:
        audiences.write("  customer: {person: order.customer}\n")
    (folder / "budgets.yaml").write_text(budgets, encoding="utf-8")
    (folder / "rules" / "operations.yaml").write_text(rule, encoding="utf-8")
    return folder


def findings(folder: Path) -> list[str]:
    return [str(finding) for finding in lint_folder(folder) if finding.code != "unused"]


FAULTS = {
    "an unknown currency": (
        "currency: EUR", "currency: EURO",
        "budgets.yaml:1:11: `EURO` is no currency code of ISO 4217 [bad-currency]",
    ),
    "no default price": (
        "{default: 0.0825, DE", "{DE",
        "budgets.yaml:3:8: sms has no default price, so a message to any other country would cost nothing "
        "(add default) [no-default-price]",
    ),
    "an unknown country": (
        "DE: 0.07", "UK: 0.07",
        "budgets.yaml:3:30: no number is known of `UK` (write the two letters of ISO 3166, as in DE) [unknown-country]",
    ),
    "a country that YAML reads as false": (
        '"NO": 0.05', "NO: 0.05",
        'budgets.yaml:3:36: YAML reads the key `NO` as true or false (write "NO" in quotes) [key-not-text]',
    ),
    "a price by country of e-mails": (
        "{default: 0.0004}", "{default: 0.0004, DE: 0.1}",
        "budgets.yaml:5:32: an e-mail address has no country (keep default only) [e-mail-by-country]",
    ),
    "a price with too many digits": (
        "0.0004", "0.00000004",
        "budgets.yaml:5:20: prices.email.default: Decimal input should have no more than 6 decimal places [schema]",
    ),
    "a negative price": (
        "default: 0.0004", "default: -0.1",
        "budgets.yaml:5:20: prices.email.default: Input should be greater than or equal to 0 [schema]",
    ),
    "an unknown channel": (
        "channels: [sms], amount: 900", "channels: [pigeon], amount: 900",
        "budgets.yaml:7:43: limits.0.channels.0: Input should be 'email', 'sms', 'whatsapp' or 'fax' [schema]",
    ),
    "a channel twice": (
        "channels: [sms], amount: 900", "channels: [sms, sms], amount: 900",
        "budgets.yaml:7:42: limits.0.channels: a channel stands twice [schema]",
    ),
    "a channel that costs nothing": (
        "channels: [sms], amount: 900", "channels: [sms, whatsapp], amount: 900",
        "budgets.yaml:7:48: whatsapp has no price, so it never uses up `phones` "
        "(add prices: {whatsapp: {default: ...}}) [no-price]",
    ),
    "an amount of nothing": (
        "amount: 900", "amount: 0",
        "budgets.yaml:7:57: limits.0.amount: Input should be greater than 0 [schema]",
    ),
    "an amount nobody can pay": (
        "amount: 900", "amount: 900.005",
        "budgets.yaml:7:57: the amount has more than the 2 fraction digits of EUR [bad-amount]",
    ),
    "another length of time": (
        "per: month", "per: week",
        "budgets.yaml:7:67: limits.0.per: Input should be 'day' or 'month' [schema]",
    ),
    "a total of somebody": (
        "scope: total, channels", "scope: total, match: DE, channels",
        "budgets.yaml:7:5: limits.0: a total is that of all messages: leave out match [schema]",
    ),
    "a limit by country of e-mails": (
        'match: "NO", channels: [sms]', 'match: "NO", channels: [sms, email]',
        "budgets.yaml:8:63: an e-mail address has no country, so no e-mail counts for `norway` (remove it) "
        "[e-mail-by-country]",
    ),
    "a limit of an unknown country": (
        'match: "NO"', "match: Norway",
        "budgets.yaml:8:41: no number is known of `Norway` (write the two letters of ISO 3166, as in DE) "
        "[unknown-country]",
    ),
    "a limit of an unknown rule": (
        "match: large-order", "match: large-orders",
        "budgets.yaml:9:38: there is no rule `large-orders` (did you mean `large-order`?) [unknown-rule]",
    ),
    "a limit of an unknown kind of what approvals tell": (
        "match: large-order", "match: approval.requets",
        "budgets.yaml:9:38: there is no rule `approval.requets` (did you mean `approval.request` or "
        "`approval.question`?) [unknown-rule]",
    ),
    "a person by name": (
        "match: Anna@Example.com", "match: Anna",
        "budgets.yaml:10:38: a person is matched by the e-mail address, or by the number where there is none "
        '(write anna@example.com, or "+493023125101") [unknown-person]',
    ),
    "a limit twice": (
        "id: anna", "id: orders",
        "budgets.yaml:10:10: the limit `orders` stands here already [duplicate-limit]",
    ),
    "more than all of it": (
        "degrade_at: 70", "degrade_at: 101",
        "budgets.yaml:8:101: limits.1.degrade_at: Input should be less than or equal to 100 [schema]",
    ),
    "a misspelt key": (
        "announce:", "announced:",
        "budgets.yaml:11:12: `announced` is no key here (did you mean `announce`?) [unknown-key]",
    ),
    "an unknown audience": (
        "]\naudience: approvers", "]\naudience: aprovers",
        "budgets.yaml:12:11: audiences.yaml has no audience `aprovers` (did you mean `approvers`?) [unknown-audience]",
    ),
    "an unknown audience of one limit": (
        "day, audience: approvers", "day, audience: approver",
        "budgets.yaml:9:106: audiences.yaml has no audience `approver` (did you mean `approvers`?) [unknown-audience]",
    ),
    "an audience that no rule tells": (
        "day, audience: approvers", "day, audience: customer",
        "budgets.yaml:9:106: warning: nobody hears what becomes of `orders` "
        "(let a rule listen to herald.budget.reached and notify customer) [nobody-told]",
    ),
    "a point that nobody is told of": (
        "degrade_at: 70", "degrade_at: 80",
        "budgets.yaml:8:101: warning: `norway` sends messages another way from 80 % on, which nobody is told then "
        "(add 80 to announce) [not-announced]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, tmp_path: Path) -> None:
    before, after, expected = FAULTS[fault]
    assert BUDGETS.count(before) == 1
    assert findings(a_folder(tmp_path, BUDGETS.replace(before, after))) == [expected]


def test_what_is_right_has_no_findings(tmp_path: Path) -> None:
    assert findings(a_folder(tmp_path)) == []
    assert findings(a_folder(tmp_path / "2", BUDGETS.replace("match: large-order", "match: approval.request"))) == []


def test_without_an_audience_any_rule_that_listens_will_do(tmp_path: Path) -> None:
    unnamed = BUDGETS.replace("]\naudience: approvers", "]")
    assert findings(a_folder(tmp_path, unnamed)) == []
    deaf = RULE.replace(BUDGET_REACHED, "threekit.order.created").replace("data.threshold >= 50.0", '"true"')
    unheard = [one for one in findings(a_folder(tmp_path / "2", unnamed, deaf)) if "[nobody-told]" in one]
    assert [one.partition("`")[2].partition("`")[0] for one in unheard] == ["anna", "norway", "phones", "orders"]


def test_the_file_is_read_as_it_says(tmp_path: Path) -> None:
    plan = plan_of(read_folder(a_folder(tmp_path)).budgets)
    assert plan == BudgetPlan(
        "EUR",
        {
            Channel.SMS: {"default": Decimal("0.0825"), "DE": Decimal("0.07"), "NO": Decimal("0.05")},
            Channel.WHATSAPP: {"default": Decimal(0)},
            Channel.EMAIL: {"default": Decimal("0.0004")},
        },
        (
            Limit("phones", Scope.TOTAL, (Channel.SMS,), Decimal(900), Per.MONTH, audience="approvers"),
            Limit("norway", Scope.COUNTRY, (Channel.SMS,), Decimal("20.50"), Per.DAY, "NO", 70, "approvers"),
            Limit("orders", Scope.RULE, (Channel.EMAIL, Channel.SMS), Decimal(5), Per.DAY, "large-order", 90,
                  "approvers"),
            Limit("anna", Scope.PERSON, (Channel.SMS,), Decimal(1), Per.DAY, "anna@example.com", 90, "approvers"),
        ),
        (50, 70, 90),
    )  # fmt: skip


def test_it_survives_the_bundle(tmp_path: Path) -> None:
    configuration = read_folder(a_folder(tmp_path))
    restored = from_bytes(configuration.version, to_bytes(configuration))
    assert restored == configuration
    assert plan_of(restored.budgets) == plan_of(configuration.budgets)


def test_any_change_is_another_version(tmp_path: Path) -> None:
    cheaper = a_folder(tmp_path / "2", BUDGETS.replace("0.0825", "0.0824"))
    assert read_folder(cheaper).version != read_folder(a_folder(tmp_path)).version


def test_without_the_file_nothing_is_limited() -> None:
    assert plan_of(read_folder(GOOD / "minimal").budgets) == BudgetPlan()


def test_a_bundle_of_before_there_were_budgets_is_read_as_it_was_stored() -> None:
    document = to_document(read_folder(GOOD / "minimal"))
    del document["budgets"]
    content = dumps(document)
    stored = from_bytes(short_id("cfg", content), zlib.compress(content.encode("ascii")))
    assert stored.budgets == {}
    assert stored.zone == "UTC"


def test_days_begin_where_the_default_calendar_is() -> None:
    assert read_folder(SHIPPED).zone == "Europe/Berlin"
