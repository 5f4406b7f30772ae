"""The routes of the HTTP API that somebody sends to, as ``template.yaml`` declares them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOR_PEOPLE = frozenset({"report_download", "approval_page"})
"""Functions that open a link somebody was sent; the document is for who writes a sender."""


@dataclass(frozen=True, slots=True)
class Route:
    """One route and the folder of the function it leads to."""

    method: str
    path: str
    function: str


class _TemplateLoader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as what they are applied to."""


def _argument(loader: yaml.SafeLoader, _name: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return None


_TemplateLoader.add_multi_constructor("!", _argument)


def declared_routes(template: Path) -> list[Route]:
    """Return the routes in the template's order. Raises ``ValueError`` for a template without any."""
    resources = yaml.load(template.read_text(encoding="utf-8"), _TemplateLoader)["Resources"]  # noqa: S506 - a SafeLoader
    routes = [route for resource in resources.values() for route in _routes(resource)]
    if not routes:
        raise ValueError(f"{template} declares no route of an HTTP API")
    return routes


def _routes(resource: dict[str, Any]) -> Iterator[Route]:
    if resource["Type"] != "AWS::Serverless::Function":
        return
    properties = resource["Properties"]
    folder = Path(properties["CodeUri"]).name
    for event in properties.get("Events", {}).values():
        if event["Type"] == "HttpApi" and folder not in FOR_PEOPLE:
            told = event["Properties"]
            yield Route(told["Method"].lower(), told["Path"], folder)
