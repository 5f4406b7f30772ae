"""Public holidays of countries, as the library ``holidays`` knows them."""

from collections.abc import Iterable
from datetime import date

from herald_cli.findings import did_you_mean


class UnknownCountryError(ValueError):
    """A country or subdivision the library has no holidays of; ``key`` says which, ``fix`` what to write."""

    def __init__(self, key: str, message: str, fix: str) -> None:
        super().__init__(message)
        self.key = key
        self.fix = fix


def public_holidays(country: str, subdivision: str | None, years: Iterable[int]) -> frozenset[date]:
    """Return the days off of a country (ISO 3166-1, ``DE``), with those of one part of it (ISO 3166-2, ``BE``).

    Raises ``UnknownCountryError``.
    """
    import holidays  # noqa: PLC0415 - large, and only calendars with holidays need it

    parts = holidays.list_supported_countries()
    if country not in parts:
        fix = did_you_mean(country.upper(), parts) or "write the two letters of ISO 3166, as in DE"
        raise UnknownCountryError("country", f"no public holidays are known of `{country}`", fix)
    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=years))
    except NotImplementedError:
        fix = did_you_mean(str(subdivision).upper(), parts[country]) or "leave it out"
        raise UnknownCountryError("subdivision", f"`{country}` has no part `{subdivision}`", fix) from None
