"""What must hold for rights, keys, secrets and tables."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.infra.queue_rules import dead_letter_names
from tests.infra.template import Template, as_list, schedules_in

ROLE = "AWS::IAM::Role"

# What a function may be told by its environment: how the variable ends, what it names, and the right that goes with it
TOLD = (
    ("_TABLE", "AWS::DynamoDB::Table", "dynamodb:"),
    ("_BUCKET", "AWS::S3::Bucket", "s3:"),
    ("SECRET_ID", "AWS::SecretsManager::Secret", "secretsmanager:GetSecretValue"),
    ("_QUEUE_URL", "AWS::SQS::Queue", "sqs:SendMessage"),
)
OWN_QUEUE = "HERALD_QUEUE_URL"
STATE_ACTIONS = ("GetItem", "PutItem", "Query")
SIGNING_KEY_CHARACTERS = 48

# Secrets without which something that was handed out for good can no longer be checked
SIGN_FOR_GOOD = {"ApprovalSecret": "the receipts of approvals"}

# Functions that put into the queue they read, each with the reason
FEEDS_ITSELF = {
    "CatalogScanFunction": "a step of a scan asks for the next ones",
    "NotificationDispatchFunction": "what is held for less than a minute comes back by the queue's own delay",
}

# Who may write in batches, and with that delete, each with the reason
BATCHES = {("CatalogScanRole", "CatalogTable.Arn"): "a scan sees every item, and the next one finds again what is gone"}

# The services that use the key for a function: the actions that lead there, and what the key's condition calls them
THROUGH = {"dynamodb:": "dynamodb", "s3:": "s3", "secretsmanager:": "secretsmanager"}

# Statements that may hold a wildcard, each with the reason why it must
WILDCARDS = {
    ("WriteTraces", "*"): "X-Ray has no resources",
    ("FindTheStream", "InboxTable.Arn/stream/*"): "ListStreams is asked of all streams of a table",
    ("KeepWorkingsAndReports", "CatalogBucket.Arn/catalog/*"): "objects are named by the scan that makes them",
    ("KeepWorkingsAndReports", "CatalogBucket.Arn/reports/*"): "the same",
    ("KeepWorkingsAndReports", "CatalogBucket.Arn/runs/*"): "the same",
    ("ReadReports", "CatalogBucket.Arn/reports/*"): "the same",
    ("ReadConfig", "ConfigBucket.Arn/configurations/*"): "versions are named by their content",
    ("SetTimers", schedules_in("ApprovalSchedules")): "timers are named by the approval and the time that make them",
    ("SetTimers", schedules_in("HoldSchedules")): "timers are named by the notification and the time that make them",
    ("AccountAdministersTheKeyThroughIam", "kms:*"): "without it nobody could ever change the key",
    ("AccountAdministersTheKeyThroughIam", "*"): "in a key's policy this is the key itself",
    ("AlarmsPublishToTheEncryptedTopic", "*"): "in a key's policy this is the key itself",
}


def statements(template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement of every policy, with the resource it belongs to."""
    for name, role in template.of_type(ROLE):
        for policy in role.get("Policies", []):
            yield from ((name, one) for one in policy["PolicyDocument"]["Statement"])
    for kind in ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy", "AWS::S3::BucketPolicy", "AWS::IAM::Policy",
                 "AWS::IAM::ManagedPolicy"):  # fmt: skip
        for name, policy in template.of_type(kind):
            yield from ((name, one) for one in policy["PolicyDocument"]["Statement"])
    for name, key in template.of_type("AWS::KMS::Key"):
        yield from ((name, one) for one in key["KeyPolicy"]["Statement"])


def rights_name_what_they_are_for(template: Template) -> Iterator[str]:
    """Only what stands in the list above, with its reason, may hold a wildcard."""
    for name, statement in statements(template):
        if statement["Effect"] != "Allow":
            continue
        for one in [*as_list(statement["Action"]), *as_list(statement["Resource"])]:
            if "*" in str(one) and (statement.get("Sid"), one) not in WILDCARDS:
                yield f"{name} {statement.get('Sid')}: name actions and resources instead of {one}"


def roles_borrow_no_policies(template: Template) -> Iterator[str]:
    """AWS's managed policies, which SAM adds to the roles it makes, allow every queue and every stream."""
    for name, role in template.of_type(ROLE):
        if role.get("ManagedPolicyArns"):
            yield f"{name}: write the statements out instead of ManagedPolicyArns"


def only_herald_publishes(template: Template) -> Iterator[str]:
    """What may write to the bus may do so under our name only."""
    for name, statement in statements(template):
        if "events:PutEvents" not in as_list(statement["Action"]):
            continue
        if statement.get("Condition") != {"StringLike": {"events:source": "herald*"}}:
            yield f"{name} {statement.get('Sid')}: limit events:PutEvents by events:source"


