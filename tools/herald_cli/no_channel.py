"""Why a channel that OpenText names is none here, wherever in ``config/`` somebody writes it."""

from collections.abc import Mapping
from typing import Any

from herald.domain.delivery import Channel

WHY: Mapping[str, str] = {
    "voice": "OpenText documents no REST submit for voice",
    "push": "push goes only through the undocumented parser file (docs/vendor/opentext.md 3.5)",
}
FIX = f"write one of {', '.join(Channel)}"


def no_channel(problem: Mapping[str, Any]) -> str:
    """Return why there is no such channel, of what pydantic says with its input; nothing about any other problem."""
    asked = problem["type"] == "enum" and all(f"'{channel}'" in problem["ctx"]["expected"] for channel in Channel)
    return WHY.get(str(problem.get("input")), "") if asked else ""
