"""Starts a function in a fresh interpreter with the environment the template gives it, and hands it its first event."""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.infra.template import translated
from tests.integration.configuration import two_rules
from tests.integration.house_resources import REPORT_KEY

from bench import deployed
from bench.aws_stub import AwsStub, aws_stub
from bench.recorded_house import CREDENTIALS, RecordedHouse, recorded_house
from herald.domain.delivery import FIRST_LOOK
from herald.domain.report_link import signed
from herald.runtime.settings import BY_FUNCTION
from simulators.threekit.seed import ids

FUNCTIONS = tuple(BY_FUNCTION)
HERE = Path(__file__).parent
STAGE = "dev"


@dataclass(frozen=True)
class Start:
    """What one start took, and what came of it."""

    cpu_seconds: float
    elapsed_seconds: float
    answer: Any
    modules: frozenset[str]
    output: str


class FreshStarts:
    """Starts functions, each against the answers that AWS gave when the whole house ran."""

    def __init__(self, house: RecordedHouse, stub: AwsStub) -> None:
        self._house = house
        self._stub = stub

    def floor(self) -> Start:
        """Start an interpreter that imports boto3 and creates one client."""
        return _run([str(HERE / "floor_start.py")], deployed.environment(FUNCTIONS[0], **CREDENTIALS))

    def function(self, name: str) -> Start:
        """Start a function and let it handle its first event."""
        event, calls = self._house.record.first(name)
        self._house.threekit.reset()  # it was written back to when the house ran
        variables = {**self.variables(name), "AWS_ENDPOINT_URL": self._stub.endpoint(calls)}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "event.json"
            path.write_text(json.dumps(event, default=str), encoding="utf-8")
            return _run([str(HERE / "first_event.py"), str(path)], deployed.environment(name, **variables))

    def variables(self, name: str) -> dict[str, str]:
        """Return what the template sets for a function, with the simulators in place of the vendors."""
        told = {
            "HERALD_THREEKIT_BASE_URL": self._house.threekit.url,
            "HERALD_OPENTEXT_BASE_URL": self._house.opentext.url,
        }
        declared = declared_variables(name)
        return {**declared, **{key: url for key, url in told.items() if key in declared}, **CREDENTIALS}


@contextmanager
def fresh_starts() -> Iterator[FreshStarts]:
    """Run the house once, so that there is a first event for every function; then give the starts."""
    with recorded_house(two_rules()) as house, aws_stub() as stub:
        # What is played back must lie in the past of whoever is started, the sweep five minutes later too.
        house.clock.advance(-2 * FIRST_LOOK)
        answer = house.order_created(ids.ORDER_BOSTON_HOTEL_NEW)
        assert answer["statusCode"] == 202, answer
        house.settle()
        house.clock.advance(FIRST_LOOK)
        house.sweep("deliveries")
        house.settle(FIRST_LOOK)
        house.scan()
        house.settle(FIRST_LOOK)
        answer = house.open_report(signed("reports/none/all.csv", house.clock() + timedelta(days=1), REPORT_KEY))
        assert answer["statusCode"] == 302, answer
        # There is no such approval, which its timer does not know, and a page says.
        house.ring("apr_none", house.clock())
        house.settle(FIRST_LOOK)
        answer = house.visit("none")
        assert answer["statusCode"] == 404, answer
        yield FreshStarts(house, stub)


def declared_variables(function: str) -> dict[str, str]:
    """Return a function's environment as the template declares it."""
    logical_id = "".join(word.capitalize() for word in function.split("_")) + "Function"
    variables: Mapping[str, Any] = translated(STAGE).properties(logical_id)["Environment"]["Variables"]
    return {name: str(value) for name, value in variables.items()}


def _run(arguments: list[str], environment: dict[str, str]) -> Start:
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        output = Path(folder) / "output"
        began = time.monotonic()
        with output.open("wb") as sink:
            process = subprocess.Popen(
                deployed.command("-P", *arguments, str(result)), env=environment, stdout=sink, stderr=sink
            )
            _pid, status, used = os.wait4(process.pid, 0)
        elapsed = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        text = output.read_text(encoding="utf-8")
        assert process.returncode == 0, f"{arguments[0]} ended with {process.returncode}:\n{text}"
        told = json.loads(result.read_bytes())
    return Start(used.ru_utime + used.ru_stime, elapsed, told.get("answer"), frozenset(told["modules"]), text)
