"""What a message costs: by channel, country and segment; and that countries are those that phonenumbers tells."""

from decimal import Decimal
from random import Random

import phonenumbers
import pytest
from phonenumbers import PhoneNumberType

from herald.domain.calling_codes import PREFIXES
from herald.domain.delivery import Channel
from herald.domain.message import EmailContent, SmsContent, WhatsAppContent
from herald.domain.prices import NOWHERE, country_of, price, segments_of
from herald_cli.calling_code_table import COMMAND, TABLE, table

TABLE_OF_PRICES = {
    Channel.SMS: {"default": Decimal("0.10"), "DE": Decimal("0.075"), "JE": Decimal("0.30")},
    Channel.WHATSAPP: {"default": Decimal("0.05"), "DE": Decimal("0.11")},
    Channel.FAX: {"default": Decimal("0.15"), "DE": Decimal("0.06")},
    Channel.EMAIL: {"default": Decimal("0.0004")},
}
KINDS = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE)
RECEIVING = {*KINDS, PhoneNumberType.FIXED_LINE_OR_MOBILE}
SHARED = [code for code, countries in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items() if len(countries) > 1]
COARSE = {"CC": "AU", "CX": "AU"}
"""Islands of which some numbers count as the other country's."""


@pytest.mark.parametrize(
    ("channel", "address", "segments", "expected"),
    [
        (Channel.SMS, "+4915112345678", 1, "0.075"),
        (Channel.SMS, "+4915112345678", 3, "0.225"),
        (Channel.SMS, "+33612345678", 2, "0.20"),
        (Channel.SMS, "+447797712345", 1, "0.30"),
        (Channel.SMS, "+447400123456", 1, "0.10"),
        (Channel.WHATSAPP, "+4915112345678", 3, "0.11"),
        (Channel.WHATSAPP, "+12015550123", 1, "0.05"),
        (Channel.FAX, "+493023125199", 3, "0.06"),
        (Channel.FAX, "+12015550123", 1, "0.15"),
        (Channel.EMAIL, "anna@example.com", 1, "0.0004"),
        (Channel.EMAIL, "+4915112345678@example.com", 2, "0.0004"),
    ],
)
def test_a_message_costs_what_its_country_says(channel: Channel, address: str, segments: int, expected: str) -> None:
    assert price(TABLE_OF_PRICES, channel, address, segments) == Decimal(expected)


@pytest.mark.parametrize("channel", Channel)
def test_what_has_no_price_costs_nothing(channel: Channel) -> None:
    assert price({}, channel, "+4915112345678", 2) == 0
    assert price({channel: {"XK": Decimal(1)}}, channel, "+4915112345678", 2) == 0


def test_only_an_sms_has_segments() -> None:
    assert segments_of(SmsContent("a" * 300, 2)) == 2
    assert segments_of(EmailContent("a", "a", "a")) == segments_of(WhatsAppContent("a" * 300)) == 1


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+4930123456", "DE"), ("+12015550123", "US"), ("+14165550123", "CA"), ("+12425550123", "BS"),
        ("+18095550123", "DO"), ("+79161234567", "RU"), ("+77012345678", "KZ"), ("+390612345678", "IT"),
        ("+390669812345", "VA"), ("+441624756789", "IM"), ("+447924123456", "GB"), ("+447624123456", "IM"),
        ("+447640123456", "GB"), ("+35818123456", "AX"), ("+4779123456", "SJ"), ("+212528812345", "MA"),
        ("+870773111632", "001"), ("+999123456", NOWHERE), ("", NOWHERE), ("+", NOWHERE), ("anna", NOWHERE),
    ],
)  # fmt: skip
def test_a_number_has_a_country(number: str, country: str) -> None:
    assert country_of(number) == country


@pytest.mark.parametrize("country", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_the_numbers_of_every_country_are_known(country: str) -> None:
    for kind in KINDS:
        example = phonenumbers.example_number_for_type(country, kind)
        if example is not None:
            written = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
            expected = str(phonenumbers.region_code_for_number(example))
            assert country_of(written) in (expected, COARSE.get(expected))


@pytest.mark.parametrize("code", SHARED)
def test_a_shared_code_is_told_apart_as_phonenumbers_does(code: int) -> None:
    random, valid = Random(code), 0  # noqa: S311 - no secret
    for digits in (4, 7, 8, 9, 9, 9, 9, 10):
        for _ in range(500):
            rest = random.randrange(10 ** (digits - 1), 10**digits)
            number = phonenumbers.PhoneNumber(code, rest)
            if phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in RECEIVING:
                valid += 1
                expected = str(phonenumbers.region_code_for_number(number))
                assert country_of(f"+{code}{rest}") in (expected, COARSE.get(expected))
    assert valid


def test_the_table_is_what_phonenumbers_says_now() -> None:
    assert TABLE.read_text(encoding="utf-8") == table(), f"{TABLE.name} is out of date: run `{COMMAND}`"


def test_no_prefix_is_of_two_countries() -> None:
    prefixes = [prefix for country in PREFIXES.values() for prefix in country.split()]
    assert len(prefixes) == len(set(prefixes))
