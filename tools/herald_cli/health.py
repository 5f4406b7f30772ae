"""What a check of a stack found, and what to do about it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import httpx

from herald.domain.errors import ConfigurationError
from herald.ports import StorageError

TIMEOUT_SECONDS = 5.0


class Health(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. ``fix`` says what to do, empty where nothing is to be done."""

    check: str
    health: Health
    detail: str
    fix: str = ""


def guarded(check: str, fix: str, look: Callable[[], Finding]) -> Finding:
    """Return what ``look`` finds; ``fix`` is for a setting that cannot be used. What AWS refuses is a finding too."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - only where AWS is asked

    try:
        return look()
    except ConfigurationError as error:
        return Finding(check, Health.BROKEN, str(error), fix)
    except (BotoCoreError, ClientError, StorageError) as error:
        detail = f"{type(error).__name__}: {error}"
        return Finding(check, Health.BROKEN, detail, "check the AWS credentials and their rights")


def reachable(check: str, url: Callable[[], str], fix: str) -> Finding:
    """Ask for a URL; any answer will do."""
    named = f"{check} reachable"

    def look() -> Finding:
        at = url()
        try:
            answer = httpx.get(at, timeout=TIMEOUT_SECONDS)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Finding(named, Health.BROKEN, f"{type(error).__name__} at {at}", fix)
        return Finding(named, Health.OK, f"answers (HTTP {answer.status_code})")

    return guarded(named, fix, look)
