"""What the use cases need from the outside world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from herald.domain.audit import AuditEntry, AuditRecord
from herald.domain.configuration import Activation, Configuration, Rule
from herald.domain.decision import Decision, RuleOutcome
from herald.domain.delivery import Channel, Delivery
from herald.domain.event import Event, EventReference
from herald.domain.message import EmailContent, FaxContent, Outgoing, SmsContent, WhatsAppContent
from herald.domain.notification import Notification


class Clock(Protocol):
    """Time as an input."""

    def __call__(self) -> datetime:
        """Return the current time, aware, UTC."""
        ...


class Checkpoint(Protocol):
    """A named point between two steps, where a test may let the process die. Does nothing otherwise."""

    def __call__(self, name: str, subject: str) -> None:
        """Tell that the step of that name is done for that subject (an event or notification id)."""
        ...


class Count(Protocol):
    """Counts what operators watch."""

    def __call__(self, name: str, number: int) -> None:
        """Add to the metric of that name."""
        ...


class StorageError(Exception):
    """A table, queue, bus or secret could not be used; the work must come again. The text holds no stored value."""


class Recorded(StrEnum):
    """What the inbox says to a fact."""

    NEW = "new"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    """The sender's id is known, with another body."""


class Inbox(Protocol):
    """Where every event is recorded once, and kept for the retention time."""

    def record(self, event: Event) -> Recorded:
        """Write the event by one conditional write; when this returns ``NEW`` it is durable."""
        ...

    def load(self, event_id: str) -> Event | None:
        """Return the event, or ``None``."""
        ...


class Bus(Protocol):
    """The event bus."""

    def publish(self, references: Sequence[EventReference]) -> Sequence[EventReference]:
        """Publish all; return those that were refused (never silently dropped). Any number may be given."""
        ...


class AuditTrail(Protocol):
    """The append-only, hash-chained record per event."""

    def append(self, record: AuditRecord) -> AuditEntry:
        """Append at the end of the event's chain; if the record's key is there already, return that entry."""
        ...

    def entries(self, event_id: str) -> Sequence[AuditEntry]:
        """Return the whole chain in order."""
        ...


class Decisions(Protocol):
    """The decisions, one per event."""

    def save(self, decision: Decision) -> Decision:
        """Write it unless the event has one already; return the one that stands."""
        ...

    def load(self, event_id: str) -> Decision | None:
        """Return the event's decision, or ``None``."""
        ...


class StaleDeliveryError(Exception):
    """Somebody else moved the delivery since it was read."""


@dataclass(frozen=True, slots=True)
class NotificationRecord:
    """A notification with its deliveries so far, in the order of its channels."""

    notification: Notification
    deliveries: tuple[Delivery, ...]

    def delivery(self, channel: Channel) -> Delivery:
        """Return the delivery on a channel; a fresh pending one if none was begun."""
        for delivery in self.deliveries:
            if delivery.channel is channel:
                return delivery
        return Delivery(self.notification.id, channel, self.notification.event_id)


class Ledger(Protocol):
    """The delivery ledger: decides what was sent, not the vendor."""

    def open(self, notification: Notification) -> Notification:
        """Write the notification unless its id is taken; return the one that stands."""
        ...

    def load(self, notification_id: str) -> NotificationRecord | None:
        """Return a notification with its deliveries, read consistently."""
        ...

    def by_job(self, job_id: str) -> Sequence[Delivery]:
        """Return the deliveries submitted under a job (may lag by seconds)."""
        ...

    def write(self, delivery: Delivery) -> None:
        """Store a moved delivery if the stored version is the one before it, else raise ``StaleDeliveryError``."""
        ...

    def unsettled(self, now: datetime, most: int) -> Sequence[Delivery]:
        """Return the deliveries whose ``look_at`` has come, those waiting longest first (may lag by seconds)."""
        ...


class DispatchQueue(Protocol):
    """Notifications to be sent."""

    def put(self, notification_id: str) -> None:
        """Enqueue a notification's id. Twice is harmless."""
        ...


class WritebackQueue(Protocol):
    """Outcomes to be noted in Threekit, in order per object."""

    def put(self, object_id: str, about: str, event_id: str, note: str = "") -> None:
        """Enqueue behind everything else about the object.

        ``about`` is a notification's id, ``milestones`` or ``item``; with ``event_id`` and ``note`` (the state told) it
        makes equal messages one.
        """
        ...


class ConfigurationVersions(Protocol):
    """The versions of ``config/``, each by its name."""

    def version(self, version: str) -> Configuration:
        """Return one version. Raises ``ConfigurationError`` if it is not there."""
        ...


class ConfigurationStore(ConfigurationVersions, Protocol):
    """The versions of ``config/``, of which one is active."""

    def active(self) -> Configuration:
        """Return the active version, which may have aged a little, and ages on while no newer one can be read.

        Raises ``ConfigurationError`` if there is none.
        """
        ...

    def apply(self, configuration: Configuration, by: str = "", comment: str = "") -> None:
        """Store a version and make it the active one; ``by`` is whose word it is."""
        ...

    def activate(self, version: str, by: str = "", comment: str = "") -> None:
        """Make a stored version the active one. Raises ``ConfigurationError`` if it is not there."""
        ...

    def history(self) -> Sequence[Activation]:
        """Return what was made active when, newest first: the first is what is active. At least the last hundred."""
        ...


