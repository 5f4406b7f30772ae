"""Silences made and ended by operators. Those that are over go when the next one is made."""

from datetime import datetime, timedelta

from herald.domain.canonical import short_id
from herald.domain.silence import LONGEST_DAYS, MOST_SILENCES, Silence
from herald.ports import StateStore
from herald.usecases import courtesy_shelves

KEPT_AFTER = timedelta(days=7)
"""How long one that is over is still listed: who was not told asks afterwards."""


class SilenceRefusedError(ValueError):
    """A silence that cannot be made; the text names the fix."""


def made(state: StateStore, matchers: dict[str, str], by: str, comment: str, now: datetime, until: datetime) -> Silence:
    """Make a silence from now on; the same again is the one that stands.

    ``matchers`` are ``rule``, ``audience``, ``person`` and ``subject``. Raises ``SilenceRefusedError``.
    """
    given = {name: value.strip() for name, value in matchers.items() if value.strip()}
    if not given:
        raise SilenceRefusedError("say what is silenced: --rule, --audience, --person or --subject")
    if not by.strip() or not comment.strip():
        raise SilenceRefusedError("say who wants it and why: --by and --comment")
    if not now < until <= now + timedelta(days=LONGEST_DAYS):
        raise SilenceRefusedError(f"it has to end within {LONGEST_DAYS} days: --for 4h, or --until a later time")
    identity = short_id("sil", by, until.isoformat(), *(f"{name}={given[name]}" for name in sorted(given)))
    wanted = Silence(identity, by.strip(), comment.strip(), now, until, **given)

    def add(standing: tuple[Silence, ...] | None) -> tuple[tuple[Silence, ...] | None, Silence]:
        kept = tuple(one for one in standing or () if one.until + KEPT_AFTER > now)
        same = next((one for one in kept if one.id == identity and one.until > now), None)
        if same is not None:
            return None, same
        if len(kept) >= MOST_SILENCES:
            raise SilenceRefusedError(f"there are {MOST_SILENCES} silences: end some, or wait until they are over")
        return (*(one for one in kept if one.id != identity), wanted), wanted

    return courtesy_shelves.silences(state).change(courtesy_shelves.ALL, add)


def ended(state: StateStore, identity: str, now: datetime) -> Silence | None:
    """End a silence now; return it as it is then, or ``None`` if there is none of that id under way."""

    def end(standing: tuple[Silence, ...] | None) -> tuple[tuple[Silence, ...] | None, Silence | None]:
        found = next((one for one in standing or () if one.id == identity and one.until > now), None)
        if found is None:
            return None, None
        over = found.over(now)
        return tuple(over if one.id == identity else one for one in standing or ()), over

    return courtesy_shelves.silences(state).change(courtesy_shelves.ALL, end)


def all_silences(state: StateStore) -> tuple[Silence, ...]:
    """Return those under way and those that ended in the last days, the latest to end first."""
    found = courtesy_shelves.silences(state).get(courtesy_shelves.ALL) or ()
    return tuple(sorted(found, key=lambda one: one.until, reverse=True))
