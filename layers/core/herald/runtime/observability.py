"""Logs and metrics: one wide line per unit of work, never a body, a header, a secret or an address."""

from functools import lru_cache

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

__all__ = ["MetricUnit", "logger", "metrics"]


@lru_cache(maxsize=1)
def logger() -> Logger:
    """Return the function's logger; service name and level come from the POWERTOOLS_ variables."""
    return Logger(utc=True, log_uncaught_exceptions=False)


def metrics() -> EphemeralMetrics:
    """Return metrics for one invocation, written as one CloudWatch EMF line on ``flush_metrics``."""
    return EphemeralMetrics(namespace="Herald")
