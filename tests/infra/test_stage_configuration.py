"""What `samconfig.toml` and the layers' requirements promise."""

import re
import tomllib
from typing import Any

import pytest
from tests.infra.template import ROOT, stage_names, translated

CONFIG: dict[str, Any] = tomllib.loads((ROOT / "samconfig.toml").read_text())


@pytest.mark.parametrize("stage", stage_names())
def test_stage_lints_and_builds_cached(stage: str) -> None:
    assert CONFIG[stage]["validate"]["parameters"] == {"lint": True}, f"set lint = true for {stage}"
    assert CONFIG[stage]["build"]["parameters"] == {"cached": True, "parallel": True}, (
        f"build {stage} cached and parallel"
    )


@pytest.mark.parametrize("stage", stage_names())
def test_stage_sets_known_parameters_only(stage: str) -> None:
    known = translated(stage).source["Parameters"].keys()
    unknown = translated(stage).parameters.keys() - known
    assert not unknown, f"remove {sorted(unknown)} from {stage} in samconfig.toml, or declare it in template.yaml"


@pytest.mark.parametrize("stage", stage_names())
def test_a_claim_outlives_the_function_that_holds_it(stage: str) -> None:
    """Else a delivery that is being submitted would be taken for abandoned."""
    parameters = translated(stage).parameters
    source = translated(stage).source["Parameters"]
    lease, timeout = (
        int(parameters.get(name, source[name]["Default"])) for name in ("LeaseSeconds", "ConsumerTimeoutSeconds")
    )
    assert lease >= timeout, f"raise LeaseSeconds of {stage} to at least ConsumerTimeoutSeconds ({timeout})"


@pytest.mark.parametrize("stage", stage_names())
def test_what_is_swept_is_still_known(stage: str) -> None:
    """Else a sweep would find an order that was told long ago, take it for new, and tell of it again."""
    template = translated(stage)
    kept = min(
        int(variables["HERALD_EVENT_RETENTION_DAYS"])
        for _, function in template.of_type("AWS::Lambda::Function")
        if "HERALD_EVENT_RETENTION_DAYS" in (variables := function["Environment"]["Variables"])
    )
    limit = int(template.source["Parameters"]["SweepDays"]["MaxValue"])
    assert limit < kept, f"let SweepDays be {kept - 1} at most: the inbox forgets after {kept} days"


@pytest.mark.parametrize("stage", stage_names())
def test_the_bucket_keeps_what_is_still_asked_for(stage: str) -> None:
    """A step would wake up without what it works on, and a good link would lead nowhere."""
    template = translated(stage)
    rules = template.properties("CatalogBucket")["LifecycleConfiguration"]["Rules"]
    kept = {rule["Prefix"]: int(rule["ExpirationInDays"]) for rule in rules if "Prefix" in rule}
    waits = int(template.properties("ScanQueue")["MessageRetentionPeriod"]) / 86_400
    assert kept["runs/"] > waits, f"keep runs/ for more than {waits:.0f} days: so long a step may wait in ScanQueue"
    opens = int(template.source["Parameters"]["ReportLinkDays"]["MaxValue"])
    assert kept["reports/"] > opens, f"keep reports/ for more than {opens} days: so long a link may open one"


@pytest.mark.parametrize("stage", stage_names())
def test_stage_gives_allowed_values(stage: str) -> None:
    template = translated(stage)
    refused = {
        name: value
        for name, value in template.parameters.items()
        if (allowed := template.source["Parameters"].get(name, {}).get("AllowedValues"))
        and str(value) not in map(str, allowed)
    }
    assert not refused, f"{stage} in samconfig.toml gives values that template.yaml does not allow: {refused}"


def test_production_asks_before_it_changes() -> None:
    for stage in ("staging", "prod"):
        assert CONFIG[stage]["deploy"]["parameters"]["confirm_changeset"], f"set confirm_changeset = true for {stage}"


def test_no_lint_rule_is_silenced_for_the_whole_template() -> None:
    source = translated("dev").source
    ignored = source.get("Metadata", {}).get("cfn-lint", {}).get("config", {}).get("ignore_checks", [])
    assert not ignored, f"silence {ignored} on one resource, with the reason beside it"
    for name, resource in source["Resources"].items():
        checks = resource.get("Metadata", {}).get("cfn-lint", {}).get("config", {}).get("ignore_checks", [])
        fatal = {"E0000", "E0001", "E0002", "E0003"} & set(checks)
        assert not fatal, f"{name}: {sorted(fatal)} report that the template cannot be read; repair it instead"


def test_requirements_are_pinned_exactly() -> None:
    lines = (ROOT / "layers" / "deps" / "requirements.txt").read_text().splitlines()
    loose = [line for line in lines if line and not line.startswith("#") and not re.fullmatch(r"[\w.-]+==[\w.]+", line)]
    assert not loose, f"pin {loose} with =="


def test_layers_are_built_for_what_the_template_defaults_to() -> None:
    makefile = (ROOT / "layers" / "deps" / "Makefile").read_text()
    parameters = translated("prod").source["Parameters"]
    for variable, parameter in (("HERALD_PYTHON_VERSION", "PythonVersion"), ("HERALD_ARCHITECTURE", "Architecture")):
        default = parameters[parameter]["Default"]
        assert f"{variable} ?= {default}\n" in makefile, f"let {variable} default to {default} in layers/deps/Makefile"
