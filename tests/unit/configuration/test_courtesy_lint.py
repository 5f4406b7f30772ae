"""What digests and repeats go by is there in the events of their rules, or somebody hears that it is not."""

from pathlib import Path

import pytest
from tests.unit.configuration.case_folders import a_folder_with

from herald_cli.rule_lint import lint_folder

RULES = """\
  - id: small-order
    description: It is small.
    events: [threekit.order.created, threekit.order.updated]
    when: order.total < 10.0
    then: {notify: {audience: approvers, template: approval-request, channels: [email], severity: low}}
  - id: failed-sync
    description: A connector failed.
    events: [sync.failed]
    when: incident.failures > 3
    then: {notify: {audience: approvers, template: approval-request, channels: [email], severity: low}}
  - id: only-asks
    description: It tells nobody.
    events: [threekit.job.created]
    when: job.failures > 3
    then: {approval: none}
"""
DIGEST = "digests:\n  some:\n    rules: [{rules}]\n    template: approval-request\n    by: {by}\n"
REPEAT = "repeats:\n  some:\n    rules: [{rules}]\n    within: 1h\n    by: {by}\n"


def findings_of(into: Path, courtesy: str) -> list[str]:
    """What is found in ``courtesy.yaml`` beside three rules."""
    folder = a_folder_with(into)
    with (folder / "rules" / "orders.yaml").open("a", encoding="utf-8") as rules:
        rules.write(RULES)
    (folder / "courtesy.yaml").write_text(courtesy, encoding="utf-8")
    return [str(finding) for finding in lint_folder(folder) if finding.file == "courtesy.yaml"]


@pytest.mark.parametrize(
    "by",
    [
        "order.shortId", "'order.attributes.\"a b\"'", "event.subject", "order.lines[].components[].sku",
        "\"order.lines[?sku == 'A'].category | [0]\"", "order.requester.email", "'[order.id, order.customer.name]'",
        "\"join('-', order.lines[].sku)\"", "'order.*'", "'sort_by(order.lines, &sku)[0].name'",
        "'order.id || data.order'", "'order.lines[*].[sku, name]'", "'{id: order.id}'", "'order.lines[0].sku'",
        "'order.lines[:2].sku'", "now",
    ],
)  # fmt: skip
def test_what_is_there_is_no_finding(by: str, tmp_path: Path) -> None:
    for number, form in enumerate((DIGEST, REPEAT)):
        assert findings_of(tmp_path / str(number), form.format(rules='"*-order"', by=by)) == []


@pytest.mark.parametrize(
    ("by", "finding"),
    [
        ("order.shortIdd", "`shortIdd` is no field of order (did you mean `shortId`?) [unknown-field]"),
        ("order.customer.phon", "`phon` is no field of person (did you mean `phone`?) [unknown-field]"),
        ("'order.lines[].skus'", "`skus` is no field of line (did you mean `sku`?) [unknown-field]"),
        ("\"[now, order.lines[?skus == 'A']]\"", "`skus` is no field of line (did you mean `sku`?) [unknown-field]"),
        ("ordr.id", "`ordr` is nothing that events offer (did you mean `order`?) [unknown-name]"),
        ("lists.limits", "`lists` is nothing that events offer (known: "),
    ],
)  # fmt: skip
def test_a_field_that_nothing_has_is_found(by: str, finding: str, tmp_path: Path) -> None:
    for number, courtesy in enumerate((DIGEST.format(rules="small-order", by=by), REPEAT.format(rules='"*"', by=by))):
        (found,) = findings_of(tmp_path / str(number), courtesy)
        assert found.partition(": ")[2].startswith(finding)


@pytest.mark.parametrize(
    ("form", "says"),
    [
        (DIGEST, "what it finds nothing for is gathered together, whatever it is about"),
        (REPEAT, "what it finds nothing for is never a repeat"),
    ],
)
def test_what_no_event_of_the_rules_offers_is_found_and_what_some_do_not_is_a_warning(
    form: str, says: str, tmp_path: Path
) -> None:
    said = f"`order.id` is not available for sync.failed: {says} (name what all events of these rules offer)"
    for rules, kind in (("failed-sync", ""), ('"*"', "warning: ")):
        assert findings_of(tmp_path / kind, form.format(rules=rules, by="order.id")) == [
            f"courtesy.yaml:5:9: {kind}{said} [not-available]"
        ]


def test_rules_that_another_entry_has_already_do_not_count(tmp_path: Path) -> None:
    first = REPEAT.format(rules="failed-sync", by="incident.id")
    other = REPEAT.format(rules='"*"', by="order.id").removeprefix("repeats:\n").replace("some:", "others:")
    (overlapping,) = findings_of(tmp_path, first + other)
    assert "[overlapping]" in overlapping


@pytest.mark.parametrize("rules", ["approval.*", "digest"])
def test_what_is_told_without_a_rule_is_not_judged(rules: str, tmp_path: Path) -> None:
    assert findings_of(tmp_path, REPEAT.format(rules=rules, by="approval.id")) == []
