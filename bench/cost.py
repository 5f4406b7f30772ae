"""What one event and one notification cost at AWS: calls counted in a real run, prices from ``prices.yaml``."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from tests.integration.configuration import two_rules

from bench.metering import Meter, Metered
from bench.recorded_house import CONSUMERS, Record, recorded_house
from herald.adapters.configuration_bundle import versioned
from herald.domain.configuration import Configuration
from simulators.threekit.seed import ids

PRICES: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("prices.yaml").read_text(encoding="utf-8"))
GOALS = {"event": 10.0, "notification": 5.0}
"""USD per million."""
DOORS = ("threekit_webhook", "opentext_callback")
FED_BY_BUS = ("rule_evaluation", "delivery_tracking")
FIFO_CONSUMERS = ("threekit_writeback",)
SENDING = ("rule_evaluation", "notification_dispatch")
REPORTING = ("opentext_callback", "event_relay", "delivery_tracking")
WRITING_BACK = ("threekit_writeback",)
_MILLION = 1_000_000


@dataclass(frozen=True)
class Charge:
    """What one function's work on one thing costs. ``dollars`` is per million of the thing."""

    function: str
    price: str
    what: str
    units: float
    dollars: float


@dataclass(frozen=True)
class Cost:
    """All charges of one thing."""

    name: str
    charges: tuple[Charge, ...]
    calls: Mapping[str, int]
    bytes_sent: int

    @property
    def dollars(self) -> float:
        """USD per million."""
        return sum(charge.dollars for charge in self.charges)

    @property
    def goal(self) -> float:
        """USD per million that were aimed at."""
        return GOALS[self.name]

    @property
    def met(self) -> bool:
        """Whether the goal is met."""
        return self.dollars <= self.goal

    def by_function(self) -> dict[str, float]:
        """USD per million by function."""
        return _summed((charge.function, charge.dollars) for charge in self.charges)

    def by_price(self) -> dict[str, float]:
        """USD per million by what is charged."""
        return _summed((charge.price, charge.dollars) for charge in self.charges)

    def dearest(self, number: int = 8) -> list[tuple[str, float]]:
        """Return the operations that cost most."""
        found = _summed((f"{charge.function}: {charge.what}", charge.dollars) for charge in self.charges)
        return list(found.items())[:number]

    @property
    def sent_dollars(self) -> float:
        """USD per million until the vendor has the message."""
        return self._of(SENDING)

    @property
    def reports(self) -> int:
        """How many status reports the vendor told."""
        return round(self._invocations("opentext_callback"))

    @property
    def report_dollars(self) -> float:
        """USD per million status reports."""
        return self._of(REPORTING) / max(1, self.reports)

    @property
    def writebacks(self) -> int:
        """How many outcomes were noted in Threekit."""
        return round(self._invocations("threekit_writeback"))

    @property
    def writeback_dollars(self) -> float:
        """USD per million write-backs."""
        return self._of(WRITING_BACK) / max(1, self.writebacks)

    def _of(self, functions: tuple[str, ...]) -> float:
        return sum(dollars for function, dollars in self.by_function().items() if function in functions)

    def _invocations(self, function: str) -> float:
        wanted = (function, "lambda_request")
        return sum(charge.units for charge in self.charges if (charge.function, charge.price) == wanted)


def measure() -> tuple[Cost, Cost]:
    """Return the cost of one event that notifies nobody, and of one notification: what it adds to its event.

    A notification is paid for until its last status report is written back. All caches are warm.
    """
    configuration = two_rules()
    first = configuration.rules[0]
    silent = versioned(replace(configuration, rules=(replace(first, when='order.status == "none"'),)))
    telling = versioned(replace(configuration, rules=(first,)))
    event, with_notification = _charges(_run(silent)), _charges(_run(telling))
    return _cost("event", event, Counter()), _cost("notification", with_notification, event)


def _run(configuration: Configuration) -> Record:
    with recorded_house(configuration) as house:
        for order in (ids.ORDER_LYON_TABLE_NEW, ids.ORDER_BOSTON_HOTEL_NEW):  # the first fills the caches
            house.begin()
            answer = house.order_created(order)
            assert answer["statusCode"] == 202, answer
            house.settle()
        return house.record


_Units = Counter[tuple[str, str, str]]
"""Units by function, price and operation."""


def _charges(record: Record) -> _Units:
    units: _Units = Counter()
    meter = Meter()
    for call in record.calls:
        for metered in meter.metered(call):
            units[call.function, metered.price, metered.what] += metered.units  # type: ignore[assignment]
        units[call.function, "", f"{call.service}.{call.operation}"] += 1
        units[call.function, "", "bytes"] += call.sent_bytes
    invocations = Counter(function for function, _event in record.invocations)
    calls = Counter(call.function for call in record.calls)
    for function, number in invocations.items():
        for metered in _running(function, number, calls[function], record):
            units[function, metered.price, metered.what] += metered.units  # type: ignore[assignment]
    return units


def _running(function: str, number: int, calls: int, record: Record) -> Iterator[Metered]:
    """Give what a function's invocations cost beside the calls it makes."""
    given = PRICES["assumptions"]
    vendor_waits = record.vendor_waits.get(function, 0)
    milliseconds = (
        number / given["records_per_invocation"] * given["own_milliseconds"]
        + calls * given["aws_call_milliseconds"]
        + vendor_waits * given["vendor_call_milliseconds"]
    )
    invocations = number / given["records_per_invocation"]
    log_bytes = record.log_bytes.get(function, 0) + invocations * given["platform_log_bytes"]
    yield Metered("lambda_request", invocations, "invocation")
    yield Metered("lambda_gigabyte_second", milliseconds / 1000 * given["memory_gigabytes"], "running time")
    yield Metered("logs_gigabyte", log_bytes / 1e9, "log lines")
    yield Metered("data_out_gigabyte", record.vendor_bytes.get(function, 0) / 1e9, "requests to the vendor")
    yield Metered("xray_trace", invocations * given["traced_share"], "traces")
    if function in DOORS:
        yield Metered("http_api_request", number, "request of the sender")
    if function in CONSUMERS.values():
        queue = "sqs_fifo_request" if function in FIFO_CONSUMERS else "sqs_request"
        yield Metered(queue, number * given["poller_requests_per_message"], "receive and delete by Lambda")
    if function in FED_BY_BUS:
        yield Metered("sqs_request", number, "message from the bus")


def _cost(name: str, units: _Units, without: _Units) -> Cost:
    added = Counter(units)
    added.subtract(without)
    charges = tuple(
        Charge(function, price, what, number, number * _dollars(price))
        for (function, price, what), number in added.items()
        if price and abs(number) > 1e-12
    )
    calls = {what: number for (_function, price, what), number in _by_operation(added).items() if not price and number}
    return Cost(
        name, charges, {what: number for what, number in calls.items() if what != "bytes"}, calls.get("bytes", 0)
    )


def _by_operation(units: _Units) -> _Units:
    found: _Units = Counter()
    for (_function, price, what), number in units.items():
        found["", price, what] += number
    return found


def _dollars(price: str) -> float:
    """Return the price of a million units."""
    per_million = PRICES["per_million"]
    return float(per_million[price]) if price in per_million else float(PRICES[price]) * _MILLION


def _summed(pairs: Any) -> dict[str, float]:
    found: Counter[str] = Counter()
    for name, number in pairs:
        found[name] += number
    return dict(found.most_common())
