"""The template as CloudFormation sees it: translated by SAM's own translator, offline, for one stage."""

import copy
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from samcli.cli.types import CfnParameterOverridesType  # type: ignore[import-untyped]
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]
LOCAL_CODE = "s3://code/"

Properties = dict[str, Any]
Resource = dict[str, Any]


@dataclass
class Template:
    """Resources by logical name. References are strings: ``Queue`` for a Ref, ``Queue.Arn`` for an attribute.

    ``waits_for`` names for each resource those that CloudFormation must have made before it.
    """

    resources: dict[str, Resource]
    parameters: dict[str, Any]
    outputs: dict[str, Any]
    source: dict[str, Any]
    waits_for: dict[str, set[str]]

    def of_type(self, kind: str) -> Iterator[tuple[str, Properties]]:
        """Name and properties of each resource of a type."""
        for name, resource in self.resources.items():
            if resource["Type"] == kind:
                yield name, resource.get("Properties", {})

    def properties(self, name: str) -> Properties:
        """The properties of a resource, empty where there is none of that name."""
        found: Properties = self.resources.get(name, {}).get("Properties", {})
        return found

    def copy(self) -> "Template":
        """One that may be changed."""
        return copy.deepcopy(self)


def stage_names() -> list[str]:
    """Every environment of ``samconfig.toml`` that can be deployed."""
    return [name for name, commands in _samconfig().items() if isinstance(commands, dict) and "deploy" in commands]


@cache
def translated(stage: str) -> Template:
    """The template of a stage. Shared between tests: copy it before changing it."""
    source = yaml_parse((ROOT / "template.yaml").read_text())
    source = json.loads(json.dumps(source, default=str))
    defaults = {name: parameter.get("Default") for name, parameter in source["Parameters"].items()}
    pairs = _samconfig()[stage]["deploy"]["parameters"]["parameter_overrides"]
    # As SAM's command line reads them: it ends a value at a blank, unless quotes hold it together
    parameters = defaults | CfnParameterOverridesType().convert(pairs, None, None)
    prepared = copy.deepcopy(source)
    for resource in prepared["Resources"].values():
        for key in ("CodeUri", "ContentUri"):
            if key in resource.get("Properties", {}):
                resource["Properties"][key] = LOCAL_CODE + resource["Properties"][key]
    session = boto3.Session(region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none")
    full = Translator({}, Parser(), boto_session=session).translate(prepared, parameters)
    full = json.loads(json.dumps(full))
    resolver = _Resolver(parameters, full.get("Conditions", {}))
    resources = full["Resources"]
    waits_for = {name: set(_references(resource)) & resources.keys() for name, resource in resources.items()}
    return Template(resolver.resolve(resources), parameters, resolver.resolve(full["Outputs"]), source, waits_for)


def _references(value: Any) -> Iterator[str]:
    """Every name that is referred to in a translated resource."""
    if isinstance(value, list):
        for one in value:
            yield from _references(one)
    elif isinstance(value, dict):
        for key, argument in value.items():
            if key in ("Ref", "DependsOn"):
                yield from as_list(argument)
            elif key == "Fn::GetAtt":
                yield as_list(argument)[0].split(".")[0]
            elif key == "Fn::Sub":
                yield from re.findall(r"\$\{(\w+)[.}]", str(argument))
            yield from _references(argument)


@dataclass
class _Resolver:
    parameters: Mapping[str, Any]
    conditions: Mapping[str, Any]

    def resolve(self, value: Any) -> Any:
        """Fill in parameters and conditions, and write references as strings."""
        if isinstance(value, list):
            return [self.resolve(one) for one in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            function = getattr(self, "_" + re.sub(r"\W+", "_", name).lower(), None)
            if function is not None:
                return function(argument)
        return {key: self.resolve(one) for key, one in value.items()}

    def _ref(self, name: str) -> Any:
        return self.parameters.get(name, name)

    def _fn_getatt(self, path: Any) -> str:
        return path if isinstance(path, str) else ".".join(path)

    def _fn_sub(self, argument: Any) -> str:
        text, given = argument if isinstance(argument, list) else (argument, {})
        values = self.resolve(given)
        return re.sub(r"\$\{([\w:.]+)\}", lambda found: str(values.get(found[1], self._ref(found[1]))), text)

    def _fn_if(self, argument: list[Any]) -> Any:
        condition, then, otherwise = argument
        return self.resolve(then if self.resolve(self.conditions[condition]) else otherwise)

    def _fn_equals(self, argument: list[Any]) -> bool:
        left, right = self.resolve(argument)
        return bool(left == right)

    def _fn_not(self, argument: list[Any]) -> bool:
        return not self.resolve(argument)[0]


@cache
def _samconfig() -> dict[str, Any]:
    return tomllib.loads((ROOT / "samconfig.toml").read_text())


def as_list(value: Any) -> list[Any]:
    """Policy documents write one thing or a list of them."""
    return value if isinstance(value, list) else [value]


def schedules_in(group: str) -> str:
    """What a right on all schedules of a group names, as the template forms it."""
    return f"arn:AWS::Partition:scheduler:AWS::Region:AWS::AccountId:schedule/{group}/*"


__all__ = [
    "LOCAL_CODE", "ROOT", "Properties", "Resource", "Template", "as_list", "schedules_in", "stage_names", "translated",
]  # fmt: skip
