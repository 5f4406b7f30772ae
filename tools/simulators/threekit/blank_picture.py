"""The smallest PNG picture, for the thumbnail routes."""

import base64

from simulators.exchange import Reply

_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def blank_picture() -> Reply:
    """Answer a picture of one pixel."""
    return Reply(200, _PNG, {"Content-Type": "image/png"})
