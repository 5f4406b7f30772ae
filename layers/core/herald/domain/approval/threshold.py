"""Whether all lines of an order together are above a limit. Who cannot tell asks."""

from collections.abc import Mapping, Sequence
from decimal import Context, Decimal, localcontext
from typing import Any

from herald.domain.approval.policy import Measure, Threshold
from herald.domain.paths import compiled

Line = Mapping[str, Any]

MONEY = frozenset({"unitPrice", "lineTotal"})
"""The fields whose limit is found by the order's currency."""

_WIDE = Context(prec=60)


class _UnsureError(Exception):
    """The order does not say what the threshold asks for."""


def holds(threshold: Threshold, order: Mapping[str, Any]) -> bool:
    """Say whether the order is above the limit: strictly, or because it cannot be measured."""
    limit = _limit(threshold, order)
    if limit is None:
        return True
    try:
        value = _reading(threshold, order)
    except _UnsureError:
        return True
    return value is not None and value > limit


def measured(threshold: Threshold, order: Mapping[str, Any]) -> Decimal | int | None:
    """Return what the threshold measures; ``None`` if it cannot be, or if there is no line to take the most of."""
    try:
        return _reading(threshold, order)
    except _UnsureError:
        return None


def why(threshold: Threshold, order: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was measured against what: ``measure``, ``of``, ``value``, ``above`` and ``currency``.

    Each is ``None`` where the threshold has none or the order does not say; ``currency`` is that of a limit of money.
    """
    return {
        "measure": str(threshold.measure),
        "of": threshold.of,
        "value": measured(threshold, order),
        "above": _limit(threshold, order),
        "currency": order.get("currency") if _is_money(threshold) else None,
    }


def _is_money(threshold: Threshold) -> bool:
    return threshold.measure is not Measure.COUNT and threshold.of in MONEY


def _limit(threshold: Threshold, order: Mapping[str, Any]) -> Decimal | None:
    return threshold.above.get(order.get("currency", "") if _is_money(threshold) else "*")


def _reading(threshold: Threshold, order: Mapping[str, Any]) -> Decimal | int | None:
    if "lines" not in order:
        raise _UnsureError
    lines = _selected(threshold.where, order["lines"])
    if threshold.measure is Measure.COUNT:
        return len(lines)
    values = [_number(line.get(threshold.of or "")) for line in lines]
    if threshold.measure is Measure.MAX:
        return max(values, default=None)
    with localcontext(_WIDE):
        return sum(values)


def _number(value: Any) -> Decimal | int:
    if isinstance(value, Decimal) and value.is_finite():
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise _UnsureError


def _selected(where: str | None, lines: Sequence[Line]) -> list[Line]:
    if where is None:
        return list(lines)
    from jmespath.exceptions import JMESPathError  # noqa: PLC0415 - most thresholds look at every line

    try:
        expression = compiled(where)
        return [line for line in lines if _is_true(expression.search(_in_doubles(line)))]
    except (JMESPathError, TypeError, ValueError, OverflowError):
        raise _UnsureError from None


def _is_true(result: Any) -> bool:
    """Say whether a result is true in JMESPath, where 0 is."""
    return result is not None and result is not False and result not in ("", [], {})


def _in_doubles(value: Any) -> Any:
    """Return a copy with doubles for decimals, for JMESPath's literals are doubles and its functions take no decimals.

    Only the filter sees them: up to 15 digits they compare as the decimals do. What is measured stays exact.
    """
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {key: _in_doubles(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_in_doubles(item) for item in value]
    return value
