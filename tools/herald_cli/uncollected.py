"""Work that makes many objects and hardly any garbage."""

import gc
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Takes = ParamSpec("Takes")
Gives = TypeVar("Gives")


def uncollected(work: Callable[Takes, Gives]) -> Callable[Takes, Gives]:
    """Do the work without looking for garbage meanwhile, which takes a third of reading ten thousand rules."""

    @wraps(work)
    def done(*args: Takes.args, **kwargs: Takes.kwargs) -> Gives:
        before = gc.isenabled()
        gc.disable()
        try:
            return work(*args, **kwargs)
        finally:
            if before:
                gc.enable()

    return done