def consumers_reach_their_own_queue_and_dead_letters(template: Template) -> Iterator[str]:
    """Retries are spaced by changing visibility, and poison is parked by the consumer: both need the right to do so."""
    for name, mapping in template.of_type("AWS::Lambda::EventSourceMapping"):
        queue = str(mapping["EventSourceArn"]).removesuffix(".Arn")
        dead = template.properties(queue).get("RedrivePolicy", {}).get("deadLetterTargetArn")
        if template.resources.get(queue, {}).get("Type") != "AWS::SQS::Queue":
            continue
        role = str(template.properties(mapping["FunctionName"])["Role"]).removesuffix(".Arn")
        allowed = {
            (action, resource)
            for owner, one in statements(template)
            if owner == role
            for action in as_list(one["Action"])
            for resource in as_list(one["Resource"])
        }
        reads = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility")
        needed = {(f"sqs:{action}", f"{queue}.Arn") for action in reads} | {("sqs:SendMessage", dead)}
        for action, resource in sorted(needed - allowed, key=str):
            yield f"{role}: {name} needs {action} on {resource}"


def audit_is_append_only(template: Template) -> Iterator[str]:
    """No function may change or delete an audit entry."""
    reading_or_appending = {f"dynamodb:{action}" for action in ("PutItem", "Query", "GetItem")}
    for name, statement in statements(template):
        if "AuditTable.Arn" in as_list(statement["Resource"]):
            for action in sorted(set(as_list(statement["Action"])) - reading_or_appending):
                yield f"{name}: take {action} on AuditTable away"


def functions_delete_nothing(template: Template) -> Iterator[str]:
    """What is no longer needed expires by itself; so neither a mistake nor a taken function empties table or bucket."""
    for name, statement in statements(template):
        batches = all((name, place) in BATCHES for place in as_list(statement["Resource"]))
        for action in as_list(statement["Action"]):
            if statement["Effect"] != "Allow" or (action == "dynamodb:BatchWriteItem" and batches):
                continue
            if re.match(r"(dynamodb|s3):(\w*Delete|BatchWrite|PutLifecycle)", action):
                yield f"{name} {statement.get('Sid')}: take {action} away"


def state_is_read_and_put(template: Template) -> Iterator[str]:
    """Documents of the state table are guarded by their version, which only a whole conditional put respects."""
    for name, statement in statements(template):
        if "StateTable.Arn" in as_list(statement["Resource"]):
            for action in sorted(set(as_list(statement["Action"])) - {f"dynamodb:{one}" for one in STATE_ACTIONS}):
                yield f"{name} {statement.get('Sid')}: take {action} on StateTable away"


def environment_and_rights_agree(template: Template) -> Iterator[str]:
    """What is told and not allowed fails the first call; a right on what is not told is one nobody uses."""
    dead = dead_letter_names(template)
    for name, function in template.of_type("AWS::Lambda::Function"):
        role = str(function.get("Role", "")).removesuffix(".Arn")
        variables = function.get("Environment", {}).get("Variables", {})
        rights = {
            (action, _named(place))
            for owner, one in statements(template)
            if owner == role and one["Effect"] == "Allow"
            for action in as_list(one["Action"])
            for place in as_list(one["Resource"])
        }
        for ending, kind, right in TOLD:
            told = {
                value
                for key, value in variables.items()
                if key.endswith(ending) and (key != OWN_QUEUE or name in FEEDS_ITSELF)
            }
            allowed = {
                place
                for action, place in rights
                if action.startswith(right) and template.resources.get(place, {}).get("Type") == kind
            } - dead
            for one in sorted(told - allowed, key=str):
                yield f"{name}: {role} needs {right} on {one}, or take it out of the environment"
            for one in sorted(allowed - told):
                yield f"{name}: take {right} on {one} from {role}, or tell it in the environment"


def _named(place: str) -> str:
    """The resource a right is on: an index is its table, and an object its bucket, but a stream is not its table."""
    name, _, rest = place.partition(".Arn")
    return place if rest.startswith("/stream/") else name


def keys_are_reached_through_the_services_used(template: Template) -> Iterator[str]:
    """The emulator asks nobody for a key; in AWS a function that lacks a service here fails at its first call."""
    for name, role in template.of_type(ROLE):
        own = [one for policy in role.get("Policies", []) for one in policy["PolicyDocument"]["Statement"]]
        actions = {action for one in own for action in as_list(one["Action"])}
        used = {service for start, service in THROUGH.items() if any(action.startswith(start) for action in actions)}
        ways = {
            way.removesuffix(".AWS::Region.amazonaws.com")
            for one in own
            if "HeraldKey.Arn" in as_list(one["Resource"])
            for way in as_list(one.get("Condition", {}).get("StringEquals", {}).get("kms:ViaService", "anything"))
        }
        if ways != used:
            yield f"{name}: let kms:ViaService name {sorted(used)}, not {sorted(ways)}"


