"""Every stage's translated template keeps every rule, and every rule is seen to fail on a template that breaks it."""

from collections.abc import Callable, Iterator

import pytest
from tests.infra import (
    access_rules,
    bucket_rules,
    configuration_rules,
    door_rules,
    function_rules,
    queue_rules,
    schedule_rules,
    timer_rules,
)
from tests.infra.mutations import BREAKS
from tests.infra.template import Template, stage_names, translated
from tests.infra.template_changes import Mutation

from localrun import StackOutputs
from localrun.http_routes import declared_routes

Rule = Callable[[Template], Iterator[str]]
RULES: list[Rule] = [
    *function_rules.RULES, *queue_rules.RULES, *schedule_rules.RULES, *timer_rules.RULES,
    *access_rules.RULES, *bucket_rules.RULES, *configuration_rules.RULES,
    *door_rules.RULES,
]  # fmt: skip
CASES = [(rule, number) for rule in RULES for number in range(len(BREAKS.get(rule.__name__, [])))]


@pytest.mark.parametrize("stage", stage_names())
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_template_keeps_the_rule(rule: Rule, stage: str) -> None:
    broken = list(rule(translated(stage)))
    assert not broken, f"{rule.__doc__}\nIn template.yaml:\n" + "\n".join(f"  {line}" for line in broken)


@pytest.mark.parametrize(("rule", "number"), CASES, ids=lambda value: getattr(value, "__name__", str(value)))
def test_rule_sees_a_break(rule: Rule, number: int) -> None:
    intact = translated("prod")
    template = intact.copy()
    mutation: Mutation = BREAKS[rule.__name__][number]
    mutation(template)
    new = set(rule(template)) - set(rule(intact))
    assert new, f"{rule.__name__} does not notice break {number} of mutations.py: it would let that mistake through"


def test_every_rule_has_a_break() -> None:
    without = {rule.__name__ for rule in RULES} ^ BREAKS.keys()
    assert not without, f"write a break for each rule, and a rule for each break, in mutations.py: {sorted(without)}"


def test_outputs_are_those_the_tools_read() -> None:
    outputs = {key: str(output["Value"]) for key, output in translated("dev").outputs.items()}
    found = StackOutputs.from_outputs(outputs)
    assert len(outputs) == len(vars(found)), "give every output of template.yaml a field in localrun.StackOutputs"


def test_http_api_has_exactly_these_routes() -> None:
    routes = declared_routes({"Resources": translated("dev").resources})
    assert routes == {
        "POST /webhooks/threekit/{source}": "ThreekitWebhookFunction",
        "POST /webhooks/threekit/{source}/{token}": "ThreekitWebhookFunction",
        "POST /callbacks/opentext/{source}": "OpentextCallbackFunction",
        "POST /callbacks/opentext/{source}/{token}": "OpentextCallbackFunction",
        "GET /reports/{token}": "ReportDownloadFunction",
        "GET /approvals/{token}": "ApprovalPageFunction",
        "HEAD /approvals/{token}": "ApprovalPageFunction",
        "POST /approvals/{token}": "ApprovalPageFunction",
        "GET /approvals/{token}/picture": "ApprovalPageFunction",
        "GET /approvals/{token}/receipt": "ApprovalPageFunction",
    }, "a new route needs a threat assessment: update this list with it"
