"""What must hold for queues, for who reads them and for who writes to them."""

from collections.abc import Iterator
from typing import Any

from tests.infra.template import Properties, Template, as_list

QUEUE = "AWS::SQS::Queue"
MAPPING = "AWS::Lambda::EventSourceMapping"
FOURTEEN_DAYS = 1_209_600
HIDDEN_AT_MOST = 43_200
"""SQS hides no message longer."""


def dead_letter_names(template: Template) -> set[str]:
    """Queues that take what others could not deliver or process."""
    targets = {_redrive(queue).get("deadLetterTargetArn") for _, queue in template.of_type(QUEUE)}
    targets |= {_on_failure(mapping) for _, mapping in template.of_type(MAPPING)}
    targets |= {target.get("DeadLetterConfig", {}).get("Arn") for _, _, target in _rule_targets(template)}
    names = {str(target).removesuffix(".Arn") for target in targets if target}
    work = {str(mapping["EventSourceArn"]).removesuffix(".Arn") for _, mapping in _sqs_mappings(template)}
    return names - work


def work_queues_have_a_dead_letter_queue(template: Template) -> Iterator[str]:
    """Fewer than three receives sends a message away at the first hiccup."""
    for name, queue in _work_queues(template):
        redrive = _redrive(queue)
        if str(redrive.get("deadLetterTargetArn", "")).removesuffix(".Arn") not in template.resources:
            yield f"{name}: set RedrivePolicy.deadLetterTargetArn to a queue of this template"
        if int(redrive.get("maxReceiveCount", 0)) < 3:
            yield f"{name}: set RedrivePolicy.maxReceiveCount to 3 or more (100 here: retries are spaced by visibility)"


def dead_letters_are_kept_fourteen_days(template: Template) -> Iterator[str]:
    """A long weekend must not cost a message."""
    for name in sorted(dead_letter_names(template)):
        if int(template.properties(name).get("MessageRetentionPeriod", 0)) != FOURTEEN_DAYS:
            yield f"{name}: set MessageRetentionPeriod: {FOURTEEN_DAYS}"


def dead_letter_queues_match_their_kind(template: Template) -> Iterator[str]:
    """The dead-letter queue of a FIFO queue must be FIFO."""
    for name, queue in _work_queues(template):
        dead = template.properties(str(_redrive(queue).get("deadLetterTargetArn")).removesuffix(".Arn"))
        if bool(queue.get("FifoQueue")) != bool(dead.get("FifoQueue")):
            yield f"{name}: make FifoQueue the same on it and on its dead-letter queue"


def queues_are_encrypted(template: Template) -> Iterator[str]:
    """With a key of ours the bus would need a grant on it, and without that grant it loses events silently."""
    for name, queue in template.of_type(QUEUE):
        if queue.get("KmsMasterKeyId"):
            yield f"{name}: use SqsManagedSseEnabled: true, or teach this rule to check the key's grant to EventBridge"
        elif queue.get("SqsManagedSseEnabled") is not True:
            yield f"{name}: set SqsManagedSseEnabled: true"


def queues_refuse_plain_text(template: Template) -> Iterator[str]:
    """A policy of its own denies every call without TLS."""
    for name, _ in template.of_type(QUEUE):
        denials = [one for one in _queue_statements(template, name) if one["Effect"] == "Deny"]
        if not any(_is_tls_only(one, f"{name}.Arn") for one in denials):
            yield f"{name}: add a QueuePolicy that denies sqs:* where aws:SecureTransport is false"


def consumers_report_partial_failures(template: Template) -> Iterator[str]:
    """Otherwise one bad message brings its whole batch back; and reserved concurrency eats receives."""
    for name, mapping in _sqs_mappings(template):
        if mapping.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            yield f"{name}: set FunctionResponseTypes: [ReportBatchItemFailures]"
        if int(mapping.get("ScalingConfig", {}).get("MaximumConcurrency", 0)) < 2:
            yield f"{name}: set ScalingConfig.MaximumConcurrency to 2 or more"


