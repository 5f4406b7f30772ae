"""Whatever is wrong with an audience or a person is found where it stands, in words that say what to do."""

import shutil
from pathlib import Path

import pytest
from tests.unit.configuration.approvals import TODAY
from tests.unit.configuration.folders import GOOD

from herald_cli.rule_lint import lint_folder

AUDIENCES = """\
people:
  - name: Lena Vogt
    email: lena.vogt@example.com
    zone: Europe/Paris
    manager: Order.Desk@example.com
    absent: [{from: "2026-03-02", until: "2026-03-02", delegate: order.desk@example.com}]
audiences:
  approvers:
    by: order.region
    members:
      EMEA:
        - {name: Ines Falk, email: ines.falk@example.com, phone: "+493023125101", channels: [email, sms]}
      "*":
        - {name: Order desk, email: order.desk@example.com}
  customer:
    person: order.customer
    consent: order.customer.consent
  manager:
    manager_of: order.requester
"""
FAULTS = {
    "nobody for a value": (
        '"*":\n', '"*": []\n      AMER:\n',
        "audiences.yaml:13:12: warning: `approvers` is nobody for `*` (name somebody, or take the value out) "
        "[nobody-for-some]",
    ),
    "nobody for all other values": (
        '"*":', "AMER:",
        "rules/orders.yaml:9:26: warning: the audience `approvers` is nobody where `order.region` finds nothing that "
        "it names (add \"*\" for all others) [nobody-for-some]",
    ),
    "a manager and members": (
        "manager_of: order.requester", "manager_of: order.requester\n    by: order.region",
        "audiences.yaml:19:5: `manager` has a manager_of and members (make it two audiences) [audience-form]",
    ),
    "a person and a manager": (
        "manager_of: order.requester", "manager_of: order.requester\n    person: order.owner",
        "audiences.yaml:19:5: `manager` has a person and manager_of (make it two audiences) [audience-form]",
    ),
    "the manager of nobody": (
        "manager_of: order.requester", "manager_of: order.requestor",
        "audiences.yaml:19:17: `order.requestor` is no person of the facts (did you mean `order.requester` or "
        "`order.customer`?) [unknown-person]",
    ),
    "a consent that is no path": (
        "consent: order.customer.consent", 'consent: "order.["',
        "audiences.yaml:17:15: `order.[` is no JMESPath expression: ",
    ),
    "an unknown zone": (
        "Europe/Paris", "Europe/Pariss",
        "audiences.yaml:4:11: `Europe/Pariss` is no time zone of IANA (did you mean `Europe/Paris` or "
        "`Europe/Warsaw`?) [bad-time-zone]",
    ),
    "an unknown manager": (
        "Order.Desk@example.com", "boss@example.com",
        "audiences.yaml:5:14: nobody in this file has the address of the manager of Lena Vogt "
        "(write the e-mail address of one of them) [unknown-manager]",
    ),
    "their own manager": (
        "Order.Desk@example.com", "Lena.Vogt@example.com",
        "audiences.yaml:5:14: Lena Vogt is their own manager (name somebody else) [own-manager]",
    ),
    "two managers": (
        '"*":\n', '"*":\n        - {name: Lena, email: lena.vogt@example.com, manager: ines.falk@example.com}\n',
        "audiences.yaml:14:63: Lena has another manager further up in this file (name one of them) [two-managers]",
    ),
    "an unknown delegate": (
        "delegate: order.desk@example.com", "delegate: temp@example.com",
        "audiences.yaml:6:66: nobody in this file has the address of the delegate of Lena Vogt "
        "(write the e-mail address of one of them) [unknown-delegate]",
    ),
    "their own delegate": (
        "delegate: order.desk@example.com", "delegate: LENA.VOGT@example.com",
        "audiences.yaml:6:66: Lena Vogt is their own delegate (name somebody else) [own-delegate]",
    ),
    "an absence that ends before it begins": (
        'until: "2026-03-02"', 'until: "2026-03-01"',
        "audiences.yaml:6:14: people.0.absent.0: it ends before it begins [schema]",
    ),
    "an absence that is over": (
        'from: "2026-03-02", until: "2026-03-02"', 'from: "2026-02-02", until: "2026-03-01"',
        "audiences.yaml:6:14: warning: the absence of Lena Vogt is over (take it out) [absence-over]",
    ),
    "an absence without quotes": (
        'until: "2026-03-02"', "until: 2026-03-02",
        'audiences.yaml:6:42: YAML reads `2026-03-02` as a date (write "2026-03-02" in quotes) [yaml-surprise]',
    ),
    "a channel twice": (
        "[email, sms]", "[sms, sms]",
        "audiences.yaml:12:93: audiences.approvers.members.EMEA.0.channels: a channel stands twice [schema]",
    ),
    "a channel nobody has": (
        "[email, sms]", "[pigeon]",
        "audiences.yaml:12:94: audiences.approvers.members.EMEA.0.channels.0: Input should be 'email', 'sms', "
        "'whatsapp' or 'fax' [schema]",
    ),
    "hours on a channel there is not": (
        "channels: [email, sms]", "channels: [email, sms], hours: {push: daytime}",
        "audiences.yaml:12:121: push goes only through the undocumented parser file (docs/vendor/opentext.md 3.5) "
        "(write one of email, sms, whatsapp, fax) [no-such-channel]",
    ),
    "a person whom the rule's channels do not reach": (
        "[email, sms]", "[whatsapp]",
        "rules/orders.yaml:9:26: Ines Falk of `approvers` is told over whatsapp only, not over email "
        "(add a channel, or an address in audiences.yaml) [no-address]",
    ),
    "a misspelt key": (
        "zone:", "time_zone:",
        "audiences.yaml:4:16: `time_zone` is no key here (did you mean `zone`?) [unknown-key]",
    ),
}  # fmt: skip


