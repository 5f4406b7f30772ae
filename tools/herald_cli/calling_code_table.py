"""Writes the table of countries by calling code anew: ``python -m herald_cli.calling_code_table``."""

import textwrap
from collections.abc import Mapping
from pathlib import Path

import phonenumbers
import regex
from phonenumbers.phonemetadata import PhoneMetadata

import herald.domain

COMMAND = "python -m herald_cli.calling_code_table"
TABLE = Path(herald.domain.__file__).parent / "calling_codes.py"
MOST_DIGITS = 5
"""National digits that are told apart where countries share a calling code: one more only adds parts of two islands."""

_HEAD = f'''"""Calling codes and the first national digits of each country. Written by ``{COMMAND}``.

Source: the metadata of phonenumbers, for fixed-line and mobile numbers. Where countries share a code, they are told
apart by {MOST_DIGITS} national digits at most; what fits several is the first's, as phonenumbers has it.
"""

from collections.abc import Mapping

PREFIXES: Mapping[str, str] = {{
'''


def table() -> str:
    """Return what the file must hold."""
    lines = [_entry(country, sorted(prefixes)) for country, prefixes in sorted(prefixes_by_country().items())]
    return f"{_HEAD}{''.join(lines)}}}\n"


def prefixes_by_country() -> dict[str, list[str]]:
    """Return the prefixes (calling code and national digits) of each country; the longest that fits a number counts."""
    found: dict[str, list[str]] = {}
    for code, countries in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        first = countries[0]
        found.setdefault(first, []).append(str(code))
        if len(countries) > 1:
            for digits, country in _told_apart(countries, "").items():
                if country != first:
                    found.setdefault(country, []).append(f"{code}{digits}")
    return found


def _told_apart(countries: tuple[str, ...], digits: str) -> Mapping[str, str]:
    """Return the countries of numbers that begin with these digits, by as few digits more as say it."""
    fitting = [country for country in countries if _may_begin(country, digits)]
    if len(digits) == MOST_DIGITS or not fitting or (len(fitting) == 1 and _surely(fitting[0], digits)):
        return {digits: (fitting or countries)[0]}
    found: dict[str, str] = {}
    for digit in "0123456789":
        found |= _told_apart(countries, digits + digit)
    return found if len(set(found.values())) > 1 else {digits: found[f"{digits}0"]}


def _may_begin(country: str, digits: str) -> bool:
    metadata = _metadata(country)
    if metadata.leading_digits:
        return bool(regex.match(metadata.leading_digits, digits, partial=True))
    kinds = (metadata.fixed_line, metadata.mobile)
    patterns = [kind.national_number_pattern for kind in kinds if kind and kind.national_number_pattern]
    return any(regex.fullmatch(pattern, digits, partial=True) for pattern in patterns)


def _surely(country: str, digits: str) -> bool:
    leading = _metadata(country).leading_digits
    return not leading or bool(regex.match(leading, digits))


def _metadata(country: str) -> PhoneMetadata:
    metadata = PhoneMetadata.metadata_for_region(country, None)
    assert metadata is not None  # noqa: S101 - for the type checker: phonenumbers named the country
    return metadata


def _entry(country: str, prefixes: list[str]) -> str:
    line = f'    "{country}": "{" ".join(prefixes)}",\n'
    if len(line) <= 121:
        return line
    parts = textwrap.wrap(" ".join(prefixes), 100)
    quoted = [f'        "{part} "\n' for part in parts[:-1]] + [f'        "{parts[-1]}"\n']
    return f'    "{country}": (\n{"".join(quoted)}    ),\n'


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
