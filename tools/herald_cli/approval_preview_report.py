"""Whom a configuration would ask, printed for a person and for scripts."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from herald.domain.approval.approval import Approval, State
from herald_cli.approval_preview import Asking, LeftOut, PreviewedChain, PreviewedEvent, PreviewedStep
from herald_cli.approval_words import COLOURS, amount, called, iso, person_as_json, plain, worth

BY_POLICY = "approved by policy: nobody has to be asked"
NO_RULE = "no rule asks for an approval"
SAID = {"request": "asked", "escalated": "asked as well", "reminder": "reminded"}


def print_preview(console: Console, event: PreviewedEvent) -> None:
    """Print the chains that would be asked, and why."""
    explained = event.explained
    console.print(Text.assemble((explained.type, "bold"), f" {explained.subject}  {explained.config_version}"))
    console.print(f"facts: {explained.basis}", style="dim", markup=False)
    if explained.problem:
        console.print(explained.problem, style="yellow", markup=False)
    if not event.chains and not explained.problem:
        console.print(NO_RULE)
        for rule, said in event.rules.items():
            console.print(Text(f"  {rule}: {said}"))
    for chain in event.chains:
        console.print(_tree(chain))


def preview_as_json(event: PreviewedEvent) -> dict[str, Any]:
    """Return the same for a script; times are ISO 8601 in UTC, deadlines in their person's zone too."""
    explained = event.explained
    return {
        "event": explained.event_id, "type": explained.type, "subject": explained.subject,
        "configuration": explained.config_version, "basis": explained.basis, "problem": explained.problem,
        "rules": dict(event.rules), "approvals": [_chain(chain) for chain in event.chains],
    }  # fmt: skip


def outcome(approval: Approval) -> str:
    """Return what an approval would be at once."""
    if approval.state is State.OPEN:
        return "people are asked"
    if approval.state is State.APPROVED:
        return BY_POLICY
    return f"{approval.state} at once: those who could be asked are not enough"


def _tree(chain: PreviewedChain) -> Tree:
    plan = chain.plan
    about = worth(plan.stand.order)
    tree = Tree(Text.assemble((chain.chain.title, "bold"), f" ({chain.chain.id}){f' of {about}' if about else ''}"))
    tree.add(Text(f"asked for by {', '.join(plan.matched)}"))
    requester = called(plan.requester) if plan.requester else "nobody is known, so nobody is left out"
    tree.add(Text(f"requester: {requester}"))
    tree.add(Text(outcome(chain.begun), style=COLOURS[chain.begun.state]))
    for step in sorted(chain.steps, key=lambda one: one.step.stage):
        _add_step(tree, step)
    return tree


def _add_step(tree: Tree, shown: PreviewedStep) -> None:
    step = shown.step
    if shown.planned is None:
        node = tree.add(Text(f"stage {step.stage}: {step.title} ({step.id}) is not asked", style="dim"))
    else:
        node = tree.add(Text.assemble(f"stage {step.stage}: ", (step.title, "bold"), f" ({step.id}), {_quorum(shown)}"))
    for reason in reasons(shown):
        node.add(Text(reason, style="dim"))
    for one in shown.left_out:
        node.add(Text(f"not {called(one.person)}{f' at rung {one.rung}' if one.rung else ''}, who {one.why}", "yellow"))
    if shown.alone is None:
        return
    for asking, reminded in _rows(shown.silence):
        node.add(Text(_said(asking, reminded)))
    end = shown.alone.end
    if end is not None and shown.silence:
        node.add(
            Text(f"{end.at:%Y-%m-%d %H:%M} UTC if all are silent: {shown.alone.state}", COLOURS[shown.alone.state])
        )
    elif end is not None:
        node.add(Text(f"nobody can be asked: {shown.alone.state}", COLOURS[shown.alone.state]))


def reasons(shown: PreviewedStep) -> Iterator[str]:
    """Yield why a step is asked or not, each in a line."""
    if not shown.rules and not shown.thresholds:
        yield "always asked"
    if shown.rules:
        yield f"asked if one of these matched: {', '.join(f'{rule} ({said})' for rule, said in shown.rules)}"
    for holds, why in shown.thresholds:
        yield _measured(why, holds=holds)


