"""For each rule at least one change that breaks it: a rule that cannot fail proves nothing."""

from collections.abc import Callable
from typing import Any

from tests.infra.template import Template

Mutation = Callable[[Template], object]


def _set(name: str, *path: str | int, to: Any) -> Mutation:
    def change(template: Template) -> None:
        place: Any = template.resources[name]
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change


def _drop(name: str, *path: str | int) -> Mutation:
    def change(template: Template) -> None:
        place: Any = template.resources[name]
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return change


def _remove(name: str) -> Mutation:
    return lambda template: template.resources.pop(name)


def _add(name: str, kind: str, **properties: Any) -> Mutation:
    return lambda template: template.resources.update({name: {"Type": kind, "Properties": properties}})


def _allow(role: str, action: str, resource: str) -> Mutation:
    statement = {"Sid": "Added", "Effect": "Allow", "Action": action, "Resource": resource}
    return lambda template: _document(template, role)["Statement"].append(statement)


def _forbid(role: str, sid: str) -> Mutation:
    def change(template: Template) -> None:
        document = _document(template, role)
        document["Statement"] = [one for one in document["Statement"] if one.get("Sid") != sid]

    return change


def _document(template: Template, role: str) -> dict[str, Any]:
    found: dict[str, Any] = template.properties(role)["Policies"][0]["PolicyDocument"]
    return found


def _source(name: str, *path: str, to: Any) -> Mutation:
    def change(template: Template) -> None:
        place: Any = template.source[name]
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change


P = "Properties"
RELAY, EVALUATE = "EventRelayFunction", "RuleEvaluationFunction"
STREAM, FROM_QUEUE = "EventRelayFunctionFromInbox", "RuleEvaluationFunctionFromQueue"
SCHEDULE, SCHEDULES_ROLE, TRUST = "OrdersSchedule", "ReconcileSchedulesRole", "AssumeRolePolicyDocument"
BUCKET, LIFECYCLE = "CatalogBucket", ("LifecycleConfiguration", "Rules")
ENCRYPTION = ("BucketEncryption", "ServerSideEncryptionConfiguration", 0)

