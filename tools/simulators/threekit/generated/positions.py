"""Sequences of places in the list of assets that are known without being written out."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """The places ``start + number`` for the numbers below ``total`` that leave one of ``residues`` modulo ``modulus``.

    ``residues`` are in order. With modulus 1 and the residue 0 these are all of them.
    """

    start: int
    total: int
    modulus: int = 1
    residues: tuple[int, ...] = (0,)

    def __len__(self) -> int:
        """How many there are."""
        return self.below(self.total)

    def __getitem__(self, rank: int) -> int:
        """The place of a rank, counted from 0."""
        whole, rest = divmod(rank, len(self.residues))
        return self.start + whole * self.modulus + self.residues[rest]

    def __contains__(self, place: int) -> bool:
        """Whether a place is one of them."""
        number = place - self.start
        return 0 <= number < self.total and number % self.modulus in self.residues

    def below(self, number: int) -> int:
        """How many have a number below this."""
        whole, rest = divmod(max(0, min(number, self.total)), self.modulus)
        return whole * len(self.residues) + sum(1 for one in self.residues if one < rest)


class Places:
    """Parts one after the other, in the order of their places."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = [part for part in parts if len(part)]
        self._firsts: list[int] = []
        total = 0
        for part in self._parts:
            self._firsts.append(total)
            total += len(part)
        self._total = total

    def __len__(self) -> int:
        """How many places there are."""
        return self._total

    def __getitem__(self, rank: int) -> int:
        """The place of a rank, counted from 0."""
        if not 0 <= rank < self._total:
            raise IndexError(rank)
        found = bisect_right(self._firsts, rank) - 1
        return self._parts[found][rank - self._firsts[found]]

    def __contains__(self, place: int) -> bool:
        """Whether a place is one of them."""
        return any(place in part for part in self._parts)

    def rank(self, place: int) -> int:
        """How many places are before this one."""
        return sum(part.below(place - part.start) for part in self._parts)