def _measured(why: Mapping[str, Any], *, holds: bool) -> str:
    what = f"{why['measure']} of {why['of'] or 'lines'}"
    if why["above"] is None:
        return f"{what} has no limit in {why['currency'] or 'no currency'}: who is not sure asks"
    if why["value"] is None:
        return f"{what} cannot be measured{': who is not sure asks' if holds else ', there is no such line'}"
    currency = f" {why['currency']}" if why["currency"] else ""
    return f"{what} is {amount(why['value'])}, {'' if holds else 'not '}above {amount(why['above'])}{currency}"


def _quorum(shown: PreviewedStep) -> str:
    if shown.step.quorum == "any":
        return "whoever answers first"
    needed = shown.alone.steps[0].needed if shown.alone else shown.step.quorum
    return f"all {needed}" if shown.step.quorum == "all" else f"{needed} have to approve"


def _rows(silence: Sequence[Asking]) -> list[tuple[Asking, list[datetime]]]:
    """Return who is asked, each with when they are reminded of it; a reminder with a new deadline is a row itself."""
    rows: list[tuple[Asking, list[datetime]]] = []
    for one in silence:
        own = next((row for row in reversed(rows) if row[0].person == one.person), None)
        if one.kind == "reminder" and own is not None and own[0].deadline == one.deadline:
            own[1].append(one.at)
        else:
            rows.append((one, []))
    return rows


def _said(asking: Asking, reminded: Sequence[datetime]) -> str:
    way = ", then ".join(asking.channels)
    told = f"{called(asking.person)} by {way}, until {local(asking.deadline, asking.zone)} {asking.zone}"
    again = f", reminded {', '.join(local(at, asking.zone) for at in reminded)}" if reminded else ""
    reply = "; a reply decides" if asking.reply and asking.kind != "reminder" else ""
    return f"{local(asking.at, asking.zone)} {SAID.get(asking.kind, asking.kind)}: {told}{again}{reply}"


def local(at: datetime, zone: str) -> str:
    """Return a time as somebody's clock shows it."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %m-%d %H:%M}"


def _chain(chain: PreviewedChain) -> dict[str, Any]:
    plan, end = chain.plan, chain.begun.end
    return {
        "chain": chain.chain.id, "title": chain.chain.title, "askedBy": list(plan.matched),
        "requester": person_as_json(plan.requester) if plan.requester else None,
        "total": plain(plan.stand.order.get("total")), "currency": plan.stand.order.get("currency"),
        "shown": [{"label": label, "value": plain(value)} for label, value in plan.stand.shown],
        "state": str(chain.begun.state), "by": str(end.by) if end else None, "outcome": outcome(chain.begun),
        "watchers": [person_as_json(one) for one in plan.watchers],
        "delegates": [person_as_json(one) for one in plan.delegates],
        "lastResort": [person_as_json(one) for one in plan.last_resort],
        "steps": [_step(step) for step in chain.steps],
    }  # fmt: skip


def _step(shown: PreviewedStep) -> dict[str, Any]:
    step, alone = shown.step, shown.alone
    planned = shown.planned
    return {
        "id": step.id, "title": step.title, "stage": step.stage, "asked": planned is not None,
        "why": list(reasons(shown)), "rules": [{"rule": rule, "verdict": said} for rule, said in shown.rules],
        "thresholds": [{**plain(why), "holds": holds} for holds, why in shown.thresholds],
        "quorum": step.quorum, "needed": alone.steps[0].needed if alone else None,
        "inputs": [str(part) for part in step.inputs], "timeout": str(step.timeout),
        "people": [person_as_json(one) for one in planned.people] if planned else [],
        "ladder": [[person_as_json(one) for one in level] for level in planned.ladder] if planned else [],
        "leftOut": [_left_out(one) for one in shown.left_out],
        "ifNobodyAnswers": [_asking(one) for one in shown.silence],
        "end": {"at": iso(alone.end.at), "state": str(alone.state), "by": str(alone.end.by)}
        if alone is not None and alone.end is not None
        else None,
    }  # fmt: skip


def _left_out(one: LeftOut) -> dict[str, Any]:
    return {**person_as_json(one.person), "rung": one.rung, "why": one.why}


def _asking(one: Asking) -> dict[str, Any]:
    return {
        "at": iso(one.at), "kind": one.kind, **person_as_json(one.person),
        "channels": [str(channel) for channel in one.channels],
        "deadline": iso(one.deadline), "localDeadline": iso(one.deadline.astimezone(ZoneInfo(one.zone))),
        "zone": one.zone, "replyDecides": one.reply,
    }  # fmt: skip
