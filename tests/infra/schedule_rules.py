"""What must hold for what happens by the clock."""

import json
import re
from collections.abc import Iterator

from tests.infra.queue_rules import QUEUE, dead_letter_names
from tests.infra.template import Properties, Template, as_list

SCHEDULE = "AWS::Scheduler::Schedule"
GROUP = "AWS::Scheduler::ScheduleGroup"
SCHEDULER = {"Service": "scheduler.amazonaws.com"}
SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}


def schedules_have_a_dead_letter_queue(template: Template) -> Iterator[str]:
    """A schedule whose target refuses is otherwise dropped."""
    dead = dead_letter_names(template)
    for name, schedule in template.of_type(SCHEDULE):
        parked = str(schedule.get("Target", {}).get("DeadLetterConfig", {}).get("Arn", "")).removesuffix(".Arn")
        if parked not in dead:
            yield f"{name}: set Target.DeadLetterConfig.Arn to a dead-letter queue of this template"


def schedules_write_to_queues(template: Template) -> Iterator[str]:
    """Then what they ask for is retried, and parked if need be, as everything else is."""
    work = {name for name, _ in template.of_type(QUEUE)} - dead_letter_names(template)
    for name, schedule in template.of_type(SCHEDULE):
        queue = str(schedule.get("Target", {}).get("Arn", "")).removesuffix(".Arn")
        if queue not in work:
            yield f"{name}: let it write to a queue of this template that a function reads, not to {queue}"


def each_schedule_asks_for_a_sweep_of_its_own(template: Template) -> Iterator[str]:
    """What says no sweep is parked by its consumer; without Input, Scheduler sends a text of its own."""
    asked: set[str] = set()
    for name, schedule in template.of_type(SCHEDULE):
        given = str(schedule.get("Target", {}).get("Input", ""))
        if re.fullmatch(r'\{"sweep": "[a-z]+"\}', given) is None:
            yield f'{name}: set Target.Input to {{"sweep": "..."}}'
            continue
        sweep = json.loads(given)["sweep"]
        if sweep in asked:
            yield f"{name}: another schedule asks for {sweep} already"
        asked.add(sweep)


def schedules_act_through_a_role_that_only_sends(template: Template) -> Iterator[str]:
    """The role may write where its schedules write and nothing else, and only their group may take it on."""
    for role, schedules in _schedules_by_role(template).items():
        document = template.properties(role)
        allowed = {
            (action, resource)
            for policy in document.get("Policies", [])
            for one in policy["PolicyDocument"]["Statement"]
            for action in as_list(one["Action"])
            for resource in as_list(one["Resource"])
        }
        targets = [schedule.get("Target", {}) for schedule in schedules]
        places = {target.get("Arn") for target in targets}
        places |= {target.get("DeadLetterConfig", {}).get("Arn") for target in targets}
        needed = {("sqs:SendMessage", place) for place in places}
        for action, resource in sorted(needed - allowed, key=str):
            yield f"{role}: its schedules need {action} on {resource}"
        for action, resource in sorted(allowed - needed, key=str):
            yield f"{role}: take {action} on {resource} away; its schedules write to {sorted(places, key=str)} only"
        groups = {f"{schedule.get('GroupName')}.Arn" for schedule in schedules}
        for one in document.get("AssumeRolePolicyDocument", {}).get("Statement", [{}]):
            condition = one.get("Condition", {})
            if one.get("Principal") != SCHEDULER:
                yield f"{role}: let only scheduler.amazonaws.com take it on"
            if condition.get("StringEquals", {}).get("aws:SourceAccount") != "AWS::AccountId":
                yield f"{role}: limit who takes it on by aws:SourceAccount"
            if set(as_list(condition.get("ArnEquals", {}).get("aws:SourceArn"))) != groups:
                yield f"{role}: limit who takes it on to {sorted(groups)} by aws:SourceArn (Scheduler names the group)"


