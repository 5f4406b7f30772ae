"""What a cold start loads: what the function needs, and not one package more. Names and numbers, never times."""

import subprocess
from collections.abc import Iterator

import pytest
from bench import deployed
from bench.fresh_start import FUNCTIONS, FreshStarts, Start, fresh_starts

BUDGETS = {
    "threekit_webhook": 155,
    "opentext_callback": 155,
    "event_relay": 145,
    "rule_evaluation": 265,
    "notification_dispatch": 290,
    "delivery_tracking": 170,
    "threekit_writeback": 245,
    "reconcile": 265,
    "catalog_scan": 300,
    "report_download": 150,
    "approval_timer": 155,
    "approval_page": 300,
}
"""Modules beyond those of `import boto3` and one client. Raise one only for what the function cannot do without."""

VENDOR_CALLS = {"httpx", "httpcore", "h11", "anyio"}
MESSAGES = {"jinja2", "markupsafe", "babel"}
RULES = {"cel_expr_python"}
NOBODYS = {
    "boto3", "s3transfer",  # botocore makes the same clients without them
    "phonenumbers", "holidays", "cryptography", "yaml", "typer", "click", "rich", "pygments", "moto", "google",
    "tzdata", "asyncio",
}  # fmt: skip
FORBIDDEN = {
    "threekit_webhook": VENDOR_CALLS | MESSAGES | RULES,
    "opentext_callback": VENDOR_CALLS | MESSAGES | RULES,
    "event_relay": VENDOR_CALLS | MESSAGES | RULES,
    "rule_evaluation": MESSAGES,
    "notification_dispatch": RULES | {"babel"},  # the first message writes no number, and Babel waits for one
    "delivery_tracking": VENDOR_CALLS | MESSAGES | RULES,
    "threekit_writeback": MESSAGES | RULES,
    "reconcile": MESSAGES | RULES,
    "catalog_scan": MESSAGES | RULES,  # a catalogue with checks in CEL loads the engine when the first is asked
    "report_download": VENDOR_CALLS | MESSAGES | RULES,
    "approval_timer": VENDOR_CALLS | MESSAGES | RULES,
    "approval_page": RULES | {"babel"},  # a page without a number or a date waits for no Babel
}
FORBIDDEN_ADAPTERS = {
    "threekit_webhook": {"http_client", "threekit", "opentext", "cel", "templates", "sqs", "eventbridge", "memory"},
    "opentext_callback": {"http_client", "threekit", "opentext", "cel", "templates", "sqs", "eventbridge", "memory"},
    "event_relay": {"http_client", "threekit", "opentext", "cel", "templates", "sqs", "secrets_manager", "memory"},
    "rule_evaluation": {"opentext", "templates", "eventbridge", "memory"},
    "notification_dispatch": {"threekit", "cel", "eventbridge", "memory"},
    "delivery_tracking": {"http_client", "threekit", "opentext", "cel", "templates", "secrets_manager", "memory"},
    "threekit_writeback": {"opentext", "cel", "templates", "eventbridge", "memory"},
    "reconcile": {"cel", "templates", "eventbridge", "memory"},
    "catalog_scan": {"opentext", "cel", "templates", "eventbridge", "memory"},
    "report_download": {"http_client", "threekit", "opentext", "cel", "templates", "sqs", "eventbridge", "memory"},
    "approval_timer": {"http_client", "threekit", "opentext", "cel", "templates", "secrets_manager", "memory"},
    "approval_page": {"opentext", "cel", "templates", "eventbridge", "memory"},
}


@pytest.fixture(scope="module")
def starts() -> Iterator[FreshStarts]:
    """Fresh interpreters in the deployed environment, against the answers of a real run."""
    with fresh_starts() as given:
        yield given


@pytest.fixture(scope="module")
def floor(starts: FreshStarts) -> Start:
    """An interpreter that imports boto3 and makes one client."""
    return starts.floor()


@pytest.fixture(scope="module", params=FUNCTIONS)
def function(request: pytest.FixtureRequest) -> str:
    """Each function in turn."""
    return str(request.param)


@pytest.fixture(scope="module")
def start(function: str, starts: FreshStarts) -> Start:
    """The function after its first event."""
    return starts.function(function)


def test_every_function_has_a_budget() -> None:
    assert set(BUDGETS) == set(FORBIDDEN) == set(FORBIDDEN_ADAPTERS) == set(FUNCTIONS)


def test_the_first_event_is_handled(function: str, start: Start) -> None:
    expected = {"threekit_webhook": 202, "opentext_callback": 202, "report_download": 302, "approval_page": 404}
    if function in expected:
        assert start.answer["statusCode"] == expected[function]
    elif function == "event_relay":
        assert start.answer is None
    else:
        assert start.answer == {"batchItemFailures": []}
        assert '"RecordsDone":[1.0]' in start.output, start.output


def test_no_package_is_loaded_that_it_does_not_need(function: str, start: Start) -> None:
    packages = {name.partition(".")[0] for name in start.modules}
    assert packages & (FORBIDDEN[function] | NOBODYS) == set()


def test_no_adapter_is_loaded_that_it_does_not_need(function: str, start: Start) -> None:
    unneeded = {f"herald.adapters.{name}" for name in FORBIDDEN_ADAPTERS[function]}
    assert start.modules & unneeded == set()
    others = {f"herald.runtime.bootstrap.{name}" for name in FUNCTIONS if name != function}
    assert start.modules & others == set()


def test_the_budget_holds(function: str, start: Start, floor: Start) -> None:
    more = start.modules - floor.modules
    assert len(more) <= BUDGETS[function], sorted(more)


def test_a_handler_can_be_imported_without_environment(function: str) -> None:
    """So neither settings nor clients nor the clock are touched before the first event."""
    code = "import sys, app; sys.exit(callable(app.handler) is False or 'botocore.session' in sys.modules)"
    empty = deployed.environment(function)
    run = subprocess.run(deployed.command("-c", code), env=empty, capture_output=True, text=True, check=False)  # noqa: S603
    assert run.returncode == 0, run.stderr
