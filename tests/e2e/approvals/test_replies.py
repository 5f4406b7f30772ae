"""Decisions by SMS beside the page: the first counts, and who comes second is told so."""

import pytest
from playwright.sync_api import Browser
from tests.e2e.approvals.asked import INES_PHONE, LUC, ask
from tests.e2e.approvals.browsing import press, reading
from tests.e2e.whole_stack import WholeStack, wait_until

from herald.domain.approval.approval import State
from simulators.threekit.seed import ids

pytestmark = pytest.mark.e2e


def test_a_code_by_sms_approves(stack: WholeStack) -> None:
    request = ask(stack, ids.ORDER_LYON_TABLE_NEW)
    code = request.code(INES_PHONE)
    stack.house.opentext.reply("sms", INES_PHONE, f"approve {code.lower()}")
    approval = request.wait(lambda it: it.state is State.APPROVED, "approved")
    assert [one.channel for one in approval.answers] == ["sms"]
    wait_until(lambda: "" if request.noted().get("state") == "approved" else f"noted is {request.noted()}")


def test_who_comes_second_by_another_way_is_told_that_it_does_not_count(stack: WholeStack, browser: Browser) -> None:
    request = ask(stack, ids.ORDER_LYON_TABLE_NEW)
    code = request.code(INES_PHONE)
    with reading(browser) as page:
        page.goto(request.link(LUC))
        assert press(page, "reject", reason="Plus de stock") == 200
    told = len(request.messages(INES_PHONE))
    stack.house.opentext.reply("sms", INES_PHONE, f"APPROVE {code}")
    approval = request.wait(lambda it: len(it.answers) == 2, "answered twice")
    assert approval.state is State.REJECTED
    assert [(str(one.verdict), one.counted) for one in approval.answers] == [("reject", True), ("approve", False)]
    wait_until(lambda: "" if len(request.messages(INES_PHONE)) > told else "Ines was not told by SMS")
