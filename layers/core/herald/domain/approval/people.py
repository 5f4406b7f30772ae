"""Who is who: two entries that share an address are one person, who has one voice and none about their own request."""

from collections.abc import Collection, Iterable

from herald.domain.approval.approval import Approval
from herald.domain.delivery import Channel
from herald.domain.notification import Recipient, same_person


def is_among(person: Recipient, people: Iterable[Recipient]) -> bool:
    """Say whether somebody is one of those people."""
    return any(same_person(person, one) for one in people)


def voices(people: Iterable[Recipient]) -> int:
    """Return how many different people those are."""
    different: list[Recipient] = []
    for person in people:
        if not is_among(person, different):
            different.append(person)
    return len(different)


def is_requester(approval: Approval, person: Recipient) -> bool:
    """Say whether somebody is who asked for the approval, by any of their addresses."""
    return approval.requester is not None and same_person(approval.requester, person)


def may_be_asked(approval: Approval, person: Recipient, channels: Collection[Channel]) -> bool:
    """Say whether somebody can be told on one of those channels, and has not asked for it themselves."""
    return not is_requester(approval, person) and bool(person.over(channels))
