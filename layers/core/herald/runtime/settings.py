"""What each function is told by its environment: one frozen model per function, all variables prefixed ``HERALD_``."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from herald.domain.errors import ConfigurationError

PREFIX = "HERALD_"

Seconds = Annotated[int, Field(gt=0)]
RetentionDays = Annotated[int, Field(ge=15)]
LinkDays = Annotated[int, Field(gt=0, le=60)]
BodyBytes = Annotated[int, Field(gt=0, le=300_000)]


class Settings(BaseModel):
    """What every function has."""

    # A function reads one of these models; the others' validators are not worth building at every cold start.
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings from variables. Raises ``ConfigurationError`` that names all missing or bad ones."""
        given = {
            name: environment[PREFIX + name.upper()]
            for name in cls.model_fields
            if PREFIX + name.upper() in environment
        }
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            problems = "; ".join(
                f"{PREFIX}{str(problem['loc'][0]).upper()}: {problem['msg']}"
                for problem in error.errors(include_input=False)
            )
            raise ConfigurationError(f"set these environment variables in template.yaml: {problems}") from None


class IngressSettings(Settings):
    """A function that receives HTTP requests from outside."""

    inbox_table: str
    audit_table: str
    secret_id: str
    max_body_bytes: BodyBytes
    max_json_depth: Annotated[int, Field(gt=0, le=200)]
    event_retention_days: RetentionDays


class WebhookSettings(IngressSettings):
    """``threekit_webhook``."""


class CallbackSettings(IngressSettings):
    """``opentext_callback``."""


class RelaySettings(Settings):
    """``event_relay``."""

    audit_table: str
    state_table: str
    bus_name: str


class QueueSettings(Settings):
    """A function that works a queue off."""

    queue_url: str
    dlq_url: str


class ConsumerSettings(QueueSettings):
    """A function that works a queue off, agrees with others by the state table, and audits what it does."""

    state_table: str
    audit_table: str


class VersionSettings(Settings):
    """A function that reads versions of ``config/`` by their names."""

    config_bucket: str


class ActiveVersionSettings(VersionSettings):
    """A function that goes by the version of ``config/`` that is active."""

    config_parameter: str
    config_max_age_seconds: Seconds


class EvaluationSettings(ConsumerSettings, ActiveVersionSettings):
    """``rule_evaluation``.

    Times of approvals become schedules in the group ``approval_schedules``, which write to the timer's queue; what is
    about to come is put there directly. Two secrets: Threekit's, and the one that approvals are signed with.
    """

    inbox_table: str
    ledger_table: str
    catalog_table: str
    dispatch_queue_url: str
    writeback_queue_url: str
    scan_queue_url: str
    approval_timer_queue_url: str
    approval_timer_queue_arn: str
    approval_timer_dlq_arn: str
    approval_schedules: str
    approval_schedules_role_arn: str
    secret_id: str
    approval_secret_id: str
    approval_link_days: LinkDays
    threekit_base_url: str
    threekit_source: str
    event_retention_days: RetentionDays
    retry_window_hours: Seconds


class OpenTextSettings(Settings):
    """A function that calls OpenText."""

    opentext_base_url: str
    opentext_auth: Literal["basic", "oauth2"]
    opentext_token_url: str
    opentext_phone_format: Literal["00", "plus"]
    opentext_html_type: str
    opentext_per_second: Annotated[float, Field(gt=0, le=1000)]


class DispatchSettings(ConsumerSettings, OpenTextSettings, VersionSettings):
    """``notification_dispatch``.

    What is held comes back by schedules in the group ``hold_schedules``, which write to the function's own queue. Two
    secrets: OpenText's, and the one that links to approvals are signed with. What budgets announce enters the inbox.
    """

    queue_arn: str
    dlq_arn: str
    hold_schedules: str
    hold_schedules_role_arn: str
    inbox_table: str
    ledger_table: str
    writeback_queue_url: str
    secret_id: str
    approval_secret_id: str
    approval_base_url: str
    message_prefix: Annotated[str, Field(min_length=1)]
    lease_seconds: Seconds
    grace_seconds: Seconds
    retry_window_hours: Seconds
    event_retention_days: RetentionDays


class TrackingSettings(ConsumerSettings, ActiveVersionSettings):
    """``delivery_tracking``."""

    inbox_table: str
    ledger_table: str
    dispatch_queue_url: str
    writeback_queue_url: str
    approval_secret_id: str
    event_retention_days: RetentionDays


class WritebackSettings(ConsumerSettings, ActiveVersionSettings):
    """``threekit_writeback``."""

    inbox_table: str
    ledger_table: str
    secret_id: str
    threekit_base_url: str
    threekit_source: str
    threekit_metadata_put: Literal["whole", "own"]
    event_retention_days: RetentionDays
    retry_window_hours: Seconds


class ReconcileSettings(ConsumerSettings, OpenTextSettings, ActiveVersionSettings):
    """``reconcile``.

    ``threekit_source`` and ``opentext_source`` are the names under which the vendors' webhooks come in, so that what is
    found bears the identity that a webhook about it would have. Two secrets: one per vendor.
    """

    inbox_table: str
    ledger_table: str
    dispatch_queue_url: str
    writeback_queue_url: str
    threekit_secret_id: str
    opentext_secret_id: str
    threekit_base_url: str
    threekit_source: str
    opentext_source: str
    order_sort: Literal["-createdAt", "-updatedAt"]
    sweep_days: Annotated[int, Field(gt=0, le=29)]
    settle_seconds: Seconds
    scan_overdue_hours: Annotated[int, Field(gt=0, le=720)]
    event_retention_days: RetentionDays


class ScanSettings(QueueSettings, ActiveVersionSettings):
    """``catalog_scan``.

    ``queue_url`` is also where a step puts the next ones. Two secrets: Threekit's, and the one that signs the links to
    reports.
    """

    inbox_table: str
    state_table: str
    catalog_table: str
    catalog_bucket: str
    secret_id: str
    report_secret_id: str
    report_base_url: str
    threekit_base_url: str
    event_retention_days: RetentionDays
    report_link_days: Annotated[int, Field(gt=0, le=30)]
    order_days: Annotated[int, Field(gt=0, le=365)]


class ReportSettings(Settings):
    """``report_download``."""

    catalog_bucket: str
    report_secret_id: str


class TimerSettings(QueueSettings):
    """``approval_timer``."""

    inbox_table: str
    event_retention_days: RetentionDays


class PageSettings(VersionSettings):
    """``approval_page``.

    Two secrets: Threekit's, because it reads the order again before it takes a decision, and the one that approvals are
    signed with.
    """

    inbox_table: str
    state_table: str
    secret_id: str
    approval_secret_id: str
    threekit_base_url: str
    threekit_source: str
    max_body_bytes: BodyBytes
    event_retention_days: RetentionDays
    approval_link_days: LinkDays


BY_FUNCTION: dict[str, type[Settings]] = {
    "threekit_webhook": WebhookSettings,
    "opentext_callback": CallbackSettings,
    "event_relay": RelaySettings,
    "rule_evaluation": EvaluationSettings,
    "notification_dispatch": DispatchSettings,
    "delivery_tracking": TrackingSettings,
    "threekit_writeback": WritebackSettings,
    "reconcile": ReconcileSettings,
    "catalog_scan": ScanSettings,
    "report_download": ReportSettings,
    "approval_timer": TimerSettings,
    "approval_page": PageSettings,
}
"""Which settings each folder under ``functions/`` reads; the template is tested against it."""
