"""The event by which a limit of ``config/budgets.yaml`` tells how much of it is spent."""

from datetime import datetime

from herald.domain.budget import SUBJECT
from herald.domain.budget_account import Account, has_reached, share
from herald.domain.budget_plan import BudgetPlan, Limit
from herald.domain.canonical import fingerprint
from herald.domain.event import Event, Identity, Origin, Trust
from herald.domain.event_types import BUDGET_REACHED

SOURCE = "/herald/budgets"


def budget_event(
    identity: str, account: Account, threshold: int, limit: Limit, plan: BudgetPlan, until: datetime, now: datetime
) -> Event:  # fmt: skip
    """Return the word that a threshold of an account is reached: the same event, whoever tells it first.

    ``identity`` is the account's id, ``until`` the end of its period.
    """
    data = {
        "limit": limit.id, "scope": str(limit.scope), "who": account.who, "audience": limit.audience,
        "threshold": threshold, "share": share(account.spent, limit.amount), "spent": account.spent,
        "amount": limit.amount, "currency": plan.currency, "per": str(limit.per), "period": account.period,
        "until": until, "channels": [str(channel) for channel in limit.channels], "degradeAt": limit.degrade_at,
        "degrades": has_reached(account.spent, limit.amount, limit.degrade_at),
    }  # fmt: skip
    return Event(
        identity=Identity.of_object_version(SOURCE, "budget", identity, str(threshold)), type=BUDGET_REACHED,
        subject=f"{SUBJECT}{limit.id}", time=now, data=data, origin=Origin.DISPATCH, trust=Trust.SIGNED,
        received_at=now, body_hash=fingerprint(data),
    )  # fmt: skip
