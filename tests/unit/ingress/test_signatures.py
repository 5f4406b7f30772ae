from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald.domain.standard_webhooks import Signature, read_key, sign, verify

KEY, OTHER, THIRD = bytes(range(32)), bytes(range(1, 33)), bytes(range(2, 34))
BODY = b'{"topic":"orders"}'
NOW = 1_767_225_600.0
STAMP = b"1767225600"


def v1(key: bytes = KEY, message_id: bytes = b"msg_1", timestamp: bytes = STAMP, body: bytes = BODY) -> bytes:
    return b"v1," + sign(key, message_id, timestamp, body)


def check(
    signatures: bytes,
    *,
    keys: tuple[bytes, ...] = (KEY,),
    message_id: bytes = b"msg_1",
    timestamp: bytes = STAMP,
    body: bytes = BODY,
) -> Signature:
    return verify(keys, message_id=message_id, timestamp=timestamp, signatures=signatures, body=body, now=NOW)


def test_the_example_of_the_specification_verifies() -> None:
    key = read_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signature = sign(key, b"msg_p5jXN8AQM9LWM0D4loKWxJek", b"1614265330", b'{"test": 2432232314}')
    assert signature == b"g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("signatures", "found"),
    [
        (v1(), Signature.VALID),
        (v1(OTHER), Signature.WRONG),
        (v1(OTHER) + b" " + v1(), Signature.VALID),
        (b"v1a,ZWQyNTUxOQ== " + v1(), Signature.VALID),
        (b"v2," + v1()[3:], Signature.WRONG),
        (b"V1," + v1()[3:], Signature.WRONG),
        (v1()[3:], Signature.WRONG),
        (b"v1", Signature.WRONG),
        (b"v1,", Signature.WRONG),
        (b",", Signature.WRONG),
        (b"   ", Signature.WRONG),
        (b"v1,!!!not base64!!!", Signature.WRONG),
        (b"v1,,," + v1(), Signature.WRONG),
        (v1() + b"=", Signature.WRONG),
        (v1()[:-1], Signature.WRONG),
        (v1().replace(b"v1,", b"v1, "), Signature.WRONG),
        ("v1,ü".encode(), Signature.WRONG),
        (b"v1,\xff\xfe", Signature.WRONG),
        (b"", Signature.MISSING),
        (b" ".join([v1(OTHER)] * 15 + [v1()]), Signature.VALID),
        (b" ".join([v1(OTHER)] * 16 + [v1()]), Signature.VALID),
        (b" ".join([v1(OTHER)] * 17 + [v1()]), Signature.WRONG),
    ],
)
def test_the_signature_header(signatures: bytes, found: Signature) -> None:
    assert check(signatures) is found


@pytest.mark.parametrize(
    ("timestamp", "found"),
    [
        (b"1767225300", Signature.VALID),
        (b"1767225900", Signature.VALID),
        (b"1767225299", Signature.STALE),
        (b"1767225901", Signature.STALE),
        (b"0", Signature.STALE),
        (b"999999999999", Signature.STALE),
        (b"1" + b"0" * 5000, Signature.MALFORMED),
        (b"-1767225600", Signature.MALFORMED),
        (b"+1767225600", Signature.MALFORMED),
        (b"1767225600.0", Signature.MALFORMED),
        (b"1_767_225_600", Signature.MALFORMED),
        (b" 1767225600", Signature.MALFORMED),
        (b"1767225600\n", Signature.MALFORMED),
        (b"now", Signature.MALFORMED),
        (b"nan", Signature.MALFORMED),
        ("١٧٦٧٢٢٥٦٠٠".encode(), Signature.MALFORMED),
        (b"", Signature.MISSING),
    ],
)
def test_the_timestamp_header_even_if_the_signature_covers_it(timestamp: bytes, found: Signature) -> None:
    assert check(v1(timestamp=timestamp), timestamp=timestamp) is found


@pytest.mark.parametrize(
    ("message_id", "found"),
    [
        (b"m", Signature.VALID),
        (b"x" * 256, Signature.VALID),
        (b"x" * 257, Signature.MALFORMED),
        (b"two words", Signature.MALFORMED),
        ("müll".encode(), Signature.MALFORMED),
        (b"line\nbreak", Signature.MALFORMED),
        (b"", Signature.MISSING),
    ],
)
def test_the_id_header_even_if_the_signature_covers_it(message_id: bytes, found: Signature) -> None:
    assert check(v1(message_id=message_id), message_id=message_id) is found


@pytest.mark.parametrize("signer", [KEY, OTHER, THIRD])
def test_any_of_three_live_keys_will_do(signer: bytes) -> None:
    assert check(v1(signer), keys=(KEY, OTHER, THIRD)) is Signature.VALID


def test_a_retired_key_is_no_longer_good() -> None:
    assert check(v1(KEY), keys=(OTHER, THIRD)) is Signature.WRONG


def test_two_base64_texts_of_the_same_bytes_are_not_both_the_signature() -> None:
    twin = v1()[:-2] + bytes([v1()[-2] + 1]) + b"="
    assert b64decode(twin[3:]) == b64decode(v1()[3:])
    assert check(twin) is Signature.WRONG


@given(body=st.binary(min_size=1), position=st.integers(min_value=0), flip=st.integers(1, 255))
def test_a_tampered_byte_never_verifies(body: bytes, position: int, flip: int) -> None:
    at = position % len(body)
    tampered = body[:at] + bytes([body[at] ^ flip]) + body[at + 1 :]
    assert check(v1(body=body), body=body) is Signature.VALID
    assert check(v1(body=body), body=tampered) is Signature.WRONG


@given(st.binary(), st.binary(), st.binary(), st.binary())
def test_no_headers_whatever_raise_or_verify_by_chance(
    message_id: bytes, timestamp: bytes, signatures: bytes, body: bytes
) -> None:
    found = check(signatures, message_id=message_id, timestamp=timestamp, body=body)
    assert found is not Signature.VALID


@given(st.binary(min_size=24, max_size=64))
def test_a_key_is_read_back(key: bytes) -> None:
    assert read_key("whsec_" + b64encode(key).decode()) == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        b64encode(KEY).decode(),
        "whsec_",
        "whsec_" + b64encode(KEY[:23]).decode(),
        "whsec_" + b64encode(KEY).decode()[:-1],
        "whsec_" + b64encode(KEY).decode() + "!",
        "whsec_ " + b64encode(KEY).decode(),
        "whsec_ümlaut",
    ],
)
def test_a_weak_or_malformed_key_is_refused_without_being_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"whsec_|24 bytes") as refused:
        read_key(text)
    body = text.removeprefix("whsec_")
    assert not body or body not in str(refused.value)
