"""The stack with both vendor simulators, its secrets filled and ``config/`` in force: everything a sample needs."""

import json
import secrets
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from herald.adapters.configuration_bundle import versioned
from herald.domain.configuration import Configuration
from herald_cli.configuration_folder import read_folder
from herald_cli.connection import LOCAL_RUN, Connection
from herald_cli.ports_of_stack import configuration_store
from localrun.bring_up import ROOT, local_stack
from localrun.emulator import REGION
from localrun.stack import LocalStack
from simulators import OpenTextSimulator, ThreekitSimulator
from simulators.opentext.callbacks import WebhookTarget

ORDERS, STOREFRONT, PIM = "orders", "storefront", "pim"
"""Senders to the webhook: Threekit itself, and two connectors that sign."""
NOTIFICATIONS, WORKFLOW, PLANT, SMS = "notifications", "workflow", "plant", "sms"
"""Senders to the callback: status reports, two workflows, and what people answer."""


@dataclass(frozen=True)
class RunningHouse:
    """Everything that runs."""

    stack: LocalStack
    threekit: ThreekitSimulator
    opentext: OpenTextSimulator
    connection: Connection


@contextmanager
def running_house(
    say: Callable[[str], None],
    *,
    parameters: Mapping[str, str] | None = None,
    function_environment: Mapping[str, str] | None = None,
    log_file: Path | None = None,
    step_seconds: float = 0.2,
    running_file: Path = LOCAL_RUN,
) -> Iterator[RunningHouse]:
    """Start everything for the length of the block; ``say`` is told each step as it begins.

    ``function_environment`` is what the functions' processes find beside what the template gives them.
    ``running_file`` is where the command line finds this run; runs at the same time want one each.
    """
    say("starting the vendor simulators")
    with ThreekitSimulator() as threekit, OpenTextSimulator(step_seconds=step_seconds) as opentext:
        say("building the layers and deploying template.yaml into the emulator")
        with local_stack(
            threekit_url=threekit.url, opentext_url=opentext.url, parameters=parameters,
            function_environment=function_environment, log_file=log_file,
        ) as stack:  # fmt: skip
            say("filling the secrets, applying config/, subscribing the webhooks")
            connection = _connection(stack, threekit, opentext)
            tokens = _fill_secrets(stack, threekit, opentext)
            configuration = without_hours_and_throttles(read_folder(ROOT / "config"))
            configuration_store(connection).apply(configuration, by="the local run")
            _subscribe(stack, threekit, opentext, tokens)
            running_file.parent.mkdir(exist_ok=True)
            running_file.write_text(json.dumps(_as_told(connection)), encoding="utf-8")
            try:
                yield RunningHouse(stack, threekit, opentext, connection)
            finally:
                running_file.unlink(missing_ok=True)


def without_hours_and_throttles(configuration: Configuration) -> Configuration:
    """Return the configuration without sending hours and throttles.

    What a local run shows must not hang on when it is run, nor on how much the same few people were told before.
    """
    courtesy = replace(configuration.courtesy, hours={}, throttles=())
    return versioned(replace(configuration, courtesy=courtesy))


def _connection(stack: LocalStack, threekit: ThreekitSimulator, opentext: OpenTextSimulator) -> Connection:
    local = {"api_url": stack.api_url, "threekit_url": threekit.url, "opentext_url": opentext.url}
    return Connection(stack.name, REGION, stack.emulator.endpoint_url, stack.raw_outputs(), local)


def _as_told(connection: Connection) -> dict[str, Any]:
    told = {name: value for name, value in asdict(connection).items() if name != "local"}
    return {**told, **connection.local}


def _fill_secrets(stack: LocalStack, threekit: ThreekitSimulator, opentext: OpenTextSimulator) -> dict[str, str]:
    tokens = {name: secrets.token_urlsafe(32) for name in (ORDERS, NOTIFICATIONS, SMS)}
    account = opentext.credentials.account
    values = {
        stack.outputs.webhook_secret_id: {"sources": _webhook_sources(tokens)},
        stack.outputs.callback_secret_id: {"sources": _callback_sources(tokens)},
        stack.outputs.threekit_secret_id: {"private_token": threekit.tokens.private},
        stack.outputs.open_text_secret_id: {"basic": {"user_id": account.user_id, "password": account.password}},
    }
    manager = stack.client("secretsmanager")
    for secret_id, value in values.items():
        manager.put_secret_value(SecretId=secret_id, SecretString=json.dumps(value))
    return tokens


def _webhook_sources(tokens: Mapping[str, str]) -> dict[str, Any]:
    keys = {name: "whsec_" + b64encode(secrets.token_bytes(32)).decode("ascii") for name in (STOREFRONT, PIM)}
    return {ORDERS: {"path_token": tokens[ORDERS]}, **{name: {"hmac": [key]} for name, key in keys.items()}}


def _callback_sources(tokens: Mapping[str, str]) -> dict[str, Any]:
    """A workflow sends what its designer typed, so each of the two here has another way to prove itself."""
    header = {"name": "x-herald-key", "value": secrets.token_urlsafe(32)}
    basic = {"username": PLANT, "password": secrets.token_urlsafe(32)}
    return {
        NOTIFICATIONS: {"path_token": tokens[NOTIFICATIONS]},
        WORKFLOW: {"kind": "workflow", "header": header},
        PLANT: {"kind": "workflow", "basic": basic},
        SMS: {"kind": "sms-replies", "path_token": tokens[SMS]},
    }


def _subscribe(
    stack: LocalStack, threekit: ThreekitSimulator, opentext: OpenTextSimulator, tokens: Mapping[str, str]
) -> None:
    """Both vendors can carry a secret in the URL only."""
    callbacks = f"{stack.api_url}/callbacks/opentext"
    opentext.push_to(WebhookTarget(f"{callbacks}/{NOTIFICATIONS}/{tokens[NOTIFICATIONS]}"))
    opentext.replies_to(WebhookTarget(f"{callbacks}/{SMS}/{tokens[SMS]}"))
    address = f"{stack.api_url}/webhooks/threekit/{ORDERS}/{tokens[ORDERS]}"
    for topic in ("orders", "jobs"):
        httpx.post(
            f"{threekit.url}/api/webhooks",
            json={"topic": topic, "address": address},
            headers={"authorization": f"Bearer {threekit.tokens.private}"},
        ).raise_for_status()