BREAKS: dict[str, list[Mutation]] = {
    "functions_log_to_their_own_group": [
        _drop(RELAY, P, "LoggingConfig", "LogGroup"),
        _remove("EventRelayLogGroup"),
        _set(RELAY, P, "LoggingConfig", "LogFormat", to="Text"),
    ],
    "log_groups_expire": [_drop("HttpApiLogGroup", P, "RetentionInDays")],
    "functions_are_traced": [_set(RELAY, P, "TracingConfig", to={"Mode": "PassThrough"})],
    "functions_and_layers_share_one_architecture": [
        _set(RELAY, P, "Architectures", to=["sparc"]),
        _drop(RELAY, P, "Architectures"),
        _source("Parameters", "Architecture", "Default", to="x86_64"),
    ],
    "layers_are_built": [
        _source("Resources", "CoreLayer", "Metadata", to={}),
        _source("Resources", "CoreLayer", P, "ContentUri", to="layers/"),
    ],
    "every_function_has_its_own_role": [
        _set(RELAY, P, "Role", to="RuleEvaluationRole.Arn"),
        _set(RELAY, P, "Role", to="arn:aws:iam::1:role/shared"),
    ],
    "functions_have_alarms": [
        _remove("EventRelayErrorsAlarm"),
        _drop("EventRelayThrottlesAlarm", P, "AlarmActions"),
    ],
    "alarms_watch_functions_there_are": [
        _set("GateRestsAlarm", P, "Dimensions", 0, "Value", to="dispatch"),
        _set("GateRestsAlarm", P, "Namespace", to="Herald"),
    ],
    "environment_equals_settings": [
        _drop(RELAY, P, "Environment", "Variables", "HERALD_BUS_NAME"),
        _set(RELAY, P, "Environment", "Variables", "HERALD_SECRET_ID", to="ThreekitSecret"),
        _set(RELAY, P, "Code", "S3Key", to="functions/unknown/"),
    ],
    "settings_accept_the_values_given": [
        _set("NotificationDispatchFunction", P, "Environment", "Variables", "HERALD_LEASE_SECONDS", to="0")
    ],
    "folders_and_functions_are_the_same": [_remove(RELAY), _set(RELAY, P, "Code", "S3Key", to="functions/unknown/")],
    "function_urls_keep_both_permissions": [
        _add("Url", "AWS::Lambda::Url", AuthType="NONE", TargetFunctionArn="EventRelayFunction")
    ],
    "work_queues_have_a_dead_letter_queue": [
        _drop("DispatchQueue", P, "RedrivePolicy"),
        _set("DispatchQueue", P, "RedrivePolicy", "maxReceiveCount", to=1),
        _set("DispatchQueue", P, "RedrivePolicy", "deadLetterTargetArn", to="Elsewhere.Arn"),
        _add("Forgotten", "AWS::SQS::Queue"),
    ],
    "dead_letters_are_kept_fourteen_days": [
        _set("DispatchDeadLetterQueue", P, "MessageRetentionPeriod", to=345_600),
        _drop("RelayDeadLetterQueue", P, "MessageRetentionPeriod"),
    ],
    "dead_letter_queues_match_their_kind": [_drop("WritebackDeadLetterQueue", P, "FifoQueue")],
    "queues_are_encrypted": [
        _drop("DispatchQueue", P, "SqsManagedSseEnabled"),
        _set("EvaluationQueue", P, "KmsMasterKeyId", to="HeraldKey"),
    ],
    "queues_refuse_plain_text": [
        _remove("DispatchQueuePolicy"),
        _set("DispatchQueuePolicy", P, "PolicyDocument", "Statement", 0, "Action", to="sqs:SendMessage"),
    ],
    "consumers_report_partial_failures": [
        _drop(FROM_QUEUE, P, "FunctionResponseTypes"),
        _drop(FROM_QUEUE, P, "ScalingConfig"),
    ],
    "messages_stay_hidden_long_enough": [
        _set("EvaluationQueue", P, "VisibilityTimeout", to=10),
        _set(EVALUATE, P, "Timeout", to=900),
        _set(FROM_QUEUE, P, "MaximumBatchingWindowInSeconds", to=300),
        _set("CatalogScanFunction", P, "Timeout", to=900),
        _set("ScanQueue", P, "VisibilityTimeout", to=43_201),
    ],
    "dead_letter_queues_have_alarms": [
        _remove("RelayDeadLetterAlarm"),
        _set("DispatchDeadLetterAlarm", P, "Threshold", to=10),
        _drop("DispatchDeadLetterAlarm", P, "AlarmActions"),
    ],
    "work_queues_have_age_alarms": [_remove("DispatchAgeAlarm"), _set("DispatchAgeAlarm", P, "Threshold", to=999_999)],
    "bus_rules_write_to_queues": [
        _set("EvaluationRule", P, "Targets", 0, "Arn", to="RuleEvaluationFunction.Arn"),
        _drop("EvaluationRule", P, "Targets", 0, "DeadLetterConfig"),
        _set("EvaluationRule", P, "Targets", 0, "DeadLetterConfig", "Arn", to="Elsewhere.Arn"),
        _set("EvaluationRule", P, "Targets", 0, "DeadLetterConfig", "Arn", to="DispatchDeadLetterQueue.Arn"),
        _drop("EvaluationQueuePolicy", P, "PolicyDocument", "Statement", 1),
    ],
    "stream_mappings_lose_nothing": [
        _drop(STREAM, P, "BisectBatchOnFunctionError"),
        _drop(STREAM, P, "MaximumRetryAttempts"),
        _set(STREAM, P, "MaximumRecordAgeInSeconds", to=-1),
        _drop(STREAM, P, "DestinationConfig"),
        _drop(STREAM, P, "FilterCriteria"),
    ],
    "bus_rules_part_the_events": [
        _set("TrackingRule", P, "EventPattern", "detail-type", 2, to="opentext.reply.other"),
        _drop("TrackingRule", P, "EventPattern", "detail-type", 2),
        _set("EvaluationRule", P, "EventPattern", "detail-type", to=["threekit.order.created"]),
    ],
    "schedules_have_a_dead_letter_queue": [
        _add("Sweep", "AWS::Scheduler::Schedule", Target={"Arn": "EventRelayFunction.Arn"}),
        _drop(SCHEDULE, P, "Target", "DeadLetterConfig"),
        _set(SCHEDULE, P, "Target", "DeadLetterConfig", "Arn", to="ReconcileQueue.Arn"),
    ],
    "schedules_write_to_queues": [
        _set(SCHEDULE, P, "Target", "Arn", to="ReconcileFunction.Arn"),
        _set(SCHEDULE, P, "Target", "Arn", to="ReconcileDeadLetterQueue.Arn"),
    ],
    "each_schedule_asks_for_a_sweep_of_its_own": [
        _drop(SCHEDULE, P, "Target", "Input"),
        _set(SCHEDULE, P, "Target", "Input", to='{"sweep": "jobs"}'),
        _set(SCHEDULE, P, "Target", "Input", to='{"swept": "orders"}'),
    ],
    "schedules_act_through_a_role_that_only_sends": [
        _allow(SCHEDULES_ROLE, "sqs:SendMessage", "DispatchQueue.Arn"),
        _allow(SCHEDULES_ROLE, "lambda:InvokeFunction", "ReconcileFunction.Arn"),
        _forbid(SCHEDULES_ROLE, "AskForSweeps"),
        _set(SCHEDULE, P, "Target", "RoleArn", to="ReconcileRole.Arn"),
        _drop(SCHEDULE, P, "GroupName"),
        _set(SCHEDULES_ROLE, P, TRUST, "Statement", 0, "Principal", to={"Service": "lambda.amazonaws.com"}),
        _drop(SCHEDULES_ROLE, P, TRUST, "Statement", 0, "Condition", "StringEquals"),
        _set(SCHEDULES_ROLE, P, TRUST, "Statement", 0, "Condition", "ArnEquals", to={"aws:SourceArn": SCHEDULE}),
    ],
    "groups_have_a_role_for_one_queue": [
        _remove("ScanSchedulesRole"),
        _add("More", "AWS::Scheduler::ScheduleGroup"),
        _drop("ScanSchedulesRole", P, TRUST, "Statement", 0, "Condition", "StringEquals"),
        _set("ScanSchedulesRole", P, TRUST, "Statement", 0, "Condition", "ArnEquals", to={"aws:SourceArn": "*"}),
        _allow("ScanSchedulesRole", "sqs:SendMessage", "DispatchQueue.Arn"),
        _allow("ScanSchedulesRole", "lambda:InvokeFunction", "CatalogScanFunction.Arn"),
        _forbid("ScanSchedulesRole", "AskForScans"),
        _drop("ScanQueuePolicy", P, "PolicyDocument", "Statement", 1),
        _drop("ScanDeadLetterQueuePolicy", P, "PolicyDocument", "Statement", 1),
    ],
    "schedules_have_a_heartbeat": [
        _remove("ReconcileStalledAlarm"),
        _set("ReconcileStalledAlarm", P, "TreatMissingData", to="notBreaching"),
        _set("ReconcileStalledAlarm", P, "Period", to=60),
        _set(SCHEDULE, P, "ScheduleExpression", to="rate(1 hour)"),
    ],
    "rights_name_what_they_are_for": [
        _allow("EventRelayRole", "dynamodb:*", "InboxTable.Arn"),
        _allow("EventRelayRole", "dynamodb:GetItem", "*"),
        _allow("EventRelayRole", "dynamodb:Query", "InboxTable.Arn/index/*"),
        _allow("ReportDownloadRole", "s3:GetObject", "CatalogBucket.Arn/*"),
    ],
    "roles_borrow_no_policies": [_set("EventRelayRole", P, "ManagedPolicyArns", to=["arn:aws:iam::aws:policy/Any"])],
    "only_herald_publishes": [_allow("RuleEvaluationRole", "events:PutEvents", "HeraldBus.Arn")],
    "consumers_reach_their_own_queue_and_dead_letters": [
        _forbid("RuleEvaluationRole", "ConsumeItsQueue"),
        _forbid("RuleEvaluationRole", "ParkPoisonMessages"),
    ],
    "audit_is_append_only": [_allow("EventRelayRole", "dynamodb:DeleteItem", "AuditTable.Arn")],
    "functions_delete_nothing": [
        _allow("ReconcileRole", "dynamodb:DeleteItem", "StateTable.Arn"),
        _allow("ReconcileRole", "dynamodb:PartiQLDelete", "LedgerTable.Arn"),
        _allow("ReconcileRole", "dynamodb:BatchWriteItem", "InboxTable.Arn"),
        _allow("CatalogScanRole", "dynamodb:BatchWriteItem", "StateTable.Arn"),
        _allow("RuleEvaluationRole", "dynamodb:BatchWriteItem", "CatalogTable.Arn"),
        _allow("CatalogScanRole", "dynamodb:DeleteItem", "CatalogTable.Arn"),
        _allow("CatalogScanRole", "s3:DeleteObject", "CatalogBucket.Arn/runs/*"),
    ],
    "state_is_read_and_put": [
        _allow("ReconcileRole", "dynamodb:DeleteItem", "StateTable.Arn"),
        _allow("ReconcileRole", "dynamodb:UpdateItem", "StateTable.Arn"),
    ],
    "environment_and_rights_agree": [
        _forbid("ThreekitWritebackRole", "ReadState"),
        _allow("EventRelayRole", "dynamodb:Query", "LedgerTable.Arn"),
        _allow("EventRelayRole", "dynamodb:Query", "LedgerTable.Arn/index/by_look"),
        _forbid("ReconcileRole", "ReadItsSecrets"),
        _allow("RuleEvaluationRole", "secretsmanager:GetSecretValue", "OpenTextSecret"),
        _forbid("RuleEvaluationRole", "SendOn"),
        _allow("NotificationDispatchRole", "sqs:SendMessage", "DispatchQueue.Arn"),
        _forbid("CatalogScanRole", "AskForTheNextSteps"),
        _forbid("ReportDownloadRole", "ReadReports"),
        _allow("RuleEvaluationRole", "s3:GetObject", "CatalogBucket.Arn/runs/*"),
    ],
    "keys_are_reached_through_the_services_used": [
        _forbid("CatalogScanRole", "UseTheKeyThroughTheseServices"),
        _allow("RuleEvaluationRole", "s3:GetObject", "CatalogBucket.Arn/runs/*"),
        _forbid("ReportDownloadRole", "ReadReports"),
        _allow("ReportDownloadRole", "kms:Decrypt", "HeraldKey.Arn"),
    ],
    "tables_survive": [
        _drop("LedgerTable", "DeletionPolicy"),
        _drop("LedgerTable", P, "PointInTimeRecoverySpecification"),
        _drop("LedgerTable", P, "SSESpecification"),
        _set("LedgerTable", P, "BillingMode", to="PROVISIONED"),
    ],
    "keys_rotate_and_survive": [
        _set("HeraldKey", P, "EnableKeyRotation", to=False),
        _drop("HeraldKey", "DeletionPolicy"),
    ],
    "secrets_are_encrypted_and_empty": [
        _drop("WebhookSecret", P, "KmsKeyId"),
        _set("WebhookSecret", P, "SecretString", to='{"key": "value"}'),
        _drop("ReportSecret", P, "GenerateSecretString"),
        _drop("ReportSecret", P, "GenerateSecretString", "PasswordLength"),
        _set("ReportSecret", P, "GenerateSecretString", "SecretStringTemplate", to='{"old": "value"}'),
    ],
    "alarms_reach_the_topic": [
        _drop("RelayLagAlarm", P, "AlarmActions"),
        _remove("AlarmTopicPolicy"),
        _drop("HeraldKey", P, "KeyPolicy", "Statement", 1),
    ],
    "door_is_throttled_and_logged": [
        _drop("HttpApiApiGatewayDefaultStage", P, "DefaultRouteSettings"),
        _set("HttpApiApiGatewayDefaultStage", P, "AccessLogSettings", "Format", to="$context.routeKey $context.path"),
        _drop("HttpApiApiGatewayDefaultStage", P, "AccessLogSettings"),
    ],
    "server_errors_and_lag_have_alarms": [_remove("HttpServerErrorAlarm"), _remove("RelayLagAlarm")],
    "buckets_are_closed": [
        _drop(BUCKET, P, "PublicAccessBlockConfiguration"),
        _set(BUCKET, P, "PublicAccessBlockConfiguration", "BlockPublicPolicy", to=False),
        _drop(BUCKET, P, "OwnershipControls"),
        _set(BUCKET, P, "OwnershipControls", "Rules", 0, "ObjectOwnership", to="ObjectWriter"),
    ],
    "buckets_are_encrypted": [
        _drop(BUCKET, P, "BucketEncryption"),
        _drop(BUCKET, P, *ENCRYPTION, "BucketKeyEnabled"),
        _drop(BUCKET, P, *ENCRYPTION, "ServerSideEncryptionByDefault", "KMSMasterKeyID"),
        _set(BUCKET, P, *ENCRYPTION, "ServerSideEncryptionByDefault", "SSEAlgorithm", to="AES256"),
    ],
    "buckets_refuse_plain_text": [
        _remove("CatalogBucketPolicy"),
        _set("CatalogBucketPolicy", P, "Bucket", to="Another"),
        _set("CatalogBucketPolicy", P, "PolicyDocument", "Statement", 0, "Action", to="s3:PutObject"),
        _set("CatalogBucketPolicy", P, "PolicyDocument", "Statement", 0, "Resource", to="CatalogBucket.Arn"),
        _set("CatalogBucketPolicy", P, "PolicyDocument", "Statement", 0, "Effect", to="Allow"),
    ],
    "buckets_forget": [
        _drop(BUCKET, P, "LifecycleConfiguration"),
        _drop(BUCKET, P, *LIFECYCLE, 0, "ExpirationInDays"),
        _set(BUCKET, P, *LIFECYCLE, 1, "Status", to="Disabled"),
        _drop(BUCKET, P, *LIFECYCLE, 1, "Prefix"),
        _set(BUCKET, P, *LIFECYCLE, 1, "Prefix", to="catalog/"),
        _drop(BUCKET, P, *LIFECYCLE, 2),
        _set(BUCKET, P, *LIFECYCLE, 2, "Prefix", to="runs/"),
        _set(BUCKET, P, "VersioningConfiguration", to={"Status": "Enabled"}),
        _allow("CatalogScanRole", "s3:PutObject", "CatalogBucket.Arn/more/*"),
        _allow("CatalogScanRole", "s3:PutObject", "CatalogBucket.Arn/*"),
    ],
    "buckets_survive": [_drop(BUCKET, "DeletionPolicy"), _set(BUCKET, "UpdateReplacePolicy", to="Delete")],
}
