"""Money: exact amounts in currencies of ISO 4217, never rounded silently, never through a float."""

from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow, localcontext

MAX_DIGITS = 15
"""Most digits an amount may have: up to there, doubles compare as the decimals they stand for do."""

# Source: ISO 4217, list one (active codes) and its minor units. BGN stays for orders older than 2026.
_TWO_DIGITS = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG "
    "HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU "
    "MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR "
    "SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED "
    "VES WST XCD XCG YER ZAR ZMW ZWG "
)
_NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DIGITS = "CLF UYW"

MINOR_UNITS = {
    code: digits
    for digits, codes in ((2, _TWO_DIGITS), (0, _NO_DIGITS), (3, _THREE_DIGITS), (4, _FOUR_DIGITS))
    for code in codes.split()
}
"""Digits after the point, by currency code."""

_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, Overflow])


class MoneyError(ValueError):
    """An amount or a currency that cannot be used; the text holds no amount."""


def exact_amount(value: Decimal, currency: str) -> Decimal:
    """Return the same amount with exactly the currency's digits after the point.

    Raises ``MoneyError`` for an unknown currency, an amount that is not finite, has more fraction digits than the
    currency, or more than 15 digits in all.
    """
    digits = MINOR_UNITS.get(currency)
    if digits is None:
        raise MoneyError("the currency is no code of ISO 4217")
    if not value.is_finite():
        raise MoneyError("the amount is not finite")
    if value and value.adjusted() + 1 + digits > MAX_DIGITS:
        raise MoneyError(f"the amount has more than {MAX_DIGITS} digits, so rules could not compare it exactly")
    try:
        with localcontext(_EXACT):
            return value.quantize(Decimal(1).scaleb(-digits))
    except (Inexact, InvalidOperation):
        raise MoneyError(f"the amount has more than the {digits} fraction digits of {currency}") from None


def product(price: Decimal, quantity: int, currency: str) -> Decimal:
    """Return price times quantity, exactly. Raises ``MoneyError`` where the result is no amount of the currency."""
    with localcontext(_EXACT):
        return exact_amount(price * quantity, currency)


def total(amounts: list[Decimal], currency: str) -> Decimal:
    """Return the exact sum of amounts. Raises ``MoneyError`` where the result is no amount of the currency."""
    with localcontext(_EXACT):
        return exact_amount(sum(amounts, Decimal(0)), currency)
