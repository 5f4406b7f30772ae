"""How budgets stand: what is spent of every limit, and what comes next."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from herald.domain.budget import Period, period_at
from herald.domain.budget_account import Account, has_reached, share
from herald.domain.budget_plan import ANY, BudgetPlan, Limit, plan_of
from herald.domain.configuration import Configuration
from herald.ports import StateStore
from herald.usecases.budget import budget_accounts


@dataclass(frozen=True, slots=True)
class Next:
    """What happens when so many percent are spent."""

    at: int
    announced: bool
    degrades: bool


@dataclass(frozen=True, slots=True)
class Stand:
    """What one rule, person, country or all have spent of a limit; ``who`` is empty where nobody has anything."""

    limit: Limit
    period: Period
    who: str
    spent: Decimal
    told: tuple[int, ...]
    next: Next | None

    @property
    def share(self) -> int:
        """How much is spent, in whole percent."""
        return share(self.spent, self.limit.amount)

    @property
    def degrades(self) -> bool:
        """Whether messages go another way by now."""
        return has_reached(self.spent, self.limit.amount, self.limit.degrade_at)


@dataclass(frozen=True, slots=True)
class Budgets:
    """All limits of the active configuration, in the order of the file, the most spent first."""

    plan: BudgetPlan
    zone: str
    stands: tuple[Stand, ...]


def read_budgets(configuration: Configuration, state: StateStore, now: datetime) -> Budgets:
    """Return how all limits stand in their present periods (may lag). Raises ``StorageError``."""
    plan = plan_of(configuration.budgets)
    accounts = tuple(budget_accounts(state).all().values()) if plan.limits else ()
    stands: list[Stand] = []
    for limit in plan.limits:
        period = period_at(limit.per, now, configuration.zone)
        nobody = Account(limit.id, "" if limit.match == ANY else limit.match, period.name, plan.currency)
        present = (limit.id, period.name, plan.currency)
        own = [one for one in accounts if (one.limit, one.period, one.currency) == present] or [nobody]
        stands += (
            Stand(limit, period, one.who, one.spent, one.told, _next(one, limit, plan))
            for one in sorted(own, key=lambda one: (-one.spent, one.who))
        )
    return Budgets(plan, configuration.zone, tuple(stands))


def _next(account: Account, limit: Limit, plan: BudgetPlan) -> Next | None:
    steps = sorted({*plan.announce, limit.degrade_at})
    ahead = [step for step in steps if not has_reached(account.spent, limit.amount, step)]
    return Next(ahead[0], ahead[0] in plan.announce, ahead[0] == limit.degrade_at) if ahead else None
