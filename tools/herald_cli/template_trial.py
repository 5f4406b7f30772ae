"""Templates tried out: rendered in every language with their samples, and SMS counted as the networks count them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from herald.adapters.template_bundle import FAX, SMS, WHATSAPP, TemplateBundle
from herald.adapters.template_texts import PLACEHOLDER
from herald.adapters.templates import EMAIL_PARTS, TWIN_PARTS, JinjaRenderer, PartError
from herald.domain.configuration import Configuration
from herald.domain.message import Content, EmailContent, SmsContent
from herald.domain.sms_length import Encoding, sms_length
from herald_cli.channel_lint import faxed
from herald_cli.configuration_folder import MESSAGES, LoadedFolder
from herald_cli.findings import Finding
from herald_cli.samples.by_template import OWN, Sample, samples_of
from herald_cli.template_folder import TEMPLATES
from herald_cli.unused_lint import told_with
from herald_cli.word_lint import leaves

Render = Callable[[Configuration, str, str, Mapping[str, Any]], Content]


@dataclass(frozen=True, slots=True)
class _Trial:
    """A template in one language, told one sample."""

    template: str
    folder: str
    sample: Sample

    def __str__(self) -> str:
        return f"in {self.folder}, told of {self.sample.name}"


def trial_findings(
    loaded: LoadedFolder, configuration: Configuration, bundle: TemplateBundle, left_out: set[str]
) -> Iterator[Finding]:
    """Yield what fails when templates are told their samples: a line once, whatever the language and the sample."""
    renderer = JinjaRenderer()
    told: set[tuple[str, int, str]] = set()
    for template in bundle.names():
        if template in left_out:
            continue
        samples = samples_of(template, configuration, loaded.templates.samples.get(template))
        if not samples and template in told_with(configuration):
            yield _untried(template)
        for folder in bundle.languages(template):
            for sample in samples:
                for finding in _tried(_Trial(template, folder, sample), renderer, configuration, bundle, loaded):
                    if (finding.file, finding.line, finding.code) not in told:
                        told.add((finding.file, finding.line, finding.code))
                        yield finding


def _untried(template: str) -> Finding:
    message = f"`{template}` was not tried, since there is no sample of what it is told of"
    fix = f"write what it is told of, as facts, into {TEMPLATES}/{template}/{OWN}"
    return Finding(f"{TEMPLATES}/{template}", 1, 1, "not-tried", message, fix, warning=True)


def _tried(
    trial: _Trial, renderer: JinjaRenderer, configuration: Configuration, bundle: TemplateBundle, loaded: LoadedFolder
) -> Iterator[Finding]:
    template, folder = trial.template, trial.folder
    channels: list[Render] = []
    if bundle.holds(template, folder, EMAIL_PARTS):
        channels.append(renderer.email)
    if bundle.holds(template, folder, [SMS]):
        channels.append(renderer.sms)
    registered = configuration.whatsapp.templates.get(template)
    if bundle.holds(template, folder, [WHATSAPP]) and (registered is None or folder in registered.languages):
        channels.append(renderer.whatsapp)
    if bundle.holds(template, folder, [FAX]) or (
        template in faxed(configuration) and bundle.holds(template, folder, TWIN_PARTS)
    ):
        channels.append(renderer.fax)
    for render in channels:
        try:
            content = render(configuration, template, folder, trial.sample.told_in(folder))
        except PartError as error:
            place = f"{TEMPLATES}/{error.key}"
            yield Finding(place, error.line or 1, 1, "does-not-render", f"{error.why} ({trial})", _fix(error.why))
            continue
        yield from _unfilled(trial, content, loaded)
        if isinstance(content, SmsContent):
            yield from _length(trial, content.text, bundle.key(template, folder, SMS) or "", loaded)


def _fix(why: str) -> str:
    if "is not there" in why:
        return "ask whether it is there, or mend the name"
    if any(one in why for one in ("steps", "longer", "segments", "characters", "pages")):
        return "say less, or of fewer things"
    return "look at what the line writes, and whether a sample can be written so"


def _unfilled(trial: _Trial, content: Content, loaded: LoadedFolder) -> Iterator[Finding]:
    """Find placeholders of words that were printed instead of being filled."""
    text = f"{content.subject}\n{content.text}" if isinstance(content, EmailContent) else content.text
    for owner in (trial.template, "shared"):
        document = loaded.templates.documents.get(f"{owner}/{trial.folder}")
        for path, words in leaves(loaded.templates.words.get(f"{owner}/{trial.folder}", {})) if document else ():
            for form in words.values() if isinstance(words, Mapping) else [words]:
                if document and PLACEHOLDER.search(form) and form in text:
                    message = f"`{'.'.join(path)}` is printed without its placeholders filled ({trial})"
                    fix = f"write t.{'.'.join(path)} | fill(...) in the template"
                    yield document.finding(path, "unfilled", message, fix)


def _length(trial: _Trial, text: str, key: str, loaded: LoadedFolder) -> Iterator[Finding]:
    length, most = sms_length(text), loaded.most_segments
    place = f"{TEMPLATES}/{key}"
    if length.segments > most:
        message = f"the SMS has {length.segments} segments, of {length.units} units in {length.encoding} ({trial})"
        fix = f"shorten its words, or allow more than {most} by sms.most_segments in {MESSAGES}"
        yield Finding(place, 1, 1, "sms-too-long", message, fix)
    if length.encoding is Encoding.UCS2:
        odd = sorted({one for one in text if sms_length(one).encoding is Encoding.UCS2})
        yield replace(_odd(trial, odd, key, loaded), warning=True)


def _odd(trial: _Trial, odd: list[str], key: str, loaded: LoadedFolder) -> Finding:
    """Return where a character stands that makes an SMS half as long: among the words, or else in the part."""
    message = f"an SMS with {' '.join(odd)} holds 70 characters instead of 160"
    fix = "write it with characters of GSM 03.38, such as é and ' for others"
    document = loaded.templates.documents.get(f"{trial.template}/{trial.folder}")
    if document is not None:
        for path, text in leaves(loaded.templates.words[f"{trial.template}/{trial.folder}"]):
            if path[0].startswith("sms") and any(one in str(text) for one in odd):
                return document.finding(path, "sms-alphabet", message, fix)
    return Finding(f"{TEMPLATES}/{key}", 1, 1, "sms-alphabet", f"{message} ({trial})", fix)
