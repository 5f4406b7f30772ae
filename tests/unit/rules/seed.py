"""The records the Threekit simulator is seeded with, by id, as a reader of the API has them."""

import json
from decimal import Decimal
from typing import Any

from simulators.threekit.seed.configurations import configurations
from simulators.threekit.seed.jobs import jobs
from simulators.threekit.seed.orders import orders


def _over_the_api(records: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {record["id"]: record for record in json.loads(json.dumps(records), parse_float=Decimal)}


ORDERS = _over_the_api(orders())
SAVED = _over_the_api(configurations())
JOBS = _over_the_api(jobs())