def a_folder(into: Path, audiences: str = AUDIENCES) -> Path:
    folder = into / "config"
    shutil.copytree(GOOD / "minimal", folder)
    (folder / "audiences.yaml").write_text(audiences, encoding="utf-8")
    return folder


def findings_of(folder: Path) -> list[str]:
    """What is found, but for audiences that the one rule of the folder does not tell."""
    return [str(finding) for finding in lint_folder(folder, TODAY) if finding.code != "unused"]


def test_people_absences_and_consent_have_no_fault_by_themselves(tmp_path: Path) -> None:
    assert findings_of(a_folder(tmp_path)) == []


def test_an_audience_of_nobody_at_all_is_an_error(tmp_path: Path) -> None:
    empty = AUDIENCES + '  desk:\n    by: order.region\n    members: {EMEA: [], "*": []}\n  none:\n    members: {}\n'
    assert findings_of(a_folder(tmp_path, empty)) == [
        "audiences.yaml:21:5: `desk` is nobody (give it members or a person) [audience-form]",
        "audiences.yaml:24:5: `none` is nobody (give it members or a person) [audience-form]",
    ]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, tmp_path: Path) -> None:
    before, after, expected = FAULTS[fault]
    assert AUDIENCES.count(before) == 1
    (finding,) = findings_of(a_folder(tmp_path, AUDIENCES.replace(before, after)))
    assert finding.startswith(expected)


def test_a_consent_has_to_be_found_in_the_events_of_the_rule(tmp_path: Path) -> None:
    audiences = AUDIENCES.replace("  approvers:\n", "  approvers:\n    consent: job.consent\n")
    assert findings_of(a_folder(tmp_path, audiences)) == [
        "rules/orders.yaml:9:26: the consent of `approvers` is at `job.consent`, which threekit.order.created does not "
        "offer [audience-not-available]"
    ]


@pytest.mark.parametrize("written", ["datetime", "datetime('short')", 'datetime("long")'])
def test_a_time_in_the_recipients_zone_is_not_called_utc(written: str, tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    part = folder / "templates/approval-request/en/sms.txt"
    part.write_text("Order\n{{ now | " + written + " }} UTC", encoding="utf-8")
    assert findings_of(folder) == [
        "templates/approval-request/en/sms.txt:2:8: a time without a zone is written in the recipient's, and with its "
        'name (take the name behind it out, or write datetime("medium", "UTC")) [time-not-utc]'
    ]
    part.write_text('{{ now | datetime("short", "UTC") }} UTC', encoding="utf-8")
    assert findings_of(folder) == []
