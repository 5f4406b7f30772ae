"""Jobs (docs/vendor/threekit.md 2.9): read over the API, made and completed through the simulator's own routes."""

import copy
from typing import Literal

from simulators.exchange import Reply, Request, json_reply
from simulators.json_types import Record
from simulators.threekit.list_query import list_reply, only_known
from simulators.threekit.seed.jobs import complete_job, new_job
from simulators.threekit.state import ThreekitState, not_found
from simulators.threekit.webhooks import Webhooks

JobResult = Literal["success", "failed"]


class Jobs:
    """The ``/api/jobs`` routes, and completing a job."""

    def __init__(self, state: ThreekitState, webhooks: Webhooks) -> None:
        self._state = state
        self._webhooks = webhooks

    def list_page(self, request: Request) -> Reply:
        """GET /api/jobs?status=, paged."""
        only_known(request, ("status",), paged=True)
        wanted = request.query_value("status")
        return list_reply(
            request, "jobs", [one for one in self._state.jobs.values() if wanted in (None, one["status"])]
        )

    def get(self, request: Request) -> Reply:
        """GET /api/jobs/{id}. 404 if unknown."""
        only_known(request)
        found = self._state.jobs.get(request.path_values["id"])
        if found is None:
            raise not_found("job")
        return json_reply(found)

    def add(self, kind: str, title: str) -> Record:
        """Add a pending job and return it."""
        job = new_job(self._state.new_id(), kind, title, self._state.now())
        self._state.jobs[job["id"]] = job
        return job

    def complete(self, job_id: str, result: JobResult) -> Record:
        """Complete a job, push it to the ``jobs`` subscriptions, and return it. Raises KeyError if unknown."""
        job = self._state.jobs[job_id]
        job.update(complete_job(job, result, self._state.later_than(job["updatedAt"])))
        self._webhooks.job_pushed(copy.deepcopy(job), result)
        return job
