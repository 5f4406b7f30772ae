"""What must hold for the door to the internet."""

from collections.abc import Iterator

from tests.infra.template import Template

from localrun.http_routes import declared_routes

STAGE = "AWS::ApiGatewayV2::Stage"
LIMITS = ("ThrottlingRateLimit", "ThrottlingBurstLimit")

# Functions that do what whoever holds a link says
OBEYS_LINKS = {"ApprovalPageFunction"}


def door_is_throttled_and_logged(template: Template) -> Iterator[str]:
    """A path may hold a secret token, so neither it nor the query may be logged."""
    for name, stage in template.of_type(STAGE):
        limits = stage.get("DefaultRouteSettings", {})
        if not limits.get("ThrottlingRateLimit") or not limits.get("ThrottlingBurstLimit"):
            yield f"{name}: set ThrottlingRateLimit and ThrottlingBurstLimit"
        layout = stage.get("AccessLogSettings", {}).get("Format", "")
        if "$context.routeKey" not in layout:
            yield f"{name}: log $context.routeKey"
        for secret in ("$context.path", "$context.rawPath", "querystring", "$context.domainName/"):
            if secret in layout:
                yield f"{name}: do not log {secret}"


def links_that_decide_have_limits_of_their_own(template: Template) -> Iterator[str]:
    """Who tries links until one opens gets no further than people need, and takes nothing from the senders."""
    routes = declared_routes({"Resources": template.resources})
    for name, stage in template.of_type(STAGE):
        default, own = stage.get("DefaultRouteSettings", {}), stage.get("RouteSettings", {})
        for route in sorted(route for route, function in routes.items() if function in OBEYS_LINKS):
            for limit in LIMITS:
                if not 0 < float(own.get(route, {}).get(limit, 0)) < float(default.get(limit, "inf")):
                    yield f"{name}: set RouteSettings.{route}.{limit} below that of the others"
        for route in sorted(own.keys() - routes.keys()):
            yield f"{name}: take RouteSettings.{route} away: CloudFormation refuses settings of a route that is none"


def nothing_waits_for_itself(template: Template) -> Iterator[str]:
    """A function behind the API cannot be told its address: the API is made after it. The emulator would not notice."""
    made: set[str] = set()
    while ready := {name for name, others in template.waits_for.items() if others <= made} - made:
        made |= ready
    stuck = template.waits_for.keys() - made
    for name in sorted(stuck):
        waited = sorted(template.waits_for[name] & stuck)
        yield f"{name}: can never be made, because it waits for {', '.join(waited)}"


RULES = [door_is_throttled_and_logged, links_that_decide_have_limits_of_their_own, nothing_waits_for_itself]
