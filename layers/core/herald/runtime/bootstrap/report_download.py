"""Composes ``report_download``: whoever holds a link that is good gets to the report; nothing else is decided here."""

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from herald.adapters.credentials import credential
from herald.adapters.secrets_manager import SecretsManagerSecrets
from herald.domain.errors import CallFailed
from herald.domain.report_link import report_of
from herald.ports import Secrets
from herald.runtime.bootstrap.world import World, this_process
from herald.runtime.http import RETRY_AFTER_SECONDS, Problem, problem_response, request_id
from herald.runtime.settings import ReportSettings

SECONDS = 60
"""How long the redirection to the bucket is good; a session's end cannot matter within them."""
NO_REPORT = Problem("report", 404, "There is no such report")
UNAVAILABLE = Problem("unavailable", 503, "The report cannot be opened now")
FORMS = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


class Download:
    """Answers a request for a report by sending its sender on to the bucket."""

    def __init__(self, settings: ReportSettings, world: World) -> None:
        self._bucket = settings.catalog_bucket
        self._world = world
        self._keys: Secrets = SecretsManagerSecrets(
            world.client("secretsmanager"), settings.report_secret_id, world.clock
        )

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one request of the HTTP API (payload format 2.0): 302, 404 or 503."""
        parameters = event.get("pathParameters")
        token = parameters.get("token") if isinstance(parameters, Mapping) else None
        try:
            name = report_of(str(token or ""), credential(self._keys, "key"), self._world.clock())
            if name is None:
                detail = "the link is not one of ours, or its time is over: the next digest brings another"
                return problem_response(NO_REPORT, detail, request_id(event), {})
            where = self._signed(name)
        except CallFailed:
            sorry = problem_response(UNAVAILABLE, "try again in a minute", request_id(event), {})
            return {**sorry, "headers": {**sorry["headers"], "retry-after": str(RETRY_AFTER_SECONDS)}}
        return {
            "statusCode": 302, "body": "", "isBase64Encoded": False,
            "headers": {"location": where, "cache-control": "no-store", "referrer-policy": "no-referrer"},
        }  # fmt: skip

    def _signed(self, name: str) -> str:
        """Return a URL of the bucket, signed here without a call: a report that is gone is told of by the bucket."""
        file = name.removeprefix("reports/").replace("/", "-")
        return str(
            self._world.client("s3").generate_presigned_url(
                "get_object",
                Params={
                    "Bucket": self._bucket, "Key": name,
                    "ResponseContentDisposition": f'attachment; filename="{file}"',
                    "ResponseContentType": FORMS.get(name.rpartition(".")[2], "application/octet-stream"),
                },
                ExpiresIn=SECONDS,
            )
        )  # fmt: skip


@lru_cache(maxsize=1)
def _download() -> Download:
    return Download(ReportSettings.from_environment(os.environ), this_process())


def answer(event: Mapping[str, Any]) -> dict[str, Any]:
    """Answer one request."""
    return _download()(event)
