"""Run by a fresh interpreter in a function's environment: import its handler, handle one event, tell what came of it.

Arguments: a file with the event, and the file for the answer and the names of the modules that were loaded.
"""

import json
import sys
from pathlib import Path

import app  # type: ignore[import-not-found]  # the function's folder is on the path of that interpreter only


class Context:
    """What functions read of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int:
        """Time enough."""
        return 30_000


answer = app.handler(json.loads(Path(sys.argv[1]).read_bytes()), Context())
Path(sys.argv[2]).write_text(json.dumps({"answer": answer, "modules": sorted(sys.modules)}), encoding="utf-8")
