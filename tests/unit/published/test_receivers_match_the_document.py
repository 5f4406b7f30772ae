"""The receivers, in memory, against ``docs/openapi.json``."""

import json
from typing import Any

import pytest
import requests
from schemathesis import GenerationMode
from tests.unit.ingress.door import CALLBACKS, SECRET
from tests.unit.published.document_checks import DOCUMENT, FUNCTIONS, Sender, check_sender, check_strangers, senders
from tests.unit.published.in_memory_doors import BASE_URL, doors, session_to

pytestmark = pytest.mark.usefixtures("socket_disabled")

EXAMPLES = 20
SENDERS = {
    "threekit_webhook": ("showroom", "storefront"),
    "opentext_callback": ("notifications", "flow", "plant", "sms"),
}
"""One of every kind and way to be read; the schemes beside theirs are tested with the receiver."""
SECRETS = {"threekit_webhook": SECRET, "opentext_callback": CALLBACKS}
PAIRS = [
    pytest.param(path, sender, id=f"{path}-{sender.source}")
    for path in DOCUMENT["paths"]
    for sender in senders(FUNCTIONS[path], SECRETS[FUNCTIONS[path]])
    if sender.source in SENDERS[sender.function] and sender.may_use(path)
]


@pytest.fixture
def session() -> requests.Session:
    return session_to(doors(SECRETS))


@pytest.mark.parametrize(("path", "sender"), PAIRS)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["allowed", "not allowed"])
def test_what_a_source_sends_is_answered_as_documented(
    session: requests.Session, path: str, sender: Sender, mode: GenerationMode
) -> None:
    check_sender(path, sender, session, BASE_URL, mode, EXAMPLES)


@pytest.mark.parametrize("path", DOCUMENT["paths"])
def test_strangers_are_answered_as_documented(session: requests.Session, path: str) -> None:
    check_strangers(path, session, BASE_URL, EXAMPLES)


@pytest.mark.parametrize("path", DOCUMENT["paths"])
def test_every_operation_has_a_source_that_uses_it(path: str) -> None:
    assert any(path == pair.values[0] for pair in PAIRS)


def test_a_session_reaches_nobody_else(session: requests.Session) -> None:
    with pytest.raises(requests.exceptions.InvalidSchema):
        session.post("https://example.com")
    answer: Any = session.get(BASE_URL)
    assert (answer.status_code, json.loads(answer.text)) == (404, {"message": "Not Found"})
