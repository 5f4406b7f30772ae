"""A status body says what it is known to say, and nothing is guessed."""

from base64 import b64encode
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald.domain.configuration import StatusReading
from herald.domain.delivery import Channel, DeliveryState
from herald.domain.errors import Reason
from herald.domain.opentext_status import JobStatus, ReportedDelivery, StatusUnreadableError, read_status

REFERENCE = "ntf_abcdefghijklmnopqrstuvwxyz.sms"
SENT, DELIVERED, FAILED = DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.FAILED


def reported(**delivery: Any) -> ReportedDelivery:
    status = read_status({"job_id": "xsi-1", "deliveries": [delivery]})
    assert len(status.deliveries) == 1
    return status.deliveries[0]


def attempt(state: Any, **more: Any) -> list[dict[str, Any]]:
    return [{"state": state, "first_attempt": "2023-08-21T10:25:26.000Z", **more}]


def sms_event(status: Any) -> dict[str, Any]:
    return {"sms_delivery_events": [{"event_time": "2023-08-21T10:26:00.000Z", "status": status}]}


def test_the_published_sms_body_is_read_whole() -> None:
    """The body is the real one of docs/vendor/opentext.md 4."""
    body = {
        "job_id": "xsi2-44417320",
        "billing_code_base64": "U1VNTUVSLVBST01P",
        "customer_reference_base64": "Sm9hcXVpbk9uU29mdA==",
        "entry_time": "2023-08-21T09:25:26.000Z",
        "job_state": ["Complete", "Posted"],
        "deliveries": [
            {
                "ref_base64": "Sm9hcXVpbi1SRUY=",
                "sms": "0034666999999",
                "delivery_attempts": [{"state": "Sent", "first_attempt": "2023-08-21T10:25:26.000Z"}],
                "events": sms_event("Confirmed"),
            }
        ],
    }
    delivery = ReportedDelivery("Joaquin-REF", Channel.SMS, DELIVERED, None, "event Confirmed", "Sent")
    assert read_status(body) == JobStatus("xsi2-44417320", (delivery,), ("Complete", "Posted"))


@pytest.mark.parametrize(
    ("state", "meaning", "reason"),
    [
        ("Pending", DeliveryState.SUBMITTED, None),
        ("Submitted", DeliveryState.SUBMITTED, None),
        ("InProcess", DeliveryState.SUBMITTED, None),
        ("Held", DeliveryState.SUBMITTED, None),
        ("Sent", SENT, None),
        ("Error", FAILED, Reason.VENDOR_REPORTED_FAILURE),
        ("Cancelled", FAILED, Reason.VENDOR_REPORTED_FAILURE),
        ("Expired", DeliveryState.EXPIRED, Reason.VENDOR_EXPIRED),
        ("Delivered", None, None),
        ("sent", None, None),
        ("", None, None),
    ],
)
def test_the_state_of_a_try(state: str, meaning: DeliveryState | None, reason: Reason | None) -> None:
    found = reported(sms="0034666999999", delivery_attempts=attempt(state))
    assert (found.state, found.reason, found.raw_state) == (meaning, reason, state)
    assert found.unknown == (meaning is None)


@pytest.mark.parametrize(
    ("gamma", "meaning", "unknown"),
    [
        (0, SENT, 0), (None, SENT, 0), (Decimal("0"), SENT, 0),
        (5000, FAILED, 0), (-1, FAILED, 0), (Decimal("2004"), FAILED, 0),
        ("0", None, 1), (True, None, 1), (0.0, None, 1), ([], None, 1), (10**9, None, 1), (Decimal("NaN"), None, 1),
    ],
)  # fmt: skip
def test_sent_with_a_gamma_code_is_generally_not_delivered(
    gamma: Any, meaning: DeliveryState | None, unknown: int
) -> None:
    found = reported(email="x@example.com", delivery_attempts=attempt("Sent", gamma_code=gamma))
    assert (found.state, found.unknown) == (meaning, unknown)
    assert (found.reason is Reason.VENDOR_REPORTED_FAILURE) == (meaning is FAILED)


