"""What a source may have to present."""

from itertools import chain, combinations
from typing import Any

from herald.domain.standard_webhooks import KEY_PREFIX, MAX_KEYS, TOLERANCE_SECONDS
from herald.runtime.source_credentials import _SOURCE_NAME
from herald_cli.event_schemas import Schema, text

PATH_TOKEN = r"[A-Za-z0-9_-]{24,128}"  # noqa: S105 - the shape of a token
STATIC_HEADER = "X-Workflow-Key"
"""An example: the secret says which header a source has."""

_SIGNATURE = ("webhookId", "webhookTimestamp", "webhookSignature")
_HEADER_SCHEMES: tuple[tuple[str, ...], ...] = (("staticHeader",), ("basic",), _SIGNATURE)


def source_parameter() -> dict[str, Any]:
    """Return the path parameter that names the source."""
    return _parameter("source", text(_SOURCE_NAME), "The source's name, as it stands in the secret.")


def token_parameter() -> dict[str, Any]:
    """Return the path parameter that holds the secret token; OpenAPI has no security scheme for a part of a path."""
    about = (
        "The source's secret path token. A source without one is spoken to by the route that ends with its name. Never "
        "logged by Herald; other systems on the way may log it."
    )
    return _parameter("token", text(PATH_TOKEN, format="password"), about)


def security_schemes() -> dict[str, Any]:
    """Return the schemes that are told in headers."""
    replaced = f"up to {MAX_KEYS} values are good at the same time"
    return {
        "staticHeader": {
            "type": "apiKey", "in": "header", "name": STATIC_HEADER,
            "description": f"A header with a secret value; the name is an example, the secret says it; {replaced}.",
        },
        "basic": {"type": "http", "scheme": "basic", "description": f"HTTP Basic, in UTF-8; {replaced}."},
        "webhookId": _header("webhook-id", "Standard Webhooks: the sender's id of this message."),
        "webhookTimestamp": _header(
            "webhook-timestamp", f"Seconds since 1970; may differ by {TOLERANCE_SECONDS} either way."
        ),
        "webhookSignature": _header(
            "webhook-signature",
            f"`v1,` and the base64 of HMAC-SHA256 over `<id>.<timestamp>.<raw body>` with the source's key, written "
            f"`{KEY_PREFIX}<base64>` in the secret; several are separated by blanks; {replaced}.",
        ),
    }  # fmt: skip


def security(*, token: bool) -> list[dict[str, list[str]]]:
    """Return every combination a source may be configured for: all its schemes must pass, and it has at least one."""
    sizes = range(0 if token else 1, len(_HEADER_SCHEMES) + 1)
    subsets = chain.from_iterable(combinations(_HEADER_SCHEMES, size) for size in sizes)
    return [{name: [] for scheme in subset for name in scheme} for subset in subsets]


def _header(name: str, about: str) -> dict[str, Any]:
    return {"type": "apiKey", "in": "header", "name": name, "description": about}


def _parameter(name: str, schema: Schema, about: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "description": about, "schema": schema}
