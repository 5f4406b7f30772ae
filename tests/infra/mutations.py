"""For each rule at least one change that breaks it: a rule that cannot fail proves nothing."""

from tests.infra.template import schedules_in
from tests.infra.template_changes import Mutation, add, allow, amend, drop, forbid, give, in_source, remove, wait

P = "Properties"
RELAY, EVALUATE = "EventRelayFunction", "RuleEvaluationFunction"
STREAM, FROM_QUEUE = "EventRelayFunctionFromInbox", "RuleEvaluationFunctionFromQueue"
SCHEDULE, SCHEDULES_ROLE, TRUST = "OrdersSchedule", "ReconcileSchedulesRole", "AssumeRolePolicyDocument"
BUCKET, LIFECYCLE = "CatalogBucket", ("LifecycleConfiguration", "Rules")
ENCRYPTION = ("BucketEncryption", "ServerSideEncryptionConfiguration", 0)
WHICH_IS_ACTIVE = "AskWhichConfigIsActive"
STAGE, VARIABLES = "HttpApiApiGatewayDefaultStage", ("Environment", "Variables")
EVALUATE_ROLE, TIMERS_ROLE, PASSED = "RuleEvaluationRole", "ApprovalSchedulesRole", "LetTimersWriteToTheirQueue"

BREAKS: dict[str, list[Mutation]] = {
    "functions_log_to_their_own_group": [
        drop(RELAY, P, "LoggingConfig", "LogGroup"),
        remove("EventRelayLogGroup"),
        give(RELAY, P, "LoggingConfig", "LogFormat", to="Text"),
    ],
    "log_groups_expire": [drop("HttpApiLogGroup", P, "RetentionInDays")],
    "functions_are_traced": [give(RELAY, P, "TracingConfig", to={"Mode": "PassThrough"})],
    "functions_and_layers_share_one_architecture": [
        give(RELAY, P, "Architectures", to=["sparc"]),
        drop(RELAY, P, "Architectures"),
        in_source("Parameters", "Architecture", "Default", to="x86_64"),
    ],
    "layers_are_built": [
        in_source("Resources", "CoreLayer", "Metadata", to={}),
        in_source("Resources", "CoreLayer", P, "ContentUri", to="layers/"),
    ],
    "every_function_has_its_own_role": [
        give(RELAY, P, "Role", to="RuleEvaluationRole.Arn"),
        give(RELAY, P, "Role", to="arn:aws:iam::1:role/shared"),
    ],
    "functions_have_alarms": [
        remove("EventRelayErrorsAlarm"),
        drop("EventRelayThrottlesAlarm", P, "AlarmActions"),
    ],
    "alarms_watch_functions_there_are": [
        give("GateRestsAlarm", P, "Dimensions", 0, "Value", to="dispatch"),
        give("GateRestsAlarm", P, "Namespace", to="Herald"),
    ],
    "environment_equals_settings": [
        drop(RELAY, P, "Environment", "Variables", "HERALD_BUS_NAME"),
        give(RELAY, P, "Environment", "Variables", "HERALD_SECRET_ID", to="ThreekitSecret"),
        give(RELAY, P, "Code", "S3Key", to="functions/unknown/"),
    ],
    "settings_accept_the_values_given": [
        give("NotificationDispatchFunction", P, "Environment", "Variables", "HERALD_LEASE_SECONDS", to="0")
    ],
    "folders_and_functions_are_the_same": [remove(RELAY), give(RELAY, P, "Code", "S3Key", to="functions/unknown/")],
    "function_urls_keep_both_permissions": [
        add("Url", "AWS::Lambda::Url", AuthType="NONE", TargetFunctionArn="EventRelayFunction")
    ],
    "work_queues_have_a_dead_letter_queue": [
        drop("DispatchQueue", P, "RedrivePolicy"),
        give("DispatchQueue", P, "RedrivePolicy", "maxReceiveCount", to=1),
        give("DispatchQueue", P, "RedrivePolicy", "deadLetterTargetArn", to="Elsewhere.Arn"),
        add("Forgotten", "AWS::SQS::Queue"),
    ],
    "dead_letters_are_kept_fourteen_days": [
        give("DispatchDeadLetterQueue", P, "MessageRetentionPeriod", to=345_600),
        drop("RelayDeadLetterQueue", P, "MessageRetentionPeriod"),
    ],
    "dead_letter_queues_match_their_kind": [drop("WritebackDeadLetterQueue", P, "FifoQueue")],
    "queues_are_encrypted": [
        drop("DispatchQueue", P, "SqsManagedSseEnabled"),
        give("EvaluationQueue", P, "KmsMasterKeyId", to="HeraldKey"),
    ],
    "queues_refuse_plain_text": [
        remove("DispatchQueuePolicy"),
        give("DispatchQueuePolicy", P, "PolicyDocument", "Statement", 0, "Action", to="sqs:SendMessage"),
    ],
    "consumers_report_partial_failures": [
        drop(FROM_QUEUE, P, "FunctionResponseTypes"),
        drop(FROM_QUEUE, P, "ScalingConfig"),
    ],
    "messages_stay_hidden_long_enough": [
        give("EvaluationQueue", P, "VisibilityTimeout", to=10),
        give(EVALUATE, P, "Timeout", to=900),
        give(FROM_QUEUE, P, "MaximumBatchingWindowInSeconds", to=300),
        give("CatalogScanFunction", P, "Timeout", to=900),
        give("ScanQueue", P, "VisibilityTimeout", to=43_201),
    ],
    "dead_letter_queues_have_alarms": [
        remove("RelayDeadLetterAlarm"),
        give("DispatchDeadLetterAlarm", P, "Threshold", to=10),
        drop("DispatchDeadLetterAlarm", P, "AlarmActions"),
    ],
    "work_queues_have_age_alarms": [remove("DispatchAgeAlarm"), give("DispatchAgeAlarm", P, "Threshold", to=999_999)],
    "bus_rules_write_to_queues": [
        give("EvaluationRule", P, "Targets", 0, "Arn", to="RuleEvaluationFunction.Arn"),
        drop("EvaluationRule", P, "Targets", 0, "DeadLetterConfig"),
        give("EvaluationRule", P, "Targets", 0, "DeadLetterConfig", "Arn", to="Elsewhere.Arn"),
        give("EvaluationRule", P, "Targets", 0, "DeadLetterConfig", "Arn", to="DispatchDeadLetterQueue.Arn"),
        drop("EvaluationQueuePolicy", P, "PolicyDocument", "Statement", 1),
    ],
    "stream_mappings_lose_nothing": [
        drop(STREAM, P, "BisectBatchOnFunctionError"),
        drop(STREAM, P, "MaximumRetryAttempts"),
        give(STREAM, P, "MaximumRecordAgeInSeconds", to=-1),
        drop(STREAM, P, "DestinationConfig"),
        drop(STREAM, P, "FilterCriteria"),
    ],
    "bus_rules_part_the_events": [
        give("TrackingRule", P, "EventPattern", "detail-type", 2, to="opentext.reply.other"),
        drop("TrackingRule", P, "EventPattern", "detail-type", 2),
        give("EvaluationRule", P, "EventPattern", "detail-type", to=["threekit.order.created"]),
    ],
    "schedules_have_a_dead_letter_queue": [
        add("Sweep", "AWS::Scheduler::Schedule", Target={"Arn": "EventRelayFunction.Arn"}),
        drop(SCHEDULE, P, "Target", "DeadLetterConfig"),
        give(SCHEDULE, P, "Target", "DeadLetterConfig", "Arn", to="ReconcileQueue.Arn"),
    ],
    "schedules_write_to_queues": [
        give(SCHEDULE, P, "Target", "Arn", to="ReconcileFunction.Arn"),
        give(SCHEDULE, P, "Target", "Arn", to="ReconcileDeadLetterQueue.Arn"),
    ],
    "each_schedule_asks_for_a_sweep_of_its_own": [
        drop(SCHEDULE, P, "Target", "Input"),
        give(SCHEDULE, P, "Target", "Input", to='{"sweep": "jobs"}'),
        give(SCHEDULE, P, "Target", "Input", to='{"swept": "orders"}'),
    ],
    "schedules_act_through_a_role_that_only_sends": [
        allow(SCHEDULES_ROLE, "sqs:SendMessage", "DispatchQueue.Arn"),
        allow(SCHEDULES_ROLE, "lambda:InvokeFunction", "ReconcileFunction.Arn"),
        forbid(SCHEDULES_ROLE, "AskForSweeps"),
        give(SCHEDULE, P, "Target", "RoleArn", to="ReconcileRole.Arn"),
        drop(SCHEDULE, P, "GroupName"),
        give(SCHEDULES_ROLE, P, TRUST, "Statement", 0, "Principal", to={"Service": "lambda.amazonaws.com"}),
        drop(SCHEDULES_ROLE, P, TRUST, "Statement", 0, "Condition", "StringEquals"),
        give(SCHEDULES_ROLE, P, TRUST, "Statement", 0, "Condition", "ArnEquals", to={"aws:SourceArn": SCHEDULE}),
    ],
    "groups_have_a_role_for_one_queue": [
        remove("ScanSchedulesRole"),
        add("More", "AWS::Scheduler::ScheduleGroup"),
        drop("ScanSchedulesRole", P, TRUST, "Statement", 0, "Condition", "StringEquals"),
        give("ScanSchedulesRole", P, TRUST, "Statement", 0, "Condition", "ArnEquals", to={"aws:SourceArn": "*"}),
        allow("ScanSchedulesRole", "sqs:SendMessage", "DispatchQueue.Arn"),
        allow("ScanSchedulesRole", "lambda:InvokeFunction", "CatalogScanFunction.Arn"),
        forbid("ScanSchedulesRole", "AskForScans"),
        drop("ScanQueuePolicy", P, "PolicyDocument", "Statement", 1),
        drop("ScanDeadLetterQueuePolicy", P, "PolicyDocument", "Statement", 1),
        allow(TIMERS_ROLE, "sqs:SendMessage", "EvaluationQueue.Arn"),
        drop("ApprovalTimerQueuePolicy", P, "PolicyDocument", "Statement", 1),
    ],
    "schedules_have_a_heartbeat": [
        remove("ReconcileStalledAlarm"),
        give("ReconcileStalledAlarm", P, "TreatMissingData", to="notBreaching"),
        give("ReconcileStalledAlarm", P, "Period", to=60),
        give(SCHEDULE, P, "ScheduleExpression", to="rate(1 hour)"),
    ],
    "rights_name_what_they_are_for": [
        allow("EventRelayRole", "dynamodb:*", "InboxTable.Arn"),
        allow("EventRelayRole", "dynamodb:GetItem", "*"),
        allow("EventRelayRole", "dynamodb:Query", "InboxTable.Arn/index/*"),
        allow("ReportDownloadRole", "s3:GetObject", "CatalogBucket.Arn/*"),
        allow("RuleEvaluationRole", "s3:GetObject", "ConfigBucket.Arn/*"),
    ],
    "roles_borrow_no_policies": [give("EventRelayRole", P, "ManagedPolicyArns", to=["arn:aws:iam::aws:policy/Any"])],
    "only_herald_publishes": [allow("RuleEvaluationRole", "events:PutEvents", "HeraldBus.Arn")],
    "consumers_reach_their_own_queue_and_dead_letters": [
        forbid("RuleEvaluationRole", "ConsumeItsQueue"),
        forbid("RuleEvaluationRole", "ParkPoisonMessages"),
    ],
    "audit_is_append_only": [allow("EventRelayRole", "dynamodb:DeleteItem", "AuditTable.Arn")],
    "functions_delete_nothing": [
        allow("ReconcileRole", "dynamodb:DeleteItem", "StateTable.Arn"),
        allow("ReconcileRole", "dynamodb:PartiQLDelete", "LedgerTable.Arn"),
        allow("ReconcileRole", "dynamodb:BatchWriteItem", "InboxTable.Arn"),
        allow("CatalogScanRole", "dynamodb:BatchWriteItem", "StateTable.Arn"),
        allow("RuleEvaluationRole", "dynamodb:BatchWriteItem", "CatalogTable.Arn"),
        allow("CatalogScanRole", "dynamodb:DeleteItem", "CatalogTable.Arn"),
        allow("CatalogScanRole", "s3:DeleteObject", "CatalogBucket.Arn/runs/*"),
    ],
    "state_is_read_and_put": [
        allow("ReconcileRole", "dynamodb:DeleteItem", "StateTable.Arn"),
        allow("ReconcileRole", "dynamodb:UpdateItem", "StateTable.Arn"),
    ],
    "environment_and_rights_agree": [
        forbid("ThreekitWritebackRole", "ReadState"),
        allow("EventRelayRole", "dynamodb:Query", "LedgerTable.Arn"),
        allow("EventRelayRole", "dynamodb:Query", "LedgerTable.Arn/index/by_look"),
        forbid("ReconcileRole", "ReadItsSecrets"),
        allow("RuleEvaluationRole", "secretsmanager:GetSecretValue", "OpenTextSecret"),
        forbid("RuleEvaluationRole", "SendOn"),
        forbid("ApprovalPageRole", "ReadItsSecrets"),
        allow("ApprovalTimerRole", "dynamodb:GetItem", "StateTable.Arn"),
        allow("DeliveryTrackingRole", "sqs:SendMessage", "EvaluationQueue.Arn"),
        forbid("CatalogScanRole", "AskForTheNextSteps"),
        forbid("ReportDownloadRole", "ReadReports"),
        allow("RuleEvaluationRole", "s3:GetObject", "CatalogBucket.Arn/runs/*"),
        forbid("NotificationDispatchRole", "ReadConfig"),
        allow("ReportDownloadRole", "s3:GetObject", "ConfigBucket.Arn/configurations/*"),
    ],
    "keys_are_reached_through_the_services_used": [
        forbid("CatalogScanRole", "UseTheKeyThroughTheseServices"),
        allow("ApprovalTimerRole", "s3:GetObject", "ConfigBucket.Arn/configurations/*"),
        forbid("RuleEvaluationRole", "ReadConfig"),
        forbid("ReportDownloadRole", "ReadReports"),
        allow("ReportDownloadRole", "kms:Decrypt", "HeraldKey.Arn"),
    ],
    "tables_survive": [
        drop("LedgerTable", "DeletionPolicy"),
        drop("LedgerTable", P, "PointInTimeRecoverySpecification"),
        drop("LedgerTable", P, "SSESpecification"),
        give("LedgerTable", P, "BillingMode", to="PROVISIONED"),
    ],
    "keys_rotate_and_survive": [
        give("HeraldKey", P, "EnableKeyRotation", to=False),
        drop("HeraldKey", "DeletionPolicy"),
        drop("ApprovalSecret", "DeletionPolicy"),
        give("ApprovalSecret", "UpdateReplacePolicy", to="Delete"),
    ],
    "secrets_are_encrypted_and_empty": [
        drop("WebhookSecret", P, "KmsKeyId"),
        give("WebhookSecret", P, "SecretString", to='{"key": "value"}'),
        drop("ReportSecret", P, "GenerateSecretString"),
        drop("ReportSecret", P, "GenerateSecretString", "PasswordLength"),
        give("ReportSecret", P, "GenerateSecretString", "SecretStringTemplate", to='{"old": "value"}'),
    ],
    "alarms_reach_the_topic": [
        drop("RelayLagAlarm", P, "AlarmActions"),
        remove("AlarmTopicPolicy"),
        drop("HeraldKey", P, "KeyPolicy", "Statement", 1),
    ],
    "door_is_throttled_and_logged": [
        drop(STAGE, P, "DefaultRouteSettings"),
        give(STAGE, P, "AccessLogSettings", "Format", to="$context.routeKey $context.path"),
        drop(STAGE, P, "AccessLogSettings"),
    ],
    "links_that_decide_have_limits_of_their_own": [
        drop(STAGE, P, "RouteSettings"),
        drop(STAGE, P, "RouteSettings", "POST /approvals/{token}"),
        give(STAGE, P, "RouteSettings", "GET /approvals/{token}/picture", "ThrottlingRateLimit", to=100),
        give(STAGE, P, "RouteSettings", "HEAD /approvals/{token}", "ThrottlingBurstLimit", to=0),
        give(STAGE, P, "RouteSettings", "PUT /approvals/{token}", to={"ThrottlingRateLimit": 1}),
    ],
    "nothing_waits_for_itself": [wait("ApprovalPageFunction", "HttpApi"), wait("HeraldKey", "HeraldKey")],
    "functions_make_schedules_and_no_more": [
        allow(EVALUATE_ROLE, "scheduler:DeleteSchedule", schedules_in("ApprovalSchedules")),
        allow(EVALUATE_ROLE, "scheduler:CreateSchedule", "*"),
        allow(EVALUATE_ROLE, "scheduler:CreateSchedule", schedules_in("Elsewhere")),
    ],
    "roles_are_passed_to_scheduler_only": [
        allow(EVALUATE_ROLE, "iam:PassRole", "ApprovalSchedulesRole.Arn"),
        allow(EVALUATE_ROLE, "iam:GetRole", "ApprovalSchedulesRole.Arn"),
        amend(EVALUATE_ROLE, PASSED, "Resource", to="ReconcileSchedulesRole.Arn"),
        amend(EVALUATE_ROLE, PASSED, "Resource", to="*"),
        amend(EVALUATE_ROLE, PASSED, "Condition", to={"StringLike": {"iam:PassedToService": "*"}}),
        amend("NotificationDispatchRole", "ReadItsSecrets", "Action", to="iam:PassRole"),
    ],
    "timers_ring_where_their_role_may_write": [
        forbid(EVALUATE_ROLE, "SetTimers"),
        forbid(EVALUATE_ROLE, PASSED),
        give(EVALUATE, P, *VARIABLES, "HERALD_APPROVAL_SCHEDULES", to="ScanSchedules"),
        give(EVALUATE, P, *VARIABLES, "HERALD_APPROVAL_SCHEDULES_ROLE_ARN", to="ScanSchedulesRole.Arn"),
        give(EVALUATE, P, *VARIABLES, "HERALD_APPROVAL_TIMER_QUEUE_URL", to="ScanQueue"),
        give(EVALUATE, P, *VARIABLES, "HERALD_APPROVAL_TIMER_QUEUE_ARN", to="ScanQueue.Arn"),
        give(EVALUATE, P, *VARIABLES, "HERALD_APPROVAL_TIMER_DLQ_ARN", to="ScanDeadLetterQueue.Arn"),
        forbid("NotificationDispatchRole", "SetTimers"),
        give("NotificationDispatchFunction", P, *VARIABLES, "HERALD_HOLD_SCHEDULES", to="ApprovalSchedules"),
        give("NotificationDispatchFunction", P, *VARIABLES, "HERALD_QUEUE_ARN", to="ScanQueue.Arn"),
        amend(TIMERS_ROLE, "TellThatTimeHasCome", "Resource", to=["ScanQueue.Arn", "ScanDeadLetterQueue.Arn"]),
    ],
    "server_errors_and_lag_have_alarms": [remove("HttpServerErrorAlarm"), remove("RelayLagAlarm")],
    "buckets_are_closed": [
        drop(BUCKET, P, "PublicAccessBlockConfiguration"),
        give(BUCKET, P, "PublicAccessBlockConfiguration", "BlockPublicPolicy", to=False),
        drop(BUCKET, P, "OwnershipControls"),
        give(BUCKET, P, "OwnershipControls", "Rules", 0, "ObjectOwnership", to="ObjectWriter"),
    ],
    "buckets_are_encrypted": [
        drop(BUCKET, P, "BucketEncryption"),
        drop(BUCKET, P, *ENCRYPTION, "BucketKeyEnabled"),
        drop(BUCKET, P, *ENCRYPTION, "ServerSideEncryptionByDefault", "KMSMasterKeyID"),
        give(BUCKET, P, *ENCRYPTION, "ServerSideEncryptionByDefault", "SSEAlgorithm", to="AES256"),
    ],
    "buckets_refuse_plain_text": [
        remove("CatalogBucketPolicy"),
        give("CatalogBucketPolicy", P, "Bucket", to="Another"),
        give("CatalogBucketPolicy", P, "PolicyDocument", "Statement", 0, "Action", to="s3:PutObject"),
        give("CatalogBucketPolicy", P, "PolicyDocument", "Statement", 0, "Resource", to="CatalogBucket.Arn"),
        give("CatalogBucketPolicy", P, "PolicyDocument", "Statement", 0, "Effect", to="Allow"),
    ],
    "buckets_forget": [
        drop(BUCKET, P, "LifecycleConfiguration"),
        drop(BUCKET, P, *LIFECYCLE, 0, "ExpirationInDays"),
        give(BUCKET, P, *LIFECYCLE, 1, "Status", to="Disabled"),
        drop(BUCKET, P, *LIFECYCLE, 1, "Prefix"),
        give(BUCKET, P, *LIFECYCLE, 1, "Prefix", to="catalog/"),
        drop(BUCKET, P, *LIFECYCLE, 2),
        give(BUCKET, P, *LIFECYCLE, 2, "Prefix", to="runs/"),
        give(BUCKET, P, "VersioningConfiguration", to={"Status": "Enabled"}),
        allow("CatalogScanRole", "s3:PutObject", "CatalogBucket.Arn/more/*"),
        allow("CatalogScanRole", "s3:PutObject", "CatalogBucket.Arn/*"),
    ],
    "buckets_survive": [drop(BUCKET, "DeletionPolicy"), give(BUCKET, "UpdateReplacePolicy", to="Delete")],
    "parameters_are_read_by_whoever_is_told_them": [
        forbid("ReconcileRole", WHICH_IS_ACTIVE),
        amend("ReconcileRole", WHICH_IS_ACTIVE, "Resource", to="*"),
        amend("ReconcileRole", WHICH_IS_ACTIVE, "Action", to=["ssm:GetParameter", "ssm:PutParameter"]),
        allow("NotificationDispatchRole", "ssm:GetParameter", "*"),
        drop("ReconcileFunction", P, *VARIABLES, "HERALD_CONFIG_PARAMETER"),
    ],
    "the_parameter_told_is_the_one_that_is_written": [
        give("ReconcileFunction", P, *VARIABLES, "HERALD_CONFIG_PARAMETER", to="/another/configuration/active")
    ],
    "versions_are_never_changed": [
        allow("RuleEvaluationRole", "s3:PutObject", "ConfigBucket.Arn/configurations/*"),
        allow("RuleEvaluationRole", "s3:ListBucket", "ConfigBucket.Arn"),
        give("ConfigBucket", P, "LifecycleConfiguration", to={"Rules": []}),
        remove("ConfigBucketPolicy"),
        drop("ConfigBucketPolicy", P, "PolicyDocument", "Statement", 1),
        give("ConfigBucketPolicy", P, "PolicyDocument", "Statement", 1, "Condition", to={"Null": {"s3:x": "true"}}),
    ],
}
