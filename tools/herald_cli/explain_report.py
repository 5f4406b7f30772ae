"""What a configuration says to an event, printed for a person or as JSON."""

import json
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from herald.adapters.cel import Part
from herald.domain.decision import ASKS, Verdict
from herald_cli.explain import ExplainedEvent, ExplainedRule

_MARKS = {True: "[green]✓[/]", False: "[red]✗[/]", None: "[yellow]?[/]"}
_COLOURS = {Verdict.MATCHED: "green", Verdict.NOT_MATCHED: "dim", Verdict.ERROR: "red"}


def print_explained(console: Console, event: ExplainedEvent) -> None:
    """Print each rule with its parts and their values, and what would be sent to whom."""
    console.print(
        f"[bold]{event.type}[/] {event.subject}  [dim]{event.event_id}, {event.config_version}[/]", highlight=False
    )
    console.print(f"facts: {event.basis}", style="dim")
    if event.problem:
        console.print(f"[yellow]{escape(event.problem)}[/]")
    for explained in event.rules:
        console.print(_tree(explained))


def explained_as_json(event: ExplainedEvent) -> dict[str, Any]:
    """Return the same for a script."""
    return {
        "event": event.event_id, "type": event.type, "subject": event.subject, "configuration": event.config_version,
        "basis": event.basis, "problem": event.problem, "rules": [_rule_json(explained) for explained in event.rules],
    }  # fmt: skip


def _tree(explained: ExplainedRule) -> Tree:
    outcome = explained.explanation.outcome
    colour = _COLOURS[outcome.verdict]
    tree = Tree(f"[{colour}]{outcome.verdict}[/] [bold]{explained.rule.id}[/] {escape(explained.rule.description)}")
    condition = explained.explanation.condition
    if condition is None:
        tree.add(f"[red]{escape(outcome.detail)}[/]")
    else:
        _add_part(tree, condition)
    if explained.problem:
        tree.add(f"[yellow]{escape(explained.problem)}[/]")
    if explained.rule.approval and outcome.verdict in ASKS:
        tree.add(f"would ask for the approval [bold]{explained.rule.approval}[/] of config/approvals.yaml")
    for message in explained.messages:
        who = f"{message.recipient.name} <{next(iter(message.recipient.addresses), None)}>"
        absent = message.recipient.in_place_of
        who += f" in place of {', '.join(absent)}" if absent else ""
        way = ", then ".join(message.channels) or "no channel"
        node = tree.add(f"would tell [bold]{escape(who)}[/] by {way}, template {message.template} in {message.locale}")
        if message.preview:
            node.add(escape(message.preview))
        if message.problem:
            node.add(f"[red]{escape(message.problem)}[/]")
    return tree


def _add_part(tree: Tree, part: Part) -> None:
    label = {"&&": "all of", "||": "any of"}.get(part.operator) or escape(part.text)
    problem = f"  [yellow]{escape(part.problem)}[/]" if part.problem else ""
    node = tree.add(f"{_MARKS[part.value]} {label}{problem}")
    if part.parts:
        for one in part.parts:
            _add_part(node, one)
        return
    for line in _values(part):
        node.add(f"[dim]{escape(line)}[/]")


def _values(part: Part) -> Iterator[str]:
    for reference in part.references:
        yield f"{reference.path} = {_shown(reference.value)}" if reference.present else f"{reference.path} is absent"


def _shown(value: Any) -> str:
    return json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _part_json(part: Part) -> dict[str, Any]:
    return {
        "text": part.text, "value": part.value, "problem": part.problem, "operator": part.operator,
        "values": {reference.path: reference.value for reference in part.references},
        "parts": [_part_json(one) for one in part.parts],
    }  # fmt: skip


def _rule_json(explained: ExplainedRule) -> dict[str, Any]:
    outcome, condition = explained.explanation.outcome, explained.explanation.condition
    return {
        "id": explained.rule.id,
        "verdict": outcome.verdict,
        "detail": outcome.detail,
        "condition": _part_json(condition) if condition else None,
        "problem": explained.problem,
        "approval": explained.rule.approval if outcome.verdict in ASKS else None,
        "messages": [
            {
                "to": message.recipient.name, "inPlaceOf": message.recipient.in_place_of,
                "channels": message.channels, "template": message.template,
                "locale": message.locale, "preview": message.preview, "problem": message.problem,
            }
            for message in explained.messages
        ],
    }  # fmt: skip
