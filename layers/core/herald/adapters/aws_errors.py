"""What AWS refuses or fails to answer, as ``StorageError``."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from herald.ports import StorageError


@contextmanager
def storage_errors(what: str) -> Iterator[None]:
    """Raise ``StorageError`` for any error of AWS inside; its text is ``what`` and the error's code, never its message.

    A message of AWS may quote what was to be stored.
    """
    try:
        yield
    except ClientError as error:
        raise StorageError(f"{what}: {error_code(error)}") from error
    except BotoCoreError as error:
        raise StorageError(f"{what}: {type(error).__name__}") from error


def error_code(error: ClientError) -> str:
    """Return the error's code, such as ``ThrottlingException``."""
    return str(error.response.get("Error", {}).get("Code", "unknown"))
