"""Whoever is woken by an alarm finds it in the runbook."""

import re
from fnmatch import fnmatchcase

from tests.infra.template import ROOT, translated


def test_every_alarm_has_an_entry_in_the_runbook() -> None:
    headings = [line for line in (ROOT / "docs/runbook.md").read_text().splitlines() if line.startswith("## ")]
    patterns = [pattern for heading in headings for pattern in re.findall(r"`([A-Za-z*]+)`", heading)]
    resources = translated("prod").source["Resources"]
    alarms = [name for name, resource in resources.items() if resource["Type"] == "AWS::CloudWatch::Alarm"]
    missing = [alarm for alarm in alarms if not any(fnmatchcase(alarm, pattern) for pattern in patterns)]
    assert alarms
    assert not missing, f"write an entry in docs/runbook.md for {missing}"
