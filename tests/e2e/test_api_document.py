"""The deployed HTTP API against ``docs/openapi.json``: no 5xx, and no answer that is not documented."""

import pytest
import requests
from schemathesis import GenerationMode
from tests.e2e.whole_stack import WholeStack
from tests.unit.published.document_checks import DOCUMENT, FUNCTIONS, check_sender, check_strangers, senders

pytestmark = pytest.mark.e2e

EXAMPLES = 6
SECRETS = {"threekit_webhook": "WebhookSecretId", "opentext_callback": "CallbackSecretId"}


@pytest.fixture
def session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["allowed", "not allowed"])
@pytest.mark.parametrize("path", DOCUMENT["paths"])
def test_what_any_source_sends_is_answered_as_documented(
    stack: WholeStack, session: requests.Session, path: str, mode: GenerationMode
) -> None:
    secret = stack.house.connection.secret(SECRETS[FUNCTIONS[path]])  # type: ignore[arg-type]
    able = [sender for sender in senders(FUNCTIONS[path], secret) if sender.may_use(path)]
    assert able
    for sender in able:
        check_sender(path, sender, session, stack.house.connection.api_url, mode, EXAMPLES)


@pytest.mark.parametrize("path", DOCUMENT["paths"])
def test_strangers_are_answered_as_documented(stack: WholeStack, session: requests.Session, path: str) -> None:
    check_strangers(path, session, stack.house.connection.api_url, EXAMPLES)
