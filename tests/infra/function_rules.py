"""What must hold for every function."""

from collections import Counter
from collections.abc import Iterator

from tests.infra.template import ROOT, Properties, Template

from herald.domain.errors import ConfigurationError
from herald.runtime.settings import BY_FUNCTION

FUNCTION = "AWS::Lambda::Function"
LAYER = "AWS::Lambda::LayerVersion"
FOLDER = "functions/"


def folder_of(function: Properties) -> str:
    """The name of a function's folder under ``functions/``."""
    key: str = function["Code"]["S3Key"]
    return key.removeprefix(FOLDER).strip("/")


def functions_log_to_their_own_group(template: Template) -> Iterator[str]:
    """Without one, Lambda makes a group that is kept for ever."""
    for name, function in template.of_type(FUNCTION):
        logging = function.get("LoggingConfig", {})
        group = template.properties(logging.get("LogGroup", ""))
        if not group.get("RetentionInDays"):
            yield f"{name}: give it an AWS::Logs::LogGroup with RetentionInDays and name that in LoggingConfig.LogGroup"
        if logging.get("LogFormat") != "JSON":
            yield f"{name}: set LoggingConfig.LogFormat to JSON"


def log_groups_expire(template: Template) -> Iterator[str]:
    """Logs hold ids of orders and people; they are not kept longer than the stage says."""
    for name, group in template.of_type("AWS::Logs::LogGroup"):
        if not group.get("RetentionInDays"):
            yield f"{name}: set RetentionInDays to !Ref LogRetentionDays"


def functions_are_traced(template: Template) -> Iterator[str]:
    """One trace leads through queue and bus."""
    for name, function in template.of_type(FUNCTION):
        if function.get("TracingConfig", {}).get("Mode") != "Active":
            yield f"{name}: set Tracing: Active"


def functions_and_layers_share_one_architecture(template: Template) -> Iterator[str]:
    """Native code loads on the processor it was built for only; arm64 is the default because it costs less."""
    if template.source["Parameters"]["Architecture"].get("Default") != "arm64":
        yield "Parameters: let Architecture default to arm64"
    expected = [template.parameters["Architecture"]]
    for name, function in template.of_type(FUNCTION):
        if function.get("Architectures") != expected:
            yield f"{name}: set Architectures: [!Ref Architecture]"
    for name, layer in template.of_type(LAYER):
        if layer.get("CompatibleArchitectures") != expected:
            yield f"{name}: set CompatibleArchitectures: [!Ref Architecture]"


def layers_are_built(template: Template) -> Iterator[str]:
    """A layer without BuildMethod is packed without its python/ folder, and fails only in the cloud."""
    for name, resource in template.source["Resources"].items():
        if resource["Type"] != "AWS::Serverless::LayerVersion":
            continue
        metadata = resource.get("Metadata", {})
        if metadata.get("BuildMethod") != "makefile":
            yield f"{name}: set Metadata.BuildMethod: makefile"
        if metadata.get("BuildArchitecture") != {"Ref": "Architecture"}:
            yield f"{name}: set Metadata.BuildArchitecture: !Ref Architecture"
        makefile = ROOT / resource["Properties"]["ContentUri"] / "Makefile"
        if not makefile.exists() or f"build-{name}:" not in makefile.read_text():
            yield f"{name}: add the target build-{name} to {makefile.relative_to(ROOT)}"


def every_function_has_its_own_role(template: Template) -> Iterator[str]:
    """A shared role has the rights of all who share it."""
    users = Counter(function.get("Role") for _, function in template.of_type(FUNCTION))
    for name, function in template.of_type(FUNCTION):
        role = str(function.get("Role", ""))
        if template.resources.get(role.removesuffix(".Arn"), {}).get("Type") != "AWS::IAM::Role":
            yield f"{name}: write an AWS::IAM::Role for it and set Role: !GetAtt <that>.Arn"
        elif users[role] > 1:
            yield f"{name}: {role} serves {users[role]} functions; give each its own"


def functions_have_alarms(template: Template) -> Iterator[str]:
    """A function that fails or is throttled is told to somebody."""
    alarmed = {
        (alarm.get("MetricName"), dimension["Value"])
        for _, alarm in template.of_type("AWS::CloudWatch::Alarm")
        if alarm.get("AlarmActions") and alarm.get("Namespace") == "AWS/Lambda"
        for dimension in alarm.get("Dimensions", [])
    }
    for name, _ in template.of_type(FUNCTION):
        for metric in ("Errors", "Throttles"):
            if (metric, name) not in alarmed:
                yield f"{name}: add an alarm on AWS/Lambda {metric} with AlarmActions: [!Ref AlarmTopic]"


