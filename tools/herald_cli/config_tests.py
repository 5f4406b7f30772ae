"""The tests of a configuration folder, read from ``tests/*.yaml`` with their places and their samples."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from herald.domain.strict_json import JsonRefusedError, parse_json
from herald_cli.config_test_schema import KEYS, CaseEntry, CasesFile, Sample
from herald_cli.configuration_folder import schema_finding
from herald_cli.explain import DEEPEST_JSON
from herald_cli.findings import Finding, did_you_mean
from herald_cli.yaml_reader import Document, Keys, read_yaml

TESTS, EVENTS = "tests", "events"


class NoSampleError(Exception):
    """A sample that is not there or is no JSON, as a ``finding`` at its place."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


@dataclass(frozen=True, slots=True)
class PlacedCase:
    """A test with the file it stands in; ``number`` is its place there, from 0."""

    entry: CaseEntry
    document: Document
    number: int

    @property
    def line(self) -> int:
        """The line the test begins in."""
        return self.document.place(("tests", self.number)).line

    @property
    def where(self) -> str:
        """The file and line of the test."""
        return f"{self.document.file}:{self.line}"

    def finding(self, at: Keys, code: str, message: str, fix: str = "") -> Finding:
        """Return a finding at keys below the test."""
        return self.document.finding(("tests", self.number, *at), code, message, fix)


@dataclass(frozen=True, slots=True)
class Samples:
    """Samples by name: beside the tests, or in the folder ``events`` beside the configuration."""

    folder: Path

    def content(self, case: PlacedCase, at: Keys, sample: Sample) -> Any:
        """Return what is in a sample. Raises ``NoSampleError``; ``at`` is where the test names it."""
        if not isinstance(sample, str):
            return sample
        places = (self.folder / TESTS, self.folder.resolve().parent / EVENTS)
        found = next((place / sample for place in places if (place / sample).is_file()), None)
        if found is None:
            known = [file.name for place in places for file in place.glob("*.json")]
            message = f"there is no sample `{sample}` in {TESTS}/, nor in {EVENTS}/ beside {self.folder.name}/"
            raise NoSampleError(case.finding(at, "unknown-sample", message, did_you_mean(sample, known)))
        try:
            return parse_json(found.read_bytes(), max_depth=DEEPEST_JSON)
        except JsonRefusedError as error:
            raise NoSampleError(case.finding(at, "bad-sample", f"`{sample}` cannot be read: {error}")) from None


def read_cases(folder: Path) -> tuple[list[PlacedCase], list[Finding]]:
    """Return the tests in the order of their files, and what is wrong with the files' form."""
    cases: list[PlacedCase] = []
    findings: list[Finding] = []
    findings += _not_read(folder / TESTS)
    for file in sorted((folder / TESTS).glob("*.yaml")):
        document, found = _document(file)
        findings += found
        if document is None or found:
            continue
        try:
            entries = CasesFile.model_validate(document.value).tests
        except ValidationError as error:
            problems = (dict(problem) for problem in error.errors())
            findings += [schema_finding(document, problem, KEYS) for problem in problems]
            continue
        cases += [PlacedCase(entry, document, number) for number, entry in enumerate(entries)]
    return cases, findings


def changed(content: Any, change: Mapping[str, Any]) -> Any:
    """Return a document after a JSON Merge Patch (RFC 7396): objects are merged, null removes, all else replaces."""
    merged = dict(content) if isinstance(content, Mapping) else {}
    for key, value in change.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = changed(merged.get(key), value) if isinstance(value, Mapping) else value
    return merged


def unknown_names(case: PlacedCase, rules: Collection[str], chains: Collection[str]) -> Iterator[Finding]:
    """Yield the rules and chains a test names that the configuration does not have."""
    entry = case.entry
    named = [(("rules", number), rule) for number, rule in enumerate(entry.rules)]
    named += [(("errors", number), rule) for number, rule in enumerate(entry.errors)]
    for at, rule in [*named, *((("told", number, "rule"), told.rule) for number, told in enumerate(entry.told))]:
        if rule not in rules:
            yield case.finding(at, "unknown-rule", f"there is no rule `{rule}`", did_you_mean(rule, rules))
    for chain in entry.approvals:
        if chain not in chains:
            message = f"there is no chain `{chain}`"
            yield case.finding(("approvals", chain), "unknown-chain", message, did_you_mean(chain, chains))


def _not_read(tests: Path) -> Iterator[Finding]:
    """Yield the files that are neither tests nor samples: what somebody wrote there might never have run."""
    for file in sorted(tests.rglob("*")):
        name = file.relative_to(tests)
        if file.is_dir() or file.suffix == ".json" or any(part.startswith(".") for part in name.parts):
            continue
        if file.suffix != ".yaml" or file.parent != tests:
            fix = "put it into tests/ itself" if file.suffix == ".yaml" else "name it *.yaml, a sample *.json"
            place = f"{TESTS}/{name.as_posix()}"
            yield Finding(place, 1, 1, "not-read", "the file is not read", f"{fix}, or move it")


def _document(file: Path) -> tuple[Document | None, list[Finding]]:
    name = f"{TESTS}/{file.name}"
    try:
        return read_yaml(name, file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        return None, [Finding(name, 1, 1, "not-utf-8", "the file is not UTF-8", "save it as UTF-8")]
