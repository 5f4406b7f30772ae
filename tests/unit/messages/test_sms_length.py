"""Texts are counted as the networks count them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald.domain.sms_length import Encoding, SmsLength, plain_typography, sms_length

GSM, UCS2 = Encoding.GSM, Encoding.UCS2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", SmsLength(GSM, 0, 0)),
        ("a", SmsLength(GSM, 1, 1)),
        ("a" * 160, SmsLength(GSM, 160, 1)),
        ("a" * 161, SmsLength(GSM, 161, 2)),
        ("a" * 306, SmsLength(GSM, 306, 2)),
        ("a" * 307, SmsLength(GSM, 307, 3)),
        ("a" * 1530, SmsLength(GSM, 1530, 10)),
        ("a" * 1531, SmsLength(GSM, 1531, 11)),
        ("äöüÄÖÜßñàéèùìò@£$¥\n", SmsLength(GSM, 19, 1)),
        ("€", SmsLength(GSM, 2, 1)),
        ("€" * 80, SmsLength(GSM, 160, 1)),
        # 153 is odd: an escape and its character are not split, so a segment holds 76 of them.
        ("€" * 152, SmsLength(GSM, 304, 2)),
        ("€" * 153, SmsLength(GSM, 306, 3)),
        ("ç", SmsLength(UCS2, 1, 1)),
        ("ж" * 70, SmsLength(UCS2, 70, 1)),
        ("ж" * 71, SmsLength(UCS2, 71, 2)),
        ("ж" * 134, SmsLength(UCS2, 134, 2)),
        ("ж" * 135, SmsLength(UCS2, 135, 3)),
        ("😀" * 35, SmsLength(UCS2, 70, 1)),
        # 67 is odd: a surrogate pair is not split, so a segment holds 33 of them.
        ("😀" * 66, SmsLength(UCS2, 132, 2)),
        ("😀" * 67, SmsLength(UCS2, 134, 3)),
        ("\ud800", SmsLength(UCS2, 1, 1)),
    ],
)
def test_lengths_at_their_limits(text: str, expected: SmsLength) -> None:
    assert sms_length(text) == expected


@given(st.text(alphabet=st.sampled_from("aß€[ж😀\n"), max_size=700))
def test_segments_hold_the_units_and_none_is_wasted(text: str) -> None:
    length = sms_length(text)
    whole, part = (160, 153) if length.encoding is GSM else (70, 67)
    if length.segments <= 1:
        assert length.units <= whole
    else:
        assert length.units > whole
        # At most one unit of each segment but the last is left empty.
        assert (length.segments - 1) * (part - 1) < length.units <= length.segments * part


def test_typography_is_made_plain_and_nothing_else_is_touched() -> None:
    typographic = "1\u202f234,50\u00a0€ \u2013 l\u2019offre \u201espezial\u201c\u2026 Größe ж"
    assert plain_typography(typographic) == '1 234,50 € - l\'offre "spezial"... Größe ж'


def test_a_price_in_french_stays_in_the_short_alphabet() -> None:
    assert sms_length("125\u202f000,50\u00a0€").encoding is UCS2
    assert sms_length(plain_typography("125\u202f000,50\u00a0€")).encoding is GSM
