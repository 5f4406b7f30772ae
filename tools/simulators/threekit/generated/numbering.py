"""The ids of generated records, which hold the record's number, and the numbers that look random."""

from enum import IntEnum

_MASK = (1 << 64) - 1


class Kind(IntEnum):
    """The kinds of generated records, as the second group of four digits of an id says them."""

    STAGE = 0x1001
    GLOBAL = 0x1002
    OPTION = 0x1003
    MATERIAL = 0x1004
    MODEL = 0x1005
    ITEM = 0x1006
    SAMPLE = 0x1007
    ATTRIBUTE = 0x1008
    OPTION_ATTRIBUTE = 0x1009
    SAMPLE_ATTRIBUTE = 0x100A
    CONFIGURATION = 0x100B
    ORDER = 0x100C
    RETIRED = 0x100D
    MISSING = 0x100E
    PRICEBOOK = 0x100F
    TAG = 0x1010
    ROW = 0x1011


def id_of(seed: int, kind: Kind, number: int | str) -> str:
    """Build an id: a version 4 UUID like those of the seed data. ``number`` may be twelve digits that are written."""
    digits = number if isinstance(number, str) else f"{number:012x}"
    return f"5eed{kind:04x}-{seed & 0xFFFF:04x}-4000-8000-{digits}"


def parsed(seed: int, key: str) -> tuple[Kind, int] | None:
    """Return the kind and the number an id of this seed holds; ``None`` for any other text."""
    try:
        kind, number = Kind(int(key[4:8], 16)), int(key[24:], 16)
    except ValueError:
        return None
    return (kind, number) if id_of(seed, kind, number) == key else None


def mixed(seed: int, number: int) -> int:
    """Return 64 bits that look random and are always the same for a seed and a number (splitmix64)."""
    bits = (number * 0x9E3779B97F4A7C15 + seed * 0xD1342543DE82EF95 + 0x632BE59BD9B4E019) & _MASK
    bits = ((bits ^ bits >> 30) * 0xBF58476D1CE4E5B9) & _MASK
    bits = ((bits ^ bits >> 27) * 0x94D049BB133111EB) & _MASK
    return bits ^ bits >> 31
