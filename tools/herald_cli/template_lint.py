"""Templates checked before they ship: the parts they use, the words and facts they name, and each of them tried out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from jinja2 import TemplateSyntaxError

from herald.adapters.template_bundle import FAX, HTML, SHARED, SMS, SUBJECT, TEXT, WHATSAPP, TemplateBundle
from herald.domain.audience import usable_locale
from herald.domain.configuration import Configuration
from herald.domain.facts_schema import RECORDS, Record
from herald.domain.languages import fallback_chain
from herald.usecases.approvals.tellings import TEMPLATES as APPROVAL_TEMPLATES
from herald_cli.configuration_folder import LoadedFolder
from herald_cli.findings import Finding, did_you_mean
from herald_cli.samples.by_template import ask_keys
from herald_cli.template_folder import TEMPLATES, WORDS
from herald_cli.template_reads import BY_ITSELF, Read, Reading, TemplateReader, place_of
from herald_cli.template_trial import trial_findings
from herald_cli.word_lint import Path, found, unsaid, word_findings

PARTS = (SUBJECT, TEXT, HTML, SMS, WHATSAPP, FAX)
PURPOSES = frozenset({("rule", "description"), ("ask", "reasons")})
"""What a template reads of a rule's description."""
ASKED_WITH = APPROVAL_TEMPLATES["request"]
OPEN = frozenset({"data", "now"})
"""Variables whose keys nobody can know."""
CLOSED: Mapping[str, frozenset[str]] = {
    "recipient": frozenset({"name", "locale", "zone", "in_place_of"}),
    "digest": frozenset({"id", "count", "entries", "more"}),
    "rule": frozenset({"id", "description", "severity"}),
    "links": frozenset({"order"}),
    **ask_keys(),
}


def template_findings(loaded: LoadedFolder, configuration: Configuration) -> Iterator[Finding]:
    """Yield what is wrong with the templates. What reads well is rendered in every language, with its samples."""
    bundle, files = TemplateBundle(configuration), loaded.templates
    said = _Said()
    faulty: set[str] = set()
    static: list[Finding] = list(word_findings(files, bundle, configuration.default_locale))
    reader = TemplateReader(bundle)
    for template in bundle.names():
        faults = list(_template(template, reader, bundle, configuration, said))
        static += faults
        if any(not fault.warning for fault in faults):
            faulty.add(template)
    yield from dict.fromkeys(static)
    if not faulty:
        for owner in (SHARED, *bundle.names()):
            yield from unsaid(files, owner, configuration.default_locale, said.of(owner))
    yield from _descriptions(loaded, configuration, said)
    broken = {finding.file.split("/")[1] for finding in static if not finding.warning}
    if SHARED not in broken:
        yield from trial_findings(loaded, configuration, bundle, faulty | broken)


@dataclass(slots=True)
class _Said:
    """Which words are said, and by which template; and which tells what its rule is for, in which languages."""

    paths: dict[str, set[Path]] = field(default_factory=dict)
    purposes: dict[str, set[str]] = field(default_factory=dict)

    def add(self, template: str, path: Path) -> None:
        self.paths.setdefault(template, set()).add(path)

    def of(self, owner: str) -> frozenset[Path]:
        """Return the paths that say a template's words; any template may say shared ones."""
        told = self.paths.values() if owner == SHARED else [self.paths.get(owner, set())]
        return frozenset(path for paths in told for path in paths)


def _template(
    template: str, reader: TemplateReader, bundle: TemplateBundle, configuration: Configuration, said: _Said
) -> Iterator[Finding]:
    for folder in bundle.languages(template):
        for part in PARTS:
            try:
                reading = reader.part(template, folder, part)
            except TemplateSyntaxError as error:
                key, line, why = place_of(error, bundle.key(template, folder, part) or "")
                yield Finding(_file(key), line, 1, "template-syntax", why, _use_fix(why, bundle))
                continue
            if reading is not None:
                yield from _words(reading, template, folder, bundle, configuration, said)
                if any(read.path[:2] in PURPOSES for read in reading.reads):
                    said.purposes.setdefault(template, set()).add(folder)
                yield from _facts(reading)