class StaleStateError(Exception):
    """Somebody else wrote the document since it was read."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A document of the state table and how often it was written, which guards the next write."""

    document: Mapping[str, Any]
    version: int


class StateStore(Protocol):
    """Small documents that several functions change together, each found by its kind and its id."""

    def load(self, kind: str, identity: str) -> Stored | None:
        """Return a document that has not expired, read consistently, or ``None``."""
        ...

    def save(self, kind: str, identity: str, document: Mapping[str, Any], *, version: int, keep: timedelta) -> None:
        """Write it if the stored version is the one given (0: none stands), else raise ``StaleStateError``.

        It is gone when ``keep`` is over; every write begins that time anew.
        """
        ...

    def every(self, kind: str) -> Mapping[str, Stored]:
        """Return all documents of a kind that have not expired, by id (may lag)."""
        ...


class RuleEngine(Protocol):
    """Evaluates conditions."""

    def evaluate(
        self, configuration: Configuration, rules: Sequence[Rule], facts: Mapping[str, Any]
    ) -> list[RuleOutcome]:
        """Return one outcome per rule; a rule that cannot be evaluated is an ``ERROR`` outcome, never an exception."""
        ...


class RenderError(Exception):
    """A message could not be rendered; the text names template, part and reason, without values."""


class Renderer(Protocol):
    """Makes messages of templates."""

    def email(
        self, configuration: Configuration, template: str, locale: str, values: Mapping[str, Any]
    ) -> EmailContent:
        """Render subject, text and HTML. Raises ``RenderError``."""
        ...

    def subject(self, configuration: Configuration, template: str, locale: str, values: Mapping[str, Any]) -> str:
        """Render the subject of an e-mail alone. Raises ``RenderError``."""
        ...

    def sms(self, configuration: Configuration, template: str, locale: str, values: Mapping[str, Any]) -> SmsContent:
        """Render an SMS. Raises ``RenderError``."""
        ...

    def whatsapp(
        self, configuration: Configuration, template: str, locale: str, values: Mapping[str, Any]
    ) -> WhatsAppContent:
        """Render a WhatsApp message. Raises ``RenderError``."""
        ...

    def fax(self, configuration: Configuration, template: str, locale: str, values: Mapping[str, Any]) -> FaxContent:
        """Render a fax. Raises ``RenderError``."""
        ...


class OpenText(Protocol):
    """The outbound message API of OpenText Notifications."""

    def submit(self, message: Outgoing) -> str:
        """Submit one message; return OpenText's job id. Raises ``CallFailed`` with the fate of the try."""
        ...

    def status(self, channel: Channel, job_id: str) -> dict[str, Any]:
        """Return the status body of a job, the one the webhook pushes too. Raises ``CallFailed``."""
        ...


class Threekit(Protocol):
    """The platform API of Threekit, with the private token. Every method raises ``CallFailed``."""

    def order(self, order_id: str) -> dict[str, Any]:
        """Return an order (numbers with a fraction are ``Decimal``)."""
        ...

    def configurations(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return the saved configurations among these ids, by id; Threekit does not check what a cart names."""
        ...

    def picture(self, configuration_id: str) -> bytes:
        """Return the picture of a saved configuration, 4 MB at most."""
        ...

    def job(self, job_id: str) -> dict[str, Any]:
        """Return a job."""
        ...

    def put_order(self, order_id: str, metadata: Mapping[str, Any], status: str | None = None) -> None:
        """Replace an order's metadata as a whole, and its status where one is given."""
        ...

    def orders_page(self, page: int, sort: str) -> list[dict[str, Any]]:
        """Return a page of a hundred orders, counted from 1, in the order of ``sort`` (such as ``-createdAt``)."""
        ...

    def jobs_page(self, page: int) -> list[dict[str, Any]]:
        """Return a page of a hundred jobs, counted from 1, newest first."""
        ...

    def item(self, item_id: str) -> dict[str, Any]:
        """Return a catalogue item with its metadata as a plain map."""
        ...

    def item_record(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Return the whole record of an item as the export has it: ``{"query", "product"}``."""
        ...

    def import_item(self, record: Mapping[str, Any]) -> None:
        """Write a whole record of an item."""
        ...


class Secrets(Protocol):
    """The secret a function may read."""

    def get(self) -> Mapping[str, Any]:
        """Return the secret's JSON object (may be up to five minutes old)."""
        ...

    def refused(self) -> None:
        """Note that a vendor refused what the secret holds: somebody may have put another one in its place."""
        ...


class ScanQueue(Protocol):
    """Steps of scans to be made, side by side and in any order."""

    def put(self, steps: Sequence[Mapping[str, Any]]) -> None:
        """Enqueue steps. Twice is harmless."""
        ...


class Timers(Protocol):
    """Who tells that the time of an approval or a notification has come."""

    def set(self, identity: str, due: datetime) -> None:
        """Ask to be told of it when ``due`` has come, never before. Asked twice it may be told twice."""
        ...


class ReceiptSigner(Protocol):
    """Signs receipts."""

    def __call__(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return the receipt with its signature. Raises ``CallFailed`` if the key cannot be had."""
        ...
