"""A template rendered as it would go out, told a sample or an event of a file. Nothing is recorded or sent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from herald.adapters.template_bundle import TemplateBundle
from herald.adapters.templates import FAX_PARTS, SMS_PARTS, JinjaRenderer
from herald.domain.configuration import Configuration
from herald.domain.delivery import Channel
from herald.domain.message import EmailContent, FaxContent, SmsContent, WhatsAppContent
from herald.ports import RenderError
from herald.usecases.approvals.tellings import TEMPLATES
from herald.usecases.basis import values_of
from herald_cli.channel_lint import PARTS_OF, SERVES_INSTEAD, faxed
from herald_cli.explain import ExplainedEvent, explain_body
from herald_cli.findings import did_you_mean
from herald_cli.samples import approvals
from herald_cli.samples.by_template import OWN, Sample, samples_of
from herald_cli.samples.surroundings import around
from herald_cli.template_folder import TEMPLATES as FOLDER


class NothingToPreviewError(Exception):
    """The template, or what it should be told, is not there; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What would go out in ``language``, asked for in ``locale``. Channels that the template lacks are ``None``."""

    template: str
    sample: str
    locale: str
    language: str
    email: EmailContent | None = None
    sms: SmsContent | None = None
    whatsapp: WhatsAppContent | None = None
    fax: FaxContent | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A template, what it can be sent over and in which languages, who is told with it, and its samples by name."""

    name: str
    languages: tuple[str, ...]
    channels: tuple[Channel, ...]
    used_by: tuple[str, ...] = ()
    samples: tuple[str, ...] = field(default=())


def listed(configuration: Configuration, own: Mapping[str, Mapping[str, Any]]) -> tuple[Listed, ...]:
    """Return all templates by name; ``own`` are the facts of their ``sample.json``."""
    return tuple(_listed(name, configuration, own.get(name)) for name in TemplateBundle(configuration).names())


def preview(
    template: str, configuration: Configuration, sample: Sample, *, locale: str = "", channel: Channel | None = None
) -> Preview:
    """Render a template over one channel, or all that it has; over fax unasked only if it has words for it or is faxed.

    Raises ``NothingToPreviewError`` and ``RenderError``.
    """
    bundle, wanted = TemplateBundle(configuration), locale or configuration.default_locale
    channels = [one for one in _channels(template, bundle) if channel in (None, one)]
    if channel is None and not (template in faxed(configuration) or _has_parts(template, bundle, FAX_PARTS)):
        channels = [one for one in channels if one is not Channel.FAX]
    if not channels:
        raise NothingToPreviewError(f"`{template}` has nothing to send over {channel or 'any channel'}")
    renderer, told = JinjaRenderer(), (configuration, template, wanted, sample.told_in(wanted))
    language = _language(bundle, template, wanted, channels[0])
    shown = Preview(template, sample.name, wanted, language)
    if Channel.EMAIL in channels:
        shown = replace(shown, email=renderer.email(*told))
    if Channel.SMS in channels:
        shown = replace(shown, sms=renderer.sms(*told))
    if Channel.WHATSAPP in channels:
        shown = replace(shown, whatsapp=renderer.whatsapp(*told))
    if Channel.FAX in channels:
        shown = replace(shown, fax=renderer.fax(*told))
    return shown


def chosen_sample(
    template: str, configuration: Configuration, own: Mapping[str, Any] | None = None, name: str = ""
) -> Sample:
    """Return the sample of that name, or the first. Raises ``NothingToPreviewError``."""
    names = TemplateBundle(configuration).names()
    if template not in names:
        raise NothingToPreviewError(f"there is no template `{template}` ({did_you_mean(template, names)})")
    samples = samples_of(template, configuration, own)
    if not samples:
        raise NothingToPreviewError(
            f"nobody says what `{template}` is told: name an event by --event, or write {FOLDER}/{template}/{OWN}"
        )
    found = [sample for sample in samples if name in ("", sample.name)]
    if not found:
        known = ", ".join(f"`{sample.name}`" for sample in samples)
        raise NothingToPreviewError(f"`{template}` has no sample `{name}`: there are {known}")
    return found[0]


def sample_of_event(template: str, configuration: Configuration, body: bytes, now: datetime) -> Sample:
    """Return what the first rule that tells with a template would tell of an event, to its first recipient.

    For a template of approvals it is the order of the event, and a sample of what is asked about it. Raises
    ``NothingToPreviewError`` and ``BodyRefusedError``.
    """
    events = explain_body(body, configuration, now)
    if template in TEMPLATES.values():
        return _asked(template, events)
    for event in events:
        for explained in event.rules:
            then = explained.rule.then
            if then and then.template == template and explained.messages:
                rule, recipient = explained.rule, explained.messages[0].recipient
                values = values_of(configuration, event.facts, recipient, rule.id, then.severity)
                return Sample(f"{event.type}, by {rule.id}", values, rule)
    told = ", ".join(event.type for event in events) or "nothing"
    raise NothingToPreviewError(
        f"no rule tells of this event ({told}) with `{template}`: see why by `herald rules explain`"
    )


def _asked(template: str, events: tuple[ExplainedEvent, ...]) -> Sample:
    order = next((event.facts["order"] for event in events if "order" in event.facts), None)
    if order is None:
        raise NothingToPreviewError("an approval is about an order, and this event tells of none")
    kind = next(kind for kind, its_template in TEMPLATES.items() if its_template == template)
    values = {**around(events[0].type), **approvals.values(approvals.ask(kind)), "order": order}
    return Sample(f"{kind}, about the order of {events[0].type}", values)


def _listed(name: str, configuration: Configuration, own: Mapping[str, Any] | None) -> Listed:
    bundle = TemplateBundle(configuration)
    rules = [rule.id for rule in configuration.rules if rule.then and rule.then.template == name]
    used_by = (*rules, *(["approvals"] if name in TEMPLATES.values() and configuration.approvals else []))
    samples = tuple(sample.name for sample in samples_of(name, configuration, own))
    return Listed(name, bundle.languages(name), tuple(_channels(name, bundle)), used_by, samples)


def _channels(template: str, bundle: TemplateBundle) -> Iterator[Channel]:
    for channel, needed in PARTS_OF.items():
        instead = SERVES_INSTEAD.get(channel, needed)
        if _has_parts(template, bundle, needed) or _has_parts(template, bundle, instead):
            yield channel


def _has_parts(template: str, bundle: TemplateBundle, parts: tuple[str, ...]) -> bool:
    return any(bundle.holds(template, folder, parts) for folder in bundle.languages(template))


def _language(bundle: TemplateBundle, template: str, locale: str, channel: Channel) -> str:
    try:
        return bundle.choose(template, locale, PARTS_OF[channel], instead=SERVES_INSTEAD.get(channel, SMS_PARTS)).folder
    except RenderError as error:
        raise NothingToPreviewError(str(error)) from None
