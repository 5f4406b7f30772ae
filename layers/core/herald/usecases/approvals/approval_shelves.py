"""Where approvals, and what has to be found about them, lie in the state table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from herald.domain.approval.approval import Approval
from herald.domain.approval.document import approval_document, approval_of
from herald.domain.canonical import short_id
from herald.domain.notification import Recipient
from herald.ports import StateStore
from herald.usecases.shelf import Shelf
from herald.usecases.shelves import A_YEAR

Places = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What a sweep and a list have to know of an approval. ``due`` is ``None`` where nothing is due by time."""

    subject: str
    title: str
    opened_at: datetime
    due: datetime | None


def approvals(store: StateStore) -> Shelf[Approval]:
    """Each approval, by its id."""
    return Shelf(store, "approval", approval_of, approval_document, A_YEAR)


def chains_of(store: StateStore) -> Shelf[tuple[str, ...]]:
    """The chains in which something was ever to be approved, by ``subject_key``; also those that are gone now."""
    return Shelf(
        store,
        "approval-chains",
        lambda document: tuple(document["chains"]),
        lambda chains: {"chains": list(chains)},
        timedelta(days=3650),
    )


def under_way(store: StateStore, keep: timedelta = A_YEAR) -> Shelf[UnderWay]:
    """The approvals that have not ended, by their ids; one that ended is put here for a moment only."""
    return Shelf(
        store,
        "approval-under-way",
        lambda document: UnderWay(document["subject"], document["title"], document["opened_at"], document["due"]),
        lambda one: {"subject": one.subject, "title": one.title, "opened_at": one.opened_at, "due": one.due},
        keep,
    )


def waiting(store: StateStore) -> Shelf[Places]:
    """What waits for a person, by ``person_key`` or ``phone_key``: approvals with the number of the ticket."""
    return Shelf(
        store,
        "approval-waiting",
        lambda document: tuple((approval, int(number)) for approval, number in document["tickets"]),
        lambda places: {"tickets": [list(place) for place in places]},
        timedelta(days=120),
    )


def last_approved(store: StateStore) -> Shelf[Mapping[str, Any]]:
    """What was approved last of a product, by ``product``."""
    return Shelf(store, "last-approved", dict, dict, timedelta(days=3 * 365))


def receipts(store: StateStore) -> Shelf[Mapping[str, Any]]:
    """The signed receipt of each end, by ``receipt_key``."""
    return Shelf(store, "approval-receipt", dict, dict, timedelta(days=10 * 365))


def refused_links(store: StateStore) -> Shelf[Mapping[str, Any]]:
    """How often somebody came with links that are not ours, by ``visitor_key``: ``{"count", "since"}``."""
    return Shelf(store, "refused-links", dict, dict, timedelta(minutes=30))


def unclear_replies(store: StateStore) -> Shelf[Mapping[str, Any]]:
    """How often a phone sent codes that are not known, by ``phone_key``: ``{"count", "since"}``."""
    return Shelf(store, "unclear-replies", dict, dict, timedelta(hours=2))


def person_key(person: Recipient) -> str:
    """Return the key of a person, from which nobody reads an address."""
    return short_id("per", person.key)


def phone_key(phone: str) -> str:
    """Return the key of a phone number."""
    return short_id("tel", phone)


def subject_key(subject: str) -> str:
    """Return the key of what is approved."""
    return short_id("sbj", subject)


def product(key: str) -> str:
    """Return the key of a product."""
    return short_id("prd", key)


def visitor_key(address: str) -> str:
    """Return the key of an IP address."""
    return short_id("vis", address)


def receipt_key(approval: Approval) -> str:
    """Return the key of the receipt of an approval's present end: one that was parked may still be decided."""
    return f"{approval.id}-{approval.round}-{approval.state}"