def groups_have_a_role_for_one_queue(template: Template) -> Iterator[str]:
    """Also where its schedules are made later: what they may do is said here, and it is to fill one work queue."""
    for name, _ in template.of_type(GROUP):
        roles = [role for role, document in template.of_type("AWS::IAM::Role") if trusts(document, f"{name}.Arn")]
        if len(roles) != 1:
            yield f"{name}: write one role that scheduler.amazonaws.com may take on for {name}.Arn and this account"
        for role in roles:
            allowed = {
                (action, str(resource).removesuffix(".Arn"))
                for policy in template.properties(role).get("Policies", [])
                for one in policy["PolicyDocument"]["Statement"]
                for action in as_list(one["Action"])
                for resource in as_list(one["Resource"])
            }
            if allowed not in _fillings(template):
                yield f"{role}: allow sqs:SendMessage on one work queue and its dead-letter queue, and nothing else"
            for _, queue in sorted(allowed):
                if not _lets_group_send(template, queue, f"{name}.Arn"):
                    yield f"{queue}: allow scheduler.amazonaws.com sqs:SendMessage where aws:SourceArn is {name}.Arn"


def schedules_have_a_heartbeat(template: Template) -> Iterator[str]:
    """Where nothing runs by the clock nothing fails either, so the silence itself must be told."""
    patience = [
        int(alarm["Period"])
        for _, alarm in template.of_type("AWS::CloudWatch::Alarm")
        if alarm.get("ComparisonOperator") == "LessThanThreshold"
        and alarm.get("TreatMissingData") == "breaching"
        and "AlarmTopic" in alarm.get("AlarmActions", [])
    ]
    for name, schedule in template.of_type(SCHEDULE):
        if not patience:
            yield f"{name}: add an alarm LessThanThreshold with TreatMissingData: breaching on what it should achieve"
        elif _seconds_between(str(schedule.get("ScheduleExpression"))) > min(patience):
            yield f"{name}: runs less often than a period of the heartbeat's alarm; raise that Period"


def trusts(role: Properties, group_arn: str) -> bool:
    """Whether Scheduler may take a role on for the schedules of a group."""
    return any(
        one.get("Principal") == SCHEDULER and _is_for(one, group_arn)
        for one in role.get("AssumeRolePolicyDocument", {}).get("Statement", [])
    )


def _is_for(statement: Properties, group_arn: str) -> bool:
    condition = statement.get("Condition", {})
    account = condition.get("StringEquals", {}).get("aws:SourceAccount")
    source = condition.get("ArnEquals", {}).get("aws:SourceArn")
    return (account, source) == ("AWS::AccountId", group_arn)


def _fillings(template: Template) -> list[set[tuple[str, str]]]:
    """For each work queue the rights that fill it."""
    dead = {name: queue.get("RedrivePolicy", {}).get("deadLetterTargetArn") for name, queue in template.of_type(QUEUE)}
    return [
        {("sqs:SendMessage", name), ("sqs:SendMessage", str(target).removesuffix(".Arn"))}
        for name, target in dead.items()
        if target
    ]


def _lets_group_send(template: Template, queue: str, group_arn: str) -> bool:
    return any(
        one["Effect"] == "Allow"
        and one.get("Principal") == SCHEDULER
        and "sqs:SendMessage" in as_list(one["Action"])
        and f"{queue}.Arn" in as_list(one["Resource"])
        and _is_for(one, group_arn)
        for _, policy in template.of_type("AWS::SQS::QueuePolicy")
        if queue in policy["Queues"]
        for one in policy["PolicyDocument"]["Statement"]
    )


def _schedules_by_role(template: Template) -> dict[str, list[Properties]]:
    found: dict[str, list[Properties]] = {}
    for _, schedule in template.of_type(SCHEDULE):
        role = str(schedule.get("Target", {}).get("RoleArn", "no role")).removesuffix(".Arn")
        found.setdefault(role, []).append(schedule)
    return found


def _seconds_between(expression: str) -> float:
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    return int(rate[1]) * SECONDS[rate[2]] if rate else float("inf")


RULES = [
    schedules_have_a_dead_letter_queue,
    schedules_write_to_queues,
    each_schedule_asks_for_a_sweep_of_its_own,
    schedules_act_through_a_role_that_only_sends,
    groups_have_a_role_for_one_queue,
    schedules_have_a_heartbeat,
]
