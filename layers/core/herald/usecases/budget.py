"""What messages cost is counted here, and asked before the next one goes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from herald.domain.budget import Admit, Degrade, Period, Prospect, account_id, concerned, decide, period_at, prospect
from herald.domain.budget_account import Account, account_document, account_of
from herald.domain.budget_plan import BudgetPlan, Limit, Scope, plan_of
from herald.domain.canonical import short_id
from herald.domain.delivery import Delivery
from herald.domain.errors import ConfigurationError
from herald.domain.message import Outgoing
from herald.domain.notification import Notification
from herald.ports import Checkpoint, ConfigurationVersions, Count, Inbox, StateStore, StorageError
from herald.usecases.shelf import Shelf

KEPT_AFTER = timedelta(days=2)
"""How long an account outlives its period."""


def budget_accounts(store: StateStore, keep: timedelta = KEPT_AFTER) -> Shelf[Account]:
    """What was spent of a limit in one of its periods, by ``budget.account_id``."""
    return Shelf(store, "budget", account_of, account_document, keep)


@dataclass(frozen=True, slots=True)
class _Concern:
    """A limit that a message counts for, and the account that it would be charged to."""

    limit: Limit
    identity: str
    period: Period
    who: str


@dataclass(frozen=True)
class Budgets:
    """The limits of the version a notification was decided by."""

    configurations: ConfigurationVersions
    state: StateStore
    inbox: Callable[[], Inbox]
    """Made when a threshold is reached, which few messages do."""
    count: Count
    checkpoint: Checkpoint

    def look(self, notification: Notification, message: Outgoing, now: datetime) -> Admit | Degrade:
        """Say whether a message may go as it is, or which other way.

        Nothing is reserved: of those who look at the same moment, none sees the others. Raises ``StorageError`` and
        ``ConfigurationError``.
        """
        configuration = self.configurations.version(notification.config_version)
        if not configuration.budgets:
            return Admit()
        plan = plan_of(configuration.budgets)
        about = prospect(plan, notification, message)
        accounts = budget_accounts(self.state)
        concerns = _concerns(plan, about, configuration.zone, now)
        return decide(about, ((one.limit, accounts.get(one.identity)) for one in concerns), plan.currency)

    def charge(self, notification: Notification, claimed: Delivery, message: Outgoing, now: datetime) -> None:
        """Count a message that is about to be submitted, and tell of what it brings a limit to.

        A delivery is charged once, and once more when it is sent again after an unknown outcome: what OpenText refused
        costs nothing, so the try after it is the same charge. It raises nothing, as a message must not hang on its
        price; a charge that is lost is counted as ``BudgetChargesLost``.
        """
        try:
            configuration = self.configurations.version(notification.config_version)
        except (StorageError, ConfigurationError):
            self.count("BudgetChargesLost", 1)
            return
        if not configuration.budgets:
            return
        plan = plan_of(configuration.budgets)
        about = prospect(plan, notification, message)
        if not about.price:
            return
        charge = short_id("chg", claimed.reference, str(claimed.resends))
        for concern in _concerns(plan, about, configuration.zone, now):
            try:
                self._charge(concern, plan, charge, about.price, now)
            except StorageError:
                self.count("BudgetChargesLost", 1)

    def _charge(self, concern: _Concern, plan: BudgetPlan, charge: str, price: Decimal, now: datetime) -> None:
        limit, period = concern.limit, concern.period
        accounts = budget_accounts(self.state, period.until - now + KEPT_AFTER)

        def add(standing: Account | None) -> tuple[Account, tuple[Account, int | None]]:
            account = (standing or Account(limit.id, concern.who, period.name, plan.currency)).charged(charge, price)
            return account, (account, account.to_tell(limit.amount, plan.announce))

        account, threshold = accounts.change(concern.identity, add)
        self.checkpoint("budget.charged", limit.id)
        if threshold is None:
            return
        from herald.usecases.budget_events import budget_event  # noqa: PLC0415 - few messages reach a threshold

        # Noted only once it is recorded, so that what a crash left untold is told by the next charge.
        self.inbox().record(budget_event(concern.identity, account, threshold, limit, plan, period.until, now))
        self.checkpoint("budget.told", limit.id)
        accounts.change(concern.identity, lambda standing: (standing and standing.heard(threshold), None))


def _concerns(plan: BudgetPlan, about: Prospect, zone: str, now: datetime) -> Iterator[_Concern]:
    for limit, counted in concerned(plan, about):
        period = period_at(limit.per, now, zone)
        who = {Scope.PERSON: about.name, Scope.TOTAL: ""}.get(limit.scope, counted)
        yield _Concern(limit, account_id(plan, limit, counted, period), period, who)
