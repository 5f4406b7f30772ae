"""Templates whose times would read as another zone's than they are."""

import re
from collections.abc import Iterator

from herald.domain.configuration import Configuration
from herald_cli.findings import Finding
from herald_cli.template_folder import TEMPLATES

_CALLED_UTC = re.compile(r"""\|\s*datetime\s*(?:\(\s*["']\w+["']\s*\))?\s*-?\}\}\s*(?:UTC|GMT)\b""")


def time_findings(configuration: Configuration) -> Iterator[Finding]:
    """Yield each time that is written in the recipient's zone, by ``datetime`` without a zone, and called UTC."""
    for key, text in configuration.templates.items():
        for match in _CALLED_UTC.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            column = match.start() - text.rfind("\n", 0, match.start())
            message = "a time without a zone is written in the recipient's, and with its name"
            fix = 'take the name behind it out, or write datetime("medium", "UTC")'
            yield Finding(f"{TEMPLATES}/{key}", line, column, "time-not-utc", message, fix)