def messages_stay_hidden_long_enough(template: Template) -> Iterator[str]:
    """AWS asks for six times the timeout, so that a throttled batch is not handed out twice."""
    for name, mapping in _sqs_mappings(template):
        queue = str(mapping["EventSourceArn"]).removesuffix(".Arn")
        timeout = int(template.properties(mapping["FunctionName"]).get("Timeout", 3))
        needed = 6 * timeout + int(mapping.get("MaximumBatchingWindowInSeconds", 0))
        hidden = int(template.properties(queue).get("VisibilityTimeout", 30))
        if hidden < needed:
            yield f"{queue}: hidden for {hidden} s, {name} needs {needed} s; raise its VisibilityTimeout's parameter"
        if hidden > HIDDEN_AT_MOST:
            yield f"{queue}: hidden for {hidden} s; SQS takes {HIDDEN_AT_MOST} s at most"


def dead_letter_queues_have_alarms(template: Template) -> Iterator[str]:
    """A dead letter nobody is told about is a lost message."""
    for name in sorted(dead_letter_names(template)):
        if not _alarmed(template, f"{name}.QueueName", "ApproximateNumberOfMessagesVisible", at_most=0):
            yield f"{name}: add an alarm on ApproximateNumberOfMessagesVisible > 0 with AlarmActions: [!Ref AlarmTopic]"


