"""What is right about templates is left alone: regions, parts of one language, samples of one's own, longer SMS."""

import shutil
from pathlib import Path

import pytest
from tests.unit.configuration.folders import GOOD

from herald_cli.configuration_folder import read_folder
from herald_cli.rule_lint import lint_folder

SMS = "{{ t.sms.title | fill(order=order.id) }}, {{ t.more | plural(order.lines | length) }}"
EN = "sms: {title: 'Approval needed of {order}'}\nmore: {one: '{n} item', other: '{n} items'}\n"
OWN_RULE = """\
rules:
  - id: blocked
    description: The ERP has blocked an order.
    events: [erp.order.blocked]
    when: "true"
    then:
      notify: {audience: desk, template: blocked, channels: [sms], severity: high}
"""
DESK = '  desk: {members: {"*": [{name: Desk, phone: "+493023125101"}]}}\n'
DE = "sms: {title: 'Freigabe von {order}'}\nmore: '{n} Artikel'\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose SMS is written once, in two languages."""
    made = tmp_path / "config"
    shutil.copytree(GOOD / "minimal", made)
    (made / "templates/approval-request/en/sms.txt").unlink()
    write(made, "sms.txt", SMS)
    write(made, "en/words.yaml", EN)
    write(made, "de/words.yaml", DE)
    return made


def write(folder: Path, name: str, text: str, template: str = "approval-request") -> None:
    file = folder / "templates" / template / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def codes(folder: Path) -> list[str]:
    return [f"{finding.file.removeprefix('templates/')}: {finding.code}" for finding in lint_folder(folder)]


def test_a_language_may_have_other_forms_for_counts(folder: Path) -> None:
    assert codes(folder) == []


def test_a_region_says_only_what_it_says_otherwise(folder: Path) -> None:
    write(folder, "de-CH/words.yaml", "sms: {title: 'Bewilligung von {order}'}")
    assert codes(folder) == []
    write(folder, "fr-CH/words.yaml", "sms: {title: 'Approbation de {order}'}")
    assert codes(folder) == ["approval-request/fr-CH/words.yaml: missing-translation"]


def test_words_that_are_chosen_at_run_time_are_said(folder: Path) -> None:
    write(folder, "sms.txt", "{{ t.sms['title'] | fill(order=1) }}{{ t.more[order.status] | default('') }}")
    assert codes(folder) == []
    write(folder, "sms.txt", "{{ t.sms.title | fill(order=1) }}")
    assert codes(folder) == ["approval-request/en/words.yaml: unsaid-word"]


def test_a_word_of_one_language_that_no_other_has(folder: Path) -> None:
    write(folder, "de/words.yaml", DE + "extra: nur hier\n")
    assert codes(folder) == ["approval-request/de/words.yaml: unknown-word"]


def test_a_template_of_an_event_of_ones_own_is_tried_with_its_sample(folder: Path) -> None:
    write(folder, "en/sms.txt", "{{ data.blocked.by }}", template="blocked")
    assert codes(folder) == ["blocked: unused"]
    (folder / "rules" / "own.yaml").write_text(OWN_RULE, encoding="utf-8")
    with (folder / "audiences.yaml").open("a", encoding="utf-8") as audiences:
        audiences.write(DESK)
    assert codes(folder) == ["blocked: not-tried"]
    write(folder, "sample.json", '{"data": {"blocked": {"by": "ERP"}}}', template="blocked")
    assert codes(folder) == []
    write(folder, "sample.json", '{"data": {"blocked": {}}}', template="blocked")
    assert codes(folder) == ["blocked/en/sms.txt: does-not-render"]


def test_samples_are_no_part_of_a_version(folder: Path) -> None:
    before = read_folder(folder).version
    write(folder, "sample.json", '{"order": {"id": "x", "lines": []}}')
    assert read_folder(folder).version == before


def test_how_long_an_sms_may_be_is_a_setting(folder: Path) -> None:
    write(folder, "en/sms.txt", "{{ 'long ' ~ t.sms.title | fill(order=1) }}" + "Approval needed. " * 40)
    assert "approval-request/en/sms.txt: sms-too-long" in codes(folder)
    (folder / "messages.yaml").write_text("sms: {most_segments: 6}", encoding="utf-8")
    assert "approval-request/en/sms.txt: sms-too-long" not in codes(folder)


def test_how_orders_are_opened_is_a_setting(folder: Path) -> None:
    assert read_folder(folder).order_link == ""
    (folder / "messages.yaml").write_text("links: {order: 'https://tk.example.com/{shortId}'}", encoding="utf-8")
    assert read_folder(folder).order_link == "https://tk.example.com/{shortId}"


def test_a_fault_in_a_shared_part_is_told_once(folder: Path) -> None:
    write(folder, "end.txt", "{{ nobody_gives_this }}", template="shared")
    write(folder, "en/body.txt", '{% include "shared/end" %}')
    write(folder, "en/subject.txt", '{% include "shared/end" %}')
    assert codes(folder) == ["shared/end.txt: unknown-variable"]


class TestDescriptions:
    """A rule's description, told by a template that is written in en and de."""

    @pytest.fixture
    def described(self, folder: Path) -> Path:
        write(folder, "sms.txt", SMS + " {{ rule.description }}")
        return folder

    def describe(self, folder: Path, description: str) -> list[str]:
        rules = folder / "rules" / "orders.yaml"
        before = rules.read_text(encoding="utf-8")
        assert before.count("description: The total is above the limit.") == 1
        rules.write_text(before.replace("description: The total is above the limit.", description), encoding="utf-8")
        found = [str(finding) for finding in lint_folder(folder)]
        rules.write_text(before, encoding="utf-8")
        return found

    def test_is_asked_for_in_each_language_it_is_told_in(self, described: Path) -> None:
        assert self.describe(described, "description: The total is above the limit.") == [
            "rules/orders.yaml:3:18: warning: the description is told in de too, but there is one in en only "
            "(write it as {en: ..., de: ...}) [one-language]"
        ]
        assert self.describe(described, "description: {en: Large., de: Gross.}") == []

    def test_is_missing_in_one(self, described: Path) -> None:
        assert self.describe(described, "description: {en: Large., fr: Grande.}") == [
            "rules/orders.yaml:3:18: the description is not in de, in which it is told (add de) [missing-translation]"
        ]
        assert self.describe(described, "description: {de: Gross.}") == [
            "rules/orders.yaml:3:18: the description is not in en [missing-translation]"
        ]

    def test_may_be_missing_where_no_template_tells_it(self, folder: Path) -> None:
        assert self.describe(folder, "description: The total is above the limit.") == []

    def test_has_languages_by_their_tags(self, described: Path) -> None:
        (finding,) = self.describe(described, "description: {en: Large., de: Gross., german!: Gross.}")
        assert finding.endswith("`german!` is no locale in the form of BCP 47 (write en, or de-AT) [bad-locale]")
