"""The built-in checks: every module here is one, and ends with its ``CHECK``."""

import pkgutil
from importlib import import_module

from herald.domain.catalog.check import Check


def built_in() -> dict[str, Check]:
    """Return the checks of this package by name. Raises ``ValueError`` if a module has none or a name comes twice."""
    found: dict[str, Check] = {}
    for module in pkgutil.iter_modules(__path__):
        check = getattr(import_module(f"{__name__}.{module.name}"), "CHECK", None)
        if not isinstance(check, Check):
            raise ValueError(f"{module.name} has no CHECK")
        if check.name in found:
            raise ValueError(f"two checks are called {check.name}")
        found[check.name] = check
    return dict(sorted(found.items()))
