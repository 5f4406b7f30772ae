"""Why somebody was told, or not: the answer, and the chain between the event and the person, printed. Times are UTC."""

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from herald.domain.decision import Skip, Verdict
from herald.usecases.why import RuleSaid, Why
from herald.usecases.why_approvals import Asked, Part
from herald.usecases.why_messages import ChannelTried, Message
from herald_cli.approval_story_report import CLOSED
from herald_cli.scan_words import moment
from herald_cli.timeline import masked_recipient
from herald_cli.why_answer import Sentence, Standing, answers, for_whom, told
from herald_cli.why_words import CHANNELS, because, chosen, listed, listed_names, members

COLOURS = {Standing.TOLD: "green", Standing.PERHAPS: "yellow", Standing.NOT_YET: "yellow", Standing.NOT_TOLD: "red"}
VERDICTS = {Verdict.MATCHED: "green", Verdict.NOT_MATCHED: "dim", Verdict.ERROR: "red"}


def print_why(console: Console, why: Why) -> None:
    """Print the answer first, then the chain."""
    for answer in answers(why):
        console.print(_sentence(answer), soft_wrap=True)
    console.print()
    for branch in (_event(why), _rules(why), _messages(why), _approvals(why), _person(why)):
        if branch.children:
            console.print(branch)
    if why.trace.broken_at is not None:
        console.print(f"[bold red]The audit chain is broken at entry {why.trace.broken_at}.[/]")


def event_lines(why: Why) -> Iterator[str]:
    """Yield what is known of the event as a whole, and of the decision."""
    event, decision = why.trace.event, why.trace.decision
    yield f"received {moment(event.received_at)}, {event.origin}, {event.trust}"
    if decision is not None:
        yield f"decided {moment(decision.decided_at)} by {decision.config_version or 'no configuration'}"
    if why.missing:
        yield f"the audiences cannot be looked up: {why.missing}"
    for skip in why.skips:
        yield _skipped(skip)


def rule_lines(rule: RuleSaid) -> Iterator[str]:
    """Yield why a rule said what it said, and where the person stands to its audience."""
    yield f"because of {rule.detail}" if rule.detail else "without a reason"
    stands = rule.membership
    if stands is not None:
        yield f"audience {stands.audience}: {chosen(stands)}; that is {members(stands)}"
        if stands.entry is not None:
            ways = listed(CHANNELS[one] for one in rule.reachable) or "no channel of the rule"
            yield f"they are in it, by {ways}"
            if rule.stands_in is not None:
                yield f"they were absent then, and {rule.stands_in.name} stood in for them"
        else:
            yield for_whom(stands) if stands.elsewhere else "they are not in it"
    if rule.approval:
        yield f"asks for the approval {rule.approval}"
    for skip in rule.skips:
        yield _skipped(skip)


def message_lines(tried: ChannelTried) -> Iterator[str]:
    """Yield what happened on a channel, one after the other, and what it waits for."""
    for step in tried.steps:
        reason = f": {because(step.reason, step.detail)}" if step.reason else ""
        said = f"; OpenText said: {step.said}" if step.said else ""
        yield f"{moment(step.at)} {step.what.replace('_', ' ')}{reason}{said}"
    delivery = tried.delivery
    if delivery is not None and delivery.due_at is not None:
        yield f"waits until {moment(delivery.due_at)}"


def channel_stands(tried: ChannelTried) -> str:
    """Return where a channel stands."""
    if tried.delivery is None:
        return f"{CHANNELS[tried.channel]}: not begun"
    delivery = tried.delivery
    job = f", job {delivery.job_id}" if delivery.job_id else ""
    reason = f", {because(delivery.reason, delivery.detail)}" if delivery.reason else ""
    return f"{CHANNELS[tried.channel]}: {delivery.state}{reason}{job}"


def approval_lines(asked: Asked) -> Iterator[str]:
    """Yield the questions that were put to the person, what they said, and what else they are in it."""
    for ticket in asked.tickets:
        reminded = f", reminded {ticket.reminded} times" if ticket.reminded else ""
        closed = CLOSED[ticket.closed] if ticket.closed else "waited for"
        asked_at = f"asked {moment(ticket.asked_at)} at step {ticket.step} ({ticket.kind})"
        yield f"{asked_at}, due {moment(ticket.due)}{reminded}: {closed}"
    for answer in asked.answers:
        counts = "" if answer.counted and not answer.void else ", which does not count"
        yield f"said {answer.verdict} {moment(answer.at)} by {answer.channel}{counts}"
    for part in asked.parts:
        yield _part(part)


def _event(why: Why) -> Tree:
    event = why.trace.event
    tree = Tree(Text.assemble((event.id, "bold"), f"  {event.type}  {event.subject}"))
    for line in event_lines(why):
        tree.add(Text(line))
    return tree


def _rules(why: Why) -> Tree:
    tree = Tree(Text("Rules that listen", style="italic"))
    for rule in why.rules:
        node = tree.add(Text.assemble((str(rule.verdict), VERDICTS[rule.verdict]), f" {rule.rule_id}"))
        for line in rule_lines(rule):
            node.add(Text(line))
    return tree


def _messages(why: Why) -> Tree:
    tree = Tree(Text(f"Messages to {why.person.name}", style="italic"))
    for message in why.messages:
        _add_message(tree, message)
    return tree


def _add_message(tree: Tree, message: Message) -> None:
    notification = message.notification
    others = notification.recipient.in_place_of
    instead = f" in place of {listed_names(others)}" if others else ""
    node = tree.add(Text(f"{notification.id}, {notification.rule_id} to {masked_recipient(notification)}{instead}"))
    node.add(_sentence(told(message)))
    for tried in message.channels:
        branch = node.add(Text(channel_stands(tried)))
        for line in message_lines(tried):
            branch.add(Text(line))
    if message.digest is not None:
        _add_message(node.add(Text("told within a digest")), message.digest)


def _approvals(why: Why) -> Tree:
    tree = Tree(Text("Approvals of it", style="italic"))
    for asked in why.approvals:
        approval = asked.approval
        node = tree.add(Text(f"{approval.id} {approval.title}: {approval.state}, round {approval.round}"))
        for line in approval_lines(asked):
            node.add(Text(line))
    return tree


def _person(why: Why) -> Tree:
    tree = Tree(Text(why.person.name, style="italic"))
    for stopped in why.stopped:
        said = f"said stop to {CHANNELS[stopped.channel]} {moment(stopped.at)} ({stopped.event_id})"
        tree.add(Text(said, style="yellow"))
    if why.elsewhere:
        tree.add(Text(f"is in audiences that no rule tells of such events: {listed_names(why.elsewhere)}"))
    return tree


def _part(part: Part) -> str:
    if part.step is None:
        return f"is its {part.role}"
    rung = f"rung {part.rung} of " if part.rung else ""
    return f"is asked at {rung}step {part.step.id}, which is {'not there yet' if part.rung else part.step.state}"


def _skipped(skip: Skip) -> str:
    return f"{skip.what} skipped: {because(skip.reason, skip.detail)}"


def _sentence(answer: Sentence) -> Text:
    return Text(str(answer), style=f"bold {COLOURS[answer.standing]}")