def work_queues_have_age_alarms(template: Template) -> Iterator[str]:
    """A queue that is not worked off is told before its messages expire."""
    for name, queue in _work_queues(template):
        retention = int(queue.get("MessageRetentionPeriod", 345_600))
        if not _alarmed(template, f"{name}.QueueName", "ApproximateAgeOfOldestMessage", at_most=retention // 2):
            yield f"{name}: add an alarm on ApproximateAgeOfOldestMessage with AlarmActions: [!Ref AlarmTopic]"


def bus_rules_write_to_queues(template: Template) -> Iterator[str]:
    """Rule to queue only, and what cannot be delivered goes to a dead-letter queue of ours, which is alarmed."""
    dead = dead_letter_names(template)
    for rule, number, target in _rule_targets(template):
        where = f"{rule} target {number}"
        queue = str(target.get("Arn", "")).removesuffix(".Arn")
        parked = str(target.get("DeadLetterConfig", {}).get("Arn", "")).removesuffix(".Arn")
        if template.resources.get(queue, {}).get("Type") != QUEUE:
            yield f"{where}: let it write to a queue of this template, not to {queue}"
        if parked not in dead or template.resources.get(parked, {}).get("Type") != QUEUE:
            yield f"{where}: set DeadLetterConfig.Arn to a dead-letter queue of this template"
        for one in (queue, parked):
            if not any(_lets_rule_send(statement, f"{rule}.Arn") for statement in _queue_statements(template, one)):
                yield f"{where}: allow events.amazonaws.com sqs:SendMessage on {one} where aws:SourceArn is {rule}.Arn"


def bus_rules_part_the_events(template: Template) -> Iterator[str]:
    """Every event has one consumer: what one rule names, the rule for all the others must leave out, and no more."""
    rules = list(template.of_type("AWS::Events::Rule"))
    kinds = {name: rule.get("EventPattern", {}).get("detail-type", []) for name, rule in rules}
    named = {one for told in kinds.values() for one in told if isinstance(one, str)}
    rests = {name: one["anything-but"] for name, told in kinds.items() for one in told if isinstance(one, dict)}
    for name, left_out in rests.items():
        for one in sorted(named ^ set(as_list(left_out))):
            yield f"{name}: {one} reaches {'two queues' if one in named else 'no queue'}; mend anything-but"
    if len(rests) != 1:
        yield f"let one rule take what the others leave, not {sorted(rests)}"


def stream_mappings_lose_nothing(template: Template) -> Iterator[str]:
    """A batch that fails is halved, retried a bounded number of times, then reported."""
    dead = dead_letter_names(template)
    for name, mapping in template.of_type(MAPPING):
        if not str(mapping["EventSourceArn"]).endswith(".StreamArn"):
            continue
        if mapping.get("BisectBatchOnFunctionError") is not True:
            yield f"{name}: set BisectBatchOnFunctionError: true"
        for bound in ("MaximumRetryAttempts", "MaximumRecordAgeInSeconds"):
            if int(mapping.get(bound, -1)) < 1:
                yield f"{name}: bound {bound}; unbounded, one bad record stops its shard for a day"
        if str(_on_failure(mapping)).removesuffix(".Arn") not in dead:
            yield f"{name}: set DestinationConfig.OnFailure.Destination to a dead-letter queue of this template"
        if not mapping.get("FilterCriteria", {}).get("Filters"):
            yield f"{name}: set FilterCriteria, so that updates and deletions call nobody"


def _redrive(queue: Properties) -> dict[str, Any]:
    found: dict[str, Any] = queue.get("RedrivePolicy", {})
    return found


def _on_failure(mapping: Properties) -> Any:
    return mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")


def _work_queues(template: Template) -> Iterator[tuple[str, Properties]]:
    dead = dead_letter_names(template)
    return ((name, queue) for name, queue in template.of_type(QUEUE) if name not in dead)


def _sqs_mappings(template: Template) -> Iterator[tuple[str, Properties]]:
    for name, mapping in template.of_type(MAPPING):
        source = str(mapping["EventSourceArn"]).removesuffix(".Arn")
        if template.resources.get(source, {}).get("Type") == QUEUE:
            yield name, mapping


def _rule_targets(template: Template) -> Iterator[tuple[str, int, dict[str, Any]]]:
    for name, rule in template.of_type("AWS::Events::Rule"):
        for number, target in enumerate(rule.get("Targets", []), 1):
            yield name, number, target


def _queue_statements(template: Template, queue: str) -> list[dict[str, Any]]:
    return [
        statement
        for _, policy in template.of_type("AWS::SQS::QueuePolicy")
        if queue in policy["Queues"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def _is_tls_only(statement: dict[str, Any], arn: str) -> bool:
    condition = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
    whole = statement.get("Principal") == "*" and statement.get("Action") == "sqs:*"
    return whole and str(condition).lower() == "false" and arn in as_list(statement["Resource"])


def _lets_rule_send(statement: dict[str, Any], rule_arn: str) -> bool:
    bus = statement["Effect"] == "Allow" and statement.get("Principal") == {"Service": "events.amazonaws.com"}
    source = statement.get("Condition", {}).get("ArnEquals", {}).get("aws:SourceArn")
    return bus and "sqs:SendMessage" in as_list(statement["Action"]) and rule_arn in as_list(source)


def _alarmed(template: Template, queue_name: str, metric: str, *, at_most: int) -> bool:
    return any(
        alarm.get("MetricName") == metric
        and {"Name": "QueueName", "Value": queue_name} in alarm.get("Dimensions", [])
        and "AlarmTopic" in alarm.get("AlarmActions", [])
        and alarm.get("ComparisonOperator") == "GreaterThanThreshold"
        and float(alarm.get("Threshold", "inf")) <= at_most
        for _, alarm in template.of_type("AWS::CloudWatch::Alarm")
    )


RULES = [
    work_queues_have_a_dead_letter_queue,
    dead_letters_are_kept_fourteen_days,
    dead_letter_queues_match_their_kind,
    queues_are_encrypted,
    queues_refuse_plain_text,
    consumers_report_partial_failures,
    messages_stay_hidden_long_enough,
    dead_letter_queues_have_alarms,
    work_queues_have_age_alarms,
    bus_rules_write_to_queues,
    bus_rules_part_the_events,
    stream_mappings_lose_nothing,
]
