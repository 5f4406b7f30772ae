"""Reading a credential out of a secret, and what it means that there is none or that it is refused."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from herald.domain.errors import CallFailed, ConfigurationError, Fate, Reason
from herald.ports import Secrets, StorageError

REFUSALS = (401, 403)


def credential(secrets: Secrets, *path: str) -> str:
    """Return the text at a path of the secret, such as ``basic``, ``password``.

    Raises ``CallFailed``: transient, for nothing was written yet, and messages wait while an operator mends the secret.
    """
    try:
        found: Any = secrets.get()
    except (StorageError, ConfigurationError):
        raise CallFailed(Fate.TRANSIENT, Reason.AUTHENTICATION, "the secret cannot be read") from None
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    # Neither a blank nor a line break may get into a header; what is wrong is named, never its value.
    if not isinstance(found, str) or not found or not found.isprintable():
        raise CallFailed(Fate.TRANSIENT, Reason.AUTHENTICATION, f"the secret holds no usable {'.'.join(path)}")
    return found


@contextmanager
def refusals_noted(secrets: Secrets) -> Iterator[None]:
    """Let the secret be read anew when a call in the block is answered with 401 or 403."""
    try:
        yield
    except CallFailed as failure:
        if failure.status in REFUSALS:
            secrets.refused()
        raise