def test_a_gamma_code_of_any_other_state_changes_nothing() -> None:
    assert reported(delivery_attempts=attempt("InProcess", gamma_code=5000)).state is DeliveryState.SUBMITTED


def test_the_last_try_in_the_list_decides_not_the_latest_time() -> None:
    tries = [
        {"state": "Error", "first_attempt": "2026-01-01T00:00:00Z"},
        {"state": "Sent", "first_attempt": "2020-01-01T00:00:00Z"},
    ]
    assert reported(delivery_attempts=tries).state is SENT


@pytest.mark.parametrize("tried", [[], attempt("Sent"), attempt("Error"), attempt("Sent", gamma_code=2004)])
@pytest.mark.parametrize(
    "events",
    [
        sms_event("Confirmed"),
        {"email_delivery_events": {"html_open": [{"when": "unknown field"}], "dsn": {}, "pull": []}},
    ],
    ids=["confirmed", "opened"],
)
def test_a_proof_of_arrival_outweighs_what_was_said_before(tried: list[Any], events: dict[str, Any]) -> None:
    found = reported(delivery_attempts=tried, events=events)
    assert (found.state, found.reason, found.unknown) == (DELIVERED, None, 0)


@pytest.mark.parametrize("status", ["Rejected", "confirmed", None, 7])
def test_an_event_of_another_status_is_counted_and_proves_nothing(status: Any) -> None:
    found = reported(delivery_attempts=attempt("Sent"), events=sms_event(status))
    assert (found.state, found.unknown) == (SENT, 1)


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


def test_a_dsn_proves_nothing_as_long_as_nobody_says_where_its_code_stands() -> None:
    delivery = reported(
        email="a@example.com", delivery_attempts=attempt("Sent"),
        events={"email_delivery_events": {"dsn": {"status": "5.1.1"}}},
    )  # fmt: skip
    assert (delivery.state, delivery.unknown) == (SENT, 0)


@pytest.mark.parametrize(
    ("code", "state", "unknown"),
    [("2.0.0", DELIVERED, 0), ("5.1.1", FAILED, 0), ("4.2.2", SENT, 0), ("9.9.9", SENT, 1), (None, SENT, 1)],
)
def test_a_dsn_is_read_where_the_configuration_says(code: str | None, state: DeliveryState, unknown: int) -> None:
    body = {
        "job_id": "xsi-1",
        "deliveries": [
            {
                "email": "a@example.com",
                "delivery_attempts": attempt("Sent"),
                "events": {"email_delivery_events": {"dsn": {"code": code}}},
            }
        ],
    }
    (delivery,) = read_status(body, StatusReading(dsn_status="code")).deliveries
    assert (delivery.state, delivery.unknown) == (state, unknown)


def test_events_and_codes_an_integrator_has_learnt_are_read() -> None:
    reading = StatusReading(benign_gamma_codes=(0, 17), confirmed=("Confirmed", "Read"), failed=("Rejected",))

    def state(**delivery: Any) -> DeliveryState | None:
        return read_status({"job_id": "x", "deliveries": [{"sms": "1", **delivery}]}, reading).deliveries[0].state

    assert state(delivery_attempts=attempt("Sent", gamma_code=17)) is SENT
    assert state(delivery_attempts=attempt("Sent", gamma_code=18)) is FAILED
    assert state(delivery_attempts=attempt("Sent"), events=sms_event("Read")) is DELIVERED
    assert state(delivery_attempts=attempt("Sent"), events=sms_event("Rejected")) is FAILED


@pytest.mark.parametrize(
    ("told", "state", "unknown"),
    [
        (["Confirmed"], DELIVERED, 0), (["Rejected"], FAILED, 0), (["Rejected", "Confirmed"], DELIVERED, 0),
        (["Blue"], SENT, 1), ([7], SENT, 1), ([], SENT, 0),
    ],
)  # fmt: skip
def test_whatsapp_events_are_read_where_the_configuration_says(
    told: list[Any], state: DeliveryState, unknown: int
) -> None:
    events = {"chat": [{"said": status} for status in told]}
    body = {"job_id": "x", "deliveries": [{"delivery_attempts": attempt("Sent"), "events": events}]}
    reading = StatusReading(failed=("Rejected",), whatsapp_events="chat[].said")
    (delivery,) = read_status(body, reading).deliveries
    assert (delivery.state, delivery.unknown) == (state, unknown)
    (unread,) = read_status(body).deliveries
    assert (unread.state, unread.unknown) == (SENT, 0)


