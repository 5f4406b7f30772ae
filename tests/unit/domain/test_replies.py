"""Replies: who said it, and whether it stops, starts, or is an answer."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald.domain.configuration import ReplyWords
from herald.domain.replies import Intent, e164, intent_of, read_reply

PATHS = {"from": "from", "text": "text", "reference": "ref"}
WORDS = ReplyWords(stop=("STOP", "ARRÊT"), start=("START",))


@pytest.mark.parametrize(
    ("given_number", "read"),
    [
        ("+49 30 123-456", "+4930123456"), ("004930123456", "+4930123456"), ("4930123456", "+4930123456"),
        ("+1 (617) 555-0102", "+16175550102"), ("12345", None), ("", None), ("+0123456789", None), (None, None),
        (4930123456, None), ("somebody", None),
    ],
)  # fmt: skip
def test_numbers_are_read_however_they_begin(given_number: Any, read: str | None) -> None:
    assert e164(given_number) == read


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("STOP", Intent.STOP), (" stop. ", Intent.STOP), ("Stop!", Intent.STOP), ("arrêt", Intent.STOP),
        ("START", Intent.START), ("don't stop", Intent.OTHER), ("STOP it", Intent.OTHER), ("", Intent.OTHER),
        ("?!", Intent.OTHER), ("stopp", Intent.OTHER),
    ],
)  # fmt: skip
def test_only_a_reply_of_that_one_word_stops_or_starts(text: str, intent: Intent) -> None:
    assert intent_of(text, WORDS) is intent


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none() | st.lists(st.text())))
def test_any_body_is_a_reply_or_unreadable_and_nothing_else(body: dict[str, Any]) -> None:
    reply = read_reply("sms", body, PATHS)
    assert reply is None or (reply.sender.startswith("+") and isinstance(reply.text, str))


@given(st.text())
def test_any_text_has_one_intent(text: str) -> None:
    assert intent_of(text, WORDS) in set(Intent)


def test_without_a_mapping_nothing_is_read() -> None:
    assert read_reply("sms", {"from": "+4930123456", "text": "STOP"}, {}) is None


def test_a_path_that_cannot_be_used_reads_nothing() -> None:
    assert read_reply("sms", {"from": "+4930123456", "text": "x"}, {"from": "sum(text)", "text": "text"}) is None
