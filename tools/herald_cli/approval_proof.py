"""What a receipt proves, found out without asking anybody: its signature, and whether it agrees with itself."""

import json
from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from herald.adapters.receipt_signature import key_id, public_key, verifies
from herald.domain.approval.receipt import TYPE
from herald.domain.errors import ConfigurationError
from herald.domain.strict_json import JsonRefusedError, parse_json
from herald_cli.connection import Connection

KEY_BYTES = 32
DEEPEST_JSON = 32


class NoKeyError(ValueError):
    """What was given is no public key; the text says what is."""


class NoReceiptError(ValueError):
    """What was given is no receipt; the text says why."""


def key_of(connection: Connection) -> str:
    """Return a stack's public key in base64. Raises ``ConfigurationError``."""
    secret = connection.secret("ApprovalSecretId").get("key")
    if not isinstance(secret, str) or not secret:
        raise ConfigurationError("the secret of ApprovalSecretId has no key: `herald doctor` says what to do")
    return public_key(secret)


def read_key(given: str) -> str:
    """Return the public key that is given, or lies in a file of that name as ``herald approvals key`` prints it.

    Raises ``NoKeyError``.
    """
    text = given.strip()
    with suppress(OSError):  # whatever is no name of a file may be a key
        text = Path(given).read_text(encoding="utf-8", errors="replace").strip()
    if text.startswith("{"):
        try:
            text = str(json.loads(text).get("key", ""))
        except ValueError:
            text = ""
    try:
        usable = len(b64decode(text, validate=True)) == KEY_BYTES
    except ValueError:
        usable = False
    if not usable:
        raise NoKeyError(f"{given} is no public key and no file with one: `herald approvals key` prints it")
    return text


def read_receipt(body: bytes) -> dict[str, Any]:
    """Return the receipt in a file. Raises ``NoReceiptError``."""
    try:
        content = parse_json(body, max_depth=DEEPEST_JSON)
    except JsonRefusedError as error:
        raise NoReceiptError(f"it is not JSON: {error}") from None
    if not isinstance(content, dict) or content.get("type") != TYPE:
        raise NoReceiptError(f"its type is not {TYPE}")
    if not isinstance(content.get("signature"), dict):
        raise NoReceiptError("it bears no signature")
    return content


def problems(receipt: Mapping[str, Any], public: str) -> list[str]:
    """Return what is wrong with a receipt; nothing if it proves what it says."""
    if not verifies(receipt, public):
        named = str(receipt["signature"].get("key"))
        if named != key_id(public):
            return [f"it names another key: {named}, and the one given is {key_id(public)}"]
        return ["it was changed since it was signed, or never was signed with that key"]
    try:
        return list(_contradictions(receipt))
    except (KeyError, TypeError, ValueError) as error:
        return [f"it is signed, but not of the form of a receipt: {type(error).__name__} {error}"]


def _contradictions(receipt: Mapping[str, Any]) -> Iterator[str]:
    """Yield where what was decided does not follow from what people said."""
    outcome, by = str(receipt["outcome"]), str(receipt["ended"]["by"])
    states = {str(step["id"]): str(step["state"]) for step in receipt["steps"]}
    if outcome == "approved" and by == "people":
        yield from (f"it is approved, but step {step} is {state}" for step, state in states.items() if state != outcome)
    if outcome == "approved" and by not in ("people", "policy", "administrator"):
        yield f"it is approved by {by}, which approves nothing"
    if outcome == "approved" and by == "policy" and states:
        yield "it is approved because nobody has to be asked, but it has steps"
    if outcome == "rejected" and by == "people" and "rejected" not in states.values():
        yield "it is rejected by people, but no step is"
    said = _said(receipt)
    for step in receipt["steps"]:
        approvals, rejections = said[str(step["id"]), "approve"], said[str(step["id"]), "reject"]
        if step["state"] == "approved" and len(approvals) < int(step["needed"]):
            yield f"step {step['id']} is approved by {len(approvals)} people, but needs {step['needed']}"
        if step["state"] == "approved" and step["quorum"] == "all" and rejections:
            yield f"step {step['id']} is approved though one of all who had to approve rejected"
        if step["state"] == "rejected" and not rejections:
            yield f"step {step['id']} is rejected, but by nobody"


def _said(receipt: Mapping[str, Any]) -> Mapping[tuple[str, str], set[str]]:
    """Return who said what at each step, as far as it counts for what the step looked at in the end."""
    prints = {str(step["id"]): step["fingerprint"] for step in receipt["steps"]}
    said: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in receipt["decisions"]:
        if one["counted"] and one["fingerprint"] == prints.get(str(one["step"])):
            said[str(one["step"]), str(one["verdict"])].add(str(one["address"]).casefold())
    return said


def proved(receipt: Mapping[str, Any]) -> Iterator[str]:
    """Yield in words what a receipt proves that is as it was signed."""
    ended, about = receipt["ended"], receipt["about"]
    who = f" ({ended['name']})" if ended["name"] else ""
    reason = f": {ended['reason']}" if ended["reason"] else ""
    worth = " ".join(str(about[name]) for name in ("total", "currency") if name in about)
    told = f"{receipt['subject']}{f', {worth}' if worth else ''}"
    yield f"{told} was {receipt['outcome']} by {ended['by']}{who} at {ended['at']}{reason}"
    yield f"approval {receipt['approval']}, round {receipt['round']}, fingerprint {receipt['fingerprint']}"
    yield f"by the chain {receipt['policy']['chain']} of {receipt['policy']['configuration']}"
    for step in receipt["steps"]:
        yield f"step {step['title']} ({step['id']}): {step['state']}, quorum {step['quorum']}, {step['needed']} needed"
    for one in receipt["decisions"]:
        counts = "counts" if one["counted"] else "does not count"
        carried = ", carried over a change" if one["carried"] else ""
        reason = f": {one['reason']}" if one["reason"] else ""
        said = f"{one['name']} <{one['address']}> said {one['verdict']} at {one['step']}"
        yield f"{said} by {one['channel']} at {one['at']}, {counts}{carried}{reason}"
