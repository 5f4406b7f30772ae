"""Links to reports: nobody gets to a report, or to anything else, but by a link that Herald made and that is good."""

from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW

from herald.domain import report_link
from herald.domain.report_link import LONGEST, report_of, signed

KEY = "a key that nobody guesses"
NAME = "reports/scan_20260302T093000Z_abcdef/anna.csv"
UNTIL = NOW + timedelta(days=7)
TOKEN = signed(NAME, UNTIL, KEY)


def told(text: str | bytes) -> str:
    raw = text.encode() if isinstance(text, str) else text
    return urlsafe_b64encode(raw).decode().rstrip("=")


def ours(text: str, key: str = KEY) -> str:
    """A token with the right signature, whatever it tells."""
    return f"{told(text)}.{told(report_link._signature(text.encode(), key))}"


def test_a_link_leads_to_its_report_until_its_time_is_over() -> None:
    for now in (NOW, NOW - timedelta(days=99), UNTIL):
        assert report_of(TOKEN, KEY, now) == NAME
    for now in (UNTIL + timedelta(microseconds=1), UNTIL + timedelta(days=99)):
        assert report_of(TOKEN, KEY, now) is None


def test_a_token_fits_into_a_path_and_holds_nothing_of_the_key() -> None:
    assert all(character.isascii() and (character.isalnum() or character in "-_.") for character in TOKEN)
    assert len(TOKEN) < LONGEST
    assert KEY not in TOKEN


@given(
    st.text(max_size=60).map("reports/".__add__),
    st.timedeltas(timedelta(0), timedelta(days=365_000)).map(lambda after: NOW + after),
    st.text(st.characters(codec="utf-8")),
)
def test_any_report_is_found_by_its_link(name: str, until: datetime, key: str) -> None:
    token = signed(name, until, key)
    assert report_of(token, key, until.replace(microsecond=0)) == name
    assert report_of(token, key, until + timedelta(seconds=1)) is None
    assert report_of(token, key + "x", NOW) is None


@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="ascii"))
def test_a_token_with_another_character_says_the_same_or_nothing(place: int, character: str) -> None:
    changed = TOKEN[:place] + character + TOKEN[place + 1 :]
    assert report_of(changed, KEY, NOW) in (None, NAME)
    first, _, second = changed.partition(".")
    if changed.count(".") == 1 and report_of(changed, KEY, NOW) == NAME:
        # Only what a decoder of base 64 overlooks may differ.
        original = TOKEN.split(".")
        assert [report_link._bytes(part) for part in (first, second)] == [report_link._bytes(part) for part in original]


@pytest.mark.parametrize(
    "token",
    [
        TOKEN[:-2], TOKEN[1:], TOKEN + "A", TOKEN.split(".")[0], TOKEN.split(".")[0] + ".", "." + TOKEN.split(".")[1],
        f"{TOKEN}.", f".{TOKEN}", TOKEN.replace(".", ""), "", ".", "..", "a.b", "x" * (LONGEST + 1), "\N{EURO SIGN}.x",
        signed(NAME, UNTIL, "another key"), signed(NAME, UNTIL, ""), signed("catalog/summary.json", UNTIL, KEY),
        signed("runs/scan_1/complete.sqlite", UNTIL, KEY), signed("/reports/x", UNTIL, KEY), signed("", UNTIL, KEY),
        ours(NAME), ours(f"x:{NAME}"), ours(f":{NAME}"), ours(f"-1:{NAME}"), ours(f"nan:{NAME}"),
        ours(f"{'9' * 30}:{NAME}"),
        told(b"\xff" * 9) + "." + told("x"),
    ],
)  # fmt: skip
def test_what_is_not_ours_leads_nowhere(token: str) -> None:
    assert report_of(token, KEY, NOW) is None


def test_two_tokens_are_not_one() -> None:
    first, second = TOKEN.split("."), signed("reports/other", UNTIL, KEY).split(".")
    assert report_of(f"{first[0]}.{second[1]}", KEY, NOW) is None
    assert report_of(f"{told(f'{int(UNTIL.timestamp()) + 1}:{NAME}')}.{first[1]}", KEY, NOW) is None


@given(st.text(max_size=80))
def test_any_text_leads_nowhere_and_never_fails(token: str) -> None:
    assert report_of(token, KEY, NOW) is None


@given(st.integers(-(10**30), 10**30) | st.text(max_size=30), st.text(max_size=20), st.binary(max_size=40))
def test_any_forged_token_leads_nowhere_and_never_fails(seconds: int | str, name: str, signature: bytes) -> None:
    raw = f"{seconds}:reports/{name}".encode("utf-8", "surrogatepass")
    assert report_of(f"{told(raw)}.{told(signature)}", KEY, NOW) is None


@pytest.mark.parametrize(
    "seconds", [10**exponent for exponent in (9, 11, 12, 15, 17, 18, 19, 25, 100)] + [-(10**17), 2**62]
)
def test_a_time_that_no_clock_reaches_is_no_time(seconds: int) -> None:
    # Before its signature is looked at: everybody can send this.
    assert report_of(f"{told(f'{seconds}:{NAME}')}.{told('forged')}", KEY, NOW) is None