@pytest.mark.parametrize("ended", ["Error", "Cancelled"])
def test_a_job_that_ended_badly_speaks_for_deliveries_of_which_nothing_is_told(ended: str) -> None:
    silent = read_status({"job_id": "x", "job_state": [ended], "deliveries": [{"sms": "1"}]})
    assert (silent.deliveries[0].state, silent.deliveries[0].detail) == (FAILED, f"job state {ended}")
    empty = read_status({"job_id": "x", "job_state": [ended], "deliveries": []})
    assert [one.state for one in empty.deliveries] == [FAILED]
    told = read_status({"job_id": "x", "job_state": [ended], "deliveries": [{"delivery_attempts": attempt("Sent")}]})
    assert told.deliveries[0].state is SENT


@pytest.mark.parametrize("job_state", [["Complete", "Posted"], ["Posted"], ["Delivered"], ["Complete"]])
def test_no_word_about_the_job_makes_a_delivery_delivered(job_state: list[str]) -> None:
    body = {"job_id": "x", "job_state": job_state, "deliveries": [{"sms": "1", "delivery_attempts": attempt("Sent")}]}
    assert read_status(body).deliveries[0].state is SENT


def test_job_states_nobody_documents_are_counted_and_kept() -> None:
    status = read_status({"job_id": "x", "job_state": ["Complete", "Quarantined"], "deliveries": []})
    assert (status.unknown_values, status.job_state) == (1, ("Complete", "Quarantined"))


@pytest.mark.parametrize(
    ("raw", "reference", "unknown"),
    [
        (encoded(REFERENCE), REFERENCE, 0),
        (encoded(REFERENCE).rstrip("="), REFERENCE, 0),
        (f" {encoded(REFERENCE)}\n", REFERENCE, 0),
        ("_-_-", None, 1),
        ("w7_DvA", "\u00ff\u00fc", 0),
        (None, None, 0),
        ("", None, 1),
        ("not base64!", None, 1),
        ("\u00e9", None, 1),
        ("A", None, 1),
        (7, None, 1),
        (encoded("x" * 5000), None, 1),
    ],
)
def test_a_reference_is_decoded_tolerantly(raw: Any, reference: str | None, unknown: int) -> None:
    found = reported(ref_base64=raw)
    assert (found.reference, found.unknown) == (reference, unknown)


@pytest.mark.parametrize(
    ("address", "channel"),
    [
        ("sms", Channel.SMS),
        ("email", Channel.EMAIL),
        ("whatsapp", Channel.WHATSAPP),
        ("fax", Channel.FAX),
        ("push", None),
    ],
)
def test_the_channel_is_told_by_the_address_field(address: str, channel: Channel | None) -> None:
    found = reported(**{address: "0034666999999"})
    assert found.channel is channel
    assert "0034666999999" not in repr(found)


def faxed(pages_confirm: bool = True, **attempt: Any) -> ReportedDelivery:
    earlier = {"state": "Sent", "pages_delivered": 3}
    delivery = {"fax": "0034666999999", "delivery_attempts": [earlier, {"state": "Sent", **attempt}]}
    (found,) = read_status({"job_id": "xsi-1", "deliveries": [delivery]}, pages_confirm=pages_confirm).deliveries
    return found


