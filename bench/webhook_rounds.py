"""Run by a fresh interpreter in the webhook's environment: the deployed handler and a hand-written floor, in turns.

Arguments: a file with ``{"events": {name: event}, "signing_key", "iterations", "rounds"}`` and the file for the result:
for each event the processor seconds of one call in each round, as pairs of handler and floor.
"""

import hashlib
import hmac
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import app  # type: ignore[import-not-found]  # the function's folder is on the path of that interpreter only
import boto3
from botocore.exceptions import ClientError

told = json.loads(Path(sys.argv[1]).read_bytes())
key = told["signing_key"].encode()
table = boto3.client("dynamodb")


def floor(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Check a signature over the raw body, parse it, write it once: the least that keeps the promise."""
    raw = event["body"].encode()
    digest = hmac.new(key, raw, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(digest, event["headers"]["x-floor-signature"]):
        return {"statusCode": 401}
    body = json.loads(raw)
    identity = hashlib.sha256(f"{event['pathParameters']['source']} {body.get('id') or digest}".encode()).hexdigest()
    try:
        table.put_item(
            TableName=os.environ["HERALD_INBOX_TABLE"],
            Item={"id": {"S": identity}, "data": {"S": event["body"]}, "received_at": {"N": str(int(time.time()))}},
            ConditionExpression="attribute_not_exists(id)",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
    return {"statusCode": 202, "body": json.dumps({"id": identity})}


def seconds(handle: Callable[[dict[str, Any], object], dict[str, Any]], event: dict[str, Any]) -> float:
    """Return the processor time of one call."""
    began = time.process_time()
    for _ in range(told["iterations"]):
        answer = handle(event, None)
    taken = time.process_time() - began
    assert answer["statusCode"] == 202, answer
    return taken / float(told["iterations"])


taken: dict[str, list[tuple[float, float]]] = {}
for name, event in told["events"].items():
    for handle in (app.handler, floor):
        seconds(handle, event)
    taken[name] = [(seconds(app.handler, event), seconds(floor, event)) for _ in range(told["rounds"])]
Path(sys.argv[2]).write_text(json.dumps(taken), encoding="utf-8")