def alarms_watch_functions_there_are(template: Template) -> Iterator[str]:
    """Each function counts under its own name; an alarm on a name nobody has is silent for ever."""
    variables = [function.get("Environment", {}).get("Variables", {}) for _, function in template.of_type(FUNCTION)]
    services = {one.get("POWERTOOLS_SERVICE_NAME") for one in variables}
    namespaces = {one.get("POWERTOOLS_METRICS_NAMESPACE") for one in variables}
    for name, alarm in template.of_type("AWS::CloudWatch::Alarm"):
        if str(alarm.get("Namespace")).startswith("AWS/"):
            continue
        if alarm.get("Namespace") not in namespaces:
            yield f"{name}: set Namespace to one of {sorted(namespaces, key=str)}"
        if alarm.get("Dimensions") not in [[{"Name": "service", "Value": service}] for service in services]:
            yield f"{name}: set Dimensions to [{{Name: service, Value: <POWERTOOLS_SERVICE_NAME of a function>}}]"


def environment_equals_settings(template: Template) -> Iterator[str]:
    """A variable that is missing fails the first call; one too many is a right or a secret nobody reads."""
    for name, function in template.of_type(FUNCTION):
        model = BY_FUNCTION.get(folder_of(function))
        if model is None:
            yield f"{name}: add its settings to BY_FUNCTION in herald/runtime/settings.py"
            continue
        variables = function.get("Environment", {}).get("Variables", {})
        given = {variable for variable in variables if variable.startswith("HERALD_")}
        read = {f"HERALD_{field.upper()}" for field in model.model_fields}
        if missing := sorted(read - given):
            yield f"{name}: add {', '.join(missing)} to its Environment, or remove it from {model.__name__}"
        if unread := sorted(given - read):
            yield f"{name}: remove {', '.join(unread)} from its Environment, or add it to {model.__name__}"
        for field, value in variables.items():
            if isinstance(value, dict):
                yield f"{name}: {field} holds {value}, which this test cannot follow; use !Ref, !GetAtt or !Sub"


def settings_accept_the_values_given(template: Template) -> Iterator[str]:
    """A value the model refuses fails the first call."""
    for name, function in template.of_type(FUNCTION):
        model = BY_FUNCTION.get(folder_of(function))
        variables = function.get("Environment", {}).get("Variables", {})
        try:
            if model is not None:
                model.from_environment({variable: str(value) for variable, value in variables.items()})
        except ConfigurationError as error:
            yield f"{name}: {error}"


def folders_and_functions_are_the_same(template: Template) -> Iterator[str]:
    """Code that is not deployed, and functions without code, are both mistakes."""
    deployed = {folder_of(function) for _, function in template.of_type(FUNCTION)}
    written = {path.parent.name for path in (ROOT / FOLDER).glob("*/app.py")}
    for folder in sorted(written - deployed):
        yield f"functions/{folder}: add a function with this CodeUri to template.yaml, or delete the folder"
    for folder in sorted(deployed - written):
        yield f"functions/{folder}: write its app.py, or remove the function from template.yaml"


def function_urls_keep_both_permissions(template: Template) -> Iterator[str]:
    """Since October 2025 a public function URL answers 403 unless both actions are permitted."""
    for name, url in template.of_type("AWS::Lambda::Url"):
        function = url.get("TargetFunctionArn")
        permitted = {
            permission.get("Action")
            for _, permission in template.of_type("AWS::Lambda::Permission")
            if permission.get("FunctionName") == function
        }
        for action in ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction"):
            if url.get("AuthType") == "NONE" and action not in permitted:
                yield f"{name}: permit {action} on {function}"


RULES = [
    functions_log_to_their_own_group,
    log_groups_expire,
    functions_are_traced,
    functions_and_layers_share_one_architecture,
    layers_are_built,
    every_function_has_its_own_role,
    functions_have_alarms,
    alarms_watch_functions_there_are,
    environment_equals_settings,
    settings_accept_the_values_given,
    folders_and_functions_are_the_same,
    function_urls_keep_both_permissions,
]
