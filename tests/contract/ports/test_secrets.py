"""The secret: fresh within five minutes, the last good one if it cannot be had, and never shown."""

import json
import logging
import traceback
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.builders import MovingClock
from tests.contract.ports.aws_resources import refused_with

from herald.adapters.memory import MemorySecrets
from herald.adapters.secrets_manager import MAX_AGE, PAUSE, SecretsManagerSecrets
from herald.domain.errors import ConfigurationError
from herald.ports import StorageError

HIDDEN = "tk-private-81c2"


class Vault:
    """Secrets Manager as far as reading one secret goes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.failure: Exception | None = None
        self.reads = 0

    def get_secret_value(self, *, SecretId: str) -> dict[str, Any]:  # noqa: N803 - the service's name
        assert SecretId == "threekit"
        self.reads += 1
        if self.failure:
            raise self.failure
        return {"SecretString": self.text}


@pytest.fixture
def vault() -> Vault:
    return Vault(json.dumps({"private_token": HIDDEN}))


@pytest.fixture
def secrets(vault: Vault, clock: MovingClock) -> SecretsManagerSecrets:
    return SecretsManagerSecrets(vault, "threekit", clock)  # type: ignore[arg-type]


def test_the_secret_is_its_json_object(implementation: str, secretsmanager: Any, clock: MovingClock) -> None:
    value = {"private_token": HIDDEN}
    secretsmanager.create_secret(Name="threekit", SecretString=json.dumps(value))
    secrets = (
        MemorySecrets(value) if implementation == "memory" else SecretsManagerSecrets(secretsmanager, "threekit", clock)
    )

    assert secrets.get() == value
    assert HIDDEN not in repr(secrets)


def test_it_is_read_again_when_its_age_is_up(secrets: SecretsManagerSecrets, vault: Vault, clock: MovingClock) -> None:
    secrets.get()
    vault.text = '{"private_token": "new"}'
    clock.advance(MAX_AGE - timedelta(seconds=1))
    assert secrets.get() == {"private_token": HIDDEN}
    assert vault.reads == 1

    clock.advance(timedelta(seconds=1))
    assert secrets.get() == {"private_token": "new"}
    assert vault.reads == 2
    assert timedelta(minutes=5) == MAX_AGE


def test_as_long_as_its_text_is_the_same_so_is_the_object(
    secrets: SecretsManagerSecrets, vault: Vault, clock: MovingClock
) -> None:
    first = secrets.get()
    clock.advance(MAX_AGE)

    assert secrets.get() is first
    assert vault.reads == 2


def test_what_a_vendor_refused_is_read_again_but_not_at_every_refusal(
    secrets: SecretsManagerSecrets, vault: Vault, clock: MovingClock
) -> None:
    secrets.get()
    vault.text = '{"private_token": "new"}'
    secrets.refused()
    assert secrets.get() == {"private_token": HIDDEN}, "it was read a moment ago"

    clock.advance(PAUSE)
    assert secrets.get() == {"private_token": "new"}
    secrets.refused()
    secrets.get()
    assert vault.reads == 2


def test_what_is_old_is_read_again_as_soon_as_a_vendor_refuses_it(
    secrets: SecretsManagerSecrets, vault: Vault, clock: MovingClock
) -> None:
    secrets.get()
    clock.advance(PAUSE)
    vault.text = '{"private_token": "new"}'
    assert secrets.get() == {"private_token": HIDDEN}
    secrets.refused()
    assert secrets.get() == {"private_token": "new"}


@pytest.mark.parametrize("broken", ["throttled", "not json"])
def test_a_refresh_that_fails_leaves_the_last_good_value(
    secrets: SecretsManagerSecrets, vault: Vault, clock: MovingClock, throttled: ClientError, broken: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    good = vault.text
    secrets.get()
    clock.advance(MAX_AGE)
    vault.failure = throttled if broken == "throttled" else None
    vault.text = f"{HIDDEN}, not json"

    with caplog.at_level(logging.WARNING):
        assert secrets.get() == {"private_token": HIDDEN}
    assert [record.message for record in caplog.records] == ["secret.refresh_failed"]
    assert HIDDEN not in str([record.__dict__ for record in caplog.records])

    clock.advance(PAUSE - timedelta(seconds=1))
    secrets.get()
    assert vault.reads == 2, "the service is left alone for a while"
    clock.advance(timedelta(seconds=1))
    vault.failure, vault.text = None, good.replace(HIDDEN, "new")
    assert secrets.get() == {"private_token": "new"}


def test_a_secret_never_read_is_an_error(throttled: ClientError, clock: MovingClock) -> None:
    with pytest.raises(StorageError, match="reading secret threekit: ThrottlingException"):
        SecretsManagerSecrets(refused_with(throttled), "threekit", clock).get()


@pytest.mark.parametrize("text", ["", HIDDEN, f'["{HIDDEN}"]', f'"{HIDDEN}"', "[" * 100_000, "null"])
def test_what_is_no_json_object_names_the_fix_and_not_the_value(vault: Vault, clock: MovingClock, text: str) -> None:
    vault.text = text
    secrets = SecretsManagerSecrets(vault, "threekit", clock)  # type: ignore[arg-type]

    with pytest.raises(ConfigurationError, match="secret threekit must be a JSON object: put one with") as caught:
        secrets.get()
    assert HIDDEN not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None
    vault.text = "{}"
    assert secrets.get() == {}