def _descriptions(loaded: LoadedFolder, configuration: Configuration, said: _Said) -> Iterator[Finding]:
    """Find rules whose description is not there in a language in which a template tells it."""
    for placed in loaded.rules:
        rule, default = placed.rule, configuration.default_locale
        told = [rule.then.template] if rule.then else []
        told += [ASKED_WITH] if rule.approval else []
        languages = sorted({folder for template in told for folder in said.purposes.get(template, ())} - {default})
        for tag in rule.translations:
            if usable_locale(tag) != tag:
                message = f"`{tag}` is no locale in the form of BCP 47"
                yield placed.finding("bad-locale", message, "write en, or de-AT", at=("description",))
        if rule.translations and not rule.description:
            yield placed.finding("missing-translation", f"the description is not in {default}", at=("description",))
        lacking = [one for one in languages if not rule.translations.keys() & set(fallback_chain(one, default))]
        for language in lacking if rule.translations else ():
            message = f"the description is not in {language}, in which it is told"
            yield placed.finding("missing-translation", message, f"add {language}", at=("description",))
        if lacking and not rule.translations:
            message = f"the description is told in {', '.join(languages)} too, but there is one in {default} only"
            fix = f"write it as {{{default}: ..., {languages[0]}: ...}}"
            yield replace(placed.finding("one-language", message, fix, at=("description",)), warning=True)


def _words(
    reading: Reading, template: str, folder: str, bundle: TemplateBundle, configuration: Configuration, said: _Said
) -> Iterator[Finding]:
    words, default = bundle.words(template, folder), bundle.words(template, configuration.default_locale)
    for read in reading.reads:
        if read.path[0] != "t" or "t" in reading.given[read.key]:
            continue
        path = read.path[1:]
        said.add(template, path)
        # What only this language lacks is found beside its words.
        if path and found(words, path) is None and found(default, path) is None:
            known = found(default, path[:-1])
            message = f"`{template}` has no word `{'.'.join(path)}`"
            near = did_you_mean(path[-1], known) if isinstance(known, Mapping) else ""
            where = f"{TEMPLATES}/{template}/{configuration.default_locale}/{WORDS}"
            fix = near if near.startswith("did") else f"add it to {where}, and in every other language"
            yield Finding(_file(read.key), read.line, 1, "unknown-word", message, fix)


def _facts(reading: Reading) -> Iterator[Finding]:
    names = frozenset(name for given in reading.given.values() for name in given)
    for read in reading.reads:
        name, *keys = read.path
        if name in names | BY_ITSELF | OPEN:
            continue
        if name not in RECORDS and name not in CLOSED:
            known = (*RECORDS, *CLOSED, *OPEN, *names)
            yield _unknown(read, f"nobody gives a template the variable `{name}`", known, name)
        elif keys:
            yield from _keys(read, name, keys)


def _keys(read: Read, name: str, keys: list[str]) -> Iterator[Finding]:
    if name in CLOSED:
        if keys[0] not in CLOSED[name]:
            yield _unknown(read, f"`{name}` has no field `{keys[0]}`", CLOSED[name], keys[0])
        return
    record: object = RECORDS[name]
    for number, key in enumerate(keys):
        if not isinstance(record, Record):
            return
        if key not in record.fields:
            yield _unknown(read, f"`{'.'.join([name, *keys[:number]])}` has no field `{key}`", record.fields, key)
            return
        record = record.fields[key]


def _unknown(read: Read, message: str, known: Iterable[str], word: str) -> Finding:
    return Finding(_file(read.key), read.line, 1, "unknown-variable", message, did_you_mean(word, known))


def _use_fix(why: str, bundle: TemplateBundle) -> str:
    if "would use itself" in why:
        return "take what both need into a third part"
    if not why.startswith("there is no "):
        return "see docs/messages.md for what templates can do"
    known = {key.rpartition(".")[0] for key in bundle.sources if key.startswith(f"{SHARED}/")}
    return did_you_mean(why.removeprefix("there is no ").rpartition(".")[0], known)


def _file(key: str) -> str:
    return f"{TEMPLATES}/{key}"
