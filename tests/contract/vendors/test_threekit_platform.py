"""What Threekit is asked, and what is made of its answers (docs/vendor/threekit.md 1.2, 2.1, 2.2, 2.9 and 6)."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from tests.contract.vendors.clients import THREEKIT_SECRET, Secret, threekit_at

from herald.adapters.threekit import ThreekitPlatform
from herald.domain.errors import CallFailed, Fate, Reason
from simulators import ThreekitSimulator
from simulators.threekit.seed import ids

ORDER_ID = ids.seed_id(10, 1)
MISSING_ID = ids.seed_id(10, 0xFFF)
NO_IDS = ["", ".", "..", "../orders", "a/b", "a?b=c", "a#b", "a b", "a%2fb", "ä", "a\n", "x" * 65]


def test_an_order_is_read_as_it_stands(threekit: ThreekitSimulator) -> None:
    order = threekit_at(threekit.url).order(ORDER_ID)
    assert order == json.loads(json.dumps(threekit.orders[ORDER_ID]), parse_float=Decimal)
    seen = threekit.requests[-1].request
    assert (seen.method, seen.path, seen.query) == ("GET", f"/api/orders/{ORDER_ID}", {})
    assert seen.headers["authorization"] == f"Bearer {ids.PRIVATE_TOKEN}"


def test_an_order_is_found_by_its_short_id_too(threekit: ThreekitSimulator) -> None:
    short_id = threekit.orders[ORDER_ID]["shortId"]
    assert threekit_at(threekit.url).order(short_id)["id"] == ORDER_ID


def test_a_job_and_a_configuration_are_read(threekit: ThreekitSimulator) -> None:
    client, job_id = threekit_at(threekit.url), next(iter(threekit.jobs))
    found = client.configurations([ids.CONFIGURATION_SOFA_BOUCLE])
    assert found[ids.CONFIGURATION_SOFA_BOUCLE]["id"] == ids.CONFIGURATION_SOFA_BOUCLE
    assert client.job(job_id)["id"] == job_id


def test_configurations_are_read_side_by_side_and_those_that_are_none_left_out(threekit: ThreekitSimulator) -> None:
    wanted = [ids.CONFIGURATION_SOFA_BOUCLE, MISSING_ID, ids.CONFIGURATION_TABLE_OAK, ids.SOFA]
    found = threekit_at(threekit.url).configurations(wanted)
    assert list(found) == [ids.CONFIGURATION_SOFA_BOUCLE, ids.CONFIGURATION_TABLE_OAK]
    assert all(found[one]["id"] == one for one in found)


def test_one_configuration_that_cannot_be_read_fails_them_all(threekit: ThreekitSimulator) -> None:
    threekit.faults.next(f"GET /api/configurations/{ids.CONFIGURATION_TABLE_OAK}", status=503)
    with pytest.raises(CallFailed) as failed:
        threekit_at(threekit.url).configurations([ids.CONFIGURATION_SOFA_BOUCLE, ids.CONFIGURATION_TABLE_OAK])
    assert failed.value.fate is Fate.TRANSIENT


@pytest.mark.parametrize("object_id", [MISSING_ID, *NO_IDS])
def test_an_id_of_nothing(threekit: ThreekitSimulator, object_id: str) -> None:
    client = threekit_at(threekit.url)
    assert client.configurations([object_id]) == {}
    calls: list[Callable[[], Any]] = [
        lambda: client.order(object_id),
        lambda: client.job(object_id),
        lambda: client.put_order(object_id, {}),
        lambda: client.item(object_id),
    ]
    for call in calls:
        with pytest.raises(CallFailed) as failed:
            call()
        assert (failed.value.fate, failed.value.reason) == (Fate.PERMANENT, Reason.NOT_FOUND)
    assert all(object_id == MISSING_ID for _ in threekit.requests)


def test_metadata_is_put_as_a_whole(threekit: ThreekitSimulator) -> None:
    metadata = {"herald": {"notifications": {}}, "note": "Größe \N{WHITE HEAVY CHECK MARK}", "list": [None, True, 1]}
    threekit_at(threekit.url).put_order(ORDER_ID, metadata)
    seen = threekit.requests[-1].request
    assert (seen.method, seen.path) == ("PUT", f"/api/orders/{ORDER_ID}")
    assert seen.headers["content-type"] == "application/json"
    assert json.loads(seen.body) == {"metadata": metadata}


@pytest.mark.parametrize("status", ["List", "In Cart", "New", "In Progress", "Complete"])
def test_a_status_is_put_where_one_is_given(threekit: ThreekitSimulator, status: str) -> None:
    threekit_at(threekit.url).put_order(ORDER_ID, {"a": 1}, status)
    assert json.loads(threekit.requests[-1].request.body) == {"metadata": {"a": 1}, "status": status}
    assert threekit.orders[ORDER_ID]["status"] == status


def test_a_status_that_threekit_does_not_know_is_refused(threekit: ThreekitSimulator) -> None:
    with pytest.raises(CallFailed) as failed:
        threekit_at(threekit.url).put_order(ORDER_ID, {}, "shipped")
    assert (failed.value.fate, failed.value.status) == (Fate.PERMANENT, 422)


def test_money_passes_through_a_write_with_the_digits_it_was_read_with(threekit: ThreekitSimulator) -> None:
    written = '{"price": 0.10, "exact": 12345678901234567890.123456789, "tiny": 1E-12, "count": 3}'
    threekit.faults.next("GET /api/orders/*", status=200, body=f'{{"metadata": {written}}}')
    client = threekit_at(threekit.url)
    client.put_order(ORDER_ID, client.order(ORDER_ID)["metadata"])
    assert threekit.requests[-1].request.body.decode() == f'{{"metadata":{written.replace(" ", "")}}}'


@pytest.mark.parametrize("body", ["[]", '"text"', "7", "null"])
@pytest.mark.parametrize(
    "read",
    [
        lambda client: client.order(ORDER_ID),
        lambda client: client.job(ORDER_ID),
        lambda client: client.configurations([ORDER_ID]),
        lambda client: client.item(ORDER_ID),
    ],
    ids=["order", "job", "configuration", "item"],
)
def test_an_answer_that_is_no_object_is_unreadable(
    threekit: ThreekitSimulator, read: Callable[[ThreekitPlatform], Any], body: str
) -> None:
    threekit.faults.next("GET /api/*", status=200, body=body)
    with pytest.raises(CallFailed) as failed:
        read(threekit_at(threekit.url))
    assert (failed.value.fate, failed.value.reason) == (Fate.TRANSIENT, Reason.ANSWER_UNREADABLE)


@pytest.mark.parametrize(
    "secret", [{}, {"private_token": ""}, {"private_token": None}, {"private_token": "a\nb"}, {"private_token": "é"}]
)
def test_an_unusable_secret_is_transient_and_nothing_is_sent(
    threekit: ThreekitSimulator, secret: dict[str, Any]
) -> None:
    with pytest.raises(CallFailed) as failed:
        threekit_at(threekit.url, secret=secret).order(ORDER_ID)
    assert (failed.value.fate, failed.value.reason) == (Fate.TRANSIENT, Reason.AUTHENTICATION)
    assert "private_token" in failed.value.detail
    assert threekit.requests == []


@pytest.mark.parametrize("token", [ids.PUBLIC_TOKEN, "revoked"])
def test_a_token_without_the_right_waits(threekit: ThreekitSimulator, token: str) -> None:
    with pytest.raises(CallFailed) as failed:
        threekit_at(threekit.url, secret={"private_token": token}).job(next(iter(threekit.jobs)))
    assert (failed.value.fate, failed.value.reason) == (Fate.TRANSIENT, Reason.AUTHENTICATION)


@pytest.mark.parametrize(
    "ask",
    [
        lambda threekit: threekit.order(ORDER_ID),
        lambda threekit: threekit.orders_page(1, "-createdAt"),
        lambda threekit: threekit.put_order(ORDER_ID, {}),
        lambda threekit: threekit.item_record({"id": ids.DINING_CHAIR}),
    ],
    ids=["read", "page", "write", "stream"],
)
def test_a_replaced_token_is_used_when_the_message_comes_again(
    threekit: ThreekitSimulator, ask: Callable[[ThreekitPlatform], Any]
) -> None:
    secret = Secret({"private_token": "revoked"}, replacement=THREEKIT_SECRET)
    client = threekit_at(threekit.url, secret=secret)
    with pytest.raises(CallFailed) as failed:
        ask(client)
    assert failed.value.fate is Fate.TRANSIENT
    ask(client)
