"""Status of jobs that nobody submitted here: what a receiver gets that shares an account, or is found by a stranger."""

import secrets
from datetime import datetime

from simulators.json_types import Record
from simulators.opentext.jobs import Delivery, Job
from simulators.opentext.outcomes import Outcome

_ADDRESS = "00447700900998"


def foreign_status(job_prefix: str, moment: datetime) -> Record:
    """Return the final status of a delivered SMS job with a random id and a ``ref`` that nobody gave."""
    # Twelve digits, so that no job number in use here is met.
    number = 10**11 + secrets.randbelow(9 * 10**11)
    delivery = Delivery(_ADDRESS, f"foreign-{secrets.token_hex(8)}", Outcome("delivered"))
    job = Job(f"{job_prefix}-{number}", "sms", [delivery], moment)
    while job.advance(moment):
        pass
    return job.status()
