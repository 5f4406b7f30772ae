"""What channels need before they ship: the parts of a template, and what ``channels.yaml`` says of them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from herald.adapters.template_bundle import TemplateBundle
from herald.adapters.templates import EMAIL_PARTS, FAX_PARTS, SMS_PARTS, TWIN_PARTS, WHATSAPP_PARTS
from herald.domain.configuration import Configuration
from herald.domain.delivery import Channel
from herald_cli.configuration_folder import CHANNELS, LoadedFolder
from herald_cli.findings import Finding, did_you_mean
from herald_cli.path_lint import bad_path
from herald_cli.yaml_reader import Document, Keys

PARTS_OF: Mapping[Channel, tuple[str, ...]] = {
    Channel.EMAIL: EMAIL_PARTS, Channel.SMS: SMS_PARTS, Channel.WHATSAPP: WHATSAPP_PARTS, Channel.FAX: FAX_PARTS,
}  # fmt: skip
SERVES_INSTEAD: Mapping[Channel, tuple[str, ...]] = {Channel.WHATSAPP: SMS_PARTS, Channel.FAX: TWIN_PARTS}
"""What does for the parts that a template does not have."""
PATHS: tuple[Keys, ...] = (("status", "dsn_status"), ("status", "whatsapp_events"))


def missing_parts(configuration: Configuration, template: str, channel: Channel) -> Iterator[str]:
    """Yield what a template lacks for a channel in the default language, as the key to add."""
    bundle, locale = TemplateBundle(configuration), configuration.default_locale
    if channel in SERVES_INSTEAD and bundle.holds(template, locale, SERVES_INSTEAD[channel]):
        return
    for part in PARTS_OF[channel]:
        if bundle.key(template, locale, part) is None:
            shares = f"{template}/{locale}" in configuration.words
            yield f"{template}/{part}" if shares else f"{template}/{locale}/{part}"


def faxed(configuration: Configuration) -> frozenset[str]:
    """Return the templates that rules and digests send over fax."""
    notified = ((rule.then.template, rule.then.channels) for rule in configuration.rules if rule.then)
    gatherers = (*configuration.courtesy.digests, *configuration.courtesy.throttles)
    told = (*notified, *((one.template, one.told_over) for one in gatherers))
    return frozenset(template for template, channels in told if Channel.FAX in channels)


def channel_findings(loaded: LoadedFolder, configuration: Configuration) -> Iterator[Finding]:
    """Yield what is wrong with ``channels.yaml``; a rule whose WhatsApp message goes out free-form is a warning."""
    document = loaded.documents.get(CHANNELS)
    if document is not None:
        yield from _paths(document)
        yield from _registered(document, configuration)
    for placed in loaded.rules:
        then = placed.rule.then
        if then and Channel.WHATSAPP in then.channels and then.template not in configuration.whatsapp.templates:
            at: Keys = ("then", "notify", "channels", then.channels.index(Channel.WHATSAPP))
            message = (
                f"`{then.template}` is no registered template: by WhatsApp it reaches only who wrote in the last day"
            )
            fix = "register it with OpenText, and write it into channels.yaml under whatsapp.templates"
            yield replace(placed.finding("free-form", message, fix, at=at), warning=True)


def _paths(document: Document) -> Iterator[Finding]:
    for section, key in PATHS:
        path = (document.value.get(section) or {}).get(key)
        if path:
            yield from bad_path(document, (section, key), path)


def _registered(document: Document, configuration: Configuration) -> Iterator[Finding]:
    bundle = TemplateBundle(configuration)
    languages = {template: set(bundle.languages(template)) for template in bundle.names()}
    for template, registered in configuration.whatsapp.templates.items():
        at: Keys = ("whatsapp", "templates", template)
        if template not in languages:
            message = f"there is no template `{template}`"
            yield document.finding(at, "unknown-template", message, did_you_mean(template, languages))
            continue
        for language in registered.languages.keys() - languages[template]:
            message = f"the template `{template}` has no language `{language}`"
            fix = did_you_mean(language, languages[template])
            yield document.finding((*at, "languages", language), "unknown-language", message, fix)
        if configuration.default_locale not in registered.languages:
            message = (
                f"`{template}` is not registered in `{configuration.default_locale}`, "
                "in which it goes to all whose language it does not have"
            )
            fix = f"add {configuration.default_locale}"
            yield document.finding((*at, "languages"), "missing-language", message, fix)
