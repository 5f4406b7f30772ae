"""``approvals.yaml`` checked before it ships: chains somebody asks for, people who are there, words to ask with."""

from collections.abc import Iterator

from herald.adapters.template_bundle import TemplateBundle
from herald.domain.configuration import Configuration
from herald.domain.event_types import known_types, variables_of
from herald_cli.approval_step_lint import step_findings
from herald_cli.calendar_lint import no_working_time
from herald_cli.channel_lint import missing_parts
from herald_cli.configuration_folder import APPROVALS, LoadedFolder, PlacedRule
from herald_cli.findings import Finding, did_you_mean
from herald_cli.placed_chain import PlacedChain
from herald_cli.yaml_reader import Document, Keys

TEMPLATES = (
    "approval-request", "approval-reminder", "approval-waiting", "approval-question", "approval-outcome",
    "approval-recorded",
)  # fmt: skip
"""What approvals are told with."""


def approval_findings(loaded: LoadedFolder, configuration: Configuration) -> Iterator[Finding]:
    """Yield what is wrong with the chains and with the rules that ask; a chain nobody asks for is a warning."""
    for placed in loaded.rules:
        yield from _asking(placed, configuration)
    document = loaded.documents.get(APPROVALS)
    if document is None:
        return
    yield from _templates(document, configuration)
    for chain in configuration.approvals.values():
        asking = tuple(rule for rule in configuration.rules if rule.approval == chain.id)
        yield from _chain(PlacedChain(chain, document, configuration, asking))


def _asking(placed: PlacedRule, configuration: Configuration) -> Iterator[Finding]:
    asked, at = placed.rule.approval, ("then", "approval")
    if asked is None:
        return
    if asked not in configuration.approvals:
        fix = did_you_mean(asked, configuration.approvals) or f"add it to {APPROVALS}"
        yield placed.finding("unknown-chain", f"{APPROVALS} has no chain `{asked}`", fix, at=at)
    known = known_types(configuration.mapping)
    without = [
        event_type
        for event_type in placed.rule.events
        if event_type in known and "order" not in variables_of(event_type, configuration.mapping)
    ]
    if without:
        message = f"an order or configuration is approved, and {', '.join(without)} tells of none"
        yield placed.finding("nothing-to-approve", message, "let another rule listen to it", at=at)


def _chain(placed: PlacedChain) -> Iterator[Finding]:
    chain = placed.chain
    if not placed.asking:
        message = f"no rule asks for the chain `{chain.id}`"
        yield placed.finding((), "chain-not-asked", message, f"write then: {{approval: {chain.id}}}", warning=True)
    yield from placed.path(("requester",), chain.requester)
    if chain.watchers is not None:
        yield from placed.audience(("watchers",), chain.watchers, chain.channels)
    yield from placed.channels((), chain.channels)
    asked = tuple(dict.fromkeys(channel for step in chain.steps for channel in step.channels))
    if chain.delegates is not None:
        yield from placed.audience(("delegates",), chain.delegates, asked, decides=True)
    if chain.last_resort is not None:
        yield from placed.audience(("last_resort",), chain.last_resort, asked, decides=True)
    yield from no_working_time(placed.document, (*placed.keys, "calendar"), chain.calendar, placed.configuration)
    for number, row in enumerate(chain.show):
        yield from placed.path(("show", number, "value"), row.value)
    yield from step_findings(placed)


def _templates(document: Document, configuration: Configuration) -> Iterator[Finding]:
    chains = configuration.approvals.values()
    used = {channel for chain in chains for channel in chain.channels}
    used |= {channel for chain in chains for step in chain.steps for channel in step.channels}
    there = TemplateBundle(configuration).names()
    at: Keys = ("chains",)
    for template in TEMPLATES if used else ():
        lacking = [key for channel in sorted(used) for key in missing_parts(configuration, template, channel)]
        fix = f"add {', '.join(f'templates/{key}' for key in lacking)}"
        if template not in there:
            yield document.finding(
                at, "unknown-template", f"approvals are told with `{template}`, which is missing", fix
            )
        elif lacking:
            message = (
                f"approvals are told with `{template}`, which cannot be sent over all of {', '.join(sorted(used))}"
            )
            yield document.finding(at, "missing-part", message, fix)
