"""A bad message in a batch of ten harms none of the nine, and ends where an alarm looks, with its reason."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.e2e.whole_stack import WholeStack, wait_until

from simulators.threekit.seed import ids

pytestmark = pytest.mark.e2e

POISON = "{not json"
METRIC = {"Namespace": "AWS/SQS", "MetricName": "ApproximateNumberOfMessagesVisible"}


@contextmanager
def held(stack: WholeStack, function: str) -> Iterator[None]:
    """Keep a function from its queue for the length of the block, so that a whole batch gathers there."""
    functions = stack.client("lambda")
    (mapping,) = functions.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    try:
        yield
    finally:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


@pytest.fixture(scope="module")
def events(stack: WholeStack) -> Iterator[list[str]]:
    """Nine events that were handed to the rules in one batch with a poison message."""
    outputs = stack.house.stack.outputs
    with held(stack, outputs.rule_evaluation_function_name):
        orders = [stack.new_order(ids.ORDER_LYON_TABLE_NEW, region="AMER") for _ in range(9)]
        told = [str(stack.tell_of(order).body["id"]) for order in orders]
        stack.client("sqs").send_message(QueueUrl=outputs.evaluation_queue_url, MessageBody=POISON)
        wait_until(lambda: _other_than_ten(stack, outputs.evaluation_queue_url))
    yield told
    stack.client("sqs").purge_queue(QueueUrl=outputs.evaluation_dead_letter_queue_url)


@pytest.fixture(scope="module")
def parked(stack: WholeStack, events: list[str]) -> dict[str, Any]:
    """The message in the dead-letter queue; it stays there."""
    url = stack.house.stack.outputs.evaluation_dead_letter_queue_url
    wait_until(lambda: "" if stack.waiting_in(url) == 1 else f"{stack.waiting_in(url)} messages are parked")
    answer = stack.client("sqs").receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=0
    )
    (message,) = answer["Messages"]
    return dict(message)


def test_nine_of_the_ten_are_told(stack: WholeStack, events: list[str]) -> None:
    wait_until(lambda: ", ".join(event for event in events if not _is_sent(stack, event)))
    assert stack.waiting_in(stack.house.stack.outputs.evaluation_queue_url) == 0


def test_they_were_one_batch(stack: WholeStack, events: list[str], parked: dict[str, Any]) -> None:
    log = stack.house.stack.log_file
    function = stack.house.stack.outputs.rule_evaluation_function_name
    wait_until(
        lambda: "" if f"{function} processed 10 SQS messages" in log.read_text(errors="replace") else "no batch of ten"
    )


def test_the_tenth_is_parked_with_its_reason(parked: dict[str, Any]) -> None:
    assert parked["Body"] == POISON
    assert parked["MessageAttributes"]["reason"]["StringValue"] == "malformed_message"
    assert "JSON" in parked["MessageAttributes"]["detail"]["StringValue"]


def test_the_alarm_sees_it_and_tells_somebody(stack: WholeStack, parked: dict[str, Any]) -> None:
    outputs, sqs, watch = stack.house.stack.outputs, stack.client("sqs"), stack.client("cloudwatch")
    url = outputs.evaluation_dead_letter_queue_url
    name = url.rsplit("/", 1)[1]
    (alarm,) = [found for found in _alarms(stack) if found["Dimensions"] == [{"Name": "QueueName", "Value": name}]]
    assert {key: alarm[key] for key in METRIC} == METRIC
    assert alarm["ActionsEnabled"]
    assert alarm["AlarmActions"] == [outputs.alarm_topic_arn]
    listener = sqs.create_queue(QueueName="e2e-alarm-listener")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=listener, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    stack.client("sns").subscribe(TopicArn=outputs.alarm_topic_arn, Protocol="sqs", Endpoint=arn)
    # The emulator has no metrics of SQS, so the queue's count is put where AWS puts it
    watch.put_metric_data(
        Namespace=METRIC["Namespace"],
        MetricData=[
            {"MetricName": METRIC["MetricName"], "Dimensions": alarm["Dimensions"], "Value": stack.waiting_in(url)}
        ],
    )
    told: dict[str, str] = {}

    def not_yet() -> str:
        for message in sqs.receive_message(QueueUrl=listener, MaxNumberOfMessages=10).get("Messages", []):
            change = json.loads(json.loads(message["Body"])["Message"])
            told[change["AlarmName"]] = change["NewStateValue"]
        return "" if alarm["AlarmName"] in told else f"told of {sorted(told)} only"

    wait_until(not_yet)
    assert told[alarm["AlarmName"]] == "ALARM"
    sqs.delete_queue(QueueUrl=listener)


def _alarms(stack: WholeStack) -> list[dict[str, Any]]:
    pages = stack.client("cloudwatch").get_paginator("describe_alarms").paginate()
    return [alarm for page in pages for alarm in page["MetricAlarms"]]


def _other_than_ten(stack: WholeStack, url: str) -> str:
    waiting = stack.waiting_in(url)
    return "" if waiting == 10 else f"{waiting} messages wait, not 10"


def _is_sent(stack: WholeStack, event_id: str) -> bool:
    trace = stack.trace(event_id)
    deliveries = [one for record in trace.notifications for one in record.deliveries] if trace else []
    return [str(one.state) for one in deliveries] == ["SENT"]
