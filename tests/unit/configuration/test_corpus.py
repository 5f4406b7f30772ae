"""Every mistake of the corpus is found where it stands, in words that say what to do."""

from pathlib import Path

import pytest
from tests.unit.configuration.folders import BAD, GOOD, SHIPPED, made_bad

from herald.domain.errors import ConfigurationError
from herald_cli.configuration_folder import load_folder, read_folder
from herald_cli.rule_lint import lint_folder

CASES = sorted(case for case in BAD.iterdir() if case.is_dir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_folder_is_refused_with_the_expected_words(case: Path, tmp_path: Path) -> None:
    findings = lint_folder(made_bad(case, tmp_path))
    expected = (case / "expected.txt").read_text(encoding="utf-8").splitlines()
    assert [str(finding) for finding in findings] == expected
    assert expected


@pytest.mark.parametrize("folder", [*sorted(GOOD.iterdir()), SHIPPED], ids=lambda folder: folder.name)
def test_a_good_folder_has_no_findings(folder: Path) -> None:
    assert lint_folder(folder) == ()


def test_a_folder_of_bad_form_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"rules/orders\.yaml:4:5: YAML reads the key `on` as true"):
        read_folder(made_bad(BAD / "events-key-named-on", tmp_path))


def test_findings_hold_no_address(tmp_path: Path) -> None:
    findings = lint_folder(made_bad(BAD / "bad-email", tmp_path))
    assert findings
    assert not any("order.desk@" in str(finding) for finding in findings)


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    folder = made_bad(BAD / "bad-email", tmp_path)
    (folder / "lists.yaml").write_bytes(b"limits: {EUR: \xff}")
    assert [str(finding) for finding in load_folder(folder).findings] == [
        "lists.yaml:1:1: the file is not UTF-8 (save it as UTF-8) [not-utf-8]"
    ]
