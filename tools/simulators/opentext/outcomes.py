"""What becomes of a message to one recipient."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, get_args

OutcomeName = Literal[
    "delivered",
    "opened",
    "sent_only",
    "bounced",
    "gamma_failure",
    "error",
    "cancelled",
    "expired",
    "held",
    "strange",
    "silent",
]
OUTCOME_NAMES: tuple[str, ...] = get_args(OutcomeName)


@dataclass(frozen=True)
class Outcome:
    """One fate (docs/vendor/opentext.md 4, meaning of states).

    - ``delivered``: Sent, then the event that tells of the handset or mailbox.
    - ``opened``: an e-mail that is Sent, then opened once; as ``delivered`` for an SMS. That opens are told of without
      ``html_open_tracking`` in the submit is assumed.
    - ``sent_only``: Sent and never an event.
    - ``bounced``: Sent, then the event of a failure. For e-mail a DSN with the status 5.1.1 of RFC 3463; for SMS the
      event status ``Failed``, an UNKNOWN value: only ``Confirmed`` was ever seen.
    - ``gamma_failure``: Sent with a non-zero ``gamma_code``, so not delivered; the code table is not public, 5000 is
      from a generated sample.
    - ``error``, ``cancelled``: no attempt made. ``expired``: seen in SOAP only.
    - ``held``: Held for ever, a state seen in SOAP only.
    - ``strange``: after InProcess ``Quarantined`` for ever, a state that nobody documents.
    - ``silent``: accepted, then Pending for ever, without a push of its own.

    For WhatsApp no event is known: ``delivered``, ``opened`` and ``bounced`` are there as ``sent_only``. For a fax
    there is none either: ``delivered`` and ``opened`` say that a page was delivered, ``gamma_failure`` and ``bounced``
    that none was, with a ``gamma_code``, and ``sent_only`` says nothing of pages.
    """

    name: OutcomeName = "delivered"
    gamma_code: int = 5000

    def __post_init__(self) -> None:
        """Refuse an unknown name and a gamma code that would mean success."""
        if self.name not in OUTCOME_NAMES:
            raise ValueError(f"an outcome is one of {', '.join(OUTCOME_NAMES)}")
        if not isinstance(self.gamma_code, int) or self.gamma_code == 0:
            raise ValueError("a gamma code of a failure is a whole number other than 0")


class Outcomes:
    """Which outcome a recipient meets: the last pattern set that fits the address, else the default."""

    def __init__(self, default: OutcomeName = "delivered") -> None:
        self._default = Outcome(default)
        self._by_pattern: dict[str, Outcome] = {}

    def set(self, pattern: str, name: OutcomeName, gamma_code: int = 5000) -> None:
        """Choose the outcome of future submits to an address; shell wildcards are allowed. Raises ValueError."""
        outcome = Outcome(name, gamma_code)
        # Taken out first, so that the pattern set last is also the last in order.
        self._by_pattern.pop(pattern, None)
        self._by_pattern[pattern] = outcome

    def of(self, address: str) -> Outcome:
        """Return the outcome an address meets."""
        for pattern in reversed(self._by_pattern):
            if fnmatchcase(address, pattern):
                return self._by_pattern[pattern]
        return self._default

    def clear(self) -> None:
        """Forget all patterns."""
        self._by_pattern.clear()

    def documents(self) -> dict[str, str]:
        """Return the patterns with their outcome names."""
        return {pattern: outcome.name for pattern, outcome in self._by_pattern.items()}
