"""Configurations that hold templates and nothing else."""

from collections.abc import Mapping
from itertools import count

from herald.domain.configuration import Configuration

_numbers = count(1)


def with_templates(templates: Mapping[str, str], default_locale: str = "en") -> Configuration:
    """A configuration of a version of its own."""
    return Configuration(
        version=f"cfg_{next(_numbers)}", rules=(), lists={}, audiences={}, mapping={}, templates=templates,
        default_locale=default_locale,
    )  # fmt: skip


def one_mail(subject: str = "S", text: str = "T", html: str = "H", locale: str = "en") -> dict[str, str]:
    """The three parts of a mail called ``t``."""
    return {f"t/{locale}/subject.txt": subject, f"t/{locale}/body.txt": text, f"t/{locale}/body.html": html}
