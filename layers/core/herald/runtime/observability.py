"""Logs and metrics: one wide line per unit of work, never a body, a header, a secret or an address."""

import os
import traceback
from functools import lru_cache
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

__all__ = ["MetricUnit", "count", "described", "logger", "metrics"]


@lru_cache(maxsize=1)
def logger() -> Logger:
    """Return the function's logger; service name and level come from the POWERTOOLS_ variables."""
    return Logger(utc=True, log_uncaught_exceptions=False)


def described(error: BaseException) -> dict[str, Any]:
    """Return an error's type and last frames for a log line, without its message, which could hold a person's data."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return {
        "error": type(error).__name__,
        "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


def count(name: str, number: int) -> None:
    """Implements ``ports.Count`` by CloudWatch's embedded metric format."""
    one = metrics()
    one.add_metric(name=name, unit=MetricUnit.Count, value=number)
    one.flush_metrics()


def metrics() -> EphemeralMetrics:
    """Return metrics for one invocation, written as one CloudWatch EMF line on ``flush_metrics``."""
    return EphemeralMetrics(namespace=os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Herald"))
