"""What was spent of a limit in one of its periods, and what was told of that."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

MOST_REMEMBERED = 100
"""How many charges an account knows again. One that comes again after so many others is counted a second time."""


@dataclass(frozen=True, slots=True)
class Account:
    """What one limit has taken in one period.

    ``who`` names for people for whom it counts. ``told`` holds thresholds in percent, ``recent`` the last charges.
    """

    limit: str
    who: str
    period: str
    currency: str
    spent: Decimal = Decimal(0)
    told: tuple[int, ...] = ()
    recent: tuple[str, ...] = ()

    def charged(self, charge: str, price: Decimal) -> "Account":
        """Return it with a charge of that name; a charge it remembers changes nothing.

        Prices have few digits, so sums are exact whatever their order.
        """
        if charge in self.recent:
            return self
        return replace(self, spent=self.spent + price, recent=(*self.recent, charge)[-MOST_REMEMBERED:])

    def to_tell(self, amount: Decimal, announce: tuple[int, ...]) -> int | None:
        """Return the highest threshold that is reached and of which nothing was told; those below it it tells too."""
        reached = [threshold for threshold in announce if has_reached(self.spent, amount, threshold)]
        highest = max(reached, default=None)
        return highest if highest is not None and highest > max(self.told, default=-1) else None

    def heard(self, threshold: int) -> "Account":
        """Return it with that threshold told of."""
        return self if threshold in self.told else replace(self, told=tuple(sorted((*self.told, threshold))))


def has_reached(spent: Decimal, amount: Decimal, percent: int) -> bool:
    """Say whether so much of an amount is spent; exact."""
    return spent * 100 >= amount * percent


def share(spent: Decimal, amount: Decimal) -> int:
    """Return how much of an amount is spent, in whole percent, never more than it is."""
    return int(spent * 100 // amount)


def account_document(account: Account) -> dict[str, Any]:
    """Return the account as plain objects."""
    return {
        "limit": account.limit, "who": account.who, "period": account.period, "currency": account.currency,
        "spent": account.spent, "told": list(account.told), "recent": list(account.recent),
    }  # fmt: skip


def account_of(document: Mapping[str, Any]) -> Account:
    """Return the account of plain objects."""
    return Account(
        document["limit"], document["who"], document["period"], document["currency"], document["spent"],
        tuple(document["told"]), tuple(document["recent"]),
    )  # fmt: skip