def tables_survive(template: Template) -> Iterator[str]:
    """Neither a mistaken deletion nor a mistaken write may cost an event."""
    for name, table in template.of_type("AWS::DynamoDB::Table"):
        resource = template.resources[name]
        if resource.get("DeletionPolicy") != "Retain" or resource.get("UpdateReplacePolicy") != "Retain":
            yield f"{name}: set DeletionPolicy and UpdateReplacePolicy to Retain"
        if not table.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"):
            yield f"{name}: enable PointInTimeRecoverySpecification"
        if table.get("SSESpecification", {}).get("KMSMasterKeyId") != "HeraldKey.Arn":
            yield f"{name}: set SSESpecification.KMSMasterKeyId: !GetAtt HeraldKey.Arn"
        if table.get("BillingMode") != "PAY_PER_REQUEST":
            yield f"{name}: set BillingMode: PAY_PER_REQUEST"
        if template.parameters["Stage"] == "prod" and table.get("DeletionProtectionEnabled") is not True:
            yield f"{name}: set DeletionProtectionEnabled in production"


def keys_rotate_and_survive(template: Template) -> Iterator[str]:
    """A retained table is unreadable without its key, and no receipt can be checked without the key it is signed by."""
    for name, key in template.of_type("AWS::KMS::Key"):
        if key.get("EnableKeyRotation") is not True:
            yield f"{name}: set EnableKeyRotation: true"
        if template.resources[name].get("DeletionPolicy") != "Retain":
            yield f"{name}: set DeletionPolicy: Retain"
    for name, signed in SIGN_FOR_GOOD.items():
        secret = template.resources.get(name, {})
        if secret.get("DeletionPolicy") != "Retain" or secret.get("UpdateReplacePolicy") != "Retain":
            yield f"{name}: set DeletionPolicy and UpdateReplacePolicy to Retain: it signs {signed}"


def secrets_are_encrypted_and_empty(template: Template) -> Iterator[str]:
    """The operator fills them, or AWS draws a key that is too long to guess; nothing secret stands in a template."""
    for name, secret in template.of_type("AWS::SecretsManager::Secret"):
        if secret.get("KmsKeyId") != "HeraldKey.Arn":
            yield f"{name}: set KmsKeyId: !GetAtt HeraldKey.Arn"
        drawn = secret.get("GenerateSecretString")
        if drawn is None and secret.get("SecretString") != "{}":
            yield f'{name}: set SecretString: "{{}}" and fill it by hand'
        if drawn is not None and int(drawn.get("PasswordLength", 32)) < SIGNING_KEY_CHARACTERS:
            yield f"{name}: set GenerateSecretString.PasswordLength to {SIGNING_KEY_CHARACTERS} or more"
        if drawn is not None and json.loads(drawn.get("SecretStringTemplate", "{}")) != {}:
            yield f'{name}: set GenerateSecretString.SecretStringTemplate: "{{}}"'


def alarms_reach_the_topic(template: Template) -> Iterator[str]:
    """An alarm without an action, or a topic the alarm may not use, tells nobody."""
    for name, alarm in template.of_type("AWS::CloudWatch::Alarm"):
        if "AlarmTopic" not in alarm.get("AlarmActions", []):
            yield f"{name}: set AlarmActions: [!Ref AlarmTopic]"
    usable = {
        name
        for name, one in statements(template)
        if one["Effect"] == "Allow" and one.get("Principal") == {"Service": "cloudwatch.amazonaws.com"}
    }
    for name in sorted({"AlarmTopicPolicy", "HeraldKey"} - usable):
        yield f"{name}: let cloudwatch.amazonaws.com use it, or alarms are dropped silently"


def server_errors_and_lag_have_alarms(template: Template) -> Iterator[str]:
    """Neither vendor sends a refused webhook again, and a relay that lags delays everything."""
    metrics = {alarm.get("MetricName") for _, alarm in template.of_type("AWS::CloudWatch::Alarm")}
    for metric in ("5xx", "IteratorAge"):
        if metric not in metrics:
            yield f"add an alarm on {metric}"


RULES = [
    rights_name_what_they_are_for,
    roles_borrow_no_policies,
    only_herald_publishes,
    consumers_reach_their_own_queue_and_dead_letters,
    audit_is_append_only,
    functions_delete_nothing,
    state_is_read_and_put,
    environment_and_rights_agree,
    keys_are_reached_through_the_services_used,
    tables_survive,
    keys_rotate_and_survive,
    secrets_are_encrypted_and_empty,
    alarms_reach_the_topic,
    server_errors_and_lag_have_alarms,
]