@pytest.mark.parametrize(
    ("attempt", "state", "detail", "unknown"),
    [
        ({"pages_delivered": 1}, DeliveryState.DELIVERED, "pages delivered: 1", 0),
        ({"pages_delivered": Decimal(12), "gamma_code": 0}, DeliveryState.DELIVERED, "pages delivered: 12", 0),
        ({"pages_delivered": 0}, DeliveryState.SENT, "state Sent", 0),
        ({}, DeliveryState.SENT, "state Sent", 0),
        ({"pages_delivered": None}, DeliveryState.SENT, "state Sent", 0),
        ({"pages_delivered": "1"}, DeliveryState.SENT, "state Sent", 1),
        ({"pages_delivered": True}, DeliveryState.SENT, "state Sent", 1),
        ({"pages_delivered": -1}, DeliveryState.SENT, "state Sent", 1),
        ({"pages_delivered": 1, "gamma_code": 5000}, DeliveryState.FAILED, "state Sent, gamma code 5000", 0),
        ({"pages_delivered": 1, "gamma_code": "x"}, None, "gamma code of an unknown form", 1),
        ({"pages_delivered": 1, "state": "InProcess"}, DeliveryState.SUBMITTED, "state InProcess", 0),
    ],
)
def test_a_fax_of_which_pages_were_delivered_has_arrived(
    attempt: dict[str, Any], state: DeliveryState | None, detail: str, unknown: int
) -> None:
    found = faxed(**attempt)
    assert (found.channel, found.state, found.detail, found.unknown) == (Channel.FAX, state, detail, unknown)


def test_pages_prove_nothing_where_that_is_said_or_of_another_channel() -> None:
    assert faxed(pages_confirm=False, pages_delivered=1).state is DeliveryState.SENT
    assert reported(sms="1", delivery_attempts=[{"state": "Sent", "pages_delivered": 1}]).state is DeliveryState.SENT


@pytest.mark.parametrize(
    "body",
    [{}, {"job_id": ""}, {"job_id": 7}, {"job_id": "x" * 500}, {"job_id": "xsi-1", "deliveries": {"a": 1}}],
)
def test_a_body_that_is_no_status_is_refused_without_quoting_it(body: dict[str, Any]) -> None:
    with pytest.raises(StatusUnreadableError) as refusal:
        read_status(body)
    assert "xxx" not in str(refusal.value)


def test_one_odd_delivery_does_not_hide_the_others() -> None:
    status = read_status({"job_id": "xsi-1", "deliveries": [17, {"delivery_attempts": attempt("Sent")}, None]})
    assert [delivery.state for delivery in status.deliveries] == [None, SENT, None]
    assert status.unknown_values == 2


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
words = st.sampled_from(["Sent", "Error", "Confirmed", "Pending", "Nonsense"])


def loosely(shape: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What it should be, or anything else that JSON can hold."""
    return shape | json_values


tries = st.fixed_dictionaries({}, optional={"state": loosely(words), "gamma_code": json_values})
sms_events = st.lists(loosely(st.fixed_dictionaries({"status": loosely(words)})), max_size=3)
mail_events = st.fixed_dictionaries({}, optional={"html_open": json_values, "dsn": json_values})
events = st.fixed_dictionaries(
    {}, optional={"sms_delivery_events": loosely(sms_events), "email_delivery_events": loosely(mail_events)}
)
deliveries = st.fixed_dictionaries(
    {},
    optional={
        "ref_base64": loosely(st.text(alphabet="AQIDabc=_-/+ \n", max_size=12)),
        "sms": json_values,
        "delivery_attempts": loosely(st.lists(loosely(tries), max_size=3)),
        "events": loosely(events),
    },
)
bodies = st.fixed_dictionaries(
    {}, optional={"job_id": loosely(st.just("xsi-1")), "deliveries": loosely(st.lists(loosely(deliveries), max_size=3))}
)


@given(loosely(bodies).filter(lambda body: isinstance(body, dict)))
def test_any_object_is_a_status_or_unreadable_and_nothing_else(body: dict[str, Any]) -> None:
    try:
        status = read_status(body)
    except StatusUnreadableError:
        return
    assert len(status.deliveries) == len(body.get("deliveries", []))
    for delivery in status.deliveries:
        failed = delivery.state in (FAILED, DeliveryState.EXPIRED)
        assert (delivery.reason is not None) == failed
