"""A folder with a chain and calendars, to be spoilt in one place."""

import shutil
from datetime import date
from pathlib import Path

from tests.unit.configuration.folders import GOOD

from herald_cli.rule_lint import lint_folder

TODAY = date(2026, 3, 2)
TEMPLATES = ("request", "reminder", "waiting", "question", "outcome", "recorded")
PARTS = ("subject.txt", "body.txt", "body.html", "sms.txt")

APPROVALS = """\
chains:
  order:
    title: Order approval
    requester: order.customer
    watchers: account-team
    delegates: deputies
    last_resort: directors
    calendar: berlin
    channels: [email]
    status: {approved: In Progress, rejected: List}
    show:
      - {label: Margin, value: order.attributes.margin}
    steps:
      - id: desk
        title: Sales desk
        stage: 1
        approvers: {audience: approvers}
        quorum: all
        deadline: 8h
        reminders: [2h, 4h30m, 7h]
        ladder:
          - {audience: directors, deadline: 4h}
          - {found: order.attributes.manager, deadline: 45m}
        repeat: 2
        timeout: escalate
        acknowledge: 1h
        channels: [email, sms]
        reply_up_to: {EUR: 10000.00, JPY: 1600000}
      - id: finance
        title: Finance
        approvers: {found: order.attributes.accountManager}
        quorum: 2
        rules: [large-order]
        when:
          - {sum: lineTotal, above: {EUR: 20000.00}}
          - {max: unitPrice, above: {EUR: 4000}}
          - {sum: quantity, above: 50}
          - {count: lines, above: 3, where: "attributes.Wood == 'Rosewood'"}
        inputs: [price, currency]
"""
CALENDARS = """\
default: berlin
calendars:
  berlin:
    zone: Europe/Berlin
    hours: {monday-thursday: ["08:30-12:30", "13:00-17:30"], friday: ["08:30-14:00"]}
    holidays: {country: DE, subdivision: BE}
    closed: ["2026-12-24"]
  night:
    zone: UTC
    hours: {saturday-sunday: ["22:00-24:00"]}
"""
AUDIENCES = """\
audiences:
  approvers:
    by: order.region
    members:
      EMEA:
        - {name: Ines Falk, email: ines.falk@example.com, phone: "+493023125101", calendar: berlin}
        - {name: Order desk, email: order.desk@example.com}
      "*":
        - {name: Order desk, email: order.desk@example.com, calendar: always}
        - {name: Night desk, email: night.desk@example.com, calendar: night}
  directors:
    members:
      "*":
        - {name: Directors, email: directors@example.com}
  deputies:
    members:
      "*":
        - {name: Deputies, email: deputies@example.com}
  account-team:
    members:
      "*":
        - {name: Key accounts, email: key.accounts@example.com}
  customer:
    person: order.customer
"""
RULES = """\
rules:
  - id: new-order
    description: It is new.
    events: [threekit.order.created, threekit.order.updated]
    when: order.status == "New"
    then: {approval: order}
  - id: large-order
    description: It is large.
    events: [threekit.order.created]
    when: order.total > 5000.0
    then:
      notify: {audience: directors, template: approval-request, channels: [email], severity: high}
      approval: order
  - id: told-only
    description: It is told.
    events: [threekit.order.created]
    when: order.total > 9000.0
    then:
      notify: {audience: customer, template: approval-request, channels: [email], severity: high}
"""
FILES = {
    "approvals.yaml": APPROVALS, "calendars.yaml": CALENDARS, "audiences.yaml": AUDIENCES, "rules/orders.yaml": RULES,
    "lists.yaml": "{}",
}  # fmt: skip


def a_folder(into: Path) -> Path:
    """Write a folder nothing is wrong with."""
    folder = into / "config"
    shutil.copytree(GOOD / "minimal", folder)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    for part in (f"approval-{template}/en/{part}" for template in TEMPLATES for part in PARTS):
        (folder / "templates" / part).parent.mkdir(parents=True, exist_ok=True)
        (folder / "templates" / part).write_text("text", encoding="utf-8")
    return folder


def spoilt(into: Path, file: str, before: str, after: str) -> Path:
    """Write the folder with one text of one file replaced by another."""
    folder = a_folder(into)
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(before) == 1, f"`{before}` does not stand in {file} once"
    (folder / file).write_text(text.replace(before, after), encoding="utf-8")
    return folder


def findings_of(folder: Path) -> list[str]:
    """What the lint says on a day in March 2026."""
    return [str(finding) for finding in lint_folder(folder, TODAY)]
