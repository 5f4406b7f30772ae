"""Adds the HTTP API's routes after a deployment: the emulator ignores the OpenAPI body SAM writes them into."""

import re
from typing import Any

from localrun.emulator import Emulator

_FUNCTION_IN_URI = re.compile(r"functions/(?:\$\{)?(\w+)\.Arn\}?/")


def declared_routes(translated: dict[str, Any]) -> dict[str, str]:
    """Route keys of a translated template's HTTP APIs, each with the logical name of its function."""
    routes: dict[str, str] = {}
    for resource in translated["Resources"].values():
        if resource["Type"] != "AWS::ApiGatewayV2::Api":
            continue
        for path, methods in resource["Properties"]["Body"]["paths"].items():
            for method, operation in methods.items():
                found = _FUNCTION_IN_URI.search(str(operation["x-amazon-apigateway-integration"]["uri"]))
                if found is None:
                    raise ValueError(f"{method.upper()} {path} leads to no function of this template")
                routes[f"{method.upper()} {path}"] = found[1]
    return routes


def add_http_routes(emulator: Emulator, stack_name: str, api_id: str) -> None:
    """Create the routes the deployed template declares, with one integration for each function."""
    cloudformation, gateway, functions = (
        emulator.client(name) for name in ("cloudformation", "apigatewayv2", "lambda")
    )
    routes = declared_routes(
        cloudformation.get_template(StackName=stack_name, TemplateStage="Processed")["TemplateBody"]
    )
    integrations = {}
    for logical_name in set(routes.values()):
        resource = cloudformation.describe_stack_resource(StackName=stack_name, LogicalResourceId=logical_name)
        function = functions.get_function(FunctionName=resource["StackResourceDetail"]["PhysicalResourceId"])
        integrations[logical_name] = gateway.create_integration(
            ApiId=api_id,
            IntegrationType="AWS_PROXY",
            IntegrationUri=function["Configuration"]["FunctionArn"],
            PayloadFormatVersion="2.0",
        )["IntegrationId"]
    for route_key, logical_name in routes.items():
        gateway.create_route(ApiId=api_id, RouteKey=route_key, Target=f"integrations/{integrations[logical_name]}")
