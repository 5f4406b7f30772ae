"""``config/`` read into a ``Configuration``: rules, lists, audiences, mapping and templates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from herald.adapters.configuration_bundle import to_bytes, versioned
from herald.domain.configuration import (
    Configuration,
    FaxSending,
    Notify,
    ReplyWords,
    Rule,
    StatusReading,
    WhatsAppSending,
    WhatsAppTemplate,
)
from herald.domain.errors import ConfigurationError
from herald.domain.facts_schema import COMPUTED_IN_LINE, COMPUTED_IN_ORDER
from herald.domain.languages import normal
from herald.domain.milestones import MilestoneStep
from herald_cli.approval_schema import KEYS as APPROVAL_KEYS
from herald_cli.approval_schema import ApprovalsFile, chains_of
from herald_cli.audience_schema import KEYS as AUDIENCE_KEYS
from herald_cli.audience_schema import AudiencesFile, audiences_of, people_of
from herald_cli.budget_schema import KEYS as BUDGET_KEYS
from herald_cli.budget_schema import BudgetsFile, budgets_document
from herald_cli.calendar_schema import KEYS as CALENDAR_KEYS
from herald_cli.calendar_schema import CalendarsFile, calendars_of
from herald_cli.catalog_schema import CatalogFile, ChecksFile, OwnCheckEntry, catalog_document
from herald_cli.configuration_schema import (
    KNOWN_KEYS,
    ChannelsFile,
    ListsFile,
    MappingFile,
    MilestonesFile,
    ReplyWordsEntry,
    RuleEntry,
    RulesFile,
    SourcesFile,
    StatusEntry,
    WhatsAppEntry,
)
from herald_cli.courtesy_schema import KEYS as COURTESY_KEYS
from herald_cli.courtesy_schema import CourtesyFile, courtesy_of
from herald_cli.findings import Finding, did_you_mean
from herald_cli.message_schema import KEYS as MESSAGE_KEYS
from herald_cli.message_schema import MessagesFile
from herald_cli.no_channel import FIX, no_channel
from herald_cli.template_folder import TemplateFiles, read_templates
from herald_cli.uncollected import uncollected
from herald_cli.yaml_reader import Document, read_yaml

AUDIENCES, LISTS, MAPPING = "audiences.yaml", "lists.yaml", "mapping.yaml"
MILESTONES, CHANNELS, SOURCES = "milestones.yaml", "channels.yaml", "sources.yaml"
CATALOG, APPROVALS, CALENDARS, COURTESY = "catalog.yaml", "approvals.yaml", "calendars.yaml", "courtesy.yaml"
BUDGETS, MESSAGES = "budgets.yaml", "messages.yaml"
RULES, CHECKS = "rules", "checks"
Form = TypeVar("Form", bound=BaseModel)
KEYS_OF = {
    AUDIENCES: AUDIENCE_KEYS, APPROVALS: APPROVAL_KEYS, CALENDARS: CALENDAR_KEYS, COURTESY: COURTESY_KEYS,
    BUDGETS: BUDGET_KEYS, MESSAGES: MESSAGE_KEYS,
}  # fmt: skip
"""The keys of files that share none with others."""
COMPUTED = COMPUTED_IN_ORDER | COMPUTED_IN_LINE


@dataclass(frozen=True, slots=True)
class PlacedRule:
    """A rule with the file it stands in; ``number`` is its place there, from 0."""

    rule: Rule
    document: Document
    number: int

    def finding(self, code: str, message: str, fix: str = "", *, at: tuple[str | int, ...] = ()) -> Finding:
        """Return a finding at a key of the rule."""
        return self.document.finding(("rules", self.number, *at), code, message, fix)


@dataclass(frozen=True, slots=True)
class LoadedFolder:
    """What a folder holds. ``configuration`` is ``None`` where ``findings`` say that a file cannot be used."""

    configuration: Configuration | None
    findings: tuple[Finding, ...]
    rules: tuple[PlacedRule, ...] = ()
    documents: Mapping[str, Document] = field(default_factory=dict)
    templates: TemplateFiles = field(default_factory=TemplateFiles)
    most_segments: int = MessagesFile().sms.most_segments


def read_folder(folder: Path, today: date | None = None) -> Configuration:
    """Return the configuration; the same content has the same version within a year. Raises ``ConfigurationError``.

    Calendars hold the public holidays of this year (or that of ``today``) and the next two. Reads the files' form only:
    ``rule_lint.lint_folder`` checks what they say.
    """
    loaded = load_folder(folder, today)
    if loaded.configuration is None:
        more = f" (and {len(loaded.findings) - 1} more)" if len(loaded.findings) > 1 else ""
        raise ConfigurationError(f"{loaded.findings[0]}{more}")
    return loaded.configuration


@uncollected
def load_folder(folder: Path, today: date | None = None) -> LoadedFolder:
    """Return the configuration with the places of its parts, or the findings that keep it from being read."""
    reading = _Reading(folder)
    audiences = reading.form(AUDIENCES, AudiencesFile)
    rules = tuple(reading.rules(audiences.default_locale if audiences else ""))
    lists = reading.form(LISTS, ListsFile, optional=True)
    mapping = reading.form(MAPPING, MappingFile)
    milestones = reading.form(MILESTONES, MilestonesFile, optional=True)
    channels = reading.form(CHANNELS, ChannelsFile, optional=True) or ChannelsFile()
    sources = reading.form(SOURCES, SourcesFile, optional=True)
    catalog = reading.form(CATALOG, CatalogFile, optional=True)
    own_checks = list(reading.own_checks())
    approvals = reading.form(APPROVALS, ApprovalsFile, optional=True)
    file = reading.form(CALENDARS, CalendarsFile, optional=True)
    calendars, unknown = calendars_of(file, reading.documents.get(CALENDARS), today or datetime.now(UTC).date())
    reading.findings += unknown
    courtesy = reading.form(COURTESY, CourtesyFile, optional=True)
    budgets = reading.form(BUDGETS, BudgetsFile, optional=True)
    messages = reading.form(MESSAGES, MessagesFile, optional=True) or MessagesFile()
    templates = read_templates(folder)
    reading.findings += templates.findings
    if reading.findings or audiences is None or mapping is None:
        return LoadedFolder(None, tuple(sorted(reading.findings)), rules, reading.documents)
    read = Configuration(
        version="",
        rules=tuple(placed.rule for placed in rules),
        lists=_as_maps(lists.root) if lists else {},
        audiences=audiences_of(audiences),
        mapping=mapping.model_dump(exclude_none=True, by_alias=True),
        templates=templates.sources,
        words=templates.words,
        order_link=messages.links.order,
        default_locale=audiences.default_locale,
        milestones=_milestones(milestones),
        status=_status(channels.status),
        replies=_replies(channels.replies),
        whatsapp=_whatsapp(channels.whatsapp),
        fax=FaxSending(**channels.fax.model_dump()),
        silent_after=_silences(sources),
        catalog=catalog_document(catalog, own_checks),
        approvals=chains_of(approvals),
        calendars=calendars,
        default_calendar=(file.default if file else None) or "",
        courtesy=courtesy_of(courtesy),
        budgets=budgets_document(budgets),
    )
    configuration = versioned(replace(read, people=people_of(audiences, read)))
    try:
        to_bytes(configuration)
    except ConfigurationError as error:
        return LoadedFolder(None, (Finding(".", 1, 1, "too-large", str(error)),), rules, reading.documents)
    return LoadedFolder(configuration, (), rules, reading.documents, templates, messages.sms.most_segments)


class _Reading:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.findings: list[Finding] = []
        self.documents: dict[str, Document] = {}

    def rules(self, default_locale: str) -> Iterator[PlacedRule]:
        for name in self._files(RULES):
            form = self.form(name, RulesFile)
            for number, entry in enumerate(form.rules if form else ()):
                yield PlacedRule(_rule(entry, default_locale), self.documents[name], number)
        if not any((self.folder / RULES).glob("*")):
            self.findings.append(Finding(RULES, 1, 1, "missing-file", "there is no rule", "add a file rules/*.yaml"))

    def own_checks(self) -> Iterator[OwnCheckEntry]:
        for name in self._files(CHECKS):
            form = self.form(name, ChecksFile)
            yield from form.checks if form else ()

    def _files(self, folder: str) -> Iterator[str]:
        for file in sorted((self.folder / folder).glob("*")):
            name = f"{folder}/{file.name}"
            if file.name.startswith("."):
                continue
            if file.suffix == ".yaml":
                yield name
                continue
            self.findings.append(Finding(name, 1, 1, "not-read", "the file is not read", "name it *.yaml, or move it"))

    def form(self, name: str, form: type[Form], *, optional: bool = False) -> Form | None:
        text = self._text(name, optional=optional)
        if text is None:
            return None
        document, findings = read_yaml(name, text)
        self.findings += findings
        if document is None or findings:
            return None
        self.documents[name] = document
        try:
            return form.model_validate(document.value)
        except ValidationError as error:
            self.findings += [schema_finding(document, dict(problem)) for problem in error.errors()]
            return None

    def _text(self, name: str, *, optional: bool = False) -> str | None:
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            if not optional:
                self.findings.append(Finding(name, 1, 1, "missing-file", "the file is missing"))
        except UnicodeDecodeError:
            self.findings.append(Finding(name, 1, 1, "not-utf-8", "the file is not UTF-8", "save it as UTF-8"))
        return None


def schema_finding(document: Document, problem: Mapping[str, Any], known: frozenset[str] = KNOWN_KEYS) -> Finding:
    """Return what pydantic says of a file at its place in it; ``known`` are the keys of a file that has none else."""
    # pydantic adds the form it tried for a union to the location: only keys that are in the file lead to a place.
    path = tuple(problem["loc"])
    key = str(path[-1]) if path else ""
    if "keys" in problem.get("ctx", {}):
        return document.finding(tuple(problem["ctx"]["keys"]), str(problem["type"]), str(problem["msg"]))
    if problem["type"] == "extra_forbidden" and key in COMPUTED:
        fix = "it is computed from the lines' unitPrice and quantity"
        return document.finding(path, "unknown-key", f"`{key}` is no key here", fix)
    if problem["type"] == "extra_forbidden":
        known = KEYS_OF.get(document.file, known)
        return document.finding(path, "unknown-key", f"`{key}` is no key here", did_you_mean(key, known - {key}))
    if problem["type"] == "missing":
        return document.finding(path, "missing-key", f"`{key}` is missing")
    if why := no_channel(problem):
        return document.finding(path, "no-such-channel", why, FIX)
    where = ".".join(str(step) for step in path)
    message = str(problem["msg"]).removeprefix("Value error, ")
    return document.finding(path, "schema", f"{where}: {message}" if where else message)


def _rule(entry: RuleEntry, default_locale: str) -> Rule:
    notify = entry.then.notify
    then = Notify(notify.audience, notify.template, tuple(notify.channels), notify.severity) if notify else None
    written = {default_locale: entry.description} if isinstance(entry.description, str) else entry.description
    said = {normal(locale): " ".join(text.split()) for locale, text in written.items()}
    description = said.pop(normal(default_locale), "")
    events, when = tuple(entry.events), entry.when.rstrip()
    return Rule(entry.id, description, events, when, then, entry.then.approval, translations=said)


def _milestones(file: MilestonesFile | None) -> tuple[MilestoneStep, ...]:
    return tuple(MilestoneStep(step.name, step.status) for step in file.milestones) if file else ()


def _status(entry: StatusEntry) -> StatusReading:
    return StatusReading(
        benign_gamma_codes=tuple(entry.benign_gamma_codes),
        confirmed=tuple(entry.confirmed),
        failed=tuple(entry.failed),
        dsn_status=entry.dsn_status,
        whatsapp_events=entry.whatsapp_events,
    )


def _replies(entry: ReplyWordsEntry | None) -> ReplyWords:
    return ReplyWords(tuple(entry.stop), tuple(entry.start)) if entry else ReplyWords()


def _whatsapp(entry: WhatsAppEntry) -> WhatsAppSending:
    templates = {name: WhatsAppTemplate(one.template_id, one.languages) for name, one in entry.templates.items()}
    return WhatsAppSending(templates, entry.send_references)


def _silences(file: SourcesFile | None) -> dict[str, timedelta]:
    entries = file.sources if file else {}
    return {name: timedelta(hours=entry.silent_after_hours) for name, entry in entries.items()}


def _as_maps(lists: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {
        name: dict.fromkeys(entries, True) if isinstance(entries, list) else entries for name, entries in lists.items()
    }
