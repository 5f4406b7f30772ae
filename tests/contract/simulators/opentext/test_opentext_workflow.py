"""What an OpenText workflow sends (docs/vendor/opentext.md 7.1)."""

from typing import Any

import pytest
from tests.contract.simulators.webhook_receiver import WebhookReceiver

from simulators.opentext.workflow import HttpTask, Variable, WorkflowFailedError

BODY = '{"contract": "${contract}", "granted": ${ granted }, "days": ${days}, "by": "${by}"}'
VARIABLES: dict[str, Variable] = {
    "contract": "C-7 Größe",
    "granted": True,
    "days": 1.5,
    "by": None,
    "key": "k: v",
    "unused": "x",
}


def task(url: str, **changes: Any) -> HttpTask:
    return HttpTask.from_properties(
        {
            "httptaskrequestmethod": "POST",
            "httptaskrequesturl": url,
            "httptaskrequestheaders": "Content-Type: application/json\nX-Workflow-Key: ${key}\r\n\n",
            "httptaskrequestbody": BODY,
            "httptaskfailstatuscodes": "400, 409,5XX",
            "httptaskrequesttimeout": "2000",
            **changes,
        }
    )


def test_templates_are_filled_and_sent(receiver: WebhookReceiver) -> None:
    assert task(receiver.url + "/${contract_id}?x=1").run({**VARIABLES, "contract_id": 7}) == 200
    assert receiver.documents == [{"contract": "C-7 Größe", "granted": True, "days": 1.5, "by": ""}]
    assert receiver.paths == ["/hook/7?x=1"]
    assert receiver.headers[0]["x-workflow-key"] == "k: v"
    assert receiver.headers[0]["content-type"] == "application/json"


def test_json_is_not_escaped(receiver: WebhookReceiver) -> None:
    sent = task(receiver.url, httptaskrequestbody='{"contract": "${contract}"}')
    assert sent.run({"contract": 'x", "by": "y', "key": "k"}) == 200
    assert receiver.documents == [{"contract": "x", "by": "y"}]


def test_a_missing_variable_is_refused_before_anything_is_sent(receiver: WebhookReceiver) -> None:
    for gone in ("contract", "key"):
        with pytest.raises(ValueError, match=gone):
            task(receiver.url).run({name: value for name, value in VARIABLES.items() if name != gone})
    with pytest.raises(ValueError, match=r"contract\.id"):
        task(receiver.url, httptaskrequestbody="${contract.id}").run(VARIABLES)
    assert receiver.documents == []


@pytest.mark.parametrize(("status", "fails"), [(200, False), (404, False), (400, True), (409, True), (503, True)])
def test_a_status_of_the_fail_list_fails_the_workflow(receiver: WebhookReceiver, status: int, fails: bool) -> None:
    receiver.statuses = [status]
    if not fails:
        assert task(receiver.url).run(VARIABLES) == status
        return
    with pytest.raises(WorkflowFailedError) as failed:
        task(receiver.url).run(VARIABLES)
    assert failed.value.status == status


def test_without_a_fail_list_no_status_fails(receiver: WebhookReceiver) -> None:
    receiver.statuses = [503]
    assert task(receiver.url, httptaskfailstatuscodes="").run(VARIABLES) == 503


def test_no_answer_fails_the_workflow() -> None:
    with pytest.raises(WorkflowFailedError, match="no answer") as failed:
        task("http://127.0.0.1:9/hook").run(VARIABLES)
    assert failed.value.status is None


@pytest.mark.parametrize(
    "changes",
    [
        {"authenticationdetails": '{"useCurrentAuthToken":true}'},
        {"httptaskrequestmethod": "post"},
        {"httptaskrequestmethod": None},
        {"httptaskrequesttimeout": "2s"},
        {"httptaskrequesttimeout": 2000},
        {"httptaskrequesttimeout": "0"},
        {"httptaskfailstatuscodes": "4xx"},
        {"httptaskfailstatuscodes": "400,,500"},
        {"httptaskfailstatuscodes": "600"},
    ],
)
def test_unknown_and_wrong_properties_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(changes))):
        task("http://127.0.0.1:9/hook", **changes)


@pytest.mark.parametrize("name", ["httptaskrequestmethod", "httptaskrequesturl"])
def test_method_and_address_are_needed(name: str) -> None:
    whole = {"httptaskrequestmethod": "POST", "httptaskrequesturl": "http://127.0.0.1:9/"}
    with pytest.raises(ValueError, match=name):
        HttpTask.from_properties({key: value for key, value in whole.items() if key != name})


def test_a_header_line_without_a_colon_and_an_address_that_is_none_are_refused() -> None:
    with pytest.raises(ValueError, match="Name: value"):
        task("http://127.0.0.1:9/", httptaskrequestheaders="Content-Type").run(VARIABLES)
    for url in ("hook", "ftp://127.0.0.1/", "http://"):
        with pytest.raises(ValueError, match="address"):
            task(url).run(VARIABLES)
