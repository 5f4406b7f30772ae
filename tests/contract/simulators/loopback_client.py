"""HTTP clients for loopback tests: they share one TLS context, whose making costs more than a request."""

import ssl
from typing import Any

import httpx

_CONTEXT = ssl.create_default_context()


def loopback_client(**settings: Any) -> httpx.Client:
    """Make a client that waits 30 s; ``settings`` are those of ``httpx.Client``."""
    return httpx.Client(**{"verify": _CONTEXT, "timeout": 30.0, **settings})


# A client without credentials, for calls that carry their own or none.
BARE = loopback_client()
