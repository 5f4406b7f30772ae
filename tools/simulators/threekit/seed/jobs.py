"""Three jobs: one done, one failed, one waiting (docs/vendor/threekit.md 2.9)."""

from simulators.json_types import Record
from simulators.threekit.seed import ids


def jobs() -> list[Record]:
    """Return the jobs, oldest first."""
    done = new_job(ids.JOB_IMPORT_DONE, "import", "Import", "2025-10-05T06:00:00.000Z")
    failed = new_job(ids.JOB_EXPORT_FAILED, "export", "Export", "2025-10-06T06:00:00.000Z")
    waiting = new_job(ids.JOB_RENDER_WAITING, "renderWebgl", "Render Webgl", "2025-10-07T06:00:00.000Z")
    return [
        complete_job(done, "success", done["createdAt"]),
        complete_job(failed, "failed", failed["createdAt"]),
        waiting,
    ]


def new_job(job_id: str, kind: str, title: str, created_at: str) -> Record:
    """Return a job with one pending task; the ``type`` strings other than ``import`` are assumptions."""
    return {
        "id": job_id,
        "createdBy": ids.USER_CONTENT_TEAM,
        "title": title,
        "orgId": ids.ORG,
        "schedulerState": "active",
        "type": kind,
        "createdAt": created_at,
        "updatedAt": created_at,
        "parameters": {},
        "taskStatusPending": 1,
        "taskStatusRunning": 0,
        "taskStatusStopped": 0,
        "taskProgress": 0,
        "taskResultFailures": 0,
        "taskResultSuccesses": 0,
        "taskCount": 1,
        "priority": 0,
        "status": "pending",
    }


def complete_job(job: Record, result: str, moment: str) -> Record:
    """Return the job stopped, its one task counted as ``success`` or ``failed``."""
    return {
        **job,
        "status": "stopped",
        "updatedAt": moment,
        "taskStatusPending": 0,
        "taskStatusStopped": 1,
        "taskProgress": 1,
        "taskResultFailures": int(result == "failed"),
        "taskResultSuccesses": int(result == "success"),
    }
