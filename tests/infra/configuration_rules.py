"""What must hold for the versions of the configuration, and for the parameter that says which one is active."""

from collections.abc import Iterator

from tests.infra.access_rules import statements
from tests.infra.template import Template, as_list

VERSIONS = "ConfigBucket"
TOLD = "HERALD_CONFIG_PARAMETER"
READ = "ssm:GetParameter"


def parameters_are_read_by_whoever_is_told_them(template: Template) -> Iterator[str]:
    """One parameter and one action. The parameter is no resource of the template, so that its name is all there is."""
    for name, function in template.of_type("AWS::Lambda::Function"):
        role = str(function.get("Role", "")).removesuffix(".Arn")
        told = function.get("Environment", {}).get("Variables", {}).get(TOLD)
        allowed = {
            (action, place)
            for owner, one in statements(template)
            if owner == role and one["Effect"] == "Allow"
            for action in as_list(one["Action"])
            for place in as_list(one["Resource"])
            if action.startswith("ssm:")
        }
        needed = {(READ, f"arn:AWS::Partition:ssm:AWS::Region:AWS::AccountId:parameter{told}")} if told else set()
        for action, place in sorted(needed - allowed):
            yield f"{name}: {role} needs {action} on {place}, or take {TOLD} out of the environment"
        for action, place in sorted(allowed - needed):
            yield f"{name}: take {action} on {place} from {role}, or tell it in the environment"


def the_parameter_told_is_the_one_that_is_written(template: Template) -> Iterator[str]:
    """The command line writes what the output names."""
    written = template.outputs.get("ConfigParameterName", {}).get("Value")
    for name, function in template.of_type("AWS::Lambda::Function"):
        told = function.get("Environment", {}).get("Variables", {}).get(TOLD, written)
        if told != written:
            yield f"{name}: set {TOLD} to {written}, as the output ConfigParameterName says"


def versions_are_never_changed(template: Template) -> Iterator[str]:
    """A decision is explained, and a message rendered, by the version it was made with, however old that is."""
    for name, statement in statements(template):
        if statement["Effect"] != "Allow" or not any(VERSIONS in str(one) for one in as_list(statement["Resource"])):
            continue
        for action in sorted(set(as_list(statement["Action"])) - {"s3:GetObject"}):
            yield f"{name} {statement.get('Sid')}: take {action} on {VERSIONS} away"
    if "LifecycleConfiguration" in template.properties(VERSIONS):
        yield f"{VERSIONS}: let nothing expire"
    denials = [one for owner, one in statements(template) if owner == f"{VERSIONS}Policy" and one["Effect"] == "Deny"]
    if not any(
        one["Action"] == "s3:PutObject"
        and one["Resource"] == f"{VERSIONS}.Arn/*"
        and one["Principal"] == "*"
        and one["Condition"] == {"Null": {"s3:if-none-match": "true"}}
        for one in denials
    ):
        yield f"{VERSIONS}: deny s3:PutObject on its /* where s3:if-none-match is absent"


RULES = [
    parameters_are_read_by_whoever_is_told_them,
    the_parameter_told_is_the_one_that_is_written,
    versions_are_never_changed,
]
