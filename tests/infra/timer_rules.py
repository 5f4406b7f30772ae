"""What must hold for schedules that a function makes while it runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.infra.access_rules import statements
from tests.infra.schedule_rules import GROUP, trusts
from tests.infra.template import Template, as_list, schedules_in

MAKE, PASS = "scheduler:CreateSchedule", "iam:PassRole"
TO_SCHEDULER = {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}


@dataclass(frozen=True)
class Told:
    """What the maker of schedules is told: the variables, by which of the places they name."""

    group: str
    role: str
    queue_url: str
    queue_arn: str
    dead_letters: str


APPROVALS = Told(
    "HERALD_APPROVAL_SCHEDULES", "HERALD_APPROVAL_SCHEDULES_ROLE_ARN",
    "HERALD_APPROVAL_TIMER_QUEUE_URL", "HERALD_APPROVAL_TIMER_QUEUE_ARN", "HERALD_APPROVAL_TIMER_DLQ_ARN",
)  # fmt: skip
HOLDS = Told(
    "HERALD_HOLD_SCHEDULES", "HERALD_HOLD_SCHEDULES_ROLE_ARN",
    "HERALD_QUEUE_URL", "HERALD_QUEUE_ARN", "HERALD_DLQ_ARN",
)  # fmt: skip
VARIABLES = {"ApprovalSchedules": APPROVALS, "HoldSchedules": HOLDS}


def functions_make_schedules_and_no_more(template: Template) -> Iterator[str]:
    """They make them in a group of this template; none is changed or deleted: each goes by itself once it has rung."""
    allowed = {schedules_in(name) for name, _ in template.of_type(GROUP)}
    for name, statement in _allowing(template):
        for action in as_list(statement["Action"]):
            if action.startswith("scheduler:") and action != MAKE:
                yield f"{name} {statement.get('Sid')}: take {action} away"
        if MAKE in as_list(statement["Action"]):
            for place in sorted(set(map(str, as_list(statement["Resource"]))) - allowed):
                yield f"{name} {statement.get('Sid')}: allow {MAKE} on the schedules of one group, not on {place}"


def roles_are_passed_to_scheduler_only(template: Template) -> Iterator[str]:
    """Whoever may pass a role may let others act as it: so only that of the group, and only to Scheduler."""
    for name, statement in _allowing(template):
        for action in as_list(statement["Action"]):
            if action.startswith("iam:") and action != PASS:
                yield f"{name} {statement.get('Sid')}: take {action} away"
        if PASS not in as_list(statement["Action"]):
            continue
        if statement.get("Condition") != TO_SCHEDULER:
            yield f"{name} {statement.get('Sid')}: limit {PASS} by iam:PassedToService to scheduler.amazonaws.com"
        roles = {f"{role}.Arn" for group in _groups_made_in(template, name) for role in _roles_of(template, group)}
        for place in sorted(set(map(str, as_list(statement["Resource"]))) ^ roles):
            yield f"{name} {statement.get('Sid')}: pass the role of the group it makes schedules in, not {place}"


def timers_ring_where_their_role_may_write(template: Template) -> Iterator[str]:
    """A group, a queue or a role that do not belong together are found out when the first time has come, by nobody."""
    for name, function in template.of_type("AWS::Lambda::Function"):
        maker = str(function.get("Role", "")).removesuffix(".Arn")
        told = function.get("Environment", {}).get("Variables", {})
        for group in _groups_made_in(template, maker):
            for role in _roles_of(template, group):
                names = VARIABLES[group]
                right = {names.group: group, names.role: f"{role}.Arn", **_places(template, role, names)}
                for variable, value in right.items():
                    if told.get(variable) != value:
                        yield f"{name}: set {variable} to {value}"
        for names in VARIABLES.values():
            if names.group in told and not _groups_made_in(template, maker):
                yield f"{name}: {maker} needs {MAKE} on the schedules of {told[names.group]}"
            if names.role in told and (PASS, told[names.role]) not in _rights(template, maker):
                yield f"{name}: {maker} needs {PASS} on {told[names.role]}"


def _allowing(template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((name, one) for name, one in statements(template) if one["Effect"] == "Allow")


def _rights(template: Template, role: str) -> set[tuple[str, str]]:
    return {
        (action, str(place))
        for name, one in _allowing(template)
        if name == role
        for action in as_list(one["Action"])
        for place in as_list(one["Resource"])
    }


def _groups_made_in(template: Template, role: str) -> list[str]:
    rights = _rights(template, role)
    return [name for name, _ in template.of_type(GROUP) if (MAKE, schedules_in(name)) in rights]


def _roles_of(template: Template, group: str) -> list[str]:
    return [name for name, role in template.of_type("AWS::IAM::Role") if trusts(role, f"{group}.Arn")]


def _places(template: Template, role: str, names: Told) -> dict[str, str]:
    """Where a role may write: a work queue and the dead-letter queue of that."""
    written = {place.removesuffix(".Arn") for action, place in _rights(template, role) if action == "sqs:SendMessage"}
    dead = {name: template.properties(name).get("RedrivePolicy", {}).get("deadLetterTargetArn") for name in written}
    found = next(((name, target) for name, target in dead.items() if target), None)
    if found is None:
        return {}
    queue, dead_letters = found
    return {names.queue_url: queue, names.queue_arn: f"{queue}.Arn", names.dead_letters: dead_letters}


RULES = [
    functions_make_schedules_and_no_more,
    roles_are_passed_to_scheduler_only,
    timers_ring_where_their_role_may_write,
]
