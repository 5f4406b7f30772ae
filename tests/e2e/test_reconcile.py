"""What no webhook told, found by the deployed sweeps, asked for by the operator's command."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from tests.e2e.whole_stack import WholeStack, wait_until

from herald.domain.delivery import Delivery, DeliveryState
from herald.domain.rfc3339 import spell_timestamp

pytestmark = pytest.mark.e2e

CART = [{"configurationId": "none", "count": 1, "metadata": {"price": "100.00", "sku": "A", "title": "A chair"}}]


def untold_order(stack: WholeStack) -> str:
    """Let a storefront make an order while Threekit's webhooks are switched off; return its id."""
    stack.house.threekit.push.silent = True
    try:
        metadata = {"currency": "EUR", "region": "EMEA"}
        return str(stack.house.threekit.add_order(status="New", cart=CART, metadata=metadata)["id"])
    finally:
        stack.house.threekit.push.silent = False


def sweep(stack: WholeStack, *names: str) -> None:
    ended = stack.command("reconcile", *names, "--local")
    assert ended.returncode == 0, ended.stderr


def no_watermark(stack: WholeStack) -> str:
    """Ask for a sweep of orders until one has set the watermark: only what comes after that is looked for."""
    status = json.loads(stack.command("status", "--local", "--json").stdout)
    if any(one["name"] == "orders" and one["seenUntil"] for one in status["sweeps"]):
        return ""
    sweep(stack, "orders")
    return "no sweep of orders has set a watermark"


def deliveries_of(stack: WholeStack, event_id: str) -> list[Delivery]:
    trace = stack.trace(event_id)
    return [one for record in trace.notifications for one in record.deliveries] if trace else []


def not_all(stack: WholeStack, event_id: str, state: DeliveryState) -> str:
    states = [one.state for one in deliveries_of(stack, event_id)]
    return "" if states and set(states) == {state} else f"deliveries are {states}, not {state}"


def test_an_order_no_webhook_told_of_is_found_once(stack: WholeStack) -> None:
    wait_until(lambda: no_watermark(stack))
    order_id = untold_order(stack)

    def not_told() -> str:
        if stack.written_back(order_id):
            return ""
        sweep(stack, "orders")
        return "nothing is noted on the order"

    wait_until(not_told)
    wait_until(stack.at_rest)
    notes = stack.written_back(order_id)
    assert {note["rule"] for note in notes.values()} == {"approval.request"}
    late = stack.tell_of(order_id)
    assert late.status in (200, 202)
    wait_until(stack.at_rest)
    assert set(stack.written_back(order_id)) == set(notes)
    references = {f"{notification}.email" for notification in notes}
    submits = [one for one in stack.house.opentext.submits if set(one.refs) & references]
    assert [one.arrivals for one in submits] == [1] * len(notes)


def test_a_delivery_of_which_no_webhook_told_is_settled_by_asking(stack: WholeStack) -> None:
    stack.house.opentext.push.silent = True
    try:
        event_id = stack.tell_of(stack.new_order()).body["id"]
        wait_until(lambda: not_all(stack, event_id, DeliveryState.SUBMITTED))
        # Five minutes go by.
        due = spell_timestamp(datetime.now(UTC) - timedelta(seconds=1))
        for one in deliveries_of(stack, event_id):
            stack.client("dynamodb").update_item(
                TableName=stack.house.stack.outputs.ledger_table_name,
                Key={"pk": {"S": one.notification_id}, "sk": {"S": f"delivery#{one.channel}"}},
                UpdateExpression="SET look_at = :due",
                ExpressionAttributeValues={":due": {"S": due}},
            )
        jobs = stack.house.opentext.jobs
        wait_until(
            lambda: "" if all(jobs[str(one.job_id)].finished for one in deliveries_of(stack, event_id)) else "jobs"
        )

        def not_settled() -> str:
            # The index that a sweep goes by may lag behind what was just put into the past.
            sweep(stack, "deliveries")
            return not_all(stack, event_id, DeliveryState.SENT)

        wait_until(not_settled)
    finally:
        stack.house.opentext.push.silent = False


def test_the_status_shows_how_the_house_stands(stack: WholeStack) -> None:
    shown = stack.command("status", "--local").stdout
    for word in ("orders", "jobs", "gate", "/threekit/orders"):
        assert word in shown.lower()
